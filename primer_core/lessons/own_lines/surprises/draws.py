"""When numbers surprise that are drawn or computed again: other draws before them, other last digits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.draws import LastDigitsDiffer, LoaderDraws, OtherDrawsBefore
from primer_core.lessons.own_lines.reruns.objects import objects_of
from primer_core.lessons.own_lines.surprises.line import Line


def _drawn(line: Line) -> Iterator[Claim]:
    watch = objects_of(line.trace)
    if watch is None:
        return
    draw = watch.drawn.get(line.run)
    if draw is not None:
        yield OtherDrawsBefore(line.run, draw.code, draw.first, draw.first_code, draw.between)
    if line.run in watch.near:
        near = watch.near[line.run]
        library = "torch" if line.source.count("torch") and not near.code.startswith("np.") else "np"
        instead = f"{library}.allclose({near.left}, {near.right})"
        yield LastDigitsDiffer(line.run, near.code, f"{near.apart:.1e}", f"{near.largest:.3g}", instead)


def _loaders(line: Line) -> Iterator[Claim]:
    if "DataLoader" not in line.source or "manual_seed" not in line.source:
        return
    watch = objects_of(line.trace)
    here = (line.run[0], 0) if isinstance(line.node, ast.For) else line.run
    name = "" if watch is None else watch.loaders.get(here, "")
    if name:
        yield LoaderDraws(line.run, name)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_drawn, _loaders)

OF_LOOPS: tuple[Callable[[Line], Iterator[Claim]], ...] = (_loaders,)
"""What is asked of the line that begins a loop."""
