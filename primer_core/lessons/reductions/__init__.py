"""Reductions: which cells each result is made of."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.reductions.claims import claims_of
from primer_core.lessons.reductions.explain import explain, needs_torch, react
from primer_core.lessons.reductions.presets import PRESETS
from primer_core.lessons.reductions.question import ReductionsQuestion
from primer_core.lessons.reductions.show import show

LESSON = Lesson(
    slug="reductions",
    title="Reductions",
    group="Arrays",
    icon=":material/compress:",
    summary=(
        "A sum or a maximum along an axis makes that axis disappear: each result is made of the cells that differ "
        "only there."
    ),
    blurb="Which cells each sum is made of.",
    question=ReductionsQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    react=react,
    kept=("library", "divisor"),
    needs_torch=needs_torch,
)
