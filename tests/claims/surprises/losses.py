"""Checks of what surprises in losses: they are computed by hand, and programs run again with shorter steps."""

from __future__ import annotations

import ast
import contextlib
import io
import math
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from primer_core.claims.running import line_of
from primer_core.claims.surprises.losses import (
    DividesByWeights,
    EvenShares,
    GradientOfSum,
    KlOfNoShares,
    KlOverAllNumbers,
    MeansAdded,
    MeansOverSamples,
    OneRowCosts,
    SmallerBatchWeighsMore,
    StepsTooLong,
    TimesAFactor,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import opened, statement_called
from tests.claims.surprises.lines import after_line, at_line, computed, every_gradient, stands_there, statement_of


@check(DividesByWeights)
def _(claim: DividesByWeights, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    logits, target = (computed(ast.unparse(each), names) for each in node.args[:2])
    function = computed(ast.unparse(node.func), names)
    told = [computed(ast.unparse(word.value), names) for word in node.keywords if word.arg == "weight"]
    third = [computed(ast.unparse(each), names) for each in node.args[2:3]]
    weight = [*told, *third, getattr(function, "weight", None)][0]
    own = weight[target]
    assert (len(target), f"{own.sum().item():.6g}") == (claim.count, f"{claim.total:.6g}")
    shares = logits if "nll" in claim.code.lower() else torch.log_softmax(logits, dim=1)
    each = [-float(own[row]) * float(shares[row, column]) for row, column in enumerate(target.tolist())]
    assert math.isclose(float(computed(claim.code, names)), sum(each) / claim.total, rel_tol=1e-4, abs_tol=1e-6)


def terms_of(claim: Any, program: Program) -> tuple[list[list[float]], list[list[float]], float, Any]:
    """The rows of logarithms and of targets of a divergence, the sum of its terms, and the call."""
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    function = computed(ast.unparse(node.func), names)
    assert function is torch.nn.functional.kl_div or isinstance(function, torch.nn.KLDivLoss)
    x, t = (computed(ast.unparse(each), names).detach().double() for each in node.args[:2])
    rows = [each.reshape(-1, each.shape[-1]).tolist() for each in (x, t)]
    pairs = [(a, b) for one, other in zip(*rows, strict=True) for a, b in zip(one, other, strict=True)]
    total = sum(b * (math.log(b) - a) for a, b in pairs if b > 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert f"{float(computed(claim.code, names)):.4g}" == claim.value
    return rows[0], rows[1], total, node


@check(KlOfNoShares)
def _(claim: KlOfNoShares, program: Program) -> None:
    logs, targets, total, node = terms_of(claim, program)
    by = 1 if "'sum'" in ast.unparse(node) or '"sum"' in program.code else float(claim.value)
    assert by == 1 or total / by > 0
    assert claim.of == ast.get_source_segment(opened(program.code), node.args[claim.is_target])
    rows = targets if claim.is_target else [[math.exp(each) for each in row] for row in logs]
    sums = [sum(row) for row in rows]
    off = [place for place, each in enumerate(sums) if abs(each - 1) > 0.0099]
    assert claim.row == (off[0] if len(sums) > 1 else -1)
    assert f"{sums[off[0]]:.4g}" == claim.total or abs(sums[off[0]] - float(claim.total)) < 1e-3 * abs(sums[off[0]])


@check(KlOverAllNumbers)
def _(claim: KlOverAllNumbers, program: Program) -> None:
    logs, _, total, node = terms_of(claim, program)
    assert (claim.samples, claim.count) == (len(logs), len(logs) * len(logs[0]))
    assert math.isclose(total / claim.count, float(claim.value), rel_tol=1e-2, abs_tol=1e-6)
    assert math.isclose(total / claim.samples, float(claim.instead), rel_tol=1e-2, abs_tol=1e-6)
    assert abs(float(claim.instead) - float(claim.value) * len(logs[0])) < 2e-3 * abs(float(claim.instead))
    assert "batchmean" not in ast.unparse(node)


@check(SmallerBatchWeighsMore)
def _(claim: SmallerBatchWeighsMore, program: Program) -> None:
    whole: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given = {name: each for name, each in names.items() if not isinstance(each, torch.nn.Module)}
    code = claim.code
    if isinstance(whole, ast.AugAssign):
        assert isinstance(whole.op, ast.Div)
        code = f"{ast.unparse(whole.target)} / ({ast.unparse(whole.value)})"
    assert f"{float(computed(code, {**given, 'np': np})):.6g}" == claim.value
    source = opened(program.code)
    statements = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.stmt)]
    bound = [each for each in statements if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == claim.loss]
    simple = [each for each in statements if isinstance(each, ast.Assign | ast.AugAssign | ast.Expr)]
    of_all = [
        each for each in simple if claim.loss in [ast.get_source_segment(source, node) for node in ast.walk(each)]
    ]
    named = bool(bound)
    binds = bound[0] if bound else of_all[0]
    mean: Any = bound[0].value if bound else ast.parse(claim.loss, mode="eval").body
    while ast.unparse(mean.func).endswith((".item", ".detach")):
        mean = mean.func.value
    done = recorded(source).lines
    own = ast.unparse(binds)
    times = sorted(run for run in done if ast.unparse(statement_called(source, run[0])) == own)
    known: list[tuple[float, int]] = []
    for run in times:
        live = at_line(program, run)
        samples = mean.args[0] if mean.args else mean.func.value
        value = done[run].names[claim.loss] if named else computed(claim.loss, dict(live))
        known.append((float(value), len(computed(ast.unparse(samples), live))))
    count = len(claim.sizes)
    windows = [known[start : start + count] for start in range(len(known) - count + 1)]
    fits = [each for each in windows if f"{sum(loss for loss, _ in each) / count:.6g}" == claim.value]
    assert any(
        tuple(size for _, size in each) == claim.sizes
        and math.isclose(sum(loss * size for loss, size in each) / sum(claim.sizes), float(claim.instead), rel_tol=1e-5)
        for each in fits
    )
    assert claim.instead != claim.value


@check(MeansOverSamples)
def _(claim: MeansOverSamples, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    loader = names[claim.loader]
    assert (len(loader), len(loader.dataset)) == (claim.batches, claim.samples)
    assert ast.unparse(node.left) == claim.name
    assert computed(ast.unparse(node.right), names) == claim.samples
    source = opened(program.code)
    adds: Any = next(
        each
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.AugAssign) and ast.unparse(each.target) == claim.name
    )
    times = [run for run in recorded(source).lines if line_of(run[0]) == adds.lineno]
    assert times
    assert len(times) % claim.batches == 0
    instead = computed(f"{claim.name} / len({claim.loader})", names)
    assert math.isclose(instead * claim.batches, computed(claim.code, names) * claim.samples, rel_tol=1e-6)
    assert ".item()" in ast.unparse(adds.value)
    assert "reduction" not in source or "mean" in source


@check(MeansAdded)
def _(claim: MeansAdded, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement) == f"{claim.name}.backward()"
    source = opened(program.code)
    lines = source.split("\n")
    text, place = lines[statement.lineno - 1], statement.col_offset
    again = f"({claim.name} / {claim.count}).backward()"
    lines[statement.lineno - 1] = text[:place] + again + text[statement.end_col_offset :]
    found, less = (gradients_after(each, statement.lineno, claim.run[1]) for each in (source, "\n".join(lines)))
    assert claim.count > 1
    begins = claim.run[1] - claim.count + 1
    assert begins >= 1
    begun = gradients_after(source, statement.lineno, begins, before=True)
    reached = [name for name, each in found.items() if name not in begun or not torch.equal(each, begun[name])]
    assert any(bool(found[name].any()) for name in reached)
    for name in reached:
        torch.testing.assert_close(found[name], less[name] * claim.count, rtol=1e-3, atol=1e-6)
        assert name not in begun or not begun[name].any()


def gradients_after(source: str, number: int, time: int, *, before: bool = False) -> dict[str, torch.Tensor]:
    """All gradients in sight once a line of a program has run so often, or right before; none where it has not."""
    tree = ast.parse(source)
    found: list[dict[str, torch.Tensor]] = []
    names: dict[str, Any] = {}

    def look() -> None:
        found.append(every_gradient(names))

    for node in ast.walk(tree):
        for found_body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            body: list[ast.stmt] = found_body if isinstance(found_body, list) else []
            for place, each in enumerate(list(body)):
                here = each.lineno == number and isinstance(each, ast.Expr)
                if here and ".backward(" in ast.unparse(each):
                    body.insert(place + (not before), ast.copy_location(ast.parse("_look_()").body[0], each))
    names["_look_"] = look
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(ast.fix_missing_locations(tree), "again", "exec"), names)
    return found[time - 1] if 0 < time <= len(found) else {}


