"""Whether what is said of a network that learns points holds of the network that the script leaves."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from primer_core.claims.fitting import (
    BothClassesAtOnce,
    ErrorNotFinite,
    LeftOver,
    NoLongerFinite,
    NumbersToLearn,
    OnTheirSide,
    SilentUnits,
    StraightBorder,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran


def steps_taken(ran: Ran) -> int:
    return len(ran.names.get("losses", ()))


def right(ran: Ran, points: str) -> tuple[int, int]:
    """How many points a class is read of as it stands in their targets, and of how many."""
    inputs, targets = ran[f"{points}_x"], ran[f"{points}_y"]
    with torch.no_grad():
        logits = ran["model"](inputs)
    read = logits.argmax(dim=1) if logits.shape[1] == 2 else (logits.sigmoid() > 0.5).long()[:, 0]
    return int((read == targets.flatten().long()).sum()), len(inputs)


@check(NumbersToLearn)
def _(claim: NumbersToLearn, program: Program) -> None:
    model = program.run()["model"]
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    assert claim.sizes == (layers[0].in_features, *(layer.out_features for layer in layers))
    total = sum(parameter.numel() for parameter in model.parameters())
    assert f"{total} numbers" in str(claim.sentence()) or total >= 1000


@check(OnTheirSide)
def _(claim: OnTheirSide, program: Program) -> None:
    ran = program.run()
    assert claim.step == steps_taken(ran)
    assert (claim.right, claim.count) == right(ran, "train")
    assert (claim.test_right, claim.test_count) == right(ran, "test")


@check(BothClassesAtOnce)
def _(claim: BothClassesAtOnce, program: Program) -> None:
    ran = program.run()
    x, y = ran["train_x"], ran["train_y"].flatten().long()
    here = (x == torch.tensor(claim.place)).all(dim=1)
    assert claim.counts == (int((here & (y == 0)).sum()), int((here & (y == 1)).sum()))
    assert min(claim.counts) > 0
    with torch.no_grad():
        logits = ran["model"](x[here])
    assert torch.equal(logits, logits[:1].expand_as(logits)), "it gives several answers"


@check(LeftOver)
def _(claim: LeftOver, program: Program) -> None:
    ran = program.run()
    assert claim.step == steps_taken(ran)
    heights = ran["train_y"].double()
    with torch.no_grad():
        error = ((ran["model"](ran["train_x"]).double() - heights) ** 2).mean()
    assert abs(claim.error - float(error)) <= 1e-4 * max(1, float(error))
    assert abs(claim.spread - float(((heights - heights.mean()) ** 2).mean())) <= 1e-4 * max(1, claim.spread)


@check(ErrorNotFinite)
def _(claim: ErrorNotFinite, program: Program) -> None:
    ran = program.run()
    assert claim.step == steps_taken(ran)
    model = ran["model"]
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    with torch.no_grad():
        predicted = model(ran["train_x"])
        squares = (predicted - ran["train_y"]) ** 2
        assert not squares.mean().isfinite()
        exact = (copy.deepcopy(model).double()(ran["train_x"].double()) - ran["train_y"].double()) ** 2
    assert claim.largest == np.finfo(np.float32).max
    assert not float(exact.sum()) <= claim.largest, "in float64 it is within that"


@check(StraightBorder)
def _(claim: StraightBorder, program: Program) -> None:
    model = program.run()["model"].double()
    assert not any(isinstance(layer, nn.Tanh | nn.ReLU | nn.Sigmoid) for layer in model)
    inputs = torch.tensor([[-3.0, 2.0], [0.0, 0.0], [1.0, 2.0], [4.0, -4.0]], dtype=torch.float64)
    inputs = inputs[:, : len(claim.weights)]
    with torch.no_grad():
        logits = model(inputs)
    given = logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits[:, 0]
    told = inputs @ torch.tensor(claim.weights, dtype=torch.float64) + claim.bias
    assert torch.allclose(given, told, rtol=1e-5, atol=1e-6)


@check(SilentUnits)
def _(claim: SilentUnits, program: Program) -> None:
    ran = program.run()
    layers = [*ran["model"]]
    values, hidden = ran["train_x"], 0
    for layer in layers:
        values = layer(values)
        if isinstance(layer, nn.ReLU):
            hidden += 1
            if hidden == claim.layer:
                break
    assert hidden == claim.layer
    assert values.shape[1] == claim.width
    silent = (values == 0).all(dim=0)
    assert int(silent.sum()) == claim.silent
    ran["model"].zero_grad()
    (ran["model"](ran["train_x"]) * torch.rand(1)).sum().backward()
    weight = [layer for layer in layers if isinstance(layer, nn.Linear)][claim.layer - 1].weight
    assert weight.grad is not None
    assert not weight.grad[silent].any(), "no gradient reaches them"


@check(NoLongerFinite)
def _(claim: NoLongerFinite, program: Program) -> None:
    ran = program.run()
    assert claim.step == steps_taken(ran)
    assert not all(parameter.isfinite().all() for parameter in ran["model"].parameters())
