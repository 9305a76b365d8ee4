"""All checks: importing this module makes each known."""

from tests.claims import (
    derivation_checks,
    dtype_checks,
    fix_checks,
    going_back_checks,
    gradient_checks,
    in_place_checks,
    loss_checks,
    mending_checks,
    recording_checks,
    rounding_checks,
    slope_checks,
    storing_checks,
    stretching_checks,
    target_checks,
)

__all__ = [
    "derivation_checks",
    "dtype_checks",
    "fix_checks",
    "going_back_checks",
    "gradient_checks",
    "in_place_checks",
    "loss_checks",
    "mending_checks",
    "recording_checks",
    "rounding_checks",
    "slope_checks",
    "storing_checks",
    "stretching_checks",
    "target_checks",
]
