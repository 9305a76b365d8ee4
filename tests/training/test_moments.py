"""Moments of a run: which are kept, within which limits, and that each is the network as it was."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from primer_core.data import load_images
from primer_core.inference import load_trained
from primer_core.models import build_model
from primer_core.training import Controls, Run, RunSpec, TrainingService
from primer_core.training.loop import train
from primer_core.training.moments import MOST_BYTES, MOST_MOMENTS, MomentKeeper, kept_steps, moment_near

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does


def run_in(folder: Path, spec: RunSpec = RunSpec()) -> Run:  # noqa: B008 - a spec is frozen
    return Run("some", spec, lambda _: None, moments_folder=folder)


def ticking(seconds: float) -> Callable[[], float]:
    """A clock on which every look takes so many seconds."""
    ticks = count()
    return lambda: next(ticks) * seconds


def train_through(keeper: MomentKeeper, model: nn.Module, *, passes: int, steps_in_pass: int) -> None:
    keeper.offer(0, model, "start")
    for step in range(1, passes * steps_in_pass + 1):
        keeper.offer(step, model)
        if step % steps_in_pass == 0:
            keeper.offer(step, model, "pass")
    keeper.offer(passes * steps_in_pass, model, "end")


@settings(deadline=None, max_examples=20)
@given(passes=st.integers(1, 9), steps_in_pass=st.integers(1, 40), most=st.integers(5, 20))
def test_the_start_the_end_and_the_ends_of_passes_stay_and_the_rest_is_thinned_evenly(
    tmp_path_factory: pytest.TempPathFactory, passes: int, steps_in_pass: int, most: int
) -> None:
    folder = tmp_path_factory.mktemp("moments")
    train_through(
        MomentKeeper(folder, most=most, clock=lambda: 0.0), nn.Linear(2, 1), passes=passes, steps_in_pass=steps_in_pass
    )
    last = passes * steps_in_pass
    steps = kept_steps(run_in(folder))
    assert {path.suffix for path in folder.iterdir()} == {".pt"}, "no half-written file is left"
    assert len(steps) <= most
    assert {0, last} <= set(steps)
    if passes + 1 < most:
        assert {steps_in_pass * number for number in range(1, passes + 1)} <= set(steps)
    if last < most:
        assert steps == tuple(range(last + 1))
    elif passes + 1 < most // 2:
        widest = max(late - early for early, late in pairwise(steps))
        assert widest <= 4 * (last / (most - passes - 1)) + 1


def test_many_passes_are_thinned_evenly(tmp_path: Path) -> None:
    train_through(MomentKeeper(tmp_path, clock=lambda: 0.0), nn.Linear(2, 1), passes=200, steps_in_pass=1)
    steps = kept_steps(run_in(tmp_path))
    assert MOST_MOMENTS / 2 <= len(steps) <= MOST_MOMENTS
    apart = {late - early for early, late in pairwise(steps)}
    assert max(apart) <= 2 * min(apart)


def test_bytes_are_limited_too(tmp_path: Path) -> None:
    model = nn.Linear(1000, 100)
    limit = 10 * 100 * 1001 * 4
    train_through(MomentKeeper(tmp_path, most_bytes=limit, clock=lambda: 0.0), model, passes=3, steps_in_pass=20)
    files = list(tmp_path.iterdir())
    assert 4 <= len(files) < 10
    assert sum(path.stat().st_size for path in files) <= limit


def test_keeping_moments_never_takes_much_of_the_time(tmp_path: Path) -> None:
    keeper = MomentKeeper(tmp_path, clock=ticking(1.0))  # writing one takes a second, and so does every batch
    model = nn.Linear(2, 1)
    keeper.offer(0, model, "start")
    for step in range(1, 301):
        keeper.offer(step, model)
    steps = kept_steps(run_in(tmp_path))
    assert 5 <= len(steps) <= 11
    assert min(late - early for early, late in pairwise(steps)) >= 29


def test_a_folder_that_cannot_be_written_costs_the_moments_and_not_the_run(tmp_path: Path) -> None:
    taken = tmp_path / "a file"
    taken.write_text("")
    keeper = MomentKeeper(taken)
    keeper.offer(0, nn.Linear(2, 1), "start")
    assert kept_steps(run_in(taken)) == ()
    assert moment_near(run_in(taken), 3) is None
    gone = tmp_path / "gone"
    keeper = MomentKeeper(gone)
    gone.rmdir()
    keeper.offer(0, nn.Linear(2, 1), "start")
    assert not gone.exists()


def test_a_moment_is_the_network_that_was_and_keeping_it_changes_no_loss(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    spec = RunSpec(epochs=1)
    keeper = MomentKeeper(tmp_path, 0.1, 0.3, clock=lambda: 0.0)
    watched = [event.train_loss for event in train(spec, moments=keeper)]
    assert watched == [event.train_loss for event in train(spec)]
    run = run_in(tmp_path, spec)
    start = moment_near(run, 0)
    assert start is not None
    untrained = build_model(spec.model, spec.seed).state_dict()
    kept = load_trained(spec, start.state_dict_bytes()).state_dict()
    assert all(torch.equal(kept[f"model.{name}"], tensor) for name, tensor in untrained.items())
    assert (kept["mean"].item(), kept["std"].item()) == pytest.approx((0.1, 0.3))
    steps = kept_steps(run)
    middle = (steps[3] + steps[4]) // 2
    assert moment_near(run, middle) == moment_near(run, steps[3])
    near = moment_near(run, 10**6)
    assert near is not None
    assert near.step == 63
    near.path.unlink()
    with pytest.raises(LookupError, match="63 batches"):
        near.state_dict_bytes()


def test_a_run_that_goes_on_after_its_end_keeps_its_moments_and_gets_more(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    spec = RunSpec(epochs=1)
    controls = Controls(spec)
    events = train(spec, controls, moments=MomentKeeper(tmp_path))
    assert next(event for event in events if event.kind == "finished").step == 63
    assert {0, 63} <= set(kept_steps(run_in(tmp_path)))
    controls.change(replace(spec, epochs=2))
    assert next(event for event in events if event.kind == "finished").step == 126
    assert {0, 63, 126} <= set(kept_steps(run_in(tmp_path)))


def test_a_run_in_a_process_keeps_moments_until_it_is_removed(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=3))
    assert run.wait(LIMIT)
    steps = kept_steps(run)
    assert {0, 63, 126, 189} <= set(steps)
    assert len(steps) <= MOST_MOMENTS
    folder = run.moments_folder
    assert folder is not None
    assert sum(path.stat().st_size for path in folder.iterdir()) <= MOST_BYTES
    last = moment_near(run, 189)
    assert last is not None
    split = load_images("mnist-sample")
    with torch.inference_mode():
        logits = load_trained(run.spec, last.state_dict_bytes())(split.test_images.unsqueeze(1) / 255)
    assert (logits.argmax(1) == split.test_labels).float().mean().item() == pytest.approx(run.state().test_accuracy)
    service.forget(run)
    assert kept_steps(run) == steps
    assert service.remove(run)
    assert not folder.exists()
    assert kept_steps(run) == ()


def test_a_run_that_is_removed_while_it_trains_leaves_nothing(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=200))
    assert run.wait_for(lambda state: state.step > 20, LIMIT)
    folder = run.moments_folder
    assert folder is not None
    assert folder.exists()
    assert service.remove(run)
    assert service.start(RunSpec(epochs=1)).wait(LIMIT)  # by now the process has heard of it
    assert not folder.parent.exists()
