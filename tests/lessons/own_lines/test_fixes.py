"""What is offered where a program fails really works: most failing programs get a fix, and none changes what worked."""

import ast
from functools import cache

import pytest

from primer_core.claims.claim import plain as letters
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.fixes.trying import fixes_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run
from primer_core.picture.parts import CodePanel
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.claims.recorded import Done, is_array, recorded
from tests.lessons.own_lines.failing_programs import HEADER, failing_programs
from tests.lessons.parts import parts

pytestmark = pytest.mark.filterwarnings("ignore")

assert every_check  # what it imports registers the checks

PROGRAMS = failing_programs()


@cache
def shown(name: str) -> Shown:
    outcome = explain(OwnLinesQuestion(program=PROGRAMS[name]))
    assert isinstance(outcome, Shown)
    return outcome


def test_five_of_six_failing_programs_have_a_fix_that_works() -> None:
    assert len(PROGRAMS) >= 60
    fixed = [name for name in PROGRAMS if shown(name).fixes]
    assert len(fixed) * 6 >= len(PROGRAMS) * 5, sorted(set(PROGRAMS) - set(fixed))


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_fix_gets_beyond_the_line_and_leaves_what_worked(name: str) -> None:
    old = PROGRAMS[name]
    before = recorded(old)
    assert before.error is not None
    for fix in shown(name).fixes:
        after = recorded(fix.source)
        steps = list(before.lines.values())
        added = fix.where == "added"
        lines, new_lines = old.split("\n"), fix.source.split("\n")
        if added:
            assert new_lines[: fix.at - 1] + new_lines[fix.at :] == lines
        else:
            assert [i for i, pair in enumerate(zip(lines, new_lines, strict=True)) if pair[0] != pair[1]] == [
                fix.at - 1
            ]
        ran = [done for (line, _), done in after.lines.items() if not added or line != fix.at]
        assert len(ran) > len(steps) or after.error is None, (fix, after.error)
        if fix.where != "making":
            assert all(map(same, steps, ran)), fix
        failing = statement(old, shown(name).trace.stopped_in or (0, 0))
        if fix.where == "failing":
            assert failing[0] <= fix.at <= failing[1] or "def " in old


def statement(program: str, lines: tuple[int, int]) -> tuple[int, int]:
    node = next(each for each in ast.parse(program).body if each.lineno == lines[0])
    return node.lineno, node.end_lineno or node.lineno


def same(old: Done, new: Done) -> bool:
    """Whether a line bound, changed and printed the same in both runs."""
    kept = [name for name, value in old.names.items() if is_array(value) and value.dtype != object]
    return old.printed == new.printed and all(old.cells[name] == new.cells.get(name) for name in kept)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_said_of_failing_programs_holds(name: str) -> None:
    question = OwnLinesQuestion(program=PROGRAMS[name])
    page = LESSON.show(question, shown(name))
    code = "\n".join(part.code for part in parts(page, CodePanel))
    for claim in LESSON.claims(question, shown(name)):
        if not hasattr(claim, "run"):  # what lines did is checked for random programs
            assert_holds(claim, code)


def test_a_fix_says_what_it_gives() -> None:
    assert {fix.gives for fix in shown("matmul of wrong inner sizes").fixes} >= {"(2, 2)", "(3, 3)", "(2,)"}
    assert [fix.gives for fix in shown("the mean of integers").fixes] == ["2.333"]
    (fix,) = shown("Linear of wrong in_features").fixes
    assert (fix.where, fix.line, fix.gives) == ("making", "nn.Linear(16, 2),", "(5, 2)")
    assert [fix.gives for fix in shown("the truth of many").fixes] == ["True", "False"]
    (fix,) = shown("Linear behind convolutions").fixes
    assert (fix.where, fix.line, fix.gives) == ("making", "self.fc = nn.Linear(676, 10)", "(2, 10)")


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("print(np.dot(a, a + 1))", "print((a * (a + 1)).sum(axis=1))"),
        ("c = a.dot(a) + 1", "c = (a * a).sum(axis=1) + 1"),
        ("c = torch.mm(t, t)", "c = (t * t).sum(dim=1)"),
        ("c = t @ a_of_two", None),
        ("c = np.dot(a, np.ones((4, 5)))", None),
        ("c = nn.functional.linear(t, torch.ones(2, 2))", None),
    ],
)
def test_two_tables_of_one_shape_may_be_multiplied_row_with_row(line: str, mended: str | None) -> None:
    begins = f"{HEADER}a = np.arange(6).reshape(2, 3)\nt = torch.ones(2, 3)\na_of_two = torch.ones(2, 3, 4)\n"
    lines = [fix.line for fix in fixes_of(run(begins + line))]
    assert mended in lines if mended is not None else not any("sum(" in each for each in lines)


