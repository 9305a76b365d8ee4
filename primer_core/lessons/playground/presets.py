"""The worked examples of the playground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from primer_core.lessons.playground.question import PlaygroundQuestion


@dataclass(frozen=True, slots=True)
class Preset:
    """A question with what its pill says.

    Parameters
    ----------
    title
        On the pill.
    question
        That it asks.
    """

    title: str
    question: PlaygroundQuestion


def _ask(**values: Any) -> PlaygroundQuestion:
    return PlaygroundQuestion(**values)


PRIMER = _ask(
    data="five",
    widths="30-20",
    activation="relu",
    outputs="2",
    optimizer="sgd",
    rate="0.5",
    batch="2",
    drop_last=True,
    seed=123,
    step=6,
    at="-1.2_3.1",
)

_XOR_BY_HAND = "~".join(
    (
        *("0w0_0_0_1", "0w0_0_1_1", "0b0_0_0"),
        *("0w0_1_0_-1", "0w0_1_1_-1", "0b0_1_0"),
        *("0w0_2_0_1", "0w0_2_1_-1", "0b0_2_0"),
        *("0w0_3_0_-1", "0w0_3_1_1", "0b0_3_0"),
        *("0w1_0_0_-1", "0w1_0_1_-1", "0w1_0_2_1", "0w1_0_3_1", "0b1_0_0"),
    )
)
"""|x₁ − x₂| − |x₁ + x₂|: above 0 where x₁ and x₂ have different signs. Two ReLUs are one absolute value."""

PRESETS: tuple[Preset, ...] = (
    Preset("Moons", _ask()),
    Preset("Circles", _ask(data="circles", widths="6")),
    Preset("XOR", _ask(data="xor", widths="8", rate="0.1")),
    Preset("Spirals", _ask(data="spirals", widths="8-8-8", count=160, noise=0.05)),
    Preset("Blobs, one line", _ask(data="blobs", widths="", rate="0.1", noise=0)),
    Preset("The primer's five points", PRIMER),
    Preset("A line, 1-1", _ask(data="line", widths="", seed=3, unit="0.0", at="1_0")),
    Preset("A curve", _ask(data="curve", widths="8-8", rate="0.1")),
    Preset("Without activation", _ask(data="circles", activation="none", widths="8-8")),
    Preset(
        "XOR by hand, 2-4-1",
        _ask(data="xor", widths="4", activation="relu", unit="1.0", at="2_-1", edits=_XOR_BY_HAND),
    ),
    Preset("Overfitting", _ask(data="moons", widths="16-16", activation="relu", noise=0.8, share=20)),
    Preset("Rate too high", _ask(data="circles", widths="8", activation="relu", optimizer="sgd", rate="10")),
)
