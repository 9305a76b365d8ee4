"""Digits as pen strokes of 30 people: UCI's Pen-Based Recognition of Handwritten Digits, its training part.

Source: E. Alpaydin, F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning Repository (1996),
https://doi.org/10.24432/C5MG6K. The file is the original one with the unnormalised strokes in UNIPEN's text form,
packed by gzip; the project does not hold it.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class PenDigit:
    """One digit as it was written.

    Attributes
    ----------
    label
        0 to 9.
    writer
        Number of the person, 1 to 30.
    strokes
        Each (points, 2): x to the right, y down, in units of the tablet.
    """

    label: int
    writer: int
    strokes: tuple[NDArray[np.float64], ...]


def read_pen_digits(path: Path) -> list[PenDigit]:
    """Read all digits of a file.

    Raises
    ------
    ValueError
        If it holds none.
    """
    digits: list[PenDigit] = []
    label = writer = -1
    strokes: list[list[tuple[float, float]]] = []

    def keep() -> None:
        if strokes:
            arrays = tuple(np.array(stroke) * (1.0, -1.0) for stroke in strokes if stroke)
            digits.append(PenDigit(label, writer, arrays))
            strokes.clear()

    with gzip.open(path, "rt", encoding="ascii") as file:
        for line in file:
            words = line.split()
            if line.startswith(".COMMENT"):
                keep()
                label, writer = int(words[1]), int(words[2])
            elif line.startswith(".PEN_DOWN"):
                strokes.append([])
            elif words and not line.startswith(".") and strokes:
                strokes[-1].append((float(words[0]), float(words[1])))
    keep()
    if not digits:
        raise ValueError(f"{path} holds no digits; it should be pendigits-orig.tra of UCI's data set, packed by gzip")
    return digits
