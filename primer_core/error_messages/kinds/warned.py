"""What NumPy and PyTorch warn of: a program goes on after it, often with numbers that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, LessonLink, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH, broadcasting, meet
from primer_core.error_messages.wording import SQUARE, shape_of

_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "maximum", "minimum")


@dataclass(frozen=True, slots=True)
class Warned(Cause):
    """What NumPy warned of while it computed.

    Parameters
    ----------
    operation
        What it computed, as NumPy calls it: ``divide``, ``log``, ``sqrt``.
    """

    operation: str


@dataclass(frozen=True, slots=True)
class NoNumber(Warned):
    """A result is no number."""

    def sentence(self) -> Sentence:
        """Say which results are none."""
        if self.operation == "cast":
            return (
                "A float that is nan, infinite or out of range was made an integer, which has no such number: what "
                "stands there means nothing.",
            )
        if self.operation in _COMPARISONS:
            return ("nan took part in ", Code(self.operation), ": a comparison with nan is never true.")
        return (
            "At least one result of ",
            Code(self.operation),
            " is no number, and nan stands there: 0/0, inf − inf, and the root or logarithm of a negative number are "
            "such. NumPy warns and goes on, and nan spreads to what is computed of it.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a row of zeros that is normalised, a logarithm of what may be negative, and nan among integers."""
        return (
            Mistake(
                ("Zero is divided by zero: a row of zeros is normalised.",),
                NP.code("x = np.array([[1.0, 3.0], [0.0, 0.0]])", "x / x.sum(axis=1, keepdims=True)"),
                NP.code(
                    "x = np.array([[1.0, 3.0], [0.0, 0.0]])",
                    "total = x.sum(axis=1, keepdims=True)",
                    "np.divide(x, total, out=np.zeros_like(x), where=total != 0)",
                ),
            ),
            Mistake(
                ("A root is taken of numbers that are a little below zero.",),
                NP.code("variance = np.array([4.0, -1e-17])", "np.sqrt(variance)"),
                NP.code("variance = np.array([4.0, -1e-17])", "np.sqrt(np.maximum(variance, 0))"),
            ),
        )


