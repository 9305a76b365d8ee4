"""All checks: importing this module makes each known."""

from tests.claims import (
    course_checks,
    dtype_checks,
    fix_checks,
    gradient_checks,
    index_fix_checks,
    instead_checks,
    joining_checks,
    layout_checks,
    lookup_checks,
    moving_checks,
    picking_checks,
    size_checks,
    storing_checks,
    stretching_checks,
    writing_checks,
)

__all__ = [
    "course_checks",
    "dtype_checks",
    "fix_checks",
    "gradient_checks",
    "index_fix_checks",
    "instead_checks",
    "joining_checks",
    "layout_checks",
    "lookup_checks",
    "moving_checks",
    "picking_checks",
    "size_checks",
    "storing_checks",
    "stretching_checks",
    "writing_checks",
]
