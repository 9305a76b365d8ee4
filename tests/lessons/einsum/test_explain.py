"""Einsum against NumPy, PyTorch and the loops that the page spells out."""

from __future__ import annotations

import string
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.claims.claim import Claim
from primer_core.claims.letters import (
    DotsStay,
    KeptTwice,
    LettersCounted,
    LettersFit,
    NoSuchLetter,
    OperandsCounted,
    ReadsDiagonal,
    StrangeSign,
    TwoSizes,
    UnequalDiagonal,
    WithoutArrow,
)
from primer_core.language.table.products import einsum_letters
from primer_core.lessons.einsum import claims
from primer_core.lessons.einsum.explain import Refusal, Summed, TooLarge, explain
from primer_core.lessons.einsum.presets import PRESETS
from primer_core.lessons.einsum.question import EinsumQuestion
from primer_core.lessons.einsum.show import picture, show, table
from primer_core.lessons.outcome import Unread
from tests.claims.program import Program
from tests.profiles import examples
from tests.snippets import printed_by


@st.composite
def questions(draw: st.DrawFn) -> tuple[EinsumQuestion, dict[str, int]]:
    """Draw subscripts with sizes that fit, for one to three operands of at most three axes."""
    letters = draw(st.lists(st.sampled_from("ijkl"), min_size=1, max_size=4, unique=True))
    sizes = {letter: draw(st.integers(1, 3)) for letter in letters}
    parts = draw(st.lists(st.lists(st.sampled_from(letters), max_size=3), min_size=1, max_size=3))
    used = sorted({letter for part in parts for letter in part})
    result = draw(st.permutations(used)) if used else []
    kept = result[: draw(st.integers(0, len(result)))]
    arrow = "->" + "".join(kept) if draw(st.booleans()) else ""
    subscripts = ",".join("".join(part) for part in parts) + arrow
    a, b, c, *_ = [str(tuple(sizes[letter] for letter in part)) for part in parts] + ["", ""]
    return EinsumQuestion(subscripts or "->", a, b, c), sizes


@examples(500)
@given(questions())
def test_the_result_is_numpys_and_each_cell_is_the_sum_of_what_meets_in_it(
    drawn: tuple[EinsumQuestion, dict[str, int]],
) -> None:
    question, _ = drawn
    outcome = explain(question)
    if isinstance(outcome, TooLarge):
        return
    assert isinstance(outcome, Summed), outcome
    arrays = [operand.values for operand in outcome.operands]
    np.testing.assert_array_equal(outcome.result, np.einsum(outcome.subscripts, *arrays))
    products: Any = 1
    for array, cells in zip(arrays, outcome.cells, strict=True):
        products = products * array.reshape(-1)[cells]
    np.testing.assert_array_equal(products.sum(axis=1), outcome.result.reshape(-1))
    assert tuple(use.size for use in outcome.kept) == outcome.result.shape
    assert prod(use.size for use in outcome.gone) == outcome.cells[0].shape[1]


@examples(150)
@given(questions())
def test_the_loops_and_both_libraries_print_the_same(drawn: tuple[EinsumQuestion, dict[str, int]]) -> None:
    outcome = explain(drawn[0])
    if not isinstance(outcome, Summed):
        return
    numpys = printed_by(outcome.codes["NumPy"])
    assert printed_by(outcome.loops) == numpys
    numbers = str.maketrans("", "", string.ascii_letters + string.punctuation + string.whitespace)
    assert printed_by(outcome.codes["PyTorch"]).translate(numbers) == numpys.translate(numbers)


@pytest.mark.parametrize(
    ("subscripts", "a", "b", "letter", "fix"),
    [
        ("ij,kj->ik", "(2, 3)", "(3, 2)", "j", "ij,jk->ik"),
        ("i,i->", "(3,)", "(4,)", "i", None),
        ("ij,jk", "(2, 3)", "(2, 3)", "j", "ij,kj"),
    ],
)
def test_a_letter_of_two_sizes_is_named_and_what_is_offered_fits(
    subscripts: str, a: str, b: str, letter: str, fix: str | None
) -> None:
    outcome = explain(EinsumQuestion(subscripts, a, b))
    assert isinstance(outcome, Refusal)
    assert [cause.letter for cause in outcome.causes if isinstance(cause, TwoSizes)] == [letter]
    assert outcome.clashing == {letter}
    assert outcome.declined.words in printed_by(outcome.code)
    arrays = [operand.values for operand in outcome.operands]
    for offered in outcome.fixes:
        assert np.einsum(offered.subscripts, *arrays).shape == offered.shape
    assert (fix in [offered.subscripts for offered in outcome.fixes]) if fix else not outcome.fixes


