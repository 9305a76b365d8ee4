"""The drawing pad in a real browser: mouse, finger and keys; what is read, and what outlives what."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.digit_strokes import DIGITS
from tests.running_app import PROJECT

Point = tuple[float, float]
BLANK = "Draw a digit"


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    open_lesson(page, app_url)
    return page


def open_lesson(page: Page, app_url: str, query: str = "") -> None:
    page.goto(f"{app_url}/draw_a_digit{query}")
    expect(page.locator(".reading.loading, .reading.blank, .reading.read")).to_be_visible()
    expect(page.locator(".reading.loading")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def pad(page: Page) -> Locator:
    return page.get_by_role("application", name="Pad to draw a digit on")


def verdict(page: Page) -> Locator:
    return page.locator(".reading .verdict")


def on_screen(page: Page, point: Point) -> Point:
    box = pad(page).bounding_box()
    assert box is not None
    return box["x"] + point[0] / 280 * box["width"], box["y"] + point[1] / 280 * box["height"]


def press_pen(page: Page, points: Iterable[Point], steps_of: int = 12) -> None:
    """Draw with the mouse, a pointer event every `steps_of` pad units, and leave its button down."""
    first, *rest = points
    page.mouse.move(*on_screen(page, first))
    page.mouse.down()
    for before, after in pairwise((first, *rest)):
        steps = max(1, int(max(abs(after[0] - before[0]), abs(after[1] - before[1])) / steps_of))
        page.mouse.move(*on_screen(page, after), steps=steps)


def draw(page: Page, *strokes: Iterable[Point], steps_of: int = 12) -> None:
    for stroke in strokes:
        press_pen(page, stroke, steps_of)
        page.mouse.up()


def ink(page: Page) -> int:
    """How many pixels of the pad are inked."""
    return int(
        pad(page).evaluate(
            "canvas => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done("
            "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
            ".data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 127 ? 1 : 0), 0)))))"
        )
    )


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def shares(page: Page) -> list[str]:
    return page.locator(".reading .value").all_inner_texts()


def test_ten_digits_are_read(lesson: Page) -> None:
    for digit, strokes in DIGITS.items():
        draw(lesson, *strokes, steps_of=30)
        expect(verdict(lesson), f"a drawn {digit}").to_have_text(re.compile(f"^Reads {digit}:"))
        tool(lesson, "Clear").click()
        expect(verdict(lesson)).to_have_text(BLANK)
        assert ink(lesson) == 0


def test_the_reading_changes_while_the_pen_is_down(lesson: Page) -> None:
    corners = DIGITS[7][0]
    press_pen(lesson, corners[:3])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads"))
    first = shares(lesson)
    bar = lesson.locator(".reading tr").nth(7).locator("i").element_handle()
    for before, after in pairwise(corners[2:]):
        lesson.mouse.move(*on_screen(lesson, before))
        lesson.mouse.move(*on_screen(lesson, after), steps=4)
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 7:"))
    assert shares(lesson) != first
    assert pad(lesson).evaluate("canvas => canvas.closest('.pad').classList.contains('down')"), "the pen is still down"
    assert bar is not None
    assert bar.evaluate("bar => bar.isConnected && bar.closest('tr').className === 'best'"), (
        "the bar moved, not replaced"
    )
    lesson.mouse.up()


def test_undo_takes_one_stroke_and_brings_a_cleared_drawing_back(lesson: Page) -> None:
    expect(tool(lesson, "Undo")).to_be_disabled()
    draw(lesson, *DIGITS[4])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    whole = ink(lesson)
    tool(lesson, "Undo").click()
    one = ink(lesson)
    assert 0 < one < whole
    tool(lesson, "Clear").click()
    assert ink(lesson) == 0
    expect(verdict(lesson)).to_have_text(BLANK)
    expect(tool(lesson, "Clear")).to_be_disabled()
    pad(lesson).press("Control+z")
    assert ink(lesson) == one
    expect(verdict(lesson)).to_have_text(re.compile("^Reads"))
    tool(lesson, "Undo").press("Enter")
    assert ink(lesson) == 0
    expect(tool(lesson, "Undo")).to_be_disabled()
    expect(tool(lesson, "Undo")).to_be_focused()
    expect(verdict(lesson)).to_have_text(BLANK)


def test_the_brush_width_is_for_the_next_stroke(lesson: Page) -> None:
    draw(lesson, ((60, 80), (220, 80)))
    thin = ink(lesson)
    brush = lesson.get_by_role("slider", name="Brush width")
    brush.fill("36")
    assert ink(lesson) == thin, "what is drawn stays as it was"
    draw(lesson, ((60, 200), (220, 200)))
    assert ink(lesson) - thin > 1.7 * thin
    expect(lesson.get_by_label("Python code")).to_contain_text("'width': 36")
    expect(lesson.get_by_label("Python code")).to_contain_text("'width': 18")


def test_only_the_main_button_and_the_first_pointer_draw(lesson: Page) -> None:
    lesson.mouse.move(*on_screen(lesson, (100, 100)))
    lesson.mouse.down(button="right")
    lesson.mouse.move(*on_screen(lesson, (200, 200)), steps=5)
    lesson.mouse.up(button="right")
    assert ink(lesson) == 0


def test_a_stroke_that_leaves_the_pad_goes_on(lesson: Page) -> None:
    press_pen(lesson, ((140, 140), (140, 400)))
    outside = ink(lesson)
    lesson.mouse.move(*on_screen(lesson, (60, 240)), steps=6)
    lesson.mouse.up()
    assert ink(lesson) > outside
    lesson.mouse.move(*on_screen(lesson, (60, 40)), steps=6)
    after = ink(lesson)
    lesson.mouse.move(*on_screen(lesson, (220, 40)), steps=6)
    assert ink(lesson) == after, "the pen is up"


def test_a_one_is_drawn_with_keys_alone(lesson: Page) -> None:
    lesson.get_by_role("combobox", name="Network").focus()
    lesson.keyboard.press("Tab")
    expect(pad(lesson)).to_be_focused()
    expect(lesson.locator(".pad .pen")).to_be_visible()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp"):
        lesson.keyboard.press(key)
    assert ink(lesson) == 0, "the pen is up"
    lesson.keyboard.press("Space")
    expect(lesson.locator(".pad .said")).to_have_text("Pen down at 140, 44")
    for _ in range(20):
        lesson.keyboard.press("ArrowDown")
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 1:"))
    lesson.keyboard.press("Escape")
    expect(lesson.locator(".pad .said")).to_have_text("1 stroke drawn")
    drawn = ink(lesson)
    lesson.keyboard.press("ArrowLeft")
    assert ink(lesson) == drawn
    lesson.keyboard.press("Delete")
    expect(lesson.locator(".pad .said")).to_have_text("Cleared; the pad is blank")
    expect(verdict(lesson)).to_have_text(BLANK)


def test_a_finger_draws_on_a_narrow_screen_and_the_page_stays(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_lesson(page, app_url)
    pad(page).scroll_into_view_if_needed()
    main = page.get_by_test_id("stMain")
    scrolled = main.evaluate("e => e.scrollTop")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *fingers: Point) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    first, *rest = DIGITS[1][0]
    touch("touchStart", on_screen(page, first))
    for (x0, y0), (x1, y1) in pairwise((first, *rest)):
        for step in range(1, 7):
            touch("touchMove", on_screen(page, (x0 + (x1 - x0) * step / 6, y0 + (y1 - y0) * step / 6)))
    touch("touchEnd")
    expect(verdict(page)).to_have_text(re.compile("^Reads 1:"))
    assert main.evaluate("e => e.scrollTop") == scrolled
    one = ink(page)
    touch("touchStart", on_screen(page, (30, 30)))
    touch("touchStart", on_screen(page, (30, 30)), on_screen(page, (250, 250)))
    touch("touchMove", on_screen(page, (30, 30)), on_screen(page, (250, 60)))
    touch("touchEnd")
    dot = ink(page) - one
    assert 0 < dot < 0.2 * one, "a second finger draws nothing"


def test_the_drawing_outlives_a_visit_elsewhere_and_a_reload(lesson: Page) -> None:
    draw(lesson, *DIGITS[5])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 5:"))
    drawn = ink(lesson)
    sidebar = lesson.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Live training").click()
    expect(lesson.get_by_role("heading", level=1, name="Live training")).to_be_visible()
    sidebar.get_by_role("link", name="Draw a digit").click()
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 5:"))
    assert ink(lesson) == drawn
    draw(lesson, ((40, 260), (60, 260)))
    tool(lesson, "Undo").click()
    assert ink(lesson) == drawn, "what came back can be undone too"
    lesson.reload()
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 5:"))
    assert ink(lesson) == drawn


def test_an_example_is_a_link_and_leaves_the_pen_free(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "?example=A+plain+3")
    expect(verdict(page)).to_have_text(re.compile("^Reads 3:"))
    three = ink(page)
    draw(page, ((40, 250), (240, 250)))
    assert ink(page) > three
    page.get_by_text("A 7 with a bar", exact=True).click()
    expect(verdict(page)).to_have_text(re.compile("^Reads 7:"))
    expect(page).to_have_url(re.compile("A(\\+|%20)7(\\+|%20)with(\\+|%20)a(\\+|%20)bar"))
    tool(page, "Undo").click()
    assert ink(page) > three, "Undo brings back what the example replaced"


def test_an_address_that_cannot_be_read_is_told(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "?example=A+plain+9000&network=nobodys&pen=3")
    told = page.get_by_test_id("stAlert").get_by_role("listitem")
    expect(told.filter(has_text="example=A plain 9000")).to_contain_text("A plain 3")
    expect(told.filter(has_text="network=nobodys")).to_contain_text("The page took Shipped network instead.")
    expect(told.filter(has_text="pen=3")).to_contain_text("example, network")
    expect(page).not_to_have_url(re.compile("nobodys|9000|pen"))


def test_the_code_prints_what_the_page_shows(lesson: Page) -> None:
    draw(lesson, *DIGITS[4])
    code = lesson.get_by_label("Python code")
    expect(code).to_contain_text(re.compile(r"'width'.*'width'.*print\(", re.DOTALL))  # both strokes of the 4
    values = lesson.locator(".primer-steps td:nth-child(3)")
    expect(values).to_have_count(6)
    expect(values.nth(4)).to_have_text("[4]")
    expect(lesson.locator(".primer-steps td:nth-child(2)")).to_have_text(
        ["(280, 280)", "(28, 28)", "(1, 1, 28, 28)", "(1, 10)", "(1,)", "(1, 10)"]
    )
    label = values.nth(4).inner_text().strip("[]")
    top = max(re.findall(r"\d\.\d{4}", values.nth(5).inner_text()))
    lesson.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lesson.get_by_role("button", name="Copy").click()
    expect(lesson.get_by_role("button", name="Copied")).to_be_visible()
    printed = subprocess.run(
        [sys.executable, "-c", lesson.evaluate("navigator.clipboard.readText()")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.split() == [label, top]
