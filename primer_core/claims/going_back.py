"""What is said of the way back through a graph: which gradients came, how they came about, and what stopped them."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, axis_text, times_text
from primer_core.claims.numbers import numbers_text
from primer_core.claims.recording import codes

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Filled(Claim):
    """Which names have a gradient.

    Parameters
    ----------
    names
        Those, and no others, whose ``.grad`` is not None.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """List them."""
        if not self.names:
            return ("No name has a gradient.",)
        have = "has" if len(self.names) == 1 else "have"
        return (*codes(self.names), f" {have} a gradient.")


@dataclass(frozen=True, slots=True)
class GradNotFinite(Claim):
    """Gradients hold nan or infinity.

    Parameters
    ----------
    names
        Of the tensors whose ``.grad`` they are.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{', '.join(f'{name}.grad' for name in self.names)}: not finite",)


@dataclass(frozen=True, slots=True)
class AddedUp(Claim):
    """Several calls of ``backward()`` added to the same gradient.

    Parameters
    ----------
    name
        Of the leaf.
    after
        Its ``.grad`` after each call.
    """

    name: str
    after: tuple[Values, ...]

    def sentence(self) -> Sentence:
        """Give the gradient after each call."""
        grown = ", then ".join(map(numbers_text, self.after))
        return (
            Code(f"{self.name}.grad"),
            f" was {grown}: each backward() adds to it, and none replaces what is there.",
        )


@dataclass(frozen=True, slots=True)
class PathsMeet(Claim):
    """Several paths lead from the output to a leaf.

    Parameters
    ----------
    name
        Of the leaf.
    uses
        How often it was used on the way to the output.
    """

    name: str
    uses: int

    def sentence(self) -> Sentence:
        """Say what becomes of their gradients."""
        return (
            Code(self.name),
            f" was used {times_text(self.uses)} on the way: {self.uses} gradients come back to it, and ",
            Code(f"{self.name}.grad"),
            " is their sum.",
        )


@dataclass(frozen=True, slots=True)
class StretchedBack(Claim):
    """An operand was stretched going forward, and its gradient is summed going back.

    Parameters
    ----------
    expression
        The operation, as code.
    name, shape
        Of the operand.
    axes
        Of the result: those that are summed over.
    """

    expression: str
    name: str
    shape: Shape
    axes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say over which axes."""
        return (
            Code(self.expression),
            " stretches ",
            Code(self.name),
            f": the gradient that comes back is summed over {axis_text(*self.axes)}, to the shape {self.shape}.",
        )


@dataclass(frozen=True, slots=True)
class FlatThere(Claim):
    """An operation does not move with some of the numbers that it is given, so that nothing comes back to them.

    Parameters
    ----------
    expression
        The operation, as code.
    values
        Those numbers, in their order.
    size
        How many numbers it is given.
    """

    expression: str
    values: Values
    size: int

    def sentence(self) -> Sentence:
        """List the numbers, and say what comes back."""
        count = len(self.values)
        share = "all it is given" if count == self.size else f"{count} of the {self.size} numbers it is given"
        return (
            Code(self.expression),
            f" is flat at {numbers_text(self.values)}: to {share} it hands back 0, whatever comes to it.",
        )


@dataclass(frozen=True, slots=True)
class Weighed(Claim):
    """``backward()`` began at several numbers, with a weight for each.

    Parameters
    ----------
    output, weights
        Its name, and what backward was given for each of its numbers.
    name
        Of a leaf.
    """

    output: str
    weights: Values
    name: str

    def sentence(self) -> Sentence:
        """Say what the gradient is then."""
        return (
            Code(f"{self.name}.grad"),
            " is a weighted sum of the gradients by each number of ",
            Code(self.output),
            f"; the weights are {numbers_text(self.weights)}.",
        )


