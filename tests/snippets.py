"""The code that pages offer to copy, run as a learner would run it."""

import ast
import contextlib
import io
from typing import Any


def run_snippet(code: str) -> tuple[str, dict[str, Any]]:
    """Run a snippet from nothing; what it printed, and the names that it left."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "snippet", "exec"), names)
    return printed.getvalue(), names


def printed_by(code: str) -> str:
    """Run a snippet from nothing; what it printed."""
    return run_snippet(code)[0]


def assigned_in(code: str) -> dict[str, str]:
    """Return what a snippet assigns to names, as it stands there: ``{"a": "np.ones((2, 3))"}``."""
    return {
        statement.targets[0].id: ast.unparse(statement.value)
        for statement in ast.parse(code).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
