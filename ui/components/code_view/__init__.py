"""Python code in colours, with a button that copies it.

Streamlit's own `st.code` takes a browser longer to draw than all else that changes on a lesson's page; the code changes
with every setting.
"""

import io
import keyword
import tokenize
from itertools import accumulate
from pathlib import Path

from ui.components.folder import register

_mount = register(Path(__file__).parent)

_KINDS = {tokenize.COMMENT: "comment", tokenize.STRING: "string", tokenize.NUMBER: "number"}
#: Pieces of f-strings are tokens of their own from Python 3.12 on.
_KINDS |= {
    getattr(tokenize, name): "string"
    for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)
}


def code_view(key: str, code: str, *, note: str = "") -> None:
    """Show Python code.

    Parameters
    ----------
    key
        Of the element.
    code
        What is shown, and copied letter by letter.
    note
        Said below it, in plain text.
    """
    _mount(key=key, data={"code": code, "marks": marks(code), "note": note})


def marks(code: str) -> list[tuple[int, int, str]]:
    """Where code wears a colour: (start, end, kind) in characters, in order; up to the first mistake in it."""
    lines = code.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            kind = _KINDS.get(token.type)
            if token.type == tokenize.NAME and keyword.iskeyword(token.string):
                kind = "keyword"
            if kind is not None:
                (row, column), (last_row, last_column) = token.start, token.end
                found.append((starts[row - 1] + column, starts[last_row - 1] + last_column, kind))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found
