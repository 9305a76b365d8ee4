"""Python code in colours, with a button that copies it.

Streamlit's own `st.code` takes a browser longer to draw than all else that changes on a lesson's page; the code changes
with every setting.
"""

from pathlib import Path

from primer_core.picture.code import marks
from ui.components.folder import register

_mount = register(Path(__file__).parent)


def code_view(key: str, code: str, *, note: str = "") -> None:
    """Show Python code.

    Parameters
    ----------
    key
        Of the element.
    code
        What is shown, and copied letter by letter. An empty text leaves it to another component to say what, in the
        browser: see ``component.js``.
    note
        Said below it, in plain text.
    """
    _mount(key=key, data={"key": key, "code": code, "marks": marks(code), "note": note})
