"""Index expressions as learners write them, with arrays to index, and what is explained of them."""

from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import NotWritten, Outcome, Picked, Read, Written, explain
from primer_core.lessons.indexing.question import IndexingQuestion, Then

K = TypeVar("K")

bounds = st.one_of(st.none(), st.integers(-5, 5))
numbers = st.integers(-4, 4)


def _rows(item: st.SearchStrategy[int] | st.SearchStrategy[bool]) -> st.SearchStrategy[list[list[int]]]:
    return st.integers(0, 3).flatmap(
        lambda size: st.lists(st.lists(item, min_size=size, max_size=size), min_size=1, max_size=3)
    )


nested_lists = st.builds(
    lambda rows, write, comma: f"[{', '.join(str(write(row)) for row in rows)}]{comma}",
    st.one_of(_rows(st.integers(0, 3)), _rows(st.booleans())),
    st.sampled_from([list, tuple, lambda row: [row]]),
    st.sampled_from(["", "", ","]),
)
"""A list of lists or tuples, alone: NumPy makes it one array, PyTorch a tuple, unless a comma stands behind it."""


@st.composite
def written_items(draw: st.DrawFn, shape: tuple[int, ...]) -> str:
    """An index as a learner writes it: mostly right, sometimes out of bounds or with too many parts."""
    if draw(st.integers(0, 7)) == 0:
        return draw(nested_lists)
    parts: list[str] = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["number", "slice", "list", "mask", "None", "...", "column"]))
        if kind == "number":
            parts.append(str(draw(numbers)))
        elif kind == "slice":
            start, stop = (draw(bounds) for _ in range(2))
            step = draw(st.sampled_from([None, 1, 2, -1, -2]))
            parts.append(":".join("" if one is None else str(one) for one in (start, stop, step)))
        elif kind == "list":
            parts.append(str(draw(st.lists(st.integers(0, max(size - 1, 0)), max_size=3))))
        elif kind == "column":
            parts.append(f"np.arange({draw(st.integers(1, 2))})[:, None]")
        elif kind == "mask":
            parts.append(str(draw(st.lists(st.booleans(), min_size=size, max_size=size))))
        else:
            parts += [kind, ":"]
    if draw(st.integers(0, 7)) == 0:
        parts.append(draw(st.sampled_from(["0", "-1", ":", "::-1", "::0", "[0]", "None", "...", "..., ..., 0"])))
    return ", ".join(parts) or "..."


@st.composite
def questions(draw: st.DrawFn) -> tuple[np.ndarray, str]:
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=3)))
    array = np.arange(1, np.prod(shape) + 1, dtype=np.int64).reshape(shape)
    if draw(st.integers(0, 5)) == 0:
        return array, draw(st.sampled_from(["a > 3", "(a > 2) & (a < 9)", "a[0] > 1", "a % 2 == 0", "~(a > 3), None"]))
    return array, draw(written_items(shape))


def ask(array: str, index: str, then: Then = "Read", value: str = "100", library: Library = "NumPy") -> Outcome:
    return explain(IndexingQuestion(array, index, then, value, library))


def ask_of(
    array: np.ndarray, index: str, then: Then = "Read", value: str = "100", library: Library = "NumPy"
) -> Outcome:
    """Ask of an array that is filled by counting."""
    return ask(shape_text(array.shape), index, then, value, library)


def picked_by(outcome: Outcome) -> Picked | None:
    """What an index picks, if the library takes it."""
    return outcome.picked if isinstance(outcome, Read | Written | NotWritten) else None


def sure(outcome: Outcome, kind: type[K]) -> K:
    """The outcome, which must be of a kind."""
    assert isinstance(outcome, kind), outcome
    return outcome
