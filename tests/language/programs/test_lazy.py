"""Layers that take the size of their input from the first one: against plain Python, and what is told of them."""

import pytest

from primer_core.claims.networks import NetworkLearns
from primer_core.lessons.own_lines.claims import of_layers
from tests.language.programs.test_interpreter import assert_alike, interpreted
from tests.lessons.own_lines.test_networks import LIBRARIES, rows, shown

pytestmark = pytest.mark.filterwarnings("ignore")

RUN = {
    "before and after": """
torch.manual_seed(0)
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
print(net)
print(net[0].weight, net[0].in_features, type(net[0]).__name__)
y = net(torch.ones(3, 5))
print(y)
print(net, net[0].weight.shape, net[0].in_features, type(net[0]).__name__)
print(sum(p.numel() for p in net.parameters()))
""",
    "learning": """
torch.manual_seed(0)
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(6, 3), torch.randn(6, 2)
for i in range(3):
    loss = F.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(loss.item())
""",
    "an optimiser made before": """
torch.manual_seed(0)
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
opt = torch.optim.Adam(net.parameters())
print(opt)
loss = net(torch.randn(4, 3)).sum()
loss.backward()
opt.step()
print(net[0].weight)
""",
    "convolutions": """
torch.manual_seed(0)
net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
print(net)
print(net(torch.ones(2, 1, 6, 6)).shape, net[0].weight.shape, net[4].in_features)
c = nn.LazyConv1d(2, 3)
print(c(torch.ones(1, 5, 8)).shape, c)
t = nn.LazyConvTranspose2d(3, 2)
print(t(torch.ones(1, 2, 3, 3)).shape)
""",
    "flags": """
torch.manual_seed(0)
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
w = net[0].weight
print(w.requires_grad, w.grad, w.is_leaf, w.dtype, w.size(), net[2].running_mean)
for p in net.parameters():
    p.requires_grad = False
print(w.requires_grad)
net(torch.ones(2, 3))
print(net[0].weight.requires_grad, w.shape, w is net[0].weight)
print([p.shape for p in net.parameters()])
""",
    "a class": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv2d(3, 3)
        self.fc = nn.LazyLinear(2)
    def forward(self, x):
        x = torch.relu(self.conv(x))
        return self.fc(x.flatten(1))
torch.manual_seed(0)
net = Net()
print(net)
out = net(torch.ones(2, 1, 5, 5))
print(net, out)
print(isinstance(net.fc, nn.Linear), net.state_dict().keys())
""",
    "its class": """
a = nn.LazyLinear(2)
print(isinstance(a, nn.Linear), isinstance(a, nn.LazyLinear), type(a))
a(torch.ones(3))
print(type(a), type(a) is nn.Linear)
""",
    "copied": """
import copy
a = nn.LazyLinear(2)
b = copy.deepcopy(a)
print(b(torch.ones(1, 3)).shape, a)
print(a.state_dict())
""",
    "clipped": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
print(torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0))
""",
    "shown": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
print([p for p in net.parameters()], list(net.parameters())[0])
""",
    "in a list": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
l = [net[0].weight]
print(l)
x = {'a': net[0].weight}
print(x)
""",
    "in vmap": """
torch.manual_seed(0)
a = nn.LazyLinear(2)
a(torch.ones(3))
print(torch.vmap(a)(torch.ones(4, 3)).shape)
""",
}


