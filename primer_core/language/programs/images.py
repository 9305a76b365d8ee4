"""What a program has of torchvision: how an image becomes a tensor, computed by PyTorch as torchvision computes it.

torchvision itself is not loaded, which would take as long as torch and open compiled code that an evaluation process
refuses to open. The tests compare with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch


def to_tensor(pic: Any) -> Any:
    """Return an image as a tensor, channels first; whole numbers from 0 to 255 become numbers from 0 to 1.

    Parameters
    ----------
    pic
        ``(height, width)`` or ``(height, width, channels)``, an array of NumPy's.

    Raises
    ------
    TypeError
        If it is no array of NumPy's.
    ValueError
        If it has another number of axes.
    """
    torch = _torch()
    if not isinstance(pic, np.ndarray):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    channels_first = pic[None] if pic.ndim == 2 else pic.transpose((2, 0, 1))
    tensor = torch.from_numpy(channels_first).contiguous()
    return tensor.to(torch.get_default_dtype()).div(255) if tensor.dtype == torch.uint8 else tensor


def normalize(tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Any:
    """Return ``(tensor - mean) / std``, with a mean and a deviation for each channel.

    Parameters
    ----------
    tensor
        ``(..., channels, height, width)``, a tensor of floats.

    Raises
    ------
    TypeError
        If it is no tensor of floats.
    ValueError
        If it has fewer than three axes, or a deviation is zero.
    """
    torch = _torch()
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.ndim < 3:
        size = tensor.size()
        raise ValueError(f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {size}")
    dtype = tensor.dtype
    means, deviations = (torch.as_tensor(each, dtype=dtype) for each in (mean, std))
    if (deviations == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {dtype}, leading to division by zero.")
    means, deviations = (each.view(-1, 1, 1) if each.ndim == 1 else each for each in (means, deviations))
    return (tensor if inplace else tensor.clone()).sub_(means).div_(deviations)


class ToTensor:
    """Makes a tensor of an image."""

    def __call__(self, pic: Any) -> Any:
        """Return what `to_tensor` does."""
        return to_tensor(pic)

    def __repr__(self) -> str:
        return "ToTensor()"


class Normalize:
    """Subtracts a mean and divides by a deviation, channel by channel."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        self.mean, self.std, self.inplace = mean, std, inplace

    def __call__(self, tensor: Any) -> Any:
        """Return what `normalize` does."""
        return normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"Normalize(mean={self.mean}, std={self.std})"


class Lambda:
    """Calls a function of the program."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        self.lambd = lambd

    def __call__(self, value: Any) -> Any:
        """Return what the function does."""
        return self.lambd(value)

    def __repr__(self) -> str:
        return "Lambda()"


class Compose:
    """Does one step after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        """Return what comes of the last step."""
        for step in self.transforms:
            img = step(img)
        return img

    def __repr__(self) -> str:
        return "\n".join(["Compose(", *(f"    {step}" for step in self.transforms), ")"])


TRANSFORMS = {each.__name__: each for each in (Compose, Lambda, Normalize, ToTensor)}
"""What can be made, by its own name."""


def _torch() -> Any:
    load_torch()
    import torch

    return torch
