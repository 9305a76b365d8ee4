"""Compares a value with the patterns of ``match``, as Python does: what one names is bound once all of it fits."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from primer_core.language.evaluator import SIGNS
from primer_core.language.programs.enums import Enums
from primer_core.language.text import quoted

_SEQUENCES = (list, tuple, range, deque)
"""What a pattern such as ``[first, *rest]`` fits: no text, no array and no tensor."""

_WHOLE = ("bool", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
"""Types whose pattern takes the value itself: ``int(n)``."""


@dataclass(eq=False)
class Patterns(Enums):
    """Finds the case of a ``match`` that fits."""

    def _case_of(self, node: ast.Match) -> ast.match_case | None:
        """Return the first case that fits, and bind its names; None if none does."""
        value = self._value(node.subject)
        for case in node.cases:
            self._count(node)
            bound: dict[str, Any] = {}
            if not self._fits(case.pattern, value, bound):
                continue
            for name, part in bound.items():
                self._check_name(name, case.pattern)
                self.names[name] = part
            if case.guard is None or self._truth(case.guard):
                return case
        return None

    def _fits(self, pattern: ast.pattern, value: Any, bound: MutableMapping[str, Any]) -> bool:
        """Return whether a pattern fits a value.

        Parameters
        ----------
        pattern
            The pattern.
        value
            The value.
        bound
            Takes what the pattern names.
        """
        match pattern:
            case ast.MatchValue(expression):
                other = self._value(expression)
                return self._as_truth(self._computed(*SIGNS["=="], value, other, expression), expression)
            case ast.MatchSingleton(wanted):
                return value is wanted
            case ast.MatchAs(inner, name):
                if inner is not None and not self._fits(inner, value, bound):
                    return False
                if name is not None:
                    bound[name] = value
                return True
            case ast.MatchOr(others):
                return any(self._fits(each, value, bound) for each in others)
            case ast.MatchSequence(parts):
                return isinstance(value, _SEQUENCES) and self._fit_in_order(parts, value, bound)
            case ast.MatchMapping(keys, parts, rest):
                return isinstance(value, dict) and self._fit_by_key(keys, parts, rest, value, bound)
            case ast.MatchClass():
                return self._fits_class(pattern, value, bound)
        raise self._rejection("unread", f"{quoted(ast.unparse(pattern))} is not read here.", pattern)

    def _fit_in_order(self, parts: Sequence[ast.pattern], value: Any, bound: MutableMapping[str, Any]) -> bool:
        star = next((place for place, each in enumerate(parts) if isinstance(each, ast.MatchStar)), None)
        if star is None:
            return len(value) == len(parts) and all(
                self._fits(part, each, bound) for part, each in zip(parts, value, strict=True)
            )
        after = len(parts) - star - 1
        if len(value) < len(parts) - 1:
            return False
        values = self._collected(value, parts[star])
        around = [*parts[:star], *parts[star + 1 :]]
        others = [*values[:star], *values[len(values) - after :]]
        if not all(self._fits(part, each, bound) for part, each in zip(around, others, strict=True)):
            return False
        starred = parts[star]
        assert isinstance(starred, ast.MatchStar)
        if starred.name is not None:
            bound[starred.name] = values[star : len(values) - after]
        return True

    def _fit_by_key(
        self,
        keys: Sequence[ast.expr],
        parts: Sequence[ast.pattern],
        rest: str | None,
        value: dict[Any, Any],
        bound: MutableMapping[str, Any],
    ) -> bool:
        found = [self._hashable(self._value(key), key) for key in keys]
        if not all(key in value for key in found):
            return False
        if not all(self._fits(part, value[key], bound) for part, key in zip(parts, found, strict=True)):
            return False
        if rest is not None:
            bound[rest] = {key: each for key, each in value.items() if key not in found}
        return True

    def _fits_class(self, pattern: ast.MatchClass, value: Any, bound: MutableMapping[str, Any]) -> bool:
        """Return whether a value is of a type and its attributes fit; those of a dataclass can stand in order."""
        if not self._is_of(value, pattern.cls):
            return False
        title, positional = ast.unparse(pattern.cls), list(pattern.patterns)
        if title in _WHOLE and title not in self.names and len(positional) == 1 and not pattern.kwd_attrs:
            return self._fits(positional[0], value, bound)
        kind = self._class_of(value)
        fields = kind.fields if kind is not None else ()
        if len(positional) > len(fields):
            message = f"“{ast.unparse(pattern)}” is not read here. Name what is asked for: {title}(name=…)."
            raise self._rejection("unread", message, pattern)
        names = [*fields[: len(positional)], *pattern.kwd_attrs]
        for name, part in zip(names, [*positional, *pattern.kwd_patterns], strict=True):
            if name.startswith("_"):
                raise self._rejection("unknown", f"{quoted(name)} is not known here.", pattern)
            if kind is None or not (name in getattr(value, "values", ()) or kind.has(name)):
                return False
            holder = ast.copy_location(ast.Attribute(pattern.cls, name, ast.Load()), pattern.cls)
            if not self._fits(part, self._attribute_of(value, holder), bound):
                return False
        return True
