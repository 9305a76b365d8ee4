"""The one exception by which the language says that a text comes to nothing: what, where and whose verdict it is."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from primer_core.backend.interface import Declined
from primer_core.language.text import quoted

Author = Literal["NumPy", "PyTorch", "Python"]
Verdict = Literal["unread", "unknown", "refused", "declined"]
"""Whose verdict it is:

- *unread*: it is no Python that is read here;
- *unknown*: it may well be right, but its name is not known here;
- *refused*: this program does not compute it, because it is too large or not safe;
- *declined*: NumPy or PyTorch raises an error, whose words are told.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a typed text something stands.

    Parameters
    ----------
    line, column, end_line, end_column
        int; lines count from 1, columns from 0 in characters, and the end is behind the last character.
    text
        str, what stands there; what goes over several lines, without a block of its own, is written in one.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @classmethod
    def of(cls, node: ast.AST, source: str) -> Place:
        """Return where a node stands in the source that it was parsed from."""
        lines = _lines(source)
        line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", None) or 1
        column = _characters(lines, line, getattr(node, "col_offset", 0))
        end_column = _characters(lines, end_line, getattr(node, "end_col_offset", None) or 0)
        if line != end_line and (isinstance(node, ast.expr) or not hasattr(node, "body")):
            return cls(line, column, end_line, end_column, ast.unparse(node))
        part = list(lines[line - 1 : end_line])
        if part:
            part[-1] = part[-1][:end_column]
            part[0] = part[0][column:]
        return cls(line, column, end_line, end_column, "\n".join(part))


class Rejection(Exception):  # noqa: N818 - what a learner wrote is rejected, the program has no error
    """A text comes to nothing.

    Parameters
    ----------
    verdict
        Whose verdict it is.
    message
        Plain text: what was expected, what was given and what to do; of *declined*, the library's words.
    place
        The sub-expression at fault.
    declined
        The library's exception, where it is one.
    author
        Whose exception it is then: "NumPy", "PyTorch", or "Python" of numbers, lists and texts.
    """

    def __init__(
        self,
        verdict: Verdict,
        message: str,
        place: Place,
        declined: Declined | None = None,
        author: Author = "Python",
    ) -> None:
        super().__init__(message)
        self.verdict: Verdict = verdict
        self.message = message
        self.place = place
        self.declined = declined
        self.author = author

    def sentence(self, how: str, *, kind: bool = False) -> str:
        """Say whose verdict it is, and of what; where a text is not read or not known, how to write it.

        Parameters
        ----------
        how
            Plain text: what can be written instead.
        kind
            Whether the class of the library's exception is named, too.
        """
        if self.declined is not None:
            words = self.declined.text if kind else self.declined.words
            return f"{self.author} says of {quoted(self.place.text)}: {words}"
        return self.message if self.verdict == "refused" else f"{self.message} {how}"


@lru_cache(maxsize=8)
def _lines(source: str) -> tuple[str, ...]:
    """Split a source into its lines, once: each call in it asks for its place."""
    return tuple(source.split("\n"))


def _characters(lines: Sequence[str], line: int, offset: int) -> int:
    """Count characters, where the parser counts bytes of UTF-8."""
    if not 1 <= line <= len(lines):
        return 0
    written = lines[line - 1]
    return min(offset, len(written)) if written.isascii() else len(written.encode()[:offset].decode(errors="ignore"))
