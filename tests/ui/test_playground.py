"""The address that the playground's page asks, in-process, and the page itself."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.lessons.playground.answer import answer
from primer_core.lessons.playground.presets import PRESETS, PRIMER
from primer_core.lessons.playground.question import MOST_STEPS, PlaygroundQuestion
from primer_core.lessons.playground.training import advance, first_state, read_state
from ui.evaluation import POOL
from ui.playground import ADDRESS, ROUTES, SECONDS, share

MOONS = PlaygroundQuestion()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    POOL.start()
    with TestClient(Starlette(routes=ROUTES)) as client:
        yield client


def ask(client: TestClient, question: PlaygroundQuestion, **more: Any) -> dict[str, Any]:
    response = client.post(ADDRESS, json={"question": question.texts(), "state": "", "step": 0, "steps": 0, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_an_answer_is_the_engines_with_words_and_code(client: TestClient) -> None:
    found = ask(client, PRIMER, steps=6, told=True, code=True)
    wanted, _ = answer(PRIMER, first_state(PRIMER), 6, seconds=10, told=True)
    words = found.pop("says")
    assert "5 of 5 training points" in json.dumps(words)
    code = found.pop("code")
    assert code["text"].startswith("import numpy as np")
    assert code["marks"][0] == [0, 6, "keyword"]
    assert found == json.loads(json.dumps(wanted))


def test_the_state_that_came_with_an_answer_goes_on_from_there(client: TestClient) -> None:
    first = ask(client, MOONS, steps=3)
    second = ask(client, MOONS, state=first["state"], step=first["step"], steps=4)
    assert second["step"] == 7
    assert "points" not in second
    assert "code" not in second
    state, losses = advance(MOONS, first_state(MOONS), 7)
    assert first["losses"] + second["losses"] == losses
    assert second["state"] == state.text()


def test_an_answer_ends_after_some_hundredths_of_a_second(client: TestClient) -> None:
    found = ask(client, MOONS, steps=20_000)
    assert 0 < found["step"] < 5_000


def test_the_more_wait_the_fewer_steps_an_answer_has() -> None:
    shares = [share(waiting) for waiting in range(200)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == shares[4] == SECONDS
    for waiting in range(5, 60):
        assert shares[waiting] * (waiting + 1) == pytest.approx(0.2)
    assert shares[-1] == shares[100] < SECONDS / 10


def test_learners_at_full_pace_all_get_pictures_by_turns_and_the_same_numbers(client: TestClient) -> None:
    ask(client, MOONS)
    with ThreadPoolExecutor(24) as learners:
        many = list(learners.map(lambda _: ask(client, MOONS, steps=MOST_STEPS), range(48)))
    alone = ask(client, MOONS, steps=MOST_STEPS)
    assert all(found["step"] >= 1 for found in many)
    assert median(found["step"] for found in many) < alone["step"]
    _, losses = advance(MOONS, first_state(MOONS), max(found["step"] for found in many))
    assert all(found["losses"] == losses[: found["step"]] for found in many)


def test_an_answer_at_full_size_is_not_too_large(client: TestClient) -> None:
    for preset in PRESETS:
        response = client.post(ADDRESS, json={"question": preset.question.texts(), "code": True, "told": True})
        assert len(response.content) <= 64_000, preset.title


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "Expected a JSON object"),
        ({}, "Expected question"),
        ({"question": {"data": 3}}, "Expected question"),
        ({"question": {"data": "squares"}}, "squares"),
        ({"question": {"edits": "0w7_0_0_1"}}, "numbers that a network"),
        ({"question": {}, "steps": -1}, "Expected steps"),
        ({"question": {}, "step": True}, "Expected step"),
        ({"question": {}, "state": 5}, "Expected state"),
        ({"question": {}, "state": "AAAA", "step": 1}, "Expected a state of 3 times 105 numbers"),
        ({"question": {}, "state": "!", "step": 1}, "Expected the state as base64"),
    ],
)
def test_what_is_no_request_is_refused_with_the_reason(client: TestClient, body: Any, words: str) -> None:
    response = client.post(ADDRESS, json=body)
    assert response.status_code == 400
    assert words in response.json()["problem"]


def test_a_state_that_has_no_finite_numbers_is_answered(client: TestClient) -> None:
    state = read_state(MOONS, 1, first_state(MOONS).text())
    state.numbers[0, 0] = float("nan")
    found = ask(client, MOONS, state=state.text(), step=1, steps=1)
    assert found["losses"] == [None]
    assert "no finite numbers" in json.dumps(found["says"])
