"""Whether what is said of a training loop holds: the printed program is run again with a note after each statement."""

from __future__ import annotations

import ast
import contextlib
import io
import math
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from primer_core.claims import training_loops as said
from tests.claims.checking import check
from tests.claims.program import Program

CORRECT = "# the correct loop\n"


@dataclass
class Observed:
    """What a program did: one entry of each list a batch that went through."""

    names: dict[str, Any] = field(default_factory=dict)
    losses: list[float | None] = field(default_factory=list)
    grads: list[torch.Tensor | None] = field(default_factory=list)
    own: list[torch.Tensor | None] = field(default_factory=list)
    trains: list[bool] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    modes_of_checks: list[bool] = field(default_factory=list)
    calls_of_step: list[bool] = field(default_factory=list)
    first: list[torch.Tensor] = field(default_factory=list)
    labels: dict[tuple[float, ...], Any] = field(default_factory=dict)
    begun: int = 0
    graphs: int = 0
    held: int = 0
    recorded: bool = False
    under_way: str = ""
    printed: str = ""

    @property
    def error(self) -> tuple[str, str] | None:
        """Class and words of what ended it."""
        match = re.match(r"(\w+(?:Error|Exception)): (.*)", self.printed, re.S)
        return None if match is None else (match[1], match[2])

    @property
    def finite(self) -> list[float]:
        return [loss for loss in self.losses if loss is not None and math.isfinite(loss)]

    def parameters(self) -> list[torch.Tensor]:
        return list(self.names["model"].parameters())

    def changed(self) -> list[int]:
        """How many numbers of each parameter are others than as the first epoch began."""
        pairs = zip(self.parameters(), self.first, strict=True)
        return [int((now.detach() != then).sum()) for now, then in pairs]


