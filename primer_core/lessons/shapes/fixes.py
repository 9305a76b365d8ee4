"""What would work in place of a step that does not: candidates by kind of step, each of them tried."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import zip_longest
from math import prod
from typing import Any

from primer_core.backend import Library, backend
from primer_core.language.reader import ALIASES, read_shape
from primer_core.language.table import TABLE
from primer_core.lessons.shapes.asked import Asked
from primer_core.lessons.shapes.offers import OFFERS
from primer_core.lessons.shapes.steps import OWNERS, TENSOR, Shape, joins
from primer_core.lessons.shapes.words import in_words_of, other_library

MAX_FIXES = 4

_LAST_RESORT = "instance"
"""The meaning of what is only proposed where nothing nearer to what was asked works."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What steps give.

    Parameters
    ----------
    code
        The statements that take them, in the names of the snippet.
    shape
        That comes out.
    """

    code: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Fix:
    """What would work in place of a step that does not.

    Parameters
    ----------
    meaning, at
        What it means, and the axis or number that this speaks of, as in `primer_core.claims.fixes.Instead`.
    texts
        The steps that stand in its place.
    tried
        What they give.
    """

    meaning: str
    at: int | None
    texts: tuple[str, ...]
    tried: Tried

    @property
    def shape(self) -> Shape:
        """Return the shape that comes out."""
        return self.tried.shape


Candidate = tuple[str, int | None, tuple[str, ...]]
"""What is meant, the axis or number that this speaks of, and the steps that do it."""

Trial = Callable[[tuple[str, ...]], Tried | None]
"""Takes steps; None where they are impossible."""


@dataclass(frozen=True, slots=True)
class _Failing:
    """A step that did not work: what it asks, the shape before it, and whose steps are spoken."""

    step: Asked
    shape: Shape
    library: Library


def working(
    text: str, step: Asked | None, shape: Shape, library: Library, trial: Trial, of: str = TENSOR, name: str = ""
) -> tuple[Fix, ...]:
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
    of
        What that tensor is called in steps.
    name
        What the result was to be called; empty where it was to take the place of x.
    """
    found: list[Fix] = []
    seen: set[tuple[str, ...]] = {(text,)}
    for meaning, at, short in _candidates(text, step, shape, library):
        steps = _in_full(short, of, name, library)
        if steps is None or steps in seen or (found and meaning == _LAST_RESORT):
            continue
        seen.add(steps)
        tried = trial(steps)
        if tried is not None:
            found.append(Fix(meaning, at, steps, tried))
        if len(found) == MAX_FIXES:
            break
    return tuple(found)


def _in_full(steps: tuple[str, ...], of: str, name: str, library: Library) -> tuple[str, ...] | None:
    """Write steps on x as those on another tensor, or with a name for their result; None where they cannot be."""
    if of != TENSOR or (name and len(steps) > 1):
        if not all(f"{OWNERS[library]}.{_leading_name(step)}" in TABLE for step in steps):
            return None  # a function, whose short form means x
        steps = (".".join([of, *steps]),)
    if name and not steps[0].startswith(f"{name} = "):
        steps = (f"{name} = {steps[0]}",)
    return steps


def _candidates(text: str, step: Asked | None, shape: Shape, library: Library) -> Iterator[Candidate]:
    operations, prefix = OFFERS[library], backend(library).prefix
    name = _leading_name(text) if step is None else step.name
    entry = TABLE.get(f"{OWNERS[library]}.{name}") or TABLE.get(f"{prefix}.{name}")
    if entry is None or backend(other_library(library)).prefix in _words(text):
        written = in_words_of(library, text, {TENSOR: shape})
        if isinstance(written, str):
            yield "words", None, (written,)
    joining = joins(f"{prefix}.{name}")  # what is only an instance of a join is one with other arrays
    if step is None or entry is None:
        if name in operations and not joining:
            yield _LAST_RESORT, None, (operations[name].spelled(shape),)
        elif name not in _names_of(library) | _names_of(other_library(library)):  # else it is no slip of the pen
            yield from _by_name(name, shape, library)
        return
    if entry.attribute and step.called:
        yield "attribute", None, (step.name,)
    if not entry.attribute and not step.called and name in operations:
        yield "method", None, (operations[name].spelled(shape),)
    if step.name in _BY_STEP:
        yield from _BY_STEP[step.name](_Failing(step, shape, library))
    if (
        name in operations and not joining and not entry.attribute and not (name == "squeeze" and 1 not in shape)
    ):  # it does nothing
        yield _LAST_RESORT, None, (operations[name].spelled(shape),)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d]\w*", text)


