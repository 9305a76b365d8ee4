"""What is said of a reduction that a library refuses: why it does, and what would work."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, axis_text, number_text, signed


def _gives(shape: Shape) -> str:
    return f" → {shape}" if shape else " → one number"


@dataclass(frozen=True, slots=True)
class AxesMissing(Claim):
    """Axes are named that the array does not have.

    Parameters
    ----------
    axes
        Those that it does not have.
    ndim
        How many it has.
    """

    axes: tuple[int, ...]
    ndim: int

    def sentence(self) -> Sentence:
        """Name them, and those that there are."""
        named = axis_text(*self.axes)
        if not self.ndim:
            return (f"a is a number: it has no axis, and so no {named}.",)
        own = axis_text(*range(self.ndim))
        last = signed(", ".join(map(str, range(-self.ndim, 0))))
        return (f"a has {own}, or {last} counted from the end, and no {named}.",)


@dataclass(frozen=True, slots=True)
class NamedTwice(Claim):
    """An axis is named more than once.

    Parameters
    ----------
    axis
        Counted from 0.
    named
        As they were named.
    """

    axis: int
    named: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say which."""
        return (f"{self.named} names axis {self.axis} more than once, and an axis can disappear only once.",)


@dataclass(frozen=True, slots=True)
class TakesOneAxis(Claim):
    """An operation takes one axis, and not several, or none, at a time.

    Parameters
    ----------
    library, operation
        Whose, and what.
    given
        Axes that were given; None where no axis was named.
    none
        Whether it can do without an axis, too.
    """

    library: str
    operation: str
    given: tuple[int, ...] | None
    none: bool

    def sentence(self) -> Sentence:
        """Say what it takes and what was given."""
        more = ", or none for all cells" if self.none else ""
        given = "None" if self.given is None else str(self.given)
        return (f"{self.library}'s {self.operation} takes one axis{more}: it does not take {given}.",)


@dataclass(frozen=True, slots=True)
class NormOfAxes(Claim):
    """NumPy's norm knows vectors and matrices, and nothing of more axes.

    Parameters
    ----------
    count
        Axes that were given: none, or more than two.
    """

    count: int

    def sentence(self) -> Sentence:
        """Say what it takes."""
        return (
            Code("np.linalg.norm"),
            f" takes one axis for vectors, two for matrices, or None for all cells as one vector: not {self.count}.",
        )


@dataclass(frozen=True, slots=True)
class NoSizeOneOfAll(Claim):
    """PyTorch's operation over all cells cannot keep axes.

    Parameters
    ----------
    operation
        That was asked for.
    """

    operation: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"PyTorch's {self.operation} of all cells has no keepdim: it gives one number without axes.",)


@dataclass(frozen=True, slots=True)
class NotOfDtype(Claim):
    """A library does not do an operation with what the array holds.

    Parameters
    ----------
    library, operation
        Whose, and what.
    dtype
        Of a.
    """

    library: str
    operation: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say so, and that floats would do."""
        return (f"a holds {self.dtype}, which {self.library} does not take for {self.operation}: it takes floats.",)


@dataclass(frozen=True, slots=True)
class NotComputedIn(Claim):
    """A library does not do an operation in the dtype that is asked for.

    Parameters
    ----------
    library, operation
        Whose, and what.
    dtype
        That is asked for.
    """

    library: str
    operation: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say so, and that it does it in another."""
        return (
            f"{self.library} does not compute {self.operation} in {self.dtype}. Without ",
            Code(f"dtype={self.dtype}"),
            " it chooses a dtype by itself.",
        )


@dataclass(frozen=True, slots=True)
class NothingToChoose(Claim):
    """A group has no cell that could be chosen.

    Parameters
    ----------
    operation
        That was asked for.
    shape
        Of a.
    """

    operation: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so, and what is defined of nothing."""
        return (
            f"a of {self.shape} leaves {self.operation} no cell to choose from. A sum of nothing is 0; the "
            f"{self.operation} of nothing is not defined.",
        )


@dataclass(frozen=True, slots=True)
class WorksWithFloats(Claim):
    """With the cells converted to floats it works.

    Parameters
    ----------
    change
        What stands behind the array then: ``.double()``.
    shape
        Of the result then.
    """

    change: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and what comes of it."""
        return ("Make the cells floats: ", Code(f"a{self.change}"), _gives(self.shape))


@dataclass(frozen=True, slots=True)
class WorksInDtype(Claim):
    """Computed in PyTorch's default dtype of floats it works.

    Parameters
    ----------
    dtype
        That default.
    shape
        Of the result then.
    """

    dtype: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and what comes of it."""
        return ("Compute in PyTorch's default float: ", Code(f"dtype={self.dtype}"), _gives(self.shape))


@dataclass(frozen=True, slots=True)
class WorksWithout(Claim):
    """Without one of the words it works.

    Parameters
    ----------
    word, value
        That is left out: ``keepdim=True``.
    shape
        Of the result then.
    """

    word: str
    value: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and what comes of it."""
        return ("Leave out ", Code(f"{self.word}={self.value}"), _gives(self.shape))


@dataclass(frozen=True, slots=True)
class WorksWithValues(Claim):
    """Asked for values without their places, it works.

    Parameters
    ----------
    call
        That gives the values alone.
    shape
        Of the result then.
    """

    call: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the call and what comes of it."""
        return ("Ask for the values alone: ", Code(self.call), _gives(self.shape))


@dataclass(frozen=True, slots=True)
class WorksOver(Claim):
    """Over other axes it works.

    Parameters
    ----------
    axes
        That are named instead; None for all cells.
    change
        What stands behind the array then; empty where it stays as it is.
    shape
        Of the result then.
    """

    axes: tuple[int, ...] | None
    change: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and what comes of it."""
        over = "all cells" if self.axes is None else axis_text(*self.axes)
        if not self.change:
            return (f"Take {over}", _gives(self.shape))
        return (f"Take {over}, and make the cells floats: ", Code(f"a{self.change}"), _gives(self.shape))


@dataclass(frozen=True, slots=True)
class SecondIsAxis(Claim):
    """Two numbers were given to a reduction, which takes the second for an axis.

    Parameters
    ----------
    operation
        What was asked for.
    first, second
        The two numbers, as code.
    instead
        What is done with two numbers, as code.
    result
        float, what comes of that.
    """

    operation: str
    first: str
    second: int
    instead: str
    result: float

    def sentence(self) -> Sentence:
        """Tell the axis from an operand."""
        return (
            Code(f"np.{self.operation}({self.first}, {self.second})"),
            " takes its second argument for an axis. Of two numbers it is ",
            Code(self.instead),
            f", {number_text(self.result)}.",
        )


@dataclass(frozen=True, slots=True)
class WorksOfBoth(Claim):
    """A reduction works of an array that holds both of two numbers.

    Parameters
    ----------
    operation
        What was asked for.
    array
        The array, as code.
    result
        float, what comes of it.
    """

    operation: str
    array: str
    result: float

    def sentence(self) -> Sentence:
        """Give the call and what comes of it."""
        return (
            "Put both into one array: ",
            Code(f"np.{self.operation}({self.array})"),
            f" → {number_text(self.result)}",
        )
