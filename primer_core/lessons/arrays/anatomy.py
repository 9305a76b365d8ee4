"""The anatomy of an array: what its attributes say, where its cells lie, and what ``astype`` makes of it."""

from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, Library, backend_of
from primer_core.backend.memory import shares_memory
from primer_core.claims.claim import Claim
from primer_core.claims.describing import CellsAre, CellsTake, CellTakes, NumbersAre, RankIs, SizesAre, StepsAre
from primer_core.language.evaluator import Evaluator
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Rejection
from primer_core.language.spelling import shape_text
from primer_core.lessons.arrays.changes import Changes, change
from primer_core.lessons.arrays.dtypes import Effect, cast, effects
from primer_core.lessons.arrays.making import (
    NAME,
    Made,
    Making,
    declined_code,
    imports,
    make,
    read_changes,
    read_making,
    sentence,
    texts_refused,
)
from primer_core.lessons.arrays.question import AS_MADE
from primer_core.lessons.arrays.remarks import Cause, Remark, cause_of, remarks_on
from primer_core.lessons.arrays.strip import Strip, strip_of, unwritten_of, values_of

_KINDS = {
    "b": "truth values",
    "i": "whole numbers",
    "u": "whole numbers from 0 up",
    "f": "floating-point numbers",
    "c": "complex numbers",
    "O": "Python objects",
}


