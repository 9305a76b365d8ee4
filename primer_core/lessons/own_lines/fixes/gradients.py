"""What helps where gradients are asked for, or are in the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from primer_core.lessons.own_lines.causes.gradients import (
    carried,
    list_for_numpy,
    loop_between,
    made_beside,
    of_another_network,
)
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, each_ended
from primer_core.lessons.own_lines.reruns.saved import changed_since, freed_before
from primer_core.lessons.own_lines.surprises.line import goes_back


def _detached(failure: Failure) -> Iterator[Candidate]:
    listed = list_for_numpy(failure.failing)
    if listed is not None and isinstance(failure.node, ast.Call):
        _, plain, twin = listed
        if twin:
            yield failure.whole(twin)
        yield failure.instead(failure.node.args[0], plain)
    yield from each_ended(failure.operands, ".detach()")


def _unrecorded(failure: Failure) -> Iterator[Candidate]:
    """Compute a new tensor where one is bound; else change the leaf where nothing is recorded."""
    match failure.failing.statement, failure.node:
        case ast.Assign([ast.Name()]), ast.Call(ast.Attribute(attr=name) as function) if name.endswith("_"):
            yield failure.instead(function, failure.text(function).removesuffix("_"))
            return  # a change that is not recorded would give the leaf no gradient
    place = failure.place(failure.failing.statement)
    if place.line == place.end_line:
        yield Candidate(place, f"with torch.no_grad(): {place.text}")


def _again(failure: Failure) -> Iterator[Candidate]:
    """Compute the loss again before its second backward, or keep the graph of the first."""
    node = failure.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    for statement, own in carried(failure.trace):
        yield failure.before(statement, "; ".join(f"{name} = {name}.detach()" for name in own))
    network = of_another_network(failure.trace)
    if network is not None:
        yield Candidate(failure.place(network.given), f"{network.name}.detach()", "making")
        return  # with the graph kept, the first network would get the gradient of both
    yield from _parted(failure)
    yield from _kept_for_later(failure)
    bound = _bound(failure, node.func.value)
    if bound is not None:
        yield failure.before(failure.failing.statement, failure.text(bound))
        steps = [bound]
        for step in steps:  # what it was computed of is computed again, too
            names = (each for each in ast.walk(step.value) if isinstance(each, ast.Name))
            found = (failure.binding(each.id) for each in names if failure.failing.scope.get(each.id) == "Tensor")
            steps.extend(each for each in found if each is not None and each not in steps and not _begins(each))
        steps.sort(key=lambda step: step.lineno)
        yield failure.before(failure.failing.statement, "; ".join(map(failure.text, steps)))
    between = ", " if node.args or node.keywords else ""
    yield failure.whole(f"{failure.failing.place.text[:-1]}{between}retain_graph=True)")


def _parted(failure: Failure) -> Iterator[Candidate]:
    """Hand on the numbers alone of what was computed before the loop, or compute it in each round."""
    freed = freed_before(failure.trace)
    if freed is None or len(freed.names) != 1:
        return
    (name,), made = freed.names, freed.made[0].statement
    loop = loop_between(failure.trace, made, failure.failing.statement)
    if loop is None or not isinstance(made, ast.Assign) or freed.made[0].gives != name:
        return
    reading = [each for each in loop.body if isinstance(each, ast.Assign) and len(_read(each, name)) == 1]
    reading = [each for each in reading if each.lineno == each.end_lineno]
    for each in reading[:1]:
        (read,) = _read(each, name)
        if any(_learns(failure, of) for of in ast.walk(made.value)):
            yield failure.before(each, failure.text(made))
            return  # without that way back it would learn nothing
        yield Candidate(failure.place(read), f"{name}.detach()", "making")
    for word in ast.walk(made.value):
        match word:
            case ast.Call(_, _, [*_, ast.keyword("requires_grad", ast.Constant(True))]):
                less = ast.Call(word.func, word.args, word.keywords[:-1])
                yield Candidate(failure.place(word), ast.unparse(less), "making")


def _read(node: ast.AST, name: str) -> list[ast.Name]:
    """Return where a name is read."""
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    return [each for each in names if each.id == name]


def _learns(failure: Failure, node: ast.AST) -> bool:
    """Return whether a node is a name of what requires a gradient, or of a network with numbers to learn."""
    if not isinstance(node, ast.Name):
        return False
    seen = failure.seen.get(node.id)
    forwards = (forward for step in failure.trace.steps for forward in step.forwards)
    return (seen is not None and seen.requires) or any(
        forward.called == node.id and forward.trainable for forward in forwards
    )


def _kept_for_later(failure: Failure) -> Iterator[Candidate]:
    """Keep the graph in the one backward before, where both stand in a row at the top of the program."""
    before = [
        call
        for statement in failure.statements_before()
        for call in ([statement.value] if isinstance(statement, ast.Expr) else [])
        if statement.col_offset == 0 and goes_back(getattr(call, "func", call))
    ]
    match before:
        case [ast.Call(_, [], []) as call] if failure.failing.statement.col_offset == 0:
            yield Candidate(failure.place(call), f"{failure.text(call)[:-1]}retain_graph=True)", "making")


def _begins(statement: ast.Assign) -> bool:
    """Return whether a statement makes a leaf."""
    return any(isinstance(each, ast.keyword) and each.arg == "requires_grad" for each in ast.walk(statement))


def _bound(failure: Failure, node: ast.AST) -> ast.Assign | None:
    return failure.binding(node.id) if isinstance(node, ast.Name) else None


def _on_a_copy(failure: Failure) -> Iterator[Candidate]:
    """Copy a tensor before it is changed in place, where the way back needs it as it was, or end the way before it."""
    yield from _ended_before(failure)
    for statement in failure.statements_before():
        match statement:
            case ast.AugAssign(ast.Name(name)) | ast.AugAssign(ast.Subscript(ast.Name(name))):
                yield failure.before(statement, f"{name} = {name}.clone()")
            case ast.Assign([ast.Subscript(ast.Name(name))]):
                yield failure.before(statement, f"{name} = {name}.clone()")
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), method))) if method.endswith("_"):
                yield failure.before(statement, f"{name} = {name}.clone()")


def _ended_before(failure: Failure) -> Iterator[Candidate]:
    """End the way back of a loss before what an optimiser's step has changed since."""
    found = changed_since(failure.trace)
    node = failure.node
    if found is None or not (found.by.steps or found.learns):
        return
    name = found.gives
    match node:
        case ast.Call(ast.Attribute(ast.Name(loss), "backward")) if name and name != loss:
            bound = failure.binding(loss)
        case _:
            return
    if bound is None:
        return
    if len(read := _read(bound.value, name)) == 1:
        yield Candidate(failure.place(read[0]), f"{name}.detach()", "making")
        return
    for each in dict.fromkeys(each.id for each in ast.walk(bound.value) if isinstance(each, ast.Name)):
        between = failure.binding(each, bound)
        if between is not None and len(read := _read(between.value, name)) == 1:
            whole, column = failure.text(between), read[0].col_offset - between.col_offset
            yield failure.before(bound, f"{whole[:column]}{name}.detach(){whole[column + len(name) :]}")


