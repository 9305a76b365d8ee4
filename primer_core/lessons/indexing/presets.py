"""Worked examples of the indexing lesson."""

from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.lesson import Preset

_SUMS = "[[1, 2], [3, 4], [5, 6]]"
_SCORES = "[[5, 6, 7], [8, 9, 4]]"
_GATHER = "labels = torch.tensor([2, 0])\na.gather(1, labels[:, None])"
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
    Preset("A column, axis gone", IndexingQuestion("np.arange(6).reshape(3, 2)", ":, 0")),
    Preset("… axis kept", IndexingQuestion("np.arange(6).reshape(3, 2)", ":, [0]")),
    Preset("Pairs, not a grid", IndexingQuestion("np.arange(12).reshape(3, 4)", "[0, 2], [1, 3]")),
    Preset("A mask that does not fit", IndexingQuestion(_SUMS, "a.sum(axis=1, keepdims=True) > 5")),
    Preset("where: which places?", IndexingQuestion("[1, 6, 8]", expression="np.where(a > 5)")),
    Preset("where: which value?", IndexingQuestion("[1, 6, 8]", expression="np.where(a > 5, a, 0)")),
    Preset("gather: one in each row", IndexingQuestion(_SCORES, library="PyTorch", expression=_GATHER)),
    Preset("take_along_axis", IndexingQuestion(_SCORES, expression="np.take_along_axis(a, a.argsort(axis=1), axis=1)")),
    Preset("Insert at −1", IndexingQuestion("[1, 2, 3]", expression="np.insert(a, -1, 9)")),
    Preset("Sliding windows", IndexingQuestion("(6,)", expression="sliding_window_view(a, 3)")),
    Preset("A flat place", IndexingQuestion("(3, 4)", expression="np.unravel_index(7, (3, 4))")),
    Preset("A column times itself", IndexingQuestion("np.arange(6).reshape(3, 2)", expression="a[:, :1] @ a[:, :1].T")),
    Preset("Out of bounds", IndexingQuestion("(3, 4)", "3")),
)
