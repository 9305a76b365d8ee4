"""What often surprises in tensors: an index that is not stretched, a number beyond a dtype, a stack times a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class OnlyPlacesOfIndex(InAWord, Claim):
    """A call scatters no more numbers than its index has places.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    index, source
        The index, and what is scattered, as code writes them.
    shape, wanted
        Of the index, and of what is scattered.
    used, count
        int, how many numbers are scattered, and how many there are.
    """

    word: ClassVar[str] = "not stretched"
    run: Run
    code: str
    index: str
    source: str
    shape: Shape
    wanted: Shape
    used: int
    count: int

    def sentence(self) -> Sentence:
        """Say how many are left out, and which index has a place for each."""
        sizes = ", ".join(map(str, self.wanted))
        return (
            Code(self.code),
            f" takes {self.used} of the {self.count} numbers of ",
            Code(self.source),
            ": it goes through the places of ",
            Code(self.index),
            f", which has the shape {self.shape} and is not stretched. ",
            Code(f"{self.index}.expand({sizes})"),
            " has a place for each",
        )


@dataclass(frozen=True, slots=True)
class ComparedBeyond(InAWord, Claim):
    """A tensor of whole numbers was compared with a number that its dtype does not hold.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    number, taken
        int, the number, and what it is in that dtype.
    dtype
        The dtype.
    instead
        A comparison with the number itself.
    """

    word: ClassVar[str] = "another number"
    run: Run
    code: str
    number: int
    taken: int
    dtype: str
    instead: str

    def sentence(self) -> Sentence:
        """Say with what it is compared."""
        return (
            Code(self.code),
            f" compares with {signed(self.taken)}: {signed(self.number)} does not fit into {self.dtype}, and wraps "
            "around there. ",
            Code(self.instead),
            f" compares with {signed(self.number)} itself",
        )


@dataclass(frozen=True, slots=True)
class EachByTheSame(InAWord, Claim):
    """A stack of matrices was multiplied by one matrix, and all sizes are equal, so that they do not tell how.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The product.
    stack, matrix
        Its operands, as code writes them.
    count
        int, matrices of the stack.
    is_left
        Whether the stack stands on the left.
    """

    word: ClassVar[str] = "each matrix"
    run: Run
    code: str
    stack: str
    matrix: str
    count: int
    is_left: bool

    def sentence(self) -> Sentence:
        """Say what each entry of the result is."""
        entry = f"{self.stack}[i]"
        product = f"{entry} @ {self.matrix}" if self.is_left else f"{self.matrix} @ {entry}"
        return (
            Code(self.code),
            f" multiplies each of the {self.count} matrices along axis 0 of ",
            Code(self.stack),
            " and the one matrix ",
            Code(self.matrix),
            ": entry i of the result is ",
            Code(product),
        )
