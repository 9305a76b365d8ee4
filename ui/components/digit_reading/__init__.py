"""What a network reads: its top guess, ten probabilities that move, and the image it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

DIGITS: tuple[str, ...] = tuple("0123456789")

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "primer_digit_reading",
    js=(_HERE / "component.js").read_text(encoding="utf-8"),
    css=(_HERE / "component.css").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A prediction, in plain numbers.

    Parameters
    ----------
    label
        Index of the most probable class.
    probabilities
        One for each class, summing to 1.
    image
        The 28 x 28 image that the network was given, row by row: 784 integers, 0 for paper to 255 for full ink.
    """

    label: int
    probabilities: Sequence[float]
    image: Sequence[int]


def confidence(probability: float) -> str:
    """How sure a probability is, in words that fit after "reads a 7"."""
    for least, words in ((0.995, "almost certain"), (0.9, "confident"), (0.6, "fairly sure"), (0.0, "unsure")):
        if probability >= least:
            return words
    return "unsure"


def digit_reading(
    key: str,
    reading: Reading | None,
    *,
    classes: Sequence[str] = DIGITS,
    answers: tuple[str, int] | None = None,
    state: Literal["blank", "loading", "trouble"] = "blank",
    message: str = "",
) -> None:
    """Mount the reading, or alter the one that is mounted: its nodes stay, its bars move.

    Parameters
    ----------
    key
        Of the element.
    reading
        What was read; none while there is nothing to read.
    classes
        The ten names of the classes.
    answers
        Key of the pad and number of the message which this answers; the pad then sends its next one.
    state
        Why there is no reading: nothing is drawn, the network is being loaded, or it cannot be used.
    message
        Said in place of a reading, in one sentence.
    """
    data: dict[str, object] = {"classes": list(classes), "state": state}
    channel, sequence = answers if answers is not None else ("", 0)
    data["answers"] = {"channel": channel, "sequence": sequence}
    if reading is None:
        first = {"blank": "Draw a digit", "loading": "Loading the network …", "trouble": "No reading"}[state]
        data |= {"verdict": first, "message": message}
    else:
        top = float(reading.probabilities[reading.label])
        data |= {
            "state": "read",
            "label": int(reading.label),
            "probabilities": [round(float(p), 5) for p in reading.probabilities],
            "image": [int(v) for v in reading.image],
            "verdict": f"Reads {classes[reading.label]}: {confidence(top)}",
        }
    _component(key=key, data=data)