@pytest.mark.parametrize("body", ["print(a + b)", "c = a + b"])
def test_a_loop_on_one_line_says_what_its_body_gives(body: str) -> None:
    program = f"{HEADER}a = np.arange(6).reshape(2, 3)\nb = np.ones(2)\nfor i in range(2): {body}"
    question = OwnLinesQuestion(program=program)
    outcome = explain(question)
    assert isinstance(outcome, Shown)
    assert outcome.fixes
    assert all(fix.gives not in ("", "1") for fix in outcome.fixes)
    code = "\n".join(part.code for part in parts(LESSON.show(question, outcome), CodePanel))
    for claim in LESSON.claims(question, outcome):
        assert_holds(claim, code)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a function misspelled", "x = np.zeros(3)"),
        ("rows below no rows", "rows = np.empty((0, 3))"),
        ("an array in a list of arrays", "found = any(np.array_equal(u, each) for each in parts)"),
        ("two names for three sizes", "h, w = img.shape[:2]"),
        ("row and column of the largest", "row, col = np.unravel_index(a.argmax(), a.shape)"),
        ("texts chosen without a default", "words = np.select([x < 5], ['small'], default=\"\")"),
        ("all that lstsq gives", "y = A @ x[0]"),
        ("a layer in other letters", "act = nn.ReLU"),
        ("an alias that NumPy had once", "x = np.zeros(3, dtype=int)"),
        ("a constant of before NumPy 2", "x = np.inf"),
        ("two things that a loss wants", "loss = nn.BCELoss()(torch.sigmoid(out), y.unsqueeze(1))"),
        ("an image of NumPy's", "maps = conv(torch.from_numpy(image).float().permute(0, 3, 1, 2))"),
        ("classes from 1 as floats", "loss = F.cross_entropy(torch.zeros(2, 3), y.long() - 1)"),
        ("a batch with mm", "c = a @ b"),
        ("the larger of two tensors", "larger = torch.maximum(a, b)"),
        ("not of many", "other = ~mask"),
        ("the larger of two arrays", "larger = np.maximum(a, b)"),
        ("one minus a mask", "other = ~mask"),
        ("truths subtracted", "d = a ^ b"),
        ("the state of an LSTM as one tensor", "n = h[0].shape[0]"),
        ("a loss given to the settings", "loss = nn.MSELoss()(torch.ones(3), torch.zeros(3))"),
        ("a loss that was never called", "loss = nn.MSELoss()(out, y)"),
        ("heads that do not divide", "attention = nn.MultiheadAttention(10, 2)"),
        ("a shape that is called", "rows = x.shape[0]"),
        ("an array that is called", "first = x[0]"),
        ("a size that is not called", "rows = x.size()[0]"),
        ("a mean that is not called", "higher = x.mean() + 1"),
        ("an image with its channels last", "out = conv(image.permute(2, 0, 1))"),
        ("a sequence with its channels last", "y = c(x.transpose(1, 2))"),
        (
            "no Flatten in a Sequential",
            "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 6 * 6, 5))",
        ),
        ("a state carried from round to round", "h = h.detach()"),
        ("the state of a whole network for a part", "b.load_state_dict(a[0].state_dict())"),
        ("the tuple of an LSTM", "y = nn.Linear(16, 2)(out[0])"),
        ("an array given to a layer", "y = lin(torch.from_numpy(a).float())"),
        ("a tensor given to np.mean", "m = x.mean()"),
        ("math of an array", "y = np.sin(x)"),
        ("the inverse of a matrix", "b = np.linalg.inv(a)"),
        ("the larger of two numbers", "m = np.maximum(3, 4)"),
        ("a float as a size", "z = np.zeros(int(n))"),
        ("a column of a row", "b = a[:, 0]"),
        ("minus a mask", "m = ~mask"),
        ("sizes as a tuple", "r = np.random.rand(2, 2)"),
        ("scores compared with classes", "acc = (pred.argmax(dim=1) == y).sum() / len(y)"),
        ("the class along the wrong axis", "acc = (pred.argmax(dim=1) == y).float().mean()"),
        ("classes in the last of four axes", "loss = F.cross_entropy(out.movedim(-1, 1), y)"),
        ("laid out in so many rows", "out = fc(x.flatten(1))"),
        ("a batch of two as one", "shape = x[0].shape"),
        ("an array and a tensor", "c = torch.from_numpy(a) + b"),
        ("numbers as a row of one sample", "y = model(x.unsqueeze(1))"),
        ("a row appended", "a = np.append(a, [[5, 6]], axis=0)"),
        ("rounds that nobody counts", "for i, v in enumerate(x):"),
        ("classes from 1 made one-hot", "rows = F.one_hot(y - 1, 3)"),
        ("arrays one by one", "b = np.vstack((a, a))"),
        ("tensors one by one", "b = torch.cat((a, a))"),
        ("tensors and a dim one by one", "b = torch.cat((a, a), 1)"),
        ("a cell behind the last", "a = np.append(a, 3)"),
        ("the place of a number", "i = np.where(a == 2)[0]"),
        ("how many of a number", "n = (a == 2).sum()"),
        ("a leaf bound anew", "with torch.no_grad(): w -= 0.1 * w.grad"),
        ("a column written as a row", "m[:, 0] = [1, 2]"),
        ("a row written as a column", "m[1] = torch.ones(3)"),
        ("too few for a row", "m[-1, :2] = [1, 2]"),
        ("a column of one axis too many", "m[:, 0] = np.ones((4, 1)).squeeze()"),
        ("more than a slice", "a[1:4] = [1, 2, 3]"),
        ("a list into a cell", "a[:2] = [1, 2]"),
        ("an index of two for a list", "b = np.array(rows)[:, 1]"),
        ("a list times a float", "half = np.array(prices) * 0.5"),
        ("a list less a number", "b = np.array(prices) - 1"),
        ("a float as a shape", "a = np.zeros(int(3.0))"),
        ("sorted downwards", "order = np.argsort(x)[::-1]"),
        ("a number among texts", "b = float(a[0]) + 1"),
        ("classes in the last axis", "loss = nn.CrossEntropyLoss()(out.transpose(1, 2), y)"),
        ("sequences of two lengths", "t = torch.nn.utils.rnn.pad_sequence(ts, batch_first=True)"),
        ("numbers joined", "t = torch.stack(ts)"),
        ("a weight that is no parameter", "net.weight = nn.Parameter(torch.zeros(2, 3))"),
        ("a tensor turned round", "y = x.flip(0)"),
        ("classes as whole numbers in a row", "loss = nn.BCEWithLogitsLoss()(out, y.float().unsqueeze(1))"),
        ("a batch by its number", "b = next(iter(dl))"),
        ("a cell of a tuple", "shape = list(shape)"),
        ("a place behind a list", "losses.append(0.25)"),
        ("a list as a key", "seen[tuple([1, 2])] = 3"),
        ("a format for many numbers", 'print(f"loss {loss.mean():.3f}")'),
        ("a format for a loss of one row", 'print(f"loss {loss.item():.3f}")'),
        ("a format for a list", 'print(f"loss {losses[-1]:.3f}")'),
        ("the next of a loader", "x = next(iter(dl))"),
        ("a number of a list", "p = [float(each) for each in prices]"),
        ("counted in a function", "global count"),
        ("counted in a function of a function", "nonlocal count"),
        ("a list and a tuple", "shape = (2,) + tuple([3])"),
        ("a list with a minus", "back = -np.array(prices)"),
        ("an optimiser given a model", "opt = torch.optim.Adam(nn.Sequential(nn.Linear(2, 1)).parameters(), lr=0.1)"),
        ("the cosine of two vectors", "sim = F.cosine_similarity(a, b, dim=0)"),
        ("the cosine of all pairs", "sim = F.cosine_similarity(a[:, None], b[None], dim=-1)"),
        ("the cosine by a layer", "sim = F.cosine_similarity(a, b, dim=0)"),
        ("a pair compared", "acc = (pred.indices == y).float().mean()"),
        ("the best of each column", "best = torch.argmax(p, dim=1)"),
        ("sorted places as an index", "print(np.take_along_axis(s, order, axis=1))"),
        ("the places of topk as an index", "best = s.gather(1, places)"),
        ("BatchNorm with channels last", "y = bn(x.permute(0, 3, 1, 2))"),
        ("BatchNorm of steps with channels last", "y = bn(x.transpose(1, 2))"),
        ("a series without a feature axis", "out, h = rnn(x.unsqueeze(-1))"),
        ("images joined", "out = conv(torch.stack(images))"),
        ("images joined in the line", "out = conv(torch.stack(images))"),
        ("truths before predictions", "loss = F.binary_cross_entropy(p, y.float())"),
        ("a network that is frozen", "net.requires_grad_()"),
        ("a column in the line of a step", "w -= 0.1 * X.T @ (X @ w - y.squeeze(1))"),
        ("numbers summed one by one", "total = np.sum([1, 2])"),
        ("numbers averaged one by one", "m = np.mean([2, 4, 6])"),
        ("lists that a loader collates", "print(torch.stack(x, dim=1).shape)"),
        ("one-hot rows as whole numbers", "loss = nn.CrossEntropyLoss()(out, y)"),
        ("one-hot rows of whole numbers", "loss = F.cross_entropy(out, y.argmax(1))"),
        ("one logit and class 1", "loss = nn.BCEWithLogitsLoss()(out.squeeze(1), y.float())"),
        ("parameters that are not called", "opt = torch.optim.SGD(net.parameters(), lr=0.1)"),
        ("parameters gone through and not called", "for p in net.parameters():"),
        ("an optimiser given one layer", "opt = torch.optim.SGD(net.parameters(), lr=0.1)"),
        ("no_grad without brackets", "with torch.no_grad():"),
        ("a copy that is not called", "y = x.copy()"),
        ("a method given to PyTorch", "t = torch.sum(y())"),
        ("the attribute of a method", "print(y().shape)"),
        ("a plateau without its loss", "sched.step(loss)"),
        ("a gradient of 0", "w.grad = None"),
        ("a kernel larger than a sequence", "conv = nn.Conv1d(3, 4, 5, padding=2)"),
        ("an array sorted downwards in place", "a = np.sort(a)[::-1]"),
        ("the result of a sort in place", "b = np.sort(a)"),
        ("the result of a list's sort", "b = sorted(a)"),
        ("a step for linspace", "x = np.arange(0, 1, 0.1)"),
        ("a step for linspace of PyTorch", "x = torch.arange(0, 1, 0.25)"),
        ("two axes one by one", "s = x.sum((0, 1))"),
        ("weights that are no leaf", "w = w.detach().requires_grad_()"),
        ("weights bound anew unrecorded", "w.requires_grad_()"),
        ("if with and", "if ((a > 2) & (a < 6)).any():"),
        ("if with a number and an array", "if k > 2 and (a < 6).any():"),
        ("a leaf through relu_", "y = torch.relu(x)"),
        ("half a row", "fc = nn.Linear(3 * 3 * 3, 10)"),
        ("a size that was divided", "fc = nn.Linear(28 * 28 // 4, 10)"),
        ("distances of all pairs", "d = np.sqrt(((a[:, None] - b) ** 2).sum(axis=-1))"),
        ("the norms of all pairs", "d = torch.linalg.norm(a[:, None] - b, dim=-1)"),
        ("an image and its mask", "out = image * mask[..., None]"),
        ("the means of channels", "x = x - mean[:, None, None]"),
        ("a diagonal that is written", "np.fill_diagonal(a, 1)"),
        ("the diagonal by a method", "np.fill_diagonal(a, [1, 2, 3])"),
        ("a stretched array that is written", "a = a.copy()"),
        ("rows by a mask of columns", "rows = x[mask]"),
        ("too large for a pixel", "b = a.astype(int) + 300"),
        ("a row turned left to right", "w = np.flip(v)"),
        ("matrices by bmm", "s = torch.bmm(q, k.transpose(1, 2))"),
        ("all axes turned round", "s = q @ q.swapaxes(-2, -1)"),
        ("classes compared as numbers", "loss = nn.CrossEntropyLoss()(out, y)"),
        ("classes in mse_loss", "loss = F.cross_entropy(out, y)"),
        ("all samples as one row", "out = fc(x.flatten(1))"),
        ("all samples flattened before", "out = fc(x.flatten(1))"),
        ("LayerNorm of channels", "y = ln(x.transpose(1, 2))"),
        ("the same size with a stride", "conv = nn.Conv2d(3, 8, 5, stride=2, padding=2)"),
        ("half of an array by /", "half = x[len(x) // 2:]"),
        ("a share of an array", "n = int(n)"),
        ("edges and their next", "centers = (edges[:-1] + edges[1:]) / 2"),
        ("differences by all", "v = np.diff(t ** 2) / np.diff(t)"),
        ("parameters used up", "opt = torch.optim.SGD(model.parameters(), lr=0.1)"),
        ("parameters picked", "w = list(model.parameters())[0]"),
        ("losses in a new tensor", "loss = torch.stack([a, b]).sum()"),
        ("split into three", "a, b, c = x.chunk(3)"),
        ("two losses of one graph", "h.sum().backward(retain_graph=True)"),
        ("forward misspelled", "def forward(self, x):"),
        ("init with one underscore", "def __init__(self):"),
        ("a tensor given to the settings of ReLU", "y = nn.ReLU()(x)"),
        ("a function in a Sequential", "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))"),
        ("a class in a Sequential", "net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))"),
        ("a list in a Sequential", "net = nn.Sequential(*layers)"),
        ("a batch that is a list", "out = net(batch[0])"),
        ("what loading returns", "net.load_state_dict(net.state_dict())"),
        ("a cell of one number", "b = a.item()"),
        ("a cell of a loss", "print(loss.item())"),
        ("equal to one of two", "b = np.isin(a, [1, 2])"),
        ("floats that are close to doubles", "same = torch.allclose(a, b.float())"),
        ("a number without a size", "x = torch.randint(0, 10, (1,))"),
        ("more draws than numbers", "i = torch.multinomial(torch.tensor([0.1, 0.9]), 3, replacement=True)"),
        ("weights as probabilities", "i = np.random.choice(3, p=np.array([2, 1, 1]) / sum([2, 1, 1]))"),
        ("the mean of a pair", "m = s.values.mean()"),
        ("parts of one size", "parts = np.array_split(np.arange(10), 3)"),
        ("an order of axes with a batch", "last = image.permute(1, 2, 0)"),
        ("one of a few numbers", "b = a[np.isin(a, [1, 3])]"),
        ("none of a few numbers", "b = a[~np.isin(a, (1, 3))]"),
        ("values for a mask", "a[a < 0] = (b + 1)[a < 0]"),
        ("numbers taken for places", "for i in range(len(a)):"),
        ("two arrays summed", "c = a + b"),
        ("the median as a method", "m = np.median(a)"),
        ("a function as a method", "b = np.exp(a) * 2"),
        ("sorted downwards in a line", "b = np.sort(a)[::-1]"),
        ("a list sorted downwards in a line", "b = sorted(a)[::-1]"),
        ("all samples flattened under one name", "x = x.flatten(1)"),
        ("a vector for each matrix", "out = (R @ v[..., None])[..., 0]"),
        ("a vector for each matrix by bmm", "out = (R @ v[..., None])[..., 0]"),
        ("two shapes that are to be equal", "if np.array_equal(a, b):"),
        ("two shapes of tensors that are to be equal", "same = torch.equal(a, b)"),
        ("a gradient that is asked for too late", "x.requires_grad_()"),
        ("the gradient of what was not used", "da, db = torch.autograd.grad(y, [a, b], allow_unused=True)"),
        ("the gradient by a piece made beside", "g = torch.autograd.grad(u, x)[0][:, :1]"),
        ("a number that was a loss", "loss = (w * 3)"),
        ("a layer given its input as settings", "h = nn.ReLU()(torch.ones(1, 4))"),
        ("parameters in place of a network", "net.load_state_dict(torch.load('net.pt'))"),
        ("parts that leave one out", "a, b = random_split(data, [int(0.8 * 11), len(data) - int(0.8 * 11)])"),
        ("rounds taken for a batch", "for x, y in dl:"),
        ("values with axes for a mask", "a[a == 0] = (b * 2)[a == 0]"),
        ("an axis of size 1 as for a tensor", "b = np.expand_dims(a, 0)"),
        ("the norm as a method", "n = np.linalg.norm(a)"),
        ("the shape of a batch that is a number", "for x, y in dl:"),
        ("too large for the dtype", "img = np.array([300, 203], dtype=np.int64)"),
        ("too large for a tensor's dtype", "few = torch.tensor([3, 403], dtype=torch.int64)"),
        ("rows drawn", "row = X[np.random.choice(len(X), replace=False)]"),
    ],
)
def test_what_was_meant_is_offered_first(name: str, line: str) -> None:
    assert shown(name).fixes[0].line == line


