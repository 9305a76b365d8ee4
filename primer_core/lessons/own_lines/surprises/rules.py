"""Every rule by which a line may surprise, and what they find in the steps of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from primer_core.claims.claim import Claim
from primer_core.lessons.own_lines.failing import statements_of
from primer_core.lessons.own_lines.surprises import (
    arrays,
    calls,
    common,
    digits,
    edges,
    equalities,
    forms,
    functions,
    layers,
    losses,
    models,
    numbers,
    objects,
    orders,
    passes,
    places,
    prints,
    ranges,
    readings,
    results,
    rounds,
    shares,
    slopes,
    tensors,
    training,
)
from primer_core.lessons.own_lines.surprises.line import LOSSES, Line
from primer_core.lessons.own_lines.trace import Step, Trace

_RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
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
    *models.RULES,
    *shares.RULES,
    *arrays.RULES,
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
)

_RULES_OF: Mapping[str, tuple[Callable[[Line], Iterator[Claim]], ...]] = {
    "statement": _RULES, "loop": (*places.OF_LOOPS, *passes.OF_LOOPS),
}  # fmt: skip
"""By what happened in a step."""


def surprises_of(trace: Trace, steps: Sequence[Step]) -> dict[Step, tuple[Claim, ...]]:
    """Return what may surprise in steps of a program.

    Parameters
    ----------
    trace
        The program.
    steps
        Those that are asked for. What functions do is not looked into.
    """
    found: dict[Step, tuple[Claim, ...]] = {}
    place_of = {step: place for place, step in enumerate(trace.steps)}
    whole = len(trace.steps) == trace.taken
    origins = () if trace.ledger is None else trace.ledger.origins
    losses = [each for each in origins if each.call is not None and each.call.entry.name in LOSSES]
    statements = statements_of(trace.source)
    for step in steps:
        rules = _RULES_OF.get(step.moment.happening, ())
        if step.moment.functions or not rules:
            continue
        before = trace.steps[place_of[step] - 1] if whole and place_of[step] else None
        line = Line(trace, step, before, losses, statements)
        said = tuple(dict.fromkeys(surprise for rule in rules for surprise in rule(line)))
        if said:
            found[step] = said
    return found
