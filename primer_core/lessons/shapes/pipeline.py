"""A pipeline of shape changes, taken step by step by PyTorch or NumPy, and what each step did to the memory.

Steps change the shape, and where the cells are found (the strides), or copy the cells to a new place. Whether one
copied is asked of the library: a tensor's storage pointer before and after, or ``np.shares_memory``.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, Library, backend, backend_of
from primer_core.backend.memory import Layout, layout_of, shares_memory
from primer_core.claims.claim import Claim
from primer_core.claims.joining import RanksDiffer
from primer_core.claims.sizes import NotOfSizeOne, NotStretched
from primer_core.language.equivalents import NoEquivalent
from primer_core.language.evaluator import Call, Evaluator, warnings_of
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Place, Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.table import TABLE
from primer_core.language.text import quoted
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes import arithmetic
from primer_core.lessons.shapes import code as snippets
from primer_core.lessons.shapes.asked import Asked, asked_of
from primer_core.lessons.shapes.batch_axis import Offered
from primer_core.lessons.shapes.fixes import Fix, Tried, working
from primer_core.lessons.shapes.order import Walk, walk_of
from primer_core.lessons.shapes.remarks import Result, remarks_on
from primer_core.lessons.shapes.source import Source, read_source
from primer_core.lessons.shapes.steps import MAX_STEPS, OWNERS, TENSOR, Shape, Step, joins, named_in, read_step
from primer_core.lessons.shapes.trace import Tracer
from primer_core.lessons.shapes.words import in_words_of, other_library

Verdict = Literal["view", "copy", "empty"]
"""Whether a step's result shares the memory of what it was given; "empty" where there are no bytes to share."""

MAX_PIECES = 32
"""Pieces that a split may give."""

_CONTAINER = "pieces of a split"
"""A name that no learner can write, under which what a split gave is indexed."""

_GIVE_AXES = frozenset({"vstack", "column_stack", "dstack", "row_stack"})
"""Functions that give arrays axes before they join them."""

