"""Programs to begin with, each with the switches that make its point."""

from collections.abc import Mapping
from dataclasses import dataclass

from primer_core.lessons.autograd_graph.question import NEURON, GraphQuestion
from primer_core.lessons.lesson import Preset


@dataclass(frozen=True, slots=True)
class Example:
    """A program worth stepping through.

    Parameters
    ----------
    title
        A few words.
    question
        The program, with its switches.
    point
        Plain text: what to look at, in a sentence or two.
    """

    title: str
    question: GraphQuestion
    point: str


EXAMPLES: Mapping[str, Example] = {
    "square": Example(
        "x ** 2",
        GraphQuestion("x = param(2)\ny = x ** 2"),
        "The slope of x² is 2x. At x = 2, PowBackward0 multiplies the upstream 1 by 4.",
    ),
    "neuron": Example(
        "Neuron",
        GraphQuestion(NEURON.format(weight="2.2")),
        "The prediction a falls short of the target 1, so both gradients are negative: "
        "a step against them raises w and b.",
    ),
    "neuron_worse": Example(
        "Smaller weight",
        GraphQuestion(NEURON.format(weight="1.2")),
        "A smaller weight makes the prediction worse: the loss is larger, and both gradients are steeper.",
    ),
    "why_none": Example(
        "Why None?",
        GraphQuestion("x = [1, 2, 3]\nw = param([1, 1, 1])\npred = x @ w\nloss = 0.5 * (pred - 5) ** 2"),
        "Only w is a leaf that requires a gradient. x does not require one; pred and loss are not leaves.",
    ),
    "second_backward": Example(
        "Second backward",
        GraphQuestion("x = param(3)\ny = x ** 2", backward_calls="2"),
        "The first call frees what PowBackward0 had saved, so the second cannot run. "
        "Keep it with retain_graph, and the second call adds to x.grad.",
    ),
    "doubled": Example(
        "Doubled gradient",
        GraphQuestion("x = param(3)\ny = x ** 2", backward_calls="2", retain_graph=True),
        "AccumulateGrad adds to .grad, it does not replace it. Without zero_grad the second call doubles it.",
    ),
    "no_grad": Example(
        "no_grad",
        GraphQuestion("x = param(2)\ny = x ** 2", no_grad=True),
        "The same forward under no_grad(): the same value, but no graph, so there is no way back.",
    ),
    "reused": Example(
        "Reused variable",
        GraphQuestion("x = param(2)\na = x * x\nb = sin(x)\ny = a + b * x"),
        "x is used four times. Four flows meet at its AccumulateGrad: the gradient is the sum over paths.",
    ),
    "broadcasting": Example(
        "Broadcasting",
        GraphQuestion(
            "col = param([[1], [2], [3]])\nrow = param([10, 20, 30, 40])\ntable = col + row\ny = mean(table ** 2)"
        ),
        "Going forward, + stretches both operands to (3, 4). Going back, each flow is summed along the stretched axis.",
    ),
    "two_layers": Example(
        "Two layers",
        GraphQuestion(
            "x = [[0.5, -1]]\nW1 = param([[1, -0.5, 0.3], [0.2, 0.8, -1]])\n"
            "b1 = param([0.1, 0, -0.1])\nW2 = param([[0.7, -0.3], [-0.6, 0.9], [0.4, 0.2]])\n"
            "b2 = param([0, 0.1])\nh = tanh(x @ W1 + b1)\nz = h @ W2 + b2\nloss = cross_entropy(z, [1])"
        ),
        "Each weight's gradient is a matrix product of what came forward and what came back.",
    ),
    "in_place": Example(
        "In-place edit",
        GraphQuestion("x = param([0, 1])\nh = exp(x)\ny = sum(h * h)", in_place="h"),
        "h.add_(1) ticks h._version. MulBackward0 had saved h at version 0 and refuses it at version 1.",
    ),
    "detached": Example(
        "detach",
        GraphQuestion("x = param(3)\na = x ** 2\ny = a * x", detach="a"),
        "The path through a is cut: its value still goes forward, but no gradient comes back along it.",
    ),
}
"""By name."""

PRESETS: tuple[Preset[GraphQuestion], ...] = tuple(
    Preset(example.title, example.question) for example in EXAMPLES.values()
)
