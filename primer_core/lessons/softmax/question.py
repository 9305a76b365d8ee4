"""What the softmax lesson is asked."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, number, whole

DTypeName = Literal["float16", "float32", "float64"]
TargetName = Literal["0", "1", "2", "3"]

CLASSES = 4


def _logit(default: float, place: int) -> float:
    field: float = number(default, least=-10, most=10, step=0.1, label=f"Logit z[{place}]", slider=True)
    return field


@dataclass(frozen=True, slots=True)
class SoftmaxQuestion(Question):
    """Four logits, what is done to them before softmax, and the class that is right."""

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
    target: TargetName = choice("0", ("0", "1", "2", "3"), label="Target class", segments=True)
    dtype: DTypeName = choice("float32", ("float16", "float32", "float64"), label="dtype")

    @property
    def logits(self) -> tuple[float, ...]:
        """Return the logits before the shift, one a class."""
        return (self.z0, self.z1, self.z2, self.z3)

    @property
    def right(self) -> int:
        """Return the right class, 0-based."""
        return int(self.target)
