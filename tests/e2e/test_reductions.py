from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lesson import array, cell, formula, lit, write
from tests.running_app import wait_until_drawn


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/reductions")
    expect(array(page, "s ")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_a_result_lights_the_cells_that_it_is_made_of(lesson: Page) -> None:
    expect(formula(lesson)).to_have_text("s[0] = 1 + 3 = 4")
    cell(lesson, "s ", 1).hover()
    expect(formula(lesson)).to_have_text("s[1] = 2 + 4 = 6")
    assert lit(lesson, "a ") == ["a[0, 1]: 2", "a[1, 1]: 4"]
    lesson.mouse.move(5, 5)
    write(lesson, "Axis", "-1")
    expect(formula(lesson)).to_have_text("s[0] = 1 + 2 = 3")
    expect(lesson.locator(".chip")).to_contain_text("(2, 2) becomes (2,)")
    expect(lesson.get_by_role("radio", name="−1")).to_be_checked()
    lesson.get_by_role("radio", name="None").check(force=True)
    expect(lesson.get_by_role("textbox", name="Axis")).to_have_value("None")
    expect(formula(lesson)).to_have_text("s = 1 + 2 + 3 + 4 = 10")
    wait_until_drawn(lesson)
    write(lesson, "Axis", "2")
    expect(lesson.get_by_text("AxisError: axis 2 is out of bounds for array of dimension 2")).to_be_visible()
    lesson.get_by_role("button", name="Take axis 1").click()
    expect(formula(lesson)).to_have_text("s[0] = 1 + 2 = 3")
    write(lesson, "Axis", "rows")
    expect(lesson.get_by_text("“rows” is no axis")).to_be_visible()
    expect(formula(lesson)).to_have_text("s[0] = 1 + 2 = 3")
    lesson.get_by_role("radio", name="(0, 1)").check(force=True)
    expect(formula(lesson)).to_have_text("s = 1 + 2 + 3 + 4 = 10")


def test_presets_show_both_divisors_ties_softmax_and_what_keepdims_is_for(lesson: Page) -> None:
    lesson.get_by_text("Standard deviation", exact=True).click()
    expect(cell(lesson, "s ", 0)).to_have_text("14.14")
    expect(cell(lesson, "t ", 0)).to_have_text("15.81")
    lesson.get_by_text("Argmax with a tie", exact=True).click()
    expect(formula(lesson)).to_have_text("s[0]: the largest of 3, 9, 9 is 9, first of 2 at place 1")
    lesson.get_by_text("Softmax", exact=True).click()
    cell(lesson, "s ", 3).hover()
    expect(formula(lesson)).to_have_text("s[1, 0] = 1.0 / (1.0 + 1.0 + 1.0) = 0.33333333")
    lesson.mouse.move(5, 5)
    lesson.get_by_text("Without keepdims", exact=True).click()
    expect(lesson.get_by_text("ValueError: operands could not be broadcast")).to_be_visible()
    lesson.get_by_role("button", name="Keep the axis as size 1").click()
    lesson.mouse.move(5, 5)
    expect(formula(lesson)).to_have_text("d[1, 1] = a[1, 1] − s[1, 0] = 6 − 6.5 = −0.5")
    lesson.wait_for_url(lambda url: "keepdims=true" in url and "view=" in url)
    lesson.reload()
    expect(formula(lesson)).to_contain_text("= −0.5")


def test_pytorch_wants_floats_for_a_mean_and_nothing_is_wider_than_a_phone(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/reductions?operation=mean&library=PyTorch")
    expect(page.get_by_text("could not infer output dtype")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Make the cells floats").click()
    expect(formula(page)).to_have_text("s[0] = (1.0 + 3.0) / 2 = 2.0")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_dragged_size_is_reduced_or_stays_and_an_array_goes_on_from_its_start(lesson: Page) -> None:
    expect(lesson.get_by_text("disappears", exact=True)).to_be_visible()
    lesson.get_by_role("slider", name="Size of axis 1 of a").press("ArrowRight")
    expect(lesson.get_by_role("textbox", name="Array a")).to_have_value("[[1, 2, 1], [3, 4, 3]]")
    expect(lesson.locator(".chip")).to_contain_text("(2, 3) becomes (3,)")
    expect(array(lesson, "s ").get_by_role("gridcell")).to_have_text(["4", "6", "4"])
    lesson.get_by_role("switch", name="keepdims").check()
    expect(lesson.get_by_text("reduced, kept")).to_be_visible()
    expect(array(lesson, "s (1, 3)")).to_be_visible()


def test_pytorch_divides_by_its_own_default_and_names_it(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/reductions?array=[1.0, 2.0]&operation=std&axis=None")
    expect(page.get_by_text("ddof=0, NumPy's default")).to_be_visible()
    page.get_by_role("radio", name="PyTorch").check(force=True)
    expect(page.get_by_text("correction=1, PyTorch's default")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("radio", name="n − 1")).to_be_checked()
    page.wait_for_url(lambda url: "library=PyTorch" in url and "divisor=" in url)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("radio", name="NumPy")).to_be_checked()
    expect(page.get_by_role("radio", name="n", exact=True)).to_be_checked()
