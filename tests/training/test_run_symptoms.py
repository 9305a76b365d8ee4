"""Symptoms of runs in their processes, as a page asks for them."""

from primer_core.training import RunSpec, TrainingService
from primer_core.training.symptoms import fixed, record_of, symptoms_of
from ui.training.live_view import live_view

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does


def test_a_run_that_diverges_is_named_and_its_fix_can_be_started(service: TrainingService) -> None:
    run = service.start(RunSpec(optimizer="sgd", learning_rate=5.0, seed=7))
    assert run.wait(LIMIT)
    state = run.state()
    (symptom,) = symptoms_of(run, state)
    assert symptom.name == "diverged"
    assert f"batch {state.step} " in symptom.seen
    assert symptoms_of(run, state)[0] is symptom, "it is not looked for twice"
    view = live_view(run, state, role="steers", active_runs=0)
    assert "diverged" in view["mark"].split(" steers ")[1], "the page is drawn again when a symptom is found"

    label, spec = fixed(symptom, state.spec) or ("", state.spec)
    assert "0.5" in label
    mended = service.start(spec)
    assert mended.spec.seed == 7
    assert mended.wait(LIMIT)
    assert mended.history.losses()[1][0] == run.history.losses()[1][0], "the same weights and the same first batch"
    assert "diverged" not in [found.name for found in symptoms_of(mended, mended.state())]


def test_what_is_recorded_of_a_run_is_what_it_trained(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=2, batch_size=128))
    assert run.wait(LIMIT)
    record = record_of(run, run.state())
    assert record.batch_sizes == (128,) * 31 + (32,)
    assert sum(record.batch_sizes) == run.state().train_size
    assert len(record.losses) == 2 * len(record.batch_sizes)
    assert [point.epoch for point in record.epochs] == [1, 2]
    assert record.outcome == "completed"
    assert {vitals.step for vitals in record.vitals} >= {2, 32, 64}
    assert symptoms_of(run, run.state()) == ()
