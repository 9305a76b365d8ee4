"""What the shapes lesson shows: steps as cards, tensors as grids with each cell linked to where it came from."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, backend
from primer_core.backend.memory import Layout, address_text
from primer_core.claims.claim import plain
from primer_core.language.spelling import shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes import claims
from primer_core.lessons.shapes.batch_axis import Offered
from primer_core.lessons.shapes.explain import NoPicture, Outcome
from primer_core.lessons.shapes.notes import NOTES
from primer_core.lessons.shapes.offers import OFFERS
from primer_core.lessons.shapes.order import Walk
from primer_core.lessons.shapes.pipeline import (
    AnyStep,
    Bound,
    Done,
    Failed,
    NotTaken,
    Pipeline,
    Read,
    Snapshot,
    Verdict,
    Waiting,
)
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import Scramble
from primer_core.lessons.shapes.show_scramble import scrambled
from primer_core.lessons.shapes.steps import MAX_STEPS
from primer_core.lessons.show import controls, own_sizes
from primer_core.lessons.spoken import paragraphs, spoken, together
from primer_core.picture.code import code_panel
from primer_core.picture.grid import (
    Badge,
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
    Tone,
    Val,
)
from primer_core.picture.number import cell_text, with_minus
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
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
from primer_core.picture.steps import Offer, Remedy, StepCard, Steps
from primer_core.picture.text import Code, Role, Text, text
from primer_core.picture.text import Strong as Bold

MAX_CELLS = 1000
"""Cells drawn of one pipeline, so that pointing at them stays fluid."""

MAX_PIECES_DRAWN = 8

_TONES: Mapping[Verdict, Tone] = {"view": "info", "copy": "warn", "empty": "plain"}

_MEMORIES: tuple[Role, ...] = ("a", "result", "c")
"""Colours of allocations: that of x is the first; each copy takes the next."""

QUIZ = Quiz(
    text("What is the shape of ", Code("x.squeeze()"), " for a batch ", Code("x"), " of shape (32, 1, 28, 28)?"),
    (
        QuizAnswer(
            "(32, 28, 28)",
            text("Right. Only the channel axis has size 1. With a batch of one, the batch axis would go as well."),
        ),
        QuizAnswer(
            "(28, 28)",
            text("So it is for one image, (1, 1, 28, 28). Here the batch axis has size 32, and stays."),
        ),
        QuizAnswer("(32, 1, 28, 28)", text("The channel axis has size 1, so ", Code("squeeze()"), " takes it away.")),
        QuizAnswer("error", text("squeeze() takes away what has size 1 and leaves the rest alone, without a word.")),
    ),
    "(32, 28, 28)",
)


def show(question: ShapesQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    view = controls(question, "view", quiet=True)
    if isinstance(outcome, Scramble | NoPicture):
        panel: tuple[Part, ...] = (view, controls(question, "picture", quiet=True))
        if isinstance(outcome, Scramble):
            return Page(panel, scrambled(outcome))
        return Page(panel, (Notice("refused", (text(outcome.message),)),))
    unread = outcome if isinstance(outcome, Unread) else None
    fields = controls(question, "x", "library", "steps", unread=unread)
    title = next((preset.title for preset in PRESETS if _asks(question) == _asks(preset.question)), None)
    notes = (Note(NOTES[title]),) if title is not None else ()
    panel = (view, fields, chip(outcome), *notes, Card((cards(question, outcome),), "steps"))
    if isinstance(outcome, Unread):
        return Page(panel, None)
    drawn = pipeline(outcome)
    sizes = own_sizes("x", "x", question.x, outcome.start.shape)
    offered: tuple[Part, ...] = (Heading("A small CNN, offered each of them"), batch_table(outcome.offered))
    picture: tuple[Part, ...] = (
        *((sizes,) if any(cell.axis is not None or cell.adds for cell in sizes.rows[0].cells) else ()),
        drawn,
        Note(legend(outcome, drawn)),
        *(offered if outcome.offered else ()),
    )
    walks = tuple(step for step in outcome.done if claims.walk(step))
    told = Card((Story(story(outcome)), code_panel(outcome.code)), "story")
    walked = (Card(tuple(part for step in walks for part in walk(step)), "walk"),) if walks else ()
    return Page(panel, (Card(picture, "picture"), *walked, Columns(((told,), (Card((QUIZ,), "quiz"),)), (1.3, 1))))


def _asks(question: ShapesQuestion) -> tuple[str, str, str]:
    return question.x, question.steps, question.library


def chip(outcome: Pipeline | Unread) -> Chip:
    """Say in a few words how it ends."""
    if isinstance(outcome, Unread):
        return Chip("error", "x cannot be read")
    if outcome.failed is None:
        return Chip("ok", plain(claims.end(outcome).sentence()))
    step = f"step {outcome.steps.index(outcome.failed) + 1}"
    match outcome.failed.reason:
        case Declined(kind):
            return Chip("error", f"{step} raises {kind}")
        case NotTaken("unknown"):
            return Chip("error", f"{step} is not known here")
        case NotTaken("unreadable"):
            return Chip("error", f"{step} cannot be read")
        case NotTaken():
            return Chip("error", f"{step} is not taken")


def cards(question: ShapesQuestion, outcome: Pipeline | Unread) -> Steps:
    """Show the steps as cards to build with; all of them wait where x cannot be read."""
    if isinstance(outcome, Unread):
        start: tuple[str, ...] = ()
        shape: tuple[int, ...] = ()
        taken: Sequence[AnyStep] = tuple(map(Waiting, question.texts_of_steps))
    else:
        first = outcome.start
        unit = backend(outcome.library).stride_unit
        start = (shape_text(first.shape), f"strides {_strides(first)}, in {unit}", *_warned(outcome.warnings, outcome))
        shape = outcome.current
        taken = outcome.steps
    offers = tuple(Offer(step.name, step.does, step.spelled(shape)) for step in OFFERS[question.library].values())
    return Steps("steps", "x", start, tuple(_card(step, outcome) for step in taken), offers, MAX_STEPS)


def _card(taken: AnyStep, outcome: Pipeline | Unread) -> StepCard:
    match taken:
        case Bound():
            return StepCard(taken.text, "done", (f"{taken.name}: {taken.value}",), "NAMED", "plain")
        case Failed(reason=reason):
            declined = isinstance(reason, Declined)
            message = text(Code(reason.text)) if isinstance(reason, Declined) else text(reason.message)
            place = taken.place
            where = () if place is None else (text(f"At column {place.column + 1}: ", Code(place.text)),)
            remedies = ((claims.instead(taken, fix), ", ".join(fix.texts)) for fix in taken.fixes)
            return StepCard(
                taken.text,
                "failed",
                word="ERROR" if declined else "NOT TAKEN",
                tone="error",
                messages=(message, *where, *paragraphs(taken.causes)),
                remedies=tuple(Remedy(spoken(claim), steps) for claim, steps in remedies),
            )
        case Done() if isinstance(outcome, Pipeline):
            dtype = (taken.after.dtype,) if taken.after.dtype != taken.before.dtype else ()
            return StepCard(
                taken.text,
                "done",
                (shape_text(taken.after.shape), f"strides {_strides(taken.after)}", *dtype),
                _word(taken),
                "plain" if taken.verdict == "empty" else taken.verdict,
                (*paragraphs(taken.remarks), *map(text, _warned(taken.warnings, outcome))),
            )
    return StepCard(taken.text, "waiting", word="waiting")


def _warned(warnings: Sequence[str], outcome: Pipeline) -> tuple[str, ...]:
    """Tell a library's warnings in its words, without the line of its source that PyTorch adds."""
    return tuple(f"{outcome.library} warns: “{words.partition(' (Triggered internally')[0]}”" for words in warnings)


