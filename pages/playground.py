"""Playground: a small network learns points in the plane, and what it makes of the plane bends around them."""

from urllib.parse import urlencode

import streamlit as st

from primer_core.lessons.answer import problem_sentences
from ui import session, shell
from ui.components.code_view import code_view
from ui.components.playground import playground
from ui.components.predict_first import predict_first
from ui.lesson_page import given_twice
from ui.playground import opened

CODE = "code"

spec = shell.begin("playground")
parameters = {name: text for name, text in st.query_params.items() if name not in session.PARAMETERS}
question, problems = opened(parameters)
playground(
    "playground",
    question,
    opened=urlencode(parameters),
    problems=problem_sentences((*problems, *given_twice(parameters))),
    code=CODE,
)
with st.container(border=True):
    code_view(CODE, "", note="Copied into plain Python, it prints the losses that this page shows.")
with st.container(border=True):
    predict_first(
        "Circles: a disc of one class, and a ring of the other around it. A network of two hidden layers has no "
        "activation. Can it tell them apart?",
        {
            "Yes, with enough steps": "No number of steps helps: press “Without activation” and Play. Layers without "
            "an activation are one affine map together, and its border is a straight line.",
            "Yes, with more units": "More units change nothing: without an activation their sums are sums of the same "
            "two inputs again, and the border stays a straight line.",
            "No": "Right. Without an activation all layers together are one affine map, whose border is a straight "
            "line. Press “Without activation” and Play, then choose tanh.",
        },
        "No",
        key="circles",
    )
shell.finish(spec)