_RESERVED = frozenset({"np", "torch", "F", "nn", "show", "error"})
"""Names that the snippet needs for itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A tensor as it stands between two steps.

    Parameters
    ----------
    values
        A copy of its cells, of its shape.
    layout
        Where they lie in their memory, counted from that memory's first element.
    strides
        As the library gives them: in elements in PyTorch, in bytes in NumPy.
    memory
        Number of the allocation it lies in: 0 is that of x, each copy begins another; -1 is that of another operand.
    dtype, library
        Name of the dtype, and whose it is.
    unwritten
        Mask of the shape: cells that were never written; None where all were.
    """

    values: NDArray[Any]
    layout: Layout
    strides: tuple[int, ...]
    memory: int
    dtype: str
    library: Library
    unwritten: NDArray[np.bool_] | None = None

    @property
    def shape(self) -> Shape:
        """Return the tensor's shape."""
        return self.layout.shape

    @property
    def ghost(self) -> NDArray[np.bool_]:
        """Return a mask of the shape: cells that read an element which an earlier cell reads already."""
        if self.layout.c_contiguous or self.layout.f_contiguous:
            return np.zeros(self.shape, np.bool_)
        mask = np.ones(self.values.size, np.bool_)
        mask[np.unique(self.layout.addresses.ravel(), return_index=True)[1]] = False
        return mask.reshape(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The library's own tensor between two steps.

    Parameters
    ----------
    name
        What code and pictures call it.
    tensor
        The tensor.
    root
        The tensor in whose memory it lies.
    memory
        Number of that memory, as in `Snapshot`.
    """

    name: str
    tensor: Any
    root: Any
    memory: int

    @property
    def library(self) -> Library:
        """Return the name of its library."""
        return "PyTorch" if owner_of(self.tensor) == "Tensor" else "NumPy"

    @property
    def shape(self) -> Shape:
        """Return the tensor's shape."""
        return tuple(self.tensor.shape)

    def shares(self, made: Any) -> bool:
        """Whether a tensor made of this one lies in its memory; where there are no bytes, none were copied."""
        return not prod(made.shape) or shares_memory(_array(made), _array(self.tensor))


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """An array that a step read.

    Parameters
    ----------
    name
        What code and pictures call it.
    other
        The array, where it is no state of the pipeline, else None.
    sources
        ``(after.size, k)``: the flat indices, among its cells, that each cell of the result came from, filled up with
        -1.
    """

    name: str
    other: Snapshot | None
    sources: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What a split gave.

    Parameters
    ----------
    snapshots
        All pieces, in order.
    sources
        For each piece, ``(piece.size, k)``: the flat indices, among the cells before, that each of its cells came from.
    chosen
        Place of the piece that goes on.
    name
        What code calls all of them.
    """

    snapshots: tuple[Snapshot, ...]
    sources: tuple[NDArray[np.intp], ...]
    chosen: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A step that was taken.

    Parameters
    ----------
    text
        As it was written.
    name
        What code and pictures call its result.
    origin
        The name of the tensor that it was given: of `before`.
    before, after
        The tensor that it was given, and its result.
    reads
        Every array whose cells are in the result, or that it was to be joined with; that of `before` first.
    pieces
        What a split gave; None for other steps.
    remarks
        How sizes were solved or added up, and what else is not seen in the shapes.
    asked
        What was called, where the step is one call; None for any other expression.
    exact
        Whether each number is the very number that it came from.
    computes
        Whether some numbers are none of those that it was made of.
    walk
        In which order cells were read and written, where the step says ``order="F"``.
    warnings
        What the library warned of, in its words.
    setup, statement
        The statement that takes it, and those in front of it: arrays that x is joined with, and all pieces.
    """

    text: str
    name: str
    origin: str
    before: Snapshot
    after: Snapshot
    reads: tuple[Read, ...]
    pieces: Pieces | None
    remarks: tuple[Claim, ...]
    asked: Asked | None
    exact: bool
    computes: bool
    walk: Walk | None
    warnings: tuple[str, ...]
    setup: tuple[str, ...]
    statement: str

    @property
    def code(self) -> tuple[str, ...]:
        """Return the lines that take it and print what became of it."""
        return (*self.setup, self.statement, f'show("{self.name}", {self.origin}, {self.name})')

    @property
    def verdict(self) -> Verdict:
        """Say whether the result shares the memory of the tensor before."""
        if not self.after.values.size:
            return "empty"
        return "view" if self.after.memory == self.before.memory else "copy"

    @property
    def sources(self) -> NDArray[np.intp]:
        """Return the cells of `before` that each cell came from, as in `Read`."""
        return self.reads[0].sources

    @property
    def copied(self) -> int:
        """Return the bytes of new memory that its cells take."""
        return self.after.layout.distinct * self.after.layout.itemsize if self.verdict == "copy" else 0


@dataclass(frozen=True, slots=True)
class Bound:
    """A step that only gives something a name, of which later steps speak: an array to join x with, all pieces, a size.

    Parameters
    ----------
    text
        As it was written.
    name
        The name.
    value
        Plain text: what it stands for.
    code
        The line that does it.
    """

    text: str
    name: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a step was not asked of the library.

    Parameters
    ----------
    kind
        "unreadable" where its text is no step, "unknown" where the language does not know the name, which the library
        may well have, "refused" where it would be too much, or makes no tensor of x.
    message
        Plain text: what was expected, what was given, and what to do.
    """

    kind: Literal["unreadable", "unknown", "refused"]
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A step that was not taken, behind which all others wait.

    Parameters
    ----------
    text
        As it was written.
    reason
        The library's own words, or why the library was not asked.
    place
        The part of the text that is at fault, where it is not all of it.
    asked
        What was called, where the step is one call; None for any other expression, or where it was not understood.
    causes
        Which sizes or strides do not go together.
    fixes
        What would work; each has been tried.
    origin
        The name of the tensor that it was given.
    setup, statement
        The statement that comes to the library's words, and those in front of it; empty where it was not asked.
    """

    text: str
    reason: Declined | NotTaken
    place: Place | None
    asked: Asked | None
    causes: tuple[Claim, ...] = ()
    fixes: tuple[Fix, ...] = ()
    origin: str = TENSOR
    setup: tuple[str, ...] = ()
    statement: str = ""

    @property
    def code(self) -> tuple[str, ...]:
        """Return the lines that come to the library's words and print them."""
        if not self.statement:
            return ()
        words = '    print(f"{type(error).__name__}: {error}")'
        return (*self.setup, "try:", f"    {self.statement}", "except Exception as error:", words)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step behind one that failed; nothing is known of it but its text."""

    text: str


AnyStep = Done | Bound | Failed | Waiting


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A tensor and the steps it went through.

    Parameters
    ----------
    library
        Who took them.
    source
        x as it was understood.
    start
        x before the first step.
    current
        Shape of what x stands for behind the last step that was taken.
    steps
        What became of each: those that were taken, then at most one that failed, then those that wait.
    warnings
        What the library warned of when it made x, in its words.
    code
        Snippet that takes the same steps and prints shapes and strides, or the error.
    offered
        What a network that reads images says to each of the tensors; none where x is no image.
    """

    library: Library
    source: Source
    start: Snapshot
    current: Shape
    steps: tuple[AnyStep, ...]
    warnings: tuple[str, ...]
    code: str
    offered: tuple[Offered, ...] = ()

    @property
    def done(self) -> tuple[Done, ...]:
        """Return the steps that were taken and have a result."""
        return tuple(step for step in self.steps if isinstance(step, Done))

    @property
    def failed(self) -> Failed | None:
        """Return the step that was not taken, if there is one."""
        return next((step for step in self.steps if isinstance(step, Failed)), None)

    @property
    def states(self) -> tuple[Snapshot, ...]:
        """Return x, and the tensor after each step that was taken."""
        return (self.start, *(step.after for step in self.done))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of `states`."""
        return (TENSOR, *(step.name for step in self.done))

    @property
    def result(self) -> Snapshot | None:
        """Return the tensor after the last step; None where a step failed."""
        return self.states[-1] if self.failed is None else None


def take_steps(x: str, texts: Sequence[str], library: Library) -> Pipeline | Unread:
    """Take a tensor through steps and tell what each of them did. Nothing that is typed makes it raise.

    Parameters
    ----------
    x
        The tensor: a shape, which is filled by counting, an array, a number, or an expression that gives an array.
    texts
        One a step, as `primer_core.lessons.shapes.steps.read_step` reads them.
    library
        Who takes them. What has no library's name in front is that library's.
    """
    evaluator = Evaluator()
    try:
        source = read_source(x, library, evaluator)
        _check_dtype(source.tensor)
        way = Way.beginning(source, evaluator)
        start = way.snapshot(way.states[0])
    except Refused as refused:
        return Unread("x", str(refused))
    except Rejection as rejection:
        return Unread("x", rejection.message)
    warned = warnings_of(evaluator.calls)
    steps: list[AnyStep] = []
    for place, text in enumerate(texts):
        if steps and not isinstance(steps[-1], Done | Bound):
            steps.append(Waiting(text))
        elif place == MAX_STEPS:
            message = f"A pipeline has at most {MAX_STEPS} steps: remove one."
            steps.append(Failed(text, NotTaken("refused", message), None, None))
        else:
            steps.append(way.take(text))
    pipeline = Pipeline(library, source, start, way.current.shape, tuple(steps), warned, "")
    return replace(pipeline, code=snippets.snippet(pipeline, _seeds(evaluator)))


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What came of a step.

    Parameters
    ----------
    value
        What the expression gave.
    outputs
        All tensors that came out: several for a split, else one; none where the step only gives something a name.
    chosen
        Place of that which goes on.
    container
        The expression that gave several tensors; None where one came out.
    node
        The expression, in which arrays that it made for itself have names.
    hoisted
        The code of each of these arrays, by its name.
    calls
        What the library did.
    """

    value: Any
    outputs: tuple[Any, ...]
    chosen: int
    container: ast.expr | None
    node: ast.expr
    hoisted: Mapping[str, str]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A step as code.

    Parameters
    ----------
    setup
        Statements in front of it, which make the arrays that it joins x with, or all pieces.
    pieces
        Name of all pieces; empty where there are none.
    expression
        That gives the result.
    """

    setup: tuple[str, ...]
    pieces: str
    expression: str


@dataclass(slots=True, eq=False)
class Way:
    """A tensor on its way through steps.

    Parameters
    ----------
    evaluator
        Takes the steps, and holds the names that they may speak of.
    states
        x, and the tensor after each step that was taken.
    at
        Which state a name stands for.
    derived
        Names that stand for several tensors made of states.
    own
        Names of arrays that steps made for themselves, which no state may have.
    tracer
        Knows where cells came from.
    """

    evaluator: Evaluator
    states: list[State]
    at: dict[str, int]
    derived: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    tracer: Tracer = field(default_factory=Tracer)

    @classmethod
    def beginning(cls, source: Source, evaluator: Evaluator) -> Way:
        """Begin with a tensor in memory of its own."""
        evaluator.names[TENSOR] = source.tensor
        first = State(TENSOR, source.tensor, _array(source.tensor), 0)
        return cls(evaluator, [first], {TENSOR: 0}, tracer=Tracer({id(source.tensor): (TENSOR, source.tensor)}))

    def copy(self) -> Way:
        """Return one that goes on by itself from here."""
        evaluator = Evaluator(dict(self.evaluator.names), uninitialised=self.evaluator.uninitialised)
        return Way(evaluator, list(self.states), dict(self.at), set(self.derived), set(self.own), self.tracer.copy())

    @property
    def current(self) -> State:
        """Return the state that x stands for."""
        return self.states[self.at[TENSOR]]

    def take(self, text: str) -> Done | Bound | Failed:
        """Take one step; where it cannot be taken, all stays as it is."""
        step: Step | None = None
        names, roots = dict(self.evaluator.names), dict(self.tracer.roots)
        try:
            step = self.read(text)
            made = self.make(step)
            taken = self.bound(step, made) if not made.outputs else self.done(step, made)
        except (Refused, Rejection) as problem:
            self.evaluator.names, self.tracer.roots = names, roots
            if isinstance(problem, Rejection):
                return self.failed(text, step, self.reason(problem, step), problem.place)
            return self.failed(text, step, NotTaken("refused", str(problem)), None)
        return taken

    def read(self, text: str) -> Step:
        """Read one step; raises as `read_step` does."""
        return read_step(text, self.current.library, self.evaluator.names)

    def tried(self, texts: Sequence[str]) -> Tried | None:
        """Return what comes out of steps; None where one of them fails."""
        way = self.copy()
        lines: list[str] = []
        result = way.current
        for text in texts:
            try:
                step = way.read(text)
                made = way.make(step)
                if not made.outputs:
                    return None
                tracer, _, _ = way.traced(step, made)
            except (Refused, Rejection):
                return None
            written = way.written(made)
            result = way.go_on(step, made, tracer)
            lines += [*written.setup, f"{result.name} = {written.expression}"]
        return Tried("; ".join(lines), result.shape)

    # One step

    def make(self, step: Step) -> Made:
        """Let the library take a step.

        Raises
        ------
        Rejection
            If the language does not take it, or the library declines it.
        Refused
            If its result is no tensor made of x, or too large to be drawn.
        """
        first = len(self.evaluator.calls)
        hoister = _Hoister(self, step)
        of_x = bool(set(named_in(step.node)) & (self.at.keys() | self.derived))
        node = hoister.visit(step.node) if of_x else step.node
        container: ast.expr | None = None
        value: Any = None
        chosen = 0
        if isinstance(node, ast.Subscript):
            held = self.evaluator.value_of(node.value, step.source)
            if _are_arrays(held):
                container, value = node.value, held
                chosen = self.place_among(held, self.evaluator.value_of(node.slice, step.source), node)
            else:
                self.evaluator.names[_CONTAINER] = held
                indexed = ast.Subscript(ast.Name(_CONTAINER, ast.Load()), node.slice, ast.Load())
                value = self.evaluator.value_of(ast.copy_location(indexed, node), step.source)
                del self.evaluator.names[_CONTAINER]
        else:
            value = self.evaluator.value_of(node, step.source)
            container = node if _are_arrays(value) and not isinstance(node, ast.Tuple | ast.List) else None
        calls = tuple(self.evaluator.calls[first:])
        if step.name and (not of_x or not is_array(value)) and (container is None or node is container):
            if is_array(value):
                _check_dtype(value)
                check_size(tuple(value.shape), f"{step.name}, of shape {shape_text(tuple(value.shape))},")
            return Made(value, (), 0, None, node, hoister.made, calls)
        outputs = tuple(value) if container is not None else (value,)
        _check_outputs(step, outputs, of_x=of_x)
        return Made(value, outputs, chosen, container, node, hoister.made, calls)

    def place_among(self, pieces: Sequence[Any], key: Any, node: ast.Subscript) -> int:
        """Return which of several pieces an index chooses, counted from the first.

        Raises
        ------
        Refused
            If it chooses none, or several.
        """
        what = quoted(ast.unparse(node.value))
        if isinstance(key, bool) or not isinstance(key, int):
            written = f"[{ast.unparse(node.slice)}]"
            raise Refused(f"{what} gives {len(pieces)} pieces, and {written} chooses no single one: write [0].")
        if not -len(pieces) <= key < len(pieces):
            last = len(pieces) - 1
            raise Refused(f"There are {len(pieces)} pieces, [0] to [{last}]: [{key}] is none of them.")
        return range(len(pieces))[key]

    def go_on(self, step: Step, made: Made, tracer: Tracer) -> State:
        """Let the result of a step be the next state, and stand for the names that it was given.

        Parameters
        ----------
        step, made
            The step, and what it gave.
        tracer
            As `traced` returns it.
        """
        result = made.outputs[made.chosen]
        state = self.state_of(result, self.free_name(step.name))
        self.states.append(state)
        place = len(self.states) - 1
        for name in {step.name or TENSOR, state.name}:
            self.at[name] = place
            self.derived.discard(name)
            self.evaluator.names[name] = result
        self.tracer = tracer
        self.tracer.roots[id(result)] = (state.name, result)
        return state

    def state_of(self, tensor: Any, name: str) -> State:
        """Return the state that a tensor is in: in the memory of an earlier one, or in the next."""
        for state in [self.current, *reversed(self.states)]:
            if state.shares(tensor):
                return State(name, tensor, state.root, state.memory)
        memory = max(state.memory for state in self.states) + 1
        return State(name, tensor, _array(tensor), memory)

    def free_name(self, wanted: str) -> str:
        """Return what the next state is called: as it is wanted, if no other has that name, or by its number."""
        taken = {state.name for state in self.states} | self.own | _RESERVED
        if wanted and wanted not in taken:
            return wanted
        name = f"{TENSOR}{len(self.states)}"
        while name in taken:
            name += "_"
        return name

    def snapshot(self, state: State) -> Snapshot:
        """Return what is shown of a tensor.

        Raises
        ------
        Refused
            If its cells do not lie at whole elements.
        """
        return _snapshot(state.tensor, state.root, state.memory, self.evaluator)

    def bound(self, step: Step, made: Made) -> Bound:
        """Give something a name."""
        spoken = set(named_in(made.node))
        line = f"{step.name} = {self.spelled(made.node)}"
        lines = [*(f"{name} = {code}" for name, code in made.hoisted.items()), line]
        self.at.pop(step.name, None)
        self.derived.discard(step.name)
        self.evaluator.names[step.name] = made.value
        if is_array(made.value):
            self.tracer.roots[id(made.value)] = (step.name, made.value)
        self.tracer.calls += made.calls
        if _are_arrays(made.value) and spoken & (self.at.keys() | self.derived):
            self.derived.add(step.name)
        return Bound(step.text, step.name, _described(made.value), "\n".join(lines))

    def traced(self, step: Step, made: Made) -> tuple[Tracer, dict[str, NDArray[np.intp]], list[str]]:
        """Find out which cells the result of a step came from, and which states it was made of.

        Raises
        ------
        Refused
            If none of its cells comes from a state.
        """
        result = made.outputs[made.chosen]
        names = {state.name for state in self.states}
        tracer = self.tracer.copy()
        tracer.calls += made.calls
        origins = dict(tracer.origins(result))
        spoken = [self.states[self.at[name]].name for name in named_in(made.node) if name in self.at]
        read = [*dict.fromkeys([*spoken, *(name for name in origins if name in names)])]
        if not read:
            raise Refused(f"{quoted(step.text)} holds no cell of x. Write what is done to x.")
        if prod(result.shape) and not any(name in names for name in origins):
            raise Refused(
                f"{quoted(step.text)} gives cells of which none is known to come from x. A step moves the cells of x."
            )
        return tracer, origins, read

    def done(self, step: Step, made: Made) -> Done:
        """Take note of what a step did, and go on with its result."""
        result = made.outputs[made.chosen]
        names = {state.name: state for state in self.states}
        tracer, origins, read = self.traced(step, made)
        shared = [name for name in read if names[name].shares(result) and prod(result.shape)]
        first = (shared or [name for name in read if name in origins] or read)[0]
        before_state = names[first]
        asked = asked_of(step, made.node, self.evaluator)
        written = self.written(made)
        pieces = None
        after_state = self.state_of(result, self.free_name(step.name))
        after = self.snapshot(after_state)
        if made.container is not None:
            pieces = self.pieces(made, tracer, first, after_state, written.pieces)
        before = self.snapshot(before_state)
        empty = np.full((after.values.size, 1), -1, np.intp)
        reads = [Read(first, None, origins.get(first, empty))]
        reads += [
            Read(name, None if name in names else self.other(tracer, name), cells)
            for name, cells in origins.items()
            if name != first
        ]
        given = Result(
            after_state.name, first, before_state.tensor, result, not before_state.shares(result), written.pieces,
            tuple(tuple(output.shape) for output in made.outputs), made.calls,
        )  # fmt: skip
        held = [self.snapshot(names[read.name]).values if read.other is None else read.other.values for read in reads]
        exact = _is_exact(after.values, reads, held)
        own, shape = before_state.shape, after.shape
        sums = () if asked is None else arithmetic.of_taken(asked, after_state.name, first, own, shape)
        done = Done(
            step.text, after_state.name, first, before, after, tuple(reads), pieces,
            (*sums, *remarks_on(given)), asked, exact, not exact and _is_new(after.values, held),
            walk_of(asked, before.values, after.values), warnings_of(made.calls), tuple(written.setup),
            f"{after_state.name} = {written.expression}",
        )  # fmt: skip
        self.go_on(step, made, tracer)
        return done

    def other(self, tracer: Tracer, name: str) -> Snapshot:
        """Return an operand that is no state."""
        array = next(array for known, array in reversed(tracer.roots.values()) if known == name)
        return _snapshot(array, _array(array), -1, self.evaluator)

    def pieces(self, made: Made, tracer: Tracer, origin: str, after: State, name: str) -> Pieces:
        """Return all that a split gave, drawn in the memory where the piece that goes on lies."""
        snapshots, sources = [], []
        for piece in made.outputs:
            beside = replace(after, tensor=piece) if after.shares(piece) else self.state_of(piece, after.name)
            snapshots.append(self.snapshot(beside))
            size = prod(piece.shape)
            sources.append(tracer.origins(piece).get(origin, np.full((size, 1), -1, np.intp)))
        return Pieces(tuple(snapshots), tuple(sources), made.chosen, name)

    def written(self, made: Made) -> Written:
        """Write what a step does, before its result is a state."""
        setup = [f"{name} = {code}" for name, code in made.hoisted.items()]
        if made.container is None:
            return Written(tuple(setup), "", self.spelled(made.node))
        spelled = self.spelled(made.container)
        pieces = spelled if isinstance(made.container, ast.Name) else f"p{len(self.states)}"
        if pieces != spelled:
            setup.append(f"{pieces} = {spelled}")
        return Written(tuple(setup), pieces, f"{pieces}[{made.chosen}]")

    def spelled(self, node: ast.expr) -> str:
        """Write an expression as the snippet does, which calls each state by a name of its own."""
        names = {name: self.states[place].name for name, place in self.at.items()}
        if all(names.get(name, name) == name for name in named_in(node)):
            return ast.unparse(node)
        return ast.unparse(_Renamed(names).visit(copy.deepcopy(node)))

    # One step that is not taken

    def reason(self, rejection: Rejection, step: Step | None) -> Declined | NotTaken:
        """Say whose verdict a rejection is, and what to do."""
        if rejection.verdict == "declined" and rejection.declined is not None:
            return rejection.declined
        message = rejection.message
        if rejection.verdict in ("unknown", "refused") and step is not None:
            message += self.lacking(step)
        kinds: Mapping[str, Literal["unreadable", "unknown"]] = {"unread": "unreadable", "unknown": "unknown"}
        return NotTaken(kinds.get(rejection.verdict, "refused"), message)

    def lacking(self, step: Step) -> str:
        """Say where nothing is known that is in this library what the other one's arrays have."""
        library = self.current.library
        other = other_library(library)
        for part in ast.walk(step.node):
            if not isinstance(part, ast.Attribute) or _names_a_library(part):
                continue
            name = f"{OWNERS[library]}.{part.attr}"
            theirs = [known for known in (f"{OWNERS[other]}.{part.attr}", f"{backend(other).prefix}.{part.attr}")
                      if known in TABLE]  # fmt: skip
            if not theirs or (name in TABLE and not _words_differ(step.node, name, theirs[0])):
                continue
            found = in_words_of(library, step.text, {TENSOR: self.current.shape}, self.evaluator.names)
            return f" {found.reason}" if isinstance(found, NoEquivalent) else ""
        return ""

    def failed(self, text: str, step: Step | None, reason: Declined | NotTaken, place: Place | None) -> Failed:
        """Say why a step was not taken, and what would work."""
        asked: Asked | None = None
        setup: tuple[str, ...] = ()
        statement = ""
        current = self.current
        if step is not None:
            probe = self.copy()
            node: ast.expr = step.node
            hoister = _Hoister(probe, step)
            try:
                node = hoister.visit(step.node)
                asked = asked_of(step, node, probe.evaluator)
            except (Refused, Rejection):
                hoister.made.clear()
            if asked is not None and asked.of in self.at:
                current = self.states[self.at[asked.of]]
            if isinstance(reason, Declined):
                setup = tuple(f"{made} = {code}" for made, code in hoister.made.items())
                statement = f"{self.free_name(step.name)} = {self.spelled(node)}"
        if step is not None and backend(other_library(current.library)).prefix in named_in(step.node):
            asked = None  # what it asks of another library's arrays is not about shapes
        if asked is not None and asked.of not in self.at:
            asked = None  # it is asked of an array that is joined with x, say, and is not about the sizes of x
        causes = self.causes(asked, current, reason.words) if asked and isinstance(reason, Declined) else ()
        if step is not None and isinstance(reason, Declined) and "number of dimensions" in reason.words and not causes:
            causes = self.ranks(step)
        within = place if place is not None and place.text.strip() not in ("", text.strip()) else None
        if step is not None and within is not None and within.text == step.source:
            within = None
        of = TENSOR if asked is None or self.at.get(asked.of, self.at[TENSOR]) == self.at[TENSOR] else asked.of
        name = step.name if step is not None else ""
        fixes = working(text, asked, current.shape, current.library, self.tried, of, name)
        return Failed(text, reason, within, asked, causes, fixes, current.name, setup, statement)

    def ranks(self, step: Step) -> tuple[Claim, ...]:
        """Say that arrays which a step was to join have not the same number of axes; nothing where all have."""
        match step.node:
            case ast.Call(ast.Attribute() as function, [ast.List(parts) | ast.Tuple(parts), *_]) if (
                joins(ast.unparse(function)) and function.attr not in _GIVE_AXES
            ):
                pass
            case ast.Call(ast.Attribute(ast.Name("np"), "append") as function, [*parts], [ast.keyword("axis")]):
                pass
            case _:
                return ()
        try:
            arrays = [self.evaluator.value_of(part, step.source) for part in parts]
        except Rejection:
            return ()
        if function.attr == "append":
            arrays = [np.array(each) if isinstance(each, list) else each for each in arrays]
        if not all(map(is_array, arrays)):
            return ()
        first, *others = (len(array.shape) for array in arrays)
        unlike = next((rank for rank in others if rank != first), first)
        return (RanksDiffer(function.attr, (first, unlike)),) if unlike != first else ()

    def causes(self, asked: Asked, given: State, words: str) -> tuple[Claim, ...]:
        """Say which sizes or strides of the tensor that a step was given do not go together."""
        own = given.shape
        if asked.name == "squeeze":
            options = dict(asked.options)
            axes = options.get("axis", options.get("dim", asked.args[0] if asked.args else ()))
            named = [axis % len(own) for axis in (axes if isinstance(axes, tuple | list) else (axes,))
                     if type(axis) is int and -len(own) <= axis < len(own)]  # fmt: skip
            wide = tuple((axis, own[axis]) for axis in named if own[axis] != 1)
            return (NotOfSizeOne(given.name, wide),) if wide else ()
        if asked.name in ("expand", "broadcast_to"):
            return _not_stretched(asked, given.name, own)
        if asked.name == "view" and "stride" in words:
            return tuple(arithmetic.apart(asked, given.name, own, self.snapshot(given).layout.strides))
        is_dtype_view = asked.name == "view" and backend(given.library).runs_numpy_code
        return () if is_dtype_view else arithmetic.of_declined(asked, given.name, own)


def _not_stretched(asked: Asked, name: str, own: Shape) -> tuple[Claim, ...]:
    """Say which axes have a size that cannot be stretched to the one that was asked for."""
    sizes = asked.args[0] if len(asked.args) == 1 and isinstance(asked.args[0], tuple | list) else asked.args
    if not all(type(size) is int for size in sizes) or len(sizes) < len(own):
        return ()
    pairs = zip(own, sizes[len(sizes) - len(own) :], strict=True)
    stuck = tuple((axis, size, to) for axis, (size, to) in enumerate(pairs) if size not in (1, to) and to != -1)
    return (NotStretched(name, stuck),) if stuck and all(to >= 0 for _, _, to in stuck) else ()


# Reading expressions


@dataclass(slots=True, eq=False)
class _Hoister:
    """Gives a name to each array that a step makes for itself, so that it is drawn, and stands in code, beside x."""

    way: Way
    step: Step
    made: dict[str, str] = field(default_factory=dict)

    def visit(self, node: ast.expr) -> ast.expr:
        """Return an expression in which these arrays are names.

        Raises
        ------
        Rejection
            As evaluating them does.
        """
        if not set(named_in(node)) & (self.way.at.keys() | self.way.derived):
            return self.named(node)
        match node:
            case ast.Call(function, arguments, keywords):
                inner = function
                if isinstance(function, ast.Attribute) and not _names_a_library(function):
                    inner = ast.copy_location(
                        ast.Attribute(self.visit(function.value), function.attr, ast.Load()), function
                    )
                is_join = isinstance(function, ast.Attribute) and joins(ast.unparse(function))
                given = [self.joined(each) if is_join and place == 0 else self.visit(each)
                         for place, each in enumerate(arguments)]  # fmt: skip
                words = [ast.keyword(word.arg, self.visit(word.value)) for word in keywords]
                return ast.copy_location(ast.Call(inner, given, words), node)
            case ast.Attribute(value, name):
                return ast.copy_location(ast.Attribute(self.visit(value), name, ast.Load()), node)
            case ast.Subscript(value, index):
                return ast.copy_location(ast.Subscript(self.visit(value), index, ast.Load()), node)
            case ast.BinOp(left, sign, right):
                return ast.copy_location(ast.BinOp(self.visit(left), sign, self.visit(right)), node)
            case ast.Tuple(parts) | ast.List(parts):
                kind = type(node)
                return ast.copy_location(kind([self.visit(part) for part in parts], ast.Load()), node)
        return node

    def joined(self, node: ast.expr) -> ast.expr:
        """Return the list of what is joined; a list of numbers in it is an array where NumPy takes it for one."""
        if not isinstance(node, ast.List | ast.Tuple) or not backend(self.way.current.library).runs_numpy_code:
            return self.visit(node)
        parts = []
        for part in node.elts:
            listed = isinstance(part, ast.List | ast.Tuple) and not set(named_in(part)) & self.way.at.keys()
            made = code_expression(f"np.array({ast.unparse(part)})") if listed else part
            for inner in ast.walk(made) if listed else ():
                ast.copy_location(inner, part)
            parts.append(self.visit(made))
        return ast.copy_location(type(node)(parts, ast.Load()), node)

    def named(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.Call | ast.BinOp | ast.Subscript):
            return node
        value = self.way.evaluator.value_of(node, self.step.source)
        if not is_array(value) or isinstance(value, np.generic):
            return node
        check_size(tuple(value.shape), f"{quoted(ast.unparse(node))}, of shape {shape_text(tuple(value.shape))},")
        _check_dtype(value)
        number = len(self.way.states)
        known = {*self.way.evaluator.names, self.step.name}
        name = next(name for letter in "bcdefghijklmno" if (name := f"{letter}{number}") not in known)
        self.way.own.add(name)
        self.made[name] = self.way.spelled(node)
        self.way.evaluator.names[name] = value
        self.way.tracer.roots[id(value)] = (name, value)
        return ast.copy_location(ast.Name(name, ast.Load()), node)


@dataclass(slots=True, eq=False)
class _Renamed(ast.NodeTransformer):
    names: Mapping[str, str]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.names.get(node.id, node.id), ast.Load())


