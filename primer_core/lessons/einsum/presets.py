"""Worked examples of the lesson on einsum."""

from primer_core.lessons.einsum.question import EinsumQuestion
from primer_core.lessons.lesson import Preset

_SQUARE = "[[1, 2], [3, 4]]"
_OTHER = "[[5, 6], [7, 8]]"

PRESETS: tuple[Preset[EinsumQuestion], ...] = (
    Preset("Matrix product", EinsumQuestion()),
    Preset("Cell by cell", EinsumQuestion("ij,ij->ij", _SQUARE, _OTHER)),
    Preset("Sum of the products", EinsumQuestion("ij,ij->", _SQUARE, _OTHER)),
    Preset("Outer product", EinsumQuestion("i,j->ij", "[1, 2, 3]", "[10, 20]")),
    Preset("Column sums", EinsumQuestion("ij->j", _SQUARE, "")),
    Preset("Transpose", EinsumQuestion("ij->ji", "(2, 3)", "")),
    Preset("No arrow", EinsumQuestion("ba", "(2, 3)", "")),
    Preset("Trace", EinsumQuestion("ii", _SQUARE, "")),
    Preset("Diagonal", EinsumQuestion("ii->i", _SQUARE, "")),
    Preset("Batch of products", EinsumQuestion("bij,bjk->bik", "(2, 2, 3)", "(2, 3, 2)")),
    Preset("Bilinear form", EinsumQuestion("i,ij,j->", "[1, 2]", _SQUARE, "[10, 20]")),
    Preset("A letter too many", EinsumQuestion("ij,kj->ijl", _SQUARE, _OTHER)),
    Preset("Sizes clash", EinsumQuestion("ij,kj->ik", "(2, 3)", "(3, 2)")),
)
