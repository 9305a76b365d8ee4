"""Bringing a network from outside: a file, what does not fit, and the architecture that fits best."""

from __future__ import annotations

import re
from pathlib import PurePath

import streamlit as st

from primer_core.backend.loading import load_torch
from primer_core.data import DataError
from primer_core.models.registry import MODELS
from primer_core.training.spec import TOY, RunSpec, data_title
from primer_core.training.store import digest
from primer_core.training.upload import MOST_BYTES, Fit, Upload, UploadError, fit, nearest, read_upload, usable
from ui import cached, session
from ui.address import literal
from ui.set_widgets import set_widgets

#: Key in the session's state: how many networks were brought. Each is taken by a field of its own.
_COUNT = "networks brought"
_CHOSEN = "model of what was brought"
#: Tensors that are listed where a file does not fit.
_MOST_LISTED = 40


def draw() -> None:
    """Draw the field for a file, and what is made of it."""
    file = st.file_uploader(
        "Bring a network: a state_dict as .pt or .safetensors",
        type=["pt", "pth", "safetensors"],
        max_upload_size=MOST_BYTES // 1_000_000,
        key=f"brought {st.session_state.get(_COUNT, 0)}",
        help="Saved by torch.save(model.state_dict(), ...) or as safetensors. Nothing in the file is run. It is to be "
        "of the model among the settings.",
    )
    if file is None:
        return
    load_torch()
    try:
        upload = read_upload(file.getvalue())
    except UploadError as error:
        st.error(_unmarked(str(error)), icon=":material/block:")
        return
    spec = RunSpec(data=st.session_state["data"], model=st.session_state["model"], normalise=_normalises())
    fitted = fit(upload, spec.model)
    if fitted.mismatches:
        _tell_mismatches(upload, fitted)
        return
    order = " Its names are others: the tensors were taken in their order." if fitted.by_order else ""
    scaling = (
        "It says itself how its inputs are scaled."
        if upload.scaling
        else f"Its inputs are scaled as the settings say: {'normalised' if spec.normalise else 'from 0 to 1'}."
    )
    st.html(f'<p class="primer-note">It is built as {MODELS[spec.model].title}.{order} {scaling}</p>')
    if st.button("Keep it among your runs", icon=":material/download_done:", key="keep_brought"):
        _keep(upload, fitted, spec, file.name)


def _normalises() -> bool:
    return bool(st.session_state.get("normalise", True))


def _tell_mismatches(upload: Upload, fitted: Fit) -> None:
    """Name each tensor that is another, and offer the architecture that fits best."""
    best = nearest(upload)
    count = len(fitted.mismatches)
    st.warning(
        f"The file is no {MODELS[fitted.model].title}: {count} tensor{'s are' if count > 1 else ' is'} not as this "
        "model has them.",
        icon=":material/difference:",
    )
    if best.model != fitted.model:
        fits = "fits" if not best.mismatches else f"is nearest: {len(best.mismatches)} tensors differ"
        st.html(f'<p class="primer-note">{MODELS[best.model].title} {fits}.</p>')
        if st.button(f"Use {MODELS[best.model].title}", key="use_nearest"):
            st.session_state[_CHOSEN] = best.model
            st.rerun()  # the settings stand outside
    st.table(
        [
            {"tensor": literal(each.name), "this model": _shape(each.expected), "the file": _shape(each.given)}
            for each in fitted.mismatches[:_MOST_LISTED]
        ],
        border="horizontal",
    )
    if count > _MOST_LISTED:
        st.html(f'<p class="primer-note">{count - _MOST_LISTED} more are not listed.</p>')


def _unmarked(text: str) -> str:
    """Text as Markdown shows it letter by letter: it quotes what a file holds, which may be an image's address."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(shape)


def take_choice() -> None:
    """Choose the model that was offered and taken, and data that it takes; called before the settings are drawn.

    A value that is set while a fragment runs, which does not draw the settings, never reaches them in the browser.
    """
    model = st.session_state.pop(_CHOSEN, None)
    if model is None:
        return
    takes_points = MODELS[model].takes == "points"
    set_widgets({"model": model})
    if takes_points != (st.session_state.get("data") == TOY):
        set_widgets({"data": TOY if takes_points else RunSpec().data})


def _keep(upload: Upload, fitted: Fit, spec: RunSpec, name: str) -> None:
    desk = session.own_desk()
    try:
        with st.spinner(f"Reading the test samples of {data_title(spec.data)}"):
            network, loss, accuracy = usable(upload, fitted, spec)
        run = cached.training_desks().service.bring(
            spec,
            network,
            name=PurePath(name).name,
            owner=digest(cached.seat().learner),
            test_loss=loss,
            test_accuracy=accuracy,
        )
    except DataError as error:
        st.error(str(error), icon=":material/error:")
        return
    except OSError:
        st.error("It could not be written: the disk of the server may be full.", icon=":material/error:")
        return
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1
    desk.show(run)
    st.rerun()
