"""Where cells came from, compared with what changes when the cells of the inputs are moved in plain Python."""

import contextlib
import io
import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.claim import plain
from primer_core.lessons.event import Click, EventError
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.claims import came, went
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.forwards import forwards_of
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.sources import MAX_LINKED, Finder, Walk, chain_of, links_of
from primer_core.lessons.own_lines.trace import MAX_STEPS, Trace, run
from tests.language.programs.random_programs import drawn
from tests.profiles import is_long, seed

pytestmark = pytest.mark.filterwarnings("ignore")

COUNT = 500 if is_long() else 80
SEED = seed()

Cell = tuple[str, int]


def told(program: str, cell: str) -> list[str]:
    """What is said of a cell, the cell itself first."""
    shown = explain(OwnLinesQuestion(program=program, cell=cell))
    assert isinstance(shown, Shown)
    return [plain(claim.sentence()) for claim in came(shown)]


def inputs_of(trace: Trace, inputs: tuple[str, ...]) -> dict[Cell, set[Cell]]:
    """For each cell of the arrays at the end, the cells of inputs, as they were made first, that it came from."""
    assert trace.ledger is not None
    standing: dict[int, Cell] = {}
    for name in inputs:
        first = next(birth for birth in trace.ledger.births if birth.name == name)
        standing |= {number: (name, flat) for flat, number in enumerate(first.cells.reshape(-1).tolist())}
    walk = Walk(Finder(trace.ledger), standing, left=10**6)
    found: dict[Cell, set[Cell]] = {}
    for name, cells in trace.ledger.sights[trace.steps[-1].moment].items():
        for flat, number in enumerate(cells.reshape(-1).tolist()):
            own = {standing[number]} if number in standing else set()
            found[name, flat] = own or set(walk.nearest(number))
    return found


