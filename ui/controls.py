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


def whole_number_field(
    label: str, key: str, default: int, words: str = "", *, locked: bool = False, bound: bool = True
) -> float:
    """Draw a field for a whole number, and return what was typed, whole or not.

    Streamlit's own field of whole numbers cuts 2.5 to 2 and 1e2 to 1 without a word. Who uses the number says what it
    must be.

    Parameters
    ----------
    label, words
        Its name, and its help; none if empty.
    key
        Of the widget, and its name in the address if it is bound to that.
    default
        What it holds at first.
    locked, bound
        Whether nothing can be typed, and whether the number stands in the address.
    """
    typed = st.number_input(
        label,
        value=float(default),
        step=1.0,
        format="%.15g",
        key=key,
        bind="query-params" if bound else None,
        disabled=locked,
        help=words or None,
    )
    return int(typed) if float(typed).is_integer() else float(typed)


def code_panel(code: str, *, note: str = "Copied into plain Python, it prints what this page shows.") -> None:
    """Draw the snippet that gives what the page shows, with a button to copy it."""
    code_view("code", code, note=note)
