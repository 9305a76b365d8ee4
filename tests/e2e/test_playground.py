"""The playground in a browser: play, links, points placed by hand and by keys, weights set by hand."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Position, expect

from tests.e2e.test_accessibility import violations

#: Milliseconds that the first answer is given on a busy machine: PyTorch is loaded for it.
LOADING = 90_000


def root(page: Page) -> Locator:
    return page.locator(".playground")


def opened(page: Page, app_url: str, query: str = "") -> None:
    page.goto(f"{app_url}/playground{query}")
    settled(page)


def settled(page: Page) -> None:
    """Wait until nothing moves any more and the code is that of what is shown."""
    expect(root(page)).to_have_attribute("data-settled", "true", timeout=LOADING)


def press(page: Page, name: str) -> None:
    root(page).get_by_role("button", name=name, exact=True).click()


def parameters(page: Page) -> dict[str, str]:
    return {name: texts[-1] for name, texts in parse_qs(urlsplit(page.url).query).items()}


def plane(page: Page) -> Locator:
    return root(page).locator("canvas.plane")


def drawn(page: Page) -> str:
    picture: str = plane(page).evaluate("canvas => canvas.toDataURL()")
    return picture


def test_the_border_bends_while_it_plays_and_a_link_brings_it_back(page: Page, app_url: str) -> None:
    opened(page, app_url)
    before = drawn(page)
    press(page, "Play")
    expect(root(page).locator(".count")).to_have_text(re.compile(r"[1-9]\d\d+ steps"))
    press(page, "Pause")
    settled(page)
    assert drawn(page) != before
    count, figures = (root(page).locator(name).inner_text() for name in (".count", ".numbers"))
    step = count.split()[0]
    assert int(step) >= 100
    page.wait_for_function("step => new URLSearchParams(location.search).get('step') === step", arg=step)
    page.reload()
    expect(root(page).locator(".count")).to_have_text(count)
    settled(page)
    assert root(page).locator(".numbers").inner_text() == figures
    press(page, "Reset")
    expect(root(page).locator(".count")).to_have_text("0 steps")
    press(page, "Step")
    expect(root(page).locator(".count")).to_have_text("1 step")


def test_the_primers_numbers_are_shown_to_the_printed_digit(page: Page, app_url: str) -> None:
    opened(page, app_url)
    press(page, "The primer's five points")
    expect(root(page).locator(".last")).to_have_text(re.compile(r"0\.75\s+0\.65\s+0\.44\s+0\.13\s+0\.03\s+0\.00"))
    reading = root(page).locator(".reading")
    expect(reading).to_contain_text("2.8569, −4.1618")
    expect(reading).to_contain_text("0.9991 orange, 0.0009 blue")
    expect(root(page).locator(".numbers")).to_contain_text("5/5 right")
    expect(root(page).locator(".numbers")).to_contain_text("2/2 right")
    expect(page.locator(".code-view code")).to_contain_text("while len(losses) < 6")


def test_points_are_placed_dragged_and_removed_by_hand_and_by_keys(page: Page, app_url: str) -> None:
    opened(page, app_url, "?data=own&share=100")
    root(page).get_by_text("● Blue").click()
    box = plane(page).bounding_box()
    assert box is not None

    def at(x: float, y: float) -> Position:
        assert box is not None
        return {"x": (x + 4) / 8 * box["width"], "y": (4 - y) / 8 * box["height"]}

    plane(page).click(position=at(2, 1))
    expect(root(page).get_by_role("status")).to_contain_text("1 training point")
    page.wait_for_function(r"() => /points=(2|1\.9\d|2\.0\d)_(1|0\.9\d|1\.0\d)b&/.test(location.search)")
    plane(page).focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "o"):
        page.keyboard.press(key)
    expect(root(page).locator(".story")).to_contain_text("2 training points")
    page.wait_for_function("() => location.search.includes('b-0.5_0.5a')")
    for key in ("m", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(plane(page)).to_have_attribute("aria-label", re.compile("2 points"))
    page.wait_for_function("() => location.search.includes('-0.5_0.4a')")
    page.keyboard.press("Delete")
    expect(root(page).locator(".story")).to_contain_text("1 training point ")
    page.keyboard.press("Control+z")
    expect(root(page).locator(".story")).to_contain_text("2 training points")
    page.wait_for_function("() => location.search.includes('-0.5_0.4a')")
    page.keyboard.press("Delete")
    expect(root(page).locator(".story")).to_contain_text("1 training point ")
    root(page).get_by_role("button", name="Clear").click()
    expect(plane(page)).to_have_attribute("aria-label", re.compile("0 points"))
    root(page).get_by_role("button", name="Undo").click()
    expect(root(page).locator(".story")).to_contain_text("1 training point ")
    root(page).get_by_text("Look", exact=True).click()
    box = plane(page).bounding_box()
    assert box is not None
    start, end = at(2, 1), at(-1, -2)
    page.mouse.move(box["x"] + start["x"], box["y"] + start["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + end["x"], box["y"] + end["y"], steps=4)
    page.mouse.up()
    page.wait_for_function(r"() => /points=-(1|0\.9\d|1\.0\d)_-(2|1\.9\d|2\.0\d)b/.test(location.search)")


def test_weights_are_set_by_hand_and_every_number_follows(new_page: Callable[..., Page], app_url: str) -> None:
    # In a window so tall that no part of the page is scrolled away, where axe-core cannot see what lies behind a text.
    page = new_page(viewport={"width": 1280, "height": 5000})
    opened(page, app_url)
    press(page, "XOR by hand, 2-4-1")
    unit = root(page).get_by_role("region", name="The chosen unit")
    expect(unit.get_by_role("spinbutton")).to_have_count(5)
    expect(unit.locator(".total")).to_contain_text("= 2")
    expect(root(page).locator(".story")).to_contain_text("70 of 70")
    unit.get_by_role("spinbutton", name="Weight of unit 2").fill("3")
    expect(unit.locator(".total")).to_contain_text("= 8")
    expect(root(page).locator(".reading")).to_contain_text("logit 8.0000")
    unit.get_by_role("slider", name="Bias, as a slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(unit.locator(".total")).to_contain_text("= 7.95")
    expect(page.locator(".code-view code")).to_contain_text("set_by_hand(0)")
    root(page).get_by_role("slider", name="Hidden layer 1").focus()
    page.keyboard.press("ArrowDown")
    expect(unit.get_by_role("heading")).to_have_text("Unit 1 of hidden layer 1")
    settled(page)
    assert violations(page) == []
    press(page, "Take them back")
    expect(root(page).locator(".hands")).to_be_hidden()
    press(page, "+ layer")
    expect(root(page).get_by_role("slider", name="Hidden layer 2")).to_be_visible()


def test_what_an_address_has_wrong_is_named(page: Page, app_url: str) -> None:
    opened(page, app_url, "?data=squares&edits=0w9_0_0_1&rate=0.1")
    expect(root(page).locator(".problems")).to_contain_text("squares")
    expect(root(page).locator(".problems")).to_contain_text("0w9_0_0_1")
    expect(root(page).get_by_label("Learning rate")).to_have_value("0.1")
    page.wait_for_function("() => !location.search.includes('squares')")
    assert parameters(page) == {"rate": "0.1"}


def test_a_link_with_an_edit_that_cannot_be_read_is_opened_without_edits(page: Page, app_url: str) -> None:
    opened(page, app_url, "?edits=0w0_0_0_0~junk&rate=0.1")
    expect(root(page).locator(".problems")).to_contain_text("junk")
    root(page).get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("() => location.search.includes('step=1')")
    assert parameters(page) == {"rate": "0.1", "step": "1"}
