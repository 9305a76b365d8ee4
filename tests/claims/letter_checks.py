"""Whether letters do what is said of them, found out with ones, with marked cells, and by changing the letters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np
import torch

from primer_core.claims.dtypes import OfBooleans
from primer_core.claims.letters import (
    AsLoops,
    ComputedThrough,
    DotsStay,
    EveryCellMeets,
    KeptTwice,
    LetterBecomes,
    LettersCounted,
    LettersFit,
    MadeOneDtype,
    Meaning,
    NoSuchLetter,
    NothingSummed,
    OneReadAgain,
    OperandsCounted,
    ReadsDiagonal,
    StrangeSign,
    SummedAlone,
    SumsOver,
    TurnsProduct,
    TwoSizes,
    UnequalDiagonal,
    WithoutArrow,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.reduced import error_of

Shape = tuple[int, ...]
NAMES = ("a", "b", "c")
MOST_PRODUCTS = 300_000


def subscripts(program: Program) -> str:
    """The text that the einsum of a program is given."""
    return next(
        str(node.args[0].value)  # type: ignore[attr-defined]  # a page prints it as a text
        for statement in program.statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".einsum")
    )


def shapes(program: Program) -> dict[str, Shape]:
    """Of each operand, as its own first statement made it."""
    names = [name for name in NAMES if program.binds(name)]
    ran = program.run(until=max(program.first(name) for name in names))
    return {name: tuple(ran[name].shape) for name in names}


def arrays(program: Program) -> list[Any]:
    """The operands, as arrays of NumPy."""
    names = list(shapes(program))
    ran = program.run(until=max(program.first(name) for name in names))
    return [np.asarray(ran[name]) for name in names]


def halves(text: str) -> tuple[list[str], str | None]:
    before, arrow, after = text.partition("->")
    return before.split(","), after if arrow else None


def letters_of(part: str, rank: int) -> list[str]:
    """The letter of each axis; those of the dots are counted from the last one, which is 0."""
    if "..." not in part:
        assert len(part) == rank
        return list(part)
    head, tail = part.split("...")
    return [*head, *(f"…{place}" for place in range(rank - len(head) - len(tail) - 1, -1, -1)), *tail]


def sizes_of(program: Program) -> dict[str, int]:
    """How far each letter runs."""
    found: dict[str, int] = {}
    parts, _ = halves(subscripts(program))
    for part, shape in zip(parts, shapes(program).values(), strict=True):
        for letter, size in zip(letters_of(part, len(shape)), shape, strict=True):
            found[letter] = size if found.get(letter, 1) == 1 else found[letter]
    return found


def summed(program: Program) -> dict[str, int]:
    """The letters that the result lacks, and how far each runs: those of which the result's size knows nothing."""
    text, sizes = subscripts(program), sizes_of(program)
    parts, after = halves(text)
    if after is None:
        written = "".join(parts)
        return {letter: size for letter, size in sizes.items() if letter[0] != "…" and written.count(letter) > 1}
    return {
        letter: size
        for letter, size in sizes.items()
        if (letter not in after if letter[0] != "…" else "..." not in after)
    }


def of_ones(program: Program) -> Any:
    """What comes of operands that hold ones: in each cell, how many products are summed."""
    return np.einsum(subscripts(program), *(np.ones(shape, np.int64) for shape in shapes(program).values()))


def is_small(program: Program) -> bool:
    return prod(sizes_of(program).values()) <= MOST_PRODUCTS


def works(text: str, *given: Shape) -> bool:
    """Whether NumPy takes subscripts for operands of these shapes."""
    try:
        np.einsum(text, *(np.ones(shape) for shape in given))
    except (ValueError, TypeError):
        return False
    return True


def refused(program: Program) -> None:
    assert program.run().error is not None, "nothing is refused"


def ran_shape(program: Program) -> Shape:
    ran = program.run()
    assert ran.error is None, ran.error
    return tuple(np.shape(ran["y"]) if not hasattr(ran["y"], "device") else ran["y"].shape)


