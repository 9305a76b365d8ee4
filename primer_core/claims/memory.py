"""What is said of the memory of arrays: who shares it with whom, and who has its own."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Bound, Claim, Code, Name, Sentence, Strong, called, counted, listed, signed

Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OneObject(Claim):
    """A name was bound to an object that had a name already.

    Parameters
    ----------
    name, of
        The name, and the one that the object had.
    now
        Whether both are bound to it in the end.
    """

    name: Bound
    of: Bound
    now: bool

    def sentence(self) -> Sentence:
        """Say that it is one object, or was."""
        return (Name(self.name[0]), f" {'is' if self.now else 'was'} {self.of[0]}: two names of one object")


@dataclass(frozen=True, slots=True)
class ViewOf(Claim):
    """An array shares cells with one that was there before it.

    Parameters
    ----------
    name, of
        The array, and the one before it.
    held, of_held
        Whether the names are bound to them in the end.
    """

    name: Bound
    of: Bound
    held: bool
    of_held: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        be = "is" if self.held else "was"
        return (Name(self.name[0]), f" {be} a view of {called(self.of, self.of_held)}")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "VIEW"


@dataclass(frozen=True, slots=True)
class ReadsMemory(Claim):
    """An array shares cells with one that was there before it, and reads them in its own way.

    Parameters
    ----------
    name, of
        The array, and the one before it.
    held, of_held
        Whether the names are bound to them in the end.
    shape, strides
        Of the array; strides in elements.
    """

    name: Bound
    of: Bound
    held: bool
    of_held: bool
    shape: Sizes
    strides: Sizes

    def sentence(self) -> Sentence:
        """Say that it is another object on the same memory."""
        be = " is" if self.held else " was"
        return (
            Name(self.name[0]), f"{be} a ", Strong("view"), f" of {called(self.of, self.of_held)}: another object, "
            f"with shape {self.shape} and strides {signed(str(self.strides))}, on memory that was there. No element "
            "was copied.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LiesBeside(Claim):
    """An array lies in the memory of one that was there before it, and shares no cell with it.

    Parameters
    ----------
    name, of
        The array, and the one before it.
    held, of_held
        Whether the names are bound to them in the end.
    """

    name: Bound
    of: Bound
    held: bool
    of_held: bool

    def sentence(self) -> Sentence:
        """Say where it lies."""
        lies = "lies" if self.held else "lay"
        return (Name(self.name[0]), f" {lies} in the memory of {called(self.of, self.of_held)}, beside its cells")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "OTHER CELLS"


@dataclass(frozen=True, slots=True)
class CopyMade(Claim):
    """An array holds cells of one that was there before it, in memory of its own.

    Parameters
    ----------
    name
        The array.
    held
        Whether the name is bound to it in the end.
    """

    name: Bound
    held: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (Name(self.name[0]), f" {'is' if self.held else 'was'} a copy")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "COPY"


@dataclass(frozen=True, slots=True)
class NewArray(Claim):
    """An array was made of what was no array, or computed, and shares memory with none that was there before it.

    Parameters
    ----------
    name
        The array.
    held
        Whether the name is bound to it in the end.
    """

    name: Bound
    held: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (Name(self.name[0]), f" {'is' if self.held else 'was'} a new array")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "NEW"


@dataclass(frozen=True, slots=True)
class OtherMemory(Claim):
    """An array lies in memory in which none lay that was there before it.

    Parameters
    ----------
    name
        The array.
    held
        Whether the name is bound to it in the end.
    bytes
        Of that memory.
    apart
        Names of the arrays that were there before it.
    """

    name: Bound
    held: bool
    bytes: int
    apart: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say how large the memory is, and what a write to it does not reach."""
        lies, reach = ("lies", "is written to it does") if self.held else ("lay", "was written to it did")
        size = counted(self.bytes, "byte")
        if not self.apart:
            return (Name(self.name[0]), f" {lies} in memory of {size}, in which no other array {lies}.")
        others = listed(self.apart, "or")
        return (
            Name(self.name[0]), f" {lies} in ", Strong("other memory"), f" than {others}: {size}. What {reach} not "
            f"reach {others}, nor the other way round.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoCells(Claim):
    """An array has no cells.

    Parameters
    ----------
    name
        The array.
    held
        Whether the name is bound to it in the end.
    """

    name: Bound
    held: bool

    def sentence(self) -> Sentence:
        """Say so."""
        have, share = ("has", "shares") if self.held else ("had", "shared")
        return (Name(self.name[0]), f" {have} no cells, so it {share} none")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "NO CELLS"


@dataclass(frozen=True, slots=True)
class NoArray(Claim):
    """A name is bound to what is no array in the end.

    Parameters
    ----------
    name
        The name.
    """

    name: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (Name(self.name), " is no array")


@dataclass(frozen=True, slots=True)
class IsValue(Claim):
    """A name is bound to a value in the end that is no array.

    Parameters
    ----------
    name
        The name.
    value
        As Python prints it, cut where it is long.
    """

    name: str
    value: str

    def sentence(self) -> Sentence:
        """Give the value."""
        return (Name(self.name), " is ", Code(self.value), ", a value that lies in no array's memory.")


@dataclass(frozen=True, slots=True)
class SharesMemory(Claim):
    """What the library answered in the end when it was asked whether two arrays share memory.

    NumPy is asked for cells that both have, PyTorch whether both lie in one memory.

    Parameters
    ----------
    code
        The question.
    first, second
        Names of the arrays.
    answer
        Of the library.
    """

    code: str
    first: str
    second: str
    answer: bool

    def sentence(self) -> Sentence:
        """Give question and answer."""
        return (Code(self.code), " → ", Strong(str(self.answer)))

    def brief(self) -> str:
        """Write the claim as a word."""
        return "VIEW" if self.answer else "COPY"


@dataclass(frozen=True, slots=True)
class NumberMade(Claim):
    """A name was bound to a single number of NumPy's, which is no array.

    Parameters
    ----------
    name
        The name.
    held
        Whether it is bound to it in the end.
    """

    name: Bound
    held: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (Name(self.name[0]), f" {'is' if self.held else 'was'} a number of its own")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "NUMBER"


@dataclass(frozen=True, slots=True)
class DrawnAs(Claim):
    """What an array was to those that were there before it.

    Parameters
    ----------
    name
        The array, as it is called in the end.
    word
        "VIEW" of one of them, "OTHER CELLS" in the memory of one, "COPY", "NEW", "NO CELLS" or "NUMBER".
    """

    name: str
    word: str

    def sentence(self) -> Sentence:
        """Write the claim as a word or two."""
        return (self.word,)


@dataclass(frozen=True, slots=True)
class NameLost(Claim):
    """An array that had a name has none in the end.

    Parameters
    ----------
    name
        That it had.
    kept
        Names of the arrays that its memory is kept by; none where it is freed.
    """

    name: str
    kept: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say what became of its memory."""
        kept = f"memory kept by {' and '.join(self.kept)}" if self.kept else "freed"
        return (f"no name left{', ' if self.kept else ': '}{kept}",)
