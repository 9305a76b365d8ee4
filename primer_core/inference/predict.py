"""What a network thinks of a drawing, with every step from the image to the answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from primer_core.inference.asking import at_rest, one_thread
from primer_core.inference.preprocess import FIELD, preprocess

if TYPE_CHECKING:
    from torch import nn

    from primer_core.models.reader import DigitReader

CHECKPOINT = Path(__file__).parent / "checkpoints" / "digits.pt"
CLASSES = 10


@dataclass(frozen=True, slots=True, eq=False)
class PredictionStep:
    """One step from the image to the answer.

    Attributes
    ----------
    code
        The step as it is written in PyTorch, in names that the steps before it defined.
    shape
        Shape of what it gives; () for a single number.
    values
        What it gave, read-only.
    """

    code: str
    shape: tuple[int, ...]
    values: NDArray[np.generic]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a network makes of one drawing. The arrays are read-only.

    Attributes
    ----------
    label
        The most probable digit, or None for a blank canvas.
    probabilities
        float32 (10,), summing to 1; zeros for a blank canvas.
    logits
        float32 (10,), the network's own outputs; zeros for a blank canvas.
    image
        float32 (28, 28) in 0..1: the image the network saw; zeros for a blank canvas.
    steps
        From the image to the answer, one by one; empty for a blank canvas.
    digit_score
        0 to 1: how much the drawing looks like one digit at all; 0 for a blank canvas. None where the network gives
        ten logits and nothing else, as the networks do that learners train.
    """

    label: int | None
    probabilities: NDArray[np.float32]
    logits: NDArray[np.float32]
    image: NDArray[np.float32]
    steps: tuple[PredictionStep, ...]
    digit_score: float | None

    @property
    def is_blank(self) -> bool:
        """Whether there was nothing on the canvas to read."""
        return self.label is None


def predict_digit(canvas: ArrayLike, model: nn.Module | None = None) -> Prediction:
    """Read the digit on a canvas.

    It may be called from several threads at once, and leaves torch's settings and the model as they were: a model in
    training mode is copied, and the copy is asked in evaluation mode.

    Parameters
    ----------
    canvas
        (height, width), ink bright on dark, as `primer_core.inference.preprocess.preprocess` takes it.
    model
        Takes float32 (batch, 1, 28, 28) in 0..1 and gives logits (batch, 10); what it needs of normalising is inside
        it (see `primer_core.models.normalise.Normalised`). A `primer_core.models.reader.DigitReader` gives a digit
        score too. None is the shipped checkpoint.

    Raises
    ------
    ValueError
        If the canvas is none, or the model does not give 10 finite logits for one image.
    """
    image = preprocess(canvas)
    if image is None:
        return _blank()

    import torch

    from primer_core.models.reader import DigitReader

    network = at_rest(load_checkpoint() if model is None else model)
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    with torch.inference_mode(), one_thread():
        tensor = torch.from_numpy(image)
        batch = tensor.unsqueeze(0).unsqueeze(0)
        if isinstance(network, DigitReader):
            logits, likeness = network.scored(batch.to(device))
            score = torch.sigmoid(likeness.double()).item()
        else:
            logits, score = network(batch.to(device)), None
        logits = logits.float().cpu()
        if tuple(logits.shape) != (1, CLASSES) or not bool(torch.isfinite(logits).all()):
            raise ValueError(
                f"a digit model must give {CLASSES} finite logits for one image, shape (1, {CLASSES}); "
                f"{type(network).__name__} gave shape {tuple(logits.shape)}"
                + ("" if tuple(logits.shape) != (1, CLASSES) else ", not all finite")
            )
        label = logits.argmax(dim=1)
        probabilities = torch.softmax(logits, dim=1)

    arrays = [tensor.numpy(), batch.numpy(), logits.numpy(), label.numpy(), probabilities.numpy()]
    codes = [
        "image",
        "batch = image.unsqueeze(0).unsqueeze(0)",
        "logits = model(batch)",
        "label = logits.argmax(dim=1)",
        "probabilities = torch.softmax(logits, dim=1)",
    ]
    for array in arrays:
        array.flags.writeable = False
    return Prediction(
        label=int(arrays[3][0]),
        probabilities=arrays[4][0],
        logits=arrays[2][0],
        image=arrays[0],
        steps=tuple(PredictionStep(code, array.shape, array) for code, array in zip(codes, arrays, strict=True)),
        digit_score=score,
    )


def load_checkpoint() -> DigitReader:
    """Give the shipped digit network, in evaluation mode: one object for the whole process, so do not change it.

    It is read once, with ``weights_only=True``, and computes in float32.

    Raises
    ------
    FileNotFoundError
        If the checkpoint file is missing.
    """
    with _loading:
        return _loaded()


_loading = threading.Lock()


@cache
def _loaded() -> DigitReader:
    return read_checkpoint(CHECKPOINT)[0]


def read_checkpoint(path: Path) -> tuple[DigitReader, float]:
    """A digit network as `scripts.train_checkpoint` wrote it, in evaluation mode, and the minutes it took to train.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    import torch

    from primer_core.models import build_model
    from primer_core.models.reader import DigitReader

    stored = torch.load(path, map_location="cpu", weights_only=True)
    reader = DigitReader(build_model(stored["model"], seed=0), stored["mean"], stored["std"], stored["temperature"])
    # Stored as float16 to be small; copying into the model's float32 tensors widens them.
    reader.model.load_state_dict(stored["state_dict"])
    reader.none_of_them.load_state_dict(stored["none_of_them"])
    # Convolutions on a processor are a third faster where the channels of a pixel lie side by side.
    return reader.requires_grad_(False).eval().to(memory_format=torch.channels_last), stored["minutes"]


def _blank() -> Prediction:
    nothing = np.zeros(CLASSES, dtype=np.float32)
    image = np.zeros((FIELD, FIELD), dtype=np.float32)
    nothing.flags.writeable = image.flags.writeable = False
    return Prediction(label=None, probabilities=nothing, logits=nothing, image=image, steps=(), digit_score=0.0)
