"""Worked examples of the lesson on matrix products."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatmulPreset:
    """What a learner would have typed.

    Parameters
    ----------
    title
        What it shows, in a few words.
    a, b
        The operands.
    """

    title: str
    a: str
    b: str

    @property
    def texts(self) -> tuple[str, str]:
        """Both operands."""
        return self.a, self.b


PRESETS: tuple[MatmulPreset, ...] = (
    MatmulPreset("Dot product", "[1, 2, 3]", "[4, 5, 6]"),
    MatmulPreset("Matrix @ vector", "[[1, 2, 3], [4, 5, 6]]", "[1, 0, 1]"),
    MatmulPreset("Vector @ matrix", "[1, 2]", "[[1, 2, 3], [4, 5, 6]]"),
    MatmulPreset("Matrix @ matrix", "[[0, 1, 2], [3, 4, 5]]", "[[0, 1], [2, 3], [4, 5]]"),
    MatmulPreset("With its own transpose", "[[1, 2, 3], [4, 5, 6]]", "a.T"),
    MatmulPreset("Batch of sequences", "(4, 8, 16, 32)", "(32, 2)"),
    MatmulPreset("Batches broadcast", "(2, 1, 2, 3)", "(3, 3, 2)"),
    MatmulPreset("Inner sizes differ", "(2, 3)", "(2, 3)"),
)

DEFAULT = PRESETS[3]
