"""Checks of where cells came from and what they went into: lines are run again with other numbers in cells."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import torch

from primer_core.claims.running import Run, line_of
from primer_core.claims.sources import Cell, CellFrom, SlopeWritten, WentInto
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import Names, Recorder, gradients, is_array, number_of
from tests.claims.running_checks import opened, statement_called

Begun = Callable[[Names], None]
"""Is given the arrays and numbers that have names when a line begins; what it changes in them stays changed."""


class Stopped(BaseException):
    """The line has run."""


class Once(Recorder):
    """Runs a program up to the end of one line, and does something where that line begins."""

    def __init__(self, code: str, run: Run, begun: Begun) -> None:
        super().__init__(code)
        self.wanted, self.begun = run, begun
        self.begins: dict[int, int] = {}
        self.frame: FrameType | None = None
        self.after: Names | None = None

    def begin(self, frame: FrameType, line: int) -> None:
        super().begin(frame, line)
        number = number_of(line)
        self.begins[number] = self.begins.get(number, 0) + 1
        if (number, self.begins[number]) == self.wanted and self.frame is None:
            self.frame = frame
            self.begun(in_sight(frame))

    def finish(self, frame: FrameType, line: int) -> None:
        if self.frame is frame and number_of(line) == self.wanted[0]:
            self.after = in_sight(frame)
            raise Stopped
        super().finish(frame, line)

    def names(self) -> Names | None:
        """What names are bound to after the line; None where the program does not come so far."""
        mode = torch.is_grad_enabled()
        with contextlib.suppress(Stopped):
            self.run()
        torch.set_grad_enabled(mode)  # a ``with`` that is stopped at its end does not leave
        return self.after


def in_sight(frame: FrameType) -> Names:
    """What names are bound to, the parameters of networks among them, and the gradients of leaves as ``w.grad``."""
    found = {name: value for name, value in {**frame.f_globals, **frame.f_locals}.items() if not name.startswith("__")}
    for name, network in list(found.items()):
        if isinstance(network, torch.nn.Module) and "_parameters" in vars(network):
            found |= {called(name, path): weight for path, weight in network.named_parameters()}
    return found | gradients(found)


def called(name: str, path: str) -> str:
    """How code calls a parameter of a network: ``net[0].weight``."""
    return name + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))


def on_its_memory(value: Any) -> np.ndarray[Any, Any]:
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value


def addresses(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The address of each cell, of the array's shape."""
    found = np.full(array.shape, array.__array_interface__["data"][0])
    for axis, (size, step) in enumerate(zip(array.shape, array.strides, strict=True)):
        found = found + (np.arange(size) * step).reshape([-1 if at == axis else 1 for at in range(array.ndim)])
    return found


def cell_of(names: Names, cell: Cell) -> Any:
    name, index = cell
    value = names[name]
    assert len(getattr(value, "shape", ())) == len(index), f"{index} names no cell of {name}"
    assert min(index, default=0) >= 0
    found = value[index] if index else value
    return found.item() if hasattr(found, "item") else found


def moved(names: Names, spared: tuple[Cell, ...], step: int, only: str = "", told: Sequence[str] = ()) -> None:
    """Put another number into each cell of all arrays, except those that are spared, and those that tell of places."""
    kept = {int(addresses(on_its_memory(names[name]))[index]) for name, index in spared if is_array(names[name])}
    for code in told:
        with contextlib.suppress(NameError):  # a name of the statement's own
            found = eval(code, dict(names))
            kept |= set(addresses(on_its_memory(found)).ravel().tolist()) if is_array(found) else set()
    for name, value in names.items():
        if not is_array(value) or (only and name != only):
            continue
        array = on_its_memory(value)
        if not array.flags.writeable or array.dtype.kind not in "biufU":
            continue
        places = addresses(array)
        free = ~np.isin(places, list(kept))
        kept |= set(places[free].tolist())
        count = int(free.sum())
        if array.dtype.kind == "b":
            array[free] = ~array[free]
        elif array.dtype.kind == "U":
            array[free] = "~" if step > 0 else ""
        elif array.dtype.kind == "f":
            array[free] = array[free] + step * (3.0 + np.arange(count) / 7)
        else:
            array[free] = array[free] + np.array(step).astype(array.dtype)


