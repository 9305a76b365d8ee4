"""What often surprises in what goes through networks: values out of reach, mixed samples, sizes, frozen parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, axis_text, listed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class AloneInALayer(InAWord, Claim):
    """A softmax layer of a network gives 1 everywhere.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        The layer, as code writes it.
    axis
        int, its axis, counted from the front.
    shape
        Of what it gives.
    """

    word: ClassVar[str] = "always 1"
    run: Run
    layer: str
    axis: int
    shape: Shape

    def sentence(self) -> Sentence:
        """Say why, and which layer gives a share of one number."""
        return (
            Code(self.layer),
            f" makes each number of shape {self.shape} a 1, whatever finite number it is: along {axis_text(self.axis)} "
            "each stands alone, and softmax divides its exponential by itself. ",
            Code("nn.Sigmoid()"),
            " makes a share of one number",
        )


@dataclass(frozen=True, slots=True)
class NeverBelowHalf(InAWord, Claim):
    """A sigmoid was given what a ReLU gives.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What computed the sigmoid.
    """

    word: ClassVar[str] = "0.5 or more"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say which half is out of reach."""
        return (
            "No number of ",
            Code(self.code),
            " is below 0.5: sigmoid is given what a ReLU gives, which is never negative, and sigmoid of 0 is 0.5. "
            "Without the ReLU any number between 0 and 1 can come about",
        )


@dataclass(frozen=True, slots=True)
class SamplesMixed(InAWord, Claim):
    """The last states of a recurrent layer were cut into rows that hold several samples each.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What cuts them.
    name
        Of the states.
    shape
        Of the states.
    samples
        Those of which row 0 has numbers.
    instead
        What has a row for each sample.
    """

    word: ClassVar[str] = "samples mixed"
    run: Run
    code: str
    name: str
    shape: Shape
    samples: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say whose numbers stand in a row."""
        return (
            "Row 0 of ",
            Code(self.code),
            f" has numbers of samples {listed(tuple(map(str, self.samples)))}: axis 0 of ",
            Name(self.name),
            f", of shape {self.shape}, is that of layers and directions, axis 1 that of the samples. ",
            Code(self.instead),
            " has a row for each sample",
        )


@dataclass(frozen=True, slots=True)
class TakesTheSmaller(InAWord, Claim):
    """A transposed convolution does not bring back the size that a convolution was given.

    Parameters
    ----------
    run
        Which line, and when.
    up, down
        The two layers, as code writes them.
    size
        int, what the convolution made along the last axis.
    smaller, larger
        int, what the transposed one made of that, and what the convolution had been given.
    """

    word: ClassVar[str] = "one of two sizes"
    run: Run
    up: str
    down: str
    size: int
    smaller: int
    larger: int

    def sentence(self) -> Sentence:
        """Say which sizes come to the same, and what brings back the other one."""
        return (
            Code(self.down),
            f" makes {self.size} of {self.larger} along the last axis, and of {self.smaller} as well. ",
            Code(self.up),
            f" cannot tell which it was, and makes {self.smaller} of {self.size}. With ",
            Code(f"output_padding={self.larger - self.smaller}"),
            f" it makes {self.larger}",
        )


@dataclass(frozen=True, slots=True)
class PaddingRow(InAWord, Claim):
    """One row of an embedding gets no gradient.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        The embedding, as code writes it.
    row
        int, the row.
    """

    word: ClassVar[str] = "no gradient for padding"
    run: Run
    layer: str
    row: int

    def sentence(self) -> Sentence:
        """Say what keeps it out."""
        return (
            f"Row {self.row} of ",
            Code(f"{self.layer}.weight.grad"),
            " is 0, however often it is looked up: ",
            Code(self.layer),
            " was made with ",
            Code(f"padding_idx={self.row}"),
            ", so that this row gets no gradient",
        )


@dataclass(frozen=True, slots=True)
class OwnRandomStart(InAWord, Claim):
    """Two networks of one class give different outputs.

    Parameters
    ----------
    run
        Which line, and when.
    one, other
        Their names.
    """

    word: ClassVar[str] = "weights of its own"
    run: Run
    one: str
    other: str

    def sentence(self) -> Sentence:
        """Say with what each began, and what makes them alike."""
        return (
            Name(self.one),
            " and ",
            Name(self.other),
            " have weights of their own, drawn at random when each was made. ",
            Code(f"{self.other}.load_state_dict({self.one}.state_dict())"),
            " gives both the same",
        )


@dataclass(frozen=True, slots=True)
class FrozenStillMoves(InAWord, Claim):
    """An optimiser changes a parameter that requires no gradient, as it has one.

    Parameters
    ----------
    run
        Which line, and when.
    optimiser, parameter
        The two, as code writes them.
    """

    word: ClassVar[str] = "frozen, and moves"
    run: Run
    optimiser: str
    parameter: str

    def sentence(self) -> Sentence:
        """Say what it follows, and what stops it."""
        return (
            Code(f"{self.optimiser}.step()"),
            " changes ",
            Code(self.parameter),
            " though that requires no gradient now: a step follows ",
            Code(f"{self.parameter}.grad"),
            ", which an earlier backward() left there. Where that is None, the parameter stays as it is",
        )


@dataclass(frozen=True, slots=True)
class JoinedByPlace(InAWord, Claim):
    """A loader joined lists of numbers place by place.

    Parameters
    ----------
    run
        Which line, and when.
    name
        What they were bound to.
    count, size
        int, how many tensors there are, and how many samples each of them has.
    """

    word: ClassVar[str] = "place by place"
    run: Run
    name: str
    count: int
    size: int

    def sentence(self) -> Sentence:
        """Say what each tensor is of, and what one tensor would be made of."""
        return (
            Name(self.name),
            f" is a list of {self.count} tensors, each with {self.size} numbers: a sample has a list there, and a "
            "loader joins lists place by place. Of a tensor in each sample it makes one tensor of shape "
            f"{(self.size, self.count)}",
        )
