"""What stopped a program, and what would mend it: the causes that are known, and the changes that were tried."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from primer_core.claims.claim import Claim
from primer_core.claims.going_back import FreedBefore, NotOneNumber
from primer_core.claims.in_place import LeafChanged, SavedThenChanged
from primer_core.claims.mending import (
    CreatesGraph,
    KeepsGraph,
    LeftAsItIs,
    MakesNew,
    NotDetached,
    Records,
    Reduced,
    Requires,
    Unbracketed,
    ZeroInstead,
)
from primer_core.claims.operands import InnerSizesDiffer, NeedsAnAxis, NoSuchAxis, SizesClash
from primer_core.claims.recording import (
    CutOff,
    MadeAsData,
    NoPath,
    OnlyFromData,
    PlainGradient,
    UnderNoGrad,
    WritesNoFloats,
)
from primer_core.claims.targets import (
    NoSuchClass,
    OutsideZeroToOne,
    ShapesDiffer,
    TargetDtype,
    TargetInBrackets,
    TargetShape,
)
from primer_core.language.parsing import code_statements
from primer_core.language.rejection import Place, Rejection
from primer_core.lessons.autograd_graph.engine import Asked, Computed, Edited, Operation, WentBack
from primer_core.lessons.autograd_graph.graph import Mend, Refusal, Repair
from primer_core.lessons.autograd_graph.origin import cuts, leads_to, origin, why_untracked
from primer_core.lessons.autograd_graph.program import Leaf, read_program, replaced, with_text
from primer_core.lessons.autograd_graph.run import Run

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

_IGNORED = -100
"""The class number that PyTorch passes over."""

_WRITTEN = (ast.List, ast.Tuple, ast.Constant, ast.UnaryOp, ast.USub, ast.Load)
"""What stands in numbers that are written down."""

_MOST_LEAVES = 3
"""Leaves that are offered to require a gradient."""


def refusal(story: Story, rejection: Rejection, went_back: WentBack | None, *, caught: bool) -> Refusal:
    """Say what stopped a program.

    Parameters
    ----------
    story
        What was seen of it.
    rejection
        Whose verdict it is.
    went_back
        The run of the engine that failed; None where something else did.
    caught
        Whether the program caught it.
    """
    if went_back is not None:
        return _backward(story, rejection, went_back, caught=caught)
    place = rejection.place
    if rejection.declined is None:
        return Refusal("forward", message=rejection.message, place=place, caught=caught)
    asked = story.watcher.declined
    causes = _forward(asked, rejection.declined.words) if asked is not None and asked.place == place else ()
    return Refusal("forward", causes, library=rejection.declined.words, place=place, caught=caught, by=rejection.author)


# Going forward


def _forward(asked: Asked, words: str) -> tuple[Claim, ...]:
    """Say why PyTorch refuses an operation, as far as it is known."""
    node, name = asked.node, asked.entry.name.rpartition(".")[2]
    if "leaf Variable that requires grad is being used in an in-place operation" in words:
        return _leaf_changed(node)
    match node:
        case ast.Call(function, [data], _) if name == "tensor" and "floating point" in words:
            return _whole_numbers(data, asked.bound.positional[0])
        case ast.BinOp(left, ast.MatMult(), right):
            return _product(_given(asked, left, right))
        case ast.BinOp(left, _, right):
            return _elementwise(_given(asked, left, right))
        case ast.Call(function, arguments):
            whose = (
                [function.value]
                if isinstance(function, ast.Attribute) and asked.entry.name.startswith("Tensor.")
                else []
            )
            given = _given(asked, *whose, *arguments)
        case _:
            return ()
    match name:
        case "cross_entropy" | "nll_loss" if len(given) > 1:
            return _classes(given[0], given[1], takes_rows=name == "cross_entropy")
        case "binary_cross_entropy" if len(given) > 1:
            return _probabilities(given[0], given[1])
        case "binary_cross_entropy_with_logits" if len(given) > 1 and given[0][1].shape != given[1][1].shape:
            return (ShapesDiffer(_with_shape(given[0]), _with_shape(given[1])),)
        case "sum" | "mean" if given:
            axis = asked.bound.get("dim", "axis")
            text, operand = given[0]
            if isinstance(axis, int) and not -max(operand.dim(), 1) <= axis < max(operand.dim(), 1):
                return (NoSuchAxis(text, tuple(operand.shape), axis),)
    return ()


def _whole_numbers(data: ast.expr, given: Any) -> tuple[Claim, ...]:
    """Say that numbers were written down without a point, where all of them were written down."""
    if not all(isinstance(node, _WRITTEN) for node in ast.walk(data)):
        return ()
    tensor = torch.tensor(given)
    if tensor.is_floating_point() or not tensor.numel():
        return ()
    floats = f"torch.tensor({tensor.double().tolist()})"
    dtype = str(tensor.dtype).removeprefix("torch.")
    return (WritesNoFloats(f"torch.tensor({ast.unparse(data)})", dtype, floats),)


Given = tuple[str, Tensor]
"""An argument as the code panel has it, and the tensor that it is."""


def _given(asked: Asked, *nodes: ast.expr) -> list[Given]:
    """Return the arguments of a call up to the first that is no tensor."""
    found: list[Given] = []
    for node, value in zip(nodes, asked.bound.positional, strict=False):
        if not isinstance(value, Tensor):
            break
        found.append((ast.unparse(node), value))
    return found


def _with_shape(given: Given) -> tuple[str, tuple[int, ...]]:
    return given[0], tuple(given[1].shape)


def _leaf_changed(node: ast.expr | ast.stmt | None) -> tuple[Claim, ...]:
    target: Any = node
    match node:
        case ast.AugAssign(target):
            pass
        case ast.Call(ast.Attribute(target, _)):
            pass
    while isinstance(target, ast.Subscript):
        target = target.value
    return (LeafChanged(target.id),) if isinstance(target, ast.Name) else ()


def _product(given: Sequence[Given]) -> tuple[Claim, ...]:
    if len(given) < 2:
        return ()
    numbers = [text for text, value in given if not value.dim()]
    if numbers:
        return (NeedsAnAxis(numbers[0], "@"),)
    left, right = _with_shape(given[0]), _with_shape(given[1])
    inner = right[1][0] if len(right[1]) == 1 else right[1][-2]
    return (InnerSizesDiffer(left, right),) if left[1][-1] != inner else ()


def _elementwise(given: Sequence[Given]) -> tuple[Claim, ...]:
    if len(given) < 2:
        return ()
    left, right = _with_shape(given[0]), _with_shape(given[1])
    for axis in range(-1, -min(len(left[1]), len(right[1])) - 1, -1):
        if left[1][axis] != right[1][axis] and 1 not in (left[1][axis], right[1][axis]):
            return (SizesClash(left, right, axis),)
    return ()


def _classes(logits: Given, target: Given, *, takes_rows: bool) -> tuple[Claim, ...]:
    (scores, z), (text, y) = logits, target
    shape, given = tuple(z.shape), tuple(y.shape)
    if not shape:
        return (NeedsAnAxis(scores, "cross_entropy" if takes_rows else "nll_loss"),)
    classes = shape[min(1, len(shape) - 1)]
    wanted = (shape[0], *shape[2:]) if len(shape) > 1 else ()
    dtype = str(y.dtype).removeprefix("torch.")
    if takes_rows and given == shape and given != wanted:
        return () if y.is_floating_point() else (TargetDtype(text, dtype, str(z.dtype).removeprefix("torch.")),)
    if given != wanted and not (len(shape) == 1 and given == (1,)):
        return (TargetShape(scores, shape, text, given, wanted),) if takes_rows else ()
    if y.dtype not in (torch.int64, torch.uint8):
        return (TargetDtype(text, dtype, "int64"),)
    values = enumerate(y.flatten().tolist())
    faults = [(place, value) for place, value in values if value != _IGNORED and not 0 <= value < classes]
    faults = faults if y.dim() else [(-1, value) for _, value in faults]
    return (NoSuchClass(scores, text, classes, tuple(faults)),) if faults else ()


def _probabilities(prediction: Given, target: Given) -> tuple[Claim, ...]:
    if prediction[1].shape != target[1].shape:
        return (ShapesDiffer(_with_shape(prediction), _with_shape(target)),)
    for text, value in (prediction, target):
        outside = int(((value < 0) | (value > 1) | value.isnan()).sum())
        if outside:
            return (OutsideZeroToOne(text, outside),)
    return ()


# Going back


def _backward(story: Story, rejection: Rejection, event: WentBack, *, caught: bool) -> Refusal:
    words = rejection.declined.words if rejection.declined is not None else rejection.message
    ids = story.watcher.engine_ids
    node = ids[event.guilty] if event.guilty is not None else ""
    causes: tuple[Claim, ...] = ()
    mends: list[Mend] = []
    if "modified by an inplace operation" in words:
        causes, mends = _modified(story, node)
    elif "a second time" in words:
        causes, mends = _second_time(story, node, event)
    elif "only for scalar outputs" in words:
        causes, mends = _several_numbers(story, event)
        node = event.root[0]
    elif "does not require grad" in words:
        cause = why_untracked(story, event.began, event.tensor, event.root[0]) if event.began else None
        node = event.root[0]
        if cause is not None:
            causes, mends = (cause,), _with_a_graph(story, cause, event)
    elif "not have been used in the graph" in words:
        unused = (name for name, tensor in story.watcher.tensors.items() if not leads_to(event, tensor))
        asked = [name for name in unused if any(name == label for _, label in event.wanted)]
        causes = tuple(NoPath(event.began, name) for name in asked[:1])
        mends = [Mend(ZeroInstead(), _program(_with_word(story, event, "materialize_grads=True")))]
    elif node:
        causes, mends = _in_brackets(story, node)
    tried = tuple(mend for mend in mends if mend.repair and _helps(story, mend.repair, words))
    place = rejection.place if event.line else _line_of(story, node)
    return Refusal("backward", causes, library=words, place=place, node=node, mends=tried, caught=caught)


def _helps(story: Story, repair: Repair, words: str) -> bool:
    """Return whether a change takes an error away: the program runs, or is stopped by another one."""
    fields = dict(repair)
    try:
        program = read_program(str(fields.pop("program", story.program.source)))
        switches = replace(story.switches, **fields)  # type: ignore[arg-type]  # a field of the question for each
        run = Run(program, replace(switches, retain_grad=False), writes=False)
        if run.forward() and not program.goes_back:
            run.go_back()
    except Rejection:
        return False
    return all(stop.caught or stop.rejection.message != words for stop in run.stops)


def _modified(story: Story, node: str) -> tuple[tuple[Claim, ...], list[Mend]]:
    statement, edited = "", False
    for event in story.watcher.events:
        if isinstance(event, Edited | Computed) and any(identity == node for identity, _ in event.changes.stale):
            edited = isinstance(event, Edited)
            statement = event.statement if isinstance(event, Edited) else event.operation.changes
    name = story.engine_name(node)
    if not statement or not name:
        return (), []
    causes = (SavedThenChanged(name, statement),)
    if story.switches.in_place and edited:
        return causes, [Mend(LeftAsItIs(statement), (("in_place", ""),))]
    instead = _anew(statement)
    return causes, [Mend(MakesNew(statement, instead), _program(_with_statement(story, statement, instead)))]


def _anew(statement: str) -> str:
    """Return a statement that makes a new tensor in place of one that changes it; empty if none is known."""
    match code_statements(statement)[0]:
        case ast.AugAssign(ast.Name(name), sign, value):
            return ast.unparse(ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(name), sign, value), lineno=1))
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), method), arguments, keywords)) if method[-1:] == "_":
            call = ast.Call(ast.Attribute(ast.Name(name), method[:-1]), arguments, keywords)
            return ast.unparse(ast.Assign([ast.Name(name)], call, lineno=1))
    return ""


def _with_statement(story: Story, statement: str, instead: str) -> str:
    """Return the program with one statement replaced; empty where it does not stand there once."""
    source = story.program.source
    found = [each for each in story.program.statements if ast.unparse(each) == statement]
    return replaced(source, Place.of(found[0], source), instead) if len(found) == 1 and instead else ""


def _second_time(story: Story, node: str, event: WentBack) -> tuple[tuple[Claim, ...], list[Mend]]:
    runs = list(story.runs)
    number = next(place for place, each in enumerate(runs, start=1) if each is event)
    freed = [
        place
        for place, run in enumerate(runs[: number - 1], start=1)
        if any(step.node is event.guilty and step.freed for step in run.steps)
    ]
    if not freed or any(run.is_grad for run in runs):
        return (), []
    causes = (FreedBefore(story.engine_name(node), freed[-1], number),)
    earlier = runs[freed[-1] - 1]
    repair = _program(_with_word(story, earlier, "retain_graph=True")) if event.line else (("retain_graph", True),)
    return causes, [Mend(KeepsGraph(freed[-1]), repair)]


def _with_word(story: Story, event: WentBack, word: str) -> str:
    """The program with one keyword more in the call of an engine's run; empty where the call does not stand there."""
    lines = story.program.source.split("\n")
    line = lines[event.line - 1] if 0 < event.line <= len(lines) else ""
    if not line or line.count(event.text) != 1 or not event.text.endswith(")"):
        return ""
    inner = event.text[:-1]
    longer = f"{inner}{'' if inner.endswith('(') else ', '}{word})"
    lines[event.line - 1] = line.replace(event.text, longer)
    return "\n".join(lines)


