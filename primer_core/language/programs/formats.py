"""Formats of texts: which are written, and that none writes more than there is room for."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

from primer_core.language.limits import Refused
from primer_core.language.text import quoted

WIDEST = 200
"""Greatest width, and greatest precision, of a value in a text."""

_SPEC = re.compile(r"([^{}]?[<>=^])?[-+ ]?[z]?#?0?(\d{0,3})[,_]?(\.\d{1,3})?[bcdeEfFgGnosxX%]?", re.ASCII)
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*(\d{0,3})(\.\d{0,3})?[diouxXeEfFgGcrsa%]", re.ASCII)


def check_spec(form: str) -> str:
    """Return how a value is to be written, as ``.2f``, if it can be.

    Raises
    ------
    Refused
        If it cannot.
    """
    numbers = [int(number) for number in re.findall(r"\d+", form)]
    if not _SPEC.fullmatch(form) or any(number > WIDEST for number in numbers):
        raise Refused(f"{quoted(form)} is no format that is read here. Width and precision go up to {WIDEST}.")
    return form


def check_percent(text: str) -> None:
    """Refuse a text in front of ``%`` that would write a value wider than `WIDEST`, or by a width that is a value.

    Raises
    ------
    Refused
        If it would.
    """
    for found in _PERCENT.finditer(text):
        if any(int(number) > WIDEST for number in re.findall(r"\d+", found.group())):
            raise Refused(f"{quoted(found.group())} is too wide: width and precision go up to {WIDEST} here.")
    if "%" in _PERCENT.sub("", text):
        raise Refused(f"{quoted(text)} is no format that is read here. An f-string writes the same.")


def filled(text: str, positional: Sequence[Any], keywords: Mapping[str, Any]) -> list[tuple[str, Any, str, str]]:
    """Return the pieces of what ``format`` is asked of: text, the value behind it, its conversion and its format.

    Nothing but values is named: no attribute and no item of one.

    Raises
    ------
    Refused
        If a piece names more than a value.
    IndexError, KeyError, ValueError
        As Python raises them.
    """
    found = []
    count = 0
    for words, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            found.append((words, None, "none", ""))
            continue
        if not name:
            name, count = str(count), count + 1
        if not name.isidentifier() and not name.isdigit():
            raise Refused(f"{quoted('{' + name + '}')} is not read here. Give the value itself to format.")
        if name.isdigit() and int(name) >= len(positional):
            raise IndexError(f"Replacement index {name} out of range for positional args tuple")
        value = positional[int(name)] if name.isdigit() else keywords[name]
        found.append((words, value, conversion or "", check_spec(spec or "")))
    return found
