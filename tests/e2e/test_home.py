"""What the home page looks like in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS
from ui.small_pictures import small_picture


@pytest.mark.parametrize("width", [390, 1280])
def test_no_picture_of_a_card_is_cut(new_page: Callable[..., Page], app_url: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(app_url)
    expect(page.locator(".primer-picture svg")).to_have_count(sum(bool(small_picture(spec.slug)) for spec in LESSONS))
    cut = page.locator(".primer-picture").evaluate_all(
        "places => places.filter(p => p.scrollHeight > p.clientHeight).map(p => p.dataset.picture)"
    )
    assert cut == []


def test_the_keyboard_does_not_walk_through_a_sidebar_that_is_folded_away(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 900})
    page.goto(app_url)
    expect(page.get_by_test_id("stSidebar").locator("a")).to_have_count(len(LESSONS) + 1)
    wait_until_drawn(page)
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('[data-testid=stSidebar]') === null")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name=LESSONS[0].title)).to_be_visible()
