"""Worked examples of the lesson on matrix products."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.matmul.question import MatmulQuestion

PRESETS: tuple[Preset[MatmulQuestion], ...] = (
    Preset("Dot product", MatmulQuestion("[1, 2, 3]", "[4, 5, 6]")),
    Preset("Matrix @ vector", MatmulQuestion("[[1, 2, 3], [4, 5, 6]]", "[1, 0, 1]")),
    Preset("Vector @ matrix", MatmulQuestion("[1, 2]", "[[1, 2, 3], [4, 5, 6]]")),
    Preset("Matrix @ matrix", MatmulQuestion("[[0, 1, 2], [3, 4, 5]]", "[[0, 1], [2, 3], [4, 5]]")),
    Preset("With its own transpose", MatmulQuestion("[[1, 2, 3], [4, 5, 6]]", "a.T")),
    Preset("Batch of sequences", MatmulQuestion("(4, 8, 16, 32)", "(32, 2)")),
    Preset("Batches broadcast", MatmulQuestion("(2, 1, 2, 3)", "(3, 3, 2)")),
    Preset("@ is not *", MatmulQuestion("np.arange(6).reshape(3, 2)", "[[10], [1]]")),
    Preset("Two rows", MatmulQuestion("[[1, 2, 3]]", "a")),
    Preset("Inner sizes differ", MatmulQuestion("(2, 3)", "(2, 3)")),
)
