"""Programs as learners bring them, drawn at random."""

import ast
import math
import random
from collections.abc import Sequence
from typing import NamedTuple

from primer_core.lessons.own_lines.question import SHOWN, OwnLinesQuestion
from primer_core.lessons.own_lines.trace import MAX_STEPS, run
from primer_core.lessons.own_lines.traps import TRAPS
from tests.language.programs.random_programs import drawn

_ALIASES = (
    "b = a", "b = a[1:]", "b = a.view()", "b = a[::2]\nc = a[1::2]", "b = a.reshape(-1, 1)", "b = a.copy()",
    "def f(x):\n    x *= 2\n    return x\nb = f(a)", "b = a[:2]\nc = a[-1:]", "b = a[:2]\na = a[3:]",
    "c = a[1:3]\na = a[:1]",
)  # fmt: skip
_WRITES = ("b[0] = 9", "b += 1", "a[:] = 0", "b = b + 1", "a *= 2", "c = a[1:]\nc -= 1")
_FAILS = (
    "d = np.ones((4, 3)) - np.ones(4)", "d = np.ones((2, 3)) @ np.ones((2, 3))", "d = a[99]", "d = a.reshape(7, 5)",
    "d = torch.ones(2, 3) @ torch.ones(2, 3)", "d = aa + 1", "d = np.arange(3)\nd += 0.5",
    "d = torch.ones(3) + torch.ones(2, 2)",
    "d = torch.arange(3) @ torch.ones(3)", "d = np.zeros((3, 1)) + np.zeros((2, 2))",
)  # fmt: skip
_GO_BACK = (
    "import torch\nw = torch.tensor([1., 3.], requires_grad=True)\nx = torch.tensor([2., 5.])\nfor i in range({0}):\n"
    "    loss = ((w * x - 1) ** 2).sum()\n    loss.backward()\n    with torch.no_grad():\n        w -= {1} * w.grad\n"
    "g = w.grad * 2",
    "import torch\nw = torch.ones(2, 2, requires_grad=True)\n(w * {1}).sum().backward()\nw.grad.zero_()\n"
    "(w ** {0}).mean().backward()\ng = w.grad + w.detach()",
    "import torch\nfrom torch import nn\ntorch.manual_seed({0})\nnet = nn.Linear(2, 1)\nx = torch.tensor([[1., {1}]])\n"
    "w = net.weight\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nloss = net(x).sum()\nloss.backward()\n"
    "opt.step()\ng = w.grad * 1\nv = w.detach() * 3",
)  # fmt: skip

_LEARNS = (
    "net = nn.Linear(2, 1)\nx = torch.tensor([[1., {1}]])\nfor i in range({0}):\n    y = net(x)\n"
    "    loss = nn.MSELoss()(y, torch.zeros(1, 1))\n    opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    "    opt.zero_grad()\n    loss.backward()\n    opt.step()\nw = net.weight * 2",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, {0})\n"
    "    def forward(self, x):\n        h = torch.relu(self.fc(x))\n        return h * {1}\nnet = Net()\n"
    "y = net(torch.ones(1, 2))\nopt = torch.optim.Adam(net.parameters(), lr={1})\ny.sum().backward()\nopt.step()\n"
    "v = net.fc.weight[0] * 2",
    "net = nn.Sequential(nn.Conv2d(1, {0}, 2), nn.LeakyReLU(0.1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear({0}, 2))\n"
    "x = torch.arange(9.).reshape(1, 1, 3, 3) * {1}\ny = net(x)\np = nn.AvgPool2d(2)(x)\n"
    "e = nn.Embedding(3, 2)(torch.tensor([2, 0]))\nloss = nn.CrossEntropyLoss()(y, torch.tensor([1]))\n"
    "d = nn.L1Loss(reduction='sum')(y, torch.zeros(1, 2))",
    "def batches(x, k):\n    for i in range(0, len(x), k):\n        part = x[i:i + k]\n        yield part\n"
    "x = torch.arange(5.) * {1}\ns = torch.zeros(2)\nfor b in batches(x, {0}):\n    t = b * 2\n    s[0] += t.sum()",
    "import numpy as np\n@torch.no_grad()\ndef ask(model, x):\n    y = model(x) * {1}\n    return y\n"
    "net = nn.Linear(2, {0})\nx = torch.ones(1, 2)\ny = ask(net, x)\nwith torch.inference_mode():\n"
    "    z = net(x) + {0}\n    z += 1\na = np.arange(4).reshape(2, 2)\nfor v in a.flat:\n"
    "    w = v * {0}\na.flat[1] = 9",
    "from dataclasses import dataclass\n@dataclass\nclass Config:\n    hidden: int = {0}\n    rate: float = 0.5\n"
    "cfg = Config(rate={1})\nnet = nn.Linear(cfg.hidden, 1)\ny = net(torch.ones(2, cfg.hidden)) * cfg.rate",
    "net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.BatchNorm1d(2))\nx = torch.ones({0}, 2) * {1}\n"
    "y = net(torch.cat([x, x * 2]))\nz = y * 2",
)  # fmt: skip
"""Programs that learn, after the usual imports and a seed."""

_SURPRISES = (
    "a = np.array([25{0}, 10 + {1}], dtype=np.uint8)\nb = a + 10{0}\na -= 60",
    "a = np.arange({1}).reshape(1, {1}) * 10\na[a > 10][0] = {0}\nb = a[[0, 0]]",
    "a = np.zeros({1}, dtype=int)\na[[0, 1, 0]] += {0}\na[1] = {0}.75",
    "t = torch.arange({1})\nt[[1, 1]] *= {0} + 1\nt[0] = {0}.5\nt.add({0})\nprint(t)",
    "x = np.arange({1} * {1}.).reshape({1}, {1})\ny = x - x.mean(axis=1)\nm = x.sum(1) + 1\nz = x / m",
    "x = torch.arange(9.).reshape(3, 3)\nm = x.sum(dim=1)\ny = x / m\nx.reshape(9)\nz = x * {0}",
    "y = torch.zeros({1}, 1)\nt = torch.arange({1}.)\nloss = ((y - t) ** 2).mean()\nsame = y == t",
    "x = torch.zeros(1, {1}, 1)\ny = x.squeeze()\nz = np.ones((1, 1, {0})).squeeze()",
    "p = torch.softmax(torch.eye({1}), dim=1)\nt = torch.arange({1})\nloss = F.cross_entropy(p, t)\n"
    "again = nn.CrossEntropyLoss()(p, t)",
    "w = torch.ones({1}, requires_grad=True)\n(w * {0}).sum().backward()\n(w ** 2).sum().backward()",
    "rows = [[0] * {0}] * {1}\nrows[0][0] = {0}\nnp.append(np.ones({1}), {0})\nprint(rows)\n"
    "lines = [np.zeros({0})] * {1}\nlines[0][0] = {1}",
)
"""Programs that run and do something else than is often meant."""

_OTHER_NUMBERS = (
    "x = np.array([-{0}.75, {1}.5, {0}.5])\nn = x.astype(int)\nm = x.astype(int) // {0}\nq = n // -{1}\n"
    "f = torch.tensor([{1}.5, 0.25]).long()",
    "a = np.array([-7, 7, {1}])\nb = a // {1}\na //= 4\nc = torch.tensor([-{0}, 5]) // 3",
    "x = np.array([{0}.5, np.nan, {1}.0, {1}.5])\nm = x.mean()\n"
    "s = x[:3].max()\nt = torch.tensor([[np.nan, {0}.0]]).sum()",
    "x = np.array([0.1, 0.5, {0}.0]) + 0.2\nsame = x == np.array([0.3, 0.7, {0}.2])\n"
    "t = torch.tensor([0.1, {1}.0]) * 3\nother = t == torch.tensor([0.3, {1}.5])",
    "a = np.array([[1, 3{0}], [2, 1{0}], [{1}, 20]])\nb = np.sort(a, axis=0)\nc = np.sort(a)\nd = a.reshape(2, 3)\n"
    "e = a.T.reshape(3, 2)\nrow = a[:, 0]\nf = row.T\nprint(sum(a))",
    "x = np.arange({1} + 1)\ny = np.arange({0})\nX, Y = np.meshgrid(x, y)\nback = x[{1}:0:-1]\nz = y[{0}:0:-1]\n"
    "m = np.arange(2 * {1}).reshape(2, {1})\ntotal = sum(m)\nboth = sum([m, 2 * m], m[0])\nv = np.dot(x, x.T)",
    "t = torch.arange(6.).view(3, 2)\np = F.softmax(t * {0}, dim=0)\nq = torch.softmax(t[:2], 0)\nu = t.view(2, 3)\n"
    "best = torch.max(t, dim=1)\nlow = t.min(dim=0)\nprint(best)",
    "x = np.array([{1}, 1, {0}])\ny = x.sort()\nitems = [3, {0}]\nmore = items.append({1})\n"
    "x = np.random.shuffle(x)\nprint(x)",
    "w = torch.ones({1}, requires_grad=True)\ntotal = 0\nfor i in range({1}):\n    loss = (w * i).sum()\n"
    "    total += loss\nprint(total)",
    "net = nn.Linear({1}, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.{0})\nloss = net(torch.ones(1, {1})).sum()\n"
    "opt.step()\nhead = nn.Linear(1, {0})\nhead(loss.reshape(1, 1)).sum().backward()\nopt.step()",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layers = [nn.Linear({1}, 2) for _ in range({0})]\n        self.last = nn.Linear(2, 1)\n"
    "    def forward(self, x):\n        return self.last(self.layers[0](x))\nnet = Net()\ny = net(torch.ones(1, {1}))",
    "def put(x, into=np.zeros({1})):\n    into += x\n    return into\na = put({0})\nb = put({1})\n"
    "def keep(x, seen=[]):\n    seen.append(x)\n    return len(seen)\nc = keep({0})\nd = keep({1})",
    "lstm = nn.LSTM({1}, 2)\nx = torch.ones({0} + 1, 2, {1})\nout, (h, c) = lstm(x)\n"
    "gru = nn.GRU({1}, {0}, batch_first=True)\ny, h = gru(x)\nrnn = nn.RNN({0}, 1)\nz, h = rnn(y)",
    "net = nn.Sequential(nn.Linear({1}, 9), nn.Dropout(0.5), nn.Linear(9, 1))\nx = torch.ones(1, {1})\ny = net(x)\n"
    "z = net(x)\nprint(torch.equal(y, z))",
    "x = np.array([{0}.0, np.nan, {1}.0])\nm = x == np.nan\nr = np.round(np.array([2.5, {1}.25]))\n"
    "t = torch.tensor([{0}.0, -2.5]).round()",
    "a = np.array([[5, {0}], [2, {1}9], [4, 1]])\nb = np.sort(a, axis=0)\nx = np.array([{0}.1, 0.1]) + 0.2\n"
    "same = x == np.array([{0}.3, 0.3])",
    "h = np.array([2048.0, {1}.0], np.float16)\nh += 1\nf = np.array([16777216.0], np.float32) + np.float32(1)\n"
    "p = [{0}, 2.5]\nq = p * {1}\nm = np.eye(4)\nc = m[[0, 2], [1, {0}]]\nd = m[[{0}, 1], [3, 0]]",
    "t = torch.zeros(3, 1).expand(3, {1})\nt[:2, 0] = {0}\na = np.array([[{1}.0, 1.0], [1.0, 1.0]])\n"
    "b = np.linalg.inv(a) * a\nc = a * np.linalg.inv(a)",
    "p = torch.full(({0}, 4), 0.25)\nloss = F.nll_loss(p, torch.arange({0}))\nvalues = [{0}, {1}] * {1}",
)
"""Programs that run, and whose numbers, places or objects are others than is often meant."""

