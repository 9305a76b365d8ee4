"""What a run that fine-tunes a network gets with its start: the network, and a learner's own digits.

A server keeps no drawing. The digits come with the start of a run, go to the process that trains, and are dropped with
the run.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

#: Digits that one run learns.
DIGITS_RANGE = (1, 500)
#: Pixels of an image: 28 x 28.
PIXELS = 784
CLASSES = 10
#: Of each class every so manieth digit, in the order of drawing, is held out: never trained on, only read.
HELD_OUT_EVERY = 4
#: Fewer held-out digits than this say nothing: then none is held out.
LEAST_HELD_OUT = 3


class TeachingError(ValueError):
    """Digits that no run can learn; the text says what was expected and what was given."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """The network that a run begins with, and the digits that it learns.

    Parameters
    ----------
    network
        Parameters and the scaling of the inputs, as `primer_core.inference.load_trained` takes them.
    images
        784 bytes a digit, row by row, 0 for paper to 255 for full ink: 28x28 images as
        `primer_core.inference.preprocess` makes them.
    labels
        0 to 9, one a digit, in the order of drawing.

    Raises
    ------
    TeachingError
        If there are too few or too many digits, a label is none, or the images have another size.
    """

    network: bytes
    images: bytes
    labels: tuple[int, ...]

    def __post_init__(self) -> None:
        least, most = DIGITS_RANGE
        if not least <= len(self.labels) <= most:
            raise TeachingError(f"A run learns {least} to {most} digits; got {len(self.labels)}.")
        for place, label in enumerate(self.labels):
            if isinstance(label, bool) or not isinstance(label, int) or not 0 <= label < CLASSES:
                raise TeachingError(f"A label is a whole number from 0 to 9; that of digit {place} is {label!r:.40}.")
        if len(self.images) != PIXELS * len(self.labels):
            raise TeachingError(
                f"Expected {PIXELS} pixels for each of {len(self.labels)} digits; got {len(self.images)} bytes."
            )

    @property
    def held_out(self) -> tuple[bool, ...]:
        """Which digits are held out, one a digit."""
        return held_out(self.labels)

    def to_json(self) -> str:
        """The teaching as a JSON object."""
        network, images = (base64.b64encode(part).decode() for part in (self.network, self.images))
        return json.dumps({"network": network, "images": images, "labels": self.labels})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The teaching that `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is something else.
        """
        try:
            given: Any = json.loads(text)
            network, images = (base64.b64decode(given[name], validate=True) for name in ("network", "images"))
            return cls(network, images, tuple(given["labels"]))
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"expected a network and digits as JSON, got {text!r:.80} ({error})") from error


def held_out(labels: Sequence[int]) -> tuple[bool, ...]:
    """Choose the digits that are held out: of each class every fourth, in the order of drawing.

    A digit that is drawn later changes nothing for those before it, so that what was held out from one run is held out
    from the next. Where fewer than `LEAST_HELD_OUT` would be, none is.
    """
    seen: Counter[int] = Counter()
    chosen = []
    for label in labels:
        seen[label] += 1
        chosen.append(seen[label] % HELD_OUT_EVERY == 0)
    return tuple(chosen) if sum(chosen) >= LEAST_HELD_OUT else (False,) * len(chosen)