def _names_a_library(node: ast.Attribute) -> bool:
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ("np", "torch", "F", "nn")


def _words_differ(node: ast.expr, name: str, other: str) -> bool:
    """Whether a call gives something by a name that one entry of the table does not take, and another does."""
    given = {word.arg for part in ast.walk(node) if isinstance(part, ast.Call) for word in part.keywords}
    own, theirs = (set(re.findall(r"\w+", TABLE[entry].takes)) for entry in (name, other))
    return bool(given & (theirs - own))


# What comes of them


def _is_exact(after: NDArray[Any], reads: Sequence[Read], held: Sequence[NDArray[Any]]) -> bool:
    """Whether each cell came from one at most of the cells of the arrays that were read, and is its number."""
    came = np.zeros(after.size, np.intp)
    for read, values in zip(reads, held, strict=True):
        came += (read.sources >= 0).sum(axis=1)
        for column in read.sources.T:
            there = np.flatnonzero(column >= 0)
            now, then = after.ravel()[there], values.ravel()[column[there]]
            if not np.array_equal(now, then, equal_nan=now.dtype.kind == then.dtype.kind == "f"):
                return False
    return bool((came <= 1).all())


def _is_new(after: NDArray[Any], held: Sequence[NDArray[Any]]) -> bool:
    """Whether there is a number that is in none of the arrays that were read."""
    return not np.isin(after, np.concatenate([values.ravel() for values in held])).all()


