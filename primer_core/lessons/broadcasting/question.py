"""What the broadcasting lesson is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, switch, text

OperationName = Literal["add", "subtract", "multiply", "divide"]
Direction = Literal["Forward", "Backward"]
Loss = Literal["y.sum()", "y.mean()", "1, 2, 3, …"]
"""What sends its gradient back to the result: a sum, a mean, or 1, 2, 3, ... cell by cell."""

NAMES = ("a", "b", "c")
"""What operands are called in formulas and code; the result is y."""

_HELP = (
    "A shape (4, 3), an array [[1, 2], [3, 4]], a number, or an expression of NumPy: (4,)[:, None], np.ones((2, 3)); b "
    "may also be a.mean(1) or a[0] + 1."
)
_OPERATIONS: Mapping[str, str] = {
    "add": "+ add",
    "subtract": "− subtract",
    "multiply": "× multiply",
    "divide": "÷ divide",
}


@dataclass(frozen=True, slots=True)
class BroadcastingQuestion(Question):
    """Two or three operands that meet in one elementwise operation."""

    a: str = text("(4, 3)", label="Operand a", help=_HELP, role="a")
    op: OperationName = choice("add", _OPERATIONS, label="Operation")
    b: str = text("[1, 0, 1]", label="Operand b", help=_HELP, role="b")
    c: str = text("", label="Operand c, if any", help=_HELP, role="c", placeholder="none")
    inplace: bool = switch(default=False, label="In place", help="a += b writes the result into a, and makes no array.")
    view: Direction = choice("Forward", ("Forward", "Backward"), label="Direction", segments=True)
    of: Loss = choice("y.sum()", ("y.sum()", "y.mean()", "1, 2, 3, …"), label="Gradient of", segments=True)

    @property
    def operands(self) -> tuple[str, ...]:
        """Return the texts of the operands that there are; the third may be empty."""
        return (self.a, self.b, self.c) if self.c.strip() else (self.a, self.b)

    @property
    def stores(self) -> bool:
        """Return whether the result is written into a, which needs two operands on their way forward."""
        return self.inplace and not self.backward and len(self.operands) == 2

    @property
    def backward(self) -> bool:
        """Return whether gradients are shown on their way back."""
        return self.view == "Backward"
