"""Networks that come from outside: a file that anybody may have made is read without running anything in it.

A file is a ``state_dict``, saved by ``torch.save`` or as safetensors. It is of an architecture if its tensors are, name
by name; where only the names are others, as those of a plain ``nn.Sequential``, their order decides.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from primer_core.claims.claim import thousands
from primer_core.models.registry import MODELS
from primer_core.training.safetensors import SafetensorsError, from_safetensors
from primer_core.training.spec import RunSpec

if TYPE_CHECKING:
    import torch

#: Bytes of a file at most, and of all that it unpacks to.
MOST_BYTES = 16_000_000
#: Bytes at most of the part that says which tensors there are, and how many tensors there may be.
_MOST_NAMES, _MOST_TENSORS = 200_000, 500
_TERMINAL = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a text in a terminal."""
_SCALING = ("mean", "std")


class UploadError(ValueError):
    """A file holds no network that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A tensor that is not as an architecture has it.

    Parameters
    ----------
    name
        As the architecture or the file has it.
    expected, given
        Shapes; None where there is none of that name.
    """

    name: str
    expected: tuple[int, ...] | None
    given: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How a file goes with an architecture.

    Parameters
    ----------
    model
        The architecture, a name of `MODELS`.
    state
        What its ``load_state_dict`` takes; empty if there are mismatches.
    mismatches
        All tensors that are others, missing or too many.
    by_order
        Whether the names are others, and the order of the shapes has decided.
    """

    model: str
    state: Mapping[str, torch.Tensor]
    mismatches: tuple[Mismatch, ...]
    by_order: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A ``state_dict`` from outside.

    Parameters
    ----------
    state
        Its tensors by name, on the CPU.
    scaling
        Mean and standard deviation of the inputs, where the file has them, as those of this app do.
    """

    state: Mapping[str, torch.Tensor]
    scaling: tuple[float, float] | None


def read_upload(content: bytes) -> Upload:
    """Read a file.

    Raises
    ------
    UploadError
        If it is no ``state_dict`` that can be used.
    """
    if len(content) > MOST_BYTES:
        raise UploadError(f"The file has {thousands(len(content))} bytes; at most {thousands(MOST_BYTES)} are read.")
    if content[:4] == b"PK\x03\x04":
        state = _read_pt(content)
    else:
        try:
            state = from_safetensors(content)
        except SafetensorsError as error:
            raise UploadError(
                "Expected a file of torch.save (PyTorch 1.6 or later) or of safetensors. It begins as neither: "
                f'{error} Save the weights with torch.save(model.state_dict(), "network.pt").'
            ) from None
    return _checked(state)


def _read_pt(content: bytes) -> object:
    """What `torch.save` has put into a file, read with ``weights_only``."""
    import torch

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            entries = file.infolist()
            orders = [
                file.read(each) for each in entries if each.filename.endswith("/byteorder") and each.file_size < 9
            ]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise UploadError(f"The file begins as one of torch.save, and is damaged: {error}.") from None
    unpacked = sum(each.file_size for each in entries)
    if unpacked > MOST_BYTES or any(each.compress_type != zipfile.ZIP_STORED for each in entries):
        raise UploadError(
            f"The file says that it unpacks to {thousands(unpacked)} bytes. One of torch.save is not compressed, and "
            f"at most {thousands(MOST_BYTES)} bytes are read."
        )
    names = [each for each in entries if each.filename.endswith("/data.pkl")]
    if len(names) != 1 or names[0].file_size > _MOST_NAMES or any(order != b"little" for order in orders):
        raise UploadError("The file begins as one of torch.save, and its table of tensors is none.")
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # what a file can be made to raise is of many kinds
        first = str(error).partition(". ")[0].splitlines()[0][:160] if str(error) else type(error).__name__
        raise UploadError(
            "The file holds more than weights, or is damaged. Save the state_dict alone: torch.save("
            f'model.state_dict(), "network.pt"). PyTorch says: {_TERMINAL.sub("", first)}'
        ) from None
    sizes = {each.file_size for each in entries}
    for tensor in state.values() if isinstance(state, dict) else ():
        # Not touched before this is known: a storage that says it is larger than what there is reads foreign memory.
        if not isinstance(tensor, torch.Tensor) or tensor.layout != torch.strided:
            continue
        if tensor.untyped_storage().nbytes() not in sizes:
            raise UploadError("The file says that it has more numbers than are in it.")
    return state


