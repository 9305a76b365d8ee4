"""A pipeline of shape changes, taken step by step by PyTorch or NumPy, and what each step did to the memory.

Steps change the shape, and where the cells are found (the strides), or copy the cells to a new place. Whether one
copied is asked of the library: a tensor's storage pointer before and after, or ``np.shares_memory``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, Library, backend, backend_of
from primer_core.backend.memory import Layout, layout_of, shares_memory
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size, thousands
from primer_core.language.operand import Operand
from primer_core.language.spelling import shape_text
from primer_core.language.steps import (
    MAX_STEPS,
    OPERATIONS,
    Operation,
    Shape,
    Step,
    read_step,
    read_tensor,
    split_steps,
)
from primer_core.lessons.shapes import code as pipeline_code
from primer_core.lessons.shapes import fixes as pipeline_fixes

Verdict = Literal["view", "copy", "empty"]
"""Whether a step's result shares the memory of what it was given; "empty" where there are no bytes to share."""

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
        Number of the allocation it lies in: 0 is that of x, each copy begins another.
    """

    values: NDArray[Any]
    layout: Layout
    strides: tuple[int, ...]
    memory: int

    @property
    def shape(self) -> Shape:
        """Of the tensor."""
        return self.layout.shape

    @property
    def ghost(self) -> NDArray[np.bool_]:
        """Of its shape: cells that read an element which an earlier cell reads already."""
        mask = np.ones(self.values.size, np.bool_)
        mask[np.unique(self.layout.addresses.ravel(), return_index=True)[1]] = False
        return mask.reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Solved:
    """The arithmetic of a -1 among the sizes of a view or reshape.

    Parameters
    ----------
    elements
        Of the tensor.
    given
        The other sizes.
    place
        Of the -1.
    """

    elements: int
    given: tuple[int, ...]
    place: int

    @property
    def size(self) -> int | None:
        """What -1 stands for; None where no whole number fits."""
        product = prod(self.given)
        return self.elements // product if product and self.elements % product == 0 else None

    @property
    def text(self) -> str:
        """Spelled out: ``−1 = 12 ÷ 2 = 6``."""
        product = prod(self.given)
        below = " · ".join(map(str, self.given)) or "1"
        below = f"({below})" if len(self.given) > 1 else below
        if product == 0:
            return f"−1 = {self.elements} ÷ 0: any number would do, so none is taken"
        if self.size is None:
            return f"−1 = {self.elements} ÷ {below} = {self.elements / product:.4g}: no whole number"
        return f"−1 = {self.elements} ÷ {below} = {self.size}"


@dataclass(frozen=True, slots=True)
class Fix:
    """What would work in place of a step that does not.

    Parameters
    ----------
    action
        In a few words.
    steps
        The texts that stand in its place; none to leave it out.
    shape
        What comes out.
    """

    action: str
    steps: tuple[str, ...]
    shape: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """One step of a pipeline and what became of it.

    Parameters
    ----------
    text
        As it was written.
    step
        As it was understood; None if it was not, or if an earlier step failed.
    outcome
        "done"; "error", where the library raised; "refused", where it was not even asked; "waiting" behind those.
    after
        The tensor that goes on.
    verdict, copied
        Whether it shares memory with the tensor before, and how many bytes were copied.
    same
        Whether it is the very tensor that there was, not even a new view.
    sources
        ``(after.size,)``: the flat index, among the cells before, that each cell is; -1 where it is of `other`.
    other, other_sources
        The tensor that was joined, and which of its cells each cell is; -1 where none.
    pieces, piece_sources, chosen
        All pieces of a split, where their cells come from, and which of them goes on.
    solved
        What -1 stood for.
    rule
        How the sizes of a join add up or clash, axis by axis; or which axes a refused view cannot make one.
    note
        What deserves a remark, such as a squeeze that squeezes nothing.
    error
        The library's own words, with the kind of error in front.
    refusal
        Why the step was not taken.
    fixes
        What would work; each has been tried.
    """

    text: str
    step: Step | None = None
    outcome: Literal["done", "error", "refused", "waiting"] = "waiting"
    after: Snapshot | None = None
    verdict: Verdict | None = None
    copied: int = 0
    same: bool = False
    sources: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    other: Snapshot | None = None
    other_sources: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    pieces: tuple[Snapshot, ...] = ()
    piece_sources: tuple[NDArray[np.intp], ...] = ()
    chosen: int = 0
    solved: Solved | None = None
    rule: str | None = None
    note: str | None = None
    error: str | None = None
    refusal: str | None = None
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A tensor and the steps it went through.

    Parameters
    ----------
    library
        Who took them.
    source
        x as it was understood; None if it was not.
    start
        x before the first step.
    taken
        The steps, those included that were not taken.
    refusal
        Why there is no x.
    code
        A snippet that takes the same steps and prints shapes and strides, or the error.
    """

    library: Library
    source: Operand | None = None
    start: Snapshot | None = None
    taken: tuple[Taken, ...] = ()
    refusal: str | None = None
    code: str = ""

    @property
    def failed(self) -> int | None:
        """Place of the step that was impossible, if one was."""
        return next((place for place, one in enumerate(self.taken) if one.outcome in ("error", "refused")), None)

    @property
    def states(self) -> tuple[Snapshot, ...]:
        """x, and the tensor after each step that was taken."""
        return () if self.start is None else (self.start, *(one.after for one in self.taken if one.after is not None))

    @property
    def result(self) -> Snapshot | None:
        """The tensor after the last step; None if there is none, because a step failed or x cannot be read."""
        return self.states[-1] if self.start is not None and self.failed is None else None


