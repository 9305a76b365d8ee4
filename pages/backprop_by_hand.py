"""Back-propagation by hand: every equation of the derivation, with its numbers, next to autograd."""

import streamlit as st

from primer_core.lessons.backprop_by_hand.explain import (
    SLIPS,
    TOLERANCE,
    BackpropExplanation,
    BackpropParams,
    hand_backprop,
)
from ui import shell
from ui.components.backprop_steps import backprop_steps
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict

NETWORKS = {"2-3-2": (2, 3, 2), "2-3-3-2": (2, 3, 3, 2), "784-16-12-10": (784, 16, 12, 10)}
START = {"net": "2-3-2", "batch": 3, "seed": 0, "dtype": "float32", "lr": 0.5, "slip": "none"}
PRESETS = (
    Preset("2-3-2, every number", START),
    Preset("Two hidden layers", START | {"net": "2-3-3-2"}),
    Preset("Real digits", START | {"net": "784-16-12-10", "lr": 0.1}),
    Preset("In float64", START | {"dtype": "float64"}),
    Preset("Without the 1/B", START | {"slip": "no 1/B"}),
    Preset("W not transposed", START | {"slip": "W not transposed"}),
)


def derive_correctly() -> None:
    """Take the mistake back."""
    st.session_state["slip"] = "none"


def explain_outcome(explanation: BackpropExplanation) -> None:
    """Say in words what the derivation came to."""
    st.subheader("What happened", anchor=False)
    failure, wrong = explanation.failure, explanation.first_wrong
    reason = SLIPS[explanation.params.slip]
    if failure is not None:
        verdict("error", "PyTorch refuses")
        st.code(failure.message, language=None, wrap_lines=True)
        st.markdown(failure.cause)
        st.button(failure.fix, on_click=derive_correctly, key="fix")
        return
    if wrong is not None:
        verdict("error", f"wrong from {wrong.symbol} on")
        st.markdown(f"{reason} Everything that is derived from it is wrong too, and the step with it.")
        st.button("Derive it correctly", on_click=derive_correctly, key="fix")
    elif explanation.params.slip == "none":
        verdict("ok", "every gradient agrees with autograd")
        st.markdown(
            f"The largest difference is **{explanation.difference:.1e}**, which is rounding: "
            f"{explanation.params.dtype} allows {TOLERANCE[explanation.params.dtype]:.0e}. Autograd applies "
            "the same rules to the same numbers; it does not manipulate symbols."
        )
    else:
        verdict("ok", "the mistake does not show here")
        st.markdown(f"{reason} With these numbers it happens to change nothing; try another seed.")
    before, after = st.columns(2)
    before.metric("Loss before", f"{explanation.loss_before:.6f}")
    after.metric(
        "Loss after one step",
        f"{explanation.loss_after:.6f}",
        f"{explanation.loss_after - explanation.loss_before:+.4f}",
        delta_color="inverse",
    )


lesson = shell.begin("backprop_by_hand")
presets = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox("Network", list(NETWORKS), key="net", bind="query-params", width=132)
    st.number_input("Batch B", 1, 4, 3, key="batch", bind="query-params", width=92)
    st.number_input("Seed", 0, 999, 0, key="seed", bind="query-params", width=92)
    st.number_input("Learning rate η", 0.0, 10.0, 0.5, step=0.1, key="lr", bind="query-params", width=122)
    st.selectbox("dtype", list(TOLERANCE), key="dtype", bind="query-params", width=112)
    st.selectbox("A mistake to make", list(SLIPS), key="slip", bind="query-params", width=180)
with presets:  # drawn last, when the widgets have taken what the address says
    preset_pills(PRESETS)

state = st.session_state
with st.spinner("Loading PyTorch"):
    explanation = hand_backprop(
        BackpropParams(
            NETWORKS[state["net"]], state["batch"], state["seed"], state["dtype"], state["lr"], state["slip"]
        )
    )
with st.container(border=True):
    backprop_steps("derivation", explanation)
left, right = st.columns(2)
with left.container(border=True, height="stretch"):
    explain_outcome(explanation)
with right.container(border=True, height="stretch"):
    predict_first(
        "Every example in the batch is now there three times, so B is three times as large. What happens to dW1?",
        {
            "It stays the same": "Right. Three times as many terms, each divided by three times as much: "
            "a mean does not know how often its batch is repeated.",
            "Three times as large": "A sum would grow so. Cross-entropy is a mean: its 1/B is in the first δ.",
            "A third": "1/B alone would give a third, but the sum over rows has three times as many terms.",
        },
        "It stays the same",
        key="guess",
    )
with st.container(border=True):
    code_panel(explanation.code)
shell.finish(lesson)
