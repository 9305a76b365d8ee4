"""Whether writing through an index does what is said, found out by writing other values and looking at all cells."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.writing import (
    AddedOnce,
    AddedToRead,
    ComesAs,
    ExceedsDtype,
    FilledInOrder,
    FractionsCut,
    LastStays,
    NotConverted,
    ValueMisfit,
    WrappedAsStored,
    WrittenItself,
)
from tests.claims.checking import check
from tests.claims.indices import before, index, key_of, picked, place_of
from tests.claims.memory import content, flip, is_tensor, values
from tests.claims.program import Names, Program


def read(program: Program) -> tuple[Names, Any]:
    """Names in front of the statement, and what the index gives where it is read."""
    names = before(program)
    names["b"] = names["a"][key_of(index(program), names)]
    return names, names["b"]


def kind_of(names: Names) -> str:
    """Whether b is a view of a, a copy, or a number."""
    b = names["b"]
    if isinstance(b, np.generic):
        return "number"
    if not content(b):
        root = b._base if is_tensor(b) else b.base
        return "view" if root is not None or b is names["a"] else "copy"
    was = content(b)
    flip(names["a"])
    seen = content(b) != was
    flip(names["a"])
    return "view" if seen else "copy"


@check(ComesAs)
def _(claim: ComesAs, program: Program) -> None:
    targets = [ast.unparse(statement).partition("[")[0] for statement in program.statements if is_write(statement)]
    assert claim.written == ("a" in targets)
    if claim.written:
        names, b = read(program)
    else:
        names = program.run(until=program.first(claim.name)).names
        b = names[claim.name]
    assert claim.name == "b"
    assert claim.parts == isinstance(b, tuple)
    if claim.parts:
        assert claim.shape == (len(b),)
        return
    is_number = isinstance(b, bool | int | float | np.generic)
    assert (claim.shape is None) == is_number
    if not is_number:
        assert tuple(b.shape) == claim.shape
    if claim.reads != "none":
        assert claim.reads == kind_of(names)
    elif not is_number:
        assert kind_of(names) == "copy" or not content(b)


def is_write(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign([ast.Subscript(ast.Name("a"))]) | ast.AugAssign(ast.Subscript(ast.Name("a"))):
            return True
    return False


def with_value(program: Program, code: str) -> Any:
    """Run it with another value written, and return what a is then."""
    place = next(n for n, statement in enumerate(program.statements, start=1) if is_write(statement))
    statement = program.statements[place - 1]
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    target, _, _ = ast.unparse(statement).partition(" = ")
    sign = "=" if isinstance(statement, ast.Assign) else "+="
    target = ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)
    ran = program.instead(place, f"{target} {sign} {code}")
    assert ran.error is None
    return values(ran["a"])


@check(FilledInOrder)
def _(claim: FilledInOrder, program: Program) -> None:
    ran = program.run()
    assert ran.error is None
    a, mask = values(ran["a"]), np.asarray(key_of(index(program), before(program)))
    assert mask.dtype == bool
    assert mask.shape == a.shape
    cells = [place for place in np.ndindex(mask.shape) if mask[place]]
    assert len(cells) == claim.count > 1
    assert (claim.first, claim.last) == (cells[0], cells[-1])
    statement = program.statements[place_of(program) - 1]
    assert isinstance(statement, ast.Assign)
    given = values(eval(ast.unparse(statement.value), dict(ran.names)))
    assert [a[cell] for cell in cells] == given.astype(a.dtype).tolist()


@check(WrittenItself)
def _(claim: WrittenItself, program: Program) -> None:
    names, b = read(program)
    assert kind_of(names) == claim.reads or not content(b)
    statement = program.statements[place_of(program) - 1]
    assert claim.adds == isinstance(statement, ast.AugAssign)
    is_bool = "bool" in str(names["a"].dtype)
    low, high = with_value(program, "False" if is_bool else "0"), with_value(program, "True" if is_bool else "1")
    fresh = values(before(program)["a"])
    if is_bool and claim.adds:
        low, high = fresh, low  # True + anything is True
        assert claim.count == len(np.unique(picked(program)))
    else:
        assert int((low != high).sum()) == claim.count
    ran = program.run()
    assert ran.error is None
    changed = [
        one.tobytes() != other.tobytes() for one, other in zip(fresh.ravel(), values(ran["a"]).ravel(), strict=True)
    ]
    assert set(np.flatnonzero(changed)) <= set(np.unique(picked(program)).tolist())


@check(AddedToRead)
def _(claim: AddedToRead, program: Program) -> None:
    names, _ = read(program)
    assert kind_of(names) == claim.reads
    fresh, ran = values(names["a"]), program.run()
    assert ran.error is None
    pairs = zip(fresh.ravel(), values(ran["a"]).ravel(), strict=True)
    assert sum(one.tobytes() != other.tobytes() for one, other in pairs) == claim.changed
    assert claim.shape == (np.shape(ran["b"]) if claim.reads == "number" else ())
    match program.statements[place_of(program)]:
        case ast.AugAssign(ast.Name("b")):
            pass
        case statement:
            raise AssertionError(f"{ast.unparse(statement)} adds nothing to b")


def given(program: Program) -> tuple[Names, Any, np.ndarray[Any, Any]]:
    """Names in front of the statement that writes, its value, and that stretched to the picked cells."""
    names = before(program)
    statement = program.statements[place_of(program) - 1]
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    value = eval(ast.unparse(statement.value), names)
    cells = values(value)
    shape = picked(program).shape
    cells = cells.reshape(cells.shape[max(cells.ndim - len(shape), 0) :])
    return names, value, np.broadcast_to(cells, shape)


def candidates(program: Program, cell: tuple[int, ...]) -> tuple[Names, Any, list[Any]]:
    """Names, the value, and all values that an element is given, in order."""
    names, value, cells = given(program)
    assert len(cell) == values(names["a"]).ndim
    flat = int(np.ravel_multi_index(cell, names["a"].shape)) if cell else 0
    return names, value, cells.ravel()[picked(program).ravel() == flat].tolist()


@check(LastStays)
def _(claim: LastStays, program: Program) -> None:
    names, _, all_given = candidates(program, claim.cell)
    assert len(all_given) == claim.times > 1
    left = values(program.run()["a"])
    dtype = left.dtype
    assert isinstance(program.statements[place_of(program) - 1], ast.Assign)
    stored = [np.asarray(one).astype(dtype) for one in all_given]
    assert left[claim.cell] in stored
    assert claim.library == ("PyTorch" if is_tensor(names["a"]) else "NumPy")
    assert claim.promised == (claim.library == "NumPy")
    if claim.promised:
        assert left[claim.cell] == stored[-1]


@check(AddedOnce)
def _(claim: AddedOnce, program: Program) -> None:
    names, value, all_given = candidates(program, claim.cell)
    assert len(all_given) == claim.times > 1
    assert isinstance(program.statements[place_of(program) - 1], ast.AugAssign)
    fresh, left = values(names["a"]), values(program.run()["a"])
    sums = [np.asarray(fresh[claim.cell].item() + one).astype(left.dtype) for one in all_given]
    assert left[claim.cell] in sums
    assert claim.library == ("PyTorch" if is_tensor(names["a"]) else "NumPy")
    assert claim.promised == (claim.library == "NumPy")
    if claim.promised:
        assert left[claim.cell] == sums[-1]
    if claim.every:
        names["i"], names["v"] = key_of(index(program), names), value
        if is_tensor(names["a"]):
            names["i"] = torch.as_tensor(names["i"])
            names["v"] = torch.as_tensor(value).to(names["a"].dtype)
        exec(claim.every, names)
        every = fresh[claim.cell]
        for one in all_given:
            every = np.asarray(every.item() + one).astype(left.dtype)
        np.testing.assert_array_equal(values(names["a"])[claim.cell], every)


@check(FractionsCut)
def _(claim: FractionsCut, program: Program) -> None:
    names, _, cells = given(program)
    left = program.run()[claim.name]
    assert str(left.dtype).removeprefix("torch.") == claim.dtype
    adds = isinstance(program.statements[place_of(program) - 1], ast.AugAssign)
    where = picked(program).ravel()
    wanted = cells.ravel() + (values(names["a"]).ravel()[where] if adds else 0)
    stored = values(left).ravel()[where]
    assert int(((stored != wanted) & (abs(stored - wanted) < 1)).sum()) == claim.cells
    wide = program.replaced(claim.name, f"{claim.name} * 1.0")
    np.testing.assert_allclose(values(wide[claim.name]).ravel()[where], wanted, rtol=1e-6)


@check(WrappedAsStored)
def _(claim: WrappedAsStored, program: Program) -> None:
    left = values(program.run()[claim.name])
    assert left.dtype.name == claim.dtype
    assert len(claim.index) == left.ndim
    if claim.name == "a":
        names, _, cells = given(program)
        flat = int(np.ravel_multi_index(claim.index, left.shape))
        place = picked(program).ravel().tolist().index(flat)
        adds = isinstance(program.statements[place_of(program) - 1], ast.AugAssign)
        exact = int(cells.ravel()[place]) + (int(values(names["a"]).ravel()[flat]) if adds else 0)
    else:
        addition = program.statements[place_of(program)]
        assert isinstance(addition, ast.AugAssign)
        names = program.run(until=place_of(program)).names
        added = eval(ast.unparse(addition.value), names)
        both = (np.broadcast_to(values(each), left.shape)[claim.index] for each in (names[claim.name], added))
        exact = sum(map(int, both))
    assert exact == claim.exact
    assert int(left[claim.index]) == claim.stored
    numbers = 2 ** (8 * left.dtype.itemsize)
    assert (claim.exact - claim.stored) % numbers == 0
    assert claim.most - claim.least == numbers - 1
    assert claim.least == (-numbers // 2 if left.dtype.kind == "i" else 0)
    assert not claim.least <= claim.exact <= claim.most


def tried(program: Program, value: Any) -> Exception | None:
    """What comes of the statement that fails where another value is given."""
    error = program.run().error
    assert error is not None
    place = next(n for n in range(1, len(program.statements) + 1) if program.run(until=n).error)
    statement = program.statements[place - 1]
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    names = program.run(until=place - 1).names
    names["v"] = value
    target = ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)
    try:
        exec(f"{target} {'=' if isinstance(statement, ast.Assign) else '+='} v", names)
    except Exception as raised:
        return raised
    return None


def failing_value(program: Program) -> tuple[Names, Any, str]:
    """Names in front of the statement that fails, its value, and whether it adds to a, to b, or assigns."""
    assert program.run().error is not None
    place = next(n for n in range(1, len(program.statements) + 1) if program.run(until=n).error)
    statement = program.statements[place - 1]
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    names = program.run(until=place - 1).names
    value = eval(ast.unparse(statement.value), names)
    of_b = isinstance(statement, ast.AugAssign) and ast.unparse(statement.target) == "b"
    return names, value, "b" if of_b else "add" if isinstance(statement, ast.AugAssign) else "assign"


def like(names: Names, cells: Any) -> Any:
    return torch.from_numpy(cells) if is_tensor(names["a"]) else cells


@check(ValueMisfit)
def _(claim: ValueMisfit, program: Program) -> None:
    names, value, does = failing_value(program)
    assert claim.adds == (does != "assign")
    assert claim.of_b == (does == "b")
    assert picked(program).shape == claim.cells
    assert values(value).shape == claim.given
    held = values(names["a"]).dtype
    assert tried(program, like(names, np.zeros(claim.cells, held))) is None
    assert tried(program, like(names, np.zeros(claim.given, held))) is not None


def dtype_of(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.") if hasattr(value, "dtype") else str(np.asarray(value).dtype)


@check(NotConverted)
def _(claim: NotConverted, program: Program) -> None:
    names, value, does = failing_value(program)
    assert claim.adds == (does != "assign")
    held = values(names["a"]).dtype
    assert str(held) == claim.held
    assert dtype_of(value) == claim.given != claim.held
    assert tried(program, like(names, values(value).astype(held))) is None


@check(ExceedsDtype)
def _(claim: ExceedsDtype, program: Program) -> None:
    names, value, _ = failing_value(program)
    held = values(names["a"]).dtype
    assert str(held) == claim.dtype
    assert claim.value in values(value)
    for limit, step in ((claim.least, -1), (claim.most, 1)):
        assert np.array(limit, object).astype(held) == limit
        assert int(np.array([limit + step], dtype=object).astype(np.int64).astype(held)[0]) != limit + step
    assert not claim.least <= claim.value <= claim.most
    assert (
        tried(program, claim.most if values(value).ndim == 0 else values(value).clip(claim.least, claim.most)) is None
    )
