"""The frame of every page: configuration, sidebar, title and the way to the next lesson."""

from functools import cache
from pathlib import Path

import streamlit as st

from primer_core.picture.palette import page_variables
from ui import catalog, evaluation, session
from ui.catalog import LessonSpec

APP_NAME = "The Primer"
SIDEBAR_WIDTH = 240  # pixels


@cache
def _style() -> str:
    sheet = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    return f"<style>:root {{ {page_variables()} }} {sheet}</style>"


def _frame(title: str, here: str) -> None:
    st.set_page_config(
        page_title=title if title == APP_NAME else f"{title} · {APP_NAME}",
        page_icon="static/icon.png",
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(_style())
    session.desk()
    refused = session.refused_page()
    with st.sidebar:
        _sidebar_link("app.py", f"**{APP_NAME}**", here)
        for group, lessons in catalog.grouped():
            st.html(f'<p class="primer-group">{group}</p>')
            for spec in lessons:
                _sidebar_link(spec.file, spec.title, here)
    if refused:
        st.title(title, anchor=False)
        st.space("small")
        st.warning(refused, icon=":material/tab_close:")
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def _sidebar_link(file: str, label: str, here: str) -> None:
    place = st.container(key="primer-here") if file == here else st
    place.page_link(file, label=label, query_params=session.link_parameters())


def begin_home() -> None:
    """Draw the frame of the home page."""
    _frame(APP_NAME, "app.py")


def begin(slug: str) -> LessonSpec:
    """Draw the frame of a lesson, its title and its summary; a page calls this before anything else."""
    spec = catalog.lesson(slug)
    _frame(spec.title, spec.file)
    st.title(spec.title, anchor=False)
    st.html(f'<p class="primer-summary">{spec.summary}</p>')
    return spec


def finish(spec: LessonSpec) -> None:
    """Draw the links to the lessons before and after; a page calls this last."""
    evaluation.start_once_painted()
    order = [lesson for _, lessons in catalog.grouped() for lesson in lessons]
    place = order.index(spec)
    parameters = session.link_parameters()
    st.space("small")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if place > 0:
            before = order[place - 1]
            st.page_link(before.file, label=before.title, icon=":material/arrow_back:", query_params=parameters)
        else:
            st.page_link("app.py", label="All lessons", icon=":material/arrow_back:", query_params=parameters)
        if place + 1 < len(order):
            after = order[place + 1]
            st.page_link(
                after.file,
                label=after.title,
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=parameters,
            )
