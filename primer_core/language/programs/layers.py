"""What a program's networks did with their inputs: which layers were called in which order, and where one broke.

PyTorch itself tells of each call, by the hooks that it has for all modules; they are there while a network of the
program is called, and not beyond.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from primer_core.backend.interface import Declined
from primer_core.backend.loading import load_torch
from primer_core.language.execution import attempted
from primer_core.language.limits import Refused
from primer_core.language.of_types import OfTypes
from primer_core.language.programs import networks
from primer_core.language.programs.lazy import is_waiting
from primer_core.language.rejection import Place, Rejection
from primer_core.language.table.costs import has_shape

MAX_CALLS = 60
"""Calls of layers that are kept of one call of a network."""

Shape = tuple[int, ...]

_CONVOLVES = ("in_channels", "out_channels", "kernel_size", "stride", "padding")
_RECURS = ("input_size", "hidden_size", "num_layers", "batch_first", "bidirectional")

_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "Linear": ("in_features", "out_features"),
    "Conv1d": (*_CONVOLVES, "dilation", "groups"),
    "Conv2d": (*_CONVOLVES, "dilation", "groups"),
    "ConvTranspose2d": (*_CONVOLVES, "output_padding", "groups", "dilation"),
    "BatchNorm1d": ("num_features", "eps", "momentum", "affine", "track_running_stats"),
    "BatchNorm2d": ("num_features", "eps", "momentum", "affine", "track_running_stats"),
    "GroupNorm": ("num_channels", "num_groups", "eps"),
    "LayerNorm": ("normalized_shape", "eps"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LSTM": _RECURS,
    "GRU": _RECURS,
    "RNN": _RECURS,
}
"""By the class of a layer: the setting that must fit its input, and the others that make it anew."""


@dataclass(frozen=True, slots=True)
class LayerCall:
    """A layer that was called.

    Parameters
    ----------
    name
        What it is called in the network, ``features.0``; empty for the network itself.
    kind
        Name of its class.
    settings
        What it shows of itself in brackets: ``in_features=3, out_features=4, bias=True``.
    given
        Shapes of the tensors that it got.
    gave
        Shapes of the tensors that it returned; None where it did not.
    parameters
        int, how many numbers of its own it learns.
    holds
        Whether it holds other layers.
    weight
        Shape of the weight that meets its input; None where it has none.
    drops
        Whether it sets some of its numbers to zero, drawn at random at each call.
    behind
        Of an ``nn.Linear`` that got the very tensor which another one gave: what code calls that one behind the
        network's name, as `path` writes it; empty for any other layer.
    path
        What code calls the layer behind the network's name: ``.first``, ``[0]``.
    """

    name: str
    kind: str
    settings: str
    given: tuple[Shape, ...]
    gave: tuple[Shape, ...] | None
    parameters: int
    holds: bool
    weight: Shape | None
    drops: bool = False
    behind: str = ""
    path: str = ""

    @property
    def made(self) -> str:
        """The layer as PyTorch shows it: ``Linear(in_features=3, out_features=4, bias=True)``."""
        return f"{self.kind}({self.settings})"


@dataclass(frozen=True, slots=True)
class Misfit:
    """The number of a layer that does not fit its input: made with the other one, the layer took that input.

    Parameters
    ----------
    setting
        Its name: ``in_features``.
    had, wanted
        What it was, and what it should have been.
    """

    setting: str
    had: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Forward:
    """A network that was called.

    Parameters
    ----------
    place
        The call in the program.
    number
        int, the how-manieth call of a network it is, counted from 1; calls of networks by networks are not counted.
    called
        The network, as the call writes it.
    kind
        Name of its class.
    layers
        Calls of its layers, in the order in which they began, the network's own first.
    left_out
        int, how many more there were.
    parameters, trainable
        int, how many numbers it holds to be learned, and how many of them are not frozen.
    broke
        The innermost layer that did not return; None where all did.
    misfit
        The number of that layer that does not fit; None where none is known.
    made
        Where the program makes that layer; None where it is not known.
    waiting
        int, how many of its parameters have no shape yet: those of lazy layers that were not reached.
    """

    place: Place
    number: int
    called: str
    kind: str
    layers: tuple[LayerCall, ...]
    left_out: int
    parameters: int
    trainable: int
    broke: LayerCall | None = None
    misfit: Misfit | None = None
    made: Place | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A layer that was made with tensors where its settings stand.

    Parameters
    ----------
    place
        The call in the program.
    kind
        Name of its class.
    given
        For each argument in order the shape of a tensor; None for anything else.
    """

    place: Place
    kind: str
    given: tuple[Shape | None, ...]


@dataclass(slots=True, eq=False)
class _Entry:
    module: Any
    inputs: tuple[Any, ...]
    gave: tuple[Shape, ...] | None = None
    output: Any = None


