"""Shapes that cannot meet, and values that do not fit where they are to be stored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape, listed
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, Dialect, broadcasting, clashing, meet, posed, stretches
from primer_core.error_messages.wording import ROUND, SQUARE, WHOLE, shape_of
from primer_core.lessons.alignment import axis_rule

_RULE = "Elementwise operations line shapes up from the right, and along each axis the sizes must be equal or 1"


@dataclass(frozen=True, slots=True)
class ShapesClash(Cause):
    """Shapes do not meet in an elementwise operation.

    Parameters
    ----------
    dialect
        The library.
    shapes
        Two or more, which clash along one axis at least.
    """

    dialect: Dialect
    shapes: tuple[Shape, ...]

    def sentence(self) -> Sentence:
        """Name the axes that clash and their sizes."""
        rules = [rule for rule in axis_rule(self.shapes) if rule.size is None]
        where = listed(
            [
                f"{listed(list(dict.fromkeys(str(size) for size in rule.sizes if size not in (None, 1))))} along axis "
                f"{str(rule.axis).replace('-', '−')}"
                for rule in rules
            ]
        )
        return (f"{_RULE}. {listed(list(map(str, self.shapes)))} have {where}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Try what makes the first two meet, and end with sizes that agree."""
        a, b = self._pair()
        zeros = self.dialect.zeros
        made = (f"a = {zeros(a)}", f"b = {zeros(b)}")
        before = self.dialect.code(*made, "a + b")
        found = []
        if len(b) < len(a) and stretches((*b, *(1,) * (len(a) - len(b))), a):
            axes = ", None" * (len(a) - len(b))
            why: Sentence = ("b belongs to the first axes of a, and needs new axes at its end.",)
            found.append(Mistake(why, before, self.dialect.code(*made, f"a + b[...{axes}]")))
        if len(a) < len(b) and stretches((*a, *(1,) * (len(b) - len(a))), b):
            axes = ", None" * (len(b) - len(a))
            why = ("a belongs to the first axes of b, and needs new axes at its end.",)
            found.append(Mistake(why, before, self.dialect.code(*made, f"a[...{axes}] + b")))
        if len(a) == len(b) == 2 and meet(a, b[::-1]):
            found.append(Mistake(("One of the two must be transposed.",), before, self.dialect.code(*made, "a + b.T")))
        if len(a) == len(b) == 2 and a[1] == b[0]:
            times = self.dialect.code(*made, "a * b")
            why = ("A matrix product was meant: ", Code("*"), " multiplies cell by cell.")
            found.append(Mistake(why, times, self.dialect.code(*made, "a @ b")))
        fitted = tuple(a[axis - len(b)] if axis in clashing(a, b)[1] else size for axis, size in enumerate(b))
        why = ("The two come from different data, or one was cut or joined wrongly: the sizes must be made to agree.",)
        found.append(Mistake(why, before, self.dialect.code(made[0], f"b = {zeros(fitted)}", "a + b")))
        return tuple(found)

    def _pair(self) -> tuple[Shape, Shape]:
        """Return the first two shapes that clash with each other."""
        for place, a in enumerate(self.shapes):
            for b in self.shapes[place + 1 :]:
                if meet(a, b) is None:
                    return a, b
        raise AssertionError("shapes that clash together clash in pairs")

    def operands(self) -> tuple[Operand, ...]:
        """Return all shapes with the axes that clash."""
        axes = clashing(*self.shapes)
        return tuple(Operand("abc"[i : i + 1] or f"operand {i}", s, axes[i]) for i, s in enumerate(self.shapes))

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting with the shapes."""
        return broadcasting(*self._pair())


def _clash(dialect: Dialect, texts: list[str]) -> ShapesClash | None:
    shapes = [shape for text in texts if (shape := shape_of(text)) is not None]
    if len(shapes) < len(texts) or len(shapes) < 2 or meet(*shapes) is not None:
        return None
    return ShapesClash(dialect, tuple(shapes))


@dataclass(frozen=True, slots=True)
class SizesClash(Cause):
    """Two tensors do not meet along one axis; the message tells no shapes.

    Parameters
    ----------
    size_a, size_b
        Different sizes, none of them 1.
    axis
        From 0, in the shape that both would meet in.
    """

    size_a: int
    size_b: int
    axis: int

    def sentence(self) -> Sentence:
        """Name the axis."""
        return (
            "Shapes are lined up from the right, and along each axis the sizes must be equal or 1: such an axis, a "
            f"singleton, is stretched. Along axis {self.axis} of the shape in which both would meet, a, the left side, "
            f"has {self.size_a}, and b has {self.size_b}.",
        )

    def shapes(self) -> tuple[Shape, Shape]:
        """Return two small shapes that clash in just this way."""
        front = (1,) * min(self.axis, 3)
        return (*front, self.size_a), (*front, self.size_b)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a vector that belongs to the first axis, and sizes that must agree."""
        a, b = ((1,) * self.axis + (size,) for size in (self.size_a, self.size_b))
        before = TORCH.code(f"a = {TORCH.zeros(a)}", f"b = {TORCH.zeros(b)}", "a + b")
        found = []
        if self.axis:
            made = (f"a = {TORCH.zeros((*a[:-2], self.size_b, self.size_a))}", f"b = {TORCH.zeros((self.size_b,))}")
            why: Sentence = ("b has one number for each row of a, and needs a new axis at its end.",)
            found.append(Mistake(why, TORCH.code(*made, "a + b"), TORCH.code(*made, "a + b[:, None]")))
        why = ("The two come from different data, or one was cut or joined wrongly: the sizes must be made to agree.",)
        found.append(Mistake(why, before, TORCH.code(f"a = {TORCH.zeros(a)}", f"b = {TORCH.zeros(a)}", "a + b")))
        return tuple(found)

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting with the two sizes, where it has so many axes."""
        return broadcasting(*self.shapes()) if self.axis <= 3 else LessonLink("broadcasting")


def _sizes_clash(match: re.Match[str]) -> SizesClash | ShapesClash | None:
    if "given" in match.groupdict():
        return _clash(TORCH, [match["first"], match["given"]])
    a, b, axis = map(int, match.groups())
    return SizesClash(a, b, axis) if a != b and 1 not in (a, b) and axis < 64 else None


@dataclass(frozen=True, slots=True)
class OutputKeepsShape(Cause):
    """A result is to be stored in an array of another shape.

    Parameters
    ----------
    dialect
        The library.
    output, result
        Shapes of the array that is there already, and of the result.
    """

    dialect: Dialect
    output: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Say that an array keeps its shape."""
        return (
            f"The operands meet in {self.result}, and the result is to be stored in an array that is there already. "
            f"That has shape {self.output} and keeps it: an output is never stretched.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an operation in place and one with ``out``."""
        d = self.dialect
        made = (f"a = {d.zeros(self.output)}", f"b = {d.zeros(self.result)}")
        if stretches(self.output, self.result):
            why: Sentence = (
                Code("a += b"),
                " stores in a. A new array, bound to the same name, may have another shape.",
            )
            return (Mistake(why, d.code(*made, "a += b"), d.code(*made, "a = a + b")),)
        why = ("The array for the result was made in another shape than the result has.",)
        made_right = d.code(
            f"a = {d.zeros(self.result)}", f"b = {d.zeros(self.result)}", f"{d.prefix}.add(b, b, out=a)"
        )
        return (Mistake(why, d.code(*made, f"{d.prefix}.add(b, b, out=a)"), made_right),)

    def operands(self) -> tuple[Operand, ...]:
        """Return output and result."""
        return Operand("output", self.output), Operand("result", self.result)

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting in place."""
        if not stretches(self.output, self.result):
            return LessonLink("broadcasting")
        return broadcasting(self.output, self.result, in_place=True)


def _output_numpy(match: re.Match[str]) -> OutputKeepsShape | None:
    output, result = map(shape_of, match.groups())
    if output is None or result is None or output == result:
        return None
    return OutputKeepsShape(NP, output, result)


def _output_torch(match: re.Match[str]) -> OutputKeepsShape | None:
    output, result = map(shape_of, match.groups())
    if output is None or result is None or not stretches(output, result) or output == result:
        return None
    return OutputKeepsShape(TORCH, output, result)


@dataclass(frozen=True, slots=True)
class NotStretched(Cause):
    """An array cannot be stretched to a shape that is asked for.

    Parameters
    ----------
    dialect
        The library.
    shape
        Of the array.
    target
        Asked for.
    """

    dialect: Dialect
    shape: Shape
    target: Shape

    def sentence(self) -> Sentence:
        """Say why the shape cannot be stretched."""
        start = f"An array of shape {self.shape} is to be stretched to {self.target}. "
        if len(self.shape) > len(self.target):
            return (f"{start}It has more axes than that, and stretching takes none away.",)
        axis = clashing(self.shape, self.target)[0] or self._ones()
        return (
            f"{start}Only a size of 1 is stretched: along its axis {axis[0]} it has {self.shape[axis[0]]}, and "
            f"{self.target[axis[0] - len(self.shape)]} is asked for.",
        )

    def _ones(self) -> tuple[int, ...]:
        """Return the axes that are larger than the target's size 1, which the rule alone would let meet."""
        return tuple(
            axis for axis, size in enumerate(self.shape) if size != 1 and self.target[axis - len(self.shape)] == 1
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an array that has other sizes, or its axis in another place."""
        d = self.dialect
        call = f"{d.prefix}.broadcast_to(a, {self.target})"
        before = d.code(f"a = {d.zeros(self.shape)}", call)
        found = []
        moved = (*self.shape, *(1,) * (len(self.target) - len(self.shape)))
        if len(moved) > len(self.shape) and stretches(moved, self.target):
            why: Sentence = ("The array belongs to the first axes of the shape, and needs new axes at its end.",)
            axes = ", None" * (len(self.target) - len(self.shape))
            after = d.code(f"a = {d.zeros(self.shape)}", f"a = a[...{axes}]", call)
            found.append(Mistake(why, before, after))
        fitted = (
            tuple(
                size if size == 1 else goal
                for size, goal in zip(self.shape[-len(self.target) :], self.target[-len(self.shape) :], strict=False)
            )
            if self.shape and self.target
            else ()
        )
        why = ("The sizes must agree, or be 1 where the array is to be repeated.",)
        found.append(Mistake(why, before, d.code(f"a = {d.zeros(fitted)}", call)))
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        """Return the array and the shape that is asked for."""
        axes = clashing(self.shape, self.target)
        return Operand("a", self.shape, axes[0]), Operand("target", self.target, axes[1])

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting, with both shapes where they clash there as well."""
        clash = meet(self.shape, self.target) is None
        return broadcasting(self.target, self.shape) if clash else LessonLink("broadcasting")


def _not_stretched(dialect: Dialect, shape_text: str, target_text: str) -> NotStretched | None:
    shape, target = shape_of(shape_text), shape_of(target_text)
    if shape is None or target is None or stretches(shape, target) or -1 in target:
        return None
    return NotStretched(dialect, shape, target)


@dataclass(frozen=True, slots=True)
class ValueDoesNotFit(Cause):
    """A value is to be stored in a place of another shape.

    Parameters
    ----------
    dialect
        The library.
    value, place
        Shapes.
    by_list
        Whether the place was picked by lists or a mask.
    """

    dialect: Dialect
    value: Shape
    place: Shape
    by_list: bool

    def sentence(self) -> Sentence:
        """Name both shapes."""
        return (
            f"The value that is stored has shape {self.value}, and the place where it is to be stored has shape "
            f"{self.place}. A value is stretched to its place, never cut, and {self.value} cannot be stretched to "
            f"{self.place}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a value of the right shape."""
        d = self.dialect
        index = "[:]"
        made = [f"a = {d.zeros(self.place)}"]
        if self.by_list:
            made = [f"a = {d.zeros(self.place)}", f"rows = list(range({self.place[0] if self.place else 0}))"]
            index = "[rows]"
        if not self.place:
            index = "[...]"
        why: Sentence = (
            "The value was computed for another place: make it in the shape of the place, or pick as much of it.",
        )
        before = d.code(*made, f"v = {d.zeros(self.value)}", f"a{index} = v")
        return (Mistake(why, before, d.code(*made, f"v = {d.zeros(self.place)}", f"a{index} = v")),)

    def operands(self) -> tuple[Operand, ...]:
        """Return value and place."""
        axes = clashing(self.value, self.place)
        return Operand("value", self.value, axes[0]), Operand("place", self.place, axes[1])

    def lesson(self) -> LessonLink | None:
        """Return Indexing, which assigns the value to such a place."""
        if not self.place:
            return LessonLink("indexing")
        parameters = {"array": str(self.place), "index": ":", "then": "Assign", "value": str(self.value)}
        parameters |= {"library": self.dialect.library}
        return posed("indexing", parameters, self.place, self.value)


def _value(dialect: Dialect, *, by_list: bool, value: str, place: str) -> ValueDoesNotFit | None:
    one, other = shape_of(value), shape_of(place)
    if one is None or other is None or stretches(one, other) or (by_list and not other):
        return None
    return ValueDoesNotFit(dialect, one, other, by_list)


@dataclass(frozen=True, slots=True)
class MaskTakesOther(Cause):
    """A mask picks as many cells as there are not values for.

    Parameters
    ----------
    values, cells
        How many values are given, and how many cells the mask picks.
    """

    values: int
    cells: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            f"The mask picks {self.cells} {'cell' if self.cells == 1 else 'cells'}, and {self.values} "
            f"{'value is' if self.values == 1 else 'values are'} given for them: there must be as many, or one for "
            "all.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the values being picked by the same mask."""
        made = (f"a = np.zeros({self.cells})", "mask = a == 0", f"v = np.ones({self.values})")
        why: Sentence = ("The values were not picked by the same mask.",)
        after = NP.code(*made[:2], f"v = np.ones({self.cells})", "a[mask] = v[mask]")
        return (Mistake(why, NP.code(*made, "a[mask] = v"), after),)

    def operands(self) -> tuple[Operand, ...]:
        """Return values and cells, each along one axis."""
        return Operand("value", (self.values,), (0,)), Operand("place", (self.cells,), (0,))

    def lesson(self) -> LessonLink | None:
        """Return Indexing with such a mask."""
        parameters = {"array": f"({self.cells},)", "index": "a >= 0", "then": "Assign", "value": f"({self.values},)"}
        return posed("indexing", parameters, (self.cells,), (self.values,)) if self.cells else LessonLink("indexing")


@dataclass(frozen=True, slots=True)
class MaskTakesARow(Cause):
    """Values with several axes are given for the cells that a mask picks.

    Parameters
    ----------
    axes
        int, how many axes they have.
    """

    axes: int

    def sentence(self) -> Sentence:
        """Say in what form values are taken."""
        return (
            "The cells that a mask picks stand in one row: the values for them have one axis, or are one number for "
            f"all. These have {self.axes} axes.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the values being picked by the same mask."""
        made = ("a = np.zeros((2, 2))", "mask = a == 0", "v = np.ones((2, 2))")
        why: Sentence = ("The values were not picked by the same mask.",)
        return (Mistake(why, NP.code(*made, "a[mask] = v"), NP.code(*made, "a[mask] = v[mask]")),)


def _mask(match: re.Match[str]) -> MaskTakesOther | None:
    values, cells = map(int, match.groups())
    return None if values in (cells, 1) else MaskTakesOther(values, cells)


@dataclass(frozen=True, slots=True)
class TargetShape(Cause):
    """A loss is given predictions and targets of different shapes.

    Parameters
    ----------
    prediction, target
        Shapes.
    call
        The loss in code.
    """

    prediction: Shape
    target: Shape
    call: str

    def sentence(self) -> Sentence:
        """Name both shapes."""
        return (
            f"This loss compares cell by cell: the predictions have shape {self.prediction} and the targets "
            f"{self.target}, and the two must be equal.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an axis of size 1 too many, or sizes that must agree."""
        prediction, target = TORCH.zeros(self.prediction), TORCH.zeros(self.target)
        before = TORCH.code(f"prediction = {prediction}", f"target = {target}", f"{self.call}(prediction, target)")
        found = []
        if self.prediction == (*self.target, 1):
            why: Sentence = ("The last layer has one output: its axis of size 1 is one more than the targets have.",)
            after = before.replace("(prediction, target)", "(prediction.squeeze(-1), target)")
            found.append(Mistake(why, before, after))
        why = ("Targets must be made in the shape that the model answers in.",)
        found.append(Mistake(why, before, before.replace(f"target = {target}", f"target = {prediction}")))
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        """Return predictions and targets."""
        axes = clashing(self.prediction, self.target)
        return Operand("input", self.prediction, axes[0]), Operand("target", self.target, axes[1])

    def lesson(self) -> LessonLink | None:
        """Return Broadcasting, which shows what such shapes would make of each other."""
        return broadcasting(self.prediction, self.target)


def _target(match: re.Match[str]) -> TargetShape | None:
    prediction, target = shape_of(match["input"]), shape_of(match["target"])
    if prediction is None or target is None or prediction == target:
        return None
    call = {"Using": "nn.BCELoss()", "Target": "nn.BCEWithLogitsLoss()"}.get(match[0].split()[0])
    return TargetShape(prediction, target, call or "nn.BCEWithLogitsLoss()")


_MORE_AXES = Plain(
    ("The array has more axes than the shape that it is to be stretched to, and stretching takes none away.",),
    (
        Mistake(
            ("The shape lacks an axis.",),
            NP.code("a = np.zeros((2, 3))", "np.broadcast_to(a, (3,))"),
            NP.code("a = np.zeros((2, 3))", "np.broadcast_to(a, (4, 2, 3))"),
        ),
        Mistake(
            ("One row of the array was meant.",),
            NP.code("a = np.zeros((2, 3))", "np.broadcast_to(a, (3,))"),
            NP.code("a = np.zeros((2, 3))", "np.broadcast_to(a[0], (3,))"),
        ),
    ),
    LessonLink("broadcasting"),
)

_REPEATS = Plain(
    (
        Code("repeat"),
        " of a tensor takes a number for each axis, how often the whole is repeated along it, and is given fewer than "
        "there are axes. NumPy's ",
        Code("np.repeat"),
        " is another thing: it repeats each element, as ",
        Code("repeat_interleave"),
        " of a tensor does. What a tensor's ",
        Code("repeat"),
        " does is ",
        Code("np.tile"),
        " there.",
    ),
    (
        Mistake(
            ("A number for an axis is missing.",),
            TORCH.code("x = torch.zeros(2, 3)", "x.repeat(2)"),
            TORCH.code("x = torch.zeros(2, 3)", "x.repeat(2, 1)"),
        ),
        Mistake(
            ("Each row was to be repeated, as np.repeat does.",),
            TORCH.code("x = torch.zeros(2, 3)", "x.repeat(2)"),
            TORCH.code("x = torch.zeros(2, 3)", "x.repeat_interleave(2, dim=0)"),
        ),
    ),
    LessonLink("shapes", {"x": "(2, 3)", "steps": "repeat(2, 1)"}),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "repeats",
        "PyTorch",
        _REPEATS,
        r"Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
    ),
    kind(
        "broadcast",
        "NumPy",
        lambda match: _clash(NP, re.findall(ROUND, match[1] or match[0])),
        r"(?<!indexing arrays )could not be broadcast together with shapes? ((?:\([\d,]{0,100}\) "
        r"?){2,32})(?!.{0,40}requested)",
        r"objects cannot be broadcast to a single shape\. +Mismatch is between arg \d+ with shape (\([\d, "
        r"]{0,100}\) and "
        r"arg \d+ with shape \([\d, ]{0,100}\))",
    ),
    kind(
        "broadcast_torch",
        "PyTorch",
        _sizes_clash,
        rf"[Tt]he size of tensor a \(({WHOLE})\) must match the size of tensor b \(({WHOLE})\) at non-singleton "
        rf"dimension "
        rf"({WHOLE})",
        rf"Mismatching argument at index \d+ had (?P<given>{ROUND}); but expected shape should be broadcastable to "
        rf"(?P<first>{SQUARE})",
    ),
    kind(
        "output",
        "NumPy",
        _output_numpy,
        rf"non-broadcastable output operand with shape ({ROUND}) doesn't match the broadcast shape ({ROUND})",
    ),
    kind(
        "output_torch",
        "PyTorch",
        _output_torch,
        rf"output with shape ({SQUARE}) doesn't match the broadcast shape ({SQUARE})",
    ),
    kind(
        "stretch",
        "NumPy",
        lambda match: _not_stretched(NP, match[1], match[2]),
        rf"remapped shapes \[original->remapped\]: ({ROUND}) +and requested shape ({ROUND})",
    ),
    kind(
        "stretch_axes",
        "NumPy",
        _MORE_AXES,
        r"input operand has more dimensions than allowed by the axis remapping",
        r"cannot broadcast a non-scalar to a scalar array",
    ),
    kind(
        "stretch_torch",
        "PyTorch",
        lambda match: _not_stretched(TORCH, match[2], match[1]),
        rf"The expanded size of the tensor \({WHOLE}\) must match the existing size \({WHOLE}\) at non-singleton "
        rf"dimension {WHOLE}\. +Target sizes: ({SQUARE})\. +Tensor sizes: ({SQUARE})",
    ),
    kind(
        "stretch_axes_torch",
        "PyTorch",
        lambda match: _not_stretched(TORCH, match[1], match[2]),
        rf"expand\([\w.]{{1,60}}\{{({SQUARE})\}}, size=({SQUARE})\): the number of sizes provided",
    ),
    kind(
        "value",
        "NumPy",
        lambda match: _value(NP, by_list=False, value=match[1], place=match[2]),
        rf"could not broadcast input array from shape ({ROUND}) into shape ({ROUND})",
    ),
    kind(
        "value_by_list",
        "NumPy",
        lambda match: _value(NP, by_list=True, value=match[1], place=match[2]),
        rf"value array of shape ({ROUND}) ?could not be broadcast to indexing result of shape ({ROUND})",
    ),
    kind(
        "value_by_list_torch",
        "PyTorch",
        lambda match: _value(TORCH, by_list=True, value=match[1], place=match[2]),
        rf"value tensor of shape ({SQUARE}) cannot be broadcast to indexing result of shape ({SQUARE})",
    ),
    kind(
        "mask_values_axes",
        "NumPy",
        lambda match: MaskTakesARow(int(match[1])),
        r"boolean array indexing assignment requires a 0 or 1-dimensional input, input has (\d{1,2}) dimensions",
    ),
    kind(
        "mask_values",
        "NumPy",
        _mask,
        rf"boolean array indexing assignment cannot assign ({WHOLE}) input values to the ({WHOLE}) output values "
        rf"where the "
        r"mask is true",
    ),
    kind(
        "target_shape",
        "PyTorch",
        _target,
        rf"Using a target size \((?P<target>{SQUARE})\) that is different to the input size \((?P<input>{SQUARE})\) is "
        r"deprecated\. Please ensure they have the same size",
        rf"Target size \((?P<target>{SQUARE})\) must be the same as input size \((?P<input>{SQUARE})\)",
        rf"input and target shapes do not match: input (?P<input>{SQUARE}), target (?P<target>{SQUARE})",
    ),
)
