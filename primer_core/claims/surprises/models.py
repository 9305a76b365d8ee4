"""What often surprises in models: parts that the loss does not reach, copies that are none, modes, states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted, listed, signed
from primer_core.claims.lost_gradients import HOW, Why
from primer_core.claims.running import Run, line_of


@dataclass(frozen=True, slots=True)
class PartStandsStill(InAWord, Claim):
    """An optimiser took a step, and some of what it holds had no gradient, as the way back to it was cut.

    Parameters
    ----------
    run
        Which line, and when.
    optimiser
        The optimiser.
    parameter
        What code calls the first of these parameters.
    missing, count
        int, how many they are, and how many the optimiser holds.
    lost
        Which line lost the gradient, and when.
    code
        What did there.
    why
        How.
    """

    word: ClassVar[str] = "part stands still"
    run: Run
    optimiser: str
    parameter: str
    missing: int
    count: int
    lost: Run
    code: str
    why: Why

    def sentence(self) -> Sentence:
        """Say what does not move, and where the way back to it ends."""
        others = f" and {counted(self.missing - 1, 'other')}" if self.missing > 1 else ", one"
        comma = "," if self.missing == 1 else ""
        each = ("they are", "they have") if self.missing > 1 else ("it is", "it has")
        return (
            Code(f"{self.optimiser}.step()"),
            " leaves ",
            Code(self.parameter),
            f"{others} of the {counted(self.count, 'parameter')}{comma} as {each[0]}: {each[1]} no gradient, because "
            f"the way back ends in line {line_of(self.lost[0])}: ",
            Code(self.code),
            HOW[self.why],
        )


@dataclass(frozen=True, slots=True)
class TakenForConstants(InAWord, Claim):
    """A gradient lacks what comes through a step that ran where nothing is recorded.

    Parameters
    ----------
    run
        Which line went back, and when.
    name
        The leaf.
    index
        The first cell whose gradient lacks something.
    found, whole
        The gradient there, and what it is if that step is recorded, too.
    lost
        Which line was not recorded, and when.
    code
        What ran there.
    """

    word: ClassVar[str] = "not all of it"
    run: Run
    name: str
    index: tuple[int, ...]
    found: str
    whole: str
    lost: Run
    code: str

    def sentence(self) -> Sentence:
        """Give the gradient as it is, and as it would be."""
        cell = f"{self.name}.grad{list(self.index) if self.index else ''}"
        return (
            Code(self.code),
            f" of line {line_of(self.lost[0])} ran where nothing is recorded, so that backward() takes its numbers for "
            "constants: ",
            Code(cell),
            f" is {signed(self.found)}, and {signed(self.whole)} with that step recorded",
        )


@dataclass(frozen=True, slots=True)
class EndsAtOnce(InAWord, Claim):
    """``backward()`` was asked of a leaf that was made of the numbers of a loss alone.

    Parameters
    ----------
    run
        Which line, and when.
    asked
        What it was asked of.
    lost
        Which line lost the gradient, and when.
    code
        What did there.
    why
        How.
    """

    word: ClassVar[str] = "ends at once"
    run: Run
    asked: str
    lost: Run
    code: str
    why: Why

    def sentence(self) -> Sentence:
        """Say what has a gradient then, and where the way back was lost."""
        return (
            Code(f"{self.asked}.backward()"),
            " gives a gradient to ",
            Code(self.asked),
            f" and to nothing before it: it is a new leaf. The way back ends in line {line_of(self.lost[0])}: ",
            Code(self.code),
            HOW[self.why],
            ". A loss keeps the way back as long as it stays the tensor that was computed, without ",
            Code("item()"),
            ", ",
            Code("detach()"),
            " or ",
            Code("torch.tensor()"),
        )


@dataclass(frozen=True, slots=True)
class SequenceFirst(InAWord, Claim):
    """A layer of a transformer took axis 0 as the sequence and axis 1 as the batch.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        What is called.
    steps, samples
        int, sizes of these axes of its input.
    """

    word: ClassVar[str] = "sequence first"
    run: Run
    layer: str
    steps: int
    samples: int

    def sentence(self) -> Sentence:
        """Say along which axis attention goes."""
        return (
            Name(self.layer),
            f" takes axis 0 as the sequence and axis 1 as the batch: {counted(self.samples, 'sample')} of "
            f"{counted(self.steps, 'step')}, and its attention goes along axis 0. Made with ",
            Code("batch_first=True"),
            " it takes axis 0 as the batch",
        )


@dataclass(frozen=True, slots=True)
class MadeInEachCall(InAWord, Claim):
    """A function makes a layer with weights each time that it is called, and calls it.

    Parameters
    ----------
    run
        Which line called it, and when.
    called
        What that calls: a network, or a function.
    code
        The layer, as the function makes it.
    is_network
        Whether the function is the ``forward`` of a network.
    """

    word: ClassVar[str] = "new each call"
    run: Run
    called: str
    code: str
    is_network: bool

    def sentence(self) -> Sentence:
        """Say what is new in each call, and where it is kept."""
        made = (
            Code(f"{self.called}(...)"),
            " makes ",
            Code(self.code),
            " anew in each call, with new random weights",
        )
        if self.is_network:
            kept = f"{self.called}.parameters()"
            return (*made, ", and ", Code(kept), " does not know them. Made once in ", Code("__init__"), " it stays")
        return (*made, ": nothing that one call learns is there in the next. Made once before the calls it stays")


@dataclass(frozen=True, slots=True)
class FunctionDropsStill(InAWord, Claim):
    """A network is in eval mode, and a function that calls it drops numbers all the same.

    Parameters
    ----------
    run
        Which line called the function, and when.
    network, function
        Their names.
    code
        The call of ``dropout`` in the function.
    """

    word: ClassVar[str] = "drops still"
    run: Run
    network: str
    function: str
    code: str

    def sentence(self) -> Sentence:
        """Say what the call is not told, and how it is."""
        return (
            Code(self.code),
            " in ",
            Name(self.function),
            " sets numbers to 0 at random in each call: it is a function of its own, which ",
            Code(f"{self.network}.eval()"),
            " does not reach. ",
            Code(f"training={self.network}.training"),
            " tells it",
        )


@dataclass(frozen=True, slots=True)
class FrozenMovesOn(InAWord, Claim):
    """A call changed the running statistics of a batch norm whose parameters require no gradient.

    Parameters
    ----------
    run
        Which line, and when.
    layer
        What code calls the layer.
    index
        int, the first channel whose mean it changed.
    before, after
        That mean.
    """

    word: ClassVar[str] = "statistics move"
    run: Run
    layer: str
    index: int
    before: str
    after: str

    def sentence(self) -> Sentence:
        """Give a mean before and after, and say what stops that."""
        return (
            "The parameters of ",
            Code(self.layer),
            " require no gradient, and in train mode its running mean and variance follow each batch all the same: ",
            Code(f"{self.layer}.running_mean[{self.index}]"),
            f" went from {signed(self.before)} to {signed(self.after)}. ",
            Code(f"{self.layer}.eval()"),
            " stops that",
        )


@dataclass(frozen=True, slots=True)
class StartsAnew(InAWord, Claim):
    """An optimiser that remembers its steps was made anew in each round of a loop, for one step each.

    Parameters
    ----------
    run
        Which line, and when: the last time.
    name
        The optimiser.
    kind
        Of it, as PyTorch calls its class.
    """

    word: ClassVar[str] = "begins anew"
    run: Run
    name: str
    kind: str

    def sentence(self) -> Sentence:
        """Say what is forgotten."""
        return (
            f"This line has made {self.run[1]} optimisers, and each took one step. What ",
            Code(self.kind),
            " keeps from step to step begins anew in each, so that no step here knows of an earlier one. Made before "
            "the loop, ",
            Name(self.name),
            " remembers",
        )


@dataclass(frozen=True, slots=True)
class OneModelTwice(InAWord, Claim):
    """A name was bound to a network that has another one, and training changed it later.

    Parameters
    ----------
    run
        Which line, and when.
    name, network
        The new name, and that of before.
    """

    word: ClassVar[str] = "no copy"
    run: Run
    name: str
    network: str

    def sentence(self) -> Sentence:
        """Say what training changes, and what would keep the numbers."""
        return (
            Name(self.name),
            " is one object with ",
            Name(self.network),
            " and no copy: the training that follows changes both. ",
            Code(f"copy.deepcopy({self.network})"),
            " keeps it as it is now",
        )


@dataclass(frozen=True, slots=True)
class OneMemoryOften(InAWord, Claim):
    """The entries of a list or a dict lie in one memory, which was changed since they were put in.

    Parameters
    ----------
    run
        Which line put the last one in, and when.
    name
        The list, or the dict.
    added
        What was put in, as code.
    count
        int, how many entries there are.
    instead
        The statement that puts a copy in.
    """

    word: ClassVar[str] = "one memory"
    run: Run
    name: str
    added: str
    count: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what the list shows, and what would keep each as it was."""
        return (
            f"All {self.count} entries of ",
            Name(self.name),
            " lie in one memory, which was written to since the first was put in: they all show its latest numbers. ",
            Code(self.instead),
            " keeps the numbers of each time",
        )


