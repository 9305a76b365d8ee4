"""Questions that learners asked in public, each posed in a field of this lesson: what is true is on the page."""

import numpy as np
import pytest
import torch

from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import KeepsItsDtype
from primer_core.claims.making import (
    DtypesMeet,
    MakesFloats,
    RowsDiffer,
    ShapeIsOne,
    StepsMiscounted,
    TakesSizes,
)
from primer_core.lessons.answer import page
from primer_core.lessons.arrays import LESSON
from primer_core.lessons.arrays.claims import claims_of
from primer_core.lessons.arrays.explain import explain
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Chip, Controls, Fixes, Notice, Page, Table
from primer_core.picture.text import plain
from tests.lessons.parts import parts


def asked(make: str, view: str = "Anatomy", then: str = "", to: str = "no change") -> Page:
    return page(LESSON, ArraysQuestion(view, make, to, then=then))  # type: ignore[arg-type]  # one of the views


def said(make: str, view: str = "Anatomy", then: str = "") -> tuple[Claim, ...]:
    question = ArraysQuestion(view, make, then=then)  # type: ignore[arg-type]  # one of the views
    return claims_of(question, explain(question))


def table(shown: Page, caption: str) -> dict[str, list[str]]:
    """The rows of a table by their first cells; of rows that begin alike, the last."""
    (found,) = [each for each in parts(shown, Table) if each.caption.startswith(caption)]
    rows = [[plain(cell.text) for cell in row] for row in found.rows]
    return {row[0]: row[1:] for row in rows}


def attributes(shown: Page) -> dict[str, str]:
    return {name: cells[0] for name, cells in table(shown, "Attributes").items()}


def grid(shown: Page, identifier: str) -> list[str]:
    """The texts in the cells of a grid."""
    (picture,) = parts(shown, Picture)
    (found,) = [each for each in picture.payload()["grids"] if each["id"] == identifier]
    return list(found["cells"])


def notices(shown: Page, tone: str) -> str:
    return " ".join(plain(line) for each in parts(shown, Notice) if each.tone == tone for line in each.paragraphs)


def problem(shown: Page, field: str) -> str:
    controls = [control for row in parts(shown, Controls) for control in row.controls]
    return plain(next(control.problem for control in controls if control.field == field))


def test_q02_a_decimal_that_is_written_into_an_int_cell_is_cut() -> None:
    shown = asked("np.array([6, 9, 12])", then="x[0] = 2.9; x[1] = -2.9")
    assert grid(shown, "x") == ["2", "−2", "12"]
    assert table(shown, "What was written") == {"x[0]": ["2.9", "2"], "x[1]": ["−2.9", "−2"]}
    shown = asked("np.array([6, 9, 12])", then="x[0] = 2.9; x[1] = -2.9; x[1:] = x[1:] * 0.4")
    assert grid(shown, "x") == ["2", "0", "4"]
    assert table(shown, "What was written")["x[1]"] == ["−0.8", "0"]
    assert attributes(shown)["x.dtype"] == "int64"
    assert KeepsItsDtype("x", "int64") in said("np.array([6, 9, 12])", then="x[0] = 2.9; x[1] = -2.9")
    whole = asked("a = np.array([6, 9, 12]); a[0] = 2.9; a[1] = -2.9; a[1:] = a[1:] * 0.4; print(a, a.dtype)")
    assert grid(whole, "x") == ["2", "0", "4"]
    assert grid(asked("np.array([6.0, 9, 12])", then="x[0] = 2.9"), "x") == ["2.9", "9.0", "12.0"]


@pytest.mark.parametrize("view", ["Anatomy", "PyTorch"])
def test_q04_rows_of_unequal_lengths_are_no_table(view: str) -> None:
    with pytest.raises(ValueError, match="inhomogeneous") as raised:
        np.array([[1, 2, 3], [4, 5]])
    shown = asked("[[1, 2, 3], [4, 5]]", view)
    assert f"ValueError: {raised.value}" in notices(shown, "declined")
    assert "The detected shape was (2,)" in notices(shown, "declined")
    assert RowsDiffer("[[1, 2, 3], [4, 5]]", (0, 1), ((3,), (2,))) in said("[[1, 2, 3], [4, 5]]", view)
    fix = parts(shown, Fixes)[0].fixes[0].puts
    assert fix == {"make": "np.array([[1, 2, 3], [4, 5]], dtype=object)"}
    lists = asked(fix["make"])
    assert attributes(lists)["x.shape"] == "(2,)"
    assert attributes(lists)["x.dtype"] == "object"
    assert grid(lists, "x") == ["[1, 2, 3]", "[4, 5]"]


