import math
import threading
from collections.abc import Mapping
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
from primer_core.training.schedules import SCHEDULES
from primer_core.training.spec import RunSpec

pytestmark = pytest.mark.usefixtures("one_thread")

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
    controls = Controls(SMALL)
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
    controls = Controls(SMALL)
    controls.pause()
    timer = threading.Timer(0.15, controls.resume)
    timer.start()
    kinds = [event.kind for event in train(SMALL, controls, samples=few_samples)]
    timer.join()
    assert kinds[0] == "paused"
    assert kinds[-1] == "finished"


def test_another_learning_rate_mid_run_changes_what_follows_and_nothing_before(few_samples: Samples) -> None:
    plain = list(train(SMALL, samples=few_samples))
    controls = Controls(SMALL)
    events = []
    for event in train(SMALL, controls, samples=few_samples):
        events.append(event)
        if event.kind == "step" and event.step == 5:
            controls.change(replace(SMALL, learning_rate=0.05))
    # the sixth loss is measured before the sixth step: the first that can differ is the seventh
    assert losses(events)[:6] == losses(plain)[:6]
    assert losses(events)[6] != losses(plain)[6]
    assert [event.learning_rate for event in events if event.kind == "step"] == [1e-3] * 5 + [0.05] * 11
    changed = [event for event in events if event.kind == "changed"]
    assert [(event.step, event.spec.learning_rate) for event in changed] == [(5, 0.05)]


def test_a_stopped_run_is_measured_and_keeps_its_network(few_samples: Samples) -> None:
    controls = Controls(SMALL)
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


def steered(spec: RunSpec, samples: Samples, changes: Mapping[int, Mapping[str, Any]]) -> list[Event]:
    """The events of a run whose settings are changed after some of its batches."""
    controls = Controls(spec)
    events = []
    for event in train(spec, controls, samples=samples):
        events.append(event)
        if event.kind == "step" and event.step in changes:
            controls.change(replace(controls.spec, **changes[event.step]))
    return events


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("first", [1, 2])
def test_a_run_that_goes_on_after_its_end_is_the_longer_run(optimizer: str, first: int, few_samples: Samples) -> None:
    momentum = 0.9 if optimizer == "sgd" else 0.0
    spec = replace(SMALL, model="mlp-dropout", optimizer=optimizer, momentum=momentum, noise=0.1, epochs=3)
    straight = list(train(spec, samples=few_samples))
    short = replace(spec, epochs=first)
    controls = Controls(short)
    events = train(short, controls, samples=few_samples)
    got: list[Event] = []
    for event in events:
        got.append(event)
        if event.kind == "finished":
            assert event.outcome == "completed"
            controls.change(spec)
    assert losses(got) == losses(straight)
    assert [event.kind for event in got].count("finished") == 2
    assert got[-1].test_loss == straight[-1].test_loss
    assert (got[-1].step, got[-1].total_steps) == (24, 24)
    torch.testing.assert_close(dict(trained(got[-1])), dict(trained(straight[-1])), rtol=0, atol=0)


def test_a_run_that_goes_on_after_a_stop_is_the_run_that_was_not_stopped(few_samples: Samples) -> None:
    controls = Controls(SMALL)
    got: list[Event] = []
    for event in train(SMALL, controls, samples=few_samples):
        got.append(event)
        if event.kind == "step" and event.step in (3, 8, 11):
            controls.stop()
        elif event.kind == "finished":
            controls.resume()
    assert [event.outcome for event in got if event.kind == "finished"] == ["stopped"] * 3 + ["completed"]
    assert losses(got) == losses(list(train(SMALL, samples=few_samples)))


def test_a_finished_run_that_nobody_asks_to_go_on_is_over(few_samples: Samples) -> None:
    controls = Controls(SMALL)
    events = list(train(SMALL, controls, samples=few_samples))
    assert [event.kind for event in events].count("finished") == 1


def test_stepping_through_a_pass_holds_after_its_measurement(few_samples: Samples) -> None:
    controls = Controls(SMALL)
    controls.step_through()
    events = train(SMALL, controls, samples=few_samples)
    assert [next(events).kind for _ in range(10)] == ["step"] * 8 + ["epoch", "paused"]


def test_the_loss_of_an_epoch_is_a_mean_over_samples(few_samples: Samples) -> None:  # G33
    events = list(train(replace(SMALL, batch_size=64, epochs=1), samples=few_samples))
    sizes = [64] * 6 + [16]
    mean = sum(loss * size for loss, size in zip(losses(events), sizes, strict=True)) / 400
    epoch = next(event for event in events if event.kind == "epoch")
    assert epoch.train_loss == pytest.approx(mean, abs=1e-12)
    assert epoch.train_loss != pytest.approx(sum(losses(events)) / 7, abs=1e-4)


