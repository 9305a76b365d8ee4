"""The rule of a matrix product as a table: which axis of which operand it is, and what becomes of it."""

from collections.abc import Sequence

import streamlit as st

from primer_core.arrays.matmul import NAMES, ProductAxis


def product_table(axes: Sequence[ProductAxis]) -> None:
    """Draw the rule, one column an axis; nothing where a number has no axis to judge."""
    if not axes:
        return
    head = "".join(f"<th scope='col'>{axis.role}{_own_name(axis)}</th>" for axis in axes)
    rows = "".join(
        f"<tr><td>{NAMES[place]}</td>{''.join(_size(axis, place) for axis in axes)}</tr>" for place in (0, 1)
    )
    last = "".join(f"<td>{_outcome(axis)}</td>" for axis in axes)
    st.html(
        f"<div class='primer-rule'><table><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{rows}<tr><td>c</td>{last}</tr></tbody></table></div>"
    )


def _own_name(axis: ProductAxis) -> str:
    return "" if axis.name == axis.role else f" <small>{axis.name}</small>"


def _size(axis: ProductAxis, place: int) -> str:
    size, where = axis.sizes[place], axis.places[place]
    if size is None:
        if axis.lent == place or axis.role == "batch":
            return f"<td class='missing'>{'lent' if axis.lent == place else 'missing'} → 1</td>"
        return "<td></td>"
    style = " class='clash'" if axis.size is None else ""
    return f"<td><span{style}>{size}</span> <small>axis −{-(where or 0)}</small></td>"


def _outcome(axis: ProductAxis) -> str:
    match axis.verdict:
        case "clash":
            return f"✗ <small>{'must be equal' if axis.role == 'inner' else 'neither equal nor 1'}</small>"
        case "summed":
            return "Σ <small>equal, summed over</small>"
        case "dropped":
            return "– <small>taken away again</small>"
        case "stretched":
            names = " and ".join(NAMES[place] for place in axis.stretched)
            return f"<b>{axis.size}</b> <small>{names} stretched</small>"
        case verdict:
            return f"<b>{axis.size}</b> <small>{verdict}</small>"
