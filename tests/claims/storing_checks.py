"""Whether an array cannot take a result for the reason that is given."""

from __future__ import annotations

import numpy as np

from primer_core.claims.storing import NeverGrows, ReadOnly
from tests.claims.checking import check
from tests.claims.dtype_checks import computed_apart
from tests.claims.program import Program
from tests.claims.stretching_checks import given


@check(NeverGrows)
def _(claim: NeverGrows, program: Program) -> None:
    assert program.run().error is not None
    assert given(program)[claim.name].shape == claim.shape
    made = computed_apart(program, claim.statement)
    assert made.shape == claim.result
    assert made.shape != claim.shape
    # With cells that take the result it still fails; with the shape of the result, too, it works.
    cells = f"{claim.name}.astype(np.dtype('{made.dtype}'))"
    assert isinstance(
        program.replaced(claim.name, cells).error, ValueError
    )  # astype makes cells of its own, to write to
    assert program.replaced(claim.name, f"np.broadcast_to({cells}, {claim.result}).copy()").error is None


@check(ReadOnly)
def _(claim: ReadOnly, program: Program) -> None:
    assert program.run().error is not None
    array = given(program)[claim.name]
    held = program.run(until=program.first(claim.name))[claim.name]
    try:
        held[...] = array.copy()
    except ValueError:
        pass
    else:
        raise AssertionError("it can be written to")
    assert np.any(np.asarray(held.strides) == 0)
    assert "read-only" not in str(program.replaced(claim.name, f"{claim.name}.copy()").error)
