"""Operands that are written as tensors: ``torch.arange(6).reshape(2, 3)``, ``tensor([1., 2.])``."""

from __future__ import annotations

import re

from primer_core.language.limits import check_size
from primer_core.language.operand import Operand, read_operand

_OF_TORCH = re.compile(r"\b(?:torch|F|nn)\s*\.|\btensor\s*\(")


def speaks_of_tensors(text: str) -> bool:
    """Return whether a text calls something of PyTorch by name, which takes PyTorch to be read."""
    return _OF_TORCH.search(text) is not None


def read_array(text: str) -> Operand:
    """Read an operand of at most `MAX_ELEMENTS` elements, which may be written as a tensor.

    Raises
    ------
    Refused
        If it is none; of what a library declines, in its words.
    """
    operand = read_operand(text)
    check_size(operand.shape)
    return operand
