"""Worked examples of the reductions lesson."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.reductions.question import ReductionsQuestion

_LARGE = "np.array([100000, 100000], dtype=np.int32)"
_FIVE = "[10.0, 20.0, 30.0, 40.0, 50.0]"

PRESETS: tuple[Preset[ReductionsQuestion], ...] = (
    Preset("Sum of all", ReductionsQuestion("[[1, 2], [3, 4]]", "sum", "None")),
    Preset("Down the columns", ReductionsQuestion("[[1, 2], [3, 4]]", "sum", "0")),
    Preset("Along the rows", ReductionsQuestion("[[1, 2], [3, 4]]", "sum", "1")),
    Preset("Axis −1", ReductionsQuestion("[[1, 2, 3], [4, 5, 6]]", "sum", "-1")),
    Preset("Mean", ReductionsQuestion(_FIVE, "mean", "None")),
    Preset("Standard deviation", ReductionsQuestion(_FIVE, "std", "None")),
    Preset("Channel means", ReductionsQuestion("(2, 3, 2, 2)", "mean", "(0, 2, 3)")),
    Preset("Maximum", ReductionsQuestion("[[3, 9, 4], [7, 1, 8]]", "max", "1")),
    Preset("Argmax with a tie", ReductionsQuestion("[[3, 9, 9], [7, 1, 7]]", "argmax", "1")),
    Preset("Any", ReductionsQuestion("[[0, 1], [0, 0], [2, 3]]", "any", "1")),
    Preset("All", ReductionsQuestion("[[0, 1], [0, 0], [2, 3]]", "all", "1")),
    Preset("Norm", ReductionsQuestion("[[3, 4], [6, 8]]", "norm", "1")),
    Preset("Softmax", ReductionsQuestion("[[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]", "softmax", "-1")),
    Preset("Centre each row", ReductionsQuestion("(3, 4)", "mean", "1", keepdims=True, view="Bring it back")),
    Preset("Without keepdims", ReductionsQuestion("(3, 4)", "mean", "1", view="Bring it back")),
    Preset("Shares of a square", ReductionsQuestion("[[1.0, 3.0], [2.0, 6.0]]", "sum", "1", view="Bring it back")),
    Preset("Cross the axes out", ReductionsQuestion("(2, 3, 4)", "sum", "(0, 2)")),
    Preset("A product that wraps", ReductionsQuestion(_LARGE, "prod", "None", dtype="int32")),
    Preset("… widened", ReductionsQuestion(_LARGE, "prod", "None")),
    Preset("A running sum", ReductionsQuestion("np.array([200, 100], dtype=np.uint8)", "cumsum", "0")),
    Preset("float16 stops counting", ReductionsQuestion("np.ones(3000, dtype=np.float16)", "cumsum", "0")),
    Preset("Spread of one number", ReductionsQuestion("[3.0]", "std", "None")),
    Preset("Median of four", ReductionsQuestion("[1.0, 3.0, 5.0, 7.0]", "median", "None")),
    Preset("How large, and where", ReductionsQuestion("[[3, 8], [9, 2]]", "max", "1", "PyTorch", "n − 1", places=True)),
    Preset("Axis out of range", ReductionsQuestion("(2, 3)", "sum", "2")),
)
