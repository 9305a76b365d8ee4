"""Whether a derivation is what is said of it, found out by mending it line by line, and by autograd."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from primer_core.claims.derivations import (
    ChangesNothing,
    Clones,
    DifferFrom,
    FlatStaircase,
    FromRandom,
    GradientsAgree,
    JacobianCancels,
    LargerBatch,
    LargestDifference,
    Lines,
    Mistaken,
    NoGradientOf,
    NoHiddenLayer,
    NoRelu,
    OneRow,
    PassedThrough,
    Rightly,
    StepChanges,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran
from tests.claims.rewriting import failed, instead, rewritten, whole

SLIPS: dict[str, Callable[[str, str], bool]] = {
    "no 1/B": lambda wrong, right: " / " in right.removeprefix(wrong),
    "no ReLU mask": lambda wrong, right: " > 0)" in right and " > 0)" not in wrong,
    "W not transposed": lambda wrong, right: bool(re.search(r"@ W\d\.T", right)) and ".T" not in wrong,
    "z instead of h": lambda wrong, right: right.split(" = ")[1].startswith("h") and wrong.split(" = ")[1][0] == "z",
    "bias not summed": lambda wrong, right: ".sum(" in right and ".sum(" not in wrong,
    "diagonal only": lambda wrong, right: "(1 - p)" in wrong and "(1 - p)" not in right,
}
"""Whether a pair of lines is a mistake of a kind."""


def gradients(ran: Ran) -> dict[str, tuple[Any, Any]]:
    """Each gradient by hand and by autograd, by its symbol."""
    found = ran["found"]
    return dict(zip(ran["hand"], zip(ran["hand"].values(), found, strict=True), strict=True))


def room(ran: Ran) -> float:
    return 4e-6 if ran["X"].dtype == torch.float32 else 4e-12


def agree(hand: Any, found: Any, most: float) -> bool:
    if hand.shape != found.shape:
        return False
    gap = (hand.detach() - found.detach()).abs().nan_to_num(0.0)
    return float(gap.max()) <= most * max(1.0, float(found.abs().nan_to_num(0.0).max()))


def all_agree(ran: Ran) -> bool:
    return ran.error is None and all(agree(*pair, room(ran)) for pair in gradients(ran).values())


def mended(code: str, lines: Lines) -> str:
    for wrong, right in lines:
        code = instead(code, wrong, right)
    return code


def mends(program: Program, lines: Lines) -> None:
    """The right lines take the error away, or make every gradient autograd's; with one of them left out, not all is."""
    assert lines
    words = failed(program.code)
    code = mended(program.code, lines)
    if words:
        assert failed(code) != words
        symbol, right = lines[-1][1].split(" = ", 1)
        names = Program(code).run().names
        made = eval(right, dict(names))
        assert made.shape == names[symbol.replace("delta", "z")].shape
        return
    ran = whole(code)
    assert all_agree(ran)
    assert not all_agree(whole(program.code))
    assert all(line in [ast.unparse(s) for s in program.statements] for line in map(normal, (w for w, _ in lines)))


def normal(line: str) -> str:
    return ast.unparse(ast.parse(line))


@check(GradientsAgree)
def _(claim: GradientsAgree, program: Program) -> None:
    ran = whole(program.code)
    assert all_agree(ran)
    assert len(ran["hand"]) == claim.count


@check(LargestDifference)
def _(claim: LargestDifference, program: Program) -> None:
    ran = whole(program.code)
    gaps = [float((hand.detach() - found).abs().nan_to_num(0.0).max()) for hand, found in gradients(ran).values()]
    sizes = [float(found.abs().max()) for _, found in gradients(ran).values()]
    assert max(gaps) <= room(ran) * max(1.0, *sizes)
    assert abs(max(gaps) - claim.difference) <= 1e-6 * max(1.0, claim.difference) * 4
    assert (claim.difference == 0) == (max(gaps) == 0) or claim.difference < 1e-3


@check(DifferFrom)
def _(claim: DifferFrom, program: Program) -> None:
    ran = whole(program.code)
    wrong = [name for name, pair in gradients(ran).items() if not agree(*pair, 1e-5)]
    named = [name for name in claim.names if not name.endswith("_new") and name != "dp"]
    assert set(wrong) <= set(named)
    for name in named:
        assert not agree(*gradients(ran)[name], room(ran) / 8)
    for name in (name for name in claim.names if name.endswith("_new")):
        own = name.removesuffix("_new")
        assert not agree(*gradients(ran)[f"d{own}"], 0.0)
        assert name in ran.names
    if "dp" in claim.names:
        rows = len(ran["X"])
        assert rows > 1
        assert not agree(ran["dp"], -ran["y"] / ran["p"] / rows, 1e-6)
    assert len(set(claim.names)) == len(claim.names)


