"""Which arrays lie in one memory, as far as their addresses tell."""

import gc

import numpy as np

from primer_core.backend import backend_of
from primer_core.lessons.own_lines.memories import Memories


def number(memories: Memories, array: np.ndarray) -> int:
    return memories.block_of(array, *backend_of(array).allocation(array)).number


def test_views_lie_in_the_memory_of_their_array_and_copies_in_another() -> None:
    memories, x = Memories(), np.arange(12).reshape(3, 4)
    y = x.copy()
    assert [number(memories, each) for each in (x, x[1], y, x.T, y[:, 1])] == [0, 0, 1, 0, 1]


def test_what_is_gone_leaves_its_place_to_another() -> None:
    memories, x = Memories(), np.arange(12)
    block = memories.block_of(x, 1000, 1096)
    assert memories.block_of(x, 1000, 1096) is block
    y = np.arange(3)
    assert memories.block_of(y, 1008, 1032).number == block.number
    del x, y
    gc.collect()
    assert memories.block_of(np.arange(2), 1008, 1024).number == block.number + 1


def test_a_part_seen_before_the_whole_is_of_one_memory_with_it() -> None:
    memories, held = Memories(), [np.arange(3) for _ in range(4)]
    first = memories.block_of(held[0], 1016, 1024)
    other = memories.block_of(held[1], 1048, 1056)
    beside = memories.block_of(held[2], 2000, 2008)
    whole = memories.block_of(held[3], 1000, 1096)
    assert (first.number, other.number, beside.number, whole.number) == (0, 1, 2, 0)
    assert (whole.start, whole.stop) == (1000, 1096)
    assert memories.block_of(held[1], 1048, 1056).number == 0
