"""What stands around the picture of the indexing lesson: the verdict, the items as a table, errors with their fixes."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import Indexing
from primer_core.lessons.indexing.table import Line
from ui.arrays.messages import failed, offers, told
from ui.controls import verdict

_HEAD = ("item", "takes of a", "picks", "what it does", "gives b")


def index_verdict(explained: Indexing) -> None:
    """Say in one chip how it ends."""
    if explained.refusal is not None:
        verdict("error", f"{explained.refused} cannot be read")
    elif explained.error is not None:
        verdict("error", explained.error.split(":")[0])
    elif explained.result is not None:
        what = "a number" if explained.number else f"shape {shape_text(explained.result.shape)}"
        when = "" if explained.then in ("Read", "Add to b") else " when read; written to a itself"
        if explained.memory is None:
            verdict("copy", f"COPY, {what}{when}")
        else:
            verdict("view", f"VIEW, {what}{when}")


def index_mistakes(explained: Indexing) -> None:
    """Show what was refused and by whom, and each index that would work as a button that types it in."""
    if explained.refusal is not None:
        told(explained.refusal)
    if explained.error is not None:
        failed(explained.error, explained.advice)
    # The index comes first: on a phone a long label is cut off at its end.
    offers({f"`a[{fix.expression}]` · {fix.action}": {"index": fix.expression} for fix in explained.fixes})


def index_table(lines: Sequence[Line]) -> None:
    """Draw the table; nothing for an index without items."""
    if not lines:
        return
    head = "".join(f"<th scope='col'>{title}</th>" for title in _HEAD)
    body = "".join(_row(line) for line in lines)
    st.html(f"<div class='primer-index'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


def _row(line: Line) -> str:
    implied = " class='implied'" if line.item.startswith("( : )") else ""
    cells = "".join(f"<td>{escape(text)}</td>" for text in (line.takes, line.picks, line.does, line.gives))
    return f"<tr{implied}><td><code>{escape(line.item)}</code></td>{cells}</tr>"