@check(Mistaken)
def _(claim: Mistaken, program: Program) -> None:
    assert all(SLIPS[claim.slip](wrong, right) for wrong, right in claim.lines)
    mends(program, claim.lines)


@check(Rightly)
def _(claim: Rightly, program: Program) -> None:
    mends(program, claim.lines)


@check(ChangesNothing)
def _(claim: ChangesNothing, program: Program) -> None:
    assert all(SLIPS[claim.slip](wrong, right) for wrong, right in claim.lines)
    assert all_agree(whole(program.code))
    assert all_agree(whole(mended(program.code, claim.lines)))


def layers(program: Program) -> int:
    return sum(program.binds(f"W{k}") for k in range(1, 9))


@check(NoHiddenLayer)
def _(_: NoHiddenLayer, program: Program) -> None:
    assert layers(program) == 1
    assert not program.binds("h1")


@check(NoRelu)
def _(_: NoRelu, program: Program) -> None:
    assert program.binds("h1")
    ran = Program(program.code).run(until=program.first("h1"))
    moved = ran["z1"] - 1000.0
    line = next(ast.unparse(s) for s in program.statements if ast.unparse(s).startswith("h1 = "))
    code = line.partition(" = ")[2]
    made = eval(code, {**ran.names, "z1": moved})
    assert bool((made < 0).all()), "what is negative becomes 0"


@check(OneRow)
def _(_: OneRow, program: Program) -> None:
    ran = whole(program.code)
    assert len(ran["X"]) == 1
    assert all_agree(ran)
    assert not any(" / 1" in ast.unparse(s) for s in program.statements if ast.unparse(s).startswith(("delta", "dp")))


@check(JacobianCancels)
def _(claim: JacobianCancels, program: Program) -> None:
    ran = whole(program.code)
    delta = ran["hand"][claim.delta]
    assert claim.delta == max(name for name in ran["hand"] if name.startswith("delta"))
    short = (ran["p"] - ran["y"]) / len(ran["X"])
    found = float((delta - short).detach().abs().max())
    assert abs(found - claim.difference) <= 1e-2 * found + 1e-12
    jacobian = torch.diag_embed(ran["p"].detach()) - ran["p"].detach()[:, :, None] * ran["p"].detach()[:, None, :]
    assert float((jacobian - torch.diag_embed(torch.diagonal(jacobian, dim1=1, dim2=2))).abs().max()) > 0


@check(NoGradientOf)
def _(claim: NoGradientOf, program: Program) -> None:
    ran = whole(program.code)
    k = int(claim.weight.removeprefix("W"))
    assert not ran["hand"][f"dW{k}"].any()
    factors = {"X" if k == 1 else f"h{k - 1}", f"delta{k}"}
    zero = {symbol for symbol in factors if not ran[symbol].any()}
    assert set(claim.zero) == zero
    assert len(claim.zero) == len(zero)


def clones(ran: Ran, k: int) -> bool:
    """Whether the units of a layer are alike: swapped with each other, they leave every number as it is."""
    if f"dW{k + 1}" not in ran["hand"]:
        return False
    names = (f"W{k}", f"dW{k}", f"W{k}_new"), (f"dW{k + 1}",)
    columns = [ran[name].detach() for name in names[0][1:2]] + [ran[f"h{k}"].detach()]
    rows = [ran[name].detach() for name in names[1]]
    return all(bool((c == c.flip(1)).all() and (c == c[:, :1]).all()) for c in columns) and all(
        bool((r == r[:1]).all()) for r in rows
    )


@check(Clones)
def _(claim: Clones, program: Program) -> None:
    ran = whole(program.code)
    assert clones(ran, claim.layer)
    assert ran[f"W{claim.layer}"].shape[1] == claim.units > 1


def dead(ran: Ran) -> list[str]:
    """The gradients by autograd that are 0 before the last layer."""
    last = max(int(name[1:]) for name in ran.names if re.fullmatch(r"W\d", name))
    below = [name for name in ran["hand"] if not name.endswith(str(last))]
    return [name for name in below if not gradients(ran)[name][1].any()]


