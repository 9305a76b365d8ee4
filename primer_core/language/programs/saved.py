"""What a program saves: it is kept in the program's own memory, by name, and no file is ever written or read."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.language.execution import owner_of
from primer_core.language.limits import MAX_BYTES, Refused, thousands

MOST_NAMES = 20
"""Names under which a program can have saved something."""

_DEEPEST = 10


class Saved:
    """What ``torch.save`` wrote, as its bytes: loading makes new tensors of them, as it does of a file.

    Parameters
    ----------
    files
        Bytes by name.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def save(self, value: Any, f: Any) -> None:
        """Keep a value under a name.

        Parameters
        ----------
        value
            Tensors, numbers and texts, and lists, tuples and dicts of them.
        f
            str, the name.

        Raises
        ------
        Refused
            If it is something else, takes too much memory, or is not given a name.
        """
        _check_name(f)
        _check_kept(value)
        buffer = io.BytesIO()
        _torch().save(value, buffer)
        kept = buffer.getvalue()
        if f not in self.files and len(self.files) >= MOST_NAMES:
            raise Refused(f"A program saves under at most {MOST_NAMES} names here.")
        if len(kept) + sum(len(other) for name, other in self.files.items() if name != f) > MAX_BYTES:
            raise Refused(f"A program saves at most {thousands(MAX_BYTES)} bytes here.")
        self.files[f] = kept

    def load(self, f: Any, *, map_location: Any = None, weights_only: bool = True) -> Any:
        """Return what was saved under a name, made anew.

        Raises
        ------
        FileNotFoundError
            If nothing was saved under it, as Python says it of a file.
        Refused
            If it is to come to another device, or is no name.
        """
        _check_name(f)
        if str(map_location) not in ("None", "cpu"):
            raise Refused("Everything is computed on the device cpu here.")
        if f not in self.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f)
        del weights_only  # nothing else was kept
        return _torch().load(io.BytesIO(self.files[f]), weights_only=True)


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise Refused('A name is a text here, such as "weights.pt". It names a place in this program\'s own memory.')


def _check_kept(value: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise Refused(f"Lists and dicts in each other are saved up to {_DEEPEST} deep here.")
    if isinstance(value, list | tuple):
        inner = list(value)
    elif isinstance(value, Mapping):
        inner = [*value.keys(), *value.values()]
    elif value is None or isinstance(value, str | bool | int | float | complex) or owner_of(value) == "Tensor":
        return
    else:
        raise Refused(
            f"Tensors are saved here, and numbers, texts, lists and dicts with them; this is of type "
            f"{type(value).__name__}. Of a network save net.state_dict(), of an array torch.from_numpy(a)."
        )
    for each in inner:
        _check_kept(each, depth + 1)


def _torch() -> Any:
    load_torch()
    import torch

    return torch
