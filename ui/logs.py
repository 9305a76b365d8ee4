"""What the server tells whoever runs it: warnings and errors as text, or all that happens as a JSON object a line.

``PRIMER_LOG=json`` chooses the second. Nothing of a learner is in it: no address, no cookie, nothing that was typed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any

#: The loggers of all that is ours; what they tell has an ``event``, and ``facts`` by name.
_OURS = ("primer_core", "ui")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def start() -> None:
    """Write to the standard error of this process from now on, in the form that ``PRIMER_LOG`` asks for."""
    as_json = os.environ.get("PRIMER_LOG", "").strip().lower() == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO if as_json else logging.WARNING)
        logger.propagate = False
    if as_json:  # so that each line is one: the server's own
        for name, logger_of in list(logging.root.manager.loggerDict.items()):
            if name.split(".")[0] in ("streamlit", "uvicorn") and isinstance(logger_of, logging.Logger):
                for each in logger_of.handlers:
                    each.setFormatter(handler.formatter)
