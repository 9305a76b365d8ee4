"""Where a program fails, the page says why, in words that are true of this program."""

import re
from functools import cache
from math import prod
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.claims.claim import Code, plain
from primer_core.error_messages import Recognised
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.cause import cause_of
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.fixes.trying import fixes_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run
from primer_core.picture.parts import Story
from primer_core.picture.text import plain as letters
from tests.claims.recorded import is_array, recorded
from tests.lessons.own_lines.failing_programs import failing_programs
from tests.lessons.parts import parts

pytestmark = pytest.mark.filterwarnings("ignore")

PROGRAMS = failing_programs()


@cache
def cause(name: str) -> Recognised | None:
    return cause_of(run(PROGRAMS[name]))


def test_most_failing_programs_are_explained() -> None:
    explained = [name for name in PROGRAMS if cause(name) is not None]
    assert len(explained) * 5 >= len(PROGRAMS) * 4, sorted(set(PROGRAMS) - set(explained))


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_number_of_a_cause_stands_in_the_message_or_in_a_shape_of_the_program(name: str) -> None:
    found = cause(name)
    if found is None:
        return
    error = recorded(PROGRAMS[name]).error
    assert error is not None
    message = str(error[0])
    known = set(re.findall(r"\d+", message))
    known |= {str(prod(map(int, re.findall(r"\d+", part)))) for part in re.findall(r"[\[(]([\d, ]+)[\])]", message)}
    known |= {str(names.count('"') // 2) for names in re.findall(r"key\(s\) in state_dict: (.*)", message)}
    known |= {str(end) for name in re.findall(r"u?int\d+", message) for end in (np.iinfo(name).min, np.iinfo(name).max)}
    trace = error[0].__traceback__
    while trace is not None:
        for value in trace.tb_frame.f_locals.values():
            known |= set(re.findall(r"\d+", " ".join(map(str, shapes(value)))))
        trace = trace.tb_next
    codes = [each.text for each in found.sentence() if isinstance(each, Code) and each.text in PROGRAMS[name]]
    said = plain(found.sentence())
    for code in sorted(codes, key=len, reverse=True):  # what stands in the program may stand within other code, too
        said = said.replace(code, "")
    said = re.sub(r"NumPy 2\.3|(?:u?int|float|complex)\d+|\blines? \d+", "", said)
    numbers = set(re.findall(r"\d+", said)) - {"0", "1"}
    counted = {str(int(number) - 1) for number in known} | known
    assert numbers <= counted, (said, known)


def shapes(value: Any) -> list[tuple[int, ...]]:
    if isinstance(value, nn.Embedding):
        return shapes(value.weight)
    if is_array(value):
        return [tuple(value.shape), (value.ndim, value.size)]
    return [shape for each in value for shape in shapes(each)] if isinstance(value, tuple | list) else []


PICTURES = "import torch\nfrom torch import nn\nconv = nn.Conv2d(3, 8, 5, padding=2)\ndata = torch.rand(6, 3, 4, 9)\n"


@pytest.mark.parametrize(
    ("lines", "given", "fixes"),
    [
        ("x = data.view(6, 3, 36)\nx = conv(x)", "x, (6, 3, 36), has three axes", ["x = conv(data)"]),
        ("y = conv(data.flatten(2))", "data.flatten(2), (6, 3, 36), has three axes", ["y = conv(data)"]),
        (
            "net = nn.Sequential(conv, nn.ReLU())\nx = data.reshape(6, 3, -1)\ny = net(x)",
            "x, (6, 3, 36), has three axes",
            ["y = net(data)"],
        ),
        ("data = data.view(6, 3, 36)\ny = conv(data)", "data, (6, 3, 36), has three axes", []),
        ("other = torch.rand(6, 3, 36)\ny = conv(other)", "other, (6, 3, 36), has three axes", []),
        ("y = conv(torch.rand(6, 5, 36))", "", None),
        ("y = conv(torch.rand(9, 9, 3))", "", None),
        ("y = conv(data.permute(0, 2, 3, 1))", "", None),
    ],
)
def test_a_batch_that_was_taken_for_one_picture_is_told(lines: str, given: str, fixes: list[str] | None) -> None:
    trace = run(PICTURES + lines)
    found = cause_of(trace)
    assert found is not None
    said = plain(found.sentence())
    assert ("its 6 are taken for channels" in said) == bool(given)
    assert given in said
    assert " data has them, (6, 3, 4, 9)." in said or not fixes
    if fixes is not None:
        assert [fix.line for fix in fixes_of(trace)] == fixes


def test_a_product_is_not_told_to_be_a_layer() -> None:
    lines = "import torch\nx, w = torch.ones(2, 3), torch.ones(4, 5)\n"
    own, layer = run(f"{lines}y = torch.addmm(torch.zeros(5), x, w)"), run(f"{lines}y = torch.nn.Linear(4, 5)(x)")
    assert layer.stopped is not None
    found = cause_of(layer)
    assert found is not None
    assert "nn.Linear(4, 5)" in plain(found.sentence())
    assert own.stopped is None or own.stopped.declined is None or cause_of(own) is None


def test_the_page_says_why() -> None:
    question = OwnLinesQuestion(program=PROGRAMS["sizes that do not broadcast"])
    outcome = explain(question)
    assert isinstance(outcome, Shown)
    told = [letters(words) for story in parts(LESSON.show(question, outcome), Story) for words in story.paragraphs]
    assert any("lined up from the right" in words for words in told)


@pytest.mark.parametrize(
    "program",
    [
        "import torch\ntorch.ones(3).register_hook(len)",
        "import torch\nopt = torch.optim.SGD([torch.ones(1)], lr=0.1)\nopt.zero_grad(set_to_none=torch.ones(2))",
    ],
)
def test_an_array_stands_where_a_truth_is_looked_for(program: str) -> None:
    assert isinstance(explain(OwnLinesQuestion(program=program)), Shown)


ROUNDS = "import torch\nw = torch.tensor(0.5, requires_grad=True)\nx = torch.exp(w)\nh = torch.tensor(1.0)\n"


@pytest.mark.parametrize(
    ("loop", "carries"),
    [
        ("    h = torch.tanh(w * h)\n    loss = h * 2\n    loss.backward()", True),
        ("    h = torch.tanh(x * h)\n    loss = h * 2\n    loss.backward()\n    h = h.detach()", False),
        ("    h = x * 1\n    h = torch.tanh(h)\n    loss = h * 2\n    loss.backward()", False),
        ("    h = torch.tanh(h)\n    loss = x * 2\n    loss.backward()", False),
    ],
)
def test_the_round_before_is_named_where_the_way_back_goes_on_into_it(loop: str, carries: bool) -> None:
    found = cause_of(run(f"{ROUNDS}for i in range(2):\n{loop}"))
    assert found is not None
    assert ("the round before computed" in plain(found.sentence())) == carries


def test_rows_are_said_to_be_cut_where_there_are_more_than_samples() -> None:
    head = "import torch\nimport torch.nn.functional as F\n"
    more = "x = torch.zeros(2, 4, 2, 2)\nF.cross_entropy(x.view(-1, 8), torch.tensor([0, 1]))"
    fewer = "x = torch.zeros(4, 4)\nF.cross_entropy(x.view(-1, 8), torch.tensor([0, 1, 0, 1]))"
    cut, joined = (cause_of(run(head + program)) for program in (more, fewer))
    assert cut is not None
    assert joined is not None
    assert "16 numbers, more than a row takes" in plain(cut.sentence())
    assert "more than a row" not in plain(joined.sentence())


LEAF = "import torch\nfrom torch import nn\nw = torch.ones(3, requires_grad=True)\n"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("h = w.exp()\nh += 1\nh.sum().backward()", "`w.exp()` of line 4 needs h. h += 1 of line 5. h = h + 1 makes"),
        ("h = torch.exp(w)\nh.mul_(2)\nh.sum().backward()", "torch.exp(w) of line 4 needs h. h = h.mul(2) makes a new"),
        ("h = w.sigmoid()\nc = h.detach()\nc.zero_()\nh.sum().backward()", "as c lies in the same memory. c.clone()"),
        ("h = w.exp()\nv = h[1:]\nv[0] = 5\n(h * h).sum().backward()", "v[0] = 5 of line 6. as v lies in the same"),
        (
            "a = (w ** 2).sum()\nb = (w ** 3).sum()\na.backward()\n"
            "with torch.no_grad():\n    w -= w.grad\nb.backward()",
            "w ** 3 of line 5 needs w. w -= w.grad of line 8. goes back before it, too",
        ),
        (
            "opt = torch.optim.SGD([w], lr=0.1)\nz = w ** 2\na = z.sum()\nb = (z * 3).sum()\n"
            "a.backward(retain_graph=True)\nopt.step()\nb.backward()",
            "w ** 2 of line 5 needs w. opt.step() of line 9. z.detach() ends the way back",
        ),
        (
            "h = w.sigmoid()\nnn.ReLU(inplace=True)(h).sum().backward()",
            "w.sigmoid() of line 4 needs h. nn.ReLU(inplace=True)(h) of line 5. A clone() of it",
        ),
    ],
)
def test_what_was_changed_in_place_after_it_was_saved_is_named(program: str, words: str) -> None:
    found = cause_of(run(LEAF + program))
    assert found is not None
    assert all(each in plain(found.sentence()) for each in words.replace("`", "").split(". "))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "t = w * w\nv = torch.ones(3, requires_grad=True)\nfor i in range(2):\n    (v * t).sum().backward()",
            "t was computed in line 4, before the loop. (v * t).sum() is computed of that in each round. t.detach()",
        ),
        (
            "h = w.exp()\na = h.sum()\nb = (h ** 2).sum()\na.backward()\nb.backward()",
            "a.backward() of line 7 went back through the graph of h. the sum of both",
        ),
        ("a = (w ** 2).sum()\na.backward()\na.backward()", "when backward() has used it"),
        (
            "h = w.exp()\na = h.sum()\nb = (h ** 2).sum()\na.backward()\nv = torch.ones(3, requires_grad=True)\n"
            "(v * v).sum().backward()\nb.backward()",
            "a.backward() of line 7 went back through the graph of h",
        ),
        (
            "h = w.exp()\na = h * 2\nb = h ** 2\na.backward(torch.ones(3))\nb.backward(torch.ones(3))",
            "when backward() has used it",
        ),
        (
            "def f():\n    t = w * w\n    for i in range(2):\n        (w * t).sum().backward()\nf()",
            "when backward() has used it",
        ),
    ],
)
def test_what_was_gone_back_through_before_is_named(program: str, words: str) -> None:
    found = cause_of(run(LEAF + program))
    assert found is not None
    assert all(each in plain(found.sentence()) for each in words.split(". "))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "np.sum([w[0] * 2, w[1]])",
            "np.sum makes an array. torch.stack([w[0] * 2, w[1]]).sum(). [(w[0] * 2).item()",
        ),
        (
            "each = [a * 2 for a in w]\nnp.mean(each)",
            "torch.stack(each).mean(). [each.item() for each in each]",
        ),
        ("np.std([a * 2 for a in w])", "np.std makes an array of the list first. [(a * 2).item() for a in w] takes"),
        ("np.sum([w, w])", "it must be taken out of it first"),
    ],
)
def test_a_list_of_tensors_is_said_to_be_made_an_array_first(program: str, words: str) -> None:
    found = cause_of(run(f"import numpy as np\n{LEAF}{program}"))
    assert found is not None
    assert all(each in plain(found.sentence()) for each in words.split(". "))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "e = np.ones((3, 2))\ns = e.sum(axis=1)\nz = e / s",
            "e.sum(axis=1) leaves axis 1 out: (3, 2) becomes (3,), and shapes line up from the right. With "
            "keepdims=True the axis stays, with size 1: (3, 1) meets (3, 2).",
        ),
        ("x = torch.ones(2, 3, 4)\ny = x - x.mean(1)", "With keepdim=True the axis stays, with size 1: (2, 1, 4)"),
        ("e = np.ones((3, 2))\nz = e - np.max(e, axis=-1)", "np.max(e, axis=-1) leaves axis 1 out"),
        ("e = np.ones((3, 2))\ns = np.ones(3)\nz = e / s", None),
        ("e = np.ones((3, 2))\ns = e.sum(axis=1)\nz = np.ones((4, 2)) / s", None),
        ("e = np.ones((3, 2))\ns = e.sum(axis=1)\ns = np.ones(3)\nz = e / s", None),
        (
            "a = np.ones((3, 4))\nrows = np.arange(3) > 0\nb = a[rows, np.arange(4) > 0]",
            "Each mask stands for the places where it is True: rows for 2, np.arange(4) > 0 for 3. Several such lists "
            "in one index are read together, a place of each at a time, and 2 and 3 of them do not pair up.",
        ),
        (
            "import math\nx = np.ones(3)\ny = math.sqrt(x * 2)",
            "math.sqrt is Python's own and takes one number, and x * 2",
        ),
        (
            "a = np.arange(9)\nb = a > 1 & a < 4",
            "& binds more strongly than a comparison: in a > 1 & a < 4 it takes 1 & a first, and a chain of two "
            "comparisons is left, which joins them with and. That asks for one answer, and an array has several. "
            "(a > 1) & (a < 4) compares first.",
        ),
        ("from math import *\ny = exp(torch.ones(2, 3))", "torch.exp computes of each number of an array."),
        ("from math import exp as e\ny = e(np.ones(3))", "e is Python's own and takes one number, and np.ones(3)"),
        ("y = float(np.ones(3))", None),
    ],
)
def test_arrays_tell_more_than_the_message(program: str, words: str | None) -> None:
    found = cause_of(run(program))
    assert found is not None
    said = plain(found.sentence())
    if words is None:
        assert not any(each in said for each in ("leaves axis", "Each mask", "is Python's own"))
    else:
        assert words in said


