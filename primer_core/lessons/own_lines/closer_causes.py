"""Why a program fails, where its operands tell more than the message does, or something else than that seems to say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Literal

import numpy as np

from primer_core.claims.claim import Code, Sentence, listed
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause, Mistake
from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.failing import Entry, Failing, Operand, nodes_of, statements_of, wrapped
from primer_core.lessons.own_lines.near_names import near_names, renamed
from primer_core.lessons.own_lines.saved import changed_since, freed_before
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
class NearlyItsName(CauseHere):
    """A method of a class has nearly the name that is called, and with that name the line does not fail.

    Parameters
    ----------
    owner, method, meant
        The class, its method, and the name that is called.
    line
        int, where it is defined.
    """

    owner: str
    method: str
    meant: str
    line: int

    def sentence(self) -> Sentence:
        """Say which name is called, and when."""
        return (
            f"{'PyTorch' if self.meant == 'forward' else 'Python'} calls ",
            Code(self.meant),
            f" {_WHEN.get(self.meant, 'by itself')}. The method of ",
            Code(self.owner),
            f" in line {self.line} is called ",
            Code(self.method),
            ", a name like any other, and nothing calls it.",
        )


_WHEN = {
    "__init__": "where an object is made",
    "__len__": "for len()",
    "__getitem__": "for what stands in square brackets behind an object",
    "__call__": "where an object itself is called",
    "__iter__": "where one goes through an object",
    "__next__": "for the next value",
    "forward": "where a module is called",
}


@dataclass(frozen=True, slots=True)
class WeightOfALayer(CauseHere):
    """Rows were multiplied by the weight of a linear layer as it lies.

    Parameters
    ----------
    given, layer
        What was multiplied, and the layer, as code.
    rows, weight
        Their shapes.
    """

    given: str
    layer: str
    rows: tuple[int, ...]
    weight: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say how the weight lies, and what the layer itself computes."""
        outputs, inputs = self.weight
        return (
            f"The weight of a linear layer is (outputs, inputs): {self.weight} for ",
            Code(self.layer),
            f". The layer multiplies rows of {inputs} numbers by its transpose, ",
            Code(f"{self.given} @ {self.layer}.weight.T"),
            f": {self.rows} by ({inputs}, {outputs}).",
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
class ListForNumPy(CauseHere):
    """A function of NumPy's was given a list of tensors that require a gradient.

    Parameters
    ----------
    function
        The function: ``np.sum``.
    numbers
        The list of their numbers, as code.
    twin
        What computes the same with the tensors, as code; empty where that is not known.
    """

    function: str
    numbers: str
    twin: str

    def sentence(self) -> Sentence:
        """Say who asks for the array, what keeps the graph, and what leaves it."""
        leaves: Sentence = (Code(self.numbers), " takes plain numbers out of the graph.")
        keeps: Sentence = (Code(self.twin), " computes with the tensors and keeps the graph; ") if self.twin else ()
        return (
            Code(self.function),
            " makes an array of the list first, and for that asks each tensor for ",
            Code(".numpy()"),
            ": NumPy records nothing, so that is refused of a tensor which requires a gradient. ",
            *keeps,
            *leaves,
        )


@dataclass(frozen=True, slots=True)
class ChangedSince(CauseHere):
    """A line changed a tensor in place that an earlier one had saved for its way back.

    Parameters
    ----------
    used
        What saved it.
    line
        int, where that stands.
    name
        What code calls the tensor; empty where it has no name.
    shape
        Its shape.
    by
        What changed it.
    at
        int, where that stands.
    shared
        What code calls what was changed, where that is another tensor in the same memory; else empty.
    way
        How to keep what was saved: "before" of numbers that learn, "copy" of what lies in another's memory, else "new".
    instead
        What hands on the numbers alone, what has its own memory, or what makes a new tensor; empty where that is not
        known.
    """

    used: str
    line: int
    name: str
    shape: tuple[int, ...]
    by: str
    at: int
    shared: str
    way: Literal["before", "copy", "new"]
    instead: str

    def sentence(self) -> Sentence:
        """Name both lines, and what keeps the numbers."""
        needed = Code(self.name) if self.name else f"a tensor of shape {self.shape}"
        shares: Sentence = (", as ", Code(self.shared), " lies in the same memory") if self.shared else ()
        told: Sentence = (
            "The way back through ",
            Code(self.used),
            f" of line {self.line} needs ",
            needed,
            " as it was then. ",
            Code(self.by),
            f" of line {self.at} has changed it in place since",
            *shares,
            ".",
        )
        match self.way:
            case "before":
                told = (*told, " What was computed with the numbers before that line goes back before it, too.")
                if not self.instead:
                    return told
                return (*told, " Where no gradient is to come through it, ", Code(self.instead), " ends the way back.")
            case "copy" if self.instead:
                return (*told, " ", Code(self.instead), " has memory of its own, and may be changed.")
            case "new" if self.instead:
                return (*told, " ", Code(self.instead), " makes a new tensor, and leaves the old one as it is.")
        return (*told, " A clone() of it may be changed.")


@dataclass(frozen=True, slots=True)
class BuiltBefore(CauseHere):
    """A part of a graph was gone back through before, and belongs to what is gone back from now, too.

    Parameters
    ----------
    code
        What is gone back from.
    names
        Of the tensors whose graph that is.
    lines
        int each, where these were computed.
    before
        What went back before.
    at
        int, where that stands.
    looped
        Whether they were computed before a loop in whose rounds it is gone back.
    """

    code: str
    names: tuple[str, ...]
    lines: tuple[int, ...]
    before: str
    at: int
    looped: bool

    def sentence(self) -> Sentence:
        """Say what both have in common, and what parts them."""
        several = len(self.names) > 1
        which = Code(listed(self.names))
        verb = "were" if several else "was"
        where = f"line {self.lines[0]}" if len(set(self.lines)) == 1 else f"lines {listed(list(map(str, self.lines)))}"
        if self.looped:
            return (
                which,
                f" {verb} computed in {where}, before the loop, of what requires a gradient, and ",
                Code(self.code),
                " is computed of that in each round: the way back goes on through the same piece of graph each time, "
                "and what it saved was freed when backward() came through it first. ",
                Code(f"{self.names[0]}.detach()"),
                " in the loop hands on the numbers alone; computed in the loop, it has a new graph in each round.",
            )
        return (
            Code(self.before),
            f" of line {self.at} went back through the graph of ",
            which,
            f", which {verb} computed in {where}, and freed what it had saved. ",
            Code(self.code),
            " was computed of that, too. One backward() of the sum of both goes back once; retain_graph=True in the "
            "first keeps the graph for the second.",
        )


@dataclass(frozen=True, slots=True)
class LogShares(CauseHere):
    """A loss that takes probabilities was given the logarithms of shares.

    Parameters
    ----------
    code
        What it was given.
    """

    code: str

    def sentence(self) -> Sentence:
        """Say what they are, and which losses take what."""
        return (
            "This loss takes probabilities, from 0 to 1. ",
            Code(self.code),
            " holds logarithms of them: each row of ",
            Code("exp"),
            " sums to 1. ",
            Code("nn.NLLLoss"),
            " takes those, with a class number for each row.",
        )


@dataclass(frozen=True, slots=True)
class BatchInOneRow(CauseHere):
    """All samples of a batch were put into one row, where each was to have its own.

    Parameters
    ----------
    code, given
        What did it, and the batch.
    samples, numbers
        int, how many samples there are, and how many numbers each has.
    """

    code: str
    given: str
    samples: int
    numbers: int

    def sentence(self) -> Sentence:
        """Say what became of the batch, and what keeps it."""
        return (
            Code(self.code),
            f" puts all {self.samples} samples into one row, {(1, self.samples * self.numbers)}. ",
            Code(f"{self.given}.flatten(1)"),
            f" leaves the axis of the batch, and makes a row of each: {(self.samples, self.numbers)}.",
        )


@dataclass(frozen=True, slots=True)
class OneHotInARow(CauseHere):
    """Targets that are one-hot rows were put into one axis, so that each number is read as a target.

    Parameters
    ----------
    code, given
        What did it, and the rows.
    rows, classes
        int, sizes of the table.
    """

    code: str
    given: str
    rows: int
    classes: int

    def sentence(self) -> Sentence:
        """Say what they are read as, and what makes a class number of each row."""
        return (
            Code(self.given),
            f" has a row of {self.classes} for each of {self.rows} samples, with 1 at its class. ",
            Code(self.code),
            f" makes {self.rows * self.classes} targets of it. ",
            Code(f"{self.given}.argmax(1)"),
            f" gives the class of each row: {self.rows} targets.",
        )


def closer(known: Recognised, trace: Trace) -> Recognised:
    """Return the cause of a message as the program tells it; the one that was known where it tells no more."""
    failing = trace.failing
    assert failing is not None
    cause: Cause | None = nearly_its_name(trace)
    if cause is not None:
        return replace(known, cause=cause)
    if known.kind in _OF_AXES:
        cause = _scattered(failing)
    elif known.kind == "parameter_type":
        cause = _of_result(failing)
    elif known.kind == "truth_torch":
        cause = _loss_is_made(failing)
    elif known.kind == "no_forward":
        cause = _forward_within(trace)
    elif known.kind == "backward_twice":
        cause = _of_round_before(trace) or _built_before(trace)
    elif known.kind in _OF_PRODUCTS:
        cause = _weight_of_a_layer(trace)
    elif known.kind == "numpy_grad":
        cause = _list_for_numpy(failing)
    elif known.kind == "changed_in_place":
        cause = _changed_since(trace)
    elif known.kind == "batches":
        cause = cut_into_rows(trace) or _one_hot_in_a_row(trace)
    elif known.kind == "probabilities_range":
        cause = _log_shares(failing)
    elif known.kind in ("broadcast_torch", "sizes_torch"):
        cause = batch_in_one_row(trace)
    return known if cause is None else replace(known, cause=cause)


_OF_PRODUCTS = ("matmul_torch", "matmul_sizes_torch", "matmul_batch_torch", "matrix_vector_torch")


def _weight_of_a_layer(trace: Trace) -> WeightOfALayer | None:
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.BinOp(left, ast.MatMult(), ast.Attribute(holder, "weight")):
            pass
        case ast.Call(ast.Attribute(ast.Name("torch"), "matmul" | "mm"), [left, ast.Attribute(holder, "weight")], []):
            pass
        case ast.Call(ast.Attribute(left, "matmul" | "mm"), [ast.Attribute(holder, "weight")], []):
            pass
        case _:
            return None
    shapes = [each.shape for each in failing.operands if each.shape is not None]
    if len(shapes) != 2 or not shapes[0] or len(shapes[1]) != 2 or shapes[0][-1] != shapes[1][1]:
        return None
    if not _is_linear(holder, failing, trace):
        return None
    given, layer = (Place.of(each, trace.source).text for each in (left, holder))
    return WeightOfALayer(wrapped(left, given), layer, shapes[0], shapes[1])


def _is_linear(holder: ast.expr, failing: Failing, trace: Trace) -> bool:
    """Return whether an expression is the name of a linear layer, or an attribute that is set to one alone."""
    if isinstance(holder, ast.Name):
        return failing.scope.get(holder.id) == "Linear" and "class Linear" not in trace.source
    if not isinstance(holder, ast.Attribute):
        return False
    made = [
        statement.value
        for statement in statements_of(trace.source)
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Attribute) and target.attr == holder.attr
    ]
    return [ast.unparse(each.func) for each in made if isinstance(each, ast.Call)] in (
        ["nn.Linear"],
        ["torch.nn.Linear"],
    )


