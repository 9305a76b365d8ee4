"""Runs a learner's program and keeps what each of its lines did: to names, to memory, and to what was printed."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend_of
from primer_core.backend.loading import load_torch
from primer_core.backend.memory import Layout, share_cells
from primer_core.language.evaluator import Call, warnings_of
from primer_core.language.execution import is_array, is_wrapped, remembered
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.programs.interpreter import Failed, Interpreter, Moment
from primer_core.language.programs.layers import Forward, Made, is_module
from primer_core.language.programs.lazy import is_waiting
from primer_core.language.programs.reading import MAX_LINES, read_program
from primer_core.language.programs.scope import Scope
from primer_core.language.programs.values import is_exception, is_plain, type_name
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import arrays_in, shape_of, size_of
from primer_core.lessons.own_lines.failing import Failing, failing_of
from primer_core.lessons.own_lines.idle import idle_networks
from primer_core.lessons.own_lines.ledger import Ledger, Recorder, gradient_of
from primer_core.lessons.own_lines.memories import Memories
from primer_core.lessons.own_lines.statements import Numbers, statement_numbers

MAX_STEPS = 240
"""Steps that are kept. A program may take more."""

_MOST_CAUGHT = 4
"""Exceptions that are kept of those that a program catches."""

MAX_NAMES = 24
"""Names of one scope that are kept."""

_LONGEST = 120
"""Characters of a value that is no array."""

_LARGE_BYTES = 4000
_TIMES_LARGER = 20
"""An array is large beside a view of it from so many bytes on, and if it has so many times as many."""

FreshNames = Callable[[], Mapping[str, Any]]
"""Returns values by the names that they are bound to before a program's first line; copies at each call."""

Relation = Literal["own", "view", "beside", "same", "value"]
"""What a name is to those there before: an array with memory of its own, one that shares cells with another, one that
lies in the memory of another without sharing a cell, another name of the same array, or what is no array."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Where an array lies.

    Parameters
    ----------
    number
        Of the buffer, counted from 0 in the order in which the first array of each came up.
    start
        Bytes from the first byte of the buffer to the first that the array's cells touch.
    nbytes
        Bytes of the whole buffer.
    layout
        How its cells lie, counted in bytes from the buffer's first.
    itemsize
        Bytes of a cell.
    """

    number: int
    start: int
    nbytes: int
    layout: Layout
    itemsize: int


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a name was bound to at a moment.

    Parameters
    ----------
    kind
        Name of its type, as Python gives it.
    text
        The value as Python shows it, cut where it is long; empty for an array, and for what is neither a number nor a
        text nor holds such.
    number
        Which object it is, for arrays: two names with one number are one object. -1 for what is no array.
    shape, dtype
        Of an array; None and empty for what is none.
    values
        ``shape``: a copy of its cells; None where there are more than `MAX_ELEMENTS`, and for what is no array.
    unwritten
        ``shape``: which cells were never written; None if all were.
    memory
        Where it lies; None for what is no array, and for an array without cells.
    recorded
        Whether it is a tensor that a graph leads back from.
    requires
        Whether it is a tensor that requires a gradient.
    read_only
        Whether it is an array that is only to be read.
    loose
        Of a network: attributes that are lists or dicts of Python's own and hold layers whose parameters it does not
        know of, and how many such layers.
    apart
        Of a network: attributes that are tensors which require a gradient, and none of its parameters.
    repeated
        Of a network: for each layer with parameters that it holds at several places, how many places, and how many
        numbers the layer learns.
    straight
        Of a Sequential: places of linear layers that another one follows at once, what goes into the first, and what
        comes out of the second.
    sizes
        Of a loader: how many batches and samples it has; None for anything else, and where it does not know.
    """

    kind: str
    text: str = ""
    number: int = -1
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    values: NDArray[Any] | None = None
    unwritten: NDArray[np.bool_] | None = None
    memory: Memory | None = None
    recorded: bool = False
    requires: bool = False
    read_only: bool = False
    loose: tuple[tuple[str, int], ...] = ()
    apart: tuple[str, ...] = ()
    repeated: tuple[tuple[int, int], ...] = ()
    straight: tuple[tuple[int, int, int], ...] = ()
    sizes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A name that a step bound.

    Parameters
    ----------
    name
        The name.
    relation
        What its value is to the names there before.
    of
        The first of them that it shares with, or is; empty for none.
    again
        Whether the name was bound to something else before.
    """

    name: str
    relation: Relation
    of: str
    again: bool


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A sub-expression that a library computed.

    Parameters
    ----------
    place
        Where it stands.
    entry
        Its name in the table of the language.
    operands, keywords
        Its arguments in order and by name, arrays copied.
    result
        What came of it, copied; None where it was refused.
    lies_alike
        Whether all copies of operands lie in memory as the operands did, cell by cell, beginning at their first.
    """

    place: Place
    entry: str
    operands: tuple[Any, ...]
    keywords: Mapping[str, Any]
    result: Any
    lies_alike: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SmallView:
    """What an index picked of a large array without a copy.

    Parameters
    ----------
    place
        Where the indexing stands.
    own, whole
        int, bytes of the numbers that it picked, and of all numbers of the array.
    of_torch
        Whether they are PyTorch's.
    """

    place: Place
    own: int
    whole: int
    of_torch: bool


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One thing that the program did.

    Parameters
    ----------
    moment
        What, and in which functions.
    number
        int, what its statement is called: its line, and `BEHIND` for each that begins before it on that line.
    run
        int, the how-manieth time that it did something, counted from 1; tests are not counted.
    names
        What each name in sight is bound to afterwards.
    bound
        Names that it bound.
    changed
        Names, bound as before, whose cells it changed.
    reshaped
        Names, bound as before, of arrays to which it gave another shape, and the shape before.
    printed
        Lines that it printed; the first of them may go on with a line that was begun before.
    lines, width
        int, how many lines the program had printed by then, and how many characters of the last of them.
    warnings
        What the libraries warned of.
    parts
        What the libraries computed, in order.
    forwards
        What networks did that it called.
    views
        Small views that it took of large arrays.
    made
        Layers that it made with tensors where their settings stand.
    """

    moment: Moment
    number: int
    run: int
    names: Mapping[str, Seen]
    bound: tuple[Binding, ...]
    changed: tuple[str, ...]
    reshaped: tuple[tuple[str, tuple[int, ...]], ...]
    printed: tuple[str, ...]
    lines: int
    width: int
    warnings: tuple[str, ...]
    parts: tuple[Part, ...]
    forwards: tuple[Forward, ...]
    views: tuple[SmallView, ...] = ()
    made: tuple[Made, ...] = ()

    @property
    def line(self) -> int:
        """The first line of its statement, counted from 1."""
        return self.moment.node.lineno


