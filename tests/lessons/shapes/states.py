"""Questions drawn at random: tensors and steps that work more often than not, in the words of both libraries."""

import random
from collections.abc import Callable
from math import prod

import numpy as np

from primer_core.backend import Library
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import CASES

Shape = tuple[int, ...]


def shapes_state(chance: random.Random) -> ShapesQuestion:
    """Draw a tensor and up to four steps, each as it could be typed for what the tensor is thought to be then."""
    if chance.random() < 0.035:
        return ShapesQuestion(view="Permute or reshape", picture=chance.choice(list(CASES)))
    library: Library = chance.choice(["PyTorch", "NumPy"])
    shape = tuple(
        chance.choice([1, 1, 2, 2, 3, 4]) for _ in range(chance.randint(0 if chance.random() < 0.2 else 1, 3))
    )
    if chance.random() < 0.06 and shape:
        shape = (0, *shape[1:])
    if chance.random() < 0.1:
        return _one_of_a_batch(chance, library)
    if chance.random() < 0.08:
        return _vector(chance, library)
    if chance.random() < 0.1:
        return _rare(chance, library)
    x = _tensor(chance, shape, library)
    steps: list[str] = []
    for place in range(chance.choice([1, 1, 2, 2, 3, 4]) if chance.random() < 0.96 else 0):
        draw = chance.choice(_STEPS[library])
        step, after = draw(chance, shape)
        named = chance.random() < 0.1 and "=" not in step.partition("(")[0]
        steps.append(f"{'abc'[place % 3]}{place} = {step}" if named else step)
        shape = shape if named or after is None else after
    return ShapesQuestion(x=x, steps="; ".join(steps), library=library)


def _one_of_a_batch(chance: random.Random, library: Library) -> ShapesQuestion:
    """Draw a batch whose sizes are put into another order, or that is flattened without a word of its first axis."""
    if chance.random() < 0.5:
        shape = tuple(chance.sample([2, 3, 4, 5], chance.randint(3, 4)))
        return ShapesQuestion(x=str(shape), steps="flatten()", library=library)
    shape = tuple(chance.sample([2, 3, 4, 5], chance.randint(2, 4)))
    word = chance.choice(["reshape", "view"] if library == "PyTorch" else ["reshape"])
    swapped = f"{word}({', '.join(map(str, chance.sample(shape, len(shape))))})"
    return ShapesQuestion(x=str(shape), steps=swapped, library=library)


def _rare(chance: random.Random, library: Library) -> ShapesQuestion:
    """Draw what chance alone brings about too seldom: a copy in the order of the axes, a size that cannot be solved."""
    shape = (chance.randint(2, 3), chance.choice([3, 5]))
    if library == "NumPy" and chance.random() < 0.5:
        times = chance.randint(2, 3)
        step = f"np.broadcast_to(x, ({times}, {shape[0]}, 3)); reshape({times * shape[0]}, 3)"
        return ShapesQuestion(x=f"np.ones(({shape[0]}, 1))", steps=step, library=library)
    if chance.random() < 0.3:
        return ShapesQuestion(x=str(shape), steps=_flattening(chance, library), library=library)
    if chance.random() < 0.3:
        step = (
            f"{_word(library)}.{chance.choice(['hstack', _CAT[library]])}([x, {chance.choice(['x[0]', 'x[:1, 0]'])}])"
        )
        return ShapesQuestion(x=str(shape), steps=step, library=library)
    if chance.random() < 0.3:
        step = chance.choice(
            ["x.T", "T", "x.mT"] if library == "PyTorch" else ["x.T", "transpose()", "np.transpose(x)"]
        )
        return ShapesQuestion(x=str((chance.randint(1, 4), *shape)), steps=step, library=library)
    if chance.random() < 0.5:
        return ShapesQuestion(x=str(shape), steps=f"reshape(4, {chance.choice(['-1', '-1, 1'])})", library=library)
    turned = chance.choice(["T", "x.swapaxes(0, 1)"])
    ordered = "contiguous()" if library == "PyTorch" else "np.ascontiguousarray(x)"
    return ShapesQuestion(x=str(shape), steps=f"{turned}; {ordered}", library=library)


