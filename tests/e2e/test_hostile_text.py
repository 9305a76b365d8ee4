"""Text that looks like markup comes out as text, wherever a page or a picture shows it."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from primer_core.lessons.question import TextField
from primer_core.picture.grid import Badge, Formula, Grid, Link, PerCell, Picture, Row, Val
from primer_core.picture.svg import svg
from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS_BY_SLUG

MARKUP = '<img src=x onerror="window.pwned=1"><b>x</b>'
HOSTILE = (MARKUP, "**b** `c` [d](javascript:window.pwned=1)", f'["{MARKUP}", "`c`"]')
FIELDS = [
    pytest.param(slug, field.parameter or name, field.label, id=f"{slug} {name}")
    for slug, lesson in LESSONS_BY_SLUG.items()
    for name, field in lesson.question.fields().items()
    if isinstance(field, TextField)
]
MADE = "() => [window.pwned, document.querySelectorAll('img[src=x], a[href^=javascript]').length]"


@pytest.mark.parametrize(("slug", "parameter", "label"), FIELDS)
def test_what_an_address_says_comes_out_as_text(
    page: Page, app_url: str, slug: str, parameter: str, label: str
) -> None:
    for hostile in HOSTILE:
        page.goto(f"{app_url}/{slug}?{urlencode({parameter: hostile, MARKUP: hostile})}")
        expect(page.locator(".primer .problems")).to_contain_text(MARKUP)
        expect(page.locator(".primer .panel .control").first).to_be_visible()
        wait_until_drawn(page)
        boxes = page.get_by_role("textbox", name=label, exact=True)
        if boxes.count():
            assert boxes.first.input_value() == hostile
        assert page.evaluate(MADE) == [None, 0]
        said = page.locator(".primer").evaluate(
            "root => [...root.querySelectorAll('b, strong, em')].map((e) => e.textContent)"
        )
        assert not {"x", "b", "c"} & set(said)


def test_a_picture_shows_markup_letter_by_letter_in_the_page_and_as_svg(bare_page: Page) -> None:
    a = Grid(
        "a", MARKUP, np.array([1, 2]), caption=MARKUP, axes=(MARKUP,), tags=(MARKUP,), badges=(Badge(MARKUP),),
        texts=(MARKUP, "2"), labels=(MARKUP, "1"),
    )  # fmt: skip
    y = Grid("y", "y", np.array([1, 2]), "result")
    picture = Picture(
        (a, y), rows=(Row(("a", "y"), label=MARKUP),), links=(Link("a", "y", np.arange(2)),),
        formulas=(Formula("y", (PerCell((MARKUP, MARKUP)), Val("a"))),), focus=("y", 0),
    )  # fmt: skip
    bare_page.evaluate(
        """async (data) => {
          const { pictureView } = await import("/picture.js");
          document.body.replaceChildren(pictureView(data, { announce() {} }).element);
        }""",
        picture.payload(),
    )
    for place in ("h4", "figcaption code", ".axis", ".tag", ".badge >> nth=1", ".cell >> nth=0", ".formula"):
        expect(bare_page.locator(place).first).to_contain_text(MARKUP)
    assert bare_page.locator("img, b:text-is('x')").count() == 0

    root: Any = ElementTree.fromstring(svg(picture, title=MARKUP, description=MARKUP))  # noqa: S314 - made here
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not kinds & {"img", "b", "image", "script", "foreignObject"}
    assert MARKUP in {element.text for element in root.iter() if element.tag.endswith(("title", "desc"))}
    assert "".join(root.itertext()).count("window.pwned") >= 6

    bare_page.evaluate(
        "(text) => { document.body.innerHTML = text }", svg(picture, title=MARKUP, description=MARKUP)
    )  # as home and the README embed it
    assert bare_page.locator("img, b").count() == 0
    assert bare_page.evaluate("window.pwned") is None
