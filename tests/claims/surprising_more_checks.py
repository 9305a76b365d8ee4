"""Checks of what surprises in ranges, in training and on the way back: a line is run again, with one thing changed."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from primer_core.claims.lost_gradients import AllFrozen, LosesGradient, NoGradient, NothingRequires
from primer_core.claims.running import line_of
from primer_core.claims.surprising_numbers import DividesBy, ExclusiveOr, InRadians, TotalWraps
from primer_core.claims.surprising_objects import NameAlone, OneLayerOften, ReturnsNothing
from primer_core.claims.surprising_places import OneHotRows, SameAxisTwice, TakenAsOneRow
from primer_core.claims.surprising_ranges import (
    DrawnAgain,
    HighLeftOut,
    SeededAgain,
    SeedsNoGenerator,
    StopIncluded,
    StopLeftOut,
    StopReached,
)
from primer_core.claims.surprising_training import (
    AgainstEvery,
    FirstRateSkipped,
    KeptAreScaled,
    NeverStepped,
    NoLeafNow,
    NumberByNumber,
    SigmoidAgain,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array, recorded
from tests.claims.running_checks import ADDRESS, line, opened, statement_at, statement_called
from tests.claims.source_checks import Between, Once
from tests.claims.surprise_checks import begun, computed, numbers, stands_there, statement_of, written
from tests.claims.surprising_checks import argument, at_line, made_of


@check(StopLeftOut)
def _(claim: StopLeftOut, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells, longer = numbers(result), numbers(computed(claim.instead, names))
    assert len(longer) == len(cells) + 1
    np.testing.assert_allclose(longer[:-1], cells, rtol=1e-5, atol=1e-6)
    assert float(claim.last) == float(f"{cells[-1]:g}") or float(claim.last) == float(cells[-1])
    stop = float(computed(ast.unparse(node.args[1]), names))
    assert abs(float(longer[-1]) - stop) < 1e-5
    assert abs(float(claim.stop) - stop) < 1e-5
    assert not np.isclose(float(cells[-1]), stop)


def _call(code: str) -> Any:
    return ast.parse(code, mode="eval").body


@check(StopReached)
def _(claim: StopReached, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells = numbers(result)
    assert len(cells) == claim.count
    stop = float(computed(ast.unparse(node.args[1]), names))
    assert abs(float(claim.last) - float(cells[-1])) < 1e-9 + 1e-6 * abs(stop)
    assert abs(float(claim.stop) - stop) < 1e-9
    assert abs(float(cells[-1]) - stop) < 1e-6


@check(StopIncluded)
def _(claim: StopIncluded, program: Program) -> None:
    result, names = made_of(claim, program)
    cells, more = numbers(result), numbers(computed(claim.instead, names))
    assert len(cells) == claim.count
    assert len(more) == claim.count + 1
    assert f"{float(cells[1]) - float(cells[0]):.3g}" == f"{float(claim.step):.3g}"
    assert f"{float(more[1]) - float(more[0]):.3g}" == f"{float(claim.other):.3g}"
    assert float(cells[-1]) == float(more[-1])


@check(HighLeftOut)
def _(claim: HighLeftOut, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    low, high = (computed(ast.unparse(each), dict(names)) for each in node.args[:2])
    assert (low, high) == (claim.low, claim.high)
    size = "(4000,)" if ast.unparse(node.func).startswith("torch") else "4000"
    cells = numbers(computed(f"{ast.unparse(node.func)}({low}, {high}, {size})", dict(names)))
    assert cells.min() >= claim.low
    assert cells.max() == claim.high - 1 or claim.high - claim.low > 400


@check(DrawnAgain)
def _(claim: DrawnAgain, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    cells = np.ravel(computed(claim.code, dict(names))).tolist()
    assert len(cells) == claim.drawn
    assert len(set(cells)) == claim.different < claim.drawn
    once = np.ravel(computed(f"{claim.code[:-1]}, replace=False)", dict(names))).tolist()
    assert len(set(once)) == len(once)


@check(SeededAgain)
def _(claim: SeededAgain, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    assert claim.run[1] > 1
    line(program, claim.run)
    drawn = []
    for time in (1, claim.run[1]):
        found: list[float] = []
        draw: Any = torch.rand if claim.code.startswith("torch") else np.random.rand

        def ended(_: Any, found: list[float] = found, draw: Any = draw) -> None:
            found.extend(draw(3).tolist())

        Between(opened(program.code), (claim.run[0], time), (0, 0), ended=ended).cells(())
        drawn.append(found)
    assert drawn[0] == drawn[1] != []


@check(SeedsNoGenerator)
def _(claim: SeedsNoGenerator, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    code = opened(program.code)
    drawn_at = statement_called(code, claim.run[0])
    here = drawn_at.lineno, drawn_at.col_offset
    before = [each for each in ast.parse(code).body if (each.lineno, each.col_offset) < here]
    assert claim.seed in [ast.get_source_segment(code, each) for each in before]
    names = at_line(program, claim.run)
    drawn = []
    for again in range(2):
        computed(claim.seed, names)  # the same state of NumPy's own both times, save where the generator has a seed
        if claim.seeded:
            np.random.rand(again)
        drawn.append(computed(claim.code, names).random(4).tolist())
    assert (drawn[0] == drawn[1]) == claim.seeded


@check(DividesBy)
def _(claim: DividesBy, program: Program) -> None:
    result, names = made_of(claim, program)
    array = numbers(argument(claim, program, names)).astype(float)
    power = 2 if "std(" in claim.code else 1
    one, other = (numbers(each).astype(float) ** power for each in (result, computed(claim.other, names)))
    assert array.size == claim.count * np.size(one)
    assert claim.less in (0, 1)
    np.testing.assert_allclose(one * (claim.count - claim.less), other * (claim.count - 1 + claim.less), rtol=1e-2)
    axes = [
        tuple(axes)
        for axes in ((), (0,), (1,), (-1,), tuple(range(array.ndim)))
        if all(-array.ndim <= each < array.ndim for each in axes)
    ]
    sums = [((array - array.mean(axis, keepdims=True)) ** 2).sum(axis) for axis in axes if axis]
    found = [each for each in sums if np.size(each) == np.size(one)]
    near = (np.allclose(np.ravel(each), np.ravel(one) * (claim.count - claim.less), rtol=2e-2) for each in found)
    assert not found or any(near)


@check(InRadians)
def _(claim: InRadians, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = np.ravel(numbers(computed(ast.unparse(node.args[0]), names))).astype(float)
    first = int(np.flatnonzero(given)[0])
    assert f"{given[first]:g}" == claim.given
    assert abs(float(np.ravel(numbers(result))[first]) - float(claim.gives)) < 6e-4 * max(1, abs(float(claim.gives)))
    degrees = float(np.ravel(numbers(computed(claim.instead, names)))[first])
    assert abs(degrees - float(claim.degrees)) < 6e-4 or abs(degrees) > 1e5
    turns = {"sin": np.sin, "cos": np.cos, "tan": np.tan}[ast.unparse(node.func).rpartition(".")[2]]
    assert abs(turns(given[first] * np.pi / 180) - float(claim.degrees)) < 6e-4 or abs(degrees) > 1e5


@check(ExclusiveOr)
def _(claim: ExclusiveOr, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells = np.ravel(numbers(computed(ast.unparse(node.left), names))).tolist()
    pairs = list(zip(cells, np.ravel(numbers(result)).tolist(), strict=True))
    bits = [int("".join("01"[a != b] for a, b in zip(f"{left % 256:08b}", f"{claim.right:08b}", strict=True)), 2)
            for left, _ in pairs]  # fmt: skip
    assert all(gives % 256 == found for (_, gives), found in zip(pairs, bits, strict=True))
    assert (claim.left, claim.gives) == next(pair for pair in pairs if pair[0] ** claim.right != pair[1])
    powers = np.ravel(numbers(computed(claim.power, names))).tolist()
    assert all((each**claim.right - power) % 256 == 0 for each, power in zip(cells, powers, strict=True))
    assert claim.right == node.right.value


@check(TotalWraps)
def _(claim: TotalWraps, program: Program) -> None:
    result, names = made_of(claim, program)
    cells = [int(each) for each in np.ravel(numbers(argument(claim, program, names)))]
    exact, total = [], 0 if "sum" in claim.code.rpartition("(")[0] or ".sum" in claim.code else 1
    adds = total == 0
    for each in cells:
        total = total + each if adds else total * each
        exact.append(total)
    found = np.ravel(numbers(result)).tolist()
    pairs = list(zip(exact if len(found) > 1 else exact[-1:], found, strict=True))
    assert next(pair for pair in pairs if pair[0] != pair[1]) == (claim.exact, claim.stored)
    assert str(numbers(result).dtype) == claim.dtype


@check(TakenAsOneRow)
def _(claim: TakenAsOneRow, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = argument(claim, program, names)
    assert (tuple(array.shape), tuple(result.shape)) == (claim.before, claim.after)
    names["_flat_"] = np.ravel(array)
    holder = ast.Name("_flat_", ast.Load())
    if isinstance(node.func.value, ast.Name) and node.func.value.id == "np":
        call = ast.Call(node.func, [holder, *node.args[1:]], node.keywords)
    else:
        call = ast.Call(ast.Attribute(holder, node.func.attr, ast.Load()), node.args, node.keywords)
    assert computed(ast.unparse(call), names).tolist() == result.tolist()
    assert len(claim.before) > 1


@check(SameAxisTwice)
def _(claim: SameAxisTwice, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = computed(ast.unparse(node.value.value), names)
    rest = tuple(array.shape)[1:]
    assert tuple(result.shape)[-len(rest) :] == rest
    both = computed(claim.instead, names)
    wanted: Any = _call(claim.instead)
    assert isinstance(wanted.slice, ast.Tuple)
    assert ast.unparse(wanted) == ast.unparse(
        ast.Subscript(node.value.value, ast.Tuple([node.value.slice, node.slice], ast.Load()), ast.Load())
    )
    assert both.shape[0] == computed(ast.unparse(node.value), names).shape[0]


@check(OneHotRows)
def _(claim: OneHotRows, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert (claim.matrix, claim.labels) == (written(node.value, program), written(node.slice, program))
    rows, labels = numbers(result).tolist(), list(computed(claim.labels, names))
    assert (len(rows), claim.rows) == (len(labels), len(labels))
    for row, label in zip(rows, labels, strict=True):
        assert row.pop(int(label)) == 1
        assert row == [0] * (claim.classes - 1)


@check(ReturnsNothing)
def _(claim: ReturnsNothing, program: Program) -> None:
    done = line(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    assert done.names[claim.name] is None
    names = at_line(program, claim.run)
    called = names[statement.value.func.id]
    function = called if claim.function == statement.value.func.id else type(called).forward
    assert function.__qualname__ == claim.function
    assert computed(ast.unparse(statement.value), dict(names)) is None
    tree = ast.parse(opened(program.code))
    name = claim.function.rpartition(".")[2]
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    assert any(
        not any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(body)) for body in bodies
    )


@check(NameAlone)
def _(claim: NameAlone, program: Program) -> None:
    assert claim.run[1] == 1  # it is said of all rounds
    done = line(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target: Any = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    assert target.id == claim.name
    of = done.names[claim.array]
    if isinstance(of, nn.Module):
        held = list[torch.Tensor]()
        took = Once(
            opened(program.code),
            claim.run,
            lambda names: held.extend(each.detach().clone() for each in names[claim.array].parameters()),
        )
        after = took.names()
        assert after is not None
        assert all(map(torch.equal, held, after[claim.array].parameters()))
    else:
        assert is_array(of)
        assert done.cells[claim.array] == done.cells_before[claim.array]
    assert done.names[claim.name] is not done.before[claim.name]
    tree = ast.parse(opened(program.code))
    loop: Any = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.For) and any(each.lineno == statement.lineno for each in node.body)
    )
    assert ast.unparse(loop.iter) == claim.array + (".parameters()" if isinstance(of, nn.Module) else "")
    without = ast.unparse(ast.fix_missing_locations(_Passes(statement.lineno).visit(tree)))
    assert _printed(without) == _printed(opened(program.code))


class _Passes(ast.NodeTransformer):
    """Does nothing in the place of a statement."""

    def __init__(self, line: int) -> None:
        self.line = line

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno == self.line:
            return ast.copy_location(ast.Pass(), node)
        return super().generic_visit(node)


def _printed(code: str) -> str:
    """What a program prints, up to what stops it."""
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(out), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        exec(compile(code, "again", "exec"), {})
    return ADDRESS.sub("0x", out.getvalue())


@check(OneLayerOften)
def _(claim: OneLayerOften, program: Program) -> None:
    done = line(program, claim.run)
    network = done.names[claim.name]
    assert done.before.get(claim.name) is not network
    at: dict[int, list[Any]] = {}
    waiting = [network]
    while waiting:
        each = waiting.pop()
        held = list(each._modules.values())
        waiting += held
        if not held:
            at.setdefault(id(each), []).append(each)
    counts = [(len(same), sum(own.numel() for own in same[0].parameters())) for same in at.values() if len(same) > 1]
    assert (claim.places, claim.parameters) in counts
    assert claim.parameters > 0


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
        wanted = _call(claim.instead)
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
    node: Any = _call(claim.code)
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
        if claim.why == "number":
            patched.setattr(torch, "tensor", _kept_by(torch.tensor))
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
        return made_anew(data, *rest, **words)

    return tensor


class Records(contextlib.nullcontext[None]):
    """Stands for ``torch.no_grad``, and changes nothing."""

    def __init__(self, *_: Any) -> None:
        super().__init__()

    def __call__(self, function: Any) -> Any:
        return function


@check(NoGradient)
def _(claim: NoGradient, program: Program) -> None:
    stands_there(f"{claim.name}.grad", program, claim.run)
    went_back = []
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a result's gradient, PyTorch warns
        back: Any = torch.Tensor.backward

        def backward(tensor: torch.Tensor, *given: Any, **named: Any) -> None:
            went_back.append(tensor)
            back(tensor, *given, **named)

        patched.setattr(torch.Tensor, "backward", backward)
        tensor = at_line(program, claim.run)[claim.name]
        assert isinstance(tensor, torch.Tensor)
        assert tensor.grad is None
    if claim.why == "plain":
        assert not tensor.requires_grad
    elif claim.why == "result":
        assert tensor.grad_fn is not None
        assert not tensor.is_leaf
    else:
        assert claim.why in ("before", "compared", "cleared")
        assert tensor.is_leaf
        assert tensor.requires_grad
        assert bool(went_back) == (claim.why in ("compared", "cleared"))
    if claim.why == "compared":
        assert functions_of(claim.name, program) <= {"gt", "lt", "ge", "le", "eq", "ne"}


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
