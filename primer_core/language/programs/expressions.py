"""Evaluates the expressions of programs, and binds their names: what is read besides the one language."""

from __future__ import annotations

import ast
import builtins
import gc
import operator
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, EnumType
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from weakref import WeakSet

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import NO_CONSTANT, SIGNS, Evaluator
from primer_core.language.execution import attempted, is_array, owner_of
from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.formats import check_spec
from primer_core.language.programs.lazy import ASKED, is_waiting
from primer_core.language.programs.missing import missing
from primer_core.language.programs.python_names import COLLECTIONS, FUNCTIONS, MATH, METHODS
from primer_core.language.programs.reading import MODULES, why_absent
from primer_core.language.programs.scope import OwnNames, Scope
from primer_core.language.programs.values import (
    CLASS,
    EXCEPTIONS,
    Caught,
    Class,
    Entries,
    Function,
    Instance,
    Kind,
    Manager,
    Method,
    Once,
    Partial,
    Record,
    Transformed,
    TypeOf,
    Warned,
    catches,
    holds,
    made,
    type_in_errors,
    type_name,
)
from primer_core.language.rejection import Rejection
from primer_core.language.table import CONSTANTS, entry_named
from primer_core.language.table.dtypes import read_dtype
from primer_core.language.table.functions import function_of
from primer_core.language.text import quoted

MAX_EXECUTED = 20_000
"""Statements, and rounds of comprehensions, that a program may take."""

MAX_GIVEN = 100_000
"""Values that generators, ``zip`` and their like may give in a program; a tuple counts with its entries."""

MAX_LIVING = 400
"""Generators, ``zip`` and their like that a program may keep at once; one may ask the next, so this bounds how deep."""


_GROWING: Mapping[str, type] = {"list": list, "dict": dict, "set": set, "deque": deque}

ITERATORS: Mapping[type, str] = {
    str: "str_iterator", range: "range_iterator", list: "list_iterator", tuple: "tuple_iterator",
    dict: "dict_keyiterator", OrderedDict: "odict_iterator", set: "set_iterator", frozenset: "set_iterator",
    deque: "_collections._deque_iterator",
}  # fmt: skip
"""What Python calls that which goes through a value of its own."""


