"""Worked examples of the softmax lesson."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.softmax.question import SoftmaxQuestion

_TWO_ROWS = "torch.tensor([[1., 2., 0.], [0., 0., 3.]])"

PRESETS: tuple[Preset[SoftmaxQuestion], ...] = (
    Preset("Four logits", SoftmaxQuestion()),
    Preset("A tie", SoftmaxQuestion(z0=1.0, z2=1.0, z3=1.0)),
    Preset("Cold: T = 0.3", SoftmaxQuestion(T=0.3)),
    Preset("Hot: T = 5", SoftmaxQuestion(T=5.0)),
    Preset("Overflow", SoftmaxQuestion(shift=100)),
    Preset("Certain and wrong", SoftmaxQuestion(z0=-6.0, z1=6.0, T=0.1)),
    Preset("T = 0", SoftmaxQuestion(T=0.0)),
    Preset(
        "A batch, and a loss below 0",
        SoftmaxQuestion(typed="torch.tensor([[2., -1., .5], [0., 3., 0.]])", target="torch.tensor([0, 1])"),
    ),
    Preset("Softmax over the rows", SoftmaxQuestion(typed=_TWO_ROWS, target="torch.tensor([1, 2])", dim="0")),
    Preset("One-hot of whole numbers", SoftmaxQuestion(typed=_TWO_ROWS, target="F.one_hot(torch.tensor([1, 2]), 3)")),
    Preset("Labels from 1", SoftmaxQuestion(typed="torch.zeros(4, 3)", target="torch.tensor([1, 2, 3, 3])")),
    Preset("A row to ignore", SoftmaxQuestion(typed=_TWO_ROWS, target="[1, -100]", row=1)),
    Preset("Smoothed labels", SoftmaxQuestion(typed="[6, 0, -1]", smoothing=0.1)),
    Preset(
        "Yes or no: sure and wrong",
        SoftmaxQuestion(typed="torch.tensor([40.])", target="torch.tensor([0.])", loss="binary"),
    ),
)