class ChangesRefused(Refused):
    """Statements that are run on the array cannot be taken."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an array.

    Parameters
    ----------
    name
        As code: ``x.ndim``.
    value
        What the library returns.
    meaning
        The same in words, with the numbers of this array.
    """

    name: str
    value: str
    meaning: Claim


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """An array as it is drawn.

    Parameters
    ----------
    values
        Its values, of its shape.
    dtype
        Its name, without the library's.
    nbytes
        Bytes of all its cells.
    strides
        Bytes from one cell to the next, one an axis.
    strip
        The memory that its cells lie in; None where that cannot be drawn.
    unwritten
        Mask of the cells that were never written; None where all were.
    """

    values: NDArray[Any]
    dtype: str
    nbytes: int
    strides: tuple[int, ...]
    strip: Strip | None
    unwritten: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """What ``x.astype(dtype)``, or ``x.to(dtype)``, made.

    Parameters
    ----------
    code
        The expression.
    drawn
        The new array.
    verdict
        Whether it shares memory with x, asked of the library.
    shares_code
        The expression that asks.
    effects
        What happened to the number in each cell, in C order.
    warning
        The library's own, if it has one.
    """

    code: str
    drawn: Drawn
    verdict: Literal["view", "copy"]
    shares_code: str
    effects: tuple[Effect, ...]
    warning: str | None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Mask of the cells that hold another number now."""
        return np.array([effect != "kept" for effect in self.effects], np.bool_).reshape(self.drawn.values.shape)


@dataclass(frozen=True, slots=True)
class NotMade:
    """A library would not make the array.

    Parameters
    ----------
    library
        Its name.
    declined
        The library's own exception; of several lines, the first.
    cause
        What in the text it comes from, and what would work; None where that is not known.
    code
        A snippet that prints the error.
    """

    library: Library
    declined: Declined
    cause: Cause | None
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """An array, taken apart.

    Parameters
    ----------
    library
        Whose array it is.
    drawn
        The array.
    attributes
        What it says of itself.
    making
        The lines that make it, as code.
    changes
        What statements did to it before; None where there were none.
    conversion
        What became of it in another dtype; None where that was not asked for, or is declined.
    unconverted
        Plain text: why there is no conversion; empty where there is one or none was asked for.
    remarks
        What a learner may not expect of how it was made.
    warnings
        What the libraries warned of, in their words.
    code
        A snippet that prints what the page shows.
    """

    library: Library
    drawn: Drawn
    attributes: tuple[Attribute, ...]
    making: tuple[str, ...]
    changes: Changes | None
    conversion: Conversion | None
    unconverted: str
    remarks: tuple[Remark, ...]
    warnings: tuple[str, ...]
    code: str


def explain_array(text: str, dtype: str = AS_MADE, statements: str = "") -> Anatomy | NotMade:
    """Make an array, change it, and take it apart. PyTorch is loaded where the text speaks of it.

    Parameters
    ----------
    text
        How it is made, as `primer_core.lessons.arrays.making.read_making` reads it.
    dtype
        One of `primer_core.lessons.arrays.question.CONVERSIONS`: what it is converted to at last.
    statements
        What is run on it first, as `primer_core.lessons.arrays.making.read_changes` reads it.

    Raises
    ------
    Refused
        If the text cannot be read, or the array would be too large; `ChangesRefused` where that is so of `statements`.
    """
    making = read_making(text)
    try:
        made = make(making)
    except Rejection as rejection:
        if rejection.declined is None:
            raise Refused(texts_refused(rejection, making) or sentence(rejection, text)) from rejection
        return not_made(making, rejection, rejection.declined)
    changes = _changed(made, statements) if statements.strip() else None
    array = made.evaluator.names[NAME]
    remarks = remarks_on(made, array)
    conversion, unconverted = None, ""
    if dtype != AS_MADE:
        try:
            conversion = _convert(array, dtype, made)
        except Rejection as rejection:
            unconverted = rejection.message
    chosen = changes is None and chose_dtype(made)
    return Anatomy(
        made.library,
        drawn(array, made.evaluator),
        attributes(array, chosen=chosen),
        tuple(made.making.code.split("\n")),
        changes,
        conversion,
        unconverted,
        remarks,
        made.warnings,
        _code(made, changes, conversion),
    )


def not_made(making: Making, rejection: Rejection, declined: Declined) -> NotMade:
    """Say why a library would not make an array."""
    first = Declined(declined.kind, declined.builtin, declined.words.partition("\n")[0])
    code = declined_code(making.library, making.code, declined)
    return NotMade(making.library, first, cause_of(making, rejection), code)


def chose_dtype(made: Made) -> bool:
    """Whether a library chose the dtype by itself: no dtype is named, and nothing was computed."""
    calls = [call.entry for call in made.calls]
    libraries = {
        "NumPy" if entry.library in ("np", "ndarray", "Generator", "RandomState") else "PyTorch" for entry in calls
    }
    return (
        not made.making.asks_a_dtype
        and len(libraries) == 1
        and all(entry.rule.kind in ("made", "moved", "asked") for entry in calls)
        and not any(entry.name in ("torch.from_numpy", "np.float32") for entry in calls)
    )


def drawn(array: Any, evaluator: Evaluator) -> Drawn:
    """Read of an array what is drawn of it."""
    own = backend_of(array)
    unwritten = unwritten_of(array, evaluator.uninitialised)
    nbytes = own.itemsize(array) * prod(array.shape)
    strides = own.byte_strides(array)
    strip = strip_of(array, evaluator.uninitialised)
    return Drawn(values_of(array), dtype_name(array), nbytes, strides, strip, unwritten)


def dtype_name(array: Any) -> str:
    """Name a dtype without its library."""
    return backend_of(array).dtype_name(array).removeprefix("torch.")


def attributes(array: Any, *, chosen: bool) -> tuple[Attribute, ...]:
    """Read the attributes of an array and say what each means for it.

    Parameters
    ----------
    array
        Of either library.
    chosen
        Whether the library chose the dtype by itself.
    """
    own = backend_of(array)
    shape, step, size = tuple(array.shape), own.itemsize(array), prod(array.shape)
    numbers = NumbersAre(NAME, _KINDS[values_of(array).dtype.kind], 8 * step, own.library if chosen else "")
    steps = StepsAre(NAME, own.strides(array), own.stride_unit.removesuffix("s"))
    return (
        Attribute(f"{NAME}.ndim", str(array.ndim), RankIs(NAME, array.ndim)),
        Attribute(own.shape_code(NAME), shape_text(shape), SizesAre(NAME, shape)),
        Attribute(own.size_code(NAME), str(size), CellsAre(NAME, shape)),
        Attribute(f"{NAME}.dtype", own.dtype_name(array), numbers),
        Attribute(f"{NAME}.itemsize", str(step), CellTakes(NAME, step)),
        Attribute(own.strides_code(NAME), str(own.strides(array)), steps),
        Attribute(f"{NAME}.nbytes", str(array.nbytes), CellsTake(NAME, size, step)),
    )


def _changed(made: Made, statements: str) -> Changes:
    try:
        return change(made, read_changes(statements))
    except Refused as refused:
        raise ChangesRefused(str(refused)) from refused


def _convert(array: Any, dtype: str, made: Made) -> Conversion:
    own, evaluator = backend_of(array), made.evaluator
    code = own.cast_code(NAME, dtype)
    before = values_of(array)
    converted = Evaluator({NAME: array}, uninitialised=evaluator.uninitialised)
    if own.runs_numpy_code and before.dtype.kind in "biuf" and unwritten_of(array, evaluator.uninitialised) is None:
        other, warning = cast(np.asarray(array), dtype)
    else:
        other = converted.value_of(code_expression(code), code)
        warning = next((words for call in converted.calls for words in call.warnings), None)
    shares = shares_memory(other, array) if prod(array.shape) else False
    return Conversion(
        code,
        drawn(other, evaluator),
        "view" if shares else "copy",
        own.shares_memory_code(NAME, "y"),
        effects(before, values_of(other)),
        warning,
    )


def _code(made: Made, changes: Changes | None, conversion: Conversion | None) -> str:
    own = backend_of(made.evaluator.names[NAME])
    lines = [made.making.code, *(changes.done if changes is not None else ())]
    if changes is not None and changes.stop is not None:
        stop = changes.stop
        lines += ["try:", f"    {stop.code}", f"except {stop.declined.builtin} as error:", "    print(error)"]
    lines += [f"print({NAME})"]
    lines += [f"print({NAME}.ndim, {own.shape_code(NAME)}, {own.size_code(NAME)})"]
    lines += [f"print({NAME}.dtype, {NAME}.itemsize, {own.strides_code(NAME)}, {NAME}.nbytes)"]
    if conversion is not None:
        converted = f"y = {conversion.code}"
        silent = conversion.warning and own.runs_numpy_code
        lines += ['with np.errstate(all="ignore"):', f"    {converted}"] if silent else [converted]
        lines += ["print(y)", f"print({conversion.shares_code})"]
    code = "\n".join(lines)
    return "\n".join([*imports(code), "", code])