def _leading_name(text: str) -> str:
    words = [word for word in _words(text) if word not in (TENSOR, *ALIASES)]
    return words[0] if words else ""


@cache
def _names_of(library: Library) -> frozenset[str]:
    """Return what the module of a library has."""
    return frozenset(dir(backend(library).module))


def _by_name(name: str, shape: Shape, library: Library) -> Iterator[Candidate]:
    for near in get_close_matches(name, OFFERS[library], n=2):
        yield "near", None, (OFFERS[library][near].spelled(shape),)


def _spelled(step: Asked, args: Sequence[Any], *, name: str | None = None) -> str:
    """Write a step anew, with other arguments and without those given by name."""
    return replace(step, name=name or step.name, args=tuple(args), options=(), called=True).text


def _sizes(step: Asked) -> list[int]:
    found: list[int] = []
    for value in [*step.args, *(value for _, value in step.options)]:
        found += [one for one in (value if isinstance(value, list | tuple) else [value]) if type(one) is int]
    return found


def _view(failing: _Failing) -> Iterator[Candidate]:
    step, shape = failing.step, failing.shape
    sizes, elements = _sizes(step), prod(shape)
    if step.name == "view" and backend(failing.library).runs_numpy_code:  # which takes a dtype
        yield "words", None, (_spelled(step, step.args, name="reshape"),)
        return
    if step.name == "view":
        yield "copy", None, (_spelled(step, step.args, name="reshape"),)
        yield "order", None, ("contiguous()", step.text)
    if -1 not in sizes:
        for place in reversed(range(len(sizes))):
            yield "solve", None, (_spelled(step, [*sizes[:place], -1, *sizes[place + 1 :]]),)
    divisors = [number for number in range(1, elements + 1) if elements % number == 0]
    for place, size in enumerate(sizes):
        for near in sorted(divisors, key=lambda number: abs(number - size))[:2] if size > 0 else ():
            yield "divide", near, (_spelled(step, [*sizes[:place], near, *sizes[place + 1 :]]),)
    for place in range(len(sizes)):
        yield "fewer", None, (_spelled(step, sizes[:place] + sizes[place + 1 :]),)
    yield "flat", None, (_spelled(step, [-1]),)


def _squeeze(failing: _Failing) -> Iterator[Candidate]:
    step, shape = failing.step, failing.shape
    for axis, size in enumerate(shape):
        if size == 1:
            yield "drop", axis, (_spelled(step, [axis]),)
    if 1 in shape:
        yield "drop all", None, (_spelled(step, []),)


def _unsqueeze(failing: _Failing) -> Iterator[Candidate]:
    step = failing.step
    yield "last", None, (_spelled(step, [-1]),)
    yield "first", None, (_spelled(step, [0]),)


def _permute(failing: _Failing) -> Iterator[Candidate]:
    step, shape, library = failing.step, failing.shape, failing.library
    axes = range(len(shape))
    given = _sizes(step)
    if not backend(library).transposes_two_axes and len(given) == 2 and len(shape) > 2:
        yield "swap", None, (f"swapaxes({given[0]}, {given[1]})",)
    kept = list(dict.fromkeys(axis % len(shape) for axis in given if -len(shape) <= axis < len(shape)))
    yield "permute", None, (_spelled(step, [*kept, *(axis for axis in axes if axis not in kept)]),)
    yield "permute", None, (_spelled(step, [*(axis for axis in axes if axis not in kept), *kept]),)
    yield "reverse", None, (_spelled(step, list(reversed(axes))),)


def _transpose(failing: _Failing) -> Iterator[Candidate]:
    step, shape, library = failing.step, failing.shape, failing.library
    given = [axis for axis in _sizes(step) if -len(shape) <= axis < len(shape)]
    for axis in range(len(shape)):
        if len(given) == 1 and axis != given[0] % len(shape):
            yield "swap", None, (_spelled(step, [given[0], axis]),)
    yield "swap last", None, (_spelled(step, [-2, -1]),)
    if len(shape) == 1:
        yield "two axes", None, (f"{backend(library).add_axis_word}(0)", _spelled(step, [0, 1]))


