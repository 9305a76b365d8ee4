"""No program, whatever it holds, ends in an exception, and what is shown of it is what PyTorch has."""

import json
import sys

import pytest
from hypothesis import example, given

from primer_core.language.rejection import Rejection
from primer_core.lessons.autograd_graph.explain import Failed, Outcome, observed, trace
from primer_core.lessons.autograd_graph.graph import GraphTrace, Refused, Switches
from primer_core.lessons.autograd_graph.playback import graph
from primer_core.lessons.autograd_graph.program import read_program
from primer_core.lessons.outcome import Unread
from primer_core.picture.payload import payload
from tests.lessons.autograd_graph.programs import switches, wild_programs
from tests.profiles import examples
from tests.snippets import printed_by


def printed(traced: GraphTrace) -> tuple[str, ...]:
    """What the snippet of `traced` prints, line by line."""
    text = printed_by(traced.code)
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


@example("z = param([[0.4, 1], [2, 0.1], [0, 0]])\nloss = cross_entropy(z, [-100, -100, -100])", Switches())
@example("p = param([0.2, 1])\nloss = bce(p, [0, 1])", Switches())
@example("x = param([1, 2])\nt = param([0, 1])\ny = bce(sigmoid(x), t)", Switches())
@example("z = param([[1, 2, 0], [0, 0, 3]])\ny = param([1, 2])\nloss = cross_entropy(z, y)", Switches())
@example("z = param([1, 2, 0])\nloss = cross_entropy(z, [0.05, 0.9, 0.05])", Switches())
@example("x = param(2)\ny = mean(x, 0)", Switches())
@example("x = param(-2)\ny = (-2) ** x", Switches())
@example("x = param([1, 2, 3])\ny = cross_entropy(x, [2])", Switches())
@example("p = param([[0], [0]])\ny = sum([[0.5, 0.5], [0.05, 0.05], [0.05, -2]]\n -1)", Switches())
@example("p = param([[0], [0, 0.5]])\ny = cross_entropy(p, [[0], [0]])", Switches())
@examples(4000)
@given(wild_programs(), switches())
def test_whatever_is_typed_is_traced_drawn_and_printed(text: str, done: Switches) -> None:
    try:
        traced = observed(read_program(text), done)
    except Rejection:
        assert isinstance(trace(text, done), Unread)
        return
    json.dumps(payload(graph(traced)), allow_nan=False)
    assert printed(traced) == traced.printed
    if not isinstance(traced, Refused):
        return
    assert traced.refusal.library or traced.refusal.message
    for mend in traced.refusal.mends:
        for field, value in mend.repair:
            if field == "program":
                assert read_program(str(value)).nodes
                assert refusal_of(trace(str(value), done)) != traced.refusal


def refusal_of(outcome: Outcome) -> object:
    return outcome.refusal if isinstance(outcome, Refused) else None


def test_a_fault_of_the_lesson_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> GraphTrace:
        raise IndexError("list index out of range")

    # The module, which the lesson's function of the same name hides in its package.
    monkeypatch.setattr(sys.modules[trace.__module__], "observed", broken)
    assert isinstance(trace("x = param(2)"), Failed)
