"""Checks of what surprises: `primer_core.claims.surprises.layers`."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import torch
from torch import nn

from primer_core.claims.surprises.layers import (
    AloneInItsSum,
    DropsStill,
    FreezesNothing,
    LayersInARow,
    LossOfOneClass,
    MadeOfData,
    NotAParameter,
    NothingBetween,
    RowsTakenForSamples,
    StateIsShared,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import line, opened
from tests.claims.surprises.lines import after_line, at_line, computed, expression, stands_there, statement_of, written


@check(FreezesNothing)
def _(claim: FreezesNothing, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement.targets[0]) == ast.unparse(ast.parse(f"{claim.holder}.requires_grad"))
    names = after_line(program, claim.run)
    layer: Any = computed(claim.holder, names)
    assert isinstance(layer, nn.Module)
    assert vars(layer)["requires_grad"] is False
    assert sum(each.requires_grad for each in layer.parameters()) == claim.count > 0
    computed(f"{claim.holder}.requires_grad_(False)", names)
    assert not any(each.requires_grad for each in layer.parameters())


@check(AloneInItsSum)
def _(claim: AloneInItsSum, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    given = node.func.value if not node.args or ast.unparse(node.func.value) not in ("F", "torch") else node.args[0]
    shape = computed(ast.unparse(given), dict(names)).shape
    assert shape[claim.axis] == 1
    text = ast.unparse(node).replace(ast.unparse(given), "_x_", 1)
    for seed in range(3):
        names["_x_"] = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 10
        assert bool((computed(text, dict(names)) == 1).all())
    with_two = torch.randn([*shape[: claim.axis], 2, *shape[claim.axis + 1 :]])
    assert not bool((computed(text, {**names, "_x_": with_two}) == 1).all())


@check(DropsStill)
def _(claim: DropsStill, program: Program) -> None:
    assert ast.unparse(statement_of(program, claim.run)) == f"{claim.network}.eval()"
    names = after_line(program, claim.run)
    network = names[claim.network]
    assert not network.training
    source = opened(program.code)
    written_down = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == type(network).__name__
    )
    call: Any = next(node for node in ast.walk(written_down) if ast.get_source_segment(source, node) == claim.code)
    x = torch.ones(400)
    others = {word.arg: computed(ast.unparse(word.value), {}) for word in call.keywords}
    given = [computed(ast.unparse(each), {}) for each in call.args[1:]]
    drop = computed(ast.unparse(call.func), dict(names))
    torch.manual_seed(0)
    assert not torch.equal(drop(x.clone(), *given, **others), x)
    assert torch.equal(drop(x.clone(), *given, **others, training=False), x)
    asked = {node.attr for node in ast.walk(written_down) if isinstance(node, ast.Attribute)}
    assert "training" not in asked, "it may be called in train mode alone"


@check(NotAParameter)
def _(claim: NotAParameter, program: Program) -> None:
    network = bound_by(program, claim.run, claim.name)
    held = getattr(network, claim.attribute)
    assert held.requires_grad
    assert held.is_leaf
    assert all(each is not held for each in network.parameters())
    assert claim.attribute not in network.state_dict()
    other = nn.Module()
    setattr(other, claim.attribute, nn.Parameter(held.detach()))
    assert list(other.state_dict()) == [claim.attribute] == [name for name, _ in other.named_parameters()]


@check(LossOfOneClass)
def _(claim: LossOfOneClass, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    logits, targets = (computed(ast.unparse(each), dict(names)) for each in node.args)
    assert tuple(logits.shape) == claim.shape
    function = computed(ast.unparse(node.func), dict(names))
    for seed in range(3):
        other = torch.randn(claim.shape, generator=torch.Generator().manual_seed(seed)) * 10
        other.requires_grad_()
        loss = function(other, targets)
        assert not bool(loss.any())
        loss.sum().backward()
        assert other.grad is not None
        assert not bool(other.grad.any())
    assert nn.BCEWithLogitsLoss()(logits, torch.zeros_like(logits)).item() > 0


def bound_by(program: Program, run: tuple[int, int], name: str) -> Any:
    """What a line binds a name to."""
    done = line(program, run)
    assert done.before.get(name) is not done.names[name], f"the line does not bind {name}"
    return after_line(program, run)[name]


def calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def is_handed_on(one: nn.Module, other: nn.Module, call: ast.AST, names: dict[str, Any]) -> bool:
    """Whether a layer gets what another one gives as it is, in a call of their network."""
    gave: list[Any] = []
    got: list[Any] = []
    hooks = (
        one.register_forward_hook(lambda _module, _inputs, output: gave.append(output)),
        other.register_forward_pre_hook(lambda _module, inputs: got.extend(inputs)),
    )
    computed(ast.unparse(call), dict(names))
    for hook in hooks:
        hook.remove()
    return any(each is given for each in got for given in gave)


@check(NothingBetween)
def _(claim: NothingBetween, program: Program) -> None:
    call = next((node for node in ast.walk(statement_of(program, claim.run)) if calls(node, claim.network)), None)
    names = after_line(program, claim.run) if call is None else at_line(program, claim.run)
    network: Any = names[claim.network]
    one, other = (computed(code, dict(names)) for code in (claim.first, claim.second))
    assert one is not other
    if call is None:
        assert type(bound_by(program, claim.run, claim.network)) is nn.Sequential
        assert list(network).index(other) == list(network).index(one) + 1
    else:
        assert is_handed_on(one, other, call, names)
    one_layer = nn.Linear(claim.inputs, claim.outputs, dtype=torch.float64)
    with torch.no_grad():
        zero = torch.zeros(claim.inputs, dtype=next(one.parameters()).dtype)
        start = other(one(zero))
        columns = [other(one(row)) - start for row in torch.eye(claim.inputs, dtype=zero.dtype)]
        one_layer.bias.copy_(start)
        one_layer.weight.copy_(torch.stack(columns, dim=1))
        x = torch.randn(20, claim.inputs, dtype=zero.dtype)
        torch.testing.assert_close(one_layer(x.double()).to(zero.dtype), other(one(x)), rtol=1e-3, atol=1e-4)
        far = torch.cat([x, -x]) * 1000  # so that each number between them is negative for some
        assert not torch.allclose(other(nn.ReLU()(one(far))), other(one(far)))


@check(StateIsShared)
def _(claim: StateIsShared, program: Program) -> None:
    statement: Any = statement_of(program, claim.run)
    assert ast.unparse(statement) == f"{claim.name} = {claim.network}.state_dict()"
    names = after_line(program, claim.run)
    network, state = names[claim.network], names[claim.name]
    kept = {key: value.clone() for key, value in state.items()}
    optimiser = torch.optim.SGD(network.parameters(), lr=1.0)
    for each in network.parameters():
        each.grad = torch.ones_like(each)
    optimiser.step()
    assert any(not torch.equal(state[key], kept[key]) for key in kept)
    assert all(torch.equal(state[key], value) for key, value in network.state_dict().items())


@check(LayersInARow)
def _(claim: LayersInARow, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    inner, outer = names[claim.inner], names[claim.outer]
    assert (inner.in_features, outer.out_features) == (claim.inputs, claim.outputs)
    given = torch.randn(5, claim.inputs)
    weight = computed(f"{claim.outer}.weight @ {claim.inner}.weight", names)
    shift = outer(inner(torch.zeros(1, claim.inputs)))
    torch.testing.assert_close(outer(inner(given)), given @ weight.T + shift, rtol=1e-3, atol=1e-4)


@check(RowsTakenForSamples)
def _(claim: RowsTakenForSamples, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    table = computed(claim.given, dict(names))
    assert table.dim() == 2
    assert tuple(table.shape) == claim.shape
    laid: list[Any] = []

    def flattened(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        laid.extend((inputs[0], output) if isinstance(module, nn.Flatten) else ())

    hook = nn.modules.module.register_module_forward_hook(flattened)
    try:
        gives = computed(claim.code, dict(names))
        if claim.flat:
            assert claim.flat == "nn.Flatten()"
            assert laid[0].data_ptr() == table.data_ptr()
            assert laid[1].shape == table.shape
            node: Any = stands_there(claim.code, program, claim.run)
            row = ast.Call(node.func, [expression("_row_")], [])
            few = torch.cat([table[:1]] * 3)
            assert computed(ast.unparse(row), {**names, "_row_": few}).shape == (3, *gives.shape[1:])
        else:
            assert torch.equal(gives, table)
    finally:
        hook.remove()
    assert tuple(gives.shape) == claim.gives
    assert len(gives) == claim.shape[0]
    assert computed(f"{claim.given}.unsqueeze(0)", dict(names)).flatten(1).shape == (1, table.numel())


@check(MadeOfData)
def _(claim: MadeOfData, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    data = computed(claim.given, dict(names))
    assert written(node.args[0], program) == claim.given
    assert isinstance(data, torch.Tensor)
    made, kind = (computed(code, dict(names)) for code in (claim.code, ast.unparse(node.func)))
    assert type(made) is kind
    assert issubclass(kind, nn.Module)
    first = next(each for name, each in inspect.signature(kind.__init__).parameters.items() if name != "self")
    settings = first.kind is first.POSITIONAL_OR_KEYWORD
    assert claim.setting == (first.name if settings else "")
    held = getattr(made, claim.setting) if settings and first.name != "inplace" else data
    assert held is data or all(one is other or torch.equal(one, other) for one, other in zip(held, data, strict=True))
    if not claim.instead:
        assert not claim.also
        return
    result = computed(claim.instead, dict(names))
    assert isinstance(result, torch.Tensor)
    assert type(expression(claim.instead).func) is ast.Call
    assert claim.instead.endswith(f"({claim.given})")
    assert ast.unparse(expression(claim.instead).func.func) == ast.unparse(node.func)
    if claim.also:
        assert torch.equal(computed(claim.also, dict(names)), result)
