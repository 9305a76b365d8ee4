"""Evaluates the expressions of programs, and binds their names: what is read besides the one language."""

from __future__ import annotations

import ast
import builtins
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import attempted, is_array, owner_of
from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.formats import check_spec
from primer_core.language.programs.python_names import FUNCTIONS, MATH, METHODS
from primer_core.language.programs.reading import MODULES
from primer_core.language.programs.scope import Scope
from primer_core.language.programs.values import (
    EXCEPTIONS,
    Caught,
    Class,
    Entries,
    Function,
    Instance,
    Kind,
    Method,
    Once,
    TypeOf,
    Warned,
    catches,
    holds,
    inside,
    made,
    type_name,
)
from primer_core.language.rejection import Rejection
from primer_core.language.table import CONSTANTS, entry_named
from primer_core.language.table.dtypes import read_dtype
from primer_core.language.table.functions import function_of
from primer_core.language.text import quoted

MAX_EXECUTED = 20_000
"""Statements, and rounds of comprehensions, that a program may take."""


@dataclass(eq=False)
class Expressions(Evaluator, ABC):
    """Evaluates the expressions of programs: texts with values in them, comprehensions, dicts, objects."""

    _executed: int = 0

    @abstractmethod
    def call(self, function: Function, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function of the program.

        Raises
        ------
        Rejection
            If it cannot be called so, or what it does comes to nothing.
        """

    @abstractmethod
    def _function(
        self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr, node: ast.stmt | None = None
    ) -> Function:
        """Make a function of the program."""

    @abstractmethod
    def _python(
        self, function: Callable[..., Any], positional: Sequence[Any], node: ast.AST, keywords: Mapping[str, Any] = {}
    ) -> Any:
        """Call something of Python's own, within bounds."""

    @abstractmethod
    def _outside(
        self, function: Callable[..., Any], positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Any:
        """Have PyTorch do something with its own objects; methods of the program that it calls blame this node."""

    @abstractmethod
    def _text_of(self, value: Any, node: ast.AST) -> str:
        """Write a value as ``str`` does."""

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.IfExp(test, body, otherwise):
                return self._value(body if self._truth(test) else otherwise)
            case ast.NamedExpr(ast.Name(name), inner):
                value, scope = self._value(inner), self.names
                while isinstance(scope, Scope) and scope.comprehends:
                    scope = scope.outer
                scope[name] = value
                return value
            case ast.Lambda(arguments, body):
                return self._function("<lambda>", arguments, body)
            case ast.GeneratorExp(element, generators):
                return Once("generator", self._value(ast.copy_location(ast.ListComp(element, generators), node)))
            case ast.ListComp(element, generators):
                found: list[Any] = []

                def add() -> None:
                    found.append(self._value(element))
                    self._check_grown(found, node)

                self._comprehended(generators, add, node)
                return self._bounded(found, node)
            case ast.DictComp(key, value, generators):
                pairs: dict[Any, Any] = {}
                self._comprehended(
                    generators, lambda: self._enter(pairs, self._value(key), self._value(value), key), node
                )
                return pairs
            case ast.Dict(keys, values):
                return self._dict(keys, values)
            case ast.JoinedStr(parts):
                return self._bounded("".join(map(self._formatted, parts)), node)
            case ast.Tuple(parts) if any(isinstance(part, ast.Starred) for part in parts):
                return self._bounded(tuple(self._spread(parts)), node)
            case ast.List(parts) if any(isinstance(part, ast.Starred) for part in parts):
                return self._bounded(list(self._spread(parts)), node)
        return super()._value(node)

    def _spread(self, parts: list[ast.expr]) -> Iterator[Any]:
        for part in parts:
            if isinstance(part, ast.Starred):
                yield from self._each(self._value(part.value), part)
            else:
                yield self._value(part)

    def _comprehended(self, generators: list[ast.comprehension], add: Callable[[], None], node: ast.AST) -> None:
        first, *others = generators
        values = self._each(self._value(first.iter), first.iter)
        around = self.names
        targets = {each.id for part in generators for each in ast.walk(part.target) if isinstance(each, ast.Name)}
        self.names = Scope(frozenset(targets), around, comprehends=True)
        try:
            self._round(first, values, others, add, node)
        finally:
            self.names = around

    def _round(
        self,
        generator: ast.comprehension,
        values: Iterable[Any],
        others: list[ast.comprehension],
        add: Callable[[], None],
        node: ast.AST,
    ) -> None:
        for value in values:
            self._count(node)
            self._assign(generator.target, value)
            if not all(self._truth(test) for test in generator.ifs):
                continue
            if others:
                self._round(others[0], self._each(self._value(others[0].iter), others[0].iter), others[1:], add, node)
            else:
                add()

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if key is None:
                more = self._value(value)
                if not isinstance(more, dict):
                    raise self._error("TypeError", f"'{type_name(more)}' object is not a mapping", value)
                found |= more
            else:
                self._enter(found, self._value(key), self._value(value), key)
        return found

    def _enter(self, entries: dict[Any, Any], key: Any, value: Any, node: ast.AST) -> None:
        if isinstance(key, list | dict):
            raise self._error("TypeError", f"unhashable type: '{type_name(key)}'", node)
        if not isinstance(key, str | int | float | bool | tuple | None) or any(
            isinstance(k, list) for k in inside(key)
        ):
            raise self._rejection("refused", "Keys are texts, numbers and tuples of them here.", node)
        if holds(value, entries):
            raise self._rejection("refused", "A dict that would hold itself is not made here.", node)
        if len(entries) >= MAX_LIST:
            raise self._rejection("refused", f"A dict has at most {thousands(MAX_LIST)} entries here.", node)
        entries[key] = value

    def _looked_up(self, entries: dict[Any, Any], key: Any, node: ast.AST) -> Any:
        if isinstance(key, list | dict):
            raise self._error("TypeError", f"unhashable type: '{type_name(key)}'", node)
        if key not in entries:
            raise self._error("KeyError", repr(key), node)
        return entries[key]

    def _check_grown(self, holder: list[Any] | dict[Any, Any], node: ast.AST) -> None:
        """Refuse a list or a dict that has grown too large; lists in it are counted every now and then only."""
        if len(holder) > MAX_LIST:
            raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
        if len(holder) % 64 == 0:
            self._bounded(list(holder.values()) if isinstance(holder, dict) else holder, node)

    def _formatted(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(str(text)):
                return text
            case ast.FormattedValue(inner, conversion, spec):
                value = self._value(inner)
                form = "" if spec is None else "".join(map(self._formatted, getattr(spec, "values", [])))
                if conversion == ord("r"):
                    value = repr(value) if not is_array(value) else self._python(repr, (value,), node)
                elif conversion == ord("s"):
                    value = self._text_of(value, inner)
                if not form:
                    return self._text_of(value, inner)
                return str(self._python(format, (value, self._checked_form(form, inner)), inner))
        raise self._rejection("unread", f"{quoted(ast.unparse(node))} is not read here.", node)

    def _checked_form(self, form: str, node: ast.AST) -> str:
        try:
            return check_spec(form)
        except Refused as refused:
            raise self._rejection("refused", str(refused), node) from refused

    def _named(self, node: ast.Name) -> Any:
        name = node.id
        if name in self.names:
            return self.names[name]
        if isinstance(self.names, Scope) and self.names.is_unbound(name):
            words = f"cannot access local variable '{name}' where it is not associated with a value"
            raise self._error("UnboundLocalError", words, node)
        if name in EXCEPTIONS:
            return Kind(name)
        if name in CONSTANTS:
            return CONSTANTS[name]()
        full = self.aliases.get(name)
        if full is not None and full not in MODULES.values() and self._constant(full) is not None:
            return self._constant(full)
        known = getattr(builtins, name, None) if _is_known(name) else None
        if isinstance(known, type):
            return known
        if known is not None or (full is not None and full not in MODULES.values()):
            return self._as_value(node, known if full is None else full)
        if full is not None:
            return super()._named(node)
        raise self._error("NameError", f"name '{name}' is not defined", node)

    def _constant(self, name: str) -> Any:
        library, _, last = name.partition(".")
        if library == "math" and last in MATH and not callable(MATH[last]):
            return MATH[last]
        if name == "np.__version__":
            return np.__version__
        if name == "torch.__version__":
            load_torch()
            import torch

            return str(torch.__version__)
        return super()._constant(name)

    def _as_value(self, node: ast.expr, known: Any) -> Any:
        """Return a function of Python's or of a library as a value: to call it is to call what was written.

        Parameters
        ----------
        node
            What was written.
        known
            Python's own function, or the name by which the table knows the library's.
        """
        if isinstance(known, str):
            entry = entry_named(known)
            if entry is None or entry.attribute:
                raise self._unknown(known, node)
            known = function_of(entry)
        values, more = ast.Name("values", ast.Load()), ast.Name("more", ast.Load())
        call = ast.Call(node, [ast.Starred(values, ast.Load())], [ast.keyword(None, more)])
        return Function(
            ast.unparse(node),
            ast.arguments([], [], ast.arg(values.id), [], [], ast.arg(more.id), []),
            ast.fix_missing_locations(ast.copy_location(call, node)),
            self.names,
            (),
            {},
            frozenset({values.id, more.id}),
            frozenset(),
            None,
            real=known,
        )

    def _attribute(self, node: ast.Attribute) -> Any:
        dotted = self._dotted(node)
        if dotted is not None and dotted not in CONSTANTS and read_dtype(dotted) is None and entry_named(dotted):
            return self._as_value(node, dotted)
        return super()._attribute(node)

    def _computed(self, symbol: str, compute: Callable[[Any, Any], Any], left: Any, right: Any, node: ast.AST) -> Any:
        return super()._computed(symbol, compute, _itself(left), _itself(right), node)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if owner_of(holder) is None or isinstance(holder, TypeOf):
            return self._attribute_of(holder, node)
        return super()._read(holder, node)

    def _item(self, holder: Any, key: Any, node: ast.expr) -> Any:
        match holder:
            case dict():
                return self._looked_up(holder, key, node)
            case Once(kind) | Entries(kind):
                raise self._error("TypeError", f"'{kind}' object is not subscriptable", node)
            case str():
                return self._python(operator.getitem, (holder, key), node)
        found = self._class_of(holder)
        if found is not None and found.has("__getitem__"):
            return self.call(found.find("__getitem__"), (holder, key), {}, node)
        if networks.is_network_object(holder):
            return self._outside(operator.getitem, (holder, key), {}, node)
        return super()._item(holder, key, node)

    def _attribute_of(self, holder: Any, node: ast.Attribute) -> Any:
        match holder, node.attr:
            case TypeOf(), "__name__":
                return holder.name
            case Warned(category, _), "category":
                return Kind(category)
            case Warned(_, words), "message":
                return words
            case ((Kind(name) | Function(name) | Class(name)), "__name__"):
                return name
            case Instance(_, values), name if name in values:
                return values[name]
            case Class(), name if holder.has(name):
                return holder.find(name)
            case Caught(declined), "args":
                return (declined.words,) if declined.words else ()
        kind = self._class_of(holder)
        if networks.is_network_object(holder):
            try:
                return networks.attribute(holder, node.attr)
            except KeyError:
                pass
        if kind is not None and kind.has(node.attr):
            found = kind.find(node.attr)
            if not isinstance(found, Function) or found.role == "static":
                return found
            return self.call(found, (holder,), {}, node) if found.role == "property" else Method(found, holder)
        raise self._no_attribute(holder, node)

    def _no_attribute(self, holder: Any, node: ast.Attribute) -> Rejection:
        """Return Python's own error where there is no such attribute, and that it is not known here where there is."""
        kind = type(holder)
        real = holder.real if isinstance(holder, Class) else kind
        is_own = isinstance(holder, Instance | Class) or self._class_of(holder) is not None
        if is_own and not (real is not Instance and hasattr(real, node.attr)):
            name = holder.name if isinstance(holder, Class) else type_name(holder)
            start = f"type object '{name}'" if isinstance(holder, Class) else f"'{name}' object"
            return self._error("AttributeError", f"{start} has no attribute '{node.attr}'", node)
        if node.attr in dir(kind) or owner_of(holder) is None:
            owner = owner_of(holder)
            if owner is None or type(holder) in METHODS:
                message = f"{quoted('.' + node.attr)} of {type_name(holder)} is not known here."
                return self._rejection("unknown", message, node)
            return self._unknown(f"{owner}.{node.attr}", node)
        module = "numpy." if kind.__module__ == "numpy" else ""
        return self._error("AttributeError", f"'{module}{kind.__name__}' object has no attribute '{node.attr}'", node)

    def _class_of(self, value: Any) -> Class | None:
        if isinstance(value, Instance):
            return value.kind
        found = getattr(type(value), networks.CLASS, None)
        return found if isinstance(found, Class) else None

    def _compared(self, node: ast.Compare, left: ast.expr, operations: list[ast.cmpop], rights: list[ast.expr]) -> Any:
        if len(operations) == 1 and isinstance(operations[0], ast.In | ast.NotIn):
            value, holder = self._value(left), self._value(rights[0])
            if isinstance(value, list | dict) and isinstance(holder, dict):
                raise self._error("TypeError", f"unhashable type: '{type_name(value)}'", node)
            found = self._python(operator.contains, (holder, value), node)
            return bool(found) is isinstance(operations[0], ast.In)
        return super()._compared(node, left, operations, rights)

    # Names

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("__"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be defined here.", node)

    def _put(self, holder: Any, key: Any, value: Any, target: ast.expr) -> None:
        if isinstance(holder, dict):
            self._enter(holder, key, value, target)
        else:
            super()._put(holder, key, value, target)

    def _delete(self, target: ast.expr) -> None:
        if not isinstance(target, ast.Subscript):
            super()._delete(target)
            return
        holder, key = self._value(target.value), self._value(target.slice)
        if isinstance(holder, dict):
            self._looked_up(holder, key, target)
        if not isinstance(holder, list | dict):
            words = f"'{type_name(holder)}' object doesn't support item deletion"
            if is_array(holder) and not isinstance(holder, np.generic):
                raise self._no(attempted(operator.delitem, (holder, key), {})[0], target)
            raise self._error("TypeError", words, target)
        self._python(operator.delitem, (holder, key), target)

    def _check_settable(self, holder: Any, name: str, target: ast.expr) -> None:
        if owner_of(holder) is not None:
            super()._check_settable(holder, name, target)

    def _check_entries(self, values: Sequence[Any], node: ast.AST) -> None:
        """Let lists be entries of others: `_put` and `_method` see to it that none comes to hold itself."""

    def _assign(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name(name):
                self._check_name(name, target)
                self.names[name] = value
            case ast.Tuple(targets) | ast.List(targets) if any(isinstance(each, ast.Starred) for each in targets):
                self._assign_starred(targets, list(self._each(value, target)), target)
            case ast.Tuple(targets) | ast.List(targets) if isinstance(value, dict):
                super()._assign(target, list(value))
            case _:
                super()._assign(target, value)

    def _assign_starred(self, targets: list[ast.expr], values: list[Any], node: ast.AST) -> None:
        place = next(place for place, each in enumerate(targets) if isinstance(each, ast.Starred))
        after = len(targets) - place - 1
        if len(values) < len(targets) - 1:
            words = f"not enough values to unpack (expected at least {len(targets) - 1}, got {len(values)})"
            raise self._error("ValueError", words, node)
        middle = values[place : len(values) - after]
        starred = targets[place]
        assert isinstance(starred, ast.Starred)
        for target, value in zip(targets[:place], values, strict=False):
            self._assign(target, value)
        self._assign(starred.value, middle)
        for target, value in zip(targets[place + 1 :], values[len(values) - after :], strict=True):
            self._assign(target, value)

    # What is gone through

    def _each(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through what a loop goes through."""
        if isinstance(value, list | tuple | str | range | Once | Entries):
            yield from value
        elif isinstance(value, dict):
            yield from list(value)
        elif is_array(value) and len(value.shape) > 0:
            owner = self._owner(value, node)
            for place in range(value.shape[0]):
                yield self._perform(f"{owner}.[]", (value, place), {}, node)
        elif networks.is_network_object(value) and hasattr(type(value), "__iter__"):
            yield from self._through(value, node)
        elif (kind := self._class_of(value)) is not None and kind.has("__getitem__"):
            yield from self._up_to_the_end(lambda place: self.call(kind.find("__getitem__"), (value, place), {}, node))
        elif networks.is_network_object(value) and hasattr(type(value), "__getitem__"):
            yield from self._up_to_the_end(lambda place: self._outside(operator.getitem, (value, place), {}, node))
        elif is_array(value):
            raise self._no(attempted(iter, (value,), {})[0], node)
        else:
            raise self._error("TypeError", f"'{type_name(value)}' object is not iterable", node)

    def _through(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through what a loader, or a list of layers, gives."""
        parts = self._outside(iter, (value,), {}, node)
        none = object()
        while (part := self._outside(next, (parts, none), {}, node)) is not none:
            yield part

    def _up_to_the_end(self, part_at: Callable[[int], Any]) -> Iterator[Any]:
        """Go through an object that has only numbers for its parts, up to its first IndexError."""
        for place in range(MAX_LIST):
            try:
                part = part_at(place)
            except Rejection as rejection:
                if rejection.declined is not None and catches("IndexError", rejection.declined):
                    return
                raise
            yield part

    def _all(self, columns: Iterable[Any], node: ast.AST) -> list[list[Any]]:
        found = []
        for values in columns:
            if isinstance(values, range | list | tuple | str) and len(values) > MAX_LIST:
                raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
            found.append(list(self._each(values, node)))
        return found

    def _count(self, node: ast.AST) -> None:
        self._executed += 1
        if self._executed > MAX_EXECUTED:
            message = f"A program takes at most {thousands(MAX_EXECUTED)} steps here. Fewer rounds show the same."
            raise self._rejection("refused", message, node)

    def _error(self, kind: str, words: str, node: ast.AST) -> Rejection:
        return self._no(made(kind, words), node)


def _itself(value: Any) -> Any:
    """Return what a value stands for where it is compared: a type, or a library's function."""
    if isinstance(value, TypeOf):
        return value.kind
    return value.real if isinstance(value, Function) and value.real is not None else value


def _is_known(name: str) -> bool:
    return entry_named(f"builtins.{name}") is not None or name in FUNCTIONS
