"""Whether names are bound to what is said, and objects changed or not: by identity, and by bytes before and after."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from primer_core.claims.claim import Line
from primer_core.claims.rebinding import (
    BoundTo,
    BoundToValue,
    ChangedInPlace,
    ChangedTogether,
    DidNothing,
    NameGone,
    NameSince,
    NameTaken,
    Printed,
    ReadAnotherWay,
    ReboundTo,
    Unchanged,
    Wrote,
)
from tests.claims.arrays import (
    cells,
    copies,
    fetched,
    is_array,
    labels,
    object_of,
    objects,
    one_memory,
    place,
    place_of,
    reaches,
    read,
    seen,
    share,
    strides,
    watched,
)
from tests.claims.checking import check
from tests.claims.program import Names, Program, Ran


def over(program: Program, since: Line) -> tuple[Ran, dict[str, Any], dict[str, Any]]:
    """Run all; return the arrays as they were bound before the statements, and copies of their cells then."""
    at = place(program, since)
    ran, found = watched(program, objects=(at, objects), copies=(at, copies))
    return ran, found["objects"], found["copies"]


def differing(array: Any, before: Any) -> int:
    """How many cells differ in their bytes; one that is read in another way is compared by its memory alone."""
    now = cells(array)
    if now.dtype == object:
        return sum(one is not other for one, other in zip(now.ravel(), before.ravel(), strict=True))
    assert now.shape == before.shape
    if not now.size:
        return 0
    bits = [np.ascontiguousarray(each).reshape(-1, 1).view(np.uint8) for each in (now, before)]
    return int((bits[0] != bits[1]).any(axis=1).sum())


@check(ReboundTo)
def _(claim: ReboundTo, program: Program) -> None:
    _, was, old = over(program, claim.since)
    name = claim.name[0]
    assert claim.was[0] == name
    _, (now, before) = fetched(program, claim.name, claim.was)
    assert place_of(program, claim.was) <= place(program, claim.since) < place_of(program, claim.name)
    assert now is not before
    ended, found = watched(
        program, now=(place_of(program, claim.name), object_of(claim.name)),
        was=(place_of(program, claim.was), object_of(claim.was)),
        before=(place(program, claim.since), objects),
    )  # fmt: skip
    assert read(ended.names, name) is found["now"]
    assert found["before"][name] is found["was"]
    assert differing(was[name], old[name]) == claim.cells


@check(NameGone)
def _(claim: NameGone, program: Program) -> None:
    ran, was, old = over(program, claim.since)
    name = claim.was[0]
    assert name in was
    assert name not in labels(ran.names)
    assert place_of(program, claim.was) <= place(program, claim.since)
    _, found = watched(
        program, was=(place_of(program, claim.was), object_of(claim.was)), before=(place(program, claim.since), objects)
    )
    assert found["was"] is found["before"][name]
    assert differing(was[name], old[name]) == claim.cells
    kept = {other for other, array in objects(ran.names).items() if one_memory(array, was[name])}
    assert set(claim.kept) == kept
    assert len(claim.kept) == len(kept)


@check(Unchanged)
def _(claim: Unchanged, program: Program) -> None:
    ran, was, old = over(program, claim.since)
    assert read(ran.names, claim.name) is was[claim.name]
    assert seen(was[claim.name]) == seen(old[claim.name])
    if claim.elsewhere is not None:
        other = was[claim.elsewhere]
        assert read(ran.names, claim.elsewhere) is other
        assert differing(other, old[claim.elsewhere])
        assert not one_memory(other, was[claim.name])
        assert not reaches(other, was[claim.name])


def check_changed(names: tuple[str, ...], since: Line, program: Program) -> dict[str, Any]:
    ran, was, old = over(program, since)
    kept = [name for name in was if read(ran.names, name) is was[name]]
    changed = [name for name in kept if seen(was[name]) != seen(old[name])]
    assert sorted(names) == sorted(changed)
    assert len(names) == len(changed)
    return was


@check(ChangedInPlace)
def _(claim: ChangedInPlace, program: Program) -> None:
    check_changed(claim.names, claim.since, program)


@check(ChangedTogether)
def _(claim: ChangedTogether, program: Program) -> None:
    was = check_changed(claim.names, claim.since, program)
    assert len(claim.names) > 1
    first, *rest = (was[name] for name in claim.names)
    assert all(one_memory(first, other) for other in rest)


@check(NameSince)
def _(claim: NameSince, program: Program) -> None:
    ran, was, old = over(program, claim.since)
    now = objects(ran.names)
    name = claim.name
    assert name in was or name in now
    if name not in was:
        assert (claim.bound, claim.cells) == ("first", 0)
        return
    assert claim.cells == differing(was[name], old[name])
    if name not in now:
        assert claim.bound == "gone"
    elif now[name] is was[name]:
        assert claim.bound == "kept"
    else:
        there = any(now[name] is array for array in was.values())
        assert claim.bound == ("another" if there else "new")


@check(BoundTo)
def _(claim: BoundTo, program: Program) -> None:
    fetched(program, claim.name)
    at = place_of(program, claim.name)
    _, found = watched(
        program,
        before=(at - 1, lambda names: [*objects(names).values()]),
        now=(at, lambda names: [read(names, claim.name[0]), *objects(names).values()]),
    )
    new = found["now"][0]
    was_there = any(new is old for old in found["before"])
    assert was_there == (claim.how == "same")
    if claim.of is None:
        assert claim.how in ("own", "empty")
        assert (claim.how == "empty") == (0 in tuple(new.shape))
        assert not any(one_memory(new, old) for old in found["before"]) or claim.how == "empty"
        return
    assert place_of(program, claim.of) <= at
    _, (one, other) = fetched(program, claim.name, claim.of)
    assert claim.name[0] != claim.of[0] or place_of(program, claim.of) < at
    match claim.how:
        case "same":
            assert one is other
        case "view":
            assert one is not other
            assert share(program, claim.name, claim.of)
        case "beside":
            assert one_memory(one, other)
            assert not share(program, claim.name, claim.of)
        case _:
            raise AssertionError(f"{claim.how} is of no other")


@check(BoundToValue)
def _(claim: BoundToValue, program: Program) -> None:
    at = place_of(program, claim.name)
    name = claim.name[0]
    _, found = watched(
        program, now=(at, lambda names: (name in names, names.get(name))), old=(at - 1, lambda names: names.get(name))
    )
    there, value = found["now"]
    assert there
    assert not is_array(value)
    written = " ".join(repr(value).split())
    assert written == claim.value or (claim.value.endswith("…") and written.startswith(claim.value[:-1]))
    assert name in claim.name[1].partition("=")[0] or name in claim.name[1]


@check(NameTaken)
def _(claim: NameTaken, program: Program) -> None:
    at = place(program, claim.line)
    _, found = watched(
        program,
        before=(at - 1, lambda names: read(names, claim.name) is not None),
        after=(at, lambda names: claim.name in names),
    )
    assert found["before"]
    assert not found["after"]


def around(program: Program, line: Line) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return arrays and copies of their cells before a line, and the same after it."""
    at = place(program, line)
    _, found = watched(
        program,
        before=(at - 1, lambda names: (objects(names), copies(names))),
        after=(at, lambda names: (objects(names), copies(names))),
    )
    return (*found["before"], *found["after"])


