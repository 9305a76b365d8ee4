"""Views and copies: what shares memory with what, where each cell lies, and what a statement changes.

A view is a new array object (shape, strides, offset) on memory that is there already; a copy is new memory. Which of
them an operation gives is not worked out here, it is asked of the arrays that it made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend, backend_of
from primer_core.backend.memory import shares_memory
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import read_operand
from primer_core.language.parsing import syntax_tree, typed_statements
from primer_core.language.statements import (
    HOW,
    MAX_TEXT,
    DeclinedError,
    Thing,
    Unnamed,
    Value,
    Workspace,
)
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views import code as views_code
from primer_core.lessons.views.fixes import Fix, advise
from primer_core.lessons.views.state import Snapshot, look

Kind = Literal["same", "view", "copy", "empty"]
"""What a name is to those before it: another name of the very same object, an array that shares memory with one of
them, one with a memory of its own, or one without cells to share."""

_SOURCE = "_"
"""What a definition's step is called that the next one is done to; no name that a learner may bind."""

_FRACTION_WRITTEN = re.compile(r"([abc])\[.*\] = (-?\d*\.\d*[1-9]\d*)")
"""A statement that writes a fraction into cells."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the library about two names, as code, and what it answered."""

    code: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One of the operations that a definition does, one after another.

    Parameters
    ----------
    code
        The expression up to here.
    operation
        Name of the method, function or attribute; "index" for ``[...]``, "arithmetic" for ``+`` and its like.
    result
        Asked of the library: whether what came of it shares memory with what it was done to; "number" where a single
        element came out of a NumPy array.
    casts
        Whether the dtype is another than before.
    """

    code: str
    operation: str
    result: Literal["view", "copy", "number"]
    casts: bool


@dataclass(frozen=True, slots=True)
class Verdict:
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
class Cut:
    """A statement that wrote a fraction into an array of whole numbers, which cut it off.

    Parameters
    ----------
    statement, name
        The statement, and the array's name.
    dtype
        What the array held when the statement ran.
    """

    statement: str
    name: str
    dtype: str


@dataclass(frozen=True, slots=True)
class Change:
    """What the statements did to a name.

    Parameters
    ----------
    name
        The name.
    bound
        "kept" to the object that it was bound to before; to a "new" object, which a statement made; to "another"
        that was there before; or "first" where it was bound to nothing before.
    cells
        How many cells of the object that it was bound to before changed.
    """

    name: str
    bound: Literal["kept", "new", "another", "first"]
    cells: int

    @property
    def rebound(self) -> bool:
        """Return whether it is bound to another object than before."""
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
        One for each definition that ran, from before the statements.
    asked
        What the library was asked about sharing once the statements had run: each name against those before it.
    unnamed
        Copies that a statement wrote into and that nobody holds.
    cuts
        Fractions that were cut off.
    """

    library: Library
    base: str
    definitions: tuple[str, ...]
    statements: tuple[str, ...]
    before: Snapshot
    after: Snapshot
    verdicts: tuple[Verdict, ...]
    asked: tuple[Asked, ...]
    unnamed: tuple[Unnamed, ...] = ()
    cuts: tuple[Cut, ...] = ()

    @property
    def failing(self) -> str:
        """Return the line that failed, as code; empty where none did."""
        return ""


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
        The line as code; of a statement, the part of it that was refused.
    words
        The library's own, after the name of the exception.
    cause
        Plain text: the cause in a sentence; empty where no more is known than what the library says.
    fixes
        What would work.
    not_run
        Fields of which lines were not run for it.
    untouched
        Whether no cell changed by what was refused.
    """

    place: Literal["b", "c", "then"]
    line: str
    words: str
    cause: str
    fixes: tuple[Fix, ...]
    not_run: tuple[str, ...]
    untouched: bool

    @property
    def failing(self) -> str:
        """Return the line that failed, as code."""
        return self.line


@dataclass(slots=True, eq=False)
class _Lines:
    """What has run so far."""

    work: Workspace = field(default_factory=Workspace)
    definitions: list[str] = field(default_factory=list)
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    untouched: bool = True


def run_program(
    base: str, operation: str = "", second: str = "", then: str = "", library: Library = "NumPy"
) -> Unread | Ran | Stopped:
    """Run what operations make of a base, and statements after them. Nothing that is typed makes it raise.

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
    lines = _Lines()
    try:
        written = read_base(base, library, lines.work)
    except Refused as refused:
        return Unread("a", str(refused))
    typed = {"b": operation, "c": second, "then": then}
    place: Literal["b", "c", "then"] = "b"
    failed: DeclinedError | None = None
    try:
        _define(lines, "b", operation)
        place = "c"
        _define(lines, "c", second)
    except Refused as refused:
        skipped = " Until then the statements in Then are not run." if then.strip() else ""
        return Unread(place, f"{refused}{skipped}")
    except DeclinedError as declined:
        failed = declined
    before = after = look(lines.work)
    verdicts = _verdicts(lines, before)
    if failed is None and then.strip():
        place = "then"
        try:
            _run(lines, then)
        except Refused as refused:
            return Unread(place, str(refused))
        except DeclinedError as declined:
            failed = declined
        after = look(lines.work)
    ran = Ran(
        library=library,
        base=written,
        definitions=tuple(lines.definitions),
        statements=tuple(lines.statements),
        before=before,
        after=after,
        verdicts=verdicts,
        asked=tuple(question for name in after.names for question in _questions(lines.work, after, name)),
        unnamed=tuple(lines.work.unnamed),
        cuts=tuple(lines.cuts),
    )
    return ran if failed is None else _stopped(ran, failed, place, {"a": base, **typed}, untouched=lines.untouched)


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


