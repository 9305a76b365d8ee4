"""Python's own functions, and the methods of its lists, tuples, dicts and texts."""

from __future__ import annotations

import ast
import builtins
import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, EnumType
from functools import cache, partial
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.containers import Containers
from primer_core.language.programs.expressions import ITERATORS, itself
from primer_core.language.programs.formats import WIDEST, check_percent, filled
from primer_core.language.programs.functions import ROLES
from primer_core.language.programs.modes import OF_GRADIENTS
from primer_core.language.programs.python_names import COLLECTIONS, FUNCTIONS, MATH, METHODS
from primer_core.language.programs.reading import MODULES
from primer_core.language.programs.values import (
    CLASS,
    EXCEPTIONS,
    Caught,
    Class,
    Entries,
    Function,
    Instance,
    Kind,
    Method,
    Once,
    Partial,
    Record,
    Transformed,
    TypeOf,
    catches,
    inside,
    type_in_errors,
    type_name,
)
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import entry_named
from primer_core.language.text import quoted

_TYPES: Mapping[str, Callable[[], tuple[type, ...]]] = {
    "int": lambda: (int,), "float": lambda: (float,), "bool": lambda: (bool,), "str": lambda: (str,),
    "list": lambda: (list,), "tuple": lambda: (tuple,), "dict": lambda: (dict,), "set": lambda: (set,),
    "frozenset": lambda: (frozenset,), "complex": lambda: (complex,),
    "np.ndarray": lambda: (np.ndarray,), "np.generic": lambda: (np.generic,), "np.floating": lambda: (np.floating,),
    "np.integer": lambda: (np.integer,), "np.number": lambda: (np.number,), "np.bool_": lambda: (np.bool_,),
    "np.str_": lambda: (np.str_,), "np.float64": lambda: (np.float64,), "np.float32": lambda: (np.float32,),
    "np.int64": lambda: (np.int64,),
    "torch.Tensor": lambda: (_torch().Tensor,),
}  # fmt: skip

_WRITTEN = (Function, Method, Partial, Instance, Transformed)
"""What a program writes itself, and PyTorch may be given to call."""
_BARE = (Once, Entries, Caught, TypeOf, Kind, Function, Method, Partial, Class, Instance, Transformed)


def _alone(kinds: Any) -> Iterator[Any]:
    """Go through types that stand in a tuple, or in tuples within it."""
    if isinstance(kinds, tuple):
        for each in kinds:
            yield from _alone(each)
    else:
        yield kinds


def _can_be_called(value: Any) -> bool:
    """Return whether a value of the program's is something that is called."""
    match value:
        case Function() | Method() | Class() | Partial() | Transformed():
            return True
        case Instance(kind):
            return kind.has("__call__")
        case TypeOf(kind):
            return networks.is_made(kind) or kind.__name__ in FUNCTIONS
        case EnumType():
            return True
        case type():
            return issubclass(value, Record) or value.__name__ in FUNCTIONS
    return networks.is_network_object(value) and callable(value)