@pytest.mark.parametrize(
    "subscripts", ["ij", "ijk,jk->i", "ij,jk,kl->il", "ij,jk->iz", "ij,jk->ii", "i1,jk", "->", ",,,"]
)
def test_letters_that_do_not_fit_the_axes_are_declined_by_numpy(subscripts: str) -> None:
    outcome = explain(EinsumQuestion(subscripts))
    assert isinstance(outcome, Refusal | Unread)
    if isinstance(outcome, Refusal):
        assert outcome.declined.words
        assert outcome.causes
        with pytest.raises((ValueError, TypeError)):
            np.einsum(subscripts, *(operand.values for operand in outcome.operands))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (EinsumQuestion(), [[10, 13], [28, 40]]),
        (EinsumQuestion("ij,ij->", "[[1, 2], [3, 4]]", "[[5, 6], [7, 8]]"), 70),
        (EinsumQuestion("ij,ji->", "[[1, 2], [3, 4]]", "[[5, 6], [7, 8]]"), 69),
        (EinsumQuestion("ii", "[[1, 2], [3, 4]]", ""), 5),
        (EinsumQuestion("ii->i", "[[1, 2], [3, 4]]", ""), [1, 4]),
        (EinsumQuestion("ij->j", "[[1, 2], [3, 4]]", ""), [4, 6]),
        (EinsumQuestion("ba", "[[1, 2], [3, 4]]", ""), [[1, 3], [2, 4]]),
    ],
)
def test_what_learners_ask_of_letters(question: EinsumQuestion, expected: Any) -> None:
    outcome = explain(question)
    assert isinstance(outcome, Summed)
    assert outcome.result.tolist() == expected


def test_it_is_said_what_no_arrow_means_and_what_a_letter_twice_does() -> None:
    implicit = explain(EinsumQuestion("ba", "(2, 3)", ""))
    assert isinstance(implicit, Summed)
    assert WithoutArrow("ba->ab") in claims.story(EinsumQuestion(), implicit)
    trace = explain(EinsumQuestion("ii", "[[1, 2], [3, 4]]", ""))
    assert isinstance(trace, Summed)
    assert ReadsDiagonal("i", "a", (0, 1)) in claims.story(EinsumQuestion(), trace)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_each_letter_wears_one_colour_on_every_axis(preset: Any) -> None:
    outcome = explain(preset.question)
    if not isinstance(outcome, Summed):
        return
    colours: dict[str, set[int]] = {}
    for grid in picture(outcome).grids:
        for letter, hue in zip(grid.axes or (), grid.hues or (), strict=True):
            colours.setdefault(letter, set()).add(hue)
    assert all(len(own) == 1 for own in colours.values())
    assert len({next(iter(own)) for own in colours.values()}) == len(colours)
    assert len(table(outcome, outcome.letters).rows) == len(outcome.letters)


@pytest.mark.parametrize("dtype", ["bool", "uint16", "uint64"])
@pytest.mark.parametrize("subscripts", ["ij,jk->ik", "ij,jk->", "ij,ij->ij"])
def test_what_pytorch_has_no_products_of_comes_to_the_same_in_every_panel(subscripts: str, dtype: str) -> None:
    second = "(2, 3)" if subscripts == "ij,ij->ij" else "(3, 2)"
    question = EinsumQuestion(subscripts, f"np.ones((2, 3), np.{dtype})", f"np.ones({second}, np.{dtype})")
    outcome = explain(question)
    assert isinstance(outcome, Summed)
    for code in (*outcome.codes.values(), outcome.loops):
        y = np.asarray(Program(code).run()["y"])
        np.testing.assert_array_equal(y, outcome.result)
        assert y.dtype == outcome.result.dtype


