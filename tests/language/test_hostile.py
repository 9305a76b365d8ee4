"""Nothing that is typed raises, runs anything, or takes more than the bounds."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import MAX_BYTES, MAX_SIZE
from primer_core.language.reader import read_expression, read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.table import TABLE
from tests.audit import watched
from tests.language.hostile_texts import ATTACKS, TEXTS
from tests.profiles import examples, is_long

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

SECONDS = 2.0


def names() -> dict[str, Any]:
    return {
        "a": np.arange(6),
        "x": np.ones((64, 64)),
        "v": np.arange(6.0),
        "m": np.ones((3, 4)),
        "mask": np.ones(6, bool),
    }


def tried(text: str) -> Any:
    """Evaluate a text, as an expression or as statements; its value, or the rejection."""
    evaluator = Evaluator(names())
    try:
        return evaluator.evaluate(read_expression(text))
    except Rejection:
        pass
    try:
        evaluator.run(read_statements(text))
    except Rejection as rejection:
        return rejection
    return None


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Let the libraries import what they import late, so that only what texts cause is heard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for entry in TABLE.values():
            for call in entry.examples[:1]:
                tried(call)


def test_the_list_is_long_enough() -> None:
    assert len(TEXTS) >= 300
    assert len(set(TEXTS)) == len(TEXTS)
    assert min(len(texts) for texts in ATTACKS.values()) >= 8


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:40])
def test_an_attack_comes_to_a_message_or_to_a_small_value(text: str) -> None:
    started = time.process_time()
    value, heard = watched(lambda: tried(text))
    # Once, what this process does besides may come in between, such as going through its memory: not twice.
    if time.process_time() - started >= SECONDS:
        started = time.process_time()
        tried(text)
        assert time.process_time() - started < SECONDS
    assert not [event for event in heard if not event.startswith("import")], text
    if is_array(value):
        assert value.size <= MAX_SIZE if isinstance(value, np.ndarray) else value.numel() <= MAX_SIZE
        assert (value.nbytes or 0) <= MAX_BYTES


REFUSED = [text for kind in ("huge shapes", "repeats", "long computations") for text in ATTACKS[kind]]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_what_is_too_much_is_refused_by_us_or_declined_by_the_library(text: str) -> None:
    value = tried(text)
    small = is_array(value) and value.nbytes <= MAX_BYTES
    assert isinstance(value, Rejection) or small or isinstance(value, range), text


@pytest.mark.parametrize(
    "text",
    [
        t
        for kind in ("dunder attributes", "other names of Python", "imports", "files and buffers")
        for t in ATTACKS[kind]
    ],
)
def test_what_is_no_array_function_is_not_known(text: str) -> None:
    value = tried(text)
    assert isinstance(value, Rejection), text
    assert value.message
    assert value.verdict in ("unknown", "unread", "refused"), text


VALID = [call for entry in TABLE.values() for call in entry.examples]
PIECES = st.sampled_from(
    ["(", ")", "[", "]", ",", ".", ":", "-", "*", "**", "@", "=", "==", "'", '"', "\\", "\n", "\t", "0", "9" * 25,
     "1e400", "None", "...", "True", "a", "np.", "torch.", ".T", "lambda", "for", "in", "é", "\u202e", "\x00", "{", "}",
     "#", ";", "_", "__",
     "e", "j", "~"]
)  # fmt: skip


@examples(1000)
@given(
    text=st.sampled_from(VALID),
    places=st.lists(st.tuples(st.integers(0, 80), st.integers(0, 3), PIECES), min_size=1, max_size=4),
)
def test_a_valid_text_with_something_changed_comes_to_a_value_or_a_message(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    for at, removed, piece in places:
        at = min(at, len(text))
        text = text[:at] + piece + text[at + removed :]
    _, heard = watched(lambda: tried(text))
    assert not [event for event in heard if not event.startswith("import")], text


@examples(1000)
@given(text=st.text(max_size=200))
def test_any_text_comes_to_a_value_or_a_message(text: str) -> None:
    _, heard = watched(lambda: tried(text))
    assert not heard


@examples(1000)
@given(pieces=st.lists(st.one_of(PIECES, st.sampled_from(VALID)), max_size=12))
def test_pieces_of_code_come_to_a_value_or_a_message(pieces: list[str]) -> None:
    tried("".join(pieces))


def test_every_attack_is_tried_on_every_field_of_a_call() -> None:
    """What is refused alone is refused as an argument, too."""
    step = 1 if is_long() else 7
    for text in TEXTS[::step]:
        if "\n" not in text and ";" not in text:
            tried(f"np.sum({text})")
            tried(f"a[{text}]")
