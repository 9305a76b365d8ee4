"""Broadcasting as parts: the rule to drag, operands as written and as they are read, gradients on their way back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import Claim, plain
from primer_core.claims.stretching import MeetInMany
from primer_core.language.limits import MAX_ELEMENTS, thousands
from primer_core.language.resizing import can_resize
from primer_core.language.spelling import shape_text
from primer_core.lessons.alignment import AxisRule
from primer_core.lessons.broadcasting import claims
from primer_core.lessons.broadcasting.explain import (
    OPERATIONS,
    Aligned,
    Broadcast,
    Clash,
    NotStored,
    Outcome,
    Stretched,
    TooLarge,
    Unsupported,
)
from primer_core.lessons.broadcasting.question import NAMES, BroadcastingQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Each, Formula, Grid, Link, Op, Picture, Piece, Ref, Row, Strong, Val
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Controls,
    Fix,
    Fixes,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    SizeCell,
    SizeRow,
    Sizes,
    Story,
)
from primer_core.picture.text import Code, Role, text

_ROLES: tuple[Role, ...] = ("a", "b", "c")
_COLOURS: Mapping[str, Role] = dict(zip(NAMES, _ROLES, strict=True))

LIMIT = f"Values are computed up to {thousands(MAX_ELEMENTS)} elements."

QUIZ = Quiz(
    text("What is the shape of ", Code("(4, 1) + (3,)"), "?"),
    (
        QuizAnswer(
            "(4, 3)", text("Right. (3,) is taken for (1, 3); each 1 is stretched, so every row meets every column.")
        ),
        QuizAnswer(
            "(3, 4)", text("Shapes line up from the right: the 3 stands under the 1, so it becomes the last axis.")
        ),
        QuizAnswer(
            "(4, 1)", text("The last axis of size 1 is stretched to 3. No cell of the longer axis is ever dropped.")
        ),
        QuizAnswer(
            "error", text("The pairs are 1 and 3, 4 and missing. In each, one is 1 or missing: nothing clashes.")
        ),
    ),
    "(4, 3)",
)


def show(question: BroadcastingQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    panel: tuple[Part, ...] = (_controls(question, outcome),)
    match outcome:
        case Unread():
            return Page(panel, None)
        case TooLarge():
            large = spoken(MeetInMany(outcome.shape, outcome.largest))
            notice = Notice("refused", (large, text(f"{LIMIT} Smaller axes show the same rule.")))
            parts: tuple[Part, ...] = (rule(question, outcome), notice)
            return Page(panel, _laid_out(parts, claims.forward(outcome), code=outcome.code))
        case Clash():
            return Page(panel, _kept_apart(question, outcome, outcome.declined.text, claims.causes(outcome)))
        case Unsupported():
            return Page(
                panel,
                _kept_apart(question, outcome, outcome.declined.text, claims.why_unsupported(outcome)),
            )
        case NotStored():
            reasons = claims.why_not_stored(outcome)
            return Page(panel, _kept_apart(question, outcome, outcome.declined.text, reasons))
        case Broadcast():
            return Page(panel, _met(question, outcome))


def _controls(question: BroadcastingQuestion, outcome: Outcome) -> Controls:
    unread = outcome if isinstance(outcome, Unread) else None
    disabled = {}
    if question.backward:
        disabled["inplace"] = "Gradients are shown of a new array."
    elif len(question.operands) > 2:
        disabled["inplace"] = "Two operands are computed in place: empty c."
    return controls(question, "a", "op", "b", "c", "inplace", chip=chip(outcome), unread=unread, disabled=disabled)


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    if isinstance(outcome, Unread):
        return Chip("error", f"operand {outcome.field} cannot be read")
    worked = isinstance(outcome, TooLarge | Broadcast)
    return Chip("ok" if worked else "error", claims.verdict(outcome).brief())


def _met(question: BroadcastingQuestion, met: Broadcast) -> tuple[Part, ...]:
    direction = controls(question, "view", *(["of"] if question.backward else []), quiet=True)
    picture = backward(met) if question.backward else forward(met)
    said = claims.warnings(met)
    warnings = [Notice("warning", (spoken(claim, _COLOURS),)) for claim in said]
    parts: tuple[Part, ...] = (direction, rule(question, met), picture, *warned(met.warnings), *warnings)
    if question.backward:
        return _laid_out(parts, claims.backward(met), code=met.backward_code)
    return _laid_out(parts, claims.forward(met), claims.saved(met), met.code)


def _kept_apart(
    question: BroadcastingQuestion, outcome: Clash | Unsupported | NotStored, error: str, reasons: Sequence[Claim]
) -> tuple[Part, ...]:
    """Show operands that give no result: where, in NumPy's words why, and what would work."""
    fixes = tuple(Fix(spoken(claim), puts) for claim, puts in claims.fixes(outcome))
    mending: tuple[Part, ...] = (Fixes(fixes),) if fixes else ()
    if isinstance(outcome, Clash) and (none := claims.no_fixes(outcome)):
        mending = (Notice("info", paragraphs(none)),)
    picture = apart(outcome)
    drawn = (picture,) if picture.grids else ()
    parts = (rule(question, outcome), *drawn, Notice("declined", (text(error),)), *mending)
    return _laid_out(parts, reasons, code=outcome.code)


