"""Runs a program: Python's own statements and functions over the evaluator of the one language.

Like the evaluator it walks a syntax tree; no text is ever run. A function that a program defines is called by walking
its body, so that nothing is done in it that could not be done outside.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from primer_core.backend.interface import Declined
from primer_core.language.evaluator import Call
from primer_core.language.programs.contexts import Contexts, Left
from primer_core.language.programs.expressions import itself
from primer_core.language.programs.functions import Happening, Returned
from primer_core.language.programs.missing import not_imported
from primer_core.language.programs.printing import own_options
from primer_core.language.programs.reading import Program, imported, yields
from primer_core.language.programs.values import (
    Caught,
    Class,
    Function,
    Instance,
    Kind,
    Once,
    Warned,
    catches,
    made,
)
from primer_core.language.reader import ALIASES
from primer_core.language.rejection import Place, Rejection


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


@dataclass(eq=False)
class Interpreter(Contexts):
    """Runs programs.

    Parameters
    ----------
    watch
        Is told what was done, each time that something was.
    hear
        Is told what a library did, as soon as it is done: later parts of a statement may write to what came of it.
    on_caught
        Is told of an exception that the program catches, before it goes on.
    failed
        What a library refused last; None if it refused nothing.
    under_way
        The statement of the program itself that runs, or ran last; None before the first.
    """

    watch: Callable[[Moment], None] = lambda _: None
    hear: Callable[[Call], None] = lambda _: None
    on_caught: Callable[[Rejection], None] = lambda _: None
    failed: Failed | None = None
    under_way: ast.stmt | None = None
    _handled: list[Rejection] = field(default_factory=list)
    _left_open: ast.Try | None = None
    _thrown: dict[int, tuple[Declined, Instance]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.takes_text = True
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
            with own_options():
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
        if self._left_open is not None:
            told = "A generator was left here before its “finally”. Go through all that it gives."
            raise self._rejection("unread", told, self._left_open)
        match node:
            case ast.If(test, body, otherwise):
                truth = self._truth(test)
                self._tell(node, "test")
                self._block(body if truth else otherwise)
            case ast.Match():
                case = self._case_of(node)
                self._tell(node, "test")
                self._block(() if case is None else case.body)
            case ast.For():
                self._for(node)
            case ast.While():
                self._while(node)
            case ast.With(items, body):
                self._with(items, body, node)
            case ast.Try():
                self._try(node)
            case ast.FunctionDef(name, arguments, body):
                self._check_name(name, node)
                decorators = self._decorators(node)
                defined: Any = self._function(name, arguments, body, node)
                for decorate in decorators:
                    defined = decorate(defined)
                self.names[name] = defined
                self._tell(node)
            case ast.ClassDef():
                self._class(node)
                self._tell(node)
            case ast.Return(value):
                result = None if value is None else self._value(value)
                self._tell(node)
                raise Returned(result)
            case ast.Break() | ast.Continue():
                self._tell(node)
                raise Left(loop=isinstance(node, ast.Break))
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

    def _tell(self, node: ast.stmt, happening: Happening = "statement") -> None:
        if not self.unseen:
            self.watch(Moment(node, happening, tuple(function.name for function in self._running)))

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self.statement(node, self._source)

    def _walk(self, body: Iterable[ast.stmt]) -> Generator[Any, Any, None]:
        for node in body:
            if not yields([node]):
                self.statement(node, self._source)
                continue
            self._count(node)
            match node:
                case ast.Expr(ast.Yield() | ast.YieldFrom() as given):
                    yield from self._given_by(given, node)
                case ast.Assign(targets, (ast.Yield() | ast.YieldFrom()) as given):
                    received = yield from self._given_by(given, node)
                    for target in targets:
                        self._assign(target, received)
                    self._tell(node)
                case ast.If(test, inner, otherwise):
                    truth = self._truth(test)
                    self._tell(node, "test")
                    yield from self._walk(inner if truth else otherwise)
                case ast.Match():
                    case = self._case_of(node)
                    self._tell(node, "test")
                    yield from self._walk(() if case is None else case.body)
                case ast.For():
                    for _ in self._rounds(node):
                        if (yield from self._walk_round(node.body)):
                            break
                    else:
                        yield from self._walk(node.orelse)
                case ast.While():
                    while self._goes_on(node):
                        if (yield from self._walk_round(node.body)):
                            break
                    else:
                        yield from self._walk(node.orelse)
                case ast.Try():
                    yield from self._walk_try(node)
                case ast.With(items, inner):
                    yield from self._walk_with(items, inner, node)

    def _walk_try(self, node: ast.Try) -> Generator[Any, Any, None]:
        """Run a ``try`` of a generator; what tidies up is run at its end, and not where the generator is let go."""
        tidies = True
        try:
            try:
                yield from self._walk(node.body)
            except Rejection as rejection:
                tidies = rejection.declined is not None
                handler = self._handler_of(node, rejection)
                if handler is None:
                    raise
                with self._handling(handler, rejection):
                    self._block(handler.body)
            else:
                yield from self._walk(node.orelse)
        except GeneratorExit:
            tidies = False
            self._left_open = self._left_open or (node if node.finalbody else None)
            raise
        except Rejection as rejection:
            tidies = rejection.declined is not None
            raise
        finally:
            if tidies:
                yield from self._walk(node.finalbody)

    def _walk_with(self, items: list[ast.withitem], body: list[ast.stmt], node: ast.With) -> Generator[Any, Any, None]:
        """Run a ``with`` of a generator that is gone through to its end, whatever comes: that of a ``with`` itself."""
        if not self._running[-1].manages:
            message = "“yield” is run within “with” only where @contextmanager stands above the function."
            raise self._rejection("unread", message, node)
        if not items:
            self._tell_head(node)
            yield from self._walk(body)
            return
        with self._context(items[0]):
            yield from self._walk_with(items[1:], body, node)

    def _walk_round(self, body: list[ast.stmt]) -> Generator[Any, Any, bool]:
        """Run a round of a generator's loop; return whether the loop is left by it."""
        try:
            yield from self._walk(body)
        except Left as left:
            return left.loop
        return False

    def _given_by(self, given: ast.Yield | ast.YieldFrom, node: ast.stmt) -> Generator[Any, Any, Any]:
        """Give what a ``yield`` gives; returns what it is worth itself."""
        value = None if given.value is None else self._value(given.value)
        if isinstance(node, ast.Expr):
            self._tell(node)
        if isinstance(given, ast.Yield):
            return (yield value)
        if not isinstance(value, Once):
            yield from self._each(value, given)
            return None
        none, sent, thrown = object(), None, None
        while (found := self._next_of(value, given, none, sent, thrown)) is not none:
            sent = thrown = None
            try:
                sent = yield found
            except Rejection as rejection:
                thrown = rejection
        return value.result

    def _for(self, node: ast.For) -> None:
        for _ in self._rounds(node):
            if self._left(node.body):
                return
        self._block(node.orelse)

    def _rounds(self, node: ast.For) -> Iterator[None]:
        """Begin each round of a loop: bind its names."""
        for value in self._each(self._value(node.iter), node.iter):
            self._count(node)
            self._assign(node.target, value)
            self._tell(node, "loop")
            yield

    def _while(self, node: ast.While) -> None:
        while self._goes_on(node):
            if self._left(node.body):
                return
        self._block(node.orelse)

    def _goes_on(self, node: ast.While) -> bool:
        """Return whether a loop has another round."""
        self._count(node)
        truth = self._truth(node.test)
        self._tell(node, "test")
        return truth

    def _left(self, body: list[ast.stmt]) -> bool:
        """Run a round of a loop; return whether the loop is left by it."""
        try:
            self._block(body)
        except Left as left:
            return left.loop
        return False

    def _exception(self, declined: Declined) -> Caught | Instance:
        """Return an exception as a value: the object of the program that was raised, if it was one."""
        known = self._thrown.get(id(declined))
        return Caught(declined) if known is None else known[1]

    def _try(self, node: ast.Try) -> None:
        stopped = False
        try:
            try:
                self._block(node.body)
            except Rejection as rejection:
                if rejection.declined is None:
                    stopped = True
                    raise
                handler = self._handler_of(node, rejection)
                if handler is None:
                    raise
                with self._handling(handler, rejection):
                    self._block(handler.body)
            else:
                self._block(node.orelse)
        finally:
            if not stopped:
                self._block(node.finalbody)

    def _handler_of(self, node: ast.Try, rejection: Rejection) -> ast.ExceptHandler | None:
        """Return what catches an exception; None where nothing does, and of what is no exception."""
        if rejection.declined is None:
            return None
        handler = next((each for each in node.handlers if self._handles(each, rejection.declined)), None)
        if handler is not None:
            self.on_caught(rejection)
        return handler

    def _handles(self, handler: ast.ExceptHandler, declined: Declined) -> bool:
        if handler.type is None:
            return True
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(self._catches(kind, declined) for kind in kinds)

    def _catches(self, kind: ast.expr, declined: Declined) -> bool:
        own = self.names.get(kind.id) if isinstance(kind, ast.Name) else None
        if isinstance(own, Class):
            return self._is_of_class(declined, own)
        return catches(ast.unparse(kind).rpartition(".")[2], declined)

    @contextmanager
    def _handling(self, handler: ast.ExceptHandler, rejection: Rejection) -> Iterator[None]:
        """Give the exception its name while a handler runs."""
        assert rejection.declined is not None
        if handler.name:
            self.names[handler.name] = self._exception(rejection.declined)
        self._handled.append(rejection)
        try:
            yield
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
        if isinstance(value, Class) and value.raises:
            value = self._new(value, (), {}, node)
        if isinstance(value, Instance) and value.kind.raises:
            declined = Declined(value.kind.name, value.kind.raises, self._text_of(value, node))
            self._thrown[id(declined)] = (declined, value)
            return Rejection("declined", declined.text, Place.of(node, self._source), declined)
        if not isinstance(value, Caught):
            return self._error("TypeError", "exceptions must derive from BaseException", node)
        return Rejection("declined", value.declined.text, Place.of(node, self._source), value.declined)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if each.name != "*" and (words := not_imported(node.module or "", each.name)):
                    raise self._error("ImportError", words, node)
        self.aliases = {**self.aliases, **dict(imported(node))}

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        before = len(self.calls)
        if name.startswith(("torch.", "F.", "Tensor.")):  # which say of what is no tensor what it is
            positional = tuple(itself(each) if isinstance(each, Function) else each for each in positional)
        if name == "np.sum" and positional and isinstance(positional[0], Once) and positional[0].kind == "generator":
            positional = ((each for each in positional), *positional[1:])  # NumPy refuses one, in its own words
        try:
            result = super()._perform(name, positional, keywords, node)
            if not self.unseen:
                self.hear(self.calls[-1])
            return result
        except Rejection as rejection:
            if rejection.declined is not None:
                self.failed = Failed(rejection, name, positional, keywords)
                self._blame(rejection)
            raise
        finally:
            for call in self.calls[before:] if self._recording else ():
                self._recording[-1].extend(Warned(*words.split(": ", 1)) for words in call.warnings if ": " in words)
