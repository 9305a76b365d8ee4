"""What of each array lesson is drawn both by its page and, ahead of the page's run, by an answer of the server.

A lesson's module has ``asks(query)``, ``explain(query)`` and ``parts(query)``; ``after(query, event)`` where its cells
can be clicked or edited. A query gives each widget's value by its key.
"""
