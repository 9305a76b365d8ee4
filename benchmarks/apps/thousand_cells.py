"""A picture of 1 000 cells with 36 sources for each of 324: what `benchmarks.linked_grids` points at."""

import numpy as np

from primer_core.picture.grid import Each, Formula, Grid, Link, Op, Picture, Ref, Row, Strong, Val
from ui.components.linked_grids import linked_grids

n = 18
a = np.arange(n * n).reshape(n, n)
b = a.T % 7
i, j = np.divmod(np.arange(n * n), n)
linked_grids(
    "grids",
    Picture(
        grids=(
            *(Grid("A", "A", a, "a"), Grid("B", "B", b, "b"), Grid("C", "C", a @ b, "result")),
            Grid("x", "x", np.arange(28).reshape(2, 14)),
        ),
        rows=(Row(("A", Op("@"), "B")), Row((Op("="), "C")), Row(("x",))),
        links=(Link("A", "C", i[:, None] * n + np.arange(n)), Link("B", "C", np.arange(n) * n + j[:, None])),
        formulas=(Formula("C", (Ref("C"), " = ", Each((Val("A"), "·", Val("B"))), " = ", Strong((Val("C"),)))),),
        focus=("C", 0),
    ).payload(),
)
