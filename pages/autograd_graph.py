"""Autograd graph: type a program, and play PyTorch's own graph of it forward and backward, node by node."""

from html import escape

import streamlit as st

from primer_core.language.program import MAX_CHARACTERS, Program, parse
from primer_core.lessons.autograd_graph.graph import GraphTrace, TraceError
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from ui import cached, shell
from ui.autograd.gradient_tables import check_table, name_table
from ui.autograd.leaf_editors import leaf_editors
from ui.autograd.trace_switches import trace_switches, widget_values
from ui.components.autograd_graph import autograd_graph
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict

HELP = (
    "Leaves: `w = param([1, 2])` requires a gradient, `x = [1, 2]` does not. Operators `+ - * / ** @`; functions sin, "
    "exp, log, tanh, sigmoid, relu, softmax, sum, mean, bce, cross_entropy, detach. The last line is the output."
)
PRESETS = {
    name: Preset(example.title, {"program": example.program} | widget_values(example.switches))
    for name, example in EXAMPLES.items()
}

# Who stopped, where it was not PyTorch.
_REFUSERS = {
    "program": "not understood",
    "forward": "not possible here",
    "backward": "not possible here",
    "lesson": "this lesson fails",
}


def explain_error(error: TraceError) -> None:
    """Say what went wrong and where, with a button that mends it; PyTorch's own words stand in the graph."""
    where = f", line {error.place.line}, column {error.place.column}" if error.place else ""
    kind = "PyTorch refuses" if error.library else _REFUSERS[error.stage]
    verdict("error", kind + where)
    if error.place and error.stage == "program":
        line = st.session_state["program"].split("\n")[error.place.line - 1]
        width = max(1, error.place.end_column - error.place.column)
        st.code(f"{line}\n{' ' * (error.place.column - 1)}{'^' * width}", language=None)
    st.html(f"<p>{escape(error.cause)} <b>{escape(error.fix)}</b></p>")
    if error.repair:
        st.button(
            "Apply the fix", on_click=lambda: st.session_state.update(widget_values(dict(error.repair))), key="repair"
        )


def explain_outcome(trace: GraphTrace, point: str) -> None:
    """Say what autograd made of the program, and why each `.grad` is what it is."""
    st.subheader("What happened", anchor=False)
    if trace.error:
        explain_error(trace.error)
    elif trace.not_finite:
        verdict("error", f"{', '.join(f'{name}.grad' for name in trace.not_finite)}: not finite")
    else:
        steps = sum(node.kind != "plain" and bool(node.engine_name) for node in trace.nodes)
        verdict("ok", f"{steps} nodes, {len(trace.backward_steps)} backward steps")
    if point:
        st.markdown(point)
    name_table(trace.names)


lesson = shell.begin("autograd_graph")
presets = st.container()
write, leaves = st.columns([1.1, 1], gap="medium")
with write:
    text = st.text_area(
        "Program", EXAMPLES["neuron"].program, key="program", bind="query-params", height="content", help=HELP,
        max_chars=MAX_CHARACTERS,
    )  # fmt: skip
parsed = parse(text)
program = parsed if isinstance(parsed, Program) else None
with leaves:
    if program:
        leaf_editors(program, key="program")
    else:
        st.caption("The leaves appear here once the program can be read.")
switches = trace_switches(program)
with presets:  # drawn last, when the widgets have taken what the address says
    chosen = preset_pills(list(PRESETS.values()))
with st.spinner("Loading torch, which takes a second or two, once."):
    trace = cached.traced(text, switches)
if trace.nodes:
    autograd_graph("graph", trace)
left, right = st.columns([1.1, 1])
with left.container(border=True, height="stretch"):
    explain_outcome(trace, next((EXAMPLES[name].point for name, preset in PRESETS.items() if preset is chosen), ""))
with right.container(border=True, height="stretch"):
    check_table(trace.checks)
    predict_first(
        "`x = param(3)` and `y = x * x`. The node × hands a gradient to x twice. What is `x.grad`?",
        {
            "3": "That is one of the two flows: upstream 1 times the other operand, 3.",
            "6": "Right. Two paths lead to x, each brings 3, and AccumulateGrad adds them: 2x.",
            "9": "That is the value of y going forward, not its slope.",
        },
        "6",
        key="guess",
    )
if trace.code:
    with st.container(border=True):
        code_panel(trace.code)
shell.finish(lesson)