@check(StepsTooLong)
def _(claim: StepsTooLong, program: Program) -> None:
    source = opened(program.code)
    lines = source.split("\n")
    assert lines[claim.at - 1].count(claim.old) == 1
    lines[claim.at - 1] = lines[claim.at - 1].replace(claim.old, claim.new)
    assert claim.old != claim.new
    grown, fallen = (losses_of(each, claim) for each in (source, "\n".join(lines)))
    assert (f"{grown[0]:.4g}", f"{grown[-1]:.4g}", f"{fallen[-1]:.4g}") == (claim.first, claim.last, claim.better)
    assert len(grown) == len(fallen) == claim.run[1]
    assert all(one < other for one, other in pairwise(grown))
    assert fallen[-1] < fallen[0]
    averaged = "mean" in claim.new and ("sum" in claim.old or "reduction" in claim.old)
    assert claim.count == (added_up(program, claim) if averaged else 0)


def added_up(program: Program, claim: StepsTooLong | GradientOfSum) -> int:
    """How many numbers a loss adds up, by the last step of its graph."""
    node: Any = after_line(program, claim.run)[claim.name].grad_fn
    name = type(node).__name__
    if name.startswith("Sum"):
        return math.prod(node._saved_self_sym_sizes)
    return int((node._saved_target if name.startswith("Nll") else node._saved_self).numel())


