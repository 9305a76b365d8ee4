"""Whether dtypes are what is said of them, found out by storing single values and by Python's own numbers."""

from __future__ import annotations

import ast
import math
import warnings
from functools import partial
from typing import Any

import numpy as np
import torch

from primer_core.claims.dtypes import (
    ArrayRefuses,
    AstypeWarns,
    BindsAnother,
    DoesNotFit,
    KeepEveryValue,
    KeepsItsDtype,
    NeitherHoldsAll,
    NotDoneWith,
    NotForBooleans,
    NumberBeyond,
    Promoted,
    QuotientIsFloat,
    SameBytes,
    StoredAs,
    TakesDtype,
    TensorsGive,
    ValuesChanged,
    WrappedAround,
    WrittenAnew,
)
from tests.claims.arrays import cells, normal, object_of, place, reaches, read, seen, value_of, watched
from tests.claims.checking import check
from tests.claims.program import Change, Program
from tests.claims.stretching_checks import OPERANDS, given


def dtypes(program: Program) -> dict[str, str]:
    """The dtype of each operand."""
    return {name: array.dtype.name for name, array in given(program).items()}


def in_floats(program: Program, name: str) -> Any:
    """What a name ends as where the operands hold floats, which do not wrap around."""
    changes: dict[int, Change] = {}
    for operand in list(given(program)) if any(map(program.binds, OPERANDS)) else [name]:

        def widen(names: dict[str, Any], operand: str = operand) -> None:
            own = names[operand]
            names[operand] = own.double() if isinstance(own, torch.Tensor) else np.asarray(own).astype(float)

        if operand != name or program.place(name) > program.first(name):
            changes |= dict.fromkeys(program.bindings(operand), widen)
    return np.asarray(program.run(after=changes)[name])


@check(Promoted)
def _(claim: Promoted, program: Program) -> None:
    name, dtype = claim.result
    assert dict(claim.operands) == dtypes(program)
    assert name not in dict(claim.operands), "an operand is no result"
    assert len(set(dtypes(program).values())) > 1
    y = np.asarray(program.run()[name])
    assert y.dtype.name == dtype
    assert np.empty(1, dtype).nbytes == y.itemsize


def _whole_numbers(dtype: str) -> list[int]:
    """Whole numbers that a dtype holds, the outermost of which each of its kind is asked for."""
    if dtype == "bool":
        return [0, 1]
    if dtype.startswith("float"):
        return [int(np.finfo(dtype).max), -int(np.finfo(dtype).max)]
    return [int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)]