def _checked(read: object) -> Upload:
    """A `state_dict` that is one, copied, its scaling apart."""
    import torch

    if not isinstance(read, dict) or not read or len(read) > _MOST_TENSORS:
        raise UploadError(
            f"Expected a state_dict, a dict of 1 to {_MOST_TENSORS} tensors by name; got "
            + (f"one of {len(read)}." if isinstance(read, dict) else f"{type(read).__name__}.")
        )
    total = 0
    for name, tensor in read.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise UploadError(
                f"Expected a state_dict, tensors by name; it has a {type(tensor).__name__} as {name!r:.60}. Save the "
                "state_dict alone, not a checkpoint around it."
            )
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex():
            raise UploadError(f"Expected plain tensors of real numbers; {name[:60]!r} is none.")
        total += tensor.numel() * tensor.element_size()
        if total > MOST_BYTES:
            raise UploadError(f"Its tensors take more than {thousands(MOST_BYTES)} bytes.")
    copied = {
        name: tensor.detach().to(torch.float32 if tensor.is_floating_point() else tensor.dtype).clone()
        for name, tensor in read.items()
    }
    not_finite = next((name for name, tensor in copied.items() if not bool(torch.isfinite(tensor).all())), None)
    if not_finite is not None:
        raise UploadError(
            f"Expected finite numbers; {not_finite[:60]!r} has nan or infinity among its values, as a network has once "
            "its training has diverged."
        )
    scaling = None
    if all(name in copied and copied[name].numel() == 1 for name in _SCALING):
        mean, std = (float(copied.pop(name)) for name in _SCALING)
        if not std > 0:
            raise UploadError(f"Expected a standard deviation above 0 as 'std'; got {std:g}.")
        scaling = mean, std
        copied = {name.removeprefix("model."): tensor for name, tensor in copied.items()}
    return Upload(copied, scaling)


def fit(upload: Upload, model: str) -> Fit:
    """How a file goes with an architecture, a name of `MODELS`."""
    from primer_core.models import build_model

    wanted = build_model(model, seed=0).state_dict()
    expected = {name: tuple(tensor.shape) for name, tensor in wanted.items()}
    given = {name: tuple(tensor.shape) for name, tensor in upload.state.items()}
    if expected != given and list(expected.values()) == list(given.values()):
        renamed = dict(zip(expected, upload.state.values(), strict=True))
        return Fit(model, renamed, (), by_order=True)
    names = dict.fromkeys([*expected, *given])
    mismatches = tuple(
        Mismatch(name, expected.get(name), given.get(name)) for name in names if expected.get(name) != given.get(name)
    )
    return Fit(model, {} if mismatches else upload.state, mismatches)


def nearest(upload: Upload) -> Fit:
    """How a file goes with the architecture that it goes with best."""
    fits = [fit(upload, model) for model in MODELS]
    return min(fits, key=lambda each: (len(each.mismatches), each.by_order, _size_apart(upload, each)))


def usable(upload: Upload, fitted: Fit, spec: RunSpec) -> tuple[bytes, float, float]:
    """A network from outside as `primer_core.inference.load_trained` takes it, with its test loss and accuracy.

    Parameters
    ----------
    upload, fitted
        The file, and how it goes with the model of the spec: without mismatches.
    spec
        What it was trained on; where the file does not say how its inputs were scaled, as this spec scales them.

    Returns
    -------
    tuple
        The bytes; the mean cross-entropy on the test samples, in nats; the share of them read correctly, 0 to 1.

    Raises
    ------
    primer_core.data.DataError
        If the data of the spec cannot be had.
    """
    import torch

    from primer_core.models import build_model
    from primer_core.models.normalise import Normalised
    from primer_core.training.loop import evaluate, load_samples

    scaled = load_samples(spec.data, normalise=spec.normalise)
    model = build_model(spec.model, spec.seed)
    model.load_state_dict(dict(fitted.state))
    network = Normalised(model, *(upload.scaling or (scaled.mean, scaled.std))).eval()
    inputs, labels = scaled.test
    loss, accuracy = evaluate(network, inputs * scaled.std + scaled.mean, labels)
    buffer = io.BytesIO()
    torch.save(network.state_dict(), buffer)
    return buffer.getvalue(), loss, accuracy


def _size_apart(upload: Upload, fitted: Fit) -> float:
    """How many numbers more or fewer the file has than the architecture."""
    from primer_core.models import build_model

    wanted, given = build_model(fitted.model, seed=0).state_dict(), upload.state
    sizes = [sum(tensor.numel() for tensor in state.values()) for state in (wanted, given)]
    return float(abs(sizes[0] - sizes[1]))