def sentence_of(program: str) -> str:
    found = cause_of(run(f"import numpy as np\nimport torch\n{program}"))
    assert found is not None
    return plain(found.sentence())


ARRAYS = "a, b = {0}.ones(2), {0}.zeros(2)\nheld = [a]\n"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (ARRAYS.format("torch") + "print(b in held)", "any(torch.equal(b, each) for each in held)"),
        (ARRAYS.format("np") + "print(b not in held)", "any(np.array_equal(b, each) for each in held)"),
        (ARRAYS.format("np") + "held.remove(b)", "held.remove(b) asks of each entry whether it is the very same"),
    ],
)
def test_what_is_looked_for_among_arrays_is_compared_with_each(program: str, words: str) -> None:
    assert words in sentence_of(program)


def test_a_truth_that_is_asked_for_otherwise_is_no_search() -> None:
    assert "very same object" not in sentence_of(ARRAYS.format("np") + "if a == b:\n    pass")


@pytest.mark.parametrize(
    ("program", "words", "says"),
    [
        ("n = 0\nx = np.where(n == 0, 1.0, 2 / n)", "1.0 if n == 0 else 2 / n", True),
        ("n = 0\nx = np.where(np.ones(2) > 1, 3.0, 2 / n)", "chooses among what has been computed", True),
        ("n = 0\nx = np.where(np.ones(2) > 1, 3.0, 2 / n)", " else ", False),
        ("n = 0\nx = np.maximum(1.0, 2 / n)", "chooses among", False),
    ],
)
def test_what_where_is_given_is_computed_first(program: str, words: str, says: bool) -> None:
    assert (words in sentence_of(program)) == says


