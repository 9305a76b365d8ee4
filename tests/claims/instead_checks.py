"""Whether steps that are offered in the place of another mean what is said, found out by taking them."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.claims.fixes import Instead
from tests.claims.checking import check
from tests.claims.memory import failing, flip, is_tensor, values
from tests.claims.program import Names, Program


@dataclass(frozen=True)
class Way:
    """What a change gives.

    Parameters
    ----------
    claim
        What is said of it.
    before, after
        The array that it is given, and what comes out.
    shared
        Whether that lies in the memory of the array.
    names
        All that the program binds then.
    asked
        The numbers in the statement that is not taken; none where the program has no such statement.
    """

    claim: Instead
    before: Any
    after: Any
    shared: bool
    names: Names
    asked: tuple[int, ...]

    @property
    def in_order(self) -> bool:
        """Whether all cells come out in their order."""
        return self.before.size == self.after.size and np.array_equal(self.before.ravel(), self.after.ravel())

    @property
    def turned(self) -> bool:
        """Whether the axes come out in another order."""
        return any(np.array_equal(self.before.transpose(axes), self.after) for axes in orders(self.before.ndim))

    def stretched(self, before: Any) -> bool:
        return np.array_equal(np.broadcast_to(before, self.claim.shape), self.after)

    @property
    def pieces(self) -> list[Any]:
        """All pieces, where several came out."""
        several = [held for held in self.names.values() if isinstance(held, tuple | list) and len(held)]
        return [values(piece) for piece in several[-1]]

    @property
    def numbers(self) -> list[int]:
        return numbers_in(self.claim.statements.rpartition(";")[2] or self.claim.statements)


def is_taken(way: Way) -> bool:
    """Whether numbers of the array are in what comes out."""
    return way.after.size == 0 or bool(np.isin(way.after, way.before).any())


def orders(rank: int) -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(rank)))


def swapped(way: Way) -> bool:
    pairs = itertools.combinations_with_replacement(range(way.before.ndim), 2)
    return any(np.array_equal(way.before.swapaxes(*pair), way.after) for pair in pairs)


def uses_all(way: Way) -> bool:
    """Whether a join holds every number of what was to be joined."""
    return way.after.size >= way.before.size and bool(np.isin(way.before, way.after).all())


def cut_along(way: Way, axis: int) -> bool:
    try:
        return np.array_equal(np.concatenate(way.pieces, axis), way.before)
    except ValueError:
        return False


def sizes_along(way: Way) -> list[tuple[int, ...]]:
    return [
        tuple(piece.shape[axis] for piece in way.pieces) for axis in range(way.before.ndim) if cut_along_safe(way, axis)
    ]


def cut_along_safe(way: Way, axis: int) -> bool:
    try:
        return cut_along(way, axis)
    except ValueError:
        return False


MEANT: Mapping[str, Callable[[Way], bool]] = {
    "copy": lambda way: way.in_order and not way.shared,
    "order": lambda way: way.in_order and not way.shared and "contiguous" in way.claim.statements,
    "solve": lambda way: way.in_order and "-1" in way.claim.statements,
    "divide": lambda way: (
        way.in_order and way.before.size % (way.claim.at or 0) == 0 and way.claim.at in way.after.shape
    ),
    "fewer": lambda way: way.in_order and way.after.ndim < len(way.asked),
    "flat": lambda way: way.in_order and way.after.ndim == 1,
    "drop": lambda way: (
        way.before.shape[way.claim.at or 0] == 1
        and way.after.shape == tuple(np.delete(way.before.shape, way.claim.at or 0).tolist())
    ),
    "drop all": lambda way: way.after.shape == tuple(size for size in way.before.shape if size != 1),
    "last": lambda way: way.after.shape == (*way.before.shape, 1),
    "first": lambda way: way.after.shape == (1, *way.before.shape),
    "permute": lambda way: way.turned and (way.shared or not way.after.size),
    "reverse": lambda way: np.array_equal(way.before.T, way.after),
    "swap": swapped,
    "swap last": lambda way: np.array_equal(way.before.swapaxes(-1, -2), way.after),
    "two axes": lambda way: way.after.ndim == 2 and sorted(way.before.ravel()) == sorted(way.after.ravel()),
    "stretch new": lambda way: way.stretched(np.expand_dims(way.before, way.claim.at or 0)),
    "stretch": lambda way: way.stretched(way.before),
    "tile": lambda way: np.array_equal(np.tile(way.before, way.numbers), way.after),
    "join": lambda way: uses_all(way) and longer_along(way, way.claim.at),
    "stack": lambda way: uses_all(way) and is_new_axis(way, way.claim.at),
    "join turned": lambda way: uses_all(way) and longer_along(way, way.claim.at),
    "join fitting": lambda way: uses_all(way) and longer_along(way, way.claim.at),
    "join grown": uses_all,
    "join added": uses_all,
    "last piece": lambda way: np.array_equal(way.pieces[-1], way.after),
    "add up": lambda way: any(sum(sizes) == way.claim.at and way.claim.at == sum(sizes) for sizes in sizes_along(way)),
    "uneven": lambda way: any(max(sizes) - min(sizes) <= 1 for sizes in sizes_along(way)),
    "cut": lambda way: any(len(sizes) == way.claim.at and len(set(sizes)) == 1 for sizes in sizes_along(way)),
    "along": lambda way: cut_along(way, way.claim.at or 0),
    "cut added": lambda way: way.after.size == way.before.size,
    "words": is_taken,
    "attribute": lambda way: "()" not in way.claim.statements,
    "method": lambda way: "(" in way.claim.statements,
    "near": is_taken,
    "instance": is_taken,
}
"""Whether what came of a change is what it is said to mean."""


def longer_along(way: Way, axis: int | None) -> bool:
    assert axis is not None
    cut = way.after.take(range(way.before.shape[axis]), axis)
    behind = way.after.take(range(way.after.shape[axis] - way.before.shape[axis], way.after.shape[axis]), axis)
    return way.after.ndim == way.before.ndim and any(np.array_equal(part, way.before) for part in (cut, behind))


def is_new_axis(way: Way, axis: int | None) -> bool:
    assert axis is not None
    parts = [way.after.take(place, axis) for place in range(way.after.shape[axis])]
    return way.after.ndim == way.before.ndim + 1 and any(np.array_equal(part, way.before) for part in parts)


def numbers_in(code: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?<![\w.])-?\d+", code.partition("=")[2])]


@check(Instead)
def _(claim: Instead, program: Program) -> None:
    meant = MEANT[claim.meaning]
    ran = program.run()
    last = failing(program) if ran.error is not None else len(program.statements)
    names = program.run(until=last - 1).names
    asked = ast.unparse(program.statements[last - 1]) if ran.error is not None else ""
    kept = set(names)
    held = names[claim.origin]
    exec(claim.statements, names)
    *_, bound = ast.parse(claim.statements).body
    assert isinstance(bound, ast.Assign)
    after = names[ast.unparse(bound.targets[0])]
    assert tuple(after.shape) == claim.shape
    assert is_tensor(after) == is_tensor(names["x"])
    for name in arrays_in(asked, names) & kept:
        assert name in arrays_in(claim.statements, names) or stands_in(claim, names, name, kept), f"{name} is dropped"
    check_typed(claim)
    assert (claim.at is not None) == (claim.meaning in SPEAKING_OF_A_NUMBER)
    before, cells = values(held), values(after)
    flip(held)
    shared = not np.array_equal(values(after), cells, equal_nan=cells.dtype.kind == "f")
    flip(held)
    assert meant(Way(claim, before, cells, shared, names, tuple(numbers_in(asked))))


SPEAKING_OF_A_NUMBER = (
    "divide", "drop", "stretch new", "join", "stack", "join turned", "join fitting", "add up", "cut", "along",
)  # fmt: skip


def arrays_in(code: str, names: Names) -> set[str]:
    found = {part.id for part in ast.walk(ast.parse(code)) if isinstance(part, ast.Name)}
    return {name for name in found if hasattr(names.get(name), "dtype")}


def stands_in(claim: Instead, names: Names, name: str, kept: set[str]) -> bool:
    """Whether an array that a fix makes anew holds the same numbers as the one that it does without."""
    new = [held for key, held in names.items() if key not in kept and hasattr(held, "dtype")]
    wanted = sorted(values(names[name]).ravel().tolist())
    anew = any(sorted(values(held).ravel().tolist()) == wanted for held in new)
    return anew or claim.meaning == "join fitting"


def check_typed(claim: Instead) -> None:
    """The steps that are typed and the statements that they stand for call the same with the same numbers."""
    typed = set(re.findall(r"\w+", ", ".join(claim.steps)))
    called = {part.attr for part in ast.walk(ast.parse(claim.statements)) if isinstance(part, ast.Attribute)}
    assert called & typed, f"{called} are not typed"
    told = set(re.findall(r"\w+", claim.statements))
    for step in claim.steps:
        name, _, expression = step.rpartition(" = ")
        words = {word for word in re.findall(r"[^\W\d]\w*", expression) if word not in ("x", "dim", "axis")}
        assert words, f"{step} calls nothing"
        assert words <= told or name