def _keeps(dtype: str, numbers: list[int]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [int(np.array(number, dtype)[()]) for number in numbers] == numbers
        except OverflowError:
            return False


@check(NeitherHoldsAll)
def _(claim: NeitherHoldsAll, program: Program) -> None:
    first, second = claim.dtypes
    if any(map(program.binds, OPERANDS)):
        own, made = set(dtypes(program).values()), program.run()["y"]
    else:
        own, made = set(dtypes_of_sides(program, "x")), program.run()["x"]
    assert {first, second} == own
    assert np.asarray(made).dtype.name == claim.result
    assert claim.result not in own
    assert not _keeps(first, _whole_numbers(second))
    assert not _keeps(second, _whole_numbers(first))
    both = _whole_numbers(first) + _whole_numbers(second)
    narrower = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
    size = np.dtype(claim.result).itemsize
    if not claim.result.startswith("float"):
        assert _keeps(claim.result, both)
        assert not any(_keeps(dtype, both) for dtype in narrower if np.dtype(dtype).itemsize < size)
    elif any(dtype.startswith("float") for dtype in own):
        (real,) = [dtype for dtype in own if dtype.startswith("float")]
        assert not _keeps(real, [2 ** (np.finfo(real).nmant + 1) + 1])
        assert _keeps(real, [2 ** (np.finfo(real).nmant + 1) - 1])
    else:
        assert not any(_keeps(dtype, both) for dtype in narrower)
        assert _keeps(claim.result, [2**53])
        assert not _keeps(claim.result, [2**53 + 1])


def dtypes_of_sides(program: Program, name: str) -> list[str]:
    """The dtypes of both sides of what a name is bound to at last."""
    place = program.place(name)
    names = program.run(until=place - 1).names
    match program.statements[place - 1]:
        case ast.Assign(value=ast.BinOp(left, _, right)) | ast.AugAssign(left, _, right):
            return [np.asarray(eval(ast.unparse(side), names)).dtype.name for side in (left, right)]
    raise AssertionError("nothing is computed of two")


@check(QuotientIsFloat)
def _(claim: QuotientIsFloat, program: Program) -> None:
    name, dtype = claim.result
    assert dict(claim.operands) == dtypes(program)
    assert name not in dict(claim.operands), "an operand is no result"
    assert all(array.dtype.kind in "biu" for array in given(program).values())
    assert np.asarray(program.run()[name]).dtype.name == dtype
    assert dtype.startswith("float")
    ones = [np.ones(1, array.dtype) for array in given(program).values()]
    whole, *others = ones
    for other in others:
        whole = whole // other
    assert whole.dtype.kind in "iu"
    assert program.run(until=program.place(name))[name].dtype.kind == "f"


@check(TensorsGive)
def _(claim: TensorsGive, program: Program) -> None:
    assert np.asarray(program.run()[claim.name]).dtype.name == claim.dtype
    (formula,) = [
        statement.value
        for statement in program.statements
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == claim.name
    ]
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in given(program).items()}
    assert all(tensor.dim() for tensor in tensors.values())
    assert str(value_of(ast.unparse(formula), tensors).dtype) == f"torch.{claim.torchs}"
    assert claim.torchs != claim.dtype


@check(TakesDtype)
def _(claim: TakesDtype, program: Program) -> None:
    ran = program.run()
    assert ran.error is None
    numbers = {name: ran[name] for name in OPERANDS if program.binds(name) and type(ran[name]) in (bool, int, float)}
    assert dict(claim.numbers) == {name: type(value).__name__ for name, value in numbers.items()} != {}
    own = dtypes(program)
    assert dict(claim.arrays) == {name: dtype for name, dtype in own.items() if name not in numbers} != {}
    name, dtype = claim.result
    assert name not in own
    assert ran[name].dtype.name == dtype

    def as_array(names: dict[str, Any], number: str) -> None:
        names[number] = np.array(names[number])

    changes = {program.first(number): partial(as_array, number=number) for number in numbers}
    assert program.run(after=changes)[name].dtype.name == claim.otherwise


@check(NumberBeyond)
def _(claim: NumberBeyond, program: Program) -> None:
    ran = program.run()
    assert isinstance(ran.error, OverflowError)
    assert ran[claim.name] == claim.number
    assert type(ran[claim.name]) is int
    held = np.zeros(1, claim.dtype)
    assert claim.dtype in dtypes(program).values()
    for limit, beyond in ((claim.least, claim.least - 1), (claim.most, claim.most + 1)):
        assert _takes(held, limit)
        assert int(held[0]) == limit
        assert not _takes(held, beyond)
    assert not claim.least <= claim.number <= claim.most


def _takes(array: Any, number: int) -> bool:
    try:
        array[0] = number
    except OverflowError:
        return False
    return True


@check(StoredAs)
def _(claim: StoredAs, program: Program) -> None:
    assert dict(claim.operands) == dtypes(program)
    assert len(set(dtypes(program).values())) > 1
    name, dtype = claim.operands[0]
    place = program.place(name)
    assert place > program.first(name), "it is never written into"
    held = program.run(until=place - 1)[name]
    ran = program.run()
    assert ran[name].dtype.name == held.dtype.name == dtype


@check(WrappedAround)
def _(claim: WrappedAround, program: Program) -> None:
    wrapped = np.asarray(program.run()[claim.name])
    assert wrapped.dtype.name == claim.dtype
    assert wrapped.dtype.kind in "iu"
    right = in_floats(program, claim.name)
    assert right.dtype.kind == "f"
    assert not np.allclose(wrapped.astype(float), right, rtol=1e-9)


