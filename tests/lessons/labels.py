"""The fixed labels of pages: what stands beside facts and states none.

A label holds of every state in which it stands. It is a title, the name of a row, a column or a drawing, a definition,
or an invitation. What is said of one state alone is a claim. ``{n}``, ``{shape}``, ``{name}`` and the like stand for
what the learner or the library wrote there: see `tests.lessons.sources`.
"""

from collections.abc import Mapping

LABELS: Mapping[str, tuple[str, ...]] = {
    "": (
        "What happened",
        "What would work",
        "Copied into plain Python, it prints what this page shows.",
        "axis {n}",
        "or {n}",
        "no axis",
        "a number",
        "{name}.grad",
        "NumPy warns",
        "PyTorch warns",
        "The library warns",
        "from {shape}",
        "missing → 1",
        "{name}_part",
    ),
    "broadcasting": (
        "Gradients are shown of a new array.",
        "Two operands are computed in place: empty c.",
        "Values are computed up to 4 096 elements. Smaller axes show the same rule.",
        "operand {name} cannot be read",
        "result",
        "a scalar",
        "nothing to line up",
        "as written",
        "as NumPy reads it",
        "axis {n}, stride 0",
        "the gradient that reaches y",
        "a_after",
    ),
}