_RANGES = (
    "net = nn.Sequential(nn.Linear({1}, 9), nn.Linear(9, {0}))\nnet[1].requires_grad = False\n"
    "p = torch.softmax(torch.randn({1}, 1), dim=1)\n"
    "loss = F.cross_entropy(torch.ones({1}, 1), torch.zeros({1}).long())\n"
    "lin = nn.Linear({0}, 2)\nlin.requires_grad = False\nq = torch.ones({0}, 1, 2).softmax(1)\n"
    "again = nn.CrossEntropyLoss()(p, torch.zeros({1}).long())\n"
    "attention = nn.MultiheadAttention(4, 2)\nx = torch.randn({0} + 1, {1}, 4)\ny, w = attention(x, x, x)",
    "model = nn.Linear({1}, 1)\nlearner = torch.optim.SGD(model.parameters(), lr=0.1)\nold = model.state_dict()\n"
    "model(torch.ones(1, {1})).sum().backward()\nlearner.step()\nq = torch.arange(6.).reshape(2, 3)\n"
    "best = torch.tensor([2, {0} % 3])\np = q[:, best]\na = np.array([{0}, {1}])\nfirst = np.argmax(a > 50)\n"
    "def grow(x):\n    x = x + {0}\n    return x\ngrow(a)\n"
    "def same(x):\n    return x\nsame(a)\nrolled = np.random.randint({0}, {0} + 1, size={1})\n"
    "b = np.eye(2)\nrow = np.array([0, 1])\nc = b[:, row]",
    "A = np.array([[2., {0}.], [{0}., 1.]])\nvalues, vectors = np.linalg.eigh(A)\nfirst = vectors[0]\n"
    "for value, vector in zip(values, vectors):\n    print(value, vector)\n"
    "scores = np.array([30, {0}, 20, {1}])\nrank = scores.argsort()\n"
    "table = np.array([[3, 1], [1, {1}], [2, 9]])\ntable.sort(axis=0)\nd = np.eye({1}) - np.eye({1})[:, 0]",
    "ends = np.arange({1} + 4)\nnone = ends[{1}:{0} - 1]\nlow = np.percentile(ends, 0.{1})\n"
    "far = ends[5:2]\nnear = torch.arange(9)[2:5]",
    "class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.one = nn.Linear({0}, {1})\n        self.two = nn.Linear({1}, 2)\n"
    "    def forward(self, x):\n        return self.two(self.one(x))\ntwo = Two()\n"
    "learning = torch.optim.SGD(two.parameters(), lr=0.1)\nkept = []\nfor epoch in range({0} + 1):\n"
    "    learning.zero_grad()\n    cost = two(torch.ones({1}, {0})).pow(2).mean()\n    kept.append(cost)\n"
    "    cost.backward()\n    learning.step()",
    "f = torch.tensor([0.3, {0}.7], requires_grad=True)\ntorch.round(f * {1}).sum().backward()",
    "g = torch.tensor([0., {1}.], requires_grad=True)\n(g.sqrt() * {0}).sum().backward()",
    "class Drop(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear({0}, 2)\n"
    "        self.scale = torch.ones(2, requires_grad=True)\n    def forward(self, x):\n"
    "        return F.dropout(self.fc(x), 0.5) * self.scale\ndropping = Drop()\ndropping.eval()\n"
    "probable = torch.full((1, {1}), 1 / {1})\nkl = nn.KLDivLoss(reduction='sum')(probable, probable)",
    "x = torch.tensor([{0}00.0, {1}.0])\ny = torch.exp(x)\np = y / y.sum()\nq = torch.tensor([0.0, 1.0])\n"
    "h = (q * torch.log(q)).sum()\na = np.array([-{0}.0, 0.0, {1}.0])\nb = np.sqrt(a)\nc = {1} / a\na /= 0",
    "w = torch.tensor([[{1}.0]])\nfor i in range(8):\n    w = w * w\n    loss = w.sum()\n"
    "out = torch.tensor([[2.0, {0}.0]])\nshare = torch.softmax(out, dim=0)\n"
    "loss = nn.NLLLoss()(share, torch.tensor([{0} % 2]))",
    "x = torch.ones({1}, 1, {0} + 1)\ny = x.squeeze(0)\nz = torch.squeeze(x, dim=-1)\nm = x.mean\n"
    "print(x.sum, y.shape)\nx[:, 0] == {0}\nq = np.arange(6)\nq.shape = (2, 3)\nx.unsqueeze_(0)",
    "a = np.arange({1} + 2)\ni = np.where(a > {0})\nprint(i)\nj = a.nonzero()\n"
    "k = torch.where(torch.ones(2, {1}) > 0)\nmixed = np.array([{0}, 2.5, 'a'])\n"
    "flags = np.array([[True, {1}], [0, 1]])\nt = torch.Tensor({0})\nu = torch.Tensor({1})\na[1:] == {0}\nprint(a.max)",
    "pred = torch.zeros(1, {1})\ngoal = torch.ones(1, {1})\nloss = nn.L1Loss(pred[:, :1], goal[:, :1])\n"
    "one, two = pred[0, :1], goal[0, :1]\nloss = nn.MSELoss(one, two)\nnet = nn.Linear({1}, 1)\n"
    "for p in net.parameters():\n    p = p - 0.{0}",
    "net = nn.Linear({1}, 1)\nnet.eval\nopt = torch.optim.SGD(net.parameters(), lr=0.{0}1)\n"
    "x = torch.ones(2, {1})\nfor i in range(2):\n    loss = net(x).mean()\n    loss.backward()\n    opt.step\n"
    "print(net.parameters)\nnet.training\nx.clone",
    "a = np.arange(0, {1}, 0.5)\nb = np.arange(1, 1.3, 0.1) * {0}\nc = np.linspace(0, {1}, {1}0)\n"
    "t = torch.arange({0}, {1} + 2, 0.25)",
    "rolls = np.random.randint(1, {1} + 4, size=4)\nt = torch.randint({0}, 9, (2,))\n"
    "drawn = np.random.choice({1} + 3, {1} + 2)\nagain = np.random.choice(np.arange({1} + 1.0), {1})",
    "for i in range({0} + 1):\n    np.random.seed({0})\n    x = np.random.rand(2)\n"
    "for i in range({1}):\n    torch.manual_seed({1})\n    t = torch.rand({0})\nx = x * 2",
    "a = np.arange(2. * {1}).reshape({1}, 2) ** 2\nb = a.std()\nc = np.var(a, axis=0)\n"
    "t = torch.tensor([{0}., 2., 7.])\nd = t.std()\ne = torch.var(torch.stack([t, t * {1}]), dim=1)",
    "angles = np.array([0, {0} * 90, 45])\ns = np.sin(angles)\nc = torch.cos(torch.tensor([{1} * 30.]))",
    "x = np.arange({1}) + {0}\ny = x ^ 2\nz = torch.arange({1}) ^ 3\ntotal = np.prod(np.arange({0}, 28))\n"
    "small = torch.tensor([120, {1} * 9], dtype=torch.int8).cumsum(0)",
    "a = np.arange(4. * {1}).reshape({1}, 4)\nb = np.append(a, [[{0}]])\nc = np.repeat(a, {0})\nd = a.cumsum()\n"
    "row = a[:][1]\ncorner = a[0:2][0:1]\nt = torch.ones(3, {1})[:2]\nu = t[1:][0]",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.fc = nn.Linear({1}, {0})\n    def forward(self, x):\n        x = self.fc(x)\nnet = Net()\n"
    "out = net(torch.ones(1, {1}))\ndef twice(x):\n    x * 2\ny = twice({0})",
    "values = np.arange({1}.)\nfor each in values:\n    each = each + {0}\ntable = np.ones((2, {1}))\n"
    "for part in table:\n    part = part * ({0} + 1)\nprint(values)",
    "net = nn.Sequential(*[nn.Linear({1}, {1})] * ({0} + 1))\nx = net(torch.ones(1, {1}))\n"
    "held = nn.ModuleList([nn.Linear({0}, 2)] * 2)",
    "net = nn.Linear({1}, 1)\npred = net(torch.ones({0} + 1, {1}))\ny = torch.arange({0} + 1.)\n"
    "loss = nn.MSELoss()(pred, y)\nother = F.l1_loss(y, pred)\nsquares = (pred - y) ** 2",
    "w = torch.ones({1}, requires_grad=True)\n(w * {0}).sum().backward()\nw = w - 0.1 * w.grad\n"
    "print(w.grad)\nv = torch.tensor([{0}.0], requires_grad=True)\nprint(v.grad)\n"
    "(v ** 2).sum().backward()\nv = v + v.grad * 2",
    "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=1.0)\n"
    "sched = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.{1})\nfor epoch in range({0}):\n"
    "    net(torch.ones(1, 1)).sum().backward()\n    sched.step()\n    opt.step()",
    "drop = nn.Dropout(0.{1})\ny = drop(torch.ones(30) * {0})\nz = F.dropout(torch.full((20,), {1}.), 0.25)",
    "out = torch.sigmoid(torch.arange({1}.).reshape({1}, 1) - {0})\ntarget = torch.ones({1}, 1)\n"
    "loss = nn.BCEWithLogitsLoss()(out, target)\n"
    "again = F.binary_cross_entropy_with_logits(out.squeeze(1), target[:, 0])",
    "rng = np.random.default_rng({0})\nd = rng.random({1})\nlabels = np.array([{0}, 0, {1}])\n"
    "hot = np.eye({1} + 1)[labels]\nunit = torch.eye(4)\npicked = unit[[{0}, 2]]",
)
"""Programs that run, and whose ranges, draws, losses or steps are others than is often meant."""

