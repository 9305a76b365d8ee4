"""Worked examples of the shapes lesson."""

from primer_core.backend import Library
from primer_core.lessons.lesson import Preset
from primer_core.lessons.shapes.question import ShapesQuestion


def _preset(title: str, x: str, steps: str, library: Library = "PyTorch") -> Preset[ShapesQuestion]:
    return Preset(title, ShapesQuestion(x=x, steps=steps, library=library))


PRESETS: tuple[Preset[ShapesQuestion], ...] = (
    _preset("One image, as a batch", "(28, 28)", "unsqueeze(0), unsqueeze(0)"),
    _preset("−1 is solved", "arange(12)", "view(2, -1), view(3, -1)"),
    _preset("There and back", "[1, 2, 3, 4, 5]", "unsqueeze(0), squeeze(0)"),
    _preset("A scalar", "2", "unsqueeze(0), squeeze(0)"),
    _preset("To a column", "arange(5)", "view(5, 1), view(-1, 1)"),
    _preset("View refused", "(3, 4)", "transpose(0, 1), view(12), unsqueeze(0)"),
    _preset("ravel, flatten, .T", "arange(12)", "reshape(3, 4), ravel(), flatten(), reshape(3, 4), T", "NumPy"),
    _preset("ravel must copy", "arange(12)", "reshape(3, 4), T, ravel()", "NumPy"),
    _preset("Join along axis 0", "[[1, 2], [3, 4]]", "concatenate([[5, 6]], axis=0)", "NumPy"),
    _preset("Join along axis 1", "[[1, 2], [3, 4]]", "concatenate(x, axis=1)", "NumPy"),
    _preset("A join that clashes", "[[1, 2], [3, 4]]", "concatenate([[5, 6]], axis=1)", "NumPy"),
    _preset("stack or cat", "(2, 3)", "stack((2, 3), dim=0), flatten(0, 1), cat((1, 3), dim=0)"),
    _preset("split and chunk", "(5, 4)", "split(2, dim=0)[1], chunk(2, dim=1)[0]"),
    _preset("expand or repeat", "(3,)", "unsqueeze(0), expand(4, 3), repeat(1, 2)"),
    _preset(
        "cat or stack two vectors",
        "[1, 2, 3]",
        "b = np.array([4, 5, 6]); a = np.concatenate([x, b]), s = np.stack([x, b], axis=1), "
        "np.concatenate([x, b], axis=1)",
        "NumPy",
    ),
    _preset("The last batch has one", "torch.zeros(1, 5, 1, 1)", "a = x.squeeze(), b = x.squeeze(3), b.squeeze(2)"),
    _preset("A batch: .mT or .T", "(2, 3, 4)", "a = x.mT, b = x.T, t()"),
    _preset(
        'order="F"',
        "np.arange(6).reshape(3, 2)",
        'a = x.reshape(2, 3), b = x.reshape(2, 3, order="F"), c = x.T',
        "NumPy",
    ),
    _preset(
        'order="F", same shape', "np.arange(6).reshape(3, 2)", 'reshape(3, 2, order="F"), ravel(order="F")', "NumPy"
    ),
    _preset(
        "np.resize is no crop",
        "np.arange(1, 7).reshape(2, 3)",
        "a = np.resize(x, (2, 2)), b = x[:, :2], c = np.resize(x, (3, 3)), x.reshape(2, 2)",
        "NumPy",
    ),
    _preset("The same bytes as uint8", "[1, 256]", "x.view(torch.uint8), x[:4], x.view(torch.int32)"),
    _preset("HWC to CHW", "(3, 4, 2)", "permute(2, 0, 1), contiguous(), flatten(1)"),
)
