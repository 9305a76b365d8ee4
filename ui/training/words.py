"""Runs in words: what a run was made with, what was changed, and in what two runs differ. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from primer_core.claims.claim import percent
from primer_core.models.registry import MODELS
from primer_core.training.spec import SHIPPED, RunSpec, data_title

SCHEDULE_TITLES: Mapping[str, str] = {
    "constant": "Constant",
    "step": "Steps: a tenth, a hundredth",
    "cosine": "Cosine",
    "one-cycle": "One cycle",
    "rising": "Rising: a test of rates",
}
#: What the state of a run is called, by its status.
STATUS_TITLES: Mapping[str, str] = {
    "starting": "Starting",
    "loading": "Loading the data",
    "returning": "Going back to where it was",
    "training": "Training",
    "paused": "Paused",
    "completed": "Finished",
    "stopped": "Stopped",
    "reached": "Target reached",
    "levelled": "No new best",
    "diverged": "Diverged",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
OPTIMIZER_TITLES: Mapping[str, str] = {"adam": "Adam", "sgd": "SGD"}

#: What a setting is called before its value; those that are not here are called as the field is.
_NAMES = {
    "learning_rate": "rate",
    "weight_decay": "weight decay",
    "batch_size": "batch",
    "frozen": "frozen layers",
    "target": "target accuracy",
    "normalise": "pixels",
    "drop_last": "last batch",
    "replay": "replay share",
}
_WITHOUT_NAME = ("data", "model", "optimizer", "epochs", "patience", "start")
#: Told of every run; the others are told where they are not as usual.
_ALWAYS = ("model", "data", "optimizer", "learning_rate", "batch_size", "epochs", "seed")


def setting_name(name: str) -> str:
    """What a setting is called in a table."""
    return _NAMES.get(name, name.replace("_", " "))


def setting_text(name: str, value: object) -> str:
    """One setting with its value, such as ``"rate 0.001"`` or ``"5 epochs"``."""
    text = value_text(name, value)
    return text if name in _WITHOUT_NAME else f"{_NAMES.get(name, name)} {text}"


def value_text(name: str, value: object) -> str:
    """The value of a setting of a `RunSpec`, with its unit."""
    match name, value:
        case "data", str():
            return data_title(value)
        case "model", str():
            return MODELS[value].title
        case "optimizer", str():
            return OPTIMIZER_TITLES[value]
        case "schedule", str():
            return SCHEDULE_TITLES[value].partition(":")[0].lower()
        case "dropout", None:
            return "of the model's own"
        case "normalise", bool():
            return "normalised" if value else "from 0 to 1"
        case "drop_last", bool():
            return "dropped if not full" if value else "kept"
        case "epochs", int():
            return f"{value} epoch{'s' * (value != 1)}"
        case "patience", int():
            return f"{value} epoch{'s' * (value != 1)} of patience" if value else "no patience limit"
        case "start", str():
            return "weights of its seed" if not value else f"own digits, from {_start_title(value)}"
        case "replay", float() | int():
            return percent(value, 0)
        case "target", float() | int():
            return percent(value, 0) if value else "none"
        case _:
            return f"{value:g}" if isinstance(value, float) else str(value)


def _start_title(start: str) -> str:
    return "the shipped network" if start == SHIPPED else "a network trained before"


def in_words(spec: RunSpec) -> str:
    """What a run is made with, in a line: what sets runs apart most often, then all that is not as usual."""
    usual = RunSpec()
    names = (field.name for field in fields(RunSpec))
    unusual = [name for name in names if name not in _ALWAYS and getattr(spec, name) != getattr(usual, name)]
    return " · ".join(setting_text(name, getattr(spec, name)) for name in (*_ALWAYS, *unusual))


def optimizer_text(spec: RunSpec) -> str:
    """How a spec steps: ``"SGD with momentum 0.9, rate 0.02"``."""
    momentum = f" with momentum {spec.momentum:g}" if spec.momentum else ""
    return f"{OPTIMIZER_TITLES[spec.optimizer]}{momentum}, {setting_text('learning_rate', spec.learning_rate)}"


def differences(before: RunSpec, after: RunSpec) -> list[str]:
    """What a run is made with that another was not, each as ``"rate 0.01, not 0.001"``."""
    pairs = ((field.name, getattr(before, field.name), getattr(after, field.name)) for field in fields(RunSpec))
    return [f"{setting_text(name, new)}, not {value_text(name, old)}" for name, old, new in pairs if old != new]