_LOOKED_FOR = (
    "torch.manual_seed(0)\nnet = nn.Linear({1}, 1)\nbest = net\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    "net(torch.ones(2, {1})).sum().backward()\nopt.step()\nprint(best.weight)",
    "rows = [np.arange({1}), np.arange({1}) * 2]\ntable = np.array(rows)\ntable[0] += {0}\n"
    "for one, other in table, table * 1:\n    pass\na, b = np.arange(2 * {1}).reshape(2, {1}), np.ones((2, {1}))\n"
    "for first, second in a, b:\n    print(first @ second)",
    "x, y = np.eye({0}), np.ones(({0}, {0}))\nz = sum(x, y)\nbest = max([{0}, np.nan, {1}])\n"
    "large = np.prod([3037000500 + {0}] * 2)",
    "table = np.array([])\nfor i in range({0} + 2):\n    table = np.append(table, [i, {1}, i * i])\nrow = table[:3]",
    "grid = np.linspace(0, 1, 11)\nwanted = 0.6\nprint(wanted in grid, 0.3 in np.arange(0, {1}, 0.1))\n"
    "found = np.isin(0.7, grid * 1)",
    "np.random.seed({1})\na = np.random.rand({0})\nnp.random.seed({1})\nb = np.random.permutation({1})\n"
    "torch.manual_seed({0})\nc = torch.rand({1})\ntorch.manual_seed({0})\nd = torch.randn(2)",
    "x = np.array([{0}., -8., -{1}.])\ny = x ** (1 / 3)\nz = np.power(-{0}. * np.ones(2), 1 / 3)\n"
    "w = torch.tensor([-{1}.0, 4.0]) ** 0.5",
)
_MISREAD = (
    "cells = np.array([1, {1} + 3, {0} + 1, 9])\nmiddle = cells[(cells > 1) & cells < 7]\n"
    "wide = torch.arange({1} + 3)\nprint((wide < {0}) | wide == {1} + 1, 1 > wide & (wide > {0}))",
    # Beyond step 12, and cleared: that a cell went into another within one statement cannot be tried out.
    "for count in range(6):\n    twice = count * 2\ngrid = np.arange(4. * {1}).reshape({1}, 4)\n"
    "grid[0], grid[1] = grid[1], grid[0]\ngrid[:, 1], grid[:, 3] = grid[:, 3], grid[:, 1]\n"
    "halves = torch.arange(6) * {0}\nhalves[:3], halves[3:] = halves[3:], halves[:3]\ngrid[:] = 0\nhalves[:] = 0",
    "table = torch.arange(3. * {1}).reshape({1}, 3)\nkept = table[0]\ntable[0] = table[1]\ntable[1] = kept\n"
    "board = np.arange(9).reshape(3, 3) * {0}\nheld = board[:, 2]\nboard[:, 2] = board[:, 0]\nboard[:, 0] = held",
    "peaks = np.arange(4 * {1} + 4).reshape(-1, 2)[::-1] % ({1} * 2 + 1)\nhighest = peaks.argmax()\n"
    "if highest < len(peaks):\n    print(peaks[highest])\nlows = torch.tensor([[5, 4, {0}], [-{1}, 4, 9]])\n"
    "lowest = torch.argmin(lows)\nrow = lambda: lows[lowest]",
    "labels = np.array([0, {0} % 3, 2, 1])\nhot = np.zeros((4, 3))\nhot[:, labels] = 1\n"
    "kinds = torch.arange({1}) % 2\nones = torch.zeros({1}, {0} + 2)\nones[:, kinds] = 1.0",
    "values = np.arange({1} + 2) * 10 + {0}\nmask = [0, 1] + [1] * {1}\nprint(values[mask])\n"
    "keep = (values < 25).astype(int)\nprint(values[keep])\nrecords = torch.arange(3 * {1}.).reshape(3, {1})\n"
    "valid = torch.tensor([1, 0, 1])\nchosen = records[valid]",
    "places = np.array([[1, 2], [{1} + 2, 4], [5, {0} + 6]])\nprint([1, 4] in places)\nwanted = np.array([5, 2])\n"
    "there = wanted in places\nspots = torch.tensor([[1, 2], [3, {1}]])\nspot = torch.tensor([1, 9])\n"
    "known = spot in spots",
    "matrix = np.array([[3, 1, {1}], [9, 7, {0}]])\norder = np.argsort(matrix, axis=1)\nprint(matrix[:, order])\n"
    "square = torch.tensor([[3., {0}.5, 2.], [9., 7., 8.], [1., 6., 5.]])\ndown = square.argsort(dim=0)\n"
    "turned = square[down]\nfirsts = matrix[:, matrix.argsort()[:, :2]]",
    "scores = np.array([{0}.5, 9.5, 4.25, {1}.75])\ntop2 = np.argsort(scores)[:2]\n"
    "lengths = torch.tensor([{1}., 9., 7.5])\nascending = lengths.argsort()\nlargest = ascending[:{0} % 2 + 1]",
    "X = np.arange(2 * {1} + 4).reshape(-1, 2)\ny = np.arange({1} + 2)\nnp.random.shuffle(X)\nnp.random.shuffle(y)\n"
    "features = torch.arange({1} + 3.) * {0}\ntargets = torch.arange({1} + 3)\n"
    "targets = targets[torch.randperm(len(targets))]\nfeatures = features[torch.randperm(len(features))]",
    "readings = np.array([{0}.0, np.nan, {1}.0])\nfilled = readings[readings != np.nan]\nagain = readings.copy()\n"
    "print(np.array_equal(readings, again), (readings == again).all())\n"
    "gaps = torch.tensor([[float('nan'), {1}.0], [float('nan'), 2.0]])\nsame = torch.equal(gaps, gaps.clone())\n"
    "some = gaps != float('nan')\nnear = np.allclose(again, readings)",
    "guesses = torch.tensor([[0.2, 0.{1}5, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.{0}5]])\n"
    "classes = torch.tensor([1, 0, {0} % 3])\npicked = torch.max(guesses, 1)[0]\n"
    "print((picked == classes).sum())\nbest, found = guesses.max(dim=1)\nprint(classes == best)\n"
    "shares = np.array([[0.{0}, 0.{1}5]])\nprint((shares.repeat(2, 0).max(axis=1) == np.array([0, 1])).mean())",
    "chances = torch.tensor([0.{1}, 0.2{0}, 0.9])\ntruth = torch.tensor([1, 0, 1])\n"
    "print((chances == truth).float().mean())\nodds = np.array([[0.{0}], [0.{1}5]])\n"
    "goal = np.array([[0.], [1.]])\nprint((goal == odds).mean())",
    "numbers = np.array([{1}.0, np.nan])\nprint(numbers[0] is numbers[0], numbers[1] is np.nan)\nview = numbers[1:]\n"
    "print(view is numbers)\nrow = torch.arange({1} * 2)\npair = row.view(2, -1)\n"
    "print(row is not pair, row[{0}] is not row[0])",
    "points = np.arange({1} * 2. + 2).reshape(-1, 2) + {0}\nnorms = np.linalg.norm(points)\nunit = points / norms\n"
    "vectors = torch.tensor([[3., {0}.], [{1}., 8.]])\nvectors /= vectors.norm()",
    "images = [torch.full(({0} * 0 + 3, {1} + 1, {1} + 1), float(i)) for i in range({0} + 1)]\n"
    "batch = torch.cat(images)\nplane = np.arange(2. * {1}).reshape({1}, 2)\nrows = [plane[i] for i in range({1})]\n"
    "joined = np.concatenate(rows)",
    "small = np.full({0} + 9, {1} / 4, dtype=np.float16)\nsmall[0] = 4096\ntotals = np.cumsum(small)",
    "def part(value):\n    if value < {0}:\n        return {0}\n    return value / {1} + 0.3\n"
    "parts = np.vectorize(part)\nprint(parts(np.arange({0} - 1, {0} + 3)))",
    "money = np.round([{0}.5, {1}.5, 2.5])\ncents = np.round(np.array([0.{0}125, {1}.125]), 2)\n"
    "half = {1}.5\nprint(round(half), round(2.5), round({0}.125, 2), round(0.25, 1))\n"
    "tenths = torch.tensor([0.25, {1}.25]).round(decimals=1)",
)
"""Programs that run, and in which an index or a comparison is read otherwise than is often meant."""

_GIVEN = (
    "kinds = len(np.unique(np.array(['bus', 'ant', 'bus', 'cat'])))\nlabels = torch.tensor([{1}, {0}, 2])\n"
    "seen = torch.unique(labels)",
    "table = np.array([[{0}, {1}], [{0}, {1}], [3, 4]])\ncells = np.unique(table)\n"
    "same = torch.unique(torch.tensor([[1, {0}]] * {1}))",
    "grid = np.arange(3 * {1}).reshape(3, {1})\nmoved = np.roll(grid, {0})\n"
    "back = torch.arange(6).reshape(2, 3).roll(-{0})",
    "m = np.arange(2 * {1}).reshape(2, {1})\nf = m.T.ravel()\nf[0] = 99\ng = m[:, 1:].reshape(-1)\ng[{0} - 1] += 5",
    "image = torch.arange({1} * 32.).reshape({1}, 2, 4, 4)\nrows = image.view(-1, 8)\nfew = image.reshape(-1, 16)",
    "counts = {{}}\nfor label in torch.tensor([{0}, {1}, {0}]):\n    counts[label] = counts.get(label, 0) + 1",
    "img = np.array([{0}00, 20{1}], dtype=np.uint8)\nbright = (img * 1.{1}).astype(np.uint8)\n"
    "few = torch.tensor([{0}, 40{1}]).byte()",
    "given = np.arange({1})\nmissing = given == None\nthere = given != None",
    "model = nn.Linear({1}, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.{0})\nbefore = model.weight\n"
    "model(torch.ones(2, {1})).sum().backward()\nopt.step()\nsame = torch.equal(before, model.weight)",
    "A = np.array([[{0}., {1}.], [1., 7.]])\nA_inv = 1 / A\n"
    "B = torch.tensor([[2., {0}.], [{1}., 9.]])\ninv_b = B ** -1",
    "tenth = torch.tensor({0}.1)\nsame = tenth.item() == {0}.1\nother = float(torch.tensor([{1}.3]).sum()) != {1}.3",
)
"""Programs that run, and in which a function gives something else than is often expected."""

_FORMS = (
    "xs, ys = np.meshgrid(np.arange({0} + 1.0), np.arange({1} * 2))",
    "early = [{0}, {1}, 0.5]\nlate = [{1}, 2, {0}]\nprint(early + late)",
    "tall = np.arange({1}) * {0}\nheavy = tall ** 2\nboth = np.hstack((tall, heavy))\n"
    "rows = torch.hstack([torch.ones({1}), torch.zeros({1})])",
    "spots = np.arange(2. * {1}).reshape({1}, 2) + {0}\nfar = np.linalg.norm(spots)",
    "ages = torch.tensor([{1}.5, {0}.0, 9.0, {0}.25])\nmiddle = ages.median()\n"
    "counts = torch.median(torch.arange({1} * 2) * {0})",
    "turn = np.array([[1, {0}], [0, {1}]])\nsquared = turn ** 2\ncubed = turn ** 3\ntwice = turn @ turn",
    "trained = nn.Linear({1}, {0})\nkept = trained.state_dict()\nkept['weight'] = torch.full(({0}, {1}), 0.5)\n"
    "kept['bias'] = torch.ones({0}) * {1}",
    "held = {{'w': np.ones({1}) * {0}}}\nbest = held.copy()\nheld['w'] -= 0.5\nprint(best['w'])",
    "heights = np.random.normal({1}, {0}.5, size=7)\nprint(heights.var())",
    "asked = nn.Sequential(nn.Linear(2, {1}), nn.BatchNorm1d({1}))\nasked.eval()\nanswer = asked(torch.ones({0}, 2))",
    "scored = torch.tensor([0.{1}, -{0}.0, 0.25, {1}.0])\n"
    "missed = F.binary_cross_entropy_with_logits(scored, torch.ones(4))\nyes = scored > 0.5",
)
"""Programs that run, and whose results are made of something else than is often meant."""

_EDGES = (
    "throws = np.array([{0}, {1}, 6, 6, 2])\ncounts, edges = np.histogram(throws, bins=[0, {0}, 6])\n"
    "few, _ = np.histogram([0.5, {1}, {1}], np.arange({1} + 1))",
    "times = np.array([{0}.0, {1}.5, 9.0])\nlimits = np.array([0.0, {0}.5, 9.0])\nbins = np.digitize(times, limits)",
    "falls = np.array([{1}0, {0}, 40, -{1}])\nplace = np.searchsorted(falls, {1})\n"
    "heat = np.array([{0}.5, {1}.5, 9.5, -1.0])\nmiddle = np.interp({1}.0, falls, heat)\n"
    "found = np.interp([{0}, 20.0], falls[::-1][:2], heat[:2])",
    "series = np.arange({1} + 4.0) ** 2\nsmooth = np.convolve(series, np.ones({0} + 1) / ({0} + 1))",
    "line = np.arange({1} + 2) * {0}\ncame = np.zeros({1})\nfor i in range({1}):\n"
    "    came[i] = line[i - {0}] + line[i]",
    "board = np.arange({1} * 3).reshape(3, {1})\nfor j in range(3):\n    above = board[j - 1, {0} - 1]",
    "kept = np.arange({1} + 2) * 10\nmore = np.insert(kept, [{0}, {1}], [7, {1}])\n"
    "same = np.insert(kept, np.array([0, {1}, {0}]), -1)",
    "queue = np.arange({1} + 4) * {0}\nfor place in [{0}, {0} + 1]:\n    queue = np.delete(queue, place)",
    "tiny = np.array([{0}e-9, {1}.0])\nother = np.array([1.{1}e-8, {1}.0])\nprint(np.isclose(tiny, other))\n"
    "alike = torch.allclose(torch.tensor([{0}e-10]), torch.tensor([{1}.5e-9]))\n"
    "print(np.allclose(tiny[:1], other[:1]))",
    "tens = np.array([1, 10.0 ** {0}, 10 ** {1}])\nlogs = np.log(tens)\nbits = torch.tensor([2.0, 2 ** {1}])\n"
    "powers = torch.log(bits)\nhalf = np.log([{1}.5, 10])",
    "ages = np.array([{1}, {0}, 9, 20])\nquarter = np.percentile(ages, {1}5)\nshare = np.quantile(ages, 0.{0})",
    "rise = np.array([{0}.0, -{1}.0, 2.0])\nrun = np.array([-{1}.0, {0}.0, -1.0])\nangle = np.arctan(rise / run)\n"
    "turn = torch.atan(torch.tensor([{1}.0]) / torch.tensor([-{0}.0]))",
    "prices = np.array([{0}.005, {1}.015, 1.{0}75])\nshort = np.round(prices, 2)\ncents = round(2.675, 2)\n"
    "tenth = np.round(np.array([{0}.15, {1}.35]), 1)",
    "sizes = np.array([{1}.0, -{0}.0])\nroots = sizes ** (1 / 3)",
    "gaps = np.array([{0}.0, np.nan, {1}.0])\nhigh = max(gaps)\nlow = min(gaps[::-1])\nprint(np.nan in gaps)",
    "spots = np.array([0.0, 1.0, 2.0, {1}.0 + 2])\nfit = np.polyfit(spots, {1} * spots ** 2 - {0}, 2)\nfirst = fit[0]\n"
    "slope = np.polyfit(spots, spots * {0} + 1, 1)\nprint(slope[0].round(2))",
    "score = np.array([{0}, {1}, 9, 9])\nteam = np.array([{1}, {0}, {1}, 0])\norder = np.lexsort((team, score))",
    "base = np.arange({1}) + {0}\nwide = np.repeat(base, 3)\nrows = wide.reshape(3, {1})\n"
    "twice = np.repeat(base, 2).reshape(2, -1)",
    "many = np.arange({0}500)\nprint(many)\ntable = np.ones(({1}0, 60))\nprint(table)",
    "mixed = np.array([{0}.5, {1}00000.25])\nprint(mixed)\nlarge = np.array([{1}e8, {0}.0])\nprint(large)\n"
    "small = np.array([0.0000{1}, 1.0, -{0}.5])\nprint(small)",
    "answers = np.array(['True', 'False', '{0}', 'no'])\ntold = answers.astype(bool)\n"
    "flags = np.array([['0', '{1}']]).astype(bool)",
    "whole = np.array([{0}, {1}], dtype=np.int32)\nprint(isinstance(whole[0], int))\ncount = whole.max()\n"
    "plain = isinstance(count, int)",
)
"""Programs that run, and whose edges, places, orders or prints are others than is often meant."""

