"""The address that lessons' pages ask, in-process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.backend.loading import load_torch
from primer_core.lessons.answer import AnswerCache, answer
from primer_core.lessons.broadcasting import LESSON
from primer_core.lessons.broadcasting.question import BroadcastingQuestion
from ui import modules
from ui.answers import ROUTES, address

ADDRESS = address("broadcasting")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    load_torch()
    with TestClient(Starlette(routes=[*ROUTES, *modules.ROUTES])) as client:
        yield client


def ask(client: TestClient, *events: dict[str, Any], n: int = 1, **texts: str) -> dict[str, Any]:
    response = client.post(ADDRESS, json={"question": texts, "events": list(events), "n": n})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_an_answer_is_that_of_the_question_with_the_number_it_was_asked_by(client: TestClient) -> None:
    found = ask(client, n=7, a="(2, 2)", b="10")
    assert found.pop("n") == 7
    assert found == json.loads(answer(LESSON, BroadcastingQuestion(a="(2, 2)", b="10")))


def test_events_are_followed_in_their_order(client: TestClient) -> None:
    found = ask(
        client,
        {"kind": "put", "texts": {"a": "(2, 2)", "op": "multiply"}},
        {"kind": "resize", "field": "a", "start": "(2, 2)", "shape": [5, 2]},
        {"kind": "put", "texts": {"b": "10"}},
    )
    assert found["question"] == BroadcastingQuestion(a="(5, 2)", op="multiply", b="10").texts()
    assert found["address"] == "a=%285%2C+2%29&op=multiply&b=10"
    assert "refusal" not in found


def test_a_resized_array_goes_on_from_its_start(client: TestClient) -> None:
    found = ask(client, {"kind": "resize", "field": "b", "start": "[1, 0, 1]", "shape": [2, 3]})
    assert found["question"]["b"] == "[[1, 0, 1], [1, 0, 1]]"


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ({"kind": "put", "texts": {"op": "power"}}, "power"),
        ({"kind": "put", "texts": {"nothing": "1"}}, "nothing"),
        ({"kind": "resize", "field": "op", "start": "add", "shape": [1]}, "op"),
        ({"kind": "resize", "field": "a", "start": "(2,)", "shape": [1] * 9}, "9 axes"),
        ({"kind": "click", "grid": "a", "index": [0]}, "nothing"),
    ],
)
def test_an_event_that_cannot_be_followed_is_passed_over_with_the_reason(
    client: TestClient, event: dict[str, Any], word: str
) -> None:
    found = ask(client, event, {"kind": "put", "texts": {"b": "10"}})
    assert word in found["refusal"]
    assert found["question"] == BroadcastingQuestion(b="10").texts()


def test_parameters_that_cannot_be_taken_are_told_and_defaults_are_used(client: TestClient) -> None:
    found = ask(client, op="power", lr="3", b="10")
    assert found["question"] == BroadcastingQuestion(b="10").texts()
    power, unknown = found["problems"]
    assert "op=power" in power
    assert "add" in power
    assert "lr=3" in unknown


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"question": 3}', 400),
        (b'{"question": {"a": 3}}', 400),
        (b'{"question": {}, "events": 3}', 400),
        (b'{"question": {}, "events": [{"kind": "bang"}]}', 422),
        (b'{"question": {}, "events": [{"kind": "put", "texts": {"a": 1}}]}', 422),
        (b'{"question": {}, "events": [{"kind": "click", "grid": "a", "index": ["0"]}]}', 422),
        (b'{"question": {}, "events": [{"kind": "edit", "grid": "a", "index": [0], "value": "1"}]}', 422),
        (
            b'{"question": {}, "events": [' + b",".join([b'{"kind": "act", "name": "x", "details": {}}'] * 201) + b"]}",
            400,
        ),
        (b"[" * 50_000, 400),
        (b'{"question": {"a": "' + b"x" * 300_000 + b'"}}', 413),
        (b'{"question": {}, "n": NaN}', 400),
        (b"\xff", 400),
    ],
)
def test_what_is_no_question_is_refused_with_a_reason(client: TestClient, content: bytes, status: int) -> None:
    response = client.post(ADDRESS, content=content)
    assert response.status_code == status
    assert response.json()["problem"]


def test_a_lesson_that_there_is_not_is_answered_with_those_that_there_are(client: TestClient) -> None:
    response = client.post("/api/lessons/nowhere", json={"question": {}})
    assert response.status_code == 404
    assert "broadcasting" in response.json()["problem"]


def test_a_lesson_that_measures_nothing_says_so(client: TestClient) -> None:
    response = client.post(f"{ADDRESS}/measure", json={"question": {}, "what": "speed"})
    assert response.status_code == 400


def test_modules_are_kept_under_their_hash_only(client: TestClient) -> None:
    kept = client.get(modules.address("lesson.js"))
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert "javascript" in kept.headers["content-type"]
    assert client.get("/modules/old/lesson.js").headers["cache-control"] == "no-store"
    assert client.get("/modules/old/secrets.js").status_code == 404
    assert client.get("/modules/old/..%2f..%2fapp.py").status_code == 404


def test_answers_are_kept_up_to_their_room() -> None:
    cache = AnswerCache(room=100)
    cache.put("a", b"x" * 60)
    cache.put("b", b"x" * 30)
    assert cache.get("a") is not None
    cache.put("c", b"x" * 30)
    assert cache.get("b") is None, "asked for longest ago"
    assert cache.get("a") is not None
    cache.put("a", b"x" * 90)
    assert cache.get("c") is None
    cache.put("huge", b"x" * 101)
    assert cache.get("huge") is None
    assert cache.get("a") == b"x" * 90


FRESH = """
import sys
from starlette.applications import Starlette
from starlette.testclient import TestClient
from primer_core.backend.loading import load_torch
from ui.answers import ROUTES, address

client = TestClient(Starlette(routes=[*ROUTES]))
body = {"question": {"library": "NumPy", "steps": "transpose(1, 0)"}, "n": 3,
        "events": [{"kind": "put", "texts": {"library": "PyTorch"}}]}
print(client.post(address("shapes"), json=body).json())
found = client.post(address("shapes"), json={**body, "wait": True}).json()
print(found["question"]["steps"], found["n"], "torch" in sys.modules)
"""


def test_an_event_that_needs_a_library_which_is_not_loaded_is_answered_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == ["{'n': 3, 'loading': 'PyTorch'}", "permute(1, 0) 3 True"]
