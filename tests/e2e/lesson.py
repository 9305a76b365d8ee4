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


#: What stands in a field; an editor shows but a part of a long text, and dots for signs that cannot be seen.
VALUE = """async (field) => {
  if ('value' in field) return field.value;
  const isEditor = ({ name }) => name.endsWith('/vendor/codemirror.js');
  const { EditorView } = await import(performance.getEntriesByType('resource').find(isEditor).name);
  return EditorView.findFromDOM(field).state.doc.toString();
}"""


def value(field: Locator) -> str:
    """The text of a field or of an editor, letter by letter."""
    return str(field.evaluate(VALUE))


def write(page: Page, field: str, text: str) -> None:
    """Type over what stands in a field, and press Enter."""
    page.get_by_role("textbox", name=field).fill(text)
    page.keyboard.press("Enter")
