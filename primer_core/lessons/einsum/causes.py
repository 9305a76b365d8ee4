"""Why letters do not fit operands: a sign, a count, a letter, or a size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from primer_core.claims.claim import Claim
from primer_core.claims.letters import (
    DotsStay,
    KeptTwice,
    LettersCounted,
    NoSuchLetter,
    OperandsCounted,
    StrangeSign,
    TwoSizes,
    UnequalDiagonal,
)
from primer_core.lessons.einsum.question import NAMES

Shape = tuple[int, ...]
Place = tuple[str, int, int]
"""Name of an operand, one of its axes, and the size of that axis."""

_DOTS = "..."


@dataclass(frozen=True, slots=True)
class Subscripts:
    """Subscripts as they are written.

    Parameters
    ----------
    parts
        The letters of each operand.
    result
        Those behind the arrow; None without an arrow.
    """

    parts: tuple[str, ...]
    result: str | None

    @classmethod
    def read(cls, text: str) -> Subscripts:
        """Take them apart at the first arrow and at the commas before it."""
        before, arrow, after = text.partition("->")
        return cls(tuple(before.split(",")), after if arrow else None)

    @property
    def text(self) -> str:
        """Write them."""
        return ",".join(self.parts) + ("" if self.result is None else f"->{self.result}")


def causes(text: str, shapes: Sequence[Shape]) -> tuple[Claim, ...]:
    """Find out why NumPy declines subscripts; nothing where it takes them.

    Parameters
    ----------
    text
        The subscripts, without spaces.
    shapes
        Of the operands.
    """
    strange = _strange(text)
    if strange is not None:
        return (StrangeSign(text[strange], strange + 1),)
    written = Subscripts.read(text)
    if len(written.parts) != len(shapes):
        return (OperandsCounted(",".join(written.parts), len(written.parts), len(shapes)),)
    counted = [
        LettersCounted(name, part, len(shape))
        for name, part, shape in zip(NAMES, written.parts, shapes, strict=False)
        if not _fits(part, len(shape))
    ]
    found: list[Claim] = [*counted]
    if written.result is not None:
        known, result = set("".join(written.parts).replace(".", "")), written.result.replace(".", "")
        found += [NoSuchLetter(letter) for letter in dict.fromkeys(result) if letter not in known]
        found += [KeptTwice(letter) for letter in dict.fromkeys(result) if result.count(letter) > 1]
    if counted:
        return tuple(found)
    wide = max(len(shape) - len(_letters(part)) for part, shape in zip(written.parts, shapes, strict=True))
    if wide and written.result is not None and _DOTS not in written.result:
        found.append(DotsStay(wide))
    return (*found, *_sizes(written, shapes))


def _strange(text: str) -> int | None:
    """Return the place of the first sign that cannot stand where it does, counted from 0; None where all can."""
    before, arrow, after = text.partition("->")
    begins = 0
    for part in (*before.split(","), *([after] if arrow else [])):
        if begins > len(before):
            begins = len(before) + len(arrow)
        plain = part.replace(_DOTS, "abc", 1)  # letters in the place of the dots, as many as there are signs
        found = re.search(r"[^A-Za-z]", plain)
        if found is not None:
            return begins + found.start()
        begins += len(part) + 1
    return None


def _letters(part: str) -> str:
    return part.replace(_DOTS, "")


def _fits(part: str, rank: int) -> bool:
    return len(_letters(part)) <= rank if _DOTS in part else len(part) == rank


def _axes(part: str, rank: int) -> list[str]:
    """Return the letter of each axis; ``…0`` is the last one that ``...`` stands for."""
    head, _, tail = part.partition(_DOTS)
    wide = rank - len(head) - len(tail)
    return [*head, *(f"…{place}" for place in reversed(range(wide))), *tail]


def _sizes(written: Subscripts, shapes: Sequence[Shape]) -> list[Claim]:
    """Find letters that stand for axes of different sizes."""
    found: list[Claim] = []
    known: dict[str, Place] = {}
    for name, part, shape in zip(NAMES, written.parts, shapes, strict=False):
        axes = _axes(part, len(shape))
        for letter in dict.fromkeys(axes):
            own = tuple(size for other, size in zip(axes, shape, strict=True) if other == letter)
            if len(set(own)) > 1:
                found.append(UnequalDiagonal(letter, name, own))
        for axis, (letter, size) in enumerate(zip(axes, shape, strict=True)):
            first = known.get(letter)
            if first is None or first[2] == 1:
                known[letter] = (name, axis, size)
            elif size not in (1, first[2]) and first[0] != name:
                found.append(TwoSizes(letter, first, (name, axis, size)))
    return list(dict.fromkeys(found))
