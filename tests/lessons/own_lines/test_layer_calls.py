"""Parameters of a network, by the names that code calls them."""

import torch
from torch import nn

from primer_core.lessons.own_lines.layer_calls import parameters_of


class Nested(nn.Module):
    """Holds its layers in each way that there is, one of them twice, and a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        within = nn.Linear(3, 3, bias=False)
        self.body = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(within))
        self.heads = nn.ModuleDict({"a b": nn.Linear(3, 1), "c": nn.BatchNorm1d(3)})
        self.more = nn.ModuleList([nn.Linear(3, 2)])
        self.again = self.body[0]
        self.tied = nn.Linear(3, 3, bias=False)
        self.tied.weight = within.weight
        self.absent = None
        self.named = nn.Sequential()
        self.named.add_module("first", nn.Linear(1, 1))


def test_parameters_come_in_pytorchs_order_each_once_and_code_leads_to_them() -> None:
    network = Nested()
    found = list(parameters_of(network))
    assert [parameter for _, parameter in found] == [parameter for _, parameter in network.named_parameters()][:16]
    assert len(found) > 10
    for path, parameter in found:
        assert eval(f"network{path}") is parameter


def test_before_its_init_has_run_a_network_has_none() -> None:
    assert list(parameters_of(object.__new__(Nested))) == []