_CAT: dict[Library, str] = {"NumPy": "concatenate", "PyTorch": "cat"}


def _flattening(chance: random.Random, library: Library) -> str:
    """Draw a step that makes one axis of all where none is named, and is given one now and then."""
    if library == "PyTorch":
        return f"repeat_interleave(2{chance.choice(['', '', ', dim=0'])})"
    along = chance.choice(["", "", ", axis=0"])
    return chance.choice(
        [f"np.append(x, x{along})", f"np.append(x, [7, 8]{along})", f"np.repeat(x, 2{along})",
         f"np.delete(x, 0{along})", f"np.insert(x, 1, 9{along})"]
    )  # fmt: skip


def _vector(chance: random.Random, library: Library) -> ShapesQuestion:
    """Draw a vector that is repeated, or that is cut into pieces, not all of one size."""
    size = chance.randint(2, 7)
    if chance.random() < 0.3:
        stack = chance.choice(["vstack", "column_stack", "dstack", "hstack"])
        return ShapesQuestion(x=f"({size},)", steps=f"{_word(library)}.{stack}([x, x])", library=library)
    if chance.random() < 0.25:
        step = chance.choice(["T", "t()"] if library == "PyTorch" else ["T", "x.T", "transpose()", "np.transpose(x)"])
        return ShapesQuestion(x=f"({size},)", steps=step, library=library)
    if library == "PyTorch" and chance.random() < 0.7:
        step = f"chunk({chance.randint(2, 5)})"
        return ShapesQuestion(x=str((2, size)) if chance.random() < 0.3 else f"({size},)", steps=step, library=library)
    words = ["repeat", "repeat_interleave", "tile"] if library == "PyTorch" else ["repeat"]
    step = f"{chance.choice(words)}({chance.choice([2, 3])})"
    if library == "NumPy" and chance.random() < 0.5:
        step = f"np.{chance.choice(['tile', 'repeat'])}(x, 2)"
    return ShapesQuestion(x=f"({size},)", steps=step, library=library)


def _tensor(chance: random.Random, shape: Shape, library: Library) -> str:
    if len(shape) == 1 and chance.random() < 0.3:
        return str([chance.randint(-9, 9) for _ in range(shape[0])]) if shape[0] else f"{_word(library)}.zeros(0)"
    if chance.random() < 0.5 or not shape:
        return str(shape) if shape and shape[0] else f"{_word(library)}.ones({shape})"
    dtype = chance.choice(["", "", "uint8", "float32", "bool", "int16"])
    told = f", dtype={_word(library)}.{dtype}" if dtype else ""
    return f"{_word(library)}.ones({shape}{told})"


def _word(library: Library) -> str:
    return "np" if library == "NumPy" else "torch"


Step = tuple[str, Shape | None]
"""A step, and the shape that is thought to come of it; None where it stays or is not known."""


def _sizes(chance: random.Random, shape: Shape) -> Shape:
    """Sizes of as many elements, more often than not."""
    elements = prod(shape) + (chance.random() < 0.2)
    sizes = []
    for divisor in (2, 3, 2):
        if elements and elements % divisor == 0 and chance.random() < 0.6:
            sizes.append(divisor)
            elements //= divisor
    sizes.append(elements)
    chance.shuffle(sizes)
    return tuple(sizes)


def _solved(chance: random.Random, sizes: Shape) -> str:
    if sizes and chance.random() < 0.5:
        place = chance.randrange(len(sizes))
        sizes = (*sizes[:place], -1, *sizes[place + 1 :])
        if chance.random() < 0.3:
            sizes = (*sizes, 5)
    return ", ".join(map(str, sizes))


def _reshape(chance: random.Random, shape: Shape, word: str = "reshape") -> Step:
    sizes = _sizes(chance, shape)
    return f"{word}({_solved(chance, sizes)})", sizes


def _view(chance: random.Random, shape: Shape) -> Step:
    return _reshape(chance, shape, "view")


def _turned(word: str) -> Callable[[random.Random, Shape], Step]:
    """Turn the axes round, and then ask for an order of cells that they have no longer."""

    def draw(_: random.Random, shape: Shape) -> Step:
        return f"{_turn(shape)[0]}; {word}", (prod(shape),)

    return draw


