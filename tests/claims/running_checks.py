"""Checks of what is said of the lines of a program that has run: it is run again, traced by Python itself."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from types import CodeType, FrameType
from typing import Any

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence

from primer_core.claims.running import (
    BEHIND,
    BesideCells,
    BoundAgain,
    BoundArray,
    BoundKind,
    BoundText,
    CellsChanged,
    FirstBound,
    LinePrinted,
    OwnBytes,
    ProgramStops,
    RanToItsEnd,
    Run,
    RunsInstead,
    SameArray,
    ShapeChanged,
    SharesCells,
    line_of,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import LINES, Done, is_array, recorded, with_content

ADDRESS = re.compile(r"0x[0-9a-f]+")
"""Where something lies, which differs in each run."""


def line(program: Program, run: Run) -> Done:
    """What a line did, how-manieth time soever."""
    lines = recorded(opened(program.code)).lines
    assert run in lines, f"line {run[0]} did not run {run[1]} times"
    return lines[run]


def opened(code: str) -> str:
    """The program without the ``try`` that catches what stops it, its lines at the numbers that they have there."""
    tree = ast.parse(code)
    if not tree.body or not isinstance(last := tree.body[-1], ast.Try) or "repr(error)" not in code.split("\n")[-1]:
        return code
    lines = code.split("\n")
    body = [text[4:] for text in lines[last.lineno : last.handlers[0].lineno - 1]]
    return "\n".join([*lines[: last.lineno - 1], *body])


def allocation(array: Any) -> tuple[int, int]:
    """The first byte of the memory that an array lies in, and how many bytes that has."""
    if isinstance(array, torch.Tensor):
        storage = array.untyped_storage()
        return storage.data_ptr(), storage.nbytes()
    while isinstance(array.base, np.ndarray):
        array = array.base
    if array.base is not None and hasattr(array.base, "untyped_storage"):
        return allocation(array.base)
    return array.__array_interface__["data"][0], array.nbytes


def addresses(array: Any) -> set[int]:
    """The first byte of each cell."""
    if isinstance(array, torch.Tensor):
        first, strides = array.data_ptr(), [step * array.element_size() for step in array.stride()]
    else:
        first, strides = array.__array_interface__["data"][0], list(array.strides)
    found = {first}
    for size, step in zip(array.shape, strides, strict=True):
        found = {place + step * index for place in found for index in range(size)}
    return found


def in_sight(done: Done) -> dict[str, Any]:
    return {**done.around, **{name: value for name, value in done.names.items() if is_array(value)}}


def is_bound_anew(done: Done, name: str) -> bool:
    return name not in done.before or done.before[name] is not done.names[name]


@check(BoundArray)
def _(claim: BoundArray, program: Program) -> None:
    done = line(program, claim.run)
    array = done.names[claim.name]
    assert is_bound_anew(done, claim.name)
    assert is_array(array)
    assert done.shapes[claim.name] == claim.shape
    assert str(array.dtype) == claim.dtype


@check(FirstBound)
def _(claim: FirstBound, program: Program) -> None:
    done = line(program, claim.run)
    assert claim.name in done.names
    assert claim.name not in done.before


@check(BoundAgain)
def _(claim: BoundAgain, program: Program) -> None:
    done = line(program, claim.run)
    assert claim.name in done.before
    if is_array(done.names[claim.name]) or is_array(done.before[claim.name]):
        assert done.before[claim.name] is not done.names[claim.name]
    else:
        assert done.texts_before[claim.name] != done.texts[claim.name]


@check(OwnBytes)
def _(claim: OwnBytes, program: Program) -> None:
    done = line(program, claim.run)
    assert is_bound_anew(done, claim.name)
    start, nbytes = allocation(done.names[claim.name])
    assert nbytes == claim.nbytes
    for name, other in in_sight(done).items():
        if name != claim.name and is_earlier(done, name, claim.name):
            first, length = allocation(other)
            assert first + length <= start or start + nbytes <= first, name


def is_earlier(done: Done, name: str, than: str) -> bool:
    """Whether a name was there before another was bound, in the same line where both are bound in it."""
    if name in done.around and name not in done.names:
        return True
    if not is_bound_anew(done, name):
        return True
    order = list(done.names)
    return order.index(name) < order.index(than)


@check(SharesCells)
def _(claim: SharesCells, program: Program) -> None:
    done = line(program, claim.run)
    array, other = done.names[claim.name], in_sight(done)[claim.of]
    assert is_bound_anew(done, claim.name)
    assert array is not other
    assert addresses(array) & addresses(other)
    assert min(addresses(array)) - min(allocation(array)[0], allocation(other)[0]) == claim.start
    assert claim.read_only == (isinstance(array, np.ndarray) and not array.flags.writeable)


@check(SameArray)
def _(claim: SameArray, program: Program) -> None:
    done = line(program, claim.run)
    assert claim.name != claim.of
    assert is_bound_anew(done, claim.name)
    assert done.names[claim.name] is in_sight(done)[claim.of]


@check(BesideCells)
def _(claim: BesideCells, program: Program) -> None:
    done = line(program, claim.run)
    array, other = done.names[claim.name], in_sight(done)[claim.of]
    assert is_bound_anew(done, claim.name)
    assert allocation(array) == allocation(other)
    assert not addresses(array) & addresses(other)


@check(BoundText)
def _(claim: BoundText, program: Program) -> None:
    done = line(program, claim.run)
    text = done.texts[claim.name]
    assert claim.name not in done.texts_before or done.texts_before[claim.name] != text
    assert claim.shown == (text if len(text) <= 120 else f"{text[:119]}…")


@check(BoundKind)
def _(claim: BoundKind, program: Program) -> None:
    done = line(program, claim.run)
    assert is_bound_anew(done, claim.name)
    kind = type(done.names[claim.name])
    assert claim.kind in (kind.__name__, f"{kind.__module__}.{kind.__name__}")


@check(CellsChanged)
def _(claim: CellsChanged, program: Program) -> None:
    done = line(program, claim.run)
    changed = {
        name
        for name, value in done.names.items()
        if is_array(value) and done.before.get(name) is value and (done.cells_before.get(name) != done.cells[name])
    }
    assert changed == set(claim.names)
    assert len(set(claim.names)) == len(claim.names)


@check(ShapeChanged)
def _(claim: ShapeChanged, program: Program) -> None:
    done = line(program, claim.run)
    assert done.names[claim.name] is done.before[claim.name]
    assert (done.shapes_before[claim.name], done.shapes[claim.name]) == (claim.before, claim.after)
    assert claim.before != claim.after


@check(LinePrinted)
def _(claim: LinePrinted, program: Program) -> None:
    told, found = (ADDRESS.sub("0x", each) for each in (claim.text, line(program, claim.run).printed.rstrip("\n")))
    assert told == found


def words_of(error: BaseException) -> str:
    """What an error says, without where a module lies on this machine."""
    return str(error).removesuffix(f" ({error.path})") if isinstance(error, ImportError) else str(error)


@check(ProgramStops)
def _(claim: ProgramStops, program: Program) -> None:
    error = recorded(opened(program.code)).error
    assert error is not None
    assert (type(error[0]).__name__, words_of(error[0]), error[1]) == (claim.kind, claim.words, claim.line)
    assert "".join(claim.code.split()) in "".join(opened(program.code).split())
    trace = error[0].__traceback__
    frames, reached = [], []
    while trace is not None:
        frames.append(trace.tb_frame)
        reached.append((trace.tb_frame.f_code, trace.tb_lasti))
        trace = trace.tb_next
    names = [{**frame.f_globals, **frame.f_locals} for frame in frames]
    asked = ("{}", "if ({}): pass", "for _ in ({}): pass", "with ({}): pass", "{{({}): 0}}", "format(({}), '.2f')")
    alone = any(raises(claim, each, way) for each in names for way in asked)
    line = opened(program.code).split("\n")[claim.line - 1].strip()
    # By itself, what went halfway back does not fail the same way twice.
    assert (
        alone
        or claim.code == line
        or is_target(claim, opened(program.code))
        or (in_a_batch(frames) and claim.code in parts_reached(reached, opened(program.code)))
    )


def in_a_batch(frames: list[FrameType]) -> bool:
    """Whether one of torch.func's functions was at work, whose tensors stand for others only as long as it is."""
    return any("_functorch" in frame.f_code.co_filename for frame in frames)


