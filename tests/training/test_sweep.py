"""Sweeps: which runs they have, that each is the run that it would be alone, and what happens when they are cut off."""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.training import Run, RunSpec, SpecError, TrainingService
from primer_core.training.desk import Desk, Desks, TooManyRunsError
from primer_core.training.history import EpochPoint
from primer_core.training.loop import train
from primer_core.training.messages import Failed, Finished, Started
from primer_core.training.spec import BATCH_SIZE_RANGE, LEARNING_RATE_RANGE
from primer_core.training.sweep import (
    MOST_COMBINATIONS,
    MOST_POINTS,
    best_of,
    combinations,
    curve_points,
    curve_steps,
    facts_of,
    table_axes,
    unfinished,
)

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
TINY = RunSpec(epochs=1, seed=7)
RATES, SIZES = (0.001, 0.01), (128, 256)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, f"waited {LIMIT:g} s in vain for: {what}"
        time.sleep(0.01)


@given(
    st.lists(st.floats(*LEARNING_RATE_RANGE), max_size=6),
    st.lists(st.integers(*BATCH_SIZE_RANGE), max_size=6),
)
def test_each_rate_meets_each_batch_size_once_within_the_limit(rates: list[float], sizes: list[int]) -> None:
    count = len(set(rates)) * len(set(sizes))
    if not 0 < count <= MOST_COMBINATIONS:
        with pytest.raises(SpecError, match=r"[Cc]hoose"):
            combinations(TINY, rates, sizes)
        return
    specs = combinations(TINY, rates, sizes)
    assert len(specs) == len(set(specs)) == count
    assert table_axes(specs) == (tuple(sorted(set(rates))), tuple(sorted(set(sizes))))
    assert [(spec.learning_rate, spec.batch_size) for spec in specs] == sorted(
        (rate, size) for rate in set(rates) for size in set(sizes)
    )
    assert {(spec.seed, spec.model, spec.data, spec.epochs) for spec in specs} == {(7, TINY.model, TINY.data, 1)}


@pytest.mark.parametrize(("rates", "sizes"), [((0.0,), (16,)), ((0.1,), (0,)), ((math.nan,), (16,))])
def test_what_no_run_can_have_is_refused(rates: Sequence[float], sizes: Sequence[int]) -> None:
    with pytest.raises(SpecError):
        combinations(TINY, rates, sizes)


@given(st.integers(0, 5000))
def test_a_curve_has_its_first_and_last_batch_and_few_between(total: int) -> None:
    steps = curve_steps(total)
    assert len(steps) == min(total, MOST_POINTS)
    assert list(steps) == sorted(set(steps))
    if total:
        assert (steps[0], steps[-1]) == (1, total)


def known(spec: RunSpec = TINY, *, epochs: Sequence[float] = (), losses: Sequence[float] = ()) -> Run:
    """A run of which so much was told, without a process: the validation loss after each pass, and each batch's."""
    run = Run(f"run-{spec.learning_rate:g}-{spec.batch_size}", spec, lambda _: None)
    run.take(Started(run.id, 4000, 100))
    run.history.add_losses(range(1, len(losses) + 1), losses)
    for number, loss in enumerate(epochs, 1):
        run.history.add_epoch(EpochPoint(number, number * 10, 1.0, loss, 0.5))
    return run


def test_points_are_only_ever_added() -> None:
    run = known(losses=[2.0 / step for step in range(1, 51)])
    first = curve_points(run, 100)
    assert first == tuple(run.history.means()[step - 1] for step in curve_steps(100) if step <= 50)
    run.history.add_losses(range(51, 101), [0.01] * 50)
    assert curve_points(run, 100)[: len(first)] == first
    assert first + curve_points(run, 100, len(first)) == curve_points(run, 100)
    assert len(curve_points(run, 100)) == MOST_POINTS


def test_the_best_has_the_lowest_validation_loss_and_is_neither_diverged_nor_failed() -> None:
    assert best_of([known(), known()]) is None
    runs = [known(epochs=(0.9, 0.5)), known(epochs=(0.1, 0.6)), known(epochs=(0.5,)), known(epochs=(math.nan,))]
    assert best_of(runs) is runs[0], "the last pass counts, and the first of equals"
    diverged, failed = known(epochs=(0.01,)), known(epochs=(0.02,))
    diverged.take(Finished(diverged.id, "diverged", 0, math.nan, 0.1, b""))
    failed.take(Failed(failed.id, "It was too much.", False))
    assert best_of([diverged, failed, *runs]) is runs[0]
    assert best_of([diverged, failed]) is None


def test_facts_name_the_batch_at_which_a_run_diverged() -> None:
    run = known(losses=[2.0, 7.0, math.inf])
    run.take(Finished(run.id, "diverged", 3, math.nan, 0.1, b""))
    facts = facts_of(run, run.state())
    assert (facts.status, facts.not_finite) == ("diverged", 3)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingService]:
    service = TrainingService(max_workers=1, runs=tmp_path_factory.mktemp("runs"))
    yield service
    service.close()


def sweep_at(desk: Desk, spec: RunSpec = TINY, *, pace: float | None = None) -> tuple[Run, ...]:
    desk.start_sweep(combinations(spec, RATES, SIZES), pace=pace)
    assert desk.sweep is not None
    return desk.sweep.runs


def alone(spec: RunSpec) -> list[float | None]:
    return [event.train_loss for event in train(spec) if event.kind == "step"]