class _Noted(ast.NodeTransformer):
    """Puts a call before and after each statement of the loops."""

    def visit_For(self, node: ast.For) -> Any:
        target = ast.unparse(node.target)
        if target == "epoch":
            node.body = self._noted(node.body)
            return [ast.parse("note_start()").body[0], node]
        if target == "(xb, yb)":
            node.body = [ast.parse("note_batch()").body[0], *self._noted(node.body)]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def _noted(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in body:
            code = repr(ast.unparse(statement))
            inner = self.visit(statement)
            if isinstance(statement, ast.For) and ast.unparse(statement.target) == "(xb, yb)":
                found.append(inner)
            else:
                found += [*ast.parse(f"note_before({code})").body, inner, *ast.parse(f"note_after({code})").body]
        return found


@lru_cache(maxsize=256)
def observed(code: str) -> Observed:
    """Run a program, and note what each statement did."""
    seen = Observed()
    names = seen.names
    before: list[torch.Tensor] = []

    def grads() -> list[torch.Tensor]:
        return [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in seen.parameters()]

    def note_start() -> None:
        seen.first = [p.detach().clone() for p in seen.parameters()]

    def note_batch() -> None:
        seen.begun += 1
        seen.own.append(None)
        seen.rows.append(len(names["xb"]))

    def note_before(statement: str) -> None:
        seen.under_way = statement
        if statement == "loss.backward()":
            before[:] = grads()
        if statement == "optimizer.step()":
            seen.calls_of_step.append(all(p.grad is None for p in seen.parameters()))
        if "checks.append" in statement:
            seen.modes_of_checks.append(names["model"].training)

    def note_after(statement: str) -> None:
        if statement == "loss.backward()" and seen.own:
            seen.own[-1] = torch.cat([(new - old).flatten() for new, old in zip(grads(), before, strict=True)])
        if statement == "look()":
            loss = names.get("loss")
            seen.losses.append(None if loss is None else loss.item())
            there = [p.grad.flatten() for p in seen.parameters() if p.grad is not None]
            seen.grads.append(torch.cat(there).clone() if there else None)
            seen.trains.append(names["model"].training)

    names |= {each.__name__: each for each in (note_start, note_batch, note_before, note_after)}
    tree = ast.fix_missing_locations(_Noted().visit(ast.parse(code)))
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        exec(compile(tree, "program", "exec"), names)
    seen.printed = printed.getvalue()
    _count_what_is_kept(seen)
    return seen


def _count_what_is_kept(seen: Observed) -> None:
    """Count graphs, and the bytes that they hold, without those of the last batch, which the loop does not keep."""
    names = seen.names
    kept = [*names["losses"], *names["means"], *names["checks"], names.get("total")]
    seen.graphs = sum(getattr(each, "grad_fn", None) is not None for each in kept)
    for name in ("loss", "out"):
        if name in names:
            seen.recorded = names[name].grad_fn is not None
            names[name] = names[name].detach()
    seen.held = names["Kept"].bytes if "Kept" in names else 0


def yours(program: Program) -> Observed:
    return observed(program.code.partition(CORRECT)[0])


def correct(program: Program) -> Observed:
    own, _, right = program.code.partition(CORRECT)
    return observed(right or own)


def near(one: float, other: float) -> bool:
    return one == pytest.approx(other, rel=1e-4, abs=1e-9)


def code_of(program: Program) -> str:
    return program.code.partition(CORRECT)[0]


def in_batch(program: Program, line: str) -> bool:
    """Whether a line stands in the loop over batches."""
    return re.search(rf"^ {{12}}{re.escape(line)}$", code_of(program).partition("for epoch")[2], re.M) is not None


@check(said.LossFalls)
def _(claim: said.LossFalls, program: Program) -> None:
    assert CORRECT not in program.code
    ran = yours(program)
    assert ran.error is None
    assert claim.steps == len(ran.losses)
    assert near(claim.first, ran.finite[0])
    assert near(claim.last, ran.finite[-1])


@check(said.LossesDiffer)
def _(claim: said.LossesDiffer, program: Program) -> None:
    mine, its = yours(program).losses, correct(program).losses
    assert mine[: claim.step - 1] == its[: claim.step - 1]
    assert mine[claim.step - 1] != its[claim.step - 1]
    assert near(claim.yours, mine[claim.step - 1] or 0.0)
    assert near(claim.correct, its[claim.step - 1] or 0.0)


@check(said.LossesEnd)
def _(claim: said.LossesEnd, program: Program) -> None:
    mine, its = yours(program), correct(program)
    assert claim.steps == len(mine.losses)
    assert near(claim.yours, [loss for loss in mine.losses if loss is not None][-1])
    assert near(claim.correct, its.finite[-1])


@check(said.SameLosses)
def _(claim: said.SameLosses, program: Program) -> None:
    assert yours(program).losses == correct(program).losses
    assert claim.steps == len(yours(program).losses)


@check(said.LoopStops)
def _(claim: said.LoopStops, program: Program) -> None:
    ran = yours(program)
    assert ran.error is not None
    assert ran.error[0] == claim.kind
    assert ran.begun == claim.step
    if ran.under_way and not claim.line.startswith("for xb"):
        assert ran.under_way in [ast.unparse(statement) for statement in ast.parse(claim.line).body]
    assert claim.line in code_of(program)


@check(said.WhyItStops)
def _(claim: said.WhyItStops, program: Program) -> None:
    ran = yours(program)
    assert ran.error is not None
    kind, words = ran.error
    match claim.cause:
        case "freed":
            assert "a second time" in words
        case "not recorded":
            assert not ran.recorded
            assert "no_grad(): out = model(xb)" in code_of(program)
        case "changed":
            assert "modified by an inplace operation" in words
        case "unbound":
            assert kind == "NameError"
        case _:
            raise AssertionError(claim.cause)


@check(said.LossBreaks)
def _(claim: said.LossBreaks, program: Program) -> None:
    finite = [loss is None or math.isfinite(loss) for loss in yours(program).losses]
    assert finite.index(False) == claim.step - 1


@check(said.GradientsPileUp)
def _(claim: said.GradientsPileUp, program: Program) -> None:
    ran = yours(program)
    assert not in_batch(program, "optimizer.zero_grad()")
    own, held = ran.own[claim.step - 1], ran.grads[claim.step - 1]
    assert claim.step == len(ran.losses)
    assert own is not None
    assert held is not None
    assert claim.own == pytest.approx(float(own.norm()), rel=1e-3, abs=1e-5)
    assert near(claim.held, float(held.norm()))


@check(said.StepsFindNoGradient)
def _(claim: said.StepsFindNoGradient, program: Program) -> None:
    calls = yours(program).calls_of_step
    assert (claim.times, claim.of) == (sum(calls), len(calls))


@check(said.WeightsChanged)
def _(claim: said.WeightsChanged, program: Program) -> None:
    ran = yours(program)
    assert claim.changed == sum(ran.changed())
    assert claim.of == sum(parameter.numel() for parameter in ran.parameters())
    if claim.rate is not None:
        (group,) = ran.names["optimizer"].param_groups
        assert group["lr"] == claim.rate
        faster, times = re.subn(r"(?m)^rate = .*$", "rate = 0.001", program.code)
        assert times
        assert any(yours(Program(faster)).changed())


@check(said.NeverSteps)
def _(claim: said.NeverSteps, program: Program) -> None:
    ran = yours(program)
    assert claim.batches == sum(grad is not None for grad in ran.grads) > 0
    assert not ran.calls_of_step
    assert not any(ran.changed())
    stepping, times = re.subn(r"(?m)^( +)loss\.backward\(\)$", r"\1loss.backward()\n\1optimizer.step()", program.code)
    assert times
    assert any(yours(Program(stepping)).changed())


@check(said.OptimisesAnother)
def _(claim: said.OptimisesAnother, program: Program) -> None:
    ran = yours(program)
    held = [each for group in ran.names["optimizer"].param_groups for each in group["params"]]
    mine = {id(parameter) for parameter in ran.parameters()}
    assert claim.tensors == len(held)
    assert claim.own == sum(id(each) in mine for each in held)
    assert all(each.grad is None for each in held if id(each) not in mine)


@check(said.OnlyLastBias)
def _(claim: said.OnlyLastBias, program: Program) -> None:
    ran = yours(program)
    assert not any(then.any() for then in ran.first)
    *others, last = ran.changed()
    assert not any(others)
    assert claim.numbers == last == ran.parameters()[-1].numel()
    outputs = ran.names["model"](ran.names["X"])
    assert bool((outputs == outputs[0]).all())


@check(said.SoftmaxFloor)
def _(claim: said.SoftmaxFloor, program: Program) -> None:
    assert in_batch(program, "loss = loss_fn(out.softmax(1), yb)")
    ran = yours(program)
    sure = torch.eye(claim.classes)
    floor = torch.nn.functional.cross_entropy(sure, torch.arange(claim.classes)).item()
    assert ran.names["out"].shape[1] == claim.classes
    assert near(claim.floor, floor)
    assert near(claim.least, min(ran.finite))
    assert claim.least >= floor - 1e-6


@check(said.AllPairs)
def _(claim: said.AllPairs, program: Program) -> None:
    names = yours(program).names
    assert tuple((names["out"] - names["yb"]).shape) == (claim.rows, claim.rows)
    assert tuple(names["out"].shape) == (claim.rows, 1)


@check(said.DrawnToMean)
def _(claim: said.DrawnToMean, program: Program) -> None:
    names = yours(program).names
    with torch.no_grad():
        found, targets = names["model"](names["X"]), names["y"]
    for one, other in (
        (claim.low, found.min()), (claim.high, found.max()), (claim.least, targets.min()), (claim.mean, targets.mean()),
        (claim.most, targets.max()),
    ):  # fmt: skip
        assert near(one, float(other))


@check(said.CheckedInTrainMode)
def _(claim: said.CheckedInTrainMode, program: Program) -> None:
    ran = yours(program)
    assert all(ran.modes_of_checks)
    assert re.search(rf"nn\.{claim.layer}(1d)?\(", code_of(program))
    assert near(claim.noted, float(ran.names["checks"][-1]))
    assert near(claim.measured, measured(ran))


def measured(ran: Observed) -> float:
    return float(re.search(r"^measured (\S+)$", ran.printed, re.M)[1])  # type: ignore[index]  # it is always printed


@check(said.AveragesOver)
def _(claim: said.AveragesOver, program: Program) -> None:
    ran = yours(program)
    assert claim.steps == len(ran.losses)
    assert claim.tracked == int(ran.names["model"][1].num_batches_tracked)


@check(said.TrainedInEvalMode)
def _(claim: said.TrainedInEvalMode, program: Program) -> None:
    trains = yours(program).trains
    assert (claim.times, claim.of) == (trains.count(False), len(trains))


@check(said.ErrorFactor)
def _(claim: said.ErrorFactor, program: Program) -> None:
    ran = yours(program)
    assert claim.rate == ran.names["rate"]
    assert near(claim.curvature, float((ran.names["X"] ** 2).mean()))
    assert near(claim.limit, 1 / claim.curvature)
    one, two = ran.finite[:2]
    assert abs(claim.factor) == pytest.approx(math.sqrt(two / one), rel=1e-3, abs=1e-4)
    error = [float(ran.first[0]) - 2, float(ran.first[0]) - 2]
    error[1] *= claim.factor
    assert near(float((ran.names["X"] ** 2).mean()) * error[1] ** 2, two) or two < 1e-9
    assert near(claim.factor, 1 - 2 * claim.rate * claim.curvature)


@check(said.LossClimbs)
def _(claim: said.LossClimbs, program: Program) -> None:
    mine, its = yours(program), correct(program)
    assert near(claim.rate, mine.names["rate"])
    assert near(claim.correct_rate, its.names["rate"])
    assert near(claim.first, mine.finite[0])
    assert near(claim.most, max(mine.finite))
    assert claim.most > 2 * claim.first
    assert max(its.finite) <= 2 * its.finite[0]


@check(said.LonelyExample)
def _(claim: said.LonelyExample, program: Program) -> None:
    ran = yours(program)
    assert len(ran.names["X"]) == claim.examples
    assert max(ran.rows) == claim.size
    assert ran.rows[-1] == 1
    assert "BatchNorm1d" in code_of(program)
    assert ran.error is not None


@check(said.InNoBatch)
def _(claim: said.InNoBatch, program: Program) -> None:
    ran = yours(program)
    rows = torch.arange(len(ran.names["X"]))
    assert "drop_last=True" in code_of(program)
    epochs = [[xb.tolist() for xb, _ in ran.names["batches"](rows, rows, drop_last=True)] for _ in range(2)]
    assert epochs[0] == epochs[1]
    assert {len(batch) for batch in epochs[0]} <= {claim.size}
    assert len(rows) == claim.examples
    assert len(set(rows.tolist()) - {row for batch in epochs[0] for row in batch}) == claim.left
    assert set(ran.rows) <= {claim.size}
    loader: Any = DataLoader(TensorDataset(rows), claim.size, shuffle=True, drop_last=True)
    seen = [{int(row) for (batch,) in loader for row in batch} for _ in range(12)]
    assert all(len(each) == claim.examples - claim.left for each in seen)
    assert len(seen[0]) == 0 or any(each != seen[0] for each in seen)


@check(said.NamesTheNext)
def _(claim: said.NamesTheNext, program: Program) -> None:
    names = yours(program).names
    with torch.no_grad():
        named = names["model"](names["Xv"]).argmax(1)
    assert near(claim.right, float((named == names["yv"]).float().mean()))
    assert near(claim.next, float((named == (names["yv"] + 1) % 3).float().mean()))


@check(said.PairsLost)
def _(claim: said.PairsLost, program: Program) -> None:
    head, line, _ = code_of(program).partition("X = X[torch.randperm(len(X))]")
    assert line
    before: dict[str, Any] = {}
    exec(head.partition("class Kept")[0].partition("steps = []")[0], before)
    names = yours(program).names
    own = {tuple(x): label for x, label in zip(before["X"].tolist(), before["y"].tolist(), strict=True)}
    kept = [own[tuple(x)] == label for x, label in zip(names["X"].tolist(), names["y"].tolist(), strict=True)]
    assert (claim.kept, claim.of) == (sum(kept), len(kept))


@check(said.ChosenBy)
def _(claim: said.ChosenBy, program: Program) -> None:
    ran = yours(program)
    epoch, reported, fresh = ran.names["chosen"]
    assert (claim.epoch, claim.by) == (
        epoch,
        "test" if "accuracy(Xt, yt) > chosen[1]" in code_of(program) else "validation",
    )
    assert near(claim.reported, reported)
    assert near(claim.fresh, fresh)
    assert len(ran.names["Xt"]) == 20
    assert len(ran.names["Xf"]) == 2000


@check(said.MeanOfMeans)
def _(claim: said.MeanOfMeans, program: Program) -> None:
    ran = yours(program)
    sizes = ran.rows[-len(ran.rows) // 8 :]
    losses = [loss or 0.0 for loss in ran.losses[-len(sizes) :]]
    assert near(claim.noted, ran.names["means"][-1])
    assert near(claim.noted, sum(losses) / len(losses))
    assert near(claim.true, sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes))
    assert claim.last == sizes[-1]
    assert set(sizes[:-1]) == {16}


@check(said.GraphsKept)
def _(claim: said.GraphsKept, program: Program) -> None:
    ran = yours(program)
    assert (claim.graphs, claim.held) == (ran.graphs, ran.held)


@check(said.NothingLearnedYetChanged)
def _(claim: said.NothingLearnedYetChanged, program: Program) -> None:
    ran = yours(program)
    assert not any(ran.changed())
    assert near(claim.first, float(ran.names["checks"][0]))
    assert near(claim.last, float(ran.names["checks"][-1]))
    assert int(ran.names["model"][1].num_batches_tracked) > 0


@check(said.SteppedTwice)
def _(claim: said.SteppedTwice, program: Program) -> None:
    ran = yours(program)
    assert near(claim.rate, ran.names["rate"])
    assert len(ran.calls_of_step) == claim.times * len(ran.losses)