@dataclass(slots=True, eq=False)
class Watch:
    """Takes down what networks do.

    Parameters
    ----------
    forwards
        Networks that were called and returned, since someone took them away.
    broken
        The last one that did not return, and why.
    of_tensors
        Layers that were made with tensors where their settings stand, since someone took them away.
    """

    forwards: list[Forward] = field(default_factory=list)
    broken: tuple[Rejection, Forward] | None = None
    of_tensors: list[Made] = field(default_factory=list)
    _made: dict[int, tuple[weakref.ref[Any], Place]] = field(default_factory=dict)
    _called: list[weakref.ref[Any]] = field(default_factory=list)
    _under_way: bool = False
    _number: int = 0

    def note(self, made: Any, place: Place, given: tuple[Any, ...]) -> None:
        """Keep where the program makes a layer, and whether it is given tensors."""
        if is_module(made):
            self._made[id(made)] = (weakref.ref(made), place)
            shapes = tuple(tuple(map(int, each.shape)) if has_shape(each) else None for each in given)
            if any(shape is not None for shape in shapes):
                self.of_tensors.append(Made(place, type(made).__name__, shapes))

    def was_called(self, module: Any) -> bool:
        """Return whether a network was called."""
        return any(each() is module for each in self._called)

    @contextmanager
    def over(self, module: Any, place: Place, called: str) -> Iterator[None]:
        """Take down what a network does while it is called; what it calls itself belongs to it."""
        if not is_module(module) or _is_loss(module):
            yield
            return
        self._know(module)
        if self._under_way:
            yield
            return
        entries: list[_Entry] = []
        stack: list[_Entry] = []
        self._under_way = True
        self._number += 1
        remove = _watched(entries, stack)
        try:
            yield
        except Rejection as rejection:
            self.broken = (rejection, self._forward(module, place, called, entries, stack[-1] if stack else None))
            raise
        else:
            self.forwards.append(self._forward(module, place, called, entries, None))
        finally:
            remove()
            self._under_way = False

    @contextmanager
    def unwatched(self, called: Any) -> Iterator[None]:
        """Take nothing down meanwhile, and know that something is called, if it is a network."""
        if is_module(called):
            self._know(called)
        around, self._under_way = self._under_way, True
        try:
            yield
        finally:
            self._under_way = around

    def _know(self, module: Any) -> None:
        if not self.was_called(module):
            self._called.append(weakref.ref(module))

    def _forward(self, module: Any, place: Place, called: str, entries: list[_Entry], broke: _Entry | None) -> Forward:
        names = {id(each): name for name, each in module.named_modules()}
        kept = [entry for entry in entries if id(entry.module) in names]
        paths = {each: path_of(module, name.split(".")) for each, name in names.items()}
        layers = tuple(_told(entry, names, paths, _behind(entry, kept)) for entry in kept[:MAX_CALLS])
        parameters = list(module.parameters())
        shaped = [each for each in parameters if not is_waiting(each)]
        return Forward(
            place,
            self._number,
            called,
            type(module).__name__,
            layers,
            len(kept) - len(layers),
            sum(each.numel() for each in shaped),
            sum(each.numel() for each in shaped if each.requires_grad),
            None if broke is None else _told(broke, names, paths),
            None if broke is None else _misfit(broke),
            None if broke is None else self._made_at(broke.module),
            len(parameters) - len(shaped),
        )

    def _made_at(self, module: Any) -> Place | None:
        known = self._made.get(id(module))
        return known[1] if known is not None and known[0]() is module else None


def is_module(value: Any) -> bool:
    """Return whether a value is a network, a layer or a loss."""
    return _OF_MODULES[type(value)]


def _is_of_modules(kind: type) -> bool:
    return any((each.__module__, each.__name__) == _MODULE for each in kind.__mro__)


_OF_MODULES = OfTypes(_is_of_modules)
_MODULE = ("torch.nn.modules.module", "Module")


def is_network(value: Any) -> bool:
    """Return whether a value is a network or a layer that can be called with an input."""
    return is_module(value) and not _is_loss(value) and type(value).__name__ not in ("ModuleList", "ModuleDict")


def _is_loss(value: Any) -> bool:
    return any(kind.__module__ == "torch.nn.modules.loss" for kind in type(value).__mro__)


def first_layer(module: Any) -> tuple[str, Mapping[str, int]] | None:
    """Return the class of the first layer that asks something of its input, and its whole numbers by name."""
    for each in module.modules():
        kind = type(each).__name__
        if kind.startswith("Lazy"):
            return None
        if kind in _SETTINGS:
            settings = {name: getattr(each, name, None) for name in _SETTINGS[kind]}
            return kind, {name: value for name, value in settings.items() if type(value) is int}
    return None


