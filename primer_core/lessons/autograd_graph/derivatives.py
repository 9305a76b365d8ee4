"""Local derivatives: how each node turns its upstream gradient into what its operands receive.

`local_flows` says it in symbols and repeats it in numbers; the engine's own flow stands beside it, and tests hold
the two together. The rules are those of ``derivatives.yaml`` in PyTorch's source.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor

Operand = Tensor | float | int
Operator = Literal["×", "g@", "@g", "⊗", "→"]
_ONE_THING = re.compile(r"[\w.]+(\([^()]*\))?|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True, eq=False)
class LocalFlow:
    """One operand's share of a node's backward.

    Parameters
    ----------
    derivative, product
        The local derivative, and how it meets the upstream gradient g, in symbols.
    local
        The local derivative, None where it is not one tensor.
    operator
        See `primer_core.lessons.autograd_graph.graph.Flow`.
    full
        The flow before it is summed back to the operand's shape.
    rule
        What the engine computes, in symbols, where it does not multiply by `local`: it matters if g or `local`
        holds inf or nan. ``""`` if it does what `product` says.
    """

    derivative: str
    product: str
    local: Tensor | None
    operator: Operator
    full: Tensor
    rule: str = ""

    def multiplied(self, upstream: Tensor) -> Tensor | None:
        """Upstream and local, combined as `operator` says; None without a local derivative."""
        if self.local is None:
            return None
        if self.operator == "g@":
            return upstream @ self.local
        if self.operator == "@g":
            return self.local @ upstream
        if self.operator == "⊗":
            return torch.outer(upstream, self.local)
        return upstream * self.local


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One operation as autograd saw it.

    Parameters
    ----------
    function
        The name of the ATen operator, such as ``mul``.
    operands
        Its arguments that are tensors or numbers, in order.
    labels
        What the program calls each of them.
    out
        Its result, with the shape that it has in the program.
    arguments, keywords
        All that it was given, as ATen takes it.
    """

    function: str
    operands: tuple[Operand, ...]
    labels: tuple[str, ...]
    out: Tensor
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def argument(self, place: int, default: Any = None) -> Any:
        """Return an argument by its place; the default where it was left out."""
        return self.arguments[place] if len(self.arguments) > place else default


Rule = Callable[[Recorded, Tensor], Sequence[LocalFlow]]


def local_flows(recorded: Recorded, upstream: Tensor) -> tuple[LocalFlow, ...]:
    """The share of each tensor operand, in the order of ``next_functions``.

    Parameters
    ----------
    recorded
        The operation.
    upstream
        The gradient by its result, in the result's shape.

    Returns
    -------
    tuple of LocalFlow
        Empty if no rule is known for the operation.
    """
    rule = _RULES.get(recorded.function.removesuffix("_"))
    if rule is None or recorded.keywords.get("alpha", 1) != 1 or recorded.keywords.get("rounding_mode"):
        return ()
    return tuple(rule(recorded, upstream))


def _elementwise(derivative: str, symbol: str, local: Tensor, upstream: Tensor) -> LocalFlow:
    local = local.expand_as(upstream) if local.dim() <= upstream.dim() else local
    return LocalFlow(derivative, f"g · {symbol}", local, "×", upstream * local)


def _masked(derivative: str, symbol: str, local: Tensor, upstream: Tensor, *, keep: Tensor, rule: str) -> LocalFlow:
    """Like `_elementwise`, but the engine writes 0 where `keep` is False, instead of multiplying g by 0."""
    zero = torch.zeros((), dtype=upstream.dtype)
    flow = _elementwise(derivative, symbol, torch.where(keep, local, zero), upstream)
    return replace(flow, full=torch.where(keep, upstream * local, zero), rule=rule)


