"""What is said of a loader, of pixels and of a file."""

from __future__ import annotations

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.loading import (
    AnotherOrder,
    BatchesOf,
    BatchShapes,
    EachOnce,
    InOrder,
    ItemHasShape,
    ItemIs,
    LandsIn,
    LayerTakesEach,
    LeavesOut,
    LoaderChange,
    LonelyInEach,
    LonelySample,
    NeverAskedFor,
    OneLabelOnly,
    SameOrderAgain,
)
from primer_core.claims.saving import (
    AllLoaded,
    FailedAndCopied,
    FreshNormDivides,
    KeyClashes,
    KeyFits,
    KeyMissing,
    KeyNotAskedFor,
    KeyUnexpected,
    LoadsWith,
    PartLoaded,
    PredictsOther,
    PredictsTheSame,
)
from primer_core.claims.scaling import DividesBytesOnly, PixelBecomes, SpreadOfBytes, SubtractsAndDivides
from primer_core.lessons.data_loading.batches import Loaded
from primer_core.lessons.data_loading.explain import Outcome, Workers
from primer_core.lessons.data_loading.normalising import Normalised, Scaled
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.saving import Key, SavedAndLoaded


def claims_of(question: DataLoadingQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Loaded():
            samples = range(len(outcome.labels))
            ways = [where(outcome, number, sample) for number in range(len(outcome.epochs)) for sample in samples]
            items = [item(outcome, sample) for sample in samples]
            return (sizes(outcome), *items, *ways, *orders(question, outcome), *layers(question, outcome))
        case Workers():
            return ()
        case Normalised():
            return (*pixels(outcome), *steps(question), *spreads(outcome))
        case SavedAndLoaded():
            return (*map(key, outcome.keys), *loading(outcome), *predictions(outcome), *repairs(outcome))


def sizes(loaded: Loaded) -> BatchesOf:
    """Count the batches of an epoch."""
    return BatchesOf(loaded.sizes)


def item(loaded: Loaded, sample: int) -> Claim:
    """Say what the data set returns for a sample."""
    if not loaded.values:
        return ItemHasShape(sample, loaded.features, loaded.labels[sample])
    numbers = tuple(float(f"{value:.6g}") for value in loaded.values[sample])
    return ItemIs(sample, numbers, loaded.labels[sample])


def where(loaded: Loaded, epoch: int, sample: int) -> Claim:
    """Say where a sample lands in an epoch, which is counted from 0."""
    order = loaded.epochs[epoch].order
    if sample not in order:
        return NeverAskedFor(sample, epoch + 1)
    batch, position = next(
        (number, batch.samples.index(sample))
        for number, batch in enumerate(loaded.epochs[epoch].batches)
        if sample in batch.samples
    )
    return LandsIn(sample, epoch + 1, order.index(sample) + 1, batch, position)


def orders(question: DataLoadingQuestion, loaded: Loaded) -> tuple[Claim, ...]:
    """Say in which order the samples come, and which are left out."""
    found: list[Claim] = []
    first, second = (epoch.order for epoch in loaded.epochs)
    left_out = [LeavesOut(number, epoch.left_out) for number, epoch in enumerate(loaded.epochs, 1) if epoch.left_out]
    found += left_out or [EachOnce()]
    if first and first == second == tuple(sorted(first)):
        found.append(InOrder())
    if first != second:
        found.append(AnotherOrder())
    if question.shuffle and first:
        found.append(SameOrderAgain(question.seed))
    several = [batch.samples for batch in loaded.epochs[0].batches if len(batch.samples) > 1]
    if several:
        alike = sum(len({loaded.labels[sample] for sample in samples}) == 1 for samples in several)
        found.append(OneLabelOnly(alike, len(several)))
    if loaded.sizes:
        found.append(BatchShapes(loaded.epochs[0].batches[0].features, loaded.epochs[0].batches[0].labels))
    return tuple(found)


def layers(question: DataLoadingQuestion, loaded: Loaded) -> tuple[Claim, ...]:
    """Say which batches the layer takes, and what would work where it declines one."""
    if not loaded.layer or not loaded.sizes:
        return ()
    if loaded.declined is None:
        return (LayerTakesEach(loaded.layer, question.through == "training", min(loaded.sizes)),)
    return (lonely(question, loaded), *(LoaderChange(change.code, change.sizes) for change in loaded.changes))


def lonely(question: DataLoadingQuestion, loaded: Loaded) -> Claim:
    """Say why the layer declines a batch."""
    if question.batch_size == 1 or len(loaded.labels) == 1:
        return LonelyInEach(loaded.layer)
    return LonelySample(len(loaded.labels), question.batch_size, loaded.layer)


def pixels(outcome: Normalised) -> tuple[PixelBecomes, ...]:
    """Say what becomes of the pixel that is asked for, in each dtype."""
    return tuple(_pixel(scaled, 1) for scaled in outcome.scaled)


def _pixel(scaled: Scaled, place: int) -> PixelBecomes:
    tensor, normalised = (_rounded(values[place]) for values in (scaled.tensor, scaled.normalised))
    return PixelBecomes(scaled.dtype, int(scaled.pixels[place]), tensor, normalised)


def _rounded(number: np.float32) -> float:
    return float(f"{number:.7g}")


def steps(question: DataLoadingQuestion) -> tuple[Claim, ...]:
    """Say what the two functions do."""
    return (DividesBytesOnly(), SubtractsAndDivides(question.mean, question.std))


def spreads(outcome: Normalised) -> tuple[SpreadOfBytes, ...]:
    """Say between which numbers the pixels of each dtype lie."""
    return tuple(
        SpreadOfBytes(scaled.dtype, _rounded(scaled.normalised[0]), _rounded(scaled.normalised[2]))
        for scaled in outcome.scaled
    )


def key(key: Key) -> Claim:
    """Say whether a key fits, or why not."""
    match key:
        case Key(name, None, own) if own is not None:
            return KeyMissing(name, own) if key.asked else KeyNotAskedFor(name)
        case Key(name, saved, None) if saved is not None:
            return KeyUnexpected(name, saved)
        case Key(name, saved, own) if saved is not None and own is not None:
            return KeyFits(name, saved) if saved == own else KeyClashes(name, saved, own)
    raise ValueError(f"a key must be somewhere: {key.name}")


def loading(outcome: SavedAndLoaded) -> tuple[Claim, ...]:
    """Say how much of the network came from the file."""
    own = [key for key in outcome.keys if key.own is not None]
    fits = [key for key in own if key.verdict == "fits"]
    if outcome.declined is not None:
        return (FailedAndCopied(len(fits), len(own)),)
    if len(fits) == len(outcome.keys):
        return (AllLoaded(len(own), sum(int(np.prod(key.own or ())) for key in own)),)
    return (PartLoaded(len(fits), len(own)),)


def predictions(outcome: SavedAndLoaded) -> tuple[Claim, ...]:
    """Say whether both networks predict the same, and why not where a layer of one does next to nothing."""
    if outcome.predicts_same:
        return (PredictsTheSame(len(outcome.saved)),)
    other = PredictsOther(float(f"{np.abs(outcome.saved - outcome.loaded).max():.2g}"))
    differ = [key for key in outcome.keys if key.verdict != "fits"]
    if all(key.name.startswith("norm.") for key in differ):
        return (other, FreshNormDivides("loaded" if differ[0].saved is None else "saved", outcome.norm_eps))
    return (other,)


def repairs(outcome: SavedAndLoaded) -> tuple[Claim, ...]:
    """Say with what PyTorch raises no error."""
    return tuple(LoadsWith(repair.code, repair.fits, repair.total) for repair in outcome.repairs)
