"""The lines of the calculation, each as code, which the snippet prints, and as what the page computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
"""Softmax and log-sum-exp with the largest logit taken off first."""

NAIVE: tuple[Rule, ...] = (
    Rule("naive_e", "scaled.exp()", lambda v: v["scaled"].exp(), "nothing subtracted"),
    Rule("naive_p", "naive_e / naive_e.sum()", lambda v: v["naive_e"] / v["naive_e"].sum()),
)
"""Softmax as its formula is written."""

GRADIENT: tuple[Rule, ...] = (
    Rule(
        "gradient",
        "(p - one_hot(target, len(z)).to(z.dtype)) / T",
        lambda v: (v["p"] - v["one_hot"](v["target"], len(v["z"])).to(v["z"].dtype)) / v["T"],
    ),
)
"""The derivative of the cross-entropy by each logit."""


def worked_out(rules: tuple[Rule, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that there are, and those of the rules, each computed from all above it."""
    found = dict(values)
    for rule in rules:
        found[rule.name] = rule.compute(found)
    return found
