"""Training on a GPU: the same run as on the CPU but for rounding. It needs a machine that has one."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from primer_core.training import TrainingService
from primer_core.training.checkpoint import Checkpoint
from primer_core.training.inside import Trainee
from primer_core.training.loop import Event, train
from primer_core.training.moments import MomentKeeper
from primer_core.training.script import script
from primer_core.training.spec import RunSpec
from tests.snippets import run_snippet

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that CUDA knows")

LIMIT = 120.0
RUNS = {
    "two layers": RunSpec(epochs=1),
    "convolutions": RunSpec(model="cnn", epochs=1, batch_size=128),
    "points": RunSpec(
        data="toy", model="toy", optimizer="sgd", learning_rate=0.5, batch_size=2, epochs=3, normalise=False
    ),
}
#: Dropout and noise are drawn on the device, so that only the device's own runs are alike.
DRAWN = RunSpec(model="mlp-dropout", optimizer="sgd", learning_rate=0.02, batch_size=128, epochs=2, noise=0.2)


def losses(events: list[Event]) -> list[float]:
    return [event.train_loss for event in events if event.kind == "step" and event.train_loss is not None]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_on_a_gpu_is_that_of_the_cpu_but_for_rounding(name: str) -> None:
    here, there = (list(train(replace(RUNS[name], device=device))) for device in ("cpu", "cuda"))
    assert len(losses(here)) == len(losses(there))
    assert losses(there)[:10] == pytest.approx(losses(here)[:10], rel=1e-3, abs=1e-4)
    assert there[-1].kind == "finished"
    assert here[-1].test_accuracy is not None
    assert there[-1].test_accuracy == pytest.approx(here[-1].test_accuracy, abs=0.03)
    weights = there[-1].state_dict
    assert weights is not None
    assert {each.device.type for each in weights.values()} == {"cpu"}


@pytest.mark.parametrize("spec", [*RUNS.values(), DRAWN], ids=[*RUNS, "what is drawn"])
def test_a_run_that_is_cut_off_goes_on_as_if_nothing_had_been(spec: RunSpec) -> None:
    spec = replace(spec, device="cuda")
    whole = losses(list(train(spec)))
    assert len(whole) > 6
    trainee, taken = Trainee(), list[Event]()
    for event in train(spec, trainee=trainee):
        taken.append(event)
        if len(losses(taken)) == 5:
            break
    assert trainee.checkpoint is not None
    checkpoint = Checkpoint.from_bytes(trainee.checkpoint({}).to_bytes())
    torch.cuda.manual_seed(99)  # another process draws other numbers
    rest = losses(list(train(spec, checkpoint=checkpoint)))
    assert [*losses(taken), *rest] == pytest.approx(whole, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("spec", [*RUNS.values(), DRAWN], ids=[*RUNS, "what is drawn"])
def test_the_script_of_a_run_gives_its_losses(spec: RunSpec) -> None:
    spec = replace(spec, device="cuda")
    _, names = run_snippet(script(spec, ()))
    assert names["losses"] == pytest.approx(losses(list(train(spec))), rel=1e-3, abs=1e-4)


def test_a_process_trains_on_a_gpu_beside_one_that_uses_the_cpu(tmp_path: Path) -> None:
    service = TrainingService(max_workers=1, runs=tmp_path)
    try:
        runs = [service.start(replace(RUNS["two layers"], device=device)) for device in ("cuda", "cpu")]
        for run in runs:
            assert run.wait(LIMIT)
            assert run.state().status == "completed"
        one, other = (run.state().test_accuracy for run in runs)
        assert one == pytest.approx(other, abs=0.03)
        assert {weight.device.type for weight in runs[0].network().state_dict().values()} == {"cpu"}
    finally:
        service.close()


def test_moments_of_a_run_are_kept(tmp_path: Path) -> None:
    keeper = MomentKeeper(tmp_path)
    events = list(train(replace(RUNS["two layers"], device="cuda"), moments=keeper))
    assert events[-1].kind == "finished"
    assert any(tmp_path.iterdir())
