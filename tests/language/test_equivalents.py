"""What one library's code is in the other's words, tried on random operands in both."""

from __future__ import annotations

import ast
import re
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - as learners call it

from primer_core.backend.interface import Library
from primer_core.language.equivalents import PAIRS, NoEquivalent, Pair, translated
from primer_core.language.reader import read_expression
from primer_core.language.table import TABLE
from tests.language.drawn_operands import drawn
from tests.profiles import is_long

TRIED = [(pair, text.strip()) for pair in PAIRS for text in pair.tried.split(";") if text.strip()]
OTHER: dict[Library, Library] = {"NumPy": "PyTorch", "PyTorch": "NumPy"}
BY_CHANCE = re.compile(r"rand|empty|permutation|normal")
KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}


def seen(value: Any) -> Any:
    """Return what is compared of a value: shape, class of the dtype and cells."""
    if isinstance(value, tuple | list) and value and not isinstance(value[0], int):
        return [seen(each) for each in value]
    if isinstance(value, tuple | torch.Size):
        return tuple(value)
    if isinstance(value, torch.Tensor):
        value = value.resolve_conj().numpy()
    return np.asarray(value)


def check_same(found: Any, expected: Any, text: str, code: str) -> None:
    if isinstance(expected, list):
        assert len(found) == len(expected), f"{text} is no {code}"
        for one, other in zip(found, expected, strict=True):
            check_same(one, other, text, code)
    elif isinstance(expected, tuple):
        assert found == expected, f"{text} is no {code}"
    else:
        assert found.shape == expected.shape, f"{text} is no {code}: {found.shape}, not {expected.shape}"
        kinds = KINDS[found.dtype.kind], KINDS[expected.dtype.kind]
        assert kinds[0] == kinds[1], f"{text} is no {code}: {found.dtype}, not {expected.dtype}"
        if not BY_CHANCE.search(text):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6, err_msg=f"{text} is no {code}")


def run(code: str, names: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return seen(eval(code, {"np": np, "torch": torch, "F": F, **names}))


@pytest.mark.parametrize(
    ("pair", "text"),
    TRIED,
    ids=[f"{text}{'' if pair.only_to is None else ' to ' + pair.only_to}" for pair, text in TRIED],
)
def test_both_sides_of_a_pair_do_the_same(pair: Pair, text: str) -> None:
    to: Library = pair.only_to or "PyTorch"
    source, target = ("np", "torch") if to == "PyTorch" else ("torch", "np")
    for trial in range(20 if is_long() else 2):
        seed = [zlib.crc32(text.encode()), trial]
        given, other = (drawn(text, np.random.default_rng(seed), library) for library in (source, target))
        shapes = {name: tuple(value.shape) for name, value in given.items() if hasattr(value, "shape")}
        code = translated(text, to, shapes)
        assert isinstance(code, str), f"{text}: {code}"
        expected = run(text, given)
        check_same(run(code, other), expected, text, code)
        if pair.only_to is None:
            back = translated(code, OTHER[to], shapes)
            assert isinstance(back, str), f"{text} is {code}, and back {back}"
            check_same(run(back, given), expected, text, back)


def test_the_table_is_long_enough_and_every_pair_is_tried() -> None:
    assert len({(pair.numpy, pair.torch) for pair in PAIRS}) == len(PAIRS)
    assert len([pair for pair in PAIRS if pair.only_to is None]) >= 60
    assert {pair.numpy for pair in PAIRS if not pair.tried} == {"np.random.seed(seed)", "a.fill(value)", "a.dtype"}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.numpy} {pair.torch}")
def test_both_sides_of_a_pair_are_in_the_table_of_what_may_be_written(pair: Pair) -> None:
    """Of what stands for an expression of another kind, ``1 / np.sqrt(a)``, each function is."""
    for side, owner in ((pair.numpy, "ndarray"), (pair.torch, "Tensor")):
        assert read_expression(side.replace("*", ""))
        for name in re.findall(r"(?:np|torch|F)(?:\.\w+)+(?=\()", side):
            assert name in TABLE
        for name in re.findall(r"^a\.(\w+)", side):
            assert f"{owner}.{name}" in TABLE


