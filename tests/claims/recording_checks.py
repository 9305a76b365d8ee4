"""Whether autograd records, and why not, found out by recording what was not, and by asking the graph itself."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import torch

from primer_core.claims.recording import (
    ConstantSlope,
    CutOff,
    HasGraph,
    HoldsNoFloats,
    MadeAsData,
    NoPath,
    NotALeaf,
    NotCalled,
    OnlyFromData,
    PassesNoFloats,
    PlainGradient,
    StoppedBefore,
    UnderNoGrad,
    WasCleared,
    WritesNoFloats,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran
from tests.claims.rewriting import (
    attached,
    calls_of,
    instead,
    name_of,
    nodes_behind,
    recording,
    tensors_of,
    whole,
    with_keyword,
    without,
    without_keyword,
)


def asked(code: str, text: str) -> Any:
    """What a piece of code is once a program has come to its end, or to the error that ends it."""
    ran = whole(code)
    names = ran.names if ran.error is None else Program(code).run().names
    return eval(text, dict(names))


def all_floats_required(code: str, but: str = "") -> str:
    """The program with every tensor of floats that it writes down requiring a gradient, but for one name."""
    lines = []
    for statement in ast.parse(code).body:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(ast.Name("torch"), "tensor"))) if name != but:
                lines += [ast.unparse(statement), f"{name} = {name}.requires_grad_({name}.is_floating_point())"]
            case _:
                lines.append(ast.unparse(statement))
    return "\n".join(lines)


@check(CutOff)
def _(claim: CutOff, program: Program) -> None:
    assert not asked(program.code, claim.name).requires_grad
    assert asked(attached(program.code, claim.cuts), claim.name).requires_grad
    for cut in claim.cuts:
        others = tuple(other for other in claim.cuts if other != cut)
        if others:
            attached(program.code, others)
    assert asked(attached(program.code, claim.cuts[:1]), claim.name).requires_grad or len(claim.cuts) > 1


@check(MadeAsData)
def _(claim: MadeAsData, program: Program) -> None:
    tensor = asked(program.code, claim.name)
    assert tensor.is_leaf
    assert tensor.is_floating_point()
    assert not tensor.requires_grad
    # Whatever else requires a gradient, it does not: it was computed from nothing, or what it was is data.
    assert not asked(all_floats_required(program.code, but=claim.name), claim.name).requires_grad


@check(OnlyFromData)
def _(claim: OnlyFromData, program: Program) -> None:
    assert not asked(program.code, claim.name).requires_grad
    assert asked(all_floats_required(program.code), claim.name).requires_grad
    assert not any(statement_binds(program.code, claim.name, "torch.tensor")), "it was written down"


def statement_binds(code: str, name: str, maker: str) -> list[bool]:
    """For each statement that binds a name, whether it calls a function that makes a tensor of numbers."""
    bound = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assign)]
    return [
        ast.unparse(node.value).startswith(f"{maker}(") and isinstance(node.value, ast.Call)
        for node in bound
        if ast.unparse(node.targets[0]) == name and ast.unparse(node.value).count("(") == 1
    ]


@check(HoldsNoFloats)
def _(claim: HoldsNoFloats, program: Program) -> None:
    tensor = asked(program.code, claim.name)
    assert str(tensor.dtype) == f"torch.{claim.dtype}"
    try:
        tensor.clone().requires_grad_()
    except RuntimeError:
        return
    raise AssertionError("it can require a gradient")


@check(PassesNoFloats)
def _(claim: PassesNoFloats, program: Program) -> None:
    assert not asked(program.code, claim.name).requires_grad
    assert claim.code in program.code
    stop = asked(program.code, claim.code)
    assert str(stop.dtype) == f"torch.{claim.dtype}"
    assert not stop.requires_grad
    parts = [part for part in ast.walk(ast.parse(claim.code)) if isinstance(part, ast.Name | ast.Call | ast.BinOp)]
    tensors = [
        asked(program.code, ast.unparse(part)) for part in parts if ast.unparse(part) not in ("torch", claim.code)
    ]
    assert any(isinstance(each, torch.Tensor) and each.requires_grad for each in tensors)
    # Floats in its place let a gradient through wherever they are taken.
    ran = whole(program.code.replace(claim.code, f"({claim.code}).float().requires_grad_()"))
    if claim.name in ran.names:
        assert ran.names[claim.name].requires_grad or ran.error is not None


@check(WritesNoFloats)
def _(claim: WritesNoFloats, program: Program) -> None:
    (data,) = ast.parse(claim.code, mode="eval").body.args  # type: ignore[attr-defined] # it is a call
    assert f"torch.tensor({ast.unparse(data)}, " in program.code
    tensor, floats = (eval(code, {"torch": torch}) for code in (claim.code, claim.instead))
    assert str(tensor.dtype) == f"torch.{claim.dtype}"
    assert torch.equal(tensor.to(floats.dtype), floats)
    floats.requires_grad_()
    with pytest.raises(RuntimeError):
        tensor.requires_grad_()


@check(UnderNoGrad)
def _(claim: UnderNoGrad, program: Program) -> None:
    assert not asked(program.code, claim.name).requires_grad
    assert asked(recording(program.code), claim.name).requires_grad


@check(PlainGradient)
def _(claim: PlainGradient, program: Program) -> None:
    assert not asked(program.code, claim.name).requires_grad
    made = instead_of_grad(program.code, claim.name)
    assert asked(made, claim.name).requires_grad


def instead_of_grad(code: str, name: str) -> str:
    """The program with ``create_graph=True`` where a gradient is computed."""
    for statement in ast.parse(code).body:
        text = ast.unparse(statement)
        if isinstance(statement, ast.Assign) and name in ast.unparse(statement.targets[0]).strip("()").split(", "):
            return instead(code, text, with_keyword(text, "create_graph=True", 1, "grad"))
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]).strip("(),") == name:
            return instead(code, text, with_keyword(text, "create_graph=True", 1, "grad"))
    raise AssertionError(f"no statement computes the gradient {name}")


@check(ConstantSlope)
def _(claim: ConstantSlope, program: Program) -> None:
    ran = Program(program.code).run()
    gradient = ran[claim.name]
    assert not gradient.requires_grad
    assert any(keyword.arg == "create_graph" for call in grad_calls(program.code) for keyword in call.keywords)
    # It is the same wherever the leaf is.
    for by in ("0.5", "3.0"):
        moved = Program(shifted(program.code, by)).run()[claim.name]
        assert torch.equal(gradient, moved)


def grad_calls(code: str) -> list[ast.Call]:
    return calls_of(ast.parse(code), "grad")


def shifted(code: str, by: str) -> str:
    """The program with every leaf that requires a gradient at other numbers."""
    lines = []
    for statement in ast.parse(code).body:
        lines.append(ast.unparse(statement))
        if isinstance(statement, ast.Assign) and "requires_grad=True" in lines[-1]:
            lines.append(f"{ast.unparse(statement.targets[0])}.data.add_({by})")
    return "\n".join(lines)


@check(HasGraph)
def _(claim: HasGraph, program: Program) -> None:
    assert asked(program.code, claim.name).requires_grad
    assert not asked(without_keyword(program.code, "create_graph"), claim.name).requires_grad


@check(NotALeaf)
def _(claim: NotALeaf, program: Program) -> None:
    tensor = asked(program.code, claim.name)
    assert not tensor.is_leaf
    assert not tensor.retains_grad
    assert name_of(tensor.grad_fn) == claim.node


@check(NotCalled)
def _(claim: NotCalled, program: Program) -> None:
    tensor = asked(program.code, claim.name)
    assert tensor.requires_grad
    assert tensor.is_leaf or tensor.retains_grad
    assert not began(program)
    assert tensor.grad is None


def began(program: Program) -> list[Any]:
    """What each call of ``backward()`` began at."""
    found: list[Any] = []
    real = torch.Tensor.backward

    def noted(tensor: Any, *args: Any, **keywords: Any) -> None:
        found.append(tensor)
        real(tensor, *args, **keywords)  # type: ignore[no-untyped-call]  # of torch

    torch.Tensor.backward = noted  # type: ignore[method-assign, assignment]  # put back below
    try:
        whole(program.code)
    finally:
        torch.Tensor.backward = real  # type: ignore[method-assign]  # what it was
    return found


@check(WasCleared)
def _(claim: WasCleared, program: Program) -> None:
    assert whole(program.code)[claim.name].grad is None
    kept = whole(without(program.code, f"{claim.name}.grad = None"))
    assert kept[claim.name].grad is not None


@check(StoppedBefore)
def _(claim: StoppedBefore, program: Program) -> None:
    ran = whole(program.code)
    leaf = ran[claim.name]
    assert leaf.is_leaf
    assert leaf.requires_grad
    assert leaf.grad is None
    assert Program(program.code).run().error is not None
    assert leads_to(began(program), claim.name, program)


def leads_to(roots: list[Any], name: str, program: Program) -> bool:
    """Whether the graph behind the last root has a node that adds to the gradient of a leaf like this one."""
    assert roots, "backward() was not called"
    behind = [getattr(node, "variable", None) for node in nodes_behind(roots[-1])]
    leaves = [leaf for leaf in behind if leaf is not None]
    return any(same(leaf, whole(program.code)[name]) for leaf in leaves)


def same(leaf: Any, other: Any) -> bool:
    return leaf.shape == other.shape and torch.equal(leaf.nan_to_num(), other.nan_to_num())


@check(NoPath)
def _(claim: NoPath, program: Program) -> None:
    ran: Ran = Program(program.code).run()
    if ran.error is None or claim.output not in tensors_of(ran):
        ran = whole(program.code)
    output = eval(claim.output, dict(ran.names))
    tensor = ran[claim.name]
    assert tensor.requires_grad
    assert tensor.grad is None
    assert any(text.startswith(f"{claim.output}.backward") for text in called(program.code)) or any(
        text.startswith(f"torch.autograd.grad({claim.output}") for text in called(program.code)
    )
    behind = list(nodes_behind(output))
    assert not any(getattr(node, "variable", None) is tensor for node in behind)
    assert tensor.grad_fn is None or tensor.grad_fn not in behind
    assert output is not tensor


def called(code: str) -> list[str]:
    return [ast.unparse(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
