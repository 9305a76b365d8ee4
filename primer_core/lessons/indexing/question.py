"""What the indexing lesson is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.backend import LIBRARIES, Library
from primer_core.lessons.question import Question, choice, text

Then = Literal["Read", "Add in place", "Assign", "Add to b"]
"""What is done: ``b = a[index]``, ``a[index] += v``, ``a[index] = v``, or ``b = a[index]; b += v``."""

THENS: tuple[Then, ...] = ("Read", "Add in place", "Assign", "Add to b")

_HELP_ARRAY = (
    "A shape (3, 4), filled by counting, an array [[1, 2], [3, 4]], or an expression: np.eye(3), torch.arange(6)."
)
_HELP_INDEX = (
    "What stands between the brackets of a[ ]: 1, 2 or :2, 1:3 or ..., None or [0, 2] or a > 10 or any expression of "
    "NumPy that is an index. Or click cells of the array below."
)
_HELP_EXPRESSION = (
    "Instead of an index: np.where(a > 5, a, 0), np.take_along_axis(a, i, axis=1), torch.gather(a, 1, i), "
    "np.insert(a, -1, 9), sliding_window_view(a, 3). Lines before it may bind names such as i."
)
_HELP_VALUE = "What is added or assigned: a number, an array [1, 2], or a shape (2, 1), which is filled by counting."


@dataclass(frozen=True, slots=True)
class IndexingQuestion(Question):
    """An index into an array, what is done with it, and by whose rules."""

    array: str = text("(3, 4)", label="Array a", help=_HELP_ARRAY, role="a")
    index: str = text(":2, 1:3", label="Index: a[ … ]", help=_HELP_INDEX)
    then: Then = choice("Read", THENS, label="Then", segments=True)
    value: str = text("100", label="Value v", help=_HELP_VALUE, role="c")
    library: Library = choice("NumPy", LIBRARIES, label="Library", segments=True)
    clicked: str = text("", hidden=True)
    """The index that clicks wrote last: while it stands in `index`, a further click changes the selection."""
    expression: str = text("", label="Or an expression of a", help=_HELP_EXPRESSION, lines=2)
    """What is shown instead of the index; empty for the index."""

    @property
    def by_clicks(self) -> bool:
        """Return whether clicks wrote the index that stands there."""
        return bool(self.clicked) and self.clicked == self.index

    def parameters(self) -> dict[str, str]:
        """Return what an address needs: how the index was written is no part of what is asked."""
        found = Question.parameters(self)
        found.pop("clicked", None)
        return found
