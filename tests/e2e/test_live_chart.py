"""The chart of a run in a real browser: zoom, logarithm, fingers, looking back, its twin in text, what is saved."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Download, Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.test_live_training import until
from tests.running_app import wait_until_drawn

BATCHES = 2 * 63
LIMIT = 180_000  # milliseconds for a first run: its process loads torch first
TWO_EPOCHS = "live_training?epochs=2&pace=full+speed"


def trained(page: Page, app_url: str, path: str = TWO_EPOCHS) -> None:
    """Open the page, train a run to its end, and wait until all of it is drawn."""
    page.goto(f"{app_url}/{path}")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished", timeout=LIMIT)
    expect(page.locator(".primer-chart")).to_have_attribute("data-points", str(BATCHES))
    expect(page.locator(".primer-chart")).to_have_attribute("data-to", str(BATCHES))
    wait_until_drawn(page)


def view(page: Page) -> tuple[int, int]:
    """The first and the last batch in view."""
    chart = page.locator(".primer-chart")
    return int(chart.get_attribute("data-from") or -1), int(chart.get_attribute("data-to") or -1)


def drag(page: Page, begin: float, end: float) -> None:
    """Drag the mouse over the chart, between parts of its width."""
    box = page.locator(".primer-chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + begin * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()


def height_of_curve(page: Page) -> float:
    """How much of the height of the chart the running mean takes, in pixels."""
    return float(page.locator(".primer-chart path.mean").evaluate("path => path.getBBox().height"))


def readout(page: Page) -> str:
    return page.locator(".primer-chart-readout").inner_text()


def exact_loss(page: Page) -> float:
    found = re.search(r"loss of this batch (\S+)", readout(page))
    assert found is not None, readout(page)
    return float(found[1])


def losses(page: Page) -> list[list[str]]:
    """The rows of the table of every loss."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save every loss as CSV").click()
    return list(csv.reader(io.StringIO(saved(download.value).decode())))[1:]


def saved(download: Download) -> bytes:
    return download.path().read_bytes()


def test_a_zoom_stands_through_logarithms_and_goes_back_to_what_there_is(page: Page, app_url: str) -> None:
    trained(page, app_url)
    assert view(page) == (0, BATCHES)
    whole = page.get_by_role("button", name="Whole run")
    expect(whole).to_be_disabled()
    drag(page, 0.4, 0.7)
    expect(whole).to_be_enabled()
    zoomed = view(page)
    assert 0.25 * BATCHES < zoomed[0] < zoomed[1] < 0.8 * BATCHES
    assert height_of_curve(page) > 20
    toggle = page.get_by_text("Logarithmic loss")
    for kind in ("logarithmic", "nats"):
        wait_until_drawn(page)  # a switch that the page's script draws anew loses a press
        toggle.click()
        expect(page.locator(".primer-chart .title").first).to_contain_text(kind)
        assert view(page) == zoomed
        # a rerun of the page takes the chart's place away for a moment
        until(lambda: height_of_curve(page) > 20, "a chart that the switch has not emptied", page)
    page.locator(".primer-chart").dblclick(position={"x": 200, "y": 100})
    expect(whole).to_be_disabled()
    assert view(page) == (0, BATCHES)
    wait_until_drawn(page)
    toggle.click()
    expect(page.locator(".primer-chart .title").first).to_contain_text("logarithmic")
    drag(page, 0.2, 0.5)
    expect(whole).to_be_enabled()
    whole.click()
    expect(whole).to_be_disabled()
    assert view(page) == (0, BATCHES)


