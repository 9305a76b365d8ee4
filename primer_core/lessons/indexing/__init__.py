"""Indexing: which cells an index picks."""

from primer_core.lessons.indexing.claims import claims_of
from primer_core.lessons.indexing.clicks import react
from primer_core.lessons.indexing.explain import explain, needs_torch
from primer_core.lessons.indexing.presets import PRESETS
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.indexing.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="indexing",
    title="Indexing",
    group="Arrays",
    icon=":material/ads_click:",
    summary=(
        "Numbers and slices only say where to look, so what they pick is a view. Lists and masks gather "
        "elements from anywhere into a copy."
    ),
    blurb="What any index picks, and whether it is a view.",
    question=IndexingQuestion,
    presets=PRESETS,
    explain=explain,
    claims=claims_of,
    show=show,
    react=react,
    kept=("clicked",),
    needs_torch=needs_torch,
)
