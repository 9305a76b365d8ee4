"""What each dtype makes of given values: what wraps, is cut off, rounded or lost; and the bits that say why."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import Refused
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.language.text import quoted
from primer_core.lessons.arrays.making import as_code, imports, sentence
from primer_core.lessons.arrays.question import SHOWN
from primer_core.lessons.arrays.strip import unwritten_of

MAX_VALUES = 12
"""Values that a table has room for."""

HOW_BITS = "Write one number, such as 300, -1.5 or nan."

HOW_VALUES = "Write numbers with commas between them, such as 1.9, 300, -1, or an array: np.linspace(0, 1, 5)."

Effect = Literal[
    "kept", "wrapped", "cut off", "out of range", "nan", "rounded", "infinite", "lost", "truth", "real part"
]
"""What a change of dtype does to a number."""

FieldName = Literal["sign", "exponent", "fraction", "value", "dropped"]
"""What a field of bits is called; "dropped" is what did not fit, and is not in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Numbers as they were read.

    Parameters
    ----------
    given
        The numbers, of shape (n,), in the dtype that NumPy or the learner chose.
    written
        What ``np.array`` is called with: the numbers that were typed, or the array that was made.
    code
        The same as an expression.
    """

    given: NDArray[Any]
    written: Any
    code: str


@dataclass(frozen=True, slots=True)
class DtypeCell:
    """One value in one dtype.

    Parameters
    ----------
    text
        What NumPy makes of it, with as many digits as tell it from its neighbours.
    effect
        ``"kept"`` if it is the same number still, else what happened to it.
    """

    text: str
    effect: Effect


@dataclass(frozen=True, slots=True, eq=False)
class DtypeRow:
    """One dtype.

    Parameters
    ----------
    dtype
        Its name.
    itemsize
        Bytes of one element.
    span
        Smallest and largest finite value, as text.
    cells
        One a value.
    cast
        What ``astype`` gives.
    warning
        NumPy's own about that, if it has one.
    declined
        What NumPy says if it is asked to make the array in this dtype at once, where it will not.
    """

    dtype: str
    itemsize: int
    span: tuple[str, str]
    cells: tuple[DtypeCell, ...]
    cast: NDArray[Any]
    warning: str | None
    declined: Declined | None


@dataclass(frozen=True, slots=True, eq=False)
class DtypeTable:
    """What every dtype makes of the values.

    Parameters
    ----------
    given
        The values as NumPy takes them by itself, which chooses the dtype.
    texts
        The values as text.
    rows
        One a dtype.
    code
        A snippet that prints the table.
    """

    given: NDArray[Any]
    texts: tuple[str, ...]
    rows: tuple[DtypeRow, ...]
    code: str


@dataclass(frozen=True, slots=True)
class BitField:
    """Bits that mean something together.

    Parameters
    ----------
    name
        The field.
    bits
        Zeros and ones, the most significant first.
    """

    name: FieldName
    bits: str


@dataclass(frozen=True, slots=True)
class Encoding:
    """A number as it lies in memory.

    Parameters
    ----------
    given
        The number, as text.
    dtype
        Name of the dtype that it was put into.
    fields
        Its bits, from the most significant on.
    stored
        The number that these bits are, as text.
    formula
        How the bits make that number.
    effect
        What happened to the number.
    """

    given: str
    dtype: str
    fields: tuple[BitField, ...]
    stored: str
    formula: str
    effect: Effect


def explain_dtypes(text: str) -> DtypeTable:
    """Put the numbers of `text` into every dtype of `SHOWN`.

    Parameters
    ----------
    text
        As `read_values` reads it.

    Raises
    ------
    Refused
        If it is no list of 1 to `MAX_VALUES` numbers that fit into 64 bits together.
    """
    values = read_values(text)
    given = values.given
    if given.size > MAX_VALUES:
        raise Refused(f"There are {given.size} numbers here; the table has room for {MAX_VALUES}. Take some away.")
    if not given.size:
        raise Refused("There is no number here yet. Write some with commas between them: 1.9, 300, -1.")
    rows = tuple(_row(values, dtype) for dtype in SHOWN)
    return DtypeTable(given, tuple(map(value_text, given)), rows, _code(values, rows))


def read_values(text: str) -> Values:
    """Read numbers with commas between them, or an expression that gives a number or an array along one axis.

    Raises
    ------
    Refused
        If it is something else, or the numbers do not fit into 64 bits together.
    """
    try:
        expression = read_expression(text)
        node = as_code(expression.node)
        evaluator = Evaluator()
        value = evaluator.value_of(node, expression.source)
    except Rejection as rejection:
        raise Refused(sentence(rejection, text, HOW_VALUES)) from rejection
    if is_array(value):
        code = ast.unparse(node)
        if unwritten_of(value, evaluator.uninitialised) is not None:
            raise Refused(f"{quoted(text.strip())} has cells that were never written. {HOW_VALUES}")
        if owner_of(value) == "Tensor":
            if str(value.dtype) == "torch.bfloat16":
                raise Refused("NumPy has no bfloat16. Write .float() behind it.")
            value, code = value.detach().resolve_conj().resolve_neg().numpy(), f"{code}.numpy()"
        written, given = value, np.asarray(value)
    else:
        written = list(value) if isinstance(value, tuple | list) else [value]
        if not all(type(number) in (bool, int, float, complex) or isinstance(number, np.number) for number in written):
            raise Refused(f"{quoted(text.strip())} is no row of numbers. {HOW_VALUES}")
        given, code = np.array(written), source(written)
    if given.dtype == object:
        raise Refused("These whole numbers do not fit into 64 bits together. Write smaller ones.")
    if given.ndim > 1 or given.dtype.kind not in "biuf":
        what = f"has {given.ndim} axes" if given.ndim > 1 else f"has the dtype {given.dtype}"
        raise Refused(f"{quoted(text.strip())} {what}; here is room for real numbers along one axis. {HOW_VALUES}")
    return Values(given.reshape(-1), written, code)


def source(value: Any) -> str:
    """Spell a number or a list of them as code that NumPy and plain Python read alike."""
    if isinstance(value, list):
        return f"[{', '.join(map(source, value))}]"
    if isinstance(value, np.number):
        return f"np.{value.dtype}({source(value.item())})"
    if isinstance(value, float) and not isfinite(value):
        return 'float("nan")' if isnan(value) else f'float("{value}")'
    return str(value)


def cast(given: NDArray[Any], dtype: str) -> tuple[NDArray[Any], str | None]:
    """Return ``given.astype(dtype)`` and NumPy's warning about it, if it has one.

    The warning's text is taken from the exception that NumPy can be told to raise instead: unlike a warning filter,
    that concerns no other thread.
    """
    with np.errstate(over="raise", invalid="raise", under="ignore"):
        made: NDArray[Any] | Declined = NUMPY.attempt(given.astype, dtype)
    if not isinstance(made, Declined):
        return made, None
    with np.errstate(all="ignore"):
        return given.astype(dtype), made.words


def effects(before: NDArray[Any], after: NDArray[Any]) -> tuple[Effect, ...]:
    """Say of every cell, in C order, what a change of dtype did to its number."""
    return tuple(_effect(*pair, after.dtype) for pair in zip(before.ravel(), after.ravel(), strict=True))


def value_text(value: Any) -> str:
    """Write the number that a cell holds, not a shorter one that is rounded to it: 0.1 in float16 is 0.09997..."""
    if isinstance(value, np.floating):
        number = float(value)
        plain = number == 0 or 1e-5 <= abs(number) < 1e17
        return np.format_float_positional(number, trim="0") if plain else str(number)
    return str(value)


def explain_encoding(text: str, dtype: str) -> Encoding:
    """Put one number into a dtype of `SHOWN` and read its bits.

    Whole numbers are two's complement; the first bit of a signed one counts negative. Floating-point numbers are those
    of IEEE 754: sign, exponent with a bias, fraction.

    Raises
    ------
    Refused
        If the text is not one number.
    """
    given = read_values(text).given
    if given.size != 1:
        raise Refused(f"There {'is no number' if not given.size else f'are {given.size} numbers'} here. {HOW_BITS}")
    stored, _ = cast(given, dtype)
    (effect,) = effects(given, stored)
    bits = np.binary_repr(int(stored.view(f"u{stored.itemsize}")[0]), stored.itemsize * 8)
    texts = value_text(given[0]), value_text(stored[0])
    if stored.dtype.kind == "f":
        return Encoding(texts[0], dtype, _float_fields(bits, stored.dtype), texts[1], _float_formula(stored), effect)
    fields: tuple[BitField, ...] = (BitField("value", bits),)
    if stored.dtype.kind == "i":
        fields = (BitField("sign", bits[0]), BitField("value", bits[1:]))
    if effect == "wrapped":
        fields = (BitField("dropped", _dropped(given, len(bits))), *fields)
    return Encoding(texts[0], dtype, fields, texts[1], _whole_formula(bits, stored), effect)


def _row(values: Values, dtype: str) -> DtypeRow:
    given = values.given
    after, warning = cast(given, dtype)
    texts = map(value_text, after)
    cells = tuple(DtypeCell(*pair) for pair in zip(texts, effects(given, after), strict=True))
    with np.errstate(all="ignore"):
        at_once = NUMPY.attempt(np.array, values.written, dtype=dtype)
    declined = at_once if isinstance(at_once, Declined) else None
    return DtypeRow(dtype, after.itemsize, _span(after.dtype), cells, after, warning, declined)


def _span(dtype: np.dtype[Any]) -> tuple[str, str]:
    if dtype.kind == "b":
        return "False", "True"
    if dtype.kind == "f":
        largest = f"{float(np.finfo(dtype).max):.3g}"
        return f"−{largest}", largest
    limits = np.iinfo(dtype)
    if limits.bits > 16:
        power = limits.bits - 1 if dtype.kind == "i" else limits.bits
        return f"−2^{power}" if dtype.kind == "i" else "0", f"2^{power} − 1"
    return str(limits.min).replace("-", "−"), str(limits.max)


def _effect(before: Any, after: Any, dtype: np.dtype[Any]) -> Effect:
    # Python compares whole numbers with fractions exactly, where NumPy would round one of them first.
    old, new = before.item(), after.item()
    if old == new or (old != old and new != new):
        return "kept"
    if isinstance(old, complex) and dtype.kind != "c":
        if old.imag:
            return "real part" if dtype.kind != "b" else "truth"
        old = old.real
        if old == new:
            return "kept"
    match dtype.kind:
        case "b":
            return "truth"
        case "c":
            return "rounded"
        case "f":
            return "infinite" if np.isinf(new) else "lost" if new == 0 else "rounded"
        case _ if isinstance(old, float):
            if old != old:
                return "nan"
            if not np.iinfo(dtype).min - 1 < old < np.iinfo(dtype).max + 1:
                return "out of range"
            return "cut off"
        case _:
            return "wrapped"


def _dropped(given: NDArray[Any], width: int) -> str:
    """The bits above those that fit, without the zeros, or before a negative number the ones, that repeat endlessly."""
    above = int(given[0]) >> width
    return np.binary_repr(above) if above >= 0 else np.binary_repr(above, (~above).bit_length() + 1)


def _whole_formula(bits: str, stored: NDArray[Any]) -> str:
    weights = [2**place for place in reversed(range(len(bits)))]
    if stored.dtype.kind == "i":
        weights[0] = -weights[0]
    terms = [str(weight).replace("-", "−") for weight, bit in zip(weights, bits, strict=True) if bit == "1"]
    if len(terms) > 9:
        terms = [*terms[:4], "…", *terms[-4:]]
    value = str(int(stored[0])).replace("-", "−")
    if stored.dtype.kind == "b":
        return f"{value} is {stored[0]}; the byte holds nothing else"
    return f"{' + '.join(terms) or '0'} = {value}"


def _float_fields(bits: str, dtype: np.dtype[Any]) -> tuple[BitField, ...]:
    fraction = np.finfo(dtype).nmant
    return (
        BitField("sign", bits[0]),
        BitField("exponent", bits[1:-fraction]),
        BitField("fraction", bits[-fraction:]),
    )


def _float_formula(stored: NDArray[Any]) -> str:
    """Spell sign, exponent and fraction as the number that they make (IEEE 754-2019, section 3.4)."""
    value, width = stored[0], stored.itemsize * 8
    if np.isnan(value):
        return "all exponent bits are 1 and the fraction is not 0: not a number"
    sign = "−" if np.signbit(value) else "+"
    if np.isinf(value):
        return f"all exponent bits are 1 and the fraction is 0: {sign}infinity"
    mantissa = np.finfo(stored.dtype).nmant
    bits = int(stored.view(f"u{stored.itemsize}")[0])
    exponent, fraction = (bits >> mantissa) % 2 ** (width - 1 - mantissa), (bits % 2**mantissa) / 2**mantissa
    bias = 2 ** (width - 2 - mantissa) - 1
    number = value_text(value).replace("-", "−")
    if exponent == 0:
        return f"{sign}{fraction} · 2^(1 − {bias}) = {number}; an exponent of 0 means that no 1 is added"
    return f"{sign}(1 + {fraction}) · 2^({exponent} − {bias}) = {number}"


def _code(values: Values, rows: Sequence[DtypeRow]) -> str:
    lines = [f'for dtype in "{" ".join(row.dtype for row in rows)}".split():']
    lines += ["    print(dtype, np.array(values).astype(dtype).tolist())"]
    if any(row.declined for row in rows):
        lines += ["    try:", "        np.array(values, dtype=dtype)"]
        lines += ["    except (OverflowError, ValueError) as error:"]
        lines += ['        print(f"{type(error).__name__}: {error}")']
    if any(row.warning for row in rows):  # the page has told the warnings already
        lines = ['with np.errstate(all="ignore"):', *(f"    {line}" for line in lines)]
    body = "\n".join([f"values = {values.code}", *lines])
    return "\n".join([*imports(body), "", body])
