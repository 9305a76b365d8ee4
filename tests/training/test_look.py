"""What a look inside a network tells, against the network itself; and that looking changes nothing."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix
from torch import nn
from torch.nn import functional

from primer_core.models import MODELS, build_model
from primer_core.training.inside import Observer, Trainee, dead_units, hidden_and_logits, layers_of
from primer_core.training.look import ALPHABET, INTERVAL, OPEN_FOR, UNITS, Viewer, look, start_of
from primer_core.training.loop import Samples, load_samples, train
from primer_core.training.spec import RunSpec

POINTS = RunSpec(data="toy", model="toy", optimizer="sgd", learning_rate=0.5, batch_size=2, normalise=False)
SMALL = RunSpec(epochs=1)


@cache
def samples_of(data: str) -> Samples:
    samples = load_samples(data, normalise=True)

    def few(part: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        return part[0][:320], part[1][:320]

    return Samples(few(samples.train), few(samples.validation), few(samples.test))


def specs() -> list[RunSpec]:
    sizes = {"cnn-wide": 160, "toy": 2}
    return [
        RunSpec(
            data="toy" if entry.takes == "points" else "mnist-sample",
            model=name,
            batch_size=sizes.get(name, 64),
            epochs=1,
        )
        for name, entry in MODELS.items()
    ]


def seen_of(spec: RunSpec, model: nn.Module, samples: Samples, **options: Any) -> dict[str, Any]:
    text = look(model, start_of(spec, samples), samples, step=0, **options)
    assert len(text) <= 20_000
    return dict(json.loads(text))


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(spec: RunSpec, watching: Callable[[Viewer, Clock], None] | None) -> tuple[list[float], list[dict[str, Any]]]:
    """Every loss of a run to the last digit, and the looks at it."""
    torch.set_num_threads(1)
    samples, trainee, clock = samples_of(spec.data), Trainee(), Clock()
    viewer = Viewer(spec, trainee, samples, clock)
    observer = Observer(trainee, *samples.validation)
    losses, looks = [], []
    for event in train(spec, samples=samples, trainee=trainee):
        losses += [loss for loss in (event.train_loss, event.validation_loss, event.test_loss) if loss is not None]
        if watching is not None:
            observer.take(event)
            watching(viewer, clock)
            looks += [json.loads(text) for _, _, text in viewer.take(event)]
        clock.now += INTERVAL
    return losses, looks


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.model)
def test_looking_changes_no_loss_not_in_its_last_digit(spec: RunSpec) -> None:
    def watch(viewer: Viewer, _: Clock) -> None:
        list(viewer.watch(0))

    seen, looks = run(spec, watch)
    assert looks
    assert seen == run(spec, None)[0]


def test_it_looks_only_while_somebody_watches_and_four_times_a_second_at_most() -> None:
    def once(viewer: Viewer, clock: Clock) -> None:
        if clock.now == 0:
            list(viewer.watch(0))

    _, looks = run(SMALL, lambda *_: None)
    assert looks == []
    _, looks = run(RunSpec(epochs=10), once)
    assert 0 < len(looks) <= OPEN_FOR / INTERVAL + 1

    def always(viewer: Viewer, clock: Clock) -> None:
        list(viewer.watch(0))
        clock.now -= 0.9 * INTERVAL  # steps come ten times as fast

    _, looks = run(RunSpec(epochs=10), always)
    assert 3 < len(looks) <= 50 * 0.1 + 2


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.model)
def test_the_first_layers_weights_are_told_in_parts_of_the_largest(spec: RunSpec) -> None:
    model, samples = build_model(spec.model, 3), samples_of(spec.data)
    weight = next(parameter for parameter in model.parameters() if parameter.ndim > 1).detach()
    by_unit = weight.T if spec.model == "raw-128" else weight.flatten(1)
    for first_unit in (0, UNITS, 10_000):
        first = seen_of(spec, model, samples, first_unit=first_unit)["first"]
        assert first["units"] == len(by_unit)
        assert first["from"] % UNITS == 0
        shown = by_unit[first["from"] : first["from"] + UNITS]
        levels = np.array([ALPHABET.index(character) for character in first["weights"]]).reshape(shown.shape)
        assert np.abs((levels - 31) / 31 * first["largest"] - shown.numpy()).max() <= first["largest"] / 31
        assert first["largest"] == pytest.approx(weight.abs().max().item(), rel=0.01)
        assert first["norms"] == pytest.approx(shown.norm(dim=1).tolist(), rel=0.01)
        assert first["side"] == {"toy": None, "cnn": 3, "cnn-wide": 5}.get(spec.model, 28)
        if "exact" in first:
            assert np.allclose(first["exact"], shown.numpy(), rtol=0.006)


def test_a_units_picture_is_what_raises_it() -> None:
    """The image that equals a unit's weights gives it more than any other image of that size."""
    for spec in (RunSpec(), RunSpec(model="raw-128")):
        model = build_model(spec.model, 1)
        layer = layers_of(model)[0]
        weights = layer.weight.detach() if layer.units_first else layer.weight.detach().T
        (hidden, *_), _ = hidden_and_logits(model, weights.reshape(-1, 1, 28, 28) * 100)
        assert (hidden.argmax(dim=0) == torch.arange(len(weights))).all()


