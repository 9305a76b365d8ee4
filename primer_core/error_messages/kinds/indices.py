"""Indices, masks and axes that an array does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape, counted, signed
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect, clashing, meet, posed
from primer_core.error_messages.wording import ROUND, SQUARE, WHOLE, shape_of


@dataclass(frozen=True, slots=True)
class OutOfBounds(Cause):
    """An index lies outside its axis.

    Parameters
    ----------
    dialect
        The library.
    index, axis, size
        The index, the axis from 0, and its size.
    """

    dialect: Dialect
    index: int
    axis: int
    size: int

    def sentence(self) -> Sentence:
        """Say which indices the axis has."""
        if not self.size:
            return (
                f"Axis {self.axis} has size 0: it has no index at all, and {signed(self.index)} is asked for. A mask "
                "that is True nowhere picks 0 elements, and a search for places that finds none gives 0 places.",
            )
        return (
            f"Axis {self.axis} has size {self.size}: its indices go from 0 to {self.size - 1}, or from "
            f"{signed(-self.size)} to −1 when they are counted from the end. Index {signed(self.index)} is none of "
            "them.",
        )

    def _made(self) -> tuple[str, str]:
        shape = (1,) * self.axis + (self.size,)
        index = "".join(":, " for _ in range(self.axis))
        return f"a = {self.dialect.zeros(shape)}", index

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show counting from 0, and an empty array."""
        made, index = self._made()
        before = self.dialect.code(made, f"a[{index}{self.index}]")
        if not self.size:
            why = ("The array is empty: what was to fill it, or picked from it, found nothing.",)
            after = self.dialect.code(made, f"if a.shape[{self.axis}]:", f"    a[{index}{self.index}]")
            return (Mistake(why, before, after),)
        last = Mistake(
            ("Indices count from 0, so that the last one is the size less 1, or −1.",),
            before,
            self.dialect.code(made, f"a[{index}-1]"),
        )
        loop = self.dialect.code(made, f"for i in range({self.size + 1}):", f"    a[{index}i]")
        loops = Mistake(
            ("A loop goes further than the array.",),
            loop,
            self.dialect.code(made, f"for i in range(a.shape[{self.axis}]):", f"    a[{index}i]"),
        )
        return (last, loops) if self.index == self.size else (last,)

    def lesson(self) -> LessonLink | None:
        """Return Indexing with such an axis and the index."""
        if self.axis > 3 or not self.size:
            return LessonLink("indexing")
        array = str((1,) * self.axis + (self.size,))
        parameters = {"array": array, "index": f"{self._made()[1]}{self.index}", "library": self.dialect.library}
        return posed("indexing", parameters, (self.size,))

    def operands(self) -> tuple[Operand, ...]:
        """Return nothing: the other sizes are not told."""
        return ()


def _bounds(dialect: Dialect, match: re.Match[str]) -> OutOfBounds | None:
    index, axis, size = map(int, match.groups())
    if -size <= index < size or not 0 <= axis < 64:
        return None
    return OutOfBounds(dialect, index, axis, size)


