"""Whether arrays keep of what is written into them what is said, found out with arrays that keep all of it."""

from __future__ import annotations

import ast
import copy
import math
from typing import Any

import numpy as np
import torch

from primer_core.claims.claim import Line
from primer_core.claims.storing import (
    CannotHold,
    CountedOnce,
    IntoUnnamed,
    LastBracketWrites,
    NeverGrows,
    NoRunningTotal,
    NoWholeNumber,
    ReadOnly,
    ReadThenWritten,
    ReadTooLate,
    Truncated,
    Wrapped,
    WrittenAndLost,
)
from tests.claims.arrays import (
    address,
    cells,
    copies,
    is_array,
    normal,
    objects,
    place,
    reaches,
    read,
    seen,
    strides,
    value_of,
    watched,
)
from tests.claims.checking import check
from tests.claims.dtype_checks import computed_apart
from tests.claims.program import Names, Program
from tests.claims.stretching_checks import given


@check(CannotHold)
def _(claim: CannotHold, program: Program) -> None:
    assert program.run().error is not None
    (line,) = (node for node in program.statements if isinstance(node, ast.AugAssign))
    assert ast.unparse(line.target) == claim.name
    computed_apart(program, ast.unparse(line))  # it is computed, where it need not be stored


@check(NeverGrows)
def _(claim: NeverGrows, program: Program) -> None:
    assert program.run().error is not None
    assert given(program)[claim.name].shape == claim.shape
    made = computed_apart(program, claim.statement)
    assert made.shape == claim.result
    assert made.shape != claim.shape
    # With cells that take the result it still fails; with the shape of the result, too, it works.
    cells = f"{claim.name}.astype(np.dtype('{made.dtype}'))"
    assert isinstance(
        program.replaced(claim.name, cells).error, ValueError
    )  # astype makes cells of its own, to write to
    assert program.replaced(claim.name, f"np.broadcast_to({cells}, {claim.result}).copy()").error is None


@check(ReadOnly)
def _(claim: ReadOnly, program: Program) -> None:
    assert program.run().error is not None
    array = given(program)[claim.name]
    held = program.run(until=program.first(claim.name))[claim.name]
    try:
        held[...] = array.copy()
    except ValueError:
        pass
    else:
        raise AssertionError("it can be written to")
    assert np.any(np.asarray(held.strides) == 0)
    assert "read-only" not in str(program.replaced(claim.name, f"{claim.name}.copy()").error)


def split_off(program: Program, line: Line, code: str) -> tuple[Program, int]:
    """Return the program with an expression of a line computed in a line of its own, and how many run before it."""
    at = place(program, line)
    whole = normal(line[0])
    assert normal(code) in whole, f"{code} does not stand in {whole}"
    return program.with_lines(at, f"_made = {code}", whole.replace(normal(code), "_made", 1)), at - 1


def check_lost(line: Line, code: str, program: Program) -> None:
    """A copy without a name is written into, and no array that has a name changes."""
    split, at = split_off(program, line, code)
    _, found = watched(
        split,
        old=(at, copies),
        made=(at + 1, lambda names: seen(names["_made"])),
        written=(at + 2, lambda names: seen(names["_made"])),
        new=(at + 2, lambda names: {name: value for name, value in copies(names).items() if name != "_made"}),
        apart=(at + 2, lambda names: not any(
            reaches(names["_made"], array) for name, array in objects(names).items() if name != "_made")),
    )  # fmt: skip
    assert found["apart"]
    assert not isinstance(ast.parse(code, mode="eval").body, ast.Name)
    assert all(seen(found["new"][name]) == seen(array) for name, array in found["old"].items() if name in found["new"])
    # What stands there is written to: with other bytes in it before, it is other bytes afterwards.
    assert found["written"] != found["made"] or writes(line)


def writes(line: Line) -> bool:
    """Whether a statement writes into what stands before its last bracket, or into what it adds to."""
    match ast.parse(line[0]).body[0]:
        case ast.Assign([ast.Subscript()]) | ast.AugAssign():
            return True
        case ast.Expr(ast.Call(ast.Attribute(_, name))):
            return name.endswith("_") or name in ("fill", "sort", "put", "partition")
    return False


@check(IntoUnnamed)
def _(claim: IntoUnnamed, program: Program) -> None:
    check_lost(claim.line, claim.code, program)


@check(WrittenAndLost)
def _(claim: WrittenAndLost, program: Program) -> None:
    check_lost(claim.line, claim.code, program)


@check(LastBracketWrites)
def _(claim: LastBracketWrites, program: Program) -> None:
    check_lost(claim.line, claim.code, program)
    node = ast.parse(claim.code, mode="eval").body
    assert isinstance(node, ast.Subscript)
    # With a slice in the place of the list or the mask, the write reaches the array.
    at = place(program, claim.line)
    source = ast.unparse(node.value)

    def shared(names: Names) -> tuple[bool, bool]:
        whole = value_of(source, names)
        return reaches(whole[...], whole), reaches(value_of(claim.code, names), whole)

    _, found = watched(program, it=(at - 1, shared))
    assert found["it"] == (True, False)


