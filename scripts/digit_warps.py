"""Random changes of digit images that leave them the same digit, placed afterwards as MNIST places its digits."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch.nn import functional

FIELD, BOX, CENTRE = 28, 20, 14


def warp(images: torch.Tensor, generator: torch.Generator, thickness: torch.Tensor, amount: float) -> torch.Tensor:
    """Turn, shear, stretch and bend images, change the thickness of their lines, and place them as MNIST does.

    Parameters
    ----------
    images
        float32 (n, 1, 28, 28) in 0..1, ink bright.
    generator
        Source of randomness.
    thickness
        bool (n,): where the thickness of the lines may change too.
    amount
        1 is the full strength of the geometrical changes, 0 leaves the shape alone.

    Returns
    -------
    float32 (n, 1, 28, 28): longer side about 20 pixels, centre of mass within a pixel or so of (14, 14).
    """
    n = len(images)
    enlarge = _cubic(FIELD, 2 * FIELD, align_corners=False)
    fine = (enlarge @ images @ enlarge.T).clamp(0, 1)
    fine = _change_thickness(fine, generator, thickness)
    displaced = _field(n, generator, amount)  # where each place of the bent image comes from: (n, 28, 28, 2)
    bent = functional.grid_sample(fine, displaced, align_corners=False)
    top, bottom = _extent(bent[:, 0].amax(dim=2))
    left, right = _extent(bent[:, 0].amax(dim=1))
    scale = torch.maximum(bottom - top, right - left) / BOX
    steps = torch.arange(FIELD) + 0.5 - FIELD / 2
    rows = (top + bottom)[:, None] / 2 + steps * scale[:, None]
    columns = (left + right)[:, None] / 2 + steps * scale[:, None]
    grid = torch.stack([columns[:, None, :].expand(-1, FIELD, -1), rows[:, :, None].expand(-1, -1, FIELD)], dim=3)
    source = functional.grid_sample(
        displaced.permute(0, 3, 1, 2), grid / (FIELD / 2) - 1, align_corners=False, padding_mode="border"
    )
    placed = functional.grid_sample(fine, source.permute(0, 2, 3, 1), align_corners=False)
    return _centred(_brightened(placed), generator)


def _brightened(images: torch.Tensor) -> torch.Tensor:
    """Make thin lines, which sampling turned grey, as bright as `preprocess` makes them."""
    level = images.square().sum(dim=(1, 2, 3), keepdim=True) / images.sum(dim=(1, 2, 3), keepdim=True).clamp_min(1e-6)
    return (images * (0.85 / level.clamp_min(1e-3)).clamp_min(1)).clamp(0, 1)


@cache
def _cubic(old: int, new: int, *, align_corners: bool) -> torch.Tensor:
    """Bicubic interpolation along one axis as a matrix (new, old): many times faster than interpolating images."""
    one_axis = functional.interpolate(
        torch.eye(old)[None, None], size=(new, old), mode="bicubic", align_corners=align_corners
    )
    return one_axis[0, 0]


def _largest_around(images: torch.Tensor) -> torch.Tensor:
    """Maximum of each pixel and its eight neighbours; the edges, which wrap round, are empty in digit images."""
    for axis in (2, 3):
        images = torch.maximum(images, torch.maximum(images.roll(1, axis), images.roll(-1, axis)))
    return images


def _uniform(n: int, generator: torch.Generator, low: float, high: float) -> torch.Tensor:
    return torch.rand(n, generator=generator) * (high - low) + low


def _change_thickness(fine: torch.Tensor, generator: torch.Generator, where: torch.Tensor) -> torch.Tensor:
    """Grow, shrink, harden or leave alone the lines of images (n, 1, 56, 56), each by chance."""
    n = len(fine)
    choice = torch.rand(n, generator=generator)
    grown, shrunk = _largest_around(fine), -_largest_around(-fine)
    threshold = _uniform(n, generator, 0.25, 0.7)[:, None, None, None]
    hardness = _uniform(n, generator, 1.0, 4.0)[:, None, None, None]
    hardness = torch.maximum(hardness, 0.5 / torch.minimum(threshold, 1 - threshold))  # black and white stay so
    hard = ((fine - threshold) * hardness + 0.5).clamp(0, 1)

    def pick(low: float, high: float) -> torch.Tensor:
        return (where & (choice >= low) & (choice < high))[:, None, None, None]

    result = torch.where(pick(0.0, 0.15), grown, fine)
    # Shrinking wipes out a thin line; keep it where most of the ink would go.
    enough = shrunk.sum(dim=(1, 2, 3), keepdim=True) > 0.45 * fine.sum(dim=(1, 2, 3), keepdim=True)
    result = torch.where(pick(0.15, 0.25) & enough, shrunk, result)
    return torch.where(pick(0.25, 0.6), hard, result)


def _field(n: int, generator: torch.Generator, amount: float) -> torch.Tensor:
    """Affine map and smooth random displacement, as a grid for grid_sample: (n, 28, 28, 2)."""
    angle = _uniform(n, generator, -1, 1) * math.radians(16) * amount
    shear = _uniform(n, generator, -1, 1) * 0.25 * amount
    stretch = torch.exp(torch.randn(n, generator=generator) * 0.13 * amount)
    cos, sin = torch.cos(angle), torch.sin(angle)
    matrix = torch.stack(
        [
            torch.stack([stretch * cos, stretch * (shear * cos - sin), torch.zeros(n)], dim=1),
            torch.stack([sin / stretch, (shear * sin + cos) / stretch, torch.zeros(n)], dim=1),
        ],
        dim=1,
    )
    # A little larger than the image, so that what is turned beyond its edge stays in sight.
    grid = functional.affine_grid(1.2 * matrix, [n, 1, FIELD, FIELD], align_corners=False)
    for knots, pixels in ((4, 0.8), (7, 0.4)):
        size = pixels * amount * 2 / FIELD * torch.rand(n, 1, 1, 1, generator=generator) * 1.6
        noise = torch.randn(n, 2, knots, knots, generator=generator) * size
        enlarge = _cubic(knots, FIELD, align_corners=True)
        grid = grid + (enlarge @ noise @ enlarge.T).permute(0, 2, 3, 1)
    return grid


def _extent(profile: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """First and last place with ink of each profile (n, 28), in pixel edges; the whole field where there is none."""
    ink = (profile > 0.3).float()
    first = ink.argmax(dim=1)
    last = FIELD - ink.flip(1).argmax(dim=1)
    return first.float(), last.float()


def _centred(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shift by whole pixels to put the centre of mass on (14, 14), or now and then one pixel beside it."""
    n = len(images)
    total = images.sum(dim=(1, 2, 3)).clamp_min(1e-6)
    index = torch.arange(FIELD)
    result = images
    for axis in (2, 3):
        mass = (images.sum(dim=(1, 5 - axis)) * index).sum(dim=1) / total
        astray = torch.randint(-1, 2, (n,), generator=generator) * (torch.rand(n, generator=generator) < 0.3)
        source = index - (torch.round(CENTRE - mass).long() + astray)[:, None]
        inside = (source >= 0) & (source < FIELD)
        shape = (n, 1, FIELD, 1) if axis == 2 else (n, 1, 1, FIELD)
        taken = result.gather(axis, source.clamp(0, FIELD - 1).view(shape).expand_as(result))
        result = taken * inside.view(shape)
    return result
