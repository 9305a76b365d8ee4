"""What is said of statements that change an array: why a library would not run one, and numbers that surprise."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, Span, cell_text, counted, number_text, signed


@dataclass(frozen=True, slots=True)
class NegativePower(Claim):
    """Whole numbers were raised to a negative power.

    Parameters
    ----------
    code
        The power.
    dtype
        Of the whole numbers.
    """

    code: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what the result would have to be."""
        return (
            Code(self.code),
            f" would have to be {self.dtype} again, and a negative power of a whole number is seldom whole. Floats "
            "have it.",
        )


@dataclass(frozen=True, slots=True)
class TextIntoNumbers(Claim):
    """A text that is no number was to be written into an array of numbers.

    Parameters
    ----------
    name, dtype
        The array.
    given
        The text.
    """

    name: str
    dtype: str
    given: str

    def sentence(self) -> Sentence:
        """Say what NumPy tries, and which array holds both."""
        return (
            "All cells of ",
            Code(self.name),
            f" are {self.dtype}. A text that is written into one is read as a number, and ",
            Code(repr(self.given)),
            " is none. Numbers and texts in one array need the dtype object.",
        )


@dataclass(frozen=True, slots=True)
class OneCellOneNumber(Claim):
    """Several numbers were to be written into one cell.

    Parameters
    ----------
    cell
        The cell, as it was typed.
    value
        What was to be written, as code.
    count
        How many numbers that are.
    """

    cell: str
    value: str
    count: int

    def sentence(self) -> Sentence:
        """Count the numbers."""
        return (
            Code(self.cell),
            " is one cell, which holds one number, and ",
            Code(self.value),
            f" has {self.count}. They fit into a slice of {self.count} cells.",
        )


@dataclass(frozen=True, slots=True)
class OneNumberOfAll(Claim):
    """A function of Python that makes one number was given an array of several.

    Parameters
    ----------
    function, given
        The function and the array, as code.
    cells
        int, cells of the array.
    instead
        What does the same with each cell, as code.
    """

    function: str
    given: str
    cells: int
    instead: str

    def sentence(self) -> Sentence:
        """Say how many cells there are, and what takes each."""
        return (
            Code(self.function),
            " makes one number of Python's, and ",
            Code(self.given),
            f" has {self.cells} cells. ",
            Code(self.instead),
            " takes each of them.",
        )


@dataclass(frozen=True, slots=True)
class StatementsRunInstead(Claim):
    """Other statements run in the place of one that a library would not run.

    Parameters
    ----------
    code
        The statements, with ``;`` between them.
    name
        Of the array.
    shape, dtype
        Of what it is bound to then.
    """

    code: str
    name: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Give the statements and what comes of them."""
        return (Code(self.code), f" → {self.name} of shape {self.shape}, {self.dtype}")


@dataclass(frozen=True, slots=True)
class NoRealNumber(Claim):
    """A cell is nan, as what was asked for is no real number.

    Parameters
    ----------
    name, index
        The cell.
    function
        One of `_ASKED`.
    number
        float, what the function was given.
    exponent
        float, of a power; None for other functions.
    dtype
        Of the array.
    parts
        Real and imaginary part of what it is among the complex numbers.
    """

    name: str
    index: tuple[int, ...]
    function: str
    number: float
    exponent: float | None
    dtype: str
    parts: tuple[float, float]

    def sentence(self) -> Sentence:
        """Name what was asked for, and what it is among complex numbers."""
        asked = _ASKED[self.function].format("" if self.exponent is None else number_text(self.exponent))
        root: tuple[Span, ...] = ()
        if self.exponent is not None and abs(self.exponent - 1 / 3) < _NEARLY:
            root = (" The real cube root is what ", Code("np.cbrt"), " gives.")
        written = f"{self.parts[0]:.4g} {'+' if self.parts[1] >= 0 else '−'} {abs(self.parts[1]):.4g}j"
        return (
            Code(cell_text(self.name, self.index)),
            f" is nan: {asked} {number_text(self.number)} is no real number, and {self.dtype} holds no others. Among "
            f"the complex numbers it is {signed(written)}.",
            *root,
        )


_ASKED = {
    "sqrt": "the square root of",
    "log": "the logarithm of",
    "log2": "the logarithm to base 2 of",
    "log10": "the logarithm to base 10 of",
    "arcsin": "the arcsine of",
    "arccos": "the arccosine of",
    "power": "the power {} of",
}
"""What functions give, in words; of a power with its exponent."""

_NEARLY = 1e-6


@dataclass(frozen=True, slots=True)
class HoldsTheSizes(Claim):
    """Two sizes were given to what makes an array of the numbers that it is given.

    Parameters
    ----------
    code
        The call.
    sizes
        The two numbers.
    instead
        What makes an array of this shape.
    """

    code: str
    sizes: tuple[int, int]
    instead: str

    def sentence(self) -> Sentence:
        """Tell numbers from a shape."""
        return (
            Code(self.code),
            f" holds the numbers that it is given, {self.sizes[0]} and {self.sizes[1]}. ",
            Code(self.instead),
            " takes them for a shape.",
        )


@dataclass(frozen=True, slots=True)
class HairBelow(Claim):
    """A number that rounding left a little short of a whole one lost all of its fraction in a conversion.

    Parameters
    ----------
    index
        Of the first such cell.
    value
        What it held, as text.
    became, whole
        int, what the conversion made of it, and the whole number beside it.
    cells
        int, how many such cells there are.
    instead
        What rounds first, as code.
    """

    index: tuple[int, ...]
    value: str
    became: int
    whole: int
    cells: int
    instead: str

    def sentence(self) -> Sentence:
        """Give the number in full."""
        others = "" if self.cells == 1 else f" So it is in {counted(self.cells, 'cell')}."
        return (
            Code(cell_text("x", self.index)),
            f" holds {signed(self.value)}, a hair short of {signed(self.whole)}, and a conversion to whole numbers "
            f"cuts the fraction off: {signed(self.became)}.{others} ",
            Code(self.instead),
            f" rounds first, and gives {signed(self.whole)}.",
        )
