"""Code that is run to see what it raises."""

import warnings

from primer_core.error_messages import Recognised, Unknown, read, recognise
from tests.snippets import run_snippet


def raised_by(code: str) -> Exception | None:
    """Return what a piece of code raises; if nothing, what it warns of; else None."""
    for action in ("ignore", "error"):
        with warnings.catch_warnings():
            warnings.simplefilter(action)
            try:
                run_snippet(code)
            except Exception as error:
                return error
    return None


def text_of(error: Exception) -> str:
    """Return the last lines of the error's traceback, as Python writes them."""
    return f"{type(error).__name__}: {error}"


def seen(error: Exception) -> Recognised | Unknown:
    """Return what is made of an error's message."""
    return recognise(read(text_of(error)))


def known(text: str) -> Recognised:
    """Return what is made of a text that must be known."""
    found = recognise(read(text))
    assert isinstance(found, Recognised), text
    return found
