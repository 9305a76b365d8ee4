"""What a learner does on the softmax page: sliders move typed logits too, and a press on a row opens it."""

from __future__ import annotations

import re
from dataclasses import replace

from primer_core.language.limits import Refused
from primer_core.lessons.event import Click, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.question import UnreadableError
from primer_core.lessons.softmax.losses import as_array
from primer_core.lessons.softmax.question import SLIDERS, SoftmaxQuestion
from primer_core.lessons.softmax.reading import read_logits

_SLIDER = re.compile(r"z(\d)")

MOST = 1000.0
"""How far from 0 a typed logit may be that a slider moves."""


def react(question: SoftmaxQuestion, event: Event) -> SoftmaxQuestion:
    """Answer an event.

    Raises
    ------
    EventError
        If it cannot be followed.
    """
    match event:
        case Put(texts) if question.is_typed and all(_SLIDER.fullmatch(name) for name in texts):
            for name, text in texts.items():
                question = _moved(question, int(name[1:]), text)
            return question
        case Click(_, (int(row), *_)) if row >= 0:
            try:
                return question.with_texts({"row": str(row)})
            except UnreadableError as error:
                raise EventError(str(error)) from error
    return put_fields(question, event)


def _moved(question: SoftmaxQuestion, place: int, text: str) -> SoftmaxQuestion:
    """Write the typed logits with another number in one place."""
    try:
        number = float(text)
        logits = read_logits(question)
    except (ValueError, Refused) as error:
        raise EventError("Expected a number, and logits that can be read.") from error
    if not can_slide(logits.values.tolist()) or place >= len(logits.values) or not abs(number) <= MOST:
        raise EventError(f"Expected one of at most {SLIDERS} logits, and a number from −1000 to 1000.")
    values = [float(str(value)) for value in as_array(logits.values.reshape(-1))]  # as short as they read back
    values[place] = number
    dtype = str(logits.values.dtype)
    written = logits.written or dtype == "torch.float32"
    typed = str(values) if logits.written else f"torch.tensor({values}{'' if written else f', dtype={dtype}'})"
    return replace(question, typed=typed)


def can_slide(values: object) -> bool:
    """Return whether logits are one row that sliders can move: up to `SLIDERS` numbers within `MOST`."""
    return (
        isinstance(values, list)
        and 0 < len(values) <= SLIDERS
        and all(isinstance(value, int | float) and abs(value) <= MOST for value in values)
    )
