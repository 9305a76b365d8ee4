"""What is shown of a reading, in plain JSON: the verdict in words, and the numbers that it follows from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from primer_core.claims import claim
from primer_core.inference import Prediction, Verdict
from primer_core.inference.parting import Parting
from primer_core.inference.strokes import Stroke

DIGITS: tuple[str, ...] = tuple("0123456789")
LEAST_PENS = 4
"""A drawing that is less than as many pens large is told to be small for its pen."""

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_ALL = 0.995  # from here on "99 in 100" would be too few


def confidence(probability: float) -> str:
    """How sure a probability is, in words that fit after "reads a 7"."""
    for least, words in ((0.995, "almost certain"), (0.9, "confident"), (0.6, "fairly sure"), (0.0, "unsure")):
        if probability >= least:
            return words
    return "unsure"


def written(
    prediction: Prediction,
    verdict: Verdict,
    *,
    classes: Sequence[str] = DIGITS,
    calibrated: bool = False,
    partings: Sequence[Parting] | None = None,
    is_small: bool = False,
) -> dict[str, Any]:
    """What the page shows of a reading, in plain JSON.

    Parameters
    ----------
    prediction
        Of a drawing that is not blank.
    verdict
        What follows from it.
    classes
        The ten names of the classes.
    calibrated
        Whether, of many drawings with the same top probability, as many are of that class: only then it is said so.
    partings
        Why a near tie is one; None where that was not asked.
    is_small
        Whether the pen is fat for so small a drawing: see `is_small_for_its_pen`.
    """
    label = verdict.label
    assert label is not None, "a blank drawing has no reading"
    kind, guess, words, message = _words(prediction, verdict, classes, calibrated, partings)
    if is_small and kind in ("class", "none"):
        message += f". The drawing is less than {_COUNTS[LEAST_PENS]} pens large: its lines may run together."
    elif kind == "none":
        message += ". Softmax only compares the ten with each other."
    return {
        "state": "read",
        "kind": kind,
        "classes": list(classes),
        "guess": [classes[each] for each in guess],
        "label": label,
        "probabilities": [round(float(p), 5) for p in prediction.probabilities],
        "pixels": [round(float(value) * 1000) for value in prediction.image.ravel()],
        "verdict": words,
        "message": message,
    }


def _words(
    prediction: Prediction,
    verdict: Verdict,
    classes: Sequence[str],
    calibrated: bool,
    partings: Sequence[Parting] | None,
) -> tuple[Literal["class", "tie", "several", "none"], tuple[int, ...], str, str]:
    label = int(prediction.probabilities.argmax())
    top = float(prediction.probabilities[label])
    if verdict.digits:
        digits = tuple(each.label for each in verdict.digits)
        words = f"{_COUNTS[len(digits)].capitalize()} digits: {_listed([classes[each] for each in digits])}"
        return "several", digits, words, "The ten numbers are for all of the ink as if it were one digit."
    if verdict.is_digit is False:
        return "none", (), "No digit that I know", f"If it had to be one of the ten: {classes[label]}, {percent(top)}"
    if verdict.near_tie:
        first, second = verdict.near_tie
        shares = " against ".join(percent(float(prediction.probabilities[each])) for each in (first, second))
        words = f"{classes[first]} or {classes[second]}: a near tie"
        return "tie", (first, second), words, f"{shares}.{_reason(partings, classes)}"
    words = f"Reads {classes[label]}: {confidence(top)}"
    if not calibrated:
        return "class", (label,), words, f"{percent(top)} probability"
    share = "More than 99" if top >= _ALL else f"{top * 100:.0f}"
    also = " · looks like a digit" if verdict.is_digit else ""
    return "class", (label,), words, f"{share} in 100 like this are {classes[label]}{also}"


def _reason(partings: Sequence[Parting] | None, classes: Sequence[str]) -> str:
    if partings is None:
        return ""
    if not partings:
        return " With any ninth of the drawing erased, it is still neither of the two clearly."
    told = [f"the ink {part.place}: {classes[part.label]}, {percent(part.probability)}" for part in partings]
    return f" Without {'; without '.join(told)}."


def is_small_for_its_pen(strokes: Sequence[Stroke]) -> bool:
    """Whether a drawing is less than `LEAST_PENS` of its fattest pen large, along its longer side."""
    if not strokes:
        return False
    width = max(stroke.width for stroke in strokes)
    points = [point for stroke in strokes for point in stroke.points]
    sides = (max(along) - min(along) + width for along in zip(*points, strict=True))
    return bool(max(sides) < LEAST_PENS * width)


def unread(
    state: Literal["blank", "loading", "trouble"], message: str, *, classes: Sequence[str] = DIGITS
) -> dict[str, Any]:
    """What the page shows while there is no reading, in plain JSON.

    Parameters
    ----------
    state
        Why: nothing is drawn, the network is being loaded, or it cannot be used.
    message
        Said in its place, in one sentence.
    classes
        The ten names of the classes.
    """
    invitation = "Draw a digit" if tuple(classes) == DIGITS else "Draw something"
    first = {"blank": invitation, "loading": "Loading the network …", "trouble": "No reading"}[state]
    return {"state": state, "classes": list(classes), "verdict": first, "message": message}


def percent(share: float) -> str:
    """Write a share of 1 as the bars do."""
    return "> 99.9 %" if share >= 0.9995 else claim.percent(share)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
