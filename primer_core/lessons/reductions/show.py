"""Reductions as parts: the array with its collapsing axes, what is made of it, and whether that fits back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, backend
from primer_core.claims.claim import Claim, plain
from primer_core.claims.reducing import AxisBecomes
from primer_core.language.spelling import shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions import claims
from primer_core.lessons.reductions.explain import (
    Asked,
    BackClash,
    BackMet,
    Middles,
    NotReduced,
    Outcome,
    Reduced,
    Running,
    Shares,
    Spread,
    UnreadAxis,
    Winners,
    axis_choices,
)
from primer_core.lessons.reductions.question import BACK, PAIRED, SCANS, ReductionsQuestion
from primer_core.lessons.show import controls, own_sizes, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.grid import (
    Each,
    Formula,
    Grid,
    Link,
    Op,
    PerCell,
    Picture,
    Piece,
    Ref,
    Row,
    Strong,
    Val,
    full_text,
)
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Control,
    Controls,
    Fix,
    Fixes,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    SizeCell,
    Sizes,
    Story,
)
from primer_core.picture.text import Code, text

QUIZ = Quiz(
    text(Code("a"), " has shape ", Code("(2, 3, 4)"), ". What is the shape of ", Code("a.sum(axis=1)"), "?"),
    (
        QuizAnswer("(2, 4)", text("Right. Axis 1, the 3, disappears; the others stay, in their order.")),
        QuizAnswer(
            "(3,)",
            text("That is what stays if axes 0 and 2 are summed over: the axis that is named is the one that goes."),
        ),
        QuizAnswer("(2, 1, 4)", text("So it would be with keepdims=True. Without it the axis is gone, not 1.")),
        QuizAnswer("(2, 3)", text("Axes are counted from 0: axis 1 is the 3, not the 4.")),
    ),
    "(2, 4)",
)

_SIGNS = {"-": "−", "/": "÷"}


def show(question: ReductionsQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    if isinstance(outcome, Asked):
        question = outcome.question  # what a line asks stands in its controls
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case NotReduced():
            return Page(
                panel,
                (Card(_refused(outcome), "picture"), _below((*claims.earlier(outcome), *outcome.causes), outcome.code)),
            )
        case Reduced(back=back) if question.brings_back and back is not None:
            return Page(
                panel,
                (Card(_brought_back(outcome, back), "picture"), _below(claims.story_back(outcome, back), back.code)),
            )
        case Reduced():
            parts = (*_view(question), sizes(outcome), reduced(outcome), *warnings_of(outcome))
            return Page(panel, (Card(parts, "picture"), _below(claims.story(outcome), outcome.code)))


def warnings_of(outcome: Reduced) -> tuple[Notice, ...]:
    """Show what the library warned of, and what it did not."""
    return (*warned(outcome.warnings, outcome.question.library), *map(_warning, claims.warnings(outcome)))


def _warning(claim: Claim) -> Notice:
    return Notice("warning", (spoken(claim),))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"the {field} cannot be read")
        case NotReduced(declined=declined):
            return Chip("error", declined.kind)
        case Reduced():
            return Chip("ok", plain(claims.becomes(outcome).sentence()))


def _panel(question: ReductionsQuestion, outcome: Outcome) -> tuple[Part, ...]:
    unread = outcome if isinstance(outcome, Unread) else None
    operation, engine = question.operation, backend(question.library)
    first = controls(question, "array", "operation", "axis", unread=unread)
    more = ["divisor"] if operation in ("std", "var") else []
    more += ["dtype"] if operation in engine.reduces_as else []
    more += ["places"] if operation in PAIRED and engine.max_gives_places else []
    disabled = {}
    if operation == "softmax" or operation in SCANS:
        disabled["keepdims"] = f"{operation.capitalize()} keeps every axis, with or without keepdims."
    if isinstance(outcome, Asked) and outcome.axis is None:
        disabled["places"] = f"Of all cells PyTorch's {operation} gives the value alone: name a dim."
    second = controls(question, "library", *more, "keepdims", chip=chip(outcome), disabled=disabled)
    if operation == "mean" and question.dtype != "default" and not question.computes_in:
        note = text(f"Means are shown in floats here: {question.dtype} is passed over.")
        second = replace(
            second,
            controls=tuple(replace(one, problem=note) if one.field == "dtype" else one for one in second.controls),
        )
    if isinstance(outcome, Asked | UnreadAxis):
        axes = axes_control(question, outcome)
        second = replace(second, controls=(axes, *second.controls))
    return (first, second, line_control(question, outcome, unread))


def line_control(question: ReductionsQuestion, outcome: Outcome, unread: Unread | None) -> Controls:
    """Offer the line that the controls say, to be written over by another."""
    shown = controls(question, "line", unread=unread)
    (typed,) = shown.controls
    value = question.line
    if isinstance(outcome, Asked):
        statements = outcome.statements
        value = "\n".join(statements)
    return replace(shown, controls=(replace(typed, value=value),))


def axes_control(question: ReductionsQuestion, outcome: Asked | UnreadAxis) -> Control:
    """Offer the axes that the array has, beside the field that they are typed into, in whatever spelling."""
    (typed,) = controls(question, "axis").controls
    options = tuple((choice, choice.replace("-", "−")) for choice in axis_choices(outcome.operand.values.ndim))
    value = str(outcome.axis) if isinstance(outcome, Asked) else ""
    return replace(typed, look="segments", label="Axes of a", help="", value=value, options=options)


def _view(question: ReductionsQuestion) -> tuple[Part, ...]:
    return (controls(question, "view", quiet=True),) if question.operation in BACK else ()


def _below(said: tuple[Claim, ...], code: str) -> Columns:
    told = Card((Story(paragraphs(said)), code_panel(code)), "story")
    return Columns(((told,), (Card((QUIZ,), "quiz"),)), (1.3, 1))


def _refused(outcome: NotReduced) -> tuple[Part, ...]:
    fixes = tuple(Fix(spoken(fix.says), fix.puts) for fix in outcome.fixes)
    return (
        *_view(outcome.question),
        sizes(outcome),
        whole(outcome),
        Notice("declined", (text(outcome.declined.text),)),
        *((Fixes(fixes),) if fixes else ()),
    )


def _brought_back(outcome: Reduced, back: BackClash | BackMet) -> tuple[Part, ...]:
    parts: tuple[Part, ...] = (*_view(outcome.question), sizes(outcome), brought_back(outcome, back))
    parts += warnings_of(outcome)
    if isinstance(back, BackClash):
        parts += (Notice("declined", (text(back.declined.text),)),)
    parts += tuple(map(_warning, claims.accidents(outcome, back)))
    offered = tuple(Fix(spoken(claim), {"keepdims": "true"}) for claim in claims.fits_with_size_one(outcome, back))
    return (*parts, *((Fixes(offered),) if offered else ()))


def sizes(asked: NotReduced | Reduced) -> Sizes:
    """Show the axes of the array as a table whose sizes can be dragged, and what becomes of each."""
    shape = asked.operand.shape
    outcomes = (
        [SizeCell()] * len(shape) if isinstance(asked, NotReduced) else list(map(_outcome, claims.of_axes(asked)))
    )
    return own_sizes("array", "a", asked.question.array, shape, result=("s", outcomes))


def _outcome(claim: AxisBecomes) -> SizeCell:
    size = {"disappears": "–", "flattened": "–", "reduced, kept": "1"}.get(claim.becomes, str(claim.size))
    return SizeCell(size, plain(claim.sentence()))


def whole(asked: Asked) -> Picture:
    """Lay out the array alone, where its reduction was declined."""
    return Picture((Grid("a", "a", asked.operand.values, "a"),), (Row(("a",)),))


def reduced(outcome: Reduced) -> Picture:
    """Lay out ``s = a.sum(axis)``: the array, its axes that collapse, and the result."""
    result, members, detail = outcome.result, outcome.members, outcome.detail
    a, s = _array(outcome), Grid("s", "s", result, "result", caption="a number" if outcome.number else None)
    focus = ("s", max(result.size // 2 - 1, 0)) if result.size else None
    grids, links, source = [a], [], "a"
    if outcome.cast is not None:
        # The dtype that was asked for changes cells before anything is added up: they are shown as they go in.
        source = "c"
        grids.append(Grid("c", "a", outcome.cast, "b", caption=f"as {outcome.cast.dtype}", marked_axes=outcome.axes))
        links.append(Link("a", "c", np.arange(a.values.size)))
    row: tuple[str | Op, ...] = (*(item for grid in grids for item in (grid.id, Op("→"))), "s")
    made = Link(source, "s", members)
    ddof = outcome.question.ddof
    formula = Formula("s", (Ref("s"), " = ", *_spelled(outcome, ddof, source), " = ", Strong((Val("s"),))))
    formulas = [formula]
    match detail:
        case Shares():
            return _softmax(outcome, detail, a, s, focus)
        case Spread(mean, other, ddof_word):
            # One mean for each term, so that a term finds the mean that it is measured from.
            means = np.repeat(np.arange(result.size)[:, None], members.shape[1], axis=1)
            s = replace(s, caption=_default(ddof_word, ddof))
            t = Grid("t", "t", other, "b", caption=_default(ddof_word, 1 - ddof))
            otherwise = Formula("t", (Ref("t"), " = ", *_spelled(outcome, 1 - ddof), " = ", Strong((Val("t"),))))
            return Picture(
                (a, s, Grid("m", "m", mean, "c"), t),
                (Row(("a", Op("→"), "s", Op("or"), "t")),),
                (made, Link("m", "s", means), Link("a", "t", members), Link("m", "t", means)),
                (formula, otherwise),
                focus,
            )
        case Winners(ties=ties) if outcome.question.operation.startswith("arg"):
            formulas = [Formula("s", (Ref("s"), *_place(outcome, ties)))]
        case Middles(other=other) if other is not None:
            library, name = backend(outcome.question.library), "NumPy's mean of the two"
            t = Grid("t", "t", other, "b", caption=name if library.lower_median else "PyTorch's lower one")
            grids, row = [*grids, t], (*row, Op("or"), "t")
            links.append(Link("a", "t", members))
            spelled = _median(not library.lower_median, members.shape[1], "a")
            formulas.append(Formula("t", (Ref("t"), " = ", *spelled, " = ", Strong((Val("t"),)))))
        case Running(added, before) if members.shape[1] == 1 and _group(outcome) > 1:
            # Of a long line the step from one cell to the next is told, not all that came before.
            grids.append(Grid("before", "s", result, "result"))
            links += [Link("before", "s", before)]
            made = Link(source, "s", added)
            formulas = [_step(outcome, before)]
    if outcome.pair is not None:
        grids.append(Grid("p", "m.indices", outcome.pair.places, "b", caption="where"))
        row = (*row, Op("and"), "p")
        links.append(Link("a", "p", members))
        s = replace(s, name="m.values")
        places = tuple(f" is place {place} along the axis" for place in outcome.pair.places.ravel())
        formulas = [
            Formula("s", (Ref("s"), " = ", *_spelled(outcome, ddof, source), " = ", Strong((Val("s"),)))),
            Formula("p", (Ref("p"), PerCell(places))),
        ]
    return Picture((*grids, s), (Row(row),), (*links, made), tuple(formulas), focus)


def _group(outcome: Reduced) -> int:
    """Count the cells of a line that a scan runs along."""
    return int(np.prod([outcome.operand.shape[axis] for axis in outcome.axes]))


def _step(outcome: Reduced, before: NDArray[np.intp]) -> Formula:
    """Spell a cell of a scan by the one before it; the first of a line is the array's own."""
    sign = "+" if outcome.question.operation == "cumsum" else "×"
    added = (outcome.cast if outcome.cast is not None else outcome.operand.values).ravel()
    found = outcome.result.ravel()

    def told(flat: int) -> str:
        if before[flat] < 0:
            return full_text(added[flat])
        return f"{full_text(found[before[flat]])} {sign} {full_text(added[flat])}"

    return Formula("s", (Ref("s"), " = ", PerCell(told), " = ", Strong((Val("s"),))))