@dataclass(frozen=True, slots=True)
class TooManyIndices(Cause):
    """An index has more parts than the array has axes.

    Parameters
    ----------
    dialect
        The library.
    axes
        Of the array; None where the message does not tell.
    parts
        Of the index; None where the message does not tell.
    """

    dialect: Dialect
    axes: int | None
    parts: int | None

    def sentence(self) -> Sentence:
        """Count axes and parts."""
        rule = (
            "Each part of an index is for an axis of its own (a mask for as many as it has itself, None for none, ... "
            "for the rest)"
        )
        if self.axes is None:
            return (f"{rule}, and the index has more parts than the array has axes.",)
        has = "no axis" if not self.axes else counted(self.axes, "axis").replace("axiss", "axes")
        asked = "more" if self.parts is None else f"{self.parts}"
        return (f"{rule}: the array has {has}, and the index asks for {asked}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an array that lost an axis."""
        d = self.dialect
        axes = 1 if self.axes is None else self.axes
        parts = max(axes + 1, self.parts or 0)
        shape = (2,) * axes
        made = f"a = {d.zeros(shape)}"
        before = d.code(made, f"a[{', '.join(['0'] * parts)}]")
        fewer = f"a[{', '.join(['0'] * axes)}]" if axes else "a.item()"
        why = ("The array has fewer axes than was thought: look at its shape.",)
        kept = Mistake(why, before, d.code(made, fewer))
        if axes != 1:
            return (kept,)
        row = d.code(f"a = {d.zeros((3, 2))}", "row = a[0]", "row[:, 0]")
        keeps = d.code(f"a = {d.zeros((3, 2))}", "row = a[0:1]", "row[:, 0]")
        lost = Mistake(("A number as an index takes its axis away; a slice keeps it.",), row, keeps)
        return (kept, lost)

    def lesson(self) -> LessonLink | None:
        """Return Indexing with so many axes and parts."""
        if not self.axes or self.axes > 4:
            return LessonLink("indexing")
        parts = max(self.axes + 1, self.parts or 0)
        parameters = {"array": str((2,) * self.axes), "index": ", ".join(["0"] * parts)}
        return LessonLink("indexing", parameters | {"library": self.dialect.library})


def _too_many(dialect: Dialect, axes: str | None, parts: str | None) -> TooManyIndices | None:
    found = TooManyIndices(dialect, int(axes) if axes else None, int(parts) if parts else None)
    fits = found.axes is not None and found.parts is not None and found.parts <= found.axes
    return None if fits or (found.axes or 0) > 64 else found


@dataclass(frozen=True, slots=True)
class MaskSize(Cause):
    """A mask has another size than the axis that it lies along.

    Parameters
    ----------
    axis
        Of the array, from 0.
    size, mask_size
        Of the array and of the mask along it.
    """

    axis: int
    size: int
    mask_size: int

    def sentence(self) -> Sentence:
        """Name the axis and both sizes."""
        return (
            f"A mask has one True or False for each cell along its axes, and is never stretched: axis {self.axis} of "
            f"the array has size {self.size}, and the mask has {self.mask_size} there.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a mask of the array itself."""
        shape = (1,) * self.axis + (self.size,)
        mask = (1,) * self.axis + (self.mask_size,)
        made = f"a = {NP.zeros(shape)}"
        before = NP.code(made, f"mask = np.ones({mask}, dtype=bool)", "a[mask]")
        own = Mistake(("The mask was computed from another array.",), before, NP.code(made, "mask = a > 0", "a[mask]"))
        if self.mask_size != 1 or not self.axis:
            return (own,)
        rows = NP.code(f"a = np.zeros((3, {self.size}))", "mask = a.sum(axis=1, keepdims=True) > 0", "a[mask]")
        fixed = rows.replace(", keepdims=True", "")
        return (Mistake(("Whole rows were meant: the mask must have one axis alone.",), rows, fixed), own)

    def lesson(self) -> LessonLink | None:
        """Return Indexing with such a mask."""
        if self.axis > 3 or not self.size:
            return LessonLink("indexing")
        shape = (1,) * self.axis + (self.size,)
        mask = (1,) * self.axis + (self.mask_size,)
        return posed("indexing", {"array": str(shape), "index": f"np.ones({mask}) > 0"}, shape, mask)


def _mask(match: re.Match[str]) -> MaskSize | None:
    axis, size, mask_size = map(int, match.groups())
    return MaskSize(axis, size, mask_size) if size != mask_size and axis < 64 else None


@dataclass(frozen=True, slots=True)
class MaskShape(Cause):
    """A mask has another shape than the axes that it lies along.

    Parameters
    ----------
    mask, shape
        Of the mask and of the tensor.
    mask_axis, axis
        Where they differ, from 0: of the mask, and of the tensor.
    """

    mask: Shape
    shape: Shape
    mask_axis: int
    axis: int

    def sentence(self) -> Sentence:
        """Name both shapes and where they differ."""
        return (
            "A mask has one True or False for each cell along its axes, and is never stretched. The mask has shape "
            f"{self.mask} and the tensor {self.shape}: along axis {self.axis} of the tensor, {self.shape[self.axis]} "
            f"cells meet {self.mask[self.mask_axis]} of the mask.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a mask of the tensor itself."""
        made = f"a = {TORCH.zeros(self.shape)}"
        index = ":, " * (self.axis - self.mask_axis)
        mask = f"mask = torch.ones({', '.join(map(str, self.mask))}, dtype=torch.bool)"
        before = TORCH.code(made, mask, f"a[{index}mask]")
        found = []
        if self.axis == self.mask_axis and self.mask[self.mask_axis] == 1:
            why = ("Whole rows were meant: the mask must have one axis alone.",)
            rows = TORCH.code(made, f"mask = torch.ones({self.shape[0]}, dtype=torch.bool)", "a[mask]")
            found.append(Mistake(why, before, rows))
        why = ("The mask was computed from another tensor.",)
        return (*found, Mistake(why, before, TORCH.code(made, "mask = a > 0", "a[mask]")))

    def operands(self) -> tuple[Operand, ...]:
        """Return tensor and mask."""
        return Operand("a", self.shape, (self.axis,)), Operand("mask", self.mask, (self.mask_axis,))

    def lesson(self) -> LessonLink | None:
        """Return Indexing with such a mask."""
        return LessonLink("indexing", {"library": "PyTorch"})


def _mask_torch(match: re.Match[str]) -> MaskShape | None:
    mask, shape, i, j = shape_of(match[1]), shape_of(match[3]), int(match[2]), int(match[4])
    if mask is None or shape is None or i >= len(mask) or j >= len(shape) or mask[i] == shape[j]:
        return None
    return MaskShape(mask, shape, i, j)


@dataclass(frozen=True, slots=True)
class IndexListsClash(Cause):
    """Lists of indices that pick together do not meet.

    Parameters
    ----------
    dialect
        The library.
    shapes
        Of the lists.
    """

    dialect: Dialect
    shapes: tuple[Shape, ...]

    def sentence(self) -> Sentence:
        """Say that they are read together."""
        listed = " and ".join(map(str, self.shapes))
        return (
            f"Several lists in one index are read together, like coordinates, so that they must broadcast: {listed} "
            "do not meet.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show all rows times all columns, and as many of both."""
        d = self.dialect
        one, other = self._pair()
        made = f"a = {d.zeros((2, 2))}"
        spelled = tuple(f"{d.prefix}.zeros({shape}, dtype={d.prefix}.int64)" for shape in (one, other))
        before = d.code(made, f"i = {spelled[0]}", f"j = {spelled[1]}", "a[i, j]")
        found = []
        if len(one) == len(other) == 1:
            why = ("Every row was to meet every column: the first list must be a column.",)
            found.append(Mistake(why, before, before.replace("a[i, j]", "a[i[:, None], j]")))
        why = ("There must be as many of one index as of the other.",)
        found.append(Mistake(why, before, before.replace(spelled[1], spelled[0])))
        return tuple(found)

    def _pair(self) -> tuple[Shape, Shape]:
        """Return the first two that do not meet."""
        for place, a in enumerate(self.shapes):
            for b in self.shapes[place + 1 :]:
                if meet(a, b) is None:
                    return a, b
        raise AssertionError("shapes that clash together clash in pairs")

    def operands(self) -> tuple[Operand, ...]:
        """Return the lists."""
        axes = clashing(*self.shapes)
        return tuple(Operand("index", shape, axes[place]) for place, shape in enumerate(self.shapes))

    def lesson(self) -> LessonLink | None:
        """Return Indexing with lists as long."""
        one, other = self._pair()
        if len(one) != 1 or len(other) != 1 or max(*one, *other) > 16 or 0 in (*one, *other):
            return LessonLink("indexing")
        index = ", ".join(str([0] * shape[0]) for shape in (one, other))
        return LessonLink("indexing", {"array": "(3, 4)", "index": index, "library": self.dialect.library})


def _lists(dialect: Dialect, texts: list[str]) -> IndexListsClash | None:
    shapes = tuple(shape for text in texts if (shape := shape_of(text)) is not None)
    if len(shapes) < max(2, len(texts)) or meet(*shapes) is not None:
        return None
    return IndexListsClash(dialect, shapes)


@dataclass(frozen=True, slots=True)
class NoSuchAxis(Cause):
    """An axis is asked for that there is not.

    Parameters
    ----------
    dialect
        The library.
    axis
        Asked for.
    axes
        How many there are to choose from.
    """

    dialect: Dialect
    axis: int
    axes: int

    def sentence(self) -> Sentence:
        """Say which axes there are."""
        if self.axes == 1:
            return (f"There is one axis to choose from, 0 or −1, and {signed(self.axis)} is asked for.",)
        if not self.axes:
            return (f"There is no axis to choose from, and axis {signed(self.axis)} is asked for.",)
        return (
            f"There are {self.axes} axes to choose from, 0 to {self.axes - 1} or {signed(-self.axes)} to −1, and "
            f"{signed(self.axis)} is asked for.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show axes that count from 0, and arrays with too few."""
        d = self.dialect
        if not self.axes:
            made = f"a = {d.zeros(())}"
            before = d.code(made, f"a.sum({d.axis}={self.axis})")
            return (Mistake(("A single number has no axis.",), before, d.code(made, "a.sum()")),)
        made = f"a = {d.zeros((2,) * self.axes)}"
        before = d.code(made, f"a.sum({d.axis}={self.axis})")
        after = d.code(made, f"a.sum({d.axis}={self.axes - 1})")
        found = [Mistake(("Axes count from 0, so that the last one is −1.",), before, after)]
        if self.axes == 1 and self.axis == 1:
            made = f"a = {d.zeros((3,))}"
            stack = "stack"
            why = ("Two vectors have no second axis to be joined along: stacking them makes one.",)
            joins = d.code(made, f"{d.prefix}.{d.join}([a, a], {d.axis}=1)")
            found.append(Mistake(why, joins, d.code(made, f"{d.prefix}.{stack}([a, a], {d.axis}=1)")))
        return tuple(found)

    def lesson(self) -> LessonLink | None:
        """Return Reductions over such an axis."""
        if not 0 < self.axes <= 4:
            return LessonLink("reductions")
        parameters = {"array": str((2,) * self.axes), "axis": str(self.axis), "library": self.dialect.library}
        return LessonLink("reductions", parameters)


def _axis_numpy(match: re.Match[str]) -> NoSuchAxis | None:
    axis, axes = map(int, match.groups())
    return None if -axes <= axis < axes or axes > 64 else NoSuchAxis(NP, axis, axes)


def _axis_torch(match: re.Match[str]) -> NoSuchAxis | None:
    least, most, axis = map(int, match.groups())
    return None if least <= axis <= most or most > 64 else NoSuchAxis(TORCH, axis, max(most + 1, 0))


@dataclass(frozen=True, slots=True)
class NoSuchClass(Cause):
    """A class number that the predictions have no place for.

    Parameters
    ----------
    target
        The class number.
    """

    target: int

    def sentence(self) -> Sentence:
        """Say which class numbers there are."""
        return (
            "The targets are class numbers, and with C classes these go from 0 to C − 1: "
            + (
                f"{signed(self.target)} is below 0."
                if self.target < 0
                else f"the predictions have at most {self.target} classes, and so none with the number {self.target}."
            ),
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show classes that were counted from 1, and a layer with too few outputs."""
        if self.target < 0:
            before = TORCH.code(
                "logits = torch.zeros(2, 3)",
                f"target = torch.tensor([{self.target}, 0])",
                "nn.CrossEntropyLoss()(logits, target)",
            )
            why = ("Samples without a class are marked with a number: tell the loss to leave them out.",)
            after = before.replace("CrossEntropyLoss()", f"CrossEntropyLoss(ignore_index={self.target})")
            return (Mistake(why, before, after),)
        classes = max(self.target, 1)
        before = TORCH.code(
            f"logits = torch.zeros(2, {classes})",
            f"target = torch.tensor([{self.target}, {self.target}])",
            "nn.CrossEntropyLoss()(logits, target)",
        )
        shifted = Mistake(
            ("The classes were counted from 1.",), before, before.replace("(logits, target)", "(logits, target - 1)")
        )
        wider = Mistake(
            ("The last layer has fewer outputs than there are classes.",),
            before,
            before.replace(f"torch.zeros(2, {classes})", f"torch.zeros(2, {self.target + 1})"),
        )
        return (shifted, wider) if self.target else (wider,)

    def lesson(self) -> LessonLink | None:
        """Return Softmax with so many classes and the target."""
        classes = self.target if 2 <= self.target <= 64 else 3
        if 0 <= self.target < 2 or self.target > 64:
            return LessonLink("softmax")
        return LessonLink("softmax", {"logits": f"torch.zeros(1, {classes})", "target": f"[{self.target}]"})


@dataclass(frozen=True, slots=True)
class NoSuchRow(Cause):
    """A table of rows, such as an embedding, has no row of that number.

    Parameters
    ----------
    index, rows
        None where the message does not tell.
    """

    index: int | None
    rows: int | None

    def sentence(self) -> Sentence:
        """Say which rows there are."""
        if self.index is None or self.rows is None:
            return (
                "Slices along an axis, such as the rows of an embedding, are picked by their numbers, from 0 to one "
                "less than there are. One of the numbers is none of these.",
            )
        return (
            f"Rows are picked by their numbers, from 0, and the table has no row {signed(self.index)}: the message "
            f"counts {self.rows} rows.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a vocabulary that grew, and a wrong argument."""
        index = 10 if self.index is None or self.index < 0 else self.index
        rows = min(10, index) or 1
        before = TORCH.code(f"table = nn.Embedding({rows}, 3)", f"table(torch.tensor([{index}]))")
        after = TORCH.code(f"table = nn.Embedding({index + 1}, 3)", f"table(torch.tensor([{index}]))")
        return (Mistake(("The table has too few rows: it needs one more than the largest number.",), before, after),)

    def lesson(self) -> LessonLink | None:
        """Return Indexing."""
        return LessonLink("indexing", {"library": "PyTorch"})


_KIND = Plain(
    (
        "An index is made of whole numbers, slices, ",
        Code("..."),
        ", None, and lists or arrays of whole numbers or of True and False. Here a part is something else, such as a "
        "decimal number or a text.",
    ),
    (
        Mistake(
            ("A quotient is a decimal number, even where it is whole: ", Code("//"), " gives a whole number."),
            NP.code("a = np.arange(6)", "a[6 / 2]"),
            NP.code("a = np.arange(6)", "a[6 // 2]"),
        ),
        Mistake(
            ("An array has no names: columns have numbers.",),
            NP.code("a = np.ones((3, 2))", "a['price']"),
            NP.code("a = np.ones((3, 2))", "a[:, 0]"),
        ),
    ),
    LessonLink("indexing", {"array": "(6,)", "expression": "a[6 / 2]"}),
)
_KIND_TORCH = Plain(
    (
        "An index is made of whole numbers, slices, ",
        Code("..."),
        ", None, and tensors or lists of whole numbers or of True and False. Here a part is something else, such as a "
        "decimal number or a text.",
    ),
    (
        Mistake(
            ("A quotient is a decimal number, even where it is whole: ", Code("//"), " gives a whole number."),
            TORCH.code("a = torch.arange(6)", "a[6 / 2]"),
            TORCH.code("a = torch.arange(6)", "a[6 // 2]"),
        ),
    ),
    LessonLink("indexing", {"array": "(6,)", "expression": "a[6 / 2]", "library": "PyTorch"}),
)
_DTYPE = Plain(
    ("An array that is used as an index must hold whole numbers, or True and False; this one holds another dtype.",),
    (
        Mistake(
            ("Numbers that were computed or loaded are floats: convert them.",),
            NP.code("a = np.arange(6)", "i = np.array([0.0, 2.0])", "a[i]"),
            NP.code("a = np.arange(6)", "i = np.array([0.0, 2.0])", "a[i.astype(int)]"),
        ),
        Mistake(
            ("An empty list becomes an array of floats.",),
            NP.code("a = np.arange(6)", "i = np.array([])", "a[i]"),
            NP.code("a = np.arange(6)", "i = np.array([], dtype=int)", "a[i]"),
        ),
    ),
    LessonLink("indexing", {"array": "(6,)", "expression": "a[np.array([0.0, 2.0])]"}),
)
_DTYPE_TORCH = Plain(
    ("A tensor that is used as an index must hold whole numbers, or True and False; this one holds another dtype.",),
    (
        Mistake(
            ("Numbers that were computed or loaded are floats: convert them.",),
            TORCH.code("a = torch.arange(6)", "i = torch.tensor([0.0, 2.0])", "a[i]"),
            TORCH.code("a = torch.arange(6)", "i = torch.tensor([0.0, 2.0])", "a[i.long()]"),
        ),
    ),
    LessonLink("indexing", {"array": "(6,)", "expression": "a[torch.tensor([0.0, 2.0])]", "library": "PyTorch"}),
)
_LIST = Plain(
    (
        "One whole number is asked for here, as an index into a list, as an end of a range or as an axis, and what is "
        "given is an array that is none.",
    ),
    (
        Mistake(
            ("A list is picked from with an array of indices: only arrays can do that.",),
            NP.code("names = ['a', 'b', 'c']", "names[np.array([0, 2])]"),
            NP.code("names = np.array(['a', 'b', 'c'])", "names[np.array([0, 2])]"),
        ),
        Mistake(
            ("The arrays to be joined were given one by one: they belong into a list.",),
            NP.code("np.concatenate(np.ones(3), np.ones(3))"),
            NP.code("np.concatenate([np.ones(3), np.ones(3)])"),
        ),
    ),
    LessonLink("indexing"),
)
_LIST_TORCH = Plain(
    (
        "One whole number is asked for here, as an index into a list or as an end of a range, and what is given is a "
        "tensor that is none.",
    ),
    (
        Mistake(
            ("A list is picked from with a tensor of indices: pick one by one.",),
            TORCH.code("names = ['a', 'b', 'c']", "names[torch.tensor([0, 2])]"),
            TORCH.code("names = ['a', 'b', 'c']", "[names[i] for i in torch.tensor([0, 2])]"),
        ),
        Mistake(
            ("The number is a float.",),
            TORCH.code("n = torch.tensor(3.0)", "range(n)"),
            TORCH.code("n = torch.tensor(3.0)", "range(int(n))"),
        ),
    ),
    LessonLink("indexing", {"library": "PyTorch"}),
)
_ZERO = Plain(
    ("The tensor is a single number: it has no axis, and so nothing can be picked from it by an index.",),
    (
        Mistake(
            ("The number itself is wanted, as in ", Code("loss.data[0]"), " of old."),
            TORCH.code("loss = torch.tensor(0.5)", "loss[0]"),
            TORCH.code("loss = torch.tensor(0.5)", "loss.item()"),
        ),
        Mistake(
            ("An axis was reduced that was still needed.",),
            TORCH.code("a = torch.ones(2, 3)", "a.sum()[0]"),
            TORCH.code("a = torch.ones(2, 3)", "a.sum(dim=1)[0]"),
        ),
    ),
    LessonLink("indexing", {"array": "5", "index": "0", "library": "PyTorch"}),
)
_SCALAR = Plain(
    ("This is a single number of NumPy, and no array: nothing can be picked from it by an index.",),
    (
        Mistake(
            ("One index too many: the first one gave a number already.",),
            NP.code("a = np.arange(3)", "a[0][1]"),
            NP.code("a = np.arange(3)", "a[0]"),
        ),
        Mistake(
            ("An axis was reduced that was still needed.",),
            NP.code("a = np.ones((2, 3))", "a.sum()[0]"),
            NP.code("a = np.ones((2, 3))", "a.sum(axis=1)[0]"),
        ),
    ),
    LessonLink("indexing"),
)
_UNSIZED = Plain(
    ("The array is a single number: it has no axis, so it has no length and nothing to go through.",),
    (
        Mistake(
            ("One number was read where several were expected: make it an array with one axis.",),
            NP.code("a = np.array(3)", "len(a)"),
            NP.code("a = np.atleast_1d(np.array(3))", "len(a)"),
        ),
    ),
    LessonLink("arrays", {"make": "np.array(3)"}),
)
_UNSIZED_TORCH = Plain(
    ("The tensor is a single number: it has no axis, so it has no length and nothing to go through.",),
    (
        Mistake(
            ("One number was made where several were expected: give it an axis.",),
            TORCH.code("a = torch.tensor(3)", "len(a)"),
            TORCH.code("a = torch.tensor(3)", "len(a.reshape(1))"),
        ),
        Mistake(
            ("A batch of one lost its batch axis as well: squeeze the other axis alone.",),
            TORCH.code("scores = torch.ones(1, 1)", "for score in scores.squeeze():", "    print(score)"),
            TORCH.code("scores = torch.ones(1, 1)", "for score in scores.squeeze(1):", "    print(score)"),
        ),
    ),
    LessonLink("shapes", {"x": "2", "steps": "unsqueeze(0)"}),
)
_STEP = Plain(
    ("PyTorch's slices only go forwards: their step must be above 0.",),
    (
        Mistake(
            ("NumPy's way to turn an array round: PyTorch has ", Code("flip"), " for it, which copies."),
            TORCH.code("a = torch.arange(3)", "a[::-1]"),
            TORCH.code("a = torch.arange(3)", "a.flip(0)"),
        ),
    ),
    LessonLink("indexing", {"array": "(3,)", "index": "::-1", "library": "PyTorch"}),
)
_SLICE = Plain(
    ("Where a slice starts and ends, and its step, must be whole numbers, and one of them is of another type.",),
    (
        Mistake(
            ("A quotient is a decimal number, even where it is whole: ", Code("//"), " gives a whole number."),
            NP.code("a = np.arange(6)", "a[:len(a) / 2]"),
            NP.code("a = np.arange(6)", "a[:len(a) // 2]"),
        ),
    ),
    LessonLink("indexing", {"array": "(6,)", "index": ":3"}),
)
_GATHER = Plain(
    (
        "The index of gather and scatter must have as many axes as the tensor: it has a place for each cell of the "
        "result.",
    ),
    (
        Mistake(
            ("One cell of each row was wanted: the index needs a second axis.",),
            TORCH.code("a = torch.ones(2, 3)", "labels = torch.tensor([2, 0])", "a.gather(1, labels)"),
            TORCH.code("a = torch.ones(2, 3)", "labels = torch.tensor([2, 0])", "a.gather(1, labels[:, None])"),
        ),
    ),
    LessonLink(
        "indexing",
        {"array": "(2, 3)", "library": "PyTorch", "expression": "labels = torch.tensor([2, 0])\na.gather(1, labels)"},
    ),
)
_ONE_HOT = Plain(
    ("The class numbers go from 0 to one less than the number of classes, and one of them is larger.",),
    (
        Mistake(
            ("The classes were counted from 1.",),
            TORCH.code("y = torch.tensor([1, 2, 3])", "nn.functional.one_hot(y, 3)"),
            TORCH.code("y = torch.tensor([1, 2, 3])", "nn.functional.one_hot(y - 1, 3)"),
        ),
    ),
)
_EMPTY = Plain(
    ("A largest or smallest element is asked for of no element at all: there is none, and no number to begin with.",),
    (
        Mistake(
            ("The mask picked nothing.",),
            NP.code("a = np.array([1, 2])", "a[a > 5].max()"),
            NP.code("a = np.array([1, 2])", "big = a[a > 5]", "big.max() if big.size else None"),
        ),
        Mistake(
            ("There is a number to begin with.",),
            NP.code("np.array([]).max()"),
            NP.code("np.array([]).max(initial=0)"),
        ),
    ),
    LessonLink("reductions"),
)
_EMPTY_ARG = Plain(
    ("The place of the largest or smallest element is asked for of an array without any.",),
    (
        Mistake(
            ("The mask picked nothing.",),
            NP.code("a = np.array([1, 2])", "a[a > 5].argmax()"),
            NP.code("a = np.array([1, 2])", "big = a[a > 5]", "big.argmax() if big.size else None"),
        ),
    ),
    LessonLink("reductions"),
)


_TOP = Plain(
    ("More of the largest or smallest elements are asked for than there are along the axis.",),
    (
        Mistake(
            ("There may be fewer classes than that: ask for no more than there are.",),
            TORCH.code("a = torch.ones(3)", "a.topk(5)"),
            TORCH.code("a = torch.ones(3)", "a.topk(min(5, a.shape[-1]))"),
        ),
    ),
)


KINDS: tuple[Kind, ...] = (
    kind(
        "index",
        "NumPy",
        lambda match: _bounds(NP, match),
        rf"index ({WHOLE}) is out of bounds for axis ({WHOLE}) with size ({WHOLE})",
    ),
    kind(
        "index_torch",
        "PyTorch",
        lambda match: _bounds(TORCH, match),
        rf"index ({WHOLE}) is out of bounds for dimension ({WHOLE}) with size ({WHOLE})",
    ),
    kind(
        "too_many_indices",
        "NumPy",
        lambda match: _too_many(NP, match[1], match[2]),
        r"too many indices for array(?:: array is (\d{1,3})-dimensional, but (\d{1,3}) were indexed)?",
    ),
    kind(
        "too_many_indices_torch",
        "PyTorch",
        lambda match: _too_many(TORCH, match[1], None),
        r"too many indices for tensor of dimension (\d{1,3})",
    ),
    kind("index_kind", "NumPy", _KIND, r"only integers, slices \(`:`\), ellipsis \(`\.\.\.`\), numpy\.newaxis"),
    kind("index_kind_torch", "PyTorch", _KIND_TORCH, r"only integers, slices \(`:`\), ellipsis \(`\.\.\.`\), None and"),
    kind("index_dtype", "NumPy", _DTYPE, r"arrays used as indices must be of integer \(or boolean\) type"),
    kind(
        "index_dtype_torch",
        "PyTorch",
        _DTYPE_TORCH,
        r"tensors used as indices must be long, (?:int, )?byte or bool",
        r"\w{1,40}\(\): Expected dtype (?:int32(?:/| or ))?int64 for index",
        r"torch\.take_along_dim\(\): dtype of indices should be Long but got \w{1,20}",
        r"take\(\): Expected a long tensor for index, but got \w{1,20}",
    ),
    kind(
        "mask",
        "NumPy",
        _mask,
        rf"boolean index did not match indexed array along axis ({WHOLE}); size of axis is ({WHOLE}) but size of "
        rf"corresponding boolean axis is ({WHOLE})",
        rf"boolean index did not match indexed array along dimension ({WHOLE}); dimension is ({WHOLE}) but "
        rf"corresponding "
        rf"boolean dimension is ({WHOLE})",
    ),
    kind(
        "mask_torch",
        "PyTorch",
        _mask_torch,
        rf"The shape of the mask ({SQUARE}) at index (\d{{1,3}}) does not match the shape of the indexed tensor "
        rf"({SQUARE}) "
        r"at index (\d{1,3})",
    ),
    kind(
        "index_lists",
        "NumPy",
        lambda match: _lists(NP, re.findall(ROUND, match[1])),
        r"indexing arrays could not be broadcast together with shapes ((?:\([\d,]{0,100}\) ?){2,32})",
    ),
    kind(
        "index_lists_torch",
        "PyTorch",
        lambda match: _lists(TORCH, re.findall(SQUARE, match[1])),
        r"indexing tensors could not be broadcast together with shapes ((?:\[[\d, ]{0,100}\](?:, )?){2,32})",
    ),
    kind("list_index", "NumPy", _LIST, r"only integer scalar arrays can be converted to a scalar index"),
    kind(
        "list_index_torch",
        "PyTorch",
        _LIST_TORCH,
        r"only integer tensors of a single element can be converted to an index",
    ),
    kind("number_index", "NumPy", _SCALAR, r"invalid index to scalar variable"),
    kind("number_index_torch", "PyTorch", _ZERO, r"invalid index of a 0-dim tensor"),
    kind("no_length", "NumPy", _UNSIZED, r"len\(\) of unsized object|iteration over a 0-d array"),
    kind("no_length_torch", "PyTorch", _UNSIZED_TORCH, r"len\(\) of a 0-d tensor|iteration over a 0-d tensor"),
    kind("axis", "NumPy", _axis_numpy, rf"axis ({WHOLE}) is out of bounds for array of dimension ({WHOLE})"),
    kind(
        "axis_torch",
        "PyTorch",
        _axis_torch,
        rf"Dimension out of range \(expected to be in range of \[({WHOLE}), ({WHOLE})\], but got ({WHOLE})\)",
    ),
    kind("gather_axes_torch", "PyTorch", _GATHER, r"Index tensor must have the same number of dimensions as"),
    kind("class", "PyTorch", lambda match: NoSuchClass(int(match[1])), rf"Target ({WHOLE}) is out of bounds"),
    kind(
        "row_torch",
        "PyTorch",
        lambda match: NoSuchRow(*(int(group) if group else None for group in match.groups())),
        rf"index out of range: [Tt]ried to access index ({WHOLE}) out of table with ({WHOLE}) rows",
        r"index out of range in self()()",
    ),
    kind("one_hot_torch", "PyTorch", _ONE_HOT, r"Class values must be smaller than num_classes"),
    kind("slice_index", "Python", _SLICE, r"slice indices must be integers or None or have an __index__ method"),
    kind("slice_step_torch", "PyTorch", _STEP, r"^(?:negative )?step must be greater than zero"),
    kind(
        "empty_reduction",
        "NumPy",
        _EMPTY,
        r"zero-size array to reduction operation (?:maximum|minimum|fmax|fmin) which",
    ),
    kind("empty_place", "NumPy", _EMPTY_ARG, r"attempt to get arg(?:max|min) of an empty sequence"),
    kind("top", "PyTorch", _TOP, r"selected (?:index k|number k) out of range"),
)
