"""The snippets of the softmax lesson: each runs as copied and prints what the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from primer_core.backend import Declined
from primer_core.lessons.softmax.asked import Asked, written
from primer_core.lessons.softmax.losses import LossForm
from primer_core.lessons.softmax.rules import NAIVE, STABLE, Rule

_FUNCTIONS = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "log_softmax",
    "nll_loss",
    "one_hot",
    "softmax",
)

_SHOW = """def show(name, *values):
    print(f"{name}: {' '.join(f'{float(value):.4f}' for value in values)}")
"""


def snippet(asked: Asked, gradients: Sequence[Rule] | None, forms: Sequence[LossForm]) -> str:
    """Write the calculation and its comparison with PyTorch as plain Python.

    Parameters
    ----------
    asked
        What was asked.
    gradients
        The lines from the target of the opened row to its gradient; None where no row is worked out step by step.
    forms
        The losses that are asked of PyTorch.
    """
    given = _given(asked)
    if gradients is None:
        return _whole(asked, [*given, "", *_losses(asked, forms), "", "", _SHOW, "", *_PRINT_LOSSES])
    z, target = names_of(asked)
    row = asked.opened
    opened = [f"# row {row}, step by step", f"z, target = {z}[{row}], {target}[{row}]"] if asked.is_batch else []
    steps = [*opened, *_lines(STABLE), "", *_lines(NAIVE), "", *_lines(gradients)]
    plain = [rule.code for rule in gradients[:-1]] == ["one_hot(target, len(z)).to(z.dtype)"]
    by_log = (
        "nll_loss(log_softmax(scaled, dim=0), target)" if plain else "(y * -log_softmax(scaled, dim=0))[y != 0].sum()"
    )
    own = {name: value for name, value in asked.keywords.items() if name != "reduction"} | {"reduction": "sum"}
    options = "" if own == {"reduction": "sum"} else written(own)
    shown = [
        'show("p", *p)',
        'show("log-sum-exp", log_sum_exp)',
        'show("naive p", *naive_p)',
        'show("naive log-sum-exp", naive_e.sum().log())',
        f'show("cross-entropy", {by_log}, cross_entropy(scaled, target{options}))',
        f'show("softmax twice", cross_entropy(p, target{options}))',
        'show("gradient", *gradient)',
        'print("argmax:", z.argmax().item(), p.argmax().item())',
    ]
    return _whole(asked, [*given, "", *steps, "", *_losses(asked, forms), "", "", _SHOW, "", *shown, *_PRINT_LOSSES])


def one_loss(asked: Asked) -> str:
    """Write the snippet that prints the cross-entropy alone."""
    binary = asked.question.loss == "binary"
    z, target = names_of(asked, alike=binary)
    keywords = {name: value for name, value in asked.keywords.items() if not binary or name == "reduction"}
    loss = "binary_cross_entropy_with_logits" if binary else "cross_entropy"
    printed = "loss.tolist()" if asked.question.reduction == "none" else "loss.item()"
    call = f"loss = {loss}({z} / T, {target}{written(keywords)})"
    return _whole(asked, [*_given(asked, alike=binary), "", call, f"print({printed})"])


def declined_softmax(asked: Asked, declined: Declined) -> str:
    """Write the snippet that meets PyTorch's error at softmax and prints it."""
    return _failing(asked, f"softmax({divided_code(asked)}, {asked.question.dim})", declined, target=False)


def declined_loss(asked: Asked, declined: Declined) -> str:
    """Write the snippet that meets PyTorch's error at cross-entropy and prints it."""
    call = f"cross_entropy({divided_code(asked)}, {names_of(asked)[1]}{written(asked.keywords)})"
    return _failing(asked, call, declined, target=True)


def declined_gradient(asked: Asked, declined: Declined) -> str:
    """Write the snippet that meets PyTorch's error at the gradient of cross-entropy and prints it."""
    z, target = names_of(asked)
    call = f"torch.autograd.grad(cross_entropy(leaf / {asked.T}, {target}{written(asked.keywords)}).sum(), leaf)"
    return _failing(asked, call, declined, target=True, before=f"leaf = {z}.clone().requires_grad_()")


