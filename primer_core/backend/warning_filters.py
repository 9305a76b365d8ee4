"""Filters of Python's warnings that may be set in a server with threads.

`warnings.catch_warnings` replaces the filters of the whole process and puts old ones back, whatever other threads set
or expect meanwhile. A filter that is kept here is so narrow, by its message or by the module that is warned, that it
may stay for good. It stands before all others. Where somebody put old filters back it is missing, so whoever relies on
it keeps it again before each use, which costs a microsecond where it stands.
"""

import re
import warnings
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class WarningFilter:
    """What is to be done about some warnings, in the whole process.

    Parameters
    ----------
    action
        ``"ignore"``, or ``"error"`` to have the warning raised where it is given.
    message
        A regular expression that the start of the warning's text matches.
    module
        A regular expression that the start of the warned module's name matches.
    """

    action: Literal["ignore", "error"]
    message: str = ""
    module: str = ""

    def keep(self) -> None:
        """Set the filter before all that were not set here, unless it stands there."""
        entry = _entry(self)
        for present in warnings.filters:
            if present == entry:
                return
            if present not in _kept:
                break
        _kept.add(entry)
        warnings.filterwarnings(self.action, self.message, module=self.module)


_kept: set[tuple[object, ...]] = set()


def _entry(kept: WarningFilter) -> tuple[object, ...]:
    """A filter as `warnings` writes it into its list."""
    message = re.compile(kept.message, re.IGNORECASE) if kept.message else None
    return (kept.action, message, Warning, re.compile(kept.module) if kept.module else None, 0)
