"""Plain Python that runs a program and writes down what each of its lines has done, by Python's own tracing."""

from __future__ import annotations

import ast
import contextlib
import dis
import inspect
import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, wraps
from types import CodeType, FrameType
from typing import Any
from unittest import mock

import numpy as np
import torch

from primer_core.claims.running import BEHIND

Names = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """A line that has run.

    Parameters
    ----------
    names, before
        What names of its frame were bound to after it, and after the line before it.
    cells, cells_before
        Bytes of the arrays among them, then.
    shapes, shapes_before
        Their shapes, then.
    texts, texts_before
        What Python showed of those that are no arrays, then.
    around
        Names of the program, where the frame is a function's.
    printed
        What it printed.
    returned
        What its function returned there; None where it did not.
    """

    names: Names
    before: Names
    cells: dict[str, bytes]
    cells_before: dict[str, bytes]
    shapes: dict[str, tuple[int, ...]]
    shapes_before: dict[str, tuple[int, ...]]
    texts: dict[str, str]
    texts_before: dict[str, str]
    around: Names
    printed: str
    returned: Any = None


@dataclass
class Recorded:
    """A program that has run.

    Parameters
    ----------
    lines
        By statement, called as in a claim, and how-manieth run, what it did.
    error
        What ended it, and in which line; None if nothing did.
    printed
        All that it printed.
    """

    lines: dict[tuple[int, int], Done] = field(default_factory=dict)
    error: tuple[Exception, int] | None = None
    printed: str = ""


def is_array(value: Any) -> bool:
    """Whether it is an array or a tensor whose cells can be looked at: one that ``torch.func`` hands on has none."""
    if isinstance(value, torch.Tensor):
        return not torch._C._functorch.is_functorch_wrapped_tensor(value)
    return isinstance(value, np.ndarray)


def with_content(array: Any, content: bytes, shape: tuple[int, ...]) -> Any:
    """An array of the kind and dtype of another one, with the numbers whose bytes were kept."""
    dtype = array.detach().numpy().dtype if isinstance(array, torch.Tensor) else array.dtype
    numbers = np.frombuffer(content, dtype).reshape(shape).copy()
    return torch.from_numpy(numbers) if isinstance(array, torch.Tensor) else numbers


def gradients(names: Names) -> Names:
    """The gradients of leaves, as ``w.grad``."""
    leaves = {name: each for name, each in names.items() if isinstance(each, torch.Tensor) and each.is_leaf}
    return {f"{name}.grad": leaf.grad for name, leaf in leaves.items() if leaf.requires_grad and leaf.grad is not None}


def content(value: Any) -> bytes:
    """The bytes of the cells of an array, in C order."""
    return np.ascontiguousarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value).tobytes()


@lru_cache(maxsize=8)
def recorded(code: str) -> Recorded:
    """Run a program; a top-level ``try`` at its end, which catches what the page tells, counts as its body."""
    return Recorder(code).run()


LINES = 1_000
"""Lines that Python is told of for each line of a program: each statement of it gets its own."""


@dataclass(frozen=True)
class Written:
    """What stands in a program before it runs; all lines are those that Python is told of.

    Parameters
    ----------
    compiled
        The whole of it.
    start
        The line in which the statement of each line begins.
    loops
        The first and the last line of a loop's body, by the loop's line.
    silent
        Lines that hold others and do nothing themselves.
    receiving
        Lines that bind a name to what a generator is sent.
    """

    compiled: CodeType
    start: dict[int, int]
    loops: dict[int, tuple[int, int]]
    silent: set[int]
    receiving: set[int]


@contextlib.contextmanager
def _leftovers() -> Iterator[None]:
    """Have arrays that are handed out as their memory was found hold a number that nobody writes there by chance."""
    with contextlib.ExitStack() as stack:
        for library in (np, torch):
            for name in ("empty", "empty_like"):
                stack.enter_context(mock.patch.object(library, name, _leaving(getattr(library, name))))
        yield


