"""What a library's module has not got: told in the library's own words, so that it is no lack of this language."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from types import ModuleType

from primer_core.backend.interface import Declined
from primer_core.backend.loading import load_torch
from primer_core.language.execution import attempted

_MODULES: Mapping[str, str] = {
    "np": "numpy", "np.random": "numpy.random", "np.linalg": "numpy.linalg", "np.fft": "numpy.fft",
    "torch": "torch", "F": "torch.nn.functional",
    **{name: name for name in (
        "torch.nn", "torch.nn.init", "torch.nn.utils", "torch.optim", "torch.optim.lr_scheduler", "torch.utils.data",
        "torch.linalg", "torch.fft", "torch.autograd", "torch.func", "math", "random", "itertools", "collections",
        "functools", "time", "contextlib", "enum",
    )},
}  # fmt: skip
"""Modules by the names that the table knows them by."""


def missing(full: str) -> str:
    """Return what the library says where a module lacks a name; empty where it has it, or is no module of these.

    Parameters
    ----------
    full
        Name by which the table would know it: ``np.zeors``.
    """
    owner, _, name = full.rpartition(".")
    if owner not in _MODULES or _has(_MODULES[owner], name):
        return ""
    own = getattr(_loaded(_MODULES[owner]), "__getattr__", None)
    if own is not None:  # NumPy says what became of names that it had once
        declined, _ = attempted(own, (name,), {})
        return declined.words if isinstance(declined, Declined) else ""
    return f"module {_MODULES[owner]!r} has no attribute {name!r}"


def not_imported(module: str, name: str) -> str:
    """Return what Python says where ``from module import name`` finds no such name; empty where it does.

    Where the module's file lies is left out: that is this server's own.

    Parameters
    ----------
    module, name
        As code writes them.
    """
    if module not in _MODULES.values() or _has(module, name):
        return ""
    return f"cannot import name {name!r} from {module!r}"


def public_names(module: str) -> Mapping[str, str]:
    """Return what ``from module import *`` binds, and what each is called where it comes from.

    Parameters
    ----------
    module
        As code writes it.

    Returns
    -------
    names
        ``{"array": "numpy.array", "random": "numpy.random"}``; nothing of a module that nobody has loaded.
    """
    found = _loaded(module)
    if found is None:
        return {}
    names = getattr(found, "__all__", [name for name in vars(found) if name[:1] != "_"])
    modules = {name: value.__name__ for name in names if isinstance(value := getattr(found, name), ModuleType)}
    return {name: modules.get(name, f"{module}.{name}") for name in names}


def _loaded(module: str) -> ModuleType | None:
    if module.startswith("torch"):
        load_torch()
    return sys.modules.get(module)


def _has(module: str, name: str) -> bool:
    """Return whether a module has a name; of one that nobody has loaded, nothing is known."""
    found = _loaded(module)
    if found is None:
        return True
    return name in dir(found) or (hasattr(found, "__path__") and find_spec(f"{module}.{name}") is not None)
