"""einsum: a letter for each axis says which cells meet, which are summed over, and which axes remain.

The rule: cells meet where each letter has one value; all that meet are multiplied; letters that the result lacks are
summed over. A letter twice on one operand takes its diagonal. Without an arrow the result has the letters that stand
once, in alphabetical order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined, Library
from primer_core.claims.claim import Claim
from primer_core.claims.letters import LettersFit, TwoSizes, UnequalDiagonal
from primer_core.language.limits import MAX_ELEMENTS, Refused, check_size, thousands
from primer_core.language.operand import Operand, read_operand
from primer_core.language.spelling import shape_text
from primer_core.language.table.products import Letters, einsum_letters
from primer_core.lessons.einsum import code as snippets
from primer_core.lessons.einsum.causes import causes
from primer_core.lessons.einsum.fixes import fixes
from primer_core.lessons.einsum.question import EinsumQuestion
from primer_core.lessons.outcome import Unread

MAX_LOOPS = 65_536
"""Products of one einsum: each is a link that is drawn."""

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LetterUse:
    """What one letter stands for.

    Parameters
    ----------
    letter
        The letter; ``…0``, ``…1`` for the axes that ``...`` stands for.
    size
        int, how many values it runs through.
    axes
        For each operand, the axes that bear it.
    kept
        Whether the result has it; else it is summed over.
    """

    letter: str
    size: int
    axes: tuple[tuple[int, ...], ...]
    kept: bool

    @property
    def diagonal(self) -> bool:
        """Whether one operand bears it twice."""
        return any(len(places) > 1 for places in self.axes)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Subscripts and operands that could be read; what comes of them is one of the subclasses.

    Parameters
    ----------
    subscripts
        As NumPy takes them, without spaces.
    operands
        One to three, as they were understood.
    """

    subscripts: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Refusal(Read):
    """NumPy declines.

    Parameters
    ----------
    declined
        Its own words.
    causes
        What is said of why it does.
    axes
        For each operand the letter of each of its axes; empty where the letters are not as many as the axes.
    fixes
        What is said of subscripts that fit.
    code
        Snippet that prints the error.
    """

    declined: Declined
    causes: tuple[Claim, ...]
    axes: tuple[tuple[str, ...], ...]
    fixes: tuple[LettersFit, ...]
    code: str

    @property
    def clashing(self) -> frozenset[str]:
        """Letters that stand for two sizes."""
        return frozenset(cause.letter for cause in self.causes if isinstance(cause, TwoSizes | UnequalDiagonal))


@dataclass(frozen=True, slots=True, eq=False)
class TooLarge(Read):
    """It has a result, but one that takes more than is computed here.

    Parameters
    ----------
    letters
        What each letter stands for.
    message
        Plain text: how large it is, and what to do.
    code
        Snippet that prints the shape of the result.
    """

    letters: tuple[LetterUse, ...]
    message: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Summed(Read):
    """It was computed.

    Parameters
    ----------
    letters
        What each letter stands for: those of the result first, in its order, then those that are summed over.
    result
        Values.
    cells
        For each operand ``(result.size, products)``: the flat indices of the cells that meet in each cell of the
        result, product by product.
    implicit
        Whether no arrow was written, so that NumPy chose the result's letters.
    overflowed
        Whether a sum of whole numbers went beyond 64 bits and wrapped around.
    codes
        By library, the snippet that prints the result.
    loops
        The loops that it stands for, as a snippet that prints the result.
    """

    letters: tuple[LetterUse, ...]
    result: NDArray[Any]
    cells: tuple[NDArray[np.intp], ...]
    implicit: bool
    overflowed: bool
    codes: Mapping[Library, str]
    loops: str

    @property
    def kept(self) -> tuple[LetterUse, ...]:
        """Letters of the result."""
        return tuple(use for use in self.letters if use.kept)

    @property
    def gone(self) -> tuple[LetterUse, ...]:
        """Letters that are summed over."""
        return tuple(use for use in self.letters if not use.kept)


Outcome = Unread | Refusal | TooLarge | Summed
"""What comes of a question."""


def explain(question: EinsumQuestion) -> Outcome:
    """Explain what NumPy makes of the subscripts; nothing that is typed makes it raise."""
    subscripts = _pasted(question.subscripts).replace(" ", "")
    if not subscripts:
        return Unread("subscripts", "There is nothing here yet. Write a letter for each axis, such as ij,jk->ik.")
    if len(subscripts) > 100:
        return Unread("subscripts", f"This is {len(subscripts)} characters long; at most 100 are read. Shorten it.")
    stranger = re.search(r"[^A-Za-z,.>-]", subscripts)
    if stranger is not None:
        return Unread(
            "subscripts",
            f"“{stranger[0]}” is no letter of an axis. Expected letters, commas and ->, such as ij,jk->ik.",
        )
    operands: list[Operand] = []
    for place, (name, typed) in enumerate(question.operands):
        try:
            names = dict(zip("abc", operands, strict=False))
            operands.append(read_operand(typed, step=10**place, names=names))
            check_size(operands[-1].shape, f"Operand {name}")
        except Refused as refused:
            return Unread(name, str(refused))
    read = Read(subscripts, tuple(operands))
    shapes = [operand.shape for operand in operands]
    letters = einsum_letters(subscripts, [len(shape) for shape in shapes])
    why = causes(subscripts, shapes)
    if letters is None or why:
        return _refusal(read, letters, why)
    uses = _uses(letters, shapes)
    loops = prod(use.size for use in uses)
    shape = tuple(use.size for use in uses if use.kept)
    if len(shape) > 4 or prod(shape) > MAX_ELEMENTS or loops > MAX_LOOPS:
        message = (
            f"The result has shape {shape_text(shape)}, and {thousands(loops)} products are summed up for it; at most "
            f"{thousands(MAX_LOOPS)} are drawn here, in four axes and {thousands(MAX_ELEMENTS)} cells. Smaller axes "
            "show the same rule."
        )
        return TooLarge(read.subscripts, read.operands, uses, message, snippets.shape_alone(subscripts, shapes))
    return _summed(read, letters, uses)


