"""The address that tells the stages of a drawing."""

import base64
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from tests.drawing.readers import SEVEN, admitted
from tests.profiles import examples
from ui.drawing.pen_to_answer import ADDRESS, ROUTES

CLIENT = TestClient(Starlette(routes=ROUTES))
NETWORK = admitted("stages", load_checkpoint())
SWITCHES = {"cut": True, "scaling": "area", "brighten": True, "centre": True, "bright": True, "normalise": True}


def test_every_stage_is_told_with_its_values() -> None:
    answer = CLIENT.post(ADDRESS, json={"network": NETWORK, "strokes": SEVEN, "switches": SWITCHES})
    told = answer.json()
    canvas = render_strokes(SEVEN)
    prediction = predict_digit(canvas)
    pad, cut, *small = told["stages"]
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(pad["png"]))))
    assert np.array_equal(decoded, canvas)
    assert cut["shape"] == list(np.asarray(Image.open(io.BytesIO(base64.b64decode(cut["png"])))).shape)
    assert [stage["name"] for stage in small] == ["scaled", "brightened", "centred", "polarity", "normalised"]
    for stage in small:
        assert len(stage["values"]) == np.prod(stage["shape"])
    assert np.allclose(np.array(small[3]["values"]) / 1000, prediction.image.ravel(), atol=0.00051)
    assert (
        told["answer"]
        == told["usual"]
        == {
            "label": "7",
            "probability": pytest.approx(float(prediction.probabilities[7]), abs=2e-5),
        }
    )
    assert set(told["flipped"]) == {"cut", "scaled", "nearest", "brightened", "centred", "polarity", "normalised"}
    json.dumps(told, allow_nan=False)


def test_a_blank_pad_has_no_stages() -> None:
    assert CLIENT.post(ADDRESS, json={"network": NETWORK, "strokes": []}).json() == {"state": "blank"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"network": "nobody's", "strokes": SEVEN}, 404, "not kept"),
        ({"network": NETWORK, "strokes": 7}, 400, "must be a list"),
        ({"network": NETWORK, "strokes": SEVEN, "switches": []}, 400, "as an object"),
        ({"network": NETWORK, "strokes": SEVEN, "switches": {"cut": 1}}, 400, "cut to be true or false"),
        ({"network": NETWORK, "strokes": SEVEN, "switches": {"scaling": "cubic"}}, 400, "nearest"),
        ([], 400, "a JSON object"),
    ],
)
def test_what_cannot_be_answered_is_said(body: object, status: int, words: str) -> None:
    answer = CLIENT.post(ADDRESS, json=body)
    assert answer.status_code == status
    assert words in answer.json()["problem"]


@examples(50)
@given(
    st.dictionaries(
        st.sampled_from(["strokes", "switches", "cut"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SWITCHES, "points"]), inner),
            max_leaves=8,
        ),
    )
)
def test_anything_gets_an_answer_or_a_message(sent: dict[str, object]) -> None:
    answer = CLIENT.post(ADDRESS, json=sent | {"network": NETWORK})
    assert answer.status_code in (200, 400)
    assert answer.json().get("state") or answer.json()["problem"]
