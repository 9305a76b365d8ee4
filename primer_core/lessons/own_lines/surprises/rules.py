"""Every rule by which a line may surprise, and what they find in the steps of a program."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from primer_core.claims.claim import Claim
from primer_core.language.programs.functions import Happening
from primer_core.lessons.own_lines.apart import apart
from primer_core.lessons.own_lines.failing import statements_of
from primer_core.lessons.own_lines.surprises import (
    arrangements,
    arrays,
    calls,
    common,
    data,
    digits,
    draws,
    edges,
    equalities,
    forms,
    functions,
    gradients,
    insides,
    layers,
    losses,
    matrices,
    models,
    modes,
    numbers,
    objects,
    orders,
    passes,
    picks,
    places,
    prints,
    ranges,
    readings,
    results,
    rounds,
    shares,
    slopes,
    takes,
    tensors,
    ties,
    training,
)
from primer_core.lessons.own_lines.surprises.line import LOSSES, Line
from primer_core.lessons.own_lines.trace import Step, Trace

_Rule = Callable[[Line], Iterator[Claim]]

_RULES: tuple[_Rule, ...] = (
    *common.RULES,
    *calls.RULES,
    *numbers.RULES,
    *places.RULES,
    *objects.RULES,
    *ranges.RULES,
    *slopes.RULES,
    *training.RULES,
    *losses.RULES,
    *layers.RULES,
    *passes.RULES,
    *tensors.RULES,
    *ties.RULES,
    *models.RULES,
    *shares.RULES,
    *arrays.RULES,
    *arrangements.RULES,
    *equalities.RULES,
    *digits.RULES,
    *readings.RULES,
    *rounds.RULES,
    *results.RULES,
    *forms.RULES,
    *edges.RULES,
    *functions.RULES,
    *orders.RULES,
    *prints.RULES,
    *takes.RULES,
    *picks.RULES,
    *gradients.RULES,
    *data.RULES,
    *draws.RULES,
    *insides.RULES,
    *modes.RULES,
    *matrices.RULES,
)

_RULES_OF: Mapping[Happening, tuple[_Rule, ...]] = {
    "statement": _RULES,
    "loop": (*places.OF_LOOPS, *objects.OF_LOOPS, *passes.OF_LOOPS, *data.OF_LOOPS, *draws.OF_LOOPS),
}
"""By what happened in a step."""


def surprises_of(trace: Trace, steps: Sequence[Step]) -> dict[Step, tuple[Claim, ...]]:
    """Return what may surprise in steps of a program.

    Parameters
    ----------
    trace
        The program.
    steps
        Those that are asked for.
    """
    found: dict[Step, tuple[Claim, ...]] = {}
    before = _steps_before(trace) if len(trace.steps) == trace.taken else {}
    origins = () if trace.ledger is None else trace.ledger.origins
    losses = [each for each in origins if each.call is not None and each.call.entry.name in LOSSES]
    statements = statements_of(trace.source)
    left: dict[tuple[ast.stmt, Happening], Sequence[_Rule]] = {}
    for step in steps:
        moment = step.moment
        key = moment.node, moment.happening
        line = Line(trace, step, before.get(step), losses, statements)
        every, left[key] = _asked(left.get(key, _RULES_OF.get(moment.happening, ())), line)
        said = tuple(dict.fromkeys(every))
        if said:
            found[step] = said
    return found


def _asked(rules: Sequence[_Rule], line: Line) -> tuple[list[Claim], Sequence[_Rule]]:
    """Return what rules say of a line, and those that may say something of another run of it."""
    every: list[Claim] = []
    left: list[_Rule] = []
    try:
        for rule in rules:
            line.is_of_run = False
            every.extend(rule(line))
            if line.is_of_run:
                left.append(rule)
    except Exception:  # one of them broke: each is asked apart, so that all others are heard
        return [surprise for rule in rules for surprise in apart(partial(_said, rule, line), ())], rules
    return every, left


def _said(rule: _Rule, line: Line) -> tuple[Claim, ...]:
    return tuple(rule(line))


def _steps_before(trace: Trace) -> dict[Step, Step]:
    """Return the step before each in the same call of a function, or outside of all; none of the first there."""
    found: dict[Step, Step] = {}
    latest: dict[int, Step] = {}
    for step in trace.steps:
        depth = len(step.moment.functions)
        begins = step.moment.happening == "call"
        latest = {place: each for place, each in latest.items() if place < depth + (not begins)}
        if depth in latest:
            found[step] = latest[depth]
        latest[depth] = step
    return found
