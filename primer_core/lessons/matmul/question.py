"""What the lesson on matrix products is asked."""

from dataclasses import dataclass

from primer_core.backend.interface import LIBRARIES, Library
from primer_core.lessons.question import Question, choice, text

NAMES = ("a", "b")
"""What operands are called in formulas and code; the result is c."""

_HELP = (
    "A shape (2, 3), which is filled by counting, an array [[1, 2], [3, 4]], or one of these changed: (2, 3).T, "
    "(3,)[:, None]; b may also be a.T."
)


@dataclass(frozen=True, slots=True)
class MatmulQuestion(Question):
    """Two operands that are multiplied, a @ b, and the library that the code is written for."""

    a: str = text("[[0, 1, 2], [3, 4, 5]]", label="Operand a", help=_HELP, role="a")
    b: str = text("[[0, 1], [2, 3], [4, 5]]", label="Operand b", help=_HELP, role="b")
    library: Library = choice("NumPy", LIBRARIES, label="Code in", segments=True)
