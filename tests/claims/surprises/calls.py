"""Checks of what surprises in calls: what stands there is computed once more, and what is said to do it is done."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import nn

from primer_core.claims.surprises.calls import (
    CaughtRefusal,
    ComparedNotStored,
    FloatsOfWholes,
    InPercent,
    LossNotComputed,
    MadeAlike,
    MethodNotCalled,
    PicksNothing,
    PlacesInATuple,
    SizeNotNumber,
    SqueezesNothing,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array
from tests.claims.running_checks import line, opened
from tests.claims.surprises.lines import at_line, begun, computed, numbers, stands_there, statement_of, written


@check(MethodNotCalled)
def _(claim: MethodNotCalled, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    statement = statement_of(program, claim.run)
    assert not any(
        isinstance(each, ast.Call) and written(each.func, program) == claim.code for each in ast.walk(statement)
    )
    method = computed(claim.code, names)
    assert callable(method)
    holder = computed(ast.unparse(node.value), names)
    of_pytorch = (torch.nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler)
    assert is_array(holder) or isinstance(holder, of_pytorch)
    assert method.__name__ == node.attr
    assert method.__self__ is holder
    if node.attr == "backward":  # what it would go back from, a copy does not know
        return
    given = computed(f"{claim.code}()", names)
    assert not callable(given) or node.attr.endswith("_") or given is holder
    if isinstance(statement, ast.Assign) and written(statement.value, program) == claim.code:
        assert callable(line(program, claim.run).names[ast.unparse(statement.targets[0])])


@check(SqueezesNothing)
def _(claim: SqueezesNothing, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    of = node.args[0] if ast.unparse(node.func) == "torch.squeeze" else node.func.value
    before = tuple(computed(ast.unparse(of), names).shape)
    assert tuple(computed(claim.code, names).shape) == before
    assert claim.axis >= 0
    assert before[claim.axis] == claim.size != 1
    numbered = [*node.args, *(word.value for word in node.keywords)][-1]
    assert ast.literal_eval(numbered) % len(before) == claim.axis


@check(PlacesInATuple)
def _(claim: PlacesInATuple, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    found = computed(claim.code, names)
    assert isinstance(found, tuple)
    given = numbers(
        computed(ast.unparse(node.args[0]), names) if node.args else computed(ast.unparse(node.func.value), names)
    )
    assert len(found) == claim.axes == given.ndim
    assert [[int(each) for each in one] for one in found] == np.argwhere(given).T.tolist()


@check(MadeAlike)
def _(claim: MadeAlike, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    made = computed(claim.code, names)
    assert str(made.dtype) == claim.dtype
    given = np.array(computed(ast.unparse(node.args[0]), names), dtype=object)
    pairs = list(zip(given.reshape(-1), numbers(made).reshape(-1).tolist(), strict=True))
    assert (claim.given, claim.stored) in [(repr(one), repr(other)) for one, other in pairs]
    assert claim.given != claim.stored
    assert len({type(one) for one, _ in pairs}) > 1


@check(SizeNotNumber)
def _(claim: SizeNotNumber, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.func).endswith("Tensor")
    made = computed(claim.code, begun(program, claim.run)[1])
    assert tuple(made.shape) == claim.sizes
    assert torch.tensor(claim.sizes).tolist() == list(claim.sizes)


@check(FloatsOfWholes)
def _(claim: FloatsOfWholes, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = begun(program, claim.run)[1]
    assert claim.instead == f"torch.tensor({written(node.args[0], program)})"
    made, other = (computed(code, names) for code in (claim.code, claim.instead))
    assert str(made.dtype) == f"torch.{claim.dtype}"
    assert made.is_floating_point()
    assert other.dtype == torch.int64
    assert torch.equal(made, other.to(made.dtype))


@check(LossNotComputed)
def _(claim: LossNotComputed, program: Program) -> None:
    done, names = begun(program, claim.run)
    call: Any = stands_there(claim.code, program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert (statement.targets[0].id, written(statement.value, program)) == (claim.name, claim.code)
    assert isinstance(done.names[claim.name], nn.Module)
    assert (
        claim.instead == f"{written(call.func, program)}()({', '.join(written(each, program) for each in call.args)})"
    )
    loss = computed(claim.instead, names)
    assert isinstance(loss, torch.Tensor)
    assert loss.shape == ()


@check(ComparedNotStored)
def _(claim: ComparedNotStored, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    assert isinstance(statement, ast.Expr)
    assert written(statement.value, program) == claim.code
    assert is_array(computed(claim.code, names))
    assert done.names.keys() == done.before.keys()
    assert done.cells == done.cells_before
    left, right = claim.instead.split(" = ")
    assert claim.code.replace(" ", "") == f"{left}=={right}".replace(" ", "")
    held = computed(left.partition("[")[0], names)
    exec(claim.instead, names)
    assert computed(left.partition("[")[0], names) is held


@check(InPercent)
def _(claim: InPercent, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert claim.code.replace("percentile", "quantile") == claim.instead
    assert computed(ast.unparse(node.args[1]), dict(names)) == claim.share
    whole = np.arange(0.0, 1000.0)
    for code, place in ((claim.code, claim.share / 100), (claim.instead, claim.share)):
        call: Any = ast.parse(code, mode="eval").body
        picked = computed(
            ast.unparse(ast.Call(call.func, [ast.Name("_whole_"), call.args[1]], [])), {**names, "_whole_": whole}
        )
        assert abs(picked - place * 999) < 1e-6


@check(PicksNothing)
def _(claim: PicksNothing, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    array = computed(ast.unparse(node.value), dict(names))
    assert (node.slice.step, len(array)) == (None, claim.size)
    assert [computed(ast.unparse(each), {}) for each in (node.slice.lower, node.slice.upper)] == [
        claim.start,
        claim.stop,
    ]
    assert len(computed(claim.code, dict(names))) == 0
    assert claim.size
    if claim.backwards:
        assert claim.backwards.startswith(f"{ast.unparse(node.value)}[")
        picked = computed(claim.backwards, dict(names))
        np.testing.assert_array_equal(picked, np.asarray(array)[claim.start : claim.stop : -1])
        assert len(picked)
    else:
        nothing = not len(np.arange(claim.size)[claim.start : claim.stop : -1])
        assert nothing or claim.on or isinstance(array, torch.Tensor)
    assert bool(claim.on) == (claim.start < 0 == claim.stop)
    if claim.on:
        assert claim.on.startswith(f"{ast.unparse(node.value)}[")
        at_the_end = list(array)[claim.start :]
        assert np.array_equal(np.asarray(computed(claim.on, dict(names))), np.asarray(at_the_end))


def raised_in(program: Program) -> list[tuple[int, BaseException, dict[str, Any]]]:
    """Each exception that a line of the program raised: the line, the exception, and all names that were in sight."""
    found: list[tuple[int, BaseException, dict[str, Any]]] = []
    source = opened(program.code)

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != "caught":
            return None
        if event == "exception" and all(argument[1] is not error for _, error, _ in found):
            found.append((frame.f_lineno, argument[1], {**frame.f_globals, **frame.f_locals}))
        return trace

    before = sys.gettrace()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        sys.settrace(trace)
        try:
            exec(compile(source, "caught", "exec"), {"__name__": "__main__"})
        finally:
            sys.settrace(before)
    return found


def refusal(code: str, names: dict[str, Any]) -> Exception | None:
    """What a part of the program raises once more."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(code, dict(names))
        except Exception as error:
            return error
    return None


