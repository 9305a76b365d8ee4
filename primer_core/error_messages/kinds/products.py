"""Matrix products, dot products and einsum whose sizes do not fit, and matrices that have no inverse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect, meet, posed
from primer_core.error_messages.wording import CROSSED, ROUND, SQUARE, WHOLE, shape_of

_INNER = "A product sums over the last axis of its left side and the second last of its right side (or the only one)"


def _contracted(a: Shape, b: Shape) -> tuple[int, int]:
    """Return the axes that a product sums over, from 0."""
    return len(a) - 1, max(len(b) - 2, 0)


@dataclass(frozen=True, slots=True)
class InnerSizesDiffer(Cause):
    """A product of two arrays whose inner sizes differ.

    Parameters
    ----------
    dialect
        The library.
    a, b
        Shapes of the left and the right side; a vector has one axis.
    layer
        Whether it may be a linear layer that multiplies; its weight, transposed, is the right side then.
    call
        The product in code: ``a @ b``.
    """

    dialect: Dialect
    a: Shape
    b: Shape
    layer: bool = False
    call: str = "a @ b"

    def sentence(self) -> Sentence:
        """Name both inner sizes."""
        i, j = _contracted(self.a, self.b)
        if self.layer:
            return (
                f"Rows of {self.a[1]} numbers are to be multiplied by a matrix of shape {self.b}, as ",
                Code(f"nn.Linear({self.b[0]}, {self.b[1]})"),
                f" does it: each row must have {self.b[0]}. All rows together are {self.a}.",
            )
        return (
            f"{_INNER}, which must have the same size: {self.a} has {self.a[i]} there and {self.b} has {self.b[j]}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Try a transpose, and end with sizes that agree."""
        return (*self._of_layer(), *self._of_product()) if self.layer else self._of_product()

    def _of_layer(self) -> tuple[Mistake, ...]:
        rows, columns = self.a
        takes, gives = self.b
        made = f"x = {TORCH.zeros(self.a)}"
        before = TORCH.code(f"layer = nn.Linear({takes}, {gives})", made, "layer(x)")
        found = []
        if columns and takes % columns == 0 and takes > columns:
            k = takes // columns
            image = (2, k, columns)
            why: Sentence = ("The input was not flattened: all axes but the first must become one.",)
            lines = (f"layer = nn.Linear({takes}, {gives})", f"x = {TORCH.zeros(image)}")
            found.append(
                Mistake(why, TORCH.code(*lines, "layer(x)"), TORCH.code(*lines, "layer(x.flatten(start_dim=1))"))
            )
        why = ("The first number of ", Code("nn.Linear"), " must be the size of the input's last axis.")
        after = TORCH.code(f"layer = nn.Linear({columns}, {gives})", made, "layer(x)")
        found.append(Mistake(why, before, after))
        if rows == takes:
            why = ("The input must be transposed: samples go along the first axis.",)
            found.append(Mistake(why, before, before.replace("layer(x)", "layer(x.T)")))
        return tuple(found)

    def _of_product(self) -> tuple[Mistake, ...]:
        i, j = _contracted(self.a, self.b)
        d = self.dialect
        made = (f"a = {d.zeros(self.a)}", f"b = {d.zeros(self.b)}")
        before = d.code(*made, self.call)
        found = []
        if len(self.a) == len(self.b) == 2:
            if self.a[1] == self.b[1]:
                why: Sentence = ("The right side must be transposed.",)
                found.append(Mistake(why, before, d.code(*made, self.call.replace("b", "b.T"))))
            if self.a[0] == self.b[0]:
                why = ("The left side must be transposed.",)
                found.append(
                    Mistake(why, before, d.code(*made, self.call.replace("a ", "a.T ").replace("(a,", "(a.T,")))
                )
            if self.a[0] == self.b[1]:
                why = ("The sides were given in the wrong order.",)
                swapped = {"a @ b": "b @ a"}.get(self.call, self.call.replace("a, b", "b, a"))
                found.append(Mistake(why, before, d.code(*made, swapped)))
        if meet(self.a, self.b):
            why = ("A product cell by cell was meant.",)
            found.append(Mistake(why, before, d.code(*made, "a * b")))
        fitted = (*self.b[:j], self.a[i], *self.b[j + 1 :])
        why = ("One of the two was made in a wrong size: what is summed over must agree.",)
        found.append(Mistake(why, before, d.code(made[0], f"b = {d.zeros(fitted)}", self.call)))
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        """Return both sides with the axes that are summed over."""
        i, j = _contracted(self.a, self.b)
        roles = ("input", "weight") if self.layer else ("a", "b")
        return Operand(roles[0], self.a, (i,)), Operand(roles[1], self.b, (j,))

    def lesson(self) -> LessonLink | None:
        """Return Matrix products with both shapes."""
        parameters = {"a": str(self.a), "b": str(self.b), "library": self.dialect.library}
        return posed("matmul", parameters, self.a, self.b, clash=True)


