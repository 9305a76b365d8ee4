"""What dragging a size does to a text: a shape is written anew, an array is cut or goes on from its start."""

import numpy as np

from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import MAX_TEXT, Operand, read_operand
from primer_core.language.spelling import shape_text


def can_resize(text: str) -> bool:
    """Whether a text says its sizes itself: a shape, an array or a number, not something made of these."""
    try:
        _read(text)
    except Refused:
        return False
    return True


def resized(text: str, shape: tuple[int, ...]) -> str:
    """Write an operand with other sizes.

    Parameters
    ----------
    text
        A text that `can_resize`.
    shape
        The sizes that it shall have. An array's axes are counted from the right: one that is missing is added, of one
        too many the first entry stays. Where an axis grows, its entries follow again from the first on.

    Raises
    ------
    Refused
        If the text does not say its sizes itself, or if what it would become is too large.
    """
    written = _read(text)
    check_size(shape, f"The shape {shape_text(shape)}")
    if written.kind == "shape":
        return shape_text(shape)
    values = written.values
    if values.ndim > len(shape):
        values = values[(0,) * (values.ndim - len(shape))]
    values = values.reshape((1,) * (len(shape) - values.ndim) + values.shape)
    for axis, size in enumerate(shape):
        values = np.take(values, np.arange(size) % values.shape[axis], axis)
    longer = str(values.tolist())
    if len(longer) > MAX_TEXT:
        raise Refused(f"Written out, this array takes {len(longer)} characters; at most {MAX_TEXT} are read.")
    return longer


def _read(text: str) -> Operand:
    """Read a text that says its sizes itself, or refuse it."""
    only = "Only a shape, an array with cells, or a number can be given other sizes."
    try:
        written = read_operand(text)
    except Refused as refused:
        raise Refused(only) from refused
    if written.kind == "derived" or (written.values.size == 0 and written.kind != "shape"):
        raise Refused(only)
    return written
