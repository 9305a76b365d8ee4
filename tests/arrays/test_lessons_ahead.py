"""Answers ahead of a page's run: asked of a real server, and of the functions behind it with anything at all."""

import importlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primer_core.arrays import broadcast_presets, matmul_presets, reductions_presets
from tests.running_app import running_app
from ui.arrays.lessons_ahead import ADDRESS, LESSONS

BROADCASTING = [
    {"a": one.a, "b": one.b, "c": one.c, "op": one.operation, "view": view}
    for one in broadcast_presets.PRESETS
    for view in ("Forward", "Backward")
]
MATMUL = [{"a": one.a, "b": one.b} for one in matmul_presets.PRESETS]
REDUCTIONS = [{key: str(value) for key, value in one.fields.items()} for one in reductions_presets.PRESETS]
SETTINGS = [("broadcasting", one) for one in BROADCASTING]
SETTINGS += [("matmul", one) for one in MATMUL] + [("reductions", one) for one in REDUCTIONS]

OPERANDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["(4, 3)", "(3,)", "()", "2", "[1, 2]", "[]", "(0, 3)", "a.T", "(9, 9, 9, 9)", "(10**9, 10**9)", ""]
    ),
    st.lists(st.integers(0, 5), max_size=5).map(lambda sizes: str(tuple(sizes))),
)
KEYS = ["a", "b", "c", "op", "view", "of", "array", "operation", "axis", "keepdims", "divisor"]
CHOICES = st.one_of(
    st.text(max_size=9),
    st.sampled_from(["Backward", "std", "softmax", "true", "0", "(0, 1)", "n − 1", "Bring it back"]),
)


def parts(lesson: str, query: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = importlib.import_module(f"ui.arrays.{lesson}_parts").parts(query)
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
def test_every_preset_has_a_table_and_a_picture_of_one_state(lesson: str, query: dict[str, str]) -> None:
    found = parts(lesson, query)
    assert found["rule"]["state"] == found["grids"]["state"]
    assert found["rule"]["rows"]
    assert found["grids"]["grids"]
    for row in found["rule"]["rows"]:
        assert len(row["cells"]) == len(found["rule"]["columns"]) == len(found["rule"]["result"]["cells"])
        sizes = [cell["text"] for cell in row["cells"] if cell["axis"] is not None]
        assert sizes in ([], [str(size) for size in row["shape"]])
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("lesson", LESSONS)
@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_anything_typed_has_an_answer(lesson: str, data: st.DataObject) -> None:
    query = {key: data.draw(OPERANDS if key in "abcarray" else CHOICES) for key in KEYS}
    json.dumps(parts(lesson, query), allow_nan=False)


def test_a_size_that_is_dragged_is_answered_as_if_it_were_typed(server: str) -> None:
    query = {"a": "(4, 3)", "b": "[1, 0, 1]", "c": "", "op": "add", "view": "", "of": ""}
    dragged = {**query, "resize": "b", "shape": "2,3"}
    status, found = ask(server, f"{ADDRESS}/broadcasting?{urlencode(dragged)}")
    assert status == 200
    assert found == json.loads(json.dumps(parts("broadcasting", {**query, "b": "[[1, 0, 1], [1, 0, 1]]"})))
    assert found["rule"]["ahead"]["query"]["b"] == "[[1, 0, 1], [1, 0, 1]]"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nonsense", 404, "Expected one of broadcasting"),
        ("/matmul?a=(2,3).T&resize=a&shape=2", 400, "Only a shape"),
        ("/matmul?a=(2,3)&resize=a&shape=2,-1", 400, "Expected sizes with commas between them"),
        ("/matmul?a=(2,3)&resize=a&shape=2,x", 400, "Expected sizes with commas between them"),
        ("/matmul?a=(2,3)&resize=a&shape=1,1,1,1,1", 400, "axes"),
        (f"/matmul?a={'1' * 20_001}", 414, "at most 20,000 characters"),
    ],
)
def test_what_cannot_be_answered_says_why(server: str, path: str, status: int, said: str) -> None:
    answered, problem = ask(server, ADDRESS + path)
    assert answered == status
    assert said in problem["problem"]