def nearly_its_name(trace: Trace) -> NearlyItsName | None:
    """Return the one method whose name is nearly one that is called, if the program gets further with that name."""
    if "class " not in trace.source:
        return None
    found = list(near_names(trace.source))
    if len(found) != 1 or trace.stopped is None:
        return None
    (near,) = found
    again = Interpreter()
    again.names.update(trace.given())
    stopped = again.run_program(read_program(renamed(trace.source, near)))
    if stopped is not None and stopped.place.line <= trace.stopped.place.line:
        return None
    return NearlyItsName(near.owner, near.method, near.meant, near.line)


def _loss_is_made(failing: Failing) -> LossIsMade | None:
    match failing.node:
        case ast.Call(ast.Attribute() as function, [_, _], []) if function.attr.endswith("Loss"):
            arrays = [each for each in failing.operands if each.shape is not None]
            if len(arrays) == 2:
                return LossIsMade(ast.unparse(function), tuple(each.text for each in arrays))
    return None


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


def loop_between(trace: Trace, made: ast.stmt, statement: ast.stmt) -> ast.For | ast.While | None:
    """Return the outermost loop that holds one statement and comes after another, both outside of all functions."""
    last = made.end_lineno or made.lineno
    for each in statements_of(trace.source):
        inside = each.lineno <= statement.lineno <= (each.end_lineno or each.lineno)
        if isinstance(each, ast.FunctionDef) and (inside or each.lineno <= made.lineno <= (each.end_lineno or 0)):
            return None
        if isinstance(each, ast.For | ast.While) and inside and last < each.lineno:
            return each
    return None


