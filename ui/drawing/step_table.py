"""A table of the steps of a computation: what was done, the shape it gave, and the values."""

from collections.abc import Iterable
from html import escape
from typing import Protocol

import streamlit as st


class Step(Protocol):
    """What a row shows."""

    @property
    def code(self) -> str:
        """Python that takes the step."""

    @property
    def why(self) -> str:
        """What it does, in a few words."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what it gives."""

    @property
    def values(self) -> str:
        """What it gives."""


def step_table(steps: Iterable[Step]) -> None:
    """Draw steps as rows: code with its reason, shape, values."""
    rows = "".join(
        f"<tr><td><code>{escape(step.code)}</code><small>{escape(step.why)}</small></td>"
        f"<td><code>{escape(str(step.shape))}</code></td><td><code>{escape(step.values)}</code></td></tr>"
        for step in steps
    )
    head = "<tr><th>Step</th><th>Shape</th><th>Values</th></tr>"
    st.html(f'<table class="primer-steps"><thead>{head}</thead><tbody>{rows}</tbody></table>')
