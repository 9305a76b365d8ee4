"""Measure the recipe of the shipped digit network on digits and people that it has never seen.

    python -m scripts.measure_reader PENDIGITS --keep FOLDER [--folds 0 1 2 3 4] [--start CHECKPOINT]

Five trainings, each with the recipe of `scripts.train_checkpoint`, but without a fifth of all 5 000 MNIST images,
without six of the 30 people of PENDIGITS, and without one of the five kinds of drawings that are no digit. What each
network says of what it was not given is kept in FOLDER; a fold that lies there is not trained again. Printed, and
written to FOLDER/report.md for the model card, are

- the accuracy on both sorts of digits,
- the calibration error over all of them together, with one temperature: each fold's is fitted on the other folds,
- how well the score tells the digits from the kind left out, as the area under the ROC curve.

The pen digits are drawn on the pad as they were written, with pens of 3 to 40 pad units, a width for each digit drawn
from a seed; MNIST's images are shown as they are. With --start, which has learnt from all MNIST images but the 500 of
the test part, the fifth left out is a fifth of those.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from primer_core.data import load_images
from primer_core.models.reader import DigitReader
from scripts.digit_drawing import Strokes, pictured
from scripts.digit_pens import PenDigit, read_pen_digits
from scripts.digit_strangers import KINDS
from scripts.digit_tuning import Drawings, Tuning, maps, start, tune
from scripts.train_checkpoint import (
    Recipe,
    fitted_temperature,
    floats,
    kept_drawings,
    no_digits,
    probabilities,
    sources,
    train,
)

FOLDS = 5
STRANGERS = 500  # drawings of the kind left out, each fold
PENS = (3.0, 40.0)
BINS = 15

HOW_TRAINED = """\
{{count}} of 5 networks, trained for {steps:,} steps from random weights, each without a fifth of 5,000 MNIST images"""
HOW_TUNED = """\
{{count}} of 5 networks, tuned as the shipped one was{fewer}, each without the 500 test images of MNIST, of which it
read a fifth"""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one network says of what it was not given.

    Attributes
    ----------
    mnist, pens, strangers
        (n, 12): ten logits, the score's logit, the right label (10 where it is no digit).
    """

    mnist: Array
    pens: Array
    strangers: Array

    @property
    def digits(self) -> Array:
        """Both sorts of digits together."""
        return np.concatenate([self.mnist, self.pens])


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What the folds share.

    Attributes
    ----------
    images, labels
        All of MNIST's: uint8 (n, 28, 28) and (n,).
    test
        bool (n,): which of them are of the test part.
    mean, std
        Of MNIST's pixels.
    pen_digits
        The pen strokes of all people.
    """

    images: torch.Tensor
    labels: torch.Tensor
    test: torch.Tensor
    mean: float
    std: float
    pen_digits: Sequence[PenDigit]

    def left_out(self, fold: int) -> list[int]:
        """Number of each of the people left out."""
        return sorted({digit.writer for digit in self.pen_digits})[fold::FOLDS]


def trained(fold: int, recipe: Recipe, material: Material) -> DigitReader:
    """A network trained from random weights without what the fold leaves out."""
    kept = torch.arange(len(material.images)) % FOLDS != fold
    given = sources(
        recipe,
        material.images[kept],
        material.labels[kept],
        [digit for digit in material.pen_digits if digit.writer not in material.left_out(fold)],
        [kind for kind in KINDS if kind != KINDS[fold]],
    )
    return train(recipe, given, material.mean, material.std)


def tuned(fold: int, network: DigitReader, drawings: Drawings, seen: torch.Tensor, material: Material) -> DigitReader:
    """A network tuned, with maps (n, 64, 7, 7) of all drawings, without what the fold leaves out."""
    kept = ~torch.isin(drawings.origins, torch.tensor([*material.left_out(fold), -1 - fold]))
    return tune(Tuning(), network, seen[kept], drawings.labels[kept])


def asked(model: DigitReader, fold: int, material: Material, *, test_only: bool) -> Answers:
    """What a network says of what the fold left out."""
    out = torch.arange(len(material.images)) % FOLDS == fold
    if test_only:
        out &= material.test
    people = material.left_out(fold)
    held: list[tuple[Strokes, int]] = [
        (digit.strokes, digit.label) for digit in material.pen_digits if digit.writer in people
    ]
    rng = np.random.default_rng(1_000 + fold)
    return Answers(
        _asked(model, material.images[out], material.labels[out]),
        _asked(model, *_on_the_pad(held, rng)),
        _asked(model, *_on_the_pad(no_digits([KINDS[fold]] * STRANGERS, held, rng), rng)),
    )


def _on_the_pad(drawings: Sequence[tuple[Strokes, int]], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    low, high = map(math.log, PENS)
    seen = [(pictured(strokes, math.exp(rng.uniform(low, high))), label) for strokes, label in drawings]
    kept = [(image, label) for image, label in seen if image is not None]
    return torch.from_numpy(np.stack([image for image, _ in kept])), torch.tensor([label for _, label in kept])


@torch.inference_mode()
def _asked(model: DigitReader, images: torch.Tensor, labels: torch.Tensor) -> Array:
    answers = [
        torch.cat([logits, score[:, None]], dim=1)
        for logits, score in map(model.scored, torch.split(floats(images), 500))
    ]
    found: Array = torch.cat([torch.cat(answers), labels[:, None].float()], dim=1).double().numpy()
    return found


def calibration_error(sure: Array, right: NDArray[np.bool_]) -> float:
    """Mean distance of the top probability from the share that is right, in `BINS` equal bins, weighted by their size.

    Source: M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI 2015.
    """
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(BINS) if (bins == b).any()) / len(sure)
    )


def area_under_roc(digits: Array, strangers: Array) -> float:
    """How often a digit has a higher score than what is no digit; a tie counts half."""
    ordered = np.sort(strangers)
    below = np.searchsorted(ordered, digits, side="left") + np.searchsorted(ordered, digits, side="right")
    return float(below.mean() / 2 / len(ordered))


def report(kept: dict[int, Answers], how: str) -> str:
    """What is measured, as Markdown for the model card."""
    rows, sure, right = [], [], []
    for fold, answers in kept.items():
        others = [other.digits for number, other in kept.items() if number != fold] or [answers.digits]
        temperature = _fitted(np.concatenate(others))
        given = probabilities(answers.digits[:, :10], temperature)
        sure.append(given.max(axis=1))
        right.append(given.argmax(axis=1) == answers.digits[:, 11])
        area = area_under_roc(answers.digits[:, 10], answers.strangers[:, 10])
        rows.append(
            f"| {fold + 1} | {_accuracy(answers.mnist):.2%} of {len(answers.mnist)} "
            f"| {_accuracy(answers.pens):.2%} of {len(answers.pens)} | {temperature:.2f} | {KINDS[fold]} | {area:.4f} |"
        )
    mnist, pens, strangers = (
        np.concatenate([getattr(answers, name) for answers in kept.values()]) for name in ("mnist", "pens", "strangers")
    )
    digits = np.concatenate([mnist, pens])
    error = calibration_error(np.concatenate(sure), np.concatenate(right))
    area = area_under_roc(digits[:, 10], strangers[:, 10])
    shares = [float(np.mean(some[:, 10] >= 0)) for some in (digits, strangers)]
    fitted = "the digits of the other rows" if len(kept) > 1 else "these same digits, one number"
    return f"""\
{how.format(count=len(kept))},
without six of the 30 people who wrote the pen strokes, and without one kind of the drawings that are no digit.
MNIST's images were read as they are; the pen strokes were drawn with pens of {PENS[0]:g} to {PENS[1]:g} pad units, at a
height of 200.

