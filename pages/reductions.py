"""Reductions: see which cells each result is made of, and which axis disappears."""

from contextlib import nullcontext

import streamlit as st

from primer_core.arrays.pictures import reductions as pictures
from primer_core.arrays.reductions import BACK, OPERATIONS, Reduction, axis_choices, explain_reduction
from primer_core.arrays.reductions_presets import DEFAULT, PRESETS
from ui import shell
from ui.arrays.reduction_panels import keepdims_fix, reduction_mistakes, reduction_verdict
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, what_happened

QUESTION = "`a` has shape `(2, 3, 4)`. What is the shape of `a.sum(axis=1)`?"
ANSWERS = {
    "(2, 4)": "Right. Axis 1, the 3, disappears; the others stay, in their order.",
    "(3,)": "That is what stays if axes 0 and 2 are summed over: the axis that is named is the one that goes.",
    "(2, 1, 4)": "So it would be with keepdims=True. Without it the axis is gone, not 1.",
    "(2, 3)": "Axes are counted from 0: axis 1 is the 3, not the 4.",
}
HELP_AXIS = "The axis that disappears: 0, 1, -1 (the last), several as (0, 1), or None for all."


def controls() -> Reduction:
    """Draw the fields and explain what they say."""
    first, second, third = st.columns([3, 1.6, 2], vertical_alignment="bottom")
    array = first.text_input(
        "Array a", DEFAULT.array, key="array", bind="query-params", help="A shape (2, 3), or an array [[1, 2], [3, 4]]."
    )
    operation = second.selectbox("Operation", OPERATIONS, key="operation", bind="query-params")
    axis = third.text_input("Axis", DEFAULT.axis, key="axis", bind="query-params", help=HELP_AXIS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        choices = st.container(width="content")
        library = st.segmented_control(
            "Library", ["NumPy", "PyTorch"], key="library", default="NumPy", bind="query-params", required=True
        )
        divisor = "n"
        if operation == "std":
            divisor = st.segmented_control(
                "Divide by", ["n", "n − 1"], key="divisor", default="n", bind="query-params", required=True
            )
        keepdims = st.toggle("keepdims", key="keepdims", bind="query-params")
    with st.spinner("Loading PyTorch") if library == "PyTorch" else nullcontext():
        explained = explain_reduction(
            array, operation, axis, keepdims=keepdims, ddof=int(divisor != "n"), library=library
        )
    with choices:
        preset_pills([Preset(text, {"axis": text}) for text in axis_choices(explained)], key="axes", label="Axes")
    return explained


def picture(explained: Reduction) -> bool:
    """Draw the arrays; return whether the reduction was brought back to the array."""
    if explained.result is None:
        if explained.operand is not None:
            linked_grids("grids", pictures.whole(explained).payload())
        return False
    back = False
    if explained.operation in BACK:
        back = st.segmented_control(
            "View", ["Reduce", "Bring it back"], key="view", default="Reduce", bind="query-params", required=True,
            label_visibility="collapsed",
        ) == "Bring it back"  # fmt: skip
    linked_grids("grids", (pictures.brought_back if back else pictures.reduced)(explained).payload())
    if back:
        keepdims_fix(explained)
    return back


@st.fragment  # a change runs this alone, not the frame and the sidebar
def lesson() -> None:
    """Draw everything under the claim."""
    above = st.container()  # filled after the widgets, so that the right pill is lit
    explained = controls()
    reduction_verdict(explained)
    with st.container(border=True):
        back = picture(explained)
        reduction_mistakes(explained)
    left, right = st.columns([1.3, 1])
    if explained.code:
        with left.container(border=True):
            if explained.result is not None:
                what_happened((pictures.story_back if back else pictures.story)(explained))
            code_panel(explained.back_code if back else explained.code)
    with right.container(border=True):
        predict_first(QUESTION, ANSWERS, "(2, 4)", key="guess")
    with above:
        preset_pills([Preset(one.title, one.fields) for one in PRESETS])


spec = shell.begin("reductions")
lesson()
shell.finish(spec)
