"""The steps that a click adds, each with arguments that work on the tensor as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from primer_core.backend import Library
from primer_core.lessons.shapes.steps import Shape


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step that a click adds.

    Parameters
    ----------
    name
        Of the method, the attribute or the function.
    does
        What it does, in one line.
    spelled
        ``spelled(shape)``: the step that works on a tensor of that shape, as it would be typed.
    """

    name: str
    does: str
    spelled: Callable[[Shape], str]


def _written(*numbers: int) -> str:
    return f"({', '.join(map(str, numbers))})"


def _single(shape: Shape) -> str:
    """The first axis of size 1, or none: what squeeze can take away."""
    return f"({shape.index(1)})" if 1 in shape else "()"


def _halves(shape: Shape) -> str:
    half = next((size // 2 for size in shape if size % 2 == 0 and size), None)
    return "(-1)" if half is None else _written(2, -1)


def _stretch(shape: Shape) -> Shape:
    return tuple(3 if size == 1 else size for size in shape) if 1 in shape else (2, *shape)


def _longest(shape: Shape) -> int:
    return max(range(len(shape)), key=lambda axis: shape[axis], default=0)


def _twice(shape: Shape) -> Shape:
    return (2,) + (1,) * (len(shape) - 1)


def _backwards(shape: Shape) -> str:
    return _written(*reversed(range(len(shape))))


_SHARED = (
    OfferedStep("reshape", "other sizes, same order of cells; −1 is solved", lambda s: f"reshape{_halves(s)}"),
    OfferedStep("ravel", "one axis; a view where that is possible", lambda _: "ravel()"),
    OfferedStep("T", "the axes in reverse", lambda _: "T"),
)

_TORCH = (
    OfferedStep("unsqueeze", "a new axis of size 1 at a place", lambda _: "unsqueeze(0)"),
    OfferedStep("squeeze", "takes an axis of size 1 away", lambda s: f"squeeze{_single(s)}"),
    OfferedStep("view", "other sizes, never a copy; −1 is solved", lambda s: f"view{_halves(s)}"),
    *_SHARED,
    OfferedStep("flatten", "one axis out of several", lambda s: "flatten(1)" if len(s) > 2 else "flatten()"),
    OfferedStep("permute", "the axes in another order", lambda s: f"permute{_backwards(s)}"),
    OfferedStep(
        "transpose", "two axes change places", lambda s: "transpose(0, 1)" if len(s) > 1 else "transpose(0, 0)"
    ),
    OfferedStep("expand", "an axis of size 1 is read again and again", lambda s: f"expand{_written(*_stretch(s))}"),
    OfferedStep("repeat", "whole copies side by side", lambda s: f"repeat{_written(*_twice(s))}"),
    OfferedStep("cat", "joins with another tensor along an axis", lambda _: "torch.cat([x, x], dim=0)"),
    OfferedStep("stack", "joins with another tensor along a new axis", lambda _: "torch.stack([x, x], dim=0)"),
    OfferedStep("split", "pieces of a size; goes on with one", lambda s: f"split(2, dim={_longest(s)})[0]"),
    OfferedStep("chunk", "at most a number of pieces; goes on with one", lambda s: f"chunk(2, dim={_longest(s)})[0]"),
    OfferedStep("contiguous", "a copy in C order, unless it is that already", lambda _: "contiguous()"),
    OfferedStep("clone", "a copy", lambda _: "clone()"),
)

_NUMPY = (
    OfferedStep("expand_dims", "a new axis of size 1 at a place", lambda _: "np.expand_dims(x, 0)"),
    OfferedStep("squeeze", "takes an axis of size 1 away", lambda s: f"squeeze{_single(s)}"),
    *_SHARED,
    OfferedStep("flatten", "one axis, always a copy", lambda _: "flatten()"),
    OfferedStep("transpose", "the axes in another order", lambda s: f"transpose{_backwards(s)}"),
    OfferedStep("swapaxes", "two axes change places", lambda s: "swapaxes(0, 1)" if len(s) > 1 else "swapaxes(0, 0)"),
    OfferedStep(
        "broadcast_to", "an axis of size 1 is read again and again", lambda s: f"np.broadcast_to(x, {_stretch(s)})"
    ),
    OfferedStep("tile", "whole copies side by side", lambda s: f"np.tile(x, {_twice(s)})"),
    OfferedStep("repeat", "each element several times", lambda _: "repeat(2, axis=0)"),
    OfferedStep("concatenate", "joins with another array along an axis", lambda _: "np.concatenate([x, x], axis=0)"),
    OfferedStep("stack", "joins with another array along a new axis", lambda _: "np.stack([x, x], axis=0)"),
    OfferedStep(
        "split", "a number of equal pieces; goes on with one", lambda s: f"np.split(x, 2, axis={_longest(s)})[0]"
    ),
    OfferedStep(
        "array_split", "a number of pieces; goes on with one", lambda s: f"np.array_split(x, 2, axis={_longest(s)})[0]"
    ),
    OfferedStep("ascontiguousarray", "a copy in C order, unless it is that", lambda _: "np.ascontiguousarray(x)"),
    OfferedStep("copy", "a copy", lambda _: "copy()"),
)

OFFERS: Mapping[Library, Mapping[str, OfferedStep]] = {
    "PyTorch": {step.name: step for step in _TORCH},
    "NumPy": {step.name: step for step in _NUMPY},
}
"""By library and name, in the order in which they are offered."""