def _built_before(trace: Trace) -> BuiltBefore | None:
    failing = trace.failing
    assert failing is not None
    freed = freed_before(trace)
    match failing.node:
        case ast.Call(ast.Attribute(holder, "backward")) if freed is not None:
            loops = [loop_between(trace, each.statement, failing.statement) is not None for each in freed.made]
            once = freed.before.line != failing.statement.lineno and _of_nothing(failing.node, freed.before.node)
            if all(loops) or (once and not any(loops)):
                lines = tuple(each.line for each in freed.made)
                code = Place.of(holder, trace.source).text
                return BuiltBefore(code, freed.names, lines, freed.before.code, freed.before.line, all(loops))
    return None


def _of_nothing(*nodes: ast.AST) -> bool:
    """Return whether each node is a call without arguments, other than whether the graph is to be kept."""
    return all(isinstance(node, ast.Call) and not node.args and not node.keywords for node in nodes)


def _changed_since(trace: Trace) -> ChangedSince | None:
    failing, found = trace.failing, changed_since(trace)
    assert failing is not None
    if found is None:
        return None
    used, by = found.used, found.by
    way: Literal["before", "copy", "new"] = "copy" if found.shared else "new"
    instead = f"{found.shared}.clone()" if found.shared else ""
    if by.steps or (found.learns and not found.shared):
        way, given = "before", found.gives
        instead = f"{given}.detach()" if given and given != _asked(failing) else ""
    elif not found.shared:
        match by.node:
            case ast.AugAssign(ast.Name(name) as target, sign, value):
                made = ast.BinOp(ast.Name(name), sign, value)
                instead = ast.unparse(ast.Assign([target], made, lineno=1))
            case ast.Call(ast.Attribute(ast.Name(name), method), arguments, words) if method.endswith("_"):
                made_by = ast.Attribute(ast.Name(name), method.removesuffix("_"))
                if method not in _FILLS:
                    instead = f"{name} = {ast.unparse(ast.Call(made_by, arguments, words))}"
    return ChangedSince(used.code, used.line, found.name, found.shape, by.code, by.line, found.shared, way, instead)


