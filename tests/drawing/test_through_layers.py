"""The addresses that tell what a network's layers make of a drawing."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from primer_core.inference.held_out import held_out
from primer_core.inference.layers import count_right, pass_through
from primer_core.lessons.outcome import Unread
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from tests.drawing.readers import SEVEN, admitted
from ui.catalog import lesson
from ui.drawing.lesson_links import BATCH, of_layer, of_softmax
from ui.drawing.through_layers import ADDRESS, COUNTS, ROUTES

CLIENT = TestClient(Starlette(routes=ROUTES))
SHIPPED = admitted("layers", load_checkpoint())
OWN_MODEL = Normalised(build_model("mlp-128-64", 2), mean=0.13, std=0.31).eval()
OWN = admitted("own layers", OWN_MODEL)
IMAGE = predict_digit(render_strokes(SEVEN)).image.copy()


def ask(**more: object) -> dict[str, Any]:
    answer = CLIENT.post(ADDRESS, json={"network": SHIPPED, "strokes": SEVEN} | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    json.dumps(told, allow_nan=False)
    return told


@pytest.mark.parametrize("network", [SHIPPED, OWN])
def test_every_layer_is_told_with_its_shape_and_its_numbers(network: str) -> None:
    model = OWN_MODEL if network == OWN else load_checkpoint()
    told, passage = ask(network=network), pass_through(IMAGE, model)
    assert [layer["shape"] for layer in told["layers"]] == [list(layer.values.shape) for layer in passage.layers]
    for layer, expected in zip(told["layers"], passage.layers, strict=True):
        if "cells" in layer:
            bytes_ = np.frombuffer(base64.b64decode(layer["cells"]), dtype=np.uint8).astype(float)
            numbers = ((bytes_ - 128) / 127 * layer["peak"]).reshape(layer["dims"])
            assert np.allclose(numbers, expected.values[0], atol=layer["peak"] / 127)
            assert np.allclose(layer["largest"], [unit.max() for unit in expected.values[0]], rtol=1e-3, atol=1e-6)
        else:
            assert layer["kind"] == "flatten"
    assert np.allclose(told["answer"]["probabilities"], passage.probabilities, atol=2e-5)
    assert "whole" not in told


def test_a_chosen_unit_is_spelled_out() -> None:
    told = ask(chosen={"unit": [1, 3], "at": [9, 14]})
    chosen = told["chosen"]
    layer = pass_through(IMAGE, load_checkpoint()).layers[1]
    assert (chosen["layer"], chosen["unit"], chosen["sum"]["at"]) == (1, 3, [9, 14])
    assert chosen["sum"]["value"] == pytest.approx(float(layer.values[0, 3, 9, 14]), abs=1e-3)
    assert chosen["own"]["dims"] == [28, 28]
    for nothing in ({"unit": [0, 0]}, {"unit": [99, 0]}, {"unit": [1, 9999]}, {"unit": [1, 0], "at": [99, 0]}, None):
        assert ask(chosen=nothing)["chosen"] is None


def test_what_is_off_is_told_beside_the_whole() -> None:
    units = [[1, unit] for unit in range(6)]
    told, passage = ask(off=units), pass_through(IMAGE, load_checkpoint(), {1: frozenset(range(6))})
    assert np.allclose(told["answer"]["probabilities"], passage.probabilities, atol=2e-5)
    assert told["whole"] == ask()["answer"]
    chosen = {"unit": [1, 3]}
    assert ask(off=units, chosen=chosen)["chosen"] == ask(chosen=chosen)["chosen"], "what it would give is spelled out"


def test_test_images_are_counted() -> None:
    images, labels = held_out()
    off = [[2, unit] for unit in range(64)]
    told = CLIENT.post(COUNTS, json={"network": OWN, "off": off}).json()
    assert told == {
        "right": count_right(OWN_MODEL, images, labels, {2: frozenset(range(64))}),
        "whole": count_right(OWN_MODEL, images, labels),
        "of": 500,
    }


def test_a_blank_pad_lights_nothing() -> None:
    assert ask(strokes=[]) == {"state": "blank"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"off": 3}, "units to switch off"),
        ({"off": [[1]]}, "2 whole numbers"),
        ({"off": [[1, "a"]]}, "2 whole numbers"),
        ({"off": [[True, 1]]}, "2 whole numbers"),
        ({"chosen": [1, 2]}, "as an object"),
        ({"chosen": {"unit": 1}}, "2 whole numbers"),
        ({"strokes": "a"}, "list of strokes"),
    ],
)
def test_what_cannot_be_answered_is_said(more: dict[str, object], words: str) -> None:
    answer = CLIENT.post(ADDRESS, json={"network": SHIPPED, "strokes": SEVEN} | more)
    assert answer.status_code == 400
    assert words in answer.json()["problem"]


@pytest.mark.parametrize("network", [SHIPPED, OWN])
def test_links_open_lessons_that_show_the_same_shapes(network: str) -> None:
    passage = pass_through(IMAGE, OWN_MODEL if network == OWN else load_checkpoint())
    links = [BATCH, of_softmax(passage.logits.tolist(), 7), *filter(None, map(of_layer, passage.layers))]
    assert len(links) >= 5
    for link in links:
        parts = urlsplit(link.address)
        assert parts.path == f"/{link.slug}"
        question, problems = type(link.question).parse(dict(parse_qsl(parts.query)))
        assert not problems
        assert question == link.question
        spec = lesson(link.slug)
        assert spec.lesson is not None
        assert not isinstance(spec.lesson.explain(question), Unread)
