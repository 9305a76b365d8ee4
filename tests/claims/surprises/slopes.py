"""Checks of what surprises: `primer_core.claims.surprises.slopes`."""

from __future__ import annotations

import ast
import contextlib
import io
import math
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from primer_core.claims.running import Run
from primer_core.claims.surprises.slopes import (
    DeadRelu,
    FlatEverywhere,
    FlatWhereWrong,
    ShrinksThrough,
    SigmoidOfSigmoid,
    SlopeByItsValue,
    SteepAtZero,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import (
    after_line,
    at_line,
    computed,
    every_gradient,
    numbers,
    stands_there,
    statement_of,
)


def call_in(program: Program, code: str) -> Any:
    """The call that stands anywhere in the program."""
    source = opened(program.code)
    found = [node for node in ast.walk(ast.parse(source)) if ast.get_source_segment(source, node) == code]
    return next(node for node in found if isinstance(node, ast.Call))


def brought(claim: FlatEverywhere | SteepAtZero, program: Program) -> list[torch.Tensor]:
    """The gradients that a line brings to leaves which had none, or other numbers."""
    before, after = (every_gradient(names(program, claim.run)) for names in (at_line, after_line))
    return [grad for name, grad in after.items() if name not in before or not torch.equal(grad, before[name])]


def slope(call: Any, given: torch.Tensor) -> torch.Tensor:
    """The slope of a function that is called as in the program, at other numbers."""
    given, x = given.clone().requires_grad_(), ast.Name("_x_")
    if call.args:
        again = ast.Call(call.func, [x, *call.args[1:]], call.keywords)
    else:
        again = ast.Call(ast.Attribute(x, call.func.attr), [], call.keywords)
    computed(ast.unparse(again), {"torch": torch, "_x_": given}).sum().backward()
    assert given.grad is not None
    return given.grad


@check(FlatEverywhere)
def _(claim: FlatEverywhere, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))
    found = brought(claim, program) or list(every_gradient(after_line(program, claim.run)).values())  # 0 was added to 0
    assert found
    assert not any(bool(each.any()) for each in found)
    given = torch.randn(50, generator=torch.Generator().manual_seed(0)) * 3
    assert not bool(slope(call_in(program, claim.code), given).any())


@check(SteepAtZero)
def _(claim: SteepAtZero, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))
    assert any(not bool(each.isfinite().all()) for each in brought(claim, program))
    call = call_in(program, claim.code)
    assert claim.of in (ast.get_source_segment(opened(program.code), each) for each in (*call.args, call.func.value))
    given = computed(claim.of, after_line(program, claim.run))
    assert not bool(given.all())
    assert torch.equal(torch.sqrt(given), computed(claim.code, after_line(program, claim.run)))
    assert slope(call, torch.tensor([0.0, 4.0])).tolist() == [torch.inf, 0.25]
    assert bool(slope(call, torch.tensor([0.0, 4.0]) + 1e-8).isfinite().all())


def longest(node: Any, counted: str) -> int:
    """How many nodes of a kind lie behind each other at most on a way back."""
    order: list[Any] = []
    waiting, seen = [(node, False)], set()
    while waiting:
        here, done = waiting.pop()
        if done:
            order.append(here)
        elif here is not None and here not in seen:
            seen.add(here)
            waiting += [(here, True), *((following, False) for following, _ in here.next_functions)]
    found: dict[Any, int] = {}
    for each in order:
        behind = max((found.get(following, 0) for following, _ in each.next_functions), default=0)
        found[each] = behind + (each.name().startswith(counted))
    return found[node]


def gone_back_from(program: Program, run: Run) -> Any:
    """What a line asks for ``backward()``, before that."""
    asked = [
        node.func.value
        for node in ast.walk(statement_of(program, run))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    ]
    return computed(ast.unparse(asked[0]), at_line(program, run))


