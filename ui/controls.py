"""Widgets that several lessons share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from ui.components.code_view import code_view
from ui.components.pills import pills

Verdict = Literal["view", "copy", "error", "leaf", "no grad", "ok"]

_CHIPS: Mapping[Verdict, tuple[str, Literal["blue", "green", "red", "yellow", "gray"], str]] = {
    "view": ("VIEW", "blue", ":material/link:"),
    "copy": ("COPY", "yellow", ":material/content_copy:"),
    "error": ("ERROR", "red", ":material/error:"),
    "leaf": ("LEAF", "green", ":material/eco:"),
    "no grad": ("NO GRAD", "gray", ":material/block:"),
    "ok": ("OK", "green", ":material/check:"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A named setting of a page's widgets.

    Parameters
    ----------
    title
        What its pill says.
    values
        The value of each widget it sets, by the widget's key.
    """

    title: str
    values: Mapping[str, Any]


def preset_pills(
    presets: Sequence[Preset],
    *,
    key: str = "preset",
    label: str = "Presets",
    disabled: bool = False,
) -> Preset | None:
    """Draw the presets as pills; call it after the widgets that they set, in a container above them.

    Only then has each widget taken the value that the address gives it. A pill is lit while the widgets stand as its
    preset sets them, however they came to.

    Returns
    -------
    Preset or None
        The preset that the widgets match, if one does.
    """
    by_title = {preset.title: preset for preset in presets}

    def stands(preset: Preset) -> bool:
        return all(
            name in st.session_state and st.session_state[name] == value for name, value in preset.values.items()
        )

    current = next((preset for preset in presets if stands(preset)), None)
    pills(
        key,
        list(by_title),
        current.title if current else None,
        label=label,
        on_press=lambda title: st.session_state.update(by_title[title].values),
        disabled=disabled,
    )
    return current


def verdict(kind: Verdict, text: str | None = None) -> None:
    """Draw a verdict as a chip: a word and an icon, never a colour alone."""
    word, color, icon = _CHIPS[kind]
    st.badge(text or word, icon=icon, color=color)


def code_panel(
    code: str, *, note: str = "Copied into plain Python, it prints what this page shows.", key: str = "code"
) -> None:
    """Draw the snippet that gives what the page shows, with a button to copy it."""
    code_view(key, code, note=note)


def what_happened(paragraphs: Sequence[str]) -> None:
    """Tell what the page shows, in Markdown, a text a paragraph."""
    st.markdown("\n\n".join(("### What happened", *paragraphs)))
