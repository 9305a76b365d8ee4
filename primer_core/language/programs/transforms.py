"""``torch.func``: what makes another function of a function of the program, and calls it with tensors of its own kind.

A tensor that ``vmap`` hands to a function stands for a whole batch, and one of ``grad`` for a tensor that is followed.
They have no memory, so that nothing can be kept of them: what is done in such a function is not told line by line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_SIZE, Refused, thousands
from primer_core.language.programs import networks
from primer_core.language.programs.classes import Classes
from primer_core.language.programs.python_functions import type_called
from primer_core.language.programs.values import (
    Caught,
    Entries,
    Function,
    Instance,
    Method,
    Once,
    Transformed,
    type_name,
)
from primer_core.language.table.costs import size_of
from primer_core.language.table.entry import Bound, Cost, Entry

_MOST_LEVELS = 12
"""Functions of ``torch.func`` within each other; each makes the graph of a derivative some times as long."""

_OF_FUNCTIONS: Mapping[str, str] = {
    **{f"torch.func.{name}": name for name in networks.TRANSFORMS},
    "torch.vmap": "vmap",
    "torch.autograd.functional.jacobian": "jacobian",
    "torch.autograd.functional.hessian": "hessian of autograd",
}
_AT_ONCE = ("jvp", "vjp", "jacobian", "hessian of autograd")
"""What calls the function that it is given, and makes none."""
_OF_AUTOGRAD = ("jacobian", "hessian of autograd")
"""What hands a function tensors as they are."""
_BACK_FROM_EACH = ("jacrev", "hessian", *_OF_AUTOGRAD)
"""What goes back from each number that the function gives."""
_FROM_EACH = ("jacfwd", "hessian", "hessian of autograd")
"""What goes forward from each number that the function is given, or back from each slope."""


@dataclass(eq=False)
class Transforms(Classes):
    """Calls what makes another function of a function.

    Parameters
    ----------
    unseen
        Whether a function is under way that gets tensors of which nothing can be kept.
    """

    unseen: bool = False
    _levels: int = 0

    def _transforms(self, full: str) -> bool:
        """Return whether a name is one of a function that takes functions, or calls a network with other weights."""
        return full in _OF_FUNCTIONS or full == "torch.func.functional_call"

    def _transform(self, full: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Call one of them."""
        function = networks.FUNCTIONS[full]()
        self._check_written((positional, keywords), node)
        if full not in _OF_FUNCTIONS:
            given = keywords.get("module", positional[0] if positional else None)
            with self.layers.unwatched(given):
                return self._outside(function, positional, keywords, node)
        maker = _OF_FUNCTIONS[full]
        if maker in _OF_AUTOGRAD:
            if keywords.get("strategy", "reverse-mode") != "reverse-mode":
                message = "torch.func.jacfwd goes forward here. Leave strategy= out."
                raise self._rejection("refused", message, node)
            if maker != "jacobian":
                self._check_inputs(positional[1:], node)
        taken = tuple(self._handed(value, maker) for value in positional)
        named = {name: self._handed(value, maker) for name, value in keywords.items()}
        result = self._outside(function, taken, named, node)
        if maker in _AT_ONCE:
            parts = [_made(maker, each) for each in result] if isinstance(result, tuple) else []
            return tuple(parts) if parts else result
        return Transformed(maker, result, keywords.get("argnums", positional[1] if len(positional) > 1 else 0))

    def _applied(self, value: Any, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if not isinstance(value, Transformed):
            return super()._applied(value, positional, keywords, node)
        self._check_written((positional, keywords), node)
        if value.maker in _FROM_EACH:
            places = value.argnums if isinstance(value.argnums, tuple) else (value.argnums,)
            self._check_inputs([positional[each] for each in places if _is_place(each, positional)], node)
        given, named = self._all_taken(positional, keywords, node)
        return self._outside(value.function, given, named, node)

    def _handed(self, value: Any, maker: str) -> Any:
        """Return a function of the program as PyTorch calls it, blaming what is under way then; all else as it is."""
        if is_array(value) or self._callable(value, self._node) is None:
            return value

        def called(*values: Any, **more: Any) -> Any:
            if self._levels >= _MOST_LEVELS:
                message = f"Functions of torch.func stand in each other at most {_MOST_LEVELS} deep here."
                raise self._rejection("refused", message, self._node)
            around, before, steps = self.unseen, len(self.calls), self._steps
            self.unseen = around or maker not in _OF_AUTOGRAD
            self._levels += 1
            try:
                with self.layers.unwatched(value):
                    result = self._applied(value, values, more, self._node)
            finally:
                self.unseen = around
                self._levels -= 1
            if self.unseen or maker not in _OF_AUTOGRAD:
                self.calls[before:] = [call for call in self.calls[before:] if call.warnings]
            if maker in _BACK_FROM_EACH:
                self._check_jacobian(values, result, self._steps - steps)
            return _as_python_has_it(result)

        called.__name__ = _name_of(value)
        return called

    def _check_written(self, value: Any, node: ast.AST) -> None:
        if any(self.uninitialised.cells(array) is not None for array in _arrays(value)):
            message = "Cells in here were never written. Write them first, or make the array with zeros."
            raise self._rejection("refused", message, node)

    def _check_inputs(self, values: Any, node: ast.AST) -> None:
        """Refuse to go forward from so many numbers at once that there is no room for all of them."""
        count = sum(map(size_of, _arrays(tuple(values))))
        slopes = count * count * self._copies()
        if slopes > MAX_SIZE:
            raise self._rejection("refused", _too_many(slopes), node)

    def _check_jacobian(self, values: tuple[Any, ...], result: Any, steps: int) -> None:
        """Refuse to go back from so many numbers that there is no room for the result, or that it takes too long."""
        count = sum(map(size_of, _arrays(result)))
        slopes = count * max(count, sum(map(size_of, _arrays(values)))) * self._copies()
        if slopes > MAX_SIZE:
            raise self._rejection("refused", _too_many(slopes), self._node)
        self._charge(Cost(0, 2 * steps * count))

    def _copies(self) -> int:
        """Return for how many examples a tensor may stand in the function that is under way."""
        if not self.unseen:
            return 1
        load_torch()
        from torch._C import _functorch

        stack = _functorch.get_interpreter_stack() or ()
        batches = (each for each in stack if each.key() == _functorch.TransformType.Vmap)
        return prod(_functorch.CVmapInterpreterPtr(each).batchSize() for each in batches)

    def _cost_of(self, entry: Entry, bound: Bound) -> Cost:
        if not self.unseen:
            return super()._cost_of(entry, bound)
        try:
            cost = super()._cost_of(entry, bound)
        except RuntimeError as error:  # values decide it, and there are several
            raise Refused(f"{entry.name} is not run here in a function of torch.func.") from error
        copies = self._copies()
        return replace(cost, size=cost.size * copies, steps=cost.steps * copies)


def _made(maker: str, value: Any) -> Any:
    """Return what PyTorch gave as the program has it: a function as one that can be called."""
    return Transformed(maker, value) if callable(value) and not is_array(value) else value


def _as_python_has_it(value: Any) -> Any:
    """Return what a function gave, or an object of the type that Python would name in PyTorch's error."""
    match value:
        case Instance(kind):
            return type(kind.name, (), {"__module__": "__main__"})()
        case Once() | Entries() | Caught() | Function() | Method() | Transformed():
            return type_called(type_name(value))()
    return value


def _is_place(place: Any, values: tuple[Any, ...]) -> bool:
    return type(place) is int and -len(values) <= place < len(values)


def _arrays(value: Any) -> Iterator[Any]:
    """Go through the arrays in an argument, in dicts, too."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from _arrays(each)
    elif isinstance(value, Mapping):
        yield from _arrays(tuple(value.values()))
    elif is_array(value):
        yield value


def _name_of(value: Any) -> str:
    """Return what PyTorch calls a function in its errors."""
    match value:
        case Function(name) | Method(Function(name)):
            return name
    return str(getattr(value, "name", repr(value)))


def _too_many(count: int) -> str:
    return (
        f"This would compute {thousands(count)} slopes at once; at most {thousands(MAX_SIZE)} are computed here. "
        "Smaller arrays show the same."
    )
