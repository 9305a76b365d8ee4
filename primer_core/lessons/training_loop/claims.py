"""What is said of a loop: the symptom in numbers, and what the lines have to do with it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from primer_core.claims.claim import Claim
from primer_core.claims.training_loops import (
    AllPairs,
    AveragesOver,
    Cause,
    CheckedInTrainMode,
    ChosenBy,
    DrawnToMean,
    ErrorFactor,
    GradientsPileUp,
    GraphsKept,
    InNoBatch,
    LonelyExample,
    LoopStops,
    LossBreaks,
    LossClimbs,
    LossesDiffer,
    LossesEnd,
    LossFalls,
    MeanOfMeans,
    NamesTheNext,
    NeverSteps,
    NothingLearnedYetChanged,
    OnlyLastBias,
    OptimisesAnother,
    PairsLost,
    SameLosses,
    SoftmaxFloor,
    SteppedTwice,
    StepsFindNoGradient,
    TrainedInEvalMode,
    WeightsChanged,
    WhyItStops,
)
from primer_core.lessons.outcome import Unread
from primer_core.lessons.training_loop.code import GIVEN, SIZES
from primer_core.lessons.training_loop.explain import Outcome, Trained
from primer_core.lessons.training_loop.lines import BATCH, GROUPS, LINES, PART, Loop, has_net
from primer_core.lessons.training_loop.question import TrainingLoopQuestion
from primer_core.lessons.training_loop.run import Step

_CAUSES: tuple[tuple[str, Cause], ...] = (
    ("a second time", "freed"),
    ("does not require grad", "not recorded"),
    ("modified by an inplace operation", "changed"),
)
"""Pieces of PyTorch's messages, and what they tell."""

_LONELY = "more than 1 value per channel"
"""A piece of what BatchNorm says of a batch of one."""

_CLIMBS = 2.0
"""How many times the first loss the largest is where a loss is said to climb."""

_MOST = 0.5
"""Share of answers above which a network is said to have learned something."""

_NOTICEABLE = 1e-3
"""Relative difference from which two numbers are told apart in words: they are written with four digits."""

_TOO_SMALL = 1e-6
"""A learning rate below which a step changes no weight of usual size."""


