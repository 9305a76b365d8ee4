"""What is said of an explanation, each sentence from numbers that were computed for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import thousands
from primer_core.inference.asking import logits_of, probabilities_of
from primer_core.inference.attribution import SIDE, Gradient, IntegratedGradients, Occlusion, score_of
from primer_core.inference.changes import PARTS_OF_WAY, STEPS, Blend, Change
from primer_core.inference.neighbours import Gallery, Neighbours
from ui.drawing.reading import percent

if TYPE_CHECKING:
    from torch import nn

#: Ink by which a pixel is changed to try its slope.
TRIED = 0.1

_REGIONS = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """The classes that an explanation is about.

    Parameters
    ----------
    classes
        Names of all.
    first
        The class that is spoken for.
    other
        The class that is spoken against; None for none.
    """

    classes: Sequence[str]
    first: int
    other: int | None

    @property
    def score(self) -> str:
        """What the explained number is called."""
        alone = self.other is None
        return f"logit of {self.classes[self.first]}" if alone else f"lead of {self.classes[self.first]}"

    @property
    def against(self) -> str:
        """What speaks against the first class speaks for this."""
        return f"against {self.classes[self.first]}" if self.other is None else f"for {self.classes[self.other]}"

    def told(self, lead: float) -> str:
        """The whole of it, with its number."""
        first = self.classes[self.first]
        if self.other is None:
            return f"The logit of {first} is {rounded(lead)}."
        other = self.classes[self.other]
        return f"The lead of {first} over {other} is {rounded(lead)}: the logit of {first} less that of {other}."


def rounded(number: float) -> str:
    """Write a number with three digits, and at most four places."""
    text = f"{number:.2f}" if abs(number) >= 1 else f"{float(f'{number:.3g}'):.4f}".rstrip("0").rstrip(".")
    return "0" if float(text) == 0 else text.replace("-", "−")


def at_most(number: float) -> str:
    """Write a number above 0 that is nowhere exceeded: rounded up, to three digits."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 2)
    return f"{math.ceil(number / unit) * unit:.3g}"


def plus(number: float) -> str:
    """Write a number with its sign."""
    text = rounded(number)
    return text if text.startswith("−") or text == "0" else f"+{text}"


def tried(
    model: nn.Module, image: NDArray[np.floating], slopes: Gradient, first: int, other: int | None
) -> tuple[int, int, float, float]:
    """Change the pixel with the steepest slope by `TRIED` and ask the network.

    Returns
    -------
    Row and column of the pixel, the ink that was added (less than 0 where there is no room for more), and what the
    lead changed by.
    """
    row, column = (int(place) for place in np.unravel_index(np.abs(slopes.values).argmax(), image.shape))
    added = TRIED if image[row, column] + TRIED <= 1 else -TRIED
    moved = image.copy()
    moved[row, column] += added
    # Both in one batch: what rounding does to the one, it does to the other.
    before, after = score_of(logits_of(np.stack([image, moved]), model), first, other)
    return row, column, added, float(after - before)


def of_gradient(names: Names, slopes: Gradient, trial: tuple[int, int, float, float]) -> list[str]:
    """Say how large the lead is, and what the steepest pixel does."""
    row, column, added, change = trial
    ink = "more" if added > 0 else "less"
    return [
        names.told(slopes.lead),
        f"Steepest is row {row}, column {column}: {plus(float(slopes.values[row, column]))} for 1 of ink. Tried with "
        f"{abs(added):g} of ink {ink}, the {names.score} changes by {plus(change)}.",
    ]


def region_sums(values: NDArray[np.floating], image: NDArray[np.floating]) -> dict[str, float]:
    """Sum values over nine regions: the box around the ink, cut in three both ways."""
    inked = image > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    bands = [np.array_split(np.arange(found[0], found[-1] + 1), 3) for found in (rows, columns)]
    return {
        _REGIONS[i][j]: float(values[np.ix_(across, down)].sum(dtype=np.float64))
        for i, across in enumerate(bands[0])
        for j, down in enumerate(bands[1])
    }


