"""Whether libraries differ as it is said, and arrays and lists lie in memory so: found out by asking them again."""

from __future__ import annotations

import ast
import ctypes
import sys
from typing import Any

import numpy as np

from primer_core.claims.comparing import AnswersDiffer, ArrayHolds, ListPoints
from tests.claims.arrays import address, value_of
from tests.claims.checking import check
from tests.claims.program import Program


@check(AnswersDiffer)
def _(claim: AnswersDiffer, program: Program) -> None:
    pairs = [
        (number, statement.value.args)
        for number, statement in enumerate(program.statements)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and len(statement.value.args) == 2
    ]
    names = program.run(until=pairs[0][0]).names
    assert len(pairs) == claim.of
    answers = [[str(value_of(ast.unparse(code), names)).removeprefix("torch.") for code in pair] for _, pair in pairs]
    assert sum(first != second for first, second in answers) == claim.differing


class Counted:
    """A number that counts how often it is asked what * and + mean."""

    asked = 0

    def __mul__(self, other: Any) -> int:
        Counted.asked += 1
        return 1


@check(ListPoints)
def _(claim: ListPoints, program: Program) -> None:
    numbers = program.run()["numbers"]
    assert len(numbers) == claim.count
    assert sys.getsizeof(numbers[-1]) == claim.object
    assert (sys.getsizeof(numbers * 2) - sys.getsizeof(numbers)) // len(numbers) == claim.pointer
    # What stands in it are the addresses of the objects.
    items = ctypes.c_void_p.from_address(id(numbers) + 24).value
    assert items is not None
    assert ctypes.c_void_p.from_address(items + 3 * claim.pointer).value == id(numbers[3])
    Counted.asked = 0
    assert sum(one * other for one, other in zip([Counted()] * claim.count, numbers, strict=True)) == claim.count
    assert Counted.asked == claim.count


class Asked(np.ndarray[Any, Any]):
    """An array that counts how often NumPy asks what * means."""

    asked = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        Asked.asked += 1
        return getattr(ufunc, method)(*(np.asarray(each) for each in inputs))


@check(ArrayHolds)
def _(claim: ArrayHolds, program: Program) -> None:
    x = program.run()["x"]
    assert len(x) == claim.count
    assert str(x.dtype) == claim.dtype
    assert address(x[4:]) - address(x[3:]) == claim.bytes
    assert ctypes.c_int64.from_address(address(x) + 3 * claim.bytes).value == x[3]
    Asked.asked = 0
    _ = x.view(Asked) * x
    assert Asked.asked == 1
