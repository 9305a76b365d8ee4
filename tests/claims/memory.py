"""The bytes of arrays, of NumPy and of PyTorch: where they lie, and what they say before and after a change."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from tests.claims.program import Names, Program


def is_tensor(array: Any) -> bool:
    return isinstance(array, torch.Tensor)


def content(array: Any) -> bytes:
    """The bytes of its cells, one after another."""
    if is_tensor(array):
        cells = array.detach().contiguous().clone(memory_format=torch.contiguous_format).reshape(-1)
        return cells.view(torch.uint8).numpy().tobytes() if cells.numel() else b""
    return np.ascontiguousarray(array).tobytes()


def values(array: Any) -> np.ndarray[Any, Any]:
    """A copy of its cells."""
    if is_tensor(array):
        wide = array.detach().float() if array.dtype == torch.bfloat16 else array.detach()
        return np.array(wide.numpy())
    return np.array(array)


def flip(array: Any) -> None:
    """Change the lowest bit of every byte of the memory that an array lies in, written through that memory itself."""
    if is_tensor(array):
        held = torch.empty(0, dtype=torch.uint8).set_(array.untyped_storage())
        held ^= 1
        return
    root: Any = np.asarray(array)
    while getattr(root, "base", None) is not None:
        root = root.base
    if is_tensor(root):
        flip(root)
        return
    memory = root.transpose(sorted(range(root.ndim), key=lambda axis: -root.strides[axis]))  # the cells as they lie
    writable = memory.flags.writeable
    memory.flags.writeable = True
    np.bitwise_xor(flat := memory.reshape(-1).view(np.uint8), 1, out=flat)
    memory.flags.writeable = writable


def pointer(array: Any) -> int:
    return int(array.data_ptr() if is_tensor(array) else array.__array_interface__["data"][0])


def itemsize(array: Any) -> int:
    return int(array.element_size() if is_tensor(array) else array.itemsize)


def steps(array: Any) -> tuple[int | None, ...]:
    """Bytes from the first cell to the next along each axis, by their addresses; None where there is no next."""
    first = pointer(array)
    return tuple(
        pointer(array[(slice(None),) * axis + (slice(1, None),)]) - first if size > 1 and 0 not in array.shape else None
        for axis, size in enumerate(array.shape)
    )


def addresses(array: Any) -> set[int]:
    """The address of every cell."""
    return {pointer(array[place] if is_tensor(array) else array[(*place, ...)]) for place in np.ndindex(*array.shape)}


def shown(program: Program, name: str) -> tuple[Names, str]:
    """What names are bound to when a step's result is shown, and the name of the array that the step was given."""
    for place, statement in enumerate(program.statements, start=1):
        match statement:
            case ast.Expr(ast.Call(ast.Name("show"), [ast.Constant(found), ast.Name(origin), ast.Name()])):
                if found == name:
                    ran = program.run(until=place)
                    assert ran.error is None
                    return ran.names, origin
    raise AssertionError(f"no result is called {name}")


def before_failing(program: Program) -> Names:
    """What names are bound to in front of the statement that fails."""
    assert program.run().error is not None
    return program.run(until=failing(program) - 1).names


def failing(program: Program) -> int:
    """Which statement fails: how many have run once it would have."""
    return next(place for place in range(1, len(program.statements) + 1) if program.run(until=place).error)


def statement_of(program: Program, name: str) -> str:
    """The statement that gives a result its name."""
    for before, after in zip(program.statements, program.statements[1:], strict=False):
        match after:
            case ast.Expr(ast.Call(ast.Name("show"), [ast.Constant(found), *_])) if found == name:
                return ast.unparse(before)
    raise AssertionError(f"no result is called {name}")


def again(program: Program, name: str, **arrays: Any) -> Any:
    """What the statement that gives a result its name makes of other arrays."""
    names, _ = shown(program, name)
    found: Names = {}
    exec(statement_of(program, name), names | arrays, found)
    return found[name]
