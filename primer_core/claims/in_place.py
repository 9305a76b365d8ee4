"""What is said of tensors that are changed in place: who else sees it, and what autograd makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence
from primer_core.claims.recording import codes


@dataclass(frozen=True, slots=True)
class WroteThrough(Claim):
    """A change in place reached other names, which stand for the same memory.

    Parameters
    ----------
    statement
        That changes a tensor in place.
    name
        Of that tensor.
    others
        Names of the tensors whose numbers changed with it.
    """

    statement: str
    name: str
    others: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name those that see it."""
        return (
            Code(self.statement),
            " writes into memory that ",
            Code(self.name),
            " shares with ",
            *codes(self.others),
            f": {'its' if len(self.others) == 1 else 'their'} numbers change, too.",
        )


@dataclass(frozen=True, slots=True)
class RecordedInPlace(Claim):
    """A change in place went into the graph, as a node of its own.

    Parameters
    ----------
    statement, name
        The change, and the name of the tensor.
    node
        In the engine.
    """

    statement: str
    name: str
    node: str

    def sentence(self) -> Sentence:
        """Name the node."""
        return (Code(self.statement), " is recorded: from then on ", Code(self.name), f" comes from {self.node}.")


@dataclass(frozen=True, slots=True)
class StaysALeaf(Claim):
    """A leaf was changed in place without autograd recording it.

    Parameters
    ----------
    statement, name
        The change, and the name of the leaf.
    """

    statement: str
    name: str

    def sentence(self) -> Sentence:
        """Say what stays."""
        return (
            Code(self.statement),
            " is not recorded: ",
            Code(self.name),
            " stays the leaf it was, with other numbers.",
        )


@dataclass(frozen=True, slots=True)
class Unnoticed(Claim):
    """A change through ``.data`` reached what a node had saved, and nothing tells the node.

    Parameters
    ----------
    statement
        The change.
    node
        In the engine.
    """

    statement: str
    node: str

    def sentence(self) -> Sentence:
        """Say what comes of it, and what would tell."""
        return (
            Code(self.statement),
            f" changes what {self.node} had saved, and .data hides it from autograd: the slope is computed from other "
            "numbers, without an error. Through .detach() PyTorch would refuse.",
        )


@dataclass(frozen=True, slots=True)
class SavedThenChanged(Claim):
    """A tensor was changed in place after a node had saved it for its backward.

    Parameters
    ----------
    node
        In the engine.
    statement
        That changed it.
    """

    node: str
    statement: str

    def sentence(self) -> Sentence:
        """Say how PyTorch notices."""
        return (
            f"{self.node} saved a tensor for its backward, and ",
            Code(self.statement),
            " has changed it since: its _version is not the one that was saved.",
        )


@dataclass(frozen=True, slots=True)
class LeafChanged(Claim):
    """A leaf that requires a gradient was to be changed in place while autograd records.

    Parameters
    ----------
    name
        Of the leaf.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say where that is allowed."""
        return (
            Code(self.name),
            " is a leaf that requires a gradient: while autograd records, it cannot be changed in place. Under ",
            Code("with torch.no_grad():"),
            " it can, as an optimiser does.",
        )