def parts_reached(reached: list[tuple[CodeType, int]], code: str) -> set[str]:
    """What Python itself says that it was at, in each function, as parts of the program."""
    lines, found = code.split("\n"), set()
    for compiled, instruction in reached:
        line, end, column, end_column = list(compiled.co_positions())[instruction // 2]
        place = (line or 0) // LINES
        if line == end and 0 < place <= len(lines) and column is not None:
            # Python counts bytes.
            found.add(lines[place - 1].encode()[column:end_column].decode(errors="ignore"))
    return found


def is_target(claim: ProgramStops, code: str) -> bool:
    """Whether the part is what its line assigns to, which raises nothing by itself."""
    found = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", None), ast.Store)
    ]
    return any(node.lineno == claim.line and ast.get_source_segment(code, node) == claim.code for node in found)


def raises(claim: ProgramStops, names: dict[str, Any], asked: str = "{}") -> bool:
    """Whether the part raises the same by itself, or as a test, a key and so on, with the names that there were."""
    try:
        exec(asked.format(claim.code), names)
    except Exception as error:
        if claim.kind == "UnboundLocalError" and isinstance(error, NameError):
            return True  # by itself, a name of a function that was not bound is one that nobody knows
        return (type(error).__name__, words_of(error)) == (claim.kind, claim.words)
    return False


