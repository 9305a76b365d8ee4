"""The anatomy of an array: what its attributes say, where its cells lie, and what ``astype`` makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.memory import Layout, layout_of
from primer_core.language.creation import DTYPES, Recipe, read_creation, spell_dtype
from primer_core.language.limits import Refused, check_size
from primer_core.language.spelling import shape_text
from primer_core.lessons.arrays.dtypes import Outcome, cast, outcomes

AS_MADE = "no change"
"""Stands for no ``astype`` where a learner chooses a dtype."""

CONVERSIONS: tuple[str, ...] = (AS_MADE, *DTYPES)

_KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers from 0 up", "f": "floating-point numbers"}


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute.

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
    outcomes
        What happened to the number in each cell, in C order.
    said
        NumPy's warning, if it has one.
    """

    dtype: str
    array: NDArray[Any]
    layout: Layout
    verdict: Literal["view", "copy"]
    outcomes: tuple[Outcome, ...]
    said: str | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Mask of the cells that hold another number now."""
        return np.array([outcome != "kept" for outcome in self.outcomes], np.bool_).reshape(self.array.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """An array, taken apart.

    Parameters
    ----------
    refusal
        Why there is none: it cannot be read, or would be too large.
    error
        NumPy's own exception, if it would not make it.
    recipe
        How it is made.
    array
        The array.
    layout
        Where its cells lie.
    parts
        Its attributes.
    conversion
        What ``astype`` made of it, where that was asked for.
    code
        A snippet that prints what the page shows.
    """

    refusal: str | None = None
    error: str | None = None
    recipe: Recipe | None = None
    array: NDArray[Any] | None = None
    layout: Layout | None = None
    parts: tuple[Part, ...] = ()
    conversion: Conversion | None = None
    code: str = ""


def explain_array(text: str, dtype: str = AS_MADE) -> Anatomy:
    """Make an array and take it apart. Nothing that is typed makes it raise.

    Parameters
    ----------
    text
        How it is made, in any spelling of `primer_core.language.creation.read_creation`.
    dtype
        One of `CONVERSIONS`: what it is converted to afterwards.
    """
    try:
        recipe = read_creation(text)
        array = recipe.make()
        check_size(array.shape)
    except Refused as refused:
        return Anatomy(refusal=str(refused))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError, MemoryError) as error:
        said = f"{type(error).__name__}: {error}"
        return Anatomy(error=said, recipe=recipe, code=_failing(recipe, type(error).__name__))
    layout = layout_of(array, array)
    conversion = _convert(array, dtype) if dtype != AS_MADE else None
    return Anatomy(None, None, recipe, array, layout, parts(array, recipe), conversion, _code(recipe, conversion))


def parts(array: NDArray[Any], recipe: Recipe) -> tuple[Part, ...]:
    """Read the attributes of an array and say what each means for it."""
    shape, step = array.shape, array.itemsize
    default = "" if recipe.dtype else "; no dtype was asked for, this is NumPy's choice"
    return (
        Part("x.ndim", str(array.ndim), _counted(array.ndim, "axis", "axes") + ": so many indices name one cell"),
        Part("x.shape", shape_text(shape), _shape_meaning(shape)),
        Part("x.size", str(array.size), f"{_product(shape)} cells" if array.ndim else "a single cell"),
        Part(
            "x.dtype", str(array.dtype), f"{_KINDS[array.dtype.kind]} in {_counted(8 * step, 'bit', 'bits')}{default}"
        ),
        Part("x.itemsize", str(step), _counted(step, "byte", "bytes") + " a cell"),
        Part("x.strides", str(array.strides), _strides_meaning(array)),
        Part("x.nbytes", str(array.nbytes), f"{array.size} · {step} bytes"),
    )


def _convert(array: NDArray[Any], dtype: str) -> Conversion:
    made, said = cast(array, dtype)
    verdict: Literal["view", "copy"] = "view" if np.shares_memory(made, array) else "copy"
    return Conversion(dtype, made, layout_of(made, made), verdict, outcomes(array, made), said)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _product(shape: Sequence[int]) -> str:
    whole = " · ".join(map(str, shape))
    return f"{whole} = {np.prod(shape, dtype=int)}" if len(shape) > 1 else whole


def _shape_meaning(shape: tuple[int, ...]) -> str:
    match shape:
        case ():
            return "no axis at all: a single number"
        case (n,):
            return f"one axis of {n}"
        case (m, n):
            return f"{_counted(m, 'row', 'rows')} (axis 0), {_counted(n, 'column', 'columns')} (axis 1)"
        case _:
            return ", ".join(f"{size} along axis {axis}" for axis, size in enumerate(shape))


def _strides_meaning(array: NDArray[Any]) -> str:
    if not array.ndim:
        return "no axis, no steps"
    steps = [f"{stride} bytes to the next cell along axis {axis}" for axis, stride in enumerate(array.strides)]
    return ", ".join(steps)


def _code(recipe: Recipe, conversion: Conversion | None) -> str:
    lines = ["import numpy as np", "", f"x = {recipe.code}", "print(x)"]
    lines += ["print(x.ndim, x.shape, x.size)", "print(x.dtype, x.itemsize, x.strides, x.nbytes)"]
    if conversion is not None:
        made = f"y = x.astype({spell_dtype(conversion.dtype, 'np')})"
        lines += ['with np.errstate(all="ignore"):', f"    {made}"] if conversion.said else [made]
        lines += ["print(y)", "print(np.shares_memory(x, y))"]
    return "\n".join(lines)


def _failing(recipe: Recipe, error: str) -> str:
    lines = ["import numpy as np", "", "try:", f"    x = {recipe.code}"]
    return "\n".join([*lines, f"except {error} as error:", "    print(error)"])