def list_for_numpy(failing: Failing) -> tuple[str, str, str] | None:
    """Return a function of NumPy's given a list of single tensors, the list of their numbers, and the tensors' own."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy") as library, name), [given, *more], words):
            lists = [each for each in failing.operands if each.kind == "list" and isinstance(each.value, tuple)]
            if len(lists) != 1 or not lists[0].value:
                return None
            cells = [each for each in lists[0].value if isinstance(each, Entry)]
            if len(cells) != len(lists[0].value) or any(each.kind != "Tensor" or each.shape != () for each in cells):
                return None
            code = lists[0].text
            ending = _TWINS.get(name)
            twin = "" if ending is None or more or words else f"torch.stack({code}){ending}"
            return f"{library.id}.{name}", ast.unparse(_numbers_of(given)), twin
    return None


def _numbers_of(given: ast.expr) -> ast.expr:
    """Return the list of the numbers of tensors, as code."""

    def item(each: ast.expr) -> ast.expr:
        return ast.Call(ast.Attribute(each, "item"), [], [])

    match given:
        case ast.ListComp(element, generators):
            return ast.ListComp(item(element), generators)
        case ast.List(elements) if not any(isinstance(each, ast.Starred) for each in elements):
            return ast.List(list(map(item, elements)))
    each = ast.comprehension(ast.Name("each", ast.Store()), given, [], 0)
    return ast.ListComp(item(ast.Name("each", ast.Load())), [each])


_TWINS = {
    "sum": ".sum()", "mean": ".mean()", "average": ".mean()", "prod": ".prod()", "max": ".max()", "min": ".min()",
    "array": "", "asarray": "", "sqrt": ".sqrt()", "exp": ".exp()", "log": ".log()", "abs": ".abs()",
}  # fmt: skip
"""What tensors that are stacked are asked for in place of a function of NumPy's."""


