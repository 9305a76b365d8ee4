"""Reads values that are typed in the place of drawn ones, and finds the sizes of the network that they belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import Evaluator
from primer_core.language.execution import is_array
from primer_core.language.limits import Refused
from primer_core.language.reader import read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.text import quoted
from primer_core.lessons.backprop_by_hand.network import DIGIT_PIXELS, BackpropParams
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

MOST_LAYERS, MOST_UNITS, MOST_ROWS = 3, 12, 8
"""Layers of weights, units of a layer and rows of the batch, of typed values."""

_SMALL = 3
"""Units of a layer that stands for one of the digits' network."""

_PARAMETER = re.compile(r"([Wb])([1-9])")

_HOW = "Write statements such as X = torch.tensor([[1., -2., 4.]]) or W1 = torch.full((3, 4), 0.3)."


def read_params(question: BackpropQuestion) -> BackpropParams:
    """Return the network that a question asks for.

    Raises
    ------
    Refused
        If typed values cannot be read or do not go together; the message says what was expected, given, what to do.
    """
    sizes = tuple(map(int, question.net.split("-")))
    batch = question.batch
    typed: Mapping[str, torch.Tensor] = {}
    if question.values.strip():
        typed = _read(question.values)
        sizes = _sizes(sizes, typed)
        batch = _rows(batch, typed)
        _check_labels(sizes, typed)
    return BackpropParams(
        sizes,
        batch,
        question.seed,
        question.dtype,
        question.lr,
        question.slip,
        question.activation,
        question.start,
        by_jacobian=question.softmax == "by its Jacobian",
        typed=typed,
    )


def _read(text: str) -> Mapping[str, torch.Tensor]:
    evaluator = Evaluator()
    try:
        evaluator.run(read_statements(text))
    except Rejection as rejection:
        where = f"Line {rejection.place.line}, {quoted(rejection.place.text)}: " if rejection.place.text else ""
        if rejection.verdict == "declined" and rejection.declined is not None:
            raise Refused(f"{where}the library says {rejection.declined.text}") from rejection
        how = "" if rejection.verdict == "refused" else f" {_HOW}"
        raise Refused(f"{where}{rejection.message}{how}") from rejection
    known = {name: value for name, value in evaluator.names.items() if _is_known(name)}
    if not known:
        given = ", ".join(evaluator.names) or "nothing"
        raise Refused(f"Expected X, labels, or weights W1, b1, W2, ...; these lines set {given}. {_HOW}")
    for name, value in known.items():
        if is_array(value) and evaluator.uninitialised.cells(value) is not None:
            raise Refused(f"{name} has cells that were never written. Write zeros instead.")
    return {name: _tensor(name, value) for name, value in known.items()}


def _is_known(name: str) -> bool:
    return name in ("X", "labels") or _PARAMETER.fullmatch(name) is not None


def _tensor(name: str, value: Any) -> torch.Tensor:
    """Return a value as the tensor that a name stands for: decimals, or whole numbers for labels."""
    load_torch()
    import torch

    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value).copy()
    made = value if isinstance(value, torch.Tensor) else TORCH.attempt(torch.tensor, value)
    if isinstance(made, Declined):
        raise Refused(f"PyTorch makes no tensor of {name}: {made.text}")
    if made.is_complex() or made.is_sparse:
        raise Refused(f"{name} is {made.dtype}; real numbers in a dense tensor are expected.")
    made = made.detach().clone()
    wanted = {"X": 2, "W": 2}.get(name[0], 1)
    if made.ndim != wanted:
        shape = shape_text(tuple(made.shape))
        axes = "2 axes, a row an example" if name == "X" else "2 axes, (in, out)" if wanted == 2 else "1 axis"
        raise Refused(f"{name} needs {axes}, and has the shape {shape}.")
    if not made.numel():
        raise Refused(f"{name} has the shape {shape_text(tuple(made.shape))} and no cells.")
    if name == "labels":
        if made.is_floating_point() or made.dtype == torch.bool:
            raise Refused(f"labels are class numbers, of an integer dtype; these are {made.dtype}.")
        return made.long()
    number = made.double()
    if not number.isfinite().all() or float(number.abs().max()) > 1e6:
        raise Refused(f"{name} has numbers beyond 10^6, or that are none. Smaller ones show the same.")
    return number


def _sizes(usual: tuple[int, ...], typed: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """Return the widths of the layers: those of typed values, and the chosen network's where nothing is typed."""
    found: dict[int, tuple[int, str]] = {}

    def note(layer: int, size: int, said: str) -> None:
        before, who = found.setdefault(layer, (size, said))
        if before != size:
            raise Refused(f"{who} and {said} do not go together: {before} against {size} units of layer {layer}.")
        if size > MOST_UNITS:
            raise Refused(f"{said} makes a layer of {size} units; at most {MOST_UNITS} are drawn. Take fewer.")

    layers = len(usual) - 1
    if usual[0] == DIGIT_PIXELS:  # beside typed values no digits are drawn, but a small network of as many layers
        usual = (*[_SMALL] * layers, usual[-1])
    for name, value in sorted(typed.items()):
        shape = tuple(value.shape)
        said = f"{name} of shape {shape_text(shape)}"
        match = _PARAMETER.fullmatch(name)
        if name == "X":
            note(0, shape[1], said)
        elif match is not None:
            k = int(match[2])
            layers = max(layers, k) if any(n.startswith("W") for n in typed) else layers
            if k > MOST_LAYERS:
                raise Refused(f"{name} would be layer {k}; at most {MOST_LAYERS} layers of weights are derived here.")
            note(k, shape[-1], said)
            if match[1] == "W":
                note(k - 1, shape[0], said)
    weights = [int(name[1:]) for name in typed if name.startswith("W")]
    if weights and sorted(weights) == list(range(1, max(weights) + 1)):
        layers = max(weights)  # all weights of a network are typed: it has no others
    beyond = [name for name in typed if name.startswith("b") and int(name[1:]) > layers]
    if beyond:
        raise Refused(f"{beyond[0]} belongs to no layer: the network has {layers}. Type W{beyond[0][1:]}, too.")
    usual = (*usual, *([usual[-1]] * layers))[: layers + 1]
    sizes = tuple(found.get(layer, (usual[layer], ""))[0] for layer in range(layers + 1))
    if sizes[-1] < 2:
        raise Refused("The last layer has 1 unit, and softmax chooses between at least 2 classes.")
    return sizes


def _rows(usual: int, typed: Mapping[str, torch.Tensor]) -> int:
    rows = {name: len(typed[name]) for name in ("X", "labels") if name in typed}
    if len(set(rows.values())) > 1:
        raise Refused(f"X has {rows['X']} rows and there are {rows['labels']} labels: each row needs one.")
    count = next(iter(rows.values()), usual)
    if count > MOST_ROWS:
        raise Refused(f"The batch has {count} rows; at most {MOST_ROWS} are drawn. Take fewer.")
    return count


def _check_labels(sizes: tuple[int, ...], typed: Mapping[str, torch.Tensor]) -> None:
    if "labels" not in typed:
        return
    least, most = int(typed["labels"].min()), int(typed["labels"].max())
    if least < 0 or most >= sizes[-1]:
        wrong = least if least < 0 else most
        raise Refused(
            f"The label {wrong} is no class: with {sizes[-1]} units in the last layer they are 0 to {sizes[-1] - 1}."
        )