@check(NotForBooleans)
def _(_: NotForBooleans, program: Program) -> None:
    operands = given(program)
    assert isinstance(program.run().error, TypeError)
    changes = {}
    for operand in operands:

        def count(names: dict[str, Any], operand: str = operand) -> None:
            names[operand] = np.where(names[operand], 1, 0)

        if operands[operand].dtype == bool:
            changes[program.first(operand)] = count
    assert changes, "no operand holds booleans"
    assert not isinstance(program.run(after=changes).error, TypeError)


@check(NotDoneWith)
def _(claim: NotDoneWith, program: Program) -> None:
    assert tuple(dtypes(program).values()) == claim.dtypes
    assert isinstance(program.run().error, TypeError)
    one = {program.first(name): _as_ones(name, array.dtype) for name, array in given(program).items()}
    assert isinstance(program.run(after=one).error, TypeError)


def _as_ones(name: str, dtype: Any) -> Change:
    def bind(names: dict[str, Any]) -> None:
        names[name] = np.ones(1, dtype)

    return bind


@check(DoesNotFit)
def _(claim: DoesNotFit, program: Program) -> None:
    assert isinstance(program.replaced(claim.name, f"{claim.name}.copy()").error, TypeError)
    held = given(program)[claim.name] if claim.name in OPERANDS else np.asarray(program.run()[claim.name])
    assert held.dtype.name == claim.dtype
    made = computed_apart(program, claim.statement)
    assert made.dtype.name == claim.result
    # With cells of the result's dtype no dtype is complained of any more.
    helped = program.replaced(claim.name, f"{claim.name}.astype('{claim.result}')")
    assert not isinstance(helped.error, TypeError)
    assert helped.error is None or made.shape != held.shape


def computed_apart(program: Program, statement: str) -> Any:
    """Compute what an in-place statement would have stored, in an array of its own."""
    target, _, operand = statement.partition("= ")
    place = next(n for n, line in enumerate(program.statements, start=1) if ast.unparse(line) == statement)
    return program.instead(place, f"made = {target} {operand}")["made"]


def values(program: Program) -> Any:
    """What the values are, as they stand in the program."""
    (node,) = (each for each in program.statements if ast.unparse(each).startswith("values = "))
    assert isinstance(node, ast.Assign)
    return value_of(ast.unparse(node.value), {})


def asked_dtypes(program: Program) -> list[str]:
    """The dtypes that the program puts the values into."""
    loops = [node for statement in program.statements for node in ast.walk(statement) if isinstance(node, ast.For)]
    words = ast.unparse(loops[0].iter)
    assert "split" in words
    return list(value_of(words, {}))


