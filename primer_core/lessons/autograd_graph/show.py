"""The autograd graph as parts: program, leaves to move, graph to play, and what became of each ``.grad``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from primer_core.claims.claim import plain as words
from primer_core.claims.going_back import GradNotFinite
from primer_core.language.rejection import Rejection
from primer_core.lessons.autograd_graph.claims import filled
from primer_core.lessons.autograd_graph.explain import LEAF, Failed, Outcome
from primer_core.lessons.autograd_graph.graph import Finished, GraphTrace, Mend, NamedTensor, Refused
from primer_core.lessons.autograd_graph.playback import graph, inline
from primer_core.lessons.autograd_graph.program import Leaf, Program, read_program
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Grid, Picture, Row
from primer_core.picture.number import cell_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Control,
    Controls,
    Fix,
    Fixes,
    Heading,
    Note,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.sliders import Slider, Sliders
from primer_core.picture.text import Code, Role, text

_RANGES = (5.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0)
_STEPS = 100
_MOST_LEAVES = 8
_MOST_LINES = 40
_OF_BACKWARD = ("backward_calls", "retain_graph", "zero_grad", "in_place")
_GOES_BACK = "The program calls backward() itself."
_NEEDS_TWO_CALLS = "It matters with two backward() calls only."

QUIZ = Quiz(
    text(Code("x = param(3)"), " and ", Code("y = x * x"), ". The node × hands a gradient to x twice. What is ",
         Code("x.grad"), "?"),
    (
        QuizAnswer("3", text("That is one of the two flows: upstream 1 times the other operand, 3.")),
        QuizAnswer("6", text("Right. Two paths lead to x, each brings 3, and AccumulateGrad adds them: 2x.")),
        QuizAnswer("9", text("That is the value of y going forward, not its slope.")),
    ),
    "6",
)  # fmt: skip


def show(question: GraphQuestion, outcome: Outcome) -> Page:
    """Show what came of a program."""
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case Failed(message):
            return Page(panel, (Notice("refused", (text(message),)),))
        case Finished() | Refused():
            return Page(panel, _body(outcome))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread():
            return Chip("error", "the program cannot be read")
        case Failed():
            return Chip("error", "this lesson fails")
        case Refused(refusal=refusal) if refusal.caught:
            return Chip("error", f"{refusal.by} refuses, and it is caught")
        case Refused(refusal=refusal):
            where = f", line {refusal.place.line}" if refusal.place else ""
            return Chip("error", (f"{refusal.by} refuses" if refusal.library else "not possible here") + where)
        case Finished() if outcome.not_finite:
            return Chip("error", words(GradNotFinite(outcome.not_finite).sentence()))
        case Finished():
            return Chip("ok", words(filled(outcome).sentence()))


def _panel(question: GraphQuestion, outcome: Outcome) -> tuple[Part, ...]:
    unread = outcome if isinstance(outcome, Unread) else None
    program = _read(question)
    names = () if program is None else program.names
    itself = program is not None and program.goes_back
    once = {} if question.backward_calls == "2" else dict.fromkeys(("retain_graph", "zero_grad"), _NEEDS_TWO_CALLS)
    once |= dict.fromkeys(_OF_BACKWARD, _GOES_BACK) if itself else {}
    calls, *named = controls(question, "backward_calls", "detach", "in_place", disabled=once).controls
    switches = (
        Controls((calls, *(_choice(control, names) for control in named))),
        controls(question, "retain_graph", "zero_grad", disabled=once),
        controls(question, "no_grad", "retain_grad", chip=chip(outcome)),
    )
    return (Columns(((controls(question, "program", unread=unread),), switches), (1.1, 1)),)


def _read(question: GraphQuestion) -> Program | None:
    try:
        return read_program(question.program)
    except Rejection:
        return None


def _choice(control: Control, names: tuple[str, ...]) -> Control:
    """Offer the names of a program; one that it does not have, or not now, is kept and said to be missing."""
    options = (("", "nothing"), *((name, name) for name in names))
    if control.value and control.value not in names:
        options = (*options, (control.value, f"{control.value} (not there)"))
    return replace(control, look="select", options=options)


def _body(trace: Finished | Refused) -> tuple[Part, ...]:
    happened = Card(_happened(trace), "story")
    checked = Card((*_checks(trace), QUIZ), "quiz")
    return (
        Card((*leaves(trace.program), graph(trace)), "picture"),
        Columns(((happened,), (checked,)), (1.1, 1)),
        Card((code_panel(trace.code),), "code"),
    )


def leaves(program: Program) -> tuple[Part, ...]:
    """Offer the numbers that a program writes down: a slider for each number, cells to edit for each array."""
    shown = program.leaves[:_MOST_LEAVES]
    sliders = tuple(_slider(leaf, leaf.numbers) for leaf in shown if not isinstance(leaf.numbers, list))
    grids = tuple(_grid(leaf) for leaf in shown if isinstance(leaf.numbers, list))
    found: list[Part] = [Sliders(sliders)] if sliders else []
    if grids:
        found.append(Picture(grids, (Row(tuple(grid.id for grid in grids), compact=True),)))
    return tuple(found)


def _slider(leaf: Leaf, value: float) -> Slider:
    reach = next((limit for limit in _RANGES if abs(value) <= limit), abs(value))
    written = str(int(value)) if float(value).is_integer() else repr(value)
    note = "requires a gradient" if leaf.requires_grad else "data"
    step = "1" if leaf.whole else f"{reach / _STEPS:g}"
    return Slider(f"{LEAF}{leaf.name}", leaf.name, written, f"{-reach:g}", f"{reach:g}", step, note)


def _grid(leaf: Leaf) -> Grid:
    values = np.array(leaf.numbers, dtype=np.int64 if leaf.whole else np.float64)
    role: Role = "a" if leaf.requires_grad else "plain"
    return Grid(f"{LEAF}{leaf.name}", leaf.name, values, role, axes=("",) * values.ndim, editable=True)


def _happened(trace: Finished | Refused) -> tuple[Part, ...]:
    """Say what autograd made of the program, and why each ``.grad`` is what it is; PyTorch's words are in the graph."""
    found: list[Part] = []
    match trace:
        case Refused(refusal=refusal):
            said = [*paragraphs(refusal.causes)]
            if refusal.message:
                found.append(Notice("refused", (text(refusal.message),)))
            elif not said:
                found.append(Notice("declined", (text(refusal.library),)))
            found += [Story(tuple(said))] if said else []
            fixes = tuple(Fix(spoken(mend.claim), _puts(mend)) for mend in refusal.mends)
            found += [Fixes(fixes)] if fixes else []
        case Finished():
            found.append(Story(paragraphs(trace.insights or (filled(trace),))))
    if trace.said:
        lines = tuple(text(Code(line)) for line in trace.said[:_MOST_LINES])
        found.append(Notice("info", lines, title="The program prints"))
    if trace.seeded:
        found.append(Note(text("No seed was given: 0 is used here, so that the numbers are the same each time.")))
    return (*found, *warned(trace.warnings, "PyTorch"), *_names(trace.names))


