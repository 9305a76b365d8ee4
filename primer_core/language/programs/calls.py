"""Finds what a call names: a function of the program, of Python, of PyTorch's networks, or of the one language."""

from __future__ import annotations

import ast
import builtins
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array, is_wrapped, owner_of
from primer_core.language.limits import Refused
from primer_core.language.programs import networks
from primer_core.language.programs.lazy import is_waiting
from primer_core.language.programs.printing import OPTIONS, check_options
from primer_core.language.programs.python_names import FUNCTIONS, METHODS, RANDOM
from primer_core.language.programs.reading import MODULES
from primer_core.language.programs.saved import Saved
from primer_core.language.programs.scope import Scope
from primer_core.language.programs.transforms import Transforms
from primer_core.language.programs.values import (
    EXCEPTIONS,
    Caught,
    Class,
    Kind,
    Partial,
    Record,
    made,
    type_in_errors,
)
from primer_core.language.rejection import Place
from primer_core.language.table import CALLABLES, entry_named

_PARTIAL_OF_NOTHING = "type 'partial' takes at least one argument"
_OF_PLACES = ("to", "cpu", "cuda")
"""Methods that move what they are asked of to a device."""
_OF_DEVICES = ("torch.device", "torch.cuda.is_available", "torch.backends.mps.is_available")


