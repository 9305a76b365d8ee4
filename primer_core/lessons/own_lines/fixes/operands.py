"""What is tried for every failing sub-expression: one operand with another axis, order of axes, or dtype."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, ended
from primer_core.lessons.own_lines.fixes.python import array_of_lists


def candidates(failure: Failure) -> Iterator[Candidate]:
    """Go through changes of one operand, the later ones first."""
    yield from array_of_lists(failure)
    for operand in failure.operands:
        if operand.shape is None:
            continue
        axes = len(operand.shape)
        whole = "float" not in operand.dtype and "complex" not in operand.dtype
        if operand.is_tensor:
            endings = [".float()"] if whole else [".long()"] if _is_whole(operand.value) else []
            endings += [".detach()"] if operand.requires_grad else []
        else:
            endings = [".astype(float)"] if whole else [".astype(int)"] if _is_whole(operand.value) else []
        endings += {1: ["[:, None]"], 2: [".T"]}.get(axes, [])
        endings += [".squeeze()"] if 1 in operand.shape else []
        endings += [".copy()"] if not operand.is_tensor else []
        yield from (ended(operand, ending) for ending in endings)


def _is_whole(values: object) -> bool:
    """Return whether an array holds whole numbers alone, which lose nothing as integers."""
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and bool((values == values.round()).all())
