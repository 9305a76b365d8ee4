"""Explanations of a reader's own arrays: true to them, harmless to them, and shown as HTML and as text."""

import random
import warnings
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from primer_core import explain
from primer_core.notebook import Explanation
from primer_core.notebook.given import Given


def shown_in(explanation: Explanation) -> ElementTree.Element:
    """What a notebook shows, read as XML: whatever was given, every element is closed."""
    return ElementTree.fromstring(explanation._repr_html_())  # noqa: S314 - it was just written here


def test_operands_are_drawn_with_the_readers_own_numbers() -> None:
    a, b = np.array([0.25, 7.5]), np.array([10, 20, 30])
    explained = explain("a[:, None] + b", a=a, b=b)
    assert explained.error == ""
    root = shown_in(explained)
    drawn = "".join(root.itertext())
    for value in (a[:, None] + b).ravel().tolist():
        assert f"{value:g}" in drawn
    assert len(root.findall(".//{http://www.w3.org/2000/svg}svg")) >= 1
    assert "(2, 3)" in repr(explained)
    assert explain("b = a[1:]", a=a).claims[0].startswith("b ")


def test_a_line_that_fails_is_explained_with_pythons_own_words_and_fixes_that_work() -> None:
    x = np.random.default_rng(0).random((20, 30))
    code = "v = x - x.mean(axis=1)"
    explained = explain(code, x=x)
    with pytest.raises(ValueError, match="broadcast") as caught:
        exec(code, {"x": x})
    assert explained.error == f"ValueError: {caught.value}"
    offered = [line.removeprefix("- ").partition(" → ")[0] for line in repr(explained).splitlines() if " → (" in line]
    assert "v = x - x.mean(axis=1, keepdims=True)" in offered
    for line in offered:
        exec(line, {"x": x})


