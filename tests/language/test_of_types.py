"""What is known by a type is asked once, and no program is kept for the sake of its classes."""

import gc
import weakref

from primer_core.backend.loading import load_torch
from primer_core.language.of_types import OfTypes
from primer_core.lessons.own_lines.trace import run


def test_a_type_of_a_module_is_asked_once() -> None:
    asked: list[type] = []

    def name(kind: type) -> str:
        asked.append(kind)
        return kind.__name__

    known = OfTypes(name)
    assert [known[int], known[int], known[weakref.ref]] == ["int", "int", "ReferenceType"]
    assert asked == [int, weakref.ref]


def test_a_type_that_was_made_on_the_way_is_not_kept() -> None:
    known = OfTypes(lambda kind: kind.__name__)
    made = type("Net", (), {"__module__": "__main__"})
    gone = weakref.ref(made)
    assert known[made] == "Net"
    del made
    gc.collect()
    assert gone() is None


def test_a_program_with_classes_goes_once_nobody_asks_for_it() -> None:
    program = (
        "from enum import Enum\nfrom torch import nn\nimport torch\nclass Passing(nn.Module):\n"
        "    def forward(self, x):\n        return x\nclass Kind(Enum):\n    PASSING = 1\n"
        "net = Passing()\nx = torch.vmap(net)(torch.ones(2))\nprint(net(x), Kind.PASSING, [Kind.PASSING])"
    )
    assert run(program).stopped is None
    assert living("Passing")
    run.forget()
    gc.collect()
    assert not living("Passing")


def living(name: str) -> list[type]:
    load_torch()
    from torch import nn

    return [kind for kind in nn.Module.__subclasses__() if kind.__name__ == name]
