"""Runs that begin with a network of before and learn a learner's own digits."""

import io
import struct
from ast import literal_eval
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.inference import load_checkpoint, load_trained, shipped_network
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from primer_core.training import Controls, RunSpec, SpecError, TrainingService
from primer_core.training.feed import OwnDigits, digits_of, pass_size, read_by, right_by_class
from primer_core.training.loop import Samples, feed_of, load_samples, samples_for, start_network, steps_in, train
from primer_core.training.teaching import HELD_OUT_EVERY, LEAST_HELD_OUT, Teaching, TeachingError, held_out
from primer_core.training.teaching_script import IMAGES_FILE, LABELS_FILE, WEIGHTS_FILE, teaching_script
from tests.profiles import is_long
from tests.snippets import printed_by
from tests.training.own_hand import slashed_zeros

pytestmark = pytest.mark.usefixtures("one_thread")

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=60).map(tuple)
START = RunSpec(epochs=4, batch_size=100, learning_rate=3e-3)


@pytest.fixture(scope="module")
def network() -> bytes:
    """A small network that was trained on MNIST's images, as a run leaves it."""
    torch.set_num_threads(1)
    samples = load_samples(START.data, normalise=START.normalise)
    *_, end = train(START, samples=samples)
    model = build_model(START.model, START.seed)
    assert end.state_dict is not None
    model.load_state_dict(dict(end.state_dict))
    buffer = io.BytesIO()
    torch.save(Normalised(model, samples.mean, samples.std).state_dict(), buffer)
    return buffer.getvalue()


def teaching_spec(**settings: Any) -> RunSpec:
    return replace(RunSpec(start="before", batch_size=16, epochs=20), **settings)


def outcome(spec: RunSpec, teaching: Teaching) -> dict[str, tuple[float, float]]:
    """The share of digits learned, of those held out, and of test images that is read right, before and after."""
    events = list(train(spec, teaching=teaching))
    start = start_network(spec, teaching)
    samples = samples_for(start, partial(load_samples, spec.data), normalise=spec.normalise)
    digits, labels = digits_of(teaching, samples.mean, samples.std)
    held = torch.tensor(teaching.held_out)
    shares = []
    for state in (start.model.state_dict(), events[-1].state_dict):
        assert state is not None
        start.model.load_state_dict(dict(state))
        right = (read_by(start.model, digits) == labels).float()
        test_right, test_size = right_by_class(read_by(start.model, samples.test[0]), samples.test[1])
        shares.append((right[~held].mean().item(), right[held].mean().item(), sum(test_right) / sum(test_size)))
    return dict(zip(("learned", "held out", "test"), zip(*shares, strict=True), strict=True))


# ---- forgetting, and its cure


@pytest.mark.parametrize("seed", range(8 if is_long() else 3))
def test_own_digits_alone_make_a_network_forget_and_a_replay_share_of_half_cures_it(network: bytes, seed: int) -> None:
    teaching = slashed_zeros(network, 16, seed)
    alone = outcome(teaching_spec(seed=seed), teaching)
    replayed = outcome(teaching_spec(seed=seed, replay=0.5), teaching)
    assert alone["test"][0] == replayed["test"][0] > 0.88
    assert alone["test"][1] < 0.6, "forgotten"
    assert replayed["test"][1] > replayed["test"][0] - 0.06, "cured"
    for taught in (alone, replayed):
        assert taught["learned"][0] < 0.75, "it could not read them"
        assert taught["learned"][1] == 1.0
        assert taught["held out"][1] >= 0.75, "nor is it by heart"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_with_the_shipped_network(seed: int) -> None:
    model, parameters = shipped_network()
    teaching = slashed_zeros(parameters, 16, seed)
    spec = teaching_spec(model=model, start="shipped", seed=seed)
    alone = outcome(spec, teaching)
    replayed = outcome(teaching_spec(model=model, start="shipped", seed=seed, replay=0.5), teaching)
    assert alone["test"][1] < alone["test"][0] - 0.1
    assert replayed["test"][1] > replayed["test"][0] - 0.03
    assert replayed["learned"][1] >= 0.9


# ---- what is trained on


