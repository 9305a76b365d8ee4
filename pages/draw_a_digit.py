"""Draw a digit: a network reads it while the pen is still moving."""

import streamlit as st

from primer_core.backend.loading import load_torch, torch_is_loaded
from ui import address, shell
from ui.components.break_it import break_it
from ui.components.digit_pad import digit_pad
from ui.components.digit_pad.examples import EXAMPLES, FORMER_TITLES
from ui.components.digit_steps import digit_steps
from ui.components.pen_to_answer import pen_to_answer
from ui.components.predict_first import predict_first
from ui.components.through_layers import through_layers
from ui.drawing import networks, repair
from ui.drawing.networks import Network
from ui.drawing.photos import photo_section
from ui.drawing.reader import INVITATION, open_reader
from ui.drawing.reading import DIGITS, unread
from ui.drawing.side_by_side import side_by_side
from ui.drawing.why import why_this_digit

PAD = "drawing"
EXAMPLE = "example"


@st.fragment
def draw_and_read(network: Network, opened: str | None) -> None:
    """Draw the pad and what is read. It runs again when an example comes to the pad or leaves it, not with the pen.

    The network is loaded when the pad is on the page: while it is, the server hardly answers a browser that still asks
    for what the pad is made of.
    """
    place = None
    reading = unread("loading", "You can draw already.", classes=network.classes)
    if torch_is_loaded():
        try:
            _, place = open_reader(network)
            reading = unread("blank", INVITATION, classes=network.classes)
        except LookupError as problem:
            reading = unread("trouble", str(problem), classes=network.classes)
    pad = digit_pad(
        PAD,
        reader=place,
        network=network.title,
        reading=reading,
        examples=EXAMPLES,
        opened=opened,
        parameter=EXAMPLE,
        hint="Draw a digit here" if network.classes == DIGITS else "Draw here",
    )
    if pad.example is None:
        st.query_params.pop(EXAMPLE, None)
    elif st.query_params.get(EXAMPLE) != pad.example:
        st.query_params[EXAMPLE] = pad.example
    if pad.awaits_network:
        load_torch()
        st.rerun()


lesson = shell.begin("draw_a_digit")
titles = {FORMER_TITLES.get(title, title): title for title in EXAMPLES}
query = address.take_query(lesson.slug, {EXAMPLE: address.choice_of(titles), networks.KEY: networks.parameter()})
opened = titles.get(query.get(EXAMPLE, ""))
misread = st.container()  # drawn last: only then is it known what was used instead
top = st.container()  # drawn when the network is known, which is chosen below it
network = networks.choose(st.columns([5, 6])[0], query.get(networks.KEY))
with top:
    draw_and_read(network, opened)

# Each section follows the pad by itself, by the events that `static/primer/digit_pad.js` tells.

photo_section(network)
with st.container(border=True):
    pen_to_answer("stages", PAD)
with st.container(border=True):
    through_layers("layers", PAD)
why_this_digit("why", PAD, network)
side_by_side("two_networks", PAD, network)
with st.container(border=True):
    break_it("break", PAD)
with st.container(border=True):
    predict_first(
        "A star is none of a network's ten classes. What do its ten probabilities add up to?",
        {
            "0: none of the ten fits": "Softmax divides ten positive numbers by their sum. What comes out sums to 1, "
            "even where none fits.",
            "Less than 1: the rest is for “no digit”": "Softmax over ten logits leaves no rest. That a drawing is no "
            "digit, the shipped network says by an output of its own, which these ten do not count.",
            "1, as for every drawing": "Softmax only compares the ten logits with each other. Choose the example "
            "“No digit”: its ten bars are still there. A network that you trained has nothing else to go by, and reads "
            "one of its classes in everything.",
        },
        "1, as for every drawing",
        key="star",
    )
with st.container(border=True):
    st.subheader("This network", anchor=False)
    st.markdown(network.about)
    if network.weights is not None:
        st.download_button("Download its weights", network.weights, networks.WEIGHTS_FILE, icon=":material/download:")
with st.container(border=True):
    digit_steps(
        "steps",
        PAD,
        note="Copied into plain Python where primer_core is installed, it prints the label and the probability shown "
        "above.",
    )
repair.draw(network, PAD)
shell.finish(lesson)
address.tell_misread_query({EXAMPLE: lambda: opened or "no example", networks.KEY: lambda: network.title}, misread)
