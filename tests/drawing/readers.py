"""Networks that the addresses of the drawing page may ask in tests, and a drawing to ask about."""

from typing import Any

from torch import nn

from tests.e2e.digit_strokes import DIGITS
from ui.drawing.reader import READERS, Reader
from ui.drawing.reading import DIGITS as CLASSES

SEVEN: list[dict[str, Any]] = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[7]]


def admitted(token: str, model: nn.Module) -> str:
    """Keep a network under a token; give the token."""
    READERS.admit(token, Reader(model, CLASSES, setup="", calibrated=False))
    return token