PICKED = "a = np.arange(6.).reshape(2, 3)\nmask = a > 1\n"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("x = np.where(mask, a[mask] * 2, a)", True),
        ("d = a[mask]\nx = np.where(mask, d, a)", True),
        ("x = a + a[a > 1]", True),
        ("t, m = torch.ones(2, 3), torch.ones(2, 3) > 0\nx = t * t[m]", True),
        ("x = a + np.ones(4)", False),
        ("row = np.arange(5)\nx = a + row[row > 0]", False),
    ],
)
def test_what_a_mask_picks_has_lost_its_shape(program: str, says: bool) -> None:
    assert ("into one axis" in sentence_of(PICKED + program)) == says


def test_the_library_of_the_arrays_chooses() -> None:
    program = "t = torch.ones(2, 3)\nm = torch.arange(6).reshape(2, 3) > 1\nx = t * t[m]"
    assert "torch.where" in sentence_of(program)
    assert "np.where" in sentence_of(f"{PICKED}x = a + a[mask]")


def test_whole_arrays_are_offered_where_picked_cells_are_to_be_chosen_and_nothing_else() -> None:
    trace = run(f"import numpy as np\n{PICKED}x = np.where(mask, a[mask] * 2, a)")
    assert [fix.line for fix in fixes_of(trace)] == ["x = np.where(mask, a * 2, a)"]
    assert fixes_of(run(f"import numpy as np\n{PICKED}x = a + a[mask]")) == ()


NETWORK = (
    "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def {}(self):\n        super().{}()\n"
    "        self.fc = nn.Linear(2, 1)\n    def {}(self, x):\n        return self.fc(x)\nnet = Net()\n"
)
HOLDER = (
    "class Bag:\n    def __init__(self):\n        self.x = [1]\n    def {}(self{}):\n        return {}\nb = Bag()\n"
)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            NETWORK.format("_init_", "_init_", "forward") + "opt = torch.optim.SGD(net.parameters(), lr=0.1)",
            ["__init__", "_init_", "line 4"],
        ),
        (NETWORK.format("_init_", "_init_", "forward") + "y = net(torch.ones(1, 2))", ["__init__", "_init_"]),
        (NETWORK.format("__init__", "__init__", "foward") + "y = net(torch.ones(1, 2))", ["forward", "foward"]),
        (NETWORK.format("__init__", "__init__", "_forward") + "y = net(torch.ones(1, 2))", ["forward", "_forward"]),
        (HOLDER.format("_len_", "", "1") + "n = len(b)", ["__len__", "_len_", "for len()"]),
        (HOLDER.format("_call_", ", i", "i") + "n = b(0)", ["__call__", "_call_"]),
        ("class Bag:\n    def _init_(self, n):\n        self.n = n\nb = Bag(3)", ["__init__", "_init_", "line 2"]),
    ],
)
def test_a_name_that_is_nearly_the_one_that_is_called_is_told(program: str, words: list[str]) -> None:
    found = cause_of(run(program))
    assert found is not None
    said = plain(found.sentence())
    assert all(word in said for word in ["a name like any other", *words]), said


@pytest.mark.parametrize(
    "program",
    [
        NETWORK.format("__init__", "__init__", "_forward") + "y = net(torch.ones(1, 2))\nz = net._forward(0)",
        NETWORK.format("_init_", "_init_", "forward") + "y = torch.ones(2, 3) @ torch.ones(2, 3)",
        HOLDER.format("_length_", "", "1") + "n = b.size",
        HOLDER.format("_len_", "", "1") + "n = b.size",
    ],
)
def test_a_name_is_not_told_elsewhere(program: str) -> None:
    found = cause_of(run(program))
    assert found is None or "a name like any other" not in plain(found.sentence())


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "p = torch.log_softmax(torch.randn(3, 2), dim=1)\nloss = torch.nn.BCELoss()(p, torch.ones(3, 2))",
            "p holds logarithms of them: each row of exp sums to 1. nn.NLLLoss takes those",
        ),
        ("p = torch.randn(3, 2) * 3\nloss = torch.nn.BCELoss()(p, torch.ones(3, 2))", ""),
        (
            "x = torch.zeros(4, 3, 2)\ny = x.view(1, -1)\nloss = torch.nn.MSELoss()(torch.ones(4, 6), y)",
            "x.view(1, -1) puts all 4 samples into one row, (1, 24). x.flatten(1) leaves the axis of the batch, and "
            "makes a row of each: (4, 6).",
        ),
        ("x = torch.zeros(4, 3)\nloss = torch.nn.MSELoss()(torch.ones(4, 6), x)", ""),
        (
            "hot = torch.eye(3).long()\nloss = torch.nn.CrossEntropyLoss()(torch.randn(3, 3), hot.view(-1))",
            "hot has a row of 3 for each of 3 samples, with 1 at its class. hot.view(-1) makes 9 targets of it. "
            "hot.argmax(1) gives the class of each row: 3 targets.",
        ),
        ("t = torch.arange(9) % 3\nloss = torch.nn.CrossEntropyLoss()(torch.randn(3, 3), t)", ""),
    ],
)
def test_what_a_loss_was_given_is_said(program: str, words: str) -> None:
    known = ("holds logarithms", "into one row", "with 1 at its class")
    said = sentence_of(program)
    assert words in said if words else not any(each in said for each in known)


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "x = torch.zeros(4, 3, 2)\ny = x.view(1, -1)\nloss = torch.nn.MSELoss()(torch.ones(4, 6), y)",
            ["y = x.flatten(1)"],
        ),
        (
            "p = torch.log_softmax(torch.randn(3, 2), dim=1)\nloss = torch.nn.BCELoss()(p, torch.ones(3, 2))",
            ["loss = torch.nn.BCELoss()(p.exp(), torch.ones(3, 2))"],
        ),
    ],
)
def test_what_a_loss_was_given_is_mended(program: str, lines: list[str]) -> None:
    assert [fix.line for fix in fixes_of(run(f"import torch\n{program}"))] == lines


