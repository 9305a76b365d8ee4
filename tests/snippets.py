"""The code that pages offer to copy, run as a learner would run it."""

import contextlib
import io
from typing import Any


def run_snippet(code: str) -> tuple[str, dict[str, Any]]:
    """Run a snippet from nothing; what it printed, and the names that it left."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "snippet", "exec"), names)  # noqa: S102 - the snippet that a page offers to copy
    return printed.getvalue(), names


def printed_by(code: str) -> str:
    """Run a snippet from nothing; what it printed."""
    return run_snippet(code)[0]
