import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from primer_core.training.loop import Event, train
from primer_core.training.script import script
from primer_core.training.spec import RunSpec

PROJECT = Path(__file__).resolve().parents[2]
RUNS = [
    RunSpec(epochs=2),
    RunSpec(model="mlp-256-128", optimizer="sgd", learning_rate=0.01, momentum=0.9, epochs=1, normalise=False),
    RunSpec(model="raw-128", optimizer="sgd", learning_rate=0.01, batch_size=128, epochs=2, normalise=False),
    RunSpec(model="cnn", epochs=1, weight_decay=1e-4, drop_last=True),
    RunSpec(data="toy", model="toy", optimizer="sgd", learning_rate=0.5, batch_size=2, epochs=3, normalise=False,
            drop_last=True, seed=123),
]  # fmt: skip


def told(events: list[Event]) -> list[str]:
    lines = [f"first batch: loss {events[0].train_loss:.4f}"]
    lines += [
        f"epoch {event.epoch}: train loss {event.train_loss:.4f}, validation loss {event.validation_loss:.4f}, "
        f"accuracy {event.validation_accuracy:.2%}"
        for event in events
        if event.kind == "epoch"
    ]
    return [*lines, f"test accuracy {events[-1].test_accuracy:.2%}"]


@pytest.mark.parametrize("spec", RUNS, ids=lambda spec: f"{spec.model}-{spec.optimizer}")
def test_the_script_of_a_run_prints_the_numbers_of_the_run(spec: RunSpec) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", script(spec)], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    ).stdout.splitlines()
    expected = told(list(train(spec)))
    assert [re.sub(r"[\d.]+%?", "#", line) for line in printed] == [re.sub(r"[\d.]+%?", "#", line) for line in expected]
    for got, wanted in zip(printed, expected, strict=True):
        numbers = [[float(number) for number in re.findall(r"\d+\.\d+", line)] for line in (got, wanted)]
        # the validation mean is summed in another order: the last printed digit may differ by one
        assert numbers[0] == pytest.approx(numbers[1], abs=1.01e-4)


def test_a_device_other_than_the_processor_stands_in_the_script() -> None:
    text = script(replace(RUNS[0], device="cuda"))
    assert '.to("cuda")' in text
    compile(text, "script", "exec")
