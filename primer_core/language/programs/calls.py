"""Finds what a call names: a function of the program, of Python, of PyTorch's networks, or of the one language."""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass
from typing import Any

from primer_core.language.execution import owner_of
from primer_core.language.programs import networks
from primer_core.language.programs.classes import Classes
from primer_core.language.programs.python_names import FUNCTIONS, METHODS
from primer_core.language.programs.reading import MODULES
from primer_core.language.programs.scope import Scope
from primer_core.language.programs.values import (
    EXCEPTIONS,
    Caught,
    Class,
    Function,
    Instance,
    Kind,
    Method,
    made,
    type_name,
)

_OF_DEVICES = ("torch.device", "torch.cuda.is_available", "torch.backends.mps.is_available")


@dataclass(eq=False)
class Calls(Classes):
    """Calls what a call names."""

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
            if function.id in FUNCTIONS:
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
        return self._outside(networks.make, (networks.MADE[full], positional, keywords), {}, node)

    def _with_function(self, full: str, node: ast.Call) -> Any:
        """Call what takes a function of the program."""
        positional, keywords = self._arguments(node)

        def taken(value: Any) -> Any:
            if not isinstance(value, Function | Method):
                return value
            return lambda *values: self._call_again(value, values)

        return self._outside(networks.TAKING_FUNCTIONS[full](), tuple(map(taken, positional)), keywords, node)

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

    def _ask_of(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        if type(holder) in METHODS:
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
            return self._outside(value, positional, keywords, node)
        raise self._error("TypeError", f"'{type_name(value)}' object is not callable", node)
