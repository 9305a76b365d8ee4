import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.picture.grid import (
    MAX_CELLS,
    Badge,
    Each,
    Formula,
    Grid,
    Link,
    Op,
    PerCell,
    Picture,
    Ref,
    Row,
    Strong,
    Val,
    address,
    visible_cells,
)
from tests.profiles import examples

shapes = st.lists(st.integers(0, 40), max_size=4).filter(lambda shape: np.prod(shape) <= 4096).map(tuple)


def product(m: int, k: int, n: int) -> Picture:
    """A matrix product, the picture with most sources a cell."""
    a, b = np.arange(m * k).reshape(m, k), np.arange(k * n).reshape(k, n)
    i, j = np.divmod(np.arange(m * n), n)
    return Picture(
        grids=(Grid("A", "A", a, "a"), Grid("B", "B", b, "b"), Grid("C", "C", a @ b, "result")),
        rows=(Row(("A", Op("@"), "B", Op("="), "C")),),
        links=(
            Link("A", "C", i[:, None] * k + np.arange(k)),
            Link("B", "C", np.arange(k) * n + j[:, None]),
        ),
        formulas=(Formula("C", (Ref("C"), " = ", Each((Val("A"), "·", Val("B"))), " = ", Strong((Val("C"),)))),),
        focus=("C", m * n - 1),
    )


@examples(500)
@given(shapes)
def test_drawn_cells_are_the_arrays_own_and_few(shape: tuple[int, ...]) -> None:
    values = np.arange(int(np.prod(shape))).reshape(shape)
    grid = Grid("x", "x", values)
    drawn = visible_cells(grid)
    (payload,) = Picture((grid,), (Row(("x",)),)).payload()["grids"]
    assert payload["cells"] == [str(values.ravel()[flat]) for flat in drawn]
    assert len(drawn) <= 324
    assert np.prod([len(indices) for indices in payload["shown"]]) == len(drawn)
    for size, indices in zip(shape, payload["shown"], strict=True):
        assert indices == sorted(set(indices))
        if size:
            assert indices[0] == 0
            assert indices[-1] == size - 1


def test_a_payload_is_plain_json() -> None:
    payload = product(2, 3, 2).payload()
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


@pytest.mark.parametrize(("m", "k", "n"), [(2, 3, 2), (30, 60, 30), (64, 64, 64)])
def test_links_of_drawn_cells_give_the_value_even_where_sources_are_elided(m: int, k: int, n: int) -> None:
    picture = product(m, k, n)
    payload = picture.payload()
    a, b, c = (grid.values.ravel() for grid in picture.grids)
    left, right = payload["links"]
    for flat, rows, columns in zip(visible_cells(picture.grids[2]), left["cells"], right["cells"], strict=True):
        assert sum(a[i] * b[j] for i, j in zip(rows, columns, strict=True)) == c[flat]
    assert len(json.dumps(payload)) < 200_000
    assert payload["focus"][1] == m * n - 1


def test_missing_sources_are_left_out_of_a_link() -> None:
    grids = (Grid("x", "x", np.arange(3)), Grid("y", "y", np.arange(2)))
    link = Link("x", "y", np.array([[0, 2], [1, -1]]), same=True)
    (sent,) = Picture(grids, (), (link,)).payload()["links"]
    assert sent == {"from": "x", "to": "y", "cells": [[0, 2], [1]], "same": True}


def test_a_value_that_is_only_linked_is_sent_for_formulas() -> None:
    grids = (Grid("x", "x", np.arange(100) * 7), Grid("y", "y", np.array([350])))
    x, _ = Picture(grids, (), (Link("x", "y", np.array([50])),)).payload()["grids"]
    assert x["full"] == {"50": "350"}


def test_masks_labels_and_texts_follow_the_drawn_cells() -> None:
    values = np.arange(100)
    grid = Grid(
        "x", "x", values, ghost=values % 2 == 1, marked=values >= 98, faded=values == 50,
        labels=tuple(f"+{8 * i}" for i in range(100)), texts=tuple("abcdefghij"[i % 10] for i in range(100)),
        badges=(Badge("VIEW", "info"),), tags=("t",), selectable=True,
    )  # fmt: skip
    (sent,) = Picture((grid,), (Row(("x",), "label", compact=True),)).payload()["grids"]
    drawn = visible_cells(grid).tolist()
    assert [drawn[place] for place in sent["ghost"]] == [flat for flat in drawn if flat % 2]
    assert [drawn[place] for place in sent["marked"]] == [98, 99]
    assert sent["faded"] == []
    assert sent["labels"] == [f"+{8 * flat}" for flat in drawn]
    assert sent["cells"] == ["abcdefghij"[flat % 10] for flat in drawn]
    assert sent["full"] == {}
    assert sent["badges"] == [{"text": "VIEW", "tone": "info"}]


def test_a_text_per_cell_is_sent_for_drawn_cells_only() -> None:
    grid = Grid("x", "x", np.arange(100))
    formula = Formula("x", (PerCell(tuple(f"cell {i}" for i in range(100))),))
    sent = Picture((grid,), (), (), (formula,)).payload()["formulas"][0]["pieces"][0]
    assert sent == {"texts": [f"cell {flat}" for flat in visible_cells(grid)]}


