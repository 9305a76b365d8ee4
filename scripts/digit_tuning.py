"""Teach a digit network that reads MNIST well already what MNIST lacks, in two minutes of a core.

Only the last convolution, the ten logits and the eleventh output learn. What comes before them is computed once for
each image, which is what makes it cheap: a step costs a sixth of one of a whole training.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from primer_core.models import build_model
from primer_core.models.reader import DigitReader
from scripts.digit_drawing import Strokes, draw
from scripts.digit_pens import PenDigit
from scripts.digit_strangers import DRAWN_ALONE, KINDS, NO_DIGIT, several
from scripts.digit_templates import draw_template
from scripts.digit_tracing import trace
from scripts.digit_warps import warp

LEARNT = 11
"""Index in the network's ``features`` from which on it learns: the last convolution, its normalisation, its ReLU."""

NOBODY = 0
"""Origin of an image that no writer of pen strokes made, and that is a digit."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Everything that decides the result, together with the data and the network that it begins with."""

    seed: int = 7
    warped: int = 2  # times that each MNIST image is there besides itself, each time warped in another way
    redrawn: int = 2_500  # of MNIST's lines
    typed: int = 6_000
    written: int = 7_494
    strangers: int = 7_500
    epochs: int = 4
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.03
    smoothing: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Drawings:
    """All that is learnt from.

    Attributes
    ----------
    images
        uint8 (n, 28, 28).
    labels
        int64 (n,): 0 to 9, or `NO_DIGIT`.
    origins
        int64 (n,): the writer, 1 to 30, of a pen stroke; minus one minus the index in `KINDS` of what is no digit;
        `NOBODY` for all else.
    """

    images: torch.Tensor
    labels: torch.Tensor
    origins: torch.Tensor

    def save(self, file: Path) -> None:
        """Keep them in a file."""
        np.savez(file, images=self.images.numpy(), labels=self.labels.numpy(), origins=self.origins.numpy())

    @staticmethod
    def load(file: Path) -> Drawings:
        """Take them from a file."""
        with np.load(file) as stored:
            return Drawings(*(torch.from_numpy(stored[name]) for name in ("images", "labels", "origins")))


def make_drawings(
    tuning: Tuning, images: torch.Tensor, labels: torch.Tensor, pen_digits: Sequence[PenDigit]
) -> Drawings:
    """MNIST's images (n, 28, 28), plain, warped and redrawn; typed digits; pen strokes; and what is no digit."""
    rng = np.random.default_rng(tuning.seed)
    generator = torch.Generator().manual_seed(tuning.seed)
    traced = [
        (strokes, int(label)) for strokes, label in zip(trace(images[: tuning.redrawn].numpy()), labels, strict=False)
    ]
    typed = [(draw_template(i % 10, rng, rng.uniform(0.01, 0.07)), i % 10) for i in range(tuning.typed)]
    made: list[tuple[NDArray[np.uint8] | None, int, int]] = []
    for strokes, label in [*traced, *typed]:
        made.append((draw(strokes, rng) if strokes else None, label, NOBODY))
    for i in range(tuning.written):
        digit = pen_digits[i % len(pen_digits)]
        made.append((draw(digit.strokes, rng), digit.label, digit.writer))
    pairs: list[tuple[Strokes, int]] = [(strokes, label) for strokes, label in [*traced, *typed] if strokes]
    for i in range(tuning.strangers):
        kind = KINDS[i % len(KINDS)]
        strange = several(pairs, rng) if kind == "several" else DRAWN_ALONE[kind](rng)
        made.append((draw(strange, rng, fat=0.0), NO_DIGIT, -1 - i % len(KINDS)))
    kept = [(image, label, origin) for image, label, origin in made if image is not None]
    drawn = torch.from_numpy(np.stack([image for image, _, _ in kept]))
    plain = images.unsqueeze(1).float() / 255
    thicken = torch.ones(500, dtype=torch.bool)
    warped = [
        warp(some, generator, thicken[: len(some)], amount=1.0)
        for _ in range(tuning.warped)
        for some in plain.split(500)
    ]
    bent = (torch.cat(warped).squeeze(1) * 255).round().to(torch.uint8)
    copies = 1 + tuning.warped
    return Drawings(
        torch.cat([images, bent, drawn]),
        torch.cat([labels.repeat(copies), torch.tensor([label for _, label, _ in kept])]),
        torch.cat([torch.full((copies * len(images),), NOBODY), torch.tensor([origin for _, _, origin in kept])]),
    )


@torch.inference_mode()
def maps(network: DigitReader, images: torch.Tensor) -> torch.Tensor:
    """What the layers before the learning ones make of images, uint8 (n, 28, 28): float32 (n, 64, 7, 7)."""
    before = network.model.features[:LEARNT]
    batches = images.unsqueeze(1).split(250)
    found = [before((batch.float() / 255 - network.mean) / network.std) for batch in batches]
    return torch.cat(found).to(memory_format=torch.channels_last)


def start(checkpoint: Path) -> DigitReader:
    """The network to begin with, in evaluation mode, its logits undivided by a temperature.

    Parameters
    ----------
    checkpoint
        As `scripts.train_checkpoint` writes it; an eleventh output in it is not used.
    """
    stored = torch.load(checkpoint, weights_only=True)
    network = DigitReader(
        build_model(stored["model"], seed=0), stored["mean"], stored["std"], stored.get("temperature", 1.0)
    )
    network.model.load_state_dict(stored["state_dict"])
    network.set_temperature(1.0)
    return network.eval().to(memory_format=torch.channels_last)


def tune(
    tuning: Tuning, network: DigitReader, seen: torch.Tensor, labels: torch.Tensor, log_every: int = 100
) -> DigitReader:
    """A copy of a network whose last layers have learnt from maps (n, 64, 7, 7) with their labels (n,)."""
    generator = torch.Generator().manual_seed(tuning.seed)
    torch.manual_seed(tuning.seed)  # dropout has no generator of its own
    network = copy.deepcopy(network)
    for parameter in network.none_of_them.parameters():
        nn.init.zeros_(parameter)
    learning = nn.ModuleList([network.model.features[LEARNT:], network.model.classifier, network.none_of_them]).train()
    features, classifier, none_of_them = learning
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in learning.parameters() if p.ndim > 1], "weight_decay": tuning.weight_decay},
            {"params": [p for p in learning.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=tuning.learning_rate,
        fused=True,
    )
    steps = tuning.epochs * (len(labels) // tuning.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=tuning.learning_rate, total_steps=steps, pct_start=0.1, cycle_momentum=False
    )
    running, step = 0.0, 0
    for _ in range(tuning.epochs):
        order = torch.randperm(len(labels), generator=generator)
        for chosen in order[: len(order) // tuning.batch * tuning.batch].split(tuning.batch):
            found = features(seen[chosen])
            logits = classifier(found)
            likeness = torch.logsumexp(logits, dim=1) - none_of_them(found).squeeze(1)
            loss = loss_of(logits, likeness, labels[chosen], tuning.smoothing)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            running, step = running + loss.item(), step + 1
            if step % log_every == 0:
                spent = time.process_time()
                print(f"step {step:5d}/{steps}  loss {running / log_every:.4f}  {spent:.0f} s of a core", flush=True)
                running = 0.0
    return network.eval()


def loss_of(logits: torch.Tensor, likeness: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Which digit it is, asked of digits; whether it is one, asked of all that `DigitReader.scored` said."""
    digits = labels != NO_DIGIT
    which = functional.cross_entropy(logits[digits], labels[digits], label_smoothing=smoothing)
    return which + functional.binary_cross_entropy_with_logits(likeness, digits.float())
