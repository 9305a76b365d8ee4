"""What to say of a program that was stopped, what would mend it, and why a ``.grad`` is None."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import arrays_in
from primer_core.lessons.autograd_graph.engine import Asked, Computed, Edited, Operation, Part, WentBack
from primer_core.lessons.autograd_graph.graph import BackwardCall, Event, Refusal, Repair
from primer_core.lessons.autograd_graph.program import Leaf, read_program, replaced, with_text

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

_CUTS = ("Tensor.detach", "torch.detach", "Tensor.data", "Tensor.detach_")
_GRAD = "torch.autograd.grad"


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
        return Refusal("forward", rejection.message, "", "", place, caught=caught)
    asked = story.watcher.declined
    fix = _advice(asked, place, rejection.declined.words) if asked is not None and asked.place == place else ""
    cause = f"{rejection.author} refuses the operation in line {place.line}, column {place.column + 1}."
    return Refusal("forward", cause, fix, rejection.declined.words, place, caught=caught, by=rejection.author)


# Going forward


def _advice(asked: Asked, place: Place, words: str) -> str:
    """What to do about an operation that PyTorch refuses, in a sentence or two."""
    bound = asked.bound
    name = asked.entry.name.rpartition(".")[2]
    tensors = [value for value in bound.values.values() if isinstance(value, Tensor)]
    shapes = [tuple(array.shape) for array in arrays_in(list(bound.values.values()))]
    if "leaf Variable that requires grad is being used in an in-place operation" in words:
        return "Change it within “with torch.no_grad():”, as an optimiser does, or make a new tensor."
    match name:
        case "cross_entropy" | "nll_loss" if shapes and not shapes[0]:
            return "The logits need an axis: write one number for each class."
        case "cross_entropy" | "nll_loss" if len(tensors) > 1:
            return _targets(tensors[0], tensors[1], takes_rows=name == "cross_entropy")
        case "binary_cross_entropy" if len(shapes) > 1 and shapes[0] == shapes[1]:
            return "bce takes numbers from 0 to 1 only, as sigmoid makes them, both as prediction and as target."
        case "sum" | "mean" if bound.get("dim", "axis") is not None and shapes:
            operand = _first_operand(place.text)
            if not shapes[0]:
                return f"{operand} is a single number: leave the axis out."
            rank = len(shapes[0])
            axes = f"its axes are 0 to {rank - 1}" if rank > 1 else "its only axis is 0"
            return f"{operand} has shape {shapes[0]}: {axes}."
    if len(shapes) > 1:
        given = " and ".join(map(str, shapes))
        return f"The shapes of its operands are {given}. Change the numbers of a leaf so that they fit."
    is_of_shape = any(word in words for word in ("shape", "size", "dim"))
    return f"The shape of its operand is {shapes[0]}." if is_of_shape and shapes and shapes[0] else ""


def _targets(logits: Tensor, target: Tensor, *, takes_rows: bool) -> str:
    shape = tuple(logits.shape)
    classes = shape[min(1, len(shape) - 1)]
    rows = f" for each row, {shape[0]} in all" if len(shape) > 1 else ""
    if tuple(target.shape) == shape and takes_rows and not target.is_floating_point():
        return "A row of 0 and 1 for each row of logits has to be of floats: write target.float()."
    kind = (
        "" if target.dtype.itemsize == 8 and not target.is_floating_point() else " of dtype int64, as .long() makes it,"
    )
    or_row = ", or a probability for each logit" if takes_rows else ""
    return f"As target write a class number{kind} from 0 to {classes - 1}{rows}{or_row}."


def _first_operand(text: str) -> str:
    """Return what a call is asked of, in its own words: ``x`` of ``x.sum(1)`` and of ``sum(x, 1)``."""
    if text.startswith(("sum(", "mean(", "torch.sum(", "torch.mean(")):
        return text.partition("(")[2].partition(",")[0].removesuffix(")")
    return text.rpartition(".")[0] or text


# Going back


def _backward(story: Story, rejection: Rejection, event: WentBack, *, caught: bool) -> Refusal:
    message = rejection.declined.words if rejection.declined is not None else rejection.message
    ids = story.watcher.engine_ids
    node = ids[event.guilty] if event.guilty is not None else ""
    repair: Repair = ()
    if "modified by an inplace operation" in message:
        cause, fix, repair = _modified(story, node)
    elif "a second time" in message:
        cause, fix, repair = _second_time(story, node, event)
    elif "only for scalar outputs" in message:
        shape = tuple(event.tensor.shape)
        cause = f"{event.root[1]} has shape {shape}, and backward() starts from one number."
        fix = "End with a sum or a mean."
        repair, node = _program_repair(_summed(story, event)), event.root[0]
    elif "does not require grad" in message:
        cause, fix, repair = _untracked(story, event)
        node = event.root[0]
    elif "One of the differentiated Tensors" in message:
        cause = f"{event.root[1]} does not depend on it along a path that autograd follows."
        fix = "allow_unused=True gives None in its place, materialize_grads=True a gradient of 0."
        repair = _program_repair(_with_word(story, event, "materialize_grads=True"))
    elif "Mismatch in shape" in message:
        cause = f"{event.root[1]} has shape {tuple(event.tensor.shape)}, and what backward begins with has another."
        fix = "Give it a tensor of the same shape."
    elif not node:
        cause, fix = "PyTorch refuses the call.", ""
    else:
        cause, fix, repair = _refused_in(story, node)
    place = rejection.place if event.line else _line_of(story, node)
    return Refusal("backward", cause, fix, message, place, node, repair, caught)


def _modified(story: Story, node: str) -> tuple[str, str, Repair]:
    name = story.engine_name(node)
    text, edited, tensor = "", False, ""
    for event in story.watcher.events:
        if isinstance(event, Edited | Computed):
            changes = event.changes
            if any(identity == node for identity, _ in changes.stale):
                edited = isinstance(event, Edited)
                text = event.text if isinstance(event, Edited) else event.operation.text
                tensor = event.name if isinstance(event, Edited) else ""
    cause = (
        f"{name} saved a tensor for its backward, and {text or 'the program'} has changed it since: its _version is "
        "not the one that was saved."
    )
    if story.switches.in_place and edited:
        fix = f"Leave {tensor} as it is: {tensor} + 1 makes a new tensor instead."
        return cause, fix, (("in_place", ""),)
    return cause, "Make a new tensor instead of changing this one: as h = h * 2 does in place of h.mul_(2).", ()


def _second_time(story: Story, node: str, event: WentBack) -> tuple[str, str, Repair]:
    runs = list(story.runs)
    number = next(place for place, each in enumerate(runs, start=1) if each is event)
    name = story.engine_name(node) or "a node"
    cause = (
        f"backward() number {number - 1} freed the tensors that {name} had saved, and backward() number {number} needs "
        "them."
    )
    fix = "Keep them with retain_graph=True in the first call."
    if not event.line:
        return cause, fix, (("retain_graph", True),)
    earlier = runs[number - 2] if number > 1 else None
    return cause, fix, _program_repair(_with_word(story, earlier, "retain_graph=True")) if earlier is not None else ()


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


def _untracked(story: Story, event: WentBack) -> tuple[str, str, Repair]:
    name, node = event.root[1], event.root[0]
    made = next((each for each in story.watcher.operations if each.id == node), None)
    if story.switches.no_grad:
        cause = f"{name} was computed under no_grad(): autograd recorded nothing, so there is no way back."
        return cause, "Compute it outside no_grad().", (("no_grad", False),)
    if made is not None and made.entry == _GRAD:
        return _no_second(story, name, made)
    if made is not None and not made.recording:
        cause = f"{name} was computed under no_grad(): autograd recorded nothing, so there is no way back."
        return cause, "Compute it outside of the block.", ()
    cuts = _cuts(story, node)
    if cuts:
        return _cut_off(story, name, cuts)
    if event.tensor.dtype.is_floating_point is False:
        cause = (
            f"{name} holds numbers of dtype {str(event.tensor.dtype).removeprefix('torch.')}: they have no gradient."
        )
        return cause, "Only tensors of floats have one.", ()
    origin = _origin(story, node)
    stored = next((source for source in story.watcher.sources if source.late and source.id in origin), None)
    if stored is not None:
        cause = f"{name} was computed from {stored.shown}, which is a number to autograd: no graph leads on from it."
        creates = any(each.creates for each in story.runs)
        return cause, "" if creates else "create_graph=True records the way back as a graph of its own.", ()
    cause = f"{name} does not require a gradient: no leaf that it was computed from does."
    used = {n for n, tensor in story.watcher.tensors.items() if story.watcher.node_of(tensor) in origin}
    leaves = [leaf for leaf in story.program.leaves if not leaf.requires_grad and leaf.name in used and not leaf.whole]
    if not leaves:
        return cause, f"Make a leaf that does: {_param(story, '2', '2.0')}.", ()
    leaf = leaves[0]
    numbers = Place.of(leaf.node, story.program.source).text
    fix = f"Make {leaf.name} a leaf that does: {leaf.name} = {_param(story, numbers, numbers).partition(' = ')[2]}."
    return cause, fix, _program_repair(_tracked(story, leaf, numbers))


def _param(story: Story, short: str, plain: str) -> str:
    return f"x = param({short})" if story.program.short else f"x = torch.tensor({plain}, requires_grad=True)"


def _tracked(story: Story, leaf: Leaf, numbers: str) -> str:
    text = f"param({numbers})" if leaf.bare else f"{numbers}, requires_grad=True"
    return with_text(story.program, leaf, text)


def _no_second(story: Story, name: str, made: Operation) -> tuple[str, str, Repair]:
    """What to say where a derivative of a derivative was asked for, and the first one has no graph."""
    earlier = next(each for each in story.runs if each.text == made.text and each.is_grad)
    if not earlier.creates:
        cause = (
            f"{name} is a number that {made.text} computed and no more: how it was computed was not recorded, so there "
            "is no way back from it."
        )
        fix = "create_graph=True records the way back as a graph of its own."
        return cause, fix, _program_repair(_with_word(story, earlier, "create_graph=True"))
    cause = (
        f"The way back was recorded, but nothing in it leads from {name} to a leaf: the slope here is a constant that "
        "no longer depends on one. Its derivative is 0, but autograd has no path to say so."
    )
    return cause, "Where a slope may be constant, add a term such as 0 * x ** 2, which keeps a path.", ()


def _cut_off(story: Story, name: str, cuts: Sequence[Operation]) -> tuple[str, str, Repair]:
    """What to say of an output from which every path back to a leaf goes through something detached."""
    named = " and ".join(cut.text for cut in cuts)
    paths = "the only path" if len(cuts) == 1 else "every path"
    cause = f"{name} does not require a gradient: {named} cut {paths} back to a leaf."
    if story.switches.detach and not cuts[0].line:
        return cause, "Do not detach there.", (("detach", ""),)
    found = next(((node, inner) for node, inner in _detached(story) if _is_at(story, node, cuts[0])), None)
    if found is None:
        return cause, "Do not detach there.", ()
    node, inner = found
    source = story.program.source
    kept = Place.of(inner, source).text
    kept = kept if isinstance(inner, ast.Name | ast.Call | ast.Attribute | ast.Subscript) else f"({kept})"
    place = Place.of(node, source)
    return cause, f"Write {kept} in place of {place.text}.", _program_repair(replaced(source, place, kept))


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


def _is_at(story: Story, node: ast.expr, cut: Operation) -> bool:
    place = Place.of(node, story.program.source)
    return (place.text, place.line) == (cut.text, cut.line)


def _origin(story: Story, node: str) -> set[str]:
    """The ids of a node and of all that its value was computed from."""
    operands = {op.id: [story.now(source) for source, _, _ in op.operands] for op in story.watcher.operations}
    found: set[str] = set()
    todo = [node]
    while todo:
        identity = todo.pop()
        if identity not in found:
            found.add(identity)
            todo += operands.get(identity, operands.get(identity.partition(":")[0], []))
    return found


def _cuts(story: Story, node: str) -> tuple[Operation, ...]:
    """The detached tensors that a value was computed from, where the tensor they were made of has a gradient."""
    origin = _origin(story, node)
    parts: tuple[Part, ...] = (*story.watcher.sources, *story.watcher.operations)
    followed = {part.id for part in parts if _has_graph(part)}
    return tuple(
        op
        for op in story.watcher.operations
        if op.id in origin and op.entry in _CUTS and op.operands and story.now(op.operands[0][0]) in followed
    )


def _has_graph(part: Part) -> bool:
    return bool(part.engine_nodes) if isinstance(part, Operation) else part.tensor.requires_grad


def _refused_in(story: Story, node: str) -> tuple[str, str, Repair]:
    """What to say of a refusal by a node's backward for which there is no account of its own."""
    operation = next((each for each in story.watcher.operations if node and node.partition(".")[0] == each.id), None)
    if operation is not None and operation.label == "cross_entropy" and len(operation.operands) > 1:
        (_, logits, x), (_, target, y) = operation.operands[:2]
        if len(x.shape) == 1 and y.shape == (1,):
            cause = (
                f"{logits} has one axis, so it is one example, and its target is a number. "
                f"{target} is a vector with one number in it: going forward PyTorch lets it pass, going back not."
            )
            number = f"{y.values[0]:g}"
            return cause, f"Write the target as {number}, without brackets.", _unbracketed(story, operation, number)
    cause = f"Going back, PyTorch refuses the step {story.engine_name(node)}."
    return cause, "Compare the shapes of its operands in the graph.", ()


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
                return _program_repair(with_text(story.program, leaf, number))
            if isinstance(target, ast.List):
                return _program_repair(replaced(source, Place.of(target, source), number))
    return ()