@dataclass(eq=False)
class Expressions(Evaluator, ABC):
    """Evaluates the expressions of programs: texts with values in them, comprehensions, dicts, objects."""

    _executed: int = 0
    _given: int = 0
    _living: WeakSet[Once] = field(default_factory=WeakSet)

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

    @abstractmethod
    def _within(
        self,
        steps: Generator[Any, Any, Any],
        scope: MutableMapping[str, Any],
        node: ast.AST,
        function: Function | None = None,
    ) -> Generator[Any, Any, Any]:
        """Go on with a generator each time that it is asked, with its own names in sight until it gives something."""

    @abstractmethod
    def _needed(self, value: Any, node: ast.AST) -> Callable[..., Any]:
        """Return what calls a value; raises Python's error where it is nothing that is called."""

    @abstractmethod
    def _new(self, kind: Class, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Make an object of a class of the program."""

    @abstractmethod
    def _callable(self, value: Any, node: ast.AST) -> Callable[..., Any] | None:
        """Return what calls a value of the program's; None if it is nothing that is called."""

    @abstractmethod
    def _method_of(self, kind: type, node: ast.Attribute) -> Function | None:
        """Return a method of one of Python's own types as a value; None where none is known here."""

    @abstractmethod
    def _bound_method(self, holder: Any, node: ast.Attribute) -> Function | None:
        """Return a method of a value as a value itself; None where it has none that is known here."""

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
                rounds, scope = self._comprehended(generators, node)
                values = (self._value(element) for _ in rounds)
                return self._once("generator", self._within(values, scope, node), node)
            case ast.ListComp(element, generators):
                found: list[Any] = []
                with self._rounds_of(generators, node) as rounds:
                    for _ in rounds:
                        found.append(self._value(element))
                        self._check_grown(found, node)
                return self._bounded(found, node)
            case ast.DictComp(key, value, generators):
                pairs: dict[Any, Any] = {}
                with self._rounds_of(generators, node) as rounds:
                    for _ in rounds:
                        self._enter(pairs, self._value(key), self._value(value), key)
                return pairs
            case ast.SetComp(element, generators):
                members: set[Any] = set()
                with self._rounds_of(generators, node) as rounds:
                    for _ in rounds:
                        members.add(self._hashable(self._value(element), element))
                        self._check_grown(members, node)
                return members
            case ast.Set(parts):
                return {self._hashable(each, node) for each in self._spread(parts)}
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
                yield from self._collected(self._value(part.value), part)
            else:
                yield self._value(part)

    def _comprehended(
        self, generators: list[ast.comprehension], node: ast.AST
    ) -> tuple[Iterator[None], MutableMapping[str, Any]]:
        """Return the rounds of a comprehension, and the names within it."""
        first, *others = generators
        values = self._each(self._value(first.iter), first.iter)
        targets = {each.id for part in generators for each in ast.walk(part.target) if isinstance(each, ast.Name)}
        return self._round(first, values, others, node), Scope(
            OwnNames(frozenset(targets)), self.names, comprehends=True
        )

    @contextmanager
    def _rounds_of(self, generators: list[ast.comprehension], node: ast.AST) -> Iterator[Iterator[None]]:
        """Give the rounds of a comprehension, with its names in sight meanwhile."""
        around = self.names
        rounds, self.names = self._comprehended(generators, node)
        try:
            yield rounds
        finally:
            self.names = around

    def _round(
        self, generator: ast.comprehension, values: Iterable[Any], others: list[ast.comprehension], node: ast.AST
    ) -> Iterator[None]:
        for value in values:
            self._count(node)
            self._assign(generator.target, value)
            if not all(self._truth(test) for test in generator.ifs):
                continue
            if others:
                inner = self._each(self._value(others[0].iter), others[0].iter)
                yield from self._round(others[0], inner, others[1:], node)
            else:
                yield

    # What is gone through once

    def _once(self, kind: str, source: Iterable[Any], node: ast.AST) -> Once:
        """Return what can be gone through once, and is kept count of."""
        if len(self._living) >= MAX_LIVING:
            gc.collect()  # what nobody can ask any more may lie in circles
        if len(self._living) >= MAX_LIVING:
            message = f"A program keeps at most {MAX_LIVING} generators, zips and their like at once here."
            raise self._rejection("refused", message, node)

        def meter(value: Any) -> None:
            self._given += 1 + (len(value) if isinstance(value, tuple) else 0)
            if self._given > MAX_GIVEN:
                message = f"Generators, zip and their like give at most {thousands(MAX_GIVEN)} values in all here."
                raise self._rejection("refused", message, node)

        made_once = Once(kind, source, meter)
        self._living.add(made_once)
        return made_once

    def _next_of(
        self, value: Once, node: ast.AST, default: Any, sent: Any = None, thrown: Exception | None = None
    ) -> Any:
        """Return the next value of what can be gone through once, or a default where there is none."""
        try:
            found, _ = attempted(value.give, (sent, thrown), {})
        except StopIteration:
            return default
        if isinstance(found, Declined):
            raise self._no(found, node)
        return found

    def _collected(self, value: Any, node: ast.AST) -> list[Any]:
        """Return all that a value gives, unless that is too much."""
        found: list[Any] = []
        for each in self._each(value, node):
            if len(found) >= MAX_LIST:
                raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
            found.append(each)
        return found

    def _hashable(self, value: Any, node: ast.AST) -> Any:
        """Return a value that can be an entry of a set or a key of a dict; a library's class is one whatever named it.

        Raises
        ------
        Rejection
            With Python's own error, if it cannot.
        """
        waiting = [value]
        while waiting:
            each = waiting.pop()
            kind = self._class_of(each)
            if isinstance(each, list | dict | set | deque | np.ndarray) or (
                isinstance(each, Instance) and kind is not None and kind.has("__eq__")
            ):
                raise self._error("TypeError", f"unhashable type: '{type_name(each)}'", node)
            if isinstance(each, tuple):
                waiting.extend(each)
        return _as_key(value)

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
        key = self._hashable(key, node)
        if holds(value, entries):
            raise self._rejection("refused", "A dict that would hold itself is not made here.", node)
        if len(entries) >= MAX_LIST:
            raise self._rejection("refused", f"A dict has at most {thousands(MAX_LIST)} entries here.", node)
        entries[key] = value

    def _looked_up(self, entries: dict[Any, Any], key: Any, node: ast.AST) -> Any:
        key = self._hashable(key, node)
        if key not in entries:
            if isinstance(entries, Counter):
                return 0
            if not isinstance(entries, defaultdict) or entries.default_factory is None:
                raise self._error("KeyError", repr(key), node)
            self._enter(entries, key, entries.default_factory(), node)
        return entries[key]

    def _check_grown(self, holder: Any, node: ast.AST) -> None:
        """Refuse a list or its like that has grown too large; lists in it are counted every now and then only."""
        if len(holder) > MAX_LIST:
            kind = next(word for word, of in _GROWING.items() if isinstance(holder, of))
            raise self._rejection("refused", f"A {kind} has at most {thousands(MAX_LIST)} entries here.", node)
        if len(holder) % 64 == 0:
            self._bounded(list(holder.values() if isinstance(holder, dict) else holder), node)

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
                kind = self._class_of(value) if isinstance(value, Enum) else None
                if kind is not None and kind.has("__str__"):
                    value = self._text_of(value, inner)
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
        self._check_present(node)
        full = self.aliases.get(name)
        if full is not None and full not in MODULES.values() and self._constant(full) is not NO_CONSTANT:
            return self._constant(full)
        known = getattr(builtins, name, None) if _is_known(name) else None
        if isinstance(known, type):
            return known
        if full in COLLECTIONS:
            return self._as_value(node, COLLECTIONS[full])
        if known is not None or (full is not None and full not in MODULES.values()):
            return self._as_value(node, known if full is None else full)
        if full is not None:
            return super()._named(node)
        raise self._error("NameError", f"name '{name}' is not defined", node)

    def _check_present(self, node: ast.Name) -> None:
        """Refuse what was imported and cannot be used here."""
        reason = why_absent(self.aliases.get(node.id, ""))
        if reason and node.id not in self.names:
            raise self._rejection("unknown", reason, node)

    def _dotted(self, node: ast.expr) -> str | None:
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name):
            self._check_present(root)
        return super()._dotted(node)

    def _constant(self, name: str) -> Any:
        library, _, last = name.partition(".")
        if library == "math" and last in MATH and not callable(MATH[last]):
            return MATH[last]
        if library == "np" and last in _KINDS_OF_NUMBERS:
            return getattr(np, last)
        if name == "np.__version__":
            return np.__version__
        if name == "torch.__version__":
            load_torch()
            import torch

            return str(torch.__version__)
        return super()._constant(name)

    def _as_value(self, node: ast.expr, known: Any) -> Any:
        """Return a function of Python's or of a library as a value: to call it is to call what was written.

        A class whose objects PyTorch's networks are made of is a type, as ``type`` gives it.

        Parameters
        ----------
        node
            What was written.
        known
            Python's own function, or the name by which the table knows the library's.
        """
        if isinstance(known, str):
            entry = entry_named(known)
            if known in networks.MADE:
                return TypeOf(networks.base(networks.MADE[known]))
            if known in networks.FUNCTIONS:
                known = networks.FUNCTIONS[known]()
            elif entry is None or entry.attribute:
                raise self._unknown(known, node)
            else:
                known = function_of(entry)
        return self._calling(node, known, node)

    def _calling(self, called: ast.expr, real: Any, node: ast.expr, holder: Any = None, *, skips: int = 0) -> Function:
        """Return a function that calls what an expression names, with whatever it is called with.

        Parameters
        ----------
        called
            The expression.
        real
            What it stands for.
        node
            What was written.
        holder
            What the name ``holder`` in the expression stands for.
        skips
            int, how many of the arguments it is not called with, ``values`` in the expression being all of them.
        """
        scope = Scope(OwnNames(frozenset({"holder"})), self.names)
        scope["holder"] = holder
        values, more = ast.Name("values", ast.Load()), ast.Name("more", ast.Load())
        given: ast.expr = values
        if skips:
            given = ast.Subscript(values, ast.Slice(ast.Constant(skips)), ast.Load())
        call = ast.Call(called, [ast.Starred(given, ast.Load())], [ast.keyword(None, more)])
        return Function(
            ast.unparse(node),
            ast.arguments([], [], ast.arg(values.id), [], [], ast.arg(more.id), []),
            ast.fix_missing_locations(ast.copy_location(call, node)),
            scope,
            (),
            {},
            OwnNames(frozenset({values.id, more.id})),
            None,
            real=real,
        )

    def _attribute(self, node: ast.Attribute) -> Any:
        dotted = self._dotted(node)
        if dotted in COLLECTIONS:
            return self._as_value(node, COLLECTIONS[dotted])
        if dotted is not None and networks.knows(dotted):
            return self._as_value(node, dotted)
        if dotted is not None and dotted not in CONSTANTS and read_dtype(dotted) is None and entry_named(dotted):
            return self._as_value(node, dotted)
        return super()._attribute(node)

    def _computed(self, symbol: str, compute: Callable[[Any, Any], Any], left: Any, right: Any, node: ast.AST) -> Any:
        left, right = itself(left), itself(right)
        if symbol not in ("is", "is not"):
            left, right = _as_own(left), _as_own(right)
        elif isinstance(left, Kind) and isinstance(right, Kind):
            return (left.name == right.name) is (symbol == "is")
        return super()._computed(symbol, compute, left, right, node)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if owner_of(holder) is None or isinstance(holder, TypeOf | Record):
            return self._attribute_of(holder, node)
        if isinstance(holder, type) and issubclass(holder, Record) and node.attr == "_fields":
            return holder.names
        if isinstance(holder, tuple) and node.attr in _OF_LOADING and hasattr(holder, node.attr):
            return getattr(holder, node.attr)
        found = self._method_of(holder, node) if isinstance(holder, type) else self._bound_method(holder, node)
        return found or super()._read(holder, node)

    def _item(self, holder: Any, key: Any, node: ast.expr) -> Any:
        if type(holder) in (bool, int, float, complex):
            raise self._error("TypeError", f"'{type_name(holder)}' object is not subscriptable", node)
        match holder:
            case dict():
                return self._looked_up(holder, key, node)
            case set() | frozenset() | None:
                raise self._error("TypeError", f"'{type_name(holder)}' object is not subscriptable", node)
            case deque():
                return self._python(operator.getitem, (holder, key), node)
            case Once(kind) | Entries(kind):
                raise self._error("TypeError", f"'{kind}' object is not subscriptable", node)
            case str():
                return self._python(operator.getitem, (holder, key), node)
            case list() | tuple() | range() if isinstance(key, str):  # no name of a dtype or a column, as of an array
                return self._python(operator.getitem, (holder, key), node)
            case np.flatiter():  # which copies what an array by itself would give a view of
                picked = self._perform("ndarray.[]", (holder.base.reshape(-1), key), {}, node)
                return picked.copy() if isinstance(picked, np.ndarray) else picked
        found = self._class_of(holder)
        if found is not None and found.has("__getitem__"):
            return self.call(found.find("__getitem__"), (holder, key), {}, node)
        if networks.is_network_object(holder):
            return self._outside(operator.getitem, (holder, key), {}, node)
        if isinstance(holder, (*_CALLED, Manager, FunctionType, BuiltinFunctionType, MethodType)):
            raise self._error("TypeError", f"'{type_name(holder)}' object is not subscriptable", node)
        return super()._item(holder, key, node)

    def _attribute_of(self, holder: Any, node: ast.Attribute) -> Any:
        match holder, node.attr:
            case TypeOf(), "__name__":
                return holder.name
            case Warned(category, _), "category":
                return Kind(category)
            case Warned(_, words), "message":
                return words
            case ((Kind() | Function() | Class() | Transformed()), "__name__"):
                return holder.name.rpartition(".")[2]  # a library's function is called by its path
            case Instance(_, values), name if name in values:
                return values[name]
            case Class(), name if holder.has(name):
                own = holder.find(name)
                return Method(own, holder) if isinstance(own, Function) and own.role == "class" else own
            case Caught(declined), "args":
                return (declined.words,) if declined.words else ()
            case Record(names=names), name if name in names:
                return holder[names.index(name)]
            case Record(names=names), "_fields":
                return names
            case deque(), "maxlen":
                return holder.maxlen
            case _, "type" | "index" if type_name(holder) == "device":
                return getattr(holder, node.attr)
        if is_waiting(holder):
            return self._of_waiting(holder, node)
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
            if found.role == "class":
                return Method(found, kind)
            return self.call(found, (holder,), {}, node) if found.role == "property" else Method(found, holder)
        bound = self._bound_method(holder, node)
        if bound is not None:
            return bound
        raise self._no_attribute(holder, node)

    def _of_waiting(self, holder: Any, node: ast.Attribute) -> Any:
        """Return what a parameter without a shape tells of itself; PyTorch refuses most of the rest."""
        if node.attr not in ASKED:
            raise self._rejection(
                "unknown", f"{quoted('.' + node.attr)} is not known here before the first input.", node
            )
        found, _ = attempted(getattr, (holder, node.attr), {})
        if isinstance(found, Declined):
            raise self._no(found, node)
        return found

    def _unknown(self, name: str, node: ast.AST) -> Rejection:
        words = missing(name)
        return self._error("AttributeError", words, node) if words else super()._unknown(name, node)

    def _no_attribute(self, holder: Any, node: ast.Attribute) -> Rejection:
        """Return Python's own error where there is no such attribute, and that it is not known here where there is."""
        kind = type(holder)
        real = holder.real if isinstance(holder, Class) else kind
        is_own = isinstance(holder, Instance | Class) or self._class_of(holder) is not None
        if is_own and not (real is not Instance and hasattr(real, node.attr)):
            name = holder.name if isinstance(holder, Class) else type_name(holder)
            start = f"type object '{name}'" if isinstance(holder, Class) else f"'{name}' object"
            return self._error("AttributeError", f"{start} has no attribute '{node.attr}'", node)
        plain = holder is None or isinstance(holder, _AS_PYTHON_HAS_THEM) or networks.is_network_object(holder)
        # Any function of Python's stands for one of the program.
        asked = (_as_own if holder.real is None else holder.real) if isinstance(holder, Function) else holder
        if plain and node.attr not in dir(asked):
            declined, _ = attempted(getattr, (asked, node.attr), {})
            if isinstance(declined, Declined):
                return self._no(declined, node)
        if node.attr in dir(kind) or owner_of(holder) is None:
            owner = owner_of(holder)
            if owner is None or type(holder) in METHODS:
                message = f"{quoted('.' + node.attr)} of {type_name(holder)} is not known here."
                return self._rejection("unknown", message, node)
            return self._unknown(f"{owner}.{node.attr}", node)
        return self._error("AttributeError", f"'{type_in_errors(holder)}' object has no attribute '{node.attr}'", node)

    def _class_of(self, value: Any) -> Class | None:
        if isinstance(value, Instance):
            return value.kind
        found = getattr(type(value), CLASS, None)
        return found if isinstance(found, Class) else None

    def _compared(self, node: ast.Compare, left: ast.expr, operations: list[ast.cmpop], rights: list[ast.expr]) -> Any:
        if len(operations) == 1 and isinstance(operations[0], ast.In | ast.NotIn):
            value, holder = self._value(left), self._value(rights[0])
            if isinstance(value, list | dict) and isinstance(holder, dict):
                raise self._error("TypeError", f"unhashable type: '{type_name(value)}'", node)
            kind = self._class_of(holder)
            if isinstance(holder, Instance) and kind is not None and kind.has("__contains__"):
                found = self._as_truth(self.call(kind.find("__contains__"), (holder, value), {}, node), node)
            elif isinstance(holder, Instance | Once):
                found = any(self._is_equal(each, value, node) for each in self._each(holder, node))
            else:
                if isinstance(holder, list | tuple | set | frozenset) and isinstance(_as_key(value), TypeOf):
                    holder = [_as_key(each) for each in holder]
                found = self._python(operator.contains, (holder, _as_key(value)), node)
            return bool(found) is isinstance(operations[0], ast.In)
        return super()._compared(node, left, operations, rights)

    def _as_truth(self, value: Any, node: ast.AST) -> bool:
        kind = value.kind if isinstance(value, Instance) else None
        if kind is not None and kind.has("__bool__"):
            found = self.call(kind.find("__bool__"), (value,), {}, node)
            if not isinstance(found, bool):
                raise self._error("TypeError", f"__bool__ should return bool, returned {type_name(found)}", node)
            return found
        if kind is not None and kind.has("__len__"):
            return bool(self.call(kind.find("__len__"), (value,), {}, node))
        if is_waiting(value):
            return bool(self._python(bool, (value,), node))
        return super()._as_truth(value, node)

    def _is_equal(self, one: Any, other: Any, node: ast.AST) -> bool:
        return one is other or self._as_truth(self._computed(*SIGNS["=="], one, other, node), node)

    # Names

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("__"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be defined here.", node)

    def _put(self, holder: Any, key: Any, value: Any, target: ast.expr) -> None:
        if isinstance(holder, dict):
            self._enter(holder, key, value, target)
            return
        found = self._class_of(holder)
        if isinstance(holder, Instance) and found is not None and found.has("__setitem__"):
            self.call(found.find("__setitem__"), (holder, key, value), {}, target)
            return
        if isinstance(holder, list) and isinstance(key, slice) and isinstance(value, list | tuple | range | str):
            self._check_held(value, holder, target)
            self._python(operator.setitem, (holder, key, value), target)
            self._check_grown(holder, target)
            return
        if isinstance(holder, list | deque):
            self._check_held([value], holder, target)
        if holder is None or isinstance(holder, (set, frozenset, Once, Entries, Manager, *_CALLED)):
            words = f"'{type_name(holder)}' object does not support item assignment"
            raise self._error("TypeError", words, target)
        if isinstance(holder, deque):
            self._python(operator.setitem, (holder, key, value), target)
            return
        if networks.is_network_object(holder):
            self._outside(networks.set_item, (holder, key, value), {}, target)
            return
        if isinstance(holder, np.flatiter) and holder.base.flags.c_contiguous:
            holder = holder.base.reshape(-1)
        super()._put(holder, key, value, target)

    def _check_held(self, values: Iterable[Any], holder: Any, node: ast.AST) -> None:
        """Refuse what would make a list or its like hold itself: nobody comes to an end who goes through it."""
        if any(holds(value, holder) for value in values):
            raise self._rejection("refused", "A list that would hold itself is not made here.", node)

    def _changed(self, before: Any, sign: ast.operator, value: Any, node: ast.stmt) -> Any:
        taken = isinstance(value, Once | Entries | set | frozenset | dict | deque)
        if (isinstance(before, list) and taken) or (isinstance(before, deque) and isinstance(sign, ast.Add)):
            value = self._collected(value, node)
        if isinstance(before, list | deque) and isinstance(value, list | tuple):
            self._check_held(value, before, node)
        return super()._changed(_as_own(itself(before)), sign, itself(value), node)

    def _delete(self, target: ast.expr) -> None:
        if not isinstance(target, ast.Subscript):
            super()._delete(target)
            return
        holder, key = self._value(target.value), self._value(target.slice)
        if isinstance(holder, dict):
            self._looked_up(holder, key, target)
        if not isinstance(holder, list | dict | deque):
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
                self._assign_starred(targets, self._collected(value, target), target)
            case ast.Tuple() | ast.List() if isinstance(value, _UNPACKED) or self._class_of(value) is not None:
                super()._assign(target, self._collected(value, target))
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
        """Return what goes through a value, as a loop does; raises Python's error where nothing can."""
        if isinstance(value, Once):
            return self._drained(value, node)
        if isinstance(value, list | tuple | str | range | Entries):
            return iter(value)
        if isinstance(value, dict | set | frozenset | deque):
            return self._drained(Once(ITERATORS.get(type(value), "dict_keyiterator"), value), node)
        if isinstance(value, np.flatiter):
            value = value.base.reshape(-1)  # in the order of the axes, as it goes
        if is_array(value) and len(value.shape) > 0:
            owner = self._owner(value, node)
            return (self._perform(f"{owner}.[]", (value, place), {}, node) for place in range(value.shape[0]))
        kind = self._class_of(value)
        if kind is not None and kind.has("__iter__") and not networks.is_network_object(value):
            return self._asked_for(value, node)
        if networks.is_network_object(value) and hasattr(type(value), "__iter__"):
            return self._through(value, node)
        if kind is not None and kind.has("__getitem__"):
            return self._up_to_the_end(
                lambda place: self.call(kind.find("__getitem__"), (value, place), {}, node), node
            )
        if networks.is_network_object(value) and hasattr(type(value), "__getitem__"):
            return self._up_to_the_end(lambda place: self._outside(operator.getitem, (value, place), {}, node), node)
        if is_array(value):
            raise self._no(attempted(iter, (value,), {})[0], node)
        raise self._error("TypeError", f"'{type_name(value)}' object is not iterable", node)

    def _drained(self, value: Once, node: ast.AST) -> Iterator[Any]:
        none = object()
        while (found := self._next_of(value, node, none)) is not none:
            yield found

    def _asked_for(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through an object of the program by its own ``__iter__`` and ``__next__``."""
        kind = self._class_of(value)
        assert kind is not None
        steps = self.call(kind.find("__iter__"), (value,), {}, node)
        found = self._class_of(steps)
        if found is None or not found.has("__next__"):
            if isinstance(steps, Once):
                return self._drained(steps, node)
            raise self._error("TypeError", f"iter() returned non-iterator of type '{type_name(steps)}'", node)
        more = found.find("__next__")
        return self._up_to_the_end(lambda _: self.call(more, (steps,), {}, node), node, "StopIteration")

    def _through(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through what a loader, or a list of layers, gives."""
        parts = self._outside(iter, (value,), {}, node)
        none = object()
        while (part := self._outside(next, (parts, none), {}, node)) is not none:
            yield part

    def _up_to_the_end(self, part_at: Callable[[int], Any], node: ast.AST, end: str = "IndexError") -> Iterator[Any]:
        """Go through an object part by part, up to the error that says that there are no more."""
        for place in range(MAX_LIST):
            try:
                part = part_at(place)
            except Rejection as rejection:
                if rejection.declined is not None and catches(end, rejection.declined):
                    return
                raise
            yield part
        raise self._rejection("refused", f"At most {thousands(MAX_LIST)} parts are gone through here.", node)

    def _all(self, columns: Iterable[Any], node: ast.AST) -> list[list[Any]]:
        found = []
        for values in columns:
            if isinstance(values, range | list | tuple | str) and len(values) > MAX_LIST:
                raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
            found.append(self._collected(values, node))
        return found

    def _count(self, node: ast.AST) -> None:
        self._executed += 1
        if self._executed > MAX_EXECUTED:
            message = f"A program takes at most {thousands(MAX_EXECUTED)} steps here. Fewer rounds show the same."
            raise self._rejection("refused", message, node)

    def _error(self, kind: str, words: str, node: ast.AST) -> Rejection:
        return self._no(made(kind, words), node)


_CALLED = (Function, Method, Partial, Transformed)
"""What stands for something of Python's that can be called."""

_OF_LOADING = ("missing_keys", "unexpected_keys")
"""What the pair has that ``load_state_dict`` returns."""

_AS_PYTHON_HAS_THEM = (
    dict, set, frozenset, deque, complex, range, slice, Function, np.random.Generator, np.random.RandomState,
)  # fmt: skip
"""Types whose attributes are known to be missing where Python misses them."""
_KINDS_OF_NUMBERS = (
    "str_", "generic", "number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating",
    "complexfloating",
)  # fmt: skip
"""NumPy's classes of its numbers, which code compares dtypes with."""
_UNPACKED = (dict, set, frozenset, deque, Once, Entries, EnumType)
"""What is not unpacked as the one language does it."""


def itself(value: Any) -> Any:
    """Return what a value stands for where it is compared or computed with: a type, or a library's function."""
    if isinstance(value, TypeOf):
        return value.kind
    if isinstance(value, Transformed):
        return value.function
    return value.real if isinstance(value, Function) and value.real is not None else value


def _as_key(value: Any) -> Any:
    """Return a class in the one form that it has among others, whatever named it; anything else as it is."""
    kind = itself(value)
    return TypeOf(kind) if isinstance(kind, type) and not issubclass(kind, Record) else value


def _as_own(value: Any) -> Any:
    """Return a text that stood in an array, or what a dict gives of itself, as Python's own, computed with alike."""
    match value:
        case np.str_():
            return str(value)
        case Entries("dict_items", pairs):
            return dict(pairs).items()
        case Entries("dict_keys", keys):
            return dict.fromkeys(keys).keys()
    return value


def _is_known(name: str) -> bool:
    return entry_named(f"builtins.{name}") is not None or name in FUNCTIONS
