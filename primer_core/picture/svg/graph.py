"""A computational graph as an SVG shows it after the last of its steps, with what that step does below it.

A node is ``<g class="node" data-node="id" data-look="op">``, with ``output``, ``waiting``, ``lit`` and ``error`` as
further classes; an edge is ``<path class="edge" data-source="id" data-target="id" data-slot="0">``, with ``dashed``,
``ahead`` and ``back``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from primer_core.picture.graph import Edge, Equation, Graph, Node, NodeState, Sign, Step, Tensor, last_state
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import (
    Box,
    bracketed,
    column,
    group,
    padded,
    paragraph,
    px,
    rectangle,
    stack,
    text_mark,
    wrapped_left,
)
from primer_core.picture.svg.texts import escape, mono_width, sans_width

_INNER = 7.0  # from the edge of a node to its texts
_SMALLEST = 8.5  # type below cannot be read: what is longer still is cut
_TONES = {"operand": "a", "local": "a", "value": "result", "grad": "b"}


def graph(part: Graph, palette: Palette, room: float) -> Box:
    """Draw the nodes where the layout puts them, their edges behind them, and the last step's words and numbers."""
    step, states = part.steps[-1], last_state(part)
    edges = (_edge(edge, step, palette) for edge in part.edges)
    nodes = (_node(node, states[node.id], step, part.node_width, palette) for node in part.nodes)
    stage = Box((*edges, *nodes), part.width, part.height)
    words = _words(step, palette, max(part.width, min(room, 760)) - 28)
    width = max(stage.width, words.width + 28)
    rule = Box((f'<path d="M0 0.5H{px(width)}" stroke="{palette.line}"/>',), width, 1)
    return stack([stage, rule, Box((group(words.marks, 14, 12),), width, words.height + 12)], 6)


