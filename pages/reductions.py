"""Reductions: see which cells each result is made of, and which axis disappears."""

from contextlib import nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from primer_core.backend.loading import load_torch_in_background
from primer_core.lessons.reductions import show as pictures
from primer_core.lessons.reductions.explain import BACK, OPERATIONS, axis_choices
from primer_core.lessons.reductions.presets import DEFAULT, PRESETS
from ui import shell
from ui.arrays.parts.reductions import BRING_BACK, DIVISORS, LIBRARIES, REDUCE, asks, explain, parts
from ui.arrays.reduction_panels import keepdims_fix, reduction_mistakes, reduction_verdict
from ui.arrays.rule_table import rule_table
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


def fields() -> tuple[dict[str, str], DeltaGenerator]:
    """Draw the fields; return what they say, by their keys, and the place for the choice of axes."""
    first, second, third = st.columns([3, 1.6, 2], vertical_alignment="bottom")
    array = first.text_input(
        "Array a", DEFAULT.array, key="array", bind="query-params", help="A shape (2, 3), or an array [[1, 2], [3, 4]]."
    )
    operation = second.selectbox("Operation", OPERATIONS, key="operation", bind="query-params")
    axis = third.text_input("Axis", DEFAULT.axis, key="axis", bind="query-params", help=HELP_AXIS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        choices = st.container(width="content")
        library = st.segmented_control(
            "Library", LIBRARIES, key="library", default="NumPy", bind="query-params", required=True
        )
        said = {"array": array, "operation": operation, "axis": axis, "library": library}
        if operation == "std":
            said["divisor"] = st.segmented_control(
                "Divide by", DIVISORS, key="divisor", default="n", bind="query-params", required=True
            )
        said["keepdims"] = str(st.toggle("keepdims", key="keepdims", bind="query-params")).lower()
    return said, choices


def view() -> str:
    """Draw the choice of what is seen of a reduction; return it."""
    return st.segmented_control(
        "View", [REDUCE, BRING_BACK], key="view", default=REDUCE, bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip


@st.fragment  # a change runs this alone, not the frame and the sidebar
def lesson() -> None:
    """Draw everything under the claim."""
    above = st.container()  # filled after the widgets, so that the right pill is lit
    said, choices = fields()
    chip = st.container()
    with st.container(border=True):
        if said["operation"] in BACK:
            said["view"] = view()
        with st.spinner("Loading PyTorch") if said["library"] == "PyTorch" else nullcontext():
            explained = explain(said)
        back = said.get("view") == BRING_BACK and explained.result is not None
        if explained.operand is not None:
            shown = parts(said, explained)
            rule_table(shown["rule"])
            linked_grids("grids", shown["grids"])
        if back:
            keepdims_fix(explained)
        reduction_mistakes(explained)
    with chip:
        reduction_verdict(explained)
    with choices:
        pills = [Preset(text, {"axis": text}) for text in axis_choices(explained)]
        preset_pills(pills, key="axes", label="Axes", question=asks(said))
    left, right = st.columns([1.3, 1])
    if explained.code:
        with left.container(border=True):
            if explained.result is not None:
                what_happened((pictures.story_back if back else pictures.story)(explained))
            code_panel(explained.back_code if back else explained.code)
    with right.container(border=True):
        predict_first(QUESTION, ANSWERS, "(2, 4)", key="guess")
    with above:
        preset_pills([Preset(one.title, one.fields) for one in PRESETS], question=asks(said))


spec = shell.begin("reductions")
lesson()
shell.finish(spec)
load_torch_in_background()  # the first answer of PyTorch need not wait for all of it
