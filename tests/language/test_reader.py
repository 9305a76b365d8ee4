"""What is read: what the libraries print, what stands around an expression, shapes, and where an error is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from primer_core.language.evaluator import Evaluator
from primer_core.language.reader import read_expression, read_shape, read_statements
from primer_core.language.rejection import Rejection
from tests.profiles import examples

QUARTERS = st.integers(-4000, 4000).map(lambda number: number / 4)
SPECIAL = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e-10, -2.5e20])
CELLS = {
    "int64": st.integers(-1000, 1000),
    "int32": st.integers(-1000, 1000),
    "bool": st.booleans(),
    "float64": st.one_of(QUARTERS, SPECIAL),
    "float32": QUARTERS,
}
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
ARRAYS = st.sampled_from(sorted(CELLS)).flatmap(
    lambda dtype: SHAPES.flatmap(lambda shape: arrays.arrays(dtype, shape, elements=CELLS[dtype]))
)


def value_of(text: str) -> Any:
    return Evaluator().evaluate(read_expression(text))


def rejected(text: str, names: dict[str, Any] | None = None) -> Rejection:
    with pytest.raises(Rejection) as caught:
        Evaluator(dict(names or {})).evaluate(read_expression(text))
    return caught.value


@examples(500)
@given(array=ARRAYS, before=st.sampled_from(["", "x = ", "import numpy as np\n", "import torch; "]))
def test_what_numpy_prints_is_read_as_the_array_that_was_printed(array: Any, before: str) -> None:
    printed, repeated = value_of(before + str(array)), value_of(before + repr(array))
    np.testing.assert_array_equal(np.array(printed), array)
    assert isinstance(printed, list)
    np.testing.assert_array_equal(repeated, array)
    assert repeated.dtype == array.dtype


@examples(300)
@given(array=ARRAYS)
def test_what_pytorch_prints_is_read_as_the_tensor_that_was_printed(array: Any) -> None:
    tensor = torch.from_numpy(array.copy())
    if tensor.is_floating_point() and not torch.equal(tensor, tensor.round(decimals=2)):
        tensor = torch.nan_to_num(tensor, nan=0.5, posinf=0.25, neginf=2.0).clamp(-100, 100)
        tensor = torch.where(tensor.abs() < 1e-3, torch.zeros_like(tensor), tensor)
    read = value_of(repr(tensor))
    assert read.dtype == tensor.dtype
    torch.testing.assert_close(read, tensor, equal_nan=True, rtol=1e-3, atol=1e-3)


@examples(200)
@given(array=ARRAYS)
def test_what_is_written_out_as_a_list_is_read_as_it_stands(array: Any) -> None:
    np.testing.assert_array_equal(np.array(value_of(str(array.tolist()))), array)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1 -2]", [1, -2]), ("[1 - 2]", [-1]), ("[1-2]", [-1]), ("[3 - 1, 2]", [2, 2]), ("[-1 -2\n -3]", [-1, -2, -3]),
        ("[[-1 -2]\n [-3 -4]]", [[-1, -2], [-3, -4]]), ("[[-1 -2] [-3 -4]]", [[-1, -2], [-3, -4]]), ("[1\n2]", [1, 2]),
        ("[1 −2]", [1, -2]), ("[−1 −2]", [-1, -2]), ("[1, −2]", [1, -2]), ("[1.+0.j 2.-1.j]", [1 + 0j, 2 - 1j]),
        ("[ True False]", [True, False]), ("[1. nan -inf]", [1.0, np.nan, -np.inf]), ("[1e-3 -2e+3]", [0.001, -2000.0]),
        ("[1 2] # printed", [1, 2]), ("  [1 2]\n", [1, 2]), ("[[[1 2]]\n\n [[3 4]]]", [[[1, 2]], [[3, 4]]]), ("[]", []),
    ],
)  # fmt: skip
def test_a_gap_between_numbers_is_a_comma_and_a_difference_is_a_difference(text: str, expected: Any) -> None:
    np.testing.assert_array_equal(np.array(value_of(text)), np.array(expected))


@pytest.mark.parametrize("text", ["np.array([1 2])", "[1 2] + 1", "a[0 1]", "1 2", "f([1 2])"])
def test_gaps_are_filled_in_printed_arrays_alone(text: str) -> None:
    assert rejected(text).verdict == "unread"


@pytest.mark.parametrize("array", [np.arange(5000), np.arange(5000) / 4, np.ones((60, 60))])
def test_an_array_that_was_not_printed_in_full_is_not_read(array: Any) -> None:
    for text in (str(array), repr(array)):
        rejection = rejected(text)
        assert rejection.verdict == "unread"
        assert "dots" in rejection.message


def test_three_dots_stay_an_index() -> None:
    assert value_of("[..., 0]") == [Ellipsis, 0]
    assert Evaluator({"a": np.arange(6).reshape(2, 3)}).evaluate(read_expression("a[..., 0]")).tolist() == [0, 3]


def test_a_computed_tensor_says_what_its_print_means() -> None:
    x = torch.ones(2, requires_grad=True)
    assert "grad_fn" in rejected(repr(x * 2)).message
    assert value_of(repr(x)).requires_grad


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("x = 3", "x", 3), ("größe = 3", "größe", 3), ("import numpy as np\na = 3\n", "a", 3), ("3 # three", "", 3),
        ("import numpy as np, torch; 3", "", 3), ("import torch.nn.functional as F\nfrom torch import nn\n\n3", "", 3),
        ("x = y", "", None), ("x, y = 1, 2", "", None), ("x = 1; y = 2", "", None), ("x == 3", "", None),
    ],
)  # fmt: skip
def test_what_stands_around_an_expression_is_read_off(text: str, name: str, expected: Any) -> None:
    if expected is None:
        assert rejected(text)
        return
    expression = read_expression(text)
    assert expression.name == name
    assert Evaluator().evaluate(expression) == expected


@pytest.mark.parametrize("text", ["import os", "from os import path", "import numpy.lib as np", "from numpy import *",
                                  "import torch as np", "import numpy as torch", "import sys, numpy"])  # fmt: skip
def test_other_imports_are_not_read(text: str) -> None:
    assert rejected(f"{text}\n1").verdict == "unread"


def test_several_statements_stand_in_a_line_or_in_lines() -> None:
    evaluator = Evaluator()
    text = "a = [1 2]; b = 3\nimport numpy as np\nc = array([1 2], dtype=float32)\n\n# c\na[0] + b"
    evaluator.run(read_statements(text))
    assert evaluator.names["a"] == [1, 2]
    assert evaluator.names["c"].dtype == np.float32


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("4x3", (4, 3)), ("4 × 3", (4, 3)), ("4X3x2", (4, 3, 2)), ("4 x 3", (4, 3)), ("(4x3)", (4, 3)),
        ("(4, 3)", (4, 3)),
        ("4, 3", (4, 3)), ("(4,)", (4,)), ("5", (5,)), ("()", ()), ("(-1, 3)", (-1, 3)), ("(−1, 3)", (-1, 3)),
        ("a", None),
        ("[4, 3]", None), ("4x", None), ("x3", None), ("1.5", None), ("True", None), ("(True, 3)", None), ("2*3", None),
        ("", None), ("4, 3.0", None), ("4 3", None), ("(4, 3", None),
    ],
)  # fmt: skip
def test_a_shape_is_read_in_every_spelling(text: str, shape: tuple[int, ...] | None) -> None:
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "line", "column", "end", "part"),
    [
        ("a + b", 1, 4, 5, "b"), ("größe_a = a + lösung", 1, 14, 20, "lösung"), ("a\\\n + b", 2, 3, 4, "b"),
        ("a.summe()", 1, 0, 7, "a.summe"), ("np.sim(a)", 1, 0, 6, "np.sim"), ("[1, 2, ü]", 1, 7, 8, "ü"),
        ("[x == 'ä', b]", 1, 1, 2, "x"), ("['ä', b]", 1, 6, 7, "b"), ("(a.T +\n  äpfel)", 2, 2, 7, "äpfel"),
        ("a @ a[5]", 1, 4, 8, "a[5]"),
        ("1 + (2 / 0)", 1, 5, 10, "2 / 0"), ("a + [x for x in a]", 1, 4, 18, "[x for x in a]"),
        ("[1 2 ü]", 1, 1, 4, "1 2"), ("[1 2 3] + b", 1, 1, 4, "1 2"), ("a.reshape(5, 7)", 1, 0, 15, "a.reshape(5, 7)"),
    ],
)  # fmt: skip
def test_an_error_names_its_line_its_column_and_its_part(
    text: str, line: int, column: int, end: int, part: str
) -> None:
    place = rejected(text, {"a": np.arange(3)}).place
    assert (place.line, place.column, place.end_column, place.text) == (line, column, end, part)


def test_an_error_in_statements_names_its_line() -> None:
    evaluator = Evaluator({"ä": np.arange(3)})
    with pytest.raises(Rejection) as caught:
        evaluator.run(read_statements("b = ä + 1; c = b\nd = 'ü'; e = ä.reshape(2, 2)\nf = 1"))
    place = caught.value.place
    assert (place.line, place.column, place.text) == (2, 13, "ä.reshape(2, 2)")
    assert "c" in evaluator.names
    assert "e" not in evaluator.names


@pytest.mark.parametrize("text", ["a +", "a[", "(1, 2", "a b", "1 +* 2", "x = ", "a.1", "'open", "[1, 2", "f(1,, 2)"])
def test_what_is_no_python_says_where_it_stops(text: str) -> None:
    rejection = rejected(text)
    assert rejection.verdict == "unread"
    assert rejection.place.line >= 1
    assert 0 <= rejection.place.column <= len(text)
    assert rejection.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("[x for x in a]", "unread"), ("lambda: 1", "unread"), ("a if a else 1", "unread"), ("{1: 2}", "unread"),
        ("f'{a}'", "unread"),
        ("a.__class__", "unknown"), ("np.nosuch(a)", "unknown"), ("b", "unknown"), ("a.nosuch()", "unknown"),
        ("eval('1')", "unknown"),
        ("2 ** 100", "refused"), ("np.zeros(10**9)", "refused"), ("np.zeros(3, dtype='U5')", "refused"),
        ("1" * 9999, "refused"),
        ("(" * 60 + "1" + ")" * 60 + "+ 1" * 60, "refused"), ("torch.zeros(2, device='cuda')", "refused"),
        ("np.empty(2) + 1", "refused"),
        ("a + np.ones(5)", "declined"), ("a.reshape(2, 2)", "declined"), ("1 / 0", "declined"), ("a[9]", "declined"),
        ("[1] + 1", "declined"),
        ("a and 1", "declined"), ("int('x')", "declined"), ("np.sum()", "declined"), ("a.sum(axis=3)", "declined"),
    ],
)  # fmt: skip
def test_whose_verdict_it_is(text: str, verdict: str) -> None:
    rejection = rejected(text, {"a": np.arange(3)})
    assert rejection.verdict == verdict, rejection.message
    assert (rejection.declined is not None) == (verdict == "declined")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("np.conctenate([a, a])", "concatenate"), ("np.resahpe(a, 3)", "reshape"), ("a.trnspose()", "transpose"),
        ("a.shpae", "shape"),
        ("torch.unsqueze(t, 0)", "unsqueeze"), ("t.permtue(0)", "permute"), ("F.sofmax(t)", "softmax"),
        ("wieghts + 1", "weights"),
        ("np.linalg.slove(a, a)", "solve"), ("np.random.defualt_rng(0)", "default_rng"), ("np.sumn(a)", "sum"),
        ("t.requires_gard", "requires_grad"),
    ],
)  # fmt: skip
def test_a_misspelled_name_is_answered_with_the_one_that_was_meant(text: str, meant: str) -> None:
    rejection = rejected(text, {"a": np.arange(3), "t": torch.arange(3.0), "weights": np.ones(3)})
    assert rejection.verdict == "unknown"
    assert f"Did you mean {meant}?" in rejection.message, rejection.message
