from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lesson import array, cell, formula, lit
from tests.running_app import wait_until_drawn


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/broadcasting")
    expect(array(page, "y ")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_pointing_at_a_result_lights_its_sources_and_spells_the_sum(lesson: Page) -> None:
    expect(formula(lesson)).to_have_text("y[1, 2] = a[1, 2] + b[2] = 6 + 1 = 7")
    cell(lesson, "y ", 9).hover()
    expect(formula(lesson)).to_have_text("y[3, 0] = a[3, 0] + b[0] = 10 + 1 = 11")
    assert lit(lesson, "y ") == ["y[3, 0]: 11"]
    assert lit(lesson, "a ") == ["a[3, 0]: 10"]
    assert lit(lesson, "b ") == ["b[3, 0]: 1, not allocated"]
    lesson.mouse.move(5, 5)
    expect(formula(lesson)).to_contain_text("y[1, 2]")


def test_pointing_at_an_element_lights_every_cell_that_reads_it(lesson: Page) -> None:
    written = lesson.get_by_role("grid", name="b (3,)").first
    written.get_by_role("gridcell").nth(1).hover()
    assert len(lit(lesson, "y ")) == 4
    expect(formula(lesson)).to_have_text("b[1] = 0 feeds y[0, 1], y[1, 1], y[2, 1], y[3, 1]")


def test_arrow_keys_move_and_each_array_is_one_stop_for_tab(lesson: Page) -> None:
    cell(lesson, "y ", 0).focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft"):
        lesson.keyboard.press(key)
    expect(cell(lesson, "y ", 6)).to_be_focused()
    expect(formula(lesson)).to_contain_text("y[2, 0] = a[2, 0] + b[0] = 7 + 1 = 8")
    lesson.keyboard.press("End")
    expect(cell(lesson, "y ", 8)).to_be_focused()
    lesson.keyboard.press("Control+Home")
    expect(cell(lesson, "y ", 0)).to_be_focused()
    lesson.keyboard.press("Shift+Tab")
    expect(cell(lesson, "b ", 0)).to_be_focused()
    lesson.keyboard.press("Tab")
    expect(cell(lesson, "y ", 0)).to_be_focused()
    lesson.keyboard.press("Escape")
    expect(formula(lesson)).to_contain_text("y[1, 2]")


def test_each_array_has_a_text_alternative(lesson: Page) -> None:
    told = array(lesson, "b ").evaluate(
        "grid => document.getElementById(grid.getAttribute('aria-describedby')).textContent"
    )
    assert told == "b has shape (4, 3). 9 of its cells are not allocated. Its rows: 1, 0, 1; 1, 0, 1; 1, 0, 1; 1, 0, 1."


def test_shapes_that_clash_show_numpys_error_and_a_click_mends_them(lesson: Page) -> None:
    lesson.get_by_role("textbox", name="Operand b").fill("(4,)")
    lesson.keyboard.press("Enter")
    expect(lesson.get_by_text("operands could not be broadcast together with shapes (4,3) (4,)")).to_be_visible()
    expect(array(lesson, "y ")).to_have_count(0)
    lesson.get_by_role("button", name="b[:, None]").click()
    expect(lesson.get_by_role("textbox", name="Operand b")).to_have_value("(4,)[:, None]")
    expect(array(lesson, "y ")).to_be_visible()
    expect(formula(lesson)).to_have_text("y[1, 2] = a[1, 2] + b[1, 0] = 6 + 20 = 26")


def slider(page: Page, axis: int, name: str) -> Locator:
    return page.get_by_role("slider", name=f"Size of axis {axis} of {name}")


def drag(page: Page, axis: int, name: str, size: int) -> None:
    """Drag a size to another, over all that lie between, as a hand does."""
    track = slider(page, axis, name)
    box = track.bounding_box()
    assert box is not None
    thumb = 14
    before, after = (
        box["x"] + thumb / 2 + (box["width"] - thumb) * (at - 1) / 7 for at in (int(track.input_value()), size)
    )
    page.mouse.move(before, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(after, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()


def test_a_dragged_size_is_drawn_ahead_of_the_page_and_typed_into_its_field(lesson: Page) -> None:
    with lesson.expect_response(lambda answer: "/api/lessons/broadcasting" in answer.url) as answer:
        drag(lesson, 0, "a", 6)
    assert answer.value.ok
    expect(lesson.get_by_role("textbox", name="Operand a")).to_have_value("(6, 3)")
    expect(lesson.locator(".chip").get_by_text("broadcasts to (6, 3)")).to_be_visible()
    expect(array(lesson, "y ").get_by_role("gridcell")).to_have_count(18)
    expect(lesson.get_by_text("np.arange(1, 19).reshape(6, 3)")).to_be_visible()
    lesson.wait_for_url(lambda url: "a=%286%2C+3%29" in url)


def test_sizes_that_clash_are_drawn_apart_and_meet_again_when_dragged_on(lesson: Page) -> None:
    drag(lesson, 1, "a", 5)
    expect(lesson.get_by_text("operands could not be broadcast together with shapes (4,5) (3,)")).to_be_visible()
    expect(array(lesson, "a (4, 5)")).to_be_visible()
    expect(array(lesson, "y ")).to_have_count(0)
    expect(lesson.get_by_text("clash: neither equal nor 1")).to_be_visible()
    slider(lesson, 0, "b").focus()
    lesson.keyboard.press("ArrowRight")
    lesson.keyboard.press("ArrowRight")
    expect(lesson.get_by_role("textbox", name="Operand b")).to_have_value("[1, 0, 1, 1, 0]")
    expect(lesson.locator(".chip").get_by_text("broadcasts to (4, 5)")).to_be_visible()
    expect(array(lesson, "y ").get_by_role("gridcell")).to_have_count(20)
    expect(slider(lesson, 0, "b")).to_be_focused()


def test_no_answer_draws_what_a_drag_has_left_behind(lesson: Page) -> None:
    lesson.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => {
        const captions = [...document.querySelectorAll('.primer figcaption')].map((caption) => caption.textContent);
        const a = captions.find((caption) => caption.startsWith('a '));
        if (window.seen.at(-1) !== a) window.seen.push(a);
      }).observe(document.querySelector('.primer'), {subtree: true, childList: true, characterData: true});
    }""")
    lesson.get_by_role("textbox", name="Operand b").fill("10")
    slider(lesson, 0, "a").focus()
    for _ in range(4):
        lesson.keyboard.press("ArrowRight")
    expect(lesson.locator(".chip").get_by_text("broadcasts to (8, 3)")).to_be_visible()
    expect(lesson.get_by_text("b = 10").first).to_be_visible()
    sizes = lesson.evaluate("window.seen")
    assert sizes == sorted(sizes)
    assert "(8, 3)" in sizes[-1]


def test_an_operand_is_given_axes_and_loses_them(lesson: Page) -> None:
    lesson.get_by_role("button", name="Give b another axis").click()
    expect(lesson.get_by_role("textbox", name="Operand b")).to_have_value("[[1, 0, 1]]")
    drag(lesson, 0, "b", 4)
    expect(lesson.get_by_text("each cell meets the one in its own place")).to_be_visible()
    lesson.get_by_role("button", name="Remove the first axis of a").click()
    expect(lesson.get_by_role("textbox", name="Operand a")).to_have_value("(3,)")
    expect(lesson.locator(".chip").get_by_text("broadcasts to (4, 3)")).to_be_visible()


def test_scalars_are_given_axes_too(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/broadcasting?a=2&b=()")
    expect(array(page, "y ")).to_be_visible()
    wait_until_drawn(page)
    page.get_by_role("button", name="Give a another axis").click()
    expect(page.get_by_role("textbox", name="Operand a")).to_have_value("[2]")
    slider(page, 0, "a").press("ArrowRight")
    expect(page.get_by_role("textbox", name="Operand a")).to_have_value("[2, 2]")
    expect(page.locator(".chip").get_by_text("broadcasts to (2,)")).to_be_visible()


def test_what_is_made_of_another_operand_has_no_sliders(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/broadcasting?a=(3,4)&b=a.mean(1, keepdims=True)&op=subtract")
    expect(array(page, "y ")).to_be_visible()
    wait_until_drawn(page)
    expect(page.get_by_role("slider")).to_have_count(2)
    drag(page, 0, "a", 5)
    expect(array(page, "b (5, 1)")).to_be_visible()
    expect(page.locator(".chip").get_by_text("broadcasts to (5, 4)")).to_be_visible()


def test_the_address_brings_everything_back(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/broadcasting?a=(2,2)&b=[10, 20]&op=multiply&view=Backward&of=y.mean()")
    expect(page.get_by_role("textbox", name="Operand a")).to_have_value("(2,2)")
    expect(formula(page)).to_have_text("b.grad[1] = b_part[0, 1] + b_part[1, 1]\n= 0.5 + 1.0 = 1.5")
    page.get_by_role("radio", name="Forward").check()
    expect(formula(page)).to_contain_text("y[0, 1] = a[0, 1] × b[1] = 2 × 20 = 40")
    page.wait_for_url(lambda url: "view" not in url and "op=multiply" in url)


def test_a_preset_changes_the_cells_that_stand(lesson: Page) -> None:
    lesson.locator(".table").last.evaluate("table => { table.dataset.kept = 'yes' }")
    lesson.get_by_text("Scalar", exact=True).click()
    expect(cell(lesson, "y ", 11)).to_have_text("120")
    assert lesson.locator(".table").last.get_attribute("data-kept") == "yes"
    lesson.wait_for_url(lambda url: "b=10" in url)


def test_a_tap_lights_a_second_tap_lets_go_and_nothing_is_wider_than_a_phone(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/broadcasting?a=(20,20)&b=(20,)")
    expect(array(page, "y ")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    cell(page, "y ", 0).tap()
    expect(formula(page)).to_contain_text("y[0, 0] = a[0, 0] + b[0] = 1 + 10 = 11")
    cell(page, "y ", 0).tap()
    expect(formula(page)).not_to_contain_text("y[0, 0]")
