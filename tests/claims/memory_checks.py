"""Whether arrays share memory as it is said, found out by writing through one and reading the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from primer_core.claims.claim import Bound
from primer_core.claims.memory import (
    CopyMade,
    DrawnAs,
    IsValue,
    LiesBeside,
    NameLost,
    NewArray,
    NoArray,
    NoCells,
    NumberMade,
    OneObject,
    OtherMemory,
    ReadsMemory,
    SharesMemory,
    ViewOf,
)
from tests.claims.arrays import (
    bounds,
    cells,
    copies,
    fetched,
    is_array,
    object_of,
    objects,
    one_memory,
    place_of,
    reaches,
    read,
    share,
    strides,
    value_of,
    watched,
)
from tests.claims.checking import check
from tests.claims.program import Names, Program, Ran


def held(ran: Ran, array: Bound, found: Any) -> bool:
    """Whether a name is bound to an object in the end."""
    return read(ran.names, array[0]) is found


@check(OneObject)
def _(claim: OneObject, program: Program) -> None:
    ran, (one, other) = fetched(program, claim.name, claim.of)
    assert one is other
    assert claim.name[0] != claim.of[0]
    assert place_of(program, claim.of) <= place_of(program, claim.name)
    assert claim.now == (held(ran, claim.name, one) and held(ran, claim.of, other))


def check_kin(claim: ViewOf | ReadsMemory | LiesBeside, program: Program) -> list[Any]:
    ran, (one, other) = fetched(program, claim.name, claim.of)
    assert place_of(program, claim.of) <= place_of(program, claim.name)
    assert one is not other
    assert claim.held == held(ran, claim.name, one)
    assert claim.of_held == held(ran, claim.of, other)
    return [one, other]


@check(ViewOf)
def _(claim: ViewOf, program: Program) -> None:
    check_kin(claim, program)
    assert share(program, claim.name, claim.of)


@check(ReadsMemory)
def _(claim: ReadsMemory, program: Program) -> None:
    check_kin(claim, program)
    assert share(program, claim.name, claim.of)

    def lies(names: Names) -> Any:
        one = read(names, claim.name[0])
        return tuple(one.shape), strides(one)

    _, found = watched(program, it=(place_of(program, claim.name), lies))
    assert found["it"] == (claim.shape, claim.strides)


@check(LiesBeside)
def _(claim: LiesBeside, program: Program) -> None:
    one, other = check_kin(claim, program)
    assert one_memory(one, other)
    assert not share(program, claim.name, claim.of)


def before(program: Program, array: Bound) -> dict[str, Any]:
    """Return the arrays that are there right before a line."""

    _, found = watched(program, it=(place_of(program, array) - 1, objects))
    return {name: value for name, value in found["it"].items() if is_array(value)}


def apart_from_all(program: Program, array: Bound) -> Any:
    """Return an array that shares memory with none that was there before the line that bound it."""
    at = place_of(program, array)
    _, found = watched(
        program,
        old=(at - 1, lambda names: [value for value in objects(names).values() if is_array(value)]),
        new=(at, object_of(array)),
    )
    new = found["new"]
    assert is_array(new), f"{array[0]} is no array"
    for old in found["old"]:
        assert new is not old
        assert not reaches(new, old)
        assert not reaches(old, new)
    return new


@check(CopyMade)
def _(claim: CopyMade, program: Program) -> None:
    ran, (one,) = fetched(program, claim.name)
    assert claim.held == held(ran, claim.name, one)
    apart_from_all(program, claim.name)

    # Every number of it stands in one array that was there, once that has its dtype.
    def values(names: Names) -> Any:
        return cells(read(names, claim.name[0])).copy()

    at = place_of(program, claim.name)
    _, found = watched(
        program,
        old=(at - 1, lambda names: [*copies(names).values()]),
        new=(at, values),
    )
    new = found["new"]
    with np.errstate(all="ignore"):
        assert any(in_it(new, old) for old in found["old"])


def in_it(new: Any, old: Any) -> bool:
    """Whether each number of an array stands in another."""
    there = set(np.asarray(old.astype(new.dtype)).ravel().tolist())
    return all(value in there or value != value for value in new.ravel().tolist())


@check(NewArray)
def _(claim: NewArray, program: Program) -> None:
    ran, (one,) = fetched(program, claim.name)
    assert claim.held == held(ran, claim.name, one)
    apart_from_all(program, claim.name)


@check(OtherMemory)
def _(claim: OtherMemory, program: Program) -> None:
    ran, (one,) = fetched(program, claim.name)
    assert claim.held == held(ran, claim.name, one)
    start, stop = bounds(one)
    assert claim.bytes == stop - start
    new = apart_from_all(program, claim.name)
    earlier = before(program, claim.name)
    still = {name for name, array in earlier.items() if name != claim.name[0]}
    ran, found = watched(program, it=(place_of(program, claim.name) - 1, objects))
    held_on = {name for name in still if read(ran.names, name) is found["it"][name]}
    assert set(claim.apart) == held_on
    assert len(claim.apart) == len(held_on)
    assert all(not one_memory(new, array) for array in earlier.values())


@check(NoCells)
def _(claim: NoCells, program: Program) -> None:
    ran, (one,) = fetched(program, claim.name)
    assert claim.held == held(ran, claim.name, one)
    assert 0 in tuple(one.shape)


@check(NumberMade)
def _(claim: NumberMade, program: Program) -> None:
    ran, (one,) = fetched(program, claim.name)
    assert claim.held == held(ran, claim.name, one)
    assert not is_array(one)
    assert isinstance(one, np.generic)


@check(NoArray)
def _(claim: NoArray, program: Program) -> None:
    ran = program.run()
    assert claim.name in ran.names
    assert claim.name.isidentifier()
    assert not isinstance(ran[claim.name], np.generic)
    assert not is_array(ran[claim.name])


@check(IsValue)
def _(claim: IsValue, program: Program) -> None:
    value = program.run()[claim.name]
    assert not is_array(value)
    written = " ".join(repr(value).split())
    assert written == claim.value or (claim.value.endswith("…") and written.startswith(claim.value[:-1]))


@check(SharesMemory)
def _(claim: SharesMemory, program: Program) -> None:
    end = len(program.statements)
    ran = program.run()
    assert claim.first != claim.second
    assert value_of(claim.code, ran.names) is claim.answer
    at = end if ran.error is None else ended(program)
    pair = (claim.first, claim.second)
    if "untyped_storage" in claim.code:
        assert claim.code.count("untyped_storage") == 2
        assert claim.code.startswith(claim.first)
        assert f" {claim.second}." in claim.code
        assert claim.answer == one_memory(*(read(ran.names, name) for name in pair))
        return
    for writer, reader in (pair, pair[::-1]):
        assert all(name in claim.code and read(ran.names, name) is not None for name in pair)

        def write(names: Names, writer: str = writer, reader: str = reader) -> bool:
            return reaches(read(names, writer), read(names, reader))

        _, found = watched(program, reached=(at, write))
        assert found["reached"] == claim.answer


def ended(program: Program) -> int:
    """Return how many statements a program that fails runs to their end."""
    return next(n for n in range(len(program.statements)) if program.run(until=n + 1).error is not None)


def history(program: Program) -> list[dict[str, Any]]:
    """What each name of an array stands for, before the first statement and after each that is not refused."""
    while (ran := program.run()).error is not None:
        program = program.with_lines(ended(program) + 1)
        assert program.statements, ran.error
    found: list[dict[str, Any]] = [{}]

    def note(names: Names) -> None:
        found.append(objects(names))

    program.run(after=dict.fromkeys(range(1, len(program.statements) + 1), note))
    return found


@check(DrawnAs)
def _(claim: DrawnAs, program: Program) -> None:
    states = history(program)
    assert claim.name in states[-1]
    array = states[-1][claim.name]
    made = next(place for place, state in enumerate(states) if any(each is array for each in state.values()))
    earlier = [each for each in (*states[made - 1].values(), *states[made].values()) if each is not array]
    before = [each for each in earlier if any(each is old for state in states[:made] for old in state.values())]
    first = next(name for name, each in states[made].items() if each is array)
    before += [states[made][name] for name in list(states[made])[: list(states[made]).index(first)]]
    beside = any(one_memory(array, each) for each in before)
    match claim.word:
        case "NUMBER":
            assert not is_array(array) or array.ndim == 0
        case "NO CELLS":
            assert cells(array).size == 0
        case "VIEW" | "OTHER CELLS":
            assert beside
            assert any(reaches(array, each) for each in before) == (claim.word == "VIEW")
        case "COPY" | "NEW":
            assert is_array(array)
            assert before
            assert not any(reaches(array, each) for each in before)
        case _:
            raise AssertionError(f"nothing is drawn as {claim.word}")


@check(NameLost)
def _(claim: NameLost, program: Program) -> None:
    states = history(program)
    now = states[-1]
    had = [state[claim.name] for state in states if claim.name in state]
    gone = [each for each in had if not any(each is other for other in now.values())]
    assert gone
    kept = [tuple(sorted(name for name, other in now.items() if one_memory(each, other))) for each in gone]
    assert any(set(claim.kept) <= set(names) and bool(claim.kept) == bool(names) for names in kept)
