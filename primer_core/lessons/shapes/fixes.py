"""What would work in place of a step that does not: candidates by kind of step, each of them tried."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import zip_longest
from math import prod
from typing import Any

from primer_core.backend import Library, backend
from primer_core.language.steps import OPERATIONS, Shape, Step, read_step_or_none
from primer_core.lessons.shapes.translation import translations

MAX_FIXES = 4

_LAST_RESORT = "For instance"
"""What is only proposed where nothing nearer to what was asked works."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What would work in place of a step that does not.

    Parameters
    ----------
    action
        Plain text: what it does, in a few words.
    texts
        The steps that stand in its place; none to leave it out.
    shape
        Shape that comes out.
    """

    action: str
    texts: tuple[str, ...]
    shape: Shape


Candidate = tuple[str, tuple[str, ...]]
"""What to do in a few words, and the steps that do it."""

Trial = Callable[[tuple[str, ...]], Shape | None]
"""Takes steps and returns the shape that comes out; None where they are impossible."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step that did not work: what it is, the shape before it, and whose steps are spoken."""

    step: Step
    shape: Shape
    library: Library


def working(text: str, step: Step | None, shape: Shape, library: Library, trial: Trial) -> tuple[Fix, ...]:
    """Propose what to do instead, keep what works, the nearest to what was asked first.

    Parameters
    ----------
    text, step
        What failed, as written and as understood, if it was.
    shape
        Of the tensor before it.
    library
        Whose steps are proposed.
    trial
        Takes steps for real.
    """
    found: list[Fix] = []
    seen: set[tuple[str, ...]] = {(text,)}
    for action, steps in _candidates(text, step, shape, library):
        if steps in seen:
            continue
        seen.add(steps)
        outcome = trial(steps)
        if outcome is not None and not (found and action == _LAST_RESORT):
            found.append(Fix(action, steps, outcome))
        if len(found) == MAX_FIXES:
            break
    return tuple(found)


def _candidates(text: str, step: Step | None, shape: Shape, library: Library) -> Iterator[Candidate]:
    operations = OPERATIONS[library]
    if step is None:
        name = _leading_name(text)
        if name in operations:
            yield _LAST_RESORT, (operations[name].spelled(shape),)
        elif not hasattr(backend(library).module, name):
            yield from _by_name(name, shape, library)
        return
    operation = operations.get(step.name)
    if operation is None:
        source = next((other for other in OPERATIONS if other != library), library)
        for same in translations(step, shape, source, library):
            read = read_step_or_none(same)
            if read is not None:  # the other library may not take it without what was left out, either
                yield f"{library} writes it {read.name}", (same,)
        if not hasattr(backend(library).module, step.name):  # else it is no slip of the pen
            yield from _by_name(step.name, shape, library)
        return
    if operation.kind == "property" and step.called:
        yield "Leave ( ) out", (step.name,)
    if operation.kind != "property" and not step.called:
        yield "It is a method", (operation.spelled(shape),)
    if operation.kind != "pieces" and step.piece is not None:
        yield "Leave [ ] out", (replace(step, piece=None).text,)
    if step.name in _BY_STEP:
        yield from _BY_STEP[step.name](_Asked(step, shape, library))
    if operation.kind != "property" and not (step.name == "squeeze" and 1 not in shape):  # which would do nothing
        yield _LAST_RESORT, (operation.spelled(shape),)


def _leading_name(text: str) -> str:
    bare = text.strip()
    end = next((place for place, sign in enumerate(bare) if not (sign.isalnum() or sign == "_")), len(bare))
    return bare[:end]


def _by_name(name: str, shape: Shape, library: Library) -> Iterator[Candidate]:
    for near in get_close_matches(name, OPERATIONS[library], n=2):
        yield f"Perhaps {near}", (OPERATIONS[library][near].spelled(shape),)


def _spelled(step: Step, args: Sequence[Any], *, name: str | None = None) -> str:
    """Write a step anew, with other arguments and without those given by name."""
    return replace(step, name=name or step.name, args=tuple(args), options=(), called=True).text


def _sizes(step: Step) -> list[int]:
    found: list[int] = []
    for value in [*step.args, *(value for _, value in step.options)]:
        found += [one for one in (value if isinstance(value, list | tuple) else [value]) if type(one) is int]
    return found


