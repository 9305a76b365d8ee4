"""What the softmax lesson is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, number, text, whole

DTypeName = Literal["float16", "float32", "float64"]
Loss = Literal["classes", "binary"]
Reduction = Literal["mean", "sum", "none"]

CLASSES = 4
"""Logits that have fields of their own."""

SLIDERS = 6
"""Most classes of a typed row whose logits can be moved by sliders."""


def _logit(default: float, place: int) -> float:
    field: float = number(default, least=-10, most=10, step=0.1, label=f"Logit z[{place}]", slider=True)
    return field


@dataclass(frozen=True, slots=True)
class SoftmaxQuestion(Question):
    """Logits, what is done to them before softmax, what is right, and how the loss is asked for.

    The logits are those of `typed`, or the four of the sliders where nothing is typed.
    """

    z0: float = _logit(2.0, 0)
    z1: float = _logit(1.0, 1)
    z2: float = _logit(0.1, 2)
    z3: float = _logit(-1.0, 3)
    T: float = number(
        1.0, least=0, most=10, step=0.1, label="Temperature T", help="It divides the logits.", slider=True
    )
    shift: int = whole(
        0,
        least=0,
        most=1000,
        step=5,
        label="Shift",
        help="A constant that is added to every logit.",
        slider=True,
    )
    target: str = text(
        "0",
        label="Target y",
        role="b",
        help="What is right: a class number, one a row [0, 1], probabilities [[0, 0.9, 0.1]], or an expression of "
        "PyTorch or NumPy: F.one_hot(torch.tensor([1, 2]), 3).float(). A lone number stands for every row.",
    )
    dtype: DTypeName = choice("float32", ("float16", "float32", "float64"), label="dtype")
    typed: str = text(
        "",
        label="Logits z",
        role="a",
        parameter="logits",
        help="A row of numbers [1, 3, -2], a batch of rows [[1, 2], [0, 3]], or an expression of PyTorch or NumPy: "
        "torch.zeros(4, 3). Empty: the sliders' four.",
    )
    loss: Loss = choice(
        "classes",
        {"classes": "one of C classes", "binary": "yes or no"},
        label="What is asked",
        help="One of C classes: softmax and cross-entropy. Yes or no: each logit by itself, sigmoid and binary "
        "cross-entropy.",
        segments=True,
    )
    dim: Literal["-1", "0", "1"] = choice(
        "-1",
        {"-1": "−1", "0": "0", "1": "1"},
        label="dim of softmax",
        help="The axis along which probabilities sum to 1.",
        segments=True,
    )
    reduction: Reduction = choice(
        "mean", ("mean", "sum", "none"), label="reduction", help="What becomes of the rows' losses.", segments=True
    )
    ignore_index: int = whole(
        -100,
        least=-1000,
        most=1000,
        label="ignore_index",
        help="A class number that counts for nothing: a row with this target is left out.",
    )
    smoothing: float = number(
        0.0,
        least=0,
        most=1,
        step=0.1,
        label="label_smoothing",
        help="The share of the target that is spread over all classes alike.",
    )
    row: int = whole(0, least=0, most=4095, label="Open row", help="The row of the batch whose steps are shown.")

    @property
    def logits(self) -> tuple[float, ...]:
        """Return the logits of the sliders before the shift, one a class."""
        return (self.z0, self.z1, self.z2, self.z3)

    @property
    def is_typed(self) -> bool:
        """Return whether the logits are typed."""
        return bool(self.typed.strip())
