"""The text alternative of each part that is seen and not read: all that it shows, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from primer_core.picture.bars import Bar, Bars
from primer_core.picture.batches import LEFT_OUT, Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Derivation, drawn, spelled
from primer_core.picture.graph import Graph, Node, NodeState, last_state
from primer_core.picture.grid import Picture
from primer_core.picture.images import Figure, Images
from primer_core.picture.memory_strips import MemoryStrips, runs_text
from primer_core.picture.parts import Drawable, SizeCell, Sizes, Table, TableCell
from primer_core.picture.probability_bars import ProbabilityBar, ProbabilityBars, StepRow
from primer_core.picture.sliders import Sliders
from primer_core.picture.steps import StepCard, Steps
from primer_core.picture.text import plain


def description(part: Drawable | Table | Sizes | Sliders, windows: Mapping[str, Sequence[int]] | None = None) -> str:
    """Describe a part in words.

    Parameters
    ----------
    part
        What is described. A graph is described as it stands after the last of its steps.
    windows
        Of elided grids, as `primer_core.picture.grid.Picture.payload` takes it.

    Returns
    -------
    str
        Plain text in sentences, without line breaks.
    """
    match part:
        case Picture():
            return ". ".join(_arrays(part, windows))
        case Graph():
            return _sentences(_graph(part))
        case Derivation():
            return _sentences(_derivation(part))
        case ProbabilityBars():
            return _sentences(_probabilities(part))
        case Bars():
            return _sentences([part.caption, *map(_bar, part.bars)])
        case Bits():
            fields = (f"{field.name}, {_count(len(field.bits), 'bit')}: {field.bits}" for field in part.groups)
            return _sentences([part.caption, *fields, part.formula])
        case Curves():
            told = (f"{curve.name}: {', '.join(curve.texts)}" for curve in part.curves)
            return _sentences([part.title, *told])
        case Images():
            return _sentences(map(_figure, part.figures))
        case Steps():
            start = f"{part.name}: {', '.join(part.start)}" if part.start else ""
            return _sentences([start, *(f"Step {place}: {_step(card)}" for place, card in enumerate(part.cards, 1))])
        case MemoryStrips():
            return _sentences(_memory(part))
        case Batches():
            return _sentences(_batches(part))
        case Table():
            return _sentences([part.caption, *_table(part)])
        case Sizes():
            return _sentences(_sizes(part))
        case Sliders():
            return _sentences(f"{slider.label}: {slider.value}" for slider in part.sliders)


def _sentences(lines: Iterable[str]) -> str:
    clean = (" ".join(line.split()) for line in lines)
    return " ".join(line if line[-1] in ".!?" else f"{line}." for line in clean if line)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _arrays(picture: Picture, windows: Mapping[str, Sequence[int]] | None) -> Iterable[str]:
    drawn = [item for row in picture.rows for item in row.items if isinstance(item, str)]
    grids = {grid["id"]: grid for grid in picture.payload(windows)["grids"]}
    for name in drawn:
        grid = grids[name]
        width = max(len(grid["shown"][-1]), 1) if grid["shown"] else 1
        rows = ["  ".join(grid["cells"][start : start + width]) for start in range(0, len(grid["cells"]), width)]
        left_out = "the middle is left out" if grid["window"] is None else "a part of it"
        elided = f" ({left_out})" if grid["elided"] else ""
        yield f"{grid['name']} {grid['caption']}{elided}: {'; '.join(rows)}"


def _batches(part: Batches) -> Iterable[str]:
    for epoch in part.epochs:
        yield epoch.name
        for batch in epoch.batches:
            yield f"{batch.name}: {', '.join(map(str, batch.samples))}"
        if epoch.left_out:
            yield f"{LEFT_OUT}: {', '.join(map(str, epoch.left_out))}"


def _memory(part: MemoryStrips) -> Iterable[str]:
    for place, strip in enumerate(part.strips, 1):
        elided = f", drawn are {runs_text(strip.drawn)}" if len(strip.drawn) < strip.count else ""
        yield f"Memory {place}: {'; '.join(strip.notes)}{elided}"
        for pointer in strip.pointers:
            where = "" if pointer.whole else f", {runs_text(pointer.cells)}"
            yield f"{' and '.join(pointer.names)}: {pointer.note}{where}"


def _graph(graph: Graph) -> Iterable[str]:
    states = last_state(graph)
    sources: dict[str, list[str]] = {}
    titles = {node.id: node.title for node in graph.nodes}
    for edge in graph.edges:
        sources.setdefault(edge.target, []).append(titles[edge.source])
    yield f"A graph of {_count(len(graph.nodes), 'node')}"
    for node in graph.nodes:
        yield _node(node, states[node.id], sources.get(node.id, []))
    for step in graph.steps:
        yield f"{step.phase}: {step.title}. {step.text} {step.quote}"


def _node(node: Node, now: NodeState, sources: Sequence[str]) -> str:
    words = [node.engine, *node.badges]
    words += [f"from {' and '.join(sources)}"] if sources else []
    words += [f"shape {node.shape}"] if node.shape else []
    words += [" ".join(now.value or node.value)] if now.computed else ["not computed yet"]
    words += [f"g {' '.join(now.upstream)}"] if now.upstream and not now.grad else []
    words += [f".grad {' '.join(now.grad)}"] if now.grad else []
    words += [f"_version {now.version}"] if now.version else []
    return f"{node.title}: {', '.join(words)}"


def _derivation(part: Derivation) -> Iterable[str]:
    for matrix in part.matrices:
        rows = "; ".join("  ".join(row) for row in matrix.cells)
        yield f"{matrix.label} {'×'.join(map(str, matrix.shape)) or 'a number'}: {rows}"
    for step in part.steps:
        yield f"{step.phase}: {step.code}: {step.meaning} {step.mark[:1]} {step.verdict}"
    if part.stop is not None:
        yield f"{part.stop.code}: {part.stop.message}"
    if part.steps:
        step = part.steps[part.start]
        matrix = part.by_symbol[step.symbol]
        row, column = part.cell or (drawn(matrix.rows)[0], drawn(matrix.columns)[0])
        yield " ".join(spelled(part, step, row, column).lines)


def _probabilities(part: ProbabilityBars) -> Iterable[str]:
    yield from map(_probability, part.bars)
    for table in part.tables:
        yield f"{table.title}: {'; '.join(map(_row, table.rows))}"
    place, at, cell = part.focus
    row = part.tables[place].rows[at]
    index = part.places[cell] if part.places else cell
    address = row.name if len(row.cells) == 1 else f"{row.name}[{index}]"
    yield f"{address} = {row.cells[cell].formula}"
    yield row.cells[cell].note


def _probability(bar: ProbabilityBar) -> str:
    tags = f" ({', '.join(bar.tags)})" if bar.tags else ""
    target = "no target" if bar.target is None else f"target {bar.target:g}"
    return f"{bar.name}{tags}: probability {bar.percent}, {target}, gradient {bar.gradient}"


def _row(row: StepRow) -> str:
    return f"{row.name} {'  '.join(cell.text for cell in row.cells)}"


def _bar(bar: Bar) -> str:
    note = f" ({bar.note})" if bar.note else ""
    return f"{bar.group} {plain(bar.name)}: {bar.label}{note}"


def _figure(figure: Figure) -> str:
    word = f", {figure.word}" if figure.word else ""
    return f"{plain(figure.caption)}{word}, {plain(figure.facts)}: {figure.image.description} {plain(figure.note)}"


def _step(card: StepCard) -> str:
    told = [card.text, card.word, *card.facts, *map(plain, card.messages)]
    if card.outcome == "waiting":
        told.append("not taken, as a step before it failed")
    if card.remedies:
        told.append(f"what would work: {', or '.join(plain(remedy.label) for remedy in card.remedies)}")
    return ", ".join(word for word in dict.fromkeys(told) if word)


def _table(table: Table) -> Iterable[str]:
    heads = [plain(head) for head in table.head]
    for row in table.rows:
        cells = [_cell(cell) for cell in row]
        named = zip(heads, cells, strict=True) if heads else (("", cell) for cell in cells)
        yield ", ".join(f"{head} {cell}".strip() for head, cell in named)


def _cell(cell: TableCell) -> str:
    words = " ".join([plain(cell.text), *(badge.text for badge in cell.badges)])
    words = f"{words} ({plain(cell.note)})" if cell.note else words
    return f"{words} {'; '.join('  '.join(row) for row in cell.grid.rows)}".strip() if cell.grid else words


def _sizes(sizes: Sizes) -> Iterable[str]:
    rows = [(row.name, row.cells) for row in sizes.rows] + ([sizes.result] if sizes.result else [])
    for name, cells in rows:
        columns = zip(sizes.columns, cells, strict=True)
        yield f"{name}: {', '.join(f'{title} {_size(cell)}' for (title, _), cell in columns)}"


def _size(cell: SizeCell) -> str:
    return f"{cell.text or 'none'} ({cell.note})" if cell.note else cell.text or "none"
