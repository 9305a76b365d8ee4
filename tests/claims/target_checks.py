"""Whether a target is at fault as it is said, found out by changing just what is named."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import torch

from primer_core.claims.operands import InnerSizesDiffer, NeedsAnAxis, NoSuchAxis, SizesClash
from primer_core.claims.targets import (
    AnswerDtype,
    CountedFromOne,
    IgnoresNoClass,
    NeedsFloats,
    NoSuchClass,
    OutsideZeroToOne,
    ShapesDiffer,
    TargetDtype,
    TargetInBrackets,
    TargetShape,
    TwoKinds,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.rewriting import whole, without_keyword


def failing(program: Program) -> tuple[ast.stmt, dict[str, Any], str]:
    """The statement that fails, the names before it, and the error's words."""
    for place in range(1, len(program.statements) + 1):
        ran = program.run(until=place)
        if ran.error is not None:
            return program.statements[place - 1], dict(program.run(until=place - 1).names), str(ran.error)
    raise AssertionError("nothing fails")


def value(names: dict[str, Any], text: str) -> Any:
    return eval(text, dict(names))


def error_with(program: Program, change: Callable[[dict[str, Any]], dict[str, Any]], *arguments: str) -> str:
    """The words of the failing statement's error with arguments replaced; empty if it runs then."""
    statement, names, _ = failing(program)
    found = 0

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            nonlocal found
            if isinstance(node, ast.expr) and ast.unparse(node) in arguments:
                found += 1
                return ast.Name(f"_given{arguments.index(ast.unparse(node))}", ast.Load())
            return self.generic_visit(node)

    tree = ast.fix_missing_locations(Put().visit(ast.parse(ast.unparse(statement))))
    assert found, f"the failing statement has no {arguments}"
    error = whole(ast.unparse(tree), **names, **change(names)).error
    return "" if error is None else str(error)


def put(program: Program, text: str, other: Any) -> str:
    return error_with(program, lambda _: {"_given0": other}, text)


def call_of(program: Program) -> tuple[str, ast.Call]:
    """The call of a loss that fails."""
    statement, names, _ = failing(program)
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and (kind := ast.unparse(node.func).rpartition(".")[2]) in LOSSES:
            error = whole(f"_loss = {ast.unparse(node)}\nif _loss.requires_grad:\n    _loss.sum().backward()", **names)
            if error.error is not None:
                return kind, node
    raise AssertionError("no loss fails")


LOSSES = ("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")


def arguments(program: Program) -> tuple[str, Any, str, Any]:
    """The prediction and the target of the failing loss, as code and as tensors."""
    _, call = call_of(program)
    _, names, _ = failing(program)
    first, second = (ast.unparse(each) for each in call.args[:2])
    return first, value(names, first), second, value(names, second)


@check(NoSuchClass)
def _(claim: NoSuchClass, program: Program) -> None:
    first, logits, second, target = arguments(program)
    assert (first, second) == (claim.logits, claim.target)
    assert "bounds" in failing(program)[2]
    assert logits.shape[min(1, logits.dim() - 1)] == claim.classes
    flat = target.flatten().tolist()
    assert all((place >= 0) == (target.dim() > 0) for place, _ in claim.faults)
    places = [max(place, 0) for place, _ in claim.faults]
    assert len(set(places)) == len(places) > 0
    assert [flat[place] for place in places] == [value for _, value in claim.faults]
    # With class 0 in these places the loss is there; with it everywhere else, and one of these left, it is not.
    good = target.clone()
    good.view(-1)[places] = 0
    assert put(program, second, good) == ""
    for place in places:
        only = torch.zeros_like(target)
        only.view(-1)[place] = flat[place]
        assert "bounds" in put(program, second, only)


@check(CountedFromOne)
def _(claim: CountedFromOne, program: Program) -> None:
    first, logits, second, target = arguments(program)
    assert logits.shape[-1] == claim.classes == int(target.max())
    assert int(target.min()) >= 1
    assert "bounds" in failing(program)[2]
    wider = torch.cat([logits, torch.zeros_like(logits[..., :1])], dim=-1)
    assert put(program, first, wider) == ""
    assert put(program, second, target - 1) == ""


@check(TwoKinds)
def _(claim: TwoKinds, program: Program) -> None:
    _, logits, second, _ = arguments(program)
    assert put(program, second, torch.zeros(claim.numbers, dtype=torch.int64)) == ""
    assert put(program, second, torch.zeros(claim.probabilities, dtype=logits.dtype)) == ""
    assert claim.probabilities == tuple(logits.shape)
    assert len(claim.numbers) == len(claim.probabilities) - 1


@check(IgnoresNoClass)
def _(claim: IgnoresNoClass, program: Program) -> None:
    _, logits, _, target = arguments(program)
    assert target.shape == logits.shape
    assert failing(program)[2]
    kept = Program(program.code)
    assert f"ignore_index={claim.index}" in program.code
    other = Program(without_keyword(kept.code, "ignore_index")).run()
    assert other.error is None


@check(AnswerDtype)
def _(claim: AnswerDtype, program: Program) -> None:
    _, logits, second, target = arguments(program)
    assert (second, str(target.dtype)) == (claim.target, f"torch.{claim.dtype}")
    assert str(logits.dtype) == f"torch.{claim.wanted}"
    assert put(program, second, target.to(logits.dtype).clamp(0, 1)) == ""


@check(NeedsFloats)
def _(claim: NeedsFloats, program: Program) -> None:
    statement, names, words = failing(program)
    held = value(names, claim.name)
    assert str(held.dtype) == f"torch.{claim.dtype}"
    assert not held.is_floating_point()
    assert claim.by in {ast.unparse(n.func) for n in ast.walk(statement) if isinstance(n, ast.Call)}
    changed = held.real.float() if held.is_complex() else held.float()
    assert put(program, claim.name, changed) != words


