"""What the autograd graph is asked: a program, and what is done to it."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.autograd_graph.graph import Switches
from primer_core.lessons.question import Question, choice, switch, text

Calls = Literal["1", "2"]

NEURON = """\
# a neuron and its loss
w = param({weight})
b = param(0)
x = 1.1
y = 1
z = w * x + b
a = sigmoid(z)
loss = bce(a, y)"""

_HELP = (
    "PyTorch, statement by statement: w = torch.tensor([1., 2.], requires_grad=True), y = (x @ w).relu(), "
    "y.backward(). Or short: w = param([1, 2]) requires a gradient, x = [1, 2] does not, and functions need no prefix. "
    "Where no line calls backward(), the last one is the output and backward() is called on it."
)


@dataclass(frozen=True, slots=True)
class GraphQuestion(Question):
    """A program, and the switches of what PyTorch does with it.

    `detach` and `in_place` hold a name of the program, or nothing; a name that the program lacks is passed over.
    """

    program: str = text(NEURON.format(weight="2.2"), label="Program", help=_HELP, lines=8)
    backward_calls: Calls = choice("1", ("1", "2"), label="backward() calls", segments=True)
    retain_graph: bool = switch(
        default=False,
        label="retain_graph=True",
        help="The first of two calls keeps what nodes have saved, so that the second can run.",
    )
    zero_grad: bool = switch(
        default=False,
        label="zero_grad() between",
        help="Sets .grad of every leaf to None between the two calls, as optimizer.zero_grad() does.",
    )
    no_grad: bool = switch(
        default=False, label="under no_grad()", help="Computes the program within with torch.no_grad()."
    )
    retain_grad: bool = switch(
        default=False,
        label="retain_grad() on every name",
        help="Named tensors that are not leaves keep their gradient, too.",
    )
    detach: str = text("", label="Detach", help="That name is replaced by its detach() right after its line.")
    in_place: str = text(
        "",
        label="Add 1 in place to",
        help="Runs add_(1) on that tensor, within torch.no_grad(), between forward and backward.",
    )

    @property
    def switches(self) -> Switches:
        """Return what is done to the program besides running it."""
        return Switches(
            no_grad=self.no_grad,
            detach=self.detach,
            retain_grad=self.retain_grad,
            in_place=self.in_place,
            backward_calls=2 if self.backward_calls == "2" else 1,
            retain_graph=self.retain_graph,
            zero_grad=self.zero_grad,
        )
