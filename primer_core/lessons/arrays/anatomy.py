"""The anatomy of an array: what its attributes say, where its cells lie, and what ``astype`` makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Backend, Declined
from primer_core.backend.memory import Layout, layout_of
from primer_core.language.creation import Recipe, read_creation, spell_dtype
from primer_core.language.limits import check_size
from primer_core.language.spelling import counted, shape_text
from primer_core.lessons.arrays.dtypes import Effect, cast, effects
from primer_core.lessons.arrays.question import AS_MADE

_KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers from 0 up", "f": "floating-point numbers"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an array.

    Parameters
    ----------
    name
        As code: ``x.ndim``.
    value
        What NumPy returns.
    meaning
        The same in words, with the numbers of this array.
    """

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """What ``x.astype(dtype)`` made.

    Parameters
    ----------
    dtype
        Its name.
    array
        The new array.
    layout
        Where its cells lie.
    verdict
        Whether it shares memory with x, asked of ``np.shares_memory``.
    effects
        What happened to the number in each cell, in C order.
    warning
        NumPy's own, if it has one.
    """

    dtype: str
    array: NDArray[Any]
    layout: Layout
    verdict: Literal["view", "copy"]
    effects: tuple[Effect, ...]
    warning: str | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Mask of the cells that hold another number now."""
        return np.array([effect != "kept" for effect in self.effects], np.bool_).reshape(self.array.shape)


@dataclass(frozen=True, slots=True)
class NotMade:
    """NumPy would not make the array.

    Parameters
    ----------
    declined
        NumPy's own exception.
    cause
        Plain text: what in the text it comes from; empty where that is not known.
    code
        A snippet that prints the error.
    """

    declined: Declined
    cause: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """An array, taken apart.

    Parameters
    ----------
    recipe
        How it is made.
    array
        The array.
    layout
        Where its cells lie.
    attributes
        What it says of itself.
    conversion
        What ``astype`` made of it; None where that was not asked for.
    code
        A snippet that prints what the page shows.
    """

    recipe: Recipe
    array: NDArray[Any]
    layout: Layout
    attributes: tuple[Attribute, ...]
    conversion: Conversion | None
    code: str


def explain_array(text: str, dtype: str = AS_MADE) -> Anatomy | NotMade:
    """Make an array and take it apart.

    Parameters
    ----------
    text
        How it is made, in any spelling of `primer_core.language.creation.read_creation`.
    dtype
        One of `primer_core.lessons.arrays.question.CONVERSIONS`: what it is converted to afterwards.

    Raises
    ------
    Refused
        If the text cannot be read, or the array would be too large.
    """
    recipe = read_creation(text)
    array = recipe.make()
    if isinstance(array, Declined):
        return NotMade(array, recipe.uneven, failing(NUMPY, "x", recipe.code, array))
    check_size(array.shape)
    layout = layout_of(array, array)
    conversion = _convert(array, dtype) if dtype != AS_MADE else None
    return Anatomy(recipe, array, layout, attributes(array, recipe), conversion, _code(recipe, conversion))


def attributes(array: NDArray[Any], recipe: Recipe) -> tuple[Attribute, ...]:
    """Read the attributes of an array and say what each means for it."""
    shape, step = array.shape, array.itemsize
    default = "" if recipe.dtype else "; no dtype was asked for, this is NumPy's choice"
    kind = _KINDS[array.dtype.kind]
    return (
        Attribute("x.ndim", str(array.ndim), _rank_meaning(array.ndim)),
        Attribute("x.shape", shape_text(shape), _shape_meaning(shape)),
        Attribute("x.size", str(array.size), _size_meaning(shape)),
        Attribute("x.dtype", str(array.dtype), f"{kind} in {counted(8 * step, 'bit')}{default}"),
        Attribute("x.itemsize", str(step), f"{counted(step, 'byte')} a cell"),
        Attribute("x.strides", str(array.strides), _strides_meaning(array)),
        Attribute("x.nbytes", str(array.nbytes), f"{array.size} · {counted(step, 'byte')}"),
    )


def failing(library: Backend, name: str, expression: str, declined: Declined) -> str:
    """Write a snippet in which a library declines to make an array, and which prints its words."""
    lines = [library.import_line, "", "try:", f"    {name} = {expression}"]
    return "\n".join([*lines, f"except {declined.builtin} as error:", "    print(error)"])


def _convert(array: NDArray[Any], dtype: str) -> Conversion:
    made, warning = cast(array, dtype)
    verdict: Literal["view", "copy"] = "view" if np.shares_memory(made, array) else "copy"
    return Conversion(dtype, made, layout_of(made, made), verdict, effects(array, made), warning)


def _rank_meaning(rank: int) -> str:
    match rank:
        case 0:
            return "no axis: its only cell needs no index"
        case 1:
            return "1 axis: one index names a cell"
        case _:
            return f"{rank} axes: {rank} indices name a cell"


def _size_meaning(shape: Sequence[int]) -> str:
    if not shape:
        return "a single cell"
    factors = f"{' · '.join(map(str, shape))} = " if len(shape) > 1 else ""
    return factors + counted(prod(shape), "cell")


def _shape_meaning(shape: tuple[int, ...]) -> str:
    match shape:
        case ():
            return "no axis at all: a single number"
        case (n,):
            return f"one axis of {n}"
        case (m, n):
            return f"{counted(m, 'row')} (axis 0), {counted(n, 'column')} (axis 1)"
        case _:
            return ", ".join(f"{size} along axis {axis}" for axis, size in enumerate(shape))


def _strides_meaning(array: NDArray[Any]) -> str:
    if not array.ndim:
        return "no axis, no steps"
    steps = [
        f"{counted(stride, 'byte')} to the next cell along axis {axis}" for axis, stride in enumerate(array.strides)
    ]
    return ", ".join(steps)


def _code(recipe: Recipe, conversion: Conversion | None) -> str:
    lines = ["import numpy as np", "", f"x = {recipe.code}", "print(x)"]
    lines += ["print(x.ndim, x.shape, x.size)", "print(x.dtype, x.itemsize, x.strides, x.nbytes)"]
    if conversion is not None:
        made = f"y = x.astype({spell_dtype(conversion.dtype, 'np')})"
        lines += ['with np.errstate(all="ignore"):', f"    {made}"] if conversion.warning else [made]
        lines += ["print(y)", "print(np.shares_memory(x, y))"]
    return "\n".join(lines)
