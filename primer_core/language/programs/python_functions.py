"""Python's own functions, and the methods of its lists, tuples, dicts and texts."""

from __future__ import annotations

import ast
import builtins
import operator
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.formats import WIDEST, check_percent, filled
from primer_core.language.programs.functions import Functions
from primer_core.language.programs.python_names import FUNCTIONS, MATH, METHODS
from primer_core.language.programs.values import (
    Caught,
    Class,
    Entries,
    Function,
    Instance,
    Kind,
    Method,
    Once,
    TypeOf,
    holds,
    inside,
    type_name,
)
from primer_core.language.text import quoted

_TYPES: Mapping[str, Callable[[], tuple[type, ...]]] = {
    "int": lambda: (int,), "float": lambda: (float,), "bool": lambda: (bool,), "str": lambda: (str,),
    "list": lambda: (list,), "tuple": lambda: (tuple,), "dict": lambda: (dict,), "complex": lambda: (complex,),
    "np.ndarray": lambda: (np.ndarray,), "np.generic": lambda: (np.generic,), "np.floating": lambda: (np.floating,),
    "np.integer": lambda: (np.integer,), "np.number": lambda: (np.number,), "np.bool_": lambda: (np.bool_,),
    "np.float64": lambda: (np.float64,), "np.float32": lambda: (np.float32,), "np.int64": lambda: (np.int64,),
    "torch.Tensor": lambda: (_torch().Tensor,),
}  # fmt: skip

_BARE = (Once, Entries, Caught, TypeOf, Kind, Function, Method, Class, Instance)


