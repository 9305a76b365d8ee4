"""Checks of what surprises in what is compared or measured: it is compared once more, with other numbers."""

from __future__ import annotations

import ast
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from primer_core.claims.surprises.equalities import (
    AnswersCompared,
    AnswersEachNumber,
    DiffersFromNan,
    DtypeOfFirst,
    HalfOfADigit,
    JoinedNotStacked,
    NanKeepsApart,
    NeverAClass,
    NewEachTime,
    OneLengthForAll,
    OneMemoryTwoObjects,
    StopsGrowing,
    ValuesNoClasses,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import at_line, computed, inner_of, numbers, stands_there


@check(DiffersFromNan)
def _(claim: DiffersFromNan, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert isinstance(node.ops[0], ast.NotEq)
    assert np.isnan(float(computed(ast.unparse(node.comparators[0]), names)))
    given = numbers(computed(ast.unparse(node.left), names))
    assert numbers(computed(claim.code, names)).all()
    np.testing.assert_array_equal(numbers(computed(claim.asks, names)), given == given)
    assert claim.asks.endswith(f".isnan({ast.unparse(node.left)})")


@check(NanKeepsApart)
def _(claim: NanKeepsApart, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert isinstance(node, ast.Call)
    if ast.unparse(node.func).endswith("all"):
        inner = next(each for each in ast.walk(node) if isinstance(each, ast.Compare))
        sides = [inner.left, *inner.comparators]
    elif len(node.args) == 2:
        sides = list(node.args)
    else:
        function: Any = node.func
        sides = [function.value, *node.args]
    one, other = (numbers(computed(ast.unparse(each), names)) for each in sides)
    assert not computed(claim.code, names)
    assert computed(claim.instead, names)
    assert int((one != one).sum()) == int((other != other).sum()) == claim.nans > 0
    assert np.nan_to_num(one).tolist() == np.nan_to_num(other).tolist()


@check(ValuesNoClasses)
def _(claim: ValuesNoClasses, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    sides = [ast.unparse(each) for each in (node.left, node.comparators[0])]
    assert sorted(sides) == sorted((claim.values, claim.classes))
    names = at_line(program, claim.run)
    values, classes = (numbers(computed(code, names)) for code in (claim.values, claim.classes))
    assert values.size == classes.size == claim.count
    assert not any(one == other for one, other in zip(values.tolist(), classes.tolist(), strict=True))
    assert classes.dtype.kind in "iu"
    call: Any = ast.parse(claim.instead, mode="eval").body
    array = numbers(computed(ast.unparse(inner_of(call)), names))
    places = numbers(computed(claim.instead, names))
    assert [row[place] for row, place in zip(array, places, strict=True)] == values.tolist()
    assert array.max(axis=1).tolist() == values.tolist()


@check(NeverAClass)
def _(claim: NeverAClass, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    sides = [ast.unparse(each) for each in (node.left, node.comparators[0])]
    assert sorted(sides) == sorted((claim.between, claim.classes))
    names = at_line(program, claim.run)
    between, classes = (numbers(computed(code, names)).ravel().tolist() for code in (claim.between, claim.classes))
    assert not numbers(computed(claim.code, names)).any()
    assert set(classes) == {0, 1}
    assert all(0 < each < 1 for each in between)
    wanted = [(one > 0.5) == bool(other) for one, other in zip(between, classes, strict=True)]
    assert numbers(computed(claim.instead, names)).ravel().tolist() == wanted
    assert claim.instead == f"({claim.between} > 0.5) == {claim.classes}"


@check(NewEachTime)
def _(claim: NewEachTime, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    sides = [ast.unparse(each) for each in (node.left, node.comparators[0])]
    assert claim.taken in sides
    assert computed(claim.code, names) is isinstance(node.ops[0], ast.IsNot)
    one, again = (computed(claim.taken, names) for _ in range(2))
    assert one is not again
    assert np.array_equal(numbers(one), numbers(again), equal_nan=True)
    asked = [ast.unparse(each) for each in ast.walk(ast.parse(claim.instead, mode="eval"))]
    assert set(sides) - {"np.nan", "torch.nan"} <= set(asked)
    found = numbers(computed(claim.instead, names))
    assert found.dtype == bool
    same = np.isnan(numbers(one)) if "isnan" in claim.instead else numbers(computed(" == ".join(sides), names))
    np.testing.assert_array_equal(found, same if isinstance(node.ops[0], ast.Is) else ~same)


@check(OneMemoryTwoObjects)
def _(claim: OneMemoryTwoObjects, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    assert [ast.unparse(each) for each in (node.left, node.comparators[0])] == [claim.one, claim.other]
    assert isinstance(node.ops[0], ast.Is | ast.IsNot)
    names = at_line(program, claim.run)
    one, other = names[claim.one], names[claim.other]
    assert one is not other
    assert np.shares_memory(numbers(one), numbers(other))


@check(OneLengthForAll)
def _(claim: OneLengthForAll, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    divided, by = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    rows, length = (numbers(computed(ast.unparse(part), names)).astype(float) for part in (divided, by))
    whole = sum(float(each) ** 2 for each in rows.ravel()) ** 0.5
    assert np.allclose([length, numbers(computed(claim.norm, names))], whole)
    own = [sum(float(each) ** 2 for each in row / length) ** 0.5 for row in rows]
    assert abs(own[0] - float(claim.length)) < 6e-4
    each = numbers(computed(claim.instead, names))
    assert each.shape == (len(rows), 1)
    assert np.allclose(((rows / each) ** 2).sum(axis=1), 1)


@check(JoinedNotStacked)
def _(claim: JoinedNotStacked, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given = computed(ast.unparse(node.args[0]), names)
    assert len(given) == claim.count
    assert {tuple(each.shape) for each in given} == {claim.each}
    joined, stacked = (computed(code, names) for code in (claim.code, claim.instead))
    assert (tuple(joined.shape), tuple(stacked.shape)) == (claim.joined, claim.stacked)
    for place, each in enumerate(given):
        np.testing.assert_array_equal(numbers(stacked[place]), numbers(each))


@check(StopsGrowing)
def _(claim: StopsGrowing, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given, totals = numbers(computed(ast.unparse(inner_of(node)), names)), numbers(computed(claim.code, names))
    assert str(totals.dtype) == str(given.dtype) == claim.dtype
    first = totals.tolist().index(totals[-1])
    assert float(totals[first]) == claim.at
    assert set(totals[first:].tolist()) == {claim.at}
    assert float(given[first + 1]) == claim.added != 0
    assert given[first + 1 :].all()
    number = given.dtype.type
    assert number(claim.at) + number(claim.added) == claim.at
    longer = np.cumsum(given, dtype=np.float32)[first:]
    assert abs(longer[-1]) > abs(claim.at)


@check(HalfOfADigit)
def _(claim: HalfOfADigit, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given, rounded = computed(ast.unparse(inner_of(node)), names), computed(claim.code, names)
    others = [each for each in (*node.args, *(word.value for word in node.keywords)) if each is not inner_of(node)]
    places = int(computed(ast.unparse(others[0]), names)) if others else 0
    digit = Decimal(1).scaleb(-places)
    pairs = zip(numbers(given).ravel().tolist(), numbers(rounded).ravel().tolist(), strict=True)
    for number, found in pairs:
        even, up = (Decimal(number).quantize(digit, rule) for rule in (ROUND_HALF_EVEN, ROUND_HALF_UP))
        if even != up and abs(even) < abs(up):
            assert claim.given in (repr(number), f"{number:.6g}")
            assert claim.rounded in (repr(found), f"{found:.6g}")
            assert float(even) == float(claim.rounded)
            return
    raise AssertionError("no number lies in the middle")


@check(DtypeOfFirst)
def _(claim: DtypeOfFirst, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given = np.asarray(computed(ast.unparse(node.args[0]), names))
    alone = [names[claim.function](each) for each in given.ravel().tolist()]
    result = computed(claim.code, names)
    assert result.dtype.kind == "i"
    assert repr(int(alone[0])) == claim.first
    assert not isinstance(alone[0], float)
    pairs = [(one, kept) for one, kept in zip(alone, result.ravel().tolist(), strict=True) if one != kept]
    assert (f"{pairs[0][0]:.6g}", str(pairs[0][1])) == (claim.later, claim.stored)
    floats = computed(claim.instead, names)(given)
    assert floats.dtype.kind == "f"
    assert floats.ravel().tolist() == [float(each) for each in alone]
    assert ast.unparse(ast.parse(claim.instead, mode="eval").body).startswith(f"np.vectorize({claim.function},")


@check(AnswersEachNumber)
def _(claim: AnswersEachNumber, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    answers, whole = (numbers(computed(code, names)) for code in (claim.code, claim.instead))
    assert (answers.shape, whole.shape) == (claim.shape, claim.shape[:-1])
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        assert claim.equal == isinstance(node.ops[0], ast.Eq)
    else:
        sides = node.args if len(node.args) == 2 else [node.func.value, *node.args]
        assert claim.equal == ast.unparse(node.func).endswith((".eq", ".equal"))
    one, other = (numbers(computed(ast.unparse(each), names)) for each in sides)
    array, row = (one, other) if one.ndim > other.ndim else (other, one)
    asked = [list(each) == row.tolist() for each in array.reshape(-1, len(row)).tolist()]
    assert whole.ravel().tolist() == (asked if claim.equal else [not each for each in asked])
    counts = answers.sum(axis=-1)
    mixed = [place for place in np.ndindex(*counts.shape) if 0 < counts[place] < len(row)]
    assert mixed[0] == claim.place
    assert int(counts[claim.place]) == claim.trues


@check(AnswersCompared)
def _(claim: AnswersCompared, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    sides = [node.left, node.comparators[0]]
    assert isinstance(node.ops[0], ast.Eq)
    assert [ast.unparse(inner_of(each)) for each in sides] == [claim.left, claim.right]
    assert [bool(computed(ast.unparse(each), dict(names))) for each in sides] == [claim.answer] * 2
    assert bool(computed(claim.code, dict(names)))
    one, other = (numbers(computed(each, dict(names))).tolist() for each in (claim.left, claim.right))
    assert one != other
    assert not computed(claim.asks, dict(names))
    assert claim.asks.endswith(f"equal({claim.left}, {claim.right})")
