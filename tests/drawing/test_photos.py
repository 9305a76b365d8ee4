"""The address that reads photos: what it answers, and that whatever is sent neither fails it nor holds it up."""

import asyncio
import base64
import io
import random
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.data.sample import sample_file
from primer_core.inference import load_checkpoint, predict_digit
from primer_core.inference.photos import decode_photo, digits_on
from tests.inference.photos.files import REFUSED, TAKEN, hostile
from tests.profiles import is_long, seed
from tests.snippets import printed_by
from ui.drawing import reader as pads
from ui.drawing.photos import ADDRESS, CODE, MADE, MOST_AT_ONCE, ROUTES
from ui.drawing.reader import READERS, Reader
from ui.drawing.reading import DIGITS

CLIENT = TestClient(Starlette(routes=(*ROUTES, *pads.ROUTES)))
SEED = 11
Receive = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture(autouse=True)
def reader() -> Reader:
    kept = Reader(load_checkpoint(), DIGITS, setup="", calibrated=False)
    READERS.admit("kept", kept)
    return kept


def post(data: bytes, network: str = "kept") -> Any:
    return CLIENT.post(ADDRESS, params={"network": network}, content=data)


def test_a_photo_is_answered_with_its_steps_its_digits_and_their_probabilities(reader: Reader) -> None:
    data = CLIENT.get(MADE, params={"seed": SEED}).content
    told = post(data).json()
    cleaned, found = digits_on(decode_photo(data).grey)
    assert [told["height"], told["width"]] == list(cleaned.ink.shape)
    assert [stage["title"] for stage in told["stages"]] == [stage.title for stage in (*cleaned.stages, found.stage)]
    for stage in told["stages"]:
        kind, picture = stage["image"].split(",")
        assert kind == "data:image/webp;base64"
        Image.open(io.BytesIO(base64.b64decode(picture))).load()
    assert len(told["digits"]) == len(found.digits) == 15
    for shown, digit in zip(told["digits"], found.digits, strict=True):
        expected = predict_digit(digit.canvas, reader.model)
        assert shown["box"] == list(digit.box)
        assert shown["label"] == expected.label
        assert np.allclose(shown["probabilities"], expected.probabilities, atol=1e-5)
        assert np.allclose(np.reshape(shown["pixels"], (28, 28)), expected.image * 1000, atol=1)


@pytest.mark.parametrize("name", list(TAKEN))
def test_a_7_is_read_from_files_of_all_kinds(name: str) -> None:
    answer = post(TAKEN[name]())
    assert answer.status_code == 200
    assert [digit["label"] for digit in answer.json()["digits"]] == [7]


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_photo_is_refused_with_a_message(name: str) -> None:
    answer = post(REFUSED[name][0])
    assert answer.status_code in (413, 422)
    problem = answer.json()["problem"]
    assert problem.startswith("Expected")
    assert "got" in problem


async def answered(receive: Receive, headers: Sequence[tuple[bytes, bytes]] = ()) -> tuple[int, str]:
    """Send a photo whose parts `receive` gives one by one; the status and the body of the answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": ADDRESS, "query_string": b"network=kept", "headers": headers}
    await Starlette(routes=ROUTES)(scope, receive, send)
    return int(sent[0]["status"]), sent[1]["body"].decode()


@pytest.mark.parametrize(("announced", "most_parts"), [((), 6), ([(b"content-length", b"99999999999")], 0)])
def test_more_than_is_read_is_refused_before_it_has_arrived(
    announced: Sequence[tuple[bytes, bytes]], most_parts: int
) -> None:
    parts = 0

    async def receive() -> dict[str, Any]:
        nonlocal parts
        parts += 1
        return {"type": "http.request", "body": bytes(1_000_000), "more_body": True}

    status, body = asyncio.run(answered(receive, announced))
    assert status == 413
    assert "at most 5 MB; got more" in body
    assert parts <= most_parts


def test_a_network_that_is_not_kept_reads_nothing() -> None:
    assert post(TAKEN["PNG"](), "guessed").status_code == 404
    assert CLIENT.post(ADDRESS, content=TAKEN["PNG"]()).status_code == 404


def test_random_and_hostile_uploads_are_read_or_refused() -> None:
    rng = random.Random(f"{seed()} uploads")
    statuses = set()
    for _ in range(500 if is_long() else 50):
        answer = post(hostile(rng))
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 413, 422)
        assert answer.status_code == 200 or answer.json()["problem"].startswith("Expected")
    assert {200, 422} <= statuses


def test_pads_are_answered_while_photos_are_read() -> None:
    """A pad waits for no photo: each photo takes many times as long as it."""
    data = TAKEN["12 megapixels"]()
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(post(data).status_code)) for _ in range(3)]
    with CLIENT:  # one event loop for all of them, as a server has
        for thread in threads:
            thread.start()
        answered = 0
        while any(thread.is_alive() for thread in threads):
            asked = {"network": "kept", "strokes": [{"points": [[9, 9], [99, 99]]}], "channel": "c", "sequence": 1}
            assert CLIENT.post(pads.ADDRESS, json=asked).status_code == 200
            answered += 1
            time.sleep(0.01)
        for thread in threads:
            thread.join()
    assert done == [200] * 3
    assert answered >= 3


def test_too_many_photos_at_once_are_asked_to_come_again() -> None:
    async def ask(arrives: asyncio.Event) -> int:
        async def receive() -> dict[str, Any]:
            await arrives.wait()
            return {"type": "http.request", "body": b"no photo", "more_body": False}

        return (await answered(receive))[0]

    async def crowd() -> tuple[int, list[int]]:
        arrives, at_once = asyncio.Event(), asyncio.Event()
        at_once.set()
        waiting = [asyncio.create_task(ask(arrives)) for _ in range(MOST_AT_ONCE)]
        await asyncio.sleep(0)
        one_more = await ask(at_once)
        arrives.set()
        return one_more, await asyncio.gather(*waiting)

    assert asyncio.run(crowd()) == (429, [422] * MOST_AT_ONCE)
    assert post(TAKEN["PNG"]()).status_code == 200


def test_the_same_seed_makes_the_same_page_and_no_other_seed_is_taken() -> None:
    assert sample_file() is not None
    once, again, other = (CLIENT.get(MADE, params={"seed": number}).content for number in (1, 1, 2))
    assert once == again != other
    for number in ("", "-1", "1e3", "٣", "9" * 400, str(2**32)):
        answer = CLIENT.get(MADE, params={"seed": number})
        assert answer.status_code == 400
        assert "Expected a seed" in answer.json()["problem"]


def test_the_code_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = CLIENT.get(MADE, params={"seed": SEED}).content
    (tmp_path / "photo.jpg").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    setup = "from primer_core.inference import load_checkpoint\n\nmodel = load_checkpoint()"
    lines = printed_by(CODE.format(setup=setup)).splitlines()
    told = post(data).json()["digits"]
    assert [line.split()[0] for line in lines] == [str(digit["label"]) for digit in told]
    tops = [digit["probabilities"][digit["label"]] for digit in told]
    assert np.allclose([float(line.split()[1]) for line in lines], tops, atol=1e-4)
