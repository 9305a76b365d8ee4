"""Explanations outside the app: of a reader's own lines, on arrays of the reader's own."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.claims.claim import plain
from primer_core.error_messages import is_error, read, recognise
from primer_core.evaluation.state import keep_state
from primer_core.language.execution import hear
from primer_core.language.programs.printing import own_options
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Message, explain_trace
from primer_core.lessons.own_lines.question import SHOWN, OwnLinesQuestion
from primer_core.lessons.own_lines.trace import run_on
from primer_core.notebook.given import Given
from primer_core.picture.code import code_panel
from primer_core.picture.html import html
from primer_core.picture.parts import Card, Columns, Notice, Page, Part, Table
from primer_core.picture.plain import plain_text
from primer_core.picture.text import text

_MOST_CELLS = 1024
"""Cells of an operand that is drawn as the lesson on its kind draws it."""

_LEFT_OUT = ("memory", "code")
"""Cards of the lesson's page that say nothing of the lines themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What some lines do, and why.

    Parameters
    ----------
    code
        The lines.
    parts
        What there is to see and to read, from top to bottom.
    claims
        All that is said of the lines, a sentence each.
    error
        What stopped them; empty where they came to their end.
    """

    code: str
    parts: tuple[Part, ...]
    claims: tuple[str, ...]
    error: str

    def _repr_html_(self) -> str:
        """Return what a notebook shows: sentences, pictures as SVG, and each picture's text alternative in it."""
        return html(self.parts, title=f"What {' '.join(self.code.split())[:80]} does")

    def __repr__(self) -> str:
        """Return the same as plain text, pictures in words and numbers."""
        return plain_text(self.parts)


def explain(code: str, /, **names: Any) -> Explanation:
    """Explain lines of NumPy and PyTorch, or an error message.

    The lines run on copies: nothing that is given, and no setting of a library, is changed. They are run by an
    interpreter of a part of Python, the one of the app's page on own lines, and never by Python itself; ``np``,
    ``torch``, ``nn`` and ``F`` are there without an import.

    Parameters
    ----------
    code
        Lines, at most 80, or a traceback.
    **names
        What the lines know by a name: arrays and CPU tensors of at most 1 048 576 elements and 16 axes, numbers,
        texts, None, and lists, tuples and dicts of them. Arrays that share memory do so in the copies, too.

    Returns
    -------
    Explanation
        It shows itself at the end of a notebook's cell. Lines that fail are explained as well: nothing is raised for
        them.

    Raises
    ------
    TypeError
        If a value is of a kind that is not explained; the message says what to give instead.
    ValueError
        If a value is too large.

    Examples
    --------
    >>> explain("a[:, None] + b", a=np.arange(3), b=np.arange(4))
    """
    given = Given(names)
    question = OwnLinesQuestion(program=code, guess=SHOWN)
    with _undisturbed(with_torch=given.has_tensors or LESSON.needs_torch(question)):
        if is_error(code):
            message = Message(recognise(read(code)))
            return _explanation(code, LESSON.show(question, message), (plain(message.known.sentence()),), "")
        shown = explain_trace(question, run_on(code, given.copies), _MOST_CELLS)
        stopped = shown.trace.stopped
        error = "" if stopped is None else stopped.message if stopped.declined is None else stopped.declined.text
        said = dict.fromkeys(plain(claim.sentence()) for claim in LESSON.claims(question, shown))
        page = LESSON.show(question, shown)
        if stopped is not None and stopped.declined is None:  # which the page says at its field
            told = Notice("refused", (text(f"Line {stopped.place.line}: {error}"),))
            page = Page((*page.panel, told), page.body)
        return _explanation(code, page, tuple(said), error)


def _explanation(code: str, page: Page, said: tuple[str, ...], error: str) -> Explanation:
    parts = (code_panel(code.strip("\n")), *_of_panel(page.panel), *_of_body(page.body or ()))
    return Explanation(code, parts, said, error)


def _of_panel(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Give what is said above the picture: what each line did, without the fields."""
    for part in parts:
        match part:
            case Columns(columns=columns):
                for column in columns:
                    yield from _of_panel(column)
            case Table() | Notice():
                yield part


def _of_body(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        if not (isinstance(part, Card) and part.name in _LEFT_OUT):
            yield part


@contextmanager
def _undisturbed(*, with_torch: bool) -> Iterator[None]:
    """Leave the libraries as they were: random numbers, printing, modes, threads and what Python warns of."""
    threads, always = 0, False
    if with_torch:
        import torch

        threads, always = torch.get_num_threads(), torch.is_warn_always_enabled()
        load_torch()
        gc.unfreeze()
        torch.set_warn_always(True)
    with own_options():
        bring_back = keep_state()
        try:
            with warnings.catch_warnings(record=True, action="always") as caught:
                hear(lambda: caught)
                yield
        finally:
            hear()
            bring_back()
    if with_torch:
        torch = sys.modules["torch"]
        torch.set_num_threads(threads)
        torch.set_warn_always(always)
