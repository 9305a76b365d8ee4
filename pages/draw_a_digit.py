"""Draw a digit: a network reads it while the pen is still moving."""

import streamlit as st

from primer_core.inference import Prediction, predict_digit, render_strokes
from primer_core.inference.walkthrough import snippet, walk
from ui import controls, shell
from ui.components.digit_pad import PadState, digit_pad
from ui.components.digit_pad.examples import EXAMPLES
from ui.components.digit_reading import Reading, digit_reading
from ui.drawing import networks
from ui.drawing.networks import Network
from ui.drawing.step_table import step_table

PAD = "drawing"


def read(pad: PadState, network: Network) -> Prediction | None:
    """Show what the network reads, or why it does not."""
    answers = (PAD, pad.sequence)
    if not networks.are_loadable():
        digit_reading(
            "reading", None, classes=network.classes, answers=answers, state="loading", message="You can draw already."
        )
        return None
    try:
        prediction = predict_digit(render_strokes(pad.strokes), network.load())
    except (ValueError, LookupError) as problem:
        digit_reading("reading", None, classes=network.classes, answers=answers, state="trouble", message=str(problem))
        return None
    if prediction.label is None:
        digit_reading("reading", None, classes=network.classes, answers=answers, message="It is read while you draw.")
        return None
    image = (prediction.image * 255).astype(int).ravel().tolist()
    reading = Reading(prediction.label, prediction.probabilities.tolist(), image)
    digit_reading("reading", reading, classes=network.classes, answers=answers)
    return prediction


def explain(pad: PadState, network: Network, prediction: Prediction | None) -> None:
    """Show the steps from the strokes to the answer, and the code that takes them.

    They follow when the pen is lifted: what changes twelve times a second cannot be read, and costs the pen its speed.
    """
    if not pad.down:
        st.session_state["explained"] = prediction and (
            walk(render_strokes(pad.strokes), prediction),
            snippet(pad.strokes, prediction, network.setup),
        )
    explained = st.session_state.get("explained")
    with st.container(border=True):
        st.subheader("What the network does", anchor=False)
        if explained is None:
            st.html(
                '<p class="primer-note">Draw something and lift the pen: each step from the pad to the answer then '
                "shows its shape and its values.</p>"
            )
            return
        step_table(explained[0])
    controls.code_panel(explained[1])


@st.fragment
def draw_and_read(network: Network, example: str | None) -> None:
    """The pad and all that follows from it; a message from the pad reruns this and nothing else."""
    left, right = st.columns([5, 6], gap="medium")
    with left:
        pad = digit_pad(PAD, example=(example, EXAMPLES[example]) if example else None)
    with right:
        prediction = read(pad, network)
    explain(pad, network, prediction)


lesson = shell.begin("draw_a_digit")
left, right = st.columns([5, 6], gap="medium", vertical_alignment="bottom")
example = left.pills("Start from an example", list(EXAMPLES), key="example", bind="query-params")
network = networks.choose(right)
draw_and_read(network, example)
left, right = st.columns(2, gap="medium")
with left.container(border=True, height="stretch"):
    controls.predict_first(
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
if not networks.are_loadable():
    networks.make_loadable()
    st.rerun()