def _product(dialect: Dialect, a_text: str, b_text: str, call: str = "a @ b", *, layer: bool = False) -> Cause | None:
    a, b = shape_of(a_text), shape_of(b_text)
    if not a or not b:
        return None
    i, j = _contracted(a, b)
    if a[i] == b[j] or (layer and not len(a) == len(b) == 2):
        return None
    return InnerSizesDiffer(dialect, a, b, layer, call)


def _layer_or_product(match: re.Match[str]) -> Cause | None:
    """Read PyTorch's message of a product of matrices; only newer versions tell that nothing is added to it."""
    return _product(TORCH, match["a"], match["b"], layer=not match["plain"])


@dataclass(frozen=True, slots=True)
class InnerSizesOnly(Cause):
    """A product whose inner sizes differ, of which nothing else is known.

    Parameters
    ----------
    left, right
        Size of the last axis of the left side, and of the axis of the right side that meets it.
    """

    left: int
    right: int

    def sentence(self) -> Sentence:
        """Name both sizes."""
        return (
            f"{_INNER}, which must have the same size: the left side has {self.left} there and the right {self.right}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a transpose, and sizes that agree."""
        made = (f"a = np.zeros((2, {self.left}))", f"b = np.zeros(({self.right}, {self.left}))")
        plain = (made[0], f"b = np.zeros(({self.right}, 4))")
        return (
            Mistake(("One side must be transposed.",), NP.code(*made, "a @ b"), NP.code(*made, "a @ b.T")),
            Mistake(
                ("One of the two was made in a wrong size: what is summed over must agree.",),
                NP.code(*plain, "a @ b"),
                NP.code(made[0], f"b = np.zeros(({self.left}, 4))", "a @ b"),
            ),
        )

    def lesson(self) -> LessonLink | None:
        """Return Matrix products with the two sizes."""
        return LessonLink("matmul", {"a": f"(2, {self.left})", "b": f"({self.right}, 4)"})


def _gufunc(match: re.Match[str]) -> InnerSizesOnly | None:
    right, left = map(int, match.groups())
    return InnerSizesOnly(left, right) if left != right else None


@dataclass(frozen=True, slots=True)
class BatchesClash(Cause):
    """Stacks of matrices whose batch axes do not meet.

    Parameters
    ----------
    a, b
        Shapes of both sides.
    """

    a: Shape
    b: Shape

    def sentence(self) -> Sentence:
        """Name the batch axes."""
        return (
            f"The axes before the last two are batch axes, and they must broadcast: {self.a[:-2]} of {self.a} and "
            f"{self.b[:-2]} of {self.b} do not meet.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show one matrix for all, and as many on both sides."""
        made = f"a = {NP.zeros(self.a)}"
        before = NP.code(made, f"b = {NP.zeros(self.b)}", "a @ b")
        fitted = (*self.a[:-2], *self.b[-2:])
        one = NP.code(made, f"b = {NP.zeros(self.b[-2:])}", "a @ b")
        return (
            Mistake(
                ("Both sides must hold as many matrices.",), before, NP.code(made, f"b = {NP.zeros(fitted)}", "a @ b")
            ),
            Mistake(("One matrix was meant for the whole batch.",), before, one),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return both sides."""
        return Operand("a", self.a), Operand("b", self.b)

    def lesson(self) -> LessonLink | None:
        """Return Matrix products with both shapes."""
        return posed("matmul", {"a": str(self.a), "b": str(self.b)}, self.a, self.b, clash=True)


def _batches(match: re.Match[str]) -> BatchesClash | None:
    a, b = shape_of(match[1]), shape_of(match[2])
    if a is None or b is None or len(a) < 3 or len(b) < 3 or meet(a[:-2], b[:-2]) is not None or a[-1] != b[-2]:
        return None
    return BatchesClash(a, b)


@dataclass(frozen=True, slots=True)
class Bmm(Cause):
    """The second stack of matrices does not fit the first.

    Parameters
    ----------
    wanted, given
        Number of matrices and their rows, as the first stack asks for and as the second has.
    """

    wanted: Shape
    given: Shape

    def sentence(self) -> Sentence:
        """Say what the first stack asks for."""
        return (
            f"Matrices are multiplied one by one. The left side asks for {self.wanted[0]} matrices of "
            f"{self.wanted[1]} rows on the right, and there are {self.given[0]} of {self.given[1]} rows.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a transpose of every matrix, and sizes that agree."""
        (n, k), (m, rows) = self.wanted, self.given
        made = (f"a = torch.zeros({n}, 2, {k})", f"b = torch.zeros({m}, {rows}, {k})")
        found = []
        if n == m and rows != k:
            why: Sentence = ("The matrices on the right must be transposed, as the keys in an attention.",)
            found.append(Mistake(why, TORCH.code(*made, "torch.bmm(a, b)"), TORCH.code(*made, "torch.bmm(a, b.mT)")))
        made = (f"a = torch.zeros({n}, 2, {k})", f"b = torch.zeros({m}, {rows}, 3)")
        after = TORCH.code(made[0], f"b = torch.zeros({n}, {k}, 3)", "torch.bmm(a, b)")
        why = ("One of the two was made in a wrong size.",)
        return (*found, Mistake(why, TORCH.code(*made, "torch.bmm(a, b)"), after))

    def lesson(self) -> LessonLink | None:
        """Return Matrix products with shapes that clash in this way."""
        (n, k), (m, rows) = self.wanted, self.given
        return LessonLink("matmul", {"a": f"({n}, 2, {k})", "b": f"({m}, {rows}, 3)", "library": "PyTorch"})


def _bmm(match: re.Match[str]) -> Bmm | None:
    wanted, given = shape_of(match[1]), shape_of(match[2])
    if not wanted or not given or len(wanted) != 2 or len(given) != 2 or wanted == given:
        return None
    return Bmm(wanted, given)


@dataclass(frozen=True, slots=True)
class WrongAxes(Cause):
    """A product that takes arrays with a fixed number of axes is given another number.

    Parameters
    ----------
    function
        Its name: ``mm``, ``bmm``, ``dot``.
    wanted, given
        Numbers of axes; given is None where the message does not tell.
    """

    function: str
    wanted: int
    given: int | None

    def sentence(self) -> Sentence:
        """Say what the function takes."""
        took = "" if self.given is None else f", and was given one with {self.given}"
        return (
            Code(f"torch.{self.function}"),
            f" takes only tensors with {self.wanted} {'axis' if self.wanted == 1 else 'axes'}{took}. ",
            Code("@"),
            " takes vectors, matrices and stacks of matrices.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show that ``@`` takes what the function does not."""
        makers = {"mm": ("torch.zeros(2, 3)", "torch.zeros(3)"), "bmm": ("torch.zeros(2, 3)", "torch.zeros(3, 2)")}
        a, b = makers.get(self.function, ("torch.zeros(2, 3)", "torch.zeros(3, 2)"))
        made = (f"a = {a}", f"b = {b}")
        why: Sentence = ("The function is for one number of axes alone: ", Code("@"), " is for all.")
        return (Mistake(why, TORCH.code(*made, f"torch.{self.function}(a, b)"), TORCH.code(*made, "a @ b")),)

    def lesson(self) -> LessonLink | None:
        """Return Matrix products."""
        return LessonLink("matmul", {"library": "PyTorch"})


@dataclass(frozen=True, slots=True)
class EinsumSize(Cause):
    """One letter stands for axes of different sizes.

    Parameters
    ----------
    letter
        Of the axes.
    size, seen
        In the operand that is named, and in one before it.
    operand
        From 0.
    """

    letter: str
    size: int
    seen: int
    operand: int

    def sentence(self) -> Sentence:
        """Name the letter and both sizes."""
        return (
            "A letter stands for one size in all operands (1 is stretched): ",
            Code(self.letter),
            f" is {self.seen} in an operand before, and {self.size} in operand {self.operand} (counted from 0).",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show letters in the order of the axes."""
        made = (f"a = torch.zeros(2, {self.seen})", f"b = torch.zeros({self.size}, {self.seen})")
        why: Sentence = ("The letters are in another order than the axes.",)
        before = TORCH.code(*made, "torch.einsum('ij,jk->ik', a, b)")
        fixed = TORCH.code(made[0], f"b = torch.zeros({self.seen}, 4)", "torch.einsum('ij,jk->ik', a, b)")
        wrong = TORCH.code(made[0], f"b = torch.zeros({self.size}, 4)", "torch.einsum('ij,jk->ik', a, b)")
        return (
            Mistake(why, before, TORCH.code(*made, "torch.einsum('ij,kj->ik', a, b)")),
            Mistake(("One operand was made in a wrong size.",), wrong, fixed),
        )

    def lesson(self) -> LessonLink | None:
        """Return einsum with a product that clashes so."""
        a, b = f"(2, {self.seen})", f"({self.size}, 4)"
        parameters = {"subscripts": "ij,jk->ik", "a": a, "b": b, "library": "PyTorch"}
        return posed("einsum", parameters, (2, self.seen), (self.size, 4))


def _einsum(match: re.Match[str]) -> EinsumSize | None:
    size, operand, seen = int(match[2]), int(match[3]), int(match[4])
    return EinsumSize(match[1], size, seen, operand) if size != seen and 1 not in (size, seen) else None


@dataclass(frozen=True, slots=True)
class EinsumOutput(Cause):
    """The result has a letter that no operand has.

    Parameters
    ----------
    dialect
        The library.
    letter
        Of the result.
    """

    dialect: Dialect
    letter: str

    def sentence(self) -> Sentence:
        """Name the letter."""
        return (
            "Every letter behind ",
            Code("->"),
            " must stand in an operand, and ",
            Code(self.letter),
            " stands in none.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the letter corrected."""
        d = self.dialect
        taken = [letter for letter in "ijkab" if letter != self.letter]
        i, j, k = taken[:3]
        made = (f"a = {d.zeros((2, 3))}", f"b = {d.zeros((3, 4))}")
        before = d.code(*made, f"{d.prefix}.einsum('{i}{j},{j}{k}->{i}{self.letter}', a, b)")
        after = d.code(*made, f"{d.prefix}.einsum('{i}{j},{j}{k}->{i}{k}', a, b)")
        return (Mistake(("A letter is misspelled.",), before, after),)

    def lesson(self) -> LessonLink | None:
        """Return einsum with such subscripts."""
        taken = [letter for letter in "ijkab" if letter != self.letter]
        i, j, k = taken[:3]
        parameters = {"subscripts": f"{i}{j},{j}{k}->{i}{self.letter}", "a": "(2, 3)", "b": "(3, 4)"}
        return LessonLink("einsum", parameters | {"library": self.dialect.library})


_NUMBER = Plain(
    ("A matrix product needs at least one axis on both sides, and one side is a single number, which has none.",),
    (
        Mistake(
            ("Every cell was to be multiplied by the number: that is ", Code("*"), "."),
            NP.code("a = np.ones((2, 3))", "a @ 2"),
            NP.code("a = np.ones((2, 3))", "a * 2"),
        ),
    ),
    LessonLink("matmul"),
)
_NUMBER_TORCH = Plain(
    _NUMBER.said,
    (
        Mistake(
            ("Every cell was to be multiplied by the number: that is ", Code("*"), "."),
            TORCH.code("a = torch.ones(2, 3)", "a @ torch.tensor(2.0)"),
            TORCH.code("a = torch.ones(2, 3)", "a * torch.tensor(2.0)"),
        ),
    ),
    LessonLink("matmul", {"library": "PyTorch"}),
)
_NOT_ALIGNED = Plain(
    (f"{_INNER}, which must have the same size, and here it has not.",),
    (
        Mistake(
            ("One side must be transposed.",),
            NP.code("a = np.ones((3, 2))", "np.dot(a, a)"),
            NP.code("a = np.ones((3, 2))", "np.dot(a, a.T)"),
        ),
    ),
    LessonLink("matmul", {"a": "(3, 2)", "b": "(3, 2)"}),
)
_NOT_ALIGNED_TORCH = Plain(
    (f"{_INNER}, which must have the same size, and here it has not.",),
    (
        Mistake(
            ("The first number of ", Code("nn.Linear"), " must be the size of the input's last axis."),
            TORCH.code("layer = nn.Linear(784, 10)", "layer(torch.zeros(64, 512))"),
            TORCH.code("layer = nn.Linear(512, 10)", "layer(torch.zeros(64, 512))"),
        ),
    ),
    LessonLink("matmul", {"library": "PyTorch", "a": "(2, 3)", "b": "(2, 3)"}),
)
_NOT_SQUARE = Plain(
    ("Only square matrices have an inverse, a determinant and powers: the last two axes must have the same size.",),
    (
        Mistake(
            ("A system with more equations than unknowns was to be solved: least squares do that.",),
            NP.code("a = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])", "np.linalg.inv(a) @ np.ones(3)"),
            NP.code("a = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])", "np.linalg.lstsq(a, np.ones(3))[0]"),
        ),
    ),
)
_SINGULAR = Plain(
    ("The matrix has no inverse: one of its rows is a sum of multiples of the others, as far as its numbers tell.",),
    (
        Mistake(
            ("Two rows or columns say the same: leave one out, or take the pseudoinverse.",),
            NP.code("a = np.array([[1.0, 2.0], [2.0, 4.0]])", "np.linalg.inv(a)"),
            NP.code("a = np.array([[1.0, 2.0], [2.0, 4.0]])", "np.linalg.pinv(a)"),
        ),
    ),
)
_SINGULAR_TORCH = Plain(
    _SINGULAR.said,
    (
        Mistake(
            _SINGULAR.usual[0].why,
            TORCH.code("a = torch.tensor([[1.0, 2.0], [2.0, 4.0]])", "torch.linalg.inv(a)"),
            TORCH.code("a = torch.tensor([[1.0, 2.0], [2.0, 4.0]])", "torch.linalg.pinv(a)"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NotSquare(Cause):
    """A matrix that must be square is not.

    Parameters
    ----------
    rows, columns
        Its sizes, which differ.
    """

    rows: int
    columns: int

    def sentence(self) -> Sentence:
        """Name both sizes."""
        return (
            f"The function takes square matrices only, and this one has {self.rows} rows and {self.columns} columns.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the pseudoinverse."""
        made = f"a = {TORCH.zeros((self.rows, self.columns))}"
        why: Sentence = ("A matrix that is not square has no inverse, but it has a pseudoinverse.",)
        before = TORCH.code(made, "torch.linalg.inv(a)")
        return (Mistake(why, before, TORCH.code(made, "torch.linalg.pinv(a)")),)

    def operands(self) -> tuple[Operand, ...]:
        """Return the matrix."""
        return (Operand("a", (self.rows, self.columns), (0, 1)),)


def _not_square(match: re.Match[str]) -> NotSquare | None:
    rows, columns = map(int, match.groups())
    return NotSquare(rows, columns) if rows != columns else None


@dataclass(frozen=True, slots=True)
class EinsumAxes(Cause):
    """An operand of einsum has another number of axes than letters.

    Parameters
    ----------
    dialect
        The library.
    letters, axes
        How many there are; None where the message does not tell.
    """

    dialect: Dialect
    letters: int | None = None
    axes: int | None = None

    def sentence(self) -> Sentence:
        """Count letters and axes."""
        counts = "" if self.letters is None else f": {self.letters} letters stand for {self.axes} axes"
        return (
            f"Each axis of an operand has a letter of its own, and here an operand has another number of axes{counts}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a letter too many."""
        d = self.dialect
        made = f"a = {d.zeros((2, 3))}"
        call = f"{d.prefix}.einsum"
        before, after = d.code(made, f"{call}('ijk->i', a)"), d.code(made, f"{call}('ij->i', a)")
        return (Mistake(("A letter too many.",), before, after),)

    def lesson(self) -> LessonLink | None:
        """Return einsum with a letter too many."""
        return LessonLink("einsum", {"subscripts": "ijk->i", "a": "(2, 3)", "b": "", "library": self.dialect.library})


@dataclass(frozen=True, slots=True)
class EinsumShapes(Cause):
    """Operands of einsum in which one letter stands for different sizes.

    Parameters
    ----------
    shapes
        Of the operands.
    """

    shapes: tuple[Shape, ...]

    def sentence(self) -> Sentence:
        """Name the shapes."""
        listed = " and ".join(map(str, self.shapes))
        return (
            "A letter stands for one size in all operands (1 is stretched), and here one stands for two sizes. The "
            f"operands have shapes {listed}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show letters in the order of the axes."""
        made = ("a = np.zeros((2, 3))", "b = np.zeros((4, 3))")
        before = NP.code(*made, "np.einsum('ij,jk->ik', a, b)")
        why = ("The letters are in another order than the axes.",)
        return (Mistake(why, before, NP.code(*made, "np.einsum('ij,kj->ik', a, b)")),)

    def operands(self) -> tuple[Operand, ...]:
        """Return the operands."""
        return tuple(Operand("abc"[place : place + 1] or f"operand {place}", s) for place, s in enumerate(self.shapes))

    def lesson(self) -> LessonLink | None:
        """Return einsum with such a product."""
        return LessonLink("einsum", {"subscripts": "ij,jk->ik", "a": "(2, 3)", "b": "(4, 3)"})


def _einsum_shapes(match: re.Match[str]) -> EinsumShapes | None:
    shapes = tuple(shape for text in re.findall(rf"({ROUND})->", match[1]) if (shape := shape_of(text)) is not None)
    return EinsumShapes(shapes) if len(shapes) > 1 else None


_CONTRACTED = Plain(
    ("The axes that are summed over must have the same sizes on both sides, and here they have not.",),
    (
        Mistake(
            ("The axes to be summed over are others: name them.",),
            NP.code("a, b = np.ones((2, 3)), np.ones((2, 3))", "np.tensordot(a, b, axes=1)"),
            NP.code("a, b = np.ones((2, 3)), np.ones((2, 3))", "np.tensordot(a, b, axes=([1], [1]))"),
        ),
    ),
    LessonLink("matmul", {"a": "(2, 3)", "b": "(2, 3)"}),
)


KINDS: tuple[Kind, ...] = (
    kind(
        "matmul",
        "NumPy",
        _gufunc,
        rf"matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        rf"\(n\?,k\),\(k,m\?\)->\(n\?,m\?\) \(size ({WHOLE}) is different from ({WHOLE})\)",
    ),
    kind(
        "matmul_batch",
        "NumPy",
        _batches,
        rf"remapped shapes \[original->remapped\]: ({ROUND})->\([\d, newaxis]{{1,200}}\) ({ROUND})->"
        rf"\([\d, newaxis]{{1,200}}\) +and requested shape",
    ),
    kind(
        "dot",
        "NumPy",
        lambda match: _product(NP, match[1], match[2], "np.dot(a, b)"),
        rf"shapes ({ROUND}) and ({ROUND}) not aligned: {WHOLE} \(dim \d+\) != {WHOLE} \(dim \d+\)",
    ),
    kind("dot_unaligned", "NumPy", _NOT_ALIGNED, r"(?:objects|matrices|arrays) are not aligned"),
    kind(
        "matmul_torch",
        "PyTorch",
        _layer_or_product,
        rf"(?P<plain>\bmm: )?mat1 and mat2 shapes cannot be multiplied \((?P<a>{CROSSED}) and "
        rf"(?P<b>{CROSSED})\)",
        rf"size mismatch, m1: \[(?P<a>{CROSSED})\], m2: \[(?P<b>{CROSSED})\](?P<plain>(?!))?",
    ),
    kind("matmul_sizes_torch", "PyTorch", _NOT_ALIGNED_TORCH, r"mat1 dim 1 must match mat2 dim 0"),
    kind(
        "matrix_vector_torch",
        "PyTorch",
        lambda match: _product(TORCH, match[1], match[2], "torch.mv(a, b)"),
        rf"size mismatch, got input \(\d+\), mat \(({CROSSED})\), vec \(({CROSSED})\)",
    ),
    kind(
        "dot_torch",
        "PyTorch",
        lambda match: _product(TORCH, match[1], match[2], "torch.dot(a, b)"),
        rf"inconsistent tensor size, expected tensor ({SQUARE}) and src ({SQUARE}) to have the same number of elements",
    ),
    kind(
        "bmm_torch",
        "PyTorch",
        _bmm,
        rf"Expected size for first two dimensions of batch2 tensor to be: ({SQUARE}) but got: ({SQUARE})",
    ),
    kind(
        "matrix_torch",
        "PyTorch",
        lambda match: WrongAxes("mm", 2, int(match[1])),
        rf"^(?:mm: )?(?:self|mat2) must be a matrix, got ({WHOLE})-D tensor",
    ),
    kind("bmm_axes_torch", "PyTorch", lambda _: WrongAxes("bmm", 3, None), r"batch[12] must be a 3D tensor"),
    kind(
        "dot_axes_torch",
        "PyTorch",
        lambda _: WrongAxes("dot", 1, None),
        rf"1D tensors expected, but got {WHOLE}D and {WHOLE}D tensors",
    ),
    kind("matmul_number", "NumPy", _NUMBER, r"matmul: Input operand [01] does not have enough dimensions \(has 0,"),
    kind(
        "matmul_number_torch",
        "PyTorch",
        _NUMBER_TORCH,
        r"both arguments to matmul need to be at least 1D, but they are (?:0D and \d+D|\d+D and 0D)",
    ),
    kind(
        "einsum_torch",
        "PyTorch",
        _einsum,
        rf"subscript (\w) has size ({WHOLE}) for operand ({WHOLE}) which does not broadcast with previously seen size "
        rf"({WHOLE})",
    ),
    kind(
        "einsum_output",
        "NumPy",
        lambda match: EinsumOutput(NP, match[1]),
        r"included output subscript '(\w)' which never appeared in an input",
    ),
    kind(
        "einsum_output_torch",
        "PyTorch",
        lambda match: EinsumOutput(TORCH, match[1]),
        r"output subscript (\w) does not appear in the equation for any input operand",
    ),
    kind("not_square", "NumPy", _NOT_SQUARE, r"Last 2 dimensions of the array must be square"),
    kind(
        "not_square_torch",
        "PyTorch",
        _not_square,
        rf"must be batches of square matrices, but they are ({WHOLE}) by ({WHOLE}) matrices",
    ),
    kind("singular", "NumPy", _SINGULAR, r"^Singular matrix"),
    kind("singular_torch", "PyTorch", _SINGULAR_TORCH, r"could not be completed because the input matrix is singular"),
    kind(
        "einsum_axes",
        "NumPy",
        EinsumAxes(NP),
        r"subscripts string contains too many subscripts for operand|operand has more dimensions than subscripts given",
    ),
    kind(
        "einsum_axes_torch",
        "PyTorch",
        lambda match: EinsumAxes(TORCH, int(match[1]), int(match[2])) if match[1] != match[2] else None,
        rf"number of subscripts in the equation \(({WHOLE})\) does not match the number of dimensions \(({WHOLE})\)",
    ),
    kind(
        "einsum_sizes",
        "NumPy",
        _einsum_shapes,
        r"remapped shapes \[original->remapped\]: ((?:\([\d, ]{0,100}\)->\([\d, newaxis]{0,200}\) ?){2,16})$",
    ),
    kind("contracted", "NumPy", _CONTRACTED, r"^shape-mismatch for sum"),
)