def _summed(story: Story, event: WentBack) -> str:
    """The program with a sum before it goes back."""
    source, name = story.program.source, event.root[1]
    if event.line:
        lines = source.split("\n")
        line = lines[event.line - 1] if event.line <= len(lines) else ""
        if event.text != f"{name}.backward()" or line.count(event.text) != 1:
            return ""
        lines[event.line - 1] = line.replace(event.text, f"{name}.sum().backward()")
        return "\n".join(lines)
    last = story.program.nodes[-1]
    summed = "sum({})" if story.program.short else "torch.sum({})"
    if isinstance(last, ast.Expr) and not any(name == bound for bound in story.program.names):
        place = Place.of(last.value, source)
        return replaced(source, place, summed.format(place.text))
    return f"{source.rstrip()}\n{summed.format(name)}"


def _line_of(story: Story, node: str) -> Place | None:
    """The line of the program at which a node was made."""
    operation = next((each for each in story.watcher.operations if node and node.partition(".")[0] == each.id), None)
    lines = story.program.source.split("\n")
    if operation is None or not 0 < operation.line <= len(lines):
        return None
    text = lines[operation.line - 1]
    return Place(operation.line, 0, operation.line, len(text), text)


def _program_repair(text: str) -> Repair:
    """The repair that puts `text` in the program's place; none if it is empty or no program."""
    if not text:
        return ()
    try:
        read_program(text)
    except Rejection:
        return ()
    return (("program", text),)