def _laid_out(
    parts: tuple[Part, ...], said: Sequence[Claim], note: Sequence[Claim] = (), code: str = ""
) -> tuple[Part, ...]:
    """Lay out what is drawn above what is said of it and the question to predict."""
    (small,) = paragraphs(note) or ((),)
    story = Card((Story(paragraphs(said, _COLOURS), small), code_panel(code)), "story")
    return (Card(parts, "picture"), Columns(((story,), (_quiz(),)), (1.3, 1)))


def _quiz() -> Card:
    return Card((QUIZ,), "quiz")


def rule(question: BroadcastingQuestion, aligned: Aligned) -> Sizes:
    """Show the rule as a table, a column an axis, whose sizes can be dragged."""
    typed = question.operands
    rows = []
    for place, operand in enumerate(aligned.operands):
        drags = can_resize(typed[place])
        cells = _sizes(aligned.rule, place, drags=drags)
        rows.append(
            SizeRow(NAMES[place], operand.shape, cells, NAMES[place] if drags else "", typed[place], _ROLES[place])
        )
    columns = tuple((f"axis −{-axis.axis}", "") for axis in aligned.rule) or (("nothing to line up", ""),)
    said = zip(aligned.rule, claims.axes(aligned), strict=True)
    result = tuple(_resulting(axis, claim) for axis, claim in said) or (SizeCell("a scalar"),)
    return Sizes(columns, tuple(rows), ("result", result))


def _sizes(rule: tuple[AxisRule, ...], place: int, *, drags: bool) -> tuple[SizeCell, ...]:
    if not rule:
        return (SizeCell("a scalar", tone="missing", adds=drags),)
    missing = sum(axis.sizes[place] is None for axis in rule)
    cells = []
    for column, axis in enumerate(rule):
        size = axis.sizes[place]
        if size is None:
            cells.append(SizeCell("missing → 1", tone="missing", adds=drags and column == missing - 1))
        else:
            clashes = axis.verdict == "clash" and size != 1
            own = column - missing
            cells.append(
                SizeCell(
                    str(size), tone="clash" if clashes else "", axis=own if drags else None, drops=drags and own == 0
                )
            )
    return tuple(cells)


def _resulting(axis: AxisRule, claim: Claim) -> SizeCell:
    return SizeCell("✗" if axis.size is None else str(axis.size), plain(claim.sentence()))


