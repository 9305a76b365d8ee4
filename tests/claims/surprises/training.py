"""Checks of what surprises: `primer_core.claims.surprises.training`."""

from __future__ import annotations

import ast
import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from primer_core.claims.surprises.training import (
    AgainstEvery,
    FirstRateSkipped,
    GrewByItsStep,
    KeptAreScaled,
    NeverStepped,
    NoLeafNow,
    NumberByNumber,
    NumbersTaken,
    SigmoidAgain,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array
from tests.claims.running_checks import line, opened
from tests.claims.surprises.lines import (
    LIBRARIES,
    after_line,
    at_line,
    begun,
    computed,
    expression,
    numbers,
    stands_there,
    statement_of,
    written,
)


@check(AgainstEvery)
def _(claim: AgainstEvery, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    one, other = (computed(ast.unparse(each), dict(names)).detach() for each in node.args[:2])
    assert (tuple(one.shape), tuple(other.shape)) == (claim.left, claim.right)
    names |= {"_one_": one, "_other_": other}
    rest = [ast.unparse(each) for each in [*node.args[2:], *node.keywords]]
    function = ast.unparse(node.func)

    def loss(left: str, right: str) -> Any:
        return computed(f"{function}({', '.join([left, right, *rest])})", dict(names))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        every, each = loss("_one_", "_other_"), loss("_one_.ravel()", "_other_.ravel()")
        count = max(claim.left)
        assert torch.allclose(every, loss(f"_one_.expand({count}, {count})", f"_other_.expand({count}, {count})"))
        wanted = expression(claim.instead)
        assert ast.unparse(wanted.func) == function
        given = [computed(ast.unparse(each), dict(names)) for each in wanted.args[:2]]
        assert [tuple(each.shape) for each in given] == [(count,), (count,)]
        assert tuple(computed(claim.instead, dict(names)).shape) == tuple(each.shape)
    assert claim.left != claim.right
    assert claim.left[0] == claim.right[0] == count


@check(NumberByNumber)
def _(claim: NumberByNumber, program: Program) -> None:
    _, names = begun(program, claim.run)
    names = at_line(program, claim.run) | {each: names[each] for each in names if is_array(names[each])}
    node: Any = expression(claim.code)
    result = computed(claim.code, dict(names))
    assert tuple(result.shape) == claim.shape
    left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.left, node.comparators[0])
    inner = [each for each in (left, right) if isinstance(each, ast.Call)]
    assert inner
    kinds = (ast.BinOp, ast.Compare, ast.AugAssign)
    there = [each for each in ast.walk(statement_of(program, claim.run)) if isinstance(each, kinds)]
    ones, others = (computed(ast.unparse(each), dict(names)) for each in (left, right))
    assert tuple(ones.shape) == tuple(others.shape) == claim.shape
    stripped = claim.code.replace(".squeeze(1)", "")
    plain = str.maketrans("", "", "()")
    assert any(ast.unparse(each).translate(plain) == stripped.translate(plain) for each in there)


@check(NoLeafNow)
def _(claim: NoLeafNow, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    assert written(statement.value, program) == claim.code
    names = at_line(program, claim.run)
    leaf = names[claim.name]
    assert leaf.is_leaf
    assert leaf.grad is not None
    made = computed(claim.code, dict(names))
    assert not made.is_leaf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (made * 1).sum().backward()
        assert made.grad is None
    names = at_line(program, claim.run)
    leaf = names[claim.name]
    with torch.no_grad():
        exec(claim.instead, names)
    assert names[claim.name] is leaf
    assert leaf.is_leaf
    assert torch.allclose(leaf, made)


@contextlib.contextmanager
def _steps() -> Iterator[list[tuple[Any, float]]]:
    """Hear of each step of an optimiser, and of its learning rate then."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    heard: list[tuple[Any, float]] = []
    handle = register_optimizer_step_pre_hook(
        lambda optimiser, *_: heard.append((optimiser, float(optimiser.param_groups[0]["lr"])))
    )
    try:
        yield heard
    finally:
        handle.remove()


@check(FirstRateSkipped)
def _(claim: FirstRateSkipped, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)).startswith(f"{claim.scheduler}.step(")
    with _steps() as heard:
        names = at_line(program, claim.run)
        scheduler = names[claim.scheduler]
        assert all(each is not scheduler.optimizer for each, _ in heard)
        assert names[claim.optimiser] is scheduler.optimizer
        before = len(heard)
    assert repr(float(scheduler.optimizer.param_groups[0]["lr"])) == claim.rate
    with _steps() as heard:
        namespace: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(opened(program.code), "again", "exec"), namespace)
    # Later lines may bind the names to other ones: it is known by the rate that its scheduler began with.
    scheduled = [each for each in heard[before:] if each[0].param_groups[0].get("initial_lr") == float(claim.rate)]
    rates = [rate for _, rate in scheduled]
    assert repr(rates[0]) == claim.used != claim.rate


@check(KeptAreScaled)
def _(claim: KeptAreScaled, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    share = float(claim.dropped)
    assert 0 < share < 1
    x = computed(ast.unparse(node.args[0]), dict(names)).detach()
    names["_x_"] = torch.full((4000,), float(claim.given))
    function = ast.unparse(node.func)
    rest = [ast.unparse(each) for each in [*node.args[1:], *node.keywords]]
    result = computed(f"{function}({', '.join(['_x_', *rest])})", dict(names)).detach()
    assert abs(float((result == 0).float().mean()) - share) < 0.05
    kept = result[result != 0]
    assert torch.allclose(kept, names["_x_"][: len(kept)] / (1 - share), rtol=1e-3)
    assert f"{float(kept[0]):.3g}" == f"{float(claim.kept):.3g}"
    assert abs(float(result.mean()) - float(claim.given)) < 0.2 * abs(float(claim.given)) / (1 - share)
    assert any(f"{each:.3g}" == f"{float(claim.given):.3g}" for each in x.ravel().tolist()) or "rand" in claim.code
    if isinstance(names.get(function), nn.Module):
        assert claim.ends == f"{function}.eval()"
        computed(claim.ends, names)
        still = computed(f"{function}(_x_)", names)
    else:
        assert claim.ends.partition("=")[0] == "training"
        still = computed(f"{function}(_x_, {share}, {claim.ends})", names)
    assert torch.equal(still, names["_x_"])


@check(SigmoidAgain)
def _(claim: SigmoidAgain, program: Program) -> None:
    calls = [
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and node.args and written(node.args[0], program) == claim.code
    ]
    assert calls
    call = calls[0]
    made: list[Any] = []

    def heard(own: Any) -> Any:
        def sigmoid(*given: Any) -> Any:
            made.append(own(*given))
            return made[-1]

        return sigmoid

    with pytest.MonkeyPatch.context() as patched:
        for owner, name in ((torch, "sigmoid"), (torch.Tensor, "sigmoid"), (functional, "sigmoid")):
            patched.setattr(owner, name, heard(getattr(owner, name)))
        patched.setattr(nn.Sigmoid, "forward", heard(nn.Sigmoid.forward))
        names = at_line(program, claim.run)
        given = computed(claim.code, dict(names))
    assert any(torch.equal(given.ravel(), each.ravel()) for each in made)
    target = computed(ast.unparse(call.args[1]), dict(names))
    function = computed(ast.unparse(call.func), dict(names))
    assert function is functional.binary_cross_entropy_with_logits or isinstance(function, nn.BCEWithLogitsLoss)
    again = functional.binary_cross_entropy(torch.sigmoid(given), target)
    once = functional.binary_cross_entropy_with_logits(given, target)
    assert torch.allclose(again, once)


@check(NeverStepped)
def _(claim: NeverStepped, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    line(program, claim.run)
    namespace: dict[str, Any] = {}
    with _steps() as heard, contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(opened(program.code), "again", "exec"), namespace)
    assert not heard
    assert isinstance(namespace[claim.name], torch.optim.Optimizer)
    assert "backward" in program.code


@check(NumbersTaken)
def _(claim: NumbersTaken, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    made, joined = computed(claim.code, names), computed(claim.instead, names)
    assert made.is_leaf
    assert made.grad_fn is None
    assert joined.grad_fn is not None
    torch.testing.assert_close(made.detach(), joined.detach(), check_dtype=False)


@check(GrewByItsStep)
def _(claim: GrewByItsStep, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert (statement.targets[0].id, statement.value.left.id) == (claim.name, claim.name)
    assert written(statement.value.right, program) == claim.code
    before, after = at_line(program, claim.run), after_line(program, claim.run)
    held, change = before[claim.name], numbers(computed(claim.code, before))
    assert tuple(np.shape(numbers(held))) == claim.before
    assert tuple(after[claim.name].shape) == change.shape == claim.after
    own = numbers(held).size
    rows = np.moveaxis(change, claim.axes, range(len(claim.axes))).reshape(-1, own)
    total = sum(rows[1:].astype(float), rows[0].astype(float))
    signed = -total if isinstance(statement.value.op, ast.Sub) else total
    names = dict(before)
    with torch.no_grad():
        exec(claim.instead, {**LIBRARIES, **names}, found := dict[str, Any]())
    assert tuple(np.shape(numbers(found[claim.name]))) == claim.before
    assert np.allclose(numbers(found[claim.name]).ravel(), numbers(held).ravel() + signed, rtol=1e-4)
    assert len(rows) > 1
    assert claim.instead.startswith(f"{claim.name} = {claim.name} ")
