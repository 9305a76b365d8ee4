"""Views and copies: what shares memory with what, where each cell lies, and what a statement changes.

A view is a new array object (shape, strides, offset) on memory that is there already; a copy is new memory. Which of
them an operation gives is not worked out here, it is asked of the arrays that it made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend
from primer_core.backend.memory import shares_memory
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import read_operand
from primer_core.language.spelling import shape_text
from primer_core.language.statements import MAX_STATEMENTS, DeclinedError, Problem, Unnamed, Value, Workspace
from primer_core.language.text import quoted
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.fixes import Fix, advise
from primer_core.lessons.views.state import Made, Snapshot, look

_ASSIGNED = re.compile(r"^([abc]\[[^=\]]*\]) = [-+\d.e]+$")
"""A statement that sets one cell to a number, as an edited cell writes it."""

_EXACT = 2**53
"""Whole numbers below come from a browser as they were typed: its numbers are all float64."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of the library about two names, as code, and what it answered."""

    code: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a defined name is to the names before it.

    Parameters
    ----------
    name
        The name.
    kind
        "same" if it is another name of the very same object, "empty" if it has no cells to share.
    of
        The first name that it shares memory with; empty for a copy.
    questions
        What the library was asked, one for each name before it.
    """

    name: str
    kind: Literal["same", "view", "copy", "empty"]
    of: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What the statements did to a name.

    Parameters
    ----------
    name
        The name.
    rebound
        Whether it is bound to another object than before.
    cells
        How many cells of its object changed; 0 where that object is new.
    """

    name: str
    rebound: bool
    cells: int


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What came of a program.

    Parameters
    ----------
    library
        That makes the base.
    base
        The base as code.
    definitions, statements
        The lines that ran, as code; a line that failed is not among them.
    before, after
        All arrays once everything is defined, and once the statements have run; None where there is no base.
    verdicts
        One for each definition that ran, from before the statements.
    asked
        What the library was asked about sharing once the statements had run: each name against those before it.
    unnamed
        Copies that a statement wrote into and that nobody holds.
    refusal, refused
        Why something was not run at all, and which field it stands in: "a", "b", "c" or "then".
    error, failing, step, problem
        The library's own words where it refused a line, the line, the part of it that was refused, and of what kind
        the refusal is.
    cause, fixes
        The cause in a sentence, and what would work.
    code, names_code
        Snippets that print what the pictures of memory and of names show.
    """

    library: Library
    base: str = ""
    definitions: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    before: Snapshot | None = None
    after: Snapshot | None = None
    verdicts: tuple[Verdict, ...] = ()
    asked: tuple[Question, ...] = ()
    unnamed: tuple[Unnamed, ...] = ()
    refusal: str | None = None
    refused: str | None = None
    error: str | None = None
    failing: str = ""
    step: str = ""
    problem: Problem = "other"
    cause: str = ""
    fixes: tuple[Fix, ...] = ()
    code: str = ""
    names_code: str = ""


def explain_view(base: str, operation: str = "", second: str = "", then: str = "", library: Library = "NumPy") -> Views:
    """Explain what operations make of a base, and what statements then change. Nothing that is typed makes it raise.

    Parameters
    ----------
    base
        A shape, which is filled with 1, 2, 3, ..., or an array; called ``a``.
    operation, second
        Expressions for ``b`` and ``c``, such as ``a[1:, ::2]``; each may speak of the names before it. Where one is
        empty there is no such array.
    then
        Statements, with ``;`` between them, such as ``b[0, 1] = 99; a += 1``.
    library
        Which one makes the base.
    """
    work = Workspace()
    found = Views(library)
    try:
        found = replace(found, base=read_base(base, library, work))
    except Refused as refused:
        return replace(found, refusal=str(refused), refused="a")
    typed = {"b": operation, "c": second, "then": then}
    found = _defined(found, work, typed)
    before = look(work)
    found = replace(found, before=before, after=before, verdicts=_verdicts(work, before))
    if found.refusal is None and found.error is None:
        found = _run(found, work, typed)
    assert found.after is not None
    asked = tuple(question for name in found.after.names for question in _questions(work, found.after, name))
    found = replace(found, asked=asked)
    return replace(found, code=views_code.memory(found), names_code=views_code.names(found))


def read_base(text: str, library: Library, work: Workspace) -> str:
    """Make the base, bind it to ``a``, and return it as code.

    Raises
    ------
    Refused
        If the text is no shape and no array, or has more than that, or is too large.
    """
    written = read_operand(text)
    check_size(written.shape, "The base")
    if written.kind == "derived":
        raise Refused("The base is made fresh: write a shape or an array, and what is done to it into the next field.")
    engine = backend(library)
    code = engine.native_code(written.code)
    work.bind("a", Value(engine.make(written.values, native_floats=True), code))
    return code


def _defined(found: Views, work: Workspace, typed: Mapping[str, str]) -> Views:
    definitions: list[str] = []
    for name in ("b", "c"):
        if not typed[name].strip():
            continue
        try:
            definitions.append(work.define(name, typed[name]))
        except Refused as refused:
            return replace(found, definitions=tuple(definitions), refusal=str(refused), refused=name)
        except DeclinedError as declined:
            line = f"{name} = {' '.join(typed[name].split())}"
            return _declined(replace(found, definitions=tuple(definitions)), declined, line, name, typed)
    return replace(found, definitions=tuple(definitions))


def _run(found: Views, work: Workspace, typed: Mapping[str, str]) -> Views:
    ran: list[str] = []
    try:
        for code in work.statements(typed["then"]):
            ran.append(code)  # noqa: PERF402 - what ran before an error counts
    except Refused as refused:
        found = replace(found, refusal=str(refused), refused="then")
    except DeclinedError as declined:
        found = _declined(found, declined, declined.step, "then", typed)
    return replace(found, statements=tuple(ran), after=look(work), unnamed=tuple(work.unnamed))


def _declined(found: Views, declined: DeclinedError, line: str, place: str, typed: Mapping[str, str]) -> Views:
    cause, fixes = advise(declined.problem, declined.step, place, typed)
    return replace(
        found,
        error=declined.words,
        failing=line,
        step=declined.step,
        problem=declined.problem,
        cause=cause,
        fixes=fixes,
    )


def _verdicts(work: Workspace, before: Snapshot) -> tuple[Verdict, ...]:
    verdicts = []
    for place, name in enumerate(before.names[1:], start=1):
        own = before.called(name)
        earlier = before.names[:place]
        same = next((other for other in earlier if other in own.names), "")
        questions = _questions(work, before, name)
        of = next((other for other, asked in zip(earlier, questions, strict=False) if asked.answer), "")
        kind: Literal["same", "view", "copy", "empty"] = (
            "same" if same else "empty" if not own.values.size else "view" if of else "copy"
        )
        verdicts.append(Verdict(name, kind, same or of, questions))
    return tuple(verdicts)


def _questions(work: Workspace, state: Snapshot, name: str) -> tuple[Question, ...]:
    """Ask whether a name shares memory with those before it that are bound to other objects."""
    same = state.called(name).names
    return tuple(_ask(work, state, other, name) for other in state.names if other < name and other not in same)


def _ask(work: Workspace, state: Snapshot, other: str, name: str) -> Question:
    """Put the question of shared memory to the library, in the words of its own code."""
    code = views_code.question(other, state.called(other), name, state.called(name))
    first, second = work.names[other], work.names[name]
    if isinstance(first, np.generic) or isinstance(second, np.generic):
        return Question(code, bool(np.shares_memory(np.asarray(first), np.asarray(second))))
    return Question(code, shares_memory(first, second))


def changes(found: Views) -> tuple[Change, ...]:
    """Compare every name before and after the statements."""
    if found.before is None or found.after is None:
        return ()
    told = []
    for name in found.after.names:
        new = found.after.called(name)
        old = found.before.called(name) if name in found.before.names else None
        rebound = old is None or old.number != new.number
        told.append(Change(name, rebound, int(changed_cells(found, new.number).sum())))
    return tuple(told)


def changed_cells(found: Views, number: int) -> NDArray[np.bool_]:
    """Of the shape of the array with that number: which of its cells differ after the statements; none if it is new."""
    assert found.before is not None
    assert found.after is not None
    new = found.after.arrays[number].values
    if number >= len(found.before.arrays):
        return np.zeros(new.shape, np.bool_)
    old = found.before.arrays[number].values
    unequal = np.asarray(new != old)
    return np.asarray(unequal & ~((new != new) & (old != old)))  # what is nan before and after did not change


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edited cell comes to.

    Parameters
    ----------
    then
        The statements with the cell's own among them; as they were where it cannot be written.
    refusal
        Why it cannot be written; None if it can.
    """

    then: str
    refusal: str | None = None