def test_readings_are_scikit_learns_confusion_matrix_and_the_surest_mistakes() -> None:
    samples, spec = samples_of("mnist-sample"), RunSpec()
    model = build_model("mlp-128-64", 5)
    seen = seen_of(spec, model, samples)
    inputs, labels = samples.validation
    with torch.no_grad():
        probabilities = model(inputs).softmax(1)
    read = probabilities.argmax(1)
    assert seen["confusion"] == confusion_matrix(labels, read, labels=range(10)).tolist()
    assert [int(digit) for digit in seen["read"]] == read.tolist()
    assert [int(digit) for digit in seen["labels"]] == labels.tolist()
    assert seen["right"] == int((read == labels).sum())
    wrong = sorted(-probabilities[row].max().item() for row in range(len(labels)) if read[row] != labels[row])
    assert [-mistake["sure"] for mistake in seen["mistakes"]] == pytest.approx(wrong[:8], rel=0.01)
    for mistake in seen["mistakes"]:
        assert mistake["label"] == labels[mistake["row"]] != mistake["read"] == read[mistake["row"]]
        assert mistake["right"] == pytest.approx(probabilities[mistake["row"], mistake["label"]].item(), rel=0.01)


def test_layers_tell_the_gradient_and_step_of_autograd_and_the_optimizer() -> None:
    trainee, samples = Trainee(), samples_of("mnist-sample")
    viewer = Viewer(SMALL, trainee, samples, clock=lambda: 0.0)
    before: list[torch.Tensor] = []
    for event in train(SMALL, samples=samples, trainee=trainee):
        assert trainee.model is not None
        weights = [parameter.detach().clone() for parameter in trainee.model.parameters() if parameter.ndim > 1]
        looks = [json.loads(text) for _, _, text in [*viewer.watch(0), *viewer.take(event)]]
        if looks and event.kind == "step" and event.step > 1:
            for layer, old, new in zip(looks[-1]["layers"], before, weights, strict=True):
                if layer["change"] is not None:
                    assert layer["change"] == pytest.approx(((new - old).norm() / old.norm()).item(), rel=0.01)
            parameters = list(trainee.model.parameters())
            for place, layer in enumerate(looks[-1]["layers"]):
                grads = [parameter.grad for parameter in parameters[2 * place : 2 * place + 2]]
                expected = torch.cat([grad.flatten() for grad in grads if grad is not None]).norm().item()
                assert layer["gradient"] == pytest.approx(expected, rel=0.01)
        before = weights