def _turn(shape: Shape) -> Step:
    axes = tuple(reversed(range(len(shape))))
    return f"x.swapaxes(0, {len(axes) - 1})" if axes else "x + 0", shape[::-1]


def _torch_turn(_: random.Random, shape: Shape) -> Step:
    return _turn(shape)


def _transposed(_: random.Random, shape: Shape) -> Step:
    return "T", shape[::-1]


def _squeeze(chance: random.Random, shape: Shape) -> Step:
    if chance.random() < 0.5 or not shape:
        return "squeeze()", tuple(size for size in shape if size != 1)
    axis = chance.randrange(len(shape))
    return f"squeeze({axis})", (*shape[:axis], *shape[axis + 1 :]) if shape[axis] == 1 else None


def _wide_squeeze(chance: random.Random, shape: Shape) -> Step:
    wide = [axis for axis, size in enumerate(shape) if size != 1]
    return f"squeeze({chance.choice(wide)})" if wide else "squeeze()", None


def _batch(_: random.Random, shape: Shape) -> Step:
    return "x[None].squeeze()" if shape else "x[None]", None


def _unsqueeze(chance: random.Random, shape: Shape) -> Step:
    place = chance.randint(0, len(shape) + (chance.random() < 0.1))
    return f"unsqueeze({place})", (*shape[:place], 1, *shape[place:])


def _expand_dims(chance: random.Random, shape: Shape) -> Step:
    place = chance.randint(0, len(shape) + (chance.random() < 0.1))
    return f"np.expand_dims(x, {place})", (*shape[:place], 1, *shape[place:])


def _stretched(chance: random.Random, shape: Shape) -> Shape:
    wide = tuple(3 if size == 1 or chance.random() < 0.15 else size for size in shape)
    return (2, *wide) if chance.random() < 0.4 else wide


def _expand(chance: random.Random, shape: Shape) -> Step:
    wide = _stretched(chance, shape)
    return f"expand({', '.join(map(str, wide))})" if wide else "expand(2)", wide or (2,)


def _broadcast(chance: random.Random, shape: Shape) -> Step:
    wide = _stretched(chance, shape) or (2,)
    return f"np.broadcast_to(x, {wide})", wide


def _window(_: random.Random, shape: Shape) -> Step:
    if len(shape) != 1 or shape[0] < 3:
        return "x[...]", None
    return "np.lib.stride_tricks.sliding_window_view(x, 2)", (shape[0] - 1, 2)


def _unfold(_: random.Random, shape: Shape) -> Step:
    if len(shape) != 1 or shape[0] < 3:
        return "x[...]", None
    return "unfold(0, 2, 1)", (shape[0] - 1, 2)


def _other(chance: random.Random, shape: Shape) -> str:
    """What x is joined with: of its shape, one size of which is another sometimes; written out or as a shape."""
    other = list(shape)
    if len(other) > 1 and chance.random() < 0.6:
        other[chance.randrange(len(other))] = chance.randint(1, 4)
    if other and chance.random() < 0.6 and 0 not in other:
        return str(np.arange(100, 100 + prod(other)).reshape(other).tolist())
    return "x" if not other or chance.random() < 0.4 else str(tuple(other))


def _join(word: str, axis_word: str, more: int) -> Callable[[random.Random, Shape], Step]:
    def draw(chance: random.Random, shape: Shape) -> Step:
        axis = chance.randint(0, max(len(shape) - 1 + more, 0)) if chance.random() < 0.8 else len(shape) + more
        return f"{word}({_other(chance, shape)}, {axis_word}={axis})", None

    return draw


def _clash(word: str, axis_word: str) -> Callable[[random.Random, Shape], Step]:
    """Join with an array that has another size along an axis than the one of the join."""

    def draw(chance: random.Random, shape: Shape) -> Step:
        if len(shape) < 2:
            return f"{word}(x, {axis_word}=0)", None
        axis, other = chance.sample(range(len(shape)), 2)
        sizes = tuple(size + (place == other) for place, size in enumerate(shape))
        return f"{word}({sizes}, {axis_word}={axis})", None

    return draw


