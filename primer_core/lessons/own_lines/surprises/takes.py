"""When it surprises what a function makes of its inputs: a third one, stacks of matrices, what a view keeps."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.takes import FirstTwoSwapped, KeepsAll, LastIsOut
from primer_core.language.execution import is_array
from primer_core.language.rejection import Place
from primer_core.lessons.own_lines.surprises.line import Line, numbers, with_argument

_PRODUCTS = ("np.matmul", "np.dot")


def _third(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        call = line.at(part.place)
        function = part.entry.removesuffix("(out=)")
        if not isinstance(call, ast.Call) or call.keywords or len(call.args) != 3:
            continue
        if not (part.entry.endswith("(out=)") or function in _PRODUCTS) or not function.startswith("np."):
            continue
        if any(isinstance(each, ast.Starred) for each in call.args) or not is_array(part.result):
            continue
        held = (*part.operands, *part.keywords.values())
        given = [*map(ast.unparse, call.args)]
        if (isinstance(line.node, ast.Expr) and line.node.value == call) or len(held) != 3 or given[2] in given[:2]:
            continue
        if _is_statement(line, call) or not _is_two(function):
            continue
        out = call.args[2]
        instead = _of_three(line, function, call, held)
        yield LastIsOut(line.run, part.place.text, line.text(call.func), line.text(out), instead)


def _is_statement(line: Line, call: ast.Call) -> bool:
    """Return whether a call stands alone in its line, so that nothing but its third argument takes the result."""
    return isinstance(line.node, ast.Expr) and ast.dump(line.node.value) == ast.dump(call)


def _is_two(function: str) -> bool:
    made = getattr(np, function.removeprefix("np."), None)
    return function == "np.dot" or getattr(made, "nin", 0) == 2


def _of_three(line: Line, function: str, call: ast.Call, held: tuple[Any, ...]) -> str:
    """Return what does with three arrays what a function does with two, as code; empty where nothing does."""
    name, texts = line.text(call.func), [line.text(each) for each in call.args]
    shapes = [np.shape(numbers(each) if is_array(each) else each) for each in held]
    if function not in _PRODUCTS:
        return f"{name}({name}({texts[0]}, {texts[1]}), {texts[2]})"
    makes = getattr(np, function.removeprefix("np."))
    try:
        makes(makes(*map(np.zeros, shapes[:2])), np.zeros(shapes[2]))
    except ValueError:
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            return ""
        return " * ".join(line.asked(each) for each in call.args)
    return f"{name}({name}({texts[0]}, {texts[1]}), {texts[2]})" if shapes[2] else ""


def _meshed(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "np.meshgrid" or len(part.operands) < 3 or part.keywords:
            continue
        if not isinstance(part.result, list | tuple):
            continue
        sizes = tuple(int(np.size(numbers(each) if is_array(each) else each)) for each in part.operands)
        gives = tuple(part.result[0].shape)
        if sizes[0] != sizes[1] and gives == (sizes[1], sizes[0], *sizes[2:]) and part.place.text.endswith(")"):
            instead = with_argument(part.place.text, 'indexing="ij"')
            yield FirstTwoSwapped(line.run, part.place.text, sizes, gives, instead)


def _keeps_all(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(_, "append"), [ast.Subscript() as view], [])):
            pass
        case ast.Assign([ast.Name()], ast.Subscript(ast.Call()) as view):
            pass
        case _:
            return
    place = Place.of(view, line.source)
    seen = next((each for each in line.step.views if each.place == place), None)
    if seen is None:
        return
    match view.value:
        case ast.Call(function) if not _is_of_named(line, function):
            pass
        case ast.Name(name) if sum(each.name == name for step in line.trace.steps for each in step.bound) > 1:
            pass
        case _:
            return
    text = line.text(view)
    copy = f"{text}.{'clone' if seen.of_torch else 'copy'}()"
    yield KeepsAll(line.run, text, line.text(view.value), seen.own, seen.whole, copy)


def _is_of_named(line: Line, node: ast.expr) -> bool:
    """Return whether what is called belongs to an array with a name, which may keep the memory anyway."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    seen = line.step.names.get(node.id) if isinstance(node, ast.Name) else None
    return seen is not None and seen.shape is not None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_third, _meshed, _keeps_all)
