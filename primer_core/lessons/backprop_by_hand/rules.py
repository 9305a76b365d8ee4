"""The rules of back-propagation, one function each, and the mistakes people make in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from primer_core.claims.deriving import LineDoes
from primer_core.lessons.backprop_by_hand.network import Activation, BackpropParams, Slip
from primer_core.lessons.backprop_by_hand.steps import Plan

if TYPE_CHECKING:
    import torch


def derivation(layers: int, params: BackpropParams) -> list[Plan]:
    """List the derivation, forward, backward and update; a slip changes the steps that it spoils.

    Parameters
    ----------
    layers
        Of weights.
    params
        What was asked: its batch, learning rate and slip.

    Returns
    -------
    list of Plan
        In the order in which they can be worked out.
    """
    last = layers
    plans: list[Plan] = []
    for k in range(1, layers + 1):
        plans.append(_affine(k))
        if k < last:
            plans.append(_relu(k) if params.activation == "relu" else _round(k))
    plans += [_softmax(last), _loss(params.batch)]
    if params.by_jacobian or params.slip == "diagonal only":
        plans += [_probability_grad(last, params.batch, slip=params.slip), _softmax_back(last, slip=params.slip)]
    else:
        plans.append(_delta_out(last, params.batch, slip=params.slip))
    for k in range(last, 0, -1):
        if k < last:
            plans.append(_delta_hidden(k, activation=params.activation, slip=params.slip))
        plans += [_weight_grad(k, slip=params.slip), _bias_grad(k, slip=params.slip)]
    for k in range(1, layers + 1):
        plans += [_update(name, k, params.learning_rate) for name in (f"W{k}", f"b{k}")]
    return plans


def mistaken_lines(params: BackpropParams) -> tuple[tuple[str, str], ...]:
    """Pair each line that a mistake spoils with the right one; none where the mistake has no place in the network."""
    layers = len(params.sizes) - 1
    by_jacobian = params.by_jacobian or params.slip == "diagonal only"
    rightly = derivation(layers, replace(params, slip="none", by_jacobian=by_jacobian))
    pairs = zip(derivation(layers, params), rightly, strict=True)
    return tuple((wrong.code, right.code) for wrong, right in pairs if wrong.code != right.code)


def _input_of(k: int) -> str:
    return "X" if k == 1 else f"h{k - 1}"


def _affine(k: int) -> Plan:
    h, w, b = _input_of(k), f"W{k}", f"b{k}"
    return Plan(
        symbol=f"z{k}",
        phase="forward",
        role="activation",
        layer=k,
        rule="affine",
        equation=f"{{z{k}}} = {{{h}}} {{{w}}} + {{{b}}}",
        code=f"z{k} = {h} @ {w} + {b}",
        operands=(h, w, b),
        meaning=LineDoes(f"z{k} = {h} @ {w} + {b}", "affine", (w, b), 0),
        compute=lambda v: v[h] @ v[w] + v[b],
    )


def _relu(k: int) -> Plan:
    z = f"z{k}"
    return Plan(
        symbol=f"h{k}",
        phase="forward",
        role="activation",
        layer=k,
        rule="relu",
        equation=f"{{h{k}}} = relu({{{z}}})",
        code=f"h{k} = {z}.clamp(min=0)",
        operands=(z,),
        meaning=LineDoes(f"h{k} = {z}.clamp(min=0)", "relu", (), 0),
        compute=lambda v: v[z].clamp(min=0),
    )


def _round(k: int) -> Plan:
    z = f"z{k}"
    return Plan(
        symbol=f"h{k}",
        phase="forward",
        role="activation",
        layer=k,
        rule="round",
        equation=f"{{h{k}}} = round({{{z}}})",
        code=f"h{k} = {z}.round()",
        operands=(z,),
        meaning=LineDoes(f"h{k} = {z}.round()", "round", (), 0),
        compute=lambda v: v[z].round(),
    )


def _softmax(k: int) -> Plan:
    z = f"z{k}"

    def compute(v: Mapping[str, torch.Tensor]) -> torch.Tensor:
        e = (v[z] - v[z].amax(dim=1, keepdim=True)).exp()
        return e / e.sum(dim=1, keepdim=True)

    return Plan(
        symbol="p",
        phase="forward",
        role="activation",
        layer=k + 1,
        rule="softmax",
        equation=f"{{p}} = softmax({{{z}}})",
        code=f"p = softmax({z})",
        operands=(z,),
        meaning=LineDoes(f"p = softmax({z})", "softmax", (), 0),
        compute=compute,
    )


def _loss(batch: int) -> Plan:
    return Plan(
        symbol="loss",
        phase="forward",
        role="activation",
        layer=0,
        rule="loss",
        equation="{loss} = −(1/B) Σ {y} log {p}",
        code=f"loss = -p[y == 1].log().sum() / {batch}",
        operands=("p", "y"),
        meaning=LineDoes(f"loss = -p[y == 1].log().sum() / {batch}", "loss", (), batch),
        compute=lambda v: -v["p"][v["y"] == 1].log().sum() / batch,
    )


def _delta_out(k: int, batch: int, *, slip: Slip) -> Plan:
    if slip == "no 1/B":
        return Plan(
            symbol=f"delta{k}",
            phase="backward",
            role="gradient",
            layer=k,
            rule="delta_out",
            equation=f"{{delta{k}}} = {{p}} − {{y}}",
            code=f"delta{k} = p - y",
            operands=("p", "y"),
            meaning=LineDoes(f"delta{k} = p - y", "of the sum", (), 0),
            compute=lambda v: v["p"] - v["y"],
        )
    return Plan(
        symbol=f"delta{k}",
        phase="backward",
        role="gradient",
        layer=k,
        rule="delta_out",
        equation=f"{{delta{k}}} = ({{p}} − {{y}}) / B",
        code=f"delta{k} = (p - y) / {batch}",
        operands=("p", "y"),
        meaning=LineDoes(f"delta{k} = (p - y) / {batch}", "loss by logits", (f"z{k}",), batch),
        compute=lambda v: (v["p"] - v["y"]) / batch,
    )


def _probability_grad(k: int, batch: int, *, slip: Slip) -> Plan:
    if slip == "no 1/B":
        return Plan(
            symbol="dp",
            phase="backward",
            role="gradient",
            layer=k + 1,
            rule="probability_grad",
            equation="{dp} = −{y} / {p}",
            code="dp = -y / p",
            operands=("y", "p"),
            meaning=LineDoes("dp = -y / p", "of the sum", (), 0),
            compute=lambda v: -v["y"] / v["p"],
        )
    return Plan(
        symbol="dp",
        phase="backward",
        role="gradient",
        layer=k + 1,
        rule="probability_grad",
        equation="{dp} = −{y} / {p} / B",
        code=f"dp = -y / p / {batch}",
        operands=("y", "p"),
        meaning=LineDoes(f"dp = -y / p / {batch}", "loss by probabilities", (), 0),
        compute=lambda v: -v["y"] / v["p"] / batch,
    )


def _softmax_back(k: int, *, slip: Slip) -> Plan:
    if slip == "diagonal only":
        return Plan(
            symbol=f"delta{k}",
            phase="backward",
            role="gradient",
            layer=k,
            rule="diagonal",
            equation=f"{{delta{k}}} = {{dp}} ⊙ {{p}} ⊙ (1 − {{p}})",
            code=f"delta{k} = dp * p * (1 - p)",
            operands=("dp", "p"),
            meaning=LineDoes(f"delta{k} = dp * p * (1 - p)", "diagonal", (), 0),
            compute=lambda v: v["dp"] * v["p"] * (1 - v["p"]),
        )
    line = f"delta{k} = p * (dp - (dp * p).sum(dim=1, keepdim=True))"
    return Plan(
        symbol=f"delta{k}",
        phase="backward",
        role="gradient",
        layer=k,
        rule="softmax_back",
        equation=f"{{delta{k}}} = {{p}} ⊙ ({{dp}} − Σ row of {{dp}} ⊙ {{p}})",
        code=line,
        operands=("p", "dp"),
        meaning=LineDoes(line, "Jacobian of the sum" if slip == "no 1/B" else "Jacobian", (), 0),
        compute=lambda v: v["p"] * (v["dp"] - (v["dp"] * v["p"]).sum(dim=1, keepdim=True)),
    )


def _delta_hidden(k: int, *, activation: Activation, slip: Slip) -> Plan:
    above, w, z = f"delta{k + 1}", f"W{k + 1}", f"z{k}"
    transposed, masked = slip != "W not transposed", slip != "no ReLU mask" and activation == "relu"
    flat = activation == "round"

    def compute(v: Mapping[str, torch.Tensor]) -> torch.Tensor:
        back = v[above] @ (v[w].T if transposed else v[w])
        return back * 0 if flat else back * (v[z] > 0) if masked else back

    product_math = f"{{{above}}} {{{w}}}{'ᵀ' if transposed else ''}"
    product_code = f"{above} @ {w}{'.T' if transposed else ''}"
    line = (
        f"delta{k} = ({product_code}) * ({z} > 0)"
        if masked
        else f"delta{k} = ({product_code}) * 0"
        if flat
        else f"delta{k} = {product_code}"
    )
    how = (
        "masked"
        if masked
        else "flat"
        if flat
        else "straight through"
        if activation == "straight through"
        else "unmasked"
    )
    turned = f"{w} transposed" if transposed else f"{w}, not transposed"
    return Plan(
        symbol=f"delta{k}",
        phase="backward",
        role="gradient",
        layer=k,
        rule="delta_hidden",
        equation=f"{{delta{k}}} = ({product_math}) ⊙ [{{{z}}} > 0]"
        if masked
        else f"{{delta{k}}} = ({product_math}) · 0"
        if flat
        else f"{{delta{k}}} = {product_math}",
        code=line,
        operands=(above, w, z) if masked else (above, w),
        meaning=LineDoes(line, f"back, {how}", (turned, z) if masked else (turned,), 0),
        compute=compute,
    )


def _weight_grad(k: int, *, slip: Slip) -> Plan:
    h = f"z{k - 1}" if slip == "z instead of h" and k > 1 else _input_of(k)
    delta = f"delta{k}"
    return Plan(
        symbol=f"dW{k}",
        phase="backward",
        role="gradient",
        layer=k,
        rule="weight_grad",
        equation=f"{{dW{k}}} = {{{h}}}ᵀ {{{delta}}}",
        code=f"dW{k} = {h}.T @ {delta}",
        operands=(h, delta),
        meaning=LineDoes(f"dW{k} = {h}.T @ {delta}", "gradient of weights", (), 0)
        if h == _input_of(k)
        else LineDoes(f"dW{k} = {h}.T @ {delta}", "in its place", (h, _input_of(k)), 0),
        compute=lambda v: v[h].T @ v[delta],
    )


def _bias_grad(k: int, *, slip: Slip) -> Plan:
    delta = f"delta{k}"
    if slip == "bias not summed":
        return Plan(
            symbol=f"db{k}",
            phase="backward",
            role="gradient",
            layer=k,
            rule="bias_grad",
            equation=f"{{db{k}}} = {{{delta}}}",
            code=f"db{k} = {delta}",
            operands=(delta,),
            meaning=LineDoes(f"db{k} = {delta}", "not summed", (), 0),
            compute=lambda v: v[delta],
        )
    return Plan(
        symbol=f"db{k}",
        phase="backward",
        role="gradient",
        layer=k,
        rule="bias_grad",
        equation=f"{{db{k}}} = Σ rows of {{{delta}}}",
        code=f"db{k} = {delta}.sum(dim=0)",
        operands=(delta,),
        meaning=LineDoes(f"db{k} = {delta}.sum(dim=0)", "gradient of biases", (), 0),
        compute=lambda v: v[delta].sum(dim=0),
    )


def _update(name: str, k: int, learning_rate: float) -> Plan:
    return Plan(
        symbol=f"{name}_new",
        phase="update",
        role="updated",
        layer=k,
        rule="update",
        equation=f"{{{name}_new}} = {{{name}}} − η {{d{name}}}",
        code=f"{name}_new = {name} - {learning_rate} * d{name}",
        operands=(name, f"d{name}"),
        meaning=LineDoes(f"{name}_new = {name} - {learning_rate} * d{name}", "step", (), learning_rate),
        compute=lambda v: v[name] - learning_rate * v[f"d{name}"],
    )