def _list_for_numpy(failing: Failing) -> ListForNumPy | None:
    found = list_for_numpy(failing)
    return None if found is None else ListForNumPy(*found)


def _asked(failing: Failing) -> str:
    """Return the name of what is gone back from; empty where it has none."""
    match failing.node:
        case ast.Call(ast.Attribute(ast.Name(name), "backward")):
            return name
    return ""


_FILLS = ("zero_", "fill_", "copy_", "uniform_", "normal_", "random_", "bernoulli_", "exponential_")
"""Methods in place that have no twin which makes a new tensor of the old one."""


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


def are_log_shares(values: object) -> bool:
    """Return whether rows of numbers are logarithms of shares that sum to 1."""
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.shape[1] < 2 or values.dtype.kind != "f":
        return False
    return bool((values <= 0).all() and np.allclose(np.exp(values).sum(axis=1), 1, atol=1e-4))


def _log_shares(failing: Failing) -> LogShares | None:
    given = next((each for each in failing.operands if each.shape is not None), None)
    return LogShares(given.text) if given is not None and are_log_shares(given.value) else None


def _flattened(trace: Trace, operand: Operand) -> tuple[ast.Call, str, tuple[int, ...]] | None:
    """Return the call of ``view`` or its like that made an operand of a name's array, the name, and its shape."""
    code: ast.AST | None = None
    for statement in statements_of(trace.source):
        match statement:
            case ast.Assign([ast.Name(name)], value) if name == operand.text:
                code = value
    for node in nodes_of(trace.source):
        if isinstance(node, ast.Call) and ast.unparse(node) == operand.text:
            code = node
    match code:
        case ast.Call(ast.Attribute(ast.Name(given), "view" | "reshape" | "flatten")) as call:
            shapes = [seen.shape for step in trace.steps if (seen := step.names.get(given)) is not None and seen.shape]
            before = [shape for shape in shapes if shape != operand.shape]
            return (call, given, before[-1]) if before else None
    return None


def batch_in_one_row(trace: Trace) -> BatchInOneRow | None:
    """Find the call that put a batch into one row, which meets a row for each sample."""
    failing = trace.failing
    assert failing is not None
    for operand, other in (failing.operands[-2:], failing.operands[-2:][::-1]) if len(failing.operands) > 1 else ():
        match operand.shape, other.shape:
            case (1, numbers), (samples, each) if samples > 1 and samples * each == numbers:
                found = _flattened(trace, operand)
                if found is not None and found[2][0] == samples and prod(found[2]) == numbers:
                    return BatchInOneRow(ast.unparse(found[0]), found[1], samples, each)
    return None


def _one_hot_in_a_row(trace: Trace) -> OneHotInARow | None:
    failing = trace.failing
    assert failing is not None
    arrays = [each for each in failing.operands if each.shape is not None]
    match [each.shape for each in arrays]:
        case [(rows, classes), (targets,)] if targets == rows * classes and arrays[1].value is not None:
            table = np.asarray(arrays[1].value).reshape(rows, classes)
            found = _flattened(trace, arrays[1])
            hot = ((table == 0) | (table == 1)).all() and (table.sum(axis=1) == 1).all()
            if found is not None and hot and found[2] == (rows, classes):
                return OneHotInARow(ast.unparse(found[0]), found[1], rows, classes)
    return None
