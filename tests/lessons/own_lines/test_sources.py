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
from primer_core.lessons.own_lines.claims import came
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.sources import Finder, Walk
from primer_core.lessons.own_lines.trace import Trace, run
from tests.language.programs.random_programs import drawn
from tests.profiles import is_long

pytestmark = pytest.mark.filterwarnings("ignore")

COUNT = 500 if is_long() else 80
SEED = random.SystemRandom().randrange(2**32) if is_long() else 0

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
        exec(compile(program, "program", "exec"), names)  # noqa: S102 - a program of this test
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
