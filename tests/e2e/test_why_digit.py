"""Why a digit is read, and what a second network reads: one journey by mouse and keys, and who is kept out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.digit_strokes import DIGITS
from tests.e2e.test_accessibility import violations
from tests.e2e.test_draw_a_digit import draw, open_lesson, press_pen, tool, verdict
from tests.running_app import wait_until_drawn

NETWORK_LOOKS_THROUGH_ALL = 120_000  # ms: a network reads 5 000 images once


def open_seven(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "?example=A+7+with+a+bar")
    page.locator(".why").scroll_into_view_if_needed()
    expect(page.locator(".why .title")).to_have_text(re.compile(r"^Why 7, and not \d\?$"))
    expect(page.locator(".why .alike .row li")).to_have_count(5, timeout=NETWORK_LOOKS_THROUGH_ALL)


def test_a_reading_is_explained_by_mouse_and_keys(page: Page, app_url: str) -> None:
    open_lesson(page, app_url)
    expect(page.locator(".why .blank-note")).to_be_visible()
    expect(page.locator(".versus .note")).to_be_visible()
    open_seven(page, app_url)

    # Pixels: a value for the one that is pointed at, and for its neighbours by keys.
    picture, readout = page.locator(".why .map"), page.locator(".why .readout")
    picture.hover(position={"x": 5, "y": 5})
    expect(readout).to_have_text("row 0, column 0: ink 0, value 0")
    picture.press("ArrowDown")
    picture.press("ArrowRight")
    expect(readout).to_have_text("row 1, column 1: ink 0, value 0")
    adding = page.locator(".why .facts li").nth(1)
    expect(adding).to_contain_text("add up to")
    page.get_by_role("button", name="Occlusion").click()
    expect(page.locator(".why .facts")).to_contain_text("squares of 5 × 5")
    page.get_by_role("button", name="Gradient", exact=True).click()
    expect(page.locator(".why .facts")).to_contain_text("Steepest is row")
    page.get_by_role("combobox", name="and not").select_option("3")
    expect(page.locator(".why .title")).to_have_text("Why 7, and not 3?")
    expect(page.locator(".why .facts")).to_contain_text("The lead of 7 over 3 is")
    page.get_by_text("These values as a table").click()
    expect(page.locator(".why .scroll td").nth(784)).to_be_attached()

    # What would make it a 3.
    expect(page.get_by_role("button", name="Make it 7")).to_be_disabled()
    page.get_by_role("button", name="Make it 3").press("Enter")
    expect(page.locator(".why .small .said")).to_contain_text("Reads 3, at")
    expect(page.locator(".why .blend .said")).to_contain_text("It turns to 3 at")
    way = page.get_by_role("slider", name="Share of the way")
    expect(page.locator(".why .at")).to_contain_text("reads 3")
    way.press("Home")
    expect(page.locator(".why .at")).to_contain_text("0.0 % of the way: reads 7")
    way.press("End")
    expect(page.locator(".why .at")).to_contain_text("100 % of the way: reads 3")

    # Another drawing is another question; a blank pad is none.
    tool(page, "Clear").click()
    expect(verdict(page)).to_have_text("Draw a digit")
    expect(page.locator(".why .blank-note")).to_be_visible()
    draw(page, *DIGITS[2])
    page.locator(".why").scroll_into_view_if_needed()
    expect(page.locator(".why .title")).to_have_text(re.compile(r"^Why 2, and not \d\?$"))
    expect(page.locator(".why .ways")).to_be_hidden()


def test_a_second_network_follows_the_pen(page: Page, app_url: str) -> None:
    open_lesson(page, app_url)
    expect(page.get_by_role("combobox", name="Beside it")).to_have_value("Plain MLP")
    press_pen(page, DIGITS[7][0])
    expect(page.locator(".versus .told")).to_have_text(re.compile("Both read|They disagree"))
    page.mouse.up()
    expect(page.locator(".versus .first b")).to_have_text("7")
    wait_until_drawn(page)  # what was read before the pen was lifted may differ in the last digit
    shares = page.locator(".versus .one .value")
    expect(shares).to_have_text(page.locator(".reading .value").all_inner_texts())
    expect(page.locator(".versus .gap").last).to_have_text(re.compile(r"^[+−]?\d+\.\d$"))
    tool(page, "Clear").click()
    expect(page.locator(".versus .note")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Train another one"))).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 390),
        pytest.param("dark", 1280, marks=pytest.mark.long),
        pytest.param("light", 1280, marks=pytest.mark.long),
        pytest.param("dark", 390, marks=pytest.mark.long),
    ],
)
def test_an_explanation_keeps_nobody_out(new_page: Callable[..., Page], app_url: str, scheme: str, width: int) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 8000})
    open_seven(page, app_url)
    page.get_by_role("button", name="Make it 1").click()
    expect(page.locator(".why .ways")).to_be_visible()
    expect(page.locator(".versus .told")).to_be_visible()
    wait_until_drawn(page)
    assert violations(page) == []  # before the table is open, at whose scrolled edge axe-core stumbles
    page.get_by_text("These values as a table").click()
    wait_until_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
