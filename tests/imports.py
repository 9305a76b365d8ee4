"""The graph of imports of the project, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

Graph = Mapping[str, Set[str]]
"""By the dotted name of a module, the modules of the project that it imports."""


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return the syntax tree of each module of app, pages, ui and primer_core by its dotted name."""
    files = [
        PROJECT / "app.py",
        *(path for top in ("pages", "ui", "primer_core") for path in (PROJECT / top).rglob("*.py")),
    ]
    return {dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}


def dotted(path: Path) -> str:
    """Return a file's name as it is imported; a package's is that of its folder."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


@cache
def graph(*, for_types: bool = False) -> Graph:
    """Return who imports whom, within functions too; what only the type checker imports counts if `for_types`.

    ``from a import b`` imports the module ``a.b`` where there is one, else ``a``. That importing ``a.b`` runs ``a``
    first is left out: a lesson's package holds the whole lesson together, and imports all its modules.
    """
    return {name: frozenset(_imports(name, for_types=for_types)) for name in sources()}


def reached(module: str, within: Graph) -> frozenset[str]:
    """Return all modules that one imports, directly or by way of others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = within[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def circles(within: Graph) -> list[frozenset[str]]:
    """Return the strongly connected components of more than one module: those that all import each other."""
    reach = {module: reached(module, within) for module in within}
    found = {
        frozenset({other for other in reach[module] if module in reach[other]})
        for module in within
        if module in reach[module]
    }
    return sorted(found, key=sorted)


def _imports(name: str, *, for_types: bool) -> Iterator[str]:
    known = sources()
    for node in _nodes(known[name], for_types=for_types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                if module in known:
                    yield module
                elif node.module in known:
                    yield node.module


def _nodes(tree: ast.AST, *, for_types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not for_types:
            continue
        yield node
        yield from _nodes(node, for_types=for_types)
