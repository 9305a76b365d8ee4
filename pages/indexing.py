"""Indexing: type an index or click cells, and see what it picks, what becomes of each axis, and who owns the memory."""

from contextlib import nullcontext

import streamlit as st

from primer_core.backend.loading import load_torch_in_background
from primer_core.lessons.indexing import show as pictures
from primer_core.lessons.indexing.explain import THENS
from primer_core.lessons.indexing.presets import DEFAULT, PRESETS
from primer_core.lessons.indexing.table import lines
from ui import shell
from ui.arrays.indexing_panels import index_mistakes, index_table, index_verdict
from ui.arrays.parts.indexing import LIBRARIES, asks, clicked, explain, parts
from ui.arrays.rule_table import size_sliders
from ui.components.linked_grids import CellEvent, linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, what_happened

HELP_INDEX = (
    "What stands between the brackets of a[ ]: 1, 2 or :2, 1:3 or ..., None or [0, 2] or a > 10. "
    "Or click cells of the array below."
)
QUESTION = "`a` has shape `(2, 3, 4)`. What is the shape of `a[[0, 1], :, [0, 3]]`?"
ANSWERS = {
    "(2, 3, 4)": "The slice keeps axis 1, but each list drops its axis: only one axis comes of the two lists.",
    "(2, 3)": "Right. The lists are read in pairs, (0, 0) and (1, 3), which gives one axis of 2. A slice stands "
    "between them, so that axis goes to the front, before the 3 of the slice.",
    "(3, 2)": "So it would be if the lists were neighbours. A slice stands between them: their axis goes to the front.",
    "(2, 3, 2)": "Two lists do not span a rectangle: they are read together, pair by pair. np.ix_ spans one.",
}


def controls() -> None:
    """Draw the fields."""
    first, second = st.columns([1, 2.4])
    first.text_input(
        "Array a", DEFAULT.array, key="array", bind="query-params", help="A shape (3, 4), or an array [[1, 2], [3, 4]]."
    )
    second.text_input("Index: a[ … ]", DEFAULT.expression, key="index", bind="query-params", help=HELP_INDEX)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        then = st.segmented_control("Then", THENS, key="then", default=THENS[0], bind="query-params", required=True)
        if then != THENS[0]:
            st.text_input("Value v", DEFAULT.value, key="value", bind="query-params", width=150)
        st.segmented_control("Library", LIBRARIES, key="library", default="NumPy", bind="query-params", required=True)


def said() -> dict[str, str]:
    """What the fields say, and the index that clicks wrote last."""
    keys = ("array", "index", "then", "value", "library", "clicked")
    return {key: st.session_state.get(key) or "" for key in keys}


def click(event: CellEvent) -> None:
    """Write the index that a click on a cell asks for."""
    found = clicked(said(), event)
    if found is not None:
        st.session_state.update(index=found.expression, clicked=found.expression, reason=found.reason)


@st.fragment  # a change runs this alone, not the frame and the sidebar
def lesson() -> None:
    """Draw everything under the claim."""
    above = st.container()  # filled after the widgets, so that the right pill is lit
    controls()
    asked = said()
    with above:
        preset_pills([Preset(one.title, one.fields) for one in PRESETS], question=asks(asked))
    with st.spinner("Loading PyTorch") if asked["library"] == "PyTorch" else nullcontext():
        explained = explain(asked)
    index_verdict(explained)
    with st.container(border=True):
        shown = parts(asked, explained)
        size_sliders(shown["rule"])
        index_table(lines(explained))
        if explained.operand is not None:
            linked_grids("grids", shown["grids"], on_select=click)
            by_clicks = asked["clicked"] == asked["index"]
            note = st.session_state["reason"] if by_clicks else "Click cells of a to write an index that picks them."
            st.html(f'<p class="primer-note">{note}</p>')
        index_mistakes(explained)
    left, right = st.columns([1.3, 1])
    if explained.code:
        with left.container(border=True):
            if explained.result is not None:
                what_happened(pictures.story(explained))
                st.html(f'<p class="primer-note">{pictures.memory_note(explained)}</p>')
            code_panel(explained.code)
    with right.container(border=True):
        predict_first(QUESTION, ANSWERS, "(2, 3)", key="guess")


spec = shell.begin("indexing")
lesson()
shell.finish(spec)
load_torch_in_background()  # the first answer of PyTorch need not wait for all of it
