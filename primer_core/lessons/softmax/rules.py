"""The lines of the calculation, each as code, which the snippet prints, and as what the page computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from primer_core.backend.loading import load_torch
from primer_core.lessons.softmax.asked import Asked

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the calculation; `compute` and `code` say the same.

    Parameters
    ----------
    name
        The name that it gives its value.
    code
        Python for the value, from the names above it, ``z``, ``T``, ``target`` and ``one_hot``.
    compute
        The value, from the values of those names.
    comment
        Plain text behind the code; empty for none.
    """

    name: str
    code: str
    compute: Callable[[Mapping[str, Any]], torch.Tensor]
    comment: str = ""

    @property
    def line(self) -> str:
        """The line of Python."""
        return f"{self.name} = {self.code}" + (f"  # {self.comment}" if self.comment else "")


STABLE: tuple[Rule, ...] = (
    Rule("scaled", "z / T", lambda v: v["z"] / v["T"]),
    Rule("shifted", "scaled - scaled.max()", lambda v: v["scaled"] - v["scaled"].max()),
    Rule("e", "shifted.exp()", lambda v: v["shifted"].exp()),
    Rule("total", "e.sum()", lambda v: v["e"].sum()),
    Rule("p", "e / total", lambda v: v["e"] / v["total"]),
    Rule("log_sum_exp", "scaled.max() + total.log()", lambda v: v["scaled"].max() + v["total"].log()),
)
"""Softmax and log-sum-exp of one row, with the largest logit taken off first."""

NAIVE: tuple[Rule, ...] = (
    Rule("naive_e", "scaled.exp()", lambda v: v["scaled"].exp(), "nothing subtracted"),
    Rule("naive_p", "naive_e / naive_e.sum()", lambda v: v["naive_e"] / v["naive_e"].sum()),
)
"""Softmax as its formula is written."""


def gradient_rules(asked: Asked, share: float) -> tuple[Rule, ...]:
    """Return the lines from the target of a row to the derivative of the cross-entropy by each logit.

    Parameters
    ----------
    asked
        What was asked; its target is one that PyTorch takes.
    share
        By which factor the row goes into the loss: its share of a mean, 1, or 0 where it is ignored.
    """
    load_torch()
    import torch

    smoothing, probabilities = asked.question.smoothing, asked.has_probabilities
    parts = 0 if share == 0 else round(1 / share)
    divisor = f" / {parts}" if parts > 1 else ""
    if share == 0:
        y = Rule("y", "torch.zeros_like(z)", lambda v: v["z"] * 0, "this row is ignored")
    elif probabilities:
        y = Rule("y", "target.to(z.dtype)", lambda v: v["target"].to(v["z"].dtype))
    else:
        whole = asked.target.values.dtype == torch.int64
        y = Rule("y", f"one_hot(target{'' if whole else '.long()'}, len(z)).to(z.dtype)", _one_hot)
    spread = Rule(
        "y",
        f"(1 - {smoothing}) * y + {smoothing} / len(z)",
        lambda v: (1 - smoothing) * v["y"] + smoothing / len(v["z"]),
        "label smoothing",
    )
    plain = Rule("gradient", f"(p - y) / T{divisor}", lambda v: (v["p"] - v["y"]) / v["T"] / max(parts, 1))
    scaled = Rule(
        "gradient",
        f"(p * y.sum() - y) / T{divisor}",
        lambda v: (v["p"] * v["y"].sum() - v["y"]) / v["T"] / max(parts, 1),
    )
    return (y, *((spread,) if smoothing and share else ()), scaled if probabilities or share == 0 else plain)


def _one_hot(v: Mapping[str, Any]) -> torch.Tensor:
    one_hot: torch.Tensor = v["one_hot"](v["target"].long(), len(v["z"]))
    return one_hot.to(v["z"].dtype)


def worked_out(rules: tuple[Rule, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that there are, and those of the rules, each computed from all above it."""
    found = dict(values)
    for rule in rules:
        found[rule.name] = rule.compute(found)
    return found