def explain_pipeline(
    shape: str | Sequence[int], steps: str | Sequence[str] = "", library: Library = "PyTorch"
) -> Pipeline:
    """Take a tensor through steps and tell what each of them did. Nothing that is typed makes it raise.

    Parameters
    ----------
    shape
        The tensor x: a shape, which is filled by counting, an array, a number, or ``arange(12)``.
    steps
        As `primer_core.language.steps` reads them: one text, or a text a step.
    library
        Who takes them. Names and arguments are that library's.
    """
    written = shape if isinstance(shape, str) else shape_text(tuple(shape))
    texts = split_steps(steps) if isinstance(steps, str) else tuple(steps)
    try:
        source = read_tensor(written)
    except Refused as refused:
        return Pipeline(library, taken=tuple(map(Taken, texts)), refusal=str(refused))
    tensor = _tensor(source, library)
    start = _snapshot(tensor, tensor, 0)
    taken: list[Taken] = []
    root, before = tensor, start
    for place, text in enumerate(texts):
        if taken and taken[-1].outcome != "done":
            taken.append(Taken(text))
            continue
        if place == MAX_STEPS:
            taken.append(Taken(text, outcome="refused", refusal=f"A pipeline has at most {MAX_STEPS} steps."))
            continue
        one, tensor, root = _take(text, tensor, root, before, library)
        taken.append(one)
        before = one.after or before
    explained = Pipeline(library, source, start, tuple(taken))
    return replace(explained, code=pipeline_code.snippet(explained))


def _take(text: str, tensor: Any, root: Any, before: Snapshot, library: Library) -> tuple[Taken, Any, Any]:
    """Take one step; return what became of it, the tensor that goes on, and the tensor whose memory that lies in."""
    step: Step | None = None
    try:
        step = read_step(text)
        answer = run(step, tensor, library)
    except Refused as refused:
        failed = Taken(text, step, "refused", refusal=str(refused))
    else:
        if not isinstance(answer, Declined):
            return _told(text, step, *answer, tensor, root, before, library)
        failed = Taken(text, step, "error", error=answer.text)
    solved, rule = _solved(step, tensor, library), _rule(step, tensor, library)
    if step is not None and step.name == "view" and failed.error is not None and "stride" in failed.error:
        rule = _unmergeable(before)
    return replace(failed, solved=solved, rule=rule, fixes=_fixes(text, step, tensor, library)), tensor, root


def _told(
    text: str,
    step: Step,
    outputs: tuple[Any, ...],
    other: Any,
    tensor: Any,
    root: Any,
    before: Snapshot,
    library: Library,
) -> tuple[Taken, Any, Any]:
    chosen = range(len(outputs))[step.piece or 0]
    result = outputs[chosen]
    # Where there are no bytes, none are shared and none are copied.
    shared = not prod(result.shape) or shares_memory(result, tensor)
    verdict: Verdict = "empty" if not prod(result.shape) else "view" if shared else "copy"
    memory = before.memory if shared else before.memory + 1
    root = root if shared else result
    after = _snapshot(result, root, memory)
    several = OPERATIONS[library][step.name].kind == "pieces"
    maps = cell_maps(step, tensor, other, library)
    from_first = [np.where(cells < prod(tensor.shape), cells, -1) for cells in maps]
    joined = None if other is None else _snapshot(other, other, -1)
    return (
        Taken(
            text,
            step,
            "done",
            after,
            verdict,
            copied=0 if shared else after.layout.nbytes,
            same=result is tensor,
            sources=from_first[chosen],
            other=None if step.itself else joined,
            other_sources=_of_other(maps[chosen], tensor) if joined is not None else np.empty(0, np.intp),
            pieces=tuple(_snapshot(piece, root if shared else piece, memory) for piece in outputs) if several else (),
            piece_sources=tuple(from_first) if several else (),
            chosen=chosen,
            solved=_solved(step, tensor, library),
            rule=_rule(step, tensor, library),
            note=_note(step, tensor, result, verdict, library),
        ),
        result,
        root,
    )