_READ = (
    "angles = np.array([0, {0} * np.pi, 1.0])\nup = np.sin(angles)\nacross = np.cos({1}.5 * np.pi)",
    "half = torch.tensor([{0}.5 * torch.pi, 1.0]).cos()\nlost = np.array([{1}.5, np.nan, -np.inf])\n"
    "cells = lost.astype(np.int32)\nflags = torch.tensor([{0}0.0, torch.nan]).long()",
    "keep = (np.arange({1} + 1) > {0}).astype(int)\nturned = ~keep\nbits = ~torch.tensor([[1, 0], [0, 1]]).byte()",
    "print(np.array(['{0}', '{1}', 'a']) == {0})\nprint(np.array(['{1}']) != {1}.5)",
    "block = np.arange(2 * 3 * {1}).reshape(2, 3, {1})\nparts = block[{0} % 2, :, [0, 1]]\n"
    "wide = np.zeros((2, 3, {1}, 2))\nmoved = wide[:, [0, 2], 1:, np.array([1, 0])]",
    "row = np.arange({1} + 3)\nfor pad in [{0}, 0]:\n    inner = row[pad:-pad]\nskip = 0\n"
    "last = torch.arange({1})[:2]\nends = row[-skip:]\nbegins = last[:-skip]",
    "stack = np.arange(2 * {1} * 3).reshape(2, {1}, 3)\nturned = stack.T\nimages = torch.ones({0}, 2, {1} + 1)\n"
    "around = images.T",
    "table = np.arange(2. * {1} + 4).reshape(-1, 2) ** 2 % ({0} + 6)\nspread = np.cov(table)\n"
    "alike = np.corrcoef(table[:, :2] + np.eye(len(table), 2))",
    "left, right = np.arange({0} * 2 * 3).reshape({0}, 2, 3), np.ones(({0}, 3, {1}))\nevery = np.dot(left, right)\n"
    "again = left.dot(right * 2)",
    "ones, few = np.ones((2, {1})), np.ones({1})\nprint((ones == few).all())\n"
    "one, many = torch.full((1, {1}), {0}), torch.full(({0} + 1, {1}), {0})\nalike = torch.all(one == many)",
    "counts = dict(zip('abc', range({1})))\nprint(np.array(counts.values()))\n"
    "print(np.array({{{0}, {1}, 7}}).ndim, np.array(each * {0} for each in range({1})).shape)",
    "scaled = [lambda x: x * factor for factor in range({1})]\nfirst = scaled[0](np.arange({0} + 1))",
    "sizes = [{0}, {1}]\nlarge = np.any(size > 9 for size in sizes)\nsmall = np.all(size < 0 for size in sizes)",
    "labels = torch.tensor([{0}, {1}, {0}])\nkinds = len(set(labels))\n"
    "pairs = torch.arange({1}).repeat(2)\nmany = len(set(pairs))",
    "third = torch.tensor([1 / 3, {1} / 7])\nprint(third == 0.3333)\nshare = np.array([{0} / 7])\n"
    "print(share == round({0} / 7, 8))",
)
"""Programs that run, and in which something is read otherwise than is often meant."""

_ROUNDS = (
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "cards = DataLoader(TensorDataset(torch.arange(4. * {1} + 1)), batch_size={0} + 1)\nhands = len(cards)",
    "from torch.utils.data import DataLoader, TensorDataset\nrest = TensorDataset(torch.arange({1} * 3. + {0}))\n"
    "for size in (1, 3):\n    print(size, len(DataLoader(rest, batch_size=size)))",
    "def logistic(v):\n    return 1 / (1 + np.exp(-v))\nsums = np.array([-{1}.0, 0.5, {0}.0])\nout = logistic(sums)\n"
    "print(logistic(out) * (1 - logistic(out)))",
    "scores = torch.arange({1}.0) - {0}\nshares = torch.sigmoid(scores)\nagain = shares.sigmoid()\n"
    "squash = nn.Sigmoid()\nwide = squash(squash(scores[:2]).reshape(1, 2))",
    "dz = np.arange(3.0 * {1}).reshape({1}, 3) - {0}\nb1 = np.zeros((1, 3))\nfor turn in range({0} + 1):\n"
    "    b1 = b1 - 0.{0} * dz\nb2 = 0.5\nb2 = b2 - dz[:{0}] * 0.1",
    "grad = torch.ones({1}, 3) * {0}\nbias = torch.zeros(3)\nbias = bias - 0.1 * grad\n"
    "def stepped(w, delta):\n    w = w + delta * {0}\n    return w\n"
    "more = stepped(np.zeros((2, 1)), np.ones((2, {1})))",
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "batches = DataLoader(TensorDataset(torch.arange({1} * 2.).reshape(-1, 1)), batch_size=2)\n"
    "for turn in range({0} + 1):\n    (part,) = next(iter(batches))",
    "marks = torch.ones(2 * {0} + 2)\nfor i in range(0, 2 * {0} + 2, 2):\n"
    "    hits = (marks[i:i + 2] == 1.0).sum().item()\nprint(hits / len(marks))",
    "signs = torch.tensor([1, 0, 1, 1])\nn = 4\nfor turn in range({0}):\n    for i in range(n):\n"
    "        good = (signs[i:i + 1] == {1}).sum().item()\n    share = 100 * good / n",
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "mixed = DataLoader(TensorDataset(torch.arange({1} * 2.)), batch_size={0}, shuffle=True)\n"
    "one = next(iter(mixed))\nother = next(iter(mixed))",
    "slope = nn.Linear({1}, 1)\nmoving = torch.optim.SGD(slope.parameters(), lr=0.{0})\nfor turn in range({0}):\n"
    "    moving.zero_grad()\n    slope(torch.ones(2, {1})).sum().backward()\n    moving.step()\n"
    "    nn.utils.clip_grad_norm_(slope.parameters(), 0.{1})",
    "votes = torch.arange({0} * {1}.).reshape({0}, {1})\nnobody = torch.full(({0},), -100)\n"
    "blank = F.cross_entropy(votes, nobody)\nzeros = torch.zeros({0}, dtype=torch.long)\n"
    "empty = nn.CrossEntropyLoss(ignore_index=0)(votes, zeros)",
    "memory = nn.LSTM({1}, 2, {0})\nalong, states = memory(torch.ones(3, 1, {1}))\nlast = states[-1]",
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "samples = TensorDataset(torch.ones({1} * 2, 2), torch.zeros({1} * 2).long())\n"
    "served = DataLoader(samples, batch_size={0} + 1)\nright = 0\njudge = nn.Linear(2, 2)\n"
    "for features, classes in served:\n    right += (judge(features).argmax(1) == classes).sum().item()\n"
    "print(right / len(served), 100 * right / len(served))",
    "equal = nn.Sequential(nn.Linear(2, {1}), nn.Tanh(), nn.Linear({1}, 1))\nfor p in equal.parameters():\n"
    "    nn.init.constant_(p, 0.{0})\nsteps = torch.optim.SGD(equal.parameters(), lr=0.1)\n"
    "equal(torch.tensor([[1.0, {0}.0]])).sum().backward()\nsteps.step()",
    "grid = np.arange(4).reshape(2, 2) + {0}\nplaces = np.argwhere(np.eye(2) * {1} > 0)\npicked = grid[places]",
    "prices = np.array([[3, 1, {1}], [9, {0}, 8]])\ncheapest = prices.argmin(axis=0)\noffers = prices[cheapest]\n"
    "marks = torch.tensor([[{0}.5, 9.0], [{1}.0, 0.5]])\nbest = torch.argmax(marks, dim=1)\nrows = marks[best]",
    "depth = np.array([{0}.0, 0.0, {1}.0])\nlogs = np.where(depth > 0, np.log(depth), -{1})\n"
    "inverse = np.where(depth == 0, 0, {0} / depth)\nrates = torch.tensor([0.0, {1}.0])\n"
    "safe = torch.where(rates > 0, 1 / rates, rates)",
    "above = nn.Sequential(nn.Linear({1}, 1), nn.ReLU())\n"
    "cost = F.mse_loss(above(torch.ones({0} + 1, {1})), torch.arange({0} + 1.).reshape(-1, 1) - {0})\n"
    "chance = torch.sigmoid(torch.arange(3.))\ngap = nn.L1Loss()(chance, torch.tensor([0.5, {1}.0, {0}.5]))",
    "weights = nn.Linear({1}, 1)\nsgd = torch.optim.SGD(weights.parameters(), lr=0.{1})\nfor turn in range({0}):\n"
    "    weights(torch.ones(1, {1})).sum().backward()\n    sgd.zero_grad()\n    sgd.step()",
    "wide = torch.tensor([[0.0, {1}00.0]])\nshares = torch.softmax(wide, dim=1)\nlogs = torch.log(shares)\n"
    "high = np.array([{1}000.0, {0}.0])\npowers = np.exp(high)\nparts = powers / powers.sum()",
    "queue = np.arange({1} + 3)\nfor i in range(len(queue)):\n    if i < {0}:\n        queue = np.delete(queue, 0)",
    "pixels = np.array([{0}, {1}0], dtype=np.uint8)\nnegative = -pixels\n"
    "small = torch.tensor([-128, {1}], dtype=torch.int8).abs()",
)
"""Programs that run, and whose batches, losses, steps or places are others than is often meant."""

_SEED_OF_ONE = (
    "np.random.seed({1})\nx = torch.rand({0})\ny = torch.rand({1})",
    "torch.manual_seed({0})\nnoise = np.random.randn({1}, {0})\nx = torch.rand({1})",
)
"""Programs that set the seed of one library, and draw from the other."""