def _word(taken: Done) -> str:
    """Say in a word or two where a step's result lies."""
    copied = "COPY" if taken.exact else "NEW MEMORY"
    return {"view": "VIEW", "copy": copied, "empty": "NO BYTES"}[taken.verdict]


def pipeline(explained: Pipeline) -> Picture:
    """Lay out x and the tensor after each step that was taken.

    One colour is one memory. Where all of them would be too many cells, tensors in the middle are left out.
    """
    grids, links = [_grid("x", explained.start, ())], []
    formulas = [Formula("x", (Ref("x"), " = ", Strong((Val("x"),)), "\n", _address(explained.start.layout)))]
    rows: list[list[str | Op]] = [["x"]]
    before = "x"
    for taken in explained.done:
        grids.append(_grid(taken.name, taken.after, _badges(taken)))
        # Behind the pieces of a split, or where an earlier tensor goes on, the one that does is named again.
        named = taken.origin != before or len(rows[-1]) > 2
        sign = f"{taken.origin} " if named else ""
        items: list[str | Op] = [Op(f"{sign}→")]
        if taken.asked is not None and taken.asked.other is not None and taken.asked.other.itself:
            items = [Op(f"{taken.origin} twice →")]
        for read in taken.reads:
            same = taken.verdict == "view" and read.name == taken.origin
            links.append(Link(read.name, taken.name, read.sources, same=same))
        others = [read for read in taken.reads[1:] if read.name not in {grid.id for grid in grids}]
        for read in others:
            assert read.other is not None, "every state before is drawn"
            grids.append(Grid(read.name, read.name, read.other.values, "b", texts=_texts(read.other)))
            items = [*items[:-1], Op(f"{sign}and"), read.name, Op("→")]
        spoken = [read.name for read in taken.reads[1:] if read not in others]
        if spoken:
            items[-1] = Op(f"and {', '.join(spoken)} →" if others else f"{taken.origin} and {', '.join(spoken)} →")
        if taken.pieces is None:
            items.append(taken.name)
        else:
            for number, piece in enumerate(taken.pieces.snapshots):
                if number != taken.pieces.chosen and number < MAX_PIECES_DRAWN:
                    part = _piece(f"{taken.pieces.name}[{number}]", piece)
                    if part.id not in {grid.id for grid in grids}:
                        grids.append(part)
                        shared = taken.verdict == "view"
                        links.append(Link(taken.origin, part.id, taken.pieces.sources[number], same=shared))
                        items.append(part.id)
                elif number == taken.pieces.chosen:
                    items.append(taken.name)
        formulas.append(Formula(taken.name, (*_spelled(taken), "\n", _address(taken.after.layout))))
        rows.append(items)
        before = taken.name
    return Picture(tuple(grids), _rows(grids, rows), tuple(links), tuple(formulas), _focus(explained))


