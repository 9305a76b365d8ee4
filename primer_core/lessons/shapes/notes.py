"""What to see in each worked example of the shapes lesson."""

from collections.abc import Mapping

from primer_core.picture.text import Code, Strong, Text, text

NOTES: Mapping[str, Text] = {
    "One image, as a batch": text(
        "A network that reads images wants ",
        Strong("(batch, channels, height, width)"),
        ". One grey image has neither of the first two: two ",
        Code("unsqueeze(0)"),
        " add them as axes of size 1, and not a byte moves.",
    ),
    "−1 is solved": text(
        "At most one size may be −1. It is what the number of elements leaves: 12 ÷ 2 = 6, then 12 ÷ 3 = 4.",
    ),
    "There and back": text(
        "(5,) to (1, 5) and back to (5,): three tensors, one memory.",
    ),
    "A scalar": text(
        "A scalar has shape (), no axis at all. ",
        Code("unsqueeze"),
        " gives it one, ",
        Code("squeeze"),
        " takes it away.",
    ),
    "To a column": text(
        "(5, 1) is a column of five rows. Written with −1, the code works for any length.",
    ),
    "View refused": text(
        "After ",
        Code("transpose"),
        " neighbours in the shape are no neighbours in memory. No strides give all 12 in this order, so ",
        Code("view"),
        " refuses. Choose a way out below the step.",
    ),
    "ravel, flatten, .T": text(
        "In NumPy ",
        Code("reshape"),
        ", ",
        Code("ravel"),
        " and ",
        Code(".T"),
        " give views here, and ",
        Code("flatten"),
        " always copies. Strides count bytes.",
    ),
    "ravel must copy": text(
        Code("ravel"),
        " is a view only where the cells lie in its order. After ",
        Code(".T"),
        " they do not.",
    ),
    "Join along axis 0": text(
        "(2, 2) and (1, 2) join along axis 0 to (3, 2): sizes add up there, and must be equal everywhere else.",
    ),
    "Join along axis 1": text(
        "(2, 2) and (2, 2) join along axis 1 to (2, 4).",
    ),
    "A join that clashes": text(
        "Joined along axis 1, the sizes along axis 0 must be equal, and 2 is not 1.",
    ),
    "stack or cat": text(
        Code("stack"),
        " makes a new axis for the tensors to lie along; ",
        Code("cat"),
        " makes an axis that they have longer.",
    ),
    "split and chunk": text(
        Code("split"),
        " is told how large a piece is, ",
        Code("chunk"),
        " how many pieces there are at most. Pieces are views; the last one may be smaller.",
    ),
    "expand or repeat": text(
        Code("expand"),
        " reads one row four times with a stride of 0: dashed cells have no memory of their own. ",
        Code("repeat"),
        " copies.",
    ),
    "cat or stack two vectors": text(
        "Joining makes an axis longer, stacking makes a new one: count the axes you want to end with. Two vectors have "
        "no axis 1 to be joined along.",
    ),
    "The last batch has one": text(
        "A bare ",
        Code("squeeze()"),
        " takes away every axis of size 1. Of a batch of four only the last two axes go; of the last batch, which "
        "holds one sample, the batch axis goes as well. Name the axis.",
    ),
    "A batch: .mT or .T": text(
        Code(".T"),
        " reverses all axes, the batch axis too. For a stack of matrices ",
        Code(".mT"),
        " lets the last two change places; ",
        Code("t()"),
        " takes no more than two axes.",
    ),
    'order="F"': text(
        Code('order="F"'),
        " says how both sides are walked: the columns are read downwards, and written downwards. It is a reading "
        "order, not a transpose.",
    ),
    'order="F", same shape': text(
        "Read and written in the same order into the same shape, each number is back where it was. ",
        Code('ravel(order="F")'),
        " reads the same columns into one axis.",
    ),
    "np.resize is no crop": text(
        Code("np.resize"),
        " takes the numbers in their order until the new shape is full. ",
        Code("x[:, :2]"),
        " crops. ",
        Code("reshape"),
        " never changes how many numbers there are.",
    ),
    "The same bytes as uint8": text(
        "256 is eight bytes, of which the second is 1. ",
        Code("view"),
        " with a dtype reads the same memory in other pieces.",
    ),
    "HWC to CHW": text(
        "Pictures are stored with channels last, PyTorch wants them first. ",
        Code("permute"),
        " moves the axis by its strides alone.",
    ),
}
"""By the title of a preset, what to see in it."""
