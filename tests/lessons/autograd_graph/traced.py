"""Traces of programs that follow the language's rules, for tests."""

from primer_core.lessons.autograd_graph.explain import trace as outcome_of
from primer_core.lessons.autograd_graph.graph import (
    Finished,
    GraphTrace,
    InPlaceEdit,
    Refusal,
    Refused,
    Switches,
    TensorValue,
)


def trace(text: str, switches: Switches | None = None) -> Finished | Refused:
    """Trace a text that is a program."""
    outcome = outcome_of(text, switches)
    assert isinstance(outcome, Finished | Refused), outcome
    return outcome


def refusal(trace: GraphTrace) -> Refusal:
    """Return what stopped a program that was stopped."""
    assert isinstance(trace, Refused)
    return trace.refusal


def repaired_program(trace: GraphTrace) -> str:
    """Return the text that the repair of a stopped program puts in its place."""
    text = dict(refusal(trace).mends[0].repair)["program"]
    assert isinstance(text, str)
    return text


def in_place_edit(trace: GraphTrace) -> InPlaceEdit:
    """Return the edit in place of a program that has one."""
    (edit,) = trace.edits
    return edit


def gradient(trace: GraphTrace, name: str) -> TensorValue:
    """Return the ``.grad`` of a named tensor that has one."""
    grad = {named.name: named.grad for named in trace.names}[name]
    assert grad is not None, name
    return grad
