"""All checks: importing this module makes each known."""

from tests.claims import (
    course_checks,
    dtype_checks,
    fix_checks,
    gradient_checks,
    instead_checks,
    joining_checks,
    layout_checks,
    moving_checks,
    product_checks,
    size_checks,
    storing_checks,
    stretching_checks,
)

__all__ = [
    "course_checks",
    "dtype_checks",
    "fix_checks",
    "gradient_checks",
    "instead_checks",
    "joining_checks",
    "layout_checks",
    "moving_checks",
    "product_checks",
    "size_checks",
    "storing_checks",
    "stretching_checks",
]