def test_q06_float64_meets_float32() -> None:
    x, w = torch.from_numpy(np.array([[1.0, 2.0]])), torch.ones(2, 3)
    with pytest.raises(RuntimeError) as raised:
        x @ w
    from_numpy = "torch.from_numpy(np.array([[1.0, 2.0]]))"
    shown = asked(f"{from_numpy} @ torch.ones(2, 3)")
    assert f"RuntimeError: {raised.value}" in notices(shown, "declined")
    meet = DtypesMeet(from_numpy, "torch.ones(2, 3)", ("float64", "float32"), "float64")
    assert meet in said(f"{from_numpy} @ torch.ones(2, 3)")
    assert grid(shown, "left") == ["1.0", "2.0"]
    assert grid(shown, "right") == ["1.0"] * 6
    first, second = (fix.puts["make"] for fix in parts(shown, Fixes)[0].fixes)
    assert attributes(asked(first))["x.dtype"] == "torch.float32"
    assert attributes(asked(second))["x.dtype"] == "torch.float64"
    assert attributes(asked(from_numpy))["x.dtype"] == "torch.float64"
    assert attributes(asked(f"{from_numpy} + 1"))["x.dtype"] == "torch.float64"
    assert attributes(asked(f"{from_numpy}.T * torch.ones(2, 3)"))["x.dtype"] == "torch.float64"
    named = asked(f"x = {from_numpy}\nw = torch.ones(2, 3)\nx @ w")
    assert str(raised.value) in notices(named, "declined")


def test_s08_torch_tensor_with_a_capital_takes_sizes() -> None:
    assert attributes(asked("torch.tensor(3)"))["tuple(x.shape)"] == "()"
    sizes = asked("torch.Tensor(3)")
    assert attributes(sizes)["tuple(x.shape)"] == "(3,)"
    assert attributes(sizes)["x.dtype"] == "torch.float32"
    assert grid(sizes, "x") == grid(sizes, "x memory") == ["?", "?", "?"]
    assert TakesSizes((3,), "3", (), "int64") in said("torch.Tensor(3)")
    data = asked("torch.Tensor([3])")
    assert attributes(data)["tuple(x.shape)"] == "(1,)"
    assert attributes(data)["x.dtype"] == "torch.float32"
    assert MakesFloats("[3]", "float32", "int64") in said("torch.Tensor([3])")
    assert attributes(asked("torch.tensor([3])"))["x.dtype"] == "torch.int64"


def test_s09_arange_with_a_decimal_step_may_include_the_end() -> None:
    short = asked("np.arange(1, 1.3, 0.1)")
    assert grid(short, "x") == ["1.0", "1.1", "1.2", "1.3"]
    last = repr(float(np.arange(1, 1.3, 0.1)[-1]))
    spaced = "np.linspace(1, 1.3, 3, endpoint=False)"
    assert StepsMiscounted("np.arange(1, 1.3, 0.1)", 4, last, 3, spaced) in said("np.arange(1, 1.3, 0.1)")
    long = asked("np.arange(1, 1.6, 0.1)")
    assert attributes(long)["x.size"] == "7"
    assert "np.linspace(1, 1.6, 6, endpoint=False)" in notices(long, "warning")
    assert attributes(asked("np.linspace(1, 1.6, 6, endpoint=False)"))["x.size"] == "6"
    for fine in ("np.arange(0, 1, 0.25)", "np.arange(5)", "np.arange(0, 1, 0.1)", "np.arange(1, 0, -0.1)",
                 "np.arange(-3, 0, 0.5, dtype=int)"):  # fmt: skip
        assert not notices(asked(fine), "warning")


def test_s10_a_shape_is_one_tuple_in_numpy() -> None:
    with pytest.raises(TypeError) as raised:
        np.zeros(2, 3)  # type: ignore[call-overload]  # the mistake that is asked about
    shown = asked("np.zeros(2, 3)")
    assert f"TypeError: {raised.value}" in notices(shown, "declined")
    one = ShapeIsOne("np.zeros(2, 3)", "3", "np.zeros((2, 3))", "torch.zeros(2, 3)")
    assert one in said("np.zeros(2, 3)")
    assert [fix.puts["make"] for fix in parts(shown, Fixes)[0].fixes] == ["np.zeros((2, 3))", "torch.zeros(2, 3)"]
    assert attributes(asked("np.zeros((2, 3))"))["x.shape"] == "(2, 3)"
    assert attributes(asked("torch.zeros(2, 3)"))["tuple(x.shape)"] == "(2, 3)"


@pytest.mark.parametrize("view", ["Anatomy", "PyTorch"])
def test_s11_an_array_of_texts_is_refused_by_name_and_what_numpy_does_is_told(view: str) -> None:
    shown = asked("np.array(['ab', 'cd'])", view)
    assert shown.body is None
    assert str(np.array(["ab", "cd"]).dtype) in problem(shown, "make")
    assert "cut off" in problem(shown, "make")
    assert parts(shown, Chip)[-1].verdict == "error"
