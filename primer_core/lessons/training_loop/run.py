"""Runs a loop line by line, as it is written, and takes down what can be seen of each step.

Hooks count what its graphs hold. PyTorch does not compare the versions of tensors that a hook has saved, so that an
error which a change in place deserves would not come. Where weights may change between forward and backward, what the
loop does is found without hooks, and it is counted as it is run once more, as far as it came.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from primer_core.backend import Declined
from primer_core.backend.loading import load_torch
from primer_core.backend.seeding import seeding_one_generator
from primer_core.backend.warning_filters import WarningFilter
from primer_core.language.execution import attempted, is_heard, remembered
from primer_core.language.parsing import code_expression, code_statements
from primer_core.lessons.training_loop.code import EPOCHS, batches_call, head
from primer_core.lessons.training_loop.lines import LINES, PART, Loop, is_classified
from primer_core.lessons.training_loop.question import Net, Task

if TYPE_CHECKING:
    import torch

_KEPT_RUNS = 64

_OTHER_SIZE = WarningFilter("ignore", "Using a target size")
"""What PyTorch warns of at a loss of all pairs; it is kept where nobody records warnings."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a loop begins with.

    Parameters
    ----------
    task, net, examples, rate, seed
        As the question has them.
    """

    task: Task
    net: Net
    examples: int
    rate: float
    seed: int


@dataclass(frozen=True, slots=True)
class Step:
    """What is seen at the end of a batch.

    Parameters
    ----------
    loss
        That the loop computed last; None before it computed any.
    norm
        Of all of ``.grad`` of the model's parameters together; None where none has any.
    own
        Of what backward added to ``.grad`` in this step; None where it was not called.
    saved, held
        Bytes of tensors that graphs hold for backward: the most at any time of the step, and at its end.
    trains
        Whether the model is in train mode.
    """

    loss: float | None
    norm: float | None
    own: float | None
    saved: int
    held: int
    trains: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """An exception ended the loop.

    Parameters
    ----------
    step
        The batch that was under way, counted from 1; 0 before the first.
    place
        Of the line, among all lines and the marks between groups; -1 for the line that begins the batches.
    code
        The line.
    kind, words
        Class and message of the exception.
    """

    step: int
    place: int
    code: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a loop.

    Parameters
    ----------
    steps
        One a batch that went through.
    means, checks
        What the loop noted of each epoch: its mean loss, and the loss of the validation set.
    graphs, held
        How many of the numbers that the loop keeps are tensors with a graph, and how many bytes of tensors these graphs
        hold for backward.
    pairs
        Rows of the last batch, where the model's output for it has a second axis of size 1, and its targets have none;
        0 else.
    changed, numbers
        How many of the model's weights and biases have changed since the first epoch began, and how many there are.
    optimised
        How many tensors the optimiser has, and how many of them are the model's; None where there is no optimiser.
    idle
        How often the optimiser stepped while no parameter of the model had a gradient.
    stepped
        How often it stepped at all.
    tracked
        Batches that BatchNorm has averaged over; None where there is none.
    measured, accuracy
        Loss of the validation set in eval mode when all is over, and the share of right answers; None for no classes.
    predicted
        Smallest and largest prediction for the training set then; None for classes.
    next_class
        Share of the validation set for which the class after the right one is named; None for no classes.
    chosen
        Epoch, counted from 0, accuracy on the test set, and on fresh examples, that the loop chose; None for no choice.
    targets
        Smallest, mean and largest target; None for classes.
    paired
        How many of the training examples still have their own label, and how many there are.
    curvature
        Mean square of the inputs; None where there is more than one weight.
    stopped
        What ended it; None where nothing did.
    warned
        What PyTorch warned of.
    """

    steps: tuple[Step, ...]
    means: tuple[float, ...]
    checks: tuple[float, ...]
    graphs: int
    held: int
    pairs: int
    changed: int
    numbers: int
    optimised: tuple[int, int] | None
    idle: int
    stepped: int
    tracked: int | None
    measured: float
    accuracy: float | None
    predicted: tuple[float, float] | None
    next_class: float | None
    chosen: tuple[int, float, float] | None
    targets: tuple[float, float, float] | None
    paired: tuple[int, int]
    curvature: float | None
    stopped: Stopped | None
    warned: tuple[str, ...]

    @property
    def losses(self) -> tuple[float, ...]:
        """The losses of all steps that had one."""
        return tuple(step.loss for step in self.steps if step.loss is not None)


@remembered(_KEPT_RUNS)
def run(start: Start, loop: Loop) -> Run:
    """Run a loop.

    Parameters
    ----------
    start
        What it begins with.
    loop
        Its lines.
    """
    if not is_heard():
        _OTHER_SIZE.keep()
    first = _Walk(start, loop, most=None)
    if _keeps_order(loop):
        first.count()
        return first.told(first)
    first.go()
    counted = _Walk(start, loop, most=first.done)
    counted.count()
    return first.told(counted)


