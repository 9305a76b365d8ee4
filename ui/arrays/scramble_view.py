"""Permute against reshape: the two ways on a real picture, and on a few numbers to follow."""

import base64
import io
from functools import cache
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from primer_core.data.errors import DamagedFileError, DataUnavailableError
from primer_core.language.limits import thousands
from primer_core.language.spelling import shape_text
from primer_core.lessons.shapes.scramble import CASES, Scramble, Way, compare
from primer_core.lessons.shapes.show import two_ways
from ui.arrays.messages import told
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import code_panel, what_happened

ANSWERS = {
    "the same picture": "reshape keeps the order in memory: red, green and blue of one pixel stay neighbours.",
    "a scrambled one": "Right. The sizes are those of (3, H, W), but each channel holds a third of the picture, "
    "its colours by turns. permute(2, 0, 1) moves the axis.",
    "error": "H·W·3 elements fit (3, H, W): nothing stops the reshape. That is what makes it a trap.",
}


def scramble_view() -> None:
    """Draw the view: choose a picture, see both ways."""
    title = st.segmented_control(
        "Picture", list(CASES), key="picture", default=next(iter(CASES)), bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        compared = compare(str(title))
    except (DataUnavailableError, DamagedFileError) as problem:
        told(str(problem))
        return
    with st.container(border=True):
        st.html(_figures(compared))
    with st.container(border=True):
        st.markdown("**The same with a few numbers.** Point at a cell: its element stands elsewhere in the other.")
        linked_grids("ways", two_ways(compared.small_right, compared.small_wrong).payload())
    left, right = st.columns([1.3, 1])
    with left.container(border=True):
        what_happened([_story(compared)])
        code_panel(compared.code)
    with right.container(border=True):
        question = "A picture of shape `(H, W, 3)`: what does `picture.reshape(3, H, W)` give?"
        predict_first(question, ANSWERS, "a scrambled one", key="guess_reshape")


def _story(compared: Scramble) -> str:
    size = compared.before.size
    moved = "moves axes by moving strides" if compared.right.shared else "moves axes; the reshape after it has to copy"
    return (
        f"{compared.case.wanted}\n\n"
        f"`x{compared.right.steps}` {moved}: every value keeps its row, its column and its colour, or its digit. "
        f"`x{compared.wrong.steps}` leaves all values in the order in which they lie in memory and cuts that row into "
        f"{shape_text(compared.wrong.shape)}. The shapes are the same and nothing complains, but only "
        f"{thousands(compared.in_place)} of {thousands(size)} cells hold the element that belongs there."
    )


def _figures(compared: Scramble) -> str:
    facts = f"<span class='facts'>{shape_text(compared.before.shape)} · strides {shape_text(compared.strides)}</span>"
    own = _image(compared.before, "The picture")
    return (
        f"<div class='primer-ways'>"
        f"<figure><figcaption><code>x</code><br>{facts}</figcaption><div>{own}</div></figure>"
        f"{_way(compared.right, 'axes moved', 'good')}{_way(compared.wrong, 'scrambled', 'bad')}</div>"
        f"<p class='primer-note'>{escape(compared.case.credit)}</p>"
    )


def _way(way: Way, word: str, tone: str) -> str:
    facts = f"{shape_text(way.shape)} · strides {shape_text(way.strides)} · {'view' if way.shared else 'copy'}"
    name = escape(f"x{way.steps}")
    drawn = _image(way.values, name)
    if way.values.ndim == 3:
        drawn = _image(np.moveaxis(way.values, 0, -1), f"{name}, its channels as red, green and blue")
        planes = "".join(_image(plane, f"{name}, channel {place}") for place, plane in enumerate(way.values))
        drawn += f"<div class='planes'>{planes}</div><span class='facts'>its channels 0, 1, 2 together and alone</span>"
    return (
        f"<figure><figcaption><code>{name}</code> <b class='{tone}'>{word}</b><br>"
        f"<span class='facts'>{facts}</span></figcaption><div>{drawn}</div></figure>"
    )


def _image(values: NDArray[Any], told: str) -> str:
    """A picture of (H, W) grey values, (H, W, 3) colours or a row of (n, H, W) pictures, as HTML."""
    if values.ndim == 3 and values.shape[-1] != 3:
        values = np.concatenate(list(np.pad(values, ((0, 0), (0, 0), (0, 2)), constant_values=128)), axis=1)[:, :-2]
    return f"<img alt='{told}' src='data:image/png;base64,{_png(values.tobytes(), values.shape)}'>"


@cache
def _png(pixels: bytes, shape: tuple[int, ...]) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(shape)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")