@dataclass(frozen=True, slots=True)
class LeftAsTheyWere(InAWord, Claim):
    """A state was loaded with ``strict=False`` and lacks some of what the network has.

    Parameters
    ----------
    run
        Which line, and when.
    network
        The network, as code.
    keys
        What the state lacks.
    """

    word: ClassVar[str] = "not loaded"
    run: Run
    network: str
    keys: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name what keeps its numbers."""
        most = 4
        names = [repr(key) for key in self.keys[:most]]
        if len(self.keys) > most:
            names.append(f"{len(self.keys) - most} more")
        keep = "keeps its numbers" if len(self.keys) == 1 else "keep their numbers"
        return (
            f"{listed(names)} of ",
            Code(self.network),
            f" {keep}: the state has nothing by {'that name' if len(self.keys) == 1 else 'these names'}, and ",
            Code("strict=False"),
            " lets it pass",
        )


@dataclass(frozen=True, slots=True)
class StillRecorded(InAWord, Claim):
    """What a network gave in eval mode was asked whether it is recorded, and it is.

    Parameters
    ----------
    run
        Which line asked, and when.
    name, network
        What the network gave, and the network.
    """

    word: ClassVar[str] = "still recorded"
    run: Run
    name: str
    network: str

    def sentence(self) -> Sentence:
        """Say what eval mode is about, and what records nothing."""
        return (
            Name(self.name),
            " requires a gradient though ",
            Name(self.network),
            " is in eval mode: that mode is about dropout and batch norm alone. ",
            Code("with torch.no_grad():"),
            " around the call records nothing",
        )
