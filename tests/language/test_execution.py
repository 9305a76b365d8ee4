"""What a library's own call is said to have warned of."""

import os
import warnings

import numpy as np

from primer_core.language.execution import attempted


def _leaves_a_file_open_and_overflows() -> float:
    open(os.devnull)  # noqa: SIM115 - that nobody closes it is what is tested
    return float(np.exp(np.float64(1000)))


def test_a_call_is_not_said_to_warn_of_what_is_cleared_away_meanwhile(
    heard: list[warnings.WarningMessage],
) -> None:
    result, warned = attempted(_leaves_a_file_open_and_overflows, (), {})
    assert result == np.inf
    assert [warning.category for warning in heard] == [ResourceWarning, RuntimeWarning]
    assert warned == ("RuntimeWarning: overflow encountered in exp",)
