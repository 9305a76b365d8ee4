"""What a job may take, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.language.limits import MEMORY, SECONDS, WALL_SECONDS


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may take.

    Parameters
    ----------
    seconds
        float above 0: computing time of its process. Where the system cannot count that, it is time on the clock.
    wall
        float above 0: seconds on the clock, for a job that waits and computes nothing.
    memory
        int, bytes: what a process may take beyond what it starts with, where the system enforces that.
    """

    seconds: float = SECONDS
    wall: float = WALL_SECONDS
    memory: int = MEMORY


@dataclass(frozen=True, slots=True)
class Answer:
    """What the handler returned."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The job was ended at a limit.

    Parameters
    ----------
    limit
        Which.
    sentence
        Plain text that names the limit and says what to do.
    """

    limit: Literal["time", "memory"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process ended, or the handler raised an error that it should have caught; the sentence is plain text."""

    sentence: str


@dataclass(frozen=True, slots=True)
class NotReady:
    """No process is there yet that could answer, and the asker did not want to wait.

    Parameters
    ----------
    missing
        Name of the library that is being loaded.
    """

    missing: str


@dataclass(frozen=True, slots=True)
class Busy:
    """So many jobs wait that this one was not taken, or it waited too long; the sentence is plain text."""

    sentence: str


Result = Answer | Exceeded | Crashed | NotReady | Busy
