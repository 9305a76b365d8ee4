"""Parts as JSON: what the browser's modules draw. Their types are written down in ``static/primer/types.d.ts``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from primer_core.picture.grid import Picture
from primer_core.picture.parts import Page
from primer_core.picture.text import Code, Name, Number, Strong

_SPANS: Mapping[type, str] = {Strong: "strong", Code: "code", Name: "name", Number: "number"}


Windows = Mapping[str, Sequence[int]]
"""By the id of a grid that is elided, where the part of it that is opened begins."""


def page_payload(page: Page, windows: Windows | None = None) -> dict[str, Any]:
    """Return a page as JSON-ready dicts, lists, texts and numbers."""
    return {"panel": payload(page.panel), "body": payload(page.body, windows)}


def payload(value: Any, windows: Windows | None = None) -> Any:
    """Return a part, or what parts are made of, as JSON-ready dicts, lists, texts and numbers.

    A part becomes a dict with its ``kind`` and those of its fields that have not their default value; a span a dict
    with one key, or a bare text where it is plain.

    Parameters
    ----------
    value
        Part, span, or a tuple, list or mapping of these.
    windows
        See `primer_core.picture.grid.Picture.payload`.
    """
    match value:
        case None | str() | bool() | int() | float():
            return value
        case tuple() | list():
            return [payload(inner, windows) for inner in value]
        case Mapping():
            return {str(key): payload(inner, windows) for key, inner in value.items()}
        case Picture():
            return {"kind": "picture", **value.payload(windows)}
    span = _SPANS.get(type(value))
    if span is not None:
        return {span: value.text, "role": value.role} if isinstance(value, Name) else {span: value.text}
    kind, fields = _described(type(value))
    found = {"kind": kind}
    for name, default in fields:
        inner = getattr(value, name)
        if inner is not default and inner != default:
            found[name] = payload(inner, windows)
    return found


def _described(part: type[Any]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the kind of a class of parts, and its fields with their defaults."""
    if part not in _DESCRIBED:
        fields = tuple((field.name, field.default) for field in dataclasses.fields(part))
        _DESCRIBED[part] = (part.kind, fields)
    return _DESCRIBED[part]


_DESCRIBED: dict[type[Any], tuple[str, tuple[tuple[str, Any], ...]]] = {}