def test_no_loss_is_offered_every_pair() -> None:
    program = "c = torch.nn.MSELoss()\nloss = c(torch.ones(4, 6), torch.zeros(4, 5))"
    assert not any("None" in fix.line or "unsqueeze" in fix.line for fix in fixes_of(run(program)))


LAYER = "import torch\nfrom torch import nn\nlayer = nn.Linear(3, 5)\nx = torch.ones(2, 3)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("y = x @ layer.weight", True),
        ("y = torch.mm(x, layer.weight)", True),
        ("y = x.matmul(layer.weight) + layer.bias", True),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(3, 5)\nnet = Net()\ny = x @ net.fc.weight",
            True,
        ),
        ("w = layer.weight\ny = torch.matmul(x, w)", True),
        ("w, b = layer.weight.detach(), layer.bias\ny = torch.addmm(b, x, w)", True),
        ("w, b = layer.parameters()\ny = x.mm(w) + b", True),
        ("w = layer.weight.data.numpy()\ny = x.numpy() @ w", True),
        ("y = layer.weight @ x + layer.bias", True),
        ("net = nn.Sequential(nn.Linear(3, 5), nn.ReLU())\ny = x @ net[0].weight", True),
        ("net = nn.Sequential(nn.ReLU(), nn.Bilinear(3, 3, 5))\nw = net[1].weight[:, 0]\ny = x @ w", False),
        ("w = layer.weight\nw = torch.ones(5, 3)\ny = x @ w", False),
        ("w = layer.weight * 1\ny = x @ w", False),
        ("y = x @ torch.ones(5, 3)", False),
        ("y = torch.ones(2, 4) @ layer.weight", False),
        ("layer = nn.Embedding(5, 3)\ny = x @ layer.weight", False),
    ],
)
def test_the_weight_of_a_layer_is_told_to_lie_the_other_way(code: str, *, said: bool) -> None:
    found = cause_of(run(LAYER + code))
    assert found is not None
    assert ("(outputs, inputs), one row for each output: (5, 3)" in plain(found.sentence())) == said


BESIDE = "no way leads from"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("t = w[1:]\ntorch.autograd.grad(u, t)", "torch.autograd.grad(u, w)[0][1:] is that part of the gradient by w"),
        ("torch.autograd.grad(u, w[:2])[0]", "torch.autograd.grad(u, w)[0][:2] is that part of the gradient by w"),
        ("t = w.view(3, 1)\n(g,) = torch.autograd.grad(u, t)", "torch.autograd.grad(u, w)[0].view(3, 1) is that part"),
        ("t = w * 2\ng = torch.autograd.grad(u, t)[0]", "What is computed of that new tensor itself has a gradient"),
    ],
)
def test_what_was_made_beside_is_named(program: str, words: str) -> None:
    found = cause_of(run(f"{LEAF}u = (w ** 2).sum()\n{program}"))
    assert found is not None
    assert BESIDE in plain(found.sentence())
    assert words in plain(found.sentence())


@pytest.mark.parametrize(
    "program",
    [
        "v = torch.ones(3, requires_grad=True)\nt = v[1:]\ntorch.autograd.grad(u, t)",
        "v = torch.ones(3, requires_grad=True)\nt = v * w\ntorch.autograd.grad(u, t)",
        "t = w[1:]\nw = torch.ones(3, requires_grad=True)\ntorch.autograd.grad(u, t)",
        "t = w[1:]\nt = t * 2\ntorch.autograd.grad(u, t)",
        "torch.autograd.grad(u, [w, w[1:]])",
    ],
)
def test_nothing_is_named_that_was_not_made_beside(program: str) -> None:
    found = cause_of(run(f"{LEAF}u = (w ** 2).sum()\n{program}"))
    assert found is not None
    assert BESIDE not in plain(found.sentence())


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("y = F.linear(x, layer.weight.T, layer.bias)", "y = F.linear(x, layer.weight, layer.bias)"),
        ("y = nn.functional.linear(x, torch.ones(3, 5))", "y = nn.functional.linear(x, torch.ones(3, 5).T)"),
        ("y = F.linear(x, torch.ones(5, 2))", ""),
        ("y = F.linear(x, torch.ones(2, 2))", ""),
    ],
)
def test_the_matrix_of_a_linear_function_is_told_to_be_turned_there(code: str, fix: str) -> None:
    trace = run(f"{LAYER}import torch.nn.functional as F\n{code}")
    found = cause_of(trace)
    said = "" if found is None else plain(found.sentence())
    assert ("computes x @ W.T + b" in said) == bool(fix), said
    if fix:
        assert "for rows of 3 numbers and 5 outputs that is (5, 3)" in said.replace("For", "for")
        assert [each.line for each in fixes_of(trace)] == [fix]


ALONE = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
OF_PICTURES = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.conv = nn.Conv2d(3, 6, 5)\n        self.fc = nn.Linear(6 * 14 * 14, 10)\n"
    "    def forward(self, x):\n        x = F.max_pool2d(F.relu(self.conv(x)), 2)\n"
    "        x = {}\n        return self.fc(x)\nnet = Net()\n"
)


