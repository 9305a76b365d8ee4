"""Reads what is typed as logits and as targets: any expression of the language that gives a tensor of PyTorch.

A list, a tuple or a number has no dtype of its own: logits get the one that is chosen, targets the one that
``torch.tensor`` gives them, but for decimals, which get that of the logits. An array of NumPy becomes the tensor with
its values and its dtype.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.language.evaluator import Evaluator, warnings_of
from primer_core.language.execution import is_array, owner_of
from primer_core.language.limits import Refused, check_size
from primer_core.language.parsing import code_expression
from primer_core.language.reader import read_expression
from primer_core.language.rejection import Rejection
from primer_core.language.spelling import shape_text
from primer_core.language.text import quoted
from primer_core.lessons.softmax.question import SoftmaxQuestion

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

_LOGITS = "Write a row of numbers such as [1, 3, -2], or a batch of rows such as [[1, 2], [0, 3]]."
_TARGET = "Write class numbers such as [0, 1], or a row of probabilities for each row of logits."

_PRINTED = {"array": "np.array", "tensor": "torch.tensor", "nan": "torch.nan", "inf": "torch.inf"}
"""What libraries print without their prefix, as code writes it."""

_IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "F": "from torch.nn import functional as F",
    "nn": "from torch import nn",
}
"""The line that each name of a library needs besides ``import torch``."""


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """A tensor as it was typed.

    Parameters
    ----------
    values
        The tensor, of any dtype, without a graph.
    code
        The expression that makes it.
    written
        Whether it is a list or a number, which has no dtype of its own.
    seeding
        Lines of code before it that give its random numbers their seed; empty where it draws none.
    warnings
        What the libraries warned of, in their words.
    """

    values: torch.Tensor
    code: str
    written: bool
    seeding: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def imports(self) -> tuple[str, ...]:
        """Return the lines of import that its code needs besides ``import torch``."""
        names = {node.id for node in ast.walk(code_expression(self.code)) if isinstance(node, ast.Name)}
        return tuple(line for name, line in _IMPORTS.items() if name in names)


def read_logits(question: SoftmaxQuestion) -> Typed:
    """Read the logits of a question.

    Returns
    -------
    Typed
        Of any shape with at least one cell and at most two axes.

    Raises
    ------
    Refused
        If nothing comes of the text; the message says what was expected, given, and what to do.
    """
    load_torch()
    import torch

    dtype = getattr(torch, question.dtype)
    if not question.is_typed:
        code = f"torch.tensor({list(question.logits)}, dtype={dtype})"
        return Typed(torch.tensor(question.logits, dtype=dtype), code, written=True)
    found = _read(question.typed, _LOGITS, lambda _: dtype)
    if found.values.ndim > 2:
        shape = shape_text(tuple(found.values.shape))
        raise Refused(f"Expected logits of one row, (C,), or of a batch, (N, C), not of shape {shape}. {_LOGITS}")
    if not found.values.numel():
        raise Refused(f"These logits have shape {shape_text(tuple(found.values.shape))} and no cells. {_LOGITS}")
    return found


def read_target(question: SoftmaxQuestion, logits: torch.Tensor) -> Typed:
    """Read the target of a question.

    A lone number stands for every row of a batch, or for every logit where each is a question by itself.

    Parameters
    ----------
    question
        Whose target is read.
    logits
        Those that it is compared with.

    Raises
    ------
    Refused
        If nothing comes of the text; the message says what was expected, given, and what to do.
    """
    load_torch()
    import torch

    binary = question.loss == "binary"
    found = _read(
        question.target,
        _TARGET,
        lambda values: logits.dtype if logits.is_floating_point() and (binary or _has_decimals(values)) else None,
    )
    if found.written and found.values.ndim == 0 and logits.ndim > (0 if binary else 1):
        shape = tuple(logits.shape) if binary else tuple(logits.shape[:1])
        number = found.values.item()
        dtype = f", dtype={found.values.dtype}" if found.values.is_floating_point() else ""
        code = f"torch.full({shape}, {number}{dtype})"
        return Typed(torch.full(shape, number, dtype=found.values.dtype), code, written=True)
    return found


def _read(text: str, how: str, dtype_of: Any) -> Typed:
    """Read a tensor; `dtype_of` gives the dtype of a list or a number from its values, or None."""
    if not text.strip():
        raise Refused(f"There is nothing here yet. {how}")
    evaluator = Evaluator()
    try:
        expression = read_expression(text)
        value = evaluator.evaluate(expression)
    except Rejection as rejection:
        raise Refused(rejection.sentence(how, kind=True)) from rejection
    if is_array(value) and evaluator.uninitialised.cells(value) is not None:
        raise Refused("Some of these cells were never written, so that they hold no numbers yet. Write zeros instead.")
    if is_array(value):
        check_size(tuple(value.shape))
    code = ast.unparse(_Complete(evaluator.seed).visit(expression.node))
    warned = warnings_of(evaluator.calls)
    values, code, written = _tensor(value, code, expression.text, dtype_of, how)
    check_size(tuple(values.shape))
    return Typed(values, code, written, _seeding(evaluator), warned)


def _tensor(value: Any, code: str, typed: str, dtype_of: Any, how: str) -> tuple[torch.Tensor, str, bool]:
    """Make the tensor of a value; return it with its code, and whether it had no dtype of its own."""
    load_torch()
    import torch

    if owner_of(value) == "Tensor":
        if value.is_sparse:
            raise Refused(f"{quoted(typed)} is a sparse tensor, which is not drawn here. {how}")
        return value.detach().clone(), f"({code}).detach()" if value.requires_grad else code, False
    if isinstance(value, np.ndarray | np.generic):
        whole = np.asarray(value)
        made = TORCH.attempt(torch.from_numpy, whole.copy())
        if isinstance(made, Declined):
            raise Refused(f"PyTorch says of this array: {made.text}")
        backwards = any(stride < 0 for stride in whole.strides)
        return made, f"torch.tensor(({code}).copy())" if backwards else f"torch.tensor({code})", False
    if isinstance(value, bool | int | float | list | tuple):
        made = TORCH.attempt(torch.tensor, value)
        if isinstance(made, Declined):
            raise Refused(f"PyTorch makes no tensor of this: {made.text}. {how}")
        dtype = dtype_of(value)
        if dtype is None or made.is_complex():
            return made, f"torch.tensor({code})", True
        return torch.tensor(value, dtype=dtype), f"torch.tensor({code}, dtype={dtype})", True
    raise Refused(f"{quoted(typed)} is of type {type(value).__name__}, and no tensor. {how}")


def _has_decimals(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_decimals, value))
    return isinstance(value, float)


def _seeding(evaluator: Evaluator) -> tuple[str, ...]:
    """Return the lines that give random numbers the seed with which the evaluator drew them."""
    if not evaluator.seeded:
        return ()
    drawn = {"np" if call.entry.library == "np" else "torch" for call in evaluator.calls if call.entry.random}
    lines = {"np": f"np.random.seed({evaluator.seed})", "torch": f"torch.manual_seed({evaluator.seed})"}
    return tuple(line for library, line in lines.items() if library in drawn)


@dataclass(frozen=True, slots=True)
class _Complete(ast.NodeTransformer):
    """Writes out what code needs: the prefix of names that libraries print bare, and the seed that was left out.

    Parameters
    ----------
    seed
        int, the seed of a generator that was given none.
    """

    seed: int

    def visit_Name(self, node: ast.Name) -> ast.expr:
        written = _PRINTED.get(node.id)
        return node if written is None else code_expression(written)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not node.args and not node.keywords and ast.unparse(node.func).endswith(".random.default_rng"):
            return ast.Call(node.func, [ast.Constant(self.seed)], [])
        return node
