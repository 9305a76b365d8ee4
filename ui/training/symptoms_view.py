"""What ails the run on the desk, under its chart: what was seen, why, and a button that starts again with it mended."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import streamlit as st

from primer_core.training.run import Run, RunState
from primer_core.training.spec import TOY, RunSpec
from primer_core.training.symptoms import Record, Symptom, find, fixed
from ui import session
from ui.training import settings

#: Between two passes a run is looked at anew each time that it has trained so many batches more.
_BATCHES = 50

_found: WeakKeyDictionary[Run, tuple[object, tuple[Symptom, ...]]] = WeakKeyDictionary()


def symptoms_of(run: Run, state: RunState) -> tuple[Symptom, ...]:
    """What ails a run as it stands; found anew only when it has come further."""
    epoch = run.history.last_epoch
    stage = (state.status, epoch and epoch.epoch, len(run.vitals), state.step // _BATCHES)
    known = _found.get(run)
    if known is None or known[0] != stage:
        known = _found[run] = (stage, find(record_of(run, state)))
    return known[1]


def record_of(run: Run, state: RunState) -> Record:
    """What was recorded of a run so far."""
    losses = run.history.losses()[1]
    if state.status == "diverged" and len(losses) < state.step:
        losses.append(math.nan)  # the history leaves out what is not finite
    whole, rest = divmod(state.train_size, run.spec.batch_size)
    sizes = (run.spec.batch_size,) * whole + (() if run.spec.drop_last or not rest else (rest,))
    return Record(
        losses=losses,
        classes=2 if run.spec.data == TOY else 10,
        batch_sizes=sizes,
        epochs=run.history.curve().epochs,
        vitals=run.vitals,
        outcome=state.status if state.status in ("completed", "stopped", "diverged") else None,
    )


def draw(run: Run, state: RunState, *, enabled: bool) -> None:
    """Draw a notice for each symptom of a run, the gravest first.

    Parameters
    ----------
    run, state
        The run and its state.
    enabled
        Whether the visitor may start runs here.
    """
    for symptom in symptoms_of(run, state):
        with st.container(border=True, gap="small", key=f"primer-symptom-{symptom.name.replace(' ', '-')}"):
            st.markdown(f":material/stethoscope: **{symptom.title}.** {symptom.seen}")
            st.html(f'<p class="primer-note"><b>Why?</b> {symptom.why}</p>')
            remedy = fixed(symptom, run.spec, state.learning_rate)
            if remedy is not None:
                label, spec = remedy
                pressed = st.button(
                    label,
                    icon=":material/replay:",
                    key=f"mend_{symptom.name}",
                    disabled=not enabled,
                    on_click=_start,
                    args=(spec,),
                    help="Starts again with the same first weights and order of samples. Only this is changed.",
                )
                if pressed:
                    st.rerun()  # the settings stand outside


def _start(spec: RunSpec) -> None:
    st.session_state.update(settings.widget_values(spec))
    session.desk_or_new().start(spec, pace=settings.pace())
