"""Shapes: build a pipeline of shape changes and see after each step what moved, and whether anything did."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.shapes.claims import claims_of
from primer_core.lessons.shapes.explain import explain, needs_torch
from primer_core.lessons.shapes.presets import PRESETS
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.react import react
from primer_core.lessons.shapes.show import show

LESSON = Lesson(
    slug="shapes",
    title="Shapes",
    group="Arrays",
    icon=":material/view_in_ar:",
    summary=(
        "A shape is only how memory is read: most steps change strides and move no byte, some must copy, and some are "
        "impossible."
    ),
    blurb="squeeze, view, permute: what moves, and what does not.",
    question=ShapesQuestion,
    presets=PRESETS,
    explain=explain,
    claims=claims_of,
    show=show,
    react=react,
    shelf="view",
    needs_torch=needs_torch,
)
