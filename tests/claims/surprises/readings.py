"""Checks of what surprises in how a line is read: it is computed once more, and what is said instead of it, too."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch

from primer_core.claims.running import line_of
from primer_core.claims.surprises.readings import (
    AllAxesTurned,
    AllDifferent,
    AlwaysTrue,
    BitsTurned,
    CountedBefore,
    DotOfEvery,
    EqualWhenStretched,
    LateBound,
    ListAxisFirst,
    MinusNothing,
    NearMultipleOfPi,
    NotANumberOfThese,
    OneObjectHeld,
    PrintedShorter,
    SeedOfTheOther,
    TextsEqualNoNumber,
    VariablesInRows,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import line, opened
from tests.claims.source_checks import Between, in_sight
from tests.claims.surprises.lines import (
    argument,
    at_line,
    begun,
    computed,
    made_of,
    numbers,
    stands_there,
    statement_of,
)


def shape_of(value: Any) -> tuple[int, ...]:
    return tuple(map(int, np.shape(numbers(value))))


@check(NearMultipleOfPi)
def _(claim: NearMultipleOfPi, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    before = np.ravel(numbers(argument(claim, program, names))).astype(float)
    after = np.ravel(numbers(result)).astype(float)
    quarters = before / (math.pi / 2)
    name = node.func.attr
    near = [
        (f"{x:.6g}", f"{y:.3g}")
        for x, y, q in zip(before, after, quarters, strict=True)
        if x and abs(q - round(q)) < 1e-5 and round(q) % 2 == (name == "cos") and y != 0
    ]
    assert (claim.given, claim.gives) == near[0]


@check(NotANumberOfThese)
def _(claim: NotANumberOfThese, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = np.ravel(numbers(argument(claim, program, names))), np.ravel(numbers(result))
    assert str(after.dtype) == claim.dtype
    odd = [(str(float(x)), str(int(y))) for x, y in zip(before, after, strict=True) if not math.isfinite(x)]
    assert odd[0] == (claim.given, claim.stored)


@check(BitsTurned)
def _(claim: BitsTurned, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    held = np.ravel(numbers(computed(ast.unparse(node.operand), names))).tolist()
    found = dict(zip(held, np.ravel(numbers(result)).tolist(), strict=True))
    assert found == {1: claim.one, 0: claim.zero}
    turned = np.ravel(numbers(computed(claim.instead, names)))
    assert turned.dtype == bool
    assert turned.tolist() == [not each for each in held]


@check(TextsEqualNoNumber)
def _(claim: TextsEqualNoNumber, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    sides = [np.ravel(numbers(computed(ast.unparse(each), names))) for each in (node.left, node.comparators[0])]
    texts, others = sides if sides[0].dtype.kind == "U" else sides[::-1]
    assert (str(texts[0]), str(others[0].item())) == (claim.text, claim.number)
    assert others.dtype.kind in "iuf"
    assert np.ravel(numbers(result)).tolist() == [claim.answer] * np.size(numbers(result))


@check(ListAxisFirst)
def _(claim: ListAxisFirst, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert shape_of(result) == claim.gives != claim.in_place
    array, stays = computed(ast.unparse(node.value), names), []
    known = {"ndarray": ("NumPy", "numbers or lists"), "Tensor": ("PyTorch", "lists")}
    assert known[type(array).__name__] == (claim.library, claim.between)
    for axis, part in enumerate(node.slice.elts):
        if isinstance(part, ast.Slice):
            size = len(computed(f"list(range({array.shape[axis]}))[{ast.unparse(part)}]", names))
            stays.append((axis, size))
    lists = [axis for axis, part in enumerate(node.slice.elts) if np.ndim(_value(part, names)) > 0]
    picked = np.shape(_value(node.slice.elts[lists[0]], names))
    rest = [*stays, *((axis, size) for axis, size in enumerate(array.shape) if axis >= len(node.slice.elts))]
    before = [size for axis, size in rest if axis < lists[0]]
    behind = [size for axis, size in rest if axis > lists[0]]
    assert claim.in_place == (*before, *picked, *behind)


def _value(part: ast.expr, names: dict[str, Any]) -> Any:
    return 0 if isinstance(part, ast.Slice) else computed(ast.unparse(part), names)


@check(MinusNothing)
def _(claim: MinusNothing, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert computed(claim.name, names) == 0
    bounds = [each for each in (node.slice.lower, node.slice.upper) if each is not None]
    assert f"-{claim.name}" in list(map(ast.unparse, bounds))
    assert len(result) == claim.count
    otherwise = computed(claim.instead, names)
    assert len(otherwise) == len(computed(ast.unparse(node.value), names)) - claim.count
    two = {**names, claim.name: 1}
    if ast.unparse(bounds[0]).startswith("-") or len(bounds) < 2:
        np.testing.assert_array_equal(numbers(computed(claim.instead, two)), numbers(computed(claim.code, two)))


@check(AllAxesTurned)
def _(claim: AllAxesTurned, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    array = numbers(computed(ast.unparse(node.value), names))
    assert node.attr == "T"
    assert (array.shape, shape_of(result)) == (claim.before, claim.after)
    assert array.ndim > 2
    swapped = numbers(computed(claim.instead, names))
    assert swapped.shape == claim.matrices
    np.testing.assert_array_equal(swapped, np.swapaxes(array, -1, -2))


@check(VariablesInRows)
def _(claim: VariablesInRows, program: Program) -> None:
    result, names = made_of(claim, program)
    given = numbers(argument(claim, program, names))
    assert given.shape == (claim.rows, claim.columns)
    assert shape_of(result) == (claim.rows, claim.rows)
    other = computed(claim.instead, names)
    assert shape_of(other) == (claim.columns, claim.columns)
    turned = {**names, "_turned_": given.T}
    function = ast.unparse(ast.parse(claim.code, mode="eval").body.func)  # type: ignore[attr-defined]  # it is a call
    np.testing.assert_allclose(other, computed(f"{function}(_turned_)", turned))


@check(DotOfEvery)
def _(claim: DotOfEvery, program: Program) -> None:
    result, names = made_of(claim, program)
    matched = numbers(computed(claim.instead, names))
    every = numbers(result)
    assert (every.shape, matched.shape) == (claim.gives, claim.matched)
    axes = matched.ndim - 2
    for index in np.ndindex(matched.shape[:axes]):
        pair = every[(*index, slice(None), *index, slice(None))]
        np.testing.assert_allclose(pair, matched[index])


@check(EqualWhenStretched)
def _(claim: EqualWhenStretched, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    compared = next(each for each in ast.walk(node) if isinstance(each, ast.Compare))
    sides = [numbers(computed(ast.unparse(each), names)) for each in (compared.left, compared.comparators[0])]
    assert (sides[0].shape, sides[1].shape) == (claim.left, claim.right)
    assert bool(result)
    assert computed(claim.instead, names) is False
    stretched = np.broadcast_arrays(*sides)
    assert stretched[0].tolist() == stretched[1].tolist()


@check(OneObjectHeld)
def _(claim: OneObjectHeld, program: Program) -> None:
    result, _ = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert result.shape == ()
    assert type(result.item()).__name__ == claim.kind
    otherwise = computed(claim.instead, begun(program, claim.run)[1])
    assert otherwise.ndim
    assert claim.shape is None or otherwise.shape == claim.shape
    assert otherwise.tolist() == list(computed(ast.unparse(node.args[0]), begun(program, claim.run)[1]))


@check(AlwaysTrue)
def _(claim: AlwaysTrue, program: Program) -> None:
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    names["_never_"] = [False]
    function = ast.unparse(node.func)
    assert bool(computed(f"{function}(each for each in _never_)", names))
    own = "any" if function.endswith("any") else "all"
    assert ast.unparse(ast.parse(claim.instead)) == ast.unparse(ast.parse(f"{own}({ast.unparse(node.args[0])[1:-1]})"))
    assert type(computed(claim.instead, names)) is bool


@check(AllDifferent)
def _(claim: AllDifferent, program: Program) -> None:
    result, names = made_of(claim, program)
    assert all(isinstance(each, torch.Tensor) for each in result)
    held = computed(claim.instead, names)
    assert (len(result), len(held)) == (claim.count, claim.different)
    assert held == {each.item() for each in result}


@check(SeedOfTheOther)
def _(claim: SeedOfTheOther, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    line(program, claim.run)
    names = at_line(program, claim.run)
    source = opened(program.code)
    assert claim.seed in [ast.get_source_segment(source, each) for each in ast.walk(ast.parse(source))
                          if isinstance(each, ast.Call)]  # fmt: skip
    of_torch = claim.own == "torch.manual_seed"
    assert claim.seed.startswith(("random.", "np.random." if of_torch else "torch."))
    assert claim.own in ("torch.manual_seed", "np.random.seed")
    draw: Any = torch.rand if of_torch else np.random.rand
    for seed in (claim.seed, f"{claim.own}(7)"):
        drawn = []
        for _ in range(2):
            computed(seed, names)
            drawn.append(draw(4).tolist())
        assert (drawn[0] == drawn[1]) == (seed != claim.seed)
        computed(claim.code, names)


@check(PrintedShorter)
def _(claim: PrintedShorter, program: Program) -> None:
    _, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = computed(ast.unparse(node.comparators[0]), names)
    assert repr(given) == claim.given
    array = computed(ast.unparse(node.left), names)
    assert claim.digits == (4 if isinstance(array, torch.Tensor) else np.get_printoptions()["precision"])
    cells = np.ravel(numbers(array)).astype(float).tolist()
    alike = [each for each in cells if f"{each:.{claim.digits}f}" == f"{given:.{claim.digits}f}"]
    assert repr(alike[0]) == claim.number
    assert alike[0] != given


@check(CountedBefore)
def _(claim: CountedBefore, program: Program) -> None:
    source = opened(program.code)
    here = line_of(claim.run[0])
    loops = [
        each
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.For) and each.lineno < here <= (each.end_lineno or 0)
    ]
    loop = next(each for each in loops if ast.get_source_segment(source, each.iter) == claim.code)
    seen: list[int] = []

    def ended(frame: Any) -> None:
        seen.append(len(in_sight(frame)[claim.name]))

    Between(source, claim.run, (0, 0), ended=ended).cells(())
    assert seen[0] == claim.left < claim.count
    names: dict[str, Any] = {"__name__": "__main__"}
    before = ast.Module([each for each in ast.parse(source).body if each.lineno < loop.lineno], [])
    exec(compile(before, "program", "exec"), names)
    assert computed(claim.code, names) == range(claim.count)
    assert claim.name in claim.code


@check(LateBound)
def _(claim: LateBound, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    lists = [each for each in ast.walk(statement_of(program, claim.run)) if isinstance(each, ast.ListComp)]
    made = next(each for each in lists if ast.dump(each.elt) == ast.dump(node))
    code = ast.unparse(made)
    assert ast.unparse(made.generators[0].target) == claim.name
    values = computed(f"[{claim.name} for {claim.name} in {ast.unparse(made.generators[0].iter)}]", names)
    found = computed(code, names)
    assert [each.__closure__[0].cell_contents for each in found] == [values[-1]] * len(values)
    other = computed(code.replace(ast.unparse(node), claim.instead), names)
    assert [each.__defaults__[-1] for each in other] == values
    assert ast.unparse(ast.parse(claim.instead, mode="eval").body.body) == ast.unparse(node.body)  # type: ignore[attr-defined] # it is a lambda
