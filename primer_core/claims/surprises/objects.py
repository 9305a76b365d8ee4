"""What often surprises in what names and networks hold: None, a pair, graphs, layers that nobody knows of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class NoneReturned(InAWord, Claim):
    """A name was bound to what a call returns that works in place: None.

    Parameters
    ----------
    run
        Which line, and when.
    name, code
        The name and the call.
    """

    word: ClassVar[str] = "None"
    run: Run
    name: str
    code: str

    def sentence(self) -> Sentence:
        """Say what the name is bound to now."""
        return (Code(self.code), " works in place and returns None, so ", Name(self.name), " is None now")


@dataclass(frozen=True, slots=True)
class ValuesAndIndices(InAWord, Claim):
    """A name was bound to the pair that ``max(dim=...)`` and its like return.

    Parameters
    ----------
    run
        Which line, and when.
    name, code
        The name and the call.
    """

    word: ClassVar[str] = "two tensors"
    run: Run
    name: str
    code: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            Code(self.code),
            " returns two tensors: ",
            Code(f"{self.name}.values"),
            " and ",
            Code(f"{self.name}.indices"),
        )


@dataclass(frozen=True, slots=True)
class KeepsGraphs(InAWord, Claim):
    """Losses were added up as tensors, so that the sum keeps the graph of each.

    Parameters
    ----------
    run
        Which line, and when.
    name, added
        The sum, and what was added.
    """

    word: ClassVar[str] = "keeps graphs"
    run: Run
    name: str
    added: str

    def sentence(self) -> Sentence:
        """Say what would add the number alone."""
        return (
            Name(self.name),
            " requires a gradient, and keeps the graph of all that was added to it. ",
            Code(f"{self.added}.item()"),
            " is the number alone",
        )


@dataclass(frozen=True, slots=True)
class HoldsGraphs(InAWord, Claim):
    """A loss was put into a list as a tensor, so that the list holds its graph.

    Parameters
    ----------
    run
        Which line, and when.
    name, added
        The list, and what was put into it.
    """

    word: ClassVar[str] = "holds graphs"
    run: Run
    name: str
    added: str

    def sentence(self) -> Sentence:
        """Say what is held, and what is the number alone."""
        return (
            Name(self.added),
            " is put into ",
            Name(self.name),
            " with the graph that it was computed by, which stays as long as it is in there. ",
            Code(f"{self.added}.item()"),
            " is the number alone",
        )


@dataclass(frozen=True, slots=True)
class NothingToStep(InAWord, Claim):
    """An optimiser took a step, and none of its parameters has a gradient.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The optimiser.
    count
        Of its parameters.
    """

    word: ClassVar[str] = "nothing to step"
    run: Run
    name: str
    count: int

    def sentence(self) -> Sentence:
        """Say why nothing changes."""
        return (
            Code(f"{self.name}.step()"),
            f" changes nothing: of {counted(self.count, 'parameter')} that ",
            Name(self.name),
            " holds, none has a gradient",
        )


@dataclass(frozen=True, slots=True)
class NotHeld(InAWord, Claim):
    """An optimiser took a step, and a parameter with a gradient is none of its own.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The optimiser.
    parameter
        What code calls the parameter.
    """

    word: ClassVar[str] = "not held"
    run: Run
    name: str
    parameter: str

    def sentence(self) -> Sentence:
        """Name the parameter that stays as it is."""
        return (
            Name(self.name),
            " does not hold ",
            Code(self.parameter),
            ", which has a gradient: ",
            Code(f"{self.name}.step()"),
            " leaves it as it is",
        )


@dataclass(frozen=True, slots=True)
class NotRegistered(InAWord, Claim):
    """A network holds layers in a list or a dict of Python's own, which it does not know of.

    Parameters
    ----------
    run
        Which line, and when.
    name, attribute
        The network, and its attribute.
    count
        Layers with parameters that are in there.
    """

    word: ClassVar[str] = "not registered"
    run: Run
    name: str
    attribute: str
    count: int

    def sentence(self) -> Sentence:
        """Say what does not find them."""
        return (
            Code(f"{self.name}.{self.attribute}"),
            f" is no part of PyTorch's: {counted(self.count, 'layer')} in it ",
            "is" if self.count == 1 else "are",
            " not found by ",
            Code(f"{self.name}.parameters()"),
            ", as those of an nn.ModuleList or nn.ModuleDict are",
        )


@dataclass(frozen=True, slots=True)
class DefaultKept(InAWord, Claim):
    """A call begins with a default that another call has changed.

    Parameters
    ----------
    run
        Which line, and when.
    function, name
        The function, and its parameter.
    """

    word: ClassVar[str] = "same default"
    run: Run
    function: str
    name: str

    def sentence(self) -> Sentence:
        """Say how often the default is made."""
        return (
            "the default of ",
            Name(self.name),
            " was made once, when ",
            Code(f"def {self.function}"),
            " ran. A call before this one has changed it, and this one gets it as that left it",
        )


@dataclass(frozen=True, slots=True)
class DropsAtRandom(InAWord, Claim):
    """A network that is in training mode was called, and dropout drew what it drops.

    Parameters
    ----------
    run
        Which line, and when.
    network
        What is called.
    layer
        The layer, as PyTorch shows it.
    """

    word: ClassVar[str] = "drops at random"
    run: Run
    network: str
    layer: str

    def sentence(self) -> Sentence:
        """Say what a call with the same input may do."""
        return (
            Code(self.layer),
            " draws at random which numbers it drops, as long as ",
            Name(self.network),
            " is in training mode: another call with the same input may drop others. ",
            Code(f"{self.network}.eval()"),
            " ends that",
        )


@dataclass(frozen=True, slots=True)
class TimeFirst(InAWord, Claim):
    """A recurrent layer took axis 0 as time and axis 1 as the batch.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        What is called.
    steps, samples
        Sizes of these axes of its input.
    """

    word: ClassVar[str] = "time first"
    run: Run
    layer: str
    steps: int
    samples: int

    def sentence(self) -> Sentence:
        """Say what each axis is."""
        return (
            Name(self.layer),
            f" takes axis 0 as time and axis 1 as the batch: {counted(self.samples, 'sample')} of "
            f"{counted(self.steps, 'step')}. Made with ",
            Code("batch_first=True"),
            " it takes axis 0 as the batch",
        )


@dataclass(frozen=True, slots=True)
class ReturnsNothing(InAWord, Claim):
    """A name was bound to what a function gives that ends without ``return``: None.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    function
        The function, as ``f`` or ``Net.forward``.
    """

    word: ClassVar[str] = "no return"
    run: Run
    name: str
    function: str

    def sentence(self) -> Sentence:
        """Say what the name is bound to now."""
        return (Code(self.function), " returns no value, so ", Name(self.name), " is None")


@dataclass(frozen=True, slots=True)
class NameAlone(InAWord, Claim):
    """A loop bound the name of its round anew, which changes nothing that it goes through, and nothing reads it.

    Parameters
    ----------
    run
        Which line, and when.
    name, array
        The name of the round, and the array that the loop goes through, or the network whose parameters it does.
    """

    word: ClassVar[str] = "name alone"
    run: Run
    name: str
    array: str

    def sentence(self) -> Sentence:
        """Say what stays."""
        return (
            "the line binds ",
            Name(self.name),
            " to something else, and no later line reads that. ",
            Name(self.array),
            " itself stays as it is",
        )


@dataclass(frozen=True, slots=True)
class OneLayerOften(InAWord, Claim):
    """A network holds one and the same layer at several places.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The network.
    places
        int, how many places hold that layer.
    parameters
        int, numbers that the layer learns.
    """

    word: ClassVar[str] = "one layer"
    run: Run
    name: str
    places: int
    parameters: int

    def sentence(self) -> Sentence:
        """Say how often its numbers are there."""
        return (
            f"{self.places} places of ",
            Name(self.name),
            f" hold one and the same layer: its {counted(self.parameters, 'number')} are there once, and shared by "
            "all of them",
        )


@dataclass(frozen=True, slots=True)
class NewInFunction(InAWord, Claim):
    """A function bound its parameter to a new array, and ended without handing that on.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The parameter.
    code
        What it was bound to.
    function
        Name of the function.
    instead
        What changes the array that it was called with.
    """

    word: ClassVar[str] = "new in here"
    run: Run
    name: str
    code: str
    function: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what became of the new array, and of the one that was given."""
        return (
            Code(self.code),
            " is a new array, which ",
            Name(self.name),
            " is bound to in ",
            Code(self.function),
            " alone, and nothing returns it: what the function was called with stays as it is. ",
            Code(self.instead),
            " would change that",
        )


