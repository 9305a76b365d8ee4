"""Runs a program: Python's own statements and functions over the evaluator of the one language.

Like the evaluator it walks a syntax tree; no text is ever run. A function that a program defines is called by walking
its body, so that nothing is done in it that could not be done outside.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import attempted, check_result, is_array, owner_of
from primer_core.language.limits import MAX_LIST, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.layers import Watch
from primer_core.language.programs.reading import MODULES, Program, imported
from primer_core.language.programs.scope import Scope, names_bound
from primer_core.language.programs.values import (
    EXCEPTIONS,
    Caught,
    Class,
    Function,
    Instance,
    Kind,
    Method,
    Once,
    TypeOf,
    Warned,
    catches,
    made,
    type_name,
)
from primer_core.language.reader import ALIASES
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table import CONSTANTS, entry_named
from primer_core.language.text import quoted

MAX_EXECUTED = 20_000
"""Statements, and rounds of comprehensions, that a program may take."""

MAX_DEPTH = 40
"""Calls of a program's own functions within each other."""

_SPEC = re.compile(r"([^{}]?[<>=^])?[-+ ]?[z]?#?0?(\d{0,3})[,_]?(\.\d{1,3})?[bcdeEfFgGnosxX%]?", re.ASCII)
_WIDEST = 200

_MATH: Mapping[str, Any] = {
    name: getattr(math, name)
    for name in (
        "acos", "asin", "atan", "atan2", "ceil", "cos", "cosh", "degrees", "e", "exp", "expm1", "fabs", "floor",
        "fmod", "hypot", "inf", "isclose", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "nan", "pi",
        "pow", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "tau", "trunc",
    )
}  # fmt: skip

_METHODS: Mapping[type, tuple[str, ...]] = {
    list: ("append", "extend", "insert", "pop", "remove", "clear", "index", "count", "reverse", "sort", "copy"),
    tuple: ("index", "count"),
    dict: ("get", "items", "keys", "values", "pop", "copy", "setdefault", "update"),
    str: (
        "capitalize", "count", "endswith", "find", "isdigit", "isalpha", "join", "lower", "lstrip", "replace", "rstrip",
        "split", "splitlines", "startswith", "strip", "title", "upper",
    ),
}  # fmt: skip
"""What can be asked of Python's own values. ``format`` is not among it: it reads attributes."""

_TYPES: Mapping[str, Callable[[], tuple[type, ...]]] = {
    "int": lambda: (int,), "float": lambda: (float,), "bool": lambda: (bool,), "str": lambda: (str,),
    "list": lambda: (list,), "tuple": lambda: (tuple,), "dict": lambda: (dict,), "complex": lambda: (complex,),
    "np.ndarray": lambda: (np.ndarray,), "np.generic": lambda: (np.generic,), "np.floating": lambda: (np.floating,),
    "np.integer": lambda: (np.integer,), "np.number": lambda: (np.number,), "np.bool_": lambda: (np.bool_,),
    "np.float64": lambda: (np.float64,), "np.float32": lambda: (np.float32,), "np.int64": lambda: (np.int64,),
    "torch.Tensor": lambda: (_torch().Tensor,),
}  # fmt: skip

_OWN = (
    "str", "repr", "sorted", "zip", "enumerate", "isinstance", "type", "any", "all", "dict", "reversed", "map",
    "filter", "print", "max", "min", "sum", "len", "list", "tuple", "int", "float", "bool", "callable",
)  # fmt: skip

_BARE = (Once, Caught, TypeOf, Kind, Function, Method, Class, Instance)

_DUNDER = ("__init__", "__len__", "__getitem__", "__call__", "__repr__", "__str__")

_OF_DEVICES = ("torch.device", "torch.cuda.is_available", "torch.backends.mps.is_available")

Happening = Literal["statement", "loop", "test", "call"]
"""What came to its end: a simple statement; the head of a loop's round; the test of an ``if`` or ``while``; the
binding of a function's arguments."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Something that a program has just done.

    Parameters
    ----------
    node
        The statement.
    happening
        What of it was done.
    functions
        Names of the program's own functions that are under way, outermost first.
    """

    node: ast.stmt
    happening: Happening
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """What a library refused.

    Parameters
    ----------
    rejection
        How it was told.
    entry
        Its name in the table.
    positional, keywords
        Its arguments.
    """

    rejection: Rejection
    entry: str
    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]


class _Left(Exception):  # noqa: N818 - a signal, and no error
    """A loop, or one round of it, is left."""

    def __init__(self, *, loop: bool) -> None:
        super().__init__()
        self.loop = loop


