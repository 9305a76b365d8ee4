"""Worked examples of the softmax lesson."""

from primer_core.lessons.lesson import Preset
from primer_core.lessons.softmax.question import SoftmaxQuestion

PRESETS: tuple[Preset[SoftmaxQuestion], ...] = (
    Preset("Four logits", SoftmaxQuestion()),
    Preset("A tie", SoftmaxQuestion(z0=1.0, z2=1.0, z3=1.0)),
    Preset("Cold: T = 0.3", SoftmaxQuestion(T=0.3)),
    Preset("Hot: T = 5", SoftmaxQuestion(T=5.0)),
    Preset("Overflow", SoftmaxQuestion(shift=100)),
    Preset("Certain and wrong", SoftmaxQuestion(z0=-6.0, z1=6.0, T=0.1)),
    Preset("T = 0", SoftmaxQuestion(T=0.0)),
)