def declined_binary(asked: Asked, declined: Declined, call: str) -> str:
    """Write the snippet that meets PyTorch's error at a binary loss and prints it.

    Parameters
    ----------
    asked
        What was asked.
    declined
        The error.
    call
        The call, from ``z`` and ``target``; from ``leaf`` where it fails only if a gradient is recorded.
    """
    before = "leaf = z.clone().requires_grad_()" if "(leaf" in call else ""
    name = "leaf" if before else "z"
    divided = divided_code(asked).replace("z", name, 1)
    return _failing(asked, call.replace(f"({name}", f"({divided}", 1), declined, target=True, alike=True, before=before)


def binary_snippet(asked: Asked, forms: Sequence[LossForm]) -> str:
    """Write both binary losses of logits with their gradients as plain Python."""
    steps = [
        "p = torch.sigmoid(z / T)",
        "two_steps = -(target * p.log().clamp(min=-100) + (1 - target) * (1 - p).log().clamp(min=-100))",
        "one_step = (z / T).clamp(min=0) - z / T * target + (-(z / T).abs()).exp().log1p()",
    ]
    shown = [
        'show("p", *p.flatten())',
        'show("two steps", *two_steps.flatten())',
        'show("one step", *one_step.flatten())',
    ]
    given = _given(asked, alike=True)
    lines = [*given, "", *steps, "", *_losses(asked, forms, alike=True), "", "", _SHOW, "", *shown, *_PRINT_LOSSES]
    return _whole(asked, lines)


_PRINT_LOSSES = (
    "for name, loss in losses.items():",
    "    (slopes,) = torch.autograd.grad(loss.sum(), leaf, retain_graph=True)",
    "    show(name, *loss.detach().flatten())",
    '    show("    its gradient", *slopes.flatten())',
)


def names_of(asked: Asked, *, alike: bool = False) -> tuple[str, str]:
    """Return what logits and target are called; `alike` where a batch is not taken apart into rows."""
    return ("batch", "targets") if asked.is_batch and not alike else ("z", "target")


def divided_code(asked: Asked) -> str:
    z = names_of(asked, alike=asked.question.loss == "binary")[0]
    return z if asked.divided(asked.z) is asked.z else f"{z} / {asked.T}"


def _given(asked: Asked, *, alike: bool = False, target: bool = True, temperature: bool = True) -> list[str]:
    """Write what the calculation starts from."""
    z, y = names_of(asked, alike=alike)
    shift = f" + {asked.question.shift}" if asked.question.shift else ""
    logits = asked.logits.code
    # what is added to a sum in brackets is added to all of it
    whole = logits if not shift or re.fullmatch(r"[\w.]+\(.*\)", logits) else f"({logits})"
    lines = [*asked.logits.seeding, f"{z} = {whole}{shift}"]
    if target:
        lines += [*asked.target.seeding, f"{y} = {asked.target.code}"]
    return [*lines, *([f"T = {asked.T}"] if temperature else [])]


def _losses(asked: Asked, forms: Sequence[LossForm], *, alike: bool = False) -> list[str]:
    z, target = names_of(asked, alike=alike)
    calls = [f'    "{form.name}": {form.code.replace("target", target)},' for form in forms if form.declined is None]
    return [f"leaf = {z}.clone().requires_grad_()", "logits = leaf / T", "losses = {", *calls, "}"]


def _failing(
    asked: Asked, call: str, declined: Declined, *, target: bool, alike: bool = False, before: str = ""
) -> str:
    given = _given(asked, alike=alike, target=target, temperature=False)
    tried = ["try:", f"    {call}", f"except {declined.builtin} as error:", "    print(error)"]
    return _whole(asked, [*given, *([before] if before else []), *tried], target=target)


def _whole(asked: Asked, lines: Sequence[str], *, target: bool = True) -> str:
    """Put the lines of import before the others."""
    body = "\n".join(lines)
    functions = [name for name in _FUNCTIONS if re.search(rf"(?<![\w.]){name}\(", body)]
    own = [*asked.logits.imports, *(asked.target.imports if target else ())]
    imports = ["import torch", *dict.fromkeys(own), f"from torch.nn.functional import {', '.join(functions)}"]
    return "\n".join([*imports, "", body]) + "\n"


def _lines(rules: Iterable[Rule]) -> list[str]:
    return [rule.line for rule in rules]
