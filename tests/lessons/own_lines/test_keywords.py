"""Arguments by name: PyTorch knows NumPy's words, NumPy none of PyTorch's; what neither has is refused by them."""

import re

import numpy as np
import pytest
import torch

from primer_core import explain

NAMES = {"a": np.arange(6.0).reshape(2, 3), "x": torch.arange(6.0).reshape(2, 3)}


def in_python(code: str) -> object:
    names = {"np": np, "torch": torch, "nn": torch.nn, "F": torch.nn.functional, **NAMES}
    exec(code, names)
    return names["y"]


@pytest.mark.parametrize(
    "code",
    [
        "y = x.argmax(axis=1)", "y = torch.max(x, axis=1).values", "y = torch.cat([x, x], axis=1)",
        "y = x.std(axis=0, keepdims=True)", "y = torch.softmax(x, axis=1)", "y = x.sum(axis=1, keepdims=True)",
        "y = torch.add(x1=x, x2=x)", "y = x.unsqueeze(axis=0)", "y = torch.stack([x, x], axis=-1)",
        "y = x.cumsum(axis=0)", "y = torch.linalg.norm(x, axis=1)", "y = x.max(axis=0, keepdims=True).indices",
    ],
)  # fmt: skip
def test_pytorch_is_called_with_numpys_words(code: str) -> None:
    explained = explain(f"{code}\nprint(y)", **NAMES)
    assert explained.error == ""
    assert "".join(str(in_python(code)).split()) in "".join(repr(explained).split())


@pytest.mark.parametrize(
    ("code", "mended"),
    [
        ("y = F.softmax(x, axis=1)", "y = F.softmax(x, dim=1)"),
        ("y = np.sum(a, dim=1)", "y = np.sum(a, axis=1)"),
        ("y = a.mean(dim=1, keepdim=True)", "y = a.mean(axis=1, keepdims=True)"),
        ("y = np.concatenate([a, a], dim=0)", "y = np.concatenate([a, a], axis=0)"),
        ("y = a.argmax(dim=0)", "y = a.argmax(axis=0)"),
        ("y = F.relu(x, in_place=True)", "y = F.relu(x, inplace=True)"),
        ("y = np.linspace(0, 1, steps=5)", ""),
    ],
)
def test_an_argument_that_a_library_does_not_have_is_refused_in_its_words(code: str, mended: str) -> None:
    explained = explain(code, **NAMES)
    with pytest.raises(TypeError, match="unexpected keyword") as caught:
        in_python(code)
    assert explained.error == f"TypeError: {caught.value}"
    offered = re.findall(r"^- (.*) → ", repr(explained), re.MULTILINE)
    assert offered == ([mended] if mended else [])
    for line in offered:
        in_python(line)
