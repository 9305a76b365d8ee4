"""The PyTorch code that does what a trace shows; it runs as copied, and can be typed into the page again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import indent
from typing import TYPE_CHECKING

from primer_core.language.evaluator import Call
from primer_core.lessons.autograd_graph.graph import Refusal, Switches
from primer_core.lessons.autograd_graph.run import INDENT
from primer_core.lessons.autograd_graph.watching import PRINT_ORDER, watch

if TYPE_CHECKING:
    from primer_core.lessons.autograd_graph.assemble import Story

_IMPORTS = (("np", "import numpy as np"), ("torch", "import torch"), ("F", "import torch.nn.functional as F"))


def snippet(story: Story, refusal: Refusal | None) -> str:
    """Return the code of what was run.

    Parameters
    ----------
    story
        What was seen of the program.
    refusal
        What stopped it first, so that the code can catch it and print PyTorch's words.
    """
    stopped = refusal is not None and not refusal.caught
    own = story.program.goes_back
    lines = story.watcher.run.code if own or story.added_from is None else story.watcher.run.code[: story.added_from]
    if refusal is not None and stopped and (own or refusal.stage == "forward"):
        lines = _caught(lines, refusal)
    blocks = ["\n".join(lines)]
    if not own and story.added_from is not None:
        blocks[0] += f'\nprint("{story.output} =", {story.output})'
        blocks += _behind(story, refusal)
    elif story.prints_grads:
        blocks.append("\n".join(_grads(story)))
    body = "\n\n".join([*_seeds(story), *blocks])
    return f"{_head(body)}\n\n{body}\n" if body else f"{_head(body)}\n"


def _caught(lines: Sequence[str], refusal: Refusal) -> list[str]:
    """Return lines of which the last one is caught, where it fails in PyTorch, or left out, where it was not run."""
    *before, last = lines
    margin = last[: len(last) - len(last.lstrip())]
    if refusal.library:
        caught = f"try:\n{INDENT}{last.lstrip()}\nexcept Exception as error:\n{INDENT}print(error)"
        return [*before, indent(caught, margin)]
    return [*before, f"{margin}pass"] if before and before[-1].endswith(":") else before


def _behind(story: Story, refusal: Refusal | None) -> list[str]:
    """Return the lines behind the program: what switches do to it, its way back, and what became of each ``.grad``."""
    blocks = []
    name = story.switches.in_place
    if name:
        edit = f"{name}.add_(1)"
        if refusal is not None and refusal.stage == "forward":
            return [f"with torch.no_grad():\n{indent(chr(10).join(_caught([edit], refusal)), INDENT)}"]
        blocks.append(f'with torch.no_grad():\n{INDENT}{edit}\nprint("{name}._version =", {name}._version)')
    if story.has_graph:
        blocks.append(watch(story.output))
    calls = _calls(story, story.switches)
    if refusal is not None and not refusal.caught:
        calls = f"try:\n{indent(calls, INDENT)}\nexcept RuntimeError as error:\n{INDENT}print(error)"
    blocks.append(calls)
    told = [PRINT_ORDER] if story.has_graph else []
    blocks.append("\n".join([*told, *_grads(story)]))
    return [block for block in blocks if block]


def _grads(story: Story) -> list[str]:
    return [f'print("{name}.grad =", {name}.grad)' for name in story.readable_grads()]


def _calls(story: Story, switches: Switches) -> str:
    output = story.output
    if switches.backward_calls == 1:
        return f"{output}.backward()"
    lines = [f"{output}.backward({'retain_graph=True' if switches.retain_graph else ''})"]
    if switches.zero_grad:
        lines += [f"{name}.grad = None" for name in story.leaf_names]
    return "\n".join([*lines, f"{output}.backward()"])


def _seeds(story: Story) -> list[str]:
    """Return the lines that sow what random numbers are drawn from, where the program does not do so itself."""
    evaluator = story.watcher.run.evaluator
    lines = []
    for sow in ("torch.manual_seed", "np.random.seed"):
        numpys = sow.startswith("np.")
        own = [call for call in evaluator.calls if (call.entry.library == "np") is numpys]
        draws = (call for call in own if call.entry.name == sow or _draws(call))
        first = next(draws, None)
        if first is not None and first.entry.name != sow:
            lines.append(f"{sow}({evaluator.seed})")
    return ["\n".join(lines)] if lines else []


def _draws(call: Call) -> bool:
    return call.entry.random and call.bound.get("generator") is None


def _head(body: str) -> str:
    return "\n".join(line for name, line in _IMPORTS if name == "torch" or re.search(rf"\b{name}\.", body))