@check(GradientOfSum)
def _(claim: GradientOfSum, program: Program) -> None:
    source = opened(program.code)
    lines = source.split("\n")
    assert claim.old in lines[claim.at - 1]
    assert "mean" in claim.new
    lines[claim.at - 1] = lines[claim.at - 1].replace(claim.old, claim.new)
    number, time = claim.run
    told = [recorded(each).lines for each in (source, "\n".join(lines))]
    values = [[float(done[number, each].names[claim.name]) for each in (time - 1, time)] for done in told]
    said = [[claim.before, claim.now], [claim.better_before, claim.better]]
    assert [[f"{each:.4g}" for each in two] for two in values] == said
    assert values[0][0] < values[0][1]
    assert values[1][0] > values[1][1]
    assert claim.count == added_up(program, claim) > 1
    node: Any = after_line(Program("\n".join(lines)), claim.run)[claim.name].grad_fn
    assert type(node).__name__.startswith(("Mean", "MseLoss", "Nll", "L1Loss", "Huber", "SmoothL1", "Binary", "Kl"))


def losses_of(source: str, claim: StepsTooLong) -> list[float]:
    done = recorded(source).lines
    return [float(done[number, time].names[claim.name]) for number, time in sorted(done) if number == claim.run[0]]


@check(EvenShares)
def _(claim: EvenShares, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    torch.manual_seed(0)
    logits = computed(ast.unparse(node.args[0]), names)
    assert logits.shape[1] == claim.classes
    assert abs(float(claim.loss) - math.log(claim.classes)) < 0.051
    again = [ast.Call(node.func, [ast.Name("_even_"), *node.args[1:]], node.keywords)]
    even = computed(ast.unparse(again[0]), {**names, "_even_": torch.zeros_like(logits)})
    assert math.isclose(float(even), math.log(claim.classes), rel_tol=1e-4)
    assert claim.loss == f"{float(computed(claim.code, at_line(program, claim.run))):.3f}"


@check(OneRowCosts)
def _(claim: OneRowCosts, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    logits, target = (computed(ast.unparse(each), names) for each in node.args[:2])
    losses = []
    for scores, right in zip(logits.tolist(), target.tolist(), strict=True):
        largest = max(scores)
        losses.append(largest + math.log(sum(math.exp(each - largest) for each in scores)) - scores[right])
    total = sum(losses)
    assert math.isclose(float(computed(claim.code, names)), total / claim.rows, rel_tol=1e-3)
    assert (len(losses), losses.index(max(losses))) == (claim.rows, claim.row)
    assert math.isclose(losses[claim.row], float(claim.loss), rel_tol=1e-3)
    assert math.isclose(total, float(claim.total), rel_tol=1e-3)
    assert abs(losses[claim.row] / total - claim.share) < 0.0051
    assert claim.share >= 0.8
    shares = torch.softmax(logits[claim.row].detach().double(), 0).tolist()
    assert (claim.target, claim.guess) == (target.tolist()[claim.row], shares.index(max(shares)))
    assert claim.target != claim.guess
    assert math.isclose(shares[claim.target], float(claim.of_target), rel_tol=1e-2)
    assert math.isclose(shares[claim.guess], eval(claim.of_guess.replace("−", "-")), rel_tol=1e-2)
    assert claim.of_guess != "1" or shares[claim.guess] == 1


@check(TimesAFactor)
def _(claim: TimesAFactor, program: Program) -> None:
    names = after_line(program, claim.run)
    theirs = names[claim.gradient.removesuffix(".grad")].grad
    by_hand = torch.as_tensor(names[claim.name])
    torch.testing.assert_close(by_hand.detach().to(theirs.dtype) * claim.factor, theirs, rtol=1e-3, atol=1e-6)
    call: Any = ast.parse(claim.code, mode="eval").body
    given = torch.zeros_like(computed(ast.unparse(call.args[0]), names)).requires_grad_()
    away = given.detach() + 1
    if "square" in claim.missing:  # the slope of the loss where prediction and target are 1 apart
        slopes = torch.autograd.grad(torch.nn.functional.mse_loss(given, away), given)[0]
        assert torch.allclose(slopes, torch.full_like(slopes, -2 / given.numel()))
    assert claim.count == (given.numel() if "mse" in claim.code.lower() else len(given)) or claim.missing == "square"
    assert "sum" not in claim.code