RAISES = {
    "counted": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
print(sum(p.numel() for p in net.parameters()))
""",
    "a shape": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
for name, p in net.named_parameters():
    print(name, p.shape)
""",
    "another input": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net(torch.ones(3, 5))
net(torch.ones(3, 6))
""",
    "one sample": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net(torch.ones(1, 5))
""",
    "a sum": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net[0].weight + 1
""",
    "a product": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
1 * net[0].bias
""",
    "a function": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
torch.sum(net[0].weight)
""",
    "a list": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
torch.cat([net[0].weight, net[3].weight])
""",
    "initialised": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
nn.init.zeros_(net[0].weight)
""",
    "an index": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net[0].weight[0]
""",
    "a method": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net[0].weight.sum()
""",
    "detached": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net[0].weight.detach()
""",
    "a running mean": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
net[2].running_mean.mean()
""",
    "a matrix product": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
torch.ones(3, 5) @ net[0].weight
""",
    "in place": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
w = net[0].weight
w += 1
""",
    "a function of NumPy": """
net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
np.sum(net[0].weight)
""",
    "arguments": """
a = nn.LazyLinear(out_features=2, bias=False)
print(a, a(torch.ones(2, 3)).shape)
nn.LazyLinear(3, 4, 5, 6, 7)
""",
    "no input": """
a = nn.LazyLinear(2)
a()
""",
    "a list as input": """
a = nn.LazyLinear(2)
a([1, 2])
""",
    "an axis too few": """
a = nn.LazyBatchNorm1d()
a(torch.ones(3))
""",
}


@pytest.mark.parametrize("name", RUN)
def test_lazy_layers_do_what_they_do_in_plain_python(name: str) -> None:
    assert assert_alike(RUN[name]) is None


@pytest.mark.parametrize("name", RAISES)
def test_pytorch_declines_with_its_own_words(name: str) -> None:
    assert assert_alike(RAISES[name]) is not None


@pytest.mark.parametrize("program", [*RUN.values(), *RAISES.values()], ids=[*RUN, *RAISES])
def test_each_program_can_be_shown(program: str) -> None:
    assert shown(f"{LIBRARIES}import torch.nn.functional as F\nimport numpy as np\n{program}").trace.taken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nn.LazyLinear(10 ** 9)", "more than 1 048 576 weights"),
        ("nn.LazyLinear(10 ** 6)(torch.ones(1, 10 ** 6))", "LazyLinear would have more than 1 048 576 weights"),
        ("nn.LazyConv2d(10 ** 5, 3)(torch.ones(1, 1000, 4, 4))", "LazyConv2d would have more"),
        ("nn.LazyConvTranspose1d(10 ** 5, 3)(torch.ones(1, 1000, 4))", "LazyConvTranspose1d would have more"),
        ("nn.LazyLinear(3).weight.materialize((10 ** 9, 3))", "“.materialize” is not known"),
        ("nn.LazyLinear(3).weight.data", "“.data” is not known"),
        ("nn.LazyLinear(3).initialize_parameters(torch.ones(3))", "is not known"),
        ("nn.LazyLinear(3).weight.to('cuda')", "on the device cpu"),
    ],
)
def test_what_is_not_run_is_named(text: str, words: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert rejection.declined is None
    assert words in rejection.message


NET = f"{LIBRARIES}net = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))\n"


def test_the_table_of_layers_tells_what_they_became() -> None:
    assert rows(f"{NET}y = net(torch.zeros(2, 1, 5, 5))") == [
        ["input", "(2, 1, 5, 5)", "", ""],
        ["0", "(2, 4, 3, 3)", "40", "Conv2d"],
        ["1", "(2, 4, 3, 3)", "—", "ReLU"],
        ["2", "(2, 36)", "—", "Flatten"],
        ["3", "(2, 2)", "74", "Linear"],
        ["in all", "", "114", ""],
    ]


def test_what_a_network_learns_is_not_counted_before_each_layer_knows_it() -> None:
    program = (
        f"{LIBRARIES}net = nn.Sequential(nn.LazyLinear(4), nn.Linear(3, 2), nn.LazyLinear(2))\nnet(torch.ones(2, 5))"
    )
    found = shown(program)
    assert found.forward is not None
    assert found.forward.waiting == 2, "weight and bias of the last one"
    assert not any(isinstance(claim, NetworkLearns) for claim in of_layers(found))
    assert rows(program)[-1][0] == "1", "the layer that broke"


def test_no_input_is_offered_to_a_network_that_takes_any() -> None:
    assert not shown(NET).trace.idle
    assert shown(NET.replace("nn.LazyConv2d(4, 3)", "nn.Conv2d(1, 4, 3)")).trace.idle


def test_why_a_parameter_has_no_shape_is_said() -> None:
    outcome = shown(f"{NET}n = sum(p.numel() for p in net.parameters())")
    assert outcome.cause is not None
    assert outcome.cause.kind == "lazy"
