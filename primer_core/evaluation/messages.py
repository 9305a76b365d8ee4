"""What server and process say to each other: a job, then its reply, each with its length in front."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from enum import Enum
from typing import Any

_LENGTH = struct.Struct(">I")
_PIECE = 2**20


class Kind(Enum):
    """What a reply says; the value is its first byte."""

    READY = b"r"
    """A process that tells by itself when it can take jobs."""
    ANSWER = b"a"
    """The answer follows."""
    MEMORY = b"m"
    """The job asked for more memory than there is for it."""
    ERROR = b"e"
    """The handler raised; the traceback follows."""
    MISSING = b"n"
    """The job needs what this process has not loaded."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a process says of a job.

    Parameters
    ----------
    kind
        What became of it.
    content
        The answer, or the traceback as UTF-8.
    last
        Whether the process ends now, because it holds too much memory to take another job.
    """

    kind: Kind
    content: bytes = b""
    last: bool = False

    def encode(self) -> bytes:
        """Return the reply as `decode` reads it."""
        return self.kind.value + (b"." if self.last else b",") + self.content

    @classmethod
    def decode(cls, message: bytes) -> Reply:
        """Read a reply.

        Raises
        ------
        ValueError
            If the message is none.
        """
        return cls(Kind(message[:1]), message[2:], message[1:2] == b".")


def encode_job(name: str, payload: object, seconds: float) -> bytes:
    """Return a job as `decode_job` reads it.

    Raises
    ------
    TypeError, ValueError
        If the payload cannot be written as JSON.
    """
    return json.dumps([name, seconds, payload], separators=(",", ":")).encode()


def decode_job(message: bytes) -> tuple[str, Any, float]:
    """Return name, payload and seconds of computing of a job."""
    name, seconds, payload = json.loads(message)
    return name, payload, seconds


def write_message(descriptor: int, message: bytes) -> None:
    """Write a message.

    Raises
    ------
    OSError
        If the other end is closed.
    """
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_message(descriptor: int) -> bytes | None:
    """Read a message; None once the other end is closed, in the middle of a message too."""
    head = _read(descriptor, _LENGTH.size)
    return None if head is None else _read(descriptor, _LENGTH.unpack(head)[0])


def _read(descriptor: int, size: int) -> bytes | None:
    parts = []
    while size:
        try:
            part = os.read(descriptor, min(size, _PIECE))
        except OSError:  # the other end died with what was sent to it unread
            return None
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
