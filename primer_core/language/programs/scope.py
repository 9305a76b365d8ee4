"""Where names stand: those of a function before those around it, as Python looks them up."""

from __future__ import annotations

import ast
from collections.abc import Iterator, MutableMapping
from typing import Any, NamedTuple


class OwnNames(NamedTuple):
    """Names that a function speaks of.

    Parameters
    ----------
    local
        Names that it binds: each is its own from the first line on, bound or not.
    elsewhere
        Names that ``nonlocal`` gives back to the scope around, and ``global`` to the program.
    of_program
        Those of them that ``global`` names.
    """

    local: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    of_program: frozenset[str] = frozenset()


class Scope(MutableMapping[str, Any]):
    """Names of a function, over those of the scope that it was written in.

    Parameters
    ----------
    own
        Names that the function speaks of.
    outer
        The scope around it.
    comprehends
        bool, whether it is a comprehension's, in which ``:=`` binds a name of the scope around it.

    Attributes
    ----------
    resumes
        bool, whether it is a generator's, to which a program comes back.
    """

    def __init__(self, own: OwnNames, outer: MutableMapping[str, Any], *, comprehends: bool = False) -> None:
        self.values_here: dict[str, Any] = {}
        self.local = own.local - own.elsewhere
        self.outer = outer
        self._elsewhere = own.elsewhere
        self._of_program = own.of_program
        self.comprehends = comprehends
        self.resumes = False

    def __getitem__(self, name: str) -> Any:
        if name in self.values_here:
            return self.values_here[name]
        if name in self.local:
            raise KeyError(name)
        return self._around(name)[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self._elsewhere:
            self._around(name)[name] = value
        else:
            self.values_here[name] = value

    def __delitem__(self, name: str) -> None:
        if name in self._elsewhere:
            del self._around(name)[name]
        else:
            del self.values_here[name]

    def _around(self, name: str) -> MutableMapping[str, Any]:
        """Return where a name stands that is not the function's own."""
        around = self.outer
        while name in self._of_program and isinstance(around, Scope):
            around = around.outer
        return around

    def __iter__(self) -> Iterator[str]:
        yield from self.values_here
        yield from (name for name in self.outer if name not in self.values_here and name not in self.local)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_unbound(self, name: str) -> bool:
        """Return whether a name is the function's own and not bound yet."""
        return name in self.local and name not in self.values_here


def names_bound(body: list[ast.stmt], arguments: ast.arguments) -> OwnNames:
    """Return the names that a function binds, and those that it gives back by ``global`` and ``nonlocal``."""
    bound = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    bound |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    elsewhere: set[str] = set()
    of_program: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name):
                bound.add(name)
                continue
            case ast.Lambda():
                continue
            case ast.ListComp() | ast.GeneratorExp() | ast.DictComp() | ast.SetComp():
                named = (each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
                bound |= {target.id for target in named}
                continue
            case ast.Global(names):
                elsewhere.update(names)
                of_program.update(names)
            case ast.Nonlocal(names):
                elsewhere.update(names)
            case ast.Name(name, ast.Store() | ast.Del()):
                bound.add(name)
            case ast.ExceptHandler(_, str(name)):
                bound.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(str(name)) | ast.MatchMapping(rest=str(name)):
                bound.add(name)
            case ast.alias(name, asname):
                bound.add(asname or name.partition(".")[0])
        waiting.extend(ast.iter_child_nodes(node))
    return OwnNames(frozenset(bound), frozenset(elsewhere), frozenset(of_program))
