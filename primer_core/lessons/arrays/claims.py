"""What is said of an array, of numbers in every dtype, and of NumPy beside PyTorch: the claims of each outcome."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import prod
from typing import assert_never

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.comparing import AnswersDiffer, ArrayHolds, ListPoints
from primer_core.claims.describing import Became
from primer_core.claims.dtypes import (
    ArrayRefuses,
    AstypeWarns,
    BindsAnother,
    KeepEveryValue,
    KeepsItsDtype,
    SameBytes,
    ValuesChanged,
    WrappedAround,
    WrittenAnew,
)
from primer_core.claims.making import HasShape
from primer_core.claims.memory import SharesMemory
from primer_core.lessons.arrays.anatomy import Anatomy, Conversion, NotMade
from primer_core.lessons.arrays.dtypes import DtypeTable, Effect, value_text
from primer_core.lessons.arrays.explain import Casts, Outcome, Races
from primer_core.lessons.arrays.making import NAME
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.surprising import hair_below
from primer_core.lessons.arrays.twins import Libraries, Twins
from primer_core.lessons.outcome import Unread

EFFECTS: Mapping[Effect, str] = {
    "kept": "",
    "wrapped": "wraps around",
    "cut off": "fraction cut off",
    "out of range": "out of range",
    "nan": "no whole number stands for nan",
    "rounded": "rounded",
    "infinite": "too large",
    "lost": "too small",
    "truth": "not zero",
    "real part": "real part alone",
}
"""What a change of dtype did to a number, in a few words."""

COUNT = 1000
"""Numbers in the list and the array that are compared by their bytes."""

SIZES_CODE = f"""\
import sys
import numpy as np

