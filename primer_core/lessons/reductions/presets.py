"""Worked examples of the reductions lesson."""

from dataclasses import dataclass

from primer_core.lessons.reductions.explain import BACK, Operation


@dataclass(frozen=True, slots=True)
class ReductionPreset:
    """What a learner would have typed and chosen.

    Parameters
    ----------
    title
        What it shows, in a few words.
    array, operation, axis, keepdims
        What `primer_core.lessons.reductions.explain.explain_reduction` is given.
    view
        What the page shows of it: ``Reduce``, or ``Bring it back``.
    """

    title: str
    array: str
    operation: Operation
    axis: str = "None"
    keepdims: bool = False
    view: str = "Reduce"

    @property
    def fields(self) -> dict[str, str | bool]:
        """What stands in each field; only what can be brought back has a choice of views."""
        fields: dict[str, str | bool] = {"array": self.array, "operation": self.operation, "axis": self.axis}
        fields["keepdims"] = self.keepdims
        return {**fields, "view": self.view} if self.operation in BACK else fields


PRESETS: tuple[ReductionPreset, ...] = (
    ReductionPreset("Sum of all", "[[1, 2], [3, 4]]", "sum"),
    ReductionPreset("Down the columns", "[[1, 2], [3, 4]]", "sum", "0"),
    ReductionPreset("Along the rows", "[[1, 2], [3, 4]]", "sum", "1"),
    ReductionPreset("Axis −1", "[[1, 2, 3], [4, 5, 6]]", "sum", "-1"),
    ReductionPreset("Mean", "[10.0, 20.0, 30.0, 40.0, 50.0]", "mean"),
    ReductionPreset("Standard deviation", "[10.0, 20.0, 30.0, 40.0, 50.0]", "std"),
    ReductionPreset("Channel means", "(2, 3, 2, 2)", "mean", "(0, 2, 3)"),
    ReductionPreset("Maximum", "[[3, 9, 4], [7, 1, 8]]", "max", "1"),
    ReductionPreset("Argmax with a tie", "[[3, 9, 9], [7, 1, 7]]", "argmax", "1"),
    ReductionPreset("Any", "[[0, 1], [0, 0], [2, 3]]", "any", "1"),
    ReductionPreset("All", "[[0, 1], [0, 0], [2, 3]]", "all", "1"),
    ReductionPreset("Norm", "[[3, 4], [6, 8]]", "norm", "1"),
    ReductionPreset("Softmax", "[[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]", "softmax", "-1"),
    ReductionPreset("Centre each row", "(3, 4)", "mean", "1", keepdims=True, view="Bring it back"),
    ReductionPreset("Without keepdims", "(3, 4)", "mean", "1", view="Bring it back"),
    ReductionPreset("Axis out of range", "(2, 3)", "sum", "2"),
)

DEFAULT = PRESETS[1]
