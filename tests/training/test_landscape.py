"""The ground around a network is its loss at other weights, and nothing of the network is changed."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from primer_core.models import build_model
from primer_core.training.landscape import directions, landscape


@pytest.fixture
def network() -> nn.Module:
    return build_model("mlp-128-64", seed=3).eval()


@pytest.fixture
def samples() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.rand(7, 1, 28, 28), torch.randint(10, (7,))


def test_the_middle_is_the_network_itself_which_stays_as_it_is(
    network: nn.Module, samples: tuple[torch.Tensor, torch.Tensor]
) -> None:
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    found = landscape(network, *samples, seed=1, size=5)
    assert found.here == pytest.approx(cross_entropy(network(samples[0]), samples[1]).item(), rel=1e-6)
    assert found.lowest[0] == min(map(min, found.losses)) <= found.here
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_corner_is_the_loss_of_a_network_with_the_weights_that_lie_there(
    network: nn.Module, samples: tuple[torch.Tensor, torch.Tensor]
) -> None:
    found = landscape(network, *samples, seed=4, size=3, reach=0.5)
    weights = {name: tensor.detach() for name, tensor in network.named_parameters()}
    u, v = (directions(weights, torch.Generator().manual_seed(8 + n)) for n in (0, 1))
    for name, tensor in weights.items():
        tensor.add_(-0.5 * u[name] + 0.5 * v[name])
    assert found.steps == (-0.5, 0.0, 0.5)
    assert found.losses[0][2] == pytest.approx(cross_entropy(network(samples[0]), samples[1]).item(), rel=1e-5)


def test_a_direction_is_as_long_as_the_weights_filter_by_filter_and_leaves_biases() -> None:
    weights = dict(build_model("cnn", seed=0).named_parameters())
    drawn = directions({name: tensor.detach() for name, tensor in weights.items()}, torch.Generator().manual_seed(0))
    for name, tensor in weights.items():
        if tensor.ndim < 2:
            assert not drawn[name].any()
        else:
            torch.testing.assert_close(drawn[name].flatten(1).norm(dim=1), tensor.flatten(1).norm(dim=1))
            assert not torch.equal(drawn[name], tensor)


def test_the_same_seed_gives_the_same_ground(network: nn.Module, samples: tuple[torch.Tensor, torch.Tensor]) -> None:
    one, same, other = (landscape(network, *samples, seed=seed, size=3) for seed in (0, 0, 1))
    assert one == same
    assert one.losses != other.losses


@pytest.mark.parametrize("size", [-1, 1, 2, 20])
def test_a_size_without_a_middle_is_declined(
    size: int, network: nn.Module, samples: tuple[torch.Tensor, torch.Tensor]
) -> None:
    with pytest.raises(ValueError, match=f"not {size}"):
        landscape(network, *samples, seed=0, size=size)