def _spelled(taken: Done) -> tuple[Piece, ...]:
    """Spell out where each cell came from; a cell that came from nowhere was filled in."""
    came = np.zeros(taken.after.values.size, np.bool_)
    for read in taken.reads:
        came |= (read.sources >= 0).any(axis=1)
    if taken.exact:
        refs = [Ref(read.name) for read in taken.reads]
        equals = PerCell(lambda flat: " = " if came[flat] else "")
        return (Ref(taken.name), equals, *refs, " = ", Strong((Val(taken.name),)))
    pieces: list[Piece] = [Ref(taken.name), " = ", Strong((Val(taken.name),))]
    pieces.append(PerCell(lambda flat: ", from " if came[flat] else ""))
    for place, read in enumerate(taken.reads):
        if place:
            pieces.append(_between(taken.reads, place))
        pieces.append(Each((Ref(read.name), " = ", Val(read.name)), ", "))
    return tuple(pieces)


def _between(reads: Sequence[Read], place: int) -> PerCell:
    came = np.array([(read.sources >= 0).any(axis=1) for read in reads[: place + 1]])
    earlier: NDArray[np.bool_] = np.any(came[:-1], axis=0)
    own = came[-1]
    return PerCell(lambda flat: ", " if earlier[flat] and own[flat] else "")


def walk(taken: Done) -> tuple[Part, ...]:
    """Show in which order ``order="F"`` reads the cells, and in which it writes them."""
    assert taken.walk is not None, "only steps that say order= are asked"
    found: Walk = taken.walk
    places = tuple(map(str, range(found.numbers.size)))
    read = Grid(taken.origin, taken.origin, found.before, "a", labels=_in_turn(found.reads, places))
    line = Grid("line", "in this order", found.numbers, "plain", axes=("",))
    written = Grid(taken.name, taken.name, found.after, "result", labels=_in_turn(found.writes, places))
    turns = np.empty_like(found.writes)
    turns[found.writes] = np.arange(found.writes.size)
    links = (Link(taken.origin, "line", found.reads[:, None]), Link("line", taken.name, turns[:, None]))
    formulas = (
        Formula("line", ("read ", Ref(taken.origin), " = ", Strong((Val("line"),)))),
        Formula(taken.name, (Ref(taken.name), " = ", Strong((Val(taken.name),)), ", written in that order")),
    )
    row = Row((taken.origin, Op("read →"), "line", Op("written →"), taken.name))
    return (
        Note(text(Bold("The order of reading and of writing"))),
        Note(together(claims.walk(taken))),
        Picture((read, line, written), (row,), links, formulas, (taken.name, 0)),
    )


def _in_turn(cells: NDArray[np.intp], places: Sequence[str]) -> tuple[str, ...]:
    labels = [""] * len(places)
    for place, cell in zip(places, cells, strict=True):
        labels[int(cell)] = place
    return tuple(labels)


