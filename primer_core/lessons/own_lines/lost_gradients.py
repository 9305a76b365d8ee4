"""Finds the step on the way to a loss that lost the gradient, by running the program once more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.claims.lost_gradients import (
    AllFrozen,
    AskedTooLate,
    Lack,
    LosesGradient,
    NoGradient,
    NothingRequires,
    Why,
)
from primer_core.claims.running import Run
from primer_core.language.execution import is_array
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.layers import is_module
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place
from primer_core.language.table import entry_named
from primer_core.lessons.own_lines.failing import assignments_to, nodes_of, statements_of
from primer_core.lessons.own_lines.ledger import BACKWARD
from primer_core.lessons.own_lines.statements import Numbers, statement_numbers
from primer_core.lessons.own_lines.trace import Seen, Step, Trace, run

_REFUSAL = "does not require grad and does not have a grad_fn"
_OF_NONE = "NoneType"
_FREEZES = ("requires_grad = False", "requires_grad=False", "requires_grad_(False)")
MAKE_ANEW = ("torch.tensor", "torch.Tensor", "torch.FloatTensor")
_MOST_HELD = 4_000


def no_gradient(run: Run, name: str, step: Step, trace: Trace) -> NoGradient | None:
    """Say that a tensor had no gradient when it was asked for one, and why; None where that is not known.

    Parameters
    ----------
    run
        Which line asked, and when.
    name
        Of the tensor.
    step
        The one before that in which it was asked.
    trace
        The program.
    """
    why = _why_no_gradient(name, step, trace)
    line = _bound_anew(name, step, trace) if why == "plain" else 0
    if why is None:
        return None
    return NoGradient(run, name, "anew", line) if line else NoGradient(run, name, why)


def _bound_anew(name: str, step: Step, trace: Trace) -> int:
    """Return the line that bound a name to what it was computed of and is no leaf with a gradient any more; 0 for none.

    Every line until then is known, and all that the name was bound to in the function that the step is of.
    """
    if len(trace.steps) < trace.taken:
        return 0
    functions = step.moment.functions
    seen = step.names[name]
    for each in reversed(trace.steps[: trace.steps.index(step) + 1]):
        here, begins = each.moment.functions, each.moment.happening == "call"
        if len(here) < len(functions) or (here == functions and begins):
            return 0
        if here == functions and any(binding.name == name for binding in each.bound):
            match each.moment.node:
                case ast.Assign([ast.Name(target)], ast.BinOp() as value) if target == name:
                    of = [node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id == name]
                    before = _before(each, name, trace)
                    is_leaf = before is not None and before.requires and not before.recorded
                    return each.line if of and is_leaf and seen.number == each.names[name].number else 0
            return 0
    return 0


def _before(step: Step, name: str, trace: Trace) -> Seen | None:
    """Return what a name was bound to before a step, in the same function."""
    for each in reversed(trace.steps[: trace.steps.index(step)]):
        if each.moment.functions == step.moment.functions:
            return each.names.get(name)
    return None


def _why_no_gradient(name: str, step: Step, trace: Trace) -> Lack | None:
    """Return why a tensor had no gradient when it was asked for one.

    Parameters
    ----------
    name
        Of the tensor.
    step
        The one before that in which it was asked.
    trace
        The program.

    Returns
    -------
    Lack | None
        None where it is not known to be a tensor that may require a gradient.
    """
    seen = step.names.get(name)
    if seen is None or seen.kind not in ("Tensor", "Parameter"):
        return None
    if not seen.requires:
        return "plain" if "float" in seen.dtype else None
    before = trace.steps[: trace.steps.index(step) + 1]
    if seen.recorded:
        return _of_result(seen, name, before, trace)
    if went_back(before) and _is_only_compared(name, trace):
        return "compared"
    return "cleared" if went_back(before) or len(trace.steps) < trace.taken else "before"


def _of_result(seen: Seen, name: str, steps: Sequence[Step], trace: Trace) -> Lack | None:
    """Return why a result has no gradient after some steps; None where that is not known."""
    if not went_back(steps):
        return "result"
    since = next(
        place for place, each in enumerate(steps) if name in each.names and each.names[name].number == seen.number
    )
    if len(trace.steps) == trace.taken and not went_back(steps[since:]):
        return "later"
    made = steps[since].moment.node
    lines = trace.source.split("\n")
    line = lines[made.lineno - 1]
    if not assignments_to(name, (made,)) or made.lineno != made.end_lineno:
        return None
    if line[: made.col_offset].strip() or ";" in line:
        return None
    lines.insert(made.lineno, f"{line[: made.col_offset]}{name}.retain_grad()")
    parts = (part for each in run("\n".join(lines)).steps for part in each.parts)
    asked = [part.result for part in parts if part.entry == "Tensor.grad" and part.place.text == f"{name}.grad"]
    if not asked:
        return None
    return "beside" if all(each is None for each in asked) else "result"


def _is_only_compared(name: str, trace: Trace) -> bool:
    """Return whether a program reads a name, once it is bound, for comparisons alone, and for its gradient."""
    compared: set[ast.AST] = set()
    read = []
    for node in nodes_of(trace.source):
        match node:
            case ast.Compare(left, signs, others) if not any(isinstance(each, ast.Is | ast.IsNot) for each in signs):
                compared |= {left, *others}
            case ast.Attribute(value, "grad" | "shape" | "requires_grad"):
                compared.add(value)
            case ast.Name(each, ast.Load()) if each == name:
                read.append(node)
            case ast.Name(each, ast.Store()) if each == name and len(read) > 0:
                return False
    real = any(isinstance(node, ast.Compare) for node in nodes_of(trace.source))
    return real and bool(read) and all(node in compared for node in read)


def went_back(steps: Sequence[Step]) -> bool:
    """Return whether one of these steps went back from a result."""
    return any(part.entry == BACKWARD for step in steps for part in step.parts)


NoWayBack = LosesGradient | NothingRequires | AskedTooLate | AllFrozen | NoGradient
"""Why a gradient is missing."""


def lost_gradients_of(trace: Trace) -> tuple[NoWayBack, ...]:
    """Return why there is no way back from what ``backward()`` was asked of, or why what was asked has no gradient.

    Nothing is returned where another thing stopped the program.
    """
    stopped = trace.stopped
    if stopped is None or stopped.declined is None:
        return ()
    if _OF_NONE in stopped.declined.text and trace.steps and len(trace.steps) == trace.taken:
        return tuple(_missed(trace, trace.steps[-1]))
    if _REFUSAL not in stopped.declined.text:
        return ()
    program = read_program(trace.source)
    watch = Watch(numbers=statement_numbers(program.nodes))
    watch.names.update(trace.given())
    watch.run_program(program)
    if watch.asked is None or watch.overflows:
        return ()
    steps = watch.lost_by(watch.asked)
    if steps:
        last = {(step.line, step.code, step.why): step.time for step in steps}
        return tuple(LosesGradient((line, time), code, why) for (line, code, why), time in last.items())
    match watch.asking:
        case ast.Call(ast.Attribute(holder, "backward")):
            code, frozen = Place.of(holder, trace.source).text, watch.frozen()
            if not watch.any_requires:
                return (NothingRequires(stopped.place.line, code),)
            if frozen and any(word in trace.source for word in _FREEZES):
                return (AllFrozen(stopped.place.line, code, *frozen[0]),)
            if isinstance(holder, ast.Name) and "requires_grad" in trace.source and not watch.loses:
                return (AskedTooLate(stopped.place.line, code),)
    return ()


def _missed(trace: Trace, last: Step) -> Iterator[NoGradient]:
    """Say why each gradient is None that the part that failed was to work with, in the statement that failed."""
    assert trace.failing is not None
    line = trace.failing.statement.lineno
    if _function(trace, line) is not _function(trace, last.line):
        return  # what was seen after the last step are the names there, if that was a step of the same function
    number = statement_numbers(statements_of(trace.source))[line, trace.failing.statement.col_offset]
    time = 1 + sum(step.number == number and step.moment.happening == "statement" for step in trace.steps)
    for name in dict.fromkeys(_gradients_in(trace.failing.node)):
        said = no_gradient((number, time), name, last, trace)
        if said is not None:
            yield said


def _gradients_in(node: ast.AST) -> Iterator[str]:
    """Of which names a part of a program takes the gradient, to ask, to compute with or to hand on."""
    match node:
        case ast.Attribute(value):
            taken: list[ast.expr] = [value]
        case ast.BinOp(left, _, right) | ast.AugAssign(left, _, right):
            taken = [left, right]
        case ast.UnaryOp(_, value) | ast.Subscript(value):
            taken = [value]
        case ast.Call(_, positional):
            taken = positional
        case _:
            taken = []
    for each in taken:
        match each:
            case ast.Attribute(ast.Name(name), "grad"):
                yield name


def _function(trace: Trace, line: int) -> ast.stmt | None:
    """Return the innermost function that a line stands in; None for none."""
    functions = (each for each in statements_of(trace.source) if isinstance(each, ast.FunctionDef))
    around = [each for each in functions if each.lineno <= line <= (each.end_lineno or each.lineno)]
    return around[-1] if around else None


@dataclass(frozen=True, slots=True)
class LostStep:
    """A step that was given what requires a gradient, and gave what does not.

    Parameters
    ----------
    line, time
        Its statement, and the how-manieth time that this was begun.
    code
        What stands there.
    why
        How it lost the gradient.
    """

    line: int
    time: int
    code: str
    why: Why


@dataclass(eq=False)
class Watch(Interpreter):
    """Runs a program and keeps, of what requires no gradient, which steps on the way to it lost one.

    Parameters
    ----------
    numbers
        What the program's statements are called.
    asked
        What ``backward()`` was asked of last.
    asking
        That call.
    any_requires
        Whether anything required a gradient at any time.
    overflows
        Whether there was more than is kept.
    loses
        Whether any step lost a gradient.
    merges
        Whether what requires a gradient knows of the steps on its way that lost one, too.
    """

    numbers: Numbers = field(default_factory=dict)
    asked: Any = None
    asking: ast.AST | None = None
    any_requires: bool = False
    overflows: bool = False
    loses: bool = False
    merges: bool = False
    _lost: dict[int, tuple[Any, tuple[LostStep, ...]]] = field(default_factory=dict)
    _times: dict[int, int] = field(default_factory=dict)
    _lines: list[int] = field(default_factory=list)

    def lost_by(self, value: Any) -> tuple[LostStep, ...]:
        """Return the steps that lost a gradient on the way to a value."""
        found = self._lost.get(id(value))
        return () if found is None else found[1]

    def frozen(self) -> list[tuple[str, int]]:
        """Return names of networks and how many parameters each has; none if anything still requires a gradient."""
        networks = [(name, list(value.parameters())) for name, value in self.names.items() if is_module(value)]
        held = [*self.names.values(), *(each for _, own in networks for each in own)]
        return [] if any(map(_requires, held)) else [(name, len(own)) for name, own in networks if own]

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement, and know how-manieth time."""
        number = self.numbers[node.lineno, node.col_offset]
        self._times[number] = self._times.get(number, 0) + 1
        self._lines.append(number)
        try:
            super().statement(node, source)
        finally:
            self._lines.pop()

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if name == BACKWARD and positional:
            self.asked, self.asking = positional[0], node
        result = super()._perform(name, positional, keywords, node)
        entry = entry_named(name)
        asks = entry is not None and entry.rule.kind == "asked" and not isinstance(result, float | list)
        if not asks and not name.endswith("_like"):
            made = positional[0] if name == "Tensor.[]=" else result  # what is written to takes over what was lost
            self._note(name, (*positional, *keywords.values()), made, node)
        else:
            self.any_requires |= any(_requires(each) for each in _cells(result))
        return result

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        result = super()._outside(function, positional, keywords, node)
        own = tuple(function.parameters()) if is_module(function) else ()
        known = any(id(each) in self._lost for each in _cells(result))  # by what the network's own lines did
        if not known and (is_module(function) or is_array(result)):
            self._note("", (*positional, *keywords.values(), *own), result, node)
        parameters = result.parameters() if hasattr(result, "parameters") and is_module(result) else ()
        self.any_requires |= any(each.requires_grad for each in parameters)
        return result

    def _in_python(self, symbol: str, compute: Any, node: ast.AST, *values: Any) -> Any:
        result = super()._in_python(symbol, compute, node, *values)
        self._note(symbol, values, result, node)
        return result

    def _note(self, name: str, given: tuple[Any, ...], result: Any, node: ast.AST) -> None:
        """Keep of each result that requires no gradient where that was lost."""
        read = tuple(_cells(given))
        made = tuple(_cells(result))
        requires = any(_requires(each) for each in read)
        self.any_requires |= requires or any(_requires(each) for each in made)
        lost: dict[LostStep, None] = dict.fromkeys(step for each in read for step in self.lost_by(each))
        for each in made:
            if _requires(each) or any(each is other for other in read):
                steps = tuple(lost) if self._takes_over(each, read) else ()
            elif requires:
                why = _why(name, each)
                if why is None or not self._lines:
                    continue
                code = Place.of(node, self._source).text
                steps = (LostStep(*self.under_way_now, code, why),)
                self.loses = True
                self._loses(steps[0], read)
            else:
                steps = tuple(lost)
            if steps:
                self._lost[id(each)] = (each, steps)
            else:
                self._lost.pop(id(each), None)
        self.overflows |= len(self._lost) > _MOST_HELD

    def _takes_over(self, made: Any, read: Sequence[Any]) -> bool:
        """Return whether what was made knows of the steps that lost a gradient on the way to what it was made of."""
        if not _requires(made):
            return True
        return self.merges and not (made.is_leaf and len(read) > 1 and any(made is other for other in read))

    @property
    def under_way_now(self) -> tuple[int, int]:
        """The innermost statement that is under way, and the how-manieth time it was begun."""
        return self._lines[-1], self._times[self._lines[-1]]

    def _loses(self, step: LostStep, read: Sequence[Any]) -> None:
        """Be told of a step that lost the gradient of what it was given."""


def _why(name: str, made: Any) -> Why | None:
    """Return how what was made lost the gradient; None where that is not known here."""
    load_torch()
    import torch

    if isinstance(made, float):
        return "number"
    if not torch.is_grad_enabled():
        return "no_grad"
    if name.rpartition(".")[2] in ("detach", "data"):
        return "detached"
    if name in MAKE_ANEW:
        return "anew"
    if isinstance(made, torch.Tensor) and not made.is_floating_point() and not made.is_complex():
        return "dtype"
    return None


def _requires(value: Any) -> bool:
    return bool(getattr(value, "requires_grad", False))


def _cells(value: Any) -> Iterator[Any]:
    """Go through the arrays and floats in a value, lists of them, too."""
    if is_array(value) or type(value) is float:
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _cells(each)