@check(Wrote)
def _(claim: Wrote, program: Program) -> None:
    objects_before, before, objects_after, after = around(program, claim.line)
    known = [*objects_before.values()]
    found = {}
    for name, array in objects_after.items():
        old = next((key for key, one in objects_before.items() if one is array), None)
        if old is None or before[old].shape != after[name].shape:
            continue
        count = differing(after[name], before[old])
        if count:
            found[name] = count
    assert known
    assert dict(claim.cells) == found
    assert len(claim.cells) == len(found)


@check(ReadAnotherWay)
def _(claim: ReadAnotherWay, program: Program) -> None:
    at = place(program, claim.line)

    def lies(names: Names) -> Any:
        one = read(names, claim.name)
        return one, tuple(one.shape), strides(one)

    _, found = watched(program, before=(at - 1, lies), after=(at, lies))
    (old, *was), (new, *now) = found["before"], found["after"]
    assert old is new
    assert was != now
    assert now[0] == claim.shape


@check(Printed)
def _(claim: Printed, program: Program) -> None:
    at = place(program, claim.line)
    node = program.statements[at - 1]
    again = [ast.unparse(each) for each in program.statements[at:]]
    if isinstance(node, ast.Expr) and ast.unparse(node) in [f"print({name})" for name in program.run().names]:
        # Where the page prints at its end, it prints each name once more.
        assert ast.unparse(node) in again or (bool(again) and not again[-1].startswith("print"))
    before, after = program.run(until=at - 1), program.run(until=at)
    assert after.printed.count("\n") - before.printed.count("\n") == claim.lines > 0


@check(DidNothing)
def _(claim: DidNothing, program: Program) -> None:
    objects_before, before, objects_after, after = around(program, claim.line)
    assert set(objects_before) == set(objects_after)
    assert all(objects_after[name] is array for name, array in objects_before.items())
    assert all(seen(after[name]) == seen(array) for name, array in before.items())
    at = place(program, claim.line)
    assert program.run(until=at - 1).printed == program.run(until=at).printed
    assert at > program.first("a")