@pytest.mark.parametrize(
    ("program", "words", "fix"),
    [
        (
            "net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.Flatten(), nn.Linear(8 * 784, 10))\n"
            "img = torch.zeros(1, 28, 28)\ny = net(img)",
            "for one picture without a batch: (channels, height, width). What becomes of it, (8, 28, 28), has its "
            "channels on axis 0, and that axis is taken for the batch: 8 rows of 784 numbers",
            "y = net(img.unsqueeze(0))",
        ),
        (
            OF_PICTURES.format("torch.flatten(x, 1)") + "data = torch.rand(4, 3, 32, 32)\ny = net(data[0])",
            "6 rows of 196 numbers, where nn.Linear(1176, 10) takes all 1176 in one row. data[0].unsqueeze(0)",
            "y = net(data[0].unsqueeze(0))",
        ),
        (
            OF_PICTURES.format("x.view(x.size(0), -1)") + "y = net(torch.rand(3, 32, 32) * 2)",
            "(torch.rand(3, 32, 32) * 2).unsqueeze(0) is a batch of one, (1, 3, 32, 32)",
            "y = net((torch.rand(3, 32, 32) * 2).unsqueeze(0))",
        ),
        (
            "conv, fc = nn.Conv1d(2, 4, 3), nn.Linear(40, 2)\nx = torch.ones(2, 12)\nh = conv(x)\n"
            "h = torch.relu(h).flatten(1)\ny = fc(h)",
            "nn.Conv1d takes x, (2, 12), for one sequence without a batch: (channels, length)",
            "h = conv(x.unsqueeze(0))",
        ),
        (
            "net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))\nx = torch.ones(1, 9, 9)\ny = net(x)",
            "nn.BatchNorm2d takes batches alone, and (4, 7, 7) has no axis of one. x.unsqueeze(0)",
            "y = net(x.unsqueeze(0))",
        ),
        (
            "conv = nn.Conv2d(1, 4, 3)\nimg = torch.ones(9, 9)\ny = conv(img)",
            "One picture in grey becomes a batch of one with one channel by img[None, None]: (1, 1, 9, 9)",
            "y = conv(img[None, None])",
        ),
        (
            "conv = nn.Conv2d(1, 4, 3)\nx = torch.ones(5, 81)\ny = conv(x)",
            "Rows of 81 numbers become pictures of 9 × 9 with one channel by x.view(-1, 1, 9, 9): (5, 1, 9, 9)",
            "y = conv(x.view(-1, 1, 9, 9))",
        ),
        (
            "net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))\nimg = torch.ones(4, 3)\ny = net(img)",
            "its 4 rows are taken for samples, where nn.Linear(12, 5) takes all 12 numbers in one row",
            "y = net(img.unsqueeze(0))",
        ),
    ],
)
def test_a_sample_without_a_batch_is_told(program: str, words: str, fix: str) -> None:
    trace = run(ALONE + program)
    found = cause_of(trace)
    assert found is not None
    assert words in plain(found.sentence())
    assert [each.line for each in fixes_of(trace)] == [fix]


@pytest.mark.parametrize(
    "program",
    [
        "net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.Flatten(), nn.Linear(8 * 49, 10))\ny = net(torch.ones(8, 1, 9, 9))",
        "conv, fc = nn.Conv2d(1, 6, 3), nn.Linear(54, 2)\nh = conv(torch.ones(1, 5, 5))\ny = fc(torch.ones(6, 9))",
        "conv = nn.Conv2d(3, 6, 3)\ny = conv(torch.ones(5, 5))",
        "net = nn.Linear(12, 5)\ny = net(torch.ones(4, 3))",
        "net = nn.Sequential(nn.Linear(4, 3), nn.Flatten(), nn.Linear(12, 5))\ny = net(torch.ones(4, 4))",
        "net = nn.Sequential(nn.Linear(3, 3), nn.Flatten(), nn.Linear(12, 5))\ny = net(torch.ones(4, 3))",
    ],
)
def test_a_batch_is_not_told_to_be_missing_elsewhere(program: str) -> None:
    found = cause_of(run(ALONE + program))
    said = "" if found is None else plain(found.sentence())
    assert not any(words in said for words in ("without a batch", "batch of one", "for samples")), said


DATA = (
    "import torch\nfrom torch import nn\nx = torch.ones(3, 4)\ny = torch.tensor([0, 1, 1])\np, t = torch.ones(3), "
    "torch.zeros(3)\n"
)


@pytest.mark.parametrize(
    ("code", "words", "fixes"),
    [
        ("h = nn.Sigmoid(x)", "nn.Sigmoid(x) makes a layer", ["h = nn.Sigmoid()(x)"]),
        ("h = nn.Softmax(x, dim=1)", "is called with the data: nn.Softmax(dim=1)(x)", ["h = nn.Softmax(dim=1)(x)"]),
        ("h = nn.Dropout(x, 0.2)", "nn.Dropout(0.2)(x)", ["h = nn.Dropout(0.2)(x)"]),
        ("h = nn.Linear(x, 2)", "layer = nn.Linear(...), and then layer(x)", []),
        (
            "h = nn.ReLU(x)\nz = h + 1",
            "In line 6 nothing was computed of it: here stands the layer",
            ["h = nn.ReLU()(x)"],
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(4, 2)\n    def forward(self, x):\n        return nn.Softmax(self.fc(x))\n"
            "y = Net()(x)",
            "self.fc(x) is data",
            ["return nn.Softmax(dim=-1)(self.fc(x))"],
        ),
        (
            "from torch.nn import MSELoss\nloss = MSELoss(p, t)",
            "MSELoss(...) makes a loss, and takes settings in its brackets: p, t are read as such, and one of them is "
            "asked for yes or no",
            ["loss = MSELoss()(p, t)"],
        ),
        ("loss = nn.HuberLoss(p, t)", "p, t are data", ["loss = nn.HuberLoss()(p, t)"]),
        ("loss = nn.CrossEntropyLoss(x, target=y)", "x, y are data", ["loss = nn.CrossEntropyLoss()(x, y)"]),
    ],
)
def test_what_is_made_of_data_is_told(code: str, words: str, fixes: list[str]) -> None:
    trace = run(DATA + code)
    found = cause_of(trace)
    assert found is not None
    assert words in plain(found.sentence())
    assert [each.line for each in fixes_of(trace)] == fixes


@pytest.mark.parametrize(
    "code",
    [
        "h = nn.ReLU()\nz = h + 1",
        "act, h = nn.ReLU(), nn.ReLU(x)\nz = act + 1",
        "h = nn.Sigmoid(3)",
        "h = nn.Linear(4)",
        "h = nn.Linear(torch.tensor(4.5), 2)",
        "loss = nn.CrossEntropyLoss(reduction='mena')(x, y)",
        "loss = nn.CrossEntropyLoss(torch.ones(3))(x, y)",
    ],
)
def test_nothing_is_told_to_be_made_of_data_elsewhere(code: str) -> None:
    found = cause_of(run(DATA + code))
    said = "" if found is None else plain(found.sentence())
    assert "makes a l" not in said


@pytest.mark.parametrize(
    ("code", "words", "fix"),
    [
        (
            "table = nn.Embedding(5, 2)\nv = table(torch.tensor([1, 5, 7]))",
            "is a table of 5 rows, with numbers from 0 to 4, and torch.tensor([1, 5, 7]) asks for row 5. The first "
            "number must be larger",
            "table = nn.Embedding(8, 2)",
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.table = nn.Embedding(4, 2)\n    def forward(self, words):\n"
            "        return self.table(words - 1)\nv = Net()(torch.tensor([2, 0]))",
            "words - 1 asks for row −1.",
            "",
        ),
        (
            "net = nn.Linear(4, 2)\npred = net(x).argmax(1)\nloss = nn.functional.cross_entropy(pred, y)",
            "pred is net(x).argmax(1), one class number for each sample. The loss takes the scores",
            "loss = nn.functional.cross_entropy(net(x), y)",
        ),
        (
            "loss = nn.CrossEntropyLoss()(torch.argmax(x, dim=-1).float(), y)",
            "torch.argmax(x, dim=-1).float(), one class number for each sample",
            "loss = nn.CrossEntropyLoss()(x, y)",
        ),
    ],
)
def test_rows_and_scores_are_told(code: str, words: str, fix: str) -> None:
    trace = run(DATA + code)
    found = cause_of(trace)
    assert found is not None
    assert words in plain(found.sentence())
    assert [each.line for each in fixes_of(trace)][:1] == ([fix] if fix else [])