def brought_back(outcome: Reduced, back: BackClash | BackMet) -> Picture:
    """Lay out the array with its own reduction: ``d = a - s``."""
    result = outcome.result
    a, s = _array(outcome), Grid("s", "s", result, "b", caption="a number" if outcome.number else None)
    made = Row(("a", Op("→"), "s"), "reduced")
    links = [Link("a", "s", outcome.members)]
    spelled = () if isinstance(outcome.detail, Spread) else (*_spelled(outcome, outcome.question.ddof), " = ")
    sums = Formula("s", (Ref("s"), " = ", *spelled, Strong((Val("s"),))))
    if isinstance(back, BackClash):
        return Picture((a, s), (made,), tuple(links), (sums,), ("s", 0) if result.size else None)
    d = Grid("d", "d", back.result, "result")
    cells = np.broadcast_to(np.arange(a.values.size).reshape(a.values.shape), back.result.shape).ravel()
    # The array drawn again beside what is subtracted, so that both operands stand in one line.
    again = Grid("again", "a", outcome.operand.values, "a")
    links += [Link("again", "d", cells), Link("s", "d", back.sources)]
    links.append(Link("a", "again", np.arange(a.values.size), same=True))
    ghost = np.ones(back.result.size, dtype=np.bool_)
    ghost[np.unique(back.sources, return_index=True)[1]] = False
    stretched = np.broadcast_to(result, back.result.shape)
    caption = ("from " if result.shape != back.result.shape else "") + shape_text(result.shape)
    read = Grid("read", "s", stretched, "b", caption=caption, ndim=result.ndim, ghost=ghost.reshape(back.result.shape))
    links += [Link("read", "d", np.arange(back.result.size)), Link("s", "read", back.sources)]
    sign = _SIGNS[back.sign]
    formula = Formula(
        "d",
        (
            *(Ref("d"), " = ", Ref("again"), f" {sign} ", Ref("s")),
            *(" = ", Val("again"), f" {sign} ", Val("s"), " = ", Strong((Val("d"),))),
        ),
    )
    rows = (made, Row(("again", Op(sign), "read", Op("="), "d"), "brought back"))
    focus = ("d", max(back.result.size // 2 - 1, 0)) if back.result.size else None
    return Picture((a, s, again, read, d), rows, tuple(links), (sums, formula), focus)


def _median(lower: bool, count: int, source: str) -> tuple[Piece, ...]:
    """Spell a median; of an even number of cells with which of the two in the middle."""
    name = "the lower median" if lower and count % 2 == 0 else "median"
    return (f"{name}(", Each((Val(source),), ", "), ")")


def _array(outcome: Reduced) -> Grid:
    cells = outcome.detail.cells if isinstance(outcome.detail, Winners | Middles) else None
    return Grid("a", "a", outcome.operand.values, "a", marked_axes=outcome.axes, marked=cells)


def _spelled(outcome: Reduced, ddof: int, source: str = "a") -> tuple[Piece, ...]:
    """Spell a result in the numbers of a grid."""
    count, cell = outcome.members.shape[1], Val(source)
    divisor = f"({count} − 1)" if ddof else str(count)
    match outcome.question.operation:
        case "mean":
            return ("(", Each((cell,)), f") / {count}")
        case "std":
            return ("√((", Each(("(", cell, " − ", Val("m"), ")²")), f") / {divisor})")
        case "var":
            return ("(", Each(("(", cell, " − ", Val("m"), ")²")), f") / {divisor}")
        case "max" | "min" | "any" | "all" as name:
            return (f"{name}(", Each((cell,), ", "), ")")
        case "median":
            return _median(backend(outcome.question.library).lower_median, count, source)
        case "norm":
            return ("√(", Each((cell, "²")), ")")
        case "prod" | "cumprod":
            return (Each((cell,), " × "),) if count else ("1",)
        case _:
            return (Each((cell,)),) if count else ("0",)


def _place(outcome: Reduced, ties: NDArray[np.intp]) -> tuple[Piece, ...]:
    groups = outcome.operand.values.ravel()[outcome.members]
    least = outcome.question.operation == "argmin"
    found = groups.min(axis=1) if least else groups.max(axis=1)
    flat = outcome.axis is None and outcome.operand.values.ndim > 1
    told = tuple(
        f" is {full_text(value)}, {f'first of {tied} ' if tied > 1 else ''}at {'flat ' if flat else ''}place "
        for value, tied in zip(found, ties, strict=True)
    )
    which = "smallest" if least else "largest"
    return (f": the {which} of ", Each((Val("a"),), ", "), PerCell(told), Strong((Val("s"),)))


def _default(word: str, ddof: int) -> str:
    return f"{word}={ddof}, {next(name for name in LIBRARIES if backend(name).default_ddof == ddof)}'s default"


def _softmax(outcome: Reduced, shares: Shares, a: Grid, s: Grid, focus: tuple[str, int] | None) -> Picture:
    result = outcome.result
    every = np.arange(result.size)
    e = Grid("e", "e", shares.raised, "b", marked_axes=outcome.axes)
    own = Grid("own", "e", shares.raised, "b")
    m = Grid("m", "max", shares.maximum, "c")
    centres = np.broadcast_to(np.arange(m.values.size).reshape(m.values.shape), result.shape).ravel()
    links = (
        *(Link("a", "e", every), Link("m", "e", centres)),
        *(Link("e", "s", outcome.members), Link("own", "s", every)),
    )
    formulas = (
        Formula("e", (Ref("e"), " = exp(", Val("a"), " − ", Val("m"), ") = ", Strong((Val("e"),)))),
        Formula("s", (Ref("s"), " = ", Val("own"), " / (", Each((Val("e"),)), ") = ", Strong((Val("s"),)))),
    )
    row = Row(("a", Op("exp"), "e", Op("→"), "s"), "a, e = exp(a − max), s = e / e.sum()")
    return Picture((a, e, own, m, s), (row,), links, formulas, focus)
