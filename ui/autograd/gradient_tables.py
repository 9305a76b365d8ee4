"""What PyTorch answers about every name of a program, and how its gradients compare with differences."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from primer_core.lessons.autograd_graph.graph import LeafCheck, NamedTensor, TensorValue
from ui.components.autograd_graph.payload import inline, number

_MARKS = {"agrees": "✓", "differs": "✗", "unchecked": "–"}


def _table(head: Sequence[str], rows: Sequence[str]) -> None:
    columns = "".join(f"<th scope='col'>{escape(title)}</th>" for title in head)
    st.html(
        f"<div class='primer-grads'><table><thead><tr>{columns}</tr></thead>"
        f"<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table></div>"
    )


def _cell(text: str, kind: str = "") -> str:
    return f"<td class='{kind}'>{escape(text)}</td>"


def _code(text: str) -> str:
    return f"<td><code>{escape(text)}</code></td>"


def _grad(value: TensorValue | None) -> str:
    return _code("None" if value is None else inline(value))


def name_table(names: Sequence[NamedTensor]) -> None:
    """Draw a row for every name; where ``.grad`` is None, the row says why."""
    if not names:
        return
    rows = []
    for one in names:
        flags = [word for word, holds in (("leaf", one.is_leaf), ("retains grad", one.retains_grad)) if holds]
        flags += [] if one.requires_grad else ["no grad"]
        rows.append(
            _code(one.name) + _cell(", ".join(flags) or "computed") + _grad(one.grad) + _cell(one.why_none, "why")
        )
    _table(["name", "", ".grad", "why None"], rows)
    library = next((one.library for one in names if one.library), "")
    if library:
        with st.expander("What PyTorch says when you read .grad of a tensor that is not a leaf"):
            st.code(library, language=None, wrap_lines=True)


def check_table(checks: Sequence[LeafCheck]) -> None:
    """Draw a row for every leaf: autograd's gradient of one backward call against central differences."""
    st.subheader("Checked by finite differences", anchor=False)
    if not checks:
        st.html('<p class="primer-note">There is no gradient to check.</p>')
        return
    rows = [
        _code(check.name)
        + _grad(check.gradient)
        + _grad(check.difference)
        + _cell(f"{_MARKS[check.verdict]} {number(check.largest)}")
        for check in checks
    ]
    _table(["leaf", "autograd", "differences", "largest gap"], rows)
    for check in checks:
        if check.note:
            st.markdown(f"`{check.name}`: {check.note}")
    st.html('<p class="primer-note">Both in float64, for one backward call: (f(x + h) − f(x − h)) / 2h.</p>')