def shapes_in(names: dict[str, Any]) -> set[str]:
    return {number for value in names.values() if is_array(value) for number in re.findall(r"\d+", str(value.shape))}


@check(CaughtRefusal)
def _(claim: CaughtRefusal, program: Program) -> None:
    source = opened(program.code)
    tree = ast.parse(source)
    handlers = [(node, each) for node in ast.walk(tree) if isinstance(node, ast.Try) for each in node.handlers]
    first = statement_of(program, claim.run)
    places = {(each.body[0].lineno, each.body[0].col_offset) for _, each in handlers}
    assert (first.lineno, first.col_offset) in places
    at_line(program, claim.run)
    there = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.expr | ast.stmt) and ast.get_source_segment(source, node) == claim.code
    ]
    lines = {
        number
        for node in there
        if node.lineno == claim.line
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    raised = [each for each in raised_in(program) if type(each[1]).__name__ == claim.error and each[0] in lines]
    asks = (ast.If, ast.While, ast.Assert)
    tests = {ast.get_source_segment(source, each.test) for each in ast.walk(tree) if isinstance(each, asks)}
    code = f"bool({claim.code})" if claim.code in tests else claim.code
    assert all(type(refusal(code, names)) is type(error) for _, error, names in raised)
    told = set(re.findall(r"(?<![\w.])\d+(?![\w.])", claim.said)) - {"0", "1", str(claim.line)}
    known = set(re.findall(r"\d+", source))
    assert any(told <= {*re.findall(r"\d+", str(error)), *shapes_in(names), *known} for _, error, names in raised)
    assert len(claim.said.split()) > 4