def _several_numbers(story: Story, event: WentBack) -> tuple[tuple[Claim, ...], list[Mend]]:
    name, tensor = event.began, event.tensor
    if not name.isidentifier():
        return (), []
    mends = []
    for how in ("sum", "mean"):
        gives = float(tensor.detach().sum() if how == "sum" else tensor.detach().mean())
        mends.append(Mend(Reduced(name, how, gives), _program(_reduced(story, event, how))))
    return (NotOneNumber(name, tuple(tensor.shape)),), mends


def _reduced(story: Story, event: WentBack, how: str) -> str:
    """The program with a sum or a mean before it goes back."""
    source, name = story.program.source, event.root[1]
    if event.line:
        lines = source.split("\n")
        line = lines[event.line - 1] if event.line <= len(lines) else ""
        if event.text != f"{name}.backward()" or line.count(event.text) != 1:
            return ""
        lines[event.line - 1] = line.replace(event.text, f"{name}.{how}().backward()")
        return "\n".join(lines)
    last = story.program.nodes[-1]
    reduced = f"{how}({{}})" if story.program.short else f"torch.{how}({{}})"
    if isinstance(last, ast.Expr) and not any(name == bound for bound in story.program.names):
        place = Place.of(last.value, source)
        return replaced(source, place, reduced.format(place.text))
    return f"{source.rstrip()}\n{reduced.format(name)}"


