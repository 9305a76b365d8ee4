"""What to train, on what, and how: one frozen record that goes to JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self

from primer_core.data import IMAGE_SETS
from primer_core.devices import DEVICE_NAMES
from primer_core.models.registry import MODELS
from primer_core.training.schedules import SCHEDULES

#: The name of the set of points in the plane; the others are the keys of `IMAGE_SETS`.
TOY = "toy"
DATA_NAMES: tuple[str, ...] = (*IMAGE_SETS, TOY)
OPTIMIZERS: tuple[str, ...] = ("adam", "sgd")
LEARNING_RATE_RANGE = (1e-6, 10.0)
BATCH_SIZE_RANGE = (1, 4096)
EPOCHS_RANGE = (1, 200)
SEED_RANGE = (0, 2**31 - 1)
NOISE_RANGE = (0.0, 10.0)
PATIENCE_RANGE = (0, 100)
REPLAY_RANGE = (0.0, 0.9)
#: The classes of a set of digits.
DIGITS = tuple("0123456789")
#: The name, as a `RunSpec.start`, of the network that comes with the app.
SHIPPED = "shipped"
_MOST_LETTERS = 40  # of a `RunSpec.start`
MODES: tuple[str, ...] = ("train", "eval")

#: The fields of a spec that may change while it trains, from one batch to the next.
LIVE: tuple[str, ...] = (
    "learning_rate",
    "schedule",
    "momentum",
    "weight_decay",
    "dropout",
    "batch_size",
    "noise",
    "frozen",
    "mode",
    "epochs",
    "target",
    "patience",
)

#: How a run ends that does not fail: its epochs are trained, it was stopped, it reached its target, its validation loss
#: did not fall for as long as its patience lasts, or a loss left the range of numbers.
Outcome = Literal["completed", "stopped", "reached", "levelled", "diverged"]


class SpecError(ValueError):
    """A `RunSpec` cannot be run as it stands; the text says what was expected and what was given."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One training run. Two runs of the same spec on a CPU give the same curve, point for point.

    Those that begin with a network of before also have to get the same `primer_core.training.teaching.Teaching`.

    Parameters
    ----------
    data
        A name of `DATA_NAMES`.
    model
        A name of `primer_core.models.MODELS` that takes what the data holds.
    optimizer
        ``"adam"`` (Kingma and Ba 2015, beta 0.9 and 0.999) or ``"sgd"``.
    momentum
        Of SGD, 0 to 0.999; Adam has its own and takes none.
    learning_rate
        Step size, within `LEARNING_RATE_RANGE`; `schedule` multiplies it.
    schedule
        A name of `primer_core.training.schedules.SCHEDULES`. It runs from where it is set to the end of the epochs
        that are planned then; a run that goes on after that keeps its last rate.
    weight_decay
        L2 penalty, 0 to 1.
    dropout
        The share that the model's dropout layers set to zero, 0 to 0.95; None for what the model has of its own, and
        for a model without such layers.
    noise
        Standard deviation of normal noise that is added to each training input, in the inputs' own units, after
        normalising; within `NOISE_RANGE`.
    frozen
        How many layers, counted from the input, keep their weights; the last layer always learns.
    mode
        ``"train"``, or ``"eval"`` for training steps in evaluation mode: dropout passes everything on, and batch
        normalisation uses its running statistics and leaves them alone.
    batch_size
        Samples a step, within `BATCH_SIZE_RANGE`.
    epochs
        Passes over the training samples, within `EPOCHS_RANGE`.
    normalise
        Whether pixels, scaled to 0..1, also have the set's mean taken off and are divided by its standard deviation.
    drop_last
        Whether a last batch that is not full is left out.
    seed
        Of the weights, of the order of the samples, and of dropout.
    device
        A name of `primer_core.devices.DEVICE_NAMES`.
    target
        Validation accuracy, above 0 to 1, after which the run ends; 0 for none.
    patience
        After so many epochs in which the validation loss was not below its least so far, the run ends; 0 for never.
    start
        Empty for a run that begins with weights drawn from its seed. Else the run fine-tunes a copy of a network on a
        learner's own digits, which come with its start: `SHIPPED`, or the id of the run that trained the network. A
        pass then has each of these digits once.
    replay
        Of a run that fine-tunes: the share of each batch, within `REPLAY_RANGE`, that are training images of `data`.

    Raises
    ------
    SpecError
        If a value is outside its range, or the model does not take the data.
    """

    data: str = "mnist-sample"
    model: str = "mlp-128-64"
    optimizer: str = "adam"
    momentum: float = 0.0
    learning_rate: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    dropout: float | None = None
    noise: float = 0.0
    frozen: int = 0
    mode: str = "train"
    batch_size: int = 64
    epochs: int = 5
    normalise: bool = True
    drop_last: bool = False
    seed: int = 42
    device: str = "cpu"
    target: float = 0.0
    patience: int = 0
    start: str = ""
    replay: float = 0.0

    def __post_init__(self) -> None:
        _one_of("data", self.data, DATA_NAMES)
        _one_of("model", self.model, tuple(MODELS))
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("device", self.device, DEVICE_NAMES)
        _one_of("schedule", self.schedule, tuple(SCHEDULES))
        _one_of("mode", self.mode, MODES)
        _number("momentum", self.momentum, 0.0, 0.999)
        check_learning_rate(self.learning_rate)
        _number("weight_decay", self.weight_decay, 0.0, 1.0)
        _whole("batch_size", self.batch_size, *BATCH_SIZE_RANGE)
        _whole("epochs", self.epochs, *EPOCHS_RANGE)
        _whole("seed", self.seed, *SEED_RANGE)
        _number("noise", self.noise, *NOISE_RANGE)
        _number("target", self.target, 0.0, 1.0)
        _whole("patience", self.patience, *PATIENCE_RANGE)
        self._check_dropout()
        self._check_frozen()
        self._check_start()
        for name in ("normalise", "drop_last"):
            if not isinstance(getattr(self, name), bool):
                raise SpecError(f"{name} is true or false, not {getattr(self, name)!r}.")
        if self.optimizer == "adam" and self.momentum:
            raise SpecError("Adam keeps its own running mean of the gradient: set momentum to 0, or choose SGD.")
        takes = MODELS[self.model].takes
        holds = "points" if self.data == TOY else "images"
        if takes != holds:
            raise SpecError(
                f"The model {MODELS[self.model].title} takes {takes}, and {data_title(self.data)} are {holds}. "
                f"Models for {holds}: {', '.join(entry.title for entry in MODELS.values() if entry.takes == holds)}."
            )

    def _check_dropout(self) -> None:
        if self.dropout is None:
            return
        _number("dropout", self.dropout, 0.0, 0.95)
        if MODELS[self.model].dropout is None:
            raise SpecError(
                f"The model {MODELS[self.model].title} has no dropout layers, so dropout cannot be {self.dropout:g}. "
                f"Models with them: {', '.join(entry.title for entry in MODELS.values() if entry.dropout is not None)}."
            )

    def _check_frozen(self) -> None:
        layers = len(MODELS[self.model].layers)
        if isinstance(self.frozen, bool) or not isinstance(self.frozen, int) or not 0 <= self.frozen < layers:
            raise SpecError(
                f"frozen is a whole number from 0 to {layers - 1}, not {self.frozen!r}: {MODELS[self.model].title} has "
                f"{layers} layers with weights, and the last one has to learn."
            )

    def _check_start(self) -> None:
        if not isinstance(self.start, str) or len(self.start) > _MOST_LETTERS:
            raise SpecError(f"start is the name of a network, at most {_MOST_LETTERS} letters, not {self.start!r:.60}.")
        _number("replay", self.replay, *REPLAY_RANGE)
        if self.replay and not self.start:
            raise SpecError(
                "A replay share is of a run that fine-tunes: name the network that it begins with in start."
            )
        if self.start and (self.data not in IMAGE_SETS or IMAGE_SETS[self.data].classes != DIGITS):
            digits = ", ".join(entry.title for entry in IMAGE_SETS.values() if entry.classes == DIGITS)
            raise SpecError(f"Own digits go with images of digits: {digits}; not with {data_title(self.data)}.")

    def with_live(self, other: RunSpec) -> RunSpec:
        """This spec with the settings that may change while it trains taken from another.

        Raises
        ------
        SpecError
            If they do not fit: the other's model has dropout layers, and this one's has none.
        """
        return replace(self, **{name: getattr(other, name) for name in LIVE})

    def to_json(self) -> str:
        """The spec as a JSON object, one key a field."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The spec that `to_json` wrote; a field that is missing has its default.

        Raises
        ------
        SpecError
            If the text is not JSON, names a field that there is not, or holds a value out of range.
        """
        try:
            given: Any = json.loads(text)
        except json.JSONDecodeError as error:
            raise SpecError(f"A spec is a JSON object; this text is not JSON: {error}") from error
        if not isinstance(given, dict):
            raise SpecError(
                f"A spec is a JSON object of {', '.join(field.name for field in fields(cls))}; this is {given!r:.80}."
            )
        unknown = sorted(set(given) - {field.name for field in fields(cls)})
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise SpecError(f"A spec has no {', '.join(unknown)}. Its fields are {known}.")
        return cls(**given)


def data_title(name: str) -> str:
    """What a list of choices calls the data of a name of `DATA_NAMES`."""
    return "Five points in the plane" if name == TOY else IMAGE_SETS[name].title


def batches_per_pass(spec: RunSpec, train_size: int) -> int:
    """How many batches a pass over so many training samples has; one at least, however large it had to be."""
    whole, rest = divmod(train_size, spec.batch_size)
    return max(1, whole if spec.drop_last else whole + bool(rest))


def check_learning_rate(learning_rate: object) -> None:
    """Refuse what is no learning rate.

    Raises
    ------
    SpecError
        If it is not a number within `LEARNING_RATE_RANGE`.
    """
    _number("learning_rate", learning_rate, *LEARNING_RATE_RANGE)


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SpecError(f"{name} is one of {', '.join(allowed)}, not {value!r}.")


def _number(name: str, value: object, low: float, high: float) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        raise SpecError(f"{name} is a number from {low:g} to {high:g}, not {value!r}.")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SpecError(f"{name} is a whole number from {low} to {high}, not {value!r}.")
