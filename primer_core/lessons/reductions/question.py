"""What the reductions lesson is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from primer_core.backend import backend
from primer_core.backend.interface import LIBRARIES, Library, ReductionName
from primer_core.lessons.question import Question, choice, switch, text

Divisor = Literal["n", "n − 1"]
View = Literal["Reduce", "Bring it back"]
Dtype = Literal["default", "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
"""In which dtype is computed; "default" for the library's own choice."""

OPERATIONS: tuple[ReductionName, ...] = get_args(ReductionName)

SCANS: tuple[ReductionName, ...] = ("cumsum", "cumprod")
"""What keeps every axis and accumulates along one."""

PAIRED: tuple[ReductionName, ...] = ("max", "min", "median")
"""What PyTorch answers with values and their places, where it is given one dim."""

BACK: Mapping[str, str] = {"sum": "/", "mean": "-", "std": "/", "max": "-", "min": "-", "median": "-", "norm": "/"}
"""What one does with the array and the result of an operation: shares, centred values, unit vectors, and so on."""

DIVISORS: tuple[Divisor, ...] = ("n", "n − 1")
"""By what std and var can divide; the place of each is what is taken off n."""

DTYPES: tuple[Dtype, ...] = get_args(Dtype)


@dataclass(frozen=True, slots=True)
class ReductionsQuestion(Question):
    """An array, an operation that makes one number of several cells, and the axes that it makes disappear."""

    array: str = text(
        "[[1, 2], [3, 4]]",
        label="Array a",
        help="A shape (2, 3), an array [[1, 2], [3, 4]], or an expression of NumPy or PyTorch: torch.arange(6.).",
        role="a",
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
    dtype: Dtype = choice("default", DTYPES, label="dtype")
    places: bool = switch(default=False, label="with places", help="PyTorch's max of one dim: values and their places.")
    line: str = text(
        "",
        label="The line itself",
        help=(
            "Paste a line of NumPy or PyTorch and the controls follow it: a.sum(axis=0), torch.std(x, dim=1), "
            "np.prod([100000, 100000], dtype=np.int32), torch.max(x, dim=1)."
        ),
        lines=2,
    )
    """What was typed as a line and is not yet the controls' own; empty where they say all."""

    @property
    def ddof(self) -> int:
        """Return what is taken off n in the divisor of std and var: 0 or 1."""
        return DIVISORS.index(self.divisor)

    @property
    def keeps_axes(self) -> bool:
        """Return whether reduced axes keep size 1; softmax and scans reduce none."""
        return self.keepdims and self.operation not in ("softmax", *SCANS)

    @property
    def brings_back(self) -> bool:
        """Return whether the array is shown with its own reduction, which only some operations are good for."""
        return self.view == "Bring it back" and self.operation in BACK

    @property
    def computes_in(self) -> str:
        """Return the dtype that is asked for; empty where the operation takes none, or where none was chosen.

        A mean is the quotient of a sum, so that only floats are asked of it.
        """
        takes = self.operation in backend(self.library).reduces_as
        fits = self.dtype.startswith("float") if self.operation == "mean" else self.dtype != "default"
        return self.dtype if takes and fits else ""

    @property
    def asks_places(self) -> bool:
        """Return whether values are asked for with their places, which PyTorch alone gives together."""
        return self.places and self.operation in PAIRED and backend(self.library).max_gives_places
