"""What ails the run on the desk, under its chart: what was seen, why, and a button that starts again with it mended."""

from __future__ import annotations

import streamlit as st

from primer_core.training.run import Run, RunState
from primer_core.training.spec import RunSpec
from primer_core.training.symptoms import fixed, symptoms_of
from ui import session
from ui.set_widgets import set_widgets
from ui.training import settings


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
            remedy = fixed(symptom, state.spec)
            if remedy is not None:
                label, spec = remedy
                pressed = st.button(
                    label,
                    icon=":material/replay:",
                    key=f"mend_{symptom.name}",
                    disabled=not enabled,
                    on_click=_start,
                    args=(spec,),
                    help="Starts again with the same first weights and order of samples, from the first batch on with "
                    "the settings as they stand now but for this one.",
                )
                if pressed:
                    st.rerun()  # the settings stand outside


def _start(spec: RunSpec) -> None:
    set_widgets(settings.widget_values(spec))
    session.start(spec, pace=settings.pace())
