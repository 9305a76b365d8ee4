"""The script of a run, executed: every loss is that of the run, to the last digit."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from primer_core.training.controls import Controls
from primer_core.training.history import SettingChange
from primer_core.training.loop import Event, train
from primer_core.training.script import script
from primer_core.training.spec import LIVE, RunSpec
from tests.profiles import is_long
from tests.snippets import run_snippet

PROJECT = Path(__file__).resolve().parents[2]
TOY = RunSpec(
    data="toy",
    model="toy",
    optimizer="sgd",
    learning_rate=0.5,
    batch_size=2,
    epochs=3,
    normalise=False,
    drop_last=True,
    seed=123,
)
SGD = RunSpec(model="mlp-dropout", optimizer="sgd", learning_rate=0.02, momentum=0.9, batch_size=128, epochs=2)
RUNS = {
    "as it is": RunSpec(epochs=2),
    "sgd": RunSpec(model="mlp-256-128", optimizer="sgd", learning_rate=0.01, momentum=0.9, epochs=1, normalise=False),
    "raw": RunSpec(model="raw-128", optimizer="sgd", learning_rate=0.01, batch_size=128, epochs=2, normalise=False),
    "cnn": RunSpec(model="cnn", epochs=1, weight_decay=1e-4, drop_last=True, batch_size=256),
    "toy": TOY,
    "toy in one batch": replace(TOY, batch_size=64),
    "dropout": replace(SGD, dropout=0.5, noise=0.2),
    "frozen": replace(SGD, frozen=2, mode="eval"),
    "steps": replace(SGD, schedule="step"),
    "cosine": replace(SGD, schedule="cosine"),
    "one cycle": replace(SGD, schedule="one-cycle", drop_last=True),
    "test of rates": replace(SGD, schedule="rising", learning_rate=1.0, epochs=1),
    "target": RunSpec(epochs=5, target=0.85, batch_size=128),
    "patience": RunSpec(epochs=9, patience=1, batch_size=256, learning_rate=0.02),
}
#: Runs whose settings are changed after some of their batches, and what is set then.
CHANGES: dict[str, tuple[RunSpec, dict[int, dict[str, Any]]]] = {
    "rate": (RunSpec(epochs=1), {5: {"learning_rate": 0.01}, 40: {"learning_rate": 0.0001, "weight_decay": 0.01}}),
    "batch": (
        RunSpec(epochs=2),
        {7: {"batch_size": 100}, 20: {"batch_size": 512, "noise": 0.3}, 44: {"batch_size": 64}},
    ),
    "batch, last dropped": (RunSpec(epochs=2, drop_last=True), {7: {"batch_size": 300}, 20: {"batch_size": 1000}}),
    "sgd": (
        replace(SGD, frozen=2, momentum=0.0),
        {
            4: {"frozen": 0},
            9: {"momentum": 0.9},
            12: {"frozen": 1},
            15: {"frozen": 0, "dropout": 0.6},
            32: {"mode": "eval"},
        },
    ),
    "schedule": (
        replace(SGD, schedule="cosine", epochs=3),
        {
            10: {"learning_rate": 0.05},
            32: {"schedule": "one-cycle"},
            50: {"batch_size": 64},
            70: {"schedule": "constant"},
        },
    ),
    "longer": (replace(SGD, schedule="cosine"), {64: {"epochs": 3}}),
    "before the first": (SGD, {0: {"learning_rate": 0.1, "schedule": "cosine", "epochs": 1}}),
}


def steered(
    spec: RunSpec, changes: dict[int, dict[str, Any]], stop_after: int = 0
) -> tuple[list[Event], list[SettingChange]]:
    """The events of a run, and what was changed, as the server notes it."""
    torch.set_num_threads(1)
    controls = Controls(spec)

    def change(step: int) -> None:
        if step in changes:
            controls.change(replace(controls.spec, **changes[step]))

    change(0)
    events, noted, now = [], [], spec
    for event in train(spec, controls):
        events.append(event)
        if event.kind == "step":
            change(event.step)
            if event.step == stop_after:
                controls.stop()
        elif event.kind == "changed":
            noted += [
                SettingChange(event.step, name, getattr(event.spec, name), getattr(now, name))
                for name in LIVE
                if getattr(event.spec, name) != getattr(now, name)
            ]
            now = event.spec
    return events, noted


def printed(text: str, *, apart: bool = False) -> tuple[list[float], list[str]]:
    """All losses of a script, and what it prints: in a process of its own if it is to be `apart`, or under ``long``."""
    if not (apart or is_long()):
        said, names = run_snippet(text)
        return names["losses"], said.splitlines()
    asked = f"{text}\nimport json; print(json.dumps(losses))\n"
    lines = subprocess.run(
        [sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=300
    ).stdout.splitlines()
    return json.loads(lines[-1]), lines[:-1]


def told(events: list[Event]) -> list[str]:
    lines = []
    for event in events:
        if event.kind == "epoch":
            if event.epoch == 1:
                lines.append(f"first batch: loss {losses(events)[0]:.4f}")
            lines.append(
                f"epoch {event.epoch}: train loss {event.train_loss:.4f}, validation loss {event.validation_loss:.4f}, "
                f"accuracy {event.validation_accuracy:.2%}"
            )
    return [*lines, f"test accuracy {events[-1].test_accuracy:.2%}"]


def losses(events: list[Event]) -> list[float]:
    return [event.train_loss for event in events if event.kind == "step" and event.train_loss is not None]


@pytest.mark.parametrize("name", RUNS)
def test_the_script_of_a_run_gives_the_numbers_of_the_run(name: str) -> None:
    events, _ = steered(RUNS[name], {})
    assert printed(script(RUNS[name]), apart=name == "as it is") == (losses(events), told(events))


@pytest.mark.parametrize("name", CHANGES)
def test_the_script_of_a_run_with_changes_of_settings_gives_the_numbers_of_the_run(name: str) -> None:
    spec, changes = CHANGES[name]
    events, noted = steered(spec, changes)
    assert noted
    assert printed(script(spec, noted, epochs=events[-1].epoch)) == (losses(events), told(events))


def test_the_script_of_a_run_that_was_stopped_inside_a_pass_stops_there() -> None:
    events, _ = steered(RunSpec(epochs=2), {}, stop_after=70)
    text = script(RunSpec(epochs=2), epochs=2, last_step=70)
    assert printed(text) == (losses(events), told(events))


def test_a_device_other_than_the_processor_stands_in_the_script() -> None:
    text = script(RunSpec(device="cuda", noise=0.1))
    assert '.to("cuda")' in text
    compile(text, "script", "exec")
