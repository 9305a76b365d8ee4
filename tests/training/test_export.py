"""What leaves the app is the run: executed, loaded and compared, digit by digit."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from primer_core.data import load_images, toy_points
from primer_core.inference import load_trained
from primer_core.models import MODELS, build_model
from primer_core.models.normalise import Normalised
from primer_core.training import Run, RunSpec
from primer_core.training.export import EXPORTS, ExportError, parameters, plain
from primer_core.training.history import EpochPoint
from primer_core.training.loop import train
from primer_core.training.messages import Finished
from primer_core.training.plain_data import load_images as plainly_loaded
from primer_core.training.plain_data import toy_points as plain_points
from primer_core.training.safetensors import SafetensorsError, from_safetensors, to_safetensors
from primer_core.training.script import script
from tests.profiles import is_long

SGD = RunSpec(model="mlp-dropout", optimizer="sgd", learning_rate=0.02, momentum=0.9, batch_size=128, epochs=1)
TOY = RunSpec(data="toy", model="toy", optimizer="sgd", learning_rate=0.5, batch_size=2, normalise=False, seed=123)
SPECS = {
    "sgd": replace(SGD, schedule="cosine", noise=0.1),
    "raw": replace(SGD, model="raw-128", momentum=0.0),
    "toy": TOY,
} | (
    {
        "cnn": RunSpec(model="cnn", epochs=1, batch_size=512),
        "wide": RunSpec(model="cnn-wide", epochs=1, batch_size=512),
        "adam": RunSpec(epochs=2),
    }
    if is_long()
    else {}
)


def ended(spec: RunSpec = SGD) -> Run:
    """A run that has left a network, without a process."""
    run = Run("run", spec, lambda _: None)
    buffer = io.BytesIO()
    torch.save(Normalised(build_model(spec.model, 1), 0.1, 0.3).state_dict(), buffer)
    run.history.add_losses([1, 2], [2.3, 2.2])
    run.history.add_epoch(EpochPoint(1, 2, 2.25, 2.1, 0.3))
    run.take(Finished("run", "completed", 2, 2.1, 0.3, buffer.getvalue()))
    return run


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", SPECS)
def test_the_script_gives_every_loss_without_this_project(name: str, tmp_path: Path) -> None:
    text = plain(script(SPECS[name]))
    assert "primer_core" not in text
    path = tmp_path / "run.py"
    path.write_text(f"{text}\nimport json, sys\nassert 'primer_core' not in sys.modules\nprint(json.dumps(losses))\n")
    done = subprocess.run(
        [sys.executable, "-I", str(path)], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert not done.returncode, done.stderr
    expected = [event.train_loss for event in train(SPECS[name]) if event.kind == "step"]
    assert json.loads(done.stdout.splitlines()[-1]) == expected


def test_the_data_of_a_script_are_those_of_the_project() -> None:
    ours, plainly = load_images("mnist-sample"), plainly_loaded("mnist-sample")
    for part in ("train", "validation", "test"):
        for what in ("images", "labels"):
            assert torch.equal(getattr(ours, f"{part}_{what}"), getattr(plainly, f"{part}_{what}"))
    assert (ours.mean, ours.std) == (plainly.mean, plainly.std)
    points, plain_ones = toy_points(), plain_points()
    for name in ("train_points", "train_labels", "test_points", "test_labels"):
        assert torch.equal(getattr(points, name), getattr(plain_ones, name))


@pytest.mark.parametrize("model", MODELS)
def test_a_network_comes_back_from_both_formats(model: str) -> None:
    data = "toy" if MODELS[model].takes == "points" else "mnist-sample"
    run = ended(RunSpec(model=model, data=data))
    expected = load_trained(run.spec, run.state_dict_bytes or b"")
    assert isinstance(expected, Normalised)
    pt = torch.load(io.BytesIO(EXPORTS["pt"].make(run)), weights_only=True)
    for state in (pt, from_safetensors(EXPORTS["safetensors"].make(run))):
        fresh = build_model(model, 7)
        fresh.load_state_dict(state)
        for name, tensor in expected.model.state_dict().items():
            assert torch.equal(fresh.state_dict()[name], tensor)


def test_every_kind_of_number_is_written_and_read() -> None:
    given = {
        name: torch.ones(2, 3).to(getattr(torch, name))
        for name in ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
    } | {"scalar": torch.tensor(4), "empty": torch.empty(0, 3)}
    read = from_safetensors(to_safetensors(given, {}))
    assert read.keys() == given.keys()
    for name, tensor in given.items():
        assert read[name].dtype == tensor.dtype
        assert torch.equal(read[name], tensor)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 7,
        (5 * 10**9).to_bytes(8, "little") + b"{}",
        (2**64 - 1).to_bytes(8, "little"),
        (3).to_bytes(8, "little") + b"{]}",
        (2).to_bytes(8, "little") + b"[]",
        (90_000).to_bytes(8, "little") + b"[" * 90_000,
    ],
)
def test_what_is_no_safetensors_file_is_refused(content: bytes) -> None:
    with pytest.raises(SafetensorsError):
        from_safetensors(content)


@pytest.mark.parametrize(
    "told",
    [
        {"dtype": "F32", "shape": [10**9, 5], "data_offsets": [0, 2 * 10**10]},
        {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [-4, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [True, 2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": "2", "data_offsets": [0, 8]},
        {"dtype": "F31", "shape": [2], "data_offsets": [0, 8]},
        {"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1] * 2000, "data_offsets": [0, 4]},
        7,
    ],
)
def test_a_tensor_that_is_not_in_the_file_is_refused_before_room_is_made_for_it(told: Any) -> None:
    header = json.dumps({"w": told}).encode()
    with pytest.raises(SafetensorsError, match="'w'"):
        from_safetensors(len(header).to_bytes(8, "little") + header + b"\0" * 8)


def test_what_cannot_be_had_says_why() -> None:
    run = Run("run", RunSpec(), lambda _: None)
    assert "no network yet" in EXPORTS["pt"].why_not(run)
    with pytest.raises(ExportError, match="no network yet"):
        parameters(run)
    assert "no loss yet" in EXPORTS["script"].why_not(run)
    run.history.add_losses([1], [2.0])
    assert EXPORTS["script"].why_not(run) == ""
    own = Run("run", RunSpec(start="shipped", model="cnn-wide"), lambda _: None)
    assert "their browser" in EXPORTS["script"].why_not(own)
    with pytest.raises(ExportError, match="their browser"):
        EXPORTS["script"].make(own)


def test_without_the_extra_the_buttons_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ended()
    monkeypatch.setattr("primer_core.training.export.find_spec", lambda _: None)
    assert "requirements-export.txt" in EXPORTS["onnx"].why_not(run)
    assert "requirements-export.txt" in EXPORTS["tensorboard"].why_not(run)
    with pytest.raises(ExportError, match="export"):
        EXPORTS["onnx"].make(run)


def test_the_event_file_holds_every_loss(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with zipfile.ZipFile(io.BytesIO(EXPORTS["tensorboard"].make(ended()))) as file:
        file.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    read = accumulator.EventAccumulator(os.fspath(folder))
    read.Reload()
    assert [round(event.value, 5) for event in read.Scalars("loss/batch")] == [2.3, 2.2]
    assert [round(event.value, 5) for event in read.Scalars("accuracy/validation")] == [0.3]


@pytest.mark.parametrize("model", ["mlp-128-64", "cnn", "toy"])
def test_the_onnx_network_gives_the_same_logits(model: str) -> None:
    pytest.importorskip("onnxscript")
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    run = ended(RunSpec(model=model, data="toy" if model == "toy" else "mnist-sample"))
    written = onnx.load_model_from_string(EXPORTS["onnx"].make(run))
    onnx.checker.check_model(written, full_check=True)
    network = reference.ReferenceEvaluator(written)  # the format's own definition of each operator, in NumPy
    (asked,) = network.input_names
    for count in (1, 5):
        inputs = torch.rand(count, *((2,) if model == "toy" else (1, 28, 28)))
        (logits,) = network.run(None, {asked: inputs.numpy()})
        with torch.inference_mode():
            torch.testing.assert_close(torch.from_numpy(logits), run.network()(inputs), rtol=1e-4, atol=1e-5)
