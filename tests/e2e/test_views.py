import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.lesson import array, cell, formula, lit, write
from tests.running_app import wait_until_drawn


def cells(page: Page, grid: str) -> str:
    return " ".join(array(page, grid).get_by_role("gridcell").all_inner_texts())


def chip(page: Page, text: str) -> Locator:
    return page.locator(".chip").filter(has_text=text)


def choose_view(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).check()


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def type_into(page: Page, grid: str, place: int, text: str) -> None:
    cell(page, grid, place).focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/views")
    expect(array(page, "b ")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_pointing_at_a_cell_spells_its_address_and_lights_the_one_element(lesson: Page) -> None:
    expect(formula(lesson)).to_have_text("b[1, 2] is at 1 + 1·8 + 2·1 = 11 elements = +88 bytes\nmemory[11] = 12")
    cell(lesson, "b ", 1).hover()
    expect(formula(lesson)).to_have_text("b[0, 1] is at 1 + 0·8 + 1·1 = 2 elements = +16 bytes\nmemory[2] = 3")
    assert (lit(lesson, "a "), lit(lesson, "b "), lit(lesson, "memory ")) == (
        ["a[0, 2]: 3"],
        ["b[0, 1]: 3"],
        ["memory[2]: 3"],
    )
    cell(lesson, "memory ", 9).hover()
    expect(formula(lesson)).to_have_text("memory[9] = 10, at +72 bytes, is a[2, 1], b[1, 0]")


def test_a_number_typed_into_view_base_or_memory_shows_in_all_that_share_and_is_in_the_address(lesson: Page) -> None:
    type_into(lesson, "b ", 3, "99")
    expect(field(lesson, "Then")).to_have_value("b[1, 0] = 99")
    expect(cell(lesson, "a ", 9)).to_have_text("99")
    expect(cell(lesson, "memory ", 9)).to_have_text("99")
    type_into(lesson, "memory ", 0, "7")
    expect(field(lesson, "Then")).to_have_value("b[1, 0] = 99; a[0, 0] = 7")
    expect(cell(lesson, "a ", 0)).to_have_text("7")
    write(lesson, "c =", "b.copy()")
    expect(chip(lesson, "c is a copy")).to_be_visible()
    type_into(lesson, "a ", 9, "5")
    expect(cell(lesson, "b ", 3)).to_have_text("5")
    expect(cell(lesson, "c ", 3)).to_have_text("10")
    expect(lesson.get_by_text("c is unchanged: it does not lie in the memory of a.")).to_be_visible()
    expect(field(lesson, "Then")).to_have_value("b[1, 0] = 99; a[0, 0] = 7; a[2, 1] = 5")
    lesson.wait_for_url(lambda url: "then=" in url and url.endswith("%3D+5"))
    lesson.reload()
    expect(cell(lesson, "memory ", 9)).to_have_text("5")


def test_numbers_typed_into_two_cells_at_once_are_both_written(lesson: Page) -> None:
    type_into(lesson, "a ", 0, "7")
    type_into(lesson, "a ", 1, "8")
    expect(field(lesson, "Then")).to_have_value("a[0, 0] = 7; a[0, 1] = 8")
    expect(cell(lesson, "memory ", 1)).to_have_text("8")


def test_an_edit_that_the_dtype_does_not_hold_is_put_back_with_the_reason(lesson: Page) -> None:
    type_into(lesson, "b ", 3, "99999999999999999999")
    expect(lesson.locator(".refusal")).to_contain_text("holds whole numbers from")
    expect(cell(lesson, "b ", 3)).to_have_text("10")
    expect(field(lesson, "Then")).to_have_value("")
    type_into(lesson, "b ", 3, "10.5")  # taken, and cut to the number that stood there
    expect(field(lesson, "Then")).to_have_value("b[1, 0] = 10.5")
    expect(cell(lesson, "b ", 3)).to_have_text("10")
    expect(lesson.locator(".refusal")).to_be_hidden()


def test_memory_that_no_array_reads_any_more_takes_no_numbers(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/views?a=(4,)&b=a[1:3]&then=a = a %2B 1")
    old = page.get_by_role("grid", name=re.compile("^memory ")).get_by_role("gridcell").first
    expect(old).to_have_text("1")
    expect(page.get_by_text("Asked of the library after these statements")).to_contain_text("→ False")
    expect(chip(page, "b is a view of the old a")).to_be_visible()
    old.focus()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(formula(page)).to_contain_text("memory[0] = 1")
    expect(old).to_have_text("1")
    expect(field(page, "Then")).to_have_value("a = a + 1")


def test_a_refused_view_is_explained_pair_by_pair_and_mended_by_a_click(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/views?lib=PyTorch&b=a.T&c=b.view(12)")
    expect(page.get_by_text("view size is not compatible")).to_be_visible()
    page.get_by_role("button", name="Why, axis pair by axis pair").click()
    expect(page.get_by_text("refused here")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="refused here")
    expect(row).to_contain_text("3 · 4 = 12")
    expect(page.get_by_role("row").filter(has_text="b.contiguous().view(12)")).to_contain_text("96 bytes")
    write(page, "Shape that b should be viewed in", "(2, 2, 3)")
    expect(chip(page, "is given")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="b.reshape(2, 2, 3)")).to_contain_text("0 bytes")
    choose_view(page, "Memory")
    page.get_by_role("button", name="c = b.reshape(12)").click()
    expect(chip(page, "c is a copy")).to_be_visible()


def test_the_shape_of_a_refused_view_is_in_the_link(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/views?a=(2, 3)&b=a.t()&c=b.view(6)&lib=PyTorch")
    page.get_by_role("button", name="Why, axis pair by axis pair").click()
    shape = field(page, "Shape that b should be viewed in")
    expect(shape).to_have_value("(6,)")
    expect(chip(page, "is refused")).to_be_visible()
    page.wait_for_url(lambda url: "to=%286%2C%29" in url)
    page.reload()
    expect(shape).to_have_value("(6,)")
    expect(page.get_by_text("refused here")).to_be_visible()


def test_a_link_that_names_a_view_alone_opens_its_first_example(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/views?view=Names")
    expect(field(page, "Then")).to_have_value("a += 1")
    page.reload()
    expect(field(page, "Then")).to_have_value("a += 1")


def test_each_view_opens_with_something_to_see(lesson: Page) -> None:
    choose_view(lesson, "Names")
    expect(field(lesson, "Then")).to_have_value("a += 1")
    choose_view(lesson, "Refused views")
    expect(field(lesson, "b =")).to_have_value("a.T")
    expect(chip(lesson, "is refused")).to_be_visible()
    write(lesson, "b =", "a[1:]")
    expect(field(lesson, "b =")).to_have_value("a[1:]")
    choose_view(lesson, "Names")
    expect(lesson.get_by_role("columnheader", name="bound before to")).to_be_visible()
    expect(field(lesson, "b =")).to_have_value("a[1:]")


def test_names_before_and_after_a_statement(lesson: Page) -> None:
    choose_view(lesson, "Names")
    lesson.get_by_role("button", name="a = a + 1", exact=True).click()
    expect(lesson.locator(".tag").filter(has_text=re.compile("^[ab]$"))).to_have_count(4)
    expect(formula(lesson)).to_have_text("a[0] = 2, made from b[0]")
    expect(lesson.get_by_role("row").filter(has_text="a new object")).to_have_count(2)  # of names, and of statements
    lesson.get_by_role("button", name="a += 1", exact=True).click()
    expect(lesson.get_by_role("row").filter(has_text="the same object")).to_have_count(2)
    lesson.get_by_role("button", name="a[[1, 2]][0] = 100").click()
    expect(lesson.get_by_text("no name: let go")).to_be_visible()
    assert cells(lesson, "a ") == "1 2 3 4"
    lesson.wait_for_url(lambda url: "view=Names" in url and "then=" in url)


def test_what_cannot_be_run_says_so_and_an_operation_can_be_chosen(lesson: Page) -> None:
    write(lesson, "b =", "a.explode()")
    expect(lesson.get_by_text("“.explode” is not known here")).to_be_visible()
    expect(field(lesson, "b =")).to_have_attribute("aria-invalid", "true")
    expect(array(lesson, "a ")).to_be_visible()
    operations = lesson.get_by_role("combobox", name="Choose an operation for b")
    operations.focus()
    operations.select_option("a.T")
    expect(field(lesson, "b =")).to_have_value("a.T")
    expect(chip(lesson, "b is a view of a")).to_be_visible()


def test_a_pasted_program_is_told_statement_by_statement(lesson: Page) -> None:
    write(lesson, "Base a", "np.array([1., 2.])")
    write(lesson, "b =", "")
    field(lesson, "Then").fill("import torch\nt = torch.from_numpy(a)\na += 10\nprint(t)\na = a + 10")
    table = lesson.get_by_role("table").filter(has=lesson.get_by_role("columnheader", name="what it did"))
    rows = table.get_by_role("row")
    expect(rows).to_have_count(5)
    expect(rows.nth(2)).to_contain_text("changed 2 cells of a and 2 of t")
    expect(rows.nth(3)).to_contain_text("tensor([11., 12.], dtype=torch.float64)")
    expect(rows.nth(4)).to_contain_text("a = [21.0 22.0]")
    expect(chip(lesson, "t is a view of the old a")).to_be_visible()
    assert cells(lesson, "t ") == "11.0 12.0"


def test_a_line_that_another_error_left_undone_is_named_and_mended(lesson: Page) -> None:
    write(lesson, "Then", "a[0] = 2")
    write(lesson, "Base a", "[6, 9, 12]")
    expect(lesson.get_by_text("Because of that, this was not run")).to_be_visible()
    lesson.get_by_role("button", name="Leave b empty").click()
    expect(cell(lesson, "a ", 0)).to_have_text("2")


def test_nothing_is_wider_than_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app_url}/views?a=(8,8)&b=a[::2]&c=a[[1,2]]")
    expect(array(page, "c ")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    cell(page, "c ", 0).tap()
    expect(formula(page)).to_contain_text("made from a[1, 0]")
