"""What is said of an einsum: what becomes of each letter, or why the letters do not fit."""

from __future__ import annotations

from primer_core.backend import backend
from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import OfBooleans, Promoted, WrappedAround
from primer_core.claims.letters import (
    AsLoops,
    ComputedThrough,
    EveryCellMeets,
    LetterBecomes,
    MadeOneDtype,
    NothingSummed,
    OneReadAgain,
    ReadsDiagonal,
    SummedAlone,
    SumsOver,
    TurnsProduct,
    WithoutArrow,
)
from primer_core.claims.products import GivesShape
from primer_core.lessons.einsum.code import computed_in
from primer_core.lessons.einsum.explain import LetterUse, Outcome, Refusal, Summed, TooLarge
from primer_core.lessons.einsum.question import NAMES, EinsumQuestion
from primer_core.lessons.outcome import Unread


def claims_of(question: EinsumQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case Refusal(causes=causes, fixes=fixes):
            return (*causes, *fixes)
        case TooLarge():
            return (gives(outcome), *becomes(outcome.letters), *story(question, outcome))
        case Summed():
            return (gives(outcome), *becomes(outcome.letters), *warnings(outcome), *story(question, outcome))


def gives(outcome: TooLarge | Summed) -> Claim:
    """Give the shape of the result."""
    return GivesShape(tuple(use.size for use in outcome.letters if use.kept))


def becomes(letters: tuple[LetterUse, ...]) -> tuple[LetterBecomes, ...]:
    """Say what becomes of each letter in the result."""
    kept = [use.letter for use in letters if use.kept]
    return tuple(LetterBecomes(use.letter, kept.index(use.letter) if use.kept else None) for use in letters)


def warnings(summed: Summed) -> tuple[Claim, ...]:
    """Warn of whole numbers that wrapped around; nothing where none did."""
    return (WrappedAround("y", str(summed.result.dtype)),) if summed.overflowed else ()


def story(question: EinsumQuestion, outcome: TooLarge | Summed) -> tuple[Claim, ...]:
    """Say which letters are kept and which are summed, and what stands for what."""
    kept = [use for use in outcome.letters if use.kept]
    gone = [use for use in outcome.letters if not use.kept]
    names = NAMES[: len(outcome.operands)]
    found: list[Claim] = []
    if gone:
        found.append(SumsOver(tuple((use.letter, use.size) for use in gone), len(names) > 1, not kept))
    else:
        found.append(NothingSummed(names))
        if len(names) > 1 and len(kept) == sum(len(operand.shape) for operand in outcome.operands):
            cells = ((name, operand.values.size) for name, operand in zip(names, outcome.operands, strict=True))
            found.append(EveryCellMeets(tuple(cells)))
    found += _diagonals(outcome.letters)
    found += _stretched(outcome)
    found += _alone(outcome)
    found += _turned(outcome)
    if isinstance(outcome, Summed):
        if outcome.implicit:
            found.append(WithoutArrow(f"{outcome.subscripts}->{_written(kept)}"))
        found += [
            AsLoops(tuple(use.letter for use in kept), tuple(use.letter for use in gone)),
            *_dtypes(question, outcome),
        ]
    return tuple(found)


def _stretched(outcome: TooLarge | Summed) -> list[Claim]:
    """Say of each axis of size 1 whose letter runs further that its one cell is read again."""
    return [
        OneReadAgain(use.letter, use.size, NAMES[place], axis)
        for use in outcome.letters
        for place, axes in enumerate(use.axes)
        for axis in axes
        if outcome.operands[place].shape[axis] == 1 < use.size and not use.letter.startswith("…")
    ]


def _alone(outcome: TooLarge | Summed) -> list[Claim]:
    """Say of each letter that is summed over in one of several operands alone that it is summed by itself."""
    found: list[Claim] = []
    if any(operand.values.dtype == bool for operand in outcome.operands):
        return found  # which are not added up
    for use in outcome.letters:
        axes = [(place, axis) for place, each in enumerate(use.axes) for axis in each]
        if len(outcome.operands) > 1 and not use.kept and len(axes) == 1 and use.size > 1 and len(use.letter) == 1:
            ((place, axis),) = axes
            found.append(SummedAlone(use.letter, NAMES[place], axis))
    return found


def _turned(outcome: TooLarge | Summed) -> list[Claim]:
    """Say that a matrix product comes transposed, where its letters come in the other order."""
    before, _, after = outcome.subscripts.replace(" ", "").partition("->")
    match before.split(","):
        case [first, second] if len(first) == len(second) == len(after) == 2:
            usual = first[0] + second[1]
            three = first[1] == second[0] and len({*first, *second}) == 3 and "." not in first + second
            a, b = (operand.shape for operand in outcome.operands)
            if three and a[1] == b[0] and after == usual[::-1]:
                return [TurnsProduct(usual, after, tuple(use.size for use in outcome.letters if use.kept))]
    return []


def _diagonals(letters: tuple[LetterUse, ...]) -> list[Claim]:
    return [
        ReadsDiagonal(use.letter, NAMES[place], axes)
        for use in letters
        for place, axes in enumerate(use.axes)
        if len(axes) > 1
    ]


def _written(kept: list[LetterUse]) -> str:
    """Write the letters of a result; what ``...`` stands for has none of its own."""
    wide = any(use.letter.startswith("…") for use in kept)
    return ("..." if wide else "") + "".join(use.letter for use in kept if not use.letter.startswith("…"))


def _dtypes(question: EinsumQuestion, summed: Summed) -> list[Claim]:
    """Say what comes of operands of different dtypes, or of those that PyTorch has no products of."""
    of = tuple((name, str(operand.values.dtype)) for name, operand in zip(NAMES, summed.operands, strict=False))
    made, through = str(summed.result.dtype), computed_in(summed.result.dtype)
    promotes = backend(question.library).promotes_products
    found: list[Claim] = []
    adds, multiplies = any(not use.kept for use in summed.letters), len(summed.operands) > 1
    if made == "bool" and (adds or multiplies):
        found.append(OfBooleans("y", adds, multiplies))
    if len({dtype for _, dtype in of}) > 1:
        found.append(Promoted(of, ("y", made)) if promotes or through else MadeOneDtype(of, made))
    if through and not promotes:
        found.append(ComputedThrough(made, through))
    return found
