"""My digits repair the model: draw, label, teach, use the taught network; what is stored, and what is not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.digit_strokes import DIGITS
from tests.e2e.test_accessibility import violations
from tests.e2e.test_draw_a_digit import draw, open_lesson, pad, tool, verdict
from tests.running_app import wait_until_drawn

SLASHED = (*DIGITS[0], ((190, 50), (90, 230)))
CURVES = ".primer-run-progress"


def section(page: Page) -> Locator:
    return page.locator(".primer-own-digits")


def said(page: Page) -> Locator:
    return section(page).locator(".said")


def items(page: Page) -> Locator:
    return section(page).get_by_role("list", name="My digits").get_by_role("button")


def button(page: Page, name: str) -> Locator:
    return section(page).get_by_role("button", name=name, exact=True)


def label_drawing(page: Page, strokes: tuple[tuple[tuple[float, float], ...], ...], label: int, count: int) -> None:
    """Draw, label with a button, and clear the pad."""
    draw(page, *strokes, steps_of=30)
    expect(button(page, f"This is a {label}")).to_be_enabled()
    button(page, f"This is a {label}").click()
    expect(items(page)).to_have_count(count)
    tool(page, "Clear").click()
    expect(button(page, f"This is a {label}")).to_be_disabled()


def test_a_network_learns_what_was_drawn_and_labelled(new_page: Callable[..., Page], app_url: str) -> None:
    # In a window so tall that no part of the page is scrolled away, where axe-core cannot see what lies behind a text.
    page = new_page(viewport={"width": 1280, "height": 6000})
    open_lesson(page, app_url)
    expect(button(page, "Teach it")).to_be_disabled()
    for count in (1, 2):
        shifted = tuple(tuple((x + 4 * count, y) for x, y in stroke) for stroke in SLASHED)
        label_drawing(page, shifted, 0, count)
    draw(page, *DIGITS[4], steps_of=30)
    expect(verdict(page)).to_have_text(re.compile("^Reads 4:"))
    pad(page).focus()
    page.keyboard.press("4")
    expect(said(page)).to_contain_text("Stored as a 4, in this browser only.")
    page.keyboard.press("4")
    expect(said(page)).to_contain_text("stored already")
    expect(items(page)).to_have_count(3)
    page.keyboard.press("9")
    expect(said(page)).to_contain_text("a 9 now, not a 4")

    section(page).get_by_label("Replay share").fill("50")
    section(page).get_by_label("Passes").fill("6")
    button(page, "Teach it").click()
    expect(page.locator(CURVES)).to_contain_text("Finished · epoch 6 of 6", timeout=240_000)
    table = section(page).get_by_role("table")
    expect(table).to_contain_text("replay share 50 %")
    expect(table.get_by_role("row", name=re.compile("^My digits that it learns"))).to_contain_text(
        re.compile(r"\d of 3")
    )
    expect(table.get_by_role("row", name=re.compile("^Test images of MNIST sample"))).to_contain_text(
        re.compile(r"4\d\d of 500.*\d+ of 500")
    )
    expect(section(page)).to_contain_text("too few to hold some out")
    expect(items(page).first).to_have_accessible_name(re.compile(r"^A 0 drawn .*; the taught network reads \d$"))

    wait_until_drawn(page)
    assert violations(page) == []

    page.get_by_role("button", name="Use the taught network").click()
    expect(page.get_by_role("combobox", name="Network")).to_have_value(
        re.compile("own digits, from the shipped network")
    )
    expect(page.locator(".reading.read")).to_be_visible()

    page.reload()
    expect(items(page)).to_have_count(3)
    expect(page.get_by_role("combobox", name="Network")).to_have_value(
        re.compile("own digits, from the shipped network")
    )
    expect(section(page).get_by_role("table")).to_contain_text("replay share 50 %")
    button(page, "Delete all").click()
    button(page, "Yes, delete them").click()
    expect(said(page)).to_contain_text("3 digits deleted")  # leaving before that would end the browser's transaction
    page.reload()
    expect(section(page)).to_contain_text("No digits of yours yet")


@pytest.mark.long
def test_the_section_fits_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    phone = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_lesson(phone, app_url)
    label_drawing(phone, DIGITS[5], 5, 1)
    width = phone.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390
