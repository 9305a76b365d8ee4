"""The graph of a trace, with playback: everything after the mount happens in the browser."""

from pathlib import Path

from primer_core.lessons.autograd_graph.graph import GraphTrace
from ui.components.autograd_graph.payload import payload
from ui.components.folder import register

_component = register(Path(__file__).parent)


def autograd_graph(key: str, trace: GraphTrace) -> None:
    """Draw `trace` as a graph that can be played forward and backward.

    Parameters
    ----------
    key
        Of this instance. As long as it stays, so do the step and the selected node.
    trace
        Its program is not None.
    """
    _component(key=key, data=payload(trace))
