from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lesson import array, cell, formula, lit, write
from tests.running_app import wait_until_drawn


def index(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Index")


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/indexing")
    expect(array(page, "b ")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_an_index_is_typed_its_cells_light_up_and_errors_are_mended_with_a_click(lesson: Page) -> None:
    expect(lesson.locator(".chip").get_by_text("VIEW, shape (2, 2)")).to_be_visible()
    expect(formula(lesson)).to_have_text("b[0, 1] = a[0, 1 + 1] = a[0, 2] = 3")
    cell(lesson, "b ", 2).hover()
    expect(formula(lesson)).to_have_text("b[1, 0] = a[1, 1 + 0] = a[1, 1] = 6")
    assert [label.split(",")[0] for label in lit(lesson, "a ")] == ["a[1"]
    write(lesson, "Index", "a > 10")
    expect(lesson.locator(".chip").get_by_text("COPY, shape (2,)")).to_be_visible()
    expect(formula(lesson)).to_have_text("b[1] = a where mask[2, 3] is True = a[2, 3] = 12")
    write(lesson, "Index", "3")
    expect(lesson.get_by_text("IndexError: index 3 is out of bounds for axis 0 with size 3")).to_be_visible()
    lesson.get_by_role("button", name="The nearest that there is").click()
    expect(index(lesson)).to_have_value("2")
    expect(lesson.locator(".chip").get_by_text("VIEW, shape (4,)")).to_be_visible()
    write(lesson, "Index", "rows[0]")
    expect(lesson.get_by_text("There is no “rows” here")).to_be_visible()
    expect(array(lesson, "b ")).to_be_visible()


def test_an_index_is_emptied_before_any_click_and_then_clicked(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/indexing")
    expect(array(page, "b ")).to_be_visible()
    wait_until_drawn(page)
    write(page, "Index", "")
    expect(page.get_by_text("There is no index here yet")).to_be_visible()
    expect(array(page, "b ")).to_have_count(0)
    page.wait_for_url(lambda url: "index=" in url)
    page.reload()
    expect(page.get_by_text("There is no index here yet")).to_be_visible()
    cell(page, "a ", 6).click()
    expect(index(page)).to_have_value("1, 2")
    expect(page.get_by_text("One cell: a number for every axis.")).to_be_visible()


def test_clicked_cells_become_an_index(lesson: Page) -> None:
    for place, expression in [(6, "1, 2"), (7, "1, 2:"), (10, "[1, 1, 2], [2, 3, 2]"), (11, "1:, 2:"), (11, None)]:
        cell(lesson, "a ", place).click()
        expect(index(lesson)).to_have_value(expression or "[1, 1, 2], [2, 3, 2]")
    expect(lesson.get_by_text("These cells form no rectangle")).to_be_visible()
    expect(lesson.locator(".chip").get_by_text("COPY, shape (3,)")).to_be_visible()
    lesson.wait_for_url(lambda url: "index=%5B1" in url)
    assert "clicked" not in lesson.url
    lesson.reload()
    expect(index(lesson)).to_have_value("[1, 1, 2], [2, 3, 2]")
    cell(lesson, "a ", 0).click()
    expect(index(lesson)).to_have_value("0, 0")


def test_clicks_in_a_row_are_all_counted_and_undone_one_by_one(lesson: Page) -> None:
    for place in (0, 5, 10):
        cell(lesson, "a ", place).click()
    expect(index(lesson)).to_have_value("[0, 1, 2], [0, 1, 2]")
    for expression in ("[0, 1], [0, 1]", "0, 0", ":2, 1:3"):
        lesson.get_by_role("button", name="Undo").click()
        expect(index(lesson)).to_have_value(expression)


def test_cells_are_clicked_with_the_keyboard_while_index_arrays_come_and_go(lesson: Page) -> None:
    cell(lesson, "a ", 0).focus()
    moves = [("", "0, 0"), ("Down Right", "[0, 1], [0, 1]"), ("Left", "[0, 1, 1], [0, 0, 1]"), ("Up Right", ":2, :2")]
    for arrows, expression in moves:
        for arrow in arrows.split():
            lesson.keyboard.press(f"Arrow{arrow}")
        lesson.keyboard.press("Space")
        expect(index(lesson)).to_have_value(expression)
        expect(lesson.get_by_role("grid", name="i (")).to_have_count(int(expression.startswith("[")))
    expect(formula(lesson)).to_have_text("b[0, 1] = a[0, 1] = 2")


def test_writing_through_an_index_and_to_what_it_read(lesson: Page) -> None:
    lesson.get_by_text("Write through a list", exact=True).click()
    expect(cell(lesson, "a (4, 3) after", 5)).to_have_text("106")
    expect(formula(lesson)).to_have_text("a[2, 0] = 7 + 100 = 107")
    wait_until_drawn(lesson)
    lesson.get_by_role("radio", name="Add to b").check()
    expect(cell(lesson, "b (4,) after", 1)).to_have_text("106")
    expect(cell(lesson, "a (4, 3) after", 5)).to_have_text("6")
    lesson.get_by_text("The same cell twice", exact=True).click()
    expect(formula(lesson)).to_have_text("a[0] = 1 + 1 = 2 (picked 3 times, written once)")
    wait_until_drawn(lesson)
    lesson.get_by_role("textbox", name="Value v").fill("[1, 2]")
    lesson.keyboard.press("Enter")
    expect(lesson.get_by_text("ValueError: operands could not be broadcast")).to_be_visible()


def test_the_cell_of_a_scalar_and_the_cells_after_a_change_are_clicked_too(lesson: Page) -> None:
    lesson.get_by_role("radio", name="Assign").check()
    cell(lesson, "a (3, 4) after", 6).click()
    expect(index(lesson)).to_have_value("1, 2")
    cell(lesson, "a (3, 4) after", 7).click()
    expect(index(lesson)).to_have_value("1, 2:")
    lesson.get_by_role("radio", name="Read").check()
    lesson.get_by_role("textbox", name="Array a").fill("5")
    write(lesson, "Index", "None")
    expect(array(lesson, "b (1,)")).to_be_visible()
    cell(lesson, "a ", 0).click()
    expect(index(lesson)).to_have_value("...")
    expect(lesson.get_by_text("The only cell, and no axis to count along")).to_be_visible()


def test_pytorch_differs_and_nothing_is_wider_than_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/indexing?index=1, 2&library=PyTorch")
    expect(page.locator(".chip").get_by_text("VIEW, shape ()")).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    write(page, "Index", "::-1")
    expect(page.get_by_text("ValueError: step must be greater than zero")).to_be_visible()
    code = page.get_by_role("button", name="a[[2, 1, 0]]").get_by_text("a[[2, 1, 0]]", exact=True)
    shown = code.evaluate("""code => {
        const label = code.closest('button').getBoundingClientRect();
        const { left, right } = code.getBoundingClientRect();
        return label.left <= left && right <= Math.min(label.right, innerWidth);
    }""")
    assert shown, "the index that the button would type is cut off"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_size_is_dragged_under_an_index_that_stays(lesson: Page) -> None:
    write(lesson, "Index", "2, 1:")
    expect(lesson.locator(".chip").get_by_text("VIEW, shape (3,)")).to_be_visible()
    size = lesson.get_by_role("slider", name="Size of axis 0 of a")
    size.press("ArrowLeft")
    expect(lesson.get_by_role("textbox", name="Array a")).to_have_value("(2, 4)")
    expect(lesson.get_by_text("index 2 is out of bounds for axis 0 with size 2").first).to_be_visible()
    size.press("ArrowRight")
    expect(lesson.locator(".chip").get_by_text("VIEW, shape (3,)")).to_be_visible()
    expect(index(lesson)).to_have_value("2, 1:")
