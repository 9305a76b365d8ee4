"""Data loading: how samples become batches, who loads them, how pixels are scaled, and what a saved file holds."""

from primer_core.lessons.data_loading.claims import claims_of
from primer_core.lessons.data_loading.explain import explain
from primer_core.lessons.data_loading.measure import APART, measure
from primer_core.lessons.data_loading.presets import PRESETS
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="data_loading",
    title="Data loading",
    group="Networks",
    icon=":material/conveyor_belt:",
    summary=(
        "A loader asks a dataset for one sample after the other and stacks them into batches. See which sample lands "
        "where, and what it costs."
    ),
    blurb="Which sample lands in which batch, and who carries it there.",
    question=DataLoadingQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    shelf="view",
    needs_torch=lambda question: question.view != "Workers",
    measure=measure,
    measures_apart=APART,
)
