"""Symptoms of real runs, named from their numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import pytest
import torch

from primer_core.training.history import EpochPoint
from primer_core.training.inside import Observer, Trainee
from primer_core.training.loop import Samples, load_samples, train
from primer_core.training.spec import RunSpec
from primer_core.training.symptoms import Record, Symptom, find, fixed
from primer_core.training.vitals import Vitals
from tests.profiles import is_long

SEEDS = range(20) if is_long() else range(2)
LEAST = 18 if is_long() else 2

POINTS = RunSpec(
    data="toy", model="toy", optimizer="sgd", learning_rate=0.5, batch_size=2, epochs=3, normalise=False, drop_last=True
)
HEALTHY = {
    "MLP, Adam": RunSpec(),
    "wider MLP, SGD with momentum": RunSpec(
        model="mlp-256-128", optimizer="sgd", learning_rate=0.01, momentum=0.9, normalise=False
    ),
    "raw parameters, plain SGD": RunSpec(
        model="raw-128", optimizer="sgd", learning_rate=0.01, batch_size=128, epochs=20, normalise=False
    ),
    "small CNN": RunSpec(model="cnn", epochs=3),
    "five points": POINTS,
}
SGD = RunSpec(optimizer="sgd", learning_rate=0.1)
CAUSED: dict[str, tuple[RunSpec, ...]] = {
    "diverged": (replace(SGD, learning_rate=5.0),),
    "dead": (RunSpec(learning_rate=0.5),),
    "rate too high": (RunSpec(learning_rate=0.1), replace(SGD, learning_rate=0.2, momentum=0.9)),
    "rate too low": (RunSpec(learning_rate=1e-5), replace(SGD, learning_rate=1e-3)),
    "not normalised": (replace(SGD, learning_rate=0.01, normalise=False),),
    "overfitting": (RunSpec(epochs=25),),
    "unequal last batch": (
        replace(POINTS, batch_size=4, epochs=10, learning_rate=0.1, drop_last=False),
        RunSpec(batch_size=1333, epochs=10),
    ),
}


@dataclass(frozen=True)
class Trained:
    """A whole run, cut as it was seen after each pass, and at last as it ended."""

    spec: RunSpec
    records: tuple[Record, ...]

    @property
    def found(self) -> dict[str, Symptom]:
        """All that was named in the course of it, each as it was named last."""
        return {symptom.name: symptom for record in self.records for symptom in find(record)}


@cache
def samples_of(data: str, normalise: bool) -> Samples:
    return load_samples(data, normalise=normalise)


@cache
def trained(spec: RunSpec) -> Trained:
    torch.set_num_threads(1)
    samples, trainee = samples_of(spec.data, spec.normalise), Trainee()
    observer = Observer(trainee, *samples.validation)
    losses: list[float] = []
    epochs: list[EpochPoint] = []
    vitals: list[Vitals] = []
    records = []
    sizes: tuple[int, ...] = ()
    classes = 2 if spec.data == "toy" else 10
    for event in train(spec, samples=samples, trainee=trainee):
        measured = observer.take(event)
        if measured is not None:
            vitals.append(measured)
        if event.kind == "step":
            assert event.train_loss is not None
            losses.append(event.train_loss)
            sizes = tuple(map(len, trainee.order))
            continue
        if event.kind == "epoch":
            measures = event.train_loss, event.validation_loss, event.validation_accuracy
            epochs.append(EpochPoint(event.epoch, event.step, *measures))  # type: ignore[arg-type]  # there after a pass
        records.append(Record(tuple(losses), classes, sizes, tuple(epochs), tuple(vitals), event.outcome))
    return Trained(spec, tuple(records))


def of_seeds(spec: RunSpec) -> Iterable[Trained]:
    return (trained(replace(spec, seed=seed)) for seed in SEEDS)


@pytest.mark.parametrize("spec", HEALTHY.values(), ids=HEALTHY)
def test_nothing_is_named_in_a_healthy_run_not_at_any_time(spec: RunSpec) -> None:
    assert {run.spec.seed: list(run.found) for run in of_seeds(spec) if run.found} == {}


@pytest.mark.parametrize(
    ("name", "spec"), [pytest.param(name, spec, id=name) for name, specs in CAUSED.items() for spec in specs]
)
def test_a_symptom_is_found_where_it_was_caused(name: str, spec: RunSpec) -> None:
    found = [name in run.found for run in of_seeds(spec)]
    assert sum(found) >= LEAST, found


@pytest.mark.parametrize(
    ("name", "spec"), [pytest.param(name, spec, id=name) for name, specs in CAUSED.items() for spec in specs]
)
def test_its_fix_starts_from_the_same_start_and_mends_it(name: str, spec: RunSpec) -> None:
    """A rate may have to be lowered more than once."""
    run = trained(replace(spec, seed=1))
    for _ in range(3):
        if name not in run.found:
            break
        _, mended = fixed(run.found[name], run.spec) or ("", run.spec)
        assert mended != run.spec
        assert (mended.seed, mended.model, mended.data) == (run.spec.seed, run.spec.model, run.spec.data)
        run = trained(mended)
    assert run.spec != replace(spec, seed=1)
    assert name not in run.found


def test_divergence_names_the_batch_and_what_grew() -> None:
    run = trained(replace(CAUSED["diverged"][0], seed=1))
    record = run.records[-1]
    seen = run.found["diverged"].seen
    assert f"batch {len(record.losses)} " in seen
    assert "weights of layer" in seen
    finite = [each for each in record.vitals if each.layers[0].weight_norm < float("inf")]
    grown = [
        after.weight_norm / before.weight_norm
        for before, after in zip(finite[0].layers, finite[-1].layers, strict=True)
    ]
    layer = grown.index(max(grown))
    assert f"layer {layer + 1} grew most" in seen
    digits, power = f"{finite[-1].layers[layer].weight_norm:.1e}".split("e")
    assert f"{digits}×10" in seen or int(power) < 4


def test_overfitting_tells_both_losses_and_that_accuracy_did_not_fall_with_them() -> None:
    run = next(run for run in of_seeds(CAUSED["overfitting"][0]) if "overfitting" in run.found)
    named = next(record for record in run.records if find(record))
    best = min(named.epochs, key=lambda point: point.validation_loss)
    seen = find(named)[0].seen
    for value in (best.validation_loss, named.epochs[-1].validation_loss, best.train_loss):
        assert f"{value:.3f}" in seen
    again = trained(replace(run.spec, epochs=best.epoch))
    assert again.records[-1].epochs == named.epochs[: best.epoch], "the fix trains the very same passes"


def test_a_stuck_network_has_dead_units_and_no_gradient() -> None:
    run = next(run for run in of_seeds(CAUSED["dead"][0]) if "dead" in run.found)
    last = run.records[-1].vitals[-1]
    assert any(layer.dead >= 0.9 * layer.units > 0 for layer in last.layers)
    assert last.layers[0].gradient_norm == 0
    assert run.records[-1].latest == pytest.approx(run.records[-1].chance, rel=0.05)


@pytest.mark.parametrize(("rates", "lower"), [((), 0.1), ((0.001, 1.0), 0.001), ((0.001, 0.2, 0.2, 1.0), 0.001)])
def test_a_lower_rate_is_one_that_the_run_was_set_to_before_or_a_tenth(rates: tuple[float, ...], lower: float) -> None:
    (high,) = find(Record([2.3, 2.4, 9.0, 30.0, 5.0, *[2.0] * 50], 10, (64,), rates=rates))
    remedy = fixed(high, RunSpec(learning_rate=1.0))
    assert remedy == (f"Learning rate {lower:g}, same start", RunSpec(learning_rate=lower))


def test_the_numbers_alone_decide() -> None:
    """The same numbers are the same symptoms, whatever the settings were; without numbers there is nothing to say."""
    assert find(Record((), 10, (64,))) == ()
    falling = [2.3 - 0.0005 * batch for batch in range(200)]
    assert [symptom.name for symptom in find(Record(falling, 10, (64,), outcome="completed"))] == ["rate too low"]
    assert find(Record(falling, 10, (64,))) == (), "a run that goes on may still make up for it"
    runaway = [2.3, 2.4, 9.0, 30.0, 5.0, *[2.0] * 50]
    assert [symptom.name for symptom in find(Record(runaway, 10, (64,)))] == ["rate too high"]
    lost_again = [*[2.3] * 20, *[0.5] * 30, *[2.2] * 20]
    assert [symptom.name for symptom in find(Record(lost_again, 10, (64,)))] == ["rate too high"]
    assert find(Record(lost_again[:50], 10, (64,))) == ()
    watched = trained(CAUSED["rate too low"][0]).records[-1].vitals[-1]
    unwatched = replace(watched, layers=tuple(replace(layer, update_ratio=math.nan) for layer in watched.layers))
    for vitals in ((watched, unwatched), (unwatched,)):
        (low,) = find(Record(falling, 10, (64,), vitals=vitals, outcome="completed"))
        assert "nan" not in low.seen
    uneven = find(Record([0.1, 0.5] * 3, 2, (4, 1)))
    assert [symptom.name for symptom in uneven] == ["unequal last batch"]
    assert "0.3000" in uneven[0].seen
    assert "0.1800" in uneven[0].seen
