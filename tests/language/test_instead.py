"""What is said of what is not run: the libraries have it, it is really not run, and what is offered instead is run."""

import importlib
from importlib.util import find_spec

import pytest

from primer_core.language.instead import INSTEAD, PACKAGES, instead_of
from tests.language.programs.test_interpreter import interpreted

BUILTINS = {"open"}
GIVEN = """import numpy as np
import torch
import torch.nn as nn
x = torch.tensor([[1.0, 2.0]], requires_grad=True)
a = b = np.ones(2)
words = ["one", "two"]
guesses = labels = torch.tensor([1, 2])
def f(row):
    return (row ** 2).sum()
"""
ARRAYS = "x = np.array([1.0, np.nan])\nmask = np.array([False, True])\n"


def is_there(name: str) -> bool:
    """Whether the library has a module or something in a module by that name; what needs more packages is not run."""
    full = f"builtins.{name}" if name in BUILTINS else name.replace("np.", "numpy.", 1)
    owner, _, last = full.rpartition(".")
    module = importlib.import_module(owner)
    return hasattr(module, last) or (hasattr(module, "__path__") and find_spec(full) is not None)


@pytest.mark.parametrize("name", INSTEAD)
def test_the_library_has_it_and_it_is_not_run(name: str) -> None:
    assert is_there(name)
    code = f"import numpy as np\nimport torch\nimport torchvision\nx = {name}()"
    _, rejection = interpreted(code)
    assert rejection is not None
    assert rejection.verdict == "unknown"
    assert INSTEAD[name].sentence in rejection.message


EVERY = {**INSTEAD, **PACKAGES}


@pytest.mark.parametrize("name", [name for name, instead in EVERY.items() if instead.code])
def test_what_is_offered_instead_is_run(name: str) -> None:
    code = EVERY[name].code
    arrays = ARRAYS if "mask" in code or "np.where" in code or "polyval" in code else ""
    tensors = "a = b = torch.ones(2)\n" if "torch.allclose" in code else ""
    _, rejection = interpreted(f"{GIVEN}{arrays}{tensors}{code}\n")
    assert rejection is None, rejection.message


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_stops_nothing_until_it_is_used(name: str) -> None:
    assert interpreted(f"import {name}\nprint(1)")[1] is None
    rejection = interpreted(f"import {name} as it\nit.used()")[1]
    assert rejection is not None
    assert rejection.message.startswith(f"“{name}” cannot be used here. {PACKAGES[name].sentence}")


def test_a_module_stands_for_all_in_it_and_nothing_is_made_up() -> None:
    assert instead_of("torchvision.datasets.MNIST").startswith("Nothing is downloaded here.")
    assert instead_of("np.loadtxts") == instead_of("np.array") == ""
