import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lesson import array, cell, formula, lit
from tests.running_app import wait_until_drawn


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/matmul")
    expect(array(page, "c ")).to_be_visible()
    wait_until_drawn(page)
    return page


def test_a_cell_lights_its_row_and_its_column_and_spells_the_sum(lesson: Page) -> None:
    cell(lesson, "c ", 3).hover()
    expect(formula(lesson)).to_have_text(
        "c[1, 1] = a[1, 0]·b[0, 1] + a[1, 1]·b[1, 1] + a[1, 2]·b[2, 1]\n= 3·1 + 4·3 + 5·5 = 40"
    )
    assert lit(lesson, "a ") == ["a[1, 0]: 3", "a[1, 1]: 4", "a[1, 2]: 5"]
    assert lit(lesson, "b ") == ["b[0, 1]: 1", "b[1, 1]: 3", "b[2, 1]: 5"]
    cell(lesson, "b ", 0).hover()
    expect(formula(lesson)).to_have_text("b[0, 0] = 0 feeds c[0, 0], c[1, 0]")


@pytest.mark.parametrize(
    "query", ["a=(4, 8, 16, 32)&b=(32, 2)", "a=(2, 3, 4)&b=(2, 4, 5)", "a=(2, 1, 2, 3)&b=(3, 3, 2)"]
)
def test_numbers_of_many_digits_stay_within_their_cells(page: Page, app_url: str, query: str) -> None:
    page.goto(f"{app_url}/matmul?{query}")
    expect(array(page, "c ")).to_be_visible()
    wait_until_drawn(page)
    # What a number takes, on both sides of which a little of the cell stays free.
    free = page.locator(".primer .cell").evaluate_all(
        """cells => cells.map(cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return cell.clientWidth - range.getBoundingClientRect().width;
        })"""
    )
    assert min(free) >= 3


def test_sizes_that_differ_are_mended_by_a_click_and_the_address_follows(lesson: Page) -> None:
    lesson.get_by_text("Inner sizes differ", exact=True).click()
    expect(lesson.get_by_text("size 2 is different from 3")).to_be_visible()
    expect(lesson.get_by_text("A row of a has 3 cells")).to_be_visible()
    expect(array(lesson, "a (2, 3)")).to_be_visible()
    expect(formula(lesson)).to_be_empty()
    lesson.get_by_role("button", name="Transpose b").click()
    expect(lesson.get_by_role("textbox", name="Operand b")).to_have_value("(2, 3).T")
    expect(formula(lesson)).to_contain_text("= 1·10 + 2·20 + 3·30 = 140")
    lesson.wait_for_url(lambda url: "b=" in url and ".T" in url)
    lesson.reload()
    expect(formula(lesson)).to_contain_text("= 1·10 + 2·20 + 3·30 = 140")


def test_what_cannot_be_read_is_quoted_letter_by_letter(lesson: Page) -> None:
    lesson.get_by_role("textbox", name="Operand a").fill("__import__('os')")
    expect(lesson.get_by_text("“__import__('os')” is not understood here")).to_be_visible()
    expect(lesson.get_by_role("textbox", name="Operand a")).to_have_attribute("aria-invalid", "true")
    expect(array(lesson, "c ")).to_be_visible()


def test_a_batch_of_sequences_is_named_and_elided(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/matmul?a=(4,8,16,32)&b=(32,2)&library=PyTorch")
    expect(page.locator(".chip")).to_contain_text("gives shape (4, 8, 16, 2)")
    for name in ("batch", "head", "sequence", "feature", "output"):
        expect(page.locator(".sizes th").get_by_text(name).first).to_be_visible()
    expect(page.locator("figure.array .axis.outer").first).to_have_text("batch · 4 · down")
    expect(page.get_by_text("= (4 · 8) · 2 · 16 · 2 · 32 = 65 536")).to_be_visible()
    expect(page.get_by_text("import torch")).to_be_visible()
    page.get_by_role("radio", name="NumPy").check(force=True)
    expect(page.get_by_text("import torch")).to_have_count(0)
    page.wait_for_url(lambda url: "library" not in url)
    array(page, "c ").get_by_role("gridcell").last.hover()
    expect(formula(page)).to_contain_text("+ … + a[3, 7, 15, 31]·b[31, 1]")


def test_the_machine_is_measured_on_demand_and_the_result_is_kept(lesson: Page) -> None:
    expect(lesson.get_by_text("Nothing was measured yet.")).to_be_visible()
    lesson.get_by_role("button", name="Measure").click()
    expect(lesson.get_by_text("training of GPT-3")).to_have_text(
        re.compile(r"[\d.]+ GFLOP/s .* would need [\d  ]+ years")
    )
    expect(lesson.get_by_role("table", name="Floating-point operations a second")).to_contain_text("float64")
    lesson.get_by_text("Dot product", exact=True).click()
    expect(formula(lesson)).to_contain_text("= 1·4 + 2·5 + 3·6 = 32")
    expect(lesson.get_by_text("training of GPT-3")).to_be_visible()


def test_inner_sizes_are_dragged_apart_and_together(lesson: Page) -> None:
    lesson.get_by_role("slider", name="Size of axis 1 of a").press("ArrowRight")
    expect(lesson.get_by_text("must be equal")).to_be_visible()
    expect(lesson.get_by_text("(size 3 is different from 4)")).to_be_visible()
    lesson.get_by_role("slider", name="Size of axis 0 of b").press("ArrowRight")
    expect(lesson.get_by_role("textbox", name="Operand b")).to_have_value("[[0, 1], [2, 3], [4, 5], [0, 1]]")
    expect(lesson.get_by_text("equal, summed over")).to_be_visible()
    expect(formula(lesson)).to_contain_text("a[0, 3]·b[3, 0]")


def test_a_measurement_of_another_kind_is_refused_with_the_reason(lesson: Page, app_url: str) -> None:
    answer = lesson.request.post(f"{app_url}/api/lessons/matmul/measure", data={"question": {}, "what": "weight"})
    assert answer.status == 422
    assert "Expected speed" in answer.text()
