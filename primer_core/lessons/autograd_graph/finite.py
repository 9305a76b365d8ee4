"""Gradients by central differences: a check that knows nothing of derivatives."""

import math

import torch
from torch import Tensor

from primer_core.language.program import Program
from primer_core.lessons.autograd_graph.engine import Evaluation, take
from primer_core.lessons.autograd_graph.graph import LeafCheck, Switches

# Near the cube root of float64's epsilon, where truncation and rounding errors balance.
STEP = 6e-6
TOLERANCE = 1e-6


def check_leaves(program: Program, switches: Switches) -> tuple[LeafCheck, ...]:
    """Compare each leaf's gradient, from one backward call, with central differences, both in float64.

    A detached tensor is held at its value, for that is the function that autograd differentiates.

    Parameters
    ----------
    program
        Runs without error, and its output is one number that requires a gradient.
    switches
        Of these, `detach` matters.
    """
    base = Evaluation(program, torch.float64, switches).run()
    names = [leaf.name for leaf in program.leaves if leaf.kind == "param" and leaf.name != switches.detach]
    leaves = [base.tensors[name] for name in names]
    gradients = torch.autograd.grad(base.output, leaves, allow_unused=True) if leaves else ()
    checks = []
    for name, leaf, gradient in zip(names, leaves, gradients, strict=True):
        exact = torch.zeros_like(leaf) if gradient is None else gradient
        checks.append(_check(name, exact, _differences(program, switches, base, name), base.output))
    return tuple(checks)


def _differences(program: Program, switches: Switches, base: Evaluation, name: str) -> Tensor:
    leaf = base.tensors[name].detach()
    found = torch.empty_like(leaf)
    for index in range(leaf.numel()):
        step = STEP * max(1.0, abs(leaf.flatten()[index].item()))
        ends = []
        for sign in (1, -1):
            moved = leaf.clone()
            moved.view(-1)[index] += sign * step
            run = Evaluation(
                program,
                torch.float64,
                switches,
                overrides={name: moved},
                constants=base.detached,
                record=False,
            )
            with torch.no_grad():
                ends.append(run.run().output.item())
        found.view(-1)[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def _check(name: str, gradient: Tensor, difference: Tensor, output: Tensor) -> LeafCheck:
    largest = float((gradient - difference).abs().max())
    scale = max(1.0, float(gradient.abs().max()), abs(output.item()))
    agrees = largest <= TOLERANCE * scale
    if agrees:
        note = ""
    elif math.isfinite(largest):
        note = "The function has a kink here, or bends too sharply. At a kink, PyTorch picks one of the slopes."
    else:
        note = "Here the function or its slope is not finite."
    return LeafCheck(name, take(gradient), take(difference), largest, agrees, note)
