"""When gradients surprise: a leaf is bound anew, a branch is left out too late, backward() is given a tensor."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.gradients import LeafLeftBehind
from primer_core.lessons.own_lines.surprises.line import Line

_SIGNS = {ast.Sub: "-=", ast.Add: "+="}


def _left_behind(line: Line) -> Iterator[Claim]:
    before = {} if line.before is None else line.before.names
    for name, value in _pairs(line.node):
        match value:
            case ast.BinOp(ast.Name(left) | ast.Attribute(ast.Name(left), "data"), (ast.Sub() | ast.Add()) as sign, by):
                pass
            case _:
                continue
        old, new = before.get(name), line.step.names.get(name)
        if left != name or old is None or new is None or old.recorded or not old.requires:
            continue
        if new.requires or new.shape != old.shape or new.dtype != old.dtype or new.number == old.number:
            continue
        if not any(_asks_again(each, name) for each in line.everywhere()):
            yield LeafLeftBehind(line.run, name, line.text(value), f"{name} {_SIGNS[type(sign)]} {line.text(by)}")


def _pairs(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Go through names that a statement binds, and what each is bound to."""
    match node:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
            yield name, value
        case ast.Assign([ast.Tuple(names)], ast.Tuple(values)) if len(names) == len(values):
            for target, value in zip(names, values, strict=True):
                if isinstance(target, ast.Name):
                    yield target.id, value


def _asks_again(node: ast.AST, name: str) -> bool:
    """Return whether a node asks for a gradient of a name anew."""
    match node:
        case ast.Attribute(ast.Name(of), "requires_grad_"):
            return of == name
        case ast.Attribute(ast.Name(of), "requires_grad", ast.Store()):
            return of == name
    return False


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_left_behind,)
