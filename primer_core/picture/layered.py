"""A layered drawing of a directed acyclic graph, from its structure alone.

The method of Sugiyama, Tagawa and Toda (1981): layers by longest path, order within a layer by barycentres,
then positions. The same nodes and edges always give the same drawing, so a value that changes moves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

NODE_WIDTH = 160.0
NODE_HEIGHT = 88.0
LAYER_GAP = 38.0
ROW_GAP = 22.0
MARGIN = 14.0
_LANE = 6.0  # the height that an edge takes where it passes a layer
_PORT_GAP = 16.0
_SWEEPS = 12


@dataclass(frozen=True, slots=True)
class NodeBox:
    """Where a node stands: its layer from the left, its left upper corner and its height, in pixels."""

    id: str
    layer: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class GraphLayout:
    """A drawing.

    Parameters
    ----------
    boxes
        One for each node, in the order given; each is `node_width` wide.
    routes
        One for each edge, in the order given: the points it goes through, from its source's right side to its
        target's left side.
    width, height
        Of the whole drawing, margins included, in pixels.
    """

    boxes: tuple[NodeBox, ...] = ()
    routes: tuple[tuple[tuple[float, float], ...], ...] = ()
    width: float = 0.0
    height: float = 0.0
    node_width: float = NODE_WIDTH


def layered_layout(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], node_heights: Mapping[str, float] | None = None
) -> GraphLayout:
    """Lay a graph out from left to right.

    Parameters
    ----------
    nodes
        Their ids, every edge's source before its target.
    edges
        Pairs (source, target); the same pair may occur more than once.
    node_heights
        Height of nodes in pixels; those that are not in it are `NODE_HEIGHT` high.

    Raises
    ------
    ValueError
        If an edge's source does not stand before its target, or one of them is not a node.
    """
    if not nodes:
        return GraphLayout()
    rank = {node: index for index, node in enumerate(nodes)}
    for source, target in edges:
        if source not in rank or target not in rank or rank[source] >= rank[target]:
            raise ValueError(f"the edge {source!r} to {target!r} does not go from an earlier node to a later one")
    layer = _layers(nodes, edges)
    columns, chains = _columns(nodes, edges, layer)
    links = sorted({pair for chain in chains.values() for pair in pairwise(chain)})
    columns = _untangled(columns, links)
    own = node_heights or {}
    heights = {item: own.get(item, NODE_HEIGHT) if item in rank else _LANE for column in columns for item in column}
    middle = _middles(columns, links, heights)
    top = min(middle[item] - heights[item] / 2 for item in heights)
    middle = {item: y - top + MARGIN for item, y in middle.items()}
    left = [MARGIN + index * (NODE_WIDTH + LAYER_GAP) for index in range(len(columns))]
    boxes = tuple(
        NodeBox(node, layer[node], left[layer[node]], middle[node] - heights[node] / 2, heights[node]) for node in nodes
    )
    return GraphLayout(
        boxes=boxes,
        routes=_routes(edges, chains, layer, left, middle, heights),
        width=left[-1] + NODE_WIDTH + MARGIN,
        height=max(middle[item] + heights[item] / 2 for item in heights) + MARGIN,
    )


def _layers(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    layer = dict.fromkeys(nodes, 0)
    targets: dict[str, list[str]] = {node: [] for node in nodes}
    sources: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        targets[source].append(target)
        sources[target].append(source)
    for node in nodes:
        layer[node] = max((layer[source] + 1 for source in sources[node]), default=0)
    # A source stands right before its first use, which keeps its edge short.
    for node in nodes:
        if not sources[node] and targets[node]:
            layer[node] = min(layer[target] for target in targets[node]) - 1
    return layer


def _columns(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], layer: dict[str, int]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """The items of each layer, with a lane for every edge that passes it, and each edge's chain of items."""
    columns: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node in nodes:
        columns[layer[node]].append(node)
    chains: dict[tuple[str, str], list[str]] = {}
    for source, target in edges:
        if (source, target) in chains:
            continue
        chain = [source]
        for between in range(layer[source] + 1, layer[target]):
            lane = f"{source} → {target} @ {between}"
            columns[between].append(lane)
            chain.append(lane)
        chains[source, target] = [*chain, target]
    return columns, chains