@check(SumsOver)
def _(claim: SumsOver, program: Program) -> None:
    gone = summed(program)
    assert dict(claim.letters) == gone
    assert len(claim.letters) == len(gone) > 0
    assert claim.many == (len(shapes(program)) > 1)
    assert claim.number == (not ran_shape(program))
    if is_small(program):
        assert (np.asarray(of_ones(program)) == prod(size for _, size in claim.letters)).all()


@check(OneReadAgain)
def _(claim: OneReadAgain, program: Program) -> None:
    parts, _ = halves(subscripts(program))
    shape = shapes(program)[claim.name]
    own = letters_of(parts[list(shapes(program)).index(claim.name)], len(shape))
    assert own[claim.axis] == claim.letter
    assert shape[claim.axis] == 1
    assert sizes_of(program)[claim.letter] == claim.size > 1
    wide = np.repeat(arrays(program)[NAMES.index(claim.name)], claim.size, claim.axis)
    others = [wide if name == claim.name else array for name, array in zip(NAMES, arrays(program), strict=False)]
    np.testing.assert_allclose(np.einsum(subscripts(program), *others), np.asarray(program.run()["y"]), rtol=1e-5)


@check(SummedAlone)
def _(claim: SummedAlone, program: Program) -> None:
    parts, after = halves(subscripts(program))
    names = [name for name in NAMES if program.binds(name)]
    given = [np.asarray(array, dtype=np.float64) for array in arrays(program)]
    assert after is not None
    assert claim.letter not in after
    assert [part.count(claim.letter) for part in parts] == [int(name == claim.name) for name in names]
    place = names.index(claim.name)
    assert letters_of(parts[place], given[place].ndim)[claim.axis] == claim.letter
    assert claim.axis >= 0
    whole = np.einsum(subscripts(program), *given)
    given[place] = given[place].sum(axis=claim.axis)
    parts[place] = parts[place].replace(claim.letter, "")
    np.testing.assert_allclose(np.einsum(f"{','.join(parts)}->{after}", *given), whole)


@check(TurnsProduct)
def _(claim: TurnsProduct, program: Program) -> None:
    (first, second), after = halves(subscripts(program))
    assert after == claim.written
    a, b = (np.asarray(array, dtype=np.float64) for array in arrays(program))
    np.testing.assert_allclose(np.einsum(f"{first},{second}->{claim.usual}", a, b), a @ b)
    turned = np.einsum(subscripts(program), a, b)
    np.testing.assert_allclose(turned, (a @ b).T)
    assert turned.shape == claim.shape


@check(NothingSummed)
def _(claim: NothingSummed, program: Program) -> None:
    assert claim.names == tuple(shapes(program))
    assert not summed(program)
    assert prod(ran_shape(program)) == prod(sizes_of(program).values())
    if is_small(program):
        assert (np.asarray(of_ones(program)) == 1).all()


@check(EveryCellMeets)
def _(claim: EveryCellMeets, program: Program) -> None:
    given = shapes(program)
    assert dict(claim.cells) == {name: prod(shape) for name, shape in given.items()}
    assert len(claim.cells) == len(given) > 1
    assert prod(ran_shape(program)) == prod(count for _, count in claim.cells)
    if is_small(program):
        primes = [np.arange(2, 2 + prod(shape)).reshape(shape) for shape in given.values()]
        pairs = primes[0].ravel()
        for other in primes[1:]:
            pairs = np.outer(pairs, other.ravel()).ravel()
        np.testing.assert_array_equal(np.sort(np.einsum(subscripts(program), *primes).ravel()), np.sort(pairs))


@check(ReadsDiagonal)
def _(claim: ReadsDiagonal, program: Program) -> None:
    given = shapes(program)
    place = list(given).index(claim.name)
    part = halves(subscripts(program))[0][place]
    own = letters_of(part, len(given[claim.name]))
    assert [axis for axis, letter in enumerate(own) if letter == claim.letter] == list(claim.axes)
    assert len(claim.axes) > 1
    if not is_small(program):
        return
    # What stands off the diagonal is never read: NaN there changes nothing.
    made = [np.ones(shape) for shape in given.values()]
    before = np.einsum(subscripts(program), *made)
    for cell in np.ndindex(*given[claim.name]):
        if len({cell[axis] for axis in claim.axes}) > 1:
            made[place][cell] = np.nan
    np.testing.assert_array_equal(np.einsum(subscripts(program), *made), before)
    made[place][...] = np.nan
    assert np.isnan(np.einsum(subscripts(program), *made)).all()


