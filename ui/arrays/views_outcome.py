"""How a program of the lesson on views ended: a chip for each name, and what was refused with what would work."""

import streamlit as st

from primer_core.lessons.views.explain import Views, changes
from ui.arrays.messages import literally, told
from ui.controls import verdict


def judge(found: Views) -> None:
    """Say of each name, in one chip, what it is to the others."""
    rebound = {one.name for one in changes(found) if one.rebound}
    with st.container(horizontal=True):
        for one in found.verdicts:
            name = f"{one.name} {'was' if one.name in rebound else 'is'}"
            text = {
                "same": f"{name} {one.of}: one object",
                "view": f"{name} a view of {one.of}",
                "empty": f"{one.name} has no cells",
            }.get(one.kind, f"{name} a copy")
            verdict("view" if one.kind in ("view", "same") else "copy" if one.kind == "copy" else "ok", text)
        if found.refused:
            verdict("error", f"{'Then' if found.refused == 'then' else found.refused} cannot be run")
        if found.error:
            verdict("error", "refused by the library")


def mend(found: Views) -> None:
    """Show what the library refused, why, and what would work."""
    if found.refusal:
        told(found.refusal)
    if found.error:
        st.error(f"`{found.failing}` · {literally(found.error)}", icon=":material/error:")
        if found.cause:
            st.markdown(found.cause)
        with st.container(horizontal=True):
            for number, fix in enumerate(found.fixes):
                st.button(fix.label, key=f"fix{number}", on_click=st.session_state.update, args=(fix.texts,))
