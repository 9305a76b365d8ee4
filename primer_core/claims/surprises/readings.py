"""What often surprises in how NumPy, PyTorch and Python read what they are given: axes, signs, and values of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class NearMultipleOfPi(InAWord, Claim):
    """A sine, a cosine or a tangent is nearly 0, and not 0.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, gives
        The first such number, and what comes of it, with few digits.
    """

    word: ClassVar[str] = "nearly 0"
    run: Run
    code: str
    given: str
    gives: str

    def sentence(self) -> Sentence:
        """Give the numbers, and say why none is met exactly."""
        return (
            Code(self.code),
            f" gives {signed(self.gives)} for {signed(self.given)}, and not 0: π has digits without end, so that no "
            "float but 0 is a multiple of π/2. This one is only near",
        )


@dataclass(frozen=True, slots=True)
class NotANumberOfThese(InAWord, Claim):
    """A float that is not finite was cast to whole numbers.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The cast.
    given, stored
        The first such float, and what became of it.
    dtype
        Of the whole numbers.
    """

    word: ClassVar[str] = "no nan there"
    run: Run
    code: str
    given: str
    stored: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what was made of it."""
        return (
            f"{self.dtype} has neither nan nor inf: ",
            Code(self.code),
            f" makes {signed(self.stored)} of {signed(self.given)}, a number that means nothing",
        )


@dataclass(frozen=True, slots=True)
class BitsTurned(InAWord, Claim):
    """A mask of whole numbers, 0 and 1, was turned round by its bits.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What turns it.
    one, zero
        int, what comes of 1 and of 0.
    instead
        What is True where there is 0.
    """

    word: ClassVar[str] = "no mask"
    run: Run
    code: str
    one: int
    zero: int
    instead: str

    def sentence(self) -> Sentence:
        """Give both numbers."""
        return (
            Code(self.code),
            " turns each bit of whole numbers, and is no mask: ",
            f"it makes {signed(self.one)} of 1 and {signed(self.zero)} of 0. ",
            Code(self.instead),
            " is True where there is 0",
        )


@dataclass(frozen=True, slots=True)
class TextsEqualNoNumber(InAWord, Claim):
    """Texts were compared with numbers.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    text, number
        The first of both.
    answer
        bool, what it gives everywhere.
    """

    word: ClassVar[str] = "texts"
    run: Run
    code: str
    text: str
    number: str
    answer: bool

    def sentence(self) -> Sentence:
        """Show one of each."""
        return (
            "A text equals no number: ",
            Code(repr(self.text)),
            f" and {signed(self.number)} differ, and ",
            Code(self.code),
            f" is {self.answer} everywhere",
        )


@dataclass(frozen=True, slots=True)
class ListAxisFirst(InAWord, Claim):
    """An axis that lists of places pick moved to the front, as a slice stands between two of what picks.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    gives, in_place
        Shapes of what it gives, and of what it would give with that axis where the first of them stands.
    library
        Which library picks.
    between
        Parts of an index between which a slice has this effect there.
    """

    word: ClassVar[str] = "axis moved"
    run: Run
    code: str
    gives: Shape
    in_place: Shape
    library: str = "NumPy"
    between: str = "numbers or lists"

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.code),
            f" has shape {self.gives}, and not {self.in_place}: where a slice stands between {self.between} of places, "
            f"{self.library} puts the axis of these places first",
        )


@dataclass(frozen=True, slots=True)
class MinusNothing(InAWord, Claim):
    """A slice counts 0 from the end, which is 0 from the beginning.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The slice.
    name
        What is 0.
    count
        int, how many rows or numbers it picks.
    instead
        What counts from the end with 0, too.
    """

    word: ClassVar[str] = "−0 is 0"
    run: Run
    code: str
    name: str
    count: int
    instead: str

    def sentence(self) -> Sentence:
        """Say how many there are, and what else there is to write."""
        return (
            Code(self.name),
            " is 0 here, and −0 is 0: counted from the beginning, so that ",
            Code(self.code),
            " picks nothing. " if not self.count else f" picks all {self.count}. ",
            Code(self.instead),
            " counts from the end with 0, too",
        )


