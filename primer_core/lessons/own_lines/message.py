"""A pasted error message as parts: what it says, why it comes, and what usually lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from primer_core.error_messages import Mistake, Operand, Recognised
from primer_core.lessons.own_lines.code import program_code
from primer_core.lessons.own_lines.explain import Message
from primer_core.lessons.own_lines.opened import LESSONS
from primer_core.lessons.own_lines.trace import run
from primer_core.lessons.spoken import written
from primer_core.picture.code import code_panel
from primer_core.picture.parts import (
    Card,
    Columns,
    Fix,
    Fixes,
    Heading,
    Note,
    Notice,
    OpenIn,
    Part,
    SizeCell,
    SizeRow,
    Sizes,
    Story,
)
from primer_core.picture.text import Code, Text, text

_MOST = 3
"""Mistakes that are shown, the most usual ones."""


def told(message: Message) -> tuple[Part, ...]:
    """Show what is known of a message."""
    return tuple(_parts(message))


def _parts(message: Message) -> Iterator[Part]:
    known = message.known
    raised = known.raised
    words: tuple[Text, ...] = (text(Code(f"{raised.type}: {raised.message}" if raised.type else raised.message)),)
    frame = raised.frame
    if frame is not None and frame.code:
        words = (*words, text(f"Line {frame.line}: ", Code(frame.code.strip())))
    said = Story((written(known.sentence()),), title="Why")
    if not isinstance(known, Recognised):
        yield Card((Notice("declined", words), said), "message")
        return
    yield Card((Notice("declined", words), *_operands(known.operands), said, *_link(known)), "message")
    for place, mistake in enumerate(known.mistakes[:_MOST]):
        yield Card(tuple(_mistake(mistake, place)), f"mistake {place}")


def _operands(operands: tuple[Operand, ...]) -> tuple[Part, ...]:
    """Line shapes up from the right, with the axes that clash."""
    if not operands or not any(operand.shape for operand in operands):
        return ()
    most = max(len(operand.shape) for operand in operands)
    rows = []
    for operand in operands:
        cells = [SizeCell(tone="missing")] * (most - len(operand.shape))
        cells += [SizeCell(str(n), tone="clash" if i in operand.clashes else "") for i, n in enumerate(operand.shape)]
        rows.append(SizeRow(operand.role, operand.shape, tuple(cells)))
    return (Sizes(tuple((f"axis −{most - place}", "") for place in range(most)), tuple(rows)),)


def _link(known: Recognised) -> tuple[Part, ...]:
    found = known.lesson
    if found is None:
        return ()
    title = LESSONS[found.slug].title if found.slug in LESSONS else found.slug.replace("_", " ")
    return (OpenIn(f"Open in {title[:1].upper()}{title[1:]}", found.slug, urlencode(found.parameters)),)


def _mistake(mistake: Mistake, place: int) -> Iterator[Part]:
    yield Heading("Usually" if place == 0 else "Or")
    yield Note(written(mistake.why))
    before, after = program_code(run(mistake.before)), program_code(run(mistake.after))
    fails, works = code_panel(before, "It fails so."), code_panel(after, "It works.")
    yield Columns(((fails, _run("Run it here", mistake.before)), (works, _run("Run this here", mistake.after))), (1, 1))


def _run(label: str, program: str) -> Fixes:
    return Fixes((Fix(text(label), {"program": program}),), "")
