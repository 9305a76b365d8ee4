"""Why a loss fails: what it was given has other rows, other axes or other numbers than it takes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from math import prod

import numpy as np

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause
from primer_core.language.programs import networks
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.causes.here import CauseHere
from primer_core.lessons.own_lines.failing import Failing, Operand, nodes_of, statements_of
from primer_core.lessons.own_lines.makings import kind_of
from primer_core.lessons.own_lines.trace import Trace


@dataclass(frozen=True, slots=True)
class LossIsMade(CauseHere):
    """Predictions and targets were given to the class of a loss, where one is made.

    Parameters
    ----------
    code
        The class.
    given
        What it was given, as code.
    asked
        Whether it was asked for yes or no.
    """

    code: str
    given: tuple[str, ...]
    asked: bool

    def sentence(self) -> Sentence:
        """Say what the brackets are for, and where the arrays belong."""
        read = " are read as such, and one of them is asked for yes or no." if self.asked else " are data."
        return (
            Code(f"{self.code}(...)"),
            " makes a loss, and takes settings in its brackets: ",
            Code(", ".join(self.given)),
            f"{read} What is made is called with predictions and targets: ",
            Code(f"{self.code}()({', '.join(self.given)})"),
            ".",
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


@dataclass(frozen=True, slots=True)
class PickedBeforeTheLoss(CauseHere):
    """A loss over classes was given the classes that were picked, in place of their scores.

    Parameters
    ----------
    code, picked, scores
        What it was given, what picked the classes, and what it picked them of.
    """

    code: str
    picked: str
    scores: str

    def sentence(self) -> Sentence:
        """Say what was picked, and what the loss takes."""
        held: Sentence = (Code(self.code), " is ", Code(self.picked))
        if self.code == self.picked:
            held = (Code(self.code),)
        return (
            *held,
            ", one class number for each sample. The loss takes the scores of all classes, a row for each sample, so "
            "that it can tell how far off they are: ",
            Code(self.scores),
            ". Which of them is the largest has no gradient.",
        )


def of_losses(known: Recognised, trace: Trace) -> Cause | None:
    """Return the cause of a message as what a loss was given tells it; None where it tells no more."""
    failing = trace.failing
    assert failing is not None
    match known.kind:
        case "probabilities_dtype_torch":
            found = picked_before(trace)
            return None if found is None else found[0]
        case "batches":
            return cut_into_rows(trace) or _one_hot_in_a_row(trace)
        case "probabilities_range":
            return _log_shares(failing)
        case "broadcast_torch" | "sizes_torch":
            return batch_in_one_row(trace)
    return None


def loss_is_made(known: Recognised | None, trace: Trace) -> LossIsMade | None:
    """Return what the class of a loss was given in place of settings, if that is predictions and targets."""
    failing = trace.failing
    assert failing is not None
    match failing.node:
        case ast.Call(function, positional, words) if kind_of(function, trace.source) in networks.LOSSES:
            arrays = [each for each in failing.operands if each.shape is not None]
            named = [word.arg for word in words] in ([], ["target"], ["input", "target"])
            if len(arrays) == len(positional) + len(words) == 2 and named:
                asked = known is not None and known.kind == "truth_torch"
                return LossIsMade(ast.unparse(function), tuple(each.text for each in arrays), asked)
    return None


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


def picked_before(trace: Trace) -> tuple[PickedBeforeTheLoss, ast.expr] | None:
    """Return how classes were picked that a loss was given, and what stands for them there."""
    failing = trace.failing
    assert failing is not None
    if not isinstance(failing.node, ast.Call) or not failing.node.args:
        return None
    given = failing.node.args[0]
    code: ast.expr = given
    if isinstance(given, ast.Name):
        bound = [each for each in statements_of(trace.source) if isinstance(each, ast.Assign)]
        values = [each.value for each in bound if any(ast.unparse(to) == given.id for to in each.targets)]
        if len(values) != 1:
            return None
        code = values[0]
    picked = code
    while isinstance(picked, ast.Call) and isinstance(picked.func, ast.Attribute) and picked.func.attr == "float":
        picked = picked.func.value
    match picked:
        case ast.Call(ast.Attribute(ast.Name("torch"), "argmax"), [scores, *axis], words):
            pass
        case ast.Call(ast.Attribute(scores, "argmax"), axis, words):
            pass
        case _:
            return None
    along = [ast.unparse(each) for each in (*axis, *(word.value for word in words))]
    shapes = {each.place: each.shape for each in failing.operands}
    if along not in (["1"], ["-1"]) or len(shapes.get(Place.of(given, trace.source)) or ()) != 1:
        return None
    text, how, of = (Place.of(each, trace.source).text for each in (given, code, scores))
    return PickedBeforeTheLoss(text, how, of), given
