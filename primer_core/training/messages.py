"""What the server and a worker say to each other: commands to the worker, reports from it, one JSON object a line.

The object holds the ``kind`` of the message and its fields. Losses that are not finite stay what they are: both ends
are Python's json module, which writes and reads NaN and Infinity.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_args, get_type_hints

from primer_core.training.spec import Outcome, RunSpec
from primer_core.training.teaching import Teaching
from primer_core.training.vitals import Vitals

#: Exit code of a worker that was sent what is no command.
UNREADABLE_COMMAND = 65

_Message = TypeVar("_Message")


class MessageError(ValueError):
    """A line that is no message; the text says what was expected and what was given."""


@dataclass(frozen=True, slots=True)
class Start:
    """Train a spec.

    Parameters
    ----------
    run
        Id of the run, as in every message.
    spec
        What to train.
    refetch
        Whether to download its data again.
    paused
        Whether to hold before the first batch.
    pace
        Batches a second at most, above 0; None for as fast as it goes.
    teaching
        The network that it begins with and the digits that it learns; None for a run whose spec names no start.
    folder
        Path of the folder in which the run is kept, as `primer_core.training.kept.RunFolder` has it; empty for none.
    take_up
        Whether it is a run of before, which goes on as it is kept in its folder.
    """

    run: str
    spec: RunSpec
    refetch: bool
    paused: bool
    pace: float | None
    teaching: Teaching | None = None
    folder: str = ""
    take_up: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold before the next batch."""

    run: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on, after the end too, if there is more to train."""

    run: str


@dataclass(frozen=True, slots=True)
class StepOnce:
    """Hold, but for one batch more, after the end too, if there is more to train."""

    run: str


@dataclass(frozen=True, slots=True)
class StepEpoch:
    """Hold, but for the batches that are left of this pass, for a whole pass between two; after the end too."""

    run: str


@dataclass(frozen=True, slots=True)
class SetPace:
    """Train on so many batches a second at most from now on; None for as fast as it goes."""

    run: str
    pace: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """Use the settings of this spec that may change while it trains, from the next batch on."""

    run: str
    spec: RunSpec


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell looks at the network for a few seconds from now; who keeps the view open sends it again.

    Parameters
    ----------
    first_unit
        The first of the units of the first layer whose weights are wanted.
    """

    run: str
    first_unit: int


@dataclass(frozen=True, slots=True)
class LookAt:
    """Look at a network that is not in training, or not any more.

    Parameters
    ----------
    spec
        What was trained.
    network
        Its parameters, as `Finished` has them.
    step
        Batches it was trained on.
    first_unit
        As in `Watch`.
    """

    run: str
    spec: RunSpec
    network: bytes
    step: int
    first_unit: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell of a run of before from now on, if a machine of the cluster has it, and pass its commands on; else say so.

    Parameters
    ----------
    spec, folder
        As in `Start`.
    """

    run: str
    spec: RunSpec
    folder: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End before the next batch, measure the network and report it; the run can go on after that."""

    run: str


@dataclass(frozen=True, slots=True)
class Forget:
    """End, report nothing more, and let go of it: what it could go on with is in its folder, if it has one."""

    run: str


@dataclass(frozen=True, slots=True)
class Loading:
    """The data is being loaded: `done` of `total` bytes are downloaded, 0 of 0 where nothing is."""

    run: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Returning:
    """A run of before is trained again, from its last checkpoint on: it stands at batch `step`, and was at `until`."""

    run: str
    step: int
    until: int


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A run of before stands where it was, after batch `step`, and goes on."""

    run: str
    step: int


@dataclass(frozen=True, slots=True)
class CutOff:
    """The run is not trained any more, has not ended, and can go on if it is kept; the reason is a sentence."""

    run: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behind:
    """Whether there is something of a kept run that was told and could not be written yet, as on a full disk."""

    run: str
    behind: bool


@dataclass(frozen=True, slots=True)
class Machines:
    """So many processes of the cluster train now; told of no run, whose id is empty.

    Parameters
    ----------
    processes
        int from 0.
    """

    run: str
    processes: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether the run that `Follow` asked for is trained in the cluster.

    Parameters
    ----------
    there
        Whether it is; the others only say something if so.
    paused
        Whether it holds.
    pace
        Batches a second at most; None for as fast as it goes.
    """

    run: str
    there: bool
    paused: bool
    pace: float | None


@dataclass(frozen=True, slots=True)
class Started:
    """The data is there: so many training samples, so many batches in the whole run."""

    run: str
    train_size: int
    total_steps: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Batches that were trained on since the last report.

    Parameters
    ----------
    steps
        Their numbers, counted from 1 over the whole run; at least one.
    losses
        The training loss of each, in nats; the last may be NaN or infinite.
    epoch
        The pass of the last batch, counted from 1; None where it is the pass of the last report.
    samples_per_second
        By the clock on the wall; 0 where there is nothing to go by yet.
    """

    run: str
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    epoch: int | None
    samples_per_second: float

    def __post_init__(self) -> None:
        if not self.steps or len(self.steps) != len(self.losses):
            raise ValueError(f"expected a loss for each of one or more steps, got {len(self.losses)}")


@dataclass(frozen=True, slots=True)
class Changed:
    """Other settings are in use.

    Parameters
    ----------
    step
        Batches trained on by then.
    spec
        What is trained, with the settings from the next batch on.
    total_steps
        Batches in the whole run, as it is planned with them.
    """

    run: str
    step: int
    spec: RunSpec
    total_steps: int


@dataclass(frozen=True, slots=True)
class Held:
    """The batches that `StepEpoch` asked for are trained on, and the run holds."""

    run: str


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """What was measured after a pass; the fields are those of `primer_core.training.history.EpochPoint`."""

    run: str
    epoch: int
    step: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured inside the network."""

    run: str
    vitals: Vitals


