"""Arrays as grids: the cells of an array and their bytes in memory, what astype made, tensors with their badges."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.memory import Layout
from primer_core.lessons.arrays.explain import Anatomy, Conversion
from primer_core.lessons.arrays.twins import Tensor
from primer_core.picture.grid import Badge, Formula, Grid, Link, Op, PerCell, Picture, Ref, Role, Row, Strong, Val

WHY_FAST = (
    "A list holds pointers to Python objects: each step of a loop follows two of them, looks up what `*` and `+` mean "
    "for what it finds, and makes a new object. An array holds the numbers themselves, all of one dtype and side by "
    "side, so NumPy looks that up once and runs one compiled loop over all of them."
)


def anatomy(explained: Anatomy) -> Picture:
    """Lay out an array over its memory, and what astype made of it; `explained` must have an array."""
    if explained.array is None or explained.layout is None:
        raise ValueError("only an array that was made can be drawn; look at `array` first")
    made = explained.conversion
    grids = [Grid("x", "x", explained.array, "a", badges=(Badge(str(explained.array.dtype), "info"),))]
    top: list[str | Op] = ["x"]
    rows = [Row(("x memory",), "x in memory: each cell with its distance from the first byte", compact=True)]
    links = [Link("x memory", "x", explained.layout.addresses.ravel(), same=True)]
    formulas = [Formula("x", (Ref("x"), " = ", Strong((Val("x"),)), " · ", PerCell(_places(explained.layout))))]
    grids.append(_strip("x", explained.array, explained.layout, "a"))
    if made is not None:
        grids += [_converted(made), _strip("y", made.array, made.layout, "result")]
        top += [Op("→"), "y"]
        rows.append(Row(("y memory",), f"y in memory: {made.array.nbytes} new bytes", compact=True))
        links.append(Link("x", "y", np.arange(made.array.size)))
        links.append(Link("y memory", "y", made.layout.addresses.ravel(), same=True))
        formulas.append(Formula("y", _cast_spelled(made)))
    focus = ("y" if made is not None else "x", max(explained.array.size - 1, 0))
    return Picture(tuple(grids), (Row(tuple(top)), *rows), tuple(links), tuple(formulas), focus)


def tensors(made: Sequence[Tensor]) -> Picture:
    """Lay tensors out side by side, each with its dtype and device."""
    roles: tuple[Role, ...] = ("a", "b", "c", "result")
    grids = tuple(
        Grid(
            f"rank {tensor.values.ndim}",
            f"t{tensor.values.ndim}",
            tensor.values,
            roles[place % len(roles)],
            badges=(Badge(tensor.dtype, "info"), Badge(tensor.device, "good")),
        )
        for place, tensor in enumerate(made)
    )
    return Picture(grids, (Row(tuple(grid.id for grid in grids)),))


def conversion_story(made: Conversion) -> str:
    """Tell what astype did, in Markdown."""
    story = f"`astype` wrote {made.array.nbytes} bytes of new memory; x stays as it was."
    changed = int(made.changed.sum())
    if changed:
        cells = "1 cell holds" if changed == 1 else f"{changed} cells hold"
        why = ", ".join(dict.fromkeys(outcome for outcome in made.outcomes if outcome != "kept"))
        story += f" {cells} another number now: {why}."
    if made.said:
        story += f" NumPy warns: “{made.said}”."
    return story


def _converted(made: Conversion) -> Grid:
    tone: Any = "warn" if made.verdict == "copy" else "info"
    badges = (Badge(made.dtype, "info"), Badge(made.verdict.upper(), tone))
    return Grid("y", "y", made.array, "result", badges=badges, marked=made.changed)


def _cast_spelled(made: Conversion) -> tuple[Any, ...]:
    changed = tuple("" if outcome == "kept" else f" ({outcome})" for outcome in made.outcomes)
    source = (Ref("x"), f" as {made.dtype} = ", Val("x"), f" as {made.dtype} = ")
    return (Ref("y"), " = ", *source, Strong((Val("y"),)), PerCell(changed))


def _strip(name: str, array: NDArray[Any], layout: Layout, role: Role) -> Grid:
    """The array's own memory from its first byte to its last, cell by cell."""
    memory = np.empty(array.size, array.dtype)
    memory[layout.addresses.ravel()] = array.ravel()
    labels = tuple(f"+{place * layout.itemsize}" for place in range(array.size))
    return Grid(
        f"{name} memory", "memory", memory, role, caption=f"of {name}, {array.nbytes} bytes", axes=("",), labels=labels
    )


def _places(layout: Layout) -> tuple[str, ...]:
    """For every cell, the sum of index times stride that says how many bytes from the start it lies."""
    steps = layout.byte_strides
    texts = []
    for index in np.ndindex(layout.shape):
        terms = [f"{i}·{step}" for i, step in zip(index, steps, strict=True)]
        where = sum(i * step for i, step in zip(index, steps, strict=True))
        texts.append(f"at byte {' + '.join(terms)} = {where}" if len(terms) > 1 else f"at byte {where}")
    return tuple(texts)
