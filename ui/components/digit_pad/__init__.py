"""A pad to draw a digit on, by mouse, finger, pen or keys, which has its strokes read while they are being drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.folder import register

_component = register(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class PadState:
    """What is on the pad.

    Parameters
    ----------
    strokes
        Every stroke, oldest first: ``{"width": w, "points": [[x, y], ...]}`` in pad units 0..280, x to the right and y
        down. As the browser sent them: `primer_core.inference.parse_strokes` checks them.
    sequence
        Number of this drawing, greater than those of the drawings before it.
    """

    strokes: list[Any]
    sequence: int = 0


def digit_pad(
    key: str,
    *,
    reader: Mapping[str, str] | None = None,
    example: tuple[str, Sequence[Any]] | None = None,
    brush: int = 18,
    label: str = "Pad to draw a digit on",
) -> PadState:
    """Mount the pad and return what was drawn on it when the pen was last lifted.

    The drawing belongs to the learner's pen: reruns never change it. It outlives a visit to another page (the session
    keeps it) and a reload (the browser's tab keeps it).

    Parameters
    ----------
    key
        Of the widget, and the channel on which the pad announces what its reader answers.
    reader
        Where to ask what is drawn while the pen moves: ``address`` to post to, and the token of the ``network`` there.
        The answer is announced as an event of the document, ``primer-pad-read``.
    example
        Name and strokes of a drawing to put on the pad. It replaces what is there, once, when its name changes; Undo
        brings that back.
    brush
        Width of the brush at first, in pad units, 8..36.
    label
        What a screen reader calls the pad.
    """
    memory = st.session_state.setdefault(f"{key}_memory", {"strokes": [], "revision": None, "handed": []})
    name, given = example if example is not None else (None, [])
    if name != memory["revision"]:
        if name is not None:
            memory["strokes"] = list(given)
        memory["revision"], memory["handed"] = name, memory["strokes"]
    elif key not in st.session_state:
        memory["handed"] = memory["strokes"]
    # What is handed over stays the same while the pad is on the page, so that a rerun is no news to the mounted pad.
    data = {"channel": key, "label": label, "brush": brush, "revision": name, "strokes": memory["handed"]}
    data["reader"] = None if reader is None else dict(reader)
    drawing = _component(key=key, data=data, default={"drawing": None}, on_drawing_change=lambda: None).drawing
    if not isinstance(drawing, dict) or drawing.get("revision") != name:
        return PadState(memory["strokes"])
    strokes, sequence = drawing.get("strokes"), drawing.get("sequence")
    memory["strokes"] = strokes if isinstance(strokes, list) else []
    return PadState(memory["strokes"], sequence if isinstance(sequence, int) else 0)