_PASSES = (
    "src = torch.ones({1}, 4)\nindex = torch.tensor([[0, 1, 0, 1]])\nout = torch.zeros({1}, 2)\n"
    "out.scatter_add_(1, index, src)\nback = torch.zeros({1}, 2).scatter_add(1, index, src * {0})",
    "t = torch.tensor([{0}, 2, -3], dtype=torch.int8)\nsmall = t < 25{1}\nlarge = t >= 30{0}\n"
    "u = torch.tensor([{1}, 200], dtype=torch.uint8)\nsame = u == 256 + {1}\nother = u > 26{0}",
    "a = torch.arange({1} ** 3.).reshape({1}, {1}, {1})\nb = torch.eye({1}) * {0}\nc = a @ b\nd = b @ a",
    "logits = torch.randn({1}, 2)\ny = torch.arange({1}) % 2\nw = torch.tensor([{0}.0, 5.5])\n"
    "mean = nn.CrossEntropyLoss(weight=w)(logits, y)\ntotal = F.cross_entropy(logits, y, weight=w, reduction='sum')",
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "data = TensorDataset(torch.randn(12, 3), torch.randn(12, 1))\n"
    "loader = DataLoader(data, batch_size={0} + 1)\nmodel = nn.Linear(3, 1)\ntotal = 0.0\nfor x, y in loader:\n"
    "    loss = F.mse_loss(model(x), y)\n    total += loss.item()\nprint(total / len(data))",
    "model = nn.Linear(2, {0})\nx = torch.randn(6, 2)\ny = torch.randn(6, {0})\n"
    "for xb, yb in zip(x.split(2), y.split(2)):\n    loss = F.mse_loss(model(xb), yb)\n    loss.backward()\n"
    "print(model.weight.grad.abs().sum())",
    "x = torch.randn(20 * {1}, 1)\ny = x * {0}\nw = torch.zeros(1, 1, requires_grad=True)\nfor i in range(5):\n"
    "    loss = ((x @ w - y) ** 2).sum()\n    loss.backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n"
    "    w.grad.zero_()",
    "x = torch.randn(10, {1}) * 3\nmodel = nn.Linear({1}, 1)\nopt = torch.optim.SGD(model.parameters(), lr={0}.0)\n"
    "for i in range(5):\n    loss = (model(x) ** 2).mean()\n    opt.zero_grad()\n    loss.backward()\n    opt.step()",
    "model = nn.Sequential(nn.Linear({1}, 1), nn.Softmax(dim=1))\np = model(torch.randn({0} + 1, {1}))",
    "fc = nn.Linear({1}, {0})\nh = torch.relu(fc(torch.randn(4, {1})))\np = torch.sigmoid(h)",
    "rnn = nn.GRU({1}, 3, batch_first=True, bidirectional=True)\nout, h = rnn(torch.randn({0} + 2, 4, {1}))\n"
    "flat = h.view({0} + 2, -1)",
    "lstm = nn.LSTM({1}, 2, num_layers={0} + 1)\nout, (h, c) = lstm(torch.randn(3, 5, {1}))\nflat = h.reshape(5, -1)",
    "down = nn.Conv2d(1, 2, 3, stride=2, padding=1)\nup = nn.ConvTranspose2d(2, 1, 3, stride=2, padding=1)\n"
    "h = down(torch.randn(1, 1, 8, 4 * {0} + 2))\ny = up(h)",
    "down = nn.Conv1d(1, 1, {1}, stride=3)\nup = nn.ConvTranspose1d(1, 1, {1}, stride=3)\n"
    "h = down(torch.randn(1, 1, {1} + 3 * {0} + 2))\ny = up(h)",
    "emb = nn.Embedding({1} + 1, 2, padding_idx={0} - 1)\nemb(torch.arange({1})).sum().backward()\n"
    "g = emb.weight.grad * 1",
    "one = nn.Linear({1}, {0})\ntwo = nn.Linear({1}, {0})\nx = torch.ones(1, {1})\nprint(torch.equal(one(x), two(x)))",
    "net = nn.Sequential(nn.Linear({1}, 3), nn.Tanh(), nn.Linear(3, 1))\n"
    "opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.{0})\nx = torch.randn(5, {1})\n"
    "net(x).sum().backward()\nfor p in net[0].parameters():\n    p.requires_grad = False\nopt.step()",
    "from torch.utils.data import DataLoader, Dataset\nclass Rows(Dataset):\n"
    "    def __len__(self):\n        return 12\n"
    "    def __getitem__(self, i):\n        return torch.zeros(2), [i * 1.0] * {1}\n"
    "loader = DataLoader(Rows(), batch_size={0} + 1)\nrows, marks = next(iter(loader))\nfor more, points in loader:\n"
    "    first = points[0]",
)
"""Programs of layers, losses and loaders in which something else goes through than is often meant."""

_MODELS = (
    "first = nn.Linear(2, {1})\nsecond = nn.Linear({1}, 1)\n"
    "learn = torch.optim.SGD([*first.parameters(), *second.parameters()], lr=0.1)\nfor i in range({0}):\n"
    "    middle = first(torch.ones(2, 2)).detach()\n    cost = second(middle).pow(2).mean()\n"
    "    learn.zero_grad()\n    cost.backward()\n    learn.step()",
    "left = torch.ones(2, requires_grad=True)\nright = torch.ones({1}, requires_grad=True)\n"
    "both = torch.optim.Adam([left, right])\nwith torch.no_grad():\n    sum_left = (left * {0}).sum()\n"
    "(right * sum_left).sum().backward()\nboth.step()",
    "judge = nn.Linear({1}, 1)\nmean = judge(torch.ones({0}, {1})).mean()\n"
    "missed = torch.tensor(mean.item(), requires_grad=True)\nmissed.backward()\n"
    "again = torch.tensor(mean * 2, requires_grad=True)\nagain.backward()",
    "scores = torch.arange(3. * {1}).reshape(3, {1}) / 4\nhidden = torch.zeros(3, {1}).bool()\n"
    "hidden[{0} - 1] = True\nshares = F.softmax(scores.masked_fill(hidden, float('-inf')), dim=-1)\n"
    "gone = torch.full(({1},), float('-inf'))\nnothing = nn.Softmax(dim=0)(gone)",
    "logits = torch.arange({1} * {1}.).reshape({1}, {1}) / 5\nweights = torch.softmax(logits, dim=-1)\n"
    "lower = torch.tril(torch.ones({1}, {1}))\nwithout = weights.masked_fill(lower == 0, 0)\n"
    "mixed = without @ torch.ones({1}, {0})",
    "points = torch.arange({1} * {1}.).reshape({1}, {1}) / 7\nlow = torch.tril(torch.ones({1}, {1}))\n"
    "part = (points * low).softmax(-1)\nfilled = points.masked_fill(low == 0, 0)\nother = F.softmax(filled, dim=1)",
    "share = torch.softmax(torch.arange({1}.) / {0}, dim=0)\nagain = F.softmax(share, dim=0)\n"
    "logs = torch.log_softmax(share, dim=0)",
    "encoder = nn.TransformerEncoderLayer(4, 2, 8)\nprint(encoder)\ntokens = torch.randn({0} + 1, {1}, 4)\n"
    "seen = encoder(tokens)",
    "def project(x):\n    return nn.Linear({1}, {0})(x)\none = project(torch.ones(1, {1}))\n"
    "two = project(torch.ones(2, {1}))",
    "class Anew(nn.Module):\n    def forward(self, x):\n        layer = nn.Linear({1}, {0})\n"
    "        return torch.relu(layer(x))\nanew = Anew()\nfresh = anew(torch.ones(1, {1}))",
    "eye = nn.Linear(40, {0})\neye.eval()\ndef guess(x):\n    return eye(F.dropout(x, 0.{1}))\n"
    "guessed = guess(torch.ones(2, 40))",
    "norm = nn.Sequential(nn.Linear(2, {1}), nn.BatchNorm1d({1}))\nnorm.requires_grad_(False)\n"
    "for i in range({0}):\n    normed = norm(torch.randn(6, 2) + {1})",
    "tilt = nn.Linear({1}, 1)\nfor i in range({0} + 1):\n    opt = torch.optim.Adam(tilt.parameters(), lr=0.{1})\n"
    "    opt.zero_grad()\n    tilt(torch.ones(2, {1})).sum().backward()\n    opt.step()",
    "plain = nn.Linear({1}, 1)\nbest_plain = plain\nmoves = torch.optim.SGD(plain.parameters(), lr=0.{1})\n"
    "plain(torch.ones(1, {1})).sum().backward()\nmoves.step()\n"
    "print(torch.equal(best_plain.weight, plain.weight))",
    "place = np.zeros({1})\npath = []\nfor i in range({0} + 1):\n    place += i + 1\n    path.append(place)",
    "spot = torch.zeros({1})\nmarks = {{}}\nfor i in range({0} + 1):\n    spot[0] = i + 1\n    marks[i] = spot\n"
    "marks = []\nfor i in range({1}):\n    spot += 1\n    marks += [spot]",
    "small = nn.Sequential(nn.Linear(2, {1}), nn.ReLU())\n"
    "large = nn.Sequential(nn.Linear(2, {1}), nn.ReLU(), nn.Linear({1}, {0}))\n"
    "large.load_state_dict(small.state_dict(), strict=False)",
    "calm = nn.Sequential(nn.Linear({1}, 3), nn.Dropout(0.5))\ncalm.eval()\ncame = calm(torch.ones(1, {1}))\n"
    "print(came.requires_grad)",
    "rows = torch.arange(2. * {1}).reshape(2, {1}) - {0}\nalike = F.cosine_similarity(rows, rows.flip(0), dim=0)",
)
"""Programs whose networks, masks or copies do something else than is often meant."""

_OBJECTS = (
    "pairs = zip(range({0}), range({1}))\nfirst = list(pairs)\nsecond = list(pairs)",
    "squares = (i * i for i in range({1}))\nhigh = max(squares)\nshares = [i / high for i in squares]",
    "gate = nn.Linear({1}, {0})\nweights = gate.parameters()\nfor w in weights:\n    size = w.numel()\n"
    "for w in weights:\n    size = 0",
    "def added(values):\n    return sum(values)\nturns = map(float, range({1}))\nonce = added(turns)\n"
    "twice = added(turns)",
    "logs = torch.log_softmax(torch.arange({1} * 2.).reshape(2, -1) / {0}, dim=1)\n"
    "whole = torch.full((2, {1}), 1 / {1})\nover = F.kl_div(logs, whole)\n"
    "half = nn.KLDivLoss(reduction='sum')(logs, whole / {0})",
    "guess, truth = torch.zeros(7, 1), torch.arange(7.)[:, None]\nadded_up, rounds = 0.0, 0\n"
    "for few, right in zip(guess.split({1}), truth.split({1})):\n    missed = F.mse_loss(few, right)\n"
    "    added_up += missed.item()\n    rounds += 1\nmean = added_up / rounds",
    "rate = torch.tensor([0.5, {0}.0, 2.0])\nvotes = torch.eye(3) * {1}\n"
    "weighed = F.cross_entropy(votes, torch.tensor([0, 1, 1]), weight=rate)",
    "class Numbers:\n    def __len__(self):\n        return {0}\n    def __getitem__(self, i):\n"
    "        return [5, 6, 7, 8, 9][i]\nheld = Numbers()\nfor number in held:\n    number += {1}",
    "class Pairs:\n    def __len__(self):\n        return {1} + 1\n    def __getitem__(self, i):\n"
    "        return i, list(range({0} - 1))[i]\npairs = Pairs()\nfor one, other in pairs:\n    both = one + other",
    "from torch.utils.data import DataLoader\nmarks = [{{'mark': [{0}, {1}, 5], 'of': i}} for i in range({1})]\n"
    "for marked in DataLoader(marks, batch_size=2):\n    of = marked['of']",
    "pull = torch.full(({1},), {0}., requires_grad=True)\nfade = torch.optim.SGD([pull], lr=0.1, weight_decay=0.{0})\n"
    "(pull * 0).sum().backward()\nfade.step()",
    "push = torch.ones({1}, requires_grad=True)\ngoes = torch.optim.SGD([push], lr=0.{0}, momentum=0.{1})\n"
    "for turn in range(2):\n    goes.zero_grad()\n    (push * (1 - turn)).sum().backward()\n    goes.step()",
    "even = nn.BatchNorm1d({0}, momentum=1.0)\nlevel = even(torch.randn({1} + 2, {0}))\nprint(even.running_var)",
    "class Shifted(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.by = nn.Parameter(torch.ones({1}))\n        self.turn = nn.Linear({1}, {0})\n"
    "shifted = Shifted()\nprint(shifted)",
    "slim = nn.Linear({1}, 4, bias=False)\nslim.weight = nn.Parameter(torch.ones({0}, 6))\n"
    "slimmed = slim(torch.ones(2, 6))",
    "walk = nn.GRU({1}, 2, num_layers={0}, batch_first=True)\nalong, ended = walk(torch.ones(3, 4, {1}))\n"
    "print(ended.shape)",
    "steer = torch.zeros(1, requires_grad=True)\nslow = torch.optim.SGD([steer], lr=1.0)\n"
    "wait = torch.optim.lr_scheduler.ReduceLROnPlateau(slow, patience={0})\nfor loss in [{1}.0] * ({0} + 2):\n"
    "    wait.step(loss)",
    "from torch.utils.data import Dataset, random_split\nclass Steps(Dataset):\n    def __init__(self):\n"
    "        self.change = None\n    def __len__(self):\n        return {1} + 2\n    def __getitem__(self, i):\n"
    "        return torch.ones({0}) if self.change is None else i\n"
    "some, rest = random_split(Steps(), [2, {1}])\nsome.change = torch.exp",
    "torch.manual_seed({0})\nnoise = torch.rand({1})\ntorch.manual_seed({0})\nother = torch.randn({0})\n"
    "again = torch.rand({1})",
    "left = np.random.RandomState({1})\ndice = left.rand({0})\nright = np.random.RandomState({1})\n"
    "card = right.choice({1})\nroll = right.rand({0})",
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "checked = DataLoader(TensorDataset(torch.arange({1})), batch_size={0})\nfor again in range(2):\n"
    "    torch.manual_seed(1)\n    for (seen,) in checked:\n        many = len(seen)",
    "tall, broad = torch.rand(50, 60 + {0}), torch.rand(60 + {0}, 40)\nat_once = tall @ broad\n"
    "by_rows = torch.stack([row @ broad for row in tall])\nprint(torch.equal(at_once, by_rows))",
)
"""Programs whose iterators, data sets, layers or optimisers do something else than is often meant."""

