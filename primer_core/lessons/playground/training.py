"""Training as a function: from the numbers of a network and its optimiser after so many steps to those after more.

Each step is one batch: forward, loss, backward, step, as in `primer_core.lessons.playground.code`. The order of the
batches is that of a DataLoader that shuffles, and follows from the seed and the number of the step alone.
"""

from __future__ import annotations

import base64
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.lessons.playground.network import Network, gathered, spread, start, state_after_start
from primer_core.lessons.playground.question import (
    MOST_STEPS,
    Edit,
    PlaygroundQuestion,
    parameter_count,
    read_edits,
)
from primer_core.lessons.playground.sets import Points, points_of

if TYPE_CHECKING:
    import torch

_SLOTS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Rows of numbers that an optimiser keeps beside the weights: none, the momentum, or Adam's two means."""


class StateError(ValueError):
    """A state that is none of the question's network; the message says what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A network in training.

    Parameters
    ----------
    step
        How many steps were taken.
    numbers
        (1 + slots, parameters) float32: weights and biases, and what the optimiser keeps of them.
    """

    step: int
    numbers: torch.Tensor

    def text(self) -> str:
        """Write the numbers exactly: base64 of float32, little-endian."""
        return base64.b64encode(self.numbers.numpy().astype("<f4").tobytes()).decode()


def first_state(question: PlaygroundQuestion) -> State:
    """The state before the first step, with the edits that were made then."""
    load_torch()
    import torch

    weights = start(question.sizes, question.seed)
    numbers = torch.zeros(1 + _SLOTS[question.optimizer], len(weights))
    numbers[0] = weights
    return edited(question, State(0, numbers))


def read_state(question: PlaygroundQuestion, step: int, text: str) -> State:
    """Read what `State.text` has written.

    Raises
    ------
    StateError
        If it is no state of this question's network and optimiser.
    """
    load_torch()
    import torch

    shape = 1 + _SLOTS[question.optimizer], parameter_count(question.sizes)
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise StateError("Expected the state as base64.") from None
    if len(content) != 4 * shape[0] * shape[1]:
        raise StateError(f"Expected a state of {shape[0]} times {shape[1]} numbers, got {len(content)} bytes.")
    if not 0 <= step <= MOST_STEPS:
        raise StateError(f"Expected a step from 0 to {MOST_STEPS}.")
    numbers = torch.from_numpy(np.frombuffer(content, dtype="<f4").reshape(shape).astype(np.float32))
    return edited(question, State(step, numbers))


def edited(question: PlaygroundQuestion, state: State) -> State:
    """Set the numbers that the learner has set at this very step."""
    edits = [edit for edit in read_edits(question.edits) if edit.step == state.step]
    if edits:
        network = network_of(question, state)
        for edit in edits:
            network.put(edit)
        state.numbers[0] = network.numbers
    return state


def network_of(question: PlaygroundQuestion, state: State) -> Network:
    """The network of a state, with a copy of its numbers."""
    return Network(question.sizes, question.activation, state.numbers[0])


@dataclass(frozen=True, slots=True, eq=False)
class Tensors:
    """The points as a network takes them.

    Parameters
    ----------
    inputs
        (n, 2) float32, or (n, 1) where a height is learnt.
    targets
        (n, 1) float32: class or height; (n,) int64 where there are two logits.
    """

    inputs: torch.Tensor
    targets: torch.Tensor


def tensors_of(question: PlaygroundQuestion) -> tuple[Tensors, Tensors]:
    """The points to train on, and those to test with."""
    return _tensors(question.drawn(), question.is_curve, question.outputs)


@lru_cache(maxsize=32)
def _tensors(drawn: tuple[Any, ...], is_curve: bool, outputs: str) -> tuple[Tensors, Tensors]:
    points = points_of(drawn)
    return (
        of_rows(points, points.train, is_curve=is_curve, outputs=outputs),
        of_rows(points, points.test, is_curve=is_curve, outputs=outputs),
    )


def of_rows(points: Points, rows: NDArray[np.int64], *, is_curve: bool, outputs: str) -> Tensors:
    """Some rows of a set of points."""
    load_torch()
    import torch

    x, y = (torch.from_numpy(axis[rows]).float() for axis in (points.x, points.y))
    label = torch.from_numpy(points.label[rows])
    if is_curve:
        return Tensors(x.unsqueeze(1), y.unsqueeze(1))
    inputs = torch.stack([x, y], dim=1)
    return Tensors(inputs, label if outputs == "2" else label.float().unsqueeze(1))


def batch_size(question: PlaygroundQuestion, count: int) -> int:
    """Points in a batch, where there are so many to train on."""
    return count if question.batch == "all" else min(count, int(question.batch))


