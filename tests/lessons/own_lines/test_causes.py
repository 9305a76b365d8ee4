"""Where a program fails, the page says why, in words that are true of this program."""

import re
from functools import cache
from math import prod
from typing import Any

import numpy as np
import pytest

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
    spans = [each for each in found.sentence() if not isinstance(each, Code) or each.text not in PROGRAMS[name]]
    said = re.sub(r"NumPy 2\.3|(?:u?int|float|complex)\d+|\blines? \d+", "", plain(tuple(spans)))
    numbers = set(re.findall(r"\d+", said)) - {"0", "1"}
    counted = {str(int(number) - 1) for number in known} | known
    assert numbers <= counted, (said, known)


def shapes(value: Any) -> list[tuple[int, ...]]:
    if is_array(value):
        return [tuple(value.shape), (value.ndim, value.size)]
    return [shape for each in value for shape in shapes(each)] if isinstance(value, tuple | list) else []


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
        ("y = x @ torch.ones(5, 3)", False),
        ("y = torch.ones(2, 4) @ layer.weight", False),
        ("layer = nn.Embedding(5, 3)\ny = x @ layer.weight", False),
    ],
)
def test_the_weight_of_a_layer_is_told_to_lie_the_other_way(code: str, *, said: bool) -> None:
    found = cause_of(run(LAYER + code))
    assert found is not None
    assert ("(outputs, inputs): (5, 3)" in plain(found.sentence())) == said


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