def _define(lines: _Lines, name: str, text: str) -> None:
    """Run a definition, unless it is empty."""
    if not text.strip():
        return
    lines.definitions.append(lines.work.define(name, text))
    lines.steps[name] = _steps(lines.work, text.strip())


def _run(lines: _Lines, then: str) -> None:
    """Run statements, and keep what each says of its arrays while it runs."""
    cells = _cells(lines.work)
    dtypes = _whole_dtypes(lines.work)
    running = lines.work.statements(then)
    try:
        for code in running:
            lines.statements.append(code)
            written = _FRACTION_WRITTEN.fullmatch(code)
            if written and written[1] in dtypes:
                lines.cuts.append(Cut(code, written[1], dtypes[written[1]]))
            cells, dtypes = _cells(lines.work), _whole_dtypes(lines.work)
    except DeclinedError:
        now = _cells(lines.work)
        lines.untouched = all(_same_bytes(old, new) for old, new in zip(cells, now, strict=True))
        raise


def _cells(work: Workspace) -> list[NDArray[Any]]:
    return [backend_of(thing.it).to_numpy(thing.it) for thing in work.things]


def _same_bytes(old: NDArray[Any], new: NDArray[Any]) -> bool:
    return old.tobytes() == new.tobytes()


def _whole_dtypes(work: Workspace) -> dict[str, str]:
    """Return, of each name that is bound to an array of whole numbers, its dtype."""
    return {
        name: str(it.dtype) for name, it in work.names.items() if backend_of(it).on_its_memory(it).dtype.kind in "iu"
    }


def _stopped(
    ran: Ran, declined: DeclinedError, place: Literal["b", "c", "then"], typed: Mapping[str, str], *, untouched: bool
) -> Stopped:
    """Say what stopped a program."""
    cause, fixes = advise(declined.problem, declined.step, place, typed)
    behind = {"b": ("c", "then"), "c": ("then",), "then": ()}[place]
    not_run = tuple(field for field in behind if typed[field].strip())
    if place == "then" and len(typed_statements(typed["then"].strip())) > len(ran.statements) + 1:
        not_run = ("then",)
    return Stopped(
        library=ran.library,
        base=ran.base,
        definitions=ran.definitions,
        statements=ran.statements,
        before=ran.before,
        after=ran.after,
        verdicts=ran.verdicts,
        asked=ran.asked,
        unnamed=ran.unnamed,
        cuts=ran.cuts,
        place=place,
        line=declined.step if place == "then" else f"{place} = {' '.join(typed[place].split())}",
        words=declined.words,
        cause=cause,
        fixes=(*fixes, *_leaving_out(place, typed, ran.library, not_run)),
        not_run=not_run,
        untouched=untouched,
    )


def _leaving_out(
    place: Literal["b", "c", "then"], typed: Mapping[str, str], library: Library, not_run: tuple[str, ...]
) -> tuple[Fix, ...]:
    """Offer to empty the field of a definition that failed, where all that was not run for it runs without it."""
    if place == "then" or not not_run:
        return ()
    emptied = {"b": typed["b"], "c": typed["c"], place: ""}
    found = run_program(typed["a"], emptied["b"], emptied["c"], typed["then"], library)
    return (Fix(f"Leave {place} empty", "", {place: ""}),) if isinstance(found, Ran) else ()


