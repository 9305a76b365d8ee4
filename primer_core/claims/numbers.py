"""How sentences write numbers."""

from __future__ import annotations

from collections.abc import Sequence

from primer_core.claims.claim import signed


def short_number(value: float) -> str:
    """Write a number with at most four digits."""
    return signed(f"{value:.4g}")


def numbers_text(values: Sequence[float]) -> str:
    """Write a number as it is, and several in brackets."""
    return short_number(values[0]) if len(values) == 1 else f"[{', '.join(map(short_number, values))}]"
