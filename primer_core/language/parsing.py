r"""The one place where Python's own parser reads a text: one at a time, within bounds, and without a word in the log.

Nothing that is parsed here is ever run: its syntax tree is walked by readers that know what they allow. Every text that
a learner typed, and all code that is made of it, comes through here, for two reasons:

- CPython 3.11 counts the recursion of its AST constructor in state that all threads share. Where one thread is
  interrupted in it and another parses meanwhile, the first gets ``SystemError: AST constructor recursion depth
  mismatch``. Hence the lock. Source: https://github.com/python/cpython/issues/106905
- The parser warns of what a learner may write, ``1if 2 else 3`` or ``"\d"``, which would fill the server's log, and
  where warnings are errors would change the answer. What is parsed here has a file name of its own, and a filter of
  that name silences just these warnings.
"""

import ast
import re
import threading
from symtable import symtable
from typing import Any, Literal

from primer_core.backend.warning_filters import WarningFilter
from primer_core.language.limits import Refused
from primer_core.language.text import quoted

MAX_CHARACTERS = 4000
"""Characters of a typed text that are parsed; what reads a field may take fewer."""

MAX_DEPTH = 40
"""Levels of a typed text's tree. Readers walk it by recursion, and Python's own parser gives up at some hundred."""

MAX_CODE_CHARACTERS = 50_000
MAX_CODE_DEPTH = 1000
"""Bounds of code that is made of typed texts, which is longer and deeper than these."""

FILENAME = "<typed>"
"""What the parser takes for the file that a text stands in."""

_ONE_AT_A_TIME = threading.Lock()

_SILENCED = WarningFilter("ignore", module=re.escape(FILENAME))
"""Where a module's name is asked for, the parser gives the name of the file."""

Mode = Literal["eval", "exec"]


class TooDeepError(SyntaxError):
    """A text that could be parsed, but whose tree has more levels than are read."""


def syntax_tree(text: str, how: str, *, longest: int, mode: Literal["eval", "exec"] = "eval") -> Any:
    """Parse text that is neither empty nor too long nor nested too deeply, or say what is wrong with it.

    Parameters
    ----------
    text
        What was typed; space around it does not count.
    how
        How to write it, said at the end of each refusal.
    longest
        How many characters are read.
    mode
        One expression, whose node is returned; or statements, of which the module is.

    Raises
    ------
    Refused
        If it cannot be read.
    """
    text = text.strip()
    if not text:
        raise Refused(f"There is nothing here yet. {how}")
    if len(text) > longest:
        raise Refused(f"This is {len(text)} characters long; at most {longest} are read. Shorten it.")
    try:
        tree = parse(text, mode, longest, MAX_DEPTH)
    except TooDeepError as error:
        raise Refused(f"{quoted(text)} is nested too deeply. {how}") from error
    except SyntaxError as error:
        raise Refused(f"{quoted(text)} cannot be read. {how}") from error
    return tree.body if mode == "eval" else tree


def typed_expression(text: str) -> ast.expr:
    """Parse one typed expression.

    Raises
    ------
    SyntaxError
        If it cannot be read, for whatever reason; a `TooDeepError` if its tree has more than `MAX_DEPTH` levels.
    """
    node: ast.expr = parse(text, "eval", MAX_CHARACTERS, MAX_DEPTH).body
    return node


def typed_statements(text: str) -> list[ast.stmt]:
    """Parse typed statements.

    Raises
    ------
    SyntaxError
        As of `typed_expression`.
    """
    body: list[ast.stmt] = parse(text, "exec", MAX_CHARACTERS, MAX_DEPTH).body
    return body


def typed_literal(text: str) -> Any:
    """Read a typed number, text, tuple, list, dict, set, ``True``, ``False`` or ``None`` as Python's object.

    Raises
    ------
    SyntaxError
        If it is none of them, or as of `typed_expression`.
    """
    node = typed_expression(text)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from error


def code_expression(code: str) -> ast.expr:
    """Parse an expression that was made of what was read before.

    Raises
    ------
    SyntaxError
        If it is no expression, or beyond `MAX_CODE_CHARACTERS` and `MAX_CODE_DEPTH`.
    """
    node: ast.expr = parse(code, "eval", MAX_CODE_CHARACTERS, MAX_CODE_DEPTH).body
    return node


def code_statements(code: str) -> list[ast.stmt]:
    """Parse statements that were made of what was read before.

    Raises
    ------
    SyntaxError
        As of `code_expression`.
    """
    body: list[ast.stmt] = parse(code, "exec", MAX_CODE_CHARACTERS, MAX_CODE_DEPTH).body
    return body


def parse(text: str, mode: Mode, longest: int, deepest: int) -> Any:
    """Parse; SyntaxError is all that it raises, where `ast.parse` also raises what tells of null bytes or its stack."""
    if len(text) > longest:
        raise SyntaxError(f"{len(text)} characters, of which at most {longest} are read")
    with _ONE_AT_A_TIME:
        _SILENCED.keep()
        try:
            tree: ast.AST = ast.parse(text, FILENAME, mode)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from error
    level, depth = [tree], 0
    while level := [inner for outer in level for inner in ast.iter_child_nodes(outer)]:
        depth += 1
        if depth > deepest:
            raise TooDeepError(f"nested more than {deepest} levels deep")
    return tree


def check_scopes(text: str) -> None:
    """Check what Python checks of names before it runs a program, such as a ``nonlocal`` of a name that nobody binds.

    Raises
    ------
    SyntaxError
        If Python refuses it.
    """
    with _ONE_AT_A_TIME:
        _SILENCED.keep()
        symtable(text, FILENAME, "exec")
