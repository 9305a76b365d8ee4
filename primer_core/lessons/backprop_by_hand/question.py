"""What back-propagation by hand is asked: a network, its batch, and a mistake to make."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.backprop_by_hand.network import BackpropParams, DTypeName, Slip
from primer_core.lessons.question import Question, choice, number, whole

Network = Literal["2-3-2", "2-3-3-2", "784-16-12-10"]

SLIPS: tuple[Slip, ...] = ("none", "no 1/B", "no ReLU mask", "W not transposed", "z instead of h", "bias not summed")


@dataclass(frozen=True, slots=True)
class BackpropQuestion(Question):
    """A network by the widths of its layers, what its batch and first weights are drawn from, and one step."""

    net: Network = choice(
        "2-3-2",
        ("2-3-2", "2-3-3-2", "784-16-12-10"),
        label="Network",
        help="Widths of its layers, input first. 784 are the pixels of real digits; other inputs are random points.",
    )
    batch: int = whole(3, label="Batch B", least=1, most=4)
    seed: int = whole(0, label="Seed", help="Draws the batch and the first weights.", least=0, most=999)
    lr: float = number(0.5, label="Learning rate η", least=0.0, most=10.0, step=0.1)
    dtype: DTypeName = choice("float32", ("float32", "float64"), label="dtype")
    slip: Slip = choice("none", SLIPS, label="A mistake to make")

    @property
    def params(self) -> BackpropParams:
        """Return the network and its step as the derivation takes them."""
        sizes = tuple(map(int, self.net.split("-")))
        return BackpropParams(sizes, self.batch, self.seed, self.dtype, self.lr, self.slip)
