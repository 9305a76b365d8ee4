"""The tables of the lesson on arrays: attributes, dtypes and their bits, and NumPy beside PyTorch."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from primer_core.lessons.arrays.dtypes import Bits, DtypeTable, Outcome
from primer_core.lessons.arrays.explain import Part
from primer_core.lessons.arrays.twins import DefaultDtype, Twin

_WORDS: dict[Outcome, str] = {
    "wrapped": "wraps around",
    "cut off": "fraction cut off",
    "out of range": "out of range",
    "rounded": "rounded",
    "infinite": "too large",
    "lost": "too small",
    "truth": "not zero",
}


def parts_table(parts: Sequence[Part]) -> None:
    """Draw the attributes of an array, each with what it means."""
    rows = "".join(
        f"<tr><td><code>{part.name}</code></td><td class='number'>{part.value}</td>"
        f"<td class='words'>{part.meaning}</td></tr>"
        for part in parts
    )
    st.html(f"<div class='primer-table'><table><tbody>{rows}</tbody></table></div>")


def dtype_table(table: DtypeTable) -> None:
    """Draw what every dtype makes of the values; a value that changed is marked and says why."""
    head = "".join(f"<th scope='col' class='number'>{text}</th>" for text in table.texts)
    rows = []
    for row in table.rows:
        cells = "".join(
            f"<td class='number'>{cell.text}</td>"
            if cell.outcome == "kept"
            else f"<td class='number changed'>{cell.text}<small>{_WORDS[cell.outcome]}</small></td>"
            for cell in row.cells
        )
        span = f"<small class='span'>{row.itemsize} B, {' to '.join(row.span)}</small>"
        rows.append(f"<tr><td><code>{row.dtype}</code>{span}</td>{cells}</tr>")
    st.html(
        f"<div class='primer-table'><table><thead><tr><th scope='col'>astype</th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def remarks(table: DtypeTable) -> None:
    """List what NumPy itself says: warnings of ``astype``, and dtypes in which it refuses to make the array."""
    said = {row.said: [other.dtype for other in table.rows if other.said == row.said] for row in table.rows if row.said}
    lines = [
        f"<li><code>astype</code> to {', '.join(dtypes)} warns: “{escape(text)}”</li>" for text, dtypes in said.items()
    ]
    lines += [
        f"<li><code>np.array(values, dtype=np.{row.dtype})</code> refuses: “{escape(row.refused)}”</li>"
        for row in table.rows
        if row.refused
    ]
    if lines:
        st.markdown("**NumPy's own words**")
        st.html(f"<ul style='margin: 0; padding-left: 1.2rem; font-size: 0.9rem'>{''.join(lines)}</ul>")


def bit_cells(bits: Bits) -> None:
    """Draw the bits of a number in groups, and how they make it."""
    groups = "".join(
        f"<figure class='{group.name}'><div>{''.join(f'<i>{bit}</i>' for bit in group.bits)}</div>"
        f"<figcaption>{group.name} · {len(group.bits)}</figcaption></figure>"
        for group in bits.groups
    )
    st.html(
        f"<div class='primer-bits'>{groups}</div>"
        f"<p style='margin: 0; font-family: \"Source Code Pro\", monospace; overflow-wrap: anywhere'>{bits.formula}</p>"
    )


def twin_table(rows: Sequence[Twin]) -> None:
    """Draw what both libraries answer, the answers that differ marked."""
    lines = "".join(
        f"<tr><td>{row.question}</td>{_pair(row.numpy_code, row.numpy, row.torch_code, row.torch, row.differs)}"
        f"<td class='words'>{row.why if row.differs else ''}</td></tr>"
        for row in rows
    )
    head = "".join(f"<th scope='col'>{title}</th>" for title in ("", "NumPy", "", "PyTorch", "", ""))
    st.html(f"<div class='primer-table'><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>")


def defaults_table(rows: Sequence[DefaultDtype]) -> None:
    """Draw which dtype each library chooses by itself, those that differ marked."""
    lines = "".join(
        f"<tr>{_pair(row.numpy_code, row.numpy, row.torch_code, row.torch, row.differs)}</tr>" for row in rows
    )
    head = "".join(f"<th scope='col'>{title}</th>" for title in ("NumPy", "", "PyTorch", ""))
    st.html(f"<div class='primer-table'><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>")


def _pair(numpy_code: str, numpy: str, torch_code: str, torch: str, differs: bool) -> str:
    mark, sign = (" changed", "≠ ") if differs else ("", "")
    return (
        f"<td><code>{escape(numpy_code)}</code></td><td class='number'>{escape(numpy)}</td>"
        f"<td style='padding-left: 0.9rem'><code>{escape(torch_code)}</code></td>"
        f"<td class='number{mark}'>{sign}{escape(torch)}</td>"
    )
