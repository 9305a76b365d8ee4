"""A pipeline of shape changes, taken step by step by PyTorch or NumPy, and what each step did to the memory.

Steps change the shape, and where the cells are found (the strides), or copy the cells to a new place. Whether one
copied is asked of the library: a tensor's storage pointer before and after, or ``np.shares_memory``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend, Declined, Library, backend
from primer_core.backend.memory import Layout, layout_of, shares_memory
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size, thousands
from primer_core.language.operand import Operand
from primer_core.language.spelling import shape_text
from primer_core.language.steps import MAX_STEPS, OPERATIONS, Operation, Shape, Step, read_step, read_tensor
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes import arithmetic
from primer_core.lessons.shapes import code as snippets
from primer_core.lessons.shapes.arithmetic import Arithmetic
from primer_core.lessons.shapes.batch_axis import Offered
from primer_core.lessons.shapes.fixes import Fix, working

Verdict = Literal["view", "copy", "empty"]
"""Whether a step's result shares the memory of what it was given; "empty" where there are no bytes to share."""

Remark = Literal[
    "same tensor",
    "squeezed nothing",
    "squeezed the first of several",
    "reshape copied",
    "flatten copied",
    "ravel copied",
    "split by size",
    "split by count",
]
"""What of a step's result deserves a sentence of its own."""

