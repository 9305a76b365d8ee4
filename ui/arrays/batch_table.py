"""What a network says to each tensor of a pipeline, as a small table."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from primer_core.language.spelling import shape_text
from primer_core.lessons.shapes.batch_axis import Offered


def batch_table(offered: Sequence[Offered]) -> None:
    """Draw the table; nothing for nothing."""
    if not offered:
        return
    rows = "".join(f"<tr><td><code>model({one.name})</code></td><td>{_answer(one)}</td></tr>" for one in offered)
    st.html(f"<div class='primer-offered'><p>A small CNN, offered each of them</p><table>{rows}</table></div>")


def _answer(one: Offered) -> str:
    if one.answer is None:
        return f"<b class='bad'>ERROR</b> {escape(one.error or '')}"
    images = "one image" if one.answer[0] == 1 else f"{one.answer[0]} images"
    return f"<b class='good'>TAKEN</b> logits of shape {shape_text(one.answer)}: ten for {images}"