def of_integrated(names: Names, shares: IntegratedGradients, image: NDArray[np.floating]) -> list[str]:
    """Say what is shared out, whether it is all, and which regions speak most for and against."""
    difference = shares.lead - shares.lead_of_black
    total = float(shares.values.sum(dtype=np.float64))
    said = [
        names.told(shares.lead),
        f"For a black image it is {rounded(shares.lead_of_black)}. The values share out the difference, "
        f"{rounded(difference)}: as the mean of {shares.steps} gradients on the way they add up to {rounded(total)}.",
    ]
    sums = region_sums(shares.values, image)
    best, worst = max(sums, key=sums.__getitem__), min(sums, key=sums.__getitem__)
    speaking = []
    if sums[best] > 0:
        speaking.append(f"the {best} speaks most for {names.classes[names.first]} ({plus(sums[best])})")
    if sums[worst] < 0:
        speaking.append(f"the {worst} speaks most {names.against} ({plus(sums[worst])})")
    if speaking:
        said.append(f"Of nine regions of the drawing, {' and '.join(speaking)}.")
    return said


def of_occlusion(names: Names, covered: Occlusion, label: int) -> list[str]:
    """Say which square costs the lead most, and whether any square changes what is read."""
    said = [names.told(covered.lead)]
    if not len(covered.corners):
        return said
    reads = covered.logits.argmax(axis=1)
    worst = int(covered.losses.argmax())
    loss = float(covered.losses[worst])
    if loss > 0:
        said.append(
            f"Covering {_square(covered.corners[worst])} costs most: the {names.score} falls to "
            f"{rounded(covered.lead - loss)}, and it reads {names.classes[int(reads[worst])]}."
        )
    turned = int((reads != label).sum())
    squares = f"{len(reads)} squares of {SIDE} × {SIDE} that cover ink"
    if not turned:
        said.append(f"None of the {squares} changes what is read: {names.classes[label]}.")
    else:
        others = sorted({int(read) for read in reads if read != label})
        listed = ", ".join(names.classes[read] for read in others)
        said.append(f"{turned} of the {squares} change{'s' if turned == 1 else ''} what is read, to {listed}.")
    return said


def _square(corner: NDArray[np.int64]) -> str:
    row, column = (int(place) for place in corner)
    return f"rows {row} to {row + SIDE - 1}, columns {column} to {column + SIDE - 1}"


def of_nearest(classes: Sequence[str], label: int, found: Neighbours, shown: Gallery) -> list[str]:
    """Say how many of the nearest bear the label that is read, and what their distances are measured by."""
    labels = shown.labels[found.places]
    same = int((labels == label).sum())
    count = {0: "none", len(labels): "all"}.get(same, str(same))
    size = thousands(len(shown.labels))
    return [
        f"Of the {len(labels)} nearest of {size} images, {count} {'is' if same < 2 else 'are'} labelled "
        f"{classes[label]}.",
        f"Distance: of the {thousands(found.units)} values in the last hidden layer. The median of all {size} is "
        f"{rounded(found.median)}.",
    ]


def of_smallest(classes: Sequence[str], target: int, small: Change | None, image: NDArray[np.floating]) -> list[str]:
    """Say what is read in the changed image, and how large the change is."""
    if small is None:
        return [f"{STEPS} steps found no change that reads {classes[target]}."]
    whole = float(np.linalg.norm(image.astype(np.float64)))
    probability = float(probabilities_of(small.logits)[target])
    return [
        f"Reads {classes[target]}, at {percent(probability)}.",
        f"The change is {rounded(small.length)} long, the drawing itself {rounded(whole)}: "
        f"{100 * small.length / whole:.0f} %. No pixel changes by more than {at_most(small.largest)}.",
    ]


def of_blend(classes: Sequence[str], target: int, way: Blend | None, small: Change | None) -> list[str]:
    """Say where the label turns, and how large the change is there."""
    name = classes[target]
    if way is None:
        return [f"The network reads none of the images labelled {name} as {name}: there is nothing to blend with."]
    turn = next((one for one in way.turns if one.label_after == target), None)
    assert turn is not None, "the way begins at another class, and ends at this one"
    length = float(np.linalg.norm(way.at(turn.after).astype(np.float64) - way.start))
    compared = "" if small is None else f", {length / small.length:.1f} times as long as the smallest found"
    passed = [classes[int(label)] for label, _ in groupby(way.logits.argmax(axis=1))]
    said = [
        f"It turns to {name} at {100 * turn.after:.2f} % of the way. There the change is {rounded(length)} "
        f"long{compared}."
    ]
    if len(passed) > 2:
        said.append(f"At {PARTS_OF_WAY + 1} places on the way it reads, in turn, {', '.join(passed)}.")
    return said
