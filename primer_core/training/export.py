"""What of a run leaves the app: its network in the formats of others, its curves, and a script that trains it again."""

from __future__ import annotations

import inspect
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from primer_core.models.registry import MODELS, SAMPLE_SHAPES
from primer_core.training.run import Run
from primer_core.training.safetensors import to_safetensors
from primer_core.training.script import script_of
from primer_core.training.spec import TOY

if TYPE_CHECKING:
    import torch
    from torch import nn

_EXTRA = "Not installed on this server: pip install -r requirements-export.txt brings it."
_NO_NETWORK = "There is no network yet: it comes with the end of the run."
_OWN_DIGITS = "This run learned drawings that only their browser keeps."


class ExportError(ValueError):
    """This of a run cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file that can be made of a run.

    Parameters
    ----------
    name
        In the address.
    title
        On the button.
    file
        What its name ends in, after that of the run.
    media_type
        Of its content.
    about
        What is in it, in a sentence.
    make
        Function of a run that gives the content; raises `ExportError`.
    packages
        That it needs beyond those of the app, by the name they are imported by.
    """

    name: str
    title: str
    file: str
    media_type: str
    about: str
    make: Callable[[Run], bytes]
    packages: tuple[str, ...] = ()

    def why_not(self, run: Run) -> str:
        """Why it cannot be had of a run now, in a sentence; empty if it can."""
        if self.make is _script and run.spec.start:
            return _OWN_DIGITS
        if self.make not in (_script, _events) and not run.has_network:
            return _NO_NETWORK
        if any(find_spec(package) is None for package in self.packages):
            return _EXTRA
        return "There is no loss yet." if self.make in (_script, _events) and not run.history.size else ""


def parameters(run: Run) -> dict[str, torch.Tensor]:
    """The ``state_dict`` of a run's network, as its architecture names it; it takes inputs scaled as in training.

    Raises
    ------
    ExportError
        If the run has left no network.
    """
    return {name: tensor.contiguous() for name, tensor in _model(run).state_dict().items()}


def _model(run: Run) -> nn.Module:
    from primer_core.models.normalise import Normalised

    try:
        network = run.network()
    except LookupError:
        raise ExportError(_NO_NETWORK) from None
    assert isinstance(network, Normalised)
    return network.model.eval()


def _pt(run: Run) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(parameters(run), buffer)
    return buffer.getvalue()


def _safetensors(run: Run) -> bytes:
    return to_safetensors(parameters(run), {"spec": run.spec.to_json(), "format": "pt"})


def _script(run: Run) -> bytes:
    if run.spec.start:
        raise ExportError(_OWN_DIGITS)
    return plain(script_of(run)).encode()


def plain(script: str) -> str:
    """Write a script of `primer_core.training.script` so that it needs nothing of this project.

    What it imports from here, models and data, stands in it instead.
    """
    from primer_core.models import cnn, raw_mlp
    from primer_core.training import plain_data

    pasted: Mapping[str, tuple[object, ...]] = {
        "from primer_core.data import load_images": (plain_data.chosen_evenly, plain_data.load_images),
        "from primer_core.data import toy_points": (plain_data.toy_points,),
        "from primer_core.models.raw_mlp import RawMLP": (raw_mlp.RawMLP,),
        "from primer_core.models.cnn import SmallCNN": (cnn.SmallCNN,),
        "from primer_core.models.cnn import WideCNN": (cnn._convolution, cnn.WideCNN),  # noqa: SLF001 - its source
    }
    found = [line for line in script.splitlines() if line in pasted]
    sources = [inspect.getsource(each).rstrip() for line in found for each in pasted[line]]  # type: ignore[arg-type]  # functions and classes alike
    head, _, body = re.sub(r"\n*(?:from primer_core\..*\n)+", "\n\n# ---\n\n", script, count=1).partition("# ---\n\n")
    standard = "import math\nfrom types import SimpleNamespace\n\nimport numpy as np\n"
    head = standard + head.replace("import math\n", "").lstrip("\n")
    return head + "\n\n" + "\n\n\n".join(sources) + "\n\n\n" + body.lstrip("\n")


def _events(run: Run) -> bytes:
    """A folder with one TensorBoard event file, zipped."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise ExportError(_EXTRA) from None
    history = run.history
    with tempfile.TemporaryDirectory() as folder:
        writer = SummaryWriter(folder)
        for step, loss in zip(*history.losses(), strict=True):
            writer.add_scalar("loss/batch", loss, step)
        for point in history.epochs:
            writer.add_scalar("loss/train", point.train_loss, point.step)
            writer.add_scalar("loss/validation", point.validation_loss, point.step)
            writer.add_scalar("accuracy/validation", point.validation_accuracy, point.step)
        writer.close()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
            for path in Path(folder).iterdir():
                file.write(path, f"run-{run.id}/{path.name}")
        return buffer.getvalue()


def _onnx(run: Run) -> bytes:
    """The network with its scaling: pixels in 0..1 or points in, logits out, any number of samples at once."""
    if any(find_spec(package) is None for package in ("onnx", "onnxscript")):
        raise ExportError(_EXTRA)
    import torch

    network = run.network() if run.has_network else None
    if network is None:
        raise ExportError(_NO_NETWORK)
    sample = torch.zeros(2, *SAMPLE_SHAPES[MODELS[run.spec.model].takes])
    batch = torch.export.Dim("batch")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        program = torch.onnx.export(
            network,
            (sample,),
            input_names=["points" if run.spec.data == TOY else "pixels"],
            output_names=["logits"],
            dynamic_shapes=({0: batch},),
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        program.save(path, external_data=False)
        return path.read_bytes()


EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        Export("pt", "state_dict (.pt)", ".pt", "application/octet-stream", "Its weights, for torch.load.", _pt),
        Export(
            "safetensors",
            "safetensors",
            ".safetensors",
            "application/octet-stream",
            "The same weights in a format that runs no code when it is read.",
            _safetensors,
        ),
        Export(
            "script",
            "Training script",
            ".py",
            "text/x-python",
            "Plain PyTorch that trains it again, without this project: every loss is the same on the same machine.",
            _script,
        ),
        Export(
            "tensorboard",
            "TensorBoard",
            "-tensorboard.zip",
            "application/zip",
            "Its curves as an event file: unzip it, then tensorboard --logdir.",
            _events,
            ("tensorboard",),
        ),
        Export(
            "onnx",
            "ONNX",
            ".onnx",
            "application/octet-stream",
            "The network with the scaling of its inputs: pixels from 0 to 1 in, logits out.",
            _onnx,
            ("onnx", "onnxscript"),
        ),
    )
}