def _array(tensor: Any) -> Any:
    return np.asarray(tensor) if isinstance(tensor, np.generic) else tensor


def _are_arrays(value: Any) -> bool:
    return isinstance(value, tuple | list) and bool(value) and all(map(is_array, value))


def _check_outputs(step: Step, outputs: Sequence[Any], *, of_x: bool) -> None:
    text = quoted(step.text)
    if not of_x:
        raise Refused(
            f"{text} does not speak of x. Write what is done to x, or give it a name: b = {step.text.strip()}."
        )
    if not all(map(is_array, outputs)):
        (value,) = outputs
        if _is_empty(value):
            raise Refused(f"{text} gives no piece at all, and one has to go on. Give at least one size.")
        raise Refused(f"{text} gives {value!s:.60}, no tensor that could go on. Write what makes a tensor of x.")
    if len(outputs) > MAX_PIECES:
        raise Refused(f"{text} makes {len(outputs)} pieces; there is room for {MAX_PIECES}. Make larger ones.")
    for output in outputs:
        if any(size < 0 for size in output.shape):  # which expand(0, -1) of a scalar gives
            raise Refused(f"{text} would give a size below zero: {shape_text(tuple(output.shape))}.")
        check_size(tuple(output.shape), f"The result, of shape {shape_text(tuple(output.shape))},")
        _check_dtype(output)