def _view(asked: _Asked) -> Iterator[Candidate]:
    step, shape = asked.step, asked.shape
    sizes, elements = _sizes(step), prod(shape)
    if step.name == "view":
        yield "reshape copies where it must", (_spelled(step, step.args, name="reshape"),)
        yield "Make it contiguous first", ("contiguous()", step.text)
    if -1 not in sizes:
        for place in reversed(range(len(sizes))):
            yield "Let −1 be solved", (_spelled(step, [*sizes[:place], -1, *sizes[place + 1 :]]),)
    divisors = [number for number in range(1, elements + 1) if elements % number == 0]
    for place, size in enumerate(sizes):
        for near in sorted(divisors, key=lambda number: abs(number - size))[:2] if size > 0 else ():
            yield f"{near} divides {elements}", (_spelled(step, [*sizes[:place], near, *sizes[place + 1 :]]),)
    for place in range(len(sizes)):
        yield f"{elements} elements in one axis less", (_spelled(step, sizes[:place] + sizes[place + 1 :]),)
    yield "One axis", (_spelled(step, [-1]),)


def _squeeze(asked: _Asked) -> Iterator[Candidate]:
    step, shape = asked.step, asked.shape
    for axis, size in enumerate(shape):
        if size == 1:
            yield f"Axis {axis} has size 1", (_spelled(step, [axis]),)
    if 1 in shape:
        yield "All axes of size 1", (_spelled(step, []),)


def _unsqueeze(asked: _Asked) -> Iterator[Candidate]:
    step = asked.step
    yield "As the last axis", (_spelled(step, [-1]),)
    yield "As the first axis", (_spelled(step, [0]),)


def _permute(asked: _Asked) -> Iterator[Candidate]:
    step, shape, library = asked.step, asked.shape, asked.library
    axes = range(len(shape))
    given = _sizes(step)
    if not backend(library).transposes_two_axes and len(given) == 2 and len(shape) > 2:
        yield "Two axes change places", (f"swapaxes({given[0]}, {given[1]})",)
    kept = list(dict.fromkeys(axis % len(shape) for axis in given if -len(shape) <= axis < len(shape)))
    yield "Name every axis once", (_spelled(step, [*kept, *(axis for axis in axes if axis not in kept)]),)
    yield "Name every axis once", (_spelled(step, [*(axis for axis in axes if axis not in kept), *kept]),)
    yield "All in reverse", (_spelled(step, list(reversed(axes))),)


def _transpose(asked: _Asked) -> Iterator[Candidate]:
    step, shape, library = asked.step, asked.shape, asked.library
    given = [axis for axis in _sizes(step) if -len(shape) <= axis < len(shape)]
    for axis in range(len(shape)):
        if len(given) == 1 and axis != given[0] % len(shape):
            yield "These two axes", (_spelled(step, [given[0], axis]),)
    yield "The last two axes", (_spelled(step, [-2, -1]),)
    add = f"{backend(library).add_axis_word}(0)"
    yield "A second axis first", (add, _spelled(step, [0, 1]))


