"""What is said of operands that an operation of PyTorch does not take."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, axis_text, signed


@dataclass(frozen=True, slots=True)
class NoSuchAxis(Claim):
    """An operation was asked for along an axis that its operand does not have.

    Parameters
    ----------
    operand, shape
        As code, and its shape.
    axis
        That was asked for.
    """

    operand: str
    shape: Shape
    axis: int

    def sentence(self) -> Sentence:
        """List the axes that there are."""
        rank = len(self.shape)
        match rank:
            case 0:
                have = "is a single number and has no axis: leave the axis out."
            case 1:
                have = f"has the shape {self.shape}: its only axis is 0."
            case _:
                have = f"has the shape {self.shape}: its axes are 0 to {rank - 1}."
        return ("There is no ", f"{axis_text(self.axis)}: ", Code(self.operand), f" {have}")


@dataclass(frozen=True, slots=True)
class SizesClash(Claim):
    """Operands of an elementwise operation differ in the size of an axis.

    Parameters
    ----------
    left, right
        As code, with its shape.
    axis
        Counted from the end; the last one along which they clash.
    """

    left: tuple[str, Shape]
    right: tuple[str, Shape]
    axis: int

    def sentence(self) -> Sentence:
        """Name the axis and both sizes."""
        (one, shape), (other, another) = self.left, self.right
        return (
            Code(one),
            f" has the shape {shape}, ",
            Code(other),
            f" has {another}. Along axis {signed(self.axis)} the sizes differ and none is 1: {shape[self.axis]} and "
            f"{another[self.axis]}.",
        )


@dataclass(frozen=True, slots=True)
class InnerSizesDiffer(Claim):
    """Operands of ``@`` differ in the size along which they are summed.

    Parameters
    ----------
    left, right
        As code, with its shape.
    """

    left: tuple[str, Shape]
    right: tuple[str, Shape]

    def sentence(self) -> Sentence:
        """Give the shapes and the two sizes."""
        (one, shape), (other, another) = self.left, self.right
        inner = another[0] if len(another) == 1 else another[-2]
        which = "first" if len(another) <= 2 else "second to last"
        return (
            Code(one),
            f" has the shape {shape}, ",
            Code(other),
            f" has {another}. @ sums over the last axis of the one and the {which} of the other: {shape[-1]} and "
            f"{inner} differ.",
        )


@dataclass(frozen=True, slots=True)
class NeedsAnAxis(Claim):
    """An operand is a single number, and the operation goes along an axis.

    Parameters
    ----------
    name
        Of the operand, as code.
    by
        The operation: ``@``, or the name of a loss over classes.
    """

    name: str
    by: str

    def sentence(self) -> Sentence:
        """Say what the operation takes."""
        takes = "vectors and matrices; * multiplies by a number" if self.by == "@" else "one number for each class"
        return (Code(self.name), " is a single number, and ", Code(self.by), f" takes {takes}.")
