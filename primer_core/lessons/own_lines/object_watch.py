"""Runs a program once more and keeps what it did with iterators, data sets, layers and optimisers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from primer_core.language.execution import is_array
from primer_core.language.programs.interpreter import Interpreter, Moment
from primer_core.language.programs.reading import read_program
from primer_core.language.programs.values import Once
from primer_core.language.rejection import Place, Rejection
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


@dataclass(frozen=True, slots=True)
class Beyond:
    """A round of a loop that got a part of an object behind its length.

    Parameters
    ----------
    name
        What the object is called.
    index, length
        int, which part, and what ``len`` gives.
    """

    name: str
    index: int
    length: int


@dataclass(frozen=True, slots=True)
class Short:
    """A loop over an object whose parts ended by an error before its length.

    Parameters
    ----------
    run
        The loop, and its last round; the how-manieth is 0 where it has none.
    name
        What the object is called.
    count, length
        int, how many parts it gave, and what ``len`` gives.
    at, code
        The line that raised the error, and what stands there.
    """

    run: Run
    name: str
    count: int
    length: int
    at: int
    code: str


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
    beyond
        By round of a loop.
    short
        Loops that ended early.
    joined
        By line, and when, parts of a batch that a loader joined of lists place by place: how code calls each, how many
        tensors it holds, and how many samples each of them has.
    """

    numbers: Numbers = field(default_factory=dict)
    again: list[Again] = field(default_factory=list)
    beyond: dict[Run, Beyond] = field(default_factory=dict)
    short: list[Short] = field(default_factory=list)
    joined: dict[Run, tuple[str, int, int]] = field(default_factory=dict)
    _batches: list[tuple[Run, str, Any, Any]] = field(default_factory=list)
    _loader: Any = None
    _raised: Place | None = None
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
            self._look_at_batch(moment.node, (number, self._runs[number]))

    def look_back(self) -> None:
        """Find out what needs the program's own methods, once nothing of it is to run any more."""
        self.watch = lambda _: None
        for run, name, batch, dataset in self._batches[:_MOST_BATCHES]:
            with suppress(Exception):  # a method of the program may fail where nothing of it runs any more
                sample = self._part_of(dataset)
                self.joined.update((run, each) for each in _joined(name, batch, sample))

    def _part_of(self, dataset: Any) -> Any:
        kind = self._class_of(dataset)
        if kind is not None and kind.has("__getitem__"):
            return self.call(kind.find("__getitem__"), (dataset, 0), {}, ast.Pass())
        return dataset[0]

    def _look_at_batch(self, node: ast.stmt, run: Run) -> None:
        match node:
            case ast.For(ast.Name(name)) | ast.Assign([ast.Name(name)], ast.Call(ast.Name("next"))):
                batch = self.names.get(name)
                if isinstance(batch, dict | list | tuple) and self._loader is not None:
                    self._batches.append((run, name, batch, self._loader.dataset))

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
        parts = super()._each(value, node)
        kind = self._class_of(value)
        by_iteration = kind is None or kind.has("__iter__") or hasattr(type(value), "__iter__")
        if kind is None or by_iteration or not kind.has("__getitem__") or not kind.has("__len__"):
            return parts
        name = self._name_of(value) if self._under_way and isinstance(self._under_way[-1], ast.For) else ""
        return self._counted(parts, value, name, node) if name else parts

    def _counted(self, parts: Iterator[Any], value: Any, name: str, node: ast.AST) -> Iterator[Any]:
        """Go through the parts of an object, and compare them with its length."""
        count = 0
        number = self.run_now[0]
        for part in parts:
            if 0 <= (length := self._length_of(value, node)) <= count:
                self.beyond[number, self._runs.get(number, 0) + 1] = Beyond(name, count, length)
            count += 1
            self._raised = None
            yield part
        length = self._length_of(value, node)
        if count < length and self._raised is not None:
            run = (number, self._runs.get(number, 0) if count else 0)
            self.short.append(Short(run, name, count, length, self._raised.line, self._raised.text))

    def _length_of(self, value: Any, node: ast.AST) -> int:
        """Return what ``len`` gives, without a step of the program's; -1 where it gives none."""
        kind, watch = self._class_of(value), self.watch
        self.watch = lambda _: None
        try:
            found = -1 if kind is None else self.call(kind.find("__len__"), (value,), {}, node)
        except Rejection:
            return -1
        finally:
            self.watch = watch
        return found if type(found) is int else -1

    def _up_to_the_end(self, part_at: Callable[[int], Any], node: ast.AST, end: str = "IndexError") -> Iterator[Any]:
        def tried(place: int) -> Any:
            try:
                return part_at(place)
            except Rejection as rejection:
                self._raised = rejection.place
                raise

        return super()._up_to_the_end(tried, node, end)

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
        if function is iter and hasattr(positional[0], "dataset"):
            self._loader = positional[0]
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


def _joined(name: str, batch: Any, sample: Any) -> Iterator[tuple[str, int, int]]:
    """Go through the parts of a batch that were made of lists of numbers, place by place."""
    if isinstance(batch, dict) and isinstance(sample, dict):
        parts = [(f"{name}[{key!r}]", batch[key], sample.get(key)) for key in batch]
    elif isinstance(sample, tuple) and isinstance(batch, list) and len(batch) == len(sample):
        parts = [(f"{name}[{place}]", batch[place], sample[place]) for place in range(len(batch))]
    else:
        parts = [(name, batch, sample)] if type(sample) is list else []
    for code, part, given in parts:
        if not isinstance(given, list | tuple) or not isinstance(part, list) or not 1 < len(part) == len(given):
            continue
        numbers_alone = all(type(each) in (int, float) for each in given)
        if numbers_alone and all(is_array(each) and len(each.shape) == 1 for each in part):
            yield code, len(part), int(part[0].shape[0])


_MOST_BATCHES = 40


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
    watch.look_back()
    return watch


def _is_worth_it(source: str) -> bool:
    return _NAMES_ONCE.search(source) is not None or any(word in source for word in _OF_OBJECTS)


_OF_OBJECTS = ("__getitem__", "DataLoader")
"""What else there may be something to see of."""


_NAMES_ONCE = re.compile(
    r"=[^=\n]*(buffers|children|combinations|enumerate|filter|iter|map|modules|parameters|permutations|product|reversed|zip"
    r"|chain|accumulate)\(|= *\([^\n]*\bfor\b|\byield\b"
)
"""Where a name may be bound to what can be gone through once."""
