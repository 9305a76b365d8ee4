"""What of each array lesson is drawn both by its page and, ahead of the page's run, by an answer of the server.

A lesson's module has ``asks(query)``, ``explain(query)`` and ``parts(query)``; ``after(query, event)`` where its cells
can be clicked or edited. A query gives each widget's value by its key.
"""

from collections.abc import Iterable, Mapping


def chosen(query: Mapping[str, str], key: str, choices: Iterable[str]) -> str:
    """What a query says of a widget that offers choices; the first of them where it says none of them."""
    first, *_ = offered = list(choices)
    return query[key] if query.get(key) in offered else first
