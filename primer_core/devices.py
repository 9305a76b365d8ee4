"""Compute devices by name: which there are, and a sentence for one that is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICE_NAMES: tuple[str, ...] = ("cpu", "cuda", "mps")


class DeviceUnavailableError(ValueError):
    """A device was asked for that this machine does not have."""


def available_devices() -> tuple[str, ...]:
    """The names of `DEVICE_NAMES` that work on this machine; ``"cpu"`` always does."""
    import torch

    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(name for name in DEVICE_NAMES if present[name])


def resolve_device(name: str) -> torch.device:
    """The device of that name.

    Raises
    ------
    DeviceUnavailableError
        If there is no such device, with a sentence that says what there is.
    """
    import torch

    there = available_devices()
    if name not in there:
        listed = ", ".join(f'"{device}"' for device in there)
        known = "" if name in DEVICE_NAMES else f" The names are {', '.join(DEVICE_NAMES)}."
        raise DeviceUnavailableError(f'The device "{name}" is not available here. This machine has {listed}.{known}')
    return torch.device(name)
