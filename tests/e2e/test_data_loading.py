import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_accessibility import violations
from tests.running_app import wait_until_drawn


def active(page: Page) -> list[str]:
    """The samples that are lit, wherever they are drawn."""
    return list(page.locator(".b-epoch .b-cell.active").all_text_contents())


def told(page: Page) -> Locator:
    return page.locator(".b-told")


@pytest.fixture
def lesson(page: Page, app_url: str) -> Page:
    page.goto(f"{app_url}/data_loading")
    expect(page.locator(".b-epoch")).to_have_count(2)
    wait_until_drawn(page)
    return page


def test_a_sample_is_followed_by_pointer_and_keys_into_both_epochs(lesson: Page) -> None:
    expect(lesson.locator(".b-lines path")).to_have_count(10)
    lesson.locator(".b-batch .b-cell", has_text="3").first.hover()
    assert active(lesson) == ["3"] * 4
    expect(told(lesson)).to_contain_text("dataset[3] has the features (2.3, −1.1) and the label 1.")
    expect(told(lesson)).to_contain_text("Epoch 1: __getitem__(3) is call 1; it lands in batch 0, position 0.")
    lesson.mouse.move(5, 5)
    assert active(lesson) == ["0"] * 4
    samples = lesson.get_by_role("radio", name=re.compile(r"^dataset\["))
    expect(samples).to_have_count(5)
    samples.first.focus()
    lesson.keyboard.press("ArrowLeft")
    expect(samples.last).to_be_focused()
    expect(samples.last).to_be_checked()
    assert active(lesson) == ["4"] * 4
    lesson.get_by_role("switch", name="drop_last").check()
    expect(lesson.locator(".b-batch.left-out .b-cell")).to_have_count(2)
    expect(told(lesson)).to_contain_text("Epoch 1: __getitem__(4) is never called.")


def test_a_lonely_sample_is_refused_and_a_press_makes_it_work(lesson: Page) -> None:
    lesson.get_by_role("button", name="A lonely last sample").click()
    expect(lesson.locator(".notice.declined")).to_contain_text("Expected more than 1 value per channel")
    expect(lesson.locator(".b-batch.refused")).to_have_count(2)
    lesson.get_by_role("button", name="drop_last=True").click()
    expect(lesson.locator(".chip")).to_contain_text("Every epoch has 2 batches of 4 and 4")
    expect(lesson.locator(".b-batch.refused")).to_have_count(0)
    lesson.wait_for_url(lambda url: "drop_last=true" in url)


def test_random_numbers_of_workers_are_drawn_now_and_seen_by_who_comes_later(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data_loading?view=Workers")
    page.get_by_role("button", name="Draw them").click()
    card = page.locator(".card", has=page.get_by_role("heading", name="Random numbers in workers"))
    expect(card.locator("td.bad")).to_contain_text("the same everywhere", timeout=90_000)
    expect(card.get_by_text(re.compile(r"^Measured on this server, \d+ \w+ \d{4}"))).to_be_visible()
    numbers = card.locator("tbody tr").first.locator("td.number").all_text_contents()
    assert numbers[0] == numbers[1]
    page.reload()
    expect(card.locator("td.bad")).to_contain_text("the same everywhere")
    expect(card.get_by_text(re.compile("^Measured on this server"))).to_be_visible()


def test_a_time_line_is_drawn_for_eyes_and_for_ears(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data_loading?view=Workers&work=tiny&step=2")
    page.get_by_role("button", name="Measure", exact=True).click()
    line = page.locator(".timeline svg")
    expect(line).to_be_visible(timeout=90_000)
    expect(line.locator(".lane")).to_have_text(["main", "main", "worker 0", "worker 1"])
    expect(line.locator("rect.step")).to_have_count(16)
    expect(page.locator(".card .data-table tbody tr").first.locator("td")).to_have_count(5)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save this time line as SVG").click()
    assert "worker 1" in saved.value.path().read_text(encoding="utf-8")
    page.set_viewport_size({"width": 1280, "height": 8000})  # axe-core sees nothing that is scrolled away
    assert violations(page) == []
    page.get_by_role("spinbutton", name="num_workers").fill("1")
    page.keyboard.press("Enter")
    expect(line).to_have_count(0)  # of other settings nothing was measured


def test_a_file_that_does_not_fit_is_told_key_by_key(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/data_loading?view=Saving&keys=wrapped")
    expect(page.locator("td.bad")).to_have_count(8)
    page.get_by_role("button", name="key.removeprefix").click()
    expect(page.locator("td.good")).to_have_count(4)
    expect(page.locator(".chip")).to_contain_text("loaded")
    expect(page.locator(".story").get_by_text("bit by bit")).to_be_visible()