def _watched(entries: list[_Entry], stack: list[_Entry]) -> Callable[[], None]:
    load_torch()
    from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

    def begun(module: Any, inputs: tuple[Any, ...]) -> None:
        entry = _Entry(module, inputs)
        entries.append(entry)
        stack.append(entry)

    def ended(module: Any, _: tuple[Any, ...], output: Any) -> None:
        while stack:
            entry = stack.pop()
            if entry.module is module:
                entry.gave, entry.output = tuple(_shapes(output)), output
                return

    handles = (register_module_forward_pre_hook(begun), register_module_forward_hook(ended))

    def remove() -> None:
        for handle in handles:
            handle.remove()

    return remove


def _behind(entry: _Entry, entries: Sequence[_Entry]) -> _Entry | None:
    """Return the call of a linear layer whose result another one got as it was."""
    if not _is_linear(entry.module) or len(entry.inputs) != 1:
        return None
    before = (each for each in entries if _is_linear(each.module) and each.module is not entry.module)
    return next((each for each in before if each.output is entry.inputs[0] and each.output is not None), None)


def _is_linear(module: Any) -> bool:
    return type(module).__module__ == "torch.nn.modules.linear" and type(module).__name__ == "Linear"


def _told(entry: _Entry, names: Mapping[int, str], paths: Mapping[int, str], behind: _Entry | None = None) -> LayerCall:
    module = entry.module
    holds = next(iter(module.children()), None) is not None
    return LayerCall(
        names.get(id(module), ""),
        type(module).__name__,
        "" if holds else module.extra_repr(),
        tuple(_shapes(entry.inputs)),
        entry.gave,
        sum(each.numel() for each in module.parameters(recurse=False) if not is_waiting(each)),
        holds,
        next(
            (tuple(getattr(module, name).shape) for name in _WEIGHTS if has_shape(getattr(module, name, None))),
            None,
        ),
        type(module).__name__.startswith("Dropout") and module.training and 0 < module.p < 1,
        "" if behind is None else paths[id(behind.module)],
        paths.get(id(module), ""),
    )


def path_of(module: Any, parts: Sequence[str]) -> str:
    """Return what code calls a layer or a parameter, behind the name of the network that holds it.

    Parameters
    ----------
    module
        The network.
    parts
        The names that PyTorch gives it, one within the other, as ``named_modules()`` and ``named_parameters()`` join
        them by dots; one empty name for the network itself.
    """
    written = ""
    for part in filter(None, parts):
        written += step_to(module, part)
        module = getattr(module, part)
    return written


def step_to(module: Any, name: str) -> str:
    """Return what code calls what a module holds, behind the module's own name."""
    kind = type(module).__name__
    if kind in ("Sequential", "ModuleList") and name.isdigit():
        return f"[{name}]"
    return f"[{name!r}]" if kind == "ModuleDict" else f".{name}"


_WEIGHTS = ("weight", "weight_ih_l0")


def _shapes(value: Any) -> Iterator[Shape]:
    if isinstance(value, tuple | list):
        for each in value[:4]:
            yield from _shapes(each)
    elif hasattr(value, "shape"):
        yield tuple(map(int, value.shape))


def _misfit(entry: _Entry) -> Misfit | None:
    """Find the number that a layer should have been made with, and try a layer made so on the same input."""
    module, inputs = entry.module, entry.inputs
    kind = type(module).__name__
    settings = _SETTINGS.get(kind)
    if settings is None or not inputs or not hasattr(inputs[0], "dim"):
        return None
    values = {name: getattr(module, name) for name in settings if hasattr(module, name)}
    had, wanted = _number(values[settings[0]]), _wanted(kind, inputs[0])
    if had is None or wanted is None or wanted in (had, 0):
        return None
    keywords = {**values, settings[0]: wanted}
    if kind in ("Linear", "Conv1d", "Conv2d", "ConvTranspose2d"):
        keywords["bias"] = module.bias is not None
    return Misfit(settings[0], had, wanted) if _works(module, keywords, inputs) else None


def _works(module: Any, keywords: Mapping[str, Any], inputs: tuple[Any, ...]) -> bool:
    """Make a layer like another with other settings, and return whether it takes an input that the other did not."""
    load_torch()
    import torch

    def called() -> Any:
        layer = networks.make(type(module).__name__, (), keywords)
        for own in module.parameters():
            layer = layer.to(own.dtype)
        return layer.train(module.training)(*inputs)

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        try:
            result, _ = attempted(called, (), {})
        except Refused:
            return False
    return not isinstance(result, Declined)


def _number(value: Any) -> int | None:
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, int) else None


def _wanted(kind: str, given: Any) -> int | None:
    axes = given.dim()
    if kind == "Embedding":
        fits = given.numel() and not given.is_floating_point() and int(given.min()) >= 0
        return int(given.max()) + 1 if fits else None
    if kind in ("Linear", "LayerNorm", "LSTM", "GRU", "RNN"):
        return int(given.shape[-1]) if axes else None
    across = 2 if kind.endswith("2d") else 1
    if kind.startswith("Conv") and axes in (across + 1, across + 2):
        return int(given.shape[axes - across - 1])
    return int(given.shape[1]) if axes > 1 else None
