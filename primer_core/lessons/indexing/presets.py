"""Worked examples of the indexing lesson."""

from dataclasses import dataclass

from primer_core.backend import Library
from primer_core.lessons.indexing.explain import THENS, Then


@dataclass(frozen=True, slots=True)
class IndexPreset:
    """What a learner would have typed and chosen.

    Parameters
    ----------
    title
        What it shows, in a few words.
    array, expression, then, value, library
        What `primer_core.lessons.indexing.explain.explain_index` is given.
    """

    title: str
    array: str
    expression: str
    then: Then = "Read"
    value: str = "100"
    library: Library = "NumPy"

    @property
    def fields(self) -> dict[str, str]:
        """What stands in each field; the value has one only where something is written."""
        fields = {"array": self.array, "index": self.expression, "then": self.then, "library": self.library}
        return fields if self.then == THENS[0] else {**fields, "value": self.value}


PRESETS: tuple[IndexPreset, ...] = (
    IndexPreset("Slice", "(3, 4)", ":2, 1:3"),
    IndexPreset("One element", "(3, 4)", "1, 2"),
    IndexPreset("… in PyTorch", "(3, 4)", "1, 2", library="PyTorch"),
    IndexPreset("Last row", "(3, 4)", "-1"),
    IndexPreset("Every other, backwards", "(3, 4)", "::2, ::-1"),
    IndexPreset("New axis", "(3, 4)", ":, None, 1"),
    IndexPreset("One in each row", "(4, 3)", "np.arange(4), [0, 2, 0, 1]"),
    IndexPreset("Rows × columns", "(3, 4)", "[[0], [2]], [1, 3]"),
    IndexPreset("Mask", "(3, 4)", "a > 10"),
    IndexPreset("Rows by mask", "(3, 4)", "a[:, 0] > 4"),
    IndexPreset("Lists set apart", "(2, 3, 4)", "[0, 1], :, [0, 3]"),
    IndexPreset("Write through a list", "(4, 3)", "np.arange(4), [0, 2, 0, 1]", "Add in place"),
    IndexPreset("Write to the copy", "(4, 3)", "np.arange(4), [0, 2, 0, 1]", "Add to b"),
    IndexPreset("Write to the view", "(3, 4)", ":2, 1:3", "Add to b"),
    IndexPreset("The same cell twice", "(4,)", "[0, 0, 0, 2]", "Add in place", "1"),
    IndexPreset("Out of bounds", "(3, 4)", "3"),
)

DEFAULT = PRESETS[0]
