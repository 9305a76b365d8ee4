"""What holds for every lesson of the catalogue."""

import dataclasses
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, product
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
from primer_core.picture.program_lines import ProgramLines
from tests.lessons.parts import parts
from tests.lessons.states import STATES
from tests.profiles import examples, seed
from tests.snippets import printed_by
from ui.catalog import LESSONS_BY_SLUG

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that answers."""

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
    question, problems = lesson.opened(dict(parse_qsl(known["address"], keep_blank_values=True)))
    assert not problems
    code = [panel.code for panel in parts(page(lesson, question), CodePanel)]
    assert code[-1:] == ([known["code"]] if known["code"] else [])  # where there are several, the last was recorded


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_a_preset_is_a_link_and_lights_its_pill(lesson: AnyLesson, preset: Any) -> None:
    address = urlencode(lesson.parameters(preset.question))
    question, problems = lesson.opened(dict(parse_qsl(address, keep_blank_values=True)))
    assert question == preset.question
    assert not problems
    shown = page(lesson, question)
    assert shown.body is not None, "something in the preset cannot be read"
    assert parts(shown, Presets)[0].lit == preset.title
    pressed, refusal = fold(lesson, lesson.question(), [Put(lesson.puts(preset))])
    assert not refusal
    assert lesson.puts(preset).items() <= pressed.texts().items()


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_an_answer_is_small(lesson: AnyLesson, preset: Any) -> None:
    assert len(answer(lesson, preset.question)) <= MOST_BYTES
    for picture in parts(page(lesson, preset.question), Picture):
        assert sum(len(grid["cells"]) for grid in picture.payload()["grids"]) <= MOST_CELLS


@of_every_lesson
def test_an_answer_is_small_whatever_is_chosen(lesson: AnyLesson) -> None:
    choices = [
        [{field.parameter or name: option} for option in field.options]
        for name, field in lesson.question.fields().items()
        if isinstance(field, ChoiceField)
    ]
    pairs = list(combinations(choices, 2)) or [(fields, [{}]) for fields in choices]
    for one, other in (pair for fields in pairs for pair in product(*fields)):
        question, _ = lesson.question.parse(one | other)
        assert len(answer(lesson, question)) <= MOST_BYTES, (one, other)


@pytest.mark.parametrize(("lesson", "preset"), presets())
def test_the_code_of_a_preset_runs(lesson: AnyLesson, preset: Any) -> None:
    for panel in parts(page(lesson, preset.question), CodePanel):
        printed_by(panel.code)


FRESH = """
import sys
from primer_core.lessons.answer import answer, fold
from primer_core.lessons.event import Put
from ui.catalog import LESSONS_BY_SLUG

for lesson in LESSONS_BY_SLUG.values():
    for preset in lesson.presets:
        if not lesson.needs_torch(preset.question):
            fold(lesson, preset.question, [Put(lesson.puts(preset))])
            answer(lesson, preset.question)
            assert "torch" not in sys.modules, (lesson.slug, preset.title)