@given(own=st.integers(1, 60), images=st.integers(1, 80), replay=st.floats(0, 0.9), size=st.integers(1, 40))
def test_each_batch_has_its_share_of_replayed_images(own: int, images: int, replay: float, size: int) -> None:
    inputs, digits = torch.arange(images).float().reshape(-1, 1), torch.arange(own).float().reshape(-1, 1) + 1000
    feed = OwnDigits(inputs, torch.zeros(images).long(), digits, torch.ones(own).long(), replay)
    order = feed.order()
    is_own = order >= images
    assert sorted(order[is_own].tolist()) == list(range(images, images + own)), "each digit once"
    replayed = order[~is_own]
    assert len(order) == feed.size
    assert len(replayed) == round(own * replay / (1 - replay))
    assert torch.bincount(replayed, minlength=images).max() <= -(-len(replayed) // images), (
        "none twice while there are others"
    )
    share = len(replayed) / len(order)
    for rows in torch.split(order, size):
        assert abs(int((rows < images).sum()) - share * len(rows)) < 1
        out = torch.empty(len(rows), 1)
        feed.gather(rows, out)
        assert out.flatten().tolist() == [row if row < images else 1000 + row - images for row in rows.tolist()]
        assert feed.labels[rows].tolist() == [int(row >= images) for row in rows.tolist()]


def test_only_training_images_and_digits_that_are_not_held_out_are_trained_on(network: bytes) -> None:
    teaching = slashed_zeros(network, 20, 0)
    samples = load_samples("mnist-sample", normalise=True)
    feed = feed_of(teaching_spec(replay=0.9), teaching, samples)
    seen = torch.empty(0, 784)
    for _ in range(3):
        rows = feed.order()
        out = torch.empty(len(rows), 1, 28, 28)
        feed.gather(rows, out)
        seen = torch.cat([seen, out.flatten(1)])
    digits = digits_of(teaching, samples.mean, samples.std)[0].flatten(1)
    held = torch.tensor(teaching.held_out)
    assert int(held.sum()) == 5
    allowed = {row.numpy().tobytes() for row in (*samples.train[0].flatten(1), *digits[~held])}
    assert {row.numpy().tobytes() for row in seen} <= allowed
    forbidden = {
        row.numpy().tobytes() for row in (*samples.validation[0].flatten(1), *samples.test[0].flatten(1), *digits[held])
    }
    assert not {row.numpy().tobytes() for row in seen} & (forbidden - allowed)


@given(LABELS)
def test_every_fourth_drawing_of_a_digit_is_held_out_whatever_comes_later(labels: tuple[int, ...]) -> None:
    chosen = held_out(labels)
    due = {label: labels.count(label) // HELD_OUT_EVERY for label in set(labels)}
    assert sum(chosen) in (0, sum(due.values()))
    assert any(chosen) == (sum(due.values()) >= LEAST_HELD_OUT)
    if any(chosen):
        assert held_out((*labels, 3))[: len(labels)] == chosen
        assert {label: sum(h for h, each in zip(chosen, labels, strict=True) if each == label) for label in due} == due


# ---- where it begins


def test_a_run_begins_with_its_network_and_leaves_that_as_it_is(network: bytes) -> None:
    teaching = slashed_zeros(network, 3, 0)
    controls = Controls(teaching_spec())
    controls.stop()
    (end,) = train(teaching_spec(), controls, teaching=teaching)
    begun = start_network(teaching_spec(), teaching).model.state_dict()
    assert end.state_dict is not None
    assert all(torch.equal(begun[name], value) for name, value in end.state_dict.items())


def test_the_shipped_network_as_a_start_is_the_one_that_reads_drawings() -> None:
    model, parameters = shipped_network()
    copy = load_trained(RunSpec(model=model), parameters)
    images = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.allclose(copy(images).softmax(1), load_checkpoint()(images).softmax(1), atol=1e-4)


def test_samples_are_scaled_as_the_network_takes_them(network: bytes) -> None:
    pixels, usual = (load_samples("mnist-sample", normalise=normalise) for normalise in (False, True))

    def load(*, normalise: bool) -> Samples:
        return usual if normalise else pixels

    start = start_network(teaching_spec(), Teaching(network, bytes(784), (0,)))
    assert samples_for(start, load, normalise=True) is usual
    for before, after in zip(usual.train, samples_for(start, load, normalise=False).train, strict=True):
        assert torch.allclose(before, after, atol=1e-5)
    model, parameters = shipped_network()
    other = start_network(RunSpec(model=model), Teaching(parameters, bytes(784), (0,)))
    scaled = samples_for(other, load, normalise=True)
    assert torch.equal(scaled.test[0], (pixels.test[0] - other.mean) / other.std)
    assert (scaled.mean, scaled.std) == pytest.approx((other.mean.item(), other.std.item()), rel=1e-6)


def test_a_start_of_another_architecture_or_none_is_refused(network: bytes) -> None:
    teaching = slashed_zeros(network, 2, 0)
    for spec, given_teaching in (
        (teaching_spec(model="cnn"), teaching),
        (teaching_spec(), Teaching(b"no network", teaching.images, teaching.labels)),
        (teaching_spec(), None),
        (RunSpec(), teaching),
    ):
        with pytest.raises(SpecError):
            next(train(spec, teaching=given_teaching))


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (b"", (), "1 to 500 digits; got 0"),
        (bytes(784 * 501), (1,) * 501, "got 501"),
        (bytes(784), (10,), "label is a whole number from 0 to 9"),
        (bytes(784), (True,), "True"),
        (bytes(783), (1,), "784 pixels for each of 1 digits; got 783"),
    ],
)
def test_digits_that_cannot_be_learned_are_refused(images: bytes, labels: tuple[int, ...], words: str) -> None:
    with pytest.raises(TeachingError, match=words):
        Teaching(b"", images, labels)