def forward(explained: Broadcast) -> Picture:
    """Lay out ``y = a + b``: the operands at their own size, then stretched, and the result."""
    result, names = explained.result, NAMES[: len(explained.operands)]
    sign = OPERATIONS[explained.operation].sign
    own = [_operand(explained, i) for i in range(len(names))]
    read = [_as_read(grid, stretched, explained) for grid, stretched in zip(own, explained.stretched, strict=True)]
    y = Grid("y", "a_after" if explained.inplace else "y", result, "result")
    links = [Link(f"{grid.id} read", "y", np.arange(result.size)) for grid in own]
    for grid, stretched in zip(own, explained.stretched, strict=True):
        links.append(Link(grid.id, grid.id + " read", stretched.sources))
        links.append(Link(grid.id, "y", stretched.sources))
    short = tuple(grid.id for grid in own if grid.values.shape != result.shape)
    as_written = Row(short, "as written", compact=True)
    as_read = Row((*_between([grid.id for grid in read], sign), Op("="), "y"), "as it is read" if short else None)
    formula = Formula(
        "y",
        (
            *(Ref("y"), " = ", *_signed([Ref(name) for name in names], sign)),
            *(" = ", *_signed([Val(name) for name in names], sign), " = ", Strong((Val("y"),))),
        ),
    )
    return Picture(
        grids=(*own, *read, y),
        rows=(as_written, as_read) if short else (as_read,),
        links=tuple(links),
        formulas=(formula,),
        focus=("y", max(result.size // 2 - 1, 0)),
    )


def backward(explained: Broadcast) -> Picture:
    """Lay out how the gradient of the result's shape is summed back to each operand's shape."""
    result, names = explained.result, NAMES[: len(explained.operands)]
    own = [_operand(explained, i) for i in range(len(names))]
    grids = [*own, Grid("y", "y", result, "result"), Grid("g", "y.grad", explained.upstream, "result")]
    rows = [Row(("g",), "the gradient that reaches y")]
    links: list[Link] = []
    formulas: list[Formula] = []
    every = np.arange(result.size)
    titles = [plain(claim.sentence()) for claim in claims.brought_back(explained)]
    for name, role, stretched, title in zip(names, _ROLES, explained.stretched, titles, strict=False):
        part, grad = f"{name} part", f"{name} grad"
        own_shape = stretched.gradient.shape
        summed = own_shape != result.shape
        # What arrives at each reading is the gradient itself where every element was read once, in its own place.
        here = part if summed else grad
        sources = [("g", every), ("y", every)]
        sources += [(other, read.sources) for other, read in zip(names, explained.stretched, strict=True)]
        links += [Link(source, here, cells) for source, cells in sources]
        spelled = (Ref(here), " = ", *_slope(explained.operation, name, names), " = ", Strong((Val(here),)))
        formulas.append(Formula(here, spelled))
        grids.append(Grid(grad, f"{name}.grad", stretched.gradient, role))
        if not summed:
            rows.append(Row((grad,), title))
            continue
        grids.append(Grid(part, f"{name}_part", stretched.arriving, role, marked_axes=stretched.axes))
        links.append(Link(part, grad, _gathered(stretched)))
        parts = (Each((Ref(part),)), "\n= ", Each((Val(part),)))
        formulas.append(Formula(grad, (Ref(grad), " = ", *parts, " = ", Strong((Val(grad),)))))
        rows.append(Row((part, Op("→"), grad), title))
    largest = max(range(len(names)), key=lambda i: len(explained.stretched[i].axes))
    focus = (f"{names[largest]} grad", explained.stretched[largest].gradient.size // 2)
    return Picture(tuple(grids), tuple(rows), tuple(links), tuple(formulas), focus)


def apart(explained: Clash | Unsupported | NotStored) -> Picture:
    """Lay out operands that do not meet, with the axes that clash marked; nothing where one of them is too large."""
    if not all(operand.filled for operand in explained.operands):
        return Picture((), ())
    clashing = [axis.axis for axis in explained.rule if axis.verdict == "clash"]
    own = []
    for place, operand in enumerate(explained.operands):
        rank = operand.values.ndim
        marked = tuple(rank + axis for axis in clashing if -axis <= rank and operand.shape[axis] != 1)
        own.append(Grid(NAMES[place], NAMES[place], operand.values, _ROLES[place], marked_axes=marked))
    sign = OPERATIONS[explained.operation].sign
    return Picture(tuple(own), rows=(Row(_between([grid.id for grid in own], sign)),))


def _operand(explained: Broadcast, place: int) -> Grid:
    return Grid(NAMES[place], NAMES[place], explained.operands[place].values, _ROLES[place])


def _as_read(own: Grid, stretched: Stretched, explained: Broadcast) -> Grid:
    zero = [axis for axis, stride in enumerate(stretched.view.strides) if stride == 0 and axis in stretched.axes]
    caption = ("from " if stretched.ghost.any() else "") + shape_text(own.values.shape)
    return Grid(
        own.id + " read",
        own.name,
        stretched.view,
        own.role,
        caption=caption,
        ndim=own.values.ndim,
        axes=tuple(f"axis {axis}" + (", stride 0" if axis in zero else "") for axis in range(len(explained.shape))),
        ghost=stretched.ghost,
    )


def _gathered(stretched: Stretched) -> NDArray[np.intp]:
    """For each element of the operand, the cells of the result that read it, in order: ``(size, times)``."""
    order = np.argsort(stretched.sources, kind="stable")
    return order.reshape(stretched.gradient.size, -1) if order.size else np.empty((stretched.gradient.size, 0), np.intp)


def _slope(operation: str, name: str, names: tuple[str, ...]) -> tuple[Piece, ...]:
    """Spell the gradient at one reading: what reaches y, times the derivative of y by that operand."""
    others = [other for other in names if other != name]
    first = name == names[0]
    match operation:
        case "multiply":
            return _signed([Ref("g"), *(Ref(other) for other in others)], "·")
        case "divide" if first:
            return _signed([Ref("g"), *(Ref(other) for other in others)], "÷")
        case "divide":
            return ("−", Ref("g"), " · ", Ref("y"), " ÷ ", Ref(name))
        case "subtract" if not first:
            return ("−", Ref("g"))
        case _:
            return (Ref("g"),)


def _between(ids: list[str] | tuple[str, ...], sign: str) -> tuple[str | Op, ...]:
    items: list[str | Op] = []
    for i, one in enumerate(ids):
        items += [Op(sign), one] if i else [one]
    return tuple(items)


def _signed(pieces: list[Any], sign: str) -> tuple[Piece, ...]:
    items: list[Piece] = []
    for i, piece in enumerate(pieces):
        items += [f" {sign} ", piece] if i else [piece]
    return tuple(items)
