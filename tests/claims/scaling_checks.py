"""Checks of what is said of pixels: torchvision itself scales and normalises them."""

from __future__ import annotations

import contextlib
import io
import re
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from torchvision.transforms.functional import normalize, to_tensor

from primer_core.claims.scaling import DividesBytesOnly, PixelBecomes, SpreadOfBytes, SubtractsAndDivides
from tests.claims.checking import check
from tests.claims.program import Program


@lru_cache(maxsize=64)
def settings(code: str) -> tuple[float, float, dict[str, list[str]]]:
    """Mean and deviation that the program of a page names, and by dtype what it prints."""
    found = re.search(r"normalize\(tensor, \[(\S+)\], \[(\S+)\]\)", code)
    assert found is not None, "nothing is normalised"
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        names: dict[str, Any] = {}
        exec(compile(code, "program", "exec"), names)
    lines = [line.split(maxsplit=1) for line in printed.getvalue().splitlines()]
    return float(found[1]), float(found[2]), {dtype: re.findall(r"[-\d.e+]+", numbers) for dtype, numbers in lines}


def becomes(program: Program, dtype: str, pixel: int) -> tuple[float, float]:
    mean, std, printed = settings(program.code)
    assert dtype in printed
    assert 0 <= pixel <= 255
    tensor = to_tensor(np.array([[pixel]], dtype=dtype))
    return tensor.item(), normalize(tensor, [mean], [std]).item()


@check(PixelBecomes)
def _(claim: PixelBecomes, program: Program) -> None:
    tensor, normalised = becomes(program, claim.dtype, claim.pixel)
    assert claim.tensor == pytest.approx(tensor, rel=1e-6, abs=1e-6)
    assert claim.normalised == pytest.approx(normalised, rel=1e-5, abs=1e-6)
    printed = [float(number) for number in settings(program.code)[2][claim.dtype]]
    assert printed[1] == claim.pixel
    assert printed[7] == pytest.approx(claim.normalised, rel=1e-5, abs=1e-6)


@check(DividesBytesOnly)
def _(_: DividesBytesOnly, program: Program) -> None:
    settings(program.code)
    for pixel in (0, 1, 200, 255):
        assert becomes(program, "uint8", pixel)[0] == pytest.approx(pixel / 255)
        assert becomes(program, "float32", pixel)[0] == pixel


@check(SubtractsAndDivides)
def _(claim: SubtractsAndDivides, program: Program) -> None:
    for pixel in (0, 100, 255):
        tensor, normalised = becomes(program, "uint8", pixel)
        assert normalised == pytest.approx((tensor - claim.mean) / claim.std, rel=1e-3, abs=1e-3)


@check(SpreadOfBytes)
def _(claim: SpreadOfBytes, program: Program) -> None:
    every = [becomes(program, claim.dtype, pixel)[1] for pixel in range(256)]
    assert (min(every), max(every)) == pytest.approx((claim.black, claim.white), rel=1e-5, abs=1e-6)