def _with_a_graph(story: Story, cause: Claim, event: WentBack) -> list[Mend]:
    """List what would give an output a way back, by why it has none."""
    match cause:
        case UnderNoGrad() if story.switches.no_grad:
            return [Mend(Records(), (("no_grad", False),))]
        case CutOff(_, cut):
            return _without_a_cut(story, event, cut)
        case OnlyFromData() | MadeAsData():
            of = origin(story, event.root[0])
            used = {name for name, each in story.watcher.tensors.items() if story.watcher.node_of(each) in of}
            leaves = [each for each in story.program.leaves if each.name in used]
            leaves = [each for each in leaves if not each.requires_grad and not each.whole]
            return [Mend(Requires(each.name), _program(_tracked(story, each))) for each in leaves[:_MOST_LEAVES]]
        case PlainGradient(name):
            made = story.watcher.node_of(event.tensor)
            text = next((each.text for each in story.watcher.operations if each.id == made), "")
            earlier = next((each for each in story.runs if each.text == text and each.is_grad), None)
            if earlier is not None:
                return [Mend(CreatesGraph(name), _program(_with_word(story, earlier, "create_graph=True")))]
    return []


def _tracked(story: Story, leaf: Leaf) -> str:
    numbers = Place.of(leaf.node, story.program.source).text
    text = f"param({numbers})" if leaf.bare else f"{numbers}, requires_grad=True"
    return with_text(story.program, leaf, text)


