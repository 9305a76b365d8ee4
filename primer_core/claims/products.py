"""What is said of products of matrices: what is summed, what is repeated, and why two operands have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, axis_text, counted, listed, thousands


@dataclass(frozen=True, slots=True)
class GivesShape(Claim):
    """The result has a shape.

    Parameters
    ----------
    shape
        Of the result.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"gives shape {self.shape}",)


@dataclass(frozen=True, slots=True)
class SumsOfProducts(Claim):
    """Each cell of a product is a sum over an axis that a row and a column share.

    Parameters
    ----------
    k
        Size of that axis: how many products each cell sums.
    truth
        Whether the cells are booleans, of which a product is and, and a sum is or.
    """

    k: int
    truth: bool = False

    def sentence(self) -> Sentence:
        """Say what meets in a cell."""
        if self.truth:
            return (
                "The cells are booleans, whose product is and, and whose sum is or. Each cell of ",
                Name("c"),
                f" is True where in any of {self.k} {'pair' if self.k == 1 else 'pairs'} both are True: a cell of a "
                "row of ",
                Name("a"),
                " and one of a column of ",
                Name("b"),
                ".",
            )
        products = counted(self.k, "product")
        return (
            "Each cell of ",
            Name("c"),
            f" is one sum of {products}: a row of ",
            Name("a"),
            " times a column of ",
            Name("b"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class LentAnAxis(Claim):
    """A vector is taken for a matrix of one row or one column, and the axis is taken away from the result again.

    Parameters
    ----------
    name
        Of the vector.
    size
        How many values it has.
    lent
        What it is taken for.
    """

    name: str
    size: int
    lent: Literal["row", "column"]

    def sentence(self) -> Sentence:
        """Give the shape that it is taken for."""
        taken = (1, self.size) if self.lent == "row" else (self.size, 1)
        return (
            Name(self.name),
            " is a vector: ",
            Code("@"),
            f" takes {(self.size,)} for {taken}, one {self.lent}, and takes the axis of size 1 away from the result "
            "again.",
        )


@dataclass(frozen=True, slots=True)
class OneNumberOfTwo(Claim):
    """The product of two vectors is one number, however they are transposed.

    Parameters
    ----------
    size
        How many values each has.
    """

    size: int

    def sentence(self) -> Sentence:
        """Name what pairs every value with every other."""
        return (
            "The product of two vectors is one number, and ",
            Code(".T"),
            " changes nothing: there is one axis, and none to swap it with. ",
            Code("a[:, None] @ b[None, :]"),
            f" has every pair, {(self.size, self.size)}.",
        )


@dataclass(frozen=True, slots=True)
class Repeated(Claim):
    """Batch axes repeat a product of matrices.

    Parameters
    ----------
    batch
        Sizes of the batch axes of the result.
    again
        Name of an operand, and the axes, counted from the end, along which the same matrix of it is used again.
    """

    batch: Shape
    again: tuple[tuple[str, tuple[int, ...]], ...]

    def sentence(self) -> Sentence:
        """Count the products, and name the matrices that are used again."""
        many = len(self.batch) > 1
        counted = " × ".join(map(str, self.batch)) + (f" = {prod(self.batch)}" if many else "")
        products = "product" if prod(self.batch) == 1 else "products"
        reused = tuple(
            span
            for name, axes in self.again
            for span in (f" Along {axis_text(*axes)} the same matrix of ", Name(name), " is used again and again.")
        )
        return (
            f"The axes before the last two only repeat: {counted} {products} of matrices, none of which knows of the "
            "others.",
            *reused,
        )


@dataclass(frozen=True, slots=True)
class DotKeepsAll(Claim):
    """``np.dot`` does not pair batch axes up.

    Parameters
    ----------
    shape
        Of what it gives.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Give the shape."""
        return (Code("np.dot(a, b)"), f" would not pair the batch axes up. It keeps those of both: {self.shape}.")


@dataclass(frozen=True, slots=True)
class CellByCell(Claim):
    """The product cell by cell of the same operands is another.

    Parameters
    ----------
    shape
        Of ``a * b``; None where the shapes do not meet.
    """

    shape: Shape | None

    def sentence(self) -> Sentence:
        """Tell the two products apart."""
        what = "the shapes do not meet at all" if self.shape is None else f"the result has shape {self.shape}"
        return (Code("a * b"), f" is another product: cell by cell {what}.")


@dataclass(frozen=True, slots=True)
class OtherOrder(Claim):
    """The same matrices have another product in the other order.

    Parameters
    ----------
    shape
        Of ``b @ a``.
    same
        Whether the product of ``a @ b`` has that shape, too.
    """

    shape: Shape
    same: bool

    def sentence(self) -> Sentence:
        """Say that the order matters, and what the other one gives."""
        gives = f"has the same shape, {self.shape}, and other numbers" if self.same else f"has shape {self.shape}"
        return ("The order matters: ", Code("b @ a"), f", rows of b times columns of a, {gives}.")


@dataclass(frozen=True, slots=True)
class Operations(Claim):
    """How many floating-point operations a product takes, an addition counted with each multiplication.

    Parameters
    ----------
    batch
        Sizes of the batch axes.
    m, n, k
        Rows of a, columns of b, and the size that is summed over.
    """

    batch: Shape
    m: int
    n: int
    k: int

    def sentence(self) -> Sentence:
        """Write the count out."""
        batch = f"({' · '.join(map(str, self.batch))}) · " if self.batch else ""
        named = "batch · 2·m·n·k" if self.batch else "2·m·n·k"
        count = thousands(prod(self.batch) * 2 * self.m * self.n * self.k)
        return (f"FLOPs: {named} = {batch}2 · {self.m} · {self.n} · {self.k} = {count}",)


@dataclass(frozen=True, slots=True)
class OneDtypeOnly(Claim):
    """PyTorch multiplies only tensors of one dtype, and NumPy promotes.

    Parameters
    ----------
    a, b
        Dtypes of the operands.
    made
        Dtype that the code makes of both.
    """

    a: str
    b: str
    made: str

    def sentence(self) -> Sentence:
        """Say why the code converts."""
        return (
            f"PyTorch multiplies only tensors of one dtype: a is {self.a} and b is {self.b}, so both are made "
            f"{self.made} here, which NumPy does by itself.",
        )


@dataclass(frozen=True, slots=True)
class NoAxisToSum(Claim):
    """An operand is a number, which has no axis.

    Parameters
    ----------
    name
        Of that operand.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so, and how to multiply by it."""
        return (
            f"{self.name} is a number and has no axis to sum over. To multiply every cell by it, write ",
            Code("a * b"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class CannotPair(Claim):
    """A row of a and a column of b have different numbers of cells.

    Parameters
    ----------
    row, column
        The sizes: of a's last axis, and of b's second last, or only, one.
    vectors
        Whether a, and whether b, has one axis only.
    """

    row: int
    column: int
    vectors: tuple[bool, bool]

    def sentence(self) -> Sentence:
        """Give both sizes and their axes."""
        a, b = self.vectors
        return (
            "" if a else "A row of ",
            Name("a"),
            f" has {self.row} cell{'' if self.row == 1 else 's'} (axis −1), ",
            "" if b else "a column of ",
            Name("b"),
            f" has {self.column} (axis {'−1' if b else '−2'}): they cannot be paired off. NumPy calls a's last axis "
            f"and b's {'only' if b else 'second last'} one the core dimension k.",
        )


@dataclass(frozen=True, slots=True)
class BatchesDiffer(Claim):
    """The matrices would fit, but batch axes do not meet.

    Parameters
    ----------
    axes
        Of each that clashes: the axis, counted from the end of the operands, and the sizes of a and of b.
    """

    axes: tuple[tuple[int, int, int], ...]

    def sentence(self) -> Sentence:
        """Name the axes and the sizes."""
        sizes = listed([f"{a} against {b} along {axis_text(axis)}" for axis, a, b in self.axes])
        return (
            f"The matrices would fit, but the batches do not: {sizes}. Batch axes must be equal, or one of them 1.",
        )  # fmt: skip


Meaning = Literal[
    "transpose b", "transpose a", "swap", "transpose both", "every pair", "a column each", "batch of a", "column a",
    "batch of b", "row b",
]  # fmt: skip
"""What one may have meant where two operands have no product."""

_MEANT: Mapping[Meaning, str] = {
    "transpose b": "Transpose b",
    "transpose a": "Transpose a",
    "swap": "Swap them",
    "transpose both": "Transpose both",
    "every pair": "Every value of a times every value of b",
    "a column each": "For each matrix of a, a vector of its own",
    "batch of a": "Every matrix of a with every matrix of b: give a a batch axis of size 1",
    "column a": "Make a a column",
    "batch of b": "Every matrix of a with every matrix of b: give b a batch axis of size 1",
    "row b": "Make b a row",
}


@dataclass(frozen=True, slots=True)
class HasProduct(Claim):
    """With a change of the operands there is a product.

    Parameters
    ----------
    meaning
        What one may have meant.
    change
        The product then, as code: ``a.T @ b``.
    shape
        Of the result.
    """

    meaning: Meaning
    change: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the meaning, the change and what comes of it."""
        return (f"{_MEANT[self.meaning]}: ", Code(self.change), f" → {self.shape}")


@dataclass(frozen=True, slots=True)
class AxisMeets(Claim):
    """What becomes of one axis of two operands that are multiplied.

    Parameters
    ----------
    role
        "rows" of the left one, "columns" of the right one, "inner", which both have, or "batch".
    place
        Of a batch axis, counted from the end: −3 is the last; 0 for the others.
    becomes
        "remains", "taken away again" where it was lent, "equal, summed over", "must be equal", "equal",
        "neither equal nor 1", or who is stretched.
    """

    role: str
    place: int
    becomes: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (self.becomes,)
