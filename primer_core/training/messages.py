"""What the server and a worker say to each other: one JSON object a line.

To the worker, a command: ``{"command": "start", "run": id, "spec": text, "refetch": false, "paused": false}``, or
``pause``, ``resume``, ``step``, ``learning_rate`` (with ``value``), ``stop`` and ``forget``.

From the worker, a report: ``{"report": "ready"}`` once, when torch is loaded; then, with ``run``: ``loading`` (with
``done`` and ``total`` bytes while it downloads), ``started``, ``steps`` (a batch of steps and losses), ``epoch``,
``finished`` and ``failed`` (with ``reason``, and ``damaged_file`` where fetching the data again may help).
"""

from __future__ import annotations

import json
import math
from typing import Any


def encode(message: dict[str, Any]) -> bytes:
    """One line, UTF-8, ending in a newline. Numbers that are not finite become null, which JSON has a word for."""
    return (json.dumps(_finite(message), allow_nan=False, separators=(",", ":")) + "\n").encode()


def decode(line: bytes) -> dict[str, Any]:
    """The message that `encode` wrote.

    Raises
    ------
    ValueError
        If the line is not one JSON object.
    """
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"expected a JSON object, got {line[:80]!r}")
    return message


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
