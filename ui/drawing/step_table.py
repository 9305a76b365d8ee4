"""A table of the steps of a computation: what was done, the shape it gave, and the values."""

from collections.abc import Iterable
from html import escape
from typing import Protocol

import streamlit as st

_STYLE = """<style>
.primer-steps {
  width: 100%; border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums;
}
.primer-steps th, .primer-steps td {
  text-align: left; vertical-align: top; padding: 0.45rem 1rem 0.45rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent);
}
.primer-steps th { font-weight: 600; }
.primer-steps code { background: none; padding: 0; color: inherit; font-size: 0.82rem; }
.primer-steps td:nth-child(2) code { font-weight: 600; white-space: nowrap; }
.primer-steps td:nth-child(3) code { white-space: pre; }
.primer-steps small { display: block; opacity: 0.72; font-size: 0.82rem; }
@media (max-width: 640px) {
  .primer-steps thead { display: none; }
  .primer-steps tr {
    display: block; padding: 0.5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent);
  }
  .primer-steps td { display: block; border: 0; padding: 0.1rem 0; overflow-x: auto; }
}
</style>"""


class Step(Protocol):
    """What a row shows."""

    code: str
    why: str
    shape: tuple[int, ...]
    values: str


def step_table(steps: Iterable[Step]) -> None:
    """Draw steps as rows: code with its reason, shape, values."""
    rows = "".join(
        f"<tr><td><code>{escape(step.code)}</code><small>{escape(step.why)}</small></td>"
        f"<td><code>{escape(str(step.shape))}</code></td><td><code>{escape(step.values)}</code></td></tr>"
        for step in steps
    )
    head = "<tr><th>Step</th><th>Shape</th><th>Values</th></tr>"
    st.html(f'{_STYLE}<table class="primer-steps"><thead>{head}</thead><tbody>{rows}</tbody></table>')
