"""Widgets that the two pages of networks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.components.code_view import code_view
from ui.components.pills import pills
from ui.set_widgets import set_widgets


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


def preset_pills(presets: Sequence[Preset], *, disabled: bool = False) -> None:
    """Draw the presets as pills; call it after the widgets that they set, in a container above them.

    Only then has each widget taken the value that the address gives it. A pill is lit while the widgets stand as its
    preset sets them, however they came to.
    """
    by_title = {preset.title: preset for preset in presets}

    def stands(preset: Preset) -> bool:
        return all(
            name in st.session_state and st.session_state[name] == value for name, value in preset.values.items()
        )

    current = next((preset for preset in presets if stands(preset)), None)
    pills(
        "preset",
        list(by_title),
        current.title if current else None,
        label="Presets",
        on_press=lambda title: set_widgets(by_title[title].values),
        disabled=disabled,
    )


def code_panel(code: str, *, note: str = "Copied into plain Python, it prints what this page shows.") -> None:
    """Draw the snippet that gives what the page shows, with a button to copy it."""
    code_view("code", code, note=note)
