"""The rule of broadcasting as a table: shapes lined up from the right, a verdict an axis."""

from collections.abc import Sequence

import streamlit as st

from primer_core.arrays.broadcasting import NAMES, AxisRule


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
        f"<div class='primer-rule'><table><thead><tr><th></th>{head}</tr></thead>"
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
