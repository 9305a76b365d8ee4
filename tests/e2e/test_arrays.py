import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lesson import array, cell, formula, write
from tests.running_app import wait_until_drawn


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()
    wait_until_drawn(page)


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/arrays")
    expect(array(page, "x (2, 3)")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_a_cell_and_its_bytes_are_one_and_astype_is_a_copy(lesson: Page) -> None:
    cell(lesson, "x (2, 3)", 4).hover()
    expect(formula(lesson)).to_have_text("x[1, 1] = 5 · at byte 1·24 + 1·8 = 32")
    expect(array(lesson, "memory of x").locator(".lit")).to_have_attribute("data-label", "+32")
    lesson.get_by_role("button", name="astype", exact=True).click()
    expect(lesson.locator(".chip")).to_contain_text("np.shares_memory(x, y) → False")
    expect(array(lesson, "memory of y, 24 bytes")).to_be_visible()
    lesson.mouse.move(5, 5)
    expect(formula(lesson)).to_have_text("y[1, 2] = x[1, 2] as float32 = 6 as float32 = 6.0")
    lesson.get_by_role("combobox", name="then astype").select_option("int8")
    expect(array(lesson, "memory of y, 6 bytes")).to_be_visible()
    lesson.wait_for_url(lambda url: "to=int8" in url)


def test_what_is_typed_is_kept_from_view_to_view_and_garbage_is_told_at_its_field(lesson: Page) -> None:
    field = lesson.get_by_role("textbox", name="Array x")
    for typed, told in (
        ("zeros((10**9, 10**9))", "about 10^18 elements"),
        ("__import__('os')", "“__import__” is not known here"),
    ):
        write(lesson, "Array x", typed)
        expect(lesson.locator(".panel").get_by_text(told)).to_be_visible()
        expect(array(lesson, "x (2, 3)")).to_be_visible()  # the last picture, set back
    write(lesson, "Array x", "full(2, 300, int8)")
    expect(lesson.locator(".notice")).to_contain_text("OverflowError: Python integer 300 out of bounds for int8")
    expect(lesson.get_by_role("grid")).to_have_count(0)
    write(lesson, "Array x", "arange(5)")
    expect(array(lesson, "x (5,)")).to_be_visible()
    view(lesson, "Dtypes")
    expect(lesson.locator(".data-table .changed").first).to_be_visible()
    lesson.get_by_role("button", name="Truncation").click()
    expect(lesson.get_by_role("textbox", name="Values")).to_have_value("1.9, -1.9, 2.5, 0.1, -0.5")
    view(lesson, "Anatomy")
    expect(field).to_have_value("arange(5)")
    expect(array(lesson, "x (5,)")).to_be_visible()
    lesson.reload()
    expect(lesson.get_by_role("textbox", name="Array x")).to_have_value("arange(5)")


def test_statements_change_the_array_and_say_what_was_cut_off(lesson: Page) -> None:
    write(lesson, "Array x", "np.array([6, 9, 12])")
    expect(array(lesson, "x (3,)")).to_be_visible()
    write(lesson, "Then", "x[0] = 2.9; x *= 1.5")
    expect(lesson.locator(".data-table", has_text="to be stored").locator(".changed")).to_contain_text("2")
    expect(lesson.locator(".notice.declined")).to_contain_text("UFuncTypeError")
    expect(cell(lesson, "x (3,)", 0)).to_contain_text("2")
    lesson.get_by_role("button", name="torch.Tensor(3)", exact=True).click()
    expect(array(lesson, "memory of x, 12 bytes").get_by_role("gridcell").first).to_contain_text("?", timeout=60_000)
    lesson.get_by_role("button", name="Two sizes", exact=True).click()
    expect(lesson.locator(".notice").first).to_contain_text("Cannot interpret '3' as a data type")
    lesson.get_by_role("button", name="torch.zeros(2, 3)").click()
    expect(array(lesson, "x (2, 3)")).to_be_visible()
    expect(lesson.get_by_role("textbox", name="Array x")).to_have_value("torch.zeros(2, 3)")


def test_the_code_panel_can_be_pasted_into_the_field(lesson: Page) -> None:
    code = "import numpy as np\n\nx = np.array([[1, 2],\n              [3, 4]])\nprint(x)\n"
    field = lesson.get_by_role("textbox", name="Array x")
    field.select_text()
    field.evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        code,
    )
    expect(field).to_have_value("import numpy as np; x = np.array([[1, 2], [3, 4]]); print(x)")
    expect(array(lesson, "x (2, 2)")).to_be_visible()


def test_dtypes_mark_what_changed_and_show_the_bits(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/arrays?view=Dtypes&values=1.9, 300, nan&bits=300&as=uint8")
    row = page.locator(".data-table tr").filter(has_text="int8").first
    expect(row.locator(".changed")).to_have_count(3)
    expect(row).to_contain_text("fraction cut off")
    expect(page.get_by_text("ValueError: cannot convert float NaN to integer").first).to_be_visible()
    expect(page.locator(".bits .dropped i")).to_have_text("1")
    expect(page.locator(".bits .value i")).to_have_text(list("00101100"))
    expect(page.get_by_role("img", name="value, 8 bits: 0 0 1 0 1 1 0 0")).to_be_visible()
    expect(page.get_by_text("32 + 8 + 4 = 44")).to_be_visible()
    page.get_by_role("button", name="Half precision").click()
    expect(page.get_by_text("2^(11 − 15) = 0.0999755859375")).to_be_visible()


def test_races_run_on_demand_and_are_kept(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/arrays?view=Races")
    expect(page.get_by_text("Not raced yet.")).to_have_count(2)
    page.get_by_role("button", name="Race", exact=True).first.click()
    expect(page.get_by_text("times faster")).to_have_text(
        re.compile(r"[\d  ]+ times faster, and the same result: 333332833333500000")
    )
    page.get_by_role("button", name="Race", exact=True).last.click()
    expect(page.get_by_text("times faster")).to_have_count(2)
    expect(page.locator(".bars tbody tr")).to_have_count(4)
    view(page, "Anatomy")
    expect(array(page, "x (2, 3)")).to_be_visible()
    view(page, "Races")
    expect(page.get_by_text("times faster")).to_have_count(2)


def test_both_libraries_make_the_array_and_differences_are_marked(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/arrays?view=NumPy and PyTorch&make=zeros((2, 3))")
    row = page.locator(".data-table tr").filter(has_text="t.dtype")
    expect(row).to_contain_text("float64", timeout=60_000)
    expect(page.locator(".problems .notice")).to_have_count(0)
    expect(row.locator(".changed")).to_have_text("≠ torch.float32")
    expect(page.locator(".data-table tr").filter(has_text="t.ndim").locator(".changed")).to_have_count(0)
    for name in ("t0 ()", "t1 (3,)", "t2 (2, 3)", "t3 (2, 2, 3)"):
        figure = page.locator("figure.array").filter(has=array(page, name))
        expect(figure.locator(".badge")).to_have_text([re.compile(r"\d-D"), "float32", "cpu"])


def test_a_phone_shows_all_that_an_array_says_of_itself(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 900})
    page.goto(f"{app_url}/arrays")
    table = page.locator(".data-table", has_text="x.strides")
    expect(table).to_be_visible()
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
