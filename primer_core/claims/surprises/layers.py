"""What often surprises in layers: an attribute that freezes nothing, dropout that goes on, nothing between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, axis_text, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class FreezesNothing(InAWord, Claim):
    """A layer was given an attribute ``requires_grad``, and its parameters require a gradient as before.

    Parameters
    ----------
    run
        Which line, and when.
    holder
        The layer, as code writes it.
    count
        int, its parameters that require a gradient.
    """

    word: ClassVar[str] = "freezes nothing"
    run: Run
    holder: str
    count: int

    def sentence(self) -> Sentence:
        """Say what still requires a gradient, and what would freeze it."""
        require = "requires" if self.count == 1 else "require"
        return (
            Code(f"{self.holder}.requires_grad = False"),
            f" sets an attribute that PyTorch does not ask for: {counted(self.count, 'parameter')} of ",
            Code(self.holder),
            f" {require} a gradient as before. ",
            Code(f"{self.holder}.requires_grad_(False)"),
            " freezes them",
        )


@dataclass(frozen=True, slots=True)
class AloneInItsSum(InAWord, Claim):
    """Softmax along an axis of size 1 makes each number 1.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axis
        Its axis, counted from the front.
    """

    word: ClassVar[str] = "always 1"
    run: Run
    code: str
    axis: int

    def sentence(self) -> Sentence:
        """Say what each number is divided by."""
        return (
            Code(self.code),
            f" is 1 everywhere, whatever finite numbers it is given: along {axis_text(self.axis)} each stands alone, "
            "and softmax divides its exponential by itself",
        )


@dataclass(frozen=True, slots=True)
class LossOfOneClass(InAWord, Claim):
    """A loss over classes was given logits of one class.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    shape
        Of the logits: ``(samples, 1)``.
    """

    word: ClassVar[str] = "one class"
    run: Run
    code: str
    shape: tuple[int, int]

    def sentence(self) -> Sentence:
        """Say what the loss is, and which one is meant for two cases."""
        return (
            Code(self.code),
            f" is 0 whatever finite numbers the network gives, so that nothing is learnt: logits of shape {self.shape} "
            "are of one class, and softmax gives it 1. One logit for yes or no is what ",
            Code("nn.BCEWithLogitsLoss()"),
            " takes",
        )


@dataclass(frozen=True, slots=True)
class NothingBetween(InAWord, Claim):
    """Of two linear layers of a network one gets what the other gives, as it is.

    Parameters
    ----------
    run
        Which line, and when.
    network
        Name of the network.
    first, second
        The two, as code writes them.
    inputs, outputs
        int, what goes into the first, and comes out of the second.
    """

    word: ClassVar[str] = "as one layer"
    run: Run
    network: str
    first: str
    second: str
    inputs: int
    outputs: int

    def sentence(self) -> Sentence:
        """Say which layer does the same."""
        return (
            "Between ",
            Code(self.first),
            " and ",
            Code(self.second),
            " stands nothing: together they compute no more than one ",
            Code(f"nn.Linear({self.inputs}, {self.outputs})"),
            " can. With ",
            Code("nn.ReLU()"),
            " between them they can compute more",
        )


@dataclass(frozen=True, slots=True)
class StateIsShared(InAWord, Claim):
    """A name was bound to the state of a network, which an optimiser changes later.

    Parameters
    ----------
    run
        Which line, and when.
    name, network
        The name, and that of the network.
    """

    word: ClassVar[str] = "no copy"
    run: Run
    name: str
    network: str

    def sentence(self) -> Sentence:
        """Say what changes with it, and what keeps the numbers."""
        return (
            Name(self.name),
            " holds the numbers of ",
            Name(self.network),
            " themselves and no copies: each step of an optimiser of ",
            Name(self.network),
            " changes both. ",
            Code(f"copy.deepcopy({self.network}.state_dict())"),
            " keeps them as they are now",
        )


@dataclass(frozen=True, slots=True)
class DropsStill(InAWord, Claim):
    """A network was put in eval mode, and a call in its code drops all the same.

    Parameters
    ----------
    run
        Which line, and when.
    network
        Name of the network.
    code
        The call of ``dropout``, as its class has it.
    """

    word: ClassVar[str] = "drops still"
    run: Run
    network: str
    code: str

    def sentence(self) -> Sentence:
        """Say what the function is not told, and how it is."""
        return (
            Code(f"{self.network}.eval()"),
            " does not reach ",
            Code(self.code),
            ": the function drops at random in eval mode, too, unless it is told ",
            Code("training=self.training"),
        )


@dataclass(frozen=True, slots=True)
class NotAParameter(InAWord, Claim):
    """An attribute of a network is a tensor that requires a gradient, and none of its parameters.

    Parameters
    ----------
    run
        Which line, and when.
    name, attribute
        The network, and its attribute.
    """

    word: ClassVar[str] = "no parameter"
    run: Run
    name: str
    attribute: str

    def sentence(self) -> Sentence:
        """Say what leaves it out, and what would make it one."""
        return (
            Code(f"{self.name}.{self.attribute}"),
            " requires a gradient and is no parameter of ",
            Name(self.name),
            ": ",
            Code(f"{self.name}.parameters()"),
            ", which an optimiser is made with, leaves it out, and so does ",
            Code(f"{self.name}.state_dict()"),
            ". ",
            Code("nn.Parameter(...)"),
            " around the tensor makes it one",
        )


@dataclass(frozen=True, slots=True)
class LayersInARow(InAWord, Claim):
    """A linear layer was called with what another one gave, as it is.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    outer, inner
        Names of the layers.
    inputs, outputs
        int, what goes into the inner one, and comes out of the outer one.
    """

    word: ClassVar[str] = "as one layer"
    run: Run
    code: str
    outer: str
    inner: str
    inputs: int
    outputs: int

    def sentence(self) -> Sentence:
        """Say which layer does the same."""
        return (
            Code(self.code),
            " computes no more than one ",
            Code(f"nn.Linear({self.inputs}, {self.outputs})"),
            " can, with the weights ",
            Code(f"{self.outer}.weight @ {self.inner}.weight"),
            ". With ",
            Code("torch.relu(...)"),
            " around ",
            Code(self.inner),
            " it can compute more",
        )


@dataclass(frozen=True, slots=True)
class RowsTakenForSamples(InAWord, Claim):
    """What lays samples out flat was given a table without the axis of a batch, and left it as it is.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call that was given the table: of a network, or of the function itself.
    flat
        What lays samples out flat, as code; empty where the call itself does.
    given
        The table, as code that something can be asked of.
    shape, gives
        Shapes of the table, and of what the call gives.
    """

    word: ClassVar[str] = "rows as samples"
    run: Run
    code: str
    flat: str
    given: str
    shape: Shape
    gives: Shape

    def sentence(self) -> Sentence:
        """Say what is kept and joined, and what makes one sample of a table."""
        gives: Sentence = (Code(self.code), f" gives a row for each, {self.gives}. ") if self.flat else ()
        return (
            Code(self.flat or self.code),
            " joins all axes behind axis 0, which is that of the batch. ",
            Code(self.given),
            f", {self.shape}, has one axis behind it and stays as it is: its {self.shape[0]} rows count as samples"
            f"{', and ' if gives else '. '}",
            *gives,
            "If all of it is one sample, ",
            Code(f"{self.given}.unsqueeze(0)"),
            f" is a batch of one, {(1, *self.shape)}",
        )


@dataclass(frozen=True, slots=True)
class MadeOfData(InAWord, Claim):
    """A layer was made with data in the place of its settings.

    Parameters
    ----------
    run
        Which line, and when.
    code, given
        The call of the class, and the data.
    setting
        What the data is read as; empty where the class uses nothing that it is given.
    instead, also
        What makes the layer first and calls it of the data, and what does without a layer; empty where not known.
    """

    word: ClassVar[str] = "a layer, no result"
    run: Run
    code: str
    given: str
    setting: str
    instead: str
    also: str

    def sentence(self) -> Sentence:
        """Say what comes of the call, and what computes a result."""
        read: Sentence = (" is read as a setting",)
        if self.setting:
            read = (" is read as its setting ", Code(self.setting))
        instead: Sentence = ()
        if self.instead:
            instead = (". ", Code(self.instead), " makes one and calls it")
        also: Sentence = (", and ", Code(self.also), " needs none") if self.also else ()
        return (
            Code(self.code),
            " makes a layer and computes nothing: ",
            Code(self.given),
            *read,
            *instead,
            *also,
        )
