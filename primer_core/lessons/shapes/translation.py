"""Steps of one library in the words of the other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from math import prod
from typing import Any

from primer_core.backend import Backend, Library, backend
from primer_core.language.steps import OPERATIONS, Shape, Step

_ONE_ARGUMENT = frozenset({"broadcast_to", "tile", "flip"})
"""What takes all sizes, numbers or axes as one argument where it is a function, and each by itself as a method."""


def translations(step: Step, shape: Shape | None, source: Library, target: Library) -> Iterator[str]:
    """Write a step of one library in the words of the other, the nearest words first.

    Parameters
    ----------
    step
        A step as it is understood by `source`.
    shape
        Shape of the tensor before it; None where that is not known.
    source, target
        The two libraries.

    Yields
    ------
    str
        What might mean the same; whether it does is for the libraries to say.
    """
    operation = OPERATIONS[source].get(step.name)
    if operation is None:
        return
    if operation.elsewhere is not None and operation.elsewhere in OPERATIONS[target]:
        yield _renamed(step, operation.elsewhere, source, target).text
    if shape is not None:
        yield from _by_shape(step, shape, target)


def _renamed(step: Step, name: str, source: Library, target: Library) -> Step:
    words = (backend(source).axis_word, backend(target).axis_word)
    options = tuple((words[1] if key == words[0] else key, value) for key, value in step.options)
    args = step.args
    if name in _ONE_ARGUMENT and OPERATIONS[target][name].kind == "function" and args:
        args = args if isinstance(args[0], list | tuple) else (args,)
    return replace(step, name=name, args=args, options=options, called=OPERATIONS[target][name].kind != "property")


def _by_shape(step: Step, shape: Shape, target: Library) -> Iterator[str]:
    """Spell out what one library infers from the shape and the other does not."""
    rank = len(shape)
    sizes = [arg for arg in _unpacked(step.args) if type(arg) is int]
    other = backend(target)
    match step.name:
        case "expand" if "expand" not in OPERATIONS[target] and len(sizes) >= rank:
            own = (*sizes[: len(sizes) - rank], *shape)
            full = tuple(kept if size == -1 else size for size, kept in zip(sizes, own, strict=True))
            yield Step("broadcast_to", (full,)).text
        case "flatten" if (
            not other.flattens_some_axes and sizes and len(sizes) < 3 and all(-rank <= axis < rank for axis in sizes)
        ):
            first, last = sizes[0] % rank, sizes[-1] % rank if len(sizes) == 2 else rank - 1
            if first <= last:
                yield Step("reshape", (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])).text
        case "T" | "transpose" if not other.transposes_any_rank and not step.args:
            yield Step("permute", tuple(reversed(range(rank)))).text
        case "split" | "chunk" | "array_split":
            yield from _cut(step, shape, other)
        case _:
            return


def _cut(step: Step, shape: Shape, target: Backend) -> Iterator[str]:
    """Spell a split by the places of its cuts, or by the sizes of its pieces."""
    options = dict(step.options)
    axis = next((options[word] for word in ("dim", "axis") if word in options), (*step.args, 0, 0)[1])
    how = step.args[0] if step.args else None
    if type(axis) is not int or not -len(shape) <= axis < len(shape) or how is None:
        return
    length = shape[axis]
    along = ((target.axis_word, axis),)
    if not target.splits_by_size and step.name in ("split", "chunk"):
        ends = _ends(step.name, how, length)
        if ends is not None:
            yield Step("split", (ends[:-1],), along, piece=step.piece).text
    if target.splits_by_size and step.name in ("split", "array_split"):
        yield Step("tensor_split", (how,), along, piece=step.piece).text


def _ends(name: str, how: Any, length: int) -> list[int] | None:
    """Return where the pieces of PyTorch's split or chunk end; None where it takes no such argument."""
    if isinstance(how, list | tuple):
        if name == "chunk" or not all(type(size) is int for size in how):
            return None
        return list(accumulate(how))
    if type(how) is not int or how < 1 or not length:
        return None
    size = how if name == "split" else -(-length // how)
    return [*range(size, length, size), length]


def _unpacked(args: Sequence[Any]) -> Sequence[Any]:
    return args[0] if len(args) == 1 and isinstance(args[0], list | tuple) else args