def _expand(asked: _Asked) -> Iterator[Candidate]:
    step, shape = asked.step, asked.shape
    sizes, function = _sizes(step), step.name == "broadcast_to"
    add, repeat = ("expand_dims", "tile") if function else ("unsqueeze", "repeat")

    def to(target: Sequence[int], name: str = step.name) -> str:
        return _spelled(step, [tuple(target)] if function else target, name=name)

    for axis in range(len(shape) + 1):
        yield f"A new axis {axis} first", (f"{add}({axis})", to(sizes))
    if len(sizes) < len(shape):
        yield "A size for every axis", (to([*shape[: len(shape) - len(sizes)], *sizes]),)
    back = list(zip_longest(reversed(sizes), reversed(shape)))
    fitting = [(own if own is not None and own != 1 else size) for size, own in back]
    yield "Only size 1 can be stretched", (to([size for size in reversed(fitting) if size is not None]),)
    if len(sizes) >= len(shape):
        padded = (1,) * (len(sizes) - len(shape)) + shape
        if all(own and size > 0 and size % own == 0 for size, own in zip(sizes, padded, strict=True)):
            times = [size // own for size, own in zip(sizes, padded, strict=True)]
            yield "Copies instead", (to(times, repeat),)


def _repeat(asked: _Asked) -> Iterator[Candidate]:
    step, shape = asked.step, asked.shape
    times = _sizes(step)
    whole = [*(1 for _ in range(len(shape) - len(times))), *(abs(time) for time in times)]
    yield "A number for every axis", (_spelled(step, [tuple(whole)] if step.name == "tile" else whole),)


def _join(asked: _Asked) -> Iterator[Candidate]:
    step, shape, library = asked.step, asked.shape, asked.library
    word = backend(library).axis_word
    cat = backend(library).concatenate_word
    own = "x" if step.itself else "" if step.other is None else step.other.text
    other = shape if step.other is None else step.other.shape
    along = next((value for value in [*step.args, *(value for _, value in step.options)] if type(value) is int), 0)
    if not shape:
        yield (
            "An axis to join along first",
            (f"{backend(library).add_axis_word}(0)", f"{cat}(x, {word}=0)"),
        )
        return
    names = [step.name, cat if step.name == "stack" else "stack"]
    for name in names:
        for axis in range(len(shape) + (name == "stack")):
            does = "along a new axis" if name == "stack" else f"along axis {axis}"
            yield f"Join {does}", (f"{name}({own}, {word}={axis})",)
        if name == cat and step.other is not None:
            if len(other) == 2:
                turned = step.other.values.T.tolist() if own.startswith("[") else other[::-1]
                yield "Transpose the other", (f"{cat}({turned}, {word}={along})",)
            if len(other) == len(shape) and -len(shape) <= along < len(shape):
                fits = tuple(other[axis] if axis == along % len(shape) else size for axis, size in enumerate(shape))
                yield "Another that fits", (f"{cat}({fits}, {word}={along})",)
            if len(other) + 1 == len(shape):
                yield "Give the other an axis", (f"{cat}({(1, *other)}, {word}={along})",)
    yield "Another of the same shape", (f"{step.name}({shape}, {word}=0)",)


def _pieces(asked: _Asked) -> Iterator[Candidate]:
    step, shape, library = asked.step, asked.shape, asked.library
    engine = backend(library)
    word = engine.axis_word
    first = step.args[0] if step.args else next((value for _, value in step.options), 2)
    named = dict(step.options)
    axis = named.get("dim", named.get("axis", step.args[1] if len(step.args) > 1 else 0))
    axis = axis if type(axis) is int and -len(shape) <= axis < len(shape) else 0
    size = shape[axis] if shape else 0

    def write(value: Any, along: int, name: str = step.name, piece: int | None = step.piece) -> str:
        return f"{name}({value}, {word}={along})[{piece or 0}]"

    if step.piece is not None:
        yield "The last piece", (write(first, axis, piece=-1),)
    if (
        isinstance(first, list | tuple)
        and first
        and not engine.splits_by_function
        and all(type(one) is int for one in first)
    ):
        rest = size - sum(first[:-1])
        yield "Sizes that add up", (write([*first[:-1], rest], axis),)
        yield "Sizes that add up", (write([*first, size - sum(first)], axis),)
    if engine.splits_by_function and type(first) is int:
        yield "Pieces that may differ by one", (write(first, axis, name="array_split"),)
        divisors = [number for number in range(1, size + 1) if size % number == 0]
        for near in sorted(divisors, key=lambda number: abs(number - first))[:2]:
            yield f"{near} divides {size}", (write(near, axis),)
    for along in range(len(shape)):
        yield f"Along axis {along}", (write(first, along),)
    if not shape:
        yield (
            "An axis to split first",
            (f"{backend(library).add_axis_word}(0)", write(1, 0, piece=0)),
        )


def _flatten(asked: _Asked) -> Iterator[Candidate]:
    step = asked.step
    yield "All axes", (_spelled(step, []),)


def _turned(asked: _Asked) -> Iterator[Candidate]:
    shape, library = asked.shape, asked.library
    if not backend(library).transposes_any_rank:
        yield "permute, for any number of axes", (f"permute({', '.join(map(str, reversed(range(len(shape)))))})",)
        if len(shape) > 1:
            yield "The last two axes", ("transpose(-2, -1)",)


_BY_STEP: dict[str, Callable[[_Asked], Iterator[Candidate]]] = {
    "view": _view,
    "reshape": _view,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand_dims": _unsqueeze,
    "permute": _permute,
    "expand": _expand,
    "broadcast_to": _expand,
    "repeat": _repeat,
    "tile": _repeat,
    "cat": _join,
    "concatenate": _join,
    "stack": _join,
    "split": _pieces,
    "array_split": _pieces,
    "chunk": _pieces,
    "flatten": _flatten,
    "swapaxes": _transpose,
    "transpose": lambda asked: (_transpose if backend(asked.library).transposes_two_axes else _permute)(asked),
    "T": _turned,
}
