"""Worked examples of back-propagation by hand."""

from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.lesson import Preset

_ONE_LAYER = """X = torch.tensor([[1.]])
W1 = torch.tensor([[1., 3., -2.]])
b1 = torch.zeros(3)
labels = torch.tensor([2])"""

_STAIRCASE = """X = torch.tensor([[10.]])
W1 = torch.tensor([[0.2, 1.7, 0.9]])
b1 = torch.zeros(3)
W2 = torch.tensor([[1., -1.], [1., -1.], [1., -1.]])
b2 = torch.tensor([-28., 28.])
labels = torch.tensor([1])"""

_ONE_EXAMPLE = """X = torch.tensor([[1., -2., 4.]])
labels = torch.tensor([1])"""

PRESETS: tuple[Preset[BackpropQuestion], ...] = (
    Preset("2-3-2, every number", BackpropQuestion()),
    Preset("Two hidden layers", BackpropQuestion(net="2-3-3-2")),
    Preset("Real digits", BackpropQuestion(net="784-16-12-10", lr=0.1)),
    Preset("In float64", BackpropQuestion(dtype="float64")),
    Preset("Without the 1/B", BackpropQuestion(slip="no 1/B")),
    Preset("W not transposed", BackpropQuestion(slip="W not transposed")),
    Preset("Through softmax's Jacobian", BackpropQuestion(net="1-3", softmax="by its Jacobian", values=_ONE_LAYER)),
    Preset("Its diagonal only", BackpropQuestion(net="1-3", slip="diagonal only", values=_ONE_LAYER)),
    Preset("All weights 0", BackpropQuestion(net="3-4-2", start="zeros", values=_ONE_EXAMPLE)),
    Preset("All weights 0.3", BackpropQuestion(net="3-4-2", start="constant", values=_ONE_EXAMPLE)),
    Preset("Rounded: nothing comes back", BackpropQuestion(activation="round", values=_STAIRCASE)),
    Preset("Rounded, straight through", BackpropQuestion(activation="straight through", values=_STAIRCASE)),
)
