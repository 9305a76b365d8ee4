"""Home: the map of the lessons, each with a small picture of what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from primer_core.language.limits import MAX_TEXT
from primer_core.lessons.packing import packed
from ui import catalog, evaluation, session, shell
from ui.catalog import LessonSpec
from ui.small_pictures import small_picture

# Streamlit takes SVG out of the HTML that a page gives it, so that a component puts the pictures into their places.
_SCRIPT = """
export default function ({ data }) {
  const fill = () => {
    for (const place of document.querySelectorAll("[data-picture]")) {
      if (!place.firstElementChild) place.innerHTML = data[place.dataset.picture] ?? "";
    }
  };
  fill();
  const observer = new MutationObserver(fill);
  observer.observe(document.querySelector("[data-testid=stMain]") ?? document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}
"""
_fill_pictures = st.components.v2.component("primer_pictures", js=_SCRIPT, isolate_styles=False)

LEADING = ("Yours", "Networks")
"""The groups whose cards come first, in one row, and are larger: what a learner brings, and what moves."""

CARDS_A_ROW = 4


def home() -> None:
    """Draw the map of the lessons."""
    shell.begin_home()
    st.title(shell.APP_NAME, anchor=False)
    st.html(
        '<p class="primer-summary">See what NumPy and PyTorch do. Everything on these pages is computed as you watch, '
        "by the libraries themselves, on the values in front of you.</p>"
    )
    _ask()
    for group, lessons in _shelves():
        leads = not group
        if not leads:
            st.html(f'<h2 class="primer-group primer-shelf">{group}</h2>')
        for row in rows(lessons, 3 if leads else CARDS_A_ROW):
            for column, spec in zip(st.columns(len(row) if leads else CARDS_A_ROW), row, strict=False):
                with column.container(border=True, height="stretch", key=f"primer-card-{spec.slug}"):
                    card(spec, leads=leads)
    st.html(
        '<p class="primer-note">What you type is in the address of its page and in no file. Digits that you label are '
        "kept in your browser alone. Training runs are kept by the server until you delete them.</p>"
    )
    _fill_pictures(key="pictures", data={spec.slug: small_picture(spec.slug) for spec in catalog.LESSONS})
    evaluation.start_once_painted()


def _ask() -> None:
    """Take a line or an error message, and open it where programs are run."""
    with st.form("paste", border=False):
        field, button = st.columns((5, 1), vertical_alignment="bottom")
        typed = field.text_area(
            "Paste a line or an error message",
            height=68,
            max_chars=MAX_TEXT,
            placeholder="np.ones((4, 3)) - np.ones(4)",
        )
        if button.form_submit_button("See why", width="stretch") and typed.strip():
            program = {"program": packed(typed.strip("\n"))}
            st.switch_page("pages/own_lines.py", query_params={**session.link_parameters(), **program})


def _shelves() -> Iterator[tuple[str, Sequence[LessonSpec]]]:
    """Yield the leading lessons under no name, and the other groups under theirs."""
    groups = catalog.grouped()
    yield "", [spec for group, lessons in groups if group in LEADING for spec in lessons]
    yield from ((group, lessons) for group, lessons in groups if group not in LEADING)


def rows(lessons: Sequence[LessonSpec], most: int) -> Iterator[Sequence[LessonSpec]]:
    """Yield lessons in rows of at most so many."""
    for start in range(0, len(lessons), most):
        yield lessons[start : start + most]


def card(spec: LessonSpec, *, leads: bool) -> None:
    """Draw a lesson's card, which is a link as a whole."""
    if small_picture(spec.slug):
        size = " primer-large" if leads else ""
        st.html(f'<div class="primer-picture{size}" data-picture="{spec.slug}"></div>')
    st.page_link(spec.file, label=f"**{spec.title}**", query_params=session.link_parameters())
    st.html(f'<p class="primer-note">{spec.blurb}</p>')
