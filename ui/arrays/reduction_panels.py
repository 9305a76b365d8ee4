"""What stands around the picture of the reductions lesson: the verdict, and errors with what would work."""

import streamlit as st

from primer_core.language.spelling import shape_text
from primer_core.lessons.reductions.explain import Reduction
from ui.arrays.messages import failed, offers, told
from ui.controls import verdict


def reduction_verdict(explained: Reduction) -> None:
    """Say in one chip how it ends."""
    if explained.refusal is not None:
        verdict("error", f"{explained.refused} cannot be read")
    elif explained.error is not None:
        verdict("error", explained.error.split(":")[0])
    elif explained.result is not None and explained.operand is not None:
        ends = "a number" if explained.number else shape_text(explained.result.shape)
        verdict("ok", f"{shape_text(explained.operand.shape)} becomes {ends}")


def reduction_mistakes(explained: Reduction) -> None:
    """Show what was refused and by whom, and each change that would work as a button that makes it."""
    if explained.refusal is not None:
        told(explained.refusal)
    if explained.error is None:
        return
    failed(explained.error, explained.advice)
    offers({fix.action: dict(fix.fields) for fix in explained.fixes})


def keepdims_fix(explained: Reduction) -> None:
    """Show the error of a reduction that does not fit back onto its array, and offer keepdims."""
    back = explained.back
    if back is None or (back.error is None and not back.crossed):
        return
    if back.error is not None:
        failed(back.error)
    else:
        st.warning("No error, but the wrong cells meet: the shapes happen to fit.", icon=":material/warning:")
    st.button("Keep the axis as size 1: `keepdims=True`", on_click=st.session_state.update, args=({"keepdims": True},))