@dataclass(frozen=True, slots=True, eq=False)
class Caught:
    """An exception that a program caught, and what is known of where it came from.

    Parameters
    ----------
    rejection
        The exception.
    taken
        int, how many steps there were until then.
    failed, failing, broken
        As of a `Trace` that it would have stopped.
    """

    rejection: Rejection
    taken: int
    failed: Part | None
    failing: Failing | None
    broken: Forward | None


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A program that has run.

    Parameters
    ----------
    source
        The program, as it was read.
    steps
        What it did, in order; of a program with more than `MAX_STEPS` steps those with which it begins, and then the
        last of each line.
    taken
        int, how many steps there were.
    printed
        All that was printed, line by line.
    stopped
        What stopped it; None if it came to its end.
    message
        What is said of it, if it is no exception; empty otherwise.
    stopped_in
        Lines from the first to the last of the statement of the program itself that was under way then; None if it came
        to its end, or what stopped it is that the next statement cannot be run.
    failed
        What a library refused, where that stopped it.
    failing
        The sub-expression at which an exception stopped it, with its operands; None where none did.
    broken
        The network in which that was; None where it was in none.
    idle
        Calls, as code, that would give a network an input which the program makes and never calls: the likeliest first.
    seeded
        Whether random numbers were drawn without a seed of the program's own.
    ledger
        Which cell came from which; None for a program that is only tried.
    given
        Returns what was bound to names before the first line, copied at each call.
    caught
        The first exceptions that it caught.
    """

    source: str
    steps: tuple[Step, ...]
    taken: int
    printed: tuple[str, ...]
    stopped: Rejection | None
    message: str
    stopped_in: tuple[int, int] | None
    failed: Part | None
    failing: Failing | None
    broken: Forward | None
    idle: tuple[str, ...]
    seeded: bool
    ledger: Ledger | None = None
    given: FreshNames = dict
    caught: tuple[Caught, ...] = ()

    def printed_by(self, step: Step) -> tuple[str, ...]:
        """Return what was printed up to a step, line by line."""
        lines = self.printed[: step.lines]
        return (*lines[:-1], lines[-1][: step.width]) if lines else ()


@remembered(16)
def run(text: str) -> Trace:
    """Run a program that is shown, once for all its steps. Nothing that is typed makes it raise."""
    return run_on(text, dict)


def run_on(text: str, given: FreshNames) -> Trace:
    """Run a program that is shown, with values bound to names before its first line."""
    ledger = Ledger()
    trace = _traced(text, Recorder(ledger=ledger), given)
    kept = {step.moment for step in trace.steps}
    ledger.sights = {moment: cells for moment, cells in ledger.sights.items() if moment in kept}
    ledger.let_go()
    return replace(trace, ledger=ledger)


def tried(text: str, given: FreshNames) -> Trace:
    """Run a program that is only tried: as `run_on`, without keeping what came of it."""
    return _traced(text, Interpreter(), given)


def _traced(text: str, interpreter: Interpreter, given: FreshNames) -> Trace:
    program = read_program(text)
    tracer = _Tracer()
    interpreter.watch, interpreter.hear = tracer.take, tracer.hear
    tracer.interpreter, tracer.numbers = interpreter, statement_numbers(program.nodes)
    interpreter.names.update(given())
    tracer.begin()
    caught: list[Caught] = []

    def catch(rejection: Rejection) -> None:
        if len(caught) < _MOST_CAUGHT:
            caught.append(Caught(rejection, tracer.taken, *_where(interpreter, program.source, rejection)))

    interpreter.on_caught = catch
    stopped = interpreter.run_program(program)
    failed, failing, broken = (None, None, None) if stopped is None else _where(interpreter, program.source, stopped)
    node = interpreter.under_way if stopped is not program.fault else None
    return Trace(
        program.source,
        tracer.steps,
        tracer.taken,
        tuple(interpreter.printed),
        stopped,
        "" if stopped is None or stopped.declined is not None else stopped.message,
        None if node is None or stopped is None else (node.lineno, node.end_lineno or node.lineno),
        failed,
        failing,
        broken,
        idle_networks(interpreter) if stopped is None else (),
        interpreter.seeded,
        given=given,
        caught=tuple(caught),
    )


def _where(
    interpreter: Interpreter, source: str, stopped: Rejection
) -> tuple[Part | None, Failing | None, Forward | None]:
    """Return what a library refused, the sub-expression with its operands, and the network, of an exception."""
    failed, network = interpreter.failed, interpreter.layers.broken
    refused = failed is not None and failed.rejection is stopped and not _is_of_transform(failed)
    return (
        _part_of_failed(failed) if failed is not None and refused else None,
        failing_of(interpreter, source, stopped),
        network[1] if network is not None and network[0] is stopped else None,
    )


@dataclass(slots=True, eq=False)
class _Tracer:
    """Takes down what an interpreter does."""

    interpreter: Interpreter | None = None
    numbers: Numbers = field(default_factory=dict)
    taken: int = 0
    _parts: list[Part] = field(default_factory=list)
    _views: list[SmallView] = field(default_factory=list)
    _first: list[Step] = field(default_factory=list)
    _last: dict[int, Step] = field(default_factory=dict)
    _runs: dict[int, int] = field(default_factory=dict)
    _printed: int = 0
    _width: int = 0
    _objects: dict[int, tuple[weakref.ref[Any], int]] = field(default_factory=dict)
    _numbers: int = 0
    _memories: Memories = field(default_factory=Memories)
    _scopes: list[tuple[Any, Mapping[str, Seen]]] = field(default_factory=list)
    _resting: dict[int, tuple[Any, Mapping[str, Seen]]] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return what is kept: all of a short program; of a long one how it begins, and the last step of each line."""
        return (*self._first, *self._last.values())

    def begin(self) -> None:
        """Know what names are bound to before the first line."""
        assert self.interpreter is not None
        names = self.interpreter.names
        self._scopes.append((names, {name: self._seen(value, None) for name, value in _with_gradients(names).items()}))

    def hear(self, call: Call) -> None:
        """Keep a part of the statement that runs, with what it gave before anything else was done with that."""
        if _is_kept(call):
            self._parts.append(_part(call))
        view = _small_view(call)
        if view is not None:
            self._views.append(view)

    def take(self, moment: Moment) -> None:
        """Keep what was done since the last moment."""
        interpreter = self.interpreter
        assert interpreter is not None
        calls = tuple(interpreter.calls)
        interpreter.calls.clear()
        forwards = tuple(interpreter.layers.forwards)
        interpreter.layers.forwards.clear()
        made = tuple(interpreter.layers.of_tensors)
        interpreter.layers.of_tensors.clear()
        before = self._names_before(interpreter.names, len(moment.functions))
        values = _with_gradients(interpreter.names)
        names = {name: self._seen(value, before.get(name)) for name, value in values.items()}
        around = {
            name: value
            for name, value in interpreter.names.items()
            if name not in values and is_array(value) and not is_wrapped(value)
        }
        outside = {
            name: Seen(type_name(value), number=self._number_of(value), memory=self._memory_of(value))
            for name, value in around.items()
            if not isinstance(value, np.generic)
        }
        number = self.numbers[moment.node.lineno, moment.node.col_offset]
        if moment.happening != "test":
            self._runs[number] = self._runs.get(number, 0) + 1
        step = Step(
            moment,
            number,
            self._runs.get(number, 0),
            names,
            self._bindings(values | around, names, before, outside),
            tuple(name for name, seen in names.items() if _is_changed(seen, before.get(name))),
            tuple(_reshaped(names, before)),
            self._new_lines(interpreter.printed),
            self._printed,
            self._width,
            warnings_of(calls),
            tuple(self._parts),
            forwards,
            tuple(self._views),
            made,
        )
        self._parts.clear()
        self._views.clear()
        self._scopes.append((interpreter.names, names))
        self.taken += 1
        if len(self._first) < MAX_STEPS - MAX_LINES:
            self._first.append(step)
        else:  # of each statement the last, in the order in which they were taken
            self._last.pop(number, None)
            self._last[number] = step

    def _names_before(self, scope: Any, depth: int) -> Mapping[str, Seen]:
        """Return what the names of a scope were bound to when it was looked at last; empty for a new one."""
        for known, names in self._scopes[depth:]:
            if isinstance(known, Scope) and known.resumes:
                self._resting[id(known)] = (known, names)
        del self._scopes[depth + 1 :]
        while len(self._scopes) < depth:
            self._scopes.append((None, {}))
        if len(self._scopes) == depth:
            return self._resting.get(id(scope), (None, {}))[1]
        known, names = self._scopes.pop()
        return names if known is scope else self._resting.get(id(scope), (None, {}))[1]

    def _new_lines(self, printed: Sequence[str]) -> tuple[str, ...]:
        """Return what was printed since it was last asked: what an open line goes on with, and new lines."""
        begun = printed[self._printed - 1][self._width :] if self._printed else ""
        new = tuple(printed[self._printed :])
        self._printed, self._width = len(printed), len(printed[-1]) if printed else 0
        return (begun, *new) if begun else new

    def _bindings(
        self,
        values: Mapping[str, Any],
        names: Mapping[str, Seen],
        before: Mapping[str, Seen],
        outside: Mapping[str, Seen],
    ) -> tuple[Binding, ...]:
        """Say of each name that is new, or is bound to another object, what that is to the others in sight."""
        found = []
        fresh = [
            name for name, seen in names.items() if _is_other(seen, before.get(name)) and not is_exception(values[name])
        ]
        known = [*(name for name in names if name not in fresh), *outside]
        for name in fresh:
            relation, of = self._relation(name, known, values, {**outside, **names})
            found.append(Binding(name, relation, of, name in before))
            known.append(name)
        return tuple(found)

    @staticmethod
    def _relation(
        name: str, known: Sequence[str], values: Mapping[str, Any], names: Mapping[str, Seen]
    ) -> tuple[Relation, str]:
        seen = names[name]
        if seen.number < 0:
            return "value", ""
        for other in known:
            if names[other].number == seen.number:
                return "same", other
        beside = ""
        for other in known:
            memory = names[other].memory
            if memory is None or seen.memory is None or memory.number != seen.memory.number:
                continue
            if share_cells(values[other], values[name]):
                return "view", other
            beside = beside or other
        return ("beside", beside) if beside else ("own", "")

    def _seen(self, value: Any, before: Seen | None) -> Seen:
        assert self.interpreter is not None
        kind = type_name(value)
        if not is_array(value) or isinstance(value, np.generic) or is_wrapped(value):
            text = _shown(value) if is_plain(value) else ""
            if not is_module(value):
                return Seen(kind, text, sizes=_sizes(value) if kind == "DataLoader" else None)
            return Seen(
                kind,
                text,
                loose=tuple(_loose(value)),
                apart=tuple(_apart(value)),
                repeated=tuple(_repeated(value)),
                straight=tuple(_straight(value)),
            )
        engine = backend_of(value)
        number = self._number_of(value)
        small = size_of(value) <= MAX_ELEMENTS
        unwritten = self.interpreter.uninitialised.cells(value) if small else None
        copied = engine.to_numpy(value) if small else None
        if copied is not None and unwritten is not None:
            copied[unwritten] = 0
        if before is not None and before.number == number and _alike(copied, before.values):
            copied = before.values
        return Seen(
            kind,
            "",
            number,
            shape_of(value),
            engine.dtype_name(value),
            copied,
            unwritten,
            self._memory_of(value),
            getattr(value, "grad_fn", None) is not None,
            bool(getattr(value, "requires_grad", False)),
            isinstance(value, np.ndarray) and not value.flags.writeable,
        )

    def _number_of(self, value: Any) -> int:
        known = self._objects.get(id(value))
        if known is not None and known[0]() is value:
            return known[1]
        number = self._numbers
        self._numbers += 1
        self._objects[id(value)] = (weakref.ref(value), number)
        return number

    def _memory_of(self, value: Any) -> Memory | None:
        if not size_of(value):
            return None
        engine = backend_of(value)
        block = self._memories.block_of(value, *engine.allocation(value))
        shape, offset = shape_of(value), engine.data_pointer(value) - block.start
        layout = Layout(shape, engine.byte_strides(value), offset, 1, *engine.contiguity(value))
        into = engine.extent(value)[0] - block.start
        return Memory(block.number, into, block.stop - block.start, layout, engine.itemsize(value))


