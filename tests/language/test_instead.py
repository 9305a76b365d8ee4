"""What is said of what is not run: the libraries have it, it is really not run, and what is offered instead is run."""

import importlib

import pytest

from primer_core.language.instead import INSTEAD, instead_of
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


def really(name: str) -> object:
    """What a name stands for in the library itself."""
    parts = name.replace("np.", "numpy.", 1).split(".") if name not in BUILTINS else ["builtins", name]
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name)


@pytest.mark.parametrize("name", INSTEAD)
def test_the_library_has_it_and_it_is_not_run(name: str) -> None:
    try:
        assert really(name) is not None
    except ImportError as error:  # a part of PyTorch that needs more than is installed
        pytest.skip(str(error))
    code = f"import numpy as np\nimport torch\nimport torchvision\nx = {name}()"
    _, rejection = interpreted(code)
    assert rejection is not None
    assert rejection.verdict == "unknown"
    assert INSTEAD[name].sentence in rejection.message


@pytest.mark.parametrize("name", [name for name, instead in INSTEAD.items() if instead.code])
def test_what_is_offered_instead_is_run(name: str) -> None:
    code = INSTEAD[name].code
    arrays = ARRAYS if "mask" in code or "np.where" in code or "polyval" in code else ""
    _, rejection = interpreted(f"{GIVEN}{arrays}{code}\n")
    assert rejection is None, rejection.message


def test_a_module_stands_for_all_in_it_and_nothing_is_made_up() -> None:
    assert instead_of("torchvision.datasets.MNIST").startswith("Nothing is downloaded here.")
    assert instead_of("np.loadtxts") == instead_of("np.array") == ""
