"""When it surprises what a layer or a network is told, what a class alone gives, what two layers in a row compute."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.running import line_of
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
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.makings import FIRST, NEVER_NUMBERS, making_of
from primer_core.lessons.own_lines.surprises.line import Line, numbers, whole_number

_SOFTMAX = ("F.softmax", "torch.softmax", "Tensor.softmax")


def _freezes(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    match line.node:
        case ast.Assign([ast.Attribute(holder, "requires_grad")]) if ledger is not None:
            count = ledger.attributes.get(line.run, 0)
            if count:
                yield FreezesNothing(line.run, line.text(holder), count)


def _alone(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry not in _SOFTMAX or part.result is None or not (numbers(part.result) == 1).all():
            continue
        shape = shape_of(part.operands[0])
        axis = part.keywords.get("dim", part.operands[1] if len(part.operands) > 1 else None)
        if type(axis) is int and -len(shape) <= axis < len(shape) and shape[axis] == 1:
            yield AloneInItsSum(line.run, part.place.text, axis % len(shape))


def _one_class(line: Line) -> Iterator[Claim]:
    for name, origin, call in line.losses_here():
        if name == "F.cross_entropy" and origin.call is not None and len(call.args) == 2 and not call.keywords:
            shape = shape_of(origin.call.bound.positional[0])
            if len(shape) == 2 and shape[0] and shape[1] == 1 and not bool(origin.values.any()):
                yield LossOfOneClass(line.run, line.text(call), (shape[0], 1))


def _nested(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name(outer), [ast.Call(ast.Name(inner), [_], [])], []):
                given, made = (
                    [each for each in line.step.forwards if each.called == name and each.kind == "Linear"]
                    for name in (inner, outer)
                )
                if given and made and given[0].layers and made[0].layers:
                    one, other = given[0].layers[0].weight, made[0].layers[0].weight
                    if one is not None and other is not None:
                        yield LayersInARow(line.run, line.text(call), outer, inner, one[1], other[0])


def _between(line: Line) -> Iterator[Claim]:
    for binding in line.step.bound:
        for first, inputs, outputs in line.step.names[binding.name].straight:
            one, other = (f"{binding.name}[{place}]" for place in (first, first + 1))
            yield NothingBetween(line.run, binding.name, one, other, inputs, outputs)
    for forward in line.step.forwards:
        for layer in forward.layers if forward.called.isidentifier() and forward.kind != "Sequential" else ():
            before = next((each for each in forward.layers if each.path == layer.behind), None)
            if layer.behind and before is not None and before.weight is not None and layer.weight is not None:
                one, other = f"{forward.called}{layer.behind}", f"{forward.called}{layer.path}"
                yield NothingBetween(line.run, forward.called, one, other, before.weight[1], layer.weight[0])


def _shared(line: Line) -> Iterator[Claim]:
    ledger = line.trace.ledger
    match line.node:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(ast.Name(network), "state_dict"), [], [])):
            later = () if ledger is None else (each for each in ledger.stepped if ledger.stepped[each].moved)
            seen = line.step.names.get(network)
            if (
                seen is not None
                and name != network
                and any(line_of(number) > line_of(line.run[0]) for number, _ in later)
            ):
                yield StateIsShared(line.run, name, network)


def _drops_still(line: Line) -> Iterator[Claim]:
    match line.node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(network), "eval"), [], [])):
            seen = line.step.names.get(network)
            for call in () if seen is None else untold_dropout(line, seen.kind):
                yield DropsStill(line.run, network, line.text(call))


def untold_dropout(line: Line, kind: str) -> Iterator[ast.Call]:
    """Go through the calls of the function ``dropout``, in a class of the program, that are not told of eval mode."""
    classes = (each for each in line.statements if isinstance(each, ast.ClassDef) and each.name == kind)
    nodes = [inner for each in classes for inner in ast.walk(each)]
    if any(isinstance(node, ast.Attribute) and node.attr == "training" for node in nodes):
        return  # it asks for the mode, so that a call may never come about
    for node in nodes:
        match node:
            case ast.Call(ast.Attribute(owner, "dropout"), [_, *others], words):
                told = len(others) > 1 or any(word.arg in ("training", None) for word in words)
                share = next((word.value for word in words if word.arg == "p"), others[0] if others else None)
                value = share.value if isinstance(share, ast.Constant) else None
                drops = share is None or (isinstance(value, float) and 0 < value < 1)
                if ast.unparse(owner).split(".")[-1] in ("F", "functional") and drops and not told:
                    yield node


def _not_a_parameter(line: Line) -> Iterator[Claim]:
    for binding in line.step.bound:
        for attribute in line.step.names[binding.name].apart:
            yield NotAParameter(line.run, binding.name, attribute)


_PICTURES = ("im", "img", "image", "pic", "picture", "photo", "digit", "drawing", "drawn", "pixels", "gray", "grey")
"""Words in the name of what is one sample with two axes."""


def _rows_as_samples(line: Line) -> Iterator[Claim]:
    for forward in line.step.forwards:
        call, flat = line.at(forward.place), next((each for each in forward.layers if each.kind == "Flatten"), None)
        if flat is None or flat.settings != "start_dim=1, end_dim=-1" or not flat.given or not forward.layers[0].given:
            continue
        before = forward.layers[: forward.layers.index(flat)]
        weighed = any(each.weight is not None for each in before)
        match call:
            case ast.Call(_, [given], []) if flat.given[0] == forward.layers[0].given[0] and not weighed:
                gave = forward.layers[0].gave or ()
                if len(gave) == 1 and gave[0][:1] == flat.given[0][:1] and _may_be_one(line, given, flat.given[0]):
                    flat_code = "nn.Flatten()" if forward.layers[0].holds else ""
                    code, asked = line.text(call), line.asked(given)
                    yield RowsTakenForSamples(line.run, code, flat_code, asked, flat.given[0], gave[0])
    for part in line.step.parts:
        match line.at(part.place) if part.entry in ("torch.flatten", "Tensor.flatten") else None:
            case ast.Call(ast.Attribute(ast.Name("torch")), [given, start], []) as call:
                pass
            case ast.Call(ast.Attribute(ast.Name("torch")), [given], [ast.keyword("start_dim", start)]) as call:
                pass
            case ast.Call(ast.Attribute(given), [start], []) as call:
                pass
            case ast.Call(ast.Attribute(given), [], [ast.keyword("start_dim", start)]) as call:
                pass
            case _:
                continue
        shape = shape_of(part.operands[0])
        if whole_number(start) == 1 and _may_be_one(line, given, shape):
            yield RowsTakenForSamples(line.run, line.text(call), "", line.asked(given), shape, shape)


def _may_be_one(line: Line, given: ast.expr, shape: tuple[int, ...]) -> bool:
    """Return whether an array may be one sample with two axes: a square, or what is called a picture."""
    if len(shape) != 2 or min(shape) < 2:
        return False
    words = re.findall("[a-z]+", line.text(given).lower())
    return shape[0] == shape[1] or any(word in _PICTURES for word in words)


def _of_data(line: Line) -> Iterator[Claim]:
    for made in line.step.made:
        call, shape = line.at(made.place), made.given[0] if made.given else None
        if not isinstance(call, ast.Call) or shape is None or made.kind not in FIRST:
            continue
        making = making_of(call, line.source, len(shape))
        if making is not None and making.kind == made.kind and (shape or made.kind in NEVER_NUMBERS):
            setting = FIRST[made.kind]
            yield MadeOfData(line.run, made.place.text, making.given, setting, making.instead, making.also)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _freezes,
    _alone,
    _one_class,
    _between,
    _nested,
    _shared,
    _drops_still,
    _not_a_parameter,
    _rows_as_samples,
    _of_data,
)
