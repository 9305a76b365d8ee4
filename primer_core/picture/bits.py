"""Bits: a number as it lies in memory, in fields that mean something each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

FieldName = Literal["sign", "exponent", "fraction", "value", "dropped"]
"""What a field of bits is called; "dropped" is what did not fit, and is not in memory."""


@dataclass(frozen=True, slots=True)
class BitGroup:
    """Bits that mean something together.

    Parameters
    ----------
    name
        The field.
    bits
        Zeros and ones, the most significant first.
    """

    kind: ClassVar[str] = "bitgroup"
    name: FieldName
    bits: str

    def __post_init__(self) -> None:
        """Check that there are bits, and nothing else."""
        if not self.bits or set(self.bits) - {"0", "1"}:
            raise ValueError(f"bits must be zeros and ones, at least one, not {self.bits!r}")


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of one number, a cell each.

    Parameters
    ----------
    groups
        From the most significant on.
    formula
        Plain text: how the bits make the number.
    caption
        Plain text that names the number and its dtype to a screen reader.
    """

    kind: ClassVar[str] = "bits"
    groups: tuple[BitGroup, ...]
    formula: str
    caption: str