def _split(word: str, axis_word: str) -> Callable[[random.Random, Shape], Step]:
    def draw(chance: random.Random, shape: Shape) -> Step:
        axis = chance.randrange(len(shape)) if shape else 0
        number = chance.choice([1, 2, 2, 3])
        return f"{word}({number}, {axis_word}={axis})[{chance.choice([0, 0, -1, 1])}]", None

    return draw


def _np_split(chance: random.Random, shape: Shape) -> Step:
    axis = chance.randrange(len(shape)) if shape else 0
    number = chance.choice([shape[axis] if shape else 1, 1, 2, 2, 3]) or 1
    return f"np.split(x, {number}, axis={axis})[0]", None


def _named(library: Library) -> Callable[[random.Random, Shape], Step]:
    def draw(chance: random.Random, _: Shape) -> Step:
        array = "np.array" if library == "NumPy" else "torch.tensor"
        return chance.choice([f"d = {array}([1, 2])", "s = x.shape", "n = 2"]), None

    return draw


def _resize(chance: random.Random, _: Shape) -> Step:
    wanted = (chance.randint(1, 3), chance.randint(1, 3))
    return f"np.resize(x, {wanted})", wanted


def _fortran(chance: random.Random, shape: Shape) -> Step:
    sizes = shape if chance.random() < 0.5 else _sizes(chance, shape)
    return f"reshape({', '.join(map(str, sizes))}{', ' if sizes else '(), '}order='F')", sizes


def _fixed(*texts: str) -> Callable[[random.Random, Shape], Step]:
    def draw(chance: random.Random, _: Shape) -> Step:
        return chance.choice(texts), None

    return draw


def _flat(*texts: str) -> Callable[[random.Random, Shape], Step]:
    def draw(chance: random.Random, shape: Shape) -> Step:
        return chance.choice(texts), (prod(shape),)

    return draw


_STEPS: dict[Library, list[Callable[[random.Random, Shape], Step]]] = {
    "PyTorch": [
        _reshape, _view, _view, _turned("view(-1)"), _turned("view(-1)"), _turned("reshape(-1)"),
        _turned("contiguous()"), _torch_turn,
        _squeeze, _squeeze, _batch, _unsqueeze, _expand, _unfold,
        _join("cat", "dim", 0), _join("cat", "dim", 0), _join("stack", "dim", 1),
        _clash("cat", "dim"), _clash("stack", "dim"),
        _split("split", "dim"), _split("chunk", "dim"), _named("PyTorch"),
        _fixed("contiguous()", "x[...].contiguous()", "clone()"),
        _fixed("x + 1", "x.sum(0)", "x.amax(0)", "mT", "t()", "flip(0)", "x[1:]", "x[::2]"),
        _flat("flatten()", "ravel()"),
        _fixed("nix(3)", "expand_dims(0)", "reshape", "T()", "squeze(0)", "transpose(0, 1)", "transpose(0)"),
    ],
    "NumPy": [
        _reshape, _reshape, _transposed, _transposed, _squeeze, _squeeze, _batch, _expand_dims, _broadcast, _window,
        _resize, _fortran, _fortran, _turned("np.ascontiguousarray(x)"), _turned("ravel()"),
        _join("concatenate", "axis", 0), _join("concatenate", "axis", 0), _join("stack", "axis", 1),
        _clash("concatenate", "axis"), _clash("stack", "axis"),
        _np_split, _np_split, _named("NumPy"),
        _fixed("np.ascontiguousarray(x)", "np.asarray(x)", "copy()", "np.asfortranarray(x)"),
        _fixed("x + 1", "x.sum(axis=0)", "x.max(axis=0)", "np.flip(x, 0)", "x[1:]", "x[::2]", "x[..., None]"),
        _flat("flatten()", "ravel()"), _flat("flatten()"), _wide_squeeze,
        _fixed("nix(3)", "unsqueeze(0)", "reshape", "T()", "squeze(0)", "swapaxes(0, 1)", "transpose(0)", "view(3)"),
    ],
}  # fmt: skip
"""Draws a step for a tensor of a shape, by library."""
