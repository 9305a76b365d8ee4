"""Worked examples of the lesson on views."""

from dataclasses import replace

from primer_core.lessons.lesson import Preset
from primer_core.lessons.views.question import ViewsQuestion

_MEMORY = ViewsQuestion()
_TORCH = ViewsQuestion(library="PyTorch")
_VIEW = ViewsQuestion(view="Refused views", library="PyTorch", b="a.T")
_NAMES = ViewsQuestion(view="Names", a="(4,)", b="a")
_TWELVE = replace(_MEMORY, a="[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", b="a.reshape(3, 4)")
_ROWS = replace(_MEMORY, a="[[1, 2, 3], [4, 5, 6]]")
_BEHIND = "t = torch.from_numpy(a); a += 10; print(t); a = a + 10; c = torch.tensor(a); a[0] = -1"

PRESETS: tuple[Preset[ViewsQuestion], ...] = (
    Preset("Slice with a step", _MEMORY),
    Preset("Backwards", replace(_MEMORY, b="a[::-1, ::-1]")),
    Preset("New axis", replace(_MEMORY, a="(4,)", b="a[:, None]", c="a[..., None, :]")),
    Preset("List and mask", replace(_MEMORY, b="a[[0, 2]]", c="a[a > 8]")),
    Preset("A row, += 100", replace(_ROWS, b="a[0]", then="b += 100")),
    Preset("Its copy, −= 50", replace(_ROWS, b="a[0].copy()", then="b -= 50")),
    Preset("ravel", replace(_TWELVE, c="b.ravel()")),
    Preset("flatten", replace(_TWELVE, c="b.flatten()")),
    Preset(".T", replace(_TWELVE, c="b.T")),
    Preset(".T, then reshape", replace(_MEMORY, b="a.T", c="b.reshape(-1)")),
    Preset("astype", replace(_ROWS, b="a.astype(np.float32)")),
    Preset("Windows", replace(_MEMORY, a="(6,)", b="as_strided(a, (4, 3), (8, 8))", then="a[2] = 99")),
    Preset("expand", replace(_TORCH, a="(3, 1)", b="a.expand(3, 4)", then="a[1] = 99")),
    Preset(
        "Sliding windows",
        replace(_MEMORY, a="(6,)", b="np.lib.stride_tricks.sliding_window_view(a, 3)", then="a[2] = 99"),
    ),
    Preset("Bytes", replace(_MEMORY, a="[1, 2]", b="a.view(np.uint8)", then="b[1] = 1")),
    Preset("Backwards to a tensor", replace(_MEMORY, a="[1, 2, 3]", b="a[::-1]", c="torch.from_numpy(b)")),
    Preset("Never written", replace(_MEMORY, a="np.empty((2, 3))", b="a[0]", then="b[:] = 0; a[1, 2] = 5")),
    Preset("contiguous", replace(_TORCH, b="a.T", c="b.contiguous()")),
    Preset("narrow", replace(_TORCH, b="a.narrow(1, 1, 2)")),
    Preset("from_numpy", replace(_ROWS, b="torch.from_numpy(a)", then="b += 10")),
    Preset("view after .T", replace(_TORCH, b="a.T", c="b.view(12)")),
    Preset("Transposed, flat", _VIEW),
    Preset("Transposed, cut", replace(_VIEW, to="(2, 2, 3)")),
    Preset("Some columns, flat", replace(_VIEW, b="a[:, :2]", to="(6,)")),
    Preset("Some rows, flat", replace(_VIEW, b="a[1:]", to="(8,)")),
    Preset("Channels last", replace(_VIEW, a="(2, 3, 4)", b="a.permute(1, 2, 0)", to="(24,)")),
    Preset("Expanded, flat", replace(_VIEW, a="(3, 1)", b="a.expand(3, 4)")),
    Preset("In NumPy", replace(_VIEW, library="NumPy")),
    Preset("a += 1", replace(_NAMES, then="a += 1")),
    Preset("a = a + 1", replace(_NAMES, then="a = a + 1")),
    Preset("a[:] = a + 1", replace(_NAMES, then="a[:] = a + 1")),
    Preset("b is a slice", replace(_NAMES, b="a[1:3]", then="a += 1")),
    Preset("The slice outlives a", replace(_NAMES, b="a[1:3]", then="a = a + 1")),
    Preset("a[[1, 2]][0] = 100", replace(_NAMES, b="", then="a[[1, 2]][0] = 100")),
    Preset("a[1:3][0] = 100", replace(_NAMES, b="", then="a[1:3][0] = 100")),
    Preset("a[[1, 2]] = 100", replace(_NAMES, b="", then="a[[1, 2]] = 100")),
    Preset("Two brackets", replace(_NAMES, b="", then="a[[1, 2]][0] = 50; a[1:3][0] = 60; a[[1, 2]] = 70")),
    Preset("a[1:] += a[:-1]", replace(_NAMES, a="[1, 1, 1, 1]", b="", then="a[1:] += a[:-1]")),
    Preset("The tensor stays behind", replace(_NAMES, a="[1., 2.]", b="", then=_BEHIND)),
    Preset("del a", replace(_NAMES, b="a[1:3]", then="del a; b += 1")),
    Preset("out=", replace(_NAMES, b="a[1:3]", then="np.add(a, 1, out=a); c = np.add(a, 1)")),
    Preset("A number goes round", replace(_NAMES, a="[6, 9, 12]", b="a.astype(np.uint8)", then="b -= 20; a[0] += 0.5")),
    Preset("a += 0.5", replace(_NAMES, then="a += 0.5")),
    Preset("add_ in PyTorch", replace(_NAMES, library="PyTorch", then="a.add_(1)")),
)
