"""Whether lines are refused for the reason that is told: with what it names changed they run, else they do not."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from primer_core.claims.claim import Line
from primer_core.claims.refusing import (
    BeyondDtype,
    KeepsDtype,
    KeepsShape,
    LibrariesMixed,
    LineRunsInstead,
    NegativeStride,
    NoNegativeStep,
    NoStridesFor,
    NotMade,
    NotRun,
    NotSideBySide,
    OneElement,
    OnlyRead,
    PairRefuses,
    ReadsWhatItWrites,
    RunsWithout,
    SaidOf,
    StatementRefused,
    TooManyIndices,
    ViewTakesDtype,
)
from tests.claims.arrays import cells, copies, is_array, normal, place, reaches, read, seen, strides, value_of, watched
from tests.claims.checking import check
from tests.claims.program import Names, Program

REFUSALS = (ValueError, TypeError, RuntimeError, IndexError, OverflowError)


def refused_at(program: Program, line: Line) -> int:
    """Return how many statements run before a line, which is refused."""
    at = place(program, line)
    assert program.run(until=at - 1).error is None
    assert isinstance(program.run(until=at).error, REFUSALS)
    return at - 1


def before(program: Program, line: Line, probe: Callable[[Names], Any]) -> Any:
    """Look at things right before a line that is refused."""
    _, found = watched(program, it=(refused_at(program, line), probe))
    return found["it"]


def runs(program: Program, line: Line, change: Callable[[Names], None], code: str = "") -> bool:
    """Whether a line runs once something was changed right before it, or another in its place."""
    at = refused_at(program, line)
    other = program.with_lines(at + 1, code or line[0])
    return other.run(after={at: change}, until=at + 1).error is None


def other_numbers(names: Names) -> None:
    """Change what stands in arrays, and nothing else."""
    for value in names.values():
        if isinstance(value, np.ndarray) and value.flags.writeable and value.dtype.kind in "iuf":
            value[...] = 1
        elif isinstance(value, torch.Tensor) and 0 not in value.stride():
            value.fill_(1)


@check(NotMade)
def _(claim: NotMade, program: Program) -> None:
    refused_at(program, claim.line)
    node = ast.parse(claim.line[0]).body[0]
    assert isinstance(node, ast.Assign)
    assert [ast.unparse(target) for target in node.targets] == [claim.name]
    assert claim.name not in program.run().names


@check(StatementRefused)
def _(claim: StatementRefused, program: Program) -> None:
    at = refused_at(program, claim.line)
    ran, found = watched(program, it=(at, copies))
    now = copies(ran.names)
    assert claim.untouched == all(seen(now[name]) == seen(array) for name, array in found["it"].items())


def left_out(program: Program) -> list[str]:
    """Return the lines that stand there as not run."""
    return [comment.removeprefix("not run: ") for comment in program.comments if comment.startswith("not run: ")]


@check(NotRun)
def _(claim: NotRun, program: Program) -> None:
    refused_at(program, claim.line)
    assert list(claim.lines) == left_out(program)
    stands = [ast.unparse(node) for node in program.statements[place(program, claim.line) :]]
    assert not any(normal(line) in stands and not line.startswith("print") for line in claim.lines)


@check(NoStridesFor)
def _(claim: NoStridesFor, program: Program) -> None:
    source = before(program, claim.line, lambda names: value_of(claim.source, names))
    assert is_array(source)
    assert normal(claim.source) in normal(claim.line[0])
    assert min(claim.shape, default=0) >= -1
    ordered = cells(source).copy(order="C").reshape(claim.shape)
    assert cells(source).reshape(claim.shape).tobytes() == ordered.tobytes()
    assert not reaches(source, cells(source).reshape(claim.shape)), "strides give it"
    # The same call on a copy in order runs; on other numbers in the same places it is refused still.
    in_order = "contiguous().clone()" if isinstance(source, torch.Tensor) else "copy(order='C')"
    code = normal(claim.line[0])
    mended = replaced(code, claim.source, f"{bracketed(claim.source)}.{in_order}")
    assert runs(program, claim.line, lambda _: None, mended)
    assert not runs(program, claim.line, other_numbers)
    made = before(program, claim.line, lambda names: exec_and_read(mended, names))
    assert any(is_array(one) and tuple(one.shape) == tuple(ordered.shape) for one in made) or "[" in claim.source


def bracketed(code: str) -> str:
    return code if ast.unparse(ast.parse(code)).isidentifier() else f"({code})"


def replaced(code: str, old: str, new: str) -> str:
    """Write code with one expression in the place of another, where that stands first."""
    target = normal(old)
    tree = ast.parse(code)
    done: list[bool] = []

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if not done and isinstance(node, ast.expr) and ast.unparse(node) == target:
                loads = not isinstance(getattr(node, "ctx", ast.Load()), ast.Store)
                if loads:
                    done.append(True)
                    return ast.parse(new, mode="eval").body
            return self.generic_visit(node)

    changed = ast.unparse(ast.fix_missing_locations(Exchange().visit(tree)))
    assert done, f"{old} does not stand in {code}"
    return changed


def exec_and_read(code: str, names: Names) -> list[Any]:
    other = dict(names)
    exec(code, other)
    return [value for name, value in other.items() if names.get(name) is not value]


def made_apart(code: str, target: str) -> str:
    """Write the expression whose result a line would store in place."""
    node = ast.parse(code).body[0]
    match node:
        case ast.AugAssign(held, sign, value):
            assert ast.unparse(held) == normal(target)
            left = ast.parse(ast.unparse(held), mode="eval").body
            return ast.unparse(ast.BinOp(left, sign, value))
        case ast.Expr(ast.Call() as call):
            given = next((keyword.value for keyword in call.keywords if keyword.arg == "out"), None)
            if given is not None:
                assert ast.unparse(given) == normal(target)
                return ast.unparse(ast.Call(call.func, call.args, []))
            assert isinstance(call.func, ast.Attribute)
            assert ast.unparse(call.func.value) == normal(target)
            return ast.unparse(ast.Call(ast.Attribute(call.func.value, call.func.attr.rstrip("_")), call.args, []))
    raise AssertionError(f"{code} stores nothing in place")


@check(KeepsDtype)
def _(claim: KeepsDtype, program: Program) -> None:
    apart = made_apart(claim.line[0], claim.name)
    held, result = before(program, claim.line, lambda names: (value_of(claim.name, names), value_of(apart, names)))
    assert (str(held.dtype), str(result.dtype)) == (claim.dtype, claim.result)
    assert claim.dtype != claim.result
    # In cells of the result's dtype it can be stored, if the shape fits; with other numbers it still cannot.
    cast = f"{bracketed(claim.name)}.to({claim.result})" if isinstance(held, torch.Tensor) else (
        f"{bracketed(claim.name)}.astype('{claim.result}')")  # fmt: skip
    widened = claim.line[0].replace(claim.name, "_wide", 1)
    if tuple(held.shape) == tuple(result.shape):
        match ast.parse(claim.line[0]).body[0]:
            case ast.AugAssign(_, sign, value):
                widened = ast.unparse(ast.AugAssign(ast.Name("_wide", ast.Store()), sign, value))
            case ast.Expr():
                widened = replaced_out(claim.line[0], claim.name)
        assert runs(program, claim.line, lambda names: names.__setitem__("_wide", value_of(cast, names)), widened)
    assert not runs(program, claim.line, other_numbers)


def replaced_out(code: str, name: str) -> str:
    """Write a call that stores its result in an array of another name."""
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    wide = ast.Name("_wide", ast.Load())
    if any(keyword.arg == "out" for keyword in call.keywords):
        call.keywords = [ast.keyword("out", wide)]
    else:
        assert isinstance(call.func, ast.Attribute)
        call.func.value = wide
    assert name
    return ast.unparse(call)


@check(KeepsShape)
def _(claim: KeepsShape, program: Program) -> None:
    apart = made_apart(claim.line[0], claim.name)
    held, result = before(program, claim.line, lambda names: (value_of(claim.name, names), value_of(apart, names)))
    assert (tuple(held.shape), tuple(result.shape)) == (claim.shape, claim.result)
    assert claim.shape != claim.result
    assert not runs(program, claim.line, other_numbers)

    def grow(names: Names) -> None:
        old = value_of(claim.name, names)
        grown = np.broadcast_to(cells(old), claim.result).astype(cells(result).dtype)
        names["_wide"] = torch.from_numpy(grown) if isinstance(old, torch.Tensor) else grown

    match ast.parse(claim.line[0]).body[0]:
        case ast.AugAssign(_, sign, value):
            code = ast.unparse(ast.AugAssign(ast.Name("_wide", ast.Store()), sign, value))
        case _:
            code = replaced_out(claim.line[0], claim.name)
    assert runs(program, claim.line, grow, code)


@check(OneElement)
def _(claim: OneElement, program: Program) -> None:
    values = cells(before(program, claim.line, lambda names: read(names, claim.name)))
    assert claim.cells == sum(1 for _ in values.flat)
    places = {address_of(values, index) for index in np.ndindex(*values.shape)}
    assert claim.elements == len(places) < claim.cells
    check_writable_copy(program, claim.line, claim.name)


def address_of(values: Any, index: tuple[int, ...]) -> int:
    return int(values[(*index, ...)].ctypes.data)


def check_writable_copy(program: Program, line: Line, name: str) -> None:
    """With a copy in the place of an array a line runs, and with other numbers in it it does not."""

    def own(names: Names) -> None:
        array = read(names, name)
        names[name] = array.clone(memory_format=torch.contiguous_format) if is_tensor(array) else array.copy()

    assert runs(program, line, own)
    assert not runs(program, line, other_numbers)


def is_tensor(array: Any) -> bool:
    return isinstance(array, torch.Tensor)


@check(OnlyRead)
def _(claim: OnlyRead, program: Program) -> None:
    array = before(program, claim.line, lambda names: read(names, claim.name))
    values = cells(array)
    assert len({address_of(values, index) for index in np.ndindex(*values.shape)}) == values.size
    check_writable_copy(program, claim.line, claim.name)


@check(ReadsWhatItWrites)
def _(claim: ReadsWhatItWrites, program: Program) -> None:
    node = ast.parse(claim.line[0]).body[0]
    assert isinstance(node, ast.Assign | ast.AugAssign)
    assert ast.unparse(node.value) == normal(claim.value)
    target = ast.unparse(node.target if isinstance(node, ast.AugAssign) else node.targets[0])

    def shared(names: Names) -> bool:
        return reaches(value_of(target, names), value_of(claim.value, names))

    assert before(program, claim.line, shared)
    assert runs(program, claim.line, lambda _: None, replaced(claim.line[0], claim.value, f"({claim.value}).clone()"))
    assert not runs(program, claim.line, other_numbers)

    def numpys(names: Names) -> None:
        for name, value in list(names.items()):
            if is_tensor(value):
                names[name] = value.detach().numpy()

    assert runs(program, claim.line, numpys), "NumPy refuses it, too"


@check(NoNegativeStep)
def _(claim: NoNegativeStep, program: Program) -> None:
    refused_at(program, claim.line)
    node = ast.parse(claim.code, mode="eval").body
    assert isinstance(node, ast.Subscript)
    assert normal(claim.code) in normal(claim.line[0])
    source = ast.unparse(node.value)
    whole = before(program, claim.line, lambda names: value_of(source, names))
    assert is_tensor(whole)
    # NumPy gives a view; of PyTorch's flip none sees what is written.
    backwards = value_of(f"_array[{ast.unparse(node.slice)}]", {"_array": cells(whole)})
    assert min(strides(backwards)) < 0
    assert reaches(cells(whole), backwards)
    assert not reaches(whole, whole.flip(0))


@check(NegativeStride)
def _(claim: NegativeStride, program: Program) -> None:
    array = before(program, claim.line, lambda names: value_of(claim.name, names))
    assert normal(claim.name) in normal(claim.line[0])
    assert array.strides == claim.strides
    assert min(claim.strides) < 0
    assert runs(program, claim.line, lambda _: None, replaced(claim.line[0], claim.name, f"({claim.name}).copy()"))
    assert not runs(program, claim.line, other_numbers)


@check(NotSideBySide)
def _(claim: NotSideBySide, program: Program) -> None:
    array = before(program, claim.line, lambda names: value_of(claim.name, names))
    assert normal(claim.name) in normal(claim.line[0])
    held = array.numpy() if isinstance(array, torch.Tensor) else array
    assert held.strides[-1] == claim.stride != claim.size == held.itemsize
    there = f"({claim.name}).{claim.method}()"
    copied = before(program, claim.line, lambda names: value_of(there, names))
    assert (copied.numpy() if isinstance(copied, torch.Tensor) else copied).strides[-1] == claim.size
    assert runs(program, claim.line, lambda _: None, replaced(claim.line[0], claim.name, there))


@check(TooManyIndices)
def _(claim: TooManyIndices, program: Program) -> None:
    array = before(program, claim.line, lambda names: value_of(claim.code, names))
    assert normal(claim.code) in normal(claim.line[0])
    assert len(array.shape) == claim.axes < claim.named
    index = next(
        node for node in ast.walk(ast.parse(normal(claim.line[0])))
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == normal(claim.code)
    )  # fmt: skip
    assert isinstance(index.slice, ast.Tuple)
    naming = [part for part in index.slice.elts if ast.unparse(part) not in ("None", "...", "np.newaxis")]
    assert len(naming) == claim.named
    # With as many axes more, each as long as any index wants, it runs.
    wide = np.zeros((9,) * claim.named)
    again = ast.unparse(ast.Subscript(ast.Name("_array", ast.Load()), index.slice, ast.Load()))
    bounds = value_of(again, {"_array": wide})
    assert bounds is not None


@check(BeyondDtype)
def _(claim: BeyondDtype, program: Program) -> None:
    array = before(program, claim.line, lambda names: read(names, claim.name))
    values = cells(array)
    assert str(values.dtype) == claim.dtype
    for limit, beyond in ((claim.least, claim.least - 1), (claim.most, claim.most + 1)):
        probe = np.zeros(1, values.dtype)
        probe[0] = limit
        try:
            probe[0] = beyond
        except OverflowError:
            continue
        raise AssertionError(f"{claim.dtype} holds {beyond}")

    def widen(names: Names) -> None:
        old = names[claim.name]
        names[claim.name] = old.to(torch.int64) if is_tensor(old) else old.astype(np.int64)

    assert runs(program, claim.line, widen)
    assert not runs(program, claim.line, other_numbers)


@check(LibrariesMixed)
def _(claim: LibrariesMixed, program: Program) -> None:
    def both(names: Names) -> tuple[Any, Any]:
        return value_of(claim.array, names), value_of(claim.tensor, names)

    array, tensor = before(program, claim.line, both)
    assert isinstance(array, np.ndarray)
    assert is_tensor(tensor)
    code = claim.line[0]
    assert runs(
        program, claim.line, lambda _: None, replaced_value(code, claim.array, f"torch.from_numpy({claim.array})")
    )
    assert not runs(program, claim.line, other_numbers)
    assert reaches(tensor, tensor.numpy())


def replaced_value(code: str, old: str, new: str) -> str:
    """Write a line with an operand brought to the other library, in a line of its own where it is written to."""
    node = ast.parse(code).body[0]
    if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == normal(old):
        return ast.unparse(ast.BinOp(ast.parse(new, mode="eval").body, node.op, node.value))
    return replaced(code, old, new)


@check(ViewTakesDtype)
def _(claim: ViewTakesDtype, program: Program) -> None:
    array = before(program, claim.line, lambda names: value_of(claim.source, names))
    assert isinstance(array, np.ndarray)
    call = next(
        node for node in ast.walk(ast.parse(normal(claim.line[0])))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "view"
        and ast.unparse(node.func.value) == normal(claim.source)
    )  # fmt: skip
    assert all(isinstance(value_of(ast.unparse(one), {}), int | tuple) for one in call.args)
    assert array.view(f"V{array.itemsize}").nbytes == array.nbytes
    given = ", ".join(map(ast.unparse, call.args))
    assert array.reshape(*value_of(f"({given},)", {})).size == array.size


@check(LineRunsInstead)
def _(claim: LineRunsInstead, program: Program) -> None:
    at = place(program, claim.line)
    assert program.run().error is not None
    mended = program.with_lines(at, claim.instead)
    failing = next(n for n in range(len(mended.statements) + 1) if program.run(until=n).error is not None)
    more = len(mended.statements) - len(program.statements)
    end = max(failing, at) + more
    mended.statements = [*mended.statements[:end], *ast.parse("\n".join(left_out(program))).body]
    ran = mended.run()
    assert ran.error is None
    made = read(ran.names, claim.name)
    assert tuple(made.shape) == claim.shape
    assert str(made.dtype) == claim.dtype
    # Every name that the learner wrote in the line stands there still.
    old, new = ({node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
                for code in (claim.line[0], claim.instead))  # fmt: skip
    assert old <= new
    # It is about that name: what the line of the error binds or writes to.
    refused = program.statements[failing - 1]
    assert claim.name in {node.id for node in ast.walk(refused) if isinstance(node, ast.Name)}


@check(RunsWithout)
def _(claim: RunsWithout, program: Program) -> None:
    at = refused_at(program, claim.line) + 1
    assert claim.line[0].startswith(f"{claim.name} = ")
    rest = ast.parse("\n".join(left_out(program))).body
    assert rest
    mended = program.with_lines(at, "pass")
    mended.statements = [*mended.statements[:at], *rest]
    assert mended.run().error is None


@check(PairRefuses)
def _(claim: PairRefuses, program: Program) -> None:
    array = before(program, claim.line, lambda names: value_of(claim.source, names))
    left, right = claim.axes
    assert normal(claim.source) in normal(claim.line[0])
    assert 0 <= left < right < len(array.shape)
    values = cells(array)
    assert all(values.shape[axis] == 1 for axis in range(left + 1, right))
    pair = np.lib.stride_tricks.as_strided(
        values,
        (values.shape[left], values.shape[right]),
        (values.strides[left], values.strides[right]),
        writeable=False,
    )
    try:
        pair.reshape(-1, copy=False)
    except ValueError:
        return
    raise AssertionError("they join")


@check(SaidOf)
def _(claim: SaidOf, program: Program) -> None:
    refused_at(program, claim.line)
    part = ast.parse(normal(claim.code), mode="eval").body
    at = place(program, claim.line)
    assert ast.unparse(part) in ast.unparse(program.statements[at - 1])
    alone = program.instead(at, f"_made = {claim.code}")
    assert str(alone.error) == str(program.run().error)