# Why a .grad is None


def why_none(story: Story, tensor: Tensor, error: Refusal | None, events: Sequence[Event]) -> str:
    """Say why ``.grad`` of a tensor that the program names is None."""
    node = story.watcher.node_of(tensor)
    operation = next(
        (each for each in story.watcher.operations if each.id == node or node.startswith(f"{each.id}:")), None
    )
    calls = [event for event in events if isinstance(event, BackwardCall)]
    if not tensor.requires_grad:
        return _why_untracked(story, tensor, node, operation)
    if tensor.grad_fn is not None and not tensor.retains_grad:
        return f"Not a leaf: {tensor.grad_fn.name().rpartition('::')[2]} hands its gradient on and keeps none."
    if not calls:
        return (
            "backward() was not called: the program stopped before its end." if error else "backward() was not called."
        )
    if all(call.is_grad for call in calls):
        return "torch.autograd.grad returns gradients and stores none."
    reached = any(step.node == node for call in calls for step in call.steps)
    failed = calls[-1].refusal is not None
    if reached and failed:
        return f"zero_grad() set it to None, and backward() number {len(calls)} stopped before it came here."
    if reached:
        return "It had a gradient, which was set to None since."
    if failed:
        return "backward() stopped before it reached this tensor."
    root = next((call.root for call in reversed(calls) if not call.is_grad), story.output)
    return f"{root} does not depend on it along a path that autograd follows."


def _why_untracked(story: Story, tensor: Tensor, node: str, operation: Operation | None) -> str:
    cuts = _cuts(story, node)
    cut = next((each for each in cuts if each.id == node), None)
    if cut is not None:
        return f"{cut.text} cut it off: the name now stands for a tensor that autograd does not follow."
    if not tensor.dtype.is_floating_point and not tensor.is_complex():
        dtype = str(tensor.dtype).removeprefix("torch.")
        return f"It holds {dtype}: only tensors of floats can have a gradient."
    if operation is None or (operation.entry in _CUTS and not cuts):
        return "A leaf, but requires_grad is False: it was made as data."
    if operation.entry == _GRAD:
        creates = any(each.creates and each.text == operation.text for each in story.runs)
        how = "does not depend on a leaf any more" if creates else "was computed without create_graph=True"
        return f"It is a gradient itself, and {how}."
    if not operation.recording:
        return "Computed under no_grad(): it has no grad_fn, and requires_grad is False."
    if cuts:
        return f"{' and '.join(each.text for each in cuts)} cut it off from every leaf that requires a gradient."
    return "Computed only from tensors that do not require a gradient."