def legend(explained: Pipeline, picture: Picture) -> Text:
    """Say how to read the picture of a pipeline, and what it had no room for."""
    drawn = {item for row in picture.rows for item in row.items if isinstance(item, str)}
    missing = [name for name in explained.names if name not in drawn]
    said = ["One colour is one memory."]
    if any(state.memory for state in explained.states):
        said.append("Where a step takes new memory, the colour changes.")
    if any(state.unwritten is not None for state in explained.states):
        said.append("A ? was never written: what stands there is whatever the memory held.")
    if any(state.ghost.any() for state in explained.states):
        said.append("Dashed cells have no memory of their own.")
    if missing:
        said.append(f"There is no room for {', '.join(missing)}.")
    return text(" ".join(said))


def batch_table(offered: Sequence[Offered]) -> Table:
    """Show what a network says to each tensor."""
    rows = []
    for tensor in offered:
        name = TableCell(text(Code(f"model({tensor.name})")), "head")
        if tensor.answer is None:
            rows.append((name, TableCell(text("error"), "bad"), TableCell(text(Code(tensor.error or "")))))
        else:
            images = "one image" if tensor.answer[0] == 1 else f"{tensor.answer[0]} images"
            logits = f"logits of shape {shape_text(tensor.answer)}: ten for {images}"
            rows.append((name, TableCell(text("taken"), "good"), TableCell(text(logits))))
    return Table((), tuple(rows), "What a small CNN says to each tensor")


def story(explained: Pipeline) -> tuple[Text, ...]:
    """Tell what each step did, a paragraph each."""
    return tuple(map(together, claims.course(explained)))


def _strides(state: Snapshot) -> str:
    return with_minus(shape_text(state.strides))


def _grid(name: str, state: Snapshot, badges: tuple[Badge, ...]) -> Grid:
    ghost = state.ghost
    return Grid(
        name,
        name,
        state.values,
        _role(state),
        axes=tuple(
            f"axis {axis}" + (", stride 0" if stride == 0 and ghost.any() and size > 1 else "")
            for axis, (stride, size) in enumerate(zip(state.strides, state.shape, strict=True))
        ),
        badges=badges,
        ghost=ghost,
        texts=_texts(state),
    )


def _role(state: Snapshot) -> Role:
    return "b" if state.memory < 0 else _MEMORIES[state.memory % len(_MEMORIES)]


def _texts(state: Snapshot) -> tuple[str, ...] | None:
    """Draw a question mark for each cell that was never written."""
    if state.unwritten is None:
        return None
    cells = zip(state.values.ravel(), state.unwritten.ravel(), strict=True)
    return tuple("?" if unwritten else cell_text(value) for value, unwritten in cells)


def _piece(name: str, state: Snapshot) -> Grid:
    return Grid(
        name,
        name,
        state.values,
        _role(state),
        texts=_texts(state),
        faded=np.ones(state.shape, np.bool_),
        axes=("",) * len(state.shape),
    )


def _badges(taken: Done) -> tuple[Badge, ...]:
    verdict = () if taken.verdict == "empty" else (Badge(_word(taken), _TONES[taken.verdict]),)
    return verdict if taken.pieces is None else (*verdict, Badge(f"piece {taken.pieces.chosen}"))


def _address(layout: Layout) -> PerCell:
    """Spell the sum that finds each cell in memory."""

    def spelled(flat: int) -> str:
        index = tuple(map(int, np.unravel_index(flat, layout.shape))) if layout.shape else ()
        return f"element {address_text(layout, index)} of its memory"

    return PerCell(spelled)


def _rows(grids: list[Grid], rows: list[list[str | Op]]) -> tuple[Row, ...]:
    """Set all in one line that breaks where it must; without the middle where that would be too many cells."""
    cells = {grid.id: prod(map(len, grid.shown())) for grid in grids}
    sizes = [sum(cells[item] for item in row if isinstance(item, str)) for row in rows]
    kept = [0]
    room = MAX_CELLS - sizes[0]
    for place in range(len(rows) - 1, 0, -1):
        room -= sizes[place]
        if room < 0 and place < len(rows) - 1:
            break
        kept.insert(1, place)
    items: list[str | Op] = []
    for last, place in zip([0, *kept], kept, strict=False):
        items += [Op("→"), Op("…")] if place > last + 1 else []
        items += rows[place]
    return (Row(tuple(items), compact=sum(sizes) > 40),)


def _focus(explained: Pipeline) -> tuple[str, int] | None:
    size = explained.states[-1].values.size
    return (explained.names[-1], _interesting(explained.states[-1].values)) if size else None


def _interesting(values: NDArray[np.generic]) -> int:
    """A cell off the edge, if there is one: second along each axis."""
    if not values.ndim:
        return 0
    return int(np.ravel_multi_index(tuple(min(1, size - 1) for size in values.shape), values.shape))