_CALL = re.compile(r"""\s*(?:\w+\s*=\s*)?(?:(?:np|numpy|torch)\.)?(?:einsum\()?\s*(['"])([^'"]*)\1[^'"]*""")
"""Subscripts in quotes, alone or in a call that was pasted."""


def _pasted(text: str) -> str:
    """Return the subscripts of a text that may be a whole call: ``np.einsum('ij,jk->ik', a, b)``."""
    call = _CALL.fullmatch(text)
    return text if call is None else call[2]


def _summed(read: Read, letters: Letters, uses: tuple[LetterUse, ...]) -> Outcome:
    arrays = [operand.values for operand in read.operands]
    with np.errstate(all="ignore"):  # inf - inf is nan here, as NumPy says it, and worth seeing
        result = NUMPY.attempt(np.einsum, read.subscripts, *arrays)
    if isinstance(result, Declined):
        return _refusal(read, letters, ())
    result = np.asarray(result)
    cells = _meeting(letters, uses, [array.shape for array in arrays])
    return Summed(
        read.subscripts,
        read.operands,
        uses,
        result=result,
        cells=cells,
        implicit="->" not in read.subscripts,
        overflowed=_overflowed(arrays, cells, result),
        codes={
            "NumPy": snippets.numpy_code(read.subscripts, read.operands),
            "PyTorch": snippets.torch_code(read.subscripts, read.operands, result),
        },
        loops=snippets.loops(read.operands, uses, result),
    )


def _refusal(read: Read, letters: Letters | None, why: tuple[Claim, ...]) -> Refusal | Unread:
    arrays = [operand.values for operand in read.operands]
    declined = NUMPY.attempt(np.einsum, read.subscripts, *(np.zeros(array.shape, np.int8) for array in arrays))
    if not isinstance(declined, Declined):
        return Unread("subscripts", f"“{read.subscripts}” is not understood here. Write letters such as ij,jk->ik.")
    return Refusal(
        read.subscripts,
        read.operands,
        declined,
        why,
        tuple(tuple(map(letter_text, own)) for own in letters.operands) if letters else (),
        fixes(read.subscripts, [operand.shape for operand in read.operands], fits),
        snippets.failing(read.subscripts, read.operands, declined.builtin),
    )


def fits(subscripts: str, shapes: Sequence[Shape]) -> Shape | None:
    """Return the shape of the result where the letters fit, or None; nothing is computed."""
    letters = einsum_letters(subscripts, [len(shape) for shape in shapes])
    if letters is None or causes(subscripts, shapes):
        return None
    return tuple(use.size for use in _uses(letters, shapes) if use.kept)


def letter_text(letter: int) -> str:
    """Write a letter; an axis of ``...`` has a negative number and no letter of its own."""
    return chr(letter) if letter > 0 else f"…{-letter - 1}"


def _uses(letters: Letters, shapes: Sequence[Shape]) -> tuple[LetterUse, ...]:
    sizes: dict[int, int] = {}
    for axes, shape in zip(letters.operands, shapes, strict=True):
        for letter, size in zip(axes, shape, strict=True):
            sizes[letter] = size if sizes.get(letter, 1) == 1 else sizes[letter]
    order = [*letters.result, *(letter for letter in sizes if letter not in letters.result)]
    return tuple(
        LetterUse(
            letter_text(letter),
            sizes[letter],
            tuple(tuple(axis for axis, own in enumerate(axes) if own == letter) for axes in letters.operands),
            letter in letters.result,
        )
        for letter in order
    )


def _meeting(letters: Letters, uses: tuple[LetterUse, ...], shapes: Sequence[Shape]) -> tuple[NDArray[np.intp], ...]:
    """Return which cells meet: the coordinates of a cell are the values of its letters, those of size 1 stay 0."""
    places = {use.letter: place for place, use in enumerate(uses)}
    values = np.indices(tuple(use.size for use in uses), dtype=np.intp)
    kept, summed = (prod(use.size for use in uses if use.kept is each) for each in (True, False))
    found = []
    for axes, shape in zip(letters.operands, shapes, strict=True):
        flat = np.zeros(values.shape[1:], np.intp)
        for letter, size in zip(axes, shape, strict=True):
            own = values[places[letter_text(letter)]] if size > 1 else 0
            flat = flat * size + own
        found.append(flat.reshape(kept, summed))
    return tuple(found)


def _overflowed(arrays: Sequence[NDArray[Any]], cells: Sequence[NDArray[np.intp]], result: NDArray[Any]) -> bool:
    """Compute with Python's whole numbers, which have as many digits as they need, and compare."""
    if result.dtype.kind not in "iu":
        return False
    products: Any = 1
    for array, own in zip(arrays, cells, strict=True):
        products = products * array.astype(object).reshape(-1)[own]
    exact = products.sum(axis=1) if products.size else np.zeros(result.size, object)
    return bool(np.any(exact != result.reshape(-1)))