def test_the_axis_follows_what_was_trained_and_a_zoom_lasts_while_data_comes(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/live_training?epochs=200&pace=50")
    page.get_by_role("button", name="Start", exact=True).click()
    chart = page.locator(".primer-chart")
    page.wait_for_function("() => +document.querySelector('.primer-chart')?.dataset.points > 40", timeout=LIMIT)
    assert view(page)[1] < 400, "of 12 600 batches"
    drag(page, 0.1, 0.4)
    expect(page.get_by_role("button", name="Whole run")).to_be_enabled()
    zoomed = view(page)
    before = int(chart.get_attribute("data-points") or 0)
    page.wait_for_function(
        "(before) => +document.querySelector('.primer-chart').dataset.points > before + 40", arg=before
    )
    assert view(page) == zoomed
    page.get_by_role("button", name="Whole run").click()
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for changes in range(1, 6):
        slider.press("ArrowRight")
        expect(page.locator(".primer-chart line.change")).to_have_count(changes)
    boxes = page.locator(".primer-chart .change-label").evaluate_all(
        "labels => labels.map((label) => { const { left, right, top, bottom } = label.getBoundingClientRect();"
        " return [left, right, top, bottom]; })"
    )
    assert boxes
    for number, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] + 1 or other[3] <= top + 1
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(chart).to_have_attribute("data-points", "0")


def test_a_zoom_outlives_the_end_of_the_run(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/live_training?epochs=2&pace=50")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("() => +document.querySelector('.primer-chart')?.dataset.points > 20", timeout=LIMIT)
    page.locator(".primer-chart").focus()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Whole run")).to_be_enabled()
    zoomed = view(page)
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished")
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    expect(page.locator(".primer-chart")).to_have_attribute("data-points", str(BATCHES))
    assert view(page) == zoomed


def test_every_batch_can_be_looked_back_at_by_slider_keys_and_mouse(page: Page, app_url: str) -> None:
    trained(page, app_url)
    table = losses(page)
    assert len(table) == BATCHES
    slider = page.get_by_role("slider", name="Look back: batch")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".primer-chart-readout")).to_contain_text("before the first batch")
    for batch in range(1, 4):
        slider.press("ArrowRight")
        expect(page.locator(".primer-chart-readout")).to_contain_text(f"Batch {batch} in epoch 1")
        assert np.float32(exact_loss(page)) == float(table[batch - 1][2])
    expect(slider).to_have_attribute("aria-valuetext", re.compile("Batch 3 in epoch 1"))
    moment = page.locator(".primer-chart-moment")
    expect(moment).to_contain_text(re.compile(r"kept.* after \d+ batch"))

    curve = page.get_by_role("slider", name="Batch looked at on the curve")
    curve.focus()
    curve.press("ArrowRight")
    expect(page.locator(".primer-chart-readout")).to_contain_text("Batch 4 in epoch 1")
    curve.press("End")
    expect(page.locator(".primer-chart .later")).to_have_count(0)
    for _ in range(63):
        curve.press("ArrowLeft")
    expect(page.locator(".primer-chart-readout")).to_contain_text("Batch 63 in epoch 1")
    expect(page.locator(".primer-chart-readout")).to_contain_text(
        f"validation loss {float(table[62][4]):.4f} and accuracy {float(table[62][5]):.2%}".replace("%", " %")
    )
    expect(moment).to_contain_text("The network of this moment is kept: after 63 batches.")
    expect(page.locator(".primer-chart .later")).to_have_count(1)
    page.get_by_role("button", name="Now", exact=True).click()
    expect(page.locator(".primer-chart .later")).to_have_count(0)

    box = page.locator(".primer-chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    expect(page.locator(".primer-chart-readout")).to_contain_text(re.compile(r"Batch \d+ in epoch"))
    batch = int(readout(page).split()[1])
    assert abs(batch - BATCHES / 2) < 15
    assert np.float32(exact_loss(page)) == float(table[batch - 1][2])
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 40)
    expect(page.locator(".primer-chart-readout")).to_contain_text("Point at the curve")


def test_the_curve_can_be_zoomed_by_keys(page: Page, app_url: str) -> None:
    trained(page, app_url)
    curve = page.get_by_role("slider", name="Batch looked at on the curve")
    curve.focus()
    curve.press("+")
    expect(page.get_by_role("button", name="Whole run")).to_be_enabled()
    first, last = view(page)
    assert last - first == BATCHES / 2
    curve.press("Home")  # what is looked at stays in view
    expect(page.locator(".primer-chart")).to_have_attribute("data-from", "0")
    curve.press("0")
    expect(page.get_by_role("button", name="Whole run")).to_be_disabled()


