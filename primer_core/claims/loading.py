"""What is said of a loader: which sample lands in which batch, what is left out, and which batches a layer takes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from primer_core.claims.claim import Claim, Code, Sentence, Shape, Strong, counted, listed, number_text


def sizes_text(sizes: tuple[int, ...]) -> str:
    """Write the sizes of batches: ``2, 2 and 1``, and ``5 × 4 and 1`` where many are alike."""
    if len(sizes) <= 4:
        return listed([str(size) for size in sizes])
    runs = [(size, len([*alike])) for size, alike in groupby(sizes)]
    return listed([f"{count} × {size}" if count > 1 else str(size) for size, count in runs])


@dataclass(frozen=True, slots=True)
class BatchesOf(Claim):
    """How many samples each batch of every epoch has.

    Parameters
    ----------
    sizes
        One a batch.
    """

    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Count the batches and their samples."""
        if not self.sizes:
            return ("No epoch has a batch: the only one would not be full, and drop_last leaves it out.",)
        batches = "one batch" if len(self.sizes) == 1 else f"{len(self.sizes)} batches"
        return (f"Every epoch has {batches} of {sizes_text(self.sizes)}",)


@dataclass(frozen=True, slots=True)
class ItemIs(Claim):
    """What a data set returns for an index.

    Parameters
    ----------
    sample
        The index.
    features
        The features, as numbers.
    label
        The label.
    """

    sample: int
    features: tuple[float, ...]
    label: int

    def sentence(self) -> Sentence:
        """Give both."""
        numbers = ", ".join(map(number_text, self.features))
        return (Code(f"dataset[{self.sample}]"), f" has the features ({numbers}) and the label {self.label}.")


@dataclass(frozen=True, slots=True)
class ItemHasShape(Claim):
    """What shape the features have that a data set returns for an index.

    Parameters
    ----------
    sample
        The index.
    shape
        Of the features.
    label
        The label.
    """

    sample: int
    shape: Shape
    label: int

    def sentence(self) -> Sentence:
        """Give shape and label."""
        return (Code(f"dataset[{self.sample}]"), f" has features of shape {self.shape} and the label {self.label}.")


@dataclass(frozen=True, slots=True)
class LandsIn(Claim):
    """Where a sample lands in an epoch.

    Parameters
    ----------
    sample
        Its index.
    epoch
        Counted from 1.
    turn
        As which sample of the epoch it is asked for, counted from 1.
    batch, position
        Counted from 0.
    """

    sample: int
    epoch: int
    turn: int
    batch: int
    position: int

    def sentence(self) -> Sentence:
        """Tell its way."""
        return (
            f"Epoch {self.epoch}: ",
            Code(f"__getitem__({self.sample})"),
            f" is call {self.turn}; it lands in ",
            Strong(f"batch {self.batch}, position {self.position}"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class NeverAskedFor(Claim):
    """A sample that an epoch leaves out.

    Parameters
    ----------
    sample
        Its index.
    epoch
        Counted from 1.
    """

    sample: int
    epoch: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"Epoch {self.epoch}: ", Code(f"__getitem__({self.sample})"), " is never called.")


@dataclass(frozen=True, slots=True)
class LeavesOut(Claim):
    """Which samples an epoch leaves out, because the last batch would not be full.

    Parameters
    ----------
    epoch
        Counted from 1.
    samples
        Their indices, ascending.
    """

    epoch: int
    samples: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        named = listed([str(sample) for sample in self.samples])
        what = f"sample{'' if len(self.samples) == 1 else 's'} {named}"
        return (Code("drop_last=True"), f" leaves out {what} in epoch {self.epoch}.")


@dataclass(frozen=True, slots=True)
class EachOnce(Claim):
    """Every epoch takes every sample once."""

    def sentence(self) -> Sentence:
        """Say so."""
        return ("Every epoch takes every sample exactly once.",)


@dataclass(frozen=True, slots=True)
class InOrder(Claim):
    """Both epochs take the samples by ascending index."""

    def sentence(self) -> Sentence:
        """Say so."""
        return ("Both epochs take the samples in the order of their indices.",)


@dataclass(frozen=True, slots=True)
class AnotherOrder(Claim):
    """The second epoch takes the samples in another order than the first."""

    def sentence(self) -> Sentence:
        """Say so, and why."""
        return ("Epoch 2 has another order than epoch 1: each epoch draws its own permutation.",)


@dataclass(frozen=True, slots=True)
class SameOrderAgain(Claim):
    """With the seed set again, both epochs come in the same order again.

    Parameters
    ----------
    seed
        What the generator is seeded with.
    """

    seed: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            "Run again with ",
            Code(f"torch.manual_seed({self.seed})"),
            ", both epochs come in the very same orders.",
        )


