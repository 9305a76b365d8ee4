"""The live curves of a training run, drawn with Plotly and updated in place: zoom and hover last while data comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from primer_core.training.history import Curve
from ui.components.folder import register
from ui.components.plotly_script import plotly_script_url

_mount = register(
    Path(__file__).parent,
    html='<div class="primer-chart"></div><p class="primer-chart-text" role="status"></p>',
    # Plotly writes its styles into the document's head, where a shadow root would not see them.
    isolate_styles=False,
)


def live_chart(key: str, *, run: str, curve: Curve, total_steps: int, log_scale: bool, summary: str) -> None:
    """Draw a run's curves.

    Parameters
    ----------
    key
        Of the component: while it stays the same, the chart is updated, not made anew.
    run
        Id of the run; a zoom lasts as long as it does.
    curve
        What to draw.
    total_steps
        Where the step axis ends until the learner zooms; 0 if not known.
    log_scale
        Whether losses are on a logarithmic axis.
    summary
        The picture in words, for who cannot see it.
    """
    data: dict[str, Any] = {
        "script": plotly_script_url(),
        "run": run,
        "raw": {"x": curve.raw_steps, "y": _rounded(curve.raw_losses)},
        "smooth": {"x": curve.smooth_steps, "y": _rounded(curve.smooth_losses)},
        "epochs": {
            "x": [point.step for point in curve.epochs],
            "epoch": [point.epoch for point in curve.epochs],
            "loss": _rounded([point.validation_loss for point in curve.epochs]),
            "accuracy": _rounded([100 * point.validation_accuracy for point in curve.epochs]),
        },
        "changes": [{"step": change.step, "rate": f"{change.learning_rate:g}"} for change in curve.rate_changes],
        "totalSteps": total_steps,
        "log": log_scale,
        "summary": summary,
    }
    _mount(key=key, data=data)


def _rounded(values: list[float]) -> list[float | None]:
    """Four significant digits: more cannot be seen, and cost twice the bytes. What is not a number is left out."""
    return [float(f"{value:.4g}") if value == value else None for value in values]
