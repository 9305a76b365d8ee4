"""Whether another index, value or expression helps as it is said, found out by taking it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from primer_core.claims.fixes import AsFloats, ExpressionInstead, IndexInstead
from tests.claims.checking import check
from tests.claims.indices import before, consumed, index, is_array, is_mask, items_of, key_of, numbered
from tests.claims.memory import is_tensor, values
from tests.claims.program import Program

Items = list[Any]


def same(one: Any, other: Any) -> bool:
    if is_array(one) or is_array(other):
        return np.array_equal(np.asarray(one), np.asarray(other))
    return type(one) is type(other) and one == other


def is_within(fewer: Items, items: Items) -> bool:
    """Whether some items are left of others, in their order."""
    rest = iter(items)
    return all(any(same(one, other) for other in rest) for one in fewer)


def one_differs(new: Items, old: Items, differs: Callable[[Any, Any], bool]) -> bool:
    """Whether all items that are not the same differ in a certain way."""
    changed = [(one, other) for one, other in zip(new, old, strict=True) if not same(one, other)]
    return bool(changed) and all(differs(one, other) for one, other in changed)


def step_of(step: int) -> Callable[[Any, Any], bool]:
    return lambda new, old: old.step == 0 and (new.start, new.stop, new.step) == (old.start, old.stop, step)


def is_fitted(new: Any, old: Any) -> bool:
    """Whether a mask says the same wherever both speak."""
    one, other = np.asarray(new), np.asarray(old)
    common = tuple(slice(min(sizes)) for sizes in zip(one.shape, other.shape, strict=True))
    return np.array_equal(one[common], other[common]) and one.sum() == one[common].sum()


def is_nearest(new: Any, old: Any, size: int) -> bool:
    return np.array_equal(np.clip(np.asarray(old), -size, size - 1), np.asarray(new))


def by_row(a: np.ndarray[Any, Any], places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of each row the cells at its own places."""
    return np.stack([row[own] for row, own in zip(a, places, strict=True)])


def lists_of_masks(items: Items) -> list[Any]:
    return [np.asarray(item) for item in items if is_mask(item)]


def lists(items: Items) -> list[Any]:
    return [np.flatnonzero(item) if is_mask(item) else np.asarray(item) for item in items if is_array(item)]


MEANT: Mapping[str, Callable[[Items, Items, Any], bool]] = {
    "dots": lambda new, old, _: is_within(new, old) and sum(item is ... for item in new) == 1,
    "fewer": lambda new, old, _: (is_within(new, old) or new == [...]) and len(new) <= len(old),
    "added": lambda new, old, _: new[0] is None and is_within(new[1:], old),
    "forwards": lambda new, old, _: one_differs(new, old, step_of(1)),
    "backwards": lambda new, old, _: one_differs(new, old, step_of(-1)),
    "rows": lambda new, old, _: one_differs(new, old, lambda one, other: np.array_equal(one, np.asarray(other)[:, 0])),
    "columns": lambda new, old, _: any(
        np.array_equal(one, np.asarray(other)[0])
        for one in lists_of_masks(new)
        for other in lists_of_masks(old)
        if np.asarray(other).shape[:1] == (1,)
    ),
    "fitted": lambda new, old, _: one_differs(new, old, is_fitted),
    "nothing": lambda new, old, _: one_differs(new, old, lambda one, _: one == slice(None)),
    "nearest": lambda new, old, a: one_differs(
        new, old, lambda one, other: any(is_nearest(one, other, size) for size in a.shape)
    ),
    "slice": lambda new, old, a: one_differs(new, old, lambda one, _: isinstance(one, slice) and one.start in a.shape),
    "grid": lambda new, old, a: np.array_equal(values(a[tuple(new)]), values(a)[np.ix_(*lists(old))]),
    "pairs": lambda new, old, _: (
        all(np.array_equal(one, other[: len(one)]) for one, other in zip(lists(new), lists(old), strict=True))
        and len({len(one) for one in lists(new)}) == 1
    ),
    "list": lambda new, old, a: (
        np.array_equal(
            values(a[tuple(new)]), values(a)[tuple(np.asarray(item) if is_array(item) else item for item in old)]
        )
        or sum(isinstance(item, slice) and (item.step or 1) < 0 for item in old) > 1
    ),
    "counted": lambda new, old, a: int(values(numbered(a))[tuple(int(item) for item in new)]) == old[0],
    "each row": lambda new, old, a: np.array_equal(
        values(a[tuple(new)]),
        np.stack([row[places] for row, places in zip(values(a), np.asarray(old[0]), strict=True)]),
    ),
}
"""Whether an index means, beside the one that was declined, what it is said to."""


@check(IndexInstead)
def _(claim: IndexInstead, program: Program) -> None:
    assert program.run().error is not None
    names = before(program)
    a = names["a"]
    new, old = items_of(key_of(claim.index, names)), items_of(key_of(index(program), names))
    found = a[key_of(claim.index, names)]
    assert tuple(np.shape(values(found))) == claim.shape
    assert MEANT[claim.meaning](new, old, a)
    assert sum(map(consumed, new)) <= max(values(a).ndim, 0)


@check(AsFloats)
def _(claim: AsFloats, program: Program) -> None:
    assert program.run().error is not None
    floats: Any = np.array(ast.literal_eval(claim.numbers))
    assert floats.dtype.kind == "f"
    a = program.run(until=program.first("a"))["a"]
    tensors = is_tensor(a)
    made = f"torch.tensor({claim.numbers}, dtype=torch.float64)" if tensors else f"np.array({claim.numbers})"
    if claim.name == "a":
        np.testing.assert_array_equal(values(a), floats)
        assert (
            program.replaced("a", f"__import__('numpy').array({claim.numbers})" if not tensors else made).error is None
        )
        return
    assert claim.name == "v"
    place = next(n for n in range(1, len(program.statements) + 1) if program.run(until=n).error)
    statement = program.statements[place - 1]
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    was = eval(ast.unparse(statement.value), program.run(until=place - 1).names)
    np.testing.assert_array_equal(values(was), floats)
    target, sign, _ = re.split(r"(\+?=) ", ast.unparse(statement), maxsplit=1)
    assert program.instead(place, f"{target}{sign} {made}").error is None


@check(ExpressionInstead)
def _(claim: ExpressionInstead, program: Program) -> None:
    assert program.run().error is not None
    first = program.first("a")
    given = "\n".join(map(ast.unparse, program.statements[:first]))
    ran = Program(f"{given}\n{claim.statements}").run()
    assert ran.error is None
    typed, taken = ast.parse(claim.text).body, ast.parse(claim.statements).body
    assert len(typed) == len(taken)
    assert [ast.dump(one) for one in typed[:-1]] == [ast.dump(one) for one in taken[:-1]]
    match typed[-1], taken[-1]:
        case ast.Expr(one) | ast.Assign(_, one), ast.Assign([ast.Name("b")], other):
            assert ast.unparse(other) in ast.unparse(one)
        case _:
            raise AssertionError("the last statement has no value")
    before = "\n".join(map(ast.unparse, program.statements))
    if claim.meaning == "mask":
        coordinates = re.compile("argwhere|nonzero")
        assert len(coordinates.findall(claim.statements)) < len(coordinates.findall(before))
        return
    added = {"first": "[0]", "column": "[:, None]", "row": "[None, :]", "rows": "[:, 0]"}[claim.meaning]
    assert claim.statements.count(added) > before.count(added)
