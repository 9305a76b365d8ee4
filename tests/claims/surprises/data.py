"""Checks of what surprises in what is gone through: Python runs the program, and its iterators are emptied there."""

from __future__ import annotations

import ast
import contextlib
import io
from types import FrameType, ModuleType
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, Subset, default_collate

from primer_core.claims.running import Run
from primer_core.claims.surprises.data import (
    BatchesNotSamples,
    ErrorTakenForEnd,
    FieldByField,
    LengthNotAsked,
    SetOnThePart,
    UsedUp,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import LINES, Recorder, number_of, recorded
from tests.claims.running_checks import opened
from tests.claims.source_checks import Stopped, in_sight
from tests.claims.surprises.lines import at_line, computed, names_after, stands_there, statement_of


class Handed(Recorder):
    """Runs a program, keeps the iterators in sight where a line ends, and empties them where another one begins.

    Parameters
    ----------
    first, at
        The line that ends, and the how-manieth time; 0 for each time.
    other
        The line that begins after that.
    """

    def __init__(self, code: str, first: int, at: int, other: int) -> None:
        super().__init__(code)
        self.first, self.at, self.other = first, at, other
        self.held: dict[str, Any] = {}
        self.empty: list[set[str]] = []

    def begin(self, frame: FrameType, line: int) -> None:
        super().begin(frame, line)
        if self.held and number_of(line) == self.other:
            here = iterators(frame)
            again = {name: value for name, value in here.items() if any(value is each for each in self.held.values())}
            self.empty.append({name for name, value in again.items() if not list(value)})

    def finish(self, frame: FrameType, line: int) -> None:
        super().finish(frame, line)
        number = number_of(line)
        if number == self.first and self.at in (0, self.counts[number]):
            self.held = iterators(frame)


def iterators(frame: FrameType) -> dict[str, Any]:
    """The iterators in sight, and those that objects in sight hold, as code calls them."""
    names = in_sight(frame)
    held = {
        f"{name}.{attribute}": value
        for name, owner in names.items()
        if not isinstance(owner, ModuleType | type) and hasattr(owner, "__dict__")
        for attribute, value in vars(owner).items()
    }
    return {name: value for name, value in (held | names).items() if hasattr(value, "__next__")}


class Left(Recorder):
    """Runs a program up to a line, and empties all iterators in sight where that begins."""

    def __init__(self, code: str, run: Run) -> None:
        super().__init__(code)
        self.wanted = run
        self.left: dict[str, tuple[str, list[Any]]] = {}

    def begin(self, frame: FrameType, line: int) -> None:
        super().begin(frame, line)
        number = number_of(line)
        if (number, self.counts.get(number, 0) + 1) == self.wanted:
            self.left = {name: (type(each).__name__, list(each)) for name, each in iterators(frame).items()}
            raise Stopped


def run_up_to(recorder: Any) -> Any:
    with contextlib.suppress(Stopped):
        recorder.run()
    return recorder


def read_by(statement: ast.stmt) -> set[str]:
    """The names and attributes that a statement reads with its line: of a loop what it goes through."""
    node: ast.AST = statement.iter if isinstance(statement, ast.For) else statement
    return {ast.unparse(each) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)}


@check(UsedUp)
def _(claim: UsedUp, program: Program) -> None:
    code = opened(program.code)
    first, second = (claim.run[0], claim.other) if claim.is_first else (claim.other, claim.run[0])
    handed = run_up_to(Handed(code, first, claim.run[1] if claim.is_first else 0, second))
    reads = read_by(statement_of(program, (second, 1)))
    begins = [empty for empty in handed.empty if empty & reads]
    loops = first == second and isinstance(statement_of(program, claim.run), ast.For)  # which asks for its end, too
    assert len(begins) > loops
    assert claim.name in read_by(statement_of(program, claim.run))
    assert claim.name in (handed.held if claim.is_first else set().union(*begins))
    kind = claim.kind.rpartition(".")[2]
    assert any(type(each).__name__ == kind for each in handed.held.values())
    before = run_up_to(Left(code, claim.run if claim.is_first else (first, 1))).left
    assert any(each == kind and values for each, values in before.values())
    if not claim.is_first:
        assert run_up_to(Left(code, claim.run)).left[claim.name] == (kind, [])
    parts = (ast.get_source_segment(code, node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.expr))
    assert claim.made in set(parts)
    assert not claim.made.isidentifier()
    assert ast.parse(claim.kept, mode="eval")


