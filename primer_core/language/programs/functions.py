"""Calls the functions that a program defines, and what is written elsewhere: of Python's own, and of PyTorch's."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal

from primer_core.backend.interface import Declined
from primer_core.language.execution import attempted, check_result
from primer_core.language.limits import Refused
from primer_core.language.programs.expressions import Expressions
from primer_core.language.programs.layers import Watch
from primer_core.language.programs.modes import OF_GRADIENTS, mode
from primer_core.language.programs.reading import yields
from primer_core.language.programs.scope import Scope, names_bound
from primer_core.language.programs.values import MANAGED, Function, catches
from primer_core.language.rejection import Author, Place, Rejection

MAX_DEPTH = 40
"""Calls of a program's own functions within each other."""

Happening = Literal["statement", "loop", "test", "call"]
"""What came to its end: a simple statement; the head of a loop's round; the test of an ``if`` or ``while``, the choice
of a case of ``match``, or the head of a ``with``; the binding of a function's arguments."""


ROLES: Mapping[str, Literal["method", "static", "class", "property"]] = {
    "": "method",
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
}
"""What a decorator, or none, makes of a method."""


class Returned(Exception):  # noqa: N818 - a signal, and no error
    """A function is left with a value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@dataclass(eq=False)
class Functions(Expressions):
    """Calls functions: those of the program by walking their bodies.

    Parameters
    ----------
    layers
        Takes down what its networks do.
    blamed
        What was rejected last, and the names that were in sight there; None if nothing was.
    """

    _running: list[Function] = field(default_factory=list)
    layers: Watch = field(default_factory=Watch)
    blamed: tuple[Rejection, MutableMapping[str, Any]] | None = None
    _node: ast.AST = field(default_factory=ast.Pass)

    @abstractmethod
    def _block(self, body: Iterable[ast.stmt]) -> None:
        """Run statements."""

    @abstractmethod
    def _walk(self, body: Iterable[ast.stmt]) -> Generator[Any, Any, None]:
        """Run statements of a generator, as far as each value that it gives."""

    @abstractmethod
    def _tell(self, node: ast.stmt, happening: Happening = "statement") -> None:
        """Tell who watches what was done."""

    def _function(
        self, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr, node: ast.stmt | None = None
    ) -> Function:
        statements: list[ast.stmt] = body if isinstance(body, list) else [ast.Expr(body)]
        keyword = {
            each.arg: self._value(default)
            for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        defaults = tuple(map(self._value, arguments.defaults))
        modes = self._modes(node) if isinstance(node, ast.FunctionDef) else ()
        gives = isinstance(body, list) and yields(body)
        if gives and modes:
            message = "A generator is not decorated here. Write “with” around the loop that asks for its values."
            raise self._rejection("unread", message, modes[0])
        within = self._running[-1].title if self._running else ""
        return Function(
            name,
            arguments,
            body,
            self.names,
            defaults,
            keyword,
            names_bound(statements, arguments),
            node,
            modes=modes,
            yields=gives,
            within=within,
        )

    def _modes(self, node: ast.FunctionDef) -> tuple[ast.expr, ...]:
        """Return the decorators of a function, which switch something on while it runs."""
        return tuple(each for each in node.decorator_list if ast.unparse(each) in OF_GRADIENTS)

    def call(self, function: Function, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function of the program.

        Raises
        ------
        Rejection
            If it cannot be called so, or what it does comes to nothing.
        """
        if function.manages:
            return MANAGED(self._run(function, positional, keywords, node))
        if function.memo is None:
            return self._run(function, positional, keywords, node)
        key = self._hashable((tuple(positional), tuple(sorted(keywords.items()))), node)
        if key not in function.memo:
            function.memo[key] = self._run(function, positional, keywords, node)
        return function.memo[key]

    def _run(self, function: Function, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if len(self._running) >= MAX_DEPTH:
            message = f"Functions call each other at most {MAX_DEPTH} deep here."
            raise self._rejection("refused", message, node)
        scope = Scope(function.own, function.scope)
        self._bind(function, scope, positional, keywords, node)
        if function.yields:
            scope.resumes = True
            return self._once("generator", self._within(self._walk_all(function), scope, node, function), node)
        around = self.names
        self._running.append(function)
        self.names = scope
        try:
            with ExitStack() as switched:
                for each in map(mode, function.modes):
                    if each is not None:
                        switched.enter_context(each)
                if isinstance(function.body, ast.expr):
                    return self._value(function.body)
                if function.node is not None:
                    self._tell(function.node, "call")
                self._block(function.body)
        except Returned as returned:
            return returned.value
        finally:
            self.names = around
            self._running.pop()
        return None

    def _walk_all(self, function: Function) -> Generator[Any, Any, Any]:
        """Run a generator from its first statement; returns what it returns."""
        assert isinstance(function.body, list)
        assert function.node is not None
        self._tell(function.node, "call")
        try:
            yield from self._walk(function.body)
        except Returned as returned:
            return returned.value
        return None

    def _within(
        self,
        steps: Generator[Any, Any, Any],
        scope: MutableMapping[str, Any],
        node: ast.AST,
        function: Function | None = None,
    ) -> Generator[Any, Any, Any]:
        """Go on with a generator each time that it is asked, with its own names in sight until it gives something.

        Parameters
        ----------
        steps
            What it does.
        scope
            Its names.
        node
            What is to be blamed for an error that no statement of its own makes.
        function
            The function that it is; None for an expression.
        """
        sent: Any = None
        thrown: Exception | None = None
        while True:
            if len(self._running) >= MAX_DEPTH:
                message = f"Functions call each other at most {MAX_DEPTH} deep here."
                raise self._rejection("refused", message, node)
            around, self.names = self.names, scope
            if function is not None:
                self._running.append(function)
            try:
                found = steps.send(sent) if thrown is None else steps.throw(thrown)
            except StopIteration as end:
                return end.value
            except Rejection as rejection:
                if rejection.declined is not None and catches("StopIteration", rejection.declined):
                    raise self._error("RuntimeError", "generator raised StopIteration", node) from rejection
                raise
            finally:
                self.names = around
                if function is not None:
                    self._running.pop()
            sent = thrown = None
            try:
                sent = yield found
            except (Rejection, RecursionError) as error:  # what stopped the block of a ``with``
                thrown = error

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
        title = f"{function.title}()"
        rest = dict(keywords)
        by_place = [each.arg for each in function.arguments.posonlyargs]
        named = ", ".join(name for name in rest if name in by_place)
        if named and function.arguments.kwarg is None:
            words = f"{title} got some positional-only arguments passed as keyword arguments: '{named}'"
            raise self._error("TypeError", words, node)
        if len(positional) > len(parameters) and function.arguments.vararg is None:
            raise self._error("TypeError", _too_many(title, parameters, function, len(positional)), node)
        for name, value in zip(parameters, positional, strict=False):
            if name in rest and name not in by_place:
                raise self._error("TypeError", f"{title} got multiple values for argument '{name}'", node)
            scope[name] = value
        if function.arguments.vararg is not None:
            scope[function.arguments.vararg.arg] = tuple(positional[len(parameters) :])
        for name in (*parameters[len(positional) :], *only):
            if name in rest and name not in by_place:
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

    def _arguments(self, node: ast.Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
        positional: list[Any] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                positional.extend(self._collected(self._value(each.value), each))
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

    def _outside(
        self, function: Callable[..., Any], positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST
    ) -> Any:
        """Have PyTorch do something with its own objects; methods of the program that it calls blame this node."""

        def within_bounds(*values: Any, **more: Any) -> Any:
            try:
                found = function(*values, **more)
                check_result(found, texts=self.takes_text)
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
            place = Place.of(node, self._source)
            raise self._blame(Rejection("declined", result.text, place, result, _author(function)))
        return result

    def _blame(self, rejection: Rejection) -> Rejection:
        """Keep what was in sight where something was rejected."""
        self.blamed = (rejection, self.names)
        return rejection

    def _no(self, declined: Declined, node: ast.AST) -> Rejection:
        return self._blame(super()._no(declined, node))

    def _python(
        self, function: Callable[..., Any], positional: Sequence[Any], node: ast.AST, keywords: Mapping[str, Any] = {}
    ) -> Any:
        """Call something of Python's own, within bounds."""
        result, _ = attempted(function, tuple(positional), keywords)
        if isinstance(result, Declined):
            raise self._no(result, node)
        return self._bounded(result, node)


def _author(function: Callable[..., Any]) -> Author:
    """Return whose function it is that declined."""
    modules = (type(function).__module__, str(getattr(function, "__module__", "")))
    return "NumPy" if any(module.partition(".")[0] == "numpy" for module in modules) else "PyTorch"


def _counted(names: Sequence[str], what: str) -> str:
    """Count missing arguments as Python does."""
    quotes = [f"'{name}'" for name in names]
    listed = quotes[0] if len(quotes) == 1 else f"{', '.join(quotes[:-1])}{',' * (len(quotes) > 2)} and {quotes[-1]}"
    return f"{len(names)} required {what} argument{'s' * (len(names) > 1)}: {listed}"


def _too_many(title: str, parameters: Sequence[str], function: Function, given: int) -> str:
    most, least = len(parameters), len(parameters) - len(function.defaults)
    count = f"from {least} to {most}" if least != most else str(most)
    return (
        f"{title} takes {count} positional argument{'s' * (most != 1 or least != most)} but {given} "
        f"{'was' if given == 1 else 'were'} given"
    )
