"""What ``with`` begins and ends: modes, objects of the program, and what ``contextlib`` makes of a generator."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.language.programs.functions import Returned
from primer_core.language.programs.missing import missing
from primer_core.language.programs.modes import OF_GRADIENTS, mode
from primer_core.language.programs.patterns import Patterns
from primer_core.language.programs.values import (
    MANAGED,
    MANAGERS,
    Caught,
    Class,
    Function,
    Instance,
    Kind,
    Manager,
    Once,
    Warned,
    catches,
    type_name,
)
from primer_core.language.rejection import Rejection

_OF_CONTEXTLIB = ("contextmanager", "nullcontext", "suppress")

Leave = Callable[[Rejection | RecursionError | None], bool]
"""Ends what a ``with`` began, given what stopped the block, if anything did; returns whether that is done with."""


class Left(Exception):  # noqa: N818 - a signal, and no error
    """A loop, or one round of it, is left."""

    def __init__(self, *, loop: bool) -> None:
        super().__init__()
        self.loop = loop


@dataclass(eq=False)
class Contexts(Patterns):
    """Runs ``with``."""

    _recording: list[list[Warned]] = field(default_factory=list)

    @abstractmethod
    def _exception(self, declined: Declined) -> Caught | Instance:
        """Return an exception as a value: the object of the program that was raised, if it was one."""

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], node: ast.With) -> None:
        if not items:
            self._tell_head(node)
            self._block(body)
            return
        with self._context(items[0]):
            self._with(items[1:], body, node)

    def _tell_head(self, node: ast.With) -> None:
        """Tell that the head of a ``with`` has bound names, if it has."""
        if any(each.optional_vars is not None for each in node.items):
            self._tell(node, "test")

    def _context(self, item: ast.withitem) -> AbstractContextManager[Any]:
        expression = item.context_expr
        found = mode(expression) if item.optional_vars is None else None
        if found is not None:
            return found
        if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "warnings.catch_warnings":
            records = any(word.arg == "record" and ast.unparse(word.value) == "True" for word in expression.keywords)
            kept: list[Warned] = []
            if item.optional_vars is not None:
                self._assign(item.optional_vars, kept if records else None)
            return _Recording(self._recording, kept) if records else nullcontext()
        if isinstance(expression, ast.Call) and ast.unparse(expression.func) in (
            "np.printoptions",
            "numpy.printoptions",
        ):
            positional, keywords = self._arguments(expression)
            if not positional and item.optional_vars is None:
                return np.printoptions(**self._options("np", keywords, expression))
        named = expression.func if isinstance(expression, ast.Call) else expression
        root = named
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id in self.names:
            return self._managed(self._value(expression), item)
        if isinstance(expression, ast.IfExp | ast.Constant) or self._full_name(named).startswith("contextlib."):
            return self._managed(self._value(expression), item)
        if f"{ast.unparse(expression)}()" in (*OF_GRADIENTS, "torch.set_grad_enabled()", "np.errstate()"):
            raise self._error("TypeError", "'type' object does not support the context manager protocol", expression)
        known = (
            f"{', '.join(OF_GRADIENTS)}, np.errstate(all='ignore'), np.printoptions(precision=3) and "
            "warnings.catch_warnings()"
        )
        message = f"Of “with”, {known} are run here."
        raise self._rejection("unread", message, expression)

    @contextmanager
    def _managed(self, manager: Any, item: ast.withitem) -> Iterator[None]:
        """Run a block between what an object does before and after it."""
        node = item.context_expr
        given, leave = self._entered(manager, node)
        try:
            if item.optional_vars is not None:
                self._assign(item.optional_vars, given)
            yield
        except (Returned, Left):
            leave(None)
            raise
        except (Rejection, RecursionError) as stopped:
            if not leave(stopped):
                raise
        else:
            leave(None)

    def _entered(self, manager: Any, node: ast.expr) -> tuple[Any, Leave]:
        """Begin what an object does around a block; return what it gives, and what ends it."""
        match type_name(manager), manager:
            case "nullcontext", Manager(given):
                return given, lambda _: False
            case "suppress", Manager(kinds):
                return None, lambda stopped: self._is_one_of(stopped, kinds)
            case _, Manager():
                return self._begun(manager, node)
        kind = self._class_of(manager)
        if kind is None or not (kind.has("__enter__") and kind.has("__exit__")):
            missing = "" if kind is None or not kind.has("__enter__") else " (missed __exit__ method)"
            words = f"'{type_name(manager)}' object does not support the context manager protocol{missing}"
            raise self._error("TypeError", words, node)
        given, end = self.call(kind.find("__enter__"), (manager,), {}, node), kind.find("__exit__")

        def leave(stopped: Rejection | RecursionError | None) -> bool:
            if stopped is None:
                self.call(end, (manager, None, None, None), {}, node)
                return False
            if isinstance(stopped, RecursionError) or stopped.declined is None:
                return False
            error = self._exception(stopped.declined)
            raised = error.kind if isinstance(error, Instance) else Kind(stopped.declined.kind)
            return self._as_truth(self.call(end, (manager, raised, error, None), {}, node), node)

        return given, leave

    # What contextlib makes

    def _of_module(self, full: str, node: ast.Call) -> Any:
        library, _, name = full.partition(".")
        return self._of_contextlib(name, node) if library == "contextlib" else super()._of_module(full, node)

    def _of_contextlib(self, name: str, node: ast.Call) -> Any:
        """Call a function of ``contextlib``."""
        if words := missing(f"contextlib.{name}"):
            raise self._error("AttributeError", words, node.func)
        if name not in _OF_CONTEXTLIB:
            message = f"contextlib.{name} is not known here. What is: {', '.join(_OF_CONTEXTLIB)}."
            raise self._rejection("unknown", message, node.func)
        positional, keywords = self._arguments(node)
        match name, positional, dict(keywords):
            case "contextmanager", (function,), {**rest} if not rest:
                return self._managing(function, node)
            case "nullcontext", (), named if set(named) <= {"enter_result"}:
                return MANAGERS["nullcontext"](named.get("enter_result"))
            case "nullcontext", (value,), {**rest} if not rest:
                return MANAGERS["nullcontext"](value)
            case "suppress", kinds, {**rest} if not rest and all(map(_is_raised, kinds)):
                return MANAGERS["suppress"](kinds)
        message = f"contextlib.{name} is not run here with these arguments."
        raise self._rejection("unread", message, node)

    def _managing(self, function: Any, node: ast.AST) -> Any:
        if not isinstance(function, Function) or function.real is not None:
            raise self._rejection("refused", "contextmanager takes a function of the program here.", node)
        return replace(function, manages=True)

    def _decorator(self, mark: ast.expr) -> Callable[[Function], Any]:
        if self._full_name(mark) == "contextlib.contextmanager":
            return lambda function: self._managing(function, mark)
        return super()._decorator(mark)

    def _callable(self, value: Any, node: ast.AST) -> Callable[..., Any] | None:
        if isinstance(value, MANAGED):
            message = "What @contextmanager makes stands behind “with” here, and above no function."
            raise self._rejection("refused", message, node)
        return super()._callable(value, node)

    def _is_one_of(self, stopped: Rejection | RecursionError | None, kinds: Sequence[Any]) -> bool:
        if not isinstance(stopped, Rejection) or stopped.declined is None:
            return False
        return any(self._is_of_class(stopped.declined, kind) for kind in kinds)

    def _is_of_class(self, declined: Declined, kind: Kind | Class) -> bool:
        """Return whether an exception is of a class of exceptions."""
        if isinstance(kind, Kind):
            return catches(kind.name, declined)
        error = self._exception(declined)
        return isinstance(error, Instance) and error.kind.derives_from(kind)

    def _begun(self, manager: Manager, node: ast.AST) -> tuple[Any, Leave]:
        """Go through a generator up to its ``yield``."""
        steps, none = manager.held, object()
        if manager.entered:
            words = "'_GeneratorContextManager' object has no attribute 'args'"
            raise self._error("AttributeError", words, node)
        manager.entered = True
        if not isinstance(steps, Once):
            raise self._error("TypeError", f"'{type_name(steps)}' object is not an iterator", node)
        given = self._next_of(steps, node, none)
        if given is none:
            raise self._error("RuntimeError", "generator didn't yield", node)
        return given, lambda stopped: self._ended(steps, stopped, node)

    def _ended(self, steps: Once, stopped: Rejection | RecursionError | None, node: ast.AST) -> bool:
        """Go on with a generator behind its ``yield``, which raises there what stopped the block."""
        none = object()
        try:
            more = self._next_of(steps, node, none, thrown=stopped)
        except Rejection as raised:
            if isinstance(stopped, Rejection) and _is_same(raised, stopped):
                return False
            raise
        except RecursionError:
            return False
        if more is none:
            return stopped is not None
        words = "generator didn't stop" if stopped is None else "generator didn't stop after throw()"
        raise self._error("RuntimeError", words, node)


def _is_raised(value: Any) -> bool:
    """Return whether a value is a class of exceptions."""
    return isinstance(value, Kind) or (isinstance(value, Class) and bool(value.raises))


def _is_same(raised: Rejection, stopped: Rejection) -> bool:
    """Return whether a generator let through what was raised in it; of StopIteration, Python makes another error."""
    if raised is stopped or (raised.declined is not None and raised.declined is stopped.declined):
        return True
    is_end = stopped.declined is not None and catches("StopIteration", stopped.declined)
    return is_end and raised.declined is not None and raised.declined.words == "generator raised StopIteration"


class _Recording(AbstractContextManager[None]):
    def __init__(self, under_way: list[list[Warned]], kept: list[Warned]) -> None:
        self._under_way, self._kept = under_way, kept

    def __enter__(self) -> None:
        self._under_way.append(self._kept)

    def __exit__(self, *_: object) -> None:
        self._under_way.pop()
