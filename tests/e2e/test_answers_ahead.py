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
