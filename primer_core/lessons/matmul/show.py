"""Matrix products as parts: the rule to drag, the row and the column that meet in each cell, and what it costs."""

from collections.abc import Mapping
from typing import Literal

from primer_core.backend import backend
from primer_core.claims.claim import plain
from primer_core.claims.products import AxisMeets, GivesShape, HasProduct
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.language.resizing import can_resize
from primer_core.lessons.matmul import claims
from primer_core.lessons.matmul.explain import (
    Mismatch,
    Outcome,
    Paired,
    Product,
    ProductAxis,
    TooLarge,
)
from primer_core.lessons.matmul.measure import speed_card
from primer_core.lessons.matmul.question import NAMES, MatmulQuestion
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import CODE_NOTE, code_panel
from primer_core.picture.grid import Each, Formula, Grid, Link, Op, Picture, Piece, Ref, Row, Strong, Val
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Fix,
    Fixes,
    Note,
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

_ROLES: tuple[Role, Role] = ("a", "b")
_COLOURS: Mapping[str, Role] = {"a": "a", "b": "b", "c": "result"}

QUIZ = Quiz(
    text("What is the shape of ", Code("(8, 5, 3) @ (3, 7)"), "?"),
    (
        QuizAnswer(
            "(8, 5, 7)",
            text("Right. 5 rows remain, 3 is summed over, 7 columns remain, and the 8 matrices each meet the same b."),
        ),
        QuizAnswer(
            "(8, 5, 3, 7)",
            text("The inner sizes are not kept: the 3 of a and the 3 of b are paired off and summed."),
        ),
        QuizAnswer("(5, 7)", text("Batch axes are not summed over. Each of the 8 matrices has its own product.")),
        QuizAnswer(
            "error",
            text("b has no batch axis, which counts as size 1 and is stretched, as in broadcasting."),
        ),
    ),
    "(8, 5, 7)",
)


def show(question: MatmulQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    unread = outcome if isinstance(outcome, Unread) else None
    panel: tuple[Part, ...] = (controls(question, "a", "b", chip=chip(outcome), unread=unread),)
    if isinstance(outcome, Unread):
        return Page(panel, None)
    columns = Columns(((Card(_told(question, outcome), "story"),), (Card((QUIZ,), "quiz"),)), (1.3, 1))
    return Page(panel, (Card(_drawn(question, outcome), "picture"), columns, speed_card()))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"operand {field} cannot be read")
        case Mismatch():
            return Chip("error", "these have no product")
        case TooLarge() | Product():
            return Chip("ok", plain(GivesShape(outcome.shape).sentence()))


def _drawn(question: MatmulQuestion, outcome: Mismatch | TooLarge | Product) -> tuple[Part, ...]:
    drawn = picture(outcome) if isinstance(outcome, Product) else apart(outcome)
    parts: tuple[Part, ...] = (rule(question, outcome), *((drawn,) if drawn.grids else ()))
    match outcome:
        case Product():
            wrapped = tuple(Notice("warning", (spoken(claim),)) for claim in claims.warnings(outcome))
            return (*parts, _count(outcome), *wrapped, *warned(outcome.warnings))
        case TooLarge(message=message):
            return (*parts, _count(outcome), Notice("refused", (text(message),)))
        case Mismatch(fixes=fixes):
            offered = tuple(
                Fix(spoken(HasProduct(fix.meaning, fix.change, fix.shape)), dict(zip(NAMES, fix.texts, strict=True)))
                for fix in fixes
            )
            return (*parts, *_words(question, outcome), *((Fixes(offered),) if offered else ()))


def _told(question: MatmulQuestion, outcome: Mismatch | TooLarge | Product) -> tuple[Part, ...]:
    match outcome:
        case TooLarge():
            return (Story(paragraphs(claims.of_product(outcome), _COLOURS)), code_panel(outcome.code))
        case Mismatch(codes=codes):
            why = Story(paragraphs(claims.causes(outcome), _COLOURS))
            return (why, controls(question, "library"), code_panel(codes[question.library]))
        case Product():
            converted = (plain(claim.sentence()) for claim in claims.conversion(outcome, question.library))
            return (
                Story(paragraphs(claims.of_product(outcome), _COLOURS)),
                controls(question, "library"),
                code_panel(outcome.codes[question.library], " ".join((*converted, CODE_NOTE))),
            )


def _count(outcome: TooLarge | Product) -> Note:
    return Note(spoken(claims.operations(outcome.sizes)))


