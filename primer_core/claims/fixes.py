"""What is said of a change that would help: what it changes, what comes of it, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from primer_core.claims.claim import Claim, Code, Sentence, Shape


@dataclass(frozen=True, slots=True)
class Rearranged(Claim):
    """With the axes of one operand rearranged, the operands meet; its values stay.

    Parameters
    ----------
    name
        Of the operand.
    change
        What stands behind the name then: ``[:, None]`` or ``.T``.
    shape
        Of the result then.
    """

    name: str
    change: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the change and the shape that comes of it."""
        added = self.change.count("None")
        if added:
            action = "Add an axis" if added == 1 else f"Add {added} axes"
        else:
            swaps = "Swap two axes" if self.change.startswith(".swapaxes") else "Put the axes in another order"
            action = "Transpose" if self.change == ".T" else swaps
        return (f"{action}: ", Code(self.name + self.change), f" → {self.shape}")


@dataclass(frozen=True, slots=True)
class NothingRearranged(Claim):
    """No new axis and no transposition of one operand lets the operands meet."""

    def sentence(self) -> Sentence:
        """Say so, and what would."""
        return ("No new axis and no transposition helps: make the sizes equal, or one of them 1.",)


@dataclass(frozen=True, slots=True)
class NothingFitsInto(Claim):
    """No new axis and no transposition of one operand lets the result be stored in an array.

    Parameters
    ----------
    name, shape
        Of the array.
    """

    name: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so, and what would."""
        return (
            f"No new axis and no transposition helps: {self.name} keeps its shape, {self.shape}, and the other operand "
            "must have the same sizes, or 1.",
        )


@dataclass(frozen=True, slots=True)
class CountedAsNumbers(Claim):
    """With booleans as whole numbers, the operation is done.

    Parameters
    ----------
    names
        Of the operands that hold booleans.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name the change."""
        changes = ", ".join(f"{name}.astype(int)" for name in self.names)
        return ("Make the booleans whole numbers: ", Code(changes))


@dataclass(frozen=True, slots=True)
class HeldBy(Claim):
    """An array can hold the result once it is converted, or copied; its values stay.

    Parameters
    ----------
    name
        Of the array.
    change
        What stands behind the name then: ``.astype(np.float64)`` or ``.copy()``.
    """

    name: str
    change: str

    def sentence(self) -> Sentence:
        """Name the change."""
        return (f"Let {self.name} hold it: ", Code(self.name + self.change))


@dataclass(frozen=True, slots=True)
class MadeAnew(Claim):
    """The result becomes a new array, and the name is bound to it.

    Parameters
    ----------
    statement
        That does so: ``a = a + b``.
    shape, dtype
        Of the new array.
    """

    statement: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Name the statement and what the new array is."""
        return ("Make a new array: ", Code(self.statement), f" → {self.shape} of {self.dtype}")


