"""What is said of each step on the way through a graph and back: what is noted, kept, changed, handed on and freed."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Sentence, Shape

Kept = tuple[str, tuple[str, ...]]
"""What the engine calls a node, and the names of tensors that it has saved: ``("MulBackward0", ("_saved_self",))``."""


@dataclass(frozen=True, slots=True)
class LeavesWritten(Claim):
    """So many leaves require a gradient as a program begins.

    Parameters
    ----------
    count
        How many.
    """

    count: int

    def sentence(self) -> Sentence:
        """Count them."""
        if not self.count:
            return ("No leaf requires a gradient.",)
        return ("One leaf requires a gradient." if self.count == 1 else f"{self.count} leaves require a gradient.",)


@dataclass(frozen=True, slots=True)
class Noted(Claim):
    """One operation of a program was recorded, in one node or several.

    Parameters
    ----------
    nodes
        In the order in which they were made, each with the tensors that it has saved.
    """

    nodes: tuple[Kept, ...]

    def sentence(self) -> Sentence:
        """Name the nodes, and what each keeps."""
        told = [
            name + (f", which keeps {', '.join(saved)} for its backward" if saved else "") for name, saved in self.nodes
        ]
        return (f"autograd notes {', and '.join(told)}.",)


@dataclass(frozen=True, slots=True)
class NotNoted(Claim):
    """The result of an operation has no node.

    Parameters
    ----------
    shape
        Of the result.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say what is missing."""
        return (f"autograd notes nothing: the result, of shape {self.shape}, has no grad_fn.",)


@dataclass(frozen=True, slots=True)
class NumbersAlone(Claim):
    """A gradient that backward computed has no node.

    Parameters
    ----------
    shape
        Of the gradient.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say what is missing."""
        return (f"Numbers alone, of shape {self.shape}: they have no graph of their own.",)


@dataclass(frozen=True, slots=True)
class SavedAtOldVersion(Claim):
    """A change in place made saved tensors unreadable.

    Parameters
    ----------
    nodes
        Each with those of its saved tensors that can no longer be read.
    """

    nodes: tuple[Kept, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        return (f"Saved at the old version: {_with_saved(self.nodes)}.",)


@dataclass(frozen=True, slots=True)
class ChangedUnnoticed(Claim):
    """A change gave saved tensors other numbers, and their versions do not tell.

    Parameters
    ----------
    nodes
        Each with those of its saved tensors that have other numbers now.
    """

    nodes: tuple[Kept, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        has = "has" if sum(len(saved) for _, saved in self.nodes) == 1 else "have"
        return (f"Autograd is not told: {_with_saved(self.nodes)} {has} other numbers now, and no version says so.",)


def _with_saved(nodes: tuple[Kept, ...]) -> str:
    return ", ".join(f"{name} ({', '.join(saved)})" for name, saved in nodes)


@dataclass(frozen=True, slots=True)
class VersionGoes(Claim):
    """The version of a tensor before and after a change in place.

    Parameters
    ----------
    name
        Of the tensor.
    before, after
        Its ``_version``.
    """

    name: str
    before: int
    after: int

    def sentence(self) -> Sentence:
        """Name both."""
        if self.before == self.after:
            return (f"{self.name}._version stays at {self.after}.",)
        return (f"{self.name}._version goes from {self.before} to {self.after}.",)


@dataclass(frozen=True, slots=True)
class NoNodeSaved(Claim):
    """A tensor was changed in place, and no node had saved it.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so, and what follows."""
        return (f"No node had saved {self.name}, so backward will not mind.",)


@dataclass(frozen=True, slots=True)
class GradSet(Claim):
    """A program set the ``.grad`` of leaves itself.

    Parameters
    ----------
    names
        Of the leaves.
    cleared
        Whether it is None since then; other numbers else.
    """

    names: tuple[str, ...]
    cleared: bool

    def sentence(self) -> Sentence:
        """Say what they are now."""
        now = "None again" if self.cleared else "other numbers now"
        told = [f"{name}.grad {'is' if self.cleared else 'has'} {now}" for name in self.names]
        return (f"{', '.join(told)}.",)


@dataclass(frozen=True, slots=True)
class BeginsWithOne(Claim):
    """Backward begins with the number 1.

    Parameters
    ----------
    node
        In the engine, where it begins.
    """

    node: str

    def sentence(self) -> Sentence:
        """Say where, and what the 1 is."""
        return (f"Backward starts here, at {self.node}, with g = 1: the gradient of the output by itself.",)


@dataclass(frozen=True, slots=True)
class BeginsWithWeights(Claim):
    """Backward begins with the numbers that it was given.

    Parameters
    ----------
    node
        In the engine, where it begins.
    call
        The call, as code.
    """

    node: str
    call: str

    def sentence(self) -> Sentence:
        """Say where, and what comes back for it."""
        return (
            f"Backward starts here, at {self.node}, with the g that {self.call} was given: what comes back is g times "
            "the Jacobian.",
        )


@dataclass(frozen=True, slots=True)
class Frees(Claim):
    """A node gave up what it had saved, once backward had run it.

    Parameters
    ----------
    node
        In the engine.
    saved
        The names of the tensors.
    """

    node: str
    saved: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        return (f"Done, it frees {', '.join(self.saved)}.",)


@dataclass(frozen=True, slots=True)
class PathsInto(Claim):
    """Gradients come to a node along several paths.

    Parameters
    ----------
    node
        In the engine.
    count
        How many, 2 or more.
    output
        Of the node, by which they are gradients; None where it has one alone.
    """

    node: str
    count: int
    output: int | None

    def sentence(self) -> Sentence:
        """Count them, and say what becomes of them."""
        of = "" if self.output is None else f", by output {self.output}"
        return (f"{self.count} paths meet here{of}: the sum over paths",)


@dataclass(frozen=True, slots=True)
class AddsToGrad(Claim):
    """The engine's node of a leaf adds to its ``.grad``.

    Parameters
    ----------
    name
        Of the leaf; empty where no name means it in the end.
    """

    name: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        leaf = f"{self.name}.grad" if self.name else ".grad of a leaf without a name"
        return (f"AccumulateGrad adds g to {leaf}",)


@dataclass(frozen=True, slots=True)
class SummedToOperand(Claim):
    """A gradient is summed back to the shape of an operand that was broadcast.

    Parameters
    ----------
    operand
        As code.
    shape
        Of the operand.
    node
        Of the operation, in the engine.
    """

    operand: str
    shape: Shape
    node: str

    def sentence(self) -> Sentence:
        """Name the operand and its shape."""
        return (f"{self.operand} was broadcast, so its gradient is summed back to {self.shape}",)
