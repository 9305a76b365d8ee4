"""Looks at runs through their processes, and what the browser asks about the data."""

import io
import json
import time
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.data import load_images, toy_points
from primer_core.data.overview import sheet
from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.look import look, start_of
from primer_core.training.loop import load_samples
from primer_core.training.messages import Looked
from ui.training.looks import DATA, IMAGES, LOOKS, ROUTES

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
POLL = 0.1  # seconds
SPEC = RunSpec(epochs=200)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=ROUTES))


def seen(run: Run, first_unit: int = 0, after: int = -1) -> tuple[Looked, dict[str, Any]]:
    """The next look at a run, asked for again and again as a page does."""
    found: list[Looked] = []

    def arrived(_: object) -> bool:
        looked = run.watch(first_unit)
        found[:] = [looked] if looked is not None and looked.step > after else []
        return bool(found)

    deadline = time.monotonic() + LIMIT
    while not run.wait_for(arrived, POLL):
        assert time.monotonic() < deadline, "waited in vain for a look"
    return found[0], json.loads(found[0].look)


def test_a_run_is_looked_at_as_it_goes_on_paused_stepped_and_ended(service: TrainingService) -> None:
    run = service.start(SPEC)
    assert run.wait_for(lambda state: state.step > 3, LIMIT)
    first, _ = seen(run)
    later, told = seen(run, after=first.step)
    assert told["step"] == later.step > first.step
    other, told = seen(run, first_unit=16)
    assert (other.first_unit, told["first"]["from"]) == (16, 16)

    run.pause()
    assert run.wait_for(lambda state: state.status == "paused", LIMIT)
    assert service.start(RunSpec(epochs=1)).wait(LIMIT)  # all that was under way of the first has come by then
    held = run.state().step
    seen(run, after=held - 1)
    run.step_once()
    stepped, told = seen(run, after=held)
    assert stepped.step == held + 1
    assert told["layers"][0]["gradient"] > 0

    run.stop()
    assert run.wait(LIMIT)
    step, network = run.state().step, run.state_dict_bytes
    ended, told = seen(run, first_unit=32, after=step - 1)
    assert (ended.step, told["first"]["from"]) == (step, 32)
    model, samples = run.network().model, load_samples(SPEC.data, normalise=SPEC.normalise)
    assert network is not None
    expected = json.loads(look(model, start_of(SPEC, samples), samples, step=step, first_unit=32))  # type: ignore[arg-type]  # a module
    assert told == expected
    service.forget(run)


def test_a_moment_of_a_run_can_be_looked_at_later(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=1))
    assert run.wait(LIMIT)
    network = run.state_dict_bytes
    assert network is not None
    assert run.look_back(lambda: network, 7) is None, "it has to be asked of the process"
    found: list[Looked | None] = []

    def arrived(_: object) -> bool:
        found.append(run.look_back(lambda: network, 7))
        return found[-1] is not None

    assert run.wait_for(arrived, LIMIT)
    assert found[-1] is not None
    assert json.loads(found[-1].look)["step"] == 7
    assert run.look_back(lambda: b"no network", 9) is None
    assert run.wait_for(lambda _: run.look_back(lambda: b"no network", 9) is not None, LIMIT)
    broken = run.look_back(lambda: b"no network", 9)
    assert broken is not None
    assert "problem" in json.loads(broken.look)
    service.forget(run)


def image(client: TestClient, part: str, rows: str) -> np.ndarray[Any, Any]:
    answer = client.get(f"{IMAGES}?set=mnist-sample&part={part}&rows={rows}")
    assert answer.status_code == 200
    return np.array(Image.open(io.BytesIO(answer.content)))


