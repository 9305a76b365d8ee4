"""Runs a program once more and keeps what it did with iterators, data sets, layers and optimisers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from primer_core.language.programs.interpreter import Interpreter, Moment
from primer_core.language.programs.reading import read_program
from primer_core.language.programs.values import Once
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.statements import Numbers, statement_numbers
from primer_core.lessons.own_lines.surprises.line import within
from primer_core.lessons.own_lines.trace import Trace

Run = tuple[int, int]

_NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True, eq=False)
class _Walk:
    """What has been gone through of something that can be gone through once.

    Parameters
    ----------
    value
        What it is.
    made
        What made it, as code.
    given
        int, how many values it has given.
    ended, name
        The line that went to its end, and what it was called there; None and empty before.
    """

    value: Any
    made: str
    given: int = 0
    ended: Run | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Something that was at its end was gone through again.

    Parameters
    ----------
    kind
        Name of its type, as Python gives it.
    made
        What made it, as code.
    first, first_name
        The line that went to its end, and what it was called there.
    again, name
        The line that got nothing, and what it was called there.
    loops
        Whether that line is a loop, which did nothing.
    """

    kind: str
    made: str
    first: Run
    first_name: str
    again: Run
    name: str
    loops: bool


class _Steps(Iterator[Any]):
    """Gives what another iterator gives, and tells of each value and of the end."""

    def __init__(self, source: Iterable[Any], gave: Callable[[], None], ends: Callable[[], None]) -> None:
        self.steps, self.gave, self.ends = iter(source), gave, ends

    def __next__(self) -> Any:
        return self._told(lambda: next(self.steps))

    def _told(self, step: Callable[[], Any]) -> Any:
        try:
            found = step()
        except StopIteration:
            self.ends()
            raise
        self.gave()
        return found


class _Generated(_Steps, Generator[Any, Any, Any]):
    """The same of a generator, which takes what it is sent."""

    steps: Generator[Any, Any, Any]

    def send(self, value: Any, /) -> Any:
        return self._told(lambda: self.steps.send(value))

    def throw(self, *raised: Any) -> Any:
        return self._told(lambda: self.steps.throw(*raised))


@dataclass(eq=False)
class ObjectWatch(Interpreter):
    """Runs a program once more and keeps what it did with objects.

    Parameters
    ----------
    numbers
        What the program's statements are called.
    again
        What was at its end and gone through again.
    """

    numbers: Numbers = field(default_factory=dict)
    again: list[Again] = field(default_factory=list)
    _runs: dict[int, int] = field(default_factory=dict)
    _under_way: list[ast.stmt] = field(default_factory=list)
    _walks: dict[int, _Walk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.watch = self._told

    def _told(self, moment: Moment) -> None:
        if moment.happening != "test":
            number = self.numbers[moment.node.lineno, moment.node.col_offset]
            self._runs[number] = self._runs.get(number, 0) + 1

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and know which one it is."""
        self._under_way.append(node)
        try:
            super().statement(node, source)
        finally:
            self._under_way.pop()

    @property
    def run_now(self) -> Run:
        """The innermost statement under way, and the how-manieth time; of a loop the last round that it has begun."""
        node = self._under_way[-1]
        number = self.numbers[node.lineno, node.col_offset]
        return number, self._runs.get(number, 0) + (not isinstance(node, ast.For))

    # What is gone through once

    def _once(self, kind: str, source: Iterable[Any], node: ast.AST) -> Once:
        walk = _Walk(None, Place.of(node, self._source).text)

        def gave() -> None:
            walk.given += 1

        def ends() -> None:
            if walk.ended is None and self._under_way:
                walk.ended, walk.name = self.run_now, self._name_of(walk.value)

        told = (_Generated if isinstance(source, Generator) else _Steps)(source, gave, ends)
        made = walk.value = super()._once(kind, told, node)
        self._walks[id(made)] = walk
        return made

    def _name_of(self, value: Any) -> str:
        """Return by which name the statement under way reads a value; empty where by none."""
        names = (each.id for each in within(self._under_way[-1]) if isinstance(each, ast.Name))
        return next((each for each in names if self.names.get(each) is value), "")

    def _each(self, value: Any, node: ast.AST) -> Iterator[Any]:
        if isinstance(value, Once):
            self._begins_again(value)
        return super()._each(value, node)

    def _begins_again(self, value: Once) -> None:
        walk = self._walks.get(id(value))
        if walk is None or walk.value is not value or walk.ended is None or not walk.given or not self._under_way:
            return
        statement, name = self._under_way[-1], self._name_of(value)
        if not name or not walk.name or _takes_a_part(statement):
            return
        loops = isinstance(statement, ast.For)
        self.again.append(Again(value.kind, walk.made, walk.ended, walk.name, self.run_now, name, loops))

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        self._look_for_ends(positional)
        return super()._outside(function, positional, keywords, node)

    def _python(
        self, function: Any, positional: Sequence[Any], node: ast.AST, keywords: Mapping[str, Any] = _NOTHING
    ) -> Any:
        self._look_for_ends(positional)
        return super()._python(function, positional, node, keywords)

    def _look_for_ends(self, values: Sequence[Any]) -> None:
        for each in values:
            if isinstance(each, tuple):
                self._look_for_ends(each)
            elif isinstance(each, Once):
                self._begins_again(each)


def _takes_a_part(statement: ast.stmt) -> bool:
    """Return whether a statement takes a few values at a time, so that getting none tells it of the end."""
    called = (each.func for each in within(statement) if isinstance(each, ast.Call))
    return any(ast.unparse(each).rpartition(".")[2] in _PARTS for each in called)


_PARTS = ("batched", "dropwhile", "islice", "next", "takewhile", "zip_longest")


@lru_cache(4)
def objects_of(trace: Trace) -> ObjectWatch | None:
    """Run a program once more where there may be something to see; None where there is not."""
    if not _is_worth_it(trace.source):
        return None
    program = read_program(trace.source)
    watch = ObjectWatch(numbers=statement_numbers(program.nodes))
    watch.names.update(trace.given())
    watch.run_program(program)
    return watch


def _is_worth_it(source: str) -> bool:
    return _NAMES_ONCE.search(source) is not None


_NAMES_ONCE = re.compile(
    r"=[^=\n]*(buffers|children|combinations|enumerate|filter|iter|map|modules|parameters|permutations|product|reversed|zip"
    r"|chain|accumulate)\(|= *\([^\n]*\bfor\b|\byield\b"
)
"""Where a name may be bound to what can be gone through once."""
