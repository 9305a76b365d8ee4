"""A shapes pipeline as a list of cards to build it with."""

from typing import Any

import streamlit as st

from primer_core.backend import Library
from primer_core.language.spelling import shape_text
from primer_core.language.steps import MAX_STEPS, OPERATIONS, read_step_or_none, split_steps
from primer_core.lessons.shapes.explain import Pipeline, Taken
from primer_core.lessons.shapes.fixes import translated
from primer_core.lessons.shapes.show import chips
from ui.components.step_list import Card, Offer, Way, payload, step_list

STEPS = "steps"
"""Key of the text field that holds all steps, which is also their place in the address."""


def described(explained: Pipeline) -> dict[str, Any]:
    """Describe the list to `step_list`."""
    start, states = explained.start, explained.states
    shape = states[-1].shape if states else ()
    unit = "elements" if explained.library == "PyTorch" else "bytes"
    return payload(
        [_card(one) for one in explained.taken],
        [
            Offer(operation.name, operation.does, operation.spelled(shape))
            for operation in OPERATIONS[explained.library].values()
        ],
        start=() if start is None else (shape_text(start.shape), f"strides {shape_text(start.strides)}, in {unit}"),
        most=MAX_STEPS,
    )


def pipeline_cards(described: dict[str, Any]) -> None:
    """Draw the list; what the learner changes in it is written into the field of the steps."""
    step_list("cards", described, on_change=_keep)


def speak(library: Library) -> None:
    """Rewrite the steps in the words of a library, where it has words for them."""
    steps = [(text, read_step_or_none(text)) for text in split_steps(st.session_state[STEPS])]
    _keep(tuple((step and translated(step, library)) or text for text, step in steps))


def _keep(texts: tuple[str, ...]) -> None:
    st.session_state[STEPS] = ", ".join(texts)


def _card(one: Taken) -> Card:
    return Card(
        one.text,
        one.outcome,
        tuple(filter(None, chips(one))),
        one.verdict,
        _message(one),
        tuple(Way(fix.action, ", ".join(fix.steps), shape_text(fix.shape), fix.steps) for fix in one.fixes),
    )


def _message(one: Taken) -> str | None:
    told = one.error or one.refusal or one.note
    reason = one.solved.text if one.solved is not None else one.rule
    return "\n".join(filter(None, (told, reason))) or None