@check(RanToItsEnd)
def _(claim: RanToItsEnd, program: Program) -> None:
    ran = recorded(opened(program.code))
    assert ran.error is None
    assert len(ran.printed.splitlines()) == claim.printed


def with_libraries(lines: list[str]) -> list[str]:
    """A program's lines in which np, torch, nn and F stand for the libraries, as the page has them stand for them."""
    imports = "import numpy as np; import torch; import torch.nn as nn; import torch.nn.functional as F; "
    return lines if lines[0].startswith("from __future__") else [imports + lines[0], *lines[1:]]


@check(RunsInstead)
def _(claim: RunsInstead, program: Program) -> None:
    code = opened(program.code)
    lines = code.split("\n")
    old = lines[claim.at - 1]
    assert claim.code != old.strip()
    space = old[: len(old) - len(old.lstrip())]
    lines[claim.at - 1 : claim.at - (1 if claim.added else 0)] = [space + claim.code]
    before, ran = recorded(code), recorded("\n".join(with_libraries(lines)))
    assert before.error is not None
    assert before.error[1] == claim.line
    done = {(number + (claim.added and line_of(number) >= claim.at), run) for number, run in before.lines}
    new = [run for run in ran.lines if run not in done and not (claim.added and line_of(run[0]) == claim.at)]
    failing = claim.line + (claim.added and claim.line >= claim.at)
    statement = statement_at("\n".join(lines), failing)
    assert new or ran.error is None
    if isinstance(statement, ast.If | ast.While):
        come = len(truths(code, claim.line))
        assert claim.gives in ("", str(truths("\n".join(lines), failing)[come]))
        return
    if isinstance(statement, ast.For | ast.With) or not new:
        assert not claim.gives
        return
    there = [run for run in new if line_of(run[0]) == statement.lineno]  # and not in a function that it calls
    before_it = max((run for number, run in done if line_of(number) == failing), default=0)  # rounds that went well
    there = [run for run in there if run[1] > before_it] or there
    there = [run for run in there if run[0] not in heads("\n".join(lines), failing)] or there
    first = min(there, key=list(ran.lines).index)
    given = gives(ran.lines[first], statement, lines[failing - 1].strip())
    if given == [""] and claim.gives and isinstance(statement, ast.Expr):  # its graph was freed, so it is run anew
        text = lines[failing - 1]
        lines[failing - 1] = f"{text[: statement.col_offset]}_given_ = {text[statement.col_offset :]}"
        value = recorded("\n".join(with_libraries(lines))).lines[first].names["_given_"]
        given = [told(value)] if is_array(value) else given
    given += [""] if claim.code.startswith("nonlocal ") else []  # what stands in the function around is not shown here
    assert claim.gives in given or (not given and claim.gives == ""), given


