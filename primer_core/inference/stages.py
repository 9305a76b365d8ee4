"""From a drawing to an answer, stage by stage, and what would be read with each stage the other way round.

The stages are those of `primer_core.inference.preprocess`, and the normalising inside the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from primer_core.inference.asking import read_probabilities
from primer_core.inference.preprocess import Pipeline, Stage, measure_ink

if TYPE_CHECKING:
    from torch import nn

SwitchName = Literal["cut", "scaled", "nearest", "brightened", "centred", "polarity", "normalised"]
"""A stage that can be switched, or the way in which one works."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Which stages a drawing goes through on its way to the answer.

    Parameters
    ----------
    pipeline
        To the 28x28 image.
    normalise
        Whether the network is given the image less its mean and divided by its deviation, as it learnt; else it is
        given the image as it is. A network that does not normalise is given the same both ways.
    """

    pipeline: Pipeline = field(default_factory=Pipeline)
    normalise: bool = True

    def flipped(self, name: SwitchName) -> Switches:
        """Give the same switches but for one."""
        now = self.pipeline
        match name:
            case "cut":
                changed = replace(now, cut=not now.cut)
            case "scaled":
                changed = replace(now, scaling="area" if now.scaling == "as drawn" else "as drawn")
            case "nearest":
                changed = replace(now, scaling="area" if now.scaling == "nearest" else "nearest")
            case "brightened":
                changed = replace(now, brighten=not now.brighten)
            case "centred":
                changed = replace(now, centre=not now.centre)
            case "polarity":
                changed = replace(now, invert=not now.invert)
            case "normalised":
                return replace(self, normalise=not self.normalise)
        return replace(self, pipeline=changed)


@dataclass(frozen=True, slots=True)
class Answer:
    """The most probable class of an image.

    Attributes
    ----------
    label
        Its index.
    probability
        0 to 1.
    """

    label: int
    probability: float


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What a network subtracts from pixels in 0..1, and what it divides the difference by."""

    mean: float
    std: float


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """A drawing on its way to an answer.

    Attributes
    ----------
    stages
        What each stage leaves, from the pad to float32 (28, 28).
    normalisation
        Of the network; None where it has none.
    normalised
        float32 (28, 28): what the network's first layer is given.
    answer
        What is read with these switches.
    usual
        What is read with all stages on, as `predict_digit` reads.
    flipped
        By switch, what is read if that one alone were the other way round.
    """

    stages: tuple[Stage, ...]
    normalisation: Normalisation | None
    normalised: NDArray[np.float32]
    answer: Answer
    usual: Answer
    flipped: Mapping[SwitchName, Answer]


def follow(canvas: ArrayLike, model: nn.Module, switches: Switches) -> Journey | None:
    """Take a drawing through the stages and ask the network, once for each switch that might be flipped.

    It may be called from several threads at once, and leaves the network as it was.

    Parameters
    ----------
    canvas
        (height, width), ink bright on dark, as `preprocess` takes it.
    model
        In evaluation mode; takes float32 (n, 1, 28, 28) in 0..1 and gives logits (n, classes).
    switches
        Which stages it goes through.

    Returns
    -------
    Journey, or None where nothing is drawn.

    Raises
    ------
    ValueError
        If the canvas is none.
    """
    ink = measure_ink(canvas)
    if ink is None:
        return None
    normalisation = normalisation_of(model)
    names: list[SwitchName] = ["cut", "scaled", "nearest", "brightened", "centred", "polarity"]
    if normalisation is not None:
        names.append("normalised")
    ways = [switches, Switches(), *(switches.flipped(name) for name in names)]
    images = {pipeline: pipeline.run(ink) for pipeline in {way.pipeline for way in ways}}
    given = [_as_given(images[way.pipeline][-1].pixels, way, normalisation) for way in ways]
    different = {image.tobytes(): image for image in given}
    answers = dict(zip(different, read_images(model, list(different.values())), strict=True))
    answer, usual, *others = (answers[image.tobytes()] for image in given)
    image = images[switches.pipeline][-1].pixels
    return Journey(
        stages=images[switches.pipeline],
        normalisation=normalisation,
        normalised=_normalised(image, normalisation) if switches.normalise else image,
        answer=answer,
        usual=usual,
        flipped=dict(zip(names, others, strict=True)),
    )


def normalisation_of(model: nn.Module) -> Normalisation | None:
    """What a network does to pixels first, if it is a `primer_core.models.normalise.Normalised`."""
    from primer_core.models.normalise import Normalised

    return Normalisation(float(model.mean), float(model.std)) if isinstance(model, Normalised) else None


def read_images(model: nn.Module, images: Sequence[NDArray[np.float32]]) -> tuple[Answer, ...]:
    """Ask a network about images (28, 28), all at once.

    Raises
    ------
    ValueError
        If there is no image.
    """
    if not images:
        raise ValueError("there must be at least one image to read")
    shares = read_probabilities(np.stack(images), model)
    return tuple(Answer(int(row.argmax()), float(row.max())) for row in shares)


def _normalised(image: NDArray[np.float32], normalisation: Normalisation | None) -> NDArray[np.float32]:
    if normalisation is None:
        return image
    return (image - np.float32(normalisation.mean)) / np.float32(normalisation.std)


def _as_given(
    image: NDArray[np.float32], switches: Switches, normalisation: Normalisation | None
) -> NDArray[np.float32]:
    """The image as the network must be given it, which normalises in any case: what it would undo is done before."""
    if switches.normalise or normalisation is None:
        return image
    return image * np.float32(normalisation.std) + np.float32(normalisation.mean)
