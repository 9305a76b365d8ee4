"""The lines of a training loop: what each is, where it belongs, and how a loop is written as one text.

A loop is four groups of lines: those before it, those of an epoch before its batches, those of a batch, and those of an
epoch after its batches. Written, they are names with ``/`` between the groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from primer_core.language.limits import Refused
from primer_core.lessons.training_loop.question import Net, Task, TrainingLoopQuestion

BATCH = 16
"""Examples of a batch."""

MOST_LINES = 24
"""Lines that a loop may have."""

PART = "/"
"""What stands between two groups."""

GROUPS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code.

    Parameters
    ----------
    code
        Python, one line.
    slot
        What it does; lines of one slot are ways to do the same, rightly or wrongly.
    group
        Place of the group in which it belongs, 0 to 3.
    tasks
        For which tasks it is offered; empty for all.
    """

    code: str
    slot: str
    group: int
    tasks: tuple[Task, ...] = ()


_CLASSIFIED: tuple[Task, ...] = ("classes", "coin tosses")
_FITTED: tuple[Task, ...] = ("regression", "one weight", "three points")
_DRAWN: tuple[Task, ...] = ("classes", "coin tosses", "regression")

LINES: Mapping[str, Line] = {
    "zeros": Line("for p in model.parameters(): nn.init.zeros_(p)", "init", 0, _DRAWN),
    "sgd": Line("optimizer = SGD(model.parameters(), lr=rate)", "optimizer", 0),
    "sgd_other": Line("optimizer = SGD(other.parameters(), lr=rate)", "optimizer", 0, _DRAWN),
    "mix": Line("order = torch.randperm(len(X)); X, y = X[order], y[order]", "mix", 0, _DRAWN),
    "mix_X": Line("X = X[torch.randperm(len(X))]", "mix", 0, _DRAWN),
    "train": Line("model.train()", "train", 1),
    "reset": Line("total, seen = 0.0, 0", "reset", 1),
    "batches": Line("for xb, yb in batches(X, y):", "batches", 1),
    "batches_full": Line("for xb, yb in batches(X, y, drop_last=True):", "batches", 1),
    "zero": Line("optimizer.zero_grad()", "zero", 2),
    "forward": Line("out = model(xb)", "forward", 2),
    "forward_no_grad": Line("with torch.no_grad(): out = model(xb)", "forward", 2),
    "loss": Line("loss = loss_fn(out, yb)", "loss", 2),
    "loss_flat": Line("loss = loss_fn(out.squeeze(1), yb)", "loss", 2, _FITTED),
    "loss_softmax": Line("loss = loss_fn(out.softmax(1), yb)", "loss", 2, _CLASSIFIED),
    "loss_next": Line("loss = loss_fn(out, (yb + 1) % 3)", "loss", 2, ("classes",)),
    "backward": Line("loss.backward()", "backward", 2),
    "step": Line("optimizer.step()", "step", 2),
    "total": Line("total += loss.item() * len(xb); seen += len(xb)", "total", 2),
    "total_means": Line("total += loss.item(); seen += 1", "total", 2),
    "total_graph": Line("total += loss * len(xb); seen += len(xb)", "total", 2),
    "keep": Line("losses.append(loss.item())", "keep", 2),
    "keep_graph": Line("losses.append(loss)", "keep", 2),
    "mean": Line("means.append(total / seen)", "mean", 3),
    "eval": Line("model.eval()", "eval", 3),
    "check": Line("with torch.no_grad(): checks.append(loss_fn(model(Xv), yv).item())", "check", 3, _CLASSIFIED),
    "check_graph": Line("checks.append(loss_fn(model(Xv), yv))", "check", 3, _CLASSIFIED),
    "check_flat": Line(
        "with torch.no_grad(): checks.append(loss_fn(model(Xv).squeeze(1), yv).item())", "check", 3, _FITTED
    ),
    "check_flat_graph": Line("checks.append(loss_fn(model(Xv).squeeze(1), yv))", "check", 3, _FITTED),
    "pick": Line(
        "if checks[-1] == min(checks): chosen = epoch, accuracy(Xt, yt), accuracy(Xf, yf)", "pick", 3, ("coin tosses",)
    ),
    "pick_test": Line(
        "if accuracy(Xt, yt) > chosen[1]: chosen = epoch, accuracy(Xt, yt), accuracy(Xf, yf)",
        "pick",
        3,
        ("coin tosses",),
    ),
}
"""Every line there is, by its name, in the order in which a loop has them."""

