import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.picture.grid import (
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
    cell_text,
    full_text,
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


@pytest.mark.parametrize(
    ("value", "cell", "full"),
    [
        (7, "7", "7"),
        (-12, "-12", "-12"),
        (True, "True", "True"),
        (1.0, "1.0", "1.0"),
        (0.1, "0.1", "0.1"),
        (1 / 3, "0.3333", "0.33333333"),
        (np.float32(0.1), "0.1", "0.1"),
        (123456.0, "123456.0", "123456.0"),
        (1.5e-7, "1.5e-07", "1.5e-07"),
        (np.inf, "inf", "inf"),
        (np.nan, "nan", "nan"),
        (2.0**40, "1.1e+12", "1.099512e+12"),
    ],
)
def test_numbers_are_written_short_in_cells_and_longer_in_formulas(value: object, cell: str, full: str) -> None:
    assert cell_text(np.array([value])[0]) == cell
    assert full_text(np.array([value])[0]) == full


def test_an_address_is_numpy_code() -> None:
    x = np.arange(6).reshape(2, 3)
    assert eval(address("x", (1, 2)), {"x": x}) == x[1, 2]  # noqa: S307 - it claims to be code
    assert address("x", ()) == "x"
