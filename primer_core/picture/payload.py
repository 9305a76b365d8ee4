"""Parts as JSON: what the browser's modules draw. Their types are written down in ``static/primer/types.d.ts``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from primer_core.picture.grid import Picture
from primer_core.picture.parts import Page
from primer_core.picture.text import Code, Name, Number, Strong

_SPANS: Mapping[type, str] = {Strong: "strong", Code: "code", Name: "name", Number: "number"}


def page_payload(page: Page) -> dict[str, Any]:
    """Return a page as JSON-ready dicts, lists, texts and numbers."""
    return {"panel": payload(page.panel), "body": payload(page.body)}


def payload(value: Any) -> Any:
    """Return a part, or what parts are made of, as JSON-ready dicts, lists, texts and numbers.

    A part becomes a dict with its ``kind`` and those of its fields that have not their default value; a span a dict
    with one key, or a bare text where it is plain.
    """
    match value:
        case None | str() | bool() | int() | float():
            return value
        case tuple() | list():
            return [payload(inner) for inner in value]
        case Mapping():
            return {str(key): payload(inner) for key, inner in value.items()}
        case Picture():
            return {"kind": "picture", **value.payload()}
    span = _SPANS.get(type(value))
    if span is not None:
        return {span: value.text, "role": value.role} if isinstance(value, Name) else {span: value.text}
    kind, fields = _described(type(value))
    found = {"kind": kind}
    for name, default in fields:
        inner = getattr(value, name)
        if inner is not default and inner != default:
            found[name] = payload(inner)
    return found


def _described(part: type[Any]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Return the kind of a class of parts, and its fields with their defaults."""
    if part not in _DESCRIBED:
        fields = tuple((field.name, field.default) for field in dataclasses.fields(part))
        _DESCRIBED[part] = (part.kind, fields)
    return _DESCRIBED[part]


_DESCRIBED: dict[type[Any], tuple[str, tuple[tuple[str, Any], ...]]] = {}
