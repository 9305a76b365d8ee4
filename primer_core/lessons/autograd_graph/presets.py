"""Programs to begin with, each with the switches that make its point."""

from collections.abc import Mapping

from primer_core.lessons.autograd_graph.question import NEURON, GraphQuestion
from primer_core.lessons.lesson import Preset

EXAMPLES: Mapping[str, Preset[GraphQuestion]] = {
    "square": Preset(
        "x ** 2",
        GraphQuestion("x = param(2)\ny = x ** 2"),
    ),
    "neuron": Preset(
        "Neuron",
        GraphQuestion(NEURON.format(weight="2.2")),
    ),
    "neuron_worse": Preset(
        "Smaller weight",
        GraphQuestion(NEURON.format(weight="1.2")),
    ),
    "why_none": Preset(
        "Why None?",
        GraphQuestion("x = [1, 2, 3]\nw = param([1, 1, 1])\npred = x @ w\nloss = 0.5 * (pred - 5) ** 2"),
    ),
    "second_backward": Preset(
        "Second backward",
        GraphQuestion("x = param(3)\ny = x ** 2", backward_calls="2"),
    ),
    "doubled": Preset(
        "Doubled gradient",
        GraphQuestion("x = param(3)\ny = x ** 2", backward_calls="2", retain_graph=True),
    ),
    "no_grad": Preset(
        "no_grad",
        GraphQuestion("x = param(2)\ny = x ** 2", no_grad=True),
    ),
    "reused": Preset(
        "Reused variable",
        GraphQuestion("x = param(2)\na = x * x\nb = sin(x)\ny = a + b * x"),
    ),
    "broadcasting": Preset(
        "Broadcasting",
        GraphQuestion(
            "col = param([[1], [2], [3]])\nrow = param([10, 20, 30, 40])\ntable = col + row\ny = mean(table ** 2)"
        ),
    ),
    "two_layers": Preset(
        "Two layers",
        GraphQuestion(
            "x = [[0.5, -1]]\nW1 = param([[1, -0.5, 0.3], [0.2, 0.8, -1]])\n"
            "b1 = param([0.1, 0, -0.1])\nW2 = param([[0.7, -0.3], [-0.6, 0.9], [0.4, 0.2]])\n"
            "b2 = param([0, 0.1])\nh = tanh(x @ W1 + b1)\nz = h @ W2 + b2\nloss = cross_entropy(z, [1])"
        ),
    ),
    "in_place": Preset(
        "In-place edit",
        GraphQuestion("x = param([0, 1])\nh = exp(x)\ny = sum(h * h)", in_place="h"),
    ),
    "detached": Preset(
        "detach",
        GraphQuestion("x = param(3)\na = x ** 2\ny = a * x", detach="a"),
    ),
    "vector": Preset(
        "backward(v)",
        GraphQuestion(
            "x = torch.tensor([1., 2., 3.], requires_grad=True)\nf = torch.stack([x[0] * x[1], x[2] ** 2])\n"
            "f.backward(torch.tensor([1., 10.]))\nprint(x.grad)"
        ),
    ),
    "not_a_leaf": Preset(
        "A copy is no leaf",
        GraphQuestion(
            "x = torch.tensor([1., 2.], requires_grad=True).to(torch.float64)\ny = (3 * x * x).sum()\ny.backward()\n"
            "print(x.is_leaf)"
        ),
    ),
    "saved": Preset(
        "Saved, then changed",
        GraphQuestion("a = torch.tensor([0.5, 1.5], requires_grad=True)\nb = a.exp()\nb.mul_(2)\nb.sum().backward()"),
    ),
    "not_saved": Preset(
        "Changed, not saved",
        GraphQuestion(
            "a = torch.tensor([0.5, 1.5], requires_grad=True)\nc = (a * 4) ** 2\nc.mul_(2)\nc.sum().backward()"
        ),
    ),
    "data": Preset(
        ".data hides it",
        GraphQuestion(
            "a = torch.tensor([0.3, -0.7], requires_grad=True)\ns = torch.tanh(a)\ns.data.fill_(0.5)\n"
            "s.sum().backward()\nprint(a.grad, 1 - torch.tanh(a.detach()) ** 2)"
        ),
    ),
    "where": Preset(
        "where and nan",
        GraphQuestion(
            "x = torch.tensor([-4., 0., 9.], requires_grad=True)\ny = torch.where(x > 0, torch.sqrt(x), 2 * x)\n"
            "y.sum().backward()"
        ),
    ),
    "where_safe": Preset(
        "where, made safe",
        GraphQuestion(
            "x = torch.tensor([-4., 0., 9.], requires_grad=True)\nsafe = torch.where(x > 0, x, 1.0)\n"
            "y = torch.where(x > 0, torch.sqrt(safe), 2 * x)\ny.sum().backward()"
        ),
    ),
    "step": Preset(
        "A gradient step",
        GraphQuestion(
            "w = torch.tensor(1., requires_grad=True)\nloss = (w - 3) ** 2\nloss.backward()\nwith torch.no_grad():\n"
            "    w -= 0.1 * w.grad\nw.grad = None\nloss = (w - 3) ** 2\nloss.backward()"
        ),
    ),
    "second": Preset(
        "Second derivative",
        GraphQuestion(
            "x = torch.tensor(2., requires_grad=True)\ny = x ** 3\n"
            "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
            "(h,) = torch.autograd.grad(g, x)\nprint(g, h)"
        ),
    ),
    "straight": Preset(
        "Of a straight line",
        GraphQuestion(
            "x = torch.tensor(2., requires_grad=True)\ny = 6 * x\n"
            "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
            "torch.autograd.grad(g, x)"
        ),
    ),
    "straight_through": Preset(
        "Straight through",
        GraphQuestion(
            "s = torch.tensor([0.2, 1.7, 0.9], requires_grad=True)\nq = s * 10\nste = q + (q.round() - q).detach()\n"
            "ste.sum().backward()\nprint(ste)"
        ),
    ),
}
"""By name."""

PRESETS: tuple[Preset[GraphQuestion], ...] = tuple(EXAMPLES.values())
