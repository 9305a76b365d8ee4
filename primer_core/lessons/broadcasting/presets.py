"""Worked examples of the broadcasting lesson."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BroadcastPreset:
    """What a learner would have typed.

    Parameters
    ----------
    title
        What it shows, in a few words.
    a, b, c
        Operands; an empty text is no operand.
    operation
        A name from `primer_core.lessons.broadcasting.explain.OPERATIONS`.
    """

    title: str
    a: str
    b: str
    c: str = ""
    operation: str = "add"

    @property
    def texts(self) -> tuple[str, ...]:
        """The operands that there are."""
        return tuple(text for text in (self.a, self.b, self.c) if text.strip())


PRESETS: tuple[BroadcastPreset, ...] = (
    BroadcastPreset("Scalar", "(4, 3)", "10", operation="multiply"),
    BroadcastPreset("Vector to each row", "(4, 3)", "[1, 0, 1]"),
    BroadcastPreset("Column to each column", "(4, 3)", "(4, 1)"),
    BroadcastPreset("Outer sum", "(4, 1)", "(3,)"),
    # Predictions of shape (N, 1), as a layer with one output gives them, against targets of shape (N,): every
    # prediction is right, and still the N x N errors are not zero.
    BroadcastPreset("(N, 1) against (N,)", "[[1], [2], [3], [4]]", "[1, 2, 3, 4]", operation="subtract"),
    BroadcastPreset("Image − channel mean", "(3, 4, 4)", "a.mean((1, 2), keepdims=True)", operation="subtract"),
    BroadcastPreset("Three operands", "(3, 1, 1)", "(2, 1)", "(4,)"),
    BroadcastPreset("Shapes that clash", "(4, 3)", "(4,)"),
)

DEFAULT = PRESETS[1]
