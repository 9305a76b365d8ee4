"""Programs to begin with, each with the switches that make its point."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from primer_core.lessons.autograd_graph.graph import Switches


@dataclass(frozen=True, slots=True)
class Example:
    """A program worth stepping through.

    Parameters
    ----------
    title
        A few words.
    point
        What to look at, in a sentence or two.
    """

    title: str
    program: str
    point: str
    switches: Switches = field(default_factory=Switches)


_NEURON = """\
# a neuron and its loss
w = param({weight})
b = param(0)
x = 1.1
y = 1
z = w * x + b
a = sigmoid(z)
loss = bce(a, y)"""

EXAMPLES: Mapping[str, Example] = {
    "square": Example(
        "x ** 2",
        "x = param(2)\ny = x ** 2",
        "The slope of x² is 2x. At x = 2, PowBackward0 multiplies the upstream 1 by 4.",
    ),
    "neuron": Example(
        "Neuron",
        _NEURON.format(weight="2.2"),
        "The prediction a falls short of the target 1, so both gradients are negative: "
        "a step against them raises w and b.",
    ),
    "neuron_worse": Example(
        "Smaller weight",
        _NEURON.format(weight="1.2"),
        "A smaller weight makes the prediction worse: the loss is larger, and both gradients are steeper.",
    ),
    "why_none": Example(
        "Why None?",
        "x = [1, 2, 3]\nw = param([1, 1, 1])\npred = x @ w\nloss = 0.5 * (pred - 5) ** 2",
        "Only w is a leaf that requires a gradient. x does not require one; pred and loss are not leaves.",
    ),
    "second_backward": Example(
        "Second backward",
        "x = param(3)\ny = x ** 2",
        "The first call frees what PowBackward0 had saved, so the second cannot run. "
        "Keep it with retain_graph, and the second call adds to x.grad.",
        Switches(backward_calls=2),
    ),
    "doubled": Example(
        "Doubled gradient",
        "x = param(3)\ny = x ** 2",
        "AccumulateGrad adds to .grad, it does not replace it. Without zero_grad the second call doubles it.",
        Switches(backward_calls=2, retain_graph=True),
    ),
    "no_grad": Example(
        "no_grad",
        "x = param(2)\ny = x ** 2",
        "The same forward under no_grad(): the same value, but no graph, so there is no way back.",
        Switches(no_grad=True),
    ),
    "reused": Example(
        "Reused variable",
        "x = param(2)\na = x * x\nb = sin(x)\ny = a + b * x",
        "x is used four times. Four flows meet at its AccumulateGrad: the gradient is the sum over paths.",
    ),
    "broadcasting": Example(
        "Broadcasting",
        "col = param([[1], [2], [3]])\nrow = param([10, 20, 30, 40])\ntable = col + row\ny = mean(table ** 2)",
        "Going forward, + stretches both operands to (3, 4). Going back, each flow is summed along the stretched axis.",
    ),
    "two_layers": Example(
        "Two layers",
        "x = [[0.5, -1]]\nW1 = param([[1, -0.5, 0.3], [0.2, 0.8, -1]])\nb1 = param([0.1, 0, -0.1])\n"
        "W2 = param([[0.7, -0.3], [-0.6, 0.9], [0.4, 0.2]])\nb2 = param([0, 0.1])\n"
        "h = tanh(x @ W1 + b1)\nz = h @ W2 + b2\nloss = cross_entropy(z, [1])",
        "Each weight's gradient is a matrix product of what came forward and what came back.",
    ),
    "in_place": Example(
        "In-place edit",
        "x = param([0, 1])\nh = exp(x)\ny = sum(h * h)",
        "h.add_(1) ticks h._version. MulBackward0 had saved h at version 0 and refuses it at version 1.",
        Switches(in_place="h"),
    ),
    "detached": Example(
        "detach",
        "x = param(3)\na = x ** 2\ny = a * x",
        "The path through a is cut: its value still goes forward, but no gradient comes back along it.",
        Switches(detach="a"),
    ),
}
"""By name."""
