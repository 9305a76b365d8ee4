"""Arrays of either library at any moment of a program: who has whose memory is found out by writing."""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from primer_core.claims.claim import Bound, Line
from tests.claims.program import Names, Program, Ran

Probe = Callable[[Names], Any]


def normal(code: str) -> str:
    """Write code as Python prints it, so that two spellings of one statement are one."""
    return ast.unparse(ast.parse(code))


def place(program: Program, line: Line) -> int:
    """Return how many statements have run once a line has.

    Raises
    ------
    AssertionError
        If there is no such line.
    """
    code, nth = line
    found = [n for n, each in enumerate(program.statements, start=1) if ast.unparse(each) == normal(code)]
    assert 1 <= nth <= len(found), f"{code} does not stand there so often"
    return found[nth - 1]


def place_of(program: Program, array: Bound) -> int:
    """Return how many statements have run once a name is bound to an array."""
    return place(program, array[1:])


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | torch.Tensor)


def read(names: Names, name: str) -> Any:
    """Return what a name, or ``parts[0]``, stands for; None for nothing."""
    if name.partition("[")[0] not in names:
        return None
    return eval(name, names)


MODULES = ("np", "torch", "F", "before", "name", "array")


def labels(names: Names) -> list[str]:
    """All names of arrays and numbers, those in lists and tuples, too."""
    found = []
    for name, value in names.items():
        if name.startswith("__") or name in MODULES:
            continue
        if is_array(value) or isinstance(value, np.generic):
            found.append(name)
        elif isinstance(value, tuple | list):
            found += [
                f"{name}[{at}]" for at, part in enumerate(value) if is_array(part) or isinstance(part, np.generic)
            ]
    return sorted(found)


def objects(names: Names) -> dict[str, Any]:
    return {name: read(names, name) for name in labels(names)}


def copies(names: Names) -> dict[str, Any]:
    return {name: cells(read(names, name)).copy() for name in labels(names)}


def watched(program: Program, **probes: tuple[int, Probe]) -> tuple[Ran, dict[str, Any]]:
    """Run a program and look at it on the way.

    Parameters
    ----------
    probes
        By a name of one's own: once how many statements have run, what is looked at.
    """
    found: dict[str, Any] = {}
    moments: dict[int, list[tuple[str, Probe]]] = {}
    for key, (at, probe) in probes.items():
        moments.setdefault(at, []).append((key, probe))

    def look(at: int) -> Callable[[Names], None]:
        def all_of(names: Names) -> None:
            for key, probe in moments[at]:
                found[key] = probe(names)

        return all_of

    ran = program.run(after={at: look(at) for at in moments})
    missing = set(probes) - set(found)
    assert not missing, f"the program did not come to {missing}: {ran.error}"
    return ran, found


def object_of(array: Bound) -> Probe:
    """Look at what a name is bound to."""
    return lambda names: read(names, array[0])


def fetched(program: Program, *arrays: Bound) -> tuple[Ran, list[Any]]:
    """Run a program, and return the objects that lines bound names to; each line is the one that did."""
    probes: dict[str, tuple[int, Probe]] = {}
    for number, array in enumerate(arrays):
        at = place_of(program, array)
        probes |= {f"{number}": (at, object_of(array)), f"before {number}": (at - 1, object_of(array))}
    ran, found = watched(program, **probes)
    for number, array in enumerate(arrays):
        assert found[f"{number}"] is not None, f"{array[0]} is bound to nothing by then"
        assert found[f"before {number}"] is not found[f"{number}"], f"{array[1]} does not bind {array[0]}"
    return ran, [found[f"{number}"] for number in range(len(arrays))]


def cells(array: Any) -> np.ndarray[Any, Any]:
    """Return the cells of an array on its own memory, as NumPy sees them."""
    return array.detach().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)


def seen(array: Any) -> tuple[Any, ...]:
    """Return all that can be seen of an array: its shape, and the bytes of its cells."""
    values = cells(array)
    return (values.shape, [id(one) for one in values.ravel()] if values.dtype == object else values.tobytes())


def scribble(array: Any) -> None:
    """Change every bit of every cell of an array, in place; of booleans the truth."""
    values = cells(array)
    if not values.flags.writeable:  # several cells may be one: each element is changed once, through the memory
        memory(array)[...] ^= 1 if values.dtype == bool else 255
        return
    if values.dtype == object:
        flat = [object() for _ in range(values.size)]
        values[...] = np.array(flat, dtype=object).reshape(values.shape)
    elif values.dtype == bool:
        values[...] = ~values
    elif values.dtype.kind == "c":
        for part in (values.real, values.imag):
            scribble(part)
    else:
        bits = values.view(f"u{values.itemsize}")
        bits[...] = ~bits


