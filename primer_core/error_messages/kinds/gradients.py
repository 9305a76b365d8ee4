"""What autograd refuses, and optimisers that have nothing to optimise."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import TORCH, clashing
from primer_core.error_messages.wording import SQUARE, dtype_of, shape_of

_X = "x = torch.tensor([1.0, 2.0], requires_grad=True)"


def _graph(program: str, **switches: str) -> LessonLink:
    return LessonLink("autograd_graph", {"program": program, **switches})


_NOT_SCALAR = Plain(
    (
        "The gradient of several numbers is no single gradient. ",
        Code("backward()"),
        " without an argument is for a tensor of one element; else it must be told how much each element counts.",
    ),
    (
        Mistake(
            ("A loss is one number: take the mean or the sum.",),
            TORCH.code(_X, "loss = (x - 1) ** 2", "loss.backward()"),
            TORCH.code(_X, "loss = ((x - 1) ** 2).mean()", "loss.backward()"),
        ),
        Mistake(
            ("A loss was asked for with ", Code("reduction='none'"), "."),
            TORCH.code(_X, "nn.MSELoss(reduction='none')(x, torch.zeros(2)).backward()"),
            TORCH.code(_X, "nn.MSELoss()(x, torch.zeros(2)).backward()"),
        ),
        Mistake(
            ("Each element is to count once, which is the sum.",),
            TORCH.code(_X, "y = x * 2", "y.backward()"),
            TORCH.code(_X, "y = x * 2", "y.backward(torch.ones_like(y))"),
        ),
    ),
    _graph("x = torch.tensor([1., 2.], requires_grad=True)\ny = x * 2\ny.backward()"),
)
_NO_GRAD = Plain(
    (
        "There is no way back from here: what ",
        Code("backward()"),
        " or ",
        Code("grad()"),
        " starts from was not computed of anything that requires a gradient, it was cut off on the way, or it was "
        "computed where nothing is recorded.",
    ),
    (
        Mistake(
            ("No tensor was asked to have a gradient.",),
            TORCH.code("x = torch.tensor([1.0, 2.0])", "x.sum().backward()"),
            TORCH.code("x = torch.tensor([1.0, 2.0], requires_grad=True)", "x.sum().backward()"),
        ),
        Mistake(
            ("It was computed under ", Code("torch.no_grad()"), "."),
            TORCH.code(_X, "with torch.no_grad():", "    loss = (x * 2).sum()", "loss.backward()"),
            TORCH.code(_X, "loss = (x * 2).sum()", "loss.backward()"),
        ),
        Mistake(
            ("It was made anew from numbers, or detached, on the way.",),
            TORCH.code(_X, "loss = torch.tensor((x * 2).sum().item())", "loss.backward()"),
            TORCH.code(_X, "loss = (x * 2).sum()", "loss.backward()"),
        ),
        Mistake(
            ("A class number has no gradient: ", Code("argmax"), " gives whole numbers."),
            TORCH.code(_X, "x.argmax().float().backward()"),
            TORCH.code(_X, "x.max().backward()"),
        ),
    ),
    _graph("x = torch.tensor([1., 2.])\ny = x.sum()\ny.backward()"),
)
_TWICE = Plain(
    (
        "What a graph saved for its way back is freed when ",
        Code("backward()"),
        " has used it: the second time the numbers are not there any more.",
    ),
    (
        Mistake(
            (Code("backward()"), " is called twice for one forward pass: compute the loss anew."),
            TORCH.code(_X, "loss = (x ** 2).sum()", "for step in range(2):", "    loss.backward()"),
            TORCH.code(_X, "for step in range(2):", "    loss = (x ** 2).sum()", "    loss.backward()"),
        ),
        Mistake(
            ("A state goes on from batch to batch, and takes its graph along: detach it.",),
            TORCH.code(
                "w = torch.tensor(0.5, requires_grad=True)",
                "h = torch.tensor(1.0)",
                "for step in range(2):",
                "    h = (w * h) ** 2",
                "    h.backward()",
            ),
            TORCH.code(
                "w = torch.tensor(0.5, requires_grad=True)",
                "h = torch.tensor(1.0)",
                "for step in range(2):",
                "    h = (w * h.detach()) ** 2",
                "    h.backward()",
            ),
        ),
        Mistake(
            ("Both ways back are wanted: the first one must keep what is saved.",),
            TORCH.code(_X, "y = x ** 2", "y.sum().backward()", "y.mean().backward()"),
            TORCH.code(_X, "y = x ** 2", "y.sum().backward(retain_graph=True)", "y.mean().backward()"),
        ),
    ),
    _graph("x = param(3)\ny = x ** 2", backward_calls="2"),
)


@dataclass(frozen=True, slots=True)
class ChangedInPlace(Cause):
    """A tensor that the way back needs was changed after it had been saved.

    Parameters
    ----------
    shape, dtype, operation
        Of the tensor, and what it is a result of; None and empty where the message does not tell.
    """

    shape: Shape | None
    dtype: str
    operation: str

    def sentence(self) -> Sentence:
        """Say which tensor it is."""
        which = "" if self.shape is None else f", one of shape {self.shape} and {self.dtype},"
        result = f" It is a result of {self.operation}." if self.operation else ""
        return (
            f"The way back needs a tensor{which} as it was on the way forward, and it was changed in place "
            f"since.{result}",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an operator in place, an activation in place, and a step between."""
        return (
            Mistake(
                (Code("+="), " changes what was saved: compute a new tensor."),
                TORCH.code(_X, "h = x.exp()", "h += 1", "h.sum().backward()"),
                TORCH.code(_X, "h = x.exp()", "h = h + 1", "h.sum().backward()"),
            ),
            Mistake(
                ("An activation works in place on what the layer before it needs.",),
                TORCH.code(_X, "h = x.sigmoid()", "nn.ReLU(inplace=True)(h).sum().backward()"),
                TORCH.code(_X, "h = x.sigmoid()", "nn.ReLU()(h).sum().backward()"),
            ),
            Mistake(
                ("The weights were changed between forward and backward.",),
                TORCH.code(
                    "w = torch.tensor(2.0, requires_grad=True)",
                    "loss = w ** 2",
                    "with torch.no_grad():",
                    "    w -= 0.1",
                    "loss.backward()",
                ),
                TORCH.code(
                    "w = torch.tensor(2.0, requires_grad=True)",
                    "loss = w ** 2",
                    "loss.backward()",
                    "with torch.no_grad():",
                    "    w -= 0.1",
                ),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the tensor."""
        return () if self.shape is None else (Operand("saved", self.shape),)

    def lesson(self) -> LessonLink | None:
        """Return Autograd graph with such a change."""
        return _graph("x = param([0, 1])\nh = exp(x)\ny = sum(h * h)", in_place="h")


def _changed(match: re.Match[str]) -> ChangedInPlace:
    shape = shape_of(match[2]) if match[2] else None
    return ChangedInPlace(shape, dtype_of(match[1]) if match[1] else "", re.sub(r"Backward\d*$", "", match[3] or ""))


_LEAF = Plain(
    (
        "The tensor is a leaf that requires a gradient: its numbers are where the way back ends, and they cannot be "
        "changed in place where that is recorded.",
    ),
    (
        Mistake(
            ("A step of learning is not to be recorded.",),
            TORCH.code(_X, "x -= 0.1"),
            TORCH.code(_X, "with torch.no_grad():", "    x -= 0.1"),
        ),
        Mistake(
            ("A new tensor is wanted.",),
            TORCH.code(_X, "x += 1"),
            TORCH.code(_X, "y = x + 1"),
        ),
    ),
    _graph("x = torch.tensor([1., 2.], requires_grad=True)\nx += 1"),
)
_VIEW_OF_LEAF = Plain(
    (
        "A part of a leaf that requires a gradient is to be changed in place: the leaf's numbers are where the way "
        "back ends, and they cannot be changed where that is recorded.",
    ),
    (
        Mistake(
            ("Some weights are to be set, which is not to be recorded.",),
            TORCH.code(_X, "x[0] = 0"),
            TORCH.code(_X, "with torch.no_grad():", "    x[0] = 0"),
        ),
        Mistake(
            ("A changed copy is wanted.",),
            TORCH.code(_X, "x[0] = 0"),
            TORCH.code(_X, "y = x.clone()", "y[0] = 0"),
        ),
    ),
    _graph("x = torch.tensor([1., 2.], requires_grad=True)\nx[0] = 0"),
)
_NUMPY = Plain(
    ("An array of NumPy records nothing, and the tensor is part of a graph: it must be taken out of it first.",),
    (
        Mistake(
            ("The numbers are to be drawn or saved.",),
            TORCH.code(_X, "x.numpy()"),
            TORCH.code(_X, "x.detach().numpy()"),
        ),
        Mistake(
            ("The model is only asked, and nothing need be recorded at all.",),
            TORCH.code("layer = nn.Linear(3, 2)", "layer(torch.ones(3)).numpy()"),
            TORCH.code("layer = nn.Linear(3, 2)", "with torch.no_grad():", "    layer(torch.ones(3)).numpy()"),
        ),
    ),
    LessonLink("autograd_graph"),
)
_FLAG = Plain(
    ("Whether a result requires a gradient follows from what it was computed of. Only leaves can be told.",),
    (
        Mistake(
            ("A result is to count as a constant: detach it.",),
            TORCH.code(_X, "y = x * 2", "y.requires_grad = False"),
            TORCH.code(_X, "y = (x * 2).detach()"),
        ),
    ),
    LessonLink("autograd_graph"),
)
_UNUSED = Plain(
    ("A gradient is asked for with respect to a tensor that the result was not computed of.",),
    (
        Mistake(
            ("A copy was used, or the tensor was replaced, before the computation.",),
            TORCH.code(_X, "y = x * 2", "z = x.clone()", "torch.autograd.grad(y.sum(), z)"),
            TORCH.code(_X, "z = x.clone()", "y = z * 2", "torch.autograd.grad(y.sum(), z)"),
        ),
        Mistake(
            ("It may be so: ask for None in that case.",),
            TORCH.code(_X, "w = torch.ones(2, requires_grad=True)", "torch.autograd.grad(x.sum(), w)"),
            TORCH.code(
                _X, "w = torch.ones(2, requires_grad=True)", "torch.autograd.grad(x.sum(), w, allow_unused=True)"
            ),
        ),
    ),
    LessonLink("autograd_graph"),
)
_EMPTY = Plain(
    ("The optimiser is given no parameter at all.",),
    (
        Mistake(
            ("The model has no layers of its own yet: a plain list hides them, ", Code("nn.ModuleList"), " does not."),
            TORCH.code(
                "class Net(nn.Module):",
                "    def __init__(self):",
                "        super().__init__()",
                "        self.layers = [nn.Linear(2, 2)]",
                "torch.optim.SGD(Net().parameters(), lr=0.1)",
            ),
            TORCH.code(
                "class Net(nn.Module):",
                "    def __init__(self):",
                "        super().__init__()",
                "        self.layers = nn.ModuleList([nn.Linear(2, 2)])",
                "torch.optim.SGD(Net().parameters(), lr=0.1)",
            ),
        ),
        Mistake(
            (Code("parameters()"), " can be gone through once: it was used up."),
            TORCH.code("p = nn.Linear(2, 2).parameters()", "n = sum(1 for _ in p)", "torch.optim.SGD(p, lr=0.1)"),
            TORCH.code("p = list(nn.Linear(2, 2).parameters())", "n = sum(1 for _ in p)", "torch.optim.SGD(p, lr=0.1)"),
        ),
    ),
)
_NON_LEAF = Plain(
    ("An optimiser changes leaves, and one of the tensors it is given was computed of others.",),
    (
        Mistake(
            ("The parameter was moved or scaled after it had been made: make it in its final form.",),
            TORCH.code("w = torch.ones(2, requires_grad=True) * 0.1", "torch.optim.SGD([w], lr=0.1)"),
            TORCH.code("w = (torch.ones(2) * 0.1).requires_grad_()", "torch.optim.SGD([w], lr=0.1)"),
        ),
    ),
    LessonLink("autograd_graph"),
)
_ITERABLE = Plain(
    ("An optimiser takes a collection of parameters, and is given one tensor.",),
    (
        Mistake(
            ("Put it into a list.",),
            TORCH.code("w = torch.ones(2, requires_grad=True)", "torch.optim.SGD(w, lr=0.1)"),
            TORCH.code("w = torch.ones(2, requires_grad=True)", "torch.optim.SGD([w], lr=0.1)"),
        ),
    ),
)


_LAYERS = Plain(
    ("An optimiser takes parameters, and what it is given holds layers: going through a model gives its layers.",),
    (
        Mistake(
            ("Ask the model for its parameters.",),
            TORCH.code("net = nn.Sequential(nn.Linear(2, 1))", "torch.optim.SGD(net, lr=0.1)"),
            TORCH.code("net = nn.Sequential(nn.Linear(2, 1))", "torch.optim.SGD(net.parameters(), lr=0.1)"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class GradientShape(Cause):
    """The gradient that is sent back has another shape than the result.

    Parameters
    ----------
    gradient, result
        Shapes.
    """

    gradient: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            f"Going back, each element of a result gets one number: the result has shape {self.result}, and the "
            f"gradient that is given for it {self.gradient}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a gradient of the result's shape."""
        made = (f"x = {TORCH.zeros(self.result)[:-1]}, requires_grad=True)", "y = x * 2")
        before = TORCH.code(*made, f"y.backward({TORCH.zeros(self.gradient)})")
        return (
            Mistake(
                ("Make it in the shape of the result.",), before, TORCH.code(*made, "y.backward(torch.ones_like(y))")
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return gradient and result."""
        axes = clashing(self.gradient, self.result)
        return Operand("gradient", self.gradient, axes[0]), Operand("result", self.result, axes[1])

    def lesson(self) -> LessonLink | None:
        """Return Autograd graph."""
        return LessonLink("autograd_graph")


def _gradient(match: re.Match[str]) -> GradientShape | None:
    gradient, result = shape_of(match[1]), shape_of(match[2])
    if gradient is None or result is None or gradient == result:
        return None
    return GradientShape(gradient, result)


_UNBOUND = Plain(
    ("The tensor is one of several views that one function gave at once, and such a view cannot be changed in place.",),
    (
        Mistake(
            ("A row is to be changed: compute a new one.",),
            TORCH.code("x = torch.ones(2, 3, requires_grad=True) * 1", "a, b = x.unbind(0)", "a += 1"),
            TORCH.code("x = torch.ones(2, 3, requires_grad=True) * 1", "a, b = x.unbind(0)", "a = a + 1"),
        ),
    ),
    LessonLink("autograd_graph"),
)
_COPIED = Plain(
    ("The tensor was computed of others and is part of a graph, which a deep copy would tear it out of.",),
    (
        Mistake(
            ("Its numbers alone are wanted.",),
            TORCH.code("import copy", _X, "copy.deepcopy(x * 2)"),
            TORCH.code("import copy", _X, "copy.deepcopy((x * 2).detach())"),
        ),
    ),
    LessonLink("autograd_graph"),
)


@dataclass(frozen=True, slots=True)
class GradientAssigned(Cause):
    """A gradient is set to what is neither a tensor nor None.

    Parameters
    ----------
    type
        Of it.
    """

    type: str

    def sentence(self) -> Sentence:
        """Name the type."""
        return (
            Code("grad"),
            " holds a tensor, or None where there is none yet, and a value of type ",
            Code(self.type),
            " is neither.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show how a gradient is taken away, and how it is filled with zeros."""
        before = TORCH.code("w = torch.ones(3, requires_grad=True)", "w.sum().backward()", "w.grad = 0")
        return (
            Mistake(("None takes the gradient away.",), before, before.replace("= 0", "= None")),
            Mistake(
                ("Or fill the gradient that is there with zeros.",),
                before,
                before.replace("w.grad = 0", "w.grad.zero_()"),
            ),
        )


KINDS: tuple[Kind, ...] = (
    kind(
        "grad_assigned",
        "PyTorch",
        lambda match: GradientAssigned(match[1]),
        r"assigned grad expected to be a Tensor or None but got grad of type ([\w.]{1,60})",
    ),
    kind(
        "backward_shape",
        "PyTorch",
        _NOT_SCALAR,
        r"grad can be implicitly created only for (?:scalar|real scalar) outputs",
    ),
    kind("no_grad_fn", "PyTorch", _NO_GRAD, r"element \d+ of (?:tensors|variables) does not require grad"),
    kind("backward_twice", "PyTorch", _TWICE, r"Trying to backward through the graph a second time"),
    kind(
        "changed_in_place",
        "PyTorch",
        _changed,
        rf"needed for gradient computation has been modified by an inplace operation(?:: \[(torch\.[\w.]{{2,40}}) "
        rf"({SQUARE})\](?:, which is output \d+ of (?:aten::)?(\w{{1,60}}))?)?",
    ),
    kind(
        "leaf_view_in_place",
        "PyTorch",
        _VIEW_OF_LEAF,
        r"a view of a leaf Variable that requires grad is being used in an in-place operation",
    ),
    kind(
        "leaf_in_place",
        "PyTorch",
        _LEAF,
        r"a leaf Variable that requires grad (?:is being|has been) used in an in-place",
    ),
    kind("numpy_grad", "PyTorch", _NUMPY, r"Can't call numpy\(\) on (?:Tensor|Variable) that requires grad"),
    kind("requires_grad_result", "PyTorch", _FLAG, r"you can only change requires_grad flags of leaf variables"),
    kind("unused", "PyTorch", _UNUSED, r"appears to not have been used in the graph"),
    kind("no_parameters", "PyTorch", _EMPTY, r"optimizer got an empty parameter list"),
    kind("optimizer_leaf", "PyTorch", _NON_LEAF, r"can't optimize a non-leaf Tensor"),
    kind(
        "optimizer_list",
        "PyTorch",
        _ITERABLE,
        r"params argument given to the optimizer should be an iterable of Tensors",
    ),
    kind(
        "optimizer_layers",
        "PyTorch",
        _LAYERS,
        r"optimizer can only optimize Tensors, but one of the params is torch\.nn",
    ),
    kind(
        "gradient_shape",
        "PyTorch",
        _gradient,
        rf"grad_output\[\d+\] has a shape of ({SQUARE}) and output\[\d+\] has a shape of ({SQUARE})",
    ),
    kind("unbound_in_place", "PyTorch", _UNBOUND, r"is the output of a function that returns multiple views"),
    kind(
        "deep_copy",
        "PyTorch",
        _COPIED,
        r"Only Tensors created explicitly by the user \(graph leaves\) support the deepcopy",
    ),
)
