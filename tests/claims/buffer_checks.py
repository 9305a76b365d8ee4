"""Checks of what is said of the memory that arrays lie in: their bytes are looked up one by one."""

from __future__ import annotations

import itertools
from typing import Any

import torch

from primer_core.claims.memory_cells import BufferCells, MemoryChanged, TouchesAll, TouchesCells
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import is_array
from tests.claims.running_checks import addresses, allocation, line


def itemsize(array: Any) -> int:
    return array.element_size() if isinstance(array, torch.Tensor) else int(array.itemsize)


def every_byte(array: Any) -> set[int]:
    """Each byte that an array touches."""
    return {first + place for first in addresses(array) for place in range(itemsize(array))}


def in_order(array: Any) -> list[int]:
    """The first byte of each cell, in C order."""
    if isinstance(array, torch.Tensor):
        first, strides = array.data_ptr(), [step * array.element_size() for step in array.stride()]
    else:
        first, strides = array.__array_interface__["data"][0], list(array.strides)
    indices = itertools.product(*map(range, array.shape))
    return [first + sum(i * step for i, step in zip(index, strides, strict=True)) for index in indices]


@check(BufferCells)
def _(claim: BufferCells, program: Program) -> None:
    done = line(program, claim.run)
    array = done.names[claim.name]
    start, nbytes = allocation(array)
    assert claim.nbytes == nbytes
    assert claim.cells * claim.itemsize == nbytes
    for other in done.names.values():
        if is_array(other) and allocation(other) == (start, nbytes):
            assert itemsize(other) % claim.itemsize == 0
            assert all((place - start) % claim.itemsize == 0 for place in addresses(other))


@check(TouchesCells)
def _(claim: TouchesCells, program: Program) -> None:
    array = line(program, claim.run).names[claim.name]
    start = allocation(array)[0]
    touched = every_byte(array)
    assert min(touched) - start == claim.start
    assert len({(byte - start) // claim.itemsize for byte in touched}) == claim.cells
    assert len(touched) == claim.cells * claim.itemsize


@check(TouchesAll)
def _(claim: TouchesAll, program: Program) -> None:
    array = line(program, claim.run).names[claim.name]
    start, nbytes = allocation(array)
    assert every_byte(array) == set(range(start, start + nbytes))


@check(MemoryChanged)
def _(claim: MemoryChanged, program: Program) -> None:
    done = line(program, claim.run)
    memory = allocation(done.names[claim.name])
    assert done.before[claim.name] is done.names[claim.name]
    changed: set[int] = set()
    assert any(
        itemsize(each) == claim.itemsize
        for each in done.names.values()
        if is_array(each) and allocation(each) == memory
    )
    for name, array in done.names.items():
        if not is_array(array) or allocation(array) != memory or done.before.get(name) is not array:
            continue
        size = itemsize(array)
        new, old = done.cells[name], done.cells_before[name]
        for at, place in enumerate(in_order(array)):
            differs = (byte for byte in range(size) if new[at * size + byte] != old[at * size + byte])
            changed |= {(place - memory[0] + byte) // claim.itemsize for byte in differs}
    told = [cell for first, last in claim.stretches for cell in range(first, last + 1)]
    assert told == sorted(changed)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(claim.stretches))
