"""What helps where a parameter, a state or a loss has become something else: a result, a dict, a number."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from primer_core.language.parsing import code_expression
from primer_core.lessons.own_lines.failing import statements_of, wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure
from primer_core.lessons.own_lines.surprises.line import with_argument

_SIGNS: Mapping[type[ast.operator], str] = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}


def _as_parameter(failure: Failure) -> Iterator[Candidate]:
    """Change a parameter in place where its own numbers go on, else make a parameter of what takes its place.

    What was computed of other parameters is none: a parameter made of it would no longer follow them.
    """
    match failure.failing.statement:
        case ast.Assign([ast.Attribute() as target], ast.BinOp(left, sign, right)) if (
            ast.unparse(left) == ast.unparse(target) and type(sign) in _SIGNS
        ):
            change = f"{failure.text(target)} {_SIGNS[type(sign)]} {failure.text(right)}"
            here = "" if "no_grad" in failure.trace.source else "with torch.no_grad(): "
            yield failure.instead(failure.failing.statement, here + change)
        case ast.Assign([ast.Attribute()], value):
            if all(each.leaf for each in failure.operands):
                yield failure.instead(value, f"nn.Parameter({failure.text(value)})")


def _leaf_of_result(failure: Failure) -> Iterator[Candidate]:
    """Ask for gradients of what was computed, where that was asked of what it was computed of."""
    given = failure.positional()[:1]
    for name in [each.id for node in given for each in ast.walk(node) if isinstance(each, ast.Name)]:
        bound = failure.binding(name)
        for node in () if bound is None else ast.walk(bound.value):
            match node:
                case ast.Call(_, _, [*_, ast.keyword("requires_grad", ast.Constant(True)) as word]) as call if (
                    bound is not None and call is not bound.value
                ):
                    place, inner = failure.place(bound.value), failure.place(word.value)
                    text, ends = place.text, failure.place(call).end_column
                    begins = text.rindex("requires_grad", 0, inner.column - place.column)
                    kept = text[:begins].rstrip().rstrip(",") + text[inner.end_column - place.column :]
                    if place.line == place.end_line and ends > inner.end_column:
                        whole = code_expression(kept)
                        yield Candidate(place, f"{wrapped(whole, kept)}.requires_grad_()", "making")


def whole_parameter(failure: Failure) -> Iterator[Candidate]:
    """Make a parameter of the whole of what a network was given, where a result of one was given."""
    for statement in statements_of(failure.trace.source):
        match statement:
            case ast.Assign([ast.Attribute(ast.Name("self"))], ast.BinOp() as value):
                pass
            case _:
                continue
        inner = [each for each in ast.walk(value) if isinstance(each, ast.Call) and _makes_parameter(each)]
        place = failure.place(value)
        if len(inner) == 1 and len(inner[0].args) == 1 and place.line == place.end_line:
            call, given = failure.place(inner[0]), inner[0].args[0]
            bare = failure.text(given) if not isinstance(given, ast.BinOp) else f"({failure.text(given)})"
            begin, end = call.column - place.column, call.end_column - place.column
            text = place.text[:begin] + bare + place.text[end:]
            yield Candidate(place, f"{failure.text(inner[0].func)}({text})", "making")


def _makes_parameter(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("nn.Parameter", "torch.nn.Parameter", "Parameter") and not call.keywords


def of_added_numbers(failure: Failure, asked: ast.expr) -> Iterator[Candidate]:
    """Add up losses as the tensors that they are, where ``item()`` made numbers of them on the way to a sum."""
    if not isinstance(asked, ast.Name):
        return
    for statement in statements_of(failure.trace.source):
        match statement:
            case ast.AugAssign(ast.Name(name), ast.Add(), ast.Call(ast.Attribute(loss, "item"), [], []) as call):
                pass
            case ast.Assign(
                [ast.Name(name)],
                ast.BinOp(ast.Name(again), ast.Add(), ast.Call(ast.Attribute(loss, "item"), [], []) as call),
            ) if again == name:
                pass
            case _:
                continue
        if name == asked.id and statement.lineno < failure.failing.statement.lineno:
            yield Candidate(failure.place(call), failure.text(loss), "making")


def of_state(failure: Failure) -> Iterator[Candidate]:
    """Load a state into a network that is made as the one was that it was taken of, where it was called itself."""
    match failure.node:
        case ast.Call(ast.Name(name)) | ast.Attribute(ast.Name(name)) if "OrderedDict" in failure.failing.scope.get(
            name, ""
        ):
            bound = failure.binding(name)
        case _:
            return
    match None if bound is None else bound.value:
        case ast.Call(ast.Attribute(ast.Name("torch"), "load")) as value:
            owners = [owner for owner in map(_saved, statements_of(failure.trace.source)) if owner]
        case ast.Call(ast.Attribute(ast.Name(owner), "state_dict"), [], []) as value:
            owners = [owner]
        case _:
            return
    for owner in dict.fromkeys(owners):
        made = failure.binding(owner)
        if bound is not None and made is not None and isinstance(made.value, ast.Call) and owner != name:
            line = f"{name} = {failure.text(made.value)}; {name}.load_state_dict({failure.text(value)})"
            yield Candidate(failure.place(bound), line, "making")


def _saved(statement: ast.stmt) -> str:
    """Return the name of the network whose state a statement saves."""
    match statement:
        case ast.Expr(
            ast.Call(ast.Attribute(ast.Name("torch"), "save"), [ast.Call(ast.Attribute(ast.Name(owner), method)), *_])
        ) if method == "state_dict":
            return owner
    return ""


def _of_this_batch(failure: Failure) -> Iterator[Candidate]:
    """Make the first state of a recurrent layer for each batch, or leave out the last, smaller batch."""
    match failure.node:
        case ast.Call(ast.Name(layer), [ast.Name(given), ast.Name(state)]):
            bound = failure.binding(state)
        case _:
            return
    match None if bound is None else bound.value:
        case ast.Call(ast.Attribute(ast.Name("torch"), "zeros" | "ones" | "randn"), [_, batch, _]) if bound is not None:
            axis = 0 if _is_batch_first(failure, layer) else 1
            text, place = failure.text(bound), failure.place(bound)
            inner = failure.place(batch)
            begin, end = inner.column - place.column, inner.end_column - place.column
            line = f"{text[:begin]}{given}.size({axis}){text[end:]}"
            yield failure.before(failure.failing.statement, line)
    for statement in statements_of(failure.trace.source):
        for node in ast.walk(statement) if not hasattr(statement, "body") else ast.walk(_head(statement)):
            match node:
                case ast.Call(function, [_, *_], words) if ast.unparse(function).rpartition(".")[2] == "DataLoader":
                    if all(word.arg != "drop_last" for word in words):
                        yield Candidate(
                            failure.place(node), with_argument(failure.text(node), "drop_last=True"), "making"
                        )


def _head(statement: ast.stmt) -> ast.AST:
    return statement.iter if isinstance(statement, ast.For) else ast.Pass()


def _is_batch_first(failure: Failure, layer: str) -> bool:
    bound = failure.binding(layer)
    words = bound.value.keywords if bound is not None and isinstance(bound.value, ast.Call) else []
    return any(word.arg == "batch_first" and ast.unparse(word.value) == "True" for word in words)


def _packed(failure: Failure) -> Iterator[Candidate]:
    """Have sequences sorted where they are packed; an argument that says so already is another matter."""
    if isinstance(failure.node, ast.Call) and all(word.arg != "enforce_sorted" for word in failure.node.keywords):
        yield failure.whole(with_argument(failure.failing.place.text, "enforce_sorted=False"))


def _first_is_batch(failure: Failure) -> Iterator[Candidate]:
    """Tell an attention that axis 0 of its input is the batch."""
    match failure.node:
        case ast.Call(ast.Name(layer)) if not _is_batch_first(failure, layer):
            bound = failure.binding(layer)
            if bound is not None and isinstance(bound.value, ast.Call):
                made = with_argument(failure.text(bound.value), "batch_first=True")
                yield Candidate(failure.place(bound.value), made, "making")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    "parameter_type": _as_parameter,
    "optimizer_leaf": _leaf_of_result,
    "hidden": _of_this_batch,
    "mask_shape": _first_is_batch,
    "unsorted": _packed,
}
"""By the kind of the message."""