@dataclass(eq=False)
class Calls(Transforms):
    """Calls what a call names."""

    _saved: Saved = field(default_factory=Saved)
    _chance: random.Random | None = None

    def _called(self, node: ast.Call) -> Any:
        function = node.func
        if isinstance(function, ast.Name):
            if function.id in self.names:
                return self._call_value(self.names[function.id], node)
            if isinstance(self.names, Scope) and self.names.is_unbound(function.id):
                self._named(function)
            if function.id in EXCEPTIONS:
                return self._call_value(Kind(function.id), node)
            self._check_present(function)
            full = self.aliases.get(function.id)
            if full is not None and full not in MODULES.values():
                return self._of_module(full, node)
            if function.id in FUNCTIONS:
                return self._own(function.id, node)
            if function.id == "input":
                message = "“input” is not known here: nobody can be asked while a program runs. Write the value itself."
                raise self._rejection("unknown", message, function)
            if function.id not in CALLABLES and not hasattr(builtins, function.id):
                self._named(function)
        elif isinstance(function, ast.Attribute):
            dotted = self._dotted(function)
            if dotted is None:
                if isinstance(function.value, ast.Call) and ast.unparse(function.value.func) == "super":
                    return self._super(function.attr, node)
                return self._ask_of(self._value(function.value), function, node)
            return self._of_module(dotted, node)
        else:
            return self._call_value(self._value(function), node)
        return super()._called(node)

    def _of_module(self, full: str, node: ast.Call) -> Any:
        """Call what a module has by a name."""
        if full in _OF_DEVICES:
            return self._of_devices(full, node)
        library, _, name = full.partition(".")
        if library == "math":
            return self._math(name, node)
        if full in ("time.time", "time.perf_counter"):
            return time.time() if name == "time" else time.perf_counter()
        if library == "random":
            return self._random(name, node)
        if library == "itertools":
            return self._of_itertools(name, node)
        if library == "collections":
            return self._of_collections(name, node)
        if library == "functools":
            return self._of_functools(name, node)
        if library == "tqdm":
            return self._of_tqdm(name, node)
        if library == "warnings":
            self._arguments(node)
            return None
        if full in ("np.set_printoptions", "torch.set_printoptions"):
            self._set_options(full, node)
            return None
        if full in ("torch.save", "torch.load"):
            return self._file(name, node)
        if not networks.knows(full):
            return self._ask(full, (), node)
        positional, keywords = self._arguments(node)
        if full in networks.MADE:
            return self._make(networks.MADE[full], positional, keywords, node)
        if self._transforms(full):
            return self._transform(full, positional, keywords, node)
        if library != "copy":  # which takes what the program has written as it is
            positional, keywords = self._all_taken(positional, keywords, node)
        return self._outside(networks.FUNCTIONS[full](), positional, keywords, node)

    def _of_tqdm(self, name: str, node: ast.Call) -> Any:
        """Go through what would be gone through with a bar of progress, without the bar."""
        if name not in ("tqdm", "trange"):
            raise self._unknown(f"tqdm.{name}", node)
        if name == "trange":
            return self._ask("builtins.range", (), ast.copy_location(ast.Call(node.func, node.args, []), node))
        positional, _ = self._arguments(node)
        if not positional:
            raise self._rejection("refused", "tqdm goes through something here: write tqdm(range(10)).", node)
        return positional[0]

    def _set_options(self, full: str, node: ast.Call) -> None:
        """Say how arrays are printed from now on."""
        library = full.partition(".")[0]
        positional, keywords = self._arguments(node)
        self._outside(OPTIONS[library](), positional, self._options(library, keywords, node), node)

    def _options(self, library: str, keywords: Mapping[str, Any], node: ast.AST) -> dict[str, Any]:
        """Return how arrays are to be printed, with what the program wrote to write a cell as what can be called."""
        given = dict(keywords)
        if isinstance(given.get("formatter"), dict):
            given["formatter"] = {name: self._needed(each, node) for name, each in given["formatter"].items()}
        try:
            check_options(library, given)
        except Refused as refused:
            raise self._rejection("refused", str(refused), node) from refused
        return given

    def _of_functools(self, name: str, node: ast.Call) -> Any:
        if name not in ("reduce", "partial"):
            raise self._rejection(
                "unknown", f"functools.{name} is not known here. What is: partial, reduce.", node.func
            )
        positional, keywords = self._arguments(node)
        if name == "partial":
            if not positional or self._callable(positional[0], node) is None:
                words = "the first argument must be callable" if positional else _PARTIAL_OF_NOTHING
                raise self._error("TypeError", words, node)
            return Partial(positional[0], tuple(positional[1:]), keywords)
        if keywords or not 2 <= len(positional) <= 3:
            raise self._error("TypeError", f"reduce expected at least 2 arguments, got {len(positional)}", node)
        return self._reduced(positional, node)

    def _random(self, name: str, node: ast.Call) -> Any:
        """Ask Python's own generator of random numbers; the program has one to itself."""
        if name not in RANDOM:
            raise self._rejection("unknown", f"random.{name} is not known here.", node.func)
        positional, keywords = self._arguments(node)
        if any(is_array(value) for value in positional):
            message = f"random.{name} is known here with numbers and lists. np.random has it for arrays."
            if name == "shuffle" and positional[0].ndim > 1:
                message += " By swapping rows, which are views, random.shuffle would write over some of them."
            raise self._rejection("refused", message, node)
        if self._chance is None:
            self._chance = random.Random(self.seed)  # noqa: S311 - a learner's numbers, no secrets
            self.seeded = self.seeded or name != "seed"
        return self._python(getattr(self._chance, name), positional, node, keywords)

    def _file(self, name: str, node: ast.Call) -> Any:
        """Save under a name in the program's own memory, or load from there."""
        positional, keywords = self._arguments(node)
        try:
            return self._outside(getattr(self._saved, name), positional, keywords, node)
        except FileNotFoundError as error:
            raise self._declined(error, node) from error

    def _of_devices(self, name: str, node: ast.Call) -> Any:
        positional, _ = self._arguments(node)
        if name != "torch.device":
            return False
        if tuple(map(str, positional)) != ("cpu",):
            raise self._rejection("refused", "Everything is computed on the device cpu here.", node)
        load_torch()
        import torch

        return torch.device("cpu")

    def _of_object(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        """Call what an object has by a name."""
        if isinstance(holder, Class) and function.attr == "apply" and networks.is_operation(holder.real):
            positional, keywords = self._arguments(node)
            return self._outside(networks.applying(holder.real), positional, keywords, node)
        entry = entry_named(f"Tensor.{function.attr}") if is_waiting(holder) else None
        if entry is not None and not entry.attribute and function.attr not in _OF_PLACES:
            positional, keywords = self._arguments(node)
            return self._outside(getattr(holder, function.attr), positional, keywords, node)
        if networks.is_network_object(holder):
            if function.attr in _OF_PLACES:
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
                    given = tuple(self._taken(value, node) for value in positional)
                    found = self._outside(method, given, keywords, node)
                    return self._once("generator", found, node) if isinstance(found, Iterator) else found
        return self._call_value(self._attribute_of(holder, function), node)

    def _check_device(self, name: str, node: ast.Call) -> None:
        positional, _ = self._arguments(node)
        if name == "cuda" or any(str(value) != "cpu" for value in positional if isinstance(value, str)):
            raise self._rejection("refused", "Everything is computed on the device cpu here.", node)

    def _ask_of(self, holder: Any, function: ast.Attribute, node: ast.Call) -> Any:
        is_text = isinstance(holder, np.str_) and function.attr in METHODS[str]
        if type(holder) in METHODS or isinstance(holder, Record) or is_text:
            return self._method(holder, function, node)
        found = self._method_of(holder, function) if isinstance(holder, type) else None
        if found is not None:
            return self._call_value(found, node)
        if owner_of(holder) is None:
            return self._of_object(holder, function, node)
        if owner_of(holder) == "Tensor" and function.attr == "cuda":
            raise self._rejection("refused", "Everything is computed on the device cpu here: leave .cuda() out.", node)
        if owner_of(holder) == "Tensor" and function.attr == "register_hook":
            positional, keywords = self._arguments(node)
            given = tuple(self._taken(value, node) for value in positional)
            return self._outside(holder.register_hook, given, keywords, node)
        if owner_of(holder) == "Tensor" and function.attr == "data_ptr" and not is_wrapped(holder):
            positional, keywords = self._arguments(node)
            return self._outside(holder.data_ptr, positional, keywords, node)
        return super()._ask_of(holder, function, node)

    def _call_value(self, value: Any, node: ast.Call) -> Any:
        if type(value) is type and value.__name__ in FUNCTIONS and not issubclass(value, Record):
            return self._own(value.__name__, node)
        positional, keywords = self._arguments(node)
        if isinstance(value, Kind):
            words = "" if not positional else str(self._text_of(positional[0], node))
            if value.name == "KeyError" and positional:
                words = repr(positional[0])
            return Caught(made(value.name, words))
        if networks.is_network_object(value) and callable(value):
            with self.layers.over(value, Place.of(node, self._source), ast.unparse(node.func)):
                return self._outside(value, positional, keywords, node)
        if self._callable(value, node) is None:
            raise self._error("TypeError", f"'{type_in_errors(value)}' object is not callable", node)
        return self._applied(value, positional, keywords, node)
