"""Whether a change helps as it is said, found out by making it."""

from __future__ import annotations

import ast
import itertools
from typing import Any

import numpy as np

from primer_core.claims.fixes import CountedAsNumbers, HeldBy, MadeAnew, NothingFitsInto, NothingRearranged, Rearranged
from tests.claims.checking import check
from tests.claims.program import Change, Names, Program
from tests.claims.stretching_checks import given, meets


@check(Rearranged)
def _(claim: Rearranged, program: Program) -> None:
    own = given(program)[claim.name]
    assert program.run().error is not None
    helped = program.replaced(claim.name, claim.name + claim.change)
    assert helped.error is None
    assert (helped["y"] if "y" in helped.names else helped["a"]).shape == claim.shape
    changed = np.asarray(eval(claim.name + claim.change, {claim.name: own}))
    assert changed.size == own.size, "values were dropped or made up"
    assert np.shares_memory(changed, own) or own.size == 0
    sizes = [[size for size in shape if size != 1] for shape in (own.shape, changed.shape)]
    if "None" in claim.change:
        assert sizes[0] == sizes[1]
    assert sorted(sizes[0]) == sorted(sizes[1])


@check(NothingRearranged)
def _(_: NothingRearranged, program: Program) -> None:
    assert program.run().error is not None
    shapes = {name: array.shape for name, array in given(program).items()}
    for name, shape in shapes.items():
        for other in arrangements(shape):
            assert not meets([*(kept for key, kept in shapes.items() if key != name), other]), (name, other)


def arrangements(shape: tuple[int, ...], most: int = 4) -> set[tuple[int, ...]]:
    """The shapes that new axes alone, or an order of the axes alone, make of one."""
    found = set(itertools.permutations(shape))
    for more in range(1, most - len(shape) + 1):
        for places in itertools.combinations(range(len(shape) + more), more):
            sizes = iter(shape)
            found.add(tuple(1 if place in places else next(sizes) for place in range(len(shape) + more)))
    return found


@check(NothingFitsInto)
def _(claim: NothingFitsInto, program: Program) -> None:
    assert isinstance(program.run().error, ValueError)
    shapes = {name: array.shape for name, array in given(program).items()}
    assert any(
        isinstance(node, ast.AugAssign) and ast.unparse(node.target) == claim.name for node in program.statements
    )
    assert shapes[claim.name] == claim.shape
    (other,) = (shape for name, shape in shapes.items() if name != claim.name)
    for into, read in [*((claim.shape, each) for each in arrangements(other)),
                       *((each, other) for each in arrangements(claim.shape))]:  # fmt: skip
        assert not meets([into, read]) or np.broadcast(np.empty(into), np.empty(read)).shape != into, (into, read)


@check(CountedAsNumbers)
def _(claim: CountedAsNumbers, program: Program) -> None:
    operands = given(program)
    assert program.run().error is not None
    assert list(claim.names) == [name for name, array in operands.items() if array.dtype == bool]
    changes = {program.first(name): _bind(name, f"{name}.astype(int)") for name in claim.names}
    assert program.run(after=changes).error is None


@check(HeldBy)
def _(claim: HeldBy, program: Program) -> None:
    assert program.run().error is not None
    own = given(program)[claim.name]
    helped = program.replaced(claim.name, claim.name + claim.change)
    assert helped.error is None
    changed: Any = eval(f"own{claim.change}", {"own": own, "np": np})
    np.testing.assert_array_equal(changed, own)
    last = program.place(claim.name)
    assert last == program.first(claim.name) or helped[claim.name].dtype == changed.dtype


def _bind(name: str, code: str) -> Change:
    def bind(names: Names) -> None:
        names[name] = eval(code, names)

    return bind


@check(MadeAnew)
def _(claim: MadeAnew, program: Program) -> None:
    assert program.run().error is not None
    name = claim.statement.split()[0]
    failing = next(
        place for place in range(program.first(name), len(program.statements) + 1) if program.run(until=place).error
    )
    ran = program.instead(failing, claim.statement)
    assert ran.error is None
    made = ran[name]
    assert made.shape == claim.shape
    assert made.dtype.name == claim.dtype
    assert made is not program.run()[name]
