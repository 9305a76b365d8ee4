"""What is said of networks that a program calls: its layers, and where one breaks."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Strong, counted, thousands


@dataclass(frozen=True, slots=True)
class LayerGave(Claim):
    """A layer of a network was called, and returned.

    Parameters
    ----------
    number
        int, the how-manieth call of a network of the program it belongs to, counted from 1.
    name
        What the layer is called in the network.
    made
        The layer, as PyTorch shows it.
    given, gave
        Shapes of its input and of what it returned.
    parameters
        int, how many numbers of its own it learns.
    """

    number: int
    name: str
    made: str
    given: Shape
    gave: Shape
    parameters: int

    def sentence(self) -> Sentence:
        """Name shapes and parameters."""
        return (
            Name(self.name),
            f" makes {self.gave} of {self.given} with {counted(self.parameters, 'parameter')}: ",
            Code(self.made),
        )

    def brief(self) -> str:
        """Show the settings of the layer."""
        return self.made.partition("(")[2][:-1]


@dataclass(frozen=True, slots=True)
class NetworkLearns(Claim):
    """How many numbers a network could learn when it was called.

    Parameters
    ----------
    number
        int, the how-manieth call of a network of the program it is, counted from 1.
    parameters, trainable
        int, how many numbers it held to be learned, and how many of them were not frozen.
    """

    number: int
    parameters: int
    trainable: int

    def sentence(self) -> Sentence:
        """Count them."""
        if not self.parameters:
            return ("nothing to learn",)
        if self.trainable == self.parameters:
            return ("none of them was frozen in this call",)
        if not self.trainable:
            return ("all of them were frozen in this call",)
        return (f"{thousands(self.parameters - self.trainable)} of them were frozen in this call",)


@dataclass(frozen=True, slots=True)
class LayerBroke(Claim):
    """The layer at which a network breaks.

    Parameters
    ----------
    number
        int, the how-manieth call of a network of the program it belongs to, counted from 1.
    name
        What the layer is called in the network; empty for the network itself.
    made
        The layer, as PyTorch shows it; of what holds layers, its class.
    given
        Shape of its input; the name of its type where that is no tensor.
    front
        The recurrent layer in front of it in a Sequential, by its class, where what that gives is its input; else
        empty.
    """

    number: int
    name: str
    made: str
    given: Shape | str
    front: str = ""

    def sentence(self) -> Sentence:
        """Name the layer and its input."""
        known = (
            f"has the shape {self.given}" if isinstance(self.given, tuple) else f"is of type {self.given}, no tensor"
        )
        if not self.name and "(" in self.made:
            return (Code(self.made), f" breaks: its input {known}.")
        if not self.name:
            return ("No layer in ", Code(self.made), f" breaks, but a call of {self.made} itself: its input {known}.")
        if self.front:
            known += f". {self.front}, the layer in front of it, gives its outputs and its last state together"
        return (Strong(f"It breaks at {self.name}"), ", ", Code(self.made), f": its input {known}.")

    def brief(self) -> str:
        """Show the settings of the layer."""
        return self.made.partition("(")[2][:-1]


@dataclass(frozen=True, slots=True)
class LayerWants(Claim):
    """The layer at which a program stops takes the very input, if it is made with another number.

    Parameters
    ----------
    setting
        Name of the number: ``in_features``.
    had, wanted
        The number that it was made with, and the one with which it takes the input.
    """

    setting: str
    had: int
    wanted: int

    def sentence(self) -> Sentence:
        """Name both numbers."""
        return (
            "It was made with ",
            Code(f"{self.setting}={self.had}"),
            ". With ",
            Code(f"{self.setting}={self.wanted}"),
            " a layer that is like it in all else takes this input.",
        )


@dataclass(frozen=True, slots=True)
class NeverCalled(Claim):
    """A program makes a network and never calls it.

    Parameters
    ----------
    name
        Of the network.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " is made and never called.")


@dataclass(frozen=True, slots=True)
class CallGives(Claim):
    """What a call of a network gives, put behind the program.

    Parameters
    ----------
    code
        The call.
    gives
        Shape of the result; empty where it fails.
    error
        Name of the exception that it raises; empty where it works.
    """

    code: str
    gives: str
    error: str

    def sentence(self) -> Sentence:
        """Give the outcome."""
        return (Code(self.code), f" → {self.gives or self.error}")
