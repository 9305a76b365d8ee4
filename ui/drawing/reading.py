"""What is shown of a reading, in plain JSON, whether the page or the pad itself asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

DIGITS: tuple[str, ...] = tuple("0123456789")


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


def written(reading: Reading, *, classes: Sequence[str] = DIGITS) -> dict[str, Any]:
    """What the component shows of a reading, in plain JSON."""
    top = float(reading.probabilities[reading.label])
    return {
        "state": "read",
        "classes": list(classes),
        "label": int(reading.label),
        "probabilities": [round(float(p), 5) for p in reading.probabilities],
        "image": [int(v) for v in reading.image],
        "verdict": f"Reads {classes[reading.label]}: {confidence(top)}",
    }


def unread(
    state: Literal["blank", "loading", "trouble"], message: str, *, classes: Sequence[str] = DIGITS
) -> dict[str, Any]:
    """What the component shows while there is no reading, in plain JSON.

    Parameters
    ----------
    state
        Why: nothing is drawn, the network is being loaded, or it cannot be used.
    message
        Said in its place, in one sentence.
    classes
        The ten names of the classes.
    """
    first = {"blank": "Draw a digit", "loading": "Loading the network …", "trouble": "No reading"}[state]
    return {"state": state, "classes": list(classes), "verdict": first, "message": message}
