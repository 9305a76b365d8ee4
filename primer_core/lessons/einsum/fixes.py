"""What would make letters fit: those of one operand in another order, or another result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product
from string import ascii_lowercase

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
    if len(parts) > len(shapes) and result is not None:
        left = "".join(parts[: len(shapes)])
        once = "".join(sorted(letter for letter in set(left) - {"."} if left.count(letter) == 1))
        yield "fewer letters", Subscripts(parts[: len(shapes)], ("..." if "..." in left else "") + once)
    if result is not None and len(parts) == len(shapes):
        yield from _apart(written, result, shapes)
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


def _apart(written: Subscripts, result: str, shapes: Sequence[Shape]) -> Iterator[tuple[Meaning, Subscripts]]:
    """Yield a letter of its own for the second of two sizes, where the letter of both is kept in the result."""
    parts = written.parts
    if "." in written.text or any(len(part) != len(shape) for part, shape in zip(parts, shapes, strict=True)):
        return
    free = next((letter for letter in ascii_lowercase if letter not in written.text), None)
    if free is None:
        return
    sizes: dict[str, int] = {}
    for place, (part, shape) in enumerate(zip(parts, shapes, strict=True)):
        for letter, size in zip(part, shape, strict=True):
            if sizes.setdefault(letter, size) != size and letter in result and part.count(letter) == 1:
                changed = (*parts[:place], part.replace(letter, free), *parts[place + 1 :])
                yield "apart", Subscripts(changed, result.replace(letter, letter + free))
                return
