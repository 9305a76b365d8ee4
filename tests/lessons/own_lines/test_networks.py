"""The layers of a learner's network: in their order, with what PyTorch itself says of them, and where one breaks."""

import pytest
import torch
from torch import nn
from torch.nn.modules import module as modules

from primer_core.claims.networks import LayerBroke
from primer_core.lessons.answer import page
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.claims import of_layers
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.parts import Fixes, Table
from primer_core.picture.text import plain
from tests.lessons.parts import parts

pytestmark = pytest.mark.filterwarnings("ignore")

LIBRARIES = "import torch\nimport torch.nn as nn\n"
NET = """import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear({}, 10)
    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        return self.fc(x.flatten(1))
net = Net()
out = net(torch.zeros(2, 1, 28, 28))"""


def shown(program: str) -> Shown:
    outcome = explain(OwnLinesQuestion(program=program))
    assert isinstance(outcome, Shown)
    return outcome


def rows(program: str) -> list[list[str]]:
    """The table of layers."""
    page = LESSON.show(OwnLinesQuestion(program=program), shown(program))
    (table,) = [each for each in parts(page, Table) if each.caption.startswith("Layers")]
    return [[plain(cell.text) for cell in row] for row in table.rows]


def test_layers_stand_in_their_order_with_shape_and_parameters() -> None:
    fc = nn.Linear(676, 10)
    count = sum(each.numel() for each in (*nn.Conv2d(1, 4, 3).parameters(), *fc.parameters()))
    assert rows(NET.format(676)) == [
        ["input", "(2, 1, 28, 28)", "", ""],
        ["conv", "(2, 4, 26, 26)", "40", "Conv2d"],
        ["pool", "(2, 4, 13, 13)", "—", "MaxPool2d"],
        ["fc", "(2, 10)", "6 770", "Linear"],
        ["in all", "", f"{count:,}".replace(",", " "), ""],
    ]


def test_the_layer_that_breaks_is_named_with_the_number_that_it_should_have_had() -> None:
    outcome = shown(NET.format(784))
    broken = outcome.trace.broken
    assert broken is not None
    assert broken.broke is not None
    assert (broken.broke.name, broken.broke.given) == ("fc", ((2, 676),))
    assert broken.misfit is not None
    assert (broken.misfit.setting, broken.misfit.had, broken.misfit.wanted) == ("in_features", 784, 676)
    assert outcome.fixes[0].source == NET.format(676)
    assert [row[0] for row in rows(NET.format(784))] == ["input", "conv", "pool", "fc", "in all"]


@pytest.mark.parametrize(
    ("layer", "given", "number"),
    [
        ("nn.Linear(3, 2)", (4, 5), 5),
        ("nn.Conv1d(3, 2, 3)", (4, 5, 9), 5),
        ("nn.Conv2d(3, 2, 3)", (1, 9, 9), 1),
        ("nn.Conv2d(3, 6, 3, groups=3)", (2, 6, 9, 9), 6),
        ("nn.ConvTranspose2d(3, 2, 3)", (2, 1, 9, 9), 1),
        ("nn.BatchNorm1d(3)", (4, 5), 5),
        ("nn.BatchNorm2d(3)", (2, 4, 5, 5), 4),
        ("nn.LayerNorm(3)", (2, 5), 5),
        ("nn.GRU(3, 4)", (5, 2, 6), 6),
        ("nn.GroupNorm(2, 4)", (3, 6, 5), 6),
    ],
)
def test_a_layer_made_with_that_number_takes_the_input(layer: str, given: tuple[int, ...], number: int) -> None:
    program = f"import torch\nimport torch.nn as nn\nlayer = {layer}\ny = layer(torch.ones{given})"
    broken = shown(program).trace.broken
    assert broken is not None
    assert broken.misfit is not None
    assert broken.misfit.wanted == number
    with pytest.raises((RuntimeError, ValueError)):
        eval(layer)(torch.ones(given))


