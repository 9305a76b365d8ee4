"""What often surprises in batches, losses and steps, and where places of the best are used as an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, signed
from primer_core.claims.running import Run, line_of


@dataclass(frozen=True, slots=True)
class FirstOfAll(InAWord, Claim):
    """A loader is asked for its first batch once more.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What asks for a batch.
    loader
        The loader.
    shuffled
        Whether it goes through its samples in a new order each time.
    """

    word: ClassVar[str] = "first batch"
    run: Run
    code: str
    loader: str
    shuffled: bool = False

    def sentence(self) -> Sentence:
        """Say what goes through all."""
        order = " of a new order: some samples may come again before others have come at all" if self.shuffled else ""
        return (
            Code(f"iter({self.loader})"),
            " begins anew each time, so that ",
            Code(self.code),
            f" gives a first batch again{order}. ",
            Code(f"for batch in {self.loader}:"),
            " goes through all of them",
        )


@dataclass(frozen=True, slots=True)
class ClippedTooLate(InAWord, Claim):
    """Gradients are clipped behind the step that they are for.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What clips them.
    step, cleared
        int, statements: the step before it, and what takes the gradients away before the next step.
    """

    word: ClassVar[str] = "too late"
    run: Run
    code: str
    step: int
    cleared: int

    def sentence(self) -> Sentence:
        """Give both lines."""
        return (
            Code(self.code),
            f" comes behind the step in line {line_of(self.step)}, and line {line_of(self.cleared)} takes the "
            "gradients away before the next step: no step uses what is clipped. It belongs between ",
            Code("backward()"),
            " and ",
            Code("step()"),
        )


@dataclass(frozen=True, slots=True)
class AllIgnored(InAWord, Claim):
    """No target of a loss counts.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    count
        int, how many targets there are.
    ignored
        int, the class number that does not count.
    """

    word: ClassVar[str] = "0/0"
    run: Run
    code: str
    count: int
    ignored: int

    def sentence(self) -> Sentence:
        """Give the number that does not count."""
        return (
            f"Each of the {self.count} targets is {signed(self.ignored)}, a number that does not count in ",
            Code(self.code),
            ": the mean of no losses is 0/0, nan",
        )


@dataclass(frozen=True, slots=True)
class CellStateTaken(InAWord, Claim):
    """The second of the two states of an LSTM was taken from their tuple.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What takes it.
    name
        The tuple.
    """

    word: ClassVar[str] = "cell state"
    run: Run
    code: str
    name: str

    def sentence(self) -> Sentence:
        """Name both, and what is often meant."""
        return (
            Code(self.name),
            " is a tuple of two states of the LSTM, the hidden and the cell state. ",
            Code(self.code),
            " takes the cell state. ",
            Code(f"{self.name}[0][-1]"),
            " is the hidden state of the last layer",
        )


@dataclass(frozen=True, slots=True)
class BatchesCounted(InAWord, Claim):
    """A count of samples was divided by a count of batches.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The division.
    loader
        The loader.
    batches, samples
        int, how many it has.
    """

    word: ClassVar[str] = "batches"
    run: Run
    code: str
    loader: str
    batches: int
    samples: int

    def sentence(self) -> Sentence:
        """Give both counts."""
        return (
            Code(self.code),
            " divides a count of samples by ",
            Code(f"len({self.loader})"),
            f", the number of batches, {self.batches}. ",
            Code(f"len({self.loader}.dataset)"),
            f" is the number of samples, {self.samples}",
        )


@dataclass(frozen=True, slots=True)
class LastRoundAlone(InAWord, Claim):
    """A count that each round of a loop binds anew was divided by the number of all that the rounds compared.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The division.
    name
        What the count is bound to.
    held
        int, the count of the last round.
    last, samples
        int, how many were compared in the last round, and in all of them.
    """

    word: ClassVar[str] = "last round"
    run: Run
    code: str
    name: str
    held: int
    last: int
    samples: int

    def sentence(self) -> Sentence:
        """Say what the count is of, and what adds the rounds up."""
        return (
            Code(f"{self.name} ="),
            " binds the name anew in each round of the loop, so that behind it ",
            Code(self.name),
            f" holds the last round alone: {self.held} of {self.last}. ",
            Code(self.code),
            f" divides that by all {self.samples}. ",
            Code(f"{self.name} +="),
            " in the loop, from 0 before it, adds up what all rounds count",
        )


@dataclass(frozen=True, slots=True)
class UnitsAlike(InAWord, Claim):
    """All units of a layer learn the same.

    Parameters
    ----------
    run
        Which line, and when.
    optimiser
        Its name.
    weight
        The weights of the layer.
    units
        int, how many units it has.
    """

    word: ClassVar[str] = "units alike"
    run: Run
    optimiser: str
    weight: str
    units: int

    def sentence(self) -> Sentence:
        """Say which units are alike, and what makes them differ."""
        return (
            f"The {self.units} rows of ",
            Code(self.weight),
            " were equal before ",
            Code(f"{self.optimiser}.step()"),
            ", and so were those of its gradient: units with the same weights and gradients learn the same. Layers are "
            "made with random numbers, so that their units differ",
        )


@dataclass(frozen=True, slots=True)
class RowsOfPlaces(InAWord, Claim):
    """A table of places, a row for each, was used as an index of rows.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    name
        The table of places.
    places, gives
        Its shape, and that of what it picks.
    instead
        What picks one cell for each place.
    """

    word: ClassVar[str] = "rows"
    run: Run
    code: str
    name: str
    places: Shape
    gives: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Give the shapes."""
        return (
            Code(self.name),
            " has a row for each place. As an index each of its numbers names a row of its own: ",
            Code(self.code),
            f" has shape {self.gives}. ",
            Code(self.instead),
            f" picks the {self.places[0]} cells at these places",
        )


