"""What would give two operands a product that have none: a transposition, another order, or an axis of size 1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from primer_core.language.limits import MAX_AXES, Refused
from primer_core.language.operand import Operand, read_operand

Shape = tuple[int, ...]

_MOST = 4


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with which the sizes fit.

    Parameters
    ----------
    action
        What to do, in words.
    change
        The product then, as code: ``a.T @ b``.
    shape
        Of the result then.
    texts
        Both operands, as they would be typed.
    """

    action: str
    change: str
    shape: Shape
    texts: tuple[str, str]


def fixes(a: Operand, b: Operand, product: Callable[[Shape, Shape], Shape | None]) -> tuple[Fix, ...]:
    """Try what people mean when sizes do not fit, and keep what gives a product.

    Parameters
    ----------
    a, b
        That have no product as they are.
    product
        Returns the shape of the product of two shapes, or None.
    """
    found = []
    for action, change, texts in _candidates(a, b):
        shape = _shape_of(texts, product)
        if shape is not None:
            found.append(Fix(action, change, shape, texts))
    return tuple(found[:_MOST])


def _candidates(a: Operand, b: Operand) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Yield changes: in words, as code, and as the texts of both operands."""
    turn_a, turn_b = _transposition(a.shape), _transposition(b.shape)
    if turn_b:
        yield "Transpose b", f"a @ b{turn_b}", (a.text, b.followed_by(turn_b))
    if turn_a:
        yield "Transpose a", f"a{turn_a} @ b", (a.followed_by(turn_a), b.text)
    yield "Swap them", "b @ a", (b.text, a.text)
    if turn_a and turn_b:
        yield "Transpose both", f"a{turn_a} @ b{turn_b}", (a.followed_by(turn_a), b.followed_by(turn_b))
    if len(a.shape) == len(b.shape) == 1:
        yield "Every pair", "a[:, None] @ b[None, :]", (a.followed_by("[:, None]"), b.followed_by("[None, :]"))
    if 2 <= len(b.shape) < len(a.shape):
        column = f"[{':, ' * len(b.shape)}None]"
        yield "Make each row of b a column of its own", f"a @ b{column}", (a.text, b.followed_by(column))
    if 3 <= len(a.shape) < MAX_AXES:
        yield "Give a a batch axis of size 1", "a[:, None] @ b", (a.followed_by("[:, None]"), b.text)
    if len(a.shape) == 1:
        yield "Make a a column", "a[:, None] @ b", (a.followed_by("[:, None]"), b.text)
    if 3 <= len(b.shape) < MAX_AXES:
        yield "Give b a batch axis of size 1", "a @ b[:, None]", (a.text, b.followed_by("[:, None]"))
    if len(b.shape) == 1:
        yield "Make b a row", "a @ b[None, :]", (a.text, b.followed_by("[None, :]"))


def _transposition(shape: Shape) -> str:
    return "" if len(shape) < 2 else ".T" if len(shape) == 2 else ".swapaxes(-2, -1)"


def _shape_of(texts: tuple[str, str], product: Callable[[Shape, Shape], Shape | None]) -> Shape | None:
    """Read both again, for b may speak of a, and say what comes of them."""
    try:
        a = read_operand(texts[0])
        b = read_operand(texts[1], names={"a": a})
    except Refused:
        return None
    return product(a.shape, b.shape)
