"""Shapes: what steps make of a tensor, or what moving and cutting the axes of a picture give."""

from dataclasses import dataclass, replace

from primer_core.backend import backend, takes_loading
from primer_core.data.errors import DamagedFileError, DataUnavailableError
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes.batch_axis import offer_to_network
from primer_core.lessons.shapes.pipeline import Pipeline, take_steps
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import Scramble, compare


@dataclass(frozen=True, slots=True)
class NoPicture:
    """The picture that is to be moved cannot be read on this machine.

    Parameters
    ----------
    message
        Plain text: what is missing, and what to do.
    """

    message: str


Outcome = Unread | Pipeline | Scramble | NoPicture
"""What comes of a question."""


def explain(question: ShapesQuestion) -> Outcome:
    """Explain what the steps do, or what two ways make of a picture; nothing that is typed makes it raise."""
    if question.view == "Permute or reshape":
        try:
            return compare(question.picture)
        except (DataUnavailableError, DamagedFileError) as problem:
            return NoPicture(str(problem))
    taken = take_steps(question.x, question.texts_of_steps, question.library)
    if isinstance(taken, Unread) or not backend(question.library).feeds_networks:
        return taken
    return replace(taken, offered=offer_to_network(taken.names, taken.states))


def needs_torch(question: ShapesQuestion) -> bool:
    """Whether PyTorch answers a question."""
    spoken_of = any(name in question.x + question.steps for name in ("torch", "tensor", "F.", "nn."))
    return takes_loading(question.library) or question.view == "Permute or reshape" or spoken_of
