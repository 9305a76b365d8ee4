"""Two networks on one drawing: the address's answers against the networks themselves."""

import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.data import load_images
from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from primer_core.inference.plain_mlp import CHECKPOINT, load_plain_mlp
from tests.drawing.test_reader import JSON
from tests.e2e.digit_strokes import DIGITS
from tests.profiles import examples
from ui.drawing.reader import READERS, Reader
from ui.drawing.reading import DIGITS as CLASSES
from ui.drawing.two_readings import ADDRESS, ROUTES, said_of

CLIENT = TestClient(Starlette(routes=ROUTES))
PAIR = ["shipped", "mlp"]


@pytest.fixture(autouse=True, scope="module")
def _kept() -> None:
    READERS.admit("shipped", Reader(load_checkpoint(), CLASSES, setup="", calibrated=False))
    READERS.admit("mlp", Reader(load_plain_mlp(), CLASSES, setup="", calibrated=False))
    READERS.admit(
        "clothes", Reader(load_plain_mlp(), [f"piece {number}" for number in range(10)], setup="", calibrated=False)
    )


def strokes(digit: int) -> list[dict[str, Any]]:
    return [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[digit]]


@pytest.mark.parametrize("digit", DIGITS)
def test_both_readings_are_what_the_networks_answer(digit: int) -> None:
    answer = CLIENT.post(ADDRESS, json={"networks": PAIR, "strokes": strokes(digit)})
    assert answer.status_code == 200
    told = answer.json()
    expected = [predict_digit(render_strokes(strokes(digit)), model) for model in (load_checkpoint(), load_plain_mlp())]
    assert told["labels"] == [one.label for one in expected]
    assert np.allclose(told["probabilities"], [one.probabilities for one in expected], atol=1e-5)
    assert ("disagree" in told["said"]) == (told["labels"][0] != told["labels"][1])


@pytest.mark.parametrize("digit", [2, 7])
def test_mid_stroke_the_image_is_read_as_the_strokes_are(digit: int) -> None:
    """The image has 256 levels: probabilities differ by rounding alone."""
    levels = (predict_digit(render_strokes(strokes(digit))).image * 255).astype(int).ravel().tolist()
    by_image = CLIENT.post(ADDRESS, json={"networks": PAIR, "image": levels}).json()
    by_strokes = CLIENT.post(ADDRESS, json={"networks": PAIR, "strokes": strokes(digit)}).json()
    assert by_image["labels"] == by_strokes["labels"]
    assert np.allclose(by_image["probabilities"], by_strokes["probabilities"], atol=0.02)
    image = torch.tensor(levels).reshape(1, 1, 28, 28) / 255
    with torch.no_grad():
        own = [torch.softmax(model(image), 1)[0].numpy() for model in (load_checkpoint(), load_plain_mlp())]
    assert np.allclose(by_image["probabilities"], own, atol=1e-4)


@examples(100)
@given(st.lists(st.floats(0.001, 1), min_size=10, max_size=10), st.lists(st.floats(0.001, 1), min_size=10, max_size=10))
def test_what_is_said_of_two_readings_is_so(one: list[float], other: list[float]) -> None:
    first, second = (np.array(row) / sum(row) for row in (one, other))
    said = said_of(CLASSES, first, second)
    reads, most = said.split(" They differ most about ")
    assert ("Both read" in reads) == (first.argmax() == second.argmax())
    shares = [float(number) / 100 for number in re.findall(r"([\d.]+) %", reads)]
    assert np.allclose(shares, [first.max(), second.max()], atol=0.00051)
    label = int(most[0])
    assert abs(first[label] - second[label]) == np.abs(first - second).max()


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        ({"networks": ["shipped"]}, 400, "a list of two"),
        ({"networks": "no"}, 400, "a list of two"),
        ({"networks": ["shipped", "guessed"]}, 404, "Load the page again"),
        ({"networks": ["shipped", ["mlp"]]}, 404, "Load the page again"),
        ({"networks": ["shipped", "clothes"]}, 400, "same classes"),
        ({"strokes": []}, 400, "Nothing is drawn"),
        ({"strokes": [{"points": 3}]}, 400, "must look like"),
        ({"image": [0] * 783}, 400, "784 whole numbers"),
        ({"image": [256] * 784}, 400, "784 whole numbers"),
        ({"image": [True] * 784}, 400, "784 whole numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(sent: dict[str, Any], status: int, reason: str) -> None:
    answer = CLIENT.post(ADDRESS, json={"networks": PAIR, "strokes": strokes(1)} | sent)
    assert answer.status_code == status
    assert reason in answer.json()["problem"]


@examples(50)
@given(JSON, JSON)
def test_no_json_makes_the_address_fail(drawn: object, image: object) -> None:
    for sent in ({"strokes": drawn}, {"image": image}, drawn):
        body = json.dumps({"networks": PAIR} | sent if isinstance(sent, dict) else sent)
        assert CLIENT.post(ADDRESS, content=body).status_code in (200, 400, 404)


def test_the_plain_network_reads_as_well_as_its_card_says() -> None:
    split = load_images("mnist-sample")
    with torch.no_grad():
        read = load_plain_mlp()(split.test_images[:, None].float() / 255).argmax(1)
    accuracy = float((read == split.test_labels).float().mean())
    assert f"| {accuracy:.1%} |" in CHECKPOINT.with_suffix(".md").read_text(encoding="utf-8")
    assert load_plain_mlp() is load_plain_mlp()
    assert CHECKPOINT.stat().st_size < 300_000
