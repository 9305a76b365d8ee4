"""Whether gradients come about as it is said, found out by leaves of their own, by removing cuts, and by hooks."""

from __future__ import annotations

import ast
from functools import partial
from typing import Any

import numpy as np
import torch

from primer_core.claims.going_back import (
    AddedUp,
    BecameNotFinite,
    Detached,
    Filled,
    FlatThere,
    FreedBefore,
    GradNotFinite,
    KeptForSecond,
    NoNumberForward,
    NothingSaved,
    NotOneNumber,
    PathsMeet,
    StretchedBack,
    Weighed,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.rewriting import (
    around,
    attached,
    calls_of,
    failed,
    name_of,
    nodes_behind,
    saved_by,
    swapped,
    tensors_of,
    texts,
    whole,
    without_keyword,
)


def binding(code: str, name: str) -> str:
    """The only statement that binds a name."""
    found = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign) and name in [ast.unparse(target) for target in node.targets]
    ]
    assert len(found) == 1, f"{name} is bound {len(found)} times"
    return found[0]


def flat(tensor: Any) -> tuple[float, ...] | None:
    return None if tensor is None else tuple(tensor.detach().double().flatten().tolist())


def close(found: tuple[float, ...] | None, wanted: tuple[float, ...] | None) -> None:
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


@check(Filled)
def _(claim: Filled, program: Program) -> None:
    ran = whole(program.code)
    assert ran.error is None
    have = [n for n, t in tensors_of(ran).items() if (t.is_leaf or t.retains_grad) and t.grad is not None]
    assert list(claim.names) == have


@check(AddedUp)
def _(claim: AddedUp, program: Program) -> None:
    came: list[Any] = []
    asked = f"{claim.name}.requires_grad = True"
    first = asked if asked in program.code else binding(program.code, claim.name)
    noted = around(program.code, first, after=f"{claim.name}.register_hook(_came)")
    ran = whole(noted, _came=lambda gradient: came.append(gradient.detach().clone()))
    assert ran.error is None
    assert len(came) == len(claim.after) > 1
    total = torch.zeros_like(came[0])
    for gradient, after in zip(came, claim.after, strict=True):
        total = total + gradient
        close(flat(total), after)
    close(flat(ran[claim.name].grad), claim.after[-1])