@check(WithoutArrow)
def _(claim: WithoutArrow, program: Program) -> None:
    text = subscripts(program)
    assert "->" not in text
    before, after = halves(claim.same)
    assert ",".join(before) == text
    assert after is not None
    kept = after.replace("...", "")
    assert list(kept) == sorted(kept)
    assert all(text.count(letter) == 1 for letter in kept)
    values = arrays(program)
    np.testing.assert_array_equal(np.einsum(claim.same, *values), np.einsum(text, *values))


@check(AsLoops)
def _(claim: AsLoops, program: Program) -> None:
    found = [statement for statement in program.statements if isinstance(statement, ast.For)]
    loops = [
        ast.unparse(node.target) for statement in found for node in ast.walk(statement) if isinstance(node, ast.For)
    ]
    named = [name.removesuffix("_") for name in loops]
    written = [letter.replace("…", "axis_") for letter in (*claim.outer, *claim.inner)]
    assert named == written
    assert set(claim.inner) == set(summed(program))
    # The loops alone come to what the library comes to.
    loop = (n for n, one in enumerate(program.statements, start=1) if isinstance(one, ast.For | ast.AugAssign))
    by_hand = program.run(until=next(loop))["y"]
    last = program.run()["y"]
    np.testing.assert_allclose(np.asarray(by_hand), np.asarray(last), rtol=1e-2 if _is_half(last) else 1e-5)


def _is_half(value: Any) -> bool:
    return "float16" in str(getattr(value, "dtype", ""))


@check(MadeOneDtype)
def _(claim: MadeOneDtype, program: Program) -> None:
    values = arrays(program)
    assert list(claim.operands) == [
        (name, array.dtype.name) for name, array in zip(shapes(program), values, strict=True)
    ]
    text = subscripts(program)
    assert np.einsum(text, *values).dtype.name == claim.made
    ran = program.run()
    assert isinstance(ran["y"], torch.Tensor)
    assert all(np.asarray(ran[name]).dtype.name == claim.made for name, _ in claim.operands)
    one, *others = (torch.tensor(array).new_ones(1, 1) for array in values)
    assert any(isinstance(error_of(partial(torch.matmul, one, other)), RuntimeError) for other in others)


@check(ComputedThrough)
def _(claim: ComputedThrough, program: Program) -> None:
    values = arrays(program)
    made = np.einsum(subscripts(program), *values)
    assert np.asarray(made).dtype.name == claim.dtype
    ran = program.run()
    assert {np.asarray(ran[name]).dtype.name for name in shapes(program)} == {claim.through}
    assert np.asarray(ran["y"]).dtype.name == claim.dtype
    np.testing.assert_array_equal(np.asarray(ran["y"]), made)
    one = torch.tensor(np.ones((1, 1), claim.dtype))
    assert isinstance(error_of(partial(torch.matmul, one, one)), NotImplementedError | RuntimeError)


@check(StrangeSign)
def _(claim: StrangeSign, program: Program) -> None:
    refused(program)
    text = subscripts(program)
    assert claim.place > 0
    assert text[claim.place - 1] == claim.sign
    assert not claim.sign.isalpha()
    # All before it can stand where it does, and with it nothing does, whatever the operands.
    before = text[: claim.place - 1]
    parts, after = halves(before)
    ranks = [len(part.replace("...", "")) for part in parts]
    if after is None or all(letter in "".join(parts) for letter in after):
        cut = before.removesuffix("-").removesuffix(".").removesuffix(".")
        assert works(cut, *((1,) * rank for rank in ranks)) or claim.sign in ".-,"
    assert not works(before + claim.sign + text[claim.place :], *((1,) * rank for rank in ranks))


@check(OperandsCounted)
def _(claim: OperandsCounted, program: Program) -> None:
    refused(program)
    parts, _ = halves(subscripts(program))
    assert ",".join(parts) == claim.subscripts
    assert claim.given == len(shapes(program)) != claim.named
    ranks = [(1,) * len(part.replace("...", "")) for part in parts]
    assert len(ranks) == claim.named
    assert works(claim.subscripts, *ranks)
    assert not works(claim.subscripts, *(ranks * 3)[: claim.given])


