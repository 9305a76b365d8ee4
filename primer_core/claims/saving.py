"""What is said of a ``state_dict`` that is saved and loaded: key by key, and what the network predicts then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Sentence, Shape, Strong, counted


@dataclass(frozen=True, slots=True)
class KeyFits(Claim):
    """A key that file and network have in one shape.

    Parameters
    ----------
    key, shape
        The key, and the shape of its tensor.
    """

    key: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.key), f" fits: {self.shape} on both sides.")

    def brief(self) -> str:
        """Say so in a word."""
        return "fits"


@dataclass(frozen=True, slots=True)
class KeyMissing(Claim):
    """A key that the network has and the file lacks.

    Parameters
    ----------
    key, shape
        The key, and the shape of its tensor in the network.
    """

    key: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.key), f" is missing in the file; the network has {self.shape}.")

    def brief(self) -> str:
        """Say so in PyTorch's word."""
        return "missing"


@dataclass(frozen=True, slots=True)
class KeyNotAskedFor(Claim):
    """A key that the network has and the file lacks, which PyTorch fills in by itself.

    Parameters
    ----------
    key
        The key.
    """

    key: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.key), " is not in the file either, and PyTorch does not ask for it.")

    def brief(self) -> str:
        """Say so in few words."""
        return "not asked for"


@dataclass(frozen=True, slots=True)
class KeyUnexpected(Claim):
    """A key that the file has and the network lacks.

    Parameters
    ----------
    key, shape
        The key, and the shape of its tensor in the file.
    """

    key: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code(self.key), f" of shape {self.shape} is unexpected: the network has no such key.")

    def brief(self) -> str:
        """Say so in PyTorch's word."""
        return "unexpected"


@dataclass(frozen=True, slots=True)
class KeyClashes(Claim):
    """A key that file and network have in two shapes.

    Parameters
    ----------
    key
        The key.
    saved, own
        Shape in the file, and in the network.
    """

    key: str
    saved: Shape
    own: Shape

    def sentence(self) -> Sentence:
        """Set shape against shape."""
        return (Code(self.key), f" is {self.saved} in the file and {self.own} in the network.")

    def brief(self) -> str:
        """Set shape against shape."""
        return f"{self.saved} against {self.own}"


@dataclass(frozen=True, slots=True)
class AllLoaded(Claim):
    """Every tensor of the network came from the file.

    Parameters
    ----------
    tensors, numbers
        How many there are, and how many numbers they hold together.
    """

    tensors: int
    numbers: int

    def sentence(self) -> Sentence:
        """Count them."""
        return (
            f"All {self.tensors} tensors of the network, {self.numbers} numbers, came from the file: ",
            "its keys and shapes are the network's.",
        )


@dataclass(frozen=True, slots=True)
class PartLoaded(Claim):
    """PyTorch loaded a file that does not match.

    Parameters
    ----------
    loaded, tensors
        How many tensors of the network came from the file, and how many it has.
    """

    loaded: int
    tensors: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            Code("strict=False"),
            f" takes what has the same key: {self.loaded} of {counted(self.tensors, 'tensor')} came from the file, ",
            "the others stay as they were made.",
        )


@dataclass(frozen=True, slots=True)
class FailedAndCopied(Claim):
    """PyTorch raised an error, and yet copied what fits.

    Parameters
    ----------
    copied, tensors
        How many tensors of the network came from the file, and how many it has.
    """

    copied: int
    tensors: int

    def sentence(self) -> Sentence:
        """Count both."""
        if not self.copied:
            return ("The error came, and no tensor of the network was changed.",)
        return (
            "The error came, and yet ",
            Strong(f"{self.copied} of {self.tensors} tensors"),
            f" {'is' if self.copied == 1 else 'are'} the file's by now: PyTorch copies what fits before it raises.",
        )


@dataclass(frozen=True, slots=True)
class PredictsTheSame(Claim):
    """Both networks predict the same for the same rows, bit by bit.

    Parameters
    ----------
    rows
        How many rows.
    """

    rows: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"For the same {counted(self.rows, 'row')} both networks predict the same numbers, bit by bit.",)


@dataclass(frozen=True, slots=True)
class PredictsOther(Claim):
    """The networks predict other numbers for the same rows.

    Parameters
    ----------
    largest
        Largest difference of two logits.
    """

    largest: float

    def sentence(self) -> Sentence:
        """Say by how much."""
        return (f"The two networks predict other numbers: a logit differs by {self.largest:.2g}.",)


@dataclass(frozen=True, slots=True)
class FreshNormDivides(Claim):
    """The networks differ by a BatchNorm layer alone, which nothing was trained with.

    Parameters
    ----------
    network
        The name of the one that has it.
    eps
        What it adds to the variance, which is 1.
    """

    network: Literal["saved", "loaded"]
    eps: float

    def sentence(self) -> Sentence:
        """Say what that layer does."""
        return (
            "All else is the same in both. The BatchNorm layer of ",
            Code(self.network),
            f" is as it was made: in eval mode it takes off 0 and divides by √(1 + {self.eps:g}), which is nearly 1.",
        )


@dataclass(frozen=True, slots=True)
class LoadsWith(Claim):
    """A change with which PyTorch raises no error.

    Parameters
    ----------
    code
        What stands in the code then.
    loaded, tensors
        How many tensors of the network come from the file then, and how many it has.
    """

    code: str
    loaded: int
    tensors: int

    def sentence(self) -> Sentence:
        """Name the change, and what is loaded with it."""
        return (Code(self.code), f" → {self.loaded} of {counted(self.tensors, 'tensor')} from the file")