def memory(array: Any) -> np.ndarray[Any, Any]:
    """Return all bytes of the memory in which an array lies."""
    start, stop = bounds(array)
    return np.ctypeslib.as_array((ctypes.c_uint8 * (stop - start)).from_address(start))


def bounds(array: Any) -> tuple[int, int]:
    """Return the first byte of the memory in which an array lies, and the first behind it."""
    if isinstance(array, torch.Tensor):
        storage = array.untyped_storage()
        return storage.data_ptr(), storage.data_ptr() + storage.nbytes()
    while isinstance(array.base, np.ndarray):
        array = array.base
    if isinstance(array.base, torch.Tensor):
        return bounds(array.base)
    low, high = np.lib.array_utils.byte_bounds(array)
    return low, high


def one_memory(one: Any, other: Any) -> bool:
    """Whether two arrays lie in one memory."""
    if not (is_array(one) and is_array(other)):
        return False
    first, second = bounds(one), bounds(other)
    return max(first[0], second[0]) < min(first[1], second[1])


def reaches(writer: Any, reader: Any) -> bool:
    """Whether a reader changes when all cells of a writer do, which are scribbled over."""
    if not (is_array(writer) and is_array(reader)):
        return False
    before = seen(reader)
    scribble(writer)
    return seen(reader) != before


def share(program: Program, one: Bound, other: Bound) -> bool:
    """Whether each of two arrays sees what is written through the other, as soon as both are there."""
    places = {"one": place_of(program, one), "other": place_of(program, other)}
    ways = []
    for writer, reader in (("one", "other"), ("other", "one")):
        kept: dict[str, Any] = {}  # by the time that both are there, one of the names may be another's already

        def keep(key: str, array: Bound, kept: dict[str, Any] = kept) -> Probe:
            return lambda names: kept.__setitem__(key, read(names, array[0]))

        def write(_: Names, kept: dict[str, Any] = kept, writer: str = writer, reader: str = reader) -> bool:
            return reaches(kept[writer], kept[reader])

        probes = {"one": (places["one"], keep("one", one)), "other": (places["other"], keep("other", other))}
        _, found = watched(program, **probes, reached=(max(places.values()), write))
        ways.append(found["reached"])
    return all(ways)


def address(array: Any) -> int:
    return int(array.data_ptr() if isinstance(array, torch.Tensor) else array.ctypes.data)


def strides(array: Any) -> tuple[int, ...]:
    """Return strides in elements."""
    if isinstance(array, torch.Tensor):
        return tuple(array.stride())
    return tuple(stride // array.itemsize for stride in array.strides)


def at_line(program: Program, line: Line, *codes: str) -> list[Any]:
    """Return what expressions give right before a line runs, one after another."""
    _, found = watched(program, it=(place(program, line) - 1, lambda names: [value_of(code, names) for code in codes]))
    return list(found["it"])


def value_of(code: str, names: Names) -> Any:
    """Evaluate an expression that a page prints, and leave its names alone."""
    return eval(code, {**names, "np": np, "torch": torch})


def parts_of(code: str) -> ast.expr:
    """Return the syntax tree of an expression."""
    return ast.parse(code, mode="eval").body


def source_of(code: str) -> str:
    """Return what the last operation of an expression is done to."""
    match parts_of(code):
        case ast.Call(ast.Attribute(ast.Name("np" | "torch")), [first, *_]):
            return ast.unparse(first)
        case ast.Call(ast.Attribute(ast.Attribute(ast.Attribute(ast.Name("np")))), [first, *_]):
            return ast.unparse(first)
        case ast.Call(ast.Attribute(holder)) | ast.Subscript(holder) | ast.Attribute(holder):
            return ast.unparse(holder)
        case ast.Call(ast.Name(), [first, *_]):
            return ast.unparse(first)
    raise AssertionError(f"{code} ends in no operation")


def done_to(code: str, source: Any, names: Names) -> Any:
    """Return what the last operation of an expression makes of another source."""
    held = source_of(code)
    tree = parts_of(code)

    class Exchange(ast.NodeTransformer):
        done = False

        def visit(self, node: ast.AST) -> Any:
            if not self.done and node is not tree and isinstance(node, ast.expr) and ast.unparse(node) == held:
                self.done = True
                return ast.Name("_source", ast.Load())
            return self.generic_visit(node)

    changed = ast.unparse(ast.fix_missing_locations(Exchange().visit(tree)))
    return value_of(changed, {**names, "_source": source})
