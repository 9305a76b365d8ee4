"""The colours of code."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.picture import code
from primer_core.picture.code import marks

SOURCE = Path(code.__file__).read_text(encoding="utf-8")


def coloured(code: str, kind: str) -> list[str]:
    return [code[start:end] for start, end, found in marks(code) if found == kind]


def test_each_kind_is_found_where_it_stands() -> None:
    code = 'import numpy as np  # once\n\nx = np.ones((2, 3))\nprint(f"{x.sum():g}", "two\\n")\n'
    assert coloured(code, "keyword") == ["import", "as"]
    assert coloured(code, "comment") == ["# once"]
    assert coloured(code, "number") == ["2", "3"]
    assert coloured(code, "string")[-1] == '"two\\n"'


def test_the_keywords_of_a_whole_module_are_found() -> None:
    assert coloured(SOURCE, "keyword").count("def") == SOURCE.count("\ndef ")


@pytest.mark.parametrize("code", ["", "x = (", '"""never closed', "a\n  b\n c", "é = 1  # ü"])
def test_code_with_a_mistake_is_still_shown(code: str) -> None:
    assert all(0 <= start < end <= len(code) for start, end, _ in marks(code))


@given(st.text(alphabet="ab1'\"#\\(){}[]\n :=é", max_size=60))
def test_marks_stand_in_order_and_never_overlap(code: str) -> None:
    for (_, end, _), (start, _, _) in pairwise(marks(code)):
        assert end <= start
