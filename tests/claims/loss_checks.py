"""Whether losses are what is said of them, found out in float64 by NumPy, row by row, and by other targets."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from primer_core.claims.losses import (
    AllTheSame,
    AnotherLoss,
    ColumnsSumToOne,
    DimPut,
    IgnoreIndexPut,
    LeftOut,
    LogitsPut,
    LossIs,
    LossPerRow,
    MeanOver,
    NoProbabilities,
    NothingCounts,
    OneClassAlone,
    OnlyClassNumbers,
    PMinusY,
    RowIgnored,
    SeededBy,
    SigmoidAsSoftmax,
    SigmoidOfDifference,
    Smoothed,
    SoftmaxTwice,
    SummedInstead,
    SumOver,
    SumsNotToOne,
    TakesNoLogarithm,
    TargetPut,
    TemperaturePut,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran
from tests.claims.rewriting import failed, swapped, whole, without_keyword

KINDS = {"cross-entropy": "cross_entropy", "binary cross-entropy": "with logits"}


def ran(program: Program) -> Ran:
    found = whole(program.code)
    assert found.error is None
    return found


def logits_of(names: Ran) -> tuple[str, Any]:
    """The logits as they are called, and as rows, in float64."""
    name = "batch" if "batch" in names.names else "z"
    values = names[name].detach().double().numpy()
    return name, values


def targets_of(names: Ran) -> tuple[str, Any]:
    name = "targets" if "targets" in names.names else "target"
    return name, names[name]


def form(program: Program, key: str) -> str:
    """The call of one of the losses, as code."""
    for node in ast.walk(ast.parse(program.code)):
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    return ast.unparse(value)
    raise AssertionError(f"no loss is called {key}")


def evaluated(code: str, names: Ran, **given: Any) -> Any:
    return eval(code, {**names.names, **given})


def tolerance(names: Ran) -> float:
    """How far rounding may go in the dtype of the logits."""
    logits = names["logits"].detach()
    largest = float(logits.double().abs().nan_to_num(posinf=0, neginf=0).max())
    return float(torch.finfo(logits.dtype).eps) * 40 * max(1.0, largest)


def softmax(values: Any) -> Any:
    e = np.exp(values - values.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@check(LossIs)
def _(claim: LossIs, program: Program) -> None:
    names = ran(program)
    loss = names["losses"][KINDS[claim.kind]]
    assert loss.numel() == 1
    assert abs(float(loss) - claim.value) <= 1e-3 * max(1.0, abs(claim.value))
    wide = {"logits": names["logits"].detach().double()}
    name, target = targets_of(names)
    if target.is_floating_point():
        wide[name] = target.double()
    exact = float(evaluated(form(program, KINDS[claim.kind]), names, **wide))
    assert abs(exact - claim.value) <= 4 * tolerance(names) + 1e-4 * abs(exact)


@check(LossPerRow)
def _(claim: LossPerRow, program: Program) -> None:
    names = ran(program)
    loss = names["losses"][KINDS[claim.kind]]
    assert 'reduction="none"' in program.code.replace("'", '"')
    assert loss.numel() == claim.count


def slopes_of(names: Ran, key: str) -> Any:
    (slopes,) = torch.autograd.grad(names["losses"][key].sum(), names["leaf"], retain_graph=True)
    return slopes.double().numpy()


def counted(names: Ran, program: Program) -> Any:
    """Whether each row counts."""
    _, target = targets_of(names)
    if target.is_floating_point():
        return np.ones(1 if names["leaf"].dim() == 1 else len(names["leaf"]), bool)
    index = -100
    for node in ast.walk(ast.parse(program.code)):
        if isinstance(node, ast.keyword) and node.arg == "ignore_index":
            index = ast.literal_eval(node.value)
    return np.atleast_1d(target.numpy()) != index


def parts(names: Ran, program: Program, *, binary: bool) -> int:
    """Over how many losses the mean is taken."""
    asked = (line for line in program.code.splitlines() if "logits" in line and "scaled" not in line)
    if any("reduction=" in line for line in asked):  # the loss of one row is summed in any case
        return 1
    return names["leaf"].numel() if binary else int(counted(names, program).sum())


@check(PMinusY)
def _(claim: PMinusY, program: Program) -> None:
    names = ran(program)
    binary = "cross_entropy" not in names["losses"]
    assert names["T"] == claim.temperature
    assert parts(names, program, binary=binary) == claim.parts
    slopes = slopes_of(names, "with logits" if binary else "cross_entropy") * claim.temperature * claim.parts
    if binary:
        p = 1 / (1 + np.exp(-names["leaf"].detach().double().numpy() / claim.temperature))
        wanted = p - names["target"].double().numpy()
        near(slopes, wanted, names)
        return
    row = names["z"].double().numpy()
    wanted = softmax(row / claim.temperature) - names["y"].double().numpy()
    rows = np.atleast_2d(slopes)
    own = [
        n for n, each in enumerate(np.atleast_2d(names["leaf"].detach().double().numpy())) if np.array_equal(each, row)
    ]
    assert any(is_near(rows[n], wanted, names, claim.parts) for n in own)


def is_near(found: Any, wanted: Any, names: Ran, times: float = 1) -> bool:
    return bool(np.all(np.abs(found - wanted) <= tolerance(names) * max(1, times)))


def near(found: Any, wanted: Any, names: Ran) -> None:
    assert is_near(found, wanted, names, found.size)


@check(SumsNotToOne)
def _(claim: SumsNotToOne, program: Program) -> None:
    names = ran(program)
    total = float(names["target"].double().sum())
    assert abs(total - claim.total) <= 1e-2 * max(1.0, abs(total))
    p = softmax(names["z"].double().numpy() / names["T"])
    wanted = (p * total - names["target"].double().numpy()) / names["T"]
    wanted = wanted / parts(names, program, binary=False)
    assert any(
        is_near(row, wanted, names, max(1.0, abs(total))) for row in np.atleast_2d(slopes_of(names, "cross_entropy"))
    )


@check(RowIgnored)
def _(claim: RowIgnored, program: Program) -> None:
    names = ran(program)
    assert not counted(names, program)[claim.row]
    assert claim.row >= 0
    for move in (0.0, 3.0):
        leaf = names["leaf"].detach().clone()
        rows = leaf if leaf.dim() == 2 else leaf[None]
        rows[claim.row, 0] += move
        leaf.requires_grad_()
        loss = evaluated(form(program, "cross_entropy"), names, logits=leaf / names["T"])
        (slopes,) = torch.autograd.grad(loss.sum(), leaf)
        assert not np.atleast_2d(slopes.numpy())[claim.row].any()


def each_row(names: Ran, program: Program) -> list[float]:
    """The loss of each row that counts, alone."""
    name, target = targets_of(names)
    found = []
    for row in np.flatnonzero(counted(names, program)):
        given = {"logits": names["logits"].detach()[row : row + 1], name: target[row : row + 1]}
        found.append(float(evaluated(form(program, "cross_entropy"), names, **given).sum()))
    return found


@check(MeanOver)
def _(claim: MeanOver, program: Program) -> None:
    names = ran(program)
    losses = each_row(names, program)
    assert len(losses) == claim.count
    mean = sum(losses) / len(losses)
    assert abs(float(names["losses"]["cross_entropy"]) - mean) <= tolerance(names) * 4


@check(SumOver)
def _(claim: SumOver, program: Program) -> None:
    names = ran(program)
    losses = each_row(names, program)
    assert len(losses) == claim.count > 1
    assert abs(float(names["losses"]["cross_entropy"]) - sum(losses)) <= tolerance(names) * 4 * claim.count
    call = form(program, "cross_entropy")
    assert "reduction='sum'" in call
    of_mean = evaluated(call.replace("reduction='sum'", "reduction='mean'"), names)
    (slopes,) = torch.autograd.grad(of_mean, names["leaf"], retain_graph=True)
    near(slopes_of(names, "cross_entropy"), slopes.double().numpy() * claim.count, names)


@check(OneClassAlone)
def _(_: OneClassAlone, program: Program) -> None:
    names = ran(program)
    for move in (0.0, -3.0, 5.0):
        leaf = (names["leaf"].detach() + move).requires_grad_()
        loss = evaluated(form(program, "cross_entropy"), names, logits=leaf / names["T"])
        (slopes,) = torch.autograd.grad(loss.sum(), leaf)
        assert not loss.any()
        assert not slopes.any()
    assert names["leaf"].isfinite().all()
    assert names["p"].tolist() == [1.0]


@check(LeftOut)
def _(claim: LeftOut, program: Program) -> None:
    names = ran(program)
    _, target = targets_of(names)
    assert int((target == claim.index).sum()) == claim.rows > 0
    assert int((~counted(names, program)).sum()) == claim.rows


@check(Smoothed)
def _(claim: Smoothed, program: Program) -> None:
    names = ran(program)
    assert names["leaf"].shape[-1] == claim.classes
    keywords = [
        n for n in ast.walk(ast.parse(program.code)) if isinstance(n, ast.keyword) and n.arg == "label_smoothing"
    ]
    assert {ast.literal_eval(keyword.value) for keyword in keywords} == {claim.share}
    # Of logits that are certain and right, the loss is the share of the others times their distance.
    sure = torch.full((1, claim.classes), -30.0, dtype=torch.float64)
    sure[0, 0] = 0
    loss = torch.nn.functional.cross_entropy(sure, torch.tensor([0]), label_smoothing=claim.share)
    np.testing.assert_allclose(
        float(loss), claim.share / claim.classes * 30 * (claim.classes - 1), rtol=1e-6, atol=1e-9
    )


@check(SeededBy)
def _(claim: SeededBy, program: Program) -> None:
    assert claim.line in program.code.split("\n")
    head, bracket, _ = claim.line.partition("(")
    other = program.code.replace(claim.line, f"{head}{bracket}12345)")
    pick = {"logits": logits_of, "target": targets_of}[claim.name]
    first, second = (np.asarray(pick(whole(code))[1]) for code in (program.code, other))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, np.asarray(pick(whole(program.code))[1]))


@check(TakesNoLogarithm)
def _(claim: TakesNoLogarithm, program: Program) -> None:
    names = ran(program)
    of_p, of_log = (
        names["losses"][key].detach().double().flatten() for key in ("nll of softmax", "nll of log_softmax")
    )
    place = int(of_p.argmin())
    assert claim.of_p < 0
    assert abs(float(of_p[place]) - claim.of_p) <= 1e-3 * abs(claim.of_p)
    assert abs(float(of_log[place]) - claim.of_log_p) <= 1e-3 * abs(claim.of_log_p) + 1e-6
    # It is linear in what it is given: twice the numbers are twice the loss, which no logarithm would do.
    name, target = targets_of(names)
    doubled = form(program, "nll of softmax").replace("nll_loss(softmax", "nll_loss(2 * softmax")
    np.testing.assert_allclose(evaluated(doubled, names).detach().double().flatten(), 2 * of_p, rtol=1e-2, atol=1e-6)
    assert target is not None
    assert name


def shown_call(program: Program, first: str) -> str:
    """The call of ``cross_entropy`` with an argument of this name."""
    for node in ast.walk(ast.parse(program.code)):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "cross_entropy"
            and ast.unparse(node.args[0]) == first
        ):
            return ast.unparse(node)
    raise AssertionError(f"no cross_entropy is taken of {first}")


@check(SoftmaxTwice)
def _(claim: SoftmaxTwice, program: Program) -> None:
    names = ran(program)
    for first, said in (("scaled", claim.once), ("p", claim.twice)):
        own = float(evaluated(shown_call(program, first), names))
        assert abs(own - said) <= 1e-3 * abs(own) + 1e-6
    scaled = names["scaled"].double()
    p = torch.as_tensor(softmax(scaled.numpy()))
    given = {"scaled": scaled, "p": p}
    if names["target"].is_floating_point():
        given["target"] = names["target"].double()
    once, twice = (float(evaluated(shown_call(program, name), names, **given)) for name in ("scaled", "p"))
    room = 4 * tolerance(names)
    assert abs(once - claim.once) <= room + 1e-3 * abs(once)
    assert abs(twice - claim.twice) <= room + 1e-3 * abs(twice)
    # The loss of p is that of logits whose softmax is the softmax of p.
    again = {**given, "p": p.softmax(-1).log()}
    assert abs(float(evaluated(shown_call(program, "p"), names, **again)) - twice) <= 1e-9 * max(1.0, abs(twice))


@check(AllTheSame)
def _(claim: AllTheSame, program: Program) -> None:
    names = ran(program)
    assert len(names["z"]) == claim.classes > 1
    assert names["z"].max() == names["z"].min()
    for number in range(claim.classes):
        loss = float(torch.nn.functional.cross_entropy(names["z"].double(), torch.tensor(number)))
        assert abs(loss - claim.loss) <= 1e-2 * loss
        assert abs(math.exp(loss) - claim.classes) < 1e-6


@check(OnlyClassNumbers)
def _(_: OnlyClassNumbers, program: Program) -> None:
    names = ran(program)
    target = targets_of(names)[1]
    assert "nll of softmax" not in names["losses"]
    assert names["losses"]["cross_entropy"] is not None
    try:
        torch.nn.functional.nll_loss(names["logits"].log_softmax(-1), target)
    except RuntimeError:
        return
    raise AssertionError("nll_loss takes it")


@check(ColumnsSumToOne)
def _(claim: ColumnsSumToOne, program: Program) -> None:
    names = ran(program)
    call = next(n for n in ast.walk(ast.parse(form(program, "nll of softmax" if "nll of softmax" in names["losses"]
                else "softmax twice"))) if isinstance(n, ast.Call) and ast.unparse(n.func) == "softmax")  # fmt: skip
    p = evaluated(ast.unparse(call), names).detach().double().numpy()
    np.testing.assert_allclose(p.sum(axis=0), 1, atol=1e-2)
    assert abs(p[0].sum() - claim.first) <= 1e-3 * max(1.0, claim.first)


@check(AnotherLoss)
def _(claim: AnotherLoss, program: Program) -> None:
    names = ran(program)
    _, logits = logits_of(names)
    across = (logits / names["T"]).T
    log_p = np.log(softmax(across)).T
    rows, own = (float(names["losses"][key].detach().double().sum()) for key in ("nll of log_softmax", "cross_entropy"))
    assert abs(rows - claim.rows) <= 1e-3 * max(1e-3, abs(rows))
    assert abs(own - claim.classes) <= 1e-3 * max(1e-3, abs(own))
    name, _ = targets_of(names)
    exact = torch.nn.functional.nll_loss(torch.as_tensor(log_p), names[name].long(), reduction="none")
    assert "log_softmax(logits, 0)" in program.code
    assert exact.numel() == len(logits)


@check(SigmoidOfDifference)
def _(claim: SigmoidOfDifference, program: Program) -> None:
    names = ran(program)
    z = names["z"].double().numpy() / names["T"]
    assert z.shape == (2,)
    assert abs(1 / (1 + np.exp(z[0] - z[1])) - claim.p) <= tolerance(names)
    assert abs(float(names["p"][1]) - claim.p) <= 1e-6


@check(SigmoidAsSoftmax)
def _(claim: SigmoidAsSoftmax, program: Program) -> None:
    names = ran(program)
    first = names["logits"].detach().double().flatten()[0]
    assert abs(float(softmax(np.asarray([float(first), 0.0]))[0]) - claim.p) <= tolerance(names)
    assert abs(float(names["p"].flatten()[0]) - claim.p) <= 1e-6


@check(NothingCounts)
def _(claim: NothingCounts, program: Program) -> None:
    names = ran(program)
    _, target = targets_of(names)
    assert bool((target == claim.index).all())
    assert bool(names["loss"].isnan())
    some = target.clone()
    some.view(-1)[0] = 0 if claim.index != 0 else 1
    changed = program.code.replace("cross_entropy(", "_loss = (lambda *a, **k: a)(", 1)
    assert changed != program.code
    name, logits = logits_of(names)
    assert bool(torch.nn.functional.cross_entropy(torch.as_tensor(logits), some, ignore_index=claim.index).isfinite())
    assert name


@check(NoProbabilities)
def _(claim: NoProbabilities, program: Program) -> None:
    names = ran(program)
    y = names["target"].double()
    assert (y < 0).any() or (y > 1).any()
    assert abs(float(y.min()) - claim.least) <= 1e-2 * max(1.0, abs(claim.least))
    assert abs(float(y.max()) - claim.most) <= 1e-2 * max(1.0, abs(claim.most))


# What would help


def same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool((one == other).all())


def close(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(torch.allclose(one.double(), other.double(), rtol=1e-2))


def _expanded(old: Any, new: Any) -> bool:
    return close(old.flatten()[0].expand(new.shape), new)


ACTIONS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "Class numbers of int64": lambda old, new, _: new.dtype == torch.int64 and same(old, new),
    "Probabilities are decimals": lambda old, new, _: new.is_floating_point() and same(old, new),
    "Class numbers instead": lambda old, new, z: same(torch.nn.functional.one_hot(new, z.shape[-1]), old),
    "The number itself": lambda old, new, _: new.dim() == 0 and same(old.flatten()[0], new),
    "One axis": lambda old, new, _: new.dim() <= 1 and same(old.flatten(), new.flatten()),
    "The same class for every row": lambda old, new, z: new.shape == z.shape[:1] and _expanded(old, new),
    "Count classes from 0": lambda old, new, _: same(old - 1, new),
    "Count negative numbers from the end, as Python does": lambda old, new, z: same(
        old.where(old >= 0, old + z.shape[-1]), new
    ),
    "The dtype of the logits": lambda old, new, z: new.dtype == z.dtype and close(old, new),
    "The shape of the logits": lambda old, new, z: new.shape == z.shape and same(old.flatten(), new.flatten()),
    "The shape and the dtype of the logits": lambda old, new, z: (
        (new.shape, new.dtype) == (z.shape, z.dtype) and close(old.flatten(), new.flatten())
    ),
    "The same for every one": lambda old, new, z: new.shape == z.shape and _expanded(old, new),
    "Within 0 and 1": lambda old, new, _: same(old.clamp(0, 1), new),
}
"""Whether a new target is what is said to be made of the old one, for the logits."""


def loss_call(program: Program) -> str:
    """The call of the loss, as code."""
    for statement in reversed(program.statements):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("cross_entropy"):
                return ast.unparse(node)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "binary_cross_entropy_with_logits":
                return ast.unparse(node)
    raise AssertionError("no loss is asked for")


@check(TargetPut)
def _(claim: TargetPut, program: Program) -> None:
    names = Program(program.code).run()
    assert names.error is not None
    name, old = targets_of(names)
    new = evaluated(claim.code, names, np=np, F=torch.nn.functional)
    logits = "batch" if "batch" in names.names else "z"
    z = names[logits]
    assert ACTIONS[claim.action](old, new, z)
    loss = evaluated(loss_call(program), names, **{name: new})
    assert abs(float(loss.detach().double().sum()) - claim.gives) <= 1e-3 * max(1.0, abs(claim.gives))


@check(IgnoreIndexPut)
def _(claim: IgnoreIndexPut, program: Program) -> None:
    names = Program(program.code).run()
    assert names.error is not None
    call = loss_call(program)
    plain = ast.unparse(ast.parse(without_keyword(call, "ignore_index"))) if "ignore_index" in call else call
    loss = evaluated(f"{plain[:-1]}, ignore_index={claim.index})", names)
    assert abs(float(loss.detach().double().sum()) - claim.gives) <= 1e-3 * max(1.0, abs(claim.gives))
    _, target = targets_of(names)
    assert claim.index == -100 or bool((target == claim.index).any())


@check(TemperaturePut)
def _(claim: TemperaturePut, program: Program) -> None:
    names = ran(program)
    assert not bool(names["loss"].isfinite().all()) or not finite_gradient(program, names["T"])
    code = program.code.replace(f"T = {names['T']}", f"T = {claim.temperature}")
    assert code != program.code
    loss = whole(code)["loss"]
    assert abs(float(loss.detach().double().sum()) - claim.gives) <= 1e-3 * max(1.0, abs(claim.gives))


def finite_gradient(program: Program, temperature: float) -> bool:
    """Whether the loss has a finite gradient, and the logits, divided, are finite as well."""
    names = ran(program)
    name, _ = logits_of(names)
    leaf = names[name].detach().clone().requires_grad_()
    scaled = leaf / temperature
    loss = evaluated(loss_call(program).replace(f"{name} / T", "_scaled"), names, _scaled=scaled)
    (slopes,) = torch.autograd.grad(loss.sum(), leaf)
    spread = scaled - scaled.amax(dim=-1, keepdim=True)
    return bool(slopes.isfinite().all() and scaled.isfinite().all() and spread.isfinite().all())


@check(SummedInstead)
def _(_: SummedInstead, program: Program) -> None:
    names = ran(program)
    assert bool(names["loss"].isnan())
    call = loss_call(program)
    loss = evaluated(f"{call[:-1]}, reduction='sum')", names)
    assert float(loss) == 0


@check(DimPut)
def _(claim: DimPut, program: Program) -> None:
    assert claim.dim == -1
    words = failed(program.code)
    if words:
        (call,) = [n for s in program.statements for n in ast.walk(s)
                   if isinstance(n, ast.Call) and ast.unparse(n.func) == "softmax"]  # fmt: skip
        code = swapped(program.code, ast.unparse(call), f"softmax({ast.unparse(call.args[0])}, {claim.dim})")
        assert failed(code) != words
        return
    p = ran(program)["logits"].softmax(claim.dim)
    np.testing.assert_allclose(p.detach().double().sum(-1).numpy(), 1, atol=1e-2)
    assert "softmax(logits, 0)" in program.code


@check(LogitsPut)
def _(claim: LogitsPut, program: Program) -> None:
    names = Program(program.code).run()
    assert names.error is not None
    new = evaluated(claim.code, names, np=np)
    assert str(new.dtype) == f"torch.{claim.dtype}"
    name = "batch" if "batch" in names.names else "z"
    old = names[name]
    assert new.shape == old.shape
    assert close(old.real if old.is_complex() else old, new)
    torch.softmax(new, -1)