@dataclass(frozen=True, slots=True)
class BestOfEvery(InAWord, Claim):
    """Places of the best of each row or column were used as an index of rows.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    name
        The places.
    gives
        Shape of what they pick.
    instead
        What picks one cell for each of them.
    count
        int, how many places there are.
    """

    word: ClassVar[str] = "whole rows"
    run: Run
    code: str
    name: str
    gives: Shape
    instead: str
    count: int

    def sentence(self) -> Sentence:
        """Give the shape, and what picks the cells."""
        return (
            Code(self.code),
            " takes a whole row for each number in ",
            Code(self.name),
            f": {self.gives}. ",
            Code(self.instead),
            f" takes the {self.count} cells that were found",
        )


@dataclass(frozen=True, slots=True)
class BothComputed(InAWord, Claim):
    """``where`` chose between two arrays, of which one was computed where it was not chosen, too.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What was computed.
    condition
        What chooses.
    chosen
        bool, for which answer of the condition it is taken.
    """

    word: ClassVar[str] = "computed before"
    run: Run
    code: str
    condition: str
    chosen: bool

    def sentence(self) -> Sentence:
        """Say when it is computed."""
        return (
            Code(self.code),
            " is computed for all cells before one is chosen, also for those where ",
            Code(self.condition),
            f" is {not self.chosen}. The nan and inf among them are left out of the result",
        )


@dataclass(frozen=True, slots=True)
class OutOfReach(InAWord, Claim):
    """Targets lie where a network's last function gives no numbers.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    function
        The function that the predictions come from.
    low, high
        float, between which numbers its results lie; None for no limit.
    beyond, count
        int, how many targets lie beyond, and how many there are.
    """

    word: ClassVar[str] = "out of reach"
    run: Run
    code: str
    function: str
    low: float
    high: float | None
    beyond: int
    count: int

    def sentence(self) -> Sentence:
        """Give the limits."""
        below = f"are never below {self.low:g}"
        limits = below if self.high is None else f"lie from {self.low:g} to {self.high:g}"
        return (
            "The predictions in ",
            Code(self.code),
            " come from ",
            Code(self.function),
            f", whose results {signed(limits)}. {self.beyond} of {self.count} targets "
            "lie beyond, and no weights bring a prediction there",
        )


@dataclass(frozen=True, slots=True)
class TakenAway(InAWord, Claim):
    """Gradients are taken away between the way back and the step.

    Parameters
    ----------
    run
        Which line, and when.
    step, cleared
        The step and what takes the gradients away, as they stand in the program.
    at, back
        int, statements: what takes them away, and the way back before it.
    """

    word: ClassVar[str] = "taken away"
    run: Run
    step: str
    cleared: str
    at: int
    back: int

    def sentence(self) -> Sentence:
        """Give both lines."""
        return (
            Code(self.cleared),
            f" in line {line_of(self.at)} takes away the gradients that ",
            Code("backward()"),
            f" found in line {line_of(self.back)}, before ",
            Code(self.step),
            " uses them. It belongs before ",
            Code("backward()"),
        )
