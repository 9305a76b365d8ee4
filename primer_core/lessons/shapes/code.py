"""Snippets of the shapes lesson: each runs as copied and prints what the page shows of a pipeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from primer_core.backend import Backend, backend

if TYPE_CHECKING:
    from primer_core.lessons.shapes.pipeline import Pipeline

_IMPORTS = {
    "np": "import numpy as np",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
}


def snippet(taken: Pipeline, seeds: Sequence[str]) -> str:
    """Write the code that takes the steps up to the first that fails, and prints what the page shows of each.

    Parameters
    ----------
    taken
        The pipeline.
    seeds
        Statements that sow the random numbers that it draws.
    """
    engine = backend(taken.library)
    empty = not all(state.values.size for state in taken.states)
    lines = [f"x = {taken.source.code}"]
    lines.append(f'print("x", {engine.shape_code("x")}, {engine.strides_code("x")})')
    for step in taken.steps:
        code = getattr(step, "code", ())
        lines += [code] if isinstance(code, str) else code
    lines.append(f"print({taken.names[-1]})")
    mixed = any(state.library != taken.library for state in taken.states)
    copies = all(step.exact for step in taken.done)
    body = [*seeds, *(line.replace("default_rng()", "default_rng(0)") for line in lines)]
    return "\n".join(
        [*_imports(engine, body, mixed=mixed), *_show(engine, empty=empty, mixed=mixed, copies=copies), *body]
    )


def _imports(engine: Backend, lines: Sequence[str], *, mixed: bool) -> list[str]:
    """Import the library, and whatever else the lines speak of."""
    code = "\n".join(lines)
    own = engine.prefix
    needed = [name for name in _IMPORTS if name != own and re.search(rf"(?<![\w.]){name}\.", code)]
    needed += [name for name in ("np", "torch") if mixed and name not in (own, *needed)]
    return [_IMPORTS[name] for name in _IMPORTS if name == own or name in needed]


def _show(engine: Backend, *, empty: bool, mixed: bool, copies: bool) -> list[str]:
    shape, strides = engine.shape_code("after"), engine.strides_code("after")
    shared = engine.shares_memory_code("after", "before")
    own = []
    if mixed:
        shape, strides, shared = "tuple(after.shape)", "strides", "np.shares_memory(after, before)"
        own = ["    strides = after.stride() if isinstance(after, torch.Tensor) else after.strides"]
    verdict = f'"view" if shared else "{"copy" if copies else "new memory"}"'
    if empty:
        verdict = f'"empty" if 0 in after.shape else {verdict}'
    return [
        "",
        "",
        "def show(name, before, after):",
        f"    shared = {shared}",
        *own,
        f"    print(name, {shape}, {strides}, {verdict})",
        "",
        "",
    ]
