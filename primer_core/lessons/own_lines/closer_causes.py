"""Why a program fails, where its operands tell more than the message does, or something else than that seems to say."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from primer_core.claims.claim import Code, Sentence
from primer_core.error_messages import Recognised
from primer_core.error_messages.cause import Cause, Mistake
from primer_core.lessons.own_lines.failing import Failing, Operand


@dataclass(frozen=True, slots=True)
class SourceAxes(Cause):
    """What is to be scattered has another number of axes than the index.

    Parameters
    ----------
    index, source
        int, axes of each.
    """

    index: int
    source: int

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "Each place of the index takes the number at the same place of what is scattered, so that both need as "
            f"many axes: the index has {self.index}, and what is scattered {self.source}.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return none: the program is shown itself."""
        return ()


@dataclass(frozen=True, slots=True)
class ParameterOfResult(Cause):
    """A parameter of a model is to be replaced by what was computed of other parameters.

    Parameters
    ----------
    code
        What it was computed by.
    """

    code: str

    def sentence(self) -> Sentence:
        """Say what does not follow, and what would."""
        return (
            "A parameter of a model can only be replaced by another parameter, so that it stays one. ",
            Code(self.code),
            " is a result. As a parameter of its own it would keep its gradient to itself; computed anew in each "
            "call, in ",
            Code("forward"),
            ", it hands the gradient on to what it was computed of.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Return none: the program is shown itself."""
        return ()


def closer(known: Recognised, failing: Failing) -> Recognised:
    """Return the cause of a message as the operands tell it; the one that was known where they tell no more."""
    cause: Cause | None = None
    if known.kind in _OF_AXES:
        cause = _scattered(failing)
    elif known.kind == "parameter_type":
        cause = _of_result(failing)
    return known if cause is None else replace(known, cause=cause)


_OF_AXES = ("axis_torch", "axis", "gather_axes_torch")
_SCATTERS = ("scatter", "scatter_", "scatter_add", "scatter_add_")


def scattered(failing: Failing) -> tuple[Operand, Operand] | None:
    """Return the index of a call that scatters, and what that scatters; None where they are not known."""
    match failing.node:
        case ast.Call(ast.Attribute(holder, name)) if name in _SCATTERS:
            arrays = [each for each in failing.operands if each.shape is not None and each.text != ast.unparse(holder)]
            of_torch = ast.unparse(holder) == "torch"
            if len(arrays) == (3 if of_torch else 2):
                return arrays[-2], arrays[-1]
    return None


def _scattered(failing: Failing) -> SourceAxes | None:
    found = scattered(failing)
    if found is None:
        return None
    index, source = (len(each.shape or ()) for each in found)
    return None if index == source else SourceAxes(index, source)


def _of_result(failing: Failing) -> ParameterOfResult | None:
    match failing.statement:
        case ast.Assign([ast.Attribute()]):
            results = [each for each in failing.operands if each.shape is not None and not each.leaf]
            return ParameterOfResult(results[-1].text) if results else None
    return None
