"""Parts as HTML that stands by itself, without a script: for notebooks and other places that show a piece of HTML.

Drawings are those of `primer_core.picture.svg`; what waits for a press is left out. Every text is escaped: whatever is
in it is shown letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from primer_core.picture.alternative import description
from primer_core.picture.page import at_rest
from primer_core.picture.palette import PALETTES
from primer_core.picture.parts import (
    Chip,
    CodePanel,
    Drawable,
    Fixes,
    Heading,
    Note,
    Notice,
    Part,
    SizeCell,
    Sizes,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.small_grid import SmallGrid
from primer_core.picture.svg import svg
from primer_core.picture.svg.texts import escape
from primer_core.picture.text import Code, Name, Number, Role, Strong, Text

_LIGHT = PALETTES["light"]
_COLOURS = "".join(
    f".primer .{role}{{background:{fill};color:{ink}}}" for role, (fill, ink) in _LIGHT.roles.items() if role != "plain"
)
_STYLE = (
    f".primer{{background:{_LIGHT.ground};color:{_LIGHT.ink};color-scheme:light;padding:12px 16px;border-radius:8px;"
    f"font:14px/1.5 system-ui,sans-serif;max-width:1000px;border:1px solid {_LIGHT.line}}}"
    ".primer p{margin:6px 0;max-width:75ch}"
    ".primer h4{margin:14px 0 4px;font-size:14px;font-weight:600}"
    ".primer code,.primer pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;"
    f"background:{_LIGHT.roles['plain'][0]};color:inherit;padding:1px 4px;border-radius:4px}}"
    ".primer pre{padding:8px 10px;overflow-x:auto;margin:6px 0;white-space:pre}"
    f".primer .small,.primer small{{color:{_LIGHT.soft};font-size:12.5px}}"
    ".primer table{border-collapse:collapse;margin:6px 0;background:none;font-size:13px}"
    ".primer th,.primer td{text-align:left;vertical-align:top;padding:4px 10px;background:none;"
    f"border:0 solid {_LIGHT.line};border-bottom-width:1px}}"
    ".primer td table{margin:0}.primer td td{padding:1px 5px;border-width:1px;text-align:right}"
    f".primer .bad{{background:{_LIGHT.tones['bad'][0]};color:{_LIGHT.tones['bad'][1]}}}"
    f".primer .warn{{background:{_LIGHT.tones['warn'][0]};color:{_LIGHT.tones['warn'][1]}}}"
    ".primer .notice{padding:6px 10px;border-radius:6px;margin:8px 0}.primer .notice p{margin:2px 0}"
    ".primer .notice code{background:none;padding:0}"
    ".primer .chip{padding:2px 8px;border-radius:10px;font-weight:600;font-size:12.5px}"
    ".primer .drawing{overflow-x:auto;margin:6px 0}.primer .drawing svg{display:block}"
    f"{_COLOURS}"
)
_TONES = {"declined": "bad", "refused": "warn", "warning": "warn", "info": "a"}
_VERDICTS = {"error": "bad", "ok": "result", "copy": "b", "view": "a", "leaf": "a", "no grad": "b"}


def html(parts: Iterable[Part], *, title: str) -> str:
    """Write parts as HTML.

    Parameters
    ----------
    parts
        From top to bottom.
    title
        Plain text that names the whole to a screen reader, and each drawing in it.

    Returns
    -------
    str
        One ``div`` element with a style sheet of its own, always in light colours on a ground of its own.
    """
    content = "".join(_part(part, title) for part in at_rest(parts))
    return f'<div class="primer" role="region" aria-label="{escape(title)}"><style>{_STYLE}</style>{content}</div>'


def _part(part: Part, title: str) -> str:
    match part:
        case Chip(verdict=verdict, text=words):
            return f'<p><span class="chip {_VERDICTS[verdict]}">{escape(words)}</span></p>'
        case Heading(text=words):
            return f"<h4>{escape(words)}</h4>"
        case Note(text=content):
            return f'<p class="small">{_spans(content)}</p>'
        case Notice(tone=tone, paragraphs=paragraphs, title=heading):
            head = f"<p><b>{escape(heading)}</b></p>" if heading else ""
            return f'<div class="notice {_TONES[tone]}">{head}{_paragraphs(paragraphs)}</div>'
        case Fixes(fixes=fixes, title=heading):
            items = "".join(f"<li>{_spans(fix.label)}</li>" for fix in fixes)
            return f"<h4>{escape(heading)}</h4><ul>{items}</ul>"
        case Story(paragraphs=paragraphs, note=note, title=heading):
            small = f'<p class="small">{_spans(note)}</p>' if note else ""
            return f"<h4>{escape(heading)}</h4>{_paragraphs(paragraphs)}{small}"
        case CodePanel(code=code):
            return f"<pre>{_lines(code)}</pre>"
        case Table():
            return _table(part)
        case Sizes():
            return _sizes(part)
        case _ if isinstance(part, Drawable):
            drawn = svg(part, theme="light", title=title, description=description(part))
            return f'<div class="drawing">{drawn}</div>'
    return ""


def _paragraphs(paragraphs: Sequence[Text]) -> str:
    return "".join(f"<p>{_spans(paragraph)}</p>" for paragraph in paragraphs)


def _spans(content: Text) -> str:
    return "".join(map(_span, content))


def _span(span: str | Strong | Code | Name | Number) -> str:
    match span:
        case str():
            return escape(span)
        case Strong(text=words):
            return f"<b>{escape(words)}</b>"
        case Code(text=words):
            return f"<code>{_lines(words)}</code>"
        case Name(text=words, role=role):
            return f'<code class="{role}">{escape(words)}</code>'
        case Number(text=words):
            return escape(words)


def _lines(code: str) -> str:
    return "\n".join(map(escape, code.split("\n")))


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_spans(title)}</th>' for title in table.head)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return f'<table aria-label="{escape(table.caption)}">{f"<tr>{head}</tr>" if head else ""}{rows}</table>'


def _cell(cell: TableCell) -> str:
    badges = "".join(f" <small>{escape(badge.text)}</small>" for badge in cell.badges)
    note = f"<br/><small>{_spans(cell.note)}</small>" if cell.note else ""
    grid = "" if cell.grid is None else _grid(cell.grid)
    element = 'th scope="row"' if cell.tone == "head" else "td"
    return f"<{element}>{_spans(cell.text)}{badges}{note}{grid}</{element[:2]}>"


def _grid(grid: SmallGrid) -> str:
    rows = (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in grid.rows)
    return f'<table class="{grid.role}">{"".join(rows)}</table>'


def _sizes(sizes: Sizes) -> str:
    head = "".join(
        f'<th scope="col">{escape(title)}<br/><small>{escape(subtitle)}</small></th>'
        for title, subtitle in sizes.columns
    )
    rows = [_size_row(row.name, row.cells, row.role) for row in sizes.rows]
    if sizes.result is not None:
        name, cells = sizes.result
        rows.append(_size_row(name, cells, "result"))
    return f"<table><tr><td></td>{head}</tr>{''.join(rows)}</table>"


def _size_row(name: str, cells: Sequence[SizeCell], role: Role) -> str:
    return f'<tr><th scope="row"><code class="{role}">{escape(name)}</code></th>{"".join(map(_size, cells))}</tr>'


def _size(cell: SizeCell) -> str:
    note = f"<br/><small>{escape(cell.note)}</small>" if cell.note else ""
    return f'<td class="{"bad" if cell.tone == "clash" else ""}">{escape(cell.text)}{note}</td>'