print("torch" in sys.modules)
"""


def test_pytorch_is_loaded_only_by_what_says_that_it_needs_it() -> None:
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.strip() == "False", done.stderr


@of_every_lesson
def test_a_link_that_names_a_view_alone_opens_an_example_of_it(lesson: AnyLesson) -> None:
    if not lesson.shelf:
        return
    field = lesson.question.fields()[lesson.shelf]
    assert isinstance(field, ChoiceField)
    for view in field.options:
        question, problems = lesson.opened({field.parameter or lesson.shelf: view})
        assert not problems
        assert getattr(question, lesson.shelf) == view
        if lesson.offered(question):
            assert lesson.lit(question) == lesson.offered(question)[0].title


@of_every_lesson
@examples(200)
@given(data=st.data())
def test_an_address_brings_its_question_back(lesson: AnyLesson, data: st.DataObject) -> None:
    fields = {f.parameter or name: f for name, f in lesson.question.fields().items()}
    some = data.draw(st.lists(st.sampled_from(list(fields)), max_size=2))
    question, _ = lesson.question.parse({name: data.draw(values_of(fields[name], name)) for name in some})
    hidden = {
        name: getattr(lesson.question(), name)
        for name, field in lesson.question.fields().items()
        if getattr(field, "hidden", False)
    }
    question = dataclasses.replace(question, **hidden)  # which no address carries
    assert lesson.opened(lesson.parameters(question)) == (question, ())


@of_every_lesson
@examples(200)
@given(data=st.data())
def test_what_a_link_names_is_asked_and_the_rest_is_the_default(lesson: AnyLesson, data: st.DataObject) -> None:
    fields = {f.parameter or name: f for name, f in lesson.question.fields().items()}
    name = data.draw(st.sampled_from([name for name in fields if name != lesson.shelf]))
    given_text = data.draw(values_of(fields[name], name))
    question, problems = lesson.opened({name: given_text})
    assert not problems
    expected = lesson.question().with_texts({name: given_text})
    assert question == expected


@pytest.mark.parametrize("lesson", [LESSONS_BY_SLUG[slug] for slug in STATES], ids=lambda lesson: lesson.slug)
def test_a_preset_that_is_pressed_leads_to_the_same_whatever_of_its_fields_stood_there(lesson: AnyLesson) -> None:
    chance = random.Random(f"pressed {seed()} {lesson.slug}")
    for preset in lesson.presets:
        press = Put(lesson.puts(preset))
        before = STATES[lesson.slug](chance)
        assert fold(lesson, before, [press]) == fold(lesson, before.with_texts(press.texts), [press])


@of_every_lesson
def test_titles_of_presets_differ_where_they_are_offered_together(lesson: AnyLesson) -> None:
    for preset in lesson.presets:
        titles = [other.title for other in lesson.offered(preset.question)]
        assert len(set(titles)) == len(titles)


@of_every_lesson
def test_every_field_has_a_control_somewhere(lesson: AnyLesson) -> None:
    fields = lesson.question.fields()
    presets = [preset.question for preset in lesson.presets]
    # What no preset shows is one press further on, at another choice.
    further = [
        presets[0].with_texts({field.parameter or name: option})
        for name, field in fields.items()
        if isinstance(field, ChoiceField)
        for option in field.options
    ]
    pages = [page(lesson, question) for question in (*presets, *further)]
    shown = {control.field for each in pages for controls in parts(each, Controls) for control in controls.controls}
    shown |= {lines.field for each in pages for lines in parts(each, ProgramLines)}
    for name, field in fields.items():
        if not (isinstance(field, TextField) and field.hidden):
            assert field.label
            assert (field.parameter or name) in shown, f"no page shows a control of {name}"


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
    explanation.forget()
    question = lesson.presets[-1].question
    page(lesson, question)
    page(lesson, question)
    assert explanation.asked == 1


#: Questions in which numbers below zero are shown.
NEGATIVE: dict[str, list[dict[str, str]]] = {
    "arrays": [
        {"make": "[[-1, -2], [3, 4]].T", "to": "float32"},
        {"view": "Dtypes", "values": "-1.9, -3, 2", "bits": "-1.5", "as": "int8"},
        {"view": "PyTorch", "make": "[-1, -2]"},
    ],
    "autograd_graph": [
        {"program": "x = param(-2)\ny = -x ** 3 + sum(x * [-1, -2])"},
        {"program": "x = param([[-1, -2]])\ny = sum(softmax(x))"},
    ],
    "broadcasting": [
        {"a": "[[-1, -2], [-3, 4]]", "b": "[-1, -1.5]", "op": "subtract"},
        {"a": "[-1, -2]", "b": "[[-3], [0]]", "c": "-4"},
    ],
    "data_loading": [{"view": "Normalising", "mean": "-0.5"}, {"view": "Saving", "into_norm": "true"}],
    "indexing": [
        {"array": "(3, 4)", "index": "-1, ::-1"},
        {"array": "[[-1, -2], [-3, 4]]", "index": "[-1, 0], -1", "then": "Add in place", "value": "-5"},
        {"array": "(3, 4)", "index": "::-2", "then": "Add to b", "value": "-5"},
        {"array": "(3, 4)", "index": "[-1, -1]", "library": "PyTorch", "then": "Assign", "value": "-5"},
    ],
    "matmul": [{"a": "[[-1, -2], [-3, 4]]", "b": "[[-1.5], [2]]"}, {"a": "[-1, -2]", "b": "[-3, 5]"}],
    "reductions": [
        {"array": "[[-1, -2], [-3, 4]]", "operation": operation, "axis": axis}
        for operation in ("sum", "mean", "std", "max", "argmax", "any", "norm", "softmax")
        for axis in ("-1", "None")
    ],
    "shapes": [
        {"library": "NumPy", "x": "[[-1, -2], [-3, 4]]", "steps": "flip(0), swapaxes(-1, -2), reshape(-1)"},
        {"x": "[[-1, -2], [-3, 4]]", "steps": "flatten(-2, -1), unsqueeze(-1)"},
    ],
    "softmax": [{"z0": "-2", "z1": "-3.5"}, {"z0": "-5", "z1": "5", "T": "0"}],
    "views": [
        {"b": "a[::-1, ::-1]", "then": "b[0, 0] = -5; b -= 30"},
        {"view": "Refused views", "b": "a[::-1]", "to": "(-1,)"},
        {"view": "Names", "a": "(4,)", "b": "a[::-1]", "then": "a = a - 10; b[0] = -3"},
    ],
}

#: Parts and fields that hold code, what is typed, or what a library said, in which the hyphen is Python's own.
HYPHENS = {
    "Code", "CodePanel", "Control", "Equation", "Fix", "Node.expression", "Node.title", "Notice", "Offer", "Presets",
    "ProgramLine", "ProgramLines",
    "Quiz", "Remedy", "Row.label", "SizeRow.text", "Slider", "Step.title", "StepCard.text",
}  # fmt: skip

_HYPHEN = re.compile(r"(?<![\w.)\]-])-(?=\.?\d|inf)")


def hyphens(shown: Any) -> Iterator[str]:
    """Texts on a page in which a number begins with a hyphen, but for those within “ ”, which a library said."""
    match shown:
        case str() if _HYPHEN.search(re.sub("“[^”]*”", "", shown)):
            yield shown
        case tuple() | list():
            for inner in shown:
                yield from hyphens(inner)
    if not dataclasses.is_dataclass(shown) or type(shown).__name__ in HYPHENS:
        return
    for field in dataclasses.fields(shown):
        if f"{type(shown).__name__}.{field.name}" not in HYPHENS:
            yield from hyphens(getattr(shown, field.name))


@of_every_lesson
def test_a_number_that_is_read_has_a_minus_sign(lesson: AnyLesson) -> None:
    asked = [preset.question for preset in lesson.presets]
    for texts in NEGATIVE.get(lesson.slug, ()):
        question, problems = lesson.question.parse(texts)
        assert not problems
        asked.append(question)
    for question in asked:
        assert list(hyphens(page(lesson, question))) == [], question
