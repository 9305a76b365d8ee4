"""Programs of learners that fail: those of the cases, and the classic ones, by what fails in them."""

import json
from pathlib import Path

CASES = Path(__file__).parents[2] / "language" / "programs" / "cases.json"

FAILING_CASES = (
    "Q04", "Q06", "Q08", "Q10", "Q16", "Q18", "Q20", "Q22", "Q24", "Q26", "Q28", "Q30", "Q36", "Q38", "Q40", "S01",
    "S02", "S06", "S10", "S12",
)  # fmt: skip
"""Cases that end in an exception."""

HEADER = """import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
"""

CLASSIC: dict[str, str] = {
    "a function misspelled": "x = np.zeors(3)",
    "a layer in other letters": "act = nn.Relu",
    "an alias that NumPy had once": "x = np.zeros(3, dtype=np.int)",
    "a constant of before NumPy 2": "x = np.Inf",
    "an optimiser given a model": "opt = torch.optim.Adam(nn.Sequential(nn.Linear(2, 1)), lr=0.1)",
    "sizes that do not broadcast": "x = torch.ones(4, 3)\nweights = torch.tensor([1., 2., 3., 4.])\ny = x * weights",
    "matmul of wrong inner sizes": "a = np.ones((2, 3))\nb = np.ones((2, 3))\nc = a @ b",
    "matmul of integers and floats": "counts = torch.arange(3)\nw = torch.ones(3)\ntotal = counts @ w",
    "pictures that are not flattened": ("layer = nn.Linear(784, 10)\nx = torch.zeros(4, 28, 28)\nlogits = layer(x)"),
    "Linear of wrong in_features": (
        "model = nn.Sequential(\n    nn.Linear(8, 16),\n    nn.ReLU(),\n    nn.Linear(32, 2),\n)\n"
        "x = torch.zeros(5, 8)\ny = model(x)"
    ),
    "Linear behind convolutions": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(1, 4, 3)\n        self.pool = nn.MaxPool2d(2)\n"
        "        self.fc = nn.Linear(4 * 14 * 14, 10)\n\n    def forward(self, x):\n"
        "        x = self.pool(torch.relu(self.conv(x)))\n        return self.fc(x.flatten(1))\n\n"
        "net = Net()\nout = net(torch.zeros(2, 1, 28, 28))\nprint(out.shape)"
    ),
    "Conv2d of wrong in_channels": (
        "conv = nn.Conv2d(3, 8, kernel_size=3)\nx = torch.zeros(2, 1, 28, 28)\ny = conv(x)"
    ),
    "channels that are last": "conv = nn.Conv2d(3, 8, 3)\nx = torch.zeros(2, 16, 16, 3)\ny = conv(x)",
    "pictures without channels": "conv = nn.Conv2d(1, 8, 3)\nx = torch.zeros(4, 28, 28)\ny = conv(x)",
    "BatchNorm of wrong num_features": (
        "net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(num_features=4))\ny = net(torch.zeros(5, 4))"
    ),
    "a view of a wrong size behind convolutions": (
        "conv = nn.Conv2d(1, 6, 5)\nx = F.max_pool2d(conv(torch.zeros(4, 1, 28, 28)), 2)\n"
        "flat = x.view(-1, 6 * 14 * 14)\nprint(flat.shape)"
    ),
    "BatchNorm of one sample": "net = nn.BatchNorm1d(3)\nx = torch.ones(1, 3)\ny = net(x)",
    "a condition of many in an expression": (
        "def step(x):\n    return 1 if x > 0 else 0\nprint(step(3))\nprint(step(np.array([-1, 2])))"
    ),
    "LayerNorm of a wrong size": "norm = nn.LayerNorm(16)\ny = norm(torch.zeros(2, 5, 8))",
    "LSTM of a wrong input_size": "lstm = nn.LSTM(10, 20, batch_first=True)\nout, state = lstm(torch.zeros(2, 7, 12))",
    "an index beyond an Embedding": "table = nn.Embedding(10, 4)\nwords = torch.tensor([1, 5, 10])\nv = table(words)",
    "integers into a Linear": "layer = nn.Linear(3, 2)\nx = torch.arange(3)\ny = layer(x)",
    "doubles into a Linear": "layer = nn.Linear(3, 2)\nx = torch.from_numpy(np.ones((2, 3)))\ny = layer(x)",
    "class numbers that are floats": (
        "logits = torch.zeros(3, 4)\ntarget = torch.tensor([0., 1., 3.])\nloss = F.cross_entropy(logits, target)"
    ),
    "class numbers as a column": (
        "loss_fn = nn.CrossEntropyLoss()\nlogits = torch.zeros(3, 4)\ntarget = torch.tensor([[0], [1], [3]])\n"
        "loss = loss_fn(logits, target)"
    ),
    "predictions behind targets": (
        "logits = torch.zeros(3, 4)\ntarget = torch.tensor([0, 1, 3])\nloss = nn.CrossEntropyLoss()(target, logits)"
    ),
    "targets that are integers": (
        "p = torch.tensor([0.2, 0.9])\ny = torch.tensor([0, 1])\nloss = F.binary_cross_entropy(p, y)"
    ),
    "1-D targets for a column": (
        "model = nn.Linear(3, 1)\ny = torch.tensor([0., 1., 1., 0.])\n"
        "loss = nn.BCEWithLogitsLoss()(model(torch.zeros(4, 3)), y)"
    ),
    "numpy() of a tensor with a gradient": "w = torch.ones(3, requires_grad=True)\nvalues = (w * 2).numpy()",
    "in place on a leaf": "w = torch.ones(3, requires_grad=True)\n(w ** 2).sum().backward()\nw -= 0.1 * w.grad",
    "backward twice": (
        "w = torch.ones(3, requires_grad=True)\nloss = (w ** 2).sum()\nloss.backward()\nloss.backward()\nprint(w.grad)"
    ),
    "backward of many numbers": "w = torch.ones(3, requires_grad=True)\ny = w ** 2\ny.backward()\nprint(w.grad)",
    "backward without a graph": "w = torch.ones(3)\nloss = (w ** 2).sum()\nloss.backward()\nprint(w.grad)",
    "gradients of integers": "w = torch.tensor([1, 2, 3], requires_grad=True)",
    "item() of many": "losses = torch.tensor([1., 2., 3.])\nprint(losses.item())",
    "cat of other ranks": "a = torch.ones(2, 3)\nb = torch.ones(3)\nc = torch.cat([a, b])",
    "cat along the wrong axis": "a = torch.ones(2, 3)\nb = torch.ones(2, 1)\nc = torch.cat([a, b])",
    "stack of other sizes": "a = torch.ones(2, 3)\nb = torch.ones(4, 3)\nc = torch.stack([a, b])",
    "stack of arguments": "a = np.ones((3, 2))\nb = np.zeros((3, 2))\nc = np.stack(a, b)",
    "rows of arguments": "a = np.ones(3)\nb = np.zeros(3)\nc = np.vstack(a, b)",
    "tensors side by side": "t = torch.ones(2, 2)\nu = torch.zeros(1, 2)\nc = torch.cat(t, u)",
    "a stretched array written to": "x = np.broadcast_to(np.arange(3), (4, 3))\nx[:, 0] = np.arange(4)",
    "a stretched column changed": "x = np.broadcast_to(np.ones((3, 1)), (3, 5))\nx += 1",
    "a mesh read the other way": (
        "def f(x, y):\n    return x + 10 * y\nz = f(*np.meshgrid(np.arange(4), np.arange(2)))\nprint(z[3, 1])"
    ),
    "tables of a mesh read the other way": (
        "x = np.arange(5)\ny = np.arange(3)\nxx, yy = np.meshgrid(x, y)\nz = xx * yy\nprint(z[4, 2])"
    ),
    "cat of arguments": "a = np.ones(3)\nb = np.ones(2)\nc = np.concatenate(a, b)",
    "reshape of a wrong count": "x = torch.arange(12)\ny = x.reshape(5, 2)",
    "view of non-contiguous": "x = torch.zeros(2, 3, 4)\ny = x.permute(0, 2, 1).view(2, 12)",
    "an index beyond the end": "a = np.arange(5)\nlast = a[5]",
    "a row beyond the end": "for i in range(4):\n    x = torch.ones(3, 2)\n    row = x[i]",
    "one index too many": "a = np.arange(5)\nfirst = a[:, 0]",
    "an index that is no integer": "a = np.arange(6)\nmiddle = a[len(a) / 2]",
    "a mask of another length": "a = np.arange(6)\nmask = np.array([True, False, True])\npicked = a[mask]",
    "an axis that is not there": "x = torch.ones(2, 3)\ntotal = x.sum(dim=2)",
    "a key that is not there": "config = {'lr': 0.1, 'batch_size': 32}\nsize = config['batchsize']",
    "a key of another state_dict": (
        "net = nn.Linear(3, 2)\nstate = {'module.weight': torch.zeros(2, 3), 'module.bias': torch.zeros(2)}\n"
        "net.load_state_dict(state)"
    ),
    "a state_dict of other sizes": (
        "net = nn.Linear(3, 2)\nother = nn.Linear(4, 2)\nnet.load_state_dict(other.state_dict())"
    ),
    "a name that is not there": "weights = np.ones(3)\ntotal = weigths.sum()",
    "a method that is not there": "x = torch.ones(2, 3)\ny = x.reshap(3, 2)",
    "a method of NumPy's": "x = torch.arange(3)\ny = x.astype(float)",
    "a method of lists": "a = np.array([1, 2, 3])\na.append(4)",
    "the truth of many": "a = np.array([1, 5, 3])\nif a > 2:\n    print('large')",
    "arrays and and": "a = np.array([1, 5, 3])\nboth = (a > 2) and (a < 5)",
    "int() of many": "a = np.array([1.5, 2.5])\nn = int(a)",
    "floats into integers in place": "counts = np.arange(3)\ncounts += 0.5",
    "floats into a tensor of integers": "counts = torch.arange(3)\ncounts += 0.5",
    "the mean of integers": "counts = torch.tensor([1, 2, 4])\nm = counts.mean()",
    "one_hot of floats": "labels = torch.tensor([0., 2.])\ny = F.one_hot(labels, 3)",
    "a list times a float": "prices = [10, 20]\nhalf = prices * 0.5",
    "text and a number": "n = 3\nprint('epoch ' + n)",
    "a matrix without an inverse": "m = np.array([[1., 2.], [2., 4.]])\ninverse = np.linalg.inv(m)",
    "too many values": "x = np.array([3, 4, 5])\na, b = x",
    "a layer before super().__init__()": (
        "class Net(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(3, 2)\n\n"
        "    def forward(self, x):\n        return self.fc(x)\n\nnet = Net()\ny = net(torch.zeros(1, 3))"
    ),
    "a tensor as a list": "values = [1., 2.]\nt = torch.from_numpy(values)",
    "two things that a loss wants": (
        "out = torch.tensor([[2.], [-1.]])\ny = torch.tensor([1., 0.])\nloss = nn.BCELoss()(out, y)"
    ),
    "an image of NumPy's": (
        "conv = nn.Conv2d(3, 4, 3)\nimage = np.zeros((1, 8, 8, 3))\nmaps = conv(torch.from_numpy(image))"
    ),
    "classes from 1 as floats": "y = torch.tensor([1., 3.])\nloss = F.cross_entropy(torch.zeros(2, 3), y)",
    "matrices of whole numbers and floats": "a = torch.arange(6).reshape(2, 3)\nb = torch.ones(2, 3)\nc = a @ b",
    "a batch with mm": "a, b = torch.zeros(5, 2, 3), torch.zeros(5, 3, 4)\nc = torch.mm(a, b)",
    "the larger of two tensors": "a, b = torch.ones(2), torch.zeros(2)\nlarger = max(a, b)",
    "not of many": "mask = np.array([True, False, True])\nother = not mask",
    "the larger of two arrays": "a, b = np.array([1, 5]), np.array([4, 2])\nlarger = np.max(a, b)",
    "one minus a mask": "mask = torch.tensor([True, False])\nother = 1 - mask",
    "truths subtracted": "a, b = np.array([True, False]), np.array([True, True])\nd = a - b",
    "the state of an LSTM as one tensor": "out, h = nn.LSTM(3, 2)(torch.zeros(4, 1, 3))\nn = h.shape[0]",
    "a loss given to the settings": "loss = nn.MSELoss(torch.ones(3), torch.zeros(3))",
    "a loss that was never called": (
        "out, y = nn.Linear(2, 1)(torch.ones(1, 2)), torch.ones(1, 1)\nloss = nn.MSELoss(out, y)\nloss.backward()"
    ),
    "heads that do not divide": "attention = nn.MultiheadAttention(10, 3)",
    "a shape that is called": "x = torch.zeros(2, 3)\nrows = x.shape(0)",
    "an array that is called": "x = np.arange(3)\nfirst = x(0)",
    "a size that is not called": "x = torch.zeros(2, 3)\nrows = x.size[0]",
    "a mean that is not called": "x = np.arange(3)\nhigher = x.mean + 1",
    "an image with its channels last": "conv = nn.Conv2d(3, 8, 3)\nimage = torch.randn(32, 32, 3)\nout = conv(image)",
    "a sequence with its channels last": "c = nn.Conv1d(10, 4, 3)\nx = torch.randn(2, 20, 10)\ny = c(x)",
    "no Flatten in a Sequential": (
        "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Linear(2 * 6 * 6, 5))\ny = net(torch.randn(3, 1, 8, 8))"
    ),
    "a state carried from round to round": (
        "h, rnn = torch.zeros(1, 3), nn.RNNCell(2, 3)\nopt = torch.optim.SGD(rnn.parameters(), lr=0.1)\n"
        "for t in range(3):\n    h = rnn(torch.ones(1, 2), h)\n    loss = h.sum()\n    opt.zero_grad()\n"
        "    loss.backward()\n    opt.step()"
    ),
    "the state of a whole network for a part": (
        "a = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\nb = nn.Linear(2, 3)\nb.load_state_dict(a.state_dict())"
    ),
    "the tuple of an LSTM": ("out = nn.LSTM(8, 16, batch_first=True)(torch.ones(4, 5, 8))\ny = nn.Linear(16, 2)(out)"),
    "an array given to a layer": "lin = nn.Linear(2, 2)\na = np.array([[1., 2.]])\ny = lin(a)",
    "a tensor given to np.mean": "x = torch.tensor([1., 3.])\nm = np.mean(x)",
    "math of an array": "import math\nx = np.array([1.0, 2.0])\ny = math.sin(x)",
    "the inverse of a matrix": "a = np.array([[1, 2], [3, 4]])\nb = a ** -1",
    "the larger of two numbers": "m = np.max(3, 4)",
    "a float as a size": "n = 10 / 2\nz = np.zeros(n)",
    "a column of a row": "a = np.array([[1, 2], [3, 4]])\nb = a[0][:, 0]",
    "minus a mask": "mask = np.array([True, False])\nm = -mask",
    "arrays one by one": "a = np.array([1, 2])\nb = np.vstack(a, a)",
    "tensors one by one": "a = torch.ones(2, 1)\nb = torch.cat(a, a)",
    "tensors and a dim one by one": "a = torch.ones(2, 1)\nb = torch.cat(a, a, 1)",
    "a cell behind the last": "a = np.array([1, 2])\na[2] = 3",
    "the place of a number": "a = np.array([1, 2])\ni = a.index(2)",
    "how many of a number": "a = np.array([1, 2])\nn = a.count(2)",
    "a leaf bound anew": (
        "w = torch.tensor(1., requires_grad=True)\nfor i in range(3):\n"
        "    loss = (w * 2 - 1) ** 2\n    loss.backward()\n    w = w - 0.1 * w.grad"
    ),
    "a column written as a row": "m = np.zeros((2, 3))\nm[0] = [1, 2]",
    "a row written as a column": "m = torch.zeros(2, 3)\nm[:, 1] = torch.ones(3)",
    "too few for a row": "m = np.zeros((4, 3))\nm[-1] = [1, 2]",
    "a column of one axis too many": "m = np.zeros((4, 2))\nm[:, 0] = np.ones((4, 1))",
    "more than a slice": "a = np.zeros(5)\na[1:3] = [1, 2, 3]",
    "a list into a cell": "a = np.zeros(3)\na[0] = [1, 2]",
    "an index of two for a list": "rows = [[1, 2], [3, 4]]\nb = rows[:, 1]",
    "a list less a number": "prices = [3, 4]\nb = prices - 1",
    "a float as a shape": "a = np.zeros(3.0)",
    "scores compared with classes": (
        "pred, y = torch.randn(4, 3), torch.tensor([0, 1, 2, 1])\nacc = (pred == y).sum() / len(y)"
    ),
    "the class along the wrong axis": (
        "pred, y = torch.randn(4, 3), torch.tensor([0, 1, 2, 1])\nacc = (pred.argmax(dim=0) == y).float().mean()"
    ),
    "classes in the last of four axes": (
        "out, y = torch.randn(2, 8, 8, 5), torch.zeros(2, 8, 8).long()\nloss = F.cross_entropy(out, y)"
    ),
    "laid out in so many rows": ("x = torch.randn(8, 16, 4, 4)\nfc = nn.Linear(256, 10)\nout = fc(x.view(16, -1))"),
    "a batch of two as one": (
        "ds = torch.utils.data.TensorDataset(torch.arange(10.), torch.arange(10))\n"
        "x = next(iter(torch.utils.data.DataLoader(ds, batch_size=4)))\nshape = x.shape"
    ),
    "an array and a tensor": "a, b = np.array([1, 2]), torch.tensor([1, 2])\nc = a + b",
    "numbers as a row of one sample": "x = torch.linspace(0, 1, 5)\nmodel = nn.Linear(1, 1)\ny = model(x)",
    "a row appended": "a = np.array([[1, 2], [3, 4]])\na = np.append(a, [5, 6], axis=0)",
    "rounds that nobody counts": "x = np.arange(5)\nfor i, v in x:\n    last = v",
    "classes from 1 made one-hot": "y = torch.tensor([1, 2, 3])\nrows = F.one_hot(y, 3)",
    "sizes as a tuple": "r = np.random.rand((2, 2))",
    "sorted downwards": "x = np.array([1, 3, 2])\norder = np.argsort(x, reverse=True)",
    "a number among texts": "a = np.array([1, 'x', 3.5])\nb = a[0] + 1",
    "classes in the last axis": (
        "out, y = torch.randn(2, 5, 3), torch.zeros(2, 5).long()\nloss = nn.CrossEntropyLoss()(out, y)"
    ),
    "sequences of two lengths": "ts = [torch.ones(2), torch.ones(1)]\nt = torch.stack(ts)",
    "numbers joined": "ts = [torch.tensor(5.), torch.tensor(6.)]\nt = torch.cat(ts)",
    "a weight that is no parameter": "net = nn.Linear(3, 2)\nnet.weight = torch.zeros(2, 3)",
    "a tensor turned round": "x = torch.arange(4)\ny = x[::-1]",
    "classes as whole numbers in a row": (
        "out, y = torch.randn(3, 1), torch.tensor([1, 0, 1])\nloss = nn.BCEWithLogitsLoss()(out, y)"
    ),
    "a batch by its number": (
        "ds = torch.utils.data.TensorDataset(torch.ones(4, 2), torch.ones(4))\n"
        "dl = torch.utils.data.DataLoader(ds, batch_size=2)\nb = dl[0]"
    ),
    "a cell of a tuple": "shape = (2, 3)\nshape[0] = 4",
    "a place behind a list": "losses = [0.5]\nlosses[1] = 0.25",
    "a list as a key": "seen = {}\nseen[[1, 2]] = 3",
    "a format for many numbers": 'loss = torch.tensor([0.25, 0.5])\nprint(f"loss {loss:.3f}")',
    "a format for a loss of one row": 'loss = torch.tensor([0.25])\nprint(f"loss {loss:.3f}")',
    "a format for a list": 'losses = [0.5, 0.25]\nprint(f"loss {losses:.3f}")',
    "the next of a loader": "dl = torch.utils.data.DataLoader([1, 2, 3])\nx = next(dl)",
    "a number of a list": 'prices = ["3", "4"]\np = float(prices)',
    "counted in a function": "count = 0\ndef step():\n    count += 1\nstep()",
    "counted in a function of a function": (
        "def outer():\n    count = 0\n    def step():\n        count += 1\n    step()\n    return count\nprint(outer())"
    ),
    "a list and a tuple": "shape = (2,) + [3]",
    "a list with a minus": "prices = [1.5, 2.0]\nback = -prices",
    "changed before backward": (
        "w = torch.ones(3, requires_grad=True)\ny = w.exp()\ny += 1\ny.sum().backward()\nprint(w.grad)"
    ),
    "the cosine of two vectors": "a, b = torch.randn(16), torch.randn(16)\nsim = F.cosine_similarity(a, b)",
    "the cosine of all pairs": "a, b = torch.randn(4, 16), torch.randn(6, 16)\nsim = F.cosine_similarity(a, b)",
    "the cosine by a layer": "a, b = torch.randn(5), torch.randn(5)\ncos = nn.CosineSimilarity()\nsim = cos(a, b)",
    "a pair compared": (
        "out, y = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])\npred = torch.max(out, dim=1)\n"
        "acc = (pred == y).float().mean()"
    ),
    "the best of each column": (
        "p, y = torch.tensor([[0.1, 0.7, 0.2], [0.8, 0.1, 0.1]]), torch.tensor([1, 0])\n"
        "best = torch.argmax(p, dim=0)\nacc = (best == y).float().mean()"
    ),
    "sorted places as an index": (
        "s = np.array([[0.2, 0.5, 0.3], [0.9, 0.05, 0.06]])\norder = np.argsort(s)\nprint(s[order])"
    ),
    "the places of topk as an index": "s = torch.randn(2, 6)\nplaces = s.topk(3).indices\nbest = s[places]",
    "BatchNorm with channels last": "bn = nn.BatchNorm2d(3)\nx = torch.randn(4, 8, 8, 3)\ny = bn(x)",
    "BatchNorm of steps with channels last": "bn = nn.BatchNorm1d(3)\nx = torch.randn(4, 8, 3)\ny = bn(x)",
    "a series without a feature axis": "rnn = nn.GRU(1, 4, batch_first=True)\nx = torch.randn(2, 5)\nout, h = rnn(x)",
    "images joined": (
        "images = [torch.randn(3, 8, 8) for _ in range(4)]\nbatch = torch.cat(images)\nconv = nn.Conv2d(3, 4, 3)\n"
        "out = conv(batch)"
    ),
    "images joined in the line": (
        "images = [torch.randn(1, 8, 8) for _ in range(4)]\nconv = nn.Conv2d(1, 4, 3)\n"
        "out = conv(torch.cat(images, dim=0))"
    ),
    "truths before predictions": (
        "p, y = torch.tensor([0.9, 0.2]), torch.tensor([0, 1])\nloss = F.binary_cross_entropy(y, p)"
    ),
    "a network that is frozen": (
        "net = nn.Linear(2, 1)\nfor p in net.parameters():\n    p.requires_grad = False\nx = torch.randn(3, 2)\n"
        "loss = net(x).mean()\nloss.backward()"
    ),
    "a column in the line of a step": (
        "X, y = np.array([[1., 1.], [1., 2.], [1., 3.]]), np.array([[1.], [2.], [3.]])\nw = np.zeros(2)\n"
        "w -= 0.1 * X.T @ (X @ w - y)"
    ),
    "numbers summed one by one": "total = np.sum(1, 2)",
    "numbers averaged one by one": "m = np.mean(2, 4, 6)",
    "lists that a loader collates": (
        "data = [([1.0, 2.0, 3.0], 0), ([4.0, 5.0, 6.0], 1)]\n"
        "dl = torch.utils.data.DataLoader(data, batch_size=2)\nfor x, y in dl:\n    print(x.shape)"
    ),
    "one-hot rows as whole numbers": (
        "out, y = torch.randn(2, 3), torch.tensor([[0., 1., 0.], [1., 0., 0.]])\n"
        "loss = nn.CrossEntropyLoss()(out, y.long())"
    ),
    "one-hot rows of whole numbers": (
        "out, y = torch.randn(2, 3), torch.tensor([[0, 1, 0], [1, 0, 0]])\nloss = F.cross_entropy(out, y)"
    ),
    "one logit and class 1": (
        "out, y = torch.randn(4, 1), torch.tensor([0, 1, 1, 0])\nloss = nn.CrossEntropyLoss()(out, y)"
    ),
    "parameters that are not called": "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters, lr=0.1)",
    "parameters gone through and not called": "net = nn.Linear(2, 1)\nfor p in net.parameters:\n    print(p.shape)",
    "an optimiser given one layer": "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net, lr=0.1)",
    "no_grad without brackets": "x = torch.ones(3, requires_grad=True)\nwith torch.no_grad:\n    y = x * 2",
    "a copy that is not called": "x = np.array([1, 2, 3])\ny = x.copy\ny[0] = 5",
    "a method given to PyTorch": "x = torch.arange(3.)\ny = x.clone\nt = torch.sum(y)",
    "the attribute of a method": "x = torch.arange(3.)\ny = x.clone\nprint(y.shape)",
    "a plateau without its loss": (
        "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt)\nloss = net(torch.ones(1, 2)).sum()\n"
        "loss.backward()\nopt.step()\nsched.step()"
    ),
    "a gradient of 0": "w = torch.ones(3, requires_grad=True)\n(w * w).sum().backward()\nw.grad = 0",
    "a kernel larger than a sequence": "conv = nn.Conv1d(3, 4, 5)\nx = torch.randn(2, 3, 4)\ny = conv(x)",
    "an array sorted downwards in place": "a = np.array([3, 1, 2])\na.sort(reverse=True)",
    "the result of a sort in place": "a = np.array([3, 1, 2])\nb = a.sort()\nlast = b[-1]",
    "the result of a list's sort": "a = [3, 1, 2]\nb = a.sort()\nlast = b[-1]",
    "a step for linspace": "x = np.linspace(0, 1, 0.1)",
    "a step for linspace of PyTorch": "x = torch.linspace(0, 1, 0.25)",
    "two axes one by one": "x = torch.tensor([[1., 2.], [3., 4.]])\ns = x.sum(0, 1)",
    "weights that are no leaf": (
        "w = torch.randn(3, requires_grad=True) * 0.01\nloss = (w * w).sum()\nloss.backward()\nw = w - 0.1 * w.grad"
    ),
    "weights bound anew unrecorded": (
        "w = torch.ones(2, requires_grad=True)\nfor i in range(3):\n    loss = (w ** 2).sum()\n"
        "    loss.backward()\n    with torch.no_grad():\n        w = w - 0.1 * w.grad"
    ),
    "if with and": "a = np.array([1, 5, 3])\nif a > 2 and a < 6:\n    print('in between')",
    "if with a number and an array": "a, k = np.array([1, 5, 3]), 3\nif k > 2 and a < 6:\n    print('small')",
    "a leaf through relu_": "x = torch.randn(4, requires_grad=True)\ny = torch.relu_(x)",
    "half a row": "out = nn.MaxPool2d(2)(torch.randn(1, 3, 7, 7))\nfc = nn.Linear(3 * 3.5 * 3.5, 10)",
    "a size that was divided": "fc = nn.Linear(28 * 28 / 4, 10)",
    "distances of all pairs": "a, b = np.ones((4, 2)), np.ones((3, 2))\nd = np.sqrt(((a - b) ** 2).sum(axis=1))",
    "the norms of all pairs": "a, b = torch.ones(4, 2), torch.ones(3, 2)\nd = torch.linalg.norm(a - b, dim=-1)",
    "an image and its mask": "image, mask = np.ones((4, 6, 3)), np.ones((4, 6)) > 0\nout = image * mask",
    "the means of channels": "x, mean = torch.ones(2, 3, 4, 4), torch.ones(3)\nx = x - mean",
    "a diagonal that is written": "a = np.zeros((3, 3))\nnp.diag(a)[:] = 1",
    "the diagonal by a method": "a = np.zeros((3, 3))\na.diagonal()[:] = [1, 2, 3]",
    "a stretched array that is written": "a = np.broadcast_to(np.array([1, 2]), (2, 2))\na[0, 0] = 9",
    "rows by a mask of columns": "x = np.arange(12).reshape(4, 3)\nmask = x.sum(axis=1) > 9\nrows = x[:, mask]",
    "too large for the dtype": "img = np.array([300, 203], dtype=np.uint8)",
    "too large for a tensor's dtype": "few = torch.tensor([3, 403], dtype=torch.uint8)",
    "too large for a pixel": "a = np.array([1, 2], dtype=np.uint8)\nb = a + 300",
    "a row turned left to right": "v = np.array([1, 2, 3])\nw = np.fliplr(v)",
    "matrices by bmm": "q, k = torch.ones(8, 2, 3), torch.ones(8, 2, 3)\ns = torch.bmm(q, k)",
    "all axes turned round": "q = np.ones((8, 2, 3))\ns = q @ q.T",
    "classes compared as numbers": "out, y = torch.ones(4, 3), torch.tensor([0, 2, 1, 1])\nloss = nn.MSELoss()(out, y)",
    "classes in mse_loss": "out, y = torch.randn(4, 3), torch.tensor([0, 2, 1, 1])\nloss = F.mse_loss(out, y)",
    "all samples as one row": "fc = nn.Linear(12, 5)\nx = torch.ones(2, 3, 4)\nout = fc(x.view(-1))",
    "all samples flattened before": (
        "fc = nn.Linear(12, 5)\nx = torch.ones(2, 3, 4)\nflat = torch.flatten(x)\nout = fc(flat)"
    ),
    "LayerNorm of channels": "ln = nn.LayerNorm(8)\nx = torch.randn(4, 8, 5)\ny = ln(x)",
    "the same size with a stride": "conv = nn.Conv2d(3, 8, 5, stride=2, padding='same')",
    "half of an array by /": "x = torch.arange(10)\nhalf = x[len(x) / 2:]",
    "a share of an array": "x = np.arange(10)\nn = 0.8 * len(x)\ntrain, test = x[:n], x[n:]",
    "edges and their next": "edges = np.linspace(0, 1, 5)\ncenters = (edges + edges[1:]) / 2",
    "differences by all": "t = np.arange(4.0)\nv = np.diff(t ** 2) / t",
    "parameters used up": (
        "model = nn.Linear(2, 1)\nparams = model.parameters()\nn = sum(p.numel() for p in params)\n"
        "opt = torch.optim.SGD(params, lr=0.1)"
    ),
    "parameters picked": "model = nn.Linear(2, 1)\nw = model.parameters()[0]",
    "losses in a new tensor": (
        "w = torch.ones(1, requires_grad=True)\na = (w * 2).sum()\nb = (w * 3).sum()\n"
        "loss = torch.tensor([a, b]).sum()\nloss.backward()"
    ),
    "split into three": "x = torch.arange(10)\na, b, c = x.split(3)",
    "two losses of one graph": (
        "x = torch.ones(2, requires_grad=True)\nh = x ** 2\nh.sum().backward()\n(h * 3).sum().backward()"
    ),
    "forward misspelled": (
        "class Net(nn.Module):\n    def foward(self, x):\n        return x\nnet = Net()\ny = net(torch.ones(2))"
    ),
    "init with one underscore": (
        "class Net(nn.Module):\n    def _init_(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n"
        "    def forward(self, x):\n        return self.fc(x)\nnet = Net()\ny = net(torch.ones(1, 2))"
    ),
    "a tensor given to the settings of ReLU": "x = torch.randn(3)\ny = nn.ReLU(x)\ns = y.sum()",
    "a function in a Sequential": "net = nn.Sequential(nn.Linear(4, 8), F.relu, nn.Linear(8, 2))",
    "a class in a Sequential": "net = nn.Sequential(nn.Linear(4, 8), nn.Tanh, nn.Linear(8, 2))",
    "a list in a Sequential": "layers = [nn.Linear(4, 8), nn.ReLU()]\nnet = nn.Sequential(layers)",
    "a batch that is a list": (
        "from torch.utils.data import DataLoader, TensorDataset\nnet = nn.Linear(3, 1)\n"
        "dl = DataLoader(TensorDataset(torch.ones(6, 3), torch.ones(6, 1)), batch_size=2)\nfor batch in dl:\n"
        "    out = net(batch)"
    ),
    "what loading returns": (
        "net = nn.Linear(2, 1)\nnet = net.load_state_dict(net.state_dict())\ny = net(torch.ones(1, 2))"
    ),
    "a cell of one number": "a = np.array(5)\nb = a[0]",
    "a cell of a loss": "loss = torch.tensor(0.5)\nprint(loss[0])",
    "equal to one of two": "a = np.array([1, 2, 3])\nb = a == [1, 2]",
    "floats that are close to doubles": "a, b = torch.ones(2), torch.ones(2).double()\nsame = torch.allclose(a, b)",
    "a number without a size": "x = torch.randint(0, 10)",
    "more draws than numbers": "i = torch.multinomial(torch.tensor([0.1, 0.9]), 3)",
    "rows below no rows": "rows = np.array([])\nfor i in range(3):\n    rows = np.vstack((rows, [i, i * 2, i * 3]))",
    "an array in a list of arrays": "parts = [np.ones(2), np.zeros(2)]\nu = np.zeros(2)\nfound = u in parts",
    "two names for three sizes": "img = np.zeros((4, 6, 3))\nh, w = img.shape",
    "row and column of the largest": "a = np.array([[3, 8], [9, 1]])\nrow, col = a.argmax()",
    "texts chosen without a default": "x = np.array([1, 9])\nwords = np.select([x < 5], ['small'])",
    "floats that are counted": "counts = np.bincount(np.array([1.0, 2.0, 2.0]))",
    "all that lstsq gives": "A = np.eye(2)\nx = np.linalg.lstsq(A, np.array([1.0, 3.0]))\ny = A @ x",
    "weights as probabilities": "i = np.random.choice(3, p=[2, 1, 1])",
    "the mean of a pair": "s = torch.sort(torch.tensor([3., 1., 2.]))\nm = s.mean()",
    "parts of one size": "parts = np.split(np.arange(10), 3)",
    "an order of axes with a batch": "image = torch.randn(3, 8, 8)\nlast = image.permute(0, 2, 3, 1)",
    "one of a few numbers": "a = np.arange(4)\nb = a[a in [1, 3]]",
    "none of a few numbers": "a = np.arange(4)\nb = a[a not in (1, 3)]",
    "values for a mask": "a = np.array([1., -2., 3.])\nb = np.array([7., 8., 9.])\na[a < 0] = b + 1",
    "numbers taken for places": "a = np.array([3, 1, 4, 2])\nfor i in a:\n    a[i] = a[i] * 10",
    "two arrays summed": "a, b = np.array([1, 2, 3]), np.array([4, 5, 6])\nc = np.sum(a, b)",
    "the median as a method": "a = np.array([5, 1, 9])\nm = a.median()",
    "a function as a method": "a = np.ones((2, 3))\nb = a.exp() * 2",
    "sorted downwards in a line": "a = np.array([3, 1, 2])\nb = a.sort()[::-1]",
    "a list sorted downwards in a line": "a = [3, 1, 2]\nb = a.sort()[::-1]",
    "all samples flattened under one name": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(8, 2)\n    def forward(self, x):\n        x = x.flatten()\n"
        "        return self.fc(x)\nnet = Net()\nout = net(torch.zeros(3, 2, 4))"
    ),
    "a vector for each matrix": "R, v = np.ones((5, 2, 3)), np.ones((5, 3))\nout = R @ v",
    "a vector for each matrix by bmm": "R, v = torch.ones(5, 2, 3), torch.ones(5, 3)\nout = torch.bmm(R, v)",
    "two shapes that are to be equal": (
        "a, b = np.array([1, 2, 3]), np.array([1, 2])\nif (a == b).all():\n    print('equal')"
    ),
    "two shapes of tensors that are to be equal": "a, b = torch.ones(3), torch.ones(2)\nsame = torch.all(a == b)",
    "a gradient that is asked for too late": (
        "x = torch.ones(3)\ny = (x * 2).sum()\nx.requires_grad = True\ny.backward()"
    ),
    "the gradient of what was not used": (
        "a = torch.tensor(2., requires_grad=True)\nb = torch.tensor(3., requires_grad=True)\ny = a + 1\n"
        "da, db = torch.autograd.grad(y, [a, b])"
    ),
    "the gradient by a piece made beside": (
        "x = torch.arange(4.).reshape(2, 2).requires_grad_()\nu = (x ** 2).sum()\nt = x[:, :1]\n"
        "g = torch.autograd.grad(u, t)[0]"
    ),
    "a number that was a loss": ("w = torch.tensor(1., requires_grad=True)\nloss = (w * 3).item()\nloss.backward()"),
    "a layer given its input as settings": "fc = nn.Linear(4, 2)\nh = nn.ReLU(torch.ones(1, 4))\nout = fc(h)",
    "parameters in place of a network": (
        "net = nn.Linear(2, 1)\ntorch.save(net.state_dict(), 'net.pt')\nnet = torch.load('net.pt')\nnet.eval()"
    ),
    "parts that leave one out": (
        "from torch.utils.data import TensorDataset, random_split\ndata = TensorDataset(torch.arange(11.))\n"
        "a, b = random_split(data, [int(0.8 * 11), int(0.2 * 11)])"
    ),
    "rounds taken for a batch": (
        "from torch.utils.data import DataLoader, TensorDataset\nnet = nn.Linear(2, 1)\n"
        "dl = DataLoader(TensorDataset(torch.ones(4, 2), torch.zeros(4)), batch_size=2)\n"
        "for x, y in enumerate(dl):\n    out = net(x)"
    ),
    "values with axes for a mask": "a, b = np.eye(2), np.ones((2, 2))\na[a == 0] = b * 2",
    "an axis of size 1 as for a tensor": "a = np.ones(3)\nb = a.unsqueeze(0)",
    "the norm as a method": "a = np.array([3., 4.])\nn = a.norm()",
    "the shape of a batch that is a number": (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "dl = DataLoader(TensorDataset(torch.ones(4, 2), torch.zeros(4)), batch_size=2)\n"
        "for x, y in enumerate(dl):\n    print(x.shape)"
    ),
    "rows drawn": "X = np.arange(12).reshape(4, 3)\nrow = np.random.choice(X, replace=False)",
}


def failing_programs() -> dict[str, str]:
    """All of them, by name."""
    cases = {each["id"]: each["code"] for each in json.loads(CASES.read_text())}
    return {**{name: cases[name] for name in FAILING_CASES}, **{name: HEADER + code for name, code in CLASSIC.items()}}
