"""When it surprises what a loss is divided by, how many were added up, and that it grows."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.losses import (
    DividesByWeights,
    EvenShares,
    Factor,
    GradientOfSum,
    KlOfNoShares,
    KlOverAllNumbers,
    MeansAdded,
    MeansOverSamples,
    OneRowCosts,
    SmallerBatchWeighsMore,
    StepsTooLong,
    TimesAFactor,
)
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.failing import assignments_to
from primer_core.lessons.own_lines.ledger import Origin
from primer_core.lessons.own_lines.surprises.line import LOSSES, Line, elements, goes_back, numbers
from primer_core.lessons.own_lines.trace import Seen, Trace, run

_OF_CLASSES = ("F.cross_entropy", "F.nll_loss")
_SHORTER = (10, 100, 1000)
"""By how much a learning rate is divided to see whether the loss falls then."""

_FEW_ROUNDS = 3
"""Rounds of which nothing is said together."""


def _weights(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name not in _OF_CLASSES or origin.call is None:
            continue
        values = origin.call.bound.values
        weight, target = values.get("weight"), values.get("target")
        plain = values.get("reduction", "mean") == "mean" and not values.get("label_smoothing")
        if not plain or not is_array(weight) or not is_array(target) or len(shape_of(target)) != 1:
            continue
        classes = numbers(target)
        if classes.dtype.kind not in "iu" or (classes < 0).any():
            continue
        total = float(numbers(weight)[classes].sum())
        if f"{total:.6g}" != f"{classes.size:.6g}" and _compares_sums(line):
            yield DividesByWeights(line.run, line.text(call), total, int(classes.size))


def _compares_sums(line: Line) -> bool:
    """Return whether a program computes a loss as a sum or sample by sample, too, or only looks at it."""
    told = any(isinstance(node, ast.Constant) and node.value in ("sum", "none") for node in line.everywhere())
    return told or not any(map(goes_back, line.everywhere()))


def _divergence(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name != "F.kl_div" or origin.call is None or len(call.args) < 2 or origin.values.size != 1:
            continue
        values = origin.call.bound.values
        logs, shares = (numbers(each).astype(np.float64) for each in origin.call.bound.positional[:2])
        value, reduction = float(origin.values.reshape(-1)[0]), values.get("reduction", "mean")
        if values.get("log_target") or logs.shape != shares.shape or not 0 < logs.ndim < 3 or not math.isfinite(value):
            continue
        code, gives = line.text(call), f"{value:.4g}"
        sides = ((shares, call.args[1], True), (np.exp(logs), call.args[0], False))
        for numbers_of, side, is_target in sides if (logs <= 1e-3).all() and (shares >= 0).all() else ():
            sums = numbers_of.sum(axis=-1).reshape(-1)
            off = np.flatnonzero(np.abs(sums - 1) > _NO_SHARE)
            if off.size:
                row = int(off[0]) if logs.ndim == 2 and len(sums) > 1 else -1
                yield KlOfNoShares(line.run, code, gives, line.text(side), is_target, row, f"{sums[off[0]]:.4g}")
                break
        if reduction == "mean" and logs.ndim == 2 and logs.shape[1] > 1 and abs(value) > 1e-6:
            instead = f"{value * logs.shape[1]:.4g}"
            yield KlOverAllNumbers(line.run, code, gives, int(logs.size), logs.shape[0], instead)


_NO_SHARE = 0.01
"""How far a sum is from 1 that is none of shares."""


def _means_of_means(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        if not isinstance(node, ast.expr | ast.AugAssign):
            continue
        name, given = _mean_of(line, node)
        loss, origins = _losses_of(line, name) if name else ("", [])
        if not given or len(origins) < len(given):
            continue
        for some in _windows(line, origins, len(given)):
            means = [float(each.values.reshape(-1)[0]) for each in some]
            shapes = [shape_of(each.call.bound.positional[0]) for each in some if each.call is not None]
            sizes = tuple(shape[0] for shape in shapes)
            if not math.isclose(sum(means), sum(given), rel_tol=1e-6) or min(sizes) == max(sizes) or not all(sizes):
                continue
            if len({shape[1:] for shape in shapes}) > 1:
                continue
            mean = sum(means) / len(means)
            whole = sum(each * size for each, size in zip(means, sizes, strict=True)) / sum(sizes)
            if abs(mean - whole) > 1e-4 * abs(mean):
                code = Place.of(node, line.source).text
                yield SmallerBatchWeighsMore(line.run, code, f"{mean:.6g}", loss, sizes, f"{whole:.6g}")
                return


def _windows(line: Line, origins: list[Origin], count: int) -> Iterator[list[Origin]]:
    """Go through what may be the means of so many batches: the last ones before the line, where that is known."""
    trace = line.trace
    if len(trace.steps) == trace.taken:
        runs = {(step.number, step.run): place for place, step in enumerate(trace.steps)}
        here = runs[line.run]
        before = [
            each
            for each in origins
            if each.statement is not None and runs.get((each.statement.line, each.statement.time), here) < here
        ]
        if len(before) >= count:
            yield before[-count:]
        return
    for start in range(0, len(origins) - count + 1, count):
        yield origins[start : start + count]


def _mean_of(line: Line, node: ast.expr | ast.AugAssign) -> tuple[str, list[float]]:
    """Return of which name a mean is taken, and of which numbers; of a sum alone what it would be of equal ones.

    The numbers of a sum are not known: it is the sum that tells whose they are.
    """
    match node:
        case ast.BinOp(ast.Name(name), ast.Div(), divisor) | ast.AugAssign(ast.Name(name), ast.Div(), divisor):
            names = {} if line.before is None else line.before.names
            seen, count = names.get(name), _count_of(line, divisor)
            total = float("nan") if seen is None else _number_of(seen)
            return (name, [total, *[0.0] * (count - 1)]) if count > 1 and math.isfinite(total) else ("", [])
        case ast.BinOp(
            ast.Call(ast.Name("sum"), [ast.Name(name)], []),
            ast.Div(),
            ast.Call(ast.Name("len"), [ast.Name(other)], []),
        ) if name == other:
            pass
        case ast.Call(ast.Attribute(ast.Name("np" | "numpy" | "statistics"), "mean"), [ast.Name(name)], []):
            pass
        case _:
            return "", []
    held = [_of_python(each) for each in elements(line.step.names.get(name))]
    found = [each.value for each in held if isinstance(each, ast.Constant) and isinstance(each.value, float)]
    return (name, found) if len(found) == len(held) else ("", [])


def _of_python(node: ast.expr) -> ast.expr:
    """Return what a number of NumPy's is shown to hold; anything else as it is."""
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "float64" | "float32"), [number], []):
            return number
    return node


