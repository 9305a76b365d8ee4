"""Reads arrays as the libraries print them: ``[1 2 3]``, ``array([1., nan], dtype=float32)``, ``tensor([True])``.

Where a whole expression, or the whole of what a statement assigns, is a printed array, commas are put into its gaps.
A comma takes the place of a blank where there is one, so that lines and columns stay what they are.
"""

from __future__ import annotations

import ast
import re

from primer_core.language.limits import MAX_NESTING, MAX_TEXT
from primer_core.language.parsing import parse
from primer_core.language.table.dtypes import NUMPY_DTYPES

_PIECE = r"(?:[\s\[\](),.\d+\-eE_j]|True|False|nan|inf|array|tensor|(?:dtype|requires_grad)=[\w.]+|shape=)*"
_WHOLE = re.compile(_PIECE)
"""What can only be an array as a library prints it, or a list."""

_START = re.compile(r"(?:^|(?<=[;\n]))[ \t]*(?:[^\W\d]\w*[ \t]*=[ \t]*)?(?=\[|array\(|tensor\()")
"""Where a statement begins that may be a printed array, or assigns one; what follows is the array."""

_GAP = re.compile(r"(?<=[\d.\]efnj])[ \t\n]+(?=[-+\d.\[TFni])")
"""A gap between two printed numbers or rows; it follows the end of a number, of True, nan, inf, or of a row."""

_SIGNED = re.compile(r"(?<=[\d.fnj])[ \t\n]+(?=[-+][\d.ni])")
"""A gap before a signed number, with no gap behind the sign: ``[1 -2]`` as printed, and no difference."""

_LEFT_OUT = re.compile(r"[\d.\]] *,? *\n? *\.\.\.[\s,]+[-\d\[]")


def with_commas(source: str) -> str:
    """Return the source with commas in the gaps of its printed arrays; all else stays as it stands."""
    found, done = [], 0
    for start in _START.finditer(source):
        if start.start() < done:
            continue
        end = _end(source, start.end())
        array = source[start.end() : end]
        if end > start.end() and re.match(r"[ \t]*(?:$|[;\n#])", source[end:]) and _WHOLE.fullmatch(array):
            found.append(source[done : start.end()] + _parted(array))
            done = end
    return "".join(found) + source[done:]


def leaves_out(source: str) -> bool:
    """Return whether a printed array has three dots in it, which stand for cells that were not printed."""
    for start in _START.finditer(source):
        array = source[start.end() : _end(source, start.end())]
        if _WHOLE.fullmatch(array) and _LEFT_OUT.search(array):
            return True
    return False


def with_dtypes(node: ast.stmt) -> ast.stmt:
    """Return a statement in which ``array(..., dtype=float32)``, as NumPy prints it, names the dtype as code does."""
    value = node.value if isinstance(node, ast.Expr | ast.Assign) else None
    match value:
        case ast.Call(ast.Name("array"), _, keywords):
            for keyword in keywords:
                match keyword:
                    case ast.keyword("dtype", ast.Name(name) as written) if name in NUMPY_DTYPES and name != "bool":
                        library = ast.copy_location(ast.Name("np", ast.Load()), written)
                        keyword.value = ast.copy_location(ast.Attribute(library, name, ast.Load()), written)
    return node


def _end(source: str, start: int) -> int:
    """Return where the bracket that opens first behind a place is closed; the place itself if none is."""
    depth = 0
    for place in range(start, len(source)):
        if source[place] in "([":
            depth += 1
        elif source[place] in ")]":
            depth -= 1
            if depth == 0:
                return place + 1
    return start


def _parted(array: str) -> str:
    if not re.search(r"\][ \t\n]+\[", array):
        try:
            parse(array, "eval", MAX_TEXT, MAX_NESTING)
        except SyntaxError:
            pass
        else:  # it is Python as it stands, but for signed numbers: [1 -2]
            return _SIGNED.sub(_comma, array)
    return _GAP.sub(_comma, array)


def _comma(gap: re.Match[str]) -> str:
    """Put the comma in the place of the first blank; before the first line's end where there is no blank."""
    blank = re.search(r"[ \t]", gap[0])
    if blank is None:
        return "," + gap[0]
    return gap[0][: blank.start()] + "," + gap[0][blank.end() :]