@check(LettersCounted)
def _(claim: LettersCounted, program: Program) -> None:
    refused(program)
    given = shapes(program)
    place = list(given).index(claim.name)
    assert halves(subscripts(program))[0][place] == claim.letters
    assert len(given[claim.name]) == claim.axes
    assert not works(claim.letters, (1,) * claim.axes)
    assert works(claim.letters, (1,) * len(claim.letters.replace("...", "")))


def alone(text: str) -> list[Shape]:
    """Shapes of one cell each that have as many axes as there are letters."""
    return [(1,) * len(part.replace("...", "")) for part in halves(text)[0]]


@check(NoSuchLetter)
def _(claim: NoSuchLetter, program: Program) -> None:
    refused(program)
    text = subscripts(program)
    parts, after = halves(text)
    assert after is not None
    assert claim.letter in after
    assert len(claim.letter) == 1
    assert not works(f"{','.join(parts)}->{claim.letter}", *alone(text))
    first = next((letter for letter in "".join(parts) if letter.isalpha()), "")
    assert works(f"{','.join(parts)}->{first}", *alone(text))


@check(KeptTwice)
def _(claim: KeptTwice, program: Program) -> None:
    refused(program)
    text = subscripts(program)
    parts, after = halves(text)
    assert after is not None
    assert after.count(claim.letter) > 1
    joined = ",".join(parts)
    known = claim.letter if claim.letter in joined else ""
    with_letter = joined if known else f"{joined},{claim.letter}"
    assert not works(f"{with_letter}->{claim.letter * 2}", *alone(with_letter))
    assert works(f"{with_letter}->{claim.letter}", *alone(with_letter))


@check(DotsStay)
def _(claim: DotsStay, program: Program) -> None:
    refused(program)
    parts, after = halves(subscripts(program))
    assert after is not None
    wide = [
        len(shape) - len(part.replace("...", "")) for part, shape in zip(parts, shapes(program).values(), strict=True)
    ]
    assert max(wide) == claim.axes > 0
    ones = [(1,) * len(shape) for shape in shapes(program).values()]
    kept = "".join(dict.fromkeys(letter for letter in after if letter in "".join(parts)))
    assert not works(f"{','.join(parts)}->{kept}", *ones)
    assert works(f"{','.join(parts)}->...{kept}", *ones)


def with_sizes(program: Program, letter: str, size: Callable[[int], int]) -> list[Shape]:
    """The shapes with all sizes 1 but those of one letter."""
    parts, _ = halves(subscripts(program))
    return [
        tuple(
            size(own) if other == letter else 1 for other, own in zip(letters_of(part, len(shape)), shape, strict=True)
        )
        for part, shape in zip(parts, shapes(program).values(), strict=True)
    ]


@check(TwoSizes)
def _(claim: TwoSizes, program: Program) -> None:
    refused(program)
    given = shapes(program)
    parts, _ = halves(subscripts(program))
    for name, axis, size in (claim.first, claim.second):
        shape = given[name]
        assert 0 <= axis < len(shape)
        assert shape[axis] == size
        assert letters_of(parts[list(given).index(name)], len(shape))[axis] == claim.letter
    (one, other) = claim.first[2], claim.second[2]
    assert 1 not in (one, other)
    assert one != other
    text = ",".join(parts)
    assert not works(text, *with_sizes(program, claim.letter, lambda size: size))
    assert works(text, *with_sizes(program, claim.letter, lambda _: 2))


@check(UnequalDiagonal)
def _(claim: UnequalDiagonal, program: Program) -> None:
    refused(program)
    given = shapes(program)
    part = halves(subscripts(program))[0][list(given).index(claim.name)]
    shape = given[claim.name]
    own = letters_of(part, len(shape))
    assert tuple(size for letter, size in zip(own, shape, strict=True) if letter == claim.letter) == claim.sizes
    assert len(set(claim.sizes)) > 1
    assert not works(
        part, tuple(size if letter == claim.letter else 1 for letter, size in zip(own, shape, strict=True))
    )
    assert works(part, tuple(2 if letter == claim.letter else 1 for letter in own))