numbers, x = list(range({COUNT})), np.arange({COUNT})
print((sys.getsizeof(numbers) - sys.getsizeof([])) // len(numbers), sys.getsizeof(numbers[-1]))
print(x.dtype, x.itemsize, x.strides)"""
"""Prints the bytes of a pointer and of an object in a list, and of a number in an array."""


def claims_of(_: ArraysQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case NotMade():
            return why_not(outcome)
        case Anatomy():
            remarks = tuple(remark.claim for remark in outcome.remarks)
            described = tuple(attribute.meaning for attribute in outcome.attributes)
            why = why_stopped(outcome)
            told = (*changes(outcome), *conversion(outcome))
            return (*verdict(outcome), *remarks, *why, *told, *described, *became(outcome))
        case Casts():
            return (keeping(outcome.table), *own_words(outcome.table), *cast(outcome.table))
        case Races():
            return why_fast()
        case Libraries(comparison=compared):
            if isinstance(compared, Twins):
                return (differing(compared),)
            answers = (compared.first, compared.second)
            return tuple(claim for answer in answers if isinstance(answer, NotMade) for claim in why_not(answer))
    assert_never(outcome)


def verdict(explained: Anatomy) -> tuple[Claim, ...]:
    """Say in a few words what the array is, or whether its conversion shares its memory; nothing where it stopped."""
    drawn, made = explained.drawn, explained.conversion
    if explained.changes is not None and explained.changes.stop is not None:
        return ()
    if made is not None and prod(made.drawn.values.shape):
        return (SharesMemory(made.shares_code, NAME, "y", made.verdict == "view"),)
    return (HasShape(NAME, drawn.values.shape, drawn.dtype),)


def changes(explained: Anatomy) -> tuple[Claim, ...]:
    """Tell what the name means after statements, and what became of fractions."""
    changed = explained.changes
    if changed is None:
        return ()
    found: list[Claim] = []
    for rebinding in changed.rebindings:
        if rebinding.untouched:
            before = (*explained.making, *changed.done[: rebinding.place])
            line = (rebinding.code, before.count(rebinding.code) + 1)
            found.append(BindsAnother(line, NAME, rebinding.before, rebinding.after))
    cut = any(write.effect == "cut off" and write.cell.startswith(f"{NAME}[") for write in changed.writes)
    if cut and not changed.rebindings:
        found.append(KeepsItsDtype(NAME, changed.dtype))
    if changed.wrapped and changed.stop is None:
        found.append(WrappedAround(NAME, changed.dtype))
    return tuple(found)


def became(explained: Anatomy) -> tuple[Claim, ...]:
    """Say in which way numbers became others, those that were written into cells and those of the conversion."""
    changed, made = explained.changes, explained.conversion
    found: list[Claim] = []
    if changed is not None:
        written = (write for write in changed.writes if write.effect != "kept")
        found += [Became(write.given, write.stored, changed.dtype, EFFECTS[write.effect]) for write in written]
    if made is not None and prod(made.drawn.values.shape):
        found.append(SharesMemory(made.shares_code, NAME, "y", made.verdict == "view"))
        pairs = zip(explained.drawn.values.ravel(), made.drawn.values.ravel(), made.effects, strict=True)
        for given, stored, effect in pairs:
            if effect != "kept":
                found.append(Became(value_text(given), value_text(stored), made.drawn.dtype, EFFECTS[effect]))
    return tuple(dict.fromkeys(found))


def cast(table: DtypeTable) -> tuple[Claim, ...]:
    """Say in which way each number becomes another in each dtype."""
    return tuple(
        Became(given, cell.text, row.dtype, EFFECTS[cell.effect])
        for row in table.rows
        for given, cell in zip(table.texts, row.cells, strict=True)
        if cell.effect != "kept"
    )


def conversion(explained: Anatomy) -> tuple[Claim, ...]:
    """Tell what the conversion did."""
    made = explained.conversion
    if made is None or not prod(made.drawn.values.shape):
        return ()
    if made.verdict == "view":
        return (SameBytes(made.code, made.drawn.dtype),)
    before, after = explained.drawn.values, made.drawn.values
    short = hair_below(before, after, made.effects, made.code)
    return (WrittenAnew(made.code, NAME, made.drawn.nbytes), *_others(made), *short)


def _others(made: Conversion) -> tuple[Claim, ...]:
    count = int(made.changed.sum())
    effects = tuple(dict.fromkeys(EFFECTS[effect] for effect in made.effects if effect != "kept"))
    return (ValuesChanged(made.code, count, effects),) if count else ()


def why_stopped(explained: Anatomy) -> tuple[Claim, ...]:
    """Say why a statement stopped, and what would run in its place."""
    stop = None if explained.changes is None else explained.changes.stop
    if stop is None or stop.reason is None:
        return ()
    works = stop.reason.works
    return (stop.reason.claim,) if works is None else (stop.reason.claim, works)


def why_not(outcome: NotMade) -> tuple[Claim, ...]:
    """Say what an error of a library comes from, and what would work."""
    return () if outcome.cause is None else (outcome.cause.claim, *outcome.cause.works)


def keeping(table: DtypeTable) -> Claim:
    """Count the dtypes that keep every value."""
    return KeepEveryValue(sum(all(cell.effect == "kept" for cell in row.cells) for row in table.rows), len(table.rows))


def own_words(table: DtypeTable) -> tuple[Claim, ...]:
    """Quote what NumPy itself says: warnings of ``astype``, and dtypes in which it refuses to make the array."""
    warned: dict[str, list[str]] = {}
    for row in table.rows:
        if row.warning:
            warned.setdefault(row.warning, []).append(row.dtype)
    warnings = [AstypeWarns(tuple(dtypes), words) for words, dtypes in warned.items()]
    refusals = [ArrayRefuses(row.dtype, row.declined.text) for row in table.rows if row.declined is not None]
    return (*warnings, *refusals)


def differing(twins: Twins) -> Claim:
    """Count the answers that differ."""
    return AnswersDiffer(sum(row.differs for row in twins.rows), len(twins.rows))


def why_fast() -> tuple[Claim, ...]:
    """Count the bytes of a list and of an array, as they are on this machine."""
    numbers, x = list(range(COUNT)), np.arange(COUNT)
    pointer = (sys.getsizeof(numbers) - sys.getsizeof([])) // COUNT
    return (ListPoints(COUNT, pointer, sys.getsizeof(numbers[-1])), ArrayHolds(COUNT, str(x.dtype), x.strides[0]))
