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
from tests.e2e.lesson import value
from tests.running_app import wait_until_drawn
from ui.catalog import LESSONS_BY_SLUG

MARKUP = '<img src=x onerror="window.pwned=1"><b>pwned</b>'
RIGHT_TO_LEFT = "\u202e\u2067(4,"
HOSTILE = {
    "markup": MARKUP,
    "Markdown": "**pwned** *pwned* `c` [d](javascript:window.pwned=1)",
    "markup in an array": f'["{MARKUP}", "`c`"]',
    "the end of a script": "</script></style><script>window.pwned=1</script>",
    "entities": "&amp; &lt;b&gt;pwned&lt;/b&gt; &#60;img src=x&#62;",
    "right to left": RIGHT_TO_LEFT,
    "10 000 letters": MARKUP * (10_000 // len(MARKUP)),
}
TEXTS = {
    slug: {
        field.parameter or name: field.label
        for name, field in lesson.question.fields().items()
        if isinstance(field, TextField)
    }
    for slug, lesson in LESSONS_BY_SLUG.items()
}
#: Of each lesson one, and all of them where there is time.
TRIED = [
    pytest.param(slug, kind, id=f"{slug}: {kind}", marks=() if place % len(HOSTILE) == turn else pytest.mark.long)
    for place, slug in enumerate(slug for slug, texts in TEXTS.items() if texts)
    for turn, kind in enumerate(HOSTILE)
]
#: A server takes an address of 64 kB: of four parameters with 10 000 letters, as they are written in an address.
MOST_FIELDS = 3
MADE = "() => [window.pwned, document.querySelectorAll('img[src=x], a[href^=javascript]').length]"


@pytest.mark.parametrize(("slug", "kind"), TRIED)
def test_what_an_address_says_comes_out_as_text(page: Page, app_url: str, slug: str, kind: str) -> None:
    hostile = HOSTILE[kind]
    texts = dict(list(TEXTS[slug].items())[:MOST_FIELDS])
    page.goto(f"{app_url}/{slug}?{urlencode(dict.fromkeys([*texts, MARKUP], hostile))}")
    expect(page.locator(".primer .problems")).to_contain_text(MARKUP)
    expect(page.locator(".primer .panel .control").first).to_be_visible()
    wait_until_drawn(page)
    for label in texts.values():
        box = page.get_by_role("textbox", name=label, exact=True)
        if box.count():
            assert value(box) == hostile
    assert page.evaluate(MADE) == [None, 0]
    said = page.locator(".primer").evaluate(
        "root => [...root.querySelectorAll('b, strong, em')].map((e) => e.textContent)"
    )
    assert "pwned" not in said
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_picture_shows_it_letter_by_letter_in_the_page_and_as_svg(bare_page: Page, kind: str) -> None:
    hostile = HOSTILE[kind]
    a = Grid(
        "a", hostile, np.array([1, 2]), caption=hostile, axes=(hostile,), tags=(hostile,), badges=(Badge(hostile),),
        texts=(hostile, "2"), labels=(hostile, "1"),
    )  # fmt: skip
    y = Grid("y", "y", np.array([1, 2]), "result")
    picture = Picture(
        (a, y), rows=(Row(("a", "y"), label=hostile),), links=(Link("a", "y", np.arange(2)),),
        formulas=(Formula("y", (PerCell((hostile, hostile)), Val("a"))),), focus=("y", 0),
    )  # fmt: skip
    bare_page.evaluate(
        """async (data) => {
          const { pictureView } = await import("/picture.js");
          document.body.replaceChildren(pictureView(data, { announce() {} }).element);
        }""",
        picture.payload(),
    )
    for place in ("h4", "figcaption code", ".axis", ".tag", ".badge >> nth=1", ".cell >> nth=0", ".formula"):
        expect(bare_page.locator(place).first).to_contain_text(hostile)
    assert bare_page.locator("img, b:text-is('pwned')").count() == 0

    root: Any = ElementTree.fromstring(svg(picture, title=hostile, description=hostile))  # noqa: S314 - made here
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not kinds & {"img", "b", "image", "script", "foreignObject"}
    assert hostile in {element.text for element in root.iter() if element.tag.endswith(("title", "desc"))}
    assert "".join(root.itertext()).count(hostile) >= 6

    bare_page.evaluate(
        "(text) => { document.body.innerHTML = text }", svg(picture, title=hostile, description=hostile)
    )  # as home and the README embed it
    assert bare_page.locator("img, b").count() == 0
    assert bare_page.evaluate("window.pwned") is None
