"""What is said of a view of another shape that was asked for: whether it is given, and which axes decide."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape, Strong, counted, listed, signed


@dataclass(frozen=True, slots=True)
class ViewGiven(Claim):
    """A view of another shape is given.

    Parameters
    ----------
    code
        What asked for it.
    shape
        Of the view.
    """

    code: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"the view in shape {self.shape} is given",)


@dataclass(frozen=True, slots=True)
class ViewRefused(Claim):
    """A view of another shape is refused.

    Parameters
    ----------
    code
        What asked for it.
    shape
        The one that was asked for; one size may be -1.
    """

    code: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"the view in shape {signed(str(self.shape))} is refused",)


@dataclass(frozen=True, slots=True)
class PairsFit(Claim):
    """A view is given, and the pairs of axes that it joins fit.

    Parameters
    ----------
    code
        What asked for it.
    pairs
        The axes of each pair that it joins.
    """

    code: str
    pairs: tuple[tuple[int, int], ...]

    def sentence(self) -> Sentence:
        """Name the pairs."""
        joined = [f"axes {left} and {right}" for left, right in self.pairs]
        fit = "each pair fits" if len(joined) > 1 else "they fit"
        why = f"It joins {listed(joined)}, and {fit}." if joined else "It joins no axes."
        return (Code(self.code), " is ", Strong("given"), f": nothing is copied. {why}")


@dataclass(frozen=True, slots=True)
class PairUnequal(Claim):
    """A view is refused, since it joins two axes of which strides do not fit.

    Parameters
    ----------
    code
        What asked for it.
    axes
        The two.
    stride
        Of the first, in elements.
    size, next_stride
        Of the second; the stride in elements.
    """

    code: str
    axes: tuple[int, int]
    stride: int
    size: int
    next_stride: int

    def sentence(self) -> Sentence:
        """Give the strides."""
        left, right = self.axes
        step = f"({signed(self.next_stride)})" if self.next_stride < 0 else str(self.next_stride)
        moves = f"{signed(self.stride)} element{'' if self.stride in (1, -1) else 's'}"
        return (
            Code(self.code), " is ", Strong("refused"), f": it joins axes {left} and {right}. One step along axis "
            f"{left} moves {moves}, but a walk to the end of axis {right} moves {self.size} · {step} = "
            f"{signed(self.size * self.next_stride)}. One stride cannot be both.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellsDiffer(Claim):
    """A view is refused, since the new shape has another number of cells.

    Parameters
    ----------
    code
        What asked for it.
    cells
        Of the array.
    shape
        The new one.
    """

    code: str
    cells: int
    shape: Shape

    def sentence(self) -> Sentence:
        """Say that no copy helps either."""
        return (
            Code(self.code), " is ", Strong("refused"), f": b has {counted(self.cells, 'cell')}, and shape "
            f"{signed(str(self.shape))} cannot hold as many, so no copy helps either.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BytesCopied(Claim):
    """How much was copied on the way to a new shape.

    Parameters
    ----------
    code
        What was done.
    bytes
        That were copied.
    """

    code: str
    bytes: int

    def sentence(self) -> Sentence:
        """Give the bytes."""
        return (Code(self.code), " copied ", Strong(counted(self.bytes, "byte")), ".")


@dataclass(frozen=True, slots=True)
class ReshapeIsSilent(Claim):
    """``reshape`` gives a view of these cells, or a copy, as it finds them, and does not say which.

    Parameters
    ----------
    code
        What was done.
    copied
        Whether it copied.
    """

    code: str
    copied: bool

    def sentence(self) -> Sentence:
        """Say which it was here."""
        gave = "a copy, since no view was to be had" if self.copied else "a view, since one was to be had"
        return (Code(self.code), f" gave {gave}, and did not say so.")


@dataclass(frozen=True, slots=True)
class WalkedInOrder(Claim):
    """The elements of memory that an array reads, in the order of its cells.

    Parameters
    ----------
    name
        The array.
    elements
        Of its memory, counted from 0; the first of them.
    more
        Whether there are more.
    """

    name: str
    elements: Shape
    more: bool

    def sentence(self) -> Sentence:
        """Give the elements and the steps between them."""
        tail = " …" if self.more else ""
        steps = signed(" ".join(f"{new - old:+d}" for old, new in zip(self.elements, self.elements[1:], strict=False)))
        then = f" · steps {steps}{tail}" if steps else ""
        return (f"{self.name} read in order: elements {' '.join(map(str, self.elements))}{tail}{then}",)


@dataclass(frozen=True, slots=True)
class PairCompared(Claim):
    """Whether two neighbouring axes of an array can be walked as one.

    Parameters
    ----------
    name
        The array.
    axes
        The two; axes of size 1 between them are never walked.
    stride
        Of the first, in elements.
    size, next_stride
        Of the second; the stride in elements.
    joins
        Whether they can.
    """

    name: str
    axes: tuple[int, int]
    stride: int
    size: int
    next_stride: int
    joins: bool

    def sentence(self) -> Sentence:
        """Compare the strides."""
        left, right = self.axes
        needed = signed(self.size * self.next_stride)
        verdict = "they join" if self.joins else "they do not join"
        return (f"Axes {left} and {right} of {self.name}: stride {signed(self.stride)} against {needed}, {verdict}.",)

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "✓ equal: they join" if self.joins else "✗ unequal: a border"


@dataclass(frozen=True, slots=True)
class WayTried(Claim):
    """What one way to a new shape gave.

    Parameters
    ----------
    code
        The way.
    gave
        "view", "copy", "empty" where there are no cells to share, or "refused".
    bytes
        That were copied.
    """

    code: str
    gave: str
    bytes: int

    def sentence(self) -> Sentence:
        """Say what it gave."""
        what = {"view": "a view", "copy": "a copy", "empty": "no cells to share", "refused": "refused"}[self.gave]
        return (Code(self.code), f": {what}, {counted(self.bytes, 'byte')} copied.")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        gave = {"view": "✓ a view", "copy": "✓ a copy", "empty": "✓ no cells to share", "refused": "✗ refused"}
        return gave[self.gave]


@dataclass(frozen=True, slots=True)
class PairInShape(Claim):
    """Whether a new shape walks two neighbouring axes as parts of one, and what comes of that.

    Parameters
    ----------
    name
        The array.
    axes
        The two; axes of size 1 between them are never walked.
    joined
        Whether it does.
    fits
        Whether it can be given: it does not, or both can be walked as one.
    """

    name: str
    axes: tuple[int, int]
    joined: bool
    fits: bool

    def sentence(self) -> Sentence:
        """Say whether the new shape joins them."""
        return ("yes" if self.joined else "no, cut here too",)

    def brief(self) -> str:
        """Say what comes of it."""
        return "✓ fits" if self.fits else "✗ refused here"


@dataclass(frozen=True, slots=True)
class NothingToJoin(Claim):
    """An array has no two axes that are longer than 1.

    Parameters
    ----------
    shape
        Of the array.
    """

    shape: Shape

    def sentence(self) -> Sentence:
        """Say so, and what follows."""
        return (f"Fewer than two axes of {self.shape} are longer than 1: there is nothing to join.",)


@dataclass(frozen=True, slots=True)
class LiesInOneRun(Claim):
    """Whether the cells of an array lie side by side in one of two orders.

    Parameters
    ----------
    name
        The array.
    order
        ``C``, the last axis fastest, or ``F``, the first axis fastest.
    holds
        Whether they do.
    """

    name: str
    order: str
    holds: bool

    def sentence(self) -> Sentence:
        """Write the claim as a word."""
        return ("✓ yes" if self.holds else "✗ no",)
