"""What the home page looks like in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
