"""The page of a lesson: the frame, and one component that shows all that the lesson says.

Streamlit runs the page when it is opened. From then on the browser owns the question and asks `ui.answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from urllib.parse import urlencode

import streamlit as st

from primer_core.lessons.answer import problem_sentences
from primer_core.lessons.question import Problem
from ui import answers, catalog, modules, session, shell
from ui.components.folder import ModuleComponent

_component = ModuleComponent("lesson", modules.style(), isolate_styles=False)


@cache
def versions() -> str:
    """Return the libraries that answer, with their versions, without loading them."""
    return f"NumPy {version('numpy')}, PyTorch {version('torch')}"


def given_twice(parameters: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the parameters that an address names more than once, the last of which is taken."""
    for name, taken in parameters.items():
        yield from (Problem(name, text, f"{name} once", taken) for text in st.query_params.get_all(name)[:-1])


def lesson_page(slug: str) -> None:
    """Draw the page of a lesson, opened with the question that its address has."""
    spec = shell.begin(slug)
    lesson = catalog.LESSONS_BY_SLUG[slug]
    parameters = {name: text for name, text in st.query_params.items() if name not in session.PARAMETERS}
    question, problems = lesson.opened(parameters)
    problems = (*problems, *given_twice(parameters))
    _component.mount(
        f"lesson {slug}",
        {
            "slug": slug,
            "address": answers.address(slug),
            "opened": urlencode(parameters),
            "question": question.texts(),
            "answer": answers.opening(lesson, question),
            "problems": list(problem_sentences(problems)),
            "versions": versions(),
        },
    )
    shell.finish(spec)