def _expand(failing: _Failing) -> Iterator[Candidate]:
    step, shape = failing.step, failing.shape
    sizes, function = _sizes(step), step.name == "broadcast_to"
    add, repeat = ("expand_dims", "tile") if function else ("unsqueeze", "repeat")

    def to(target: Sequence[int], name: str = step.name) -> str:
        return _spelled(step, [tuple(target)] if function else target, name=name)

    for axis in range(len(shape) + 1):
        yield "stretch new", axis, (f"{add}({axis})", to(sizes))
    if len(sizes) < len(shape):
        yield "stretch", None, (to([*shape[: len(shape) - len(sizes)], *sizes]),)
    back = list(zip_longest(reversed(sizes), reversed(shape)))
    fitting = [(own if own is not None and own != 1 else size) for size, own in back]
    kept = tuple(size for size in reversed(fitting) if size is not None)
    if kept != shape:  # which would stretch nothing
        yield "stretch", None, (to(kept),)
    if len(sizes) >= len(shape):
        padded = (1,) * (len(sizes) - len(shape)) + shape
        if all(own and size > 0 and size % own == 0 for size, own in zip(sizes, padded, strict=True)):
            times = [size // own for size, own in zip(sizes, padded, strict=True)]
            yield "tile", None, (to(times, repeat),)


def _repeat(failing: _Failing) -> Iterator[Candidate]:
    step, shape = failing.step, failing.shape
    times = _sizes(step)
    whole = [*(1 for _ in range(len(shape) - len(times))), *(abs(time) for time in times)]
    yield "tile", None, (_spelled(step, [tuple(whole)] if step.name == "tile" else whole),)


def _join(failing: _Failing) -> Iterator[Candidate]:
    step, shape, library = failing.step, failing.shape, failing.library
    word = backend(library).axis_word
    cat = backend(library).concatenate_word
    if step.other is None:
        return
    own = step.other.text
    other = step.other.shape
    along = next((value for value in [*step.args, *(value for _, value in step.options)] if type(value) is int), 0)
    if not shape:
        yield (
            "join added",
            None,
            (f"{backend(library).add_axis_word}(0)", f"{cat}({own}, {word}=0)"),
        )
        return
    names = [step.name, cat if step.name == "stack" else "stack"]
    for name in names:
        for axis in range(len(shape) + (name == "stack")):
            yield "stack" if name == "stack" else "join", axis, (f"{name}({own}, {word}={axis})",)
        if name != cat or step.other.itself or not -len(shape) <= along < len(shape):
            continue
        along %= len(shape)
        typed_out, is_shape = own.startswith("["), read_shape(own) is not None
        if len(other) == len(shape) == 2:
            turned = step.other.values.T.tolist() if typed_out else other[::-1] if is_shape else f"{own}.T"
            yield "join turned", along, (f"{cat}({turned}, {word}={along})",)
        if len(other) + 1 == len(shape):
            grown = [step.other.values.tolist()] if typed_out else (1, *other) if is_shape else f"{own}[None]"
            yield "join grown", None, (f"{cat}({grown}, {word}={along})",)
        if is_shape and len(other) == len(shape):  # a shape holds no numbers that would be lost
            fits = tuple(other[axis] if axis == along else size for axis, size in enumerate(shape))
            yield "join fitting", along, (f"{cat}({fits}, {word}={along})",)


def _pieces(failing: _Failing) -> Iterator[Candidate]:
    step, shape, library = failing.step, failing.shape, failing.library
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
        yield "last piece", None, (write(first, axis, piece=-1),)
    if (
        isinstance(first, list | tuple)
        and first
        and not engine.splits_by_function
        and all(type(one) is int for one in first)
    ):
        rest = size - sum(first[:-1])
        yield "add up", size, (write([*first[:-1], rest], axis),)
        yield "add up", size, (write([*first, size - sum(first)], axis),)
    if engine.splits_by_function and type(first) is int:
        yield "uneven", None, (write(first, axis, name="array_split"),)
        divisors = [number for number in range(2, size + 1) if size % number == 0]
        for near in sorted(divisors, key=lambda number: abs(number - first))[:2]:
            yield "cut", near, (write(near, axis),)
    for along in range(len(shape)):
        yield "along", along, (write(first, along),)
    if not shape:
        yield (
            "cut added",
            None,
            (f"{backend(library).add_axis_word}(0)", write(1, 0, piece=0)),
        )


def _flatten(failing: _Failing) -> Iterator[Candidate]:
    step = failing.step
    yield "flat", None, (_spelled(step, []),)


def _turned(failing: _Failing) -> Iterator[Candidate]:
    shape, library = failing.shape, failing.library
    if not backend(library).transposes_any_rank:
        yield "reverse", None, (f"permute({', '.join(map(str, reversed(range(len(shape)))))})",)
    if len(shape) > 1:
        yield "swap last", None, ("mT",)


_BY_STEP: dict[str, Callable[[_Failing], Iterator[Candidate]]] = {
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
    "transpose": lambda failing: (_transpose if backend(failing.library).transposes_two_axes else _permute)(failing),
    "T": _turned,
    "t": _turned,
}