@pytest.mark.usefixtures("one_thread")
def test_each_run_of_a_sweep_is_the_run_of_its_spec_alone(service: TrainingService) -> None:
    desk = Desks(service, most=2).make("me")
    runs = sweep_at(desk)
    assert desk.sweep is not None
    assert desk.sweep.going
    assert desk.sweep.waiting == runs[2:], "as many as one browser may have"
    until(lambda: desk.sweep is not None and not desk.sweep.going, "the end of the sweep")
    assert [(run.spec.learning_rate, run.spec.batch_size) for run in runs] == [
        (rate, size) for rate in RATES for size in SIZES
    ]
    for run in runs:
        assert run.state().status == "completed"
        assert run.history.losses()[1] == alone(run.spec)
        assert run.has_network
    assert best_of(runs) is min(runs, key=lambda run: run.history.epochs[-1].validation_loss)
    first, second = (run.history.losses()[1][0] for run in runs[::2])
    assert first == second, "the same first weights and the same first batch: the same first loss, whatever the rate"

    again = TrainingService(max_workers=1, runs=service.store.path)
    found = Desks(again).of_run(runs[2].id)
    assert found is not None
    assert found.current is not None
    assert found.current.id == runs[2].id
    assert found.sweep is not None
    assert [run.id for run in found.sweep.runs] == [run.id for run in runs]
    assert not found.sweep.going
    assert not found.sweep.can_go_on
    again.close()


def test_a_sweep_is_steered_as_one(service: TrainingService) -> None:
    desks = Desks(service, most=3)
    desk = desks.make("me")
    runs = sweep_at(desk, RunSpec(epochs=200), pace=20.0)
    sweep = desk.sweep
    assert sweep is not None
    until(lambda: all(run.state().step > 1 for run in runs[:3]), "three runs")
    assert runs[3].state().step == 0
    assert facts_of(runs[3], runs[3].state(), waiting=True).status == "waiting"
    desk.look_at(runs[1])
    assert desk.current is runs[1]
    assert set(desk.together) == set(runs)
    assert sweep.runs == runs, "the table stays as it is"
    with pytest.raises(TooManyRunsError):
        desks.make("me").start(TINY)
    sweep.pause()
    assert [run.state().status for run in runs[:3]] == ["paused"] * 3
    assert sweep.held
    sweep.resume()
    assert not sweep.held
    runs[0].stop()
    until(lambda: runs[3].state().step > 0, "the run that waited")
    sweep.stop()
    until(lambda: not sweep.going, "the end of all")
    assert {run.state().status for run in runs} == {"stopped"}
    assert sweep.can_go_on
    desk.go_on_with_sweep()
    assert sweep.going
    desk.clear()
    assert desk.sweep is None
    until(lambda: service.active_runs == 0, "an idle service")
    assert {run.state().status for run in runs} == {"interrupted", "stopped"}


@pytest.mark.usefixtures("one_thread")
def test_a_sweep_that_was_cut_off_goes_on_where_it_was(service: TrainingService) -> None:
    first, second = Desks(service, most=2), Desks(service)
    left = first.make("me")
    runs = sweep_at(left, pace=2.0)
    until(lambda: runs[0].state().step > 3, "some batches")
    left.empty()  # as when the last tab is closed
    desk = second.of_run(runs[0].id)
    assert desk is not None
    sweep = desk.sweep
    assert sweep is not None
    assert [facts_of(run, run.state()).status for run in sweep.runs] == ["interrupted"] * 2 + ["not started"] * 2
    assert all(unfinished(run.state()) for run in sweep.runs)
    sweep.set_pace(None)
    desk.go_on_with_sweep()
    until(lambda: not sweep.going, "the end of the sweep")
    for run in sweep.runs:
        assert run.history.losses()[1] == alone(run.spec)


def test_a_sweep_without_room_for_one_run_changes_nothing(service: TrainingService) -> None:
    desks = Desks(service, most=1)
    other, desk = desks.make("me"), desks.make("me")
    other.start(RunSpec(epochs=200), paused=True)
    kept = len(service.store.all())
    with pytest.raises(TooManyRunsError):
        sweep_at(desk)
    assert desk.current is None
    assert len(service.store.all()) == kept
    other.empty()


def test_a_deleted_run_leaves_the_others_of_its_sweep(service: TrainingService) -> None:
    desks = Desks(service, most=4)
    runs = sweep_at(desk := desks.make("me"), pace=1.0)
    assert desk.sweep is not None
    desk.sweep.stop()
    for gone in runs[:3]:
        assert desks.remove(gone)
    assert desk.current is runs[3]
    assert desk.sweep.runs == runs[3:]
    assert desks.remove(runs[3])
    assert desk.current is None
    assert desk.sweep is None


def test_no_thread_is_left_of_a_sweep_and_no_run_of_it_goes_on(service: TrainingService) -> None:
    desk = Desks(service, most=1).make("me")
    runs = sweep_at(desk, RunSpec(epochs=200))
    desk.clear()
    until(lambda: all(thread.name != "sweep" for thread in threading.enumerate()), "the end of the thread")
    assert all(run.ended for run in runs)


def test_two_tabs_that_press_go_on_at_once_start_no_run_twice(service: TrainingService) -> None:
    desk = Desks(service, most=4).make("me")
    runs = sweep_at(desk, RunSpec(epochs=200), pace=1.0)
    assert desk.sweep is not None
    desk.sweep.stop()
    until(lambda: all(run.ended for run in runs), "the end of all")
    presses = [threading.Thread(target=desk.go_on_with_sweep) for _ in range(2)]
    for press in presses:
        press.start()
    for press in presses:
        press.join(LIMIT)
    assert [run.asked.epochs for run in runs] == [200] * 4, "nobody trains more than was planned"
    desk.clear()
