"""What each dtype makes of given values: what wraps, is cut off, rounded or lost; and the bits that say why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.language.creation import read_numbers, source
from primer_core.language.limits import Refused

SHOWN: tuple[str, ...] = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "int64"),
    *("float16", "float32", "float64"),
)
"""The dtypes of the table, by kind and size."""

MAX_VALUES = 12
"""Values that a table has room for."""

HOW_BITS = "Write one number, such as 300, -1.5 or nan."

Outcome = Literal["kept", "wrapped", "cut off", "out of range", "rounded", "infinite", "lost", "truth"]


@dataclass(frozen=True, slots=True)
class DtypeCell:
    """One value in one dtype.

    Parameters
    ----------
    text
        What NumPy makes of it, with as many digits as tell it from its neighbours.
    outcome
        ``"kept"`` if it is the same number still, else what happened to it.
    """

    text: str
    outcome: Outcome


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
    said
        NumPy's warning about that, if it has one.
    refused
        What NumPy says if it is asked to make the array in this dtype at once, where it will not.
    """

    dtype: str
    itemsize: int
    span: tuple[str, str]
    cells: tuple[DtypeCell, ...]
    cast: NDArray[Any]
    said: str | None
    refused: str | None


@dataclass(frozen=True, slots=True, eq=False)
class DtypeTable:
    """What every dtype makes of the values.

    Parameters
    ----------
    refusal
        Why there is none.
    given
        The values as NumPy takes them by itself, which chooses the dtype.
    texts
        The values as text.
    rows
        One a dtype.
    code
        A snippet that prints the table.
    """

    refusal: str | None = None
    given: NDArray[Any] | None = None
    texts: tuple[str, ...] = ()
    rows: tuple[DtypeRow, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class BitGroup:
    """Bits that mean something together.

    Parameters
    ----------
    name
        ``"sign"``, ``"exponent"``, ``"fraction"``, ``"value"``, or ``"dropped"`` for what did not fit.
    bits
        Zeros and ones, the most significant first.
    """

    name: str
    bits: str


@dataclass(frozen=True, slots=True)
class Bits:
    """A value as it lies in memory.

    Parameters
    ----------
    refusal
        Why there are none.
    groups
        From the most significant on.
    stored
        The number that these bits are, as text.
    formula
        How the bits make that number.
    outcome
        What happened to the value.
    """

    refusal: str | None = None
    groups: tuple[BitGroup, ...] = ()
    stored: str = ""
    formula: str = ""
    outcome: Outcome = "kept"


def explain_dtypes(text: str) -> DtypeTable:
    """Put the numbers of `text` into every dtype of `SHOWN`. Nothing that is typed makes it raise.

    Parameters
    ----------
    text
        Numbers with commas between them: ``1.9, 300, -1, nan``.
    """
    try:
        values = read_numbers(text)
        if len(values) > MAX_VALUES:
            raise Refused(f"There are {len(values)} numbers here; the table has room for {MAX_VALUES}.")
        if not values:
            raise Refused("There is no number here yet. Write some with commas between them: 1.9, 300, -1.")
        given = np.array(values)
        if given.dtype == object:
            raise Refused("These whole numbers do not fit into 64 bits together.")
    except Refused as refused:
        return DtypeTable(refusal=str(refused))
    rows = tuple(_row(values, given, dtype) for dtype in SHOWN)
    return DtypeTable(None, given, tuple(map(value_text, given)), rows, _code(values, rows))


def cast(given: NDArray[Any], dtype: str) -> tuple[NDArray[Any], str | None]:
    """Return ``given.astype(dtype)`` and NumPy's warning about it, if it has one.

    The warning's text is taken from the exception that NumPy can be told to raise instead: unlike a warning filter,
    that concerns no other thread.
    """
    said: str | None = None
    try:
        with np.errstate(over="raise", invalid="raise", under="ignore"):
            return given.astype(dtype), None
    except FloatingPointError as error:
        said = str(error)
    with np.errstate(all="ignore"):
        return given.astype(dtype), said


def outcomes(before: NDArray[Any], after: NDArray[Any]) -> tuple[Outcome, ...]:
    """Say of every cell, in C order, what a change of dtype did to its number."""
    return tuple(_outcome(*pair, after.dtype) for pair in zip(before.ravel(), after.ravel(), strict=True))


def value_text(value: Any) -> str:
    """Write the number that a cell holds, not a shorter one that is rounded to it: 0.1 in float16 is 0.09997..."""
    if isinstance(value, np.floating):
        number = float(value)
        plain = number == 0 or 1e-5 <= abs(number) < 1e17
        return np.format_float_positional(number, trim="0") if plain else str(number)
    return str(value)


def explain_bits(text: str, dtype: str) -> Bits:
    """Show the bits of one number in a dtype of `SHOWN`. Nothing that is typed makes it raise.

    Whole numbers are two's complement; the first bit of a signed one counts negative. Floating-point numbers are those
    of IEEE 754: sign, exponent with a bias, fraction.
    """
    try:
        values = read_numbers(text)
        if len(values) != 1:
            raise Refused(f"There are {len(values)} numbers here. {HOW_BITS}")
        given = np.array(values)
    except Refused as refused:
        return Bits(refusal=str(refused))
    stored, _ = cast(given, dtype)
    (outcome,) = outcomes(given, stored)
    bits = np.binary_repr(int(stored.view(f"u{stored.itemsize}")[0]), stored.itemsize * 8)
    if stored.dtype.kind == "f":
        return Bits(None, _float_groups(bits, stored.dtype), value_text(stored[0]), _float_formula(stored), outcome)
    groups: tuple[BitGroup, ...] = (BitGroup("value", bits),)
    if stored.dtype.kind == "i":
        groups = (BitGroup("sign", bits[0]), BitGroup("value", bits[1:]))
    if outcome == "wrapped":
        groups = (BitGroup("dropped", _dropped(given, len(bits))), *groups)
    return Bits(None, groups, value_text(stored[0]), _whole_formula(bits, stored), outcome)


def _row(values: Sequence[Any], given: NDArray[Any], dtype: str) -> DtypeRow:
    after, said = cast(given, dtype)
    texts = map(value_text, after)
    cells = tuple(DtypeCell(*pair) for pair in zip(texts, outcomes(given, after), strict=True))
    refused: str | None = None
    try:
        with np.errstate(all="ignore"):
            np.array(values, dtype=dtype)
    except (OverflowError, ValueError) as error:
        refused = f"{type(error).__name__}: {error}"
    return DtypeRow(dtype, after.itemsize, _span(after.dtype), cells, after, said, refused)


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


def _outcome(before: Any, after: Any, dtype: np.dtype[Any]) -> Outcome:
    # Python compares whole numbers with fractions exactly, where NumPy would round one of them first.
    old, new = before.item(), after.item()
    if old == new or (old != old and new != new):
        return "kept"
    match dtype.kind:
        case "b":
            return "truth"
        case "f":
            return "infinite" if np.isinf(new) else "lost" if new == 0 else "rounded"
        case _ if isinstance(old, float):
            if old != old or not np.iinfo(dtype).min - 1 < old < np.iinfo(dtype).max + 1:
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


def _float_groups(bits: str, dtype: np.dtype[Any]) -> tuple[BitGroup, ...]:
    fraction = np.finfo(dtype).nmant
    return (
        BitGroup("sign", bits[0]),
        BitGroup("exponent", bits[1:-fraction]),
        BitGroup("fraction", bits[-fraction:]),
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


def _code(values: Sequence[Any], rows: Sequence[DtypeRow]) -> str:
    lines = [f'for dtype in "{" ".join(row.dtype for row in rows)}".split():']
    lines += ["    print(dtype, np.array(values).astype(dtype).tolist())"]
    if any(row.refused for row in rows):
        lines += ["    try:", "        np.array(values, dtype=dtype)"]
        lines += ["    except (OverflowError, ValueError) as error:"]
        lines += ['        print(f"{type(error).__name__}: {error}")']
    if any(row.said for row in rows):  # the page has told the warnings already
        lines = ['with np.errstate(all="ignore"):', *(f"    {line}" for line in lines)]
    return "\n".join(["import numpy as np", "", f"values = {source(list(values))}", *lines])
