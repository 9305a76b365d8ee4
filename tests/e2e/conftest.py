from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.machine import there
from tests.running_app import NoBrowserError, RunningApp, launch_browser, running_app

#: What a browser on a busy machine of two cores is given to do one thing.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
MODULES = Path(__file__).parents[2] / "static" / "primer"
ORIGIN = "http://primer.test"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = there(lambda: launch_browser(playwright), NoBrowserError)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app() -> Iterator[RunningApp]:
    with running_app() as server:
        yield server


@pytest.fixture
def app_url(app: RunningApp) -> str:
    return app.url


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own, like another person's browser; fails on what the console says."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 1400}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, f"scripts failed in the page: {faults}"


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def bare_page(page: Page) -> Page:
    """An empty page without a server, whose modules and style sheet are the app's."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/")
        if name:
            route.fulfill(body=(MODULES / name).read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            sheet = (MODULES / "theme.css").read_text(encoding="utf-8")
            body = f'<!doctype html><title>t</title><style>{sheet}</style><body class="primer"></body>'
            route.fulfill(body=body, content_type="text/html")

    page.route(f"{ORIGIN}/**", serve)
    page.goto(f"{ORIGIN}/")
    return page
