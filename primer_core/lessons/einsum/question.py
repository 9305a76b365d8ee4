"""What the lesson on einsum is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, text

LibraryName = Literal["NumPy", "PyTorch"]

NAMES = ("a", "b", "c")
"""What operands are called in formulas and code; the result is y."""

_HELP = "A shape (2, 3), which is filled by counting, an array [[1, 2], [3, 4]], or an expression such as a.T."


@dataclass(frozen=True, slots=True)
class EinsumQuestion(Question):
    """Letters for the axes of one to three operands and of the result."""

    subscripts: str = text(
        "ij,jk->ik",
        label="Subscripts",
        help="A letter for each axis: operands with commas between them, then -> and the axes that the result keeps. A "
        "whole call may be pasted; its operands stand in the fields a, b and c.",
    )
    a: str = text("[[0, 1, 2], [3, 4, 5]]", label="Operand a", help=_HELP, role="a")
    b: str = text("[[0, 1], [2, 3], [4, 5]]", label="Operand b, if any", help=_HELP, role="b", placeholder="none")
    c: str = text("", label="Operand c, if any", help=_HELP, role="c", placeholder="none")
    library: LibraryName = choice("NumPy", ("NumPy", "PyTorch"), label="Code in", segments=True)

    @property
    def operands(self) -> tuple[tuple[str, str], ...]:
        """Return the name and the text of each operand that there is."""
        given = ((name, getattr(self, name)) for name in NAMES)
        return tuple((name, typed) for name, typed in given if name == "a" or typed.strip())