@pytest.mark.parametrize(
    "code",
    [
        "loss = nn.CrossEntropyLoss()(torch.ones(3), y)",
        "loss = nn.CrossEntropyLoss()(x, torch.ones(3, 4).long())",
        "z = torch.ones(3, 3).argmax(0)\nloss = nn.CrossEntropyLoss()(z, y)",
        "v = torch.ones(3).index_select(0, torch.tensor([5]))",
    ],
)
def test_rows_and_scores_are_not_told_elsewhere(code: str) -> None:
    found = cause_of(run(DATA + code))
    said = "" if found is None else plain(found.sentence())
    assert "one class number" not in said
    assert "is a table" not in said


NET = "import torch\nfrom torch import nn\nnet = nn.Linear(2, 1)\n"
SAVED = f"{NET}torch.save(net.state_dict(), 'x.pt')\nmodel = torch.load('x.pt')\n"
ORDERED = f"{NET}from collections import OrderedDict\n"


@pytest.mark.parametrize(
    ("program", "words", "fix"),
    [
        (
            f"{SAVED}model.eval()",
            "model is what was saved, a state dict: the numbers of a network by their names, and no network. It has no "
            "layers and no forward, and no eval. Make a network of the same layers first, then put the numbers into it "
            "with load_state_dict.",
            "model = nn.Linear(2, 1); model.load_state_dict(torch.load('x.pt'))",
        ),
        (
            f"{SAVED}print(model(torch.ones(1, 2)))",
            "and it cannot be called.",
            "model = nn.Linear(2, 1); model.load_state_dict(torch.load('x.pt'))",
        ),
        (
            f"{NET}old = net.state_dict()\nfor p in old.parameters():\n    print(p)",
            "old is a state dict: the numbers of a network",
            "old = nn.Linear(2, 1); old.load_state_dict(net.state_dict())",
        ),
    ],
)
def test_a_state_is_told_to_be_no_network(program: str, words: str, fix: str) -> None:
    trace = run(program)
    found = cause_of(trace)
    assert found is not None
    assert words in plain(found.sentence())
    assert [each.line for each in fixes_of(trace)] == [fix]


@pytest.mark.parametrize(
    "program",
    [
        f"{NET}old = net.state_dict()\nold.append(3)",
        f"{NET}torch.save(net, 'x.pt')\nnet.state_dict()\nmodel = torch.load('x.pt')\nmodel()",
        f"{ORDERED}d = OrderedDict(a=1)\nd.eval()",
        f"{ORDERED}torch.save(OrderedDict(a=1), 'x.pt')\nd = torch.load('x.pt')\nd.eval()",
    ],
)
def test_what_is_no_state_is_not_told_to_be_one(program: str) -> None:
    found = cause_of(run(program))
    assert found is None or "state dict" not in plain(found.sentence())


PARTED = """import torch
from torch.utils.data import Dataset, Subset, random_split
class Digits(Dataset):
    def __init__(self, labels):
        self.targets, self.classes = labels, ["a", "b"]
    def __len__(self):
        return len(self.targets)
    def __getitem__(self, i):
        return self.targets[i]
whole = Digits({})
"""


@pytest.mark.parametrize(
    ("labels", "program", "part", "fixes"),
    [
        (
            "torch.arange(6) % 2",
            "part, rest = random_split(whole, [4, 2])\nt = part.targets",
            "part",
            ["t = part.dataset.targets[part.indices]", "t = [part.dataset.targets[i] for i in part.indices]"],
        ),
        (
            "[0, 1, 0]",
            "few = [Subset(whole, [2, 0])]\nt = few[0].targets",
            "few[0]",
            ["t = [few[0].dataset.targets[i] for i in few[0].indices]"],
        ),
        ("[0, 1, 0]", "few = Subset(whole, [2, 0])\nt = few.classes", "few", ["t = few.dataset.classes"]),
        ("[0, 1, 0]", "few = Subset(whole, [2, 0])\nt = few.groups", "few", []),
    ],
)
def test_a_part_of_a_data_set_is_told_to_lack_what_the_whole_has(
    labels: str, program: str, part: str, fixes: list[str]
) -> None:
    trace = run(PARTED.format(labels) + program)
    found = cause_of(trace)
    assert found is not None
    said = plain(found.sentence())
    assert said.startswith(f"{part} is a Subset. It copies nothing: it holds the whole data set, {part}.dataset, and")
    assert said.endswith(f"and it has no {program.rpartition('.')[2]} of its own.")
    assert [each.line for each in fixes_of(trace)] == fixes


def test_another_class_of_that_name_is_no_part_of_data() -> None:
    found = cause_of(run("class Subset:\n    pass\ns = Subset()\ns.targets"))
    assert found is None or "whole data set" not in plain(found.sentence())


CUBE = (
    "import numpy as np\nimport torch\nx = torch.arange(12.0).reshape(3, 2, 2)\na = np.arange(12.0).reshape(3, 2, 2)\n"
)


@pytest.mark.parametrize(
    ("code", "words", "fix"),
    [
        (
            "r = torch.max(x, dim=(1, 2))",
            "Along an axis, torch.max gives two things, the values and their places. A place is a number along one "
            "axis, so that it takes one axis, and (1, 2) is 2 of them. torch.amax(x, dim=(1, 2)) gives the largest "
            "values alone, along all of them.",
            "r = torch.amax(x, dim=(1, 2))",
        ),
        ("d = (0, 2)\nr = x.min(dim=d, keepdim=True)", "d is 2 of them.", "r = torch.amin(x, dim=d, keepdim=True)"),
        ("r = (x + 1).max((-2, -1))", "the largest values", "r = torch.amax(x + 1, dim=(-2, -1))"),
        ("r, at = torch.max(x, (1, 2))", "counts the places along that one.", "r, at = x.flatten(1, 2).max(dim=1)"),
        ("r = x.max(dim=(1, 2)).values", "x.flatten(1, 2).max(dim=1) makes", "r = x.flatten(1, 2).max(dim=1).values"),
        ("r = x.median(dim=[0, 1])", "x.median gives two things", "r = x.flatten(0, 1).median(dim=0)"),
        ("r = torch.argmax(x, dim=(0, 1))", "torch.argmax gives places alone.", "r = x.flatten(0, 1).argmax(dim=0)"),
        ("r = a.argmax(axis=(1, 2))", "a.argmax gives places alone.", "r = a.reshape(3, -1).argmax(axis=1)"),
        ("r = np.argmin(a, (0, 1))", "(0, 1) is 2 of them.", ""),
        ("r = x.max(dim=(1, 2))\nprint(r.values)", "takes one axis", ""),
    ],
)
def test_a_place_is_told_to_be_a_number_along_one_axis(code: str, words: str, fix: str) -> None:
    trace = run(CUBE + code)
    found = cause_of(trace)
    assert found is not None
    assert words in plain(found.sentence())
    offered = [each.line for each in fixes_of(trace)]
    assert offered == ([fix] if fix else [])
    cube = np.arange(12.0).reshape(3, 2, 2)
    names = {"torch": torch, "x": torch.tensor(cube), "d": (0, 2)}
    if "torch.am" in fix:
        given = eval(fix.partition(" = ")[2], names)
        wanted = getattr(np, "max" if "amax" in fix else "min")(
            cube + ("+" in code), (0, 2) if "d =" in code else (1, 2), keepdims="keepdim" in code
        )
        np.testing.assert_array_equal(given.numpy(), wanted)


