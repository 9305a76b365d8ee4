"""The indices of a program: what stands between the brackets of ``a[...]``, and what it picks."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from tests.claims.memory import is_tensor
from tests.claims.program import Names, Program


class _Brackets:
    def __getitem__(self, key: Any) -> Any:
        return key


def place_of(program: Program) -> int:
    """Which statement indexes a: how many have run once it has."""
    return next(n for n, statement in enumerate(program.statements, start=1) if subscript(statement) is not None)


def subscript(statement: ast.stmt) -> ast.Subscript | None:
    """The brackets of a that a statement reads or writes by, where it does just that."""
    match statement:
        case ast.Assign([ast.Subscript(ast.Name("a")) as found], _) | ast.AugAssign(
            ast.Subscript(ast.Name("a")) as found
        ):
            return found
        case ast.Assign([ast.Name("b")], ast.Subscript(ast.Name("a")) as found):
            return found
    return None


def before(program: Program) -> Names:
    """What names are bound to in front of the statement that indexes a."""
    return program.run(until=place_of(program) - 1).names


def index(program: Program) -> str:
    """What stands between the brackets."""
    found = subscript(program.statements[place_of(program) - 1])
    assert found is not None
    return ast.unparse(found)[2:-1]


def key_of(text: str, names: Names) -> Any:
    """What an array is indexed with."""
    key = eval(f"_[{text}]", names | {"_": _Brackets()})
    return np.array([], dtype=int) if isinstance(key, list) and not key else key


def items_of(key: Any) -> list[Any]:
    return list(key) if isinstance(key, tuple) else [key]


def is_array(item: Any) -> bool:
    """Whether an item of an index is a list or a mask; one True or False is a mask of no axis."""
    return isinstance(item, list | np.ndarray | torch.Tensor | bool | np.bool_)


def is_number(item: Any) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool)


def is_mask(item: Any) -> bool:
    return is_array(item) and np.asarray(item).dtype == bool


def consumed(item: Any) -> int:
    """How many axes an item of an index speaks of."""
    if item is None or item is ...:
        return 0
    return np.asarray(item).ndim if is_mask(item) else 1


def axes_of(items: list[Any], rank: int) -> list[int]:
    """The first axis that each item speaks of."""
    left = rank - sum(map(consumed, items))
    found, axis = [], 0
    for item in items:
        found.append(axis)
        axis += left if item is ... else consumed(item)
    return found


def numbered(a: Any) -> Any:
    """An array of the same shape in which each cell holds its own number."""
    size = int(np.prod(tuple(a.shape)))
    return torch.arange(size).reshape(a.shape) if is_tensor(a) else np.arange(size).reshape(a.shape)


def picked(program: Program) -> np.ndarray[Any, Any]:
    """The number of each cell that the index picks, in the shape that it gives."""
    names = before(program)
    return np.asarray(numbered(names["a"])[key_of(index(program), names)])


def written(code: str, source: str) -> str:
    """One spelling of an index."""
    return ast.unparse(ast.parse(f"{source}[{code}]"))
