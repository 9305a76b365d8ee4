"""Why a network reads what it reads: what the addresses answer, and what is said, against the network itself."""

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

from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from primer_core.inference.neighbours import gallery
from primer_core.models import build_model
from tests.drawing.test_reader import JSON
from tests.e2e.digit_strokes import DIGITS
from tests.profiles import examples
from ui.drawing.explanations import CHANGES, METHODS, NEAREST, NO_CLASS, PIXELS, ROUTES
from ui.drawing.reader import MOST_BYTES, READERS, Reader
from ui.drawing.reading import DIGITS as CLASSES
from ui.drawing.why_words import at_most

SEVEN = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[7]]
CLIENT = TestClient(Starlette(routes=ROUTES))


@pytest.fixture(autouse=True, scope="module")
def _kept() -> None:
    READERS.admit("shipped", Reader(load_checkpoint(), CLASSES, setup="", calibrated=False))
    READERS.admit("plain", Reader(build_model("mlp-128-64", 4).eval(), CLASSES, setup="", calibrated=False))
    return


def ask(address: str, **more: Any) -> dict[str, Any]:
    answer = CLIENT.post(address, json={"network": "shipped", "strokes": SEVEN, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def numbers(text: str) -> list[float]:
    """The numbers of a sentence, as they are written."""
    return [float(found.replace("−", "-")) for found in re.findall(r"[−+]?\d+(?:\.\d+)?", text)]


def network_says(image: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        logits: np.ndarray = load_checkpoint()(torch.from_numpy(image.astype(np.float32))[None, None])[0].numpy()
    return logits


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return predict_digit(render_strokes(SEVEN)).image.copy()


def near(told: float, true: float) -> bool:
    """Whether a number is as it was written: to three digits, or two places."""
    return abs(told - true) <= max(0.006, 0.006 * abs(true))


@pytest.mark.parametrize("method", METHODS)
def test_without_classes_the_two_most_probable_are_explained(method: str, image: np.ndarray) -> None:
    told = ask(PIXELS, method=method)
    logits = network_says(image)
    second, first = np.argsort(logits)[-2:]
    assert (told["label"], told["first"], told["other"]) == (7, first, second)
    assert np.allclose(told["image"], image.ravel() * 255, atol=0.51)
    assert len(told["values"]) == 784
    assert near(numbers(told["said"][0])[2], logits[first] - logits[second])
    assert len(json.dumps(told)) < 16_000


def test_a_class_may_be_explained_alone(image: np.ndarray) -> None:
    told = ask(PIXELS, method="integrated", first=3, other=NO_CLASS)
    assert (told["first"], told["other"]) == (3, None)
    assert near(numbers(told["said"][0])[1], network_says(image)[3])
    assert "lead" not in "".join(told["said"])


def test_the_steepest_pixel_was_tried_as_it_says(image: np.ndarray) -> None:
    told = ask(PIXELS, method="gradient", first=7, other=1)
    row, column, slope, _, ink, _, change = numbers(told["said"][1])
    values = np.array(told["values"]).reshape(28, 28)
    assert abs(values[int(row), int(column)]) == np.abs(values).max()
    assert near(slope, values[int(row), int(column)])
    moved = image.copy()
    moved[int(row), int(column)] += ink if "of ink more" in told["said"][1] else -ink
    logits, after = network_says(image), network_says(moved)
    assert near(change, (after[7] - after[1]) - (logits[7] - logits[1]))
    assert 0 <= moved.min() <= moved.max() <= 1


@given(st.floats(1e-6, 1))
def test_what_is_said_not_to_be_exceeded_is_not(number: float) -> None:
    assert number <= float(at_most(number)) <= 1.011 * number


def test_integrated_gradients_say_what_they_add_up_to(image: np.ndarray) -> None:
    told = ask(PIXELS, method="integrated", first=7, other=1)
    black, difference, steps, total = numbers(told["said"][1])
    assert steps >= 8
    logits, dark = network_says(image), network_says(np.zeros_like(image))
    assert near(black, dark[7] - dark[1])
    assert near(difference, (logits[7] - logits[1]) - (dark[7] - dark[1]))
    assert near(total, sum(told["values"]))
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    values = np.array(told["values"]).reshape(28, 28)
    sums = [
        values[np.ix_(down, across)].sum()
        for down in np.array_split(np.arange(rows[0], rows[-1] + 1), 3)
        for across in np.array_split(np.arange(columns[0], columns[-1] + 1), 3)
    ]
    said = numbers(told["said"][2])
    assert any(near(number, max(sums)) for number in said)
    assert min(sums) >= 0 or any(near(number, min(sums)) for number in said)


def test_the_square_that_costs_most_was_covered(image: np.ndarray) -> None:
    told = ask(PIXELS, method="occlusion", first=7, other=1)
    top, bottom, left, right = (int(number) for number in numbers(told["said"][1])[:4])
    covered = image.copy()
    covered[top : bottom + 1, left : right + 1] = 0
    logits = network_says(covered)
    assert near(numbers(told["said"][1])[-2], logits[7] - logits[1])
    assert int(numbers(told["said"][1])[-1]) == logits.argmax()
    reads = [
        network_says(np.where(_square(row, column), 0, image)).argmax()
        for row in range(24)
        for column in range(24)
        if image[row : row + 5, column : column + 5].any()
    ]
    turned = sum(read != 7 for read in reads)
    words = "None of the" if not turned else f"{turned} of the"
    assert told["said"][2].startswith(f"{words} {len(reads)} squares")


def _square(row: int, column: int) -> np.ndarray:
    places = np.zeros((28, 28), bool)
    places[row : row + 5, column : column + 5] = True
    return places


def test_the_nearest_images_bear_their_own_labels_and_numbers() -> None:
    told = ask(NEAREST, network="plain")
    shown = gallery("mnist-sample")
    assert len(told["neighbours"]) == 5
    distances = [numbers(one["distance"])[0] for one in told["neighbours"]]
    assert distances == sorted(distances)
    for one in told["neighbours"]:
        part, _, row = one["from"].split()
        place = np.flatnonzero(
            (shown.parts == ("train", "validation", "test").index(part)) & (shown.rows == int(row))
        ).item()
        assert one["image"] == shown.images[place].ravel().tolist()
        assert one["label"] == CLASSES[shown.labels[place]]
    named = re.search(r"labelled (\d)", told["said"][0])
    assert named is not None
    label = int(named[1])
    same = sum(one["label"] == str(label) for one in told["neighbours"])
    assert f", {({0: 'none', 5: 'all'}).get(same, same)} " in told["said"][0]
    assert all(one["as_read"] == (one["label"] == str(label)) for one in told["neighbours"])


def test_what_is_said_of_changes_is_so(image: np.ndarray) -> None:
    reader = READERS.get("plain")
    assert reader is not None
    model = reader.model
    with torch.no_grad():
        order = model(torch.from_numpy(image)[None, None])[0].argsort(descending=True).tolist()
    told = ask(CHANGES, network="plain", target=order[1])
    small, way = told["smallest"], told["blend"]
    changed = np.array(small["image"]).reshape(28, 28) / 255
    length = np.linalg.norm(small["change"])
    assert np.allclose(changed, image + np.array(small["change"]).reshape(28, 28), atol=0.003)
    said_length, whole, share, largest = numbers(small["said"][1])
    assert near(said_length, float(length))
    assert near(whole, float(np.linalg.norm(image)))
    assert share == round(100 * length / np.linalg.norm(image))
    assert near(largest, np.abs(small["change"]).max())
    assert small["said"][0].startswith(f"Reads {order[1]}, at ")
    if "turn" in way:
        end = np.array(way["image"]).reshape(28, 28) / 255
        assert way["labels"][0] == order[0]
        assert way["labels"][-1] == order[1]
        for place in (0, 20, 40, 64):
            mixed = ((1 - place / 64) * image + place / 64 * end).astype(np.float32)
            with torch.no_grad():
                shares = torch.softmax(model(torch.from_numpy(mixed)[None, None])[0], 0).numpy()
            assert shares.argmax() == way["labels"][place]
            assert shares.max() == pytest.approx(way["probabilities"][place], abs=1e-3)
        _, turn, there, *_ = numbers(way["said"][0])
        assert turn == pytest.approx(100 * way["turn"], abs=0.006)
        assert near(there, way["turn"] * np.linalg.norm(end - image))
    else:
        assert "none of the images" in way["said"][0]


@pytest.mark.parametrize(
    ("address", "sent", "status", "reason"),
    [
        (PIXELS, {"network": "guessed"}, 404, "Load the page again"),
        (PIXELS, {"strokes": []}, 400, "Nothing is drawn"),
        (PIXELS, {"strokes": "7"}, 400, "must be a list"),
        (PIXELS, {"method": "magic"}, 400, "one of integrated, gradient, occlusion"),
        (PIXELS, {"method": "gradient", "first": 10}, 400, "whole number from 0 to 9"),
        (PIXELS, {"method": "gradient", "first": True}, 400, "whole number from 0 to 9"),
        (PIXELS, {"method": "gradient", "first": 3, "other": 3}, 400, "differ"),
        (NEAREST, {"strokes": [{"points": [[10**400, 1]]}]}, 400, "must be numbers"),
        (CHANGES, {}, 400, "Expected target"),
        (CHANGES, {"target": 7}, 400, "reads 7 already"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_reason(
    address: str, sent: dict[str, Any], status: int, reason: str
) -> None:
    answer = CLIENT.post(address, json={"network": "shipped", "strokes": SEVEN} | sent)
    assert answer.status_code == status
    assert reason in answer.json()["problem"]


@pytest.mark.parametrize("address", [PIXELS, NEAREST, CHANGES])
@pytest.mark.parametrize(("body", "status"), [(b"no JSON", 400), (b"[1]", 400), (b" " * (MOST_BYTES + 1), 413)])
def test_a_body_that_is_no_request_is_refused(address: str, body: bytes, status: int) -> None:
    assert CLIENT.post(address, content=body).status_code == status


@examples(50)
@given(st.sampled_from([PIXELS, NEAREST, CHANGES]), JSON, JSON, JSON)
def test_no_json_makes_an_address_fail(address: str, strokes: object, first: object, method: object) -> None:
    sent = {"network": "plain", "strokes": strokes, "first": first, "target": first, "method": method}
    assert CLIENT.post(address, content=json.dumps(sent)).status_code in (200, 400)
