"""What would give two operands a product that have none: a transposition, another order, or an axis of size 1."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from primer_core.claims.products import Meaning
from primer_core.language.limits import MAX_AXES, Refused
from primer_core.language.operand import Operand, read_operand

Shape = tuple[int, ...]

_MOST = 4


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with which the sizes fit.

    Parameters
    ----------
    meaning
        What one may have meant.
    change
        The product then, as code: ``a.T @ b``.
    shape
        Of the result then.
    texts
        Both operands, as they would be typed.
    """

    meaning: Meaning
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
    b_speaks_of_a = re.search(r"\ba\b", b.text) is not None
    for meaning, change, texts in _candidates(a, b):
        if b_speaks_of_a and texts[0] != a.text:
            continue  # b would change with a, and the product be another than the code says
        shape = _shape_of(texts, product)
        if shape is not None:
            found.append(Fix(meaning, change, shape, texts))
    return tuple(found[:_MOST])


def _candidates(a: Operand, b: Operand) -> Iterator[tuple[Meaning, str, tuple[str, str]]]:
    """Yield changes: what they mean, as code, and as the texts of both operands."""
    turn_a, turn_b = _transposition(a.shape), _transposition(b.shape)
    if turn_b:
        yield "transpose b", f"a @ b{turn_b}", (a.text, b.followed_by(turn_b))
    if turn_a:
        yield "transpose a", f"a{turn_a} @ b", (a.followed_by(turn_a), b.text)
    yield "swap", "b @ a", (b.text, a.text)
    if turn_a and turn_b:
        yield "transpose both", f"a{turn_a} @ b{turn_b}", (a.followed_by(turn_a), b.followed_by(turn_b))
    if len(a.shape) == len(b.shape) == 1:
        yield "every pair", "a[:, None] @ b[None, :]", (a.followed_by("[:, None]"), b.followed_by("[None, :]"))
    if 2 <= len(b.shape) < len(a.shape) and a.shape[-1 - len(b.shape) : -2] == b.shape[:-1]:
        column = f"[{':, ' * len(b.shape)}None]"
        yield "a column each", f"a @ b{column}", (a.text, b.followed_by(column))
    if 3 <= len(a.shape) < MAX_AXES:
        yield "batch of a", "a[:, None] @ b", (a.followed_by("[:, None]"), b.text)
    if len(a.shape) == 1:
        yield "column a", "a[:, None] @ b", (a.followed_by("[:, None]"), b.text)
    if 3 <= len(b.shape) < MAX_AXES:
        yield "batch of b", "a @ b[:, None]", (a.text, b.followed_by("[:, None]"))
    if len(b.shape) == 1:
        yield "row b", "a @ b[None, :]", (a.text, b.followed_by("[None, :]"))


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