def edited(state: Snapshot, then: str, place: str | int, index: tuple[int, ...], value: float) -> Edit:
    """Write a number that was typed into a cell as a statement behind those that stand.

    Parameters
    ----------
    state
        After the statements in `then`.
    place
        The name of an array, or the number of a buffer.
    index
        Of the cell in the array or in the buffer.
    value
        What was typed.
    """
    try:
        match place, index:
            case int(buffer), (address,):
                statement = written_element(state, buffer, address, value)
            case _:
                statement = written_cell(state, str(place), index, value)
        return Edit(followed_by(then, statement))
    except Refused as refused:
        return Edit(then, str(refused))


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
        read = np.argwhere(made.layout.addresses == address).tolist() if made.writeable else []
        if read:
            return written_cell(state, made.names[0], tuple(read[0]), value)
    raise Refused("No array that can be written to reads this element of memory: edit a cell of an array instead.")


def followed_by(then: str, statement: str) -> str:
    """Append a statement to others; a second writing of one cell takes the place of the first.

    Raises
    ------
    Refused
        If there would be too many.
    """
    kept = [part.strip() for part in then.replace("\n", ";").split(";") if part.strip()]
    target = statement.split(" = ")[0]
    place = len(kept)
    while place and (cell := _ASSIGNED.match(kept[place - 1])):
        place -= 1
        if cell[1] == target:
            del kept[place]
            break
    joined = [*kept, statement]
    if len(joined) > MAX_STATEMENTS:
        raise Refused(
            f"{statement} would be statement {len(joined)}, and at most {MAX_STATEMENTS} are run: clear some of Then."
        )
    return "; ".join(joined)


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