@pytest.mark.parametrize(
    "code",
    [
        "r = x.max(dim=(0, 5))",
        "r = x.max(dim=(1,))",
        "r = x.max(dim=(1, 1))",
        "r = x.max(dim='rows')",
        "r = a.max(axis=1.5)",
        "r = x.sum(dim=(0, 'c'))",
    ],
)
def test_several_axes_for_one_place_are_not_told_elsewhere(code: str) -> None:
    found = cause_of(run(CUBE + code))
    assert found is None or "A place is" not in plain(found.sentence())


TWO = "b, c = np.array([3, 6, 1]), np.array([4, 2, 9])\nt = torch.tensor([-1.0, 2.0])\nm = np.ones((2, 3))\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "np.max(b, c)",
            "np.max looks within b alone, and its second argument is an axis of that. c is no axis. np.maximum(b, c) "
            "takes the larger of both in each place.",
        ),
        ("np.max(b, 2)", "2 is no axis: there is axis 0 alone. np.maximum(b, 2) takes the larger of both"),
        (
            "np.max(0, b)",
            "np.max looks within 0 alone, and its second argument is an axis of that. b is no axis. np.ma",
        ),
        ("np.amin(b, c)", "np.minimum(b, c) takes the smaller of both in each place."),
        ("b.max(c)", "b.max looks within b alone, and its first argument is an axis of that. c is no axis. np.maximum"),
        ("np.max(b, [1, 2, 3])", "[1, 2, 3] is no axis."),
        ("np.mean(b, c)", "np.mean looks within b alone, and its second argument is an axis of that. c is no axis."),
        (
            "torch.max(t, 2)",
            "torch.max compares a tensor with another tensor alone, and 2 is a number. A whole number behind a tensor "
            "is an axis along which it looks for the largest numbers. torch.clamp(t, min=2) takes the larger of both",
        ),
        ("torch.max(0, t)", "torch.clamp(t, min=0) takes the larger of both in each place."),
        ("t.min(0.5)", "torch.clamp(t, max=0.5) takes the smaller of both in each place."),
    ],
)
def test_what_is_no_axis_is_told_to_be_taken_for_one(code: str, words: str) -> None:
    assert words in sentence_of(TWO + code)
    b, c, t = np.array([3, 6, 1]), np.array([4, 2, 9]), torch.tensor([-1.0, 2.0])
    names = {"np": np, "torch": torch, "b": b, "c": c, "t": t}
    instead = re.search(r"(?:np|torch)\.(?:maximum|minimum|clamp)\(.*?\)(?= takes)", sentence_of(TWO + code))
    if instead is not None:
        given = [eval(each, names) for each in re.findall(r"\b[bct]\b|\d[.\d]*", code)]
        wanted = np.min(np.broadcast_arrays(*given), axis=0) if "min" in code else None
        largest = np.max(np.broadcast_arrays(*given), axis=0) if wanted is None else wanted
        np.testing.assert_array_equal(eval(instead[0], names), largest)


@pytest.mark.parametrize(
    "code", ["np.max(m, 2)", "m.max(2)", "np.sum(b, 2)", "b.max(2)", "torch.max(torch.ones(2, 3), 2)"]
)
def test_an_axis_that_may_be_meant_is_one(code: str) -> None:
    said = sentence_of(TWO + code)
    assert "looks within" not in said
    assert "another tensor" not in said


def test_the_larger_of_a_tensor_and_a_number_is_offered() -> None:
    trace = run("import torch\nt = torch.tensor([-1.0, 2.0])\nr = torch.max(0, t)")
    assert [fix.line for fix in fixes_of(trace)] == ["r = torch.clamp(t, min=0)"]
    assert [fix.line for fix in fixes_of(run(f"import numpy as np\n{TWO.splitlines()[0]}\nr = b.max(c)"))] == [
        "r = np.maximum(b, c)"
    ]


@pytest.mark.parametrize(
    ("program", "first", "words"),
    [
        (
            "dz = np.array([[-2.0], [-1.0], [-3.0]])\nb = np.zeros((1, 1))\nb -= 0.1 * dz",
            "b -= (0.1 * dz).sum(axis=0, keepdims=True)",
            "The operands meet in (3, 1), and the result is to be stored in b, which has shape (1, 1) and keeps it: an "
            "output is never stretched. 0.1 * dz holds a change for each of 3 places along axis 0. Where one b "
            "serves all of them, as a bias does, its change is their sum: (0.1 * dz).sum(axis=0, keepdims=True).",
        ),
        ("dz = np.ones((3, 2))\nb = np.zeros(2)\nb += dz / 3", "b += (dz / 3).sum(axis=0)", "3 places along axis 0."),
        ("dz = np.ones((3, 2))\nb = np.zeros(1)\nb -= dz", "b -= dz.sum()", "3 × 2 places along axes 0 and 1."),
        ("dz = np.ones((2, 3))\nb = np.zeros((2, 1))\nb -= dz", "b -= dz.sum(axis=1, keepdims=True)", "along axis 1."),
        (
            "dz = np.ones((4, 2, 3))\nb = np.zeros((2, 1))\nb -= dz",
            "b -= dz.sum(axis=(0, 2), keepdims=True).reshape((2, 1))",
            "4 × 3 places along axes 0 and 2.",
        ),
        (
            "dz = torch.ones(3, 2)\nb = torch.zeros(1, 2)\nb.sub_(0.1 * dz)",
            "b.sub_((0.1 * dz).sum(dim=0, keepdim=True))",
            "3 places along axis 0.",
        ),
        (
            "dz = torch.ones(3, 2)\nb = torch.zeros(2, requires_grad=True)\nwith torch.no_grad():\n    b -= dz * 0.1",
            "b -= (dz * 0.1).sum(dim=0)",
            "3 places along axis 0.",
        ),
    ],
)
def test_what_serves_all_rows_changes_by_their_sum(program: str, first: str, words: str) -> None:
    trace = run(f"import numpy as np\nimport torch\n{program}")
    assert fixes_of(trace)[0].line == first
    assert words in sentence_of(program)


@pytest.mark.parametrize(
    "program",
    ["x = np.ones((3, 2))\nx -= np.arange(3)", "x = np.ones(2)\nx *= np.ones((3, 2))", "x = np.arange(3)\nx += 0.5"],
)
def test_other_changes_in_place_have_no_such_sum(program: str) -> None:
    assert "its change is their sum" not in sentence_of(program)
    assert not any(".sum(" in fix.line for fix in fixes_of(run(f"import numpy as np\n{program}")))