def _leaving(make: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(make)
    def made(*positional: Any, **keywords: Any) -> Any:
        array = make(*positional, **keywords)
        with contextlib.suppress(TypeError, ValueError, RuntimeError):  # objects, for one, are all None
            if isinstance(array, torch.Tensor):
                array.data.fill_(111)  # which counts as no write of the program's
            else:
                array.fill(111)
        return array

    return made


def number_of(line: int) -> int:
    """What a statement is called, by the line that Python is told of."""
    return line // LINES + BEHIND * (line % LINES)


@lru_cache(maxsize=8)
def _written(code: str) -> Written:
    tree = ast.parse(code)
    _spread(tree)
    found = Written(compile(tree, "program", "exec"), {}, {}, set(), set())
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        for decorator in getattr(node, "decorator_list", ()):  # Python goes through them and back to what they decorate
            for line in range(decorator.lineno // LINES, decorator.end_lineno // LINES + 1):
                found.start[line * LINES + node.lineno % LINES] = node.lineno
        body = getattr(node, "body", None)
        last = body[0].lineno // LINES - 1 if isinstance(body, list) and body else (node.end_lineno or 0) // LINES
        shift = node.lineno % LINES
        for line in range(node.lineno // LINES, max(last, node.lineno // LINES) + 1):
            if line == node.lineno // LINES or not isinstance(body, list):
                found.start[line * LINES + shift] = node.lineno
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Yield | ast.YieldFrom):
            found.receiving.add(node.lineno)
        if isinstance(node, ast.For):
            found.loops[node.lineno] = (node.body[0].lineno, (node.body[-1].end_lineno or 0) // LINES * LINES + 999)
        if isinstance(node, ast.If | ast.While | ast.Try | ast.With | ast.Global | ast.Nonlocal):
            found.silent.add(node.lineno)
    return found


def _spread(tree: ast.Module) -> None:
    """Give each statement of a program a line that no other begins on."""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    behind: dict[int, int] = {}
    shifts: dict[ast.AST, int] = {}
    for statement in sorted(statements, key=lambda node: (node.lineno, node.col_offset)):
        shifts[statement] = behind.get(statement.lineno, 0)
        behind[statement.lineno] = shifts[statement] + 1

    def spread(node: ast.AST, shift: int) -> None:
        shift = shifts.get(node, shift)
        for inner in ast.iter_child_nodes(node):
            spread(inner, shift)
        if hasattr(node, "lineno"):
            placed: Any = node
            placed.lineno, placed.end_lineno = node.lineno * LINES + shift, placed.end_lineno * LINES + shift

    spread(tree, 0)


class Recorder:
    """Runs a program and writes down what its lines do."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.found = Recorded()
        self.counts: dict[int, int] = {}
        self.pending: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        self.last: dict[int, tuple[Names, dict[str, bytes], dict[str, tuple[int, ...]], dict[str, str]]] = {}
        self.out = io.StringIO()
        self.printed = 0
        self.written = _written(code)
        self.namespace: Names = {}

    def run(self) -> Recorded:
        with warnings.catch_warnings(), contextlib.redirect_stdout(self.out), _leftovers():
            warnings.simplefilter("ignore")
            try:
                sys.settrace(self.trace)
                try:
                    exec(self.written.compiled, self.namespace)
                finally:
                    sys.settrace(None)
            except Exception as error:
                self.found.error = (error, _line_of(error))
        self.found.printed = self.out.getvalue()
        return self.found

    def trace(self, frame: FrameType, event: str, value: Any) -> Any:
        code = frame.f_code
        if code.co_filename != "program" or not _is_followed(frame):
            return None
        if torch._C._functorch.peek_interpreter_stack() is not None:
            return None  # what a function of torch.func does with tensors that have no cells is not told
        key = id(frame)
        if event == "call" and _goes_on(frame):
            return self.trace
        if event == "call" and code.co_name != "<module>":
            self.last[key] = ({}, {}, {}, {})
            self.finish(frame, self.written.start.get(code.co_firstlineno, code.co_firstlineno))
        elif event == "line":
            line = self.written.start.get(frame.f_lineno, frame.f_lineno)
            waiting = self.pending.get(key)
            previous, self.seen[key] = self.seen.get(key), frame.f_lineno
            if waiting == line and (frame.f_lineno != line or previous != line):
                return self.trace  # a statement of several lines goes on
            if waiting is not None:
                self.settle(frame, waiting, frame.f_lineno)
            self.begin(frame, line)
        elif event == "exception":
            self.pending.pop(key, None)
        elif event == "return":
            if self.pending.get(key) in self.written.receiving:
                return self.trace  # ``name = yield`` binds the name only when the generator goes on
            waiting = self.pending.pop(key, None)
            if waiting is not None:
                self.settle(frame, waiting, None)
                last = (number_of(waiting), self.counts.get(number_of(waiting), 0))
                if last in self.found.lines:
                    self.found.lines[last] = replace(self.found.lines[last], returned=value)
        return self.trace

    def begin(self, frame: FrameType, line: int) -> None:
        self.pending[id(frame)] = line

    def settle(self, frame: FrameType, line: int, following: int | None) -> None:
        if line in self.written.silent:
            return
        if line in self.written.loops:
            first, last = self.written.loops[line]
            if following is None or not first <= following <= last:
                return
        self.finish(frame, line)

    def finish(self, frame: FrameType, line: int) -> None:
        number = number_of(line)
        self.counts[number] = self.counts.get(number, 0) + 1
        key = id(frame)
        names = {name: value for name, value in frame.f_locals.items() if not name.startswith("__")}
        names |= gradients(names)
        cells = {name: content(value) for name, value in names.items() if is_array(value)}
        shapes = {name: tuple(value.shape) for name, value in names.items() if is_array(value)}
        before, cells_before, shapes_before, texts_before = self.last.get(key, ({}, {}, {}, {}))
        text = self.out.getvalue()
        inner = frame.f_code.co_name != "<module>"
        around = {n: v for n, v in self.namespace.items() if is_array(v)} if inner else {}
        texts = {name: " ".join(_shown(value).split()) for name, value in names.items() if not is_array(value)}
        done = Done(
            names, before, cells, cells_before, shapes, shapes_before, texts, texts_before, around, text[self.printed :]
        )
        self.printed = len(text)
        self.found.lines[(number, self.counts[number])] = done
        self.last[key] = (names, cells, shapes, texts)


_FUNCTION = re.compile(r"<function (?:[^\s.]+\.)*([^\s.]+) at 0x[0-9a-f]+>")


def _shown(value: Any) -> str:
    """What Python shows of a value; a function by its own name, without its address, which differs in each run."""
    try:
        return _FUNCTION.sub(r"<function \1>", repr(value))
    except Exception:  # an object before its __init__ has run, or one that cannot be shown
        return ""


def _is_followed(frame: FrameType) -> bool:
    code = frame.f_code
    if code.co_name == "<module>":
        return True
    return bool(code.co_flags & inspect.CO_OPTIMIZED) and not code.co_name.startswith("<")


def _goes_on(frame: FrameType) -> bool:
    """Return whether a generator goes on behind its ``yield``, and does not begin."""
    operation, argument = frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 2]
    return operation == dis.opmap["YIELD_VALUE"] or (operation == dis.opmap["RESUME"] and argument != 0)


def _line_of(error: Exception) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "program":
            line = trace.tb_lineno // LINES
        trace = trace.tb_next
    return line