def _edge(edge: Edge, step: Step, palette: Palette) -> str:
    flows = {(flow.source, flow.slot) for flow in step.flows}
    at = edge.target == step.node
    back = step.event == "backward" and at and edge.carries_gradient and (edge.source, edge.slot) in flows
    ahead = step.event == "forward" and (at or edge.target.startswith(f"{step.node}."))
    kinds = [kind for kind, holds in (("dashed", not edge.carries_gradient), ("back", back), ("ahead", ahead)) if holds]
    colour, thick = palette.mix(palette.ink, palette.ground, 32), 1.6
    dash = "" if edge.carries_gradient else "4 4"
    if ahead:
        colour, thick = palette.accent, 2.6
    if back:
        colour, thick, dash = palette.roles["b"][1], 3.2, "7 5"
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    wire = (
        f'<path class="{" ".join(["edge", *kinds])}" data-source="{escape(edge.source)}" '
        f'data-target="{escape(edge.target)}" data-slot="{edge.slot}" d="{curve(edge.route)}" fill="none" '
        f'stroke="{colour}" stroke-width="{px(thick)}"{dashes}/>'
    )
    # What moves in the browser has a head here, which says where to.
    return wire + _head(edge.route, colour, to_source=back) if back or ahead else wire


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Return a smooth curve through points, level at each of them, as the path of an SVG."""
    (x0, y0), *others = points
    parts = [f"M{px(x0)} {px(y0)}"]
    for x1, y1 in others:
        middle = px((x0 + x1) / 2)
        parts.append(f"C{middle} {px(y0)} {middle} {px(y1)} {px(x1)} {px(y1)}")
        x0, y0 = x1, y1
    return " ".join(parts)


def _head(route: Sequence[tuple[float, float]], colour: str, *, to_source: bool) -> str:
    (x, y), turn = (route[0], 1) if to_source else (route[-1], -1)
    return f'<path d="M{px(x)} {px(y)}l{9 * turn} -5.5v11Z" fill="{colour}"/>'


@dataclass(frozen=True, slots=True)
class _Look:
    """How a node is drawn: its ground, letters and border, and the ring around it."""

    fill: str
    ink: str
    edge: str
    dash: str = ""
    ring: str = ""


def _look(node: Node, palette: Palette, *, waiting: bool, lit: bool, error: bool) -> _Look:
    if error:
        fill, ink = palette.tones["bad"]
        return _Look(fill, ink, palette.mix(ink, fill, 38), ring=ink)
    ring = palette.accent if lit else ""
    fill, ink, edge, dash = palette.roles["plain"][0], palette.ink, palette.line, ""
    if node.look in ("data", "plain"):
        fill, edge, dash = palette.ground, palette.mix(palette.ink, palette.ground, 34), "4 3"
    if node.look == "inner":
        edge, dash = palette.soft, "1.5 2.5"
    if node.look == "leaf" or node.output:
        fill, ink = palette.roles["result" if node.output else "a"]
        edge = palette.mix(ink, fill, 38)
    if waiting:
        fill, ink = palette.ground, palette.soft
    return _Look(fill, ink, edge, dash, ring)


def _node(node: Node, now: NodeState, step: Step, width: float, palette: Palette) -> str:
    lit = step.node == node.id
    error = step.event == "error" and (lit or node.guilty)
    look = _look(node, palette, waiting=not now.computed, lit=lit, error=error)
    kinds = (("output", node.output), ("waiting", not now.computed), ("lit", lit), ("error", error))
    names = " ".join(["node", *(kind for kind, holds in kinds if holds)])
    room = width - 2 * _INNER
    size, high = (11.0, 15.0) if node.shape else (13.0, 18.0)
    values = (now.value or node.value) if now.computed else ("…",)
    lines = [_top(node, now, look, palette, room), _line(node.engine, 11, 15, look.ink, room, "engine", mono=False)]
    if node.shape:
        lines.append(_line(node.shape, 11, 15, look.ink, room, "shape"))
    lines += [_line(value, size, high, look.ink, room, "value") for value in values]
    grad = now.grad or now.upstream
    if grad:
        lines.append(_gradient(".grad" if now.grad else "g", grad, node, size, high, palette, room))
    text = column(lines)
    box = rectangle(0, 0, width, node.height, look.fill, radius=9, edge=look.edge, dash=look.dash)
    ring = (
        rectangle(-2, -2, width + 4, node.height + 4, "none", radius=11, edge=look.ring, thick=3) if look.ring else ""
    )
    inner = "".join([box, ring, group(text.marks, _INNER, (node.height - text.height) / 2)])
    return (
        f'<g class="{names}" data-node="{escape(node.id)}" data-look="{node.look}" '
        f'transform="translate({px(node.x)} {px(node.y)})"><title>{escape(node.expression)}</title>{inner}</g>'
    )


def _top(node: Node, now: NodeState, look: _Look, palette: Palette, room: float) -> Box:
    """The title at the left, the badges and the version at the right."""
    words = [(badge, "none", look.ink, look.ink) for badge in node.badges]
    if now.version:
        fill, ink = palette.tones["bad"]
        words.append((f"v{now.version}", fill, ink, ink))
    marks: list[str] = []
    right = room
    for text, fill, ink, edge in reversed(words):
        wide = sans_width(text, 9.5) * 1.06 + 8
        right -= wide
        mark = text_mark(escape(text), wide / 2, 10.6, 9.5, ink, weight=600, kind="badge")
        marks.insert(0, group([rectangle(0, 0, wide, 15, fill, radius=4, edge=edge), mark], right, 2.5))
        right -= 3
    title = _line(node.title, 14, 20, look.ink, right - 3 if words else room, "title", weight=600)
    return Box((*title.marks, *marks), room, 20)


def _line(
    text: str,
    size: float,
    height: float,
    colour: str,
    room: float,
    kind: str,
    *,
    weight: int = 400,
    mono: bool = True,
) -> Box:
    """A line of a node, in smaller type where it is longer than the node is wide."""
    measure = mono_width if mono else sans_width
    needed = measure(text, size)
    if needed > room:
        size = max(_SMALLEST, size * room / needed)
    while measure(text, size) > room + 0.5 and len(text) > 1:
        text = text.rstrip("…")[:-1] + "…"
    y = height / 2 + size * 0.35
    mark = text_mark(escape(text), 0, y, size, colour, weight=weight, mono=mono, anchor="start", kind=kind)
    return Box((mark,), measure(text, size), height)


def _gradient(
    name: str, grad: Sequence[str], node: Node, size: float, high: float, palette: Palette, room: float
) -> Box:
    fill, ink = palette.roles["b"]
    texts = (name, *grad) if node.shape else (f"{name} {grad[0]}", *grad[1:])
    text = column([_line(text, size, high, ink, room, "grad", weight=600) for text in texts])
    return Box((rectangle(-3, 0, text.width + 6, text.height, fill, radius=5), *text.marks), text.width, text.height)


def _words(step: Step, palette: Palette, room: float) -> Box:
    tone = palette.tones["bad"][1] if step.event == "error" else palette.soft
    blocks = [
        paragraph(step.phase, 12, tone, palette, room, kind="phase", weight=600),
        paragraph(step.title, 16, palette.ink, palette, room, kind="step-title", weight=600, mono=True),
        paragraph(step.text, 14, palette.ink, palette, min(room, 760), kind="step-text"),
    ]
    if step.quote:
        fill, ink = palette.tones["bad"]
        quote = padded(paragraph(step.quote, 13, ink, palette, min(room, 760) - 26, kind="quote", mono=True), 13, 8)
        blocks.append(Box((rectangle(0, 0, quote.width, quote.height, fill, radius=7), *quote.marks), *_size(quote)))
    return column([*blocks, *(_equation(equation, palette, room) for equation in step.equations)], 6)


def _size(box: Box) -> tuple[float, float]:
    return box.width, box.height


def _equation(equation: Equation, palette: Palette, room: float) -> Box:
    yellow = palette.roles["b"][1]
    terms = wrapped_left([_term(term, palette) for term in equation.terms], 10, 8, room)
    return column(
        [
            paragraph(equation.caption, 13.5, palette.ink, palette, room, kind="equation-caption", mono=True),
            paragraph(equation.formula, 13.5, yellow, palette, room, kind="equation-formula", weight=600, mono=True),
            terms,
        ],
        4,
    )


def _term(term: Tensor | Sign, palette: Palette) -> Box:
    if isinstance(term, Sign):
        sign = paragraph(term.text, 14, palette.soft, palette, 1e9, kind="sign", mono=True)
        return Box(sign.marks, sign.width, sign.height + 22)
    fill, ink = palette.roles[_TONES[term.tone]]
    wide = max([44.0, *(mono_width(text, 12.5) + 12 for row in term.rows for text in row)])
    rows = [_cells(row, wide, fill, ink) for row in term.rows]
    table = column(rows, 3)
    numbers = bracketed(table, 8, 3, palette.soft, 2, 4) if term.shape else table
    label = paragraph(term.label, 11.5, palette.soft, palette, 1e9, kind="tensor-label")
    shape = paragraph(term.shape, 11, palette.soft, palette, 1e9, kind="tensor-shape", mono=True)
    gap = 5.0 if shape.width else 0.0
    caption = Box((*label.marks, group(shape.marks, label.width + gap, 0)), label.width + gap + shape.width, 17)
    box = stack([numbers, caption], 3)
    return Box((f'<g class="tensor" data-tone="{term.tone}">', *box.marks, "</g>"), *_size(box))


def _cells(texts: Iterable[str], width: float, fill: str, ink: str) -> Box:
    marks, x = [], 0.0
    for text in texts:
        number = text_mark(escape(text), width / 2, 16, 12.5, ink, mono=True, kind="number")
        marks.append(group([rectangle(0, 0, width, 23.5, fill, radius=6), number], x, 0))
        x += width + 3
    return Box(tuple(marks), x - 3, 23.5)
