"""Which arrays lie in one memory: each memory has a number for as long as something that lies in it is there."""

from __future__ import annotations

import weakref
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Block:
    """A stretch of memory.

    Parameters
    ----------
    start, stop
        int, its addresses, as far as what was seen in it tells.
    number
        int, counted from 0 in the order in which memory was seen.
    """

    start: int
    stop: int
    number: int
    _holders: dict[int, weakref.ref[Any]] = field(default_factory=dict)

    def is_held(self) -> bool:
        """Return whether something that was seen in it is still there."""
        for key, holder in list(self._holders.items()):
            if holder() is not None:
                return True
            del self._holders[key]
        return False

    def take_over(self, other: Block) -> None:
        """Be the memory of another block, too, which lies in it in part."""
        self.start, self.stop = min(self.start, other.start), max(self.stop, other.stop)
        self._holders |= {key: holder for key, holder in other._holders.items() if holder() is not None}

    def hold(self, value: Any) -> None:
        """Be there for as long as an array is."""
        known = self._holders.get(id(value))
        if known is None or known() is not value:
            self._holders[id(value)] = weakref.ref(value)


@dataclass(slots=True, eq=False)
class Memories:
    """The memories that were seen, by where they lie: no two that are held lie in one."""

    _starts: list[int] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _made: int = 0

    def block_of(self, value: Any, start: int, stop: int) -> Block:
        """Return the memory in which an array lies.

        Parameters
        ----------
        value
            The array.
        start, stop
            int, the addresses of its memory as far as it knows. A tensor made of part of an array knows of that part
            alone; what is seen later may tell of more.
        """
        first = bisect_left(self._starts, start)
        if first and self._blocks[first - 1].stop > start:
            first -= 1
        after = bisect_left(self._starts, stop, first)
        met = sorted((each for each in self._blocks[first:after] if each.is_held()), key=lambda each: each.number)
        if met:
            found = met[0]
            for other in (*met[1:], Block(start, stop, found.number)):
                found.take_over(other)
        else:
            found = Block(start, stop, self._made)
            self._made += 1
        found.hold(value)
        self._blocks[first:after] = [found]
        self._starts[first:after] = [found.start]
        return found