def test_a_finger_scrolls_the_page_and_never_zooms(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    trained(page, app_url)
    page.locator(".primer-chart").scroll_into_view_if_needed()
    box = page.locator(".primer-chart").bounding_box()
    assert box is not None
    assert box["height"] >= 300
    fingers = page.context.new_cdp_session(page)
    scrolled = "() => document.querySelector('[data-testid=stMain]').scrollTop"

    def slide(x: float, y: float, to_x: float, to_y: float) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for part in range(1, 11):
            place = {"x": x + (to_x - x) * part / 10, "y": y + (to_y - y) * part / 10}
            fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = page.evaluate(scrolled)
    middle = box["x"] + box["width"] / 2
    slide(middle, box["y"] + 220, middle, box["y"] + 40)
    page.wait_for_function(f"(before) => ({scrolled})() > before + 60", arg=before)
    assert view(page) == (0, BATCHES)
    expect(page.locator(".primer-chart .later")).to_have_count(0)

    page.locator(".primer-chart").scroll_into_view_if_needed()
    box = page.locator(".primer-chart").bounding_box()
    assert box is not None
    slide(box["x"] + 300, box["y"] + 100, box["x"] + 160, box["y"] + 104)
    expect(page.locator(".primer-chart-readout")).to_contain_text(re.compile(r"Batch \d+ in epoch"))
    assert view(page) == (0, BATCHES), "a finger that slides along the curve looks at it"
    page.touchscreen.tap(box["x"] + 200, box["y"] + 100)
    page.touchscreen.tap(box["x"] + 200, box["y"] + 100)
    assert view(page) == (0, BATCHES)


def test_the_text_twin_holds_what_the_chart_shows(page: Page, app_url: str) -> None:
    trained(page, app_url)
    table = losses(page)
    page.get_by_text("The curve as a table").click()
    twin = page.get_by_role("region", name="The curve as a table")
    expect(twin).to_contain_text(f"{BATCHES} batches")
    rows = twin.locator("tbody tr")
    expect(rows).to_have_count(2)
    last = rows.last.locator("td").all_inner_texts()
    assert last[:2] == ["2", str(BATCHES)]
    assert last[3] == f"{float(table[-1][4]):.4f}"
    assert last[4] == f"{100 * float(table[-1][5]):.2f} %"
    expect(page.locator(".primer-chart-text[role=status]")).to_contain_text("after epoch 2")


def test_the_chart_is_saved_with_its_numbers(page: Page, app_url: str) -> None:
    trained(page, app_url)
    table = losses(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this chart as SVG").click()
    picture = ElementTree.fromstring(saved(download.value))  # noqa: S314 - our own file
    space = "{http://www.w3.org/2000/svg}"
    numbers: dict[str, Any] = json.loads(picture.findtext(f"{space}metadata") or "")
    assert [float(np.float32(loss)) for loss in numbers["losses"]] == [float(row[2]) for row in table]
    assert [epoch["step"] for epoch in numbers["epochs"]] == [63, 126]
    written = {text.text for text in picture.iter(f"{space}text")}
    assert {"train loss, each batch", "train loss, running mean", "validation loss", "validation accuracy"} <= written
    paths = [path for path in picture.iter(f"{space}path") if len(path.get("d", "")) > 200]
    assert all(path.get("stroke", "").startswith("rgb(") for path in paths)
    assert not [element for element in picture.iter() if element.get("class")], "no style sheet goes with it"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this chart as PNG").click()
    assert saved(download.value).startswith(b"\x89PNG")


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_the_chart_keeps_nobody_out(new_page: Callable[..., Page], app_url: str, scheme: str, width: int) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 6000})
    trained(page, app_url)
    page.get_by_text("The curve as a table").click()
    slider = page.get_by_role("slider", name="Look back: batch")
    slider.focus()
    slider.press("PageDown")
    expect(page.locator(".primer-chart .later")).to_have_count(1)
    assert violations(page) == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_lines_can_be_told_apart_from_the_ground_in_forced_colours(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(forced_colors="active")
    trained(page, app_url)
    for line in ("raw", "mean", "validation", "accuracy"):
        stroke = page.locator(f".primer-chart path.line.{line}").evaluate("path => getComputedStyle(path).stroke")
        ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert stroke not in ("none", ground)
