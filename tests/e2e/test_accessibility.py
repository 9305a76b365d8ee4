"""Every page, light and dark, by the rules of WCAG 2.2, level AA, that a machine can check: axe-core finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE = Axe()


def violations(page: Page) -> list[str]:
    """What axe-core finds: the rule, the element, and what is wrong with it; and what it stumbled over, unjudged."""
    found = AXE.run(page, options={"runOnly": list(RULES), "resultTypes": ["violations", "incomplete"]}).response
    broken = [
        (rule, node)
        for rule in found["incomplete"]
        for node in rule["nodes"]
        if any(check["id"] == "error-occurred" for check in (*node["any"], *node["all"], *node["none"]))
    ]
    against = [(rule, node) for rule in found["violations"] for node in rule["nodes"]]
    return [f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule, node in (*against, *broken)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("slug", ["", *(spec.slug for spec in LESSONS)], ids=lambda slug: slug or "home")
def test_nothing_keeps_anybody_out(new_page: Callable[..., Page], app_url: str, slug: str, scheme: str) -> None:
    # In a window so tall that no part of the page is scrolled away, where axe-core cannot see what lies behind a text.
    page = new_page(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 6000})
    page.goto(f"{app_url}/{slug}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wait_until_drawn(page)
    assert violations(page) == []