_CONSTANTS = (
    "w = torch.tensor([1., {1}.], requires_grad=True)\nwith torch.no_grad():\n    m = w * {0}\n"
    "((w + m) ** 2).sum().backward()",
    "w = torch.tensor([[{1}., 2.]], requires_grad=True)\ny = w * 2\nwith torch.no_grad():\n    z = y.sum() / {0}\n"
    "out = (y * z).sum()\nout.backward()\nprint(w.grad)",
)
"""Programs without a network in which part of the way back is not recorded."""

_NEVER_STEPS = (
    "net = nn.Linear({1}, {0})\nopt = torch.optim.SGD(net.parameters(), lr=0.{1})\nfor epoch in range({0}):\n"
    "    opt.zero_grad()\n    net(torch.ones(2, {1})).sum().backward()\nx = torch.ones({1})\n",
)
"""Programs that find gradients, and in which no optimiser takes a step."""

_NO_WAY_BACK = (
    "w = torch.ones({1}, requires_grad=True)\ny = (w * {0}).argmax().float()\nloss = y * 2\nloss.backward()",
    "w = torch.ones({1}, requires_grad=True)\nwith torch.no_grad():\n    y = w * {0}\ny.sum().backward()",
    "w = torch.ones({1}, requires_grad=True)\ny = (w * {0}).detach()\nloss = (y ** 2).sum()\nloss.backward()",
    "w = torch.ones({1}, requires_grad=True)\nloss = torch.tensor((w * {0}).sum())\nloss.backward()",
    "net = nn.Linear({1}, 1)\nfound = []\nfor i in range({0}):\n"
    "    found.append(net(torch.ones(1, {1})).sum().item())\nloss = torch.tensor(found).mean()\nloss.backward()",
    "x = torch.ones({1})\nloss = (x * {0}).sum()\nloss.backward()",
    "x = torch.arange({1}.)\ny = x * 2\n(y - {0}).mean().backward()",
    "net = nn.Linear({1}, {0})\nfor p in net.parameters():\n    p.requires_grad = False\n"
    "loss = net(torch.ones(1, {1})).sum()\nloss.backward()",
    "net = nn.Linear({1}, {0})\nnet.requires_grad_(False)\n"
    "loss = F.mse_loss(net(torch.ones(2, {1})), torch.zeros(2, {0}))\nloss.backward()",
)
"""Programs that end where there is no way back from a loss."""

_GRADIENTS = (
    "w = torch.tensor({0}.0, requires_grad=True)\nx = torch.arange({1}.)\n((w * x - {1}) ** 2).mean().backward()\n"
    "with torch.no_grad():\n    w = w - 0.{0} * w.grad\nprint(w, w.grad)",
    "w = torch.ones({1}, requires_grad=True)\nb = torch.zeros({1}, requires_grad=True)\n"
    "for i in range({0}):\n    loss = ((w * {0} + b) ** 2).sum()\n    loss.backward()\n    with torch.no_grad():\n"
    "        w, b = w - 0.1 * w.grad, b - 0.{1} * b.grad",
    "big = torch.tensor([{0}00.0, -1.0, {1}.0], requires_grad=True)\n"
    "safe = torch.where(big < 50, torch.exp(big), big * {1})\nsafe.sum().backward()",
    "low = torch.tensor([0.0, {1}.0], requires_grad=True)\nparts = torch.where(low == 0, torch.ones(2), {0} / low)\n"
    "parts.sum().backward()\nhigh = torch.tensor([{0}.0, 0.0], requires_grad=True)\nlogs = high.log()\n"
    "torch.where(high > 0, logs, high).sum().backward()",
    "many = torch.arange({1}.0, requires_grad=True)\nsquares = many ** {0}\n"
    "squares.backward(torch.arange({1}.0) + {0})\ncubes = many * 3\ncubes.backward(gradient=many)",
    "scores = torch.tensor([[{1}0.0, 1.0, {0}.0], [{0}.0, 1.0, 60.0]], requires_grad=True)\n"
    "shares = torch.softmax(scores, dim=1)\n(shares * torch.arange({1}, {1} + 3)).sum().backward()",
    "edge = torch.tensor([-1.0, 0.0, {1}.0], requires_grad=True)\n"
    "parts = torch.relu(edge) * {0} + edge.abs() + edge.clamp(max={1}) + torch.maximum(edge, torch.zeros(3))\n"
    "parts.sum().backward()",
    "inner = torch.tensor([{0}.0, 0.{1}], requires_grad=True)\nouter = inner.sigmoid()\nseen = outer.data\n"
    "seen[0] = {1}\nouter.sum().backward()\nheld = torch.exp(inner * 0.5)\nheld.data.mul_({0} + 1)\n"
    "held.sum().backward()",
    "marks = torch.tensor([[{0}.0, {1}.0, 1.0], [2.0, 0.0, {0}.5]], requires_grad=True)\n"
    "torch.softmax(marks, dim=1).sum().backward()\nnorm = torch.logsumexp(marks, dim=1, keepdim=True)\n"
    "(marks - norm).sum().backward()\ntorch.sum(F.log_softmax(marks, 0)).backward()",
    "base = torch.tensor({0}.0, requires_grad=True)\nlosses = [base * i for i in range(1, {1} + 1)]\n"
    "total = torch.tensor(losses, requires_grad=True).sum()\ntotal.backward()\nprint(base.grad)",
)
"""Programs whose gradients surprise."""

_CAUGHT = (
    "left = np.ones(({1}, {0} + 1))\ntry:\n    left + np.ones({1} + 5)\nexcept ValueError as problem:\n"
    "    print(problem)\ngrid = left * {0}",
    "def product(x):\n    return x @ np.ones(({1}, 2))\nfor i in range({0}, {1} + 1):\n    try:\n"
    "        product(np.ones((2, i)))\n    except Exception as problem:\n        print('no', i)",
    "leaf = torch.full(({1},), {0}.0, requires_grad=True)\ntry:\n    leaf += 1\nexcept RuntimeError:\n"
    "    print('refused')\nleaf.detach().add_({1})",
)
"""Programs that catch what a line raises."""

_LAYERS = (
    "nn.ReLU()", "nn.Tanh()", "nn.Dropout(0.5)", "nn.BatchNorm1d({0})", "nn.LayerNorm({0})", "nn.Linear({0}, {0})",
)  # fmt: skip


def _network(chance: random.Random) -> str:
    """Draw a network, of which some are never called, and some break."""
    sizes = [chance.randint(1, 9) for _ in range(4)]
    takes = [size + chance.choice((0, 0, 0, 0, 1, 2)) for size in sizes]
    middle = chance.choice(_LAYERS).format(chance.choice((sizes[1], sizes[1], sizes[1] + 1)))
    frozen = chance.choice(("", "net.{}.weight.requires_grad_(False)", ""))
    batch = chance.randint(2, 5)
    call = chance.choice(("y = net(x)", "y = net(x)", "y = net(x)\ny = net(x[:2])", "", ""))
    if chance.random() < 0.5:
        layers = f"nn.Linear({takes[0]}, {sizes[1]}), {middle}, nn.Linear({takes[1]}, {sizes[2]})"
        made, first = f"net = nn.Sequential({layers})", "get_submodule('0')"
        frozen = ""
    else:
        made, first = (
            (
                "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
                f"        self.first = nn.Linear({takes[0]}, {sizes[1]})\n        self.middle = {middle}\n"
                f"        self.last = nn.Linear(in_features={takes[1]}, out_features={sizes[2]})\n"
                "    def forward(self, x):\n        x = torch.relu(self.middle(self.first(x)))\n"
                f"        {chance.choice(('', 'x = x.view(2, 77)', ''))}\n        return self.last(x)\nnet = Net()"
            ),
            "first",
        )
    x = f"x = torch.ones({batch}, {sizes[0]})"
    lines = ["import torch", "import torch.nn as nn", made, frozen.format(first), *([x, call] if call else [])]
    return "\n".join(line for line in "\n".join(lines).split("\n") if line.strip())


