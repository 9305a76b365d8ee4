"""What a journey through a lesson finds on its page: arrays, their cells, what is lit, the formula, the fields."""

import re

from playwright.sync_api import Locator, Page


def array(page: Page, name: str) -> Locator:
    """The last grid whose name starts so: the operand as the library reads it, where it is drawn twice."""
    return page.get_by_role("grid", name=re.compile("^" + re.escape(name))).last


def cell(page: Page, grid: str, place: int) -> Locator:
    return array(page, grid).get_by_role("gridcell").nth(place)


def formula(page: Page) -> Locator:
    return page.locator(".formula")


def lit(page: Page, grid: str | None = None) -> list[str]:
    """The names of the lit cells of a grid, or of the whole page."""
    cells = (page if grid is None else array(page, grid)).locator(".lit")
    return list(cells.evaluate_all("cells => cells.map(cell => cell.ariaLabel)"))


def write(page: Page, field: str, text: str) -> None:
    """Type over what stands in a field, and press Enter."""
    page.get_by_role("textbox", name=field).fill(text)
    page.keyboard.press("Enter")
