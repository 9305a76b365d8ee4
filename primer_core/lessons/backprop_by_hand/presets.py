"""Worked examples of back-propagation by hand."""

from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.lesson import Preset

PRESETS: tuple[Preset[BackpropQuestion], ...] = (
    Preset("2-3-2, every number", BackpropQuestion()),
    Preset("Two hidden layers", BackpropQuestion(net="2-3-3-2")),
    Preset("Real digits", BackpropQuestion(net="784-16-12-10", lr=0.1)),
    Preset("In float64", BackpropQuestion(dtype="float64")),
    Preset("Without the 1/B", BackpropQuestion(slip="no 1/B")),
    Preset("W not transposed", BackpropQuestion(slip="W not transposed")),
)
