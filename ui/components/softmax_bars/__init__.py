"""Softmax on screen: a bar a class, the gradient as arrows, and each step of the computation underneath."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from primer_core.lessons.softmax.explain import SoftmaxExplanation
from ui.components.folder import register

_component = register(Path(__file__).parent)


def softmax_bars(key: str, explanation: SoftmaxExplanation) -> None:
    """Mount the bars; hovering a cell spells it out, without a rerun.

    Parameters
    ----------
    key
        Of the element.
    explanation
        Of `explain_softmax`, without an error.
    """
    _component(key=key, data=payload(explanation))


def figure(value: float) -> str:
    """Write a number in at most seven characters, with a real minus sign."""
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    text = f"{value:.4f}" if 1e-3 <= abs(value) < 100 else f"{value:.5g}" if abs(value) < 1e5 else f"{value:.2e}"
    if abs(value) < 1e-3 and value != 0:
        text = f"{value:.1e}"
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def payload(explanation: SoftmaxExplanation) -> dict[str, object]:
    """Lay an explanation out for the component, in plain lists and text."""
    naive, target, temperature = explanation.naive, explanation.params.target, figure(explanation.params.temperature)
    if naive is None:
        raise ValueError("an explanation with an error has no bars")
    scaled, shifted, exponential, total, p = (step.values for step in explanation.steps)
    z, gradient = explanation.logits, explanation.gradient
    top = figure(max(scaled))
    y = explanation.target_level
    stable = [
        _row("z", "a", z, lambda k: f"{figure(explanation.params.logits[k])} + {figure(explanation.params.shift)}"),
        _row("z / T", "plain", scaled, lambda k: f"{figure(z[k])} / {temperature}"),
        _row("− max", "plain", shifted, lambda k: f"{figure(scaled[k])} − {_bracket(top)}"),
        _row("exp", "plain", exponential, lambda k: f"e^({figure(shifted[k])})"),
        _row("Σ", "plain", total, lambda _: " + ".join(map(figure, exponential))),
        _row("p", "result", p, lambda k: f"{figure(exponential[k])} / {figure(total[0])}"),
        _row("y", "b", y, lambda k: f"[{k} = {target}]"),
        _row("∂L/∂z", "result", gradient, lambda k: f"({figure(p[k])} − {figure(y[k])}) / {temperature}"),
    ]
    direct = [
        _row("exp(z / T)", "plain", naive.exp, lambda k: f"e^({figure(scaled[k])})"),
        _row("Σ", "plain", (naive.total,), lambda _: " + ".join(map(figure, naive.exp))),
        _row("p", "result", naive.p, lambda k: f"{figure(naive.exp[k])} / {figure(naive.total)}"),
    ]
    return {
        "bars": [
            {
                "name": f"class {k}",
                "p": p[k],
                "level": y[k],
                "percent": f"{p[k]:.1%}",
                "gradient": f"{gradient[k]:+.4f}".replace("-", "−"),
                "advice": _advice(gradient[k], k),
            }
            for k in range(len(p))
        ],
        "target": target,
        "top": [explanation.argmax_logits, explanation.argmax_p],
        "sections": [
            {"title": "Softmax, step by step", "rows": stable},
            {"title": "The naive form: nothing subtracted", "rows": direct},
        ],
    }


def _bracket(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _advice(gradient: float, k: int) -> str:
    if gradient == 0:
        return f"A step leaves z[{k}] alone."
    return f"A step against the gradient {'lowers' if gradient > 0 else 'raises'} z[{k}]."


def _row(name: str, colour: str, values: Sequence[float], formula: Callable[[int], str]) -> dict[str, object]:
    return {
        "name": name,
        "colour": colour,
        "cells": [
            {"text": figure(value), "broken": not math.isfinite(value), "formula": formula(k)}
            for k, value in enumerate(values)
        ],
    }
