"""The rule of broadcasting as a table: shapes lined up from the right, a verdict an axis."""

from collections.abc import Sequence

import streamlit as st

from primer_core.arrays.broadcasting import NAMES, AxisRule

# The fields of the operands a, b, c wear the colours of their cells, in mid-tones that both themes can carry.
STYLE = """<style>
.st-key-a [data-testid="stTextInputRootElement"] { box-shadow: inset 4px 0 #5f9fd4; }
.st-key-b [data-testid="stTextInputRootElement"] { box-shadow: inset 4px 0 #d39a2d; }
.st-key-c [data-testid="stTextInputRootElement"] { box-shadow: inset 4px 0 #a884d8; }
:is(.st-key-a, .st-key-b, .st-key-c) input { font-family: "Source Code Pro", ui-monospace, monospace; }
.primer-rule { overflow-x: auto; }
.primer-rule table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.primer-rule :is(td, th) {
  padding: 0.3rem 1.1rem; text-align: center; font-weight: 400;
  border: solid color-mix(in srgb, currentColor 14%, transparent); border-width: 0 0 1px;
}
.primer-rule th { font-size: 0.78rem; font-weight: 600; opacity: 0.72; }
.primer-rule :is(td, th):first-child { text-align: left; padding-left: 0; font-size: 0.88rem; opacity: 0.8; }
.primer-rule small { font-size: 0.8rem; opacity: 0.75; padding-left: 0.3rem; }
.primer-rule .missing { opacity: 0.62; }
.primer-rule .clash { font-weight: 600; text-decoration: underline wavy; text-underline-offset: 0.3em; }
</style>"""


def rule_table(rule: Sequence[AxisRule]) -> None:
    """Draw the rule, one column an axis, counted from the right; nothing for scalars, which have no axis."""
    if not rule:
        st.html('<p class="primer-note">Scalars have no axes: there is nothing to line up.</p>')
        return
    head = "".join(f"<th scope='col'>axis −{-axis.axis}</th>" for axis in rule)
    rows = "".join(
        f"<tr><td>{NAMES[place]}</td>{''.join(_size(axis, place) for axis in rule)}</tr>"
        for place in range(len(rule[0].sizes))
    )
    last = "".join(f"<td>{_outcome(axis)}</td>" for axis in rule)
    st.html(
        f"{STYLE}<div class='primer-rule'><table><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{rows}<tr><td>result</td>{last}</tr></tbody></table></div>"
    )


def _size(axis: AxisRule, place: int) -> str:
    size = axis.sizes[place]
    if size is None:
        return "<td class='missing'>missing → 1</td>"
    clashes = axis.verdict == "clash" and size != 1
    return f"<td class='clash'>{size}</td>" if clashes else f"<td>{size}</td>"


def _outcome(axis: AxisRule) -> str:
    if axis.verdict == "clash":
        return "✗ <small>clash: neither equal nor 1</small>"
    stretched = " and ".join(NAMES[place] for place in axis.stretched)
    return f"<b>{axis.size}</b> <small>{f'{stretched} stretched' if stretched else 'equal'}</small>"
