"""Messages of the installed NumPy, PyTorch and Python are raised for real, and recognised with their facts."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import torch

from primer_core.claims.claim import plain
from primer_core.error_messages import KINDS, LessonLink, Mistake, Recognised, is_error
from primer_core.lessons import (
    arrays,
    autograd_graph,
    broadcasting,
    einsum,
    indexing,
    matmul,
    reductions,
    shapes,
    softmax,
    views,
)
from primer_core.lessons.lesson import Lesson
from primer_core.lessons.outcome import Unread
from tests.error_messages.older import OLDER
from tests.error_messages.provoked import HEADER, PROVOKED, Provoked
from tests.error_messages.raising import known, raised_by, seen, text_of

LESSONS: Mapping[str, Lesson[Any, Any]] = {
    module.LESSON.slug: module.LESSON
    for module in (
        arrays, autograd_graph, broadcasting, einsum, indexing, matmul, reductions, shapes, softmax, views
    )
}  # fmt: skip

#: What says that there is no GPU is raised where there is none.
RAISED = tuple(row for row in PROVOKED if row.kind != "no_gpu" or not torch.cuda.is_available())

pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def provoked(case: int) -> Recognised:
    """Return what is made of the message that a row of the table raises."""
    error = raised_by(HEADER + RAISED[case].code)
    assert error is not None, RAISED[case].code
    found = seen(error)
    assert isinstance(found, Recognised), text_of(error)
    return found


def rows() -> list[Any]:
    return [pytest.param(number, row, id=f"{row.kind}-{number}") for number, row in enumerate(RAISED)]


@pytest.mark.parametrize(("number", "row"), rows())
def test_a_message_that_is_raised_is_recognised_with_its_facts(number: int, row: Provoked) -> None:
    found = provoked(number)
    assert found.kind == row.kind
    assert {name: getattr(found.cause, name) for name in row.facts} == row.facts


@pytest.mark.parametrize(("number", "row"), rows())
def test_what_is_raised_is_an_error_and_no_program(number: int, row: Provoked) -> None:
    found = provoked(number)
    assert is_error(f"{found.raised.type}: {found.raised.message}")
    assert is_error(found.raised.message or found.raised.type)
    assert not is_error(row.code)


def mistakes() -> list[Any]:
    """Return every mistake that is told for a message of the tables, once, with the name of its kind."""
    told: dict[Mistake, str] = {}
    for number in range(len(RAISED)):
        found = provoked(number)
        told |= dict.fromkeys(found.mistakes, found.kind)
    for row in OLDER:
        found = known(row.text)
        told |= dict.fromkeys(found.mistakes, found.kind)
    return [(kind, mistake) for mistake, kind in told.items()]


def needs_gpu(mistake: Mistake) -> bool:
    """Whether code runs only with a GPU, or raises only without one."""
    return "cuda" in mistake.before and ("is_available" not in mistake.after or torch.cuda.is_available())


#: Older wordings of kinds that have another one now: what their code raises today.
NOW = {
    "dot_unaligned": "dot",
    "matmul_sizes_torch": "matmul_torch",
    "other_dtype_torch": "dtypes_differ",
    "saved_names_old": "saved_names",
    "reshape_size": "reshape",
    "join_sizes": "join",
    "join_old_torch": "join_torch",
    "join_axes_number": "join_axes",
    "input_axes_old": "input_axes",
    "alias": "removed",
}


def test_before_raises_a_message_of_the_kind_and_after_works() -> None:
    wrong = []
    for kind, mistake in mistakes():
        if needs_gpu(mistake):
            continue
        error = raised_by(mistake.before)
        found = None if error is None else seen(error)
        if not isinstance(found, Recognised) or found.kind != NOW.get(kind, kind):
            wrong.append(f"{kind}, before\n{mistake.before}\n{error!r}")
        if error := raised_by(mistake.after):
            wrong.append(f"{kind}, after\n{mistake.after}\n{error!r}")
    assert not wrong, "\n\n".join(wrong[:5])


def test_no_code_is_taken_for_an_error() -> None:
    codes = [code for _, mistake in mistakes() for code in (mistake.before, mistake.after)]
    assert [code for code in codes if is_error(code)] == []


def test_every_kind_is_raised_or_published() -> None:
    raised = {row.kind for row in PROVOKED}
    assert {kind.name for kind in KINDS} == raised | {row.kind for row in OLDER}
    assert len(raised) >= 60
    assert len(OLDER) >= 20


def test_names_of_kinds_differ() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))


def links() -> list[LessonLink]:
    found = [known(row.text).lesson for row in OLDER] + [provoked(number).lesson for number in range(len(RAISED))]
    return [link for link in found if link is not None]


def test_lessons_take_what_is_asked_of_them() -> None:
    wrong = []
    asked = {(link.slug, tuple(link.parameters.items())) for link in links()}
    for slug, parameters in asked:
        lesson = LESSONS[slug]
        question, problems = lesson.question.parse(dict(parameters))
        if problems or isinstance(lesson.explain(question), Unread):
            wrong.append((slug, parameters, problems))
    assert not wrong, wrong
    assert len(asked) > 60


def test_sentences_end_and_begin_as_sentences_do() -> None:
    for number in range(len(RAISED)):
        said = plain(provoked(number).sentence())
        assert said.endswith("."), said
        assert ".." not in said.replace("...", ""), said
        assert all(plain(mistake.why)[-1] in ".?" for mistake in provoked(number).mistakes)


def test_every_kind_has_a_mistake() -> None:
    assert all(provoked(number).mistakes for number in range(len(RAISED)))
