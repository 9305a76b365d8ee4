"""Functions that ``torch.func`` makes of others: what they compute, against plain Python, and what is refused."""

import pytest

from primer_core.language.limits import MAX_SIZE, thousands
from tests.language.programs.test_interpreter import assert_alike, interpreted

pytestmark = pytest.mark.filterwarnings("ignore")

RUN = {
    "grad": """
from torch.func import grad, vmap, jacrev, jacfwd, hessian, functional_call, grad_and_value
def f(x):
    return (x ** 3).sum()
x = torch.tensor([1., 2.])
print(grad(f)(x), grad(grad(lambda t: t ** 3))(torch.tensor(2.)))
v, l = grad_and_value(f)(x)
print(v, l)
print(jacrev(lambda t: t ** 2)(x), jacfwd(torch.sin)(x), hessian(f)(x))
print(grad(f).__name__, type(grad(f)), type(f), type(print), type(torch.sin))
""",
    "vmap": """
import torch
d = torch.vmap(torch.dot)
a = torch.arange(6.).reshape(3, 2)
print(d(a, a), torch.vmap(lambda r, k=1: r * k, in_dims=1, out_dims=1)(a, k=2))
def dist(p, q):
    print(p)
    return ((p - q) ** 2).sum().sqrt()
print(torch.vmap(torch.vmap(dist, in_dims=(None, 0)), in_dims=(0, None))(a, a))
print(torch.vmap(dist, in_dims=(0, None))(a, torch.ones(2)))
""",
    "chosen cell by cell": """
print(torch.vmap(lambda x: torch.where(x > 0, x, -x))(torch.tensor([1., -2.])))
""",
    "a gradient for each example": """
torch.manual_seed(0)
model = nn.Linear(3, 1)
params = {k: v.detach() for k, v in model.named_parameters()}
def loss(p, x, y):
    out = torch.func.functional_call(model, p, (x.unsqueeze(0),))
    return ((out - y) ** 2).mean()
X, Y = torch.randn(4, 3), torch.randn(4, 1)
g = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(params, X, Y)
print({k: v.shape for k, v in g.items()})
print(g['weight'])
print(torch.func.functional_call(model, params, X))
print(torch.func.functional_call(model, {'weight': torch.zeros(1, 3)}, (X,)))
""",
    "a network of the program": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)
    def forward(self, x):
        h = torch.relu(self.a(x))
        return h.sum(-1)
torch.manual_seed(0)
net = Net()
print(torch.vmap(net)(torch.ones(4, 2)))
p = dict(net.named_parameters())
print(torch.func.functional_call(net, p, (torch.ones(2, 2),)))
print(torch.func.jacrev(lambda q: torch.func.functional_call(net, q, (torch.ones(2),)))(p))
""",
    "vjp and jvp": """
from torch.func import vjp, jvp
x = torch.tensor([1., 2.])
out, back = vjp(lambda t: t ** 2, x)
print(out, back(torch.ones(2)))
print(jvp(torch.sin, (x,), (torch.ones(2),)))
""",
    "decorators": """
from functools import partial
from torch.func import vmap, grad
@vmap
def f(x):
    return x.sum()
@partial(vmap, in_dims=1)
def g(x):
    return x.sum()
@grad
def h(x):
    return x ** 2
a = torch.arange(6.).reshape(2, 3)
print(f(a), g(a), h(torch.tensor(3.)))
""",
    "a tensor that is kept": """
seen = []
def f(x):
    seen.append(x)
    return x.sum()
print(torch.func.grad(f)(torch.ones(2)))
print(len(seen), seen[0].shape)
y = seen[0] + 1
print(y)
""",
    "more than a gradient": """
def f(x):
    y = x ** 2
    return y.sum(), y
print(torch.func.grad(f, has_aux=True)(torch.ones(2)))
print(torch.func.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(torch.ones(2), torch.arange(2.)))
""",
    "of autograd": """
from torch.autograd.functional import jacobian, hessian
print(jacobian(lambda x: x ** 2, torch.ones(2)), hessian(lambda x: (x ** 3).sum(), torch.ones(2)))
""",
    "slopes of slopes": """
