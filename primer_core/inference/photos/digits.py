"""Digits on a cleaned picture: what hangs together is one, its loose parts are joined to it, the rest is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.photos.cleaning import Cleaned, clean
from primer_core.inference.photos.stage import Stage

MOST_DIGITS = 60
"""Digits of one picture that are read: the largest ones."""

_MOST_MARKS = 200  # that are looked at: the largest ones
_SPECK = 1.5  # widths of the pen: a mark that is shorter both ways is a speck
_LEAST = 12  # pixels: no digit is smaller
_SMALL = 0.4  # of the height of most digits: a smaller mark on its own is none
_EDGE = 0.85  # of the picture: what is so long and touches the border is the edge of a page
_PART = 0.55  # of a digit's height: a lower mark close to it is a part of it
_FLAT = 0.6  # of its width: a mark that is lower is no digit by itself, but a roof, a bar or a foot
_BAR = 0.35  # of its width: a mark that is lower, and no part of a digit, is left out
_LARGEST = 1.6  # times the usual size of a digit: joined parts are no larger
_BELOW = 0.3  # of a digit's height: how far above or below it such a part may lie
_BESIDE = 0.2  # of a digit's height: and how far beside it
_ABOVE = 0.4  # of the narrower one's width that two marks share which lie above each other
_WIDEST = 1.5  # times its height: what is wider is not one digit
_WIDEST_BROKEN = 1.15  # times its height: and where it is two halves, each of which might be a digit
_PASSES = 4  # of joining: a digit falls into few parts
_BROKEN = 0.07  # of a digit's height: how far apart the halves of a broken stroke may lie
_SAMPLED = 200  # pixels of a mark's outline between which distances are taken
_SAME_ROW = 0.4  # of the lower one's height that two digits of a row share
_MARGIN = 0.1  # of its height around a digit


@dataclass(frozen=True, slots=True, eq=False)
class FoundDigit:
    """One digit on a picture.

    Attributes
    ----------
    box
        Top, left, bottom and right of its ink, in pixels of the cleaned picture; the last two are beyond it.
    canvas
        float32 (height, width) in 0..1, ink on black, a little larger than the box, with nothing of its neighbours:
        what `primer_core.inference.predict_digit` takes. Read-only.
    """

    box: tuple[int, int, int, int]
    canvas: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found on a picture.

    Attributes
    ----------
    digits
        In reading order: row by row, from left to right.
    stage
        The step, as it can be shown.
    """

    digits: tuple[FoundDigit, ...]
    stage: Stage


