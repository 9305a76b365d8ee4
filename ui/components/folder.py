"""How a component is registered: its folder holds its script and its styles."""

from pathlib import Path
from typing import Any

import streamlit as st


def register(folder: Path, **options: Any) -> Any:
    """Register the component in a folder and give the function that mounts it.

    Parameters
    ----------
    folder
        Holds ``component.js`` and ``component.css``, and gives the component its name.
    options
        More of `streamlit.components.v2.component`.
    """
    return st.components.v2.component(
        f"primer_{folder.name}",
        js=(folder / "component.js").read_text(encoding="utf-8"),
        css=(folder / "component.css").read_text(encoding="utf-8"),
        **options,
    )
