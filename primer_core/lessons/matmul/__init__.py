"""Matrix products: the row and the column that meet."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.matmul.claims import claims_of
from primer_core.lessons.matmul.explain import explain
from primer_core.lessons.matmul.measure import measure
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.matmul.show import show

LESSON = Lesson(
    slug="matmul",
    title="Matrix products",
    group="Arrays",
    icon=":material/grid_on:",
    summary=(
        "Each cell of a matrix product is a row of the first times a column of the second, summed up. All other axes "
        "only repeat that."
    ),
    blurb="The row and the column that meet in each cell.",
    question=MatmulQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    kept=("library",),
    measure=measure,
)
