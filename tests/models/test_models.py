import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from primer_core.models import MODELS, SAMPLE_SHAPES, build_model, describe
from primer_core.models.mlp import MLP

names = pytest.mark.parametrize("name", list(MODELS))


def test_the_primers_network_has_its_parameters_and_first_weights() -> None:  # M01
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(42)
        model = MLP((50, 30, 20, 3))
    assert sum(parameter.numel() for parameter in model.parameters()) == 2213
    first = next(model.parameters())[0, :3]
    torch.testing.assert_close(first, torch.tensor([0.1081, 0.1174, -0.0331]), atol=5e-5, rtol=0)


@names
def test_a_model_takes_its_samples_and_gives_logits(name: str) -> None:
    entry = MODELS[name]
    model = build_model(name, 0)
    logits = model(torch.rand(3, *SAMPLE_SHAPES[entry.takes]))
    assert logits.shape == (3, 2 if entry.takes == "points" else 10)


@names
def test_the_seed_decides_the_weights_and_nothing_else_does(name: str) -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    first, same, other = build_model(name, 3), build_model(name, 3), build_model(name, 4)
    assert torch.equal(torch.rand(2), expected)
    weights = [
        torch.cat([tensor.flatten().float() for tensor in model.state_dict().values()])
        for model in (first, same, other)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_raw_parameters_are_drawn_as_the_primer_draws_them() -> None:  # M07
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        expected = torch.randn(784, 128) * 0.01
    model = build_model("raw-128", 5)
    parameters = dict(model.named_parameters())
    assert torch.equal(parameters["W1"], expected)
    assert not parameters["b1"].any()


def test_an_unknown_model_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"no model .vit..*mlp-128-64"):
        build_model("vit", 0)


@names
def test_describe_accounts_for_every_parameter(name: str) -> None:
    model = build_model(name, 0)
    layers = describe(model, SAMPLE_SHAPES[MODELS[name].takes])
    assert sum(layer.parameters for layer in layers) == sum(parameter.numel() for parameter in model.parameters())
    assert layers[-1].output_shape == (2 if MODELS[name].takes == "points" else 10,)
    assert model.training


@given(st.lists(st.integers(1, 40), min_size=2, max_size=5))
def test_an_affine_layer_costs_two_operations_a_weight(sizes: list[int]) -> None:
    layers = [layer for layer in describe(MLP(sizes), (sizes[0],)) if layer.kind == "Linear"]
    assert [layer.output_shape for layer in layers] == [(size,) for size in sizes[1:]]
    assert [layer.flops for layer in layers] == [2 * a * b for a, b in itertools.pairwise(sizes)]
    assert [layer.parameters for layer in layers] == [a * b + b for a, b in itertools.pairwise(sizes)]


@given(st.integers(1, 3), st.integers(1, 4), st.sampled_from([1, 3]), st.integers(4, 9))
def test_a_convolution_costs_two_operations_a_weight_and_place(
    inputs: int, outputs: int, kernel: int, size: int
) -> None:
    (layer,) = describe(nn.Conv2d(inputs, outputs, kernel), (inputs, size, size))
    places = (size - kernel + 1) ** 2
    assert layer.output_shape == (outputs, size - kernel + 1, size - kernel + 1)
    assert layer.flops == 2 * inputs * outputs * kernel**2 * places


def test_parameters_outside_of_any_layer_have_a_row_of_their_own() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 3)
            self.scale = nn.Parameter(torch.ones(3, 2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            inside: torch.Tensor = self.inner(x)
            return inside @ self.scale

    inner, outside = describe(Mixed(), (4,))
    assert (inner.name, inner.parameters, inner.flops) == ("inner", 15, 24)
    assert (outside.name, outside.parameters, outside.flops, outside.output_shape) == ("", 6, 12, (2,))


def test_a_shape_that_does_not_fit_is_refused_with_torchs_reason() -> None:
    model = build_model("toy", 0)
    with pytest.raises(ValueError, match=r"does not take one sample of shape \(3,\) \(3 values\).*1x3 and 2x30"):
        describe(model, (3,))
    assert math.isfinite(model(torch.zeros(1, 2)).sum().item())
