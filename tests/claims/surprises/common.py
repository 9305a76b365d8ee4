"""Checks of what surprises in a line: its parts are computed once more in plain Python, on what the line began with."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from primer_core.claims.surprises.common import (
    ColumnMeetsRow,
    GradientsAddUp,
    InNobodysCopy,
    KeptNowhere,
    OnceEach,
    OneListOften,
    OtherAxis,
    ProbabilitiesAgain,
    SqueezedAll,
    StoredOtherwise,
    WrapsAround,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import Done, is_array
from tests.claims.running_checks import opened
from tests.claims.source_checks import Once
from tests.claims.surprises.lines import (
    LIBRARIES,
    Instead,
    at_line,
    begun,
    computed,
    numbers,
    stands_there,
    statement_of,
    written,
)

OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@check(WrapsAround)
def _(claim: WrapsAround, program: Program) -> None:
    _, names = begun(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    if isinstance(node, ast.Call) and not re.search(r"abs|negative", claim.code):
        wrapped_by_call(claim, node, names)
        return
    if isinstance(node, ast.UnaryOp | ast.Call):
        result = numbers(computed(claim.code, names))
        inner: Any = (
            node.operand if isinstance(node, ast.UnaryOp) else [*node.args, getattr(node.func, "value", None)][0]
        )
        turn: Any = operator.neg if isinstance(node, ast.UnaryOp) or "negative" in claim.code else abs
        exact = turn(numbers(computed(ast.unparse(inner), names)).astype(object))
        differs = [(e, s) for e, s in zip(np.ravel(exact), np.ravel(result), strict=True) if e != s]
        assert differs[0] == (claim.exact, claim.stored)
        assert (len(differs), str(result.dtype)) == (claim.cells, claim.dtype)
        return
    left, right = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    operation = OPERATIONS[type(node.op)]
    operands = [computed(ast.unparse(part), names) for part in (left, right)]
    inexact = operation(*operands)
    if isinstance(node, ast.AugAssign):
        inexact = numbers(inexact).astype(numbers(operands[0]).dtype)
    result = numbers(inexact)
    exact = operation(*(numbers(each).astype(object) for each in operands))
    differs = [(e, s) for e, s in zip(np.ravel(exact), np.ravel(result), strict=True) if e != s]
    assert differs
    assert differs[0] == (claim.exact, claim.stored)
    assert len(differs) == claim.cells
    assert str(result.dtype) == claim.dtype


def wrapped_by_call(claim: WrapsAround, node: Any, names: dict[str, Any]) -> None:
    """A function or a method computed whole numbers: they are computed once more of Python's own, one by one."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    name = (node.func.attr if owner is not None else node.func.id).rstrip("_")
    of_library = owner is None or ast.unparse(owner) in ("np", "numpy", "torch")
    codes = [*map(ast.unparse, node.args if of_library else [node.func.value, *node.args])]
    given = [numbers(computed(code, names)).copy() for code in codes]
    result = numbers(computed(claim.code, names))
    if name in ("sum", "prod"):
        axes = [each.value for each in node.keywords if each.arg in ("axis", "dim")]
        axis = computed(codes[1], names) if len(codes) > 1 else computed(ast.unparse(axes[0]), names) if axes else None
        array = given[0] if axis is not None else given[0].ravel()
        lines = np.moveaxis(array, axis or 0, -1).reshape(-1, array.shape[axis or 0])
        exact = [(sum if name == "sum" else math.prod)(map(int, each)) for each in lines]
    else:
        done = {"add": "+", "sub": "-", "subtract": "-", "mul": "*", "multiply": "*", "pow": "**", "power": "**"}
        pairs = np.broadcast_arrays(given[0], given[0] if name == "square" else given[1])
        sign = "*" if name == "square" else done[name]
        exact = [
            eval(f"one {sign} other", {"one": int(a), "other": int(b)})
            for a, b in zip(*map(np.ravel, pairs), strict=True)
        ]
    differs = [(e, int(s)) for e, s in zip(exact, np.ravel(result), strict=True) if e != s]
    assert differs[0] == (claim.exact, claim.stored)
    assert (len(differs), str(result.dtype)) == (claim.cells, claim.dtype)


