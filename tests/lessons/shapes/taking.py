"""Pipelines of x that can be read."""

from collections.abc import Sequence

from primer_core.backend import Library
from primer_core.lessons.shapes.pipeline import Done, Failed, Pipeline, take_steps
from primer_core.lessons.shapes.steps import split_steps


def taking(x: str | tuple[int, ...], steps: str | Sequence[str] = "", library: Library = "PyTorch") -> Pipeline:
    """Take the steps of a text, or of one text a step."""
    texts = split_steps(steps) if isinstance(steps, str) else steps
    found = take_steps(str(x), texts, library)
    assert isinstance(found, Pipeline), found
    return found


def failing(x: str | tuple[int, ...], text: str, library: Library = "PyTorch") -> Failed:
    """The only step, which fails."""
    (step,) = taking(x, [text], library).steps
    assert isinstance(step, Failed), step
    return step


def done(x: str | tuple[int, ...], text: str, library: Library = "PyTorch") -> Done:
    """The only step, which is taken."""
    (step,) = taking(x, [text], library).steps
    assert isinstance(step, Done), step
    return step
