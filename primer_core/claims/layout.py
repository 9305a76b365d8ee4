"""What is said of where an array lies: in the memory of another, read with strides of its own, or in new memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, axis_text, signed

NewContent = Literal["copy", "numbers", "memory"]
"""What new memory holds: numbers that were there before, others, or each made of several that were."""


@dataclass(frozen=True, slots=True)
class ReadWithStrides(Claim):
    """An array lies in the memory of another.

    Parameters
    ----------
    name, origin
        Names of the two.
    strides
        Of the first, as its library gives them.
    unit
        What these count: elements or bytes.
    """

    name: str
    origin: str
    strides: tuple[int, ...]
    unit: str

    def sentence(self) -> Sentence:
        """Say that it is a view, and how it reads."""
        return (f"A view: the same memory read with strides {signed(str(self.strides))} {self.unit}.",)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "VIEW"


@dataclass(frozen=True, slots=True)
class InNewMemory(Claim):
    """An array lies in other memory than the one that it was made of.

    Parameters
    ----------
    name, origin
        Names of the two.
    bytes
        That its cells take.
    what
        Whether each number is one that was there before ("copy"), some are not ("numbers"), or all are, but each came
        of several ("memory").
    """

    name: str
    origin: str
    bytes: int
    what: NewContent

    def sentence(self) -> Sentence:
        """Give the bytes."""
        heads = {"copy": "A copy", "numbers": "New numbers", "memory": "No view"}
        return (f"{heads[self.what]}: {self.bytes} bytes in new memory.",)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "COPY" if self.what == "copy" else "NEW MEMORY"


@dataclass(frozen=True, slots=True)
class ReadAgain(Claim):
    """Several cells of an array are one in memory.

    Parameters
    ----------
    name
        Of the array.
    axes
        Along which the stride is 0, so that one cell is read again and again; none where cells overlap otherwise.
    bytes
        That cells of their own would take on top.
    """

    name: str
    axes: tuple[int, ...]
    bytes: int

    def sentence(self) -> Sentence:
        """Say why, and what is not allocated."""
        if not self.axes:
            return (f"Its cells overlap in memory: {self.bytes} bytes are not allocated.",)
        along = axis_text(*self.axes)
        return (f"A stride of 0 along {along} reads cells again: {self.bytes} bytes are not allocated.",)


@dataclass(frozen=True, slots=True)
class NothingToShare(Claim):
    """An array has no cells.

    Parameters
    ----------
    name
        Of the array.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say that there is nothing to share."""
        return ("It has no cells, so there are no bytes to share or to copy.",)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "NO BYTES"


@dataclass(frozen=True, slots=True)
class VerySame(Claim):
    """A step gives back the very object that it was given.

    Parameters
    ----------
    name, origin
        The two names of the object.
    in_order
        Whether that is because its cells lie already in the order that was asked for.
    """

    name: str
    origin: str
    in_order: bool

    def sentence(self) -> Sentence:
        """Say so, and why if it is known."""
        why = "Its cells lie in that order already: the" if self.in_order else "The"
        return (f"{why} very same object comes back, under another name.",)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "VIEW"


@dataclass(frozen=True, slots=True)
class PutInOrder(Claim):
    """Cells did not lie in C order, and a step that asks for C order copied them.

    Parameters
    ----------
    name, origin
        Names of the copy and of the array before.
    """

    name: str
    origin: str

    def sentence(self) -> Sentence:
        """Give the reason."""
        return (f"The cells of {self.origin} do not lie in C order without gaps, so they were copied in that order.",)


@dataclass(frozen=True, slots=True)
class NoStrides(Claim):
    """No strides read the cells of an array in the order that is asked for.

    Parameters
    ----------
    name, origin
        Names of the result, which is a copy, and of the array before.
    refused
        Code that asks for the same without a copy.
    """

    name: str
    origin: str
    refused: str

    def sentence(self) -> Sentence:
        """Give the reason, and what would have refused."""
        return (
            f"No strides read the cells of {self.origin} in this order, so they were copied. ",
            Code(self.refused),
            " would have refused.",
        )


@dataclass(frozen=True, slots=True)
class CopiedNeedlessly(Claim):
    """A step copied although a view would have done.

    Parameters
    ----------
    name, origin
        Names of the copy and of the array before.
    function
        Which copied.
    view
        Code that gives the same as a view.
    """

    name: str
    origin: str
    function: str
    view: str

    def sentence(self) -> Sentence:
        """Name what would have given a view."""
        return (Code(self.function), " copies here, though no copy is needed: ", Code(self.view), " gives a view.")


@dataclass(frozen=True, slots=True)
class AxesApart(Claim):
    """Two neighbouring axes that a view is to make one of have strides that do not go together.

    Source: the PyTorch documentation of ``Tensor.view``: ``stride[i] == stride[i + 1] * size[i + 1]``.

    Parameters
    ----------
    origin
        Name of the array.
    axes
        The two; between them stand none but axes of size 1.
    stride
        Elements from one cell to the next along the first of them.
    size, step
        Size of the second, and elements from one cell to the next along it.
    """

    origin: str
    axes: tuple[int, int]
    stride: int
    size: int
    step: int

    def sentence(self) -> Sentence:
        """Set the two strides against each other."""
        first, second = self.axes
        sides = f"stride {signed(self.stride)} ≠ {self.size} · {signed(self.step)} = {signed(self.size * self.step)}"
        return (f"Axes {first} and {second} of {self.origin} cannot become one without a copy: {sides}.",)