def _only_order(place: int) -> Callable[[Sequence[str], Sequence[str]], bool]:
    def same(old: Sequence[str], new: Sequence[str]) -> bool:
        others = [n for n in range(len(old)) if n != place]
        return sorted(old[place]) == sorted(new[place]) and all(old[n] == new[n] for n in others)

    return same


def _is_apart(old: str, out: str, new: str, now: str) -> bool:
    """Whether one letter became another that was not there, and both are kept side by side."""
    changed = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    if len(changed) != 1:
        return False
    ((one, other),) = changed
    return other not in old + out and one in new and now == out.replace(one, one + other) != out


MEANT: Mapping[Meaning, Callable[[list[str], str | None, list[str], str | None], bool]] = {
    "order a": lambda old, out, new, now: _only_order(0)(old, new) and out == now,
    "order b": lambda old, out, new, now: _only_order(1)(old, new) and out == now,
    "order c": lambda old, out, new, now: _only_order(2)(old, new) and out == now,
    "letters too": lambda old, out, new, now: (
        new[: len(old)] == old and len(new) > len(old) and set("".join(new)) == set("".join(old)) and out == now
    ),
    "fewer letters": lambda old, out, new, now: (
        new == old[: len(new)]
        and len(new) < len(old)
        and out is not None
        and (now or "").replace("...", "")
        == "".join(letter for letter in sorted(set("".join(new)) - {"."}) if "".join(new).count(letter) == 1)
    ),
    "apart": lambda old, out, new, now: _is_apart("".join(old), out or "", "".join(new), now or ""),
    "known letters": lambda old, out, new, now: (
        old == new and now == "".join(letter for letter in out or "" if letter in "".join(old) + ".")
    ),
    "each once": lambda old, out, new, now: old == new and now == "".join(dict.fromkeys(out or "")),
    "dots": lambda old, out, new, now: (
        new == [f"...{part}" for part in old] and now == (None if out is None else f"...{out}")
    ),
    "kept dots": lambda old, out, new, now: old == new and now == f"...{out}",
}


@check(LettersFit)
def _(claim: LettersFit, program: Program) -> None:
    refused(program)
    assert MEANT[claim.meaning](*halves(subscripts(program)), *halves(claim.subscripts))
    assert np.einsum(claim.subscripts, *(np.ones(shape) for shape in shapes(program).values())).shape == claim.shape


@check(LetterBecomes)
def _(claim: LetterBecomes, program: Program) -> None:
    before, after = halves(subscripts(program))
    own = shapes(program).values()
    parts = [letters_of(part, len(shape)) for part, shape in zip(before, own, strict=True)]
    every = [letter for part in parts for letter in part]
    dots = sum(letter.startswith("…") for letter in set(every))
    if after is None:
        once = sorted(letter for letter in set(every) if every.count(letter) == 1 and not letter.startswith("…"))
        kept = [*(f"…{place}" for place in range(dots - 1, -1, -1)), *once]
    else:
        kept = letters_of(after, len(after.replace("...", "")) + dots * ("..." in after))
    assert claim.letter in every
    if claim.axis is None:
        assert claim.letter not in kept
    else:
        assert claim.axis >= 0
        assert kept[claim.axis] == claim.letter


@check(OfBooleans)
def _(claim: OfBooleans, program: Program) -> None:
    result = np.asarray(program.run()[claim.name])
    assert claim.name not in shapes(program)
    assert result.dtype == bool
    own = [array.astype(int) for array in arrays(program)]
    assert all(array.dtype == bool for array in arrays(program))
    nodes = [node for statement in program.statements for node in ast.walk(statement)]
    if any(isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".einsum") for node in nodes):
        assert claim.adds == bool(summed(program))
        assert claim.multiplies == (len(own) > 1)
        counted = np.einsum(subscripts(program), *own)
    else:
        signs = {type(node.op) for node in nodes if isinstance(node, ast.BinOp)}
        assert claim.adds == (ast.Add in signs)
        assert claim.multiplies == (ast.Mult in signs)
        counted = own[0]
        for array in own[1:]:
            counted = counted + array if claim.adds else counted * array
    np.testing.assert_array_equal(result, counted > 0)
