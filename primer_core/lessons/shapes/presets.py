"""Worked examples of the shapes lesson."""

from dataclasses import dataclass

from primer_core.backend import Library


@dataclass(frozen=True, slots=True)
class PipelinePreset:
    """What a learner would have typed.

    Parameters
    ----------
    title
        What it shows, in a few words.
    x
        The tensor.
    steps
        As `primer_core.language.steps` reads them.
    says
        What to see in it, in Markdown.
    library
        Who takes the steps.
    """

    title: str
    x: str
    steps: str
    says: str
    library: Library = "PyTorch"


PRESETS: tuple[PipelinePreset, ...] = (
    PipelinePreset(
        "One image, as a batch",
        "(28, 28)",
        "unsqueeze(0), unsqueeze(0)",
        "A network that reads images wants **(batch, channels, height, width)**. One grey image has neither of the "
        "first two: two `unsqueeze(0)` add them as axes of size 1, and not a byte moves.",
    ),
    PipelinePreset(
        "−1 is solved",
        "arange(12)",
        "view(2, -1), view(3, -1)",
        "At most one size may be −1. It is what the number of elements leaves: 12 ÷ 2 = 6, then 12 ÷ 3 = 4.",
    ),
    PipelinePreset(
        "There and back",
        "[1, 2, 3, 4, 5]",
        "unsqueeze(0), squeeze(0)",
        "(5,) to (1, 5) and back to (5,): three tensors, one memory.",
    ),
    PipelinePreset(
        "A scalar",
        "2",
        "unsqueeze(0), squeeze(0)",
        "A scalar has shape (), no axis at all. `unsqueeze` gives it one, `squeeze` takes it away.",
    ),
    PipelinePreset(
        "To a column",
        "arange(5)",
        "view(5, 1), view(-1, 1)",
        "(5, 1) is a column of five rows. Written with −1, the code works for any length.",
    ),
    PipelinePreset(
        "View refused",
        "(3, 4)",
        "transpose(0, 1), view(12), unsqueeze(0)",
        "After `transpose` neighbours in the shape are no neighbours in memory. No strides give all 12 in this "
        "order, so `view` refuses. Choose a way out below the step.",
    ),
    PipelinePreset(
        "ravel, flatten, .T",
        "arange(12)",
        "reshape(3, 4), ravel(), flatten(), reshape(3, 4), T",
        "In NumPy `reshape`, `ravel` and `.T` give views here, and `flatten` always copies. Strides count bytes.",
        "NumPy",
    ),
    PipelinePreset(
        "ravel must copy",
        "arange(12)",
        "reshape(3, 4), T, ravel()",
        "`ravel` is a view only where the cells lie in its order. After `.T` they do not.",
        "NumPy",
    ),
    PipelinePreset(
        "Join along axis 0",
        "[[1, 2], [3, 4]]",
        "concatenate([[5, 6]], axis=0)",
        "(2, 2) and (1, 2) join along axis 0 to (3, 2): sizes add up there, and must be equal everywhere else.",
        "NumPy",
    ),
    PipelinePreset(
        "Join along axis 1",
        "[[1, 2], [3, 4]]",
        "concatenate(x, axis=1)",
        "(2, 2) and (2, 2) join along axis 1 to (2, 4).",
        "NumPy",
    ),
    PipelinePreset(
        "A join that clashes",
        "[[1, 2], [3, 4]]",
        "concatenate([[5, 6]], axis=1)",
        "Joined along axis 1, the sizes along axis 0 must be equal, and 2 is not 1.",
        "NumPy",
    ),
    PipelinePreset(
        "stack or cat",
        "(2, 3)",
        "stack((2, 3), dim=0), flatten(0, 1), cat((1, 3), dim=0)",
        "`stack` makes a new axis for the tensors to lie along; `cat` makes an axis that they have longer.",
    ),
    PipelinePreset(
        "split and chunk",
        "(5, 4)",
        "split(2, dim=0)[1], chunk(2, dim=1)[0]",
        "`split` is told how large a piece is, `chunk` how many pieces there are. Pieces are views; the last "
        "one may be smaller.",
    ),
    PipelinePreset(
        "expand or repeat",
        "(3,)",
        "unsqueeze(0), expand(4, 3), repeat(1, 2)",
        "`expand` reads one row four times with a stride of 0: dashed cells have no memory of their own. "
        "`repeat` copies.",
    ),
    PipelinePreset(
        "HWC to CHW",
        "(3, 4, 2)",
        "permute(2, 0, 1), contiguous(), flatten(1)",
        "Pictures are stored with channels last, PyTorch wants them first. `permute` moves the axis by its "
        "strides alone.",
    ),
)

DEFAULT = PRESETS[0]
