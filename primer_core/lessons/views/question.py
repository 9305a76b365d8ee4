"""What the lesson on views and copies is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from primer_core.backend import Library, takes_loading
from primer_core.lessons.question import Question, choice, text

View = Literal["Memory", "Refused views", "Names"]
"""What is looked at: the memory of arrays, whether a view of another shape is given, or which name is bound to what."""

_VIEWS: tuple[View, ...] = ("Memory", "Refused views", "Names")
_LIBRARIES: tuple[Library, ...] = ("NumPy", "PyTorch")
_EXPRESSION = (
    "What is done to a name: a[1:, ::2], a[..., None], a[[0, 2]], a[a > 5], a.reshape(4, 3), a.T.ravel(), "
    "as_strided(a, (4, 3), (8, 8)), torch.from_numpy(a)."
)
_STATEMENTS = "Statements, with ; between them: b[0, 1] = 99; a += 1; a = a + 1; a[:] = 0; a[[1, 2]][0] = 100."


@dataclass(frozen=True, slots=True)
class ViewsQuestion(Question):
    """A base, up to two arrays that are made of it, and statements; or the shape that the second is viewed in."""

    view: View = choice("Memory", _VIEWS, label="View", segments=True)
    library: Library = choice("NumPy", _LIBRARIES, label="Base made by", segments=True, parameter="lib")
    a: str = text("(3, 4)", label="Base a", help="A shape, (3, 4), or an array, [[1, 2], [3, 4]].")
    b: str = text("a[::2, 1:]", label="b =", help=_EXPRESSION, placeholder="nothing")
    c: str = text("", label="c =", help=_EXPRESSION, placeholder="nothing")
    then: str = text("", label="Then", help=_STATEMENTS, placeholder="nothing")
    to: str = text("(12,)", label="Shape that b should be viewed in", help="Such as (12,) or 2, -1.")

    @property
    def typed(self) -> Mapping[str, str]:
        """Return the text of each field that is run, by the field's name."""
        return {"b": self.b, "c": self.c, "then": self.then}

    @property
    def asks_pytorch(self) -> bool:
        """Return whether PyTorch is needed for the answer."""
        typed = (self.b,) if self.view == "Refused views" else (self.b, self.c, self.then)
        return takes_loading(self.library) or any("torch" in text for text in typed)