@check(ReadThenWritten)
def _(claim: ReadThenWritten, program: Program) -> None:
    at = place(program, claim.line)
    node = program.statements[at - 1]
    assert isinstance(node, ast.AugAssign | ast.Assign)
    copied = copy.deepcopy(node)
    copied.value = ast.Call(ast.Attribute(copied.value, "copy", ast.Load()), [], [])
    value = ast.unparse(node.value)
    target = ast.unparse(node.target if isinstance(node, ast.AugAssign) else node.targets[0])

    def crosses(names: Names) -> bool:
        left, right = value_of(target, names), value_of(value, names)
        return address(left) != address(right) or strides(left) != strides(right)

    def shares(names: Names) -> bool:
        return reaches(value_of(target, names), value_of(value, names))

    _, found = watched(program, it=(at - 1, lambda names: (crosses(names), shares(names))))
    assert found["it"] == (True, True)
    again = program.with_lines(at, ast.unparse(ast.fix_missing_locations(copied)))
    _, one = watched(program, it=(at, copies))
    _, other = watched(again, it=(at, copies))
    assert all(seen(one["it"][name]) == seen(array) for name, array in other["it"].items())


@check(CountedOnce)
def _(claim: CountedOnce, program: Program) -> None:
    at = place(program, claim.line)
    node = program.statements[at - 1]
    assert isinstance(node, ast.AugAssign)
    assert isinstance(node.target, ast.Subscript)
    assert ast.unparse(node.target.value) == claim.name
    changed = program.with_lines(at, claim.each) if claim.each else program
    key, value = ast.unparse(node.target.slice), ast.unparse(node.value)

    def named(names: Names) -> list[int]:
        array = read(names, claim.name)
        order = np.arange(cells(array).size).reshape(cells(array).shape)
        whole = torch.from_numpy(order) if isinstance(array, torch.Tensor) else order
        return list(np.ravel(value_of(f"order_[{key}]", {**names, "order_": whole})))

    def probe(names: Names) -> Any:
        return cells(read(names, claim.name)).copy()

    _, found = watched(
        program,
        named=(at - 1, named),
        before=(at - 1, probe),
        value=(at - 1, lambda names: np.ravel(np.asarray(value_of(value, names)))),
        after=(at, probe),
    )
    before, after, order = found["before"], found["after"], found["named"]
    flat = list(np.ndindex(before.shape)).index(claim.cell)
    assert order.count(flat) == claim.times > 1
    assert before[claim.cell] != after[claim.cell]
    given = list(found["value"]) if found["value"].size == len(order) else [found["value"][0]] * len(order)
    sign = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.true_divide}.get(type(node.op))
    if sign is not None and found["value"].size in (1, len(order)):
        steps = [step for place_in, step in zip(order, given, strict=True) if place_in == flat]
        once = [np.asarray(sign(before[claim.cell], step)).astype(before.dtype) for step in steps]
        assert any(np.array_equal(after[claim.cell], each, equal_nan=True) for each in once)
        if claim.each:
            _, again = watched(changed, after=(at, probe))
            total = before[claim.cell]
            for step in steps:
                total = np.asarray(sign(total, step)).astype(before.dtype)
            assert np.array_equal(again["after"][claim.cell], total, equal_nan=True)


@check(ReadTooLate)
def _(claim: ReadTooLate, program: Program) -> None:
    at = place(program, claim.line)
    node = program.statements[at - 1]
    assert isinstance(node, ast.Assign)
    (targets,), values = node.targets, node.value
    assert isinstance(targets, ast.Tuple | ast.List)
    assert isinstance(values, ast.Tuple | ast.List)
    written, read_ = [ast.unparse(each) for each in targets.elts], [ast.unparse(each) for each in values.elts]
    late = written.index(claim.target)
    assert read_[late] == claim.read
    assert claim.written in written[:late]
    assert claim.copy in (f"{claim.read}.copy()", f"{claim.read}.clone()")
    kept = [claim.copy if place_in == late else code for place_in, code in enumerate(read_)]
    mended = program.with_lines(at, f"{', '.join(written)}, = {', '.join(kept)},")
    target = (at, lambda names: seen(value_of(claim.target, names)))
    _, as_it_is = watched(program, it=target, old=(at - 1, lambda names: seen(value_of(claim.read, names))))
    _, as_meant = watched(mended, it=target)
    assert as_it_is["it"] != as_meant["it"]
    # Without the write that is named, the view would still have shown its numbers.
    without = [f"{one} = {other}" for one, other in zip(written, read_, strict=True) if one != claim.written]
    _, found = watched(program.with_lines(at, *without), it=(at - 1 + len(without), target[1]))
    assert found["it"] == as_meant["it"]


