"""Runs a program once more and keeps what calls of its networks gave, in which mode, and whether that was recorded."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.language.execution import is_array, is_wrapped
from primer_core.language.programs.layers import is_module, path_of
from primer_core.language.programs.reading import read_program
from primer_core.language.rejection import Place
from primer_core.language.table.costs import size_of
from primer_core.lessons.own_lines.failing import wrapped
from primer_core.lessons.own_lines.reruns.objects import ObjectWatch, Run
from primer_core.lessons.own_lines.statements import statement_numbers
from primer_core.lessons.own_lines.surprises.line import numbers as numbers_of
from primer_core.lessons.own_lines.trace import Trace


@dataclass(frozen=True, slots=True)
class _Gave:
    """What a network in train mode gave where nothing was recorded."""

    network: Any
    given: NDArray[Any]
    holds: tuple[int, ...]
    gave: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Differs:
    """Two calls of a network that differ: what is called, the call, what drops, and a number of each."""

    network: str
    code: str
    layer: str
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class FarOff:
    """A batch norm in eval mode that keeps other numbers than its input has."""

    layer: str
    calls: int
    momentum: float
    channel: int
    kept: float
    mean: float
    spread: float
    scaled: float


@dataclass(frozen=True, slots=True)
class Unturned:
    """A product with the square weight of a linear layer: code, sides, its size and a number with and without turn."""

    code: str
    given: str
    layer: str
    size: int
    found: float
    other: float


@dataclass(frozen=True, slots=True)
class Learned:
    """A step of an optimiser in eval mode: its name, the network's, a layer of that, and what asked for the mode."""

    optimiser: str
    network: str
    layer: str
    scales: bool
    line: int
    code: str


@dataclass(slots=True)
class _Mode:
    """Whether a recorded call since the last step was in train mode, one before a step was, and who ended the mode."""

    network: Any
    trains: bool | None = None
    learned: bool = False
    ended: tuple[int, str] | None = None


@dataclass(slots=True)
class _Kept:
    """What a batch norm keeps as far as its calls were seen, for how many that was said, and its last batch's means."""

    layer: Any
    mean: NDArray[Any]
    calls: int = 0
    said: int = -1
    last: NDArray[Any] | None = None


