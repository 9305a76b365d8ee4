"""The lessons: sidebar, home page, previous/next links and tests all derive from this one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from primer_core.lessons import broadcasting, softmax
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
    claim
        What the lesson shows, in one sentence.
    lesson
        The lesson itself; None for a page that is an app of its own.
    """

    slug: str
    title: str
    group: str
    icon: str
    claim: str
    lesson: AnyLesson | None = None

    @property
    def file(self) -> str:
        """The page's file, relative to ``app.py``."""
        return f"pages/{self.slug}.py"


def row(lesson: Lesson[Any, Any]) -> LessonSpec:
    """Return a lesson's row of the table."""
    return LessonSpec(lesson.slug, lesson.title, lesson.group, lesson.icon, lesson.claim, lesson)


GROUPS: tuple[str, ...] = ("Arrays", "Autograd", "Networks")

LESSONS: tuple[LessonSpec, ...] = (
    LessonSpec(
        slug="arrays",
        title="Arrays",
        group="Arrays",
        icon=":material/grid_view:",
        claim="An array is one block of memory in which every number has the same type, and a shape that says how to "
        "read it.",
    ),
    row(broadcasting.LESSON),
    LessonSpec(
        slug="views",
        title="Views and copies",
        group="Arrays",
        icon=":material/link:",
        claim=(
            "An array is a way of reading memory: a shape, strides and an offset. A view reads memory that is there "
            "already, a copy has its own."
        ),
    ),
    LessonSpec(
        slug="shapes",
        title="Shapes",
        group="Arrays",
        icon=":material/view_in_ar:",
        claim=(
            "A shape is only how memory is read: most steps change strides and move no byte, some must copy, and some "
            "are impossible."
        ),
    ),
    LessonSpec(
        slug="indexing",
        title="Indexing",
        group="Arrays",
        icon=":material/ads_click:",
        claim="Numbers and slices only say where to look, so what they pick is a view. Lists and masks gather "
        "elements from anywhere into a copy.",
    ),
    LessonSpec(
        slug="reductions",
        title="Reductions",
        group="Arrays",
        icon=":material/compress:",
        claim="A sum or a maximum along an axis makes that axis disappear: each result is made of the cells that "
        "differ only there.",
    ),
    LessonSpec(
        slug="matmul",
        title="Matrix products",
        group="Arrays",
        icon=":material/grid_on:",
        claim="Each cell of a matrix product is a row of the first times a column of the second, summed up. All other "
        "axes only repeat that.",
    ),
    LessonSpec(
        slug="autograd_graph",
        title="Autograd graph",
        group="Autograd",
        icon=":material/account_tree:",
        claim="PyTorch writes down what you compute as a graph. Going back through it, each node multiplies what "
        "comes in by its own slope.",
    ),
    LessonSpec(
        slug="backprop_by_hand",
        title="Back-propagation by hand",
        group="Autograd",
        icon=":material/undo:",
        claim="Every gradient of a network follows from a few lines of matrix algebra. Derive them, and find "
        "the numbers that autograd finds.",
    ),
    row(softmax.LESSON),
    LessonSpec(
        slug="live_training",
        title="Live training",
        group="Networks",
        icon=":material/show_chart:",
        claim="A network learns by taking small steps against the gradient. Start one, and watch its loss fall as it "
        "happens.",
    ),
    LessonSpec(
        slug="draw_a_digit",
        title="Draw a digit",
        group="Networks",
        icon=":material/draw:",
        claim="Draw, and a network reads your digit while the pen is still moving: ten probabilities from 784 grey "
        "values.",
    ),
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
