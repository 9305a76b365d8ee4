"""All checks: importing this module makes each known."""

from tests.claims import dtype_checks, fix_checks, gradient_checks, product_checks, storing_checks, stretching_checks

__all__ = ["dtype_checks", "fix_checks", "gradient_checks", "product_checks", "storing_checks", "stretching_checks"]
