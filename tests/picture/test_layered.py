from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.autograd_graph.playback import layout
from primer_core.lessons.autograd_graph.presets import EXAMPLES
from primer_core.picture.layered import NODE_HEIGHT, GraphLayout, layered_layout
from tests.lessons.autograd_graph.traced import trace
from tests.profiles import examples

Graph = tuple[list[str], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to 60 nodes, each with up to four operands among those before it."""
    size = draw(st.integers(1, 60))
    edges = []
    for target in range(1, size):
        sources = draw(st.lists(st.integers(0, target - 1), max_size=4))
        edges += [(f"n{source}", f"n{target}") for source in sources]
    return [f"n{index}" for index in range(size)], edges


def check(drawn: GraphLayout, nodes: list[str], edges: list[tuple[str, str]]) -> None:
    boxes = {box.id: box for box in drawn.boxes}
    assert list(boxes) == nodes
    wide = drawn.node_width
    for a, b in combinations(sorted(drawn.boxes, key=lambda box: box.y), 2):
        assert abs(a.x - b.x) >= wide or a.y + a.height <= b.y, f"{a} overlaps {b}"
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - wide
        assert 0 <= box.y <= drawn.height - box.height
    for (source, target), route in zip(edges, drawn.routes, strict=True):
        start, end = boxes[source], boxes[target]
        assert start.layer < end.layer
        assert route[0] == pytest.approx((start.x + wide, start.y + start.height / 2))
        assert route[-1][0] == end.x
        assert end.y <= route[-1][1] <= end.y + end.height
        # Where an edge passes a layer, it passes between the nodes there.
        for x, y in route[1:-1]:
            assert not any(box.x <= x <= box.x + wide and box.y < y < box.y + box.height for box in drawn.boxes)


@examples(150)
@given(graphs(), st.dictionaries(st.integers(0, 59).map("n{}".format), st.floats(20, 400)))
def test_no_node_overlaps_another_and_edges_go_around_them(graph: Graph, heights: dict[str, float]) -> None:
    nodes, edges = graph
    drawn = layered_layout(nodes, edges, heights)
    check(drawn, nodes, edges)
    for box in drawn.boxes:
        assert box.height == heights.get(box.id, NODE_HEIGHT)


def test_sixty_nodes_in_one_layer_and_in_a_row() -> None:
    nodes = [f"n{index}" for index in range(60)]
    fan = [(node, "n59") for node in nodes[:-1]]
    check(layered_layout(nodes, fan), nodes, fan)
    chain = [(f"n{index}", f"n{index + 1}") for index in range(59)]
    row = layered_layout(nodes, chain)
    check(row, nodes, chain)
    assert len({box.y for box in row.boxes}) == 1


def test_the_same_graph_is_always_drawn_the_same() -> None:
    nodes, edges = ["a", "b", "c", "d"], [("a", "c"), ("b", "c"), ("a", "d"), ("c", "d")]
    assert layered_layout(nodes, edges) == layered_layout(nodes, edges)


def test_two_edges_between_the_same_nodes_end_apart() -> None:
    first, second = layered_layout(["a", "b"], [("a", "b"), ("a", "b")]).routes
    assert first[-1][1] < second[-1][1]


def test_edges_arrive_in_the_order_in_which_they_come() -> None:
    drawn = layered_layout(["a", "b", "y"], [("b", "y"), ("a", "y")])
    from_b, from_a = (route[-1][1] for route in drawn.routes)
    y = {box.id: box.y for box in drawn.boxes}
    assert (from_a < from_b) == (y["a"] < y["b"])


def test_a_leaf_stands_right_before_its_first_use() -> None:
    drawn = layered_layout(["a", "late", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "d"), ("late", "d")])
    assert {box.id: box.layer for box in drawn.boxes}["late"] == 2


def test_two_crossing_edges_are_untangled() -> None:
    drawn = layered_layout(["a", "b", "p", "q"], [("a", "q"), ("b", "p")])
    y = {box.id: box.y for box in drawn.boxes}
    assert (y["a"] < y["b"]) == (y["q"] < y["p"])


def test_no_nodes_need_no_room() -> None:
    assert layered_layout([], []) == GraphLayout()


@pytest.mark.parametrize("edge", [("b", "a"), ("a", "a"), ("a", "z")])
def test_an_edge_that_does_not_go_forward_is_refused(edge: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="earlier node"):
        layered_layout(["a", "b"], [edge])


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_drawn_without_overlap(name: str) -> None:
    traced = trace(EXAMPLES[name].question.program, EXAMPLES[name].question.switches)
    check(layout(traced), [node.id for node in traced.nodes], [(edge.source, edge.target) for edge in traced.edges])