def ran(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        exec(compile(program, "program", "exec"), names)
    return names


def cells_at_end(program: str) -> dict[Cell, Any] | None:
    """The cells of all arrays that a program leaves; None where it fails."""
    try:
        names = ran(program)
    except Exception:
        return None
    arrays = {
        name: value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        for name, value in names.items()
        if isinstance(value, np.ndarray | np.generic | torch.Tensor)
    }
    return {(name, flat): value for name, each in arrays.items() for flat, value in enumerate(each.reshape(-1))}


def moved_in(program: str, name: str, flat: int, step: float) -> str:
    """The program with another number in a cell of an input, right after the line that makes it."""
    lines = program.split("\n")
    at = next(place for place, line in enumerate(lines) if line.startswith(f"{name} = "))
    lines[at] += f"; {name}.reshape(-1)[{flat}] += {step}"
    return "\n".join(lines)


def changed_by(program: str, before: dict[Cell, Any], name: str, flat: int) -> set[Cell] | None:
    """The cells at the end that are others when one of an input is moved; None where the program takes another way."""
    found: set[Cell] = set()
    for step in (0.37, -1.73):
        after = cells_at_end(moved_in(program, name, flat, step))
        if after is None or after.keys() != before.keys():
            return None
        found |= {cell for cell in before if not np.array_equal(before[cell], after[cell], equal_nan=True)}
    return found


def smooth_program(chance: random.Random) -> str:
    """A program of moves, elementwise arithmetic, reductions and products, in which each source counts."""
    torchy = chance.random() < 0.4
    library, axis = ("torch", "dim") if torchy else ("np", "axis")
    make = "torch.tensor" if torchy else "np.array"

    def values() -> str:
        return str([[round(chance.uniform(0.5, 2), 3) for _ in range(3)] for _ in range(3)])

    double = ", dtype=torch.float64" if torchy else ""
    lines = [f"import {'torch' if torchy else 'numpy as np'}", f"a = {make}({values()}{double})"]
    lines.append(f"b = {make}({values()}{double})")
    names = ["a", "b"]
    for number in range(chance.randint(3, 8)):
        x, y = chance.choice(names), chance.choice(names)
        new = f"x{number}"
        line = chance.choice([
            f"{new} = {x} * {y} + 1", f"{new} = {x} - {y} * 0.5", f"{new} = {library}.cos({x})", f"{new} = {x} @ {y}",
            f"{new} = {x} / ({y}.sum({axis}=1)[:, None] + 1)", f"{new} = {x}.T * 3",
            f"{new} = {x}.mean({axis}=0) + {y}",
            f"{new} = {x}[[2, 0, 1]]", f"{new} = {x}.reshape(9)[::2].sum() * {y}",
            f"{new} = {library}.sin({x}) + {y}[0]",
            f"{new} = {x}.cumsum({axis}=1)", f"{new} = {library}.einsum('ij,kj->ik', {x}, {y})",
            f"{x}[1] = {y}[2] * 2", f"{x} += {y}", f"{x} *= 2", f"{x}[:, 0] = {y}.sum({axis}=1)",
            f"{new} = {x}[1:]\n{new} *= 1.5", f"for i in range(2):\n    {x}[i] = {x}[i + 1] + {y}[i]",
            f"def f{number}(u, k=2):\n    v = u * k\n    return v + u\n{new} = f{number}({x})",
            f"{new} = {library}.stack([{x}[0], {y}[1], {x}[2]])", f"{new} = float({x}[0, 0]) * {y}",
        ])  # fmt: skip
        lines.append(line)
        if f"{new} = " in line and "[1:]" not in line:
            names.append(new)
    return "\n".join(lines)


def test_what_changes_when_an_input_is_moved_is_what_came_from_it() -> None:
    compared = lost = counted = 0
    for number in range(COUNT):
        chance = random.Random(f"{SEED} {number}")
        program = smooth_program(chance)
        before = cells_at_end(program)
        trace = run(program)
        if before is None:
            continue
        found = inputs_of(trace, ("a", "b"))
        for name, flat in [(chance.choice("ab"), chance.randrange(9)) for _ in range(3)]:
            changed = changed_by(program, before, name, flat)
            if changed is None:
                continue
            named = {cell for cell, sources in found.items() if (name, flat) in sources and cell in before}
            assert changed <= named, f"{sorted(changed - named)[:5]} of {name} {flat}, seed {SEED} {number}\n{program}"
            lost += len(named - changed)  # such as in sums so large that a little more is rounded away
            counted += len(named)
            compared += 1
    assert compared > 2 * COUNT, f"seed {SEED}"
    assert lost < counted / 200, f"{lost} of {counted}, seed {SEED}"


def test_in_programs_of_all_kinds_nothing_else_changes() -> None:
    compared = 0
    for number in range(COUNT):
        chance = random.Random(f"{SEED} {number} all")
        program = drawn(chance).text
        before = cells_at_end(program)
        trace = run(program)
        if before is None or trace.stopped is not None or trace.ledger is None:
            continue
        if any(not birth.statement.tells for birth in trace.ledger.births):
            continue
        found = inputs_of(trace, ("a",))
        size = next(birth for birth in trace.ledger.births if birth.name == "a").cells.size
        flat = chance.randrange(size)
        changed = changed_by(program, before, "a", flat)
        if changed is None:
            continue
        named = {cell for cell, sources in found.items() if ("a", flat) in sources}
        assert changed <= named, f"{sorted(changed - named)[:5]} of a {flat}, seed {SEED} {number}\n{program}"
        compared += 1
    assert compared > COUNT / 4, f"{compared}, seed {SEED}"


@pytest.mark.parametrize(
    ("line", "exact"),
    [
        ("y = np.cross(a, b)", True),
        ("y = np.cross(a, b, axis=0)", False),
        ("y = np.cross(a, b[0])", False),
        ("y = np.cross(a[:, :2], b[:, :2])", False),
        ("i = np.array([[2, 0, 1]])\ny = np.take_along_axis(a, i, 1)", True),
        ("y = np.take_along_axis(i, i, 0)", True),
    ],
)
def test_of_what_no_rule_says_so_a_cell_may_have_come_from_all(line: str, exact: bool) -> None:
    chance = np.random.default_rng(SEED)
    given = [f"{name} = np.array({chance.uniform(0.5, 2, (3, 3)).round(3).tolist()})" for name in "ab"]
    program = "\n".join(["import numpy as np", *given, "i = np.array([2, 0, 1])", line])
    before, found = cells_at_end(program), inputs_of(run(program), ("a", "b"))
    assert before is not None
    for name, flat in [(name, flat) for name in "ab" for flat in range(9)]:
        changed = changed_by(program, before, name, flat)
        named = {cell for cell, sources in found.items() if (name, flat) in sources}
        assert changed is not None
        assert changed <= named
        assert changed == named or not exact


SCORES = """import numpy as np
scores = np.array([[2., 1., 0.], [4., 6., 5.], [9., 7., 8.], [3., 3., 1.]])
rows = scores[1:3]
rows += 1
best = scores.max(axis=1)
shifted = scores - best[:, None]"""
SORTED = "import numpy as np\nx = np.array([0.5, 2., 7.])\ne = np.array([0., 1., 6.])\n"


@pytest.mark.parametrize(
    ("program", "cell", "expected"),
    [
        (SCORES, "rows:1", ["rows[0, 1] = scores[1, 1] + 1 = 6.0 + 1 = 7.0", "scores[1, 1] = 6.0"]),
        (SCORES, "shifted:4", ["= scores[1, 1] - best[1] = 7.0 - 7.0 = 0.0", "best[1] = max(scores[1, 0], "]),
        (
            "import numpy as np\nx = np.arange(3.)\nfor i in range(2):\n    x[0] = x[1] + i\ny = x.copy()\nx[0] = 9",
            "y:0",  # of the second round, and not what was written later
            ["y[0] = x[0] = 2.0", "x[0] = x[1] + i = 1.0 + 1 = 2.0", "x[1] = 1.0"],
        ),
        (
            "import numpy as np\nv = np.zeros(3)\nw = np.array([5., 7.])\nv[[1, 1]] = w",
            "v:1",  # the last one that is written stays
            ["v[1] = w[1] = 7.0", "w[1] = 7.0"],
        ),
        (
            "import numpy as np\ndef f(u):\n    v = u * 2\n    return v + 1\na = np.arange(3.)\nb = f(a)",
            "b:2",
            ["b[2] = a[2] * 2 + 1 = 2.0 * 2 + 1 = 5.0", "a[2] = 2.0"],
        ),
        (
            "import numpy as np\na = np.arange(4.)\nk = a.sum().item() / 2\nb = a * k",
            "b:3",
            ["b[3] = a[3] * k = 3.0 * 3.0 = 9.0", "k = (a[0] + a[1] + a[2] + a[3]) / 2", "a[3] = 3.0"],
        ),
        (
            "import torch\nw = torch.tensor([1., 3.], requires_grad=True)\nloss = (w * w).sum()\nloss.backward()\n"
            "with torch.no_grad():\n    w -= 0.5 * w.grad",
            "w:1",
            ["w[1] = w[1] - 0.5 * w.grad[1] = 3.0 - 0.5 * 6.0 = 0.0", "w.grad[1] = 6.0, the slope of loss by w[1]"],
        ),
        (
            "import numpy as np\np = (1, np.array([2.0, 3.0]))\nmatch p:\n    case (1, y):\n        z = y * 2",
            "z:1",  # what the case named
            ["z[1] = y[1] * 2 = 3.0 * 2 = 6.0"],
        ),
        (
            "import numpy as np\nfor a in [np.array([1.0]), np.array([5.0])]:\n    b = a * 2",
            "b:0",  # what the loop named
            ["b[0] = a[0] * 2 = 5.0 * 2 = 10.0"],
        ),
        (
            "import numpy as np\nx = np.array([1.0, 5.0])\na = np.linspace(x[0], x[1], 3)",
            "a:1",
            ["a[1] = 3.0, which came from x[0] and x[1]"],
        ),
        # one number is looked for, among all of another array
        (f"{SORTED}b = np.digitize(x, e)", "b:1", ["b[1] = 2, which came from e[0], e[1], e[2] and x[1]"]),
        (f"{SORTED}b = np.searchsorted(e, x)", "b:2", ["b[2] = 3, which came from e[0], e[1], e[2] and x[2]"]),
        (f"{SORTED}b = np.isin(x, e)", "b:0", ["b[0] = False, which came from e[0], e[1], e[2] and x[0]"]),
        (f"{SORTED}b = np.interp(x, e, e)", "b:1", ["b[1] = 2.0, which came from e[0], e[1], e[2] and x[1]"]),
        (
            "import torch\nr = torch.tensor([[1., 2.], [4., 6.]])\nv = torch.tensor([[0.], [5.]])\n"
            "b = torch.searchsorted(r, v)",
            "b:1",  # each line by itself
            ["b[1, 0] = 1, which came from r[1, 0], r[1, 1] and v[1, 0]"],
        ),
        # edges that were given come of nothing else
        (f"{SORTED}c, d = np.histogram(x, bins=e)", "d:1", ["e[1] = 1.0"]),  # it is the same array
        (f"{SORTED}c, d = np.histogram(x, bins=2)", "d:0", ["d[0] = 0.5, which came from x[0], x[1] and x[2]"]),
        (f"{SORTED}d = np.histogram_bin_edges(x, 2, (0, 9))", "d:1", ["d[1] = 4.5, which came from no cell"]),
        # of several choices one is taken
        (f"{SORTED}k = np.select([x > 1, x > 0], [x, e])", "k:0", ["k[0] = 0.0, which came from e[0] and x[0]"]),
        (f"{SORTED}k = np.select([x > 1, x > 0], [x, e])", "k:1", ["k[1] = 2.0, which came from x[1]"]),
        (f"{SORTED}q = np.choose([0, 1, 0], [x, e])", "q:1", ["q[1] = 1.0, which came from e[1]"]),
        (f"{SORTED}q = np.array([0, 1, 0]).choose([x, e])", "q:2", ["q[2] = 7.0, which came from x[2]"]),
        (
            "import numpy as np\nx = np.array([1.0, 5.0])\na = np.full(2, x[1])",
            "a:1",
            ["a[1] = 5.0, which came from x[1]"],
        ),
        (
            "import numpy as np\na = np.array([7, 9, 8])\nr = np.random.default_rng(0).permutation(a)",
            "r:0",  # which is the last of a
            ["r[0] = 8, which came from a[2]"],
        ),
        (
            "import numpy as np\na = np.array([7, 9, 7])\nr = np.random.default_rng(0).choice(a, 2)",
            "r:0",  # one of two that are alike
            ["r[0] = 7, which came from a[0] and a[2]"],
        ),
        (
            "import numpy as np\nm = np.array([0.0, 10.0])\nz = np.random.default_rng(0).normal(m, 0.1)",
            "z:1",
            ["z[1] = 9.9867895, which came from m[1]"],
        ),
        (
            "import numpy as np\nimport torch\na = np.array([1.0, 2.0])\ny = torch.sin(torch.from_numpy(a))",
            "y:0",  # torch.sin(a[0]) is an error
            ["y[0] = 0.84147098, which came from a[0]"],
        ),
    ],
)
def test_a_chain_is_told_line_by_line(program: str, cell: str, expected: list[str]) -> None:
    for said, words in zip(told(program, cell), expected, strict=False):
        assert words in said
    assert len(told(program, cell)) >= len(expected)


def goes(program: str, cell: str, at: int = MAX_STEPS) -> list[str]:
    """What is said of what a cell went into."""
    shown = explain(OwnLinesQuestion(program=program, cell=cell, at=at))
    assert isinstance(shown, Shown)
    return [f"{claim.run[0]}: {plain(claim.sentence())}" for claim in went(shown)]


@pytest.mark.parametrize(
    ("program", "cell", "expected"),
    [
        (
            SCORES,
            "scores:4",
            [
                "5: scores[1, 1] went into best[1]",
                "6: scores[1, 1] went into shifted[1, 0], shifted[1, 1] and shifted[1, 2]",
            ],
        ),
        (SCORES, "rows:1", ["5: rows[0, 1] went into best[1]"]),
        (SCORES, "shifted:0", []),
        ("import numpy as np\na = np.arange(3.)\nb = a * 2\na[0] = 9\nc = a + 1", "a:0", ["5: a[0] went into c[0]"]),
        (
            "import numpy as np\na = np.arange(3.)\nk = a.sum().item()\nb = np.array([k, 2.0])\nc = k * a",
            "a:1",
            ["3: a[1] went into k", "5: a[1] went into c[0], c[1] and c[2]"],
        ),
        (
            "import torch\nw = torch.tensor([1., 3.], requires_grad=True)\nloss = (w * w).sum()\nloss.backward()\n"
            "v = w.grad * 2",
            "w:0",
            ["3: w[0] went into loss"],
        ),
        (
            "import numpy as np\nt = np.zeros(2)\nx = np.array([1., 2.])\nfor i in range(2):\n    t[i] = x[i] * 3",
            "x:1",
            ["5: x[1] went into t[1]"],
        ),
        (f"{SORTED}b = np.digitize(x, e)", "x:1", ["4: x[1] went into b[1]"]),
        (f"{SORTED}b = np.digitize(x, e)", "e:1", ["4: e[1] went into b[0], b[1] and b[2]"]),
        (f"{SORTED}c, d = np.histogram(x, bins=e)", "x:1", ["4: x[1] went into c[0] and c[1]"]),
        (f"{SORTED}c, d = np.histogram(x, bins=e)\nf = d * 2", "x:1", ["4: x[1] went into c[0] and c[1]"]),
    ],
)
def test_what_a_cell_went_into_is_told_line_by_line(program: str, cell: str, expected: list[str]) -> None:
    assert goes(program, cell)[: len(expected)] == expected
    assert bool(expected) == bool(goes(program, cell))


def test_only_cells_of_names_in_sight_at_the_step_are_told() -> None:
    program = "import numpy as np\na = np.arange(2.)\nb = a + 1\nb = a * 3\nc = b + a"
    assert goes(program, "a:0", at=2) == ["3: a[0] went into b[0]"]
    assert goes(program, "a:0") == ["4: a[0] went into b[0]", "5: a[0] went into c[0]"]


def test_what_a_cell_went_into_is_what_changes_when_it_is_moved() -> None:
    compared = 0
    for number in range(COUNT // 4):
        chance = random.Random(f"{SEED} onwards {number}")
        program = smooth_program(chance)
        before = cells_at_end(program)
        trace = run(program)
        if before is None:
            continue
        name, flat = chance.choice("ab"), chance.randrange(9)
        found = forwards_of(trace, len(trace.steps), f"{name}:{flat}")
        changed = changed_by(program, before, name, flat)
        if found is None or changed is None or found.since != (2 + (name == "b"), 1) or found.more:
            continue
        shapes = {to: seen.shape or () for to, seen in trace.steps[-1].names.items()}
        told_of = {
            (to, int(np.ravel_multi_index(index, shapes[to])) if index else 0)
            for part in found.parts
            for to, index in part.cells
        }
        numbers = trace.ledger.sights[trace.steps[-1].moment] if trace.ledger is not None else {}
        covered = {int(numbers[to].reshape(-1)[place]) for to, place in told_of} | {
            int(numbers[name].reshape(-1)[flat])
        }
        missed = {cell for cell in changed if int(numbers[cell[0]].reshape(-1)[cell[1]]) not in covered}
        assert not missed, f"{sorted(missed)[:5]} of {name} {flat}, seed {SEED} {number}\n{program}"
        compared += 1
    assert compared > COUNT / 40, f"seed {SEED}"


LEARNS = """
import torch
from torch import nn
net = nn.Linear(2, 1)
opt = torch.optim.{0}(net.parameters(), lr=0.5)
x = torch.tensor([[1., 2.]])
y = net(x)
loss = nn.MSELoss()(y, torch.zeros(1, 1))
loss.backward()
opt.step()
w = net.weight * 2
"""


def test_a_layer_a_loss_and_a_step_are_told_as_arithmetic() -> None:
    said = told(LEARNS.strip().format("SGD"), "w:0")
    assert said[0].startswith("w[0, 0] = net.weight[0, 0] * 2 = ")
    assert "net.weight[0, 0] - 0.5 * net.weight.grad[0, 0]" in said[1]
    assert "the slope of loss by net.weight[0, 0]" in said[2]
    assert "y[0, 0] = x[0, 0] * net.weight[0, 0] + x[0, 1] * net.weight[0, 1] + net.bias[0]" in "\n".join(said)
    said = told(LEARNS.strip().format("Adam"), "w:0")
    assert said[1].endswith("which came from net.weight[0, 0] and net.weight.grad[0, 0]")


def test_what_a_layer_made_of_which_nothing_is_known_is_not_claimed_to_be_known() -> None:
    program = (
        "import torch\nfrom torch import nn\nnet = nn.BatchNorm1d(2)\ny = net(torch.ones(2, 2)).detach()\nz = y * 2"
    )
    trace = run(program)
    chain = chain_of(trace, len(trace.steps), "z:0")
    assert chain is not None
    assert [group.row is None for group in chain.groups] == [False, True]


def test_a_cell_is_chosen_and_left_by_pressing_it_and_one_that_is_not_there_is_refused() -> None:
    question = OwnLinesQuestion(program=SCORES)
    chosen = LESSON.react(question, Click("rows", (0, 1)))
    assert chosen.cell == "rows:1"
    assert LESSON.react(chosen, Click("rows", (0, 1))).cell == ""
    for click in (Click("rows", (0, 3)), Click("rows", (0,)), Click("none", (0, 0))):
        with pytest.raises(EventError):
            LESSON.react(question, click)
    for text in ("rows:9999", "rows:-1", "rows", ":", "rows:²", "none:0"):
        shown = explain(OwnLinesQuestion(program=SCORES, cell=text))
        assert isinstance(shown, Shown)
        assert shown.chain is None


def test_links_of_cells_in_sight_stop_at_what_stands_there_now_and_stay_small() -> None:
    program = "import numpy as np\na = np.arange(3.)\nb = a * 2\nc = b + a\na[0] = 9"
    trace = run(program)
    found = {
        (one, other): [[flat for flat in row if flat >= 0] for row in cells.tolist()]
        for one, other, cells in links_of(trace, len(trace.steps), ["a", "b", "c"])
    }
    assert found == {("a", "b"): [[], [1], [2]], ("b", "c"): [[0], [1], [2]], ("a", "c"): [[], [1], [2]]}
    dense = "import numpy as np\na = np.ones((30, 30))\nb = a @ a\nc = b @ a"
    trace = run(dense)
    size = sum(len(str(cells.tolist())) for _, _, cells in links_of(trace, len(trace.steps), ["a", "b", "c"]))
    assert size < 1.2 * MAX_LINKED


def test_a_number_that_was_read_out_of_an_array_can_be_put_into_a_list_and_taken_out() -> None:
    begun = "import numpy as np\na = np.array([3.0, 4.0])\nb = [a[0], a[1]]\nprint(b[1])\n"
    program = f"{begun}d = {{'x': a.sum()}}\nc = d['x'] * 2"
    shown = explain(OwnLinesQuestion(program=program))
    assert isinstance(shown, Shown)
    assert not shown.trace.stopped
    assert told(program, "c[]")


def test_an_array_that_was_sorted_in_place_is_followed() -> None:
    program = "import numpy as np\na = np.array([[3, 1], [9, 4]])\na.sort()\nb = a + 1"
    assert "which came from a[0, 0] and a[0, 1]" in told(program, "a:0")[0]
    assert goes(program, "a:0") == ["4: a[0, 0] went into b[0, 0]"]


LABELS = """import numpy as np
labels = np.array(["dog", "cat", "dog"])
back = labels[::-1].copy()
hit = labels == "dog"
ranked = np.sort(labels)
names, counts = np.unique(back, return_counts=True)
sizes = np.array([2.0, 1.0]).astype(str)"""


def test_cells_that_hold_texts_are_followed() -> None:
    shown = explain(OwnLinesQuestion(program=LABELS))
    assert isinstance(shown, Shown)
    assert [shown.steps[-1].names[name].dtype for name in ("labels", "hit", "sizes")] == ["<U3", "bool", "<U32"]
    assert told(LABELS, "back:1")[:2] == [
        "back[1] = 'cat', which came from labels[1]",
        "labels[1] = 'cat', which came from no cell with a name",
    ]
    assert told(LABELS, "hit:2")[0] == "hit[2] = True, which came from labels[2]"
    assert told(LABELS, "ranked:0")[0] == "ranked[0] = 'cat', which came from labels[0], labels[1] and labels[2]"
    assert told(LABELS, "counts:1")[0] == "counts[1] = 2, which came from back[0], back[1] and back[2]"
    assert goes(LABELS, "back:0") == [
        "6: back[0] went into names[0] and names[1]",
        "6: back[0] went into counts[0] and counts[1]",
    ]


def test_a_view_larger_than_its_memory_is_not_followed() -> None:
    assert run("a = np.broadcast_to(1, (10 ** 6, 10 ** 6))\nb = a.T\nprint(b[0, 0])").printed == ("1",)
    large = "v = np.lib.stride_tricks.as_strided(x, (10000, 2), (0, 8))\nv[:] = 3\n"
    program = f"x = np.zeros(4)\n{large}y = x + 1"
    assert told(program, "y:0")[0] == "y[0] = x[0] + 1 = 3.0 + 1 = 4.0"
    trace = run(program)
    chain = chain_of(trace, len(trace.steps), "y:0")
    assert chain is not None
    assert [group.row is None for group in chain.groups] == [False, True]  # x was written to unseen


def test_what_is_kept_of_a_long_loop_stays_small() -> None:
    trace = run("a = np.ones((64, 64))\nfor i in range(1000):\n    a = a + 1\nb = a[0, :2]")
    assert trace.ledger is not None
    assert len(trace.ledger.origins) < 400
    chain = chain_of(trace, len(trace.steps), "b:0")
    assert chain is not None
    assert chain.groups[0].row is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("y = np.square(n)", "y = 145, which came from n"),
        ("y = torch.square(t)", "y = 145, which came from t"),
        ("y = torch.pow(t, 2)", "y = 145, which came from t"),
        ("y = np.square(n - 80)", "y = np.square(n - 80) = np.square(87 - 80) = 49"),
        ("y = np.square(n * 1.0)", "y = np.square(n * 1.0) = np.square(87 * 1.0) = 7569.0"),
        ("y = (v > 1).sum()", "y = 2, which came from v[0], v[1] and v[2]"),
        ("y = (v > 1).float().sum()", "float(v[0] > 1) + float(v[1] > 1) + float(v[2] > 1) = float(1 > 1) + "),
    ],
)
def test_no_formula_is_written_whose_number_the_dtype_could_not_hold(line: str, said: str) -> None:
    header = "import numpy as np\nimport torch\nn = np.array(87, dtype=np.uint8)\nt = torch.tensor(87).byte()\n"
    header += "v = torch.tensor([1, 2, 3])\n"
    assert said in told(header + line, "y:0")[0]