def _words(question: MatmulQuestion, outcome: Mismatch) -> tuple[Notice, ...]:
    """Show the error of the library that is asked, and of NumPy's dot, which learners meet as often."""
    shown = [("", outcome.declined[question.library])] if question.library in outcome.declined else []
    if backend(question.library).runs_numpy_code and "np.dot" in outcome.declined:
        shown.append(("np.dot(a, b)", outcome.declined["np.dot"]))
    return tuple(Notice("declined", (text(declined.text),), title=title) for title, declined in shown)


def rule(question: MatmulQuestion, paired: Paired) -> Sizes | Note:
    """Show the rule as a table, a column an axis, whose sizes can be dragged."""
    axes = paired.axes
    if not axes:
        return Note(text("A number has no axis: there is nothing to line up."))
    rows = []
    for place, (operand, typed) in enumerate(zip(paired.operands, (question.a, question.b), strict=True)):
        drags = can_resize(typed)
        cells = _sizes(axes, place, operand.shape, drags=drags)
        rows.append(SizeRow(NAMES[place], operand.shape, cells, NAMES[place] if drags else "", typed, _ROLES[place]))
    columns = tuple((axis.role, "" if axis.name == axis.role else axis.name) for axis in axes)
    return Sizes(columns, tuple(rows), ("c", tuple(map(_resulting, axes, claims.meets(paired)))))


def _sizes(axes: tuple[ProductAxis, ...], place: int, shape: tuple[int, ...], *, drags: bool) -> tuple[SizeCell, ...]:
    first = next(column for column, axis in enumerate(axes) if axis.places[place] == -len(shape))
    cells = []
    for column, axis in enumerate(axes):
        size, where = axis.sizes[place], axis.places[place]
        batch = axis.role == "batch"
        if size is None or where is None:
            absent = "lent → 1" if axis.lent == place else "missing → 1" if batch else ""
            adds = drags and column == first - 1 and bool(absent)
            cells.append(SizeCell(absent, tone="missing" if absent else "", adds=adds))
        else:
            drops = drags and column == first and (batch or axis.role == "rows")
            own = len(shape) + where if drags else None
            tone: Literal["", "clash"] = "clash" if axis.size is None else ""
            cells.append(SizeCell(str(size), f"axis −{-where}", tone, own, drops=drops))
    return tuple(cells)


def _resulting(axis: ProductAxis, claim: AxisMeets) -> SizeCell:
    size = {"clash": "✗", "summed": "Σ", "dropped": "–"}.get(axis.verdict, str(axis.size))
    return SizeCell(size, plain(claim.sentence()))


def picture(product: Product) -> Picture:
    """Lay out ``a @ b = c``."""
    a, b = _operands(product)
    c = Grid("c", "c", product.result, "result", axes=_result_names(product))
    return Picture(
        (a, b, c),
        rows=(Row(("a", Op("@"), "b", Op("="), "c"), compact=max(grid.values.ndim for grid in (a, b)) > 3),),
        links=(Link("a", "c", product.rows), Link("b", "c", product.columns)),
        formulas=(Formula("c", _spelled(product)),),
        focus=("c", 0),
    )


def apart(paired: Mismatch | TooLarge) -> Picture:
    """Lay out two operands without their product, axes that clash marked; nothing where one is too large."""
    if not paired.axes or any(operand.values.size > MAX_ELEMENTS for operand in paired.operands):
        return Picture((), ())
    return Picture(_operands(paired), rows=(Row(("a", Op("@"), "b")),))


def _operands(paired: Paired) -> tuple[Grid, Grid]:
    """Draw both with the axis marked that is summed over, or the axes that clash."""
    marked = [axis for axis in paired.axes if axis.size is None] or [
        axis for axis in paired.axes if axis.role == "inner"
    ]
    grids = [
        Grid(
            name,
            name,
            operand.values,
            role,
            axes=_axis_names(paired, place),
            marked_axes=tuple(operand.values.ndim + where for axis in marked if (where := axis.places[place])),
        )
        for place, (name, role, operand) in enumerate(zip(NAMES, _ROLES, paired.operands, strict=True))
    ]
    return grids[0], grids[1]


def _axis_names(paired: Paired, place: int) -> tuple[str, ...]:
    return tuple(axis.name for axis in paired.axes if axis.places[place] is not None)


def _result_names(product: Product) -> tuple[str, ...]:
    return tuple(axis.name for axis in product.axes if axis.role != "inner" and axis.lent is None)


def _spelled(product: Product) -> tuple[Piece, ...]:
    if not product.sizes.k:
        return (Ref("c"), " = ", Strong((Val("c"),)), ", a sum without terms")
    pairs = (Each((Ref("a"), "·", Ref("b"))), "\n= ", Each((Val("a"), "·", Val("b"))))
    return (Ref("c"), " = ", *pairs, " = ", Strong((Val("c"),)))
