"""A learner's own lines in a real browser: typed, stepped through, opened, mended with one click, shared, pasted."""

from collections.abc import Callable

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
    expect(rows(page).filter(has_text="b = a[2:4]")).to_contain_text("a view of a from byte 16 of its memory on")
    expect(rows(page).filter(has_text="b += i")).to_contain_text("changes a and b in place, together")
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
    expect(rows(page).last).to_contain_text("b = a[2:4]")
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
        ("import os\nos.remove('x')", "cannot be imported here"),
    ):
        type_program(page, editor, program)
        expect(page.get_by_text(told).first).to_be_visible()
        expect(page.locator(".cm-content")).to_contain_text(program.split("\n")[0])
    type_program(page, editor, "print(40 + 2)")
    expect(page.locator(".words").filter(has_text="ran to its end")).to_be_visible()
