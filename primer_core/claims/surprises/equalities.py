"""What often surprises in what is compared or measured: nan, numbers that are no classes, objects, and one length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class DiffersFromNan(InAWord, Claim):
    """It was asked which numbers are not nan, by a comparison that is True of nan as well.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    asks
        What is True where a number is not nan.
    """

    word: ClassVar[str] = "nan equals nothing"
    run: Run
    code: str
    asks: str

    def sentence(self) -> Sentence:
        """Name what tells numbers from nan."""
        return (
            Code(self.code),
            " is True everywhere, at nan as well: nan equals nothing, not even nan. ",
            Code(self.asks),
            " is False where nan stands",
        )


@dataclass(frozen=True, slots=True)
class NanKeepsApart(InAWord, Claim):
    """Two arrays were found to differ, and nothing but nan stands where they do.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question whether they are equal.
    nans
        int, how many cells are nan in both.
    instead
        The question that takes nan for equal to nan.
    """

    word: ClassVar[str] = "nan equals nothing"
    run: Run
    code: str
    nans: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what alone differs, and what takes it for equal."""
        return (
            Code(self.code),
            f" is False because of nan alone: {counted(self.nans, 'cell')} {'is' if self.nans == 1 else 'are'} nan in "
            "both, and nan equals nothing, not even nan. ",
            Code(self.instead),
            " is True",
        )


@dataclass(frozen=True, slots=True)
class ValuesNoClasses(InAWord, Claim):
    """The largest number of each row was compared with the number of a class, in place of where it stands.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    values, classes
        Both sides, as code.
    count
        int, how many are compared.
    instead
        What gives the places of the largest numbers.
    """

    word: ClassVar[str] = "values"
    run: Run
    code: str
    values: str
    classes: str
    count: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what both hold, and what gives places."""
        return (
            Code(self.values),
            " holds the largest numbers themselves, and ",
            Code(self.classes),
            f" holds whole numbers: of {self.count} none is equal. ",
            Code(self.instead),
            " gives the places at which the largest numbers stand",
        )


@dataclass(frozen=True, slots=True)
class NeverAClass(InAWord, Claim):
    """Numbers between 0 and 1 were compared with numbers that are 0 or 1.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    between, classes
        Both sides, as code.
    instead
        The comparison of what is above one half.
    """

    word: ClassVar[str] = "never equal"
    run: Run
    code: str
    between: str
    classes: str
    instead: str

    def sentence(self) -> Sentence:
        """Say why they are never equal, and what compares classes."""
        return (
            Code(self.code),
            " is True nowhere: ",
            Code(self.classes),
            " holds 0 and 1 alone, and each number of ",
            Code(self.between),
            " lies between them. ",
            Code(self.instead),
            " asks first which of them are above one half",
        )


@dataclass(frozen=True, slots=True)
class NewEachTime(InAWord, Claim):
    """It was asked whether what was just taken out of an array is one and the same object as something else.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question.
    taken
        What takes something out of an array, as code.
    instead
        What asks about the numbers.
    """

    word: ClassVar[str] = "a new object"
    run: Run
    code: str
    taken: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what is made, and what asks about the numbers."""
        return (
            Code(self.taken),
            " makes a new object each time, so that it ",
            Code("is"),
            " no other, whatever numbers both hold. ",
            Code(self.instead),
            " asks about the numbers",
        )


@dataclass(frozen=True, slots=True)
class OneMemoryTwoObjects(InAWord, Claim):
    """It was asked whether two arrays are one object, which they are not, and they share memory.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question.
    one, other
        The arrays.
    """

    word: ClassVar[str] = "one memory"
    run: Run
    code: str
    one: str
    other: str

    def sentence(self) -> Sentence:
        """Say what they share."""
        return (
            Code(self.code),
            " asks for one and the same object. ",
            Name(self.one),
            " and ",
            Name(self.other),
            " are two, and they share memory: what is written to cells that both have is seen in both",
        )


@dataclass(frozen=True, slots=True)
class OneLengthForAll(InAWord, Claim):
    """Rows were divided by the length of all numbers of the matrix in one row.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The division.
    norm
        What gives the length, as code.
    length
        Length of the first row afterwards, with three digits behind the point.
    instead
        What gives the length of each row, as a column.
    """

    word: ClassVar[str] = "one length"
    run: Run
    code: str
    norm: str
    length: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what length a row has now, and what gives each row's own."""
        return (
            Code(self.norm),
            " is one length, that of all numbers in one row: by ",
            Code(self.code),
            f", row 0 gets length {self.length}. Divided by ",
            Code(self.instead),
            ", each row would have length 1",
        )


