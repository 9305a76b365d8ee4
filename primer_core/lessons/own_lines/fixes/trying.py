"""Tries changes on the program itself: what is kept gets beyond the line that failed, and leaves what was before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from time import thread_time

from primer_core.error_messages import Recognised, read, recognise
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.alignment import axis_rule, joint_shape
from primer_core.lessons.own_lines.fixes import (
    arrays,
    dtypes,
    gradients,
    indices,
    layers,
    meant,
    models,
    names,
    operands,
    python,
    python_values,
    shapes,
)
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, Where
from primer_core.lessons.own_lines.trace import Seen, Step, Trace, tried

MOST = 4
"""Fixes that are offered."""

_FEW = 1
"""With no more fixes than these, what mends half is changed once more."""

_SECONDS = 0.4
"""Computing time that is spent on trying."""

_KINDS = {
    **shapes.KINDS,
    **dtypes.KINDS,
    **indices.KINDS,
    **gradients.KINDS,
    **layers.KINDS,
    **models.KINDS,
    **names.KINDS,
    **python.KINDS,
    **python_values.KINDS,
    **arrays.KINDS,
}


_MOST_NUMBERS = 8
"""Numbers of a gradient that are written out, whatever its axes are."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with which a program gets beyond the line at which it stopped.

    Parameters
    ----------
    where
        What it touches.
    at
        int, the line that is changed, or that is put in, counted from 1 in the program with it.
    line
        That line, as it is then.
    gives
        What the line that failed gives then: a shape, a value, the numbers of the first gradient that it writes, or
        whether its condition is true; empty where it gives none of them.
    source
        The whole program with it.
    """

    where: Where
    at: int
    line: str
    gives: str
    source: str


@lru_cache(maxsize=4)
def fixes_of(trace: Trace) -> tuple[Fix, ...]:
    """Return changes with which a program gets beyond its failing line, each with another outcome.

    They are tried once for a program that is looked at, whatever is opened in it.
    """
    failing, stopped = trace.failing, trace.stopped
    if failing is None or stopped is None or stopped.declined is None:
        return ()
    known = recognise(read(stopped.declined.text))
    failure = Failure(trace, failing, known if isinstance(known, Recognised) else None)
    likely = _likely(failure)
    trial = _Trial(trace, thread_time() + _SECONDS)
    tries = [(candidate, trial.of(candidate, trace.source)) for candidate in _candidates(failure, likely)]
    for first, mended in tries:
        if mended is not None and first in likely.changes and len(trial.found) <= _FEW:
            for second in _after(first, mended):
                trial.of(second, mended.source)
    return tuple(trial.found)


@dataclass(slots=True, eq=False)
class _Trial:
    """Tries changes of a program until there are enough that work, or time is up.

    Parameters
    ----------
    trace
        The program.
    ends
        When time is up, as `time.thread_time` counts.
    """

    trace: Trace
    ends: float
    found: list[Fix] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _outcomes: set[str] = field(default_factory=set)

    def of(self, candidate: Candidate, program: str) -> Trace | None:
        """Try a change of the program, or of one that was changed before; return what came of one that works halfway.

        It works halfway if the statement that failed fails for another reason.
        """
        if len(self.found) == MOST or thread_time() > self.ends:
            return None
        if _puts_axis_into_loss(self.trace, candidate):
            return None
        source = candidate.applied(program)
        does = _in_one_way(source)
        if does in self._seen or source == self.trace.source:
            return None
        self._seen.add(does)
        mended = tried(source, self.trace.given)
        if _is_mended(self.trace, mended, candidate):
            self._take(candidate, mended)
            return None
        return mended if _is_halfway(self.trace, mended, candidate) else None

    def _take(self, candidate: Candidate, mended: Trace) -> None:
        assert self.trace.failing is not None
        gives = _outcome(self.trace, mended, candidate)
        if gives not in self._outcomes or not gives or _may_give_the_same(self.trace.failing.statement):
            self._outcomes.add(gives)
            at = candidate.place.line
            line = mended.source.split("\n")[at - 1].strip()
            self.found.append(Fix(candidate.where, at, line, gives, mended.source))


def _puts_axis_into_loss(trace: Trace, candidate: Candidate) -> bool:
    """Return whether an operand of a loss whose shapes clash is given a new axis: every pair would be compared then."""
    failing = trace.failing
    node = None if failing is None else failing.node
    if failing is None or not isinstance(node, ast.Call) or candidate.where != "failing":
        return False
    kinds = (failing.scope.get(node.func.id, "") if isinstance(node.func, ast.Name) else ast.unparse(node.func)).lower()
    shapes = [each.shape for each in failing.operands if each.shape is not None]
    clash = len(shapes) > 1 and joint_shape(axis_rule(shapes[-2:])) is None
    return (
        clash and kinds.rstrip("()").endswith("loss") and ("[:, None]" in candidate.new or "unsqueeze" in candidate.new)
    )


def _in_one_way(source: str) -> str:
    """Return a program in which what may be written in several ways stands in one: an axis that is put in or left."""
    return re.sub(r"\.squeeze\(-?\d\)", ".squeeze()", source.replace("[:, None]", ".unsqueeze(1)"))


def _is_halfway(trace: Trace, mended: Trace, candidate: Candidate) -> bool:
    """Return whether a statement that failed is stopped by another exception once it is changed."""
    there, here = trace.stopped, mended.stopped
    if candidate.where != "failing" or there is None or here is None or there.declined is None or here.declined is None:
        return False
    same = mended.failing is not None and mended.taken == trace.taken and mended.stopped_in == trace.stopped_in
    return same and recognise(read(here.declined.text)) != recognise(read(there.declined.text))


def _after(first: Candidate, mended: Trace) -> Iterator[Candidate]:
    """Go through changes of the same line that may work after a first one, by the kind of the message that is left."""
    assert mended.failing is not None
    assert mended.stopped is not None
    assert mended.stopped.declined is not None
    known = recognise(read(mended.stopped.declined.text))
    failure = Failure(mended, mended.failing, known if isinstance(known, Recognised) else None)
    for candidate in _likely(failure).changes:
        if candidate.where == "failing" and candidate.place.line == candidate.place.end_line == first.place.line:
            yield candidate


def _of_kind(failure: Failure) -> Iterator[Candidate]:
    """Go through changes that a kind of message makes likely."""
    special = _KINDS.get(failure.kind)
    if special is not None:
        yield from special(failure)
    if failure.kind == "matmul_torch":  # a layer's, or a product's
        yield from shapes.KINDS["matmul"](failure)


@dataclass(frozen=True, slots=True)
class _Likely:
    """Changes that a message makes likely, and whether they are all that is tried, since it is known what was meant."""

    changes: tuple[Candidate, ...]
    alone: bool


def _likely(failure: Failure) -> _Likely:
    known = meant.meant_of(failure)
    return _Likely(tuple(_of_kind(failure)), alone=False) if known is None else _Likely(known, alone=True)


def _candidates(failure: Failure, likely: _Likely) -> Iterator[Candidate]:
    """Go through changes that might work, the likeliest first."""
    stopped = failure.trace.stopped
    assert stopped is not None
    assert stopped.declined is not None
    if stopped.declined.builtin == "NameError":
        yield from names.of_name(failure)
        return
    if stopped.declined.builtin == "KeyError":
        yield from names.of_key(failure)
        return
    yield from likely.changes
    if not likely.alone and failure.kind not in _SETTLED:
        yield from operands.candidates(failure)


_SETTLED = (
    "leaf_in_place", "leaf_view_in_place", "read_only", "numpy_grad", "backward_twice", "no_grad_fn", "backward_shape",
    "truth", "truth_torch", "view", "negative_stride", "shifted_memory", "index_lists", "saved_names",
    "changed_in_place",
)  # fmt: skip
"""Kinds of messages for which a change of an operand hides the mistake instead of mending it."""


def _is_mended(trace: Trace, mended: Trace, candidate: Candidate) -> bool:
    """Return whether a changed program gets beyond the line at which the other stopped, and does the same before."""
    added = candidate.place.line if candidate.where == "added" else 0
    steps = [step for step in mended.steps if not added or step.line != added]
    more = len(mended.steps) - len(steps)
    if mended.taken - more <= trace.taken or _fails_again(trace, mended, added):
        return False
    whole = len(trace.steps) == trace.taken
    before, until = (steps[: trace.taken], list(trace.steps)) if whole else ([], [])
    if candidate.where == "making":  # what was made otherwise may do other steps within
        before, until = (_outside_functions(each) for each in (before, until))
    return all(
        _is_same(old, new, added, values=candidate.where != "making") for old, new in zip(until, before, strict=False)
    )


def _outside_functions(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if not step.moment.functions]


def _fails_again(trace: Trace, mended: Trace, added: int) -> bool:
    """Return whether a changed program gets beyond the line that failed, and is stopped there a round later."""
    if trace.failing is None or mended.failing is None or mended.stopped is None or mended.stopped.declined is None:
        return False
    return mended.failing.statement.lineno == _moved(trace.failing.statement.lineno, added)


def _moved(line: int, added: int) -> int:
    """Return the number of a line in a program into which another was put, or, with 0, none was."""
    return line + (1 if added and line >= added else 0)


def _is_same(old: Step, new: Step, added: int, *, values: bool) -> bool:
    """Return whether a step came to the same in a changed program."""
    if new.line != _moved(old.line, added) or old.moment.happening != new.moment.happening:
        return False
    if not values:  # a layer of another size starts from other numbers
        return old.names.keys() == new.names.keys()
    return old.printed == new.printed and all(
        name in new.names and _is_alike(seen, new.names[name]) for name, seen in old.names.items()
    )


def _is_alike(old: Seen, new: Seen) -> bool:
    same = (old.kind, old.text, old.shape, old.dtype) == (new.kind, new.text, new.shape, new.dtype)
    if not same and (old.kind, new.kind, new.text) != ("float", "numpy.float64", f"np.float64({old.text})"):
        return False  # a float of NumPy's is one of Python's, too
    if old.values is None or new.values is None:
        return old.values is new.values
    return old.unwritten is not None or old.values.tobytes() == new.values.tobytes()


def _outcome(trace: Trace, mended: Trace, candidate: Candidate) -> str:
    """Return what the mended line gives; of a long program, of which that step may not be kept, when it ran last."""
    failing = trace.failing
    assert failing is not None
    if isinstance(failing.statement, ast.For) and candidate.where == "failing":
        return ""  # what its rounds bind, they bind anew
    line = failing.statement.lineno + (candidate.where == "added")
    later = [step for step in mended.steps if step.line == line and step.moment.happening != "call"]
    before = sum(step.line == failing.statement.lineno and step.moment.happening != "call" for step in trace.steps)
    if not later:
        return ""
    step = later[before] if len(mended.steps) == mended.taken and before < len(later) else later[-1]
    for name in (*(binding.name for binding in step.bound), *step.changed):
        return _gradient(name, step.names[name]) or told(step.names[name])
    if step.printed:
        return " ".join(step.printed)
    return _computed(step, trace, mended)


def _computed(step: Step, trace: Trace, mended: Trace) -> str:
    """Return the shape of what a line computes and nobody keeps, or what it returns, or the number that it is.

    It is empty where that is not known.
    """
    node = step.moment.node
    if isinstance(node, ast.If | ast.While):
        truths = [part.result for part in step.parts if part.entry == "builtins.bool"]
        return str(truths[-1]) if truths else ""
    if not isinstance(node, ast.Expr | ast.Return) or node.value is None:
        return ""
    whole = Place.of(node.value, mended.source)
    if step.parts and step.parts[-1].place == whole and hasattr(step.parts[-1].result, "shape"):
        result = step.parts[-1].result
        return str(shape_of(result)) if tuple(result.shape) else _number(result.item())
    forwards = [forward for each in mended.steps for forward in each.forwards]
    broke = trace.broken.broke if trace.broken is not None else None
    for forward in forwards:
        outermost = forward.place == whole
        for call in forward.layers:
            own = broke is not None and call.name == broke.name and trace.failing is not None
            if call.gave and (not call.name if outermost else own and _is_layer_call(node.value)):
                return str(call.gave[0])
    return ""


def _is_layer_call(node: ast.expr) -> bool:
    """Return whether an expression is ``self.layer(...)``."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"
    )


def _may_give_the_same(statement: ast.stmt) -> bool:
    """Return whether two ways to mend a statement may come to the same and still mean two things."""
    match statement:
        case ast.If() | ast.While() | ast.Expr(ast.Call(ast.Attribute(attr="backward"))):
            return True
    return False


def _gradient(name: str, seen: Seen) -> str:
    """Return a gradient with the numbers in it, where it is one and they are few."""
    if not name.endswith(".grad") or seen.values is None or not 0 < seen.values.size <= _MOST_NUMBERS:
        return ""
    numbers = ", ".join(f"{number:.4g}" for number in seen.values.reshape(-1).tolist())
    return f"{name} = {numbers}" if seen.values.size == 1 else f"{name} = [{numbers}]"


def _number(number: complex) -> str:
    return f"{number:.4g}" if isinstance(number, float) else str(number)


def told(seen: Seen) -> str:
    """Return the shape of an array, the number of one without axes, or what Python shows, but of packed sequences."""
    if seen.kind == "PackedSequence":
        return ""
    if seen.shape == () and seen.values is not None:
        return _number(seen.values.item())
    return str(seen.shape) if seen.shape is not None else seen.text