@check(NoRunningTotal)
def _(claim: NoRunningTotal, program: Program) -> None:
    at = place(program, claim.line)
    node = program.statements[at - 1]
    assert isinstance(node, ast.AugAssign)
    assert isinstance(node.target, ast.Subscript)
    name = ast.unparse(node.target.value)
    _, found = watched(
        program,
        total=(at - 1, lambda names: np.asarray(value_of(claim.code, names)).copy()),
        rows=(at - 1, lambda names: [row.copy() for row in cells(read(names, name))]),
        after=(at, lambda names: cells(read(names, name)).copy()),
    )
    rows = found["rows"]
    for place_in, row in enumerate(rows[1:], start=1):
        rows[place_in] = row + rows[place_in - 1]
    np.testing.assert_array_equal(found["total"], np.array(rows))
    assert not np.array_equal(found["total"], found["after"])


def lost_numbers(claim: Truncated | Wrapped | NoWholeNumber, program: Program) -> tuple[Any, Any, int]:
    """Return the first number as it was meant and as it was kept, and how many became others.

    The line is run a second time with arrays that have room for every number: of Python's own whole numbers and
    fractions, or, of PyTorch's, of the widest floats.
    """
    at = place(program, claim.line)
    whole, code = normal(claim.line[0]), normal(claim.code)
    assert code in whole

    def kept(names: Names) -> Any:
        return cells(value_of(code, names)).copy()

    def meant(names: Names) -> Any:
        node = ast.parse(code, mode="eval").body
        if casts(node):
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Attribute)
            return cells(value_of(ast.unparse(node.func.value), names)).copy()
        return cells(value_of(code, wide(names)))

    if code != whole:
        _, found = watched(program, kept=(at - 1, kept), meant=(at - 1, meant))
        return compared(found["kept"], found["meant"], claim)

    def run_wide(names: Names) -> Any:
        other = wide(names)
        exec(whole, other)
        return {name: cells(value) for name, value in other.items() if is_array(value)}

    _, found = watched(program, meant=(at - 1, run_wide), kept=(at, copies), before=(at - 1, copies))
    best = []
    for name, now in found["kept"].items():
        wished = found["meant"].get(name)
        if wished is None or wished.shape != now.shape or str(now.dtype) != claim.dtype:
            continue
        try:
            best.append(compared(now, wished, claim))
        except AssertionError:
            continue
    assert best, "no number became another"
    matching = [one for one in best if one[2] == claim.cells]
    return (matching or best)[0]


def casts(node: ast.expr) -> bool:
    names = ("astype", "to", "int", "long", "short", "char", "byte", "type")
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names


def wide(names: Names) -> Names:
    """Return names with arrays that have room for every number; two names of one object stay so."""
    made: dict[int, Any] = {}
    for value in names.values():
        if isinstance(value, torch.Tensor):
            made[id(value)] = value.detach().to(torch.float64).clone()
        elif isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
            made[id(value)] = value.astype(object)
        elif isinstance(value, np.generic) and value.dtype.kind in "iu":
            made[id(value)] = int(value)
    return {"np": np, "torch": torch, **{name: made.get(id(value), value) for name, value in names.items()}}


def compared(kept: Any, meant: Any, claim: Truncated | Wrapped | NoWholeNumber) -> tuple[Any, Any, int]:
    assert str(kept.dtype) == claim.dtype
    pairs = [(one, other) for one, other in zip(np.ravel(meant), kept.ravel(), strict=True) if not one == other]  # noqa: SIM201 - nan
    assert pairs, "no number became another"
    return (*pairs[0], len(pairs))


def check_numbers(claim: Truncated | Wrapped | NoWholeNumber, program: Program) -> tuple[Any, Any]:
    meant, kept, count = lost_numbers(claim, program)
    assert count == claim.cells
    told = float(claim.meant)
    assert told == float(meant) or (told != told and meant != meant)
    assert int(claim.kept) == int(kept)
    return meant, kept


@check(Truncated)
def _(claim: Truncated, program: Program) -> None:
    meant, kept = check_numbers(claim, program)
    assert math.trunc(meant) == int(kept)
    assert float(meant) != int(kept)


@check(Wrapped)
def _(claim: Wrapped, program: Program) -> None:
    meant, kept = check_numbers(claim, program)
    limits = np.iinfo(claim.dtype)
    assert not limits.min <= meant <= limits.max
    if isinstance(meant, int) or float(meant) < 2**53:
        assert (int(meant) - int(kept)) % 2**limits.bits == 0


@check(NoWholeNumber)
def _(claim: NoWholeNumber, program: Program) -> None:
    meant, _ = check_numbers(claim, program)
    assert not math.isfinite(meant) or float(meant) != math.trunc(meant)
