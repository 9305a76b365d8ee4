"""The arithmetic of sizes and strides behind a step: what -1 stands for, how a join adds up, why a view is refused."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import prod
from operator import mul
from typing import Any

from primer_core.claims.claim import Claim
from primer_core.claims.joining import NewAxis, NoAxisToJoin, SizesAdd, UnequalToJoin, UnequalToStack
from primer_core.claims.layout import AxesApart
from primer_core.claims.sizes import NoSizeFits, OtherCount, SizeSolved
from primer_core.lessons.shapes.asked import Asked
from primer_core.lessons.shapes.steps import Shape

_JOINS = ("cat", "concat", "concatenate")


def of_taken(asked: Asked, name: str, origin: str, before: Shape, after: Shape) -> tuple[Claim, ...]:
    """Say how the sizes of a step's result came about, where there is something to solve or to add up.

    Parameters
    ----------
    asked
        What the step asks.
    name, origin
        What the snippet calls its result, and the tensor that it was given.
    before, after
        Their shapes.
    """
    if asked.name in ("view", "reshape"):
        sizes = _sizes(asked)
        if sizes.count(-1) != 1 or any(size < -1 for size in sizes) or len(sizes) != len(after):
            return ()
        place = sizes.index(-1)
        given = tuple(sizes[:place] + sizes[place + 1 :])
        return (SizeSolved(name, origin, prod(before), given, place, after[place]),)
    if asked.other is None:
        return ()
    axis = _axis(asked)
    if asked.name == "stack" and axis is not None:
        return (NewAxis(name, before, axis % len(after), 2),)
    if asked.name in _JOINS and axis is not None and before and len(asked.other.shape) == len(before):
        return (SizesAdd(name, before, asked.other.shape, axis % len(before)),)
    return ()


def of_declined(asked: Asked, origin: str, shape: Shape) -> tuple[Claim, ...]:
    """Say which sizes do not go together in a step that the library declined.

    Parameters
    ----------
    asked
        What the step asks.
    origin, shape
        What the snippet calls the tensor that it was given, and its shape.
    """
    if asked.name in ("view", "reshape"):
        sizes = _sizes(asked)
        if not sizes or any(size < -1 for size in sizes) or sizes.count(-1) > 1:
            return ()
        if -1 not in sizes:
            return () if prod(sizes) == prod(shape) else (OtherCount(origin, prod(shape), tuple(sizes)),)
        place = sizes.index(-1)
        given = tuple(sizes[:place] + sizes[place + 1 :])
        fits = prod(given) and prod(shape) % prod(given) == 0
        return () if fits else (NoSizeFits(origin, prod(shape), given, place),)
    if asked.other is None:
        return ()
    other, axis = asked.other.shape, _axis(asked)
    if asked.name == "stack":
        is_there = axis is not None and -len(shape) - 1 <= axis <= len(shape)
        return (UnequalToStack(origin, shape, other),) if shape != other and is_there else ()
    if asked.name not in _JOINS or axis is None or not shape:
        return ()
    if not -len(shape) <= axis < len(shape):
        return (NoAxisToJoin(origin, shape, axis),)
    axis %= len(shape)
    if len(shape) != len(other) or _without(shape, axis) == _without(other, axis):
        return ()
    return (UnequalToJoin(origin, shape, other, axis),)


def apart(asked: Asked, origin: str, shape: Shape, strides: Sequence[int]) -> Iterator[AxesApart]:
    """Yield the neighbouring axes that a view would have to make one of, and that no single stride can walk.

    Parameters
    ----------
    asked
        A view.
    origin, shape
        What the snippet calls the tensor that it was given, and its shape.
    strides
        In elements.
    """
    sizes = _sizes(asked)
    if -1 in sizes:
        sizes[sizes.index(-1)] = prod(shape) // max(prod(size for size in sizes if size != -1), 1)
    kept = set(accumulate(reversed(sizes), mul))  # cells behind each boundary between axes that stays
    axes = [axis for axis, size in enumerate(shape) if size != 1]
    for first, second in pairwise(axes):
        merged = prod(shape[second:]) not in kept
        if merged and strides[first] != shape[second] * strides[second]:
            yield AxesApart(origin, (first, second), strides[first], shape[second], strides[second])


def _sizes(asked: Asked) -> list[int]:
    return list(_flat([*asked.args, *(value for name, value in asked.options if name == "shape")]))


def _flat(values: Sequence[Any]) -> Iterator[int]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        elif type(value) is int:
            yield value


def _axis(asked: Asked) -> int | None:
    """Return the axis of a join; None where it is no number."""
    axis = next((value for name, value in asked.options if name in ("dim", "axis")), asked.args[0] if asked.args else 0)
    return axis if type(axis) is int else None


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]
