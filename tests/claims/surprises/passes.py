"""Checks of what surprises in what goes through networks: their layers are called again, of other numbers."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import warnings
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils.data import default_collate

from primer_core.claims.surprises.passes import (
    AloneInALayer,
    FrozenStillMoves,
    JoinedByPlace,
    NeverBelowHalf,
    OwnRandomStart,
    PaddingRow,
    SamplesMixed,
    TakesTheSmaller,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import after_line, at_line, computed, stands_there, statement_of


@check(AloneInALayer)
def _(claim: AloneInALayer, program: Program) -> None:
    layer: Any = computed(claim.layer, after_line(program, claim.run))
    assert isinstance(layer, nn.Softmax)
    assert layer.dim is not None
    assert layer.dim % len(claim.shape) == claim.axis
    assert bool((layer(torch.randn(claim.shape) * 9) == 1).all())
    wider = tuple(2 if axis == claim.axis else size for axis, size in enumerate(claim.shape))
    assert not bool((layer(torch.randn(wider)) == 1).any())
    names = at_line(program, claim.run)
    heard: list[tuple[int, ...]] = []
    inner: Any = computed(claim.layer, names)
    hook = inner.register_forward_hook(lambda _module, _given, result: heard.append(tuple(result.shape)))
    exec(ast.unparse(statement_of(program, claim.run)), names)
    hook.remove()
    assert claim.shape in heard


class _Handed(TorchFunctionMode):
    """Notes what sigmoid gives where it is given the very tensor that a ReLU gave."""

    def __init__(self) -> None:
        super().__init__()
        self.gave: list[torch.Tensor] = []
        self.found: list[torch.Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.__name__.strip("_") == "relu":
            self.gave.append(result)
        if func.__name__.strip("_") == "sigmoid" and any(args[0] is each for each in self.gave):
            self.found.append(result)
        return result


@check(NeverBelowHalf)
def _(claim: NeverBelowHalf, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    value = computed(claim.code, at_line(program, claim.run))
    assert bool((value >= 0.5).all())
    with _Handed() as handed:
        exec_quietly(opened(program.code), {})
    assert any(each.shape == value.shape and torch.allclose(each, value) for each in handed.found)


@check(SamplesMixed)
def _(claim: SamplesMixed, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    states = names[claim.name]
    assert tuple(states.shape) == claim.shape
    assert ast.unparse(node.func.value) == claim.name
    names[claim.name] = torch.arange(claim.shape[1])[:, None].expand(claim.shape).contiguous()
    cut, kept = computed(claim.code, names), computed(claim.instead, names)
    assert tuple(cut[0].unique().tolist()) == claim.samples
    assert len(claim.samples) > 1
    assert [row.unique().tolist() for row in kept] == [[sample] for sample in range(claim.shape[1])]


@check(TakesTheSmaller)
def _(claim: TakesTheSmaller, program: Program) -> None:
    assert claim.up in {node.id for node in ast.walk(statement_of(program, claim.run)) if isinstance(node, ast.Name)}
    given: set[int] = set()
    watch = register_module_forward_pre_hook(lambda _, inputs: given.add(int(inputs[0].shape[-1])))
    try:
        names = after_line(program, claim.run)
    finally:
        watch.remove()
    assert claim.larger in given
    up, down = (computed(code, names) for code in (claim.up, claim.down))
    assert "Transpose" in type(up).__name__
    assert "Transpose" not in type(down).__name__
    axes = int(type(down).__name__[4])

    def size(layer: Any, along: int) -> int:
        dtype = layer.weight.dtype
        return int(layer(torch.zeros(1, layer.in_channels, *[64] * (axes - 1), along, dtype=dtype)).shape[-1])

    assert size(down, claim.larger) == size(down, claim.smaller) == claim.size
    assert size(up, claim.size) == claim.smaller
    other = copy.deepcopy(up)
    other.output_padding = (claim.larger - claim.smaller,) * axes
    assert size(other, claim.size) == claim.larger
    assert claim.larger > claim.smaller


@check(PaddingRow)
def _(claim: PaddingRow, program: Program) -> None:
    stands_there(f"{claim.layer}.weight.grad", program, claim.run)
    layer: Any = computed(claim.layer, at_line(program, claim.run))
    assert not bool(layer.weight.grad[claim.row].any())
    fresh = copy.deepcopy(layer)
    fresh.weight.grad = None
    everything = torch.arange(fresh.num_embeddings).repeat(2)
    fresh(everything).sum().backward()
    assert (fresh.weight.grad.abs().sum(dim=1) == 0).nonzero().flatten().tolist() == [claim.row]


@check(OwnRandomStart)
def _(claim: OwnRandomStart, program: Program) -> None:
    names = at_line(program, claim.run)
    one, other = names[claim.one], names[claim.other]
    assert one is not other
    assert type(one) is type(other)
    calls: list[Any] = [
        node
        for node in ast.walk(statement_of(program, claim.run))
        if isinstance(node, ast.Call) and [ast.unparse(getattr(each, "func", each)) for each in node.args] == [
            claim.one, claim.other,
        ]
    ]  # fmt: skip
    assert computed(ast.unparse(calls[0]), names) is False
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    other.load_state_dict(one.state_dict())
    assert computed(ast.unparse(calls[0]), names) is True


@check(FrozenStillMoves)
def _(claim: FrozenStillMoves, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.optimiser}.step()"
    moved = []
    for takes_away in (False, True):
        names = at_line(program, claim.run)
        parameter: Any = computed(claim.parameter, names)
        assert not parameter.requires_grad
        assert parameter.grad is not None
        before = parameter.detach().clone()
        if takes_away:
            parameter.grad = None
        names[claim.optimiser].step()
        moved.append(not torch.equal(parameter, before))
    assert moved == [True, False]


@check(JoinedByPlace)
def _(claim: JoinedByPlace, program: Program) -> None:
    names: dict[str, Any] = {}
    exec_quietly(opened(program.code), names)
    held = names[claim.name]
    assert type(held) is list
    assert [len(each) for each in held] == [claim.size] * claim.count
    statement: Any = statement_of(program, claim.run)
    loops = isinstance(statement, ast.For)
    targets: Any = statement.target if loops else statement.targets[0]
    place = [ast.unparse(each) for each in targets.elts].index(claim.name)
    source = statement.iter if loops else statement.value.args[0].args[0]
    samples = computed(ast.unparse(source), at_line(program, claim.run)).dataset
    lists = [samples[number][place] for number in range(claim.size)]
    assert all(isinstance(each, list | tuple) and len(each) == claim.count for each in lists)
    joined = default_collate([torch.tensor(each) for each in lists])
    assert tuple(joined.shape) == (claim.size, claim.count)


def exec_quietly(code: str, names: dict[str, Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "again", "exec"), names)
