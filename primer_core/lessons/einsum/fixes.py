"""What would make letters fit: those of one operand in another order, or another result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

from primer_core.claims.letters import LettersFit, Meaning
from primer_core.lessons.einsum.causes import Subscripts
from primer_core.lessons.einsum.question import NAMES

Shape = tuple[int, ...]

_MOST = 3
_MOST_ORDERED = 4
"""Letters of an operand of which every order is tried."""

_ORDERS: tuple[Meaning, ...] = ("order a", "order b", "order c")


def fixes(
    text: str, shapes: Sequence[Shape], fits: Callable[[str, Sequence[Shape]], Shape | None]
) -> tuple[LettersFit, ...]:
    """Propose other subscripts for the same operands; none drops an operand.

    Parameters
    ----------
    text
        Subscripts that do not fit as they are.
    shapes
        Of the operands.
    fits
        Returns the shape of the result, or None where NumPy declines.
    """
    written = Subscripts.read(text)
    found: dict[str, LettersFit] = {}
    for meaning, changed in _candidates(written, shapes):
        if changed.text == text or changed.text in found:
            continue
        shape = fits(changed.text, shapes)
        if shape is not None:
            found[changed.text] = LettersFit(meaning, changed.text, shape)
    return tuple(found.values())[:_MOST]


def _candidates(written: Subscripts, shapes: Sequence[Shape]) -> Iterator[tuple[Meaning, Subscripts]]:
    parts, result = written.parts, written.result
    known = sorted(set("".join(parts)) - {"."})
    bare = [len(shape) for shape in shapes[len(parts) :]]
    if bare and max(bare) <= _MOST_ORDERED:
        for added in product(*(permutations(known, rank) for rank in bare)):
            yield "letters too", replace(written, parts=(*parts, *("".join(letters) for letters in added)))
    if result is not None:
        kept = "".join(letter for letter in result if letter in {*known, "."})
        yield "known letters", replace(written, result=kept)
        if "." not in result:
            yield "each once", replace(written, result="".join(dict.fromkeys(result)))
        if "..." in "".join(parts) and "." not in result:
            yield "kept dots", replace(written, result=f"...{result}")
    if "." not in written.text:
        dots = tuple(f"...{part}" for part in parts)
        yield "dots", Subscripts(dots, None if result is None else f"...{result}")
    for place in reversed(range(min(len(parts), len(NAMES)))):
        for order in permutations(parts[place]) if len(parts[place]) <= _MOST_ORDERED else ():
            yield _ORDERS[place], replace(written, parts=(*parts[:place], "".join(order), *parts[place + 1 :]))
