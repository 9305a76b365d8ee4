"""Reading drawings for pads that ask by themselves."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from tests.e2e.digit_strokes import DIGITS
from tests.profiles import examples
from ui.drawing.reader import ADDRESS, MOST_BYTES, MOST_NETWORKS, READERS, ROUTES, Reader, Readers
from ui.drawing.reading import DIGITS as CLASSES

SEVEN = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[7]]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["points", "width", "x"]), inner),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_checkpoint(), CLASSES)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES)) as client:
        yield client


def test_what_is_shown_is_what_the_network_answers(reader: Reader) -> None:
    data, prediction = reader.read(SEVEN)
    expected = predict_digit(render_strokes(SEVEN), reader.model)
    assert prediction is not None
    assert data["label"] == prediction.label == expected.label == 7
    assert np.allclose(data["probabilities"], expected.probabilities, atol=1e-5)
    assert np.allclose(np.array(data["image"]).reshape(28, 28), expected.image * 255, atol=1)
    assert data["verdict"].startswith("Reads 7")
    json.dumps(data, allow_nan=False)


def test_a_blank_pad_is_not_read(reader: Reader) -> None:
    data, prediction = reader.read([])
    assert prediction is None
    assert data["state"] == "blank"
    assert "probabilities" not in data


@examples(1000)
@given(JSON)
def test_anything_else_than_strokes_gets_a_message(reader: Reader, sent: object) -> None:
    data, _ = reader.read(sent)
    assert data["state"] in ("read", "blank", "trouble")
    assert data["state"] == "read" or data["message"]


def test_the_reader_not_asked_for_longest_makes_room(reader: Reader) -> None:
    readers = Readers()
    readers.admit("first", reader)
    readers.admit("second", reader)
    for number in range(MOST_NETWORKS - 2):
        readers.admit(str(number), reader)
    assert readers.get("first") is reader
    readers.admit("one more", reader)
    assert readers.get("second") is None
    assert readers.get("first") is reader
    assert readers.get(["first"]) is None


def test_a_pad_is_answered_what_the_reader_reads_and_which_question_that_answers(
    client: TestClient, reader: Reader
) -> None:
    READERS.admit("a pad's", reader)
    question = {"network": "a pad's", "strokes": SEVEN, "channel": "c1", "sequence": 7}
    answer = client.post(ADDRESS, json=question)
    assert answer.status_code == 200
    assert answer.json() == reader.read(SEVEN)[0] | {"answers": {"channel": "c1", "sequence": 7}}


def test_a_request_that_is_no_drawing_is_refused_with_a_reason(client: TestClient) -> None:
    guessed = json.dumps({"network": "guessed", "strokes": SEVEN}).encode()
    for body, status, reason in (
        (b"no JSON", 400, "Expected a JSON object"),
        (b"[1, 2]", 400, "Expected a JSON object"),
        (guessed, 404, "Load the page again"),
        (b" " * (MOST_BYTES + 1), 413, "at most"),
    ):
        answer = client.post(ADDRESS, content=body)
        assert answer.status_code == status
        assert reason in answer.json()["problem"]
