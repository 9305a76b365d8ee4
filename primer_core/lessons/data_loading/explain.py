"""What comes of a question of the lesson on data loading, by its view."""

from dataclasses import dataclass

from primer_core.lessons.data_loading.batches import Loaded, explain_batches
from primer_core.lessons.data_loading.normalising import Normalised, explain_normalising
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.saving import SavedAndLoaded, explain_saving


@dataclass(frozen=True, slots=True)
class Workers:
    """Loaders that nobody has timed yet: what they give is measured, not explained."""


Outcome = Loaded | Workers | Normalised | SavedAndLoaded
"""What comes of a question; no field holds what cannot be read."""


def explain(question: DataLoadingQuestion) -> Outcome:
    """Explain what the question's view looks at. All views but that of workers load torch."""
    match question.view:
        case "Batches":
            return explain_batches(question)
        case "Workers":
            return Workers()
        case "Normalising":
            return explain_normalising(question)
        case "Saving":
            return explain_saving(question)