RATES: Mapping[Task, float] = {
    "classes": 0.1,
    "regression": 0.05,
    "coin tosses": 0.5,
    "one weight": 0.005,
    "three points": 0.03,
}
"""The learning rate of the correct loop."""

FIXED = ("batches", "batches_full")
"""Lines that stand in the place of a ``/``: they begin the batches."""

_RANKS = {name: rank for rank, name in enumerate(LINES)}


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop by the names of its lines.

    Parameters
    ----------
    names
        Names of lines, with `PART` between two groups.
    begins
        Name of the line that begins the batches, one of `FIXED`.
    """

    names: tuple[str, ...]
    begins: str = "batches"

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The names of each group."""
        found: list[list[str]] = [[]]
        for name in self.names:
            if name == PART:
                found.append([])
            else:
                found[-1].append(name)
        return tuple(map(tuple, found))

    def has(self, slot: str, group: int | None = None) -> bool:
        """Return whether a line of a slot stands in a group, or in any."""
        return any(
            LINES[name].slot == slot
            for place, names in enumerate(self.groups)
            for name in names
            if group in (None, place)
        )

    def written(self) -> str:
        """Write the loop as `read_loop` reads it."""
        marks = iter((PART, self.begins if self.begins != "batches" else PART, PART))
        return " ".join(next(marks) if name == PART else name for name in self.names)


def read_loop(text: str) -> Loop:
    """Read a loop.

    Raises
    ------
    Refused
        If it is none; the message says what was expected, given, and what to do.
    """
    names, begins = [], "batches"
    for word in text.split():
        if word in FIXED:
            begins = word
        names.append(PART if word in FIXED else word)
    unknown = next((name for name in names if name != PART and name not in LINES), None)
    if unknown is not None:
        known = ", ".join(name for name in LINES if name not in FIXED)
        raise Refused(f"No line is called “{unknown[:40]}”. The lines are {known}.")
    if names.count(PART) != GROUPS - 1:
        raise Refused(
            f"Expected {GROUPS} groups of lines with “/” between them: before the loop, before the batches, "
            "of a batch, after the batches. "
            f"There are {names.count(PART) + 1}. Empty the field for the correct loop."
        )
    if len(names) - (GROUPS - 1) > MOST_LINES:
        raise Refused(f"A loop has at most {MOST_LINES} lines here, not {len(names) - GROUPS + 1}. Remove some.")
    return Loop(tuple(names), begins)


def correct_loop(task: Task, net: Net, examples: int) -> Loop:
    """Return the loop that trains a network rightly."""
    fitted = task in _FITTED
    text = (
        "sgd / train reset / zero forward "
        f"{'loss_flat' if fitted else 'loss'} backward step total / mean eval {'check_flat' if fitted else 'check'}"
        f"{' pick' if task == 'coin tosses' else ''}"
    )
    lonely = net == "BatchNorm" and task in _DRAWN and examples % BATCH == 1
    return Loop(tuple(text.split()), "batches_full" if lonely else "batches")


def loop_of(question: TrainingLoopQuestion) -> Loop:
    """Return the loop that a question asks for: the correct one where its field is empty.

    Raises
    ------
    Refused
        As `read_loop` does.
    """
    if not question.lines.strip():
        return right_for(question)
    return read_loop(question.lines)


def right_for(question: TrainingLoopQuestion) -> Loop:
    """Return the correct loop of a question."""
    return correct_loop(question.task, question.net, question.examples)


def has_net(task: Task) -> bool:
    """Return whether a task has the network of one hidden layer, and data that are drawn."""
    return task in _DRAWN


def is_classified(task: Task) -> bool:
    """Return whether a task has classes."""
    return task in _CLASSIFIED


def others(name: str, task: Task) -> tuple[str, ...]:
    """Return all ways to write a line of a task, the line itself among them."""
    slot = LINES[name].slot
    return tuple(
        other
        for other, line in LINES.items()
        if line.slot == slot and (task in line.tasks or not line.tasks or other == name)
    )


def place_for(name: str, names: Sequence[str]) -> int:
    """Return at which place of a loop a line belongs: in its group, behind the lines that come before it."""
    starts = [0, *(place + 1 for place, each in enumerate(names) if each == PART)]
    group = LINES[name].group
    start, end = starts[group], starts[group + 1] - 1 if group + 1 < len(starts) else len(names)
    before = [place for place in range(start, end) if _RANKS[names[place]] < _RANKS[name]]
    return before[-1] + 1 if before else start
