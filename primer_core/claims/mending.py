"""What is said of a change of a program of PyTorch that takes its error away."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence


@dataclass(frozen=True, slots=True)
class KeepsGraph(Claim):
    """With ``retain_graph=True`` in the call before, this one finds what nodes have saved.

    Parameters
    ----------
    call
        Which call is to keep it, counted from 1.
    """

    call: int

    def sentence(self) -> Sentence:
        """Name the change and what it keeps."""
        return (
            "Keep what nodes have saved: ",
            Code("retain_graph=True"),
            f" in backward() number {self.call}. The gradients of both calls add up.",
        )


@dataclass(frozen=True, slots=True)
class Records(Claim):
    """Computed outside of ``no_grad()``, the program has a graph; its values stay."""

    def sentence(self) -> Sentence:
        """Name the change."""
        return ("Compute it outside of ", Code("no_grad()"), ": the values stay, and autograd records the way back.")


@dataclass(frozen=True, slots=True)
class NotDetached(Claim):
    """Without a call that detaches, a path leads back; the values stay.

    Parameters
    ----------
    cut
        The expression that detaches.
    inner
        What it detaches.
    """

    cut: str
    inner: str

    def sentence(self) -> Sentence:
        """Name the change."""
        return ("Do not detach: ", Code(self.inner), " in place of ", Code(self.cut), ". The values stay.")


@dataclass(frozen=True, slots=True)
class Requires(Claim):
    """With a leaf that requires a gradient there is a way back; the values stay.

    Parameters
    ----------
    name
        Of the leaf.
    """

    name: str

    def sentence(self) -> Sentence:
        """Name the leaf."""
        return ("Let ", Code(self.name), " require a gradient. Its numbers stay.")


@dataclass(frozen=True, slots=True)
class Reduced(Claim):
    """With a sum or a mean the output is one number.

    Parameters
    ----------
    name
        Of the output before.
    how
        ``sum`` or ``mean``.
    gives
        The number.
    """

    name: str
    how: str
    gives: float

    def sentence(self) -> Sentence:
        """Name the change and the number."""
        return ("Begin at one number: the ", f"{self.how} of ", Code(self.name), f", {self.gives:.4g}")


@dataclass(frozen=True, slots=True)
class LeftAsItIs(Claim):
    """Without a change in place, the node finds what it has saved.

    Parameters
    ----------
    statement
        That changes a tensor in place.
    """

    statement: str

    def sentence(self) -> Sentence:
        """Name what is left out."""
        return ("Leave the tensor as it was saved, without ", Code(self.statement))


@dataclass(frozen=True, slots=True)
class MakesNew(Claim):
    """With a new tensor in place of a changed one, the node finds what it has saved; the values stay.

    Parameters
    ----------
    statement
        That changes a tensor in place.
    instead
        That makes a new one.
    """

    statement: str
    instead: str

    def sentence(self) -> Sentence:
        """Name the change."""
        return ("Make a new tensor: ", Code(self.instead), " in place of ", Code(self.statement), ". The values stay.")


@dataclass(frozen=True, slots=True)
class CreatesGraph(Claim):
    """With ``create_graph=True`` a gradient has a graph of its own.

    Parameters
    ----------
    name
        Of the gradient.
    """

    name: str

    def sentence(self) -> Sentence:
        """Name the change."""
        return ("Record how ", Code(self.name), " is computed: ", Code("create_graph=True"))


@dataclass(frozen=True, slots=True)
class ZeroInstead(Claim):
    """With ``materialize_grads=True`` the gradient by what an output does not depend on is 0."""

    def sentence(self) -> Sentence:
        """Name the change."""
        return ("Take 0 for a gradient that has no path: ", Code("materialize_grads=True"))


@dataclass(frozen=True, slots=True)
class Unbracketed(Claim):
    """With one number as its target, one example has a loss that can go back.

    Parameters
    ----------
    target
        As code.
    number
        Its only number.
    """

    target: str
    number: int

    def sentence(self) -> Sentence:
        """Name the change."""
        return (f"Write the target as one number: {self.number} in place of ", Code(self.target))
