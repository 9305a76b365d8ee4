"""Tables of the lesson on views: the layout of each array, the pairs of axes, and names before and after."""

from collections.abc import Iterable
from html import escape

import streamlit as st

from primer_core.backend.memory import address_rule
from primer_core.language.spelling import shape_text
from primer_core.lessons.views.explain import Views, changes
from primer_core.lessons.views.refused_view import RefusedView
from primer_core.lessons.views.state import Made


def layout_table(found: Views) -> None:
    """Draw shape, strides, offset and flags of every array that has a name, and what was asked about sharing."""
    state = found.after
    if state is None:
        return
    head = ("array", "shape", "strides", "in bytes", "offset", "address of a cell", "C order", "F order", "dtype")
    rows = []
    for name in state.names:
        made = state.called(name)
        lay = made.layout
        rows.append(
            (
                _code(name),
                _code(shape_text(lay.shape)),
                _code(shape_text(lay.strides)),
                _code(shape_text(lay.byte_strides)),
                f"{lay.offset}",
                _code(address_rule(lay)),
                _flag(lay.c_contiguous),
                _flag(lay.f_contiguous),
                f"{_code(made.dtype)} · {made.layout.itemsize} bytes each",
            )
        )
    asked = [f"{_code(one.code)} → <b>{one.answer}</b>" for one in found.asked]
    when = " after these statements" if found.statements else ""
    _draw(head, rows, f"<p class='primer-note'>Asked of the library{when}: {' · '.join(asked)}</p>" if asked else "")


def pair_table(found: RefusedView) -> None:
    """Draw, pair by pair, whether axes can be joined, and whether the new shape joins them."""
    if not found.pairs:
        st.html('<p class="primer-note">Fewer than two axes are longer than 1: there is nothing to join.</p>')
        return
    head = ("axes i, i + 1", "stride[i]", "size[i + 1] · stride[i + 1]", "equal?", "joined by the new shape?", "so")
    rows = []
    for pair in found.pairs:
        wanted = {True: "yes", False: "no, cut here too", None: "–"}[pair.wanted]
        so = "<span class='bad'>✗ refused here</span>" if pair.refuses else "✓ fits"
        rows.append(
            (
                f"{pair.left}, {pair.right}",
                f"{pair.stride}",
                f"{pair.size} · {pair.next_stride} = {pair.needed}",
                "✓ equal: they join" if pair.joins else "✗ unequal: a border",
                wanted,
                "–" if pair.wanted is None else so,
            )
        )
    _draw(head, rows)


def way_table(found: RefusedView) -> None:
    """Draw what each way to the new shape gave, and how many bytes it copied."""
    rows = [
        (
            _code(way.code),
            ("✓ a view" if way.shares else "✓ a copy") if way.works else "<span class='bad'>✗ refused</span>",
            f"{way.copied} bytes" if way.works else "–",
        )
        for way in found.ways
    ]
    _draw(("what you write", "what you get", "copied"), rows)


def names_table(found: Views) -> None:
    """Draw which object each name is bound to, before and after, by its id, and whether its cells changed."""
    if found.before is None or found.after is None:
        return
    told = {change.name: change for change in changes(found)}
    rows = []
    for name in found.after.names:
        new, change = found.after.called(name), told[name]
        old = found.before.called(name) if name in found.before.names else None
        outcome = "another object" if change.rebound else "the same object"
        seen = "new cells" if change.rebound else f"{change.cells} changed" if change.cells else "unchanged"
        rows.append((_code(name), _where(old), _where(new), outcome, seen))
    _draw(("name", "id before", "id after", "bound to", "its cells"), rows)


def _where(made: Made | None) -> str:
    return "–" if made is None else f"{_code(str(made.identity))} in memory {made.buffer + 1}"


def _flag(holds: bool) -> str:
    return "✓ yes" if holds else "✗ no"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _draw(head: Iterable[str], rows: Iterable[Iterable[str]], below: str = "") -> None:
    titles = "".join(f"<th scope='col'>{escape(title)}</th>" for title in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
    st.html(f"<div class='primer-table' tabindex='0'>{table}</div>{below}")
