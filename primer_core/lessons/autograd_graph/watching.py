"""The lines by which a snippet tells the engine's order: they are written into code, and read off typed code again."""

from __future__ import annotations

import re

_WATCH = """\
order, seen, todo = [], set(), [{output}.grad_fn]
while todo:  # a hook on every node of the graph tells the engine's order
    node = todo.pop()
    if node is not None and node not in seen:
        seen.add(node)
        node.register_hook(lambda *_, name=node.name().rsplit("::")[-1]: order.append(name))
        todo += [parent for parent, _ in node.next_functions]"""

PRINT_ORDER = 'print(" → ".join(order))'
"""Prints the order once backward has run."""

_WRITTEN = re.compile(re.escape(_WATCH).replace(re.escape("{output}"), r"[^\W\d]\w*"))


def watch(output: str) -> str:
    """Return the lines that note the order in which the engine runs the nodes behind a named tensor."""
    return _WATCH.format(output=output)


def without_watch(text: str) -> str:
    """Return a typed text with these lines left empty, so that every other line keeps its number."""
    text = _WRITTEN.sub(lambda written: "\n" * written[0].count("\n"), text)
    return "\n".join("" if line.strip() == PRINT_ORDER else line for line in text.split("\n"))