x = torch.tensor([1., 2.], requires_grad=True)
y = (x ** 3).sum()
g, = torch.autograd.grad(y, x, create_graph=True)
h, = torch.autograd.grad(g.sum(), x)
print(g, h)
""",
    "several networks as one": """
from torch.func import stack_module_state, functional_call, vmap
torch.manual_seed(0)
ms = [nn.Linear(2, 1) for i in range(3)]
p, b = stack_module_state(ms)
print(p['weight'].shape, b)
def f(p, b, x):
    return functional_call(ms[0], (p, b), (x,))
print(vmap(f, in_dims=(0, 0, None))(p, b, torch.ones(4, 2)))
""",
    "random numbers": """
torch.manual_seed(0)
print(torch.vmap(lambda x: x + torch.rand(1), randomness='different')(torch.ones(2)))
print(torch.vmap(lambda x: x + torch.rand(1), randomness='same', chunk_size=1)(torch.ones(2)))
""",
    "an error that is caught": """
def f(x):
    return float(x)
try:
    torch.vmap(f)(torch.ones(2))
except RuntimeError as e:
    print(type(e).__name__, str(e)[:30])
print(torch.vmap(lambda x: x * 2)(torch.ones(2)))
""",
    "a write besides": """
a = np.zeros(2)
def f(x):
    a[0] = x.item()
    return x ** 2
print(torch.func.grad(f)(torch.tensor(3.)), a)
""",
    "what can be called": """
from functools import partial
from torch.func import vmap
def f(k, x):
    return x * k
print(vmap(partial(f, 3))(torch.ones(2)))
class C:
    def __call__(self, x):
        return x + 1
    def m(self, x):
        return x - 1
print(vmap(C())(torch.ones(2)), vmap(C().m)(torch.ones(2)))
""",
    "functions as values": """
from torch.func import grad
fs = (grad(f) for f in (torch.sin, torch.cos))
print([f(torch.tensor(0.5)) for f in fs])
print(list(map(grad(lambda x: x ** 2), [torch.tensor(1.), torch.tensor(2.)])))
f = torch.func.jacrev
print(f(lambda x: x * 2)(torch.ones(2)))
print(callable(grad(f)))
import copy
print(copy.deepcopy(grad(torch.sin))(torch.tensor(1.)), copy.copy(f) == f)
""",
    "a step of learning": """
def loss(w, x, y):
    return ((x @ w - y) ** 2).mean()
X = torch.tensor([[1., 2.], [3., 4.], [5., 6.]])
y = torch.tensor([1., 2., 3.])
w = torch.zeros(2)
step = torch.func.grad_and_value(loss)
for i in range(5):
    g, l = step(w, X, y)
    w = w - 0.01 * g
    print(i, l.item())
print(w)
""",
}


@pytest.mark.parametrize("name", RUN)
def test_what_is_made_of_functions_computes_what_it_does_in_plain_python(name: str) -> None:
    assert assert_alike(RUN[name]) is None


DECLINED = {
    "a condition": """
def f(x):
    if x > 0:
        return x
    return -x
print(torch.vmap(f)(torch.tensor([1., -2.])))
""",
    "a number of many": """
def f(x):
    return x * x.item()
print(torch.vmap(f)(torch.tensor([1., -2.])))
""",
    "no tensor returned": """
torch.vmap(lambda x: 3)(torch.ones(2))
""",
    "sizes": """
torch.vmap(lambda x, y: x)(torch.ones(2), torch.ones(3))
""",
    "several numbers": """
torch.func.grad(lambda x: x)(torch.ones(2))
""",
    "whole numbers": """
torch.func.grad(lambda x: (x ** 2).sum())(torch.tensor([1, 2]))
""",
    "an array of NumPy": """
torch.vmap(lambda x: x.numpy())(torch.ones(2))
""",
    "random numbers": """
torch.vmap(lambda x: x + torch.rand(1))(torch.ones(2))
""",
    "no tensor given": """
torch.vmap(lambda x: x)(3)
""",
    "an argument too few": """
torch.vmap(lambda x, y: x)(torch.ones(2))
""",
    "no function": """
torch.func.grad(3)(torch.ones(2))
""",
    "no such name": """
import torch.func
torch.func.gradd(3)
""",
    "a product": """
def f(x):
    return x @ torch.ones(3)
print(torch.vmap(f)(torch.ones(4, 2)))
""",
    "an argument that is not there": """
