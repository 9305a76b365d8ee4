"""New shapes and new orders of axes that an array cannot have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from primer_core.claims.claim import Code, Sentence, Shape, counted
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect, posed
from primer_core.error_messages.wording import SQUARE, WHOLE, shape_of


@dataclass(frozen=True, slots=True)
class CellsDiffer(Cause):
    """An array is to be given a shape with another number of cells.

    Parameters
    ----------
    dialect
        The library.
    size
        Elements of the array.
    shape
        Asked for; -1 stands for a size that is to be worked out. NumPy leaves out a −1 at the beginning.
    """

    dialect: Dialect
    size: int
    shape: Shape

    def _known(self) -> int:
        return prod(size for size in self.shape if size >= 0)

    def sentence(self) -> Sentence:
        """Count elements and cells."""
        known = self._known()
        start = f"A new shape keeps all {self.size} elements. "
        if -1 in self.shape:
            if not known:
                return (f"{start}Sizes of 0 leave nothing to work the −1 out from.",)
            return (f"{start}The known sizes make {known}, and {self.size} is not a multiple of that.",)
        if known and self.size % known:
            return (f"{start}The sizes asked for make {known}, and {self.size} is no multiple of that either.",)
        return (f"{start}The sizes asked for make {known}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a −1, and an array that has another size than was thought."""
        d = self.dialect
        arguments = d.shape_arguments(self.shape)
        made = f"a = {d.zeros((self.size,))}"
        before = d.code(made, f"a.reshape({arguments})")
        known = self._known()
        found = []
        rest = prod(size for size in self.shape[1:] if size >= 0)
        first = prod(self.shape[:-1])
        if len(self.shape) > 1 and -1 not in self.shape and self.size > known and first and self.size % first == 0:
            why: Sentence = (
                "Each sample has more elements than was thought, as with several channels: let ",
                Code("-1"),
                " work the last size out.",
            )
            leading = d.shape_arguments(self.shape[:-1])
            found.append(Mistake(why, before, d.code(made, f"a.reshape({leading}, -1)")))
        if len(self.shape) > 1 and -1 not in self.shape and rest and self.size % rest == 0:
            why = ("The first size is a batch's and changes: let ", Code("-1"), " work it out.")
            found.append(Mistake(why, before, d.code(made, f"a.reshape(-1, {d.shape_arguments(self.shape[1:])})")))
        right = prod(abs(size) for size in self.shape) or 0
        why = ("The array has another number of elements than was thought: look at its shape before.",)
        fitting = d.code(f"a = {d.zeros((right,))}", f"a.reshape({arguments})")
        if known or -1 not in self.shape:
            found.append(Mistake(why, before, fitting))
        else:
            found.append(Mistake(why, before, d.code(made, "a.reshape(-1)")))
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        """Return the shape that is asked for."""
        return () if -1 in self.shape else (Operand("target", self.shape),)

    def lesson(self) -> LessonLink | None:
        """Return Shapes with an array of as many elements."""
        steps = f"reshape({self.dialect.shape_arguments(self.shape)})"
        parameters = {"x": f"({self.size},)", "steps": steps, "library": self.dialect.library}
        return posed("shapes", parameters, (self.size,), self.shape)


def _numpy(match: re.Match[str]) -> CellsDiffer | None:
    text = match[2].replace("newaxis", "-1")
    return _cells(NP, int(match[1]), shape_of(text))


def _torch(match: re.Match[str]) -> CellsDiffer | None:
    text = match[1].replace(" x ", ", ")
    return _cells(TORCH, int(match[2]), shape_of(text))


def _cells(dialect: Dialect, size: int, shape: Shape | None) -> CellsDiffer | None:
    if shape is None or min(shape, default=0) < -1 or shape.count(-1) > 1:
        return None
    known = prod(n for n in shape if n >= 0)
    fits = (known > 0 and size % known == 0) if -1 in shape else known == size
    return None if fits else CellsDiffer(dialect, size, shape)


