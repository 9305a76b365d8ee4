"""Cells that were never written are known as such, may be written, and are never read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from primer_core.language.evaluator import Evaluator
from primer_core.language.reader import read_statements
from primer_core.language.rejection import Rejection

MADE = ["np.empty((2, 3))", "np.empty((2, 3), dtype=np.int8)", "np.empty((2, 3), order='F')",
"np.empty_like(np.ones((2, 3)))",
        "np.empty_like(np.ones((3, 2)).T)", "torch.empty(2, 3)", "torch.empty((2, 3), dtype=torch.int64)",
        "torch.Tensor(2, 3)",
        "torch.empty_like(torch.ones(3, 2).t())", "torch.ones(2).new_empty(2, 3)", "torch.empty(2, 3).numpy()",
        "torch.from_numpy(np.empty((2, 3)))"]  # fmt: skip


def after(text: str) -> Evaluator:
    evaluator = Evaluator()
    evaluator.run(read_statements(text))
    return evaluator


def unwritten(text: str, name: str = "e") -> Any:
    """Return which cells were never written, as numbers of cells."""
    evaluator = after(text)
    cells = evaluator.uninitialised.cells(evaluator.names[name])
    return [] if cells is None else np.flatnonzero(cells).tolist()


@pytest.mark.parametrize("made", MADE)
def test_no_cell_is_written_at_first(made: str) -> None:
    assert unwritten(f"e = {made}") == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "made",
    [
        "np.zeros((2, 3))",
        "torch.Tensor([1, 2])",
        "torch.Tensor([[3]])",
        "np.empty(0)",
        "torch.Tensor()",
        "np.arange(3)",
    ],
)
def test_what_has_values_is_written(made: str) -> None:
    assert unwritten(f"e = {made}") == []


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    ("write", "left"),
    [
        ("e[0, 1] = 5", [0, 2, 3, 4, 5]), ("e[1] = 5", [0, 1, 2]), ("e[:, ::2] = 5", [1, 4]),
        ("e[:, -1] = 5", [0, 1, 3, 4]), ("e[...] = 1", []),
        ("e[[0, 1], [2, 0]] = 5", [0, 1, 4, 5]), ("e[:] = 5", []), ("e[0] = 1; e[1] = 2", []),
        ("v = e.T; v[0, 1] = 3", [0, 1, 2, 4, 5]),
        ("v = e[1:]; v[...] = 3", [0, 1, 2]), ("v = e[:, 1]; v[1] = 3", [0, 1, 2, 3, 5]), ("e.T[2] = 3", [0, 1, 3, 4]),
    ],
)  # fmt: skip
def test_a_write_leaves_the_other_cells_unwritten(made: str, write: str, left: list[int]) -> None:
    assert unwritten(f"e = {made}; {write}") == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("e = np.empty(4); e[np.array([True, False, True, False])] = 1", [1, 3]), ("e = np.empty(3); e.fill(2)", []),
        ("e = torch.empty(4); e[torch.tensor([True, False, True, False])] = 1", [1, 3]),
        ("e = torch.empty(3); e.zero_()", []),
        ("e = torch.empty(3); e.fill_(1.0)", []), ("e = torch.empty(3); e.copy_(torch.ones(3))", []),
        ("e = torch.empty(3); e.uniform_()", []),
        ("e = torch.empty(2, 2); e[0].fill_(1.0)", [2, 3]),
        ("e = np.empty(3); e[torch.tensor([0, 2]).numpy()] = 1", [1]),
        ("e = np.empty(2, dtype=np.int64); v = e.view(np.int32); v[0] = 1", [0, 1]),
        ("e = np.empty(4); v = e[::-1]; v[0] = 1", [0, 1, 2]),
        ("e = np.empty(2, dtype=np.int64); v = e.view(np.int32); v[:2] = 1", [1]), ("e = np.empty(2); pass", [0, 1]),
        ("d = torch.empty(4); e = d.numpy(); d[1:3] = 0", [0, 3]), ("e = np.empty((2, 2)); e[0], e[1] = 1, 2", []),
        ("e = np.empty((2, 2)); e.shape = 4; e[3] = 0", [0, 1, 2]),
        ("e = torch.empty(2, 2); e.t_(); e[0, 1] = 0", [0, 2, 3]),
    ],
)  # fmt: skip
def test_every_way_to_write_is_known(text: str, left: list[int]) -> None:
    assert unwritten(text) == left


READS = ["e + 1", "e.sum()", "e.copy()", "e[0, 0] + 1", "np.sort(e)", "e == e", "-e", "e.tolist()", "e[[0, 1]]",
"e[e.shape[0] - 1, 0].item()",
         "e.T.reshape(-1)", "np.concatenate([e, e])", "bool(e[0, 0])", "float(e[0, 0])", "e += 1", "np.ravel(e.T)",
         "w = np.zeros((2, 3)); w[...] = e",
         "w = np.zeros(3); w[e] = 1", "e.max()", "list(e[0])", "[e] + [1]; np.array([e])", "e.astype(int)",
         "np.where(e, 1, 2)", "print([e])",
         "e.sort()", "sum(e)", "e.round()", "0 < e", "e and 1", "e[0] @ e[0]", "np.full((2, 3), e)",
         "np.linspace(e, 1, 3)", "a, b = e; a * b"]  # fmt: skip


@pytest.mark.parametrize("text", READS)
def test_what_reads_an_unwritten_cell_is_refused(text: str) -> None:
    with pytest.raises(Rejection) as caught:
        after(f"e = np.empty((2, 3)); {text}")
    assert caught.value.verdict == "refused", caught.value.message
    assert "never written" in caught.value.message


@pytest.mark.parametrize("text", ["e + 1", "e.sum()", "e.clone()", "e[0, 0].item()", "e.tolist()", "e[[0, 1]]",
"e.t().reshape(-1)", "torch.cat([e, e])",
                                  "e.add_(1)", "torch.zeros(2, 3).copy_(e)", "e.t().contiguous()", "e.relu_()",
                                  "F.relu(e)", "e.double()"])  # fmt: skip
def test_what_reads_an_unwritten_cell_of_a_tensor_is_refused(text: str) -> None:
    with pytest.raises(Rejection) as caught:
        after(f"e = torch.empty(2, 3); {text}")
    assert "never written" in caught.value.message


@pytest.mark.parametrize("text", ["e.shape", "e.T", "e[0]", "e[1:, ::-1]", "e.reshape(6)", "len(e)", "np.zeros_like(e)",
"e.dtype", "e.ravel()", "e[None]",
                                  "np.shares_memory(e, e.T)", "np.broadcast_to(e, (2, 2, 3))", "e.view()",
                                  "np.swapaxes(e, 0, 1)", "e is e", "e.nbytes",
                                  "np.empty_like(e)", "np.split(e, 3, axis=1)", "e.flags"])  # fmt: skip
def test_what_looks_at_the_head_or_makes_a_view_is_not(text: str) -> None:
    after(f"e = np.empty((2, 3)); r = {text}; a, b = e")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("e = np.multiply(np.ones(3), 2, where=np.array([True, False, True]))", [1]),
        ("e = np.log(np.ones((2, 3)), where=[True, False, False])", [1, 2, 4, 5]),
        ("e = np.add(np.ones(3), 1, where=True)", []),
        ("e = np.empty(3)\nnp.add(np.ones(3), 1, out=e)", []),
        ("e = np.empty(3)\nnp.add(np.ones(3), 1, e)", []),
        ("e = np.empty(3)\nnp.sqrt(np.ones(3), out=e, where=np.array([False, True, False]))", [0, 2]),
        ("e = np.divide(np.ones(3), np.arange(3), out=np.zeros(3), where=np.arange(3) > 0)", []),
    ],
)
@pytest.mark.filterwarnings("ignore:'where' used without 'out'")
def test_where_leaves_cells_as_they_are_found(text: str, left: list[int]) -> None:
    assert unwritten(text) == left


def test_a_written_part_is_read() -> None:
    evaluator = after("e = np.empty((2, 3)); e[0] = [1, 2, 3]; s = e[0].sum(); c = e[0, 1] + 1; f = e[[0, 0], [1, 2]]")
    assert evaluator.names["s"] == 6
    assert evaluator.names["c"] == 3
    assert evaluator.names["f"].tolist() == [2, 3]


def test_print_shows_unwritten_cells_as_question_marks() -> None:
    evaluator = after("e = np.empty((2, 2), dtype=int); e[0] = 7; print(e); t = torch.empty(2); print(t); print(e[0])")
    assert evaluator.printed == ["[[7 7]\n [? ?]]", "[? ?]", "[7 7]"]


def test_memory_that_is_used_again_is_not_mistaken_for_what_it_was() -> None:
    evaluator = after("\n".join(["e = np.empty(100)", "del e", "z = np.zeros(100)"] * 20))
    assert evaluator.uninitialised.cells(evaluator.names["z"]) is None


# as_strided


@pytest.mark.parametrize(
    ("array", "shape", "strides"),
    [
        ("a", "(2, 2)", "(32, 8)"), ("a", "(3,)", "(40,)"), ("a[:, ::-1]", "(4,)", "(-8,)"),
        ("a[1]", "(2, 2)", "(8, -8)"), ("a", "(1000,)", "(0,)"),
        ("a", "(0, 9)", "(800, 8)"), ("a[2:]", "(2, 4)", "(-32, 8)"),
        ("np.arange(8, dtype=np.int8)", "(4, 5)", "(1, 1)"),
    ],
)  # fmt: skip
def test_as_strided_is_what_numpy_makes_of_it_inside_the_base(array: str, shape: str, strides: str) -> None:
    call = f"np.lib.stride_tricks.as_strided({array}, {shape}, {strides})"
    evaluator = Evaluator({"a": np.arange(12).reshape(3, 4)})
    evaluator.run(read_statements(f"r = {call}"))
    expected = eval(call, {"np": np, "a": np.arange(12).reshape(3, 4)})
    np.testing.assert_array_equal(evaluator.names["r"], expected)


@pytest.mark.parametrize(
    ("array", "shape", "strides"),
    [
        ("a", "(13,)", "(8,)"), ("a", "(2,)", "(-8,)"), ("a[1:]", "(10,)", "(8,)"), ("a", "(2, 2)", "(10**9, 8)"),
        ("a", "(3,)", "(45,)"),
        ("a[:, ::-1]", "(6,)", "(-8,)"), ("a", "(10**12,)", "(8,)"), ("a", "(2, 3)", "(8,)"), ("a", "5", "8"),
        ("a", "(2**40, 2**40)", "(8, 8)"),
        ("np.array([None, None], dtype=object)", "(2,)", "(3,)"), ("[1, 2]", "(9,)", "(8,)"), ("3", "(9,)", "(8,)"),
    ],
)  # fmt: skip
def test_as_strided_does_not_leave_the_base(array: str, shape: str, strides: str) -> None:
    with pytest.raises(Rejection) as caught:
        Evaluator({"a": np.arange(12).reshape(3, 4)}).run(
            read_statements(f"np.lib.stride_tricks.as_strided({array}, {shape}, {strides})")
        )
    assert caught.value.verdict == "refused"


@pytest.mark.parametrize("seed", range(40))
def test_as_strided_never_leaves_the_base_whatever_is_asked(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = np.arange(24)
    view = base[4:20].reshape(4, 4)[:: int(rng.choice([1, -1])), :: int(rng.choice([1, 2]))]
    for _ in range(50):
        rank = int(rng.integers(1, 3))
        shape = tuple(int(n) for n in rng.integers(1, 6, rank))
        strides = tuple(int(n) * 8 for n in rng.integers(-5, 6, rank))
        try:
            evaluator = Evaluator({"v": view})
            evaluator.run(read_statements(f"r = np.lib.stride_tricks.as_strided(v, {shape}, {strides})"))
        except Rejection:
            continue
        start, end = np.lib.array_utils.byte_bounds(evaluator.names["r"])
        low, high = np.lib.array_utils.byte_bounds(base)
        assert low <= start
        assert end <= high
