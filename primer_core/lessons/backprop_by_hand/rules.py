"""The rules of back-propagation, one function each, and the mistakes people make in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from primer_core.lessons.backprop_by_hand.network import BackpropParams
from primer_core.lessons.backprop_by_hand.steps import Plan, label

if TYPE_CHECKING:
    import torch

SLIPS: Mapping[str, str] = {
    "none": "",
    "no 1/B": "Cross-entropy is a mean over the batch, so its gradient carries 1/B. "
    "Without it every gradient is B times too large.",
    "no ReLU mask": "Where z was not positive, ReLU gave a constant 0, so nothing flows back: multiply by [z > 0].",
    "W not transposed": "Forward maps inputs to outputs with W; backward goes the other way, with W transposed.",
    "z instead of h": "The next layer multiplied h = relu(z), so h, not z, stands in the gradient of its weights.",
    "bias not summed": "The bias was broadcast to all B rows, so its gradient sums over them, back to the shape of b.",
}
"""Mistakes people make in this derivation, each with the reason why it is one."""


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
            plans.append(_relu(k))
    plans += [_softmax(last), _loss(params.batch)]
    plans.append(_delta_out(last, params.batch, slip=params.slip))
    for k in range(last, 0, -1):
        if k < last:
            plans.append(_delta_hidden(k, slip=params.slip))
        plans += [_weight_grad(k, slip=params.slip), _bias_grad(k, slip=params.slip)]
    for k in range(1, layers + 1):
        plans += [_update(name, k, params.learning_rate) for name in (f"W{k}", f"b{k}")]
    return plans


def _input_of(k: int) -> str:
    return "X" if k == 1 else f"h{k - 1}"


def _affine(k: int) -> Plan:
    h, w, b = _input_of(k), f"W{k}", f"b{k}"
    return Plan(
        f"z{k}",
        "forward",
        "activation",
        k,
        "affine",
        f"{{z{k}}} = {{{h}}} {{{w}}} + {{{b}}}",
        f"z{k} = {h} @ {w} + {b}",
        (h, w, b),
        f"Each row meets each column of {label(w)}; {label(b)} is broadcast to every row.",
        lambda v: v[h] @ v[w] + v[b],
    )


def _relu(k: int) -> Plan:
    z = f"z{k}"
    return Plan(
        f"h{k}",
        "forward",
        "activation",
        k,
        "relu",
        f"{{h{k}}} = relu({{{z}}})",
        f"h{k} = {z}.clamp(min=0)",
        (z,),
        "What is negative becomes 0; what is positive passes.",
        lambda v: v[z].clamp(min=0),
    )


def _softmax(k: int) -> Plan:
    z = f"z{k}"

    def compute(v: Mapping[str, torch.Tensor]) -> torch.Tensor:
        e = (v[z] - v[z].amax(dim=1, keepdim=True)).exp()
        return e / e.sum(dim=1, keepdim=True)

    return Plan(
        "p",
        "forward",
        "activation",
        k + 1,
        "softmax",
        f"{{p}} = softmax({{{z}}})",
        f"p = softmax({z})",
        (z,),
        "Each row becomes probabilities that sum to 1.",
        compute,
    )


def _loss(batch: int) -> Plan:
    return Plan(
        "loss",
        "forward",
        "activation",
        0,
        "loss",
        "{loss} = −(1/B) Σ {y} log {p}",
        f"loss = -p[y == 1].log().sum() / {batch}",
        ("p", "y"),
        f"The mean over the batch, B = {batch}, of −log of the probability of the right class.",
        lambda v: -v["p"][v["y"] == 1].log().sum() / batch,
    )


def _delta_out(k: int, batch: int, *, slip: str) -> Plan:
    if slip == "no 1/B":
        return Plan(
            f"delta{k}",
            "backward",
            "gradient",
            k,
            "delta_out",
            f"{{delta{k}}} = {{p}} − {{y}}",
            f"delta{k} = p - y",
            ("p", "y"),
            "Without 1/B this is the gradient of the summed loss, not of the mean.",
            lambda v: v["p"] - v["y"],
        )
    return Plan(
        f"delta{k}",
        "backward",
        "gradient",
        k,
        "delta_out",
        f"{{delta{k}}} = ({{p}} − {{y}}) / B",
        f"delta{k} = (p - y) / {batch}",
        ("p", "y"),
        f"The derivative of the loss by {label(f'z{k}')}: how far the probabilities are from the labels, "
        f"divided by B = {batch}.",
        lambda v: (v["p"] - v["y"]) / batch,
    )


def _delta_hidden(k: int, *, slip: str) -> Plan:
    above, w, z = f"delta{k + 1}", f"W{k + 1}", f"z{k}"
    transposed, masked = slip != "W not transposed", slip != "no ReLU mask"

    def compute(v: Mapping[str, torch.Tensor]) -> torch.Tensor:
        back = v[above] @ (v[w].T if transposed else v[w])
        return back * (v[z] > 0) if masked else back

    product_math = f"{{{above}}} {{{w}}}{'ᵀ' if transposed else ''}"
    product_code = f"{above} @ {w}{'.T' if transposed else ''}"
    return Plan(
        f"delta{k}",
        "backward",
        "gradient",
        k,
        "delta_hidden",
        f"{{delta{k}}} = ({product_math}) ⊙ [{{{z}}} > 0]" if masked else f"{{delta{k}}} = {product_math}",
        f"delta{k} = ({product_code}) * ({z} > 0)" if masked else f"delta{k} = {product_code}",
        (above, w, z) if masked else (above, w),
        f"Back through {label(w)} transposed, and through ReLU only where {label(z)} was positive.",
        compute,
    )


def _weight_grad(k: int, *, slip: str) -> Plan:
    h = f"z{k - 1}" if slip == "z instead of h" and k > 1 else _input_of(k)
    delta = f"delta{k}"
    return Plan(
        f"dW{k}",
        "backward",
        "gradient",
        k,
        "weight_grad",
        f"{{dW{k}}} = {{{h}}}ᵀ {{{delta}}}",
        f"dW{k} = {h}.T @ {delta}",
        (h, delta),
        "What came in along a weight times what came back, summed over the batch.",
        lambda v: v[h].T @ v[delta],
    )


def _bias_grad(k: int, *, slip: str) -> Plan:
    delta = f"delta{k}"
    if slip == "bias not summed":
        return Plan(
            f"db{k}",
            "backward",
            "gradient",
            k,
            "bias_grad",
            f"{{db{k}}} = {{{delta}}}",
            f"db{k} = {delta}",
            (delta,),
            "One row per example is left: this is not the shape of the bias.",
            lambda v: v[delta],
        )
    return Plan(
        f"db{k}",
        "backward",
        "gradient",
        k,
        "bias_grad",
        f"{{db{k}}} = Σ rows of {{{delta}}}",
        f"db{k} = {delta}.sum(dim=0)",
        (delta,),
        "The bias was broadcast over the batch, so what comes back is summed over it.",
        lambda v: v[delta].sum(dim=0),
    )


def _update(name: str, k: int, learning_rate: float) -> Plan:
    return Plan(
        f"{name}_new",
        "update",
        "updated",
        k,
        "update",
        f"{{{name}_new}} = {{{name}}} − η {{d{name}}}",
        f"{name}_new = {name} - {learning_rate} * d{name}",
        (name, f"d{name}"),
        f"One step of gradient descent, learning rate η = {learning_rate}.",
        lambda v: v[name] - learning_rate * v[f"d{name}"],
    )