def _in_sight(names: Any) -> Iterator[tuple[str, Any]]:
    """Go through the names that a line sees and binds: those of its function, or of the program."""
    own = names.values_here if isinstance(names, Scope) else names
    yield from list(own.items())[:MAX_NAMES]


def _with_gradients(names: Any) -> dict[str, Any]:
    """Return what the names in sight are bound to, and behind them the gradients of those that have one."""
    values = dict(_in_sight(names))
    gradients = ((name, gradient_of(value)) for name, value in values.items())
    return values | {f"{name}.grad": gradient for name, gradient in gradients if gradient is not None}


def _is_other(seen: Seen, before: Seen | None) -> bool:
    """Return whether a name is bound to another object than before; of what is no array, to another value."""
    if before is None:
        return True
    if seen.number < 0 or before.number < 0:
        return (seen.number, seen.kind, seen.text) != (before.number, before.kind, before.text)
    return seen.number != before.number


def _is_changed(seen: Seen, before: Seen | None) -> bool:
    if before is None or seen.number < 0 or seen.number != before.number:
        return False
    if _never_written(seen) != _never_written(before):
        return True
    if seen.values is before.values:
        return False
    return seen.values is None or before.values is None or seen.values.tobytes() != before.values.tobytes()


def _never_written(seen: Seen) -> int:
    """Count the cells that nothing was written to yet, in which whatever lay in memory stands."""
    return 0 if seen.unwritten is None else int(np.count_nonzero(seen.unwritten))


