"""What is said of a change that would help: what it changes, what comes of it, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence

Shape = tuple[int, ...]


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
            action = "Transpose" if self.change == ".T" else "Swap two axes"
        return (f"{action}: ", Code(self.name + self.change), f" → {self.shape}")


@dataclass(frozen=True, slots=True)
class NothingRearranged(Claim):
    """No new axis and no transposition of one operand lets the operands meet."""

    def sentence(self) -> Sentence:
        """Say so, and what would."""
        return ("No new axis and no transposition helps: make the sizes equal, or one of them 1.",)


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
