"""All checks: importing this module makes each known."""

from tests.claims import (
    comparing_checks,
    copying_checks,
    dtype_checks,
    fix_checks,
    gradient_checks,
    making_checks,
    memory_checks,
    rebinding_checks,
    refusing_checks,
    storing_checks,
    stretching_checks,
    viewing_checks,
)

__all__ = [
    "comparing_checks",
    "copying_checks",
    "dtype_checks",
    "fix_checks",
    "gradient_checks",
    "making_checks",
    "memory_checks",
    "rebinding_checks",
    "refusing_checks",
    "storing_checks",
    "stretching_checks",
    "viewing_checks",
]
