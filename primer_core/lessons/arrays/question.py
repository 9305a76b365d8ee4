"""What the lesson on arrays is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.language.creation import DTYPES
from primer_core.lessons.question import Question, choice, text

View = Literal["Anatomy", "Dtypes", "Races", "PyTorch"]
"""What is looked at: one array, what dtypes do to numbers, why NumPy is fast, or the same array in PyTorch."""

VIEWS: tuple[View, ...] = ("Anatomy", "Dtypes", "Races", "PyTorch")

AS_MADE = "no change"
"""Stands for no ``astype`` where a learner chooses a dtype."""

CONVERSIONS: tuple[str, ...] = (AS_MADE, *DTYPES)

SHOWN: tuple[str, ...] = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "int64"),
    *("float16", "float32", "float64"),
)
"""The dtypes of the table, by kind and size."""

_CREATION = (
    "[[1, 2], [3, 4]], zeros((2, 3)), ones((3, 2), int16), full((2, 2), 7), eye(2), arange(0, 10, 2), "
    "linspace(0, 1, 5), default_rng(0).random((2, 3)), .integers(0, 10, 4) or .normal(size=3); "
    "then .reshape(3, 2), .T or .astype(int8)."
)
_NUMBERS = "Numbers with commas between them: 1.9, 300, -1, 2**53, nan, inf, True."


@dataclass(frozen=True, slots=True)
class ArraysQuestion(Question):
    """An array and a dtype that it is converted to; values for every dtype, and the number whose bits are shown."""

    view: View = choice("Anatomy", VIEWS, label="View", segments=True, former={"NumPy and PyTorch": "PyTorch"})
    make: str = text("[[1, 2, 3], [4, 5, 6]]", label="Array x", help=_CREATION)
    to: str = choice(AS_MADE, CONVERSIONS, label="then astype")
    values: str = text("100, 127, 128, 255, 256, 300, -1", label="Values", help=_NUMBERS)
    number: str = text(
        "300", label="Bits of the number", help="One number, such as 300, -1.5 or nan.", parameter="bits"
    )
    dtype: str = choice("int8", SHOWN, label="in", parameter="as")
