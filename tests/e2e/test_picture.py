"""What a picture does whatever it shows: it lights, is edited, selected, opened, gone through by keys, and saved."""

from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from primer_core.picture.grid import Badge, Formula, Grid, Link, PerCell, Picture, Row, Val
from tests.e2e.lesson import array, cell, formula, lit
from tests.running_app import wait_until_drawn

MOUNT = """async (data) => {
  const { pictureView } = await import("/picture.js");
  window.done = [];
  window.heard = [];
  window.view = pictureView(data, {
    push: (event) => window.done.push(event),
    open: (grid, start) => window.done.push({ grid, start }),
    announce: (words) => window.heard.push(words),
  });
  document.body.replaceChildren(window.view.element);
}"""


def picture(base: np.ndarray[Any, Any], chosen: np.ndarray[Any, Any], rows: tuple[Row, ...] | None = None) -> Picture:
    """A base, its memory, a view of it, and an array of four axes whose cells can be selected."""
    every = np.arange(6)
    return Picture(
        grids=(
            Grid("memory", "memory", base.ravel(), axes=("",), labels=tuple(f"+{8 * i}" for i in range(6))),
            Grid("base", "x", base, "a", editable=True, tags=("x", "same")),
            Grid("view", "x.T", base.T, "result", badges=(Badge("VIEW", "info"),)),
            Grid("deep", "d", np.arange(16).reshape(2, 2, 2, 2), selectable=True, marked=chosen),
        ),
        rows=rows or (Row(("memory",)), Row(("base", "view")), Row(("deep",))),
        links=(
            Link("memory", "base", every, same=True),
            Link("memory", "view", every.reshape(2, 3).T.ravel(), same=True),
        ),
        formulas=(Formula("base", (PerCell(tuple(f"offset {8 * i}" for i in range(6))), " holds ", Val("base"))),),
    )


def numbers() -> np.ndarray[Any, Any]:
    return np.arange(6.0).reshape(2, 3)


def nothing() -> np.ndarray[Any, Any]:
    return np.zeros((2, 2, 2, 2), dtype=np.bool_)


@pytest.fixture
def board(bare_page: Page) -> Page:
    page = bare_page
    page.evaluate(MOUNT, picture(numbers(), nothing()).payload())
    expect(page.get_by_role("grid")).to_have_count(4)
    return page


def update(board: Page, news: Picture) -> None:
    board.evaluate("data => window.view.update(data)", news.payload())


def done(board: Page) -> Any:
    return board.evaluate("window.done")


def test_a_number_lights_wherever_it_is_seen(board: Page) -> None:
    for grid, place in (("x.T (", 1), ("memory (", 3), ("x (", 3)):
        cell(board, grid, place).hover()
        assert set(lit(board)) == {"x.T[0, 1]: 3.0", "x[1, 0]: 3.0", "memory[3]: 3.0"}


def test_an_edit_is_told_and_every_alias_shows_it(board: Page) -> None:
    cell(board, "x (", 4).focus()
    board.keyboard.type("-7.5")
    board.keyboard.press("Enter")
    assert done(board) == [{"kind": "edit", "grid": "base", "index": [1, 1], "value": -7.5}]
    expect(cell(board, "x (", 4)).to_have_text("-7.5")  # what was typed stands until it is answered
    expect(cell(board, "x (", 4)).to_be_focused()
    base = numbers()
    base[1, 1] = -7.5
    update(board, picture(base, nothing()))
    for grid, place in (("x (", 4), ("x.T (", 3), ("memory (", 4)):
        expect(cell(board, grid, place)).to_have_text("−7.5")
    expect(cell(board, "x (", 4)).to_be_focused()
    expect(formula(board)).to_have_text("offset 32 holds −7.5")


def test_a_number_may_be_typed_with_the_minus_signs_that_cells_show(board: Page) -> None:
    cell(board, "x (", 0).dblclick()
    field = board.get_by_role("textbox", name="New value of x[0, 0]")
    field.fill("−1.5e−07")
    field.press("Enter")
    assert done(board) == [{"kind": "edit", "grid": "base", "index": [0, 0], "value": -1.5e-07}]


