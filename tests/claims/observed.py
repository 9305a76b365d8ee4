"""What PyTorch did while a program ran, call by call, seen from outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from tests.claims.program import Ran
from tests.claims.rewriting import name_of, nodes_behind, saved_by, whole

Kept = tuple[str, tuple[str, ...]]


@dataclass(eq=False)
class Call:
    """One call of PyTorch.

    Parameters
    ----------
    function
        Its name.
    given, made
        The tensors among its arguments and in its result.
    nodes
        Nodes that came with the result, each with the names of tensors that it saved.
    versions
        ``_version`` of each tensor among the arguments, before and after.
    stale, unnoticed, freed
        Saved tensors, by their nodes, that could no longer be read after it, that had other numbers, and that were
        gone.
    saved_ones
        Of the tensors among the arguments, those whose memory a node had saved.
    seeded
        Whether it was given the gradient to begin with.
    cleared, refilled
        Leaves whose ``.grad`` became None, and got other numbers, where it is no run of the engine.
    """

    function: str
    given: list[Any]
    made: list[Any] = field(default_factory=list)
    nodes: list[Kept] = field(default_factory=list)
    versions: list[tuple[Any, int, int]] = field(default_factory=list)
    stale: list[Kept] = field(default_factory=list)
    unnoticed: list[Kept] = field(default_factory=list)
    freed: list[Kept] = field(default_factory=list)
    saved_ones: list[Any] = field(default_factory=list)
    seeded: bool = False
    cleared: list[Any] = field(default_factory=list)
    refilled: list[Any] = field(default_factory=list)


class Watch(TorchFunctionMode):
    """Notes each call of PyTorch while it is on."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.nodes: dict[Any, dict[str, Any]] = {}
        self.leaves: list[Any] = []
        self.told: dict[Any, set[tuple[str, str]]] = {}
        self.grads: dict[int, Any] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = list(_tensors((args, kwargs)))
        call = Call(getattr(func, "__name__", ""), given)
        before = [each._version for each in given]
        held = {pointer for saved in self.nodes.values() for pointer in _pointers(saved.values())}
        call.saved_ones = [each for each in given if each.untyped_storage().data_ptr() in held]
        seeds = [*args[1:2], (kwargs or {}).get("gradient"), (kwargs or {}).get("grad_outputs")]
        if call.function == "grad":
            seeds = [*args[2:3], (kwargs or {}).get("grad_outputs")]
        call.seeded = any(seed is not None for seed in seeds)
        self.calls.append(call)
        try:
            made = func(*args, **(kwargs or {}))
            call.made = list(_tensors(made))
            return made
        finally:
            call.versions = [(each, old, each._version) for each, old in zip(given, before, strict=True)]
            self._note(call)

    def _note(self, call: Call) -> None:
        for each in (*call.given, *call.made):
            if each.is_leaf and each.requires_grad and not any(each is leaf for leaf in self.leaves):
                self.leaves.append(each)
        new = [node for node in nodes_behind(*(call.made or call.given)) if node not in self.nodes]
        for node in new:
            saved = saved_by(node)
            self.nodes[node] = {name: _copy(value) for name, value in saved.items()}
            self.told[node] = set()
            if name_of(node) != "AccumulateGrad":
                call.nodes.append((name_of(node), tuple(sorted(saved))))
        for node, copies in self.nodes.items():
            self._compare(call, node, copies)
        self._compare_grads(call)

    def _compare(self, call: Call, node: Any, copies: dict[str, Any]) -> None:
        found: dict[str, list[str]] = {"stale": [], "unnoticed": [], "freed": []}
        now = saved_by(node)
        for name, copy in copies.items():
            value = now.get(name)
            if isinstance(value, RuntimeError):
                found["stale" if "inplace" in str(value) else "freed"].append(name)
            elif isinstance(copy, torch.Tensor) and isinstance(value, torch.Tensor) and not _same(copy, value):
                found["unnoticed"].append(name)
        for word, names in found.items():
            new = tuple(sorted(name for name in names if (word, name) not in self.told[node]))
            self.told[node] |= {(word, name) for name in names}
            if new:
                getattr(call, word).append((name_of(node), new))

    def _compare_grads(self, call: Call) -> None:
        for leaf in self.leaves:
            grad, old = leaf.grad, self.grads.get(id(leaf))
            if call.function not in ("backward", "grad"):
                if grad is None and old is not None:
                    call.cleared.append(leaf)
                elif grad is not None and (old is None or not _same(grad, old)):
                    call.refilled.append(leaf)
            self.grads[id(leaf)] = None if grad is None else _copy(grad)


@dataclass(eq=False)
class Observed:
    """A program that ran, and the calls of PyTorch that it made."""

    ran: Ran
    watch: Watch

    @property
    def calls(self) -> list[Call]:
        """From the first on."""
        return self.watch.calls

    def leaf(self, name: str) -> Any:
        """Return the leaf that a name stands for at the end."""
        found = eval(name, dict(self.ran.names))
        assert found.is_leaf
        assert found.requires_grad
        return found


@lru_cache(maxsize=32)
def observed(code: str) -> Observed:
    """Run a program as it stands and note what PyTorch does."""
    watch = Watch()
    with watch:
        ran = whole(code)
    return Observed(ran, watch)


def _tensors(value: Any) -> Iterator[Any]:
    match value:
        case torch.Tensor():
            yield value
        case dict():
            for each in value.values():
                yield from _tensors(each)
        case tuple() | list():
            for each in value:
                yield from _tensors(each)


def _pointers(values: Any) -> Iterator[int]:
    for value in values:
        yield from (getattr(each, "pointer", 0) for each in [value] if hasattr(each, "pointer"))


def _copy(value: Any) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    copy = value.detach().clone()
    copy.pointer = value.untyped_storage().data_ptr()  # type: ignore[attr-defined]  # where the original lies
    return copy


def _same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(((one == other) | ((one != one) & (other != other))).all())