def cast(given: Any, dtype: str) -> tuple[Any, list[str]]:
    """Put values into a dtype; what comes of it, and what NumPy warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = np.array(given).astype(dtype)
    return made, [str(warning.message) for warning in caught]


def same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))


@check(KeepEveryValue)
def _(claim: KeepEveryValue, program: Program) -> None:
    given, dtypes_asked = values(program), asked_dtypes(program)
    plain = np.array(given).ravel().tolist()
    kept = [all(map(same, plain, cast(given, dtype)[0].ravel().tolist())) for dtype in dtypes_asked]
    assert sum(kept) == claim.keeping
    assert len(kept) == claim.of


@check(AstypeWarns)
def _(claim: AstypeWarns, program: Program) -> None:
    given = values(program)
    warned = [dtype for dtype in asked_dtypes(program) if claim.words in cast(given, dtype)[1]]
    assert list(claim.dtypes) == warned
    assert warned


@check(ArrayRefuses)
def _(claim: ArrayRefuses, program: Program) -> None:
    given = values(program)
    assert claim.dtype in asked_dtypes(program)
    words = ""
    try:
        with np.errstate(all="ignore"):
            np.array(given, dtype=claim.dtype)
    except (OverflowError, ValueError, TypeError) as error:
        words = f"{type(error).__name__}: {error}"
    assert claim.words == words != ""


def converted(program: Program, code: str) -> tuple[Any, Any]:
    """Return x and what a conversion makes of it, which stands in the program."""
    bound = [node for each in program.statements for node in ast.walk(each) if isinstance(node, ast.Assign)]
    assert f"y = {normal(code)}" in [ast.unparse(node) for node in bound]
    names = program.run().names
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return names["x"], value_of(code, names)


@check(SameBytes)
def _(claim: SameBytes, program: Program) -> None:
    x, y = converted(program, claim.code)
    assert str(x.dtype).removeprefix("torch.") == str(y.dtype).removeprefix("torch.") == claim.dtype
    assert reaches(x, y)
    assert reaches(y, x)


@check(WrittenAnew)
def _(claim: WrittenAnew, program: Program) -> None:
    x, y = converted(program, claim.code)
    assert read(program.run().names, claim.name).shape == x.shape
    assert claim.code.startswith(f"{claim.name}.")
    assert cells(y).size * cells(y).itemsize == claim.bytes
    before = seen(x)
    assert not reaches(y, x)
    assert not reaches(x, y)
    again, _ = converted(program, claim.code)
    assert seen(again)[0] == before[0]


def effect(old: Any, new: Any, dtype: Any) -> str:
    """Say what became of a number that is another now."""
    if isinstance(old, complex) and old.imag and dtype.kind != "b":
        return "real part alone"
    old = old.real if isinstance(old, complex) else old
    if dtype.kind == "b":
        assert bool(old) == new
        return "not zero"
    if dtype.kind == "f":
        if math.isinf(new):
            return "too large"
        return "too small" if not new else "rounded"
    limits = np.iinfo(dtype)
    if isinstance(old, float) and math.isnan(old):
        return "no whole number stands for nan"
    if isinstance(old, float):
        inside = math.isfinite(old) and limits.min <= math.trunc(old) <= limits.max
        assert not inside or math.trunc(old) == new
        return "fraction cut off" if inside else "out of range"
    assert (int(old) - new) % 2**limits.bits == 0
    return "wraps around"


@check(ValuesChanged)
def _(claim: ValuesChanged, program: Program) -> None:
    x, y = (cells(array) for array in converted(program, claim.code))
    pairs = zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)
    found = [effect(old, new, y.dtype) for old, new in pairs if not same(old, new)]
    assert len(found) == claim.cells
    assert list(dict.fromkeys(found)) == list(claim.effects)


@check(KeepsItsDtype)
def _(claim: KeepsItsDtype, program: Program) -> None:
    x = cells(program.run()[claim.name])
    assert x.dtype.name == claim.dtype
    made = program.run(until=program.first(claim.name))[claim.name]
    assert cells(made).dtype.name == claim.dtype
    # An array of fractions, into which the same is written, holds other numbers.
    floats = "double()" if str(made.dtype).startswith("torch") else "astype(float)"
    wide = program.replaced(claim.name, f"{claim.name}.{floats}")
    assert wide.error is None
    differ = [(old, new) for old, new in zip(x.ravel(), cells(wide[claim.name]).ravel(), strict=True) if old != new]
    assert any(math.trunc(new) != new for _, new in differ)


@check(BindsAnother)
def _(claim: BindsAnother, program: Program) -> None:
    at = place(program, claim.line)

    def lies(names: dict[str, Any]) -> Any:
        array = read(names, claim.name)
        return array, tuple(array.shape), str(array.dtype).removeprefix("torch."), seen(array)

    old: list[Any] = []

    def after(names: dict[str, Any]) -> Any:
        return lies(names), seen(old[0])

    _, found = watched(
        program,
        keep=(at - 1, lambda names: old.append(object_of((claim.name, *claim.line))(names))),
        before=(at - 1, lies),
        after=(at, after),
    )
    (was, *before), ((now, *behind), still) = found["before"], found["after"]
    assert was is not now
    assert tuple(before[:2]) == claim.before
    assert tuple(behind[:2]) == claim.after
    assert before[2] == still
