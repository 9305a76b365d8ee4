"""Checks of what surprises in numbers, places and objects: the line is run once more, and done in the other way."""

from __future__ import annotations

import ast
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import nn

from primer_core.claims.running import Run
from primer_core.claims.surprising_numbers import (
    BlowsUp,
    CutTowardZero,
    HalfToEven,
    MakesNotFinite,
    NanEqualsNothing,
    NanStays,
    NearlyEqual,
    NotLogProbabilities,
    RoundedDown,
    TooCoarse,
)
from primer_core.claims.surprising_objects import (
    DefaultKept,
    DropsAtRandom,
    KeepsGraphs,
    NoneReturned,
    NotHeld,
    NothingToStep,
    NotRegistered,
    TimeFirst,
    ValuesAndIndices,
)
from primer_core.claims.surprising_places import (
    AddsRows,
    FirstAlongColumns,
    FirstLeftOut,
    InverseCellByCell,
    ListRepeated,
    NothingToSwap,
    NotTransposed,
    OneCellOften,
    PairsUp,
    SoftmaxDownColumns,
    SortedApart,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import line, opened
from tests.claims.source_checks import Between, Stopped, in_sight
from tests.claims.surprise_checks import begun, computed, names_before, numbers, stands_there, statement_of, written


def made_of(claim: Any, program: Program) -> tuple[Any, dict[str, Any]]:
    """What a part of a line gives once more, and the names that it was computed of."""
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    if isinstance(node, ast.AugAssign):
        sign = ast.BinOp(ast.parse(ast.unparse(node.target), mode="eval").body, node.op, node.value)
        return computed(ast.unparse(ast.fix_missing_locations(sign)), names), names
    return computed(claim.code, names), names


def argument(claim: Any, program: Program, names: dict[str, Any]) -> Any:
    """The array of which a method or a function is asked."""
    return computed(ast.unparse(inner_of(stands_there(claim.code, program, claim.run))), names)


def inner_of(node: Any) -> ast.expr:
    """What stands for the array in a call: before the method, or first in the brackets of a library's function."""
    if isinstance(node.func, ast.Name):  # ``getattr(a, "T")``
        given: ast.expr = node.args[0]
        return given
    function = node.func.value
    while isinstance(function, ast.Attribute):
        function = function.value
    library = isinstance(function, ast.Name) and function.id in ("np", "torch", "F")
    found: ast.expr = node.args[0] if library else node.func.value
    return found


def is_tensor(names: dict[str, Any], node: ast.expr) -> bool:
    return isinstance(computed(ast.unparse(node), names), torch.Tensor)


@check(CutTowardZero)
def _(claim: CutTowardZero, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = numbers(argument(claim, program, names)).ravel(), numbers(result).ravel()
    differs = [(b, a) for b, a in zip(before, after, strict=True) if a != np.round(b)]
    assert differs
    assert (repr(differs[0][0].item()), str(differs[0][1].item())) == (claim.given, claim.stored)
    assert int(float(claim.given)) == int(claim.stored)


@check(RoundedDown)
def _(claim: RoundedDown, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    ones, others = (numbers(computed(ast.unparse(part), names)) for part in (left, right))
    found = np.broadcast_arrays(ones, others, numbers(result))
    pairs = list(zip(*(each.ravel().tolist() for each in found), strict=True))
    differs = [pair for pair in pairs if pair[1] and int(pair[0] / pair[1]) != pair[2]]
    assert differs[0] == (claim.left, claim.right, claim.quotient)


class Instead(ast.NodeTransformer):
    """Puts a name in the place of an expression, where that stands first."""

    def __init__(self, expression: ast.expr, name: str) -> None:
        self.wanted: str | None = ast.dump(expression)
        self.name = name

    def visit(self, node: ast.AST) -> ast.AST:
        if ast.dump(node) == self.wanted:
            self.wanted = None
            return ast.Name(self.name, ast.Load())
        return self.generic_visit(node)


@check(NanStays)
def _(claim: NanStays, program: Program) -> None:
    result, names = made_of(claim, program)
    assert np.isnan(numbers(result)).any()
    given = numbers(argument(claim, program, names))
    assert (int(np.isnan(given).sum()), given.size) == (claim.nans, claim.count)
    node: Any = stands_there(claim.code, program, claim.run)
    inner = inner_of(node)
    names["_given_"] = torch.nan_to_num(torch.as_tensor(given)) if is_tensor(names, inner) else np.nan_to_num(given)
    without = ast.unparse(Instead(inner, "_given_").visit(ast.parse(ast.unparse(node), mode="eval")))
    assert not np.isnan(numbers(computed(without, names))).any()


@check(NearlyEqual)
def _(claim: NearlyEqual, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (numbers(computed(ast.unparse(part), names)) for part in (node.left, node.comparators[0]))
    found = (numbers(result) == isinstance(node.ops[0], ast.NotEq)).ravel().tolist()
    every = zip(*(each.ravel().tolist() for each in np.broadcast_arrays(left, right)), strict=True)
    pairs = [pair for pair, differ in zip(every, found, strict=True) if differ]
    small = any(str(each.dtype) in ("float32", "float16") for each in (left, right))
    nearness = 5e-3 if small else 1e-12
    near = [(one, other) for one, other in pairs if one != other and np.isclose(one, other, rtol=nearness, atol=0)]
    assert (claim.left, claim.right) in near
    if claim.dtypes:
        fewer, more = claim.dtypes
        assert {fewer, more} == {str(left.dtype), str(right.dtype)}
        assert np.finfo(fewer).precision < np.finfo(more).precision


@check(NanEqualsNothing)
def _(claim: NanEqualsNothing, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert not numbers(result).any()
    assert isinstance(node.ops[0], ast.Eq)
    assert np.isnan(float(computed(ast.unparse(node.comparators[0]), names)))
    given = numbers(computed(ast.unparse(node.left), names))
    assert claim.asks.partition("(")[2] == f"{written(node.left, program)})"
    np.testing.assert_array_equal(numbers(computed(claim.asks, names)), np.isnan(given))


@check(HalfToEven)
def _(claim: HalfToEven, program: Program) -> None:
    result, names = made_of(claim, program)
    given = numbers(argument(claim, program, names)).ravel().tolist()
    pairs = zip(given, numbers(result).ravel().tolist(), strict=True)
    halves = [(repr(g), repr(r)) for g, r in pairs if (g * 2) % 2 == 1 and r != int(g + np.copysign(0.5, g))]
    assert halves[0] == (claim.given, claim.rounded)
    assert float(claim.rounded) % 2 == 0


@check(TooCoarse)
def _(claim: TooCoarse, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    ones, others = (numbers(computed(ast.unparse(part), names)) for part in (left, right))
    found = np.broadcast_arrays(ones, others, numbers(result))
    rows = list(zip(*(each.ravel().tolist() for each in found), strict=True))
    assert next(row for row in rows if row[0] == row[2] and abs(row[1]) >= 1)[:2] == (claim.left, claim.right)
    assert str(numbers(result).dtype) == claim.dtype
    total = Fraction(claim.left) + Fraction(claim.right)
    near = [np.nextafter(numbers(result).dtype.type(claim.left), way) for way in (-np.inf, np.inf)]
    assert all(abs(total - Fraction(float(each))) >= abs(Fraction(claim.right)) for each in near)


@check(NotLogProbabilities)
def _(claim: NotLogProbabilities, program: Program) -> None:
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    function = computed(ast.unparse(node.func), names)
    taking_logs = nn.functional.nll_loss, nn.functional.kl_div
    assert function in taking_logs or isinstance(function, nn.NLLLoss | nn.KLDivLoss)
    largest = float(numbers(computed(ast.unparse(node.args[0]), names)).max())
    assert f"{largest:.3f}" == claim.given
    assert largest > 0


@check(MakesNotFinite)
def _(claim: MakesNotFinite, program: Program) -> None:
    """It is made once more of all that it is made of, and of those numbers alone."""
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    match node:
        case ast.BinOp(left, _, right):
            operands = [left, right]
        case ast.AugAssign(target, _, value):
            operands = [ast.parse(ast.unparse(target), mode="eval").body, value]
        case ast.UnaryOp(_, operand):
            operands = [operand]
        case _:
            inner = inner_of(node)
            operands = [inner, *(each for each in node.args if each is not inner)]
    values = [numbers(computed(ast.unparse(each), names)) for each in operands]
    again = made_of(claim, program)[0]
    made = numbers(again)
    cells = [np.broadcast_to(each, made.shape).ravel().tolist() for each in values]
    rows = [tuple(f"{float(each):.6g}" for each in row) for row in zip(*cells, strict=True)]
    assert (claim.given, claim.made) in [(row, str(float(one))) for row, one in zip(rows, made.ravel(), strict=True)]
    assert claim.made in ("inf", "-inf", "nan")
    assert "nan" not in claim.given
    assert claim.made == "nan" or not {"inf", "-inf"} & set(claim.given)


@check(BlowsUp)
def _(claim: BlowsUp, program: Program) -> None:
    number, last = claim.run
    assert (number, last + 1) not in recorded(opened(program.code)).lines
    values = [float(line(program, (number, time)).names[claim.name]) for time in range(1, last + 1)]
    assert (f"{values[0]:.6g}", str(values[-1])) == (claim.first, claim.now)
    assert np.isfinite(values[0])
    assert not np.isfinite(values[-1])
    if claim.since:
        assert 1 < claim.since <= last
        assert np.isfinite(values[: claim.since - 1]).all()
        assert not np.isfinite(values[claim.since - 1 :]).any()
    assert isinstance(statement_of(program, claim.run), ast.Assign)


@check(PairsUp)
def _(claim: PairsUp, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = numbers(computed(ast.unparse(node.value), names))
    rows, columns = (ast.literal_eval(each) for each in node.slice.elts)
    assert numbers(result).tolist() == [array[pair].tolist() for pair in zip(rows, columns, strict=True)]
    assert len(rows) == claim.cells < array[np.ix_(rows, columns)].size


@check(OneCellOften)
def _(claim: OneCellOften, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target: Any = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    assert target.value.id == claim.name
    order = np.arange(names[claim.name].size if hasattr(names[claim.name], "strides") else names[claim.name].numel())
    names["_order_"] = order.reshape(tuple(names[claim.name].shape))
    picked = ast.unparse(ast.Subscript(ast.Name("_order_"), target.slice))
    assert np.size(computed(picked, names)) == claim.named < claim.changed
    held: Any = done.names[claim.name]
    assert int(np.prod([1, *np.array(held.stride() if isinstance(held, torch.Tensor) else held.strides)])) == 0
    before = numbers(names[claim.name])
    after = np.frombuffer(done.cells[claim.name], before.dtype).reshape(before.shape)
    assert int((before != after).sum()) == claim.changed


@check(InverseCellByCell)
def _(claim: InverseCellByCell, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    one, other = (computed(ast.unparse(part), names) for part in (node.left, node.right))
    np.testing.assert_allclose(numbers(result), numbers(one) * numbers(other))
    np.testing.assert_allclose(numbers(computed(claim.product, names)), numbers(one) @ numbers(other), rtol=1e-4)


@check(ListRepeated)
def _(claim: ListRepeated, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = computed(ast.unparse(node.left), names)
    assert (len(given), len(result)) == (claim.before, claim.after)
    assert result == [number for _ in range(claim.after // claim.before) for number in given]


@check(SortedApart)
def _(claim: SortedApart, program: Program) -> None:
    names = begun(program, claim.run)[1]
    before = numbers(argument(claim, program, names)).copy()
    result = computed(claim.code, names)
    if result is None:  # it was sorted where it lies
        result = argument(claim, program, names)
    after = numbers(result[0] if isinstance(result, tuple) else result)
    assert claim.axis in (0, 1)
    along = zip(*((before, after) if claim.axis else (before.T, after.T)), strict=True)
    assert all(sorted(one.tolist()) == other.tolist() for one, other in along)
    across, now = (before.T, after.T) if claim.axis else (before, after)
    assert any(row.tolist() not in across.tolist() for row in now)


@check(NotTransposed)
def _(claim: NotTransposed, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = numbers(argument(claim, program, names)), numbers(result)
    assert (before.shape, after.shape) == (claim.before, claim.after)
    assert before.ravel().tolist() == after.ravel().tolist()
    for axes in permutations(range(before.ndim)):
        assert before.transpose(axes).tolist() != after.tolist()


@check(NothingToSwap)
def _(claim: NothingToSwap, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    before = argument(claim, program, names) if isinstance(node, ast.Call) else computed(ast.unparse(node.value), names)
    assert tuple(before.shape) == tuple(result.shape) == (claim.size,)
    assert numbers(before).tolist() == numbers(result).tolist()


@check(FirstAlongColumns)
def _(claim: FirstAlongColumns, program: Program) -> None:
    (result, _), names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    sizes = tuple(np.size(computed(ast.unparse(each), names)) for each in node.args)
    assert sizes == (claim.first, claim.second)
    assert result.shape == sizes[::-1]
    assert all(len(set(column)) == 1 for column in result.T.tolist())
    other, _ = computed(f'{claim.code[:-1]}, indexing="ij")', names)
    assert other.shape == sizes


@check(AddsRows)
def _(claim: AddsRows, program: Program) -> None:
    result, names = made_of(claim, program)
    assert tuple(result.shape) == claim.shape
    array = names[claim.array]
    assert claim.code == f"sum({claim.array})"
    np.testing.assert_allclose(numbers(result), numbers(array).sum(axis=0), rtol=1e-5)
    assert np.isclose(float(array.sum()), float(numbers(array).astype(float).sum()), rtol=1e-4)


@check(FirstLeftOut)
def _(claim: FirstLeftOut, program: Program) -> None:
    result, names = made_of(claim, program)
    whole = computed(claim.whole, names)
    array = claim.code.partition("[")[0]
    assert claim.whole.startswith(f"{array}[")
    assert whole[:-1].tolist() == result.tolist()
    assert whole[-1].tolist() == names[array][0].tolist()


@check(SoftmaxDownColumns)
def _(claim: SoftmaxDownColumns, program: Program) -> None:
    result, names = made_of(claim, program)
    shares = numbers(result).astype(float)
    if "log_softmax" in claim.code:
        shares = np.exp(shares)
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-3)
    assert abs(float(claim.total) - shares[0].sum()) < 6e-4
    along = torch.softmax(argument(claim, program, names), dim=1)
    np.testing.assert_allclose(numbers(along).sum(axis=1), 1, atol=1e-3)


@check(NoneReturned)
def _(claim: NoneReturned, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert statement.targets[0].id == claim.name
    assert written(statement.value, program) == claim.code
    assert done.names[claim.name] is None
    assert computed(claim.code, names) is None


@check(ValuesAndIndices)
def _(claim: ValuesAndIndices, program: Program) -> None:
    done, names = begun(program, claim.run)
    stands_there(claim.code, program, claim.run)
    found = computed(claim.code, names)
    assert len(found) == 2
    assert torch.equal(done.names[claim.name].values, found.values)
    assert torch.equal(done.names[claim.name].indices, found.indices)


@check(KeepsGraphs)
def _(claim: KeepsGraphs, program: Program) -> None:
    seen = after_line(program, claim.run)
    total = seen[claim.name]
    assert total.requires_grad
    assert getattr(at_line(program, claim.run)[claim.name], "requires_grad", False), "nothing had been added before"
    statement: Any = statement_of(program, claim.run)
    assert isinstance(statement, ast.AugAssign)
    assert ast.unparse(statement.target) == claim.name
    assert written(statement.value, program) == claim.added
    waiting, added = [total.grad_fn], set()
    while waiting:  # each loss that was added hangs on its own branch
        node = waiting.pop()
        if node is not None and node not in added:
            added.add(node)
            waiting.extend(before for before, _ in node.next_functions)
    assert len(added) > claim.run[1]
    assert isinstance(computed(f"{claim.added}.item()", seen), float)


def after_line(program: Program, run: tuple[int, int]) -> dict[str, Any]:
    """What names are bound to, live, where a line has ended."""
    seen: dict[str, Any] = {}
    Between(opened(program.code), run, (0, 0), ended=lambda frame: seen.update(in_sight(frame))).cells(())
    assert seen
    return seen


def at_line(program: Program, run: Run) -> dict[str, Any]:
    """What names are bound to, live, where a line begins."""
    seen: dict[str, Any] = {}

    def stop(frame: Any) -> None:
        seen.update(in_sight(frame))
        raise Stopped

    Between(opened(program.code), run, (0, 0), begun=stop).cells(())
    assert seen
    return seen


def held_by(optimiser: Any) -> list[Any]:
    return [each for group in optimiser.param_groups for each in group["params"]]


@check(NothingToStep)
def _(claim: NothingToStep, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name}.step()"
    own = held_by(at_line(program, claim.run)[claim.name])
    assert len(own) == claim.count
    before = [each.detach().clone() for each in own]
    names = at_line(program, claim.run)
    own = held_by(names[claim.name])
    names[claim.name].step()
    assert all(each.grad is None for each in own)
    assert all(map(torch.equal, before, own))


@check(NotHeld)
def _(claim: NotHeld, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.name}.step()"
    names = at_line(program, claim.run)
    parameter = computed(claim.parameter, dict(names))
    assert isinstance(parameter, nn.Parameter)
    assert parameter.grad is not None
    before = parameter.detach().clone()
    names[claim.name].step()
    assert torch.equal(before, parameter)
    assert all(each is not parameter for each in held_by(names[claim.name]))


@check(NotRegistered)
def _(claim: NotRegistered, program: Program) -> None:
    done = line(program, claim.run)
    network = done.names[claim.name]
    assert done.before.get(claim.name) is not network
    held = getattr(network, claim.attribute)
    assert type(held) in (list, dict)
    known = {id(each) for each in network.parameters()}
    layers = [each for each in (held.values() if isinstance(held, dict) else held) if isinstance(each, nn.Module)]
    lost = [each for each in layers if any(id(own) not in known for own in each.parameters())]
    assert len(lost) == claim.count
    found = {id(each) for each in nn.ModuleList(layers).parameters()}
    assert all(id(own) in found for each in lost for own in each.parameters())


@check(DefaultKept)
def _(claim: DefaultKept, program: Program) -> None:
    statement = statement_of(program, claim.run)
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    assert any(isinstance(call.func, ast.Name) and call.func.id == claim.function for call in calls)
    tree = ast.parse(opened(program.code))
    written_down = next(node for node in tree.body if getattr(node, "name", "") == claim.function)
    fresh = names_before(line(program, claim.run))
    exec(ast.unparse(written_down), fresh)
    names = at_line(program, claim.run)

    def default(function: Any) -> Any:
        taken = function.__code__.co_varnames[: function.__code__.co_argcount]
        return dict(zip(reversed(taken), reversed(function.__defaults__), strict=False))[claim.name]

    changed, new = default(names[claim.function]), default(fresh[claim.function])
    assert repr(changed) != repr(new)


@check(DropsAtRandom)
def _(claim: DropsAtRandom, program: Program) -> None:
    names = at_line(program, claim.run)
    network = names[claim.network]
    assert any(repr(layer) == claim.layer for layer in network.modules())
    call = next(
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == claim.network
    )
    met: list[nn.Module] = []
    hooks = [layer.register_forward_hook(lambda layer, *_: met.append(layer)) for layer in network.modules()]
    computed(ast.unparse(call), dict(names))
    for hook in hooks:
        hook.remove()
    layer = next(layer for layer in met if repr(layer) == claim.layer)
    torch.manual_seed(0)
    found = [layer(torch.ones(8)) for _ in range(40)]
    assert any(not torch.equal(found[0], other) for other in found[1:])
    network.eval()
    one, other = (computed(ast.unparse(call), dict(names)) for _ in range(2))
    assert torch.equal(one, other)


@check(TimeFirst)
def _(claim: TimeFirst, program: Program) -> None:
    names = at_line(program, claim.run)
    layer = names[claim.layer]
    call = next(
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == claim.layer
    )
    x = computed(ast.unparse(call.args[0]), dict(names)).detach().clone()
    assert tuple(x.shape[:2]) == (claim.steps, claim.samples)
    with torch.no_grad():
        count = 3 if isinstance(layer, torch.nn.MultiheadAttention) else 1
        before, _ = layer(*[x] * count)
        x[0, 0] += 1  # the first step of the first sample
        after, _ = layer(*[x] * count)
    assert not torch.equal(before[:, 0], after[:, 0])
    assert torch.equal(before[:, 1:], after[:, 1:])
    assert not layer.batch_first
    if claim.steps > 1:
        assert not torch.equal(before[1:, 0], after[1:, 0])