def heads(code: str, line: int) -> list[int]:
    """What the statements are called that stand on a line and have a body, as ``for`` in ``for i in x: print(i)``."""
    statements = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt) and node.lineno == line]
    statements.sort(key=lambda node: node.col_offset)
    return [line + BEHIND * place for place, node in enumerate(statements) if hasattr(node, "body")]


def truths(code: str, line: int) -> list[bool]:
    """Whether a condition was true, each time that it was asked for and had an answer."""
    tree, found = ast.parse(code), list[bool]()

    def told(value: Any) -> bool:
        found.append(bool(value))
        return found[-1]

    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.While) and node.lineno == line:
            node.test = ast.copy_location(ast.Call(ast.Name("_told_", ast.Load()), [node.test], []), node.test)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        exec(compile(ast.fix_missing_locations(tree), "program", "exec"), {"_told_": told})
    return found


def statement_called(code: str, number: int) -> ast.stmt:
    """The statement that a claim calls by a number."""
    found = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt) and node.lineno == line_of(number)
    ]
    assert number // BEHIND < len(found), f"line {line_of(number)} has {len(found)} statements"
    return sorted(found, key=lambda node: node.col_offset)[number // BEHIND]


def statement_at(code: str, line: int) -> ast.stmt:
    """The innermost statement that a line belongs to."""
    found = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    assert found, f"no statement at line {line}"
    return max(found, key=lambda node: (node.lineno, node.col_offset))


def gives(done: Done, statement: ast.stmt, begins: str = "") -> list[str]:
    """What a line gives: shape or value of what it binds or changes, else what it prints, computes or returns.

    Parameters
    ----------
    done, statement
        What the line did, and its last statement.
    begins
        What stands in the line, from where it begins.
    """
    bound = [
        as_it_was(done, name)
        for name, value in done.names.items()
        if is_bound_anew(done, name) or (is_array(value) and done.cells[name] != done.cells_before.get(name))
    ]
    if bound:
        slopes = [gradient(name, value) for name, value in done.names.items() if name.endswith(".grad")]
        # Of a class, a network, an optimiser or a data set nothing is said: what Python shows of them is no value that
        # a learner computes.
        no_values = (type, torch.nn.Module, torch.optim.Optimizer, torch.utils.data.Dataset, PackedSequence)
        unsaid = ["" for value in bound if isinstance(value, no_values)]
        return [*map(told, bound), *slopes, *unsaid]
    grown = [
        done.texts[name]
        for name, value in done.names.items()
        if isinstance(value, list | dict) and done.texts_before.get(name, done.texts[name]) != done.texts[name]
    ]
    if grown:
        return grown
    if done.printed:
        return [" ".join(done.printed.rstrip("\n").split("\n"))]
    if isinstance(statement, ast.Return):
        gave = np.asarray(done.returned) if isinstance(done.returned, np.generic) else done.returned
        return [told(gave), ""] if is_array(gave) else [""]
    if isinstance(statement, ast.Expr):
        names = {"np": np, "torch": torch, **done.around, **done.names}
        unrecorded = torch.no_grad() if begins.startswith("with torch.no_grad()") else contextlib.nullcontext()
        try:
            with unrecorded:
                value = eval(ast.unparse(statement), names)
        except Exception:  # what frees a graph does not run twice
            return [""]
        value = np.asarray(value) if isinstance(value, np.generic) else value
        return [told(value), ""] if is_array(value) else [""]
    return []


def as_it_was(done: Done, name: str) -> Any:
    """What a name was bound to after a line, an array with the numbers that it held then."""
    value: Any = done.names[name]
    if not is_array(value) or not done.cells[name] or "object" in str(value.dtype):
        return value
    return with_content(value, done.cells[name], done.shapes[name])


def gradient(name: str, value: torch.Tensor) -> str:
    """A gradient with its numbers."""
    numbers = ", ".join(f"{number:.4g}" for number in value.reshape(-1).tolist())
    return f"{name} = {numbers}" if value.numel() == 1 else f"{name} = [{numbers}]"


def told(value: Any) -> str:
    """The shape of an array, the number of one without axes, and else what Python shows."""
    if not is_array(value):
        return " ".join(repr(value).split()) if "\n" in repr(value) else repr(value)
    if tuple(value.shape):
        return str(tuple(value.shape))
    number = value.item()
    return f"{number:.4g}" if isinstance(number, float) else str(number)
