"""What is said of einsum: what becomes of each letter, what no arrow means, and why letters do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from primer_core.claims.claim import (
    Claim,
    Code,
    Letter,
    Name,
    Sentence,
    Shape,
    Span,
    Strong,
    axis_text,
    counted,
    listed,
    thousands,
    times_text,
)


def _spread(names: Sequence[str], kind: type[Name] | type[Letter] = Name) -> Sentence:
    """List names, each as a span of its own."""
    found: list[Span] = []
    for place, name in enumerate(names):
        found += [" and " if place == len(names) - 1 else ", "] if place else []
        found.append(kind(name))
    return tuple(found)


def _size_text(name: str, axis: int, size: int) -> str:
    return f"{size} on axis {axis} of {name}"


@dataclass(frozen=True, slots=True)
class SumsOver(Claim):
    """Letters that the result lacks are summed over.

    Parameters
    ----------
    letters
        Those letters, and the size of each; ``…0`` is the last axis that ``...`` stands for.
    many
        Whether there are several operands, whose cells are multiplied.
    number
        Whether nothing remains, so that y is one number.
    """

    letters: tuple[tuple[str, int], ...]
    many: bool
    number: bool

    def sentence(self) -> Sentence:
        """Count what is summed, and say which letters run."""
        terms = prod(size for _, size in self.letters)
        one = len(self.letters) == 1
        runs = "it runs through all its values" if one else "they run through all their values"
        return (
            *(() if self.number else ("Each cell of ",)),
            Name("y"),
            f" is a sum of {thousands(terms)} {'product' if self.many else 'cell'}{'' if terms == 1 else 's'}: ",
            *_spread([letter for letter, _ in self.letters], Letter),
            f" {'is' if one else 'are'} missing in the result, so {runs} while the others stand still.",
        )


@dataclass(frozen=True, slots=True)
class OneReadAgain(Claim):
    """An axis of size 1 bears a letter that runs further.

    Parameters
    ----------
    letter, size
        The letter, and how many values it runs through.
    name, axis
        Of the operand, and which of its axes has size 1.
    """

    letter: str
    size: int
    name: str
    axis: int

    def sentence(self) -> Sentence:
        """Say what is read again."""
        return (
            Letter(self.letter),
            f" runs through {self.size} values, and axis {self.axis} of ",
            Name(self.name),
            " has size 1: what stands there is read for each of them, as in broadcasting.",
        )


@dataclass(frozen=True, slots=True)
class NothingSummed(Claim):
    """The result has every letter, so that nothing is summed.

    Parameters
    ----------
    names
        Of the operands.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say what is done instead."""
        what = " are read" if len(self.names) == 1 else " that meet are multiplied"
        return (
            "No letter is missing in the result, so nothing is summed: the cells of ",
            *_spread(self.names),
            f"{what}.",
        )


@dataclass(frozen=True, slots=True)
class EveryCellMeets(Claim):
    """No letter stands on two operands, so that every cell of one meets every cell of the others.

    Parameters
    ----------
    cells
        Name of each operand, and how many cells it has.
    """

    cells: tuple[tuple[str, int], ...]

    def sentence(self) -> Sentence:
        """Count the cells that meet."""
        (first, count), *others = self.cells
        found: Sentence = (f"No letter stands on two operands: each of the {count} cells of ", Name(first), " meets ")
        for place, (name, cells) in enumerate(others):
            found = (*found, " and " if place else "", f"each of the {cells} of ", Name(name))
        return (*found, ".")


@dataclass(frozen=True, slots=True)
class ReadsDiagonal(Claim):
    """A letter that stands several times on one operand reads its diagonal.

    Parameters
    ----------
    letter
        That letter.
    name, axes
        Of the operand, and the axes of it that bear the letter.
    """

    letter: str
    name: str
    axes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say which cells are read."""
        return (
            Letter(self.letter),
            f" stands {times_text(len(self.axes))} on ",
            Name(self.name),
            f": only cells with the same place along {axis_text(*self.axes)} are read, the diagonal.",
        )


@dataclass(frozen=True, slots=True)
class WithoutArrow(Claim):
    """Without an arrow the result has the letters that stand once.

    Parameters
    ----------
    same
        The same subscripts with an arrow.
    """

    same: str

    def sentence(self) -> Sentence:
        """Give the subscripts with the arrow."""
        return (
            "Without an arrow the result has the letters that stand once, in alphabetical order: ",
            Code(self.same),
            " is the same.",
        )