def _number_of(seen: Seen) -> float:
    """Return what a name is bound to, a number or a tensor of one; nan for anything else."""
    if seen.shape == () and seen.values is not None:
        return float(seen.values.item()) if seen.values.dtype.kind == "f" else math.nan
    try:
        return float(seen.text.removeprefix("np.float64(").removesuffix(")"))
    except ValueError:
        return math.nan


def _count_of(line: Line, divisor: ast.expr) -> int:
    """Return what a sum is divided by: a name, a number, or the length of a loader; 0 for anything else."""
    match divisor:
        case ast.Name(name) if (seen := line.step.names.get(name)) is not None and seen.text.isdigit():
            return int(seen.text)
        case ast.Constant(int(number)) if type(number) is int:
            return number
        case ast.BinOp(ast.Name() as counted, ast.Add(), ast.Constant(1)):
            seen = line.step.names.get(counted.id)
            return _count_of(line, counted) + 1 if seen is not None and seen.text.isdigit() else 0
        case ast.Call(ast.Name("len"), [ast.Name(name)], []) if (seen := line.step.names.get(name)) is not None:
            return 0 if seen.sizes is None else seen.sizes[0]
    return 0


def _losses_of(line: Line, name: str) -> tuple[str, list[Origin]]:
    """Return the mean whose numbers alone a name adds up or lists, as code, and each that it was, in order."""
    added: list[ast.expr] = []
    for each in line.everywhere():
        match each:
            case ast.AugAssign(ast.Name(total), ast.Add(), value) if total == name:
                added.append(value)
            case ast.Assign([ast.Name(total)], ast.BinOp(ast.Name(left), ast.Add(), value)) if total == left == name:
                added.append(value)
            case ast.Call(ast.Attribute(ast.Name(total), "append"), [value], []) if total == name:
                added.append(value)
    if len(added) != 1:
        return "", []
    mean = _number_asked_of(added[0])
    bound: ast.expr = mean
    if isinstance(mean, ast.Name):
        binds = [each.value for each in assignments_to(mean.id, line.statements)]
        if len(binds) != 1 or line.stored().count(mean.id) != 1:
            return "", []
        bound = _number_asked_of(binds[0])
    ledger = line.trace.ledger
    if ledger is None or not isinstance(bound, ast.Call):
        return "", []
    losses = [each for each in line.losses if line.at(each.place) is bound and _weighs_alike(each)]
    means = [each for each in ledger.origins if each.entry in _MEANS and line.at(each.place) is bound]
    return line.text(mean), losses or [each for each in means if _is_of_all(each)]


