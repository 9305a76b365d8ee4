"""Snippets of the shapes lesson: each runs as copied and prints what the page shows of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primer_core.backend import Backend, backend
from primer_core.language.steps import OPERATIONS, Step

if TYPE_CHECKING:
    from primer_core.lessons.shapes.explain import Pipeline, Taken


def state_name(place: int) -> str:
    """What the tensor is called after that many steps, in code and in pictures."""
    return f"x{place}" if place else "x"


def snippet(explained: Pipeline) -> str:
    """Write the code that takes the steps up to the first that fails, and prints what the page shows of each."""
    assert explained.source is not None
    library = backend(explained.library)
    empty = any(state.values.size == 0 for state in explained.states)
    lines = [
        *_show(library, empty=empty),
        f"x = {library.native_code(explained.source.code)}",
        f'print("x", {library.shape_code("x")}, {library.strides_code("x")})',
    ]
    for place, one in enumerate(explained.taken, start=1):
        if one.step is None or one.outcome not in ("done", "error"):
            break
        lines += _taken(one, one.step, place, explained)
    lines.append(f"print({state_name(len(explained.states) - 1)})")
    return "\n".join(lines)


def _show(library: Backend, *, empty: bool) -> list[str]:
    shape, strides = library.shape_code("after"), library.strides_code("after")
    verdict = '"view" if shared else "copy"'
    if empty:
        verdict = f'"empty" if 0 in after.shape else {verdict}'
    return [
        library.import_line,
        "",
        "",
        "def show(name, before, after):",
        f"    shared = {library.shares_memory_code('after', 'before')}",
        f"    print(name, {shape}, {strides}, {verdict})",
        "",
        "",
    ]


def _taken(one: Taken, step: Step, place: int, explained: Pipeline) -> list[str]:
    before, after = state_name(place - 1), state_name(place)
    library = backend(explained.library)
    lines = [] if step.other is None else [f"b{place} = {library.native_code(step.other.code)}"]
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
    library = backend(explained.library)
    module = library.prefix
    if kind == "join":
        return f"{module}.{bare.spelled([f'[{before}, {other}]'])}"
    if kind == "function" or (kind == "pieces" and library.splits_by_function):
        return f"{module}.{bare.spelled([before])}"
    return f"{before}.{bare.spelled([])}"
