"""What ails a run, named from the numbers it recorded: its losses, its accuracies, and what was measured inside.

Nothing here looks at a setting to find a symptom; only a fix does, since it changes one. A rate is not "too high"
because it is 0.1, but because the loss rose to many times what it began with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from primer_core.claims.claim import percent
from primer_core.data import IMAGE_SETS
from primer_core.training.history import EpochPoint
from primer_core.training.spec import TOY, Outcome, RunSpec
from primer_core.training.vitals import Vitals

if TYPE_CHECKING:
    from primer_core.training.run import Run, RunState

#: The loss has run away where it is so many times what the run began with, in so many batches. One batch of two points
#: may do it once where all is well.
RUNAWAY = 2.0
RUNAWAY_BATCHES = 3
#: Later one such batch is enough, if the latest batches still have more than this part of the first loss; or none, if
#: their mean is so many times the lowest that it had come down to.
STILL_HIGH = 0.4
RISEN = 2.0
#: A run is stuck at chance where the mean of its latest batches is within this part of the loss of guessing.
NEAR_CHANCE = 0.05
#: As good as all units of a layer: this share of them is dead, and no gradient comes through to the weights before.
NEARLY_ALL = 0.9
#: A whole run that took off less than this part of its first loss learnt slowly.
LEAST_FALL = 0.15
#: The least batches by which it is judged how fast a run learns.
LEAST_BATCHES = 60
#: Steps that change no layer by more than this part of its weights are short.
SHORT_STEP = 5e-4
#: Steps that change a layer by more than this part of its weights are long.
LONG_STEP = 0.05
#: How far the mean of normalised inputs may be from 0, and their standard deviation from 1.
NORMALISED_WITHIN = 0.25
#: A network has learnt something where its validation loss is below this part of that of guessing.
LEARNT = 0.75
#: Validation has got worse where its loss is this part above its best, so many passes have gone by since, and the train
#: loss is less than this part of it.
OVERFIT_RISE = 0.08
OVERFIT_PASSES = 3
OVERFIT_GAP = 0.5
#: A last batch counts for too much where the mean of batch means is off by this part of the mean of samples, and by so
#: many nats.
LAST_BATCH_SHARE = 0.05
LAST_BATCH_NATS = 0.005

_LATEST = 20
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Between two passes a run is looked at anew each time that it has trained so many batches more.
_BATCHES = 50


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What was recorded of a run so far.

    Parameters
    ----------
    losses
        (n,) floats, the train loss of each batch in nats; the last may be NaN or infinite.
    classes
        int from 2, how many classes there are.
    batch_sizes
        Samples in each batch of a pass; empty where passes were cut up in more than one way.
    epochs
        What was measured after each pass.
    vitals
        What was measured inside, in the order of steps.
    outcome
        How the run ended; None while it goes on.
    rates
        Learning rates that it was set to, one after the other.
    """

    losses: Sequence[float]
    classes: int
    batch_sizes: tuple[int, ...]
    epochs: tuple[EpochPoint, ...] = ()
    vitals: tuple[Vitals, ...] = ()
    outcome: Outcome | None = None
    rates: tuple[float, ...] = ()
    finite: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        values = np.asarray(self.losses, dtype=np.float64)
        object.__setattr__(self, "finite", values[np.isfinite(values)])

    @property
    def chance(self) -> float:
        """The loss of guessing evenly among the classes, in nats."""
        return math.log(self.classes)

    @property
    def start(self) -> float:
        """What the run began with: its first loss, or that of guessing where a lucky batch had less."""
        return max(float(self.finite[0]), self.chance) if len(self.finite) else self.chance

    @property
    def latest(self) -> float:
        """The mean loss of the latest batches, a quarter of all and at most 20; NaN if there are none."""
        return float(self.finite[-min(_LATEST, -(-len(self.finite) // 4)) :].mean()) if len(self.finite) else math.nan

    @property
    def lowest(self) -> float:
        """The lowest mean loss of 20 batches one after the other; infinite where there are fewer."""
        if len(self.finite) < _LATEST:
            return math.inf
        sums = np.cumsum(np.concatenate(([0.0], self.finite)))
        return float((sums[_LATEST:] - sums[:-_LATEST]).min()) / _LATEST

    @property
    def largest_update(self) -> float:
        """The largest part of its weights by which the last step that was watched changed a layer; NaN if none was."""
        watched = (each.largest_update for each in reversed(self.vitals) if each.largest_update >= 0)
        return next(watched, math.nan)

    @property
    def runaway(self) -> int | None:
        """The first batch, counted from 1, whose loss is `RUNAWAY` times what the run began with."""
        above = np.flatnonzero(self.finite > RUNAWAY * self.start)
        return int(above[0]) + 1 if len(above) else None


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of settings that mends a symptom, for a run that starts again from the same start.

    Parameters
    ----------
    label
        Function of the run's spec, which gives what its button says.
    change
        Function of the run's spec, which gives the spec to start.
    """

    label: Callable[[RunSpec], str]
    change: Callable[[RunSpec], RunSpec]


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that ails a run.

    Parameters
    ----------
    name
        Short name, the same for every run: ``"diverged"``.
    title
        What it is, in a few words.
    seen
        What was seen, with the numbers: one or two sentences.
    why
        How it comes about: one or two sentences.
    fix
        What mends it.
    """

    name: str
    title: str
    seen: str
    why: str
    fix: Fix


def find(record: Record) -> tuple[Symptom, ...]:
    """Name what ails a run, the gravest first; an empty tuple where nothing does."""
    return tuple(symptom for look in _LOOKS for symptom in look(record))


def _diverged(record: Record) -> Iterator[Symptom]:
    if record.outcome != "diverged" or not len(record.finite):
        return
    last = len(record.losses)
    since = record.runaway
    if since is None:
        grew = f"The batch before had a loss of {_loss(record.finite[-1])}."
    else:
        batches = len(record.finite) - since + 1
        factor = (float(record.finite[-1]) / record.start) ** (1 / batches)
        grew = (
            f"From batch {since} on it ran away from its start of {_loss(record.start)}: to "
            f"{_loss(record.finite[-1])} at batch {len(record.finite)}, some {_times(factor)} with each batch."
        )
    yield Symptom(
        "diverged",
        "The loss left the range of numbers",
        f"At batch {last} the loss was no finite number. {grew}{_grown_weights(record)}",
        "Each step overshot by more than the one before: larger weights give larger gradients, which give larger "
        "steps. Once a number is infinite, the difference of two of them is not a number, and that spreads to every "
        "weight.",
        _lower_rate(record),
    )


def _grown_weights(record: Record) -> str:
    measured = [each for each in record.vitals if all(math.isfinite(layer.weight_norm) for layer in each.layers)]
    if len(measured) < 2:
        return ""
    before, after = measured[0], measured[-1]
    growth = [b.weight_norm / a.weight_norm for a, b in zip(before.layers, after.layers, strict=True) if a.weight_norm]
    most = max(range(len(growth)), key=growth.__getitem__)
    if growth[most] < RUNAWAY:
        return ""
    return (
        f" The weights of layer {most + 1} grew most: between batches {before.step} and {after.step} their norm went "
        f"from {_figure(before.layers[most].weight_norm)} to {_figure(after.layers[most].weight_norm)}."
    )


def _dead(record: Record) -> Iterator[Symptom]:
    if record.outcome == "diverged" or not record.vitals or not len(record.finite):
        return
    vitals = record.vitals[-1]
    number = next((number for number, layer in enumerate(vitals.layers, 1) if _lets_nothing_through(vitals, number)), 0)
    if not number or record.latest < (1 - NEAR_CHANCE) * record.chance:
        return
    layer = vitals.layers[number - 1]
    gradient = "1" if number == 1 else f"1 to {number}"
    whole = "all" if layer.all_dead else "nearly all"
    long = record.runaway is not None or _longest_step(record) > LONG_STEP
    moved = "Long steps have moved these units" if long else "These units have come"
    yield Symptom(
        "dead",
        f"Stuck at chance: {whole} units of layer {number} are dead",
        f"{layer.dead} of the {layer.units} units of layer {number} are 0 on every one of the {vitals.samples} "
        f"validation samples looked at, and the gradient of layer {gradient} is 0. The loss of the latest batches is "
        f"{_loss(record.latest)}; guessing evenly among {record.classes} classes costs ln {record.classes} = "
        f"{record.chance:.3f}.",
        f"A ReLU gives 0 for every input below 0, and passes no gradient there. {moved} to where hardly any sample "
        "lifts them above 0; without a gradient they stay there, whatever the rate is now.",
        _lower_rate(record),
    )


def _lets_nothing_through(vitals: Vitals, number: int) -> bool:
    layer = vitals.layers[number - 1]
    nearly = layer.units > 0 and layer.dead >= NEARLY_ALL * layer.units
    return nearly and all(before.gradient_norm == 0 for before in vitals.layers[:number])


def _rate_too_high(record: Record) -> Iterator[Symptom]:
    if record.outcome == "diverged" or not len(record.finite):
        return
    above = int((record.finite > RUNAWAY * record.start).sum())
    late = len(record.finite) >= LEAST_BATCHES and record.latest > STILL_HIGH * record.start
    risen = record.latest > RISEN * record.lowest
    if above < RUNAWAY_BATCHES and not (late and (above or risen)):
        return
    if above:
        peak = int(record.finite.argmax())
        rose = (
            f"The loss began at {_loss(record.start)} and rose to {_loss(record.finite[peak])} at batch {peak + 1}, "
            f"{_times(float(record.finite[peak]) / record.start)} as much. The latest batches have a mean loss of "
            f"{_loss(record.latest)}."
        )
    else:
        rose = (
            f"The mean loss of {_LATEST} batches had come down to {_loss(record.lowest)}, and that of the latest is "
            f"{_loss(record.latest)}."
        )
    update = _longest_step(record)
    step = (
        f" One step was seen to change a layer's weights by {_percent(update)} of their size, where about one percent "
        "or less is usual."
        if update > LONG_STEP
        else ""
    )
    yield Symptom(
        "rate too high",
        "The learning rate is too high",
        f"{rose}{step}",
        "The gradient tells the way down only near the weights where it was taken. A step that is too long passes over "
        "the valley and ends on its other side, higher up than it started.",
        _lower_rate(record),
    )


def _longest_step(record: Record) -> float:
    """The largest part of its weights by which a step was seen to change a layer; NaN where none was watched."""
    return max((each.largest_update for each in record.vitals if each.largest_update > 0), default=math.nan)


def _slow(record: Record) -> float | None:
    """The part of its first loss that a whole run took off, where that is little though it fell all the way."""
    judged = record.outcome == "completed" or len(record.finite) >= 1000
    if not judged or record.outcome == "diverged" or len(record.finite) < LEAST_BATCHES or record.runaway is not None:
        return None
    quarters = [float(part.mean()) for part in np.array_split(record.finite, 4)]
    start = float(record.finite[:10].mean())
    fall = 1 - quarters[-1] / start
    falls = quarters[0] > quarters[1] > quarters[2] > quarters[3]
    return fall if falls and 0 < fall < LEAST_FALL else None


def _not_normalised(record: Record) -> Iterator[Symptom]:
    fall = _slow(record)
    if fall is None or not record.vitals:
        return
    vitals = record.vitals[-1]
    off = max(abs(vitals.input_mean), abs(vitals.input_std - 1))
    if off <= NORMALISED_WITHIN or _short_steps(record) or math.isnan(record.largest_update):
        return
    yield Symptom(
        "not normalised",
        "The inputs are not normalised",
        f"After {len(record.finite)} batches the loss has fallen by {_percent(fall)}, to {_loss(record.latest)}, "
        f"though the last step that was watched changed a layer's weights by {_percent(record.largest_update)}. The "
        f"network's inputs have mean {vitals.input_mean:.3f} and standard deviation {vitals.input_std:.3f}, not 0 and "
        "1.",
        "Small inputs make small gradients. And where no input is below 0, a sample pulls all weights of a unit of the "
        "first layer the same way: much of each step goes into what all samples have in common, little into what "
        "tells them apart.",
        Fix(
            lambda _: "Normalise the pixels, same start",
            lambda spec: replace(spec, normalise=True),
        ),
    )


def _rate_too_low(record: Record) -> Iterator[Symptom]:
    fall = _slow(record)
    if fall is None:
        return
    vitals = record.vitals[-1] if record.vitals else None
    normalised = vitals is None or max(abs(vitals.input_mean), abs(vitals.input_std - 1)) <= NORMALISED_WITHIN
    if not normalised and not _short_steps(record):
        return
    largest = record.largest_update
    update = "" if math.isnan(largest) else f" The last step that was watched changed a layer by {_percent(largest)}."
    yield Symptom(
        "rate too low",
        "The learning rate is too low",
        f"The loss fell steadily, but after {len(record.finite)} batches by only {_percent(fall)}, to "
        f"{_loss(record.latest)}.{update}",
        "The direction is right and the steps are short: nothing is broken, it only takes many more batches. Ten times "
        "the rate goes about ten times as far in each of them.",
        Fix(
            lambda spec: f"Learning rate {scaled_rate(spec.learning_rate, 10):g}, same start",
            lambda spec: replace(spec, learning_rate=scaled_rate(spec.learning_rate, 10)),
        ),
    )


def _short_steps(record: Record) -> bool:
    return record.largest_update < SHORT_STEP


def _overfitting(record: Record) -> Iterator[Symptom]:
    if len(record.epochs) <= OVERFIT_PASSES or record.outcome == "diverged":
        return
    best = min(record.epochs, key=lambda point: point.validation_loss)
    now = record.epochs[-1]
    if now.epoch - best.epoch < OVERFIT_PASSES or now.validation_loss < (1 + OVERFIT_RISE) * best.validation_loss:
        return
    if best.validation_loss > LEARNT * record.chance:
        return
    if now.train_loss > OVERFIT_GAP * now.validation_loss or now.train_loss > best.train_loss:
        return
    accuracy = now.validation_accuracy - best.validation_accuracy
    seen = (
        f"The validation loss was lowest after pass {best.epoch}, {_loss(best.validation_loss)}, and is "
        f"{_loss(now.validation_loss)} after pass {now.epoch}. The train loss fell meanwhile from "
        f"{_loss(best.train_loss)} to {_loss(now.train_loss)}."
    )
    if accuracy >= 0:
        change = "rose" if accuracy > 0 else "stayed"
        to = f"to {percent(now.validation_accuracy)}" if accuracy > 0 else f"at {percent(now.validation_accuracy)}"
        seen += f" The validation accuracy {change} {to}."
    why = (
        "The network goes on to learn the training samples by heart. Accuracy only asks which class has the largest "
        "probability; the loss asks how large that of the right one is."
    )
    vitals = record.vitals[-1] if record.vitals else None
    if vitals and vitals.wrong and math.isfinite(vitals.loss_of_wrong):
        share = vitals.wrong * vitals.loss_of_wrong
        right = (vitals.samples - vitals.wrong) * (vitals.loss_of_right if vitals.wrong < vitals.samples else 0.0)
        why += (
            f" After batch {vitals.step}, {vitals.wrong} of {vitals.samples} validation samples are read wrong, and "
            f"make {_percent(share / (share + right))} of the loss: {vitals.loss_of_wrong:.1f} nats each on average, "
            "since they get little probability for their right class. A few of them that get even less outweigh many "
            "that are read right."
        )
    yield Symptom(
        "overfitting",
        "It learns the training samples by heart",
        seen,
        why,
        Fix(
            lambda _: f"Stop after pass {best.epoch}, same start",
            lambda spec: replace(spec, epochs=best.epoch),
        ),
    )


def _unequal_last_batch(record: Record) -> Iterator[Symptom]:
    sizes = np.array(record.batch_sizes, dtype=np.float64)
    if len(sizes) < 2 or sizes[-1] == sizes[0] or record.outcome == "diverged":
        return
    passes = len(record.finite) // len(sizes)
    losses = record.finite[: passes * len(sizes)].reshape(passes, len(sizes))
    of_batches, of_samples = losses.mean(axis=1), losses @ (sizes / sizes.sum())
    off = np.abs(of_batches - of_samples)
    telling = np.flatnonzero((off > LAST_BATCH_SHARE * of_samples) & (off > LAST_BATCH_NATS))
    if not len(telling):
        return
    number = int(telling[-1])
    few, many = int(sizes[-1]), int(sizes[0])
    yield Symptom(
        "unequal last batch",
        "The last batch of a pass counts for too much",
        f"A pass has {len(sizes) - 1} {'batch' if len(sizes) == 2 else 'batches'} of {many} and a last one of {few}. "
        f"In pass {number + 1} the mean over batches is {of_batches[number]:.4f}, and over samples "
        f"{of_samples[number]:.4f}.",
        f"A batch's loss is the mean over its samples, and each batch makes one step of the same rate: a sample of the "
        f"last batch weighs {_times(many / few)} as much as another, in the step and in the mean of batches.",
        Fix(
            lambda _: "Drop the last batch, same start",
            lambda spec: replace(spec, drop_last=True),
        ),
    )


def _lower_rate(record: Record) -> Fix:
    """Start again with a tenth of the rate, or with the lowest of those that the run was set to."""

    def rate(spec: RunSpec) -> float:
        rates = (*record.rates, spec.learning_rate)
        return min(rates) if min(rates) < max(rates) else scaled_rate(spec.learning_rate, 0.1)

    return Fix(
        lambda spec: f"Learning rate {rate(spec):g}, same start",
        lambda spec: replace(spec, learning_rate=rate(spec)),
    )


_LOOKS: tuple[Callable[[Record], Iterator[Symptom]], ...] = (
    _diverged,
    _dead,
    _rate_too_high,
    _not_normalised,
    _rate_too_low,
    _overfitting,
    _unequal_last_batch,
)


_found: WeakKeyDictionary[Run, tuple[object, tuple[Symptom, ...]]] = WeakKeyDictionary()


def symptoms_of(run: Run, state: RunState) -> tuple[Symptom, ...]:
    """What ails a run as it stands; found anew only when it has come further."""
    epoch = run.history.last_epoch
    stage = (state.status, epoch and epoch.epoch, len(run.vitals), state.step // _BATCHES)
    known = _found.get(run)
    if known is None or known[0] != stage:
        known = _found[run] = (stage, find(record_of(run, state)))
    return known[1]


def record_of(run: Run, state: RunState) -> Record:
    """What was recorded of a run so far."""
    spec = state.spec
    whole, rest = divmod(state.train_size, spec.batch_size)
    sizes = (spec.batch_size,) * whole + (() if spec.drop_last or not rest else (rest,))
    changed = any(change.setting == "batch_size" for change in run.history.changes)
    outcomes: dict[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome)}
    return Record(
        losses=run.history.losses()[1],
        classes=2 if spec.data == TOY else len(IMAGE_SETS[spec.data].classes),
        batch_sizes=() if changed else sizes,
        epochs=run.history.epochs,
        vitals=run.vitals,
        outcome=outcomes.get(state.status),
        rates=tuple(
            rate
            for change in run.history.changes
            if change.setting == "learning_rate"
            for rate in (change.before, change.value)
            if isinstance(rate, float)
        ),
    )


def scaled_rate(rate: float, factor: float) -> float:
    """A learning rate times a factor, to one digit, from 0.00001 to 5."""
    return min(5.0, max(1e-5, float(f"{rate * factor:.0e}")))


def fixed(symptom: Symptom, spec: RunSpec) -> tuple[str, RunSpec] | None:
    """What the button of a symptom says, and the spec that it starts, with the seed of `spec`.

    Parameters
    ----------
    symptom
        A finding in a run.
    spec
        What that run trains, with the settings in use.

    Returns
    -------
    tuple or None
        None where nothing can be changed: points are not normalised.
    """
    mended = symptom.fix.change(spec)
    if mended == spec or (symptom.name == "not normalised" and spec.data == TOY):
        return None
    return symptom.fix.label(spec), mended


def _loss(value: float) -> str:
    return f"{value:.3f}" if 0.01 <= value < 1000 or value == 0 else _figure(value)


def _times(factor: float) -> str:
    return f"{factor:.0f} times" if 10 <= factor < 1e4 else f"{_figure(factor)} times"


def _figure(value: float) -> str:
    """Two digits, and a power of ten where the number is far from 1."""
    if 0.01 <= value < 1e4:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}\u00d710{str(int(power)).translate(_SUPERSCRIPTS)}"


def _percent(share: float) -> str:
    return percent(share, 0) if share >= 0.1 else f"{100 * share:.2g} %"
