"""Broadcasting: type operands and see which cells meet, what is stretched, and how gradients find back."""

from collections.abc import Mapping

import streamlit as st

from primer_core.language.spelling import shape_text
from primer_core.lessons.broadcasting import show as pictures
from primer_core.lessons.broadcasting.explain import NAMES, OPERATIONS, Broadcast
from primer_core.lessons.broadcasting.presets import DEFAULT, PRESETS
from ui import shell
from ui.arrays.messages import failed, offer_operands, told
from ui.arrays.parts.broadcasting import BACKWARD, FORWARD, KEYS, UPSTREAM, asks, explain, parts
from ui.arrays.rule_table import rule_table
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict, what_happened

HELP = (
    "A shape (4, 3), an array [[1, 2], [3, 4]], a number, or one of these changed: "
    "(4,)[:, None], (3, 4).T; b may also say a.mean(1)."
)
ANSWERS = {
    "(4, 3)": "Right. (3,) is taken for (1, 3); each 1 is stretched, so every row meets every column.",
    "(3, 4)": "Shapes line up from the right: the 3 stands under the 1, so it becomes the last axis.",
    "(4, 1)": "The last axis of size 1 is stretched to 3. No cell of the longer axis is ever dropped.",
    "error": "The pairs are 1 and 3, 4 and missing. In each, one is 1 or missing: nothing clashes.",
}


def operands() -> None:
    """Draw the operands and the operation."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="operands"):
        st.text_input("Operand a", DEFAULT.a, key="a", bind="query-params", help=HELP)
        st.selectbox("Operation", list(OPERATIONS), key="op", bind="query-params", width=170)
        st.text_input("Operand b", DEFAULT.b, key="b", bind="query-params", help=HELP)
        st.text_input("Operand c, if any", DEFAULT.c, key="c", bind="query-params", placeholder="none")


def judge(explained: Broadcast) -> None:
    """Say in one chip how it ends."""
    if explained.refused is not None:
        verdict("error", f"operand {NAMES[explained.refused]} cannot be read")
    elif explained.shape is None:
        verdict("error", "the shapes clash")
    else:
        verdict("ok", f"broadcasts to {shape_text(explained.shape)}")


def direction() -> bool:
    """Draw the choice between forward and backward; return whether backward."""
    back = st.segmented_control(
        "View", [FORWARD, BACKWARD], key="view", default=FORWARD, bind="query-params", required=True,
        label_visibility="collapsed",
    ) == BACKWARD  # fmt: skip
    if back:
        st.segmented_control(
            "Gradient of", list(UPSTREAM), key="of", default="y.sum()", bind="query-params", required=True
        )
    return back


def settings() -> Mapping[str, str]:
    """What the widgets say, by their keys."""
    return {key: st.session_state.get(key) or "" for key in KEYS}


def clash(explained: Broadcast) -> None:
    """Show NumPy's error, and each fix as a button that types it in."""
    failed(f"ValueError: {explained.error}")
    if not explained.fixes:
        st.markdown("No new axis and no transposition helps: make the sizes equal, or one of them 1.")
    offer_operands(explained.fixes)


@st.fragment  # a change runs this alone, not the frame and the sidebar, which spares a quarter of the work
def lesson() -> None:
    """Draw everything under the claim."""
    above = st.container()  # the presets stand first, but which of them is on shows only after the widgets ran
    operands()
    chip = st.container()
    with st.container(border=True):
        back = direction()
        stand = settings()
        explained = explain(stand)
        if explained.operands:
            shown = parts(stand, explained)
            rule_table(shown["rule"])
            linked_grids("grids", shown["grids"])
        if explained.refusal is not None:
            told(explained.refusal)
        if explained.error is not None:
            clash(explained)
        if explained.overflowed:
            st.warning(pictures.OVERFLOW, icon=":material/warning:")
        if warning := pictures.trap_warning(explained):
            st.warning(warning, icon=":material/warning:")
    with chip:
        judge(explained)
    with above:
        preset_pills(
            [Preset(one.title, {"a": one.a, "b": one.b, "c": one.c, "op": one.operation}) for one in PRESETS],
            question=asks(stand),
        )
    back = back and explained.result is not None
    left, right = st.columns([1.3, 1])
    if explained.operands:
        with left.container(border=True):
            what_happened((pictures.story_back if back else pictures.story)(explained))
            if not back and (note := pictures.memory_note(explained)):
                st.html(f'<p class="primer-note">{note}</p>')
            if explained.code:
                code_panel(explained.backward_code if back else explained.code)
    with right.container(border=True):
        predict_first("What is the shape of `(4, 1) + (3,)`?", ANSWERS, "(4, 3)", key="guess")


spec = shell.begin("broadcasting")
lesson()
shell.finish(spec)