def test_a_sum_that_wraps_around_is_said() -> None:
    outcome = explain(EinsumQuestion("i,i->", "[9223372036854775807, 1]", "[1, 1]"))
    assert isinstance(outcome, Summed)
    assert outcome.overflowed
    assert not isinstance(explain(EinsumQuestion("i,i->", "[9223372036854775807, 1]", "[1, -1]")), Unread)
    assert show(EinsumQuestion(), explain(EinsumQuestion())).body is not None


def test_dots_stand_for_the_axes_without_a_letter() -> None:
    outcome = explain(EinsumQuestion("...ij,...jk->...ik", "(2, 2, 3)", "(3, 2)"))
    assert isinstance(outcome, Summed)
    assert outcome.result.shape == (2, 2, 2)
    assert printed_by(outcome.loops) == printed_by(outcome.codes["NumPy"])
    assert einsum_letters("...i,...i", [3, 2]) is not None
    question = EinsumQuestion("...i,...i", "(2, 3)", "(2, 3)")
    assert WithoutArrow("...i,...i->...") in claims.claims_of(question, explain(question))


@pytest.mark.parametrize(
    ("question", "causes", "fix"),
    [
        (EinsumQuestion("ij,kj->ijl"), (NoSuchLetter("l"), TwoSizes("j", ("a", 1, 3), ("b", 1, 2))), None),
        (EinsumQuestion("ij,jk->iz"), (NoSuchLetter("z"),), LettersFit("known letters", "ij,jk->i", (2,))),
        (EinsumQuestion("ij,jk->iki"), (KeptTwice("i"),), LettersFit("each once", "ij,jk->ik", (2, 2))),
        (EinsumQuestion("ii", "(2, 3)", ""), (UnequalDiagonal("i", "a", (2, 3)),), None),
        (EinsumQuestion("ii", "(1, 3)", ""), (UnequalDiagonal("i", "a", (1, 3)),), None),
        (
            EinsumQuestion("ij,jk->ik", "(2, 2, 3)", "(3, 2)"),
            (LettersCounted("a", "ij", 3),),
            LettersFit("dots", "...ij,...jk->...ik", (2, 2, 2)),
        ),
        (
            EinsumQuestion("ij,jk,kl->il"),
            (OperandsCounted("ij,jk,kl", 3, 2),),
            LettersFit("fewer letters", "ij,jk->ik", (2, 2)),
        ),
        (
            EinsumQuestion("bij,bjk->bik", "(2, 3, 4)", "(3, 4, 5)"),
            (TwoSizes("b", ("a", 0, 2), ("b", 0, 3)),),
            LettersFit("apart", "bij,ajk->baik", (2, 3, 3, 5)),
        ),
        (EinsumQuestion("ij,jk>ik"), (StrangeSign(">", 6),), None),
        (EinsumQuestion("ij,jk->i,k"), (StrangeSign(",", 9),), LettersFit("known letters", "ij,jk->ik", (2, 2))),
        (EinsumQuestion("...i->i", "(2, 3)", ""), (DotsStay(1),), LettersFit("kept dots", "...i->...i", (2, 3))),
    ],
)
def test_what_is_declined_has_the_cause_and_what_would_fit(
    question: EinsumQuestion, causes: tuple[Claim, ...], fix: LettersFit | None
) -> None:
    outcome = explain(question)
    assert isinstance(outcome, Refusal)
    assert outcome.causes == causes
    assert fix in outcome.fixes if fix is not None else not outcome.fixes


@pytest.mark.parametrize(
    "typed",
    [
        "np.einsum('ij,jk->ik', a, b)",
        'torch.einsum("ij,jk->ik", a, b)',
        "y = einsum('ij, jk -> ik', a, b)",
        "'ij,jk->ik'",
        "ij,jk->ik",
    ],
)
def test_a_pasted_call_is_read_for_its_subscripts(typed: str) -> None:
    outcome = explain(EinsumQuestion(typed))
    assert isinstance(outcome, Summed)
    assert outcome.subscripts == "ij,jk->ik"


@pytest.mark.parametrize("typed", ["np.einsum(ij,jk->ik)", "'ij,jk->ik", "print('ij,jk->ik')"])
def test_what_is_no_call_of_einsum_is_not_taken_for_one(typed: str) -> None:
    assert isinstance(explain(EinsumQuestion(typed)), Unread)
