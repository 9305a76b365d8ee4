"""Numbers that are typed into cells, as the statements that write them."""

import ast
from math import isfinite

import numpy as np

from primer_core.language.limits import Refused
from primer_core.language.reader import read_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.text import quoted
from primer_core.lessons.views.program import MAX_STATEMENTS
from primer_core.lessons.views.state import Made, Snapshot

_EXACT = 2**53
"""Whole numbers below come from a browser as they were typed: its numbers are all float64."""


def with_edit(state: Snapshot, then: str, place: str | int, index: tuple[int, ...], value: float) -> str:
    """Write a number that was typed into a cell as a statement behind those that stand.

    Parameters
    ----------
    state
        After the statements in `then`.
    then
        The statements that stand.
    place
        The name of an array, or the number of a buffer.
    index
        Of the cell in the array or in the buffer.
    value
        What was typed.

    Returns
    -------
    str
        The statements with the cell's own among them.

    Raises
    ------
    Refused
        If the cell cannot be written; the message says why.
    """
    match place, index:
        case int(buffer), (address,):
            statement = written_element(state, buffer, address, value)
        case _:
            statement = written_cell(state, str(place), index, value)
    return followed_by(then, statement)


def written_cell(state: Snapshot, name: str, index: tuple[int, ...], value: float) -> str:
    """Return the statement that writes a number into a cell.

    Raises
    ------
    Refused
        If there is no such cell to write to, or its dtype does not hold the number.
    """
    made = next((made for made in state.arrays if name in made.names), None)
    if made is None:
        raise Refused(f"No array is called {quoted(name)} any more: edit a cell of another.")
    if not made.writeable:
        raise Refused(f"{name} is read-only: edit a cell of the array that it was made from.")
    inside = len(index) == made.values.ndim and all(
        0 <= place < size for place, size in zip(index, made.values.shape, strict=True)
    )
    if not inside:
        raise Refused(f"{name} has shape {shape_text(made.values.shape)} now, and no cell at {index}: edit another.")
    place = f"{name}[{', '.join(map(str, index)) or '...'}]"
    _check_fits(place, made, value)
    return f"{place} = {int(value) if float(value).is_integer() and abs(value) < _EXACT else value}"


def written_element(state: Snapshot, buffer: int, address: int, value: float) -> str:
    """Return the statement that writes a number to an element of memory, through an array that reads it.

    Raises
    ------
    Refused
        If no array that can be written to reads it, or its dtype does not hold the number.
    """
    for made in state.lying_in(buffer):
        whole = made.writeable and made.layout.itemsize == state.buffers[buffer].values.itemsize
        read = np.flatnonzero(made.elements[:, 0] == address).tolist() if whole else []
        if read:
            index = np.unravel_index(read[0], made.values.shape) if made.values.ndim else ()
            return written_cell(state, made.names[0], tuple(int(place) for place in index), value)
    raise Refused("No array that can be written to reads this element of memory: edit a cell of an array instead.")


def followed_by(then: str, statement: str) -> str:
    """Append a statement to others; a second writing of one cell takes the place of the first.

    Raises
    ------
    Refused
        If there would be too many.
    """
    try:
        read = read_statements(then)
    except Rejection as rejection:
        raise Refused(f"Then cannot be read, so nothing is written behind it: {rejection.message}") from rejection
    kept = [Place.of(node, read.source).text for node in read.nodes]
    target = statement.split(" = ")[0]
    place, replaced = len(kept), False
    while place and (cell := _written_to(read.nodes[place - 1])):
        place -= 1
        if cell == target:
            del kept[place]
            replaced = True
            break
    if len(kept) + 1 > MAX_STATEMENTS:
        raise Refused(
            f"{statement} would be statement {len(kept) + 1}, and at most {MAX_STATEMENTS} are run: clear some of Then."
        )
    if "\n" in then.strip() or "#" in then:
        return "\n".join([*(kept if replaced else [then.rstrip()]), statement])
    return "; ".join([*kept, statement])


def _written_to(node: ast.stmt) -> str:
    """Return the cell that a statement sets to a number, as an edited cell writes it; empty for any other statement."""
    match node:
        case ast.Assign([ast.Subscript() as target], ast.Constant() | ast.UnaryOp(ast.USub(), ast.Constant())):
            return ast.unparse(target)
    return ""


def _check_fits(place: str, made: Made, value: float) -> None:
    """Refuse a typed number that the dtype of an array does not hold, or that did not come as it was typed."""
    if not isfinite(value):
        raise Refused(f"A cell takes numbers such as 99 or 2.5, and {value} is none: type one.")
    number = f"about {value:g}" if abs(value) >= _EXACT else f"{value:g}"
    kind = made.values.dtype
    if kind.kind == "b" and value not in (0, 1):
        raise Refused(f"{place} is {made.dtype} and holds 1 (True) or 0 (False), not {number}: write one of them.")
    if kind.kind in "iu":
        low, high = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
        if not low <= value <= high:
            raise Refused(
                f"{place} is {made.dtype} and holds whole numbers from {low} to {high}; {number} was typed. "
                "Write one of them."
            )
        if abs(value) >= _EXACT:
            raise Refused(
                f"Whole numbers from 2**53 up lose digits when they are typed into a cell: write {place} = … with all "
                "of them into Then."
            )
    if kind.kind == "f" and abs(value) > float(np.finfo(kind).max):
        raise Refused(
            f"{place} is {made.dtype} and holds numbers up to {float(np.finfo(kind).max):.3g}; {number} was typed. "
            "Write a smaller one."
        )