def _puts(mend: Mend) -> Mapping[str, str]:
    """Return what a button puts into the fields."""
    return {field: value if isinstance(value, str) else "true" if value else "false" for field, value in mend.repair}


def _names(names: tuple[NamedTensor, ...]) -> tuple[Part, ...]:
    """Show a row for every name; where ``.grad`` is None, the row says why."""
    if not names:
        return ()
    rows = []
    for named in names:
        flags = [word for word, holds in (("leaf", named.is_leaf), ("retains grad", named.retains_grad)) if holds]
        flags += [] if named.requires_grad else ["no grad"]
        grad = "None" if named.grad is None else inline(named.grad)
        rows.append(
            (
                TableCell(text(Code(named.name)), "head"),
                TableCell(text(", ".join(flags) or "computed")),
                TableCell(text(Code(grad)), "bad" if named.grad is not None and not named.grad.is_finite else ""),
                TableCell(spoken(named.why_none) if named.why_none else (), "words"),
            )
        )
    head = (text("name"), text("what it is"), text(".grad"), text("why None"))
    found: list[Part] = [Table(head, tuple(rows), "The gradient of every name")]
    library = next((named.library for named in names if named.library), "")
    if library:
        found.append(Note(text("Read .grad of a tensor that is not a leaf, and PyTorch says: ", Code(library))))
    return tuple(found)


_VERDICTS = {"agrees": "✓ agrees", "differs": "✗ differs", "unchecked": "– not checked"}
_TONES: Mapping[str, Literal["good", "bad", "quiet"]] = {"agrees": "good", "differs": "bad", "unchecked": "quiet"}


def _checks(trace: GraphTrace) -> tuple[Part, ...]:
    """Show a row for every leaf: autograd's gradient of one backward call against central differences."""
    heading, checks = Heading("Checked by finite differences"), trace.checks
    if not checks:
        return (heading, Note(text("Only what a call of backward adds to a leaf is checked here.")))
    rows = tuple(
        (
            TableCell(text(Code(check.name)), "head"),
            TableCell(text(Code(inline(check.gradient)))),
            TableCell(text(Code(inline(check.difference)))),
            TableCell(text(cell_text(check.largest)), "number"),
            TableCell(text(_VERDICTS[check.verdict]), _TONES[check.verdict]),
        )
        for check in checks
    )
    head = (text("leaf"), text("autograd"), text("differences"), text("largest gap"), text("verdict"))
    notes = [Note(spoken(claim)) for check in checks for claim in check.notes]
    notes += [Note(text(Code(check.name), f": {check.limit}")) for check in checks if check.limit]
    which = "the first" if len(trace.calls) > 1 else "one"
    rule = f"Both in float64, for {which} backward call: (f(x + h) − f(x − h)) / 2h."
    return (heading, Table(head, rows, "Gradients against finite differences"), *notes, Note(text(rule)))
