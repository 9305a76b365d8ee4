"""What works in place and is given a copy that no name holds is named, and no change of a view or of a named copy."""

import pytest

from primer_core.claims.surprises.common import InNobodysCopy
from tests.lessons.own_lines.surprises.test_common import found

pytestmark = pytest.mark.filterwarnings("ignore")

GRID = "a = np.arange(20).reshape(4, 5)\n"
FLOATS = "t = torch.arange(6.)\n"


@pytest.mark.parametrize(
    ("program", "code", "instead"),
    [
        (
            GRID + "np.random.shuffle(a[:, [0, 1]])",
            "a[:, [0, 1]]",
            "picked = a[:, [0, 1]]; np.random.shuffle(picked); a[:, [0, 1]] = picked",
        ),
        (
            GRID + "np.random.default_rng(0).shuffle(a[a > 3])",
            "a[a > 3]",
            "picked = a[a > 3]; np.random.default_rng(0).shuffle(picked); a[a > 3] = picked",
        ),
        (GRID + "a[[2, 0]].sort()", "a[[2, 0]]", "picked = a[[2, 0]]; picked.sort(); a[[2, 0]] = picked"),
        (GRID + "a[[0, 0]].sort()", "a[[0, 0]]", ""),
        (GRID + "a.flatten().fill(1)", "a.flatten()", ""),
        (GRID + "a.T.ravel().sort()", "a.T.ravel()", ""),
        (GRID + "a.astype(int).fill(0)", "a.astype(int)", ""),
        (
            GRID + "np.add(1, 2, out=a[[1]])",
            "a[[1]]",
            "picked = a[[1]]; np.add(1, 2, out=picked); a[[1]] = picked",
        ),
        (FLOATS + "t[t > 2].zero_()", "t[t > 2]", "picked = t[t > 2]; picked.zero_(); t[t > 2] = picked"),
        (
            FLOATS + "t[t > 2].add_(1).mul_(2)",
            "t[t > 2]",
            "picked = t[t > 2]; picked.add_(1).mul_(2); t[t > 2] = picked",
        ),
        (FLOATS + "t.reshape(2, 3).T.reshape(-1).zero_()", "t.reshape(2, 3).T.reshape(-1)", ""),
        (FLOATS + "t.long().add_(1)", "t.long()", ""),
        (
            "net = nn.Linear(3, 2)\nnn.init.zeros_(net.weight[[0]])",
            "net.weight[[0]]",
            "",
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nwith torch.no_grad():\n    w[[0, 1]].zero_()",
            "w[[0, 1]]",
            "",
        ),
    ],
)
def test_it_is_named(program: str, code: str, instead: str) -> None:
    last = 5 + program.count("\n")
    assert found(program) == [InNobodysCopy((last, 1), code, instead)]


@pytest.mark.parametrize(
    "program",
    [
        GRID + "np.random.shuffle(a[:, 0])\nnp.random.shuffle(a)\na[1:].sort()\na.ravel().fill(0)",
        GRID + "b = a[:, [0, 1]]\nnp.random.shuffle(b)\na[:, [0, 1]] = b",
        GRID + "np.add(a[[0, 1]], 1, out=a[:2])\nnp.copyto(a[:2], a[[2, 3]])",
        GRID + "a.reshape(-1).sort()\na.T.fill(2)",
        GRID + "a[a > 99].sort()",
        FLOATS + "t[1:3].zero_()\nt.view(2, 3)[0].fill_(1)\nt.float().add_(1)",
        FLOATS + "y = t.clone().zero_()\nz = t[t > 2].add_(1)\nprint(t.clone().fill_(2))",
        FLOATS + "nn.init.zeros_(t[:2])",
        "w = torch.ones(3, requires_grad=True)\n(w * 2).sum().backward()\nw.grad[1:].zero_()",
    ],
)
def test_what_changes_an_array_with_a_name_or_is_kept_is_left_alone(program: str) -> None:
    assert not [claim for claim in found(program) if isinstance(claim, InNobodysCopy)]