def _fixes(text: str, step: Step | None, tensor: Any, library: Library) -> tuple[Fix, ...]:
    def trial(steps: tuple[str, ...]) -> Shape | None:
        result = tensor
        for text in steps:
            try:
                one = read_step(text)
                answer = run(one, result, library)
            except Refused:
                return None
            if isinstance(answer, Declined):
                return None
            result = answer[0][one.piece or 0]
        return tuple(result.shape)

    found = pipeline_fixes.working(text, step, tuple(tensor.shape), library, trial)
    return tuple(Fix(action, steps, shape) for (action, steps), shape in found)


def run(step: Step, tensor: Any, library: Library) -> tuple[tuple[Any, ...], Any] | Declined:
    """Let the library take a step.

    Returns
    -------
    All tensors that come out (several for pieces), and the one that was joined; or what the library says where the
    step is impossible.

    Raises
    ------
    Refused
        Where the step is none of this lesson, or its result would be too large; nothing is allocated then.
    """
    operation = _known(step, tensor, library)
    if isinstance(operation, Declined):
        return operation
    shape = tuple(tensor.shape)
    _check_growth(step, operation, shape)
    other = tensor if step.itself else None if step.other is None else _tensor(step.other, library)
    made = _called(step, operation, tensor, other, library)
    if isinstance(made, Declined):
        return made
    outputs = tuple(made) if operation.kind == "pieces" else (made,)
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
    return outputs, other


def cell_maps(step: Step, tensor: Any, other: Any, library: Library) -> list[NDArray[np.intp]]:
    """Find, for each tensor that comes out of a step, where its cells come from.

    The same step is taken with the number of each cell as its value. A view is taken as a reshape: the numbers lie in
    memory of their own in another order, in which the view might be refused.

    Returns
    -------
    list of (size,) arrays
        Flat indices into `tensor`, followed by those of `other`.
    """
    renamed = replace(step, name="reshape") if step.name == "view" else step
    operation = OPERATIONS[library][renamed.name]
    size = prod(tensor.shape)
    numbers = _numbered(0, tuple(tensor.shape), library)
    others = numbers
    if other is not None and not step.itself:
        others = _numbered(size, tuple(other.shape), library)
    made = _called(renamed, operation, numbers, others, library)
    if isinstance(made, Declined):
        raise ValueError(f"{step.text} was taken once, but not of the cells' numbers: {made.text}")
    outputs = tuple(made) if operation.kind == "pieces" else (made,)
    return [backend(library).to_numpy(output).ravel() for output in outputs]


def _numbered(first: int, shape: Shape, library: Library) -> Any:
    cells = np.arange(first, first + prod(shape)).reshape(shape)
    return backend(library).make(cells)


def _of_other(cells: NDArray[np.intp], tensor: Any) -> NDArray[np.intp]:
    size = prod(tensor.shape)
    return np.where(cells >= size, cells - size, -1)


def _called(step: Step, operation: Operation, tensor: Any, other: Any, library: Library) -> Any:
    engine, options = backend(library), dict(step.options)
    by_function = operation.kind == "function" or (operation.kind == "pieces" and engine.splits_by_function)
    if operation.kind == "property":
        return engine.attempt(getattr, tensor, step.name)
    if operation.kind == "join":
        return engine.attempt(getattr(engine.module, step.name), [tensor, other], *step.args, **options)
    if by_function:
        return engine.attempt(getattr(engine.module, step.name), tensor, *step.args, **options)
    return engine.attempt(getattr(tensor, step.name), *step.args, **options)


def _known(step: Step, tensor: Any, library: Library) -> Operation | Declined:
    """Find the operation, or say why there is none; what a library lacks it says itself."""
    operation = OPERATIONS[library].get(step.name)
    if operation is None:
        met = backend(library).attempt(getattr, tensor, step.name)
        if isinstance(met, Declined):
            return met
        raise Refused(f"{step.name} cannot be taken here. The steps of {library} are {', '.join(OPERATIONS[library])}.")
    if operation.kind == "property" and step.called:
        raise Refused(f"{step.name} is written without ( ): it is no method.")
    if operation.kind != "property" and not step.called:
        raise Refused(f"{step.name} is a method: it needs ( ), with its arguments in them.")
    if operation.kind == "property" and not backend(library).transposes_any_rank and len(tensor.shape) != 2:
        raise Refused(
            f"T is for two axes and there are {len(tensor.shape)}: PyTorch deprecates it here. permute does the same."
        )
    if operation.kind != "pieces" and step.piece is not None:
        raise Refused(f"{step.name} gives one tensor, not several: take [{step.piece}] away.")
    return operation


