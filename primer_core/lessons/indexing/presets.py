"""Worked examples of the indexing lesson."""

from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.lesson import Preset

_EACH_ROW = "np.arange(4), [0, 2, 0, 1]"

PRESETS: tuple[Preset[IndexingQuestion], ...] = (
    Preset("Slice", IndexingQuestion("(3, 4)", ":2, 1:3")),
    Preset("One element", IndexingQuestion("(3, 4)", "1, 2")),
    Preset("… in PyTorch", IndexingQuestion("(3, 4)", "1, 2", library="PyTorch")),
    Preset("Last row", IndexingQuestion("(3, 4)", "-1")),
    Preset("Every other, backwards", IndexingQuestion("(3, 4)", "::2, ::-1")),
    Preset("New axis", IndexingQuestion("(3, 4)", ":, None, 1")),
    Preset("One in each row", IndexingQuestion("(4, 3)", _EACH_ROW)),
    Preset("Rows × columns", IndexingQuestion("(3, 4)", "[[0], [2]], [1, 3]")),
    Preset("Mask", IndexingQuestion("(3, 4)", "a > 10")),
    Preset("Rows by mask", IndexingQuestion("(3, 4)", "a[:, 0] > 4")),
    Preset("Lists set apart", IndexingQuestion("(2, 3, 4)", "[0, 1], :, [0, 3]")),
    Preset("Write through a list", IndexingQuestion("(4, 3)", _EACH_ROW, "Add in place")),
    Preset("Write to the copy", IndexingQuestion("(4, 3)", _EACH_ROW, "Add to b")),
    Preset("Write to the view", IndexingQuestion("(3, 4)", ":2, 1:3", "Add to b")),
    Preset("The same cell twice", IndexingQuestion("(4,)", "[0, 0, 0, 2]", "Add in place", "1")),
    Preset("Out of bounds", IndexingQuestion("(3, 4)", "3")),
)
