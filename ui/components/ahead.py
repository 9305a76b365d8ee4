"""Answers ahead of the page's run: what components need that ask for them, or that show a part of one.

A run draws every element of a lesson again, which takes a browser longer than a drag leaves time for. What is dragged
or pressed in a component is therefore asked of the server's own address at once, and each component that shows a part
of the answer draws it; the run that follows draws the same, and all the rest. `ahead.js` is the browser's side.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("ahead.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where to ask, and how the page's widgets stand.

    Parameters
    ----------
    address
        A path of this server. It answers a question with the parts of the page that change, by their names.
    query
        Each widget's value by its key.
    """

    address: str
    query: Mapping[str, str]

    @property
    def state(self) -> str:
        """Tells one setting of the widgets from another; each part of an answer, and of a run's drawing, carries it."""
        return json.dumps(dict(self.query))

    def parts(self, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """An answer: components' data by the names of the parts, each with its state and where it may ask for more."""
        mark = {"state": self.state, "ahead": self.payload()}
        return {name: {**data, "part": name, **mark} for name, data in parts.items()}

    def payload(self) -> dict[str, Any]:
        """As the components' scripts take it."""
        return {"address": self.address, "query": dict(self.query)}
