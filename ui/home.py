"""Home: the map of the lessons."""

import streamlit as st

from ui import catalog, session, shell

CARDS_A_ROW = 3


def home() -> None:
    """Draw the map of the lessons."""
    shell.begin_home()
    st.title(shell.APP_NAME, anchor=False)
    st.html(
        '<p class="primer-claim">See what NumPy and PyTorch do. Everything on these pages is computed as you watch, '
        "by the libraries themselves, on the values in front of you.</p>"
    )
    for group, lessons in catalog.grouped():
        st.subheader(group, anchor=False)
        for start in range(0, len(lessons), CARDS_A_ROW):
            for column, lesson in zip(st.columns(CARDS_A_ROW), lessons[start : start + CARDS_A_ROW], strict=False):
                with column.container(border=True, height="stretch"):
                    st.page_link(
                        lesson.file,
                        label=f"**{lesson.title}**",
                        icon=lesson.icon,
                        query_params=session.link_parameters(),
                    )
                    st.html(f'<p class="primer-note">{lesson.claim}</p>')
