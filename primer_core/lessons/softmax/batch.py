"""A batch of rows as a picture: logits, their softmax, targets, the loss of each row, and the gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.softmax.asked import Asked
from primer_core.lessons.softmax.explain import MOST_IN_BATCH, Across, Batch, Softmax, TargetDeclined
from primer_core.lessons.softmax.losses import as_array
from primer_core.picture.grid import (
    Badge,
    Each,
    Formula,
    Grid,
    Link,
    Op,
    PerCell,
    Picture,
    Piece,
    Ref,
    Row,
    Strong,
    Val,
)
from primer_core.picture.number import bracketed, full_text

_MOST_CELLS = 144
"""Most logits of a batch beside which its targets and its gradient are drawn."""


def batch_picture(found: Softmax | Across) -> Picture:
    """Lay out the logits and their softmax; where softmax runs over classes, also losses and gradient, row by row."""
    asked, batch = found.asked, found.batch
    grids, links, formulas = _soft(asked, batch.z, batch.p, found.row if isinstance(found, Softmax) else None)
    along = f"softmax(dim={int(asked.question.dim) % 2})"
    upper = Row(("z", Op("→"), "p"), along)
    if isinstance(found, Across):
        return Picture(grids, (upper,), links, formulas, ("p", 0))
    target = _target(asked, found.row)
    whole = batch.z.size <= _MOST_CELLS
    losses = Grid("loss", "loss", batch.losses, "result", axes=("row",), marked=_row_of(found.row, batch.losses.shape))
    gradient = Grid(
        "g",
        "g",
        batch.gradient,
        "result",
        caption="∂L/∂z",
        axes=("row", "class"),
        marked=_row_of(found.row, batch.gradient.shape),
        selectable=True,
    )
    cells = np.arange(batch.z.size)
    own = np.repeat(np.arange(len(batch.z)), batch.z.shape[1])
    picked = _picked(asked, batch)
    links = (
        *links,
        Link("p", "loss", picked),
        Link("y", "loss", np.arange(len(batch.z)) if target.values.ndim == 1 else cells.reshape(batch.z.shape)),
        Link("p", "g", cells),
        Link("y", "g", own if target.values.ndim == 1 else cells),
    )
    told = (
        *formulas,
        Formula("loss", (Ref("loss"), " = ", PerCell(lambda n: _loss_text(found, n)), Strong((Val("loss"),)))),
        Formula("g", (Ref("g"), " = ", PerCell(lambda flat: _slope_text(found, flat)), " = ", Strong((Val("g"),)))),
    )
    focus = ("p", found.row * batch.z.shape[1] + (found.number if found.number is not None else found.argmax_p))
    if not whole:  # the row that is opened shows its targets and its gradient
        fed = tuple(link for link in links if "g" not in (link.source, link.target) and link.source != "y")
        return Picture((*grids, losses), (upper, Row(("loss",), "the loss of each row")), fed, told[:-1], focus)
    label = "the loss of each row, and the gradient of all"
    lower = Row(("y", Op("→"), "loss", Op("→"), "g"), label)
    return Picture((*grids, target, losses, gradient), (upper, lower), links, told, focus)


def declined_picture(found: TargetDeclined) -> Picture:
    """Lay out logits and softmax beside the target that PyTorch declines, with the values at fault marked."""
    asked = found.asked
    z = as_array(asked.z)
    grids, links, formulas = _soft(asked, z, found.p, None)
    values = as_array(asked.target.values)
    wrong = np.zeros(values.shape, np.bool_)
    wrong.reshape(-1)[list(found.fault.places)] = True
    target = Grid(
        "y",
        "y",
        values,
        "b",
        marked=wrong,
        badges=(Badge(found.fault.dtype, "bad" if "dtype" in found.fault.kind else "plain"),),
    )
    rows = (Row(("z", Op("→"), "p"), f"softmax(dim={asked.question.dim.replace('-', '−')})"), Row(("y",), "the target"))
    return Picture((*grids, target), rows, links, formulas, None)


def _soft(
    asked: Asked, z: NDArray[np.floating], p: NDArray[np.floating], row: int | None
) -> tuple[tuple[Grid, ...], tuple[Link, ...], tuple[Formula, ...]]:
    """Lay out logits and their softmax; every cell of p is linked to the group that it is a share of."""
    axis = int(asked.question.dim)
    names = ("row", "class") if z.ndim == 2 else ("class",)
    marked = None if row is None else _row_of(row, z.shape)
    axes = (axis % z.ndim,)
    grids = (
        Grid("z", "z", z, "a", axes=names, marked_axes=axes, marked=marked, selectable=row is not None),
        Grid("p", "p", p, "result", axes=names, marked_axes=axes, marked=marked, selectable=row is not None),
    )
    if z.shape[axis] > MOST_IN_BATCH:
        return grids, (), ()
    flat = np.arange(z.size).reshape(z.shape)
    # every cell is linked to all that it is compared with: those of its row, or of its column
    last = axes[0] == z.ndim - 1
    members = np.repeat(flat.reshape(-1, z.shape[-1]), z.shape[-1], axis=0) if last else np.tile(flat.T, (len(z), 1))
    links = (Link("z", "p", members),)
    temperature = "" if asked.T == 1 else f" / {full_text(asked.T)}"
    term: tuple[Piece, ...] = ("e^(", Val("z"), f"{temperature})")
    written = [full_text(value) for value in z.reshape(-1)]
    numerator = PerCell(lambda cell: f"e^({written[cell]}{temperature})")
    formula = Formula("p", (Ref("p"), " = ", numerator, " / (", Each(term), ") = ", Strong((Val("p"),))))
    return grids, links, (formula,)


def _target(asked: Asked, row: int) -> Grid:
    values = as_array(asked.target.values)
    axes = ("row", "class") if values.ndim == 2 else ("row",)
    dtype = str(asked.target.values.dtype).removeprefix("torch.")
    return Grid("y", "y", values, "b", axes=axes, marked=_row_of(row, values.shape), badges=(Badge(dtype),))


def _row_of(row: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    marked = np.zeros(shape, np.bool_)
    marked[row] = True
    return marked


def _picked(asked: Asked, batch: Batch) -> NDArray[np.intp]:
    """Return which probabilities the loss of each row is made of."""
    cells = np.arange(batch.z.size).reshape(batch.z.shape)
    if asked.has_probabilities or asked.question.smoothing:
        return np.where(batch.y != 0, cells, -1)
    numbers = np.where(batch.counted, as_array(asked.target.values.reshape(-1)), 0).astype(np.intp)
    own = cells[np.arange(len(cells)), numbers]
    return np.where(batch.counted, own, -1)


def _loss_text(found: Softmax, n: int) -> str:
    asked, batch = found.asked, found.batch
    if not batch.counted[n]:
        return "0: this target is ignored, so "
    if asked.question.smoothing:
        return "−Σ y·log p, with y smoothed, = "
    if asked.has_probabilities:
        return "−Σ y·log p = "
    p = batch.p[n, int(asked.target.values.reshape(-1)[n])]
    return f"−log {full_text(p)} = " if p > 0 else "log Σ e^z − z[y] = " if asked.T == 1 else ""


def _slope_text(found: Softmax, flat: int) -> str:
    batch = found.batch
    n, k = divmod(flat, batch.z.shape[1])
    if not batch.counted[n]:
        return "0, because this row is ignored"
    total = float(batch.y[n].sum())
    whole = "" if abs(total - 1) <= 1e-5 else f" · {full_text(total)}"
    parts = round(1 / float(batch.share[n]))
    below = full_text(found.asked.T) if parts == 1 else f"({full_text(found.asked.T)} · {parts})"
    return f"({full_text(batch.p[n, k])}{whole} − {bracketed(full_text(batch.y[n, k]))}) / {below}"