@pytest.mark.parametrize(
    "program",
    [
        "a, b = np.array([1, 2, 3]), np.array([1, 2])\nsame = a == b",
        "x, y = torch.randn(4, requires_grad=True), torch.zeros(4)\nfor i in range(4):\n    y[i] = x[i].item() * 2\n"
        "y.sum().backward()",
        "p = torch.tensor([0.9, 0.2])\nloss = nn.CrossEntropyLoss()(torch.tensor([0, 1]), p)",
        "a, b = torch.arange(3), torch.randn(4)\nloss = nn.MSELoss()(a, b)",
        "a, b = torch.randn(4, 16), torch.randn(4, 6)\nsim = F.cosine_similarity(a, b)",
        "x, y, w = np.ones((3, 2)), np.array([[1.], [2.], [3.]]), np.zeros(2)\nfor i in range(3):\n"
        "    grad = x.T @ (x @ w - y)\n    w = w - 0.1 * grad",
        "out, y = torch.randn(4, 1), torch.tensor([0, 1, 2, 0])\nloss = F.cross_entropy(out, y)",
        "class Net(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(4, 2)\n"
        "        super().__init__()\nnet = Net()",
    ],
)
def test_what_would_only_hide_a_mistake_is_not_offered(program: str) -> None:
    outcome = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(outcome, Shown)
    assert outcome.trace.stopped is not None
    assert outcome.fixes == ()


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("a, b = np.arange(3), np.ones(2, int)\nc = np.sum(a, b)", "c = a + b"),
        ("a, b = np.array([3, 1]), np.zeros(2)\nfor i in a:\n    b[i] = 1", "for i in range(len(b)):"),
        ("a, b = np.array([3, 1]), np.zeros(2)\nfor i in a:\n    b[i] = 1", "for i in range(len(a)):"),
        ("a = np.ones(3)\nb = a.linspace(2)", "b = np.linspace(a, 2)"),
        ("R, v = np.ones((5, 3, 3)), np.ones((4, 3))\nout = R @ v", "out = (R @ v[..., None])[..., 0]"),
        ("a = np.arange(4)\na[a > 1] = np.ones(3)", "a[a > 1] = np.ones(3)[a > 1]"),
        (
            "x, y = torch.ones(3), torch.ones(3)\nz = (x * 2).sum()\ny.requires_grad_()\nz.backward()",
            "y.requires_grad_()",
        ),
        ("net = np.ones(2)\nimport io\nf = {'a': 1}\nf.eval()", "net.load_state_dict(f)"),
        ("a = np.array([300], np.uint8)", "a = np.array(np.array([300]), np.uint8)"),
        ("a = np.array([300], dtype=np.uint8)", "a = np.array(np.array([300]), dtype=np.uint8)"),
        ("for x, y in enumerate([1, 2]):\n    z = nn.Linear(2, 1)(x)", "for x, y in [1, 2]:"),
    ],
)
def test_what_was_not_meant_is_not_offered(program: str, line: str) -> None:
    outcome = explain(OwnLinesQuestion(program=HEADER + program))
    assert isinstance(outcome, Shown)
    assert outcome.trace.stopped is not None
    assert line not in [fix.line for fix in outcome.fixes]


