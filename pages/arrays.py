"""Arrays: what one is made of, what dtypes do to numbers, why NumPy is fast, and how PyTorch differs."""

import streamlit as st

from primer_core.backend.loading import load_torch_in_background
from primer_core.lessons.arrays import show as pictures
from primer_core.lessons.arrays.explain import CONVERSIONS, explain_array
from primer_core.lessons.arrays.presets import PRESETS
from ui import shell
from ui.arrays import array_tables as tables
from ui.arrays.array_views import creation, dtypes, libraries, races
from ui.arrays.messages import failed, told
from ui.arrays.parts.arrays import asks, parts
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict

ANSWERS = {
    "44": "Right. 300 is 1 0010 1100 in bits; eight of them fit, and the lowest eight are 44.",
    "127": "That is the largest int8. NumPy does not stop there: it keeps the lowest eight bits.",
    "300": "An int8 has one byte, which tells 256 numbers apart. 300 is not among them.",
    "an error": "`np.array([300], dtype=np.int8)` is one, but `astype` wraps around without a word.",
}
KEPT = ("make", "to", "values", "bits", "as")
"""What stands when the learner comes back from another view."""


def anatomy() -> None:
    """Draw an array, its attributes and its memory."""
    above = st.container()
    left, right = st.columns([3, 1])
    with left:
        text = creation()
    dtype = right.selectbox("then astype", CONVERSIONS, key="to", bind="query-params")
    said = {"make": text, "to": dtype}
    with above:
        presets = [Preset(one.title, {"make": one.text, "to": one.dtype}) for one in PRESETS]
        preset_pills(presets, question=asks(said))
    explained = explain_array(text, dtype)
    with st.container(border=True):
        if explained.refusal is not None:
            told(explained.refusal)
        if explained.error is not None:
            failed(explained.error)
        if explained.array is not None:
            linked_grids("grids", parts(said, explained)["grids"])
    left, right = st.columns([1.25, 1])
    with left.container(border=True):
        if explained.parts:
            st.subheader("What x says of itself", anchor=False)
            tables.parts_table(explained.parts)
        if explained.conversion is not None:
            kind = explained.conversion.verdict
            verdict(kind, f"{kind.upper()}: np.shares_memory(x, y) is {kind == 'view'}")
            st.markdown(pictures.conversion_story(explained.conversion))
        if explained.code:
            code_panel(explained.code)
    with right.container(border=True):
        predict_first("What is `np.array([300]).astype(np.int8)`?", ANSWERS, "44", key="guess")


VIEWS = {"Anatomy": anatomy, "Dtypes": dtypes, "Races": races, "PyTorch": libraries}


@st.fragment  # a change runs this alone, not the frame and the sidebar, which spares a quarter of the work
def lesson() -> None:
    """Draw everything under the claim."""
    for key in KEPT:  # Streamlit forgets a widget that is not drawn, unless its state is touched
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    view = st.segmented_control(
        "View", list(VIEWS), key="view", default="Anatomy", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    VIEWS[view]()


spec = shell.begin("arrays")
lesson()
shell.finish(spec)
load_torch_in_background()  # the first answer of PyTorch need not wait for all of it
