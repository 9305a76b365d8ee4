"""What stands below the pad, in a real browser: the stages, the layers, and what disturbs a drawing."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.digit_strokes import DIGITS
from tests.e2e.test_draw_a_digit import open_lesson, press_pen

SEVEN = "?example=A+7+with+a+bar"
SVG = "{http://www.w3.org/2000/svg}"
READS = re.compile(r"^Reads \d, [>\d. ]+ %$")


@pytest.fixture
def stages(page: Page, app_url: str) -> Locator:
    return section(page, app_url, "section.stages")


def section(page: Page, app_url: str, name: str) -> Locator:
    open_lesson(page, app_url, SEVEN)
    found = page.locator(name)
    found.scroll_into_view_if_needed()
    expect(page.locator(f"{name}:not(.empty)")).to_be_visible()
    return found


def test_a_stage_that_is_switched_off_says_what_is_read_then(stages: Locator) -> None:
    expect(stages.locator(".verdict")).to_have_text(re.compile("^Reads 7, "))
    told = stages.locator("li").filter(has_text="bright ink").locator(".other")
    expect(told).to_have_text(re.compile(r"^off: reads \d, "))
    without = told.inner_text().removeprefix("off: reads ")
    switch = stages.get_by_role("switch", name="bright ink")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(stages.locator(".verdict")).to_have_text(f"Reads {without}")
    expect(stages.locator(".usual")).to_have_text(re.compile("^With all stages on: 7, "))
    expect(told).to_have_text(re.compile("^on: reads 7, "))
    stages.get_by_role("button", name="All stages on").click()
    expect(stages.locator(".verdict")).to_have_text(re.compile("^Reads 7, "))


def test_the_large_picture_tells_its_values_to_the_arrow_keys(stages: Locator) -> None:
    stages.get_by_role("button", name="Look at the stage “centre of mass”").click()
    picture = stages.get_by_role("application")
    picture.focus()
    picture.press("Control+Home")
    expect(stages.locator(".readout")).to_have_text("row 0, column 0: 0.00")
    picture.press("ArrowDown")
    picture.press("ArrowRight")
    expect(stages.locator(".readout")).to_have_text("row 1, column 1: 0.00")
    stages.get_by_text("The values as a table").click()
    expect(stages.locator(".scroll tbody tr")).to_have_count(28)
    stages.get_by_role("button", name="Look at the stage “normalised”").click()
    expect(stages.locator(".readout")).to_have_text(re.compile("−0.4"))
    expect(stages.locator(".scroll tbody td").first).to_have_text(re.compile("−0.4"))


def test_the_pad_as_it_is_and_nearest(stages: Locator) -> None:
    stages.get_by_role("button", name="The pad as it is").click()
    sizes = stages.locator(".size")
    expect(sizes.nth(1)).to_have_text("280 × 280")
    expect(sizes.nth(2)).to_have_text("28 × 28")
    stages.get_by_role("button", name="All stages on").click()
    stages.get_by_role("button", name="nearest").click()
    expect(stages.get_by_role("button", name="nearest")).to_have_attribute("aria-pressed", "true")
    expect(stages.locator(".without")).to_have_text(re.compile("Scaled by area: reads 7"))


def test_sections_follow_the_pen(page: Page, app_url: str) -> None:
    open_lesson(page, app_url)
    page.set_viewport_size({"width": 1280, "height": 2600})
    press_pen(page, DIGITS[7][0])
    for name in ("section.stages", ".through", ".break"):
        expect(page.locator(f"{name}:not(.empty)")).to_be_visible()
    assert page.locator(".pad canvas").first.evaluate("canvas => Boolean(canvas.closest('.down'))")
    page.mouse.up()
    page.get_by_role("button", name="Clear", exact=True).click()
    for name in ("section.stages", ".through", ".break"):
        expect(page.locator(f"{name}.empty")).to_be_visible()


def test_a_channel_is_spelled_out_and_switched_off(page: Page, app_url: str) -> None:
    through = section(page, app_url, ".through")
    row = through.get_by_role("slider", name="convolution 1")
    row.focus()
    row.press("ArrowRight")
    expect(through.locator("h4")).to_have_text("convolution 1, channel 1")
    expect(through.locator(".sum .total")).to_be_visible()
    row.press("Enter")
    expect(through.locator(".effect")).to_have_text(re.compile(r"^One is off: reads \d, .+ With all on: 7, "))
    expect(through.locator(".count")).to_have_text(
        re.compile(r"^Of 500 test images, \d+ are read right"), timeout=60_000
    )
    through.get_by_role("button", name="Switch all on again").click()
    expect(through.locator(".lost")).to_be_hidden()
    links = through.locator("a:visible")
    assert {"Shapes", "Matrix products", "Softmax", "Broadcasting"} <= set(links.all_inner_texts())


def test_a_disturbed_drawing_is_read_anew(page: Page, app_url: str) -> None:
    broken = section(page, app_url, ".break")
    expect(broken.locator(".verdict")).to_have_text(re.compile("^Reads 7, "))
    broken.get_by_label("Rotation").fill("180")
    expect(broken.locator("output").nth(1)).to_have_text("+180°")
    expect(broken.locator(".note").filter(has_text="As drawn: 7")).to_be_visible()
    broken.get_by_label("FGSM").fill("0.3")
    expect(broken.locator(".note").filter(has_text="With random signs")).to_be_visible()
    broken.get_by_role("button", name="As drawn").click()
    expect(broken.locator(".verdict")).to_have_text(re.compile("^Reads 7, "))
    expect(broken.locator("figure .note").first).to_have_text(re.compile("^Of 500 test images"), timeout=120_000)
    broken.get_by_text("The curves as tables").click()
    expect(broken.locator(".scroll table").first.locator("tr")).to_have_count(9)


def test_sections_fit_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    for name in ("section.stages", ".through", ".break"):
        section(page, app_url, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_section_is_saved_as_it_is_shown(page: Page, app_url: str) -> None:
    stages = section(page, app_url, "section.stages")
    switch = stages.get_by_role("switch", name="bright ink")
    switch.click()
    expect(stages.locator(".usual")).to_have_text(re.compile("^With all stages on: 7, "))
    button = stages.get_by_role("button", name="Save this row of stages as SVG")
    button.focus()
    with page.expect_download() as download:
        button.press("Enter")
    label = stages.locator(".verdict").inner_text().removeprefix("Reads ").partition(",")[0]
    assert download.value.suggested_filename == f"pen-to-answer-{label}.svg"
    root = ElementTree.parse(download.value.path()).getroot()  # noqa: S314 - made by the app
    written = " ".join(found.text or "" for found in root.iter(f"{SVG}text"))
    for shown in stages.locator("h3, .name, .size, .other, .verdict, .usual, .readout, .without").all():
        assert " ".join(shown.inner_text().split()) in written
    pictures = [found.get("href", "") for found in root.iter(f"{SVG}image")]
    assert len(pictures) == 8, "seven stages, and one of them large"
    assert all(source.startswith("data:image/png;base64,") for source in pictures)
    assert "bright ink: off" in (root.findtext(f"{SVG}desc") or "")
    assert stages.get_attribute("data-still") is None


def test_the_curves_are_saved_as_a_picture_too(page: Page, app_url: str) -> None:
    broken = section(page, app_url, ".break")
    with page.expect_download() as download:
        broken.get_by_role("button", name="Save this disturbed drawing and its curves as PNG").click()
    assert download.value.suggested_filename == "break-it-7.png"
    with Image.open(download.value.path()) as picture:
        assert picture.width > 1000
        colours = picture.convert("RGB").resize((200, 200)).getcolors(maxcolors=200 * 200)
        assert colours is not None
        assert len(colours) > 100, "it is no empty sheet"
