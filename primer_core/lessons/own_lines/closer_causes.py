"""Why a program fails, where its operands tell more than the message does, or something else than that seems to say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from primer_core.claims.claim import Code, Sentence, listed
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause, Mistake
from primer_core.language.parsing import code_expression
from primer_core.lessons.own_lines.failing import Entry, Failing, Operand, nodes_of, statements_of
from primer_core.lessons.own_lines.trace import Trace


@dataclass(frozen=True, slots=True)
class CauseHere(Cause):
    """Why this program fails; what else may lie behind its message is not told."""

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return none: the program is shown itself."""
        return ()


@dataclass(frozen=True, slots=True)
class SourceAxes(CauseHere):
    """What is to be scattered has another number of axes than the index.

    Parameters
    ----------
    index, source
        int, axes of each.
    """

    index: int
    source: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "Each place of the index takes the number at the same place of what is scattered, so that both need as "
            f"many axes: the index has {self.index}, and what is scattered {self.source}.",
        )


@dataclass(frozen=True, slots=True)
class ParameterOfResult(CauseHere):
    """A parameter of a model is to be replaced by what was computed of other parameters.

    Parameters
    ----------
    code
        What it was computed by.
    """

    code: str

    def sentence(self) -> Sentence:
        """Say what does not follow, and what would."""
        return (
            "A parameter of a model can only be replaced by another parameter, so that it stays one. ",
            Code(self.code),
            " is a result. As a parameter of its own it would keep its gradient to itself; computed anew in each "
            "call, in ",
            Code("forward"),
            ", it hands the gradient on to what it was computed of.",
        )


@dataclass(frozen=True, slots=True)
class LossIsMade(CauseHere):
    """Predictions and targets were given to the class of a loss, where one is made.

    Parameters
    ----------
    code
        The class.
    given
        What it was given, as code.
    """

    code: str
    given: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say what the brackets are for, and where the arrays belong."""
        return (
            Code(f"{self.code}(...)"),
            " makes a loss, and takes settings in its brackets: ",
            Code(", ".join(self.given)),
            " are read as such, and one of them is asked for yes or no. What is made is called with predictions and "
            "targets: ",
            Code(f"{self.code}()({', '.join(self.given)})"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class ForwardWithin(CauseHere):
    """A class has no method ``forward``: one is defined within another method.

    Parameters
    ----------
    line
        int, where it is defined.
    method
        Name of the method around it.
    """

    line: int
    method: str

    def sentence(self) -> Sentence:
        """Say where it stands, and where it belongs."""
        return (
            "The ",
            Code("forward"),
            f" of line {self.line} is indented too far: it stands within ",
            Code(self.method),
            ", so that it is a name of that method's own, and the class has none. It belongs as far left as ",
            Code(f"def {self.method}"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class GraphOfRoundBefore(CauseHere):
    """A loss was computed of what the round before computed, whose graph was gone back through.

    Parameters
    ----------
    code
        What is gone back from.
    names
        What is carried from round to round.
    """

    code: str
    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say that the way goes on into the round before, and what ends it there."""
        return (
            Code(self.code),
            " was computed of ",
            Code(listed(self.names)),
            ", which the round before computed: the way back goes on into the graph of that round. What it saved was "
            "freed when ",
            Code("backward()"),
            " used it. ",
            Code(f"{self.names[0]}.detach()"),
            " hands on the numbers without that graph.",
        )


@dataclass(frozen=True, slots=True)
class SamplesIntoRows(CauseHere):
    """Predictions have more rows than there are targets, as samples were cut into rows.

    Parameters
    ----------
    code
        What cut them.
    given
        Name of the samples.
    samples, rows, numbers, targets
        int, sizes: samples before, rows after, numbers of a sample, and targets.
    """

    code: str
    given: str
    samples: int
    rows: int
    numbers: int
    targets: int

    def sentence(self) -> Sentence:
        """Say how many rows come of a sample."""
        return (
            f"Each row of predictions has one target: there are {self.rows} rows and {self.targets} targets. ",
            Code(self.code),
            f" made these rows of {self.samples} samples, of which each has {self.numbers} numbers, more than a row "
            "takes.",
        )


