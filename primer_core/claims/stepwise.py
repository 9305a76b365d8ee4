"""What is said of single numbers of softmax and of its losses, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Sentence, signed


@dataclass(frozen=True, slots=True)
class StepMoves(Claim):
    """What a step against the gradient does to a logit.

    Parameters
    ----------
    place
        Of the logit in its row.
    moves
        "lowers", "raises", or "leaves" it alone.
    """

    place: int
    moves: str

    def sentence(self) -> Sentence:
        """Say so."""
        if self.moves == "leaves":
            return (f"A step leaves z[{self.place}] alone.",)
        return (f"A step against the gradient {self.moves} z[{self.place}].",)


@dataclass(frozen=True, slots=True)
class LogitRounds(Claim):
    """A dtype cannot hold a logit that was asked for.

    Parameters
    ----------
    dtype
        Of the logits.
    asked, held
        The number that was asked for, and what it became.
    """

    dtype: str
    asked: float
    held: float

    def sentence(self) -> Sentence:
        """Give both."""
        asked, held = (signed(f"{value:.8g}") for value in (self.asked, self.held))
        return (f"{self.dtype} rounds {asked} to {held}",)


@dataclass(frozen=True, slots=True)
class StepBecomes(Claim):
    """A number of softmax is lost.

    Parameters
    ----------
    of
        Which: "exp" or "p" of the stable form, or "naive exp", "naive sum" or "naive p".
    place
        Of the class; 0 for a sum.
    becomes
        "zero", "infinity", "nan", or "zero by infinity" where a number was divided by infinity.
    dtype
        In which it is computed.
    """

    of: str
    place: int
    becomes: str
    dtype: str

    def sentence(self) -> Sentence:
        """Say what became of it."""
        match self.becomes:
            case "nan":
                return ("not a number",)
            case "infinity":
                return (f"overflow: larger than {self.dtype} can hold",)
            case "zero by infinity":
                return ("a number divided by infinity is 0",)
        if self.of.startswith("naive"):
            return (f"underflow: too small for {self.dtype}, it rounds to 0",)
        return (f"too small for {self.dtype}: it rounds to 0",)


@dataclass(frozen=True, slots=True)
class SigmoidFlat(Claim):
    """A sigmoid is rounded to 0 or 1, where its slope is 0.

    Parameters
    ----------
    place
        Of the logit.
    value
        0 or 1.
    dtype
        Of the sigmoid.
    """

    place: int
    value: float
    dtype: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"it rounds to {self.value:.1f} in {self.dtype}, and its slope is 0",)


@dataclass(frozen=True, slots=True)
class SlopeLost(Claim):
    """The loss in two steps has no gradient by a logit, as its sigmoid is flat.

    Parameters
    ----------
    place
        Of the logit.
    """

    place: int

    def sentence(self) -> Sentence:
        """Say so."""
        return ("lost: p is flat there",)