_MODES = (
    "drops = nn.Sequential(nn.Linear({1}, 19), nn.Dropout(0.5), nn.Linear(19, 1))\nwith torch.no_grad():\n"
    "    for turn in range({0} + 1):\n        came = drops(torch.ones(2, {1}))",
    "norm = nn.BatchNorm1d(2)\nhigh = torch.arange({1} * 2.).reshape(-1, 2) + 20 * {0}\nwith torch.no_grad():\n"
    "    once = norm(high)\nnorm.eval()\nlater = norm(high)",
    "square = nn.Linear({1}, {1})\nrow = torch.arange({1}.) * {0} + 1\nby_layer = square(row)\n"
    "by_hand = row @ square.weight + square.bias",
    "slow = torch.optim.SGD([nn.Parameter(torch.ones({1}))], lr=0.{1})\n"
    "plan = torch.optim.lr_scheduler.StepLR(slow, step_size={0}, gamma=0.5)\nfor turn in range({1} + 2):\n"
    "    rate = plan.get_lr()[0]\n    slow.step()\n    plan.step()",
    "keeps = nn.Sequential(nn.Linear(2, {1}), nn.Dropout(0.25))\nwith torch.no_grad():\n"
    "    made = keeps(torch.ones({0}, 2))\nkeeps.eval()\nmade = keeps(torch.ones({0}, 2))\nasked = made.requires_grad",
    "class Heap:\n    def _init_(self, most={1}):\n        self.most = most\n        self.rows = {0}\nheap = Heap()\n"
    "size = {0} + {1}",
    "guess = nn.Linear({1}, 1)\nstart = torch.tensor(guess(torch.ones({0}, {1})), requires_grad=True)\n"
    "(start * 2).sum().backward()",
    "maker = nn.Linear(2, {1})\nagain = maker(torch.ones({0}, 2)).detach().requires_grad_()\n"
    "(again ** 2).mean().backward()",
    "column = torch.arange({0} * 2 + 1.).reshape(-1, 1)\nfor few in column.split(2):\n    flat = few.squeeze()",
    "def first(of):\n    return of.squeeze(0)\nfor many in ({1}, 1):\n    kept = first(torch.ones(many, {0} + 1))",
    "shy = nn.Sequential(nn.Linear(2, {1}), nn.Dropout(0.2), nn.Linear({1}, 1))\n"
    "tunes = torch.optim.SGD(shy.parameters(), lr=0.{0})\nshy.train()\nfor lap in range({1}):\n"
    "    tunes.zero_grad()\n    shy(torch.ones(3, 2)).sum().backward()\n    tunes.step()\n    shy.eval()",
    "slopes = torch.ones({1}, requires_grad=True)\nwalks = torch.optim.SGD([slopes], lr=0.{1})\n"
    "falls = torch.optim.lr_scheduler.StepLR(walks, step_size={0}, gamma=0.5)\nfor era in range(2):\n"
    "    for few in range({1} + 2):\n        (slopes * (era + 1)).sum().backward()\n        walks.step()\n"
    "        falls.step()",
    "level = nn.Sequential(nn.Linear(2, {1}), nn.BatchNorm1d({1}))\n"
    "turns = torch.optim.SGD(level.parameters(), lr=0.000{1})\nfor lap in range({0} + 1):\n"
    "    level(torch.arange(8.).reshape(4, 2)).sum().backward()\n    turns.step()\n    level.eval()",
    "lays = nn.Sequential(nn.Flatten(), nn.Linear({1}, {0}))\nimg = torch.ones({1}, {1})\nrows = lays(img)",
    "photo = torch.ones({0} + 1, {1})\nsame = torch.flatten(photo, 1) * 2\nlays = nn.Flatten()\nkept = lays(photo) + 1",
    "bends = nn.ReLU(torch.ones({1}))\nflat = nn.Flatten(torch.ones({0}, {1}))",
    "one = torch.tensor({0}.5)\nkeeps = nn.ReLU(one)\npool = nn.MaxPool1d(torch.ones({1}, 3), 2)",
    "parts = torch.arange(5.) * {1}\nshare = 0\nfor few in parts.split(2):\n    share += few.mean().item()\nshare /= 3",
    "errs = np.arange(7.) * {0}\nmeans = []\nfor i in range(0, 7, {1}):\n    low = errs[i:i + {1}].mean()\n"
    "    means.append(low)\nmiddle = np.mean(means)",
    "known = torch.tensor([{0}, {1}])\nold = torch.Tensor([{0}, {1}, 7])\nroom = torch.Tensor({0}, {1})",
)
"""Programs whose networks run in one mode and mean another."""


_SLOPES = (
    "far = torch.tensor([[{1}.]], requires_grad=True)\noff = torch.zeros(1, requires_grad=True)\n"
    "goes = torch.arange(1., {1} + 2).reshape(-1, 1)\nfor turn in range({0} + 2):\n"
    "    cut = torch.relu(goes @ far + off)\n    cost = ((cut - goes) ** 2).mean()\n    cost.backward()\n"
    "    with torch.no_grad():\n        far -= far.grad\n        off -= off.grad\n    far.grad = off.grad = None",
    "flat = nn.Sequential(nn.Linear(2, {1}), nn.ReLU(), nn.Linear({1}, 1))\nwith torch.no_grad():\n"
    "    flat[0].bias.fill_(-9.)\nflat(torch.rand({0}, 2)).sum().backward()",
    "rates = (0.001, 0.1)\nheap = torch.ones(20 * {0}, {1})\ndef tuned(rate):\n"
    "    of = torch.zeros({1}, requires_grad=True)\n    for turn in range(3):\n"
    "        error = ((heap @ of - {1}) ** 2).sum()\n        error.backward()\n        with torch.no_grad():\n"
    "            of -= rate / {1} * of.grad\n            of.grad.zero_()\nfor rate in rates:\n    tuned(rate)",
    "pile = torch.ones(40, {1})\nbars = nn.Linear({1}, 1)\nmoves = torch.optim.SGD(bars.parameters(), lr=0.{0})\n"
    "adds = nn.MSELoss(reduction='sum')\nfor turn in range(3):\n    moves.zero_grad()\n"
    "    off = adds(bars(pile), pile[:, :1])\n    off.backward()\n    moves.step()",
    "sure = torch.tensor([[{1}., 0.], [{1}., 0.], [0., {1}.], [9. * {0}, 0.]])\n"
    "which = torch.tensor([0, 0, 1, 1])\ncosts = F.cross_entropy(sure, which)",
    "names = torch.tensor([0, 1, 2])\nvotes = torch.eye(3) * 10 * {1}\nvotes[{0} % 3, 2 - {0} % 2] += 20 * {1}\n"
    "right = (votes.argmax(1) == names).float().mean()\nprice = nn.CrossEntropyLoss()(votes, names)",
    "held = torch.tensor([-5. - {1}, {0}.], requires_grad=True)\nsays = torch.sigmoid(held)\n"
    "((says - torch.ones(2)) ** 2).mean().backward()",
    "gate = nn.Sequential(nn.Linear({0}, 1), nn.Sigmoid())\nwith torch.no_grad():\n    gate[0].bias.fill_(9. + {1})\n"
    "shut = F.mse_loss(gate(torch.rand({1}, {0})), torch.zeros({1}, 1))\nshut.backward()",
    "whole = torch.arange({1} + 1.).requires_grad_()\nbit = whole[{0}:]\n(whole ** 2).sum().backward()\n"
    "none, nor = bit.grad, whole[{0}].grad",
    "plate = torch.ones({0}, {1}, requires_grad=True)\n(plate * 3).sum().backward()\nno = plate.view(-1).grad",
    "least = torch.tensor([-{0}., -{1}.], requires_grad=True)\n(least * 2).clamp(min=0).sub(1).pow(2).sum().backward()",
)
"""Programs on whose way back lies something flat."""

_TABLES_OF_PRODUCTS = (
    "slips = np.array([[{0}.], [{1}.], [-1.]])\nprint(slips @ slips.T)\ncost = np.dot(1 / 2, np.dot(slips, slips.T))",
    "def spread(e):\n    return e.matmul(e.t()) / {0}\nprint(spread(torch.arange({1}.).reshape(-1, 1)))",
    "row = np.arange({0}, {0} + {1}).reshape(1, -1)\nprint(row.T.dot(row))",
)
_MATRICES = (
    "scores = np.array([-{0}., 0.5, {1} + 3.])\nparts = scores / scores.sum()\n"
    "steady = np.exp(scores) / np.exp(scores).sum()",
    "logits = torch.tensor([[-1., {1}.], [{0}., -5.]])\nparts = logits / torch.sum(logits, dim=1, keepdim=True)",
    "left = np.array([{0}, 1, {1}])\nright = np.array([{1}, 7, {1}])\nprint(left.all() == right.all())\n"
    "same = np.any(left) == np.any(right)",
    "across = np.arange({1})\ndown = np.arange({1}) * {0}\nxs, ys = np.meshgrid(across, down)\n"
    "us, vs = np.meshgrid(across, down, indexing='ij')",
    "tall = torch.arange({0} + 1)\nwide = torch.arange({1}.)\nus, vs = torch.meshgrid(tall, wide, indexing='ij')",
    "flat = np.arange({0}., 9 + {0}).reshape(3, 3) / 10\nback = np.linalg.inv(flat)\n"
    "solved = np.linalg.solve(flat, back[0])",
    "points = np.stack([np.ones({1} + 1), np.arange({1} + 1.), {0} + 3 * np.arange({1} + 1.)], axis=1) / 7\n"
    "try:\n    fit = np.linalg.inv(points.T @ points)\nexcept np.linalg.LinAlgError:\n    fit = None",
    "even = (torch.arange(9.).reshape(3, 3) + {0}) / {1}\ntry:\n    back = even.inverse()\n"
    "except RuntimeError:\n    back = None",
    "sheet = np.zeros((4 * {0}, 12))\nsheet[:, {1}] = 1\nsmall = sheet[::2, ::2]\nother = sheet[1::4, ::3]",
    "page = torch.zeros(9, 3 * {1}, dtype=torch.int64)\npage[{0}, 1:] = {1}\nsmall = page[::3, ::3]\n"
    "other = page[::2, 1::2]",
)


class Pool(NamedTuple):
    """Programs that stand one after the other in one: none of them needs what another one made.

    Parameters
    ----------
    begins
        What stands before them.
    programs
        With places for two numbers.
    together
        How many stand together.
    second
        Of what the second number is drawn.
    """

    begins: str
    programs: Sequence[str]
    together: int
    second: Sequence[str] = ("2", "3", "4", "5")

    def drawn(self, chance: random.Random) -> str:
        """Draw as many programs as stand together."""
        return self._with_numbers(chance.sample(self.programs, self.together), chance.randint(1, 3), chance)

    def alone(self, program: str, first: int, chance: random.Random) -> str:
        """Return one of the programs with its first number given."""
        return self._with_numbers([program], first, chance)

    def in_company(self, program: str, chance: random.Random) -> str:
        """Draw another program that stands behind one of them, if any may."""
        others = [each for each in self.programs if each != program]
        drawn = chance.sample(others, 1) if self.together > 1 else []
        return self._with_numbers([program, *drawn], chance.randint(1, 3), chance)

    def _with_numbers(self, programs: Sequence[str], first: int, chance: random.Random) -> str:
        second = chance.choice(self.second)
        return self.begins + "\n".join(each.format(first, second) for each in programs)


_LOST_FACTORS = (
    "x, y = torch.eye({1}), torch.ones({1}, 2)\nw = torch.zeros({1}, 2, requires_grad=True)\n"
    "F.mse_loss(x @ w, y).backward()\ng = x.T @ (x @ w - y).detach()",
    "scores = torch.zeros({1}, {0} + 1)\nright = torch.zeros({1}, dtype=torch.int64)\n"
    "start = F.cross_entropy(scores, right)",
    "z = torch.tensor([[0.1, {0}.0], [0.2, 0.1]]) / 10\nat_first = F.cross_entropy(z, torch.tensor([1, 0]))",
    "v = torch.ones({1}, requires_grad=True)\nh = v\nfor _ in range({0} + 3):\n    h = torch.sigmoid(h)\n"
    "h.sum().backward()",
    "deep = nn.Sequential(*[nn.Linear(1, 1), nn.Sigmoid()] * ({0} + 3))\ndeep(torch.ones({1}, 1)).mean().backward()",
    "def sigmoid_slope(s):\n    return s * (1 - s)\nz = np.array([0.25, -{1}.0])\nslopes = sigmoid_slope(z)",
    "def slope_of_sigmoid(s):\n    return (1 - s) * s\nr = slope_of_sigmoid(torch.tensor([0.5, {1}.0]))",
    "p, q = torch.tensor(2.0, requires_grad=True), torch.tensor({1}.0, requires_grad=True)\n"
    "both = torch.tensor([p * {0}, q + 1], requires_grad=True)",
    "inner, outer = nn.Linear({1}, 3), nn.Linear(3, {0})\nout = outer(inner(torch.ones(2, {1})))",
    "def shifted(u):\n    u = u + {0}\nkept = np.arange({1})\nshifted(kept)",
    "def scaled(u):\n    u = u * {0}.5\nkept = torch.ones({1})\nscaled(kept)",
    "c = np.arange({1} + 1)\nproduct = c @ c.T",
    "c = torch.arange({1}.0 + 1)\nproduct = c.T @ c",
    "t = np.arange({1} * 3).reshape({1}, 3)\nlarge = t > {0}\ncount = len(large)\nother = len(t > 0)",
    "a = torch.ones({1})\nd = a.clone().requires_grad_()\nb = a * {0}\nb = b.sum()\nb.backward()",
)
"""Programs in which a factor, a gradient or a change is lost; the last one fails."""