| without fold | MNIST right | pen strokes right | temperature | kind left out | AUROC |
|---|---|---|---|---|---|
{chr(10).join(rows)}
| together | {_accuracy(mnist):.2%} of {len(mnist)} | {_accuracy(pens):.2%} of {len(pens)} \
| {_fitted(digits):.2f} | each once | {area:.4f} |

AUROC: of the digit score, all digits held out against drawings of the kind left out. The temperature of a row is
fitted on {fitted}; with it the calibration error ({BINS} equal bins) over all held-out digits
together is {error:.4f}. At a score of 0.5, {shares[0]:.1%} of the held-out digits pass and {shares[1]:.1%} of the
drawings of kinds left out.
"""


def _fitted(answers: Array) -> float:
    return fitted_temperature(answers[:, :10], answers[:, 11].astype(np.int64))


def _accuracy(answers: Array) -> float:
    return float(np.mean(answers[:, :10].argmax(axis=1) == answers[:, 11]))


def main() -> None:
    """Train the folds that are missing, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pendigits", type=Path)
    parser.add_argument("--keep", type=Path, required=True, help="folder for what the networks say")
    parser.add_argument("--folds", type=int, nargs="*", default=list(range(FOLDS)))
    parser.add_argument("--start", type=Path, help="as scripts.train_checkpoint takes it")
    parser.add_argument("--drawn", type=Path, help="as scripts.train_checkpoint takes it")
    parser.add_argument("--every", type=int, default=1, help="with --start: learn from one of so many drawings")
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="without --start: fewer for a quick try")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = replace(Recipe(), steps=arguments.steps)
    split = load_images("mnist-sample")
    learnt = torch.cat([split.train_images, split.validation_images])
    learnt_labels = torch.cat([split.train_labels, split.validation_labels])
    images = torch.cat([learnt, split.test_images])
    material = Material(
        images,
        torch.cat([learnt_labels, split.test_labels]),
        torch.arange(len(images)) >= len(learnt),
        split.mean,
        split.std,
        read_pen_digits(arguments.pendigits),
    )
    if arguments.start:
        drawings = kept_drawings(arguments.drawn, learnt, learnt_labels, material.pen_digits).one_of(arguments.every)
        begun = start(arguments.start)
        seen = maps(begun, drawings.images)
    fewer = f", but with one of every {arguments.every} drawings" if arguments.every > 1 else ""
    how = HOW_TUNED.format(fewer=fewer) if arguments.start else HOW_TRAINED.format(steps=recipe.steps)
    arguments.keep.mkdir(parents=True, exist_ok=True)
    kept = {}
    for fold in arguments.folds:
        file = arguments.keep / f"fold_{fold}.npz"
        if not file.exists():
            model = tuned(fold, begun, drawings, seen, material) if arguments.start else trained(fold, recipe, material)
            answers = asked(model, fold, material, test_only=arguments.start is not None)
            np.savez(file, mnist=answers.mnist, pens=answers.pens, strangers=answers.strangers)
            print(f"fold {fold} after {time.process_time() / 60:.1f} minutes of a core", flush=True)
        with np.load(file) as stored:
            kept[fold] = Answers(stored["mnist"], stored["pens"], stored["strangers"])
        told = report(kept, how=how)
        (arguments.keep / "report.md").write_text(told, encoding="utf-8")
        print(told, flush=True)


if __name__ == "__main__":
    main()
