"""Whether an operation gave a view or a copy for the reason that is told, found out by taking the reason away."""

from __future__ import annotations

import ast
import ctypes
from typing import Any

import numpy as np
import torch

from primer_core.claims.claim import Line
from primer_core.claims.copying import (
    AlwaysCopies,
    AxesStretched,
    AxesTurned,
    BitsReadAnew,
    CellsChosen,
    Computed,
    IndexSets,
    LiesInOrder,
    NoNegativeStrides,
    NoStridesGive,
    NotInOrder,
    OtherDtype,
    PartsTaken,
    ReadsThatCopy,
    ReadsThere,
    SingleNumber,
    StridesGive,
    TakesBytes,
    ToldToCopy,
)
from tests.claims.arrays import (
    address,
    at_line,
    cells,
    done_to,
    fetched,
    is_array,
    normal,
    parts_of,
    place,
    place_of,
    reaches,
    read,
    source_of,
    strides,
    value_of,
    watched,
)
from tests.claims.checking import check
from tests.claims.program import Names, Program


def stands_in(line: Line, code: str) -> None:
    """An expression stands in a line."""
    whole = ast.parse(normal(line[0]))
    assert any(ast.unparse(node) == normal(code) for node in ast.walk(whole) if isinstance(node, ast.expr)), code


def names_before(program: Program, line: Line) -> Names:
    """Return names and arrays as they are right before a line, in a run of their own."""
    return program.run(until=place(program, line) - 1).names


def source_and_result(program: Program, line: Line, code: str) -> tuple[Any, Any, Names]:
    """Return what the last operation was done to, what came of it, and the names."""
    stands_in(line, code)
    names = names_before(program, line)
    source = value_of(source_of(code), names)
    assert is_array(source), f"{source_of(code)} is no array"
    return source, done_to(code, source, names), names


def is_view(source: Any, result: Any) -> bool:
    """Whether each sees what is written through the other, or the result has no cells that could."""
    return is_array(result) and (reaches(source, result) and reaches(result, source))


def check_view(program: Program, line: Line, code: str) -> tuple[Any, Any, Names]:
    assert is_view(*source_and_result(program, line, code)[:2])
    return source_and_result(program, line, code)


def check_copy(program: Program, line: Line, code: str) -> tuple[Any, Any, Names]:
    source, result, _ = source_and_result(program, line, code)
    assert is_array(result)
    assert not reaches(source, result)
    assert not reaches(result, source)
    return source_and_result(program, line, code)


def read_by(source: Any, offset: int, shape: tuple[int, ...], steps: tuple[int, ...]) -> Any:
    """Read the memory of an array from an element on with strides of elements: nothing but these is used."""
    values = cells(source)
    found = np.empty(shape, values.dtype)
    for index in np.ndindex(*shape):
        at = offset + sum(i * step for i, step in zip(index, steps, strict=True))
        found[index] = _element(values, at)
    return found


def _element(values: Any, at: int) -> Any:
    """Return the element so many elements behind the first cell."""
    where = values.ctypes.data + at * values.itemsize
    return np.frombuffer((ctypes.c_uint8 * values.itemsize).from_address(where), values.dtype)[0]


def reads(array: Any, shape: tuple[int, ...], steps: tuple[int, ...]) -> None:
    """An array has a shape, and its cells are the elements that strides lead to from its first."""
    assert tuple(array.shape) == shape
    assert len(steps) == len(shape)
    values = cells(array)
    if values.size and values.dtype != object:
        assert read_by(array, 0, shape, steps).tobytes() == values.tobytes()
    assert strides(array) == steps


@check(IndexSets)
def _(claim: IndexSets, program: Program) -> None:
    source, result, names = check_view(program, claim.line, claim.code)
    assert address(result) - address(source) == claim.offset * cells(result).itemsize
    reads(result, tuple(result.shape), claim.strides)
    node = parts_of(claim.code)
    assert isinstance(node, ast.Subscript)
    for part in index_parts(node):
        value = None if isinstance(part, ast.Slice) else value_of(ast.unparse(part), names)
        assert value is None or value is ... or isinstance(value, int | np.integer)
        assert not isinstance(value, bool)


