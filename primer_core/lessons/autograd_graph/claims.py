"""What is said of a program that PyTorch ran: all claims of its page."""

from __future__ import annotations

from primer_core.claims.claim import Claim
from primer_core.claims.going_back import Filled, GradNotFinite
from primer_core.lessons.autograd_graph.explain import Failed, Outcome
from primer_core.lessons.autograd_graph.graph import Finished, GraphTrace, Refusal, Refused
from primer_core.lessons.autograd_graph.noted import of_steps
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.outcome import Unread


def claims_of(_: GraphQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread() | Failed():
            return ()
        case Refused(refusal=refusal):
            said: tuple[Claim, ...] = (*refusal.causes, *offered(refusal))
        case Finished():
            said = (filled(outcome), *outcome.insights)
            said += (GradNotFinite(outcome.not_finite),) if outcome.not_finite else ()
    return (*said, *of_names(outcome), *of_differences(outcome), *of_steps(outcome))


def filled(trace: GraphTrace) -> Filled:
    """Say which names have a gradient."""
    return Filled(tuple(named.name for named in trace.names if named.grad is not None))


def offered(refusal: Refusal) -> tuple[Claim, ...]:
    """List what would take an error away."""
    return tuple(mend.claim for mend in refusal.mends)


def of_names(trace: GraphTrace) -> tuple[Claim, ...]:
    """Say why each ``.grad`` is None that is."""
    return tuple(named.why_none for named in trace.names if named.why_none is not None)


def of_differences(trace: GraphTrace) -> tuple[Claim, ...]:
    """Say why gradients differ from differences, and how those were taken."""
    return tuple(claim for check in trace.checks for claim in check.notes)