@dataclass(frozen=True, slots=True)
class Instead(Claim):
    """Other steps can stand in the place of one that is not taken.

    Parameters
    ----------
    meaning
        What they mean, as a key of `MEANINGS`.
    at
        The axis or the number that the meaning speaks of; None if it speaks of none.
    steps
        The steps as a learner would type them.
    statements
        The same in the names of the program.
    origin
        Name of the array that they are given.
    shape
        Of what comes out.
    """

    meaning: str
    at: int | None
    steps: tuple[str, ...]
    statements: str
    origin: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name what they mean, the steps, and the shape that comes out."""
        meaning = MEANINGS[self.meaning].format(at=self.at, elements=prod(self.shape))
        return (f"{meaning}: ", Code(", ".join(self.steps)), f" → {self.shape}")


MEANINGS = {
    "copy": "Copy, as no view can be had",
    "order": "Make it contiguous first",
    "solve": "Let −1 be solved",
    "divide": "{at} divides {elements}",
    "fewer": "In fewer axes",
    "flat": "All in one axis",
    "drop": "Axis {at} has size 1",
    "drop all": "All axes of size 1",
    "last": "As the last axis",
    "first": "As the first axis",
    "permute": "Name every axis once",
    "reverse": "All axes in reverse",
    "swap": "Two axes change places",
    "swap last": "The last two axes change places",
    "two axes": "Add an axis, so that there are two",
    "stretch new": "Add axis {at}, then stretch",
    "stretch": "Stretch only what has size 1",
    "tile": "Copy instead of stretching",
    "join": "Make axis {at} longer",
    "stack": "Make a new axis {at}",
    "join turned": "Turn the other by its axes, and make axis {at} longer",
    "join fitting": "Join with a shape that fits along axis {at}",
    "join grown": "Give the other an axis of size 1 first",
    "join added": "Add an axis to join along",
    "last piece": "The last of the pieces",
    "add up": "Sizes that add up to {at}",
    "uneven": "Pieces that may differ by one",
    "cut": "{at} pieces of one size",
    "along": "Cut along axis {at}",
    "cut added": "Add an axis to cut",
    "words": "The same in this library's words",
    "attribute": "Without ( ), as it is no method",
    "method": "With ( ), as it is a method",
    "near": "A name that is much the same",
    "instance": "For instance",
}
"""What a change means; ``{at}`` is the axis or number that it speaks of, ``{elements}`` how many cells come out."""


@dataclass(frozen=True, slots=True)
class IndexInstead(Claim):
    """Another index of an array is taken.

    Parameters
    ----------
    meaning
        What it means, as a key of `INDEX_MEANINGS`.
    index
        What stands between the brackets then.
    shape
        Of what it picks.
    """

    meaning: str
    index: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the index and what it means."""
        return (Code(f"a[{self.index}]"), f" → {self.shape} · {INDEX_MEANINGS[self.meaning]}")


INDEX_MEANINGS = {
    "dots": "Keep the first ...",
    "fewer": "Leave out what is too much",
    "added": "Add an axis first",
    "forwards": "A step of 1",
    "backwards": "A step of −1",
    "rows": "One mask for axis 0: it picks rows",
    "columns": "One mask for the next axis: it picks columns",
    "mask": "The mask itself, which picks the cells",
    "fitted": "Cut or fill the mask",
    "nothing": "Select nothing with a slice",
    "nearest": "The nearest that there is",
    "slice": "Reach over with a slice",
    "grid": "Every one with every other",
    "pairs": "Pairs only",
    "list": "The same as a list, which copies",
    "counted": "The cell of that number, counted row by row",
    "each row": "In each row its own",
}
"""What another index means."""


@dataclass(frozen=True, slots=True)
class AsFloats(Claim):
    """A statement is taken once an array, or the value, holds floats.

    Parameters
    ----------
    name
        ``a``, or ``v`` for the value.
    numbers
        The same numbers as floats, as code.
    """

    name: str
    numbers: str

    def sentence(self) -> Sentence:
        """Name the change."""
        return (Code(f"{self.name} = {self.numbers}"), f" · {self.name} as floats")


@dataclass(frozen=True, slots=True)
class ExpressionInstead(Claim):
    """Another expression is taken.

    Parameters
    ----------
    meaning
        What it does differently, as a key of `EXPRESSION_MEANINGS`.
    text
        The statements, as they would be typed.
    statements
        The same, with the name b for the value of the last.
    """

    meaning: str
    text: str
    statements: str

    def sentence(self) -> Sentence:
        """Name the expression and what it does."""
        return (Code("; ".join(self.text.split("\n"))), f" · {EXPRESSION_MEANINGS[self.meaning]}")


EXPRESSION_MEANINGS = {
    "first": "The index array of the first axis",
    "column": "One index a row",
    "row": "The index as a row",
    "rows": "One mask for axis 0: it picks rows",
    "mask": "The mask itself, which picks the cells",
}
"""What another expression does differently."""
