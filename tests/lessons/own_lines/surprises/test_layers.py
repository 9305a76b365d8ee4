"""What surprises in layers is named where it happened, and nothing is where it was meant so."""

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.layers import MadeOfData, RowsTakenForSamples
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


@pytest.mark.parametrize(
    ("program", "claim"),
    [
        (
            "x = torch.ones(2, 3)\nh = nn.ReLU(x)",
            MadeOfData((4, 1), "nn.ReLU(x)", "x", "inplace", "nn.ReLU()(x)", "x.relu()"),
        ),
        (
            "from torch.nn import ReLU as Bend\nprint(Bend(torch.tensor(1.0)))",
            MadeOfData(
                (4, 1), "Bend(torch.tensor(1.0))", "torch.tensor(1.0)", "inplace", "Bend()(torch.tensor(1.0))",
                "torch.tensor(1.0).relu()",
            ),
        ),
        (
            "from torch.nn import *\nx = torch.ones(2, 3)\nh = GELU(x)",
            MadeOfData((5, 1), "GELU(x)", "x", "approximate", "GELU()(x)", ""),
        ),
        (
            "x = torch.ones(2, 3)\nh = torch.nn.MaxPool1d(x, 2)",
            MadeOfData((4, 1), "torch.nn.MaxPool1d(x, 2)", "x", "kernel_size", "torch.nn.MaxPool1d(2)(x)", ""),
        ),
        (
            "x = torch.ones(3)\nflat = nn.Flatten(x)",
            MadeOfData((4, 1), "nn.Flatten(x)", "x", "start_dim", "", ""),
        ),
        (
            "x = torch.ones(2, 3)\npool = nn.MaxPool2d(x)",
            MadeOfData((4, 1), "nn.MaxPool2d(x)", "x", "kernel_size", "", ""),
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(4, 2)\n    def forward(self, x):\n"
            "        x = nn.ReLU(self.fc(x) + 1)\n        return x\ny = Net()(torch.ones(1, 4))",
            MadeOfData(
                (8, 1), "nn.ReLU(self.fc(x) + 1)", "self.fc(x) + 1", "inplace", "nn.ReLU()(self.fc(x) + 1)",
                "(self.fc(x) + 1).relu()",
            ),
        ),
    ],
)  # fmt: skip
def test_a_layer_is_named_that_is_made_of_data(program: str, claim: Claim) -> None:
    assert of_kind(program, MadeOfData) == [claim]


@pytest.mark.parametrize(
    "program",
    [
        "x = torch.ones(2, 3)\nh = nn.ReLU()(x)",
        "h = nn.ReLU(True)",
        "slope = torch.tensor(0.1)\nh = nn.LeakyReLU(slope)",
        "c = nn.CrossEntropyLoss(torch.ones(3))",
        "c = nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))",
        "class ReLU:\n    def __init__(self, x):\n        self.x = x\nh = ReLU(torch.ones(3))",
        "w = nn.Parameter(torch.ones(3))",
    ],
)
def test_no_layer_is_named_elsewhere(program: str) -> None:
    assert not of_kind(program, MadeOfData)