# ---- through its process


def test_a_run_in_a_process_judges_its_network_before_and_after(service: TrainingService, network: bytes) -> None:
    teaching = slashed_zeros(network, 16, 5)
    spec = teaching_spec(epochs=3, replay=0.5)
    run = service.start(spec, teaching=teaching)
    assert run.wait(LIMIT)
    state = run.state()
    assert (state.status, state.train_size) == ("completed", pass_size(teaching, 0.5))
    assert state.total_steps == state.step == steps_in(spec, state.train_size) == 6
    events = list(train(spec, teaching=teaching))
    assert run.history.losses()[1] == [event.train_loss for event in events if event.kind == "step"]
    assert [judged.step for judged in run.judged] == [0, 6]
    split = load_samples("mnist-sample", normalise=False)
    digits, _ = digits_of(teaching, 0.0, 1.0)
    for judged, model in zip(run.judged, (load_trained(spec, network), run.network()), strict=True):
        assert list(judged.digits) == read_by(model, digits).tolist()
        assert (judged.test_right, judged.test_size) == right_by_class(read_by(model, split.test[0]), split.test[1])
    assert state.test_accuracy == pytest.approx(sum(run.judged[-1].test_right) / 500)

    run.train_on(1)
    assert run.wait(LIMIT)
    assert [judged.step for judged in run.judged] == [0, 6, 8]
    with pytest.raises(SpecError):
        service.start(spec)


def test_digits_of_any_pixels_are_learned_without_an_error(network: bytes) -> None:
    rng = np.random.default_rng(0)
    images = [np.zeros(784, np.uint8), np.full(784, 255, np.uint8), rng.integers(0, 256, 784).astype(np.uint8)]
    teaching = Teaching(network, b"".join(image.tobytes() for image in images), (1, 1, 1))
    assert list(train(teaching_spec(epochs=2), teaching=teaching))[-1].outcome == "completed"


@pytest.mark.parametrize(("count", "replay"), [(16, 0.5), (5, 0.0)])
def test_the_script_of_a_run_gives_its_losses_and_its_table(
    network: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, replay: float
) -> None:
    teaching, spec = slashed_zeros(network, count, 7), teaching_spec(epochs=3, replay=replay)
    (tmp_path / WEIGHTS_FILE).write_bytes(network)
    (tmp_path / IMAGES_FILE).write_bytes(struct.pack(">4I", 0x803, count, 28, 28) + teaching.images)
    (tmp_path / LABELS_FILE).write_bytes(struct.pack(">2I", 0x801, count) + bytes(teaching.labels))
    monkeypatch.chdir(tmp_path)
    before, after, losses = printed_by(f"{teaching_script(spec)}print(losses)\n").splitlines()
    events = list(train(spec, teaching=teaching))
    assert literal_eval(losses) == [event.train_loss for event in events if event.kind == "step"]
    test = events[-1].test_accuracy
    assert test is not None
    assert f"test images {round(test * 500)} of 500 right" in after
    assert before.startswith("before: my digits ")
