"""The lessons: sidebar, home page, previous/next links and tests all derive from this one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from primer_core.lessons import (
    arrays,
    autograd_graph,
    backprop_by_hand,
    broadcasting,
    data_loading,
    einsum,
    indexing,
    matmul,
    own_lines,
    reductions,
    shapes,
    softmax,
    training_loop,
    views,
)
from primer_core.lessons.lesson import AnyLesson, Lesson


@dataclass(frozen=True, slots=True)
class LessonSpec:
    """One lesson.

    Parameters
    ----------
    slug
        The stem of its file in ``pages/``, which is also its address.
    title
        What the sidebar and the page call it.
    group
        The sidebar group it stands in, one of `GROUPS`.
    icon
        A Material Symbols icon, written as Streamlit takes it.
    summary
        What the lesson shows, in a sentence or two.
    blurb
        What its card on the home page says: one short sentence.
    lesson
        The lesson itself; None for a page that is an app of its own.
    """

    slug: str
    title: str
    group: str
    icon: str
    summary: str
    blurb: str
    lesson: AnyLesson | None = None

    @property
    def file(self) -> str:
        """The page's file, relative to ``app.py``."""
        return f"pages/{self.slug}.py"


def row(lesson: Lesson[Any, Any]) -> LessonSpec:
    """Return a lesson's row of the table."""
    return LessonSpec(lesson.slug, lesson.title, lesson.group, lesson.icon, lesson.summary, lesson.blurb, lesson)


GROUPS: tuple[str, ...] = ("Yours", "Networks", "Arrays", "Autograd")

LESSONS: tuple[LessonSpec, ...] = (
    row(own_lines.LESSON),
    LessonSpec(
        slug="draw_a_digit",
        title="Draw a digit",
        group="Networks",
        icon=":material/draw:",
        summary="Draw, and a network reads your digit while the pen is still moving: ten probabilities from 784 grey "
        "values.",
        blurb="It is read while your pen is still moving.",
    ),
    LessonSpec(
        slug="live_training",
        title="Live training",
        group="Networks",
        icon=":material/show_chart:",
        summary="A network learns by taking small steps against the gradient. Start one, and watch its loss fall as it "
        "happens.",
        blurb="Watch the loss fall, and change the rate while it does.",
    ),
    row(training_loop.LESSON),
    LessonSpec(
        slug="playground",
        title="Playground",
        group="Networks",
        icon=":material/scatter_plot:",
        summary="A small network learns points in the plane. Watch its border bend around them, and set each of its "
        "weights by hand.",
        blurb="A border bends around the points that you place.",
    ),
    row(data_loading.LESSON),
    row(arrays.LESSON),
    row(broadcasting.LESSON),
    row(views.LESSON),
    row(shapes.LESSON),
    row(indexing.LESSON),
    row(reductions.LESSON),
    row(matmul.LESSON),
    row(einsum.LESSON),
    row(autograd_graph.LESSON),
    row(backprop_by_hand.LESSON),
    row(softmax.LESSON),
)

LESSONS_BY_SLUG: Mapping[str, AnyLesson] = {spec.slug: spec.lesson for spec in LESSONS if spec.lesson is not None}
"""The lessons that are not apps of their own, which one address answers for."""


def lesson(slug: str) -> LessonSpec:
    """The lesson of that slug.

    Raises
    ------
    KeyError
        If no lesson has it.
    """
    for spec in LESSONS:
        if spec.slug == slug:
            return spec
    raise KeyError(f"no lesson called {slug!r}; there are {', '.join(spec.slug for spec in LESSONS)}")


def grouped() -> tuple[tuple[str, tuple[LessonSpec, ...]], ...]:
    """The groups that have lessons, each with its lessons, in reading order."""
    groups = ((group, tuple(spec for spec in LESSONS if spec.group == group)) for group in GROUPS)
    return tuple((group, specs) for group, specs in groups if specs)
