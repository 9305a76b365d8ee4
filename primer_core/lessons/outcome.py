"""Outcomes that every lesson can have, besides those of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unread:
    """A field holds something that cannot be read.

    Parameters
    ----------
    field
        Parameter of the field.
    message
        Plain text: what was expected, what was given, and what to do.
    """

    field: str
    message: str
