"""Whether attributes mean what is said, found out by counting cells, and numbers became others in that way."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch

from primer_core.claims.describing import (
    Became,
    CellsAre,
    CellsTake,
    CellTakes,
    NumbersAre,
    RankIs,
    SizesAre,
    StepsAre,
)
from tests.claims.checking import check
from tests.claims.making_checks import end
from tests.claims.program import Program


def nested(value: Any) -> tuple[int, ...]:
    """The sizes of lists in lists, counted one by one."""
    return (len(value), *(nested(value[0]) if value else ())) if isinstance(value, list) else ()


def described(program: Program, name: str) -> Any:
    """The array whose attributes the program prints."""
    assert f"print({name}.ndim, " in program.code
    return end(program, name)


@check(RankIs)
def _(claim: RankIs, program: Program) -> None:
    array = described(program, claim.name)
    index: Any = (0,) * claim.rank
    assert claim.rank >= 0
    if 0 not in array.shape and kind_of(array) != "O":
        assert array[index].ndim == 0
    assert len(array.shape) == claim.rank


@check(SizesAre)
def _(claim: SizesAre, program: Program) -> None:
    array = described(program, claim.name)
    assert tuple(array.shape) == claim.shape
    if 0 not in array.shape:
        assert nested(array.tolist())[: len(claim.shape)] == claim.shape


@check(CellsAre)
def _(claim: CellsAre, program: Program) -> None:
    array = described(program, claim.name)
    assert tuple(array.shape) == claim.shape
    assert sum(1 for _ in np.ndindex(*claim.shape)) == array.reshape(-1).shape[0]


KINDS = {
    "truth values": "b",
    "whole numbers": "i",
    "whole numbers from 0 up": "u",
    "floating-point numbers": "f",
    "complex numbers": "c",
    "Python objects": "O",
}


def kind_of(array: Any) -> str:
    """The kind of an array's numbers, as NumPy abbreviates it; PyTorch is asked by what it computes with them."""
    if isinstance(array, torch.Tensor):
        if array.dtype == torch.bool:
            return "b"
        if array.is_complex():
            return "c"
        if array.is_floating_point():
            return "f"
        return "u" if torch.iinfo(array.dtype).min == 0 else "i"
    return str(np.asarray(array).dtype.kind)


@check(NumbersAre)
def _(claim: NumbersAre, program: Program) -> None:
    array = described(program, claim.name)
    assert kind_of(array) == KINDS[claim.numbers]
    assert array.itemsize * 8 == claim.bits
    if claim.library:
        assert claim.library == ("PyTorch" if isinstance(array, torch.Tensor) else "NumPy")
        nodes = [node for line in program.statements for node in ast.walk(line)]
        assert "dtype" not in [node.arg for node in nodes if isinstance(node, ast.keyword)]


@check(CellTakes)
def _(claim: CellTakes, program: Program) -> None:
    array = described(program, claim.name)
    one = array.reshape(-1)[:1] if array.reshape(-1).shape[0] else np.empty(1, str(array.dtype).removeprefix("torch."))
    assert one.nbytes == claim.bytes


@check(CellsTake)
def _(claim: CellsTake, program: Program) -> None:
    array = described(program, claim.name)
    assert claim.cells == array.reshape(-1).shape[0]
    assert claim.bytes == array.itemsize
    assert array.nbytes == claim.cells * claim.bytes


@check(StepsAre)
def _(claim: StepsAre, program: Program) -> None:
    array = described(program, claim.name)
    assert claim.unit == ("element" if isinstance(array, torch.Tensor) else "byte")
    assert len(claim.strides) == array.ndim
    for axis, step in enumerate(claim.strides):
        if array.shape[axis] < 2 or 0 in array.shape:
            assert step == (array.stride() if isinstance(array, torch.Tensor) else array.strides)[axis]
            continue
        before: tuple[Any, ...] = (slice(None),) * axis
        first, second = (array[(*before, slice(place, place + 1))] for place in (0, 1))
        if isinstance(array, torch.Tensor):
            assert (second.data_ptr() - first.data_ptr()) == step * array.itemsize
        else:
            assert second.__array_interface__["data"][0] - first.__array_interface__["data"][0] == step


def number(text: str) -> Any:
    """Read a number as Python writes it."""
    if text.lstrip("-") in ("inf", "nan", "infinity"):
        return float(text)
    return ast.literal_eval(text)


@check(Became)
def _(claim: Became, _: Program) -> None:
    given, stored = number(claim.given), number(claim.stored)
    name = claim.dtype.removeprefix("torch.")
    kind = "f" if name == "bfloat16" else np.dtype(name).kind
    assert given != stored
    if claim.effect == "real part alone":
        assert isinstance(given, complex)
        assert given.imag
        return
    if isinstance(given, complex) and not given.imag:
        given = given.real
    finite = not isinstance(given, complex) and math.isfinite(given)
    match claim.effect:
        case "not zero":
            assert kind == "b"
            assert bool(given) is stored is True
        case "wraps around":
            limits = np.iinfo(name)
            assert isinstance(given, int)
            assert not limits.min <= given <= limits.max
            assert limits.min <= stored <= limits.max
            assert (given - stored) % 2**limits.bits == 0
        case "fraction cut off":
            limits = np.iinfo(name)
            assert limits.min <= math.trunc(given) <= limits.max
            assert math.trunc(given) == stored
        case "out of range":
            limits = np.iinfo(name)
            assert isinstance(given, float)
            assert not math.isnan(given)
            assert not finite or not limits.min <= math.trunc(given) <= limits.max
            assert limits.min <= stored <= limits.max
        case "no whole number stands for nan":
            limits = np.iinfo(name)
            assert isinstance(given, float)
            assert math.isnan(given)
            assert limits.min <= stored <= limits.max
        case "rounded":
            assert kind in "fc"
            assert stored != 0
            assert abs(stored - given) <= abs(given) * 2.0 ** -(2 if name == "bfloat16" else 8) + 1e-7
            assert np.isfinite(stored)
        case "too large":
            assert kind == "f"
            assert finite
            assert math.isinf(stored)
            assert name == "bfloat16" or abs(given) > float(np.finfo(name).max)
        case "too small":
            assert kind == "f"
            assert stored == 0 != given
            assert abs(given) < 1e-7
        case _:
            raise AssertionError(f"{claim.effect} is no effect that is known")
