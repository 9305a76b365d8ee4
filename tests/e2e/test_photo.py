"""A photo of digits in a real browser: chosen, pasted, made; its steps and readings; a file that is none."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from primer_core.inference import render_strokes
from primer_core.inference.photos.paper import Paper, made_photo
from tests.e2e.digit_strokes import DIGITS
from tests.e2e.test_accessibility import LOOKS, violations
from tests.running_app import wait_until_drawn

WRITTEN = (3, 7, 4)


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Three digits on ruled paper, as a phone's JPEG: lying on its side, with an orientation that turns it upright."""
    canvases = [
        render_strokes([{"width": 15, "points": [list(point) for point in stroke]} for stroke in DIGITS[digit]]) / 255
        for digit in WRITTEN
    ]
    upright = made_photo(canvases, np.random.default_rng(2), Paper(columns=3, cell=300, ruled=60)).grey
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.rot90(upright))).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def opened(page: Page, app_url: str) -> Locator:
    """Open the page, and wait until its network can be asked."""
    page.goto(f"{app_url}/draw_a_digit")
    expect(page.locator(".reading.blank")).to_be_visible()
    wait_until_drawn(page)
    return page.locator(".photo")


def choose(part: Locator, name: str, kind: str, data: bytes) -> None:
    part.locator("input.file").set_input_files({"name": name, "mimeType": kind, "buffer": data})


def readings(part: Locator) -> Locator:
    return part.get_by_role("group", name="Digits in reading order").get_by_role("button")


def test_a_photo_is_cleaned_step_by_step_and_its_digits_are_read_one_by_one(
    page: Page, app_url: str, photo: bytes, tmp_path: Path
) -> None:
    part = opened(page, app_url)
    choose(part, "photo.jpg", "image/jpeg", photo)
    expect(part.get_by_role("heading", name="3 digits read: 3 7 4")).to_be_visible()
    expect(part.get_by_role("status")).to_have_text("3 digits read: 3 7 4")
    expect(part.locator(".stages li")).to_have_count(5)
    for step in part.locator(".stages img").all():
        assert step.evaluate("image => image.complete && image.naturalWidth > 100")
    given = part.locator(".given")
    assert given.evaluate("image => image.naturalWidth > image.naturalHeight"), "upright"
    boxes = part.locator(".boxes span")
    expect(boxes).to_have_count(3)
    lefts = boxes.evaluate_all("all => all.map((box) => box.getBoundingClientRect().left)")
    assert lefts == sorted(lefts)

    second = readings(part).nth(1)
    second.focus()
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(readings(part).nth(0)).to_have_attribute("aria-pressed", "false")
    expect(part.locator(".verdict")).to_contain_text("Digit 2: Reads 7")
    expect(part.locator(".best th")).to_have_text("7")
    boxes.nth(2).click()
    expect(part.locator(".verdict")).to_contain_text("Digit 3: Reads 4")

    with page.expect_download() as saved:
        part.get_by_role("link", name="Save what was read").click()
    assert saved.value.suggested_filename == "photo.jpg"
    saved.value.save_as(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as sent:
        assert not sent.getexif(), "what the camera wrote beside the picture is not sent"


def test_a_picture_is_pasted_and_a_large_one_is_scaled(page: Page, app_url: str) -> None:
    part = opened(page, app_url)
    paste = """(scale) => new Promise((done) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 1500 });
      const pen = canvas.getContext('2d');
      pen.fillStyle = '#fff'; pen.fillRect(0, 0, 3000, 1500);
      pen.lineWidth = 90; pen.strokeStyle = '#223';
      pen.beginPath(); pen.moveTo(900, 300); pen.lineTo(1500, 300); pen.lineTo(1100, 1250); pen.stroke();
      canvas.toBlob((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], 'image.png', { type: 'image/png' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true }));
        done();
      });
    })"""
    page.evaluate(paste)
    expect(part.get_by_role("heading", name="1 digit read: 7")).to_be_visible()
    sent = part.locator(".given").evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert sent == [2_000, 1_000]


def test_a_file_that_is_no_picture_is_told_and_the_next_one_is_read(page: Page, app_url: str, photo: bytes) -> None:
    part = opened(page, app_url)
    problem = part.locator(".problem")
    choose(part, "notes.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(range(200)))
    expect(problem).to_contain_text("Expected a JPEG, PNG or WebP picture; got a PDF.")
    choose(part, "big.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(6_000_000))
    expect(problem).to_contain_text("got a PDF")
    choose(part, "broken.jpg", "image/jpeg", photo[:3_000])
    expect(problem).to_contain_text("damaged")
    expect(part.locator(".result")).to_be_hidden()
    choose(part, "photo.jpg", "image/jpeg", photo)
    expect(part.get_by_role("heading", name="3 digits read")).to_be_visible()
    expect(problem).to_be_empty()
    choose(part, "photo.jpg", "image/jpeg", photo)
    expect(part.get_by_role("heading", name="3 digits read")).to_be_visible()
    white = io.BytesIO()
    Image.new("L", (300, 200), 255).save(white, "PNG")
    choose(part, "white.png", "image/png", white.getvalue())
    expect(problem).to_contain_text("No digit was found.")
    expect(part.get_by_role("heading", name="Nothing to read")).to_be_visible()


@pytest.mark.parametrize(
    "look", [pytest.param(look, marks=() if place in (1, 2) else pytest.mark.long) for place, look in enumerate(LOOKS)]
)
def test_a_made_page_keeps_nobody_out_on_any_screen(
    new_page: Callable[..., Page], app_url: str, look: tuple[str, int]
) -> None:
    scheme, width = look
    page = new_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 6_000}, has_touch=width < 500
    )
    part = opened(page, app_url)
    part.get_by_role("button", name="Make a page to try").click()
    expect(readings(part)).not_to_have_count(0)
    expect(part.get_by_text("Take a photo")).to_be_visible(visible=width < 500)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in readings(part).all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    wait_until_drawn(page)
    assert violations(page) == []
