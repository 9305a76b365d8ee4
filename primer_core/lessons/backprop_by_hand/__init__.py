"""Back-propagation by hand: every equation beside what autograd finds."""

from primer_core.lessons.backprop_by_hand.claims import claims_of
from primer_core.lessons.backprop_by_hand.explain import explain
from primer_core.lessons.backprop_by_hand.presets import PRESETS
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.backprop_by_hand.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="backprop_by_hand",
    title="Back-propagation by hand",
    group="Autograd",
    icon=":material/undo:",
    summary=(
        "Every gradient of a network follows from a few lines of matrix algebra. Derive them, and find the numbers "
        "that autograd finds."
    ),
    blurb="Every gradient derived, beside the one that autograd finds.",
    question=BackpropQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    needs_torch=lambda _: True,
)