def _check_growth(step: Step, operation: Operation, shape: Shape) -> None:
    """Refuse what would allocate too much, before it does."""
    numbers = [abs(number) for number in _flat([*step.args, *(value for _, value in step.options)])]
    grown = prod(shape) * prod(numbers)
    if operation.name == "repeat" and len(numbers) < len(shape):
        return  # PyTorch refuses that by itself
    if operation.name in ("repeat", "tile") and grown > MAX_ELEMENTS:
        raise Refused(
            f"{step.text} would make {thousands(grown)} elements; at most {thousands(MAX_ELEMENTS)} are computed "
            "here. Repeat fewer times."
        )
    if operation.kind == "pieces" and max(numbers, default=0) > MAX_ELEMENTS:
        raise Refused(f"{step.text} cannot be taken here: no axis is longer than {thousands(MAX_ELEMENTS)}.")


def _flat(values: Sequence[Any]) -> list[int]:
    found: list[int] = []
    for value in values:
        if isinstance(value, list | tuple):
            found += _flat(value)
        elif type(value) is int:
            found.append(value)
    return found


def _solved(step: Step | None, tensor: Any, library: Library) -> Solved | None:
    if step is None or step.name not in ("view", "reshape") or step.name not in OPERATIONS[library]:
        return None
    sizes = _flat([*step.args, *(value for name, value in step.options if name == "shape")])
    if sizes.count(-1) != 1 or any(size < -1 for size in sizes):
        return None
    place = sizes.index(-1)
    return Solved(prod(tensor.shape), tuple(sizes[:place] + sizes[place + 1 :]), place)


def _rule(step: Step | None, tensor: Any, library: Library) -> str | None:
    """Say how the sizes of a join meet: added along its axis, equal along all others."""
    if step is None or not step.joins or step.name not in OPERATIONS[library]:
        return None
    own = tuple(tensor.shape)
    other = own if step.other is None else step.other.shape
    if step.name == "stack":
        word = "equal" if own == other else "not equal"
        return f"stack wants equal shapes: {shape_text(own)} and {shape_text(other)} are {word}"
    axis = next((value for name, value in step.options if name in ("dim", "axis")), step.args[0] if step.args else 0)
    if len(own) != len(other) or type(axis) is not int or not -len(own) <= axis < len(own):
        return None
    axis %= len(own)
    parts = []
    for place, (first, second) in enumerate(zip(own, other, strict=True)):
        if place == axis:
            parts.append(f"axis {place}: {first} + {second} = {first + second}")
        else:
            parts.append(
                f"axis {place}: {first} = {second} ✓" if first == second else f"axis {place}: {first} ≠ {second} ✗"
            )
    return " · ".join(parts)


def _unmergeable(before: Snapshot) -> str:
    """Name the neighbouring axes that no single stride can walk: ``stride[i]`` is not ``size[i+1] * stride[i+1]``.

    Source: the PyTorch documentation of ``Tensor.view``.
    """
    shape, strides = before.layout.shape, before.layout.strides
    return "; ".join(
        f"axes {axis} and {axis + 1} cannot become one: stride {strides[axis]} ≠ {shape[axis + 1]} · "
        f"{strides[axis + 1]} = {shape[axis + 1] * strides[axis + 1]}"
        for axis in range(len(shape) - 1)
        if 1 not in shape[axis : axis + 2] and strides[axis] != shape[axis + 1] * strides[axis + 1]
    )


def _note(step: Step, tensor: Any, result: Any, verdict: Verdict, library: Library) -> str | None:
    before, after = tuple(tensor.shape), tuple(result.shape)
    if result is tensor:
        return "It is contiguous already: the very same tensor comes back."
    if step.name == "squeeze" and before == after:
        ones = "there is none" if not step.args and not step.options else "this axis is longer"
        return f"squeeze takes axes of size 1 away, and {ones}: the shape stays as it was."
    if step.name == "reshape" and verdict == "copy":
        return "These strides cannot give the cells in this order, so reshape copied them. view would have refused."
    if step.name in ("ravel", "flatten") and verdict == "copy" and library == "NumPy":
        return (
            "flatten always copies in NumPy."
            if step.name == "flatten"
            else "ravel copies where the cells do not lie in this order."
        )
    if step.name == "split":
        return (
            "The number is the size of a piece here; NumPy's split takes how many pieces."
            if library == "PyTorch"
            else "The number says how many pieces here; PyTorch's split takes the size of one."
        )
    return None


def _tensor(written: Operand, library: Library) -> Any:
    """Make the tensor in memory of its own. PyTorch's floats are 32 bit wide by default, NumPy's 64."""
    return backend(library).make(written.values, native_floats=True)


def _snapshot(tensor: Any, root: Any, memory: int) -> Snapshot:
    engine = backend_of(tensor)
    return Snapshot(engine.to_numpy(tensor), layout_of(tensor, root), engine.strides(tensor), memory)
