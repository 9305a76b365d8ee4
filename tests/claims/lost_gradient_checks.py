"""Checks of where a gradient is lost: the loss is computed again, with what lost it left out."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from typing import Any

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from primer_core.claims.lost_gradients import AllFrozen, AskedTooLate, LosesGradient, NoGradient, NothingRequires
from primer_core.claims.running import line_of
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import opened, statement_at, statement_called
from tests.claims.surprises.lines import after_line, at_line, stands_there

REFUSAL = "does not require grad and does not have a grad_fn"


def _stopped(tree: ast.Module, names: dict[str, Any]) -> Exception | None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            exec(compile(ast.fix_missing_locations(tree), "again", "exec"), names)
        except Exception as error:
            return error
    return None


def _leaf(value: Any) -> Any:
    """The same numbers as floats that require a gradient."""
    return torch.as_tensor(value).detach().float().requires_grad_()


class _Keeps(ast.NodeTransformer):
    """Gives what stands at a place a gradient of its own."""

    def __init__(self, node: Any) -> None:
        self.place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        place = tuple(getattr(node, each, None) for each in ("lineno", "col_offset", "end_lineno", "end_col_offset"))
        super().generic_visit(node)
        if isinstance(node, ast.expr) and place == self.place:
            return ast.copy_location(ast.Call(ast.Name("_leaf_", ast.Load()), [node], []), node)
        return node


@check(LosesGradient)
def _(claim: LosesGradient, program: Program) -> None:
    code = opened(program.code)
    done = recorded(code)
    assert done.error is not None
    assert REFUSAL in str(done.error[0])
    times = sum(1 for number, _ in done.lines if number == claim.run[0])
    failing = line_of(claim.run[0]) == statement_at(code, done.error[1]).lineno
    assert 1 <= claim.run[1] <= times + failing
    node = stands_there(claim.code, program, claim.run)
    tree = ast.parse(code)
    if claim.why == "no_grad":
        with pytest.MonkeyPatch.context() as patched:
            for name in ("no_grad", "inference_mode", "set_grad_enabled"):
                patched.setattr(torch, name, Records)
            error = _stopped(tree, {})
        assert error is None or REFUSAL not in str(error)
        return
    found: list[Any] = []

    def leaf(value: Any) -> Any:
        found.append(value)
        return _leaf(value)

    with pytest.MonkeyPatch.context() as patched:
        if claim.why in ("number", "dtype"):
            patched.setattr(torch, "tensor", _kept_by(torch.tensor))
            for name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
                patched.setattr(torch.Tensor, name, _compared_by(getattr(torch.Tensor, name)))
        error = _stopped(_Keeps(node).visit(tree), {"_leaf_": leaf})
    assert error is None or REFUSAL not in str(error)
    assert len(found) >= claim.run[1]
    made = found[claim.run[1] - 1]
    match claim.why:
        case "number":
            assert isinstance(made, float | list)
        case "dtype":
            assert not made.is_floating_point()
        case "detached":
            assert claim.code.endswith((".detach()", ".data"))
            assert not made.requires_grad
        case "anew":
            assert claim.code.startswith("torch.")
            assert made.is_leaf
        case _:
            raise AssertionError(claim.why)


def _kept_by(made_anew: Any) -> Any:
    """``torch.tensor`` as it were if it kept the way back of what it is given."""

    def tensor(data: Any, *rest: Any, **words: Any) -> Any:
        parts = list(data) if isinstance(data, list | tuple) else []
        if isinstance(data, torch.Tensor) and data.requires_grad:
            return data * 1
        if any(isinstance(each, torch.Tensor) and each.requires_grad for each in parts):
            return torch.stack([torch.as_tensor(each).float() for each in parts])
        if any(isinstance(each, list | tuple) for each in parts):
            return torch.stack([tensor(each).float() for each in parts])
        return made_anew(data, *rest, **words)

    return tensor


def _compared_by(compares: Any) -> Any:
    """A comparison as it were if it kept the way back of its operands."""

    def compared(one: torch.Tensor, other: Any) -> Any:
        keeps = any(isinstance(each, torch.Tensor) and each.requires_grad for each in (one, other))
        return one - other if keeps else compares(one, other)

    return compared


class Records(contextlib.nullcontext[None]):
    """Stands for ``torch.no_grad``, and changes nothing."""

    def __init__(self, *_: Any) -> None:
        super().__init__()

    def __call__(self, function: Any) -> Any:
        return function


@check(NoGradient)
def _(claim: NoGradient, program: Program) -> None:
    stands_there(f"{claim.name}.grad", program, claim.run)
    went_back, marks = [], list[int]()
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a result's gradient, PyTorch warns
        back: Any = torch.Tensor.backward

        def backward(tensor: torch.Tensor, *given: Any, **named: Any) -> None:
            went_back.append(tensor)
            mark: Any = torch.ones(1, requires_grad=True).exp().grad_fn
            marks.append(mark._sequence_nr())
            back(tensor, *given, **named)

        patched.setattr(torch.Tensor, "backward", backward)
        tensor = at_line(program, claim.run)[claim.name]
        assert isinstance(tensor, torch.Tensor)
        assert tensor.grad is None
    assert bool(claim.line) == (claim.why == "anew")
    if claim.why == "plain":
        assert not tensor.requires_grad
    elif claim.why == "anew":
        assert not tensor.requires_grad
        binds = [run for run in recorded(opened(program.code)).lines if line_of(run[0]) == claim.line]
        found = [(at_line(program, run)[claim.name], after_line(program, run)[claim.name]) for run in binds]
        assert any(old.requires_grad and old.is_leaf and not new.requires_grad for old, new in found)
        assert torch.equal(found[-1][1], tensor)
    elif claim.why == "later":
        assert tensor.grad_fn is not None
        assert marks
        assert tensor.grad_fn._sequence_nr() > max(marks)
    elif claim.why in ("result", "beside"):
        assert tensor.grad_fn is not None
        assert not marks or tensor.grad_fn._sequence_nr() < max(marks)
        assert claim.why == "result" or not any(tensor.grad_fn in behind(each.grad_fn) for each in went_back)
        if claim.why == "result" and went_back:
            assert any(tensor.grad_fn in behind(each.grad_fn) for each in went_back)
        assert not tensor.is_leaf
    else:
        assert claim.why in ("before", "compared", "cleared")
        assert tensor.is_leaf
        assert tensor.requires_grad
        assert bool(went_back) == (claim.why in ("compared", "cleared"))
    if claim.why == "compared":
        assert functions_of(claim.name, program) <= {"gt", "lt", "ge", "le", "eq", "ne"}


def behind(node: Any) -> set[Any]:
    """What lies on the way back from a node, itself among it."""
    found, waiting = set[Any](), [node]
    while waiting:
        here = waiting.pop()
        if here is not None and here not in found:
            found.add(here)
            waiting += [following for following, _ in here.next_functions]
    return found


class Given(TorchFunctionMode):
    """Notes which functions of PyTorch are given which tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Any]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls.append((func.__name__, args))
        return func(*args, **(kwargs or {}))


