"""Sets, and what a program has of Python's ``collections``: all real, and none of them grows without a bound."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

import numpy as np

from primer_core.language.execution import owner_of
from primer_core.language.programs.iterators import Iterators
from primer_core.language.programs.python_names import COLLECTIONS
from primer_core.language.programs.scope import OwnNames, Scope
from primer_core.language.programs.values import Entries, Function, Once, Record

_MOST_FIELDS = 50

_OF_MANY = (
    "union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint", "update",
    "intersection_update", "difference_update", "symmetric_difference_update", "subtract",
)  # fmt: skip
"""Methods of sets, and of counters, that go through what they are given."""

_OF_ONE = ("add", "discard", "remove")


@dataclass(frozen=True, slots=True, eq=False)
class Factory:
    """What makes the entries of a ``defaultdict``, where it is the program's own.

    Parameters
    ----------
    value
        As the program has it.
    call
        Calls it.
    """

    value: Any
    call: Callable[..., Any]

    def __call__(self) -> Any:
        return self.call()

    def __repr__(self) -> str:
        return repr(self.value)

    def __deepcopy__(self, _: object) -> Factory:
        """Return itself, as Python does for a function."""
        return self


@dataclass(eq=False)
class Containers(Iterators):
    """Makes sets, and what there is of ``collections``."""

    def _of_collections(self, name: str, node: ast.Call) -> Any:
        """Call what ``collections`` has by a name."""
        known = (*(full.removeprefix("collections.") for full in COLLECTIONS if full), "namedtuple")
        if name not in known:
            message = f"collections.{name} is not known here. What is: {', '.join(known)}."
            raise self._rejection("unknown", message, node.func)
        positional, keywords = self._arguments(node)
        if name == "namedtuple":
            return self._record(positional, keywords, node)
        return self._contained(name, positional, keywords, node)

    def _contained(self, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Make a set, or one of what ``collections`` has."""
        made: Any
        match name, positional:
            case "set" | "frozenset", ():
                return set() if name == "set" else frozenset()
            case "set" | "frozenset", (values,):
                made = self._python(set if name == "set" else frozenset, (self._members(values, node),), node, keywords)
            case "defaultdict", (factory, *rest):
                made = self._python(defaultdict, (None, *rest), node, keywords)
                made.default_factory = self._factory(factory, node)
            case "deque", (values, *most):
                made = self._python(deque, (self._collected(values, node), *most), node, keywords)
            case "Counter", (values,) if not isinstance(values, dict):
                made = self._python(Counter, (self._members(values, node),), node, keywords)
            case _:
                made = self._python(COLLECTIONS[f"collections.{name}"], positional, node, keywords)
        self._check_grown(made, node)
        return made

    def _factory(self, value: Any, node: ast.AST) -> Any:
        if value is None or value in (int, float, list, dict, set, tuple, str, bool):
            return value
        called = self._callable(value, node)
        if called is None:
            raise self._error("TypeError", "first argument must be callable or None", node)
        return Factory(value, called)

    def _members(self, values: Any, node: ast.AST) -> Any:
        """Return what can be the entries of a set: a set as it is, whose order Python keeps, and else a list."""
        found = values if isinstance(values, set | frozenset | dict) else self._collected(values, node)
        for each in found:
            self._hashable(each, node)
        return found

    def _taken_in(self, holder: Any, name: str, positional: Sequence[Any], node: ast.AST) -> Sequence[Any]:
        """Return the arguments of a method of a set, a deque, a counter or a list, as Python's own takes them."""
        if isinstance(holder, set | frozenset | Counter):
            if name in _OF_MANY:
                return [self._members(each, node) for each in positional]
            if name in _OF_ONE:
                return [self._hashable(each, node) for each in positional]
        elif (name in ("extend", "extendleft") and positional) or (
            name == "update" and positional and isinstance(positional[0], Once | Entries)
        ):
            return (self._collected(positional[0], node), *positional[1:])
        return positional

    def _record(self, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> type[Record]:
        """Make the class that ``namedtuple`` makes, with Python's own errors for names that it does not take."""
        if len(positional) != 2 or set(keywords) - {"defaults"} or not isinstance(positional[0], str):
            message = "namedtuple takes a name and the names of the entries here: namedtuple('Point', ['x', 'y'])."
            raise self._rejection("refused", message, node)
        title, fields = positional
        names = (
            fields.replace(",", " ").split()
            if isinstance(fields, str)
            else list(map(str, self._collected(fields, node)))
        )
        if len(names) > _MOST_FIELDS:
            raise self._rejection("refused", f"A named tuple has at most {_MOST_FIELDS} entries here.", node)
        seen: set[str] = set()
        for name in (title, *names):
            if not name.isidentifier():
                words = f"Type names and field names must be valid identifiers: {name!r}"
            elif iskeyword(name):
                words = f"Type names and field names cannot be a keyword: {name!r}"
            elif name is not title and name.startswith("_"):
                words = f"Field names cannot start with an underscore: {name!r}"
            elif name is not title and name in seen:
                words = f"Encountered duplicate field name: {name!r}"
            else:
                seen |= {name} - {title}
                continue
            raise self._error("ValueError", words, node)
        defaults = tuple(self._collected(keywords.get("defaults") or (), node))
        if len(defaults) > len(names):
            raise self._error("TypeError", "Got more default values than field names", node)
        parameters = ast.arguments([], [ast.arg("_cls"), *map(ast.arg, names)], None, [], [], None, [])
        own = OwnNames(frozenset(("_cls", *names)))
        bind = Function(f"{title}.__new__", parameters, [], self.names, defaults, {}, own, None)
        members = {"__slots__": (), "__module__": "__main__", "names": tuple(names), "function": bind}
        made: Any = type(title, (Record,), members)
        kind: type[Record] = made
        return kind

    def _recorded(
        self, kind: type[Record], positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Record:
        """Make an object of a class that ``namedtuple`` made."""
        scope = Scope(kind.function.own, self.names)
        self._bind(kind.function, scope, (kind, *positional), keywords, node)
        return kind(scope.values_here[name] for name in kind.names)

    def _of_record(
        self, holder: Record, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Any:
        """Call a method of a named tuple."""
        if name == "_asdict":
            return dict(zip(holder.names, holder, strict=True))
        if name != "_replace":
            return self._python(getattr(tuple, name), (holder, *positional), node, keywords)
        unknown = [word for word in keywords if word not in holder.names]
        if unknown:
            raise self._error("ValueError", f"Got unexpected field names: {unknown!r}", node)
        kept = dict(zip(holder.names, holder, strict=True)) | dict(keywords)
        return type(holder)(kept.values())

    def _len_of(self, value: Any) -> int | None:
        """Return how many entries Python's own containers have; None for what is none, or known to the table."""
        if owner_of(value) is None and isinstance(value, dict | set | frozenset | deque | Entries | np.flatiter):
            return len(value)
        return None
