"""Where Python code wears a colour."""

import io
import keyword
import tokenize
from functools import lru_cache
from itertools import accumulate

from primer_core.picture.parts import CodePanel

_KINDS = {tokenize.COMMENT: "comment", tokenize.STRING: "string", tokenize.NUMBER: "number"}
#: Pieces of f-strings are tokens of their own from Python 3.12 on.
_KINDS |= {
    getattr(tokenize, name): "string"
    for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(tokenize, name)
}


CODE_NOTE = "Copied into plain Python, it prints what this page shows."


def code_panel(code: str, note: str = CODE_NOTE) -> CodePanel:
    """Make the panel of a snippet."""
    return CodePanel(code, marks(code), note)


def marks(code: str) -> tuple[tuple[int, int, str], ...]:
    """Return where code wears a colour: (start, end, kind) in characters, in order; of a line up to a mistake in it."""
    if any(sign in code for sign in _GOES_ON):
        return _tokenized(code)
    lines = list(io.StringIO(code))
    starts = accumulate(map(len, lines), initial=0)
    return tuple(
        (start + first, start + last, kind)
        for start, line in zip(starts, lines, strict=False)
        for first, last, kind in _tokenized(line)
    )


#: Where one of these stands, a token may go on in the next line, so that no line is read by itself.
_GOES_ON = ('"""', "'''", "\\\n")


@lru_cache(maxsize=2_000)
def _tokenized(code: str) -> tuple[tuple[int, int, str], ...]:
    """Return the marks of code, up to the first mistake in it; snippets share most of their lines."""
    lines = list(io.StringIO(code))
    starts = [0, *accumulate(map(len, lines))]
    found: list[tuple[int, int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            kind = _KINDS.get(token.type)
            if token.type == tokenize.NAME and keyword.iskeyword(token.string):
                kind = "keyword"
            if kind is not None:
                (row, column), (last_row, last_column) = token.start, token.end
                found.append((starts[row - 1] + column, starts[last_row - 1] + last_column, kind))
    except (tokenize.TokenError, SyntaxError):
        pass
    return tuple(found)
