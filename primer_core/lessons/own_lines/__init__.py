"""Your own lines: what every line of a learner's program does to every array."""

from primer_core.lessons.lesson import Lesson
from primer_core.lessons.own_lines.claims import claims_of
from primer_core.lessons.own_lines.explain import asks_pytorch, explain, react
from primer_core.lessons.own_lines.presets import PRESETS
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.show import show

LESSON = Lesson(
    slug="own_lines",
    title="Your own lines",
    group="Yours",
    icon=":material/edit_note:",
    summary=(
        "Write or paste NumPy and PyTorch. Every line is run on real arrays and shows what it made, what it changed, "
        "and who shares memory with whom."
    ),
    blurb="Paste the line that fails, and see why.",
    question=OwnLinesQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    react=react,
    shelf="examples",
    needs_torch=asks_pytorch,
)