@dataclass(eq=False)
class PythonFunctions(Functions):
    """Calls what Python has of its own."""

    _line_open: bool = False

    def _own(self, name: str, node: ast.Call) -> Any:
        """Call a built-in function of Python's."""
        if name == "isinstance":
            return self._isinstance(node)
        positional, keywords = self._arguments(node)
        return self._of_python(name, positional, keywords, node)

    def _of_python(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if name == "print":
            return self._print(positional, keywords, node)
        if name in ("max", "min", "sorted") and keywords.get("key") is not None:
            return self._by_key(name, positional, keywords, node)
        if name == "len" and len(positional) == 1 and (kind := self._class_of(positional[0])) and kind.has("__len__"):
            return self.call(kind.find("__len__"), (positional[0],), {}, node)
        if name == "len" and len(positional) == 1 and networks.is_network_object(positional[0]):
            return self._outside(len, positional, {}, node)
        if name in ("len", "bool") and len(positional) == 1 and isinstance(positional[0], Entries):
            return len(positional[0]) if name == "len" else bool(positional[0])
        if name in ("list", "tuple") and len(positional) == 1 and owner_of(positional[0]) is None:
            found = list(self._each(positional[0], node))
            return self._bounded(found if name == "list" else tuple(found), node)
        if name in ("len", "int", "float", "bool") and len(positional) == 1 and isinstance(positional[0], Once):
            if name == "bool":
                return True
            words = f"object of type '{positional[0].kind}' has no len()"
            if name != "len":
                words = f"{name}() argument must be a string or a real number, not '{positional[0].kind}'"
            raise self._error("TypeError", words, node)
        if name in ("sum", "max", "min") and len(positional) == 1 and owner_of(positional[0]) is None:
            positional = (list(self._each(positional[0], node)),)
        if name in ("len", "list", "tuple", "int", "float", "bool", "sum", "max", "min"):
            if len(positional) == 1 and isinstance(positional[0], dict):
                positional = (list(positional[0]),)
            return self._perform(f"builtins.{name}", positional, keywords, node)
        match name, positional:
            case "str", (value,):
                return self._text_of(value, node)
            case "str", ():
                return ""
            case "repr", (value,):
                return self._repr_of(value, node) if not is_array(value) else self._python(repr, (value,), node)
            case "type", (Caught(declined),):
                return Kind(declined.kind)
            case "type", (value,):
                return self._class_of(value) or TypeOf(type(value))
            case "callable", (value,):
                return isinstance(value, type | Kind | Class) or self._callable(value, node) is not None
            case "next", (value, *default):
                return self._next(value, tuple(default), node)
            case "iter", (value,):
                return self._iter(value, node)
            case "pow" | "divmod", (left, right) if not is_array(left) and not is_array(right):
                if name == "pow":
                    return self._in_python("**", operator.pow, node, left, right)
                return self._python(divmod, positional, node)
            case "ord" | "chr" | "hex" | "bin" | "id", (value,):
                return self._python(getattr(builtins, name), positional, node)
            case "zip", columns:
                strict = keywords.get("strict", False)
                rows = self._python(
                    lambda *parts: list(zip(*parts, strict=bool(strict))), self._all(columns, node), node
                )
                return Once("zip", rows)
            case "enumerate", (values, *start):
                begin = keywords.get("start", start[0] if start else 0)
                pairs = self._python(lambda items: list(enumerate(items, begin)), self._all([values], node), node)
                return Once("enumerate", pairs)
            case "reversed", (values,):
                return Once("list_reverseiterator", self._all([values], node)[0][::-1])
            case "any" | "all", (values,):
                wanted = name == "any"
                return (
                    wanted if any(self._as_truth(v, node) is wanted for v in self._each(values, node)) else not wanted
                )
            case "sorted", (values,):
                return self._python(sorted, self._all([values], node), node, keywords)
            case "map", (function, *columns):
                called = self._needed(function, node)
                return Once("map", [called(*parts) for parts in zip(*self._all(columns, node), strict=False)])
            case "filter", (function, values):
                asked = bool if function is None else self._needed(function, node)
                return Once("filter", [each for each in self._each(values, node) if self._as_truth(asked(each), node)])
            case "dict", pairs:
                return self._python(dict, pairs, node, keywords)
        raise self._rejection("unread", f"{quoted(ast.unparse(node))} is not run here.", node)

    def _attribute(self, node: ast.Attribute) -> Any:
        dotted = self._dotted(node)
        if dotted in ("np.ndarray", "torch.Tensor"):
            return TypeOf(_TYPES[dotted]()[0])
        return super()._attribute(node)

    def _callable(self, value: Any, node: ast.AST) -> Callable[..., Any] | None:
        """Return what calls a value of the program's; None if it is nothing that is called."""
        match value:
            case Function():
                return lambda *values: self.call(value, values, {}, node)
            case Method(function, owner):
                return lambda *values: self.call(function, (owner, *values), {}, node)
            case Instance(kind) if kind.has("__call__"):
                return lambda *values: self.call(kind.find("__call__"), (value, *values), {}, node)
            case type() if value.__name__ in FUNCTIONS:
                return lambda *values: self._of_python(value.__name__, values, {}, node)
        if networks.is_network_object(value) and callable(value):
            return lambda *values: self._outside(value, values, {}, node)
        return None

    def _needed(self, value: Any, node: ast.AST) -> Callable[..., Any]:
        found = self._callable(value, node)
        if found is None:
            raise self._error("TypeError", f"'{type_name(value)}' object is not callable", node)
        return found

    def _iter(self, value: Any, node: ast.AST) -> Any:
        """Return what ``next`` asks one after the other."""
        if isinstance(value, Once):
            return value
        if networks.is_network_object(value) and hasattr(type(value), "__iter__"):
            return self._outside(iter, (value,), {}, node)
        return Once(f"{type_name(value)}_iterator", list(self._each(value, node)))

    def _next(self, value: Any, default: tuple[Any, ...], node: ast.AST) -> Any:
        none = object()
        if isinstance(value, Once):
            found = next(value, none)
        elif networks.is_network_object(value) and hasattr(type(value), "__next__"):
            found = self._outside(next, (value, none), {}, node)
        else:
            raise self._error("TypeError", f"'{type_name(value)}' object is not an iterator", node)
        if found is not none:
            return found
        if default:
            return default[0]
        raise self._error("StopIteration", "", node)

    def _by_key(self, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        values = self._all(positional[:1], node)[0] if len(positional) == 1 else list(positional)
        called = self._needed(keywords["key"], node)
        keys = [called(value) for value in values]
        order = self._python(
            lambda: sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(keywords.get("reverse"))), (), node
        )
        if name == "sorted":
            return [values[place] for place in order]
        best = self._python(lambda: (max if name == "max" else min)(range(len(keys)), key=keys.__getitem__), (), node)
        return values[best]

    def _isinstance(self, node: ast.Call) -> bool:
        if len(node.args) != 2:
            raise self._rejection("unread", "isinstance takes a value and a type.", node)
        value, kinds = self._value(node.args[0]), node.args[1]
        found: list[type] = []
        for kind in kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]:
            if isinstance(kind, ast.Name) and isinstance(own := self.names.get(kind.id), Class):
                of = self._class_of(value)
                if of is not None and of.derives_from(own):
                    return True
                continue
            known = {**networks.BASES, **networks.MADE}
            if self._full_name(kind) in known:
                found.append(networks.base(known[self._full_name(kind)]))
                continue
            written = self._dotted(kind) if isinstance(kind, ast.Attribute) else ast.unparse(kind)
            if written is None or written not in _TYPES:
                raise self._rejection("unknown", f"{quoted(ast.unparse(kind))} is no type that is known here.", kind)
            found.extend(_TYPES[written]())
        return isinstance(value, tuple(found))

    def _full_name(self, node: ast.expr) -> str:
        """Return the name by which the table knows what an expression names; empty for what is no name of a module."""
        if isinstance(node, ast.Attribute):
            return self._dotted(node) or ""
        return self.aliases.get(node.id, "") if isinstance(node, ast.Name) and node.id not in self.names else ""

    def _print(self, values: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> None:
        between, end = (
            usual if keywords.get(name) is None else keywords[name] for name, usual in (("sep", " "), ("end", "\n"))
        )
        if not isinstance(between, str) or not isinstance(end, str) or set(keywords) - {"sep", "end", "flush"}:
            raise self._rejection("refused", "print takes sep= and end= here, each a text.", node)
        text = between.join(self._text_of(value, node) for value in values) + end
        if sum(map(len, self.printed)) + len(text) > MAX_LIST:
            raise self._rejection("refused", f"A program prints at most {thousands(MAX_LIST)} characters here.", node)
        lines = text.split("\n")
        if self._line_open:
            self.printed[-1] += lines[0]
        else:
            self.printed.append(lines[0])
        self.printed.extend(lines[1:])
        self._line_open = bool(lines[-1]) or len(lines) == 1
        if len(lines) > 1 and not lines[-1]:
            self.printed.pop()

    def _text_of(self, value: Any, node: ast.AST) -> str:
        kind = self._class_of(value)
        for name in ("__str__", "__repr__"):
            if kind is not None and kind.has(name):
                return str(self.call(kind.find(name), (value,), {}, node))
        if owner_of(value) is None and networks.is_network_object(value):
            return str(self._outside(str, (value,), {}, node))
        if isinstance(value, list | tuple | dict | Entries) and any(
            isinstance(each, Instance) for each in inside(value)
        ):
            return self._repr_of(value, node)
        return self._shown(value, node) if not isinstance(value, _BARE) else str(value)

    def _repr_of(self, value: Any, node: ast.AST) -> str:
        """Write a value as ``repr`` does, the program's own objects as they say it themselves."""
        match value:
            case list():
                return f"[{', '.join(self._repr_of(each, node) for each in value)}]"
            case tuple():
                return f"({', '.join(self._repr_of(each, node) for each in value)}{',' * (len(value) == 1)})"
            case dict():
                return (
                    "{"
                    + ", ".join(f"{self._repr_of(k, node)}: {self._repr_of(v, node)}" for k, v in value.items())
                    + "}"
                )
            case Entries(kind, values):
                return f"{kind}({self._repr_of(values, node)})"
        found = self._class_of(value)
        if found is not None and found.has("__repr__"):
            return str(self.call(found.find("__repr__"), (value,), {}, node))
        return repr(value)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if node.attr == "__class__":
            return self._of_python("type", (holder,), {}, node)
        return super()._read(holder, node)

    def _method(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call a method of a list, a tuple, a dict or a text."""
        name = function.attr
        if name not in METHODS[type(holder)]:
            raise self._no_attribute(holder, function)
        positional, keywords = self._arguments(node)
        if name == "format":
            return self._filled(holder, positional, keywords, node)
        if name in ("center", "ljust", "rjust") and any(isinstance(each, int) and each > WIDEST for each in positional):
            raise self._rejection("refused", f"A width goes up to {WIDEST} here.", node)
        if isinstance(holder, list) and name == "sort" and keywords.get("key") is not None:
            holder[:] = self._by_key("sorted", (list(holder),), keywords, node)
            return None
        if name in ("extend", "join") and positional:
            positional = (list(self._each(positional[0], node)), *positional[1:])
        if name in ("append", "insert", "extend", "update", "setdefault"):
            parts = positional[0] if name in ("extend", "update") and positional else positional
            if any(holds(part, holder) for part in parts):
                raise self._rejection("refused", "A list that would hold itself is not made here.", node)
        if name == "replace" and len(positional) > 1 and len(holder) * len(str(positional[1])) > MAX_LIST:
            raise self._rejection("refused", f"A text has at most {thousands(MAX_LIST)} characters here.", node)
        result = self._python(getattr(type(holder), name), (holder, *positional), node, keywords)
        if isinstance(holder, list | dict):
            self._check_grown(holder, node)
        kind = f"{'o' * (type(holder) is OrderedDict)}dict_{name}"
        return Entries(kind, list(result)) if name in ("items", "keys", "values") else result

    def _math(self, name: str, node: ast.Call) -> Any:
        if name not in MATH or not callable(MATH[name]):
            raise self._rejection("unknown", f"math.{name} is not known here.", node.func)
        positional, keywords = self._arguments(node)
        return self._python(MATH[name], positional, node, keywords)

    def _filled(self, text: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> str:
        """Return what ``format`` makes of a text."""
        pieces = self._pieces(text, positional, keywords, node)
        found = []
        for words, value, conversion, form in pieces:
            if conversion == "none":
                found.append(words)
                continue
            if conversion in ("r", "s"):
                value = self._of_python("repr" if conversion == "r" else "str", (value,), {}, node)
            text_of = self._python(format, (value, form), node) if form else self._text_of(value, node)
            found.append(f"{words}{text_of}")
        return str(self._bounded("".join(found), node))

    def _pieces(
        self, text: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> list[tuple[str, Any, str, str]]:
        def within_bounds() -> list[tuple[str, Any, str, str]]:
            try:
                return filled(text, positional, keywords)
            except Refused as refused:
                raise self._rejection("refused", str(refused), node) from refused

        found: list[tuple[str, Any, str, str]] = self._python(within_bounds, (), node)
        return found

    def _in_python(self, symbol: str, compute: Callable[..., Any], node: ast.AST, *values: Any) -> Any:
        if symbol != "%" or not isinstance(values[0], str):
            return super()._in_python(symbol, compute, node, *values)
        text, given = values
        try:
            check_percent(text)
        except Refused as refused:
            raise self._rejection("refused", str(refused), node) from refused
        return self._python(compute, (text, given), node)


def _torch() -> Any:
    load_torch()
    import torch

    return torch
