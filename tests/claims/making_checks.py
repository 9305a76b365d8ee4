"""Whether arrays were made as it is said, and not made for the reason that is told: by making them otherwise."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.making import (
    ApartByRounding,
    DtypesMeet,
    HasShape,
    HoldsObjects,
    IsScalar,
    MakesFloats,
    MakesInstead,
    NeverWritten,
    RowsDiffer,
    SeedChosen,
    ShapeIsOne,
    StepsMiscounted,
    TakesSizes,
)
from tests.claims.arrays import cells, is_array, normal, parts_of, read, value_of
from tests.claims.checking import check
from tests.claims.program import Program

REFUSALS = (ValueError, TypeError, RuntimeError)


def short(array: Any) -> str:
    """The dtype without the library's name."""
    return str(array.dtype).removeprefix("torch.")


def end(program: Program, name: str) -> Any:
    found = read(program.run().names, name)
    assert is_array(found) or isinstance(found, np.generic), f"{name} is neither an array nor a number of NumPy's"
    return found


def nodes_of(program: Program, code: str) -> list[ast.expr]:
    """Return where an expression stands in a program."""
    whole = [node for statement in program.statements for node in ast.walk(statement) if isinstance(node, ast.expr)]
    found = [node for node in whole if ast.unparse(node) == normal(code)]
    assert found, f"{code} does not stand there"
    return found


@check(HasShape)
def _(claim: HasShape, program: Program) -> None:
    array = end(program, claim.name)
    assert sum(1 for _ in np.ndindex(*claim.shape)) == cells(array).size
    assert tuple(array.shape) == claim.shape
    assert short(array) == claim.dtype


@check(NeverWritten)
def _(claim: NeverWritten, program: Program) -> None:
    # What is left over from before is one thing or another; what was written is the same each time.
    one, other = (np.asarray(end(program.leftovers(what), claim.name)) for what in (0, 1))
    differ = one != other
    assert int(np.count_nonzero(differ)) == claim.cells > 0
    assert claim.of == one.size


@check(HoldsObjects)
def _(claim: HoldsObjects, program: Program) -> None:
    array = end(program, claim.name)
    assert tuple(array.shape) == claim.shape
    assert array.itemsize == claim.pointer
    assert list(claim.kinds) == sorted({type(one).__name__ for one in array.ravel()})
    marker = [claim]
    whole = array.ravel()
    whole[0] = marker
    assert whole[0] is marker, "the object is copied"


@check(IsScalar)
def _(claim: IsScalar, program: Program) -> None:
    number = program.run()[claim.name]
    assert not is_array(number)
    assert type(number) is getattr(np, claim.kind)
    array = np.asarray(number)
    assert (number.shape, number.dtype) == (array.shape, array.dtype) == ((), array.dtype)
    with pytest.raises(TypeError, match="does not support item assignment"):
        number[()] = 0


@check(ApartByRounding)
def _(claim: ApartByRounding, program: Program) -> None:
    result = end(program, claim.name)
    assert len(claim.index) == len(result.shape)
    assert not bool(result[claim.index])
    place = program.place(claim.name)
    match program.statements[place - 1]:
        case ast.Assign(value=ast.Compare(left, [ast.Eq()], [right])):
            names = program.run(until=place - 1).names
        case statement:
            raise AssertionError(f"{ast.unparse(statement)} compares nothing")
    numbers = [
        float(np.broadcast_to(np.asarray(eval(ast.unparse(side), names)), tuple(result.shape))[claim.index])
        for side in (left, right)
    ]
    assert numbers == [claim.left, claim.right]
    assert claim.left != claim.right
    assert np.isclose(claim.left, claim.right, rtol=1e-9, atol=0)


@check(TakesSizes)
def _(claim: TakesSizes, program: Program) -> None:
    code = f"torch.Tensor({', '.join(map(str, claim.sizes))})"
    nodes_of(program, code)
    made, data = value_of(code, {}), value_of(f"torch.tensor({claim.data})", {})
    assert tuple(made.shape) == claim.sizes
    assert made.dtype == torch.float32
    assert (tuple(data.shape), short(data)) == (claim.shape, claim.dtype)
    numbers = ast.literal_eval(claim.data)
    assert data.tolist() == numbers == (list(claim.sizes) if len(claim.sizes) > 1 else claim.sizes[0])


@check(MakesFloats)
def _(claim: MakesFloats, program: Program) -> None:
    nodes_of(program, f"torch.Tensor({claim.data})")
    made, data = value_of(f"torch.Tensor({claim.data})", {}), value_of(f"torch.tensor({claim.data})", {})
    assert (short(made), short(data)) == (claim.old, claim.new)
    assert claim.old != claim.new
    np.testing.assert_array_equal(np.asarray(made), np.asarray(data))