def claims_of(question: TrainingLoopQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    if isinstance(outcome, Unread):
        return ()
    return story(question, outcome)


def story(question: TrainingLoopQuestion, outcome: Trained) -> tuple[Claim, ...]:
    """Say what came of a loop: the diagnosis first, and then the losses."""
    if outcome.is_right:
        return (*_falls(outcome), *_left_out(question, outcome), *_chosen(outcome), *_factor(question, outcome))
    found = tuple(_diagnosis(question, outcome))
    return (*found, *_verdict(outcome))


def verdict(outcome: Trained) -> Claim | None:
    """Say in a few words how the losses compare; None where there are none to compare."""
    return next(iter(_verdict(outcome)), None)


def _falls(outcome: Trained) -> Iterator[Claim]:
    losses = outcome.yours.losses
    if losses:
        yield LossFalls(len(outcome.yours.steps), losses[0], losses[-1])


def _verdict(outcome: Trained) -> Iterator[Claim]:
    """Say where the losses part, and where they end, or what stopped them."""
    yours, correct = outcome.yours, outcome.correct
    if yours.stopped is not None:
        yield LoopStops(yours.stopped.step, yours.stopped.code, yours.stopped.kind)
    at = outcome.differs_at
    if at:
        mine, its = yours.steps[at - 1].loss, correct.steps[at - 1].loss
        if mine is not None and its is not None and math.isfinite(mine):
            yield LossesDiffer(at, mine, its)
    elif yours.losses and len(yours.steps) == len(correct.steps):
        yield SameLosses(len(yours.steps))
    broken = next(
        (n for n, step in enumerate(yours.steps, 1) if step.loss is not None and not math.isfinite(step.loss)), 0
    )
    if broken:
        yield LossBreaks(broken)
    elif at and yours.stopped is None and yours.losses:
        yield LossesEnd(len(yours.steps), yours.losses[-1], correct.losses[-1])


def _diagnosis(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    """Say what the lines have to do with it, each only where its numbers show it."""
    yield from _cause(outcome)
    yield from _gradients(question, outcome)
    yield from _losses(question, outcome)
    yield from _modes(question, outcome)
    yield from _data(question, outcome)
    yield from _noted(question, outcome)


def _cause(outcome: Trained) -> Iterator[Claim]:
    """Say why a line raises, where that is known."""
    stopped = outcome.yours.stopped
    if stopped is None:
        return
    if stopped.kind == "NameError":
        yield WhyItStops("unbound")
    known = (cause for words, cause in _CAUSES if words in stopped.words and stopped.code == "loss.backward()")
    for cause in known:
        if cause != "changed" or "zeros" not in outcome.loop.groups[2]:  # which changes weights in place, too
            yield WhyItStops(cause)


def _gradients(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    loop, yours = outcome.loop, outcome.yours
    steps = yours.steps
    last = steps[-1] if steps else None
    if yours.optimised is not None and not yours.optimised[1]:
        yield OptimisesAnother(*yours.optimised)
    elif last and _piled(last) and not loop.has("zero", 2):
        yield GradientsPileUp(len(steps), last.norm or 0.0, last.own or 0.0)
    if yours.idle and yours.stopped is None:
        yield StepsFindNoGradient(yours.idle, yours.stepped)
    if steps and "zeros" in loop.groups[0] and has_net(question.task) and yours.changed == SIZES[question.task][1]:
        yield OnlyLastBias(yours.changed)
    if steps and not yours.changed and outcome.correct.changed:
        slopes = any(step.norm for step in steps)
        moves = slopes and yours.stepped and not yours.idle and yours.optimised == outcome.correct.optimised
        rate = question.rate if moves and question.rate < _TOO_SMALL else None
        yield WeightsChanged(yours.changed, yours.numbers, rate)
        could = yours.optimised == outcome.correct.optimised and question.rate >= _TOO_SMALL
        if slopes and could and not yours.stepped and yours.stopped is None:
            yield NeverSteps(sum(step.norm is not None for step in steps))
    if yours.stopped is None:
        yield from _stepped_again(question, outcome)
    yield from _factor(question, outcome)
    yield from _climbs(question, outcome)


def _piled(step: Step) -> bool:
    """Return whether there is more in ``.grad`` than the step's own backward has added."""
    if step.norm is None or step.own is None or not math.isfinite(step.norm):
        return False
    return _apart(step.norm, step.own)


def _stepped_again(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    """Say so where several steps follow one backward, and nothing stands between them."""
    acting = [name for name in outcome.loop.groups[2] if name in ("zero", "backward", "step", "zeros")]
    times = acting.count("step")
    if times > 1 and acting == ["zero", "backward", *["step"] * times] and outcome.loop.groups[0] == ("sgd",):
        yield SteppedTwice(times, question.rate)


def _climbs(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    """Say that the rate is too large, where the lines are right and the loss climbs with this rate alone."""
    mine, its = ([loss for loss in ran.losses if math.isfinite(loss)] for ran in (outcome.yours, outcome.correct))
    if outcome.loop != outcome.right or question.task == "one weight" or not mine or question.rate <= outcome.own_rate:
        return
    if max(mine) > _CLIMBS * mine[0] > 0 and max(its) <= _CLIMBS * its[0]:
        yield LossClimbs(question.rate, outcome.own_rate, mine[0], max(mine))


def _factor(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    """Say what each step multiplies the error of a single weight by, where the loop's lines are the right ones."""
    curvature = outcome.yours.curvature
    if curvature is not None and outcome.loop == outcome.right:
        yield ErrorFactor(question.rate, curvature, 1 - 2 * question.rate * curvature, 1 / curvature)


def _losses(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    yours = outcome.yours
    ways = {name for name in outcome.loop.groups[2] if LINES[name].slot == "loss"}
    losses = [loss for loss in yours.losses if math.isfinite(loss)]
    if ways == {"loss_softmax"} and losses and question.task in ("classes", "coin tosses"):
        classes = SIZES[question.task][1]
        yield SoftmaxFloor(classes, math.log(math.e + classes - 1) - 1, min(losses))
    if ways == {"loss"} and yours.pairs > 1 and yours.predicted is not None and yours.targets is not None:
        yield AllPairs(yours.pairs)
        if all(map(math.isfinite, yours.predicted)) and yours.stopped is None:
            yield DrawnToMean(*yours.predicted, *yours.targets)


def _modes(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    loop, yours, steps = outcome.loop, outcome.yours, outcome.yours.steps
    evaluated = sum(not step.trains for step in steps)
    if evaluated:
        yield TrainedInEvalMode(evaluated, len(steps))
    if yours.stopped is not None:
        return
    checked_last = [loop.has("check", group) for group in range(4)] == [False, False, False, True]
    settled = checked_last and not loop.has("step", 3) and not loop.has("init", 3)
    layer = question.net if has_net(question.task) else "plain"
    noted = yours.checks[-1] if settled and not loop.has("eval") else math.nan
    if layer != "plain" and math.isfinite(noted) and _apart(noted, yours.measured):
        yield CheckedInTrainMode(noted, yours.measured, layer)
    if yours.tracked is not None and yours.tracked != len(steps):
        yield AveragesOver(yours.tracked, len(steps))
    idle = settled and loop.has("eval", 3) and yours.tracked and not yours.changed
    if idle and _apart(yours.checks[0], yours.checks[-1]):
        yield NothingLearnedYetChanged(yours.checks[0], yours.checks[-1])


def _data(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    loop, yours, stopped = outcome.loop, outcome.yours, outcome.yours.stopped
    if stopped is not None and _LONELY in stopped.words and question.examples % BATCH == 1:
        yield LonelyExample(question.examples, BATCH)
    ways = {name for name in loop.groups[2] if LINES[name].slot == "loss"}
    named = yours.next_class if ways == {"loss_next"} and question.task == "classes" else None
    if named is not None and named > _MOST and yours.accuracy is not None:
        yield NamesTheNext(named, yours.accuracy)
    if any("mix_X" in loop.groups[group] for group in (0, 1, 3)) and question.task == "classes":
        yield PairsLost(*yours.paired)
    yield from _left_out(question, outcome)
    yield from _chosen(outcome)


def _left_out(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    """Say how many examples no batch has; not where they are put into another order between the batches."""
    examples = GIVEN.get(question.task, question.examples)
    left = examples % BATCH
    mixed_again = any(outcome.loop.has("mix", group) for group in range(1, GROUPS))
    if outcome.loop.begins == "batches_full" and left and not mixed_again:
        yield InNoBatch(left, examples, BATCH)


def _chosen(outcome: Trained) -> Iterator[Claim]:
    """Say which epoch was chosen by what, where one line does it, after the batches."""
    chosen = outcome.yours.chosen
    picking = [name for name in outcome.loop.names if name in ("pick", "pick_test")]
    if chosen is None or outcome.yours.stopped is not None or len(picking) != 1 or not outcome.loop.has("pick", 3):
        return
    yield ChosenBy("test" if picking == ["pick_test"] else "validation", *chosen)


def _noted(question: TrainingLoopQuestion, outcome: Trained) -> Iterator[Claim]:
    yours = outcome.yours
    if yours.stopped is not None:
        return
    if has_net(question.task) and _notes_means(outcome.loop) and yours.means:
        n = question.examples
        sizes = [BATCH] * (n // BATCH) + [n % BATCH] * (n % BATCH > 0)
        losses = [step.loss for step in yours.steps[-len(sizes) :] if step.loss is not None]
        true = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / n
        if sizes[-1] != BATCH and _apart(yours.means[-1], true):
            yield MeanOfMeans(yours.means[-1], true, sizes[-1])
    if yours.graphs:
        yield GraphsKept(yours.graphs, yours.held)


def _notes_means(loop: Loop) -> bool:
    """Return whether a loop notes the mean of its batches' means, each once, as its lines stand."""
    noting = [name for name in loop.names if name != PART and LINES[name].slot in ("reset", "loss", "total", "mean")]
    places = [loop.has(slot, group) for slot, group in (("reset", 1), ("loss", 2), ("total", 2), ("mean", 3))]
    return len(noting) == 4 and noting[2] == "total_means" and all(places) and loop.begins == "batches"


def _apart(one: float, other: float) -> bool:
    return abs(one - other) > _NOTICEABLE * max(abs(one), abs(other))
