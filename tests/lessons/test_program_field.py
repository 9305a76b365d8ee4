"""The field of a program: what it keeps as it was typed, its way through an address and an event, its limits."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.event import Act, EventError, Put, Resize, read_event
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.question import LONGEST_TEXT, MOST_LINES, Question, UnreadableError, program
from primer_core.lessons.show import controls
from primer_core.picture.payload import payload
from primer_core.picture.program import Place, ProgramFault, ProgramMarks
from tests.language.hostile_texts import TEXTS
from tests.profiles import examples

DEFAULT = "import numpy as np\n"


@dataclass(frozen=True, slots=True)
class Asked(Question):
    program: str = program(DEFAULT, label="Program", help="Lines.", placeholder="Paste", parameter="lines")


@dataclass(frozen=True, slots=True)
class AskedShort(Question):
    program: str = program("", label="Program", most_lines=2)


def reopened(question: Question) -> Question:
    """Bring a question back from its address."""
    address = urlencode(question.parameters())
    found, problems = type(question).parse(dict(parse_qsl(address, keep_blank_values=True)))
    assert not problems
    return found


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300))
@examples(300)
def test_a_program_comes_back_from_its_address_letter_by_letter(typed: str) -> None:
    typed = "\n".join(typed.split("\n")[:MOST_LINES])
    asked = Asked(typed)
    assert reopened(asked) == asked
    assert put_fields(Asked(), Put(asked.texts())) == asked


@pytest.mark.parametrize(
    "typed",
    ["", "\n", "\n\n  x = 1  \n\n\ty = 2\t\n  ", "    x\n" * MOST_LINES, "# é 😀 \u202e\u2067 \x00\x0b\x0c\u2028"],
)
def test_blanks_tabs_and_blank_lines_are_kept(typed: str) -> None:
    asked = Asked().with_texts({"lines": typed})
    assert asked.program == typed
    assert reopened(asked) == asked


def test_every_line_end_is_one_letter() -> None:
    assert Asked().with_texts({"lines": "a\r\nb\rc\nd\r\n"}).program == "a\nb\nc\nd\n"


def test_a_program_has_at_most_so_many_lines_the_last_of_which_may_end() -> None:
    most = "x\n" * MOST_LINES
    assert Asked().with_texts({"lines": most}).program == most
    assert Asked().with_texts({"lines": most.rstrip()}).program == most.rstrip()
    for typed, lines in ((most + "x", 81), (most + "\n", 81), ("\r\n" * 200, 200)):
        with pytest.raises(UnreadableError, match=f"at most {MOST_LINES} lines, not {lines}"):
            Asked().with_texts({"lines": typed})
    question, (problem,) = AskedShort.parse({"program": "a\nb\nc"})
    assert question == AskedShort()
    assert problem.expected == "at most 2 lines, not 3"


def test_a_program_has_at_most_so_many_characters() -> None:
    most = "x" * LONGEST_TEXT
    assert Asked().with_texts({"lines": most}).program == most
    with pytest.raises(UnreadableError, match=f"at most {LONGEST_TEXT} characters, not {LONGEST_TEXT + 1}"):
        Asked().with_texts({"lines": most + "x"})


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_text_is_kept_or_refused_with_a_reason(hostile: str) -> None:
    asked, problems = Asked.parse({"lines": hostile})
    refused = hostile.count("\n") >= MOST_LINES
    assert bool(problems) == refused
    assert asked.program == (DEFAULT if refused else hostile.replace("\r\n", "\n").replace("\r", "\n"))


def test_a_program_is_no_operand_that_could_be_resized() -> None:
    with pytest.raises(EventError):
        put_fields(Asked("x = 1\ny = 2"), Resize("lines", "x = 1\ny = 2", (2, 3)))


def test_its_control_brings_limits_and_marks() -> None:
    fault = ProgramFault(Place(1, 4, 1, 9), "No module of that name.")
    marks = ProgramMarks(1, (1,), (fault,), (Place(1, 0, 1, 6),))
    (shown,) = payload(controls(Asked("x\n"), "program", marks={"program": marks}))["controls"]
    assert shown["look"] == "program"
    assert (shown["field"], shown["value"], shown["placeholder"]) == ("lines", "x\n", "Paste")
    assert (shown["lines"], shown["most_lines"]) == (12, MOST_LINES)
    assert shown["marks"] == {
        "kind": "programmarks", "current": 1, "faulty": [1], "expressions": [[1, 0, 1, 6]],
        "faults": [{"kind": "fault", "place": [1, 4, 1, 9], "message": "No module of that name."}],
    }  # fmt: skip
    (plain,) = payload(controls(Asked(), "program"))["controls"]
    assert "marks" not in plain


def test_what_a_press_sends_is_an_act() -> None:
    details: dict[str, str | int] = {"field": "program", "line": 3, "column": 0, "end_line": 4, "end_column": 33}
    act = read_event({"kind": "act", "name": "open", "details": details, "sets": "open program"})
    assert act == Act("open", details)
