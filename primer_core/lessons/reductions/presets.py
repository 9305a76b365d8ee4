"""Worked examples of the reductions lesson."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.reductions.question import ReductionsQuestion

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
    Preset("Axis out of range", ReductionsQuestion("(2, 3)", "sum", "2")),
)