_MEANS = ("Tensor.mean", "torch.mean", "np.mean", "ndarray.mean")


def _number_asked_of(node: ast.expr) -> ast.expr:
    """Return of what a number is asked: ``loss`` of ``loss.item()`` and of ``float(loss)``."""
    match node:
        case ast.Call(ast.Attribute(inner, "item" | "detach"), [], []) | ast.Call(ast.Name("float"), [inner], []):
            return _number_asked_of(inner)
    return node


def _is_of_all(origin: Origin) -> bool:
    """Return whether a mean is one of all numbers of an array that has axes."""
    if origin.call is None or origin.values is None or origin.values.size != 1 or origin.written is not None:
        return False
    bound = origin.call.bound
    return len(bound.positional) == 1 and not bound.keywords and bool(shape_of(bound.positional[0]))


def _weighs_alike(origin: Origin) -> bool:
    """Return whether a loss is a mean over samples that count alike, and is known."""
    if origin.call is None or origin.values.size != 1 or not shape_of(origin.call.bound.positional[0]):
        return False
    values = origin.call.bound.values
    if values.get("reduction", "mean") != "mean":
        return False
    target = values.get("target")
    of_classes = origin.call.entry.name in _OF_CLASSES and is_array(target) and numbers(target).dtype.kind == "i"
    return values.get("weight") is None and not (of_classes and bool((numbers(target) < 0).any()))


def _over_samples(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.BinOp(ast.Name(name), ast.Div(), ast.Call(ast.Name("len"), [counted], [])) as quotient:
                loader = _adds_means(line, name)
            case _:
                continue
        seen = line.step.names.get(loader)
        if seen is None or seen.sizes is None or seen.sizes[0] == seen.sizes[1]:
            continue
        if line.text(counted) in (f"{loader}.dataset", _loaded(line, loader)):
            yield MeansOverSamples(line.run, line.text(quotient), name, loader, *seen.sizes)


def _loaded(line: Line, loader: str) -> str:
    """Return what a loader is made of, as code."""
    for statement in line.statements:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call(_, [given, *_])) if name == loader:
                return line.text(given)
    return ""


def _adds_means(line: Line, name: str) -> str:
    """Return the loader whose batches' losses a name adds up, each a mean, and nothing else; empty where it does not.

    It is set to 0 where the loop over the batches stands.
    """
    adding = [
        each
        for each in line.statements
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and each.target.id == name
    ]
    match adding:
        case [ast.AugAssign(_, ast.Add(), ast.Call(ast.Attribute(ast.Name(loss), "item"), [], []))]:
            pass
        case _:
            return ""
    for loop in line.statements:
        match loop:
            case ast.For(_, ast.Name(loader)) if any(each is adding[0] for each in loop.body):
                begins = [each for each in line.statements if _sets_to_zero(each, name)]
                level = [each for each in begins if each.col_offset == loop.col_offset and each.lineno < loop.lineno]
                return loader if len(begins) == len(level) == 1 and _is_mean(line, loss) else ""
    return ""


