"""How a traced program is drawn: where its nodes and edges stand."""

from primer_core.lessons.autograd_graph.graph import GraphTrace
from primer_core.picture.layered import GraphLayout, layered_layout


def layout(trace: GraphTrace) -> GraphLayout:
    """Place the nodes and the edges of `trace`, in their order there, in layers from left to right, in pixels.

    The places depend on the graph's structure only: a value that changes moves nothing.
    """
    return layered_layout([node.id for node in trace.nodes], [(edge.source, edge.target) for edge in trace.edges])
