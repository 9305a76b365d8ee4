"""How every picture, table, formula and sentence writes a number.

The rules, the same wherever a learner *reads* a number:

- The minus sign is U+2212, ``−``, in exponents too: ``−3``, ``1.5e−07``. The hyphen-minus ``-`` stands only in
  code, which is printed by Python itself (`repr`) and can be copied; a number that is read belongs to the sentence
  or the cell around it. Fields in which a learner types take both signs.
- A number of the floating-point kind keeps a point (``1.0``), one of the integer kind has none (``1``): which of the
  two it is, is part of what a lesson shows.
- Rounding is to *significant* digits: four where there is little room, eight where there is more. Digits before the
  point are never rounded away, and what is short is exact. From 1e6 on and below 1e-3 the form is scientific, with
  the exponent as Python prints it.
- A whole number is exact. Only in a cell, one of more than nine characters is written as the others are.
- ``nan``, ``inf`` and ``−inf`` are NumPy's words, and ``−0.0`` is not ``0.0``, because NumPy tells them apart too.
- A boolean is ``True`` or ``False``, a complex number has its two parts in brackets, ``(1−2j)``, and what is no number
  at all (a text, a date) stands as it is, hyphens included.
"""

import re
from typing import Any

import numpy as np

MINUS = "−"
"""The sign of a negative number, U+2212."""

_HYPHEN = re.compile(r"-(?=\.?\d|inf|nan)")

CELL_DIGITS = 4
FULL_DIGITS = 8

_CELL_WIDTH = 9
"""Most characters of a whole number that a cell shows exactly."""


def cell_text(value: Any) -> str:
    """Write a number as it stands in a cell: exact where short, else four significant digits."""
    if _is_whole(value) and len(str(int(value))) > _CELL_WIDTH:
        return with_minus(f"{float(value):.{CELL_DIGITS - 1}e}")
    return number_text(value, CELL_DIGITS)


def full_text(value: Any) -> str:
    """Write a number as it stands in a formula or a sentence: eight significant digits at most."""
    return number_text(value, FULL_DIGITS)


def number_text(value: Any, digits: int, *, plus: bool = False) -> str:
    """Write a number by the rules of this module.

    Parameters
    ----------
    value
        A Python or NumPy scalar of any kind.
    digits
        Most significant digits of a floating-point number, at least 1; in the scientific form one fewer, because an
        exponent takes their room.
    plus
        Whether a number above zero begins with ``+``, as a change does.
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (complex, np.complexfloating)) and not isinstance(value, float):
        real, imaginary = (_bare(part, digits) for part in (value.real, value.imag))
        return f"({real}{imaginary if imaginary.startswith(MINUS) else '+' + imaginary}j)"
    if _is_whole(value):
        text = with_minus(str(int(value)))
    elif isinstance(value, (float, np.floating)):
        text = with_minus(_floating(value, digits))
    else:
        return str(value)
    return f"+{text}" if plus and value > 0 else text


def with_minus(text: str) -> str:
    """Write the signs of the numbers of a text, which Python printed, as they are read: ``(−16, 8)``, ``1e−07``."""
    return _HYPHEN.sub(MINUS, text)


def bracketed(text: str) -> str:
    """Put a written number in brackets where its sign would meet the sign before it: ``6 · (−1.0)``."""
    return f"({text})" if text.startswith((MINUS, "+")) else text


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64))


def _floating(value: Any, digits: int) -> str:
    number = float(value)
    if number == 0 or 1e-3 <= abs(number) < 1e6:
        whole = len(str(int(abs(number))))  # digits before the point are never rounded away
        return np.format_float_positional(value, precision=max(digits, whole), fractional=False, trim="0")
    return f"{number:.{max(digits - 1, 1)}g}"


def _bare(part: Any, digits: int) -> str:
    """One part of a complex number, without the point of a whole one, as Python writes it."""
    return with_minus(_floating(part, digits).removesuffix(".0"))
