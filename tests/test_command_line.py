"""The library without the app, as its users call it: in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from primer_core.__main__ import main
from primer_core.inference import render_strokes
from primer_core.training import RunSpec, TrainingService
from primer_core.training.desk import Desks
from primer_core.training.loop import train
from tests.e2e.digit_strokes import DIGITS
from tests.running_app import PROJECT

LIMIT = 300.0


def called(arguments: Sequence[str], runs: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "primer_core", *arguments],
        cwd=PROJECT,
        env={**os.environ, "PRIMER_RUNS": str(runs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may have told them to ignore it, and a child would, too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_a_spec_is_trained_interrupted_and_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = RunSpec(epochs=20)
    file = tmp_path / "spec.json"
    file.write_text(spec.to_json())
    runs = tmp_path / "runs"
    first = called(["train", str(file)], runs)
    assert first.stderr is not None
    run_id = first.stderr.readline().split()[1]
    log = runs / run_id / "log.jsonl"
    while not (log.exists() and log.stat().st_size > 5_000):  # it is training, and far from its end
        assert first.poll() is None
        time.sleep(0.01)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=LIMIT)
    assert first.returncode == 130
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRIMER_RUNS", str(runs))
        assert main(["runs"]) == 0
        assert re.search(rf"{run_id}\s+interrupted\s+\d+/1260", capsys.readouterr().out)
        assert main(["train", run_id]) == 0
        told = capsys.readouterr()
        assert re.match(rf"{run_id}: completed after batch 1260, test accuracy \d\d\.\d\d %", told.out)
        assert "epoch 20/20 completed" in told.err
        assert main(["train", run_id]) == 2
        assert "cannot go on" in capsys.readouterr().err
        run = TrainingService(max_workers=1).open(run_id)
        assert run is not None
        torch.set_num_threads(1)
        assert run.history.losses()[1] == [event.train_loss for event in train(spec) if event.kind == "step"]

        image = tmp_path / "seven.png"
        drawn = render_strokes([{"width": 18, "points": np.array(stroke)} for stroke in DIGITS[7]])
        Image.fromarray(255 - np.round(drawn * 255).astype(np.uint8)).save(image)
        for arguments in (["predict", str(image)], ["predict", str(image), "--run", run_id]):
            assert main(arguments) == 0
            assert re.fullmatch(r"\d  \d+\.\d %\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "{}x"], "not JSON"),
        (["train", '{"epochs": 0}'], "epochs is a whole number"),
        (["train", "nobodys-run-1"], "is none"),
        (["predict", "no such.png"], "No such file"),
        (["predict", "README.md"], ""),
        (["predict", "README.md", "--run", "nobodys-run-1"], "No run of the id"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_a_sweep_is_trained_and_printed_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRIMER_RUNS", str(tmp_path))
        asked = ["train", RunSpec(epochs=1, optimizer="sgd").to_json(), "--sweep", "batch=256", "lr=0.1,0.01"]
        assert main(asked) == 0
        told = capsys.readouterr()
        head, first, second, legend, last = told.out.splitlines()
        assert head.split() == ["rate", "batch", "256"]
        assert [line.split()[0] for line in (first, second)] == ["0.01", "0.1"]
        losses = [float(line.split()[1]) for line in (first, second)]
        (starred,) = [line for line in (first, second) if line.endswith("*")]
        assert float(starred.split()[1]) == min(losses)
        assert "lowest loss" in legend
        assert "2 of 2 runs ended" in told.err
        desk = Desks(TrainingService(max_workers=1)).of_run(last.partition(":")[0])
        assert desk is not None
        assert desk.sweep is not None
        assert [run.history.epochs[-1].validation_loss for run in desk.sweep.runs] == pytest.approx(losses, abs=1e-4)


@pytest.mark.parametrize(
    ("spec", "axes", "told"),
    [
        ("{}", ["lr=0.1", "size=16"], "lr=0.01,0.1 batch=16,64"),
        ("{}", ["lr=0.1,x", "batch=16"], "lr=0.01,0.1 batch=16,64"),
        ("{}", ["lr=0.1", "batch=0"], "batch_size"),
        ("{}", ["lr=1,2,3,4,5", "batch=1,2,3,4"], "16 at most"),
        ("rNobodysRun", ["lr=0.1", "batch=16"], "is neither"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_in_a_sentence(
    spec: str, axes: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", spec, "--sweep", *axes]) == 2
    assert told in capsys.readouterr().err
