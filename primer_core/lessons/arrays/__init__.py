"""Arrays: what one is made of, what dtypes do to numbers, why NumPy is fast, and how PyTorch differs."""

from primer_core.lessons.arrays.claims import claims_of
from primer_core.lessons.arrays.explain import explain
from primer_core.lessons.arrays.measure import measure
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="arrays",
    title="Arrays",
    group="Arrays",
    icon=":material/grid_view:",
    summary=(
        "An array is one block of memory in which every number has the same type, and a shape that says how to read it."
    ),
    blurb="One block of memory, one dtype, and a shape that says how to read it.",
    question=ArraysQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    shelf="view",
    needs_torch=lambda question: question.asks_pytorch,
    measure=measure,
)
