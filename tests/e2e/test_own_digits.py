"""The collection of own digits in a real browser, on a page without a server: labels, files, and what outlives what."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from primer_core.data.idx import read_images, read_labels
from tests.e2e.conftest import ORIGIN
from ui.drawing.teach import read_digits

DATA: dict[str, Any] = {
    "channel": "pad",
    "network": {"id": "shipped", "title": "Shipped network"},
    "address": None,
    "asked": 0,
    "why_not": "",
    "epochs": [1, 200, 20],
    "most_replay": 90,
    "result": None,
}
MOUNT = """async (data) => {
  const { mount } = await import("/own_digits.js");
  window.place ??= document.body.appendChild(document.createElement("main"));
  window.told ??= [];
  mount(window.place, data, (...state) => window.told.push(state), (...trigger) => window.told.push(trigger));
}"""
DRAW = """([sequence, ink, read]) => {
  const strokes = ink === null ? [] : [{ width: 18, points: [[ink, ink]] }];
  const pad = { channel: "pad", sequence, strokes };
  const tell = (type, more) => document.dispatchEvent(new CustomEvent(type, { detail: { ...pad, ...more } }));
  tell("primer-pad-drawn", { down: false });
  const pixels = Array.from({ length: 784 }, (_, at) => (at * 3 + (ink ?? 0)) % 1001);
  const reading = ink === null ? { state: "blank" } : { state: "read", pixels };
  if (read) tell("primer-pad-read", { reading });
}"""


@pytest.fixture
def collection(bare_page: Page) -> Page:
    mount(bare_page)
    return bare_page


def mount(page: Page, **changed: Any) -> None:
    page.evaluate(MOUNT, DATA | changed)
    expect(page.locator(".counts")).not_to_be_empty()


def draw(page: Page, sequence: int, ink: int | None, *, read: bool = True) -> None:
    page.evaluate(DRAW, [sequence, ink, read])


def expected(ink: int) -> list[int]:
    return [int(0.255 * ((at * 3 + ink) % 1001) + 0.5) for at in range(784)]


def items(page: Page) -> Locator:
    return page.get_by_role("list", name="My digits").get_by_role("button")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def said(page: Page) -> Locator:
    return page.locator(".said")


def label(page: Page, sequence: int, ink: int, digit: int) -> None:
    draw(page, sequence, ink)
    button(page, f"This is {'an' if digit == 8 else 'a'} {digit}").click()
    expect(said(page)).to_contain_text("Stored as")
    draw(page, sequence + 1, None)


def test_a_drawing_is_stored_once_under_the_label_that_it_got_last(collection: Page) -> None:
    four = button(collection, "This is a 4")
    expect(four).to_be_disabled()
    draw(collection, 1, 100, read=False)
    expect(four).to_be_disabled()
    draw(collection, 1, 100)
    four.click()
    expect(said(collection)).to_contain_text("Stored as a 4, in this browser only. You have 1 drawing of a 4.")
    four.focus()
    collection.keyboard.press("4")
    expect(said(collection)).to_contain_text("stored already")
    collection.keyboard.press("8")
    expect(said(collection)).to_contain_text("This drawing is an 8 now, not a 4.")
    expect(items(collection)).to_have_count(1)
    expect(items(collection)).to_have_accessible_name(re.compile("^An 8 drawn"))

    draw(collection, 2, 101, read=False)
    four.click()
    expect(items(collection)).to_have_count(1)  # its image is not known yet
    draw(collection, 2, 101)
    expect(items(collection)).to_have_count(2)
    draw(collection, 3, None)
    expect(four).to_be_disabled()
    draw(collection, 2, 101, read=False)
    draw(collection, 4, None, read=False)
    draw(collection, 4, None)
    expect(collection.locator(".counts")).to_contain_text("2 digits")


def hold(collection: Page, key: str) -> None:
    for _ in range(5):
        collection.keyboard.down(key)
        collection.wait_for_timeout(30)
    collection.keyboard.up(key)


def test_digits_are_called_otherwise_deleted_and_kept_over_a_reload(collection: Page) -> None:
    for place, digit in enumerate((7, 3, 7)):
        label(collection, 2 * place, 100 + place, digit)
    expect(collection.locator(".counts")).to_contain_text("7 × 2")
    items(collection).nth(2).click()
    button(collection, "Call it 0").click()
    expect(items(collection).nth(2)).to_have_accessible_name(re.compile("^A 0 drawn"))
    items(collection).nth(2).focus()
    collection.keyboard.press("1")
    expect(items(collection).nth(2)).to_have_accessible_name(re.compile("^A 1 drawn"))
    collection.keyboard.press("ArrowLeft")
    hold(collection, "Delete")  # one digit, and not the one behind it
    expect(said(collection)).to_contain_text("The 3 is deleted.")
    expect(items(collection)).to_have_count(2)

    collection.reload()
    mount(collection)
    expect(items(collection)).to_have_count(2)
    button(collection, "Delete all").click()
    expect(button(collection, "Yes, delete them")).to_be_focused()
    button(collection, "Keep them").click()
    expect(items(collection)).to_have_count(2)
    button(collection, "Delete all").focus()
    hold(collection, "Enter")  # asks, and answers nothing
    expect(button(collection, "Yes, delete them")).to_be_focused()
    collection.wait_for_timeout(300)
    expect(items(collection)).to_have_count(2)
    button(collection, "Keep them").click()
    button(collection, "Delete all").click()
    button(collection, "Yes, delete them").click()
    expect(said(collection)).to_contain_text("2 digits deleted. None is left in this browser.")
    collection.reload()
    mount(collection)
    expect(collection.locator(".counts")).to_contain_text("No digits of yours yet")


def test_files_are_what_the_projects_reader_reads_and_come_back(collection: Page, tmp_path: Path) -> None:
    for place, digit in enumerate((7, 3, 8)):
        label(collection, 2 * place, 100 + place, digit)
    saved = {}
    for name in ("Save images (IDX)", "Save labels (IDX)", "Save as PNG"):
        with collection.expect_download() as download:
            button(collection, name).click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    images = read_images((saved["Save images (IDX)"],))
    assert images.reshape(3, 784).tolist() == [expected(100 + place) for place in range(3)]
    assert read_labels((saved["Save labels (IDX)"],), 3).tolist() == [7, 3, 8]
    with Image.open(saved["Save as PNG"]) as sheet:
        assert sheet.size == (302, 92)
        assert np.asarray(sheet.convert("L"))[2:30, 2:30].ravel().tolist() == expected(101), "the 3 comes first"

    picker = collection.locator("input[type=file]")
    picker.set_input_files([saved["Save images (IDX)"]])
    expect(said(collection)).to_contain_text("Choose two files together")
    picker.set_input_files([saved["Save labels (IDX)"], saved["Save as PNG"]])
    expect(said(collection)).to_contain_text("my-digits.png is no IDX file")
    picker.set_input_files([saved["Save labels (IDX)"], saved["Save images (IDX)"]])
    expect(said(collection)).to_contain_text("3 digits from files added.")
    expect(items(collection)).to_have_count(6)
    expect(items(collection).nth(5)).to_have_accessible_name(re.compile("^An 8 from a file"))


def test_what_is_sent_with_the_start_of_a_run_is_what_the_server_reads(collection: Page) -> None:
    sent: list[dict[str, Any]] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=409, json={"problem": "A network is being taught already."})

    collection.route(f"{ORIGIN}/teach", take)
    expect(button(collection, "Teach it")).to_be_disabled()
    for place, digit in enumerate((7, 3)):
        label(collection, 2 * place, 100 + place, digit)
    collection.get_by_label("Passes").fill("0")
    expect(collection.locator(".note")).to_have_text("Passes: a whole number from 1 to 200.")
    collection.get_by_label("Passes").fill("5")
    collection.get_by_role("slider", name="Replay share").fill("50")
    button(collection, "Teach it").click()
    assert collection.evaluate("() => window.told") == [["desk", 1]], "there is no desk yet"
    mount(collection, asked=1, address="/teach")
    expect(said(collection)).to_have_text("A network is being taught already.")
    (asked,) = sent
    assert (asked["network"], asked["replay"], asked["epochs"]) == ("shipped", 0.5, 5)
    images, labels = read_digits(asked["digits"])
    assert labels == (7, 3)
    assert list(images) == expected(100) + expected(101)
    assert all(len(base64.b64decode(digit["image"])) == 784 for digit in asked["digits"])
    mount(collection, why_not="This network reads clothes.")
    expect(button(collection, "Teach it")).to_be_disabled()
    expect(collection.locator(".note")).to_have_text("This network reads clothes.")