def squared_distances(some: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    a, b = (images.flatten(1).double() for images in (some, others))
    return (a * a).sum(1, keepdim=True) + (b * b).sum(1) - 2 * a @ b.T


def test_what_is_told_of_a_set_is_counted_from_it(client: TestClient) -> None:
    split = load_images("mnist-sample")
    told = client.get(f"{DATA}?set=mnist-sample").json()
    parts = (split.train, split.validation, split.test)
    assert [part["name"] for part in told["parts"]] == ["train", "validation", "test"]
    assert [part["size"] for part in told["parts"]] == [len(part.labels) for part in parts]
    for part, counted in zip(parts, told["parts"], strict=True):
        assert counted["counts"] == [int((part.labels == label).sum()) for label in range(10)]
        # whole numbers: the distance of two images is 0 exactly where they are equal
        copies = int((squared_distances(part.images, split.train_images) == 0).any(1).sum())
        assert counted["also_in_train"] == (0 if counted["name"] == "train" else copies)
    pixels = np.concatenate([split.train_images.numpy(), split.validation_images.numpy()]) / 255
    assert told["mean"] == pytest.approx(pixels.mean())
    assert told["std"] == pytest.approx(pixels.std())
    assert sum(told["levels"]) == pixels.size
    assert told["normalised"] == pytest.approx([(value - pixels.mean()) / pixels.std() for value in (0, 1, 255)])
    for label, rows in enumerate(told["examples"]):
        assert {int(split.train_labels[row]) for row in rows} == {label}


def test_the_textbooks_numbers_make_of_black_and_white_what_normalising_does() -> None:  # G36
    from primer_core.data.overview import Overview

    mnist = Overview("mnist", ("0",), (), 0.1307, 0.3081, (), ())
    assert [round(mnist.normalised(value), 4) for value in (0.0, 1.0)] == [-0.4242, 2.8215]
    assert round(mnist.normalised(255.0), 1) == 827.2


def test_sheets_hold_the_images_that_were_asked_for(client: TestClient) -> None:
    split = load_images("mnist-sample")
    rows = [3, 1, 4, 1, 5, 9, 2, 6] * 4
    found = image(client, "train", ",".join(map(str, rows)))
    assert found.shape == (56, 700)
    assert (found[:28, :28] == split.train_images[3].numpy()).all()
    assert (found[28:, 28:56] == split.train_images[rows[26]].numpy()).all()
    assert (image(client, "validation", ":500") == sheet(split.validation_images.numpy())).all()
    means = image(client, "means", "")
    assert np.abs(means[:28, :28] - split.train_images.float().mean(0).numpy()).max() <= 0.51
    sevens = split.train_images[split.train_labels == 7].float().mean(0).numpy()
    assert np.abs(means[:28, 8 * 28 : 9 * 28] - sevens).max() <= 0.51


def test_points_are_told_as_points(client: TestClient) -> None:
    told = client.get(f"{DATA}?set=toy").json()["points"]
    points = toy_points()
    trained = [(point["x"], point["y"]) for point in told if point["part"] == "train"]
    assert np.allclose(trained, points.train_points.numpy(), atol=1e-3)
    assert [point["label"] for point in told] == [*points.train_labels.tolist(), *points.test_labels.tolist()]


@pytest.mark.parametrize(
    "address",
    [
        f"{DATA}?set=cifar",
        DATA,
        f"{IMAGES}?set=mnist-sample&part=train&rows=",
        f"{IMAGES}?set=mnist-sample&part=train&rows=4000",
        f"{IMAGES}?set=mnist-sample&part=train&rows=-1",
        f"{IMAGES}?set=mnist-sample&part=train&rows=:0",
        f"{IMAGES}?set=mnist-sample&part=train&rows={'1,' * 600}1",
        f"{IMAGES}?set=mnist-sample&part=secret&rows=1",
        f"{IMAGES}?set=toy&part=train&rows=1",
        f"{LOOKS}?desk=nobodys&set=mnist-sample",
        f"{LOOKS}?desk=nobodys&set=mnist-sample&unit=-1",
        f"{LOOKS}?desk=nobodys&set=mnist-sample&unit=99999999999",
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert 400 <= answer.status_code < 500
    assert answer.json()["problem"].endswith(".")
