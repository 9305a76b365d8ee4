"""What checks of surprises share: a line is found in the program, and run again."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from primer_core.claims.running import Run
from tests.claims.program import Program
from tests.claims.recorded import Done, gradients, is_array, with_content
from tests.claims.running_checks import in_sight as sight_of
from tests.claims.running_checks import line, opened, statement_called
from tests.claims.source_checks import Between, Stopped, in_sight

LIBRARIES = {"np": np, "numpy": np, "torch": torch, "nn": nn, "F": functional}


def names_before(done: Done) -> dict[str, Any]:
    """What names were bound to when a line began, arrays with the numbers that they held then."""
    names: dict[str, Any] = {**LIBRARIES, **done.before}
    for name, content in done.cells_before.items():
        held: Any = done.before.get(name)
        if is_array(held):
            names[name] = with_content(held, content, done.shapes_before[name])
    return names


def statement_of(program: Program, run: Run) -> ast.stmt:
    return statement_called(opened(program.code), run[0])


def begun(program: Program, run: Run) -> tuple[Done, dict[str, Any]]:
    done = line(program, run)
    return done, {**sight_of(done), **names_before(done)}


def stands_there(code: str, program: Program, run: Run) -> ast.AST:
    """A part of the statement, by what stands in the program there."""
    source = opened(program.code)
    found = [
        node
        for node in ast.walk(statement_of(program, run))
        if isinstance(node, ast.expr | ast.stmt) and ast.get_source_segment(source, node) == code
    ]
    assert found, f"{code} does not stand there"
    return found[-1]


def written(node: ast.expr, program: Program) -> str:
    return ast.get_source_segment(opened(program.code), node) or ""


def numbers(value: Any) -> Any:
    return value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)


def computed(code: str, names: dict[str, Any]) -> Any:
    return eval(code, {**LIBRARIES, **names})


def made_of(claim: Any, program: Program) -> tuple[Any, dict[str, Any]]:
    """What a part of a line gives once more, and the names that it was computed of."""
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    if isinstance(node, ast.AugAssign):
        sign = ast.BinOp(ast.parse(ast.unparse(node.target), mode="eval").body, node.op, node.value)
        return computed(ast.unparse(ast.fix_missing_locations(sign)), names), names
    return computed(claim.code, names), names


def argument(claim: Any, program: Program, names: dict[str, Any]) -> Any:
    """The array of which a method or a function is asked."""
    return computed(ast.unparse(inner_of(stands_there(claim.code, program, claim.run))), names)


def inner_of(node: Any) -> ast.expr:
    """What stands for the array in a call: before the method, or first in the brackets of a library's function."""
    if isinstance(node.func, ast.Name):  # ``getattr(a, "T")``
        given: ast.expr = node.args[0]
        return given
    function = node.func.value
    while isinstance(function, ast.Attribute):
        function = function.value
    library = isinstance(function, ast.Name) and function.id in ("np", "torch", "F")
    found: ast.expr = node.args[0] if library else node.func.value
    return found


class Instead(ast.NodeTransformer):
    """Puts a name in the place of an expression, where that stands first."""

    def __init__(self, expression: ast.expr, name: str) -> None:
        self.wanted: str | None = ast.dump(expression)
        self.name = name

    def visit(self, node: ast.AST) -> ast.AST:
        if ast.dump(node) == self.wanted:
            self.wanted = None
            return ast.Name(self.name, ast.Load())
        return self.generic_visit(node)


def after_line(program: Program, run: tuple[int, int]) -> dict[str, Any]:
    """What names are bound to, live, where a line has ended: nothing after it has run."""
    seen: dict[str, Any] = {}

    def stop(frame: Any) -> None:
        seen.update(in_sight(frame))
        raise Stopped

    Between(opened(program.code), run, (0, 0), ended=stop).cells(())
    assert seen
    return seen


def at_the_end(program: Program, run: Run) -> dict[str, Any]:
    """What names are bound to where a line has ended, their objects as the rest of the program leaves them."""
    seen: dict[str, Any] = {}
    Between(opened(program.code), run, (0, 0), ended=lambda frame: seen.update(in_sight(frame))).cells(())
    assert seen
    return seen


def at_line(program: Program, run: Run) -> dict[str, Any]:
    """What names are bound to, live, where a line begins."""
    seen: dict[str, Any] = {}

    def stop(frame: Any) -> None:
        seen.update(in_sight(frame))
        raise Stopped

    Between(opened(program.code), run, (0, 0), begun=stop).cells(())
    assert seen
    return seen


def held_by(optimiser: Any) -> list[Any]:
    return [each for group in optimiser.param_groups for each in group["params"]]


def times_of(program: Program, number: int, until: Run) -> int:
    """How often a statement was begun until another one began."""
    counts: list[int] = []
    watched = Between(opened(program.code), until, (0, 0), begun=lambda _: None)

    def stop(_: Any) -> None:
        counts.append(watched.begins.get(number, 0))
        raise Stopped

    watched.begun = stop
    watched.cells(())
    return counts[0]


def within(code: str, node: ast.AST, program: Program) -> ast.expr:
    """A part of an expression, by what stands in the program there."""
    source = opened(program.code)
    found = [each for each in ast.walk(node) if each is not node and ast.get_source_segment(source, each) == code]
    assert found, f"{code} does not stand there"
    assert isinstance(found[0], ast.expr)
    return found[0]


def expression(code: str) -> Any:
    return ast.parse(code, mode="eval").body


def names_after(program: Program, run: tuple[int, int]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    Between(opened(program.code), run, run, ended=lambda frame: seen.update(in_sight(frame))).cells(())
    assert seen
    return seen


def every_gradient(names: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The gradients of all leaves in sight and of all networks, as they are now."""
    found = gradients(names)
    for name, network in names.items():
        if isinstance(network, torch.nn.Module):
            own = gradients(dict(network.named_parameters()))
            found |= {f"{name}.{path}": gradient for path, gradient in own.items()}
    return {name: gradient.clone() for name, gradient in found.items()}
