"""Draw a digit: a network reads it while the pen is still moving."""

from typing import Any

import streamlit as st

from primer_core.backend.loading import load_torch, torch_is_loaded
from primer_core.inference import Prediction, render_strokes
from primer_core.inference.walkthrough import snippet, walk
from ui import address, controls, shell
from ui.components.digit_pad import digit_pad
from ui.components.digit_pad.examples import EXAMPLES
from ui.components.digit_reading import digit_reading
from ui.components.predict_first import predict_first
from ui.drawing import networks
from ui.drawing.networks import Network
from ui.drawing.reader import open_reader
from ui.drawing.reading import unread
from ui.drawing.side_by_side import side_by_side
from ui.drawing.step_table import step_table
from ui.drawing.why import why_this_digit

PAD = "drawing"


def explain(strokes: list[Any], network: Network, prediction: Prediction | None) -> None:
    """Show the steps from the strokes to the answer, and the code that takes them."""
    with st.container(border=True):
        st.subheader("What the network does", anchor=False)
        if prediction is None:
            st.html(
                '<p class="primer-note">Draw something and lift the pen: each step from the pad to the answer then '
                "shows its shape and its values.</p>"
            )
            return
        step_table(walk(render_strokes(strokes), prediction))
    weights = (
        "" if network.weights is None else f" It reads {networks.WEIGHTS_FILE}, which “This network” has to download."
    )
    note = f"Run in this project's folder, it prints what this page shows.{weights}"
    controls.code_panel(snippet(strokes, prediction, network.setup), note=note)


@st.fragment
def draw_and_read(network: Network, example: str | None) -> None:
    """The pad and all that follows from it; a stroke that ends reruns this and nothing else."""
    left, right = st.columns([5, 6], gap="medium")
    reader, place, prediction = None, None, None
    reading = unread("loading", "You can draw already.", classes=network.classes)
    if torch_is_loaded():
        try:
            reader, place = open_reader(network)
        except LookupError as problem:
            reading = unread("trouble", str(problem), classes=network.classes)
    with left:
        pad = digit_pad(PAD, reader=place, example=(example, EXAMPLES[example]) if example else None)
    if reader is not None:
        reading, prediction = reader.read(pad.strokes)
    with right:
        digit_reading("reading", reading, answers=(PAD, pad.sequence))
    explain(pad.strokes, network, prediction)
    inked = [] if prediction is None else pad.strokes
    why_this_digit("why", place, network.classes, inked)
    if place is not None:
        side_by_side("two_networks", PAD, network, inked, pad.sequence)


lesson = shell.begin("draw_a_digit")
query = address.take_query(
    lesson.slug,
    {"example": address.choice_of({name: name for name in EXAMPLES}), networks.KEY: networks.parameter()},
)
misread = st.container()  # drawn last: only then is it known what was used instead
left, right = st.columns([5, 6], gap="medium", vertical_alignment="bottom")
example = left.pills("Start from an example", list(EXAMPLES), key="example", bind="query-params")
network = networks.choose(right, query.get(networks.KEY))
draw_and_read(network, example)
left, right = st.columns(2, gap="medium")
with left.container(border=True, height="stretch"):
    predict_first(
        "A star is no digit. What will the network answer to one?",
        {
            "No digit": "It has ten outputs and none for “something else”; softmax makes the ten sum to 1.",
            "10 % for each": "That takes ten equal logits. Strokes like none it has seen still give unequal ones.",
            "Some digit, perhaps with confidence": "Softmax only compares the ten logits with each other. Choose the "
            "example “Not a digit” and see.",
        },
        "Some digit, perhaps with confidence",
        key="star",
    )
with right.container(border=True, height="stretch"):
    st.subheader("This network", anchor=False)
    st.markdown(network.about)
    if network.weights is not None:
        st.download_button("Download its weights", network.weights, networks.WEIGHTS_FILE, icon=":material/download:")
shell.finish(lesson)
address.tell_misread_query(
    {"example": lambda: str(example or "no example"), networks.KEY: lambda: network.title}, misread
)
if not torch_is_loaded():
    load_torch()
    st.rerun()