@pytest.mark.parametrize(
    ("code", "shapes"),
    [("x @ w", ((1000, 784), (100, 784))), ("x - w", ((1000, 784), (1000,))), ("x * w", ((400, 300), (300, 400)))],
)
def test_arrays_of_real_sizes_that_do_not_meet_are_lined_up(code: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    x, w = (np.ones(shape) for shape in shapes)
    explained = explain(code, x=x, w=w)
    with pytest.raises(ValueError, match=r"mismatch|broadcast") as caught:
        exec(code, {"x": x, "w": w})
    assert explained.error == f"ValueError: {caught.value}"
    cells = {cell.text for cell in shown_in(explained).iter("td")}
    assert {str(size) for shape in shapes for size in shape} <= cells


def test_what_is_given_is_never_changed_and_aliases_stay_aliases() -> None:
    a = np.arange(6.0)
    view, held = a[1:4], [np.arange(3)]
    t = torch.arange(6.0)
    window, weight = t.view(2, 3)[:, 1:], torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.tensor([1.0, 2.0])
    code = "view += 10\nheld[0][0] = 7\nwindow.mul_(2)\n(weight * 3).sum().backward()\nprint(a, t, held, weight.grad)"
    printed = repr(explain(code, a=a, view=view, held=held, t=t, window=window, weight=weight))
    assert "[ 0. 11. 12. 13.  4.  5.]" in printed
    assert "tensor([ 0.,  2.,  4.,  3.,  8., 10.])" in printed
    assert "[array([7, 1, 2])]" in printed
    assert "tensor([4., 5.])" in printed
    assert a.tolist() == [0, 1, 2, 3, 4, 5]
    assert held[0].tolist() == [0, 1, 2]
    assert t.tolist() == [0, 1, 2, 3, 4, 5]
    assert weight.grad.tolist() == [1, 2]


@pytest.mark.parametrize("make", [lambda a: a, lambda a: a.T, lambda a: a[::-1, ::2], lambda a: a[1:, None]])
def test_copies_lie_in_memory_as_what_was_given(make: Any) -> None:
    base = np.arange(24, dtype=np.int32).reshape(4, 6)
    array = make(base)
    copies = Given({"base": base, "array": array, "again": array}).copies()
    np.testing.assert_array_equal(copies["array"], array)
    assert copies["array"].strides == array.strides
    assert copies["array"] is copies["again"]
    assert np.shares_memory(copies["array"], copies["base"])
    assert not np.shares_memory(copies["array"], base)
    frozen = array.view()
    frozen.flags.writeable = False
    assert not Given({"frozen": frozen}).copies()["frozen"].flags.writeable


@pytest.mark.parametrize(
    ("code", "fails"), [("x.T.view(6)", True), ("x.T.reshape(6)", False), ("x.t().unsqueeze(0)", False)]
)
def test_a_tensor_is_shown_as_it_lies_in_memory(code: str, *, fails: bool) -> None:
    x = torch.arange(6.0).view(2, 3)
    explained = explain(f"y = {code}", x=x)
    assert bool(explained.error) is fails
    said = repr(explained)
    if not fails:
        result = eval(code, {"x": x})
        shares = result.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
        assert ("A view: the same memory" in said, "A copy: " in said) == (shares, not shares)
    else:
        assert "A view: the same memory" not in said


def test_no_setting_of_a_library_is_changed() -> None:
    threads = torch.get_num_threads()
    code = (
        "np.random.seed(3)\ntorch.manual_seed(3)\nnp.set_printoptions(precision=1)\ntorch.set_printoptions(precision=1)\n"
        "x = np.random.rand(2) + torch.rand(2).numpy()\nprint(x / 0)\nq = undefined_name"
    )
    np.random.seed(11)
    torch.manual_seed(11)
    random.seed(11)
    expected = np.random.RandomState(11).random_sample(), torch.rand(1, generator=torch.Generator().manual_seed(11))
    with torch.no_grad(), warnings.catch_warnings(), np.errstate(divide="ignore"):
        before = np.get_printoptions(), np.geterr(), list(warnings.filters)
        assert "NameError" in explain(code).error
        assert not torch.is_grad_enabled()
        assert (np.get_printoptions(), np.geterr(), list(warnings.filters)) == before
    assert (np.random.random_sample(), torch.rand(1)) == expected
    assert torch.get_num_threads() == threads
    assert "0.3333" in str(torch.tensor(1 / 3))


def test_a_message_is_explained_as_well() -> None:
    explained = explain("ValueError: operands could not be broadcast together with shapes (3,) (4,) ")
    assert {cell.text for cell in shown_in(explained).iter("td")} >= {"3", "4"}
    assert "Run it here" not in repr(explained)
    assert explained.claims


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (np.ma.array([1]), TypeError, ["a is a MaskedArray", "np.asarray(a)"]),
        (np.array(["x"]), TypeError, ["dtype <U1"]),
        (torch.ones(2).bfloat16(), TypeError, ["bfloat16", "a.float()"]),
        (torch.ones(2, requires_grad=True) * 2, TypeError, ["a.detach()"]),
        (torch.ones(2).to_sparse(), TypeError, ["sparse", "dense"]),
        (torch.nn.Linear(2, 2), TypeError, ["Linear", "into the lines"]),
        ([print], TypeError, ["builtin_function_or_method"]),
        (np.broadcast_to(np.zeros(1), (2**11, 2**10)), ValueError, ["2 097 152", "1 048 576", "a[:100]"]),
        (np.zeros((1,) * 17), ValueError, ["17 axes"]),
        ([0] * 200_000, ValueError, ["200 001 values"]),
    ],
)
def test_what_cannot_be_explained_says_what_to_give(given: Any, error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        explain("a", a=given)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("code", "words"),
    [("y = a + 1\nexec('1')", "Line 2: "), ("x = 1 +", "Line 1: "), ("a\n" * 81, "81 lines"), ("a" * 10_001, "10001")],
)
def test_what_is_not_run_is_named_with_its_line(code: str, words: str) -> None:
    explained = explain(code, a=np.arange(3))
    assert explained.error
    assert words in repr(explained)
    assert words in "".join(shown_in(explained).itertext())


def test_a_list_that_holds_itself_is_refused() -> None:
    given: list[Any] = []
    given.append(given)
    with pytest.raises(ValueError, match="more than 50 deep"):
        explain("a", a=given)


def test_whatever_is_typed_or_given_is_shown_letter_by_letter() -> None:
    hostile = "print('<script>alert(1)</script> & \"quoted\"')\nx = 1 +"
    explained = explain(hostile, s="</style><b>")
    root = shown_in(explained)
    assert root.find(".//script") is None
    assert "<script>alert(1)</script>" in "".join(root.itertext())
    assert explained.error