@check(ShrinksThrough)
def _(claim: ShrinksThrough, program: Program) -> None:
    value = gone_back_from(program, claim.run)
    assert longest(value.grad_fn, "SigmoidBackward") == claim.count
    x = torch.linspace(-3, 3, 61, dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(torch.sigmoid(x).sum(), x)
    assert float(slopes.max()) <= 0.25


@check(SlopeByItsValue)
def _(claim: SlopeByItsValue, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert claim.of in map(ast.unparse, ast.walk(node))
    names = at_line(program, claim.run)
    given, slopes = (numbers(computed(code, names)).reshape(-1) for code in (claim.of, claim.code))
    at = [f"{each:g}" for each in given].index(claim.given)
    assert f"{slopes[at]:g}" == claim.slope
    assert not 0 <= given[at] <= 1
    assert not 0 <= slopes[at] <= 0.25
    x = torch.tensor(float(given[at]), dtype=torch.float64, requires_grad=True)
    value = torch.sigmoid(x)
    (found,) = torch.autograd.grad(value, x)
    assert abs(float(found) - float(value * (1 - value))) < 1e-9


def reached(value: Any) -> tuple[list[int], set[int]]:
    """How many numbers each relu was given that all are below 0, and which leaves a way leads to around them.

    Leaves are told by their memory.
    """
    waiting, seen, dead, leaves = [value.grad_fn], set(), [], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        name = type(node).__name__
        if name.startswith("ReluBackward"):
            cut, count = not bool(node._saved_result.any()), node._saved_result.numel()
        elif name.startswith("Clamp"):
            cut, count = bool((node._saved_self < 0).all()), node._saved_self.numel()
        else:
            cut, count = False, 0
        if cut:
            dead.append(count)
            continue
        if hasattr(node, "variable"):
            leaves.add(node.variable.data_ptr())
        waiting += [following for following, _ in node.next_functions]
    return dead, leaves


@check(DeadRelu)
def _(claim: DeadRelu, program: Program) -> None:
    dead, leaves = reached(gone_back_from(program, claim.run))
    assert claim.count in dead
    names = after_line(program, claim.run)
    found = every_gradient(names)
    assert claim.gradients
    for name in claim.gradients:
        assert not bool(found[name].any())
        leaf = computed(name.removesuffix(".grad"), names)
        assert leaf.data_ptr() not in leaves
    call = call_in(program, claim.code)
    function = ast.unparse(call.func).lower()
    assert claim.within != any(word in function for word in ("relu", "clamp"))
    if claim.within and isinstance(call.func, ast.Name):
        assert "ReLU()" in repr(names[call.func.id])
    elif not claim.within and all(each.id in names for each in ast.walk(call) if isinstance(each, ast.Name)):
        assert not bool(computed(claim.code, at_line(program, claim.run)).any())
    assert 1 <= claim.since <= claim.run[1]
    for time in range(max(claim.since - 1, 1), claim.run[1]):
        held = reached(gone_back_from(program, (claim.run[0], time)))[0]
        assert (claim.count in held) == (time >= claim.since)


def nodes_behind(value: Any) -> list[Any]:
    waiting, seen = [value.grad_fn], dict[Any, None]()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen[node] = None
            waiting += [following for following, _ in node.next_functions]
    return list(seen)


@check(FlatWhereWrong)
def _(claim: FlatWhereWrong, program: Program) -> None:
    call_in(program, claim.code)
    nodes = nodes_behind(gone_back_from(program, claim.run))
    gave = [each for node in nodes if type(node).__name__ == "SigmoidBackward0" for each in node._saved_result.view(-1)]
    apart: list[float] = []
    for node in nodes:
        match type(node).__name__:
            case "PowBackward0" if node._saved_exponent == 2:
                apart += node._saved_self.reshape(-1).tolist()
            case "MseLossBackward0":
                apart += (node._saved_self - node._saved_target).reshape(-1).tolist()
    assert claim.target in (0, 1)
    candidates = {float(each) for each in gave if f"{float(each):.6g}" == claim.given}
    assert any(
        any(abs(abs(each) - abs(given - claim.target)) < 1e-6 for each in apart) and has_slopes(claim, given)
        for given in candidates
    )


def has_slopes(claim: FlatWhereWrong, given: float) -> bool:
    """Whether what a sigmoid gave has the slopes that are said of it, as autograd finds them."""
    p, y = torch.tensor(given, dtype=torch.float64), float(claim.target)
    of_p = p.clone().requires_grad_()
    (square,) = torch.autograd.grad((of_p - y) ** 2, of_p)
    z = torch.logit(p).requires_grad_()
    if 0 < given < 1:
        (sigmoid,) = torch.autograd.grad(torch.sigmoid(z), z)
        (whole,) = torch.autograd.grad((torch.sigmoid(z) - y) ** 2, z)
        (other,) = torch.autograd.grad(torch.nn.functional.binary_cross_entropy_with_logits(z, z.new_tensor(y)), z)
    else:
        sigmoid, whole, other = torch.zeros(()), torch.zeros(()), p - y
    told = [claim.by_square, claim.by_sigmoid, claim.product, claim.instead]
    found = zip(told, (square, sigmoid, whole, other), strict=True)
    return all(abs(float(text) - float(each)) <= 6e-3 * abs(float(each)) + 1e-30 for text, each in found)


class Heard(ast.NodeTransformer):
    """Hands what each quotient and each call gives to a function, with the expression as it was written."""

    def visit(self, node: ast.AST) -> ast.AST:
        text = ast.unparse(node) if isinstance(node, ast.BinOp | ast.Call) else ""
        super().generic_visit(node)
        quotient = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and "exp(" in text
        if quotient or (isinstance(node, ast.Call) and text):
            given: list[Any] = [ast.Constant(text), node]
            return ast.Call(ast.Name("_heard_", ast.Load()), given, [])
        return node


def sigmoids_of(program: Program) -> list[float]:
    """Every number that a sigmoid of the program gave, whether it is written out, a function or a layer."""
    found: list[float] = []

    def heard(text: str, value: Any) -> Any:
        if "/" in text.split("exp(")[0] and is_array(value) and not text.endswith(")()"):
            found.extend(numbers(value).ravel().tolist())
        return value

    def keep(function: Any) -> Any:
        def kept(*given: Any, **words: Any) -> Any:
            value = function(*given, **words)
            found.extend(numbers(value).ravel().tolist())
            return value

        return kept

    tree: Any = ast.fix_missing_locations(Heard().visit(ast.parse(opened(program.code))))
    with contextlib.ExitStack() as stack:
        for holder in (torch, torch.Tensor, torch.nn.functional):
            stack.enter_context(mock.patch.object(holder, "sigmoid", keep(holder.sigmoid)))
        stack.enter_context(mock.patch.object(nn.Sigmoid, "forward", keep(nn.Sigmoid.forward)))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.suppress(Exception))
        exec(compile(tree, "heard", "exec"), {"__name__": "__main__", "_heard_": heard})
    return found


@check(SigmoidOfSigmoid)
def _(claim: SigmoidOfSigmoid, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert claim.given in (ast.get_source_segment(opened(program.code), each) for each in ast.walk(node))
    given, twice = (numbers(computed(code, dict(names))).ravel() for code in (claim.given, claim.code))
    known = np.array(sigmoids_of(program))
    assert given.size
    assert all(np.isclose(known, each, rtol=1e-6).any() for each in given.tolist())
    assert np.allclose(twice, [1 / (1 + math.exp(-each)) for each in given.tolist()], rtol=1e-5)
    assert (claim.low, claim.high) == (f"{twice.min():.3g}", f"{twice.max():.3g}")
    if claim.slope:
        source = opened(program.code)
        (slope, *_) = [
            each for each in ast.walk(ast.parse(source)) if ast.get_source_segment(source, each) == claim.slope
        ]
        call: Any = next(each for each in ast.walk(slope) if isinstance(each, ast.Call))
        x = torch.linspace(-3, 3, 13, dtype=torch.float64, requires_grad=True)
        value = torch.sigmoid(x)
        text = claim.slope.replace(ast.get_source_segment(source, call) or "", "value").replace("1.0", "1")
        assert torch.allclose(eval(text, {"value": value}), torch.autograd.grad(value.sum(), x)[0])
