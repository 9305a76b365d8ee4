"""Tensors on different devices, devices that are not there, and memory that is full."""

from __future__ import annotations

import re
from dataclasses import dataclass

from primer_core.claims.claim import Code, Sentence, Shape
from primer_core.error_messages.cause import Cause, Kind, Mistake, Operand, Plain, kind
from primer_core.error_messages.dialect import NP, TORCH
from primer_core.error_messages.wording import ROUND, dtype_of, shape_of

_DEVICE = r"[a-z]{2,12}(?::\d{1,3})?"


@dataclass(frozen=True, slots=True)
class DevicesDiffer(Cause):
    """Tensors that meet lie on different devices.

    Parameters
    ----------
    one, other
        Devices: ``cuda:0``, ``cpu``.
    """

    one: str
    other: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (
            "What meets in one operation must lie on the same device (only a single number may lie on the CPU). Here "
            f"one tensor is on {self.one} and another on {self.other}, and PyTorch moves none by itself.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a model and its input, and a tensor that is made on the way."""
        apart, at = (self.one, self.other) if self.other == "cpu" else (self.other, self.one)
        made = (f"model = nn.Linear(3, 2, device='{apart}')", f"x = torch.ones(4, 3, device='{at}')")
        way = (f"x = torch.ones(3, device='{apart}')", f"noise = torch.ones(3, device='{at}')")
        own = TORCH.code(way[0], "noise = torch.ones(3, device=x.device)", "x + noise")
        return (
            Mistake(
                ("The model was moved and its input was not, or the other way round.",),
                TORCH.code(*made, "model(x)"),
                TORCH.code(*made, f"model(x.to('{apart}'))"),
            ),
            Mistake(("A tensor is made on the way, on the device that is usual.",), TORCH.code(*way, "x + noise"), own),
        )


def _devices(match: re.Match[str]) -> DevicesDiffer | None:
    one, other = match[1], match[2]
    return DevicesDiffer(one, other) if one != other else None


@dataclass(frozen=True, slots=True)
class LayerElsewhere(Cause):
    """A convolution and its input lie on different devices.

    Parameters
    ----------
    input, weight
        Where each lies: "cuda" or "cpu".
    """

    input: str
    weight: str

    def sentence(self) -> Sentence:
        """Say which lies where."""
        return (
            f"A layer and its input must lie on the same device. Here the input is on {self.input} and the layer's "
            f"weight on {self.weight}, and PyTorch moves none by itself.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Move the one that was left on the CPU; the input is made where the layer lies."""
        made = f"model, x = nn.Conv2d(1, 2, 3, device='{self.weight}'), torch.ones(1, 1, 5, 5, device='{self.input}')"
        why = "The input was moved and the model was not." if self.weight == "cpu" else "The model was moved alone."
        moved = "model.to(x.device)(x)" if self.weight == "cpu" else f"model(x.to('{self.weight}'))"
        return (Mistake((why,), TORCH.code(made, "model(x)"), TORCH.code(made, moved)),)


def _types(match: re.Match[str]) -> LayerElsewhere | None:
    if ("cuda" in match[1]) == ("cuda" in match[2]):
        return None
    given, weight = ("cuda" if "cuda" in name else "cpu" for name in match.groups())
    return LayerElsewhere(given, weight)


@dataclass(frozen=True, slots=True)
class NumPyOfOtherDevice(Cause):
    """A tensor that lies on another device than the CPU is to become an array.

    Parameters
    ----------
    device
        Where it lies: ``cuda:0``; ``cuda`` where the message tells no number.
    """

    device: str

    def sentence(self) -> Sentence:
        """Say where arrays live."""
        return (
            f"An array of NumPy lies in the main memory, and the tensor lies on {self.device}: it must be copied to "
            "the CPU first.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show the copy."""
        made = f"x = torch.ones(3, device='{self.device}')"
        if self.device.startswith("meta"):
            why = ("A tensor on meta has a shape and no numbers: make it on the CPU.",)
            return (Mistake(why, TORCH.code(made, "x.numpy()"), TORCH.code("x = torch.ones(3)", "x.numpy()")),)
        copied = Mistake(("It was not copied.",), TORCH.code(made, "x.numpy()"), TORCH.code(made, "x.cpu().numpy()"))
        grads = f"x = torch.ones(3, device='{self.device}', requires_grad=True)"
        detached = Mistake(
            ("If it requires a gradient, it must be detached as well.",),
            TORCH.code(grads, "x.detach().numpy()"),
            TORCH.code(grads, "x.detach().cpu().numpy()"),
        )
        return copied, detached


_ASKED = (
    Mistake(
        ("The code was written for a machine with a GPU: ask whether there is one.",),
        TORCH.code("torch.ones(3, device='cuda')"),
        TORCH.code("device = 'cuda' if torch.cuda.is_available() else 'cpu'", "torch.ones(3, device=device)"),
    ),
)

_NO_GPU = Plain(
    ("A GPU of NVIDIA is asked for, and PyTorch finds none that it can use on this machine.",),
    _ASKED,
)

_BUILT_WITHOUT = Plain(
    (
        "A GPU of NVIDIA is asked for, and the PyTorch that is installed was built without CUDA: it uses no such GPU, "
        "even where there is one. That takes a version of PyTorch which was built with CUDA.",
    ),
    _ASKED,
)


@dataclass(frozen=True, slots=True)
class NoSuchDevice(Cause):
    """A device is called by a name that PyTorch does not know.

    Parameters
    ----------
    name
        That was given.
    """

    name: str

    def sentence(self) -> Sentence:
        """Name it."""
        return (
            "PyTorch knows no device of the name ",
            Code(self.name),
            ". The GPU of NVIDIA is called cuda, Apple's mps.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show a name that is known."""
        before = TORCH.code(f"torch.ones(3, device={self.name!r})")
        return (Mistake(("The name is wrong.",), before, TORCH.code("torch.ones(3, device='cpu')")),)


@dataclass(frozen=True, slots=True)
class GpuFull(Cause):
    """The memory of a GPU is too small for what is asked for.

    Parameters
    ----------
    asked
        As it is written: ``20.00 MiB``; empty where the message does not say.
    """

    asked: str

    def sentence(self) -> Sentence:
        """Say how much was asked for."""
        if not self.asked:
            return ("More memory was asked for than the GPU has free in one piece.",)
        return (f"{self.asked} were asked for in one piece, and the GPU has no such piece free.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show smaller batches, graphs that are kept, and evaluation that records."""
        return (
            Mistake(
                ("The batch is too large: its outputs are all kept for the way back.",),
                TORCH.code("x = torch.ones(2**46, device='cuda')"),
                TORCH.code("x = torch.ones(2**10, device='cuda')"),
            ),
        )


@dataclass(frozen=True, slots=True)
class ArrayTooLarge(Cause):
    """An array is larger than the memory.

    Parameters
    ----------
    size
        As it is written: ``72.8 TiB``.
    shape
        Of the array.
    dtype
        Of the array.
    """

    size: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Say how much the shape takes."""
        return (
            f"An array of shape {self.shape} and dtype {self.dtype} takes {self.size}, and the machine does not give "
            "so much.",
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show an outer result that was not meant, and a smaller dtype."""
        many = 10**7
        grown = (f"a = np.zeros({many})", "b = a[:, None]")
        return (
            Mistake(
                ("Two vectors were stretched to a table, each with each: a column met a row.",),
                NP.code(*grown, "a - b"),
                NP.code(*grown, "a - b[:, 0]"),
            ),
        )

    def operands(self) -> tuple[Operand, ...]:
        """Return the array."""
        return (Operand("a", self.shape),)


def _too_large(match: re.Match[str]) -> ArrayTooLarge | None:
    shape = shape_of(match[2])
    return None if shape is None else ArrayTooLarge(match[1], shape, dtype_of(match[3]))


@dataclass(frozen=True, slots=True)
class TensorTooLarge(Cause):
    """A tensor is larger than the memory.

    Parameters
    ----------
    bytes
        As many were asked for.
    """

    bytes: int

    def sentence(self) -> Sentence:
        """Say how much was asked for."""
        return (f"{self.bytes / 2**30:.3g} GiB were asked for in one piece, and the machine does not give so much.",)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Show two vectors that were stretched to a table."""
        grown = (f"a = torch.zeros({10**7})", "b = a[:, None]")
        return (
            Mistake(
                ("Two vectors were stretched to a table, each with each: a column met a row.",),
                TORCH.code(*grown, "a - b"),
                TORCH.code(*grown, "a - b[:, 0]"),
            ),
        )


_ASSERT = Plain(
    (
        "Something in a computation on the GPU was out of its limits. The GPU tells it late and without a number, and "
        "the process cannot go on; on the CPU the same lines name the cause.",
    ),
    (
        Mistake(
            ("A class number or an index of an embedding is too large: run the same lines on the CPU to see which.",),
            TORCH.code(
                "logits = torch.zeros(2, 3, device='cuda')",
                "nn.CrossEntropyLoss()(logits, torch.tensor([0, 3], device='cuda')).item()",
            ),
            TORCH.code("logits = torch.zeros(2, 4)", "nn.CrossEntropyLoss()(logits, torch.tensor([0, 3])).item()"),
        ),
    ),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "devices",
        "PyTorch",
        _devices,
        rf"found at least two devices, ({_DEVICE}) and ({_DEVICE})!",
        rf"[Ee]xpected device ({_DEVICE}) but got device ({_DEVICE})\b",
        rf"Expected object of device type ({_DEVICE}) but got device type ({_DEVICE})\b",
        rf"Tensor on device ({_DEVICE}) is not on the expected device ({_DEVICE})!",
    ),
    kind(
        "layer_devices",
        "PyTorch",
        _types,
        r"Input type \(([\w. :]{2,40})\) and (?:weight|bias) type \(([\w. :]{2,40})\) should be the same",
    ),
    kind(
        "numpy_device",
        "PyTorch",
        lambda match: NumPyOfOtherDevice(match[1].lower()),
        rf"can't convert ({_DEVICE}) device type tensor to numpy",
        r"can't convert (CUDA) tensor to numpy",
    ),
    kind(
        "no_gpu",
        "PyTorch",
        lambda match: _BUILT_WITHOUT if match[0].startswith("Torch") else _NO_GPU,
        r"Found no NVIDIA driver on your system|Torch not compiled with CUDA enabled|"
        r"No CUDA GPUs are available|Attempting to deserialize object on a CUDA device but",
    ),
    kind(
        "device_name",
        "PyTorch",
        lambda match: NoSuchDevice(match[1]),
        r"Expected one of cpu, cuda, [\w, ]{10,300} device type at start of device string: ?(\w{1,40})",
    ),
    kind(
        "gpu_memory",
        "PyTorch",
        lambda match: GpuFull(match[1]),
        r"CUDA out of memory\. Tried to allocate ([\d.]{1,12} [KMGT]iB)",
        r"CUDA out of memory()",
    ),
    kind(
        "memory",
        "NumPy",
        _too_large,
        rf"Unable to allocate ([\d.]{{1,12}} ?[KMGTPE]?i?B) for an array with shape ({ROUND}) and data type "
        rf"([\w<>]{{1,30}})",
    ),
    kind(
        "memory_torch",
        "PyTorch",
        lambda match: TensorTooLarge(int(match[1])),
        r"DefaultCPUAllocator: (?:can't allocate memory|not enough memory): you tried to allocate (\d{1,18}) bytes",
    ),
    kind("gpu_assert", "PyTorch", _ASSERT, r"device-side assert triggered"),
)
