"""Questions of learners, as this lesson is asked them: what it shows is what NumPy does."""

from typing import Any

import numpy as np
import pytest

from primer_core.claims.letters import LettersFit, NoSuchLetter, SumsOver
from primer_core.lessons.einsum.claims import claims_of
from primer_core.lessons.einsum.explain import Refusal, Summed, explain
from primer_core.lessons.einsum.presets import PRESETS
from primer_core.lessons.einsum.question import NAMES, EinsumQuestion, LibraryName
from primer_core.lessons.einsum.show import show
from primer_core.lessons.lesson import Preset
from primer_core.picture.parts import CodePanel, Notice
from primer_core.picture.text import plain
from tests.lessons.parts import parts
from tests.snippets import assigned_in

A, B = "np.array([[1, 2], [3, 4]])", "np.array([[5, 6], [7, 8]])"


@pytest.mark.parametrize(
    ("subscripts", "b", "expected"),
    [
        ("ij,jk->ik", B, [[19, 22], [43, 50]]),
        ("ij,ij->ij", B, [[5, 12], [21, 32]]),
        ("ij,ij->", B, 70),
        ("ij,ji->", B, 69),
        ("ii", "", 5),
        ("ii->i", "", [1, 4]),
        ("ij->j", "", [4, 6]),
        ("ba", "", [[1, 3], [2, 4]]),
    ],
)
def test_what_is_not_named_after_the_arrow_is_summed(subscripts: str, b: str, expected: Any) -> None:
    found = explain(EinsumQuestion(subscripts, A, b))
    assert isinstance(found, Summed)
    np.testing.assert_array_equal(found.result, expected)
    gone = [claim.letters for claim in claims_of(EinsumQuestion(), found) if isinstance(claim, SumsOver)]
    before, arrow, after = subscripts.partition("->")
    letters = dict.fromkeys(before.replace(",", ""))
    left = after if arrow else [letter for letter in letters if before.count(letter) == 1]
    assert gone == [tuple((letter, 2) for letter in letters if letter not in left)] * bool(set(letters) - set(left))


def test_a_letter_of_the_result_that_no_operand_has_is_declined_in_numpys_words() -> None:
    question = EinsumQuestion("ij,kj->ijl", "[[1, 2], [3, 4]]", "[[5, 6], [7, 8]]")
    found = explain(question)
    assert isinstance(found, Refusal)
    said = claims_of(question, found)
    assert NoSuchLetter("l") in said
    assert LettersFit("known letters", "ij,kj->ij", (2, 2)) in said
    assert question in [preset.question for preset in PRESETS]
    told = [plain(line) for notice in parts(show(question, found), Notice) for line in notice.paragraphs]
    assert any("output subscript" in line and "never appeared in an input" in line for line in told)


@pytest.mark.parametrize("library", ["NumPy", "PyTorch"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_prints_can_be_typed_into_the_fields(
    preset: Preset[EinsumQuestion], library: LibraryName
) -> None:
    question, _ = EinsumQuestion.parse({**preset.question.texts(), "library": library})
    first = explain(question)
    code = next(panel.code for panel in parts(show(question, first), CodePanel))
    typed = {name: text for name, text in assigned_in(code.partition("\n\na = torch")[0]).items() if name in NAMES}
    assert typed
    again = explain(EinsumQuestion.parse({**question.texts(), **typed})[0])
    assert type(again) is type(first)
    if isinstance(first, Summed):
        assert isinstance(again, Summed)
        np.testing.assert_array_equal(again.result, first.result)
