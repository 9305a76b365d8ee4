"""einsum: a letter for each axis says which cells meet and what is summed."""

from primer_core.lessons.einsum.claims import claims_of
from primer_core.lessons.einsum.explain import explain
from primer_core.lessons.einsum.presets import PRESETS
from primer_core.lessons.einsum.question import EinsumQuestion
from primer_core.lessons.einsum.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="einsum",
    title="Einsum",
    group="Arrays",
    icon=":material/abc:",
    summary=(
        "A letter for each axis. Axes with the same letter run together; a letter that the result lacks is summed over."
    ),
    blurb="Each letter one axis: which remain, and which are summed.",
    question=EinsumQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    kept=("library",),
)