def index_parts(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


@check(AxesTurned)
def _(claim: AxesTurned, program: Program) -> None:
    source, result, _ = check_view(program, claim.line, claim.code)
    reads(source, tuple(source.shape), claim.before)
    reads(result, tuple(result.shape), claim.after)
    axes = [sorted(zip(array.shape, strides(array), strict=True)) for array in (source, result)]
    assert axes[0] == axes[1]
    assert address(source) == address(result)


@check(AxesStretched)
def _(claim: AxesStretched, program: Program) -> None:
    _, result, _ = check_view(program, claim.line, claim.code)
    assert claim.axes
    again = [axis for axis in range(cells(result).ndim) if result.shape[axis] > 1 and one_element(result, axis)]
    assert list(claim.axes) == again


def one_element(array: Any, axis: int) -> bool:
    """Whether all cells along an axis lie at one address."""
    values = np.moveaxis(cells(array), axis, 0)
    return values[:1].ctypes.data == values[1:].ctypes.data


@check(LiesInOrder)
def _(claim: LiesInOrder, program: Program) -> None:
    assert normal(claim.source) == source_of(claim.code)
    source, _, names = check_view(program, claim.line, claim.code)
    # The same cells out of order are copied.
    turned = out_of_order(source)
    assert turned is None or not reaches(turned, done_to(claim.code, turned, names))


def out_of_order(source: Any) -> Any:
    """Return an array of the same shape whose cells lie in another order; None where there is no other."""
    shape = tuple(source.shape)
    if cells(source).size < 2:
        return None
    wide = np.zeros((*shape, 2), cells(source).dtype)[..., 0]
    return torch.from_numpy(wide) if isinstance(source, torch.Tensor) else wide


@check(NotInOrder)
def _(claim: NotInOrder, program: Program) -> None:
    assert normal(claim.source) == source_of(claim.code)
    source, _, names = check_copy(program, claim.line, claim.code)
    in_order = cells(source).copy(order="C")
    again = torch.from_numpy(in_order) if isinstance(source, torch.Tensor) else in_order
    assert reaches(again, done_to(claim.code, again, names)), "in order it is copied, too"
    # With other numbers in the same places it is copied still.
    assert not reaches(source, done_to(claim.code, source, names))


@check(StridesGive)
def _(claim: StridesGive, program: Program) -> None:
    _, result, _ = check_view(program, claim.line, claim.code)
    reads(result, claim.shape, claim.strides)


@check(NoStridesGive)
def _(claim: NoStridesGive, program: Program) -> None:
    source, result, names = check_copy(program, claim.line, claim.code)
    assert tuple(result.shape) == claim.shape
    try:
        if isinstance(source, torch.Tensor):
            source.view(claim.shape)
        else:
            value_of(with_keyword(claim.code, "copy", "False"), names)
    except (ValueError, RuntimeError):
        pass
    else:
        raise AssertionError("it can be had without a copy")


def with_keyword(code: str, name: str, value: str) -> str:
    """Write a call with another keyword."""
    node = parts_of(code)
    assert isinstance(node, ast.Call)
    node.keywords = [keyword for keyword in node.keywords if keyword.arg != name]
    node.keywords.append(ast.keyword(name, parts_of(value)))
    return ast.unparse(node)


@check(TakesBytes)
def _(claim: TakesBytes, program: Program) -> None:
    source, result, _ = check_view(program, claim.line, claim.code)
    kinds = {True: "tensor", False: "array"}
    assert claim.kinds == tuple(kinds[isinstance(array, torch.Tensor)] for array in (source, result))
    assert claim.kinds[0] != claim.kinds[1]
    assert address(source) == address(result)


@check(ReadsThere)
def _(claim: ReadsThere, program: Program) -> None:
    source, several, _ = source_and_result(program, claim.line, claim.code)
    result = matching(several, claim.shape, claim.strides)
    assert reaches(source, result)
    assert reaches(result, source)


@check(BitsReadAnew)
def _(claim: BitsReadAnew, program: Program) -> None:
    source, result, names = check_view(program, claim.line, claim.code)
    assert [str(cells(array).dtype) for array in (source, result)] == [claim.before, claim.after]
    assert claim.before != claim.after
    assert cells(result).tobytes() == cells(source).tobytes()
    converted = value_of(claim.instead, names)
    assert cells(converted).dtype == cells(result).dtype
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(cells(converted), cells(source).astype(cells(result).dtype))


def matching(result: Any, shape: tuple[int, ...], steps: tuple[int, ...]) -> Any:
    """Return the array, or that of several, that has a shape and strides."""
    several = result if isinstance(result, tuple | list) else [result]
    found = [one for one in several if is_array(one) and tuple(one.shape) == shape and strides(one) == steps]
    assert found, "no array of them lies so"
    reads(found[0], shape, steps)
    return found[0]


@check(PartsTaken)
def _(claim: PartsTaken, program: Program) -> None:
    _, (part,) = fetched(program, claim.name)
    at = place_of(program, claim.name)
    assert normal(claim.name[1]).endswith(f" = {normal(claim.code)}")

    def shared(names: Names) -> bool:
        one, whole = read(names, claim.name[0]), value_of(claim.code, names)
        assert claim.part >= 0
        return address(one) == address(whole[claim.part]) and reaches(whole[claim.part], one)

    del part
    _, found = watched(program, it=(at, shared))
    assert found["it"]


@check(CellsChosen)
def _(claim: CellsChosen, program: Program) -> None:
    source, _, names = check_copy(program, claim.line, claim.code)
    node = parts_of(claim.code)
    assert isinstance(node, ast.Subscript)
    parts: list[tuple[ast.expr, Any]]
    parts = [(part, None if isinstance(part, ast.Slice) else value_of(ast.unparse(part), names))
             for part in index_parts(node)]  # fmt: skip
    lists = [place for place, (_, value) in enumerate(parts) if np.ndim(value)]
    assert lists, "no list and no mask stands there"
    # With a slice in the place of each, it is a view; with other numbers in the array it is a copy still.
    slices = tuple(
        slice(None) if place in lists else eval_slice(part, value, names) for place, (part, value) in enumerate(parts)
    )
    assert reaches(source, source[slices])
    again = value_of(claim.code, names)
    assert not reaches(source, again)


def eval_slice(part: ast.expr, value: Any, names: Names) -> Any:
    return value_of(f"slice({slice_words(part)})", names) if isinstance(part, ast.Slice) else value


def slice_words(part: ast.Slice) -> str:
    return ", ".join("None" if end is None else ast.unparse(end) for end in (part.lower, part.upper, part.step))


@check(Computed)
def _(claim: Computed, program: Program) -> None:
    stands_in(claim.line, claim.code)
    names = names_before(program, claim.line)
    result = value_of(claim.code, names)
    result = result if is_array(result) else next(one for one in result if is_array(one))
    arrays = [value for value in names.values() if is_array(value)]
    assert not any(reaches(array, result) for array in arrays)
    assert isinstance(parts_of(claim.code), ast.BinOp | ast.UnaryOp | ast.Call | ast.Compare | ast.BoolOp)


@check(AlwaysCopies)
def _(claim: AlwaysCopies, program: Program) -> None:
    node = parts_of(claim.code)
    assert isinstance(node, ast.Call)
    operation = node.func
    assert (operation.attr if isinstance(operation, ast.Attribute) else ast.unparse(operation)) == claim.operation
    names = names_before(program, claim.line)
    given = value_of(source_of(claim.code), names)
    if isinstance(given, list | tuple):  # arrays that are joined
        stands_in(claim.line, claim.code)
        result = done_to(claim.code, given, names)
        arrays = [each for each in given if is_array(each)]
        assert arrays, f"there is no array in {given}"
        for array in arrays:
            assert not reaches(array, result)
            assert not reaches(result, array)
    else:
        given, result, names = check_copy(program, claim.line, claim.code)
    # Of arrays in order, which have the dtype of the result already, it makes a copy, too.
    again = [ordered(each, cells(result).dtype) for each in (given if isinstance(given, list | tuple) else [given])]
    copied = done_to(claim.code, again if isinstance(given, list | tuple) else again[0], names)
    assert not any(reaches(each, copied) for each in again if is_array(each))


def ordered(value: Any, dtype: Any) -> Any:
    """The array in order and with a dtype; what is no array as it is."""
    if not is_array(value):
        return value
    in_order = np.ascontiguousarray(cells(value).astype(dtype))
    return torch.from_numpy(in_order) if isinstance(value, torch.Tensor) else in_order


@check(NoNegativeStrides)
def _(claim: NoNegativeStrides, program: Program) -> None:
    source, result, _ = check_copy(program, claim.line, claim.code)
    assert isinstance(source, torch.Tensor)
    assert isinstance(result, torch.Tensor)
    assert "flip" in claim.code
    try:
        torch.as_strided(source, (1,), (-1,))
    except RuntimeError:
        pass
    else:
        raise AssertionError("PyTorch takes a negative stride")
    assert reaches(cells(source), np.flip(cells(source)))


@check(ToldToCopy)
def _(claim: ToldToCopy, program: Program) -> None:
    source, _, names = check_copy(program, claim.line, claim.code)
    node = parts_of(claim.code)
    assert isinstance(node, ast.Call)
    assert any(keyword.arg == "copy" for keyword in node.keywords)
    assert is_view(source, value_of(with_keyword(claim.code, "copy", "False"), names))


@check(OtherDtype)
def _(claim: OtherDtype, program: Program) -> None:
    source, result, names = check_copy(program, claim.line, claim.code)
    dtypes = [cells(array).dtype for array in (source, result)]
    assert [str(dtype) for dtype in dtypes] == [claim.before, claim.after]
    assert claim.before != claim.after
    # What has that dtype already is handed back as it is.
    again = cells(source).astype(dtypes[1])
    ready = torch.from_numpy(again) if isinstance(source, torch.Tensor) else again
    assert reaches(ready, done_to(claim.code, ready, names))


@check(SingleNumber)
def _(claim: SingleNumber, program: Program) -> None:
    stands_in(claim.line, claim.code)
    number: Any
    (number,) = at_line(program, claim.line, claim.code)
    assert isinstance(number, np.generic)
    number = value_of("number", {"number": number})
    assert not number.shape
    assert isinstance(parts_of(claim.code), ast.Subscript)
    try:
        number[()] = number
    except TypeError:
        return
    raise AssertionError("it can be written to")


@check(ReadsThatCopy)
def _(claim: ReadsThatCopy, program: Program) -> None:
    line = claim.name[1:]
    stands_in(line, claim.code)
    at = place_of(program, claim.name)
    tree = ast.parse(normal(line[0])).body[0]
    marked = normal(line[0]).replace(normal(claim.code), "_made")
    assert marked != ast.unparse(tree)
    split = program.with_lines(at, f"_made = {claim.code}", marked)

    def shared(names: Names) -> bool:
        one = read(names, claim.name[0])
        return reaches(names["_made"], one) and one is not names["_made"]

    _, found = watched(split, it=(at + 1, shared))
    assert found["it"]
    # It was made then: no array that was there before sees it.
    made = value_of(claim.code, names := names_before(program, line))
    assert not any(reaches(made, value) for value in names.values() if is_array(value))