def test_another_batch_size_takes_the_samples_that_are_left_in_the_order_of_the_pass(few_samples: Samples) -> None:
    seen: list[torch.Tensor] = []
    hook = nn.modules.module.register_module_forward_pre_hook(
        lambda module, inputs: seen.append(inputs[0].flatten(1).clone()) if isinstance(module, nn.Flatten) else None
    )
    spec = replace(SMALL, epochs=1)
    with hook:
        list(train(spec, samples=few_samples))
        straight = torch.cat(seen[:8])
        seen.clear()
        events = steered(spec, few_samples, {2: {"batch_size": 64}, 4: {"batch_size": 7}})
    sizes = [50, 50, 64, 64, *[7] * 24, 4]
    batches = seen[: len(sizes)]
    assert [len(batch) for batch in batches] == sizes
    assert torch.equal(torch.cat(batches), straight)
    steps = [event for event in events if event.kind == "step"]
    assert len(steps) == len(sizes) == steps[-1].total_steps
    assert [event.left_in_pass for event in steps][-3:] == [2, 1, 0]


def test_frozen_layers_keep_their_weights_and_the_others_learn(few_samples: Samples) -> None:
    at_start = build_model(SMALL.model, SMALL.seed).state_dict()
    at_end = trained(list(train(replace(SMALL, frozen=2, epochs=1), samples=few_samples))[-1])
    same = [torch.equal(at_start[name], at_end[name]) for name in at_start]
    assert same == [True] * 4 + [False] * 2


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_layers_can_be_frozen_and_thawed_on_the_way(momentum: float, few_samples: Samples) -> None:
    spec = replace(SMALL, optimizer="sgd", learning_rate=0.05, momentum=momentum, frozen=2)
    events = steered(spec, few_samples, {4: {"frozen": 0}, 8: {"momentum": 0.9}, 10: {"frozen": 1}, 12: {"frozen": 0}})
    assert events[-1].outcome == "completed"
    assert losses(events)[:5] == losses(list(train(spec, samples=few_samples)))[:5]


def test_eval_mode_leaves_dropout_and_running_statistics_alone(few_samples: Samples) -> None:  # M09, G28
    spec = replace(SMALL, model="cnn-wide", epochs=1, batch_size=100)
    at_start = build_model(spec.model, spec.seed).state_dict()
    for mode, moves in (("train", True), ("eval", False)):
        at_end = trained(list(train(replace(spec, mode=mode), samples=few_samples))[-1])
        assert (at_end["features.1.num_batches_tracked"] > 0) == moves
        assert torch.equal(at_start["features.1.running_mean"], at_end["features.1.running_mean"]) != moves
    without = replace(spec, mode="eval", dropout=0.0)
    assert losses(list(train(without, samples=few_samples))) == losses(
        list(train(replace(spec, mode="eval"), samples=few_samples))
    )


@pytest.mark.parametrize("schedule", ["step", "cosine", "one-cycle"])
def test_a_schedule_moves_the_rate_over_the_run_and_keeps_its_last_one_after_the_end(
    schedule: str, few_samples: Samples
) -> None:
    spec = replace(SMALL, schedule=schedule, epochs=3)
    events = steered(spec, few_samples, {24: {"epochs": 4}})
    rates = [event.learning_rate / spec.learning_rate for event in events if event.kind == "step"]
    assert rates == [pytest.approx(SCHEDULES[schedule](min(1.0, batch / 24)), rel=1e-12) for batch in range(32)]
    assert rates[24:] == [pytest.approx(0.01)] * 8


def test_a_cosine_schedule_is_torchs() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    torchs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50, eta_min=0.01)
    for batch in range(50):
        assert SCHEDULES["cosine"](batch / 50) == pytest.approx(torchs.get_last_lr()[0], rel=1e-6)
        optimizer.step()
        torchs.step()


def test_a_one_cycle_schedule_is_torchs() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    torchs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=101, pct_start=0.31, final_div_factor=4, cycle_momentum=False
    )
    for batch in range(100):  # torch counts from the first to the last batch, and rises for pct_start of them less one
        ours = SCHEDULES["one-cycle"](batch / 100)
        assert ours == pytest.approx(torchs.get_last_lr()[0], abs=0.02)
        optimizer.step()
        torchs.step()


def test_a_run_ends_at_its_target_and_can_go_on_without_it(few_samples: Samples) -> None:
    spec = replace(SMALL, epochs=6, target=0.3)
    controls = Controls(spec)
    got: list[Event] = []
    for event in train(spec, controls, samples=few_samples):
        got.append(event)
        if event.kind == "finished":
            controls.change(replace(spec, target=0.0))
    ends = [event for event in got if event.kind == "finished"]
    assert [event.outcome for event in ends] == ["reached", "completed"]
    epochs = [event for event in got if event.kind == "epoch"]
    reached = next(event for event in epochs if (event.validation_accuracy or 0) >= 0.3)
    assert ends[0].step == reached.step < ends[1].step
    assert losses(got) == losses(list(train(replace(spec, target=0.0), samples=few_samples)))


def test_a_run_ends_when_validation_has_not_got_better_for_as_long_as_its_patience(few_samples: Samples) -> None:
    spec = replace(SMALL, epochs=40, learning_rate=0.02, patience=2)
    events = list(train(spec, samples=few_samples))
    assert events[-1].outcome == "levelled"
    validation = [event.validation_loss or 0.0 for event in events if event.kind == "epoch"]
    best = validation.index(min(validation))
    assert len(validation) == best + 1 + 2


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
