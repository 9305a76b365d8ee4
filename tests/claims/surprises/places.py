"""Checks of what surprises: `primer_core.claims.surprises.places`."""

from __future__ import annotations

import ast
from itertools import permutations
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.places import (
    AddsRows,
    AddsRowsTo,
    CellsOfMesh,
    ColumnsOfEvery,
    CutNotTurned,
    EigenvectorsInColumns,
    FirstAlongColumns,
    FirstLeftOut,
    FoundNothing,
    InverseCellByCell,
    ListRepeated,
    NothingToSwap,
    NotTransposed,
    OneCellOften,
    OneHotRows,
    PairsUp,
    PlacesNotRanks,
    ProductOfItself,
    SameAxisTwice,
    SoftmaxDownColumns,
    SortedApart,
    TakenAsOneRow,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import (
    argument,
    at_line,
    begun,
    computed,
    expression,
    made_of,
    numbers,
    stands_there,
    statement_of,
    written,
)


@check(PairsUp)
def _(claim: PairsUp, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = numbers(computed(ast.unparse(node.value), names))
    rows, columns = (ast.literal_eval(each) for each in node.slice.elts)
    assert numbers(result).tolist() == [array[pair].tolist() for pair in zip(rows, columns, strict=True)]
    assert len(rows) == claim.cells < array[np.ix_(rows, columns)].size


@check(OneCellOften)
def _(claim: OneCellOften, program: Program) -> None:
    done, names = begun(program, claim.run)
    statement: Any = statement_of(program, claim.run)
    target: Any = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    assert target.value.id == claim.name
    order = np.arange(names[claim.name].size if hasattr(names[claim.name], "strides") else names[claim.name].numel())
    names["_order_"] = order.reshape(tuple(names[claim.name].shape))
    picked = ast.unparse(ast.Subscript(ast.Name("_order_"), target.slice))
    assert np.size(computed(picked, names)) == claim.named < claim.changed
    held: Any = done.names[claim.name]
    assert int(np.prod([1, *np.array(held.stride() if isinstance(held, torch.Tensor) else held.strides)])) == 0
    before = numbers(names[claim.name])
    after = np.frombuffer(done.cells[claim.name], before.dtype).reshape(before.shape)
    assert int((before != after).sum()) == claim.changed


@check(InverseCellByCell)
def _(claim: InverseCellByCell, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    one, other = (computed(ast.unparse(part), names) for part in (node.left, node.right))
    np.testing.assert_allclose(numbers(result), numbers(one) * numbers(other))
    np.testing.assert_allclose(numbers(computed(claim.product, names)), numbers(one) @ numbers(other), rtol=1e-4)


@check(ListRepeated)
def _(claim: ListRepeated, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = computed(ast.unparse(node.left), names)
    assert (len(given), len(result)) == (claim.before, claim.after)
    assert result == [number for _ in range(claim.after // claim.before) for number in given]


@check(SortedApart)
def _(claim: SortedApart, program: Program) -> None:
    names = begun(program, claim.run)[1]
    before = numbers(argument(claim, program, names)).copy()
    result = computed(claim.code, names)
    if result is None:  # it was sorted where it lies
        result = argument(claim, program, names)
    after = numbers(result[0] if isinstance(result, tuple) else result)
    assert claim.axis in (0, 1)
    along = zip(*((before, after) if claim.axis else (before.T, after.T)), strict=True)
    assert all(sorted(one.tolist()) == other.tolist() for one, other in along)
    across, now = (before.T, after.T) if claim.axis else (before, after)
    assert any(row.tolist() not in across.tolist() for row in now)


@check(NotTransposed)
def _(claim: NotTransposed, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = numbers(argument(claim, program, names)), numbers(result)
    assert (before.shape, after.shape) == (claim.before, claim.after)
    assert before.ravel().tolist() == after.ravel().tolist()
    for axes in permutations(range(before.ndim)):
        assert before.transpose(axes).tolist() != after.tolist()


@check(CutNotTurned)
def _(claim: CutNotTurned, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert ast.unparse(node.func.value) == claim.array
    assert ast.unparse(expression(claim.other)) in ast.unparse(ast.parse(opened(program.code)))
    assert ast.unparse(expression(claim.other)).startswith(f"{claim.array}.")
    cut, turned = numbers(result), numbers(computed(claim.other, names))
    assert cut.shape == turned.shape
    assert cut.tolist() != turned.tolist()
    in_order = [numbers(names[claim.array])[place] for place in np.ndindex(*names[claim.array].shape)]
    assert tuple(in_order[: cut.shape[1]]) == tuple(cut[0]) == claim.row
    assert tuple(in_order[: cut.shape[0]]) == tuple(row[0] for row in turned) == claim.column


@check(NothingToSwap)
def _(claim: NothingToSwap, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    before = argument(claim, program, names) if isinstance(node, ast.Call) else computed(ast.unparse(node.value), names)
    assert tuple(before.shape) == tuple(result.shape) == (claim.size,)
    assert numbers(before).tolist() == numbers(result).tolist()


@check(FirstAlongColumns)
def _(claim: FirstAlongColumns, program: Program) -> None:
    (result, _), names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = computed(f"[{', '.join(ast.unparse(each) for each in node.args)}]", names)
    sizes = tuple(np.size(each) for each in given)
    assert sizes == (claim.first, claim.second)
    assert result.shape == sizes[::-1]
    assert all(len(set(column)) == 1 for column in result.T.tolist())
    other, _ = computed(f'{claim.code[:-1]}, indexing="ij")', names)
    assert other.shape == sizes


@check(AddsRows)
def _(claim: AddsRows, program: Program) -> None:
    result, names = made_of(claim, program)
    assert tuple(result.shape) == claim.shape
    array = names[claim.array]
    assert claim.code == f"sum({claim.array})"
    np.testing.assert_allclose(numbers(result), numbers(array).sum(axis=0), rtol=1e-5)
    assert np.isclose(float(array.sum()), float(numbers(array).astype(float).sum()), rtol=1e-4)


@check(AddsRowsTo)
def _(claim: AddsRowsTo, program: Program) -> None:
    result, names = made_of(claim, program)
    array, start = numbers(names[claim.array]), numbers(names[claim.start])
    assert claim.code.replace(" ", "") == f"sum({claim.array},{claim.start})"
    assert len(array) == claim.rows
    total = start
    for row in array:
        total = total + row
    np.testing.assert_allclose(numbers(result), total, rtol=1e-5)
    whole = computed(f"{claim.array} + {claim.start}", names)
    for place in np.ndindex(*array.shape):
        assert np.isclose(float(whole[place]), float(array[place]) + float(start[place]), equal_nan=True)


@check(FirstLeftOut)
def _(claim: FirstLeftOut, program: Program) -> None:
    result, names = made_of(claim, program)
    whole = computed(claim.whole, names)
    array = claim.code.partition("[")[0]
    assert claim.whole.startswith(f"{array}[")
    assert whole[:-1].tolist() == result.tolist()
    assert whole[-1].tolist() == names[array][0].tolist()


@check(SoftmaxDownColumns)
def _(claim: SoftmaxDownColumns, program: Program) -> None:
    result, names = made_of(claim, program)
    shares = numbers(result).astype(float)
    if "log_softmax" in claim.code:
        shares = np.exp(shares)
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-3)
    assert abs(float(claim.total) - shares[0].sum()) < 6e-4
    along = torch.softmax(argument(claim, program, names), dim=1)
    np.testing.assert_allclose(numbers(along).sum(axis=1), 1, atol=1e-3)


@check(FoundNothing)
def _(claim: FoundNothing, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    truths = computed(claim.asked, dict(names))
    assert "bool" in str(truths.dtype)
    assert computed(f"({claim.asked}).any()", dict(names)).item() is False
    assert int(computed(claim.code, dict(names))) == 0
    assert claim.asked in claim.code


@check(ColumnsOfEvery)
def _(claim: ColumnsOfEvery, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    picked, one_each = computed(claim.code, dict(names)), computed(claim.instead, dict(names))
    assert tuple(picked.shape) == (claim.rows, claim.rows)
    assert tuple(one_each.shape) == (claim.rows,)
    assert picked.diagonal().tolist() == one_each.tolist()


@check(TakenAsOneRow)
def _(claim: TakenAsOneRow, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = argument(claim, program, names)
    assert (tuple(array.shape), tuple(result.shape)) == (claim.before, claim.after)
    names["_flat_"] = np.ravel(array)
    holder = ast.Name("_flat_", ast.Load())
    if isinstance(node.func.value, ast.Name) and node.func.value.id == "np":
        call = ast.Call(node.func, [holder, *node.args[1:]], node.keywords)
    else:
        call = ast.Call(ast.Attribute(holder, node.func.attr, ast.Load()), node.args, node.keywords)
    assert computed(ast.unparse(call), names).tolist() == result.tolist()
    assert len(claim.before) > 1


@check(SameAxisTwice)
def _(claim: SameAxisTwice, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = computed(ast.unparse(node.value.value), names)
    rest = tuple(array.shape)[1:]
    assert tuple(result.shape)[-len(rest) :] == rest
    both = computed(claim.instead, names)
    wanted: Any = expression(claim.instead)
    assert isinstance(wanted.slice, ast.Tuple)
    assert ast.unparse(wanted) == ast.unparse(
        ast.Subscript(node.value.value, ast.Tuple([node.value.slice, node.slice], ast.Load()), ast.Load())
    )
    assert both.shape[0] == computed(ast.unparse(node.value), names).shape[0]


@check(OneHotRows)
def _(claim: OneHotRows, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert (claim.matrix, claim.labels) == (written(node.value, program), written(node.slice, program))
    rows, labels = numbers(result).tolist(), list(computed(claim.labels, names))
    assert (len(rows), claim.rows) == (len(labels), len(labels))
    for row, label in zip(rows, labels, strict=True):
        assert row.pop(int(label)) == 1
        assert row == [0] * (claim.classes - 1)


@check(EigenvectorsInColumns)
def _(claim: EigenvectorsInColumns, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    matrix = names[claim.name]
    rows, columns = (list(computed(each, dict(names))) for each in (claim.code, claim.instead))
    if claim.code.startswith("zip("):
        rows, columns = ([vector for _, vector in pairs] for pairs in (rows, columns))
    if "[" in claim.code:
        rows, columns = [rows], [columns]
    taken, given = (np.array([[float(abs(cell)) for cell in line] for line in lines]) for lines in (rows, columns))
    whole = np.abs(numbers(matrix))
    assert all(any(np.allclose(line, row) for row in whole) for line in taken)
    assert all(any(np.allclose(line, column) for column in whole.T) for line in given)
    source = opened(program.code)
    made = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and claim.name in ast.unparse(node.targets[0]) and ".eig" in ast.unparse(node)
    )
    call: Any = made.value
    symmetric = call.func.attr == "eigh"
    random = np.random.default_rng(0).normal(size=(3, 3))
    random = random + random.T if symmetric else random
    library = torch if isinstance(matrix, torch.Tensor) else np
    values, vectors = getattr(library.linalg, call.func.attr)(torch.tensor(random) if library is torch else random)
    values, vectors = numbers(values), numbers(vectors)
    assert np.allclose(random @ vectors, vectors * values)
    assert not np.allclose(random @ vectors.T, vectors.T * values)


@check(PlacesNotRanks)
def _(claim: PlacesNotRanks, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    statement: Any = statement_of(program, claim.run)
    if isinstance(statement, ast.Assign):
        assert "rank" in ast.unparse(statement.targets[0]).lower()
    else:
        assert statement.value.func.id == "print"
    names = at_line(program, claim.run)
    order = numbers(computed(claim.code, dict(names)))
    ranks = numbers(computed(f"{claim.code}.argsort()", dict(names)))
    assert (int(order[0]), int(ranks[0])) == (claim.first, claim.rank)
    assert ranks[claim.first] == 0
    assert order.tolist() != ranks.tolist()


@check(ProductOfItself)
def _(claim: ProductOfItself, program: Program) -> None:
    product, names = made_of(claim, program)
    table = numbers(computed(claim.table, names))
    assert f"{float(product):g}" == claim.number
    assert table.shape == (claim.size, claim.size)
    assert np.isclose(np.trace(table), float(product))


@check(CellsOfMesh)
def _(claim: CellsOfMesh, program: Program) -> None:
    tables, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert [ast.unparse(each) for each in node.args] == [claim.first, claim.second]
    one, other = (numbers(computed(each, names)).tolist() for each in (claim.first, claim.second))
    assert {tuple(each.shape) for each in tables} == {claim.shape}
    for row, column in np.ndindex(*claim.shape):
        of_first, of_second = (column, row) if claim.is_across else (row, column)
        assert [float(each[row, column]) for each in tables] == [one[of_first], other[of_second]]