_ORDER = ("forward", "loss", "backward", "step")
"""What a batch does, in the order in which no weight changes between forward and backward."""


def _keeps_order(loop: Loop) -> bool:
    """Return whether all that makes, uses or changes weights stands in a batch, in order, or before the loop."""
    slots = [[LINES[name].slot for name in names] for names in loop.groups]
    places = [_ORDER.index(slot) for slot in slots[2] if slot in _ORDER]
    outside = {slot for group in (0, 1, 3) for slot in slots[group]} & set(_ORDER)
    changed = "init" in slots[1] + slots[2] + slots[3]
    return places == sorted(places) and not outside and not changed


class _Count:
    """Bytes of tensors that graphs hold for backward: now, and the most since that was asked last."""

    def __init__(self) -> None:
        self.bytes = self.most = 0

    def packed(self, tensor: torch.Tensor) -> _Kept:
        """Take a tensor that a graph saves."""
        return _Kept(self, tensor)

    def add(self, size: int) -> None:
        """Count bytes that come or, below 0, go."""
        self.bytes += size
        self.most = max(self.most, self.bytes)

    def told(self) -> tuple[int, int]:
        """Return the most, and what there is now."""
        most, self.most = self.most, self.bytes
        return most, self.bytes


class _Kept:
    """A tensor that a graph has saved for backward; it lives as long as the graph holds it."""

    def __init__(self, count: _Count, tensor: torch.Tensor) -> None:
        self.count, self.tensor = count, tensor
        count.add(tensor.nbytes)

    def __del__(self) -> None:
        self.count.add(-self.tensor.nbytes)


