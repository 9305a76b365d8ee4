"""What the playground is asked: the points, the network, how it is trained, and how far.

The same question gives the same weights, to the last bit, on the same machine: all chance comes from its ``seed``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from primer_core.lessons.question import (
    Problem,
    Question,
    TextField,
    UnreadableError,
    choice,
    declared,
    number,
    switch,
    whole,
)

MOST_LAYERS = 4
MOST_UNITS = 32
MOST_POINTS = 200
MOST_STEPS = 20_000
MOST_EDITS = 60
EDGE = 4.0
"""The plane that is shown reaches from minus this to this, on both axes."""

SETS: Mapping[str, str] = {
    "five": "The primer's five points",
    "moons": "Moons",
    "circles": "Circles",
    "spirals": "Spirals",
    "blobs": "Blobs",
    "xor": "XOR",
    "line": "A line",
    "curve": "A curve",
    "own": "My own points, in two classes",
    "own_curve": "My own points, for a curve",
}
CURVES = frozenset(("line", "curve", "own_curve"))
"""Sets in which a height is learnt from a place on the axis below, and not a class from a place in the plane."""

OWN = frozenset(("own", "own_curve"))
FIXED = frozenset(("five", "own", "own_curve"))
"""Sets of which neither the number of points nor their noise can be chosen."""

ACTIVATIONS: Mapping[str, str] = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid", "none": "none"}
OPTIMIZERS: Mapping[str, str] = {"sgd": "SGD", "momentum": "SGD, momentum 0.9", "adam": "Adam"}
RATES = ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "0.5", "1", "3", "10")
BATCHES = ("1", "2", "5", "10", "20", "50", "all")

_NUMBER = r"-?\d{1,4}(?:\.\d{1,8})?(?:e-?\d{1,2})?"
_POINT = re.compile(rf"({_NUMBER})_({_NUMBER})([ab])")
_PLACE = re.compile(rf"({_NUMBER})_({_NUMBER})")
_EDIT = re.compile(rf"(\d{{1,5}})([wb])(\d)_(\d\d?)(?:_(\d\d?))?_({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Edit:
    """A weight or a bias that the learner has set.

    Parameters
    ----------
    step
        How many steps had been taken before.
    layer, row, column
        Which number: of the affine layer, counted from 0, that of unit `row` for input `column`; its bias if None.
    value
        What it became, up to 9 999 in size.
    """

    step: int
    layer: int
    row: int
    column: int | None
    value: float

    def text(self) -> str:
        """Write it as `read_edits` reads it."""
        column = "" if self.column is None else f"_{self.column}"
        kind = "b" if self.column is None else "w"
        return f"{self.step}{kind}{self.layer}_{self.row}{column}_{_short(self.value)}"


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def read_edits(text: str) -> tuple[Edit, ...]:
    """Read edits, joined by ``~``: ``0w1_0_2_-1.5`` is weight (0, 2) of layer 1, ``120b0_3_0.5`` bias 3 of layer 0.

    Raises
    ------
    UnreadableError
        If the text is something else, or names more than `MOST_EDITS`.
    """
    found = []
    for piece in text.split("~") if text else ():
        match = _EDIT.fullmatch(piece)
        if match is None or (match[2] == "w") != (match[5] is not None):
            raise UnreadableError("edits such as 0w1_0_2_-1.5 and 120b0_3_0.5, joined by ~")
        step, _, layer, row, column, value = match.groups()
        edit = Edit(int(step), int(layer), int(row), None if column is None else int(column), float(value))
        if edit.step > MOST_STEPS or abs(edit.value) > 9_999:
            raise UnreadableError(f"edits of at most 9 999 in size, before step {MOST_STEPS}")
        found.append(edit)
    if len(found) > MOST_EDITS:
        raise UnreadableError(f"at most {MOST_EDITS} edits")
    return tuple(found)


def read_points(text: str) -> tuple[tuple[float, float, int], ...]:
    """Read points with their classes: ``-1.2_3.1a`` lies at (−1.2, 3.1) in class 0, ``0.5_2b`` in class 1.

    Raises
    ------
    UnreadableError
        If the text is something else, or names more than `MOST_POINTS` points or one outside of the plane.
    """
    found = _POINT.findall(text)
    if "".join(f"{x}_{y}{label}" for x, y, label in found) != text:
        raise UnreadableError("points such as -1.2_3.1a0.5_2b, where a and b are the classes")
    if len(found) > MOST_POINTS:
        raise UnreadableError(f"at most {MOST_POINTS} points")
    points = tuple((round(float(x), 2), round(float(y), 2), int(label == "b")) for x, y, label in found)
    if any(max(abs(x), abs(y)) > EDGE for x, y, _ in points):
        raise UnreadableError(f"points whose coordinates are from −{EDGE:g} to {EDGE:g}")
    return points


def read_place(text: str) -> tuple[float, float] | None:
    """Read a place in the plane, ``-1.2_3.1``, or none.

    Raises
    ------
    UnreadableError
        If the text is something else, or a place outside of the plane.
    """
    if not text:
        return None
    match = _PLACE.fullmatch(text)
    if match is None or max(abs(float(match[1])), abs(float(match[2]))) > EDGE:
        raise UnreadableError(f"a place such as -1.2_3.1, whose coordinates are from −{EDGE:g} to {EDGE:g}")
    return round(float(match[1]), 2), round(float(match[2]), 2)


def read_widths(text: str) -> tuple[int, ...]:
    """Read the widths of the hidden layers, joined by ``-``; an empty text has none.

    Raises
    ------
    UnreadableError
        If the text is something else.
    """
    pieces = text.split("-") if text else []
    fit = all(re.fullmatch(r"\d\d?", piece) and 1 <= int(piece) <= MOST_UNITS for piece in pieces)
    if len(pieces) > MOST_LAYERS or not fit:
        raise UnreadableError(f"at most {MOST_LAYERS} widths from 1 to {MOST_UNITS}, such as 8-8, or none")
    return tuple(map(int, pieces))


def read_unit(text: str) -> tuple[int, int] | None:
    """Read which unit is chosen, ``0.3`` for unit 3 of the first layer, or none.

    Raises
    ------
    UnreadableError
        If the text is something else.
    """
    if not text:
        return None
    match = re.fullmatch(r"(\d)\.(\d\d?)", text)
    if match is None:
        raise UnreadableError("a layer and a unit, such as 0.3")
    return int(match[1]), int(match[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Widths(TextField):
    def parse(self, text: str) -> str:
        return "-".join(map(str, read_widths(text)))

    def told(self, value: str) -> str:
        return value or "no hidden layer"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Points(TextField):
    def parse(self, text: str) -> str:
        return "".join(f"{_short(x)}_{_short(y)}{'ab'[label]}" for x, y, label in read_points(text))

    def told(self, value: str) -> str:
        return value or "no points"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edits(TextField):
    def parse(self, text: str) -> str:
        return "~".join(edit.text() for edit in read_edits(text))

    def told(self, value: str) -> str:
        return value or "no edits"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place(TextField):
    def parse(self, text: str) -> str:
        place = read_place(text)
        return "" if place is None else "_".join(map(_short, place))

    def told(self, value: str) -> str:
        return value or "no place"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit(TextField):
    def parse(self, text: str) -> str:
        unit = read_unit(text)
        return "" if unit is None else f"{unit[0]}.{unit[1]}"

    def told(self, value: str) -> str:
        return value or "no unit"


@dataclass(frozen=True, slots=True)
class PlaygroundQuestion(Question):
    """Points, a network, and how it is trained.

    Parameters
    ----------
    data
        A key of `SETS`.
    points
        Those of a set of one's own, as `read_points` reads them.
    count, noise
        How many points of a set that is drawn, and the standard deviation of what is added to each coordinate.
    share
        Percent of the points that the network is trained on; the others test it. The five points have two of their own.
    widths
        Of the hidden layers.
    activation
        After each hidden layer: a key of `ACTIVATIONS`.
    outputs
        Logits of a classification: one, for binary cross-entropy, or two, for cross-entropy.
    optimizer, rate, batch, drop_last
        How it is trained; a batch of "all" has all training points.
    seed
        Of the points, the split, the first weights and the order of the batches.
    step
        How many steps are taken when the page is opened.
    edits
        What the learner has set by hand, as `read_edits` reads it.
    at, unit
        The place that is looked at, and the unit whose sum is spelled out there.
    """

    data: str = choice("moons", SETS, label="Set")
    points: str = declared("", _Points(label="My points", hidden=True))
    count: int = whole(100, label="How many", least=10, most=MOST_POINTS, step=10)
    noise: float = number(0.15, label="Noise", least=0, most=1, step=0.05)
    share: int = whole(70, label="Trained on, in %", least=10, most=100, step=10)
    widths: str = declared("8-8", _Widths(label="Hidden layers", hidden=True))
    activation: str = choice("tanh", ACTIVATIONS, label="Activation")
    outputs: str = choice("1", {"1": "one logit", "2": "two logits"}, label="Output")
    optimizer: str = choice("adam", OPTIMIZERS, label="Optimiser")
    rate: str = choice("0.03", RATES, label="Learning rate")
    batch: str = choice("10", BATCHES, label="Batch size")
    drop_last: bool = switch(default=False, label="Drop a last batch that is smaller")
    seed: int = whole(1, label="Seed", least=0, most=9_999)
    step: int = whole(0, label="Step", least=0, most=MOST_STEPS)
    edits: str = declared("", _Edits(label="Edits", hidden=True))
    at: str = declared("", _Place(label="Place", hidden=True))
    unit: str = declared("", _Unit(label="Unit", hidden=True))

    @property
    def is_curve(self) -> bool:
        """Whether a height is learnt, and not a class."""
        return self.data in CURVES

    @property
    def sizes(self) -> tuple[int, ...]:
        """Width of the input, of each hidden layer, and of the output."""
        ends = (1, 1) if self.is_curve else (2, int(self.outputs))
        return (ends[0], *read_widths(self.widths), ends[1])

    def drawn(self) -> tuple[str, str, int, float, int, int]:
        """The values that the points follow from."""
        return self.data, self.points, self.count, self.noise, self.share, self.seed


def parameter_count(sizes: tuple[int, ...]) -> int:
    """Weights and biases of affine layers between such widths."""
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(sizes))


def has_number(sizes: tuple[int, ...], edit: Edit) -> bool:
    """Whether a network of such widths has the number that an edit sets."""
    layers = [*pairwise(sizes)]
    if edit.layer >= len(layers):
        return False
    fan_in, fan_out = layers[edit.layer]
    return edit.row < fan_out and (edit.column is None or edit.column < fan_in)


def fitting(question: PlaygroundQuestion) -> tuple[PlaygroundQuestion, tuple[Problem, ...]]:
    """Leave out what the network does not have: edits of other numbers, and another unit; and say so."""
    sizes, problems = question.sizes, []
    edits = read_edits(question.edits)
    held = tuple(edit for edit in edits if has_number(sizes, edit))
    network = "-".join(map(str, sizes))
    if held != edits:
        used = "~".join(edit.text() for edit in held)
        problems.append(Problem("edits", question.edits, f"numbers that a network {network} has", used or "no edits"))
        question = replace(question, edits=used)
    unit = read_unit(question.unit)
    if unit is not None and not (unit[0] < len(sizes) - 1 and unit[1] < sizes[unit[0] + 1]):
        problems.append(Problem("unit", question.unit, f"a unit that a network {network} has", "no unit"))
        question = replace(question, unit="")
    return question, tuple(problems)
