"""What statements are called: by their line, and those that stand behind another on it by a number of their own."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping

from primer_core.claims.running import BEHIND

Numbers = Mapping[tuple[int, int], int]
"""By line and column of where a statement begins, what it is called."""


def statement_numbers(nodes: Iterable[ast.AST]) -> Numbers:
    """Call each statement of a program, those within others, too, what `BEHIND` says."""
    inner = (each for node in nodes for each in ast.walk(node))
    places = sorted({(each.lineno, each.col_offset) for each in inner if isinstance(each, ast.stmt)})
    before: Counter[int] = Counter()
    found = {}
    for line, column in places:
        found[line, column] = line + BEHIND * before[line]
        before[line] += 1
    return found