class _Taps(ast.NodeTransformer):
    """Gives each use of a name a copy of its own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.attr in ("grad", "backward", "is_leaf", "requires_grad"):
            return node
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self.name or not isinstance(node.ctx, ast.Load):
            return node
        return ast.copy_location(ast.Call(ast.Name("_tap", ast.Load()), [node], []), node)


@check(PathsMeet)
def _(claim: PathsMeet, program: Program) -> None:
    taps: list[Any] = []

    def tap(tensor: Any) -> Any:
        copy = tensor.clone()
        if copy.requires_grad:
            copy.retain_grad()
            taps.append(copy)
        return copy

    binding(program.code, claim.name)
    tree = ast.fix_missing_locations(_Taps(claim.name).visit(ast.parse(program.code)))
    whole(ast.unparse(tree), _tap=tap)
    came = [copy.grad for copy in taps if copy.grad is not None]
    assert len(came) == claim.uses > 1
    # Large parts may cancel: what rounding leaves is in proportion to them.
    scale = float(sum(part.abs().max() for part in came))
    gap = (sum(came) - whole(program.code)[claim.name].grad).abs().max()
    assert float(gap) <= 1e-5 * max(scale, 1.0)


@check(StretchedBack)
def _(claim: StretchedBack, program: Program) -> None:
    binding(program.code, claim.name)
    own = whole(program.code)[claim.name]
    assert tuple(own.shape) == claim.shape
    assert claim.expression in texts(program.code)
    spread: list[Any] = []

    def copy_out(tensor: Any, shape: Any) -> Any:
        spread.append(tensor.detach().expand(shape).clone().requires_grad_())
        return spread[0]

    each = swapped(claim.expression, claim.name, f"_spread({claim.name}, ({claim.expression}).shape)")
    ran = whole(swapped(program.code, claim.expression, each), _spread=copy_out)
    (leaf,) = spread
    assert all(leaf.shape[axis] != 1 for axis in claim.axes)
    assert len(set(claim.axes)) == len(claim.axes) > 0
    elsewhere = ran[claim.name].grad
    summed = leaf.grad.sum(claim.axes).reshape(claim.shape)
    total = summed if elsewhere is None else elsewhere + summed
    close(flat(total), flat(own.grad))
    # A sum over these axes leaves as many numbers as the operand has, and one less would not.
    assert leaf.grad.sum(claim.axes).numel() == own.numel()
    assert all(0 <= axis < leaf.dim() for axis in claim.axes)


@check(FlatThere)
def _(claim: FlatThere, program: Program) -> None:
    call = ast.parse(claim.expression, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    is_function = ast.unparse(call.func.value) in ("torch", "F")
    operand = ast.unparse(call.args[0] if is_function else call.func.value)
    assert texts(program.code).count(claim.expression) == 1
    given: list[Any] = []

    def look(tensor: Any, function: Any) -> Any:
        held = tensor * 1  # a tensor of its own, which gets what comes back this way and no other
        held.retain_grad()
        given.append((held, function))
        return function(held)

    within = swapped(claim.expression, operand, "_held")
    whole(swapped(program.code, claim.expression, f"_look({operand}, lambda _held: {within})"), _look=look)
    ((held, function),) = given
    values = held.detach().double()
    flat_there = (function(values + 1e-6) == function(values)) & (function(values - 1e-6) == function(values))
    assert tuple(held.detach()[flat_there].tolist()) == claim.values
    assert held.numel() == claim.size
    assert not held.grad[flat_there].any()


@check(Weighed)
def _(claim: Weighed, program: Program) -> None:
    gradient = whole(program.code)[claim.name].grad
    before = around(
        program.code,
        next(ast.unparse(s) for s in ast.parse(program.code).body if ".backward(" in ast.unparse(s)),
        before=f"_each({claim.output}, {claim.name})",
    )
    rows: list[Any] = []

    def each(output: Any, leaf: Any) -> None:
        for number in output.flatten():
            (row,) = torch.autograd.grad(number, leaf, retain_graph=True, allow_unused=True)
            rows.append(torch.zeros_like(leaf) if row is None else row)

    whole(before, _each=each)
    assert len(rows) == len(claim.weights) > 1
    close(flat(sum(w * row for w, row in zip(claim.weights, rows, strict=True))), flat(gradient))
    # Each weight matters, or its row is 0: then the gradient says nothing of it, and the call does.
    (call,) = calls_of(ast.parse(program.code), "backward")
    ran = whole(program.code)
    (given,) = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "gradient")]
    seed = eval(ast.unparse(given), dict(ran.names))
    close(flat(seed), claim.weights)


@check(Detached)
def _(claim: Detached, program: Program) -> None:
    close(flat(whole(program.code)[claim.name].grad), claim.cut)
    close(flat(whole(attached(program.code, claim.cuts))[claim.name].grad), claim.uncut)
    assert claim.cut != claim.uncut


def saving(tensor: Any) -> list[str]:
    """The nodes behind a tensor that hold what they have saved."""
    nodes = nodes_behind(tensor)
    return [name_of(node) for node in nodes if any(isinstance(v, torch.Tensor) for v in saved_by(node).values())]


def before_calls(program: Program) -> list[tuple[list[str], list[str]]]:
    """For each call of ``backward()``, the nodes that hold what they have saved, and those for which it is gone."""
    found: list[tuple[list[str], list[str]]] = []
    real = torch.Tensor.backward

    def noted(tensor: Any, *args: Any, **keywords: Any) -> None:
        gone = [
            name_of(node)
            for node in nodes_behind(tensor)
            if any(isinstance(value, RuntimeError) for value in saved_by(node).values())
        ]
        found.append((saving(tensor), gone))
        real(tensor, *args, **keywords)  # type: ignore[no-untyped-call]  # of torch

    torch.Tensor.backward = noted  # type: ignore[method-assign, assignment]  # put back below
    try:
        whole(program.code)
    finally:
        torch.Tensor.backward = real  # type: ignore[method-assign]  # what it was
    return found


@check(NothingSaved)
def _(claim: NothingSaved, program: Program) -> None:
    assert not failed(program.code)
    assert "retain_graph" not in program.code
    calls = before_calls(program)
    assert len(calls) == 2
    assert calls[0][0] == []
    called = {ast.unparse(call.func) for call in calls_of(ast.parse(program.code), "backward")}
    assert called == {f"{claim.output}.backward"}


@check(KeptForSecond)
def _(claim: KeptForSecond, program: Program) -> None:
    assert not failed(program.code)
    assert "a second time" in failed(without_keyword(program.code, "retain_graph"))
    calls = before_calls(program)
    assert len(calls) == 2
    assert sorted(claim.nodes) == sorted(set(calls[1][0]))


@check(BecameNotFinite)
def _(claim: BecameNotFinite, program: Program) -> None:
    steps: list[tuple[str, bool, bool, bool, bool]] = []

    def finite(tensors: Any) -> bool:
        return all(each is None or bool(each.isfinite().all()) for each in tensors)

    def note(name: str, out: Any, given: Any) -> None:
        zero = any(each is not None and bool((each == 0).any()) for each in given)
        with_nan = [any(each is not None and bool((each != each).any()) for each in of) for of in (given, out or ())]
        steps.append((name, finite(given), finite(out or ()), zero, with_nan == [False, True]))

    real = torch.Tensor.backward

    def watched(tensor: Any, *args: Any, **keywords: Any) -> None:
        for node in nodes_behind(tensor):
            node.register_hook(partial(note, name_of(node)))
        real(tensor, *args, **keywords)  # type: ignore[no-untyped-call]  # of torch

    torch.Tensor.backward = watched  # type: ignore[method-assign, assignment]  # put back below
    try:
        ran = whole(program.code)
    finally:
        torch.Tensor.backward = real  # type: ignore[method-assign]  # what it was
    assert claim.nan == any(number != number for number in ran[claim.name].grad.reshape(-1).tolist())
    assert not bool(ran[claim.name].grad.isfinite().all())
    first = next(step for step in steps if step[1] and not step[2])
    assert first[0] == claim.node
    assert claim.zero == first[3]
    makes_nan = next((step for step in steps if step[4]), first)
    assert claim.later == (makes_nan[0] if claim.nan and not makes_nan[1] else "")


@check(NoNumberForward)
def _(claim: NoNumberForward, program: Program) -> None:
    """Each expression is computed by itself, in the order in which Python does."""
    names: dict[str, Any] = {}
    for statement in ast.parse(program.code).body:
        for node in _inner_first(statement.value) if isinstance(statement, ast.Assign | ast.Expr) else ():
            try:
                value = eval(ast.unparse(node), dict(names))
            except Exception:  # noqa: S112 - a part that stands for nothing alone
                continue
            if isinstance(value, torch.Tensor) and value.is_floating_point() and not bool(value.isfinite().all()):
                assert ast.unparse(node) == ast.unparse(ast.parse(claim.code, mode="eval"))
                assert claim.nan == bool(value.isnan().any())
                return
        if not isinstance(statement, ast.Expr):
            exec(ast.unparse(statement), names)
    raise AssertionError("all numbers are finite")


def _inner_first(node: ast.expr) -> list[ast.expr]:
    """The expressions in an expression, each after its own parts."""
    parts = [
        part for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr) for part in _inner_first(child)
    ]
    return [*parts, node]


@check(FreedBefore)
def _(claim: FreedBefore, program: Program) -> None:
    assert "a second time" in failed(program.code)
    calls = before_calls(program)
    assert len(calls) == claim.call
    assert claim.node in calls[claim.call - 1][1]
    assert claim.node not in calls[claim.by - 1][1]
    assert 0 < claim.by < claim.call
    assert all(claim.node in gone for _, gone in calls[claim.by :])


@check(NotOneNumber)
def _(claim: NotOneNumber, program: Program) -> None:
    ran = Program(program.code).run()
    assert "scalar" in str(ran.error)
    assert tuple(ran[claim.name].shape) == claim.shape
    assert ran[claim.name].numel() != 1
    called = [ast.unparse(call.func) for call in calls_of(ast.parse(program.code), "backward")]
    assert called[-1] == f"{claim.name}.backward" or called[0] == f"{claim.name}.backward"


@check(GradNotFinite)
def _(claim: GradNotFinite, program: Program) -> None:
    gradients = {
        name: each.grad for name, each in tensors_of(whole(program.code)).items() if each.is_leaf or each.retains_grad
    }
    broken = {name for name, grad in gradients.items() if grad is not None and not bool((grad - grad == 0).all())}
    assert set(claim.names) <= broken
    assert len(set(claim.names)) == len(claim.names) > 0
