"""What holds for every lesson of the catalogue."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.answer import answer, explanation, fold, page
from primer_core.lessons.event import Act, Click, Edit, Put, Resize
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import ChoiceField, NumberField, SwitchField, TextField, WholeField
from primer_core.picture.grid import Picture
from primer_core.picture.parts import CodePanel, Controls, Presets
from tests.lessons.parts import parts
from tests.profiles import examples
from tests.snippets import printed_by
from ui.catalog import LESSONS_BY_SLUG

LESSONS = list(LESSONS_BY_SLUG.values())
#: Every address that the presets had when the app was first shown to learners, and the code that stood there.
ADDRESSES: dict[str, list[dict[str, str]]] = json.loads(
    Path(__file__).with_name("addresses.json").read_text(encoding="utf-8")
)
MOST_BYTES = 64_000
MOST_CELLS = 1_500
NASTY = [
    "", " ", "\x00", "\ud800", "(", ")" * 50, "[" * 200, "((((" * 400, "__import__('os').system('true')",
    "().__class__", "lambda: 0", "10**10**10", "(10**9, 10**9)", "[" + "9" * 400 + "]", "a" * 9_999, "'" * 3, '"%s"',
    "{0.__class__}", "<img src=x onerror=alert(1)>", "**b** `c` [d](e)", "\u202eabc", "1e999", "nan", "None", "True",
    "...", "a[", "x = 1", "\\d", "1 is 1", "; ; ;", "\n\n", "-0", "½", "٣", "(2, 3)", "[1, 2]", "a.T", "a[0]",
    "view(-1)", "axis=0",
]  # fmt: skip


def of_every_lesson(test: Any) -> Any:
    return pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)(test)


def presets() -> list[Any]:
    return [
        pytest.param(lesson, preset, id=f"{lesson.slug}: {preset.title}")
        for lesson in LESSONS
        for preset in lesson.presets
    ]


@pytest.mark.parametrize(
    ("lesson", "known"),
    [
        pytest.param(lesson, known, id=f"{lesson.slug}: {known['view']} {known['title']}")
        for lesson in LESSONS
        for known in ADDRESSES.get(lesson.slug, ())  # a lesson that came later has none recorded
    ],
)
def test_an_address_that_worked_works_still(lesson: AnyLesson, known: dict[str, str]) -> None:
    question, problems = lesson.question.parse(dict(parse_qsl(known["address"], keep_blank_values=True)))
    assert not problems
    code = [panel.code for panel in parts(page(lesson, question), CodePanel)]
    assert code[-1:] == ([known["code"]] if known["code"] else [])  # where there are several, the last was recorded


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_a_preset_is_a_link_and_lights_its_pill(lesson: AnyLesson, preset: Any) -> None:
    address = urlencode(preset.question.parameters())
    question, problems = lesson.question.parse(dict(parse_qsl(address, keep_blank_values=True)))
    assert question == preset.question
    assert not problems
    assert parts(page(lesson, question), Presets)[0].lit == preset.title
    pressed, refusal = fold(lesson, lesson.question(), [Put(lesson.puts(preset))])
    assert not refusal
    assert lesson.puts(preset).items() <= pressed.texts().items()


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_an_answer_is_small(lesson: AnyLesson, preset: Any) -> None:
    assert len(answer(lesson, preset.question)) <= MOST_BYTES
    for picture in parts(page(lesson, preset.question), Picture):
        assert sum(len(grid["cells"]) for grid in picture.payload()["grids"]) <= MOST_CELLS


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_the_code_of_a_preset_runs(lesson: AnyLesson, preset: Any) -> None:
    for panel in parts(page(lesson, preset.question), CodePanel):
        printed_by(panel.code)


@of_every_lesson
def test_titles_of_presets_differ_where_they_are_offered_together(lesson: AnyLesson) -> None:
    for preset in lesson.presets:
        titles = [other.title for other in lesson.offered(preset.question)]
        assert len(set(titles)) == len(titles)


@of_every_lesson
def test_every_field_has_a_control_somewhere(lesson: AnyLesson) -> None:
    shown = {
        control.field
        for preset in lesson.presets
        for controls in parts(page(lesson, preset.question), Controls)
        for control in controls.controls
    }
    for name, field in lesson.question.fields().items():
        if not (isinstance(field, TextField) and field.hidden):
            assert field.label
            reachable = (field.parameter or name) in shown or lesson.kept
            assert reachable, f"no preset shows a control of {name}"


@of_every_lesson
def test_default_values_are_within_their_limits(lesson: AnyLesson) -> None:
    texts = lesson.question().texts()
    question, problems = lesson.question.parse(texts)
    assert not problems
    assert question == lesson.question()
    assert question.parameters() == {}


@of_every_lesson
def test_what_a_choice_expects_can_be_taken_apart_again(lesson: AnyLesson) -> None:
    for name, field in lesson.question.fields().items():
        if isinstance(field, ChoiceField):
            (problem,) = lesson.question.parse({field.parameter or name: "none of these"})[1]
            listed = problem.expected.removeprefix("one of ")
            assert listed.split("; " if ";" in listed else ", ") == list(field.options)


def values_of(field: Any, parameter: str) -> st.SearchStrategy[str]:
    match field:
        case ChoiceField():
            return st.sampled_from(list(field.options))
        case SwitchField():
            return st.sampled_from(["true", "false"])
        case WholeField():
            return st.integers(field.least, field.most).map(str)
        case NumberField():
            return st.floats(field.least, field.most).map(str)
    known = sorted({entry[parameter] for entries in KNOWN.values() for entry in entries if parameter in entry})
    mutated = st.tuples(st.sampled_from(known or ["(2, 3)"]), st.integers(0, 30), st.sampled_from(NASTY)).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2][:40] + drawn[0][drawn[1] + 1 :]
    )
    return st.one_of(st.sampled_from(known or ["(2, 3)"]), st.sampled_from(NASTY), mutated, st.text(max_size=30))


KNOWN = {
    slug: [dict(parse_qsl(entry["address"], keep_blank_values=True)) for entry in entries]
    for slug, entries in ADDRESSES.items()
}


@of_every_lesson
@examples(500)
@given(data=st.data())
def test_whatever_is_put_into_the_fields_has_an_answer(lesson: AnyLesson, data: st.DataObject) -> None:
    texts = {
        parameter: data.draw(values_of(field, parameter), label=parameter)
        for parameter, field in (((f.parameter or name), f) for name, f in lesson.question.fields().items())
    }
    question, problems = lesson.question.parse(texts)
    assert not problems
    found = json.loads(answer(lesson, question))
    assert found["panel"]
    assert set(found["question"]) == set(texts)


@of_every_lesson
@pytest.mark.parametrize("nasty", NASTY, ids=repr)
def test_each_field_alone_takes_empty_blank_huge_and_hostile_text(lesson: AnyLesson, nasty: str) -> None:
    for name, field in lesson.question.fields().items():
        for preset in lesson.presets[:2]:
            question, _ = fold(lesson, preset.question, [Put({field.parameter or name: nasty})])
            json.loads(answer(lesson, question))


@of_every_lesson
@examples(200)
@given(data=st.data())
def test_any_event_is_followed_or_refused_with_a_reason(lesson: AnyLesson, data: st.DataObject) -> None:
    question = data.draw(st.sampled_from([preset.question for preset in lesson.presets]))
    grids = [grid for picture in parts(page(lesson, question), Picture) for grid in picture.grids]
    names = st.sampled_from([grid.id for grid in grids] or ["a"]) | st.text(max_size=5)
    index = st.lists(st.integers(-2, 5), max_size=4).map(tuple)
    parameters = st.sampled_from(list(question.texts())) | st.text(max_size=3)
    events = data.draw(
        st.lists(
            st.one_of(
                st.builds(Click, names, index),
                st.builds(Edit, names, index, st.floats(-1e6, 1e6)),
                st.builds(
                    Resize, parameters, st.sampled_from(NASTY), st.lists(st.integers(0, 9), max_size=5).map(tuple)
                ),
                st.builds(
                    Act, st.text(max_size=8), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
                ),
                st.builds(Put, st.dictionaries(parameters, st.sampled_from(NASTY), min_size=1, max_size=2)),
            ),
            max_size=4,
        )
    )
    after, refusal = fold(lesson, question, events)
    assert isinstance(refusal, str)
    json.loads(answer(lesson, after))


@of_every_lesson
def test_an_explanation_is_made_once_for_an_answer(lesson: AnyLesson) -> None:
    explanation.cache_clear()
    question = lesson.presets[-1].question
    page(lesson, question)
    page(lesson, question)
    assert explanation.cache_info().misses == 1
