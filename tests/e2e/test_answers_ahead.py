"""What is drawn ahead of a page's run is what the run draws: every state that a component asked for is confirmed."""

import pytest
from playwright.sync_api import Page, expect

from tests.running_app import wait_until_drawn

LESSONS = ("arrays", "views", "views?view=Names", "shapes", "reductions", "matmul")


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_run_after_each_preset_has_the_state_that_was_drawn(page: Page, app_url: str, lesson: str) -> None:
    page.goto(f"{app_url}/{lesson}")
    pills = page.get_by_role("group", name="Presets").get_by_role("button")
    expect(pills.first).to_be_visible(timeout=60_000)
    wait_until_drawn(page)
    for place in range(pills.count()):
        pills.nth(place).click()
        wait_until_drawn(page)
    pills.nth(0).click()
    wait_until_drawn(page)
    pills.nth(0).click()  # which changes nothing
    wait_until_drawn(page)
    assert page.evaluate("primerPreviews.unconfirmed") == 0


def test_streamlits_widgets_wait_for_what_the_page_was_told(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/indexing")
    pill = page.get_by_role("button", name="Write through a list")
    expect(pill).to_be_visible()
    wait_until_drawn(page)
    for _ in range(3):
        pill.click()
        page.get_by_role("radio", name="Add to b").click()
        expect(page.get_by_role("button", name="Write to the copy")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("textbox", name="Array a")).to_have_value("(4, 3)")
    assert page.evaluate("primerPreviews.unconfirmed") == 0
