"""What is told of a program whose functions ``torch.func`` calls: its line with its result, no line within."""

import pytest

from primer_core.lessons.answer import page
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.cause import cause_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import Trace, run
from tests.language.programs.test_transforms import DECLINED, RUN
from tests.lessons.own_lines.test_networks import shown

pytestmark = pytest.mark.filterwarnings("ignore")

IMPORTS = "import numpy as np\nimport torch\nfrom torch import nn\n"


def traced(program: str) -> Trace:
    return run(f"{IMPORTS}{program}")


@pytest.mark.parametrize("program", [*RUN.values(), *DECLINED.values()], ids=[*RUN, *DECLINED])
def test_each_step_can_be_shown(program: str) -> None:
    for at in range(traced(program).taken + 1):
        assert page(LESSON, OwnLinesQuestion(program=f"{IMPORTS}{program}", at=at))


def test_a_call_shows_its_result_and_no_line_of_the_function() -> None:
    trace = traced("def f(x):\n    y = x * 2\n    return y.sum()\na = torch.ones(3, 2)\ng = torch.vmap(f)(a)\nh = f(a)")
    steps = {step.line: step for step in trace.steps if not step.moment.functions}
    assert steps[8].names["g"].values is not None
    assert steps[8].names["g"].values.tolist() == [4, 4, 4]
    inside = [step.run for step in trace.steps if step.line == 5]
    assert inside == [1], "the second call alone, which is the program's own"
    assert not steps[8].parts


def test_a_tensor_that_was_kept_is_told_as_pytorch_writes_it() -> None:
    program = (
        "kept = [0]\ndef f(x):\n    kept[0] = x\n    return x.sum()\ny = torch.vmap(f)(torch.ones(2, 3))\nkept[0] + 1"
    )
    trace = traced(program)
    assert trace.steps[-1].names["kept"].text.startswith("[BatchedTensor(lvl=1")
    assert trace.stopped is not None
    cause = cause_of(trace)
    assert cause is not None
    assert cause.kind == "vmap_escaped"


def test_what_a_function_writes_besides_is_known() -> None:
    trace = traced(RUN["a write besides"].strip())
    assert trace.steps[-1].changed == ("a",)
    a = trace.steps[-1].names["a"].values
    assert a is not None
    assert a.tolist() == [3, 0]


def test_a_network_that_is_called_in_a_function_is_not_offered_an_input() -> None:
    net = "net = nn.Sequential(nn.Linear(2, 1))\nx = torch.ones(3, 2)\n"
    assert traced(net).idle
    assert not traced(f"{net}y = torch.vmap(net)(x)").idle
    assert not traced(f"{net}y = torch.vmap(lambda v: net(v))(x)").idle
    assert not traced(f"{net}y = torch.func.functional_call(net, dict(net.named_parameters()), (x,))").idle


@pytest.mark.parametrize(
    ("program", "kind", "place"),
    [
        ("def f(x):\n    return x if x > 0 else -x\ny = torch.vmap(f)(torch.ones(2))", "vmap_branch", "x > 0"),
        ("def f(x):\n    return x * x.item()\ny = torch.vmap(f)(torch.ones(2))", "vmap_item", "x.item()"),
        ("def f(x):\n    return x + torch.rand(1)\ny = torch.vmap(f)(torch.ones(2))", "vmap_random", "torch.rand(1)"),
        (
            "y = torch.func.grad(torch.sin)(torch.ones(2))",
            "grad_of_several",
            "torch.func.grad(torch.sin)(torch.ones(2))",
        ),
    ],
)
def test_why_it_stopped_is_said_at_its_place(program: str, kind: str, place: str) -> None:
    outcome = shown(f"{IMPORTS}{program}")
    assert outcome.cause is not None
    assert outcome.cause.kind == kind
    assert outcome.trace.stopped is not None
    assert outcome.trace.stopped.place.text == place