@dataclass(frozen=True, slots=True)
class OneLabelOnly(Claim):
    """How many batches of the first epoch hold samples of one label alone.

    Parameters
    ----------
    batches, total
        How many do, and how many batches there are.
    """

    batches: int
    total: int

    def sentence(self) -> Sentence:
        """Count them."""
        if self.total == 1:
            what = "holds one label only" if self.batches else "mixes labels"
            return (f"The one batch of epoch 1 that has several samples {what}.",)
        if not self.batches:
            return (f"Each of the {self.total} batches of epoch 1 that have several samples mixes labels.",)
        if self.batches == self.total:
            return (f"Each of the {self.total} batches of epoch 1 that have several samples holds one label only.",)
        holds = "holds" if self.batches == 1 else "hold"
        return (
            f"Of the {self.total} batches of epoch 1 that have several samples, {self.batches} {holds} one label only.",
        )


@dataclass(frozen=True, slots=True)
class BatchShapes(Claim):
    """Shapes of what the loader gives first.

    Parameters
    ----------
    features, labels
        Of the first batch.
    """

    features: Shape
    labels: Shape

    def sentence(self) -> Sentence:
        """Give both."""
        return (f"Features are stacked along a new first axis: {self.features} in batch 0, and labels {self.labels}.",)


@dataclass(frozen=True, slots=True)
class LonelySample(Claim):
    """A layer declines the last batch, which has one sample.

    Parameters
    ----------
    samples, batch_size
        Of the data set, and of the loader.
    layer
        What PyTorch calls the layer.
    """

    samples: int
    batch_size: int
    layer: str

    def sentence(self) -> Sentence:
        """Show the remainder, and what it means."""
        return (
            Strong(f"{self.samples} % {self.batch_size} = 1"),
            ": the last batch has one sample. In training, ",
            Code(self.layer),
            " takes mean and variance over the batch, and one number has no spread: it raises ValueError.",
        )


@dataclass(frozen=True, slots=True)
class LonelyInEach(Claim):
    """A layer declines every batch, as each has one sample.

    Parameters
    ----------
    layer
        What PyTorch calls the layer.
    """

    layer: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (
            "Every batch has one sample. In training, ",
            Code(self.layer),
            " takes mean and variance over the batch, and one number has no spread: it raises ValueError.",
        )


@dataclass(frozen=True, slots=True)
class LayerTakesEach(Claim):
    """A layer takes each batch of both epochs.

    Parameters
    ----------
    layer
        What PyTorch calls it.
    training
        Whether it is in training.
    least
        How many samples the smallest batch has.
    """

    layer: str
    training: bool
    least: int

    def sentence(self) -> Sentence:
        """Say so, and why where a lonely sample is among them."""
        mode = "training" if self.training else "eval"
        taken = (Code(self.layer), f" in {mode} takes each batch, the smallest of which has ")
        why = "" if self.training else " In eval it uses the running mean and variance, not those of the batch."
        return (*taken, f"{counted(self.least, 'sample')}.{why}")


@dataclass(frozen=True, slots=True)
class LoaderChange(Claim):
    """A change with which the layer takes each batch.

    Parameters
    ----------
    code
        What stands in the code then.
    sizes
        Of the batches then.
    """

    code: str
    sizes: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Name the change and the batches."""
        use = " for testing, never for training" if self.code == "norm.eval()" else ""
        return (Code(self.code), f"{use} → batches of {sizes_text(self.sizes)}")