def _relu(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    label = recorded.labels[0]
    symbol = f"[{_wrap(label)} > 0]"
    return [
        _masked(
            f"∂relu({label})/∂{_wrap(label)} = {symbol}",
            symbol,
            torch.ones_like(recorded.out),
            g,
            keep=~(recorded.out <= 0),
            rule=f"0 where {_wrap(label)} ≤ 0, else g",
        )
    ]


def _constant(value: float, like: Tensor) -> Tensor:
    return torch.full_like(like, value)


def _wrap(label: str) -> str:
    """The label, in brackets unless it reads as one thing."""
    return label if _ONE_THING.fullmatch(label) else f"({label})"


def _two(recorded: Recorded) -> tuple[tuple[Operand, Operand], tuple[str, str], list[bool]]:
    a, b = recorded.operands[:2]
    return (
        (a, b),
        (_wrap(recorded.labels[0]), _wrap(recorded.labels[1])),
        [isinstance(x, Tensor) for x in (a, b)],
    )


def _by(la: str, lb: str) -> tuple[str, str]:
    """Write by which of two operands a derivative is: where they are called alike, by the first or the second."""
    return (f"/∂{la}", f"/∂{lb}") if la != lb else (f" by the first {la}", f" by the second {lb}")


def _add(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), tensors = _two(recorded)
    return [
        _elementwise(f"∂({la} + {lb}){by} = 1", "1", _constant(1, g), g)
        for by, is_tensor in zip(_by(la, lb), tensors, strict=True)
        if is_tensor
    ]


def _sub(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), tensors = _two(recorded)
    first, second = _by(la, lb)
    return [
        _elementwise(f"∂({la} − {lb}){by} = {text}", text, _constant(sign, g), g)
        for by, is_tensor, sign, text in ((first, tensors[0], 1, "1"), (second, tensors[1], -1, "(−1)"))
        if is_tensor
    ]


def _rsub(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), _ = _two(recorded)
    return [_elementwise(f"∂({lb} − {la})/∂{la} = (−1)", "(−1)", _constant(-1, g), g)]


def _mul(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), tensors = _two(recorded)
    flows = []
    first, second = _by(la, lb)
    for by, other, value, is_tensor in ((first, lb, b, tensors[0]), (second, la, a, tensors[1])):
        if is_tensor:
            local = value if isinstance(value, Tensor) else _constant(value, g)
            flows.append(_elementwise(f"∂({la} · {lb}){by} = {other}", other, local, g))
    return flows


def _div(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), tensors = _two(recorded)
    below = b if isinstance(b, Tensor) else _constant(b, g)
    first, second = _by(la, lb)
    flows = [_elementwise(f"∂({la} / {lb}){first} = 1/{lb}", f"1/{lb}", 1 / below, g)]
    if tensors[1]:
        local = -a / (below * below)
        flows.append(_elementwise(f"∂({la} / {lb}){second} = (−{la}/{lb}²)", f"(−{la}/{lb}²)", local, g))
    return flows


def _pow(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), tensors = _two(recorded)
    flows = []
    if tensors[0]:
        flows.append(_power_base(a, b, la, lb, g))
    if tensors[1]:
        base = a if isinstance(a, Tensor) else torch.full((), float(a), dtype=g.dtype)
        # 0 ** b has no slope in b where b >= 0: PyTorch hands on 0 there instead of 0 · (−inf).
        flat = (base == 0) & (b >= 0)
        symbol = f"{la}**{lb} · ln {la}"
        flows.append(
            _masked(
                f"∂({la} ** {lb}){_by(la, lb)[1]} = {symbol}",
                symbol,
                recorded.out * base.log(),
                g,
                keep=~flat,
                rule=f"0 where {la} = 0 and {lb} ≥ 0, else g · {symbol}",
            )
        )
    return flows


def _power_base(a: Operand, b: Operand, la: str, lb: str, g: Tensor) -> LocalFlow:
    local: Tensor | float
    derivative = f"∂({la} ** {lb}){_by(la, lb)[0]}"
    if isinstance(b, Tensor):
        lowered = f"{lb} · {la}**({lb} − 1)"
        rule = f"0 where {lb} = 0, else g · {lowered}"
        return _masked(f"{derivative} = {lowered}", lowered, b * a ** (b - 1), g, keep=b != 0, rule=rule)
    if b == 0:
        nothing = torch.zeros((), dtype=torch.bool)
        return _masked(f"{derivative} = 0", "0", _constant(0, g), g, keep=nothing, rule="0, whatever g is")
    less = f"{b - 1:g}"
    lowered = f"{b:g}" if b == 1 else f"{b:g} · {la}" if b == 2 else f"{b:g} · {la}**{less if b > 1 else f'({less})'}"
    local = b * a ** (b - 1)
    return _elementwise(f"{derivative} = {lowered}", lowered, torch.as_tensor(local), g)


def _unary(text: str, slope: Callable[[Tensor, Tensor], Tensor]) -> Rule:
    def rule(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
        (operand,) = recorded.operands[:1]
        label = recorded.labels[0]
        symbol = text.format(x=_wrap(label), out="out")
        shown = _NAMES.get(recorded.function, recorded.function)
        head = (
            f"−{_wrap(label)}"
            if shown == "neg"
            else f"1 / {_wrap(label)}"
            if shown == "reciprocal"
            else f"{shown}({label})"
        )
        local = slope(torch.as_tensor(operand), recorded.out)
        tail = f", out = {shown}({label})" if "out" in symbol else ""
        return [_elementwise(f"∂{head}/∂{_wrap(label)} = {symbol}{tail}", symbol, local, g)]

    return rule


_NAMES = {"_softmax": "softmax", "_log_softmax": "log_softmax"}


def _mm(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), _ = _two(recorded)
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    return [
        LocalFlow(f"∂({la} @ {lb}) by {la}: g meets {lb}ᵀ from the right", f"g @ {lb}ᵀ", b.T, "g@", g @ b.T),
        LocalFlow(f"∂({la} @ {lb}) by {lb}: g meets {la}ᵀ from the left", f"{la}ᵀ @ g", a.T, "@g", a.T @ g),
    ]


def _mv(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, v), (la, lv), _ = _two(recorded)
    a, v = torch.as_tensor(a), torch.as_tensor(v)
    return [
        LocalFlow(f"∂({la} @ {lv}) by {la}: row i gets gᵢ · {lv}", f"g ⊗ {lv}", v, "⊗", torch.outer(g, v)),
        LocalFlow(f"∂({la} @ {lv}) by {lv}: g meets {la}ᵀ from the left", f"{la}ᵀ @ g", a.T, "@g", a.T @ g),
    ]


def _dot(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), _ = _two(recorded)
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    first, second = _by(la, lb)
    return [
        LocalFlow(f"∂({la} @ {lb}){first} = {lb}", f"g · {lb}", b, "×", g * b),
        LocalFlow(f"∂({la} @ {lb}){second} = {la}", f"g · {la}", a, "×", g * a),
    ]


def _view(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    shape = torch.as_tensor(recorded.operands[0]).shape
    return [LocalFlow("the same numbers in another shape", f"g in shape {tuple(shape)}", None, "→", g.reshape(shape))]


def _axes(recorded: Recorded, place: int) -> tuple[int, ...]:
    """Return the axes that an argument names, counted from 0; all of them where it names none."""
    rank = torch.as_tensor(recorded.operands[0]).dim()
    given = recorded.argument(place)
    axes = list(given) if isinstance(given, list | tuple) else [] if given is None else [given]
    return tuple(sorted(axis % rank for axis in axes)) if axes and rank else tuple(range(rank))


def _spread(recorded: Recorded, g: Tensor, axes: tuple[int, ...]) -> Tensor:
    """Return g with the axes put back that a reduction took away."""
    if g.dim() < torch.as_tensor(recorded.operands[0]).dim():
        for axis in axes:
            g = g.unsqueeze(axis)
    return g


def _reduced(recorded: Recorded, g: Tensor, share: float, word: str) -> list[LocalFlow]:
    operand, label = torch.as_tensor(recorded.operands[0]), recorded.labels[0]
    axes, named = _axes(recorded, 1), recorded.argument(1)
    local = torch.full_like(operand, share)
    text = "1" if word == "sum" else f"1/{round(1 / share)}"
    along = f", {named[0] if len(named) == 1 else tuple(named)}" if isinstance(named, list | tuple) and named else ""
    derivative = f"∂{word}({label}{along}) by each number = {text}"
    spread = _spread(recorded, g, axes)
    if spread.dim() != g.dim() and axes != tuple(range(len(axes))):
        # As it stands, g would meet other axes than those that it belongs to.
        where = "along its row" if operand.dim() == 2 else "along the axis that was summed"
        return [LocalFlow(derivative, f"each g · {text}, {where}", None, "→", spread * local)]
    return [LocalFlow(derivative, f"g · {text}", local, "×", spread * local)]


def _sum(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    return _reduced(recorded, g, 1.0, "sum")


def _mean(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    operand = torch.as_tensor(recorded.operands[0])
    count = 1
    for axis in _axes(recorded, 1):
        count *= operand.shape[axis]
    return _reduced(recorded, g, 1.0 / max(count, 1), "mean")


def _softmax(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    out, label, dim = recorded.out, recorded.labels[0], int(recorded.argument(1, -1))
    if out.dim() == 0:
        return [LocalFlow("softmax of one number is always 1: slope 0", "0", torch.zeros_like(out), "×", g * 0)]
    if out.dim() == 1:
        jacobian = torch.diag(out) - torch.outer(out, out)
        return [LocalFlow(f"J = ∂softmax({label}) = diag(s) − s sᵀ, s = out", "J @ g", jacobian, "@g", jacobian @ g)]
    full = out * (g - (g * out).sum(dim, keepdim=True))
    lines = "row by row" if dim % out.dim() == out.dim() - 1 else f"line by line along axis {dim % out.dim()}"
    return [LocalFlow(f"{lines}: J = diag(s) − s sᵀ, s = out", "s · (g − Σ g · s)", None, "→", full)]


def _log_softmax(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    probabilities = recorded.out.exp()
    total = g.sum() if g.dim() == 0 else g.sum(int(recorded.argument(1, -1)), keepdim=True)
    full = g - probabilities * total
    return [LocalFlow("∂log_softmax: s = softmax of the logits", "g − s · Σ g", None, "→", full)]


_NONE, _MEAN = 0, 1
"""How ATen writes reduction="none" and reduction="mean"; the sum is 2."""


def _nll_loss(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    logs, target = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    reduction, ignored = recorded.argument(3, _MEAN), recorded.argument(4, -100)
    if recorded.argument(2) is not None or logs.dim() > 2:
        return []
    rows, classes = logs.reshape(-1, logs.shape[-1]), target.reshape(-1)
    # A row whose class is ignore_index, −100 by default, takes no part in the mean.
    counted = classes != ignored
    count = int(counted.sum())
    keep = torch.zeros_like(rows, dtype=torch.bool)
    keep[counted, classes[counted]] = True
    keep = keep.reshape(logs.shape)
    if not count:
        derivative = "∂nll = 0: every row is ignored"
        upstream = g if g.dim() == 0 else torch.zeros_like(logs)
        return [_masked(derivative, "0", _constant(0, logs), upstream, keep=keep, rule="0, whatever g is")]
    where = "at each target" if count == len(classes) else "at the target of each row that is not ignored"
    if reduction == _NONE and g.dim():
        full = torch.where(keep, -g.unsqueeze(-1), torch.zeros((), dtype=g.dtype))
        return [LocalFlow(f"∂nll = −1 {where}, 0 elsewhere", "−g at the target of its row", None, "→", full)]
    share = 1.0 / count if reduction == _MEAN else 1.0
    text = "−1" if share == 1 else f"−1/{count}"
    return [
        _masked(
            f"∂nll = {text} {where}, 0 elsewhere",
            f"{text} at the target",
            _constant(-share, logs),
            g,
            keep=keep,
            rule=f"g · {text} at the target, 0 elsewhere",
        )
    ]


def _over(recorded: Recorded, place: int) -> tuple[float, str]:
    """Return by what a loss divides its terms, as a factor and in symbols; (1, "") where it does not."""
    count = torch.as_tensor(recorded.operands[0]).numel()
    if recorded.argument(place, _MEAN) != _MEAN or count == 1:
        return 1.0, ""
    return 1.0 / count, f" / {count}"


def _bce(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    p, y = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    lp, ly = recorded.labels[:2]
    if recorded.argument(2) is not None:
        return []
    share, over = _over(recorded, 3)
    # PyTorch keeps the denominator away from 0, so that a probability of exactly 0 or 1 gives a finite slope.
    by_p = (p - y) / ((1 - p) * p).clamp_min(1e-12) * share
    by_y = ((1 - p).log().clamp_min(-100) - p.log().clamp_min(-100)) * share
    wp, wy = _wrap(lp), _wrap(ly)
    return [
        LocalFlow(f"∂bce/∂{wp} = ({lp} − {ly}) / ({wp} (1 − {lp})){over}", f"g · ∂bce/∂{wp}", by_p, "×", g * by_p),
        LocalFlow(f"∂bce/∂{wy} = ln(1 − {lp}) − ln {wp}{over}", f"g · ∂bce/∂{wy}", by_y, "×", g * by_y),
    ]


def _bce_with_logits(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    z, y = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    if recorded.argument(2) is not None or recorded.argument(3) is not None:
        return []
    (lz, ly), (share, over) = recorded.labels[:2], _over(recorded, 4)
    by_z, by_y = (z.sigmoid() - y) * share, -z * share
    wz, wy = _wrap(lz), _wrap(ly)
    return [
        LocalFlow(f"∂bce/∂{wz} = (sigmoid({lz}) − {ly}){over}", f"g · ∂bce/∂{wz}", by_z, "×", g * by_z),
        LocalFlow(f"∂bce/∂{wy} = −{wz}{over}", f"g · ∂bce/∂{wy}", by_y, "×", g * by_y),
    ]


def _mse(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    a, b = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    (la, lb), (share, over) = map(_wrap, recorded.labels[:2]), _over(recorded, 2)
    local = 2 * (a - b) * share
    return [
        LocalFlow(f"∂mse/∂{la} = 2 ({la} − {lb}){over}", f"g · ∂mse/∂{la}", local, "×", g * local),
        LocalFlow(f"∂mse/∂{lb} = −2 ({la} − {lb}){over}", f"g · ∂mse/∂{lb}", -local, "×", g * -local),
    ]


def _where(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    condition = torch.as_tensor(recorded.arguments[0])
    zero = torch.zeros((), dtype=g.dtype)
    name = recorded.labels[0]
    return [
        LocalFlow(f"∂where by {which} = 1 where {name} is {word}, else 0", f"g where {name} is {word}, else 0", None,
                  "→", torch.where(keep, g, zero))
        for which, word, keep in (("the first", "true", condition), ("the second", "false", ~condition))
    ]  # fmt: skip


def _larger(sign: int, word: str) -> Rule:
    def rule(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
        (a, b), (la, lb), _ = _two(recorded)
        a, b = torch.as_tensor(a), torch.as_tensor(b)
        difference = sign * (a - b)
        half = 0.5 * (difference == 0).to(g.dtype)
        return [
            _elementwise(f"∂{word}({la}, {lb})/∂{name} = 1 where it is {name}, ½ where both are equal, else 0", symbol,
                         chosen.to(g.dtype) + half, g)
            for name, symbol, chosen in ((la, f"[{la} chosen]", difference > 0), (lb, f"[{lb} chosen]", difference < 0))
        ]  # fmt: skip

    return rule


def _extreme(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x, word, label = torch.as_tensor(recorded.operands[0]), recorded.function, recorded.labels[0]
    if not isinstance(recorded.argument(1), int):
        chosen = (x == recorded.out).to(g.dtype)
        count = int(chosen.sum())
        text = "1" if count == 1 else f"1/{count}"
        symbol = f"{text} where it is the {word}, else 0"
        return [_elementwise(f"∂{word}({label}) = {symbol}", symbol, chosen / max(count, 1), g)]
    dim, keeps = int(recorded.argument(1)), bool(recorded.argument(2, False))
    places = x.argmax(dim, keepdim=True) if word == "max" else x.argmin(dim, keepdim=True)
    full = torch.zeros_like(x).scatter(dim, places, g if keeps else g.unsqueeze(dim))
    derivative = f"∂{word}({label}, {dim}): the {word} of each line alone counts"
    return [LocalFlow(derivative, "g at its place, 0 elsewhere", None, "→", full)]


_MOST_FACTORS = 64
"""Numbers of a product of which the product of all others is spelled out for each."""


def _prod(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x, label, dim = torch.as_tensor(recorded.operands[0]), recorded.labels[0], recorded.argument(1)
    along = x.flatten() if not isinstance(dim, int) else x.movedim(dim, 0) if x.dim() else x[None]
    if not 0 < along.shape[0] <= _MOST_FACTORS:
        return []
    places = range(along.shape[0])
    others = torch.stack([along[[other for other in places if other != place]].prod(0) for place in places])
    if not isinstance(dim, int):
        derivative = f"∂prod({label}) by each number = the product of all others"
        return [_elementwise(derivative, "product of all others", others.reshape(x.shape), g)]
    local = (others.movedim(0, dim) if x.dim() else others[0]).to(g.dtype)
    spread = g if bool(recorded.argument(2, False)) or not x.dim() else g.unsqueeze(dim)
    derivative = f"∂prod({label}, {dim}) by each number = the product of all others of its line"
    return [LocalFlow(derivative, "g times the product of all others of its line", None, "→", spread * local)]


def _abs(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x, label = torch.as_tensor(recorded.operands[0]), recorded.labels[0]
    symbol = f"sign({label})"
    return [_elementwise(f"∂|{label}|/∂{_wrap(label)} = {symbol}", symbol, x.sign(), g)]


def _clamp(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x, label = torch.as_tensor(recorded.operands[0]), recorded.labels[0]
    least, most = recorded.argument(1, recorded.keywords.get("min")), recorded.argument(2, recorded.keywords.get("max"))
    if isinstance(least, Tensor) or isinstance(most, Tensor):
        return []
    # At a bound itself PyTorch hands on 0.
    inside = torch.ones_like(x, dtype=torch.bool)
    if least is not None:
        inside &= x > least
    if most is not None:
        inside &= x < most
    if least is None:
        symbol = "1" if most is None else f"[{_wrap(label)} < {most:g}]"
    elif most is None:
        symbol = f"[{_wrap(label)} > {least:g}]"
    else:
        symbol = f"[{least:g} < {label} < {most:g}]"
    derivative = f"∂clamp({label})/∂{_wrap(label)} = {symbol}"
    return [_masked(derivative, symbol, torch.ones_like(g), g, keep=inside, rule="g inside the bounds, 0 outside")]


def _leaky_relu(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x, label = torch.as_tensor(recorded.operands[0]), recorded.labels[0]
    slope = recorded.argument(1, recorded.keywords.get("negative_slope", 0.01))
    symbol = f"(1 where {_wrap(label)} > 0, else {slope:g})"
    local = torch.where(x > 0, torch.ones_like(g), torch.full_like(g, slope))
    return [_elementwise(f"∂leaky_relu({label})/∂{_wrap(label)} = {symbol}", symbol, local, g)]


def _flat(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    word, label = recorded.function.removesuffix("_"), recorded.labels[0]
    nothing = torch.zeros((), dtype=torch.bool)
    derivative = f"∂{word}({label})/∂{_wrap(label)} = 0: a staircase is flat"
    return [_masked(derivative, "0", _constant(0, g), g, keep=nothing, rule="0, whatever g is")]


def _copied(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    x = torch.as_tensor(recorded.operands[0])
    if x.dtype == recorded.out.dtype:
        return [LocalFlow("a copy has slope 1", "g", None, "→", g)]
    name = str(x.dtype).removeprefix("torch.")
    return [LocalFlow("the same numbers in another dtype", f"g as {name}", None, "→", g.to(x.dtype))]


def _turned(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    match recorded.function.removesuffix("_"):
        case "permute":
            axes = [axis % g.dim() for axis in recorded.argument(1)]
            full = g.permute([axes.index(axis) for axis in range(g.dim())])
        case "transpose":
            full = g.transpose(recorded.argument(1), recorded.argument(2))
        case _:
            full = g.t()
    return [LocalFlow("the same numbers, with the axes in another order", "g, its axes put back", None, "→", full)]


def _expanded(_: Recorded, g: Tensor) -> list[LocalFlow]:
    return [LocalFlow("each number is read several times", "g, summed over the readings", None, "→", g)]


def _picked(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    """Return the flow of what reads some cells: g goes to those, and adds up where one was read often."""
    x = torch.as_tensor(recorded.operands[0])
    full, rest = torch.zeros_like(x), recorded.arguments[1:]
    match recorded.function:
        case "select":
            full.select(*rest).copy_(g)
        case "slice":
            torch.ops.aten.slice(full, *rest).copy_(g)
        case "index":
            places = [None if each is None else each for each in rest[0]]
            full = torch.ops.aten.index_put(full, places, g, True)
        case "gather":
            full = full.scatter_add(rest[0], rest[1], g)
        case "index_select":
            full = full.index_add(rest[0], rest[1], g)
        case _:
            return []
    return [
        LocalFlow(
            "the cells that were read have slope 1, all others 0", "g at the cells that were read", None, "→", full
        )
    ]


def _filled(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    full = g.masked_fill(torch.as_tensor(recorded.arguments[1]), 0)
    return [LocalFlow("what was filled over has slope 0", "0 where it was filled over, else g", None, "→", full)]


def _joined(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    tensors, dim = recorded.arguments[0], int(recorded.argument(1, 0))
    stacked = recorded.function == "stack"
    parts = g.unbind(dim) if stacked else torch.split(g, [each.shape[dim] for each in tensors], dim)
    return [LocalFlow("a part of the result, with slope 1", "g's part", None, "→", part) for part in parts]


def _addmm(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    if recorded.keywords:
        return []
    bias, a, b = map(torch.as_tensor, recorded.operands[:3])
    lc, la, lb = map(_wrap, recorded.labels[:3])
    del bias
    return [
        _elementwise(f"∂({lc} + {la} @ {lb})/∂{lc} = 1", "1", _constant(1, g), g),
        LocalFlow(f"∂({la} @ {lb}) by {la}: g meets {lb}ᵀ from the right", f"g @ {lb}ᵀ", b.T, "g@", g @ b.T),
        LocalFlow(f"∂({la} @ {lb}) by {lb}: g meets {la}ᵀ from the left", f"{la}ᵀ @ g", a.T, "@g", a.T @ g),
    ]


def _bmm(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), _ = _two(recorded)
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    return [
        LocalFlow(f"matrix by matrix: g meets {lb}ᵀ", f"g @ {lb}ᵀ, matrix by matrix", None, "→", g @ b.mT),
        LocalFlow(f"matrix by matrix: {la}ᵀ meets g", f"{la}ᵀ @ g, matrix by matrix", None, "→", a.mT @ g),
    ]


_RULES: Mapping[str, Rule] = {
    "add": _add,
    "sub": _sub,
    "rsub": _rsub,
    "mul": _mul,
    "div": _div,
    "pow": _pow,
    "mm": _mm,
    "mv": _mv,
    "dot": _dot,
    "unsqueeze": _view,
    "squeeze": _view,
    "view": _view,
    "_unsafe_view": _view,
    "permute": _turned,
    "transpose": _turned,
    "t": _turned,
    "expand": _expanded,
    "clone": _copied,
    "_to_copy": _copied,
    "select": _picked,
    "slice": _picked,
    "index": _picked,
    "gather": _picked,
    "index_select": _picked,
    "masked_fill": _filled,
    "stack": _joined,
    "cat": _joined,
    "addmm": _addmm,
    "bmm": _bmm,
    "where": _where,
    "maximum": _larger(1, "maximum"),
    "minimum": _larger(-1, "minimum"),
    "max": _extreme,
    "min": _extreme,
    "prod": _prod,
    "abs": _abs,
    "clamp": _clamp,
    "leaky_relu": _leaky_relu,
    "round": _flat,
    "floor": _flat,
    "ceil": _flat,
    "trunc": _flat,
    "sign": _flat,
    "mse_loss": _mse,
    "binary_cross_entropy_with_logits": _bce_with_logits,
    "sqrt": _unary("1/(2 · {out})", lambda _, out: 1 / (2 * out)),
    "rsqrt": _unary("−{out}³/2", lambda _, out: -(out**3) / 2),
    "cos": _unary("(−sin({x}))", lambda x, _: -x.sin()),
    "tan": _unary("(1 + {out}²)", lambda _, out: 1 + out * out),
    "sinh": _unary("cosh({x})", lambda x, _: x.cosh()),
    "cosh": _unary("sinh({x})", lambda x, _: x.sinh()),
    "log2": _unary("1/({x} · ln 2)", lambda x, _: 1 / (x * math.log(2))),
    "log10": _unary("1/({x} · ln 10)", lambda x, _: 1 / (x * math.log(10))),
    "log1p": _unary("1/({x} + 1)", lambda x, _: 1 / (x + 1)),
    "atan": _unary("1/({x}² + 1)", lambda x, _: 1 / (x * x + 1)),
    "sum": _sum,
    "mean": _mean,
    "_softmax": _softmax,
    "_log_softmax": _log_softmax,
    "nll_loss_forward": _nll_loss,
    "binary_cross_entropy": _bce,
    "neg": _unary("−1", lambda x, _: torch.full_like(x, -1)),
    "reciprocal": _unary("−1/{x}²", lambda _, out: -out * out),
    "sin": _unary("cos({x})", lambda x, _: x.cos()),
    "exp": _unary("{out}", lambda _, out: out),
    "log": _unary("1/{x}", lambda x, _: 1 / x),
    "tanh": _unary("(1 − {out}²)", lambda _, out: 1 - out * out),
    "sigmoid": _unary("{out} · (1 − {out})", lambda _, out: out * (1 - out)),
    "relu": _relu,
}
