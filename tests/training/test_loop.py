import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from primer_core.data import toy_points
from primer_core.devices import DeviceUnavailableError, available_devices
from primer_core.models import MODELS, build_model
from primer_core.training.controls import Controls
from primer_core.training.loop import Event, Samples, evaluate, load_samples, steps_in, train
from primer_core.training.spec import RunSpec, SpecError

TOY = RunSpec(
    data="toy",
    model="toy",
    optimizer="sgd",
    learning_rate=0.5,
    batch_size=2,
    epochs=3,
    normalise=False,
    drop_last=True,
    seed=123,
)
SMALL = RunSpec(epochs=2, batch_size=50)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def few_samples() -> Samples:
    """The first hundreds of the real images: enough to learn from, quick to train on."""
    whole = load_samples("mnist-sample", normalise=True)

    def first(part: tuple[torch.Tensor, torch.Tensor], size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return part[0][:size], part[1][:size]

    return Samples(first(whole.train, 400), first(whole.validation, 200), first(whole.test, 200))


def losses(events: list[Event]) -> list[float]:
    return [event.train_loss for event in events if event.kind == "step" and event.train_loss is not None]


def trained(event: Event) -> Mapping[str, torch.Tensor]:
    assert event.state_dict is not None
    return event.state_dict


def test_the_primers_toy_run_gives_its_losses_logits_and_accuracies() -> None:  # M02
    events = list(train(TOY))
    assert [round(loss, 2) for loss in losses(events)] == [0.75, 0.65, 0.44, 0.13, 0.03, 0.00]
    last = events[-1]
    assert last.test_accuracy == 1.0
    model = build_model("toy", 0)
    model.load_state_dict(trained(last))
    points = toy_points()
    with torch.no_grad():
        logits = model(points.train_points)
    torch.testing.assert_close(logits[0], torch.tensor([2.8569, -4.1618]), atol=5e-5, rtol=0)
    torch.testing.assert_close(logits[0].softmax(0), torch.tensor([0.9991, 0.0009]), atol=5e-5, rtol=0)
    assert (logits.argmax(1) == points.train_labels).all()


@pytest.mark.parametrize("model", [name for name, entry in MODELS.items() if entry.takes == "images"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_losses_are_those_of_a_plain_loop_over_a_data_loader(model: str, optimizer: str, few_samples: Samples) -> None:
    spec = replace(
        SMALL,
        model=model,
        optimizer=optimizer,
        momentum=0.0 if optimizer == "adam" else 0.9,
        weight_decay=1e-3,
        learning_rate=1e-3,
        seed=7,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        plain = MODELS[model].factory()
        loader = DataLoader(TensorDataset(*few_samples.train), batch_size=spec.batch_size, shuffle=True)
        kind: Any = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
        extra = {} if optimizer == "adam" else {"momentum": 0.9}
        stepper = kind(plain.parameters(), lr=spec.learning_rate, weight_decay=1e-3, fused=True, **extra)
        expected = []
        for _ in range(spec.epochs):
            plain.train()
            for x, y in loader:
                stepper.zero_grad()
                loss = functional.cross_entropy(plain(x), y)
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
                stepper.step()
                expected.append(loss.item())
    assert losses(list(train(spec, samples=few_samples))) == expected


def test_the_same_spec_gives_the_same_curve_point_for_point_and_another_seed_another(
    few_samples: Samples,
) -> None:  # M12
    first, second = (losses(list(train(SMALL, samples=few_samples))) for _ in range(2))
    assert first == second
    assert losses(list(train(replace(SMALL, seed=43), samples=few_samples))) != first


def test_a_run_is_not_disturbed_by_others_that_take_turns_with_it(few_samples: Samples) -> None:
    spec = replace(SMALL, model="cnn-wide", epochs=1)  # draws dropout in every step
    alone = losses(list(train(spec, samples=few_samples)))
    turns = [train(spec, samples=few_samples), train(replace(spec, seed=1), samples=few_samples)]
    mixed: list[list[float]] = [[], []]
    for pair in zip(*turns, strict=True):
        torch.rand(3)
        for seen, event in zip(mixed, pair, strict=True):
            seen.extend(losses([event]))
    assert mixed[0] == alone
    assert mixed[1] != alone


def test_the_global_generator_is_left_as_it_was(few_samples: Samples) -> None:
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    list(train(replace(SMALL, epochs=1), samples=few_samples))
    assert torch.equal(torch.rand(4), expected)


def test_events_tell_steps_epochs_and_the_end(few_samples: Samples) -> None:
    events = list(train(SMALL, samples=few_samples))
    assert [event.kind for event in events] == (["step"] * 8 + ["epoch"]) * 2 + ["finished"]
    assert [event.step for event in events if event.kind == "step"] == list(range(1, 17))
    assert [event.epoch for event in events if event.kind == "step"] == [1] * 8 + [2] * 8
    assert all(event.samples_per_second > 0 for event in events)
    assert steps_in(SMALL, 400) == 16
    for epoch, steps in ((1, events[:8]), (2, events[9:17])):
        closing = events[9 * epoch - 1]
        assert closing.train_loss == pytest.approx(sum(losses(steps)) / 8)
    last = events[-1]
    assert last.outcome == "completed"
    model = build_model(SMALL.model, 0)
    model.load_state_dict(trained(last))
    assert evaluate(model, *few_samples.test) == (last.test_loss, last.test_accuracy)
    assert evaluate(model, *few_samples.validation) == (events[-2].validation_loss, events[-2].validation_accuracy)


def test_the_network_learns(few_samples: Samples) -> None:
    events = list(train(replace(SMALL, epochs=6), samples=few_samples))
    first, last = losses(events)[0], losses(events)[-1]
    assert first == pytest.approx(math.log(10), abs=0.2)
    assert last < 0.7
    assert events[-1].test_accuracy is not None
    assert events[-1].test_accuracy > 0.7


def test_batches_have_the_primers_shapes(few_samples: Samples) -> None:  # M08
    seen = []
    spec = replace(SMALL, batch_size=64, epochs=1)
    hook = nn.modules.module.register_module_forward_pre_hook(
        lambda module, inputs: seen.append(tuple(inputs[0].shape)) if isinstance(module, nn.Flatten) else None
    )
    with hook:
        next(train(spec, samples=few_samples))
    assert seen == [(64, 1, 28, 28)]


def test_a_last_batch_that_is_not_full_is_kept_or_dropped(few_samples: Samples) -> None:  # M03
    kept = losses(list(train(replace(SMALL, batch_size=64, epochs=1), samples=few_samples)))
    dropped = losses(list(train(replace(SMALL, batch_size=64, epochs=1, drop_last=True), samples=few_samples)))
    assert len(kept) == 7
    assert dropped == kept[:6]


def test_pause_step_and_resume(few_samples: Samples) -> None:
    expected = losses(list(train(SMALL, samples=few_samples)))
    controls = Controls()
    events = train(SMALL, controls, samples=few_samples)
    got = [next(events)]
    controls.pause()
    assert [next(events).kind for _ in range(3)] == ["paused"] * 3
    controls.step(2)
    got += [next(events), next(events)]
    assert [event.step for event in got] == [1, 2, 3]
    assert next(events).kind == "paused"
    controls.resume()
    got += list(events)
    assert losses(got) == expected


def test_a_paused_run_goes_on_when_another_thread_resumes_it(few_samples: Samples) -> None:
    controls = Controls()
    controls.pause()
    timer = threading.Timer(0.15, controls.resume)
    timer.start()
    kinds = [event.kind for event in train(replace(SMALL, epochs=1), controls, samples=few_samples)]
    timer.join()
    assert kinds[0] == "paused"
    assert kinds[-1] == "finished"


def test_another_learning_rate_mid_run_changes_what_follows_and_nothing_before(few_samples: Samples) -> None:
    plain = list(train(SMALL, samples=few_samples))
    controls = Controls()
    events = []
    for event in train(SMALL, controls, samples=few_samples):
        events.append(event)
        if event.kind == "step" and event.step == 5:
            controls.set_learning_rate(0.05)
    # the sixth loss is measured before the sixth step: the first that can differ is the seventh
    assert losses(events)[:6] == losses(plain)[:6]
    assert losses(events)[6] != losses(plain)[6]
    assert [event.learning_rate for event in events if event.kind == "step"] == [1e-3] * 5 + [0.05] * 11
    with pytest.raises(SpecError):
        controls.set_learning_rate(-1)


def test_a_stopped_run_is_measured_and_keeps_its_network(few_samples: Samples) -> None:
    controls = Controls()
    events = []
    for event in train(SMALL, controls, samples=few_samples):
        events.append(event)
        if event.step == 3:
            controls.stop()
    assert [event.kind for event in events] == ["step"] * 3 + ["finished"]
    assert events[-1].outcome == "stopped"
    assert events[-1].test_accuracy is not None
    assert set(trained(events[-1])) == set(build_model(SMALL.model, 0).state_dict())


def test_a_run_that_diverges_says_so_and_ends(few_samples: Samples) -> None:
    spec = replace(SMALL, model="mlp-256-128", optimizer="sgd", learning_rate=10.0, momentum=0.9, epochs=50)
    events = list(train(spec, samples=few_samples))
    assert events[-1].outcome == "diverged"
    assert not math.isfinite(losses(events)[-1])
    assert all(math.isfinite(loss) for loss in losses(events)[:-1])


def test_an_absent_device_is_refused_with_what_there_is() -> None:
    absent = next(name for name in ("mps", "cuda") if name not in available_devices())
    with pytest.raises(DeviceUnavailableError, match=f'"{absent}" is not available here. This machine has "cpu"'):
        next(train(replace(SMALL, device=absent)))


def test_evaluation_mode_turns_dropout_off_and_is_undone() -> None:  # M09
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(784, 10))
    x, y = torch.rand(8, 1, 28, 28), torch.arange(8)
    assert not torch.equal(model(x), model(x))
    assert evaluate(model, x, y) == evaluate(model, x, y)
    assert model.training
