"""Live training: choose, start, and watch the loss fall."""

import math
from functools import partial

import streamlit as st

from primer_core.models.registry import MODELS, SAMPLE_SHAPES
from ui import address, cached, session, set_widgets, shell
from ui.components.predict_first import predict_first
from ui.controls import preset_pills
from ui.training import bring, data_view, inside_view, kept_runs, landscape_view, panel, settings
from ui.training.live_view import role_at

lesson = shell.begin("live_training")
cached.training_desks().service.warm_up()
address.take_query(lesson.slug, settings.parameters())
set_widgets.hold_widgets()
misread = st.container()  # drawn last: only then is it known what was used instead

desk = session.desk()
if session.lost_desk():
    st.info(
        "The run of this address is not kept here: it was deleted, or it is kept on another server.",
        icon=":material/history_toggle_off:",
    )
run = desk.current if desk else None
steers = role_at(desk, cached.seat().visitor) == "steers"  # not so at a run that another server trains
going = steers and panel.goes_on(desk)
if run is not None:
    settings.restore(run.asked)
if desk is not None and run is not None and going and desk.sweep is None:
    settings.follow_knobs(run)

bring.take_choice()
presets = st.container()  # drawn last, when the widgets have taken what the address says
curve_column, settings_column = st.columns([2.5, 1], gap="medium")
with settings_column:
    settings.draw_pace()
    spec = settings.choose(locked=going)
with presets:
    preset_pills(settings.presets(), disabled=going)
with curve_column:
    with st.container(border=True):
        panel.follow(spec, was_going=going)
    kept_runs.draw()
    inside_view.draw()
    landscape_view.draw()
    if spec is not None:
        data_view.draw(spec)

with st.expander("What the network is made of", key="layers", on_change="rerun") as layers:
    if layers.open:
        chosen = st.session_state["model"]
        with st.spinner("Loading torch to count"):
            rows = cached.layers(chosen)
        entry = MODELS[chosen]
        st.html(f'<p class="primer-note">{entry.about} One sample has shape {SAMPLE_SHAPES[entry.takes]}.</p>')
        st.table(rows, border="horizontal")

explanation_column, question_column = st.columns([1.15, 1])
with explanation_column.container(border=True, height="stretch"):
    st.subheader("What happens in a step", anchor=False)
    st.markdown(
        """
1. **Forward.** A batch goes through the network and comes out as logits, one number a class.
2. **Loss.** Cross-entropy turns logits and labels into one number: the mean of −ln(probability of the right class).
3. **Backward.** `loss.backward()` works out how the loss would change with each weight.
4. **Step.** `optimizer.step()` moves the weights a little: plain SGD against their gradients, momentum and Adam by
   those of earlier steps, too. The learning rate says how far.
5. **Zero.** `optimizer.zero_grad()` clears the gradients, which would otherwise add up from step to step.

The faint line is each batch: batches differ, so it jitters. The strong line is its running mean, which lags
behind while the loss falls. Diamonds are the validation loss after each epoch; the lower chart is the share of
validation samples read correctly.
"""
    )
many = settings.classes()
guess = f"{math.log(many):.2f}"
with question_column.container(border=True, height="stretch"):
    words = "ten" if many == 10 else "two"
    answers = {
        "0": "A loss of 0 means certainty about every right answer. An untrained network has none.",
        guess: f"Yes: {words} classes, about {1 / many:g} each: −ln {1 / many:g} = {math.log(many):.4f}. "
        "Step one batch.",
        "1": "Cross-entropy is not the share of errors: it is −ln of the probability of the right class.",
        f"{many}": f"{words.capitalize()} classes, but the loss grows with the logarithm of their number: "
        f"−ln(1/{many}), not {many}.",
    }
    predict_first(
        f"Before its first step, a network of {words} classes knows nothing. What will its loss be, about?",
        dict(sorted(answers.items(), key=lambda answer: float(answer[0]))),
        correct=guess,
        key="predict_first_loss",
    )
panel.draw_code(spec, run)
shell.finish(lesson)
address.tell_misread_query({name: partial(settings.value_text, name) for name in settings.parameters()}, misread)
