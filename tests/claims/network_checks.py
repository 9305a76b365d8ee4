"""Checks of what is said of networks: each call of a module is taken down as plain Python runs the program."""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from primer_core.claims.networks import CallGives, LayerBroke, LayerGave, LayerWants, NetworkLearns, NeverCalled
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened


@dataclass
class Called:
    """A call of a module, with those that it called itself, in order, and how many numbers it could learn."""

    module: nn.Module
    arguments: tuple[Any, ...]
    result: Any = None
    returned: bool = False
    inner: list[Called] = field(default_factory=list)
    learned: tuple[int, int] = (0, 0)

    def all(self) -> list[Called]:
        return [self, *(each for call in self.inner for each in call.all())]


@dataclass
class Run:
    """A program that has run: calls of networks, what ended it, and its names."""

    calls: list[Called]
    error: Exception | None
    names: dict[str, Any]

    def broken(self) -> Called:
        """The innermost call that did not return."""
        assert self.error is not None
        call = self.calls[-1]
        assert not call.returned
        while any(not each.returned for each in call.inner):
            call = call.inner[-1]
        return call


@lru_cache(maxsize=8)
def ran(code: str) -> Run:
    """Run a program with the method by which every module is called replaced by one that takes it down."""
    calls: list[Called] = []
    stack: list[Called] = []
    real = nn.Module.__call__

    def called(self: nn.Module, *arguments: Any, **keywords: Any) -> Any:
        if isinstance(self, nn.modules.loss._Loss) and not stack:
            return real(self, *arguments, **keywords)
        call = Called(self, arguments)
        (stack[-1].inner if stack else calls).append(call)
        stack.append(call)
        try:
            call.result = real(self, *arguments, **keywords)
            call.returned = True
        finally:
            stack.pop()
            call.learned = learned_by(self)
        return call.result

    names: dict[str, Any] = {}
    error = None
    nn.Module.__call__ = called  # type: ignore[method-assign]  # each call goes through it, of whatever class
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(code, "program", "exec"), names)
    except Exception as raised:
        error = raised
    finally:
        nn.Module.__call__ = real  # type: ignore[method-assign]  # as it was
    return Run(calls, error, names)


def network(program: Program, number: int) -> Called:
    calls = ran(opened(program.code)).calls
    assert 1 <= number <= len(calls)
    return calls[number - 1]


def name_in(network: nn.Module, module: nn.Module) -> str:
    found: list[str] = [name for name, each in network.named_modules() if each is module]
    assert found
    return found[0]


def shape_of(value: Any) -> tuple[int, ...]:
    while isinstance(value, tuple):
        value = value[0]
    return () if value is None else tuple(value.shape)


@check(LayerGave)
def _(claim: LayerGave, program: Program) -> None:
    whole = network(program, claim.number)
    known = list(whole.module.modules())
    for call in (each for each in whole.all() if any(each.module is module for module in known)):
        learned = sum(each.nelement() for each in call.module.state_dict(keep_vars=True).values() if is_learned(each))
        said = (
            name_in(whole.module, call.module),
            repr(call.module),
            shape_of(call.arguments),
            shape_of(call.result) if call.returned else None,
            learned,
        )
        if said == (claim.name, claim.made, claim.given, claim.gave, claim.parameters):
            return
    raise AssertionError("no such call")


def learned_by(module: nn.Module) -> tuple[int, int]:
    """How many numbers a network holds to be learned now, and how many of them are not frozen."""
    held = {id(each): each for each in module.state_dict(keep_vars=True).values() if is_learned(each)}.values()
    shaped = [each for each in held if not isinstance(each, nn.parameter.UninitializedParameter)]
    return sum(each.nelement() for each in shaped), sum(each.nelement() for each in shaped if each.requires_grad)


def is_learned(value: Any) -> bool:
    return isinstance(value, nn.Parameter)


@check(NetworkLearns)
def _(claim: NetworkLearns, program: Program) -> None:
    assert network(program, claim.number).learned == (claim.parameters, claim.trainable)


@check(LayerBroke)
def _(claim: LayerBroke, program: Program) -> None:
    run = ran(opened(program.code))
    call = run.broken()
    assert claim.number == len(run.calls)
    assert claim.name == name_in(run.calls[-1].module, call.module)
    holds = next(iter(call.module.children()), None) is not None
    assert claim.made == (type(call.module).__name__ if holds else repr(call.module))
    if isinstance(claim.given, str):
        first = call.arguments[0]
        assert not isinstance(first, torch.Tensor)
        assert claim.given == f"{type(first).__module__}.{type(first).__name__}".removeprefix("builtins.")
    else:
        assert claim.given == shape_of(call.arguments)
    if claim.front:
        giving = [each for each in run.calls[-1].all() if each.returned and each.result is call.arguments[0]]
        assert claim.front in [type(each.module).__name__ for each in giving]
        outputs, state = call.arguments[0]
        assert isinstance(outputs, torch.Tensor)
        last = state[0] if isinstance(state, tuple) else state
        assert outputs.shape[-1] == last.shape[-1]


@check(LayerWants)
def _(claim: LayerWants, program: Program) -> None:
    call = ran(opened(program.code)).broken()
    taken = parameters_of(type(call.module))
    settings = {name: getattr(call.module, name) for name in taken if hasattr(call.module, name) and name != "bias"}
    if not settings.get("proj_size"):
        settings.pop("proj_size", None)  # an LSTM alone may be given it
    had = settings[claim.setting]
    assert claim.had == (had[0] if isinstance(had, tuple) else had)
    if "bias" in taken:
        settings["bias"] = call.module.bias is not None
    for number, works in ((claim.had, False), (claim.wanted, True)):
        layer = type(call.module)(**{**settings, claim.setting: number}).train(call.module.training)
        try:
            layer(*call.arguments)
        except (RuntimeError, ValueError, IndexError):
            assert not works
        else:
            assert works


def parameters_of(kind: type) -> list[str]:
    """Names of what a class of layers is made with; recurrent ones hand all on to the class above."""
    for each in kind.__mro__:
        names = [name for name in inspect.signature(each).parameters if name not in ("args", "kwargs", "mode")]
        if names:
            return names
    raise AssertionError(f"{kind.__name__} is made with nothing")


@check(NeverCalled)
def _(claim: NeverCalled, program: Program) -> None:
    run = ran(opened(program.code))
    assert isinstance(run.names[claim.name], nn.Module)
    assert not any(call.module is run.names[claim.name] for call in run.calls)


@check(CallGives)
def _(claim: CallGives, program: Program) -> None:
    code = opened(program.code)
    assert claim.code not in code
    run = ran(f"{code}\n{claim.code}")
    network = run.names[claim.code.partition("(")[0]]
    (call,) = (call for call in run.calls if call.module is network)
    if claim.error:
        assert type(run.error).__name__ == claim.error
        assert not claim.gives
    else:
        assert run.error is None
        assert str(shape_of(call.result)) == claim.gives
    assert torch.is_tensor(call.arguments[0])
