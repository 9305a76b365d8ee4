"""Softmax and cross-entropy: from logits to a loss and its gradient."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.softmax.claims import claims_of
from primer_core.lessons.softmax.explain import explain
from primer_core.lessons.softmax.presets import PRESETS
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.react import react
from primer_core.lessons.softmax.show import show

LESSON = Lesson(
    slug="softmax",
    title="Softmax and cross-entropy",
    group="Autograd",
    icon=":material/bar_chart:",
    summary=(
        "Softmax turns any numbers into shares of one whole, and the gradient of its loss is what it predicts minus "
        "what is true, but for a factor."
    ),
    blurb="From logits to probabilities to a loss and its gradient.",
    question=SoftmaxQuestion,
    presets=PRESETS,
    explain=explain,
    react=react,
    show=show,
    claims=claims_of,
    needs_torch=lambda _: True,
)