def _sets_to_zero(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Assign([ast.Name(bound)]) if bound == name:
            return True
    return False


def _is_mean(line: Line, name: str) -> bool:
    """Return whether one statement binds a name, to a loss that is a mean, and to nothing that is computed of it."""
    bound = assignments_to(name, line.statements)
    means = {
        line.at(origin.place)
        for origin in line.losses
        if origin.call is not None and origin.call.bound.values.get("reduction", "mean") == "mean"
    }
    return len(bound) == 1 and bound[0].value in means


def _added(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "backward"), [], [])) if ledger is not None:
            pass
        case _:
            return
    number, time = line.run
    count = 1
    while (number, time + 1 - count) in ledger.added_up:
        count += 1
    place = line.node.lineno, line.node.col_offset
    loops = [
        each
        for each in line.statements
        if isinstance(each, ast.For | ast.While) and place in [(own.lineno, own.col_offset) for own in each.body]
    ]
    plain = [node for loop in loops for each in loop.body if not isinstance(each, ast.If) for node in ast.walk(each)]
    clears = any(isinstance(node, ast.Attribute) and node.attr in ("step", "zero_grad", "zero_") for node in plain)
    writes = any(isinstance(node, ast.AugAssign) and ".grad" in ast.unparse(node.value) for node in plain)
    inner = any(isinstance(each, ast.If) for loop in loops for each in loop.body)
    since = 1 < count <= time and (count == time or not inner)
    if len(loops) == 1 and not clears and not writes and since and _is_mean(line, name):
        yield MeansAdded(line.run, name, count)


def _grows(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], value) if line.step.run > _FEW_ROUNDS:
            values = _values(line.trace, line.run[0], name)
        case _:
            return
    if values is None or len(values) != line.step.run or not _grow(values):
        return
    for at, old, new in _shorter(line, value):
        lines = line.source.split("\n")
        if lines[at - 1].count(old) != 1:
            continue
        lines[at - 1] = lines[at - 1].replace(old, new)
        found = _values(run("\n".join(lines)), line.run[0], name)
        if found is not None and len(found) == len(values) and np.isfinite(found).all() and found[-1] < found[0]:
            first, last, better = (f"{each:.4g}" for each in (values[0], values[-1], found[-1]))
            count = _summed(line, name) if (at, old, new) in _means(line, value) else 0
            yield StepsTooLong(line.run, name, first, last, at, old, new, better, count)
            return


def _values(trace: Trace, number: int, name: str) -> list[float] | None:
    """Return what a name was bound to each time that a statement ran; None where not all of that is known."""
    if len(trace.steps) != trace.taken or trace.stopped is not None:
        return None
    seen = [step.names.get(name) for step in trace.steps if step.number == number]
    if any(each is None or each.shape != () or each.values is None or not each.recorded for each in seen):
        return None
    return [float(each.values.item()) for each in seen if each is not None and each.values is not None]


def _grow(values: list[float]) -> bool:
    """Return whether numbers grow from each to the next, and by far."""
    return values[-1] > 10 * values[0] > 0 and all(one < other for one, other in pairwise(values))


def _of_a_sum(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], value) if line.step.run > 1:
            pass
        case _:
            return
    two = _last_two(line.trace, line.run, name)
    if two is None or not two[1] > two[0] > 0:
        return
    count = _summed(line, name)
    every = _values(line.trace, line.run[0], name) or []
    if count < 2 or (len(every) > _FEW_ROUNDS and _grow(every)):  # that is said of all rounds together
        return
    for at, old, new in _means(line, value):
        lines = line.source.split("\n")
        if lines[at - 1].count(old) == 1:
            lines[at - 1] = lines[at - 1].replace(old, new)
            instead = _last_two(run("\n".join(lines)), line.run, name)
            if instead is not None and instead[0] > instead[1]:
                before, now, better_before, better = (f"{each:.4g}" for each in (*two, *instead))
                yield GradientOfSum(line.run, name, count, before, now, at, old, new, better_before, better)
                return