@dataclass(frozen=True, slots=True)
class JoinedNotStacked(InAWord, Claim):
    """Arrays of one shape were joined along an axis that they have, which adds none.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    count
        int, how many arrays.
    each, joined
        Shapes of one of them, and of the result.
    instead, stacked
        What adds an axis, as code, and the shape of that.
    """

    word: ClassVar[str] = "no new axis"
    run: Run
    code: str
    count: int
    each: Shape
    joined: Shape
    instead: str
    stacked: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.code),
            f" adds no axis: {self.count} of shape {self.each}, joined along axis 0, give {self.joined}. ",
            Code(self.instead),
            f" gives {self.stacked}",
        )


@dataclass(frozen=True, slots=True)
class StopsGrowing(InAWord, Claim):
    """A running total in few bits stays where it is, though what is added is not 0.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    dtype
        Of the total.
    at
        float, where it stays.
    added
        float, the first number that changes nothing.
    """

    word: ClassVar[str] = "too coarse"
    run: Run
    code: str
    dtype: str
    at: float
    added: float

    def sentence(self) -> Sentence:
        """Give the sum that it cannot hold."""
        return (
            Code(self.code),
            f" grows no more once it is {self.at:.6g}: in {self.dtype}, {self.at:.6g} + {self.added:.6g} is "
            f"{self.at:.6g}. With ",
            Code("dtype=np.float32"),
            " it goes on",
        )


@dataclass(frozen=True, slots=True)
class HalfOfADigit(InAWord, Claim):
    """A number in the middle of two that have fewer digits was rounded to the one whose last digit is even.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, rounded
        The first such number as code writes it, and what became of it.
    """

    word: ClassVar[str] = "half to even"
    run: Run
    code: str
    given: str
    rounded: str

    def sentence(self) -> Sentence:
        """Give both numbers."""
        return (
            Code(self.code),
            " rounds what lies exactly in the middle to the even digit: ",
            Code(self.given),
            " becomes ",
            Code(self.rounded),
        )


@dataclass(frozen=True, slots=True)
class DtypeOfFirst(InAWord, Claim):
    """A vectorized function gave a whole number first, and what it gave later was cut to whole numbers.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call of what ``np.vectorize`` gave.
    function
        The function of the program.
    first
        What it gave first, a whole number as code.
    later, stored
        The first of what it gave that was cut, with up to six digits, and what was stored of it.
    instead
        What makes it give floats.
    """

    word: ClassVar[str] = "dtype of the first"
    run: Run
    code: str
    function: str
    first: str
    later: str
    stored: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what chose the dtype, what was cut, and how to choose it."""
        return (
            "The dtype of ",
            Code(self.code),
            " is that of the first result: ",
            Code(self.function),
            f" returned {self.first} first, a whole number, so {self.later} is stored as {self.stored}. ",
            Code(self.instead),
            " gives floats",
        )


@dataclass(frozen=True, slots=True)
class AnswersEachNumber(InAWord, Claim):
    """Every row along the last axis was compared with one, and each number of it has an answer of its own.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    shape
        Of its answers.
    place
        Index of the first row in which they are mixed.
    trues
        int, how many of them are True there.
    instead
        What asks about whole rows.
    equal
        Whether it was asked what is equal, and not what differs.
    """

    word: ClassVar[str] = "once for each number"
    run: Run
    code: str
    shape: Shape
    place: tuple[int, ...]
    trues: int
    instead: str
    equal: bool

    def sentence(self) -> Sentence:
        """Say how many answers there are, and what asks about a whole row."""
        where, count = ", ".join(map(str, self.place)), self.shape[-1]
        whole = f"whether all {count} are equal" if self.equal else f"whether any of the {count} differs"
        return (
            Code(self.code),
            f" answers once for each number, {self.shape}: at [{where}], {self.trues} of {count} answers "
            f"{'is' if self.trues == 1 else 'are'} True. ",
            Code(self.instead),
            f" asks {whole}, and has shape {self.shape[:-1]}",
        )


@dataclass(frozen=True, slots=True)
class AnswersCompared(InAWord, Claim):
    """One answer about each of two arrays was compared, and the answers are equal, though the arrays differ.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    left, right
        Both arrays, as code.
    answer
        What was answered of both.
    asks
        What asks whether all their numbers are equal.
    """

    word: ClassVar[str] = "two answers"
    run: Run
    code: str
    left: str
    right: str
    answer: bool
    asks: str

    def sentence(self) -> Sentence:
        """Say what is compared, and what compares the arrays."""
        return (
            Code(self.code),
            f" compares two answers, which are both {self.answer}, and no number of ",
            Code(self.left),
            " with one of ",
            Code(self.right),
            ". ",
            Code(self.asks),
            " asks whether the arrays are equal, and is False",
        )
