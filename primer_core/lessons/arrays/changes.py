"""What statements do to an array: what is to be written into its cells, what they hold, and what the name means."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, backend_of
from primer_core.language.evaluator import Call, Evaluator
from primer_core.language.execution import attempted, is_array, owner_of
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size
from primer_core.language.parsing import typed_expression
from primer_core.language.reader import Statements
from primer_core.language.rejection import Rejection
from primer_core.language.table.costs import size_of
from primer_core.language.table.functions import function_of
from primer_core.language.text import quoted
from primer_core.lessons.arrays.dtypes import Effect, effects, value_text
from primer_core.lessons.arrays.making import NAME, Made, sentence
from primer_core.lessons.arrays.stopping import Reason, reason_of
from primer_core.lessons.arrays.strip import unwritten_of, values_of

MOST_WRITES = 12
"""Cells that are written to and told of one by one."""


@dataclass(frozen=True, slots=True)
class Write:
    """A number that was written into a cell.

    Parameters
    ----------
    cell
        The cell as code: ``x[1]``.
    given
        What was to be stored, as text.
    stored
        What the cell held then, as text.
    effect
        What storing did to the number.
    """

    cell: str
    given: str
    stored: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Rebinding:
    """A statement after which the name means another array.

    Parameters
    ----------
    code
        The statement.
    place
        How many statements ran before it.
    before, after
        Shape and dtype of what the name meant before, and means then.
    untouched
        Whether what it meant before holds what it held.
    """

    code: str
    place: int
    before: tuple[tuple[int, ...], str]
    after: tuple[tuple[int, ...], str]
    untouched: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A statement that a library declined; those after it were not run.

    Parameters
    ----------
    code
        The statement.
    declined
        The library's own exception.
    reason
        Why, and what would run in its place; None where that is not known.
    """

    code: str
    declined: Declined
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What statements did.

    Parameters
    ----------
    done
        The statements that were run, as code.
    writes
        Numbers that were written into cells, in order; of many, the first `MOST_WRITES`.
    rebindings
        Statements that bound the name to another array.
    changed
        Mask of the cells of the array that hold another number than before; None where it is another array.
    dtype
        Name of the array's dtype at last.
    printed
        What ``print`` wrote.
    stop
        Where a library declined; None where all were run.
    wrapped
        Whether whole numbers went beyond what their dtype holds, as the last statement computed them.
    """

    done: tuple[str, ...]
    writes: tuple[Write, ...]
    rebindings: tuple[Rebinding, ...]
    changed: NDArray[np.bool_] | None
    dtype: str
    printed: tuple[str, ...]
    stop: Stop | None
    wrapped: bool


def change(made: Made, statements: Statements) -> Changes:
    """Run statements on an array, one by one, until a library declines.

    Parameters
    ----------
    made
        The array; its evaluator runs the statements, and knows the array under its name afterwards.
    statements
        As `primer_core.lessons.arrays.making.read_changes` reads them.

    Raises
    ------
    Refused
        If a statement is not known or not computed here, or the name means no array any more, or one that is too large.
    """
    evaluator = made.evaluator
    first = made.array
    before, known = values_of(first), unwritten_of(first, evaluator.uninitialised)
    done: list[str] = []
    writes: list[Write] = []
    rebindings: list[Rebinding] = []
    stop, wrapped = None, False
    for node in statements.nodes:
        code, array, calls = ast.unparse(node), evaluator.names[NAME], len(evaluator.calls)
        held = values_of(array)
        exact = _in_floats(node, evaluator, statements.source)
        try:
            evaluator.statement(node, statements.source)
        except Rejection as rejection:
            if rejection.declined is None:
                raise Refused(sentence(rejection, statements.source, "")) from rejection
            reason = reason_of(node, evaluator, rejection.declined, statements.source)
            stop = Stop(code, rejection.declined, reason)
        if NAME not in evaluator.names or not is_array(evaluator.names[NAME]):
            raise Refused(f"After {quoted(code)}, {NAME} is no array any more. Bind another name.")
        writes += _writes(evaluator.calls[calls:], MOST_WRITES - len(writes))
        after = evaluator.names[NAME]
        check_size(tuple(after.shape), f"After {quoted(code)}, {NAME}")
        if after is not array:
            untouched = all(_same(*pair) for pair in zip(held.ravel(), values_of(array).ravel(), strict=True))
            rebindings.append(Rebinding(code, len(done), _told(array), _told(after), untouched))
        if stop is not None:
            break
        wrapped = exact is not None and _differs(exact, after)
        done.append(code)
    last = evaluator.names[NAME]
    changed = None
    if last is first and tuple(last.shape) == before.shape:
        now = values_of(last)
        changed = np.array([not _same(*pair) for pair in zip(before.ravel(), now.ravel(), strict=True)], np.bool_)
        changed = changed.reshape(before.shape)
        if known is not None:
            never = unwritten_of(last, evaluator.uninitialised)
            changed = known & ~never if never is not None else known
    dtype = backend_of(last).dtype_name(last).removeprefix("torch.")
    return Changes(
        tuple(done), tuple(writes), tuple(rebindings), changed, dtype, tuple(evaluator.printed), stop, wrapped
    )


_SIGNS = (ast.Add, ast.Sub, ast.Mult)
"""Signs of what goes beyond the range of whole numbers."""


def _in_floats(node: ast.stmt, evaluator: Evaluator, source: str) -> Any:
    """Compute ``x = x + 100`` or ``x += 100`` with an array of floats, which wrap around nowhere near.

    Returns
    -------
    array or None
        What would come of it; None where the statement is another, or NumPy does not compute it.
    """
    match node:
        case ast.Assign([ast.Name(name)], ast.BinOp(op=sign) as computed) if name == NAME:
            pass
        case ast.AugAssign(ast.Name(name), sign, value) if name == NAME:
            computed = ast.copy_location(ast.BinOp(ast.Name(NAME, ast.Load()), sign, value), node)
            computed = ast.fix_missing_locations(computed)
        case _:
            return None
    array = evaluator.names[NAME]
    if not isinstance(sign, _SIGNS) or not isinstance(array, np.ndarray) or array.dtype.kind not in "iu":
        return None
    try:
        return Evaluator({**evaluator.names, NAME: array.astype(float)}).value_of(computed, source)
    except Rejection:
        return None


def _differs(exact: Any, after: Any) -> bool:
    """Return whether whole numbers are others than what they come to in floats."""
    if not isinstance(exact, np.ndarray) or not isinstance(after, np.ndarray) or exact.shape != after.shape:
        return False
    return after.dtype.kind in "iu" and not np.allclose(after.astype(float), exact, rtol=1e-9)


def _told(array: Any) -> tuple[tuple[int, ...], str]:
    return tuple(array.shape), backend_of(array).dtype_name(array).removeprefix("torch.")


def _writes(calls: Sequence[Call], most: int) -> list[Write]:
    """Carry out each assignment to cells once more, on the copy that was kept of the array, and look what they hold."""
    found: list[Write] = []
    for call in calls:
        if len(found) >= most or call.entry.name not in ("ndarray.[]=", "Tensor.[]="):
            continue
        target, index, value = (call.bound.values[name] for name in ("x", "index", "value"))
        if size_of(target) > MAX_ELEMENTS or values_of(target).dtype.kind not in "biuf":
            continue
        wanted = np.asarray(value) if owner_of(value) != "Tensor" else values_of(value)
        if wanted.dtype.kind not in "biuf" or wanted.size > MAX_ELEMENTS:
            continue
        attempted(function_of(call.entry), (target, index, value), {})
        stored = values_of(target)
        flat = np.arange(stored.size).reshape(stored.shape)
        cells = np.asarray(flat[index.numpy() if owner_of(index) == "Tensor" else _plain(index)])
        given = np.broadcast_to(wanted, cells.shape).ravel()
        cells, base = cells.ravel(), _base(call.place.text)
        often = np.bincount(cells, minlength=stored.size) > 1  # which of several numbers a cell keeps is not told
        written = [(place, number) for place, number in zip(cells, given, strict=True) if not often[place]]
        for place, number in written[: most - len(found)]:
            (effect,) = effects(np.asarray([number]), stored.ravel()[[place]])
            where = ", ".join(map(str, np.unravel_index(place, stored.shape)))
            found.append(Write(f"{base}[{where}]", value_text(number), value_text(stored.ravel()[place]), effect))
    return found


def _plain(index: Any) -> Any:
    """Return an index as NumPy takes it."""
    if isinstance(index, tuple):
        return tuple(map(_plain, index))
    return index.numpy() if owner_of(index) == "Tensor" else index


def _base(target: str) -> str:
    """Return what is indexed in ``x[1:]``."""
    try:
        node = typed_expression(target)
    except SyntaxError:
        return NAME
    return ast.unparse(node.value) if isinstance(node, ast.Subscript) else NAME


def _same(before: Any, after: Any) -> bool:
    return bool(before is after or before == after or (before != before and after != after))
