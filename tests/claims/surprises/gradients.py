"""Checks of what surprises: `primer_core.claims.surprises.gradients`."""

from __future__ import annotations

import ast
from typing import Any

import torch

from primer_core.claims.running import line_of
from primer_core.claims.surprises.gradients import (
    AtTheCorner,
    GradientOfPiece,
    LeafLeftBehind,
    MaskedTooLate,
    SaturatedSoftmax,
    SavedChangedByData,
    SumOfShares,
    WeighedBackward,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import (
    after_line,
    at_line,
    computed,
    every_gradient,
    expression,
    stands_there,
    statement_of,
)


@check(LeafLeftBehind)
def _(claim: LeafLeftBehind, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names: dict[str, Any] = at_line(program, claim.run)
    leaf = names[claim.name]
    assert leaf.is_leaf
    assert leaf.requires_grad
    assert torch.is_grad_enabled()
    with torch.no_grad():
        made = eval(claim.code, dict(names))
    new = after_line(program, claim.run)[claim.name]
    assert not new.requires_grad
    assert new.grad is None
    assert torch.equal(made, new)
    with torch.no_grad():
        exec(claim.instead, names)
    assert names[claim.name] is leaf
    assert leaf.requires_grad
    assert torch.allclose(leaf.detach(), new)


def goes_back(claim: Any, program: Program) -> None:
    assert ".backward(" in ast.unparse(statement_of(program, claim.run))


def newly(claim: Any, program: Program) -> dict[str, torch.Tensor]:
    """The gradients that a line brings to leaves, without those that were there before."""
    before, after = (every_gradient(names(program, claim.run)) for names in (at_line, after_line))
    same = [name for name, grad in after.items() if name in before and torch.equal(grad, before[name])]
    same += [name for name, grad in after.items() if name in before and bool(before[name].isnan().any())]
    return {name: grad - before[name] if name in before else grad for name, grad in after.items() if name not in same}


def anywhere(code: str, program: Program) -> ast.AST:
    source = opened(program.code)
    found = [node for node in ast.walk(ast.parse(source)) if ast.get_source_segment(source, node) == code]
    assert found, f"{code} does not stand there"
    return found[0]


class Unchosen(ast.NodeTransformer):
    """Takes the choice between an input and a number out again."""

    def __init__(self, condition: str) -> None:
        self.condition = ast.dump(expression(condition))
        self.taken = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.func) == "torch.where" and ast.dump(node.args[0]) == self.condition:
            self.taken += 1
            (kept,) = [each for each in node.args[1:] if not isinstance(each, ast.Constant)]
            return kept
        return node


@check(MaskedTooLate)
def _(claim: MaskedTooLate, program: Program) -> None:
    goes_back(claim, program)
    anywhere(claim.code, program)
    anywhere(claim.condition, program)
    wrong = newly(claim, program)
    assert any(bool(each.isnan().any()) for each in wrong.values())
    unchosen = Unchosen(claim.condition)
    assert ast.dump(unchosen.visit(expression(claim.instead))) == ast.dump(expression(claim.code))
    assert unchosen.taken == 1
    names = after_line(program, claim.run)
    read = {each.id for each in ast.walk(expression(claim.code)) if isinstance(each, ast.Name)}
    fresh = {
        name: value.detach().clone().requires_grad_()
        for name, value in names.items()
        if name in read and isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    for code, finite in ((claim.code, False), (claim.instead, True)):
        leaves = {name: value.detach().clone().requires_grad_() for name, value in fresh.items()}
        result = computed(code, {**names, **leaves})
        asked = computed(claim.condition, {**names, **leaves}).broadcast_to(result.shape)
        assert bool((asked == (not claim.chosen)).any())
        result.backward(torch.zeros_like(result))
        grads = [each.grad for each in leaves.values() if each.grad is not None]
        assert any(bool(each.isnan().any()) for each in grads) != finite
        there = [each.isnan() & (asked == claim.chosen) for each in grads if each.shape == asked.shape]
        assert not any(bool(each.any()) for each in there)


@check(WeighedBackward)
def _(claim: WeighedBackward, program: Program) -> None:
    goes_back(claim, program)
    stands_there(claim.given, program, claim.run)
    came = newly(claim, program)[f"{claim.name}.grad"]
    before = every_gradient(at_line(program, claim.run)).get(f"{claim.name}.grad")
    assert (before is not None and bool(before.any())) == claim.added
    names = at_line(program, claim.run)
    given = computed(claim.given, names)
    whole = computed(claim.code, names)
    assert given.shape == whole.shape
    assert not bool((given == 1).all())
    assert torch.allclose((whole * given).sum(), computed(claim.total, names))
    leaf = names[claim.name]
    leaf.grad = None
    computed(claim.total, names).backward()
    assert torch.allclose(leaf.grad, came, rtol=1e-4)


@check(SaturatedSoftmax)
def _(claim: SaturatedSoftmax, program: Program) -> None:
    goes_back(claim, program)
    anywhere(claim.code, program)
    assert all(float(each.abs().max()) <= 1e-4 for each in newly(claim, program).values())
    shares = computed(claim.code, at_line(program, claim.run))
    assert shares.grad_fn.name().startswith("SoftmaxBackward")
    exact = shares.detach().double()
    slopes = exact * (1 - exact)
    assert f"{float(slopes.max()):.1e}".replace("0.0e+00", "0") == claim.most
    assert float(slopes.max()) <= 1e-5


@check(AtTheCorner)
def _(claim: AtTheCorner, program: Program) -> None:
    goes_back(claim, program)
    node = anywhere(claim.code, program)
    names = at_line(program, claim.run)
    leaf = names[claim.name]
    assert leaf.is_leaf
    assert leaf.requires_grad
    place = float(claim.place)
    assert bool((leaf.detach() == place).any())
    found = []
    for at in (place - 1e-4, place, place + 1e-4):
        x = torch.where(leaf.detach() == place, at, leaf.detach()).requires_grad_()
        computed(ast.unparse(node), {**names, claim.name: x}).sum().backward()
        assert x.grad is not None
        found.append(f"{float(x.grad[leaf.detach() == place][0]):g}")
    assert found == [claim.below, claim.taken, claim.above]
    assert claim.below != claim.above
    zero = [torch.tensor(0.0, requires_grad=True) for _ in range(2)]
    for each, code in zip(zero, ("torch.relu(x)", "torch.maximum(x, torch.tensor(0.0))"), strict=True):
        computed(code, {"torch": torch, "x": each}).backward()
    assert [each.grad for each in zero] == [0, 0.5]


@check(SumOfShares)
def _(claim: SumOfShares, program: Program) -> None:
    goes_back(claim, program)
    anywhere(claim.code, program)
    names = at_line(program, claim.run)
    value = computed(claim.code, names).detach().double()
    statement: Any = statement_of(program, claim.run)
    asked = computed(ast.unparse(statement.value.func.value), names).detach().double()
    assert torch.allclose(asked, value.sum(), atol=1e-5)
    shares = value.exp() if claim.logs else value
    axes = [axis for axis, size in enumerate(shares.shape) if size == claim.count]
    assert any(torch.allclose(shares.sum(axis), torch.ones(()).double(), atol=1e-5) for axis in axes)
    if not claim.logs:
        assert all(float(each.abs().max()) < 1e-5 for each in newly(claim, program).values())
    z = torch.randn(claim.count, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    found = torch.log_softmax(z, 0)
    p = found.detach().exp()
    (slopes,) = torch.autograd.grad(found.sum(), z, retain_graph=True)
    assert torch.allclose(slopes, 1 - claim.count * p)
    (one,) = torch.autograd.grad(found[0], z)
    assert torch.allclose(one, torch.eye(claim.count).double()[0] - p)


def told(tensor: torch.Tensor) -> str:
    listed = ", ".join(f"{number:.3g}" for number in tensor.reshape(-1).tolist())
    return f"[{listed}]" if tensor.ndim else listed


@check(SavedChangedByData)
def _(claim: SavedChangedByData, program: Program) -> None:
    goes_back(claim, program)
    lines = opened(program.code).split("\n")
    assert f"{claim.code}.data" in lines[claim.line - 1]
    found = {}
    for instead in ("detach()", "data.clone()"):
        changed = lines[claim.line - 1].replace(f"{claim.code}.data", f"{claim.code}.{instead}", 1)
        found[instead] = "\n".join([*lines[: claim.line - 1], changed, *lines[claim.line :]])
    error = recorded(found["detach()"]).error
    assert error is not None
    assert "modified by an inplace operation" in str(error[0])
    assert error[1] == line_of(claim.run[0])
    grads = [after_line(Program(code), claim.run)[claim.name].grad for code in (program.code, found["data.clone()"])]
    assert [told(each) for each in grads] == [claim.given, claim.right]
    assert claim.given != claim.right


@check(GradientOfPiece)
def _(claim: GradientOfPiece, program: Program) -> None:
    stands_there(f"{claim.piece}.grad", program, claim.run)
    names = at_line(program, claim.run)
    leaf, piece, picked = (computed(code, names) for code in (claim.name, claim.piece, claim.instead))
    assert leaf.is_leaf
    assert leaf.grad is not None
    assert piece.grad_fn is not None
    assert piece is not computed(claim.piece, names)
    assert picked.untyped_storage().data_ptr() == leaf.grad.untyped_storage().data_ptr()
    marked = torch.arange(leaf.numel()).reshape(leaf.shape)
    again = {**names, claim.name: marked, "_grad_": marked}
    picks = claim.instead.replace(f"{claim.name}.grad", "_grad_", 1)
    assert torch.equal(computed(picks, again), computed(claim.piece, again))
