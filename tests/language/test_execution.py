"""What a library's own call is said to have warned of."""

import os
import warnings

import numpy as np
import pytest

from primer_core.language.execution import attempted, remembered


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


def test_what_was_found_while_nobody_heard_warnings_is_not_remembered_where_they_are(
    request: pytest.FixtureRequest,
) -> None:
    asked = list[str]()

    @remembered(2)
    def found(name: str) -> tuple[str, ...]:
        """Tell what a call warns of."""
        asked.append(name)
        return attempted(np.exp, (np.float64(1000),), {})[1]

    assert found("e") == found("e") == ()
    request.getfixturevalue("heard")
    assert found("e") == found("e") == ("RuntimeWarning: overflow encountered in exp",)
    assert (found.asked, found.__doc__) == (2, "Tell what a call warns of.")
    found.forget()
    assert len(found("e")) == 1
    assert asked == ["e", "e", "e"]
