"""Permute against reshape as images: the two ways on a real picture, and on a few numbers to follow."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from primer_core.language.spelling import shape_text
from primer_core.lessons.shapes.claims import of_ways
from primer_core.lessons.shapes.pipeline import Pipeline
from primer_core.lessons.shapes.scramble import Scramble, Way
from primer_core.lessons.spoken import paragraphs
from primer_core.picture.code import code_panel
from primer_core.picture.grid import Formula, Grid, Link, Op, Picture, Ref, Row, Strong, Tone, Val
from primer_core.picture.images import Figure, Image, Images, Reading, data_uri, png
from primer_core.picture.parts import Card, Columns, Note, Part, Quiz, QuizAnswer, Story
from primer_core.picture.text import Code, Role, text
from primer_core.picture.text import Strong as Bold

QUIZ = Quiz(
    text("A picture of shape ", Code("(H, W, 3)"), ": what does ", Code("picture.reshape(3, H, W)"), " give?"),
    (
        QuizAnswer(
            "the same picture",
            text(Code("reshape"), " keeps the order in memory: red, green and blue of one pixel stay neighbours."),
        ),
        QuizAnswer(
            "a scrambled one",
            text(
                "Right. The sizes are those of (3, H, W), but each channel holds a third of the picture, its colours "
                "by turns. ",
                Code("permute(2, 0, 1)"),
                " moves the axis.",
            ),
        ),
        QuizAnswer(
            "error",
            text("H·W·3 elements fit (3, H, W): nothing stops the reshape. That is what makes it a trap."),
        ),
    ),
    "a scrambled one",
)


def scrambled(compared: Scramble) -> tuple[Part, ...]:
    """Show both ways on the picture, then on a few numbers, then in words and code."""
    few = Note(
        text(Bold("The same with a few numbers."), " Point at a cell: its element stands elsewhere in the other.")
    )
    told = Card((Story(paragraphs(of_ways(compared))), code_panel(compared.code)), "story")
    return (
        Card((Note(text(compared.case.wanted)), _figures(compared), Note(text(compared.case.credit))), "images"),
        Card((few, two_ways(compared.small_right, compared.small_wrong)), "picture"),
        Columns(((told,), (Card((QUIZ,), "quiz"),)), (1.3, 1)),
    )


def two_ways(right: Pipeline, wrong: Pipeline) -> Picture:
    """Lay out one tensor and what two pipelines make of it, cell by cell from where it was in x.

    Both must have a result, and begin with the same x.
    """
    x = Grid("x", "x", right.start.values, "a")
    grids, links, formulas = [x], [], []
    roles: tuple[Role, ...] = ("result", "b")
    for name, role, way in zip(("moved", "cut"), roles, (right, wrong), strict=True):
        cells = np.arange(way.states[0].values.size)
        for taken in way.done:
            cells = cells[taken.sources[:, 0]]
        after = way.states[-1].values
        spelled = "".join(f".{taken.text}" for taken in way.done)
        grids.append(Grid(name, name, after, role, caption=f"= x{spelled}  {shape_text(after.shape)}"))
        links.append(Link("x", name, cells))
        formulas.append(Formula(name, (Ref(name), " = ", Ref("x"), " = ", Strong((Val(name),)))))
    return Picture(tuple(grids), (Row(("x", Op("→"), "moved", "cut")),), tuple(links), tuple(formulas), ("x", 1))


def _figures(compared: Scramble) -> Images:
    """Draw the picture and what both ways make of it; those that lie in its memory are drawn from its file."""
    files: list[str] = []
    facts = text(f"{shape_text(compared.before.shape)} · strides {shape_text(compared.strides)}")
    own = Figure(text(Code("x")), facts, Image(_file(files, in_a_row(compared.before)), "The picture"))
    moved = _figure(compared.right, "axes moved", "good", compared, files)
    cut = _figure(compared.wrong, "scrambled", "bad", compared, files)
    return Images((own, moved, cut), tuple(files))


def in_a_row(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (H, W) grey values or (H, W, 3) colours as they are, and (n, H, W) grey pictures side by side."""
    if values.ndim == 3 and values.shape[-1] != 3:
        return np.concatenate(list(np.pad(values, ((0, 0), (0, 0), (0, 2)), constant_values=128)), axis=1)[:, :-2]
    return values


def _figure(way: Way, word: str, tone: Tone, compared: Scramble, files: list[str]) -> Figure:
    name = f"x{way.steps}"
    facts = text(f"{shape_text(way.shape)} · strides {shape_text(way.strides)} · {'view' if way.shared else 'copy'}")
    if way.values.ndim != 3:
        return Figure(text(Code(name)), facts, Image(_file(files, in_a_row(way.values)), name), word, tone)
    together = np.moveaxis(way.values, 0, -1)
    described = f"{name}, its channels as red, green and blue"
    if way.shared and np.array_equal(together, compared.before):
        drawn = Image(0, described)
    elif way.shared and compared.before.shape[-1] == 3:
        (height, width, colours), (plane, row, column) = together.shape, way.strides
        drawn = Image(0, described, Reading((height, width, colours), (row, column, plane)))
    else:
        drawn = Image(_file(files, together), described)
    planes = tuple(f"{name}, channel {place}" for place in range(len(way.values)))
    note = text("its channels 0, 1, 2 together and alone")
    return Figure(text(Code(name)), facts, drawn, word, tone, planes, note)


def _file(files: list[str], pixels: NDArray[np.uint8]) -> int:
    """Return the place among the files of one that shows the pixels, after adding it where there is none."""
    address = _address(pixels.tobytes(), pixels.shape)
    if address not in files:
        files.append(address)
    return files.index(address)


@cache
def _address(pixels: bytes, shape: tuple[int, ...]) -> str:
    return data_uri(png(np.frombuffer(pixels, np.uint8).reshape(shape)))
