"""Autograd graph: a program's graph as PyTorch records it, forward and backward."""

from primer_core.lessons.autograd_graph.claims import claims_of
from primer_core.lessons.autograd_graph.explain import explain, react
from primer_core.lessons.autograd_graph.presets import PRESETS
from primer_core.lessons.autograd_graph.question import GraphQuestion
from primer_core.lessons.autograd_graph.show import show
from primer_core.lessons.lesson import Lesson

LESSON = Lesson(
    slug="autograd_graph",
    title="Autograd graph",
    group="Autograd",
    icon=":material/account_tree:",
    summary=(
        "PyTorch writes down what you compute as a graph. Going back through it, each node multiplies what comes in by "
        "its own slope."
    ),
    blurb="PyTorch's own graph, played forward and back, node by node.",
    question=GraphQuestion,
    presets=PRESETS,
    explain=explain,
    show=show,
    claims=claims_of,
    react=react,
    needs_torch=lambda _: True,
)
