"""Races between a Python loop and NumPy, drawn as two bars."""

from collections.abc import Callable
from html import escape

import streamlit as st

from primer_core.language.limits import thousands
from primer_core.lessons.arrays.races import Race, Runner
from ui.arrays.stopwatch import on_demand
from ui.controls import code_panel, verdict


def race_panel(title: str, key: str, race: Callable[[], Race]) -> None:
    """Draw the button that starts a race, and the last race of this session."""
    st.subheader(title, anchor=False)
    run = on_demand("Race", key, race)
    if run is None:
        st.html('<p class="primer-note">Not raced yet.</p>')
        return
    st.html(
        f"<p style='margin: 0 0 0.4rem'>{escape(run.title)}</p><div class='primer-race'>"
        f"{_bar(run.loop, 100, '')}{_bar(run.numpy, 100 / max(run.ratio, 1), 'fast')}</div>"
    )
    if run.same:
        verdict("ok", f"{thousands(round(run.ratio))} times faster, and the same result: {run.numpy.value}")
    else:
        verdict("error", f"different results: {run.loop.value} and {run.numpy.value}")
    st.html(
        f'<p class="primer-note">The best of {run.loop.repeats} and of {run.numpy.repeats} runs by time.{run.clock}, '
        f"measured just now; NumPy {run.version}. Whatever else the machine does lowers or raises the ratio.</p>"
    )
    code_panel(run.code, note="Copied into plain Python, it races on the machine that it runs on.", key=f"{key}_code")


def _bar(runner: Runner, width: float, kind: str) -> str:
    return (
        f"<span>{escape(runner.name)}</span><div class='{kind}' style='width: {width:.2f}%'></div>"
        f"<span>{runner.seconds * 1e3:.3g} ms</span>"
    )
