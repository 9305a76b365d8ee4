"""What is said of NumPy beside PyTorch, and of an array beside a list."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Sentence, counted


@dataclass(frozen=True, slots=True)
class AnswersDiffer(Claim):
    """So many answers of the libraries differ, of those that were asked for.

    Parameters
    ----------
    differing, of
        How many differ, and how many there are.
    """

    differing: int
    of: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{self.differing} of {self.of} answers {'differs' if self.differing == 1 else 'differ'}",)


@dataclass(frozen=True, slots=True)
class ListPoints(Claim):
    """A list of whole numbers holds pointers to objects.

    Parameters
    ----------
    count
        Numbers in the list.
    pointer, object
        Bytes of each pointer, and of each object.
    """

    count: int
    pointer: int
    object: int

    def sentence(self) -> Sentence:
        """Count the bytes."""
        return (
            f"A list of {self.count} numbers holds {self.count} pointers of {counted(self.pointer, 'byte')}, each to a "
            f"Python object of {counted(self.object, 'byte')}. A loop follows the pointers one by one, and asks each "
            "object what * and + mean for it.",
        )


@dataclass(frozen=True, slots=True)
class ArrayHolds(Claim):
    """An array of whole numbers holds the numbers themselves.

    Parameters
    ----------
    count
        Numbers in the array.
    dtype
        Of all of them.
    bytes
        From each to the next.
    """

    count: int
    dtype: str
    bytes: int

    def sentence(self) -> Sentence:
        """Count the bytes."""
        return (
            f"An array of {self.count} holds the numbers themselves, each an {self.dtype}, "
            f"{counted(self.bytes, 'byte')} from one to the next: NumPy asks once what * and + mean, and runs one "
            "compiled loop over all of them.",
        )