@dataclass(frozen=True, slots=True)
class ByZero(Warned):
    """A result is infinite."""

    def sentence(self) -> Sentence:
        """Say what stands there."""
        return (
            Code(self.operation),
            " has no finite result somewhere, as a number other than 0 divided by 0, or the logarithm of 0. NumPy "
            "warns and goes on: floats become inf or −inf, integers 0.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a probability that is 0, and a divisor that may be."""
        return (
            Mistake(
                ("A probability is 0: its logarithm is −inf. A smallest number keeps the loss finite.",),
                NP.code("p = np.array([1.0, 0.0])", "-np.log(p)"),
                NP.code("p = np.array([1.0, 0.0])", "-np.log(np.clip(p, 1e-12, 1))"),
            ),
            Mistake(
                ("A divisor is 0 where nothing was counted.",),
                NP.code("hits = np.array([3.0, 1.0])", "hits / np.array([4.0, 0.0])"),
                NP.code("hits = np.array([3.0, 1.0])", "hits / np.maximum(np.array([4.0, 0.0]), 1)"),
            ),
        )


@dataclass(frozen=True, slots=True)
class TooLarge(Warned):
    """A result is larger than its dtype can hold."""

    def sentence(self) -> Sentence:
        """Say what becomes of it."""
        return (
            "A result of ",
            Code(self.operation),
            " is larger than its dtype holds: a float becomes inf, an integer wraps around. float16 ends at 65 504, "
            "float32 at 3.4e38, float64 at 1.8e308.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show softmax without its shift, and a number type that is too small."""
        return (
            Mistake(
                ("e to a large number: softmax gives the same with the largest logit taken away first.",),
                NP.code("z = np.array([1000.0, 999.0])", "p = np.exp(z) / np.exp(z).sum()"),
                NP.code("z = np.array([1000.0, 999.0])", "e = np.exp(z - z.max())", "p = e / e.sum()"),
            ),
            Mistake(
                ("Small floats are multiplied: float32 goes further.",),
                NP.code("a = np.array([300.0], dtype=np.float16)", "a * a"),
                NP.code("a = np.array([300.0], dtype=np.float32)", "a * a"),
            ),
        )


@dataclass(frozen=True, slots=True)
class LossBroadcasts(Cause):
    """A loss of predictions and targets of two shapes, which broadcasting joins.

    Parameters
    ----------
    target, input
        Their shapes.
    """

    target: Shape
    input: Shape

    def sentence(self) -> Sentence:
        """Say what is compared with what."""
        joint = meet(self.input, self.target)
        end = "" if joint is None else f": they meet as {joint}, and the loss goes over all of it"
        return (f"The predictions have shape {self.input} and the targets {self.target}{end}.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a column of predictions beside a row of targets."""
        return (
            Mistake(
                (
                    "A column of predictions meets a row of targets, each with each: what is learnt is the mean of all "
                    "targets.",
                ),
                TORCH.code("pred = torch.zeros(3, 1)", "y = torch.ones(3)", "nn.MSELoss()(pred, y)"),
                TORCH.code("pred = torch.zeros(3, 1)", "y = torch.ones(3)", "nn.MSELoss()(pred.squeeze(1), y)"),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return both."""
        return (Operand("input", self.input), Operand("target", self.target))

    def lesson(self) -> LessonLink | None:
        """Show how the two meet."""
        return broadcasting(self.input, self.target)


def _loss(match: re.Match[str]) -> LossBroadcasts | None:
    target, given = shape_of(match[1]), shape_of(match[2])
    return None if target is None or given is None else LossBroadcasts(target, given)


_COPIED = Plain(
    (
        Code("torch.tensor"),
        " copies what it is given. Of a tensor that copy has no graph: gradients do not go back through it. PyTorch "
        "asks to write what is meant.",
    ),
    (
        Mistake(
            ("A tensor is made of a tensor: a copy without its graph is written so.",),
            TORCH.code("x = torch.ones(3)", "y = torch.tensor(x)"),
            TORCH.code("x = torch.ones(3)", "y = x.detach().clone()"),
        ),
    ),
)
_SCHEDULE = Plain(
    ("The schedule counted on before the optimiser had taken a step, so that the first learning rate is passed over.",),
    (
        Mistake(
            ("The two lines stand in the wrong order: first the optimiser, then the schedule.",),
            TORCH.code(
                "w = torch.zeros(1, requires_grad=True)",
                "optimizer = torch.optim.SGD([w], lr=0.1)",
                "schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)",
                "(w - 1).pow(2).sum().backward()",
                "schedule.step()",
                "optimizer.step()",
            ),
            TORCH.code(
                "w = torch.zeros(1, requires_grad=True)",
                "optimizer = torch.optim.SGD([w], lr=0.1)",
                "schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)",
                "(w - 1).pow(2).sum().backward()",
                "optimizer.step()",
                "schedule.step()",
            ),
        ),
    ),
)

_OPERATION = r"(?:scalar )?(\w{1,40})"

KINDS: tuple[Kind, ...] = (
    kind("no_number", "NumPy", lambda match: NoNumber(match[1]), rf"invalid value encountered in {_OPERATION}"),
    kind("by_zero", "NumPy", lambda match: ByZero(match[1]), rf"divide by zero encountered in {_OPERATION}"),
    kind("too_large", "NumPy", lambda match: TooLarge(match[1]), rf"overflow encountered in {_OPERATION}"),
    kind(
        "loss_broadcasts",
        "PyTorch",
        _loss,
        rf"Using a target size \(({SQUARE})\) that is different to the input size \(({SQUARE})\)\. This will likely",
        rf"Using a target size \(({SQUARE})\) that is different to the input size \(({SQUARE})\)\.$",
    ),
    kind("copied_tensor", "PyTorch", _COPIED, r"To copy construct from a tensor, it is recommended to use"),
    kind(
        "schedule_first",
        "PyTorch",
        _SCHEDULE,
        r"Detected call of `lr_scheduler\.step\(\)` before `optimizer\.step\(\)`",
    ),
)