@dataclass(frozen=True, slots=True)
class AskedByIdentity(CauseHere):
    """An array was looked for in a list of arrays, which compares it with each entry that is not the same object.

    Parameters
    ----------
    code
        What looks for it.
    array, holder
        What is looked for, and where.
    equal
        What compares all numbers of two arrays, as code.
    """

    code: str
    array: str
    holder: str
    equal: str

    def sentence(self) -> Sentence:
        """Say what is asked of each entry, and what asks for one answer."""
        return (
            Code(self.code),
            " asks of each entry whether it is the very same object, and where it is not, whether ",
            Code("=="),
            " is true of it, which compares arrays number by number and has several answers. An array is found "
            "without that where it stands in front of all others. ",
            Code(f"any({self.array} is each for each in {self.holder})"),
            " asks for the object, ",
            Code(f"any({self.equal}({self.array}, each) for each in {self.holder})"),
            " for its numbers.",
        )


@dataclass(frozen=True, slots=True)
class ComputedBeforeChosen(CauseHere):
    """An argument of ``where`` failed, which is computed before anything is chosen.

    Parameters
    ----------
    function, code
        The function, and what failed.
    instead
        What computes one of the two alone; empty where the condition is no single answer.
    """

    function: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what is computed when, and what computes what is chosen alone."""
        alone: Sentence = ()
        if self.instead:
            alone = (" Of numbers, ", Code(self.instead), " computes the one alone that it takes.")
        return (
            Code(self.function),
            " chooses among what has been computed: all its arguments are, before it is called, and so ",
            Code(self.code),
            " is, whatever the condition says. Numbers of Python's own cannot be divided by zero.",
            *alone,
        )


@dataclass(frozen=True, slots=True)
class ShapeOfPicked(CauseHere):
    """What a mask picked meets an array of the shape that it was picked from.

    Parameters
    ----------
    code, mask
        What was picked, and the mask.
    shape, count
        Of the mask, and how many cells were picked.
    library
        What code calls the library of the arrays.
    """

    code: str
    mask: str
    shape: tuple[int, ...]
    count: int
    library: str

    def sentence(self) -> Sentence:
        """Say which cells there are, and that no axis of the array is left."""
        return (
            Code(self.code),
            f" picks the {self.count} cells where ",
            Code(self.mask),
            f" is True into one axis, ({self.count},): the shape {self.shape} is lost, so that they do not line up "
            "with whole arrays. What is computed of whole arrays keeps the shape, and ",
            Code(f"{self.library}.where"),
            " chooses of it; what is computed of picked cells can be written back with ",
            Code(f"out[{self.mask}] = ..."),
            ".",
        )


def closer(known: Recognised, trace: Trace) -> Recognised:
    """Return the cause of a message as the program tells it; the one that was known where it tells no more."""
    failing = trace.failing
    assert failing is not None
    cause: Cause | None = None
    if known.kind in _OF_AXES:
        cause = _scattered(failing)
    elif known.kind == "parameter_type":
        cause = _of_result(failing)
    elif known.kind in ("truth_torch", "truth"):
        cause = _loss_is_made(failing) or _by_identity(failing)
    elif known.kind == "by_zero_python":
        cause = _before_chosen(failing)
    elif known.kind in ("broadcast", "broadcast_torch", "stretch_torch"):
        cause = _of_picked(trace)
    elif known.kind == "no_forward":
        cause = _forward_within(trace)
    elif known.kind == "backward_twice":
        cause = _of_round_before(trace)
    elif known.kind == "batches":
        cause = cut_into_rows(trace)
    return known if cause is None else replace(known, cause=cause)


def _loss_is_made(failing: Failing) -> LossIsMade | None:
    match failing.node:
        case ast.Call(ast.Attribute() as function, [_, _], []) if function.attr.endswith("Loss"):
            arrays = [each for each in failing.operands if each.shape is not None]
            if len(arrays) == 2:
                return LossIsMade(ast.unparse(function), tuple(each.text for each in arrays))
    return None


def _by_identity(failing: Failing) -> AskedByIdentity | None:
    match failing.node:
        case ast.Compare(array, [ast.In() | ast.NotIn()], [holder]):
            pass
        case ast.Call(ast.Attribute(holder, "index" | "remove" | "count"), [array], []):
            pass
        case _:
            return None
    kinds = {each.text: each for each in failing.operands}
    asked, held = kinds.get(ast.unparse(array)), kinds.get(ast.unparse(holder))
    if held is None or held.kind not in ("list", "tuple") or asked is None or asked.shape is None:
        return None
    entries = held.value if isinstance(held.value, list | tuple) else ()
    if not entries or not all(isinstance(each, Entry) for each in entries):
        return None  # numbers among the entries are compared, too, and are no object to be found
    equal = "torch.equal" if asked.is_tensor else "np.array_equal"
    return AskedByIdentity(failing.place.text, asked.text, held.text, equal)


def _before_chosen(failing: Failing) -> ComputedBeforeChosen | None:
    for node in ast.walk(failing.statement):
        match node:
            case ast.Call(ast.Attribute(_, "where") as function, [condition, one, other], []):
                if not any(each is failing.node for part in (one, other) for each in ast.walk(part)):
                    continue
                names = {each.id for each in ast.walk(condition) if isinstance(each, ast.Name)}
                plain = all(failing.scope.get(name) in ("int", "float", "bool") for name in names)
                texts = map(ast.unparse, (one, condition, other))
                instead = "{} if {} else {}".format(*texts) if plain else ""
                return ComputedBeforeChosen(ast.unparse(function), failing.place.text, instead)
    return None


def picked(trace: Trace) -> tuple[ast.Subscript, ast.expr, tuple[int, ...], Operand] | None:
    """Find what a mask picked among the operands of what failed: it, the mask, its shape, and the operand."""
    failing = trace.failing
    assert failing is not None
    names = trace.steps[-1].names if trace.steps else {}
    shapes = {each.shape for each in failing.operands if each.shape is not None}
    for operand in failing.operands:
        if operand.shape is None or len(operand.shape) != 1:
            continue
        written = _written_out(trace, operand)
        counts = not any(isinstance(node, ast.Call) for node in ast.walk(written))  # so that it has as many cells
        for node in ast.walk(written):
            match node:
                case ast.Subscript(ast.Name(), ast.Name(name) as mask):
                    seen = names.get(name)
                    if seen is None or seen.values is None or seen.values.dtype.kind != "b" or seen.values.ndim < 2:
                        continue
                    if operand.shape == (int(seen.values.sum()),) and seen.shape in shapes and seen.shape is not None:
                        return node, mask, seen.shape, operand
                case ast.Subscript(ast.Name(name), ast.Compare(ast.Name(other)) as mask) if name == other and counts:
                    base = names.get(name)
                    if base is not None and base.shape in shapes and base.shape is not None and len(base.shape) > 1:
                        return node, mask, base.shape, operand
    return None


def _written_out(trace: Trace, operand: Operand) -> ast.expr:
    """Return an operand as code; of a name that is bound once what it is bound to."""
    found = code_expression(operand.text)
    if isinstance(found, ast.Name):
        bound = [
            each.value
            for each in statements_of(trace.source)
            if isinstance(each, ast.Assign) and any(ast.unparse(to) == found.id for to in each.targets)
        ]
        return bound[0] if len(bound) == 1 else found
    return found


def _of_picked(trace: Trace) -> ShapeOfPicked | None:
    found = picked(trace)
    if found is None:
        return None
    node, mask, shape, operand = found
    library = "torch" if operand.is_tensor else "np"
    return ShapeOfPicked(ast.unparse(node), ast.unparse(mask), shape, (operand.shape or (0,))[0], library)


def _forward_within(trace: Trace) -> ForwardWithin | None:
    for statement in statements_of(trace.source):
        match statement:
            case ast.FunctionDef(method, body=body) if method != "forward":
                for inner in body:
                    if isinstance(inner, ast.FunctionDef) and inner.name == "forward":
                        return ForwardWithin(inner.lineno, method)
    return None


def carried(trace: Trace) -> Iterator[tuple[ast.Assign, tuple[str, ...]]]:
    """Go through the statements of a loop that compute tensors of what these were one round before, and their names."""
    failing = trace.failing
    assert failing is not None
    for loop in statements_of(trace.source):
        if not isinstance(loop, ast.For | ast.While) or not loop.lineno < failing.place.line:
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign([target], ast.Call() as call):
                    bound = [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]
                    read = [each.id for each in ast.walk(call) if isinstance(each, ast.Name)]
                    names = tuple(each for each in dict.fromkeys(bound) if each in read)
                    if names and all(failing.scope.get(each) == "Tensor" for each in names):
                        yield statement, names


def _of_round_before(trace: Trace) -> GraphOfRoundBefore | None:
    failing = trace.failing
    assert failing is not None
    place = failing.statement.lineno, failing.statement.col_offset
    again = any((step.moment.node.lineno, step.moment.node.col_offset) == place for step in trace.steps)
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name(loss), "backward")) if again:
            for statement, names in carried(trace):
                loop = next(each for each in statements_of(trace.source) if statement in getattr(each, "body", ()))
                beside = [each for each in getattr(loop, "body", ()) if isinstance(each, ast.Assign)]
                anew = any(_begins_anew(each, names, statement) for each in beside)
                if not anew and _reads(loss, beside) >= set(names):
                    return GraphOfRoundBefore(loss, names)
    return None


def _bound_by(statement: ast.Assign) -> set[str]:
    return {each.id for target in statement.targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _begins_anew(other: ast.Assign, names: tuple[str, ...], carrying: ast.Assign) -> bool:
    """Return whether a statement of a loop binds one of some names to what no graph of the round before reaches."""
    cuts = any(isinstance(each, ast.Attribute) and each.attr in ("detach", "data") for each in ast.walk(other.value))
    return bool(_bound_by(other) & {*names}) and (cuts or other.lineno < carrying.lineno)


def _reads(name: str, statements: list[ast.Assign]) -> set[str]:
    """Return the names that a name is computed of in statements of a loop."""
    found = {name}
    for statement in reversed(statements):
        if _bound_by(statement) & found:
            found |= {each.id for each in ast.walk(statement.value) if isinstance(each, ast.Name)}
    return found


def cut_into_rows(trace: Trace) -> SamplesIntoRows | None:
    """Find the call that made the rows: ``x.view(-1, n)`` of samples that have more numbers than n."""
    failing = trace.failing
    assert failing is not None
    arrays = [each for each in failing.operands if each.shape is not None]
    match [each.shape for each in arrays]:
        case [(rows, numbers), (targets,)]:
            pass
        case _:
            return None
    bound = [each for each in statements_of(trace.source) if isinstance(each, ast.Assign)]
    rows_of = arrays[0].text
    made = "; ".join(ast.unparse(each.value) for each in bound if ast.unparse(each.targets[0]) == rows_of)
    for node in nodes_of(trace.source):
        match node:
            case ast.Call(ast.Attribute(ast.Name(given), "view" | "reshape"), [ast.UnaryOp(ast.USub()), _], []) as call:
                seen = trace.steps[-1].names.get(given) if trace.steps else None
                before = None if seen is None else seen.shape
                if before is None or len(before) < 2 or before[0] != targets or prod(before) != rows * numbers:
                    continue
                if rows <= targets or not any(ast.unparse(call) in each for each in (rows_of, made)):
                    continue
                return SamplesIntoRows(ast.unparse(call), given, before[0], rows, prod(before[1:]), targets)
    return None


_OF_AXES = ("axis_torch", "axis", "gather_axes_torch")
_SCATTERS = ("scatter", "scatter_", "scatter_add", "scatter_add_")


def scattered(failing: Failing) -> tuple[Operand, Operand] | None:
    """Return the index of a call that scatters, and what that scatters; None where they are not known."""
    match failing.node:
        case ast.Call(ast.Attribute(holder, name)) if name in _SCATTERS:
            arrays = [each for each in failing.operands if each.shape is not None and each.text != ast.unparse(holder)]
            of_torch = ast.unparse(holder) == "torch"
            if len(arrays) == (3 if of_torch else 2):
                return arrays[-2], arrays[-1]
    return None


def _scattered(failing: Failing) -> SourceAxes | None:
    found = scattered(failing)
    if found is None:
        return None
    index, source = (len(each.shape or ()) for each in found)
    return None if index == source else SourceAxes(index, source)


def _of_result(failing: Failing) -> ParameterOfResult | None:
    match failing.statement:
        case ast.Assign([ast.Attribute()]):
            results = [each for each in failing.operands if each.shape is not None and not each.leaf]
            return ParameterOfResult(results[-1].text) if results else None
    return None
