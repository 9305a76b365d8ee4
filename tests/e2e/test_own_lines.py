"""A learner's own lines in a real browser: typed, stepped through, opened, mended with one click, shared, pasted."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_accessibility import violations
from tests.running_app import wait_until_drawn

PROGRAM = """import numpy as np
a = np.arange(6)
b = a[2:4]
for i in range(3):
    b += i
print(a)
c = np.ones((4, 3)) - np.ones(4)"""


def open_lines(page: Page, app_url: str, query: str = "") -> Locator:
    page.goto(f"{app_url}/own_lines{query}")
    expect(page.locator(".cm-content")).to_be_visible()
    wait_until_drawn(page)
    return page.get_by_role("textbox", name="Your lines")


def type_program(page: Page, editor: Locator, program: str) -> None:
    editor.press("ControlOrMeta+a")
    page.keyboard.insert_text(program)


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="What each line did").get_by_role("row")


def test_a_program_is_typed_stepped_through_opened_and_mended(page: Page, app_url: str) -> None:
    editor = open_lines(page, app_url)
    type_program(page, editor, PROGRAM)
    expect(rows(page).filter(has_text="b (2,) int64")).to_contain_text("a view of a from byte 16 of its memory on")
    expect(rows(page).filter(has_text="5 (3×)")).to_contain_text("changes a and b in place, together")
    expect(page.locator(".words").filter(has_text="line 7 fails")).to_be_visible()
    expect(page.locator(".cm-content")).to_contain_text("np.ones((4, 3)) - np.ones(4)")

    page.get_by_role("button", name="c = np.ones((4, 3)) - np.ones(4)[:, None]").click()
    expect(page.locator(".words").filter(has_text="ran to its end")).to_be_visible()
    expect(rows(page).last).to_contain_text("c (4, 3) float64")

    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".words").filter(has_text="after step 1 of")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    slider.press("ArrowRight")
    expect(rows(page).last).to_contain_text("view of a")
    expect(page.get_by_role("link", name="Open in Indexing")).to_be_visible()
    assert violations(page) == []


def test_a_network_that_breaks_is_mended_with_one_click(page: Page, app_url: str) -> None:
    editor = open_lines(page, app_url)
    made = "import torch\nimport torch.nn as nn\nnet = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(32, 2))"
    type_program(page, editor, f"{made}\ny = net(torch.zeros(5, 8))")
    layers = page.get_by_role("region", name="Layers in the order in which they were called").get_by_role("row")
    expect(page.get_by_text("a layer that is like it in all else takes this input")).to_be_visible()
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    expect(layers.filter(has_text="out_features=2")).to_contain_text("✗")
    page.get_by_role("button", name="nn.Linear(16, 2)").click()
    expect(page.locator(".words").filter(has_text="ran to its end")).to_be_visible()
    expect(layers.filter(has_text="out_features=2")).to_contain_text("(5, 2)")
    expect(layers.last).to_contain_text("178")
    type_program(page, editor, made.replace("32", "16"))
    page.get_by_role("button", name="net(torch.zeros(1, 8))").click()
    expect(layers.filter(has_text="out_features=2")).to_contain_text("(1, 2)")
    assert violations(page) == []


def test_rounds_of_a_line_are_gone_through_by_button_and_key_and_memory_shows_each_write(
    page: Page, app_url: str
) -> None:
    editor = open_lines(page, app_url)
    type_program(page, editor, PROGRAM)
    memory = page.locator(".memory")
    expect(memory.locator(".m-names code")).to_have_text(["a", "b"])
    expect(memory.locator(".m-strip .m-row").first.locator(".m-cell")).to_have_count(6)
    expect(memory.locator(".m-row").last.locator(".m-cell.touched")).to_have_count(2)

    editor.press("ControlOrMeta+Home")
    for _ in range(4):
        editor.press("ArrowDown")
    editor.press("Alt+Enter")  # the line of the caret: its last round
    step = page.get_by_role("slider", name="Step")
    last = row_of_line(page, 5)
    expect(last).to_contain_text("5 (3×)")
    expect(last).to_contain_text("this step")
    page.get_by_role("button", name="Previous round").click()
    expect(row_of_line(page, 5)).to_contain_text("5 (2×)")
    expect(memory.locator(".m-row").first.locator(".m-cell.changed")).to_have_count(2)
    expect(memory.locator(".m-row").last.locator(".m-cell.changed")).to_have_count(2)
    expect(memory).to_contain_text("this step changed cells 2 to 3")
    page.keyboard.press("Alt+Comma")
    expect(row_of_line(page, 5)).to_have_count(0)  # b += 0 bound and changed nothing
    expect(memory.locator(".m-cell.changed")).to_have_count(0)
    page.keyboard.press("Alt+Comma")
    expect(page.locator(".refusal")).to_contain_text("Line 5 has not run before this step")
    page.keyboard.press("Alt+Period")
    expect(row_of_line(page, 5)).to_contain_text("5 (2×)")
    expect(page.locator(".refusal")).to_be_hidden()
    expect(step).to_have_value("6")
    assert violations(page) == []


def test_memory_and_rows_fit_a_narrow_screen(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    type_program(page, open_lines(page, app_url), "a = np.arange(1000)\nbigger_name = a[::7]\nbigger_name[:] = 0")
    expect(page.locator(".memory .m-row")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.memory *')].every((e) => e.getBoundingClientRect().right <= innerWidth)"
    )
    assert violations(page) == []


def row_of_line(page: Page, line: int) -> Locator:
    head = page.get_by_role("rowheader", name=re.compile(rf"^{line}\b"))
    return rows(page).filter(has=head)


def test_a_part_is_opened_as_its_lesson_shows_it_and_leads_there(page: Page, app_url: str) -> None:
    open_lines(page, app_url)
    page.locator(".cm-opens").filter(has_text="scores.max(axis=1)").first.click()
    link = page.get_by_role("link", name="Open in Reductions")
    expect(link).to_be_visible()
    expect(page.get_by_role("heading", name="scores.max(axis=1)")).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", name="Reductions", level=1)).to_be_visible()
    expect(page.get_by_role("textbox", name="Axis")).to_have_value("1")


def test_a_program_is_a_link(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page()
    type_program(page, open_lines(page, app_url), "x = np.arange(3)\nprint(x * 2)")
    expect(page.locator(".words").filter(has_text="ran to its end and printed 1 line")).to_be_visible()
    page.wait_for_function("() => decodeURIComponent(location.search).includes('x+=+np.arange(3)')")
    other = new_page()
    other.goto(page.url)
    expect(other.locator(".cm-content")).to_contain_text("print(x * 2)")
    expect(other.get_by_text("[0 2 4]").first).to_be_visible()


def test_an_error_message_is_pasted_at_home_and_explained(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_label("Paste a line or an error message").fill(
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x784 and 512x10)"
    )
    page.get_by_role("button", name="See why").click()
    expect(page.get_by_role("heading", name="Your own lines", level=1)).to_be_visible()
    expect(page.get_by_text("Rows of 784 numbers")).to_be_visible()
    expect(page.get_by_role("link", name="Open in Matrix products")).to_be_visible()
    page.get_by_role("button", name="Run this here").first.click()
    expect(page.locator(".words").filter(has_text="ran to its end")).to_be_visible()
    assert violations(page) == []


def test_nonsense_and_endless_loops_are_told_and_nothing_typed_is_lost(page: Page, app_url: str) -> None:
    editor = open_lines(page, app_url)
    for program, told in (
        ("x = (1,\ny = 2", "Python cannot read line 1"),
        ("while True:\n    pass", "A program takes at most"),
        ("import os\nos.remove('x')", "cannot be used here"),
    ):
        type_program(page, editor, program)
        expect(page.get_by_text(told).first).to_be_visible()
        expect(page.locator(".cm-content")).to_contain_text(program.split("\n")[0])
    type_program(page, editor, "print(40 + 2)")
    expect(page.locator(".words").filter(has_text="ran to its end")).to_be_visible()


def test_a_trap_is_predicted_before_it_runs(page: Page, app_url: str) -> None:
    open_lines(page, app_url, "?examples=Views")
    expect(page.get_by_role("button", name="Two brackets in a row")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("No line has run yet.")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    answers = page.get_by_role("group", name="What does the last line print?")
    answers.get_by_role("button", name="[ 1 50 3 4]").click()
    expect(page.locator(".reason.wrong")).to_be_visible()
    expect(answers.locator("button.right")).to_have_text("[1 2 3 4]")
    expect(rows(page).last).to_contain_text("prints [1 2 3 4]")
    assert violations(page) == []

    page.get_by_role("button", name="A view of what was turned").click()
    expect(page.get_by_text("No line has run yet.")).to_be_visible()
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".answers button.right")).to_have_text("RuntimeError")
    expect(page.locator(".chip .words").filter(has_text="line 4 fails")).to_be_visible()


def test_the_question_of_a_trap_is_in_sight_on_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    open_lines(page, app_url, "?examples=Views")
    editor, answers = page.locator(".cm-editor"), page.get_by_role("group", name="What does the last line print?")
    lines = page.locator(".cm-line").count()
    height, line = (
        found.evaluate("node => node.getBoundingClientRect().height")
        for found in (editor, page.locator(".cm-line").first)
    )
    assert height < (max(lines, 5) + 2) * line, "the editor is higher than its lines"
    answers.scroll_into_view_if_needed()
    expect(editor).to_be_in_viewport()
    editor.click()
    expect(answers).to_be_in_viewport()


def test_a_program_is_a_file(page: Page, app_url: str, tmp_path: Path) -> None:
    editor = open_lines(page, app_url)
    type_program(page, editor, PROGRAM)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .py").click()
    assert download.value.suggested_filename == "own_lines.py"
    assert download.value.path().read_text(encoding="utf-8") == f"{PROGRAM}\n"

    cells = [
        {"cell_type": "code", "source": source} for source in (["%matplotlib inline\n", "a = 3\n"], "print(a * 2)")
    ]
    notebook = tmp_path / "day.ipynb"
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open .py or .ipynb").press("Enter")
    chooser.value.set_files(notebook)
    expect(page.locator(".files .told")).to_contain_text("its 2 cells of code, one after another. 1 line")
    expect(rows(page).last).to_contain_text("prints 6")
    editor.press("ControlOrMeta+z")
    expect(page.locator(".cm-content")).to_contain_text("np.ones((4, 3))")


def test_a_long_program_is_a_short_link_and_a_damaged_one_is_told(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page()
    program = "\n".join(f"value_{line} = {line} * {line}" for line in range(40)) + "\nprint(value_39)"
    type_program(page, open_lines(page, app_url), program)
    expect(rows(page).last).to_contain_text("prints 1521")
    page.wait_for_function("() => location.search.includes('program=z..')")
    assert len(page.url) < len(program) / 2
    other = new_page()
    other.goto(page.url)
    expect(rows(other).last).to_contain_text("prints 1521")
    broken = new_page()
    broken.goto(page.url[:-20])
    expect(broken.get_by_text("Expected a whole link")).to_be_visible()
    expect(broken.locator(".cm-content")).to_contain_text("scores")


def test_a_cell_is_pointed_at_and_followed_back_to_the_inputs(page: Page, app_url: str) -> None:
    editor = open_lines(page, app_url)
    lines = ["import numpy as np", "x = np.array([4., 6., 5.])", "top = x[1:]", "top += 1", "y = x * x"]
    type_program(page, editor, "\n".join(lines))
    board = page.locator(".board").filter(has=page.get_by_role("gridcell", name="y[1]: 49.0"))
    board = board.filter(has=page.get_by_role("gridcell", name="top[0]: 7.0"))
    cell = board.get_by_role("gridcell", name="y[1]: 49.0")
    cell.hover()
    expect(board.locator(".formula")).to_contain_text("y[1] = x[1] * x[1] = 7.0 * 7.0 = 49.0")
    expect(board.get_by_role("gridcell", name="x[1]: 7.0")).to_have_class(re.compile(r"\blit\b"))
    cell.focus()
    page.keyboard.press("Enter")
    came = page.get_by_role("region", name="Where y[1] came from").get_by_role("row")
    expect(came).to_have_count(4)
    expect(came.nth(2)).to_contain_text("top[0] = x[1] + 1 = 6.0 + 1 = 7.0")
    expect(page).to_have_url(re.compile("cell=y"))
    page.reload()
    expect(came.nth(3)).to_contain_text("x[1] = 6.0")
    assert violations(page) == []
    board.get_by_role("gridcell", name="x[1]: 7.0").focus()
    page.keyboard.press("Enter")
    went = page.get_by_role("region", name="What x[1] went into").get_by_role("row")
    expect(went).to_have_count(2)
    expect(went.nth(1)).to_contain_text("x[1] went into y[1]")
    expect(board.get_by_role("gridcell", name="y[1]: 49.0")).to_have_class(re.compile(r"\blit\b"))
    assert violations(page) == []


WIDE = """import numpy as np
y = np.random.default_rng(0).normal(size=(4, 10))
print(y)"""


def test_wide_arrays_and_what_is_printed_push_nothing_out_of_sight(page: Page, app_url: str) -> None:
    editor = open_lines(page, app_url)
    type_program(page, editor, WIDE)
    expect(rows(page).filter(has_text="y (4, 10) float64")).to_be_visible()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        table = page.get_by_role("region", name="What each line did")
        assert table.evaluate("region => region.scrollWidth <= region.clientWidth"), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        printed = table.locator("code").filter(has_text="[[")
        height, line = printed.evaluate("code => [code.clientHeight, parseFloat(getComputedStyle(code).lineHeight)]")
        assert round(height / line) == len(str(np.random.default_rng(0).normal(size=(4, 10))).splitlines()), width