@check(StoredOtherwise)
def _(claim: StoredOtherwise, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target = statement.targets[0]
    assert target.value.id == claim.name
    array = names[claim.name]
    assert str(array.dtype).removeprefix("torch.") == claim.dtype
    size = int(np.prod(tuple(array.shape)))
    order = np.arange(size).reshape(tuple(array.shape))
    names["_order_"] = torch.from_numpy(order) if isinstance(array, torch.Tensor) else order
    index = ast.unparse(target.slice)
    places = np.asarray(computed(f"_order_[{index}]", names))
    given = np.broadcast_to(numbers(computed(ast.unparse(statement.value), names)), places.shape).ravel()
    exec(ast.unparse(statement), names)
    stored = numbers(names[claim.name]).ravel()[places.ravel()]
    assert done.cells[claim.name] != b"" or not size
    pairs = [(g, s) for g, s in zip(given, stored, strict=True) if g != s]
    assert pairs
    wanted, kept = pairs[0][0].item(), pairs[0][1].item()
    assert (repr(wanted), repr(kept) if isinstance(kept, str) else str(kept)) == (claim.given, claim.stored)


def unchanged(done: Done) -> bool:
    """Whether a line changed the cells of no array with a name, and bound none anew."""
    arrays = [name for name, value in done.names.items() if is_array(value)]
    return all(
        done.before.get(name) is done.names[name] and done.cells[name] == done.cells_before.get(name) for name in arrays
    )


IN_PLACE = re.compile(r"shuffle|sort|partition|fill|put|place|copyto|out=|\.at\(|_\(")


@check(InNobodysCopy)
def _(claim: InNobodysCopy, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    if isinstance(statement, ast.Expr):
        lost_in_place(claim, program, done)
        return
    assert not claim.instead
    target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    assert isinstance(target, ast.Subscript)
    assert not isinstance(target.value, ast.Name)
    assert written(target.value, program) == claim.code
    assert unchanged(done)
    names["_copy_"] = computed(ast.unparse(target.value), names)
    before = numbers(names["_copy_"]).tobytes()
    target.value = ast.Name("_copy_", ast.Load())
    exec(ast.unparse(statement), names)
    assert numbers(names["_copy_"]).tobytes() != before


def lost_in_place(claim: InNobodysCopy, program: Program, done: Done) -> None:
    """A call that works in place was given what shares no memory with an array that has a name."""
    statement = statement_of(program, claim.run)
    assert isinstance(statement, ast.Expr | ast.Assign)
    call = stands_there(written(statement.value, program), program, claim.run)
    assert isinstance(call, ast.Call)
    assert unchanged(done)
    node: Any = stands_there(claim.code, program, claim.run)
    assert isinstance(node, ast.Subscript | ast.Call)
    assert node is not call
    names = {**LIBRARIES, **at_line(program, claim.run)}
    copied = numbers(computed(ast.unparse(node), names))
    assert copied.size
    assert not any(np.shares_memory(copied, numbers(each)) for each in names.values() if is_array(each))
    names["_copy_"] = computed(ast.unparse(node), names)
    within = ast.unparse(Instead(node, "_copy_").visit(ast.parse(ast.unparse(call), mode="eval").body))
    first = numbers(names["_copy_"]).tobytes()
    computed(within, names)
    assert numbers(names["_copy_"]).tobytes() != first or IN_PLACE.search(within)
    if claim.instead:
        assert isinstance(node, ast.Subscript)
        array = ast.unparse(node.value)
        picker = ast.unparse(ast.Subscript(ast.Attribute(ast.Name("np"), "s_"), node.slice, ast.Load()))
        names["_index_"] = computed(picker, names)
        exec(claim.instead, names)
        assert within.replace("_copy_", "picked") in ast.unparse(ast.parse(claim.instead))
        np.testing.assert_array_equal(numbers(computed(f"{array}[_index_]", names)), numbers(names["picked"]))


@check(KeptNowhere)
def _(claim: KeptNowhere, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement = statement_of(program, claim.run)
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    assert written(statement.value, program) == claim.code
    assert unchanged(done)
    assert not done.printed
    result = computed(claim.code, names)
    assert is_array(result)
    assert not any(value is result for value in names.values()), "a name keeps it"


@check(OnceEach)
def _(claim: OnceEach, program: Program) -> None:
    _, names = begun(program, claim.run)
    statement = statement_of(program, claim.run)
    assert isinstance(statement, ast.AugAssign | ast.Assign)
    target: Any = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    if isinstance(statement, ast.AugAssign):
        sign, change = statement.op, statement.value
    else:
        whole: Any = statement.value
        sign = whole.op
        change = whole.right if ast.unparse(whole.left) == ast.unparse(target) else whole.left
    assert isinstance(target, ast.Subscript)
    assert ast.unparse(target.value) == claim.name
    array = names[claim.name]
    order = np.arange(int(np.prod(tuple(array.shape)))).reshape(tuple(array.shape))
    names["_order_"] = torch.from_numpy(order) if isinstance(array, torch.Tensor) else order
    named = np.asarray(computed(f"_order_[{ast.unparse(target.slice)}]", names)).ravel().tolist()
    assert named.count(order[claim.cell]) == claim.times > 1
    value = np.ravel(numbers(computed(ast.unparse(change), names))).tolist()
    old = numbers(array).copy()
    if claim.instead:
        with torch.no_grad():
            twin = {**names, claim.name: array.clone() if isinstance(array, torch.Tensor) else array.copy()}
            exec(claim.instead, {**LIBRARIES, **twin})
    before = old[claim.cell].item()
    exec(ast.unparse(statement), names)
    after = numbers(names[claim.name])[claim.cell].item()
    assert after != before
    shape = computed(f"_order_[{ast.unparse(target.slice)}]", names).shape
    each = np.broadcast_to(np.reshape(value, numbers(computed(ast.unparse(change), names)).shape), shape).ravel()
    steps = [step for place, step in zip(named, each.tolist(), strict=True) if place == order[claim.cell]]
    assert any(np.isclose(float(after), float(OPERATIONS[type(sign)](before, step))) for step in steps)
    if claim.instead:
        counted = old.astype(float).ravel()
        for place, step in zip(named, each.tolist(), strict=True):
            counted[place] = OPERATIONS[type(sign)](counted[place], step)
        np.testing.assert_allclose(numbers(twin[claim.name]).ravel(), counted, rtol=1e-5)


@check(OtherAxis)
def _(claim: OtherAxis, program: Program) -> None:
    _, names = begun(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    square, given = (computed(ast.unparse(part), names) for part in (node.left, node.right))
    assert tuple(square.shape) == (claim.size, claim.size)
    assert tuple(given.shape) == (claim.size,)
    made: Any = ast.parse(claim.reduced, mode="eval").body
    if isinstance(made, ast.Subscript):
        kept = computed(claim.reduced, names)[:, None]
        index: Any = made.slice
        column = computed(ast.unparse(made.value), names)[:, index.elts[1].value]
        np.testing.assert_array_equal(numbers(column), numbers(given))
    else:
        assert isinstance(made, ast.Call)
        word = "keepdim" if isinstance(square, torch.Tensor) else "keepdims"
        kept = computed(f"{claim.reduced[:-1]}, {word}=True)", names)
    assert tuple(kept.shape) == (claim.size, 1)
    np.testing.assert_array_equal(numbers(kept)[:, 0], numbers(given))
    operation = OPERATIONS[type(node.op)]
    assert not np.array_equal(numbers(operation(square, kept)), numbers(computed(claim.code, names)))


@check(ColumnMeetsRow)
def _(claim: ColumnMeetsRow, program: Program) -> None:
    _, names = begun(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.left, node.comparators[0]) if isinstance(node, ast.Compare) else (node.left, node.right)
    shapes = [tuple(computed(ast.unparse(part), names).shape) for part in (left, right)]
    assert shapes == [claim.left, claim.right]
    assert sorted(map(len, shapes)) == [1, 2]
    assert tuple(computed(claim.code, names).shape) == claim.shape
    assert claim.shape[0] == claim.shape[1] == max(shapes[0]) == max(shapes[1]) > 1


@check(SqueezedAll)
def _(claim: SqueezedAll, program: Program) -> None:
    _, names = begun(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    holder = node.func.value if not node.args else node.args[0]
    before = tuple(computed(ast.unparse(holder), names).shape)
    assert tuple(computed(claim.code, names).shape) == claim.shape
    assert tuple(np.flatnonzero(np.array(before) == 1).tolist()) == claim.axes
    assert len(claim.axes) > 1
    assert len(before) - len(claim.axes) == len(claim.shape)


@check(ProbabilitiesAgain)
def _(claim: ProbabilitiesAgain, program: Program) -> None:
    _, names = begun(program, claim.run)
    calls = [
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and node.args and written(node.args[0], program) == claim.code
    ]
    assert calls
    function = computed(ast.unparse(calls[0].func), names)
    assert function is functional.cross_entropy or isinstance(function, nn.CrossEntropyLoss)
    rows = numbers(computed(claim.code, names)).astype(float)
    assert rows.ndim == 2
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-4)


@check(GradientsAddUp)
def _(claim: GradientsAddUp, program: Program) -> None:
    """The gradients are taken down as the line begins and ends; without those before, less stands there."""
    assert "backward" in ast.unparse(statement_of(program, claim.run))
    assert len(set(claim.names)) == len(claim.names) > 0
    assert all(name.endswith(".grad") for name in claim.names)
    before: dict[str, Any] = {}

    def begins(names: dict[str, Any]) -> None:
        for name in claim.names:
            before[name] = eval(name, {}, names).clone()

    def begins_without(names: dict[str, Any]) -> None:
        for name in claim.names:
            eval(name.removesuffix(".grad"), {}, names).grad = None

    code = opened(program.code)
    after = Once(code, claim.run, begins).names()
    afresh = Once(code, claim.run, begins_without).names()
    assert after is not None
    assert afresh is not None
    for name, held in before.items():
        found, alone = (eval(name, {}, names) for names in (after, afresh))
        assert held.any()
        assert alone is not None, f"backward() does not come to {name}"
        torch.testing.assert_close(found, held + alone, equal_nan=True)


@check(OneListOften)
def _(claim: OneListOften, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    made = computed(ast.unparse(statement.value), begun(program, claim.run)[1])
    assert len(made) == claim.count > 1
    kinds: dict[str, type] = {"list": list, "array": np.ndarray, "tensor": torch.Tensor}
    assert isinstance(made[0], kinds[claim.kind])
    assert all(entry is made[0] for entry in made)