def alike(one: Any, other: Any, *, nearly: float = 0.0) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    return bool(one == other) or (nearly > 0 and math.isclose(one, other, rel_tol=nearly, abs_tol=nearly))


PLACED = ("np.delete", "np.insert")
"""What is given places behind an array: they say which cells there are, and none comes from them."""


def calls_at(code: str, run: Run) -> list[ast.Call]:
    """The calls in a statement that give two arguments and more by their places."""
    found = ast.walk(statement_called(code, run[0]))
    return [node for node in found if isinstance(node, ast.Call) and len(node.args) > 1]


class OfNumbers:
    """A module of PyTorch's whose functions take numbers."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.module, name)
        if isinstance(found, ModuleType):
            return OfNumbers(found)
        return lambda *given: found(*(torch.tensor(each) for each in given)).item()


@check(CellFrom)
def _(claim: CellFrom, program: Program) -> None:
    code = opened(program.code)
    told: list[Any] = []

    def evaluated(names: Names) -> None:
        for name, index in claim.sources:
            cell_of(names, (name, index))
        if claim.shown:
            found = eval(claim.shown, {"nan": math.nan, "inf": math.inf, **names})
            told.append(found.item() if hasattr(found, "item") else found)

    after = Once(code, claim.run, evaluated).names()
    assert after is not None, f"line {claim.run[0]} does not run {claim.run[1]} times to its end"
    value: Any = cell_of(after, claim.cell)
    if type(value).__module__ != "numpy" and not isinstance(
        value, str | float | complex | int
    ):  # an object that is neither
        assert str(value).startswith(claim.value.removesuffix(">"))
        return
    small = str(getattr(after[claim.cell[0]], "dtype", "")).endswith(("float32", "float16"))
    near = 1e-4 if small else 1e-7
    said: Any = eval(claim.value, {"nan": math.nan, "inf": math.inf})
    assert said == value if isinstance(value, str) else alike(float(said), float(value), nearly=1e-7)
    assert bool(claim.shown) == bool(claim.numbers)
    if claim.shown:
        (shown,) = told
        assert alike(float(shown), float(value), nearly=near)
        names = {"np": np, "torch": OfNumbers(torch), "nan": math.nan, "inf": math.inf}
        assert alike(float(eval(claim.numbers, names)), float(value), nearly=max(near, 1e-5))
    places = [ast.unparse(call.args[1]) for call in calls_at(code, claim.run) if ast.unparse(call.func) in PLACED]
    for step in (1, -1000):
        found = Once(code, claim.run, partial(moved, spared=claim.sources, step=step, told=places)).names()
        if found is not None:
            assert alike(cell_of(found, claim.cell), value), f"a cell that is not named is read ({step})"
            continue
        for name in [name for name, each in after.items() if is_array(each)]:
            found = Once(code, claim.run, partial(moved, spared=claim.sources, step=step, only=name)).names()
            assert found is None or alike(cell_of(found, claim.cell), value), f"{name} is read ({step})"


Ended = Callable[[FrameType], None]
"""Is given the frame in which a line has ended; what it changes there stays changed."""


class Between(Recorder):
    """Runs a program, does something where one line begins and ends, and stops after another."""

    def __init__(self, code: str, run: Run, at: Run, *, begun: Ended | None = None, ended: Ended | None = None) -> None:
        super().__init__(code)
        self.wanted, self.last_run, self.begun, self.ended = run, at, begun, ended
        self.begins: dict[int, int] = {}
        self.waits: FrameType | None = None
        self.met = False
        self.after: Names | None = None

    def begin(self, frame: FrameType, line: int) -> None:
        super().begin(frame, line)
        number = number_of(line)
        self.begins[number] = self.begins.get(number, 0) + 1
        if (number, self.begins[number]) == self.wanted and not self.met:
            self.met, self.waits = True, frame
            if self.begun is not None:
                self.begun(frame)

    def finish(self, frame: FrameType, line: int) -> None:
        number = number_of(line)
        if self.waits is frame and number == self.wanted[0]:
            self.waits = None
            if self.ended is not None:
                self.ended(frame)
        self.counts[number] = self.counts.get(number, 0) + 1
        if (number, self.counts[number]) == self.last_run:
            self.after = in_sight(frame)
            raise Stopped

    def cells(self, wanted: tuple[Cell, ...]) -> list[Any] | None:
        """What stands in cells after the last line; None where the program does not come so far."""
        mode = torch.is_grad_enabled()
        with contextlib.suppress(Stopped):
            self.run()
        torch.set_grad_enabled(mode)
        if self.after is None or not self.met or self.waits is not None:
            return None
        try:
            return [cell_of(self.after, cell) for cell in wanted]
        except (LookupError, AssertionError):
            return None


def put(frame: FrameType, cell: Cell, number: Any) -> bool:
    """Put a number into a cell, as its dtype has it; return whether there is such a cell."""
    name, index = cell
    names = in_sight(frame)
    if name not in names:
        return False
    value = names[name]
    if is_array(value):
        array = on_its_memory(value)
        assert len(index) == array.ndim
        array[index] = np.array(number).astype(array.dtype)
        return True
    new = type(value)(number)  # a number by itself is no memory: the name is bound to another
    if name in frame.f_locals:
        frame.f_locals[name] = new
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    else:
        frame.f_globals[name] = new
    return True


def numbers_to_try(value: Any) -> list[Any]:
    """Other numbers for a cell: near, far on either side, none, and small whole ones, which others may equal."""
    if isinstance(value, str):
        return ["", "~", "1"]
    if isinstance(value, bool):
        return [not value]
    near = [value + 1, value - 1, 1000 + value, -1000 - value, 0, 1, 2, 3, 5]
    return [math.nan, *near, value * 1.5 + 0.25] if isinstance(value, float) else near


_SMALL, _LARGE = 12, 3
"""Seeds that put small numbers into other cells, and how many come after them."""


def otherwise(frame: FrameType, cell: Cell, number: Any, seed: int) -> None:
    """Put a number into a cell; with a seed others into all other cells, small ones, and large ones by late seeds."""
    if seed:
        chance = np.random.default_rng(seed)
        for value in in_sight(frame).values():
            array = on_its_memory(value) if is_array(value) else np.empty(0)
            if array.size and array.flags.writeable and array.dtype.kind in "biuf":
                array[...] = chance.integers(0, 3 if seed < _SMALL else 120, array.shape).astype(array.dtype)
    put(frame, cell, number)


_NAN = re.compile(r"(np|math|torch)\.nan|float\('nan'\)|float\(\"nan\"\)|\bNone\b")


@check(WentInto)
def _(claim: WentInto, program: Program) -> None:
    code = opened(program.code)
    lines = code.split("\n")
    try:
        goes_into(claim, code)
    except AssertionError:
        line = lines[line_of(claim.run[0]) - 1]
        if not (_NAN.search(line) and re.search("==|!=|<|>", line)):
            if claim.at == claim.run:
                raise
            # With other numbers the program may go another way and not come to where it was looked at.
            return goes_into(replace(claim, at=claim.run), code)
        # No number matters to a comparison with nan or None. It is read all the same, as another number there shows.
        lines[line_of(claim.run[0]) - 1] = _NAN.sub("0.0", line)
        goes_into(claim, "\n".join(lines))


def goes_into(claim: WentInto, code: str) -> None:
    """Other numbers in a cell make others of those that it is said to have gone into."""
    names = dict[str, Any]()
    assert len({name for name, _ in claim.into}) == 1
    assert claim.cell not in claim.into or claim.since != claim.run
    as_it_is = Between(code, claim.since, claim.at, ended=lambda frame: names.update(in_sight(frame)))
    before = as_it_is.cells(claim.into)
    assert before is not None, "a line does not run so often to its end, or a cell is not there"
    value = cell_of(names, claim.cell)
    assert not stood_there(code, claim, value), "the number stood there before"
    then = dict[str, Any]()  # what it meets may have come up later
    Between(code, claim.run, claim.at, ended=lambda frame: then.update(in_sight(frame))).cells(())
    waiting = set(range(len(claim.into)))
    for seed in range(_SMALL + _LARGE):
        base = before
        if seed:
            found = Between(
                code, claim.since, claim.at, ended=partial(otherwise, cell=claim.cell, number=value, seed=seed)
            ).cells(claim.into)
            if found is None:
                continue
            base = found
        for number in (*numbers_to_try(value), *numbers_around(names | then), *numbers_written(code)):
            change = partial(otherwise, cell=claim.cell, number=number, seed=seed)
            found = Between(code, claim.since, claim.at, ended=change).cells(claim.into)
            if found is not None:
                waiting -= {place for place in waiting if not alike(found[place], base[place])}
            if not waiting:
                break
        if not waiting:
            break
    assert not waiting, f"{[claim.into[place] for place in waiting]} stay as they are"
    # The line made them: a mark put there before it is gone, one put there after it stays.
    marks = [1.0 if isinstance(each, bool) and not each else 0.0 if isinstance(each, bool) else 77.0 for each in before]
    marked = set[int]()

    def mark(frame: FrameType) -> None:
        for place, (cell, number) in enumerate(zip(claim.into, marks, strict=True)):
            with contextlib.suppress(AssertionError, LookupError, ValueError, OverflowError):
                if put(frame, cell, number):
                    marked.add(place)

    marked_after = Between(code, claim.run, claim.at, ended=mark)
    after = marked_after.cells(claim.into)
    assert marked_after.met, f"line {claim.run[0]} does not begin {claim.run[1]} times"
    assert marked, "what it made cannot be seen where the line ends"
    assert after is None or all(map(alike, after, marks)), "they were made later"
    if writes_itself(code, claim.run[0], claim.into[0][0]):
        return  # ``total += 0`` leaves what stood there
    after = Between(code, claim.run, claim.at, begun=mark).cells(claim.into)
    assert after is None or not any(
        alike(one, other) and not alike(one, was) for one, other, was in zip(after, marks, before, strict=True)
    ), "they were made before"


def stood_there(code: str, claim: WentInto, value: Any) -> bool:
    """Whether another number that is put into the cell before its line is there after it, so that it is not made."""
    if writes_itself(code, claim.since[0], claim.cell[0]):
        return False
    number = (not value) if isinstance(value, bool) else 77.0 if value != 77 else 78.0
    found: list[Any] = []

    def begun(frame: FrameType) -> None:
        with contextlib.suppress(AssertionError, LookupError, ValueError, OverflowError):
            put(frame, claim.cell, number)

    Between(
        code, claim.since, (0, 0), begun=begun, ended=lambda frame: found.append(cell_of(in_sight(frame), claim.cell))
    ).cells(())
    return bool(found) and alike(found[0], number)


def numbers_around(names: Names) -> list[Any]:
    """Numbers that stand in other cells, with which a comparison may find a cell equal."""
    cells = (on_its_memory(each).reshape(-1)[:8].tolist() for each in names.values() if is_array(each))
    return sorted({number for some in cells for number in some if type(number) in (int, float)})[:24]


def numbers_written(code: str) -> list[float]:
    """Numbers that stand in the code."""
    found: list[Any] = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    return sorted({number for number in found if type(number) in (int, float)})[:24]


def writes_itself(code: str, number: int, name: str) -> bool:
    """Whether a statement is such as ``total += x`` of that name, or ``x[x > 0] = 1``, which asks it where to write."""
    node = statement_called(code, number)
    if isinstance(node, ast.Assign):
        asked = [each.slice for each in node.targets if isinstance(each, ast.Subscript)]
    else:
        asked = [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(each, ast.Name) and each.id == name for part in asked for each in ast.walk(part))


@check(SlopeWritten)
def _(claim: SlopeWritten, program: Program) -> None:
    leaf, _, ending = claim.cell[0].rpartition(".")
    assert ending == "grad"
    code, before = opened(program.code), dict[str, Any]()

    def stop(names: Names) -> None:
        before.update(names)
        raise Stopped

    Once(code, claim.run, stop).names()
    of = eval(claim.of, dict(before))
    (found,) = torch.autograd.grad(of, before[leaf])
    assert claim.added == (claim.cell[0] in before)
    old = cell_of(before, claim.cell) if claim.added else 0.0
    after = Once(code, claim.run, lambda _: None).names()
    assert after is not None
    value = float(cell_of(after, claim.cell))
    assert alike(float(eval(claim.value, {"nan": math.nan, "inf": math.inf})), value, nearly=1e-7)
    assert alike(old + float(found[claim.cell[1]]), value, nearly=1e-5)
