"""Which lesson shows what a layer does, asked about that layer's own shapes or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from urllib.parse import urlencode

from primer_core.inference.layers import Layer
from primer_core.language.limits import MAX_ELEMENTS
from primer_core.lessons.broadcasting.question import BroadcastingQuestion
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.question import Question
from primer_core.lessons.shapes.question import ShapesQuestion
from primer_core.lessons.softmax.question import SoftmaxQuestion
from ui.address import on_this_server


@dataclass(frozen=True, slots=True)
class LinkedQuestion:
    """A question of a lesson, and what the link to it is called.

    Parameters
    ----------
    slug
        Of the lesson.
    title
        What the link is called.
    question
        Of the lesson: what the page shows.
    """

    slug: str
    title: str
    question: Question

    @property
    def address(self) -> str:
        """Where on this server the page is."""
        return f"{on_this_server(f'/{self.slug}')}?{urlencode(self.question.parameters())}"


BATCH = LinkedQuestion("shapes", "Shapes", ShapesQuestion(x="(28, 28)", steps="unsqueeze(0), unsqueeze(0)"))
"""From an image to a batch of one."""


def of_layer(layer: Layer) -> LinkedQuestion | None:
    """The lesson on what a layer does; None where there is none."""
    match layer.kind:
        case "normalise":
            return LinkedQuestion(
                "broadcasting", "Broadcasting", BroadcastingQuestion(a=str(layer.given.shape), b="()")
            )
        case "flatten":
            batch, channels, *field = layer.given.shape
            shown = channels
            while shown > 1 and batch * shown * prod(field) > MAX_ELEMENTS:
                shown //= 2
            title = "Shapes" if shown == channels else f"Shapes, of {shown} channels"
            return LinkedQuestion("shapes", title, ShapesQuestion(x=str((batch, shown, *field)), steps="flatten(1)"))
        case "affine" | "convolution" if layer.learnt is not None:
            weight = layer.learnt.weight
            rows, inner = weight.shape[0], prod(weight.shape[1:])
            if layer.kind == "affine":
                question = MatmulQuestion(a=f"(1, {inner})", b=f"({inner}, {rows})")
            else:
                question = MatmulQuestion(a=f"({rows}, {inner})", b=f"({inner}, {prod(layer.values.shape[2:])})")
            return LinkedQuestion("matmul", "Matrix products", question)
    return None


def of_softmax(logits: Sequence[float], label: int) -> LinkedQuestion:
    """The lesson on softmax, asked about these logits."""
    typed = ", ".join(f"{logit:.3f}" for logit in logits)
    return LinkedQuestion("softmax", "Softmax", SoftmaxQuestion(typed=f"[{typed}]", target=str(label)))
