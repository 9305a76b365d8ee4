"""One check for each class of claim, found by the class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from primer_core.claims.claim import Claim
from tests.claims.program import Program

C = TypeVar("C", bound=Claim)
Check = Callable[[Any, Program], None]

CHECKS: dict[type[Claim], Check] = {}


def check(kind: type[C]) -> Callable[[Callable[[C, Program], None]], Callable[[C, Program], None]]:
    """Make a function the check of a class: it raises `AssertionError` where the claim does not hold."""

    def register(function: Callable[[C, Program], None]) -> Callable[[C, Program], None]:
        assert kind not in CHECKS, f"{kind.__name__} has two checks"
        CHECKS[kind] = function
        return function

    return register


def assert_holds(claim: Claim, code: str) -> None:
    """Find out whether a claim holds of a program.

    Raises
    ------
    AssertionError
        If it does not, or if its class has no check.
    """
    found = CHECKS.get(type(claim))
    assert found is not None, f"{type(claim).__name__} has no check"
    found(claim, Program(code))


def holds(claim: Claim, code: str) -> bool:
    """Return whether a claim holds; one that cannot even be tried, such as an axis that is not there, does not."""
    try:
        assert_holds(claim, code)
    except Exception:
        return False
    return True
