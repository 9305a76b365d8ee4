"""Names of places in a picture: of a place across, what the place down is called."""

from __future__ import annotations

import re

_DOWN_OF = {"col": "row", "column": "row", "cols": "rows", "w": "h", "width": "height"}
_WITH_X = re.compile(r"(?:[a-z]*_?)x(?:_?[a-z0-9]*)")


def down_of(across: str) -> str:
    """Return what the place down is called, where a name is that of a place across; empty for any other name."""
    found = _DOWN_OF.get(across)
    return found or (across.replace("x", "y") if _WITH_X.fullmatch(across) else "")
