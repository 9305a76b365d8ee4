"""Shapes: build a pipeline of shape changes and see after each step what moved, and whether anything did."""

import streamlit as st

from primer_core.backend.loading import load_torch
from primer_core.lessons.shapes import show as pictures
from primer_core.lessons.shapes.batch_axis import offer_to_network
from primer_core.lessons.shapes.explain import Pipeline
from primer_core.lessons.shapes.presets import DEFAULT, PRESETS
from ui import shell
from ui.arrays.batch_table import batch_table
from ui.arrays.messages import told
from ui.arrays.parts.shapes import LIBRARIES, asks, explain, parts, picture
from ui.arrays.pipeline_cards import STEPS, pipeline_cards, speak
from ui.arrays.rule_table import size_sliders
from ui.arrays.scramble_view import scramble_view
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict, what_happened

X_HELP = "A shape (28, 28), an array [[1, 2], [3, 4]], a number, or arange(12)."
STEPS_HELP = "unsqueeze(0), permute(0, 2, 1) or .unsqueeze(0).permute(0, 2, 1). Nothing typed is run: it is read."
ANSWERS = {
    "(32, 28, 28)": "Right. Only the channel axis has size 1. With a batch of one, the batch axis would go as well.",
    "(28, 28)": "So it is for one image, (1, 1, 28, 28). Here the batch axis has size 32, and stays.",
    "(32, 1, 28, 28)": "The channel axis has size 1, so squeeze() takes it away.",
    "error": "PyTorch squeezes what has size 1 and leaves the rest alone, without a word.",
}


def fields() -> None:
    """Draw the tensor, the library and the steps as text."""
    left, middle, right = st.columns([2, 1.7, 4], vertical_alignment="bottom")
    left.text_input("Tensor x", DEFAULT.x, key="x", bind="query-params", help=X_HELP)
    middle.segmented_control(
        "Library", LIBRARIES, key="library", default="PyTorch", bind="query-params", required=True,
        on_change=lambda: speak(st.session_state["library"]),
    )  # fmt: skip
    right.text_input("Steps", DEFAULT.steps, key=STEPS, bind="query-params", help=STEPS_HELP)


def judge(explained: Pipeline) -> None:
    """Say in one chip how it ends."""
    if explained.refusal is not None:
        verdict("error", "x cannot be read")
    elif explained.failed is not None:
        verdict("error", f"step {explained.failed + 1} is impossible")
    else:
        verdict("ok", pictures.summary(explained))


def build() -> None:
    """Draw the pipeline to build."""
    above = st.container()  # the presets stand first, but which of them is on shows only after the widgets ran
    fields()
    said = {key: st.session_state[key] for key in ("x", STEPS, "library")}
    with above:
        preset = preset_pills(
            [Preset(one.title, {"x": one.x, STEPS: one.steps, "library": one.library}) for one in PRESETS],
            question=asks(said),
        )
    explained = explain(said)
    drawn = picture(explained)
    shown = parts(said, explained, drawn)
    judge(explained)
    with st.container():  # its place stays taken, so that what follows is never mounted anew
        if explained.refusal is not None:
            told(explained.refusal)
        elif preset is not None:
            st.markdown(next(one.says for one in PRESETS if one.title == preset.title))
    with st.container(border=True):
        size_sliders(shown["rule"])
        pipeline_cards(shown["cards"])
    if explained.start is None:
        return
    with st.container(border=True):
        linked_grids("grids", shown["grids"])
        st.html(f'<p class="primer-note">{pictures.legend(explained, drawn)}</p>')
        batch_table(offer_to_network(explained))
    left, right = st.columns([1.3, 1])
    with left.container(border=True):
        what_happened(pictures.story(explained))
        code_panel(explained.code)
    with right.container(border=True):
        question = "What is the shape of `x.squeeze()` for a batch `x` of shape `(32, 1, 28, 28)`?"
        predict_first(question, ANSWERS, "(32, 28, 28)", key="guess")


@st.fragment  # a change runs this alone, not the frame and the sidebar
def lesson() -> None:
    """Draw everything under the claim."""
    view = st.segmented_control(
        "View", ["Pipeline", "Permute or reshape"], key="view", default="Pipeline", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if view == "Pipeline":
        build()
    else:
        scramble_view()


spec = shell.begin("shapes")
with st.spinner("PyTorch is being loaded …", show_time=False):
    load_torch()
lesson()
shell.finish(spec)
