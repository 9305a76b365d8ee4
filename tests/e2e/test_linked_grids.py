"""What linked grids do whatever they show: edits, selections, elements that share memory, deep arrays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lesson import cell, formula, lit
from tests.running_app import running_app, wait_until_drawn


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_app(Path(__file__).parent / "apps" / "linked_grids.py") as app:
        yield app.url


@pytest.fixture
def board(new_page: Callable[..., Page], url: str) -> Page:
    page = new_page()
    page.goto(url)
    expect(page.get_by_role("grid")).to_have_count(4)
    wait_until_drawn(page)
    return page


def test_one_element_lights_wherever_it_is_seen(board: Page) -> None:
    cell(board, "x.T (", 1).hover()
    assert set(lit(board)) == {"x.T[0, 1]: 3.0", "x[1, 0]: 3.0", "memory[3]: 3.0"}
    cell(board, "memory (", 3).hover()
    assert set(lit(board)) == {"x.T[0, 1]: 3.0", "x[1, 0]: 3.0", "memory[3]: 3.0"}


def test_an_edit_is_sent_and_every_alias_shows_it(board: Page) -> None:
    cell(board, "x (", 4).focus()
    board.keyboard.type("-7.5")
    board.keyboard.press("Enter")
    expect(board.get_by_text("edit CellEvent(grid='base', index=(1, 1), value=-7.5)")).to_be_visible()
    expect(cell(board, "x.T (", 3)).to_have_text("−7.5")
    expect(cell(board, "memory (", 4)).to_have_text("−7.5")
    expect(cell(board, "x (", 4)).to_be_focused()
    expect(formula(board)).to_have_text("offset 32 holds −7.5")


def test_a_number_may_be_typed_with_the_minus_signs_that_cells_show(board: Page) -> None:
    cell(board, "x (", 0).dblclick()
    field = board.get_by_role("textbox", name="New value of x[0, 0]")
    field.fill("−1.5e−07")
    field.press("Enter")
    expect(cell(board, "x (", 0)).to_have_text("−1.5e−07")
    expect(board.get_by_text("edit CellEvent(grid='base', index=(0, 0), value=-1.5e-07)")).to_be_visible()


@pytest.mark.parametrize(("typed", "key"), [("9", "Escape"), ("abc", "Enter"), ("", "Enter")])
def test_what_is_no_number_or_taken_back_leaves_the_cell(board: Page, typed: str, key: str) -> None:
    cell(board, "x (", 0).dblclick()
    field = board.get_by_role("textbox", name="New value of x[0, 0]")
    field.fill(typed)
    field.press(key)
    expect(cell(board, "x (", 0)).to_have_text("0.0")
    expect(board.get_by_text("edit None select None")).to_be_visible()


def test_a_selection_is_sent_by_mouse_and_by_key_and_comes_back_marked(board: Page) -> None:
    cell(board, "d (", 5).click()
    expect(board.get_by_text("select CellEvent(grid='deep', index=(0, 1, 0, 1), value=None)")).to_be_visible()
    expect(cell(board, "d (", 5)).to_have_attribute("aria-selected", "true")
    board.keyboard.press("ArrowLeft")
    board.keyboard.press("Space")
    expect(cell(board, "d (", 4)).to_have_attribute("aria-selected", "true")
    cell(board, "d (", 5).click()
    expect(cell(board, "d (", 5)).to_have_attribute("aria-selected", "false")


def test_arrow_keys_cross_panels_as_they_lie_on_the_page(board: Page) -> None:
    cell(board, "d (", 1).focus()
    board.keyboard.press("ArrowRight")
    expect(cell(board, "d (", 4)).to_be_focused()
    board.keyboard.press("ArrowDown")
    board.keyboard.press("ArrowDown")
    expect(cell(board, "d (", 12)).to_be_focused()
    board.keyboard.press("PageUp")
    expect(cell(board, "d (", 8)).to_be_focused()


def test_addresses_stand_above_the_memory_and_names_above_the_array(board: Page) -> None:
    expect(cell(board, "memory (", 2)).to_have_attribute("data-label", "+16")
    expect(board.locator(".tag")).to_have_text(["x", "same"])
    expect(board.get_by_text("VIEW", exact=True)).to_be_visible()