GAN = """import torch
from torch import nn
torch.manual_seed(0)
made, judge = nn.Linear(2, 1), nn.Linear(1, 1)
opt = torch.optim.SGD({}, lr=0.1)
noise = torch.randn(4, 2)
fake = made(noise)
{}
loss.backward()
{}
second = ((judge(fake) - 1) ** 2).mean()
second.backward()
"""


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        ("loss = (judge(fake) ** 2).mean()", "loss = (judge(fake.detach()) ** 2).mean()"),
        ("out = judge(fake)\nloss = out.pow(2).sum()", "out = judge(fake.detach())"),
        (
            "real = judge(noise[:, :1])\nloss = (judge(fake) - real).mean()",
            "loss = (judge(fake.detach()) - real).mean()",
        ),
    ],
)
def test_a_result_of_another_network_is_parted_from_it(judged: str, line: str) -> None:
    outcome = explain(OwnLinesQuestion(program=GAN.format("judge.parameters()", judged, "opt.step()")))
    assert isinstance(outcome, Shown)
    assert [fix.line for fix in outcome.fixes] == [line]
    ran = recorded(outcome.fixes[0].source)
    assert ran.error is None
    until = outcome.fixes[0].source.partition("opt.step()")[0]
    assert recorded(f"{until}print(made.weight.grad)").printed == "None\n"
    assert outcome.cause is not None
    said = letters(outcome.cause.sentence())
    assert "opt changes judge alone, but a way back does not know of optimisers: it fills the gradients of made" in said
    assert "judge(fake.detach()) ends it at fake, and leaves the graph of made for the second." in said


