"""How well digits on photos are read: what cleaning costs a clean image, and digits on made paper.

    python -m benchmarks.photos [--pendigits FILE] [--images N] [--seed S]

1. Images of `mnist-sample`, enlarged tenfold by whole pixels or smoothly and printed black on white, are read as
   photos. The goal: cleaning costs at most 0.2 points of 2 000, against the same enlarged images read directly.
2. The same images are set on made paper, 20 on each: light that falls off, ruled lines and a margin, the edge of the
   page with the table beyond, noise, JPEG. The goal: 96 % are read. A digit counts as read where exactly one was found
   at its place, with its label; each that was found elsewhere counts as one more that was misread.
3. The same with pen strokes of the file of UCI's Pen-Based Recognition of Handwritten Digits (E. Alpaydin,
   F. Alimoglu, 1998), its training part in UNIPEN's form, gzipped or not, if one is named.

Beside each share stands what the network reads of the same digits given directly: what paper and cleaning cost is the
difference. The bench also prints how long a photo takes, from bytes to readings.
"""

from __future__ import annotations

import argparse
import gzip
import io
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from primer_core.data.sample import read_sample
from primer_core.inference import predict_digit, render_strokes
from primer_core.inference.photos import decode_photo, digits_on
from primer_core.inference.photos.paper import Paper, made_photo

MOST_LOST = 0.002
LEAST_READ = 0.96
ON_A_PHOTO = 20
PENS = (10, 16, 24)  # widths, in pad units, that pen strokes are drawn with in turn

Canvas = NDArray[np.floating]


Box = tuple[int, int, int, int]


def read_photo(data: bytes) -> list[tuple[Box, int | None]]:
    """Box and label of each digit that is found in a file, in reading order."""
    _, found = digits_on(decode_photo(data).grey)
    return [(digit.box, predict_digit(digit.canvas).label) for digit in found.digits]


def at_its_place(box: Box, place: Box) -> bool:
    """Whether the middle of a box lies in the middle half of a place, both ways."""
    shares = ((box[axis] + box[axis + 2] - 2 * place[axis]) / (2 * (place[axis + 2] - place[axis])) for axis in (0, 1))
    return all(0.25 <= share <= 0.75 for share in shares)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning did to clean images: shares read, and on how many not exactly one digit was found."""

    small: float
    enlarged: float
    as_photos: float
    odd: int


def lost_by_cleaning(images: NDArray[np.uint8], labels: NDArray[np.int64], way: Image.Resampling) -> Cleaning:
    """Read images (n, 28, 28) as they are, enlarged, and as photos."""
    small = enlarged = as_photos = odd = 0
    for image, label in zip(images, labels, strict=True):
        large = Image.fromarray(image).resize((280, 280), way)
        file = io.BytesIO()
        ImageOps.invert(large).save(file, "PNG")
        found = [read for _, read in read_photo(file.getvalue())]
        small += predict_digit(image).label == label
        enlarged += predict_digit(np.asarray(large)).label == label
        as_photos += found == [label]
        odd += len(found) != 1
    return Cleaning(small / len(images), enlarged / len(images), as_photos / len(images), odd)


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What came of digits on made paper: shares of all digits, of photos, and seconds of each photo."""

    direct: float
    read: float
    found: float
    seconds: list[float]


def on_paper(canvases: Sequence[Canvas], labels: Sequence[int], seed: int) -> OnPaper:
    """Read digits directly, and set on paper."""
    rng = np.random.default_rng(seed)
    direct = sum(predict_digit(canvas).label == label for canvas, label in zip(canvases, labels, strict=True))
    right, whole, seconds = 0, 0, []
    starts = range(0, len(canvases), ON_A_PHOTO)
    for start in starts:
        paper = Paper(
            ruled=int(rng.integers(28, 60)),
            shade=float(rng.uniform(0.2, 0.5)),
            table=bool(rng.random() < 0.7),
            grain=float(rng.uniform(2, 8)),
        )
        photo = made_photo(canvases[start : start + ON_A_PHOTO], rng, paper)
        file = io.BytesIO()
        Image.fromarray(photo.grey).save(file, "JPEG", quality=85)
        began = time.perf_counter()
        found = read_photo(file.getvalue())
        seconds.append(time.perf_counter() - began)
        there = [[read for box, read in found if at_its_place(box, place)] for place in photo.boxes]
        more = len(found) - sum(map(len, there))
        whole += more == 0 and all(len(one) == 1 for one in there)
        right += sum(one == [label] for one, label in zip(there, labels[start:], strict=False)) - more
    return OnPaper(direct / len(canvases), right / len(canvases), whole / len(starts), seconds)


def read_pendigits(path: Path) -> list[tuple[int, Canvas]]:
    """Label and drawing (280, 280) in 0..1 of each digit of a UNIPEN file, y upwards in it."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("latin-1")
    digits: list[tuple[int, NDArray[np.floating]]] = []
    for number, block in enumerate(re.split(r"^\.SEGMENT DIGIT", text, flags=re.MULTILINE)[1:]):
        label = re.search(r'"(\d)"', block)
        strokes = [
            np.array([line.split() for line in part.split(".PEN_UP")[0].strip().splitlines()], dtype=float)
            for part in block.split(".PEN_DOWN")[1:]
        ]
        strokes = [stroke * (1, -1) for stroke in strokes if stroke.size]
        if label is None or not strokes:
            continue
        every = np.concatenate(strokes)
        low, high = every.min(axis=0), every.max(axis=0)
        scale = 200 / max(float((high - low).max()), 1e-6)
        pad = [
            {"width": PENS[number % len(PENS)], "points": ((stroke - (low + high) / 2) * scale + 140).tolist()}
            for stroke in strokes
        ]
        digits.append((int(label[1]), render_strokes(pad) / 255))
    return digits


def main() -> int:
    """Print the shares, and fail where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pendigits", type=Path, help="UCI's file, its training part in UNIPEN's form")
    parser.add_argument("--images", type=int, default=2_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(options.seed)
    good = True

    images, labels = read_sample()
    chosen = rng.permutation(len(images))[: options.images]
    images, labels = images[chosen], labels[chosen]
    for way in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR):
        came = lost_by_cleaning(images, labels, way)
        lost = came.enlarged - came.as_photos
        good &= lost <= MOST_LOST
        print(
            f"clean images, {len(images)}, enlarged {way.name.lower()}: cleaning lost {100 * lost:.2f} points "
            f"(goal: at most {100 * MOST_LOST:g}); as photos {came.as_photos:.2%}, "
            f"directly {came.enlarged:.2%}, before enlarging {came.small:.2%}; not one digit in {came.odd}",
            flush=True,
        )

    sets = {"MNIST": ([image / 255 for image in images], labels.tolist())}
    if options.pendigits:
        pen = read_pendigits(options.pendigits)
        some = [pen[place] for place in rng.permutation(len(pen))[: options.images]]
        sets["pendigits"] = ([canvas for _, canvas in some], [label for label, _ in some])
    for name, (canvases, those) in sets.items():
        paper = on_paper(canvases, those, options.seed)
        good &= paper.read >= LEAST_READ
        print(
            f"{name} on made paper, {len(canvases)}: read {paper.read:.2%} (goal: at least {LEAST_READ:.0%}), "
            f"directly {paper.direct:.2%}; each digit found, and nothing else, on {paper.found:.1%} of photos; "
            f"a photo takes {1000 * float(np.median(paper.seconds)):.0f} ms, at most {1000 * max(paper.seconds):.0f}",
            flush=True,
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
