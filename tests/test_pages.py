"""Every page of the catalogue, run for real by Streamlit's own test driver."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import catalog
from ui.catalog import LESSONS, LessonSpec
from ui.small_pictures import small_picture

PROJECT = Path(__file__).resolve().parents[1]


def opened(spec: LessonSpec) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    return app.switch_page(spec.file).run()


def test_every_lesson_has_a_page_and_every_page_is_a_lesson() -> None:
    assert {spec.slug for spec in LESSONS} == {path.stem for path in (PROJECT / "pages").glob("*.py")}
    assert {spec.group for spec in LESSONS} <= set(catalog.GROUPS)
    with pytest.raises(KeyError, match=LESSONS[0].slug):
        catalog.lesson("nowhere")


def test_home_shows_every_lesson_with_its_blurb_and_a_picture() -> None:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert not app.exception
    body = " ".join(element.proto.body for element in app.get("html"))
    for spec in LESSONS:
        assert spec.blurb in body
        assert f'data-picture="{spec.slug}"' in body
        assert small_picture(spec.slug).startswith("<svg")


@pytest.mark.parametrize("spec", LESSONS, ids=lambda spec: spec.slug)
def test_a_lesson_opens_with_its_title_and_summary_and_without_an_exception(spec: LessonSpec) -> None:
    app = opened(spec)
    assert not app.exception
    assert app.title[0].value == spec.title
    assert any(spec.summary in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("spec", LESSONS, ids=lambda spec: spec.slug)
def test_a_summary_is_one_or_two_plain_sentences(spec: LessonSpec) -> None:
    assert re.fullmatch(r"[A-Z].{20,160}\.", spec.summary)