@pytest.mark.parametrize(
    ("typed", "key"), [("9", "Escape"), ("abc", "Enter"), ("", "Enter"), ("nan", "Enter"), ("1e999", "Tab")]
)
def test_what_is_no_number_or_taken_back_leaves_the_cell(board: Page, typed: str, key: str) -> None:
    cell(board, "x (", 0).dblclick()
    field = board.get_by_role("textbox", name="New value of x[0, 0]")
    field.fill(typed)
    field.press(key)
    expect(cell(board, "x (", 0)).to_have_text("0.0")
    assert done(board) == []
    told = [words for words in board.evaluate("window.heard") if "Expected a number" in words]
    assert bool(told) == (key != "Escape")
    if told and key == "Enter":
        expect(formula(board)).to_have_text(told[0])
        assert typed in told[0]
        assert "0.0" in told[0]


def test_an_answer_while_a_number_is_typed_keeps_it(board: Page) -> None:
    cell(board, "x (", 0).dblclick()
    field = board.get_by_role("textbox", name="New value of x[0, 0]")
    field.fill("12")
    update(board, picture(numbers() + 1, nothing()))
    expect(field).to_have_value("12")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(cell(board, "x (", 0)).to_have_text("1.0")  # as it was answered last


def test_a_selection_is_told_by_mouse_and_by_key_and_comes_back_marked(board: Page) -> None:
    chosen = nothing()
    cell(board, "d (", 5).click()
    assert done(board)[-1] == {"kind": "click", "grid": "deep", "index": [0, 1, 0, 1]}
    chosen[0, 1, 0, 1] = True
    update(board, picture(numbers(), chosen))
    expect(cell(board, "d (", 5)).to_have_attribute("aria-selected", "true")
    expect(cell(board, "d (", 5)).to_be_focused()
    board.keyboard.press("ArrowLeft")
    for key in ("Space", "Enter"):
        board.keyboard.press(key)
        assert done(board)[-1] == {"kind": "click", "grid": "deep", "index": [0, 1, 0, 0]}
    assert len(done(board)) == 3
    expect(cell(board, "d (", 4)).to_have_attribute("aria-selected", "false")
    cell(board, "x.T (", 0).click()
    assert len(done(board)) == 3  # a view that is only looked at tells nothing


def test_arrow_keys_cross_panels_as_they_lie_on_the_page(board: Page) -> None:
    cell(board, "d (", 1).focus()
    for key, place in (
        ("ArrowRight", 4), ("ArrowDown", 6), ("ArrowDown", 12), ("PageUp", 8), ("PageDown", 12), ("End", 13),
        ("Control+Home", 0), ("ArrowLeft", 0), ("ArrowUp", 0), ("Control+End", 15),
    ):  # fmt: skip
        board.keyboard.press(key)
        expect(cell(board, "d (", place)).to_be_focused()


def test_addresses_stand_above_the_memory_and_names_above_the_array(board: Page) -> None:
    expect(cell(board, "memory (", 2)).to_have_attribute("data-label", "+16")
    expect(board.locator(".tag")).to_have_text(["x", "same"])
    expect(board.get_by_text("VIEW", exact=True)).to_be_visible()


def test_another_layout_keeps_the_focused_cell_and_one_that_goes_takes_nothing_along(board: Page) -> None:
    cell(board, "x (", 4).focus()
    update(board, picture(numbers(), nothing(), (Row(("base",)), Row(("memory", "view")), Row(("deep",)))))
    expect(cell(board, "x (", 4)).to_be_focused()
    assert "x[1, 1]: 4.0" in lit(board)
    every = board.locator(".array").count()
    for _ in range(3):
        update(board, picture(numbers(), nothing()))
    assert board.locator(".array").count() == every