@pytest.mark.parametrize(
    ("held", "judged", "steps"),
    [
        ("[*judge.parameters(), *made.parameters()]", "loss = (judge(fake) ** 2).mean()", "opt.step()"),
        ("judge.parameters()", "loss = (judge(fake) ** 2).mean()", "pass"),
        ("made.parameters()", "loss = (judge(fake) ** 2).mean()", "opt.step()"),
        ("judge.parameters()", "loss = (judge(fake) ** 2).mean() + fake.mean()", "opt.step()"),
        ("judge.parameters()", "loss = (judge(fake) ** 2).mean() + made.weight.sum()", "opt.step()"),
    ],
)
def test_a_result_of_a_network_that_is_to_learn_by_it_is_not_parted(held: str, judged: str, steps: str) -> None:
    outcome = explain(OwnLinesQuestion(program=GAN.format(held, judged, steps)))
    assert isinstance(outcome, Shown)
    assert not [fix.line for fix in outcome.fixes if "detach" in fix.line]
    assert outcome.cause is None or "detach" not in letters(outcome.cause.sentence())


SHARED = (
    "import torch\n{}\nv = torch.ones(3, requires_grad=True)\nfor i in range(2):\n    loss = (v * t).sum()\n"
    "    loss.backward()"
)


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (
            "t = 1 + torch.ones(3, requires_grad=True).exp()",
            ["loss = (v * t.detach()).sum()", "t = 1 + torch.ones(3).exp()", "loss.backward(retain_graph=True)"],
        ),
        ("w = torch.ones(3, requires_grad=True); t = w.exp()", ["t = w.exp()", "loss.backward(retain_graph=True)"]),
    ],
)
def test_what_was_computed_before_a_loop_is_parted_from_its_rounds(made: str, lines: list[str]) -> None:
    outcome = explain(OwnLinesQuestion(program=SHARED.format(made)))
    assert isinstance(outcome, Shown)
    found = [fix.line for fix in outcome.fixes]
    assert found[0] == lines[0]
    assert [line for line in found if line in lines] == lines


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("x, y = 4, 1\ngrid[x, y] = 1", ["grid[y, x] = 1"]),
        ("col, row = 5, 3\nprint(grid[col, row])", ["print(grid[row, col])"]),
        ("x, y = 4, 5\ngrid[x, y] = 1", []),
        ("i, j = 4, 1\ngrid[i, j] = 1", []),
    ],
)
def test_a_place_across_that_stands_first_is_put_behind_the_one_down(code: str, lines: list[str]) -> None:
    trace = run(f"import numpy as np\ngrid = np.zeros((4, 6))\n{code}")
    assert [fix.line for fix in fixes_of(trace)] == lines