def _last_two(trace: Trace, at: tuple[int, int], name: str) -> tuple[float, float] | None:
    """Return what a name was bound to the last two times that a statement ran in the same call of a function."""
    if len(trace.steps) != trace.taken:
        return None
    places = {step.run: place for place, step in enumerate(trace.steps) if step.number == at[0]}
    if at[1] not in places or at[1] - 1 not in places:
        return None
    some = trace.steps[places[at[1] - 1] : places[at[1]] + 1]
    depth = len(some[-1].moment.functions)
    if any(len(step.moment.functions) < depth for step in some):
        return None
    first, last = (step.names.get(name) for step in (some[0], some[-1]))
    if first is None or last is None or not (first.recorded and last.recorded):
        return None
    if first.shape != () or last.shape != () or first.values is None or last.values is None:
        return None
    return float(first.values.item()), float(last.values.item())


def _summed(line: Line, name: str) -> int:
    """Return how many numbers were added up to the loss that a name is bound to; 0 for what is no sum."""
    ledger = line.trace.ledger
    cells = None if ledger is None else ledger.sights.get(line.step.moment, {}).get(name)
    origin = None if ledger is None or cells is None or cells.size != 1 else ledger.origin_of(int(cells))
    if origin is None or origin.call is None or not is_array(origin.call.bound.positional[0]):
        return 0
    values, shape = origin.call.bound.values, shape_of(origin.call.bound.positional[0])
    if origin.entry in ("Tensor.sum", "torch.sum"):
        return int(np.prod(shape, dtype=int))
    if origin.call.entry.name in LOSSES and values.get("reduction") == "sum" and values.get("weight") is None:
        target = values.get("target")
        of_classes = origin.call.entry.name in _OF_CLASSES
        if not is_array(target):
            return 0
        classes = numbers(target)
        if of_classes:
            of_samples = classes.dtype.kind == "i" and classes.ndim == 1 and bool((classes >= 0).all())
            return len(classes) if of_samples else 0
        return int(classes.size) if classes.shape == tuple(shape) else 0
    return 0


def _means(line: Line, loss: ast.expr) -> Iterator[tuple[int, str, str]]:
    """Go through what makes a mean of a loss that is a sum: which line is changed, what stands there, what would."""
    if ast.unparse(loss).endswith(".sum()"):
        yield loss.end_lineno or loss.lineno, ".sum()", ".mean()"
    match loss:
        case ast.Call(ast.Attribute(ast.Name("torch"), "sum") as function, [_], []):
            yield function.end_lineno or function.lineno, "torch.sum", "torch.mean"
    here = [each for each in ast.walk(loss) if isinstance(each, ast.keyword) and each.arg == "reduction"]
    for word in here or line.everywhere():
        match word:
            case ast.keyword("reduction", ast.Constant("sum")):
                pass
            case ast.keyword("reduction") if here:
                pass
            case _:
                continue
        yield word.lineno, Place.of(word, line.source).text, "reduction='mean'"


def _shorter(line: Line, loss: ast.expr) -> Iterator[tuple[int, str, str]]:
    """Go through what makes steps shorter: which line is changed, what stands there, and what would."""
    yield from _means(line, loss)
    for node in line.everywhere():
        match node:
            case ast.keyword("lr", ast.Constant(float() | int() as rate) as written):
                pass
            case ast.AugAssign(
                _, ast.Sub(), ast.BinOp(ast.Constant(float() | int() as rate) as written, ast.Mult(), _)
            ):
                pass
            case ast.Assign(
                [ast.Name("lr" | "learning_rate" | "rate" | "eta")], ast.Constant(float() | int() as rate) as written
            ):
                pass
            case _:
                continue
        for factor in _SHORTER:
            yield written.lineno, line.text(written), f"{rate / factor:g}"


