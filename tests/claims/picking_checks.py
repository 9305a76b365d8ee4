"""Whether an index picks what is said, found out by the number of each cell, and by writing into memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.picking import (
    CopiedBytes,
    EllipsesOvershoot,
    Gathered,
    IndicesDiffer,
    ItemDoes,
    JointAxes,
    LiesAt,
    MaskMisfit,
    NeverComesTo,
    NoBackwards,
    NoCellEqualsNan,
    NumberDropsAxis,
    OnlyStrides,
    OutOfBounds,
    PickedOften,
    PlacesNoMask,
    ReadTogether,
    SliceCut,
    TakenOut,
    TooManyItems,
    TruthAddsAxis,
    TupleOfLists,
    TwoEllipses,
    ZeroStep,
)
from tests.claims.checking import check
from tests.claims.indices import (
    axes_of,
    before,
    consumed,
    index,
    is_array,
    is_mask,
    is_number,
    items_of,
    key_of,
    numbered,
    picked,
    place_of,
    written,
)
from tests.claims.memory import content, flip, is_tensor, itemsize, pointer, steps, values
from tests.claims.program import Names, Program


def after_reading(program: Program) -> Names:
    """What names are bound to once a was indexed, before anything else."""
    ran = program.run(until=place_of(program))
    assert ran.error is None
    return ran.names


def sees(names: Names, name: str, origin: str) -> bool:
    """Whether a change of the memory of one array is seen in another."""
    assert name != origin
    was = content(names[name])
    flip(names[origin])
    return content(names[name]) != was


@check(OnlyStrides)
def _(claim: OnlyStrides, program: Program) -> None:
    assert written(claim.index, "a") == written(index(program), "a")
    names = after_reading(program)
    items = items_of(key_of(claim.index, names))
    assert not any(map(is_array, items))
    assert sees(names, claim.name, claim.origin)


@check(LiesAt)
def _(claim: LiesAt, program: Program) -> None:
    names = program.run(until=program.first(claim.name)).names
    b, a = names[claim.name], names[claim.origin]
    assert pointer(b) - pointer(a) == claim.offset
    told = tuple(stride * itemsize(b) for stride in b.stride()) if is_tensor(b) else b.strides
    assert told == claim.strides
    assert all(step is None or step == own for step, own in zip(steps(b), claim.strides, strict=True))
    assert sees(names, claim.name, claim.origin)


@check(Gathered)
def _(claim: Gathered, program: Program) -> None:
    assert written(claim.index, "a") == written(index(program), "a")
    names = after_reading(program)
    a = names[claim.origin]
    items = items_of(key_of(claim.index, names))
    arrays = [item for item in items if is_array(item)]
    kinds = {"a mask" if is_mask(item) else "a list of places" for item in arrays}
    assert claim.kinds == tuple(sorted(kinds))
    # With all of each axis in the place of each list and mask, nothing is copied.
    plain: list[Any] = []
    for item in items:
        plain += [slice(None)] * consumed(item) if is_array(item) else [item]
    names["plain"] = a[tuple(plain)] if plain else a[...]
    if hasattr(names["plain"], "shape") and content(names["plain"]) and not isinstance(names["plain"], np.generic):
        assert sees(names, "plain", claim.origin)
    assert not sees(names, claim.name, claim.origin)


@check(CopiedBytes)
def _(claim: CopiedBytes, program: Program) -> None:
    names = after_reading(program)
    b = names[claim.name]
    assert values(b).size == claim.count
    assert len(content(b)) == claim.bytes
    assert not sees(names, claim.name, claim.origin)


@check(TakenOut)
def _(claim: TakenOut, program: Program) -> None:
    names = after_reading(program)
    assert isinstance(names[claim.name], np.generic)
    assert not isinstance(names[claim.name], np.ndarray)
    a = names[claim.origin]
    names["kept"] = a[key_of(claim.kept, names)]
    assert names["kept"].shape == claim.shape
    assert content(names["kept"]) == content(names[claim.name])
    was = content(names[claim.name])
    assert sees(names, "kept", claim.origin)
    assert content(names[claim.name]) == was


@check(NumberDropsAxis)
def _(claim: NumberDropsAxis, program: Program) -> None:
    assert written(claim.index, "a") == written(index(program), "a")
    names = before(program)
    a = names["a"]
    items = items_of(key_of(claim.index, names))
    place = next(at for at, item in enumerate(items) if is_number(item))
    assert items[place] == claim.number
    assert axes_of(items, values(a).ndim)[place] == claim.axis
    kept = a[key_of(claim.kept, names)]
    assert tuple(kept.shape) == claim.shape
    dropped = a[key_of(claim.index, names)]
    assert values(kept).size == values(dropped).size
    assert values(kept).ndim == values(dropped).ndim + 1
    np.testing.assert_array_equal(values(kept).ravel(), values(dropped).ravel())
    if claim.listed:
        np.testing.assert_array_equal(values(a[key_of(claim.listed, names)]), values(kept))


@check(SliceCut)
def _(claim: SliceCut, program: Program) -> None:
    names = before(program)
    a = names["a"]
    items = items_of(key_of(index(program), names))
    stops = [isinstance(item, slice) and item.stop == claim.stop for item in items]
    place = next(at for at, axis in enumerate(axes_of(items, values(a).ndim)) if stops[at] and axis == claim.axis)
    assert a.shape[claim.axis] == claim.size < claim.stop
    assert items_of(key_of(claim.item, names)) == [items[place]] or claim.item == str(items[place])
    written = slice(items[place].start, claim.size, items[place].step)
    cut = a[(*items[:place], written, *items[place + 1 :])]
    assert content(cut) == content(a[key_of(index(program), names)])
    with pytest.raises(IndexError):
        a[(slice(None),) * claim.axis + (claim.stop,)]


@check(NeverComesTo)
def _(claim: NeverComesTo, program: Program) -> None:
    names = before(program)
    a = values(names["a"])
    items = items_of(key_of(index(program), names))
    own = key_of(claim.item, names)
    assert any(item == own and axis == claim.axis for item, axis in zip(items, axes_of(items, a.ndim), strict=True))
    line = np.arange(a.shape[claim.axis])
    assert line.size
    assert not line[own].size
    start, stop = (bound + line.size * (bound < 0) for bound in (own.start, own.stop))
    assert start >= stop
    if claim.back:
        assert claim.back == f"{claim.item}:-1"
        assert line[key_of(claim.back, names)].size == claim.count > 0
    else:
        assert not claim.count
        assert isinstance(names["a"], torch.Tensor)


@check(PlacesNoMask)
def _(claim: PlacesNoMask, program: Program) -> None:
    names = before(program)
    own, wanted = (np.asarray(key_of(text, names)) for text in (claim.item, index(program)))
    np.testing.assert_array_equal(own, wanted)
    assert own.dtype.kind in "iu"
    assert own.shape == names["a"].shape[: own.ndim]
    assert set(own.ravel().tolist()) == {0, 1}
    mask = np.asarray(eval(claim.mask, dict(names)))
    assert mask.dtype == bool
    assert [*zip(*np.nonzero(mask), strict=True)] == [place for place in np.ndindex(own.shape) if own[place] == 1]
    assert int(mask.sum()) == claim.count
    assert values(names["a"][key_of(claim.mask, names)]).shape[0] == claim.count


def arrays_of(program: Program, names: Names) -> list[np.ndarray[Any, Any]]:
    """The places that each list names, and each mask by what is true in it."""
    items = items_of(key_of(index(program), names))
    found = []
    for item in items:
        if is_mask(item):
            found.append(np.flatnonzero(np.asarray(item)))
        elif is_array(item):
            found.append(np.asarray(item))
    return found


@check(ReadTogether)
def _(claim: ReadTogether, program: Program) -> None:
    names = before(program)
    arrays = arrays_of(program, names)
    assert tuple(array.shape for array in arrays) == claim.shapes
    assert np.broadcast(*arrays).shape == claim.joint
    assert claim.name == "b"
    assert picked(program).size % max(int(np.prod(claim.joint)), 1) == 0


@check(JointAxes)
def _(claim: JointAxes, program: Program) -> None:
    names = before(program)
    a = numbered(names["a"])
    items = items_of(key_of(index(program), names))
    at = [place for place, item in enumerate(items) if is_array(item)]
    assert claim.name == "b"
    joint = np.broadcast_shapes(*(np.shape(array) for array in arrays_of(program, names)))
    assert joint == claim.joint
    whole = picked(program)
    assert whole.shape[claim.first : claim.first + len(joint)] == joint
    for place in np.ndindex(*joint):
        one = list(items)
        for where in at:
            if is_mask(items[where]):
                ones = np.argwhere(np.asarray(items[where]))
                chosen = ones[np.broadcast_to(np.arange(len(ones)), joint)[place]]
                single = np.zeros(np.shape(items[where]), bool)
                single[tuple(chosen)] = True
                one[where] = torch.from_numpy(single) if is_tensor(a) else single
            else:
                number = np.broadcast_to(np.asarray(items[where]), joint)[place]
                one[where] = torch.tensor([int(number)]) if is_tensor(a) else [int(number)]
        expected = np.asarray(a[tuple(one)])
        cut = whole[(*(slice(None),) * claim.first, *place)]
        np.testing.assert_array_equal(cut.ravel(), expected.ravel())
    # NumPy reads numbers together with the index arrays; PyTorch takes them first, and what is left closes up.
    left = [item for item in items if not (is_tensor(a) and is_number(item))]
    together = [place for place, item in enumerate(left) if is_array(item) or is_number(item)]
    assert claim.apart == (together != list(range(together[0], together[-1] + 1)))
    assert not claim.apart or claim.first == 0


@check(PickedOften)
def _(claim: PickedOften, program: Program) -> None:
    a = before(program)[claim.origin]
    cell = int(np.ravel_multi_index(claim.cell, a.shape)) if claim.cell else 0
    assert len(claim.cell) == values(a).ndim
    times = np.bincount(picked(program).ravel().astype(np.int64))
    assert times[cell] == times.max() == claim.times > 1
    assert cell == int(times.argmax()), "another cell comes first"


@check(TupleOfLists)
def _(claim: TupleOfLists, program: Program) -> None:
    names = before(program)
    a = names["a"]
    assert is_tensor(a)
    assert written(claim.index, "a") == written(index(program), "a")
    key = key_of(claim.nested, names)
    assert isinstance(key, list)
    assert all(isinstance(part, list | tuple) or hasattr(part, "shape") for part in key)
    found = [outcome(a, one) for one in (key, key_of(claim.index, names))]
    assert found[0] == found[1]
    own = np.asarray(a)
    if not claim.even:
        assert outcome(own, key) == "ValueError"
        return
    together = np.asarray(key)
    assert together.ndim > 1
    assert outcome(own, key) == outcome(own, together)


def outcome(a: Any, key: Any) -> Any:
    """What an index gives, or the class of the error."""
    try:
        return values(a[key]).tolist()
    except Exception as error:
        return type(error).__name__


# What is wrong with an index


def declined(program: Program) -> tuple[Any, list[Any], str]:
    """The array, the items of the index, and the words of the error."""
    error = program.run().error
    assert error is not None
    names = before(program)
    return names["a"], items_of(key_of(index(program), names)), str(error)


def words_of(a: Any, items: list[Any]) -> str:
    """What the library says of an index; nothing where it takes it."""
    try:
        a[tuple(items)]
    except (IndexError, ValueError, TypeError) as error:
        return str(error)
    return ""


def grown(a: Any, axis: int, size: int) -> Any:
    """An array that is longer along one axis."""
    assert 0 <= axis < a.ndim
    shape = (*a.shape[:axis], size, *a.shape[axis + 1 :])
    return torch.zeros(shape) if is_tensor(a) else np.zeros(shape)


@check(TwoEllipses)
def _(claim: TwoEllipses, program: Program) -> None:
    a, items, words = declined(program)
    at = [place for place, item in enumerate(items) if item is ...]
    assert len(at) == claim.count > 1
    assert words_of(a, [item for place, item in enumerate(items) if place not in at[1:]]) != words


@check(EllipsesOvershoot)
def _(claim: EllipsesOvershoot, program: Program) -> None:
    a, items, words = declined(program)
    at = [place for place, item in enumerate(items) if item is ...]
    assert (len(at), a.ndim) == (claim.count, claim.axes)
    assert sum(map(consumed, items)) + claim.each == a.ndim
    written_out = [part for item in items for part in ([slice(None)] * claim.each if item is ... else [item])]
    assert sum(map(consumed, written_out)) > a.ndim
    assert words_of(a, written_out)
    assert words_of(a, [item for place, item in enumerate(items) if place not in at[1:]]) != words


@check(TooManyItems)
def _(claim: TooManyItems, program: Program) -> None:
    a, items, words = declined(program)
    assert a.ndim == claim.axes
    assert sum(map(consumed, items)) == claim.spoken > claim.axes
    deep = a[(..., *[None] * (claim.spoken - claim.axes))]
    assert words_of(deep, items) != words


@check(ZeroStep)
def _(claim: ZeroStep, program: Program) -> None:
    a, items, words = declined(program)
    place = next(at for at, item in enumerate(items) if isinstance(item, slice) and item.step == 0)
    assert axes_of(items, a.ndim)[place] == claim.axis
    assert words_of(a, [*items[:place], slice(None), *items[place + 1 :]]) != words


@check(MaskMisfit)
def _(claim: MaskMisfit, program: Program) -> None:
    a, items, words = declined(program)
    axes = axes_of(items, a.ndim)
    place = next(at for at, item in enumerate(items) if is_mask(item) and axes[at] == claim.axis)
    mask = np.asarray(items[place])
    assert mask.shape == claim.given != claim.covered
    assert tuple(a.shape[claim.axis : claim.axis + mask.ndim]) == claim.covered
    fitting: Any = np.ones(claim.covered, bool)
    assert (
        words_of(a, [*items[:place], torch.from_numpy(fitting) if is_tensor(a) else fitting, *items[place + 1 :]])
        != words
    )


@check(OutOfBounds)
def _(claim: OutOfBounds, program: Program) -> None:
    a, items, words = declined(program)
    assert a.shape[claim.axis] == claim.size
    speaking = zip(items, axes_of(items, a.ndim), strict=True)
    places = [item for item, axis in speaking if axis == claim.axis and (is_array(item) or is_number(item))]
    outside = [one for item in places for one in np.asarray(item).ravel() if not -claim.size <= one < claim.size]
    assert outside, "no number is outside"
    assert words_of(grown(a, claim.axis, max(abs(int(one)) for one in outside) + 1), items) != words


@check(IndicesDiffer)
def _(claim: IndicesDiffer, program: Program) -> None:
    a, items, words = declined(program)
    arrays = arrays_of(program, before(program))
    assert tuple(array.shape for array in arrays) == claim.shapes
    numbers = [0 if is_array(item) and not is_mask(item) else item for item in items]
    first = [[0] if is_array(item) and not is_mask(item) else item for item in items]
    for place, item in enumerate(items):
        if is_mask(item):
            first[place] = numbers[place] = np.arange(np.asarray(item).size).reshape(np.shape(item)) < 0
    assert words_of(a, first) != words


@check(NoBackwards)
def _(claim: NoBackwards, program: Program) -> None:
    a, items, words = declined(program)
    assert is_tensor(a)
    place = next(at for at, item in enumerate(items) if isinstance(item, slice) and (item.step or 1) < 0)
    assert axes_of(items, a.ndim)[place] == claim.axis
    assert words_of(a, [slice(None) if isinstance(item, slice) else item for item in items]) != words
    own = values(a)
    whole = own[(slice(None),) * claim.axis + (slice(None, None, -1),)]
    assert np.shares_memory(whole, own) or not own.size
    flipped = torch.flip(a, (claim.axis,))
    np.testing.assert_array_equal(values(flipped), whole)
    was = content(flipped)
    flip(a)
    assert content(flipped) == was


@check(ItemDoes)
def _(claim: ItemDoes, program: Program) -> None:
    names = before(program)
    a = np.asarray(names["a"])
    item = key_of(claim.item, names)
    item = np.asarray(item) if is_array(item) else item
    if isinstance(item, np.ndarray) and item.ndim == 0 and item.dtype != bool:
        item = int(item)  # a whole number, as a tensor
    if claim.axis is None:
        assert "".join(claim.item.split()) in "".join(index(program).split())
    if claim.does == "adds an axis of size 1":
        assert item is None
        assert claim.axis is None
        return
    if claim.axis is None:  # a mask of no axis
        assert claim.does == "picks where it is True"
        assert item.ndim == 0
        assert item.dtype == bool
        return
    assert 0 <= claim.axis < a.ndim
    items = items_of(key_of(index(program), names))
    taken = {axis: each for each, axis in zip(items, axes_of(items, a.ndim), strict=True) if consumed(each)}
    spoken_of = {axis + k for axis, each in taken.items() for k in range(consumed(each))}
    if claim.item == ":":
        assert claim.axis not in spoken_of or taken.get(claim.axis) == slice(None)
    elif item is ...:
        assert any(each is ... for each in items)
        assert claim.axis not in spoken_of
    else:
        there = taken[claim.axis]
        assert type(there) is slice or np.array_equal(np.asarray(there), np.asarray(item))
        assert type(there) is not slice or there == item
    alone = a[(*(slice(None),) * claim.axis, item)]
    size = a.shape[claim.axis]
    match claim.does:
        case "drops the axis":
            assert alone.ndim == a.ndim - 1
            assert not is_array(item)
        case "keeps the axis":
            assert alone.shape == a.shape
            assert item is ... or isinstance(item, slice)
        case "picks where it is True":
            assert item.dtype == bool
            assert alone.shape == (*a.shape[: claim.axis], int(item.sum()), *a.shape[claim.axis + item.ndim :])
        case "picks place by place":
            assert item.dtype != bool
            assert alone.shape == (*a.shape[: claim.axis], *item.shape, *a.shape[claim.axis + 1 :])
        case _:
            assert isinstance(item, slice)
            assert claim.does == f"keeps the axis, {alone.shape[claim.axis]} of {size}"


@check(NoCellEqualsNan)
def _(claim: NoCellEqualsNan, program: Program) -> None:
    names = before(program)
    asked = np.asarray(eval(claim.mask, names))
    assert not asked.any()
    key = key_of(index(program), names)  # for the other library it may be written as the mask that it is
    assert claim.mask in index(program) or np.array_equal(np.asarray(key), asked)
    assert "nan" in claim.mask
    found = np.asarray(eval(claim.instead, names))
    cells = values(names["a"]).ravel().tolist()
    assert found.ravel().tolist() == [cell != cell for cell in cells]
    assert sum(found.ravel().tolist()) == claim.count


@check(TruthAddsAxis)
def _(claim: TruthAddsAxis, program: Program) -> None:
    names = before(program)
    key = key_of(index(program), names)
    assert np.asarray(key).dtype == bool
    assert bool(np.asarray(key)) == claim.index
    own = values(names["a"])
    got = values(names["a"][key])
    assert got.shape == claim.shape == (int(claim.index), *own.shape)
    if claim.index:
        np.testing.assert_array_equal(got[0], own)