def functions_of(name: str, program: Program) -> set[str]:
    """The functions that are given the tensor that a name stands for at the end, one at least."""
    namespace: dict[str, Any] = {}
    with Given() as given, contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(opened(program.code), "again", "exec"), namespace)
    tensor = namespace[name]
    found = {function.strip("_") for function, args in given.calls if any(each is tensor for each in args)}
    assert found - {"get"}
    return found - {"get"}


@check(NothingRequires)
def _(claim: NothingRequires, program: Program) -> None:
    code = opened(program.code)
    done = recorded(code)
    assert done.error is not None
    assert REFUSAL in str(done.error[0])
    assert done.error[1] == claim.line
    asked = [
        node.func.value
        for node in ast.walk(statement_at(code, claim.line))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    ]
    assert [ast.get_source_segment(code, node) for node in asked] == [claim.code]
    for each in done.lines.values():
        for value in each.names.values():
            assert not (isinstance(value, torch.Tensor) and value.requires_grad)
            own = value.parameters() if isinstance(value, nn.Module) else ()
            assert not any(parameter.requires_grad for parameter in own)


@check(AskedTooLate)
def _(claim: AskedTooLate, program: Program) -> None:
    code = opened(program.code)
    done = recorded(code)
    assert done.error is not None
    assert REFUSAL in str(done.error[0])
    assert done.error[1] == claim.line
    assert f"{claim.code}.backward(" in code.split("\n")[claim.line - 1]
    binds = [run for run, each in done.lines.items() if each.before.get(claim.code) is not each.names.get(claim.code)]
    names, statement = at_line(program, binds[-1]), statement_called(code, binds[-1][0])
    read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    tensors = [each for name, each in names.items() if name in read and isinstance(each, torch.Tensor)]
    assert tensors
    assert not any(each.requires_grad for each in tensors)
    values = [value for each in done.lines.values() for value in each.names.values()]
    own = [each for value in values if isinstance(value, nn.Module) for each in value.parameters()]
    assert any(isinstance(each, torch.Tensor) and each.requires_grad for each in [*values, *own])


@check(AllFrozen)
def _(claim: AllFrozen, program: Program) -> None:
    code = opened(program.code)
    done = recorded(code)
    assert done.error is not None
    assert REFUSAL in str(done.error[0])
    assert done.error[1] == claim.line
    assert f"{claim.code}.backward(" in code.split("\n")[claim.line - 1]
    network = list(done.lines.values())[-1].names[claim.network]
    assert not any(each.requires_grad for each in network.parameters())
    assert len(list(network.parameters())) == claim.count
    thawed = re.sub(r"(requires_grad(?:_\(| ?= ?))False", r"\1True", code)
    learns = recorded(thawed)
    assert learns.error is None or REFUSAL not in str(learns.error[0])
