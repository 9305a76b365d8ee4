"""Local derivatives: how each node turns its upstream gradient into what its operands receive.

`local_flows` says it in symbols and repeats it in numbers; the engine's own flow stands beside it, and tests hold
the two together. The rules are those of ``derivatives.yaml`` in PyTorch's source.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

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
    axis
        Of a reduction, softmax or view; None for all.
    """

    function: str
    operands: tuple[Operand, ...]
    labels: tuple[str, ...]
    out: Tensor
    axis: int | None = None


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
    rule = _RULES.get(recorded.function)
    return tuple(rule(recorded, upstream)) if rule else ()


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


def _add(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), tensors = _two(recorded)
    return [
        _elementwise(f"∂({la} + {lb})/∂{name} = 1", "1", _constant(1, g), g)
        for name, is_tensor in zip((la, lb), tensors, strict=True)
        if is_tensor
    ]


def _sub(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), tensors = _two(recorded)
    return [
        _elementwise(f"∂({la} − {lb})/∂{name} = {text}", text, _constant(sign, g), g)
        for name, is_tensor, sign, text in ((la, tensors[0], 1, "1"), (lb, tensors[1], -1, "(−1)"))
        if is_tensor
    ]


def _rsub(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    _, (la, lb), _ = _two(recorded)
    return [_elementwise(f"∂({lb} − {la})/∂{la} = −1", "(−1)", _constant(-1, g), g)]


def _mul(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), tensors = _two(recorded)
    flows = []
    for name, other, value, is_tensor in ((la, lb, b, tensors[0]), (lb, la, a, tensors[1])):
        if is_tensor:
            local = value if isinstance(value, Tensor) else _constant(value, g)
            flows.append(_elementwise(f"∂({la} · {lb})/∂{name} = {other}", other, local, g))
    return flows


def _div(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    (a, b), (la, lb), tensors = _two(recorded)
    below = b if isinstance(b, Tensor) else _constant(b, g)
    flows = [_elementwise(f"∂({la} / {lb})/∂{la} = 1 / {lb}", f"1/{lb}", 1 / below, g)]
    if tensors[1]:
        local = -a / (below * below)
        flows.append(_elementwise(f"∂({la} / {lb})/∂{lb} = −{la} / {lb}²", f"(−{la}/{lb}²)", local, g))
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
                f"∂({la} ** {lb})/∂{lb} = {symbol}",
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
    derivative = f"∂({la} ** {lb})/∂{la}"
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
    return [
        LocalFlow(f"∂({la} @ {lb})/∂{la} = {lb}", f"g · {lb}", b, "×", g * b),
        LocalFlow(f"∂({la} @ {lb})/∂{lb} = {la}", f"g · {la}", a, "×", g * a),
    ]


def _view(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    shape = torch.as_tensor(recorded.operands[0]).shape
    return [LocalFlow("the same numbers in another shape", f"g in shape {tuple(shape)}", None, "→", g.reshape(shape))]


def _reduced(recorded: Recorded, g: Tensor, share: float, word: str) -> list[LocalFlow]:
    operand, label = torch.as_tensor(recorded.operands[0]), recorded.labels[0]
    # A scalar has no axis, but PyTorch lets it be summed along axis 0 or −1: the shape stays ().
    spread = g if recorded.axis is None or not operand.dim() else g.unsqueeze(recorded.axis)
    local = torch.full_like(operand, share)
    text = "1" if word == "sum" else f"1/{round(1 / share)}"
    along = "" if recorded.axis is None else f", {recorded.axis}"
    derivative = f"∂{word}({label}{along}) by each number = {text}"
    if operand.dim() == 2 and recorded.axis in (1, -1):
        # g has one number a row: as a vector it would meet the columns.
        return [LocalFlow(derivative, f"each g · {text}, along its row", None, "→", spread * local)]
    return [LocalFlow(derivative, f"g · {text}", local, "×", spread * local)]


def _sum(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    return _reduced(recorded, g, 1.0, "sum")


def _mean(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    operand = torch.as_tensor(recorded.operands[0])
    count = operand.numel() if recorded.axis is None or not operand.dim() else operand.shape[recorded.axis]
    return _reduced(recorded, g, 1.0 / count, "mean")


def _softmax(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    out, label = recorded.out, recorded.labels[0]
    if out.dim() == 0:
        return [LocalFlow("softmax of one number is always 1: slope 0", "0", torch.zeros_like(out), "×", g * 0)]
    if out.dim() == 1:
        jacobian = torch.diag(out) - torch.outer(out, out)
        return [LocalFlow(f"J = ∂softmax({label}) = diag(s) − s sᵀ, s = out", "J @ g", jacobian, "@g", jacobian @ g)]
    full = out * (g - (g * out).sum(-1, keepdim=True))
    return [LocalFlow("row by row: J = diag(s) − s sᵀ, s = out", "s · (g − Σ g · s)", None, "→", full)]


def _log_softmax(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    probabilities = recorded.out.exp()
    total = g.sum() if g.dim() == 0 else g.sum(-1, keepdim=True)
    full = g - probabilities * total
    return [LocalFlow("∂log_softmax: s = softmax of the logits", "g − s · Σ g", None, "→", full)]


def _nll_loss(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    logs, target = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    rows, classes = logs.reshape(-1, logs.shape[-1]), target.reshape(-1)
    # A row whose class is ignore_index, −100 by default, takes no part in the mean.
    counted = classes != recorded.operands[-1]
    count = int(counted.sum())
    keep = torch.zeros_like(rows, dtype=torch.bool)
    keep[counted, classes[counted]] = True
    keep = keep.reshape(logs.shape)
    if not count:
        derivative = "∂nll = 0: every row is ignored"
        return [_masked(derivative, "0", _constant(0, logs), g, keep=keep, rule="0, whatever g is")]
    text = "−1" if count == 1 else f"−1/{count}"
    where = "at each target" if count == len(classes) else "at the target of each row that is not ignored"
    return [
        _masked(
            f"∂nll = {text} {where}, 0 elsewhere",
            f"{text} at the target",
            _constant(-1.0 / count, logs),
            g,
            keep=keep,
            rule=f"g · {text} at the target, 0 elsewhere",
        )
    ]


def _bce(recorded: Recorded, g: Tensor) -> list[LocalFlow]:
    p, y = torch.as_tensor(recorded.operands[0]), torch.as_tensor(recorded.operands[1])
    lp, ly = recorded.labels[:2]
    share = 1.0 / p.numel()
    over = "" if p.numel() == 1 else f" / {p.numel()}"
    # PyTorch keeps the denominator away from 0, so that a probability of exactly 0 or 1 gives a finite slope.
    by_p = (p - y) / ((1 - p) * p).clamp_min(1e-12) * share
    by_y = ((1 - p).log().clamp_min(-100) - p.log().clamp_min(-100)) * share
    wp, wy = _wrap(lp), _wrap(ly)
    return [
        LocalFlow(f"∂bce/∂{wp} = ({lp} − {ly}) / ({wp} (1 − {lp})){over}", f"g · ∂bce/∂{wp}", by_p, "×", g * by_p),
        LocalFlow(f"∂bce/∂{wy} = ln(1 − {lp}) − ln {wp}{over}", f"g · ∂bce/∂{wy}", by_y, "×", g * by_y),
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
    "squeeze_": _view,
    "squeeze": _view,
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
