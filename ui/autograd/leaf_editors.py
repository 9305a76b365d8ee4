"""A slider for every number that a program writes down, and a field for every vector and matrix."""

import streamlit as st

from primer_core.language.program import Number, Program, ProgramError, Statement, parse, parse_literal, with_value

_RANGES = (5.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0)
_MOST = 8


def leaf_editors(program: Program, *, key: str) -> None:
    """Draw the editors; what they change is the program's text.

    Parameters
    ----------
    key
        Under which the session holds the program's text.
    """
    # A slider is readable in half the width; a matrix is not.
    numbers_only = all(isinstance(leaf.expression, Number) for leaf in program.leaves)
    columns = st.columns(2 if numbers_only else 1, gap="medium")
    for place, leaf in enumerate(program.leaves[:_MOST]):
        with columns[place % len(columns)]:
            if isinstance(leaf.expression, Number):
                _slider(leaf, float(leaf.expression.value), key)
            else:
                _field(leaf, key)


def _label(leaf: Statement) -> str:
    return f"{leaf.name} · {'requires a gradient' if leaf.kind == 'param' else 'data'}"


def _slider(leaf: Statement, value: float, key: str) -> None:
    widget = f"leaf_{leaf.name}"
    reach = next(limit for limit in _RANGES if abs(value) <= limit)
    st.session_state[widget] = value

    def moved() -> None:
        _write(key, leaf.name, f"{st.session_state[widget]:.6g}")

    st.slider(_label(leaf), -reach, reach, step=reach / 100, format="%.4g", key=widget, on_change=moved)


def _field(leaf: Statement, key: str) -> None:
    widget, complaint = f"leaf_{leaf.name}", f"leaf_error_{leaf.name}"
    refused = st.session_state.pop(complaint, None)
    if refused is None:
        st.session_state[widget] = leaf.expression.text

    def edited() -> None:
        literal = parse_literal(st.session_state[widget])
        if isinstance(literal, ProgramError):
            st.session_state[complaint] = literal.message
        else:
            _write(key, leaf.name, literal.text)

    st.text_input(_label(leaf), key=widget, on_change=edited)
    if refused is not None:
        st.caption(f":red[{refused}]")


def _write(key: str, name: str, literal: str) -> None:
    program = parse(st.session_state[key])
    if isinstance(program, Program) and any(leaf.name == name for leaf in program.leaves):
        st.session_state[key] = with_value(program, name, literal)
