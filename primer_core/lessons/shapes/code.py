"""Snippets of the shapes lesson: each runs as copied and prints what the page shows of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from primer_core.backend import Backend, Declined, Library, backend
from primer_core.language.operand import Operand
from primer_core.language.steps import OPERATIONS, Step

if TYPE_CHECKING:
    from primer_core.lessons.shapes.pipeline import Done, Failed


def state_name(place: int) -> str:
    """Return what the tensor is called after that many steps, in code and in pictures."""
    return f"x{place}" if place else "x"


def snippet(library: Library, source: Operand, done: Sequence[Done], failed: Failed | None) -> str:
    """Write the code that takes the steps up to the first that fails, and prints what the page shows of each."""
    engine = backend(library)
    empty = not all([source.values.size, *(step.after.values.size for step in done)])
    lines = [
        *_show(engine, empty=empty),
        f"x = {engine.native_code(source.code)}",
        f'print("x", {engine.shape_code("x")}, {engine.strides_code("x")})',
    ]
    for place, taken in enumerate(done, start=1):
        lines += _taken(taken, place, engine)
    if failed is not None and failed.step is not None and isinstance(failed.reason, Declined):
        place = len(done) + 1
        setup, call = _call(failed.step, place, engine)
        caught = ["except Exception as error:", '    print(f"{type(error).__name__}: {error}")']
        lines += [*setup, "try:", f"    {state_name(place)} = {call}", *caught]
    lines.append(f"print({state_name(len(done))})")
    return "\n".join(lines)


def _show(engine: Backend, *, empty: bool) -> list[str]:
    shape, strides = engine.shape_code("after"), engine.strides_code("after")
    verdict = '"view" if shared else "copy"'
    if empty:
        verdict = f'"empty" if 0 in after.shape else {verdict}'
    return [
        engine.import_line,
        "",
        "",
        "def show(name, before, after):",
        f"    shared = {engine.shares_memory_code('after', 'before')}",
        f"    print(name, {shape}, {strides}, {verdict})",
        "",
        "",
    ]


def _taken(taken: Done, place: int, engine: Backend) -> list[str]:
    before, after = state_name(place - 1), state_name(place)
    setup, call = _call(taken.step, place, engine)
    if taken.pieces is not None:
        call_lines = [f"p{place} = {call}", f"{after} = p{place}[{taken.step.piece or 0}]"]
    else:
        call_lines = [f"{after} = {call}"]
    return [*setup, *call_lines, f'show("{after}", {before}, {after})']


def _call(step: Step, place: int, engine: Backend) -> tuple[list[str], str]:
    """Spell the call of a step, and before it the line that makes the tensor which it joins, if there is one."""
    operation = OPERATIONS[engine.library].get(step.name)
    kind = operation.kind if operation is not None else "method"
    bare = Step(step.name, step.args, step.options, step.called)
    before = other = state_name(place - 1)
    setup = []
    if step.other is not None:
        other = f"b{place}"
        setup = [f"{other} = {engine.native_code(step.other.code)}"]
    if kind == "join":
        return setup, f"{engine.prefix}.{bare.spelled([f'[{before}, {other}]'])}"
    if kind == "function" or (kind == "pieces" and engine.splits_by_function):
        return setup, f"{engine.prefix}.{bare.spelled([before])}"
    return setup, f"{before}.{bare.spelled([])}"