def _reshaped(names: Mapping[str, Seen], before: Mapping[str, Seen]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, seen in names.items():
        known = before.get(name)
        if known is None or known.shape is None or seen.number < 0 or seen.number != known.number:
            continue
        if seen.shape != known.shape:
            yield name, known.shape


def _alike(one: NDArray[Any] | None, other: NDArray[Any] | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return all(left is right for left, right in zip(one.ravel(), other.ravel(), strict=True))
    return one.tobytes() == other.tobytes()


def _loose(value: Any) -> Iterator[tuple[str, int]]:
    """Go through the attributes of a network that hold layers which it does not know of, and count these."""
    if "_parameters" not in vars(value):
        return
    known = {id(each) for each in value.parameters()}
    for name, held in vars(value).items():
        if name.startswith("_") or not isinstance(held, list | dict):
            continue
        layers = [each for each in (held.values() if isinstance(held, dict) else held) if is_module(each)]
        unknown = [each for each in layers if any(id(own) not in known for own in each.parameters())]
        if unknown:
            yield name, len(unknown)


def _apart(value: Any) -> Iterator[str]:
    """Go through the attributes of a network that are leaves with a gradient, and that it does not know of."""
    if "_parameters" not in vars(value):
        return
    known = {id(each) for each in value.parameters()}
    for name, held in vars(value).items():
        if is_array(held) and getattr(held, "requires_grad", False) and held.is_leaf and id(held) not in known:
            yield name


def _sizes(loader: Any) -> tuple[int, int] | None:
    """Return how many batches and samples a loader has; None where the program itself counts them."""
    dataset = loader.dataset
    return (len(loader), len(dataset)) if isinstance(dataset, list) or hasattr(dataset, "tensors") else None


def _straight(value: Any) -> Iterator[tuple[int, int, int]]:
    """Go through the linear layers of a Sequential that another one follows at once."""
    load_torch()
    from torch import nn

    if type(value) is not nn.Sequential:  # a class of the program may be called alike
        return
    for place, (one, other) in enumerate(pairwise(value)):
        if not (isinstance(one, nn.Linear) and isinstance(other, nn.Linear)) or one is other:
            continue
        if type(one) is type(other) is nn.Linear and one.out_features == other.in_features:
            yield place, one.in_features, other.out_features


def _repeated(value: Any) -> Iterator[tuple[int, int]]:
    """Go through the layers that a network holds at several places: count the places, and what each learns."""
    if "_parameters" not in vars(value):
        return
    counts: dict[int, int] = {}
    layers = [each for _, each in value.named_modules(remove_duplicate=False) if next(each.children(), None) is None]
    for each in layers:
        counts[id(each)] = counts.get(id(each), 0) + 1
    for each in {id(each): each for each in layers}.values():
        learns = sum(own.numel() for own in each.parameters() if not is_waiting(own))
        if counts[id(each)] > 1 and learns:
            yield counts[id(each)], learns


def _shown(value: Any) -> str:
    """Write out a value that is no array, cut where it is long."""
    try:
        text = repr(value)
    except (AttributeError, RuntimeError, ValueError, TypeError):
        text = f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_kept(call: Call) -> bool:
    results = call.result if isinstance(call.result, list | tuple) else (call.result,)
    arrays = [value for value in (*call.bound.positional, *results) if is_array(value)]
    if any(map(is_wrapped, arrays_in((*call.bound.positional, *call.bound.keywords.values(), call.result)))):
        return False
    return bool(arrays) and all(size_of(array) <= MAX_ELEMENTS for array in arrays)


def _small_view(call: Call) -> SmallView | None:
    """Return what an index picked of a large array without a copy; None for any other call."""
    if call.entry.name not in ("ndarray.[]", "Tensor.[]") or not call.bound.positional:
        return None
    array, result = call.bound.positional[0], call.result
    if not (is_array(array) and is_array(result)) or isinstance(result, np.generic):
        return None
    if is_wrapped(array) or is_wrapped(result) or getattr(result, "requires_grad", False):
        return None  # a graph may keep more
    engine = backend_of(array)
    own, whole = (size_of(each) * engine.itemsize(each) for each in (result, array))
    if whole < _LARGE_BYTES or not 0 < own * _TIMES_LARGER <= whole:
        return None
    start, stop = engine.allocation(result)
    return SmallView(call.place, own, whole, call.entry.name == "Tensor.[]") if stop - start >= whole else None


def _part(call: Call) -> Part:
    given = call.bound
    return _copied_part(call.place, call.entry.name, given.positional, given.keywords, _copied(call.result))


def _is_of_transform(failed: Failed) -> bool:
    """Return whether a call was given tensors of ``torch.func``, of which there are no copies."""
    return any(map(is_wrapped, arrays_in((*failed.positional, *failed.keywords.values()))))


def _part_of_failed(failed: Failed) -> Part:
    return _copied_part(failed.rejection.place, failed.entry, failed.positional, failed.keywords, None)


def _copied_part(
    place: Place, entry: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], result: Any
) -> Part:
    operands = tuple(map(_copied, positional))
    alike = all(
        _strides(own) == _strides(value) for own, value in zip(operands, positional, strict=True) if is_array(value)
    )
    return Part(place, entry, operands, {name: _copied(each) for name, each in keywords.items()}, result, alike)


def _strides(array: Any) -> tuple[int, ...]:
    """Return the strides, in bytes, along the axes on which there are steps to take."""
    sizes = tuple(array.shape)
    if 0 in sizes:
        return ()
    return tuple(stride for size, stride in zip(sizes, backend_of(array).byte_strides(array), strict=True) if size > 1)


def _copied(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(_copied, value)) if type(value) in (tuple, list) else value
    if not is_array(value):
        return value
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    return value.copy() if isinstance(value, np.generic) else value.detach().clone()
