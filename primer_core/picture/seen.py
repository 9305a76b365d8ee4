"""Parts as a learner left them in the browser: the step that a graph was played to, the number that was pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from primer_core.picture.derivation import Derivation, drawn
from primer_core.picture.graph import Graph
from primer_core.picture.parts import Drawable
from primer_core.picture.probability_bars import ProbabilityBars


def as_seen(part: Drawable, at: Sequence[int]) -> Drawable:
    """Return a part as it stands at a place.

    Parameters
    ----------
    part
        A part at rest.
    at
        (step,) of a graph, (step, row, column) of a derivation, (table, row, cell) of probabilities; empty for at
        rest, as all other parts are.

    Raises
    ------
    ValueError
        If the part has no such place.
    """
    if not at:
        return part
    match part, tuple(at):
        case Graph(), (int() as step,) if 0 <= step < len(part.steps):
            return replace(part, steps=part.steps[: step + 1])
        case Derivation(), (int() as step, int() as row, int() as column) if 0 <= step < len(part.steps):
            matrix = part.by_symbol[part.steps[step].symbol]
            if row in drawn(matrix.rows) and column in drawn(matrix.columns):
                return replace(part, start=step, cell=(row, column))
        case ProbabilityBars(), (int() as table, int() as row, int() as cell) if min(table, row, cell) >= 0:
            try:
                part.tables[table].rows[row].cells[cell]
            except IndexError:
                pass
            else:
                return replace(part, focus=(table, row, cell))
    raise ValueError(f"Expected a place that the part has, not {list(at)}.")
