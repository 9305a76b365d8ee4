"""What the reductions lesson is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from primer_core.backend.interface import LIBRARIES, Library, ReductionName
from primer_core.lessons.question import Question, choice, switch, text

Divisor = Literal["n", "n − 1"]
View = Literal["Reduce", "Bring it back"]

OPERATIONS: tuple[ReductionName, ...] = get_args(ReductionName)

BACK: Mapping[str, str] = {"sum": "/", "mean": "-", "std": "/", "max": "-", "norm": "/"}
"""What one does with the array and the result of an operation: shares, centred values, unit vectors, and so on."""

DIVISORS: tuple[Divisor, ...] = ("n", "n − 1")
"""By what std can divide; the place of each is what is taken off n."""


@dataclass(frozen=True, slots=True)
class ReductionsQuestion(Question):
    """An array, an operation that makes one number of several cells, and the axes that it makes disappear."""

    array: str = text(
        "[[1, 2], [3, 4]]", label="Array a", help="A shape (2, 3), or an array [[1, 2], [3, 4]].", role="a"
    )
    operation: ReductionName = choice("sum", OPERATIONS, label="Operation")
    axis: str = text(
        "0",
        label="Axis",
        help="The axis that disappears: 0, 1, -1 (the last), several as (0, 1), or None for all.",
    )
    library: Library = choice("NumPy", LIBRARIES, label="Library", segments=True)
    divisor: Divisor = choice("n", DIVISORS, label="Divide by", segments=True)
    keepdims: bool = switch(default=False, label="keepdims")
    view: View = choice("Reduce", ("Reduce", "Bring it back"), label="View", segments=True)

    @property
    def ddof(self) -> int:
        """Return what is taken off n in the divisor of std: 0 or 1."""
        return DIVISORS.index(self.divisor)

    @property
    def keeps_axes(self) -> bool:
        """Return whether reduced axes keep size 1; softmax reduces none."""
        return self.keepdims and self.operation != "softmax"

    @property
    def brings_back(self) -> bool:
        """Return whether the array is shown with its own reduction, which only some operations are good for."""
        return self.view == "Bring it back" and self.operation in BACK
