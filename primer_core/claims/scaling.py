"""What is said of pixels that are scaled and normalised."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Strong, number_text, signed


def rounded(number: float) -> str:
    """Write a number with four digits behind the point where it is small, and one where it is large."""
    return signed(f"{number:.4f}" if abs(number) < 100 else f"{number:.1f}")


@dataclass(frozen=True, slots=True)
class PixelBecomes(Claim):
    """What becomes of one pixel.

    Parameters
    ----------
    dtype
        In which it comes.
    pixel
        Its value.
    tensor, normalised
        What ``to_tensor`` makes of it, and ``normalize`` of that.
    """

    dtype: str
    pixel: int
    tensor: float
    normalised: float

    def sentence(self) -> Sentence:
        """Tell both steps."""
        return (
            f"{self.pixel} in ",
            Code(self.dtype),
            f" becomes {rounded(self.tensor)}, and normalised ",
            Strong(rounded(self.normalised)),
            ".",
        )


@dataclass(frozen=True, slots=True)
class DividesBytesOnly(Claim):
    """``to_tensor`` divides by 255 where the pixels are whole numbers of 8 bits, and leaves floats as they are."""

    def sentence(self) -> Sentence:
        """Say so."""
        return (Code("to_tensor"), " divides by 255 where pixels are uint8, and leaves float32 as it is.")


@dataclass(frozen=True, slots=True)
class SubtractsAndDivides(Claim):
    """What ``normalize`` computes.

    Parameters
    ----------
    mean, std
        What it was given.
    """

    mean: float
    std: float

    def sentence(self) -> Sentence:
        """Write it down."""
        return (
            Code("normalize"),
            " computes ",
            Code(f"(tensor − {number_text(self.mean)}) / {number_text(self.std)}".replace("− −", "+ ")),
            ".",
        )


@dataclass(frozen=True, slots=True)
class SpreadOfBytes(Claim):
    """Between which numbers all pixels of a dtype lie once they are normalised.

    Parameters
    ----------
    dtype
        In which they come.
    black, white
        What 0 and 255 become.
    """

    dtype: str
    black: float
    white: float

    def sentence(self) -> Sentence:
        """Give both ends."""
        return (
            "From black to white, ",
            Code(self.dtype),
            f" pixels become {rounded(self.black)} to {rounded(self.white)}.",
        )
