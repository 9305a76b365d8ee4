"""Views and copies: what shares memory with what, where each cell lies, and what a statement changes."""

import streamlit as st

from primer_core.backend.loading import load_torch_in_background
from primer_core.lessons.views import show as pictures
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.refused_view import RefusedView, explain_refused_view
from primer_core.lessons.views.story import changes_told, refusal_told, story, walk
from ui import shell
from ui.arrays.messages import failed, told
from ui.arrays.parts.views import asks, explain, parts
from ui.arrays.views_fields import Typed, choose_view, fields, load_torch, write_cell
from ui.arrays.views_outcome import judge, mend
from ui.arrays.views_tables import layout_table, names_table, pair_table, way_table
from ui.components.linked_grids import linked_grids
from ui.components.predict_first import predict_first
from ui.controls import Preset, code_panel, preset_pills, verdict, what_happened

QUESTIONS = {
    "Memory": (
        "`b = a[[0, 1]]`, then `b[0, 0] = 99`. What does `a` show?",
        {
            "99 at a[0, 0]": "A slice a[:2] would do that. A list may name any rows, so NumPy copies them first.",
            "No change": "Right. Indexing with a list makes a copy: b has memory of its own.",
            "An error": "Writing is fine: b is an ordinary array. It is only not a.",
        },
        "No change",
    ),
    "Refused views": (
        "`b = a.T` of shape (4, 3). Which `.view(...)` is given?",
        {
            "(12,)": "It joins both axes, and going down one column is not as far as going along a row.",
            "(2, 2, 3)": "Right. Axis 0 is cut in two, and nothing is joined: cutting always works.",
            "neither": "One of them only cuts an axis into parts. Cutting needs no copy.",
        },
        "(2, 2, 3)",
    ),
    "Names": (
        "`b = a`, then `a = a + 1`. What does `b` show?",
        {
            "The new numbers": "That is a += 1, which changes the object itself. Here a new object is made.",
            "The old numbers": "Right. a + 1 is a new array, and = moves only the name a. b stays where it was.",
            "An error": "A name may be bound to something else at any time.",
        },
        "The old numbers",
    ),
}


def program(typed: Typed) -> tuple[tuple[str, ...], str]:
    """Draw a program's memory or its names; return what is to be told, and the code."""
    found = explain(typed.said)
    judge(found)
    with st.container(border=True):
        if found.after is not None and typed.view == "Memory":
            linked_grids("grids", parts(typed.said, found)["grids"], on_edit=lambda event: write_cell(found, event))
            layout_table(found)
        elif found.after is not None:
            linked_grids("names", parts(typed.said, found)["names"])
            names_table(found)
        mend(found)
    if found.after is None:
        return (), ""
    names = typed.view == "Names"
    return (changes_told(found) if names else story(found)), (found.names_code if names else found.code)


def refusal(typed: Typed) -> tuple[tuple[str, ...], str]:
    """Draw why a view is given or refused; return what is to be told, and the code."""
    found: RefusedView = explain_refused_view(typed.a, typed.b, typed.to, typed.library)
    if found.refusal is not None:
        verdict("error", f"{found.refused} cannot be used")
        told(found.refusal)
        return (), ""
    verdict("view" if found.allowed else "error", "the view is given" if found.allowed else "the view is refused")
    with st.container(border=True):
        pair_table(found)
        way_table(found)
        st.html(f'<p class="primer-note">{walk(found)}</p>')
        linked_grids("refused", pictures.refused(found).payload())
        if not found.allowed:
            failed(found.ways[0].words)
    return refusal_told(found), found.code


@st.fragment
def lesson() -> None:
    """Draw everything under the claim."""
    view = choose_view()
    above = st.container()  # the presets stand first, but which of them is on shows only after the widgets ran
    typed = fields(view)
    with above:
        presets = [Preset(one.title, one.values) for one in PRESETS if one.view == view]
        preset_pills(presets, question=None if view == "Refused views" else asks(typed.said))
    load_torch(typed)
    told, code = (refusal if view == "Refused views" else program)(typed)
    left, right = st.columns([1.3, 1])
    if told or code:
        with left.container(border=True):
            what_happened(told or ("Write a statement into the field “Then”, or choose an example.",))
            code_panel(code)
    with right.container(border=True):
        question, answers, correct = QUESTIONS[view]
        predict_first(question, answers, correct, key=f"guess {view}")


spec = shell.begin("views")
lesson()
shell.finish(spec)
load_torch_in_background()  # the first answer of PyTorch need not wait for all of it
