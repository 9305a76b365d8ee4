"""Programs of PyTorch run as they stand, blocks and all, with an expression or a statement changed."""

from __future__ import annotations

import ast
import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from tests.claims.program import Names, Program, Ran


def whole(code: str, **given: Any) -> Ran:
    """Run code as it stands, so that what it catches does not end it; some names may be given beforehand."""
    names: Names = dict(given)
    printed = io.StringIO()
    error: Exception | None = None
    with warnings.catch_warnings(record=True), contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(compile(code, "program", "exec"), names)
        except Exception as raised:
            error = raised
    return Ran(names, error, printed.getvalue(), ())


def failed(code: str) -> str:
    """The words that end a program, also where it catches them itself; empty where nothing does."""
    error = Program(code).run().error
    return "" if error is None else str(error)


def texts(code: str) -> list[str]:
    """All expressions of a program, as code."""
    return [ast.unparse(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.expr)]


def normal(text: str) -> str:
    """A piece of code as Python writes it."""
    return ast.unparse(ast.parse(text))


def swapped(code: str, old: str, new: str) -> str:
    """The program with each occurrence of an expression replaced by another."""
    wanted, by = normal(old), ast.parse(new, mode="eval").body

    class Swap(ast.NodeTransformer):
        found = 0

        def visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, ast.expr) and ast.unparse(node) == wanted:
                self.found += 1
                return by
            return self.generic_visit(node)

    swap = Swap()
    changed = ast.unparse(ast.fix_missing_locations(swap.visit(ast.parse(code))))
    assert swap.found, f"no expression is {old}"
    return changed


def rewritten(code: str, text: str, into: Callable[[ast.stmt], list[ast.stmt]]) -> str:
    """The program with each statement that reads so replaced, at whatever depth."""
    wanted = normal(text)

    class Rewrite(ast.NodeTransformer):
        found = 0

        def visit(self, node: ast.AST) -> Any:
            if isinstance(node, ast.stmt) and ast.unparse(node) == wanted:
                self.found += 1
                return into(node)
            return self.generic_visit(node)

    rewrite = Rewrite()
    changed = ast.unparse(ast.fix_missing_locations(rewrite.visit(ast.parse(code))))
    assert rewrite.found, f"no statement is {text}"
    return changed


def without(code: str, text: str) -> str:
    """The program without a statement."""
    return rewritten(code, text, lambda _: [ast.Pass()])


def around(code: str, text: str, before: str = "", after: str = "") -> str:
    """The program with something run right before and right after a statement."""
    return rewritten(code, text, lambda node: [*ast.parse(before).body, node, *ast.parse(after).body])


def instead(code: str, text: str, other: str) -> str:
    """The program with one statement in the place of another."""
    return rewritten(code, text, lambda _: ast.parse(other).body)


def recording(code: str) -> str:
    """The program with what stands in ``with torch.no_grad():`` computed outside of it."""

    class Unwrap(ast.NodeTransformer):
        found = 0

        def visit_With(self, node: ast.With) -> Any:
            if ast.unparse(node.items[0]) == "torch.no_grad()":
                self.found += 1
                return node.body
            return self.generic_visit(node)

    unwrap = Unwrap()
    changed = ast.unparse(ast.fix_missing_locations(unwrap.visit(ast.parse(code))))
    assert unwrap.found, "nothing is computed under no_grad()"
    return changed


def attached(code: str, cuts: tuple[str, ...]) -> str:
    """The program with each expression that detaches replaced by what it detaches, the outer ones first."""
    for cut in sorted(cuts, key=len, reverse=True):
        code = swapped(code, cut, inner_of(cut))
    return code


def inner_of(cut: str) -> str:
    """What an expression detaches."""
    match ast.parse(cut, mode="eval").body:
        case ast.Call(ast.Attribute(inner, "detach"), []) | ast.Attribute(inner, "data"):
            return ast.unparse(inner)
        case ast.Call(ast.Attribute(ast.Name("torch"), "detach"), [inner]):
            return ast.unparse(inner)
    raise AssertionError(f"{cut} does not detach")


def with_keyword(code: str, word: str, call: int, method: str = "backward") -> str:
    """The program with a keyword more in one of its calls of a method, counted from 1 in the order of the text."""
    tree = ast.parse(code)
    calls = calls_of(tree, method)
    assert 0 < call <= len(calls), f"there is no call {call} of {method}"
    name, _, value = word.partition("=")
    calls[call - 1].keywords.append(ast.keyword(name, ast.parse(value, mode="eval").body))
    return ast.unparse(ast.fix_missing_locations(tree))


def without_keyword(code: str, name: str) -> str:
    """The program with a keyword left out of each call that has it."""
    tree = ast.parse(code)
    found = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            kept = [keyword for keyword in node.keywords if keyword.arg != name]
            found += len(node.keywords) - len(kept)
            node.keywords = kept
    assert found, f"no call has {name}"
    return ast.unparse(tree)


def calls_of(tree: ast.AST, method: str) -> list[ast.Call]:
    """All calls of a method or a function of a module, in the order of the text."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == method]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def nodes_behind(*tensors: Any) -> Iterator[Any]:
    """All nodes of the graph behind tensors."""
    seen: list[Any] = []
    todo = [tensor.grad_fn for tensor in tensors]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.append(node)
            todo += [parent for parent, _ in node.next_functions]
            yield node


def name_of(node: Any) -> str:
    """What the engine calls a node."""
    return str(node.name()).rpartition("::")[2]


def saved_by(node: Any) -> dict[str, Any]:
    """What a node has saved for its backward: tensors, and errors for those that it cannot give any more."""
    found: dict[str, Any] = {}
    for attribute in dir(node):
        if attribute.startswith("_raw_saved_"):
            name = "_saved_" + attribute.removeprefix("_raw_saved_")
            try:
                found[name] = getattr(node, name)
            except RuntimeError as error:
                found[name] = error
    return {name: value for name, value in found.items() if value is not None}


def tensors_of(ran: Ran) -> dict[str, Any]:
    """The names that stand for tensors."""
    import torch

    return {name: value for name, value in ran.names.items() if isinstance(value, torch.Tensor)}
