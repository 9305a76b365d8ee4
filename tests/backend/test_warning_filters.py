import warnings
from collections.abc import Iterator
from typing import Literal

import pytest

from primer_core.backend.warning_filters import WarningFilter

QUIET = WarningFilter("ignore", "nobody needs to know")
RAISED = WarningFilter("error", module=r"a_module_that_is_not_there$")


@pytest.fixture(autouse=True)
def _filters_put_back() -> Iterator[None]:
    with warnings.catch_warnings():
        yield


def warned(text: str, module: str = "elsewhere") -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.warn_explicit(text, UserWarning, "a file", 1, module)
    return bool(caught)


@pytest.mark.parametrize("action", ["always", "error"])
def test_a_kept_filter_decides_whatever_was_set_after_it(action: Literal["always", "error", "default"]) -> None:
    for _ in range(3):
        warnings.simplefilter(action)
        QUIET.keep()
        assert not warned("Nobody needs to know this")
    if action == "always":
        assert warned("something else")


def test_a_filter_that_raises_concerns_one_module() -> None:
    warnings.simplefilter("always")
    RAISED.keep()
    with pytest.raises(UserWarning):
        warned("x", "a_module_that_is_not_there")
    assert warned("x", "another")


def test_filters_that_are_kept_in_turn_stay_where_they_are() -> None:
    QUIET.keep()
    RAISED.keep()
    before = list(warnings.filters)
    for kept in (QUIET, RAISED, QUIET):
        kept.keep()
    assert list(warnings.filters) == before


def test_a_filter_that_was_taken_away_comes_back() -> None:
    QUIET.keep()
    warnings.resetwarnings()
    QUIET.keep()
    assert not warned("nobody needs to know")