class _Walk:
    """A loop as it is run.

    Parameters
    ----------
    most
        Lines after which it ends; None for no end.
    """

    def __init__(self, start: Start, loop: Loop, most: int | None) -> None:
        load_torch()
        import torch

        self.torch = torch
        self.start, self.loop, self.most = start, loop, most
        self.done = 0
        self.names: dict[str, Any] = {"torch": torch, "nn": torch.nn, "SGD": torch.optim.SGD}
        with seeding_one_generator():
            exec(_compiled(head(start.task, start.net, start.examples, start.rate, start.seed, loop)), self.names)  # noqa: S102 - our own code
        self.model: Any = self.names["model"]
        self.parameters: list[torch.Tensor] = list(self.model.parameters())
        self.first = self._parameters()
        self.pairs = {(tuple(x), label) for x, label in self._rows()}
        self.steps: list[Step] = []
        self.batch, self.idle, self.stepped = 0, 0, 0
        self.own: float | None = None
        self.kept = _Count()
        self.stopped: Stopped | None = None
        self.warned: dict[str, None] = {}

    def _parameters(self) -> list[torch.Tensor]:
        return [parameter.detach().clone() for parameter in self.parameters]

    def _rows(self) -> Iterator[tuple[list[float], float]]:
        return zip(self.names["X"].tolist(), self.names["y"].tolist(), strict=True)

    def count(self) -> None:
        """Run it with hooks that count what its graphs save."""
        with self.torch.autograd.graph.saved_tensors_hooks(self.kept.packed, lambda kept: kept.tensor):
            self.go()

    def go(self) -> None:
        """Run all of it, or as far as it goes."""
        before, epoch, batch, after = _placed(self.loop)
        if not self._lines(before):
            return
        self.first = self._parameters()
        for number in range(EPOCHS):
            self.names["epoch"] = number
            if not (self._lines(epoch) and self._batches(batch) and self._lines(after)):
                return

    def _batches(self, lines: Sequence[tuple[int, str]]) -> bool:
        batches, warned = attempted(eval, (_compiled_expression(batches_call(self.loop)), self.names), {})
        self._warn(warned)
        if isinstance(batches, Declined):  # X and y of different lengths, or of no rows
            return self._stop(-1, LINES[self.loop.begins].code, batches)
        for self.names["xb"], self.names["yb"] in batches:
            self.batch += 1
            self.own = None
            if not self._lines(lines):
                return False
            self._look()
        return True

    def _lines(self, lines: Sequence[tuple[int, str]]) -> bool:
        for place, name in lines:
            if self.done == self.most:
                return False
            code = LINES[name].code
            grads = self._grads() if name == "backward" else None
            if name == "step":
                self.stepped += 1
                self.idle += all(parameter.grad is None for parameter in self.parameters)
            try:
                result, warned = attempted(exec, (_compiled(code), self.names), {})
            except NameError as error:
                result, warned = Declined.of(error), ()
            self._warn(warned)
            if isinstance(result, Declined):
                return self._stop(place, code, result)
            self.done += 1
            if grads is not None:
                self.own = float((self._grads() - grads).norm())
        return True

    def _stop(self, place: int, code: str, declined: Declined) -> bool:
        self.stopped = Stopped(self.batch, place, code, declined.kind, declined.words)
        return False

    def _warn(self, warned: Sequence[str]) -> None:
        self.warned |= dict.fromkeys(words.partition(" (Triggered internally")[0] for words in warned)

    def _grads(self) -> torch.Tensor:
        """Return all of ``.grad`` in a row, with 0 where a parameter has none."""
        zeros = self.torch.zeros_like
        grads = [zeros(each) if each.grad is None else each.grad for each in self.parameters]
        return self.torch.cat([grad.flatten() for grad in grads])

    def _look(self) -> None:
        loss = self.names.get("loss")
        self.steps.append(
            Step(
                None if loss is None else loss.item(),
                float(self._grads().norm()) if any(each.grad is not None for each in self.parameters) else None,
                self.own,
                *self.kept.told(),
                self.model.training,
            )
        )

    def held(self) -> int:
        """Return the bytes that graphs hold which the loop keeps."""
        for name in ("loss", "out"):
            self.names.pop(name, None)
        return self.kept.bytes

    def _paired(self) -> int:
        out, yb = self.names.get("out"), self.names.get("yb")
        if out is None or yb is None or tuple(out.shape) != (*yb.shape, 1) or yb.ndim != 1:
            return 0
        return len(yb)

    def told(self, counted: _Walk) -> Run:
        """Tell what came of it, with what another walk along the same lines has counted."""
        torch, names, task = self.torch, self.names, self.start.task
        steps = tuple(
            Step(step.loss, step.norm, step.own, other.saved, other.held, step.trains)
            for step, other in zip(self.steps, counted.steps, strict=False)
        )
        pairs = self._paired()
        kept = [*names["losses"], *names["means"], *names["checks"]]
        kept += [names["total"]] if "total" in names else []
        changed = sum(int((now != then).sum()) for now, then in zip(self.parameters, self.first, strict=True))
        paired = sum((tuple(x), label) in self.pairs for x, label in self._rows())
        curvature = float((names["X"] ** 2).mean()) if task == "one weight" else None
        tracked = next((int(each.num_batches_tracked) for each in self.model.modules() if _averages(each)), None)
        optimiser = names.get("optimizer")
        mine = {id(parameter) for parameter in self.parameters}
        held = [each for group in optimiser.param_groups for each in group["params"]] if optimiser is not None else []
        self.model.eval()
        measured = accuracy = predicted = next_class = targets = None
        with torch.no_grad():
            if is_classified(task):
                out = self.model(names["Xv"])
                named = out.argmax(1)
                accuracy = float((named == names["yv"]).float().mean())
                next_class = float((named == (names["yv"] + 1) % out.shape[1]).float().mean())
            else:
                out = self.model(names["Xv"]).squeeze(1)
                fitted = self.model(names["X"])
                predicted = float(fitted.min()), float(fitted.max())
                y = names["y"]
                targets = float(y.min()), float(y.mean()), float(y.max())
            measured = float(names["loss_fn"](out, names["yv"]))
        return Run(
            steps,
            tuple(float(_bare(each)) for each in names["means"]),
            tuple(float(_bare(each)) for each in names["checks"]),
            sum(getattr(each, "grad_fn", None) is not None for each in kept),
            counted.held(),
            pairs,
            changed,
            sum(parameter.numel() for parameter in self.parameters),
            (len(held), sum(id(each) in mine for each in held)) if optimiser is not None else None,
            self.idle,
            self.stepped,
            tracked,
            measured,
            accuracy,
            predicted,
            next_class,
            names["chosen"] if task == "coin tosses" and names["chosen"][1] else None,
            targets,
            (paired, len(names["X"])),
            curvature,
            self.stopped,
            tuple(self.warned),
        )


def _averages(module: Any) -> bool:
    """Return whether a module is BatchNorm, which counts the batches that it has averaged over."""
    return getattr(module, "num_batches_tracked", None) is not None


def _bare(kept: Any) -> Any:
    return kept.detach() if hasattr(kept, "detach") else kept


def _placed(loop: Loop) -> tuple[tuple[tuple[int, str], ...], ...]:
    """Return the lines of each group with their places."""
    found: list[list[tuple[int, str]]] = [[]]
    for place, name in enumerate(loop.names):
        if name == PART:
            found.append([])
        else:
            found[-1].append((place, name))
    return tuple(map(tuple, found))


@lru_cache(maxsize=256)
def _compiled(code: str) -> CodeType:
    """Compile lines that stand in this folder, with choices and numbers in them: no text that a learner typed."""
    return compile(ast.Module(code_statements(code), []), "loop", "exec")


@lru_cache(maxsize=8)
def _compiled_expression(code: str) -> CodeType:
    """Compile an expression as `_compiled` does lines."""
    return compile(ast.Expression(code_expression(code)), "loop", "eval")
