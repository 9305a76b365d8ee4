"""Whether single numbers of softmax are lost as it is said, found out with Python's own numbers."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import torch

from primer_core.claims.stepwise import LogitRounds, SigmoidFlat, SlopeLost, StepBecomes, StepMoves
from tests.claims.checking import check
from tests.claims.loss_checks import ran, slopes_of
from tests.claims.program import Program


def row_of(program: Program) -> int:
    """Which row is worked out step by step."""
    found = re.search(r"batch\[(\d+)\]", program.code)
    return int(found[1]) if found else 0


@check(StepMoves)
def _(claim: StepMoves, program: Program) -> None:
    names = ran(program)
    slopes = np.atleast_2d(slopes_of(names, "cross_entropy"))[row_of(program)]
    assert 0 <= claim.place < len(slopes)
    slope, largest = slopes[claim.place], np.abs(slopes).max()
    rounded = abs(slope) <= 1e-6 * max(largest, 1e-30) or float(np.abs(names["p"].double()).min()) == 0
    assert claim.moves in ("lowers", "raises", "leaves")
    if claim.moves == "leaves":
        assert abs(slope) <= 1e-6
    elif not rounded:
        assert claim.moves == ("lowers" if slope > 0 else "raises")


@check(LogitRounds)
def _(claim: LogitRounds, program: Program) -> None:
    names = ran(program)
    asked, held = claim.asked, claim.held
    assert str(names["z"].dtype) == f"torch.{claim.dtype}"
    as_held = float(torch.tensor(asked, dtype=names["z"].dtype))
    assert math.isclose(as_held, held, rel_tol=1e-7)
    assert asked != held
    assert any(math.isclose(float(value), held, rel_tol=1e-7) for value in names["z"])


@check(StepBecomes)
def _(claim: StepBecomes, program: Program) -> None:
    names = ran(program)
    assert str(names["p"].dtype) == f"torch.{claim.dtype}"
    naive_sum = names["naive_e"].sum()
    numbers: dict[str, Any] = {
        "exp": names["e"],
        "p": names["p"],
        "naive exp": names["naive_e"],
        "naive sum": naive_sum.reshape(1),
        "naive p": names["naive_p"],
    }
    value = float(numbers[claim.of][claim.place])
    assert claim.place >= 0
    match claim.becomes:
        case "nan":
            assert math.isnan(value)
        case "infinity":
            assert math.isinf(value)
            assert claim.of != "exp"
        case "zero by infinity":
            assert claim.of == "naive p"
            assert value == 0
            assert math.isinf(float(naive_sum))
        case "zero":
            assert value == 0
            assert not (claim.of == "naive p" and math.isinf(float(naive_sum)))
            exponent = float(names["scaled" if "naive" in claim.of else "shifted"][claim.place])
            # Written out it is some number above 0, if e is raised to a finite power.
            assert claim.of == "naive sum" or math.isfinite(exponent)
        case _:
            raise AssertionError(f"nothing becomes {claim.becomes}")


@check(SigmoidFlat)
def _(claim: SigmoidFlat, program: Program) -> None:
    names = ran(program)
    scaled = (names["z"] / names["T"]).reshape(-1)
    assert claim.place >= 0
    leaf = scaled[claim.place].detach().clone().requires_grad_()
    p = torch.sigmoid(leaf)
    assert str(p.dtype) == f"torch.{claim.dtype}"
    assert float(p) == claim.value
    assert claim.value in (0, 1)
    assert float(torch.autograd.grad(p, leaf)[0]) == 0
    assert math.isfinite(float(scaled[claim.place]))


@check(SlopeLost)
def _(claim: SlopeLost, program: Program) -> None:
    names = ran(program)
    assert claim.place >= 0
    two, one = (slopes_of(names, key).reshape(-1)[claim.place] for key in ("sigmoid + BCE", "with logits"))
    assert two == 0
    assert one != 0 or float(torch.sigmoid(names["z"] / names["T"]).reshape(-1)[claim.place]) in (0, 1)
