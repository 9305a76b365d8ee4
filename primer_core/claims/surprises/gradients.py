"""What often surprises of gradients: a leaf that is bound anew, a branch that is left out, what backward() is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class LeafLeftBehind(InAWord, Claim):
    """A name of a leaf was bound to a new tensor that requires no gradient.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    code
        What was computed of the leaf.
    instead
        The statement that changes the leaf itself, where nothing is recorded.
    """

    word: ClassVar[str] = "another tensor"
    run: Run
    name: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what the new tensor lacks, and name what changes the leaf."""
        return (
            "The name ",
            Name(self.name),
            " is bound to a new tensor, ",
            Code(self.code),
            ", which was not recorded: it requires no gradient, and its .grad is None. ",
            Code(self.instead),
            " under torch.no_grad() changes the leaf in place, which goes on requiring one",
        )


@dataclass(frozen=True, slots=True)
class MaskedTooLate(InAWord, Claim):
    """A gradient is nan: it came back through a branch of ``where`` that was not chosen.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        What was computed, and not chosen everywhere.
    condition
        What chooses.
    chosen
        bool, for which answer of the condition it is taken.
    instead
        What has a finite slope in every cell, as its input is chosen before.
    """

    word: ClassVar[str] = "0 times inf"
    run: Run
    code: str
    condition: str
    chosen: bool
    instead: str

    def sentence(self) -> Sentence:
        """Say what comes back to the branch, what that makes, and where to choose."""
        return (
            Code(self.code),
            " is left out where ",
            Code(self.condition),
            f" is {not self.chosen}, but the way back goes through it there, too: 0 comes back to it, its slope is inf "
            "or nan, and 0 times that is nan, which is added to the gradient. What it is computed of must be made safe "
            "before: ",
            Code(self.instead),
        )


@dataclass(frozen=True, slots=True)
class WeighedBackward(InAWord, Claim):
    """``backward`` was called of several cells, and was given a tensor.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What it was called of.
    given
        What it was given.
    name
        A leaf that has a gradient since.
    total
        The sum whose gradient that is.
    added
        bool, whether that came to a gradient which was there before.
    """

    word: ClassVar[str] = "multiplied by it"
    run: Run
    code: str
    given: str
    name: str
    total: str
    added: bool

    def sentence(self) -> Sentence:
        """Say of which sum it is the gradient, and which one gives that of the plain sum."""
        added = " what was added to" if self.added else ""
        return (
            "What backward() is given, ",
            Code(self.given),
            ", is what comes back to ",
            Code(self.code),
            ": it multiplies the slopes cell by cell, and is neither what the slope is by nor a place for it. "
            f"So{added} ",
            Code(f"{self.name}.grad"),
            " is the gradient of ",
            Code(self.total),
            ". With ones it would be that of ",
            Code(f"{self.code}.sum()"),
        )


@dataclass(frozen=True, slots=True)
class SaturatedSoftmax(InAWord, Claim):
    """A gradient came back through a softmax of which one share is all but 1 in each row.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The softmax.
    most
        The largest of its slopes.
    """

    word: ClassVar[str] = "saturated"
    run: Run
    code: str
    most: str

    def sentence(self) -> Sentence:
        """Say how large its slopes are, and what does not vanish."""
        return (
            Code(self.code),
            " gives one share that is 1 or nearly so, and others that are nearly 0. The slope of a share p by its own "
            f"input is p * (1 - p), and by another input no larger: here {self.most} at most. What comes back to its "
            "inputs is multiplied by such slopes, and all but 0. F.cross_entropy of the inputs themselves has a "
            "gradient there unless the largest share is that of the right class",
        )


@dataclass(frozen=True, slots=True)
class AtTheCorner(InAWord, Claim):
    """A leaf stands exactly where a function that it was given to has a corner.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The call of the function.
    name
        The leaf.
    place
        The number.
    taken, below, above
        What PyTorch takes for the slope there, and the slopes on both sides.
    """

    word: ClassVar[str] = "at the corner"
    run: Run
    code: str
    name: str
    place: str
    taken: str
    below: str
    above: str

    def sentence(self) -> Sentence:
        """Give all three slopes, and say that functions which are equal take others."""
        return (
            Code(self.code),
            f" has a corner at {self.place}, where ",
            Name(self.name),
            f" stands: its slope is {self.below} below and {self.above} above. At the corner PyTorch takes "
            f"{self.taken}; any number between these two would do as well. Functions that give the same may differ "
            "there: torch.relu(x) takes 0 at 0, and torch.maximum(x, torch.tensor(0.0)) takes 0.5",
        )


@dataclass(frozen=True, slots=True)
class SavedChangedByData(InAWord, Claim):
    """What a graph had saved was changed through ``.data``, and the gradient is another one for that.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        What was asked for its data: ``out``.
    line
        int, where that stands.
    name
        A leaf.
    given, right
        Numbers of its gradient after the line, and those that it has where nothing was overwritten.
    """

    word: ClassVar[str] = "changed unnoticed"
    run: Run
    code: str
    line: int
    name: str
    given: str
    right: str

    def sentence(self) -> Sentence:
        """Say what is wrong, what notices it, and what keeps the numbers."""
        return (
            "Numbers that this way back needs were changed through ",
            Code(f"{self.code}.data"),
            f" of line {self.line}, and PyTorch does not notice what is done through .data: ",
            Code(f"{self.name}.grad"),
            f" is {self.given}, and with ",
            Code(f"{self.code}.data.clone()"),
            f", which has memory of its own, it is {self.right}. ",
            Code(f"{self.code}.detach()"),
            " shares the memory, too, but its changes are counted, and backward() refuses",
        )


@dataclass(frozen=True, slots=True)
class SumOfShares(InAWord, Claim):
    """backward() was called of the sum of all shares that a softmax gives, or of their logarithms.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The shares, or their logarithms.
    count
        int, how many belong together.
    logs
        bool, whether they are logarithms.
    """

    word: ClassVar[str] = "sum of all"
    run: Run
    code: str
    count: int
    logs: bool

    def sentence(self) -> Sentence:
        """Say what the slope of the sum is, and of which that of one differs."""
        if not self.logs:
            return (
                f"The {self.count} shares in ",
                Code(self.code),
                " that belong together add up to 1, whatever the inputs are. Their sum is a constant, and has slope 0: "
                "only what weighs them differently brings a gradient",
            )
        return (
            f"All {self.count} logarithms in ",
            Code(self.code),
            " that belong together are lowered by the same number, so that it counts as often in their sum, and what "
            f"comes back to it is added up. The slope of the sum by an input is 1 - {self.count} * p, with p its "
            f"share: 0 where all shares are 1/{self.count}. That of one logarithm is 1 - p by its own input, and -p by "
            "each other",
        )


@dataclass(frozen=True, slots=True)
class GradientOfPiece(InAWord, Claim):
    """A piece of a leaf was asked for its gradient, and has none.

    Parameters
    ----------
    run
        Which line, and when.
    piece
        What makes the piece, as code.
    name
        Of the leaf.
    instead
        What picks from the gradient of the leaf.
    """

    word: ClassVar[str] = "a new tensor"
    run: Run
    piece: str
    name: str
    instead: str

    def sentence(self) -> Sentence:
        """Say whose gradient there is, and what picks from it."""
        return (
            Code(self.piece),
            " makes a new tensor each time, which no backward() came through: its gradient is None. ",
            Code(self.instead),
            " is that part of the gradient of ",
            Name(self.name),
        )
