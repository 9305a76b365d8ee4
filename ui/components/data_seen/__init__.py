"""A data set: what is in it, what its mean looks like, what normalising makes of it, and the batch that comes next."""

from __future__ import annotations

from pathlib import Path

from ui.components.folder import register

_mount = register(Path(__file__).parent)


def data_seen(key: str, *, address: str, images: str | None, looks: str | None, normalise: bool) -> None:
    """Draw a set.

    Parameters
    ----------
    key
        Of the component.
    address
        Where the browser asks what is to be known of the set.
    images
        Where it finds images of it; None for points.
    looks
        Where it asks for looks at the run that trains, which name the next batch; None without one.
    normalise
        Whether the settings normalise the pixels.
    """
    _mount(key=key, data={"address": address, "images": images, "looks": looks, "normalise": normalise})
