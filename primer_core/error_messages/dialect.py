"""How code is written in either library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from primer_core.claims.claim import Shape
from primer_core.error_messages.cause import LessonLink
from primer_core.language.limits import MAX_AXES, MAX_ELEMENTS
from primer_core.lessons.alignment import axis_rule, joint_shape


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one library.

    Parameters
    ----------
    library
        Its name.
    header
        The import that code begins with.
    prefix
        What stands in front of its functions.
    axis
        What an axis is called in a call.
    join
        The function that joins arrays along an axis.
    """

    library: str
    header: str
    prefix: str
    axis: str
    join: str

    def code(self, *lines: str) -> str:
        """Return lines of code that run as they stand."""
        body = "\n".join(lines)
        header = self.header + ("\nfrom torch import nn" if "nn." in body else "")
        return f"{header}\n\n{body}"

    def zeros(self, shape: Shape) -> str:
        """Write an array of zeros: ``np.zeros((4, 3))``, ``torch.zeros(4, 3)``."""
        bare = self.prefix == "torch" and len(shape) > 0
        return f"{self.prefix}.zeros({', '.join(map(str, shape)) if bare else shape})"

    def shape_arguments(self, shape: Shape) -> str:
        """Write a shape as arguments of reshape."""
        return ", ".join(map(str, shape)) if shape else "()"


NP = Dialect("NumPy", "import numpy as np", "np", "axis", "concatenate")
TORCH = Dialect("PyTorch", "import torch", "torch", "dim", "cat")


def clashing(*shapes: Shape) -> tuple[tuple[int, ...], ...]:
    """Return for each shape its axes, from 0, along which the shapes clash when they are lined up from the right."""
    rules = [rule for rule in axis_rule(shapes) if rule.size is None]
    return tuple(tuple(len(s) + rule.axis for rule in rules if len(s) + rule.axis >= 0) for s in shapes)


def meet(*shapes: Shape) -> Shape | None:
    """Return the shape in which shapes meet, or None where they clash."""
    return joint_shape(axis_rule(shapes))


def stretches(shape: Shape, target: Shape) -> bool:
    """Return whether a shape can be stretched to another one."""
    return meet(shape, target) == target


def posed(slug: str, parameters: Mapping[str, str], *shapes: Shape, clash: bool = False) -> LessonLink:
    """Return a lesson with a question, or without one where its shapes are larger than lessons draw.

    Parameters
    ----------
    slug, parameters
        Of the lesson and its question.
    shapes
        Of the arrays in it.
    clash
        Whether no array is computed, since the shapes clash: then their sizes do not matter.
    """
    fits = all(len(shape) <= MAX_AXES and (clash or prod(shape) <= MAX_ELEMENTS) for shape in shapes)
    return LessonLink(slug, parameters if fits else {})


def broadcasting(a: Shape, b: Shape, *, in_place: bool = False) -> LessonLink:
    """Return the lesson that shows how two shapes meet."""
    parameters = {"a": str(a), "b": str(b)} | ({"inplace": "true"} if in_place else {})
    return posed("broadcasting", parameters, a, b, clash=True)
