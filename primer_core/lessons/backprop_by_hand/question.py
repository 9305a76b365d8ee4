"""What back-propagation by hand is asked: a network, its batch, and a mistake to make."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.backprop_by_hand.network import Activation, DTypeName, Slip, Start
from primer_core.lessons.question import Question, choice, number, text, whole

Network = Literal["2-3-2", "2-3-3-2", "3-4-2", "1-3", "784-16-12-10"]

SLIPS: tuple[Slip, ...] = (
    "none", "no 1/B", "no ReLU mask", "W not transposed", "z instead of h", "bias not summed", "diagonal only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackpropQuestion(Question):
    """A network by the widths of its layers, what its batch and first weights are drawn from, and one step."""

    net: Network = choice(
        "2-3-2",
        ("2-3-2", "2-3-3-2", "3-4-2", "1-3", "784-16-12-10"),
        label="Network",
        help="Widths of its layers, input first. 784 are the pixels of real digits; other inputs are random points.",
    )
    batch: int = whole(3, label="Batch B", least=1, most=4)
    seed: int = whole(0, label="Seed", help="Draws the batch and the first weights.", least=0, most=999)
    lr: float = number(0.5, label="Learning rate η", least=0.0, most=10.0, step=0.1)
    dtype: DTypeName = choice("float32", ("float32", "float64"), label="dtype")
    slip: Slip = choice("none", SLIPS, label="A mistake to make")
    start: Start = choice(
        "random",
        {"random": "random", "zeros": "all 0", "constant": "all 0.3"},
        label="First weights",
        help="What weights and biases start as, unless they are typed.",
    )
    activation: Activation = choice(
        "relu",
        {"relu": "ReLU", "round": "round", "straight through": "round, straight through"},
        label="Activation",
        help="What stands between two layers. Straight through: rounded on the way, as if it were not on the way back.",
    )
    softmax: Literal["at once", "by its Jacobian"] = choice(
        "at once",
        {"at once": "with the loss at once", "by its Jacobian": "by its Jacobian"},
        label="Back through softmax",
        help="Loss and softmax together give p − y; by themselves they give −y / p and the Jacobian diag(p) − p pᵀ.",
    )
    values: str = text(
        "",
        label="Values of your own",
        lines=2,
        help="Statements in PyTorch or NumPy that set X (a row an example), labels, W1, b1, W2, ...: they stand in the "
        "place of what is drawn, and the sizes of the network follow them.",
        placeholder="X = torch.tensor([[1., -2., 4.]])\nlabels = torch.tensor([1])",
    )
