"""Broadcasting: how arrays of different shapes meet."""

from primer_core.lessons.broadcasting.claims import claims_of
from primer_core.lessons.broadcasting.explain import explain
from primer_core.lessons.broadcasting.presets import PRESETS
from primer_core.lessons.broadcasting.question import BroadcastingQuestion
from primer_core.lessons.broadcasting.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="broadcasting",
    title="Broadcasting",
    group="Arrays",
    icon=":material/open_with:",
    summary=(
        "NumPy lines shapes up from the right. Axes that are equal stay, an axis of size 1 is stretched, "
        "and nothing is copied."
    ),
    blurb="Which cells meet, and what is never copied.",
    question=BroadcastingQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    kept=("view", "of"),
)
