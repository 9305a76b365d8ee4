"""What the shapes lesson shows: steps as cards, tensors as grids with each cell linked to where it came from."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, Library, backend
from primer_core.backend.memory import Layout, address_text
from primer_core.language.spelling import shape_text
from primer_core.language.steps import MAX_STEPS, OPERATIONS
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes.batch_axis import Offered
from primer_core.lessons.shapes.code import state_name
from primer_core.lessons.shapes.explain import NoPicture, Outcome
from primer_core.lessons.shapes.notes import NOTES
from primer_core.lessons.shapes.pipeline import Done, Failed, NotTaken, Pipeline, Remark, Snapshot, Waiting
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import Scramble
from primer_core.lessons.shapes.show_scramble import scrambled
from primer_core.lessons.show import controls, own_sizes
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Badge, Formula, Grid, Link, Op, PerCell, Picture, Piece, Ref, Row, Strong, Val
from primer_core.picture.number import with_minus
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
from primer_core.picture.text import Code, Role, Span, Text, text
from primer_core.picture.text import Strong as Bold

MAX_CELLS = 1000
"""Cells drawn of one pipeline, so that pointing at them stays fluid."""

MAX_PIECES_DRAWN = 8

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
    told = Card((Story(story(outcome)), code_panel(outcome.code)), "story")
    return Page(panel, (Card(picture, "picture"), Columns(((told,), (Card((QUIZ,), "quiz"),)), (1.3, 1))))


def _asks(question: ShapesQuestion) -> tuple[str, str, str]:
    return question.x, question.steps, question.library


def chip(outcome: Pipeline | Unread) -> Chip:
    """Say in a few words how it ends."""
    if isinstance(outcome, Unread):
        return Chip("error", "x cannot be read")
    if outcome.failed is None:
        return Chip("ok", summary(outcome))
    step = f"step {len(outcome.done) + 1}"
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
        taken: Sequence[Done | Failed | Waiting] = tuple(map(Waiting, question.texts_of_steps))
    else:
        first = outcome.start
        start = (
            shape_text(first.shape),
            f"strides {_strides(first)}, in {backend(outcome.library).stride_unit}",
        )
        shape = outcome.states[-1].shape
        taken = outcome.steps
    offers = tuple(
        Offer(operation.name, operation.does, operation.spelled(shape))
        for operation in OPERATIONS[question.library].values()
        if operation.offered
    )
    return Steps("steps", "x", start, tuple(_card(step, question.library) for step in taken), offers, MAX_STEPS)


def _card(taken: Done | Failed | Waiting, library: Library) -> StepCard:
    match taken:
        case Waiting(text_of_step):
            return StepCard(text_of_step, "waiting", word="waiting")
        case Failed(reason=reason):
            declined = isinstance(reason, Declined)
            message = text(Code(reason.text)) if isinstance(reason, Declined) else text(reason.message)
            return StepCard(
                taken.text,
                "failed",
                word="ERROR" if declined else "NOT TAKEN",
                tone="error",
                messages=(message, *_sums(taken)),
                remedies=tuple(
                    Remedy(
                        text(f"{fix.action}: ", Code(", ".join(fix.texts)), f" → {shape_text(fix.shape)}"),
                        ", ".join(fix.texts),
                    )
                    for fix in taken.fixes
                ),
            )
        case Done():
            remark = _remark(taken, library)
            return StepCard(
                taken.text,
                "done",
                (shape_text(taken.after.shape), f"strides {_strides(taken.after)}"),
                {"view": "VIEW", "copy": "COPY", "empty": "NO BYTES"}[taken.verdict],
                "plain" if taken.verdict == "empty" else taken.verdict,
                (*((remark,) if remark else ()), *_sums(taken)),
            )


def _sums(taken: Done | Failed) -> tuple[Text, ...]:
    return tuple(text(spelled.text) for spelled in taken.arithmetic)


def pipeline(explained: Pipeline) -> Picture:
    """Lay out x and the tensor after each step that was taken.

    One colour is one memory. Where all of them would be too many cells, tensors in the middle are left out.
    """
    first = _grid("x", explained.start, ())
    grids, links = [first], []
    formulas = [Formula("x", (Ref("x"), " = ", Strong((Val("x"),)), "\n", _address(explained.start.layout)))]
    rows: list[list[str | Op]] = [["x"]]
    for place, taken in enumerate(explained.done, start=1):
        before, name = state_name(place - 1), state_name(place)
        grid = _grid(name, taken.after, _badges(taken))
        grids.append(grid)
        shared = taken.verdict == "view"
        # Behind the pieces of a split, the one that goes on is named again.
        split = place > 1 and explained.done[place - 2].pieces is not None
        items: list[str | Op] = [Op(f"{before} →" if split else "→")]
        if taken.step.itself:
            items = [Op(f"{before} twice →")]
        links.append(Link(before, name, taken.sources[:, None], same=shared))
        spelled: list[Piece] = [Ref(name), " = ", Ref(before)]
        if taken.joined is not None:
            joined = Grid(f"b{place}", f"b{place}", taken.joined.other.values, "b")
            grids.append(joined)
            links.append(Link(joined.id, name, taken.joined.sources[:, None]))
            spelled.append(Ref(joined.id))
            items = [Op(f"{before} and" if split else "and"), joined.id, Op("→")]
        if taken.pieces is None:
            items.append(name)
        else:
            for number, piece in enumerate(taken.pieces.snapshots):
                if number != taken.pieces.chosen and number < MAX_PIECES_DRAWN:
                    part = _piece(f"p{place}[{number}]", piece)
                    grids.append(part)
                    links.append(Link(before, part.id, taken.pieces.sources[number][:, None], same=shared))
                    items.append(part.id)
                elif number == taken.pieces.chosen:
                    items.append(name)
        formulas.append(Formula(name, (*spelled, " = ", Strong((Val(name),)), "\n", _address(taken.after.layout))))
        rows.append(items)
    return Picture(tuple(grids), _rows(grids, rows), tuple(links), tuple(formulas), _focus(explained))


def legend(explained: Pipeline, picture: Picture) -> Text:
    """Say how to read the picture of a pipeline, and what it had no room for."""
    drawn = {item for row in picture.rows for item in row.items if isinstance(item, str)}
    missing = [name for name in map(state_name, range(len(explained.states))) if name not in drawn]
    said = ["One colour is one memory."]
    if any(state.memory for state in explained.states):
        said.append("Where a step copies, the colour changes.")
    if any(state.ghost.any() for state in explained.states):
        said.append("Dashed cells have no memory of their own.")
    if missing:
        said.append(f"There is no room for {', '.join(missing)}.")
    return text(" ".join(said))


def summary(explained: Pipeline) -> str:
    """Say in a line what x became, and how many bytes were copied on the way."""
    result = explained.states[-1]
    copied = sum(taken.copied for taken in explained.done)
    moved = f"{copied} bytes copied" if copied else "no byte copied"
    return f"{shape_text(explained.states[0].shape)} → {shape_text(result.shape)}, {moved}"


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
    lines = []
    for place, taken in enumerate(explained.steps, start=1):
        head: tuple[Span, ...] = (Bold(f"{place}."), " ", Code(taken.text), ": ")
        match taken:
            case Waiting():
                break
            case Failed():
                lines.append(text(*head, *_failure(taken, explained)))
            case Done():
                lines.append(text(*head, *_told(taken, explained)))
    if not lines:
        lines.append(text("No step is taken yet: x stands as it was made. Add a step, or choose an example."))
    return tuple(lines)


def _failure(failed: Failed, explained: Pipeline) -> Text:
    sums = "".join(f" {spelled.text}." for spelled in failed.arithmetic)
    if isinstance(failed.reason, Declined):
        return text(f"{explained.library} raises {failed.reason.kind}.{sums}")
    return text(f"not taken, for the reason given at the step.{sums}")


def _told(taken: Done, explained: Pipeline) -> Text:
    before, after = taken.before, taken.after
    told = [f"{shape_text(before.shape)} → {shape_text(after.shape)}."]
    told += [f"{spelled.text}." for spelled in taken.arithmetic]
    unit = backend(explained.library).stride_unit
    if taken.verdict == "view":
        told.append(f"A view: the same memory read with strides {_strides(after)} {unit}.")
    elif taken.verdict == "copy":
        told.append(f"A copy: {taken.copied} bytes in new memory.")
    saved = int(after.ghost.sum()) * after.layout.itemsize
    if taken.verdict == "view" and saved and not before.ghost.any():
        told.append(f"A stride of 0 reads cells again: {saved} bytes are not allocated.")
    remark = _remark(taken, explained.library)
    return text(" ".join(told), *((" ", *remark) if remark else ()))


def _remark(taken: Done, library: Library) -> Text:
    """Say what of a step's result deserves a sentence of its own; empty where nothing does."""
    if taken.remark is None:
        return ()
    said = _REMARKS[taken.remark]
    if taken.remark != "reshape copied":
        return said
    view = backend(library).view_code("x", taken.after.shape).removeprefix("x.")
    return text(*said, " ", Code(view), " would have refused.")