@dataclass(frozen=True, slots=True)
class AllAxesTurned(InAWord, Claim):
    """``.T`` turned the order of more than two axes round.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What turns them.
    before, after, matrices
        Shapes: of the array, of what comes of it, and with the last two axes swapped alone.
    instead
        What swaps these.
    """

    word: ClassVar[str] = "all axes"
    run: Run
    code: str
    before: Shape
    after: Shape
    matrices: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give the shapes."""
        return (
            Code(self.code),
            f" turns the order of all axes round, of {self.before} to {self.after}. ",
            Code(self.instead),
            f" swaps the last two alone, to {self.matrices}",
        )


@dataclass(frozen=True, slots=True)
class VariablesInRows(InAWord, Claim):
    """A table with more rows than columns was taken for one with a variable a row.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    rows, columns
        int, sizes of the table.
    instead
        The call that takes a variable a column.
    """

    word: ClassVar[str] = "rows"
    run: Run
    code: str
    rows: int
    columns: int
    instead: str

    def sentence(self) -> Sentence:
        """Give both sizes."""
        return (
            Code(self.code),
            f" takes each of the {self.rows} rows for a variable: it gives {self.rows} × {self.rows} numbers. ",
            Code(self.instead),
            f" takes the columns, and gives {self.columns} × {self.columns}",
        )


@dataclass(frozen=True, slots=True)
class DotOfEvery(InAWord, Claim):
    """``np.dot`` multiplied each matrix of one stack with each of another.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    gives, matched
        Shapes of the result, and of that of ``@``.
    instead
        The product by ``@``.
    """

    word: ClassVar[str] = "every pair"
    run: Run
    code: str
    gives: Shape
    matched: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.code),
            f" multiplies each matrix on the left with each on the right: {self.gives}. ",
            Code(self.instead),
            f" multiplies those that stand at one place: {self.matched}",
        )


@dataclass(frozen=True, slots=True)
class EqualWhenStretched(InAWord, Claim):
    """All cells of arrays of two shapes are equal, once they are stretched.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What asks.
    left, right
        Shapes of both.
    instead
        What asks about the shapes, too.
    """

    word: ClassVar[str] = "two shapes"
    run: Run
    code: str
    left: Shape
    right: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.code),
            f" is True, though one side has shape {self.left} and the other {self.right}: they are stretched to one "
            "shape and compared cell by cell. ",
            Code(self.instead),
            " asks about the shapes, too, and is False",
        )


@dataclass(frozen=True, slots=True)
class OneObjectHeld(InAWord, Claim):
    """An array was made of something that is no sequence, and holds it as one object.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    kind
        Type of what it was made of.
    instead
        What makes an array of what is in it.
    shape
        Of that; None where it is not known before what is in it was gone through.
    """

    word: ClassVar[str] = "one object"
    run: Run
    code: str
    kind: str
    instead: str
    shape: Shape | None

    def sentence(self) -> Sentence:
        """Give the shape with a list."""
        return (
            "NumPy goes through sequences, and ",
            Code(self.kind),
            " is none: ",
            Code(self.code),
            " holds one Python object, and has no axis. ",
            Code(self.instead),
            f" holds what is in it{'' if self.shape is None else f', and has shape {self.shape}'}",
        )


@dataclass(frozen=True, slots=True)
class AlwaysTrue(InAWord, Claim):
    """NumPy was asked whether a generator is true.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    instead
        Python's own function of the same.
    """

    word: ClassVar[str] = "one object"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Name Python's function."""
        return (
            "NumPy does not go through a generator: ",
            Code(self.code),
            " asks whether it is true itself, and every generator is. ",
            Code(self.instead),
            " goes through it",
        )


@dataclass(frozen=True, slots=True)
class AllDifferent(InAWord, Claim):
    """A set of tensors has as many as there were, though some hold the same number.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What makes the set.
    count, different
        int, how many tensors, and how many numbers.
    instead
        What makes a set of the numbers.
    """

    word: ClassVar[str] = "no duplicates"
    run: Run
    code: str
    count: int
    different: int
    instead: str

    def sentence(self) -> Sentence:
        """Give both counts."""
        return (
            "To a set each tensor is another one, whatever number it holds: ",
            Code(self.code),
            f" has {self.count} elements. ",
            Code(self.instead),
            f" is a set of numbers, and has {self.different}",
        )


@dataclass(frozen=True, slots=True)
class SeedOfTheOther(InAWord, Claim):
    """A draw of one library follows a seed of another, or of Python's module random, and none of its own.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The draw.
    seed, own
        The seed of another library as it stands in the program, and the function that sets the own one.
    """

    word: ClassVar[str] = "another seed"
    run: Run
    code: str
    seed: str
    own: str

    def sentence(self) -> Sentence:
        """Name what sets the own one."""
        return (
            Code(self.seed),
            " does not reach ",
            Code(self.code),
            ": Python's module random, NumPy and PyTorch each draw from a generator of their own. ",
            Code(self.own),
            " sets that of this draw",
        )


@dataclass(frozen=True, slots=True)
class PrintedShorter(InAWord, Claim):
    """A number was compared with what is printed of it, which is not all of its digits.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    digits
        int, how many digits behind the point are printed.
    number, given
        The whole number, and what it was compared with.
    """

    word: ClassVar[str] = "printed shorter"
    run: Run
    code: str
    digits: int
    number: str
    given: str

    def sentence(self) -> Sentence:
        """Give the whole number."""
        return (
            f"An array is printed with {self.digits} digits behind the point at most, and compared with all of its "
            "digits: in ",
            Code(self.code),
            f" the number is {signed(self.number)}, which is not {signed(self.given)}",
        )


@dataclass(frozen=True, slots=True)
class CountedBefore(InAWord, Claim):
    """An array becomes shorter in a loop over its places, which were counted before.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What the loop goes through.
    name
        The array.
    count, left
        int, how many places were counted, and how many there are now.
    """

    word: ClassVar[str] = "counted before"
    run: Run
    code: str
    name: str
    count: int
    left: int

    def sentence(self) -> Sentence:
        """Give both counts."""
        return (
            Code(self.code),
            f" is made once, before the loop, and goes on to {self.count - 1}: ",
            Code(f"len({self.name})"),
            f" is {self.left} by now",
        )


@dataclass(frozen=True, slots=True)
class LateBound(InAWord, Claim):
    """Functions that are made in a comprehension read its name when they are called.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The function.
    name
        The name that it reads.
    instead
        The function with a value of its own.
    """

    word: ClassVar[str] = "read when called"
    run: Run
    code: str
    name: str
    instead: str

    def sentence(self) -> Sentence:
        """Say which value they find, and what keeps one for each."""
        return (
            "Each ",
            Code(self.code),
            " reads ",
            Code(self.name),
            " when it is called, and finds the last value that it had. ",
            Code(self.instead),
            " keeps the value of its own round",
        )
