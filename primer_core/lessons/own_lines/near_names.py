"""Methods of a program's classes whose names are nearly those that Python or PyTorch calls by itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from primer_core.lessons.own_lines.failing import nodes_of, statements_of

_CALLED = ("init", "len", "getitem", "setitem", "call", "iter", "next", "contains", "enter", "exit")
_KNOWN = frozenset(
    name for kind in (object, int, float, list, dict, type, complex, set, str, Exception) for name in dir(kind)
) | {"__next__", "__enter__", "__exit__", "__missing__", "__getitems__", "__post_init__", "__call__", "__getattr__"}
_FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Near:
    """A method that nothing calls.

    Parameters
    ----------
    owner
        Name of its class.
    method, meant
        Its name, and the one that is called.
    line
        int, where it is defined.
    sets
        Attributes that it alone sets.
    """

    owner: str
    method: str
    meant: str
    line: int
    sets: tuple[str, ...]


def near_names(source: str) -> Iterator[Near]:
    """Go through the methods of a program that are named nearly as one that is called, and that nothing calls."""
    classes = [each for each in statements_of(source) if isinstance(each, ast.ClassDef)]
    own = {each.name for each in classes}
    for owner in classes:
        bases = [ast.unparse(each) for each in owner.bases]
        if own & set(bases) or owner.decorator_list or owner.keywords:
            continue
        methods = [each for each in owner.body if isinstance(each, ast.FunctionDef)]
        names = {each.name for each in methods}
        is_module = any(each.rpartition(".")[2] == "Module" for each in bases)
        for method in methods:
            meant = _meant(method, is_module=is_module)
            if meant and meant not in names and not method.decorator_list and not _is_used(source, method):
                others = {name for each in methods if each is not method for name in _sets(each)}
                sets = tuple(each for each in dict.fromkeys(_sets(method)) if each not in others)
                yield Near(owner.name, method.name, meant, method.lineno, sets)


def renamed(source: str, near: Near) -> str:
    """Return a program in which the method has the name that is called."""
    return re.sub(rf"(?<!\w){re.escape(near.method)}(?!\w)", near.meant, source)


def _meant(method: ast.FunctionDef, *, is_module: bool) -> str:
    """Return which name that is called a method's name is nearly; empty where it is none, or is such a name."""
    name = method.name
    core = name.replace("_", "").lower()
    if is_module and name != _FORWARD and _is_near(core, _FORWARD, 1):
        return _FORWARD
    if name == "__int__":
        return "__init__" if len(method.args.args) > 1 or any(_sets(method)) else ""
    if name in _KNOWN or not (name.startswith("_") or name.endswith("_")):
        return ""
    dunder = name.startswith("__") and name.endswith("__")
    for each in _CALLED:
        if core == each or (dunder and _is_near(core, each, 1)):
            return f"__{each}__"
    return ""


def _is_near(name: str, wanted: str, most: int) -> bool:
    """Return whether a name is another one but for a letter too many, too few or wrong, or two that are swapped."""
    if abs(len(name) - len(wanted)) > most or len(wanted) < 4:
        return name == wanted
    if sorted(name) == sorted(wanted) and sum(one != other for one, other in zip(name, wanted, strict=True)) == 2:
        return True
    same = 0
    while same < min(len(name), len(wanted)) and name[same] == wanted[same]:
        same += 1
    one, other = name[same:], wanted[same:]
    return one == other or one[1:] == other or one == other[1:] or one[1:] == other[1:]


def _is_used(source: str, method: ast.FunctionDef) -> bool:
    """Return whether anything outside of a method asks for it by its name, or by a text."""
    inside = set(ast.walk(method))
    for node in nodes_of(source):
        match node:
            case ast.Attribute(_, name) | ast.Name(name) | ast.Constant(str(name)) if name == method.name:
                if node not in inside:
                    return True
    return False


def _sets(method: ast.FunctionDef) -> Sequence[str]:
    """Return the attributes of its object that a method sets."""
    this = method.args.args[0].arg if method.args.args else ""
    found = []
    for node in ast.walk(method):
        match node:
            case ast.Attribute(ast.Name(holder), name, ast.Store()) if holder == this:
                found.append(name)
    return found
