"""What Python does while something is called: files, processes, imports and code that is compiled or run."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from primer_core.language.parsing import FILENAME

T = TypeVar("T")

WATCHED = (
    "exec",
    "compile",
    "os.",
    "subprocess.",
    "socket.",
    "open",
    "import",
    "ctypes.",
    "shutil.",
    "marshal.",
    "pickle.",
)
_heard: list[str] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what Python does on the way; a text that is parsed is compiled to a tree alone, under its own file name."""
    if _heard is not None and event.startswith(WATCHED):
        if FILENAME in map(str, arguments):  # the parser's tree, and the line that it would quote in an error
            return
        _heard.append(f"{event}{arguments!r:.200}")


sys.addaudithook(_listen)


def watched(call: Callable[[], T]) -> tuple[T, list[str]]:
    """Call, and return what comes of it with the events that were heard meanwhile."""
    global _heard
    _heard = []
    try:
        return call(), _heard
    finally:
        _heard = None
