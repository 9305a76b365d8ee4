"""The training loop: a loop with a mistake in it runs beside the correct one, from the same start."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.training_loop.claims import claims_of
from primer_core.lessons.training_loop.explain import explain
from primer_core.lessons.training_loop.presets import PRESETS
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.react import react
from primer_core.lessons.training_loop.show import show

LESSON = Lesson(
    slug="training_loop",
    title="Training loop",
    group="Networks",
    icon=":material/laps:",
    summary=(
        "Five lines train a network. Remove, double or move one, and your loop runs beside the correct one from the "
        "same start."
    ),
    blurb="Break a loop line by line, and see what it does.",
    question=TrainingLoopQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    react=react,
    kept=("seed",),
    shelf="theme",
    needs_torch=lambda _: True,
)