def _without_a_cut(story: Story, event: WentBack, cut: tuple[str, ...]) -> list[Mend]:
    """List, for each expression that detaches, what stands there without it."""
    mends = []
    source = story.program.source
    for operation in cuts(story, event.root[0]):
        inner = operation.code.removesuffix(".detach()").removesuffix(".data")
        if story.switches.detach and not operation.line:
            mends.append(Mend(NotDetached(operation.code, inner), (("detach", ""),)))
            continue
        for node, kept in _detached(story):
            place = Place.of(node, source)
            if operation.code in cut and (place.text, place.line) == (operation.text, operation.line):
                text = Place.of(kept, source).text
                simple = isinstance(kept, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
                repair = _program(replaced(source, place, text if simple else f"({text})"))
                mends.append(Mend(NotDetached(operation.code, inner), repair))
    return list({mend.claim: mend for mend in mends}.values())


def _detached(story: Story) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each expression of the program that detaches, and what it detaches."""
    for statement in story.program.nodes:
        for node in ast.walk(statement):
            match node:
                case ast.Call(ast.Name("detach") | ast.Attribute(ast.Name("torch"), "detach"), [inner]):
                    yield node, inner
                case ast.Call(ast.Attribute(inner, "detach"), []):
                    yield node, inner
                case ast.Attribute(inner, "data"):
                    yield node, inner


def _in_brackets(story: Story, node: str) -> tuple[tuple[Claim, ...], list[Mend]]:
    """Say what a target of one example is that PyTorch lets pass going forward, and refuses going back."""
    operation = next((each for each in story.watcher.operations if node.partition(".")[0] == each.id), None)
    if operation is None or operation.label != "cross_entropy" or len(operation.operands) < 2:
        return (), []
    (_, _, z), (_, _, y) = operation.operands[:2]
    if len(z.shape) != 1 or y.shape != (1,):
        return (), []
    match code_statements(operation.code)[0]:
        case ast.Expr(ast.Call(_, [logits, target, *_])):
            number = int(y.values[0])
            causes = (TargetInBrackets(ast.unparse(logits), ast.unparse(target)),)
            return causes, [Mend(Unbracketed(ast.unparse(target), number), _unbracketed(story, operation, str(number)))]
    return (), []


def _unbracketed(story: Story, operation: Operation, number: str) -> Repair:
    """The program with the target of a cross_entropy written as one number, where its numbers stand in the text."""
    source = story.program.source
    for statement in story.program.nodes:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            place = Place.of(node, source)
            if (place.text, place.line) != (operation.text, operation.line):
                continue
            target = node.args[1]
            leaf = next((leaf for leaf in story.program.leaves if ast.unparse(target) == leaf.name), None)
            if leaf is not None:
                return _program(with_text(story.program, leaf, number))
            if isinstance(target, ast.List):
                return _program(replaced(source, Place.of(target, source), number))
    return ()


def _line_of(story: Story, node: str) -> Place | None:
    """The line of the program at which a node was made."""
    operation = next((each for each in story.watcher.operations if node and node.partition(".")[0] == each.id), None)
    lines = story.program.source.split("\n")
    if operation is None or not 0 < operation.line <= len(lines):
        return None
    text = lines[operation.line - 1]
    return Place(operation.line, 0, operation.line, len(text), text)


def _program(text: str) -> Repair:
    """The repair that puts `text` in the program's place; none if it is empty."""
    return (("program", text),) if text else ()