class Order:
    """The rows of each batch, as a DataLoader with ``shuffle`` draws them from torch's global generator.

    For each pass it draws a seed for its workers and one for its sampler, whose generator draws the permutation.

    Parameters
    ----------
    state
        Of the generator when the first pass begins.
    count, size
        Points to train on, and in a batch.
    drops_last
        Whether a last batch that is smaller is left out.
    """

    def __init__(self, state: torch.Tensor, count: int, size: int, *, drops_last: bool) -> None:
        self._state, self._count, self._size = state, count, size
        self.in_a_pass = count // size if drops_last else -(-count // size)
        self._seeds: list[int] = []
        self._held = -1
        self._rows: tuple[torch.Tensor, ...] = ()

    def rows(self, step: int) -> torch.Tensor:
        """The rows of the batch after so many."""
        number, place = divmod(step, self.in_a_pass)
        if number != self._held:
            load_torch()
            import torch

            generator = torch.Generator().manual_seed(self._seed(number))
            # Tensor.split has no types.
            self._rows = torch.split(torch.randperm(self._count, generator=generator), self._size)
            self._held = number
        return self._rows[place]

    def _seed(self, number: int) -> int:
        if number >= len(self._seeds):
            load_torch()
            import torch

            generator = torch.Generator()
            generator.set_state(self._state)
            drawn = torch.empty(4 * number + 64, dtype=torch.int64).random_(generator=generator)
            self._seeds = drawn[1::2].tolist()
        return self._seeds[number]


def order_of(question: PlaygroundQuestion, count: int) -> Order:
    """The order of a question's batches, where there are so many points to train on."""
    return _order(question.sizes, question.seed, count, batch_size(question, count), question.drop_last)


@lru_cache(maxsize=64)
def _order(sizes: tuple[int, ...], seed: int, count: int, size: int, drops_last: bool) -> Order:
    return Order(state_after_start(sizes, seed), count, size, drops_last=drops_last)


def loss_of(question: PlaygroundQuestion) -> Callable[..., torch.Tensor]:
    """The function of logits and targets that is made small."""
    load_torch()
    from torch.nn import functional

    if question.is_curve:
        return functional.mse_loss
    return functional.cross_entropy if question.outputs == "2" else functional.binary_cross_entropy_with_logits


def advance(
    question: PlaygroundQuestion, state: State, steps: int, *, seconds: float = float("inf")
) -> tuple[State, list[float]]:
    """Take steps.

    Parameters
    ----------
    question
        Whose network, points and settings they are.
    state
        Whence; it is not changed.
    steps
        How many at most; none is taken beyond `MOST_STEPS`, or without points.
    seconds
        Of this thread's work, after which no further ones are taken. The first is taken in any case, and not counted:
        in a new process it sets up what the others use.

    Returns
    -------
    state, losses
        Whither, and the loss of each batch before its step.
    """
    load_torch()
    import torch

    train, _ = tensors_of(question)
    count = len(train.inputs)
    last = min(state.step + steps, MOST_STEPS) if count else state.step
    step, network = state.step, network_of(question, state)
    slots = [spread(network.sizes, row) for row in state.numbers[1:]]
    step_once = _step_of(question, network, slots, step)
    order, loss_function = order_of(question, count) if count else None, loss_of(question)
    edits: dict[int, list[Edit]] = {}
    for edit in read_edits(question.edits):
        edits.setdefault(edit.step, []).append(edit)
    losses = []
    end = math.inf
    while order is not None and step < last:
        rows = order.rows(step)
        loss = loss_function(network.logits(train.inputs[rows]), train.targets[rows])
        network.gradient.zero_()
        torch.autograd.backward(loss)
        with torch.no_grad():
            step_once()
        losses.append(loss.item())
        step += 1
        for edit in edits.get(step, ()):
            network.put(edit)
        worked = time.thread_time()
        if len(losses) == 1:
            end = worked + seconds
        if worked >= end:
            break
    return State(step, torch.stack([gathered(network.sizes, row) for row in (network.row, *slots)])), losses


def _step_of(
    question: PlaygroundQuestion, network: Network, slots: Sequence[torch.Tensor], step: int
) -> Callable[[], None]:
    """What the optimiser does at each step, to all numbers of the network as one tensor.

    It is the function that PyTorch's optimiser itself calls, and reads and writes the slots, where what it keeps of
    each number lies as the numbers do. The class around that would have each new process load PyTorch's compiler first,
    which takes longer than PyTorch.

    Parameters
    ----------
    question
        Whose optimiser and rate they are.
    network
        (places,) float32 are its numbers and their gradients.
    slots
        What the optimiser keeps, (places,) float32 each: nothing, the momentum, or Adam's two means.
    step
        How many steps were taken before.
    """
    load_torch()
    import torch
    from torch.optim import adam, sgd

    rate, numbers, gradients = float(question.rate), [network.row], [network.gradient]
    if question.optimizer == "adam":
        means, squares, steps = [slots[0]], [slots[1]], [torch.tensor(float(step))]

        def step_adam() -> None:
            adam.adam(
                numbers, gradients, means, squares, [], steps, foreach=False, amsgrad=False, beta1=0.9, beta2=0.999,
                lr=rate, weight_decay=0, eps=1e-8, maximize=False,
            )  # fmt: skip

        return step_adam
    momentum = 0.9 if question.optimizer == "momentum" else 0.0
    held = slots[0] if momentum else None
    # Before the first step there is no momentum: it becomes the gradient.
    momenta = [held if step else None]

    def step_sgd() -> None:
        sgd.sgd(
            numbers, gradients, momenta, foreach=False, weight_decay=0, momentum=momentum, lr=rate, dampening=0,
            nesterov=False, maximize=False,
        )  # fmt: skip
        if held is not None and momenta[0] is not None and momenta[0] is not held:
            held.copy_(momenta[0])
            momenta[0] = held

    return step_sgd