def _neighbours(links: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in links:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    return before, after


def _untangled(columns: list[list[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    before, after = _neighbours(links)
    best, fewest = columns, _crossings(columns, links)
    current = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        beside = before if forward else after
        order = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for index in order:
            fixed = {item: place for place, item in enumerate(current[index - 1 if forward else index + 1])}
            current[index] = _by_barycentre(current[index], beside, fixed)
        crossings = _crossings(current, links)
        if crossings < fewest:
            best, fewest = [list(column) for column in current], crossings
    return best


def _by_barycentre(column: list[str], beside: dict[str, list[str]], fixed: dict[str, int]) -> list[str]:
    def barycentre(place: int, item: str) -> float:
        near = [fixed[other] for other in beside.get(item, ()) if other in fixed]
        return sum(near) / len(near) if near else float(place)

    keyed = [(barycentre(place, item), place, item) for place, item in enumerate(column)]
    return [item for _, _, item in sorted(keyed)]


def _crossings(columns: list[list[str]], links: Sequence[tuple[str, str]]) -> int:
    place = {item: (index, row) for index, column in enumerate(columns) for row, item in enumerate(column)}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for source, target in links:
        gaps.setdefault(place[source][0], []).append((place[source][1], place[target][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0 for pairs in gaps.values() for i, a in enumerate(pairs) for b in pairs[:i]
    )


def _middles(columns: list[list[str]], links: Sequence[tuple[str, str]], heights: dict[str, float]) -> dict[str, float]:
    """Heights on the page: each item as near to its neighbours as the order and the gaps allow."""
    before, after = _neighbours(links)
    middle: dict[str, float] = {}
    for column in columns:
        y = 0.0
        for item in column:
            middle[item] = y + heights[item] / 2
            y += heights[item] + ROW_GAP
        shift = (y - ROW_GAP) / 2
        for item in column:
            middle[item] -= shift
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            wanted = []
            for item in column:
                near = (before if forward else after).get(item) or (after if forward else before).get(item) or [item]
                wanted.append(sum(middle[other] for other in near) / len(near))
            middle.update(zip(column, _spread(column, wanted, heights), strict=True))
    return middle


def _spread(column: list[str], wanted: list[float], heights: dict[str, float]) -> list[float]:
    """The positions nearest to `wanted`, in least squares, that keep the order and the gaps.

    Taking the least offset of each item away turns the gaps into a plain order, which pooling adjacent
    violators solves exactly.
    """
    offsets = [0.0]
    for upper, lower in pairwise(column):
        offsets.append(offsets[-1] + (heights[upper] + heights[lower]) / 2 + ROW_GAP)
    pools: list[tuple[float, int]] = []
    for y, offset in zip(wanted, offsets, strict=True):
        pools.append((y - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, m), (second, n) = pools[-2], pools[-1]
            pools[-2:] = [((first * m + second * n) / (m + n), m + n)]
    levels = [level for level, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _routes(
    edges: Sequence[tuple[str, str]],
    chains: dict[tuple[str, str], list[str]],
    layer: dict[str, int],
    left: list[float],
    middle: dict[str, float],
    heights: dict[str, float],
) -> tuple[tuple[tuple[float, float], ...], ...]:
    starts: list[list[tuple[float, float]]] = []
    arriving: dict[str, list[int]] = {}
    for index, (source, target) in enumerate(edges):
        points = [(left[layer[source]] + NODE_WIDTH, middle[source])]
        for step, lane in enumerate(chains[source, target][1:-1], start=1):
            x = left[layer[source] + step]
            points += [(x, middle[lane]), (x + NODE_WIDTH, middle[lane])]
        starts.append(points)
        arriving.setdefault(target, []).append(index)
    ends: dict[int, float] = {}
    for target, indices in arriving.items():
        spread = min(_PORT_GAP, (heights[target] - 12) / len(indices))
        # From above they arrive above, so that they do not cross on the last stretch.
        for port, index in enumerate(sorted(indices, key=lambda index: starts[index][-1][1])):
            ends[index] = middle[target] + (port - (len(indices) - 1) / 2) * spread
    return tuple(
        (*points, (left[layer[target]], ends[index]))
        for index, (points, (_, target)) in enumerate(zip(starts, edges, strict=True))
    )