@dataclass(frozen=True, slots=True)
class AsLoops(Claim):
    """An einsum stands for loops: one for each letter.

    Parameters
    ----------
    outer, inner
        Letters of the result, and those that are summed over, from the outermost loop inwards.
    """

    outer: tuple[str, ...]
    inner: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say which loops are outside."""
        found: Sentence = ("Written out, it is a loop for each letter",)
        if self.outer:
            found = (*found, ": ", *_spread(self.outer, Letter), " outside, which ", Name("y"), " keeps")
        if self.inner:
            found = (*found, ", and " if self.outer else ": ", *_spread(self.inner, Letter), " inside, summed over")
        return (*found, ".") if self.outer or self.inner else ("Written out, it is one product without a loop.",)


@dataclass(frozen=True, slots=True)
class MadeOneDtype(Claim):
    """PyTorch has products of matrices of one dtype only, and NumPy promotes.

    Parameters
    ----------
    operands
        Name and dtype of each.
    made
        Dtype that the code makes of all.
    """

    operands: tuple[tuple[str, str], ...]
    made: str

    def sentence(self) -> Sentence:
        """Say why the code converts."""
        each = listed([f"{name} is {dtype}" for name, dtype in self.operands])
        return (
            f"The dtypes differ: {each}. PyTorch's products of matrices take one dtype only, so the code makes each of "
            f"them {self.made}, which NumPy does by itself.",
        )


@dataclass(frozen=True, slots=True)
class ComputedThrough(Claim):
    """PyTorch has no products of a dtype, so that the code computes in another.

    Parameters
    ----------
    dtype
        Of the result.
    through
        In which the code computes.
    """

    dtype: str
    through: str

    def sentence(self) -> Sentence:
        """Say why, and what the code does."""
        return (
            f"PyTorch has no products of matrices of {self.dtype}: the code computes in {self.through}, and makes the "
            f"result {self.dtype} again.",
        )


@dataclass(frozen=True, slots=True)
class StrangeSign(Claim):
    """A sign stands where NumPy reads none.

    Parameters
    ----------
    sign
        The sign.
    place
        Where it stands, counted from 1.
    """

    sign: str
    place: int

    def sentence(self) -> Sentence:
        """Name it, and what is read."""
        return (
            f"“{self.sign}” cannot stand at place {self.place}. NumPy reads letters, ... once for an operand, commas "
            "between operands, and -> once before the letters of the result.",
        )


@dataclass(frozen=True, slots=True)
class OperandsCounted(Claim):
    """The subscripts speak of more operands than there are, or of fewer.

    Parameters
    ----------
    subscripts
        Those before the arrow.
    named, given
        How many operands they speak of, and how many there are.
    """

    subscripts: str
    named: int
    given: int

    def sentence(self) -> Sentence:
        """Count both."""
        operands = counted(self.named, "operand")
        there = "there is 1" if self.given == 1 else f"there are {self.given}"
        return (Code(self.subscripts), f" has letters for {operands}, with commas between them, and {there}.")


@dataclass(frozen=True, slots=True)
class LettersCounted(Claim):
    """An operand has not as many letters as axes.

    Parameters
    ----------
    name
        Of the operand.
    letters
        That are written for it; ``...`` may be among them.
    axes
        How many axes it has.
    """

    name: str
    letters: str
    axes: int

    def sentence(self) -> Sentence:
        """Count both."""
        count = len(self.letters.replace("...", ""))
        axes = counted(self.axes, "axis", "axes") if self.axes else "no axis"
        written = counted(count, "letter") if count else "no letter"
        each = "at most as many letters as axes, as ... is there" if "..." in self.letters else "a letter for each axis"
        return (Name(self.name), f" has {axes} and {written}. It needs {each}.")


@dataclass(frozen=True, slots=True)
class NoSuchLetter(Claim):
    """The result has a letter that no operand has.

    Parameters
    ----------
    letter
        That letter.
    """

    letter: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Strong(self.letter), " stands behind the arrow and on no operand, so nothing says how far it runs.")


@dataclass(frozen=True, slots=True)
class KeptTwice(Claim):
    """The result has a letter more than once.

    Parameters
    ----------
    letter
        That letter.
    """

    letter: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Strong(self.letter), " stands more than once behind the arrow: the result has one axis for a letter.")


@dataclass(frozen=True, slots=True)
class DotsStay(Claim):
    """The axes that ``...`` stands for are not summed over.

    Parameters
    ----------
    axes
        How many axes it stands for.
    """

    axes: int

    def sentence(self) -> Sentence:
        """Say what NumPy asks for."""
        stands = counted(self.axes, "axis", "axes")
        return (
            Code("..."),
            f" stands for {stands} here. NumPy does not sum over them, so ",
            Code("..."),
            " must stand behind the arrow, too.",
        )


@dataclass(frozen=True, slots=True)
class TwoSizes(Claim):
    """A letter stands for axes of different sizes, none of which is 1.

    Parameters
    ----------
    letter
        That letter; ``…0`` is the last axis that ``...`` stands for.
    first, second
        Name of an operand, the axis that bears it, and its size.
    """

    letter: str
    first: tuple[str, int, int]
    second: tuple[str, int, int]

    def sentence(self) -> Sentence:
        """Name the axes and their sizes."""
        return (
            "The letter ",
            Strong(self.letter),
            f" has size {_size_text(*self.first)}, and {_size_text(*self.second)}. Axes with one letter run together, "
            "so they need the same size.",
        )


@dataclass(frozen=True, slots=True)
class UnequalDiagonal(Claim):
    """A letter stands twice on one operand, on axes of different sizes.

    Parameters
    ----------
    letter
        That letter.
    name
        Of the operand.
    sizes
        Of the axes that bear it.
    """

    letter: str
    name: str
    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Give the sizes."""
        return (
            Strong(self.letter),
            f" stands {times_text(len(self.sizes))} on {self.name}, on axes of size "
            f"{listed([str(size) for size in self.sizes])}. A diagonal needs axes of one size, and 1 is not stretched.",
        )


