"""How a component is registered: its folder holds its styles and its script, or its script is a browser module."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ui import modules

#: The script of a component that is a module: the page's data says where the module is. While it loads the page may run
#: again, and browsers do not say in which order two imports of one module end: only the newest data is mounted.
_LOADING = """\
const newest = new WeakMap();
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  newest.set(parentElement, data);
  import(new URL(data.module, document.baseURI).href).then(({ mount }) => {
    if (newest.get(parentElement) === data) mount(parentElement, data, setStateValue, setTriggerValue);
  });
}
"""


def register(folder: Path, **options: Any) -> Any:
    """Register the component in a folder and give the function that mounts it.

    Parameters
    ----------
    folder
        Holds ``component.js`` and ``component.css``, and gives the component its name.
    options
        More of `streamlit.components.v2.component`.
    """
    return _registered(folder.name, (folder / "component.js").read_text(encoding="utf-8"), _style(folder), **options)


class ModuleComponent:
    """A component whose script is a module of ``static/primer``, with what those share and with checked types.

    The module exports ``mount(parent, data, setStateValue, setTriggerValue)``, which is called at each run of the page.

    Parameters
    ----------
    name
        Of the module, without its ending, and of the component.
    style
        Its style sheet.
    options
        More of `streamlit.components.v2.component`.
    """

    def __init__(self, name: str, style: str, **options: Any) -> None:
        self._module = f"{name}.js"
        self._mount = _registered(name, _LOADING, style, **options)

    @classmethod
    def of_folder(cls, folder: Path, **options: Any) -> ModuleComponent:
        """The component of a folder that holds ``component.css`` and has the name of its module."""
        return cls(folder.name, _style(folder), **options)

    def mount(self, key: str, data: Mapping[str, Any], **options: Any) -> Any:
        """Mount it and return what it has said.

        Parameters
        ----------
        key
            Of the element.
        data
            What its module is given besides its own address.
        options
            More of what mounts a component: ``default``, ``on_..._change``.
        """
        return self._mount(key=key, data={"module": modules.address(self._module), **data}, **options)


def _registered(name: str, script: str, style: str, **options: Any) -> Any:
    return st.components.v2.component(f"primer_{name}", js=script, css=style, **options)


def _style(folder: Path) -> str:
    return (folder / "component.css").read_text(encoding="utf-8")
