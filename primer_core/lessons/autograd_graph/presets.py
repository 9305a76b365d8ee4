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
    "vector": Example(
        "backward(v)",
        GraphQuestion(
            "x = torch.tensor([1., 2., 3.], requires_grad=True)\nf = torch.stack([x[0] * x[1], x[2] ** 2])\n"
            "f.backward(torch.tensor([1., 10.]))\nprint(x.grad)"
        ),
        "f has two numbers, so backward has to be told how to weigh them: v = [1, 10]. What comes back is v @ J, one "
        "weighted mix of the rows of the Jacobian.",
    ),
    "not_a_leaf": Example(
        "A copy is no leaf",
        GraphQuestion(
            "x = torch.tensor([1., 2.], requires_grad=True).to(torch.float64)\ny = (3 * x * x).sum()\ny.backward()\n"
            "print(x.is_leaf)"
        ),
        "x is what .to() made, and no leaf: its gradient passes through to the tensor before it, which has no name. "
        "Where .to() has nothing to change, it returns the very same leaf.",
    ),
    "saved": Example(
        "Saved, then changed",
        GraphQuestion("a = torch.tensor([0.5, 1.5], requires_grad=True)\nb = a.exp()\nb.mul_(2)\nb.sum().backward()"),
        "The slope of exp is its own result, so ExpBackward0 saves it. mul_ writes over it, and its version gives that "
        "away.",
    ),
    "not_saved": Example(
        "Changed, not saved",
        GraphQuestion(
            "a = torch.tensor([0.5, 1.5], requires_grad=True)\nc = (a * 4) ** 2\nc.mul_(2)\nc.sum().backward()"
        ),
        "The slope of a square needs what went in, not c. So mul_ may write over c, and goes into the graph itself.",
    ),
    "data": Example(
        ".data hides it",
        GraphQuestion(
            "a = torch.tensor([0.3, -0.7], requires_grad=True)\ns = torch.tanh(a)\ns.data.fill_(0.5)\n"
            "s.sum().backward()\nprint(a.grad, 1 - torch.tanh(a.detach()) ** 2)"
        ),
        ".data shares the memory of s but not its version. TanhBackward0 computes 1 − s² from 0.5, without an error: "
        "a.grad is wrong. With s.detach() PyTorch would refuse.",
    ),
    "where": Example(
        "where and nan",
        GraphQuestion(
            "x = torch.tensor([-4., 0., 9.], requires_grad=True)\ny = torch.where(x > 0, torch.sqrt(x), 2 * x)\n"
            "y.sum().backward()"
        ),
        "y is right, x.grad is not: where sends 0 back into the branch that was not taken, and there 0 meets a slope "
        "of inf or nan. 0 · inf is nan.",
    ),
    "where_safe": Example(
        "where, made safe",
        GraphQuestion(
            "x = torch.tensor([-4., 0., 9.], requires_grad=True)\nsafe = torch.where(x > 0, x, 1.0)\n"
            "y = torch.where(x > 0, torch.sqrt(safe), 2 * x)\ny.sum().backward()"
        ),
        "The input is masked before the root is taken: its slope is finite everywhere, and 0 times it is 0.",
    ),
    "step": Example(
        "A gradient step",
        GraphQuestion(
            "w = torch.tensor(1., requires_grad=True)\nloss = (w - 3) ** 2\nloss.backward()\nwith torch.no_grad():\n"
            "    w -= 0.1 * w.grad\nw.grad = None\nloss = (w - 3) ** 2\nloss.backward()"
        ),
        "Under no_grad() the step is not recorded: w stays the leaf it was, with other numbers. The second forward "
        "builds a graph of its own.",
    ),
    "second": Example(
        "Second derivative",
        GraphQuestion(
            "x = torch.tensor(2., requires_grad=True)\ny = x ** 3\n"
            "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
            "(h,) = torch.autograd.grad(g, x)\nprint(g, h)"
        ),
        "create_graph records the way back as a graph of its own: from g a second way leads back to x. "
        "The slope of x³ is 3x² = 12, and the slope of that is 6x = 12.",
    ),
    "straight": Example(
        "Of a straight line",
        GraphQuestion(
            "x = torch.tensor(2., requires_grad=True)\ny = 6 * x\n"
            "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
            "torch.autograd.grad(g, x)"
        ),
        "The slope of 6x is 6, wherever x is. g does not depend on x, so there is no path along which a 0 could come.",
    ),
    "straight_through": Example(
        "Straight through",
        GraphQuestion(
            "s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)\nq = s * 10\nste = q + (q.round() - q).detach()\n"
            "ste.sum().backward()\nprint(ste)"
        ),
        "round is flat: its slope is 0, and nothing before it would learn. Here its effect is detached: forward it "
        "rounds, backward it is not there.",
    ),
}
"""By name."""

PRESETS: tuple[Preset[GraphQuestion], ...] = tuple(
    Preset(example.title, example.question) for example in EXAMPLES.values()
)
