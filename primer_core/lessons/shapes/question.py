"""What the shapes lesson is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.backend import Library
from primer_core.lessons.question import Question, choice, text
from primer_core.lessons.shapes.scramble import CASES
from primer_core.lessons.shapes.steps import split_steps

View = Literal["Pipeline", "Permute or reshape"]

_X_HELP = (
    "A shape (28, 28), an array [[1, 2], [3, 4]], a number, or what makes an array, in the words of either library: "
    "np.ones((2, 3)), torch.arange(6).view(2, 3)."
)
_STEPS_HELP = (
    "What is done to x, with commas between: x.reshape(2, -1), x[:, None], np.flip(x, 0). The x. in front may be left "
    "out. With a name, y = x.T, a step leaves x as it is, and later steps may speak of y; without one, its result is x "
    "from then on."
)


@dataclass(frozen=True, slots=True)
class ShapesQuestion(Question):
    """A tensor and the steps it goes through; or a picture whose axes are moved in a right and in a wrong way."""

    x: str = text("(28, 28)", label="Tensor x", help=_X_HELP, role="a")
    steps: str = text("unsqueeze(0), unsqueeze(0)", label="Steps", help=_STEPS_HELP, placeholder="none")
    library: Library = choice("PyTorch", ("PyTorch", "NumPy"), label="Library", segments=True)
    view: View = choice("Pipeline", ("Pipeline", "Permute or reshape"), label="View", segments=True)
    picture: str = choice(next(iter(CASES)), tuple(CASES), label="Picture", segments=True)

    @property
    def texts_of_steps(self) -> tuple[str, ...]:
        """Return the text of each step, first to last."""
        return split_steps(self.steps)