@pytest.fixture
def elided(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/broadcasting?a=(40,30)&b=(30,)")
    expect(array(page, "y (40, 30)")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_what_is_elided_is_opened_part_by_part_and_the_focus_stays(elided: Page) -> None:
    page = elided
    assert "y[0, 15]" not in _cells(page)
    all_parts = page.get_by_role("button", name="show all, part by part: the cells of y")
    all_parts.focus()
    page.keyboard.press("Enter")
    on = page.get_by_role("button", name="axis 1 →: on along axis 1 of y")
    expect(on).to_be_visible()
    wait_until_drawn(page)
    assert page.evaluate("document.activeElement.closest('.opener') !== null")
    width = array(page, "y (40, 30)").locator(".row").first.locator(".cell").count()
    seen = set(_cells(page))
    while on.is_visible():
        on.focus()
        before = _cells(page)[0]
        page.keyboard.press("Enter")
        page.wait_for_function(
            "before => [...document.querySelectorAll('.table')].at(-1).querySelector('.cell').ariaLabel !== before",
            arg=f"{before}: {_value(page)}",
        )
        wait_until_drawn(page)
        assert page.evaluate("document.activeElement.closest('.opener') !== null")
        seen |= set(_cells(page))
    assert {f"y[0, {column}]" for column in range(30)} <= seen
    assert width < 30
    expect(page.get_by_role("button", name="axis 1: back along axis 1 of y")).to_be_visible()
    page.get_by_role("button", name="ends only: the ends of each axis of y").click()
    expect(all_parts).to_be_visible()
    expect(all_parts).to_be_focused()
    assert "y[39, 29]" in _cells(page)


def _cells(page: Page) -> list[str]:
    found = array(page, "y (40, 30)").locator(".cell").evaluate_all("cells => cells.map((cell) => cell.ariaLabel)")
    return [label.split(":")[0] for label in found]


def _value(page: Page) -> str:
    return cell(page, "y (40, 30)", 0).inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_is_saved_as_it_is_seen_with_its_words_inside(page: Page, app_url: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{app_url}/broadcasting?a=(2,3)&b=[5, 6, 7]")
    expect(array(page, "y (2, 3)")).to_be_visible()
    wait_until_drawn(page)
    save = page.get_by_role("button", name="Save this picture as SVG").last
    save.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "broadcasting.svg"
    root = ElementTree.parse(download.value.path()).getroot()  # noqa: S314 - made by our own server
    texts = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    assert texts["title"]
    assert "y (2, 3): 6  8  10; 9  11  13" in (texts["desc"] or "")
    shown = array(page, "y (2, 3)").locator(".cell").all_inner_texts()
    drawn = ["".join(e.itertext()) for e in root.iter() if e.get("data-part") == "number"]
    assert drawn[-6:] == shown
    expect(save).to_be_focused()
    expect(page.locator(".primer [role=status]")).to_have_text("Saved as broadcasting.svg")

    with page.expect_download() as download:
        page.get_by_role("button", name="Save this picture as PNG").last.click()
    assert download.value.suggested_filename == "broadcasting.png"
    with Image.open(download.value.path()) as image:
        assert image.size == tuple(2 * round(float(root.attrib[side])) for side in ("width", "height"))
        colours = image.convert("RGB").getcolors(2**24)
        assert colours is not None
        assert len(colours) > 20
        _, ground = max(colours)
        assert isinstance(ground, tuple)
        assert (sum(ground) < 384) == (scheme == "dark")


def test_a_picture_that_stays_while_a_field_cannot_be_read_can_be_saved(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/broadcasting")
    expect(array(page, "y ")).to_be_visible()
    page.get_by_role("textbox", name="Operand b").fill("(4")
    expect(page.locator(".primer .body.stale")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this picture as SVG").last.click()
    assert "y (4, 3): " in download.value.path().read_text(encoding="utf-8")


def test_a_picture_that_cannot_be_saved_says_so(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/broadcasting")
    expect(array(page, "y ")).to_be_visible()
    wait_until_drawn(page)
    page.route("**/picture", lambda route: route.abort())
    page.get_by_role("button", name="Save this picture as PNG").last.click()
    expect(page.locator(".primer .refusal")).to_contain_text("could not be saved")
    expect(page.locator(".primer [role=status]")).to_contain_text("could not be saved")
