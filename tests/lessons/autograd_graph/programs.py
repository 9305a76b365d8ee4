"""Random programs of the lesson's language, each with the same program written in PyTorch by other means."""

from dataclasses import dataclass

from hypothesis import strategies as st

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
