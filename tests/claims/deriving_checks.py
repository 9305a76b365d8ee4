"""Whether each line of a derivation does what is said, found out cell by cell, and by autograd."""

from __future__ import annotations

import ast
import math
import re
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from primer_core.claims.deriving import AnotherShape, BesidePyTorch, LineDoes
from tests.claims.checking import check
from tests.claims.program import Names, Program

Values = NDArray[np.float64]


def by_hand(program: Program) -> Names:
    """What the lines by hand leave: all before autograd repeats them, or before one is refused."""
    return _left_by_hand(program.code)


@lru_cache(maxsize=16)
def _left_by_hand(code: str) -> Names:
    program = Program(code)
    repeats = [n for n, node in enumerate(program.statements) if isinstance(node, ast.For)]
    return program.run(until=repeats[0] if repeats else None).names


def values(names: Names, symbol: str) -> Values:
    assert symbol in names, f"there is no {symbol}"
    return np.asarray(names[symbol].detach(), np.float64)


def product(left: Values, right: Values) -> Values:
    """The matrix product, a number at a time."""
    assert left.shape[1] == right.shape[0]
    rows = [
        [math.fsum(left[i, k] * right[k, j] for k in range(len(right))) for j in range(right.shape[1])]
        for i in range(len(left))
    ]
    return np.array(rows).reshape(len(left), right.shape[1])


def expected(claim: LineDoes, names: Names) -> Values:
    """What a line gives, worked out from what it reads, without its code."""
    symbol, code = claim.line.split(" = ")
    layer = int(digits[0]) if (digits := re.findall(r"\d+", symbol)) else 0
    came_in = "X" if layer == 1 else f"h{layer - 1}"
    rows = len(values(names, "X"))
    last = max(int(name[1:]) for name in names if re.fullmatch(r"W\d", name))
    p, y = (values(names, name) if name in names else np.zeros((0, 0)) for name in "py")
    if claim.rule not in ("loss", "loss by logits", "step"):
        assert claim.number == 0
    match claim.rule:
        case "affine":
            w, b = claim.names
            return product(values(names, came_in), values(names, w)) + values(names, b)[None, :]
        case "relu":
            z = values(names, f"z{layer}")
            return np.array([value if value > 0 else value * 0 for value in z.ravel()]).reshape(z.shape)
        case "round":
            z = values(names, f"z{layer}")
            return np.array([float(round(value)) for value in z.ravel()]).reshape(z.shape)
        case "softmax":
            z = values(names, f"z{last}")
            np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
            return np.array([[1 / math.fsum(math.exp(min(o - z_, 700.0)) for o in row) for z_ in row] for row in z])
        case "loss":
            assert claim.number == rows
            with np.errstate(divide="ignore"):
                return np.array(np.mean([-np.log(p[n, int(np.argmax(y[n]))]) for n in range(rows)]))
        case "loss by logits":
            assert claim.number == rows
            assert claim.names == (f"z{last}",)
            return gradient(names, "logits", "mean")
        case "of the sum":
            return gradient(names, "p" if symbol == "dp" else "logits", "sum")
        case "loss by probabilities":
            assert np.count_nonzero(values(names, "dp")) <= rows
            return gradient(names, "p", "mean")
        case "Jacobian" | "Jacobian of the sum":
            return (p - y) / (rows if claim.rule == "Jacobian" else 1)
        case "diagonal":
            return np.array([[d * q * (1 - q) for d, q in zip(*pair, strict=True)]
                             for pair in zip(values(names, "dp"), p, strict=True)])  # fmt: skip
        case "back, masked" | "back, flat" | "back, straight through" | "back, unmasked":
            return backwards(claim, names, layer)
        case "gradient of weights":
            return product(values(names, came_in).T, values(names, f"delta{layer}"))
        case "in its place":
            assert claim.names == (f"z{layer - 1}", came_in)
            return product(values(names, claim.names[0]).T, values(names, f"delta{layer}"))
        case "gradient of biases":
            return np.array([math.fsum(column) for column in values(names, f"delta{layer}").T])
        case "not summed":
            assert values(names, f"delta{layer}").shape != values(names, f"b{layer}").shape
            return values(names, f"delta{layer}")
        case "step":
            name = symbol.removesuffix("_new")
            return values(names, name) - claim.number * values(names, f"d{name}")
    raise AssertionError(f"{claim.rule} is no rule that is known: {code}")


def backwards(claim: LineDoes, names: Names, layer: int) -> Values:
    """What comes back to a hidden layer."""
    turned = claim.names[0].endswith(" transposed") and "not" not in claim.names[0]
    weights = claim.names[0].removesuffix(" transposed").removesuffix(", not")
    assert weights == f"W{layer + 1}"
    w = values(names, weights)
    back = product(values(names, f"delta{layer + 1}"), w.T if turned else w)
    rounds = bool(np.array_equal(values(names, f"h{layer}"), np.round(values(names, f"z{layer}"))))
    if claim.rule in ("back, flat", "back, straight through"):
        assert rounds
    elif claim.rule == "back, unmasked":
        relu = np.maximum(values(names, f"z{layer}"), 0)
        np.testing.assert_allclose(values(names, f"h{layer}"), relu)
    match claim.rule:
        case "back, masked":
            assert claim.names[1] == f"z{layer}"
            return np.where(values(names, claim.names[1]) > 0, back, 0)
        case "back, flat":
            return back * 0
    return back


