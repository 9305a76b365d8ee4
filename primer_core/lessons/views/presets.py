"""Worked examples of the lesson on views, and operations to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from primer_core.backend import Library
from primer_core.language.limits import MAX_AXES
from primer_core.lessons.views.refused_view import explain_refused_view

View = Literal["Memory", "Refused views", "Names"]

VIEWS: tuple[View, ...] = ("Memory", "Refused views", "Names")


@dataclass(frozen=True, slots=True)
class ViewPreset:
    """What a learner would have typed.

    Parameters
    ----------
    title
        What it shows, in a few words.
    view
        The part of the page that it belongs to.
    a, b, c, then
        The base, the expressions for b and c, and the statements; empty where there is none.
    to
        The new shape, for a refused view.
    library
        Which one makes the base.
    """

    title: str
    view: View
    a: str = "(3, 4)"
    b: str = ""
    c: str = ""
    then: str = ""
    to: str = ""
    library: Library = "NumPy"

    @property
    def values(self) -> Mapping[str, str]:
        """The text of every field that its part of the page has."""
        shared = {"view": self.view, "lib": self.library, "a": self.a, "b": self.b}
        if self.view == "Refused views":
            return shared | {"to": self.to}
        return shared | {"c": self.c, "then": self.then}


_TWELVE = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"
_ROWS = "[[1, 2, 3], [4, 5, 6]]"

PRESETS: tuple[ViewPreset, ...] = (
    ViewPreset("Slice with a step", "Memory", b="a[::2, 1:]"),
    ViewPreset("Backwards", "Memory", b="a[::-1, ::-1]"),
    ViewPreset("New axis", "Memory", "(4,)", "a[:, None]", "a[..., None, :]"),
    ViewPreset("List and mask", "Memory", b="a[[0, 2]]", c="a[a > 8]"),
    ViewPreset("A row, += 100", "Memory", _ROWS, "a[0]", then="b += 100"),
    ViewPreset("Its copy, −= 50", "Memory", _ROWS, "a[0].copy()", then="b -= 50"),
    ViewPreset("ravel", "Memory", _TWELVE, "a.reshape(3, 4)", "b.ravel()"),
    ViewPreset("flatten", "Memory", _TWELVE, "a.reshape(3, 4)", "b.flatten()"),
    ViewPreset(".T", "Memory", _TWELVE, "a.reshape(3, 4)", "b.T"),
    ViewPreset(".T, then reshape", "Memory", b="a.T", c="b.reshape(-1)"),
    ViewPreset("astype", "Memory", _ROWS, "a.astype(np.float32)"),
    ViewPreset("Windows", "Memory", "(6,)", "as_strided(a, (4, 3), (8, 8))", then="a[2] = 99"),
    ViewPreset("expand", "Memory", "(3, 1)", "a.expand(3, 4)", then="a[1] = 99", library="PyTorch"),
    ViewPreset("contiguous", "Memory", b="a.T", c="b.contiguous()", library="PyTorch"),
    ViewPreset("narrow", "Memory", b="a.narrow(1, 1, 2)", library="PyTorch"),
    ViewPreset("from_numpy", "Memory", _ROWS, "torch.from_numpy(a)", then="b += 10"),
    ViewPreset("view after .T", "Memory", b="a.T", c="b.view(12)", library="PyTorch"),
    ViewPreset("Transposed, flat", "Refused views", b="a.T", to="(12,)", library="PyTorch"),
    ViewPreset("Transposed, cut", "Refused views", b="a.T", to="(2, 2, 3)", library="PyTorch"),
    ViewPreset("Some columns, flat", "Refused views", b="a[:, :2]", to="(6,)", library="PyTorch"),
    ViewPreset("Some rows, flat", "Refused views", b="a[1:]", to="(8,)", library="PyTorch"),
    ViewPreset("Channels last", "Refused views", "(2, 3, 4)", "a.permute(1, 2, 0)", to="(24,)", library="PyTorch"),
    ViewPreset("Expanded, flat", "Refused views", "(3, 1)", "a.expand(3, 4)", to="(12,)", library="PyTorch"),
    ViewPreset("In NumPy", "Refused views", b="a.T", to="(12,)"),
    ViewPreset("a += 1", "Names", "(4,)", "a", then="a += 1"),
    ViewPreset("a = a + 1", "Names", "(4,)", "a", then="a = a + 1"),
    ViewPreset("a[:] = a + 1", "Names", "(4,)", "a", then="a[:] = a + 1"),
    ViewPreset("b is a slice", "Names", "(4,)", "a[1:3]", then="a += 1"),
    ViewPreset("The slice outlives a", "Names", "(4,)", "a[1:3]", then="a = a + 1"),
    ViewPreset("a[[1, 2]][0] = 100", "Names", "(4,)", then="a[[1, 2]][0] = 100"),
    ViewPreset("a[1:3][0] = 100", "Names", "(4,)", then="a[1:3][0] = 100"),
    ViewPreset("a[[1, 2]] = 100", "Names", "(4,)", then="a[[1, 2]] = 100"),
    ViewPreset("a += 0.5", "Names", "(4,)", "a", then="a += 0.5"),
    ViewPreset("add_ in PyTorch", "Names", "(4,)", "a", then="a.add_(1)", library="PyTorch"),
)  # fmt: skip

DEFAULT = PRESETS[0]


def opening(view: View, said: Mapping[str, str]) -> ViewPreset | None:
    """The example with which a part of the page opens, where what stands in the fields shows nothing there.

    Parameters
    ----------
    view
        The part that is opened.
    said
        The text of each field by its key, as in `ViewPreset.values`.

    Returns
    -------
    ViewPreset or None
        None where what stands shows something, or is a learner's own: not an example of another part.
    """
    own = not any(
        all(said.get(key, "") == text for key, text in one.values.items() if key != "view") for one in PRESETS
    )
    if own or view == "Memory" or (view == "Names" and said.get("then", "").strip()):
        return None
    if view == "Refused views":
        library: Library = "PyTorch" if said.get("lib") == "PyTorch" else "NumPy"
        found = explain_refused_view(said.get("a", ""), said.get("b", ""), said.get("to", ""), library)
        if any(way.works for way in found.ways):
            return None
    return next(one for one in PRESETS if one.view == view)


def choices(shape: tuple[int, ...], library: Library) -> tuple[str, ...]:
    """Operations on an array ``a`` of that shape which the library takes: for learners who would rather choose."""
    if not shape or not prod(shape):
        return ("a[...]", "a[None]") if len(shape) < MAX_AXES else ("a[...]",)
    rank, turned, half = len(shape), ", ".join(map(str, reversed(shape))), -(-shape[0] // 2)
    around = ", ".join(map(str, reversed(range(rank))))
    found = [f"a[:{half}]", "a[::2]", "a[..., -1]", *(["a[None]"] if rank < MAX_AXES else []), "a[[0, -1]]", "a[a > 3]"]
    found += [f"a.reshape({turned})", "a.reshape(-1)", "a.ravel()", "a.flatten()"]
    if library == "NumPy":
        found += ["a[::-1]", "a.T", f"a.transpose({around})", "a.T.ravel()", "a.copy()", "a.astype(np.float32)"]
        found += [f"np.broadcast_to(a, {(2, *shape)})"] if rank < MAX_AXES else []
        return (*found, "torch.from_numpy(a)")
    found += [f"a.view({turned})", f"a.permute({around})", f"a.narrow(0, 0, {half})", "a.contiguous()", "a.clone()"]
    found += [f"a[:1].expand{(5, *shape[1:])}", "a.to(torch.float32)"]
    return (*found, f"a.as_strided(({half},), ({prod(shape[1:])},))")
