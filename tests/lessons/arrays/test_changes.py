"""Statements change the array that is drawn, and each number that is written is told beside what the cell holds."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.arrays.anatomy import Anatomy, ChangesRefused, explain_array
from primer_core.lessons.arrays.changes import Changes
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def anatomy(make: str, then: str) -> Anatomy:
    explained = explain_array(make, statements=then)
    assert isinstance(explained, Anatomy)
    return explained


def changes(make: str, then: str) -> Changes:
    found = anatomy(make, then).changes
    assert found is not None
    return found


@examples(300)
@given(
    st.sampled_from(["np", "torch"]),
    st.sampled_from(["int8", "int64", "uint8", "float32", "float64", "bool"]),
    st.lists(
        st.tuples(
            st.sampled_from(["x[0]", "x[-1]", "x[1:3]", "x[::2]", "x[[0, 2]]", "x[...]"]),
            st.one_of(st.integers(0, 100), st.floats(-100, 100).map(lambda value: round(value, 2)), st.booleans()),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_what_is_shown_is_what_the_library_stores(library: str, dtype: str, writes: list[tuple[str, float]]) -> None:
    make = f"{library}.ones(5, dtype={library}.{dtype})"
    then = "; ".join(f"{target} = {value}" for target, value in writes)
    found = anatomy(make, then)
    code = f"import numpy as np\nimport torch\nx = {make}\n" + then.replace("; ", "\n")
    stopped = found.changes is not None and found.changes.stop is not None
    if stopped:
        with pytest.raises((OverflowError, RuntimeError)) as raised:
            run_snippet(code)
        assert found.changes is not None
        assert found.changes.stop is not None
        assert found.changes.stop.declined.words == str(raised.value)
        code = "\n".join([*code.split("\n")[:3], *found.changes.done])
    x = run_snippet(code)[1]["x"]
    np.testing.assert_array_equal(found.drawn.values, np.asarray(x))
    assert found.changes is not None
    assert found.changes.changed is not None
    np.testing.assert_array_equal(found.changes.changed, np.asarray(x) != np.ones(5, np.dtype(dtype)))
    for write in found.changes.writes:
        assert (write.effect == "kept") == (float(eval(write.given)) == float(eval(write.stored)))
    assert printed_by(found.code)


def test_a_name_that_is_bound_anew_is_told_from_a_cell_that_is_written_to() -> None:
    anew = changes("np.arange(3)", "x = x * 0.5")
    assert [(each.before, each.after) for each in anew.rebindings] == [(((3,), "int64"), ((3,), "float64"))]
    assert anew.changed is None
    assert not anew.writes
    assert not changes("np.arange(3)", "x *= 2").rebindings
    kept = changes("np.arange(3)", "y = x[1:]; y[0] = 9.5; print(y)")
    assert [(write.cell, write.given, write.stored) for write in kept.writes] == [("y[0]", "9.5", "9")]
    assert kept.printed == ("[9 2]",)
    assert kept.changed is not None
    assert kept.changed.tolist() == [False, True, False]


def test_what_a_library_declines_ends_the_statements_and_what_was_done_stays() -> None:
    found = anatomy("np.arange(3)", "x[0] = 7; x += 0.5; x[1] = 8")
    assert found.changes is not None
    assert found.changes.stop is not None
    assert found.drawn.values.tolist() == [7, 1, 2]
    x: Any = np.arange(3)
    with pytest.raises(TypeError) as raised:
        x += 0.5
    assert found.changes.stop.declined.words == str(raised.value)
    assert str(raised.value) in printed_by(found.code)
    by_torch = changes("torch.arange(3)", "x += 0.5").stop
    assert by_torch is not None
    with pytest.raises(RuntimeError) as declined:
        torch.arange(3).add_(0.5)
    assert by_torch.declined.words == str(declined.value)


def test_cells_are_written_one_by_one_and_the_rest_is_unknown_still() -> None:
    found = anatomy("np.empty((2, 2))", "x[0] = 1")
    assert found.drawn.unwritten is not None
    assert found.drawn.unwritten.tolist() == [[False, False], [True, True]]
    assert found.changes is not None
    assert found.changes.changed is not None
    assert found.changes.changed.tolist() == [[True, True], [False, False]]
    assert anatomy("np.empty((2, 2))", "x[...] = 1").drawn.unwritten is None


@pytest.mark.parametrize(
    ("then", "said"),
    [("y[0] = 1", "Column 1: “y” is not defined"), ("x = [1]", "no array any more"), ("del x", "no array any more"),
     ("for i in x: pass", "loop"), ("x[", "never closed"), ("x.tofile('a')", "not known"), ("x = zeros(5000)", "4 096"),
     ("x[0] = 1; z.sort()", "Column 11: “z”"), ("x = np.empty(3); x = x + 1", "never written"),
     ("x = np.broadcast_to(1, (10**6, 10**6)); x = x[0, :2]", "4 096")],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_its_place(then: str, said: str) -> None:
    with pytest.raises(ChangesRefused, match=said):
        explain_array("np.arange(3)", statements=then)