def test_focus_moves_to_a_drawn_cell_where_its_own_is_elided_or_there_is_none() -> None:
    grid = Grid("x", "x", np.arange(100))
    focus = Picture((grid,), (), focus=("x", 50)).payload()["focus"]
    assert focus[1] in visible_cells(grid)
    assert Picture((Grid("x", "x", np.empty(0)),), (), focus=("x", 0)).payload()["focus"] is None


def test_an_address_is_numpy_code() -> None:
    x = np.arange(6).reshape(2, 3)
    assert eval(address("x", (1, 2)), {"x": x}) == x[1, 2]
    assert address("x", ()) == "x"


def drawn_cells(payload: dict[str, Any]) -> int:
    return sum(len(grid["cells"]) for grid in payload["grids"])


@pytest.mark.parametrize("shape", [(64,), (64, 64), (16, 16, 16), (8, 8, 8, 8)])
@pytest.mark.parametrize("count", [1, 5, 11, 40, 90])
def test_all_grids_together_draw_at_most_1500_cells(shape: tuple[int, ...], count: int) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    grids = tuple(Grid(f"x{i}", "x", values) for i in range(count))
    for windows in ({}, {grid.id: (3,) * len(shape) for grid in grids}):
        payload = Picture(grids, (Row(tuple(grid.id for grid in grids)),)).payload(windows)
        assert 0 < drawn_cells(payload) <= MAX_CELLS
        for grid in payload["grids"]:
            flat = np.arange(values.size).reshape(shape)[np.ix_(*grid["shown"])].ravel()
            assert grid["cells"] == [str(i) for i in flat]
            assert set(flat) <= set(visible_cells(grids[0]).tolist()) or grid["window"]


def test_few_grids_keep_all_their_room_whatever_the_budget() -> None:
    grids = tuple(Grid(name, name, np.zeros((18, 18))) for name in "abcd")
    assert drawn_cells(Picture(grids, ()).payload()) == 4 * 18 * 18


def test_more_grids_than_can_be_drawn_are_refused_with_what_to_do() -> None:
    grids = tuple(Grid(f"x{i}", "x", np.zeros((5, 5))) for i in range(400))
    with pytest.raises(ValueError, match=r"at most 1500 cells.*400 grids.*several pictures"):
        Picture(grids, ()).payload()


@pytest.mark.parametrize("shape", [(12,), (12, 12), (3, 12), (12, 1)])
def test_rows_and_columns_of_up_to_12_numbers_are_whole(shape: tuple[int, ...]) -> None:
    (grid,) = Picture((Grid("x", "x", np.zeros(shape)),), ()).payload()["grids"]
    assert not grid["elided"]
    assert grid["window"] is None
    assert len(grid["cells"]) == np.prod(shape)


@pytest.mark.parametrize(
    ("shape", "window", "shown"),
    [
        ((100,), (40,), [range(40, 64)]),
        ((100, 100), (40, 7), [range(40, 52), range(7, 19)]),
        ((100, 100), (95, -3), [range(88, 100), range(12)]),
        ((100, 15), (40, 3), [range(40, 52), range(15)]),
        ((9, 20, 20), (4, 8, 0), [[4], range(8, 20), range(12)]),
        ((5, 4, 3), (4, 0, 0), [[4], range(4), range(3)]),
        ((2, 7, 16, 16), (1, 99, 2, 3), [[1], [6], range(2, 14), range(3, 15)]),
    ],
)
def test_a_window_shows_one_panel_that_begins_where_it_was_opened(
    shape: tuple[int, ...], window: tuple[int, ...], shown: list[Iterable[int]]
) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    (grid,) = Picture((Grid("x", "x", values),), ()).payload({"x": window})["grids"]
    assert grid["shown"] == [list(indices) for indices in shown]
    assert grid["window"] == [next(iter(indices)) for indices in shown]
    assert grid["elided"]
    assert grid["cells"] == [str(value) for value in values[np.ix_(*shown)].ravel()]


@given(shapes, st.lists(st.integers(-(10**9), 10**9), max_size=5))
def test_any_window_into_any_array_shows_its_own_cells(shape: tuple[int, ...], window: list[int]) -> None:
    values = np.arange(int(np.prod(shape))).reshape(shape)
    picture = Picture((Grid("x", "x", values),), (), focus=("x", 0))
    payload = picture.payload({"x": tuple(window), "no such grid": (1,)})
    (grid,) = payload["grids"]
    assert grid["cells"] == [str(value) for value in values[np.ix_(*grid["shown"])].ravel()] if shape else ["0"]
    assert grid["elided"] == (len(grid["cells"]) < values.size)
    if not grid["elided"] or len(window) != len(shape):
        assert grid["window"] is None
        assert grid == picture.payload()["grids"][0]
    if values.size:
        assert grid["cells"]


def test_links_and_texts_of_cells_follow_a_window() -> None:
    grids = (Grid("x", "x", np.arange(100)), Grid("y", "y", np.arange(100) * 2))
    formula = Formula("y", (PerCell(lambda flat: f"cell {flat}"),))
    picture = Picture(grids, (), (Link("x", "y", np.arange(100)),), (formula,), ("y", 50))
    payload = picture.payload({"y": (45,)})
    assert payload["links"][0]["cells"] == list(range(45, 69))
    assert payload["formulas"][0]["pieces"][0]["texts"] == [f"cell {flat}" for flat in range(45, 69)]
    assert payload["focus"] == ["y", 50]
    assert {int(flat) for flat in payload["grids"][0]["full"]} == set(range(45, 69))
