"""The drawing pad in a real browser: mouse, finger and keys; what is read and seen, and what outlives what."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.e2e.digit_strokes import DIGITS
from tests.running_app import PROJECT
from ui.drawing.reader import ADDRESS

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


def said(page: Page) -> Locator:
    return page.locator(".top-of-page > .said")


def lit(page: Page) -> list[str]:
    return page.locator(".pills button[aria-pressed=true]").all_inner_texts()


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
    expect(lesson.locator(".reading.read")).to_be_visible()
    first = shares(lesson)
    bar = lesson.locator(".reading li").nth(7).locator("i").element_handle()
    for before, after in pairwise(corners[2:]):
        lesson.mouse.move(*on_screen(lesson, before))
        lesson.mouse.move(*on_screen(lesson, after), steps=4)
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 7:"))
    assert shares(lesson) != first
    assert pad(lesson).evaluate("canvas => canvas.closest('.down') !== null"), "the pen is still down"
    assert bar is not None
    assert bar.evaluate("bar => bar.isConnected && bar.closest('li').className === 'best'"), (
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


def test_the_width_of_the_pen_is_for_the_next_stroke(lesson: Page) -> None:
    draw(lesson, ((60, 80), (220, 80)))
    thin = ink(lesson)
    width = lesson.get_by_role("slider", name="Pen width")
    expect(width).to_have_attribute("min", "3")
    width.fill("36")
    assert ink(lesson) == thin, "what is drawn stays as it was"
    draw(lesson, ((60, 200), (220, 200)))
    assert ink(lesson) - thin > 1.7 * thin
    expect(lesson.locator(".st-key-code").get_by_label("Python code")).to_contain_text('"width": 36')
    expect(lesson.locator(".st-key-code").get_by_label("Python code")).to_contain_text('"width": 18')
    width.fill("3")
    fat = ink(lesson)
    draw(lesson, ((60, 250), (220, 250)))
    assert 0 < ink(lesson) - fat < 0.3 * thin


def test_only_the_main_button_and_the_first_pointer_draw(lesson: Page) -> None:
    lesson.mouse.move(*on_screen(lesson, (100, 100)))
    lesson.mouse.down(button="right")
    lesson.mouse.move(*on_screen(lesson, (200, 200)), steps=5)
    lesson.mouse.up(button="right")
    assert ink(lesson) == 0


def test_a_stroke_that_leaves_the_pad_goes_on_where_it_comes_back(lesson: Page) -> None:
    press_pen(lesson, ((140, 140), (140, 400)))
    outside = ink(lesson)
    lesson.mouse.move(*on_screen(lesson, (-60, 400)), steps=6)
    assert ink(lesson) == outside, "a pen beside the pad leaves no ink at its edge"
    lesson.mouse.move(*on_screen(lesson, (60, 240)), steps=6)
    lesson.mouse.up()
    assert ink(lesson) > outside
    tool(lesson, "Undo").click()
    assert ink(lesson) == 0, "from pen down to pen up is one stroke to undo"
    tool(lesson, "Redo").click()
    lesson.mouse.move(*on_screen(lesson, (60, 40)), steps=6)
    after = ink(lesson)
    lesson.mouse.move(*on_screen(lesson, (220, 40)), steps=6)
    assert ink(lesson) == after, "the pen is up"


def test_a_stroke_that_begins_beside_the_pad_draws_from_where_it_enters(lesson: Page) -> None:
    press_pen(lesson, ((-60, 140), (-20, 140)))
    assert ink(lesson) == 0
    lesson.mouse.move(*on_screen(lesson, (140, 140)), steps=5)
    lesson.mouse.up()
    half = ink(lesson)
    tool(lesson, "Clear").click()
    draw(lesson, ((0, 140), (140, 140)))
    assert abs(ink(lesson) - half) < 0.05 * half
    tool(lesson, "Clear").click()
    draw(lesson, ((-60, 60), (340, 60)))
    assert ink(lesson) > 1.8 * half, "right across"
    assert lesson.evaluate("getSelection().toString()") == "", "the way to the pad selected nothing"


@pytest.mark.long
def test_what_is_pressed_on_a_control_and_dragged_over_the_pad_draws_nothing(lesson: Page) -> None:
    slider = lesson.get_by_role("slider", name="Pen width")
    slider.hover()
    lesson.mouse.down()
    lesson.mouse.move(*on_screen(lesson, (140, 140)), steps=5)
    lesson.mouse.up()
    assert ink(lesson) == 0


def test_redo_draws_again_what_was_undone(lesson: Page) -> None:
    expect(tool(lesson, "Redo")).to_be_disabled()
    draw(lesson, *DIGITS[4])
    whole = ink(lesson)
    tool(lesson, "Undo").click()
    one = ink(lesson)
    tool(lesson, "Undo").click()
    assert ink(lesson) == 0
    tool(lesson, "Redo").click()
    assert ink(lesson) == one
    pad(lesson).press("Control+Shift+Z")
    assert ink(lesson) == whole
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    expect(tool(lesson, "Redo")).to_be_disabled()
    pad(lesson).press("Control+z")
    tool(lesson, "Clear").press("Control+y")
    assert ink(lesson) == whole, "keys work wherever the focus is at the pad"
    pad(lesson).press("Control+z")
    draw(lesson, ((40, 260), (60, 260)))
    expect(tool(lesson, "Redo")).to_be_disabled()


def test_a_one_is_drawn_with_keys_alone(lesson: Page) -> None:
    lesson.locator(".pills button").last.focus()
    lesson.keyboard.press("Tab")
    expect(pad(lesson)).to_be_focused()
    expect(lesson.locator(".pad .tip")).to_be_visible()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp"):
        lesson.keyboard.press(key)
    assert ink(lesson) == 0, "the pen is up"
    lesson.keyboard.press("Space")
    expect(said(lesson)).to_have_text("Pen down at 140, 44")
    for _ in range(20):
        lesson.keyboard.press("ArrowDown")
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 1:"))
    lesson.keyboard.press("Escape")
    expect(said(lesson)).to_have_text(re.compile("1 stroke drawn|Reads 1"))
    drawn = ink(lesson)
    lesson.keyboard.press("ArrowLeft")
    assert ink(lesson) == drawn
    lesson.keyboard.press("Delete")
    expect(said(lesson)).to_have_text(re.compile("Cleared; the pad is blank|Draw a digit"))
    expect(verdict(lesson)).to_have_text(BLANK)


def test_a_finger_draws_on_a_narrow_screen_and_the_page_stays(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_lesson(page, app_url)
    pad(page).scroll_into_view_if_needed()
    main = page.get_by_test_id("stMain")
    scrolled = main.evaluate("e => e.scrollTop")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    for part in (pad(page), page.locator(".reading .bars")):
        expect(part, "pad and bars are in sight at once").to_be_in_viewport(ratio=1)
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
    before = ink(page)
    touch("touchStart", on_screen(page, (-5, 140)))
    touch("touchMove", on_screen(page, (60, 140)))
    touch("touchEnd")
    assert ink(page) > before, "a finger just beside the pad draws from where it enters"
    assert main.evaluate("e => e.scrollTop") == scrolled


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
    assert lit(page) == [], "what is drawn over is the example no more"
    expect(page).not_to_have_url(re.compile("example"))
    tool(page, "A 7 with a bar").click()
    expect(verdict(page)).to_have_text(re.compile("^Reads 7:"))
    assert lit(page) == ["A 7 with a bar"]
    expect(page).to_have_url(re.compile("A(\\+|%20)7(\\+|%20)with(\\+|%20)a(\\+|%20)bar"))
    tool(page, "Undo").click()
    assert ink(page) > three, "Undo brings back what the example replaced"


def test_an_example_is_lit_as_long_as_it_is_on_the_pad_and_no_click_is_lost(page: Page, app_url: str) -> None:
    open_lesson(page, app_url)
    three = tool(page, "A plain 3")
    three.click()
    drawn = ink(page)
    assert drawn > 0
    assert lit(page) == ["A plain 3"]
    three.click()
    assert ink(page) == drawn
    assert lit(page) == ["A plain 3"], "a second click puts nothing out"
    tool(page, "Clear").click()
    assert lit(page) == []
    three.click()
    assert ink(page) == drawn, "one click brings it back"
    tool(page, "Undo").click()
    assert lit(page) == []
    tool(page, "Redo").click()
    assert lit(page) == ["A plain 3"]
    expect(page).to_have_url(re.compile("example=A"))
    page.reload()
    expect(verdict(page)).to_have_text(re.compile("^Reads 3:"))
    assert lit(page) == ["A plain 3"]
    draw(page, ((40, 250), (240, 250)))
    assert lit(page) == []


@pytest.mark.long
def test_the_name_that_an_example_had_before_still_opens_it(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "?example=Not+a+digit")
    expect(page.locator(".pills button[aria-pressed=true]")).to_have_text("No digit")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_each_drawing_is_read_once_and_the_page_does_not_run_for_it(lesson: Page) -> None:
    asked: list[str] = []
    frames: list[object] = []
    lesson.on("request", lambda request: asked.append(request.post_data or "") if is_reading(request) else None)
    lesson.on("websocket", lambda socket: frames.append(socket))
    draw(lesson, *DIGITS[4])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    lesson.wait_for_timeout(1000)
    drawings = [json.loads(body)["strokes"] for body in asked]
    assert len(drawings) == len({json.dumps(strokes) for strokes in drawings}), "no drawing is read twice"
    assert len(drawings[-1]) == 2
    assert not frames


@pytest.mark.long
def test_what_follows_finished_drawings_alone_hears_of_each_once(lesson: Page) -> None:
    lesson.evaluate(
        """() => {
          window.finished = [];
          document.addEventListener('primer-pad-read', ({ detail }) => {
            if (!detail.down) finished.push([detail.strokes.length, detail.reading.label]);
          });
        }"""
    )
    draw(lesson, *DIGITS[4])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    lesson.wait_for_function("finished.at(-1)?.[0] === 2")
    strokes = [found[0] for found in lesson.evaluate("finished")]
    assert strokes == sorted(strokes)
    lesson.evaluate("document.dispatchEvent(new CustomEvent('primer-pad-wanted', { detail: { channel: 'drawing' } }))")
    assert lesson.evaluate("finished.at(-1)") == [2, 4], "who comes later is told, too"


def test_bars_and_table_always_say_the_same(lesson: Page) -> None:
    lesson.evaluate(
        """() => {
          const find = (selector) => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
            .map((root) => root.querySelectorAll(selector)).find((found) => found.length);
          window.disagreements = [];
          window.compared = 0;
          document.addEventListener('primer-pad-read', () => requestAnimationFrame(() => {
            const best = [...find('.bars li')].findIndex((row) => row.className === 'best');
            const label = find('.steps td:nth-child(3)')?.[4]?.textContent;
            if (best < 0 && !label) return;
            window.compared += 1;
            if (label !== `[${best}]`) window.disagreements.push([best, label]);
          }));
        }"""
    )
    press_pen(lesson, DIGITS[3][0], steps_of=4)
    expect(verdict(lesson)).to_have_text(re.compile("^Reads"))
    mid_stroke = lesson.locator(".steps td:nth-child(3)").nth(4).inner_text()
    assert mid_stroke == f"[{lesson.locator('.bars .best b').inner_text()}]"
    lesson.mouse.up()
    draw(lesson, ((60, 30), (60, 250)))
    lesson.wait_for_timeout(500)
    assert lesson.evaluate("disagreements") == []
    assert lesson.evaluate("compared") > 1


def test_the_first_stroke_moves_nothing(lesson: Page) -> None:
    """What is drawn on, read and looked at stays where it is; the sections below open downwards."""
    parts = [pad(lesson), lesson.locator(".reading .bars"), lesson.locator(".sees")]

    def places() -> list[object]:
        return [part.bounding_box() for part in parts]

    before = places()
    assert None not in before
    draw(lesson, *DIGITS[4])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    expect(lesson.locator(".st-key-code").get_by_label("Python code")).to_contain_text("width")
    assert places() == before


def test_each_pixel_that_the_network_sees_tells_its_value(lesson: Page) -> None:
    draw(lesson, *DIGITS[1])
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 1:"))
    seen = lesson.get_by_role("application", name="What the network sees")
    readout = lesson.locator(".sees .readout")
    box = seen.bounding_box()
    assert box is not None
    cell = box["width"] / 28
    lesson.mouse.move(box["x"] + 14.5 * cell, box["y"] + 14.5 * cell)
    expect(readout).to_have_text(re.compile(r"row 14, column 14: (1\.00|0\.[5-9]\d)"))
    lesson.mouse.move(box["x"] + 0.5 * cell, box["y"] + 0.5 * cell)
    expect(readout).to_have_text("28 × 28 · row 0, column 0: 0.00")
    seen.focus()
    lesson.keyboard.press("ArrowDown")
    lesson.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("row 1, column 1: 0.00")
    expect(said(lesson)).to_have_text("row 1, column 1: 0.00")
    lesson.keyboard.press("Control+End")
    expect(readout).to_contain_text("row 27, column 27")


def test_pad_bars_and_image_stand_above_the_fold(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    open_lesson(page, app_url)
    image = page.get_by_role("application", name="What the network sees")
    for part in (pad(page), page.locator(".reading .bars"), image, page.locator(".sees .readout"), tool(page, "Redo")):
        expect(part).to_be_in_viewport(ratio=1)
    tops = [part.bounding_box() for part in (pad(page), page.locator(".reading"), page.locator(".sees"))]
    lefts = [box["x"] for box in tops if box]
    assert lefts == sorted(lefts)
    assert len({round(box["y"]) for box in tops if box}) == 1, "side by side"


@pytest.mark.long
def test_a_server_that_does_not_answer_is_told_and_nothing_drawn_is_lost(lesson: Page) -> None:
    answers = [False]
    lesson.route(f"**{ADDRESS}", lambda route: route.continue_() if answers[0] else route.abort())
    draw(lesson, *DIGITS[4])
    drawn = ink(lesson)
    expect(lesson.locator(".silence")).to_be_visible()
    assert ink(lesson) == drawn
    lesson.get_by_role("button", name="Ask again").click()
    expect(lesson.locator(".silence")).to_be_visible()
    answers[0] = True
    lesson.get_by_role("button", name="Ask again").dispatch_event("click")  # the pad may have asked again by itself
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 4:"))
    expect(lesson.locator(".silence")).to_be_hidden()


@pytest.mark.long
def test_a_network_that_the_server_has_forgotten_is_brought_back(lesson: Page) -> None:
    forgets = iter([True])

    def forget(route: Route) -> None:
        if next(forgets, False):
            route.fulfill(status=404, json={"problem": "That network is not kept here."})
        else:
            route.continue_()

    lesson.route(f"**{ADDRESS}", forget)
    draw(lesson, ((140, 60), (140, 220)))
    expect(verdict(lesson)).to_have_text(re.compile("^Reads 1:"))


def test_an_address_that_cannot_be_read_is_told(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "?example=A+plain+9000&network=nobodys&pen=3")
    told = page.get_by_test_id("stAlert").get_by_role("listitem")
    expect(told.filter(has_text="example=A plain 9000")).to_contain_text("A plain 3")
    expect(told.filter(has_text="network=nobodys")).to_contain_text("The page took Shipped network instead.")
    expect(told.filter(has_text="pen=3")).to_contain_text("example, network")
    expect(page).not_to_have_url(re.compile("nobodys|9000|pen"))


def is_reading(request: Request) -> bool:
    return request.url.endswith(ADDRESS)


def test_the_code_prints_what_the_page_shows_wherever_the_library_is(lesson: Page, tmp_path: Path) -> None:
    draw(lesson, *DIGITS[4])
    code = lesson.locator(".st-key-code").get_by_label("Python code")
    expect(code).to_contain_text(re.compile(r'"width".*"width".*print\(', re.DOTALL))  # both strokes of the 4
    expect(code).to_contain_text("pip install .")
    values = lesson.locator(".steps td:nth-child(3)")
    expect(values).to_have_count(6)
    expect(values.nth(4)).to_have_text("[4]")
    expect(lesson.locator(".steps td:nth-child(2)")).to_have_text(
        ["(280, 280)", "(28, 28)", "(1, 1, 28, 28)", "(1, 10)", "(1,)", "(1, 10)"]
    )
    lesson.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lesson.get_by_role("button", name="Copy").click()
    expect(lesson.get_by_role("button", name="Copied")).to_be_visible()
    (tmp_path / "primer_core").symlink_to(PROJECT / "primer_core")
    printed = subprocess.run(
        [sys.executable, "-c", lesson.evaluate("navigator.clipboard.readText()")],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    label, top = printed.stdout.split()
    expect(values.nth(4)).to_have_text(f"[{label}]")
    expect(values.nth(5)).to_contain_text(top)  # the reading of the whole drawing, which comes after those of its parts
    assert top == max(re.findall(r"\d\.\d{4}", values.nth(5).inner_text()))
