"""Random programs of the lesson's language, each with the same program written in PyTorch by other means."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from primer_core.lessons.autograd_graph.graph import Switches

Shape = tuple[int, ...]
_SHAPES: tuple[Shape, ...] = ((), (3,), (1, 3), (2, 1), (2, 3), (3, 2))
_UNARY = {
    "sin({})": "torch.sin({})",
    "tanh({})": "torch.tanh({})",
    "sigmoid({})": "torch.sigmoid({})",
    "relu({})": "{}.clamp(min=0)",
    "exp(sin({}))": "torch.exp(torch.sin({}))",
    "log(2 + tanh({}))": "torch.log(2 + torch.tanh({}))",
    "softmax({})": "torch.nn.functional.softmax({}, dim=-1)",
    "-{}": "-{}",
    "{} ** 2": "{}.pow(2)",
    "tanh({}) ** 3": "torch.tanh({}).pow(3)",
    "(2 + sin({})) ** -1.5": "(2 + torch.sin({})).pow(-1.5)",
    "2 ** tanh({})": "2 ** torch.tanh({})",
    "1 - {}": "1 - {}",
    "{} - 0.5": "{} - 0.5",
    "0.25 * {}": "0.25 * {}",
    "{} / 3": "{} / 3",
    "1 / (2 + sin({}))": "1 / (2 + torch.sin({}))",
}
_BINARY = {
    "{} + {}": "{} + {}",
    "{} - {}": "{} - {}",
    "{} * {}": "{} * {}",
    "{} / (2 + sin({}))": "{} / (2 + torch.sin({}))",
    "sigmoid({}) ** {}": "torch.sigmoid({}) ** {}",
}


@dataclass(frozen=True)
class RandomProgram:
    """`text` in the language; `torch_lines` the same in PyTorch, one (name, right-hand side) a line."""

    text: str
    torch_lines: tuple[tuple[str, str], ...]


def broadcast(a: Shape, b: Shape) -> Shape | None:
    longest = max(len(a), len(b))
    a, b = (1,) * (longest - len(a)) + a, (1,) * (longest - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        return None
    return tuple(max(m, n) for m, n in zip(a, b, strict=True))


def product(a: Shape, b: Shape) -> Shape | None:
    if not a or not b or a[-1] != b[0]:
        return None
    return a[:-1] + b[1:]


# No value is a kink of relu, or comes near one by chance.
numbers = st.integers(-16, 16).map(lambda n: n / 8 + 0.0437)


@st.composite
def programs(draw: st.DrawFn) -> RandomProgram:
    lines: list[str] = []
    torch_lines: list[tuple[str, str]] = []
    shapes: dict[str, Shape] = {}

    def leaf(name: str, *, param: bool) -> None:
        shape = draw(st.sampled_from(_SHAPES))
        text = literal(shape)
        shapes[name] = shape
        lines.append(f"{name} = param({text})" if param else f"{name} = {text}")
        torch_lines.append((name, f"torch.tensor({text}, requires_grad={param})"))

    def literal(shape: Shape) -> str:
        if not shape:
            return repr(draw(numbers))
        return f"[{', '.join(literal(shape[1:]) for _ in range(shape[0]))}]"

    leaf("p", param=True)
    for name in ("q", "r")[: draw(st.integers(0, 2))]:
        leaf(name, param=draw(st.booleans()))
    shape: Shape | None
    for index in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(("unary", "binary", "binary", "product", "reduce", "detach")))
        name = f"t{index}"
        # The newest names come up more often, so that graphs grow deep as well as wide.
        known = list(shapes)
        a = draw(st.sampled_from(known + known[-2:]))
        b = draw(st.sampled_from(known + known[-2:]))
        shape = shapes[a]
        if kind == "binary" and (wide := broadcast(shapes[a], shapes[b])) is not None:
            here, there = draw(st.sampled_from(sorted(_BINARY.items())))
            ours, theirs, shape = here.format(a, b), there.format(a, b), wide
        elif kind == "product" and (inner := product(shapes[a], shapes[b])) is not None:
            ours, theirs, shape = f"{a} @ {b}", f"torch.matmul({a}, {b})", inner
        elif kind == "reduce" and shapes[a]:
            word = draw(st.sampled_from(("sum", "mean")))
            axis = draw(st.integers(-len(shapes[a]), len(shapes[a]) - 1))
            ours, theirs = f"{word}({a}, {axis})", f"{a}.{word}(dim={axis})"
            shape = tuple(size for place, size in enumerate(shapes[a]) if place != axis % len(shapes[a]))
        elif kind == "detach" and index:
            ours, theirs = f"{a} + detach({a})", f"{a} + {a}.detach()"
        else:
            here, there = draw(st.sampled_from(sorted(_UNARY.items())))
            ours, theirs = here.format(a), there.format(a)
        lines.append(f"{name} = {ours}")
        torch_lines.append((name, theirs))
        shapes[name] = shape
    last = list(shapes)[-1]
    ours, theirs = draw(st.sampled_from(sorted(_endings(last, shapes[last]).items())))
    return RandomProgram("\n".join([*lines, f"y = {ours}"]), (*torch_lines, ("y", theirs)))


def _endings(last: str, shape: Shape) -> dict[str, str]:
    endings = {
        # p keeps the output tied to a leaf that requires a gradient.
        f"sum({last}) + mean(p)": f"{last}.sum() + p.mean()",
        f"mean({last} * {last}) + sum(p)": f"({last} * {last}).mean() + p.sum()",
        f"bce(sigmoid(sum({last}) + sum(p)), 1)": (
            f"torch.nn.functional.binary_cross_entropy(torch.sigmoid({last}.sum() + p.sum()), torch.tensor(1.0))"
        ),
    }
    if len(shape) == 1:
        endings[f"cross_entropy({last} + sum(p), 0)"] = (
            f"torch.nn.functional.cross_entropy({last} + p.sum(), torch.tensor(0))"
        )
    if len(shape) == 2:
        zeros = ", ".join("0" for _ in range(shape[0]))
        endings[f"cross_entropy({last} * sum(p), [{zeros}])"] = (
            f"torch.nn.functional.cross_entropy({last} * p.sum(), torch.tensor([{zeros}]))"
        )
    return endings


# Numbers at which functions end, kink, overflow or lose a digit, and class numbers.
_EDGES = (0, 1, -1, 2, 0.5, 0.05, 0.9, -100, 250, -200, 1e-7, 0.9999999, 1e6, -2, 3)
_WILD_SHAPES: tuple[Shape, ...] = ((), (1,), (2,), (3,), (1, 1), (1, 3), (2, 1), (2, 3), (3, 2), (3, 3))
_CALLS = ("sin", "exp", "log", "tanh", "sigmoid", "relu", "softmax", "sum", "mean", "detach", "-")
_MUTANTS = "xyz0123456789.-+*/@()[],= \n"


@st.composite
def wild_programs(draw: st.DrawFn) -> str:
    """A program at the edges of what each function is defined for, which may well be refused.

    Most operands fit together, some do not; a fifth of the programs have characters replaced, dropped or put in.
    """
    shapes: dict[str, Shape] = {}
    lines: list[str] = []

    def literal(shape: Shape, values: tuple[float, ...] = _EDGES) -> str:
        return _bracketed(shape, lambda: f"{draw(st.sampled_from(values))}")

    def operand(*fitting: Shape) -> str:
        """A name, or numbers; of one of the shapes `fitting`, if there are any."""
        names = [name for name, shape in shapes.items() if not fitting or shape in fitting]
        if names and draw(st.integers(0, 3)) > 0:
            return draw(st.sampled_from(names + names[-2:]))
        text = literal(draw(st.sampled_from(fitting or _WILD_SHAPES)))
        return f"({text})" if text.startswith("-") else text

    def misfit() -> tuple[str, Shape]:
        operator = draw(st.sampled_from(("+", "**", "/", "@", "bce", "cross_entropy", "sum")))
        if operator == "sum":
            return f"sum({operand()}, {draw(st.integers(-2, 1))})", ()
        left, right = operand(), operand()
        return (f"{left} {operator} {right}" if len(operator) < 3 else f"{operator}({left}, {right})"), ()

    def loss(name: str, shape: Shape) -> str:
        inner = draw(st.sampled_from(("{}", "sigmoid({})", "softmax({})"))).format(name)
        if not shape or draw(st.booleans()):
            return f"bce({inner}, {draw(st.sampled_from((operand(shape), literal(shape, (0, 1, 0.5)))))})"
        classes = literal(shape[:-1], (0, shape[-1] - 1, -100, 0, 1))
        return f"cross_entropy({inner}, {draw(st.sampled_from((operand(shape, shape[:-1]), classes)))})"

    def expression() -> tuple[str, Shape]:
        name = draw(st.sampled_from([*shapes, *list(shapes)[-2:]]))
        shape = shapes[name]
        kind = draw(
            st.sampled_from(("call", "call", "operator", "operator", "product", "axis", "loss", "loss", "misfit"))
        )
        if kind == "misfit":
            return misfit()
        if kind == "loss":
            return loss(name, shape), ()
        if kind == "axis":
            axis = draw(st.integers(-max(1, len(shape)), max(1, len(shape)) - 1))
            left = tuple(size for place, size in enumerate(shape) if place != axis % len(shape)) if shape else ()
            return f"{draw(st.sampled_from(('sum', 'mean')))}({name}, {axis})", left
        if kind == "product" and shape:
            partner = draw(st.sampled_from(((shape[-1],), (shape[-1], 1), (shape[-1], 2))))
            return f"{name} @ {operand(partner)}", shape[:-1] + partner[1:]
        if kind == "operator":
            operator, other = draw(st.sampled_from(("+", "-", "*", "/", "**", "**"))), operand(shape, ())
            return (f"{name} {operator} {other}" if draw(st.booleans()) else f"{other} {operator} {name}"), shape
        function = draw(st.sampled_from(_CALLS))
        text = f"-{name}" if function == "-" else f"{function}({name})"
        return text, () if function in {"sum", "mean"} else shape

    for index in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(_WILD_SHAPES))
        shapes[f"p{index}"] = shape
        param = index == 0 or draw(st.booleans())
        lines.append(f"p{index} = param({literal(shape)})" if param else f"p{index} = {literal(shape)}")
    for index in range(draw(st.integers(1, 5))):
        text, shape = expression()
        lines.append(f"t{index} = {text}")
        shapes[f"t{index}"] = shape
    if draw(st.integers(0, 4)):
        lines.append(f"sum({list(shapes)[-1]}) + 0 * sum(p0)" if draw(st.booleans()) else f"sum({list(shapes)[-1]})")
    characters = list("\n".join(lines))
    if draw(st.integers(0, 4)) == 0:
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(characters) - 1))
            characters[at : at + draw(st.integers(0, 2))] = draw(st.sampled_from(_MUTANTS))
    return "".join(characters)


def _bracketed(shape: Shape, number: Callable[[], str]) -> str:
    if not shape:
        return number()
    return f"[{', '.join(_bracketed(shape[1:], number) for _ in range(shape[0]))}]"


@st.composite
def switches(draw: st.DrawFn) -> Switches:
    """What may be done to a wild program: half of the time nothing."""
    if draw(st.booleans()):
        return Switches()
    some = st.sampled_from(("", "p0", "p1", "t0", "t1", "t2"))
    return Switches(
        no_grad=draw(st.integers(0, 5)) == 0,
        detach=draw(some),
        retain_grad=draw(st.booleans()),
        in_place=draw(some),
        backward_calls=draw(st.sampled_from((1, 2))),
        retain_graph=draw(st.booleans()),
        zero_grad=draw(st.booleans()),
    )