@dataclass(frozen=True, slots=True)
class OneNetworkTwoNames(InAWord, Claim):
    """A name was bound to a network that has another name, and that an optimiser changes later.

    Parameters
    ----------
    run
        Which line, and when.
    name, network
        The name, and the other.
    """

    word: ClassVar[str] = "no copy"
    run: Run
    name: str
    network: str

    def sentence(self) -> Sentence:
        """Say what changes with it, and what keeps it."""
        return (
            Name(self.name),
            " is the very network that ",
            Name(self.network),
            " is, one object with two names: each step of an optimiser of it changes both. ",
            Code(f"copy.deepcopy({self.network})"),
            " keeps it as it is now",
        )


@dataclass(frozen=True, slots=True)
class CopiedIntoOne(InAWord, Claim):
    """An array was made of a list of arrays, and written to later.

    Parameters
    ----------
    run
        Which line, and when.
    code, of
        The call, and the list.
    count
        int, how many arrays the list holds.
    """

    word: ClassVar[str] = "copies"
    run: Run
    code: str
    of: str
    count: int

    def sentence(self) -> Sentence:
        """Say that numbers are copied, and what is not reached."""
        return (
            Code(self.code),
            f" copies the numbers of the {counted(self.count, 'array')} in ",
            Name(self.of),
            " into memory of its own: what is written to the result does not reach them",
        )


@dataclass(frozen=True, slots=True)
class ThroughATuple(InAWord, Claim):
    """A loop goes through a tuple of arrays, and takes each apart into its rows.

    Parameters
    ----------
    run
        Which line, and when: the first round.
    names
        What the rows are bound to.
    arrays
        The arrays.
    """

    word: ClassVar[str] = "one after the other"
    run: Run
    names: tuple[str, ...]
    arrays: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say what a round takes, and what takes a row of each."""
        return (
            "the loop goes through the tuple ",
            Code(f"({', '.join(self.arrays)})"),
            ", an array a round: ",
            Code(", ".join(self.names)),
            f" are the {counted(len(self.names), 'row')} of ",
            Code(self.arrays[0]),
            " in the first. ",
            Code(f"zip({', '.join(self.arrays)})"),
            " gives a row of each",
        )
