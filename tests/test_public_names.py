"""The names that notebooks and scripts use: few, documented, typed, and cheap until they are asked for."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import primer_core
from primer_core import RunSpec, predict_digit, train
from primer_core.inference import load_checkpoint, render_strokes
from primer_core.training.headless import CannotTrainError
from tests.e2e.digit_strokes import DIGITS
from tests.running_app import PROJECT

NAMES = ["Explanation", "RunSpec", "explain", "predict_digit", "train"]


def test_there_are_these_and_no_others() -> None:
    assert primer_core.__all__ == NAMES
    assert dir(primer_core) == NAMES
    with pytest.raises(AttributeError, match="no attribute 'explains'"):
        _ = primer_core.explains


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_and_what_it_takes(name: str) -> None:
    found = getattr(primer_core, name)
    told = inspect.getdoc(found) or ""
    assert told.partition("\n")[0].endswith((".", ":"))
    taken = [each for each in inspect.signature(found).parameters if each not in ("args", "kwargs")]
    assert all(each in told for each in taken)
    assert all(each.annotation is not inspect.Parameter.empty for each in inspect.signature(found).parameters.values())
    assert name in (primer_core.__doc__ or "")


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, primer_core; print(sorted({'torch', 'numpy', 'plotly', 'streamlit'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_run_is_trained_and_its_network_reads(runs_of_tests: Path) -> None:
    run = train(RunSpec(epochs=1))
    assert run.state().status == "completed"
    steps, losses = run.history.losses()
    assert len(steps) == len(losses) == run.state().total_steps
    assert (runs_of_tests / run.id / "run.json").exists()
    drawn = render_strokes([{"width": 18, "points": stroke} for stroke in DIGITS[7]])
    assert predict_digit(drawn, run.network()).probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert predict_digit(drawn, load_checkpoint()).label == 7


def test_what_is_no_run_is_named() -> None:
    with pytest.raises(CannotTrainError, match="'nowhere' is none"):
        train("nowhere")
