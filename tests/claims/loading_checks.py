"""Checks of what is said of loaders: the code of the page is run, and run again with one thing changed."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from primer_core.claims.loading import (
    AnotherOrder,
    BatchesOf,
    BatchShapes,
    EachOnce,
    InOrder,
    ItemHasShape,
    ItemIs,
    LandsIn,
    LayerTakesEach,
    LeavesOut,
    LoaderChange,
    LonelyInEach,
    LonelySample,
    NeverAskedFor,
    OneLabelOnly,
    SameOrderAgain,
)
from tests.claims.checking import check
from tests.claims.program import Program


@dataclass
class Loading:
    """What a program of a loader left, the indices that were asked for in each epoch, and what it printed."""

    names: dict[str, Any]
    asked: list[list[int]]
    printed: str

    @property
    def epochs(self) -> list[list[list[int]]]:
        found: list[list[list[int]]] = self.names["epochs"]
        return found


@lru_cache(maxsize=64)
def loaded(code: str) -> Loading:
    """Run a program whose data set also writes down what it is asked for."""
    assert "def __getitem__(self, index):" in code, "no loader"
    spied = code.replace("def __getitem__(self, index):", "def __getitem__(self, index):\n        asked.append(index)")
    spied = spied.replace("    batches = []\n", "    batches = []\n    asked = []\n    all_asked.append(asked)\n")
    names: dict[str, Any] = {"all_asked": [], "asked": []}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(spied, "program", "exec"), names)
    asked = [list(each) for each in names["all_asked"]]  # later checks ask the data set, too
    return Loading(names, asked, printed.getvalue())


def dataset(program: Program) -> Any:
    return loaded(program.code).names["dataset"]


@check(BatchesOf)
def _(claim: BatchesOf, program: Program) -> None:
    found = loaded(program.code)
    assert all([len(batch) for batch in epoch] == list(claim.sizes) for epoch in found.epochs)
    assert len(found.names["loader"]) == len(claim.sizes)


@check(ItemIs)
def _(claim: ItemIs, program: Program) -> None:
    assert claim.sample >= 0
    index, features, label = dataset(program)[claim.sample]
    assert (index, int(label)) == (claim.sample, claim.label)
    torch.testing.assert_close(features, torch.tensor(claim.features))


@check(ItemHasShape)
def _(claim: ItemHasShape, program: Program) -> None:
    assert claim.sample >= 0
    _, features, label = dataset(program)[claim.sample]
    assert (tuple(features.shape), int(label)) == (claim.shape, claim.label)


@check(LandsIn)
def _(claim: LandsIn, program: Program) -> None:
    found = loaded(program.code)
    assert min(claim.epoch - 1, claim.turn - 1, claim.batch, claim.position) >= 0
    assert found.asked[claim.epoch - 1][claim.turn - 1] == claim.sample
    assert found.epochs[claim.epoch - 1][claim.batch][claim.position] == claim.sample


@check(NeverAskedFor)
def _(claim: NeverAskedFor, program: Program) -> None:
    assert claim.epoch >= 1
    assert 0 <= claim.sample < len(dataset(program))
    assert claim.sample not in loaded(program.code).asked[claim.epoch - 1]


@check(LeavesOut)
def _(claim: LeavesOut, program: Program) -> None:
    assert "drop_last=True" in program.code
    assert claim.epoch >= 1
    asked = set(loaded(program.code).asked[claim.epoch - 1])
    assert sorted(set(range(len(dataset(program)))) - asked) == list(claim.samples)


@check(EachOnce)
def _(_: EachOnce, program: Program) -> None:
    for asked in loaded(program.code).asked:
        assert sorted(asked) == list(range(len(dataset(program))))


@check(InOrder)
def _(_: InOrder, program: Program) -> None:
    for asked in loaded(program.code).asked:
        assert asked
        assert asked == sorted(asked)


@check(AnotherOrder)
def _(_: AnotherOrder, program: Program) -> None:
    first, second = loaded(program.code).asked
    assert first != second


@check(SameOrderAgain)
def _(claim: SameOrderAgain, program: Program) -> None:
    assert f"torch.manual_seed({claim.seed})\n" in program.code
    assert "shuffle=True" in program.code
    again = f"{program.code}\n"  # another text, which is run anew
    assert loaded(again).asked == loaded(program.code).asked


@check(OneLabelOnly)
def _(claim: OneLabelOnly, program: Program) -> None:
    labels = loaded(program.code).names["y"]
    several = [batch for batch in loaded(program.code).epochs[0] if len(batch) > 1]
    assert len(several) == claim.total
    assert sum(len(labels[batch].unique()) == 1 for batch in several) == claim.batches


@check(BatchShapes)
def _(claim: BatchShapes, program: Program) -> None:
    found = loaded(program.code)
    batch = found.epochs[0][0]
    x, y = found.names["x"], found.names["y"]
    assert tuple(torch.stack([x[index] for index in batch]).shape) == claim.features
    assert tuple(torch.stack([y[index] for index in batch]).shape) == claim.labels
    assert f"{batch} {claim.features} {claim.labels}" in loaded(program.code).printed


def norm(program: Program) -> Any:
    return loaded(program.code).names["norm"]


@check(LonelySample)
def _(claim: LonelySample, program: Program) -> None:
    found = loaded(program.code)
    assert len(dataset(program)) == claim.samples
    assert found.names["loader"].batch_size == claim.batch_size > 1
    assert claim.samples % claim.batch_size == 1
    assert type(norm(program)).__name__ == claim.layer
    lines = found.printed.splitlines()
    assert len(lines) == sum(map(len, found.epochs)) + 2, "one error in each epoch"
    assert lines[-1].startswith("ValueError: ")


@check(LonelyInEach)
def _(claim: LonelyInEach, program: Program) -> None:
    found = loaded(program.code)
    assert type(norm(program)).__name__ == claim.layer
    assert all(len(batch) == 1 for epoch in found.epochs for batch in epoch)
    assert found.printed.count("ValueError: ") == sum(map(len, found.epochs))


@check(LayerTakesEach)
def _(claim: LayerTakesEach, program: Program) -> None:
    found = loaded(program.code)
    assert (type(norm(program)).__name__, norm(program).training) == (claim.layer, claim.training)
    assert "ValueError" not in found.printed
    assert min(len(batch) for epoch in found.epochs for batch in epoch) == claim.least


@check(LoaderChange)
def _(claim: LoaderChange, program: Program) -> None:
    name, _, value = claim.code.partition("=")
    if value:
        changed, count = re.subn(rf"\b{name}=\w+", claim.code, program.code)
    else:
        assert claim.code == "norm.eval()"
        changed, count = re.subn(r"norm\.train\(\)", claim.code, program.code)
    assert count == 1
    found = loaded(changed)
    assert "ValueError" not in found.printed
    assert all([len(batch) for batch in epoch] == list(claim.sizes) for epoch in found.epochs)
