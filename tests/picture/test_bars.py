"""Bars as data."""

import math

import pytest

from primer_core.picture.bars import Bar, Bars
from primer_core.picture.payload import payload
from primer_core.picture.text import text


@pytest.mark.parametrize("value", [-1.0, math.inf, math.nan])
def test_what_has_no_length_is_no_bar(value: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        Bar(text("p"), value, "?")


def test_bars_are_sent_with_what_they_say() -> None:
    sent = payload(Bars((Bar(text("loop"), 2.5, "2.5 ms", "b", note="slow"),), "Times", {"label": "time"}, 5.0))
    assert sent == {
        "kind": "bars",
        "bars": [{"kind": "bar", "name": ["loop"], "value": 2.5, "label": "2.5 ms", "tone": "b", "note": "slow"}],
        "caption": "Times",
        "titles": {"label": "time"},
        "whole": 5.0,
    }
