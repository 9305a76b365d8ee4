"""Snippets of the shapes lesson: each runs as copied and prints what the page shows of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primer_core.language.operand import Operand
from primer_core.language.steps import OPERATIONS, Step

if TYPE_CHECKING:
    from primer_core.lessons.shapes.explain import Pipeline, Taken

_SHARED = {
    "PyTorch": "after.untyped_storage().data_ptr() == before.untyped_storage().data_ptr()",
    "NumPy": "np.shares_memory(before, after)",
}

_START = {"PyTorch": 'print("x", tuple(x.shape), x.stride())', "NumPy": 'print("x", x.shape, x.strides)'}


def state_name(place: int) -> str:
    """What the tensor is called after that many steps, in code and in pictures."""
    return f"x{place}" if place else "x"


def snippet(explained: Pipeline) -> str:
    """Write the code that takes the steps up to the first that fails, and prints what the page shows of each."""
    assert explained.source is not None
    empty = any(state.values.size == 0 for state in explained.states)
    lines = [
        *_show(explained.library, empty=empty),
        f"x = {_made(explained.source, explained.library)}",
        _START[explained.library],
    ]
    for place, one in enumerate(explained.taken, start=1):
        if one.step is None or one.outcome not in ("done", "error"):
            break
        lines += _taken(one, one.step, place, explained)
    lines.append(f"print({state_name(len(explained.states) - 1)})")
    return "\n".join(lines)


def _show(library: str, *, empty: bool) -> list[str]:
    shape, strides = (
        ("tuple(after.shape)", "after.stride()") if library == "PyTorch" else ("after.shape", "after.strides")
    )
    verdict = '"view" if shared else "copy"'
    if empty:
        verdict = f'"empty" if 0 in after.shape else {verdict}'
    return [
        "import torch" if library == "PyTorch" else "import numpy as np",
        "",
        "",
        "def show(name, before, after):",
        f"    shared = {_SHARED[library]}",
        f"    print(name, {shape}, {strides}, {verdict})",
        "",
        "",
    ]


def _taken(one: Taken, step: Step, place: int, explained: Pipeline) -> list[str]:
    before, after = state_name(place - 1), state_name(place)
    lines = [] if step.other is None else [f"b{place} = {_made(step.other, explained.library)}"]
    call = _call(step, before, f"b{place}" if step.other is not None else before, explained)
    if one.outcome == "error":
        caught = ["except Exception as error:", '    print(f"{type(error).__name__}: {error}")']
        return [*lines, "try:", f"    {after} = {call}", *caught]
    if one.pieces:
        lines += [f"p{place} = {call}", f"{after} = p{place}[{step.piece or 0}]"]
    else:
        lines.append(f"{after} = {call}")
    return [*lines, f'show("{after}", {before}, {after})']


def _call(step: Step, before: str, other: str, explained: Pipeline) -> str:
    operation = OPERATIONS[explained.library].get(step.name)
    kind = operation.kind if operation is not None else "method"
    bare = Step(step.name, step.args, step.options, step.called)
    module = "torch" if explained.library == "PyTorch" else "np"
    if kind == "join":
        return f"{module}.{bare.spelled([f'[{before}, {other}]'])}"
    if kind == "function" or (kind == "pieces" and module == "np"):
        return f"{module}.{bare.spelled([before])}"
    return f"{before}.{bare.spelled([])}"


def _made(written: Operand, library: str) -> str:
    if library == "NumPy":
        return written.code
    return written.code.replace("np.arange", "torch.arange").replace("np.array", "torch.tensor")
