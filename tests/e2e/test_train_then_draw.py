"""The main job end to end: train a network in the browser, then have it read what is drawn with the mouse."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.digit_strokes import DIGITS

MINE = re.compile(
    r"My network 1, \d\d\.\d % right: Small CNN · MNIST sample · Adam · rate 0\.001 · batch 64 · 4 epochs · seed"
)


def draw(page: Page, digit: int) -> None:
    pad = page.get_by_role("application", name="Pad to draw a digit on")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in DIGITS[digit]:
        for place, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x / 280 * box["width"], box["y"] + y / 280 * box["height"], steps=4)
            if place == 0:
                page.mouse.down()
        page.mouse.up()


def test_a_network_trained_here_reads_digits_drawn_here(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/live_training?model=Small+CNN&epochs=4&pace=full+speed")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".primer-run-progress")).to_contain_text("Finished · epoch 4 of 4", timeout=180_000)

    page.get_by_role("link", name="Use this network: draw for it").click()
    expect(page.get_by_role("heading", name="Draw a digit", level=1)).to_be_visible()
    expect(page.get_by_role("combobox", name="Network")).to_have_value(MINE)
    expect(page.locator(".reading.loading")).to_have_count(0)
    for digit in (0, 3, 7):
        draw(page, digit)
        expect(page.locator(".reading .verdict")).to_have_text(re.compile(f"^Reads {digit}:"))
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.locator(".reading .verdict")).to_have_text("Draw a digit")

    page.reload()
    expect(page.get_by_role("combobox", name="Network")).to_have_value(MINE)

    draw(page, 3)
    expect(page.locator(".reading .verdict")).to_have_text(re.compile("^Reads 3:"))
    code = page.locator(".st-key-code").get_by_label("Python code")
    expect(code).to_contain_text("network.pt")
    logits = page.locator(".steps tr").filter(has_text="logits = model(batch)").locator("td").nth(2)
    mine = logits.inner_text()
    assert re.search(r"\d\.\d", mine)
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name="Shipped network").click()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("Shipped network")
    expect(code).to_contain_text("load_checkpoint()")
    expect(logits).not_to_have_text(mine)
    expect(code).not_to_contain_text("network.pt")