class _Returned(Exception):  # noqa: N818 - a signal, and no error
    """A function is left with a value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@dataclass(eq=False)
class Interpreter(Evaluator):
    """Runs programs.

    Parameters
    ----------
    watch
        Is told what was done, each time that something was.
    failed
        What a library refused last; None if it refused nothing.
    under_way
        The statement of the program itself that runs, or ran last; None before the first.
    layers
        Takes down what its networks do.
    blamed
        What was rejected last, and the names that were in sight there; None if nothing was.
    """

    watch: Callable[[Moment], None] = lambda _: None
    failed: Failed | None = None
    under_way: ast.stmt | None = None
    layers: Watch = field(default_factory=Watch)
    blamed: tuple[Rejection, MutableMapping[str, Any]] | None = None
    _handled: list[Rejection] = field(default_factory=list)
    _recording: list[list[Warned]] = field(default_factory=list)
    _running: list[Function] = field(default_factory=list)
    _node: ast.AST = field(default_factory=ast.Pass)
    _executed: int = 0
    _line_open: bool = False

    def __post_init__(self) -> None:
        self.aliases = dict(ALIASES) | {"math": "math", "time": "time", "warnings": "warnings"}

    def run_program(self, program: Program) -> Rejection | None:
        """Run a program as far as it goes.

        Returns
        -------
        rejection
            What stopped it: the first error that nothing caught, or what cannot be run; None if it came to its end.
        """
        self._source = program.source
        try:
            for node in program.nodes:
                self.under_way = node
                self.statement(node, program.source)
        except Rejection as rejection:
            return rejection
        except RecursionError:
            message = "Calls and brackets lie too deep in each other here."
            return Rejection("refused", message, Place.of(node, program.source))
        return program.fault

    # Statements

    def statement(self, node: ast.stmt, source: str) -> None:
        """Run one statement of a source; raises as `Evaluator.run` does."""
        self._source = source
        self._count(node)
        match node:
            case ast.If(test, body, otherwise):
                truth = self._truth(test)
                self._tell(node, "test")
                self._block(body if truth else otherwise)
            case ast.For():
                self._for(node)
            case ast.While():
                self._while(node)
            case ast.With(items, body):
                self._with(items, body, node)
            case ast.Try():
                self._try(node)
            case ast.FunctionDef(name, arguments, body):
                if node.decorator_list:
                    self._decorated(node)
                self._check_name(name, node)
                self.names[name] = self._function(name, arguments, body, node)
                self._tell(node)
            case ast.ClassDef():
                self._class(node)
                self._tell(node)
            case ast.Return(value):
                result = None if value is None else self._value(value)
                self._tell(node)
                raise _Returned(result)
            case ast.Break() | ast.Continue():
                self._tell(node)
                raise _Left(loop=isinstance(node, ast.Break))
            case ast.Raise(raised, _):
                raise self._raised(raised, node)
            case ast.Assert(test, message):
                if not self._truth(test):
                    words = "" if message is None else self._shown(self._value(message), message)
                    raise self._error("AssertionError", words, node)
                self._tell(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.AnnAssign(target, _, value):
                if value is not None:
                    self._assign(target, self._value(value))
                self._tell(node)
            case ast.Global() | ast.Nonlocal():
                pass
            case ast.Expr(value):
                self._value(value)
                self._tell(node)
            case _:
                super().statement(node, source)
                self._tell(node)

    def _count(self, node: ast.AST) -> None:
        self._executed += 1
        if self._executed > MAX_EXECUTED:
            message = f"A program takes at most {thousands(MAX_EXECUTED)} steps here. Fewer rounds show the same."
            raise self._rejection("refused", message, node)

    def _tell(self, node: ast.stmt, happening: Happening = "statement") -> None:
        self.watch(Moment(node, happening, tuple(function.name for function in self._running)))

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self.statement(node, self._source)

    def _for(self, node: ast.For) -> None:
        for value in self._each(self._value(node.iter), node.iter):
            self._count(node)
            self._assign(node.target, value)
            self._tell(node, "loop")
            if self._left(node.body):
                return
        self._block(node.orelse)

    def _while(self, node: ast.While) -> None:
        while True:
            self._count(node)
            truth = self._truth(node.test)
            self._tell(node, "test")
            if not truth:
                break
            if self._left(node.body):
                return
        self._block(node.orelse)

    def _left(self, body: list[ast.stmt]) -> bool:
        """Run a round of a loop; return whether the loop is left by it."""
        try:
            self._block(body)
        except _Left as left:
            return left.loop
        return False

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], node: ast.stmt) -> None:
        if not items:
            self._block(body)
            return
        item = items[0]
        with self._context(item):
            self._with(items[1:], body, node)

    def _context(self, item: ast.withitem) -> AbstractContextManager[Any]:
        expression = item.context_expr
        written = ast.unparse(expression)
        modes = {"torch.no_grad()": "no_grad", "torch.enable_grad()": "enable_grad"}
        if written in modes and item.optional_vars is None:
            torch = _torch()
            grad: AbstractContextManager[Any] = torch.no_grad() if modes[written] == "no_grad" else torch.enable_grad()
            return grad
        if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "warnings.catch_warnings":
            records = any(word.arg == "record" and ast.unparse(word.value) == "True" for word in expression.keywords)
            kept: list[Warned] = []
            if item.optional_vars is not None:
                self._assign(item.optional_vars, kept if records else None)
            return _Recording(self._recording, kept) if records else nullcontext()
        message = "Of “with”, torch.no_grad(), torch.enable_grad() and warnings.catch_warnings() are run here."
        raise self._rejection("unread", message, expression)

    def _try(self, node: ast.Try) -> None:
        stopped = False
        try:
            try:
                self._block(node.body)
            except Rejection as rejection:
                if rejection.declined is None:
                    stopped = True
                    raise
                handler = next((each for each in node.handlers if self._handles(each, rejection.declined)), None)
                if handler is None:
                    raise
                self._handle(handler, rejection)
            else:
                self._block(node.orelse)
        finally:
            if not stopped:
                self._block(node.finalbody)

    def _handles(self, handler: ast.ExceptHandler, declined: Declined) -> bool:
        if handler.type is None:
            return True
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(catches(ast.unparse(kind).rpartition(".")[2], declined) for kind in kinds)

    def _handle(self, handler: ast.ExceptHandler, rejection: Rejection) -> None:
        assert rejection.declined is not None
        if handler.name:
            self.names[handler.name] = Caught(rejection.declined)
        self._handled.append(rejection)
        try:
            self._block(handler.body)
        finally:
            self._handled.pop()
            if handler.name and handler.name in self.names:
                del self.names[handler.name]

    def _raised(self, raised: ast.expr | None, node: ast.stmt) -> Rejection:
        if raised is None:
            if self._handled:
                return self._handled[-1]
            return self._error("RuntimeError", "No active exception to reraise", node)
        value = self._value(raised)
        if isinstance(value, Kind):
            value = Caught(made(value.name, ""))
        if not isinstance(value, Caught):
            return self._error("TypeError", "exceptions must derive from BaseException", node)
        return Rejection("declined", value.declined.text, Place.of(node, self._source), value.declined)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, full in imported(node):
            self.aliases = {**self.aliases, name: full}

    def _decorated(self, node: ast.FunctionDef) -> None:
        written = [ast.unparse(each) for each in node.decorator_list]
        message = f"The decorator @{written[0]} is not run here. Leave it out."
        raise self._rejection("unread", message, node.decorator_list[0])

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("__"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be defined here.", node)

    def _function(
        self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr, node: ast.stmt | None = None
    ) -> Function:
        statements: list[ast.stmt] = body if isinstance(body, list) else [ast.Expr(body)]
        local, elsewhere = names_bound(statements, arguments)
        keyword = {
            each.arg: self._value(default)
            for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        defaults = tuple(map(self._value, arguments.defaults))
        return Function(name, arguments, body, self.names, defaults, keyword, local, elsewhere, node)

    # Classes

    def _class(self, node: ast.ClassDef) -> None:
        """Define a class, whose objects are PyTorch's where it derives from one of PyTorch's."""
        if node.decorator_list or node.keywords or len(node.bases) > 1:
            message = "A class has one base here, and no decorator and no metaclass."
            raise self._rejection("unread", message, node)
        self._check_name(node.name, node)
        base, real = self._base(node.bases[0]) if node.bases else (None, None)
        made_class = Class(node.name, base, None, {})
        for each in node.body:
            match each:
                case ast.FunctionDef(name, arguments, body):
                    if each.decorator_list:
                        self._decorated(each)
                    if name.startswith("__") and name not in _DUNDER:
                        message = f"{quoted(name)} cannot be defined here. What can be: {', '.join(_DUNDER)}."
                        raise self._rejection("unknown", message, each)
                    made_class.members[name] = replace(self._function(name, arguments, body, each), owner=made_class)
                case ast.Assign([ast.Name(name)], value):
                    self._check_name(name, each)
                    made_class.members[name] = self._value(value)
                case ast.Pass() | ast.Expr(ast.Constant()):
                    pass
                case _:
                    message = "In the body of a class stand methods and “name = value” here."
                    raise self._rejection("unread", message, each)
        if real is not None:
            made_class.real = networks.derived(real, made_class, self._from_outside)
        self.names[node.name] = made_class

    def _base(self, node: ast.expr) -> tuple[Class | None, type | None]:
        if isinstance(node, ast.Name) and node.id == "object" and "object" not in self.names:
            return None, None
        full = self._full_name(node)
        if full in networks.BASES:
            return None, networks.base(networks.BASES[full])
        value = self._value(node)
        if not isinstance(value, Class):
            message = "A class derives from nn.Module, Dataset, or a class of the program here."
            raise self._rejection("unread", message, node)
        return value, value.real

    def _full_name(self, node: ast.expr) -> str:
        """Return the name by which the table knows what an expression names; empty for what is no name of a module."""
        if isinstance(node, ast.Attribute):
            return self._dotted(node) or ""
        return self.aliases.get(node.id, "") if isinstance(node, ast.Name) and node.id not in self.names else ""

    def _from_outside(self, made_class: Class, name: str, owner: Any, values: Sequence[Any], more: Any) -> Any:
        """Run a method that PyTorch calls."""
        return self.call(made_class.find(name), (owner, *values), more, self._node)

    def _new(self, kind: Class, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Make an object of a class of the program."""
        made_object: Any = Instance(kind, {}) if kind.real is None else networks.unmade(kind.real)
        if kind.has("__init__"):
            self.call(kind.find("__init__"), (made_object, *positional), keywords, node)
        elif kind.real is not None:
            networks.begin(made_object)
        elif positional or keywords:
            raise self._error("TypeError", f"{kind.name}() takes no arguments", node)
        return made_object

    def _super(self, name: str, node: ast.Call) -> Any:
        """Call a method of the class above, as ``super().__init__()`` does."""
        first = next(iter(self.names.values_here), None) if isinstance(self.names, Scope) else None
        function = self._running[-1] if self._running else None
        if function is None or function.owner is None or first is None:
            raise self._error("RuntimeError", "super(): no arguments", node)
        owner = self.names[first]
        positional, keywords = self._arguments(node)
        above = function.owner.base
        if above is not None and above.has(name):
            return self.call(above.find(name), (owner, *positional), keywords, node)
        if name == "__init__":
            if not isinstance(owner, Instance):
                networks.begin(owner)
            return None
        raise self._error("AttributeError", f"'super' object has no attribute '{name}'", node)

    def _class_of(self, value: Any) -> Class | None:
        if isinstance(value, Instance):
            return value.kind
        found = getattr(type(value), networks.CLASS, None)
        return found if isinstance(found, Class) else None

    def _set(self, holder: Any, name: str, value: Any, target: ast.expr) -> None:
        if owner_of(holder) is not None:
            super()._set(holder, name, value, target)
        elif name.startswith("__"):
            raise self._rejection("unknown", f"{quoted(name)} cannot be set here.", target)
        elif isinstance(holder, Instance):
            holder.values[name] = value
        else:
            self._outside(networks.set_attribute, (holder, name, value), {}, target)

    # Calls

    def call(self, function: Function, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function of the program.

        Raises
        ------
        Rejection
            If it cannot be called so, or what it does comes to nothing.
        """
        if len(self._running) >= MAX_DEPTH:
            message = f"Functions call each other at most {MAX_DEPTH} deep here."
            raise self._rejection("refused", message, node)
        scope = Scope(function.local, function.scope, function.elsewhere)
        self._bind(function, scope, positional, keywords, node)
        around = self.names
        self._running.append(function)
        self.names = scope
        try:
            if isinstance(function.body, ast.expr):
                return self._value(function.body)
            if function.node is not None:
                self._tell(function.node, "call")
            self._block(function.body)
        except _Returned as returned:
            return returned.value
        finally:
            self.names = around
            self._running.pop()
        return None

    def _bind(
        self,
        function: Function,
        scope: Scope,
        positional: Sequence[Any],
        keywords: Mapping[str, Any],
        node: ast.AST,
    ) -> None:
        """Bind the arguments of a call, with the errors that Python has for those that do not fit."""
        parameters = [each.arg for each in (*function.arguments.posonlyargs, *function.arguments.args)]
        only = [each.arg for each in function.arguments.kwonlyargs]
        title = f"{function.name}()"
        rest = dict(keywords)
        if len(positional) > len(parameters) and function.arguments.vararg is None:
            raise self._error("TypeError", _too_many(title, parameters, function, len(positional)), node)
        for name, value in zip(parameters, positional, strict=False):
            if name in rest:
                raise self._error("TypeError", f"{title} got multiple values for argument '{name}'", node)
            scope[name] = value
        if function.arguments.vararg is not None:
            scope[function.arguments.vararg.arg] = tuple(positional[len(parameters) :])
        for name in (*parameters[len(positional) :], *only):
            if name in rest:
                scope[name] = rest.pop(name)
        if function.arguments.kwarg is not None:
            scope[function.arguments.kwarg.arg] = rest
        elif rest:
            raise self._error("TypeError", f"{title} got an unexpected keyword argument '{next(iter(rest))}'", node)
        late = parameters[len(parameters) - len(function.defaults) :]
        for name, value in (*zip(late, function.defaults, strict=True), *function.keyword_defaults.items()):
            if name not in scope.values_here:
                scope[name] = value
        missing = [name for name in parameters if name not in scope.values_here]
        if missing:
            raise self._error("TypeError", f"{title} missing {_counted(missing, 'positional')}", node)
        missing = [name for name in only if name not in scope.values_here]
        if missing:
            raise self._error("TypeError", f"{title} missing {_counted(missing, 'keyword-only')}", node)

    def _called(self, node: ast.Call) -> Any:
        function = node.func
        if isinstance(function, ast.Name):
            if function.id in self.names:
                return self._call_value(self.names[function.id], node)
            if isinstance(self.names, Scope) and self.names.is_unbound(function.id):
                self._named(function)
            if function.id in EXCEPTIONS:
                return self._call_value(Kind(function.id), node)
            full = self.aliases.get(function.id)
            if full is not None and full not in MODULES.values():
                return self._make(full, node) if full in networks.MADE else self._ask(full, (), node)
            if function.id in _OWN:
                return self._own(function.id, node)
        elif isinstance(function, ast.Attribute):
            dotted = self._dotted(function)
            if dotted is None:
                if isinstance(function.value, ast.Call) and ast.unparse(function.value.func) == "super":
                    return self._super(function.attr, node)
                return self._ask_of(self._value(function.value), function, node)
            if dotted in networks.MADE:
                return self._make(dotted, node)
            if dotted in networks.TAKING_FUNCTIONS:
                return self._with_function(dotted, node)
            if dotted in networks.STARTS:
                positional, keywords = self._arguments(node)
                return self._outside(networks.start, (networks.STARTS[dotted], *positional), keywords, node)
            if dotted in _OF_DEVICES:
                return self._of_devices(dotted, node)
            library, _, name = dotted.partition(".")
            if library == "math":
                return self._math(name, node)
            if dotted == "time.time" or dotted == "time.perf_counter":
                return time.time() if dotted == "time.time" else time.perf_counter()
            if library == "warnings":
                self._arguments(node)
                return None
        else:
            return self._call_value(self._value(function), node)
        return super()._called(node)

    def _make(self, full: str, node: ast.Call) -> Any:
        """Make a layer, a loss, an optimiser, a data set or a loader."""
        positional, keywords = self._arguments(node)
        result = self._outside(networks.make, (networks.MADE[full], positional, keywords), {}, node)
        self.layers.note(result, Place.of(node, self._source))
        return result

    def _with_function(self, full: str, node: ast.Call) -> Any:
        """Call what takes a function of the program."""
        positional, keywords = self._arguments(node)

        def taken(value: Any) -> Any:
            if not isinstance(value, Function | Method):
                return value
            return lambda *values: self._call_again(value, values)

        return self._outside(networks.TAKING_FUNCTIONS[full](), tuple(map(taken, positional)), keywords, node)

    def _call_again(self, value: Function | Method, values: tuple[Any, ...]) -> Any:
        if isinstance(value, Method):
            return self.call(value.function, (value.owner, *values), {}, self._node)
        return self.call(value, values, {}, self._node)

    def _of_devices(self, name: str, node: ast.Call) -> Any:
        positional, _ = self._arguments(node)
        if name != "torch.device":
            return False
        if positional != ("cpu",):
            raise self._rejection("refused", "Everything is computed on the device cpu here.", node)
        return "cpu"

    def _of_object(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call what an object has by a name."""
        if networks.is_network_object(holder):
            if function.attr in ("to", "cpu", "cuda"):
                self._check_device(function.attr, node)
                return holder
            known = self._class_of(holder)
            if known is None or not known.has(function.attr):
                try:
                    method = networks.method(holder, function.attr)
                except KeyError:
                    pass
                else:
                    positional, keywords = self._arguments(node)
                    return networks.listed(self._outside(method, positional, keywords, node))
        return self._call_value(self._attribute_of(holder, function), node)

    def _check_device(self, name: str, node: ast.Call) -> None:
        positional, _ = self._arguments(node)
        if name == "cuda" or any(str(value) != "cpu" for value in positional if isinstance(value, str)):
            raise self._rejection("refused", "Everything is computed on the device cpu here.", node)

    def _outside(
        self, function: Callable[..., Any], positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Any:
        """Have PyTorch do something with its own objects; methods of the program that it calls blame this node."""

        def within_bounds(*values: Any, **more: Any) -> Any:
            try:
                found = function(*values, **more)
                check_result(found)
            except Refused as refused:
                raise self._rejection("refused", str(refused), node) from refused
            return found

        self._sow("torch")
        before, self._node = self._node, node
        try:
            result, _ = attempted(within_bounds, tuple(positional), keywords)
        finally:
            self._node = before
        if isinstance(result, Declined):
            raise self._blame(Rejection("declined", result.text, Place.of(node, self._source), result, "PyTorch"))
        return result

    def _blame(self, rejection: Rejection) -> Rejection:
        self.blamed = (rejection, self.names)
        return rejection

    def _no(self, declined: Declined, node: ast.AST) -> Rejection:
        return self._blame(super()._no(declined, node))

    def _ask_of(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        if type(holder) in _METHODS:
            return self._method(holder, function, node)
        if owner_of(holder) is None:
            return self._of_object(holder, function, node)
        return super()._ask_of(holder, function, node)

    def _call_value(self, value: Any, node: ast.Call) -> Any:
        positional, keywords = self._arguments(node)
        match value:
            case Function():
                return self.call(value, positional, keywords, node)
            case Method(function, owner):
                return self.call(function, (owner, *positional), keywords, node)
            case Class():
                return self._new(value, positional, keywords, node)
            case Instance(kind) if kind.has("__call__"):
                return self.call(kind.find("__call__"), (value, *positional), keywords, node)
            case Kind(name):
                words = "" if not positional else str(self._text_of(positional[0], node))
                if name == "KeyError" and positional:
                    words = repr(positional[0])
                return Caught(made(name, words))
        if networks.is_network_object(value) and callable(value):
            with self.layers.over(value, Place.of(node, self._source), ast.unparse(node.func)):
                return self._outside(value, positional, keywords, node)
        raise self._error("TypeError", f"'{type_name(value)}' object is not callable", node)

    def _arguments(self, node: ast.Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
        positional: list[Any] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                positional.extend(self._each(self._value(each.value), each))
            else:
                positional.append(self._value(each))
        keywords: dict[str, Any] = {}
        for word in node.keywords:
            value = self._value(word.value)
            if word.arg is not None:
                keywords[word.arg] = value
            elif isinstance(value, dict):
                keywords |= {str(name): inner for name, inner in value.items()}
            else:
                raise self._rejection("unread", "After “**” a dict is read here.", word.value)
        return tuple(positional), keywords

    def _math(self, name: str, node: ast.Call) -> Any:
        if name not in _MATH or not callable(_MATH[name]):
            raise self._rejection("unknown", f"math.{name} is not known here.", node.func)
        positional, keywords = self._arguments(node)
        return self._python(_MATH[name], positional, node, keywords)

    def _python(
        self, function: Callable[..., Any], positional: Sequence[Any], node: ast.AST, keywords: Mapping[str, Any] = {}
    ) -> Any:
        """Call something of Python's own, within bounds."""
        result, _ = attempted(function, tuple(positional), keywords)
        if isinstance(result, Declined):
            raise self._no(result, node)
        return self._bounded(result, node)

    def _own(self, name: str, node: ast.Call) -> Any:
        """Call a built-in function of Python's."""
        if name == "isinstance":
            return self._isinstance(node)
        positional, keywords = self._arguments(node)
        if name == "print":
            return self._print(positional, keywords, node)
        if name in ("max", "min", "sorted") and isinstance(keywords.get("key"), Function):
            return self._by_key(name, positional, keywords, node)
        if name == "len" and len(positional) == 1 and (kind := self._class_of(positional[0])) and kind.has("__len__"):
            return self.call(kind.find("__len__"), (positional[0],), {}, node)
        if name == "len" and len(positional) == 1 and networks.is_network_object(positional[0]):
            return self._outside(len, positional, {}, node)
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
                return repr(value) if not is_array(value) else self._python(repr, (value,), node)
            case "type", (Caught(declined),):
                return Kind(declined.kind)
            case "type", (value,):
                return self._class_of(value) or TypeOf(type(value))
            case "callable", (value,):
                return isinstance(value, Function | Kind)
            case "zip", columns:
                strict = keywords.get("strict", False)
                return self._python(
                    lambda *parts: list(zip(*parts, strict=bool(strict))), self._all(columns, node), node
                )
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
            case "map", (Function() as function, *columns):
                rows = zip(*self._all(columns, node), strict=False)
                return Once("map", [self.call(function, parts, {}, node) for parts in rows])
            case "filter", (Function() as function, values):
                kept = self._each(values, node)
                chosen = [each for each in kept if self._as_truth(self.call(function, (each,), {}, node), node)]
                return Once("filter", chosen)
            case "dict", pairs:
                return self._python(dict, pairs, node, keywords)
        raise self._rejection("unread", f"{quoted(ast.unparse(node))} is not run here.", node)

    def _by_key(self, name: str, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.Call) -> Any:
        values = self._all(positional[:1], node)[0] if len(positional) == 1 else list(positional)
        keys = [self.call(keywords["key"], (value,), {}, node) for value in values]
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

    def _print(self, values: Sequence[Any], keywords: Mapping[str, Any], node: ast.Call) -> None:
        between, end = keywords.get("sep", " "), keywords.get("end", "\n")
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
        return self._shown(value, node) if not isinstance(value, _BARE) else str(value)

    def _method(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call a method of a list, a tuple, a dict or a text."""
        name = function.attr
        if name not in _METHODS[type(holder)]:
            raise self._no_attribute(holder, function)
        positional, keywords = self._arguments(node)
        if isinstance(holder, list) and name == "sort" and isinstance(keywords.get("key"), Function):
            holder[:] = self._by_key("sorted", (list(holder),), keywords, node)
            return None
        if name in ("extend", "join") and positional:
            positional = (list(self._each(positional[0], node)), *positional[1:])
        if name in ("append", "insert", "extend", "update", "setdefault"):
            parts = positional[0] if name in ("extend", "update") and positional else positional
            if any(_holds(part, holder) for part in parts):
                raise self._rejection("refused", "A list that would hold itself is not made here.", node)
        if name == "replace" and len(positional) > 1 and len(holder) * len(str(positional[1])) > MAX_LIST:
            raise self._rejection("refused", f"A text has at most {thousands(MAX_LIST)} characters here.", node)
        result = self._python(getattr(type(holder), name), (holder, *positional), node, keywords)
        if isinstance(holder, list | dict):
            self._check_grown(holder, node)
        return list(result) if name in ("items", "keys", "values") else result

    def _check_grown(self, holder: list[Any] | dict[Any, Any], node: ast.AST) -> None:
        """Refuse a list or a dict that has grown too large; lists in it are counted every now and then only."""
        if len(holder) > MAX_LIST:
            raise self._rejection("refused", f"A list has at most {thousands(MAX_LIST)} entries here.", node)
        if len(holder) % 64 == 0:
            self._bounded(list(holder.values()) if isinstance(holder, dict) else holder, node)

    # Expressions

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.IfExp(test, body, otherwise):
                return self._value(body if self._truth(test) else otherwise)
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
        self.names = Scope(frozenset(targets), around)
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
            isinstance(k, list) for k in _inside(key)
        ):
            raise self._rejection("refused", "Keys are texts, numbers and tuples of them here.", node)
        if _holds(value, entries):
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
        numbers = [int(number) for number in re.findall(r"\d+", form)]
        if not _SPEC.fullmatch(form) or any(number > _WIDEST for number in numbers):
            message = f"{quoted(form)} is no format that is read here. Width and precision go up to {_WIDEST}."
            raise self._rejection("refused", message, node)
        return form

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
        if _is_known(name) or full is not None:
            return super()._named(node)
        raise self._error("NameError", f"name '{name}' is not defined", node)

    def _constant(self, name: str) -> Any:
        library, _, last = name.partition(".")
        if library == "math" and last in _MATH and not callable(_MATH[last]):
            return _MATH[last]
        return super()._constant(name)

    def _read(self, holder: Any, node: ast.Attribute) -> Any:
        if owner_of(holder) is None or isinstance(holder, TypeOf):
            return self._attribute_of(holder, node)
        return super()._read(holder, node)

    def _item(self, holder: Any, key: Any, node: ast.expr) -> Any:
        match holder:
            case dict():
                return self._looked_up(holder, key, node)
            case Once(kind):
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
            case ((Kind(name) | Function(name)), "__name__"):
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
            return Method(found, holder) if isinstance(found, Function) else found
        raise self._no_attribute(holder, node)

    def _no_attribute(self, holder: Any, node: ast.Attribute) -> Rejection:
        """Return Python's own error where there is no such attribute, and that it is not known here where there is."""
        kind = type(holder)
        if isinstance(holder, Instance | Class) or self._class_of(holder) is not None:
            name = holder.name if isinstance(holder, Class) else type_name(holder)
            start = f"type object '{name}'" if isinstance(holder, Class) else f"'{name}' object"
            return self._error("AttributeError", f"{start} has no attribute '{node.attr}'", node)
        if node.attr in dir(kind) or owner_of(holder) is None:
            owner = owner_of(holder)
            if owner is None or type(holder) in _METHODS:
                message = f"{quoted('.' + node.attr)} of {type_name(holder)} is not known here."
                return self._rejection("unknown", message, node)
            return self._unknown(f"{owner}.{node.attr}", node)
        module = "numpy." if kind.__module__ == "numpy" else ""
        return self._error("AttributeError", f"'{module}{kind.__name__}' object has no attribute '{node.attr}'", node)

    def _compared(self, node: ast.Compare, left: ast.expr, operations: list[ast.cmpop], rights: list[ast.expr]) -> Any:
        if len(operations) == 1 and isinstance(operations[0], ast.In | ast.NotIn):
            value, holder = self._value(left), self._value(rights[0])
            if isinstance(value, list | dict) and isinstance(holder, dict):
                raise self._error("TypeError", f"unhashable type: '{type_name(value)}'", node)
            found = self._python(operator.contains, (holder, value), node)
            return bool(found) is isinstance(operations[0], ast.In)
        return super()._compared(node, left, operations, rights)

    def _put(self, holder: Any, key: Any, value: Any, target: ast.expr) -> None:
        if isinstance(holder, dict):
            self._enter(holder, key, value, target)
        else:
            super()._put(holder, key, value, target)

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

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        before = len(self.calls)
        try:
            return super()._perform(name, positional, keywords, node)
        except Rejection as rejection:
            if rejection.declined is not None:
                self.failed = Failed(rejection, name, positional, keywords)
                self._blame(rejection)
            raise
        finally:
            for call in self.calls[before:] if self._recording else ():
                self._recording[-1].extend(Warned(*words.split(": ", 1)) for words in call.warnings if ": " in words)

    def _each(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through what a loop goes through."""
        if isinstance(value, list | tuple | str | range | Once):
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
            yield from self._by_index(kind, value, node)
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

    def _by_index(self, kind: Class, value: Any, node: ast.AST) -> Iterator[Any]:
        """Go through an object that has only numbers for its parts, up to its first IndexError."""
        for place in range(MAX_LIST):
            try:
                part = self.call(kind.find("__getitem__"), (value, place), {}, node)
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

    def _error(self, kind: str, words: str, node: ast.AST) -> Rejection:
        return self._no(made(kind, words), node)


class _Recording(AbstractContextManager[None]):
    def __init__(self, under_way: list[list[Warned]], kept: list[Warned]) -> None:
        self._under_way, self._kept = under_way, kept

    def __enter__(self) -> None:
        self._under_way.append(self._kept)

    def __exit__(self, *_: object) -> None:
        self._under_way.pop()


def _torch() -> Any:
    load_torch()
    import torch

    return torch


def _is_known(name: str) -> bool:
    return entry_named(f"builtins.{name}") is not None or name in _OWN


def _inside(value: Any) -> Iterator[Any]:
    """Go through a value and what it holds, to any depth."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, list | tuple):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())


def _holds(value: Any, holder: Any) -> bool:
    return isinstance(holder, list | dict) and any(each is holder for each in _inside(value))


def _counted(names: Sequence[str], what: str) -> str:
    """Count missing arguments as Python does."""
    quotes = [f"'{name}'" for name in names]
    listed = quotes[0] if len(quotes) == 1 else f"{', '.join(quotes[:-1])}{',' * (len(quotes) > 2)} and {quotes[-1]}"
    return f"{len(names)} required {what} argument{'s' * (len(names) > 1)}: {listed}"


def _too_many(title: str, parameters: Sequence[str], function: Function, given: int) -> str:
    most, least = len(parameters), len(parameters) - len(function.defaults)
    count = f"from {least} to {most}" if least != most else str(most)
    return (
        f"{title} takes {count} positional argument{'s' * (most != 1)} but {given} "
        f"{'was' if given == 1 else 'were'} given"
    )