def test_histograms_count_every_weight_now_and_at_the_start() -> None:
    spec, samples = RunSpec(), samples_of("mnist-sample")
    model = build_model(spec.model, 9)
    start = build_model(spec.model, spec.seed)
    for layer, now, old in zip(
        seen_of(spec, model, samples)["layers"], layers_of(model), layers_of(start), strict=True
    ):
        told = layer["weights"]
        assert sum(told["now"]) == sum(told["start"]) == now.weight.numel()
        values = np.concatenate([now.weight.detach().numpy().ravel(), old.weight.detach().numpy().ravel()])
        expected, _ = np.histogram(now.weight.detach().numpy(), 32, (values.min(), values.max()))
        assert np.abs(np.array(told["now"]) - expected).max() <= 2, "but for values on an edge, in float32"


def test_dead_units_are_those_that_are_0_for_every_image() -> None:
    hidden = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert dead_units(hidden) == 1
    maps = torch.zeros(4, 3, 5, 5)
    maps[2, 1, 4, 4] = 0.5
    assert dead_units(maps) == 2
    model = build_model("mlp-128-64", 1)
    with torch.no_grad():
        layers_of(model)[0].biases[0][:7] = -1e6
    layers = seen_of(RunSpec(), model, samples_of("mnist-sample"))["layers"]
    assert layers[0]["dead"] >= 7
    assert "dead" not in layers[-1]


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.model)
def test_each_relu_of_a_network_is_seen(spec: RunSpec) -> None:
    model, (inputs, _) = build_model(spec.model, 1), samples_of(spec.data).validation
    hidden, logits = hidden_and_logits(model, inputs[:8])
    assert len(hidden) == len(layers_of(model)) - 1
    assert all(bool((outputs >= 0).all()) and bool((outputs == 0).any()) for outputs in hidden)
    with torch.no_grad():
        assert torch.equal(logits, model.eval()(inputs[:8]))


def test_looking_puts_every_module_back_as_it_was() -> None:
    model = build_model("cnn-wide", 1).train()
    frozen = next(module for module in model.modules() if isinstance(module, nn.BatchNorm2d)).eval()
    before = [module.training for module in model.modules()]
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    hidden_and_logits(model, torch.rand(3, 1, 28, 28))
    assert [module.training for module in model.modules()] == before
    assert not frozen.training
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("spec", [RunSpec(epochs=2), POINTS, RunSpec(model="cnn-wide", batch_size=160, epochs=2)])
def test_the_next_batch_is_the_one_that_is_trained_on_next(spec: RunSpec) -> None:
    """At the end of a pass, too, whose order is drawn when the next begins."""
    trainee, samples = Trainee(), samples_of(spec.data)
    expected: list[int] | None = None
    foreseen = 0
    for event in train(spec, samples=samples, trainee=trainee):
        assert trainee.model is not None
        if event.kind == "step":
            taken = trainee.order[trainee.taken - 1].tolist()
            if expected is not None:
                assert taken == expected
                foreseen += 1
            expected = trainee.next_rows()
    assert foreseen == event.step - 1


def test_a_surface_is_what_the_network_makes_of_each_place() -> None:
    model, samples = build_model("toy", 4), samples_of("toy")
    seen = seen_of(POINTS, model, samples)
    low, high = seen["surface"]["range"]
    side = seen["surface"]["side"]
    values = np.array([ALPHABET.index(c) / 63 for c in seen["surface"]["values"]]).reshape(side, side)
    along = torch.linspace(low, high, side)
    with torch.no_grad():
        for row, column in ((0, 0), (0, 40), (40, 0), (13, 29)):
            point = torch.stack([along[column], along[row]]).unsqueeze(0)
            assert values[row, column] == pytest.approx(functional.softmax(model(point), 1)[0, 1].item(), abs=0.01)
    assert len(seen["points"]) == 7
    assert {(point["part"], point["label"]) for point in seen["points"]} == {
        (part, label) for part in ("train", "validation") for label in (0, 1)
    }


def test_a_network_of_numbers_that_are_not_finite_can_be_looked_at() -> None:
    for spec in (RunSpec(), POINTS, RunSpec(model="cnn")):
        model = build_model(spec.model, 1)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(float("nan"))
        seen = seen_of(spec, model, samples_of(spec.data))
        assert seen["first"]["largest"] is None
        assert seen["layers"][0]["weights"] is None
