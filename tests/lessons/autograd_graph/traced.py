"""Traces of programs that follow the language's rules, for tests."""

from primer_core.lessons.autograd_graph.explain import trace as outcome_of
from primer_core.lessons.autograd_graph.graph import Finished, GraphTrace, Refusal, Refused, Switches


def trace(text: str, switches: Switches | None = None) -> Finished | Refused:
    """Trace a text that is a program."""
    outcome = outcome_of(text, switches)
    assert isinstance(outcome, Finished | Refused), outcome
    return outcome


def refusal(trace: GraphTrace) -> Refusal:
    """Return what stopped a program that was stopped."""
    assert isinstance(trace, Refused)
    return trace.refusal
