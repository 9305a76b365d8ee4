"""Memory: each buffer as a strip of cells, with the names that look into it and the cells that each touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.text import Role


@dataclass(frozen=True, slots=True)
class Pointer:
    """An array that lies in a strip.

    Parameters
    ----------
    names
        Those bound to it, which share one arrow: they are one object.
    cells
        Numbers of the drawn cells that it touches, ascending.
    note
        Plain text: where it begins, and how many cells it touches.
    whole
        Whether it touches all cells of the buffer, those too that are not drawn.
    """

    kind: ClassVar[str] = "pointer"
    names: tuple[str, ...]
    cells: tuple[int, ...]
    note: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A buffer.

    Parameters
    ----------
    count
        int, how many cells it has.
    drawn
        Numbers of the cells that are drawn, ascending; where one is left out, a gap is drawn.
    pointers
        The arrays that lie in it. The names of the first stand at the strip itself if it is the whole.
    notes
        Plain texts: bytes and cells, how many cells are drawn where that is not all, and which were changed.
    changed
        Numbers of the drawn cells that the step changed, ascending.
    role
        Whose colour it wears.
    """

    kind: ClassVar[str] = "strip"
    count: int
    drawn: tuple[int, ...]
    pointers: tuple[Pointer, ...]
    notes: tuple[str, ...]
    changed: tuple[int, ...] = ()
    role: Role = "plain"

    def __post_init__(self) -> None:
        """Check that what is pointed at, and what is changed, is drawn."""
        told = {cell for pointer in self.pointers for cell in pointer.cells} | set(self.changed)
        if not told <= set(self.drawn) or any(not 0 <= cell < self.count for cell in self.drawn):
            raise ValueError(f"cells of pointers and changed ones must be among the drawn, not {sorted(told)}")

    @property
    def whole(self) -> Pointer | None:
        """The array whose names stand at the strip itself; None for none."""
        return self.pointers[0] if self.pointers and self.pointers[0].whole else None

    @property
    def others(self) -> tuple[Pointer, ...]:
        """The arrays that are drawn below the strip."""
        return self.pointers if self.whole is None else self.pointers[1:]

    @property
    def looked_into(self) -> frozenset[int]:
        """Numbers of the drawn cells that the others touch, which are outlined in the strip."""
        return frozenset(cell for pointer in self.others for cell in pointer.cells)


@dataclass(frozen=True, slots=True)
class MemoryStrips:
    """Buffers below each other.

    Parameters
    ----------
    strips
        From top to bottom.
    """

    kind: ClassVar[str] = "memorystrips"
    strips: tuple[Strip, ...]


def places(drawn: tuple[int, ...]) -> tuple[int | None, ...]:
    """Return the numbers of drawn cells from left to right, with None where cells between two are left out."""
    found: list[int | None] = []
    for run in runs(drawn):
        found += [None, *run] if found else run
    return tuple(found)


def runs(cells: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Split ascending numbers into stretches without a gap."""
    found: list[list[int]] = []
    for cell in cells:
        if found and cell == found[-1][-1] + 1:
            found[-1].append(cell)
        else:
            found.append([cell])
    return tuple(map(tuple, found))


def runs_text(cells: tuple[int, ...]) -> str:
    """Name cells by ascending numbers, their stretches in short: ``cells 0 to 3 and 7``."""
    texts = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs(cells)]
    named = " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
    return f"{'cell' if len(cells) == 1 else 'cells'} {named}"
