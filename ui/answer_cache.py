"""Answers that are kept as bytes, so that what was asked before is not computed again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

ROOM = 64 * 2**20
"""Bytes of answers that are kept."""


class AnswerCache:
    """Keeps the answers that were used last, up to a number of bytes; several threads may use it.

    Parameters
    ----------
    room
        Bytes that it keeps at most.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._size = 0
        self._answers: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> bytes | None:
        """Return the answer under a key, or None."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def put(self, key: object, answer: bytes) -> None:
        """Keep an answer; those used longest ago go."""
        if len(answer) > self._room:
            return
        with self._lock:
            self._size += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self._size > self._room:
                self._size -= len(self._answers.popitem(last=False)[1])