@pytest.mark.parametrize(
    ("text", "to", "shapes", "expected"),
    [
        ("a.sum(axis=0, keepdims=True)", "PyTorch", {}, "a.sum(dim=0, keepdim=True)"),
        ("a.T", "PyTorch", {"a": (2, 3)}, "a.t()"),
        ("a.T", "PyTorch", {"a": (2, 3, 4)}, "a.permute((2, 1, 0))"),
        ("np.repeat(a, 2)", "PyTorch", {}, "torch.repeat_interleave(a, 2)"),
        ("a.repeat(2, 3)", "NumPy", {}, "np.tile(a, (2, 3))"),
        ("np.tile(a, 2)", "PyTorch", {}, "torch.tile(a, (2,))"),
        ("a.std(axis=0)", "PyTorch", {}, "a.std(dim=0, correction=0)"),
        ("a.std()", "NumPy", {}, "a.std(ddof=1)"),
        ("np.concatenate([a, b], axis=1) @ c", "PyTorch", {}, "torch.cat([a, b], dim=1) @ c"),
        ("a.max(axis=1)", "PyTorch", {}, "a.amax(dim=1)"),
        ("torch.max(a, b)", "NumPy", {}, "np.maximum(a, b)"),
        ("x = np.arange(6).reshape(2, 3)\ny = x[:, np.newaxis] * np.pi", "PyTorch", {},
        "x = torch.arange(6).reshape((2, 3))\ny = x[:, None] * torch.pi"),
        ("torch.chunk(a, 3)", "NumPy", {"a": (7,)}, "np.split(a, [3, 6], axis=0)"),
        ("torch.split(a, 2)", "NumPy", {"a": (5,)}, "np.split(a, [2, 4], axis=0)"),
        ("torch.split(a, [2, 3])", "NumPy", {"a": (5,)}, "np.split(a, [2], axis=0)"),
        ("a.expand(3, -1)", "NumPy", {"a": (1, 4)}, "np.broadcast_to(a, (3, 4))"),
        ("a[::-1]", "PyTorch", {}, "a.flip(0)"),
        ("np.flip(a)", "PyTorch", {"a": (2, 3)}, "torch.flip(a, (0, 1))"),
        ("np.zeros((2, 3), dtype=int)", "PyTorch", {}, "torch.zeros((2, 3), dtype=torch.int64)"),
        ("a.long() + 1", "NumPy", {}, "a.astype(np.int64) + 1"),
        ("a.astype(np.float32).mean()", "PyTorch", {}, "a.to(torch.float32).mean()"),
        ("a + b * 2", "PyTorch", {}, "a + b * 2"),
        ("len(np.abs(a))", "PyTorch", {}, "len(torch.abs(a))"),
        ("np.arange(6).reshape(2, 3).T", "PyTorch", {"np.arange(6).reshape(2, 3)": (2, 3)},
        "torch.arange(6).reshape((2, 3)).t()"),
        ("np.ones((2, 3, 4)).T", "PyTorch", {"np.ones((2, 3, 4))": (2, 3, 4)},
        "torch.ones((2, 3, 4)).permute((2, 1, 0))"),
        ("torch.from_numpy(np.ones(3)) + torch.ones(3).numpy()", "NumPy", {}, "np.ones(3) + np.ones((3,))"),
        ("torch.Tensor(3)", "NumPy", {}, "np.empty((3,), dtype=np.float32)"),
        ("torch.Tensor([3, 4])", "NumPy", {}, "np.array([3, 4], dtype=np.float32)"),
        ("np.random.default_rng(0).random(3)", "PyTorch", {},
        "torch.rand((3,), generator=torch.Generator().manual_seed(0))"),
    ],
)  # fmt: skip
def test_how_it_is_spelled(text: str, to: Library, shapes: dict[str, tuple[int, ...]], expected: str) -> None:
    assert translated(text, to, shapes) == expected
    assert translated(ast.parse(text).body[0], to, shapes) == expected.split("\n")[0]


@pytest.mark.parametrize(
    ("text", "to", "words"),
    [
        ("a.T", "PyTorch", "axes"), ("torch.chunk(a, 3)", "NumPy", "array_split"),
        ("a.chunk(2)", "NumPy", "array_split"),
        ("torch.split(a, 2)", "NumPy", "sizes"), ("a.max(1)", "NumPy", ".values"),
        ("torch.median(a)", "NumPy", "lower"),
        ("a.median()", "NumPy", "lower"), ("np.cumsum(a)", "PyTorch", "flat"), ("np.dot(a, b)", "PyTorch", "axes"),
        ("a.strides", "PyTorch", "bytes"),
        ("a.stride()", "NumPy", "elements"), ("np.insert(a, 1, 2)", "PyTorch", "np.insert"),
        ("F.softmax(a, 0)", "NumPy", "F.softmax"),
        ("np.flip(a)", "PyTorch", "np.flip"), ("torch.chunk(a, 2, dim=n)", "NumPy", "array_split"),
        ("a[::-2]", "PyTorch", "negative step"), ("torch.ones(3)", "PyTorch", "already"),
        ("np.ones(3)", "NumPy", "already"), ("a.backward()", "NumPy", "backward"),
        ("np.eye(3, k=1)", "PyTorch", "np.eye"), ("np.sum(a, where=b)", "PyTorch", "np.sum"),
        ("np.zeros(3, dtype=np.uint7)", "PyTorch", "uint7"),
        ("np.expand_dims(a, axis=(0, 1))", "PyTorch", "expand_dims"), ("a.nosuch()", "PyTorch", "nosuch"),
        ("torch.bfloat16", "NumPy", "bfloat16"), ("np.array([[1], [2]], dtype=object)", "PyTorch", "objects"),
        ("np.zeros(2, 3)", "PyTorch", "no dtype"), ("torch.Tensor(a)", "NumPy", "torch.Tensor"),
        ("np.random.default_rng(0).choice(3)", "PyTorch", "choice"),
    ],
)  # fmt: skip
def test_what_has_no_equivalent_says_so(text: str, to: Library, words: str) -> None:
    answer = translated(text, to)
    assert isinstance(answer, NoEquivalent), answer
    assert words in answer.reason, answer.reason


@pytest.mark.parametrize("shape", [(7,), (5, 4), (1, 6), (3, 2, 4)])
@pytest.mark.parametrize(
    "text", ["torch.chunk(a, {})", "torch.split(a, {})", "a.chunk({}, dim=-1)", "torch.split(a, {}, 0)"]
)
@pytest.mark.parametrize("count", range(1, 9))
def test_parts_are_the_same_parts(shape: tuple[int, ...], text: str, count: int) -> None:
    a = np.arange(np.prod(shape)).reshape(shape)
    code = translated(text.format(count), "NumPy", {"a": shape})
    assert isinstance(code, str)
    expected = run(text.format(count), {"a": torch.from_numpy(a)})
    check_same(run(code, {"a": a}), expected, text, code)