@dataclass(frozen=True, slots=True)
class AxesToOrder(Cause):
    """An order of axes has not as many axes as the tensor.

    Parameters
    ----------
    axes, given
        How many the tensor has, and how many are given.
    """

    axes: int
    given: int

    def sentence(self) -> Sentence:
        """Count both."""
        has = counted(self.axes, "axis").replace("axiss", "axes")
        return (f"The tensor has {has}, and an order of {self.given} is given: each axis must be named once.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a batch axis that is missing, and all axes named."""
        made = f"x = {TORCH.zeros((2,) * self.axes)}"
        order = ", ".join(map(str, range(self.given)))
        before = TORCH.code(made, f"x.permute({order})")
        found = []
        if self.given == self.axes + 1:
            why: Sentence = ("The batch axis is missing: give a single sample one.",)
            found.append(Mistake(why, before, TORCH.code(made, f"x.unsqueeze(0).permute({order})")))
        every = ", ".join(map(str, range(self.axes)))
        why = ("Name every axis that there is, once.",)
        return (*found, Mistake(why, before, TORCH.code(made, f"x.permute({every})" if every else "x.permute(())")))

    def lesson(self) -> LessonLink | None:
        """Return Shapes with such an order."""
        if not 0 < self.axes <= 4:
            return LessonLink("shapes")
        order = ", ".join(map(str, range(self.given)))
        return LessonLink("shapes", {"x": str((2,) * self.axes), "steps": f"permute({order})"})


def _order(match: re.Match[str]) -> AxesToOrder | None:
    axes, given = map(int, match.groups())
    return AxesToOrder(axes, given) if axes != given and max(axes, given) <= 64 else None


@dataclass(frozen=True, slots=True)
class TransposedTooMany(Cause):
    """``t()`` is called on a tensor with more than two axes.

    Parameters
    ----------
    axes
        Of the tensor.
    """

    axes: int

    def sentence(self) -> Sentence:
        """Say what ``t`` is for."""
        return (Code("t()"), f" swaps the two axes of a matrix, and this tensor has {self.axes} axes.")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a batch of matrices."""
        made = f"x = {TORCH.zeros((2,) * (self.axes - 1) + (3,))}"
        why: Sentence = ("It is a batch of matrices, each of which is to be transposed.",)
        return (Mistake(why, TORCH.code(made, "x.t()"), TORCH.code(made, "x.mT")),)

    def lesson(self) -> LessonLink | None:
        """Return Shapes with as many axes."""
        return LessonLink("shapes", {"x": str((2,) * self.axes), "steps": "t()"} if self.axes <= 4 else {})


def _t(match: re.Match[str]) -> TransposedTooMany | None:
    axes = int(match[1])
    return TransposedTooMany(axes) if 2 < axes <= 64 else None


_UNCHANGED = Plain(
    ("A new shape keeps the number of elements, and the one asked for has another number of cells.",),
    (
        Mistake(
            ("One of the sizes is wrong: let ", Code("-1"), " work it out."),
            NP.code("a = np.arange(12)", "a.reshape(4, 4)"),
            NP.code("a = np.arange(12)", "a.reshape(4, -1)"),
        ),
    ),
    LessonLink("shapes", {"x": "(12,)", "steps": "reshape(4, 4)", "library": "NumPy"}),
)
_TWO_UNKNOWN = Plain(
    ("One size can be worked out from the others; two cannot.",),
    (
        Mistake(
            ("Only one size may be ", Code("-1"), "."),
            NP.code("a = np.arange(12)", "a.reshape(-1, -1)"),
            NP.code("a = np.arange(12)", "a.reshape(3, -1)"),
        ),
    ),
    LessonLink("shapes", {"x": "(12,)", "steps": "reshape(-1, -1)", "library": "NumPy"}),
)
_TWO_UNKNOWN_TORCH = Plain(
    _TWO_UNKNOWN.said,
    (
        Mistake(
            ("Only one size may be ", Code("-1"), "."),
            TORCH.code("a = torch.arange(12)", "a.reshape(-1, -1)"),
            TORCH.code("a = torch.arange(12)", "a.reshape(3, -1)"),
        ),
    ),
    LessonLink("shapes", {"x": "(12,)", "steps": "reshape(-1, -1)"}),
)
_ORDER = Plain(
    ("An order of axes must name each axis of the array once, and this one has another number of axes.",),
    (
        Mistake(
            ("The batch axis is missing: give a single sample one.",),
            NP.code("a = np.ones((28, 28, 3))", "a.transpose(0, 3, 1, 2)"),
            NP.code("a = np.ones((28, 28, 3))", "a[None].transpose(0, 3, 1, 2)"),
        ),
        Mistake(
            ("Or leave the batch axis out.",),
            NP.code("a = np.ones((28, 28, 3))", "a.transpose(0, 3, 1, 2)"),
            NP.code("a = np.ones((28, 28, 3))", "a.transpose(2, 0, 1)"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3, 4)", "steps": "transpose(0, 3, 1, 2)", "library": "NumPy"}),
)
_SQUEEZE = Plain(
    ("Only an axis of size 1 can be taken away without losing elements, and one that is asked for has another size.",),
    (
        Mistake(
            ("Another axis is the one of size 1.",),
            NP.code("a = np.ones((2, 1, 3))", "a.squeeze(axis=0)"),
            NP.code("a = np.ones((2, 1, 3))", "a.squeeze(axis=1)"),
        ),
        Mistake(
            ("One of its elements was to be picked.",),
            NP.code("a = np.ones((2, 3))", "a.squeeze(axis=0)"),
            NP.code("a = np.ones((2, 3))", "a[0]"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "squeeze(0)", "library": "NumPy"}),
)
_NEGATIVE = Plain(
    ("A size cannot be below 0. A −1 stands for a size that is worked out, and only when an array is reshaped.",),
    (
        Mistake(
            ("A difference came out negative.",),
            NP.code("rows, used = 3, 5", "np.zeros(rows - used)"),
            NP.code("rows, used = 3, 5", "np.zeros(max(rows - used, 0))"),
        ),
    ),
    LessonLink("arrays", {"make": "np.zeros(-2)"}),
)


_REPEATED = Plain(
    ("An order of axes must name each axis once, and one is named twice.",),
    (
        Mistake(
            ("An axis is named twice, and another one not at all.",),
            NP.code("a = np.ones((2, 3))", "a.transpose(0, 0)"),
            NP.code("a = np.ones((2, 3))", "a.transpose(1, 0)"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "transpose(0, 0)", "library": "NumPy"}),
)
_REPEATED_TORCH = Plain(
    _REPEATED.said,
    (
        Mistake(
            ("An axis is named twice, and another one not at all.",),
            TORCH.code("a = torch.ones(2, 3)", "a.permute(0, 0)"),
            TORCH.code("a = torch.ones(2, 3)", "a.permute(1, 0)"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "permute(0, 0)"}),
)


_FLAT = Plain(
    (Code("np.fliplr"), " turns axis 1 round, and the array has no axis 1."),
    (
        Mistake(
            ("One row of numbers is to be turned round: ", Code("np.flip"), " turns what axes there are."),
            NP.code("v = np.array([1, 2, 3])", "np.fliplr(v)"),
            NP.code("v = np.array([1, 2, 3])", "np.flip(v)"),
        ),
    ),
    LessonLink("shapes", {"x": "(3,)", "steps": "np.flip(x)", "library": "NumPy"}),
)

KINDS: tuple[Kind, ...] = (
    kind("flat_flip", "NumPy", _FLAT, r"^Input must be >= 2-d\.?$"),
    kind(
        "reshape",
        "NumPy",
        _numpy,
        rf"cannot reshape array of size ({WHOLE}) into shape (\((?:\d|,| |newaxis){{0,200}}\))",
    ),
    kind("reshape_size", "NumPy", _UNCHANGED, r"total size of new array must be unchanged"),
    kind(
        "reshape_torch",
        "PyTorch",
        _torch,
        rf"shape '({SQUARE})' is invalid for input of size ({WHOLE})",
        rf"size '({SQUARE})' is invalid for input (?:of )?with ({WHOLE}) elements",
    ),
    kind("two_unknown", "NumPy", _TWO_UNKNOWN, r"can only specify one unknown dimension"),
    kind("two_unknown_torch", "PyTorch", _TWO_UNKNOWN_TORCH, r"only one dimension can be inferred"),
    kind("transpose", "NumPy", _ORDER, r"axes don't match array"),
    kind("permute", "PyTorch", _order, rf"input\.dim\(\) = ({WHOLE}) is not equal to len\(dims\) = ({WHOLE})"),
    kind("transpose_t", "PyTorch", _t, rf"t\(\) expects a tensor with <= 2 dimensions, but self is ({WHOLE})D"),
    kind("squeeze", "NumPy", _SQUEEZE, r"cannot select an axis to squeeze out which has size not equal to one"),
    kind("negative_size", "NumPy", _NEGATIVE, r"negative dimensions are not allowed"),
    kind("repeated_axis", "NumPy", _REPEATED, r"repeated axis in transpose"),
    kind("repeated_axis_torch", "PyTorch", _REPEATED_TORCH, r"permute\(\): duplicate dims are not allowed"),
)
