"""Time lines: what was done when, on lanes below each other, in runs that share one axis of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Look = Literal["load", "step", "wait", "start"]
"""What is done in a stretch of time: samples are loaded, a training step computes, it waits, or a process starts."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time.

    Parameters
    ----------
    start, end
        Milliseconds since the run began, start ≤ end.
    look
        What is done.
    batch
        Number of the batch that it belongs to; −1 for none.
    """

    kind: ClassVar[str] = "span"
    start: float
    end: float
    look: Look
    batch: int

    def __post_init__(self) -> None:
        """Check that it does not run backwards."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span must go forwards from 0 on, not from {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Lane:
    """What one process did.

    Parameters
    ----------
    name
        Plain text.
    spans
        By their starts.
    """

    kind: ClassVar[str] = "lane"
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Lanes of one run.

    Parameters
    ----------
    title
        Plain text.
    lanes
        From top to bottom.
    """

    kind: ClassVar[str] = "run"
    title: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Runs below each other, on one axis of time.

    Parameters
    ----------
    runs
        From top to bottom.
    legend
        What each look that occurs means, in plain text.
    caption
        Plain text that names it to a screen reader.
    """

    kind: ClassVar[str] = "timeline"
    runs: tuple[Run, ...]
    legend: tuple[tuple[Look, str], ...]
    caption: str
