"""What a table of shapes takes from a browser, from which anything may come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.profiles import examples
from ui.components.shape_table import Resize, _change

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("a"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["key", "from", "shape"]), inner),
    max_leaves=8,
)


def test_a_drag_is_read() -> None:
    sent = {"key": "a", "from": "(4, 3)", "shape": [5, 3]}
    assert _change(sent, ["a", "b"]) == Resize("a", "(4, 3)", (5, 3))


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"key": "secret", "from": "(4, 3)", "shape": [5, 3]},
        {"key": "a", "from": 4, "shape": [5, 3]},
        {"key": "a", "from": "(4, 3)", "shape": [-1]},
        {"key": "a", "from": "(4, 3)", "shape": [True]},
        {"key": "a", "from": "(4, 3)", "shape": [2.0]},
        {"key": "a", "from": "(4, 3)"},
    ],
)
def test_what_no_slider_sends_is_no_drag(sent: Any) -> None:
    assert _change(sent, ["a", "b"]) is None


@examples(500)
@given(JSON)
def test_anything_else_is_no_exception(sent: Any) -> None:
    change = _change(sent, ["a"])
    assert change is None or (change.key == "a" and all(size >= 0 for size in change.shape))
