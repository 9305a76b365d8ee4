"""Reading bars back from the JSON that they were sent as: what was measured is kept nowhere but on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from primer_core.picture.bars import Bar, Bars, Column
from primer_core.picture.text import Role

_MOST_BARS = 100
_MOST_LETTERS = 400


def read_bars(sent: object) -> Bars:
    """Read bars from what `primer_core.picture.payload.payload` makes of them.

    Parameters
    ----------
    sent
        Whatever a browser sent.

    Returns
    -------
    Bars
        Their names in plain letters.

    Raises
    ------
    ValueError
        If these are no bars, with the reason.
    """
    fields = _mapping(sent, "bars")
    bars = fields.get("bars")
    if not isinstance(bars, list) or len(bars) > _MOST_BARS:
        raise ValueError(f"Expected a list of at most {_MOST_BARS} bars.")
    titles = _mapping(fields.get("titles", {}), "titles")
    columns: dict[Column, str] = {column: _text(titles, column) for column in get_args(Column) if column in titles}
    return Bars(tuple(map(_bar, bars)), _text(fields, "caption"), columns, _number(fields.get("whole", 0)))


def _bar(sent: object) -> Bar:
    fields = _mapping(sent, "a bar")
    tone = fields.get("tone", "plain")
    if tone not in get_args(Role):
        raise ValueError(f"Expected one of {', '.join(get_args(Role))} as the tone of a bar.")
    spans = fields.get("name")
    if not isinstance(spans, list) or len(spans) > _MOST_LETTERS:
        raise ValueError("Expected the name of a bar, a list of spans.")
    name = "".join(map(_letters, spans))[:_MOST_LETTERS]
    value = _number(fields.get("value"))
    return Bar((name,), value, _text(fields, "label"), tone, _text(fields, "group"), _text(fields, "note"))


def _mapping(sent: object, what: str) -> Mapping[str, Any]:
    if not isinstance(sent, dict):
        raise ValueError(f"Expected {what}, a JSON object.")
    return sent


def _letters(span: object) -> str:
    text = next(iter(span.values()), None) if isinstance(span, dict) else span
    if not isinstance(text, str):
        raise ValueError("Expected spans of text in the name of a bar.")
    return text


def _text(fields: Mapping[str, Any], name: str) -> str:
    text = fields.get(name, "")
    if not isinstance(text, str):
        raise ValueError(f"Expected {name}, a text.")
    return text[:_MOST_LETTERS]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise ValueError("Expected a number that is finite.")
    return float(value)
