"""What a drawing shows, in one form whoever drew it: read from an SVG, or told from the part that is drawn."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

from primer_core.picture.bars import Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Derivation, DerivationStep, Term
from primer_core.picture.graph import Graph, Sign, Step, last_state
from primer_core.picture.images import Images
from primer_core.picture.memory_strips import MemoryStrips, places
from primer_core.picture.parts import Drawable
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.steps import Steps
from primer_core.picture.svg.curves import thousandth
from primer_core.picture.text import plain

Element = ElementTree.Element
Shown = dict[str, Any]


def shown_by_svg(text: str, kind: str) -> Shown:
    """Read what an SVG shows of a part of a kind."""
    return _READERS[kind](ElementTree.fromstring(text))  # noqa: S314 - made here


def told_by(part: Drawable) -> Shown:
    """Tell what is to be shown of a part."""
    return _TELLERS[part.kind](part)  # type: ignore[union-attr]  # a Picture has a payload of its own


def squeezed(text: str) -> str:
    """Return a text without its white space, which a line break may have taken the place of."""
    return "".join(text.split())


def _of(root: Element, name: str) -> list[Element]:
    return [found for found in root.iter() if name in found.get("class", "").split() or found.get("data-part") == name]


def _texts(root: Element, name: str) -> list[str]:
    return [squeezed("".join(found.itertext())) for found in _of(root, name)]


def _text(root: Element, name: str) -> str:
    return "".join(_texts(root, name))


def _kinds(element: Element) -> list[str]:
    return sorted(element.get("class", "").split()[1:])


def _title(element: Element) -> str:
    return next(child.text or "" for child in element if child.tag.endswith("title"))


def _read_bars(root: Element) -> Shown:
    columns = ("group", "name", "label", "note")
    rows = [
        [*(_text(bar, column) for column in columns), bar.attrib["data-role"], round(float(bar.attrib["data-share"]))]
        for bar in _of(root, "bar")
    ]
    return {"titles": _texts(root, "title"), "rows": rows}


def _tell_bars(part: Bars) -> Shown:
    rows, before = [], ""
    for bar, share in zip(part.bars, part.shares(), strict=True):
        group = bar.group if bar.group != before else ""
        texts = [squeezed(text) for text in (group, plain(bar.name), bar.label, bar.note)]
        rows.append([*texts, bar.tone, round(share)])
        before = bar.group
    columns = (part.titles.get(column, "") for column in ("group", "name", "label", "note"))
    return {"titles": [squeezed(title) for title in columns if title], "rows": rows}


def _read_bits(root: Element) -> Shown:
    fields = [
        [field.attrib["data-field"], _texts(field, "number"), _text(field, "caption")] for field in _of(root, "field")
    ]
    return {"fields": fields, "formula": _text(root, "formula")}


def _tell_bits(part: Bits) -> Shown:
    fields = [[field.name, list(field.bits), f"{field.name}·{len(field.bits)}"] for field in part.groups]
    return {"fields": fields, "formula": squeezed(part.formula)}


def _read_curves(root: Element) -> Shown:
    lines = [
        [
            line.attrib["data-role"],
            [[float(share) for share in point.split(",")] for point in line.attrib["data-points"].split()],
        ]
        for line in _of(root, "curve")
    ]
    return {"lines": lines} | {
        name: _texts(root, name) for name in ("title", "legend", "tick", "place", "across", "read")
    }


def _tell_curves(part: Curves) -> Shown:
    points = [[point for stretch in part.stretches(curve) for point in stretch] for curve in part.curves]
    return {
        "lines": [
            [curve.tone, [[thousandth(share) for share in point] for point in own]]
            for curve, own in zip(part.curves, points, strict=True)
        ],
        "title": [squeezed(part.title)],
        "legend": [squeezed(curve.name) for curve in part.curves],
        "tick": [squeezed(text) for _, text in part.ticks],
        "place": [text for _, text in part.places],
        "across": [squeezed(part.across)],
        "read": [squeezed(part.read(part.last))],
    }


def _read_probabilities(root: Element) -> Shown:
    columns = [
        [
            *(_text(column, name) for name in ("gradient", "percent", "bar-name", "bar-tags")),
            *(round(float(column.attrib[f"data-{name}"]), 3) for name in ("p", "target")),
            column.attrib["data-arrow"],
        ]
        for column in _of(root, "column")
    ]
    rows = [
        [
            _text(row, "step-name"),
            row.attrib["data-role"],
            [[_text(cell, "number"), _kinds(cell)] for cell in _of(row, "cell")],
        ]
        for row in _of(root, "tiles")
    ]
    return {
        "legend": _texts(root, "legend"),
        "columns": columns,
        "titles": _texts(root, "table-title"),
        "rows": rows,
        "spelled": _text(root, "spelled") + _text(root, "remark"),
    }


def _tell_probabilities(part: ProbabilityBars) -> Shown:
    place, at, focused = part.focus
    row = part.tables[place].rows[at]

    def kinds(table: int, number: int, cell: int, cells: int, *, broken: bool) -> list[str]:
        lit = table == place and (cell == focused or cells == 1 or len(row.cells) == 1)
        active = lit and number == at and cell == focused
        return [name for name, holds in (("active", active), ("broken", broken), ("lit", lit)) if holds]

    def arrow(gap: float) -> str:
        return "none" if abs(gap) < 0.004 else "up" if gap > 0 else "down"

    index = part.places[focused] if part.places else focused
    address = row.name if len(row.cells) == 1 else f"{row.name}[{index}]"
    spelled = f"{address} = {row.cells[focused].formula}{row.cells[focused].note}"
    return {
        "legend": [squeezed(words) for words in (part.share, part.aim, part.arrow)],
        "columns": [
            [
                *map(squeezed, (bar.gradient, bar.percent, bar.name, " · ".join(bar.tags))),
                round(bar.p, 3),
                round(bar.target or 0, 3),
                arrow((bar.p if bar.target is None else bar.target) - bar.p),
            ]
            for bar in part.bars
        ],
        "titles": [squeezed(table.title) for table in part.tables],
        "rows": [
            [
                squeezed(line.name),
                line.role,
                [
                    [squeezed(cell.text), kinds(table, number, column, len(line.cells), broken=cell.broken)]
                    for column, cell in enumerate(line.cells)
                ],
            ]
            for table, steps in enumerate(part.tables)
            for number, line in enumerate(steps.rows)
        ],
        "spelled": squeezed(spelled),
    }


def _read_images(root: Element) -> Shown:
    figures = []
    for figure in _of(root, "figure"):
        tones = [found.attrib["data-tone"] for found in figure.iter() if "data-tone" in found.attrib]
        (image,) = _of(figure, "image")
        figures.append([
            *(_text(figure, name) for name in ("caption", "badge", "facts")), tones,
            _title(image), [_title(plane) for plane in _of(figure, "channel")], _text(figure, "note"),
        ])  # fmt: skip
    return {"figures": figures}


def _tell_images(part: Images) -> Shown:
    return {
        "figures": [
            [
                *map(squeezed, (plain(figure.caption), figure.word, plain(figure.facts))),
                [figure.tone] if figure.word else [],
                figure.image.description,
                list(figure.channels),
                squeezed(plain(figure.note)),
            ]
            for figure in part.figures
        ]
    }


def _read_memory(root: Element) -> Shown:
    return {
        "strips": [
            [
                strip.attrib["data-role"],
                [
                    [_text(row, "name"), _text(row, "note"), [_kinds(cell) for cell in _of(row, "cell")]]
                    for row in _of(strip, "row")
                ],
                len(_of(strip, "gap")),
            ]
            for strip in _of(root, "strip")
        ]
    }


def _tell_memory(part: MemoryStrips) -> Shown:
    strips = []
    for strip in part.strips:
        outlined = {cell for pointer in strip.others for cell in pointer.cells}
        kinds = {
            cell: sorted(["touched"] * (cell in outlined) + ["changed"] * (cell in strip.changed))
            for cell in strip.drawn
        }
        whole = () if strip.whole is None else strip.whole.names
        rows = [[",".join(whole), squeezed("; ".join(strip.notes)), list(kinds.values())]]
        rows += [
            [",".join(pointer.names), squeezed(pointer.note), [kinds[cell] for cell in pointer.cells]]
            for pointer in strip.others
        ]
        strips.append([strip.role, rows, places(strip.drawn).count(None)])
    return {"strips": strips}


def _read_batches(root: Element) -> Shown:
    return {
        "legend": _texts(root, "legend"),
        "epochs": [
            [
                _text(epoch, "epoch-name"),
                [
                    [_text(box, "batch-name"), _text(box, "batch-note"), *map(_sample, _of(box, "cell")), *_kinds(box)]
                    for box in _of(epoch, "batch")
                ],
                len(_of(epoch, "way")),
                [_sample(cell) for cell in _of(epoch, "cell") if "data-source" in cell.attrib],
            ]
            for epoch in _of(root, "epoch")
        ],
        "told": _text(root, "told"),
    }


def _sample(cell: Element) -> list[Any]:
    return [_text(cell, "number"), cell.attrib["data-role"], _kinds(cell)]


def _tell_batches(part: Batches) -> Shown:
    def cell(index: int, *kinds: str) -> list[Any]:
        number = str(index) if part.numbered else ""
        return [number, part.samples[index].role, sorted([*kinds, *(["active"] if index == 0 else [])])]

    epochs = []
    for epoch in part.epochs:
        boxes: list[list[Any]] = [
            [squeezed(box.name), squeezed(box.note), *map(cell, box.samples), *(["refused"] if box.refused else [])]
            for box in epoch.batches
        ]
        if epoch.left_out:
            boxes.append(["leftout", "", *(cell(index, "left-out") for index in epoch.left_out), "left-out"])
        ways = len(part.samples) - len(epoch.left_out) if part.numbered else int(0 not in epoch.left_out)
        epochs.append([squeezed(epoch.name), boxes, ways, [cell(index) for index in range(len(part.samples))]])
    said = (part.samples[0].says, *(epoch.ways[0] for epoch in part.epochs))
    return {
        "legend": [squeezed(each.text) for each in part.legend],
        "epochs": epochs,
        "told": squeezed("".join(map(plain, said))),
    }


def _read_steps(root: Element) -> Shown:
    cards = []
    inside: set[Element] = set()
    for card in _of(root, "step"):
        inside |= set(card.iter())
        tones = [found.attrib["data-tone"] for found in card.iter() if "data-tone" in found.attrib]
        cards.append([
            _text(card, "place"), _text(card, "text"), _kinds(card), _texts(card, "fact"), _text(card, "badge"), tones,
            _texts(card, "message"), _texts(card, "remedy"),
        ])  # fmt: skip
    start = [found for found in (*_of(root, "name"), *_of(root, "fact")) if found not in inside]
    return {"start": [squeezed("".join(found.itertext())) for found in start], "cards": cards}


def _tell_steps(part: Steps) -> Shown:
    cards = [
        [
            str(place),
            squeezed(card.text),
            [card.outcome],
            [squeezed(fact) for fact in card.facts],
            squeezed(card.word),
            [card.tone] if card.word else [],
            [squeezed(plain(message)) for message in card.messages],
            [squeezed(plain(remedy.label)) for remedy in card.remedies],
        ]
        for place, card in enumerate(part.cards, 1)
    ]
    return {"start": [squeezed(text) for text in (part.name, *part.start)] if part.start else [], "cards": cards}


def _read_graph(root: Element) -> Shown:
    nodes = [
        [node.attrib["data-node"], node.attrib["data-look"], _kinds(node), _title(node), _texts(node, "badge"),
         *(_text(node, name) for name in ("title", "engine", "shape", "value", "grad"))]
        for node in _of(root, "node")
    ]  # fmt: skip
    edges = [
        [*(edge.attrib[f"data-{name}"] for name in ("source", "target", "slot")), _kinds(edge)]
        for edge in _of(root, "edge")
    ]
    terms = [
        ["sign", _text_of(found)]
        if found.get("data-part") == "sign"
        else [
            found.attrib["data-tone"],
            *(_text(found, f"tensor-{name}") for name in ("label", "shape")),
            _texts(found, "number"),
        ]
        for found in root.iter()
        if found.get("data-part") == "sign" or found.get("class") == "tensor"
    ]
    return {
        "nodes": nodes,
        "edges": edges,
        "words": [_text(root, name) for name in ("phase", "step-title", "step-text", "quote")],
        "captions": _texts(root, "equation-caption"),
        "formulas": _texts(root, "equation-formula"),
        "terms": terms,
    }


def _text_of(element: Element) -> str:
    return squeezed("".join(element.itertext()))


def _tell_graph(part: Graph) -> Shown:
    states, step = last_state(part), part.steps[-1]
    nodes = []
    for node in part.nodes:
        now = states[node.id]
        lit = step.node == node.id
        error = step.event == "error" and (lit or node.guilty)
        kinds = (("error", error), ("lit", lit), ("output", node.output), ("waiting", not now.computed))
        badges = [squeezed(badge) for badge in node.badges] + ([f"v{now.version}"] if now.version else [])
        grad = now.grad or now.upstream
        name = (".grad" if now.grad else "g") if grad else ""
        value = (now.value or node.value) if now.computed else ("…",)
        nodes.append([
            node.id, node.look, [kind for kind, holds in kinds if holds], node.expression, badges,
            *map(squeezed, (node.title, node.engine, node.shape, "".join(value), name + "".join(grad))),
        ])  # fmt: skip
    equations = step.equations
    terms = [
        ["sign", squeezed(term.text)]
        if isinstance(term, Sign)
        else [
            term.tone,
            squeezed(term.label),
            squeezed(term.shape),
            [squeezed(text) for row in term.rows for text in row],
        ]
        for equation in equations
        for term in equation.terms
    ]
    return {
        "nodes": nodes,
        "edges": list(_edges(part, step)),
        "words": [squeezed(words) for words in (step.phase, step.title, step.text, step.quote)],
        "captions": [squeezed(equation.caption) for equation in equations if equation.caption],
        "formulas": [squeezed(equation.formula) for equation in equations if equation.formula],
        "terms": terms,
    }


def _edges(part: Graph, step: Step) -> Iterator[list[Any]]:
    flows = {(flow.source, flow.slot) for flow in step.flows}
    for edge in part.edges:
        here = edge.target == step.node
        back = step.event == "backward" and here and edge.carries_gradient and (edge.source, edge.slot) in flows
        ahead = step.event == "forward" and (here or edge.target.startswith(f"{step.node}."))
        kinds = (("ahead", ahead), ("back", back), ("dashed", not edge.carries_gradient))
        yield [edge.source, edge.target, str(edge.slot), [kind for kind, holds in kinds if holds]]


def _read_derivation(root: Element) -> Shown:
    matrices = [
        [
            *(matrix.attrib[f"data-{name}"] for name in ("symbol", "role")),
            *(_text(matrix, name) for name in ("matrix-name", "matrix-shape")),
            [[squeezed("".join(cell.itertext())), _kinds(cell)] for cell in matrix.iter()
             if "cell" in cell.get("class", "").split()],
            _texts(matrix, "gap"),
        ]
        for matrix in _of(root, "matrix")
    ]  # fmt: skip
    equations = [
        [_kinds(found), *("".join(_text_of(inner) for inner in found.iter() if inner.get("data-part") == name)
                          for name in ("equation", "mark", "code"))]
        for found in root.iter() if "equation" in found.get("class", "").split()
    ]  # fmt: skip
    names = (
        "block-title",
        "phase",
        "message",
        "head",
        "shapes",
        "meaning",
        "spelled",
        "verdict",
        "pixel-caption",
        "sign",
    )
    return {"matrices": matrices, "equations": equations, **{name: _texts(root, name) for name in names}}


def _tell_derivation(part: Derivation) -> Shown:
    """Tell of a derivation what its data say without any drawing of it: its equations, and the chosen one."""
    step = part.steps[part.start]
    phases = [step.phase for step in part.steps]
    equations = [
        [
            [kind for kind, holds in (("chosen", place == part.start), ("wrong", not told.agrees)) if holds],
            _equation(part, told), squeezed(told.mark), squeezed(told.code),
        ]
        for place, told in enumerate(part.steps)
    ]  # fmt: skip
    if part.stop is not None:
        equations.append([["stop", "wrong"], "", "✗error", squeezed(part.stop.code)])
    return {
        "equations": equations,
        "block-title": [squeezed(block.title) for block in part.blocks],
        "phase": [squeezed(phase) for place, phase in enumerate(phases) if phase not in phases[:place]],
        "message": [squeezed(part.stop.message)] if part.stop is not None else [],
        "head": [_equation(part, step)],
        "meaning": [squeezed(step.meaning)],
        "verdict": [squeezed(step.mark[0] + step.verdict)],
    }


def _equation(part: Derivation, step: DerivationStep) -> str:
    return squeezed("".join(
        term if isinstance(term, str) else part.by_symbol[term.symbol].label if isinstance(term, Term) else term.text
        for term in step.equation
    ))  # fmt: skip


_READERS: dict[str, Callable[[Element], Shown]] = {
    "bars": _read_bars,
    "batches": _read_batches,
    "bits": _read_bits,
    "curves": _read_curves,
    "derivation": _read_derivation,
    "graph": _read_graph,
    "images": _read_images,
    "memorystrips": _read_memory,
    "probabilitybars": _read_probabilities,
    "steps": _read_steps,
}
_TELLERS: dict[str, Callable[[Any], Shown]] = {
    "bars": _tell_bars,
    "batches": _tell_batches,
    "bits": _tell_bits,
    "curves": _tell_curves,
    "derivation": _tell_derivation,
    "graph": _tell_graph,
    "images": _tell_images,
    "memorystrips": _tell_memory,
    "probabilitybars": _tell_probabilities,
    "steps": _tell_steps,
}
