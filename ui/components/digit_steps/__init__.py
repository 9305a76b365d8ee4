"""The steps from the strokes on a pad to the answer, each with its shape and values, and the code that takes them.

Both follow the pad by its events; the browser's part is ``static/primer/digit_steps.js``.
"""

from pathlib import Path

from ui.components.code_view import code_view
from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)

CODE = "code"  # key of the code's element


def digit_steps(key: str, channel: str, *, note: str) -> None:
    """Draw the steps of what is on a pad, and below them their code.

    Parameters
    ----------
    key
        Of the element.
    channel
        Key of the pad.
    note
        Said below the code, in plain text.
    """
    _component.mount(key, {"channel": channel, "code": CODE})
    code_view(CODE, "", note=note)
