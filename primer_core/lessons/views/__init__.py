"""Views and copies: what shares memory with what."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.views.claims import claims_of
from primer_core.lessons.views.explain import explain, react
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.show import show

LESSON = Lesson(
    slug="views",
    title="Views and copies",
    group="Arrays",
    icon=":material/link:",
    summary=(
        "An array is a way of reading memory: a shape, strides and an offset. A view reads memory that is there "
        "already, a copy has its own."
    ),
    blurb="Whose bytes are these, and who sees a change?",
    question=ViewsQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    react=react,
    shelf="view",
    needs_torch=lambda question: question.asks_pytorch,
)