@dataclass(frozen=True, slots=True)
class Judged:
    """How a network of a run that fine-tunes reads: before its first batch, and at each end.

    Parameters
    ----------
    step
        Batches it was trained on.
    digits
        The label, 0 to 9, that it gives each of the learner's digits, in their order.
    test_right, test_size
        Of the test images of each class: how many it reads right, and how many there are.
    """

    run: str
    step: int
    digits: tuple[int, ...]
    test_right: tuple[int, ...]
    test_size: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at the network.

    Parameters
    ----------
    step
        Batches it was trained on.
    first_unit
        As in `Watch` or `LookAt`, which it answers.
    look
        JSON, as `primer_core.training.look` makes it.
    """

    run: str
    step: int
    first_unit: int
    look: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The run has ended with a network, and can go on.

    Parameters
    ----------
    outcome
        Why it ended; a diverged run cannot go on.
    step
        Batches trained on.
    test_loss, test_accuracy
        On the test samples: nats, and 0 to 1.
    network
        Parameters as `primer_core.inference.load_trained` takes them; empty where they are in the run's folder.
    """

    run: str
    outcome: Outcome
    step: int
    test_loss: float
    test_accuracy: float
    network: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """The run has ended without a network.

    Parameters
    ----------
    reason
        Why, in a sentence.
    damaged_file
        Whether a data file is damaged, so that fetching it again is worth a try.
    """

    run: str
    reason: str
    damaged_file: bool


Command = Start | Pause | Resume | StepOnce | StepEpoch | SetPace | Change | Watch | LookAt | Stop | Forget | Follow
Report = (
    Loading
    | Started
    | Steps
    | Changed
    | Held
    | EpochEnded
    | Measured
    | Judged
    | Looked
    | Finished
    | Failed
    | Returning
    | TakenUp
    | CutOff
    | Behind
    | Machines
    | Followed
)


def encode(message: Command | Report) -> bytes:
    """One line, ASCII, ending in a newline."""
    kind = type(message).__name__
    content = {"kind": kind} | {name: getattr(message, name) for name in _FIELDS[kind]}
    return (_ENCODER.encode(content) + "\n").encode()


def decode_command(line: bytes) -> Command:
    """The command that `encode` wrote.

    Raises
    ------
    MessageError
        If the line is no command.
    """
    return _decode(line, _COMMANDS)


def decode_report(line: bytes) -> Report:
    """The report that `encode` wrote.

    Raises
    ------
    MessageError
        If the line is no report.
    """
    return _decode(line, _REPORTS)


def _decode(line: bytes, classes: Mapping[str, type[_Message]]) -> _Message:
    try:
        content = json.loads(line)
        kind = content.pop("kind")
        message_class, readers = classes[kind], _FIELDS[kind]
        if content.keys() != readers.keys():
            raise ValueError(f"the fields of {kind} are {', '.join(readers)}")
        return message_class(**{name: read(content[name]) for name, read in readers.items()})
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise MessageError(
            f"Expected a line of JSON that is a {', '.join(classes)}; got {line[:120]!r} ({error})."
        ) from error


def _exactly(kind: type) -> Callable[[object], object]:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise ValueError(f"expected {kind.__name__}, got {value!r:.40}")
        return value

    return read


def _float(value: object) -> float:
    if type(value) is not float and type(value) is not int:
        raise ValueError(f"expected a number, got {value!r:.40}")
    return float(value)


def _float_or_none(value: object) -> float | None:
    return None if value is None else _float(value)


def _integer_or_none(value: object) -> object:
    return None if value is None else _exactly(int)(value)


def _many(kind: type) -> Callable[[object], tuple[object, ...]]:
    def read(value: object) -> tuple[object, ...]:
        if type(value) is not list or not set(map(type, value)) <= {kind}:
            raise ValueError(f"expected a list of {kind.__name__}, got {value!r:.40}")
        return tuple(value)

    return read


def _outcome(value: object) -> object:
    if value not in get_args(Outcome):
        raise ValueError(f"expected one of {', '.join(get_args(Outcome))}, got {value!r:.40}")
    return value


def _bytes(value: object) -> bytes:
    return base64.b64decode(str(value), validate=True)


def _spec(value: object) -> RunSpec:
    return RunSpec.from_json(str(value))


def _vitals(value: object) -> Vitals:
    return Vitals.from_json(str(value))


def _teaching_or_none(value: object) -> Teaching | None:
    return None if value is None else Teaching.from_json(str(value))


def _text(value: Any) -> str:
    """A value that JSON has no word for, as `_bytes`, `_spec`, `_vitals` and `_teaching_or_none` read it."""
    return value.to_json() if isinstance(value, RunSpec | Vitals | Teaching) else base64.b64encode(value).decode()


#: How a field of each type is read.
_READERS: Mapping[Any, Callable[[object], object]] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: _float,
    int | None: _integer_or_none,
    float | None: _float_or_none,
    tuple[int, ...]: _many(int),
    tuple[float, ...]: _many(float),
    Outcome: _outcome,
    bytes: _bytes,
    RunSpec: _spec,
    Vitals: _vitals,
    Teaching | None: _teaching_or_none,
}
_COMMANDS: Mapping[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
_REPORTS: Mapping[str, type[Report]] = {kind.__name__: kind for kind in get_args(Report)}
#: The reader of each field, by kind of message.
_FIELDS = {
    kind: {field.name: _READERS[get_type_hints(message)[field.name]] for field in fields(message)}
    for kind, message in {**_COMMANDS, **_REPORTS}.items()
}
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_text)
