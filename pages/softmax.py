"""Softmax and cross-entropy: the steps, the stable form against the naive one, the gradient as arrows."""

import streamlit as st

from primer_core.lessons.softmax.explain import TOLERANCE, SoftmaxExplanation, SoftmaxParams, explain_softmax
from ui import shell
from ui.components.predict_first import predict_first
from ui.components.softmax_bars import figure, softmax_bars
from ui.controls import Preset, code_panel, preset_pills, verdict

CLASSES = 4
START = {"z0": 2.0, "z1": 1.0, "z2": 0.1, "z3": -1.0, "target": 0, "T": 1.0, "shift": 0, "dtype": "float32"}
PRESETS = (
    Preset("Four logits", START),
    Preset("A tie", START | {"z0": 1.0, "z2": 1.0, "z3": 1.0}),
    Preset("Cold: T = 0.3", START | {"T": 0.3}),
    Preset("Hot: T = 5", START | {"T": 5.0}),
    Preset("Overflow", START | {"shift": 100}),
    Preset("Certain and wrong", START | {"z0": -6.0, "z1": 6.0, "T": 0.1}),
    Preset("T = 0", START | {"T": 0.0}),
)


def mend() -> None:
    """Apply the fix: a temperature above zero, and logits that every dtype can hold."""
    st.session_state.update({"T": max(0.1, st.session_state["T"]), "shift": 0, "dtype": "float32"})


def explain_numbers(explanation: SoftmaxExplanation) -> None:
    """Put the stable numbers beside the naive ones, and the loss beside its other forms."""
    naive, loss = explanation.naive, explanation.loss
    stable_column, loss_column, top_column = st.columns(3)
    with stable_column.container(border=True, height="stretch"):
        st.subheader("Log-sum-exp", anchor=False)
        st.markdown(
            f"| form | value |\n|:--|--:|\n| max + log Σ exp(z − max) | `{figure(explanation.log_sum_exp)}` |\n"
            f"| log Σ exp(z), naive | `{figure(naive.log_sum_exp)}` |\n"
            f"| exp overflows above | `{naive.limit:.2f}` |"
        )
        if naive.broken:
            verdict("error", "the naive form breaks")
        else:
            verdict("ok", "both forms fit")
    with loss_column.container(border=True, height="stretch"):
        st.subheader("Cross-entropy", anchor=False)
        st.markdown(
            f"| form | value |\n|:--|--:|\n| log-softmax, then NLL | `{figure(loss.log_softmax_nll)}` |\n"
            f"| `cross_entropy(z)` | `{figure(loss.library)}` |\n| −log p, naive | `{figure(naive.loss)}` |\n"
            f"| softmax twice | `{figure(loss.twice)}` |"
        )
        st.caption("`cross_entropy` wants logits. Given probabilities it takes softmax again, and the loss is wrong.")
    with top_column.container(border=True, height="stretch"):
        st.subheader("Argmax", anchor=False)
        st.markdown(
            f"| argmax | class |\n|:--|--:|\n| of the logits | `{explanation.argmax_logits}` |\n"
            f"| of the probabilities | `{explanation.argmax_p}` |"
        )
        if explanation.argmax_logits == explanation.argmax_p:
            verdict("ok", "the same class")
            st.caption("exp never changes the order, so a prediction needs no softmax.")
        else:
            verdict("error", "a tie by rounding")
            st.caption("The two largest probabilities round to the same number, and argmax takes the first.")


lesson = shell.begin("softmax")
presets = st.container()
with st.container(horizontal=True):
    for k in range(CLASSES):
        st.slider(f"Logit z[{k}]", -10.0, 10.0, START[f"z{k}"], 0.1, key=f"z{k}", bind="query-params", width=168)
with st.container(horizontal=True):
    st.slider("Temperature T", 0.0, 10.0, 1.0, 0.1, key="T", bind="query-params", width=240)
    st.slider("Shift: add to every logit", 0, 1000, 0, 5, key="shift", bind="query-params", width=240)
    st.selectbox("Target", range(CLASSES), key="target", bind="query-params", width=90)
    st.selectbox("dtype", list(TOLERANCE), 1, key="dtype", bind="query-params", width=120)
with presets:  # drawn last, when the widgets have taken what the address says
    preset_pills(PRESETS)

state = st.session_state
logits = tuple(state[f"z{k}"] for k in range(CLASSES))
with st.spinner("Loading PyTorch"):
    explanation = explain_softmax(
        SoftmaxParams(logits, state["target"], state["T"], float(state["shift"]), state["dtype"])
    )
if explanation.error is not None:
    with st.container(border=True):
        verdict("error", explanation.error.message)
        st.markdown(explanation.error.cause)
        st.button(explanation.error.fix, on_click=mend, key="fix")
else:
    with st.container(border=True):
        softmax_bars("bars", explanation)
    explain_numbers(explanation)
    left, ask = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader("What happened", anchor=False)
        verdict("ok" if explanation.agrees else "error", f"hand − autograd: at most {explanation.difference:.1e}")
        st.markdown(
            "The gradient of the loss by each logit is **p − y**, divided by T. It sums to zero: what the target "
            "gains, the others lose. Adding a constant to every logit changes neither p nor the loss, which is why "
            "the largest logit may be taken off first, and then no exponential is above 1."
        )
    with ask.container(border=True, height="stretch"):
        predict_first(
            "You add 100 to every logit. What happens to the probabilities?",
            {
                "Nothing": "Right. e^100 stands above and below the line, and cancels.",
                "The largest grows": "Multiplying the logits does that, as a lower temperature would. "
                "Adding keeps their distances.",
                "They overflow": "Only in the naive form. Try the preset “Overflow” and look at its last rows.",
            },
            "Nothing",
            key="guess",
        )
    with st.container(border=True):
        code_panel(explanation.code)
shell.finish(lesson)
