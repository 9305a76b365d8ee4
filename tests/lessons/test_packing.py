"""Links of long programs: they bring back every letter, are shorter, and what is damaged or swells is told."""

import base64
import zlib
from urllib.parse import parse_qs, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.answer import problem_sentences
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.presets import PRESETS
from primer_core.lessons.own_lines.question import START, OwnLinesQuestion
from primer_core.lessons.packing import MARK, READABLE, packed, unpacked
from primer_core.lessons.question import LONGEST_TEXT
from tests.profiles import examples

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@examples(300)
@given(TEXTS)
def test_what_is_packed_comes_back(text: str) -> None:
    assert unpacked(packed(text), LONGEST_TEXT) == text
    assert len(quote_plus(packed(text))) <= max(len(quote_plus(text)), READABLE) or text.startswith(MARK)


def test_a_short_program_stays_readable_and_a_long_one_takes_less_than_half() -> None:
    assert packed("x = np.arange(3)\nprint(x * 2)") == "x = np.arange(3)\nprint(x * 2)"
    long = [preset.question.program for preset in PRESETS if len(preset.question.program) > 150]
    assert len(long) > 5
    assert sum(len(packed(text)) for text in long) < 0.5 * sum(len(quote_plus(text)) for text in long)


@pytest.mark.parametrize("text", ["", "~a", "z", MARK, f"{MARK}abc", f"{MARK}é\n", "é" * 300, "\n" * 80])
def test_no_text_is_taken_for_a_packed_one(text: str) -> None:
    assert unpacked(packed(text), LONGEST_TEXT) == text
    if text.startswith(MARK):
        with pytest.raises(SyntaxError):  # no program begins so
            compile(text, "<program>", "exec")


@examples(200)
@given(TEXTS.map(lambda text: text + "abc" * 80), st.data())
def test_a_damaged_link_is_told(text: str, data: st.DataObject) -> None:
    whole = packed(text)
    assert whole.startswith(MARK)
    cut = whole[: data.draw(st.integers(len(MARK), len(whole) - 2))]
    with pytest.raises(ValueError, match="a whole link"):
        unpacked(cut, LONGEST_TEXT)


def deflated(data: bytes) -> str:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return MARK + base64.urlsafe_b64encode(squeeze.compress(data) + squeeze.flush()).rstrip(b"=").decode()


@pytest.mark.parametrize("data", [b"x" * 50_000_000, "é".encode() * 20_000, b"\xff" * 60_000, b"x" * 10_001])
def test_what_swells_is_never_written_out(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = deflated(data)
    written: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def __init__(self, *given: object, **named: object) -> None:
            self.inner = real(*given, **named)  # type: ignore[arg-type]  # as it was called

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            found = self.inner.decompress(data, most)
            written.append(len(found))
            return found

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(ValueError, match=f"at most {LONGEST_TEXT} characters"):
        unpacked(bomb, LONGEST_TEXT)
    assert sum(written) <= 4 * LONGEST_TEXT + 1


@pytest.mark.parametrize(
    "damaged", [f"{MARK}", f"{MARK}!!!", f"{MARK}A", f"{MARK}abcdefgh", deflated(b"\xff\xfe"), f"{MARK}é"]
)
def test_a_link_that_says_nothing_opens_the_first_example_and_says_so(damaged: str) -> None:
    question, problems = LESSON.opened({"program": damaged})
    assert question.program == START
    (sentence,) = problem_sentences(problems)
    assert "a whole link" in sentence
    assert "used instead: the first example" in sentence


def test_an_address_of_a_long_program_brings_it_back_and_so_does_a_plain_one() -> None:
    program = "\n".join(f"a{line} = np.arange({line}) + {line}.5" for line in range(60))
    question = OwnLinesQuestion(program=program)
    address = urlencode(LESSON.parameters(question))
    assert len(address) < 0.5 * len(quote_plus(program))
    assert address.startswith(f"program={MARK}")
    assert LESSON.opened({name: texts[0] for name, texts in parse_qs(address).items()}) == (question, ())
    assert LESSON.opened({"program": program}) == (question, ())
