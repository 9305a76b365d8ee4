"""What the code panels print can be typed back into the fields and gives the same."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import Refused
from primer_core.language.table import TABLE
from primer_core.lessons.answer import page
from primer_core.lessons.arrays import LESSON
from primer_core.lessons.arrays.anatomy import Anatomy, NotMade, explain_array
from primer_core.lessons.arrays.dtypes import read_values
from primer_core.lessons.arrays.making import make, read_making
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.strip import values_of
from primer_core.lessons.arrays.twins import Twins, compare
from primer_core.lessons.lesson import Preset
from primer_core.picture.parts import CodePanel
from tests.lessons.parts import parts
from tests.profiles import examples
from tests.snippets import run_snippet

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def of_view(view: str) -> list[Preset[ArraysQuestion]]:
    return [preset for preset in PRESETS if preset.question.view == view]


def panels(question: ArraysQuestion) -> list[str]:
    return [panel.code for panel in parts(page(LESSON, question), CodePanel)]


@pytest.mark.parametrize("preset", of_view("Anatomy"), ids=lambda preset: preset.title)
def test_the_code_of_an_array_typed_into_its_field_makes_the_same_array(preset: Preset[ArraysQuestion]) -> None:
    (code,) = panels(preset.question)
    asked = explain_array(preset.question.make, statements=preset.question.then)
    if isinstance(asked, NotMade):
        (code,) = re.findall("^    (x = .*)", code, re.MULTILINE)
    again = explain_array(code)
    if isinstance(asked, NotMade):
        assert isinstance(again, NotMade)
        assert (again.declined, again.code) == (asked.declined, asked.code)
        return
    assert isinstance(again, Anatomy)
    assert again.attributes[:3] == asked.attributes[:3]
    assert [each.value for each in again.attributes] == [each.value for each in asked.attributes]
    written = slice(None) if asked.drawn.unwritten is None else ~asked.drawn.unwritten
    np.testing.assert_array_equal(again.drawn.values[written], asked.drawn.values[written])
    expression = code.split("x = ")[1].split("\n")[0]
    assert panels(ArraysQuestion(make=expression, to=preset.question.to, then=preset.question.then)) == panels(
        preset.question
    )


@pytest.mark.parametrize("preset", of_view("Dtypes"), ids=lambda preset: preset.title)
def test_the_values_of_the_code_are_the_same_values(preset: Preset[ArraysQuestion]) -> None:
    (code,) = panels(preset.question)
    (line,) = [line for line in code.splitlines() if line.startswith("values = ")]
    assert np.array_equal(read_values(line).given, read_values(preset.question.values).given, equal_nan=True)
    assert panels(ArraysQuestion("Dtypes", values=line)) == [code]


@pytest.mark.parametrize("preset", of_view("PyTorch"), ids=lambda preset: preset.title)
def test_either_twin_typed_into_the_field_gives_the_same_pair(preset: Preset[ArraysQuestion]) -> None:
    code, *_ = panels(preset.question)
    for line in re.findall("^(?:x|t) = .*", code, re.MULTILINE):
        if "generator" in line:  # which NumPy has no equivalent of
            assert make(read_making(line)).library == "PyTorch"
            continue
        again, *_ = panels(ArraysQuestion("PyTorch", line))
        assert line in again.splitlines()
        assert re.findall("^(?:x|t) = ", again, re.MULTILINE) == ["x = ", "t = "]
    if "try:" not in code:
        again, *_ = panels(ArraysQuestion("PyTorch", code))
        for kept, line in zip(code.splitlines(), again.splitlines(), strict=True):
            assert kept == line or kept.startswith("t = ")  # torch.empty is a twin of x as good as torch.Tensor


def test_each_tensor_of_the_last_panel_can_be_typed() -> None:
    *_, code = panels(ArraysQuestion("PyTorch"))
    for expression in re.findall(r"torch\.\w+\((?:\[.*?\]|[\d., ]+)\)", code):
        assert make(read_making(expression)).library == "PyTorch"


OPERANDS = {
    "np": "a = np.arange(6.0).reshape(2, 3); i = np.arange(6).reshape(2, 3); v = np.arange(6.0); m = np.ones((3, 4)); "
    "n = np.ones((4, 2)); s = np.eye(3); t = np.arange(24.0).reshape(2, 3, 4)",
    "torch": "a = torch.arange(6.0).reshape(2, 3); i = torch.arange(6).reshape(2, 3); v = torch.arange(6.0); "
    "m = torch.ones(3, 4); n = torch.ones(4, 2); s = torch.eye(3); t = torch.arange(24.0).reshape(2, 3, 4)",
}
SHARED = "b = a + 0.5; j = i + 1; mask = i > 2; w = v + 1; u = t + 1; axis = 1; index = [1, 0]; l = [1, 2]"
"""What the examples of the table speak of."""


def programs() -> list[str]:
    """Return every example of the table as a program that binds x."""
    return [
        f"{OPERANDS['torch' if entry.library in ('torch', 'Tensor', 'F') else 'np']}; {SHARED}; x = {call}"
        for entry in TABLE.values()
        for call in entry.examples
        if "=" not in entry.name.rpartition(".")[2]
    ]


@examples(500)
@given(st.sampled_from(programs()))
def test_the_code_of_anything_in_the_language_makes_what_is_shown(program: str) -> None:
    try:
        outcome = explain_array(program, "int16")
    except Refused:
        return
    if isinstance(outcome, NotMade):
        return
    printed, names = run_snippet(outcome.code)
    assert " ".join(each.value for each in outcome.attributes[3:]) in printed
    if outcome.drawn.unwritten is None and outcome.drawn.dtype != "object":
        np.testing.assert_array_equal(values_of(names["x"]), outcome.drawn.values)


@examples(500)
@given(st.sampled_from(programs()))
def test_the_code_of_both_twins_gives_the_answers_that_are_shown(program: str) -> None:
    try:
        compared = compare(read_making(program))
    except Refused:
        return
    if isinstance(compared, Twins):
        printed, _ = run_snippet(compared.code)
        assert printed == "".join(f"{row.numpy} {row.torch}\n" for row in compared.rows)
        assert not [row for row in compared.rows if row.differs and row.question in ("axes", "shape", "cells")]
