"""Reading drawings for pads that ask by themselves."""

import ast
import json
from typing import Any

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

SETUP = "from primer_core.inference import load_checkpoint\n\nmodel = load_checkpoint()"
SEVEN: list[dict[str, Any]] = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[7]]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["points", "width", "x"]), inner),
    max_leaves=12,
)
CLIENT = TestClient(Starlette(routes=ROUTES))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_checkpoint(), CLASSES, SETUP, calibrated=False)


def test_what_is_shown_is_what_the_network_answers(reader: Reader) -> None:
    data = reader.read(SEVEN)
    expected = predict_digit(render_strokes(SEVEN), reader.model)
    assert data["label"] == expected.label == 7
    assert data["guess"] == ["7"]
    assert np.allclose(data["probabilities"], expected.probabilities, atol=1e-5)
    assert np.allclose(np.array(data["pixels"]).reshape(28, 28), expected.image * 1000, atol=0.5)
    assert data["verdict"].startswith("Reads 7")
    json.dumps(data, allow_nan=False)


def test_the_steps_are_those_of_the_same_reading(reader: Reader) -> None:
    for strokes in (SEVEN, SEVEN[:1], [{"width": 3, "points": SEVEN[0]["points"][:3]}]):
        data = reader.read(strokes, down=True)
        by_name = {step["code"].split(" ")[0]: step for step in data["steps"]}
        assert by_name["label"]["values"] == f"[{data['label']}]"
        shown = by_name["probabilities"]["values"].replace("[", "").replace("]", "").split()
        assert [float(share) for share in shown] == pytest.approx(data["probabilities"], abs=6e-5)


def test_code_and_marks_belong_together(reader: Reader) -> None:
    code = reader.read(SEVEN)["code"]
    whole = code["before"] + code["after"]
    ast.parse(whole)
    assert code["before"].endswith("strokes = [\n")
    assert {kind for *_, kind in code["marks"]} == {"comment", "keyword", "string", "number"}
    assert all(0 <= start < end <= len(whole) for start, end, _ in code["marks"])


def test_a_blank_pad_is_not_read(reader: Reader) -> None:
    data = reader.read([])
    assert data["state"] == "blank"
    assert "probabilities" not in data


@examples(1000)
@given(JSON)
def test_anything_else_than_strokes_gets_a_message(reader: Reader, sent: object) -> None:
    data = reader.read(sent)
    assert data["state"] in ("read", "blank", "trouble")
    assert data["message"]


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


def test_a_drawing_is_answered_with_its_reading(reader: Reader) -> None:
    READERS.admit("kept", reader)
    strokes = [{"width": 18, "points": [[140.0, 20.0 + place % 200] for place in range(9_000)]}]
    for sent in (SEVEN, strokes):
        for down in (True, False):
            answer = CLIENT.post(ADDRESS, json={"network": "kept", "strokes": sent, "down": down})
            assert answer.status_code == 200
            assert answer.json() == json.loads(json.dumps(reader.read(sent, down=down)))


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"no JSON", 400, "Expected JSON"),
        (b"[1, 2]", 400, "Expected a JSON object"),
        (b"[" * 100_000, 400, "deep"),
        (b'{"strokes":' * 20_000, 400, "deep"),
        (json.dumps({"network": "guessed", "strokes": SEVEN}).encode(), 404, "Load the page again"),
        (b" " * (MOST_BYTES + 1), 413, "at most"),
    ],
)
def test_a_request_that_is_no_drawing_is_refused_with_a_reason(body: bytes, status: int, reason: str) -> None:
    answer = CLIENT.post(ADDRESS, content=body)
    assert answer.status_code == status
    assert reason in answer.json()["problem"]


@examples(200)
@given(JSON, JSON)
def test_no_json_makes_the_address_fail(reader: Reader, strokes: object, down: object) -> None:
    READERS.admit("kept", reader)
    asked = {"network": "kept", "strokes": strokes, "down": down}
    assert CLIENT.post(ADDRESS, content=json.dumps(asked)).status_code in (200, 400)


def test_a_number_beyond_every_range_is_no_point(reader: Reader) -> None:
    READERS.admit("kept", reader)
    for stroke in ({"points": [[10**400, 1]]}, {"points": [[1, 1]], "width": 10**400}):
        answer = CLIENT.post(ADDRESS, json={"network": "kept", "strokes": [stroke]})
        assert answer.status_code == 200
        assert answer.json()["state"] == "trouble"