@check(LengthNotAsked)
def _(claim: LengthNotAsked, program: Program) -> None:
    loop: Any = statement_of(program, claim.run)
    assert claim.name in read_by(loop)
    held = names_after(program, claim.run)[claim.name]
    assert not hasattr(held, "__iter__")
    assert len(held) == claim.length <= claim.index
    with pytest.MonkeyPatch.context() as patched:
        patched.delattr(type(held), "__len__")
        steps = iter(held)
        parts = [next(steps) for _ in range(claim.index + 1)]
    assert not loop.col_offset or len(parts) == claim.index + 1
    if not loop.col_offset:
        assert claim.run[1] == claim.index + 1


@check(ErrorTakenForEnd)
def _(claim: ErrorTakenForEnd, program: Program) -> None:
    code = opened(program.code)
    loop: Any = statement_of(program, (claim.loop, 1))
    assert isinstance(loop, ast.For)
    assert claim.name in read_by(loop)
    statement: Any = statement_of(program, claim.run)
    assert statement.lineno == claim.loop if claim.count else ast.unparse(statement.targets[0]) == claim.name
    held = names_after(program, claim.run)[claim.name]
    assert not hasattr(held, "__iter__")
    assert len(held) == claim.length > claim.count
    with contextlib.redirect_stdout(io.StringIO()):
        assert len(list(iter(held))) == claim.count
        with pytest.raises(IndexError) as raised:
            held[claim.count]
    lines = [each.lineno // LINES for each in raised.traceback if str(each.path).endswith("program")]
    assert [each + 1 for each in lines][-1] == claim.at
    nodes = [each for each in ast.walk(ast.parse(code)) if getattr(each, "lineno", 0) == claim.at]
    assert claim.code in [ast.get_source_segment(code, each) for each in nodes]
    if claim.count:
        assert (claim.run[0], claim.run[1] + 1) not in recorded(code).lines or loop.col_offset


@check(FieldByField)
def _(claim: FieldByField, program: Program) -> None:
    name = claim.code.partition("[")[0]
    held = computed(claim.code, {name: names_after(program, claim.run)[name]})
    assert type(held) is list
    assert [tuple(each.shape) for each in held] == [(claim.size,)] * claim.count
    statement: Any = statement_of(program, claim.run)
    loops = isinstance(statement, ast.For)
    source = statement.iter if loops else statement.value.args[0]
    names = at_line(program, claim.run)
    loader = computed(ast.unparse(source), names)
    if not hasattr(loader, "dataset"):
        loader = next(each for each in names.values() if isinstance(each, DataLoader))
    given = [computed(claim.code, {name: loader.dataset[place]}) for place in range(claim.size)]
    assert all(isinstance(each, list | tuple) and len(each) == claim.count for each in given)
    joined = default_collate([torch.tensor(each) for each in given])
    assert tuple(joined.shape) == (claim.size, claim.count)


@check(SetOnThePart)
def _(claim: SetOnThePart, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement.targets[0]) == f"{claim.name}.{claim.attribute}"
    names = names_after(program, claim.run)
    part = names[claim.name]
    assert type(part) is Subset
    own = vars(part.dataset)[claim.attribute]
    assert own is not vars(part)[claim.attribute]
    parts = {name: each for name, each in names.items() if isinstance(each, Subset)}
    assert {name for name, each in parts.items() if each.dataset is part.dataset and each is not part} == {
        *claim.others
    }
    asked: list[str] = []

    class Listening(Subset[Any]):
        def __getattribute__(self, name: str) -> Any:
            asked.append(name)
            return super().__getattribute__(name)

    listening = Listening(part.dataset, part.indices)
    setattr(listening, claim.attribute, vars(part)[claim.attribute])
    asked.clear()
    with contextlib.suppress(Exception):
        listening[0]
    assert "dataset" in asked
    assert claim.attribute not in asked


@check(BatchesNotSamples)
def _(claim: BatchesNotSamples, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.func) == "len"
    names = at_line(program, claim.run)
    loader = computed(ast.unparse(node.args[0]), {"DataLoader": DataLoader, **names})
    torch.manual_seed(0)
    sizes = [len(batch[0]) if isinstance(batch, list | tuple) else len(batch) for batch in loader]
    assert computed(claim.code, {"DataLoader": DataLoader, **names}) == len(sizes)
    assert sum(sizes) == claim.samples
    assert sizes[:-1] == [claim.size] * (len(sizes) - 1)
    assert len(sizes) > 1
    assert 0 < sizes[-1] < claim.size
