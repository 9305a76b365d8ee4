"""Where names stand: those of a function before those around it, as Python looks them up."""

from __future__ import annotations

import ast
from collections.abc import Iterator, MutableMapping
from typing import Any


class Scope(MutableMapping[str, Any]):
    """Names of a function, over those of the scope that it was written in.

    Parameters
    ----------
    local
        Names that the function binds: each is its own from the first line on, bound or not.
    outer
        The scope around it.
    elsewhere
        Names that ``global`` and ``nonlocal`` give back to scopes around.
    comprehends
        bool, whether it is a comprehension's, in which ``:=`` binds a name of the scope around it.

    Attributes
    ----------
    resumes
        bool, whether it is a generator's, to which a program comes back.
    """

    def __init__(
        self,
        local: frozenset[str],
        outer: MutableMapping[str, Any],
        elsewhere: frozenset[str] = frozenset(),
        *,
        comprehends: bool = False,
    ) -> None:
        self.values_here: dict[str, Any] = {}
        self.local = local - elsewhere
        self.outer = outer
        self._elsewhere = elsewhere
        self.comprehends = comprehends
        self.resumes = False

    def __getitem__(self, name: str) -> Any:
        if name in self.values_here:
            return self.values_here[name]
        if name in self.local:
            raise KeyError(name)
        return self.outer[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self._elsewhere:
            self.outer[name] = value
        else:
            self.values_here[name] = value

    def __delitem__(self, name: str) -> None:
        if name in self._elsewhere:
            del self.outer[name]
        else:
            del self.values_here[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.values_here
        yield from (name for name in self.outer if name not in self.values_here and name not in self.local)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_unbound(self, name: str) -> bool:
        """Return whether a name is the function's own and not bound yet."""
        return name in self.local and name not in self.values_here


def names_bound(body: list[ast.stmt], arguments: ast.arguments) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a function binds, and those that it gives back by ``global`` and ``nonlocal``."""
    bound = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    bound |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    elsewhere: set[str] = set()
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
            case ast.Global(names) | ast.Nonlocal(names):
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
    return frozenset(bound), frozenset(elsewhere)
