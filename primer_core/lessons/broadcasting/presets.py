"""Worked examples of the broadcasting lesson."""

from primer_core.lessons.broadcasting.question import BroadcastingQuestion
from primer_core.lessons.lesson import Preset

PRESETS: tuple[Preset[BroadcastingQuestion], ...] = (
    Preset("Scalar", BroadcastingQuestion("(4, 3)", "multiply", "10")),
    Preset("Vector to each row", BroadcastingQuestion("(4, 3)", "add", "[1, 0, 1]")),
    Preset("Column to each column", BroadcastingQuestion("(4, 3)", "add", "(4, 1)")),
    Preset("Outer sum", BroadcastingQuestion("(4, 1)", "add", "(3,)")),
    # Predictions of shape (N, 1), as a layer with one output gives them, against targets of shape (N,): every
    # prediction is right, and still the N x N errors are not zero.
    Preset("(N, 1) against (N,)", BroadcastingQuestion("[[1], [2], [3], [4]]", "subtract", "[1, 2, 3, 4]")),
    Preset("Image − channel mean", BroadcastingQuestion("(3, 4, 4)", "subtract", "a.mean((1, 2), keepdims=True)")),
    # Divided by its row sums: they line up with the columns, which a square table does not show.
    Preset("÷ row sums, keepdims", BroadcastingQuestion("[[1., 3.], [2., 6.]]", "divide", "a.sum(1, keepdims=True)")),
    Preset("÷ row sums, lined up wrong", BroadcastingQuestion("[[1., 3.], [2., 6.]]", "divide", "a.sum(axis=1)")),
    Preset("Three operands", BroadcastingQuestion("(3, 1, 1)", "add", "(2, 1)", "(4,)")),
    Preset("In place", BroadcastingQuestion("(4, 3)", "add", "[1, 0, 1]", inplace=True)),
    Preset("a += b cannot grow", BroadcastingQuestion("[1., 2., 3.]", "add", "[[10.], [20.], [30.]]", inplace=True)),
    Preset("* is not @", BroadcastingQuestion("np.arange(6).reshape(3, 2)", "multiply", "np.array([[10], [1]])")),
    Preset("Shapes that clash", BroadcastingQuestion("(4, 3)", "add", "(4,)")),
)
