"""Gradients by finite differences: a check that knows nothing of derivatives."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from primer_core.language.program import Program
from primer_core.lessons.autograd_graph.engine import Evaluation, ForwardRefusedError, take
from primer_core.lessons.autograd_graph.graph import LeafCheck, Switches

# Near the cube root of float64's epsilon, where truncation and rounding errors balance.
STEP = 6e-6
TOLERANCE = 1e-6
# What float32's seven digits leave of a gradient after some forty operations.
SINGLE_TOLERANCE = 1e-3

_ONE_SIDED = (
    "On one side of this point the function cannot be computed. The slope is taken on the other side: "
    "(−3f(x) + 4f(x + h) − f(x + 2h)) / 2h."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Differences:
    """The slope by each number of a leaf, in its shape; nan where it could not be computed.

    Parameters
    ----------
    one_sided, refused
        Whether some number could be moved in one direction only, or in none.
    """

    slope: Tensor
    one_sided: bool
    refused: bool


def check_leaves(program: Program, switches: Switches) -> tuple[LeafCheck, ...]:
    """Compare the gradient of each leaf that has one, from one backward call, with differences, both in float64.

    A detached tensor is held at its value, for that is the function that autograd differentiates. So are the class
    numbers of cross_entropy.

    Parameters
    ----------
    program
        Runs without error in float32, and its output is one number that requires a gradient.
    switches
        Of these, `detach` matters.

    Returns
    -------
    tuple of LeafCheck
        None for a leaf that the output does not depend on along a path that autograd follows: its ``.grad`` is None.
    """
    names = [leaf.name for leaf in program.leaves if leaf.kind == "param" and leaf.name != switches.detach]
    single = _gradients(Evaluation(program, torch.float32, switches, record=False).run(), names)
    try:
        base = Evaluation(program, torch.float64, switches, record=False).run()
    except ForwardRefusedError as refusal:
        note = f"In float64, in which differences are taken, the program cannot be computed: {refusal}"
        return tuple(
            LeafCheck(name, take(gradient), take(torch.full_like(gradient, math.nan)), math.nan, "unchecked", note)
            for name, gradient in single.items()
        )
    return tuple(
        _check(name, gradient, single[name], _differences(program, switches, base, name), base.output)
        for name, gradient in _gradients(base, names).items()
    )


def _gradients(run: Evaluation, names: list[str]) -> dict[str, Tensor]:
    """The gradient of the output by each of the leaves `names` that it depends on."""
    leaves = [run.tensors[name] for name in names]
    gradients = torch.autograd.grad(run.output, leaves, allow_unused=True) if leaves else ()
    return {name: gradient for name, gradient in zip(names, gradients, strict=True) if gradient is not None}


def _differences(program: Program, switches: Switches, base: Evaluation, name: str) -> _Differences:
    leaf = base.tensors[name].detach()
    found = torch.empty_like(leaf)
    one_sided = refused = False
    for index in range(leaf.numel()):
        step = STEP * max(1.0, abs(leaf.flatten()[index].item()))

        def output(steps: int, index: int = index, step: float = step) -> float | None:
            """The output with this number moved by so many steps; None if the function is not defined there."""
            moved = leaf.clone()
            moved.view(-1)[index] += steps * step
            run = Evaluation(
                program, torch.float64, switches, overrides={name: moved}, constants=base.detached, record=False
            )
            try:
                with torch.no_grad():
                    return float(run.run().output.item())
            except ForwardRefusedError:
                return None

        above, below = output(1), output(-1)
        if above is not None and below is not None:
            slope: float | None = (above - below) / (2 * step)
        else:
            one_sided = True
            slope = _one_sided(base.output.item(), above, output(2), step)
            if slope is None:
                slope = _one_sided(base.output.item(), below, output(-2), -step)
        refused = refused or slope is None
        found.view(-1)[index] = math.nan if slope is None else slope
    return _Differences(found, one_sided and not refused, refused)


def _one_sided(here: float, near: float | None, far: float | None, step: float) -> float | None:
    """The slope from three values on one side, exact to the second order as a central difference is."""
    return None if near is None or far is None else (-3 * here + 4 * near - far) / (2 * step)


def _check(name: str, gradient: Tensor, single: Tensor, differences: _Differences, output: Tensor) -> LeafCheck:
    difference = differences.slope
    largest = float((gradient - difference).abs().max())
    scale = max(1.0, float(gradient.abs().max()), abs(output.item()))
    agrees = math.isfinite(scale) and largest <= TOLERANCE * scale
    lost = float((single.double() - gradient).abs().max())
    if differences.refused:
        note = "Beside this point the function cannot be computed on either side, so that differences cannot check it."
        return LeafCheck(name, take(gradient), take(difference), largest, "unchecked", note)
    notes = [_ONE_SIDED] if differences.one_sided else []
    if not agrees:
        notes.append(_disagreement(gradient, difference, output, one_sided=differences.one_sided))
    elif not lost <= SINGLE_TOLERANCE * scale:
        agrees = False
        notes.append(
            f"In float32, in which the program runs, rounding moves the gradient by up to {lost:.2g}."
            if math.isfinite(lost)
            else "In float32, in which the program runs, the gradient is not finite, though in float64 it is: "
            "float32 overflows above 3.4e38 and takes what is below 1e-45 for 0."
        )
    return LeafCheck(
        name, take(gradient), take(difference), largest, "agrees" if agrees else "differs", " ".join(notes)
    )


def _disagreement(gradient: Tensor, difference: Tensor, output: Tensor, *, one_sided: bool) -> str:
    if not bool(difference.isfinite().all()) or not bool(output.isfinite()):
        return "The function is not finite here, or right beside this point."
    if not bool(gradient.isfinite().all()):
        return (
            "On the way back a number became infinite or nan, although the function can be computed here and beside "
            "this point."
        )
    if one_sided:
        return (
            "At a probability of exactly 0 or 1 PyTorch's gradient of bce is not the slope: it keeps a denominator "
            "away from 0."
        )
    return "The function has a kink here, or bends too sharply. At a kink, PyTorch picks one of the slopes."
