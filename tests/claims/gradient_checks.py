"""Whether gradients come about as it is said, found out by giving every reading a leaf of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from primer_core.claims.gradients import ArrivesOnce, BroughtBack, SummedBack
from tests.claims.checking import check
from tests.claims.program import Names, Program, Ran
from tests.claims.stretching_checks import given, result_shape


def spread(program: Program, name: str) -> tuple[Ran, Any]:
    """Run it with an operand copied out to the shape of the result, so that every reading has a gradient of its own."""
    shape = result_shape(program)

    def copy_out(names: Names) -> None:
        names[name] = np.broadcast_to(np.asarray(names[name]), shape).copy()

    ran = program.changed(name, copy_out)
    return ran, ran[name].grad.numpy()


@check(SummedBack)
def _(claim: SummedBack, program: Program) -> None:
    own, shape = given(program)[claim.name], result_shape(program)
    assert own.shape == claim.shape
    gradient = program.run()[claim.name].grad.numpy()
    _, each = spread(program, claim.name)
    assert claim.times > 1
    assert each.size == claim.times * own.size or own.size == 0
    summed = np.zeros(claim.shape)
    padded = (1,) * (len(shape) - own.ndim) + own.shape
    for place in np.ndindex(*shape):
        target = tuple(0 if axis in claim.axes else at for axis, at in enumerate(place))
        if any(at >= size for at, size in zip(target, padded, strict=True)):
            raise AssertionError("another axis is summed over, too")
        summed.reshape(padded)[target] += each[place]
    assert all(0 <= axis < len(shape) for axis in claim.axes)
    assert all(shape[axis] != 1 for axis in claim.axes)
    np.testing.assert_allclose(summed, gradient, rtol=1e-6, atol=1e-9)


@check(ArrivesOnce)
def _(claim: ArrivesOnce, program: Program) -> None:
    own = given(program)[claim.name]
    ran = program.run()
    gradient = ran[claim.name].grad.numpy()
    _, each = spread(program, claim.name)
    assert each.size == own.size
    # What goes through a float32 on its way is rounded there, though the gradient is a float64.
    met = [value.dtype for value in ran.names.values() if isinstance(value, torch.Tensor)]
    rounding = 1e-9 if all(dtype == torch.float64 for dtype in met) else 1e-6
    np.testing.assert_allclose(each.reshape(own.shape), gradient, rtol=rounding)


@check(BroughtBack)
def _(claim: BroughtBack, program: Program) -> None:
    gradient = program.run()[claim.name].grad.numpy()
    assert gradient.shape == claim.shape
    _, each = spread(program, claim.name)
    summed = each.sum(axis=claim.axes) if claim.axes else each
    assert len(set(claim.axes)) == len(claim.axes)
    assert all(0 <= axis < each.ndim for axis in claim.axes)
    np.testing.assert_allclose(summed.reshape(claim.shape), gradient, rtol=1e-6, atol=1e-9)
    others = [each.shape[axis] for axis in range(each.ndim) if axis not in claim.axes]
    assert [size for size in others if size != 1] == [size for size in claim.shape if size != 1]
