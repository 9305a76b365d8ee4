"""What is said of what autograd records, and why the ``.grad`` of a tensor is None."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Span


def codes(texts: tuple[str, ...]) -> Sentence:
    """List pieces of code: ``a``, ``a and b``, ``a, b and c``."""
    spans: list[Span] = []
    for place, text in enumerate(texts):
        if place:
            spans.append(" and " if place == len(texts) - 1 else ", ")
        spans.append(Code(text))
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class CutOff(Claim):
    """A tensor has no way back to a leaf, because tensors that it was computed from were detached.

    Parameters
    ----------
    name
        Of the tensor.
    cuts
        The expressions that detach, all of them together.
    """

    name: str
    cuts: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name what was cut, and what of it."""
        path = "the only path" if len(self.cuts) == 1 else "every path"
        return (Code(self.name), " does not require a gradient: ", *codes(self.cuts), f" cut {path} back to a leaf.")


@dataclass(frozen=True, slots=True)
class MadeAsData(Claim):
    """A tensor was written down, and not as one that requires a gradient.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say what it is."""
        return (Code(self.name), " is a leaf that was made as data: its requires_grad is False.")


@dataclass(frozen=True, slots=True)
class OnlyFromData(Claim):
    """A tensor was computed from tensors of which none requires a gradient.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.name), " does not require a gradient: nothing that it was computed from does.")


@dataclass(frozen=True, slots=True)
class HoldsNoFloats(Claim):
    """A tensor holds numbers that cannot have a gradient.

    Parameters
    ----------
    name, dtype
        Of the tensor.
    """

    name: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what can have one."""
        return (Code(self.name), f" holds {self.dtype}: only floats and complex numbers can have a gradient.")


@dataclass(frozen=True, slots=True)
class PassesNoFloats(Claim):
    """A tensor has no way back to a leaf, because on the way there are numbers that cannot have a gradient.

    Parameters
    ----------
    name
        Of the tensor.
    code, dtype
        The operation that gives such numbers of some that have a gradient, and their dtype.
    """

    name: str
    code: str
    dtype: str

    def sentence(self) -> Sentence:
        """Name the operation and the dtype."""
        return (
            Code(self.name),
            " does not require a gradient: ",
            Code(self.code),
            f" gives {self.dtype}, and only floats and complex numbers can have a gradient. Such a result stays or "
            "jumps: it has no slope.",
        )


@dataclass(frozen=True, slots=True)
class WritesNoFloats(Claim):
    """Numbers that were written down are whole, and their tensor cannot have a gradient.

    Parameters
    ----------
    code, dtype
        The tensor of these numbers, and what it holds.
    instead
        The same numbers as floats.
    """

    code: str
    dtype: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what it holds, and how floats are written."""
        return (
            Code(self.code),
            f" holds {self.dtype}, and only floats and complex numbers can have a gradient. Write ",
            Code(self.instead),
            ".",
        )


@dataclass(frozen=True, slots=True)
class UnderNoGrad(Claim):
    """A tensor was computed under ``no_grad()``, from something that requires a gradient.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say what that means for the way back."""
        return (
            Code(self.name),
            " was computed under no_grad(): autograd recorded nothing, so there is no way back from it.",
        )


@dataclass(frozen=True, slots=True)
class PlainGradient(Claim):
    """A tensor is a gradient, returned without a graph of its own, which ``create_graph=True`` would have made.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say what it is and what would record it."""
        return (
            Code(self.name),
            " is a gradient, and numbers alone: how it was computed was not recorded. ",
            Code("create_graph=True"),
            " records it.",
        )


@dataclass(frozen=True, slots=True)
class ConstantSlope(Claim):
    """A gradient was recorded, and depends on no leaf.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say why there is no path, and what its derivative is."""
        return (
            "The way back was recorded, but nothing in it leads from ",
            Code(self.name),
            " to a leaf: this slope is a constant. Its own derivative is 0, and autograd has no path to say so.",
        )


@dataclass(frozen=True, slots=True)
class HasGraph(Claim):
    """A gradient has a graph of its own, because ``create_graph=True`` was asked for.

    Parameters
    ----------
    name
        Of the gradient.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say what that is good for."""
        return (
            "create_graph=True recorded how ",
            Code(self.name),
            " was computed: there is a way back from it, too, to a second derivative.",
        )


@dataclass(frozen=True, slots=True)
class NotALeaf(Claim):
    """A tensor was computed, and keeps no gradient.

    Parameters
    ----------
    name
        Of the tensor.
    node
        Its node in the engine.
    """

    name: str
    node: str

    def sentence(self) -> Sentence:
        """Say where its gradient goes."""
        return (Code(self.name), f" is not a leaf: {self.node} hands its gradient on, and .grad stays None.")


@dataclass(frozen=True, slots=True)
class NotCalled(Claim):
    """``backward()`` was never called.

    Parameters
    ----------
    name
        Of a tensor that could have got a gradient.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(f"{self.name}.grad"), " is None: backward() was not called.")


@dataclass(frozen=True, slots=True)
class WasCleared(Claim):
    """A tensor had a gradient, which was taken away.

    Parameters
    ----------
    name
        Of the tensor.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say by what."""
        return (f"{self.name} had a gradient; ", Code(f"{self.name}.grad = None"), " took it away.")


@dataclass(frozen=True, slots=True)
class StoppedBefore(Claim):
    """``backward()`` was stopped by an error before it came to a leaf that it leads to.

    Parameters
    ----------
    name
        Of the leaf.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("backward() stopped before it came to ", Code(self.name), ".")


@dataclass(frozen=True, slots=True)
class NoPath(Claim):
    """No path that autograd follows leads from an output to a tensor.

    Parameters
    ----------
    output, name
        Of the output, and of the tensor.
    """

    output: str
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.output), " does not depend on ", Code(self.name), " along a path that autograd follows.")
