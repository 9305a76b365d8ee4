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
_BASE = (
    "A shape, (3, 4), which is filled by counting, or whatever gives an array in either library: [[1, 2], [3, 4]], "
    "np.ones((2, 3)), torch.arange(6)."
)
_EXPRESSION = (
    "What is done to a name: a[1:, ::2], a[..., None], a[[0, 2]], a[a > 5], a.reshape(4, 3), a.T.ravel(), "
    "np.lib.stride_tricks.sliding_window_view(a, 2), torch.from_numpy(a)."
)
_STATEMENTS = (
    "Statements in either library, with ; or a new line between them: b[0, 1] = 99; a += 1; t = torch.from_numpy(a); "
    "t.mul_(2); np.add(a, 1, out=a); del a; print(t)."
)


@dataclass(frozen=True, slots=True)
class ViewsQuestion(Question):
    """A base, up to two arrays that are made of it, and statements; or the shape that the second is viewed in."""

    view: View = choice("Memory", _VIEWS, label="View", segments=True)
    library: Library = choice("NumPy", _LIBRARIES, label="Base made by", segments=True, parameter="lib")
    a: str = text("(3, 4)", label="Base a", help=_BASE)
    b: str = text("a[::2, 1:]", label="b =", help=_EXPRESSION, placeholder="nothing")
    c: str = text("", label="c =", help=_EXPRESSION, placeholder="nothing")
    then: str = text("", label="Then", help=_STATEMENTS, placeholder="nothing", lines=2)
    to: str = text("(12,)", label="Shape that b should be viewed in", help="Such as (12,) or 2, -1.")

    @property
    def typed(self) -> Mapping[str, str]:
        """Return the text of each field that is run, by the field's name."""
        return {"b": self.b, "c": self.c, "then": self.then}

    @property
    def asks_pytorch(self) -> bool:
        """Return whether PyTorch is needed for the answer."""
        typed = (self.a, self.b) if self.view == "Refused views" else (self.a, self.b, self.c, self.then)
        return takes_loading(self.library) or any(
            word in text for text in typed for word in ("torch", "tensor", "nn.", "F.")
        )