def gradient(names: Names, by: str, reduction: str) -> Values:
    """The gradient of cross-entropy, by autograd."""
    last = max(name for name in names if re.fullmatch(r"z\d", name))
    z, labels = names[last].detach().double().requires_grad_(), names["labels"]
    if by == "logits":
        return np.asarray(torch.autograd.grad(torch.nn.functional.cross_entropy(z, labels, reduction=reduction), z)[0])
    p = names["p"].detach().double().requires_grad_()
    loss = torch.nn.functional.nll_loss(p.log(), labels, reduction=reduction)
    return np.asarray(torch.autograd.grad(loss, p)[0])


def room(names: Names) -> float:
    return 2e-4 if names["X"].dtype == torch.float32 else 1e-9


@lru_cache(maxsize=16)
def written(code: str) -> frozenset[str]:
    """The lines of a program, and its statements as Python writes them."""
    return frozenset((*code.splitlines(), *(ast.unparse(node) for node in Program(code).statements)))


@check(LineDoes)
def _(claim: LineDoes, program: Program) -> None:
    assert claim.line in written(program.code)
    names = by_hand(program)
    symbol = claim.line.partition(" = ")[0]
    made, wanted = values(names, symbol), expected(claim, names)
    assert claim.sentence()
    assert made.shape == wanted.shape
    scale = max(1.0, float(np.abs(np.nan_to_num(wanted, posinf=0, neginf=0)).max(initial=0)))
    known = np.isfinite(made) & np.isfinite(wanted)
    np.testing.assert_allclose(made[known], wanted[known], rtol=room(names), atol=room(names) * scale)


@lru_cache(maxsize=16)
def by_autograd(code: str) -> dict[str, Any]:
    """Each value by PyTorch's own functions and by its autograd, from what was given."""
    names = _left_by_hand(code)
    layers = max(int(name[1:]) for name in names if re.fullmatch(r"W\d", name))
    leaves = {name: names[name].detach().clone().requires_grad_()
              for k in range(1, layers + 1) for name in (f"W{k}", f"b{k}")}  # fmt: skip
    found: dict[str, Any] = dict(leaves)
    h = names["X"]
    for k in range(1, layers + 1):
        found[f"z{k}"] = h @ leaves[f"W{k}"] + leaves[f"b{k}"]
        found[f"z{k}"].retain_grad()
        if k < layers:
            h = activated(found[f"z{k}"], code)
            found[f"h{k}"] = h
    p = found["p"] = torch.softmax(found[f"z{layers}"], 1)
    found["loss"] = torch.nn.functional.cross_entropy(found[f"z{layers}"], names["labels"])
    apart = p.detach().clone().requires_grad_()
    found["dp"] = torch.autograd.grad(torch.nn.functional.nll_loss(apart.log(), names["labels"]), apart)[0]
    found["loss"].backward()
    for k in range(1, layers + 1):
        found[f"delta{k}"] = found[f"z{k}"].grad
        for name in (f"W{k}", f"b{k}"):
            found[f"d{name}"] = leaves[name].grad
            for line in code.splitlines():
                if line.startswith(f"{name}_new = "):
                    rate = float(line.split(" - ")[1].split(" * ")[0])
                    found[f"{name}_new"] = leaves[name] - rate * leaves[name].grad
    return found


def activated(z: Any, code: str) -> Any:
    if ".round()" not in code:
        return z.relu()
    return z + (z.round() - z).detach() if ".detach()" in code else z.round()


def pair(program: Program, symbol: str) -> tuple[Any, Any]:
    names = by_hand(program)
    assert symbol in names, f"there is no {symbol}"
    return names[symbol].detach(), by_autograd(program.code)[symbol].detach()


@check(BesidePyTorch)
def _(claim: BesidePyTorch, program: Program) -> None:
    hand, found = pair(program, claim.symbol)
    assert hand.shape == found.shape
    same = (hand == found) | (hand.isnan() & found.isnan())
    gap = float(torch.where(same, torch.zeros_like(hand), (hand - found).abs()).max())
    scale = max(1.0, float(found.abs().nan_to_num(0, 0, 0).max()), float(hand.abs().nan_to_num(0, 0, 0).max()))
    small = (1e-5 if hand.dtype == torch.float32 else 1e-12) * scale
    if math.isfinite(gap):
        assert abs(gap - claim.difference) <= 2 * small
        assert claim.agrees == (gap <= small) or small / 100 < claim.difference < small
    else:
        assert not claim.agrees
        assert not math.isfinite(claim.difference)


@check(AnotherShape)
def _(claim: AnotherShape, program: Program) -> None:
    hand, found = pair(program, claim.symbol)
    assert (tuple(hand.shape), tuple(found.shape)) == (claim.by_hand, claim.found)
    assert claim.by_hand != claim.found
