"""Checks of what is said of a file of weights: the program is run, and PyTorch asked for keys, shapes and numbers."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest
import torch

from primer_core.claims.saving import (
    AllLoaded,
    FailedAndCopied,
    FreshNormDivides,
    KeyClashes,
    KeyFits,
    KeyMissing,
    KeyNotAskedFor,
    KeyUnexpected,
    LoadsWith,
    PartLoaded,
    PredictsOther,
    PredictsTheSame,
)
from tests.claims.checking import check
from tests.claims.program import Program


@dataclass
class Loading:
    """What a program that saves and loads left, and what it printed."""

    names: dict[str, Any]
    printed: str

    @property
    def own(self) -> dict[str, torch.Tensor]:
        found: dict[str, torch.Tensor] = self.names["loaded"].state_dict()
        return found

    @property
    def state(self) -> dict[str, torch.Tensor]:
        found: dict[str, torch.Tensor] = self.names["state"]
        return found

    @property
    def copied(self) -> int:
        """How many tensors of the network are the file's."""
        return sum(
            key in self.state and self.state[key].shape == each.shape and torch.equal(self.state[key], each)
            for key, each in self.own.items()
        )


@lru_cache(maxsize=64)
def ran(code: str) -> Loading:
    assert "load_state_dict" in code, "nothing is loaded"
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "program", "exec"), names)
    return Loading(names, printed.getvalue())


def told(program: Program, key: str) -> bool:
    """Return whether PyTorch's error, or what it returned, names a key.

    Where it need not match, an error names keys of another shape alone: the file is loaded again without those.
    """
    found = ran(program.code)
    if "strict=False" in program.code and "RuntimeError" in found.printed:
        own = found.own
        fitting = {name: each for name, each in found.state.items() if own.get(name, each).shape == each.shape}
        again = found.names["loaded"].load_state_dict(fitting, strict=False)
        clashing = key in found.state and key in own and key not in fitting
        return clashing or key in (set(again.missing_keys) | set(again.unexpected_keys)) - (set(found.state) & set(own))
    text = found.printed.partition("Error(s)")[2] or found.printed.partition("Incompatible")[2]
    return re.search(rf"[\"' ]{re.escape(key)}[\"':]", text) is not None


@check(KeyFits)
def _(claim: KeyFits, program: Program) -> None:
    found = ran(program.code)
    assert tuple(found.state[claim.key].shape) == tuple(found.own[claim.key].shape) == claim.shape
    assert not told(program, claim.key)


@check(KeyMissing)
def _(claim: KeyMissing, program: Program) -> None:
    found = ran(program.code)
    assert claim.key not in found.state
    assert tuple(found.own[claim.key].shape) == claim.shape
    assert told(program, claim.key)


@check(KeyNotAskedFor)
def _(claim: KeyNotAskedFor, program: Program) -> None:
    found = ran(program.code)
    assert claim.key not in found.state
    assert claim.key in found.own
    assert not told(program, claim.key)


@check(KeyUnexpected)
def _(claim: KeyUnexpected, program: Program) -> None:
    found = ran(program.code)
    assert claim.key not in found.own
    assert tuple(found.state[claim.key].shape) == claim.shape
    assert told(program, claim.key)


@check(KeyClashes)
def _(claim: KeyClashes, program: Program) -> None:
    found = ran(program.code)
    assert (tuple(found.state[claim.key].shape), tuple(found.own[claim.key].shape)) == (claim.saved, claim.own)
    assert claim.saved != claim.own
    assert told(program, claim.key)


@check(AllLoaded)
def _(claim: AllLoaded, program: Program) -> None:
    found = ran(program.code)
    assert "<All keys matched successfully>" in found.printed
    assert found.copied == len(found.own) == claim.tensors
    assert sum(each.numel() for each in found.own.values()) == claim.numbers


@check(PartLoaded)
def _(claim: PartLoaded, program: Program) -> None:
    found = ran(program.code)
    assert "strict=False" in program.code
    assert "RuntimeError" not in found.printed
    assert "All keys matched" not in found.printed
    assert (found.copied, len(found.own)) == (claim.loaded, claim.tensors)


@check(FailedAndCopied)
def _(claim: FailedAndCopied, program: Program) -> None:
    found = ran(program.code)
    assert "RuntimeError" in found.printed
    assert (found.copied, len(found.own)) == (claim.copied, claim.tensors)


def logits(program: Program) -> tuple[torch.Tensor, torch.Tensor]:
    names = ran(program.code).names
    with torch.no_grad():
        return names["saved"](names["x"]), names["loaded"](names["x"])


@check(PredictsTheSame)
def _(claim: PredictsTheSame, program: Program) -> None:
    saved, loaded = logits(program)
    assert len(saved) == claim.rows
    assert torch.equal(saved, loaded)


@check(PredictsOther)
def _(claim: PredictsOther, program: Program) -> None:
    saved, loaded = logits(program)
    assert claim.largest == pytest.approx(float((saved - loaded).abs().max()), rel=0.06)
    assert not torch.equal(saved, loaded)


@check(FreshNormDivides)
def _(claim: FreshNormDivides, program: Program) -> None:
    names = ran(program.code).names
    with_norm = names[claim.network]
    other = names["loaded" if claim.network == "saved" else "saved"]
    assert not hasattr(other, "norm")
    saved, loaded = logits(program)
    assert not torch.equal(saved, loaded)
    assert with_norm.norm.eps == claim.eps
    with_norm.norm.eps = 0.0
    try:
        assert all(torch.equal(*both) for both in [logits(program)]), "without it nothing differs"
    finally:
        with_norm.norm.eps = claim.eps


@check(LoadsWith)
def _(claim: LoadsWith, program: Program) -> None:
    code = program.code
    if "removeprefix" in claim.code or (claim.code.startswith("network") and "module." in code):
        after = "state = torch.load(file, weights_only=True)\n"
        stripped = 'state = {key.removeprefix("module."): tensor for key, tensor in state.items()}\n'
        assert after in code
        code = code.replace(after, after + stripped)
    if claim.code.startswith("network"):
        code = re.sub(r"loaded = network\(.*\)", f"loaded = {claim.code}", code)
    if claim.code == "strict=False":
        code = code.replace("strict=True", claim.code)
    assert claim.code in code
    found = ran(code)
    assert "RuntimeError" not in found.printed
    assert (found.copied, len(found.own)) == (claim.loaded, claim.tensors)