@dataclass(eq=False)
class PythonFunctions(Containers):
    """Calls what Python has of its own."""

    _line_open: bool = False

    def _own(self, name: str, node: ast.Call) -> Any:
        """Call a built-in function of Python's."""
        if name == "isinstance":
            return self._isinstance(node)
        if name in ("getattr", "hasattr", "setattr"):
            return self._by_name(name, node)
        positional, keywords = self._arguments(node)
        return self._of_python(name, positional, keywords, node)

    def _of_python(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if name == "print":
            return self._print(positional, keywords, node)
        if name in ("max", "min", "sorted") and keywords.get("key") is not None:
            return self._by_key(name, positional, keywords, node)
        if name == "len" and len(positional) == 1 and (made := self._class_of(positional[0])) and made.has("__len__"):
            return self.call(made.find("__len__"), (positional[0],), {}, node)
        if name == "len" and len(positional) == 1 and networks.is_network_object(positional[0]):
            return self._outside(len, positional, {}, node)
        size = self._len_of(positional[0]) if len(positional) == 1 else None
        if name in ("len", "bool") and size is not None:
            return size if name == "len" else size > 0
        if name in ("list", "tuple") and len(positional) == 1 and owner_of(positional[0]) is None:
            found = self._collected(positional[0], node)
            return self._bounded(found if name == "list" else tuple(found), node)
        if name in ("len", "int", "float", "bool") and len(positional) == 1 and owner_of(positional[0]) is None:
            kind = type_name(positional[0])
            if name == "bool":
                return self._as_truth(positional[0], node)
            words = f"object of type '{kind}' has no len()"
            if name != "len":
                text = "a string, a bytes-like object" if name == "int" else "a string"
                words = f"{name}() argument must be {text} or a real number, not '{kind}'"
            raise self._error("TypeError", words, node)
        if name in ("sum", "max", "min") and len(positional) == 1 and owner_of(positional[0]) is None:
            positional = (self._collected(positional[0], node),)
        if name in ("len", "list", "tuple", "int", "float", "bool", "sum", "max", "min"):
            return self._perform(f"builtins.{name}", positional, keywords, node)
        if name in ("set", "frozenset") and len(positional) < 2:
            return self._contained(name, positional, keywords, node)
        if name in ("zip", "enumerate", "map", "filter"):
            given = self._gone_through(name, positional, keywords, node)
            if given is not None:
                return given
        match name, positional:
            case "str", (value,):
                return self._text_of(value, node)
            case "str", ():
                return ""
            case "repr", (value,):
                return self._repr_of(value, node) if not is_array(value) else self._python(repr, (value,), node)
            case "type", (Caught(declined),):
                return Kind(declined.kind)
            case "type", (Once(kind) | Entries(kind),):
                return TypeOf(type_called(kind))
            case "type", (Function(real=real),):
                return TypeOf(FunctionType if real is None else type(real))
            case "type", (Transformed(),):
                return TypeOf(FunctionType)
            case "type", (Method(),):
                return TypeOf(MethodType)
            case "type", (Partial(),):
                return TypeOf(partial)
            case "type", (Class() as own,):
                return TypeOf(type if own.real is None else type(own.real))
            case "type", (TypeOf(known),):
                return TypeOf(type(known))
            case "type", (Kind(),):
                return TypeOf(type)
            case "type", (value,):
                return self._class_of(value) or TypeOf(type(value))
            case "callable", (value,):
                return isinstance(value, type | Kind | TypeOf) or _can_be_called(value)
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
            case "reversed", (values,) if not isinstance(values, Once | set | frozenset):
                kind = "list_reverseiterator" if isinstance(values, list) else "reversed"
                return self._once(kind, self._all([values], node)[0][::-1], node)
            case "any" | "all", (values,):
                wanted = name == "any"
                asked = self._asking(None, node)
                return wanted if any(asked(each) is wanted for each in self._each(values, node)) else not wanted
            case "sorted", (values,):
                return self._python(sorted, self._all([values], node), node, keywords)
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
        if not _can_be_called(value):
            return None

        def called(*values: Any, **more: Any) -> Any:
            return self._applied(value, values, more, node)

        if isinstance(value, Function):  # PyTorch names in its messages what it cannot take
            called.__module__ = "__main__" if value.real is None else getattr(value.real, "__module__", "builtins")
            called.__qualname__ = value.name if value.real is None else value.real.__qualname__
        return called

    def _applied(self, value: Any, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a value of the program's that can be called."""
        match value:
            case Function():
                return self.call(value, positional, keywords, node)
            case Method(function, owner):
                return self.call(function, (owner, *positional), keywords, node)
            case Instance(kind):
                return self.call(kind.find("__call__"), (value, *positional), keywords, node)
            case Class():
                return self._new(value, positional, keywords, node)
            case Partial(function, given, named):
                return self._applied(function, (*given, *positional), {**named, **keywords}, node)
            case type() if issubclass(value, Record):
                return self._recorded(value, positional, keywords, node)
            case TypeOf(kind) if networks.is_made(kind):
                return self._make(kind.__name__, positional, keywords, node)
            case TypeOf(kind):
                return self._of_python(kind.__name__, positional, keywords, node)
            case type():
                return self._of_python(value.__name__, positional, keywords, node)
        return self._outside(value, positional, keywords, node)

    def _make(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Make a layer or another object of PyTorch's networks."""
        if name in networks.OPTIMISERS:  # which goes through what it is given, and so says what that is
            positional = tuple(map(itself, positional))
            keywords = {word: itself(value) for word, value in keywords.items()}
        result = self._outside(networks.make, (name, *self._all_taken(positional, keywords, node)), {}, node)
        self.layers.note(result, Place.of(node, self._source), positional)
        return result

    def _all_taken(
        self, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = tuple(self._taken(value, node) for value in positional)
        return given, {word: self._taken(value, node) for word, value in keywords.items()}

    def _taken(self, value: Any, node: ast.AST) -> Any:
        """Return a value as PyTorch takes it: what the program has written as a function that can be called."""
        if isinstance(value, _WRITTEN):
            return self._callable(value, node) or value
        if isinstance(value, TypeOf):
            return value.kind
        if type(value) in (list, tuple) and any(isinstance(each, _WRITTEN) for each in value):
            return type(value)(self._taken(each, node) for each in value)
        return value

    def _needed(self, value: Any, node: ast.AST) -> Callable[..., Any]:
        found = self._callable(value, node)
        if found is None:
            raise self._error("TypeError", f"'{type_in_errors(value)}' object is not callable", node)
        return found

    def _iter(self, value: Any, node: ast.AST) -> Any:
        """Return what ``next`` asks one after the other."""
        if isinstance(value, Once):
            return value
        kind = self._class_of(value)
        if isinstance(value, Instance) and kind is not None and kind.has("__iter__"):
            return self.call(kind.find("__iter__"), (value,), {}, node)
        if networks.is_network_object(value) and hasattr(type(value), "__iter__"):
            return self._outside(iter, (value,), {}, node)
        return self._once(ITERATORS.get(type(value), f"{type_name(value)}_iterator"), self._each(value, node), node)

    def _next(self, value: Any, default: tuple[Any, ...], node: ast.AST) -> Any:
        none = object()
        kind = self._class_of(value)
        if isinstance(value, Once):
            found = self._next_of(value, node, none)
        elif isinstance(value, Instance) and kind is not None and kind.has("__next__"):
            try:
                return self.call(kind.find("__next__"), (value,), {}, node)
            except Rejection as rejection:
                if not default or rejection.declined is None or not catches("StopIteration", rejection.declined):
                    raise
                return default[0]
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
        return self._is_of(self._value(node.args[0]), node.args[1])

    def _is_of(self, value: Any, kinds: ast.expr) -> bool:
        """Return whether a value is of a type, or of one of several."""
        found: list[type] = []
        for kind in kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]:
            if isinstance(kind, ast.Name) and kind.id in self.names:
                if any(self._is_of_type(value, each, kind) for each in _alone(self.names[kind.id])):
                    return True
                continue
            known = {**networks.BASES, **networks.MADE}
            if self._full_name(kind) in known:
                found.append(networks.base(known[self._full_name(kind)]))
                continue
            if isinstance(kind, ast.Name) and kind.id in EXCEPTIONS:
                if self._is_raised_as(value, kind.id):
                    return True
                continue
            if self._full_name(kind) in COLLECTIONS:
                found.append(COLLECTIONS[self._full_name(kind)])
                continue
            written = self._dotted(kind) if isinstance(kind, ast.Attribute) else ast.unparse(kind)
            if written is None or written not in _TYPES:
                raise self._rejection("unknown", f"{quoted(ast.unparse(kind))} is no type that is known here.", kind)
            found.extend(_TYPES[written]())
        return isinstance(value, tuple(found))

    def _is_of_type(self, value: Any, kind: Any, node: ast.AST) -> bool:
        """Return whether a value is of what a name is bound to, which should be a type."""
        match kind:
            case Class():
                of = self._class_of(value)
                return of is not None and of.derives_from(kind)
            case Kind(name):
                return self._is_raised_as(value, name)
            case TypeOf(real) | Function(real=real) if isinstance(real, type):
                return isinstance(value, real)
            case type():
                return isinstance(value, kind)
        words = "isinstance() arg 2 must be a type, a tuple of types, or a union"
        raise self._error("TypeError", words, node)

    # What stands above a function

    def _decorators(self, node: ast.FunctionDef) -> list[Callable[[Function], Any]]:
        """Return what is done to a function once it is defined, in order; roles and modes are part of it already.

        Raises
        ------
        Rejection
            If a decorator is not run here.
        """
        marks = [each for each in node.decorator_list if ast.unparse(each) not in (*ROLES, *OF_GRADIENTS)]
        if [ast.unparse(each) for each in marks] == [f"{node.name}.setter"]:
            return [self._setter_of(node)]
        if marks and len(marks) + sum(ast.unparse(each) in ROLES for each in node.decorator_list) < len(
            node.decorator_list
        ):
            message = f"The decorator @{ast.unparse(marks[0])} is not run here beside one of PyTorch's. Leave one out."
            raise self._rejection("unread", message, marks[0])
        return [self._decorator(each) for each in reversed(marks)]

    def _setter_of(self, node: ast.FunctionDef) -> Callable[[Function], Any]:
        """Return what makes of a function the setter of the property of that name, which stands before it."""
        known = self.names.get(node.name)
        if not isinstance(known, Function) or known.role != "property":
            message = f"The decorator @{node.name}.setter stands behind a property of that name here."
            raise self._rejection("unread", message, node.decorator_list[0])
        return lambda function: replace(known, setter=function)

    def _decorator(self, mark: ast.expr) -> Callable[[Function], Any]:
        named = mark.func if isinstance(mark, ast.Call) else mark
        full = self._full_name(named)
        if full == "functools.wraps" and isinstance(mark, ast.Call) and len(mark.args) == 1:
            wrapped = self._value(mark.args[0])
            return lambda function: replace(function, name=getattr(wrapped, "name", function.name))
        if full in ("functools.lru_cache", "functools.cache"):
            return lambda function: replace(function, memo={})
        root = named
        while isinstance(root, ast.Attribute):
            root = root.value
        if full in DECORATING:
            return self._needed(self._value(mark), mark)
        if not isinstance(root, ast.Name) or root.id not in self.names:
            message = f"The decorator @{ast.unparse(mark)} is not run here. Leave it out."
            raise self._rejection("unread", message, mark)
        return self._needed(self._value(mark), mark)

    def _is_raised_as(self, value: Any, name: str) -> bool:
        """Return whether a value is an exception of one of Python's classes."""
        match value:
            case Caught(declined):
                return catches(name, declined)
            case Instance(kind) if kind.raises:
                return issubclass(EXCEPTIONS[kind.raises], EXCEPTIONS[name])
        return False

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
        if isinstance(value, Instance) and value.kind.raises:
            return self._words_of(value, node)
        if owner_of(value) is None and networks.is_network_object(value):
            return str(self._outside(str, (value,), {}, node))
        if isinstance(value, list | tuple | dict | Entries | set | frozenset | deque) and any(
            isinstance(each, Instance | Enum) for each in inside(value)
        ):
            return self._repr_of(value, node)
        return self._shown(value, node) if not isinstance(value, _BARE) else str(value)

    def _repr_of(self, value: Any, node: ast.AST) -> str:
        """Write a value as ``repr`` does, the program's own objects as they say it themselves."""
        match value:
            case list():
                return f"[{', '.join(self._repr_of(each, node) for each in value)}]"
            case set() if value:
                return "{" + ", ".join(self._repr_of(each, node) for each in value) + "}"
            case deque():
                most = "" if value.maxlen is None else f", maxlen={value.maxlen}"
                return f"deque({self._repr_of(list(value), node)}{most})"
            case Record():
                parts = zip(value.names, value, strict=True)
                shown = ", ".join(f"{name}={self._repr_of(each, node)}" for name, each in parts)
                return f"{type(value).__name__}({shown})"
            case defaultdict():
                return f"defaultdict({value.default_factory!r}, {self._repr_of(dict(value), node)})"
            case OrderedDict() | Counter():
                return repr(value)
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
        if isinstance(value, Instance) and value.kind.raises:
            return f"{value.kind.name}({', '.join(self._repr_of(each, node) for each in value.values['args'])})"
        return repr(value)

    def _words_of(self, value: Instance, node: ast.AST) -> str:
        """Write what an exception of a class of the program says, as ``str`` does."""
        given = value.values["args"]
        if len(given) != 1:
            return self._repr_of(given, node) if given else ""
        writes = self._repr_of if issubclass(EXCEPTIONS[value.kind.raises], KeyError) else self._text_of
        return writes(given[0], node)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if node.attr == "__class__":
            return self._of_python("type", (holder,), {}, node)
        return super()._read(holder, node)

    def _methods(self, holder: Any) -> tuple[str, ...]:
        """Return the methods of one of Python's own values that are known here."""
        if isinstance(holder, Record | np.str_):
            return METHODS[Record if isinstance(holder, Record) else str]
        return METHODS.get(type(holder), ())

    def _bound_method(self, holder: Any, node: ast.Attribute) -> Function | None:
        known = node.attr in self._methods(holder) or networks.has_method(holder, node.attr)
        entry = entry_named(f"{owner_of(holder)}.{node.attr}")
        if not known and (entry is None or entry.attribute):
            return None
        called = ast.Attribute(ast.Name("holder", ast.Load()), node.attr, ast.Load())
        return self._calling(called, getattr(holder, node.attr, None), node, holder)

    def _method_of(self, kind: type, node: ast.Attribute) -> Function | None:
        """Return a method of one of Python's own types as a value, ``str.upper``; None where none is known here."""
        if node.attr not in METHODS.get(kind, ()):
            return None
        first = ast.Subscript(ast.Name("values", ast.Load()), ast.Constant(0), ast.Load())
        return self._calling(ast.Attribute(first, node.attr, ast.Load()), getattr(kind, node.attr), node, skips=1)

    def _method(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call a method of a list, a tuple, a dict, a text, or another of Python's own values."""
        name = function.attr
        if name not in self._methods(holder) or (isinstance(holder, Once) and holder.kind != "generator"):
            raise self._no_attribute(holder, function)
        positional, keywords = self._arguments(node)
        if isinstance(holder, Once):
            return self._sent(holder, positional, node)
        if isinstance(holder, Record):
            return self._of_record(holder, name, positional, keywords, node)
        if name == "format":
            return self._filled(holder, positional, keywords, node)
        if name in ("center", "ljust", "rjust", "zfill") and any(
            isinstance(each, int) and each > WIDEST for each in positional
        ):
            raise self._rejection("refused", f"A width goes up to {WIDEST} here.", node)
        if isinstance(holder, list) and name == "sort" and keywords.get("key") is not None:
            holder[:] = self._by_key("sorted", (list(holder),), keywords, node)
            return None
        positional = tuple(self._taken_in(holder, name, positional, node))
        if name == "join" and positional:
            positional = (self._collected(positional[0], node), *positional[1:])
        if name in ("append", "appendleft", "insert", "extend", "extendleft", "update", "setdefault"):
            parts = [*(positional[0] if name.startswith("extend") and positional else positional), *keywords.values()]
            self._check_held(parts, holder, node)
        if name == "replace" and len(positional) > 1 and len(holder) * len(str(positional[1])) > MAX_LIST:
            raise self._rejection("refused", f"A text has at most {thousands(MAX_LIST)} characters here.", node)
        result = self._python(getattr(type(holder), name), (holder, *positional), node, keywords)
        if isinstance(holder, list | dict | set | deque):
            self._check_grown(holder, node)
        if name == "elements":
            return self._once("itertools.chain", result, node)
        kind = f"{'o' * (type(holder) is OrderedDict)}dict_{name}"
        return Entries(kind, list(result)) if name in ("items", "keys", "values") else result

    def _sent(self, holder: Once, positional: Sequence[Any], node: ast.AST) -> Any:
        """Send a value to a generator; return what it gives next."""
        none = object()
        found = self._next_of(holder, node, none, positional[0] if positional else None)
        if found is none:
            raise self._error("StopIteration", "" if holder.result is None else str(holder.result), node)
        return found

    def _by_name(self, function: str, node: ast.Call) -> Any:
        """Read, ask for or set an attribute whose name is a text."""
        least, most = {"getattr": (2, 3), "hasattr": (2, 2), "setattr": (3, 3)}[function]
        if node.keywords or not least <= len(node.args) <= most:
            count = f"at least {least}" if most > least else most
            raise self._error("TypeError", f"{function} expected {count} arguments, got {len(node.args)}", node)
        name, *more = map(self._value, node.args[1:])
        if not isinstance(name, str):
            raise self._error("TypeError", "attribute name must be string, not '" + type_name(name) + "'", node)
        if function == "hasattr":
            return self._has(node.args[0], name, node)
        if not name.isidentifier() or (name.startswith("__") and name not in ("__name__", "__class__")):
            raise self._rejection("unknown", f"{quoted(name)} is not known here.", node)
        context = ast.Store() if function == "setattr" else ast.Load()
        target = ast.copy_location(ast.Attribute(node.args[0], name, context), node)
        if function == "setattr":
            self._assign(target, more[0])
            return None
        try:
            return self._value(target)
        except Rejection as rejection:
            if not more or rejection.declined is None or not catches("AttributeError", rejection.declined):
                raise
            return more[0]

    def _has(self, holder: ast.expr, name: str, node: ast.Call) -> bool:
        """Return whether a value has an attribute; of a module, whether it is known here."""
        module = self._full_name(holder)
        if module in MODULES.values():
            full = f"{module}.{name}"
            if entry_named(full) is None and not networks.knows(full):
                lacks = self._unknown(full, node)
                if lacks.declined is None:
                    raise lacks
                return False
            return True
        value = self._value(holder)
        kind = value if isinstance(value, Class) else self._class_of(value)
        if isinstance(value, Instance | Class):
            assert kind is not None
            own = isinstance(value, Instance) and name in value.values
            return own or kind.has(name) or hasattr(object, name)
        if isinstance(value, Record):
            return name in value.names or hasattr(tuple, name)
        if isinstance(value, Enum | EnumType):
            return hasattr(value, name) or bool(getattr(value, CLASS).has(name))
        if networks.is_network_object(value):
            return (kind is not None and kind.has(name)) or bool(self._outside(hasattr, (value, name), {}, node))
        return hasattr(type(value), name)

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


DECORATING = (*(f"torch.func.{name}" for name in networks.TRANSFORMS), "torch.vmap", "functools.partial")
"""What can stand above a function besides what the program has written itself."""


@cache
def type_called(name: str) -> type:
    """Return a type that is called as Python calls one of its own."""
    module, _, last = name.rpartition(".")
    return type(last, (), {"__module__": module or "builtins"})


def _torch() -> Any:
    load_torch()
    import torch

    return torch