@check(TargetShape)
def _(claim: TargetShape, program: Program) -> None:
    first, logits, second, target = arguments(program)
    assert (first, tuple(logits.shape)) == (claim.logits, claim.of)
    assert (second, tuple(target.shape)) == (claim.target, claim.given)
    assert put(program, second, torch.zeros(claim.wanted, dtype=torch.int64)) == ""
    assert put(program, second, torch.zeros(claim.of, dtype=logits.dtype)) == ""
    assert claim.given not in (claim.wanted, claim.of)


@check(TargetDtype)
def _(claim: TargetDtype, program: Program) -> None:
    first, logits, second, target = arguments(program)
    assert (second, str(target.dtype)) == (claim.target, f"torch.{claim.dtype}")
    wanted = getattr(torch, claim.wanted)
    assert put(program, second, target.to(wanted)) == "" or "bounds" in put(program, second, target.to(wanted))
    if claim.wanted == "int64":
        assert target.shape != logits.shape
    else:
        assert target.shape == logits.shape
        assert wanted == (logits.dtype if logits.is_floating_point() else torch.float32)
    assert first


@check(OutsideZeroToOne)
def _(claim: OutsideZeroToOne, program: Program) -> None:
    first, prediction, second, target = arguments(program)
    assert claim.name in (first, second)
    own = prediction if claim.name == first else target
    clamped = own.clamp(0, 1)
    assert int((clamped != own).sum()) == claim.count > 0
    words = put(program, claim.name, clamped)
    assert words != failing(program)[2]


@check(ShapesDiffer)
def _(claim: ShapesDiffer, program: Program) -> None:
    first, prediction, second, target = arguments(program)
    assert (first, tuple(prediction.shape)) == claim.first
    assert (second, tuple(target.shape)) == claim.second
    assert claim.first[1] != claim.second[1]
    words = put(program, second, torch.full_like(prediction, 0.5))
    assert words != failing(program)[2]
    assert "size" not in words


@check(TargetInBrackets)
def _(claim: TargetInBrackets, program: Program) -> None:
    ran = program.run()
    assert "size mismatch" in str(ran.error)
    calls = [node for statement in program.statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
    call = next(node for node in calls if ast.unparse(node.func).rpartition(".")[2] == "cross_entropy")
    assert [ast.unparse(each) for each in call.args[:2]] == [claim.logits, claim.target]
    logits, target = (value(ran.names, ast.unparse(each)) for each in call.args[:2])
    assert (logits.dim(), tuple(target.shape)) == (1, (1,))
    torch.nn.functional.cross_entropy(logits, target[0]).backward()  # type: ignore[no-untyped-call]  # of torch


@check(NoSuchAxis)
def _(claim: NoSuchAxis, program: Program) -> None:
    _, names, words = failing(program)
    operand = value(names, claim.operand)
    assert tuple(operand.shape) == claim.shape
    assert "range" in words
    try:
        operand.sum(claim.axis)
    except IndexError as error:
        assert str(error) == words  # noqa: PT017 - the other words would be of another axis
    else:
        raise AssertionError("it has this axis")
    for axis in range(len(claim.shape)):
        operand.sum(axis)


def operands(program: Program, sign: type[ast.operator] | None) -> list[tuple[str, str]]:
    """The operands of the operations of the failing statement that fail."""
    statement, names, _ = failing(program)
    found = []
    for node in ast.walk(statement):
        of_kind = isinstance(node, ast.BinOp) and (sign is None) != isinstance(node.op, ast.MatMult)
        if of_kind and whole(ast.unparse(node), **names).error is not None:
            assert isinstance(node, ast.BinOp)
            found.append((ast.unparse(node.left), ast.unparse(node.right)))
    return found


@check(SizesClash)
def _(claim: SizesClash, program: Program) -> None:
    _, names, _ = failing(program)
    (one, shape), (other, another) = claim.left, claim.right
    assert (one, other) in operands(program, None)
    left, right = value(names, one), value(names, other)
    assert (tuple(left.shape), tuple(right.shape)) == (shape, another)
    assert -min(left.dim(), right.dim()) <= claim.axis < 0
    # Of the axes from this one on, this one alone clashes: cut down to one cell along it, the rest meets.
    rank = -claim.axis
    tails = [torch.zeros(each.shape[len(each.shape) - rank :]) for each in (left, right)]
    assert clashes(*tails)
    assert not clashes(tails[0].narrow(0, 0, 1), tails[1])


def clashes(one: Any, other: Any) -> bool:
    try:
        _ = one + other
    except RuntimeError:
        return True
    return False


@check(InnerSizesDiffer)
def _(claim: InnerSizesDiffer, program: Program) -> None:
    _, names, _ = failing(program)
    (one, shape), (other, another) = claim.left, claim.right
    assert (one, other) in operands(program, ast.MatMult)
    left, right = value(names, one), value(names, other)
    assert (tuple(left.shape), tuple(right.shape)) == (shape, another)
    _ = left @ torch.zeros((shape[-1], *another[1:]) if len(another) < 3 else (*another[:-2], shape[-1], another[-1]))


@check(NeedsAnAxis)
def _(claim: NeedsAnAxis, program: Program) -> None:
    _, names, _ = failing(program)
    assert value(names, claim.name).dim() == 0
    if claim.by == "@":
        assert any(claim.name in pair for pair in operands(program, ast.MatMult))
        return
    kind, call = call_of(program)
    assert (kind, ast.unparse(call.args[0])) == (claim.by, claim.name)
    loss = getattr(torch.nn.functional, kind)
    loss(value(names, claim.name).reshape(1), torch.zeros((), dtype=torch.int64))
