"""The pictures that are kept are those that the scripts make now; what is trained for one is left to its script."""

import re

import pytest

from primer_core.backend.loading import load_torch
from primer_core.lessons.lesson import AnyLesson
from scripts.small_pictures import IN_README, drawing
from tests.imports import PROJECT
from ui.catalog import LESSONS, LESSONS_BY_SLUG
from ui.small_pictures import FOLDER, README_FOLDER, for_readme, of_lesson

MAKE = "python -m scripts.small_pictures"


@pytest.mark.parametrize("lesson", LESSONS_BY_SLUG.values(), ids=lambda lesson: lesson.slug)
def test_the_small_picture_of_a_lesson_is_what_its_default_question_shows(lesson: AnyLesson) -> None:
    if lesson.needs_torch(lesson.question()):
        load_torch()
    path = FOLDER / f"{lesson.slug}.svg"
    assert path.exists(), f"{MAKE} {lesson.slug} makes it"
    assert path.read_text(encoding="utf-8") == of_lesson(lesson), f"{MAKE} {lesson.slug} makes it anew"


@pytest.mark.parametrize("slug", IN_README)
def test_a_picture_of_the_readme_is_what_the_lessons_default_question_shows(slug: str) -> None:
    kept = (README_FOLDER / f"{slug}.svg").read_text(encoding="utf-8")
    assert kept == for_readme(LESSONS_BY_SLUG[slug]), f"{MAKE} {slug} makes it anew"
    assert "var(" not in kept, "outside the app nobody gives a variable its colour"


def test_the_small_picture_of_the_pad_is_an_example_of_the_pad() -> None:
    assert (FOLDER / "draw_a_digit.svg").read_text(encoding="utf-8") == drawing()


def test_no_picture_is_kept_that_nobody_shows() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} <= {spec.slug for spec in LESSONS}
    assert {path.stem for path in README_FOLDER.glob("*.svg")} == set(IN_README)


def test_every_picture_of_the_readme_is_there() -> None:
    shown = re.findall(r'src="([^"]+)"', (PROJECT / "README.md").read_text(encoding="utf-8"))
    assert {f"static/pictures/readme/{slug}.svg" for slug in IN_README} <= set(shown)
    assert all((PROJECT / path).is_file() for path in shown)
