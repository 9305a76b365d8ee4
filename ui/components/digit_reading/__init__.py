"""What a network reads: its top guess, ten probabilities that move, and the image it is given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ui.components.folder import register

_component = register(Path(__file__).parent)


def digit_reading(key: str, data: Mapping[str, Any], *, answers: tuple[str, int]) -> None:
    """Mount the reading, or alter the one that is mounted: its nodes stay, its bars move.

    It also shows what the pad's own requests bring (an event of the document, ``primer-pad-read``), and never goes
    back from a newer drawing to an older one.

    Parameters
    ----------
    key
        Of the element.
    data
        What `ui.drawing.reading` gives: `written` or `unread`.
    answers
        Key of the pad and number of the message which this answers.
    """
    channel, sequence = answers
    _component(key=key, data={**data, "answers": {"channel": channel, "sequence": sequence}})
