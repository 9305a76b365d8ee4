"""All checks: importing this module makes each known."""

from tests.claims import (
    choosing_checks,
    dtype_checks,
    fix_checks,
    gradient_checks,
    letter_checks,
    product_checks,
    reducing_checks,
    storing_checks,
    stretching_checks,
    total_checks,
    unreduced_checks,
)

__all__ = [
    "choosing_checks",
    "dtype_checks",
    "fix_checks",
    "gradient_checks",
    "letter_checks",
    "product_checks",
    "reducing_checks",
    "storing_checks",
    "stretching_checks",
    "total_checks",
    "unreduced_checks",
]
