"""What gives values one after the other: ``zip``, ``map`` and their like, and Python's ``itertools``."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from primer_core.language.evaluator import SIGNS
from primer_core.language.limits import thousands
from primer_core.language.programs.expressions import MAX_GIVEN
from primer_core.language.programs.functions import Functions
from primer_core.language.programs.python_names import ITERTOOLS
from primer_core.language.programs.values import Once

_MOST_REPEATS = 20
"""Times that ``product`` repeats its arguments."""

_OF_ONE_POOL = ("combinations", "combinations_with_replacement", "permutations")
_ASKING = ("dropwhile", "filterfalse", "takewhile")


@dataclass(eq=False)
class Iterators(Functions):
    """Makes what can be gone through once."""

    def _of_itertools(self, name: str, node: ast.Call) -> Any:
        """Call a function of ``itertools``."""
        if name not in ITERTOOLS:
            message = f"itertools.{name} is not known here. What is: {', '.join(ITERTOOLS)}."
            raise self._rejection("unknown", message, node.func)
        positional, keywords = self._arguments(node)
        source = self._source_of(name, positional, keywords, node)
        if source is None:
            message = f"itertools.{name} is not run here with these arguments. A loop says the same."
            raise self._rejection("unread", message, node)
        return self._once(f"itertools.{name.partition('.')[0]}", source, node)

    def _source_of(
        self, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.Call
    ) -> Iterable[Any] | None:
        """Return what gives the values of a function of ``itertools``; None for arguments that it does not take."""
        numbers = [each for each in (*positional, *keywords.values()) if type(each) is int]
        if name not in ("count", "repeat") and any(abs(each) > MAX_GIVEN for each in numbers):
            message = f"Numbers go up to {thousands(MAX_GIVEN)} in itertools.{name} here."
            raise self._rejection("refused", message, node)
        match name, positional, dict(keywords):
            case "product", columns, more if set(more) <= {"repeat"}:
                if more.get("repeat", 1) > _MOST_REPEATS:
                    message = f"itertools.product repeats at most {_MOST_REPEATS} times here."
                    raise self._rejection("refused", message, node)
                return self._real(itertools.product, self._all(columns, node), node, more)
            case _, (values, *more), named if name in _OF_ONE_POOL:
                return self._real(getattr(itertools, name), (self._collected(values, node), *more), node, named)
            case "chain", columns, {**rest} if not rest:
                return (each for column in columns for each in self._each(column, node))
            case "chain.from_iterable", (columns,), {**rest} if not rest:
                outer = self._each(columns, node)
                return (each for column in outer for each in self._each(column, node))
            case "accumulate", (values, *function), more if set(more) <= {"func", "initial"} and len(function) < 2:
                chosen = function[0] if function else more.get("func")
                begun = () if more.get("initial") is None else (more["initial"],)
                return self._accumulated(itertools.chain(begun, self._each(values, node)), chosen, node)
            case "zip_longest", columns, more if set(more) <= {"fillvalue"}:
                return itertools.zip_longest(*(self._each(column, node) for column in columns), **more)
            case "islice", (values, *bounds), {**rest} if not rest:
                return self._real(itertools.islice, (self._each(values, node), *bounds), node)
            case "count" | "repeat", _, named:
                return self._real(getattr(itertools, name), positional, node, named)
            case "cycle" | "pairwise", (values,), {**rest} if not rest:
                made: Iterable[Any] = getattr(itertools, name)(self._each(values, node))
                return made
            case "compress", (values, chosen), {**rest} if not rest:
                return itertools.compress(self._each(values, node), self._each(chosen, node))
            case "starmap", (function, values), {**rest} if not rest:
                called, outer = self._needed(function, node), self._each(values, node)
                return (called(*self._collected(each, node)) for each in outer)
            case _, (function, values), {**rest} if name in _ASKING and not rest:
                asked = self._asking(function, node)
                found: Iterable[Any] = getattr(itertools, name)(asked, self._each(values, node))
                return found
            case "groupby", (values, *key), more if set(more) <= {"key"} and len(key) < 2:
                function = key[0] if key else more.get("key")
                by = None if function is None else self._needed(function, node)
                groups = itertools.groupby(self._each(values, node), by)
                return ((word, self._once("itertools._grouper", group, node)) for word, group in groups)
        return None

    def _real(
        self,
        function: Callable[..., Any],
        positional: Sequence[Any],
        node: ast.AST,
        keywords: Mapping[str, Any] = {},
    ) -> Iterator[Any]:
        found: Iterator[Any] = self._python(function, positional, node, keywords)
        return found

    def _asking(self, function: Any, node: ast.AST) -> Callable[[Any], bool]:
        """Return what a value is asked for, as ``filter`` asks: whether it is true, for no function."""
        called = None if function is None else self._needed(function, node)

        def asked(value: Any) -> bool:
            self._count(node)
            return self._as_truth(value if called is None else called(value), node)

        return asked

    def _accumulated(self, values: Iterator[Any], function: Any, node: ast.AST) -> Iterator[Any]:
        called = None if function is None else self._needed(function, node)
        total, begun = None, False
        for value in values:
            if not begun:
                total, begun = value, True
            elif called is not None:
                total = called(total, value)
            else:
                total = self._computed(*SIGNS["+"], total, value, node)
            yield total

    def _reduced(self, positional: Sequence[Any], node: ast.AST) -> Any:
        """Do what ``functools.reduce`` does."""
        function, values, *begun = positional
        called = self._needed(function, node)
        total, *rest = [*begun, *self._collected(values, node)] or [None]
        if total is None and not begun and not rest:
            raise self._error("TypeError", "reduce() of empty iterable with no initial value", node)
        for value in rest:
            self._count(node)
            total = called(total, value)
        return total

    def _gone_through(
        self, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Once | None:
        """Return what ``zip``, ``enumerate``, ``map`` and ``filter`` give; None for arguments that they do not take."""
        source: Iterable[Any]
        match name, positional:
            case "zip", columns:
                source = zip(*[self._each(column, node) for column in columns], strict=bool(keywords.get("strict")))
            case "enumerate", (values, *start):
                begin = keywords.get("start", start[0] if start else 0)
                source = self._real(enumerate, (self._each(values, node), begin), node)
            case "map", (function, *columns) if columns:
                called, parts = self._needed(function, node), [self._each(column, node) for column in columns]
                source = (called(*values) for values in zip(*parts, strict=False))
            case "filter", (function, values):
                source = filter(self._asking(function, node), self._each(values, node))
            case _:
                return None
        return self._once(name, source, node)
