"""What is inside a network, the data it sees and what ails a run, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.test_live_training import LONG_RUN, button, last_batch, open_lesson, settled_batch, unfold, until
from tests.running_app import wait_until_drawn

WIDTHS = (1280, 390)
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in WIDTHS]


def inside(page: Page) -> Locator:
    return page.locator(".inside")


def looked_at(page: Page) -> int:
    return int(inside(page).get_attribute("data-step") or -1)


def watch(page: Page, app_url: str, path: str) -> None:
    open_lesson(page, app_url, path)
    button(page, "Start")
    until(lambda: last_batch(page) > 3, "the first points of the curve", page)
    unfold(page, "Inside the network")
    until(lambda: looked_at(page) > 0, "the first look", page)


def stop(page: Page) -> None:
    button(page, "Stop")
    expect(page.get_by_role("button", name="Start again", exact=True)).to_be_visible()


def test_the_view_follows_a_run_and_rests_when_it_is_closed(page: Page, app_url: str) -> None:
    watch(page, app_url, LONG_RUN)
    seen = looked_at(page)
    until(lambda: looked_at(page) > seen + 5, "a later look", page)
    weights = inside(page).locator(".weights canvas")
    expect(weights).to_have_count(16)
    expect(inside(page).get_by_text("units 1 to 16 of 128")).to_be_visible()
    inside(page).get_by_role("button", name="units after").click()
    expect(inside(page).get_by_text("units 17 to 32 of 128")).to_be_visible()
    expect(weights.first).to_have_attribute("aria-label", re.compile("Weights of unit 17: from"))
    expect(inside(page).locator("article")).to_have_count(3)
    expect(inside(page).locator("article").first).to_contain_text(re.compile(r"dead units\s*\d+ of 128"))

    inside(page).get_by_text("These weights as a table").click()
    expect(inside(page).get_by_role("cell").first).to_be_visible()
    unfold(page, "Inside the network")
    expect(inside(page)).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/inside" in request.url else None)
    grown = last_batch(page)
    until(lambda: last_batch(page) > grown + 200, "more batches", page)
    assert asked == []
    stop(page)


def test_a_cell_of_the_matrix_shows_its_images_by_mouse_and_keys(page: Page, app_url: str) -> None:
    watch(page, app_url, "live_training?epochs=2&pace=full+speed")
    expect(page.get_by_role("button", name="Start again", exact=True)).to_be_visible()
    until(lambda: looked_at(page) == 126, "the look at the end", page)
    matrix = inside(page).locator(".matrix")
    counts = [int(count) for count in matrix.get_by_role("button").all_inner_texts()]
    assert sum(counts) == 500
    expect(inside(page).locator(".side figure")).not_to_have_count(0)
    expect(inside(page).locator(".side figure").first).to_contain_text(re.compile(r"is \d, read as \d.* sure"))
    cell = matrix.get_by_role("button", name=re.compile("of 3 read as 3$"))
    count = int(cell.inner_text())
    cell.click()
    expect(inside(page).locator(".side h4")).to_have_text(f"{count} images of 3, read as 3")
    images = inside(page).locator(".side .picture")
    expect(images).to_have_count(count)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(inside(page).locator(".side h4")).not_to_have_text(f"{count} images of 3, read as 3")
    loaded = page.evaluate(
        """() => {
          const root = document.querySelector(".inside") ?? [...document.querySelectorAll("*")]
            .map((element) => element.shadowRoot?.querySelector(".inside")).find(Boolean);
          const address = root.querySelector(".picture").style.backgroundImage.slice(5, -2);
          return new Promise((done) => {
            const image = Object.assign(new Image(), { src: address });
            image.onload = () => done([image.naturalWidth, image.naturalHeight]);
            image.onerror = () => done(null);
          });
        }"""
    )
    assert loaded == [25 * 28, 20 * 28]
    inside(page).get_by_role("button", name="Show the most confident mistakes").click()
    expect(inside(page).locator(".side h4")).to_have_text("Most confidently wrong")


def test_a_paused_run_is_looked_at_after_each_step(page: Page, app_url: str) -> None:
    watch(page, app_url, "live_training?pace=24")
    button(page, "Pause")
    held = settled_batch(page)
    until(lambda: looked_at(page) == held, "the look at the batch where it holds", page)
    button(page, "Step one batch")
    until(lambda: looked_at(page) == held + 1, "the look after the step", page)
    button(page, "Step one batch")
    until(lambda: looked_at(page) == held + 2, "the look after the next step", page)
    expect(inside(page).locator("article").first).to_contain_text(re.compile(r"step / weights\s*[\d.]+ %"))
    stop(page)


def test_looking_back_shows_the_network_as_it_was(page: Page, app_url: str) -> None:
    watch(page, app_url, "live_training?epochs=3&pace=full+speed")
    until(lambda: looked_at(page) == 189, "the look at the end", page)
    page.get_by_role("slider", name="Batch looked at on the curve").focus()
    page.keyboard.press("Home")
    expect(inside(page).locator(".when")).to_contain_text("Looking back")
    until(lambda: looked_at(page) == 0, "the look at the start", page)
    page.keyboard.press("End")
    until(lambda: looked_at(page) == 189, "the look at the end again", page)
    expect(inside(page).locator(".when")).to_have_text("After batch 189.")


def test_points_have_a_plane_and_a_cnn_has_kernels(page: Page, app_url: str) -> None:
    watch(page, app_url, "live_training?data=toy&model=toy&optimizer=SGD&lr=0.5&batch=2&epochs=3&pace=full+speed")
    expect(inside(page).locator(".surface canvas")).to_be_visible()
    expect(inside(page).locator(".plane tbody tr")).to_have_count(7)
    expect(inside(page).locator(".matrix")).to_be_hidden()
    expect(inside(page).get_by_text("too few")).to_be_visible()

    watch(page, app_url, "live_training?model=cnn&epochs=1&pace=full+speed")
    expect(inside(page).get_by_role("heading", name="The kernels of the first layer, 3 × 3")).to_be_visible()
    expect(inside(page).locator(".weights canvas")).to_have_count(16)
    expect(inside(page).locator("article")).to_have_count(4)
    stop_if_going(page)


def stop_if_going(page: Page) -> None:
    """Press Stop, which may come too late: then the run has ended by itself."""
    page.get_by_role("button", name="Stop", exact=True).click(force=True)
    expect(page.get_by_role("button", name="Start again", exact=True)).to_be_visible()


def test_the_data_is_told_and_the_next_batch_of_a_run(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?pace=24")
    unfold(page, "The data it sees")
    data = page.locator(".data")
    expect(data.get_by_text("4\u2009000 train images")).to_be_visible()
    expect(data.locator(".examples .picture")).to_have_count(80)
    expect(data.locator(".means .picture")).to_have_count(11)
    expect(data.get_by_role("cell", name="827", exact=False).or_(data.get_by_text("not divided"))).to_be_visible()
    expect(data.get_by_text("Your settings normalise.")).to_be_visible()
    expect(data.get_by_text("Start a run on this data")).to_be_visible()
    button(page, "Start")
    expect(data.locator(".batch .picture")).to_have_count(64)
    button(page, "Pause")
    held = settled_batch(page)
    expect(data.get_by_text(f"After batch {held} these 64 images come next")).to_be_visible()
    stop(page)


def test_points_are_told_as_points(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?data=toy&model=toy&batch=2")
    unfold(page, "The data it sees")
    expect(page.locator(".data .plane .point")).to_have_count(7)
    expect(page.locator(".data").get_by_text("too few points for both")).to_be_visible()
    expect(page.locator(".data").get_by_text("image")).to_have_count(0)


def test_a_symptom_is_named_and_one_click_starts_again_from_the_same_start(page: Page, app_url: str) -> None:
    open_lesson(page, app_url, "live_training?optimizer=SGD&lr=5&seed=7&pace=full+speed")
    button(page, "Start")
    notice = page.locator('[class*="st-key-primer-symptom-diverged"]')
    until(lambda: last_batch(page) > 0, "the first batch, once a process has loaded torch", page)
    expect(notice).to_contain_text(re.compile(r"At batch \d+ the loss was no finite number"))
    notice.get_by_role("button", name="Learning rate 0.5, same start").click()
    expect(page).to_have_url(re.compile("lr=0.5"))
    expect(page).to_have_url(re.compile("seed=7"))
    until(lambda: last_batch(page) > 20, "the run with the lower rate", page)
    expect(notice).to_have_count(0)
    stop_if_going(page)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_nobody_is_kept_out(new_page: Callable[..., Page], app_url: str, scheme: str, width: int) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 1400})
    watch(page, app_url, "live_training?optimizer=SGD&lr=5&epochs=2&pace=full+speed")
    expect(page.locator('[class*="st-key-primer-symptom-diverged"]')).to_be_visible()
    unfold(page, "The data it sees")
    expect(page.locator(".data .examples .picture")).to_have_count(80)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 2
    assert violations(page) == []


@pytest.mark.parametrize("path", ["live_training?epochs=1&pace=full+speed", "live_training?data=toy&model=toy&batch=2"])
def test_what_is_inside_keeps_nobody_out(page: Page, app_url: str, path: str) -> None:
    watch(page, app_url, path)
    stop_if_going(page)
    for title in ("These weights as a table", "These histograms as tables"):
        twin = inside(page).get_by_text(title)
        if twin.is_visible():
            twin.click()
    unfold(page, "The data it sees")
    expect(page.locator(".data h3").last).to_have_text("The next batch")
    # So tall that no part is scrolled away: axe-core stumbles over a cell whose middle lies at the edge of the window.
    page.set_viewport_size({"width": 1280, "height": 8000})
    wait_until_drawn(page)
    assert violations(page) == []
