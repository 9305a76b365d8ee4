"""The small picture of each page on its card of the home page: SVG in the theme's colours, made once and kept.

``python -m scripts.small_pictures`` makes them and writes them to ``static/pictures``; a test makes them again. The
README's pictures, which are larger and always light, are made with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

from primer_core.lessons.answer import page
from primer_core.lessons.lesson import AnyLesson
from primer_core.picture.grid import Picture
from primer_core.picture.page import description, pictures_of
from primer_core.picture.svg import svg, thumbnail

FOLDER = Path(__file__).resolve().parent.parent / "static" / "pictures"

README_FOLDER = FOLDER / "readme"


@cache
def small_picture(slug: str) -> str:
    """Return the picture that is kept for a page, or an empty text if there is none."""
    path = FOLDER / f"{slug}.svg"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def of_lesson(lesson: AnyLesson) -> str:
    """Draw the first picture of a lesson's default question, without rows that only say how an operand was written.

    Raises
    ------
    LookupError
        If the default question shows no picture.
    """
    picture = first_picture(lesson)
    rows = tuple(row for row in picture.rows if not row.compact) or picture.rows
    return thumbnail(replace(picture, rows=rows), title=lesson.title, description=description(picture))


def for_readme(lesson: AnyLesson) -> str:
    """Draw the first picture of a lesson's default question as its page does, in light colours on a ground of its own.

    Raises
    ------
    LookupError
        If the default question shows no picture.
    """
    picture = first_picture(lesson)
    return svg(picture, theme="light", title=lesson.title, description=description(picture))


def first_picture(lesson: AnyLesson) -> Picture:
    """Return the first picture of a lesson's default question.

    Raises
    ------
    LookupError
        If the default question shows no picture.
    """
    found = pictures_of(page(lesson, lesson.question()))
    if not found:
        raise LookupError(f"the default question of {lesson.slug} shows no picture")
    return found[0]


def of_strokes(strokes: Sequence[dict[str, object]], title: str, *, width: int = 270, height: int = 150) -> str:
    """Draw pen strokes, white on black as a network sees them.

    Parameters
    ----------
    strokes
        Each with ``points``, pairs in units of the pad, which is 280 wide and high.
    title
        The text alternative.
    width, height
        Pixels.
    """
    scale, paths = height / 280, []
    for stroke in strokes:
        points = stroke["points"]
        assert isinstance(points, list)
        line = " ".join(f"{x},{y}" for x, y in points)
        paths.append(f'<polyline points="{line}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}"><rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
        f'<g transform="translate({(width - height) / 2:g} 0) scale({scale:.4f})" fill="none" stroke="#f6f8fa" '
        f'stroke-width="18" stroke-linecap="round" stroke-linejoin="round">{"".join(paths)}</g></svg>\n'
    )


def of_losses(
    losses: Sequence[float], later: Sequence[float], title: str, *, width: int = 270, height: int = 150
) -> str:
    """Draw the loss of a run as it falls, and the validation loss beside it.

    Parameters
    ----------
    losses
        Training loss of each batch, in nats; drawn as means of 8 batches.
    later
        Validation loss at the end of each epoch.
    title
        The text alternative.
    width, height
        Pixels.
    """
    means = [sum(part) / len(part) for part in (losses[i : i + 8] for i in range(0, len(losses), 8))]
    most = max(*means, *later)

    def line(values: Sequence[float], start: float) -> str:
        step = (width - 24 - start) / max(len(values) - 1, 1)
        return " ".join(
            f"{12 + start + place * step:.0f},{height - 14 - value / most * (height - 32):.0f}"
            for place, value in enumerate(values)
        )

    epoch = (width - 24) / len(later)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}"><g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<polyline points="{line(later, epoch)}" stroke="var(--primer-b-text, #7a4a00)" stroke-width="2" '
        f'stroke-dasharray="2 6"/><polyline points="{line(means, 0)}" stroke="var(--primer-accent, #3a5bd9)" '
        'stroke-width="3"/></g></svg>\n'
    )