@check(StepsMiscounted)
def _(claim: StepsMiscounted, program: Program) -> None:
    call = parts_of(claim.code)
    assert isinstance(call, ast.Call)
    start, stop, step = (ast.unparse(argument) for argument in call.args)
    function = ast.unparse(call.func)
    calls = [node for statement in program.statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
    assert (start, stop, step) in [written_out(node) for node in calls if ast.unparse(node.func) == function]
    array = value_of(claim.code, {})
    assert len(array) == claim.cells
    assert repr(float(array[-1])) == claim.last
    meant = (Fraction(stop) - Fraction(start)) / Fraction(step)
    assert claim.promised == ceil(meant) != claim.cells
    computed = (float(stop) - float(start)) / float(step)
    assert Fraction(computed) != meant
    assert ceil(computed) == claim.cells
    spaced = value_of(claim.instead, {})
    assert len(spaced) == claim.promised
    np.testing.assert_allclose(
        spaced, [float(Fraction(start) + place * Fraction(step)) for place in range(ceil(meant))]
    )


def written_out(call: ast.Call) -> tuple[str, ...]:
    """Return start, stop and step of a call of arange, each written out."""
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    words = [ast.unparse(argument) for argument in call.args]
    return (*words, *(given[name] for name in ("stop", "end", "step") if name in given))


@check(SeedChosen)
def _(claim: SeedChosen, program: Program) -> None:
    first, again = program.run(), program.run()
    assert first.error is None
    np.testing.assert_array_equal(np.asarray(first["x"]), np.asarray(again["x"]))
    seeds = ("default_rng", "seed", "manual_seed", "RandomState")
    every = [node for statement in program.statements for node in ast.walk(statement) if isinstance(node, ast.Call)]
    calls = [node for node in every if isinstance(node.func, ast.Attribute) and node.func.attr in seeds]
    assert calls
    assert all([ast.unparse(one) for one in call.args] == [str(claim.seed)] for call in calls)


@check(RowsDiffer)
def _(claim: RowsDiffer, program: Program) -> None:
    assert isinstance(program.run().error, REFUSALS)
    nodes_of(program, claim.code)
    whole = ast.literal_eval(claim.code)
    one, other = claim.rows
    assert one == 0
    assert other == next(place for place, row in enumerate(whole) if np.shape(row) != np.shape(whole[0]))
    assert (np.shape(whole[one]), np.shape(whole[other])) == claim.shapes
    assert claim.shapes[0] != claim.shapes[1]
    # The rows alone do not go together; with the first one in the other's place they do.
    assert not makes_array([whole[one], whole[other]])
    assert makes_array([whole[one], whole[one]])
    assert not makes_array([[0 * value if isinstance(value, int | float) else value for value in row]
                            if isinstance(row, list) else row for row in (whole[one], whole[other])])  # fmt: skip
    objects = np.array([*whole, None], dtype=object)[:-1] if len(whole) else None
    assert objects is not None
    assert objects.dtype == object


def makes_array(rows: list[Any]) -> bool:
    try:
        np.array(rows)
    except ValueError:
        return False
    return True


@check(ShapeIsOne)
def _(claim: ShapeIsOne, program: Program) -> None:
    assert isinstance(program.run().error, TypeError)
    nodes_of(program, claim.code)
    call, fixed = parts_of(claim.code), parts_of(claim.fixed)
    assert isinstance(call, ast.Call)
    assert isinstance(fixed, ast.Call)
    assert ast.unparse(call.args[1]) == claim.second
    try:
        np.dtype(ast.literal_eval(claim.second))
    except TypeError:
        pass
    else:
        raise AssertionError("it is a dtype")
    sizes = tuple(ast.literal_eval(argument) for argument in call.args)
    assert value_of(claim.fixed, {}).shape == sizes
    assert ast.unparse(fixed.func) == ast.unparse(call.func)
    assert tuple(value_of(claim.by_torch, {}).shape) == sizes
    assert claim.by_torch.startswith("torch.")
    # With a dtype in the second place it works.
    call.args = [call.args[0], parts_of("int")]
    assert value_of(ast.unparse(call), {}).shape == sizes[:1]


@check(DtypesMeet)
def _(claim: DtypesMeet, program: Program) -> None:
    ran = program.run()
    assert isinstance(ran.error, RuntimeError)
    left, right = (value_of(code, ran.names) for code in (claim.left, claim.right))
    product = [node for statement in program.statements for node in ast.walk(statement)
               if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)]  # fmt: skip
    assert any((ast.unparse(node.left), ast.unparse(node.right)) == (normal(claim.left), normal(claim.right))
               for node in product)  # fmt: skip
    assert (short(left), short(right)) == claim.dtypes
    assert claim.dtypes[0] != claim.dtypes[1]
    one, other = torch.ones(1, dtype=left.dtype), torch.ones(1, dtype=right.dtype)
    assert short(one * other) == short(one + other) == claim.common
    # With one of them converted the dtypes are complained of no more; with other numbers they are.
    assert not complains(left, right.to(left.dtype))
    assert not complains(left.to(right.dtype), right)
    assert complains(left * 0, right * 0)


def complains(left: Any, right: Any) -> bool:
    try:
        left @ right
    except RuntimeError as error:
        return "dtype" in str(error)
    return False


@check(MakesInstead)
def _(claim: MakesInstead, program: Program) -> None:
    assert isinstance(program.run().error, REFUSALS)
    imports = "import numpy as np\nimport torch"
    *before, last = ast.parse(claim.code).body
    code = "\n".join(map(ast.unparse, before))
    last_code = f"x = {ast.unparse(last)}" if isinstance(last, ast.Expr) else ast.unparse(last)
    ran = Program(f"{imports}\n{code}\n{last_code}").run()
    assert ran.error is None
    targets = last.targets if isinstance(last, ast.Assign) else []
    name = "x" if "x" in ran.names else ast.unparse(targets[0])
    made = ran[name]
    assert tuple(made.shape) == claim.shape
    assert str(made.dtype) == claim.dtype
    # Every number that was written stands there still.
    failing = next(n for n in range(len(program.statements) + 1) if program.run(until=n).error is not None)
    old = {ast.unparse(node) for statement in program.statements[:failing] for node in ast.walk(statement)
           if isinstance(node, ast.Constant) and not isinstance(node.value, str)}  # fmt: skip
    new = {ast.unparse(node) for node in ast.walk(ast.parse(claim.code)) if isinstance(node, ast.Constant)}
    assert old <= new
