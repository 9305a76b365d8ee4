"""What the lesson on arrays is asked."""

import re
from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, text

View = Literal["Anatomy", "Dtypes", "Races", "PyTorch"]
"""What is looked at: one array, what dtypes do to numbers, why NumPy is fast, or the same array in PyTorch."""

VIEWS: tuple[View, ...] = ("Anatomy", "Dtypes", "Races", "PyTorch")

DTYPES: tuple[str, ...] = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
)
"""The dtypes that an array is converted to."""

AS_MADE = "no change"
"""Stands for no ``astype`` where a learner chooses a dtype."""

CONVERSIONS: tuple[str, ...] = (AS_MADE, *DTYPES)

SHOWN: tuple[str, ...] = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "int64"),
    *("float16", "float32", "float64"),
)
"""The dtypes of the table, by kind and size."""

_MADE = (
    "Any expression that makes an array, in NumPy's or PyTorch's words: [[1, 2], [3, 4]], np.zeros((2, 3)), "
    "torch.ones(3, 2), np.arange(0, 10, 2), np.linspace(0, 1, 5), np.random.default_rng(0).random((2, 3)), "
    "torch.tensor([1., 2.], dtype=torch.float64); then .reshape(3, 2), .T, + 1, ... Several lines may make it, too."
)
_STATEMENTS = "Statements, with ; between them, that change x before it is drawn: x[0] = 3.7; x *= 2; x = x * 0.5."
_TORCHS = ("torch", "tensor", "F.", "nn.")
"""What PyTorch is spoken of by."""

_NUMBERS = (
    "Numbers with commas between them: 1.9, 300, -1, 2**53, nan, inf, True; or an array along one axis: "
    "np.linspace(0, 1, 5)."
)

_SIZES_APART = re.compile(r"\bnp\.\w+\(\s*\d+\s*,\s*\d")
"""A function of NumPy that is given sizes one by one, as PyTorch's take them."""


@dataclass(frozen=True, slots=True)
class ArraysQuestion(Question):
    """An array, what changes it, and a dtype that it is converted to; values for every dtype, and a number's bits."""

    view: View = choice("Anatomy", VIEWS, label="View", segments=True, former={"NumPy and PyTorch": "PyTorch"})
    make: str = text("[[1, 2, 3], [4, 5, 6]]", label="Array x", help=_MADE)
    to: str = choice(AS_MADE, CONVERSIONS, label="then astype")
    values: str = text("100, 127, 128, 255, 256, 300, -1", label="Values", help=_NUMBERS)
    number: str = text(
        "300", label="Bits of the number", help="One number, such as 300, -1.5 or nan.", parameter="bits"
    )
    dtype: str = choice("int8", SHOWN, label="in", parameter="as")
    then: str = text("", label="Then", help=_STATEMENTS, placeholder="nothing")

    @property
    def asks_pytorch(self) -> bool:
        """Return whether PyTorch is needed for the answer."""
        typed = {"Dtypes": (self.values, self.number), "Anatomy": (self.make, self.then)}.get(self.view, ())
        if self.view == "Anatomy" and _SIZES_APART.search(self.make):
            return True  # PyTorch takes sizes so, which is tried before it is said
        return self.view == "PyTorch" or any(word in text for text in typed for word in _TORCHS)