_REMARKS: Mapping[Remark, Text] = {
    "same tensor": text("It is contiguous already: the very same tensor comes back."),
    "squeezed nothing": text(
        Code("squeeze"), " takes axes of size 1 away, and here is none for it: the shape stays as it was."
    ),
    "squeezed the first of several": text(
        "Axis 0 had size 1 and went as well. In a batch of one image that is the batch axis."
    ),
    "reshape copied": text("These strides cannot give the cells in this order, so ", Code("reshape"), " copied them."),
    "flatten copied": text(Code("flatten"), " always copies in NumPy."),
    "ravel copied": text(Code("ravel"), " copies where the cells do not lie in this order."),
    "split by size": text(
        "The number is the size of a piece here; NumPy's ", Code("split"), " takes how many pieces there are."
    ),
    "split by count": text(
        "The number says how many pieces there are; PyTorch's ", Code("split"), " takes the size of one."
    ),
}


def _strides(state: Snapshot) -> str:
    return with_minus(shape_text(state.strides))


def _grid(name: str, state: Snapshot, badges: tuple[Badge, ...]) -> Grid:
    ghost = state.ghost
    return Grid(
        name,
        name,
        state.values,
        _MEMORIES[state.memory % len(_MEMORIES)],
        axes=tuple(
            f"axis {axis}" + (", stride 0" if stride == 0 and ghost.any() and size > 1 else "")
            for axis, (stride, size) in enumerate(zip(state.strides, state.shape, strict=True))
        ),
        badges=badges,
        ghost=ghost,
    )


def _piece(name: str, state: Snapshot) -> Grid:
    return Grid(
        name,
        name,
        state.values,
        _MEMORIES[state.memory % len(_MEMORIES)],
        faded=np.ones(state.shape, np.bool_),
        axes=("",) * len(state.shape),
    )


def _badges(taken: Done) -> tuple[Badge, ...]:
    tones: dict[str | None, Badge] = {"view": Badge("VIEW", "info"), "copy": Badge("COPY", "warn")}
    verdict = (tones[taken.verdict],) if taken.verdict in tones else ()
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
    last = len(explained.states) - 1
    size = explained.states[-1].values.size
    return (state_name(last), _interesting(explained.states[-1].values)) if size else None


def _interesting(values: NDArray[np.generic]) -> int:
    """A cell off the edge, if there is one: second along each axis."""
    if not values.ndim:
        return 0
    return int(np.ravel_multi_index(tuple(min(1, size - 1) for size in values.shape), values.shape))
