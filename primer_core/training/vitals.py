"""What is measured inside a network now and then while it trains, as plain numbers; `inside` measures it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class LayerVitals:
    """One layer with weights.

    Parameters
    ----------
    units
        int, its hidden units; 0 where no ReLU follows, as after the last layer.
    dead
        int, those of them that are 0 on every one of the samples that were looked at.
    weight_norm
        float, the Euclidean norm of its weights.
    gradient_norm
        float, the Euclidean norm of the gradient of its weights and biases for the latest batch; NaN where there is
        none.
    update_ratio
        float, the norm of the change of its weights in the latest step, divided by the norm they had before it; NaN
        where that step was not watched.
    """

    units: int
    dead: int
    weight_norm: float
    gradient_norm: float
    update_ratio: float

    @property
    def all_dead(self) -> bool:
        """Whether it has hidden units, and none of them answers to any sample."""
        return 0 < self.units == self.dead


@dataclass(frozen=True, slots=True)
class Vitals:
    """A network after some batch.

    Parameters
    ----------
    step
        int from 1, batches trained on by then.
    layers
        Its layers with weights, from the input to the logits.
    samples
        int, how many validation samples were looked at: 500, or all where there are fewer.
    wrong
        int, how many of them it reads wrong.
    loss_of_wrong, loss_of_right
        float, the mean cross-entropy of those it reads wrong and of those it reads right, in nats; NaN where there are
        none.
    input_mean, input_std
        float, mean and standard deviation of the values that it is given for these samples.
    """

    step: int
    layers: tuple[LayerVitals, ...]
    samples: int
    wrong: int
    loss_of_wrong: float
    loss_of_right: float
    input_mean: float
    input_std: float

    @property
    def dead_layer(self) -> int | None:
        """The first layer all of whose hidden units are dead, counted from 1; None if there is none."""
        return next((number for number, layer in enumerate(self.layers, 1) if layer.all_dead), None)

    @property
    def largest_update(self) -> float:
        """The largest update ratio of a layer; NaN if no step was watched."""
        return max((layer.update_ratio for layer in self.layers if layer.update_ratio >= 0), default=math.nan)

    def to_json(self) -> str:
        """The vitals as a JSON object in Python's dialect, which has NaN and Infinity."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The vitals that `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is something else.
        """
        try:
            given: Any = json.loads(text)
            return cls(**{**given, "layers": tuple(LayerVitals(**layer) for layer in given["layers"])})
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(f"expected the vitals of a network as JSON, got {text!r:.80} ({error})") from error
