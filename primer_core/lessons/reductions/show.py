"""Reductions as parts: the array with its collapsing axes, what is made of it, and whether that fits back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, NUMPY, backend
from primer_core.language.spelling import shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions.explain import (
    Asked,
    BackClash,
    BackMet,
    NotReduced,
    Outcome,
    Reduced,
    Shares,
    Spread,
    UnreadAxis,
    Winners,
    axis_choices,
)
from primer_core.lessons.reductions.question import BACK, ReductionsQuestion
from primer_core.lessons.show import controls, own_sizes
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
from primer_core.picture.text import Code, Text, text
from primer_core.picture.text import Strong as Bold

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

OVERFLOW: Text = text(
    Bold("A sum went beyond 64 bits."),
    " Whole numbers wrap around without a word, so what stands in a cell is not the sum that its formula spells out. "
    "Write one of the numbers with a point, 2.0, to compute in float64.",
)

_SIGNS = {"-": "−", "/": "÷"}


def show(question: ReductionsQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case NotReduced():
            return Page(panel, (Card(_refused(outcome), "picture"), _below(text(outcome.advice), code=outcome.code)))
        case Reduced(back=back) if question.brings_back and back is not None:
            return Page(
                panel,
                (Card(_brought_back(outcome, back), "picture"), _below(*story_back(outcome, back), code=back.code)),
            )
        case Reduced():
            warning = (Notice("warning", (OVERFLOW,)),) if outcome.overflowed else ()
            parts = (*_view(question), sizes(outcome), reduced(outcome), *warning)
            return Page(panel, (Card(parts, "picture"), _below(*story(outcome), code=outcome.code)))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", "the axis cannot be read" if field == "axis" else "the array cannot be read")
        case NotReduced(declined=declined):
            return Chip("error", declined.kind)
        case Reduced():
            ends = "a number" if outcome.number else shape_text(outcome.result.shape)
            return Chip("ok", f"{shape_text(outcome.operand.shape)} becomes {ends}")


def _panel(question: ReductionsQuestion, outcome: Outcome) -> tuple[Part, ...]:
    unread = outcome if isinstance(outcome, Unread) else None
    first = controls(question, "array", "operation", "axis", unread=unread)
    divisor = ["divisor"] if question.operation == "std" else []
    softmax = {"keepdims": "Softmax keeps every axis, with or without keepdims."}
    disabled = softmax if question.operation == "softmax" else {}
    second = controls(question, "library", *divisor, "keepdims", chip=chip(outcome), disabled=disabled)
    if isinstance(outcome, Asked | UnreadAxis):
        axes = axes_control(question, outcome)
        second = Controls((axes, *second.controls), second.chip)
    return (first, second)


def axes_control(question: ReductionsQuestion, outcome: Asked | UnreadAxis) -> Control:
    """Offer the axes that the array has, beside the field that they are typed into, in whatever spelling."""
    (typed,) = controls(question, "axis").controls
    options = tuple((choice, choice.replace("-", "−")) for choice in axis_choices(outcome.operand.values.ndim))
    value = str(outcome.axis) if isinstance(outcome, Asked) else ""
    return replace(typed, look="segments", label="Axes of a", help="", value=value, options=options)


def _view(question: ReductionsQuestion) -> tuple[Part, ...]:
    return (controls(question, "view", quiet=True),) if question.operation in BACK else ()


def _below(*paragraphs: Text, code: str) -> Columns:
    told = Card((Story(paragraphs), code_panel(code)), "story")
    return Columns(((told,), (Card((QUIZ,), "quiz"),)), (1.3, 1))


def _refused(outcome: NotReduced) -> tuple[Part, ...]:
    fixes = tuple(Fix(text(fix.action), fix.puts) for fix in outcome.fixes)
    return (
        *_view(outcome.question),
        sizes(outcome),
        whole(outcome),
        Notice("declined", (text(outcome.declined.text),)),
        *((Fixes(fixes),) if fixes else ()),
    )


def _brought_back(outcome: Reduced, back: BackClash | BackMet) -> tuple[Part, ...]:
    warning = (Notice("warning", (OVERFLOW,)),) if outcome.overflowed else ()
    parts: tuple[Part, ...] = (*_view(outcome.question), sizes(outcome), brought_back(outcome, back), *warning)
    keep = Fixes((Fix(text("Keep the axis as size 1: ", Code("keepdims=True")), {"keepdims": "true"}),))
    match back:
        case BackClash(declined=declined):
            return (*parts, Notice("declined", (text(declined.text),)), keep)
        case BackMet(crossed=True):
            crossed = text("No error, but the wrong cells meet: the shapes happen to fit.")
            return (*parts, Notice("warning", (crossed,)), keep)
        case BackMet():
            return parts


def sizes(asked: NotReduced | Reduced) -> Sizes:
    """Show the axes of the array as a table whose sizes can be dragged, and what becomes of each."""
    shape = asked.operand.shape
    outcomes = [_outcome(asked, axis, size) for axis, size in enumerate(shape)]
    return own_sizes("array", "a", asked.question.array, shape, result=("s", outcomes))


def _outcome(asked: NotReduced | Reduced, axis: int, size: int) -> SizeCell:
    if isinstance(asked, NotReduced):
        return SizeCell()
    if axis not in asked.axes:
        return SizeCell(str(size), "stays")
    if asked.question.operation == "softmax":
        return SizeCell(str(size), "sums to 1")
    return SizeCell("1", "reduced, kept") if asked.question.keeps_axes else SizeCell("–", "disappears")


def whole(asked: Asked) -> Picture:
    """Lay out the array alone, where its reduction was declined."""
    return Picture((Grid("a", "a", asked.operand.values, "a"),), (Row(("a",)),))


def reduced(outcome: Reduced) -> Picture:
    """Lay out ``s = a.sum(axis)``: the array, its axes that collapse, and the result."""
    result, members, detail = outcome.result, outcome.members, outcome.detail
    a, s = _array(outcome), Grid("s", "s", result, "result", caption="a number" if outcome.number else None)
    focus = ("s", max(result.size // 2 - 1, 0)) if result.size else None
    made = Link("a", "s", members)
    ddof = outcome.question.ddof
    formula = Formula("s", (Ref("s"), " = ", *_spelled(outcome, ddof), " = ", Strong((Val("s"),))))
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
        case Winners(ties=ties) if outcome.question.operation == "argmax":
            formula = Formula("s", (Ref("s"), *_place(outcome, ties)))
    return Picture((a, s), (Row(("a", Op("→"), "s")),), (made,), (formula,), focus)


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
    caption = shape_text(result.shape) + (" stretched" if result.shape != back.result.shape else "")
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


def story(outcome: Reduced) -> tuple[Text, ...]:
    """Tell what was reduced and what the result looks like."""
    shape, count = outcome.operand.shape, outcome.members.shape[1]
    lines: list[Text] = []
    named = " and ".join(f"axis {axis} (size {shape[axis]})" for axis in outcome.axes)
    if outcome.question.operation == "softmax":
        along = f"along {named} the cells sum to 1" if outcome.axes else "each cell is a group of its own, and so 1"
        lines.append(text(f"Softmax keeps the shape {shape_text(shape)}: {along}."))
        lines.append(text("The maximum is subtracted first: it cancels, and no exponential can overflow."))
    elif not outcome.axes:
        lines.append(text("No axis is reduced: each cell is a group of its own."))
    else:
        gone = "keep size 1" if outcome.question.keeps_axes else "disappear"
        if len(outcome.axes) == 1:
            gone = "keeps size 1" if outcome.question.keeps_axes else "disappears"
        became = "a number" if outcome.number else f"{shape_text(outcome.result.shape)}, {outcome.result.ndim}-D"
        lines.append(
            text(
                f"{named[0].upper()}{named[1:]} {gone}: {shape_text(shape)} becomes {became}. "
                f"Each result is made of {count} {'cell' if count == 1 else 'cells'}."
            )
        )
    return (*lines, *_counted_from_the_end(outcome), *_particular(outcome, count))


def story_back(outcome: Reduced, back: BackClash | BackMet) -> tuple[Text, ...]:
    """Tell whether the reduction fits back onto the array."""
    own, small = shape_text(outcome.operand.shape), shape_text(outcome.result.shape)
    keepdims = Code("keepdims=True")
    if isinstance(back, BackClash):
        lost = (
            f"Without keepdims the reduced axis is gone: {small} is lined up with {own} from the right, and the sizes "
        )
        return (text(lost + "differ. With ", keepdims, " it stays as size 1, which broadcasts."),)
    if back.crossed:
        one = outcome.result.ndim == 1
        axis, kept = ("axis", "the one that was") if one else ("axes", "those that were")
        accident = f" {small} lines up with the last {axis} of {own}, not with {kept} kept. "
        return (
            text(
                Bold("No error, but the wrong cells meet."),
                accident,
                keepdims,
                " puts each number back where it came from.",
            ),
        )
    if outcome.question.keeps_axes and outcome.axes:
        return (text(f"{small} is stretched back to {own}: each cell meets the number that it went into."),)
    return (text(f"{small} broadcasts to {own} from the right, here without the help of keepdims."),)


def _counted_from_the_end(outcome: Reduced) -> list[Text]:
    given = outcome.axis if isinstance(outcome.axis, tuple) else (outcome.axis,)
    rank = outcome.operand.values.ndim
    return [
        text(f"Axis −{-axis} is counted from the end: here it is axis {axis + rank}.")
        for axis in given
        if axis is not None and axis < 0 and rank
    ]


def _particular(outcome: Reduced, count: int) -> list[Text]:
    """Tell what is worth saying of this operation."""
    lines: list[Text] = []
    operation, library = outcome.question.operation, backend(outcome.question.library)
    if operation == "std":
        lines.append(
            text(
                f"NumPy divides the sum of squares by n = {count} (",
                Code("ddof=0"),
                f"), PyTorch by n − 1 = {count - 1} (",
                Code("correction=1"),
                "), unless told otherwise. The first is the spread of these numbers, the second estimates that of what "
                "they were drawn from.",
            )
        )
    if operation == "argmax":
        tied = isinstance(outcome.detail, Winners) and bool((outcome.detail.ties > 1).any())
        first = (" Where cells tie, the ", Bold("first"), " wins.") if tied else ()
        lines.append(text("argmax answers with a place, not a value.", *first))
        if outcome.axis is None and outcome.operand.values.ndim > 1:
            lines.append(text("Without an axis the place is counted through the whole array, row by row."))
    if operation in ("any", "all"):
        lines.append(text("Every number but 0 counts as True."))
    if operation == "max" and library.max_gives_places:
        lines.append(
            text(
                Code("a.max(dim)"),
                " returns values and places; ",
                Code("a.amax(dim)"),
                " only the values, and takes several dims.",
            )
        )
    if library.axis_word != NUMPY.axis_word:
        both = ", and understands both" if library.understands_numpy_words else ""
        own, others = (f"{one.axis_word} and {one.keepdims_word}" for one in (library, NUMPY))
        lines.append(text(f"{library.library} says {own} where NumPy says {others}{both}."))
    return lines


def _array(outcome: Reduced) -> Grid:
    cells = outcome.detail.cells if isinstance(outcome.detail, Winners) else None
    return Grid("a", "a", outcome.operand.values, "a", marked_axes=outcome.axes, marked=cells)


def _spelled(outcome: Reduced, ddof: int) -> tuple[Piece, ...]:
    """Spell a result in numbers."""
    count = outcome.members.shape[1]
    match outcome.question.operation:
        case "mean":
            return ("(", Each((Val("a"),)), f") / {count}")
        case "std":
            divisor = f"({count} − 1)" if ddof else str(count)
            return ("√((", Each(("(", Val("a"), " − ", Val("m"), ")²")), f") / {divisor})")
        case "max" | "any" | "all" as name:
            return (f"{name}(", Each((Val("a"),), ", "), ")")
        case "norm":
            return ("√(", Each((Val("a"), "²")), ")")
        case _:
            return (Each((Val("a"),)),) if count else ("0",)


def _place(outcome: Reduced, ties: NDArray[np.intp]) -> tuple[Piece, ...]:
    largest = outcome.operand.values.ravel()[outcome.members].max(axis=1)
    flat = outcome.axis is None and outcome.operand.values.ndim > 1
    found = tuple(
        f" is {full_text(value)}, {f'first of {tied} ' if tied > 1 else ''}at {'flat ' if flat else ''}place "
        for value, tied in zip(largest, ties, strict=True)
    )
    return (": the largest of ", Each((Val("a"),), ", "), PerCell(found), Strong((Val("s"),)))


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