@dataclass(eq=False)
class CallWatch(ObjectWatch):
    """Runs a program once more and keeps what its networks gave.

    Parameters
    ----------
    differs, moves, far, unturned
        By line, and when: two calls that differ; the network, the batch norm and the running mean of its first channel
        before and after; a batch norm that is far off; a product with a weight that is not turned.
    begun
        By line, and when: a loader of several batches that was asked for an iterator.
    lengths
        By line, and when: what asked a loader for its length, its samples, and how many of them go into a batch.
    rates
        By line, and when: a scheduler that was asked for its next rate, what it gave, and the rate in use.
    learned
        By line, and when: a step that changed a network in eval mode, after others in train mode.
    """

    differs: dict[Run, Differs] = field(default_factory=dict)
    moves: dict[Run, tuple[str, str, float, float]] = field(default_factory=dict)
    far: dict[Run, FarOff] = field(default_factory=dict)
    unturned: dict[Run, Unturned] = field(default_factory=dict)
    begun: dict[Run, Any] = field(default_factory=dict)
    lengths: dict[Run, list[tuple[str, int, int]]] = field(default_factory=dict)
    rates: dict[Run, tuple[str, float, float]] = field(default_factory=dict)
    learned: dict[Run, Learned] = field(default_factory=dict)
    _learning: dict[int, _Mode] = field(default_factory=dict)
    _gave: list[_Gave] = field(default_factory=list)
    _of_norms: dict[int, _Kept] = field(default_factory=dict)
    _linear: list[tuple[Any, NDArray[Any]]] = field(default_factory=list)
    _products: list[tuple[Run, Any, NDArray[Any], Unturned]] = field(default_factory=list)
    _moved: dict[int, Any] = field(default_factory=dict)
    _inside: bool = False

    def look_back(self) -> None:
        """Keep those products whose left side the layer itself was given, too."""
        for run, layer, given, unturned in self._products:
            if any(known is layer and np.array_equal(given, taken) for known, taken in self._linear):
                self.unturned.setdefault(run, unturned)

    def begins_again(self, run: Run) -> bool | None:
        """Return whether a loader shuffles that was asked for an iterator before, too; None if it was not."""
        loader = self.begun.get(run)
        earlier = list(self.begun)[: list(self.begun).index(run)] if loader is not None else []
        kind = type(getattr(loader, "sampler", None)).__name__
        if kind not in ("RandomSampler", "SequentialSampler") or all(
            self.begun[each] is not loader for each in earlier
        ):
            return None
        return kind == "RandomSampler"

    def _outside(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        if function is iter and hasattr(positional[0], "dataset") and self._under_way:
            match node:
                case ast.Call(ast.Name("iter")) if len(positional[0]) > 1:
                    self.begun.setdefault(self.run_now, positional[0])
        if function is len and self._under_way:
            self._measure(positional[0], node)
        if getattr(function, "__name__", "") == "get_lr" and self._under_way:
            return self._asked(function, positional, keywords, node)
        if self._under_way and not self._inside:
            self._look_at_mode(function, node)
        if not is_module(function) or self._inside or not isinstance(node, ast.Call) or not self._under_way:
            return super()._outside(function, positional, keywords, node)
        load_torch()
        import torch

        match node.func:
            case ast.Name(called) if self.names.get(called) is function:
                pass
            case _:
                called = ""
        run, recorded = self.run_now, torch.is_grad_enabled()
        if recorded and called:
            mode = self._learning.setdefault(id(function), _Mode(function))
            mode.trains = bool(mode.trains or function.training)
        given = numbers_of(positional[0]).copy() if len(positional) == 1 and _is_small(positional[0]) else None
        dropped: list[Any] = []
        hooks = self._hooked(function, called, run, dropped)
        norms = [(path, each, float(each.running_mean[0])) for path, each in _norms(function) if each.training]
        self._inside = True
        try:
            result = super()._outside(function, positional, keywords, node)
        finally:
            self._inside = False
            for hook in hooks:
                hook.remove()
        if recorded or not called:
            return result
        for path, each, before in norms:
            if float(each.running_mean[0]) != before and id(each) not in self._moved:
                self._moved[id(each)] = each
                self.moves.setdefault(run, (called, f"{called}{path}", before, float(each.running_mean[0])))
                break
        if given is not None and function.training and dropped and not keywords and _is_small(result):
            self._compare(_Gave(function, given, _holds(function), numbers_of(result).copy()), called, dropped, node)
        return result

    def _measure(self, loader: Any, node: ast.AST) -> None:
        """See how many samples a loader has whose length is asked for, and how many of them go into a batch."""
        in_rows = type(getattr(loader, "batch_sampler", None)).__name__ == "BatchSampler" and not loader.drop_last
        if in_rows and type(loader.batch_size) is int:
            asked = (Place.of(node, self._source).text, len(loader.sampler), loader.batch_size)
            self.lengths.setdefault(self.run_now, []).append(asked)

    def _look_at_mode(self, function: Any, node: ast.AST) -> None:
        """See who asks for a mode, and which networks a step changes by what they gave in eval mode."""
        owner: Any = getattr(function, "__self__", None)
        asked = getattr(function, "__name__", "")
        if asked in ("eval", "train") and is_module(owner):
            mode = self._learning.setdefault(id(owner), _Mode(owner))
            mode.ended = (self.run_now[0], Place.of(node, self._source).text) if asked == "eval" else None
        match node:
            case ast.Call(ast.Attribute(ast.Name(name), "step"), [], []) if hasattr(owner, "param_groups"):
                held = {id(each) for group in owner.param_groups for each in group["params"]}
            case _:
                return
        for called, network in list(self.names.items()):
            known = self._learning.get(id(network)) if is_module(network) else None
            if known is None or not any(id(each) in held for each in network.parameters()):
                continue
            known.learned = known.learned or known.trains is True
            other = _ended_by_eval(network) if known.learned and known.trains is False else None
            if other is not None and known.ended is not None and not network.training:
                path, layer = other
                scales = type(layer).__name__.startswith("BatchNorm")
                self.learned[self.run_now] = Learned(name, called, f"{called}{path}", scales, *known.ended)
            known.trains = None

    def _asked(self, function: Any, positional: Sequence[Any], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        """Ask a scheduler for its next rate, and see whether that is the one in use."""
        result = super()._outside(function, positional, keywords, node)
        groups = getattr(getattr(function.__self__, "optimizer", None), "param_groups", ())
        match node:
            case ast.Call(ast.Attribute(ast.Name(name), "get_lr"), [], []) if groups and result:
                found, used = float(result[0]), float(groups[0]["lr"])
                if f"{found:.6g}" != f"{used:.6g}":
                    self.rates.setdefault(self.run_now, (name, found, used))
        return result

    def _compare(self, now: _Gave, called: str, dropped: Sequence[Any], node: ast.AST) -> None:
        for known in self._gave:
            if known.network is not now.network or known.holds != now.holds:
                continue
            if not np.array_equal(known.given, now.given) or known.gave.shape != now.gave.shape:
                continue
            apart = np.flatnonzero(~np.isclose(known.gave, now.gave, rtol=1e-2, atol=1e-6))
            if apart.size and self.run_now not in self.differs:
                first, second = (float(each.reshape(-1)[apart[0]]) for each in (known.gave, now.gave))
                code = Place.of(node, self._source).text
                self.differs[self.run_now] = Differs(called, code, repr(dropped[0]), first, second)
                break
        if len(self._gave) < _MOST_CALLS:
            self._gave.append(now)

    def _hooked(self, network: Any, called: str, run: Run, dropped: list[Any]) -> list[Any]:
        """Be told of the layers of a network that drop, of its batch norms and of what its linear layers are given."""
        hooks = []
        for dotted, layer in network.named_modules():
            kind = type(layer).__name__
            path = path_of(network, dotted.split(".")) if dotted else ""
            told: Callable[..., None] | None = None
            if kind.startswith("Dropout"):

                def told(module: Any, _: Any) -> None:
                    if module.training and 0 < module.p < 1:
                        dropped.append(module)

            elif kind.startswith("BatchNorm") and getattr(layer, "running_mean", None) is not None:

                def told(module: Any, inputs: tuple[Any, ...], code: str = f"{called}{path}") -> None:
                    if inputs and is_array(inputs[0]) and inputs[0].ndim > 1:
                        self._normed(module, inputs[0], code if called else "", run)

            elif kind == "Linear":

                def told(module: Any, inputs: tuple[Any, ...]) -> None:
                    if inputs and _is_small(inputs[0]) and len(self._linear) < _MOST_CALLS:
                        self._linear.append((module, numbers_of(inputs[0]).copy()))

            if told is not None:
                hooks.append(layer.register_forward_pre_hook(told))
        return hooks

    def _normed(self, layer: Any, given: Any, code: str, run: Run) -> None:
        kept = self._of_norms.setdefault(id(layer), _Kept(layer, np.zeros(layer.num_features)))
        channels = numbers_of(given.detach().double()).swapaxes(0, 1).reshape(given.shape[1], -1)
        if not channels.shape[1] or layer.momentum is None:
            return
        means = channels.mean(axis=1)
        if layer.training:
            kept.mean = kept.mean + float(layer.momentum) * (means - kept.mean)
            kept.calls += 1
            kept.last = means
            return
        own, spread = (numbers_of(each.double()) for each in (layer.running_mean, layer.running_var))
        if not np.allclose(own, kept.mean, rtol=1e-4, atol=1e-6) or channels.shape[1] < 2 or not code:
            return
        scaled = (means - own) / np.sqrt(spread + layer.eps)
        at = int(np.abs(scaled).argmax())
        between = means[at] and 0 <= own[at] / means[at] < 1
        near = kept.last is None or abs(kept.last[at] - means[at]) < abs(own[at] - means[at]) / 2
        if between and near and np.isfinite(scaled[at]) and abs(scaled[at]) > 1 and kept.said < kept.calls:
            kept.said = kept.calls
            figures = (float(each[at]) for each in (own, means, spread, scaled))
            self.far.setdefault(run, FarOff(code, kept.calls, float(layer.momentum), at, *figures))

    def _perform(self, name: str, positional: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.AST) -> Any:
        result = super()._perform(name, positional, keywords, node)
        if name in _PRODUCTS and len(positional) == 2 and not keywords and self._under_way:
            self._multiplied(positional, node)
        return result

    def _multiplied(self, positional: tuple[Any, ...], node: ast.AST) -> None:
        match node:
            case ast.BinOp(left, ast.MatMult(), ast.Attribute(holder, "weight")):
                pass
            case ast.Call(ast.Attribute(ast.Name("torch")), [left, ast.Attribute(holder, "weight")], []):
                pass
            case ast.Call(ast.Attribute(left, "matmul" | "mm"), [ast.Attribute(holder, "weight")], []):
                pass
            case _:
                return
        layer, (given, weight) = self._object_at(holder), positional
        if type(layer).__name__ != "Linear" or self._class_of(layer) is not None or weight is not layer.weight:
            return
        if not _is_small(given) or weight.shape[0] != weight.shape[1] or given.dtype != weight.dtype:
            return
        numbers, turned = numbers_of(given), numbers_of(weight)
        found, other = numbers @ turned, numbers @ turned.T
        apart = np.flatnonzero(~np.isclose(found, other, rtol=1e-2, atol=1e-6))
        if not apart.size:
            return
        code, left_code, layer_code = (Place.of(each, self._source).text for each in (node, left, holder))
        left_code = wrapped(left, left_code)
        one, right = (float(each.reshape(-1)[apart[0]]) for each in (found, other))
        unturned = Unturned(code, left_code, layer_code, int(weight.shape[0]), one, right)
        self._products.append((self.run_now, layer, numbers.copy(), unturned))


_MOST_CALLS = 200
_MOST_CELLS = 4_000
_PRODUCTS = ("operator.@", "torch.matmul", "torch.mm", "Tensor.matmul", "Tensor.mm")


def _is_small(value: Any) -> bool:
    return is_array(value) and not is_wrapped(value) and 0 < size_of(value) <= _MOST_CELLS


def _norms(network: Any) -> list[tuple[str, Any]]:
    """Return the batch norms of a network that keep a mean, and how code leads to each."""
    return [
        (path_of(network, dotted.split(".")) if dotted else "", each)
        for dotted, each in network.named_modules()
        if type(each).__name__.startswith("BatchNorm") and getattr(each, "running_mean", None) is not None
    ]


def _ended_by_eval(network: Any) -> tuple[str, Any] | None:
    """Return the first layer in eval mode that does another thing in train mode, and how code leads to it."""
    norms = {id(each) for _, each in _norms(network)}
    for dotted, each in network.named_modules():
        drops = type(each).__name__.startswith("Dropout") and 0 < each.p < 1
        if (drops or id(each) in norms) and not each.training and dotted:
            return path_of(network, dotted.split(".")), each
    return None


def _holds(network: Any) -> tuple[int, ...]:
    """Return what each parameter holds, as one number."""
    return tuple(hash(numbers_of(each).tobytes()) for each in network.parameters())


@lru_cache(4)
def calls_of(trace: Trace) -> CallWatch | None:
    """Run a program once more where there may be something to see; None where there is not."""
    if not _is_worth_it(trace.source):
        return None
    program = read_program(trace.source)
    watch = CallWatch(numbers=statement_numbers(program.nodes))
    watch.names.update(trace.given())
    watch.run_program(program)
    watch.watch = lambda _: None
    watch.look_back()
    return watch


def _is_worth_it(source: str) -> bool:
    modes = any(word in source for word in (".eval(", "no_grad", "inference_mode", "set_grad_enabled"))
    return (
        (modes and any(word in source for word in _BY_MODE))
        or (".weight" in source and any(word in source for word in _MULTIPLIES))
        or ("DataLoader" in source and "iter(" in source)
        or ("DataLoader" in source and "len(" in source)
        or "get_lr(" in source
    )


_BY_MODE = ("Norm", "ropout", "RReLU")
"""Layers that do another thing in each mode."""

_MULTIPLIES = ("@", "matmul(", "mm(")
