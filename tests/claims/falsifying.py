"""Claims made wrong: one fact of a claim replaced by another of its kind."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import Any, TypeVar

from primer_core.claims.claim import Claim

C = TypeVar("C", bound=Claim)

_NAMES = ("a", "b", "c", "x", "y", "out")
_DTYPES = ("int64", "float32", "float64", "bool", "uint8", "complex128")


#: Facts that say when, or of which cell: what is said of a memory, or of cells that stand there, mostly holds of other
#: steps, too, and where the same numbers come several times, or all go into one, of other cells.
_HOLD_ELSEWHERE = {
    "TouchesAll": ("run",), "TouchesCells": ("run",), "MemoryChanged": ("run",), "WentInto": ("at", "cell"),
    "SeededAgain": ("run",), "TwoAnswers": ("result",), "KeepsGraphs": ("run",),
    "NothingBetween": ("run",), "FirstOfAll": ("run",), "ClippedTooLate": ("run",),
    "TakenAway": ("run",), "JoinedByPlace": ("run",),
    "UsedUp": ("run", "other"), "FieldByField": ("run",), "LoaderDraws": ("run",),
    "OtherDrawsBefore": ("first",),
}  # fmt: skip


def falsified(claim: C, chance: random.Random) -> C:
    """Return the claim with one of its facts changed to something else of the same kind."""
    name = chance.choice(_facts(claim))
    return replace(claim, **{name: _other(getattr(claim, name), chance)})  # type: ignore[type-var]  # claims are dataclasses


def can_be_falsified(claim: Claim) -> bool:
    """Return whether a claim holds any fact at all."""
    return bool(_facts(claim))


def _facts(claim: Claim) -> list[str]:
    held = _HOLD_ELSEWHERE.get(type(claim).__name__, ())
    return [field.name for field in fields(claim) if field.name not in held]  # type: ignore[arg-type]  # claims are dataclasses


def _other(value: Any, chance: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():  # of an axis or a place, the other sign may be another name
            return value + chance.choice([by for by in (-2, -1, 1, 2, 3) if (value + by < 0) == (value < 0)])
        case float():
            other = value * chance.choice([0.5, 2.0]) + chance.choice([-1.0, 1.0])
            return other if abs(other - value) > 0.05 * max(1.0, abs(value)) else value + 3.0
        case str() if value in _DTYPES:
            return chance.choice([other for other in _DTYPES if other != value])
        case str():
            return chance.choice([other for other in _NAMES if other != value])
        case None:
            return 1
        case tuple() if value:
            place = chance.randrange(len(value))
            for _ in range(5 if isinstance(value[place], tuple) else 0):  # a cell that stands there already is true
                if (found := _other(value[place], chance)) not in value:
                    return (*value[:place], found, *value[place + 1 :])
            return (*value[:place], _other(value[place], chance), *value[place + 1 :])
        case tuple():
            return (2,)
    raise TypeError(f"no other {type(value).__name__} than {value!r} is known")
