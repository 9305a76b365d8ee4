"""What a run in training needs to go on, later and in another process, as if nothing had come between."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import torch

from primer_core.training.spec import RunSpec


class CheckpointError(ValueError):
    """What was to be a checkpoint is none, or does not fit the run."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run has come, as plain numbers.

    Parameters
    ----------
    step, passes
        Batches trained on, and passes that are over and measured.
    epoch
        The pass that the last batch belonged to, counted from 1; 0 before the first.
    position, total
        Within the pass that is going on: samples trained on, and the sum of their losses.
    changes
        How many changes of settings are in use.
    total_steps
        Batches in the whole run as it is planned.
    schedule_runs
        From and to which sample the schedule of rates runs.
    last_loss, last_accuracy, best_validation_loss, epochs_without_better
        What decides whether the run ends after a pass.
    """

    step: int
    passes: int
    epoch: int
    position: int
    total: float
    changes: int
    total_steps: int
    schedule_runs: tuple[int, int]
    last_loss: float
    last_accuracy: float
    best_validation_loss: float
    epochs_without_better: int


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A run between two batches.

    Parameters
    ----------
    spec
        What is trained, with the settings in use.
    place
        How far it has come.
    model, optimizer
        Their states, as their ``state_dict`` gives them.
    random_state, device_random_state
        Of the run's own stream of random numbers, uint8; the second is None on a CPU.
    order
        The rows of the pass that is going on, (n,) int64; None between two passes.
    beside
        What those who watch the training remember, in plain JSON, by name.
    """

    spec: RunSpec
    place: Place
    model: Mapping[str, torch.Tensor]
    optimizer: Mapping[str, Any]
    random_state: torch.Tensor
    device_random_state: torch.Tensor | None
    order: torch.Tensor | None
    beside: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The content of its file."""
        buffer = io.BytesIO()
        torch.save(
            {
                "spec": self.spec.to_json(),
                "place": json.dumps(asdict(self.place)),
                "model": dict(self.model),
                "optimizer": dict(self.optimizer),
                "random_state": self.random_state,
                "device_random_state": self.device_random_state,
                "order": self.order,
                "beside": json.dumps(dict(self.beside)),
            },
            buffer,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The checkpoint that `to_bytes` wrote, on the CPU.

        Raises
        ------
        CheckpointError
            If it is something else, or a part of it.
        """
        try:
            read = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
            place = json.loads(read["place"])
            return cls(
                spec=RunSpec.from_json(read["spec"]),
                place=Place(**{**place, "schedule_runs": tuple(place["schedule_runs"])}),
                model=read["model"],
                optimizer=read["optimizer"],
                random_state=read["random_state"],
                device_random_state=read["device_random_state"],
                order=read["order"],
                beside=json.loads(read["beside"]),
            )
        except Exception as error:  # what torch's reader raises for damaged files is of many kinds
            raise CheckpointError(f"Expected a checkpoint; its file is damaged: {error}") from error