_PICKS = (
    "counts, bins = np.zeros(6), np.array([1, {0}, 4, 1])\ncounts[bins] = counts[bins] + np.arange(1.0, 5.0)\n"
    "counts[bins] -= {1}\nfloor = np.ones((4, 4))\nfloor[[0, 1, 0], [{0}, 2, {0}]] *= {1}",
    "tally = torch.zeros({1} + 1)\nmarks = torch.tensor([1, 0, 1, {1}])\ntally[marks] += 1\n"
    "tally[marks] = torch.arange(4.0) + tally[marks]\ntally[[2, 2]] -= {0}",
    "canvas = np.zeros(({1} + 4, {1} + 5))\nrow = 1\nfor col in range(2, {1} + 2):\n    canvas[col, row] = {0}",
    "image = torch.zeros(3, 6, {1} + 4)\npx, py = 4, {0}\nimage[:, px, py] = 0.5\n"
    "frame = np.arange(30).reshape(5, 6)\ncx, cy = {0}, 4\nprint(frame[cx][cy])",
    "board = np.arange(25).reshape(5, 5)\npos = [{0}, 0]\ngot = board[pos]\nboard[pos] = {1}\n"
    "cell_at = [0, {0}, 1]\nfew = torch.zeros(4, {1} + 2, 2)[cell_at]",
    "rows = np.zeros((4, {1} + 1))\nfew = rows[:, [0, {0}]]\nprint(few.flags.owndata)\n"
    'tidy = np.arange(6 * {0}).reshape(6, {0})\nprint(tidy.flags["OWNDATA"])',
    "bars = np.arange(4 * {1}).reshape(2, 2, {1})\nturned = bars.transpose((1, 0, 2))\n"
    "cubes = torch.arange(8).reshape(2, 2, 2) * {0}\nnext_axes = cubes.permute(2, 0, 1)",
    "turn = np.array([[0, -{0}], [{1}, 0]])\ndots = np.array([[{0}, 0], [2, {1}], [0, 3]])\n"
    "one = turn @ dots[1]\nevery = dots @ turn\nonce_more = np.dot(turn, dots[0])\nalso = np.dot(dots, turn)",
    "votes = np.array([{0}, 9, {1}, 9, 9])\nbest = votes.argmax()\nlevel = torch.full(({1}, 3), 0.{0})\n"
    "guess = level.argmax(dim=1)\nleast = np.argmin(np.array([[7, {0}], [{0}, {0}]]))",
    "votes = np.array([[{0}, 8, 8], [7, {1}, 0]])\nbest = np.argmax(votes, axis=1)\n"
    "flat = torch.tensor([[4.5, {1}.0], [4.5, 9.0]]).argmin(0)\nsame = torch.zeros({1}, 2).argmax()",
    "m = np.arange({1} * 4).reshape(4, {1})\nfor i in range(4):\n    w = m[i:i + 2]\n"
    "t = torch.arange({1})\nv = t[1:1 + {1}]",
    "even = np.arange({1} + 5) * 2\nleft = np.delete(even, even[1:{1}])\nalso = np.delete(even, np.s_[1:{1}])",
    "t = torch.arange({1}.0 + 2)\nt[0], t[{1}] = t[{1}], t[0]\nprint(t)",
    "t = torch.arange({1} * 2).reshape({1}, 2)\nt[0, 1], t[1, 0] = t[1, 0], t[0, 1]",
    "m = np.arange({1} * 4).reshape(4, {1})\nnp.random.shuffle(m[[0, {0}]])\nm.flatten().sort()\nprint(m)",
    "c = np.arange({1} + 3)\nones = [1 if n >= {0} else 0 for n in c]\nc[ones] = {1}\nprint(c)",
    "grid = np.arange(9).reshape(3, 3)\neven = (grid % {1} == 0).astype(int)\nshape = grid[even].shape",
    "a, b, c = np.ones({1}), np.arange({1}.0), np.full({1}, {0}.5)\ntotal = np.add(a, b, c)\nprint(total, c)",
    "o, e = np.array([0.5, {1}.0]), np.array([{0}.0, 1.0])\nd = np.matmul(o, 1 - o, e)\nprint(d)",
    "X, Y, Z = np.meshgrid(np.arange({1} + 3), [1, 2], [{0}, 5, 6])\nshape = X.shape",
    "kept = []\nfor i in range({1}):\n    whole = np.ones((500, {1})) * i\n    kept.append(whole[{0}])",
    "first = torch.ones(400, {1}).mul(2)[{0}]\nprint(first)",
    "a, i = np.arange({1} + 4), 0\nback = a[i + {0}:i - 1:-1]\nlast = a[i - {0}:i + 1]",
    "g = torch.arange(20).reshape(4, 5)\nk = {0}\nnone = g[:, k + 2:k]\nfew = g[-k:0]",
    "m = np.ones(({1} + 2, {0}))\ncolumn = m[:, None:]\nrow = m[:None]",
    "q = torch.arange({1} * 5).reshape({1}, 5)\npaired = q[[[0, 1], [{0}, 2]]]\none = q[[[{0} - 1, 0, 1]]]",
    "x = np.zeros((4, 5, {1}))\ny = x[[{0}], :, [0]]\nz = torch.zeros(4, {1}, 4, 3)[[{0}], :, [1]]",
    "x = torch.zeros(2, 3, 4, 5)\ny = x[:, [0, {0} - 1, 2], :, [{1}, 0, 4]]",
    "b = torch.tensor([8{0}, 2{1}], dtype=torch.uint8)\nsquares = torch.square(b)\nmore = b.add(20{0})",
    "b = np.array([[9{0}, 20{1}], [{0}, 99]], dtype=np.uint8)\nc = np.multiply(b, b)\nd = b.sum(1, dtype=np.uint8)",
    "def tent(x):\n    return max(0, {1} - abs(x))\ny = np.vectorize(tent)(np.array([-9.0, {0} / 4]))\nprint(y)",
    "order = np.array([40, 2{0}, 3{1}])\nprint(np.argsort(order))\nprint(torch.argsort(torch.tensor([8, {0}, 6])))",
    "block = np.arange(8 * {1}).reshape(2, {1}, 4)\ncut = block.reshape(8, {1})\nturned = block.reshape({1}, 8).T",
    "bricks = torch.arange(12).reshape(2, 2, 3) * {0}\ncut = bricks.view(4, 3)\nprint(bricks.reshape(3, 4).T + {1})",
    "u = torch.arange({1}.0 + 3)\nu[u > {0}].zero_()\nu[[0, {1}]].add_({0})",
    "photo = np.array([[[{0}, 9, {1}], [{0}, 0, 0]], [[{0}, 9, 7], [1, 9, 8]]])\nred = [{0}, 9, {1}]\n"
    "photo[photo == red] = 0\nother = np.not_equal(photo, red)",
    "spots = torch.tensor([[{0}, 9], [{0}, {1}], [8, 9]])\nfound = spots == spots[0]\n"
    "lost = spots.ne(torch.tensor([{0}, 7]))",
)
"""Programs in which an index picks something else than is often meant."""

_IMPORTS = "import numpy as np\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
_SEEDED = f"{_IMPORTS}torch.manual_seed(0)\n"
_BOTH_SEEDED = f"{_IMPORTS}np.random.seed(0)\ntorch.manual_seed(0)\n"
_RATES = ("2", "0.5")

POOLS = (
    Pool("", _GO_BACK, 1, _RATES),
    Pool("import torch\nfrom torch import nn\ntorch.manual_seed(0)\n", _LEARNS, 1, _RATES),
    Pool(_IMPORTS, _SURPRISES, 3),
    Pool(_BOTH_SEEDED, _OTHER_NUMBERS, 3),
    Pool(_BOTH_SEEDED, _RANGES, 5),
    Pool(_IMPORTS, _LOOKED_FOR, 1),
    Pool(_BOTH_SEEDED, _NEVER_STEPS, 1),
    Pool(_BOTH_SEEDED, _NO_WAY_BACK, 1),
    Pool(_BOTH_SEEDED, _MISREAD, 4),
    Pool(_IMPORTS, _READ, 5),
    Pool(_IMPORTS, _SEED_OF_ONE, 1),
    Pool(_IMPORTS, _GIVEN, 4),
    Pool(_IMPORTS, _FORMS, 5),
    Pool(_IMPORTS, _EDGES, 5),
    Pool(_SEEDED, _ROUNDS, 5),
    Pool(_SEEDED, _PASSES, 3),
    Pool(_BOTH_SEEDED, _GRADIENTS, 2),
    Pool(_IMPORTS, _CAUGHT, 1),
    Pool(_SEEDED, _MODELS, 3),
    Pool(_BOTH_SEEDED, _OBJECTS, 5),
    Pool(_SEEDED, _CONSTANTS, 1),
    Pool(_SEEDED, _LOST_FACTORS, 1),
    Pool(_BOTH_SEEDED, _PICKS, 5),
    Pool(_SEEDED, _MODES, 5),
    Pool(_IMPORTS, _TABLES_OF_PRODUCTS, 1),
    Pool(_IMPORTS, _MATRICES, 3),
    Pool(_SEEDED, _SLOPES, 2),
)
"""What is drawn of in seven of ten states, each as often as it needs for all programs to come up alike."""

_OFTEN = [len(pool.programs) / pool.together for pool in POOLS]


def own_lines_state(chance: random.Random) -> OwnLinesQuestion:
    """Draw a program, the step up to which it is shown and a cell; now and then a trap whose question was answered."""
    kind = chance.random()
    if kind < 0.05:
        trap = chance.choice(TRAPS)
        return OwnLinesQuestion(trap.group, trap.program, guess=chance.choice(("0", "1", SHOWN)))
    if kind < 0.15:
        text = drawn(chance).text
    elif kind < 0.22:
        text = _network(chance)
    elif kind < 0.3:
        lines = ["import numpy as np", "import torch", f"a = np.arange({chance.randint(4, 9)}.)"]
        lines += [chance.choice(_ALIASES), *chance.sample(_WRITES, chance.randint(0, 2)), "print(a)"]
        if chance.random() < 0.4:
            lines.append(chance.choice(_FAILS))
        text = "\n".join(lines)
    else:
        text = chance.choices(POOLS, _OFTEN)[0].drawn(chance)
    return state_of(text, chance)


def state_of(program: str, chance: random.Random) -> OwnLinesQuestion:
    """Draw the step up to which a program is shown and a cell; now and then its lines are joined."""
    if chance.random() < 0.12:
        program = _joined(program, chance)
    at = MAX_STEPS if chance.random() < 0.7 else chance.randint(1, 12)
    return OwnLinesQuestion(program=program, at=at, cell=drawn_cell(program, at, chance))


def _joined(program: str, chance: random.Random) -> str:
    """Put some simple statements behind the line before them: behind another one, or behind the head of a block."""
    found: list[str] = []
    lines = program.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        indent, before = (len(each) - len(each.lstrip()) for each in (line, found[-1] if found else ""))
        if found and _is_simple(line) and chance.random() < 0.5:
            if indent == before and _is_simple(found[-1].rpartition("; ")[2]) and ":" not in found[-1].split("(")[0]:
                found[-1] += f"; {line.strip()}"
                continue
            last = len(following) - len(following.lstrip()) <= before
            if indent > before and last and found[-1].lstrip().startswith(("for ", "if ")) and found[-1].endswith(":"):
                found[-1] += f" {line.strip()}"
                continue
        found.append(line)
    return "\n".join(found)


def _is_simple(line: str) -> bool:
    """Return whether a line is a whole statement that binds, changes or computes something."""
    try:
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return False
    return isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) and "#" not in line


def drawn_cell(program: str, at: int, chance: random.Random) -> str:
    """Draw a cell of an array that is in sight; empty where there is none."""
    steps = run(program).steps[:at]
    names = steps[-1].names if steps else {}
    shapes = {name: seen.shape for name, seen in names.items() if seen.shape is not None}
    cells = [f"{name}:{flat}" for name, shape in shapes.items() for flat in range(math.prod(shape))]
    return chance.choice(cells) if cells else ""