@dataclass(frozen=True, slots=True)
class Detached(Claim):
    """Values go on through what was detached, and gradients do not come back.

    Parameters
    ----------
    cuts
        The expressions that detach.
    name
        Of a leaf.
    cut, uncut
        Its gradient, and what it would be if nothing was detached; None for none.
    """

    cuts: tuple[str, ...]
    name: str
    cut: Values | None
    uncut: Values | None

    def sentence(self) -> Sentence:
        """Give both gradients."""
        now, other = ("None" if each is None else numbers_text(each) for each in (self.cut, self.uncut))
        return (
            *codes(self.cuts),
            f" {'passes its' if len(self.cuts) == 1 else 'pass their'} value on, and no gradient back: ",
            Code(f"{self.name}.grad"),
            f" is {now}. Without the cut it would be {other}.",
        )


@dataclass(frozen=True, slots=True)
class NothingSaved(Claim):
    """A second ``backward()`` runs, because no node had saved a tensor that the first could free.

    Parameters
    ----------
    output
        The name that backward begins at.
    """

    output: str

    def sentence(self) -> Sentence:
        """Say why the second call runs."""
        return (
            "The second backward() runs without retain_graph=True: no node behind ",
            Code(self.output),
            " had saved a tensor that the first call could free.",
        )


@dataclass(frozen=True, slots=True)
class KeptForSecond(Claim):
    """A second ``backward()`` runs, because the first kept what nodes had saved.

    Parameters
    ----------
    nodes
        The nodes that have saved tensors, in the engine.
    """

    nodes: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name the nodes."""
        return (
            f"retain_graph=True in the first call kept what {', '.join(self.nodes)} had saved: the second call needs "
            "it.",
        )


@dataclass(frozen=True, slots=True)
class BecameNotFinite(Claim):
    """Going back, a node was given finite numbers, and handed on some that are not.

    Parameters
    ----------
    node
        In the engine; the first that did so.
    name
        Of a leaf whose gradient is not finite.
    nan
        Whether it holds nan; else it holds infinity alone.
    zero
        Whether a 0 was among the numbers that the node was given.
    later
        The first node that handed on nan and was given none, where it was given infinity; else empty.
    """

    node: str
    name: str
    nan: bool
    zero: bool
    later: str = ""

    def sentence(self) -> Sentence:
        """Name the node, and the one that makes nan of its infinity."""
        if self.later:
            why = (
                f". {self.later} is given infinity and hands on nan: 0 times infinity is nan, and so is infinity less "
                "infinity"
            )
        else:
            why = ", and 0 times infinity is nan" if self.nan and self.zero else ""
        return (
            Code(f"{self.name}.grad"),
            f" holds {'nan' if self.nan else 'infinity'}. On the way back {self.node} is the first that is given "
            f"finite numbers and hands on others: its slope is not finite here{why}.",
        )


@dataclass(frozen=True, slots=True)
class NoNumberForward(Claim):
    """Going forward, an operation was given finite numbers, and its result holds nan or infinity.

    Parameters
    ----------
    code
        The operation; the first that did so.
    nan
        Whether the result holds nan; else it holds infinity alone.
    """

    code: str
    nan: bool

    def sentence(self) -> Sentence:
        """Name the operation."""
        return (
            "On the way forward ",
            Code(self.code),
            f" is the first that is given finite numbers and has another result: it holds "
            f"{'nan' if self.nan else 'infinity'}, before anything goes back.",
        )


@dataclass(frozen=True, slots=True)
class FreedBefore(Claim):
    """A call of ``backward()`` needs tensors that an earlier one has freed.

    Parameters
    ----------
    node
        In the engine, whose saved tensors are gone.
    by, call
        Which call freed them, and which is refused, counted from 1.
    """

    node: str
    by: int
    call: int

    def sentence(self) -> Sentence:
        """Name the node and the calls."""
        return (
            f"backward() number {self.by} freed the tensors that {self.node} had saved, and backward() number "
            f"{self.call} needs them.",
        )


@dataclass(frozen=True, slots=True)
class NotOneNumber(Claim):
    """``backward()`` was to begin at a tensor that is not one number.

    Parameters
    ----------
    name, shape
        Of the tensor.
    """

    name: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say what it begins at."""
        return (
            Code(self.name),
            f" has the shape {self.shape}, and backward() begins at one number, unless it is given a weight for each.",
        )
