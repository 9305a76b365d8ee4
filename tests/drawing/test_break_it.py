"""The addresses that tell what is read in a disturbed drawing."""

from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.inference import predict_digit, render_strokes
from primer_core.inference.disturbances import Disturbance, count_right, look
from primer_core.inference.held_out import held_out
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from tests.drawing.readers import SEVEN, admitted
from ui.drawing.break_it import ADDRESS, CURVE, CURVES, RANGES, ROUTES

CLIENT = TestClient(Starlette(routes=ROUTES))
MODEL = Normalised(build_model("mlp-128-64", 2), mean=0.13, std=0.31).eval()
NETWORK = admitted("broken", MODEL)


def ask(**disturbance: object) -> dict[str, Any]:
    answer = CLIENT.post(ADDRESS, json={"network": NETWORK, "strokes": SEVEN, "disturbance": disturbance})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_disturbed_drawing_is_told() -> None:
    image = predict_digit(render_strokes(SEVEN), MODEL).image.copy()
    given: dict[str, Any] = {"rotation": 30, "noise": 0.2, "seed": 3, "fgsm": 0.1, "invert": True, "factor": 2}
    told, found = ask(**given), look(image, MODEL, Disturbance(**given))
    assert np.allclose(np.array(told["values"]).reshape(28, 28) / 1000, found.image, atol=0.00051)
    assert np.allclose(told["probabilities"], found.probabilities, atol=2e-5)
    assert told["before"]["label"] == str(found.before.argmax())
    assert told["random"] is not None
    assert [point["factor"] for point in told["factors"]] == [0.25, 0.5, 1, 2, 4, 8, 16]


def test_a_fat_pen_goes_through_the_stages() -> None:
    told = ask(pen=3)
    fat = [{"width": 54, "points": stroke["points"]} for stroke in SEVEN]
    prediction, plain = predict_digit(render_strokes(fat), MODEL), predict_digit(render_strokes(SEVEN), MODEL)
    assert np.allclose(told["probabilities"], prediction.probabilities, atol=2e-5)
    assert told["before"]["probability"] == pytest.approx(float(plain.probabilities.max()), abs=2e-5)


@pytest.mark.parametrize("name", list(RANGES))
def test_numbers_are_kept_in_their_ranges(name: str) -> None:
    low, high = RANGES[name]
    for end in (low, high):
        ask(**{name: end})
    for value in (low - 1, high + 1, "1", None, True):
        body = {"network": NETWORK, "strokes": SEVEN, "disturbance": {name: value}}
        answer = CLIENT.post(ADDRESS, json=body)
        assert answer.status_code == 400
        assert name in answer.json()["problem"]


def test_what_else_cannot_be_answered_is_said() -> None:
    for more in ({"disturbance": 3}, {"disturbance": {"invert": 1}}, {"strokes": 5}):
        assert CLIENT.post(ADDRESS, json={"network": NETWORK, "strokes": SEVEN} | more).status_code == 400
    assert CLIENT.post(ADDRESS, json={"network": NETWORK, "strokes": []}).json() == {"state": "blank"}


def test_test_images_are_counted_at_the_amounts_of_the_curves() -> None:
    images, labels = held_out()
    amount = CURVES["noise"][3]
    told = CLIENT.post(CURVE, json={"network": NETWORK, "kind": "noise", "amount": amount}).json()
    assert told == {"right": count_right(MODEL, images, labels, "noise", amount), "of": 500}
    for wrong in ({"kind": "blur", "amount": 0}, {"kind": "noise", "amount": 0.123}, {"kind": ["noise"], "amount": 0}):
        assert CLIENT.post(CURVE, json={"network": NETWORK} | wrong).status_code == 400