@check(FlatStaircase)
def _(claim: FlatStaircase, program: Program) -> None:
    ran = whole(program.code)
    assert list(claim.names) == dead(ran)
    assert ".round()" in program.code
    # Passed straight through, or not rounded at all, something comes back, unless nothing comes to it.
    assert claim.names


@check(PassedThrough)
def _(claim: PassedThrough, program: Program) -> None:
    ran = whole(program.code)
    through = re.sub(r"\((z\d) \+ \(\1\.round\(\) - \1\)\.detach\(\)\)", r"\1.round()", program.code)
    assert through != program.code
    flat = dead(whole(through))
    alive = [name for name in flat if bool(gradients(ran)[name][1].any())]
    assert list(claim.names) == alive


@check(StepChanges)
def _(claim: StepChanges, program: Program) -> None:
    ran = whole(program.code)
    printed = [float(line.split()[-1]) for line in ran.printed.splitlines() if line.startswith("loss ")]
    np.testing.assert_allclose([claim.before, claim.after], printed, rtol=1e-5, atol=2e-6)
    update = next(ast.unparse(s) for s in program.statements if ast.unparse(s).startswith("W1_new = "))
    assert update == f"W1_new = W1 - {claim.rate} * dW1"


def drawn(ran: Ran, seed: int, typed: set[str]) -> dict[str, Any]:
    """What a seed draws in the place of all that is not typed."""
    x, many = ran["X"], ran["X"].shape[1] == 784
    dtype = x.dtype
    count = max(int(name[1:]) for name in ran.names if re.fullmatch(r"W\d", name))
    sizes = [x.shape[1], *(ran[f"W{k}"].shape[1] for k in range(1, count + 1))]

    def tidy(values: Any) -> Any:
        return values if many else (values * 10).round() / 10 + 0.0

    first = torch.Generator().manual_seed(seed)
    if many:
        rows = torch.randperm(5000, generator=first)[: len(x)].tolist()
        given = {
            "X": torch.tensor(ran["images"][rows]).to(dtype) / 255,
            "labels": torch.tensor(ran["digits"][rows]).long(),
        }
    else:
        points = torch.randn(len(x), sizes[0], generator=first, dtype=torch.float64)
        given = {"X": tidy(points).to(dtype), "labels": torch.randint(sizes[-1], (len(x),), generator=first)}
    second = torch.Generator().manual_seed(seed + 1)
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        weight = torch.randn(fan_in, fan_out, generator=second, dtype=torch.float64) * (2 / fan_in) ** 0.5
        bias = torch.randn(fan_out, generator=second, dtype=torch.float64) / 5
        given |= {f"W{k}": tidy(weight).to(dtype), f"b{k}": tidy(bias).to(dtype)}
    return {name: value for name, value in given.items() if name not in typed}


@check(FromRandom)
def _(claim: FromRandom, program: Program) -> None:
    before = whole(program.code)
    comment = next((line for line in program.code.splitlines() if line.startswith("# typed: ")), "# typed: ")
    typed = set(comment.removeprefix("# typed: ").split(", "))
    code = program.code
    given = drawn(before, claim.seed, typed)
    for statement in program.statements:
        text = ast.unparse(statement)
        name = text.partition(" = ")[0]
        if name in given:
            code = rewritten(code, text, lambda _, name=name: ast.parse(f"{name} = _given[{name!r}]").body)  # type: ignore[misc]  # a default binds it now
    after = whole(code, _given=given)
    assert abs(float(after["loss"]) - claim.loss) <= 1e-5 * max(1.0, claim.loss)
    count = layers(program)
    assert all_agree(before)
    if not all_agree(after):
        return  # the mistake shows
    assert any(clones(before, k) for k in range(1, count))
    assert not any(clones(after, k) for k in range(1, count))
    assert all(bool(after["hand"][f"dW{k}"].any()) for k in range(1, count + 1))


@check(LargerBatch)
def _(_: LargerBatch, program: Program) -> None:
    before = whole(program.code)
    assert len(before["X"]) == 1
    assert all_agree(before)
    labels = next(ast.unparse(s) for s in program.statements if ast.unparse(s).startswith("labels = "))
    more = "X, labels = X.repeat(3, 1), labels.repeat(3)"
    code = rewritten(program.code, labels, lambda node: [node, *ast.parse(more).body])
    after = whole(code)
    name, (hand, found) = next(iter((n, pair) for n, pair in gradients(after).items() if n.startswith("delta")))
    assert agree(hand, found * 3, 1e-5)
    assert name