@dataclass(slots=True, eq=False)
class _Mark:
    """Ink that hangs together, or that was joined."""

    labels: list[int]
    box: tuple[int, int, int, int]
    outline: NDArray[np.float32]  # (n, 2): row and column of some of its outermost pixels

    @property
    def height(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def width(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def is_flat(self) -> bool:
        return self.height <= _FLAT * self.width

    @property
    def extent(self) -> int:
        return max(self.height, self.width)


def find_digits(cleaned: Cleaned) -> Found:
    """Find the digits on a cleaned picture, in reading order.

    Marks that touch are one digit: two digits written into each other are not told apart. A mark far smaller than the
    others is none.
    """
    from scipy import ndimage

    labels, _ = ndimage.label(cleaned.mask, np.ones((3, 3)))
    marks, all_marks = _marks(labels, cleaned.pen)
    kept = [mark for mark in marks if not _is_edge(mark, cleaned.mask.shape)]
    joined = _joined(kept)
    usual = _usual(joined)
    least = max(_LEAST, _SMALL * usual)
    digits = [mark for mark in joined if mark.extent >= least and mark.height > _BAR * mark.width]
    largest = sorted(digits, key=lambda mark: -mark.extent)[:MOST_DIGITS]
    ordered = _in_reading_order(largest)
    found = tuple(_cut(cleaned, labels, mark) for mark in ordered)
    shown = np.zeros(int(labels.max()) + 1, dtype=bool)
    shown[[label for mark in ordered for label in mark.labels]] = True
    picture = np.where(shown[labels], cleaned.ink, 0)
    left_out = len(joined) - len(digits) + all_marks - len(kept)
    stage = Stage("Digits found", _told(len(found), len(digits), left_out), np.rint(picture * 255).astype(np.uint8))
    return Found(found, stage)


def digits_on(grey: NDArray[np.uint8]) -> tuple[Cleaned, Found]:
    """Clean a picture and find its digits; where there is none, light and dark are taken the other way round, too.

    Parameters
    ----------
    grey
        uint8 (height, width), as `clean` takes it.
    """
    cleaned = clean(grey)
    found = find_digits(cleaned)
    if found.digits:
        return cleaned, found
    again = clean(grey, light_ink=not cleaned.light_ink)
    found_again = find_digits(again)
    return (again, found_again) if found_again.digits else (cleaned, found)


def _told(found: int, digits: int, left_out: int) -> str:
    if not digits:
        return "No mark is left that is large and dark enough for a digit."
    many = "1 mark" if digits == 1 else f"{digits} marks"
    first = (
        f"{many} of the size of a digit, loose parts joined."
        if found == digits
        else (f"{many} of the size of a digit; the {found} largest are read.")
    )
    rest = f" {left_out} left out: specks, edges, and what is far smaller than the rest." if left_out else ""
    return first + rest


def _marks(labels: NDArray[np.int32], pen: float) -> tuple[list[_Mark], int]:
    """The largest marks that are no specks, and how many marks there are at all."""
    from scipy import ndimage

    places = ndimage.find_objects(labels)
    sizes = [(max(rows.stop - rows.start, columns.stop - columns.start), i) for i, (rows, columns) in enumerate(places)]
    chosen = sorted((size, i) for size, i in sizes if size >= max(3.0, _SPECK * pen))[-_MOST_MARKS:]
    marks = []
    for _, i in chosen:
        rows, columns = places[i]
        own = labels[rows, columns] == i + 1
        points = np.argwhere(own & ~ndimage.binary_erosion(own))
        points = points[:: max(1, len(points) // _SAMPLED)] + np.array([rows.start, columns.start])
        box = (rows.start, columns.start, rows.stop, columns.stop)
        marks.append(_Mark([i + 1], box, points.astype(np.float32)))
    return marks, len(places)


def _is_edge(mark: _Mark, shape: tuple[int, ...]) -> bool:
    """Whether a mark is the edge of a page: it touches the border of the picture and runs along most of a side."""
    top, left, bottom, right = mark.box
    touches = top <= 1 or left <= 1 or bottom >= shape[0] - 1 or right >= shape[1] - 1
    return touches and (mark.height >= _EDGE * shape[0] or mark.width >= _EDGE * shape[1])


def _usual(marks: list[_Mark]) -> float:
    """How large most digits are, in pixels; 0 without marks.

    It is the size that half of all ink has, by length: neither many specks nor one long line make much of that.
    """
    extents = np.sort([mark.extent for mark in marks if not mark.is_flat] or [mark.extent for mark in marks])
    return float(extents[np.searchsorted(np.cumsum(extents), extents.sum() / 2)]) if marks else 0.0


def _joined(marks: list[_Mark]) -> list[_Mark]:
    """Join parts to what they belong to: the smallest first, each to what is closest."""
    largest = _LARGEST * _usual(marks)
    for _ in range(_PASSES):
        before = len(marks)
        marks = sorted(marks, key=lambda mark: mark.extent)
        boxes = np.array([mark.box for mark in marks], dtype=float).reshape(-1, 4)
        kept: dict[int, _Mark] = dict(enumerate(marks))
        for place in range(before):
            small = kept[place]
            top, left, bottom, right = small.box
            reach = _BELOW * np.maximum(small.extent, (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0))
            close = (boxes[:, :2] - reach[:, None] <= (bottom, right)) & (boxes[:, 2:] + reach[:, None] >= (top, left))
            others = [int(other) for other in np.flatnonzero(close.all(axis=1)) if other > place and other in kept]
            near = [(distance, other) for other in others if (distance := _belongs(small, kept[other], largest)) >= 0]
            if near:
                _, other = min(near)
                kept[other] = _union(kept.pop(place), kept[other])
                boxes[other] = kept[other].box
        marks = list(kept.values())
        if len(marks) == before:
            break
    return marks


def _belongs(one: _Mark, other: _Mark, largest: float) -> float:
    """How far one mark lies from another, in pixels, if both are one digit, of `largest` at most; -1 if not."""
    large, small = (one, other) if one.extent > other.extent else (other, one)
    union = _around(one.box, other.box)
    if union == large.box:
        return _distance(one, other)
    height, width = union[2] - union[0], union[3] - union[1]
    part = min(large.height, small.height) <= _PART * max(large.height, small.height) or one.is_flat or other.is_flat
    if max(height, width) > largest or width > (_WIDEST if part else _WIDEST_BROKEN) * height:
        return -1.0
    common = min(large.box[3], small.box[3]) - max(large.box[1], small.box[1])
    above = common >= _ABOVE * min(large.width, small.width)
    reach = ((_BELOW if above else _BESIDE) if part else _BROKEN) * large.extent
    if max(one.box[0] - other.box[2], other.box[0] - one.box[2], -common) > reach:
        return -1.0
    distance = _distance(one, other)
    return distance if distance <= reach else -1.0


def _distance(one: _Mark, other: _Mark) -> float:
    apart = one.outline[:, None, :] - other.outline[None, :, :]
    return float(np.sqrt((apart**2).sum(axis=2).min()))


def _union(one: _Mark, other: _Mark) -> _Mark:
    outline = np.concatenate([one.outline, other.outline])
    return _Mark([*one.labels, *other.labels], _around(one.box, other.box), outline)


def _around(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _in_reading_order(marks: list[_Mark]) -> list[_Mark]:
    """Row by row, each from left to right. A row may climb: each digit is compared with its neighbour to the left."""
    rows: list[list[_Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box[1]):
        shared = [(_shared(row[-1], mark), row) for row in rows]
        best = max(shared, key=lambda pair: pair[0], default=(0.0, []))
        if best[0] >= _SAME_ROW:
            best[1].append(mark)
        else:
            rows.append([mark])
    rows.sort(key=lambda row: float(np.mean([mark.box[0] + mark.box[2] for mark in row])))
    return [mark for row in rows for mark in row]


def _shared(one: _Mark, other: _Mark) -> float:
    """Share of the lower one's height that two marks have in common."""
    common = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    return common / max(1, min(one.height, other.height))


def _cut(cleaned: Cleaned, labels: NDArray[np.int32], mark: _Mark) -> FoundDigit:
    """Cut a digit out, with the grey edges of its own strokes and nothing of its neighbours."""
    from scipy import ndimage

    top, left, bottom, right = mark.box
    margin = max(2, round(_MARGIN * mark.extent))
    height, width = labels.shape
    rows = slice(max(0, top - margin), min(height, bottom + margin))
    columns = slice(max(0, left - margin), min(width, right + margin))
    near = labels[rows, columns]
    own = np.isin(near, mark.labels)
    reach = 2 * max(1, round(cleaned.pen / 4)) + 1
    kept = ndimage.maximum_filter(own.astype(np.uint8), reach).astype(bool) & ((near == 0) | own)
    canvas = np.where(kept, cleaned.ink[rows, columns], np.float32(0))
    canvas.flags.writeable = False
    return FoundDigit(mark.box, canvas)