MAX_PIECES = 32
"""Pieces that a split may give."""


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
        Number of the allocation it lies in: 0 is that of x, each copy begins another; -1 is that of a second operand.
    """

    values: NDArray[Any]
    layout: Layout
    strides: tuple[int, ...]
    memory: int

    @property
    def shape(self) -> Shape:
        """Return the tensor's shape."""
        return self.layout.shape

    @property
    def ghost(self) -> NDArray[np.bool_]:
        """Return a mask of the shape: cells that read an element which an earlier cell reads already."""
        mask = np.ones(self.values.size, np.bool_)
        mask[np.unique(self.layout.addresses.ravel(), return_index=True)[1]] = False
        return mask.reshape(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The library's own tensor between two steps.

    Parameters
    ----------
    engine
        The library.
    tensor
        Its tensor.
    root
        The tensor in whose memory it lies.
    memory
        Number of that memory, as in `Snapshot`.
    """

    engine: Backend
    tensor: Any
    root: Any
    memory: int

    @classmethod
    def of(cls, written: Operand, library: Library, memory: int = 0) -> "State":
        """Make a tensor in memory of its own. PyTorch's floats are 32 bit wide by default, NumPy's 64."""
        engine = backend(library)
        tensor = engine.make(written.values, native_floats=True)
        return cls(engine, tensor, tensor, memory)

    @property
    def library(self) -> Library:
        """Return the name of the library."""
        return self.engine.library

    @property
    def shape(self) -> Shape:
        """Return the tensor's shape."""
        return tuple(self.tensor.shape)

    @property
    def size(self) -> int:
        """Return the number of the tensor's cells."""
        return prod(self.shape)

    def then(self, made: Any) -> "State":
        """Return the state that a tensor made of this one is in: in the same memory, or in the next."""
        if self.shares(made):
            return replace(self, tensor=made)
        return State(self.engine, made, made, self.memory + 1)

    def shares(self, made: Any) -> bool:
        """Whether a tensor made of this one lies in its memory; where there are no bytes, none were copied."""
        return not prod(made.shape) or shares_memory(made, self.tensor)

    def snapshot(self) -> Snapshot:
        """Return what is shown of the tensor."""
        layout = layout_of(self.tensor, self.root)
        return Snapshot(self.engine.to_numpy(self.tensor), layout, self.engine.strides(self.tensor), self.memory)


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """The second tensor of a join.

    Parameters
    ----------
    other
        That tensor.
    sources
        ``(after.size,)``: the flat index, among its cells, that each cell of the result is; -1 where it is none.
    """

    other: Snapshot
    sources: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What a split gave.

    Parameters
    ----------
    snapshots
        All pieces, in order.
    sources
        For each piece, ``(piece.size,)``: the flat index, among the cells before, that each of its cells is.
    chosen
        Place of the piece that goes on.
    """

    snapshots: tuple[Snapshot, ...]
    sources: tuple[NDArray[np.intp], ...]
    chosen: int


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A step that was taken.

    Parameters
    ----------
    text
        As it was written.
    step
        As it was understood.
    before, after
        The tensor that it was given, and the one that goes on.
    sources
        ``(after.size,)``: the flat index, among the cells before, that each cell is; -1 where it is of `joined`.
    joined
        The tensor that was joined; None where there is none, or where it is the tensor itself.
    pieces
        What a split gave; None for other steps.
    arithmetic
        How sizes were solved, or added up.
    remark
        What deserves a sentence of its own, if anything does.
    """

    text: str
    step: Step
    before: Snapshot
    after: Snapshot
    sources: NDArray[np.intp]
    joined: Joined | None
    pieces: Pieces | None
    arithmetic: tuple[Arithmetic, ...]
    remark: Remark | None

    @property
    def verdict(self) -> Verdict:
        """Say whether the result shares the memory of the tensor before."""
        if not self.after.values.size:
            return "empty"
        return "view" if self.after.memory == self.before.memory else "copy"

    @property
    def copied(self) -> int:
        """Return the bytes that were copied."""
        return self.after.layout.nbytes if self.verdict == "copy" else 0


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a step was not asked of the library.

    Parameters
    ----------
    kind
        "unreadable" where its text is no step, "unknown" where the lesson does not know the name, which the library may
        well have, "refused" where it would be too much, or is written in another way.
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
    step
        As it was understood; None if it was not.
    reason
        The library's own words, or why the library was not asked.
    arithmetic
        Which sizes or strides do not go together.
    fixes
        What would work; each has been tried.
    """

    text: str
    step: Step | None
    reason: Declined | NotTaken
    arithmetic: tuple[Arithmetic, ...]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step behind one that failed; nothing is known of it but its text."""

    text: str


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
    steps
        What became of each: those that were taken, then at most one that failed, then those that wait.
    code
        Snippet that takes the same steps and prints shapes and strides, or the error.
    offered
        What a network that reads images says to each of the tensors; none where x is no image.
    """

    library: Library
    source: Operand
    start: Snapshot
    steps: tuple[Done | Failed | Waiting, ...]
    code: str
    offered: tuple[Offered, ...] = ()

    @property
    def done(self) -> tuple[Done, ...]:
        """Return the steps that were taken."""
        return tuple(step for step in self.steps if isinstance(step, Done))

    @property
    def failed(self) -> Failed | None:
        """Return the step that was not taken, if there is one; as many as `done` stand before it."""
        return next((step for step in self.steps if isinstance(step, Failed)), None)

    @property
    def states(self) -> tuple[Snapshot, ...]:
        """Return x, and the tensor after each step that was taken."""
        return (self.start, *(step.after for step in self.done))

    @property
    def result(self) -> Snapshot | None:
        """Return the tensor after the last step; None where a step failed."""
        return self.states[-1] if self.failed is None else None


def take_steps(x: str, texts: Sequence[str], library: Library) -> Pipeline | Unread:
    """Take a tensor through steps and tell what each of them did. Nothing that is typed makes it raise.

    Parameters
    ----------
    x
        The tensor: a shape, which is filled by counting, an array, a number, or ``arange(12)``.
    texts
        One a step, as `primer_core.language.steps.read_step` reads them.
    library
        Who takes them. Names and arguments are that library's.
    """
    try:
        source = read_tensor(x)
    except Refused as refused:
        return Unread("x", str(refused))
    state = State.of(source, library)
    start = state.snapshot()
    steps: list[Done | Failed | Waiting] = []
    before = start
    for place, text in enumerate(texts):
        if steps and not isinstance(steps[-1], Done):
            steps.append(Waiting(text))
        elif place == MAX_STEPS:
            message = f"A pipeline has at most {MAX_STEPS} steps: remove one."
            steps.append(Failed(text, None, NotTaken("refused", message), (), ()))
        else:
            taken, state = _take(text, state, before)
            steps.append(taken)
            before = taken.after if isinstance(taken, Done) else before
    pipeline = Pipeline(library, source, start, tuple(steps), "")
    return replace(pipeline, code=snippets.snippet(library, source, pipeline.done, pipeline.failed))


def _take(text: str, state: State, before: Snapshot) -> tuple[Done | Failed, State]:
    """Take one step; return what became of it, and the state that goes on."""
    step: Step | None = None
    try:
        step = read_step(text)
        made = run(step, state)
    except Refused as refused:
        kind: Literal["unreadable", "unknown", "refused"] = "unreadable" if step is None else "refused"
        reason: Declined | NotTaken = NotTaken(
            "unknown" if isinstance(refused, _UnknownStepError) else kind, str(refused)
        )
    else:
        if isinstance(made, Made):
            return _done(text, step, made, state, before)
        reason = made
    sums = tuple(_arithmetic(step, state)) if step is not None else ()
    if step is not None and step.name == "view" and isinstance(reason, Declined) and "stride" in reason.words:
        sums = (arithmetic.Unmergeable(before.shape, before.layout.strides),)
    fixes = working(text, step, state.shape, state.library, lambda texts: _tried(texts, state))
    return Failed(text, step, reason, sums, fixes), state


def _done(text: str, step: Step, made: "Made", state: State, before: Snapshot) -> tuple[Done, State]:
    chosen = range(len(made.outputs))[step.piece or 0]
    result = made.outputs[chosen]
    after = state.then(result)
    maps = cell_maps(step, state, made.other)
    sources = [np.where(cells < state.size, cells, -1) for cells in maps]
    snapshot = after.snapshot()
    joined = None
    if made.other is not None:
        theirs = np.where(maps[chosen] >= state.size, maps[chosen] - state.size, -1)
        joined = Joined(made.other.snapshot(), theirs)
    pieces = None
    if OPERATIONS[state.library][step.name].kind == "pieces":
        snapshots = tuple(
            replace(after, tensor=piece, root=after.root if state.shares(piece) else piece).snapshot()
            for piece in made.outputs
        )
        pieces = Pieces(snapshots, tuple(sources), chosen)
    sums = tuple(_arithmetic(step, state))
    remark = _remark(step, state, result)
    return Done(text, step, before, snapshot, sources[chosen], joined, pieces, sums, remark), after


def _tried(texts: Sequence[str], state: State) -> Shape | None:
    """Take steps and return the shape that comes out; None where one of them fails."""
    for text in texts:
        try:
            step = read_step(text)
            made = run(step, state)
        except Refused:
            return None
        if isinstance(made, Declined):
            return None
        state = state.then(made.outputs[step.piece or 0])
    return state.shape


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a library gave for a step.

    Parameters
    ----------
    outputs
        All tensors that came out: several for a split, else one.
    other
        The tensor that was joined; None where there is none, or where it is the tensor itself.
    """

    outputs: tuple[Any, ...]
    other: State | None


def run(step: Step, state: State) -> Made | Declined:
    """Let the library take a step.

    Returns
    -------
    Made or Declined
        What came out, or what the library says where the step is impossible.

    Raises
    ------
    Refused
        Where the step is none of this lesson, or its result would be too large; nothing is allocated then.
    """
    operation = _known(step, state)
    if isinstance(operation, Declined):
        return operation
    _check_growth(step, operation, state.shape)
    other = None if step.other is None else State.of(step.other, state.library, memory=-1)
    answer = _called(step, operation, state, other)
    if isinstance(answer, Declined):
        return answer
    outputs = tuple(answer) if operation.kind == "pieces" else (answer,)
    if not outputs:  # which PyTorch's split([]) of an axis of size 0 gives
        raise Refused(f"{step.text} gives no piece at all, and one has to go on. Give at least one size.")
    if len(outputs) > MAX_PIECES:
        raise Refused(f"{step.text} makes {len(outputs)} pieces; there is room for {MAX_PIECES}. Make larger ones.")
    if operation.kind == "pieces" and step.piece is not None and not -len(outputs) <= step.piece < len(outputs):
        raise Refused(f"There are {len(outputs)} pieces, [0] to [{len(outputs) - 1}]: [{step.piece}] is none of them.")
    for output in outputs:
        if any(size < 0 for size in output.shape):  # which expand(0, -1) of a scalar gives
            raise Refused(f"{step.text} would give a size below zero: {shape_text(tuple(output.shape))}.")
        check_size(tuple(output.shape), f"The result, of shape {shape_text(tuple(output.shape))},")
    return Made(outputs, other)


def cell_maps(step: Step, state: State, other: State | None = None) -> list[NDArray[np.intp]]:
    """Find, for each tensor that comes out of a step, where its cells come from.

    The same step is taken with the number of each cell as its value. A view is taken as a reshape: the numbers lie in
    memory of their own in another order, in which the view might be refused.

    Returns
    -------
    list of (size,) arrays
        Flat indices into the state's tensor, followed by those of `other`.
    """
    renamed = replace(step, name="reshape") if step.name == "view" else step
    operation = OPERATIONS[state.library][renamed.name]
    numbers = _numbered(state, 0)
    answer = _called(renamed, operation, numbers, None if other is None else _numbered(other, state.size))
    if isinstance(answer, Declined):
        raise ValueError(f"{step.text} was taken once, but not of the cells' numbers: {answer.text}")
    outputs = tuple(answer) if operation.kind == "pieces" else (answer,)
    return [state.engine.to_numpy(output).ravel() for output in outputs]


def _numbered(state: State, first: int) -> State:
    tensor = state.engine.make(np.arange(first, first + state.size).reshape(state.shape))
    return State(state.engine, tensor, tensor, 0)


def _called(step: Step, operation: Operation, state: State, other: State | None) -> Any:
    """Make the call; a join without another tensor joins the tensor with itself."""
    engine, tensor, options = state.engine, state.tensor, dict(step.options)
    by_function = operation.kind == "function" or (operation.kind == "pieces" and engine.splits_by_function)
    if operation.kind == "property":
        return engine.attempt(getattr, tensor, step.name)
    if operation.kind == "join":
        both = [tensor, tensor if other is None else other.tensor]
        return engine.attempt(getattr(engine.module, step.name), both, *step.args, **options)
    if by_function:
        return engine.attempt(getattr(engine.module, step.name), tensor, *step.args, **options)
    return engine.attempt(getattr(tensor, step.name), *step.args, **options)


class _UnknownStepError(Refused):
    """A name that the library has and this lesson has not."""


def _known(step: Step, state: State) -> Operation | Declined:
    """Find the operation, or say why there is none; what a library lacks it says itself."""
    library, rank = state.library, len(state.shape)
    operation = OPERATIONS[library].get(step.name)
    if operation is None:
        met = state.engine.attempt(getattr, state.tensor, step.name)
        if isinstance(met, Declined) and not hasattr(state.engine.module, step.name):
            return met
        names = ", ".join(OPERATIONS[library])
        raise _UnknownStepError(f"{library} has {step.name}, but this page does not know it. It knows {names}.")
    if operation.kind == "property" and step.called:
        raise Refused(f"{step.name} is written without ( ): it is no method.")
    if operation.kind != "property" and not step.called:
        raise Refused(f"{step.name} is a method: it needs ( ), with its arguments in them.")
    if step.name == "T" and not state.engine.transposes_any_rank and rank != 2:
        axes = "1 axis" if rank == 1 else f"{rank} axes"
        raise Refused(
            f"T is meant for 2 axes, and there {'is' if rank == 1 else 'are'} {axes} here: PyTorch deprecates T "
            "for any other number. permute names the axes in the order that is wanted."
        )
    if operation.kind != "pieces" and step.piece is not None:
        raise Refused(f"{step.name} gives one tensor, not several: take [{step.piece}] away.")
    return operation


def _check_growth(step: Step, operation: Operation, shape: Shape) -> None:
    """Refuse what would allocate too much, before it does."""
    numbers = [abs(number) for number in arithmetic.whole_numbers(step)]
    grown = prod(shape)
    if operation.name in ("repeat", "tile", "repeat_interleave"):
        by_element = "repeat_interleave" in (operation.name, operation.elsewhere)
        if not by_element and operation.name == "repeat" and len(numbers) < len(shape):
            return  # PyTorch refuses that by itself
        times = step.args[0] if step.args else dict(step.options).get("repeats", 1)
        grown *= prod(numbers) if not by_element else arithmetic.total(times)
    if grown > MAX_ELEMENTS:
        raise Refused(
            f"{step.text} would make {thousands(grown)} elements; at most {thousands(MAX_ELEMENTS)} are computed "
            "here. Repeat fewer times."
        )
    if operation.kind == "pieces" and max(numbers, default=0) > MAX_ELEMENTS:
        raise Refused(f"{step.text} cannot be taken here: no axis is longer than {thousands(MAX_ELEMENTS)}.")


def _arithmetic(step: Step, state: State) -> Iterator[Arithmetic]:
    if step.name not in OPERATIONS[state.library]:
        return
    if step.name in ("view", "reshape"):
        solved = arithmetic.solved(step, state.size)
        yield from () if solved is None else (solved,)
    if step.joins:
        met = arithmetic.joining(step, state.shape)
        yield from () if met is None else (met,)


def _remark(step: Step, state: State, result: Any) -> Remark | None:
    before, after = state.shape, tuple(result.shape)
    copied = not state.shares(result)
    if result is state.tensor:
        return "same tensor"
    match step.name:
        case "squeeze" if before == after:
            return "squeezed nothing"
        case "squeeze" if not step.args and not step.options and before[0] == 1 and after:
            return "squeezed the first of several"
        case "reshape" if copied:
            return "reshape copied"
        case "flatten" if copied and state.engine.flatten_copies:
            return "flatten copied"
        case "ravel" if copied:
            return "ravel copied"
        case "split" if step.args and type(step.args[0]) is int:
            return "split by size" if state.engine.splits_by_size else "split by count"
    return None