def _one_number(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args and failure.operands:
        operand = failure.operands[-1]
        yield from each_ended((operand,), ".sum()", ".mean()")


def _recorded(failure: Failure) -> Iterator[Candidate]:
    """Ask for gradients before the line that computes what has none."""
    node = failure.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    waiting: list[ast.AST] = [node.func.value]
    seen: set[str] = set()
    if not isinstance(node.func.value, ast.Name):  # what is asked for its slopes is computed in this very line
        for asked in dict.fromkeys(each.id for each in ast.walk(node.func.value) if isinstance(each, ast.Name)):
            if failure.failing.scope.get(asked) == "Tensor":
                yield failure.before(failure.failing.statement, f"{asked}.requires_grad_()")
    while waiting:
        for name in [each for each in ast.walk(waiting.pop()) if isinstance(each, ast.Name)]:
            if name.id in seen or name.id not in failure.failing.scope:
                continue
            seen.add(name.id)
            bound = failure.binding(name.id)
            if bound is not None:
                waiting.append(bound.value)
                for inner in ast.walk(bound.value):
                    if isinstance(inner, ast.Name) and failure.failing.scope.get(inner.id) == "Tensor":
                        yield failure.before(bound, f"{inner.id}.requires_grad_()")


def _parameters(failure: Failure) -> Iterator[Candidate]:
    """Give an optimiser a model's parameters, or a tensor in a list."""
    node = failure.node
    if isinstance(node, ast.Call) and node.args:
        given = failure.text(node.args[0])
        yield failure.instead(
            node.args[0], f"{given}.parameters()" if failure.kind == "optimizer_layers" else f"[{given}]"
        )


def _without_gradient(failure: Failure) -> Iterator[Candidate]:
    """Take a gradient away that was to be 0, or fill it with zeros."""
    match failure.failing.statement:
        case ast.Assign([ast.Attribute(attr="grad") as gradient], ast.Constant(int() | float() as number) as value):
            if number == 0:
                yield failure.instead(value, "None")
                yield failure.instead(failure.failing.statement, f"{failure.text(gradient)}.zero_()")


def _metric(failure: Failure) -> Iterator[Candidate]:
    """Tell a schedule that waits for a plateau the loss that was gone back from."""
    match failure.node:
        case ast.Call(ast.Attribute(ast.Name(name), "step"), [], []):
            if failure.failing.scope.get(name) != "ReduceLROnPlateau":
                return
            for statement in failure.statements_before():
                match statement:
                    case ast.Expr(ast.Call(ast.Attribute(ast.Name(loss), "backward"))):
                        yield failure.whole(f"{name}.step({loss})")
                        return


def _unused(failure: Failure) -> Iterator[Candidate]:
    """Take the gradient by what was made into it, or None for that of what a result was not computed of."""
    beside = made_beside(failure.trace)
    if beside is not None and beside.instead:
        holders = (each for each in ast.walk(failure.failing.statement) if isinstance(each, ast.Subscript))
        first = [each for each in holders if each.value is failure.node and ast.unparse(each.slice) == "0"]
        if first:
            yield failure.instead(first[0], beside.instead)
        elif getattr(failure.failing.statement, "value", None) is failure.node:
            alone = isinstance(failure.failing.statement, ast.Expr)
            yield failure.whole(beside.instead if alone else f"({beside.instead},)")
    if isinstance(failure.node, ast.Call) and all(word.arg != "allow_unused" for word in failure.node.keywords):
        yield failure.whole(f"{failure.failing.place.text[:-1].rstrip().rstrip(',')}, allow_unused=True)")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    "numpy_grad": _detached,
    "requires_grad_result": _detached,
    "leaf_in_place": _unrecorded,
    "leaf_view_in_place": _unrecorded,
    "backward_twice": _again,
    "backward_shape": _one_number,
    "changed_in_place": _on_a_copy,
    "no_grad_fn": _recorded,
    "unused": _unused,
    "grad_assigned": _without_gradient,
    "argument_missing": _metric,
    "optimizer_layers": _parameters,
    "optimizer_list": _parameters,
}
"""By the kind of the message."""
