"""What all causes share that are told of one program."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.error_messages.cause import Cause, Mistake


@dataclass(frozen=True, slots=True)
class CauseHere(Cause):
    """Why this program fails; what else may lie behind its message is not told."""

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return none: the program is shown itself."""
        return ()
