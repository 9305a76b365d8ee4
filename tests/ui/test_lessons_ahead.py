"""Answers ahead of a page's run: asked of a real server, and of the functions behind it with anything at all."""

import importlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.arrays import presets as anatomy_presets
from primer_core.lessons.matmul import presets as matmul_presets
from primer_core.lessons.reductions import presets as reductions_presets
from primer_core.lessons.shapes import presets as pipeline_presets
from primer_core.lessons.views import presets as views_presets
from tests.profiles import examples
from tests.running_app import running_app
from ui.arrays.lessons_ahead import ADDRESS, LESSONS

PRESETS: dict[str, list[dict[str, str]]] = {
    "arrays": [{"make": one.text, "to": one.dtype} for one in anatomy_presets.PRESETS],
    "views": [dict(one.values) for one in views_presets.PRESETS if one.view != "Refused views"],
    "shapes": [{"x": one.x, "steps": one.steps, "library": one.library} for one in pipeline_presets.PRESETS],
    "reductions": [{key: str(value) for key, value in one.fields.items()} for one in reductions_presets.PRESETS],
    "matmul": [{"a": one.a, "b": one.b} for one in matmul_presets.PRESETS],
}
SETTINGS = [(lesson, query) for lesson, presets in PRESETS.items() for query in presets]
TABLED = [(lesson, query) for lesson, query in SETTINGS if lesson in ("matmul", "reductions")]

OPERANDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["(4, 3)", "(3,)", "()", "2", "[1, 2]", "[]", "(0, 3)", "a.T", "(9, 9, 9, 9)", "(10**9, 10**9)", ""]
    ),
    st.lists(st.integers(0, 5), max_size=5).map(lambda sizes: str(tuple(sizes))),
)
TYPED = ["a", "b", "c", "array", "make", "x", "steps", "then"]
CHOSEN = ["op", "view", "of", "operation", "axis", "keepdims", "divisor", "to"]
CHOICES = st.one_of(
    st.text(max_size=9),
    st.sampled_from(["Backward", "std", "softmax", "true", "0", "(0, 1)", "n − 1", "Bring it back"]),
)


def parts(lesson: str, query: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = importlib.import_module(f"ui.arrays.parts.{lesson}").parts(query)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_app() as app:
        yield app.url


def ask(server: str, path: str) -> tuple[int, Any]:
    """Ask the server; the status that it answers with, and what it says."""
    try:
        with urllib.request.urlopen(server + path, timeout=30) as answer:  # noqa: S310 - our own server
            return int(answer.status), json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


@pytest.mark.parametrize(("lesson", "query"), SETTINGS, ids=str)
def test_every_preset_has_parts_of_one_state_and_a_picture(lesson: str, query: dict[str, str]) -> None:
    found = parts(lesson, query)
    assert len({part["state"] for part in found.values()}) == 1
    assert all(part["part"] == name for name, part in found.items())
    assert found["names" if query.get("view") == "Names" else "grids"]["grids"]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(("lesson", "query"), TABLED, ids=str)
def test_a_table_has_a_cell_for_every_axis(lesson: str, query: dict[str, str]) -> None:
    table = parts(lesson, query)["rule"]
    assert table["rows"]
    for row in table["rows"]:
        assert len(row["cells"]) == len(table["columns"]) == len(table["result"]["cells"])
        sizes = [cell["text"] for cell in row["cells"] if cell["axis"] is not None]
        assert sizes in ([], [str(size) for size in row["shape"]])


@pytest.mark.parametrize("lesson", LESSONS)
@examples(500)
@given(data=st.data())
def test_anything_typed_has_an_answer(lesson: str, data: st.DataObject) -> None:
    query = {key: data.draw(OPERANDS) for key in TYPED} | {key: data.draw(CHOICES) for key in CHOSEN}
    json.dumps(parts(lesson, query), allow_nan=False)


def test_an_edited_cell_is_answered_with_the_statement_that_it_stands_for(server: str) -> None:
    query = {"view": "Memory", "lib": "NumPy", "a": "(3, 4)", "b": "a[::2]", "c": "", "then": "a += 1"}
    event = json.dumps({"grid": "array b", "index": [0, 1], "value": 99})
    status, found = ask(server, f"{ADDRESS}/views?{urlencode({**query, 'event': event})}")
    assert status == 200
    assert found == parts("views", {**query, "then": "a += 1; b[0, 1] = 99"})


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nonsense", 404, "Expected one of arrays"),
        ("/matmul?a=(2,3).T&resize=a&shape=2", 400, "Only a shape"),
        ("/matmul?a=(2,3)&resize=a&shape=2,-1", 400, "Expected sizes with commas between them"),
        ("/matmul?a=(2,3)&resize=a&shape=2,x", 400, "Expected sizes with commas between them"),
        ("/matmul?a=(2,3)&resize=a&shape=1,1,1,1,1", 400, "axes"),
        ("/views?a=(2,3)&event=nonsense", 400, "Expected an event of a cell"),
        ("/views?a=(2,3)&event=[1]", 400, "Expected an event of a cell"),
        ("/matmul?a=(2,3)&event=%7B%22grid%22:%22a%22,%22index%22:[0,0]%7D", 400, "Expected an event of a cell"),
        (f"/matmul?a={'1' * 20_001}", 414, "at most 20,000 characters"),
    ],
)
def test_what_cannot_be_answered_says_why(server: str, path: str, status: int, said: str) -> None:
    answered, problem = ask(server, ADDRESS + path)
    assert answered == status
    assert said in problem["problem"]
