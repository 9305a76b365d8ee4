"""Keeps what one rule breaks on away from what all others say: the page of a program says the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

_logger = logging.getLogger(__name__)


def apart(say: Callable[[], S], otherwise: T) -> S | T:
    """Return what a rule says of a program.

    Parameters
    ----------
    say
        Asks the rule.
    otherwise
        What is returned where the rule breaks, which is logged: a fault of ours keeps nobody from their program.
    """
    try:
        return say()
    except Exception:
        _logger.exception("A rule of what is said of programs broke.")
        return otherwise
