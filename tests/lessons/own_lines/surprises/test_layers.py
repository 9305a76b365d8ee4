"""What surprises in layers is named where it happened, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.layers import RowsTakenForSamples
from primer_core.lessons.own_lines.claims import surprising
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion

HEADER = "import torch\nimport torch.nn as nn\n"

pytestmark = pytest.mark.filterwarnings("ignore")


def of_kind(program: str, kind: type[Claim]) -> list[Claim]:
    """What is said of one kind, lines counted from the first after the imports."""
    shown = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(shown, Shown)
    assert shown.trace.stopped is None, shown.trace.message
    return [claim for claims in surprising(shown).values() for claim in claims if isinstance(claim, kind)]


NET = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n"
    "    def forward(self, x):\n        return self.fc(torch.flatten(x, 1))\nnet = Net()\n"
)


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            "net = nn.Sequential(nn.Flatten(), nn.Linear(28, 10))\nimg = torch.rand(28, 28)\ny = net(img)",
            RowsTakenForSamples((5, 1), "net(img)", "nn.Flatten()", "img", (28, 28), (28, 10)),
        ),
        (
            "image = torch.rand(5, 4)\ny = nn.Flatten()(image * 2)",
            RowsTakenForSamples((4, 1), "nn.Flatten()(image * 2)", "", "(image * 2)", (5, 4), (5, 4)),
        ),
        (
            "data = torch.rand(6, 5, 5)\nflat = torch.flatten(data[0], 1)",
            RowsTakenForSamples((4, 1), "torch.flatten(data[0], 1)", "", "data[0]", (5, 5), (5, 5)),
        ),
        (
            "my_img = torch.rand(5, 4)\nprint(my_img.flatten(start_dim=1).shape)",
            RowsTakenForSamples((4, 1), "my_img.flatten(start_dim=1)", "", "my_img", (5, 4), (5, 4)),
        ),
        (
            NET + "y = net(torch.ones(4, 4))",
            RowsTakenForSamples((8, 1), "torch.flatten(x, 1)", "", "x", (4, 4), (4, 4)),
        ),
    ],
)
def test_rows_are_named_that_count_as_samples(program: str, claim: Claim) -> None:
    assert of_kind(program, RowsTakenForSamples) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        "net = nn.Sequential(nn.Flatten(), nn.Linear(28, 10))\nx = torch.rand(64, 28)\ny = net(x)",
        "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\nimg = torch.rand(1, 28, 28)\ny = net(img)",
        "net = nn.Sequential(nn.Flatten(0), nn.Linear(784, 10))\nimg = torch.rand(28, 28)\ny = net(img)",
        "net = nn.Sequential(nn.Linear(28, 28), nn.Flatten())\nimg = torch.rand(28, 28)\ny = net(img)",
        "img = torch.rand(28, 28)\ny = torch.flatten(img)",
        "img = torch.rand(28, 28)\ny = img.flatten(0, 1)",
        "img = torch.rand(3, 28, 28)\ny = torch.flatten(img, 1)",
        "img = torch.rand(1, 28)\ny = torch.flatten(img, 1)",
        "x = torch.rand(6, 4)\ny = torch.flatten(x, 1)",
    ],
)
def test_rows_are_not_named_elsewhere(program: str) -> None:
    assert not of_kind(program, RowsTakenForSamples)
