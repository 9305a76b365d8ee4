"""When it surprises how networks run: their mode, what a batch norm has kept, a weight that is not turned."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.running import line_of
from primer_core.claims.surprises.modes import (
    KeptFarOff,
    LeafInBetween,
    LearnsInEvalMode,
    NextRateAsked,
    NormStillMoves,
    NotTheirName,
    OneSampleSqueezed,
    StillInTrainMode,
    WeightNotTurned,
)
from primer_core.language.execution import is_array
from primer_core.language.programs.layers import is_module, path_of
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.near_names import near_names
from primer_core.lessons.own_lines.reruns.calls import calls_of
from primer_core.lessons.own_lines.reruns.models import watched
from primer_core.lessons.own_lines.surprises.line import Line, last_name, with_argument


def _ran(line: Line) -> Iterator[Claim]:
    watch = calls_of(line.trace)
    if watch is None:
        return
    differs, far = watch.differs.get(line.run), watch.far.get(line.run)
    if differs is not None and not _draws_itself(line):
        numbers = (f"{each + 0.0:.4g}" for each in (differs.first, differs.second))
        yield StillInTrainMode(line.run, differs.network, differs.code, differs.layer, *numbers)
    if line.run in watch.moves:
        network, layer, *means = watch.moves[line.run]
        before, after = (f"{each:.4g}" for each in means)
        if before != after:
            yield NormStillMoves(line.run, network, layer, before, after)
    if far is not None:
        kept, mean, spread, scaled = (f"{each:.4g}" for each in (far.kept, far.mean, far.spread, far.scaled))
        yield KeptFarOff(line.run, far.layer, far.calls, f"{far.momentum:g}", far.channel, kept, mean, spread, scaled)
    if line.run in watch.rates:
        scheduler, *rates = watch.rates[line.run]
        asked, used = (f"{each:.6g}" for each in rates)
        yield NextRateAsked(line.run, scheduler, asked, used)
    learned = watch.learned.get(line.run)
    if learned is not None:
        begins = line_of(learned.line)
        yield LearnsInEvalMode(
            line.run, learned.optimiser, learned.network, learned.layer, learned.scales, begins, learned.code
        )
    unturned = watch.unturned.get(line.run)
    if unturned is not None:
        found, other = (f"{each + 0.0:.4g}" for each in (unturned.found, unturned.other))
        yield WeightNotTurned(line.run, unturned.code, unturned.given, unturned.layer, unturned.size, found, other)


def _never_called(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Name(kind))) if not line.step.moment.functions:
            seen = line.step.names.get(name)
            near = [each for each in near_names(line.source) if each.owner == kind and each.meant == "__init__"]
            classes = [each for each in line.statements if isinstance(each, ast.ClassDef) and each.name == kind]
            if seen is None or seen.kind != kind or len(near) != 1 or len(classes) != 1:
                return
            held = {node.attr for node in line.everywhere() if isinstance(node, ast.Attribute) and _is_set(node, name)}
            of_class = {each.name for each in classes[0].body if isinstance(each, ast.FunctionDef)}
            missing = tuple(each for each in near[0].sets if each not in held | of_class)
            plain = not any(isinstance(each, ast.Assign | ast.AnnAssign) for each in classes[0].body)
            if missing and plain:
                yield NotTheirName(line.run, name, kind, near[0].method, missing)


def _is_set(node: ast.Attribute, name: str) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == name


def _leaf(line: Line) -> Iterator[Claim]:
    source = line.source
    makes = any(word in source for word in ("tensor(", "requires_grad_(", "from_numpy("))
    if not makes or ".backward(" not in source or line.trace.stopped is not None or _may_run_otherwise(line):
        return
    watch = watched(line.trace)
    leaf, code = (None, "") if watch is None else watch.revived.get(line.run, (None, ""))
    if watch is None or leaf is None or leaf.grad is None:
        return
    steps = watch.lost_by(leaf)
    if len(steps) != 1 or steps[0].why == "no_grad":
        return
    backs = [run for run, back in watch.back.items() if steps[0] in back.lost and not back.is_leaf]
    networks = {name: each for name, each in watch.names.items() if is_module(each) and "_parameters" in vars(each)}
    named = {
        id(own): f"{name}{path_of(network, dotted.split('.'))}"
        for name, network in networks.items()
        for dotted, own in network.named_parameters()
    }
    every = {id(own): own for network in networks.values() for own in network.parameters()}
    cut = [each for each in every if each in watch.leaves.get(steps[0], {})]
    if backs and cut and all(own.grad is None for own in every.values()) and not every.keys() & watch.reached.keys():
        (lost,) = steps
        yield LeafInBetween(line.run, code, named[cut[0]], len(cut), backs[0][0], lost.code, lost.why)


def _one_sample(line: Line) -> Iterator[Claim]:
    if _may_run_otherwise(line):
        return
    for part in line.step.parts:
        node = line.at(part.place)
        if last_name(part) != "squeeze" or not isinstance(node, ast.Call) or not is_array(part.result):
            continue
        if not part.operands or not is_array(part.operands[0]):
            continue
        given, gives = shape_of(part.operands[0]), shape_of(part.result)
        for step in line.trace.steps[: line.trace.steps.index(line.step)]:
            for known in step.parts if step.number == line.step.number else ():
                if known.place != part.place or known.result is None or known.entry != part.entry:
                    continue
                before, gave = shape_of(known.operands[0]), shape_of(known.result)
                more = [
                    axis for axis, size in enumerate(given) if size == 1 and len(before) > axis and before[axis] > 1
                ]
                if len(before) != len(given) or len(gave) != len(gives) + 1 or len(more) != 1:
                    continue
                instead = _squeezed_alone(node, part.place.text, before) if len(gave) < len(before) else ""
                if instead is not None:
                    yield OneSampleSqueezed(line.run, part.place.text, more[0], before, gave, given, gives, instead)
                    return


def _squeezed_alone(node: ast.Call, code: str, shape: tuple[int, ...]) -> str | None:
    """Return a squeeze of the one axis that has size 1 in a shape, as code; None where that is not known."""
    alone = [axis for axis, size in enumerate(shape) if size == 1]
    is_function = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("torch", "np")
    if len(alone) != 1 or node.keywords or len(node.args) != int(is_function):
        return None
    axis = "-1" if alone[0] == len(shape) - 1 else str(alone[0])
    return with_argument(code, axis) if is_function else f"{code.rstrip()[:-1].rstrip()}{axis})"


def _may_run_otherwise(line: Line) -> bool:
    """Return whether parts of a line run more than once with it, or not at all."""
    kinds = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.IfExp | ast.BoolOp | ast.Lambda
    return any(isinstance(node, kinds) for node in line.nodes())


def _draws_itself(line: Line) -> bool:
    """Return whether a class of the program draws numbers by what is no layer, so that eval mode may not end it."""
    for each in line.statements:
        for node in ast.walk(each) if isinstance(each, ast.ClassDef) else ():
            match node:
                case ast.Call(ast.Attribute(ast.Name("F") | ast.Attribute(_, "functional"), "dropout")):
                    return True
                case ast.Call(ast.Attribute(_, drawn)) if drawn.startswith(("rand", "bernoulli", "normal", "uniform")):
                    return True
    return False


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_ran, _never_called, _leaf, _one_sample)
