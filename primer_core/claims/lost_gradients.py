"""Why there is no way back from a loss: which step of its history lost the gradient, or that nothing asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted
from primer_core.claims.running import Run, line_of

Why = Literal["no_grad", "number", "dtype", "detached", "anew"]
"""How a gradient is lost: nothing was recorded, a number of Python's was made, no floats were, the way back was cut,
or a new tensor was made of the numbers."""

HOW: Mapping[str, str] = {
    "no_grad": " ran where nothing is recorded, as under torch.no_grad()",
    "number": " gives numbers of Python's, which know no way back",
    "dtype": " gives no floats, and only floats and complex numbers have a gradient",
    "detached": " hands on the numbers without the way back",
    "anew": " makes a new tensor of the numbers alone",
}


Lack = Literal["plain", "anew", "result", "beside", "later", "before", "compared", "cleared"]
"""Why a tensor has no gradient: it requires none, its name was one of a leaf that does before, it is no leaf, it is
beside the way back, no ``backward()`` has run, it was only compared, or none that ran came to it or left it."""


@dataclass(frozen=True, slots=True)
class NoGradient(InAWord, Claim):
    """A tensor was asked for its gradient, and has none.

    Parameters
    ----------
    run
        Which line, and when.
    name
        Of the tensor.
    why
        Why it has none.
    line
        int, which line bound the name to another tensor than the leaf; 0 for none.
    """

    word: ClassVar[str] = "no gradient"
    run: Run
    name: str
    why: Lack
    line: int = 0

    def sentence(self) -> Sentence:
        """Say that it is None, and why."""
        asked = (Code(f"{self.name}.grad"), " is None: ")
        match self.why:
            case "plain":
                return (*asked, Name(self.name), " requires no gradient. ", Code("requires_grad=True"), " asks for one")
            case "anew":
                return (
                    *asked,
                    f"line {self.line} bound the name ",
                    Name(self.name),
                    " to a new tensor, which requires no gradient and has none. ",
                    Code(f"{self.name} -= ..."),
                    " under torch.no_grad() changes the leaf itself in place, which goes on requiring one",
                )
            case "result":
                return (
                    *asked,
                    Name(self.name),
                    " was computed, and backward() keeps the gradients of leaves alone. ",
                    Code(f"{self.name}.retain_grad()"),
                    " before backward() keeps this one, too",
                )
            case "beside":
                return (
                    *asked,
                    Name(self.name),
                    " was computed beside all that backward() went back from: that was not computed of it, no way "
                    "leads to it, and retain_grad() would keep nothing",
                )
            case "later":
                return (
                    *asked,
                    Name(self.name),
                    " was computed after the last backward() had run, which cannot have come to it. It is no leaf, and "
                    "of such backward() keeps no gradient, unless ",
                    Code(f"{self.name}.retain_grad()"),
                    " asks for it before",
                )
            case "before":
                return (*asked, "no backward() has run before this line")
            case "compared":
                return (
                    *asked,
                    "all that this program computes of ",
                    Name(self.name),
                    " are comparisons. They give True and False, which no gradient comes through",
                )
        return (*asked, "no backward() that ran came to ", Name(self.name), ", or its gradient was cleared since")


@dataclass(frozen=True, slots=True)
class LosesGradient(Claim):
    """A step on the way to a loss was given what requires a gradient, and gave what does not.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The step.
    why
        How it lost the gradient.
    """

    run: Run
    code: str
    why: Why

    def sentence(self) -> Sentence:
        """Name the step, and say how."""
        return (f"The gradient is lost in line {line_of(self.run[0])}: ", Code(self.code), f"{HOW[self.why]}.")


@dataclass(frozen=True, slots=True)
class NothingRequires(Claim):
    """No tensor of a program requires a gradient.

    Parameters
    ----------
    line
        int, where ``backward()`` is refused.
    code
        What it was asked of.
    """

    line: int
    code: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            f"In line {self.line} ",
            Code(self.code),
            " was computed of tensors that require no gradient: no tensor of this program was made with ",
            Code("requires_grad=True"),
            ", and no network has a parameter that requires one.",
        )


@dataclass(frozen=True, slots=True)
class AskedTooLate(Claim):
    """What ``backward()`` was asked of was computed of what requires no gradient, though something else does.

    Parameters
    ----------
    line
        int, where ``backward()`` is refused.
    code
        What it was asked of.
    """

    line: int
    code: str

    def sentence(self) -> Sentence:
        """Say so, and where a gradient is asked for."""
        return (
            f"In line {self.line} ",
            Code(self.code),
            " was computed of tensors that required no gradient then. ",
            Code("requires_grad=True"),
            " is for what is to learn, before anything is computed of it",
        )


@dataclass(frozen=True, slots=True)
class AllFrozen(Claim):
    """No parameter of a network requires a gradient, as the program has told each of them.

    Parameters
    ----------
    line
        int, where ``backward()`` is refused.
    code
        What it was asked of.
    network
        Name of the network.
    count
        int, its parameters.
    """

    line: int
    code: str
    network: str
    count: int

    def sentence(self) -> Sentence:
        """Say so, and what a network that is to learn needs."""
        all_of = "the only parameter" if self.count == 1 else f"all {counted(self.count, 'parameter')}"
        return (
            f"In line {self.line} ",
            Code(self.code),
            f" was computed where nothing requires a gradient: {all_of} of ",
            Name(self.network),
            " had requires_grad set to False. What is to learn must keep it",
        )