def test_a_network_that_is_never_called_is_offered_an_input() -> None:
    made = f"{LIBRARIES}model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 2))"
    offered = shown(made).input
    assert offered is not None
    assert (offered.line, offered.gives, offered.error) == ("model(torch.zeros(1, 1, 8, 8))", "(1, 2)", "")
    page = LESSON.show(OwnLinesQuestion(program=made), shown(made))
    assert {"program": offered.source} in [fix.puts for each in parts(page, Fixes) for fix in each.fixes]
    assert shown(offered.source).input is None
    assert rows(offered.source)[-2][1] == "(1, 2)"
    normed = shown(f"{LIBRARIES}model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))").input
    assert normed is not None
    assert normed.line == "model(torch.zeros(2, 3))"
    wrong = shown(made.replace("144", "145")).input
    assert wrong is not None
    assert (wrong.gives, wrong.error) == ("", "RuntimeError")


def test_pytorch_is_left_as_it_was() -> None:
    for number in (676, 784):
        shown(NET.format(number) + f"  # {number}")
    assert not modules._global_forward_hooks
    assert not modules._global_forward_pre_hooks


def test_only_the_calls_up_to_the_step_are_shown() -> None:
    made = f"{LIBRARIES}net = nn.Sequential(nn.Linear(3, 2))"
    program = f"{made}\ny = net(torch.ones(1, 3))\nz = net(torch.ones(5, 3))"
    given = []
    for at in (1, 2, 3):
        outcome = explain(OwnLinesQuestion(program=program, at=at))
        assert isinstance(outcome, Shown)
        given.append(None if outcome.forward is None else outcome.forward.layers[0].given)
    assert given == [None, ((1, 3),), ((5, 3),)]


def test_a_network_is_followed_in_inference_mode() -> None:
    """Its tensors do not count how often they were written to."""
    program = "net = nn.Linear(2, 1)\nx = torch.ones(1, 2)\nwith torch.inference_mode():\n    y = net(x)\n    y += 1"
    found = shown(f"{LIBRARIES}{program}\n    z = net(x) * 2")
    assert found.trace.stopped is None
    assert [step.changed for step in found.steps if step.changed] == [("y",)]


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        (
            "a, b = nn.Sequential(nn.Linear(3, 2)), nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))\n"
            "found = b.load_state_dict(a.state_dict(), strict=False)\nprint(found.missing_keys)",
            ("['1.weight', '1.bias']",),
        ),
        ("x = torch.ones(2, 3).bfloat16() / 3\nprint(x.sum())", ("tensor(2., dtype=torch.bfloat16)",)),
    ],
)
def test_what_loading_returns_and_tensors_of_a_dtype_that_numpy_has_not_are_shown(
    program: str, printed: tuple[str, ...]
) -> None:
    shown = explain(OwnLinesQuestion(program=f"import torch\nfrom torch import nn\n{program}"))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None
    assert shown.trace.steps[-1].printed == printed
    page(LESSON, OwnLinesQuestion(program=f"import torch\nfrom torch import nn\n{program}"))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_recurrent_layer_in_front_of_one_that_takes_a_tensor_is_named(kind: str) -> None:
    made = f"net = nn.Sequential(nn.ReLU(), nn.{kind}(3, 5), nn.Linear(5, 1))\ny = net(torch.ones(2, 3))"
    (broke,) = (each for each in of_layers(shown(LIBRARIES + made)) if isinstance(each, LayerBroke))
    assert (broke.name, broke.given, broke.front) == ("2", "tuple", kind)


def test_no_layer_is_named_in_front_where_another_one_gave_the_tuple() -> None:
    program = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.LSTM(3, 5)\n"
        "        self.b = nn.Linear(5, 1)\n    def forward(self, x):\n        out, state = self.a(x)\n"
        "        return self.b(state)\nnet = Net()\ny = net(torch.ones(2, 3))"
    )
    (broke,) = (each for each in of_layers(shown(LIBRARIES + program)) if isinstance(each, LayerBroke))
    assert (broke.name, broke.given, broke.front) == ("b", "tuple", "")


def test_where_an_optimiser_keeps_its_rate_is_said() -> None:
    made = "w = nn.Parameter(torch.ones(1))\nopt = torch.optim.SGD([w], lr=1.0)\n"
    step = "(w * 2).sum().backward()\nopt.step()\nprint(w.item())"
    refused = shown(f"{LIBRARIES}{made}opt.lr = 0.1\n{step}").trace
    assert "param_groups[0]['lr']" in refused.message
    done = shown(f"{LIBRARIES}{made}opt.param_groups[0]['lr'] = 0.25\n{step}").trace
    assert list(done.printed) == ["0.5"]
