"""The small picture of each page on its card of the home page: SVG in the theme's colours, made once and kept.

``python -m scripts.small_pictures`` makes them and writes them to ``static/pictures``; a test makes them again. The
README's pictures, which are larger and always light, are made with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

from primer_core.lessons.answer import page
from primer_core.lessons.lesson import AnyLesson
from primer_core.picture.alternative import description
from primer_core.picture.batches import Batches
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import GAP, Derivation, Term
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.page import every_part, pictures_of
from primer_core.picture.palette import VARIABLES
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.svg import svg, thumbnail

FOLDER = Path(__file__).resolve().parent.parent / "static" / "pictures"

README_FOLDER = FOLDER / "readme"


@cache
def small_picture(slug: str) -> str:
    """Return the picture that is kept for a page, or an empty text if there is none."""
    path = FOLDER / f"{slug}.svg"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def of_lesson(lesson: AnyLesson) -> str:
    """Draw the graph of a lesson's default question, its bars, derivation, curves or batches, or its first picture.

    Rows of a picture that only say how an operand was written are left out.

    Raises
    ------
    LookupError
        If the default question shows none of these.
    """
    shown = page(lesson, lesson.question())
    graph = next((part for part in every_part(shown) if isinstance(part, Graph)), None)
    if graph is not None:
        return of_graph(graph, lesson.title)
    bars = next((part for part in every_part(shown) if isinstance(part, ProbabilityBars)), None)
    if bars is not None:
        return of_bars(bars, lesson.title)
    derivation = next((part for part in every_part(shown) if isinstance(part, Derivation)), None)
    if derivation is not None:
        return of_derivation(derivation, lesson.title)
    curves = next((part for part in every_part(shown) if isinstance(part, Curves)), None)
    if curves is not None:
        return of_curves(curves, lesson.title)
    batches = next((part for part in every_part(shown) if isinstance(part, Batches)), None)
    if batches is not None:
        return of_batches(batches, lesson.title)
    picture = first_picture(lesson)
    rows = tuple(row for row in picture.rows if not row.compact) or picture.rows
    return thumbnail(replace(picture, rows=rows), title=lesson.title, description=description(picture))


def for_readme(lesson: AnyLesson) -> str:
    """Draw the first picture of a lesson's default question as its page does, in light colours on a ground of its own.

    Raises
    ------
    LookupError
        If the default question shows no picture.
    """
    picture = first_picture(lesson)
    return svg(picture, theme="light", title=lesson.title, description=description(picture))


def first_picture(lesson: AnyLesson) -> Picture:
    """Return the first picture of a lesson's default question.

    Raises
    ------
    LookupError
        If the default question shows no picture.
    """
    found = pictures_of(page(lesson, lesson.question()))
    if not found:
        raise LookupError(f"the default question of {lesson.slug} shows no picture")
    return found[0]


def of_graph(graph: Graph, title: str, *, width: int = 270, height: int = 150) -> str:
    """Draw the boxes and edges of a graph, each box with its name alone.

    Parameters
    ----------
    title
        The text alternative begins with it, and tells the names.
    width, height
        Pixels.
    """
    scale = min((width - 8) / graph.width, (height - 8) / graph.height)
    left, top = (width - graph.width * scale) / 2, (height - graph.height * scale) / 2
    wires = "".join(f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in edge.route)}"/>' for edge in graph.edges)
    boxes = []
    for node in graph.nodes:
        role = "result" if node.output else "a" if node.look == "leaf" else "plain"
        fill, ink = (_colour(f"{role}-{part}") for part in ("fill", "text"))
        boxes.append(
            f'<rect x="{node.x:g}" y="{node.y:g}" width="{graph.node_width:g}" height="{node.height:g}" rx="16" '
            f'fill="{fill}" stroke="{ink}" stroke-width="3"/><text x="{node.x + graph.node_width / 2:g}" '
            f'y="{node.y + node.height / 2 + 14:g}" fill="{ink}">{escape(node.title.partition(" =")[0])}</text>'
        )
    label = f"{title}: {', '.join(node.title for node in graph.nodes)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(label)}"><g transform="translate({left:.1f} {top:.1f}) scale({scale:.4f})">'
        f'<g fill="none" stroke="{_colour("soft")}" stroke-width="5">{wires}</g>'
        f'<g font-family="ui-monospace, monospace" font-size="42" font-weight="600" text-anchor="middle">'
        f"{''.join(boxes)}</g></g></svg>\n"
    )


def of_bars(shown: ProbabilityBars, title: str, *, width: int = 204, height: int = 92) -> str:
    """Draw probabilities as bars, the dashed line of each at its target.

    Parameters
    ----------
    title
        The text alternative begins with it, and tells the probabilities.
    width, height
        Pixels.
    """
    room, wide, gap = height - 20, 26, 12
    left = (width - len(shown.bars) * (wide + gap) + gap) / 2
    marks = []
    for place, bar in enumerate(shown.bars):
        x, high = left + place * (wide + gap), bar.p * room
        marks.append(
            f'<rect x="{x:.1f}" y="{10 + room - high:.1f}" width="{wide}" height="{high:.1f}" rx="3" '
            f'fill="{_colour("result-fill")}" stroke="{_colour("result-text")}"/>'
        )
        if bar.target is not None:
            top = 10 + room * (1 - bar.target)
            marks.append(
                f'<path d="M{x - 4:.1f} {top:.1f}h{wide + 8}" stroke="{_colour("b-text")}" stroke-width="1.5" '
                'stroke-dasharray="4 3"/>'
            )
    label = f"{title}: {', '.join(f'{bar.name} {bar.percent}' for bar in shown.bars)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(label)}">{"".join(marks)}</svg>\n'
    )


def of_curves(shown: Curves, title: str, *, width: int = 204, height: int = 92) -> str:
    """Draw curves without their axes.

    Parameters
    ----------
    title
        The text alternative begins with it, and tells what is drawn and between which numbers.
    width, height
        Pixels.
    """
    left, top, wide, high = 14, 12, width - 28, height - 24
    marks = [f'<path d="M{left} {top + high}h{wide}" stroke="{_colour("line")}"/>']
    for curve in shown.curves:
        for points in shown.stretches(curve):
            line = " ".join(f"{left + x * wide:.1f},{top + (1 - y) * high:.1f}" for x, y in points)
            marks.append(f'<polyline points="{line}" stroke="{_colour(f"{curve.tone}-text")}" stroke-width="2.5"/>')
    told = "; ".join(f"from {curve.texts[0]} to {curve.texts[-1]}" for curve in shown.curves if curve.texts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(f"{title}: {shown.title}, {told}")}">'
        f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">{"".join(marks)}</g></svg>\n'
    )


def of_derivation(derivation: Derivation, title: str, *, width: int = 204, height: int = 92) -> str:
    """Draw the equation that a derivation shows first, each of its matrices as coloured cells.

    Parameters
    ----------
    title
        The text alternative begins with it, and tells the line of code.
    width, height
        Pixels.
    """
    matrices = {matrix.symbol: matrix for matrix in derivation.matrices}
    step = derivation.steps[derivation.start]
    cell, gap, room = 15, 3, 13
    marks: list[str] = []
    x = 0.0
    for term in step.equation:
        if not isinstance(term, Term):
            sign = term.strip() if isinstance(term, str) else term.sign
            if sign:
                wide = 8 * len(sign)
                marks.append(
                    f'<text x="{x + wide / 2:g}" y="{height / 2 + 5:g}" fill="{_colour("soft")}">{escape(sign)}</text>'
                )
                x += wide + gap
            continue
        matrix = matrices[term.symbol]
        fill, ink = (_colour(f"{matrix.role}-{part}") for part in ("fill", "text"))
        rows, columns = (sum(place != GAP for place in axis) for axis in (matrix.rows, matrix.columns))
        if term.transposed:
            rows, columns = columns, rows
        wide, top = columns * (cell + gap), (height - room - rows * (cell + gap)) / 2
        marks += [
            f'<rect x="{x + gap + column * (cell + gap):g}" y="{top + row * (cell + gap):g}" width="{cell}" '
            f'height="{cell}" rx="3" fill="{fill}" stroke="{ink}"/>'
            for row in range(rows)
            for column in range(columns)
        ]
        label = matrix.label + ("ᵀ" if term.transposed else "")
        marks.append(f'<text x="{x + gap / 2 + wide / 2:g}" y="{height - 6}" fill="{ink}">{escape(label)}</text>')
        x += wide + 2 * gap
    scale = min(1, (width - 16) / x)
    left, top = (width - x * scale) / 2, height * (1 - scale) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(f"{title}: {step.code}")}">'
        f'<g transform="translate({left:.1f} {top:.1f}) scale({scale:.4f})" '
        f'font-family="ui-monospace, monospace" font-size="13" font-weight="600" text-anchor="middle">'
        f"{''.join(marks)}</g></svg>\n"
    )


def of_batches(shown: Batches, title: str, *, width: int = 204, height: int = 92) -> str:
    """Draw the samples of a data set above, and the batches of the first epoch below.

    Parameters
    ----------
    title
        The text alternative begins with it, and tells the batches.
    width, height
        Pixels.
    """
    epoch = shown.epochs[0]
    side, between, gap, top, low = 18.0, 4.0, 14.0, 8.0, 62.0
    count = len(shown.samples)
    total = count * (side + between) - between
    sources = [(width - total) / 2 + index * (side + between) for index in range(count)]
    wide = total + (len(epoch.batches) - 1) * (gap - between)
    x, marks, boxes, places = (width - wide) / 2, [], [], {}
    for batch in epoch.batches:
        end = len(batch.samples) * (side + between) - between
        boxes.append(
            f'<rect x="{x - 3:.1f}" y="{low - 3}" width="{end + 6:.1f}" height="{side + 6}" rx="6" fill="none" '
            f'stroke="{_colour("soft")}" stroke-opacity="0.7"/>'
        )
        for position, index in enumerate(batch.samples):
            places[index] = x + position * (side + between)
        x += end + gap
    for index, to in places.items():
        start, end, middle = sources[index] + side / 2, to + side / 2, (top + side + low) / 2
        role = shown.samples[index].role
        marks.append(
            f'<path d="M{start:.1f} {top + side}C{start:.1f} {middle:.1f} {end:.1f} {middle:.1f} {end:.1f} {low}" '
            f'fill="none" stroke="{_colour(f"own-{role}")}" stroke-width="1.8"/>'
        )
    for index in range(count):
        role = shown.samples[index].role
        fill, ink = (_colour(f"{role}-{part}") for part in ("fill", "text"))
        for left, y in ((sources[index], top), (places.get(index), low)):
            if left is not None:
                boxes.append(
                    f'<rect x="{left:.1f}" y="{y}" width="{side}" height="{side}" rx="4" fill="{fill}" '
                    f'stroke="{ink}"/><text x="{left + side / 2:.1f}" y="{y + 13}" fill="{ink}">{index}</text>'
                )
    told = "; ".join(f"{batch.name}: {', '.join(map(str, batch.samples))}" for batch in epoch.batches)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(f"{title}: {told}")}">{"".join(marks)}<g font-family="ui-monospace, '
        f'monospace" font-size="11" font-weight="600" text-anchor="middle">{"".join(boxes)}</g></svg>\n'
    )


def _colour(name: str) -> str:
    return f"var(--primer-{name}, {VARIABLES[f'--primer-{name}']})"


def of_strokes(strokes: Sequence[dict[str, object]], title: str, *, width: int = 270, height: int = 150) -> str:
    """Draw pen strokes, white on black as a network sees them.

    Parameters
    ----------
    strokes
        Each with ``points``, pairs in units of the pad, which is 280 wide and high.
    title
        The text alternative.
    width, height
        Pixels.
    """
    scale, paths = height / 280, []
    for stroke in strokes:
        points = stroke["points"]
        assert isinstance(points, list)
        line = " ".join(f"{x},{y}" for x, y in points)
        paths.append(f'<polyline points="{line}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}"><rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
        f'<g transform="translate({(width - height) / 2:g} 0) scale({scale:.4f})" fill="none" stroke="#f6f8fa" '
        f'stroke-width="18" stroke-linecap="round" stroke-linejoin="round">{"".join(paths)}</g></svg>\n'
    )


def of_losses(
    losses: Sequence[float], later: Sequence[float], title: str, *, width: int = 270, height: int = 150
) -> str:
    """Draw the loss of a run as it falls, and the validation loss beside it.

    Parameters
    ----------
    losses
        Training loss of each batch, in nats; drawn as means of 8 batches.
    later
        Validation loss at the end of each epoch.
    title
        The text alternative.
    width, height
        Pixels.
    """
    means = [sum(part) / len(part) for part in (losses[i : i + 8] for i in range(0, len(losses), 8))]
    most = max(*means, *later)

    def line(values: Sequence[float], start: float) -> str:
        step = (width - 24 - start) / max(len(values) - 1, 1)
        return " ".join(
            f"{12 + start + place * step:.0f},{height - 14 - value / most * (height - 32):.0f}"
            for place, value in enumerate(values)
        )

    epoch = (width - 24) / len(later)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}"><g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<polyline points="{line(later, epoch)}" stroke="var(--primer-b-text, #7a4a00)" stroke-width="2" '
        f'stroke-dasharray="2 6"/><polyline points="{line(means, 0)}" stroke="var(--primer-accent, #3a5bd9)" '
        'stroke-width="3"/></g></svg>\n'
    )


def of_plane(
    blue: Sequence[Sequence[bool]],
    points: Sequence[tuple[float, float, int]],
    title: str,
    *,
    width: int = 270,
    height: int = 150,
) -> str:
    """Draw the sides of a border, and points in two classes.

    Parameters
    ----------
    blue
        Whether each place of the plane is on the blue side, from the top left; it reaches from -4 to 4 on both axes.
    points
        x, y and class, 1 for blue.
    title
        The text alternative.
    width, height
        Pixels. The plane fills the width, and is cut off above and below.
    """
    side, thick = len(blue), 3
    scale = width / side
    bands = []
    for top in range(0, height, thick):
        row = blue[round((top + thick / 2 - height / 2) / scale + side / 2)]
        ends = [place for place in range(1, side) if row[place] != row[place - 1]]
        for start, end in zip([0, *ends], [*ends, side], strict=True):
            if row[start]:
                bands.append(f"M{start * scale:.1f} {top}H{end * scale:.1f}v{thick}H{start * scale:.1f}z")
    marks = []
    for x, y, label in points:
        across, down = (x + 4) / 8 * width, height / 2 - y / 8 * width
        ink = _colour("a-text" if label else "b-text")
        shape = (
            f'<circle cx="{across:.0f}" cy="{down:.0f}" r="3" fill="{ink}"/>'
            if label
            else f'<path d="M{across - 3:.0f} {down - 3:.0f}h6v6h-6z" fill="{ink}"/>'
        )
        marks.append(shape)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}"><rect width="{width}" height="{height}" rx="8" '
        f'fill="{_colour("b-fill")}"/><path d="{"".join(bands)}" fill="{_colour("a-fill")}"/>{"".join(marks)}</svg>\n'
    )