import torch.func
torch.func.jacrev(lambda x: x, 1)(torch.ones(2))
""",
}


@pytest.mark.parametrize("name", DECLINED)
def test_pytorch_declines_with_its_own_words(name: str) -> None:
    assert assert_alike(DECLINED[name]) is not None


def test_a_value_of_the_program_has_the_name_of_its_type_in_the_error() -> None:
    classes = "class A:\n    pass\ntorch.func.grad(lambda x: A())(torch.ones(2))"
    error = assert_alike(classes)
    assert error is not None
    assert error.endswith("<class '__main__.A'>")
    error = assert_alike("def g(x):\n    yield x\ntorch.vmap(g)(torch.ones(2))")
    assert error is not None
    assert "got type <class 'generator'>" in error


@pytest.mark.parametrize(
    "text",
    [
        "torch.vmap(lambda x: torch.ones(1000, 1000) * x)(torch.ones(100))",
        "torch.vmap(lambda x: torch.vmap(lambda y: x * y * torch.ones(100))(torch.ones(1000)))(torch.ones(1000))",
        "torch.func.jacrev(lambda x: x * 2)(torch.ones(10000))",
        "torch.func.jacfwd(lambda x: x * 2)(torch.ones(1000, 1000))",
        "torch.func.jacrev(lambda x: torch.ones(1000))(torch.ones(1100))",
        "torch.func.hessian(lambda x: (x ** 2).sum())(torch.ones(10000))",
        "torch.func.jacrev(torch.func.jacrev(lambda x: x ** 2))(torch.ones(200))",
        "torch.func.jacfwd(torch.func.jacfwd(torch.func.jacfwd(lambda x: x ** 2)))(torch.ones(100))",
        "torch.vmap(torch.func.jacrev(lambda x: x ** 2))(torch.ones(500, 100))",
        "torch.autograd.functional.jacobian(lambda x: x * 2, torch.ones(10000))",
        "torch.autograd.functional.hessian(lambda x: (x * 2).sum(), torch.ones(10000))",
        "torch.func.jacrev(lambda x: torch.linalg.inv(x))(torch.ones(30, 30) + torch.eye(30))",
        "f = torch.sin\nfor i in range(2000):\n    f = torch.func.grad(f)\nf(torch.tensor(1.))",
        "def f(x):\n    return torch.func.grad(f)(x)\nf(torch.tensor(1.))",
        "def f(x):\n    while True:\n        x = x + 1\ntorch.vmap(f)(torch.ones(2))",
        "torch.vmap(lambda x: x.expand(10 ** 6, 10 ** 6))(torch.ones(3))",
        "torch.vmap(lambda x: torch.zeros(1000, 1000))(torch.ones(1000))",
        "torch.vmap(lambda x: torch.repeat_interleave(x, x.long()))(torch.ones(3, 2))",
    ],
)
def test_what_takes_too_much_is_refused(text: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert rejection.verdict == "refused", rejection.message


def test_slopes_are_counted_with_all_examples() -> None:
    rejection = interpreted("torch.vmap(torch.func.jacrev(lambda x: x ** 2))(torch.ones(500, 100))")[1]
    assert rejection is not None
    assert f"compute 5 000 000 slopes at once; at most {thousands(MAX_SIZE)}" in rejection.message
    assert interpreted("torch.vmap(torch.func.jacrev(lambda x: x ** 2))(torch.ones(50, 100))")[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "torch.vmap(lambda x: x * 2)(torch.empty(3))",
        "torch.func.grad(lambda x, y: (x * y).sum())(torch.ones(3), torch.empty(3))",
        "torch.func.vjp(lambda x: x * 2, torch.empty(3))",
        "torch.func.functional_call(nn.Linear(2, 1), {'weight': torch.empty(1, 2)}, (torch.ones(2),))",
        "e = torch.empty(3)\ntorch.vmap(lambda x: x * e)(torch.ones(3))",
        "torch.vmap(lambda x: torch.empty_like(x))(torch.ones(3))",
    ],
)
def test_cells_that_were_never_written_are_not_read(text: str) -> None:
    rejection = interpreted(text)[1]
    assert rejection is not None
    assert rejection.verdict == "refused", rejection.message
