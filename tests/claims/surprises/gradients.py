"""Checks of what surprises: `primer_core.claims.surprises.gradients`."""

from __future__ import annotations

from typing import Any

import torch

from primer_core.claims.surprises.gradients import LeafLeftBehind
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import after_line, at_line, stands_there


@check(LeafLeftBehind)
def _(claim: LeafLeftBehind, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names: dict[str, Any] = at_line(program, claim.run)
    leaf = names[claim.name]
    assert leaf.is_leaf
    assert leaf.requires_grad
    assert torch.is_grad_enabled()
    with torch.no_grad():
        made = eval(claim.code, dict(names))
    new = after_line(program, claim.run)[claim.name]
    assert not new.requires_grad
    assert new.grad is None
    assert torch.equal(made, new)
    with torch.no_grad():
        exec(claim.instead, names)
    assert names[claim.name] is leaf
    assert leaf.requires_grad
    assert torch.allclose(leaf.detach(), new)