def _is_empty(value: Any) -> bool:
    return isinstance(value, tuple | list) and not value


def _check_dtype(tensor: Any) -> None:
    """Refuse what cannot be drawn as a number.

    Raises
    ------
    Refused
        With the dtype.
    """
    name = str(tensor.dtype).removeprefix("torch.")
    if not name.startswith(("bool", "int", "uint", "float", "bfloat16")) or name.startswith("float4"):
        raise Refused(f"The dtype {name} is not drawn here; cells are real numbers or booleans.")


def _values(tensor: Any) -> NDArray[Any]:
    """Copy the cells; those of a dtype that NumPy has not are widened, which changes no number."""
    if owner_of(tensor) == "Tensor" and "float" in str(tensor.dtype) and tensor.itemsize < 4:
        return np.array(tensor.detach().float().numpy())
    return backend_of(_array(tensor)).to_numpy(_array(tensor))


def _snapshot(tensor: Any, root: Any, memory: int, evaluator: Evaluator) -> Snapshot:
    array, engine = _array(tensor), backend_of(_array(tensor))
    try:
        layout = layout_of(array, root)
    except ValueError as error:
        raise Refused(
            "The cells of this result begin in the middle of an element of its memory, which is not drawn here."
        ) from error
    unwritten, values = evaluator.uninitialised.cells(array), _values(array)
    if unwritten is not None:
        values[unwritten] = 0
    dtype = str(array.dtype).removeprefix("torch.")
    return Snapshot(values, layout, engine.strides(array), memory, dtype, engine.library, unwritten)


def _described(value: Any) -> str:
    if is_array(value):
        return f"an array of shape {shape_text(tuple(value.shape))}"
    if _are_arrays(value):
        return f"{len(value)} pieces"
    return f"{value!s:.40}"


def _seeds(evaluator: Evaluator) -> tuple[str, ...]:
    """Return the statements that sow the random numbers which a pipeline drew without a seed."""
    if not evaluator.seeded:
        return ()
    libraries = {call.entry.library == "np" for call in evaluator.calls if call.entry.random}
    return tuple(
        f"np.random.seed({evaluator.seed})" if of_numpy else f"torch.manual_seed({evaluator.seed})"
        for of_numpy in sorted(libraries)
    )