def _even(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name != "F.cross_entropy" or origin is not line.losses[0] or origin.call is None or origin.values.size != 1:
            continue
        values = origin.call.bound.values
        shape, target = shape_of(origin.call.bound.positional[0]), values.get("target")
        plain = values.get("reduction", "mean") == "mean" and values.get("weight") is None
        if not plain or values.get("label_smoothing") or len(shape) != 2 or shape[1] < 2 or not is_array(target):
            continue
        loss, even = float(origin.values.item()), math.log(shape[1])
        if numbers(target).dtype.kind in "iu" and abs(loss - even) < _NEARLY_EVEN:
            yield EvenShares(line.run, line.text(call), f"{loss:.3f}", shape[1])


def _one_row(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name != "F.cross_entropy" or origin.call is None or origin.values.size != 1 or len(call.args) < 2:
            continue
        values, given = origin.call.bound.values, origin.call.bound.positional[0]
        target = values.get("target")
        plain = values.get("reduction", "mean") == "mean" and values.get("weight") is None
        if not plain or values.get("label_smoothing") or not is_array(target) or len(shape_of(given)) != 2:
            continue
        logits, classes = numbers(given).astype(np.float64), numbers(target)
        if classes.dtype.kind not in "iu" or (classes < 0).any() or len(classes) < 3 or not np.isfinite(logits).all():
            continue
        if values.get("ignore_index", -100) in classes:
            continue
        shifted = logits - logits.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        losses = -logs[np.arange(len(classes)), classes]
        row, total = int(losses.argmax()), float(losses.sum())
        target, guess = int(classes[row]), int(logs[row].argmax())
        if losses[row] > _MOST * total and guess != target and logs[row, target] < math.log(_HARDLY):
            share = round(float(losses[row]) / total, 2)
            of_target, of_guess = (_chance(math.exp(logs[row, each])) for each in (target, guess))
            costs = f"{losses[row]:.4g}", f"{total:.4g}"
            code = line.text(call)
            yield OneRowCosts(line.run, code, row, len(classes), *costs, share, target, guess, of_target, of_guess)


def _chance(value: float) -> str:
    """Write a probability, and what is missing where it is nearly 1."""
    short = f"{value:.3g}"
    return f"1 − {1 - value:.2g}" if short == "1" and value < 1 else short


_MOST = 0.8
"""From which share on one row makes most of a loss."""

_HARDLY = 0.05
"""Below which a class has hardly a probability."""


def _factor(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], value) if not isinstance(value, ast.Attribute) and line.losses:
            origin = line.losses[-1]
        case _:
            return
    loss = line.at(origin.place)
    seen = line.step.names.get(name)
    if origin.call is None or not isinstance(loss, ast.Call) or seen is None or seen.values is None:
        return
    by_hand = np.asarray(seen.values)
    if _is_of_gradient(line, value):
        return
    if by_hand.dtype.kind != "f" or not by_hand.size or origin.call.bound.values.get("reduction", "mean") != "mean":
        return
    given = shape_of(origin.call.bound.positional[0])
    match origin.call.entry.name:
        case "F.mse_loss":
            count = int(np.prod(given, dtype=int))
            known: tuple[tuple[Factor, float], ...] = (
                ("mean and square", 2 / max(count, 1)), ("square", 2.0), ("mean", 1 / max(count, 1)),
            )  # fmt: skip
        case "F.cross_entropy" if len(given) == 2:
            count = given[0]
            known = (("mean", 1 / max(count, 1)),)
        case _:
            return
    for gradient, of in line.step.names.items():
        if not gradient.endswith(".grad") or of.values is None or of.shape != seen.shape:
            continue
        theirs = np.asarray(of.values)
        for missing, factor in known:
            close = np.allclose(theirs, by_hand * factor, rtol=1e-4, atol=1e-7)
            if close and abs(factor - 1) > 1e-3 and by_hand.any():
                yield TimesAFactor(line.run, name, gradient, line.text(loss), missing, count)
                break


def _is_of_gradient(line: Line, value: ast.expr) -> bool:
    """Return whether an expression is computed of a gradient of PyTorch's, itself or through names that it reads."""
    names = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
    made = [
        each.value
        for each in line.statements
        if isinstance(each, ast.Assign) and any(isinstance(to, ast.Name) and to.id in names for to in each.targets)
    ]
    nodes = (node for each in (value, *made) for node in ast.walk(each))
    return any(isinstance(node, ast.Attribute) and node.attr == "grad" for node in nodes)


_NEARLY_EVEN = 0.05
"""How far a loss may be from that of even shares."""

RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _weights,
    _divergence,
    _over_samples,
    _means_of_means,
    _added,
    _grows,
    _of_a_sum,
    _even,
    _one_row,
    _factor,
)