@pytest.mark.parametrize("library", ["np.array([{}])", "torch.tensor([{}])"])
@pytest.mark.parametrize(
    ("code", "meant", "words"),
    [
        ("c = x > 0 & x < 3", "c = (x > 0) & (x < 3)", "it takes 0 & x first, and a chain of two comparisons is left"),
        ("c = x < 1 | x > 2", "c = (x < 1) | (x > 2)", "| binds more strongly than a comparison"),
        ("c = x > 0 ^ x < 3", "c = (x > 0) ^ (x < 3)", "^ binds more strongly than a comparison"),
        ("c = x > 0 & x < 3 & x != 1", "c = (x > 0) & (x < 3) & (x != 1)", "a chain of three comparisons is left"),
        ("y = x[(x > 0) & x < 3 and x > 1]", "y = x[((x > 0) & (x < 3)) & (x > 1)]", "& binds more strongly"),
        ("if x > 0 & x < 3:\n    pass", "if ((x > 0) & (x < 3)).any():", "(x > 0) & (x < 3) compares first."),
        (
            "if (x > 0) & x < 3:\n    pass",
            "if ((x > 0) & (x < 3)).any():",
            "it takes (x > 0) & x first, and what comes of it is compared. That ends in an array of answers, where one "
            "is asked for. (x > 0) & (x < 3) compares first.",
        ),
        ("if x > 0 & (x < 3):\n    pass", "if ((x > 0) & (x < 3)).any():", "it takes 0 & (x < 3) first"),
        ("if 0 < x < 3:\n    pass", "if ((0 < x) & (x < 3)).any():", "One answer is asked for"),
        ("c = x == 1 or 2", "c = (x == 1) | (x == 2)", "One answer is asked for"),
        ("c = x != 0 and not x > 2", "c = (x != 0) & ~(x > 2)", "One answer is asked for"),
        ("c = x > 2 or 0 < x < 2", "c = (x > 2) | ((0 < x) & (x < 2))", "One answer is asked for"),
        ("assert (x >= 0) and (x < 9)", "assert ((x >= 0) & (x < 9)).all()", "One answer is asked for"),
        ("y = 7 if 0 < x < 3 else 0", "y = {}.where((0 < x) & (x < 3), 7, 0)", "One answer is asked for"),
    ],
)
def test_conditions_are_joined_cell_by_cell(library: str, code: str, meant: str, words: str) -> None:
    head = f"import numpy as np\nimport torch\nx = {library.format('0, 1, 2, 3')}\n"
    trace = run(head + code)
    assert words in sentence_of(head + code)
    assert fixes_of(trace)[0].line == meant.format(library.partition(".")[0])


@pytest.mark.parametrize("library", ["np.array([{}])", "torch.tensor([{}])"])
@pytest.mark.parametrize(
    ("code", "meant", "taken"),
    [
        ("c = x > 0.5 & x < 3", "c = (x > 0.5) & (x < 3)", "0.5 & x"),
        ("y = x[(x > 0) & x < 3]", "y = x[(x > 0) & (x < 3)]", "(x > 0) & x"),
        ("if x < 1 | x > 2:\n    pass", "if ((x < 1) | (x > 2)).any():", "1 | x"),
    ],
)
def test_what_refuses_floats_between_comparisons_is_told_to_have_taken_them(
    library: str, code: str, meant: str, taken: str
) -> None:
    head = f"import numpy as np\nimport torch\nx = {library.format('0.0, 1.5, 2.0')}\n"
    assert f"it takes {taken} first, and decimal numbers are refused there" in sentence_of(head + code)
    assert fixes_of(run(head + code))[0].line == meant


@pytest.mark.parametrize("code", ["c = x & 1.5", "c = x & 1 > 0", "c = (x & 1) > 0", "if (x & 1) > 0:\n    pass"])
def test_a_sign_of_bits_that_is_meant_takes_nothing(code: str) -> None:
    for made in ("np.array([0, 1])", "np.array([0.0, 1.5])"):
        found = cause_of(run(f"import numpy as np\nx = {made}\n{code}"))
        assert found is None or "binds more strongly" not in plain(found.sentence())


def test_a_tensor_among_numbers_is_looked_for_by_its_library() -> None:
    trace = run("import torch\nx = torch.tensor([0, 1])\nc = x not in [1, 2]")
    assert [fix.line for fix in fixes_of(trace)] == ["c = ~torch.isin(x, torch.tensor([1, 2]))"]


HEAD = "import numpy as np\nimport torch\n"
MESH = "x = np.arange(5)\ny = np.arange(3)\nxx, yy = np.meshgrid(x, y{})\nz = {}\nz[{}]"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("np.concatenate(np.ones(3), np.ones(2))", "its second argument is axis, a whole number: in the second place"),
        ("a = np.ones(2)\nnp.stack(a, a)", "stands a, an array of shape (2,)"),
        ("a = np.ones(2)\nnp.hstack(a, a)", "and nothing else by its place: in the second place stands a"),
        ("t = torch.ones(2)\ntorch.cat(t, t)", "its second argument is dim, a whole number"),
        ("np.zeros(2, 3)", "its second argument is the dtype: 3 stands there"),
        ("np.random.rand((2, 3))", "(2, 3) is one argument, which holds them all"),
        ("x = np.broadcast_to(np.arange(3), (4, 3))\nx[0] = 1", "along axis 0, the 4 places of x are the same cells"),
        ("x = np.broadcast_to(np.ones((3, 1)), (3, 5))\nx += 1", "along axis 1, the 5 places of x are the same cells"),
        (MESH.format("", "xx + yy", "4, 2"), "z has the shape of its tables, (3, 5)"),
        (MESH.format("", "np.hypot(*np.meshgrid(x, y))", "3, 0"), "z[0, 3] is in range"),
    ],
)
def test_what_stands_in_another_place_is_named(program: str, words: str) -> None:
    found = cause_of(run(HEAD + program))
    assert found is not None
    assert words in plain(found.sentence())


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("np.zeros(2, 'abc')", "takes the sizes"),
        ("np.arange(np.ones(2), np.ones(2))[np.ones(2)]", "in one list"),
        ("x = np.ones(3)\nx.flags.writeable = False\nx[0] = 1", "a stride of 0"),
        ("x = np.broadcast_to(np.arange(3), (1, 3))\nx[0] = 1", "a stride of 0"),
        (MESH.format(", indexing='ij'", "xx + yy", "4, 4"), "meshgrid"),
        (MESH.format("", "xx + yy", "4, 4"), "meshgrid"),
        (MESH.format("", "xx.T + yy.T", "1, 4"), "meshgrid"),
        (MESH.format("", "np.ones((3, 5))", "4, 2"), "meshgrid"),
    ],
)
def test_what_stands_in_its_own_place_is_not_named(program: str, words: str) -> None:
    found = cause_of(run(HEAD + program))
    assert found is None or words not in plain(found.sentence())