Meaning = Literal[
    "order a", "order b", "order c", "letters too", "fewer letters", "known letters", "each once", "dots", "kept dots",
    "apart",
]  # fmt: skip
"""What one may have meant where letters do not fit."""

_MEANT: Mapping[Meaning, str] = {
    "order a": "Other letters on a",
    "order b": "Other letters on b",
    "order c": "Other letters on c",
    "letters too": "Give each operand letters",
    "fewer letters": "Leave out the letters of operands that are not there",
    "apart": "Give each of two sizes a letter of its own, and keep both",
    "known letters": "Keep only letters that an operand has",
    "each once": "Name each letter of the result once",
    "dots": "Let ... stand for the axes without a letter",
    "kept dots": "Keep the axes that ... stands for",
}


@dataclass(frozen=True, slots=True)
class LettersFit(Claim):
    """With other subscripts the letters fit the same operands.

    Parameters
    ----------
    meaning
        What one may have meant.
    subscripts
        The other subscripts.
    shape
        Of the result then.
    """

    meaning: Meaning
    subscripts: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the meaning, the subscripts and what comes of them."""
        gives = f" → {self.shape}" if self.shape else " → one number"
        return (f"{_MEANT[self.meaning]}: ", Code(self.subscripts), gives)


@dataclass(frozen=True, slots=True)
class LetterBecomes(Claim):
    """What becomes of a letter in the result.

    Parameters
    ----------
    letter
        The letter; ``…0`` is the last axis that ``...`` stands for.
    axis
        Of the result, which it is; None where it is summed over.
    """

    letter: str
    axis: int | None

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return ("summed over" if self.axis is None else f"axis {self.axis}",)


@dataclass(frozen=True, slots=True)
class SummedAlone(Claim):
    """A letter that the result lacks stands in one operand alone, which is summed by itself.

    Parameters
    ----------
    letter
        The letter.
    name, axis
        The operand, and which of its axes the letter stands for.
    """

    letter: str
    name: str
    axis: int

    def sentence(self) -> Sentence:
        """Say along what is summed, and that nothing is paired."""
        return (
            Letter(self.letter),
            " stands in ",
            Name(self.name),
            " alone, so no cells are paired along it: it is as if ",
            Name(self.name),
            f" were summed along axis {self.axis} first.",
        )


@dataclass(frozen=True, slots=True)
class TurnsProduct(Claim):
    """The letters of a matrix product come in the other order.

    Parameters
    ----------
    usual
        The order that the product of matrices has.
    written
        The order that was written.
    shape
        Of the result.
    """

    usual: str
    written: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Tell the order of the result from a transposed operand."""
        return (
            Code("a @ b"),
            f" has the axes {self.usual}. Written as {self.written}, they change places: y is ",
            Code("(a @ b).T"),
            f", of shape {self.shape}, and neither operand is transposed.",
        )
