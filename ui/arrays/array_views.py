"""The views of the lesson on arrays beside the anatomy: dtypes, races, and NumPy beside PyTorch."""

import streamlit as st

from primer_core.backend.loading import load_torch
from primer_core.lessons.arrays import show as pictures
from primer_core.lessons.arrays.dtypes import SHOWN, explain_bits, explain_dtypes
from primer_core.lessons.arrays.explain import AS_MADE
from primer_core.lessons.arrays.presets import DEFAULT, DEFAULT_DTYPES, DTYPE_PRESETS, PRESETS
from primer_core.lessons.arrays.races import race_add, race_dot
from primer_core.lessons.arrays.twins import default_dtypes, explain_twins, ranked_tensors, ranks_code
from ui.arrays import array_tables as tables
from ui.arrays.messages import failed, told
from ui.arrays.race_panel import race_panel
from ui.components.linked_grids import linked_grids
from ui.controls import Preset, code_panel, preset_pills

_HELP = (
    "[[1, 2], [3, 4]], zeros((2, 3)), ones((3, 2), int16), full((2, 2), 7), eye(2), arange(0, 10, 2), "
    "linspace(0, 1, 5), default_rng(0).random((2, 3)), .integers(0, 10, 4) or .normal(size=3); "
    "then .reshape(3, 2), .T or .astype(int8)."
)


def creation() -> str:
    """Draw the field that says how the array is made."""
    return st.text_input("Array x", DEFAULT.text, key="make", bind="query-params", help=_HELP)


def dtypes() -> None:
    """Draw what every dtype makes of the values, and the bits of one."""
    above = st.container()
    text = st.text_input("Values", DEFAULT_DTYPES.values, key="values", bind="query-params")
    table = explain_dtypes(text)
    with st.container(border=True):
        if table.refusal is not None:
            told(table.refusal)
        else:
            tables.dtype_table(table)
            tables.remarks(table)
    with st.container(border=True):
        st.subheader("The bits of one number", anchor=False)
        left, right = st.columns([2, 1])
        one = left.text_input("Number", DEFAULT_DTYPES.one, key="bits", bind="query-params")
        chosen = right.selectbox("in", SHOWN, SHOWN.index(DEFAULT_DTYPES.dtype), key="as", bind="query-params")
        bits = explain_bits(one, chosen)
        if bits.refusal is not None:
            told(bits.refusal)
        else:
            tables.bit_cells(bits)
    with above:
        preset_pills(
            [Preset(one.title, {"values": one.values, "bits": one.one, "as": one.dtype}) for one in DTYPE_PRESETS]
        )
    if table.code:
        with st.container(border=True):
            code_panel(table.code)


def races() -> None:
    """Draw the two races."""
    with st.container(border=True):
        race_panel("A list against an array", "dot", race_dot)
    with st.container(border=True):
        race_panel("Loops against a ufunc", "add", race_add)
    st.markdown(pictures.WHY_FAST)


def libraries() -> None:
    """Draw the same array in NumPy and in PyTorch, and tensors of rank 0 to 3."""
    above = st.container()
    text = creation()
    with above:
        preset_pills([Preset(one.title, {"make": one.text}) for one in PRESETS if one.dtype == AS_MADE])
    with st.spinner("Loading PyTorch"):
        load_torch()
        twins, made, defaults = explain_twins(text), ranked_tensors(), default_dtypes()
    with st.container(border=True):
        if twins.refusal is not None:
            told(twins.refusal)
        if error := twins.numpy_error or twins.torch_error:
            failed(f"{'NumPy' if twins.numpy_error else 'PyTorch'} says: {error}")
        if twins.rows:
            tables.twin_table(twins.rows)
            code_panel(twins.code, key="twins_code")
    with st.container(border=True):
        st.subheader("Tensors of rank 0, 1, 2 and 3", anchor=False)
        linked_grids("tensors", pictures.tensors(made).payload())
        code_panel(ranks_code(), key="ranks_code")
    with st.container(border=True):
        st.subheader("Which dtype each library chooses", anchor=False)
        tables.defaults_table(defaults)
