"""What a network says to each tensor of a pipeline, as a small table."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from primer_core.arrays.batch_axis import Offered
from primer_core.arrays.grids import shape_text

_STYLE = """<style>
.primer-offered { overflow-x: auto; }
.primer-offered table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
.primer-offered td { padding: 0.3rem 1rem 0.3rem 0; vertical-align: top; }
.primer-offered tr + tr td { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.primer-offered b { border-radius: 5px; padding: 0.05rem 0.45rem; font-size: 0.74rem; }
.primer-offered .good { background: light-dark(#dcf2ea, #0f3a2e); color: light-dark(#05593f, #93e6c9); }
.primer-offered .bad { background: light-dark(#fde8e2, #43170e); color: light-dark(#a3290f, #ffb4a3); }
.primer-offered p { margin: 0 0 0.4rem; font-weight: 600; }
.primer-offered code { white-space: nowrap; }
</style>"""


def batch_table(offered: Sequence[Offered]) -> None:
    """Draw the table; nothing for nothing."""
    if not offered:
        return
    rows = "".join(f"<tr><td><code>model({one.name})</code></td><td>{_answer(one)}</td></tr>" for one in offered)
    st.html(f"{_STYLE}<div class='primer-offered'><p>A small CNN, offered each of them</p><table>{rows}</table></div>")


def _answer(one: Offered) -> str:
    if one.answer is None:
        return f"<b class='bad'>ERROR</b> {escape(one.error or '')}"
    images = "one image" if one.answer[0] == 1 else f"{one.answer[0]} images"
    return f"<b class='good'>TAKEN</b> logits of shape {shape_text(one.answer)}: ten for {images}"