def _steps(work: Workspace, text: str) -> tuple[Step, ...]:
    """Take apart what a definition that has run does one after another, and ask of each step whether it copied."""
    node: ast.expr | None = syntax_tree(text, HOW, longest=MAX_TEXT)
    chain: list[tuple[ast.expr, str, str, ast.expr | None]] = []
    while node is not None and (step := _last_step(node)) is not None:
        operation, inner = step
        chain.append((node, ast.unparse(node), operation, inner))
        node = inner
    found: list[Step] = []
    source: Value | None = None if node is None else work.expression(node, text)
    for outer, code, operation, inner in reversed(chain):
        scratch = work
        if source is not None and inner is not None and not isinstance(inner, ast.Name):
            # The very object that the step before made, not another that the same code would make.
            thing = Thing(source.it, _SOURCE, source.code, source.where)
            scratch = Workspace({**work.names, _SOURCE: source.it}, [*work.things, thing])
            _do_to(outer, inner, ast.Name(_SOURCE, ast.Load()))
        result = scratch.expression(outer, text)
        found.append(Step(code, operation, *_compared(source, result)))
        source = result
    return tuple(found)


def _compared(source: Value | None, result: Value) -> tuple[Literal["view", "copy", "number"], bool]:
    """Ask whether a result shares memory with what it was made from, and whether its dtype is another."""
    if source is None:
        return "copy", False
    before, after = backend_of(source.it), backend_of(result.it)
    casts = after.on_its_memory(result.it).dtype != before.on_its_memory(source.it).dtype
    if after.is_number(result.it):
        return "number", casts
    shares = not before.is_number(source.it) and shares_memory(source.it, result.it)
    return ("view" if shares else "copy"), casts


def _do_to(node: ast.expr, inner: ast.expr, other: ast.expr) -> None:
    """Have the last operation of an expression be done to something else."""
    match node:
        case ast.Subscript() | ast.Attribute():
            node.value = other
        case ast.Call(ast.Attribute() as function) if function.value is inner:
            function.value = other
        case ast.Call():
            node.args[0] = other


def _last_step(node: ast.expr) -> tuple[str, ast.expr | None] | None:
    """Return the operation that an expression does last, and what it does it to; None for a bare name."""
    match node:
        case ast.Subscript(inner):
            return "index", inner
        case ast.BinOp():
            return "arithmetic", None
        case ast.Call(ast.Name(name), [inner, *_]):
            return name, inner
        case ast.Call(ast.Attribute(holder, name), arguments):
            return (name, arguments[0]) if _is_module(holder) else (name, holder)
        case ast.Attribute(inner, name):
            return name, inner
    return None


def _is_module(node: ast.expr) -> bool:
    """Return whether an expression names a module, as ``np`` and ``np.lib.stride_tricks`` do."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "torch")


def _verdicts(lines: _Lines, before: Snapshot) -> tuple[Verdict, ...]:
    verdicts = []
    for place, name in enumerate(before.names[1:], start=1):
        own = before.called(name)
        earlier = before.names[:place]
        same = next((other for other in earlier if other in own.names), "")
        questions = _questions(lines.work, before, name)
        of = next((other for other, asked in zip(earlier, questions, strict=False) if asked.answer), "")
        kind: Kind = "same" if same else "empty" if not own.values.size else "view" if of else "copy"
        verdicts.append(Verdict(name, kind, same or of, questions, lines.steps[name]))
    return tuple(verdicts)


def _questions(work: Workspace, state: Snapshot, name: str) -> tuple[Asked, ...]:
    """Ask whether a name shares memory with those before it that are bound to other objects."""
    same = state.called(name).names
    return tuple(_ask(work, state, other, name) for other in state.names if other < name and other not in same)


def _ask(work: Workspace, state: Snapshot, other: str, name: str) -> Asked:
    """Put the question of shared memory to the library, in the words of its own code."""
    code = views_code.question(other, state.called(other), name, state.called(name))
    first, second = work.names[other], work.names[name]
    if any(backend_of(one).is_number(one) for one in (first, second)):
        return Asked(code, bool(np.shares_memory(np.asarray(first), np.asarray(second))))
    return Asked(code, shares_memory(first, second))


def changes(program: Program) -> tuple[Change, ...]:
    """Compare every name before and after the statements."""
    found = []
    for name in program.after.names:
        new = program.after.called(name)
        if name not in program.before.names:
            found.append(Change(name, "first", 0))
            continue
        old = program.before.called(name)
        cells = int(changed_cells(program, old.number).sum())
        made = new.number >= len(program.before.arrays)
        found.append(Change(name, "kept" if new.number == old.number else "new" if made else "another", cells))
    return tuple(found)


def changed_cells(program: Program, number: int) -> NDArray[np.bool_]:
    """Of the shape of the array with that number: which of its cells differ after the statements; none if it is new."""
    new = program.after.arrays[number].values
    if number >= len(program.before.arrays):
        return np.zeros(new.shape, np.bool_)
    old = program.before.arrays[number].values
    unequal = np.asarray(new != old)
    return np.asarray(unequal & ~((new != new) & (old != old)))  # what is nan before and after did not change
