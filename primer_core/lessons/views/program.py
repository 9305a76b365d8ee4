"""Views and copies: what shares memory with what, where each cell lies, and what a statement changes.

A view is a new array object (shape, strides, offset) on memory that is there already; a copy is new memory. Which of
them an operation gives is not worked out here, it is asked of the arrays that it made.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend, backend_of
from primer_core.backend.interface import Backend
from primer_core.backend.memory import share_cells, shares_memory
from primer_core.claims.claim import Claim
from primer_core.language.equivalents import NoEquivalent, translated
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.parsing import code_statements
from primer_core.language.reader import read_expression, read_statements
from primer_core.language.rejection import Rejection, Verdict
from primer_core.language.table.costs import size_of
from primer_core.language.text import quoted
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.deeds import Deed, Unnamed, deed_of
from primer_core.lessons.views.fixes import Fix, advise
from primer_core.lessons.views.losses import Loss, losses_in
from primer_core.lessons.views.state import Snapshot, cells_changed, look, written_elements
from primer_core.lessons.views.steps import Step, steps_to
from primer_core.lessons.views.workspace import Line, Workspace

MAX_STATEMENTS = 24

Kind = Literal["same", "view", "apart", "copy", "empty"]
"""What a name is to those before it: another name of the very same object, an array that shares memory with one of
them, one that reads other cells of the memory of one, one with a memory of its own, or one without cells to share."""

_HOW = "Start from a name and say what is done to it: a[1:, ::2], a.T, a.reshape(4, 3), np.broadcast_to(a, (2, 3, 4))."

_HOW_STATEMENT = "Write statements such as b[0, 1] = 99, a += 1, a = a + 1, a[:] = 0, with ; between them."


@dataclass(frozen=True, slots=True)
class Rejected(Unread):
    """A field holds something that comes to nothing here, though a library may know it.

    Parameters
    ----------
    verdict
        Whether it cannot be read, is not known here, or is refused here.
    """

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the library about two names, as code, and what it answered."""

    code: str
    first: str
    second: str
    answer: bool


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """What a defined name is to the names before it.

    Parameters
    ----------
    name
        The name.
    kind
        What it is.
    of
        The first name that it shares memory with; empty for a copy.
    questions
        What the library was asked, one for each name before it.
    steps
        What its definition does, first to last; empty where it is only a name.
    """

    name: str
    kind: Kind
    of: str
    questions: tuple[Asked, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What the statements did to a name.

    Parameters
    ----------
    name
        The name.
    bound
        "kept" to the object that it was bound to before; to a "new" object, which a statement made; to "another"
        that was there before; "first" where it was bound to nothing before; or "gone" where it is no name any more.
    cells
        How many cells of the object that it was bound to before changed.
    """

    name: str
    bound: Literal["kept", "new", "another", "first", "gone"]
    cells: int

    @property
    def rebound(self) -> bool:
        """Return whether it is bound to another object than before, or to none."""
        return self.bound != "kept"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Program:
    """Lines that were run; whether all of them were, the subclasses say.

    Parameters
    ----------
    library
        That makes the base.
    base
        The base as code.
    definitions, statements
        The lines that ran, as code; a line that failed is not among them.
    before, after
        All arrays once everything is defined, and once the statements have run.
    verdicts
        One for each array that a definition made, from before the statements.
    asked
        What the library was asked about sharing once the statements had run: each name against those before it.
    deeds
        What each statement did.
    values
        The names that are bound to no array in the end, and what to.
    losses
        Numbers that a dtype could not keep, each with the number of the line in `lines`.
    history
        Which name was bound to which array, by its number, after each of `lines`.
    warnings
        What the libraries warned of: the line, and their words.
    """

    library: Library
    base: str
    definitions: tuple[str, ...]
    statements: tuple[str, ...]
    before: Snapshot
    after: Snapshot
    verdicts: tuple[NameVerdict, ...]
    asked: tuple[Asked, ...]
    deeds: tuple[Deed, ...]
    values: tuple[tuple[str, str], ...]
    losses: tuple[tuple[int, Loss], ...]
    history: tuple[Mapping[str, int], ...]
    warnings: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines that ran, as code: the base, the definitions, and the statements."""
        return (f"a = {self.base}", *self.definitions, *self.statements)

    @property
    def failing(self) -> str:
        """Return the line that failed, as code; empty where none did."""
        return ""

    @property
    def skipped(self) -> tuple[str, ...]:
        """Return the lines that were not run because one failed, as code."""
        return ()

    @property
    def unnamed(self) -> tuple[Unnamed, ...]:
        """Return the copies that a statement wrote into and that nobody holds."""
        return tuple(lost for deed in self.deeds for lost in deed.unnamed)

    def holds(self, name: str) -> bool:
        """Return whether a name is still bound to what it was bound to before the statements."""
        if name not in self.before.names or name not in self.after.names:
            return False
        return self.after.called(name).number == self.before.called(name).number


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ran(Program):
    """All lines ran."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stopped(Program):
    """The library refused a line, and what stands behind it was not run.

    Parameters
    ----------
    place
        Field in which the line stands.
    line
        The line as code.
    part
        The part of it that was refused, as it was typed.
    words
        The library's own, after the name of the exception.
    cause
        The cause, of which the line is not numbered yet; None where no more is known than what the library says.
    fixes
        What would work.
    not_run
        Lines behind it that were not run for it, as code.
    untouched
        Whether no cell changed by what was refused.
    """

    place: Literal["b", "c", "then"]
    line: str
    part: str
    words: str
    cause: Claim | None
    fixes: tuple[Fix, ...]
    not_run: tuple[str, ...]
    untouched: bool

    @property
    def failing(self) -> str:
        """Return the line that failed, as code."""
        return self.line

    @property
    def skipped(self) -> tuple[str, ...]:
        """Return the lines that were not run because of it."""
        return self.not_run


@dataclass(slots=True, eq=False)
class _Lines:
    """What has run so far."""

    work: Workspace = field(default_factory=Workspace)
    definitions: list[Line] = field(default_factory=list)
    statements: list[Line] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    losses: list[tuple[int, Loss]] = field(default_factory=list)
    history: list[Mapping[str, int]] = field(default_factory=list)
    verdicts: tuple[NameVerdict, ...] = ()

    def remember(self) -> None:
        """Keep which name is bound to which array now that one more line has run."""
        places = {name: self.work.place_of(array) for name, array in self.work.arrays.items()}
        self.history.append({name: place for name, place in places.items() if place is not None})

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """Return what the libraries warned of, with the line."""
        lines = (*self.definitions, *self.statements)
        return tuple((line.code, words) for line in lines for words in line.warnings)


def run_program(
    base: str,
    operation: str = "",
    second: str = "",
    then: str = "",
    library: Library = "NumPy",
    *,
    advising: bool = True,
) -> Unread | Ran | Stopped:
    """Run what operations make of a base, and statements after them. Nothing that is typed makes it raise.

    Parameters
    ----------
    base
        A shape, which is filled with 1, 2, 3, ..., or an expression that gives an array; called ``a``.
    operation, second
        Expressions for ``b`` and ``c``, such as ``a[1:, ::2]``; each may speak of the names before it. Where one is
        empty there is no such array.
    then
        Statements, such as ``b[0, 1] = 99; a += 1``; each may bind further names.
    library
        Which one makes the base.
    advising
        Whether fixes are looked for where the library refuses a line; each is tried by running it.
    """
    lines = _Lines()
    try:
        written = read_base(base, library, lines.work)
        lines.remember()
    except Refused as refused:
        return Rejected("a", str(refused), _verdict_of(refused))
    except Rejection as rejection:
        return Rejected("a", _worded(rejection, ""), rejection.verdict)
    then = dedent(then).strip()  # a program that is pasted may be indented as a whole
    typed = {"a": base, "b": operation, "c": second, "then": then}
    skipped = " Until then the statements in Then are not run." if then.strip() else ""
    for place in ("b", "c"):
        try:
            _define(lines, place, typed[place])
        except Refused as refused:
            return Rejected(place, f"{refused}{skipped}", "refused")
        except Rejection as rejection:
            if rejection.verdict != "declined":
                return Rejected(place, _worded(rejection, _HOW) + skipped, rejection.verdict)
            line = f"{place} = {_spelled_expression(typed[place], lines.work)}"
            before = look(lines.work)
            lines.verdicts = _verdicts(lines, before)
            ran = _program(lines, library, written, before)
            return _stopped(ran, rejection, place, line, typed, lines.work, advising=advising)
    before = look(lines.work)
    lines.verdicts = _verdicts(lines, before)
    try:
        nodes = read_statements(then)
        if len(nodes.nodes) > MAX_STATEMENTS:
            raise Refused(f"These are {len(nodes.nodes)} statements; at most {MAX_STATEMENTS} are run.")
        state = before
        for node in nodes.nodes:
            try:
                state = _run(lines, node, nodes.source, state)
            except Rejection as rejection:
                if rejection.verdict != "declined":
                    raise
                line = views_code.spelled(node, lines.work.evaluator.names)
                ran = _program(lines, library, written, before)
                return _stopped(ran, rejection, "then", line, typed, lines.work, state, advising=advising)
    except Refused as refused:
        return Rejected("then", str(refused), "refused")
    except Rejection as rejection:
        return Rejected("then", _worded(rejection, _HOW_STATEMENT), rejection.verdict)
    return Ran(**_program(lines, library, written, before))


def read_base(text: str, library: Library, work: Workspace) -> str:
    """Make the base, bind it to ``a``, and return it as code.

    Where the text gives an array of the other library, it is made by the chosen one in its own words; where it has
    none, the array is handed over.

    Raises
    ------
    Refused, Rejection
        If the text gives no array, or it is too large.
    """
    engine = backend(library)
    written = _plain_operand(text, engine)
    native = None if written is None or written.kind == "derived" else _native(written.code, engine)
    if written is not None and native is not None:
        check_size(written.shape, "The base")
        code, array = native, engine.make(written.values, native_floats=True)
    else:
        code = written.code if written is not None else views_code.spelled(read_expression(text).node)
        array = _evaluated(code, work.evaluator)
        if not is_array(array):
            raise Refused(f"{quoted(code)} is no array. Write a shape, (3, 4), or an array, [[1, 2], [3, 4]].")
        if backend_of(array) is not engine:
            code, array = _handed_over(code, engine, work.evaluator)
    work.evaluator.names["a"] = array
    work.take_up(Line(code_statements(f"a = {code}")[0], f"a = {code}", (), ()))
    look(work)
    return code


def _native(code: str, engine: Backend) -> str | None:
    """Write an array that is written out in a library's own words; None where it names more, such as a dtype."""
    try:
        return engine.native_code(code)
    except ValueError:
        return None


def _plain_operand(text: str, engine: Backend) -> Operand | None:
    """Read a shape or an array; None for what PyTorch makes itself, or has cells that are no plain numbers.

    Raises
    ------
    Refused
        If it is neither.
    """
    try:
        expression = read_expression(text)
    except Rejection:
        return read_operand(text)
    names = {node.id for node in ast.walk(expression.node) if isinstance(node, ast.Name)}
    if not engine.runs_numpy_code and names & {"torch", "tensor", "F", "nn"}:
        return None
    try:
        return read_operand(text)
    except Refused as refused:
        if isinstance(refused.__cause__, Rejection) or not isinstance(expression.node, ast.Call):
            raise
        return None  # complex numbers, objects, and cells that were never written, are drawn here


def _handed_over(code: str, engine: Backend, evaluator: Evaluator) -> tuple[str, Any]:
    """Return code that makes an array by another library than the code's own, and the array."""
    found = translated(code, engine.library)
    if not isinstance(found, NoEquivalent):
        try:
            array = _evaluated(found, evaluator)
        except Rejection:
            array = None
        if is_array(array) and backend_of(array) is engine:
            return views_code.spelled(read_expression(found).node), array
    over = f"torch.tensor({code})" if not engine.runs_numpy_code else f"({code}).numpy()"
    over = views_code.spelled(read_expression(over).node)
    return over, _evaluated(over, evaluator)


def _evaluated(code: str, evaluator: Evaluator) -> Any:
    return evaluator.evaluate(read_expression(code))


def _define(lines: _Lines, name: str, text: str) -> None:
    """Run a definition, unless it is empty."""
    if not text.strip():
        return
    expression = read_expression(text)
    target = ast.copy_location(ast.Name(name, ast.Store()), expression.node)
    node = ast.copy_location(ast.Assign([target], expression.node), expression.node)
    line = lines.work.run(node, expression.source)
    look(lines.work)  # what cannot be drawn is refused at its own field
    lines.losses += [(len(lines.history), loss) for loss in losses_in(line.calls, line.code)]
    lines.definitions.append(line)
    lines.remember()


def _spelled_expression(text: str, work: Workspace) -> str:
    return views_code.spelled(read_expression(text).node, work.evaluator.names)


def _run(lines: _Lines, node: ast.stmt, source: str, before: Snapshot) -> Snapshot:
    """Run a statement, keep what it did, and return the arrays as they are then."""
    values = dict(lines.work.values)
    line = lines.work.run(node, source)
    after = look(lines.work)
    lines.statements.append(line)
    lines.deeds.append(deed_of(line, lines.work, before, after, values))
    lines.losses += [(len(lines.history), loss) for loss in losses_in(line.calls, line.code)]
    lines.remember()
    return after


def _program(lines: _Lines, library: Library, base: str, before: Snapshot) -> dict[str, Any]:
    """Return what is known of the lines that ran, by the names of the parameters of `Program`."""
    after = look(lines.work)
    return {
        "library": library,
        "base": base,
        "definitions": tuple(line.code for line in lines.definitions),
        "statements": tuple(line.code for line in lines.statements),
        "before": before,
        "after": after,
        "verdicts": lines.verdicts,
        "asked": _asked_again(lines.work.arrays, after),
        "deeds": tuple(lines.deeds),
        "history": tuple(lines.history),
        "values": tuple((name, shortened(value)) for name, value in lines.work.values.items()),
        "losses": tuple(lines.losses),
        "warnings": lines.warnings,
    }


def shortened(value: Any) -> str:
    """Write a value that is no array, cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _stopped(
    ran: dict[str, Any],
    rejection: Rejection,
    place: Literal["b", "c", "then"] | str,
    line: str,
    typed: Mapping[str, str],
    work: Workspace,
    state: Snapshot | None = None,
    *,
    advising: bool,
) -> Stopped:
    """Say what stopped a program; `state` is that before the statement that did."""
    field: Literal["b", "c", "then"] = "b" if place == "b" else "c" if place == "c" else "then"
    after = ran["after"]
    untouched = state is None or not any(
        written_elements(state, after, buffer.number).any() for buffer in after.buffers
    )
    not_run = _not_run(field, typed, work, len(ran["statements"]))
    cause: Claim | None = None
    tried: tuple[Fix, ...] = ()
    if advising:
        library: Library = ran["library"]
        cause, fixes = advise(rejection, field, typed, work.evaluator)
        tried = tuple(found for fix in fixes for found in _tried(fix, typed, library))
        tried += _leaving_out(field, typed, library, not_run)
    return Stopped(
        **ran,
        place=field,
        line=line,
        part=rejection.place.text,
        words=rejection.message,
        cause=cause,
        fixes=tried,
        not_run=not_run,
        untouched=untouched,
    )


def _not_run(place: Literal["b", "c", "then"], typed: Mapping[str, str], work: Workspace, ran: int) -> tuple[str, ...]:
    """Return the lines that stand behind the one that failed, as code; `ran` statements of Then have run."""
    names = {*work.evaluator.names, "b", "c"}
    found = []
    try:
        if place == "b" and typed["c"].strip():
            found.append(f"c = {views_code.spelled(read_expression(typed['c']).node, names)}")
        nodes = read_statements(typed["then"]).nodes if typed["then"].strip() else ()
    except Rejection:  # it is read, and refused, once the line before it works
        return tuple(found)
    rest = nodes[ran + 1 :] if place == "then" else nodes
    return (*found, *(views_code.spelled(node, names) for node in rest))


def _tried(fix: Fix, typed: Mapping[str, str], library: Library) -> tuple[Fix, ...]:
    """Return a fix with what it gives; nothing where not all lines run with it."""
    if fix.how == "pairs":
        return (fix,)
    mended = {**typed, **fix.texts}
    found = run_program(mended["a"], mended["b"], mended["c"], mended["then"], library, advising=False)
    if not isinstance(found, Ran) or fix.name not in found.after.names:
        return ()
    made = found.after.called(fix.name)
    return (replace(fix, shape=made.layout.shape, dtype=made.dtype),)


def _leaving_out(
    place: Literal["b", "c", "then"], typed: Mapping[str, str], library: Library, not_run: tuple[str, ...]
) -> tuple[Fix, ...]:
    """Offer to empty the field of a definition that failed, where all that was not run for it runs without it."""
    if place == "then" or not not_run:
        return ()
    emptied = {"b": typed["b"], "c": typed["c"], place: ""}
    found = run_program(typed["a"], emptied["b"], emptied["c"], typed["then"], library, advising=False)
    number = 1 + bool(typed["b"].strip()) if place == "c" else 1
    return (Fix("without", number, "", place, {place: ""}),) if isinstance(found, Ran) else ()


def _verdict_of(refused: Refused) -> Verdict:
    cause = refused.__cause__
    return cause.verdict if isinstance(cause, Rejection) else "refused"


def _worded(rejection: Rejection, how: str) -> str:
    """Say whose verdict it is, what is at fault, and what to do."""
    place = rejection.place
    if rejection.declined is not None:
        return rejection.sentence(how)
    where = f" It stands in line {place.line}, column {place.column + 1}." if place.column or place.line > 1 else ""
    if rejection.verdict == "refused":
        return f"{rejection.message}{where}"
    return f"{rejection.message}{where} {how}"


def _verdicts(lines: _Lines, before: Snapshot) -> tuple[NameVerdict, ...]:
    verdicts = []
    arrays = {name: lines.work.things[before.called(name).number].array for name in before.names}
    calls = {line.code.partition(" = ")[0]: line.calls for line in lines.definitions}
    for place, name in enumerate(before.names):
        if name == "a":
            continue
        own = before.called(name)
        earlier = [other for other in before.names[:place] if other.partition("[")[0] != name.partition("[")[0]]
        same = next((other for other in earlier if other in own.names), "")
        questions = _questions(arrays, before, name)
        kind: Kind = "same" if same else "empty" if not own.values.size else "view"
        of = next((other for other in earlier if not same and share_cells(arrays[other], arrays[name])), "")
        if kind == "view" and not of:
            of = next((other for other in earlier if before.called(other).buffer == own.buffer), "")
            kind = "apart" if of else "copy"
        steps = steps_to(calls[name.partition("[")[0]], arrays[name])
        verdicts.append(NameVerdict(name, kind, same or of, questions, steps))
    return tuple(verdicts)


def _questions(arrays: Mapping[str, Any], state: Snapshot, name: str) -> tuple[Asked, ...]:
    """Ask whether a name shares memory with those before it that are bound to other objects."""
    same = state.called(name).names
    return tuple(_ask(arrays, state, other, name) for other in state.names if other < name and other not in same)


def _asked_again(arrays: Mapping[str, Any], state: Snapshot) -> tuple[Asked, ...]:
    """Ask about sharing once the statements have run.

    Of two arrays without a cell nothing is asked: they have nothing to share, and PyTorch finds one address, 0, in all.
    """
    found = (asked for name in state.names for asked in _questions(arrays, state, name))
    return tuple(asked for asked in found if size_of(arrays[asked.first]) or size_of(arrays[asked.second]))


def _ask(arrays: Mapping[str, Any], state: Snapshot, other: str, name: str) -> Asked:
    """Put the question of shared memory to the library, in the words of its own code."""
    code = views_code.question(other, state.called(other), name, state.called(name))
    return Asked(code, other, name, _answer(arrays, other, name))


def _answer(arrays: Mapping[str, Any], other: str, name: str) -> bool:
    first, second = arrays[other], arrays[name]
    if any(backend_of(one).is_number(one) for one in (first, second)):
        return bool(np.shares_memory(np.asarray(first), np.asarray(second)))
    return shares_memory(first, second)


def changes(program: Program) -> tuple[Change, ...]:
    """Compare every name before and after the statements."""
    found = []
    for name in sorted({*program.before.names, *program.after.names}):
        if name not in program.before.names:
            found.append(Change(name, "first", 0))
            continue
        old = program.before.called(name)
        cells = int(changed_cells(program, old.number).sum())
        if name not in program.after.names:
            found.append(Change(name, "gone", cells))
            continue
        new = program.after.called(name)
        made = new.number >= len(program.before.arrays)
        found.append(Change(name, "kept" if new.number == old.number else "new" if made else "another", cells))
    return tuple(found)


def changed_cells(program: Program, number: int) -> NDArray[np.bool_]:
    """Of the shape of the array with that number: which of its cells differ after the statements; none if it is new."""
    return cells_changed(program.before, program.after, number)
